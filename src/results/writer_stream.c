#include "base/error.h"
#include "results/writer_internal.h"

#include <stdlib.h>
#include <string.h>

twp_status_t
twp_results_stream(twp_results_writer_t *writer, const char *group, const twp_field_t *field,
    int *stream, twp_error_t *err)
{
    twp_model_column_t *column = NULL;
    twp_status_t status;

    *stream = -1;
    if (field->type == TWP_TYPE_TEXT || field->n_dims < 1 || writer->is_capture)
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT,
            "%s: %s: only numbers over a dimension can be "
            "written piece by piece",
            writer->publish.path, field->name);
    status = twp_writer_add_column(writer, group, field, true, &column, err);
    if (status != TWP_OK)
        return status;
    if (writer->n_streams == writer->stream_capacity) {
        const size_t capacity = writer->stream_capacity > 0 ? 2 * writer->stream_capacity : 32;
        twp_writer_stream_t *const grown = realloc(writer->stream, capacity * sizeof *grown);
        if (grown == NULL)
            return twp_writer_fail_memory(writer, err);
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
    void *taken = NULL;
    const twp_status_t status = twp_spool_begin_chunk(spool, &row->spooled, size, &taken, err);
    unsigned char *const buffer = taken;

    if (status != TWP_OK)
        return status;
    if (n > 0)
        memcpy(buffer + n_loose * size, more, n * size);
    twp_writer_fill(type, buffer + n_all * size, n_chunk - n_all);
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

    if (twp_writer_check_usable(writer, err) != TWP_OK)
        return writer->status;
    if (stream < 0 || (size_t) stream >= writer->n_streams ||
        i_row >= writer->stream[stream].column->n_rows)
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: no row %zu of stream %d",
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

    if (twp_writer_check_usable(writer, err) != TWP_OK)
        return writer->status;
    column = stream >= 0 && (size_t) stream < writer->n_streams ? writer->stream[stream].column
                                                                : NULL;
    if (column == NULL || column->is_dimension)
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: stream %d cannot lie elsewhere",
            writer->publish.path, stream);
    if (!twp_model_add_source(&writer->model, column, file, n))
        return twp_writer_fail_memory(writer, err);
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
    const twp_writer_stream_t *const stream = &writer->stream[i_stream];

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

/* ---- the end of a stream ---------------------------------------------------------------------- */

twp_status_t
twp_writer_finish_stream(
    twp_results_writer_t *writer, const twp_writer_stream_t *stream, twp_error_t *err)
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

void
twp_writer_sum_stream(twp_model_column_t *column)
{
    twp_content_column_t digest;

    twp_content_column_init(&digest);
    for (size_t i = 0; i < column->n_rows; i++)
        for (size_t j = 0; j < column->row[i].spooled.n_pieces; j++)
            twp_content_column_add_tag(&digest, column->row[i].spooled.piece[j].tag);
    twp_content_column_finish(&digest, column->sum);
}
