/* The library's face: runs. Wires engine, sums and results together. */
#include "twinpath_run.h"

#include "base/suggest.h"
#include "results/provenance.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PILOT_TWINS 256

void
twp_run_settings_init(twp_run_settings_t *settings)
{
    memset(settings, 0, sizeof(*settings));
    settings->seed = 1;
    settings->n_parameter_sets = -1;
}

typedef twp_run_t run_t;

static bool
is_chosen(const twp_run_settings_t *settings, const char *strategy)
{
    for (int i = 0; i < settings->n_strategies; i++)
        if (strcmp(settings->strategy[i], strategy) == 0)
            return true;
    return settings->n_strategies == 0;
}

static twp_status_t
check_settings(const twp_study_t *study, const twp_run_settings_t *settings, twp_error_t *err)
{
    const int n = study->n_strategies;

    if (!study->is_whole)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "the study has errors");
    if (settings->n_patients < 0 || settings->n_threads < 0 || settings->n_strategies < 0)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "patients and threads cannot be below 0");
    for (int i = 0; i < settings->n_strategies; i++) {
        const char **const name = calloc((size_t) n + 1, sizeof(*name));
        const char *nearest = NULL;
        bool is_known = false;

        for (int s = 0; name != NULL && s < n; s++) {
            name[s] = study->base->strategy[s].name;
            is_known = is_known || strcmp(settings->strategy[i], name[s]) == 0;
        }
        if (name != NULL && !is_known)
            nearest = twp_suggest_nearest(settings->strategy[i], name, (size_t) n);
        free(name);
        if (!is_known)
            return TWP_FAIL(err, TWP_ERR_INPUT, "the study has no strategy %s%s%s%s",
                settings->strategy[i], nearest != NULL ? " (did you mean " : "",
                nearest != NULL ? nearest : "", nearest != NULL ? "?)" : "");
    }
    return TWP_OK;
}

static bool
has_uncertain(const twp_study_typed_t *study)
{
    for (int i = 0; i < study->n_parameters; i++)
        if (study->parameter[i].is_drawn)
            return true;
    return false;
}

/* How many parameter sets, and whose twins: as the settings say, or else the study. */
static twp_status_t
choose_sets(run_t *run, twp_error_t *err)
{
    const twp_run_settings_t *const settings = run->settings;
    const twp_study_typed_t *const base = run->study->base;

    run->n_parameter_sets = settings->n_parameter_sets >= 0 ? settings->n_parameter_sets
                                                            : base->n_parameter_sets;
    run->are_twins_same = settings->twins == TWP_TWINS_SAME ||
        (settings->twins == TWP_TWINS_AS_STUDIED && base->are_twins_same);
    if (run->n_parameter_sets > TWP_STUDY_MAX_PARAMETER_SETS)
        return TWP_FAIL(err, TWP_ERR_INPUT, "at most %d parameter sets can be run",
            TWP_STUDY_MAX_PARAMETER_SETS);
    if (run->n_parameter_sets > 0 && !has_uncertain(base))
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "no parameter of the study is uncertain: all parameter sets would be the same "
            "(parameters.NAME.uncertain says how sure a number is)");
    return TWP_OK;
}

static twp_status_t
choose_models(run_t *run, twp_error_t *err)
{
    twp_study_t *const study = run->study;
    const size_t n = (size_t) study->n_strategies;

    run->model = calloc(n, sizeof(*run->model));
    run->typed = calloc(n, sizeof(*run->typed));
    run->draw = calloc(n, sizeof(*run->draw));
    run->counts = calloc(n, sizeof(*run->counts));
    if (run->model == NULL || run->typed == NULL || run->draw == NULL || run->counts == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the run");
    for (int i = 0; i < study->n_strategies; i++) {
        if (i > 0 && !is_chosen(run->settings, study->base->strategy[i].name))
            continue;
        study->model[i]->seed = run->settings->seed;
        run->model[run->n_models] = study->model[i];
        run->typed[run->n_models++] = study->typed[i];
    }
    return TWP_OK;
}

int64_t
twp_run_id_of_set(const twp_run_t *run, int64_t i_set)
{
    if (i_set == 0 || run->are_twins_same)
        return run->i_fresh_point;
    return run->i_fresh_point > 0 ? (run->i_fresh_point - 1) * run->n_parameter_sets + i_set
                                  : i_set;
}

static twp_status_t
choose_precision(run_t *run, twp_error_t *err)
{
    const twp_run_settings_t *const settings = run->settings;
    const char **strategy;
    twp_status_t status;

    if (settings->n_precisions < 1)
        return TWP_OK;
    if (run->is_point)
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "precision is asked of a run on its own: the points of a sweep have as many twins "
            "each");
    if (run->n_parameter_sets > 0)
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "precision is of the number of twins, and parameter sets have as many twins each as "
            "they "
            "are given: without sets (--parameter-sets 0) it can be asked");
    strategy = calloc((size_t) run->n_models, sizeof(*strategy));
    if (strategy == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the run");
    for (int s = 0; s < run->n_models; s++)
        strategy[s] = run->typed[s]->strategy[run->model[s]->i_strategy].name;
    status = twp_looks_create(
        run->figures, strategy, settings->n_precisions, settings->precision, &run->looks, err);
    free(strategy);
    return status;
}

static twp_status_t
open_population(run_t *run, int64_t n_patients, twp_error_t *err)
{
    twp_status_t status = twp_population_open(
        run->typed, run->n_models, n_patients, &run->population, &run->study->findings, err);

    if (status == TWP_ERR_INPUT)
        twp_findings_sort(&run->study->findings);
    for (int s = 0; s < run->n_models && status == TWP_OK; s++)
        status = twp_population_plan_create(run->population, run->model[s], &run->draw[s], err);
    for (int s = 0; s < run->n_models && status == TWP_OK; s++)
        run->draw[s]->id_of_set = (uint64_t) twp_run_id_of_set(run, 0) << TWP_POPULATION_ID_BITS;
    return status;
}

twp_status_t
twp_run_prepare(run_t *run, int64_t n_patients, twp_error_t *err)
{
    twp_status_t status = check_settings(run->study, run->settings, err);

    if (status == TWP_OK)
        status = choose_sets(run, err);
    if (status == TWP_OK)
        status = choose_models(run, err);
    if (status == TWP_OK)
        status = open_population(run, n_patients, err);
    if (status == TWP_OK)
        status = twp_outcome_plan_create(run->typed[0], run->model[0], &run->plan, err);
    for (int s = 0; s < run->n_models && status == TWP_OK; s++)
        status = twp_outcome_counts_init(run->plan, false, &run->counts[s], err);
    if (status == TWP_OK)
        status = twp_figures_create(run->typed[0], run->plan, run->n_models, &run->figures, err);
    if (status == TWP_OK)
        status = choose_precision(run, err);
    if (status == TWP_OK)
        status = twp_recorder_plan_create(run->typed[0], run->model[0], &run->recorder, err);
    /* Of many sets there are no rows of single lives, and only what can be said of each set. */
    if (status == TWP_OK && run->n_parameter_sets > 0)
        twp_figures_keep_means(run->figures);
    if (status == TWP_OK && (run->n_parameter_sets > 0 || run->is_point))
        run->recorder->has_events = run->recorder->has_trajectories = false;
    run->fill_run = (twp_fill_run_t){ .model = run->model,
        .n_models = run->n_models,
        .population = run->population,
        .plan = run->plan,
        .figures = run->figures,
        .recorder = run->recorder,
        .looks = run->looks,
        .n_twins_most = run->population != NULL ? run->population->n_twins : 0,
        .seed = run->settings->seed,
        .has_no_rows = run->is_point };
    return status;
}

void
twp_run_finish(run_t *run)
{
    twp_fill_abandon(run->fill);
    twp_results_abandon(run->captured);
    twp_sums_free(run->sums);
    twp_looks_free(run->looks);
    twp_figures_free(run->figures);
    if (run->recorder != NULL)
        twp_recorder_plan_free(run->recorder);
    for (int s = 0; s < run->n_models; s++) {
        twp_outcome_counts_clear(&run->counts[s]);
        twp_population_plan_free(run->draw[s]);
    }
    if (run->plan != NULL)
        twp_outcome_plan_free(run->plan);
    twp_population_free(run->population);
    free(run->counts);
    free(run->draw);
    free(run->typed);
    free(run->model);
}

static void
reduce(void *context, const twp_block_t *block, void *partial)
{
    run_t *const run = context;

    twp_sums_reduce(run->sums, block, partial);
}

static void
drop(void *context, const twp_block_t *block)
{
    run_t *const run = context;

    twp_sums_drop(run->sums, block);
}

static twp_status_t
take(void *context, const twp_block_t *block, const void *partial, twp_error_t *err)
{
    run_t *const run = context;

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
note_looks(run_t *run)
{
    const int64_t n_next = run->looks->n_blocks_next * TWP_BLOCK_TWINS;

    atomic_store(
        &run->n_next_look, n_next < run->population->n_twins ? n_next : run->population->n_twins);
    atomic_store(&run->precision, twp_looks_worst(run->looks));
}

static double
difference_se(void *context, int i_contrast, int i_figure)
{
    run_t *const run = context;

    return twp_fill_difference_se(run->fill, run->sums, i_contrast, i_figure);
}

static bool
is_enough(void *context)
{
    run_t *const run = context;
    const bool is_reached = twp_looks_take(
        run->looks, difference_se, run, run->n_blocks_done, run->n_done);

    note_looks(run);
    return is_reached;
}

static void
tell_progress(void *context, const twp_progress_t *progress)
{
    run_t *const run = context;
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
    run_t *const run = context;

    return twp_fill_work(run->fill);
}

/* So that the run can be done again from its file. */
const char *
twp_run_overrides(twp_arena_t *arena, const run_t *run)
{
    const twp_document_t *const document = &run->study->document;
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
twp_run_provenance(const run_t *run, twp_arena_t *arena)
{
    return (twp_provenance_t){ .document = &run->study->document,
        .patients = run->population->has_csv ? &run->population->csv : NULL,
        .study = run->study->base,
        .overrides = twp_run_overrides(arena, run),
        .seed = run->settings->seed,
        .n_twins = run->population->n_twins };
}

static twp_status_t
write_session(run_t *run, const twp_progress_t *done, int64_t started, twp_error_t *err)
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
write_provenance(run_t *run, twp_error_t *err)
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
write_rest(run_t *run, const twp_progress_t *done, int64_t started, twp_error_t *err)
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
close_file(run_t *run, bool is_partial, char *digest, twp_error_t *err)
{
    twp_fill_t *const fill = run->fill;

    run->fill = NULL;
    return twp_fill_close(fill, is_partial, digest, err);
}

/* Figures alone; of what was stopped there are none. */
static twp_status_t
capture(run_t *run, bool is_partial, twp_error_t *err)
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
twp_run_publish(run_t *run, const twp_progress_t *done, int64_t started, bool is_partial,
    twp_run_report_t *report, twp_error_t *err)
{
    if (run->is_point)
        return capture(run, is_partial, err);

    twp_status_t status = write_rest(run, done, started, err);

    return status == TWP_OK ? close_file(run, is_partial, report->digest, err) : status;
}

/* What was precise enough before all twins were lived is whole: a run of so many. */
static void
end_looks(run_t *run, twp_run_report_t *report)
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
    run_t *run, int64_t first_block, int64_t n_blocks, twp_progress_t *done, twp_error_t *err)
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
    const run_t *run, const twp_progress_t *done, int64_t n_twins, twp_run_report_t *report)
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

static twp_status_t
live_and_write(run_t *run, twp_run_report_t *report, twp_error_t *err)
{
    const twp_run_settings_t *const settings = run->settings;
    const int64_t started = (int64_t) time(NULL);
    twp_progress_t done = { 0 };
    twp_status_t status = twp_fill_open(&run->fill_run, settings->output_path, settings->overwrite,
        settings->n_threads, &run->fill, err);

    if (status == TWP_OK)
        status = twp_sums_create(run->figures, &run->sums, err);
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
twp_run_start(run_t *run, twp_error_t *err)
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

twp_status_t
twp_run_keep_shard(run_t *run, twp_run_report_t *report, twp_error_t *err)
{
    twp_status_t status = twp_fill_shard(run->fill, run->sums, run->counts, err);

    if (status == TWP_OK)
        status = write_provenance(run, err);
    return status == TWP_OK ? close_file(run, false, report->digest, err) : status;
}

static twp_status_t
live_blocks(
    run_t *run, const char *path, bool overwrite, twp_run_report_t *report, twp_error_t *err)
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
twp_run_live_shard(run_t *run, const twp_shard_plan_t *plan, const twp_shard_t *shard,
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
live(run_t *run, int64_t n_patients, twp_run_report_t *report, twp_error_t *err)
{
    twp_status_t status = twp_run_prepare(run, n_patients, err);

    if (status != TWP_OK)
        return status;
    return run->n_parameter_sets > 0 ? twp_run_sets(run, report, err)
                                     : live_and_write(run, report, err);
}

twp_status_t
twp_run_capture(twp_study_t *study, const twp_run_settings_t *settings, int64_t i_fresh_point,
    twp_results_writer_t **captured, twp_run_report_t *report, twp_error_t *err)
{
    twp_run_settings_t own = *settings;
    run_t run = {
        .study = study, .settings = &own, .is_point = true, .i_fresh_point = i_fresh_point
    };
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
    run_t *const run = of;
    twp_status_t status = twp_fill_open(
        &run->fill_run, NULL, false, run->settings->n_threads, &run->fill, err);

    if (figures != NULL)
        figures->n_done = figures->n_sets; /* as in the whole run; their numbers are of no matter */
    run->n_done = run->population->n_twins;
    return status == TWP_OK ? capture(run, false, err) : status;
}

twp_status_t
twp_run_capture_shape(twp_study_t *study, const twp_run_settings_t *settings,
    twp_results_writer_t **captured, twp_error_t *err)
{
    twp_run_settings_t own = *settings;
    run_t run = { .study = study, .settings = &own, .is_point = true };
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
twp_study_run_part(twp_study_t *study, const twp_run_settings_t *settings, twp_run_part_t part,
    twp_run_report_t *report, twp_error_t *err)
{
    run_t run = { .study = study, .settings = settings, .part = part };
    twp_run_report_t own;
    twp_status_t status;

    if (report == NULL)
        report = &own;
    memset(report, 0, sizeof(*report));
    if (settings->output_path == NULL || settings->output_path[0] == '\0')
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "a results file must be named");
    status = live(&run, settings->n_patients, report, err);
    twp_run_finish(&run);
    return status;
}

static twp_status_t
take_nothing(void *context, const twp_block_t *block, const void *partial, twp_error_t *err)
{
    (void) context;
    (void) block;
    (void) partial;
    (void) err;
    return TWP_OK;
}

twp_status_t
twp_study_estimate(twp_study_t *study, const twp_run_settings_t *settings,
    twp_run_estimate_t *estimate, twp_error_t *err)
{
    const int64_t n_asked = settings->n_patients > 0 ? settings->n_patients
                                                     : twp_study_n_patients(study);
    const int64_t n_pilot = n_asked < PILOT_TWINS ? n_asked : PILOT_TWINS;
    const twp_sink_t sink = { .take = take_nothing };
    const twp_run_options_t options = { .n_threads = 1 };
    run_t run = { .study = study, .settings = settings };
    twp_progress_t done = { 0 };
    twp_status_t status;

    memset(estimate, 0, sizeof(*estimate));
    status = twp_run_prepare(&run, n_pilot, err);
    if (status == TWP_OK)
        status = twp_engine_run(run.model, (const twp_draw_plan_t *const *) run.draw, run.n_models,
            run.plan, run.counts, &sink, &options, &done, err);
    if (status == TWP_OK) {
        estimate->n_twins = n_asked;
        estimate->n_strategies = run.n_models;
        estimate->n_pilot_twins = (int) n_pilot;
        estimate->events_per_life = (double) done.n_events / ((double) n_pilot * run.n_models);
        estimate->cpu_seconds = done.cpu_seconds * (double) n_asked / (double) n_pilot;
        estimate->memory_bytes = twp_engine_memory_bytes(
            run.model, run.n_models, run.plan, settings->n_threads, n_asked);
        estimate->memory_bytes += twp_sums_bytes(run.figures);
        estimate->n_parameter_sets = run.n_parameter_sets;
        if (run.n_parameter_sets > 0) {
            estimate->cpu_seconds *= (double) run.n_parameter_sets;
            estimate->memory_bytes += twp_run_sets_bytes(&run, n_asked);
        }
        estimate->file_bytes = twp_fill_estimate_bytes(
            &run.fill_run, n_asked, estimate->events_per_life);
    }
    twp_run_finish(&run);
    return status;
}
