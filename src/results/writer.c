#include "results/writer.h"

#include "base/error.h"
#include "results/hdf5_file.h"
#include "results/publish.h"
#include "results/writer_model.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Groups move when their list grows, columns do not. */
typedef struct {
    size_t i_group;
    twp_model_column_t *column;
} stream_t;

struct twp_results_writer {
    twp_publish_t publish;
    bool is_capture; /* no file: arrays are kept */
    bool overwrite;
    twp_status_t status; /* of the first failure */
    twp_writer_model_t model;
    stream_t *stream;
    size_t n_streams, stream_capacity;
};

/* Remembers the first failure: from then on every call returns it. */
#define FAIL(writer, err, code, ...) ((writer)->status = TWP_FAIL((err), (code), __VA_ARGS__))

static twp_status_t
fail_memory(twp_results_writer_t *writer, twp_error_t *err)
{
    return FAIL(writer, err, TWP_ERR_MEMORY, "%s: no memory", writer->publish.path);
}

/* TWP_OK while nothing has failed. */
static twp_status_t
check_usable(const twp_results_writer_t *writer, twp_error_t *err)
{
    if (writer->status == TWP_OK)
        return TWP_OK;
    if (err != NULL && err->status == writer->status)
        return writer->status; /* the record has the first failure already, with its reason */
    return TWP_FAIL(err, writer->status, "%s: an earlier write failed (%s)", writer->publish.path,
        twp_status_name(writer->status));
}

static void
free_writer(twp_results_writer_t *writer)
{
    twp_model_clear(&writer->model);
    twp_publish_clear(&writer->publish);
    free(writer->stream);
    free(writer);
}

static twp_status_t
open_names(twp_results_writer_t *writer, const char *path, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (path == NULL) {
        writer->publish.path = strdup("results"); /* for messages */
        return writer->publish.path != NULL
            ? TWP_OK
            : TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for results");
    }
    status = twp_publish_init(&writer->publish, path, err);
    if (status == TWP_OK)
        twp_publish_remove_stale(&writer->publish);
    return status;
}

twp_status_t
twp_results_writer_open(const char *path, const twp_results_options_t *options,
    twp_results_writer_t **writer, twp_error_t *err)
{
    twp_results_writer_t *const made = calloc(1, sizeof *made);
    twp_status_t status;

    *writer = NULL;
    if (made == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for results");
    made->overwrite = options != NULL && options->overwrite;
    made->is_capture = path == NULL;
    status = open_names(made, path, err);
    if (status == TWP_OK && !twp_model_init(&made->model))
        status = fail_memory(made, err);
    if (status == TWP_OK && !made->is_capture)
        status = twp_spool_create(
            &made->publish, options != NULL ? options->n_threads : 0, &made->model.spool, err);
    if (status == TWP_OK)
        status = twp_results_attribute_text(made, NULL, "Conventions", "CF-1.10", err);
    if (status == TWP_OK)
        status = twp_results_attribute_text(made, NULL, "twinpath_layout", TWP_LAYOUT_VERSION, err);
    if (status != TWP_OK) {
        free_writer(made);
        return status;
    }
    *writer = made;
    return TWP_OK;
}

/* ---- groups and attributes ------------------------------------------------------------------- */

/* The group of that name, NULL being the root, or NULL with the failure set. */
static twp_model_group_t *
get_group(twp_results_writer_t *writer, const char *name, twp_error_t *err)
{
    twp_model_group_t *group;

    if (check_usable(writer, err) != TWP_OK)
        return NULL;
    group = twp_model_find_group(&writer->model, name != NULL ? name : "");
    if (group == NULL)
        (void) FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: no group %s was declared",
            writer->publish.path, name);
    return group;
}

static twp_status_t
set_attribute(twp_results_writer_t *writer, const char *group_name, const char *name,
    twp_type_t type, const void *value, twp_error_t *err)
{
    twp_model_group_t *const group = get_group(writer, group_name, err);

    if (group == NULL)
        return writer->status;
    if (name == NULL || name[0] == '\0' || !twp_model_is_utf8(name) || value == NULL ||
        (type == TWP_TYPE_TEXT && !twp_model_is_utf8(value)))
        return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: attribute %s of group /%s is not UTF-8",
            writer->publish.path, name != NULL ? name : "", group->name);
    if (!twp_model_set_attribute(&writer->model, group, name, type, value))
        return fail_memory(writer, err);
    return TWP_OK;
}

twp_status_t
twp_results_attribute_text(twp_results_writer_t *writer, const char *group, const char *name,
    const char *value, twp_error_t *err)
{
    return set_attribute(writer, group, name, TWP_TYPE_TEXT, value, err);
}

twp_status_t
twp_results_attribute_int32(twp_results_writer_t *writer, const char *group, const char *name,
    int32_t value, twp_error_t *err)
{
    return set_attribute(writer, group, name, TWP_TYPE_INT32, &value, err);
}

twp_status_t
twp_results_attribute_float64(twp_results_writer_t *writer, const char *group, const char *name,
    double value, twp_error_t *err)
{
    return set_attribute(writer, group, name, TWP_TYPE_FLOAT64, &value, err);
}

twp_status_t
twp_results_group(twp_results_writer_t *writer, const char *group, twp_error_t *err)
{
    const twp_column_group_t *known;

    if (check_usable(writer, err) != TWP_OK)
        return writer->status;
    if (!twp_model_is_name(group))
        return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s is no name for a group",
            writer->publish.path, group);
    if (twp_model_find_group(&writer->model, group) != NULL)
        return TWP_OK;
    if (twp_model_add_group(&writer->model, group) == NULL)
        return fail_memory(writer, err);
    known = twp_columns_group(group);
    if (known == NULL)
        return TWP_OK;
    if (known->feature_type != NULL &&
        twp_results_attribute_text(writer, group, "featureType", known->feature_type, err) !=
            TWP_OK)
        return writer->status;
    return twp_results_attribute_text(writer, group, "title", known->title, err);
}

/* ---- columns --------------------------------------------------------------------------------- */

/* Finds or declares the dimensions of a field and adds it as a column. */
static twp_status_t
add_column(twp_results_writer_t *writer, const char *group_name, const twp_field_t *field,
    bool is_stream, twp_model_column_t **column, twp_error_t *err)
{
    twp_model_group_t *const group = get_group(writer, group_name, err);
    const char *const fault = twp_model_field_fault(field);
    const bool is_coordinate = field->n_dims == 1 && strcmp(field->name, field->dims[0]) == 0 &&
        is_stream;
    size_t n_rows = 1;

    if (group == NULL)
        return writer->status;
    if (fault != NULL || group->name[0] == '\0')
        return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s: %s", writer->publish.path,
            group->name, field->name, fault != NULL ? fault : "the root has attributes only");
    if (twp_model_has_dataset(group, field->name))
        return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s is there already",
            writer->publish.path, group_name, field->name);
    if (is_coordinate && twp_model_find_dimension(group, field->name) == SIZE_MAX &&
        !twp_model_add_dimension(&writer->model, group, field->name, TWP_LENGTH_UNKNOWN))
        return fail_memory(writer, err);
    for (int i = 0; i < field->n_dims; i++) {
        const size_t i_dim = twp_model_find_dimension(group, field->dims[i]);
        const bool is_growing = is_stream && i == field->n_dims - 1;
        if (i_dim == SIZE_MAX)
            return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s: no dimension %s was declared",
                writer->publish.path, group_name, field->name, field->dims[i]);
        if (is_growing)
            continue;
        if (group->dimension[i_dim].length == TWP_LENGTH_UNKNOWN)
            return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s: dimension %s has no length",
                writer->publish.path, group_name, field->name, field->dims[i]);
        if (is_stream && __builtin_mul_overflow(n_rows, group->dimension[i_dim].length, &n_rows))
            return FAIL(writer, err, TWP_ERR_LIMIT, "%s: %s/%s has too many rows",
                writer->publish.path, group_name, field->name);
    }
    for (size_t i = 0; i < group->n_dimensions; i++)
        if (strcmp(group->dimension[i].name, field->name) == 0 &&
            (field->n_dims != 1 || strcmp(field->dims[0], field->name) != 0))
            return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s is a dimension",
                writer->publish.path, group_name, field->name);
    *column = twp_model_add_column(
        &writer->model, group, field, field->type == TWP_TYPE_TEXT ? 0 : n_rows);
    if (*column == NULL)
        return fail_memory(writer, err);
    (*column)->is_stream = is_stream;
    return TWP_OK;
}

/* The value of what is not there: NaN, or 0 where there is no such thing. */
static void
fill(twp_type_t type, unsigned char *elements, size_t n)
{
    static const float nan32 = __builtin_nanf("");
    static const double nan64 = __builtin_nan("");
    const size_t size = twp_type_size(type);

    if (twp_type_is_integer(type)) {
        memset(elements, 0, n * size);
        return;
    }
    for (size_t i = 0; i < n; i++)
        memcpy(elements + i * size,
            type == TWP_TYPE_FLOAT32 ? (const void *) &nan32 : (const void *) &nan64, size);
}

/* Copies the part of a row-major array that chunk `offset` covers into buffer, padding the rest. */
static void
cut_chunk(const twp_model_column_t *column, const size_t *length, const size_t *offset,
    const unsigned char *data, unsigned char *buffer)
{
    const int last = column->field.n_dims - 1;
    const size_t size = twp_type_size(column->field.type), n_row = column->chunk[last];
    const size_t n_real = length[last] - offset[last] < n_row ? length[last] - offset[last] : n_row;
    size_t index[TWP_FIELD_DIMS_MAX] = { 0 }, n_rows = 1;

    for (int dim = 0; dim < last; dim++)
        n_rows *= column->chunk[dim];
    for (size_t i_row = 0; i_row < n_rows; i_row++) {
        size_t from = 0;
        bool is_inside = true;
        for (int dim = 0; dim <= last; dim++) {
            is_inside = is_inside && offset[dim] + index[dim] < length[dim];
            from = from * length[dim] + offset[dim] + index[dim];
        }
        if (is_inside)
            memcpy(buffer, data + from * size, n_real * size);
        fill(column->field.type, buffer + (is_inside ? n_real * size : 0),
            is_inside ? n_row - n_real : n_row);
        buffer += n_row * size;
        for (int dim = last - 1; dim >= 0 && ++index[dim] == column->chunk[dim]; dim--)
            index[dim] = 0;
    }
}

/* Chunks of at most TWP_CHUNK_ELEMENTS, the last dimensions whole where they fit. */
static size_t
shape_chunk(twp_model_column_t *column, const size_t *length)
{
    size_t left = TWP_CHUNK_ELEMENTS;

    for (int dim = column->field.n_dims - 1; dim >= 0; dim--) {
        const size_t n = length[dim] > 0 ? length[dim] : 1;
        column->chunk[dim] = n < left ? n : left; /* both are at least 1 */
        left /= column->chunk[dim];               /* NOLINT(clang-analyzer-core.DivideZero) */
    }
    left = 1;
    for (int dim = 0; dim < column->field.n_dims; dim++)
        left *= column->chunk[dim];
    return left;
}

/* Bytes in the arena, whatever their alignment: they are only copied. */
static twp_status_t
keep_numbers(twp_results_writer_t *writer, twp_model_column_t *column, size_t n_elements,
    const unsigned char *data, twp_error_t *err)
{
    const size_t size = twp_type_size(column->field.type);
    void *const copy = twp_arena_alloc(writer->model.arena, n_elements > 0 ? n_elements : 1, size);

    if (copy == NULL)
        return fail_memory(writer, err);
    if (n_elements > 0)
        memcpy(copy, data, n_elements * size);
    column->kept = copy;
    column->n_kept = n_elements;
    return TWP_OK;
}

static twp_status_t
write_numbers(twp_results_writer_t *writer, twp_model_column_t *column, const size_t *length,
    const unsigned char *data, twp_error_t *err)
{
    const size_t size = twp_type_size(column->field.type), n_chunk = shape_chunk(column, length);
    size_t offset[TWP_FIELD_DIMS_MAX] = { 0 }, n_elements = 1, n_row;
    twp_content_column_t digest;

    n_row = length[column->field.n_dims - 1];
    for (int dim = 0; dim < column->field.n_dims; dim++)
        if (__builtin_mul_overflow(n_elements, length[dim], &n_elements) ||
            n_elements > SIZE_MAX / 16)
            return FAIL(writer, err, TWP_ERR_LIMIT, "%s: %s is too large", writer->publish.path,
                column->field.name);
    if (writer->is_capture)
        return keep_numbers(writer, column, n_elements, data, err);
    twp_content_column_init(&digest);
    for (size_t i = 0; i < n_elements; i += n_row)
        twp_content_column_add_row(&digest, data + i * size, n_row, size);
    twp_content_column_finish(&digest, column->sum);
    for (bool is_done = n_elements == 0; !is_done;) {
        unsigned char *const buffer = twp_spool_take_buffer(writer->model.spool);
        int dim = column->field.n_dims - 1;
        if (buffer == NULL)
            return fail_memory(writer, err);
        cut_chunk(column, length, offset, data, buffer);
        if ((writer->status = twp_spool_add(writer->model.spool, &column->row[0].spooled, buffer,
                 size, n_chunk, n_chunk, err)) != TWP_OK)
            return writer->status;
        for (; dim >= 0; dim--) {
            offset[dim] += column->chunk[dim];
            if (offset[dim] < length[dim])
                break;
            offset[dim] = 0;
        }
        is_done = dim < 0;
    }
    return TWP_OK;
}

static twp_status_t
write_texts(twp_results_writer_t *writer, twp_model_column_t *column, size_t n,
    const char *const *texts, twp_error_t *err)
{
    twp_content_column_t digest;

    column->text = (const char **) twp_arena_alloc(
        writer->model.arena, n > 0 ? n : 1, sizeof *column->text);
    if (column->text == NULL)
        return fail_memory(writer, err);
    column->n_texts = n;
    twp_content_column_init(&digest);
    for (size_t i = 0; i < n; i++) {
        if (texts[i] == NULL || !twp_model_is_utf8(texts[i]))
            return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s, text %zu: not UTF-8",
                writer->publish.path, column->field.name, i);
        column->text[i] = twp_arena_strdup(writer->model.arena, texts[i]);
        if (column->text[i] == NULL)
            return fail_memory(writer, err);
        twp_content_column_add_text(&digest, texts[i]);
    }
    twp_content_column_finish(&digest, column->sum);
    return TWP_OK;
}

twp_status_t
twp_results_write(twp_results_writer_t *writer, const char *group, const twp_field_t *field,
    const void *data, twp_error_t *err)
{
    twp_model_column_t *column = NULL;
    size_t length[TWP_FIELD_DIMS_MAX] = { 0 }, n = 1;
    const twp_model_group_t *found;
    twp_status_t status = add_column(writer, group, field, false, &column, err);

    if (status != TWP_OK)
        return status;
    found = twp_model_find_group(&writer->model, group);
    for (int i = 0; i < field->n_dims; i++) {
        length[i] = found->dimension[column->i_dim[i]].length;
        n *= length[i];
    }
    if (field->type != TWP_TYPE_TEXT)
        return write_numbers(writer, column, length, data, err);
    return write_texts(writer, column, n, (const char *const *) data, err);
}

twp_status_t
twp_results_write_text(twp_results_writer_t *writer, const char *group, const char *name,
    const char *text, twp_error_t *err)
{
    const twp_column_t *const row =
        group != NULL ? twp_columns_find_typed(group, name, TWP_TYPE_TEXT) : NULL;
    const twp_field_t field = {
        .name = name, .type = TWP_TYPE_TEXT, .long_name = row != NULL ? row->field.long_name : NULL
    };

    return twp_results_write(writer, group, &field, &text, err);
}

/* ---- dimensions ------------------------------------------------------------------------------ */

twp_status_t
twp_results_dimension_plain(twp_results_writer_t *writer, const char *group_name, const char *name,
    size_t length, twp_error_t *err)
{
    twp_model_group_t *const group = get_group(writer, group_name, err);

    if (group == NULL)
        return writer->status;
    if (!twp_model_is_name(name) || twp_model_find_dimension(group, name) != SIZE_MAX ||
        twp_model_has_dataset(group, name) || group->name[0] == '\0')
        return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s is there already or no name",
            writer->publish.path, group->name, name);
    if (!twp_model_add_dimension(&writer->model, group, name, length))
        return fail_memory(writer, err);
    return TWP_OK;
}

/* A dimension with a value for each index: declared, then written as its own coordinate. */
static twp_status_t
add_dimension(twp_results_writer_t *writer, const char *group, const twp_field_t *field, size_t n,
    const void *values, twp_error_t *err)
{
    const twp_column_t *const row = twp_columns_find_dimension(group, field->name, field->type);
    const twp_status_t status = twp_results_dimension_plain(writer, group, field->name, n, err);
    twp_field_t described = *field;

    if (described.long_name == NULL && row != NULL)
        described.long_name = row->field.long_name;
    return status == TWP_OK ? twp_results_write(writer, group, &described, values, err) : status;
}

twp_status_t
twp_results_dimension_labels(twp_results_writer_t *writer, const char *group, const char *name,
    size_t n, const char *const *labels, const char *long_name, twp_error_t *err)
{
    const twp_field_t field = {
        .name = name, .type = TWP_TYPE_TEXT, .n_dims = 1, .dims = { name }, .long_name = long_name
    };

    return add_dimension(writer, group, &field, n, labels, err);
}

twp_status_t
twp_results_dimension_float64(twp_results_writer_t *writer, const char *group, const char *name,
    size_t n, const double *values, const char *units, const char *long_name, twp_error_t *err)
{
    const twp_field_t field = { .name = name,
        .type = TWP_TYPE_FLOAT64,
        .n_dims = 1,
        .dims = { name },
        .units = units,
        .long_name = long_name };

    return add_dimension(writer, group, &field, n, values, err);
}

twp_status_t
twp_results_dimension_int32(twp_results_writer_t *writer, const char *group, const char *name,
    size_t n, const int32_t *values, const char *units, const char *long_name, twp_error_t *err)
{
    const twp_field_t field = { .name = name,
        .type = TWP_TYPE_INT32,
        .n_dims = 1,
        .dims = { name },
        .units = units,
        .long_name = long_name };

    return add_dimension(writer, group, &field, n, values, err);
}

twp_status_t
twp_results_dimension_set_length(twp_results_writer_t *writer, const char *group_name,
    const char *name, size_t length, twp_error_t *err)
{
    twp_model_group_t *const group = get_group(writer, group_name, err);
    const size_t i_dim = group != NULL ? twp_model_find_dimension(group, name) : SIZE_MAX;

    if (group == NULL)
        return writer->status;
    if (i_dim == SIZE_MAX ||
        (group->dimension[i_dim].length != TWP_LENGTH_UNKNOWN &&
            group->dimension[i_dim].length != length))
        return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s has no length to set",
            writer->publish.path, group_name, name);
    group->dimension[i_dim].length = length;
    return TWP_OK;
}

/* ---- streams --------------------------------------------------------------------------------- */

twp_status_t
twp_results_stream(twp_results_writer_t *writer, const char *group, const twp_field_t *field,
    int *stream, twp_error_t *err)
{
    twp_model_column_t *column = NULL;
    twp_status_t status;

    *stream = -1;
    if (field->type == TWP_TYPE_TEXT || field->n_dims < 1 || writer->is_capture)
        return FAIL(writer, err, TWP_ERR_ARGUMENT,
            "%s: %s: only numbers over a dimension can be "
            "written piece by piece",
            writer->publish.path, field->name);
    status = add_column(writer, group, field, true, &column, err);
    if (status != TWP_OK)
        return status;
    if (writer->n_streams == writer->stream_capacity) {
        const size_t capacity = writer->stream_capacity > 0 ? 2 * writer->stream_capacity : 32;
        stream_t *const grown = realloc(writer->stream, capacity * sizeof *grown);
        if (grown == NULL)
            return fail_memory(writer, err);
        writer->stream = grown;
        writer->stream_capacity = capacity;
    }
    writer->stream[writer->n_streams].i_group =
        (size_t) (twp_model_find_group(&writer->model, group) - writer->model.group);
    writer->stream[writer->n_streams].column = column;
    *stream = (int) writer->n_streams++;
    return TWP_OK;
}

/* Hands the row's loose elements and n more to the spool as a chunk; one that is its row's only one
 * is as long as the row, others are padded to the full length. */
static twp_status_t
fill_chunk(twp_results_writer_t *writer, twp_type_t type, twp_model_row_t *row,
    const unsigned char *more, size_t n, twp_error_t *err)
{
    twp_spool_t *const spool = writer->model.spool;
    const size_t size = twp_type_size(type), n_loose = row->spooled.n_loose, n_all = n_loose + n;
    const size_t n_chunk = row->spooled.n_pieces == 0 ? n_all : TWP_CHUNK_ELEMENTS;
    unsigned char *const buffer = twp_spool_take_buffer(spool);
    twp_status_t status = TWP_OK;

    if (buffer == NULL)
        return fail_memory(writer, err);
    if (n_loose > 0)
        status = twp_spool_gather(spool, &row->spooled, buffer, size, err);
    if (status != TWP_OK) {
        free(buffer);
        return status;
    }
    if (n > 0)
        memcpy(buffer + n_loose * size, more, n * size);
    fill(type, buffer + n_all * size, n_chunk - n_all);
    return twp_spool_add(spool, &row->spooled, buffer, size, n_all, n_chunk, err);
}

twp_status_t
twp_results_append(twp_results_writer_t *writer, int stream, size_t i_row, size_t n,
    const void *data, twp_error_t *err)
{
    const unsigned char *from = data;
    twp_model_column_t *column;
    twp_model_row_t *row;
    size_t size;

    if (check_usable(writer, err) != TWP_OK)
        return writer->status;
    if (stream < 0 || (size_t) stream >= writer->n_streams ||
        i_row >= writer->stream[stream].column->n_rows)
        return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: no row %zu of stream %d",
            writer->publish.path, i_row, stream);
    column = writer->stream[stream].column;
    row = &column->row[i_row];
    size = twp_type_size(column->field.type);
    row->n_elements += n;
    while (n > 0 && writer->status == TWP_OK) {
        const size_t room = TWP_CHUNK_ELEMENTS - row->spooled.n_loose, n_now = n < room ? n : room;
        if (n_now == room)
            writer->status = fill_chunk(writer, column->field.type, row, from, n_now, err);
        else
            writer->status = twp_spool_lay(
                writer->model.spool, &row->spooled, from, size, n_now, err);
        from += n_now * size;
        n -= n_now;
    }
    return writer->status;
}

bool
twp_results_work(twp_results_writer_t *writer)
{
    return !writer->is_capture && twp_spool_work(writer->model.spool);
}

twp_status_t
twp_results_leave(
    twp_results_writer_t *writer, int stream, const char *file, size_t n, twp_error_t *err)
{
    twp_model_column_t *column;

    if (check_usable(writer, err) != TWP_OK)
        return writer->status;
    column = stream >= 0 && (size_t) stream < writer->n_streams ? writer->stream[stream].column
                                                                : NULL;
    if (column == NULL || column->is_dimension)
        return FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: stream %d cannot lie elsewhere",
            writer->publish.path, stream);
    if (!twp_model_add_source(&writer->model, column, file, n))
        return fail_memory(writer, err);
    return TWP_OK;
}

size_t
twp_results_n_streams(const twp_results_writer_t *writer)
{
    return writer->n_streams;
}

const twp_field_t *
twp_results_stream_field(const twp_results_writer_t *writer, size_t i_stream, const char **group)
{
    const stream_t *const stream = &writer->stream[i_stream];

    *group = writer->model.group[stream->i_group].name;
    return &stream->column->field;
}

size_t
twp_results_stream_length(const twp_results_writer_t *writer, int stream, size_t i_row)
{
    if (stream < 0 || (size_t) stream >= writer->n_streams ||
        i_row >= writer->stream[stream].column->n_rows)
        return 0;
    return writer->stream[stream].column->row[i_row].n_elements;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* Ends a stream: its rows must be equally long, and as long as its dimension is said to be. */
static twp_status_t
finish_stream(twp_results_writer_t *writer, const stream_t *stream, twp_error_t *err)
{
    twp_model_column_t *const column = stream->column;
    twp_model_group_t *const group = &writer->model.group[stream->i_group];
    const int last = column->field.n_dims - 1;
    size_t *const length = &group->dimension[column->i_dim[last]].length;
    twp_status_t status = TWP_OK;

    if (*length == TWP_LENGTH_UNKNOWN)
        *length = column->n_rows > 0 ? column->row[0].n_elements : 0;
    for (size_t i = 0; status == TWP_OK && i < column->n_rows; i++) {
        if (column->row[i].n_elements != *length)
            return TWP_FAIL(err, TWP_ERR_ARGUMENT, "%s: %s/%s, row %zu: %zu elements, %s has %zu",
                writer->publish.path, group->name, column->field.name, i, column->row[i].n_elements,
                column->field.dims[last], *length);
        if (column->row[i].spooled.n_loose > 0)
            status = fill_chunk(writer, column->field.type, &column->row[i], NULL, 0, err);
    }
    for (int dim = 0; dim < last; dim++)
        column->chunk[dim] = 1;
    column->chunk[last] = *length < TWP_CHUNK_ELEMENTS ? *length : TWP_CHUNK_ELEMENTS;
    if (column->chunk[last] == 0)
        column->chunk[last] = 1;
    return status;
}

static void
sum_stream(twp_model_column_t *column)
{
    twp_content_column_t digest;

    twp_content_column_init(&digest);
    for (size_t i = 0; i < column->n_rows; i++)
        for (size_t j = 0; j < column->row[i].spooled.n_pieces; j++)
            twp_content_column_add_tag(&digest, column->row[i].spooled.piece[j].tag);
    twp_content_column_finish(&digest, column->sum);
}

static twp_status_t
finish_model(twp_results_writer_t *writer, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    for (size_t i = 0; status == TWP_OK && i < writer->n_streams; i++)
        status = finish_stream(writer, &writer->stream[i], err);
    if (status == TWP_OK)
        status = twp_spool_flush(writer->model.spool, err);
    for (size_t i = 0; status == TWP_OK && i < writer->n_streams; i++)
        sum_stream(writer->stream[i].column);
    for (size_t i = 0; status == TWP_OK && i < writer->model.n_groups; i++)
        for (size_t j = 0; j < writer->model.group[i].n_dimensions; j++)
            if (writer->model.group[i].dimension[j].length == TWP_LENGTH_UNKNOWN)
                writer->model.group[i].dimension[j].length = 0; /* nothing came along it */
    return status;
}

twp_status_t
twp_results_close(twp_results_writer_t *writer, const char *status_text,
    char digest[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err)
{
    char hex[TWP_CONTENT_DIGEST_HEX_SIZE];
    twp_status_t status = check_usable(writer, err);

    if (status == TWP_OK && writer->is_capture)
        status = TWP_FAIL(err, TWP_ERR_ARGUMENT, "these results were only captured");
    if (status == TWP_OK && strcmp(status_text, "complete") != 0 &&
        strcmp(status_text, "partial") != 0)
        status = TWP_FAIL(err, TWP_ERR_ARGUMENT, "%s: status %s is neither complete nor partial",
            writer->publish.path, status_text);
    if (status == TWP_OK)
        status = finish_model(writer, err);
    if (status == TWP_OK)
        status = twp_model_digest(&writer->model, hex, err);
    if (status == TWP_OK) {
        status = twp_hdf5_file_write(
            &writer->model, writer->publish.tmp_path, hex, status_text, err);
        if (status == TWP_OK)
            status = twp_publish_file(&writer->publish, writer->overwrite, hex, err);
        else
            (void) unlink(writer->publish.tmp_path);
    }
    if (status == TWP_OK && digest != NULL)
        memcpy(digest, hex, sizeof hex);
    free_writer(writer);
    return status;
}

void
twp_results_abandon(twp_results_writer_t *writer)
{
    if (writer != NULL)
        free_writer(writer);
}

const twp_writer_model_t *
twp_results_captured(const twp_results_writer_t *writer)
{
    return writer->is_capture ? &writer->model : NULL;
}
