#include "measure/acceptability.h"

#include "measure/sums.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_GROUPS 20      /* of the jackknife */
#define NEAR_SDS 4.0     /* strategies further below the best matter to no chance */
#define TIE_SDS 1e-9     /* net benefits that differ by less are equal but for rounding */
#define ROUNDING 1e-24   /* of a variance of shares */
#define RANK_SHARE 1e-12 /* of the largest eigenvalue: below it nothing varies */

/* Sets at one worth, as differences from the baseline: strategy i + 1 has coordinate i. */
typedef struct {
    int n, m; /* strategies; m = n - 1 */
    int64_t n_sets;
    double *d;              /* [n_sets * m] net benefits less the baseline's */
    double *within;         /* [m * m] mean Monte Carlo covariance */
    double *mean, *between; /* [m], [m * m] of the sets under way */
    double *pull;           /* [m * m] that draws together */
    double *scratch;        /* [4 * m * m + 2 * m] */
    double *p;              /* [n] of a count */
    gsl_eigen_symmv_workspace *eigen;
    gsl_matrix *matrix, *vectors;
    gsl_vector *values;
} spread_t;

/* ---- memory ---------------------------------------------------------------------------------- */

static void
clear(spread_t *s)
{
    if (s->values != NULL)
        gsl_vector_free(s->values);
    if (s->vectors != NULL)
        gsl_matrix_free(s->vectors);
    if (s->matrix != NULL)
        gsl_matrix_free(s->matrix);
    if (s->eigen != NULL)
        gsl_eigen_symmv_free(s->eigen);
    free(s->d);
}

static bool
create(spread_t *s, int n, int64_t n_sets)
{
    const size_t m = (size_t) n - 1, mm = m * m;

    memset(s, 0, sizeof(*s));
    s->n = n;
    s->m = n - 1;
    s->n_sets = n_sets;
    s->d = calloc((size_t) n_sets * m + 7 * mm + 3 * m + (size_t) n + 1, sizeof(double));
    s->eigen = gsl_eigen_symmv_alloc(m);
    s->matrix = gsl_matrix_alloc(m, m);
    s->vectors = gsl_matrix_alloc(m, m);
    s->values = gsl_vector_alloc(m);
    if (s->d == NULL || s->eigen == NULL || s->matrix == NULL || s->vectors == NULL ||
        s->values == NULL)
        return false;
    s->within = s->d + (size_t) n_sets * m;
    s->between = s->within + mm;
    s->pull = s->between + mm;
    s->scratch = s->pull + mm;
    s->mean = s->scratch + 4 * mm + m;
    s->p = s->mean + m;
    return true;
}

/* ---- sets at one worth ----------------------------------------------------------------------- */

/* Covariance of the net benefits of strategies i and j less the baseline's. */
static double
covariance_at(const twp_plane_means_t *within, double worth, int i, int j)
{
    const int n = within->n_strategies, m = 2 * n;
    double sum = 0.0;

    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            const double *const row_i = &within->covariance[(a * n + i) * m + b * n];
            const double *const row_0 = &within->covariance[a * n * m + b * n];
            const double sign = (a == 0 ? -1.0 : worth) * (b == 0 ? -1.0 : worth);

            sum += sign * (row_i[j] - row_i[0] - row_0[j] + row_0[0]);
        }
    return sum;
}

static void
take_sets(const twp_sets_t *sets, const twp_plane_means_t *within, double worth, spread_t *s)
{
    const int n = s->n, m = s->m;

    for (int64_t k = 0; k < s->n_sets; k++) {
        const double *const cost = twp_sets_plane(sets, k) + 1, *const effect = cost + n;

        for (int i = 0; i < m; i++)
            s->d[k * m + i] = worth * (effect[i + 1] - effect[0]) - (cost[i + 1] - cost[0]);
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            s->within[i * m + j] = covariance_at(within, worth, i + 1, j + 1);
}

/* The set after k, where those from first to last - 1 are left out; k = -1: the first of all. */
static int64_t
after(int64_t k, int64_t first, int64_t last)
{
    return k + 1 == first ? last : k + 1;
}

/* Mean and covariance of all sets but those from first to last - 1. */
static void
find_between(spread_t *s, int64_t first, int64_t last)
{
    const int m = s->m;
    const double n = (double) (s->n_sets - (last - first));

    memset(s->mean, 0, (size_t) m * sizeof(double));
    memset(s->between, 0, (size_t) (m * m) * sizeof(double));
    for (int64_t k = after(-1, first, last); k < s->n_sets; k = after(k, first, last))
        for (int i = 0; i < m; i++)
            s->mean[i] += s->d[k * m + i] / n;
    for (int64_t k = after(-1, first, last); k < s->n_sets; k = after(k, first, last))
        for (int i = 0; i < m; i++)
            for (int j = 0; j <= i; j++)
                s->between[i * m + j] += (s->d[k * m + i] - s->mean[i]) *
                    (s->d[k * m + j] - s->mean[j]) / (n - 1.0);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < i; j++)
            s->between[j * m + i] = s->between[i * m + j];
}

/* ---- drawing together ------------------------------------------------------------------------ */

/* Eigenvectors (columns of vector) and values of a symmetric matrix, both [m * m] and [m]. */
static void
find_eigen(spread_t *s, const double *symmetric, double *vector, double *value)
{
    const size_t m = (size_t) s->m;

    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            gsl_matrix_set(s->matrix, i, j, symmetric[i * m + j]);
    (void) gsl_eigen_symmv(s->matrix, s->values, s->vectors, s->eigen);
    for (size_t i = 0; i < m; i++) {
        value[i] = gsl_vector_get(s->values, i);
        for (size_t j = 0; j < m; j++)
            vector[i * m + j] = gsl_matrix_get(s->vectors, i, j);
    }
}

/* c = a b, or with is_turned a' b; all [m * m]. */
static void
multiply(int m, const double *a, bool is_turned, const double *b, double *c)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            double sum = 0.0;

            for (int k = 0; k < m; k++)
                sum += (is_turned ? a[k * m + i] : a[i * m + k]) * b[k * m + j];
            c[i * m + j] = sum;
        }
}

/* The map of the head of acceptability.h, from between and within. */
static void
find_pull(spread_t *s)
{
    const int m = s->m, mm = m * m;
    double *const v = s->scratch, *const u = v + mm, *const one = u + mm, *const two = one + mm;
    double *const value = two + mm;
    double least;

    find_eigen(s, s->between, v, value);
    least = 0.0;
    for (int i = 0; i < m; i++)
        least = value[i] * RANK_SHARE > least ? value[i] * RANK_SHARE : least;
    for (int i = 0; i < m; i++) /* roots; 0 where nothing varies */
        value[i] = value[i] > least ? sqrt(value[i]) : 0.0;
    multiply(m, s->within, false, v, one);
    multiply(m, v, true, one, two); /* V' W V */
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            two[i * m + j] =
                value[i] > 0.0 && value[j] > 0.0 ? two[i * m + j] / (value[i] * value[j]) : 0.0;
    /* V D^1/2 and D^-1/2 V' before the roots are lost to the second eigenvalues. */
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            one[i * m + j] = value[j] > 0.0 ? v[i * m + j] / value[j] : 0.0; /* V D^-1/2 */
            s->pull[i * m + j] = v[i * m + j] * value[j];
        }
    memcpy(v, s->pull, (size_t) mm * sizeof(double));
    find_eigen(s, two, u, value);
    multiply(m, v, false, u, two); /* V D^1/2 U */
    multiply(m, one, false, u, v); /* V D^-1/2 U */
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            double sum = 0.0;

            for (int k = 0; k < m; k++)
                sum += two[i * m + k] * (value[k] < 1.0 ? sqrt(1.0 - value[k]) : 0.0) *
                    v[j * m + k];
            s->pull[i * m + j] = sum;
        }
}

static void
set_no_pull(spread_t *s)
{
    for (int i = 0; i < s->m * s->m; i++)
        s->pull[i] = i % (s->m + 1) == 0 ? 1.0 : 0.0;
}

/* ---- counting -------------------------------------------------------------------------------- */

/* Adds 1 to the strategy with the largest net benefit, shared among those that are equal to it. */
static void
count_best(const spread_t *s, const double *benefit, double tie, double *p)
{
    double most = 0.0;
    int n_equal = 0;

    for (int i = 0; i < s->m; i++)
        most = benefit[i] > most ? benefit[i] : most;
    for (int i = 0; i < s->n; i++)
        n_equal += (i == 0 ? 0.0 : benefit[i - 1]) >= most - tie;
    for (int i = 0; i < s->n; i++)
        if ((i == 0 ? 0.0 : benefit[i - 1]) >= most - tie)
            p[i] += 1.0 / n_equal;
}

/* Shares of the sets but those from first to last - 1, drawn together by pull and moved by shift. */
static void
count_sets(spread_t *s, int64_t first, int64_t last, const double *shift)
{
    const int m = s->m;
    double *const benefit = s->scratch;
    double tie = 0.0;

    for (int i = 0; i < m; i++)
        tie = fmax(tie, TIE_SDS * sqrt(s->between[i * m + i]));
    memset(s->p, 0, (size_t) s->n * sizeof(double));
    for (int64_t k = after(-1, first, last); k < s->n_sets; k = after(k, first, last)) {
        for (int i = 0; i < m; i++) {
            benefit[i] = s->mean[i] + (shift != NULL ? shift[i] : 0.0);
            for (int j = 0; j < m; j++)
                benefit[i] += s->pull[i * m + j] * (s->d[k * m + j] - s->mean[j]);
        }
        count_best(s, benefit, tie, s->p);
    }
    for (int i = 0; i < s->n; i++)
        s->p[i] /= (double) (s->n_sets - (last - first));
}

static int
find_best(const spread_t *s)
{
    int best = 0;

    for (int i = 1; i < s->n; i++)
        if (s->mean[i - 1] > (best == 0 ? 0.0 : s->mean[best - 1]))
            best = i;
    return best;
}

static double
variance_between(const double *matrix, int m, int i, int k)
{
    const double a = i > 0 ? matrix[(i - 1) * (m + 1)] : 0.0;
    const double b = k > 0 ? matrix[(k - 1) * (m + 1)] : 0.0;

    return a + b - (i > 0 && k > 0 ? 2.0 * matrix[(i - 1) * m + k - 1] : 0.0);
}

/* Whether the parameters' part of what could change the best can be told from the twins' part. */
static bool
can_be_told(const spread_t *s, int i_best)
{
    const double excess = 1.0 + TWP_SUMS_Z * sqrt(2.0 / (double) (s->n_sets - 1));

    if (s->n_sets < 2 * (int64_t) s->n)
        return false;
    for (int i = 0; i < s->n; i++) {
        const double between = variance_between(s->between, s->m, i, i_best);
        const double within = variance_between(s->within, s->m, i, i_best);
        const double below = (i_best > 0 ? s->mean[i_best - 1] : 0.0) -
            (i > 0 ? s->mean[i - 1] : 0.0);

        if (isnan(within))
            return false;
        if (i != i_best && between > 0.0 && below < NEAR_SDS * sqrt(between) &&
            between <= within * excess)
            return false;
    }
    return true;
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* Delete-a-group jackknife (Kott 2001 J Off Stat 17:521): each time with another mean and pull. */
static void
add_jackknife(spread_t *s, bool is_pulled, double *variance, double *mean)
{
    const int64_t n_groups = s->n_sets < N_GROUPS ? s->n_sets : N_GROUPS;
    const double scale = (double) (n_groups - 1) / (double) n_groups;

    memset(mean, 0, (size_t) s->n * sizeof(double));
    for (int round = 0; round < 2; round++)
        for (int64_t g = 0; g < n_groups; g++) {
            const int64_t first = g * s->n_sets / n_groups, last = (g + 1) * s->n_sets / n_groups;

            find_between(s, first, last);
            if (is_pulled)
                find_pull(s);
            count_sets(s, first, last, NULL);
            for (int i = 0; i < s->n; i++) {
                if (round == 0)
                    mean[i] += s->p[i] / (double) n_groups;
                else
                    variance[i] += scale * (s->p[i] - mean[i]) * (s->p[i] - mean[i]);
            }
        }
}

/* With the same twins their error moves all sets at once: half the change between one standard
 * deviation up and down along each principal axis of it. */
static void
add_common_error(spread_t *s, double *variance, double *up)
{
    const int m = s->m, mm = m * m;
    double *const vector = s->scratch + mm, *const value = vector + mm, *const shift = value + m;

    find_between(s, 0, 0);
    for (int i = 0; i < s->n; i++)
        variance[i] += isnan(s->within[0]) ? NAN : 0.0; /* one twin a set has no error */
    for (int axis = 0; axis < m && !isnan(s->within[0]); axis++) {
        find_eigen(s, s->within, vector, value);
        if (!(value[axis] > 0.0))
            continue;
        for (int sign = 1; sign >= -1; sign -= 2) {
            for (int i = 0; i < m; i++)
                shift[i] = sign * sqrt(value[axis]) * vector[i * m + axis];
            count_sets(s, 0, 0, shift);
            for (int i = 0; i < s->n; i++) {
                if (sign == 1)
                    up[i] = s->p[i];
                else
                    variance[i] += 0.25 * (up[i] - s->p[i]) * (up[i] - s->p[i]);
            }
        }
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

typedef struct {
    double *p_best, *p_best_se, *p_best_raw; /* of one worth, n_worths apart */
    int n_worths;
} column_t;

static void
put(const spread_t *s, const column_t *to, double *column)
{
    for (int i = 0; i < s->n; i++)
        column[i * to->n_worths] = s->p[i];
}

/* more: [3 * n] */
static void
answer(spread_t *s, bool are_twins_same, double *more, int *i_best, const column_t *to)
{
    double *const variance = more, *const mean = variance + s->n;

    find_between(s, 0, 0);
    set_no_pull(s);
    count_sets(s, 0, 0, NULL);
    put(s, to, to->p_best_raw);
    *i_best = find_best(s);
    if (!are_twins_same && !can_be_told(s, *i_best))
        return;
    if (!are_twins_same)
        find_pull(s);
    count_sets(s, 0, 0, NULL);
    put(s, to, to->p_best);
    memset(variance, 0, (size_t) s->n * sizeof(double));
    add_jackknife(s, !are_twins_same, variance, mean);
    if (are_twins_same)
        add_common_error(s, variance, mean);
    for (int i = 0; i < s->n; i++) /* what is the same in each group differs by rounding alone */
        to->p_best_se[i * to->n_worths] = variance[i] < ROUNDING ? 0.0 : sqrt(variance[i]);
}

twp_status_t
twp_acceptability_of(const twp_sets_t *sets, int n_worths, const double *worth,
    twp_acceptability_t *to, twp_error_t *err)
{
    const int n = sets->n_models;
    double *number = NULL;
    spread_t s;

    for (int w = 0; w < n_worths; w++)
        to->i_best[w] = -1;
    for (int i = 0; i < n * n_worths; i++)
        to->p_best[i] = to->p_best_se[i] = to->p_best_raw[i] = NAN;
    if (n < 2 || sets->n_done < 2 || !twp_sets_have_planes(sets))
        return TWP_OK;
    number = calloc(twp_plane_means_size(n) + 3 * (size_t) n, sizeof(double));
    if (!create(&s, n, sets->n_done) || number == NULL) {
        clear(&s);
        free(number);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the chances to be best");
    }
    twp_plane_means_t within = twp_plane_means_over(number, n);

    twp_sets_plane_within(sets, &within);
    for (int w = 0; w < n_worths; w++) {
        const column_t column = { to->p_best + w, to->p_best_se + w, to->p_best_raw + w, n_worths };

        take_sets(sets, &within, worth[w], &s);
        answer(&s, sets->are_twins_same, number + twp_plane_means_size(n), &to->i_best[w], &column);
    }
    clear(&s);
    free(number);
    return TWP_OK;
}
