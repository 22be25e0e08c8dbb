/* A merged tree becomes a typed study: shape, names, values, structure, checks of the whole. */
#include "study/read.h"
#include "study/schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STUDY_MAX_BYTES ((size_t) 1 << 30)

/* ---- time ----------------------------------------------------------------------------------- */

static double
read_span(twp_read_t *read, twp_spot_t time, const char *key, double fallback)
{
    const twp_spot_t spot = twp_read_get(read, time, key);
    const double days = twp_read_constant(read, spot, TWP_DIM_TIME, fallback);

    if (!(days > 0))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a time above 0", NULL,
            "the time is out of range");
    return days;
}

static void
read_time(twp_read_t *read)
{
    const twp_spot_t time = twp_read_get(read, read->root, "time");
    const char *starts = twp_read_text(twp_read_get(read, time, "starts"));
    twp_study_typed_t *study = read->study;

    if (starts != NULL && strlen(starts) == strlen("YYYY-MM-DD")) { /* else: the shape check's */
        study->starts_year = (int) strtol(starts, NULL, 10);
        study->starts_month = (int) strtol(starts + 5, NULL, 10);
        study->starts_day = (int) strtol(starts + 8, NULL, 10);
    }
    study->horizon_days = read_span(read, time, "horizon", INFINITY);
    study->follow_up_days = read_span(read, time, "follow_up", INFINITY);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void
prepare(twp_read_t *read)
{
    twp_study_typed_t *study = read->study;

    study->name = twp_read_text(twp_read_get(read, read->root, "study"));
    study->question = twp_read_text(twp_read_get(read, read->root, "question"));
    study->note = twp_read_text(twp_read_get(read, read->root, "note"));
    twp_read_words(read);
    twp_read_symbols(read);
    read->parameter_reading = TWP_READ_NEW(read, twp_reading_t, study->n_parameters);
    read->attribute_reading = TWP_READ_NEW(read, twp_reading_t, study->n_attributes);
    read->formula_reading = TWP_READ_NEW(read, twp_reading_t, study->n_formulas);
    read->is_formula_used = TWP_READ_NEW(read, bool, study->n_formulas);
    read->is_variable_wrong = TWP_READ_NEW(read, bool, study->n_variables);
    read->is_table_used = TWP_READ_NEW(read, bool, study->n_tables);
    read->common_path = TWP_READ_NEW(read, const char *, study->n_parameters);
    read->parameter_value = TWP_READ_NEW(read, double, twp_study_n_values(study));
    study->parameter_order = TWP_READ_NEW(read, int, study->n_parameters);
    study->draw_order = TWP_READ_NEW(read, int, study->n_attributes);
    study->formula_order = TWP_READ_NEW(read, int, study->n_formulas);
}

/*
 * In the order in which things need each other. Whatever is wrong leaves a finding and something
 * harmless in its place, so that the rest can be read and more be told.
 */
static void
read_all(twp_read_t *read)
{
    twp_study_typed_t *study = read->study;

    prepare(read);
    twp_read_money(read);
    twp_read_tables(read);
    twp_read_joint_members(read);
    for (int i = 0; i < study->n_parameters; i++)
        twp_read_parameter(read, i);
    twp_read_joints(read);
    twp_read_attributes(read);
    twp_read_variables(read);
    read_time(read);
    twp_read_values(read);
    twp_read_observations(read);
    twp_read_population(read);
    twp_read_named_actions(read);
    twp_read_tracks(read);
    twp_read_exits(read);
    twp_read_doses(read);
    twp_read_supports(read);
    twp_read_support_effects(read);
    twp_read_together(read);
    twp_read_utility(read);
    twp_read_renumber(read);
    twp_read_strategies(read);
    twp_read_report(read);
    twp_read_record(read);
    twp_read_targets(read);
    twp_check_columns(read);
    twp_read_sweep(read);
    twp_check_swept(read);
    twp_check_cycles(read);
    twp_check_streams(read);
    twp_check_use(read);
    if (read->findings->n_errors == read->n_errors_before)
        twp_check_reach(read);
}

/* Nothing here changes after setjmp(), so that coming back from a jump finds it as it was. */
static twp_status_t
read_guarded(twp_read_t *read, twp_error_t *err)
{
    if (setjmp(read->out_of_memory) != 0)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "the study needs more memory than there is");
    read_all(read);
    return TWP_OK;
}

static twp_status_t
check_evidence(const twp_node_t *root, const char *path, twp_findings_t *findings, twp_error_t *err)
{
    twp_csv_t csv = { 0 };
    twp_status_t status = twp_csv_read(&csv, path, path, findings, err);

    if (status == TWP_OK)
        status = twp_schema_evidence(root, &csv, findings, err);
    twp_csv_clear(&csv);
    return status;
}

/* What is said about the shape, the sources and the evidence; only other errors end the reading. */
static twp_status_t
check_shape(twp_read_t *read, const char *evidence_path, twp_error_t *err)
{
    const twp_node_t *root = read->root.node;
    twp_status_t status = twp_schema_check(root, read->findings, err);

    if (status == TWP_OK || status == TWP_ERR_INPUT)
        status = twp_schema_numbers(
            read->arena, root, read->findings, &read->study->number, &read->study->n_numbers, err);
    if (status == TWP_OK || status == TWP_ERR_INPUT)
        status = evidence_path != NULL ? check_evidence(root, evidence_path, read->findings, err)
                                       : twp_schema_evidence(root, NULL, read->findings, err);
    return status == TWP_ERR_INPUT ? TWP_OK : status;
}

static twp_status_t
read_tree(const twp_document_t *document, const twp_node_t *root, const char *evidence_path,
    int n_moved, const twp_node_t *const *node, twp_findings_t *findings, twp_study_typed_t **study,
    twp_error_t *err)
{
    twp_arena_t *arena = twp_arena_create(STUDY_MAX_BYTES);
    twp_read_t *read = arena != NULL ? TWP_ARENA_NEW(arena, twp_read_t, 1) : NULL;
    twp_study_typed_t *out = arena != NULL ? TWP_ARENA_NEW(arena, twp_study_typed_t, 1) : NULL;
    const int n_errors = findings->n_errors;
    twp_status_t status;

    *study = NULL;
    if (read == NULL || out == NULL) {
        twp_arena_free(arena);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a study");
    }
    out->arena = arena;
    *read = (twp_read_t){ .document = document,
        .root = { root, "" },
        .findings = findings,
        .n_findings_before = findings->n,
        .n_errors_before = n_errors,
        .study = out,
        .arena = arena,
        .n_moved = n_moved,
        .moved_node = node };
    status = check_shape(read, evidence_path, err);
    if (status == TWP_OK)
        status = read_guarded(read, err);
    twp_csv_clear(&read->csv);
    twp_csv_clear(&read->table_csv);
    twp_csv_clear(&read->draws_csv);
    twp_csv_clear(&read->points_csv);
    free(read->row);
    if (status == TWP_OK && findings->n_errors > n_errors)
        status = TWP_FAIL(err, TWP_ERR_INPUT, "the study has %d error%s",
            findings->n_errors - n_errors, findings->n_errors - n_errors == 1 ? "" : "s");
    if (status != TWP_OK) {
        twp_arena_free(arena);
        return status;
    }
    *study = out;
    return TWP_OK;
}

twp_status_t
twp_study_typed_read(const twp_document_t *document, const twp_node_t *root,
    const char *evidence_path, twp_findings_t *findings, twp_study_typed_t **study,
    twp_error_t *err)
{
    return read_tree(document, root, evidence_path, 0, NULL, findings, study, err);
}

twp_status_t
twp_study_typed_read_moved(const twp_document_t *document, const twp_node_t *root, int n_moved,
    const twp_node_t *const *node, twp_findings_t *findings, twp_study_typed_t **study,
    twp_error_t *err)
{
    return read_tree(document, root, NULL, n_moved, node, findings, study, err);
}

void
twp_study_typed_free(twp_study_typed_t *study)
{
    if (study != NULL)
        twp_arena_free(study->arena);
}
