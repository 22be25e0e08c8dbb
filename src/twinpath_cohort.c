/* The library's face: adherence of a file of dispensings. Wires its reader, measures and files. */
#include "twinpath_cohort.h"

#include "base/calendar.h"
#include "measure/adherence_summary.h"
#include "report/adherence.h"
#include "results/fill_adherence.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- reading ---------------------------------------------------------------------------------- */

static twp_status_t
plan_and_read(twp_cohort_t *cohort, const char *path, const twp_cohort_setting_t *setting,
    int n_settings, twp_error_t *err)
{
    twp_plan_text_t *const text = TWP_ARENA_NEW(cohort->arena, twp_plan_text_t, n_settings + 1);
    twp_status_t status, wrong;

    if (text == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the settings");
    for (int i = 0; i < n_settings; i++)
        text[i] = (twp_plan_text_t){ setting[i].name, setting[i].value };
    status = twp_adherence_plan_begin(
        &cohort->plan, text, n_settings, cohort->arena, &cohort->findings, err);
    if (status != TWP_OK)
        return status;
    wrong = twp_dispensings_read(
        &cohort->dispensings, path, &cohort->plan.columns, &cohort->findings, err);
    if (wrong != TWP_OK && wrong != TWP_ERR_INPUT)
        return wrong;
    twp_adherence_plan_end(&cohort->plan, &cohort->dispensings.csv, &cohort->findings);
    return cohort->findings.n_errors > 0 ? TWP_ERR_INPUT : wrong;
}

static twp_status_t
summarise(twp_cohort_t *cohort, const char *path, twp_error_t *err)
{
    static const char *const rows[] = { "patients", "episodes", "windows", "dispensings" };
    const twp_dispensings_t *const from = &cohort->dispensings;
    twp_cohort_summary_t *const s = &cohort->summary;
    const char **const name = TWP_ARENA_NEW(cohort->arena, const char *, TWP_N_FILE_SETTINGS);
    const char **const value = TWP_ARENA_NEW(cohort->arena, const char *, TWP_N_FILE_SETTINGS);

    s->path = twp_arena_strdup(cohort->arena, path);
    if (name == NULL || value == NULL || s->path == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the summary");
    s->per = cohort->plan.text[TWP_SET_PER];
    s->rows = rows[cohort->plan.per];
    s->n_dispensings = from->n;
    s->n_patients = from->n_patients;
    s->n_rows = cohort->rows.n_rows;
    s->n_in_followup = cohort->rows.n_in_followup;
    s->n_beyond_file = cohort->rows.n_beyond_file;
    twp_calendar_write(from->first_day, s->first_date);
    twp_calendar_write(from->last_day, s->last_date);
    s->threshold = cohort->plan.threshold;
    for (int i = 0; i < TWP_N_FILE_SETTINGS; i++)
        if (cohort->plan.text[i] != NULL) {
            name[s->n_settings] = twp_file_settings[i].name;
            value[s->n_settings++] = cohort->plan.text[i];
        }
    s->setting_name = name;
    s->setting_value = value;
    s->figure = cohort->figure;
    return twp_adherence_summarise(
        &cohort->rows, &cohort->plan, cohort->arena, cohort->figure, &s->n_figures, err);
}

twp_status_t
twp_cohort_read(const char *path, const twp_cohort_setting_t *setting, int n_settings,
    twp_cohort_t **out, twp_error_t *err)
{
    twp_cohort_t *cohort;
    twp_status_t status;

    *out = NULL;
    if (path == NULL || n_settings < 0 || (n_settings > 0 && setting == NULL))
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "twp_cohort_read: path and settings are required");
    cohort = calloc(1, sizeof *cohort);
    if (cohort == NULL || (cohort->arena = twp_arena_create(0)) == NULL ||
        twp_findings_init(&cohort->findings, NULL) != TWP_OK) {
        twp_cohort_free(cohort);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the cohort");
    }
    cohort->started = (int64_t) time(NULL);
    status = plan_and_read(cohort, path, setting, n_settings, err);
    if (status == TWP_OK)
        status = twp_adherence_rows_make(
            &cohort->rows, &cohort->plan, &cohort->dispensings, &cohort->findings, err);
    if (status == TWP_OK)
        status = summarise(cohort, path, err);
    twp_findings_sort(&cohort->findings);
    cohort->is_whole = status == TWP_OK;
    if (status == TWP_ERR_INPUT)
        (void) TWP_FAIL(err, TWP_ERR_INPUT, "%s: %d error%s", path, cohort->findings.n_errors,
            cohort->findings.n_errors == 1 ? "" : "s");
    if (status == TWP_OK || status == TWP_ERR_INPUT)
        *out = cohort;
    else
        twp_cohort_free(cohort);
    return status;
}

void
twp_cohort_free(twp_cohort_t *cohort)
{
    if (cohort == NULL)
        return;
    twp_adherence_rows_clear(&cohort->rows);
    twp_dispensings_clear(&cohort->dispensings);
    if (cohort->findings.arena != NULL)
        twp_findings_clear(&cohort->findings);
    twp_arena_free(cohort->arena);
    free(cohort);
}

/* ---- questions -------------------------------------------------------------------------------- */

int
twp_cohort_n_findings(const twp_cohort_t *cohort)
{
    return cohort->findings.n;
}

const twp_finding_t *
twp_cohort_finding(const twp_cohort_t *cohort, int i_finding)
{
    return &cohort->findings.item[i_finding];
}

int
twp_cohort_n_errors(const twp_cohort_t *cohort)
{
    return cohort->findings.n_errors;
}

int
twp_cohort_n_dropped(const twp_cohort_t *cohort)
{
    return cohort->findings.n_dropped;
}

const twp_cohort_summary_t *
twp_cohort_summary(const twp_cohort_t *cohort)
{
    return cohort->is_whole ? &cohort->summary : NULL;
}

/* ---- files ------------------------------------------------------------------------------------ */

twp_status_t
twp_cohort_write_csv(const twp_cohort_t *cohort, const char *path, bool overwrite, twp_error_t *err)
{
    if (!cohort->is_whole)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "the file of dispensings has errors");
    return twp_adherence_write_rows(&cohort->rows, &cohort->dispensings, path, overwrite, err);
}

/* "name: value" a line. */
static const char *
settings_text(const twp_cohort_summary_t *summary, twp_arena_t *arena)
{
    const char *text = "";

    for (int i = 0; text != NULL && i < summary->n_settings; i++)
        text = twp_arena_printf(
            arena, "%s%s: %s\n", text, summary->setting_name[i], summary->setting_value[i]);
    return text;
}

static twp_status_t
fill(twp_results_writer_t *writer, const twp_cohort_t *cohort, const char *command_line,
    const char *settings, twp_error_t *err)
{
    const twp_fill_adherence_t of = { &cohort->rows, &cohort->plan, &cohort->dispensings,
        &cohort->summary };
    const twp_session_t session = { .command_line = command_line,
        .started = cohort->started,
        .finished = (int64_t) time(NULL),
        .n_threads = 1,
        .cpu_seconds = (double) clock() / CLOCKS_PER_SEC };
    twp_status_t status = twp_fill_adherence(writer, &of, err);

    if (status == TWP_OK)
        status = twp_provenance_write_table(writer, &cohort->dispensings.csv, settings, err);
    if (status == TWP_OK)
        status = twp_session_write(writer, &session, err);
    return status;
}

twp_status_t
twp_cohort_write_results(const twp_cohort_t *cohort, const char *path, bool overwrite,
    const char *command_line, char digest[65], twp_error_t *err)
{
    const twp_results_options_t options = { .overwrite = overwrite };
    twp_arena_t *const arena = twp_arena_create(0);
    const char *const settings = arena != NULL ? settings_text(&cohort->summary, arena) : NULL;
    twp_results_writer_t *writer = NULL;
    twp_status_t status = TWP_OK;

    if (!cohort->is_whole)
        status = TWP_FAIL(err, TWP_ERR_ARGUMENT, "the file of dispensings has errors");
    else if (settings == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the results");
    if (status == TWP_OK)
        status = twp_results_writer_open(path, &options, &writer, err);
    if (status == TWP_OK) {
        status = fill(writer, cohort, command_line, settings, err);
        if (status == TWP_OK)
            status = twp_results_close(writer, "complete", digest, err);
        else
            twp_results_abandon(writer);
    }
    twp_arena_free(arena);
    return status;
}
