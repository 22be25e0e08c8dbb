/** Commands of the program and their options: the tables that help, manual and completion are made of. */
#ifndef TWP_CLI_COMMAND_H
#define TWP_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/** Exit codes. */
enum {
    TWP_EXIT_GOOD = 0,
    TWP_EXIT_FAILED = 1,  /**< the run failed */
    TWP_EXIT_INPUT = 2,   /**< the input or the command line is wrong */
    TWP_EXIT_STOPPED = 75 /**< stopped early, by a signal or by --max-time */
};

typedef enum {
    TWP_TAKES_NOTHING,
    TWP_TAKES_VALUE,
    TWP_TAKES_VALUE_OR_NOTHING /**< --name or --name=VALUE */
} twp_option_takes_t;

typedef struct {
    int id;           /**< what the command knows it by; > 0, unique in a command */
    const char *name; /**< without the dashes */
    char letter;      /**< short form, or '\0' */
    twp_option_takes_t takes;
    const char
        *value; /**< name of the value in help ("FILE"), or choices ("table|json"); NULL: none */
    const char *help; /**< one sentence */
} twp_option_t;

typedef struct {
    const char *line;  /**< command line */
    const char *about; /**< what it does */
} twp_example_t;

/** An option found on the command line, in order. */
typedef struct {
    int id;
    const char *value; /**< or NULL */
} twp_given_option_t;

/** A command line that fits its command's table. Text is argv's. */
typedef struct {
    twp_given_option_t *option; /**< [n_options] */
    int n_options;
    const char **operand; /**< [n_operands] what is no option */
    int n_operands;
    const char *command_line; /**< the whole, as it could be typed again */
} twp_arguments_t;

typedef struct twp_command {
    const char *name;
    const char *operands;    /**< "STUDY", "FILE", "[COMMAND]" */
    int n_least, n_most;     /**< operands */
    const char *summary;     /**< one line */
    const char *description; /**< paragraphs, separated by a line end */
    const twp_option_t *option;
    int n_options;
    const twp_example_t *example;
    int n_examples;
    int (*run)(const twp_arguments_t *arguments); /**< returns the exit code */
} twp_command_t;

/** Commands in the order of the help. */
extern const twp_command_t *const twp_commands[];
extern const int twp_n_commands;

/** By name, or NULL. */
const twp_command_t *twp_command_find(const char *name);
/** The nearest name of a command to a wrong one, or NULL. */
const char *twp_command_nearest(const char *wrong);

extern const twp_command_t twp_command_new, twp_command_run, twp_command_check, twp_command_map,
    twp_command_sweep, twp_command_merge, twp_command_summary, twp_command_reproduce,
    twp_command_replay, twp_command_params, twp_command_adherence, twp_command_schema,
    twp_command_help;

#endif
