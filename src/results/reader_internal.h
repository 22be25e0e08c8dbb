/**
 * What the parts of the reader share: the file (reader.c), what is in it (reader_objects.c), types and
 * attributes (reader_attributes.c), dimensions (reader_dims.c), data (reader_data.c).
 */
#ifndef TWP_RESULTS_READER_INTERNAL_H
#define TWP_RESULTS_READER_INTERNAL_H

#include "results/hdf5_error.h"
#include "results/reader.h"

#define TWP_READER_MAX_NAME 1024 /* of an object, with its groups */

/** A dimension that was met, by its place in the file. */
typedef struct {
    hobj_ref_t place;
    char name[TWP_COLUMN_NAME_MAX + 1];
} twp_reader_scale_t;

struct twp_reader {
    char *path;
    hid_t file;
    bool is_unverified, is_damaged;
    char *sources;             /* text of TWP_ATTRIBUTE_SOURCES, each file of it checked; or NULL */
    uint64_t source_bytes;     /* of these files together */
    twp_reader_scale_t *scale; /* [n_scales] */
    size_t n_scales, scale_capacity;
    hid_t
        kept; /* the object that was opened last, or invalid: most of them are asked for several times in a row */
    char kept_name[TWP_READER_MAX_NAME + 1];
    twp_hdf5_quiet_t before;
};

/** Silences HDF5 for the length of a call; end passes status through. */
void twp_reader_begin(twp_reader_t *reader);
twp_status_t twp_reader_end(twp_reader_t *reader, twp_status_t status);

/** TWP_ERR_FORMAT for an object, in our words; or with what HDF5 says of it. */
twp_status_t twp_reader_refuse(
    const twp_reader_t *reader, const char *object, const char *why, twp_error_t *err);
twp_status_t twp_reader_damaged(
    const twp_reader_t *reader, const char *object, const char *what, twp_error_t *err);

/** Whether name is one of the checked files that virtual datasets may lie in. */
bool twp_reader_is_source(const twp_reader_t *reader, const char *name);

/**
 * Opens an object by its path if every step is a hard link: others lead out of the file or to nowhere.
 * Returns an invalid handle with the failure in *status otherwise.
 */
hid_t twp_reader_open_object(
    twp_reader_t *reader, const char *object, twp_status_t *status, twp_error_t *err);
/** Opens a group (H5I_GROUP) or dataset (H5I_DATASET); an invalid handle with *status set else. */
hid_t twp_reader_open_kind(twp_reader_t *reader, const char *object, H5I_type_t kind,
    twp_status_t *status, twp_error_t *err);

/** Whether there is a link at each step of a path; remembers damage that it meets. */
bool twp_reader_has_links(twp_reader_t *reader, const char *object);

/** Whether the attributes that make a dataset a dimension are as H5DS writes them, or not there. */
bool twp_reader_has_own_labels(hid_t dataset);
/** Names the dimensions of a dataset that is none itself, "" where it has none; returns what is wrong, or NULL. */
const char *twp_reader_name_dimensions(
    twp_reader_t *reader, hid_t dataset, twp_dataset_info_t *info);

/** Collects names; is_full when memory ran out. */
typedef struct {
    twp_names_t *names;
    bool is_full, with_kind;
} twp_name_collector_t;

/** Adds a copy of a name; false when memory ran out. */
bool twp_reader_add_name(twp_name_collector_t *collector, const char *name, bool is_group);

/** Which of our types a stored type is; false for all others. */
bool twp_reader_classify(hid_t type, twp_type_t *ours, bool *is_variable_text);
hid_t twp_reader_memory_type(twp_type_t type); /**< of numbers; not to be closed */
/** Variable-length text with the character set of a stored type; to be closed. */
hid_t twp_reader_text_type(hid_t stored);

#endif
