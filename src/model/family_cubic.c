#include "model/family.h"

#include "base/portable_math.h"
#include <math.h>

/*
 * Laws given by a function s of x = log(t / time_unit): Royston-Parmar splines, and the tables of
 * fractional polynomials. s is cubic between nodes and straight outside, so values and slopes at the
 * nodes say all. c[0] is added to s (location), c[1] is log(time_unit).
 */

/* Cubic between two nodes: s = value + y (b + y (c + y d)), 0 <= y <= width. */
typedef struct {
    double value, b, c, d, width;
} cubic_t;

static cubic_t
cubic_after(const twp_law_constants_t *law, int i)
{
    const double *slope = law->rate_per_day;
    const double width = law->from_days[i + 1] - law->from_days[i];
    const double mean = (law->cumulative[i + 1] - law->cumulative[i]) / width;

    return (cubic_t){ law->cumulative[i], slope[i],
        (3 * mean - 2 * slope[i] - slope[i + 1]) / width,
        (slope[i] + slope[i + 1] - 2 * mean) / (width * width), width };
}

/* Index of the last entry not above x, which is between the first and the last. */
static int
find(const double *rising, int n, double x)
{
    int low = 0, high = n;

    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (rising[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static double
value_at(const twp_law_constants_t *law, double x)
{
    const int last = law->n_pieces - 1;

    if (!(x > law->from_days[0]))
        return law->cumulative[0] + law->rate_per_day[0] * (x - law->from_days[0]);
    if (x >= law->from_days[last])
        return law->rate_per_day[last] > 0
            ? law->cumulative[last] + law->rate_per_day[last] * (x - law->from_days[last])
            : law->cumulative[last];
    const int i = find(law->from_days, law->n_pieces, x);
    const cubic_t p = cubic_after(law, i);
    const double y = x - law->from_days[i];
    const double value = p.value + y * (p.b + y * (p.c + y * p.d));
    return value < law->cumulative[i + 1] ? value : law->cumulative[i + 1]; /* rounding */
}

/*
 * y in [0, width] with p(y) = value + rise: Newton's method in a bracket, which bisects where a step
 * leaves it. The cubic rises, so the bracket holds the root; at most 60 steps, about 4.
 */
static double
solve(const cubic_t *p, double rise)
{
    double low = 0, high = p->width, y = p->b > 0 ? rise / p->b : 0.5 * high;

    for (int i = 0; i < 60; i++) {
        if (!(y > low && y < high))
            y = 0.5 * (low + high);
        const double off = y * (p->b + y * (p->c + y * p->d)) - rise;
        const double step = -off / (p->b + y * (2 * p->c + y * 3 * p->d));
        if (off < 0)
            low = y;
        else
            high = y;
        y += step;
        if (!(twp_math_abs(step) > 0x1p-52 * p->width) || high - low < 0x1p-52 * p->width)
            break;
    }
    return y > low ? (y < high ? y : high) : low;
}

/* The first x with s(x) >= value. */
static double
first_at(const twp_law_constants_t *law, double value)
{
    const int last = law->n_pieces - 1;

    if (value <= law->cumulative[0])
        return law->from_days[0] + (value - law->cumulative[0]) / law->rate_per_day[0];
    if (value > law->cumulative[last])
        return law->rate_per_day[last] > 0
            ? law->from_days[last] + (value - law->cumulative[last]) / law->rate_per_day[last]
            : INFINITY;
    int i = find(law->cumulative, law->n_pieces, value);
    while (i > 0 && law->cumulative[i] >= value) /* the first of equal ones, and of the last node */
        i--;
    const cubic_t p = cubic_after(law, i);
    return law->from_days[i] + solve(&p, value - p.value);
}

double
twp_family_cubic_cumulative(const twp_law_constants_t *law, double age_days)
{
    if (!(age_days > 0))
        return 0;
    const double s = value_at(law, twp_math_log(age_days) - law->c[1]) + law->c[0];
    switch ((twp_spline_scale_t) law->scale) {
    case TWP_SPLINE_HAZARD: return twp_math_exp(s);
    case TWP_SPLINE_ODDS: return s > 40 ? s : twp_math_log1p(twp_math_exp(s)); /* e^-40 < 2^-53 s */
    case TWP_SPLINE_NORMAL: return -twp_math_normal_log_upper(s);
    }
    return 0;
}

/* s for a cumulative hazard. */
static double
transformed(const twp_law_constants_t *law, double e)
{
    switch ((twp_spline_scale_t) law->scale) {
    case TWP_SPLINE_HAZARD: return twp_math_log(e);
    case TWP_SPLINE_ODDS:
        return e > 1 ? e + twp_math_log1p(-twp_math_exp(-e)) : twp_math_log(twp_math_expm1(e));
    case TWP_SPLINE_NORMAL: return twp_math_normal_upper_from_log(-e);
    }
    return 0;
}

double
twp_family_cubic_inverse(const twp_law_constants_t *law, double e)
{
    if (!(e > 0))
        return 0;
    return twp_math_exp(first_at(law, transformed(law, e) - law->c[0]) + law->c[1]);
}
