/** Turning the writer's description into an HDF5 file. */
#ifndef TWP_RESULTS_HDF5_FILE_H
#define TWP_RESULTS_HDF5_FILE_H

#include "results/writer_model.h"

/**
 * Creates tmp_path (which must not exist) and writes model into it, groups in the order of
 * vocabulary/columns, the root's content_digest and status last.
 * On failure HDF5's handles are left open on purpose and tmp_path is to be removed by the caller.
 */
TWP_CHECK_RESULT twp_status_t twp_hdf5_file_write(const twp_writer_model_t *model,
    const char *tmp_path, const char *digest, const char *status, twp_error_t *err);

#endif
