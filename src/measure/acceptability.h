/**
 * Which strategy is the best buy, over parameter sets: how often each has the largest net benefit (the
 * cost-effectiveness acceptability curve, van Hout et al. 1994 Health Econ 3:309) and the one whose
 * mean net benefit is largest (the acceptability frontier, Fenwick et al. 2001 Health Econ 10:779).
 *
 * Counting in which sets a strategy is best is biased where a set has few twins: the net benefits of a set
 * scatter by its parameters and by its twins, so that those that are close change places too often
 * (Goldhaber-Fiebert et al. 2024). With fresh twins the sets' differences from the baseline d_k are
 * therefore drawn together about their mean before they are counted, as the intervals of measure/sets.h
 * are, but for all strategies at once: with T the covariance of the d_k between sets and W the mean
 * Monte Carlo covariance within them, T = V D V' and U w U' the eigenvectors and values of
 * D^-1/2 V' W V D^-1/2,
 *
 *     mean + V D^1/2 U sqrt(max(0, 1 - w)) U' D^-1/2 V' (d_k - mean)
 *
 * has the covariance T - W, that of the parameters alone, whichever strategy the differences are from.
 * Exact for sums of normal parameters and normal errors; otherwise it has the right mean and covariance,
 * and a shape between that of the parameters and the normal one. With the same twins in every set the
 * twins' part is common to all and nothing is drawn together.
 */
#ifndef TWP_MEASURE_ACCEPTABILITY_H
#define TWP_MEASURE_ACCEPTABILITY_H

#include "base/error.h"
#include "measure/sets.h"

/** Of a grid of worths; all arrays are strategy by strategy, [n_models * n_worths]. */
typedef struct {
    /* Chances to be best, ties shared. NAN at a worth where the parameters' part of the spread cannot be
     * told from the twins': for a strategy within four of the sets' standard deviations of the best mean,
     * the variance between sets of its difference from that is at most the one within them
     * (1 + 1.96 sqrt(2 / (sets - 1))). And below 2 n_models sets, or without an error in a set. */
    double *p_best;
    /* Error of the number of sets and twins: jackknife over at most 20 groups of sets; with the same twins
     * also what moving all sets along the principal axes of their error does. */
    double *p_best_se;
    double *p_best_raw; /* shares of sets in which it is best, as they are */
    int *i_best; /* [n_worths] largest mean net benefit, the first of equals; -1: not known */
} twp_acceptability_t;

/**
 * @param worth  [n_worths] money for one unit of effect
 * @param to     its arrays are the caller's and receive the answer
 * Fails with TWP_ERR_MEMORY.
 */
TWP_CHECK_RESULT twp_status_t twp_acceptability_of(const twp_sets_t *sets, int n_worths,
    const double *worth, twp_acceptability_t *to, twp_error_t *err);

#endif
