/* The library's face: shards in a folder, or named, are joined into one results file. */
#include "twinpath_sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static twp_status_t
no_memory(twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to merge");
}

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
    if (strcmp(first->build, twp_provenance_sources()) != 0)
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "%s: written by another build (sources %.40s, this one has %s): a build merges its own "
            "shards",
            first->path, first->build, twp_provenance_sources());
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
    const twp_merge_settings_t *const asked = request->settings;
    twp_run_settings_t settings;

    twp_embedded_settings(request->embedded, &settings);
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
