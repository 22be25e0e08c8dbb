/* The library's face: runs in parts. Shards of a plan that follows from the study alone are lived by tasks
 * that know nothing of each other, each published whole; who sees that all are there merges them. */
#include "twinpath_sweep.h"

#include "engine/progress.h"
#include "results/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HALT_SECONDS 1.0 /* between two looks at whether another task ended the run */

void
twp_sweep_settings_init(twp_sweep_settings_t *settings)
{
    memset(settings, 0, sizeof *settings);
    settings->n_tasks = 1;
    settings->i_rank = -1;
}

typedef struct {
    const twp_sweep_settings_t *settings;
    twp_sweep_report_t *report;
    twp_run_settings_t run_settings; /* a copy, with callbacks of our own */
    twp_run_t run;
    bool has_points;
    twp_sweep_study_t points; /* where has_points */
    twp_run_folder_t folder;
    twp_shard_plan_t plan;
    char run_id[TWP_RUN_ID_SIZE];
    twp_stopwatch_t began;
    int64_t n_own_twins, n_own_done; /* twins of this task's shards, where tasks are given */
    double shard_seconds;            /* of the shards lived, together */
    bool is_stopping, is_late;       /* the caller said so; the time is up */
    bool needs_shards;               /* of the results that are there */
    bool is_halted;                  /* a failure ended the run */
    bool is_merging;                 /* nothing is missing, so no failure ends it */
    int64_t failed_point; /* the last that is cut over shards and failed, from 1; 0: none */
    double last_look;
} sweep_t;

static twp_status_t
no_memory(twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a run in parts");
}

/* ---- stopping and progress ------------------------------------------------------------------- */

static double
seconds_since(const sweep_t *sweep)
{
    return twp_engine_seconds(CLOCK_MONOTONIC) - sweep->began.wall;
}

/* Asked within shards, by any thread, one at a time; and between them. */
static bool
must_stop(void *of)
{
    sweep_t *const sweep = of;
    const twp_sweep_settings_t *const settings = sweep->settings;
    const twp_run_settings_t *const run = settings->run;
    const double now = seconds_since(sweep);
    bool is_stop = false;

    sweep->is_stopping = sweep->is_stopping ||
        (run->should_stop != NULL && run->should_stop(run->stop_context));
    if (settings->max_seconds > 0 && now >= settings->max_seconds)
        sweep->is_late = true;
    if (settings->on_error == TWP_ON_ERROR_STOP && !sweep->is_merging &&
        now - sweep->last_look >= HALT_SECONDS) {
        sweep->last_look = now;
        if (twp_run_folder_is_halted(&sweep->folder, &is_stop, NULL) && is_stop)
            sweep->is_halted = true;
    }
    return sweep->is_stopping || sweep->is_late || (sweep->is_halted && !sweep->is_merging);
}

/* Whether a shard that takes as long as those before it would still be in time. */
static bool
is_in_time(const sweep_t *sweep)
{
    const int64_t n = sweep->report->n_lived;
    const double mean = n > 0 ? sweep->shard_seconds / (double) n : 0.0;

    return !(sweep->settings->max_seconds > 0) ||
        seconds_since(sweep) + mean <= sweep->settings->max_seconds;
}

/* From inside a shard: what the task has done so far, of all that it has to do. */
static void
show_progress(void *of, const twp_progress_t *shard)
{
    sweep_t *const sweep = of;
    const twp_run_settings_t *const run = sweep->settings->run;
    const twp_progress_t progress = twp_engine_progress(&sweep->began,
        twp_engine_seconds(CLOCK_MONOTONIC), sweep->n_own_twins,
        sweep->n_own_done + shard->n_twins_done, sweep->report->run.n_events + shard->n_events);

    run->progress(run->progress_context, &progress);
}

/* ---- shards that are there ------------------------------------------------------------------- */

typedef enum { SHARD_ABSENT, SHARD_DAMAGED, SHARD_WHOLE } shard_state_t;

/* What stands in the place of a shard; TWP_ERR_EXISTS when it is one of another run. */
static twp_status_t
look_at(
    const sweep_t *sweep, const char *path, int64_t i_shard, shard_state_t *state, twp_error_t *err)
{
    twp_shard_file_t file;
    twp_status_t status = TWP_OK;
    char *sum = NULL;

    *state = SHARD_ABSENT;
    if (access(path, F_OK) != 0)
        return TWP_OK;
    *state = SHARD_DAMAGED;
    status = twp_shard_file_read(path, &file, err);
    /* Where its writer was killed before the .sha256 was there, the content must speak for itself. */
    if (status == TWP_OK && asprintf(&sum, "%s.sha256", path) >= 0 && access(sum, F_OK) != 0)
        status = twp_shard_file_verify(&file, err);
    if (status == TWP_OK &&
        (strcmp(file.run_id, sweep->run_id) != 0 || file.index != i_shard ||
            file.count != sweep->plan.n_shards))
        status = TWP_FAIL(err, TWP_ERR_EXISTS, "%s: a shard of another run", path);
    else if (status == TWP_OK)
        *state = SHARD_WHOLE;
    else if (status == TWP_ERR_FORMAT)
        status = TWP_OK;
    free(sum);
    twp_shard_file_clear(&file);
    return status;
}

static int64_t
count_missing(const sweep_t *sweep)
{
    int64_t n = 0;

    for (int64_t i = 0; i < sweep->plan.n_shards; i++)
        n += !twp_run_folder_has_shard(&sweep->folder, i, sweep->plan.n_shards);
    return n;
}

static twp_status_t
find_results(sweep_t *sweep, bool *is_there, twp_error_t *err)
{
    return twp_run_folder_find_results(&sweep->folder, sweep->run_id, is_there,
        &sweep->needs_shards, sweep->report->run.digest, err);
}

/* ---- one shard ------------------------------------------------------------------------------- */

static twp_status_t
note(const sweep_t *sweep, int64_t i_shard, const char *state, const twp_run_report_t *done,
    twp_error_t *err)
{
    const twp_run_event_t event = { .i_shard = i_shard,
        .state = state,
        .i_task = sweep->settings->i_task,
        .i_rank = sweep->settings->i_rank,
        .seconds = done != NULL ? done->wall_seconds : 0.0,
        .n_events = done != NULL ? done->n_events : 0,
        .digest = done != NULL ? done->digest : NULL };

    return twp_run_folder_note(&sweep->folder, &event, err);
}

static void
add_up(sweep_t *sweep, const twp_run_report_t *done)
{
    twp_run_report_t *const all = &sweep->report->run;

    all->n_twins_done += done->n_twins_done;
    all->n_events += done->n_events;
    all->cpu_seconds += done->cpu_seconds;
    sweep->shard_seconds += done->wall_seconds;
    sweep->report->n_lived++;
}

static twp_status_t
halt(sweep_t *sweep, const char *why, twp_error_t *err)
{
    const twp_on_error_t on_error = sweep->settings->on_error;

    if (on_error == TWP_ON_ERROR_CONTINUE)
        return TWP_OK;
    sweep->is_halted = true;
    return twp_run_folder_set_halt(&sweep->folder, on_error == TWP_ON_ERROR_STOP, why, err);
}

/* What a failure of a shard means for the run. Returns the status to go on with. */
static twp_status_t
take_failure(
    sweep_t *sweep, int64_t i_shard, twp_status_t status, const twp_error_t *why, twp_error_t *err)
{
    const twp_sweep_settings_t *const settings = sweep->settings;
    char message[TWP_ERROR_MESSAGE_SIZE + 128];
    twp_status_t noted;

    (void) snprintf(message, sizeof message, "shard %" PRId64 ": %s", i_shard, why->message);
    sweep->report->n_failed++;
    if (settings->tell != NULL)
        settings->tell(settings->tell_context, message);
    noted = twp_run_folder_set_error(&sweep->folder, i_shard, status, why->message, err);
    if (noted == TWP_OK)
        noted = note(sweep, i_shard, "failed", NULL, err);
    return noted == TWP_OK ? halt(sweep, message, err) : noted;
}

/* Tells of points that failed in a shard that is there all the same. */
static twp_status_t
take_failed_points(
    sweep_t *sweep, int64_t i_shard, int64_t n_failed, const twp_error_t *first, twp_error_t *err)
{
    const twp_sweep_settings_t *const settings = sweep->settings;
    const twp_shard_t shard = twp_shard_at(&sweep->plan, i_shard);
    char message[TWP_ERROR_MESSAGE_SIZE + 128];

    /* A point is counted once, whatever of its parts failed. */
    if (!twp_shard_is_cut(&sweep->plan) || sweep->failed_point != shard.first_point + 1)
        sweep->report->n_points_failed += n_failed;
    sweep->failed_point = shard.first_point + 1;
    (void) snprintf(message, sizeof message, "shard %" PRId64 ", %" PRId64 " %s: %s", i_shard,
        n_failed, n_failed == 1 ? "point failed" : "points failed, the first", first->message);
    if (settings->tell != NULL)
        settings->tell(settings->tell_context, message);
    return halt(sweep, message, err);
}

static twp_status_t
live(sweep_t *sweep, const twp_shard_t *shard, const char *path, bool overwrite,
    twp_run_report_t *done, int64_t *n_failed, twp_error_t *err)
{
    *n_failed = 0;
    if (sweep->has_points)
        return twp_points_live_shard(&sweep->points, &sweep->run_settings, &sweep->plan, shard,
            path, overwrite, n_failed, done, err);
    return twp_run_live_shard(&sweep->run, &sweep->plan, shard, path, overwrite, done, err);
}

static twp_status_t
live_shard(sweep_t *sweep, int64_t i_shard, const char *path, bool overwrite, twp_error_t *err)
{
    const twp_shard_t shard = twp_shard_at(&sweep->plan, i_shard);
    twp_run_report_t done = { .n_twins = 0 };
    twp_error_t why = { TWP_OK, "" };
    int64_t n_failed = 0;
    twp_status_t status = note(sweep, i_shard, "begun", NULL, err);

    if (status != TWP_OK)
        return status;
    status = live(sweep, &shard, path, overwrite, &done, &n_failed, &why);
    if (status == TWP_OK) {
        add_up(sweep, &done);
        twp_run_folder_forget_error(&sweep->folder, i_shard);
        status = note(sweep, i_shard, "done", &done, err);
        if (status == TWP_OK && n_failed > 0)
            status = take_failed_points(sweep, i_shard, n_failed, &why, err);
        return status;
    }
    if (status == TWP_ERR_INTERRUPTED)
        return note(sweep, i_shard, "dropped", NULL, err);
    /* The folder of shards may be gone because another task has merged all of them meanwhile. */
    if (find_results(sweep, &sweep->report->was_there, NULL) == TWP_OK &&
        sweep->report->was_there) {
        sweep->report->is_merged = true;
        return TWP_OK;
    }
    return take_failure(sweep, i_shard, status, &why, err);
}

/* Lives a shard unless it is there or has failed for good. */
static twp_status_t
do_shard(sweep_t *sweep, int64_t i_shard, twp_error_t *err)
{
    const twp_shard_t shard = twp_shard_at(&sweep->plan, i_shard);
    char *const path = twp_run_folder_shard(&sweep->folder, i_shard, sweep->plan.n_shards);
    shard_state_t state = SHARD_ABSENT;
    bool is_lasting = false, is_there = false;
    twp_status_t status;

    if (path == NULL)
        return no_memory(err);
    status = look_at(sweep, path, i_shard, &state, err);
    if (status == TWP_OK && state == SHARD_WHOLE) {
        sweep->report->n_found++;
    } else if (status == TWP_OK &&
        twp_run_folder_get_error(&sweep->folder, i_shard, &is_lasting, NULL) && is_lasting &&
        !sweep->settings->is_retry) {
        sweep->report->n_failed++;
    } else if (status == TWP_OK) {
        /* It may be gone because another task has merged all of them meanwhile. */
        status = find_results(sweep, &is_there, err);
        if (status == TWP_OK && is_there)
            sweep->report->is_merged = sweep->report->was_there = true;
        else if (status == TWP_OK)
            status = live_shard(sweep, i_shard, path, state == SHARD_DAMAGED, err);
    }
    sweep->n_own_done += twp_shard_n_lived(&sweep->plan, &shard);
    free(path);
    return status;
}

/* ---- the task -------------------------------------------------------------------------------- */

static int64_t
next_shard(sweep_t *sweep, int64_t before)
{
    const twp_sweep_settings_t *const settings = sweep->settings;
    int64_t next;

    if (settings->next_shard != NULL) {
        next = settings->next_shard(settings->next_context, sweep->plan.n_shards);
        return next >= 0 && next < sweep->plan.n_shards ? next : -1;
    }
    next = before < 0 ? settings->i_task : before + settings->n_tasks;
    return next < sweep->plan.n_shards ? next : -1;
}

static void
count_own(sweep_t *sweep)
{
    const twp_sweep_settings_t *const settings = sweep->settings;
    const bool has_tasks = settings->next_shard == NULL;

    for (int64_t i = has_tasks ? settings->i_task : 0; i < sweep->plan.n_shards;
         i += has_tasks ? settings->n_tasks : 1) {
        const twp_shard_t shard = twp_shard_at(&sweep->plan, i);

        sweep->report->n_own++;
        sweep->n_own_twins += twp_shard_n_lived(&sweep->plan, &shard);
    }
}

static twp_status_t
do_shards(sweep_t *sweep, twp_error_t *err)
{
    twp_status_t status = TWP_OK;
    bool is_stop;

    for (int64_t i = next_shard(sweep, -1); i >= 0 && status == TWP_OK; i = next_shard(sweep, i)) {
        if (!is_in_time(sweep))
            sweep->is_late = true;
        if (twp_run_folder_is_halted(&sweep->folder, &is_stop, NULL))
            sweep->is_halted = true;
        if (must_stop(sweep) || sweep->is_halted)
            break;
        status = do_shard(sweep, i, err);
        if (sweep->report->is_merged)
            break;
    }
    return status;
}

/* ---- merging --------------------------------------------------------------------------------- */

/* Also says what a limit of time that is too short for any progress would need. */
static twp_status_t
fail_stopped(const sweep_t *sweep, twp_error_t *err)
{
    const twp_sweep_report_t *const report = sweep->report;
    const bool is_useless = sweep->is_late && !sweep->is_stopping && report->n_lived == 0;

    return TWP_FAIL(err, TWP_ERR_INTERRUPTED,
        "%s with %" PRId64 " of the run's %" PRId64 " shards missing; the same command goes on%s",
        sweep->is_stopping ? "stopped" : "the time is up", report->n_missing, report->n_shards,
        !is_useless                  ? ""
            : report->n_missing == 0 ? ", but merging takes more time than it was given"
                                     : ", but no shard was done in the time that it was given "
                                       "(--shard-twins makes them smaller)");
}

static twp_status_t
read_shards(const sweep_t *sweep, twp_merge_t *merge, twp_error_t *err)
{
    const int64_t n = sweep->plan.n_shards;
    twp_status_t status = TWP_OK;

    merge->shard = calloc((size_t) n, sizeof *merge->shard);
    if (merge->shard == NULL)
        return no_memory(err);
    for (int64_t i = 0; i < n && status == TWP_OK; i++) {
        char *const path = twp_run_folder_shard(&sweep->folder, i, n);

        status = path == NULL ? no_memory(err)
                              : twp_shard_file_read(path, &merge->shard[merge->n_shards++], err);
        free(path);
    }
    if (status == TWP_OK)
        status = twp_merge_sort(merge, err);
    return status;
}

/* Merges all shards; another task that was quicker did it as well. */
static twp_status_t
merge(sweep_t *sweep, twp_error_t *err)
{
    twp_merge_t merge = { .output_path = sweep->folder.results,
        .points = sweep->has_points ? &sweep->points : NULL };
    twp_run_report_t done = { .n_twins = 0 };
    twp_error_t own = { TWP_OK, "" };
    bool is_whole = false, is_there = false;
    twp_status_t status = read_shards(sweep, &merge, &own);

    if (status == TWP_OK)
        status = twp_merge_shards(&sweep->run, &merge, &is_whole, &done, &own);
    for (size_t i = 0; i < merge.n_shards; i++)
        twp_shard_file_clear(&merge.shard[i]);
    free(merge.shard);
    if (status == TWP_OK) {
        (void) memcpy(sweep->report->run.digest, done.digest, sizeof done.digest);
        sweep->report->n_points_failed = merge.n_points_failed;
    } else {
        if (status == TWP_ERR_INTERRUPTED)
            return fail_stopped(sweep, err);
        if (find_results(sweep, &is_there, NULL) != TWP_OK || !is_there)
            return TWP_FAIL(err, status, "%s", own.message);
    }
    sweep->report->is_merged = true;
    return TWP_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static twp_status_t
check_settings(const twp_sweep_settings_t *settings, twp_error_t *err)
{
    if (settings->run->output_path == NULL || settings->run->output_path[0] == '\0')
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "a folder for the run must be named");
    if (settings->n_tasks < 1 || settings->i_task < 0 || settings->i_task >= settings->n_tasks)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT,
            "there is no task %" PRId64 " of %" PRId64 " (they are counted from 0)",
            settings->i_task, settings->n_tasks);
    return TWP_OK;
}

/* Folder of the study's file, where its data files are looked for when shards are merged later. */
static char *
study_folder(const twp_study_t *study)
{
    const char *const file = twp_study_file(study, 0);
    char *const whole = file != NULL ? realpath(file, NULL) : NULL;
    char *slash = whole != NULL ? strrchr(whole, '/') : NULL;

    if (slash == NULL) {
        free(whole);
        return strdup(".");
    }
    slash[slash == whole ? 1 : 0] = '\0';
    return whole;
}

static twp_status_t
claim_folder(sweep_t *sweep, twp_error_t *err)
{
    const twp_run_t *const run = &sweep->run;
    twp_arena_t *const arena = twp_arena_create(0);
    twp_provenance_t provenance = { 0 };
    char seed[32], source[64];
    twp_run_plan_t plan = { .study = (char *) (uintptr_t) run->study->base->name,
        .source = source,
        .build = (char *) (uintptr_t) twp_provenance_sources(),
        .seed = seed,
        .n_twins = run->population->n_twins,
        .n_strategies = run->n_models,
        .n_shards = sweep->plan.n_shards };
    twp_status_t status;

    (void) snprintf(seed, sizeof seed, "%" PRIu64, run->settings->seed);
    (void) snprintf(source, sizeof source, "twinpath %s", twp_provenance_version());
    plan.study_folder = study_folder(run->study);
    if (arena != NULL)
        provenance = twp_run_provenance(run, arena);
    status = provenance.overrides == NULL || plan.study_folder == NULL
        ? no_memory(err)
        : twp_provenance_run_id(&provenance, sweep->run_id, err);
    memcpy(plan.run_id, sweep->run_id, sizeof plan.run_id);
    if (status == TWP_OK)
        status = twp_run_folder_make(&sweep->folder, err);
    if (status == TWP_OK)
        status = twp_run_folder_claim(&sweep->folder, &plan, err);
    free(plan.study_folder);
    twp_arena_free(arena);
    return status;
}

/* Rows of twins over parameter sets are sums over all of them, in order: such a run is one shard. Points of a
 * sweep have no rows. */
static twp_shard_plan_t
plan_shards(const sweep_t *sweep)
{
    const twp_run_t *const run = &sweep->run;
    const bool has_rows = run->typed[0]->record.twins || run->typed[0]->record.outcomes;
    const twp_shard_work_t work = { .n_points = sweep->has_points ? sweep->points.points->n_points
                                                                  : 1,
        .n_twins = run->population->n_twins,
        .n_sets = run->n_parameter_sets,
        .is_one = !sweep->has_points && run->n_parameter_sets > 0 && run->are_twins_same &&
            has_rows,
        .n_strategies = run->n_models,
        .shard_twins = sweep->settings->shard_twins };

    return twp_shard_plan(&work);
}

static twp_status_t
open_sweep(sweep_t *sweep, twp_study_t *study, twp_error_t *err)
{
    const twp_sweep_settings_t *const settings = sweep->settings;
    twp_status_t status = check_settings(settings, err);

    sweep->began = twp_engine_begin();
    sweep->run_settings = *settings->run;
    if (settings->run->progress != NULL)
        sweep->run_settings.progress = show_progress;
    sweep->run_settings.progress_context = sweep;
    sweep->run_settings.should_stop = must_stop;
    sweep->run_settings.stop_context = sweep;
    sweep->run = (twp_run_t){ .study = study, .settings = &sweep->run_settings };
    if (status == TWP_OK)
        status = twp_run_folder_init(&sweep->folder, settings->run->output_path, err);
    if (status == TWP_OK)
        status = twp_run_prepare(&sweep->run, settings->run->n_patients, err);
    sweep->has_points = status == TWP_OK && twp_study_n_points(study) > 0;
    if (sweep->has_points)
        status = twp_sweep_study_open(study, &sweep->points, err);
    if (status == TWP_OK) {
        sweep->plan = plan_shards(sweep);
        status = claim_folder(sweep, err);
    }
    return status;
}

/* A failure of this task, of another one, or of an earlier call ended the run; the halt file has what was told. */
static twp_status_t
fail_halted(const sweep_t *sweep, twp_error_t *err)
{
    const int64_t n_points = sweep->report->n_points_failed;
    bool is_stop;
    char *why = NULL;

    if (n_points > 0)
        return TWP_FAIL(err, TWP_ERR_FAULT,
            "%" PRId64 " %s failed, which ends the run; /points of the files in %s says why "
            "(--retry goes on)",
            n_points, n_points == 1 ? "point" : "points", sweep->folder.shards);
    (void) twp_run_folder_is_halted(&sweep->folder, &is_stop, &why);
    (void) TWP_FAIL(err, TWP_ERR_FAULT, "a failure ended the run (--retry goes on)%s%s",
        why != NULL ? ": " : "", why != NULL ? why : "");
    free(why);
    return TWP_ERR_FAULT;
}

/* The end of a task: what it came to, in words. */
static twp_status_t
conclude(const sweep_t *sweep, twp_error_t *err)
{
    const twp_sweep_report_t *const report = sweep->report;

    if (report->n_failed > 0)
        return TWP_FAIL(err, TWP_ERR_FAULT,
            "%" PRId64 " of this task's %" PRId64
            " shards failed; %s says why (--retry lives them again)",
            report->n_failed, report->n_own, sweep->folder.errors);
    if (sweep->is_halted && report->n_missing > 0)
        return fail_halted(sweep, err);
    if (sweep->is_stopping || sweep->is_late)
        return fail_stopped(sweep, err);
    return TWP_OK;
}

static twp_status_t
run_sweep(sweep_t *sweep, twp_error_t *err)
{
    const twp_sweep_settings_t *const settings = sweep->settings;
    twp_sweep_report_t *const report = sweep->report;
    twp_status_t status;

    report->n_shards = sweep->plan.n_shards;
    report->run.n_strategies = sweep->run.n_models;
    report->run.n_threads = twp_engine_n_threads(settings->run->n_threads);
    count_own(sweep);
    report->run.n_twins = sweep->n_own_twins;
    if (settings->is_retry)
        twp_run_folder_forget_halt(&sweep->folder);
    status = find_results(sweep, &report->is_merged, err);
    report->was_there = report->is_merged;
    if (status == TWP_OK && !report->is_merged)
        status = do_shards(sweep, err);
    report->run.wall_seconds = seconds_since(sweep);
    if (status != TWP_OK)
        return status;
    report->n_missing = report->is_merged ? 0 : count_missing(sweep);
    sweep->is_merging = !report->is_merged && report->n_missing == 0 && !settings->is_unmerged;
    if (sweep->is_merging && !must_stop(sweep))
        status = merge(sweep, err);
    if (status == TWP_OK && report->is_merged && !settings->keeps_shards && !sweep->needs_shards)
        twp_merge_remove_shards(&sweep->folder, sweep->plan.n_shards);
    return status == TWP_OK && !report->is_merged ? conclude(sweep, err) : status;
}

twp_status_t
twp_study_sweep(twp_study_t *study, const twp_sweep_settings_t *settings,
    twp_sweep_report_t *report, twp_error_t *err)
{
    twp_sweep_report_t own;
    sweep_t sweep = { .settings = settings, .report = report != NULL ? report : &own };
    twp_status_t status;

    memset(sweep.report, 0, sizeof *sweep.report);
    status = open_sweep(&sweep, study, err);
    if (status == TWP_OK) {
        (void) snprintf(
            sweep.report->results, sizeof sweep.report->results, "%s", sweep.folder.results);
        status = run_sweep(&sweep, err);
    }
    if (sweep.has_points)
        twp_sweep_study_close(&sweep.points);
    twp_run_finish(&sweep.run);
    twp_run_folder_clear(&sweep.folder);
    return status;
}
