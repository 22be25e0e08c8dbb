/** Command lines read by a command's table, and the values of options. */
#ifndef TWP_CLI_OPTIONS_H
#define TWP_CLI_OPTIONS_H

#include "cli/command.h"

#include <stdint.h>

/** Id of --help, which every command has without naming it. */
#define TWP_OPTION_HELP 1
/** First id of a command's own options. */
#define TWP_OPTION_OWN 2

/**
 * Reads argv[0 .. argc-1], the command's name first, by its table. Tells what is wrong on standard
 * error (with the nearest option), or prints the help.
 *
 * @param arguments  ended by twp_arguments_clear() whatever happens
 * @return true to go on; false: *exit_code says with what to end
 */
bool twp_arguments_read(const twp_command_t *command, int argc, char **argv,
    twp_arguments_t *arguments, int *exit_code);
void twp_arguments_clear(twp_arguments_t *arguments);

/** Was the option given? */
bool twp_arguments_has(const twp_arguments_t *arguments, int id);
/** The last value given to the option, else otherwise. */
const char *twp_arguments_value(const twp_arguments_t *arguments, int id, const char *otherwise);
/** Values given to an option that may be repeated: fills value[n_options of arguments at most]. */
int twp_arguments_values(const twp_arguments_t *arguments, int id, const char **value);

/**
 * Whole number of an option: decimal digits alone, least to most. Leaves *number alone when the option
 * was not given. Tells what is wrong on standard error and returns false.
 */
bool twp_arguments_number(const twp_arguments_t *arguments, int id, const char *name,
    uint64_t least, uint64_t most, uint64_t *number);

/**
 * Index of an option's value in its choices "table|json|csv"; *choice is left alone when the option
 * was not given. Tells what is wrong, with the nearest choice, and returns false.
 */
bool twp_arguments_choice(
    const twp_arguments_t *arguments, int id, const char *name, const char *choices, int *choice);

/** Text of --help's own row. */
extern const twp_option_t twp_option_help;

#endif
