/*
 * The library's face: runs over parameter sets. The study is read and compiled once; each set draws
 * its parameters, binds the models' numbers to them and lives all strategies on its twins, paired.
 *
 * Where a set has few blocks the threads take whole sets, each with models of its own; else the
 * threads share the blocks of one set. What comes out is the same: a set's sums are folded in the
 * order of its blocks, counts are integers, and everything else stands in a place of its set's own.
 */
#include "twinpath_sets.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- parameters ------------------------------------------------------------------------------ */

static twp_status_t
create_plans(twp_run_sets_t *sets, twp_error_t *err)
{
    const twp_run_t *const run = sets->run;
    const uint64_t seed = run->settings->seed;
    twp_status_t status = twp_parameter_plan_create(run->study->base, seed, &sets->base_plan, err);

    sets->plan = calloc((size_t) run->n_models, sizeof(*sets->plan));
    if (sets->plan == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for parameter sets");
    for (int s = 0; s < run->n_models && status == TWP_OK; s++)
        status = twp_parameter_plan_create(run->typed[s], seed, &sets->plan[s], err);
    return status;
}

/* All sets under all strategies before the first life: what cannot be lived is told at once. */
static twp_status_t
draw_all(twp_run_sets_t *sets, twp_error_t *err)
{
    const twp_run_t *const run = sets->run;
    const size_t n_base = (size_t) run->study->base->n_parameters;
    double *value = NULL;
    twp_status_t status = TWP_OK;

    sets->parameter = calloc((size_t) run->n_parameter_sets, n_base * sizeof(double));
    value = calloc(n_base + 1, sizeof(*value));
    if (sets->parameter == NULL || value == NULL) {
        free(value);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for parameter sets");
    }
    for (int64_t k = 0; k < run->n_parameter_sets && status == TWP_OK; k++) {
        status = twp_parameter_set_draw(
            sets->base_plan, k + 1, &sets->parameter[(size_t) k * n_base], err);
        for (int s = 0; s < run->n_models && status == TWP_OK; s++) {
            twp_error_t own = { TWP_OK, "" };

            if (run->typed[s] == run->study->base)
                continue;
            status = twp_parameter_set_draw(sets->plan[s], k + 1, value, &own);
            if (status != TWP_OK)
                status = TWP_FAIL(err, status, "under strategy %s: %s",
                    run->typed[s]->strategy[run->model[s]->i_strategy].name, own.message);
        }
    }
    free(value);
    return status;
}

/* ---- outcomes of the same twins -------------------------------------------------------------- */

static size_t
n_outcomes(const twp_run_t *run, int64_t n_twins)
{
    return (size_t) run->n_models * (size_t) run->plan->n_columns * (size_t) n_twins;
}

double
twp_run_sets_bytes(const twp_run_t *run, int64_t n_twins)
{
    const double outcomes = run->are_twins_same && run->typed[0]->record.outcomes
        ? (double) n_outcomes(run, n_twins) * (double) (sizeof(double) + sizeof(int32_t))
        : 0.0;

    return twp_sets_bytes(run->n_parameter_sets, run->n_models, run->figures->n_figures,
               run->figures->i_cost >= 0) +
        (double) run->n_parameter_sets * run->study->base->n_parameters * (double) sizeof(double) +
        outcomes;
}

/* Writes the means over sets, block by block. */
static twp_status_t
write_outcomes(twp_run_sets_t *sets, twp_error_t *err)
{
    const twp_run_t *const run = sets->run;
    const size_t n_columns = (size_t) run->plan->n_columns;
    const int64_t n_twins = run->population->n_twins;
    double *const mean = calloc(
        (size_t) run->n_models * n_columns * TWP_BLOCK_TWINS + 1, sizeof(*mean));
    const double **const value = calloc((size_t) run->n_models, sizeof(*value));
    uint64_t id[TWP_BLOCK_TWINS];
    twp_status_t status = TWP_OK;

    if (mean == NULL || value == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the outcomes");
    for (int64_t first = 0; first < n_twins && status == TWP_OK; first += TWP_BLOCK_TWINS) {
        const int64_t left = n_twins - first;
        const twp_block_t block = { .first_twin = first,
            .n_twins = left < TWP_BLOCK_TWINS ? (int) left : TWP_BLOCK_TWINS,
            .id = id,
            .value = (const double *const *) value };

        for (int s = 0; s < run->n_models; s++) {
            value[s] = &mean[(size_t) s * n_columns * TWP_BLOCK_TWINS];
            for (size_t c = 0; c < n_columns; c++)
                for (int k = 0; k < block.n_twins; k++) {
                    const size_t at = ((size_t) s * n_columns + c) * (size_t) n_twins +
                        (size_t) (first + k);

                    mean[((size_t) s * n_columns + c) * TWP_BLOCK_TWINS + (size_t) k] =
                        sets->n_counted[at] > 0 ? sets->sum[at] / sets->n_counted[at] : NAN;
                }
        }
        for (int k = 0; k < block.n_twins; k++)
            id[k] = twp_population_id(run->population, first + k);
        status = twp_fill_take_outcomes(run->fill, &block, err);
    }
    free(value);
    free(mean);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Threads over sets where a set's own blocks would leave some of them idle. */
static void
share_threads(twp_run_sets_t *sets)
{
    const twp_run_t *const run = sets->run;
    const int n_threads = twp_engine_n_threads(run->settings->n_threads);
    const int64_t n_blocks = (run->population->n_twins + TWP_BLOCK_TWINS - 1) / TWP_BLOCK_TWINS;

    sets->n_workers = 1;
    sets->n_inner = n_threads;
    /* Rows of twins come in order, and sums over sets are made in theirs. */
    if (run->are_twins_same && (twp_fill_has_outcomes(run->fill) || twp_fill_has_twins(run->fill)))
        return;
    if (n_blocks < 4 * (int64_t) n_threads) {
        sets->n_workers = n_threads;
        sets->n_inner = 1;
        if (sets->n_workers > twp_run_sets_to_live(run))
            sets->n_workers = (int) twp_run_sets_to_live(run);
    }
}

/* What sets are, without living them. */
static twp_status_t
plan_sets(twp_run_sets_t *sets, twp_error_t *err)
{
    twp_run_t *const run = sets->run;
    twp_status_t status = create_plans(sets, err);

    if (status == TWP_OK)
        status = draw_all(sets, err);
    if (status == TWP_OK)
        status = twp_sets_create(run->n_parameter_sets, run->are_twins_same, run->n_models,
            run->figures->n_figures, run->figures->i_cost >= 0, &sets->figures, err);
    if (status == TWP_OK)
        status = twp_run_start(run, err);
    run->fill_run.sets = sets->figures;
    run->fill_run.base = run->study->base;
    run->fill_run.parameter = sets->parameter;
    return status;
}

static twp_status_t
open_sets(twp_run_sets_t *sets, const char *path, bool overwrite, twp_error_t *err)
{
    twp_run_t *const run = sets->run;
    twp_status_t status = plan_sets(sets, err);

    if (status == TWP_OK)
        status = twp_fill_open(
            &run->fill_run, path, overwrite, run->settings->n_threads, &run->fill, err);
    if (status != TWP_OK)
        return status;
    share_threads(sets);
    sets->context = calloc((size_t) sets->n_workers, sizeof(*sets->context));
    if (sets->context == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for parameter sets");
    for (int i = 0; i < sets->n_workers && status == TWP_OK; i++)
        status = twp_run_sets_open_context(sets, &sets->context[i], err);
    if (status == TWP_OK && twp_fill_has_outcomes(run->fill)) {
        const size_t n = n_outcomes(run, run->population->n_twins) + 1;

        sets->sum = calloc(n, sizeof(*sets->sum));
        sets->n_counted = calloc(n, sizeof(*sets->n_counted));
        if (sets->sum == NULL || sets->n_counted == NULL)
            status = TWP_FAIL(err, TWP_ERR_MEMORY,
                "no memory for the outcomes of %" PRId64 " twins over sets; record.outcomes: false "
                "does without",
                run->population->n_twins);
    }
    return status;
}

static void
close_sets(twp_run_sets_t *sets)
{
    const twp_run_t *const run = sets->run;

    for (int i = 0; sets->context != NULL && i < sets->n_workers; i++)
        twp_run_sets_close_context(run, &sets->context[i]);
    free(sets->context);
    free(sets->n_counted);
    free(sets->sum);
    free(sets->parameter);
    for (int s = 0; sets->plan != NULL && s < run->n_models; s++)
        twp_parameter_plan_free(sets->plan[s]);
    free(sets->plan);
    twp_parameter_plan_free(sets->base_plan);
    twp_sets_free(sets->figures);
    sets->run->fill_run.sets = NULL;
    omp_destroy_lock(&sets->lock);
}

static void
report_run(const twp_run_sets_t *sets, const twp_progress_t *done, twp_run_report_t *report)
{
    const twp_run_t *const run = sets->run;

    report->n_twins = done->n_twins;
    report->n_twins_done = done->n_twins_done;
    report->n_parameter_sets = run->n_parameter_sets;
    report->n_parameter_sets_done = sets->figures->n_done;
    report->n_strategies = run->n_models;
    report->n_events = done->n_events;
    report->wall_seconds = done->wall_seconds;
    report->cpu_seconds = done->cpu_seconds;
    report->n_threads = twp_engine_n_threads(run->settings->n_threads);
    report->is_partial = sets->figures->n_done <
        (run->fill_run.shard != NULL ? twp_run_sets_to_live(run) : run->n_parameter_sets);
}

static twp_status_t
live_and_publish(twp_run_sets_t *sets, twp_run_report_t *report, twp_error_t *err)
{
    twp_run_t *const run = sets->run;
    const int64_t started = (int64_t) time(NULL);
    twp_status_t status = twp_run_sets_live(sets, err);
    twp_progress_t done;

    if (status != TWP_OK)
        return status;
    done = twp_run_sets_progress(sets, 0);
    report_run(sets, &done, report);
    if (sets->figures->n_done == 0)
        return TWP_FAIL(
            err, TWP_ERR_INTERRUPTED, "stopped before the first parameter set was done");
    run->n_done = run->population->n_twins;
    if (sets->sum != NULL)
        status = write_outcomes(sets, err);
    if (status == TWP_OK)
        status = twp_run_publish(run, &done, started, report->is_partial, report, err);
    if (status == TWP_OK && report->is_partial)
        status = TWP_FAIL(err, TWP_ERR_INTERRUPTED,
            "stopped after %" PRId64 " of %" PRId64 " parameter sets; %s is partial",
            sets->figures->n_done, run->n_parameter_sets, run->settings->output_path);
    return status;
}

static twp_run_sets_t
begin_sets(twp_run_t *run)
{
    const int64_t first = run->fill_run.shard != NULL ? run->fill_run.shard->first_set : 0;
    const twp_run_sets_t sets = { .run = run,
        .first = first,
        .next = first,
        .i_merged = first - 1,
        .i_cut = run->n_parameter_sets,
        .i_failed = run->n_parameter_sets,
        .began = twp_engine_begin(),
        .status = TWP_OK };

    return sets;
}

static twp_status_t
live_and_keep(twp_run_sets_t *sets, twp_run_report_t *report, twp_error_t *err)
{
    twp_run_t *const run = sets->run;
    twp_status_t status = twp_run_sets_live(sets, err);
    twp_progress_t done;

    if (status != TWP_OK)
        return status;
    done = twp_run_sets_progress(sets, 0);
    report_run(sets, &done, report);
    if (report->is_partial)
        return TWP_FAIL(
            err, TWP_ERR_INTERRUPTED, "stopped in shard %" PRId64, run->fill_run.shard->index);
    if (sets->sum != NULL)
        status = write_outcomes(sets, err);
    return status == TWP_OK ? twp_run_keep_shard(run, report, err) : status;
}

/* Opens the sets and a file, lives them as finish does, and closes what is left open. */
static twp_status_t
with_sets(twp_run_t *run, const char *path, bool overwrite,
    twp_status_t (*finish)(twp_run_sets_t *sets, twp_run_report_t *report, twp_error_t *err),
    twp_run_report_t *report, twp_error_t *err)
{
    twp_run_sets_t sets = begin_sets(run);
    twp_status_t status;

    omp_init_lock(&sets.lock);
    status = open_sets(&sets, path, overwrite, err);
    if (status == TWP_OK)
        status = finish(&sets, report, err);
    /* An unfinished fill looks at the figures no more. */
    twp_fill_abandon(run->fill);
    run->fill = NULL;
    close_sets(&sets);
    return status;
}

twp_status_t
twp_run_sets(twp_run_t *run, twp_run_report_t *report, twp_error_t *err)
{
    return with_sets(
        run, run->settings->output_path, run->settings->overwrite, live_and_publish, report, err);
}

twp_status_t
twp_run_sets_shard(
    twp_run_t *run, const char *path, bool overwrite, twp_run_report_t *report, twp_error_t *err)
{
    return with_sets(run, path, overwrite, live_and_keep, report, err);
}

twp_status_t
twp_run_sets_merge(twp_run_t *run,
    twp_status_t (*merge)(void *context, twp_sets_t *figures, twp_error_t *err), void *context,
    twp_error_t *err)
{
    twp_run_sets_t sets = begin_sets(run);
    twp_status_t status;

    omp_init_lock(&sets.lock);
    status = plan_sets(&sets, err);
    if (status == TWP_OK)
        status = merge(context, sets.figures, err);
    twp_fill_abandon(run->fill);
    run->fill = NULL;
    close_sets(&sets);
    return status;
}
