/**
 * Incremental analysis of all strategies together: which lie on the cost-effectiveness frontier, what
 * dominates the others, and the ratio of each frontier strategy to its neighbour.
 */
#ifndef TWP_MEASURE_FRONTIER_H
#define TWP_MEASURE_FRONTIER_H

/** Written to files: never renumbered. */
typedef enum {
    TWP_FRONTIER_UNKNOWN = 0,   /* cost or effect is NAN */
    TWP_FRONTIER_ON = 1,        /* the best buy at some worth of the effect */
    TWP_FRONTIER_DOMINATED = 2, /* one no dearer has no less effect */
    TWP_FRONTIER_EXTENDED = 3,  /* a mix of its neighbours on the frontier has more for its cost */
    TWP_FRONTIER_EQUAL = 4 /* cost and effect of one on the frontier that was listed before it */
} twp_frontier_status_t;

typedef struct {
    twp_frontier_status_t status;
    /* Whom it is compared with; -1: nobody. On the frontier the next cheaper one there; dominated: of
     * those that dominate it the one with most effect, the cheapest of these; extendedly dominated: the
     * frontier's next cheaper one; equal: the one that it equals. */
    int i_against;
    int i_beyond;        /* extendedly dominated: the frontier's next dearer one; else -1 */
    double cost, effect; /* on the frontier: more than i_against; else NAN */
    double icer;         /* cost / effect of these; NAN for the cheapest of the frontier */
} twp_frontier_t;

/**
 * Strategies are sorted by cost. One with no more effect than a cheaper one, or than one as cheap with
 * more effect, is dominated; among the rest one whose ratio to the one before it exceeds that of the
 * next is extendedly dominated, until none is (Karlsson & Johannesson 1996 PharmacoEconomics 9:113).
 *
 * @param cost, effect  [n] means, in one order; NAN is left out
 * @param order         [n] receives the numbers of the strategies by rising cost, then falling effect,
 *                      then as listed; those that are left out last
 * @param row           [n] receives what is found of each, as listed
 */
void twp_frontier_of(
    int n, const double *cost, const double *effect, int *order, twp_frontier_t *row);

#endif
