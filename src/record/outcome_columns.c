#include "record/outcome_making.h"

#include <math.h>
#include <string.h>

static int32_t
state_index(const twp_outcome_making_t *making, int i_track, int i_state)
{
    return i_track < 0 ? -1 : making->plan->first_state[i_track] + i_state;
}

static int32_t
span_to(twp_outcome_making_t *making, const twp_study_measure_t *measure, int i_track, int i_state)
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
span_of(twp_outcome_making_t *making, const twp_study_measure_t *measure)
{
    return span_to(making, measure, measure->i_track, measure->i_state);
}

static int32_t
dose_of(twp_outcome_making_t *making, const twp_study_measure_t *measure)
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
line_of(twp_outcome_making_t *making, int i_stock, double window_days, double gap_days)
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
mark_of(twp_outcome_making_t *making, int32_t i_state, double at_days)
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
level_of(twp_outcome_making_t *making, int i_stock, double at_days)
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
runs_of(twp_outcome_making_t *making, const twp_study_measure_t *measure)
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
list_money(
    twp_outcome_making_t *making, const twp_study_measure_t *measure, twp_outcome_figure_t *figure)
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
source_of(twp_outcome_making_t *making, const twp_study_measure_t *measure, double time_days)
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
add_column(twp_outcome_making_t *making, int i_measure, int i_time, twp_column_use_t use)
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
add_curve(twp_outcome_making_t *making, int i_measure)
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
add_chain(twp_outcome_making_t *making, int i_measure)
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

int
twp_outcome_columns_of(const twp_study_measure_t *measure)
{
    if (is_curve(measure))
        return 0;
    if (is_ratio(measure))
        return 2;
    return measure->n_times > 0 ? measure->n_times : 1;
}

void
twp_outcome_add_columns(twp_outcome_making_t *making)
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
            for (int k = 0; k < twp_outcome_columns_of(measure); k++)
                add_column(making, i, k, TWP_COLUMN_MEAN);
        }
    }
}
