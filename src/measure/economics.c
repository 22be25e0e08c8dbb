#include "measure/economics.h"

#include <math.h>

/** Covariance of the means of the paired differences (column i - column i + 1), (j - j + 1). */
static double
covariance_of_means(const twp_moments_t *m, int i, int j)
{
    const double co = m->co[i][j] - m->co[i][j + 1] - m->co[i + 1][j] + m->co[i + 1][j + 1];

    return m->n > 1 ? co / (double) (m->n - 1) / (double) m->n : NAN;
}

/** NaN stays; what rounding put below 0 does not. */
static double
root(double variance)
{
    return variance < 0 ? 0 : sqrt(variance);
}

twp_economics_t
twp_economics_of(const twp_moments_t *joint)
{
    if (joint->n == 0)
        return (twp_economics_t){ NAN, NAN, NAN, NAN, NAN };
    return (twp_economics_t){
        .cost = joint->mean[0] - joint->mean[1],
        .cost_se = root(covariance_of_means(joint, 0, 0)),
        .effect = joint->mean[2] - joint->mean[3],
        .effect_se = root(covariance_of_means(joint, 2, 2)),
        .covariance = covariance_of_means(joint, 0, 2),
    };
}

twp_economics_place_t
twp_economics_place(const twp_economics_t *economics)
{
    const double cost = economics->cost, effect = economics->effect;

    if (isnan(cost) || isnan(effect))
        return TWP_ECONOMICS_UNKNOWN;
    if (cost == 0 && effect == 0)
        return TWP_ECONOMICS_EQUAL;
    if (cost <= 0 && effect >= 0)
        return TWP_ECONOMICS_DOMINATES;
    if (cost >= 0 && effect <= 0)
        return TWP_ECONOMICS_DOMINATED;
    return cost > 0 ? TWP_ECONOMICS_DEARER_AND_BETTER : TWP_ECONOMICS_CHEAPER_AND_WORSE;
}

const char *
twp_economics_statement(twp_economics_place_t place)
{
    switch (place) {
    case TWP_ECONOMICS_EQUAL: return "no difference in cost or effect";
    case TWP_ECONOMICS_DOMINATES:
        return "dominates the baseline: not more costly, not less effective";
    case TWP_ECONOMICS_DOMINATED:
        return "dominated by the baseline: not less costly, not more effective";
    case TWP_ECONOMICS_DEARER_AND_BETTER: return "more costly and more effective";
    case TWP_ECONOMICS_CHEAPER_AND_WORSE: return "less costly and less effective";
    case TWP_ECONOMICS_UNKNOWN: break;
    }
    return "not known";
}

/* The set is a r^2 - 2 b r + c <= 0. */
static void
set_fieller(const twp_economics_t *e, double z, twp_icer_t *icer)
{
    const double zz = z * z;
    const double a = e->effect * e->effect - zz * e->effect_se * e->effect_se;
    const double b = e->cost * e->effect - zz * e->covariance;
    const double c = e->cost * e->cost - zz * e->cost_se * e->cost_se;
    const double square = b * b - a * c;

    icer->low = -INFINITY;
    icer->high = INFINITY;
    icer->fieller = TWP_FIELLER_ALL;
    if (a > 0) {
        /* q and c / q are the roots without cancellation; square < 0 only by rounding here. */
        const double r = sqrt(square > 0 ? square : 0), q = b >= 0 ? b + r : b - r;
        const double one = q / a, other = q != 0 ? c / q : one;
        icer->low = one < other ? one : other;
        icer->high = one < other ? other : one;
        icer->fieller = TWP_FIELLER_BETWEEN;
    } else if (a < 0 && square > 0) {
        const double r = sqrt(square), q = b >= 0 ? b + r : b - r;
        const double one = q / a, other = c / q;
        icer->low = one < other ? one : other;
        icer->high = one < other ? other : one;
        icer->fieller = TWP_FIELLER_OUTSIDE;
    }
}

twp_icer_t
twp_economics_icer(const twp_economics_t *economics, double z)
{
    const twp_economics_place_t place = twp_economics_place(economics);
    twp_icer_t icer = { NAN, NAN, NAN, NAN, TWP_FIELLER_NONE };

    if (economics->effect != 0)
        icer.ratio = economics->cost / economics->effect;
    if (place == TWP_ECONOMICS_DEARER_AND_BETTER || place == TWP_ECONOMICS_CHEAPER_AND_WORSE)
        icer.value = icer.ratio;
    if (isfinite(economics->cost_se) && isfinite(economics->effect_se) &&
        isfinite(economics->covariance))
        set_fieller(economics, z, &icer);
    return icer;
}

twp_net_benefit_t
twp_economics_net_benefit(const twp_economics_t *e, double worth_of_a_qaly_money)
{
    const double worth = worth_of_a_qaly_money;
    twp_net_benefit_t benefit = { worth * e->effect - e->cost, NAN, NAN };

    benefit.se = root(worth * worth * e->effect_se * e->effect_se + e->cost_se * e->cost_se -
        2 * worth * e->covariance);
    if (benefit.se > 0)
        benefit.p_better = 0.5 * erfc(-benefit.value / benefit.se / sqrt(2));
    else if (benefit.se == 0)
        benefit.p_better = benefit.value > 0 ? 1 : benefit.value < 0 ? 0 : 0.5;
    return benefit;
}
