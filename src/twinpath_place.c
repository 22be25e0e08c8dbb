/*
 * The library's face: places where the points of a sweep are bound. A place holds what one thread lives
 * points with: the study of sweep->model, or one that it has read itself at a point which could not be bound,
 * with typed studies and models of its own where their numbers move.
 */
#include "twinpath_point.h"

#include "study/moved.h"

#include <stdlib.h>
#include <string.h>

/* Points at which the study that is moved to the others is tried to be read. */
#define MOST_BEGINNINGS 16

typedef struct {
    twp_study_t *read;  /* what this place has read; or NULL: the sweep's */
    twp_study_t bound;  /* moved from it; its arena holds the copies */
    double *value;      /* [largest n_parameters] */
    twp_arena_t *arena; /* of the copies */
    int64_t n_read;
    twp_run_kept_t kept;
} place_t;

struct twp_sweep_places {
    const twp_sweep_study_t *sweep;
    twp_population_t *population; /* lent to all runs; NULL: they open their own */
    twp_findings_t findings;
    int n_places;
    place_t *place; /* [n_places] */
};

/* ---- copies ---------------------------------------------------------------------------------- */

static void
drop_copies(place_t *place)
{
    for (int i = 0; i < place->bound.n_strategies; i++)
        twp_model_free(place->bound.model[i]);
    if (place->bound.findings.arena != NULL)
        twp_findings_clear(&place->bound.findings);
    twp_arena_free(place->arena);
    place->bound = (twp_study_t){ .n_strategies = 0 };
    place->arena = NULL;
}

static bool
copy_strategy(place_t *place, const twp_study_t *from, int i)
{
    twp_study_t *const bound = &place->bound;

    bound->typed[i] = from->typed[i] == from->base
        ? bound->base
        : twp_study_moved_copy(from->typed[i], place->arena);
    if (bound->typed[i] == NULL || twp_model_copy(from->model[i], &bound->model[i], NULL) != TWP_OK)
        return false;
    bound->model[i]->study = bound->typed[i];
    return true;
}

/* Copies of a study that was read to be moved. False: no memory. */
static bool
copy_study(place_t *place, const twp_study_t *from)
{
    twp_study_t *const bound = &place->bound;
    const int n = from->n_strategies;
    int n_most = from->base->n_parameters;
    bool is_whole;

    drop_copies(place);
    if ((place->arena = twp_arena_create(0)) == NULL ||
        twp_findings_init(&bound->findings, NULL) != TWP_OK)
        return false;
    for (int i = 0; i < n; i++)
        if (from->typed[i]->n_parameters > n_most)
            n_most = from->typed[i]->n_parameters;
    place->value = TWP_ARENA_NEW(place->arena, double, n_most + 1);
    bound->borrows_from = from->borrows_from;
    bound->base = twp_study_moved_copy(from->base, place->arena);
    bound->typed = TWP_ARENA_NEW(place->arena, twp_study_typed_t *, n + 1);
    bound->model = TWP_ARENA_NEW(place->arena, twp_model_t *, n + 1);
    bound->root = from->root;
    is_whole = place->value != NULL && bound->base != NULL && bound->typed != NULL &&
        bound->model != NULL;
    for (int i = 0; i < n && is_whole; i++) {
        is_whole = copy_strategy(place, from, i);
        bound->n_strategies = is_whole ? i + 1 : i;
    }
    bound->is_whole = is_whole;
    return is_whole;
}

/* ---- moving ---------------------------------------------------------------------------------- */

static bool
bind_model(place_t *place, int i)
{
    const twp_study_typed_t *const typed = place->bound.typed[i];

    for (int p = 0; p < typed->n_parameters; p++)
        place->value[p] = typed->parameter[p].value;
    return twp_model_bind(place->bound.model[i], place->value, NULL) == TWP_OK;
}

static bool
move(const twp_sweep_study_t *sweep, place_t *place, int64_t i_point)
{
    twp_study_t *const bound = &place->bound;
    const twp_node_t *const *const node = &sweep->points->node[i_point * sweep->points->n_swept];
    twp_arena_t *const scratch = bound->is_whole ? twp_arena_create(0) : NULL;
    bool is_good = scratch != NULL && twp_study_move(bound->base, node, scratch);

    for (int i = 0; i < bound->n_strategies && is_good; i++) {
        if (bound->typed[i] != bound->base)
            is_good = twp_study_move(bound->typed[i], node, scratch);
        is_good = is_good && bind_model(place, i);
    }
    twp_arena_free(scratch);
    return is_good;
}

/* The study is read at this point, and moved on from there. */
static bool
read_here(const twp_sweep_study_t *sweep, place_t *place, int64_t i_point)
{
    twp_study_t *read = NULL;

    place->n_read++;
    if (twp_sweep_study_read(sweep, i_point, true, &read, NULL) != TWP_OK) {
        twp_study_free(read);
        return false;
    }
    if (!copy_study(place, read)) {
        drop_copies(place);
        twp_study_free(read);
        return false;
    }
    twp_study_free(place->read);
    place->read = read;
    return move(sweep, place, i_point);
}

twp_study_t *
twp_sweep_place_bind(twp_sweep_places_t *places, int i_place, int64_t i_point)
{
    place_t *const place = &places->place[i_place];

    if (places->sweep->model == NULL)
        return NULL;
    return move(places->sweep, place, i_point) || read_here(places->sweep, place, i_point)
        ? &place->bound
        : NULL;
}

/* What goes wrong is told as of the study read at the point. */
twp_status_t
twp_sweep_place_live(twp_sweep_places_t *places, int i_place, const twp_run_settings_t *settings,
    int64_t i_point, twp_results_writer_t **captured, twp_run_report_t *report, twp_error_t *err)
{
    const twp_sweep_study_t *const sweep = places->sweep;
    twp_study_t *const bound = twp_sweep_place_bind(places, i_place, i_point);
    twp_error_t own = { TWP_OK, "" };
    twp_status_t status;

    if (bound != NULL) {
        status = twp_run_capture(bound, settings, twp_sweep_fresh_point(sweep, i_point),
            &places->place[i_place].kept, captured, report, &own);
        if (status == TWP_OK || status == TWP_ERR_INTERRUPTED)
            return status == TWP_OK ? status : TWP_FAIL(err, status, "%s", own.message);
    }
    return twp_sweep_study_live(sweep, settings, i_point, captured, report, err);
}

/* ---- places ---------------------------------------------------------------------------------- */

/* A file that cannot be read is the runs' to tell. */
static void
open_population(twp_sweep_places_t *places, const twp_run_settings_t *settings)
{
    const twp_study_t *const model = places->sweep->model;

    if (settings == NULL || model == NULL || model->base->patients_csv == NULL)
        return;
    if (twp_population_open((const twp_study_typed_t *const *) model->typed, model->n_strategies,
            settings->n_patients, &places->population, &places->findings, NULL) != TWP_OK)
        places->population = NULL;
}

twp_status_t
twp_sweep_places_open(const twp_sweep_study_t *sweep, const twp_run_settings_t *settings,
    int n_places, twp_sweep_places_t **out, twp_error_t *err)
{
    twp_sweep_places_t *const places = calloc(1, sizeof *places);
    bool is_whole = places != NULL && twp_findings_init(&places->findings, NULL) == TWP_OK;

    if (is_whole) {
        places->sweep = sweep;
        places->n_places = n_places;
        places->place = calloc((size_t) n_places, sizeof *places->place);
        is_whole = places->place != NULL;
    }
    for (int i = 0; i < n_places && is_whole && sweep->model != NULL; i++)
        is_whole = copy_study(&places->place[i], sweep->model);
    if (!is_whole) {
        twp_sweep_places_close(places);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points of a sweep");
    }
    open_population(places, settings);
    for (int i = 0; i < n_places; i++)
        places->place[i].kept.population = places->population;
    *out = places;
    return TWP_OK;
}

void
twp_sweep_places_close(twp_sweep_places_t *places)
{
    if (places == NULL)
        return;
    for (int i = 0; places->place != NULL && i < places->n_places; i++) {
        drop_copies(&places->place[i]);
        twp_study_free(places->place[i].read);
        twp_sums_free(places->place[i].kept.sums);
    }
    twp_population_free(places->population);
    if (places->findings.arena != NULL)
        twp_findings_clear(&places->findings);
    free(places->place);
    free(places);
}

int64_t
twp_sweep_places_n_read(const twp_sweep_places_t *places)
{
    int64_t n = 0;

    for (int i = 0; i < places->n_places; i++)
        n += places->place[i].n_read;
    return n;
}

/* ---- what is moved --------------------------------------------------------------------------- */

twp_status_t
twp_sweep_study_begin(twp_study_t *study, twp_sweep_study_t *sweep, twp_error_t *err)
{
    twp_status_t status;

    *sweep = (twp_sweep_study_t){ .study = study };
    status = twp_sweep_create(study->base, &sweep->points, err);
    for (int64_t i = 0; status == TWP_OK && sweep->model == NULL && i < MOST_BEGINNINGS &&
         sweep->points->n_swept > 0 && i < sweep->points->n_points;
         i++) {
        twp_study_t *read = NULL;

        if (twp_sweep_study_read(sweep, i, true, &read, NULL) == TWP_OK)
            sweep->model = read;
        else
            twp_study_free(read);
    }
    return status;
}

twp_status_t
twp_sweep_study_open(twp_study_t *study, twp_sweep_study_t *sweep, twp_error_t *err)
{
    *sweep = (twp_sweep_study_t){ .study = study };
    if (!study->is_whole)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "the study has errors");
    return twp_sweep_study_begin(study, sweep, err);
}

void
twp_sweep_study_close(twp_sweep_study_t *sweep)
{
    twp_study_free(sweep->model);
    twp_sweep_free(sweep->points);
    sweep->model = NULL;
    sweep->points = NULL;
}

bool
twp_sweep_study_can_move(const twp_sweep_study_t *sweep, int k)
{
    const twp_study_t *const model = sweep->model;

    if (model == NULL || !twp_study_can_move(model->base, k))
        return false;
    for (int i = 0; i < model->n_strategies; i++)
        if (!twp_study_can_move(model->typed[i], k))
            return false;
    return true;
}
