/* Points of a file that another stack made: looked at first, then copied. */
#include "results/stack_internal.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    twp_reader_t *reader;
    int64_t n; /* points */
    void *slice;
    size_t slice_bytes;
} source_t;

static void
name_object(char object[2 * TWP_COLUMN_NAME_MAX + 2], const twp_model_group_t *group,
    const twp_model_column_t *column)
{
    (void) snprintf(object, 2 * TWP_COLUMN_NAME_MAX + 2, "%s/%s", group->name, column->field.name);
}

/* ---- the same columns ------------------------------------------------------------------------- */

static twp_status_t
compare_attribute(twp_reader_t *reader, const char *object, const char *name, const char *ours,
    bool *is_same, twp_error_t *err)
{
    char *text = NULL;
    twp_status_t status = TWP_OK;

    if (!*is_same)
        return TWP_OK;
    *is_same = twp_reader_has_attribute(reader, object, name) == (ours != NULL);
    if (*is_same && ours != NULL)
        status = twp_reader_attribute_text(reader, object, name, &text, err);
    if (text != NULL)
        *is_same = strcmp(text, ours) == 0;
    free(text);
    return status;
}

static twp_status_t
compare_texts(twp_reader_t *reader, const char *object, const twp_model_column_t *column,
    bool *is_same, twp_error_t *err)
{
    char **text = NULL;
    size_t n = 0;
    const twp_status_t status = twp_reader_read_texts(reader, object, &text, &n, err);

    if (status != TWP_OK)
        return status;
    *is_same = n == column->n_texts;
    for (size_t i = 0; i < n && *is_same; i++)
        *is_same = strcmp(text[i], column->text[i]) == 0;
    twp_reader_free_texts(text, n);
    return TWP_OK;
}

/* Coordinates of a dimension, bit for bit. */
static twp_status_t
compare_numbers(twp_reader_t *reader, const char *object, const twp_model_column_t *column,
    bool *is_same, twp_error_t *err)
{
    const size_t n_bytes = twp_stack_column_bytes(column), start[TWP_FIELD_DIMS_MAX] = { 0 };
    void *values;
    twp_status_t status;

    if (column->n_kept == 0)
        return TWP_OK;
    values = malloc(n_bytes);
    if (values == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to look at points");
    status = twp_reader_read_slice(
        reader, object, column->field.type, start, &column->n_kept, values, err);
    *is_same = status == TWP_OK && memcmp(values, column->kept, n_bytes) == 0;
    free(values);
    return status;
}

/* Dimensions as the shape has them of one point; the points in front where each has numbers of its own. */
static bool
has_dimensions(const source_t *source, const twp_model_group_t *group,
    const twp_model_column_t *column, const twp_dataset_info_t *info)
{
    const int n_before = twp_stack_is_common(column) ? 0 : 1;

    if (info->type != column->field.type || info->is_plain_dimension ||
        info->n_dims != column->field.n_dims + n_before)
        return false;
    if (n_before == 1 &&
        (strcmp(info->dim[0], "point") != 0 || info->length[0] != (size_t) source->n))
        return false;
    for (int i = 0; i < column->field.n_dims; i++)
        if (strcmp(info->dim[n_before + i], column->field.dims[i]) != 0 ||
            info->length[n_before + i] != group->dimension[column->i_dim[i]].length)
            return false;
    return true;
}

static twp_status_t
compare_column(const source_t *source, const twp_model_group_t *group,
    const twp_model_column_t *column, bool *is_same, twp_error_t *err)
{
    char object[2 * TWP_COLUMN_NAME_MAX + 2];
    twp_dataset_info_t info;
    twp_status_t status;

    name_object(object, group, column);
    *is_same = twp_reader_has(source->reader, object);
    if (!*is_same)
        return TWP_OK;
    status = twp_reader_info(source->reader, object, &info, err);
    if (status != TWP_OK)
        return status;
    *is_same = has_dimensions(source, group, column, &info);
    if (*is_same && column->field.type == TWP_TYPE_TEXT)
        status = compare_texts(source->reader, object, column, is_same, err);
    else if (*is_same && twp_stack_is_common(column))
        status = compare_numbers(source->reader, object, column, is_same, err);
    if (status == TWP_OK)
        status = compare_attribute(
            source->reader, object, "units", column->field.units, is_same, err);
    if (status == TWP_OK)
        status = compare_attribute(
            source->reader, object, "long_name", column->field.long_name, is_same, err);
    return status;
}

/* Why the file's points do not fit, else "". */
static twp_status_t
compare_file(
    const source_t *source, const twp_writer_model_t *model, twp_error_t *why, twp_error_t *err)
{
    twp_status_t status = TWP_OK;
    bool is_same = true;

    for (size_t g = 0; g < model->n_groups; g++)
        for (size_t c = 0; c < model->group[g].n_columns && status == TWP_OK && is_same; c++) {
            const twp_model_column_t *const column = model->group[g].column[c];

            status = compare_column(source, &model->group[g], column, &is_same, err);
            if (status == TWP_OK && !is_same)
                (void) TWP_FAIL(why, TWP_ERR_FORMAT, TWP_STACK_OTHER_SHAPE, model->group[g].name,
                    column->field.name);
        }
    return status;
}

/* ---- copied ----------------------------------------------------------------------------------- */

static bool
reserve(source_t *source, size_t n_bytes)
{
    void *const grown = n_bytes > source->slice_bytes ? realloc(source->slice, n_bytes)
                                                      : source->slice;

    if (grown == NULL)
        return false;
    source->slice = grown;
    source->slice_bytes = n_bytes > source->slice_bytes ? n_bytes : source->slice_bytes;
    return true;
}

/* As many points at a time as lie in a chunk. */
static twp_status_t
copy_column(twp_stack_t *stack, const twp_model_group_t *group, const twp_model_column_t *column,
    int i_slabs, void *of, twp_error_t *err)
{
    source_t *const source = of;
    const size_t in_chunk = column->n_kept > 0 ? TWP_CHUNK_ELEMENTS / column->n_kept : 0;
    const size_t n_most = in_chunk > 0 ? in_chunk : 1;
    size_t start[TWP_FIELD_DIMS_MAX] = { 0 };
    size_t length[TWP_FIELD_DIMS_MAX] = { 0 };
    char object[2 * TWP_COLUMN_NAME_MAX + 2];
    twp_status_t status = TWP_OK;

    name_object(object, group, column);
    for (int i = 0; i < column->field.n_dims; i++)
        length[i + 1] = group->dimension[column->i_dim[i]].length;
    if (!reserve(source, n_most * twp_stack_column_bytes(column) + 1))
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to copy points");
    while (status == TWP_OK && start[0] < (size_t) source->n) {
        const size_t left = (size_t) source->n - start[0];

        length[0] = left < n_most ? left : n_most;
        if (column->n_kept > 0)
            status = twp_reader_read_slice(
                source->reader, object, column->field.type, start, length, source->slice, err);
        if (status == TWP_OK)
            status = twp_results_append_slab(stack->writer, i_slabs, length[0], source->slice, err);
        start[0] += length[0];
    }
    return status;
}

/* Texts of the root that are others in this file than in the shape. */
static twp_status_t
note_varying_of_file(
    twp_stack_t *stack, twp_reader_t *reader, const twp_model_group_t *root, twp_error_t *err)
{
    for (size_t i = 0; i < root->n_attributes && i < TWP_STACK_ATTRIBUTES_MAX; i++) {
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

/* why: for which points that were done have none in this file; or "". */
static twp_status_t
read_fates(
    twp_stack_t *stack, const source_t *source, int64_t first, const char *why, twp_error_t *err)
{
    int8_t *fate = NULL;
    char **error = NULL;
    size_t n_fates = 0, n_errors = 0;
    twp_status_t status = twp_reader_read_int8(source->reader, "points/fate", &fate, &n_fates, err);

    if (status == TWP_OK)
        status = twp_reader_read_texts(source->reader, "points/error", &error, &n_errors, err);
    if (status == TWP_OK && (n_fates != (size_t) source->n || n_errors != (size_t) source->n))
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: /points: not as many points as it should have",
            twp_reader_path(source->reader));
    for (int64_t i = 0; i < source->n && status == TWP_OK; i++) {
        const bool is_refused = fate[i] == TWP_POINT_DONE && why[0] != '\0';

        stack->fate[first + i] = is_refused ? TWP_POINT_FAILED : fate[i];
        stack->n_done += stack->fate[first + i] == TWP_POINT_DONE;
        stack->n_failed += stack->fate[first + i] == TWP_POINT_FAILED;
        if (stack->fate[first + i] == TWP_POINT_FAILED &&
            (stack->error[first + i] = strdup(is_refused ? why : error[i])) == NULL)
            status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a point");
    }
    if (error != NULL)
        twp_reader_free_texts(error, n_errors);
    free(fate);
    return status;
}

twp_status_t
twp_stack_put_file(
    twp_stack_t *stack, twp_reader_t *reader, int64_t first, int64_t n, twp_error_t *err)
{
    source_t source = { .reader = reader, .n = n };
    twp_error_t why = { TWP_OK, "" };
    const twp_writer_model_t *const model =
        stack->first != NULL ? twp_results_captured(stack->first) : NULL;
    twp_status_t status;

    if (model == NULL || first < stack->next || n < 1 || first + n > stack->n_points ||
        stack->waiting != NULL)
        return TWP_FAIL(
            err, TWP_ERR_ARGUMENT, "%s: its points are none of the run's", twp_reader_path(reader));
    status = compare_file(&source, model, &why, err);
    if (status == TWP_OK)
        status = twp_stack_advance(stack, first, err);
    if (status == TWP_OK && why.status != TWP_OK) {
        stack->n_blank += n;
    } else if (status == TWP_OK) {
        status = note_varying_of_file(stack, reader, &model->group[0], err);
        if (status == TWP_OK)
            status = twp_stack_write_blanks(stack, err);
        if (status == TWP_OK)
            status = twp_stack_visit(stack, model, copy_column, &source, err);
    }
    if (status == TWP_OK)
        status = read_fates(stack, &source, first, why.message, err);
    stack->next = first + n;
    free(source.slice);
    return status;
}
