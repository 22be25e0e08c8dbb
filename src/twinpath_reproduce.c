/* The library's face: a results file is done again from the study that is kept in it. */
#include "results/compare.h"
#include "results/content_digest.h"
#include "results/embedded.h"
#include "results/provenance.h"
#include "twinpath_point.h"
#include "twinpath_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *path;
    const twp_reproduce_settings_t *settings;
    twp_reproduction_t *out;
    twp_embedded_t *embedded;
    twp_study_t *study;
    char *folder, *again; /* temporary; the new results in it */
} again_t;

static twp_status_t
make_folder(again_t *again, twp_error_t *err)
{
    const char *const root = getenv("TMPDIR");

    if (asprintf(&again->folder, "%s/twinpath.XXXXXX",
            root != NULL && root[0] != '\0' ? root : "/tmp") < 0) {
        again->folder = NULL;
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a temporary folder");
    }
    if (mkdtemp(again->folder) == NULL) {
        const twp_status_t status = TWP_FAIL(err, TWP_ERR_IO, "%s: cannot be made: %s",
            again->folder, strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */

        free(again->folder);
        again->folder = NULL;
        return status;
    }
    if (asprintf(&again->again, "%s/again.h5", again->folder) < 0) {
        again->again = NULL;
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a temporary folder");
    }
    return TWP_OK;
}

static void
remove_folder(again_t *again)
{
    char *sum = NULL;

    if (again->again != NULL) {
        (void) unlink(again->again);
        if (asprintf(&sum, "%s.sha256", again->again) >= 0) {
            (void) unlink(sum);
            free(sum);
        }
        free(again->again);
    }
    if (again->folder != NULL)
        (void) rmdir(again->folder);
    free(again->folder);
}

twp_status_t
twp_embedded_study(const twp_embedded_t *embedded, twp_study_t **study, twp_error_t *err)
{
    twp_error_t own = { TWP_OK, "" };
    twp_status_t status = twp_study_read_files(
        &embedded->files, embedded->set, embedded->n_set, study, &own);

    if (embedded->located.status != TWP_OK)
        return TWP_FAIL(err, embedded->located.status, "%s", embedded->located.message);
    if (status == TWP_ERR_INPUT && *study != NULL && twp_study_n_findings(*study) > 0) {
        const twp_finding_t *finding = twp_study_finding(*study, 0);

        for (int i = 1; finding->is_warning && i < twp_study_n_findings(*study); i++)
            finding = twp_study_finding(*study, i);
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "the study in the results is not one for this version (they are of %s): %s:%d: %s",
            embedded->source, finding->file, finding->line, finding->message);
    }
    if (status != TWP_OK)
        return TWP_FAIL(err, status, "%s", own.message);
    return TWP_OK;
}

void
twp_embedded_settings(const twp_embedded_t *embedded, twp_run_settings_t *settings)
{
    twp_run_settings_init(settings);
    settings->seed = embedded->seed;
    settings->n_patients = embedded->n_patients;
    settings->strategy = embedded->strategy;
    settings->n_strategies = embedded->n_strategies;
    settings->n_parameter_sets = embedded->n_parameter_sets;
    settings->twins = (twp_twins_t) embedded->twins;
    settings->precision = embedded->precision;
    settings->n_precisions = embedded->n_precisions;
}

/* The points that the file has. */
static twp_status_t
run_points_again(again_t *again, const twp_run_settings_t *settings, twp_error_t *err)
{
    twp_reader_t *reader = NULL;
    int8_t *fate = NULL;
    size_t n_fates = 0;
    twp_status_t status = twp_reader_open(again->path, &reader, err);

    if (status == TWP_OK)
        status = twp_reader_read_int8(reader, "points/fate", &fate, &n_fates, err);
    twp_reader_close(reader);
    if (status == TWP_OK)
        status = twp_points_run_again(again->study, settings, fate, n_fates, &again->out->run, err);
    free(fate);
    return status;
}

static twp_status_t
run_again(again_t *again, twp_error_t *err)
{
    const twp_embedded_t *const embedded = again->embedded;
    const bool has_sets = embedded->n_sets_done > 0;
    const twp_run_part_t part = { !embedded->is_partial || has_sets
            ? 0
            : (embedded->n_twins_done + TWP_BLOCK_TWINS - 1) / TWP_BLOCK_TWINS,
        embedded->is_partial ? embedded->n_sets_done : 0 };
    twp_run_settings_t settings;
    twp_status_t status;

    twp_embedded_settings(embedded, &settings);
    settings.n_threads = again->settings->n_threads;
    settings.output_path = again->again;
    settings.progress = again->settings->progress;
    settings.progress_context = again->settings->progress_context;
    settings.should_stop = again->settings->should_stop;
    settings.stop_context = again->settings->stop_context;
    if (embedded->n_points > 0)
        return run_points_again(again, &settings, err);
    status = twp_study_run_part(again->study, &settings, part, &again->out->run, err);
    if (status != TWP_ERR_INTERRUPTED || !embedded->is_partial)
        return status;
    /* It was to end there, unless it was stopped before. */
    return again->out->run.n_twins_done > 0 &&
            (has_sets ? again->out->run.n_parameter_sets_done == embedded->n_sets_done
                      : again->out->run.n_twins_done == embedded->n_twins_done)
        ? TWP_OK
        : status;
}

/* Digests of both; the one that stands in the file may be another than that of its content. */
static twp_status_t
compare(again_t *again, twp_error_t *err)
{
    twp_reproduction_t *const out = again->out;
    twp_reader_t *reader = NULL;
    char *stated = NULL;
    twp_status_t status = twp_reader_open(again->path, &reader, err);

    if (status == TWP_OK)
        status = twp_reader_attribute_text(reader, "", "content_digest", &stated, err);
    twp_reader_close(reader);
    if (status == TWP_OK)
        status = twp_results_content_digest(again->path, out->digest, err);
    if (status == TWP_OK) {
        out->is_changed = strcmp(stated, out->digest) != 0;
        (void) snprintf(out->again, sizeof out->again, "%s", out->run.digest);
        out->is_equal = strcmp(out->digest, out->again) == 0;
    }
    free(stated);
    if (status != TWP_OK || out->is_equal)
        return status;
    status = twp_results_compare(again->path, "the file", again->again, "now",
        !out->is_other_version, &out->n_values, out->difference, err);
    out->is_equal = status == TWP_OK && out->is_other_version && out->difference[0] == '\0';
    return status;
}

twp_status_t
twp_results_reproduce(const char *path, const twp_reproduce_settings_t *settings,
    twp_reproduction_t *reproduction, twp_error_t *err)
{
    again_t again = { .path = path, .settings = settings, .out = reproduction };
    twp_status_t status = twp_embedded_read(path, settings->inputs, &again.embedded, err);

    memset(reproduction, 0, sizeof *reproduction);
    if (status == TWP_OK)
        status = twp_embedded_refuse_parts(again.embedded, path, err);
    if (status == TWP_OK) {
        reproduction->is_partial = again.embedded->is_partial;
        (void) snprintf(
            reproduction->source, sizeof reproduction->source, "%s", again.embedded->source);
        reproduction->is_other_version = strncmp(again.embedded->source, "twinpath ", 9) != 0 ||
            strcmp(again.embedded->source + 9, twp_provenance_version()) != 0;
        status = twp_embedded_study(again.embedded, &again.study, err);
    }
    if (status == TWP_OK)
        status = make_folder(&again, err);
    if (status == TWP_OK)
        status = run_again(&again, err);
    if (status == TWP_OK)
        status = compare(&again, err);
    remove_folder(&again);
    twp_study_free(again.study);
    twp_embedded_free(again.embedded);
    return status;
}
