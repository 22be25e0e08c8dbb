/*
 * The library's face: runs. Lives the twins of a prepared run (twinpath_run_prepare.c) and has what comes of them
 * written (twinpath_run_publish.c).
 */
#include "twinpath_run.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

void
twp_run_settings_init(twp_run_settings_t *settings)
{
    memset(settings, 0, sizeof(*settings));
    settings->seed = 1;
    settings->n_parameter_sets = -1;
}

/* ---- what the engine hands on ----------------------------------------------------------------- */

static void
reduce(void *context, const twp_block_t *block, void *partial)
{
    twp_run_t *const run = context;

    twp_sums_reduce(run->sums, block, partial);
}

static void
drop(void *context, const twp_block_t *block)
{
    twp_run_t *const run = context;

    twp_sums_drop(run->sums, block);
}

static twp_status_t
take(void *context, const twp_block_t *block, const void *partial, twp_error_t *err)
{
    twp_run_t *const run = context;

    twp_status_t status;

    twp_sums_fold(run->sums, block, partial);
    run->n_done += block->n_twins;
    run->n_blocks_done++;
    status = twp_fill_take(run->fill, block, err);
    if (status == TWP_OK && run->fill_run.shard != NULL)
        status = twp_fill_take_partial(run->fill, partial, err);
    return status;
}

/* Of a run that is asked for a precision. */
static void
note_looks(twp_run_t *run)
{
    const int64_t n_next = run->looks->n_blocks_next * TWP_BLOCK_TWINS;

    atomic_store(
        &run->n_next_look, n_next < run->population->n_twins ? n_next : run->population->n_twins);
    atomic_store(&run->precision, twp_looks_worst(run->looks));
}

static double
difference_se(void *context, int i_contrast, int i_figure)
{
    twp_run_t *const run = context;

    return twp_fill_difference_se(run->fill, run->sums, i_contrast, i_figure);
}

static bool
is_enough(void *context)
{
    twp_run_t *const run = context;
    const bool is_reached = twp_looks_take(
        run->looks, difference_se, run, run->n_blocks_done, run->n_done);

    note_looks(run);
    return is_reached;
}

static void
tell_progress(void *context, const twp_progress_t *progress)
{
    twp_run_t *const run = context;
    twp_progress_t more = *progress;

    if (run->looks != NULL) {
        more.n_twins_next_look = atomic_load(&run->n_next_look);
        more.precision = atomic_load(&run->precision);
        if (more.twins_per_second > 0)
            more.seconds_left = more.n_twins_next_look > more.n_twins_done
                ? (double) (more.n_twins_next_look - more.n_twins_done) / more.twins_per_second
                : 0;
    }
    run->settings->progress(run->settings->progress_context, &more);
}

static bool
work(void *context)
{
    twp_run_t *const run = context;

    return twp_fill_work(run->fill);
}

/* ---- whole runs -------------------------------------------------------------------------------- */

/* What was precise enough before all twins were lived is whole: a run of so many. */
static void
end_looks(twp_run_t *run, twp_run_report_t *report)
{
    if (run->looks->is_reached)
        run->population->n_twins = run->n_done;
    else if (run->n_done > 0)
        twp_looks_end(run->looks, difference_se, run, run->n_done);
    if (run->n_done < run->population->n_twins)
        run->looks->is_reached = false; /* stopped between two looks */
    report->n_looks = run->looks->n_looks;
    report->is_precise = run->looks->is_reached;
}

/* Lives n_blocks of the twins from first_block on (0: all that follow) into run->fill. */
static twp_status_t
live_range(
    twp_run_t *run, int64_t first_block, int64_t n_blocks, twp_progress_t *done, twp_error_t *err)
{
    const twp_run_settings_t *const settings = run->settings;
    const twp_sink_t sink = { .context = run,
        .partial_bytes = run->figures->partial_bytes,
        .reduce = reduce,
        .take = take,
        .is_enough = run->looks != NULL ? is_enough : NULL,
        .work = work,
        .drop = drop };
    const twp_run_options_t options = { .n_threads = settings->n_threads,
        .progress = settings->progress != NULL ? tell_progress : NULL,
        .progress_context = run,
        .should_stop = settings->should_stop,
        .stop_context = settings->stop_context,
        .record = run->recorder,
        .first_block = first_block,
        .n_blocks_most = n_blocks };

    return twp_engine_run(run->model, (const twp_draw_plan_t *const *) run->draw, run->n_models,
        run->plan, run->counts, &sink, &options, done, err);
}

static void
report_lives(
    const twp_run_t *run, const twp_progress_t *done, int64_t n_twins, twp_run_report_t *report)
{
    report->n_twins = n_twins;
    report->n_twins_done = run->n_done;
    report->n_strategies = run->n_models;
    report->n_events = done->n_events;
    report->wall_seconds = done->wall_seconds;
    report->cpu_seconds = done->cpu_seconds;
    report->n_threads = twp_engine_n_threads(run->settings->n_threads);
    report->is_partial = run->n_done < n_twins;
}

/* Those of the last run, where they fit. */
static twp_status_t
make_sums(twp_run_t *run, twp_error_t *err)
{
    twp_run_kept_t *const kept = run->kept;

    if (kept != NULL && kept->sums != NULL) {
        run->sums = kept->sums;
        kept->sums = NULL;
        if (twp_sums_take_over(run->sums, run->figures))
            return TWP_OK;
        twp_sums_free(run->sums);
    }
    return twp_sums_create(run->figures, &run->sums, err);
}

static twp_status_t
live_and_write(twp_run_t *run, twp_run_report_t *report, twp_error_t *err)
{
    const twp_run_settings_t *const settings = run->settings;
    const int64_t started = (int64_t) time(NULL);
    twp_progress_t done = { 0 };
    twp_status_t status = twp_fill_open(&run->fill_run, settings->output_path, settings->overwrite,
        settings->n_threads, &run->fill, err);

    if (status == TWP_OK)
        status = make_sums(run, err);
    if (run->looks != NULL)
        note_looks(run);
    if (status == TWP_OK)
        status = live_range(run, 0, run->part.n_blocks, &done, err);
    if (status != TWP_OK)
        return status;
    report->n_twins_most = run->population->n_twins;
    if (run->looks != NULL)
        end_looks(run, report);
    report_lives(run, &done, run->population->n_twins, report);
    if (report->is_partial && run->n_done == 0)
        return TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped before the first block of twins");
    status = twp_run_publish(run, &done, started, report->is_partial, report, err);
    if (status == TWP_OK && report->is_partial)
        status = TWP_FAIL(err, TWP_ERR_INTERRUPTED,
            "stopped after %" PRId64 " of %" PRId64 " twins; %s is partial", run->n_done,
            run->population->n_twins, settings->output_path);
    return status;
}

twp_status_t
twp_run_start(twp_run_t *run, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (run->sums == NULL)
        status = twp_sums_create(run->figures, &run->sums, err);
    else
        twp_sums_reset(run->sums);
    for (int s = 0; s < run->n_models; s++)
        twp_outcome_counts_reset(run->plan, &run->counts[s]);
    run->n_done = 0;
    return status;
}

static twp_status_t
live_blocks(
    twp_run_t *run, const char *path, bool overwrite, twp_run_report_t *report, twp_error_t *err)
{
    const twp_shard_t *const shard = run->fill_run.shard;
    const int64_t n_twins = twp_shard_n_twins(run->fill_run.shard_plan, shard);
    twp_progress_t done = { 0 };
    twp_status_t status = twp_run_start(run, err);

    if (status == TWP_OK)
        status = twp_fill_open(
            &run->fill_run, path, overwrite, run->settings->n_threads, &run->fill, err);
    if (status == TWP_OK)
        status = live_range(run, shard->first_block, shard->n_blocks, &done, err);
    if (status != TWP_OK)
        return status;
    report_lives(run, &done, n_twins, report);
    if (report->is_partial)
        return TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped in shard %" PRId64, shard->index);
    return twp_run_keep_shard(run, report, err);
}

twp_status_t
twp_run_live_shard(twp_run_t *run, const twp_shard_plan_t *plan, const twp_shard_t *shard,
    const char *path, bool overwrite, twp_run_report_t *report, twp_error_t *err)
{
    twp_status_t status;

    run->fill_run.shard = shard;
    run->fill_run.shard_plan = plan;
    status = shard->n_sets > 0 ? twp_run_sets_shard(run, path, overwrite, report, err)
                               : live_blocks(run, path, overwrite, report, err);
    twp_fill_abandon(run->fill);
    run->fill = NULL;
    run->fill_run.shard = NULL;
    return status;
}

twp_status_t
twp_study_run(twp_study_t *study, const twp_run_settings_t *settings, twp_run_report_t *report,
    twp_error_t *err)
{
    return twp_study_run_part(study, settings, (twp_run_part_t){ 0, 0 }, report, err);
}

static twp_status_t
live(twp_run_t *run, int64_t n_patients, twp_run_report_t *report, twp_error_t *err)
{
    twp_status_t status = twp_run_prepare(run, n_patients, err);

    if (status != TWP_OK)
        return status;
    return run->n_parameter_sets > 0 ? twp_run_sets(run, report, err)
                                     : live_and_write(run, report, err);
}

twp_status_t
twp_run_capture(twp_study_t *study, const twp_run_settings_t *settings, int64_t i_fresh_point,
    twp_run_kept_t *kept, twp_results_writer_t **captured, twp_run_report_t *report,
    twp_error_t *err)
{
    twp_run_settings_t own = *settings;
    twp_run_t run = { .study = study,
        .settings = &own,
        .is_point = true,
        .i_fresh_point = i_fresh_point,
        .kept = kept };
    twp_status_t status;

    own.output_path = NULL;
    memset(report, 0, sizeof(*report));
    status = live(&run, settings->n_patients, report, err);
    *captured = run.captured;
    run.captured = NULL;
    twp_run_finish(&run);
    return status;
}

static twp_status_t
capture_nothing(void *of, twp_sets_t *figures, twp_error_t *err)
{
    twp_run_t *const run = of;
    twp_status_t status = twp_fill_open(
        &run->fill_run, NULL, false, run->settings->n_threads, &run->fill, err);

    if (figures != NULL)
        figures->n_done = figures->n_sets; /* as in the whole run; their numbers are of no matter */
    run->n_done = run->population->n_twins;
    return status == TWP_OK ? twp_run_capture_figures(run, false, err) : status;
}

twp_status_t
twp_run_capture_shape(twp_study_t *study, const twp_run_settings_t *settings,
    twp_results_writer_t **captured, twp_error_t *err)
{
    twp_run_settings_t own = *settings;
    twp_run_t run = { .study = study, .settings = &own, .is_point = true };
    twp_status_t status;

    own.output_path = NULL;
    status = twp_run_prepare(&run, settings->n_patients, err);
    if (status == TWP_OK && run.n_parameter_sets > 0) {
        status = twp_run_sets_merge(&run, capture_nothing, &run, err);
    } else if (status == TWP_OK) {
        status = twp_run_start(&run, err);
        if (status == TWP_OK)
            status = capture_nothing(&run, NULL, err);
    }
    *captured = run.captured;
    run.captured = NULL;
    twp_run_finish(&run);
    return status;
}

twp_status_t
twp_run_begin(const twp_run_settings_t *settings, twp_run_report_t *own, twp_run_report_t **report,
    twp_error_t *err)
{
    if (*report == NULL)
        *report = own;
    memset(*report, 0, sizeof(**report));
    return settings->output_path != NULL && settings->output_path[0] != '\0'
        ? TWP_OK
        : TWP_FAIL(err, TWP_ERR_ARGUMENT, "a results file must be named");
}

twp_status_t
twp_study_run_part(twp_study_t *study, const twp_run_settings_t *settings, twp_run_part_t part,
    twp_run_report_t *report, twp_error_t *err)
{
    twp_run_t run = { .study = study, .settings = settings, .part = part };
    twp_run_report_t own;
    twp_status_t status = twp_run_begin(settings, &own, &report, err);

    if (status != TWP_OK)
        return status;
    status = live(&run, settings->n_patients, report, err);
    twp_run_finish(&run);
    return status;
}
