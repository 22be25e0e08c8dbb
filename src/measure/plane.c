#include "measure/plane.h"

#include <math.h>
#include <string.h>

static size_t
triangle(int m)
{
    return (size_t) m * (size_t) (m + 1) / 2;
}

static const double *
column(const double *const *value, int n_strategies, size_t cost, size_t effect, int i)
{
    return i < n_strategies ? value[i] + cost : value[i - n_strategies] + effect;
}

size_t
twp_plane_size(int n_strategies)
{
    const int m = 2 * n_strategies;

    return 1 + (size_t) m + triangle(m);
}

void
twp_plane_of(double *plane, int n_strategies, const double *const *value, size_t cost,
    size_t effect, const int *index, int n)
{
    const int m = 2 * n_strategies;
    double *const mean = plane + 1, *co = mean + m;

    memset(plane, 0, twp_plane_size(n_strategies) * sizeof(double));
    plane[0] = n;
    for (int i = 0; i < m && n > 0; i++) {
        const double *const x = column(value, n_strategies, cost, effect, i);

        for (int k = 0; k < n; k++)
            mean[i] += x[index[k]];
        mean[i] /= n;
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++, co++) {
            const double *const x = column(value, n_strategies, cost, effect, i);
            const double *const y = column(value, n_strategies, cost, effect, j);

            for (int k = 0; k < n; k++)
                *co += (x[index[k]] - mean[i]) * (y[index[k]] - mean[j]);
        }
}

void
twp_plane_merge(double *plane, const double *more, int n_strategies)
{
    const int m = 2 * n_strategies;
    double *const mean = plane + 1, *co = mean + m;
    const double *const mean_more = more + 1, *co_more = mean_more + m;
    const double n = plane[0] + more[0];

    if (more[0] == 0.0)
        return;
    if (plane[0] == 0.0) {
        memcpy(plane, more, twp_plane_size(n_strategies) * sizeof(double));
        return;
    }
    const double weight = plane[0] * more[0] / n;

    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++, co++, co_more++)
            *co += *co_more + weight * (mean_more[i] - mean[i]) * (mean_more[j] - mean[j]);
    for (int i = 0; i < m; i++)
        mean[i] += (mean_more[i] - mean[i]) * (more[0] / n);
    plane[0] = n;
}

size_t
twp_plane_means_size(int n_strategies)
{
    const size_t m = 2 * (size_t) n_strategies;

    return m + m * m;
}

twp_plane_means_t
twp_plane_means_over(double *number, int n_strategies)
{
    return (twp_plane_means_t){ n_strategies, number, number + 2 * (size_t) n_strategies };
}

void
twp_plane_means_of(const double *plane, twp_plane_means_t *means)
{
    const int m = 2 * means->n_strategies;
    const double n = plane[0], *co = plane + 1 + m;

    for (int i = 0; i < m; i++)
        means->mean[i] = n > 0 ? plane[1 + i] : NAN;
    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++, co++) {
            const double covariance = n > 1 ? *co / (n - 1) / n : NAN;

            means->covariance[i * m + j] = covariance;
            means->covariance[j * m + i] = covariance;
        }
}

/* NaN stays; what rounding put below 0 does not. */
static double
root(double variance)
{
    return variance < 0 ? 0 : sqrt(variance);
}

/* Covariance of (column a of i - that of k) with (column b of i - that of k). */
static double
covariance_between(const twp_plane_means_t *means, int a, int b, int i, int k)
{
    const int n = means->n_strategies, m = 2 * n;
    const double *const row_i = &means->covariance[(a * n + i) * m + b * n];
    const double *const row_k = &means->covariance[(a * n + k) * m + b * n];

    return row_i[i] - row_i[k] - row_k[i] + row_k[k];
}

twp_economics_t
twp_plane_between(const twp_plane_means_t *means, int i, int k)
{
    const int n = means->n_strategies;
    twp_economics_t between = { .cost = means->mean[i] - means->mean[k],
        .cost_se = root(covariance_between(means, 0, 0, i, k)),
        .effect = means->mean[n + i] - means->mean[n + k],
        .effect_se = root(covariance_between(means, 1, 1, i, k)),
        .covariance = covariance_between(means, 0, 1, i, k) };
    const double most = between.cost_se * between.effect_se;

    /* What is estimated, or rounded, need not be a covariance. */
    if (between.covariance > most)
        between.covariance = most;
    else if (between.covariance < -most)
        between.covariance = -most;
    return between;
}
