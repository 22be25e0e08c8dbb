#include "cli/help.h"

#include "cli/definitions.h"
#include "cli/options.h"
#include "cli/say.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 80
#define INDENT "                              " /* where the words about an option stand */

static void
write_option(twp_buffer_t *buffer, const twp_option_t *option)
{
    char head[128];
    const char *opening = "", *value = option->value, *closing = "";
    int length;

    if (option->takes == TWP_TAKES_VALUE)
        opening = " ";
    else if (option->takes == TWP_TAKES_VALUE_OR_NOTHING) {
        opening = "[=";
        closing = "]";
    }
    length = snprintf(head, sizeof head, "  %c%c%s--%s%s%s%s", option->letter != '\0' ? '-' : ' ',
        option->letter != '\0' ? option->letter : ' ', option->letter != '\0' ? ", " : "  ",
        option->name, opening, value != NULL ? value : "", closing);
    if (length + 2 > (int) strlen(INDENT)) {
        twp_buffer_printf(buffer, "%s\n", head);
        length = 0;
    }
    snprintf(head + length, sizeof head - (size_t) length, "%s", &INDENT[length]);
    twp_buffer_wrap(buffer, option->help, WIDTH, head, INDENT);
}

/* Paragraphs, one a line of text. */
static void
write_paragraphs(twp_buffer_t *buffer, const char *text)
{
    char paragraph[1024];

    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        snprintf(paragraph, sizeof paragraph, "%.*s", (int) length, text);
        twp_buffer_add(buffer, "\n");
        twp_buffer_wrap(buffer, paragraph, WIDTH, "", "");
        text += length + (text[length] == '\n');
    }
}

static void
write_definitions(twp_buffer_t *buffer, const twp_command_t *command)
{
    twp_definition_t one = twp_definitions_at(command, 0);
    char head[128];

    for (int i = 0; one.name != NULL; one = twp_definitions_at(command, ++i)) {
        if (one.definition == NULL) {
            twp_buffer_printf(buffer, "\n%s:\n", one.name);
            continue;
        }
        snprintf(head, sizeof head, "  %-14s", one.name);
        twp_buffer_wrap(buffer, one.definition, WIDTH, head, "                ");
    }
}

static void
write_command(twp_buffer_t *buffer, const twp_command_t *command)
{
    twp_buffer_printf(buffer, "Usage: twinpath %s [option ...]%s%s\n", command->name,
        command->operands[0] != '\0' ? " " : "", command->operands);
    write_paragraphs(buffer, command->description);
    twp_buffer_add(buffer, "\nOptions:\n");
    for (int i = 0; i < command->n_options; i++)
        write_option(buffer, &command->option[i]);
    write_option(buffer, &twp_option_help);
    write_definitions(buffer, command);
    twp_buffer_add(buffer, "\nExamples:\n");
    for (int i = 0; i < command->n_examples; i++) {
        twp_buffer_printf(buffer, "  %s\n", command->example[i].line);
        twp_buffer_wrap(buffer, command->example[i].about, WIDTH, "      ", "      ");
    }
}

void
twp_help_write(twp_buffer_t *buffer)
{
    twp_buffer_add(buffer,
        "Usage: twinpath COMMAND [option ...] [operand ...]\n"
        "\ntwinpath: " TWP_HELP_TITLE "\n\nCommands:\n");
    for (int i = 0; i < twp_n_commands; i++)
        twp_buffer_printf(buffer, "  %-10s %s\n", twp_commands[i]->name, twp_commands[i]->summary);
    twp_buffer_add(buffer,
        "\nOptions:\n"
        "  --help      print this help; twinpath COMMAND --help says more\n"
        "  --version   print the version and how the program was built\n"
        "\nExit codes: 0 good, 1 the run failed, 2 the input or the command line is wrong,\n"
        "75 stopped early.\n"
        "\nExamples:\n");
    for (int i = 0; i < twp_n_commands; i++)
        twp_buffer_printf(buffer, "  %s\n", twp_commands[i]->example[0].line);
}

int
twp_help_print(const twp_command_t *command)
{
    twp_buffer_t buffer = { 0 };

    if (command != NULL)
        write_command(&buffer, command);
    else
        twp_help_write(&buffer);
    return twp_say_buffer(&buffer, TWP_EXIT_GOOD);
}
