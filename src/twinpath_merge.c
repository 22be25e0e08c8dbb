/* The library's face: shards are joined into one results file. */
#include "twinpath_sweep.h"

#include "engine/progress.h"
#include "results/file_sum.h"
#include "results/fill_merge.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GAPS_SIZE 512

static twp_status_t
no_memory(twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to merge");
}

/* ---- which shards ---------------------------------------------------------------------------- */

static int
compare_shards(const void *a, const void *b)
{
    const twp_shard_file_t *const one = a, *const other = b;

    if (one->index != other->index)
        return one->index < other->index ? -1 : 1;
    return strcmp(one->path, other->path);
}

twp_status_t
twp_merge_sort(twp_merge_t *merge, twp_error_t *err)
{
    size_t n = 0;

    for (size_t i = 1; i < merge->n_shards; i++) {
        const twp_status_t status = twp_shard_file_match(&merge->shard[0], &merge->shard[i], err);

        if (status != TWP_OK)
            return status;
    }
    if (merge->n_shards > 0)
        qsort(merge->shard, merge->n_shards, sizeof *merge->shard, compare_shards);
    for (size_t i = 0; i < merge->n_shards; i++) {
        twp_shard_file_t *const shard = &merge->shard[i];

        if (n > 0 && merge->shard[n - 1].index == shard->index) {
            const twp_shard_file_t *const first = &merge->shard[n - 1];

            if (strcmp(first->digest, shard->digest) != 0)
                return TWP_FAIL(err, TWP_ERR_INPUT,
                    "%s and %s are both shard %d, and they differ (digests %.12s... and %.12s...)",
                    first->path, shard->path, (int) shard->index, first->digest, shard->digest);
            twp_shard_file_clear(shard);
        } else if (n++ != i) {
            merge->shard[n - 1] = *shard;
            memset(shard, 0, sizeof *shard);
        }
    }
    merge->n_shards = n;
    return TWP_OK;
}

static void
add_gap(char gaps[GAPS_SIZE], int32_t first, int32_t last)
{
    const size_t n = strlen(gaps);

    if (n > GAPS_SIZE - 40) {
        if (strcmp(gaps + n - 3, "...") != 0)
            (void) snprintf(gaps + n, GAPS_SIZE - n, " ...");
        return;
    }
    if (first == last)
        (void) snprintf(gaps + n, GAPS_SIZE - n, "%s%d", n > 0 ? ", " : "", (int) first);
    else
        (void) snprintf(
            gaps + n, GAPS_SIZE - n, "%s%d-%d", n > 0 ? ", " : "", (int) first, (int) last);
}

/* Which numbers are missing: "3, 5-9". */
static void
find_gaps(const twp_merge_t *merge, char gaps[GAPS_SIZE])
{
    int32_t next = 0;

    gaps[0] = '\0';
    for (size_t i = 0; i < merge->n_shards; i++) {
        if (merge->shard[i].index > next)
            add_gap(gaps, next, merge->shard[i].index - 1);
        next = merge->shard[i].index + 1;
    }
    if (merge->n_shards > 0 && next < merge->shard[0].count)
        add_gap(gaps, next, merge->shard[0].count - 1);
}

static twp_status_t
refuse_cut(const twp_shard_file_t *shard, twp_error_t *err)
{
    return TWP_FAIL(
        err, TWP_ERR_FORMAT, "%s: it does not begin where the shard before it ends", shard->path);
}

/* Shards in order hold consecutive twins or sets, from the first to the last of the run. */
static twp_status_t
check_cut(const twp_merge_t *merge, twp_error_t *err)
{
    for (size_t i = 0; i < merge->n_shards; i++) {
        const twp_shard_file_t *const shard = &merge->shard[i];
        const twp_shard_file_t *const before = i > 0 ? &merge->shard[i - 1] : NULL;
        const int64_t end = (int64_t) shard->first_twin + shard->n_own;
        const int64_t end_set = (int64_t) shard->first_set + shard->n_own_sets;
        const bool is_next = before != NULL && before->index + 1 == shard->index;
        const bool is_last = shard->index + 1 == shard->count;

        if (merge->points != NULL) {
            const int64_t end_point = (int64_t) shard->first_point + shard->n_own_points;

            if (shard->first_point < 0 || shard->n_own_points < 1 ||
                end_point > merge->points->points->n_points ||
                (end_point < merge->points->points->n_points) == is_last ||
                (is_next && before->first_point + before->n_own_points != shard->first_point))
                return refuse_cut(shard, err);
            continue;
        }
        if (shard->n_own_sets > 0) {
            if (shard->first_set < 0 || shard->first_twin != 0 || shard->n_own != shard->n_twins ||
                end_set > shard->n_parameter_sets ||
                (end_set < shard->n_parameter_sets) == is_last ||
                (is_next && before->first_set + before->n_own_sets != shard->first_set))
                return refuse_cut(shard, err);
            continue;
        }
        if (shard->first_twin < 0 || shard->n_own < 1 || shard->first_twin % TWP_BLOCK_TWINS != 0 ||
            end > shard->n_twins || (end < shard->n_twins) == is_last ||
            (shard->index == 0) != (shard->first_twin == 0) ||
            (is_next && before->first_twin + before->n_own != shard->first_twin))
            return refuse_cut(shard, err);
    }
    return TWP_OK;
}

static bool
must_stop(const twp_run_t *run)
{
    const twp_run_settings_t *const settings = run->settings;

    return settings->should_stop != NULL && settings->should_stop(settings->stop_context);
}

static twp_status_t
check_shards(const twp_run_t *run, const twp_merge_t *merge, char gaps[GAPS_SIZE], twp_error_t *err)
{
    twp_status_t status = check_cut(merge, err);

    find_gaps(merge, gaps);
    if (status == TWP_OK && gaps[0] != '\0' && !merge->allows_gaps)
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "%s: of the %d shards of the run these are missing: %s (--allow-gaps leaves them out)",
            merge->output_path, (int) merge->shard[0].count, gaps);
    if (status == TWP_OK && merge->is_virtual && merge->points != NULL)
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "%s: the results of a sweep have no rows of twins that could stay in the shards",
            merge->output_path);
    if (status == TWP_OK && merge->is_virtual && merge->n_shards > TWP_VIRTUAL_SHARDS_MAX)
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "at most %d shards can stay where they are, of %zu (larger ones are made by "
            "--shard-twins)",
            TWP_VIRTUAL_SHARDS_MAX, merge->n_shards);
    for (size_t i = 0; i < merge->n_shards && status == TWP_OK; i++)
        status = must_stop(run) ? TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped while merging")
                                : twp_shard_file_verify(&merge->shard[i], err);
    return status;
}

/* ---- merging --------------------------------------------------------------------------------- */

/* A merge under way. */
typedef struct {
    twp_run_t *run;
    const twp_merge_t *merge;
    twp_run_report_t *report;
    const char *gaps;
    twp_stopwatch_t began;
    int64_t started;
} merging_t;

/* The path of a shard from the folder of the results, below which it must lie; the caller frees. */
static char *
path_from_results(const twp_merge_t *merge, const twp_shard_file_t *shard, twp_error_t *err)
{
    const char *const slash = strrchr(merge->output_path, '/');
    char *const folder = slash == NULL ? strdup(".")
        : slash == merge->output_path
        ? strdup("/")
        : strndup(merge->output_path, (size_t) (slash - merge->output_path));
    char *const whole = folder != NULL ? realpath(folder, NULL) : NULL;
    char *const path = realpath(shard->path, NULL);
    const size_t n = whole != NULL ? strlen(whole) : 0;
    char *from = NULL;

    if (n > 0 && path != NULL && strncmp(path, whole, n) == 0 &&
        (path[n] == '/' || whole[n - 1] == '/'))
        from = strdup(path + n + (path[n] == '/'));
    else
        (void) TWP_FAIL(err, TWP_ERR_INPUT,
            "%s does not lie below the folder of %s, from which its rows are to be read",
            shard->path, merge->output_path);
    free(path);
    free(whole);
    free(folder);
    return from;
}

/* Which shards the rows lie in, with their sums: readers check them. */
static twp_status_t
write_sources(const merging_t *merging, twp_error_t *err)
{
    const twp_merge_t *const merge = merging->merge;
    twp_arena_t *const arena = twp_arena_create(0);
    const char *text = arena != NULL ? "" : NULL;
    twp_status_t status = TWP_OK;

    for (size_t i = 0; i < merge->n_shards && text != NULL && status == TWP_OK; i++) {
        char hex[TWP_SHA256_HEX_SIZE];
        char *const path = path_from_results(merge, &merge->shard[i], err);

        status = path == NULL ? TWP_ERR_INPUT : twp_file_sum(merge->shard[i].path, hex, err);
        if (status == TWP_OK)
            text = twp_arena_printf(arena, "%s%s  %s\n", text, hex, path);
        free(path);
    }
    if (status == TWP_OK && text == NULL)
        status = no_memory(err);
    if (status == TWP_OK)
        status = twp_results_attribute_text(
            twp_fill_writer(merging->run->fill), NULL, TWP_ATTRIBUTE_SOURCES, text, err);
    twp_arena_free(arena);
    return status;
}

static twp_status_t
take_shard(
    const merging_t *merging, const twp_shard_file_t *file, twp_sets_t *sets, twp_error_t *err)
{
    twp_run_t *const run = merging->run;
    const twp_shard_t shard = { .index = file->index,
        .n_points = 1,
        .first_block = file->first_twin / TWP_BLOCK_TWINS,
        .n_blocks = twp_engine_n_blocks(file->n_own),
        .first_set = file->first_set,
        .n_sets = file->n_own_sets };
    char *const left_in = merging->merge->is_virtual ? path_from_results(merging->merge, file, err)
                                                     : NULL;
    twp_reader_t *reader = NULL;
    twp_status_t status = merging->merge->is_virtual && left_in == NULL
        ? TWP_ERR_INPUT
        : twp_reader_open(file->path, &reader, err);

    if (status == TWP_OK && (sets != NULL) != (file->n_own_sets > 0))
        status = TWP_FAIL(
            err, TWP_ERR_FORMAT, "%s: it has no parameter sets as the run has", file->path);
    if (status == TWP_OK)
        status = twp_fill_take_shard(
            run->fill, reader, &shard, left_in, run->sums, sets, run->counts, err);
    twp_reader_close(reader);
    free(left_in);
    run->n_done = sets != NULL ? file->n_own : run->n_done + file->n_own;
    return status;
}

static void
show_progress(const merging_t *merging, size_t n_shards)
{
    const twp_run_settings_t *const settings = merging->run->settings;
    const int64_t n_twins = merging->run->population->n_twins;
    const double share = (double) n_shards / (double) merging->merge->n_shards;

    if (settings->progress != NULL) {
        const twp_progress_t progress = twp_engine_progress(&merging->began,
            twp_engine_seconds(CLOCK_MONOTONIC), n_twins, (int64_t) ((double) n_twins * share), 0);

        settings->progress(settings->progress_context, &progress);
    }
}

/* sets: NULL for the values as written. */
static twp_status_t
merge_into(void *of, twp_sets_t *sets, twp_error_t *err)
{
    const merging_t *const merging = of;
    const twp_merge_t *const merge = merging->merge;
    twp_run_t *const run = merging->run;
    const bool is_whole = merging->gaps[0] == '\0';
    twp_status_t status = twp_fill_open(&run->fill_run, merge->output_path, merge->overwrite,
        run->settings->n_threads, &run->fill, err);

    for (size_t i = 0; i < merge->n_shards && status == TWP_OK; i++) {
        status = must_stop(run) ? TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped while merging")
                                : take_shard(merging, &merge->shard[i], sets, err);
        show_progress(merging, i + 1);
    }
    if (status == TWP_OK && !is_whole)
        status = twp_results_attribute_text(
            twp_fill_writer(run->fill), NULL, "missing_shards", merging->gaps, err);
    if (status == TWP_OK && merge->is_virtual)
        status = write_sources(merging, err);
    if (status == TWP_OK) {
        const twp_progress_t done = twp_engine_progress(&merging->began,
            twp_engine_seconds(CLOCK_MONOTONIC), run->population->n_twins, run->n_done, 0);

        status = twp_run_publish(run, &done, merging->started, !is_whole, merging->report, err);
    }
    return status;
}

static twp_status_t
merge_points(const twp_run_t *run, twp_merge_t *merge, const char *gaps, twp_run_report_t *report,
    twp_error_t *err)
{
    const twp_points_merge_t of_points = { .shard = merge->shard,
        .n_shards = merge->n_shards,
        .output_path = merge->output_path,
        .overwrite = merge->overwrite,
        .gaps = gaps };

    return twp_points_merge(
        merge->points, run->settings, &of_points, &merge->n_points_failed, report, err);
}

twp_status_t
twp_merge_shards(
    twp_run_t *run, twp_merge_t *merge, bool *is_whole, twp_run_report_t *report, twp_error_t *err)
{
    const twp_shard_plan_t plan = { .n_points = 1, .n_twins = run->population->n_twins };
    char gaps[GAPS_SIZE];
    merging_t merging = { .run = run,
        .merge = merge,
        .report = report,
        .gaps = gaps,
        .began = twp_engine_begin(),
        .started = (int64_t) time(NULL) };
    twp_status_t status = check_shards(run, merge, gaps, err);

    *is_whole = gaps[0] == '\0';
    if (merge->points != NULL)
        return status == TWP_OK ? merge_points(run, merge, gaps, report, err) : status;
    run->fill_run.shard_plan = &plan;
    run->n_shards = (int64_t) merge->n_shards;
    if (status == TWP_OK && run->n_parameter_sets > 0) {
        status = twp_run_sets_merge(run, merge_into, &merging, err);
    } else if (status == TWP_OK) {
        status = twp_run_start(run, err);
        if (status == TWP_OK)
            status = merge_into(&merging, NULL, err);
    }
    report->n_twins = run->population->n_twins;
    report->n_twins_done = run->n_done;
    report->n_strategies = run->n_models;
    report->is_partial = !*is_whole;
    twp_fill_abandon(run->fill);
    run->fill = NULL;
    run->fill_run.shard_plan = NULL;
    return status;
}

void
twp_merge_remove_shards(const twp_run_folder_t *folder, int64_t n_shards)
{
    for (int64_t i = 0; i < n_shards; i++) {
        char *const path = twp_run_folder_shard(folder, i, n_shards);
        char *sum = NULL;

        if (path != NULL && asprintf(&sum, "%s.sha256", path) >= 0) {
            (void) unlink(path);
            (void) unlink(sum);
            free(sum);
        }
        free(path);
    }
    (void) rmdir(folder->shards); /* stays where something else is in it */
    (void) rmdir(folder->errors);
}

/* ---- from files ------------------------------------------------------------------------------ */

typedef struct {
    const twp_merge_settings_t *settings;
    twp_merge_t merge;
    size_t capacity;
    bool has_folder;
    twp_run_folder_t folder;
    twp_run_plan_t plan;
    twp_embedded_t *embedded;
    twp_study_t *study;
} request_t;

static twp_status_t
add_file(request_t *request, const char *path, twp_error_t *err)
{
    twp_merge_t *const merge = &request->merge;

    if (merge->n_shards == request->capacity) {
        const size_t capacity = request->capacity > 0 ? 2 * request->capacity : 16;
        twp_shard_file_t *const grown = realloc(merge->shard, capacity * sizeof *grown);

        if (grown == NULL)
            return no_memory(err);
        merge->shard = grown;
        request->capacity = capacity;
    }
    return twp_shard_file_read(path, &merge->shard[merge->n_shards++], err);
}

/* The shards of a run's folder that are there. */
static twp_status_t
add_folder(request_t *request, const char *path, twp_error_t *err)
{
    twp_status_t status = twp_run_folder_init(&request->folder, path, err);

    if (status == TWP_OK)
        status = twp_run_folder_read_plan(&request->folder, &request->plan, err);
    for (int64_t i = 0; status == TWP_OK && i < request->plan.n_shards; i++) {
        char *const shard = twp_run_folder_shard(&request->folder, i, request->plan.n_shards);

        if (shard == NULL)
            status = no_memory(err);
        else if (access(shard, F_OK) == 0)
            status = add_file(request, shard, err);
        free(shard);
    }
    request->has_folder = true;
    return status;
}

static twp_status_t
add_paths(request_t *request, twp_error_t *err)
{
    const twp_merge_settings_t *const settings = request->settings;
    twp_status_t status = TWP_OK;

    if (settings->n_paths < 1)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "shards, or the folder of a run, must be named");
    for (int i = 0; i < settings->n_paths && status == TWP_OK; i++) {
        struct stat facts;

        if (stat(settings->path[i], &facts) != 0 || !S_ISDIR(facts.st_mode))
            status = add_file(request, settings->path[i], err);
        else if (settings->n_paths > 1)
            status = TWP_FAIL(err, TWP_ERR_INPUT,
                "%s is a folder: one folder is merged, or shards by their names",
                settings->path[i]);
        else
            status = add_folder(request, settings->path[i], err);
    }
    if (status == TWP_OK)
        status = twp_merge_sort(&request->merge, err);
    return status;
}

/* Where no shard is left in a folder: all of them may be merged already. */
static twp_status_t
find_merged(request_t *request, twp_sweep_report_t *report, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (request->has_folder && request->settings->output_path == NULL)
        status = twp_run_folder_find_results(&request->folder, request->plan.run_id,
            &report->is_merged, NULL, report->run.digest, err);
    report->was_there = report->is_merged;
    report->n_shards = report->n_found = request->plan.n_shards;
    if (status == TWP_OK && !report->is_merged)
        status = TWP_FAIL(
            err, TWP_ERR_INPUT, "%s: no shard is there to be merged", request->settings->path[0]);
    return status;
}

/* The study as it is kept in the first shard. */
static twp_status_t
read_study(request_t *request, twp_error_t *err)
{
    const twp_shard_file_t *const first = &request->merge.shard[0];
    const char *inputs = request->settings->inputs;
    twp_status_t status;

    if (strncmp(first->source, "twinpath ", 9) != 0 ||
        strcmp(first->source + 9, twp_provenance_version()) != 0)
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "%s: written by %.60s, this is twinpath %s: a version merges its own shards",
            first->path, first->source, twp_provenance_version());
    if (inputs == NULL && request->has_folder)
        inputs = request->plan.study_folder;
    status = twp_embedded_read(first->path, inputs, &request->embedded, err);
    if (status == TWP_OK)
        status = twp_embedded_study(request->embedded, &request->study, err);
    return status;
}

static twp_run_settings_t
settings_of(const request_t *request)
{
    const twp_embedded_t *const embedded = request->embedded;
    const twp_merge_settings_t *const asked = request->settings;
    twp_run_settings_t settings;

    twp_run_settings_init(&settings);
    settings.seed = embedded->seed;
    settings.n_patients = embedded->n_patients;
    settings.strategy = embedded->strategy;
    settings.n_strategies = embedded->n_strategies;
    settings.n_parameter_sets = embedded->n_parameter_sets;
    settings.twins = (twp_twins_t) embedded->twins;
    settings.n_threads = asked->n_threads;
    settings.command_line = asked->command_line;
    settings.progress = asked->progress;
    settings.progress_context = asked->progress_context;
    settings.should_stop = asked->should_stop;
    settings.stop_context = asked->stop_context;
    return settings;
}

/* The run that the study kept in the shard gives is the one that the shard says it is of. */
static twp_status_t
check_run(const request_t *request, const twp_run_t *run, twp_error_t *err)
{
    const twp_shard_file_t *const first = &request->merge.shard[0];
    twp_arena_t *const arena = twp_arena_create(0);
    char run_id[TWP_RUN_ID_SIZE];
    twp_provenance_t provenance = { 0 };
    twp_status_t status;

    if (arena != NULL)
        provenance = twp_run_provenance(run, arena);
    status = provenance.overrides == NULL ? no_memory(err)
                                          : twp_provenance_run_id(&provenance, run_id, err);
    if (status == TWP_OK && strcmp(run_id, first->run_id) != 0)
        status = TWP_FAIL(err, TWP_ERR_FORMAT,
            "%s: the study kept in it is not the one it says it is a part of", first->path);
    twp_arena_free(arena);
    return status;
}

static twp_status_t
merge_all(request_t *request, twp_sweep_report_t *report, twp_error_t *err)
{
    const twp_merge_settings_t *const asked = request->settings;
    const twp_run_settings_t settings = settings_of(request);
    twp_run_t run = { .study = request->study, .settings = &settings };
    twp_sweep_study_t points = { .study = NULL };
    bool is_whole = false;
    twp_status_t status = twp_run_prepare(&run, settings.n_patients, err);

    if (status == TWP_OK)
        status = check_run(request, &run, err);
    if (status == TWP_OK && twp_study_n_points(request->study) > 0) {
        status = twp_sweep_study_open(request->study, &points, err);
        request->merge.points = &points;
    }
    if (status == TWP_OK)
        status = twp_merge_shards(&run, &request->merge, &is_whole, &report->run, err);
    report->n_points_failed = request->merge.n_points_failed;
    request->merge.points = NULL;
    twp_sweep_study_close(&points);
    twp_run_finish(&run);
    if (status != TWP_OK)
        return status;
    report->is_merged = true;
    report->n_shards = request->merge.shard[0].count;
    report->n_found = (int64_t) request->merge.n_shards;
    report->n_missing = report->n_shards - report->n_found;
    if (request->has_folder && is_whole && !asked->keeps_shards && !asked->is_virtual)
        twp_merge_remove_shards(&request->folder, report->n_shards);
    return TWP_OK;
}

static void
clear_request(request_t *request)
{
    twp_study_free(request->study);
    twp_embedded_free(request->embedded);
    for (size_t i = 0; i < request->merge.n_shards; i++)
        twp_shard_file_clear(&request->merge.shard[i]);
    free(request->merge.shard);
    twp_run_plan_clear(&request->plan);
    twp_run_folder_clear(&request->folder);
}

twp_status_t
twp_results_merge(
    const twp_merge_settings_t *settings, twp_sweep_report_t *report, twp_error_t *err)
{
    request_t request = { .settings = settings };
    twp_sweep_report_t own;
    twp_status_t status;

    if (report == NULL)
        report = &own;
    memset(report, 0, sizeof *report);
    status = add_paths(&request, err);
    request.merge.allows_gaps = settings->allows_gaps;
    request.merge.overwrite = settings->overwrite;
    request.merge.is_virtual = settings->is_virtual;
    request.merge.output_path = settings->output_path != NULL ? settings->output_path
        : request.has_folder                                  ? request.folder.results
                                                              : NULL;
    if (status == TWP_OK && request.merge.output_path == NULL)
        status = TWP_FAIL(err, TWP_ERR_ARGUMENT, "a file for the results must be named (-o)");
    if (status == TWP_OK) {
        (void) snprintf(report->results, sizeof report->results, "%s", request.merge.output_path);
        if (request.merge.n_shards == 0)
            status = find_merged(&request, report, err);
    }
    if (status == TWP_OK && !report->is_merged)
        status = read_study(&request, err);
    if (status == TWP_OK && !report->is_merged)
        status = merge_all(&request, report, err);
    clear_request(&request);
    return status;
}
