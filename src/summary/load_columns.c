/* Columns of numbers: each is looked up and read once, however many segments and points take from it. */
#include "summary/load.h"

#include <stdlib.h>
#include <string.h>

void
twp_load_free_columns(twp_load_t *load)
{
    free(load->column);
    load->column = NULL;
    load->n_columns = load->column_capacity = 0;
}

/* The column that was looked up before, or NULL. They are asked for in the same order again and again, some of
 * them twice in a row. */
static const twp_load_column_t *
known_column(twp_load_t *load, const char *object)
{
    for (size_t i = 0; i < load->n_columns; i++) {
        const size_t at = (load->i_column + i) % load->n_columns;

        if (strcmp(load->column[at].object, object) == 0) {
            load->i_column = at;
            return &load->column[at];
        }
    }
    return NULL;
}

static const twp_load_column_t *
add_column(twp_load_t *load, twp_load_column_t column)
{
    if (load->n_columns == load->column_capacity) {
        const size_t capacity = load->column_capacity > 0 ? 2 * load->column_capacity : 64;
        twp_load_column_t *const grown = realloc(load->column, capacity * sizeof *grown);

        if (grown == NULL) {
            load->status = TWP_FAIL(load->err, TWP_ERR_MEMORY, "no memory for the summary");
            return NULL;
        }
        load->column = grown;
        load->column_capacity = capacity;
    }
    load->i_column = load->n_columns;
    load->column[load->n_columns] = column;
    return &load->column[load->n_columns++];
}

/* What is known of a dataset; false: it is not there, or the status is set. Names of dimensions tell what lies over
 * points, and only sweeps have such columns. */
static bool
look_up(twp_load_t *load, const char *object, twp_dataset_info_t *info, bool *is_over_points)
{
    *is_over_points = false;
    if (!twp_load_has(load, object))
        return false;
    load->status = load->n_points > 0 ? twp_reader_info(load->reader, object, info, load->err)
                                      : twp_reader_shape(load->reader, object, info, load->err);
    if (load->status != TWP_OK)
        return false;
    if (load->n_points > 0 && info->n_dims > 0 && strcmp(info->dim[0], "point") == 0) {
        *is_over_points = true;
        if (info->length[0] != load->n_points)
            twp_load_refuse(load, object, "does not have the length of its dimensions");
    }
    return load->status == TWP_OK;
}

size_t
twp_load_length(twp_load_t *load, const char *object)
{
    twp_dataset_info_t info;
    bool is_over_points;

    if (!look_up(load, object, &info, &is_over_points))
        return 0;
    return is_over_points ? info.n_elements / load->n_points : info.n_elements;
}

/* Counts beyond 2^53 do not occur. */
static void
read_as_doubles(twp_load_t *load, const char *object, twp_type_t type, size_t n, double *to)
{
    double *values = NULL;
    int64_t *counts = NULL;

    if (twp_type_is_integer(type)) {
        load->status = twp_reader_read_int64(load->reader, object, &counts, NULL, load->err);
        for (size_t i = 0; i < n && load->status == TWP_OK; i++)
            to[i] = (double) counts[i];
    } else {
        load->status = twp_reader_read_float64(load->reader, object, &values, NULL, load->err);
        if (load->status == TWP_OK && n > 0)
            memcpy(to, values, n * sizeof(double));
    }
    free(counts);
    free(values);
}

/* A column as it is in the file, looked up the first time; NULL: the status is set. */
static const twp_load_column_t *
column_of(twp_load_t *load, const char *object, size_t n)
{
    const twp_load_column_t *const known = known_column(load, object);
    twp_load_column_t column = { .n = n };
    twp_dataset_info_t info;
    double *values;

    if (known != NULL)
        return known;
    column.object = twp_load_path(load, "%s", object);
    if (!look_up(load, object, &info, &column.is_over_points))
        return load->status == TWP_OK ? add_column(load, column) : NULL;
    column.n = column.is_over_points ? info.n_elements / load->n_points : info.n_elements;
    /* Checked before the read: a hostile length costs nothing. */
    if (column.n != n) {
        twp_load_refuse(load, object, "does not have the length of its dimensions");
        return NULL;
    }
    values = twp_load_room(load, info.n_elements, sizeof *values);
    if (values != NULL)
        read_as_doubles(load, object, info.type, info.n_elements, values);
    column.values = values;
    return load->status == TWP_OK ? add_column(load, column) : NULL;
}

twp_load_line_t
twp_load_line(twp_load_t *load, const char *object, size_t n, bool is_required)
{
    const twp_load_column_t *const column = load->status == TWP_OK ? column_of(load, object, n)
                                                                   : NULL;

    if (column == NULL)
        return (twp_load_line_t){ NULL, 0 };
    if (column->values == NULL && is_required)
        twp_load_refuse(load, object, "is not there");
    else if (column->n != n)
        twp_load_refuse(load, object, "does not have the length of its dimensions");
    if (column->values == NULL || load->status != TWP_OK)
        return (twp_load_line_t){ NULL, 0 };
    return column->is_over_points ? (twp_load_line_t){ column->values + load->i_point * n, n }
                                  : (twp_load_line_t){ column->values, 0 };
}

const double *
twp_load_doubles(twp_load_t *load, const char *object, size_t n, bool is_required)
{
    return twp_load_line(load, object, n, is_required).values;
}

void
twp_load_over_points(twp_load_t *load, const char *object, double *to)
{
    twp_dataset_info_t info;
    bool is_over_points;

    if (look_up(load, object, &info, &is_over_points) && is_over_points &&
        info.n_elements == load->n_points)
        read_as_doubles(load, object, info.type, load->n_points, to);
    else if (load->status == TWP_OK)
        twp_load_refuse(load, object, "is no number of each point");
}
