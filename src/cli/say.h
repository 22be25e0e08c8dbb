/** What the program tells people: results on standard output, everything else on standard error. */
#ifndef TWP_CLI_SAY_H
#define TWP_CLI_SAY_H

#include "cli/command.h"
#include "report/buffer.h"

/** "twinpath: message" and a line end on standard error. */
void twp_say_error(const char *format, ...) TWP_PRINTF(1, 2);
/** A line on standard error. */
void twp_say_note(const char *format, ...) TWP_PRINTF(1, 2);

/** Is the file a terminal that understands control sequences? */
bool twp_say_is_terminal(int file);
/** Is colour welcome there? (no-color.org) */
bool twp_say_has_colour(int file);
/** Columns of the terminal on standard output, else 100; 80 to 120. */
size_t twp_say_width(void);

/** Prints a report on standard output; returns exit_code, or TWP_EXIT_FAILED when it cannot. */
int twp_say_result(const char *text, int exit_code);

/** The same with a buffer, which it clears; TWP_EXIT_FAILED too when memory ran out filling it. */
int twp_say_buffer(twp_buffer_t *buffer, int exit_code);

/** Exit code that a status of the library means. */
int twp_say_exit_code(twp_status_t status);

#endif
