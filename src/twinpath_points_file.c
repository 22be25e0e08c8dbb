/* The library's face: the file of a sweep's points, of all of them or of a shard. */
#include "twinpath_points.h"

#include "results/provenance.h"

#include <time.h>

/* ---- begun ------------------------------------------------------------------------------------ */

twp_progress_t
twp_points_progress(const twp_points_t *sweep, int64_t n_more)
{
    return twp_engine_progress(&sweep->began, twp_engine_seconds(CLOCK_MONOTONIC),
        sweep->n_twins_of_point * sweep->n, sweep->n_twins_of_point * sweep->n_done + n_more,
        sweep->n_events);
}

void
twp_points_report(const twp_points_t *sweep, const twp_progress_t *done, twp_run_report_t *report)
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

/* Threads over points where a point's own blocks would leave some of them idle. */
static void
share_threads(twp_points_t *sweep)
{
    const twp_run_settings_t *const settings = sweep->settings;
    const int n_threads = twp_engine_n_threads(settings->n_threads);
    const int64_t n_twins = settings->n_patients > 0 ? settings->n_patients
                                                     : sweep->study.study->base->n_patients;
    const int64_t n_blocks = (n_twins + TWP_BLOCK_TWINS - 1) / TWP_BLOCK_TWINS;
    const int64_t n_points = sweep->n;

    sweep->n_workers = 1;
    sweep->n_inner = n_threads;
    if (n_blocks < 16 * (int64_t) n_threads && n_points > 1 && sweep->fate == NULL) {
        sweep->n_workers = n_points < n_threads ? (int) n_points : n_threads;
        sweep->n_inner = n_threads / sweep->n_workers;
    }
}

twp_status_t
twp_points_begin(
    twp_points_t *sweep, const twp_points_file_t *file, int64_t first, int64_t n, twp_error_t *err)
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

void
twp_points_end(twp_points_t *sweep)
{
    twp_stack_free(sweep->stack);
    twp_results_abandon(sweep->writer);
    twp_arena_free(sweep->arena);
    omp_destroy_lock(&sweep->lock);
}

/* ---- ended ------------------------------------------------------------------------------------ */

static twp_status_t
write_provenance(
    twp_points_t *sweep, twp_arena_t *arena, twp_results_writer_t *writer, twp_error_t *err)
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
write_session(const twp_points_t *sweep, int64_t started, int64_t n_shards, double cpu_seconds,
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
write_shard_numbers(const twp_points_t *sweep, const twp_points_file_t *file, twp_error_t *err)
{
    const bool has_sets = twp_shard_is_cut(file->plan) && file->shard->n_sets > 0;
    const twp_status_t status = twp_results_attribute_text(
        sweep->writer, NULL, "twinpath_kind", "shard", err);

    return status == TWP_OK
        ? twp_fill_shard_numbers(sweep->writer, file->plan, file->shard, true, has_sets, err)
        : status;
}

twp_status_t
twp_points_take_shape(twp_points_t *sweep, twp_error_t *err)
{
    const int64_t n = sweep->study.points->n_points;
    twp_results_writer_t *captured = NULL;
    twp_status_t status = TWP_ERR_FAULT;

    for (int64_t i = 0; i < n && twp_point_is_at_fault(status); i++)
        status = twp_sweep_study_shape(&sweep->study, sweep->settings, i, &captured, err);
    if (twp_point_is_at_fault(status))
        status = twp_run_capture_shape(sweep->study.study, sweep->settings, &captured, err);
    return status == TWP_OK ? twp_stack_shape(sweep->stack, captured, err) : status;
}

static twp_status_t
fill_file(twp_points_t *sweep, const twp_points_file_t *file, twp_error_t *err)
{
    twp_results_writer_t *const writer = sweep->writer;
    twp_status_t status = TWP_OK;

    if (!twp_stack_has_shape(sweep->stack)) /* all failed */
        status = twp_points_take_shape(sweep, err);
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

twp_status_t
twp_points_close(twp_points_t *sweep, const twp_points_file_t *file, char *digest, twp_error_t *err)
{
    twp_status_t status = fill_file(sweep, file, err);

    if (status == TWP_OK) {
        status = twp_results_close(
            sweep->writer, file->is_partial ? "partial" : "complete", digest, err);
        sweep->writer = NULL;
    }
    return status;
}
