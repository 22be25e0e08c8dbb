/* The library's face: studies, read, checked and asked. */
#include "twinpath_point.h"

#include "engine/parameter_set.h"
#include "results/provenance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How far up from the study's folder the table of evidence is looked for. */
#define EVIDENCE_MAX_PARENTS 4

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
        "sweep", "tables", "targets", "time", "twinpath", "uncertain" };

    for (int i = 0; i < strategy->overrides->n; i++) {
        const twp_pair_t *const pair = &strategy->overrides->pair[i];
        const twp_place_t place = { pair->value->file, pair->line, pair->column,
            strategy->place.path };

        for (size_t k = 0; k < sizeof(common) / sizeof(common[0]); k++) {
            const size_t length = strlen(common[k]);

            if (strncmp(pair->key, common[k], length) == 0 &&
                (pair->key[length] == '\0' || pair->key[length] == '.'))
                twp_findings_add(&study->findings, place, pair->key, NULL, NULL,
                    "`%s` is the same under all strategies; one of them cannot set it", common[k]);
        }
    }
}

static bool
same_measure(const twp_study_measure_t *a, const twp_study_measure_t *b)
{
    if (strcmp(a->name, b->name) != 0 || a->n_times != b->n_times || a->gap_days != b->gap_days ||
        a->window_days != b->window_days)
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
                NULL, "measure %s would mean something else under strategy %s", a->measure[k].name,
                a->strategy[i].name);
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
    if (status == TWP_OK && i > 0 && study->model[0] != NULL &&
        !twp_model_same_shape(study->model[0], study->model[i], &what)) {
        twp_findings_add(&study->findings, strategy->place, strategy->name, NULL, NULL,
            "strategy %s changes the structure of the model (%s); it may change numbers only",
            strategy->name, what);
        status = TWP_ERR_INPUT;
    }
    return status;
}

/* What was cited when a study was run and kept is no question any more. */
static twp_status_t
read_all(twp_study_t *study, const char *path, const twp_document_files_t *files,
    const char *const *set, int n_set, twp_error_t *err)
{
    const char *evidence;
    twp_status_t status = files != NULL ? twp_document_read_files(&study->document, files,
                                              (char *const *) set, n_set, &study->findings, err)
                                        : twp_document_read(&study->document, path,
                                              (char *const *) set, n_set, &study->findings, err);
    bool is_wrong = false;

    if (status != TWP_OK)
        return status;
    evidence = files == NULL ? find_evidence(study->arena, study->document.folder) : NULL;
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
    status = twp_sweep_study_check(study, err);
    if (status == TWP_OK)
        status = twp_parameter_plan_create(study->base, 1, &study->parameters, err);
    if (status != TWP_OK)
        return status;
    return twp_explain_parameters(study->base, &study->number, &study->n_numbers, err);
}

static twp_status_t
read_study(const char *path, const twp_document_files_t *files, const char *const *set, int n_set,
    twp_study_t **out, twp_error_t *err)
{
    twp_study_t *const study = calloc(1, sizeof(*study));
    twp_status_t status;

    *out = NULL;
    if (path == NULL || n_set < 0 || (n_set > 0 && set == NULL)) {
        free(study);
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "twp_study_read: path and set are required");
    }
    if (study == NULL || (study->arena = twp_arena_create(0)) == NULL ||
        twp_findings_init(&study->findings, NULL) != TWP_OK) {
        twp_study_free(study);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the study");
    }
    status = read_all(study, path, files, set, n_set, err);
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

twp_status_t
twp_study_read(
    const char *path, const char *const *set, int n_set, twp_study_t **study, twp_error_t *err)
{
    return read_study(path, NULL, set, n_set, study, err);
}

twp_status_t
twp_study_read_files(const twp_document_files_t *files, const char *const *set, int n_set,
    twp_study_t **study, twp_error_t *err)
{
    return read_study(files->name[0], files, set, n_set, study, err);
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
    twp_parameter_plan_free(study->parameters);
    twp_study_typed_free(study->base);
    if (study->findings.arena != NULL)
        twp_findings_clear(&study->findings);
    if (study->borrows_from == NULL)
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

int64_t
twp_study_n_parameter_sets(const twp_study_t *study)
{
    return study->is_whole ? study->base->n_parameter_sets : 0;
}

int64_t
twp_study_n_points(const twp_study_t *study)
{
    return study->is_whole ? study->base->sweep.n_points : 0;
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

/* What is known of a parameter's distribution, in the unit in which its value is written. */
static void
add_distribution(const twp_study_t *study, int i_parameter, twp_number_row_t *row)
{
    const twp_study_parameter_t *const parameter = &study->base->parameter[i_parameter];
    twp_parameter_margin_t margin;

    row->written_unit = parameter->unit;
    if (parameter->is_uncertain && !parameter->is_drawn)
        row->distribution = "follows";
    if (!twp_parameter_margin(study->parameters, i_parameter, &margin))
        return;
    row->distribution = margin.text;
    row->mean = margin.mean / parameter->unit_size;
    row->p025 = margin.low / parameter->unit_size;
    row->p975 = margin.high / parameter->unit_size;
}

twp_number_row_t
twp_study_number(const twp_study_t *study, int i_number)
{
    const twp_explain_number_t *const number = &study->number[i_number];
    twp_number_row_t row = { .path = number->path,
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
        .high = number->high,
        .mean = NAN,
        .p025 = NAN,
        .p975 = NAN };

    if (number->is_parameter)
        add_distribution(study, number->i_parameter, &row);
    return row;
}

/* Adds how sure a parameter is, when path is one: parameters.NAME, NAME, or what is below. */
static twp_status_t
explain_uncertainty(const twp_study_t *study, const char *path, FILE *out)
{
    static const char section[] = "parameters.";
    const char *const name =
        strncmp(path, section, sizeof section - 1) == 0 ? path + sizeof section - 1 : path;
    const size_t length = strcspn(name, ".");

    for (int i = 0; i < study->base->n_parameters; i++) {
        const twp_study_parameter_t *const parameter = &study->base->parameter[i];
        twp_number_row_t row = { .mean = NAN };

        if (strlen(parameter->name) != length || strncmp(parameter->name, name, length) != 0 ||
            !parameter->is_uncertain)
            continue;
        add_distribution(study, i, &row);
        if (row.distribution == NULL)
            return TWP_ERR_MEMORY;
        if (isnan(row.mean))
            fprintf(out, "  uncertain: follows uncertain parameters\n");
        else
            fprintf(out, "  uncertain: %s; mean %.6g, 95 %% %.6g to %.6g%s%s\n", row.distribution,
                row.mean, row.p025, row.p975, row.written_unit[0] != '\0' ? " " : "",
                row.written_unit);
    }
    return TWP_OK;
}

/* Adds what stands at path under a strategy when it is something else. */
static twp_status_t
explain_strategy(const twp_study_t *study, int i, const char *path, const char *base, FILE *out,
    twp_error_t *err)
{
    char *text = NULL;
    const twp_status_t status = twp_explain_path(
        &study->document, study->root[i], path, &text, err);

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
    if (explain_uncertainty(study, path, out) != TWP_OK)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain %s", path);
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
