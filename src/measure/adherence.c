#include "measure/adherence.h"

#include <math.h>

/** Length of [begin, end) inside [from, to). */
static double
overlap_days(double begin, double end, double from, double to)
{
    const double first = begin > from ? begin : from, last = end < to ? end : to;

    return last > first ? last - first : 0;
}

double
twp_adherence_covered_days(
    const twp_dispensing_t *dispensing, int n, int32_t from_day, double to_day)
{
    double covered_to = -INFINITY, sum = 0;

    for (int k = 0; k < n; k++) {
        const double begin = covered_to > dispensing[k].day ? covered_to : dispensing[k].day;
        covered_to = begin + dispensing[k].supply_days;
        if (dispensing[k].day < to_day) /* what comes later cannot cover earlier days */
            sum += overlap_days(begin, covered_to, from_day, to_day);
    }
    return sum;
}

void
twp_adherence_begin(twp_adherence_t *adherence, double window_days, double gap_days, double end_day)
{
    *adherence = (twp_adherence_t){
        .window_days = window_days,
        .gap_days = gap_days,
        .end_day = end_day,
        .broke_day = INFINITY,
    };
}

void
twp_adherence_add(twp_adherence_t *a, int32_t day, double supply_days)
{
    if (a->n++ == 0) {
        a->first_day = day;
        a->to_day = day + a->window_days < a->end_day ? day + a->window_days : a->end_day;
        a->covered_to = day;
    }
    if (day - a->covered_to > a->gap_days && a->broke_day == INFINITY)
        a->broke_day = a->covered_to;
    const double begin = a->covered_to > day ? a->covered_to : day;
    a->covered_to = begin + supply_days;
    if (day > a->to_day)
        return;
    a->n_in_window++;
    a->supply_days += supply_days;
    a->covered_days += overlap_days(begin, a->covered_to, a->first_day, a->to_day);
}

static bool
has_window(const twp_adherence_t *a)
{
    return a->n > 0 && a->to_day - a->first_day >= 1;
}

double
twp_adherence_pdc_of(const twp_adherence_t *a)
{
    if (!has_window(a))
        return NAN;
    const double pdc = a->covered_days / (a->to_day - a->first_day);
    return pdc < 1 ? pdc : 1; /* sums of fractions may round up */
}

double
twp_adherence_mpr_of(const twp_adherence_t *a)
{
    return has_window(a) ? a->supply_days / (a->to_day - a->first_day) : NAN;
}

double
twp_adherence_persisted_days_of(const twp_adherence_t *a)
{
    if (a->n == 0)
        return NAN;
    if (a->broke_day < INFINITY)
        return a->broke_day - a->first_day;
    return a->end_day - a->covered_to > a->gap_days ? a->covered_to - a->first_day : INFINITY;
}

static twp_adherence_t
adherence_of(const twp_dispensing_t *dispensing, int n, double gap_days, double to_day)
{
    twp_adherence_t adherence;

    twp_adherence_begin(&adherence, INFINITY, gap_days, to_day);
    for (int k = 0; k < n && dispensing[k].day <= to_day; k++)
        twp_adherence_add(&adherence, dispensing[k].day, dispensing[k].supply_days);
    return adherence;
}

double
twp_adherence_pdc(const twp_dispensing_t *dispensing, int n, double to_day)
{
    const twp_adherence_t adherence = adherence_of(dispensing, n, INFINITY, to_day);

    return twp_adherence_pdc_of(&adherence);
}

double
twp_adherence_mpr(const twp_dispensing_t *dispensing, int n, double to_day)
{
    const twp_adherence_t adherence = adherence_of(dispensing, n, INFINITY, to_day);

    return twp_adherence_mpr_of(&adherence);
}

double
twp_adherence_persisted_days(
    const twp_dispensing_t *dispensing, int n, double gap_days, double to_day)
{
    const twp_adherence_t adherence = adherence_of(dispensing, n, gap_days, to_day);

    return twp_adherence_persisted_days_of(&adherence);
}
