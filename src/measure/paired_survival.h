/**
 * How the Kaplan-Meier estimates of two strategies go together that the same twins lived: the
 * covariance that Greenwood's formula has no room for.
 *
 * With d_j events among n_j lives at risk on day j, a life with its event (or last seen) on day x has
 * on -log S(t) the influence
 *
 *     phi(t) = [event, x <= t] / (n_x - d_x)  -  sum over days j <= min(x, t) of d_j / (n_j (n_j - d_j))
 *
 * (the increments of a martingale over the lives at risk). Summed over lives, phi^2 is Greenwood's
 * sum of d_j / (n_j (n_j - d_j)). So, over the twins that are in both curves,
 *
 *     Cov(S_a(t), S_b(t)) = S_a(t) S_b(t) sum phi_a(t) phi_b(t),
 *     Var(S_a(t) - S_b(t)) = Greenwood_a + Greenwood_b - 2 Cov.
 *
 * phi is known only when all lives are: what is kept are counts. Twins with the same day and ending in
 * both lives are counted by day, exactly. The others are counted in a table of bins of days, within
 * which phi is replaced by its mean over them; the bins end on the days asked for (on 256 days evenly up
 * to the last one where more are asked for), and are so narrow that what is lost is below a hundredth
 * of the covariance. Beyond the last day phi is constant. A table has at most 580^2 counts, 2.7 MB.
 */
#ifndef TWP_MEASURE_PAIRED_SURVIVAL_H
#define TWP_MEASURE_PAIRED_SURVIVAL_H

#include "base/arena.h"
#include "measure/moments.h"
#include "measure/survival.h"

#include <stdbool.h>

/** Lives of one strategy by whole day, n_days each. */
typedef struct {
    int64_t *events, *censored;
} twp_curve_counts_t;

typedef struct {
    int n_days, n_bins;
    int32_t *bin; /* [n_days] of a day, rising */
} twp_survival_bins_t;

/** Bins that end on the days floor(at_days[k]), k < n_at, n_at >= 1; false when memory runs out. */
bool twp_survival_bins_make(
    twp_arena_t *arena, int n_days, int n_at, const double *at_days, twp_survival_bins_t *bins);

/** Counts that one pair of curves needs: same[2 * n_days] by code, then the table of bins. */
size_t twp_survival_pairs_size(const twp_survival_bins_t *bins);

/** Counts a twin with two codes of measure/survival.h; TWP_SURVIVAL_NONE in one is no pair. */
void twp_survival_pairs_count(
    const twp_survival_bins_t *bins, int64_t *pairs, int32_t code, int32_t baseline_code);

/**
 * S(at) minus the baseline's, with the paired standard error; NAN where one of the two has none.
 * Exactly 0 with error 0 where all lives are the same.
 * @param scratch  [4 * n_days]
 */
twp_difference_t twp_survival_paired(const twp_survival_bins_t *bins, twp_curve_counts_t counts,
    twp_curve_counts_t baseline, const int64_t *pairs, double at_days, double *scratch);

#endif
