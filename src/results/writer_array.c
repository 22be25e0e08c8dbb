#include "base/error.h"
#include "results/writer_internal.h"

#include <string.h>

void
twp_writer_fill(twp_type_t type, unsigned char *elements, size_t n)
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
        twp_writer_fill(column->field.type, buffer + (is_inside ? n_real * size : 0),
            is_inside ? n_row - n_real : n_row);
        buffer += n_row * size;
        for (int dim = last - 1; dim >= 0 && ++index[dim] == column->chunk[dim]; dim--)
            index[dim] = 0;
    }
}

/* Chunks of at most TWP_CHUNK_ELEMENTS, the last dimensions whole where they fit. */
void
twp_writer_shape_chunk(twp_model_column_t *column, const size_t *length)
{
    size_t left = TWP_CHUNK_ELEMENTS;

    for (int dim = column->field.n_dims - 1; dim >= 0; dim--) {
        const size_t n = length[dim] > 0 ? length[dim] : 1;
        column->chunk[dim] = n < left ? n : left; /* both are at least 1 */
        left /= column->chunk[dim];               /* NOLINT(clang-analyzer-core.DivideZero) */
    }
}

twp_status_t
twp_writer_add_chunks(twp_results_writer_t *writer, twp_model_column_t *column,
    const size_t *length, const unsigned char *data, twp_error_t *err)
{
    const size_t size = twp_type_size(column->field.type);
    size_t offset[TWP_FIELD_DIMS_MAX] = { 0 }, n_chunk = 1, n_elements = 1;

    for (int dim = 0; dim < column->field.n_dims; dim++) {
        n_chunk *= column->chunk[dim];
        n_elements *= length[dim];
    }
    for (bool is_done = n_elements == 0; !is_done;) {
        unsigned char *const buffer = twp_spool_take_buffer(writer->model.spool);
        int dim = column->field.n_dims - 1;
        if (buffer == NULL)
            return twp_writer_fail_memory(writer, err);
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

/* Bytes in the arena, whatever their alignment: they are only copied. */
static twp_status_t
keep_numbers(twp_results_writer_t *writer, twp_model_column_t *column, size_t n_elements,
    const unsigned char *data, twp_error_t *err)
{
    const size_t size = twp_type_size(column->field.type);
    void *const copy = twp_arena_alloc(writer->model.arena, n_elements > 0 ? n_elements : 1, size);

    if (copy == NULL)
        return twp_writer_fail_memory(writer, err);
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
    const size_t size = twp_type_size(column->field.type);
    size_t n_elements = 1, n_row;
    twp_content_column_t digest;

    n_row = length[column->field.n_dims - 1];
    for (int dim = 0; dim < column->field.n_dims; dim++)
        if (__builtin_mul_overflow(n_elements, length[dim], &n_elements) ||
            n_elements > SIZE_MAX / 16)
            return TWP_WRITER_FAIL(writer, err, TWP_ERR_LIMIT, "%s: %s is too large",
                writer->publish.path, column->field.name);
    if (writer->is_capture)
        return keep_numbers(writer, column, n_elements, data, err);
    twp_content_column_init(&digest);
    for (size_t i = 0; i < n_elements; i += n_row)
        twp_content_column_add_row(&digest, data + i * size, n_row, size);
    twp_content_column_finish(&digest, column->sum);
    twp_writer_shape_chunk(column, length);
    return twp_writer_add_chunks(writer, column, length, data, err);
}

static twp_status_t
write_texts(twp_results_writer_t *writer, twp_model_column_t *column, size_t n,
    const char *const *texts, twp_error_t *err)
{
    twp_content_column_t digest;

    column->text = (const char **) twp_arena_alloc(
        writer->model.arena, n > 0 ? n : 1, sizeof *column->text);
    if (column->text == NULL)
        return twp_writer_fail_memory(writer, err);
    column->n_texts = n;
    twp_content_column_init(&digest);
    for (size_t i = 0; i < n; i++) {
        if (texts[i] == NULL || !twp_model_is_utf8(texts[i]))
            return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s, text %zu: not UTF-8",
                writer->publish.path, column->field.name, i);
        column->text[i] = twp_arena_strdup(writer->model.arena, texts[i]);
        if (column->text[i] == NULL)
            return twp_writer_fail_memory(writer, err);
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
    twp_status_t status = twp_writer_add_column(writer, group, field, false, &column, err);

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
