#include "measure/moments.h"

#include <math.h>
#include <string.h>

void
twp_moments_of(twp_moments_t *moments, int n_columns, const double *const *columns, int64_t n)
{
    memset(moments, 0, sizeof *moments);
    moments->n = n;
    if (n == 0)
        return;
    for (int c = 0; c < n_columns; c++) {
        double sum = 0;
        for (int64_t k = 0; k < n; k++)
            sum += columns[c][k];
        moments->mean[c] = sum / (double) n;
    }
    for (int c = 0; c < n_columns; c++)
        for (int d = 0; d <= c; d++) {
            double sum = 0;
            for (int64_t k = 0; k < n; k++)
                sum += (columns[c][k] - moments->mean[c]) * (columns[d][k] - moments->mean[d]);
            moments->co[c][d] = moments->co[d][c] = sum;
        }
}

/* Chan, Golub & LeVeque 1983 Am. Stat. 37:242, for products of two columns. */
void
twp_moments_merge(twp_moments_t *moments, const twp_moments_t *more, int n_columns)
{
    double delta[TWP_MOMENTS_MAX];

    if (more->n == 0)
        return;
    if (moments->n == 0) {
        *moments = *more;
        return;
    }
    const double n_a = (double) moments->n, n_b = (double) more->n, n = n_a + n_b;
    for (int c = 0; c < n_columns; c++)
        delta[c] = more->mean[c] - moments->mean[c];
    for (int c = 0; c < n_columns; c++)
        for (int d = 0; d < n_columns; d++)
            moments->co[c][d] += more->co[c][d] + delta[c] * delta[d] * (n_a * n_b / n);
    for (int c = 0; c < n_columns; c++)
        moments->mean[c] += delta[c] * (n_b / n);
    moments->n += more->n;
}

/** Ratio of means of columns (i, j), and what its variance needs. */
typedef struct {
    double value;
    double weight[2]; /* of columns i and j in the ratio's influence function */
    double n;         /* twins that count */
} ratio_t;

/*
 * n is Kish's (sum d)^2 / sum d^2: the number of ones in a denominator of zeros and ones, all twins
 * with a constant one. With the factor n / (n - 1) the delta method then gives exactly the standard
 * error of the mean of the n twins that count.
 */
static ratio_t
ratio_of(const twp_moments_t *m, int i, int j)
{
    const double n = (double) m->n, mean = m->mean[j], squares = m->co[j][j] / n + mean * mean;
    ratio_t ratio = { .value = NAN };

    if (m->n == 0 || !(squares > 0) || !(mean > 0))
        return ratio;
    ratio.value = m->mean[i] / mean;
    ratio.weight[0] = 1 / mean;
    ratio.weight[1] = -ratio.value / mean;
    ratio.n = n * mean * mean / squares;
    const double whole = nearbyint(ratio.n);
    if (fabs(ratio.n - whole) <= 1e-9 * ratio.n)
        ratio.n = whole;
    return ratio;
}

/** Mean product of the influences of ratio a in the columns i_a and ratio b in the columns i_b. */
static double
covariance(
    const twp_moments_t *m, const ratio_t *a, const int *i_a, const ratio_t *b, const int *i_b)
{
    double sum = 0;

    for (int c = 0; c < 2; c++)
        for (int d = 0; d < 2; d++)
            sum += a->weight[c] * b->weight[d] * m->co[i_a[c]][i_b[d]];
    return sum / (double) m->n;
}

/** Standard error from the mean squared influence: over n twins, of which n_count count. */
static double
standard_error(const twp_moments_t *m, double square, double n_count)
{
    if (!(n_count > 1))
        return NAN;
    return sqrt((square > 0 ? square : 0) / (double) m->n * (n_count / (n_count - 1)));
}

twp_estimate_t
twp_moments_ratio(const twp_moments_t *moments, int i_numerator, int i_denominator)
{
    const int i[2] = { i_numerator, i_denominator };
    const ratio_t ratio = ratio_of(moments, i[0], i[1]);
    twp_estimate_t estimate = { ratio.value, NAN, ratio.n };

    if (!isnan(ratio.value))
        estimate.se = standard_error(moments, covariance(moments, &ratio, i, &ratio, i), ratio.n);
    return estimate;
}

twp_difference_t
twp_moments_paired(const twp_moments_t *moments)
{
    const int i[2] = { 0, 1 }, j[2] = { 2, 3 };
    const ratio_t a = ratio_of(moments, 0, 1), b = ratio_of(moments, 2, 3);
    twp_difference_t difference = { a.value - b.value, NAN, NAN };

    if (isnan(difference.value))
        return difference;
    /* Summed so that equal columns leave exactly nothing. */
    const double apart = covariance(moments, &a, i, &a, i) + covariance(moments, &b, j, &b, j);
    const double paired = apart - 2 * covariance(moments, &a, i, &b, j);
    difference.se = standard_error(moments, paired, a.n < b.n ? a.n : b.n);
    if (apart > 0)
        difference.variance_saved = 1 - (paired > 0 ? paired : 0) / apart;
    return difference;
}
