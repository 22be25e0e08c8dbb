/* The library's face: wires the folders together. */
#include "twinpath.h"

#include "base/error.h"
#include "base/suggest.h"
#include "document/document.h"
#include "engine/run.h"
#include "measure/sums.h"
#include "model/model.h"
#include "results/fill.h"
#include "results/provenance.h"
#include "study/explain.h"
#include "study/study.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How far up from the study's folder the table of evidence is looked for. */
#define EVIDENCE_MAX_PARENTS 4
#define PILOT_TWINS 256

struct twp_study_handle {
    twp_arena_t *arena;
    twp_document_t document;
    twp_findings_t findings;
    bool is_whole; /* everything below is there */
    twp_study_typed_t *base; /* the study without any strategy's `set` */
    int n_strategies;
    twp_study_typed_t **typed; /* [n_strategies] base where a strategy sets nothing */
    const twp_node_t **root;   /* [n_strategies] its tree */
    twp_model_t **model;       /* [n_strategies] */
    int n_numbers;
    twp_explain_number_t *number; /* [n_numbers] */
};

const char *
twp_version(void)
{
    return twp_provenance_version();
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char *
find_evidence(twp_arena_t *arena, const char *folder)
{
    static const char *const name[] = { "evidence.csv", "scenarios/evidence.csv" };
    const char *at = folder != NULL ? folder : ".";

    for (int up = 0; at != NULL && up <= EVIDENCE_MAX_PARENTS; up++) {
        for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
            const char *const path = twp_arena_printf(arena, "%s/%s", at, name[i]);

            if (path != NULL && access(path, R_OK) == 0)
                return path;
        }
        at = twp_arena_printf(arena, "%s/..", at);
    }
    return NULL;
}

/* What must be the same under all strategies cannot be set by one. */
static void
check_overrides(twp_study_t *study, const twp_study_strategy_t *strategy)
{
    static const char *const common[] = { "money", "patient.count", "patient.first_row_of",
        "patient.from", "patient.id", "question", "record", "report", "strategies", "study",
        "targets", "time", "twinpath" };

    for (int i = 0; i < strategy->overrides->n; i++) {
        const twp_pair_t *const pair = &strategy->overrides->pair[i];
        const twp_place_t place
            = { pair->value->file, pair->line, pair->column, strategy->place.path };

        for (size_t k = 0; k < sizeof(common) / sizeof(common[0]); k++) {
            const size_t length = strlen(common[k]);

            if (strncmp(pair->key, common[k], length) == 0
                && (pair->key[length] == '\0' || pair->key[length] == '.'))
                twp_findings_add(&study->findings, place, pair->key, NULL, NULL,
                    "`%s` is the same under all strategies; one of them cannot set it",
                    common[k]);
        }
    }
}

static bool
same_measure(const twp_study_measure_t *a, const twp_study_measure_t *b)
{
    if (strcmp(a->name, b->name) != 0 || a->n_times != b->n_times || a->gap_days != b->gap_days
        || a->window_days != b->window_days)
        return false;
    for (int i = 0; i < a->n_times; i++)
        if (a->time_days[i] != b->time_days[i])
            return false;
    return true;
}

/* A parameter that a strategy sets may stand in a measure: then figures could not be compared. */
static void
check_measures(twp_study_t *study, int i)
{
    const twp_study_typed_t *const a = study->base, *const b = study->typed[i];

    for (int k = 0; k < a->n_measures; k++)
        if (k >= b->n_measures || !same_measure(&a->measure[k], &b->measure[k]))
            twp_findings_add(&study->findings, a->strategy[i].place, a->strategy[i].name, NULL,
                NULL, "measure %s would mean something else under strategy %s",
                a->measure[k].name, a->strategy[i].name);
    if (a->horizon_days != b->horizon_days || a->follow_up_days != b->follow_up_days)
        twp_findings_add(&study->findings, a->strategy[i].place, a->strategy[i].name, NULL, NULL,
            "lives would have another length under strategy %s", a->strategy[i].name);
}

static twp_status_t
read_strategy(twp_study_t *study, int i, const char *evidence, twp_error_t *err)
{
    const twp_study_strategy_t *const strategy = &study->base->strategy[i];
    twp_node_t *root = study->document.root;
    const char *what = "";
    twp_status_t status = TWP_OK;

    if (strategy->overrides != NULL) {
        const int n_errors = study->findings.n_errors;

        check_overrides(study, strategy);
        if (study->findings.n_errors > n_errors)
            return TWP_ERR_INPUT;
        status = twp_document_override(
            &study->document, strategy->overrides, &study->findings, &root, err);
        if (status == TWP_OK)
            status = twp_study_typed_read(
                &study->document, root, evidence, &study->findings, &study->typed[i], err);
        if (status != TWP_OK)
            return status;
        check_measures(study, i);
        if (study->findings.n_errors > n_errors)
            return TWP_ERR_INPUT;
    } else {
        study->typed[i] = study->base;
    }
    study->root[i] = root;
    status = twp_model_compile(study->typed[i], i, 1, &study->findings, &study->model[i], err);
    if (status == TWP_OK && i > 0 && study->model[0] != NULL
        && !twp_model_same_shape(study->model[0], study->model[i], &what)) {
        twp_findings_add(&study->findings, strategy->place, strategy->name, NULL, NULL,
            "strategy %s changes the structure of the model (%s); it may change numbers only",
            strategy->name, what);
        status = TWP_ERR_INPUT;
    }
    return status;
}

static twp_status_t
read_all(twp_study_t *study, const char *path, const char *const *set, int n_set, twp_error_t *err)
{
    const char *evidence;
    twp_status_t status = twp_document_read(
        &study->document, path, (char *const *) set, n_set, &study->findings, err);
    bool is_wrong = false;

    if (status != TWP_OK)
        return status;
    evidence = find_evidence(study->arena, study->document.folder);
    status = twp_study_typed_read(
        &study->document, study->document.root, evidence, &study->findings, &study->base, err);
    if (status != TWP_OK)
        return status;
    study->n_strategies = study->base->n_strategies;
    study->typed = TWP_ARENA_NEW(study->arena, twp_study_typed_t *, study->n_strategies + 1);
    study->root = TWP_ARENA_NEW(study->arena, const twp_node_t *, study->n_strategies + 1);
    study->model = TWP_ARENA_NEW(study->arena, twp_model_t *, study->n_strategies + 1);
    if (study->typed == NULL || study->root == NULL || study->model == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the study");
    for (int i = 0; i < study->n_strategies; i++) {
        status = read_strategy(study, i, evidence, err);
        is_wrong = is_wrong || status == TWP_ERR_INPUT;
        if (status != TWP_OK && status != TWP_ERR_INPUT)
            return status;
    }
    if (is_wrong)
        return TWP_ERR_INPUT;
    return twp_explain_parameters(study->base, &study->number, &study->n_numbers, err);
}

twp_status_t
twp_study_read(const char *path, const char *const *set, int n_set, twp_study_t **out,
    twp_error_t *err)
{
    twp_study_t *const study = calloc(1, sizeof(*study));
    twp_status_t status;

    *out = NULL;
    if (path == NULL || n_set < 0 || (n_set > 0 && set == NULL)) {
        free(study);
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "twp_study_read: path and set are required");
    }
    if (study == NULL || (study->arena = twp_arena_create(0)) == NULL
        || twp_findings_init(&study->findings, NULL) != TWP_OK) {
        twp_study_free(study);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the study");
    }
    status = read_all(study, path, set, n_set, err);
    twp_findings_sort(&study->findings);
    if (status == TWP_OK && study->findings.n_errors > 0)
        status = TWP_ERR_INPUT;
    study->is_whole = status == TWP_OK;
    if (status == TWP_ERR_INPUT)
        (void) TWP_FAIL(err, TWP_ERR_INPUT, "%s: %d error%s", path, study->findings.n_errors,
            study->findings.n_errors == 1 ? "" : "s");
    if (status == TWP_OK || status == TWP_ERR_INPUT)
        *out = study;
    else
        twp_study_free(study);
    return status;
}

void
twp_study_free(twp_study_t *study)
{
    if (study == NULL)
        return;
    for (int i = 0; i < study->n_strategies; i++) {
        if (study->model != NULL)
            twp_model_free(study->model[i]);
        if (study->typed != NULL && study->typed[i] != study->base)
            twp_study_typed_free(study->typed[i]);
    }
    free(study->number);
    twp_study_typed_free(study->base);
    if (study->findings.arena != NULL)
        twp_findings_clear(&study->findings);
    twp_document_clear(&study->document);
    twp_arena_free(study->arena);
    free(study);
}

/* ---- questions ------------------------------------------------------------------------------- */

int
twp_study_n_findings(const twp_study_t *study)
{
    return study->findings.n;
}

const twp_finding_t *
twp_study_finding(const twp_study_t *study, int i_finding)
{
    return &study->findings.item[i_finding];
}

int
twp_study_n_errors(const twp_study_t *study)
{
    return study->findings.n_errors;
}

int
twp_study_n_dropped(const twp_study_t *study)
{
    return study->findings.n_dropped;
}

const char *
twp_study_name(const twp_study_t *study)
{
    return study->is_whole ? study->base->name : NULL;
}

const char *
twp_study_question(const twp_study_t *study)
{
    return study->is_whole ? study->base->question : NULL;
}

const char *
twp_study_currency(const twp_study_t *study)
{
    return study->is_whole ? study->base->currency : NULL;
}

int64_t
twp_study_n_patients(const twp_study_t *study)
{
    return study->is_whole ? study->base->n_patients : 0;
}

double
twp_study_horizon_days(const twp_study_t *study)
{
    return study->is_whole ? study->base->horizon_days : 0.0;
}

int
twp_study_n_strategies(const twp_study_t *study)
{
    return study->is_whole ? study->n_strategies : 0;
}

const char *
twp_study_strategy(const twp_study_t *study, int i_strategy)
{
    return study->is_whole && i_strategy >= 0 && i_strategy < study->n_strategies
        ? study->base->strategy[i_strategy].name
        : NULL;
}

int
twp_study_n_tracks(const twp_study_t *study)
{
    return study->is_whole ? study->base->n_tracks : 0;
}

int
twp_study_n_states(const twp_study_t *study)
{
    return study->is_whole ? study->model[0]->n_states : 0;
}

int
twp_study_n_exits(const twp_study_t *study)
{
    return study->is_whole ? study->base->n_exits : 0;
}

int
twp_study_n_supports(const twp_study_t *study)
{
    return study->is_whole ? study->base->n_supports : 0;
}

int
twp_study_n_measures(const twp_study_t *study)
{
    return study->is_whole ? study->base->n_measures : 0;
}

const char *
twp_study_file(const twp_study_t *study, int i_file)
{
    return i_file >= 0 && i_file < study->document.n_files ? study->document.file[i_file].path
                                                           : NULL;
}

int
twp_study_n_numbers(const twp_study_t *study)
{
    return study->is_whole ? study->n_numbers : 0;
}

twp_number_row_t
twp_study_number(const twp_study_t *study, int i_number)
{
    const twp_explain_number_t *const number = &study->number[i_number];
    const twp_number_row_t row = { .path = number->path,
        .text = number->text,
        .source = number->source,
        .note = number->note,
        .origin = number->origin,
        .file = number->file,
        .line = number->line,
        .column = number->column,
        .is_parameter = number->is_parameter,
        .name = number->name,
        .value = number->value,
        .unit = number->dim,
        .low = number->low,
        .high = number->high };

    return row;
}

/* Adds what stands at path under a strategy when it is something else. */
static twp_status_t
explain_strategy(
    const twp_study_t *study, int i, const char *path, const char *base, FILE *out, twp_error_t *err)
{
    char *text = NULL;
    const twp_status_t status
        = twp_explain_path(&study->document, study->root[i], path, &text, err);

    if (status == TWP_OK && strcmp(text, base) != 0)
        (void) fprintf(out, "under strategy %s:\n%s", study->base->strategy[i].name, text);
    free(text);
    return status;
}

twp_status_t
twp_study_explain(const twp_study_t *study, const char *path, char **text, twp_error_t *err)
{
    char *base = NULL;
    size_t n_bytes = 0;
    FILE *out;
    twp_status_t status;

    *text = NULL;
    if (!study->is_whole)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "the study has errors");
    if (path == NULL)
        return twp_explain_study(study->base, text, err);
    status = twp_explain_path(&study->document, study->document.root, path, &base, err);
    if (status != TWP_OK)
        return status;
    out = open_memstream(text, &n_bytes);
    if (out == NULL) {
        free(base);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain %s", path);
    }
    (void) fputs(base, out);
    for (int i = 0; i < study->n_strategies && status == TWP_OK; i++)
        if (study->root[i] != study->document.root)
            status = explain_strategy(study, i, path, base, out, err);
    free(base);
    if (fclose(out) != 0 && status == TWP_OK)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain %s", path);
    if (status != TWP_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

/* ---- runs ------------------------------------------------------------------------------------ */

void
twp_run_settings_init(twp_run_settings_t *settings)
{
    memset(settings, 0, sizeof(*settings));
    settings->seed = 1;
}

/* Everything a run holds. */
typedef struct {
    twp_study_t *study;
    const twp_run_settings_t *settings;
    int n_models;
    const twp_model_t **model;         /* [n_models] */
    const twp_study_typed_t **typed;   /* [n_models] */
    twp_draw_plan_t **draw;            /* [n_models] */
    twp_outcome_counts_t *counts;      /* [n_models] */
    twp_population_t *population;
    twp_outcome_plan_t *plan;
    twp_figures_t *figures;
    twp_sums_t *sums;
    twp_recorder_plan_t *recorder;
    twp_fill_run_t fill_run;
    twp_fill_t *fill;
    int64_t n_done;
} run_t;

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

static twp_status_t
open_population(run_t *run, int64_t n_patients, twp_error_t *err)
{
    twp_status_t status = twp_population_open(run->typed, run->n_models, n_patients,
        &run->population, &run->study->findings, err);

    if (status == TWP_ERR_INPUT)
        twp_findings_sort(&run->study->findings);
    for (int s = 0; s < run->n_models && status == TWP_OK; s++)
        status = twp_population_plan_create(
            run->population, run->model[s], &run->draw[s], err);
    return status;
}

static twp_status_t
prepare(run_t *run, int64_t n_patients, twp_error_t *err)
{
    twp_status_t status = check_settings(run->study, run->settings, err);

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
        status = twp_recorder_plan_create(run->typed[0], run->model[0], &run->recorder, err);
    run->fill_run = (twp_fill_run_t){ .model = run->model,
        .n_models = run->n_models,
        .population = run->population,
        .plan = run->plan,
        .figures = run->figures,
        .recorder = run->recorder,
        .seed = run->settings->seed };
    return status;
}

static void
finish(run_t *run)
{
    twp_fill_abandon(run->fill);
    twp_sums_free(run->sums);
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

static twp_status_t
take(void *context, const twp_block_t *block, const void *partial, twp_error_t *err)
{
    run_t *const run = context;

    twp_sums_fold(run->sums, partial);
    run->n_done += block->n_twins;
    return twp_fill_take(run->fill, block, err);
}

/* What the command line set, a line each, so that the run can be done again from its file. */
static const char *
overrides_text(twp_arena_t *arena, const run_t *run)
{
    const twp_document_t *const document = &run->study->document;
    const char *text = "";

    for (int i = 0; text != NULL && i < document->n_set; i++)
        text = twp_arena_printf(arena, "%s--set %s\n", text, document->set[i]);
    if (text != NULL && run->settings->n_patients > 0)
        text = twp_arena_printf(
            arena, "%s--patients %" PRId64 "\n", text, run->settings->n_patients);
    for (int i = 0; text != NULL && i < run->settings->n_strategies; i++)
        text = twp_arena_printf(arena, "%s--strategy %s\n", text, run->settings->strategy[i]);
    return text;
}

static twp_status_t
write_rest(run_t *run, const twp_progress_t *done, int64_t started, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    const char *const overrides = arena != NULL ? overrides_text(arena, run) : NULL;
    const twp_provenance_t provenance = { .document = &run->study->document,
        .patients = run->population->has_csv ? &run->population->csv : NULL,
        .overrides = overrides,
        .seed = run->settings->seed,
        .n_twins = run->population->n_twins };
    const twp_session_t session = { .command_line = run->settings->command_line,
        .started = started,
        .finished = (int64_t) time(NULL),
        .n_threads = twp_engine_n_threads(run->settings->n_threads),
        .cpu_seconds = done->cpu_seconds };
    twp_status_t status = TWP_OK;

    if (overrides == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the results");
    if (status == TWP_OK)
        status = twp_fill_summary(run->fill, run->sums, run->counts, run->n_done, err);
    if (status == TWP_OK)
        status = twp_provenance_write(twp_fill_writer(run->fill), &provenance, err);
    if (status == TWP_OK)
        status = twp_session_write(twp_fill_writer(run->fill), &session, err);
    twp_arena_free(arena);
    return status;
}

static twp_status_t
live_and_write(run_t *run, twp_run_report_t *report, twp_error_t *err)
{
    const twp_run_settings_t *const settings = run->settings;
    const int64_t started = (int64_t) time(NULL);
    const twp_sink_t sink = { .context = run,
        .partial_bytes = run->figures->partial_bytes,
        .reduce = reduce,
        .take = take };
    const twp_run_options_t options = { .n_threads = settings->n_threads,
        .progress = settings->progress,
        .progress_context = settings->progress_context,
        .should_stop = settings->should_stop,
        .stop_context = settings->stop_context,
        .record = run->recorder };
    twp_progress_t done = { 0 };
    twp_status_t status = twp_fill_open(&run->fill_run, settings->output_path,
        settings->overwrite, settings->n_threads, &run->fill, err);
    bool is_partial;

    if (status == TWP_OK)
        status = twp_sums_create(run->figures, &run->sums, err);
    if (status == TWP_OK)
        status = twp_engine_run(run->model, (const twp_draw_plan_t *const *) run->draw,
            run->n_models, run->plan, run->counts, &sink, &options, &done, err);
    if (status != TWP_OK)
        return status;
    is_partial = run->n_done < run->population->n_twins;
    report->n_twins = run->population->n_twins;
    report->n_twins_done = run->n_done;
    report->n_strategies = run->n_models;
    report->n_events = done.n_events;
    report->wall_seconds = done.wall_seconds;
    report->cpu_seconds = done.cpu_seconds;
    report->n_threads = twp_engine_n_threads(settings->n_threads);
    report->is_partial = is_partial;
    if (is_partial && run->n_done == 0)
        return TWP_FAIL(err, TWP_ERR_INTERRUPTED, "stopped before the first block of twins");
    status = write_rest(run, &done, started, err);
    if (status == TWP_OK) {
        twp_fill_t *const fill = run->fill;

        run->fill = NULL;
        status = twp_fill_close(fill, is_partial, report->digest, err);
    }
    if (status == TWP_OK && is_partial)
        status = TWP_FAIL(err, TWP_ERR_INTERRUPTED,
            "stopped after %" PRId64 " of %" PRId64 " twins; %s is partial", run->n_done,
            run->population->n_twins, settings->output_path);
    return status;
}

twp_status_t
twp_study_run(twp_study_t *study, const twp_run_settings_t *settings, twp_run_report_t *report,
    twp_error_t *err)
{
    run_t run = { .study = study, .settings = settings };
    twp_run_report_t own;
    twp_status_t status;

    if (report == NULL)
        report = &own;
    memset(report, 0, sizeof(*report));
    if (settings->output_path == NULL || settings->output_path[0] == '\0')
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "a results file must be named");
    status = prepare(&run, settings->n_patients, err);
    if (status == TWP_OK)
        status = live_and_write(&run, report, err);
    finish(&run);
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
    status = prepare(&run, n_pilot, err);
    if (status == TWP_OK)
        status = twp_engine_run(run.model, (const twp_draw_plan_t *const *) run.draw,
            run.n_models, run.plan, run.counts, &sink, &options, &done, err);
    if (status == TWP_OK) {
        estimate->n_twins = n_asked;
        estimate->n_strategies = run.n_models;
        estimate->n_pilot_twins = (int) n_pilot;
        estimate->events_per_life
            = (double) done.n_events / ((double) n_pilot * run.n_models);
        estimate->cpu_seconds = done.cpu_seconds * (double) n_asked / (double) n_pilot;
        estimate->memory_bytes = twp_engine_memory_bytes(
            run.model, run.n_models, run.plan, settings->n_threads, n_asked);
        estimate->memory_bytes += twp_sums_bytes(run.figures);
        estimate->file_bytes
            = twp_fill_estimate_bytes(&run.fill_run, n_asked, estimate->events_per_life);
    }
    finish(&run);
    return status;
}
