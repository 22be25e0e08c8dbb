/**
 * The cost-effectiveness plane of all strategies at once: means of cost and effect over the same twins
 * and how their errors go together, so that any two strategies can be compared, and all with each other.
 */
#ifndef TWP_MEASURE_PLANE_H
#define TWP_MEASURE_PLANE_H

#include "measure/economics.h"

#include <stddef.h>

/**
 * Joint moments of m columns, m = 2 n for n strategies: the costs, then the effects. Numbers: how many
 * twins, m means, and the lower triangle of the centred co-moments row by row.
 */
size_t twp_plane_size(int n_strategies);

/**
 * Moments of the twins index[0 .. n - 1], whose cost under strategy s is value[s][cost + k] and whose
 * effect value[s][effect + k] (finite): two passes, sums in the order of index.
 */
void twp_plane_of(double *plane, int n_strategies, const double *const *value, size_t cost,
    size_t effect, const int *index, int n);

/** Folds more into plane (Chan, Golub & LeVeque 1983); the order of folding is the caller's promise. */
void twp_plane_merge(double *plane, const double *more, int n_strategies);

/** Means of m columns and the covariance of these means. */
typedef struct {
    int n_strategies;
    double *mean;       /* [2 n_strategies] */
    double *covariance; /* [2 n_strategies]^2, symmetric; NAN below two twins */
} twp_plane_means_t;

/** Numbers of a twp_plane_means_t, mean and covariance together. */
size_t twp_plane_means_size(int n_strategies);
/** Lays a twp_plane_means_t over number[twp_plane_means_size()]. */
twp_plane_means_t twp_plane_means_over(double *number, int n_strategies);
/** Means are NAN without a twin. */
void twp_plane_means_of(const double *plane, twp_plane_means_t *means);

/** Strategy i minus strategy k: mean differences, their errors and covariance. */
twp_economics_t twp_plane_between(const twp_plane_means_t *means, int i, int k);

#endif
