/*
 * The library's face: a sweep on one machine. Threads take whole points where a point has few blocks of
 * twins, else they share the blocks of one point after the other; what comes out is the same.
 */
#include "twinpath_point.h"

#include "engine/progress.h"
#include "results/provenance.h"

#include <inttypes.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    twp_sweep_study_t study;
    const twp_run_settings_t *settings;
    int n_workers, n_inner; /* threads over points, and in each point */
    twp_stack_t *stack;
    omp_lock_t lock; /* of what follows */
    int64_t next;    /* point to be given out */
    bool is_stopping;
    int64_t i_failed; /* first point that failed; n_points: none */
    twp_status_t status;
    twp_error_t err;
    int64_t n_done, n_events, n_twins_of_point;
    int n_strategies;
    twp_stopwatch_t began;
    double last_report;
} sweep_t;

/* ---- points ---------------------------------------------------------------------------------- */

static int64_t
next_point(sweep_t *sweep)
{
    const twp_run_settings_t *const settings = sweep->settings;
    int64_t i_point = -1;

    omp_set_lock(&sweep->lock);
    sweep->is_stopping = sweep->is_stopping || sweep->status != TWP_OK ||
        (settings->should_stop != NULL && settings->should_stop(settings->stop_context));
    if (!sweep->is_stopping && sweep->next < sweep->study.points->n_points)
        i_point = sweep->next++;
    omp_unset_lock(&sweep->lock);
    return i_point;
}

/* Asked within points, by any thread. */
static bool
ask_stop(void *of)
{
    sweep_t *const sweep = of;
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

static void
finish_point(sweep_t *sweep, int64_t i_point, twp_status_t status, twp_results_writer_t *captured,
    const twp_run_report_t *report, const twp_error_t *err)
{
    twp_error_t own = *err;

    omp_set_lock(&sweep->lock);
    if (status == TWP_OK)
        status = twp_stack_put(sweep->stack, i_point, captured, &own);
    if (status == TWP_OK) {
        sweep->n_done++;
        sweep->n_events += report->n_events;
        sweep->n_twins_of_point = report->n_twins;
        sweep->n_strategies = report->n_strategies;
    } else if (status != TWP_ERR_INTERRUPTED && i_point < sweep->i_failed) {
        sweep->i_failed = i_point;
        sweep->status = status;
        sweep->err = own;
    }
    omp_unset_lock(&sweep->lock);
}

/* ---- progress -------------------------------------------------------------------------------- */

static twp_progress_t
progress_of(const sweep_t *sweep, int64_t n_more)
{
    return twp_engine_progress(&sweep->began, twp_engine_seconds(CLOCK_MONOTONIC),
        sweep->n_twins_of_point * sweep->study.points->n_points,
        sweep->n_twins_of_point * sweep->n_done + n_more, sweep->n_events);
}

/* By the calling thread only. */
static void
tell_progress(sweep_t *sweep, int64_t n_more)
{
    const twp_run_settings_t *const settings = sweep->settings;
    const double now = twp_engine_seconds(CLOCK_MONOTONIC);
    twp_progress_t progress;

    if (settings->progress == NULL || now - sweep->last_report < TWP_PROGRESS_SECONDS)
        return;
    sweep->last_report = now;
    omp_set_lock(&sweep->lock);
    progress = progress_of(sweep, n_more);
    omp_unset_lock(&sweep->lock);
    settings->progress(settings->progress_context, &progress);
}

/* From inside a point, where one is lived at a time. */
static void
pass_progress(void *of, const twp_progress_t *progress)
{
    sweep_t *const sweep = of;

    sweep->n_twins_of_point = progress->n_twins;
    tell_progress(sweep, progress->n_twins_done);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static twp_status_t
live_points(sweep_t *sweep, twp_error_t *err)
{
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
            const twp_status_t status = twp_sweep_study_live(
                &sweep->study, &settings, i_point, &captured, &report, &own);

            finish_point(sweep, i_point, status, captured, &report, &own);
            if (i_thread == 0)
                tell_progress(sweep, 0);
        }
    }
    if (sweep->status != TWP_OK)
        return TWP_FAIL(err, sweep->status, "%s", sweep->err.message);
    return TWP_OK;
}

/* Threads over points where a point's own blocks would leave some of them idle. */
static void
share_threads(sweep_t *sweep)
{
    const twp_run_settings_t *const settings = sweep->settings;
    const int n_threads = twp_engine_n_threads(settings->n_threads);
    const int64_t n_twins = settings->n_patients > 0 ? settings->n_patients
                                                     : sweep->study.study->base->n_patients;
    const int64_t n_blocks = (n_twins + TWP_BLOCK_TWINS - 1) / TWP_BLOCK_TWINS;
    const int64_t n_points = sweep->study.points->n_points;

    sweep->n_workers = 1;
    sweep->n_inner = n_threads;
    if (n_blocks < 16 * (int64_t) n_threads && n_points > 1) {
        sweep->n_workers = n_points < n_threads ? (int) n_points : n_threads;
        sweep->n_inner = n_threads / sweep->n_workers;
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static twp_status_t
write_provenance(sweep_t *sweep, twp_arena_t *arena, int64_t started, const twp_progress_t *done,
    twp_results_writer_t *writer, twp_error_t *err)
{
    const twp_run_settings_t *const settings = sweep->settings;
    twp_run_t run = { .study = sweep->study.study, .settings = settings };
    twp_population_t *population = NULL;
    twp_provenance_t provenance = { .document = &run.study->document,
        .study = run.study->base,
        .seed = settings->seed,
        .n_twins = sweep->n_twins_of_point };
    const twp_session_t session = { .command_line = settings->command_line,
        .started = started,
        .finished = (int64_t) time(NULL),
        .n_threads = twp_engine_n_threads(settings->n_threads),
        .cpu_seconds = done->cpu_seconds };
    twp_status_t status;

    run.are_twins_same = settings->twins == TWP_TWINS_SAME;
    provenance.overrides = twp_run_overrides(arena, &run);
    if (provenance.overrides == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the results");
    status = twp_population_open((const twp_study_typed_t *const *) &run.study->base, 1,
        settings->n_patients, &population, &run.study->findings, err);
    if (status != TWP_OK)
        return status;
    provenance.patients = population->has_csv ? &population->csv : NULL;
    status = twp_provenance_write(writer, &provenance, err);
    if (status == TWP_OK)
        status = twp_session_write(writer, &session, err);
    twp_population_free(population);
    return status;
}

static twp_status_t
write_file(sweep_t *sweep, int64_t started, const twp_progress_t *done, twp_run_report_t *report,
    twp_error_t *err)
{
    const twp_run_settings_t *const settings = sweep->settings;
    const twp_results_options_t options = { .overwrite = settings->overwrite,
        .n_threads = settings->n_threads };
    twp_arena_t *const arena = twp_arena_create(0);
    twp_results_writer_t *writer = NULL;
    twp_stack_points_t points;
    twp_status_t status = TWP_OK;

    if (arena == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the results");
    status = twp_sweep_study_points(
        &sweep->study, 0, sweep->study.points->n_points, arena, &points, err);
    if (status == TWP_OK)
        status = twp_results_writer_open(settings->output_path, &options, &writer, err);
    if (status == TWP_OK)
        status = twp_stack_write(sweep->stack, &points, writer, err);
    if (status == TWP_OK)
        status = write_provenance(sweep, arena, started, done, writer, err);
    if (status == TWP_OK) {
        status = twp_results_close(
            writer, report->is_partial ? "partial" : "complete", report->digest, err);
        writer = NULL;
    }
    twp_results_abandon(writer);
    twp_arena_free(arena);
    return status;
}

static twp_status_t
live_and_write(sweep_t *sweep, twp_run_report_t *report, twp_error_t *err)
{
    const int64_t started = (int64_t) time(NULL), n_points = sweep->study.points->n_points;
    twp_status_t status = live_points(sweep, err);
    twp_progress_t done;

    if (status != TWP_OK)
        return status;
    done = progress_of(sweep, 0);
    report->n_twins = done.n_twins;
    report->n_twins_done = done.n_twins_done;
    report->n_points = n_points;
    report->n_points_done = sweep->n_done;
    report->n_strategies = sweep->n_strategies;
    report->n_events = done.n_events;
    report->wall_seconds = done.wall_seconds;
    report->cpu_seconds = done.cpu_seconds;
    report->n_threads = twp_engine_n_threads(sweep->settings->n_threads);
    report->is_partial = sweep->n_done < n_points;
    if (sweep->n_done == 0)
        return TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped before the first point was done");
    status = write_file(sweep, started, &done, report, err);
    if (status == TWP_OK && report->is_partial)
        status = TWP_FAIL(err, TWP_ERR_INTERRUPTED,
            "stopped after %" PRId64 " of %" PRId64 " points; %s is partial", sweep->n_done,
            n_points, sweep->settings->output_path);
    return status;
}

twp_status_t
twp_study_run_points(twp_study_t *study, const twp_run_settings_t *settings,
    twp_run_report_t *report, twp_error_t *err)
{
    sweep_t sweep = { .settings = settings, .status = TWP_OK };
    twp_run_report_t own;
    twp_status_t status;

    if (report == NULL)
        report = &own;
    memset(report, 0, sizeof(*report));
    if (settings->output_path == NULL || settings->output_path[0] == '\0')
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "a results file must be named");
    omp_init_lock(&sweep.lock);
    sweep.began = twp_engine_begin();
    status = twp_sweep_study_open(study, &sweep.study, err);
    if (status == TWP_OK && sweep.study.points->n_swept == 0)
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "the study has no `sweep`: nothing changes from point to point (--over PATH=A,B,C "
            "says what does)");
    if (status == TWP_OK) {
        sweep.i_failed = sweep.study.points->n_points;
        share_threads(&sweep);
        status = twp_stack_create(sweep.study.points->n_points, &sweep.stack, err);
    }
    if (status == TWP_OK)
        status = live_and_write(&sweep, report, err);
    twp_stack_free(sweep.stack);
    twp_sweep_study_close(&sweep.study);
    omp_destroy_lock(&sweep.lock);
    return status;
}
