/**
 * Estimates per strategy, paired differences, intervals and cost-effectiveness. The structs and the
 * reading of a file into them (twp_summary_read()) are public: see twinpath.h. Here: the arithmetic.
 */
#ifndef TWP_SUMMARY_SUMMARY_H
#define TWP_SUMMARY_SUMMARY_H

#include "measure/moments.h"
#include "twinpath.h"

/** Quantile 0.975 of the standard normal distribution: half width of a 95 % interval over its se. */
#define TWP_SUMMARY_Z 1.959963984540054

/** Joint moments of (cost, baseline cost, qaly, baseline qaly) over twins: columns 0 to 3. */
typedef struct {
    double cost, cost_se, qaly, qaly_se, covariance; /* of the mean paired differences */
} twp_cost_effect_t;

twp_cost_effect_t twp_summary_cost_effect(const twp_moments_t *joint);

/**
 * Incremental cost-effectiveness ratio and its 95 % interval (Fieller 1954 J. R. Stat. Soc. B 16:175;
 * for health economics Willan & O'Brien 1996 Health Econ. 5:297): the ratios r with
 * (cost - r qaly)^2 <= z^2 var(cost - r qaly). Bounded when the effect differs from 0 at 5 %.
 */
void twp_summary_icer(const twp_cost_effect_t *effect, twp_summary_icer_t *icer);

/** Difference of net monetary benefit worth * qaly - cost, with its standard error and interval. */
void twp_summary_net_benefit(
    const twp_cost_effect_t *effect, double worth, twp_summary_contrast_t *net_benefit);

#endif
