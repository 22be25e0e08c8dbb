/* The library's face: shards of a sweep's points are joined, one after the other, into the file of all of them. */
#include "twinpath_points.h"

#include <stdlib.h>
#include <time.h>

static twp_status_t
take_file(twp_points_t *sweep, const twp_shard_file_t *file, twp_error_t *err)
{
    twp_reader_t *reader = NULL;
    twp_status_t status = twp_reader_open(file->path, &reader, err);

    if (status == TWP_OK)
        status = twp_stack_put_file(
            sweep->stack, reader, file->first_point, file->n_own_points, err);
    twp_reader_close(reader);
    return status;
}

/* Shards from the first on that have parts of its point; 1 where points are whole. */
static size_t
count_parts(const twp_shard_file_t *shard, size_t n_shards)
{
    size_t n = 1;

    while (twp_merge_is_cut(shard) && n < n_shards && shard[n].first_point == shard->first_point)
        n++;
    return n;
}

/* A point that does not lie beside the others failed. */
static twp_status_t
put_parts(twp_points_t *sweep, int64_t i_point, twp_results_writer_t *captured, twp_error_t *err)
{
    twp_error_t own = { TWP_OK, "" };
    const twp_status_t status = twp_stack_put(sweep->stack, i_point, captured, &own);

    if (status == TWP_ERR_FORMAT)
        return twp_stack_fail(sweep->stack, i_point, own.message, err);
    return status == TWP_OK ? status : TWP_FAIL(err, status, "%s", own.message);
}

/* A point of which a part is missing is missing; one of which a part failed failed. */
static twp_status_t
take_parts(twp_points_t *sweep, const twp_shard_file_t *shard, size_t n_shards, twp_error_t *err)
{
    const bool has_sets = shard->n_own_sets > 0;
    twp_results_writer_t *captured = NULL;
    char *reason = NULL;
    int64_t n_left = has_sets ? shard->n_parameter_sets : shard->n_twins;
    twp_status_t status = twp_stack_miss(sweep->stack, shard->first_point, err);

    for (size_t i = 0; i < n_shards; i++)
        n_left -= has_sets ? shard[i].n_own_sets : shard[i].n_own;
    if (status == TWP_OK)
        status = twp_cut_reason(shard, n_shards, &reason, err);
    if (status == TWP_OK && reason != NULL) {
        status = twp_stack_fail(sweep->stack, shard->first_point, reason, err);
    } else if (status == TWP_OK && n_left == 0) {
        status = twp_cut_merge(&sweep->study, sweep->settings, shard, n_shards, &captured, err);
        if (status == TWP_OK)
            status = put_parts(sweep, shard->first_point, captured, err);
    }
    free(reason);
    return status;
}

static twp_status_t
merge_all(twp_points_t *sweep, const twp_points_merge_t *merge, twp_points_file_t *file,
    twp_run_report_t *report, twp_error_t *err)
{
    const twp_run_settings_t *const settings = sweep->settings;
    twp_status_t status = twp_points_take_shape(sweep, err);
    twp_progress_t done;

    for (size_t i = 0, n = 1; i < merge->n_shards && status == TWP_OK; i += n) {
        const twp_shard_file_t *const shard = &merge->shard[i];

        if (settings->should_stop != NULL && settings->should_stop(settings->stop_context))
            return TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped while merging");
        n = count_parts(shard, merge->n_shards - i);
        status = twp_merge_is_cut(shard) ? take_parts(sweep, shard, n, err)
                                         : take_file(sweep, shard, err);
    }
    if (status != TWP_OK)
        return status;
    sweep->n_done = twp_stack_n_done(sweep->stack);
    sweep->n_failed = twp_stack_n_failed(sweep->stack);
    done = twp_points_progress(sweep, 0);
    twp_points_report(sweep, &done, report);
    report->is_partial = file->is_partial;
    file->cpu_seconds = done.cpu_seconds;
    return twp_points_close(sweep, file, report->digest, err);
}

twp_status_t
twp_points_merge(const twp_sweep_study_t *study, const twp_run_settings_t *settings,
    const twp_points_merge_t *merge, int64_t *n_failed, twp_run_report_t *report, twp_error_t *err)
{
    twp_points_t sweep = { .study = *study, .settings = settings, .status = TWP_OK };
    twp_points_file_t file = { .path = merge->output_path,
        .overwrite = merge->overwrite,
        .n_shards = (int64_t) merge->n_shards,
        .gaps = merge->gaps,
        .is_partial = merge->gaps[0] != '\0',
        .started = (int64_t) time(NULL) };
    twp_status_t status = twp_points_begin(&sweep, &file, 0, study->points->n_points, err);

    if (status == TWP_OK)
        status = merge_all(&sweep, merge, &file, report, err);
    *n_failed = sweep.n_failed;
    twp_points_end(&sweep);
    return status;
}
