/** How texts go to HDF5 and back. */
#ifndef TWP_RESULTS_HDF5_TEXTS_H
#define TWP_RESULTS_HDF5_TEXTS_H

#include <hdf5.h>

/**
 * A transfer list for texts, for H5Pclose. It names a buffer of some KiB: HDF5 would clear a megabyte
 * for each column of texts, a tenth of the time of a small run. Negative when there is no memory.
 */
hid_t twp_hdf5_texts_plist(void);

#endif
