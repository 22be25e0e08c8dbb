/**
 * Attaches columns to their dimensions as H5DSattach_scale does (HDF5 Dimension Scale Specification,
 * sections 4.2 and 5.2), but writes each list once: H5DS reads and rewrites the list of a dimension
 * for each of its columns, which took a fifth of the time of a small run. After the first failure the
 * file is given up; what these functions opened then leaks, as all of a failed file does.
 */
#ifndef TWP_RESULTS_HDF5_SCALES_H
#define TWP_RESULTS_HDF5_SCALES_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

/** An element of REFERENCE_LIST: a column, and which of its dimensions is meant. */
typedef struct {
    hobj_ref_t dataset;
    int dimension;
} twp_hdf5_use_t;

/** A dimension while its group is written. */
typedef struct {
    hid_t dataset;       /* open; H5DSset_scale was called */
    twp_hdf5_use_t *use; /* of which n_uses are known */
    size_t n_uses;
} twp_hdf5_scale_t;

/**
 * Writes DIMENSION_LIST of dataset, whose dimension i is scale[i_dim[i]], and notes its uses. Each
 * scale must have room for them, filled with zeros (the gap behind an element is written, too).
 * False when HDF5 failed.
 */
bool twp_hdf5_scales_attach(
    hid_t dataset, twp_hdf5_scale_t *scale, const size_t *i_dim, int n_dims);

/** Writes REFERENCE_LIST where there are uses and closes the dataset. False when HDF5 failed. */
bool twp_hdf5_scales_close(twp_hdf5_scale_t *scale);

#endif
