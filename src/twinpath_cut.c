/* The library's face: a point of a sweep that has more lives than a shard takes is cut over shards, as a run is. */
#include "twinpath_sweep.h"

#include <stdlib.h>
#include <string.h>

bool
twp_point_is_at_fault(twp_status_t status)
{
    return status != TWP_OK && status != TWP_ERR_INTERRUPTED && status != TWP_ERR_MEMORY &&
        status != TWP_ERR_IO && status != TWP_ERR_EXISTS;
}

/* A run of the point, prepared. Ended by twp_run_finish() and twp_study_free(run->study) whatever is returned. */
static twp_status_t
prepare(const twp_sweep_study_t *study, const twp_run_settings_t *settings, int64_t i_point,
    twp_run_t *run, twp_error_t *err)
{
    twp_error_t own = { TWP_OK, "" };
    twp_status_t status;

    *run = (twp_run_t){ .written = study->study,
        .settings = settings,
        .is_point = true,
        .i_fresh_point = twp_sweep_fresh_point(study, i_point) };
    status = twp_sweep_study_bind(study, i_point, &run->study, err);
    if (status != TWP_OK)
        return status;
    status = twp_run_prepare(run, settings->n_patients, &own);
    return status == TWP_OK
        ? status
        : twp_sweep_study_refuse(study->points, i_point, run->study, status, &own, err);
}

static void
finish(twp_run_t *run)
{
    twp_run_finish(run);
    twp_study_free(run->study);
}

twp_status_t
twp_cut_live(const twp_sweep_study_t *study, const twp_run_settings_t *settings,
    const twp_shard_plan_t *plan, const twp_shard_t *shard, const char *path, bool overwrite,
    twp_run_report_t *report, twp_error_t *err)
{
    twp_run_t run;
    twp_error_t own = { TWP_OK, "" };
    twp_status_t status = prepare(study, settings, shard->first_point, &run, err);

    if (status == TWP_OK) {
        status = twp_run_live_shard(&run, plan, shard, path, overwrite, report, &own);
        if (twp_point_is_at_fault(status))
            status = twp_sweep_study_refuse(
                study->points, shard->first_point, run.study, status, &own, err);
        else if (status != TWP_OK)
            status = TWP_FAIL(err, status, "%s", own.message);
    }
    finish(&run);
    return status;
}

/* Why a shard has no sums; *reason stays NULL where it has. */
static twp_status_t
read_reason(const twp_shard_file_t *shard, char **reason, twp_error_t *err)
{
    twp_reader_t *reader = NULL;
    char **error = NULL;
    size_t n = 0;
    twp_status_t status = twp_reader_open(shard->path, &reader, err);

    if (status == TWP_OK && twp_reader_has(reader, "points")) {
        status = twp_reader_read_texts(reader, "points/error", &error, &n, err);
        if (status == TWP_OK && (n != 1 || error[0][0] == '\0'))
            status = TWP_FAIL(
                err, TWP_ERR_FORMAT, "%s: neither lives nor a reason for it", shard->path);
        if (status == TWP_OK && (*reason = strdup(error[0])) == NULL)
            status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to merge");
    }
    if (error != NULL)
        twp_reader_free_texts(error, n);
    twp_reader_close(reader);
    return status;
}

twp_status_t
twp_cut_reason(const twp_shard_file_t *shard, size_t n_shards, char **reason, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    *reason = NULL;
    for (size_t i = 0; i < n_shards && status == TWP_OK && *reason == NULL; i++)
        status = read_reason(&shard[i], reason, err);
    return status;
}

twp_status_t
twp_cut_merge(const twp_sweep_study_t *study, const twp_run_settings_t *settings,
    const twp_shard_file_t *shard, size_t n_shards, twp_results_writer_t **captured,
    twp_error_t *err)
{
    const twp_merge_t merge = { .shard = (twp_shard_file_t *) (uintptr_t) shard,
        .n_shards = n_shards };
    twp_run_settings_t own = *settings;
    twp_run_report_t report = { 0 };
    twp_status_t status;
    twp_run_t run;

    *captured = NULL;
    own.progress = NULL;
    status = prepare(study, &own, shard->first_point, &run, err);
    if (status == TWP_OK)
        status = twp_merge_join(&run, &merge, "", &report, err);
    *captured = run.captured;
    run.captured = NULL;
    finish(&run);
    return status;
}
