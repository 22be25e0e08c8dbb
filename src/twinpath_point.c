/* The library's face: a study at one point of its sweep. */
#include "twinpath_point.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A check reads the study again at so many points, found among so many. */
#define MOST_TRIED 64
#define MOST_LOOKED_AT 4096

/* ---- read again ------------------------------------------------------------------------------ */

static const twp_node_t *const *
node_of(const twp_sweep_study_t *sweep, int64_t i_point)
{
    return &sweep->points->node[i_point * sweep->points->n_swept];
}

/* The tree of a strategy with the point's values put into it. */
static twp_status_t
put_values(const twp_sweep_study_t *sweep, int64_t i_point, const twp_node_t *root,
    twp_study_t *bound, twp_node_t **out, twp_error_t *err)
{
    const twp_sweep_t *const points = sweep->points;
    const char *path[TWP_STUDY_MAX_SWEPT + 1];

    for (int k = 0; k < points->n_swept; k++)
        path[k] = points->swept[k].path;
    return twp_document_put(bound->arena, root, points->n_swept, path, node_of(sweep, i_point),
        &bound->findings, out, err);
}

/* Numbers that the study can be moved in later. */
static int
n_moved(const twp_sweep_study_t *sweep, const twp_study_t *bound)
{
    return bound->is_to_move ? sweep->points->n_swept : 0;
}

static twp_status_t
read_strategy(
    const twp_sweep_study_t *sweep, int64_t i_point, int i, twp_study_t *bound, twp_error_t *err)
{
    const twp_study_t *const study = sweep->study;
    twp_node_t *root = NULL;
    const char *what = "";
    twp_status_t status = TWP_OK;

    if (study->typed[i] == study->base) {
        bound->typed[i] = bound->base;
    } else {
        status = put_values(sweep, i_point, study->root[i], bound, &root, err);
        if (status == TWP_OK)
            status = twp_study_typed_read_moved(&study->document, root, n_moved(sweep, bound),
                node_of(sweep, i_point), &bound->findings, &bound->typed[i], err);
        bound->root[i] = root;
    }
    if (status != TWP_OK)
        return status;
    status = twp_model_compile(bound->typed[i], i, 1, &bound->findings, &bound->model[i], err);
    if (status == TWP_OK && !twp_model_same_shape(study->model[i], bound->model[i], &what))
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "it changes the structure of the model (%s); points may change numbers only", what);
    return status;
}

/* What is the same under all strategies is read from the study without any strategy's `set`. */
static twp_status_t
read_base(const twp_sweep_study_t *sweep, int64_t i_point, twp_study_t *bound, twp_error_t *err)
{
    const twp_study_t *const study = sweep->study;
    twp_node_t *root = NULL;
    twp_status_t status = put_values(sweep, i_point, study->document.root, bound, &root, err);

    if (status == TWP_OK)
        status = twp_study_typed_read_moved(&study->document, root, n_moved(sweep, bound),
            node_of(sweep, i_point), &bound->findings, &bound->base, err);
    return status;
}

static twp_status_t
read_all(const twp_sweep_study_t *sweep, int64_t i_point, twp_study_t *bound, twp_error_t *err)
{
    const twp_study_t *const study = sweep->study;
    const int n = study->n_strategies;
    twp_status_t status = read_base(sweep, i_point, bound, err);

    bound->typed = TWP_ARENA_NEW(bound->arena, twp_study_typed_t *, n + 1);
    bound->root = TWP_ARENA_NEW(bound->arena, const twp_node_t *, n + 1);
    bound->model = TWP_ARENA_NEW(bound->arena, twp_model_t *, n + 1);
    if (bound->typed == NULL || bound->root == NULL || bound->model == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a point");
    bound->n_strategies = n;
    for (int i = 0; i < n && status == TWP_OK; i++)
        status = read_strategy(sweep, i_point, i, bound, err);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

twp_status_t
twp_sweep_study_refuse(const twp_sweep_t *points, int64_t i_point, const twp_study_t *bound,
    twp_status_t status, const twp_error_t *own, twp_error_t *err)
{
    const char *const text = bound != NULL && bound->arena != NULL
        ? twp_sweep_point_text(bound->arena, points, i_point)
        : "";
    const twp_finding_t *finding = NULL;

    for (int i = 0; bound != NULL && i < bound->findings.n && finding == NULL; i++)
        if (!bound->findings.item[i].is_warning)
            finding = &bound->findings.item[i];
    if (status == TWP_ERR_INPUT)
        status = TWP_ERR_FAULT; /* the study as written is good */
    return TWP_FAIL(err, status, "point %" PRId64 " (%s): %s%s%s", i_point + 1,
        text != NULL ? text : "", finding != NULL ? finding->path : "", finding != NULL ? ": " : "",
        finding != NULL ? finding->message : own->message);
}

twp_status_t
twp_sweep_study_read(const twp_sweep_study_t *sweep, int64_t i_point, bool is_to_move,
    twp_study_t **out, twp_error_t *err)
{
    twp_study_t *const bound = calloc(1, sizeof(*bound));
    twp_status_t status;

    *out = NULL;
    if (bound == NULL || (bound->arena = twp_arena_create(0)) == NULL ||
        twp_findings_init(&bound->findings, NULL) != TWP_OK) {
        if (bound != NULL)
            twp_arena_free(bound->arena);
        free(bound);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a point");
    }
    bound->borrows_from = sweep->study;
    bound->is_to_move = is_to_move;
    status = read_all(sweep, i_point, bound, err);
    bound->is_whole = status == TWP_OK;
    *out = bound;
    return status;
}

twp_status_t
twp_sweep_study_bind(
    const twp_sweep_study_t *sweep, int64_t i_point, twp_study_t **out, twp_error_t *err)
{
    twp_error_t own = { TWP_OK, "" };
    twp_status_t status = twp_sweep_study_read(sweep, i_point, false, out, &own);

    if (status == TWP_OK)
        return status;
    status = twp_sweep_study_refuse(sweep->points, i_point, *out, status, &own, err);
    twp_study_free(*out);
    *out = NULL;
    return status;
}

int64_t
twp_sweep_fresh_point(const twp_sweep_study_t *sweep, int64_t i_point)
{
    return sweep->points->are_twins_fresh ? i_point + 1 : 0;
}

twp_status_t
twp_sweep_study_live(const twp_sweep_study_t *sweep, const twp_run_settings_t *settings,
    int64_t i_point, twp_results_writer_t **captured, twp_run_report_t *report, twp_error_t *err)
{
    twp_study_t *bound = NULL;
    twp_error_t own = { TWP_OK, "" };
    twp_status_t status = twp_sweep_study_bind(sweep, i_point, &bound, err);

    *captured = NULL;
    if (status != TWP_OK)
        return status;
    status = twp_run_capture(
        bound, settings, twp_sweep_fresh_point(sweep, i_point), NULL, captured, report, &own);
    if (status != TWP_OK && status != TWP_ERR_INTERRUPTED)
        status = twp_sweep_study_refuse(sweep->points, i_point, bound, status, &own, err);
    twp_study_free(bound);
    return status;
}

twp_status_t
twp_sweep_study_shape(const twp_sweep_study_t *sweep, const twp_run_settings_t *settings,
    int64_t i_point, twp_results_writer_t **captured, twp_error_t *err)
{
    twp_study_t *bound = NULL;
    twp_error_t own = { TWP_OK, "" };
    twp_status_t status = twp_sweep_study_bind(sweep, i_point, &bound, err);

    *captured = NULL;
    if (status != TWP_OK)
        return status;
    status = twp_run_capture_shape(bound, settings, captured, &own);
    if (status != TWP_OK)
        status = twp_sweep_study_refuse(sweep->points, i_point, bound, status, &own, err);
    twp_study_free(bound);
    return status;
}

/* ---- what cannot be lived ---------------------------------------------------------------------- */

/* Whether a value stands at the point that stands at none before it. Listed values share their nodes. */
static bool
has_new_value(const twp_sweep_t *points, int64_t i_point)
{
    for (int k = 0; k < points->n_swept; k++) {
        const int64_t n = points->n_swept;
        const twp_node_t *const node = points->node[i_point * n + k];
        bool is_new = true;

        for (int64_t i = 0; i < i_point && is_new; i++)
            is_new = points->node[i * n + k] != node;
        if (is_new)
            return true;
    }
    return false;
}

/* What the point's values made wrong, at their places; no place twice. */
static void
take_findings(twp_study_t *study, const twp_study_t *bound, const char *text)
{
    for (int i = 0; i < bound->findings.n; i++) {
        const twp_finding_t *const one = &bound->findings.item[i];
        const twp_place_t place = { one->file, one->line, one->column, one->path };
        bool is_known = one->is_warning;

        for (int j = 0; j < study->findings.n && !is_known; j++) {
            const twp_finding_t *const other = &study->findings.item[j];

            is_known = strcmp(other->file, one->file) == 0 && other->line == one->line &&
                other->column == one->column;
        }
        if (!is_known)
            twp_findings_add(&study->findings, place, one->found, one->expected, one->nearest,
                "%s (at the point %s)", one->message, text);
    }
}

static twp_status_t
try_point(
    const twp_sweep_study_t *sweep, twp_sweep_places_t *places, int64_t i_point, twp_error_t *err)
{
    twp_study_t *const study = sweep->study;
    twp_study_t *bound = NULL;
    twp_error_t own = { TWP_OK, "" };
    twp_status_t status;

    if (twp_sweep_place_bind(places, 0, i_point) != NULL)
        return TWP_OK;
    status = twp_sweep_study_read(sweep, i_point, false, &bound, &own);

    if (status == TWP_OK || status == TWP_ERR_MEMORY) {
        twp_study_free(bound);
        return status == TWP_OK ? status : TWP_FAIL(err, status, "%s", own.message);
    }
    const char *const text = twp_sweep_point_text(study->arena, sweep->points, i_point);
    const int n_errors = study->findings.n_errors;

    if (text == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a point");
    else
        take_findings(study, bound, text);
    if (text != NULL && bound->findings.n_errors == 0 && study->findings.n_errors == n_errors)
        twp_findings_add(
            &study->findings, study->base->sweep.place, text, NULL, NULL, "%s", own.message);
    twp_study_free(bound);
    return text == NULL ? status : TWP_OK;
}

twp_status_t
twp_sweep_study_check(twp_study_t *study, twp_error_t *err)
{
    twp_sweep_study_t sweep = { .study = study };
    twp_sweep_places_t *places = NULL;
    twp_status_t status = TWP_OK;
    int n_tried = 0;

    if (study->base->sweep.n_points == 0)
        return TWP_OK;
    status = twp_sweep_study_begin(study, &sweep, err);
    if (status == TWP_OK)
        status = twp_sweep_places_open(&sweep, NULL, 1, &places, err);
    for (int64_t i = 0; status == TWP_OK && i < sweep.points->n_points && i < MOST_LOOKED_AT &&
         n_tried < MOST_TRIED;
         i++)
        if (has_new_value(sweep.points, i)) {
            status = try_point(&sweep, places, i, err);
            n_tried++;
        }
    twp_sweep_places_close(places);
    twp_sweep_study_close(&sweep);
    return status;
}

/* ---- what the points are ----------------------------------------------------------------------- */

/* The unit in which results files write a number; *factor turns the written one into it. */
static const char *
unit_of(const twp_study_typed_t *study, const twp_study_swept_t *swept, twp_arena_t *arena,
    double *factor)
{
    const twp_dim_t dim = swept->dim;
    const char *const currency = study->currency != NULL ? study->currency : "money";

    *factor = swept->unit_size;
    if (dim.time == 0 && dim.money == 0)
        return "1";
    if (dim.time == 1 && dim.money == 0 && strncmp(swept->unit, "year", 4) == 0 &&
        (swept->unit[4] == '\0' || strcmp(swept->unit, "years") == 0)) {
        *factor = 1.0;
        return "year";
    }
    if (dim.time == 1 && dim.money == 0)
        return "d";
    if (dim.time == 0 && dim.money == 1)
        return currency;
    if (dim.money == 0)
        return twp_arena_printf(arena, "d%d", dim.time);
    if (dim.money == 1)
        return twp_arena_printf(arena, "%s d%d", currency, dim.time);
    return twp_arena_printf(arena, "%s%d d%d", currency, dim.money, dim.time);
}

twp_status_t
twp_sweep_study_points(const twp_sweep_study_t *sweep, int64_t first, int64_t n, twp_arena_t *arena,
    twp_stack_points_t *out, twp_error_t *err)
{
    const twp_sweep_t *const points = sweep->points;
    const int n_swept = points->n_swept;
    const char **const name = TWP_ARENA_NEW(arena, const char *, n_swept + 1);
    const char **const unit = TWP_ARENA_NEW(arena, const char *, n_swept + 1);
    const char **const path = TWP_ARENA_NEW(arena, const char *, n_swept + 1);
    double *const value = TWP_ARENA_NEW(arena, double, n *n_swept + 1);

    if (name == NULL || unit == NULL || path == NULL || value == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points");
    for (int k = 0; k < n_swept; k++) {
        double factor;

        name[k] = points->swept[k].name;
        path[k] = points->swept[k].path;
        unit[k] = unit_of(sweep->study->base, &points->swept[k], arena, &factor);
        if (unit[k] == NULL)
            return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points");
        for (int64_t i = 0; i < n; i++)
            value[i * n_swept + k] = factor * points->value[(first + i) * n_swept + k];
    }
    *out = (twp_stack_points_t){ .first = (int32_t) first + 1,
        .n_swept = n_swept,
        .name = name,
        .unit = unit,
        .path = path,
        .value = value };
    return TWP_OK;
}
