/* The manual page, in the man macros of roff, made from the tables of commands. */
#include "cli/definitions.h"
#include "cli/help.h"
#include "cli/options.h"

#include <string.h>

/* Text of roff: backslashes and hyphens mean something, and so do points and quotes that begin a line. */
static void
add_roff(twp_buffer_t *buffer, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            twp_buffer_add(buffer, "\\e");
        else if (*text == '-')
            twp_buffer_add(buffer, "\\-");
        else
            twp_buffer_add_bytes(buffer, text, 1);
    }
}

/* A line of text, which nothing in it may turn into a request. */
static void
add_line(twp_buffer_t *buffer, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        twp_buffer_add(buffer, "\\&");
    add_roff(buffer, text);
    twp_buffer_add(buffer, "\n");
}

static void
add_option(twp_buffer_t *buffer, const twp_option_t *option)
{
    twp_buffer_add(buffer, ".TP\n");
    if (option->letter != '\0')
        twp_buffer_printf(buffer, "\\fB\\-%c\\fR, ", option->letter);
    twp_buffer_add(buffer, "\\fB\\-\\-");
    add_roff(buffer, option->name);
    twp_buffer_add(buffer, "\\fR");
    if (option->takes != TWP_TAKES_NOTHING) {
        twp_buffer_add(buffer, option->takes == TWP_TAKES_VALUE ? " \\fI" : "[=\\fI");
        add_roff(buffer, option->value);
        twp_buffer_add(buffer, option->takes == TWP_TAKES_VALUE ? "\\fR" : "\\fR]");
    }
    twp_buffer_add(buffer, "\n");
    add_line(buffer, option->help);
}

static void
add_paragraphs(twp_buffer_t *buffer, const char *text)
{
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        twp_buffer_t line = { 0 };
        twp_buffer_add_bytes(&line, text, length);
        twp_buffer_add(buffer, ".PP\n");
        if (line.text != NULL)
            add_line(buffer, line.text);
        buffer->has_failed = buffer->has_failed || line.has_failed;
        twp_buffer_clear(&line);
        text += length + (text[length] == '\n');
    }
}

static void
add_definitions(twp_buffer_t *buffer, const twp_command_t *command)
{
    twp_definition_t one = twp_definitions_at(command, 0);

    for (int i = 0; one.name != NULL; one = twp_definitions_at(command, ++i)) {
        twp_buffer_add(buffer, one.definition == NULL ? ".PP\n.B " : ".TP\n.B ");
        add_roff(buffer, one.name);
        twp_buffer_add(buffer, "\n");
        if (one.definition != NULL)
            add_line(buffer, one.definition);
    }
}

static void
add_command(twp_buffer_t *buffer, const twp_command_t *command)
{
    twp_buffer_printf(buffer, ".SS \"twinpath %s ", command->name);
    add_roff(buffer, command->operands);
    twp_buffer_add(buffer, "\"\n");
    add_paragraphs(buffer, command->description);
    for (int i = 0; i < command->n_options; i++)
        add_option(buffer, &command->option[i]);
    add_option(buffer, &twp_option_help);
    add_definitions(buffer, command);
}

static void
add_examples(twp_buffer_t *buffer)
{
    twp_buffer_add(buffer, ".SH EXAMPLES\n");
    for (int i = 0; i < twp_n_commands; i++) {
        for (int k = 0; k < twp_commands[i]->n_examples; k++) {
            twp_buffer_add(buffer, ".TP\n.B ");
            add_roff(buffer, twp_commands[i]->example[k].line);
            twp_buffer_add(buffer, "\n");
            add_line(buffer, twp_commands[i]->example[k].about);
        }
    }
}

void
twp_manual_write(twp_buffer_t *buffer)
{
    twp_buffer_printf(
        buffer, ".TH TWINPATH 1 \"\" \"twinpath %s\" \"User Commands\"\n", twp_version());
    twp_buffer_add(buffer, ".SH NAME\ntwinpath \\- " TWP_HELP_TITLE "\n.SH SYNOPSIS\n");
    for (int i = 0; i < twp_n_commands; i++) {
        if (i > 0)
            twp_buffer_add(buffer, ".br\n");
        twp_buffer_printf(
            buffer, ".B twinpath %s\n[\\fIoption\\fR ...] \\fI", twp_commands[i]->name);
        add_roff(buffer, twp_commands[i]->operands);
        twp_buffer_add(buffer, "\\fR\n");
    }
    twp_buffer_add(buffer,
        ".SH DESCRIPTION\n"
        "Twinpath builds a population of virtual patients from a study (YAML), lets each live the "
        "same\n"
        "life under every support strategy, and reports the difference with its uncertainty.\n"
        "Results go to standard output, everything else to standard error.\n"
        ".SH COMMANDS\n");
    for (int i = 0; i < twp_n_commands; i++)
        add_command(buffer, twp_commands[i]);
    twp_buffer_add(buffer,
        ".SH OPTIONS\n"
        ".TP\n\\fB\\-\\-help\\fR\nprint help\n"
        ".TP\n\\fB\\-\\-version\\fR\nprint the version and how the program was built\n"
        ".TP\n\\fB\\-\\-man\\fR\nprint this page\n"
        ".TP\n\\fB\\-\\-completion\\fR\nprint the completion for bash\n"
        ".SH \"EXIT STATUS\"\n"
        ".TP\n.B 0\ngood\n"
        ".TP\n.B 1\nthe run failed\n"
        ".TP\n.B 2\nthe input or the command line is wrong\n"
        ".TP\n.B 75\nstopped early by a signal; a partial file says so\n"
        ".SH ENVIRONMENT\n"
        ".TP\n.B NO_COLOR\nwhen set, nothing is coloured\n"
        ".TP\n.B OMP_NUM_THREADS\nthreads to use where \\fB\\-\\-threads\\fR does not say\n"
        ".TP\n.B SOURCE_DATE_EPOCH\nwhen set, the results file leaves out when and where it was "
        "made\n");
    add_examples(buffer);
}
