/* The columns of a stack: what all points have in common, and what of it stands where in the file. */
#include "results/stack_internal.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In place of a text that is another one at other points. */
#define VARYING "differs from point to point"

/* ---- the same everywhere ---------------------------------------------------------------------- */

static bool
is_dimension(const twp_model_column_t *column)
{
    return column->field.n_dims == 1 && strcmp(column->field.name, column->field.dims[0]) == 0;
}

bool
twp_stack_is_common(const twp_model_column_t *column)
{
    return column->field.type == TWP_TYPE_TEXT || is_dimension(column);
}

size_t
twp_stack_column_bytes(const twp_model_column_t *column)
{
    return column->n_kept * twp_type_size(column->field.type);
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
    if (!twp_stack_is_common(a))
        return true;
    return same_texts(a, b) && (a->n_kept == 0 || memcmp(a->kept, b->kept, a->n_kept * size) == 0);
}

static twp_status_t
compare_group(const twp_model_group_t *ours, const twp_model_group_t *theirs, twp_error_t *err)
{
    if (strcmp(ours->name, theirs->name) != 0 || ours->n_columns != theirs->n_columns)
        return TWP_FAIL(
            err, TWP_ERR_FORMAT, "/%s has other columns than at other points", theirs->name);
    for (size_t c = 0; c < ours->n_columns; c++)
        if (!same_column(ours->column[c], theirs->column[c]))
            return TWP_FAIL(err, TWP_ERR_FORMAT, TWP_STACK_OTHER_SHAPE, ours->name,
                theirs->column[c]->field.name);
    return TWP_OK;
}

/* Texts of the root that a swept number moves, such as the rate of discounting. */
static void
note_varying(twp_stack_t *stack, const twp_model_group_t *ours, const twp_model_group_t *theirs)
{
    for (size_t i = 0; i < ours->n_attributes && i < TWP_STACK_ATTRIBUTES_MAX; i++) {
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
twp_stack_compare(twp_stack_t *stack, const twp_writer_model_t *theirs, twp_error_t *err)
{
    const twp_writer_model_t *const ours = twp_results_captured(stack->first);
    twp_status_t status = TWP_OK;

    if (ours->n_groups != theirs->n_groups)
        return TWP_FAIL(err, TWP_ERR_FORMAT, "the point has other groups than those before");
    for (size_t g = 0; g < ours->n_groups && status == TWP_OK; g++)
        status = compare_group(&ours->group[g], &theirs->group[g], err);
    if (status == TWP_OK)
        note_varying(stack, &ours->group[0], &theirs->group[0]);
    return status;
}

/* ---- declaring -------------------------------------------------------------------------------- */

static twp_status_t
declare_column(const twp_stack_t *stack, const char *group, const twp_model_column_t *column,
    int *slabs, twp_error_t *err)
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
        return twp_results_write(stack->writer, group, &field, column->text, err);
    if (twp_stack_is_common(column))
        return twp_results_write(stack->writer, group, &field, column->kept, err);
    if (field.n_dims + 1 > TWP_FIELD_DIMS_MAX)
        return TWP_FAIL(
            err, TWP_ERR_LIMIT, "%s/%s has too many dimensions", group, column->field.name);
    memmove((void *) &field.dims[1], &field.dims[0], (size_t) field.n_dims * sizeof field.dims[0]);
    field.dims[0] = "point";
    field.n_dims++;
    return twp_results_slabs(stack->writer, group, &field, slabs, err);
}

/* The dimension `point` and the swept numbers as its coordinates. */
static twp_status_t
write_points(const twp_stack_t *stack, const char *group, twp_error_t *err)
{
    const twp_stack_points_t *const points = stack->points;
    twp_results_writer_t *const writer = stack->writer;
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
copy_attributes(const twp_model_group_t *group, twp_results_writer_t *writer, twp_error_t *err)
{
    const char *const name = group->name[0] != '\0' ? group->name : NULL;
    twp_status_t status = TWP_OK;

    for (size_t i = 0; i < group->n_attributes && status == TWP_OK; i++) {
        const twp_model_attribute_t *const one = &group->attribute[i];
        int32_t whole;
        double number;

        if (one->type == TWP_TYPE_TEXT) {
            status = twp_results_attribute_text(writer, name, one->name, one->values, err);
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

static twp_status_t
declare_group(twp_stack_t *stack, const twp_model_group_t *group, int *slabs, twp_error_t *err)
{
    twp_status_t status = twp_results_group(stack->writer, group->name, err);

    if (status == TWP_OK)
        status = copy_attributes(group, stack->writer, err);
    if (status == TWP_OK)
        status = write_points(stack, group->name, err);
    if (status == TWP_OK)
        status = declare_plain(group, stack->writer, err);
    for (size_t c = 0; c < group->n_columns && status == TWP_OK; c++)
        status = declare_column(stack, group->name, group->column[c], &slabs[c], err);
    return status;
}

twp_status_t
twp_stack_declare(twp_stack_t *stack, twp_error_t *err)
{
    const twp_writer_model_t *const model = twp_results_captured(stack->first);
    twp_results_writer_t *const writer = stack->writer;
    size_t first = 0;
    twp_status_t status = copy_attributes(&model->group[0], writer, err);

    if (status == TWP_OK)
        status = twp_results_attribute_int32(
            writer, NULL, "n_points", (int32_t) stack->n_points, err);
    if (status == TWP_OK)
        status = twp_results_group(writer, "points", err);
    if (status == TWP_OK)
        status = write_points(stack, "points", err);
    for (size_t g = 0; g < model->n_groups && status == TWP_OK; g++) {
        if (g > 0)
            status = declare_group(stack, &model->group[g], stack->slabs + first, err);
        first += model->group[g].n_columns;
    }
    return status;
}

/* ---- the end ---------------------------------------------------------------------------------- */

/* What became of each point, for people who look for one that is missing. */
static twp_status_t
write_fates(const twp_stack_t *stack, twp_error_t *err)
{
    const char **const error = calloc((size_t) stack->n_points + 1, sizeof *error);
    twp_results_writer_t *const writer = stack->writer;
    twp_field_t field;
    twp_status_t status = TWP_OK;

    if (error == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points");
    for (int64_t i = 0; status == TWP_OK && i < stack->n_points; i++)
        error[i] = stack->error[i] != NULL ? stack->error[i] : "";
    if (status == TWP_OK)
        status = twp_columns_field("points", "fate", TWP_TYPE_INT8, NULL, &field, err);
    if (status == TWP_OK)
        status = twp_results_write(writer, "points", &field, stack->fate, err);
    if (status == TWP_OK)
        status = twp_columns_field("points", "error", TWP_TYPE_TEXT, NULL, &field, err);
    if (status == TWP_OK)
        status = twp_results_write(writer, "points", &field, error, err);
    free(error);
    return status;
}

twp_status_t
twp_stack_write_rest(const twp_stack_t *stack, twp_error_t *err)
{
    const twp_model_group_t *const root = &twp_results_captured(stack->first)->group[0];
    twp_status_t status = write_fates(stack, err);

    for (size_t i = 0; i < root->n_attributes && i < TWP_STACK_ATTRIBUTES_MAX; i++)
        if (status == TWP_OK && stack->is_varying[i] && root->attribute[i].type == TWP_TYPE_TEXT)
            status = twp_results_attribute_text(
                stack->writer, NULL, root->attribute[i].name, VARYING, err);
    return status;
}
