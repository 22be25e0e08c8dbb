#include "results/stack.h"

#include "base/error.h"
#include "results/writer_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Attributes of the root that are looked at. */
#define MOST_ATTRIBUTES 64

/* In place of a text that is another one at other points. */
#define VARYING "differs from point to point"

struct twp_stack {
    int64_t n_points;
    twp_results_writer_t *first; /* the first that was put: what all have in common */
    size_t n_columns;            /* of all groups */
    unsigned char **data; /* [n_columns] all points of a column; NULL where they are the same */
    bool *has;            /* [n_points] */
    bool is_varying[MOST_ATTRIBUTES]; /* of the first's root: another text at some other point */
    double point_bytes;
};

twp_status_t
twp_stack_create(int64_t n_points, twp_stack_t **out, twp_error_t *err)
{
    twp_stack_t *const stack = calloc(1, sizeof *stack);

    *out = NULL;
    if (stack != NULL)
        stack->has = calloc((size_t) n_points, sizeof *stack->has);
    if (stack == NULL || stack->has == NULL) {
        free(stack);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for %lld points", (long long) n_points);
    }
    stack->n_points = n_points;
    *out = stack;
    return TWP_OK;
}

void
twp_stack_free(twp_stack_t *stack)
{
    if (stack == NULL)
        return;
    for (size_t i = 0; stack->data != NULL && i < stack->n_columns; i++)
        free(stack->data[i]);
    free(stack->data);
    free(stack->has);
    twp_results_abandon(stack->first);
    free(stack);
}

bool
twp_stack_has(const twp_stack_t *stack, int64_t i_point)
{
    return stack->has[i_point];
}

double
twp_stack_point_bytes(const twp_stack_t *stack)
{
    return stack->point_bytes;
}

/* ---- taking ---------------------------------------------------------------------------------- */

static bool
is_dimension(const twp_model_column_t *column)
{
    return column->field.n_dims == 1 && strcmp(column->field.name, column->field.dims[0]) == 0;
}

/* Labels, texts and dimensions are those of all points. */
static bool
is_common(const twp_model_column_t *column)
{
    return column->field.type == TWP_TYPE_TEXT || is_dimension(column);
}

static twp_status_t
take_shape(twp_stack_t *stack, twp_results_writer_t *captured, twp_error_t *err)
{
    const twp_writer_model_t *const model = twp_results_captured(captured);
    size_t i = 0;

    stack->first = captured;
    for (size_t g = 0; g < model->n_groups; g++)
        stack->n_columns += model->group[g].n_columns;
    stack->data = calloc(stack->n_columns + 1, sizeof *stack->data);
    if (stack->data == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points");
    for (size_t g = 0; g < model->n_groups; g++)
        for (size_t c = 0; c < model->group[g].n_columns; c++, i++) {
            const twp_model_column_t *const column = model->group[g].column[c];
            const size_t size = column->n_kept * twp_type_size(column->field.type);
            size_t n_bytes;

            if (is_common(column))
                continue;
            if (!__builtin_mul_overflow(size, (size_t) stack->n_points, &n_bytes))
                stack->data[i] = calloc(n_bytes + 1, 1);
            if (stack->data[i] == NULL)
                return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for %lld points of %s/%s",
                    (long long) stack->n_points, model->group[g].name, column->field.name);
            stack->point_bytes += (double) size;
        }
    return TWP_OK;
}

static bool
same_texts(const twp_model_column_t *a, const twp_model_column_t *b)
{
    if (a->n_texts != b->n_texts)
        return false;
    for (size_t i = 0; i < a->n_texts; i++)
        if (strcmp(a->text[i], b->text[i]) != 0)
            return false;
    return true;
}

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The same column, of the same shape; and of what all points have in common the same content. */
static bool
same_column(const twp_model_column_t *a, const twp_model_column_t *b)
{
    const size_t size = twp_type_size(a->field.type);

    if (strcmp(a->field.name, b->field.name) != 0 || a->field.type != b->field.type ||
        a->field.n_dims != b->field.n_dims || a->n_kept != b->n_kept)
        return false;
    if (!same_text(a->field.units, b->field.units) ||
        !same_text(a->field.long_name, b->field.long_name))
        return false;
    for (int i = 0; i < a->field.n_dims; i++)
        if (strcmp(a->field.dims[i], b->field.dims[i]) != 0)
            return false;
    if (!is_common(a))
        return true;
    return same_texts(a, b) && (a->n_kept == 0 || memcmp(a->kept, b->kept, a->n_kept * size) == 0);
}

static twp_status_t
take_group(twp_stack_t *stack, int64_t i_point, const twp_model_group_t *ours,
    const twp_model_group_t *theirs, size_t first, twp_error_t *err)
{
    if (strcmp(ours->name, theirs->name) != 0 || ours->n_columns != theirs->n_columns)
        return TWP_FAIL(
            err, TWP_ERR_FORMAT, "/%s has other columns than at other points", theirs->name);
    for (size_t c = 0; c < ours->n_columns; c++) {
        const twp_model_column_t *const column = theirs->column[c];
        const size_t size = column->n_kept * twp_type_size(column->field.type);

        if (!same_column(ours->column[c], column))
            return TWP_FAIL(err, TWP_ERR_FORMAT,
                "%s/%s has another shape than at other points: their structure, times and labels "
                "must be the same",
                ours->name, column->field.name);
        if (stack->data[first + c] != NULL && size > 0)
            memcpy(stack->data[first + c] + (size_t) i_point * size, column->kept, size);
    }
    return TWP_OK;
}

/* Texts of the root that a swept number moves, such as the rate of discounting. */
static void
note_varying(twp_stack_t *stack, const twp_model_group_t *ours, const twp_model_group_t *theirs)
{
    for (size_t i = 0; i < ours->n_attributes && i < MOST_ATTRIBUTES; i++) {
        const twp_model_attribute_t *const one = &ours->attribute[i];
        bool is_same = one->type != TWP_TYPE_TEXT;

        for (size_t j = 0; j < theirs->n_attributes && !is_same; j++)
            is_same = theirs->attribute[j].type == TWP_TYPE_TEXT &&
                strcmp(theirs->attribute[j].name, one->name) == 0 &&
                strcmp(theirs->attribute[j].values, one->values) == 0;
        stack->is_varying[i] = stack->is_varying[i] || !is_same;
    }
}

twp_status_t
twp_stack_put(twp_stack_t *stack, int64_t i_point, twp_results_writer_t *captured, twp_error_t *err)
{
    const twp_writer_model_t *const theirs = twp_results_captured(captured);
    const twp_writer_model_t *ours;
    twp_status_t status = TWP_OK;
    size_t first = 0;

    if (theirs == NULL || i_point < 0 || i_point >= stack->n_points || stack->has[i_point]) {
        twp_results_abandon(captured);
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "this point was put, or is none");
    }
    if (stack->first == NULL)
        status = take_shape(stack, captured, err);
    ours = twp_results_captured(stack->first);
    if (status == TWP_OK && ours->n_groups != theirs->n_groups)
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "the point has other groups than those before");
    for (size_t g = 0; g < ours->n_groups && status == TWP_OK; g++) {
        status = take_group(stack, i_point, &ours->group[g], &theirs->group[g], first, err);
        first += ours->group[g].n_columns;
    }
    note_varying(stack, &ours->group[0], &theirs->group[0]);
    stack->has[i_point] = status == TWP_OK;
    if (captured != stack->first)
        twp_results_abandon(captured);
    return status;
}

/* ---- from files ------------------------------------------------------------------------------ */

twp_status_t
twp_stack_shape(twp_stack_t *stack, twp_results_writer_t *captured, twp_error_t *err)
{
    if (stack->first != NULL) {
        twp_results_abandon(captured);
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "points were put already");
    }
    return take_shape(stack, captured, err);
}

static twp_status_t
refuse(const twp_reader_t *reader, const char *object, const char *why, twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_FORMAT, "%s: /%s: %s", twp_reader_path(reader), object, why);
}

/* A column of n points as the shape has it of one: the dimension of points, then the column's own. */
static twp_status_t
read_column(const twp_stack_t *stack, twp_reader_t *reader, const twp_model_group_t *group,
    size_t i_column, size_t i_data, int64_t first, int64_t n, twp_error_t *err)
{
    const twp_model_column_t *const column = group->column[i_column];
    const size_t size = column->n_kept * twp_type_size(column->field.type);
    const size_t start[TWP_FIELD_DIMS_MAX] = { 0 };
    char object[2 * TWP_COLUMN_NAME_MAX + 2];
    twp_dataset_info_t info;
    twp_status_t status;

    (void) snprintf(object, sizeof object, "%s/%s", group->name, column->field.name);
    status = twp_reader_info(reader, object, &info, err);
    if (status != TWP_OK)
        return status;
    if (info.type != column->field.type || info.n_dims != column->field.n_dims + 1 ||
        strcmp(info.dim[0], "point") != 0 || info.length[0] != (size_t) n ||
        info.n_elements != column->n_kept * (size_t) n)
        return refuse(reader, object, "it has another shape than the run's points", err);
    for (int i = 0; i < column->field.n_dims; i++)
        if (strcmp(info.dim[i + 1], column->field.dims[i]) != 0 ||
            info.length[i + 1] != group->dimension[column->i_dim[i]].length)
            return refuse(reader, object, "it has other dimensions than the run's points", err);
    if (column->n_kept == 0)
        return TWP_OK;
    return twp_reader_read_slice(reader, object, info.type, start, info.length,
        stack->data[i_data] + (size_t) first * size, err);
}

/* Texts of the root that are others in this file than in the shape. */
static twp_status_t
note_varying_of_file(
    twp_stack_t *stack, twp_reader_t *reader, const twp_model_group_t *root, twp_error_t *err)
{
    for (size_t i = 0; i < root->n_attributes && i < MOST_ATTRIBUTES; i++) {
        const twp_model_attribute_t *const one = &root->attribute[i];
        char *text = NULL;
        twp_status_t status;

        if (one->type != TWP_TYPE_TEXT || strcmp(one->name, "twinpath_kind") == 0)
            continue;
        if (!twp_reader_has_attribute(reader, "", one->name)) {
            stack->is_varying[i] = true;
            continue;
        }
        status = twp_reader_attribute_text(reader, "", one->name, &text, err);
        if (status != TWP_OK)
            return status;
        stack->is_varying[i] = stack->is_varying[i] || strcmp(text, one->values) != 0;
        free(text);
    }
    return TWP_OK;
}

static twp_status_t
read_fates(twp_stack_t *stack, twp_reader_t *reader, int64_t first, int64_t n, char ***error,
    size_t *n_error, twp_error_t *err)
{
    int8_t *fate = NULL;
    size_t n_fates = 0;
    twp_status_t status = twp_reader_read_int8(reader, "points/fate", &fate, &n_fates, err);

    if (status == TWP_OK)
        status = twp_reader_read_texts(reader, "points/error", error, n_error, err);
    if (status == TWP_OK && (n_fates != (size_t) n || *n_error != (size_t) n))
        status = refuse(reader, "points", "not as many points as it should have", err);
    for (int64_t i = 0; i < n && status == TWP_OK; i++)
        stack->has[first + i] = fate[i] == TWP_POINT_DONE;
    free(fate);
    return status;
}

twp_status_t
twp_stack_put_file(twp_stack_t *stack, twp_reader_t *reader, int64_t first, int64_t n,
    char ***error, size_t *n_error, twp_error_t *err)
{
    const twp_writer_model_t *const model =
        stack->first != NULL ? twp_results_captured(stack->first) : NULL;
    size_t i_data = 0;
    twp_status_t status;

    *error = NULL;
    *n_error = 0;
    if (model == NULL || first < 0 || n < 1 || first + n > stack->n_points)
        return TWP_FAIL(
            err, TWP_ERR_ARGUMENT, "%s: its points are none of the run's", twp_reader_path(reader));
    status = note_varying_of_file(stack, reader, &model->group[0], err);
    for (size_t g = 0; g < model->n_groups && status == TWP_OK; g++)
        for (size_t c = 0; c < model->group[g].n_columns && status == TWP_OK; c++, i_data++)
            if (stack->data[i_data] != NULL)
                status = read_column(stack, reader, &model->group[g], c, i_data, first, n, err);
    if (status == TWP_OK)
        status = read_fates(stack, reader, first, n, error, n_error, err);
    return status;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void
fill_missing(const twp_stack_t *stack, const twp_model_column_t *column, unsigned char *data)
{
    static const double nan = __builtin_nan("");

    if (column->field.type != TWP_TYPE_FLOAT64)
        return;
    for (int64_t i = 0; i < stack->n_points; i++)
        for (size_t k = 0; k < column->n_kept && !stack->has[i]; k++)
            memcpy(data + ((size_t) i * column->n_kept + k) * sizeof nan, &nan, sizeof nan);
}

static twp_status_t
write_column(const twp_stack_t *stack, const char *group, const twp_model_column_t *column,
    unsigned char *data, twp_results_writer_t *writer, twp_error_t *err)
{
    const twp_column_t *const row = twp_columns_find_typed(
        group, column->field.name, column->field.type);
    twp_field_t field = column->field;

    field.n_flags = 0; /* what was captured keeps them as attributes only */
    if (row != NULL && row->field.n_flags > 0) {
        field.n_flags = row->field.n_flags;
        field.flag_values = row->field.flag_values;
        field.flag_meanings = row->field.flag_meanings;
    }
    if (column->field.type == TWP_TYPE_TEXT)
        return twp_results_write(writer, group, &field, column->text, err);
    if (data == NULL)
        return twp_results_write(writer, group, &field, column->kept, err);
    if (field.n_dims + 1 > TWP_FIELD_DIMS_MAX)
        return TWP_FAIL(
            err, TWP_ERR_LIMIT, "%s/%s has too many dimensions", group, column->field.name);
    fill_missing(stack, column, data);
    memmove((void *) &field.dims[1], &field.dims[0], (size_t) field.n_dims * sizeof field.dims[0]);
    field.dims[0] = "point";
    field.n_dims++;
    return twp_results_write(writer, group, &field, data, err);
}

/* The dimension `point` and the swept numbers as its coordinates. */
static twp_status_t
write_points(const twp_stack_t *stack, const twp_stack_points_t *points, const char *group,
    twp_results_writer_t *writer, twp_error_t *err)
{
    const size_t n = (size_t) stack->n_points;
    int32_t *const number = calloc(n + 1, sizeof *number);
    double *const value = calloc(n + 1, sizeof *value);
    twp_status_t status = TWP_OK;

    if (number == NULL || value == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points");
    for (size_t i = 0; status == TWP_OK && i < n; i++)
        number[i] = points->first + (int32_t) i;
    if (status == TWP_OK)
        status = twp_results_dimension_int32(writer, group, "point", n, number, NULL, NULL, err);
    for (int k = 0; k < points->n_swept && status == TWP_OK; k++) {
        char name[TWP_COLUMN_NAME_MAX + 1];
        twp_field_t field;

        (void) snprintf(name, sizeof name, "point_%s", points->name[k]);
        for (size_t i = 0; i < n; i++)
            value[i] = points->value[i * (size_t) points->n_swept + (size_t) k];
        status = twp_columns_field(group, name, TWP_TYPE_FLOAT64, points->unit[k], &field, err);
        field.long_name = points->path[k];
        if (status == TWP_OK)
            status = twp_results_write(writer, group, &field, value, err);
    }
    free(value);
    free(number);
    return status;
}

static twp_status_t
declare_plain(const twp_model_group_t *group, twp_results_writer_t *writer, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    for (size_t d = 0; d < group->n_dimensions && status == TWP_OK; d++)
        status = twp_results_dimension_plain(
            writer, group->name, group->dimension[d].name, group->dimension[d].length, err);
    return status;
}

static twp_status_t
copy_attributes(const twp_model_group_t *group, const bool *is_varying,
    twp_results_writer_t *writer, twp_error_t *err)
{
    const char *const name = group->name[0] != '\0' ? group->name : NULL;
    twp_status_t status = TWP_OK;

    for (size_t i = 0; i < group->n_attributes && status == TWP_OK; i++) {
        const twp_model_attribute_t *const one = &group->attribute[i];
        int32_t whole;
        double number;

        if (one->type == TWP_TYPE_TEXT) {
            status = twp_results_attribute_text(writer, name, one->name,
                is_varying != NULL && i < MOST_ATTRIBUTES && is_varying[i] ? VARYING : one->values,
                err);
        } else if (one->type == TWP_TYPE_INT32) {
            memcpy(&whole, one->values, sizeof whole);
            status = twp_results_attribute_int32(writer, name, one->name, whole, err);
        } else {
            memcpy(&number, one->values, sizeof number);
            status = twp_results_attribute_float64(writer, name, one->name, number, err);
        }
    }
    return status;
}

/* What became of each point, for people who look for one that is missing. */
static twp_status_t
write_fates(const twp_stack_t *stack, const twp_stack_points_t *points,
    twp_results_writer_t *writer, twp_error_t *err)
{
    const size_t n = (size_t) stack->n_points;
    int8_t *const fate = calloc(n + 1, sizeof *fate);
    const char **const error = calloc(n + 1, sizeof *error);
    twp_field_t field;
    twp_status_t status = twp_results_group(writer, "points", err);

    if (status == TWP_OK && (fate == NULL || error == NULL))
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points");
    for (size_t i = 0; status == TWP_OK && i < n; i++) {
        error[i] = points->error != NULL && points->error[i] != NULL ? points->error[i] : "";
        fate[i] = (int8_t) (stack->has[i] ? TWP_POINT_DONE
                : error[i][0] != '\0'     ? TWP_POINT_FAILED
                                          : TWP_POINT_MISSING);
    }
    if (status == TWP_OK)
        status = write_points(stack, points, "points", writer, err);
    if (status == TWP_OK)
        status = twp_columns_field("points", "fate", TWP_TYPE_INT8, NULL, &field, err);
    if (status == TWP_OK)
        status = twp_results_write(writer, "points", &field, fate, err);
    if (status == TWP_OK)
        status = twp_columns_field("points", "error", TWP_TYPE_TEXT, NULL, &field, err);
    if (status == TWP_OK)
        status = twp_results_write(writer, "points", &field, error, err);
    free(error);
    free(fate);
    return status;
}

static twp_status_t
write_group(const twp_stack_t *stack, const twp_stack_points_t *points,
    const twp_model_group_t *group, size_t first, twp_results_writer_t *writer, twp_error_t *err)
{
    twp_status_t status = twp_results_group(writer, group->name, err);

    if (status == TWP_OK)
        status = copy_attributes(group, NULL, writer, err);
    if (status == TWP_OK)
        status = write_points(stack, points, group->name, writer, err);
    if (status == TWP_OK)
        status = declare_plain(group, writer, err);
    for (size_t c = 0; c < group->n_columns && status == TWP_OK; c++)
        status = write_column(
            stack, group->name, group->column[c], stack->data[first + c], writer, err);
    return status;
}

twp_status_t
twp_stack_write(const twp_stack_t *stack, const twp_stack_points_t *points,
    twp_results_writer_t *writer, twp_error_t *err)
{
    const twp_writer_model_t *const model =
        stack->first != NULL ? twp_results_captured(stack->first) : NULL;
    size_t first = 0;
    twp_status_t status;

    if (model == NULL)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "there is no point to write");
    status = copy_attributes(&model->group[0], stack->is_varying, writer, err);
    if (status == TWP_OK)
        status = twp_results_attribute_int32(
            writer, NULL, "n_points", (int32_t) stack->n_points, err);
    if (status == TWP_OK)
        status = write_fates(stack, points, writer, err);
    for (size_t g = 0; g < model->n_groups && status == TWP_OK; g++) {
        if (g > 0)
            status = write_group(stack, points, &model->group[g], first, writer, err);
        first += model->group[g].n_columns;
    }
    return status;
}
