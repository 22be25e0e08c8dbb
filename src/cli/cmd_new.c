/* twinpath new: a study to begin with, from a template that is part of the program. */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/say.h"
#include "twp_templates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEMPLATE = TWP_OPTION_OWN };

/* What the templates call their study. */
#define PLACEHOLDER "my_study"
#define USUAL_TEMPLATE "support"
#define NAME_MAX_CHARS 60

static const twp_option_t options[] = {
    { TEMPLATE, "template", 't', TWP_TAKES_VALUE, TWP_TEMPLATE_CHOICES,
        "what to begin with: a support, or the least that runs (default: " USUAL_TEMPLATE ")" },
};

static const twp_example_t examples[] = {
    { "twinpath new my_study",
        "writes my_study.yaml: a therapy, a supply, a reminder, two strategies" },
    { "twinpath new my_study --template minimal", "one track with one exit" },
};

/* The name as it could be: small letters, digits and _, beginning with a letter. */
static void
suggest_name(char suggestion[NAME_MAX_CHARS + 1], const char *name)
{
    size_t n = 0;

    for (; *name != '\0' && n < NAME_MAX_CHARS; name++) {
        const char c = *name >= 'A' && *name <= 'Z' ? (char) (*name - 'A' + 'a') : *name;
        const bool is_letter = c >= 'a' && c <= 'z', is_digit = c >= '0' && c <= '9';
        if (is_letter || (is_digit && n > 0))
            suggestion[n++] = c;
        else if (n > 0 && suggestion[n - 1] != '_')
            suggestion[n++] = '_';
    }
    while (n > 0 && suggestion[n - 1] == '_')
        n--;
    suggestion[n] = '\0';
}

/* Is it a name? Tells when it is none. */
static bool
check_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    const size_t length = strlen(name);
    char suggestion[NAME_MAX_CHARS + 1];

    if (length > 0 && length <= NAME_MAX_CHARS && name[0] >= 'a' && name[0] <= 'z' &&
        strspn(name, allowed) == length)
        return true;
    if (length > 5 && strcmp(name + length - 5, ".yaml") == 0)
        snprintf(suggestion, sizeof suggestion, "%.*s", (int) (length - 5), name);
    else
        snprintf(suggestion, sizeof suggestion, "%s", name);
    suggest_name(suggestion, suggestion);
    twp_say_error("new: \"%.80s\" is no name of a study: a to z, 0 to 9 and _, beginning with a "
                  "letter, at most %d%s%s%s",
        name, NAME_MAX_CHARS, suggestion[0] != '\0' ? "; try " : "", suggestion,
        suggestion[0] != '\0' ? " (the file gets the ending .yaml)" : "");
    return false;
}

/* The template with the study's name in the place of its own. */
static bool
write_study(int file, const char *template, const char *name)
{
    const char *at;

    while ((at = strstr(template, PLACEHOLDER)) != NULL) {
        if (!twp_output_write(file, template, (size_t) (at - template)) ||
            !twp_output_write(file, name, strlen(name)))
            return false;
        template = at + strlen(PLACEHOLDER);
    }
    return twp_output_write(file, template, strlen(template));
}

static int
write_file(const char *name, const char *template)
{
    char path[NAME_MAX_CHARS + sizeof ".yaml"];
    twp_output_t output;

    snprintf(path, sizeof path, "%s.yaml", name);
    if (!twp_output_open(&output, path, false))
        return TWP_EXIT_FAILED;
    if (write_study(output.file, template, name))
        return twp_output_publish(&output);
    twp_say_error("%s: cannot be written: %s", path, strerror(errno));
    twp_output_discard(&output);
    return TWP_EXIT_FAILED;
}

static int
make_new(const twp_arguments_t *arguments)
{
    const char *const name = arguments->operand[0];
    int i_template = 0, exit_code;

    for (size_t i = 0; i < sizeof twp_templates / sizeof twp_templates[0]; i++)
        if (strcmp(twp_templates[i].name, USUAL_TEMPLATE) == 0)
            i_template = (int) i;
    if (!twp_arguments_choice(arguments, TEMPLATE, "template", TWP_TEMPLATE_CHOICES, &i_template) ||
        !check_name(name))
        return TWP_EXIT_INPUT;
    exit_code = write_file(name, twp_templates[i_template].text);
    if (exit_code == TWP_EXIT_GOOD)
        printf("%s.yaml is yours to change; each line says what it is. Then:\n"
               "  twinpath check %s.yaml\n"
               "  twinpath run %s.yaml -o %s.h5\n"
               "  twinpath map %s.yaml -o %s.svg\n",
            name, name, name, name, name, name);
    return twp_say_result("", exit_code);
}

const twp_command_t twp_command_new = { "new", "NAME", 1, 1,
    "write a commented study to begin with",
    "Writes NAME.yaml into this folder: a small study that runs as it is, with a remark on each "
    "line. Its numbers are assumptions, to be replaced by yours. A file that is there is never "
    "replaced.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), make_new };
