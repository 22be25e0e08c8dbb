/* Whole arrays that come slab by slab along their first dimension. Slabs wait in the spool until they fill a row of
 * chunks; the chunks and the digest are those of the array written at once. */
#include "base/error.h"
#include "results/writer_internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SIZE ((size_t) 8) /* bytes of the largest element */

static twp_writer_slabs_t *
add_slabs(twp_results_writer_t *writer)
{
    void *made = NULL;

    if (writer->n_slabs == writer->slabs_capacity) {
        const size_t capacity = writer->slabs_capacity > 0 ? 2 * writer->slabs_capacity : 32;
        twp_writer_slabs_t **const grown = realloc(
            (void *) writer->slabs, capacity * sizeof *grown);

        if (grown == NULL)
            return NULL;
        writer->slabs = grown;
        writer->slabs_capacity = capacity;
    }
    if (posix_memalign(&made, 64, sizeof(twp_writer_slabs_t)) != 0) /* as libsodium wants it */
        return NULL;
    memset(made, 0, sizeof(twp_writer_slabs_t));
    writer->slabs[writer->n_slabs++] = made;
    return made;
}

twp_status_t
twp_results_slabs(twp_results_writer_t *writer, const char *group, const twp_field_t *field,
    int *number, twp_error_t *err)
{
    twp_model_column_t *column = NULL;
    const twp_model_group_t *found;
    twp_writer_slabs_t *slabs;
    size_t n_elements = 1;
    twp_status_t status;

    *number = -1;
    if (field->type == TWP_TYPE_TEXT || field->n_dims < 1 || writer->is_capture)
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT,
            "%s: %s: only numbers over a dimension can be written slab by slab",
            writer->publish.path, field->name);
    status = twp_writer_add_column(writer, group, field, false, &column, err);
    if (status != TWP_OK)
        return status;
    slabs = add_slabs(writer);
    if (slabs == NULL)
        return twp_writer_fail_memory(writer, err);
    slabs->column = column;
    slabs->n_inner = 1;
    found = twp_model_find_group(&writer->model, group);
    for (int dim = 0; dim < field->n_dims; dim++) {
        slabs->length[dim] = found->dimension[column->i_dim[dim]].length;
        if (__builtin_mul_overflow(n_elements, slabs->length[dim], &n_elements) ||
            n_elements > SIZE_MAX / 16)
            return TWP_WRITER_FAIL(writer, err, TWP_ERR_LIMIT, "%s: %s is too large",
                writer->publish.path, field->name);
        if (dim > 0)
            slabs->n_inner *= slabs->length[dim];
    }
    twp_writer_shape_chunk(column, slabs->length);
    twp_content_column_init(&slabs->digest);
    *number = (int) writer->n_slabs - 1;
    return TWP_OK;
}

/* n indices that fill a row of chunks, or what is left for the last one. */
static twp_status_t
add_band(twp_results_writer_t *writer, twp_writer_slabs_t *slabs, size_t n,
    const unsigned char *data, twp_error_t *err)
{
    const twp_model_column_t *const column = slabs->column;
    const size_t size = twp_type_size(column->field.type);
    size_t length[TWP_FIELD_DIMS_MAX], n_row;

    memcpy(length, slabs->length, sizeof length);
    length[0] = n;
    n_row = length[column->field.n_dims - 1];
    for (size_t i = 0; i < n * slabs->n_inner; i += n_row)
        twp_content_column_add_row(&slabs->digest, data + i * size, n_row, size);
    return twp_writer_add_chunks(writer, slabs->column, length, data, err);
}

/* Adds the slabs that wait and n more, which fill a band together. */
static twp_status_t
gather_band(twp_results_writer_t *writer, twp_writer_slabs_t *slabs, size_t n,
    const unsigned char *data, twp_error_t *err)
{
    const size_t size = twp_type_size(slabs->column->field.type);
    twp_spool_row_t *const spooled = &slabs->column->row[0].spooled;
    const size_t n_loose = spooled->n_loose;

    if (writer->band == NULL)
        writer->band = malloc(TWP_CHUNK_ELEMENTS * MAX_SIZE);
    if (writer->band == NULL)
        return twp_writer_fail_memory(writer, err);
    writer->status = twp_spool_gather(writer->model.spool, spooled, writer->band, size, err);
    if (writer->status != TWP_OK)
        return writer->status;
    memcpy(writer->band + n_loose * size, data, n * slabs->n_inner * size);
    return add_band(writer, slabs, n_loose / slabs->n_inner + n, writer->band, err);
}

twp_status_t
twp_results_append_slab(
    twp_results_writer_t *writer, int number, size_t n, const void *data, twp_error_t *err)
{
    const unsigned char *from = data;
    twp_writer_slabs_t *slabs;
    twp_spool_row_t *spooled;
    size_t size;

    if (twp_writer_check_usable(writer, err) != TWP_OK)
        return writer->status;
    if (number < 0 || (size_t) number >= writer->n_slabs ||
        n > writer->slabs[number]->length[0] - writer->slabs[number]->n_done)
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: no room for slabs of array %d",
            writer->publish.path, number);
    slabs = writer->slabs[number];
    spooled = &slabs->column->row[0].spooled;
    size = twp_type_size(slabs->column->field.type);
    while (n > 0 && slabs->n_inner > 0 && writer->status == TWP_OK) {
        const size_t n_loose = spooled->n_loose / slabs->n_inner;
        const size_t left = slabs->length[0] - slabs->n_done + n_loose;
        const size_t n_band = left < slabs->column->chunk[0] ? left : slabs->column->chunk[0];
        const size_t n_now = n < n_band - n_loose ? n : n_band - n_loose;

        if (n_loose + n_now < n_band)
            writer->status = twp_spool_lay(
                writer->model.spool, spooled, from, size, n_now * slabs->n_inner, err);
        else if (n_loose > 0)
            (void) gather_band(writer, slabs, n_now, from, err);
        else
            writer->status = add_band(writer, slabs, n_now, from, err);
        from += n_now * slabs->n_inner * size;
        slabs->n_done += n_now;
        n -= n_now;
    }
    if (slabs->n_inner == 0)
        slabs->n_done += n;
    return writer->status;
}

twp_status_t
twp_writer_finish_slabs(twp_results_writer_t *writer, twp_error_t *err)
{
    for (size_t i = 0; i < writer->n_slabs; i++) {
        twp_writer_slabs_t *const slabs = writer->slabs[i];

        if (slabs->n_done != slabs->length[0])
            return TWP_FAIL(err, TWP_ERR_ARGUMENT, "%s: %s: %zu slabs of %zu came",
                writer->publish.path, slabs->column->field.name, slabs->n_done, slabs->length[0]);
        twp_content_column_finish(&slabs->digest, slabs->column->sum);
    }
    return TWP_OK;
}

void
twp_writer_free_slabs(twp_results_writer_t *writer)
{
    for (size_t i = 0; i < writer->n_slabs; i++)
        free(writer->slabs[i]);
    free((void *) writer->slabs);
    free(writer->band);
}
