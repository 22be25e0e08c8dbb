/**
 * Estimates per strategy, paired differences, intervals and cost-effectiveness, as they stand in a
 * results file. The struct and twp_summary_read(), which fills it from a file, are public: see
 * twinpath.h. Here: names that the writing and the reading side share.
 */
#ifndef TWP_SUMMARY_SUMMARY_H
#define TWP_SUMMARY_SUMMARY_H

#include "twinpath.h"

/** Quantile 0.975 of the standard normal distribution: half a 95 % interval over its error. */
#define TWP_SUMMARY_Z 1.959963984540054

/** Quantiles over twins that a run writes. */
#define TWP_SUMMARY_N_QUANTILES 5
extern const double twp_summary_quantiles[TWP_SUMMARY_N_QUANTILES];

#endif
