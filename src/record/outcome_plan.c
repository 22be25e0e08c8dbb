#include "record/outcome_tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* While a plan is made. Arrays are as long as they can become: one entry a column at most. */
typedef struct {
    const twp_study_typed_t *study;
    const twp_model_t *model;
    twp_outcome_plan_t *plan;
    twp_outcome_tables_t *tables;
    int n_figures, n_listed_accounts, n_listed_rewards;
    const char *untold; /* name of a measure of a stock whose rest the log does not tell, or NULL */
} making_t;

static int32_t
state_index(const making_t *making, int i_track, int i_state)
{
    return i_track < 0 ? -1 : making->plan->first_state[i_track] + i_state;
}

static int32_t
span_to(making_t *making, const twp_study_measure_t *measure, int i_track, int i_state)
{
    twp_outcome_tables_t *t = making->tables;
    const int32_t i_of = state_index(making, i_track, i_state);
    const int32_t i_since = state_index(making, measure->i_since_track, measure->i_since_state);

    for (int i = 0; i < t->n_spans; i++)
        if (t->span[i].i_of == i_of && t->span[i].i_since == i_since)
            return i;
    t->span[t->n_spans] = (twp_outcome_span_t){ i_of, i_since };
    return t->n_spans++;
}

static int32_t
span_of(making_t *making, const twp_study_measure_t *measure)
{
    return span_to(making, measure, measure->i_track, measure->i_state);
}

static int32_t
dose_of(making_t *making, const twp_study_measure_t *measure)
{
    twp_outcome_tables_t *t = making->tables;
    const bool has_since = (twp_measures[measure->measure].takes & TWP_TAKES_SINCE) != 0;
    const int32_t i_since =
        has_since ? state_index(making, measure->i_since_track, measure->i_since_state) : -1;

    for (int i = 0; i < t->n_doses; i++)
        if (t->dose[i].i_stock == measure->i_stock && t->dose[i].i_since == i_since)
            return i;
    t->dose[t->n_doses] = (twp_outcome_dose_t){ measure->i_stock, i_since };
    return t->n_doses++;
}

/** What a line has is what is wanted, or still free to be given. */
static bool
fits(double has, double wanted)
{
    return isnan(has) || isnan(wanted) || has == wanted;
}

/** A line with this window and gap (NAN: any); one line can serve a window and a gap at once. */
static int32_t
line_of(making_t *making, int i_stock, double window_days, double gap_days)
{
    twp_outcome_tables_t *t = making->tables;
    int i = 0;

    while (i < t->n_lines &&
        !(t->line[i].i_stock == i_stock && fits(t->line[i].window_days, window_days) &&
            fits(t->line[i].gap_days, gap_days)))
        i++;
    if (i == t->n_lines)
        t->line[t->n_lines++] = (twp_outcome_line_t){ i_stock, NAN, NAN };
    if (!isnan(window_days))
        t->line[i].window_days = window_days;
    if (!isnan(gap_days))
        t->line[i].gap_days = gap_days;
    return i;
}

static int32_t
mark_of(making_t *making, int32_t i_state, double at_days)
{
    twp_outcome_tables_t *t = making->tables;

    t->mark[t->n_marks] = (twp_outcome_mark_t){ i_state, at_days };
    return t->n_marks++;
}

/** The only stock of a study that has one. */
static int
only_stock(const twp_study_typed_t *study)
{
    int i_stock = -1;

    for (int i = 0; i < study->n_variables; i++)
        if (study->variable[i].is_stock) {
            if (i_stock >= 0)
                return -1;
            i_stock = i;
        }
    return i_stock;
}

/**
 * Dispensings are all that the log tells of a stock: where an action sets or adds to it, or where
 * some dispensings carry over and others do not, what is left cannot be told (-1); nor where doses are
 * taken from it, on which some strategy may have it fall.
 */
static int32_t
level_of(making_t *making, int i_stock, double at_days)
{
    twp_outcome_tables_t *t = making->tables;
    const twp_model_t *model = making->model;
    bool carries = false, discards = false;

    if (i_stock < 0)
        i_stock = only_stock(making->study);
    if (i_stock < 0)
        return -1;
    for (int k = 0; k < making->study->n_doses; k++)
        if (making->study->doses[k].i_stock == i_stock)
            return -1;
    for (int k = 0; k < model->n_actions; k++) {
        const twp_model_action_t *action = &model->action[k];
        if (action->i != i_stock)
            continue;
        if (action->kind == TWP_DO_ADD || action->kind == TWP_DO_SET)
            return -1;
        carries = carries || action->kind == TWP_DO_DISPENSE;
        discards = discards || action->kind == TWP_DO_DISPENSE_DISCARDING;
    }
    if (carries && discards)
        return -1;
    t->level[t->n_levels] = (twp_outcome_level_t){ i_stock, discards, at_days };
    return t->n_levels++;
}

static int32_t
runs_of(making_t *making, const twp_study_measure_t *measure)
{
    twp_outcome_tables_t *t = making->tables;
    const twp_outcome_runs_t wanted = { measure->i_doses,
        making->study->doses[measure->i_doses].i_track, measure->window_days,
        measure->at_least_days, measure->at_most_days };

    for (int i = 0; i < t->n_runs; i++)
        if (t->runs[i].i_doses == wanted.i_doses && t->runs[i].window_days == wanted.window_days &&
            t->runs[i].at_least_days == wanted.at_least_days &&
            t->runs[i].at_most_days == wanted.at_most_days)
            return i;
    t->runs[t->n_runs] = wanted;
    return t->n_runs++;
}

/** Whether a measure of cost counts an account. */
static bool
is_counted(const twp_study_typed_t *study, const twp_study_measure_t *measure, int i_account)
{
    const twp_account_t *account = &study->account[i_account];

    return (measure->i_payer < 0 || strcmp(study->payer[measure->i_payer], account->payer) == 0) &&
        (measure->i_category < 0 ||
            strcmp(study->category[measure->i_category], account->category) == 0);
}

/** Accounts and flows of a cost, or the utility of QALYs. */
static void
list_money(making_t *making, const twp_study_measure_t *measure, twp_outcome_figure_t *figure)
{
    twp_outcome_tables_t *t = making->tables;
    const bool is_cost = measure->measure == TWP_MEASURE_COST;

    figure->i_account_first = making->n_listed_accounts;
    figure->i_reward_first = making->n_listed_rewards;
    for (int a = 0; is_cost && a < making->study->n_accounts; a++)
        if (is_counted(making->study, measure, a)) {
            t->account[making->n_listed_accounts++] = a;
            figure->n_accounts++;
        }
    for (int r = 0; r < making->model->n_rewards; r++) {
        const twp_reward_t *reward = &making->model->reward[r];
        const bool is_flow = reward->kind == TWP_REWARD_FLOW;
        if (is_flow == is_cost &&
            (!is_cost || is_counted(making->study, measure, reward->i_account))) {
            t->reward[making->n_listed_rewards++] = r;
            figure->n_rewards++;
        }
    }
}

/** Which accumulator the figure reads. */
static int32_t
source_of(making_t *making, const twp_study_measure_t *measure, double time_days)
{
    const int32_t i_state = state_index(making, measure->i_track, measure->i_state);

    switch (measure->measure) {
    case TWP_MEASURE_INITIATION:
    case TWP_MEASURE_PRIMARY_NON_ADHERENCE:
    case TWP_MEASURE_TIME_TO_FIRST_DOSE: return dose_of(making, measure);
    case TWP_MEASURE_PDC:
    case TWP_MEASURE_MPR:
    case TWP_MEASURE_REFILLS: return line_of(making, measure->i_stock, measure->window_days, NAN);
    case TWP_MEASURE_PERSISTENCE: return line_of(making, measure->i_stock, NAN, measure->gap_days);
    case TWP_MEASURE_TIME_TO: return span_of(making, measure);
    case TWP_MEASURE_AALEN_JOHANSEN:
    case TWP_MEASURE_OCCUPANCY: return mark_of(making, i_state, time_days);
    case TWP_MEASURE_STOCK: return level_of(making, measure->i_stock, time_days);
    case TWP_MEASURE_IMPLEMENTATION:
    case TWP_MEASURE_MISSED_DOSES:
    case TWP_MEASURE_DRUG_HOLIDAYS:
    case TWP_MEASURE_ANY_DRUG_HOLIDAY:
    case TWP_MEASURE_MISSED_IN_RUNS: return runs_of(making, measure);
    case TWP_MEASURE_CONTACTS: return measure->i_support;
    case TWP_MEASURE_TALLY: return measure->i_tally;
    default: return i_state;
    }
}

static void
add_column(making_t *making, int i_measure, int i_time, twp_column_use_t use)
{
    const twp_study_measure_t *measure = &making->study->measure[i_measure];
    const int c = making->n_figures++;
    twp_outcome_figure_t *figure = &making->tables->figure[c];

    making->plan->column[c] = (twp_outcome_column_t){ i_measure, i_time, use };
    *figure = (twp_outcome_figure_t){
        .measure = measure->measure,
        .is_denominator = use == TWP_COLUMN_DENOMINATOR,
        .is_discounted = measure->is_discounted,
        .time_days = measure->n_times > 0 ? measure->time_days[i_time] : INFINITY,
        .gap_days = measure->gap_days,
    };
    figure->i = source_of(making, measure, figure->time_days);
    if (measure->measure == TWP_MEASURE_STOCK && figure->i < 0)
        making->untold = measure->name;
    if (measure->measure == TWP_MEASURE_COST || measure->measure == TWP_MEASURE_QALY)
        list_money(making, measure, figure);
}

static bool
is_against(const twp_outcome_tables_t *t, int c, const int32_t *span, int n)
{
    const int32_t first = t->against_first[c];

    return t->against_first[c + 1] - first == n &&
        (n == 0 || memcmp(t->against_span + first, span, (size_t) n * sizeof *span) == 0);
}

static void
add_curve(making_t *making, int i_measure)
{
    const twp_study_measure_t *m = &making->study->measure[i_measure];
    twp_outcome_plan_t *plan = making->plan;
    twp_outcome_tables_t *t = making->tables;
    const int32_t i_span = span_of(making, m);
    int32_t *against = t->against_span + t->against_first[plan->n_curves];
    int c = 0;

    for (int i = 0; i < m->n_against; i++)
        against[i] = span_to(making, m, m->against[i].i_track, m->against[i].i_state);
    while (c < plan->n_curves &&
        !(t->curve_span[c] == i_span && is_against(t, c, against, m->n_against)))
        c++;
    if (c == plan->n_curves) {
        t->curve_span[c] = i_span;
        t->against_first[c + 1] = t->against_first[c] + m->n_against;
        plan->curve[c] = (twp_outcome_curve_t){ m->i_track, m->i_state, m->i_since_track,
            m->i_since_state, m->n_against > 0 ? 3 : 2 };
        plan->n_curves++;
    }
    plan->curve_of_measure[i_measure] = c;
}

/** Of all twins together: one sum over another. */
static bool
is_ratio(const twp_study_measure_t *measure)
{
    return measure->measure == TWP_MEASURE_SOJOURN ||
        measure->measure == TWP_MEASURE_MISSED_IN_RUNS;
}

static void
add_chain(making_t *making, int i_measure)
{
    const int i_track = making->study->measure[i_measure].i_track;
    twp_outcome_plan_t *plan = making->plan;
    int32_t *chain = &making->tables->chain_of_track[i_track];

    if (*chain < 0) {
        *chain = plan->n_chains;
        plan->chain_track[plan->n_chains++] = i_track;
    }
    plan->chain_of_measure[i_measure] = *chain;
}

/** Has a curve and no column. */
static bool
is_curve(const twp_study_measure_t *measure)
{
    return measure->measure == TWP_MEASURE_KAPLAN_MEIER ||
        measure->measure == TWP_MEASURE_NELSON_AALEN ||
        measure->measure == TWP_MEASURE_CUMULATIVE_INCIDENCE ||
        measure->measure == TWP_MEASURE_RESTRICTED_MEAN;
}

static int
columns_of(const twp_study_measure_t *measure)
{
    if (is_curve(measure))
        return 0;
    if (is_ratio(measure))
        return 2;
    return measure->n_times > 0 ? measure->n_times : 1;
}

static void
add_columns(making_t *making)
{
    for (int i = 0; i < making->study->n_measures; i++) {
        const twp_study_measure_t *measure = &making->study->measure[i];
        making->plan->curve_of_measure[i] = making->plan->chain_of_measure[i] = -1;
        if (measure->measure == TWP_MEASURE_AALEN_JOHANSEN)
            add_chain(making, i);
        if (is_curve(measure)) {
            add_curve(making, i);
        } else if (is_ratio(measure)) {
            add_column(making, i, 0, TWP_COLUMN_RATIO);
            add_column(making, i, 0, TWP_COLUMN_DENOMINATOR);
        } else {
            for (int k = 0; k < columns_of(measure); k++)
                add_column(making, i, k, TWP_COLUMN_MEAN);
        }
    }
}

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
add_enter_watches(const making_t *making, twp_outcome_watches_t *watches, int32_t *n)
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
add_leave_watches(const making_t *making, twp_outcome_watches_t *watches, int32_t *n)
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
make_watches(making_t *making, twp_outcome_watches_t *watches,
    void (*add)(const making_t *making, twp_outcome_watches_t *watches, int32_t *n))
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
make_room(making_t *making, int n_columns)
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
make_times(making_t *making)
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
make_points(making_t *making)
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
copy_structure(making_t *making)
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
make_plan(making_t *making)
{
    int n_columns = 0;

    for (int i = 0; i < making->study->n_measures; i++)
        n_columns += columns_of(&making->study->measure[i]);
    if (!make_room(making, n_columns) || !make_times(making))
        return false;
    copy_structure(making);
    add_columns(making);
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
    making_t making = { .study = study, .model = model };
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

/* ---- counts ------------------------------------------------------------------------------ */

static int64_t *
zeros(size_t n)
{
    return calloc(n + 1, sizeof(int64_t));
}

twp_status_t
twp_outcome_counts_init(const twp_outcome_plan_t *plan, bool has_histogram,
    twp_outcome_counts_t *counts, twp_error_t *err)
{
    const size_t n_bins = (size_t) plan->n_columns * TWP_OUTCOME_BINS;

    counts->occupancy = zeros((size_t) plan->n_grid * (size_t) plan->n_states);
    counts->followed = zeros((size_t) plan->n_grid);
    counts->histogram = has_histogram ? zeros(n_bins) : NULL;
    if (counts->occupancy != NULL && counts->followed != NULL &&
        (counts->histogram != NULL || !has_histogram))
        return TWP_OK;
    twp_outcome_counts_clear(counts);
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the counts of outcomes");
}

void
twp_outcome_counts_clear(twp_outcome_counts_t *counts)
{
    free(counts->occupancy);
    free(counts->followed);
    free(counts->histogram);
    memset(counts, 0, sizeof *counts);
}

void
twp_outcome_counts_reset(const twp_outcome_plan_t *plan, twp_outcome_counts_t *counts)
{
    const size_t n_grid = (size_t) plan->n_grid, size = sizeof(int64_t);

    memset(counts->occupancy, 0, n_grid * (size_t) plan->n_states * size);
    memset(counts->followed, 0, n_grid * size);
    if (counts->histogram != NULL)
        memset(counts->histogram, 0, (size_t) plan->n_columns * TWP_OUTCOME_BINS * size);
}

static void
add_to(int64_t *sum, const int64_t *more, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += more[i];
}

void
twp_outcome_counts_merge(
    const twp_outcome_plan_t *plan, twp_outcome_counts_t *counts, const twp_outcome_counts_t *more)
{
    add_to(counts->occupancy, more->occupancy, (size_t) plan->n_grid * (size_t) plan->n_states);
    add_to(counts->followed, more->followed, (size_t) plan->n_grid);
    if (counts->histogram != NULL && more->histogram != NULL)
        add_to(counts->histogram, more->histogram, (size_t) plan->n_columns * TWP_OUTCOME_BINS);
}
