/* The lives of a run over parameter sets: what a thread holds, one set, all sets. */
#include "twinpath_sets.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

int64_t
twp_run_sets_to_live(const twp_run_t *run)
{
    if (run->fill_run.shard != NULL)
        return run->fill_run.shard->n_sets;
    return run->part.n_sets > 0 && run->part.n_sets < run->n_parameter_sets ? run->part.n_sets
                                                                            : run->n_parameter_sets;
}

/* ---- what a thread holds --------------------------------------------------------------------- */

twp_status_t
twp_run_sets_open_context(twp_run_sets_t *sets, twp_run_sets_context_t *context, twp_error_t *err)
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
end_set(const twp_run_t *run, twp_run_sets_context_t *context)
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

void
twp_run_sets_close_context(const twp_run_t *run, twp_run_sets_context_t *context)
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
bind_set(twp_run_sets_context_t *context, twp_error_t *err)
{
    const twp_run_sets_t *const sets = context->sets;
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
    twp_run_sets_context_t *const context = of;

    twp_sums_reduce(context->sums, block, partial);
}

/* Adds a block's figures up over sets; only one set is under way then, so the order is that of sets. */
static void
add_outcomes(twp_run_sets_t *sets, const twp_block_t *block)
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
    twp_run_sets_context_t *const context = of;
    twp_run_sets_t *const sets = context->sets;

    twp_sums_fold(context->sums, block, partial);
    context->n_twins += block->n_twins;
    if (sets->sum != NULL)
        add_outcomes(sets, block);
    if (context->i_set == sets->first && twp_fill_has_twins(sets->run->fill))
        return twp_fill_take_twins(sets->run->fill, block, err);
    return TWP_OK;
}

/* ---- progress -------------------------------------------------------------------------------- */

twp_progress_t
twp_run_sets_progress(const twp_run_sets_t *sets, int64_t n_more)
{
    const twp_run_t *const run = sets->run;

    return twp_engine_progress(&sets->began, twp_engine_seconds(CLOCK_MONOTONIC),
        run->population->n_twins * twp_run_sets_to_live(run), sets->n_twins_done + n_more,
        sets->n_events);
}

/* By the calling thread only. */
static void
tell_progress(twp_run_sets_t *sets, int64_t n_more)
{
    const twp_run_settings_t *const settings = sets->run->settings;
    const double now = twp_engine_seconds(CLOCK_MONOTONIC);
    twp_progress_t progress;

    if (settings->progress == NULL || now - sets->last_report < TWP_PROGRESS_SECONDS)
        return;
    sets->last_report = now;
    omp_set_lock(&sets->lock);
    progress = twp_run_sets_progress(sets, n_more);
    omp_unset_lock(&sets->lock);
    settings->progress(settings->progress_context, &progress);
}

/* From inside a set, where one is lived at a time. */
static void
pass_progress(void *of, const twp_progress_t *progress)
{
    twp_run_sets_context_t *const context = of;

    tell_progress(context->sets, progress->n_twins_done);
}

/*
 * Asked within sets and before them, by any thread. What is done must be the first sets: a set is cut
 * off only where no later one was added to the whole already, and from then on no later one will be.
 */
static bool
ask_stop(void *of)
{
    twp_run_sets_context_t *const context = of;
    twp_run_sets_t *const sets = context->sets;
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
live_set(twp_run_sets_context_t *context, twp_progress_t *done, twp_error_t *err)
{
    twp_run_sets_t *const sets = context->sets;
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
next_set(twp_run_sets_t *sets, twp_run_sets_context_t *context)
{
    const twp_run_t *const run = sets->run;
    const twp_run_settings_t *const settings = run->settings;
    const int64_t n_sets = sets->first + twp_run_sets_to_live(run);

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
merge_set(twp_run_sets_t *sets, const twp_run_sets_context_t *context, const twp_progress_t *done)
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
finish_set(twp_run_sets_t *sets, twp_run_sets_context_t *context, twp_status_t status,
    const twp_progress_t *done, const twp_error_t *err)
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

twp_status_t
twp_run_sets_live(twp_run_sets_t *sets, twp_error_t *err)
{
#pragma omp parallel num_threads(sets->n_workers)
    {
        const int i_thread = omp_get_thread_num();
        twp_run_sets_context_t *const context = &sets->context[i_thread];

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
