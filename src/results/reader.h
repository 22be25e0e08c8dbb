/**
 * Reading a results file, which may be damaged or hostile: everything is checked before it is used,
 * and what is refused is named. An object is "" (the root), "summary" or "summary/cost_mean".
 *
 * Refused with TWP_ERR_FORMAT: a file that differs from the .sha256 beside it, that is not HDF5 or
 * of another major layout, soft and external links, external data, virtual data but those of the shards that the
 * root lists (each of which must be there, below the folder of the file, and have its SHA-256), filters other than
 * shuffle, deflate and fletcher32, types other than those of twp_type_t, more than five dimensions,
 * and sizes that the bytes in the file cannot hold.
 */
#ifndef TWP_RESULTS_READER_H
#define TWP_RESULTS_READER_H

#include "twinpath.h"
#include "vocabulary/columns.h"

/** Elements that a whole read refuses to go beyond; slices have no limit of their own. */
#define TWP_READER_MAX_ELEMENTS ((size_t) 1 << 31)

typedef struct twp_reader twp_reader_t; /* opaque; one thread of the process at a time */

/**
 * Opens path for reading. Where path.sha256 is there, the file's SHA-256 must be the one it names.
 * Fails with TWP_ERR_IO (cannot be read), TWP_ERR_FORMAT (see above), TWP_ERR_MEMORY.
 */
TWP_CHECK_RESULT twp_status_t twp_reader_open(
    const char *path, twp_reader_t **reader, twp_error_t *err);
void twp_reader_close(twp_reader_t *reader); /**< NULL is allowed */

/** True when a question whether something is there met damage; reading anything fails from then on. */
bool twp_reader_is_damaged(const twp_reader_t *reader);
/** True when there was no .sha256 to check the file against: damaged text may then go unseen. */
bool twp_reader_is_unverified(const twp_reader_t *reader);
const char *twp_reader_path(const twp_reader_t *reader);

/** Whether there is such a group or dataset. One that is damaged is there: what reads it fails. */
bool twp_reader_has(twp_reader_t *reader, const char *object);
/** Whether an object has such an attribute; true also of an object that is damaged. */
bool twp_reader_has_attribute(twp_reader_t *reader, const char *object, const char *name);

/** Names in order of creation. Ended by twp_reader_free_names(). */
typedef struct {
    size_t n;
    char **name;    /**< [n] */
    bool *is_group; /**< [n]; NULL for attributes */
} twp_names_t;

void twp_reader_free_names(twp_names_t *names);

/** Groups and datasets directly in a group. */
TWP_CHECK_RESULT twp_status_t twp_reader_list(
    twp_reader_t *reader, const char *group, twp_names_t *names, twp_error_t *err);
/** Attributes of an object, without those that HDF5's dimension scales use for themselves. */
TWP_CHECK_RESULT twp_status_t twp_reader_list_attributes(
    twp_reader_t *reader, const char *object, twp_names_t *names, twp_error_t *err);

/** Value of an attribute; the caller frees values. For text, values is the text (char *). */
typedef struct {
    twp_type_t type;
    size_t n; /**< elements of an array; 0 for a scalar */
    void *values;
    bool is_variable_text; /**< variable-length UTF-8 */
} twp_attribute_value_t;

TWP_CHECK_RESULT twp_status_t twp_reader_attribute(twp_reader_t *reader, const char *object,
    const char *name, twp_attribute_value_t *value, twp_error_t *err);
/** A text attribute; the caller frees *text. TWP_ERR_FORMAT when there is none or it is no text. */
TWP_CHECK_RESULT twp_status_t twp_reader_attribute_text(
    twp_reader_t *reader, const char *object, const char *name, char **text, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_reader_attribute_int32(
    twp_reader_t *reader, const char *object, const char *name, int32_t *value, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_reader_attribute_float64(
    twp_reader_t *reader, const char *object, const char *name, double *value, twp_error_t *err);

/** What is known of a dataset without reading it. */
typedef struct {
    twp_type_t type;
    int n_dims; /**< 0: a scalar */
    size_t length[TWP_FIELD_DIMS_MAX];
    char dim[TWP_FIELD_DIMS_MAX][TWP_COLUMN_NAME_MAX + 1]; /**< "" where no scale is attached */
    size_t n_elements;                                     /**< product of length; 1 for a scalar */
    bool is_dimension;                                     /**< a dimension scale */
    bool is_plain_dimension; /**< a length without values, cannot be read */
    bool is_variable_text;   /**< variable-length UTF-8 */
    bool is_chunked, is_shuffled, is_deflated;
    size_t chunk[TWP_FIELD_DIMS_MAX]; /**< where is_chunked */
} twp_dataset_info_t;

TWP_CHECK_RESULT twp_status_t twp_reader_info(
    twp_reader_t *reader, const char *object, twp_dataset_info_t *info, twp_error_t *err);
/** The same without the names of dimensions (dim is "" but for a dimension itself): several times as fast. */
TWP_CHECK_RESULT twp_status_t twp_reader_shape(
    twp_reader_t *reader, const char *object, twp_dataset_info_t *info, twp_error_t *err);

/*
 * Whole datasets, row-major; the caller frees *values, *n is the number of elements (may be NULL).
 * A dataset is converted only where nothing can be lost: TWP_ERR_FORMAT otherwise; TWP_ERR_LIMIT
 * beyond TWP_READER_MAX_ELEMENTS.
 */
TWP_CHECK_RESULT twp_status_t twp_reader_read_float64(
    twp_reader_t *reader, const char *object, double **values, size_t *n, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_reader_read_float32(
    twp_reader_t *reader, const char *object, float **values, size_t *n, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_reader_read_int64(
    twp_reader_t *reader, const char *object, int64_t **values, size_t *n, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_reader_read_int32(
    twp_reader_t *reader, const char *object, int32_t **values, size_t *n, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_reader_read_int16(
    twp_reader_t *reader, const char *object, int16_t **values, size_t *n, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_reader_read_int8(
    twp_reader_t *reader, const char *object, int8_t **values, size_t *n, twp_error_t *err);

/** Text of one or no dimension; ended by twp_reader_free_texts(). */
TWP_CHECK_RESULT twp_status_t twp_reader_read_texts(
    twp_reader_t *reader, const char *object, char ***texts, size_t *n, twp_error_t *err);
void twp_reader_free_texts(char **texts, size_t n);
/** A scalar text; the caller frees *text. */
TWP_CHECK_RESULT twp_status_t twp_reader_read_text(
    twp_reader_t *reader, const char *object, char **text, twp_error_t *err);

/**
 * Part of a numeric dataset: count[] elements from start[] in each dimension, as elements of type
 * into values, which has room for their product. TWP_ERR_ARGUMENT when it goes beyond the dataset.
 */
TWP_CHECK_RESULT twp_status_t twp_reader_read_slice(twp_reader_t *reader, const char *object,
    twp_type_t type, const size_t *start, const size_t *count, void *values, twp_error_t *err);

#endif
