/* What is written of a run beside its rows: figures, provenance, session. */
#include "twinpath_run.h"

#include "results/provenance.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* The study that was asked for: of a point, the one with the sweep. */
static const twp_study_t *
written(const twp_run_t *run)
{
    return run->written != NULL ? run->written : run->study;
}

/* So that the run can be done again from its file. */
const char *
twp_run_overrides(twp_arena_t *arena, const twp_run_t *run)
{
    const twp_document_t *const document = &written(run)->document;
    const char *text = "";

    for (int i = 0; text != NULL && i < document->n_set; i++)
        text = twp_arena_printf(arena, "%s%s%s\n", text,
            strncmp(document->set[i], "--over ", 7) == 0 ? "" : "--set ", document->set[i]);
    if (text != NULL && run->settings->n_patients > 0)
        text = twp_arena_printf(
            arena, "%s--patients %" PRId64 "\n", text, run->settings->n_patients);
    if (text != NULL && run->settings->n_parameter_sets >= 0)
        text = twp_arena_printf(
            arena, "%s--parameter-sets %" PRId64 "\n", text, run->settings->n_parameter_sets);
    if (text != NULL && run->settings->twins != TWP_TWINS_AS_STUDIED)
        text = twp_arena_printf(
            arena, "%s--twins %s\n", text, run->are_twins_same ? "same" : "fresh");
    for (int i = 0; text != NULL && i < run->settings->n_strategies; i++)
        text = twp_arena_printf(arena, "%s--strategy %s\n", text, run->settings->strategy[i]);
    for (int i = 0; text != NULL && i < run->settings->n_precisions; i++)
        text = twp_arena_printf(arena, "%s--precision %s\n", text, run->settings->precision[i]);
    return text;
}

twp_provenance_t
twp_run_provenance(const twp_run_t *run, twp_arena_t *arena)
{
    return (twp_provenance_t){ .document = &written(run)->document,
        .patients = run->population->has_csv ? &run->population->csv : NULL,
        .study = written(run)->base,
        .overrides = twp_run_overrides(arena, run),
        .seed = run->settings->seed,
        .n_twins = run->population->n_twins };
}

static twp_status_t
write_session(twp_run_t *run, const twp_progress_t *done, int64_t started, twp_error_t *err)
{
    const twp_session_t session = { .command_line = run->settings->command_line,
        .started = started,
        .finished = (int64_t) time(NULL),
        .n_threads = twp_engine_n_threads(run->settings->n_threads),
        .n_shards = run->n_shards,
        .cpu_seconds = done->cpu_seconds };

    return twp_session_write(twp_fill_writer(run->fill), &session, err);
}

static twp_status_t
write_provenance(twp_run_t *run, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    twp_provenance_t provenance = { 0 };
    twp_status_t status;

    if (arena != NULL)
        provenance = twp_run_provenance(run, arena);
    status = provenance.overrides == NULL
        ? TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the results")
        : twp_provenance_write(twp_fill_writer(run->fill), &provenance, err);
    twp_arena_free(arena);
    return status;
}

static twp_status_t
write_rest(twp_run_t *run, const twp_progress_t *done, int64_t started, twp_error_t *err)
{
    twp_status_t status = twp_fill_summary(run->fill, run->sums, run->counts, run->n_done, err);

    if (status == TWP_OK)
        status = write_provenance(run, err);
    if (status == TWP_OK)
        status = write_session(run, done, started, err);
    return status;
}

/* Closes the file, which frees the filling whatever happens. */
static twp_status_t
close_file(twp_run_t *run, bool is_partial, char *digest, twp_error_t *err)
{
    twp_fill_t *const fill = run->fill;

    run->fill = NULL;
    return twp_fill_close(fill, is_partial, digest, err);
}

twp_status_t
twp_run_capture_figures(twp_run_t *run, bool is_partial, twp_error_t *err)
{
    twp_status_t status = is_partial
        ? TWP_ERR_INTERRUPTED
        : twp_fill_summary(run->fill, run->sums, run->counts, run->n_done, err);

    if (status == TWP_OK) {
        run->captured = twp_fill_release(run->fill);
        run->fill = NULL;
    }
    return status;
}

twp_status_t
twp_run_publish(twp_run_t *run, const twp_progress_t *done, int64_t started, bool is_partial,
    twp_run_report_t *report, twp_error_t *err)
{
    if (run->is_point)
        return twp_run_capture_figures(run, is_partial, err);

    twp_status_t status = write_rest(run, done, started, err);

    return status == TWP_OK ? close_file(run, is_partial, report->digest, err) : status;
}

twp_status_t
twp_run_keep_shard(twp_run_t *run, twp_run_report_t *report, twp_error_t *err)
{
    twp_status_t status = twp_fill_shard(run->fill, run->sums, run->counts, err);

    if (status == TWP_OK)
        status = write_provenance(run, err);
    return status == TWP_OK ? close_file(run, false, report->digest, err) : status;
}
