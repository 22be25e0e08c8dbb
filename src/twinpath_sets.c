/*
 * The library's face: runs over parameter sets. The study is read and compiled once; each set draws
 * its parameters, binds the models' numbers to them and lives all strategies on its twins, paired.
 *
 * Where a set has few blocks the threads take whole sets, each with models of its own; else the
 * threads share the blocks of one set. What comes out is the same: a set's sums are folded in the
 * order of its blocks, counts are integers, and everything else stands in a place of its set's own.
 */
#include "twinpath_run.h"

#include "engine/parameter_set.h"
#include "engine/progress.h"

#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* What one thread lives sets with. */
typedef struct {
    struct sets_run *sets;
    twp_model_t **model;          /* [n_models] copies of the study's, bound to a set */
    twp_draw_plan_t **draw;       /* [n_models] */
    twp_outcome_counts_t *counts; /* [n_models] of the set under way */
    twp_sums_t *sums;
    double *parameter; /* [largest n_parameters] */
    int64_t i_set;     /* from 0 */
    int64_t n_twins;   /* of the set under way, taken so far */
} context_t;

typedef struct sets_run {
    twp_run_t *run;
    twp_sets_t *figures;
    twp_parameter_plan_t **plan; /* [n_models] */
    twp_parameter_plan_t *base_plan;
    double *parameter;      /* [n_sets * n_parameters] of the study itself */
    int n_workers, n_inner; /* threads over sets, and in each set */
    context_t *context;     /* [n_workers] */
    double *sum; /* the same twins: [n_models * n_columns * n_twins] over sets, or NULL */
    int32_t *n_counted;
    omp_lock_t lock;  /* of what follows */
    int64_t first;    /* first set to be lived */
    int64_t next;     /* next set to be given out */
    bool is_closed;   /* no more sets */
    bool is_stopping; /* the caller said so */
    int64_t i_merged; /* last set that was added to the whole; -1: none */
    int64_t i_cut;    /* first set that a stop cuts off; n_sets: none */
    int64_t i_failed; /* first set with a fault; n_sets: none */
    twp_status_t status;
    twp_error_t err;
    int64_t n_events, n_twins_done;
    twp_stopwatch_t began;
    double last_report;
} sets_run_t;

/* Sets that are to be lived: all, the first ones, or those of a shard. */
static int64_t
sets_to_live(const twp_run_t *run)
{
    if (run->fill_run.shard != NULL)
        return run->fill_run.shard->n_sets;
    return run->part.n_sets > 0 && run->part.n_sets < run->n_parameter_sets ? run->part.n_sets
                                                                            : run->n_parameter_sets;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static twp_status_t
create_plans(sets_run_t *sets, twp_error_t *err)
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
draw_all(sets_run_t *sets, twp_error_t *err)
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

/* ---- what a thread holds --------------------------------------------------------------------- */

static twp_status_t
open_context(sets_run_t *sets, context_t *context, twp_error_t *err)
{
    const twp_run_t *const run = sets->run;
    const size_t n = (size_t) run->n_models;
    twp_status_t status = TWP_OK;

    context->sets = sets;
    context->model = calloc(n, sizeof(*context->model));
    context->draw = calloc(n, sizeof(*context->draw));
    context->counts = calloc(n, sizeof(*context->counts));
    context->parameter = calloc(
        (size_t) run->study->base->n_parameters + 1, sizeof(*context->parameter));
    if (context->model == NULL || context->draw == NULL || context->counts == NULL ||
        context->parameter == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for parameter sets");
    for (int s = 0; s < run->n_models && status == TWP_OK; s++)
        status = twp_model_copy(run->model[s], &context->model[s], err);
    if (status == TWP_OK)
        status = twp_sums_create(run->figures, &context->sums, err);
    return status;
}

static void
end_set(const twp_run_t *run, context_t *context)
{
    for (int s = 0; s < run->n_models; s++) {
        if (context->draw != NULL) {
            twp_population_plan_free(context->draw[s]);
            context->draw[s] = NULL;
        }
        if (context->counts != NULL)
            twp_outcome_counts_clear(&context->counts[s]);
    }
}

static void
close_context(const twp_run_t *run, context_t *context)
{
    end_set(run, context);
    for (int s = 0; context->model != NULL && s < run->n_models; s++)
        twp_model_free(context->model[s]);
    twp_sums_free(context->sums);
    free(context->parameter);
    free(context->counts);
    free(context->draw);
    free(context->model);
}

/* ---- one set --------------------------------------------------------------------------------- */

static twp_status_t
bind_set(context_t *context, twp_error_t *err)
{
    const sets_run_t *const sets = context->sets;
    const twp_run_t *const run = sets->run;
    const int64_t number = context->i_set + 1;
    twp_status_t status = TWP_OK;

    for (int s = 0; s < run->n_models && status == TWP_OK; s++) {
        status = twp_parameter_set_draw(sets->plan[s], number, context->parameter, err);
        if (status == TWP_OK)
            status = twp_model_bind(context->model[s], context->parameter, err);
        if (status == TWP_OK)
            status = twp_population_plan_create(
                run->population, context->model[s], &context->draw[s], err);
        if (status == TWP_OK)
            context->draw[s]->id_of_set = (uint64_t) twp_run_id_of_set(run, number)
                << TWP_POPULATION_ID_BITS;
        if (status == TWP_OK)
            status = twp_outcome_counts_init(run->plan, false, &context->counts[s], err);
    }
    /* The study as written is good: what is wrong now comes from the draw. */
    return status == TWP_ERR_INPUT ? TWP_ERR_FAULT : status;
}

static void
reduce(void *of, const twp_block_t *block, void *partial)
{
    context_t *const context = of;

    twp_sums_reduce(context->sums, block, partial);
}

/* Adds a block's figures up over sets; only one set is under way then, so the order is that of sets. */
static void
add_outcomes(sets_run_t *sets, const twp_block_t *block)
{
    const twp_run_t *const run = sets->run;
    const size_t n_columns = (size_t) run->plan->n_columns;
    const size_t n_twins = (size_t) run->population->n_twins;

    for (int s = 0; s < run->n_models; s++)
        for (size_t c = 0; c < n_columns; c++) {
            const size_t at = ((size_t) s * n_columns + c) * n_twins + (size_t) block->first_twin;

            for (int k = 0; k < block->n_twins; k++) {
                const double x = block->value[s][c * TWP_BLOCK_TWINS + (size_t) k];

                if (isnan(x))
                    continue;
                sets->sum[at + (size_t) k] += x;
                sets->n_counted[at + (size_t) k]++;
            }
        }
}

static twp_status_t
take(void *of, const twp_block_t *block, const void *partial, twp_error_t *err)
{
    context_t *const context = of;
    sets_run_t *const sets = context->sets;

    twp_sums_fold(context->sums, block, partial);
    context->n_twins += block->n_twins;
    if (sets->sum != NULL)
        add_outcomes(sets, block);
    if (context->i_set == sets->first && twp_fill_has_twins(sets->run->fill))
        return twp_fill_take_twins(sets->run->fill, block, err);
    return TWP_OK;
}

/* ---- progress -------------------------------------------------------------------------------- */

/* Under the lock. n_more: twins of sets under way that are done. */
static twp_progress_t
progress_of(const sets_run_t *sets, int64_t n_more)
{
    const twp_run_t *const run = sets->run;

    return twp_engine_progress(&sets->began, twp_engine_seconds(CLOCK_MONOTONIC),
        run->population->n_twins * sets_to_live(run), sets->n_twins_done + n_more, sets->n_events);
}

/* By the calling thread only. */
static void
tell_progress(sets_run_t *sets, int64_t n_more)
{
    const twp_run_settings_t *const settings = sets->run->settings;
    const double now = twp_engine_seconds(CLOCK_MONOTONIC);
    twp_progress_t progress;

    if (settings->progress == NULL || now - sets->last_report < TWP_PROGRESS_SECONDS)
        return;
    sets->last_report = now;
    omp_set_lock(&sets->lock);
    progress = progress_of(sets, n_more);
    omp_unset_lock(&sets->lock);
    settings->progress(settings->progress_context, &progress);
}

/* From inside a set, where one is lived at a time. */
static void
pass_progress(void *of, const twp_progress_t *progress)
{
    context_t *const context = of;

    tell_progress(context->sets, progress->n_twins_done);
}

/*
 * Asked within sets and before them, by any thread. What is done must be the first sets: a set is cut
 * off only where no later one was added to the whole already, and from then on no later one will be.
 */
static bool
ask_stop(void *of)
{
    context_t *const context = of;
    sets_run_t *const sets = context->sets;
    const twp_run_settings_t *const settings = sets->run->settings;
    bool is_cut;

    if (settings->should_stop == NULL)
        return false;
    omp_set_lock(&sets->lock);
    sets->is_stopping = sets->is_stopping || settings->should_stop(settings->stop_context);
    is_cut = sets->is_stopping && context->i_set > sets->i_merged;
    if (is_cut && context->i_set < sets->i_cut)
        sets->i_cut = context->i_set;
    omp_unset_lock(&sets->lock);
    return is_cut;
}

/* ---- all sets -------------------------------------------------------------------------------- */

/* TWP_ERR_INTERRUPTED: stopped inside of the set, which does not count then. */
static twp_status_t
live_set(context_t *context, twp_progress_t *done, twp_error_t *err)
{
    sets_run_t *const sets = context->sets;
    const twp_run_t *const run = sets->run;
    const bool is_alone = sets->n_workers == 1;
    const twp_sink_t sink = { .context = context,
        .partial_bytes = run->figures->partial_bytes,
        .reduce = reduce,
        .take = take };
    const twp_run_options_t options = { .n_threads = sets->n_inner,
        .progress = is_alone ? pass_progress : NULL,
        .progress_context = context,
        .should_stop = ask_stop,
        .stop_context = context };
    twp_status_t status;

    twp_sums_reset(context->sums);
    context->n_twins = 0;
    status = bind_set(context, err);
    if (status == TWP_OK)
        status = twp_engine_run((const twp_model_t *const *) context->model,
            (const twp_draw_plan_t *const *) context->draw, run->n_models, run->plan,
            context->counts, &sink, &options, done, err);
    if (status != TWP_OK)
        return status;
    if (context->n_twins < run->population->n_twins)
        return TWP_ERR_INTERRUPTED;
    return TWP_OK;
}

static bool
next_set(sets_run_t *sets, context_t *context)
{
    const twp_run_t *const run = sets->run;
    const twp_run_settings_t *const settings = run->settings;
    const int64_t n_sets = sets->first + sets_to_live(run);

    omp_set_lock(&sets->lock);
    sets->is_stopping = sets->is_stopping ||
        (settings->should_stop != NULL && settings->should_stop(settings->stop_context));
    context->i_set = -1;
    if (!sets->is_closed && !sets->is_stopping && sets->next < n_sets)
        context->i_set = sets->next++;
    omp_unset_lock(&sets->lock);
    return context->i_set >= 0;
}

/* Under the lock. */
static void
merge_set(sets_run_t *sets, const context_t *context, const twp_progress_t *done)
{
    const twp_run_t *const run = sets->run;

    for (int s = 0; s < run->n_models; s++)
        twp_outcome_counts_merge(run->plan, &run->counts[s], &context->counts[s]);
    twp_sums_add_curves(run->sums, context->sums);
    twp_fill_note_set(run->fill, context->sums, context->i_set, sets->figures);
    if (context->i_set > sets->i_merged)
        sets->i_merged = context->i_set;
    sets->figures->n_done++;
    sets->n_twins_done += run->population->n_twins;
    sets->n_events += done->n_events;
}

static void
finish_set(sets_run_t *sets, context_t *context, twp_status_t status, const twp_progress_t *done,
    const twp_error_t *err)
{
    omp_set_lock(&sets->lock);
    if (status == TWP_OK && context->i_set < sets->i_cut) {
        merge_set(sets, context, done);
    } else if (status != TWP_OK && status != TWP_ERR_INTERRUPTED) {
        sets->is_closed = true;
        if (context->i_set < sets->i_failed) {
            sets->i_failed = context->i_set;
            sets->status = status;
            sets->err = *err;
        }
    }
    omp_unset_lock(&sets->lock);
}

static twp_status_t
live_sets(sets_run_t *sets, twp_error_t *err)
{
#pragma omp parallel num_threads(sets->n_workers)
    {
        const int i_thread = omp_get_thread_num();
        context_t *const context = &sets->context[i_thread];

        while (next_set(sets, context)) {
            twp_progress_t done = { 0 };
            twp_error_t own = { TWP_OK, "" };
            const twp_status_t status = live_set(context, &done, &own);

            finish_set(sets, context, status, &done, &own);
            end_set(sets->run, context);
            if (i_thread == 0)
                tell_progress(sets, 0);
        }
    }
    if (sets->status != TWP_OK)
        return TWP_FAIL(err, sets->status, "parameter set %" PRId64 ": %s", sets->i_failed + 1,
            sets->err.message);
    return TWP_OK;
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
write_outcomes(sets_run_t *sets, twp_error_t *err)
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
share_threads(sets_run_t *sets)
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
        if (sets->n_workers > sets_to_live(run))
            sets->n_workers = (int) sets_to_live(run);
    }
}

/* What sets are, without living them. */
static twp_status_t
plan_sets(sets_run_t *sets, twp_error_t *err)
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
open_sets(sets_run_t *sets, const char *path, bool overwrite, twp_error_t *err)
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
        status = open_context(sets, &sets->context[i], err);
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
close_sets(sets_run_t *sets)
{
    const twp_run_t *const run = sets->run;

    for (int i = 0; sets->context != NULL && i < sets->n_workers; i++)
        close_context(run, &sets->context[i]);
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
report_run(const sets_run_t *sets, const twp_progress_t *done, twp_run_report_t *report)
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
        (run->fill_run.shard != NULL ? sets_to_live(run) : run->n_parameter_sets);
}

static twp_status_t
live_and_publish(sets_run_t *sets, twp_run_report_t *report, twp_error_t *err)
{
    twp_run_t *const run = sets->run;
    const int64_t started = (int64_t) time(NULL);
    twp_status_t status = live_sets(sets, err);
    twp_progress_t done;

    if (status != TWP_OK)
        return status;
    done = progress_of(sets, 0);
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

static sets_run_t
begin_sets(twp_run_t *run)
{
    const int64_t first = run->fill_run.shard != NULL ? run->fill_run.shard->first_set : 0;
    const sets_run_t sets = { .run = run,
        .first = first,
        .next = first,
        .i_merged = first - 1,
        .i_cut = run->n_parameter_sets,
        .i_failed = run->n_parameter_sets,
        .began = twp_engine_begin(),
        .status = TWP_OK };

    return sets;
}

twp_status_t
twp_run_sets(twp_run_t *run, twp_run_report_t *report, twp_error_t *err)
{
    sets_run_t sets = begin_sets(run);
    twp_status_t status;

    omp_init_lock(&sets.lock);
    status = open_sets(&sets, run->settings->output_path, run->settings->overwrite, err);
    if (status == TWP_OK)
        status = live_and_publish(&sets, report, err);
    /* An unfinished fill looks at the figures no more. */
    twp_fill_abandon(run->fill);
    run->fill = NULL;
    close_sets(&sets);
    return status;
}

static twp_status_t
live_and_keep(sets_run_t *sets, twp_run_report_t *report, twp_error_t *err)
{
    twp_run_t *const run = sets->run;
    twp_status_t status = live_sets(sets, err);
    twp_progress_t done;

    if (status != TWP_OK)
        return status;
    done = progress_of(sets, 0);
    report_run(sets, &done, report);
    if (report->is_partial)
        return TWP_FAIL(
            err, TWP_ERR_INTERRUPTED, "stopped in shard %" PRId64, run->fill_run.shard->index);
    if (sets->sum != NULL)
        status = write_outcomes(sets, err);
    return status == TWP_OK ? twp_run_keep_shard(run, report, err) : status;
}

twp_status_t
twp_run_sets_shard(
    twp_run_t *run, const char *path, bool overwrite, twp_run_report_t *report, twp_error_t *err)
{
    sets_run_t sets = begin_sets(run);
    twp_status_t status;

    omp_init_lock(&sets.lock);
    status = open_sets(&sets, path, overwrite, err);
    if (status == TWP_OK)
        status = live_and_keep(&sets, report, err);
    twp_fill_abandon(run->fill);
    run->fill = NULL;
    close_sets(&sets);
    return status;
}

twp_status_t
twp_run_sets_merge(twp_run_t *run,
    twp_status_t (*merge)(void *context, twp_sets_t *figures, twp_error_t *err), void *context,
    twp_error_t *err)
{
    sets_run_t sets = begin_sets(run);
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
