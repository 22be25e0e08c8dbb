/**
 * How estimates of two strategies go together that the same twins lived: the covariance that the
 * formulas of one curve have no room for.
 *
 * What one life adds to the error of an estimate hangs on its code alone: its day, and how it left
 * (measure/survival.h, twp_survival_influence(); of log-rank tests twp_logrank_scores()). Over the twins
 * that are on both curves, a and b,
 *
 *     Cov(estimate_a, estimate_b) = sum of influence_a influence_b
 *     Var(estimate_a - estimate_b) = Var_a + Var_b - 2 Cov
 *
 * Influences are known only when all lives are: what is kept are counts. Twins with the same code in both
 * lives are counted by code, exactly. The others are counted in a table of bins of days, with sums and
 * products of their days: within a bin the influence is replaced by the straight line of the day that
 * comes nearest to it. The bins end on the days asked for, where influences may jump (on 96 days evenly
 * up to the last one where more are asked for).
 *
 * What is lost is what the line does not follow. Against the sum over twins one by one, for hazard ratios
 * from 1.1 to 1.3 and 300 twins or more, errors of differences are off by less than 1 %; so they are at
 * 1.01 with 3,000 twins. The fewer twins differ, and the less they move within their bins, the more is
 * lost: at 1.01 with 300 twins, or 1.003 with 3,000, errors came out 0.9 to 1.5 times as large, more
 * often too large than too small. They are of differences next to 0.
 *
 * A table has at most 436^2 cells of 4 numbers, 6 MB.
 */
#ifndef TWP_MEASURE_PAIRED_SURVIVAL_H
#define TWP_MEASURE_PAIRED_SURVIVAL_H

#include "base/arena.h"
#include "measure/logrank.h"
#include "measure/moments.h"
#include "measure/survival.h"

#include <stdbool.h>

typedef struct {
    int n_days, n_kinds, n_bins;
    int32_t *bin;   /* [n_days] of a day, rising */
    int32_t *first; /* [n_bins] its first day */
} twp_survival_bins_t;

/**
 * Bins that end on the days floor(at_days[k]), k < n_at, n_at >= 1, and go on to the last day; false when
 * memory runs out.
 */
bool twp_survival_bins_make(twp_arena_t *arena, int n_days, int n_kinds, int n_at,
    const double *at_days, twp_survival_bins_t *bins);

/** Counts that one pair of curves needs: same[n_kinds * n_days] by code, then the table. */
size_t twp_survival_pairs_size(const twp_survival_bins_t *bins);

/** Counts a twin with two codes of measure/survival.h; TWP_SURVIVAL_NONE in one is no pair. */
void twp_survival_pairs_count(
    const twp_survival_bins_t *bins, int64_t *pairs, int32_t code, int32_t baseline_code);

/** Two curves that the same twins lived, by whole days, and their pairs. */
typedef struct {
    const twp_survival_bins_t *bins;
    const twp_risk_t *a, *baseline;
    const int64_t *pairs;
} twp_paired_t;

/** Numbers of scratch that the functions below need. */
size_t twp_paired_scratch(const twp_survival_bins_t *bins);

/**
 * The estimate minus the baseline's, with the paired standard error; NAN where one of the two has none.
 * Exactly 0 with error 0 where all lives are the same.
 */
twp_difference_t twp_survival_paired(
    const twp_paired_t *paired, twp_survival_of_t of, double at_days, double *scratch);

/** A log-rank test of lives that the same twins lived. */
typedef struct {
    twp_logrank_t counts;
    double z; /* U over its paired error, above 0 where a has more events; NAN where that is 0 */
    double variance;       /* of U, paired */
    double variance_saved; /* by pairing; NAN where nothing varies */
} twp_paired_logrank_t;

twp_paired_logrank_t twp_logrank_paired(const twp_paired_t *paired, double *scratch);

#endif
