/* The library's face: whether shards belong together, and what is missing of the run. */
#include "twinpath_sweep.h"

#include "results/fill_merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
compare_shards(const void *a, const void *b)
{
    const twp_shard_file_t *const one = a, *const other = b;

    if (one->index != other->index)
        return one->index < other->index ? -1 : 1;
    return strcmp(one->path, other->path);
}

twp_status_t
twp_merge_sort(twp_merge_t *merge, twp_error_t *err)
{
    size_t n = 0;

    for (size_t i = 1; i < merge->n_shards; i++) {
        const twp_status_t status = twp_shard_file_match(&merge->shard[0], &merge->shard[i], err);

        if (status != TWP_OK)
            return status;
    }
    if (merge->n_shards > 0)
        qsort(merge->shard, merge->n_shards, sizeof *merge->shard, compare_shards);
    for (size_t i = 0; i < merge->n_shards; i++) {
        twp_shard_file_t *const shard = &merge->shard[i];

        if (n > 0 && merge->shard[n - 1].index == shard->index) {
            const twp_shard_file_t *const first = &merge->shard[n - 1];

            if (strcmp(first->digest, shard->digest) != 0)
                return TWP_FAIL(err, TWP_ERR_INPUT,
                    "%s and %s are both shard %d, and they differ (digests %.12s... and %.12s...)",
                    first->path, shard->path, (int) shard->index, first->digest, shard->digest);
            twp_shard_file_clear(shard);
        } else if (n++ != i) {
            merge->shard[n - 1] = *shard;
            memset(shard, 0, sizeof *shard);
        }
    }
    merge->n_shards = n;
    return TWP_OK;
}

static void
add_gap(char gaps[TWP_GAPS_SIZE], int32_t first, int32_t last)
{
    const size_t n = strlen(gaps);

    if (n > TWP_GAPS_SIZE - 40) {
        if (strcmp(gaps + n - 3, "...") != 0)
            (void) snprintf(gaps + n, TWP_GAPS_SIZE - n, " ...");
        return;
    }
    if (first == last)
        (void) snprintf(gaps + n, TWP_GAPS_SIZE - n, "%s%d", n > 0 ? ", " : "", (int) first);
    else
        (void) snprintf(
            gaps + n, TWP_GAPS_SIZE - n, "%s%d-%d", n > 0 ? ", " : "", (int) first, (int) last);
}

/* Which numbers are missing: "3, 5-9". */
static void
find_gaps(const twp_merge_t *merge, char gaps[TWP_GAPS_SIZE])
{
    int32_t next = 0;

    gaps[0] = '\0';
    for (size_t i = 0; i < merge->n_shards; i++) {
        if (merge->shard[i].index > next)
            add_gap(gaps, next, merge->shard[i].index - 1);
        next = merge->shard[i].index + 1;
    }
    if (merge->n_shards > 0 && next < merge->shard[0].count)
        add_gap(gaps, next, merge->shard[0].count - 1);
}

/* A place in the run: a point, and of it a twin or a parameter set, both from 0. */
typedef struct {
    int64_t point, at;
} place_t;

bool
twp_merge_is_cut(const twp_shard_file_t *shard)
{
    return shard->n_own_points > 0 && (shard->n_own_sets > 0 || shard->n_own < shard->n_twins);
}

static place_t
begin_of(const twp_shard_file_t *shard)
{
    return (place_t){ shard->first_point,
        shard->n_own_sets > 0 ? shard->first_set : shard->first_twin };
}

/* Where the shard after it begins. */
static place_t
end_of(const twp_shard_file_t *shard)
{
    const place_t begin = begin_of(shard);
    const bool has_sets = shard->n_own_sets > 0;
    const int64_t end = begin.at + (has_sets ? shard->n_own_sets : shard->n_own);
    const int64_t n_points = shard->n_own_points > 0 ? shard->n_own_points : 1;

    if (end < (has_sets ? shard->n_parameter_sets : shard->n_twins))
        return (place_t){ begin.point, end };
    return (place_t){ begin.point + n_points, 0 };
}

static bool
is_at(place_t a, int64_t point, int64_t at)
{
    return a.point == point && a.at == at;
}

/* Whether its numbers can be those of a shard: whole blocks of all twins, or sets of whole blocks. */
static bool
is_possible(const twp_shard_file_t *shard, int64_t n_points)
{
    const int64_t end_twin = (int64_t) shard->first_twin + shard->n_own;
    const int64_t end_set = (int64_t) shard->first_set + shard->n_own_sets;
    const bool is_whole = shard->first_twin == 0 && shard->n_own == shard->n_twins;

    if (shard->first_twin < 0 || shard->n_own < 1 || end_twin > shard->n_twins ||
        shard->first_twin % TWP_BLOCK_TWINS != 0 ||
        (end_twin < shard->n_twins && shard->n_own % TWP_BLOCK_TWINS != 0))
        return false;
    if (shard->n_own_sets > 0 &&
        (!is_whole || shard->first_set < 0 || end_set > shard->n_parameter_sets))
        return false;
    if (twp_merge_is_cut(shard) && shard->n_own_points != 1)
        return false;
    return shard->first_point >= 0 && end_of(shard).point <= n_points;
}

/* Shards in order hold consecutive points, and twins or sets of a point, from the first to the last of the run. */
static twp_status_t
check_cut(const twp_merge_t *merge, twp_error_t *err)
{
    const bool has_points = merge->points != NULL;
    const int64_t n_points = has_points ? merge->points->points->n_points : 1;

    for (size_t i = 0; i < merge->n_shards; i++) {
        const twp_shard_file_t *const shard = &merge->shard[i];
        const twp_shard_file_t *const before = i > 0 ? &merge->shard[i - 1] : NULL;
        const place_t begin = begin_of(shard);

        if (!is_possible(shard, n_points) || (shard->n_own_points > 0) != has_points ||
            (shard->index == 0) != is_at(begin, 0, 0) ||
            (shard->index + 1 == shard->count) != is_at(end_of(shard), n_points, 0) ||
            (before != NULL && before->index + 1 == shard->index &&
                !is_at(end_of(before), begin.point, begin.at)))
            return TWP_FAIL(err, TWP_ERR_FORMAT,
                "%s: it does not begin where the shard before it ends", shard->path);
    }
    return TWP_OK;
}

bool
twp_merge_must_stop(const twp_run_t *run)
{
    const twp_run_settings_t *const settings = run->settings;

    return settings->should_stop != NULL && settings->should_stop(settings->stop_context);
}

twp_status_t
twp_merge_check(
    const twp_run_t *run, const twp_merge_t *merge, char gaps[TWP_GAPS_SIZE], twp_error_t *err)
{
    twp_status_t status = check_cut(merge, err);

    find_gaps(merge, gaps);
    if (status == TWP_OK && gaps[0] != '\0' && !merge->allows_gaps)
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "%s: of the %d shards of the run these are missing: %s (--allow-gaps leaves them out)",
            merge->output_path, (int) merge->shard[0].count, gaps);
    if (status == TWP_OK && merge->is_virtual && merge->points != NULL)
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "%s: the results of a sweep have no rows of twins that could stay in the shards",
            merge->output_path);
    if (status == TWP_OK && merge->is_virtual && merge->n_shards > TWP_VIRTUAL_SHARDS_MAX)
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "at most %d shards can stay where they are, of %zu (larger ones are made by "
            "--shard-twins)",
            TWP_VIRTUAL_SHARDS_MAX, merge->n_shards);
    for (size_t i = 0; i < merge->n_shards && status == TWP_OK; i++)
        status = twp_merge_must_stop(run)
            ? TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped while merging")
            : twp_shard_file_verify(&merge->shard[i], err);
    return status;
}
