/* Merging: a shard's rows are copied behind those of the shards before it, its block sums folded in order,
 * its counts added. What comes out is what the run would have written without parts. */
#include "results/fill_merge.h"

#include "base/error.h"
#include "results/fill_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_ELEMENTS TWP_CHUNK_ELEMENTS

static twp_status_t
refuse(const twp_reader_t *reader, const char *object, const char *why, twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_FORMAT, "%s: /%s: %s", twp_reader_path(reader), object, why);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Rows of this group's ragged data before the shard: its row_start counts from its own first row. */
static int64_t
rows_before(const twp_fill_t *fill, const char *group, const char *name)
{
    if (strcmp(name, "row_start") != 0)
        return 0;
    return strcmp(group, "events") == 0 ? fill->events.n_rows : fill->trajectories.n_rows;
}

/* Elements along the last dimension that a shard must have; -1: as many as come. */
static int64_t
wanted_length(const twp_fill_t *fill, const twp_field_t *field, int64_t n_twins)
{
    const char *const dim = field->dims[field->n_dims - 1];

    if (strcmp(dim, "twin") == 0)
        return n_twins;
    return strcmp(dim, "path") == 0 ? n_twins * fill->run->n_models : -1;
}

static twp_status_t
check_column(const twp_fill_t *fill, twp_reader_t *reader, const char *object,
    const twp_field_t *field, int64_t n_twins, twp_dataset_info_t *info, twp_error_t *err)
{
    const int64_t wanted = wanted_length(fill, field, n_twins);
    twp_status_t status = twp_reader_info(reader, object, info, err);

    if (status != TWP_OK)
        return status;
    if (info->type != field->type || info->n_dims != field->n_dims)
        return refuse(reader, object, "not the column that the run writes", err);
    for (int i = 0; i < info->n_dims; i++)
        if (strcmp(info->dim[i], field->dims[i]) != 0)
            return refuse(reader, object, "its dimensions are not those of the run", err);
    if (info->n_dims == 2 && info->length[0] != (size_t) fill->run->n_models)
        return refuse(reader, object, "it has another number of strategies", err);
    if (wanted >= 0 && info->length[info->n_dims - 1] != (size_t) wanted)
        return refuse(reader, object, "it does not have as many rows as the shard has twins", err);
    return TWP_OK;
}

static void
add_to(int64_t *value, size_t n, int64_t more)
{
    for (size_t i = 0; more != 0 && i < n; i++)
        value[i] += more;
}

static twp_status_t
copy_column(twp_fill_t *fill, twp_reader_t *reader, size_t i_stream, int64_t n_twins,
    const char *left_in, void *slice, twp_error_t *err)
{
    const char *group;
    const twp_field_t *const field = twp_results_stream_field(fill->writer, i_stream, &group);
    char object[2 * TWP_COLUMN_NAME_MAX + 2];
    twp_dataset_info_t info;
    twp_status_t status;

    (void) snprintf(object, sizeof object, "%s/%s", group, field->name);
    status = check_column(fill, reader, object, field, n_twins, &info, err);
    if (status != TWP_OK)
        return status;

    const int last = info.n_dims - 1;
    const size_t n_rows = last == 1 ? info.length[0] : 1;
    const int64_t more = rows_before(fill, group, field->name);

    /* row_start counts on over shards, and the values of a dimension stand with it. */
    if (left_in != NULL && strcmp(field->name, "row_start") != 0 &&
        strcmp(field->name, field->dims[last]) != 0)
        status = twp_results_leave(fill->writer, (int) i_stream, left_in, info.length[last], err);

    for (size_t i = 0; i < n_rows; i++)
        for (size_t at = 0; at < info.length[last] && status == TWP_OK; at += SLICE_ELEMENTS) {
            const size_t left = info.length[last] - at;
            const size_t n = left < SLICE_ELEMENTS ? left : SLICE_ELEMENTS;
            const size_t start[2] = { last == 1 ? i : at, at };
            const size_t count[2] = { last == 1 ? 1 : n, n };

            status = twp_reader_read_slice(reader, object, info.type, start, count, slice, err);
            if (status == TWP_OK && info.type == TWP_TYPE_INT64)
                add_to(slice, n, more);
            if (status == TWP_OK)
                status = twp_results_append(fill->writer, (int) i_stream, i, n, slice, err);
        }
    return status;
}

static twp_status_t
count_rows(twp_reader_t *reader, const char *object, int64_t *n_rows, twp_error_t *err)
{
    twp_dataset_info_t info;
    const twp_status_t status = twp_reader_info(reader, object, &info, err);

    if (status == TWP_OK)
        *n_rows += (int64_t) info.length[0];
    return status;
}

static twp_status_t
copy_rows(
    twp_fill_t *fill, twp_reader_t *reader, int64_t n_twins, const char *left_in, twp_error_t *err)
{
    void *const slice = malloc(SLICE_ELEMENTS * sizeof(double));
    twp_status_t status = TWP_OK;

    if (slice == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to copy rows");
    for (size_t i = 0; i < twp_results_n_streams(fill->writer) && status == TWP_OK; i++)
        status = copy_column(fill, reader, i, n_twins, left_in, slice, err);
    free(slice);
    if (status == TWP_OK && fill->run->recorder->has_events)
        status = count_rows(reader, "events/event_time", &fill->events.n_rows, err);
    if (status == TWP_OK && fill->run->recorder->has_trajectories)
        status = count_rows(reader, "trajectories/time", &fill->trajectories.n_rows, err);
    return status;
}

/* ---- sums ------------------------------------------------------------------------------------ */

/* What stands in /blocks: numbers first, first + 1, ... of n parts, and n_values for each. */
static twp_status_t
check_parts(twp_reader_t *reader, const char *object, int64_t first, int64_t n, size_t n_values,
    twp_error_t *err)
{
    twp_dataset_info_t info;
    int32_t *number = NULL;
    size_t n_read = 0;
    twp_status_t status = twp_reader_read_int32(reader, object, &number, &n_read, err);

    if (status == TWP_OK && n_read != (size_t) n)
        status = refuse(reader, object, "not as many parts as the shard has", err);
    for (size_t i = 0; i < n_read && status == TWP_OK; i++)
        if (number[i] != first + (int64_t) i)
            status = refuse(reader, object, "not the parts of the shard", err);
    free(number);
    if (status == TWP_OK)
        status = twp_reader_info(reader, "blocks/sums", &info, err);
    if (status == TWP_OK && (info.n_dims != 1 || info.length[0] != n_read * n_values))
        status = refuse(reader, "blocks/sums", "not the sums of the run's figures", err);
    return status;
}

/* Sums of one part after the other. */
static twp_status_t
read_part(twp_reader_t *reader, int64_t i_part, size_t n, double *value, twp_error_t *err)
{
    const size_t start = (size_t) i_part * n;

    return twp_reader_read_slice(reader, "blocks/sums", TWP_TYPE_FLOAT64, &start, &n, value, err);
}

static twp_status_t
fold_blocks(const twp_fill_t *fill, twp_reader_t *reader, const twp_shard_t *shard,
    twp_sums_t *sums, twp_error_t *err)
{
    const twp_figures_t *const figures = fill->run->figures;
    const size_t n = twp_sums_part_size(figures);
    double *const value = malloc(n * sizeof(*value) + 1);
    void *const partial = malloc(figures->partial_bytes + 1);
    twp_status_t status = check_parts(
        reader, "blocks/block", shard->first_block, shard->n_blocks, n, err);

    if (value == NULL || partial == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to fold blocks");
    for (int64_t b = 0; b < shard->n_blocks && n > 0 && status == TWP_OK; b++) {
        status = read_part(reader, b, n, value, err);
        if (status == TWP_OK) {
            twp_sums_unpack(figures, value, partial);
            twp_sums_fold_moments(sums, partial);
        }
    }
    free(partial);
    free(value);
    return status;
}

static twp_status_t
take_sets(twp_reader_t *reader, const twp_shard_t *shard, twp_sets_t *sets, twp_error_t *err)
{
    const size_t n = twp_sets_part_size(sets);
    double *const value = malloc(n * sizeof(*value) + 1);
    twp_status_t status = check_parts(
        reader, "blocks/parameter_set", shard->first_set + 1, shard->n_sets, n, err);

    if (value == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for parameter sets");
    for (int64_t k = 0; k < shard->n_sets && n > 0 && status == TWP_OK; k++) {
        status = read_part(reader, k, n, value, err);
        if (status == TWP_OK)
            twp_sets_unpack(sets, sets->n_done++, value);
    }
    free(value);
    return status;
}

static twp_status_t
add_counts(const twp_fill_t *fill, twp_reader_t *reader, twp_sums_t *sums,
    const twp_outcome_counts_t *counts, twp_error_t *err)
{
    int64_t *index = NULL, *value = NULL;
    size_t n_index = 0, n_value = 0, i = 0, first = 0;
    twp_status_t status = twp_reader_read_int64(
        reader, "blocks/count_index", &index, &n_index, err);

    if (status == TWP_OK)
        status = twp_reader_read_int64(reader, "blocks/count_value", &value, &n_value, err);
    if (status == TWP_OK && n_index != n_value)
        status = refuse(reader, "blocks/count_value", "not as long as count_index", err);
    for (int a = 0; a < twp_fill_n_count_arrays(fill->run) && status == TWP_OK; a++) {
        size_t n = 0;
        int64_t *const array = twp_fill_count_array(fill->run, sums, counts, a, &n);

        for (; i < n_index && index[i] >= (int64_t) first && index[i] < (int64_t) (first + n); i++)
            array[(size_t) index[i] - first] += value[i];
        first += n;
    }
    if (status == TWP_OK && i < n_index)
        status = refuse(reader, "blocks/count_index", "not the counts of the run", err);
    free(value);
    free(index);
    return status;
}

twp_status_t
twp_fill_take_shard(twp_fill_t *fill, twp_reader_t *reader, const twp_shard_t *shard,
    const char *left_in, twp_sums_t *sums, twp_sets_t *sets, const twp_outcome_counts_t *counts,
    twp_error_t *err)
{
    const int64_t n_twins = twp_shard_n_twins(fill->run->shard_plan, shard);
    twp_status_t status = copy_rows(fill, reader, n_twins, left_in, err);

    if (status == TWP_OK)
        status = sets != NULL ? take_sets(reader, shard, sets, err)
                              : fold_blocks(fill, reader, shard, sums, err);
    if (status == TWP_OK)
        status = add_counts(fill, reader, sums, counts, err);
    return status;
}
