/** The language described by its own tables: what scenarios/README.md shows between its markers. */
#ifndef TWP_STUDY_REFERENCE_H
#define TWP_STUDY_REFERENCE_H

#include "twinpath.h"

/**
 * Markdown: keys of every block, hazard families, measures, units, words and functions of
 * expressions, reserved words. The same text on every run; the caller frees it with free().
 */
TWP_CHECK_RESULT twp_status_t twp_reference_markdown(char **text, twp_error_t *err);

/** One line a key, "block.key", in the order of the table; the caller frees it with free(). */
TWP_CHECK_RESULT twp_status_t twp_reference_keys(char **text, twp_error_t *err);

#endif
