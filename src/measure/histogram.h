/**
 * Quantiles from integer counts, flat in memory and exactly mergeable in any order.
 *
 * A value is counted in the bin of its nearest bfloat16 (the upper 16 bits of a float32 after
 * rounding: sign, exponent, 7 bits of mantissa), and that number stands for the bin. So a quantile
 * is off by at most 2^-8 = 0.39 % of its value (below 1e-38 in size: by 5e-41), and 0, 1, counts up
 * to 256 and their like come back exactly.
 */
#ifndef TWP_MEASURE_HISTOGRAM_H
#define TWP_MEASURE_HISTOGRAM_H

#include <stdint.h>

#define TWP_HISTOGRAM_BINS 65536

/**
 * Counts stand in few places: bit k of a set of parts says that bins [k * TWP_HISTOGRAM_PART, (k + 1) *
 * TWP_HISTOGRAM_PART) may hold some.
 */
#define TWP_HISTOGRAM_PART 1024
#define TWP_HISTOGRAM_ALL_PARTS UINT64_MAX

/** Bin of a value, rising with it; -1 for NAN. What a float32 cannot hold counts as infinite. */
int twp_histogram_bin(double value);

/** The number that stands for a bin; NAN for the bins that no value has. */
double twp_histogram_value(int i_bin);

/** Counts value[0], value[stride], ..., n of them, into bins[]; NANs are left out. by is 1, or -1 to
 * take back what was counted. Returns the parts that were counted into. */
uint64_t twp_histogram_add(int64_t *bins, const double *value, int64_t stride, int64_t n, int by);

/** Counts the differences value[k] - baseline[k] of twins that have both; likewise. */
uint64_t twp_histogram_add_differences(
    int64_t *bins, const double *value, const double *baseline, int64_t n, int by);

void twp_histogram_merge(int64_t *bins, const int64_t *more);

int64_t twp_histogram_count(const int64_t *bins);

/** Sets the bins of these parts to 0. */
void twp_histogram_clear(int64_t *bins, uint64_t parts);

/**
 * Quantiles: the smallest value below or at which lie at least ceil(p n) of n counted values (and
 * at least one), type 1 of Hyndman & Fan 1996. NAN when nothing was counted.
 * @param parts     outside of them all bins are 0
 * @param p         [n_quantiles] in [0, 1], rising
 * @param quantile  [n_quantiles]
 */
void twp_histogram_quantiles(
    const int64_t *bins, uint64_t parts, int n_quantiles, const double *p, double *quantile);

#endif
