#include "measure/sums_internal.h"

#include "measure/histogram.h"

#include <string.h>

/* ---- partials of blocks ---------------------------------------------------------------------- */

/* Numbers of moments of n columns: count, means, and the lower triangle of the co-moments. */
static size_t
n_values(int n_columns)
{
    const size_t n = (size_t) n_columns;

    return 1 + n + n * (n + 1) / 2;
}

static double *
pack_moments(const twp_moments_t *moments, int n_columns, double *value)
{
    *value++ = (double) moments->n;
    for (int c = 0; c < n_columns; c++)
        *value++ = moments->mean[c];
    for (int c = 0; c < n_columns; c++)
        for (int d = 0; d <= c; d++)
            *value++ = moments->co[c][d];
    return value;
}

static const double *
unpack_moments(twp_moments_t *moments, int n_columns, const double *value)
{
    moments->n = (int64_t) *value++;
    for (int c = 0; c < n_columns; c++)
        moments->mean[c] = *value++;
    for (int c = 0; c < n_columns; c++)
        for (int d = 0; d <= c; d++)
            moments->co[c][d] = moments->co[d][c] = *value++;
    return value;
}

size_t
twp_sums_part_size(const twp_figures_t *figures)
{
    size_t n_columns = 0, n = 0;

    for (int f = 0; f < figures->n_figures; f++)
        n_columns += figures->figure[f].i_column >= 0;
    n = n_columns * (n_values(2) + (size_t) figures->n_contrasts * n_values(4));
    if (figures->i_cost >= 0)
        n += (size_t) figures->n_contrasts * n_values(4);
    return n * (size_t) (1 + figures->n_segments) + (size_t) figures->n_segments +
        twp_sums_n_plane_numbers(figures);
}

void
twp_sums_pack(const twp_figures_t *figures, const void *partial, double *value)
{
    const twp_moments_t *const moments = partial;
    const int64_t *const n_segment =
        (const int64_t *) (const void *) (moments + figures->n_moments);

    for (int g = -1; g < figures->n_segments; g++) {
        for (int f = 0; f < figures->n_figures; f++) {
            if (figures->figure[f].i_column < 0)
                continue;
            value = pack_moments(&moments[twp_sums_at(figures, g, 0, f)], 2, value);
            for (int c = 0; c < figures->n_contrasts; c++)
                value = pack_moments(
                    &moments[twp_sums_at(figures, g, figures->n_models + c, f)], 4, value);
        }
        for (int c = 0; figures->i_cost >= 0 && c < figures->n_contrasts; c++)
            value = pack_moments(&moments[twp_sums_at_joint(figures, g, c)], 4, value);
    }
    for (int g = 0; g < figures->n_segments; g++)
        *value++ = (double) n_segment[g];
    memcpy(value, n_segment + figures->n_segments + 1,
        twp_sums_n_plane_numbers(figures) * sizeof(double));
}

void
twp_sums_unpack(const twp_figures_t *figures, const double *value, void *partial)
{
    twp_moments_t *const moments = partial;
    int64_t *const n_segment = (int64_t *) (void *) (moments + figures->n_moments);

    memset(partial, 0, figures->partial_bytes);
    for (int g = -1; g < figures->n_segments; g++) {
        for (int f = 0; f < figures->n_figures; f++) {
            if (figures->figure[f].i_column < 0)
                continue;
            value = unpack_moments(&moments[twp_sums_at(figures, g, 0, f)], 2, value);
            for (int c = 0; c < figures->n_contrasts; c++) {
                twp_moments_t *const contrast =
                    &moments[twp_sums_at(figures, g, figures->n_models + c, f)];

                value = unpack_moments(contrast, 4, value);
                /* As in twp_sums_reduce(): the model's own are the contrast's first two columns. */
                moments[twp_sums_at(figures, g, c + 1, f)] = *contrast;
            }
        }
        for (int c = 0; figures->i_cost >= 0 && c < figures->n_contrasts; c++)
            value = unpack_moments(&moments[twp_sums_at_joint(figures, g, c)], 4, value);
    }
    for (int g = 0; g < figures->n_segments; g++)
        n_segment[g] = (int64_t) *value++;
    memcpy(n_segment + figures->n_segments + 1, value,
        twp_sums_n_plane_numbers(figures) * sizeof(double));
}

/* ---- counts ---------------------------------------------------------------------------------- */

int
twp_sums_n_count_arrays(const twp_figures_t *figures)
{
    return 1 + figures->n_models + figures->n_contrasts;
}

int64_t *
twp_sums_count_array(twp_sums_t *sums, int i_array, size_t *n)
{
    const twp_figures_t *const figures = sums->figures;

    if (i_array == 0) {
        *n = twp_sums_n_curve_counts(figures);
        return sums->curve;
    }
    *n = (size_t) figures->n_quantiles * TWP_HISTOGRAM_BINS;
    for (int q = 0; q < figures->n_quantiles; q++) /* the caller may count anywhere */
        sums->parts[i_array - 1][q] = TWP_HISTOGRAM_ALL_PARTS;
    return sums->histogram[i_array - 1];
}
