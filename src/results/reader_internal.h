/**
 * What the parts of the reader share: the file (reader.c), what is in it (reader_objects.c), types and
 * attributes (reader_attributes.c), data (reader_data.c).
 */
#ifndef TWP_RESULTS_READER_INTERNAL_H
#define TWP_RESULTS_READER_INTERNAL_H

#include "results/hdf5_error.h"
#include "results/reader.h"

struct twp_reader {
    char *path;
    hid_t file;
    bool is_unverified, is_damaged;
    char *sources;         /* text of TWP_ATTRIBUTE_SOURCES, each file of it checked; or NULL */
    uint64_t source_bytes; /* of these files together */
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
    const twp_reader_t *reader, const char *object, twp_status_t *status, twp_error_t *err);
/** Opens a group (H5I_GROUP) or dataset (H5I_DATASET); an invalid handle with *status set else. */
hid_t twp_reader_open_kind(const twp_reader_t *reader, const char *object, H5I_type_t kind,
    twp_status_t *status, twp_error_t *err);

/** Whether there is a link at each step of a path; remembers damage that it meets. */
bool twp_reader_has_links(twp_reader_t *reader, const char *object);

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
