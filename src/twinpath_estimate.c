/* The library's face: what a run, a run in parts, and a sweep would take. */
#include "twinpath_point.h"
#include "twinpath_run.h"

#include "engine/progress.h"
#include "engine/shard.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define PILOT_TWINS 256
#define PILOT_SETS 2
/* Points that are tried for one that can be lived. */
#define MOST_TRIED 64
_Static_assert(TWP_SWEEP_MAX_SWEPT == TWP_STUDY_MAX_SWEPT, "what the face says is what is read");
/* Bytes of a value of a sweep's file after compression, over those before. */
#define COMPRESSION 0.6
/* Memory of a file that is written: chunks that are compressed, and what each thread more takes. */
#define WRITER_BYTES 11e6
#define WRITER_THREAD_BYTES 6e6

/* What a point took. */
typedef struct {
    double few_seconds, many_seconds, bytes;
} pilot_t;

/* CPU seconds of a point with so many twins, binding and summing up included. */
static twp_status_t
time_point(twp_sweep_places_t *places, const twp_run_settings_t *settings, int64_t i_point,
    int64_t n_twins, double *bytes, double *seconds, twp_error_t *err)
{
    const double began = twp_engine_seconds(CLOCK_PROCESS_CPUTIME_ID);
    twp_run_settings_t own = *settings;
    twp_results_writer_t *captured = NULL;
    twp_run_report_t report;
    twp_status_t status;

    own.n_patients = n_twins;
    own.n_threads = 1;
    own.progress = NULL;
    own.should_stop = NULL;
    status = twp_sweep_place_live(places, 0, &own, i_point, &captured, &report, err);
    if (status == TWP_OK)
        *bytes = twp_stack_point_bytes(captured);
    twp_results_abandon(captured);
    *seconds = twp_engine_seconds(CLOCK_PROCESS_CPUTIME_ID) - began;
    return status;
}

/* With one twin, which tells what a point costs besides its lives, and with n_pilot; of the first point that can be
 * lived: the sweep goes on without those that cannot. err has the first reason when none of those tried can. */
static twp_status_t
time_first(twp_sweep_places_t *places, const twp_run_settings_t *settings, int64_t n_pilot,
    twp_sweep_estimate_t *estimate, pilot_t *pilot, twp_error_t *err)
{
    const int64_t n_most = estimate->n_points < MOST_TRIED ? estimate->n_points : MOST_TRIED;
    twp_error_t first = { TWP_OK, "" }, own = { TWP_OK, "" };
    twp_status_t status = TWP_OK;

    for (int64_t i = 0; i < n_most; i++) {
        status = TWP_OK;
        /* Twice: the first time, much is not in the caches yet. */
        for (int k = 0; k < 2 && status == TWP_OK; k++)
            status = time_point(places, settings, i, 1, &pilot->bytes, &pilot->few_seconds, &own);
        if (status == TWP_OK)
            status = time_point(
                places, settings, i, n_pilot, &pilot->bytes, &pilot->many_seconds, &own);
        if (!twp_point_is_at_fault(status))
            break;
        if (i == 0)
            first = own;
        estimate->n_points_passed++;
    }
    if (twp_point_is_at_fault(status))
        own = first;
    return status == TWP_OK ? status : TWP_FAIL(err, own.status, "%s", own.message);
}

static twp_status_t
time_points(const twp_sweep_study_t *sweep, const twp_run_settings_t *settings, int64_t n_twins,
    twp_sweep_estimate_t *estimate, double *point_bytes, twp_error_t *err)
{
    const int64_t n_pilot = n_twins < PILOT_TWINS ? n_twins : PILOT_TWINS;
    const int64_t n_sets = estimate->n_parameter_sets;
    const double n_points = (double) estimate->n_points;
    twp_run_settings_t own = *settings;
    twp_sweep_places_t *places = NULL;
    pilot_t pilot = { 0 };
    double times = 1.0, a_twin, few, many;
    twp_status_t status;

    if (n_sets > PILOT_SETS) {
        own.n_parameter_sets = PILOT_SETS;
        times = (double) n_sets / PILOT_SETS;
    }
    status = twp_sweep_places_open(sweep, NULL, 1, &places, err);
    if (status == TWP_OK)
        status = time_first(places, &own, n_pilot, estimate, &pilot, err);
    if (status == TWP_OK) {
        *point_bytes = pilot.bytes;
        few = pilot.few_seconds;
        many = pilot.many_seconds;
        a_twin = n_pilot > 1 && many > few ? (many - few) / (double) (n_pilot - 1) : 0.0;
        estimate->cpu_seconds_besides = few * times * n_points;
        estimate->cpu_seconds = (few + a_twin * (double) (n_twins - 1)) * times * n_points;
    }
    twp_sweep_places_close(places);
    return status;
}

/* Points of a shard that are in memory at most: they wait for one that takes longer. */
static double
waiting_points(const twp_run_settings_t *settings, const twp_shard_plan_t *plan)
{
    const int64_t n = 1 + (int64_t) TWP_POINTS_AHEAD * twp_engine_n_threads(settings->n_threads);

    return (double) (n < plan->points_per_shard ? n : plan->points_per_shard);
}

static void
share_out(const twp_sweep_settings_t *settings, twp_sweep_estimate_t *estimate, bool has_points,
    bool is_one, double point_bytes, const twp_run_estimate_t *run)
{
    const twp_shard_work_t work = { .n_points = estimate->n_points,
        .n_twins = estimate->n_twins,
        .n_sets = estimate->n_parameter_sets,
        .is_one = !has_points && is_one,
        .n_strategies = estimate->n_strategies,
        .shard_twins = settings->shard_twins };
    const twp_shard_plan_t plan = twp_shard_plan(&work);
    const int64_t n_tasks = settings->n_tasks > 0 ? settings->n_tasks : 1;
    double of_shard = run->file_bytes / (double) plan.n_shards;

    estimate->n_shards = plan.n_shards;
    estimate->n_tasks = n_tasks;
    estimate->n_shards_of_task = (plan.n_shards + n_tasks - 1) / n_tasks;
    estimate->memory_bytes = run->memory_bytes;
    if (has_points) {
        of_shard = COMPRESSION * point_bytes * (double) plan.points_per_shard;
        estimate->memory_bytes += point_bytes * waiting_points(settings->run, &plan);
    }
    estimate->merge_bytes = has_points ? 2.0 * point_bytes + WRITER_BYTES +
            WRITER_THREAD_BYTES * twp_engine_n_threads(settings->run->n_threads)
                                       : run->memory_bytes;
    estimate->file_bytes = has_points
        ? 100e3 + COMPRESSION * point_bytes * (double) estimate->n_points
        : run->file_bytes;
    estimate->task_file_bytes = of_shard * (double) estimate->n_shards_of_task;
    estimate->task_cpu_seconds = estimate->cpu_seconds * (double) estimate->n_shards_of_task /
        (double) estimate->n_shards;
}

/* What lives leave behind. */
typedef struct {
    const twp_recorder_plan_t *recorder; /* or NULL */
    double bytes;                        /* of rows */
} left_t;

static twp_status_t
weigh(void *context, const twp_block_t *block, const void *partial, twp_error_t *err)
{
    left_t *const left = context;

    (void) partial;
    (void) err;
    if (left->recorder != NULL && block->record != NULL)
        left->bytes += twp_recorder_bytes(left->recorder, block->record);
    return TWP_OK;
}

static void
name_swept(const twp_sweep_study_t *sweep, twp_sweep_estimate_t *estimate)
{
    const twp_study_sweep_t *const written = &sweep->study->base->sweep;

    for (int k = 0; k < estimate->n_swept; k++)
        estimate->swept[k] = (twp_sweep_number_t){ .path = written->swept[k].path,
            .is_bound = twp_sweep_study_can_move(sweep, k) };
}

/* is_lived: what lives tell, events and seconds, is 0 otherwise. */
static twp_status_t
estimate_run(twp_study_t *study, const twp_run_settings_t *settings, bool is_lived,
    twp_run_estimate_t *estimate, twp_error_t *err)
{
    const int64_t n_asked = settings->n_patients > 0 ? settings->n_patients
                                                     : twp_study_n_patients(study);
    const int64_t n_pilot = n_asked < PILOT_TWINS ? n_asked : PILOT_TWINS;
    const int n_threads = twp_engine_n_threads(settings->n_threads);
    left_t left = { 0 };
    const twp_sink_t sink = { .context = &left, .take = weigh };
    twp_run_options_t options = { .n_threads = 1 };
    twp_run_t run = { .study = study, .settings = settings };
    twp_progress_t done = { 0 };
    twp_status_t status;

    memset(estimate, 0, sizeof(*estimate));
    status = twp_run_prepare(&run, n_pilot, err);
    options.record = left.recorder = run.recorder;
    if (status == TWP_OK && is_lived)
        status = twp_engine_run(run.model, (const twp_draw_plan_t *const *) run.draw, run.n_models,
            run.plan, run.counts, &sink, &options, &done, err);
    if (status == TWP_OK) {
        estimate->n_twins = n_asked;
        estimate->n_strategies = run.n_models;
        estimate->n_pilot_twins = (int) n_pilot;
        estimate->events_per_life = (double) done.n_events / ((double) n_pilot * run.n_models);
        estimate->cpu_seconds = done.cpu_seconds * (double) n_asked / (double) n_pilot;
        estimate->memory_bytes = twp_engine_memory_bytes(
            run.model, run.n_models, run.plan, left.bytes / (double) n_pilot, n_threads, n_asked);
        estimate->memory_bytes += twp_sums_bytes(run.figures) + WRITER_BYTES +
            WRITER_THREAD_BYTES * n_threads;
        estimate->n_parameter_sets = run.n_parameter_sets;
        if (run.n_parameter_sets > 0) {
            estimate->cpu_seconds *= (double) run.n_parameter_sets;
            estimate->memory_bytes += twp_run_sets_bytes(&run, n_asked);
        }
        estimate->file_bytes = twp_fill_estimate_bytes(
            &run.fill_run, run.n_parameter_sets, n_asked, estimate->events_per_life);
    }
    twp_run_finish(&run);
    return status;
}

twp_status_t
twp_study_estimate(twp_study_t *study, const twp_run_settings_t *settings,
    twp_run_estimate_t *estimate, twp_error_t *err)
{
    return estimate_run(study, settings, true, estimate, err);
}

twp_status_t
twp_study_estimate_sweep(twp_study_t *study, const twp_sweep_settings_t *settings,
    twp_sweep_estimate_t *estimate, twp_error_t *err)
{
    const bool has_points = twp_study_n_points(study) > 0;
    twp_sweep_study_t sweep = { .study = study };
    twp_run_estimate_t run;
    double point_bytes = 0.0;
    /* What stands in the study where points differ is not lived, and may be at fault. */
    twp_status_t status = estimate_run(study, settings->run, !has_points, &run, err);

    memset(estimate, 0, sizeof(*estimate));
    if (status != TWP_OK)
        return status;
    estimate->n_points = has_points ? twp_study_n_points(study) : 1;
    estimate->n_swept = study->base->sweep.n_swept;
    estimate->n_twins = run.n_twins;
    estimate->n_strategies = run.n_strategies;
    estimate->n_parameter_sets = run.n_parameter_sets;
    estimate->cpu_seconds = run.cpu_seconds;
    if (has_points) {
        status = twp_sweep_study_open(study, &sweep, err);
        if (status == TWP_OK)
            status = time_points(&sweep, settings->run, run.n_twins, estimate, &point_bytes, err);
        if (status == TWP_OK)
            name_swept(&sweep, estimate);
        twp_sweep_study_close(&sweep);
    }
    if (status == TWP_OK)
        share_out(settings, estimate, has_points,
            run.n_parameter_sets > 0 && study->base->are_twins_same &&
                (study->base->record.twins || study->base->record.outcomes),
            point_bytes, &run);
    return status;
}
