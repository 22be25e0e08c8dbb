/** HDF5's own error reporting: silenced while the library works, and read for its reason. */
#ifndef TWP_RESULTS_HDF5_ERROR_H
#define TWP_RESULTS_HDF5_ERROR_H

#include <hdf5.h>

#define TWP_HDF5_REASON_SIZE 256

/** What HDF5 did with errors before twp_hdf5_quiet(). */
typedef struct {
    H5E_auto2_t report;
    void *data;
} twp_hdf5_quiet_t;

/** Stops HDF5 from printing its errors; end with twp_hdf5_restore(). */
void twp_hdf5_quiet(twp_hdf5_quiet_t *before);
void twp_hdf5_restore(const twp_hdf5_quiet_t *before);

/** The innermost reason of the last HDF5 failure, with the system's words where it has them. */
const char *twp_hdf5_reason(char reason[TWP_HDF5_REASON_SIZE]);

#endif
