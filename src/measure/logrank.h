/**
 * Log-rank test between two groups of lives (Mantel 1966; Peto & Peto 1972).
 *
 * Over the rows of both tables, with n_j lives at risk in both groups, d_j events and a_j = n_Aj / n_j:
 *
 *     U = observed - expected of A = sum (d_Aj - a_j d_j)
 *     V = sum a_j (1 - a_j) d_j (n_j - d_j) / (n_j - 1)     hypergeometric, for groups of different people
 *
 * Where the same twins live in both groups, V is wrong: what one life of a twin adds to U goes with
 * what its other life adds. With g = 1 in A, else 0, a life that leaves in row x, with its event or
 * not (D), adds
 *
 *     w = D (g - a_x) - sum over rows j <= x of (g - a_j) d_j / n_j
 *
 * (Lin & Wei 1989 JASA 84:1074, at no difference), and the variance of U over independent twins is
 * the sum of (w + w')^2, both lives together (Lee, Wei & Amato 1992): the robust score test of Cox's
 * model with twins as clusters.
 */
#ifndef TWP_MEASURE_LOGRANK_H
#define TWP_MEASURE_LOGRANK_H

#include "measure/survival.h"

typedef struct {
    double observed, expected;                   /* events of A */
    double observed_baseline, expected_baseline; /* of the other group */
    double variance;                             /* V */
} twp_logrank_t;

/** Two tables with the same rows (times, number, kinds). */
twp_logrank_t twp_logrank(const twp_risk_t *a, const twp_risk_t *baseline);

/** U^2 / V, chi-square with one degree of freedom under no difference; NAN where V is 0. */
double twp_logrank_chi2(const twp_logrank_t *logrank);

/**
 * w by code.
 * @param score           [n_rows * n_kinds] of lives in A
 * @param score_baseline  likewise, of the other group
 */
void twp_logrank_scores(
    const twp_risk_t *a, const twp_risk_t *baseline, double *score, double *score_baseline);

/** Two-sided p-value of a standard normal z; NAN of NAN. */
double twp_logrank_p(double z);

#endif
