/** Text that grows: what the reports are written into. Nothing here prints. */
#ifndef TWP_REPORT_BUFFER_H
#define TWP_REPORT_BUFFER_H

#include "twinpath.h"

/** Starts as {0}. When memory runs out has_failed stays set and later additions do nothing. */
typedef struct {
    char *text; /**< [n_bytes] and a NUL; NULL as long as nothing was added */
    size_t n_bytes, n_capacity;
    bool has_failed;
} twp_buffer_t;

void twp_buffer_clear(twp_buffer_t *buffer);

void twp_buffer_add(twp_buffer_t *buffer, const char *text);
void twp_buffer_add_bytes(twp_buffer_t *buffer, const char *bytes, size_t n_bytes);
void twp_buffer_printf(twp_buffer_t *buffer, const char *format, ...) TWP_PRINTF(2, 3);
/** n times the character. */
void twp_buffer_repeat(twp_buffer_t *buffer, char character, size_t n);

/** Adds text that Markdown shall show as it is, not take for emphasis, links, HTML or table bars. */
void twp_buffer_add_markdown(twp_buffer_t *buffer, const char *text);

/** Makes blanks of control characters: text from files must neither break lines nor steer terminals. */
void twp_buffer_clean(char *text);

/** Columns that UTF-8 text takes on a terminal, a character a column. */
size_t twp_buffer_width(const char *text);

/**
 * Adds text broken between words so that no line is longer than width columns (a longer word stands
 * alone), each line behind indent, the first behind first. Ends with a line end.
 */
void twp_buffer_wrap(
    twp_buffer_t *buffer, const char *text, size_t width, const char *first, const char *indent);

/** TWP_OK, or TWP_ERR_MEMORY when an addition failed. */
TWP_CHECK_RESULT twp_status_t twp_buffer_status(const twp_buffer_t *buffer, twp_error_t *err);

#endif
