#include "results/hdf5_texts.h"

#define BUFFER_BYTES 16384

hid_t
twp_hdf5_texts_plist(void)
{
    const hid_t plist = H5Pcreate(H5P_DATASET_XFER);

    return plist >= 0 && H5Pset_buffer(plist, BUFFER_BYTES, NULL, NULL) >= 0 ? plist
                                                                             : H5I_INVALID_HID;
}
