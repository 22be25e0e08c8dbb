/*
 * Tails of the gamma distribution over the logarithm of x / a, and their inverses: near the mean of a
 * large shape x itself has too few digits, and far down it underflows.
 */
#include "base/portable_math.h"

#include "base/portable_math_internal.h"

#define LN2 0x1.62e42fefa39efp-1

/* Below e^-LOW the lower tail is x^a / Gamma(a + 1), to e^-LOW relative. */
#define LOW 600

/* log of x^a / Gamma(a + 1) for x = a e^y */
static double
log_lowest(double a, double y)
{
    return a * (y + twp_math_log(a)) - twp_math_lgamma(a + 1);
}

static twp_math_gamma_part_t
part_at(double a, double y)
{
    if (twp_math_abs(y) < 0.5)
        return twp_math_gamma_part(a, sum_of(a, a * twp_math_expm1(y)));
    return twp_math_gamma_part(a, (twp_math_sum_t){ a * twp_math_exp(y), 0 });
}

double
twp_math_gamma_log_tail(double a, double y, int is_upper)
{
    double slope;

    if (!(a > 0 && a < TWP_MATH_INF && y == y))
        return TWP_MATH_NAN;
    if (y + twp_math_log(a) > 700)
        return is_upper ? -TWP_MATH_INF : 0;
    if (y + twp_math_log(a) < -LOW) {
        const double log_p = log_lowest(a, y);
        return is_upper ? twp_math_log1p(-twp_math_exp(log_p)) : log_p;
    }
    const twp_math_gamma_part_t part = part_at(a, y);
    return twp_math_gamma_log_tail_of(&part, is_upper, &slope).hi;
}

/* A start: Wilson & Hilferty's cube of a normal quantile, or where that is no good a bound from whose
 * side Newton's method cannot overshoot (portable_math_special.c has the same in x). */
static double
start(double a, double l, int is_upper)
{
    const double from_median = twp_math_normal_upper_from_log(l);
    const double z = is_upper ? from_median : -from_median;
    const double root_less_1 = z / (3 * twp_math_sqrt(a)) - 1 / (9 * a);

    if (a >= 0.5 && root_less_1 > -0.8)
        return 3 * twp_math_log1p(root_less_1);
    if (is_upper && a <= 1)
        return twp_math_log(-l / a);
    const double log_p = is_upper ? twp_math_log(-twp_math_expm1(l)) : l;
    return (log_p + twp_math_lgamma(a + 1)) / a - twp_math_log(a);
}

/* Halley's method on the logarithm of the tail, which is concave in y. A bracket is kept; a step out of
 * it bisects. At most 64 steps, mostly 2 or 3. */
static double
invert(double a, twp_math_sum_t l, int is_upper)
{
    const double scale = a > 1 ? 1 / twp_math_sqrt(a) : 1;
    double y = start(a, l.hi, is_upper), low = -TWP_MATH_INF, high = TWP_MATH_INF;

    if (!is_upper && y + twp_math_log(a) < -LOW)
        return (l.hi + twp_math_lgamma(a + 1)) / a - twp_math_log(a);
    for (int i = 0; i < 64; i++) {
        double slope;
        const twp_math_gamma_part_t part = part_at(a, y);
        const twp_math_sum_t at = twp_math_gamma_log_tail_of(&part, is_upper, &slope);
        const double off = (at.hi - l.hi) + (at.lo - l.lo);
        const double step = twp_math_gamma_step(a, a * twp_math_exp(y), off, slope);
        if ((off > 0) == (is_upper == 1))
            low = y;
        else
            high = y;
        if (!(twp_math_abs(step) > TWP_MATH_LAST_STEP * scale))
            return y + (step == step ? step : 0);
        const double next = y + step;
        if (next > low && next < high)
            y = next;
        else if (high == TWP_MATH_INF)
            y = low + 1.5;
        else
            y = low > -TWP_MATH_INF ? 0.5 * (low + high) : high - 14;
    }
    return y;
}

double
twp_math_gamma_log_tail_inverse(double a, double l, int is_upper)
{
    if (!(a > 0 && a < TWP_MATH_INF && l <= 0))
        return TWP_MATH_NAN;
    if (l == 0 || l == -TWP_MATH_INF)
        return (l == 0) == (is_upper == 1) ? -TWP_MATH_INF : TWP_MATH_INF;
    if (l > -LN2)
        return invert(a, twp_math_log_sum(-twp_math_expm1(l)), !is_upper);
    return invert(a, (twp_math_sum_t){ l, 0 }, is_upper);
}
