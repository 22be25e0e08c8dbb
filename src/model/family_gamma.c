#include "model/family.h"

#include "base/portable_math.h"
#include <float.h>
#include <math.h>

/*
 * Gamma and generalised gamma laws. Constants c[]:
 *   gamma               shape, rate, 1 / rate
 *   generalised gamma   mu (log days), sigma, Q, 1 / Q^2 (0: lognormal)
 * On the scale y = Q w = log(u / g) neither a small Q (a large g) nor a far tail loses digits.
 */

/* Below this |Q| the lognormal law differs by less than 1e-10 relative in H, up to H = 700. */
#define SMALLEST_Q 1e-14

static bool
is_finite(double x)
{
    return x >= -DBL_MAX && x <= DBL_MAX;
}

bool
twp_family_gamma_prepare(twp_family_t family, const double *p, twp_law_constants_t *law)
{
    if (family == TWP_FAMILY_GAMMA) {
        law->c[0] = p[0];
        law->c[1] = p[1];
        law->c[2] = 1 / p[1];
        law->c[3] = 0;
        return p[0] > 0 && p[1] > 0 && is_finite(law->c[2]);
    }
    if (!(p[1] > 0) || !(p[3] > 0))
        return false;
    law->c[0] = p[0] + twp_math_log(p[3]);
    law->c[1] = p[1];
    law->c[2] = p[2];
    law->c[3] = twp_math_abs(p[2]) < SMALLEST_Q ? 0 : 1 / (p[2] * p[2]);
    return is_finite(1 / p[1]) && (law->c[3] > 0 || twp_math_abs(p[2]) < SMALLEST_Q);
}

double
twp_family_gamma_cumulative(twp_family_t family, const twp_law_constants_t *law, double age_days)
{
    const double *c = law->c;

    if (!(age_days > 0))
        return 0;
    if (family == TWP_FAMILY_GAMMA)
        return -twp_math_gamma_log_upper(c[0], c[1] * age_days);
    const double w = (twp_math_log(age_days) - c[0]) / c[1];
    if (!(c[3] > 0))
        return -twp_math_normal_log_upper(w);
    return -twp_math_gamma_log_tail(c[3], c[2] * w, c[2] > 0);
}

double
twp_family_gamma_inverse(twp_family_t family, const twp_law_constants_t *law, double e)
{
    const double *c = law->c;

    if (!(e > 0))
        return 0;
    if (family == TWP_FAMILY_GAMMA)
        return c[2] * twp_math_gamma_upper_from_log(c[0], -e);
    const double w = c[3] > 0 ? twp_math_gamma_log_tail_inverse(c[3], -e, c[2] > 0) / c[2]
                              : twp_math_normal_upper_from_log(-e);
    return twp_math_exp(c[0] + c[1] * w);
}
