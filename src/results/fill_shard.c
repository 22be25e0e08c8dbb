/* The shards of a run in parts: rows as in any results file, and /blocks in the place of a summary. */
#include "results/fill_internal.h"

#include "base/error.h"

#include <stdlib.h>

static void
declare(twp_fill_t *fill, const char *name, twp_type_t type, int *number)
{
    twp_field_t field;

    if (fill->status == TWP_OK &&
        twp_fill_ok(fill, twp_columns_field("blocks", name, type, NULL, &field, &fill->err)))
        (void) twp_fill_ok(
            fill, twp_results_stream(fill->writer, "blocks", &field, number, &fill->err));
}

void
twp_fill_declare_blocks(twp_fill_t *fill)
{
    (void) twp_fill_ok(fill, twp_results_group(fill->writer, "blocks", &fill->err));
    declare(
        fill, fill->run->sets != NULL ? "parameter_set" : "block", TWP_TYPE_INT32, &fill->block);
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_plain(
                fill->writer, "blocks", "sum", TWP_LENGTH_UNKNOWN, &fill->err));
    declare(fill, "sums", TWP_TYPE_FLOAT64, &fill->block_sums);
}

static void
append_part(twp_fill_t *fill, int64_t number, const double *value, size_t n)
{
    const int32_t narrow = (int32_t) number;

    if (twp_fill_ok(fill, twp_results_append(fill->writer, fill->block, 0, 1, &narrow, &fill->err)))
        (void) twp_fill_ok(
            fill, twp_results_append(fill->writer, fill->block_sums, 0, n, value, &fill->err));
}

twp_status_t
twp_fill_take_partial(twp_fill_t *fill, const void *partial, twp_error_t *err)
{
    const size_t n = twp_sums_part_size(fill->run->figures);
    double *const value = twp_fill_scratch(fill, n * sizeof(*value) + 8);

    if (value != NULL) {
        twp_sums_pack(fill->run->figures, partial, value);
        append_part(fill, fill->run->shard->first_block + fill->n_blocks++, value, n);
    }
    if (fill->status != TWP_OK)
        return TWP_FAIL(err, fill->status, "%s", fill->err.message);
    return TWP_OK;
}

/* The figures of the shard's parameter sets. */
static void
write_sets(twp_fill_t *fill)
{
    const twp_sets_t *const sets = fill->run->sets;
    const twp_shard_t *const shard = fill->run->shard;
    const size_t n = twp_sets_part_size(sets);
    double *const value = twp_fill_scratch(fill, n * sizeof(*value) + 8);

    for (int64_t k = 0; k < shard->n_sets && value != NULL && fill->status == TWP_OK; k++) {
        twp_sets_pack(sets, shard->first_set + k, value);
        append_part(fill, shard->first_set + k + 1, value, n);
    }
}

/* ---- counts ---------------------------------------------------------------------------------- */

int
twp_fill_n_count_arrays(const twp_fill_run_t *run)
{
    return twp_sums_n_count_arrays(run->figures) + 2 * run->n_models;
}

int64_t *
twp_fill_count_array(const twp_fill_run_t *run, twp_sums_t *sums,
    const twp_outcome_counts_t *counts, int i_array, size_t *n)
{
    const int i = i_array - twp_sums_n_count_arrays(run->figures);
    const size_t n_grid = (size_t) run->plan->n_grid;

    if (i < 0)
        return twp_sums_count_array(sums, i_array, n);
    *n = i % 2 == 0 ? n_grid * (size_t) run->plan->n_states : n_grid;
    return i % 2 == 0 ? counts[i / 2].occupancy : counts[i / 2].followed;
}

/* The counts that are not 0, with their places in the arrays one after the other. */
static size_t
list_counts(const twp_fill_t *fill, twp_sums_t *sums, const twp_outcome_counts_t *counts,
    int64_t *index, int64_t *value)
{
    size_t n_listed = 0, first = 0;

    for (int a = 0; a < twp_fill_n_count_arrays(fill->run); a++) {
        size_t n = 0;
        const int64_t *const array = twp_fill_count_array(fill->run, sums, counts, a, &n);

        for (size_t i = 0; i < n; i++) {
            if (array[i] == 0)
                continue;
            if (index != NULL && value != NULL) {
                index[n_listed] = (int64_t) (first + i);
                value[n_listed] = array[i];
            }
            n_listed++;
        }
        first += n;
    }
    return n_listed;
}

static void
write_counts(twp_fill_t *fill, twp_sums_t *sums, const twp_outcome_counts_t *counts)
{
    const size_t n = list_counts(fill, sums, counts, NULL, NULL);
    int64_t *const index = malloc((n + 1) * sizeof(*index));
    int64_t *const value = malloc((n + 1) * sizeof(*value));
    const struct {
        const char *name;
        const int64_t *values;
    } column[] = { { "count_index", index }, { "count_value", value } };

    if (index == NULL || value == NULL)
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for counts"));
    else if (fill->status == TWP_OK) {
        (void) list_counts(fill, sums, counts, index, value);
        (void) twp_fill_ok(
            fill, twp_results_dimension_plain(fill->writer, "blocks", "count", n, &fill->err));
    }
    for (size_t i = 0; i < sizeof(column) / sizeof(column[0]) && fill->status == TWP_OK; i++) {
        twp_field_t field;

        if (twp_fill_ok(fill,
                twp_columns_field(
                    "blocks", column[i].name, TWP_TYPE_INT64, NULL, &field, &fill->err)))
            (void) twp_fill_ok(fill,
                twp_results_write(fill->writer, "blocks", &field, column[i].values, &fill->err));
    }
    free(value);
    free(index);
}

twp_status_t
twp_fill_shard_numbers(twp_results_writer_t *writer, const twp_shard_plan_t *plan,
    const twp_shard_t *shard, bool has_points, bool has_sets, twp_error_t *err)
{
    const struct {
        const char *name;
        int64_t value;
        bool is_wanted;
    } number[] = { { "shard_index", shard->index, true }, { "shard_count", plan->n_shards, true },
        { "first_twin", twp_shard_first_twin(shard), true },
        { "twin_count", twp_shard_n_twins(plan, shard), true },
        { "first_point", shard->first_point + 1, has_points },
        { "point_count", shard->n_points, has_points },
        { "first_parameter_set", shard->first_set + 1, has_sets },
        { "parameter_set_count", shard->n_sets, has_sets } };
    twp_status_t status = TWP_OK;

    for (size_t i = 0; i < sizeof(number) / sizeof(number[0]) && status == TWP_OK; i++)
        if (number[i].is_wanted)
            status = twp_results_attribute_int32(
                writer, NULL, number[i].name, (int32_t) number[i].value, err);
    return status;
}

twp_status_t
twp_fill_shard(
    twp_fill_t *fill, twp_sums_t *sums, const twp_outcome_counts_t *counts, twp_error_t *err)
{
    const twp_fill_run_t *const run = fill->run;

    twp_fill_write_root(fill, "shard", twp_shard_n_twins(run->shard_plan, run->shard));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_fill_shard_numbers(fill->writer, run->shard_plan, run->shard, run->has_no_rows,
                run->sets != NULL, &fill->err));
    if (fill->status == TWP_OK && run->sets != NULL)
        write_sets(fill);
    if (fill->status == TWP_OK)
        write_counts(fill, sums, counts);
    if (fill->status != TWP_OK)
        return TWP_FAIL(err, fill->status, "%s", fill->err.message);
    return TWP_OK;
}
