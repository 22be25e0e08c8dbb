#include "results/hdf5_scales.h"

#include "vocabulary/columns.h"

/* Creates an attribute of n elements and writes them. */
static bool
write_list(hid_t dataset, const char *name, hid_t type, size_t n, const void *elements)
{
    const hsize_t length = n;
    const hid_t space = H5Screate_simple(1, &length, NULL);
    hid_t attribute;

    if (space < 0)
        return false;
    attribute = H5Acreate2(dataset, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    return attribute >= 0 && H5Awrite(attribute, type, elements) >= 0 && H5Aclose(attribute) >= 0 &&
        H5Sclose(space) >= 0;
}

bool
twp_hdf5_scales_attach(hid_t dataset, twp_hdf5_scale_t *scale, const size_t *i_dim, int n_dims)
{
    const hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    hobj_ref_t self, reference[TWP_FIELD_DIMS_MAX];
    hvl_t list[TWP_FIELD_DIMS_MAX];

    if (type < 0 || H5Rcreate(&self, dataset, ".", H5R_OBJECT, H5I_INVALID_HID) < 0)
        return false;
    for (int i = 0; i < n_dims; i++) {
        twp_hdf5_scale_t *const along = &scale[i_dim[i]];
        if (H5Rcreate(&reference[i], along->dataset, ".", H5R_OBJECT, H5I_INVALID_HID) < 0)
            return false;
        list[i] = (hvl_t){ .len = 1, .p = &reference[i] };
        along->use[along->n_uses].dataset = self;
        along->use[along->n_uses++].dimension = i;
    }
    return (n_dims == 0 || write_list(dataset, "DIMENSION_LIST", type, (size_t) n_dims, list)) &&
        H5Tclose(type) >= 0;
}

static bool
write_uses(const twp_hdf5_scale_t *scale)
{
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(twp_hdf5_use_t));

    return type >= 0 &&
        H5Tinsert(type, "dataset", HOFFSET(twp_hdf5_use_t, dataset), H5T_STD_REF_OBJ) >= 0 &&
        H5Tinsert(type, "dimension", HOFFSET(twp_hdf5_use_t, dimension), H5T_NATIVE_INT) >= 0 &&
        write_list(scale->dataset, "REFERENCE_LIST", type, scale->n_uses, scale->use) &&
        H5Tclose(type) >= 0;
}

bool
twp_hdf5_scales_close(twp_hdf5_scale_t *scale)
{
    return (scale->n_uses == 0 || write_uses(scale)) && H5Dclose(scale->dataset) >= 0;
}
