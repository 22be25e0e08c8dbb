/**
 * SHA-256 of a whole file, by the processor's own instructions where it has them: a fifth of the
 * time that portable code takes, which counts for a large file at every publication and opening.
 */
#ifndef TWP_RESULTS_FILE_SUM_H
#define TWP_RESULTS_FILE_SUM_H

#include "base/digest.h"
#include "twinpath.h"

/** As twp_sha256_of_file(): 64 hex digits and a NUL; TWP_ERR_IO when it cannot be read. */
TWP_CHECK_RESULT twp_status_t twp_file_sum(
    const char *path, char hex[TWP_SHA256_HEX_SIZE], twp_error_t *err);

/** Whether twp_file_sum() uses the processor's instructions here. */
bool twp_file_sum_is_fast(void);

#endif
