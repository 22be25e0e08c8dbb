/**
 * The description of a results file that the writer builds up and hdf5_file writes out. Texts and
 * small arrays live in the model's arena, long columns in its spool.
 */
#ifndef TWP_RESULTS_WRITER_MODEL_H
#define TWP_RESULTS_WRITER_MODEL_H

#include "base/arena.h"
#include "results/spool.h"
#include "results/writer.h"

typedef struct {
    const char *name;
    twp_type_t type;
    size_t n;           /**< elements of an array; 0 for a scalar */
    const void *values; /**< for text, the text itself */
} twp_model_attribute_t;

/** At most: eight texts and the two of flags. */
#define TWP_FIELD_ATTRIBUTES_MAX 10

/** One row of a stream while it grows. */
typedef struct {
    twp_spool_row_t spooled;
    size_t n_elements;
} twp_model_row_t;

/** A piece of a virtual column's last dimension, which lies in the column of the same name in another file. */
typedef struct {
    const char *file; /**< relative to the folder of this one */
    size_t n;
} twp_model_source_t;

typedef struct {
    twp_field_t field; /**< its texts are copies */
    size_t i_dim[TWP_FIELD_DIMS_MAX];
    int n_attributes;
    twp_model_attribute_t attribute[TWP_FIELD_ATTRIBUTES_MAX];
    bool is_stream;
    bool is_dimension;                /**< the scale of field.dims[0] */
    size_t n_rows;                    /**< streams: leading indices; whole arrays: 1 */
    twp_model_row_t *row;             /**< [n_rows]; NULL for text */
    size_t chunk[TWP_FIELD_DIMS_MAX]; /**< streams: set when the writer closes */
    const void *kept;                 /**< captured: elements of a whole array, row-major */
    size_t n_kept;
    twp_model_source_t
        *source; /**< [n_sources] of a virtual column, in order; NULL: the data are here */
    size_t n_sources, source_capacity;
    size_t n_texts;
    const char **text;                        /**< [n_texts] */
    unsigned char sum[TWP_CONTENT_SUM_BYTES]; /**< streams: set when the writer closes */
} twp_model_column_t;

typedef struct {
    const char *name;
    size_t length;
    twp_model_column_t *column; /**< its scale; NULL for a plain dimension */
} twp_model_dimension_t;

typedef struct {
    const char *name; /**< "" for the root */
    twp_model_attribute_t *attribute;
    twp_model_dimension_t *dimension;
    twp_model_column_t **column;
    size_t n_attributes, n_dimensions, n_columns;
    size_t attribute_capacity, dimension_capacity, column_capacity;
} twp_model_group_t;

typedef struct {
    twp_arena_t *arena;
    twp_spool_t *spool;
    twp_model_group_t *group; /**< [n_groups]; the first is the root */
    size_t n_groups, group_capacity;
} twp_writer_model_t;

/** False when memory runs out; the root group is there afterwards. Clear in both cases. */
bool twp_model_init(twp_writer_model_t *model);
void twp_model_clear(twp_writer_model_t *model); /**< the spool included */

twp_model_group_t *twp_model_find_group(const twp_writer_model_t *model, const char *name);
/** Index of a dimension of a group, or SIZE_MAX. */
size_t twp_model_find_dimension(const twp_model_group_t *group, const char *name);
bool twp_model_has_dataset(const twp_model_group_t *group, const char *name);

/* These copy what they are given; NULL or false when memory runs out. */
twp_model_group_t *twp_model_add_group(twp_writer_model_t *model, const char *name);
/** value: text, or the address of an int32_t or double. A value of the same name is replaced. */
bool twp_model_set_attribute(twp_writer_model_t *model, twp_model_group_t *group, const char *name,
    twp_type_t type, const void *value);
/** The next n elements of each row of a stream lie in file; before they are appended. */
bool twp_model_add_source(
    twp_writer_model_t *model, twp_model_column_t *column, const char *file, size_t n);
bool twp_model_add_dimension(
    twp_writer_model_t *model, twp_model_group_t *group, const char *name, size_t length);

/**
 * Adds a column with n_rows rows (0 for text) over dimensions that are there; where the field is
 * the coordinate of its own dimension, it becomes its scale. The field is valid, see below.
 */
twp_model_column_t *twp_model_add_column(
    twp_writer_model_t *model, twp_model_group_t *group, const twp_field_t *field, size_t n_rows);

/** [a-z][a-z0-9_]*, at most TWP_COLUMN_NAME_MAX letters. */
bool twp_model_is_name(const char *name);
bool twp_model_is_utf8(const char *text);
/** What is wrong with a field as such, or NULL. */
const char *twp_model_field_fault(const twp_field_t *field);

/** The model of a writer that only captures; NULL of another. */
const twp_writer_model_t *twp_results_captured(const twp_results_writer_t *writer);

/** The content digest of a model whose streams are finished. */
TWP_CHECK_RESULT twp_status_t twp_model_digest(
    const twp_writer_model_t *model, char hex[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err);

#endif
