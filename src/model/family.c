#include "model/family.h"

#include "base/portable_math.h"
#include <float.h>
#include <math.h>

/*
 * Constants c[] by family, chosen so that the kernel spends at most one pow, or one exp and one log:
 *   exponential  rate, 1/rate
 *   weibull      shape, 1/shape, scale, 1/scale     (both forms: scale_aft = scale_ph^(-1/shape))
 *   gompertz     shape, rate, shape/rate, rate/shape
 *   lognormal    meanlog, sdlog, 1/sdlog
 *   loglogistic  shape, 1/shape, scale, 1/scale
 *   fixed        at
 *   geometric    H of a step, length of a step
 *   others       family_gamma.c, family_cubic.c
 */

static bool
is_finite(double x)
{
    return x >= -DBL_MAX && x <= DBL_MAX;
}

static bool
prepare_power(double shape, double scale, twp_law_constants_t *law)
{
    if (!(shape > 0) || !(scale > 0))
        return false;
    law->c[0] = shape;
    law->c[1] = 1 / shape;
    law->c[2] = scale;
    law->c[3] = 1 / scale;
    return is_finite(law->c[1]) && is_finite(law->c[3]);
}

static bool
prepare_weibull_ph(const double *p, twp_law_constants_t *law)
{
    if (!(p[0] > 0) || !(p[1] >= 0) || !(p[2] > 0))
        return false;
    if (p[1] > 0)
        return prepare_power(p[0], p[2] * twp_math_pow(p[1], -1 / p[0]), law);
    law->c[0] = p[0]; /* no hazard at all: an endless scale */
    law->c[1] = 1 / p[0];
    law->c[2] = INFINITY;
    law->c[3] = 0;
    return true;
}

static bool
prepare_geometric(double chance, double every_days, twp_law_constants_t *law)
{
    if (!(chance >= 0 && chance <= 1) || !(every_days > 0))
        return false;
    law->c[0] = chance < 1 ? -twp_math_log1p(-chance) : -twp_math_log(1e-16); /* above any draw */
    law->c[1] = every_days;
    return true;
}

bool
twp_family_prepare(twp_family_t family, const double *p, twp_law_constants_t *law)
{
    for (int k = 0; k < twp_families[family].n_parameters; k++)
        if (!is_finite(p[k]))
            return false;
    switch (family) {
    case TWP_FAMILY_EXPONENTIAL:
        law->c[0] = p[0];
        law->c[1] = p[0] > 0 ? 1 / p[0] : INFINITY;
        return p[0] >= 0;
    case TWP_FAMILY_WEIBULL:
    case TWP_FAMILY_LOGLOGISTIC: return prepare_power(p[0], p[1], law);
    case TWP_FAMILY_WEIBULL_PH: return prepare_weibull_ph(p, law);
    case TWP_FAMILY_GOMPERTZ:
        law->c[0] = p[0];
        law->c[1] = p[1];
        law->c[2] = p[1] > 0 ? p[0] / p[1] : 0;
        law->c[3] = !(p[0] < 0) && !(p[0] > 0) ? 0 : p[1] / p[0];
        return p[1] >= 0;
    case TWP_FAMILY_LOGNORMAL:
        if (!(p[1] > 0) || !(p[2] > 0))
            return false;
        law->c[0] = p[0] + twp_math_log(p[2]);
        law->c[1] = p[1];
        law->c[2] = 1 / p[1];
        return is_finite(law->c[2]);
    case TWP_FAMILY_FIXED: law->c[0] = p[0]; return p[0] > 0;
    case TWP_FAMILY_GEOMETRIC: return prepare_geometric(p[0], p[1], law);
    case TWP_FAMILY_GAMMA:
    case TWP_FAMILY_GENGAMMA: return twp_family_gamma_prepare(family, p, law);
    case TWP_FAMILY_SPLINE:
    case TWP_FAMILY_POLYNOMIAL:
        law->c[0] = p[0];
        law->c[1] = p[1] > 0 ? twp_math_log(p[1]) : 0;
        return p[1] > 0;
    case TWP_FAMILY_LIFE_TABLE: law->c[0] = p[0]; return p[0] >= 0;
    case TWP_FAMILY_PIECEWISE:
    case TWP_N_FAMILIES: break;
    }
    return true;
}

static double
piecewise_cumulative(const twp_law_constants_t *law, double age_days)
{
    int32_t low = 0, high = law->n_pieces; /* the last piece that starts at or before age */

    while (high - low > 1) {
        const int32_t middle = low + (high - low) / 2;
        if (law->from_days[middle] <= age_days)
            low = middle;
        else
            high = middle;
    }
    if (!(law->rate_per_day[low] > 0))
        return law->cumulative[low];
    return law->cumulative[low] + law->rate_per_day[low] * (age_days - law->from_days[low]);
}

static double
piecewise_inverse(const twp_law_constants_t *law, double e)
{
    int32_t low = -1,
            high = law->n_pieces; /* the first u with H(u) >= e lies in the last piece whose */
                                  /* H at its start is < e; e at or below H(0) = 0 is age 0 */
    while (high - low > 1) {
        const int32_t middle = low + (high - low) / 2;
        if (law->cumulative[middle] < e)
            low = middle;
        else
            high = middle;
    }
    if (low < 0)
        return 0;
    if (!(law->rate_per_day[low] > 0))
        return INFINITY;
    const double u = law->from_days[low] + (e - law->cumulative[low]) / law->rate_per_day[low];
    /* rounding must not leave the piece */
    return low + 1 < law->n_pieces && u > law->from_days[low + 1] ? law->from_days[low + 1] : u;
}

static double
gompertz_cumulative(const twp_law_constants_t *law, double age_days)
{
    const double shape = law->c[0];

    if (!(shape < 0) && !(shape > 0))
        return law->c[1] * age_days;
    return law->c[3] * twp_math_expm1(shape * age_days);
}

static double
gompertz_inverse(const twp_law_constants_t *law, double e)
{
    const double shape = law->c[0];

    if (!(law->c[1] > 0))
        return e > 0 ? INFINITY : 0;
    if (!(shape < 0) && !(shape > 0))
        return e / law->c[1];
    const double x = law->c[2] *
        e; /* shape e / rate; at or below -1 the bounded H is never reached */
    return x > -1 ? twp_math_log1p(x) / shape : INFINITY;
}

/* An age is a difference of times, which round: a step counts as reached a billionth of it before. */
#define STEP_SLACK 1e-9

static double
geometric_cumulative(const twp_law_constants_t *law, double age_days)
{
    return age_days > 0 ? law->c[0] * twp_math_floor(age_days / law->c[1] + STEP_SLACK) : 0;
}

static double
geometric_inverse(const twp_law_constants_t *law, double e)
{
    if (!(e > 0))
        return 0;
    if (!(law->c[0] > 0))
        return INFINITY;
    double n = twp_math_floor(e / law->c[0]); /* the quotient may be off by its rounding */
    if (n * law->c[0] < e)
        n += 1;
    else if ((n - 1) * law->c[0] >= e)
        n -= 1;
    return n * law->c[1];
}

double
twp_family_cumulative(twp_family_t family, const twp_law_constants_t *law, double age_days)
{
    const double *c = law->c;

    switch (family) {
    case TWP_FAMILY_EXPONENTIAL: return c[0] > 0 ? c[0] * age_days : 0;
    case TWP_FAMILY_WEIBULL:
    case TWP_FAMILY_WEIBULL_PH: return age_days > 0 ? twp_math_pow(age_days * c[3], c[0]) : 0;
    case TWP_FAMILY_GOMPERTZ: return gompertz_cumulative(law, age_days);
    case TWP_FAMILY_LOGNORMAL:
        return age_days > 0 ? -twp_math_normal_log_upper((twp_math_log(age_days) - c[0]) * c[2])
                            : 0;
    case TWP_FAMILY_LOGLOGISTIC:
        return age_days > 0 ? twp_math_log1p(twp_math_pow(age_days * c[3], c[0])) : 0;
    case TWP_FAMILY_PIECEWISE:
    case TWP_FAMILY_LIFE_TABLE: return piecewise_cumulative(law, age_days);
    case TWP_FAMILY_FIXED: return age_days < c[0] ? 0 : INFINITY;
    case TWP_FAMILY_GEOMETRIC: return geometric_cumulative(law, age_days);
    case TWP_FAMILY_GAMMA:
    case TWP_FAMILY_GENGAMMA: return twp_family_gamma_cumulative(family, law, age_days);
    case TWP_FAMILY_SPLINE:
    case TWP_FAMILY_POLYNOMIAL: return twp_family_cubic_cumulative(law, age_days);
    case TWP_N_FAMILIES: break;
    }
    return 0;
}

double
twp_family_inverse(twp_family_t family, const twp_law_constants_t *law, double e)
{
    const double *c = law->c;

    switch (family) {
    case TWP_FAMILY_EXPONENTIAL: return e > 0 ? e * c[1] : 0;
    case TWP_FAMILY_WEIBULL:
    case TWP_FAMILY_WEIBULL_PH: return e > 0 ? c[2] * twp_math_pow(e, c[1]) : 0;
    case TWP_FAMILY_GOMPERTZ: return gompertz_inverse(law, e);
    case TWP_FAMILY_LOGNORMAL:
        if (!(e > 0))
            return 0;
        return twp_math_exp(c[0] + c[1] * twp_math_normal_upper_from_log(-e));
    case TWP_FAMILY_LOGLOGISTIC: return e > 0 ? c[2] * twp_math_pow(twp_math_expm1(e), c[1]) : 0;
    case TWP_FAMILY_PIECEWISE:
    case TWP_FAMILY_LIFE_TABLE: return piecewise_inverse(law, e);
    case TWP_FAMILY_FIXED: return e > 0 ? c[0] : 0;
    case TWP_FAMILY_GEOMETRIC: return geometric_inverse(law, e);
    case TWP_FAMILY_GAMMA:
    case TWP_FAMILY_GENGAMMA: return twp_family_gamma_inverse(family, law, e);
    case TWP_FAMILY_SPLINE:
    case TWP_FAMILY_POLYNOMIAL: return twp_family_cubic_inverse(law, e);
    case TWP_N_FAMILIES: break;
    }
    return INFINITY;
}
