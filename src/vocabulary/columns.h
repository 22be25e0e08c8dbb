/**
 * Every group, column and root attribute of a results file, as tables: the writer's callers take
 * their field descriptions from here, the layout check compares files with it, and the tables in
 * the documentation are printed from it. Tables only; nothing here knows HDF5.
 */
#ifndef TWP_VOCABULARY_COLUMNS_H
#define TWP_VOCABULARY_COLUMNS_H

#include "twinpath.h"

/**
 * MAJOR.MINOR of the results layout. A group, column or attribute that comes raises MINOR, once between two versions
 * of the program; what changes the meaning of something that is there raises MAJOR. Readers pass over what they do
 * not know and refuse another MAJOR. 1.3: /decision, /precision, /points and `point` in front of figures.
 */
#define TWP_LAYOUT_VERSION "1.3"
#define TWP_LAYOUT_MAJOR 1
#define TWP_FIELD_DIMS_MAX 5 /**< point, segment, strategy, time, quantile */
#define TWP_COLUMN_NAME_MAX 255

/** Storage types of a results file; there are no others. */
typedef enum {
    TWP_TYPE_INT8 = 0,
    TWP_TYPE_INT16 = 1,
    TWP_TYPE_INT32 = 2,
    TWP_TYPE_INT64 = 3,
    TWP_TYPE_FLOAT32 = 4,
    TWP_TYPE_FLOAT64 = 5,
    TWP_TYPE_TEXT = 6 /**< variable-length UTF-8; in memory const char * */
} twp_type_t;

#define TWP_N_TYPES 7

const char *twp_type_name(twp_type_t type); /**< "int8" ... "text"; static storage */
size_t twp_type_size(twp_type_t type);      /**< bytes of an element; 0 for text */
bool twp_type_is_integer(twp_type_t type);

/**
 * Description of one dataset. NULL texts are attributes that are not written. The writer copies
 * what it is given. dims name dimensions of the same group, slowest first.
 */
typedef struct {
    const char *name; /**< [a-z][a-z0-9_]* */
    twp_type_t type;
    int n_dims;
    const char *dims[TWP_FIELD_DIMS_MAX];
    const char *units; /**< "d", "year", "1", an ISO 4217 code; NULL for counts and codes */
    const char *long_name;
    const char *comment;
    const char *coordinates;
    const char *cell_methods;
    const char *cf_role;
    const char *sample_dimension;
    const char *calendar;
    int n_flags;                      /**< 0: no flags */
    const int32_t *flag_values;       /**< [n_flags]; NULL means 0, 1, ..., n_flags - 1 */
    const char *const *flag_meanings; /**< [n_flags], words without blanks */
} twp_field_t;

/** What became of a point of a sweep. Written to files: never renumbered. */
typedef enum { TWP_POINT_MISSING = 0, TWP_POINT_DONE = 1, TWP_POINT_FAILED = 2 } twp_point_fate_t;

/** Required, but not in files of adherence (twinpath_kind), which come from no run. */
#define TWP_REQUIRED_OF_RUNS 2
#define TWP_KIND_ADHERENCE "adherence"
/** Of the root: files that virtual datasets take their data from, as lines of sha256sum. */
#define TWP_ATTRIBUTE_SOURCES "shard_sha256"

/**
 * A row of the table of columns: field.name may be a pattern with parts such as "{measure}".
 * A numeric row without dimensions may have any; a text row without is a scalar.
 */
typedef struct {
    const char *group;
    twp_field_t field; /**< units may be "{unit}": the caller says */
    int is_required; /**< stands in the file whenever the group does: 0, 1, TWP_REQUIRED_OF_RUNS */
} twp_column_t;

/** A row of the table of groups, in the order in which groups stand in a file. */
typedef struct {
    const char *name;
    const char *title;        /**< one sentence */
    const char *feature_type; /**< CF featureType of ragged data, or NULL */
    const char
        *leading_dims[2]; /**< dimensions that may stand before those of the table, or NULL */
    bool is_digested;     /**< its content is part of the content digest */
} twp_column_group_t;

/** A row of the table of attributes of the root and of groups. */
typedef struct {
    const char *group; /**< "" is the root */
    const char *name;
    twp_type_t type; /**< text, int32 or float64 */
    int is_required; /**< likewise */
    const char *comment;
} twp_column_attribute_t;

size_t twp_columns_n(void);
const twp_column_t *twp_columns_at(size_t i_column); /**< i_column < twp_columns_n() */
size_t twp_columns_n_groups(void);
const twp_column_group_t *twp_columns_group_at(size_t i_group);
const twp_column_group_t *twp_columns_group(const char *name); /**< NULL when unknown */
size_t twp_columns_n_attributes(void);
const twp_column_attribute_t *twp_columns_attribute_at(size_t i_attribute);

/**
 * The row for a column of that name: an exact name first, else the pattern with the most literal
 * letters, the earlier row among equals. NULL when none fits.
 */
const twp_column_t *twp_columns_find(const char *group, const char *name);

/** The same among rows of that type only: /trajectories has int8 tracks and float32 variables. */
const twp_column_t *twp_columns_find_typed(const char *group, const char *name, twp_type_t type);

/**
 * The same for the values of a dimension, which has the column's name: time_NAME has the times of a
 * measure, whatever NAME ends in (time_occupancy_risk_high is no upper end of time_occupancy_risk).
 */
const twp_column_t *twp_columns_find_dimension(
    const char *group, const char *name, twp_type_t type);

/**
 * Fills field with the row for (group, name, type), its name set to name (borrowed) and "{unit}"
 * replaced by unit (borrowed, may be NULL). TWP_ERR_ARGUMENT when the layout has no such column.
 */
TWP_CHECK_RESULT twp_status_t twp_columns_field(const char *group, const char *name,
    twp_type_t type, const char *unit, twp_field_t *field, twp_error_t *err);

/**
 * Whether a column of that row may have the dimension `name` where the row says dim. They are the
 * same, except that "time" in a row of a measure stands for the measure's own times, time_NAME, ...
 */
bool twp_columns_dim_fits(const twp_column_t *row, const char *dim, const char *name);
/** ... and is left out where the measure has none. */
bool twp_columns_dim_may_lack(const twp_column_t *row, const char *dim);

/** Whether name fits a pattern; "{...}" stands for one or more of [a-z0-9_]. */
bool twp_columns_fits(const char *pattern, const char *name);

#endif
