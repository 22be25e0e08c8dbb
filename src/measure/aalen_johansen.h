/**
 * Aalen-Johansen estimates of which state of a track is occupied, under censoring, from counts of
 * steps: exactly mergeable, flat in the number of lives.
 *
 * In a step N_hj of the Y_h lives that are in state h at its begin, and followed to its end, are in j
 * at its end. From the shares p(0) of the start,
 *
 *     p(k+1) = p(k) P_k,   P_hj = N_hj / Y_h      (Aalen & Johansen 1978 Scand J Stat 5:141)
 *     V(k+1) = P' V P + sum over h of p_h^2 / Y_h (diag(P_h) - P_h P_h')
 *
 * with V(0) that of a multinomial sample (Andersen, Borgan, Gill & Keiding 1993, section IV.4). Where
 * nobody is censored p is the share of lives in each state and V is p (1 - p) / n, whatever the
 * process. With censoring that has nothing to do with the life p is consistent for every process (Datta
 * & Satten 2001), V for those without memory of earlier states. What a step is, is the caller's: all
 * distinct times of data, or a grid; lives that end inside a step count up to its begin.
 */
#ifndef TWP_MEASURE_AALEN_JOHANSEN_H
#define TWP_MEASURE_AALEN_JOHANSEN_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int n_states, n_steps;
    const int64_t *start; /* [n_states] lives in each at the begin of the first step */
    const int64_t *moved; /* [n_steps * n_states * n_states] by step, from, to; stays included */
} twp_transitions_t;

/** Called with the estimate after each step, and before the first (i_step 0). */
typedef void (*twp_aalen_johansen_sink_t)(
    void *context, int i_step, const double *p, const double *covariance);

/** Numbers of scratch that twp_aalen_johansen() needs. */
size_t twp_aalen_johansen_scratch(int n_states);

/**
 * Hands p[n_states] and covariance[n_states * n_states] at the points 0 .. n_steps to the sink: NAN
 * from where on nobody is followed. Lives in a state that nobody is followed in stay there.
 * @param scratch  [twp_aalen_johansen_scratch(n_states)]
 */
void twp_aalen_johansen(const twp_transitions_t *transitions, twp_aalen_johansen_sink_t sink,
    void *context, double *scratch);

/**
 * What groups of lives add to the error of the share in a state after so many steps: with R(k) the chance
 * of being in it then by the state after step k, a life that goes from h to j in step k adds
 * p_h / Y_h (R_j(k+1) - R_h(k)), and one that starts in h (R_h(0) - p) / n. Summed over all lives that is 0;
 * sums of products over groups of two estimates from the same lives estimate their covariance, whatever
 * the process.
 *
 * @param group    [n_groups] of counts, each the start, then the steps, as in transitions
 * @param sum      [n_groups] filled
 * @param scratch  [(n_steps + 3) * n_states]
 */
void twp_aalen_johansen_groups(const twp_transitions_t *transitions, int i_state, int n_steps,
    int n_groups, const int64_t *group, double *sum, double *scratch);

#endif
