#include "cli/options.h"

#include "base/suggest.h"
#include "cli/help.h"
#include "cli/say.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const twp_option_t twp_option_help = { TWP_OPTION_HELP, "help", 'h', TWP_TAKES_NOTHING, NULL,
    "print this help" };

#define OPTIONS_MAX 40 /* of one command, with --help */

/* ---- reading ------------------------------------------------------------------------------------ */

/* getopt's tables, made from ours. */
typedef struct {
    struct option longs[OPTIONS_MAX + 1];
    char shorts[3 * OPTIONS_MAX + 2];
} getopt_tables_t;

static void
add_option(getopt_tables_t *tables, int i_option, size_t *n_shorts, const twp_option_t *option)
{
    static const int kinds[] = { no_argument, required_argument, optional_argument };

    tables->longs[i_option] =
        (struct option){ option->name, kinds[option->takes], NULL, option->id + 256 };
    if (option->letter != '\0') {
        tables->shorts[(*n_shorts)++] = option->letter;
        for (int i = 0; i < (int) option->takes; i++)
            tables->shorts[(*n_shorts)++] = ':';
    }
}

static void
make_tables(const twp_command_t *command, getopt_tables_t *tables)
{
    size_t n_shorts = 0;

    memset(tables, 0, sizeof *tables);
    /* A leading colon tells a missing value from an unknown option. */
    tables->shorts[n_shorts++] = ':';
    for (int i = 0; i < command->n_options && i < OPTIONS_MAX - 1; i++)
        add_option(tables, i, &n_shorts, &command->option[i]);
    add_option(tables, command->n_options, &n_shorts, &twp_option_help);
}

static int
id_of_letter(const twp_command_t *command, int letter)
{
    for (int i = 0; i < command->n_options; i++) {
        if (command->option[i].letter == letter)
            return command->option[i].id;
    }
    return TWP_OPTION_HELP;
}

/* Option of a value of getopt's (optopt), or NULL. */
static const twp_option_t *
option_of(const twp_command_t *command, int value)
{
    for (int i = 0; i < command->n_options; i++) {
        if (command->option[i].id + 256 == value ||
            (value != '\0' && command->option[i].letter == value))
            return &command->option[i];
    }
    return value == TWP_OPTION_HELP + 256 ? &twp_option_help : NULL;
}

/* Tells of an option that no name fits; word is as it was typed. */
static void
tell_unknown_option(const twp_command_t *command, const char *word)
{
    const char *names[OPTIONS_MAX], *nearest;
    char name[64];
    const size_t length = strcspn(word, "=");
    int n_fitting = 0;

    snprintf(name, sizeof name, "%.*s", (int) (length < 63 ? length : 63), word);
    for (int i = 0; i < command->n_options; i++)
        names[i] = command->option[i].name;
    names[command->n_options] = twp_option_help.name;
    for (int i = 0; i <= command->n_options; i++)
        n_fitting += length > 2 && strncmp(names[i], name + 2, strlen(name) - 2) == 0;
    if (n_fitting > 1) {
        twp_say_error("%s: %s is short for several options", command->name, name);
        return;
    }
    nearest = twp_suggest_nearest(name + strspn(name, "-"), names, (size_t) command->n_options + 1);
    if (nearest != NULL)
        twp_say_error("%s: unknown option %s; did you mean --%s?", command->name, name, nearest);
    else
        twp_say_error(
            "%s: unknown option %s; see twinpath %s --help", command->name, name, command->name);
}

/* Tells why getopt, which returned code, did not accept an option. */
static void
tell_wrong_option(const twp_command_t *command, int code, const char *word)
{
    const twp_option_t *option = option_of(command, optopt);

    if (option != NULL)
        twp_say_error("%s: option --%s %s", command->name, option->name,
            code == ':' ? "needs a value" : "takes no value");
    else if (optopt > 0 && optopt < 256)
        twp_say_error(
            "%s: unknown option -%c; see twinpath %s --help", command->name, optopt, command->name);
    else
        tell_unknown_option(command, word);
}

static bool
check_operands(const twp_command_t *command, const twp_arguments_t *arguments)
{
    if (arguments->n_operands < command->n_least) {
        twp_say_error("%s: %s is missing; usage: twinpath %s [option ...] %s", command->name,
            command->operands, command->name, command->operands);
        return false;
    }
    if (arguments->n_operands > command->n_most) {
        twp_say_error("%s: \"%s\" is one too many; usage: twinpath %s [option ...] %s",
            command->name, arguments->operand[command->n_most], command->name, command->operands);
        return false;
    }
    return true;
}

bool
twp_arguments_read(
    const twp_command_t *command, int argc, char **argv, twp_arguments_t *arguments, int *exit_code)
{
    getopt_tables_t tables;
    int code;

    *arguments = (twp_arguments_t){ 0 };
    arguments->option = calloc((size_t) argc + 1, sizeof *arguments->option);
    arguments->operand = calloc((size_t) argc + 1, sizeof *arguments->operand);
    *exit_code = TWP_EXIT_FAILED;
    if (arguments->option == NULL || arguments->operand == NULL) {
        twp_say_error("no memory");
        return false;
    }
    make_tables(command, &tables);
    *exit_code = TWP_EXIT_INPUT;
    opterr = 0;
    while ((code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
        int id;
        if (code == '?' || code == ':') {
            tell_wrong_option(command, code, argv[optind - 1]);
            return false;
        }
        id = code >= 256 ? code - 256 : id_of_letter(command, code);
        if (id == TWP_OPTION_HELP) {
            *exit_code = twp_help_print(command);
            return false;
        }
        arguments->option[arguments->n_options++] = (twp_given_option_t){ id, optarg };
    }
    for (int i = optind; i < argc; i++)
        arguments->operand[arguments->n_operands++] = argv[i];
    return check_operands(command, arguments);
}

void
twp_arguments_clear(twp_arguments_t *arguments)
{
    free(arguments->option);
    free(arguments->operand);
    *arguments = (twp_arguments_t){ 0 };
}

/* ---- values ------------------------------------------------------------------------------------- */

bool
twp_arguments_has(const twp_arguments_t *arguments, int id)
{
    for (int i = 0; i < arguments->n_options; i++) {
        if (arguments->option[i].id == id)
            return true;
    }
    return false;
}

const char *
twp_arguments_value(const twp_arguments_t *arguments, int id, const char *otherwise)
{
    for (int i = arguments->n_options - 1; i >= 0; i--) {
        if (arguments->option[i].id == id)
            return arguments->option[i].value;
    }
    return otherwise;
}

int
twp_arguments_values(const twp_arguments_t *arguments, int id, const char **value)
{
    int n = 0;

    for (int i = 0; i < arguments->n_options; i++) {
        if (arguments->option[i].id == id)
            value[n++] = arguments->option[i].value;
    }
    return n;
}

bool
twp_arguments_number(const twp_arguments_t *arguments, int id, const char *name, uint64_t least,
    uint64_t most, uint64_t *number)
{
    const char *text = twp_arguments_value(arguments, id, NULL);
    unsigned long long value = 0;
    bool is_good;

    if (text == NULL)
        return true;
    is_good = text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
    if (is_good) {
        errno = 0;
        value = strtoull(text, NULL, 10);
        is_good = errno == 0 && value >= least && value <= most;
    }
    if (!is_good) {
        twp_say_error("--%s: \"%s\" is no whole number from %llu to %llu", name, text,
            (unsigned long long) least, (unsigned long long) most);
        return false;
    }
    *number = value;
    return true;
}

bool
twp_arguments_choice(
    const twp_arguments_t *arguments, int id, const char *name, const char *choices, int *choice)
{
    const char *text = twp_arguments_value(arguments, id, NULL);
    char copy[128], *rest = copy;
    const char *names[OPTIONS_MAX], *nearest;
    int n = 0;

    if (text == NULL)
        return true;
    snprintf(copy, sizeof copy, "%s", choices);
    while (rest != NULL && n < OPTIONS_MAX) {
        names[n] = strsep(&rest, "|");
        if (strcmp(names[n], text) == 0) {
            *choice = n;
            return true;
        }
        n++;
    }
    nearest = twp_suggest_nearest(text, names, (size_t) n);
    if (nearest != NULL)
        twp_say_error("--%s: \"%s\" is none of %s; did you mean %s?", name, text, choices, nearest);
    else
        twp_say_error("--%s: \"%s\" is none of %s", name, text, choices);
    return false;
}
