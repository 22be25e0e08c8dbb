#include "measure/sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z 1.959963984540054

/* ---- memory ---------------------------------------------------------------------------------- */

double
twp_sets_bytes(int64_t n_sets, int n_models, int n_figures, bool has_plane)
{
    const double values = (2.0 * n_models - 1.0) * n_figures * (double) sizeof(twp_set_value_t);

    return (double) n_sets *
        (values + (n_models - 1.0) * (double) sizeof(twp_economics_t) +
            (double) sizeof(double) *
                (1.0 + (has_plane ? (double) twp_plane_size(n_models) : 0.0)));
}

twp_status_t
twp_sets_create(int64_t n_sets, bool are_twins_same, int n_models, int n_figures, bool has_plane,
    twp_sets_t **out, twp_error_t *err)
{
    twp_sets_t *const sets = calloc(1, sizeof(*sets));
    const size_t n = (size_t) n_sets;
    const size_t n_figure = (size_t) n_figures + 1;

    *out = NULL;
    if (sets != NULL) {
        sets->n_sets = n_sets;
        sets->are_twins_same = are_twins_same;
        sets->n_models = n_models;
        sets->n_contrasts = n_models - 1;
        sets->n_figures = n_figures;
        sets->value = calloc(n, (size_t) n_models * n_figure * sizeof(*sets->value));
        sets->difference = calloc(n, (size_t) n_models * n_figure * sizeof(*sets->difference));
        sets->economics = calloc(n, (size_t) n_models * sizeof(*sets->economics));
        sets->sorted = calloc(n, sizeof(*sets->sorted));
        if (has_plane)
            sets->plane = calloc(n, twp_plane_size(n_models) * sizeof(*sets->plane));
    }
    if (sets == NULL || sets->value == NULL || sets->difference == NULL ||
        sets->economics == NULL || sets->sorted == NULL || (has_plane && sets->plane == NULL)) {
        twp_sets_free(sets);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the figures of %lld parameter sets",
            (long long) n_sets);
    }
    *out = sets;
    return TWP_OK;
}

void
twp_sets_free(twp_sets_t *sets)
{
    if (sets == NULL)
        return;
    free(sets->plane);
    free(sets->sorted);
    free(sets->economics);
    free(sets->difference);
    free(sets->value);
    free(sets);
}

/* ---- statistics ------------------------------------------------------------------------------ */

/* What one set says of the figure under way. */
typedef twp_set_value_t (*of_set_t)(
    const twp_sets_t *sets, int64_t i_set, int i, int j, double worth);

static int
by_size(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/* Between the order statistics around 1 + (n - 1) p. */
static double
percentile(const double *sorted, int64_t n, double p)
{
    const double at = (double) (n - 1) * p, below = floor(at);
    const int64_t i = (int64_t) below;

    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + (at - below) * (sorted[i + 1] - sorted[i]);
}

/*
 * Interval of the sorted values, drawn together about the mean by the twins' part of the spread. Were
 * the parameters to change nothing, between / within would be chi-square over its n - 1 degrees of
 * freedom: below its upper 2.5 % (normal approximation) nothing can be said of the parameters.
 */
static void
set_interval(const twp_sets_t *sets, int64_t n, bool is_drawn_together, twp_over_sets_t *over)
{
    double shrink = 1.0;

    if (is_drawn_together && over->between > 0.0) {
        if (over->between <= over->within * (1.0 + Z * sqrt(2.0 / (double) (n - 1))))
            return;
        shrink = sqrt(1.0 - over->within / over->between);
    }
    qsort(sets->sorted, (size_t) n, sizeof(double), by_size);
    over->low = over->mean + shrink * (percentile(sets->sorted, n, 0.025) - over->mean);
    over->high = over->mean + shrink * (percentile(sets->sorted, n, 0.975) - over->mean);
}

static twp_over_sets_t
summarise(const twp_sets_t *sets, of_set_t of_set, bool is_difference, int i, int j, double worth)
{
    twp_over_sets_t over = { NAN, NAN, NAN, NAN, NAN, NAN, 0.0, NAN };
    double sum = 0.0, square = 0.0, errors = 0.0, within = 0.0, saved = 0.0;
    int64_t n = 0, n_errors = 0, n_saved = 0;

    for (int64_t k = 0; k < sets->n_done; k++) {
        const twp_set_value_t one = of_set(sets, k, i, j, worth);

        if (isnan(one.value))
            continue;
        sets->sorted[n++] = one.value;
        sum += one.value;
        if (!isnan(one.se)) { /* Greenwood's has none where nobody is left */
            errors += one.se;
            within += one.se * one.se;
            n_errors++;
        }
        if (!isnan(one.variance_saved)) { /* none where nothing varies under either strategy */
            saved += one.variance_saved;
            n_saved++;
        }
        over.n += one.n;
    }
    if (n == 0)
        return over;
    over.mean = sum / (double) n;
    over.within = n_errors > 0 ? within / (double) n_errors : NAN;
    over.variance_saved = n_saved > 0 ? saved / (double) n_saved : NAN;
    over.mcse = n_errors > 0 ? errors / (double) n_errors : NAN;
    if (n < 2)
        return over;
    for (int64_t k = 0; k < n; k++)
        square += (sets->sorted[k] - over.mean) * (sets->sorted[k] - over.mean);
    over.between = square / (double) (n - 1);
    over.mcse = sqrt(
        over.between / (double) n + (sets->are_twins_same ? over.mcse * over.mcse : 0.0));
    /* The errors of differences that are not paired are too large to be taken off. */
    const bool is_paired = twp_sets_are_paired(over.variance_saved, over.within);
    set_interval(sets, n, !sets->are_twins_same && (!is_difference || is_paired), &over);
    return over;
}

static twp_set_value_t
value_of(const twp_sets_t *sets, int64_t i_set, int i_model, int i_figure, double worth)
{
    (void) worth;
    return *twp_sets_value(sets, i_set, i_model, i_figure);
}

static twp_set_value_t
difference_of(const twp_sets_t *sets, int64_t i_set, int i_contrast, int i_figure, double worth)
{
    (void) worth;
    return *twp_sets_difference(sets, i_set, i_contrast, i_figure);
}

static twp_set_value_t
net_benefit_of(const twp_sets_t *sets, int64_t i_set, int i_contrast, int unused, double worth)
{
    const twp_net_benefit_t benefit = twp_economics_net_benefit(
        twp_sets_economics(sets, i_set, i_contrast), worth);

    (void) unused;
    return (twp_set_value_t){ benefit.value, benefit.se, 0.0, NAN };
}

twp_over_sets_t
twp_sets_of_value(const twp_sets_t *sets, int i_model, int i_figure)
{
    return summarise(sets, value_of, false, i_model, i_figure, 0.0);
}

twp_over_sets_t
twp_sets_of_difference(const twp_sets_t *sets, int i_contrast, int i_figure)
{
    return summarise(sets, difference_of, true, i_contrast, i_figure, 0.0);
}

twp_over_sets_t
twp_sets_of_net_benefit(const twp_sets_t *sets, int i_contrast, double worth)
{
    return summarise(sets, net_benefit_of, false, i_contrast, 0, worth);
}

/* ---- cost and effect ------------------------------------------------------------------------- */

twp_economics_t
twp_sets_economics_over(const twp_sets_t *sets, int i_contrast)
{
    double cost = 0.0, effect = 0.0, square[3] = { 0.0, 0.0, 0.0 };
    const double n = (double) sets->n_done;

    for (int64_t k = 0; k < sets->n_done; k++) {
        cost += twp_sets_economics(sets, k, i_contrast)->cost / n;
        effect += twp_sets_economics(sets, k, i_contrast)->effect / n;
    }
    for (int64_t k = 0; k < sets->n_done; k++) {
        const twp_economics_t *const one = twp_sets_economics(sets, k, i_contrast);
        const double c = one->cost - cost, e = one->effect - effect;
        const double part = sets->are_twins_same ? 0.0 : 1.0 / n;

        square[0] += c * c / (n - 1.0) - part * one->cost_se * one->cost_se;
        square[1] += e * e / (n - 1.0) - part * one->effect_se * one->effect_se;
        square[2] += c * e / (n - 1.0) - part * one->covariance;
    }
    if (sets->n_done < 2)
        return (twp_economics_t){ cost, NAN, effect, NAN, NAN };
    const double cost_se = square[0] > 0.0 ? sqrt(square[0]) : 0.0;
    const double effect_se = square[1] > 0.0 ? sqrt(square[1]) : 0.0;
    const double most = cost_se * effect_se; /* what is estimated need not be a covariance */

    return (twp_economics_t){ .cost = cost,
        .cost_se = cost_se,
        .effect = effect,
        .effect_se = effect_se,
        .covariance = square[2] > most ? most
            : square[2] < -most        ? -most
                                       : square[2] };
}

bool
twp_sets_have_planes(const twp_sets_t *sets)
{
    for (int64_t k = 0; sets->plane != NULL && k < sets->n_done; k++)
        if (!(twp_sets_plane(sets, k)[0] > 0.0))
            return false;
    return sets->plane != NULL;
}

void
twp_sets_plane_within(const twp_sets_t *sets, twp_plane_means_t *means)
{
    const int m = 2 * sets->n_models;
    const double n = (double) sets->n_done;

    memset(means->mean, 0, twp_plane_means_size(sets->n_models) * sizeof(double));
    for (int64_t k = 0; k < sets->n_done; k++) {
        const double *const plane = twp_sets_plane(sets, k), *co = plane + 1 + m;
        const double twins = plane[0];

        for (int i = 0; i < m; i++)
            means->mean[i] += plane[1 + i] / n;
        for (int i = 0; i < m; i++)
            for (int j = 0; j <= i; j++, co++)
                means->covariance[i * m + j] += twins > 1 ? *co / (twins - 1) / twins / n : NAN;
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < i; j++)
            means->covariance[j * m + i] = means->covariance[i * m + j];
}

void
twp_sets_plane_over(const twp_sets_t *sets, twp_plane_means_t *means)
{
    const int m = 2 * sets->n_models;
    const double n = (double) sets->n_done;

    twp_sets_plane_within(sets, means);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            double between = 0.0;

            for (int64_t k = 0; k < sets->n_done; k++) {
                const double *const mean = twp_sets_plane(sets, k) + 1;

                between += (mean[i] - means->mean[i]) * (mean[j] - means->mean[j]) / (n - 1.0);
            }
            means->covariance[i * m + j] = n < 2.0 ? NAN
                : sets->are_twins_same             ? between
                                                   : between - means->covariance[i * m + j];
        }
}

/* ---- sets in parts --------------------------------------------------------------------------- */

/* Both structs are numbers alone, so they are kept as such. */
_Static_assert(sizeof(twp_set_value_t) == 4 * sizeof(double), "values are doubles alone");
_Static_assert(sizeof(twp_economics_t) == 5 * sizeof(double), "economics are doubles alone");

#define N_PARTS 4

/* The arrays of a set: where they stand, and how many numbers they are. */
static void
find_part(const twp_sets_t *sets, int64_t i_set, void *part[N_PARTS], size_t n[N_PARTS])
{
    part[0] = twp_sets_value(sets, i_set, 0, 0);
    part[1] = sets->n_contrasts > 0 ? twp_sets_difference(sets, i_set, 0, 0) : NULL;
    part[2] = sets->n_contrasts > 0 ? twp_sets_economics(sets, i_set, 0) : NULL;
    n[0] = 4 * (size_t) sets->n_models * (size_t) sets->n_figures;
    n[1] = 4 * (size_t) sets->n_contrasts * (size_t) sets->n_figures;
    n[2] = 5 * (size_t) sets->n_contrasts;
    part[3] = sets->plane != NULL ? twp_sets_plane(sets, i_set) : NULL;
    n[3] = sets->plane != NULL ? twp_plane_size(sets->n_models) : 0;
}

size_t
twp_sets_part_size(const twp_sets_t *sets)
{
    void *part[N_PARTS];
    size_t n[N_PARTS];

    find_part(sets, 0, part, n);
    return n[0] + n[1] + n[2] + n[3];
}

void
twp_sets_pack(const twp_sets_t *sets, int64_t i_set, double *value)
{
    void *part[N_PARTS];
    size_t n[N_PARTS];

    find_part(sets, i_set, part, n);
    for (int i = 0; i < N_PARTS; i++) {
        if (part[i] != NULL)
            memcpy(value, part[i], n[i] * sizeof(double));
        value += n[i];
    }
}

void
twp_sets_unpack(twp_sets_t *sets, int64_t i_set, const double *value)
{
    void *part[N_PARTS];
    size_t n[N_PARTS];

    find_part(sets, i_set, part, n);
    for (int i = 0; i < N_PARTS; i++) {
        if (part[i] != NULL)
            memcpy(part[i], value, n[i] * sizeof(double));
        value += n[i];
    }
}
