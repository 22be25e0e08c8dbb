/* The library's face: shards that belong together are joined, into a file or what a point of it takes. */
#include "twinpath_sweep.h"

#include "engine/progress.h"
#include "results/file_sum.h"
#include "results/fill_merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A merge under way. */
typedef struct {
    twp_run_t *run;
    const twp_merge_t *merge;
    twp_run_report_t *report;
    const char *gaps;
    twp_stopwatch_t began;
    int64_t started;
} merging_t;

/* The path of a shard from the folder of the results, below which it must lie; the caller frees. */
static char *
path_from_results(const twp_merge_t *merge, const twp_shard_file_t *shard, twp_error_t *err)
{
    const char *const slash = strrchr(merge->output_path, '/');
    char *const folder = slash == NULL ? strdup(".")
        : slash == merge->output_path
        ? strdup("/")
        : strndup(merge->output_path, (size_t) (slash - merge->output_path));
    char *const whole = folder != NULL ? realpath(folder, NULL) : NULL;
    char *const path = realpath(shard->path, NULL);
    const size_t n = whole != NULL ? strlen(whole) : 0;
    char *from = NULL;

    if (n > 0 && path != NULL && strncmp(path, whole, n) == 0 &&
        (path[n] == '/' || whole[n - 1] == '/'))
        from = strdup(path + n + (path[n] == '/'));
    else
        (void) TWP_FAIL(err, TWP_ERR_INPUT,
            "%s does not lie below the folder of %s, from which its rows are to be read",
            shard->path, merge->output_path);
    free(path);
    free(whole);
    free(folder);
    return from;
}

/* Which shards the rows lie in, with their sums: readers check them. */
static twp_status_t
write_sources(const merging_t *merging, twp_error_t *err)
{
    const twp_merge_t *const merge = merging->merge;
    twp_arena_t *const arena = twp_arena_create(0);
    const char *text = arena != NULL ? "" : NULL;
    twp_status_t status = TWP_OK;

    for (size_t i = 0; i < merge->n_shards && text != NULL && status == TWP_OK; i++) {
        char hex[TWP_SHA256_HEX_SIZE];
        char *const path = path_from_results(merge, &merge->shard[i], err);

        status = path == NULL ? TWP_ERR_INPUT : twp_file_sum(merge->shard[i].path, hex, err);
        if (status == TWP_OK)
            text = twp_arena_printf(arena, "%s%s  %s\n", text, hex, path);
        free(path);
    }
    if (status == TWP_OK && text == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to merge");
    if (status == TWP_OK)
        status = twp_results_attribute_text(
            twp_fill_writer(merging->run->fill), NULL, TWP_ATTRIBUTE_SOURCES, text, err);
    twp_arena_free(arena);
    return status;
}

static twp_status_t
take_shard(
    const merging_t *merging, const twp_shard_file_t *file, twp_sets_t *sets, twp_error_t *err)
{
    twp_run_t *const run = merging->run;
    const twp_shard_t shard = { .index = file->index,
        .n_points = 1,
        .first_block = file->first_twin / TWP_BLOCK_TWINS,
        .n_blocks = twp_engine_n_blocks(file->n_own),
        .first_set = file->first_set,
        .n_sets = file->n_own_sets };
    char *const left_in = merging->merge->is_virtual ? path_from_results(merging->merge, file, err)
                                                     : NULL;
    twp_reader_t *reader = NULL;
    twp_status_t status = merging->merge->is_virtual && left_in == NULL
        ? TWP_ERR_INPUT
        : twp_reader_open(file->path, &reader, err);

    if (status == TWP_OK && (sets != NULL) != (file->n_own_sets > 0))
        status = TWP_FAIL(
            err, TWP_ERR_FORMAT, "%s: it has no parameter sets as the run has", file->path);
    if (status == TWP_OK)
        status = twp_fill_take_shard(
            run->fill, reader, &shard, left_in, run->sums, sets, run->counts, err);
    twp_reader_close(reader);
    free(left_in);
    run->n_done = sets != NULL ? file->n_own : run->n_done + file->n_own;
    return status;
}

static void
show_progress(const merging_t *merging, size_t n_shards)
{
    const twp_run_settings_t *const settings = merging->run->settings;
    const int64_t n_twins = merging->run->population->n_twins;
    const double share = (double) n_shards / (double) merging->merge->n_shards;

    if (settings->progress != NULL) {
        const twp_progress_t progress = twp_engine_progress(&merging->began,
            twp_engine_seconds(CLOCK_MONOTONIC), n_twins, (int64_t) ((double) n_twins * share), 0);

        settings->progress(settings->progress_context, &progress);
    }
}

/* sets: NULL for the values as written. */
static twp_status_t
merge_into(void *of, twp_sets_t *sets, twp_error_t *err)
{
    const merging_t *const merging = of;
    const twp_merge_t *const merge = merging->merge;
    twp_run_t *const run = merging->run;
    const bool is_whole = merging->gaps[0] == '\0';
    twp_status_t status = twp_fill_open(&run->fill_run, merge->output_path, merge->overwrite,
        run->settings->n_threads, &run->fill, err);

    for (size_t i = 0; i < merge->n_shards && status == TWP_OK; i++) {
        status = twp_merge_must_stop(run)
            ? TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped while merging")
            : take_shard(merging, &merge->shard[i], sets, err);
        show_progress(merging, i + 1);
    }
    if (status == TWP_OK && !is_whole)
        status = twp_results_attribute_text(
            twp_fill_writer(run->fill), NULL, "missing_shards", merging->gaps, err);
    if (status == TWP_OK && merge->is_virtual)
        status = write_sources(merging, err);
    if (status == TWP_OK) {
        const twp_progress_t done = twp_engine_progress(&merging->began,
            twp_engine_seconds(CLOCK_MONOTONIC), run->population->n_twins, run->n_done, 0);

        status = twp_run_publish(run, &done, merging->started, !is_whole, merging->report, err);
    }
    return status;
}

static twp_status_t
merge_points(const twp_run_t *run, twp_merge_t *merge, const char *gaps, twp_run_report_t *report,
    twp_error_t *err)
{
    const twp_points_merge_t of_points = { .shard = merge->shard,
        .n_shards = merge->n_shards,
        .output_path = merge->output_path,
        .overwrite = merge->overwrite,
        .gaps = gaps };

    return twp_points_merge(
        merge->points, run->settings, &of_points, &merge->n_points_failed, report, err);
}

twp_status_t
twp_merge_join(twp_run_t *run, const twp_merge_t *merge, const char *gaps, twp_run_report_t *report,
    twp_error_t *err)
{
    const twp_shard_plan_t plan = { .n_points = 1, .n_twins = run->population->n_twins };
    merging_t merging = { .run = run,
        .merge = merge,
        .report = report,
        .gaps = gaps,
        .began = twp_engine_begin(),
        .started = (int64_t) time(NULL) };
    twp_status_t status;

    run->fill_run.shard_plan = &plan;
    run->n_shards = (int64_t) merge->n_shards;
    if (run->n_parameter_sets > 0) {
        status = twp_run_sets_merge(run, merge_into, &merging, err);
    } else {
        status = twp_run_start(run, err);
        if (status == TWP_OK)
            status = merge_into(&merging, NULL, err);
    }
    report->n_twins = run->population->n_twins;
    report->n_twins_done = run->n_done;
    report->n_strategies = run->n_models;
    report->is_partial = gaps[0] != '\0';
    twp_fill_abandon(run->fill);
    run->fill = NULL;
    run->fill_run.shard_plan = NULL;
    return status;
}

twp_status_t
twp_merge_shards(
    twp_run_t *run, twp_merge_t *merge, bool *is_whole, twp_run_report_t *report, twp_error_t *err)
{
    char gaps[TWP_GAPS_SIZE];
    twp_status_t status = twp_merge_check(run, merge, gaps, err);

    *is_whole = gaps[0] == '\0';
    if (status != TWP_OK)
        return status;
    return merge->points != NULL ? merge_points(run, merge, gaps, report, err)
                                 : twp_merge_join(run, merge, gaps, report, err);
}

void
twp_merge_remove_shards(const twp_run_folder_t *folder, int64_t n_shards)
{
    for (int64_t i = 0; i < n_shards; i++) {
        char *const path = twp_run_folder_shard(folder, i, n_shards);
        char *sum = NULL;

        if (path != NULL && asprintf(&sum, "%s.sha256", path) >= 0) {
            (void) unlink(path);
            (void) unlink(sum);
            free(sum);
        }
        free(path);
    }
    (void) rmdir(folder->shards); /* stays where something else is in it */
    (void) rmdir(folder->errors);
}
