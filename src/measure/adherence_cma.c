#include "measure/adherence_cma.h"

#include <math.h>

twp_cma_range_t
twp_cma_range(const twp_dispensing_t *dispensing, int n, const twp_cma_window_t *window,
    double from_day, double to_day)
{
    const double first_day = fmax(window->followup_start_day, from_day);
    const double last_day = fmin(window->followup_end_day, to_day);
    twp_cma_range_t range = { 0, n };

    while (range.first < n && dispensing[range.first].day < first_day)
        range.first++;
    while (range.end > range.first && dispensing[range.end - 1].day > last_day)
        range.end--;
    return range;
}

/* Share of the surplus after dispensing d that reaches the next one. */
static double
share_carried(const twp_dispensing_t *d, const twp_carry_rules_t *rules)
{
    if (rules->is_same_medication_only && d[0].i_medication != d[1].i_medication)
        return 0;
    return rules->considers_dose ? d[0].daily_dose / d[1].daily_dose : 1;
}

twp_cma_range_t
twp_cma_gaps(const twp_dispensing_t *dispensing, int n, const twp_cma_window_t *window,
    twp_carry_t carry, const twp_carry_rules_t *rules, twp_cma_gap_t *gap)
{
    const bool is_into = carry == TWP_CARRY_INTO;
    const twp_cma_range_t range = twp_cma_range(dispensing, n, window,
        is_into ? window->followup_start_day : window->start_day, window->end_day);
    double carried = 0;

    for (int i = range.first; i < range.end; i++) {
        const twp_dispensing_t *const d = &dispensing[i];
        const bool is_last = i + 1 == range.end;
        const double interval = (is_last ? window->end_day : (double) d[1].day) - d->day;
        /* In this order, as AdhereR does: (interval - supply) - carried. */
        const double left = interval - d->supply_days - carried;

        gap[i] = (twp_cma_gap_t){ interval, left > 0 ? left : 0, carried };
        carried = carry == TWP_CARRY_NONE || left >= 0 ? 0 : -left;
        if (!is_last && carried > 0)
            carried *= share_carried(d, rules);
    }
    return range;
}

/* ---- the measures ----------------------------------------------------------------------------- */

/* CMA1 (to the last dispensing) or CMA2 (to the end of the window). */
static double
supply_ratio(
    const twp_dispensing_t *dispensing, int n, const twp_cma_window_t *window, bool is_to_last)
{
    const twp_cma_range_t range = twp_cma_range(
        dispensing, n, window, window->start_day, window->end_day);
    const int n_counted = range.end - range.first - is_to_last;
    double supply = 0, days;

    if (n_counted < 1)
        return NAN;
    for (int i = range.first; i < range.first + n_counted; i++)
        supply += dispensing[i].supply_days;
    days = (is_to_last ? dispensing[range.end - 1].day : window->end_day) -
        dispensing[range.first].day;
    return days > 0 ? supply / days : NAN;
}

/* CMA5 and CMA6: gap is of TWP_CARRY_WITHIN. */
static double
gap_ratio(const twp_dispensing_t *dispensing, const twp_cma_window_t *window, twp_cma_range_t range,
    const twp_cma_gap_t *gap, bool is_to_last)
{
    const int n_counted = range.end - range.first - is_to_last;
    double sum = 0, days;

    if (n_counted < 1)
        return NAN;
    for (int i = range.first; i < range.first + n_counted; i++)
        sum += gap[i].gap_days;
    days = (is_to_last ? dispensing[range.end - 1].day : window->end_day) -
        dispensing[range.first].day;
    return days > 0 ? 1 - sum / days : NAN;
}

/* CMA7: gap is of TWP_CARRY_INTO. */
static double
whole_window_ratio(const twp_dispensing_t *dispensing, const twp_cma_window_t *window,
    twp_cma_range_t range, const twp_cma_gap_t *gap)
{
    const double days = window->end_day - window->start_day;
    int first = range.first; /* in the window */
    double sum = 0, before;

    while (first < range.end && dispensing[first].day < window->start_day)
        first++;
    if (first == range.end) {
        if (range.first == range.end)
            return NAN;
        return gap[range.end - 1].gap_days <= days ? 1 - gap[range.end - 1].gap_days / days : 0;
    }
    before = dispensing[first].day - window->start_day;
    if (first > range.first)
        before = fmin(gap[first - 1].gap_days, before);
    for (int i = first; i < range.end - 1; i++)
        sum += gap[i].gap_days;
    return 1 - (sum + gap[range.end - 1].gap_days + before) / days;
}

/* The window of CMA8: it begins when the supply from before ends. gap is of TWP_CARRY_INTO. */
static twp_cma_window_t
lagged_window(const twp_dispensing_t *dispensing, const twp_cma_window_t *window,
    twp_cma_range_t range, const twp_cma_gap_t *gap)
{
    twp_cma_window_t lagged = *window;

    for (int i = range.first; i < range.end && dispensing[i].day < window->start_day; i++) {
        const double end = dispensing[i].day + dispensing[i].supply_days + gap[i].carried_days;
        if (end > lagged.start_day)
            lagged.start_day = end;
    }
    /* A length is rounded to whole days, halves to even; the end moves with it. */
    if (lagged.start_day > window->start_day)
        lagged.end_day = lagged.start_day + rint(window->end_day - lagged.start_day);
    return lagged;
}

/* CMA9: intervals run to the end of the follow-up. */
static double
weighted_ratio(const twp_dispensing_t *dispensing, int n, const twp_cma_window_t *window,
    const twp_carry_rules_t *rules, twp_cma_gap_t *gap)
{
    twp_cma_window_t followup = *window;
    twp_cma_range_t range;
    double sum = 0;

    followup.start_day = window->followup_start_day;
    followup.end_day = window->followup_end_day;
    range = twp_cma_gaps(dispensing, n, &followup, TWP_CARRY_INTO, rules, gap);
    if (range.first == range.end || dispensing[range.first].day > window->end_day)
        return NAN;
    for (int i = range.first; i < range.end; i++) {
        const double day = dispensing[i].day, interval = gap[i].interval_days;
        const double begin = fmax(day, window->start_day);
        const double end = fmin(day + interval, window->end_day);
        if (interval > 0 && end > begin)
            sum += (1 - gap[i].gap_days / interval) * (end - begin);
    }
    return sum / (window->end_day - window->start_day);
}

static double
at_most_one(double value)
{
    return value > 1 ? 1 : value; /* NAN stays */
}

static bool
is_wanted(unsigned wanted, int first, int last)
{
    return (wanted & ((2U << last) - (1U << first))) != 0;
}

void
twp_cma_values(const twp_dispensing_t *dispensing, int n, const twp_cma_window_t *window,
    const twp_carry_rules_t *rules, unsigned wanted, twp_cma_gap_t *gap, double *value)
{
    double all[TWP_CMA_N] = { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };

    if (is_wanted(wanted, 1, 4)) {
        all[1] = supply_ratio(dispensing, n, window, true);
        all[2] = supply_ratio(dispensing, n, window, false);
        all[3] = at_most_one(all[1]);
        all[4] = at_most_one(all[2]);
    }
    if (is_wanted(wanted, 5, 6)) {
        const twp_cma_range_t range = twp_cma_gaps(
            dispensing, n, window, TWP_CARRY_WITHIN, rules, gap);
        all[5] = gap_ratio(dispensing, window, range, gap, true);
        all[6] = gap_ratio(dispensing, window, range, gap, false);
    }
    if (is_wanted(wanted, 7, 8)) {
        twp_cma_range_t range = twp_cma_gaps(dispensing, n, window, TWP_CARRY_INTO, rules, gap);
        const twp_cma_window_t lagged = lagged_window(dispensing, window, range, gap);
        all[7] = all[8] = whole_window_ratio(dispensing, window, range, gap);
        if (lagged.start_day > window->start_day && is_wanted(wanted, 8, 8)) {
            range = twp_cma_gaps(dispensing, n, &lagged, TWP_CARRY_INTO, rules, gap);
            all[8] = whole_window_ratio(dispensing, &lagged, range, gap);
        }
    }
    if (is_wanted(wanted, 9, 9))
        all[9] = weighted_ratio(dispensing, n, window, rules, gap);
    for (int i = 0; i < TWP_CMA_N; i++)
        if (is_wanted(wanted, i, i))
            value[i] = all[i];
}
