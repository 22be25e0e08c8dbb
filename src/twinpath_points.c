/*
 * The library's face: a sweep on one machine. Threads take whole points where a point has few blocks of
 * twins, else they share the blocks of one point after the other; what comes out is the same.
 */
#include "twinpath_points.h"

#include <inttypes.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BEFORE_ALL (-1)         /* in the place of a point: what failed was none's fault */
#define WAIT_NANOSECONDS 500000 /* of a thread that is so far ahead */

/* ---- points ---------------------------------------------------------------------------------- */

/* Passes over points that are to be missing. Nothing is under way then: such a sweep lives one point at a time. */
static void
leave_out(twp_points_t *sweep)
{
    const int64_t before = sweep->next;

    while (sweep->fate != NULL && sweep->next < sweep->first + sweep->n &&
        sweep->fate[sweep->next - sweep->first] == TWP_POINT_MISSING)
        sweep->next++;
    if (sweep->next > before) {
        const twp_status_t status = twp_stack_miss(
            sweep->stack, sweep->next - sweep->first, &sweep->err);

        sweep->goes_on = sweep->goes_on && status == TWP_OK;
        sweep->status = status != TWP_OK ? status : sweep->status;
    }
}

/* Gives out a point; *waits: one that is too far ahead of the others, which is to be asked for again. */
static int64_t
give_point(twp_points_t *sweep, bool *waits)
{
    const twp_run_settings_t *const settings = sweep->settings;
    int64_t i_point = -1, n_ahead;

    *waits = false;
    leave_out(sweep);
    n_ahead = sweep->next - sweep->first - twp_stack_n_settled(sweep->stack);
    sweep->is_stopping = sweep->is_stopping || (sweep->status != TWP_OK && !sweep->goes_on) ||
        (settings->should_stop != NULL && settings->should_stop(settings->stop_context));
    if (sweep->is_stopping || sweep->next >= sweep->first + sweep->n)
        return -1;
    *waits = n_ahead >= (int64_t) sweep->n_workers * TWP_POINTS_AHEAD;
    if (!*waits)
        i_point = sweep->next++;
    return i_point;
}

static int64_t
next_point(twp_points_t *sweep)
{
    static const struct timespec pause = { 0, WAIT_NANOSECONDS };
    int64_t i_point = -1;
    bool waits = true;

    while (waits) {
        omp_set_lock(&sweep->lock);
        i_point = give_point(sweep, &waits);
        omp_unset_lock(&sweep->lock);
        if (waits)
            (void) nanosleep(&pause, NULL);
    }
    return i_point;
}

/* Asked within points, by any thread. */
static bool
ask_stop(void *of)
{
    twp_points_t *const sweep = of;
    const twp_run_settings_t *const settings = sweep->settings;
    bool is_stopping;

    if (settings->should_stop == NULL)
        return false;
    omp_set_lock(&sweep->lock);
    sweep->is_stopping = sweep->is_stopping || settings->should_stop(settings->stop_context);
    is_stopping = sweep->is_stopping;
    omp_unset_lock(&sweep->lock);
    return is_stopping;
}

/* Under the lock. Keeps a point's own fault; false when that cannot be done, of which *err is then. */
static bool
keep_failure(twp_points_t *sweep, int64_t i_point, twp_error_t *err)
{
    twp_error_t own = { TWP_OK, "" };
    const twp_status_t status = twp_stack_fail(
        sweep->stack, i_point - sweep->first, err->message, &own);

    if (status != TWP_OK && status != TWP_ERR_ARGUMENT) /* one that was put has its own error */
        *err = own;
    return status == TWP_OK;
}

void
twp_points_note_failure(twp_points_t *sweep, int64_t i_point, const twp_error_t *why)
{
    twp_error_t err = *why;
    bool is_own = twp_point_is_at_fault(err.status);

    if (is_own && sweep->goes_on)
        is_own = keep_failure(sweep, i_point, &err);
    if (is_own)
        sweep->n_failed++;
    else
        sweep->goes_on = false;
    if (i_point < sweep->i_failed || (!is_own && sweep->i_failed > BEFORE_ALL)) {
        sweep->i_failed = is_own ? i_point : BEFORE_ALL;
        sweep->status = err.status;
        sweep->err = err;
    }
}

static void
finish_point(twp_points_t *sweep, int64_t i_point, twp_status_t status,
    twp_results_writer_t *captured, const twp_run_report_t *report, const twp_error_t *err)
{
    twp_error_t own = *err;

    omp_set_lock(&sweep->lock);
    if (status == TWP_OK)
        status = twp_stack_put(sweep->stack, i_point - sweep->first, captured, &own);
    if (status == TWP_OK) {
        sweep->n_done++;
        sweep->n_events += report->n_events;
        sweep->n_twins_of_point = report->n_twins;
        sweep->n_strategies = report->n_strategies;
    } else if (status != TWP_ERR_INTERRUPTED) {
        own.status = status;
        twp_points_note_failure(sweep, i_point, &own);
    }
    omp_unset_lock(&sweep->lock);
}

/* ---- progress -------------------------------------------------------------------------------- */

/* By the calling thread only. */
static void
tell_progress(twp_points_t *sweep, int64_t n_more)
{
    const twp_run_settings_t *const settings = sweep->settings;
    const double now = twp_engine_seconds(CLOCK_MONOTONIC);
    twp_progress_t progress;

    if (settings->progress == NULL || now - sweep->last_report < TWP_PROGRESS_SECONDS)
        return;
    sweep->last_report = now;
    omp_set_lock(&sweep->lock);
    progress = twp_points_progress(sweep, n_more);
    omp_unset_lock(&sweep->lock);
    settings->progress(settings->progress_context, &progress);
}

/* From inside a point, where one is lived at a time. */
static void
pass_progress(void *of, const twp_progress_t *progress)
{
    twp_points_t *const sweep = of;

    sweep->n_twins_of_point = progress->n_twins;
    tell_progress(sweep, progress->n_twins_done);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static twp_status_t
live_points(twp_points_t *sweep, twp_error_t *err)
{
    twp_sweep_places_t *places = NULL;
    const twp_status_t opened = twp_sweep_places_open(
        &sweep->study, sweep->settings, sweep->n_workers, &places, err);

    if (opened != TWP_OK)
        return opened;
#pragma omp parallel num_threads(sweep->n_workers)
    {
        const int i_thread = omp_get_thread_num();
        twp_run_settings_t settings = *sweep->settings;
        int64_t i_point;

        settings.n_threads = sweep->n_inner;
        settings.progress = sweep->n_workers == 1 ? pass_progress : NULL;
        settings.progress_context = sweep;
        settings.should_stop = ask_stop;
        settings.stop_context = sweep;
        while ((i_point = next_point(sweep)) >= 0) {
            twp_results_writer_t *captured = NULL;
            twp_run_report_t report = { 0 };
            twp_error_t own = { TWP_OK, "" };
            const twp_status_t status = twp_sweep_place_live(
                places, i_thread, &settings, i_point, &captured, &report, &own);

            finish_point(sweep, i_point, status, captured, &report, &own);
            if (i_thread == 0)
                tell_progress(sweep, 0);
        }
    }
    twp_sweep_places_close(places);
    if (sweep->status != TWP_OK && !sweep->goes_on)
        return TWP_FAIL(err, sweep->status, "%s", sweep->err.message);
    return TWP_OK;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static twp_status_t
live_and_write(
    twp_points_t *sweep, twp_points_file_t *file, twp_run_report_t *report, twp_error_t *err)
{
    twp_status_t status = twp_points_begin(sweep, file, 0, sweep->study.points->n_points, err);
    twp_progress_t done;

    if (status == TWP_OK)
        status = live_points(sweep, err);
    if (status != TWP_OK)
        return status;
    done = twp_points_progress(sweep, 0);
    twp_points_report(sweep, &done, report);
    report->is_partial = file->is_partial = sweep->n_done + sweep->n_failed < sweep->n;
    file->cpu_seconds = done.cpu_seconds;
    if (sweep->n_done + sweep->n_failed == 0 || (sweep->fate != NULL && sweep->is_stopping))
        return TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped before the %s point was done",
            sweep->fate == NULL ? "first" : "last");
    status = twp_points_close(sweep, file, report->digest, err);
    if (status == TWP_OK && report->is_partial && sweep->fate == NULL)
        status = TWP_FAIL(err, TWP_ERR_INTERRUPTED,
            "stopped after %" PRId64 " of %" PRId64 " points; %s is partial", sweep->n_done,
            sweep->n, file->path);
    return status;
}

/* fate NULL: all points, until one fails. */
static twp_status_t
run_points(twp_study_t *study, const twp_run_settings_t *settings, const int8_t *fate,
    size_t n_fates, twp_run_report_t *report, twp_error_t *err)
{
    twp_points_t sweep = { .settings = settings, .goes_on = fate != NULL, .fate = fate };
    twp_points_file_t file = { .path = settings->output_path,
        .overwrite = settings->overwrite,
        .started = (int64_t) time(NULL) };
    twp_run_report_t own;
    twp_status_t status = twp_run_begin(settings, &own, &report, err);

    if (status != TWP_OK)
        return status;
    status = twp_sweep_study_open(study, &sweep.study, err);
    if (status == TWP_OK && sweep.study.points->n_swept == 0)
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "the study has no `sweep`: nothing changes from point to point (--over PATH=A,B,C "
            "says what does)");
    if (status == TWP_OK && fate != NULL && (int64_t) n_fates != sweep.study.points->n_points)
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "the file has %zu points, its study %" PRId64,
            n_fates, sweep.study.points->n_points);
    if (status == TWP_OK) {
        status = live_and_write(&sweep, &file, report, err);
        twp_points_end(&sweep);
    }
    twp_sweep_study_close(&sweep.study);
    return status;
}

twp_status_t
twp_study_run_points(twp_study_t *study, const twp_run_settings_t *settings,
    twp_run_report_t *report, twp_error_t *err)
{
    return run_points(study, settings, NULL, 0, report, err);
}

twp_status_t
twp_points_run_again(twp_study_t *study, const twp_run_settings_t *settings, const int8_t *fate,
    size_t n_fates, twp_run_report_t *report, twp_error_t *err)
{
    return run_points(study, settings, fate, n_fates, report, err);
}

/* ---- shards ---------------------------------------------------------------------------------- */

static twp_status_t
live_and_keep(
    twp_points_t *sweep, const twp_points_file_t *file, twp_run_report_t *report, twp_error_t *err)
{
    twp_status_t status = live_points(sweep, err);
    twp_progress_t done;

    if (status != TWP_OK)
        return status;
    done = twp_points_progress(sweep, 0);
    twp_points_report(sweep, &done, report);
    if (sweep->n_done + sweep->n_failed < sweep->n)
        return TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped in shard %" PRId64, file->shard->index);
    return twp_points_close(sweep, file, report->digest, err);
}

/* Points whole; or, of a part of one that cannot be lived, the reason. */
static twp_status_t
live_points_of(const twp_sweep_study_t *study, const twp_run_settings_t *settings,
    const twp_points_file_t *file, const twp_error_t *reason, int64_t *n_failed,
    twp_run_report_t *report, twp_error_t *err)
{
    const twp_shard_t *const shard = file->shard;
    twp_points_t sweep = { .study = *study, .settings = settings, .goes_on = true };
    twp_status_t status = twp_points_begin(&sweep, file, shard->first_point, shard->n_points, err);

    if (status == TWP_OK && reason != NULL) {
        twp_points_note_failure(&sweep, shard->first_point, reason);
        sweep.next = shard->first_point + shard->n_points;
    }
    if (status == TWP_OK)
        status = live_and_keep(&sweep, file, report, err);
    *n_failed = sweep.n_failed;
    if (status == TWP_OK && sweep.n_failed > 0 && err != NULL)
        *err = sweep.err; /* the first, to be told */
    twp_points_end(&sweep);
    return status;
}

twp_status_t
twp_points_live_shard(const twp_sweep_study_t *study, const twp_run_settings_t *settings,
    const twp_shard_plan_t *plan, const twp_shard_t *shard, const char *path, bool overwrite,
    int64_t *n_failed, twp_run_report_t *report, twp_error_t *err)
{
    const twp_points_file_t file = { .path = path,
        .overwrite = overwrite,
        .plan = plan,
        .shard = shard,
        .n_shards = plan->n_shards };
    twp_error_t own = { TWP_OK, "" };
    twp_status_t status = TWP_OK;

    *n_failed = 0;
    if (!twp_shard_is_cut(plan))
        return live_points_of(study, settings, &file, NULL, n_failed, report, err);
    status = twp_cut_live(study, settings, plan, shard, path, overwrite, report, &own);
    if (twp_point_is_at_fault(status))
        return live_points_of(study, settings, &file, &own, n_failed, report, err);
    return status == TWP_OK ? status : TWP_FAIL(err, status, "%s", own.message);
}
