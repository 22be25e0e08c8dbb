/**
 * Means, variances and covariances of several columns over twins, exactly mergeable in block order
 * (Chan, Golub & LeVeque 1983), and estimates of means and ratios of means with their standard
 * errors.
 */
#ifndef TWP_MEASURE_MOMENTS_H
#define TWP_MEASURE_MOMENTS_H

#include <stdint.h>

#define TWP_MOMENTS_MAX 4

/** Count, means and centred co-moments (sums of products of deviations) of up to 4 columns. */
typedef struct {
    int64_t n;
    double mean[TWP_MOMENTS_MAX];
    double co[TWP_MOMENTS_MAX][TWP_MOMENTS_MAX]; /* symmetric */
} twp_moments_t;

/** Moments of columns[k][0 .. n-1] (finite values): two passes, sums in order of index. */
void twp_moments_of(twp_moments_t *moments, int n_columns, const double *const *columns, int64_t n);

/** Folds `more` into `moments`; the order of folding is the caller's promise (block order). */
void twp_moments_merge(twp_moments_t *moments, const twp_moments_t *more, int n_columns);

typedef struct {
    double value, se; /* NAN when there is no denominator; se NAN when n < 2 */
    double n;         /* twins that count: Kish's (sum d)^2 / sum d^2 of the denominators d */
} twp_estimate_t;

/**
 * Ratio of the means of two columns, the denominator >= 0 (delta method). Over a denominator of
 * zeros and ones it is the mean of the twins that count, with the usual standard error of a mean.
 */
twp_estimate_t twp_moments_ratio(const twp_moments_t *moments, int i_numerator, int i_denominator);

typedef struct {
    double value, se;
    double variance_saved; /* 1 - paired variance / sum of the two variances; NAN when both are 0 */
} twp_difference_t;

/**
 * Paired difference of two ratios of means over the same twins: columns (0, 1) are numerator and
 * denominator under the strategy, (2, 3) under the baseline. Delta method on the joint moments.
 */
twp_difference_t twp_moments_paired(const twp_moments_t *moments);

#endif
