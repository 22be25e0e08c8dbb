/** Raw text of inputs: reading files whole, checking UTF-8, turning offsets into places. */
#ifndef TWP_DOCUMENT_TEXT_H
#define TWP_DOCUMENT_TEXT_H

#include "base/error.h"

/**
 * Reads a whole file into *text[*n_bytes], NUL-terminated; the caller frees it with free().
 *
 * @param is_regular_only  refuse pipes and devices, which might never end
 * @return TWP_OK, TWP_ERR_IO, TWP_ERR_MEMORY, or TWP_ERR_LIMIT beyond max_bytes
 */
TWP_CHECK_RESULT twp_status_t twp_text_read_file(const char *path, size_t max_bytes,
    bool is_regular_only, char **text, size_t *n_bytes, twp_error_t *err);

/** Bytes of a UTF-8 byte order mark at the start of text: 3 or 0. */
size_t twp_text_bom(const char *text, size_t n_bytes);

/**
 * Adds a finding for each byte that is no UTF-8, each NUL and, where is_yaml says so, each
 * character that YAML forbids or that it alone takes for a line end (U+0085, U+2028, U+2029), and
 * puts a harmless one over it, so that reading can go on with every place unchanged. Stops after
 * max_findings.
 *
 * @return how many it found
 */
int twp_text_check(const char *file, char *text, size_t n_bytes, bool is_yaml, int max_findings,
    twp_findings_t *findings);

/** Line and column (in characters) of an offset, both from 1; a line ends with LF, CRLF or CR. */
void twp_text_place(const char *text, size_t n_bytes, size_t offset, int *line, int *column);

/** Offset of a place; the end of its line (or of the text) when the column is beyond it. */
size_t twp_text_offset(const char *text, size_t n_bytes, int line, int column);

#endif
