#include "record/outcome_internal.h"

#include "kernel/advance.h"

#include <math.h>

#define YEAR_DAYS 365.25

/* ---- figures ----------------------------------------------------------------------------- */

static double
dose_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    const twp_outcome_first_dose_t *dose = &o->dose[figure->i];
    const double wait = dose->first_days - dose->start_days; /* NAN: never */

    if (figure->measure == TWP_MEASURE_INITIATION && isfinite(figure->time_days) &&
        !twp_outcome_is_within(figure->time_days, o->end_days))
        return NAN;
    if (figure->measure == TWP_MEASURE_INITIATION)
        return twp_outcome_is_within(wait, figure->time_days) ? 1 : 0;
    if (figure->measure == TWP_MEASURE_TIME_TO_FIRST_DOSE)
        return wait;
    if (!twp_outcome_is_within(
            figure->time_days, o->end_days - dose->start_days)) /* not entered, or not followed */
        return NAN;
    return twp_outcome_is_within(wait, figure->time_days) ? 0 : 1;
}

static double
line_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    const twp_adherence_t *line = &o->line[figure->i];

    switch (figure->measure) {
    case TWP_MEASURE_PDC: return twp_adherence_pdc_of(line);
    case TWP_MEASURE_MPR: return twp_adherence_mpr_of(line);
    case TWP_MEASURE_REFILLS: return line->n_in_window > 0 ? line->n_in_window - 1 : 0;
    default:
        if (line->n == 0 ||
            !twp_outcome_is_within(
                figure->time_days + figure->gap_days, o->end_days - line->first_day))
            return NAN;
        return twp_adherence_persisted_days_of(line) >= figure->time_days ? 1 : 0;
    }
}

static double
money_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure, const twp_twin_t *twin)
{
    const double *account = figure->is_discounted ? twin->account_discounted : twin->account;
    const double *reward = figure->is_discounted ? twin->reward_discounted : twin->reward;
    double sum = 0;

    for (int k = 0; k < figure->n_accounts; k++)
        sum += account[o->tables->account[figure->i_account_first + k]];
    for (int k = 0; k < figure->n_rewards; k++)
        sum += reward[o->tables->reward[figure->i_reward_first + k]];
    if (figure->measure == TWP_MEASURE_COST)
        return sum;
    return figure->n_rewards > 0 ? sum / YEAR_DAYS : NAN;
}

static double
state_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    const twp_outcome_visit_t *visit = &o->visit[figure->i];
    const double days = figure->is_discounted ? o->discounted[figure->i] : visit->days;

    switch (figure->measure) {
    case TWP_MEASURE_TIME_IN: return days;
    case TWP_MEASURE_LIFE_YEARS: {
        const double life = figure->is_discounted
            ? twp_reward_discount_integral(o->model, o->enters_days, 0, o->end_days)
            : o->end_days;
        return (life - days) / YEAR_DAYS;
    }
    case TWP_MEASURE_ENTRIES: return visit->n_entries;
    case TWP_MEASURE_FIRST_ENTRY:
        if (!twp_outcome_is_within(figure->time_days, o->end_days))
            return NAN;
        return twp_outcome_is_within(visit->first_days, figure->time_days) ? 1 : 0;
    default: /* sojourn */
        return figure->is_denominator ? visit->n_completed : visit->completed_days;
    }
}

static double
contact_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    int32_t n = 0;

    for (int i = 0; i < o->tables->n_supports; i++)
        if (figure->i < 0 || figure->i == i)
            n += o->n_contacts[i];
    return n;
}

static double
level_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    if (figure->i < 0 || !twp_outcome_is_within(figure->time_days, o->end_days))
        return NAN;
    const double left = o->level[figure->i] - figure->time_days;
    return left > 0 ? left : 0;
}

static double
runs_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    const twp_doses_seen_t *seen = &o->seen[figure->i];

    if (figure->measure == TWP_MEASURE_MISSED_IN_RUNS)
        return figure->is_denominator ? seen->n_due - seen->n_taken : seen->n_counted;
    if (!(seen->n_due > 0))
        return NAN;
    switch (figure->measure) {
    case TWP_MEASURE_IMPLEMENTATION: return seen->n_taken / seen->n_due;
    case TWP_MEASURE_MISSED_DOSES: return seen->n_due - seen->n_taken;
    case TWP_MEASURE_DRUG_HOLIDAYS: return seen->n_runs;
    default:
        return isfinite(seen->until_days) && !twp_outcome_is_within(seen->until_days, o->end_days)
            ? NAN
            : seen->n_runs > 0;
    }
}

static double
figure_value(const twp_outcome_t *o, const twp_outcome_figure_t *figure, const twp_twin_t *twin)
{
    switch (figure->measure) {
    case TWP_MEASURE_INITIATION:
    case TWP_MEASURE_PRIMARY_NON_ADHERENCE:
    case TWP_MEASURE_TIME_TO_FIRST_DOSE: return dose_figure(o, figure);
    case TWP_MEASURE_PDC:
    case TWP_MEASURE_MPR:
    case TWP_MEASURE_REFILLS:
    case TWP_MEASURE_PERSISTENCE: return line_figure(o, figure);
    case TWP_MEASURE_COST:
    case TWP_MEASURE_QALY: return money_figure(o, figure, twin);
    case TWP_MEASURE_CONTACTS: return contact_figure(o, figure);
    case TWP_MEASURE_AALEN_JOHANSEN:
    case TWP_MEASURE_OCCUPANCY:
        return twp_outcome_is_within(figure->time_days, o->end_days) ? o->mark[figure->i] : NAN;
    case TWP_MEASURE_TIME_TO: return o->span[figure->i].event_days - o->span[figure->i].start_days;
    case TWP_MEASURE_TALLY: return twin->tally[figure->i];
    case TWP_MEASURE_STOCK: return level_figure(o, figure);
    case TWP_MEASURE_IMPLEMENTATION:
    case TWP_MEASURE_MISSED_DOSES:
    case TWP_MEASURE_DRUG_HOLIDAYS:
    case TWP_MEASURE_ANY_DRUG_HOLIDAY:
    case TWP_MEASURE_MISSED_IN_RUNS: return runs_figure(o, figure);
    default: return state_figure(o, figure);
    }
}

void
twp_outcome_figures(const twp_outcome_t *o, const twp_twin_t *twin, double *value)
{
    for (int c = 0; c < o->plan->n_columns; c++)
        value[c] = figure_value(o, &o->tables->figure[c], twin);
}

/* ---- curves ------------------------------------------------------------------------------ */

/** The whole day on which a time falls that is known up to rounding: days are rounded up. */
static int
curve_day(const twp_outcome_plan_t *plan, double days)
{
    const double day = ceil(days - TWP_OUTCOME_SLACK_DAYS);

    return day < plan->n_curve_days ? (day > 0 ? (int) day : 0) : plan->n_curve_days - 1;
}

/** What ended the wait for the event of a curve, and when; of one instant the event counts. */
static int
end_of_wait(const twp_outcome_t *o, int c, double *to_days)
{
    const twp_outcome_tables_t *t = o->tables;
    int kind = TWP_SURVIVAL_CENSORED;

    *to_days = o->end_days;
    for (int32_t k = t->against_first[c]; k < t->against_first[c + 1]; k++) {
        const double days = o->span[t->against_span[k]].event_days; /* NAN: never */
        if (days <= *to_days) {
            kind = TWP_SURVIVAL_OTHER;
            *to_days = days;
        }
    }
    const double days = o->span[t->curve_span[c]].event_days;
    if (!isnan(days) && (kind == TWP_SURVIVAL_CENSORED || days <= *to_days)) {
        kind = TWP_SURVIVAL_EVENT;
        *to_days = days;
    }
    return kind;
}

void
twp_outcome_curves(const twp_outcome_t *o, int32_t *curve)
{
    const int n = o->plan->n_curves;

    for (int c = 0; c < n; c++) {
        const double start_days = o->span[o->tables->curve_span[c]].start_days;
        double to_days;

        curve[c] = TWP_SURVIVAL_NONE;
        curve[n + c] = 0;
        if (isnan(start_days))
            continue;
        const int kind = end_of_wait(o, c, &to_days);
        const int day = curve_day(o->plan, to_days - start_days);
        const double late = (day - (to_days - start_days)) * TWP_SURVIVAL_LATE_PER_DAY;
        curve[c] = TWP_SURVIVAL_CODE(o->plan->curve[c].n_kinds, day, kind);
        if (kind == TWP_SURVIVAL_EVENT)
            curve[n + c] = late > 0 ? (int32_t) (late + 0.5) : 0;
    }
}
