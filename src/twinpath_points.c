/*
 * The library's face: a sweep on one machine. Threads take whole points where a point has few blocks of
 * twins, else they share the blocks of one point after the other; what comes out is the same.
 */
#include "twinpath_sweep.h"

#include "engine/progress.h"
#include "results/provenance.h"
#include "results/shard_file.h"

#include <inttypes.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_NANOSECONDS 500000 /* of a thread that is so far ahead */

/* What is written, and where. */
typedef struct {
    const char *path;
    bool overwrite, is_partial;
    const twp_shard_plan_t *plan; /* with a shard */
    const twp_shard_t *shard;     /* or NULL: the whole, with */
    int64_t n_shards;             /* shards that it was merged from, or that the run is cut into */
    const char *gaps;             /* what is missing of these, or NULL */
    int64_t started;
    double cpu_seconds;
} file_t;

typedef struct {
    twp_sweep_study_t study;
    const twp_run_settings_t *settings;
    int64_t first, n;       /* points to be lived */
    bool goes_on;           /* past a point that failed, whose reason is kept */
    int n_workers, n_inner; /* threads over points, and in each point */
    twp_arena_t *arena;     /* of points */
    twp_stack_points_t points;
    twp_results_writer_t *writer;
    twp_stack_t *stack;
    omp_lock_t lock; /* of what follows */
    int64_t next;    /* point to be given out */
    bool is_stopping;
    int64_t i_failed; /* first point that failed; the end: none */
    int64_t n_failed;
    twp_status_t status;
    twp_error_t err;
    int64_t n_done, n_events, n_twins_of_point;
    int n_strategies;
    twp_stopwatch_t began;
    double last_report;
} sweep_t;

/* ---- points ---------------------------------------------------------------------------------- */

/* Gives out a point; *waits: one that is too far ahead of the others, which is to be asked for again. */
static int64_t
give_point(sweep_t *sweep, bool *waits)
{
    const twp_run_settings_t *const settings = sweep->settings;
    const int64_t n_ahead = sweep->next - sweep->first - twp_stack_n_settled(sweep->stack);
    int64_t i_point = -1;

    *waits = false;
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
next_point(sweep_t *sweep)
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

/* Under the lock. Memory and files that failed are no matter of the point. */
static void
note_failure(sweep_t *sweep, int64_t i_point, twp_status_t status, const twp_error_t *err)
{
    if (!twp_point_is_at_fault(status))
        sweep->goes_on = false;
    sweep->n_failed++;
    if (sweep->goes_on &&
        twp_stack_fail(sweep->stack, i_point - sweep->first, err->message, NULL) != TWP_OK)
        sweep->goes_on = false;
    if (i_point < sweep->i_failed) {
        sweep->i_failed = i_point;
        sweep->status = status;
        sweep->err = *err;
    }
}

static void
finish_point(sweep_t *sweep, int64_t i_point, twp_status_t status, twp_results_writer_t *captured,
    const twp_run_report_t *report, const twp_error_t *err)
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
        note_failure(sweep, i_point, status, &own);
    }
    omp_unset_lock(&sweep->lock);
}

/* ---- progress -------------------------------------------------------------------------------- */

static twp_progress_t
progress_of(const sweep_t *sweep, int64_t n_more)
{
    return twp_engine_progress(&sweep->began, twp_engine_seconds(CLOCK_MONOTONIC),
        sweep->n_twins_of_point * sweep->n, sweep->n_twins_of_point * sweep->n_done + n_more,
        sweep->n_events);
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

/* Threads over points where a point's own blocks would leave some of them idle. */
static void
share_threads(sweep_t *sweep)
{
    const twp_run_settings_t *const settings = sweep->settings;
    const int n_threads = twp_engine_n_threads(settings->n_threads);
    const int64_t n_twins = settings->n_patients > 0 ? settings->n_patients
                                                     : sweep->study.study->base->n_patients;
    const int64_t n_blocks = (n_twins + TWP_BLOCK_TWINS - 1) / TWP_BLOCK_TWINS;
    const int64_t n_points = sweep->n;

    sweep->n_workers = 1;
    sweep->n_inner = n_threads;
    if (n_blocks < 16 * (int64_t) n_threads && n_points > 1) {
        sweep->n_workers = n_points < n_threads ? (int) n_points : n_threads;
        sweep->n_inner = n_threads / sweep->n_workers;
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static twp_status_t
write_provenance(sweep_t *sweep, twp_arena_t *arena, twp_results_writer_t *writer, twp_error_t *err)
{
    const twp_run_settings_t *const settings = sweep->settings;
    twp_run_t run = { .study = sweep->study.study, .settings = settings };
    twp_population_t *population = NULL;
    twp_provenance_t provenance = {
        .document = &run.study->document, .study = run.study->base, .seed = settings->seed
    };
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
    provenance.n_twins = population->n_twins;
    status = twp_provenance_write(writer, &provenance, err);
    twp_population_free(population);
    return status;
}

static twp_status_t
write_session(const sweep_t *sweep, int64_t started, int64_t n_shards, double cpu_seconds,
    twp_results_writer_t *writer, twp_error_t *err)
{
    const twp_run_settings_t *const settings = sweep->settings;
    const twp_session_t session = { .command_line = settings->command_line,
        .started = started,
        .finished = (int64_t) time(NULL),
        .n_threads = twp_engine_n_threads(settings->n_threads),
        .n_shards = n_shards,
        .cpu_seconds = cpu_seconds };

    return twp_session_write(writer, &session, err);
}

static twp_status_t
write_shard_numbers(const sweep_t *sweep, const file_t *file, twp_error_t *err)
{
    const bool has_sets = twp_shard_is_cut(file->plan) && file->shard->n_sets > 0;
    const twp_status_t status = twp_results_attribute_text(
        sweep->writer, NULL, "twinpath_kind", "shard", err);

    return status == TWP_OK
        ? twp_fill_shard_numbers(sweep->writer, file->plan, file->shard, true, has_sets, err)
        : status;
}

/* The columns of a point without living it: of the first that can be bound, else of the study as written. */
static twp_status_t
take_shape(sweep_t *sweep, twp_error_t *err)
{
    const int64_t n = sweep->study.points->n_points;
    twp_results_writer_t *captured = NULL;
    twp_status_t status = TWP_ERR_FAULT;

    for (int64_t i = 0; i < n && status == TWP_ERR_FAULT; i++)
        status = twp_sweep_study_shape(&sweep->study, sweep->settings, i, &captured, err);
    if (status == TWP_ERR_FAULT)
        status = twp_run_capture_shape(sweep->study.study, sweep->settings, &captured, err);
    return status == TWP_OK ? twp_stack_shape(sweep->stack, captured, err) : status;
}

static twp_status_t
fill_file(sweep_t *sweep, const file_t *file, twp_error_t *err)
{
    twp_results_writer_t *const writer = sweep->writer;
    twp_status_t status = TWP_OK;

    if (!twp_stack_has_shape(sweep->stack)) /* all failed */
        status = take_shape(sweep, err);
    if (status == TWP_OK)
        status = twp_stack_end(sweep->stack, err);
    if (status == TWP_OK && file->shard != NULL)
        status = write_shard_numbers(sweep, file, err);
    if (status == TWP_OK && file->gaps != NULL && file->gaps[0] != '\0')
        status = twp_results_attribute_text(writer, NULL, "missing_shards", file->gaps, err);
    if (status == TWP_OK)
        status = write_provenance(sweep, sweep->arena, writer, err);
    if (status == TWP_OK && file->shard == NULL)
        status = write_session(
            sweep, file->started, file->n_shards, file->cpu_seconds, writer, err);
    return status;
}

static twp_status_t
close_file(sweep_t *sweep, const file_t *file, char *digest, twp_error_t *err)
{
    twp_status_t status = fill_file(sweep, file, err);

    if (status == TWP_OK) {
        status = twp_results_close(
            sweep->writer, file->is_partial ? "partial" : "complete", digest, err);
        sweep->writer = NULL;
    }
    return status;
}

static void
report_points(const sweep_t *sweep, const twp_progress_t *done, twp_run_report_t *report)
{
    report->n_twins = done->n_twins;
    report->n_twins_done = done->n_twins_done;
    report->n_points = sweep->n;
    report->n_points_done = sweep->n_done;
    report->n_strategies = sweep->n_strategies;
    report->n_events = done->n_events;
    report->wall_seconds = done->wall_seconds;
    report->cpu_seconds = done->cpu_seconds;
    report->n_threads = twp_engine_n_threads(sweep->settings->n_threads);
}

/* Opens the file and makes room for the points. */
static twp_status_t
begin(sweep_t *sweep, const file_t *file, int64_t first, int64_t n, twp_error_t *err)
{
    const twp_results_options_t options = { .overwrite = file->overwrite,
        .n_threads = sweep->settings->n_threads };
    twp_status_t status = TWP_OK;

    omp_init_lock(&sweep->lock);
    sweep->began = twp_engine_begin();
    sweep->first = sweep->next = first;
    sweep->n = n;
    sweep->i_failed = first + n;
    share_threads(sweep);
    sweep->arena = twp_arena_create(0);
    if (sweep->arena == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points");
    status = twp_sweep_study_points(&sweep->study, first, n, sweep->arena, &sweep->points, err);
    if (status == TWP_OK)
        status = twp_results_writer_open(file->path, &options, &sweep->writer, err);
    if (status == TWP_OK)
        status = twp_stack_create(n, &sweep->points, sweep->writer, &sweep->stack, err);
    return status;
}

static void
end(sweep_t *sweep)
{
    twp_stack_free(sweep->stack);
    twp_results_abandon(sweep->writer);
    twp_arena_free(sweep->arena);
    omp_destroy_lock(&sweep->lock);
}

static twp_status_t
live_and_write(sweep_t *sweep, file_t *file, twp_run_report_t *report, twp_error_t *err)
{
    twp_status_t status = begin(sweep, file, 0, sweep->study.points->n_points, err);
    twp_progress_t done;

    if (status == TWP_OK)
        status = live_points(sweep, err);
    if (status != TWP_OK)
        return status;
    done = progress_of(sweep, 0);
    report_points(sweep, &done, report);
    report->is_partial = file->is_partial = sweep->n_done < sweep->n;
    file->cpu_seconds = done.cpu_seconds;
    if (sweep->n_done == 0)
        return TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped before the first point was done");
    status = close_file(sweep, file, report->digest, err);
    if (status == TWP_OK && report->is_partial)
        status = TWP_FAIL(err, TWP_ERR_INTERRUPTED,
            "stopped after %" PRId64 " of %" PRId64 " points; %s is partial", sweep->n_done,
            sweep->n, file->path);
    return status;
}

twp_status_t
twp_study_run_points(twp_study_t *study, const twp_run_settings_t *settings,
    twp_run_report_t *report, twp_error_t *err)
{
    sweep_t sweep = { .settings = settings, .status = TWP_OK };
    file_t file = { .path = settings->output_path,
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
    if (status == TWP_OK) {
        status = live_and_write(&sweep, &file, report, err);
        end(&sweep);
    }
    twp_sweep_study_close(&sweep.study);
    return status;
}

/* ---- shards ---------------------------------------------------------------------------------- */

static twp_status_t
live_and_keep(sweep_t *sweep, const file_t *file, twp_run_report_t *report, twp_error_t *err)
{
    twp_status_t status = live_points(sweep, err);
    twp_progress_t done;

    if (status != TWP_OK)
        return status;
    done = progress_of(sweep, 0);
    report_points(sweep, &done, report);
    if (sweep->n_done + sweep->n_failed < sweep->n)
        return TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped in shard %" PRId64, file->shard->index);
    return close_file(sweep, file, report->digest, err);
}

/* Points whole; or, of a part of one that cannot be lived, the reason. */
static twp_status_t
live_points_of(const twp_sweep_study_t *study, const twp_run_settings_t *settings,
    const file_t *file, const twp_error_t *reason, int64_t *n_failed, twp_run_report_t *report,
    twp_error_t *err)
{
    const twp_shard_t *const shard = file->shard;
    sweep_t sweep = { .study = *study, .settings = settings, .goes_on = true };
    twp_status_t status = begin(&sweep, file, shard->first_point, shard->n_points, err);

    if (status == TWP_OK && reason != NULL) {
        note_failure(&sweep, shard->first_point, reason->status, reason);
        sweep.next = shard->first_point + shard->n_points;
    }
    if (status == TWP_OK)
        status = live_and_keep(&sweep, file, report, err);
    *n_failed = sweep.n_failed;
    if (status == TWP_OK && sweep.n_failed > 0 && err != NULL)
        *err = sweep.err; /* the first, to be told */
    end(&sweep);
    return status;
}

twp_status_t
twp_points_live_shard(const twp_sweep_study_t *study, const twp_run_settings_t *settings,
    const twp_shard_plan_t *plan, const twp_shard_t *shard, const char *path, bool overwrite,
    int64_t *n_failed, twp_run_report_t *report, twp_error_t *err)
{
    const file_t file = { .path = path,
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

/* ---- merging --------------------------------------------------------------------------------- */

static twp_status_t
take_file(sweep_t *sweep, const twp_shard_file_t *file, twp_error_t *err)
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

/* A point of which a part is missing is missing; one of which a part failed failed. */
static twp_status_t
take_parts(sweep_t *sweep, const twp_shard_file_t *shard, size_t n_shards, twp_error_t *err)
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
            status = twp_stack_put(sweep->stack, shard->first_point, captured, err);
    }
    free(reason);
    return status;
}

static twp_status_t
merge_all(sweep_t *sweep, const twp_points_merge_t *merge, file_t *file, twp_run_report_t *report,
    twp_error_t *err)
{
    const twp_run_settings_t *const settings = sweep->settings;
    twp_status_t status = take_shape(sweep, err);
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
    done = progress_of(sweep, 0);
    report_points(sweep, &done, report);
    report->is_partial = file->is_partial;
    file->cpu_seconds = done.cpu_seconds;
    return close_file(sweep, file, report->digest, err);
}

twp_status_t
twp_points_merge(const twp_sweep_study_t *study, const twp_run_settings_t *settings,
    const twp_points_merge_t *merge, int64_t *n_failed, twp_run_report_t *report, twp_error_t *err)
{
    sweep_t sweep = { .study = *study, .settings = settings, .status = TWP_OK };
    file_t file = { .path = merge->output_path,
        .overwrite = merge->overwrite,
        .n_shards = (int64_t) merge->n_shards,
        .gaps = merge->gaps,
        .is_partial = merge->gaps[0] != '\0',
        .started = (int64_t) time(NULL) };
    twp_status_t status = begin(&sweep, &file, 0, study->points->n_points, err);

    if (status == TWP_OK)
        status = merge_all(&sweep, merge, &file, report, err);
    *n_failed = sweep.n_failed;
    end(&sweep);
    return status;
}
