/** What the program says of itself, all from the tables of commands: help, manual, completion. */
#ifndef TWP_CLI_HELP_H
#define TWP_CLI_HELP_H

#include "cli/command.h"
#include "report/buffer.h"

#define TWP_HELP_TITLE "simulate patient journeys and the support that changes them"

/** Prints the help of a command, or (NULL) of the program; returns the exit code. */
int twp_help_print(const twp_command_t *command);

/** Adds the help of the program. */
void twp_help_write(twp_buffer_t *buffer);

/** Adds the manual page (man macros). */
void twp_manual_write(twp_buffer_t *buffer);

/** Adds the completion for bash. */
void twp_completion_write(twp_buffer_t *buffer);

#endif
