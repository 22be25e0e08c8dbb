#include "record/outcome_making.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- watches ----------------------------------------------------------------------------- */

/** Notes that i watches i_state; in the counting pass (watch NULL) only how many do. */
static void
add_watch(
    twp_outcome_watches_t *watches, int32_t *n_of_state, int32_t i_state, int32_t kind, int32_t i)
{
    if (i_state < 0)
        return;
    if (watches->watch != NULL)
        watches->watch[watches->first[i_state] + n_of_state[i_state]] =
            (twp_outcome_watch_t){ kind, i };
    n_of_state[i_state]++;
}

static bool
needs_discounted_time(const twp_outcome_figure_t *figure)
{
    return figure->is_discounted &&
        (figure->measure == TWP_MEASURE_TIME_IN || figure->measure == TWP_MEASURE_LIFE_YEARS);
}

static void
add_enter_watches(const twp_outcome_making_t *making, twp_outcome_watches_t *watches, int32_t *n)
{
    const twp_outcome_tables_t *t = making->tables;

    for (int i = 0; i < t->n_spans; i++)
        add_watch(watches, n, t->span[i].i_of, TWP_WATCH_SPAN_END, i);
    for (int i = 0; i < t->n_spans; i++)
        add_watch(watches, n, t->span[i].i_since, TWP_WATCH_SPAN_START, i);
    for (int i = 0; i < t->n_doses; i++)
        add_watch(watches, n, t->dose[i].i_since, TWP_WATCH_DOSE_START, i);
}

static void
add_leave_watches(const twp_outcome_making_t *making, twp_outcome_watches_t *watches, int32_t *n)
{
    const twp_outcome_tables_t *t = making->tables;

    for (int i = 0; i < t->n_marks; i++)
        add_watch(watches, n, t->mark[i].i_state, TWP_WATCH_MARK, i);
    for (int s = 0; s < making->plan->n_states; s++) {
        bool is_needed = false;
        for (int c = 0; c < making->n_figures; c++)
            is_needed = is_needed || (needs_discounted_time(&t->figure[c]) && t->figure[c].i == s);
        if (is_needed)
            add_watch(watches, n, s, TWP_WATCH_DISCOUNTED, s);
    }
}

/** Lists the watches of every state: counts, lays out, fills. */
static bool
make_watches(twp_outcome_making_t *making, twp_outcome_watches_t *watches,
    void (*add)(const twp_outcome_making_t *making, twp_outcome_watches_t *watches, int32_t *n))
{
    const int n_states = making->plan->n_states;
    twp_arena_t *arena = making->tables->arena;
    int32_t *n = TWP_ARENA_NEW(arena, int32_t, n_states + 1);

    watches->first = TWP_ARENA_NEW(arena, int32_t, n_states + 1);
    if (n == NULL || watches->first == NULL)
        return false;
    add(making, watches, n);
    for (int s = 0; s < n_states; s++)
        watches->first[s + 1] = watches->first[s] + n[s];
    watches->watch = TWP_ARENA_NEW(arena, twp_outcome_watch_t, watches->first[n_states] + 1);
    if (watches->watch == NULL)
        return false;
    memset(n, 0, (size_t) n_states * sizeof *n);
    add(making, watches, n);
    return true;
}

/* ---- the plan ---------------------------------------------------------------------------- */

/** Room for everything, most of it one entry a column. */
static bool
make_room(twp_outcome_making_t *making, int n_columns)
{
    const twp_study_typed_t *study = making->study;
    twp_outcome_tables_t *t = making->tables;
    twp_outcome_plan_t *plan = making->plan;
    twp_arena_t *arena = t->arena;
    int n_against = 0;

    for (int i = 0; i < study->n_measures; i++)
        n_against += study->measure[i].n_against;
    const int n_most = n_columns + study->n_measures + n_against + 1;

    plan->column = TWP_ARENA_NEW(arena, twp_outcome_column_t, n_most);
    plan->curve = TWP_ARENA_NEW(arena, twp_outcome_curve_t, n_most);
    plan->curve_of_measure = TWP_ARENA_NEW(arena, int, study->n_measures + 1);
    plan->first_state = TWP_ARENA_NEW(arena, int, study->n_tracks + 1);
    plan->chain_of_measure = TWP_ARENA_NEW(arena, int, study->n_measures + 1);
    plan->chain_track = TWP_ARENA_NEW(arena, int, study->n_tracks + 1);
    t->chain_of_track = TWP_ARENA_NEW(arena, int32_t, study->n_tracks + 1);
    t->against_first = TWP_ARENA_NEW(arena, int32_t, n_most + 1);
    t->against_span = TWP_ARENA_NEW(arena, int32_t, n_most + 1);
    t->exit_track = TWP_ARENA_NEW(arena, int32_t, study->n_exits + 1);
    t->figure = TWP_ARENA_NEW(arena, twp_outcome_figure_t, n_most);
    t->span = TWP_ARENA_NEW(arena, twp_outcome_span_t, n_most);
    t->dose = TWP_ARENA_NEW(arena, twp_outcome_dose_t, n_most);
    t->line = TWP_ARENA_NEW(arena, twp_outcome_line_t, n_most);
    t->mark = TWP_ARENA_NEW(arena, twp_outcome_mark_t, n_most);
    t->level = TWP_ARENA_NEW(arena, twp_outcome_level_t, n_most);
    t->runs = TWP_ARENA_NEW(arena, twp_outcome_runs_t, n_most);
    t->curve_span = TWP_ARENA_NEW(arena, int32_t, n_most);
    t->account = TWP_ARENA_NEW(arena, int32_t, (size_t) n_most * (size_t) (study->n_accounts + 1));
    t->reward = TWP_ARENA_NEW(
        arena, int32_t, (size_t) n_most * (size_t) (making->model->n_rewards + 1));
    return plan->column != NULL && plan->curve != NULL && plan->curve_of_measure != NULL &&
        plan->chain_of_measure != NULL && plan->chain_track != NULL && t->chain_of_track != NULL &&
        t->against_first != NULL && t->against_span != NULL && plan->first_state != NULL &&
        t->exit_track != NULL && t->figure != NULL && t->span != NULL && t->dose != NULL &&
        t->line != NULL && t->mark != NULL && t->level != NULL && t->runs != NULL &&
        t->curve_span != NULL && t->account != NULL && t->reward != NULL;
}

/** Grid of occupancy and days of the curves: to the end of the longest life. */
static bool
make_times(twp_outcome_making_t *making)
{
    const twp_study_typed_t *study = making->study;
    twp_outcome_plan_t *plan = making->plan;
    const double step = study->record.grid_days;
    const double life = study->follow_up_days < study->horizon_days ? study->follow_up_days
                                                                    : study->horizon_days;

    making->tables->step_days = step;
    plan->n_curve_days = (int) ceil(life) + 1;
    plan->n_grid = (int) floor((life + TWP_OUTCOME_SLACK_DAYS) / step) + 1;
    plan->grid_days = TWP_ARENA_NEW(making->tables->arena, double, plan->n_grid);
    for (int g = 0; plan->grid_days != NULL && g < plan->n_grid; g++)
        plan->grid_days[g] = g * step;
    return plan->grid_days != NULL;
}

static int
compare_times(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/** Points of the chains: the grid, and the times that aalen_johansen measures ask for. */
static bool
make_points(twp_outcome_making_t *making)
{
    const twp_study_typed_t *study = making->study;
    twp_outcome_plan_t *plan = making->plan;
    const double longest = fmin(study->follow_up_days, study->horizon_days);
    int n = plan->n_grid;

    if (plan->n_chains == 0)
        return true;
    for (int i = 0; i < study->n_measures; i++)
        n += plan->chain_of_measure[i] >= 0 ? study->measure[i].n_times : 0;
    plan->point_days = TWP_ARENA_NEW(making->tables->arena, double, n);
    if (plan->point_days == NULL)
        return false;
    memcpy(plan->point_days, plan->grid_days, (size_t) plan->n_grid * sizeof(double));
    n = plan->n_grid;
    for (int i = 0; i < study->n_measures; i++)
        for (int k = 0; plan->chain_of_measure[i] >= 0 && k < study->measure[i].n_times; k++)
            if (study->measure[i].time_days[k] <= longest + TWP_OUTCOME_SLACK_DAYS)
                plan->point_days[n++] = study->measure[i].time_days[k];
    qsort(plan->point_days, (size_t) n, sizeof(double), compare_times);
    for (int i = 0; i < n; i++)
        if (plan->n_points == 0 || plan->point_days[plan->n_points - 1] != plan->point_days[i])
            plan->point_days[plan->n_points++] = plan->point_days[i];
    return true;
}

static void
copy_structure(twp_outcome_making_t *making)
{
    const twp_study_typed_t *study = making->study;
    twp_outcome_plan_t *plan = making->plan;
    twp_outcome_tables_t *t = making->tables;

    plan->study = study;
    plan->tables = t;
    t->codes = making->model->codes;
    t->n_tracks = study->n_tracks;
    t->n_supports = study->n_supports;
    for (int k = 0; k < study->n_tracks; k++) {
        plan->first_state[k] = plan->n_states;
        plan->n_states += study->track[k].n_states;
        t->chain_of_track[k] = -1;
    }
    for (int e = 0; e < study->n_exits; e++)
        t->exit_track[e] = study->exit[e].i_track;
}

static bool
make_plan(twp_outcome_making_t *making)
{
    int n_columns = 0;

    for (int i = 0; i < making->study->n_measures; i++)
        n_columns += twp_outcome_columns_of(&making->study->measure[i]);
    if (!make_room(making, n_columns) || !make_times(making))
        return false;
    copy_structure(making);
    twp_outcome_add_columns(making);
    making->plan->n_columns = making->n_figures;
    return make_points(making) && make_watches(making, &making->tables->enter, add_enter_watches) &&
        make_watches(making, &making->tables->leave, add_leave_watches);
}

#define MAX_TIMES 1e7 /* days of a life, points of the grid */

/* Of Aalen-Johansen estimates: 5 GB of counts a strategy, 1 GB of states of the twins of a block. */
#define MAX_STEPS 1e7  /* points times pairs of states, over all tracks */
#define MAX_STATES 1e6 /* points times tracks */

static twp_status_t
check_points(const twp_outcome_plan_t *plan, twp_error_t *err)
{
    double n_pairs = 0;

    for (int c = 0; c < plan->n_chains; c++) {
        const double n = plan->study->track[plan->chain_track[c]].n_states;
        n_pairs += n * n;
    }
    if (plan->n_points * n_pairs <= MAX_STEPS &&
        (double) plan->n_points * plan->n_chains <= MAX_STATES)
        return TWP_OK;
    return TWP_FAIL(err, TWP_ERR_LIMIT,
        "aalen_johansen at %d points of %d tracks with %.0f pairs of states: points times pairs "
        "may be "
        "at most %.0f, points times tracks %.0f; a coarser record.grid has fewer points",
        plan->n_points, plan->n_chains, n_pairs, MAX_STEPS, MAX_STATES);
}

twp_status_t
twp_outcome_plan_create(const twp_study_typed_t *study, const twp_model_t *model,
    twp_outcome_plan_t **plan, twp_error_t *err)
{
    const double step = study->record.grid_days, horizon = study->horizon_days;
    twp_outcome_making_t making = { .study = study, .model = model };
    twp_status_t status = TWP_OK;
    twp_arena_t *arena;

    *plan = NULL;
    if (!(step > 0) || !(horizon > 0) || !(horizon / step <= MAX_TIMES) || !(horizon <= MAX_TIMES))
        return TWP_FAIL(err, TWP_ERR_LIMIT,
            "a grid of %g days up to day %g: both must be above 0, at most %g days and points",
            step, horizon, MAX_TIMES);
    arena = twp_arena_create(0);
    if (arena != NULL) {
        making.plan = TWP_ARENA_NEW(arena, twp_outcome_plan_t, 1);
        making.tables = TWP_ARENA_NEW(arena, twp_outcome_tables_t, 1);
    }
    if (making.plan != NULL && making.tables != NULL) {
        making.tables->arena = arena;
        if (make_plan(&making) && making.untold == NULL) {
            status = check_points(making.plan, err);
            if (status == TWP_OK) {
                *plan = making.plan;
                return TWP_OK;
            }
        }
    }
    twp_arena_free(arena);
    if (status != TWP_OK)
        return status;
    if (making.untold != NULL)
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "measure %s: what is left of the stock can be told only of one stock to which nothing "
            "but "
            "dispensings add, all with or all without carry_over, and of which no doses are taken; "
            "measure it by `measure` actions",
            making.untold);
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the plan of outcomes");
}

void
twp_outcome_plan_free(twp_outcome_plan_t *plan)
{
    if (plan != NULL)
        twp_arena_free(plan->tables->arena); /* the plan lies in it too */
}
