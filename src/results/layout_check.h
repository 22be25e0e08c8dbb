/** Whether a results file is what vocabulary/columns says: for tests, and for files of others. */
#ifndef TWP_RESULTS_LAYOUT_CHECK_H
#define TWP_RESULTS_LAYOUT_CHECK_H

#include "twinpath.h"

/**
 * Checks every group, column and attribute of the file at path: known names, types, dimensions with
 * their scales, units and other attributes, required columns, chunks and filters, text of variable
 * length in UTF-8. Fails with TWP_ERR_FORMAT and the first difference, else as twp_reader_open().
 */
TWP_CHECK_RESULT twp_status_t twp_results_check_layout(const char *path, twp_error_t *err);

#endif
