/* What a block of twins comes to before it is folded into the sums, by any thread. */
#include "measure/sums_internal.h"

#include "measure/histogram.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* Numerators and denominators of one figure under one model, for the twins listed. */
typedef struct {
    double x[TWP_BLOCK_TWINS], d[TWP_BLOCK_TWINS];
} pair_t;

static void
gather(const twp_block_t *block, const twp_figure_t *figure, int i_model, const int *index, int n,
    pair_t *pair)
{
    const double *const value = &block->value[i_model][(size_t) figure->i_column * TWP_BLOCK_TWINS];

    if (figure->i_denominator >= 0) {
        const double *const under =
            &block->value[i_model][(size_t) figure->i_denominator * TWP_BLOCK_TWINS];

        for (int k = 0; k < n; k++) {
            const bool counts = !isnan(value[index[k]]) && !isnan(under[index[k]]);

            pair->x[k] = counts ? value[index[k]] : 0.0;
            pair->d[k] = counts ? under[index[k]] : 0.0;
        }
        return;
    }
    for (int k = 0; k < n; k++) {
        const bool counts = !isnan(value[index[k]]);

        pair->x[k] = counts ? value[index[k]] : 0.0;
        pair->d[k] = counts ? 1.0 : 0.0;
    }
}

static void
reduce_figure(const twp_figures_t *figures, const twp_block_t *block, int i_segment, int i_figure,
    const int *index, int n, twp_moments_t *moments)
{
    const twp_figure_t *const figure = &figures->figure[i_figure];
    pair_t baseline, other;
    const double *columns[4] = { baseline.x, baseline.d, baseline.x, baseline.d };

    gather(block, figure, 0, index, n, &baseline);
    twp_moments_of(&moments[twp_sums_at(figures, i_segment, 0, i_figure)], 2, columns, n);
    columns[0] = other.x;
    columns[1] = other.d;
    for (int s = 1; s < figures->n_models; s++) {
        twp_moments_t *const of_model = &moments[twp_sums_at(figures, i_segment, s, i_figure)];
        twp_moments_t *const of_contrast =
            &moments[twp_sums_at(figures, i_segment, figures->n_models + s - 1, i_figure)];

        gather(block, figure, s, index, n, &other);
        twp_moments_of(of_contrast, 4, columns, n);
        /* The model's own moments are the first two columns of the contrast's. */
        *of_model = *of_contrast;
    }
}

static void
reduce_joint(const twp_figures_t *figures, const twp_block_t *block, int i_segment,
    const int *index, int n_index, twp_moments_t *moments)
{
    const size_t cost = (size_t) figures->figure[figures->i_cost].i_column * TWP_BLOCK_TWINS;
    const size_t qaly = (size_t) figures->figure[figures->i_qaly].i_column * TWP_BLOCK_TWINS;
    double column[4][TWP_BLOCK_TWINS];
    const double *const columns[4] = { column[0], column[1], column[2], column[3] };

    for (int s = 1; s < figures->n_models; s++) {
        const double *const of[4] = { &block->value[s][cost], &block->value[0][cost],
            &block->value[s][qaly], &block->value[0][qaly] };
        int n = 0;

        for (int i = 0; i < n_index; i++) {
            const int k = index[i];

            if (isnan(of[0][k]) || isnan(of[1][k]) || isnan(of[2][k]) || isnan(of[3][k]))
                continue;
            for (int c = 0; c < 4; c++)
                column[c][n] = of[c][k];
            n++;
        }
        twp_moments_of(&moments[twp_sums_at_joint(figures, i_segment, s - 1)], 4, columns, n);
    }
}

/* Of the block's twins listed those that have cost and effect under every strategy. */
static void
reduce_plane(const twp_figures_t *figures, const twp_block_t *block, const int *index, int n_index,
    double *plane)
{
    const size_t cost = (size_t) figures->figure[figures->i_cost].i_column * TWP_BLOCK_TWINS;
    const size_t qaly = (size_t) figures->figure[figures->i_qaly].i_column * TWP_BLOCK_TWINS;
    int whole[TWP_BLOCK_TWINS], n = 0;

    for (int i = 0; i < n_index; i++) {
        const size_t k = (size_t) index[i];
        bool is_whole = true;

        for (int s = 0; s < figures->n_models; s++)
            is_whole = is_whole && !isnan(block->value[s][cost + k]) &&
                !isnan(block->value[s][qaly + k]);
        if (is_whole)
            whole[n++] = index[i];
    }
    twp_plane_of(plane, figures->n_models, block->value, cost, qaly, whole, n);
}

static void
count_quantiles(twp_sums_t *sums, const twp_block_t *block, int by)
{
    const twp_figures_t *const figures = sums->figures;

    for (int i = 0; i < figures->n_models + figures->n_contrasts; i++) {
        const int s = i < figures->n_models ? i : i - figures->n_models + 1;

        omp_set_lock(&sums->lock[i]);
        for (int f = 0; f < figures->n_figures; f++) {
            const twp_figure_t *const figure = &figures->figure[f];
            const size_t column = (size_t) figure->i_column * TWP_BLOCK_TWINS;
            int64_t *bins;
            uint64_t *parts;

            if (figure->i_quantile < 0)
                continue;
            parts = &sums->parts[i][figure->i_quantile];
            bins = &sums->histogram[i][(size_t) figure->i_quantile * TWP_HISTOGRAM_BINS];
            if (i < figures->n_models)
                *parts |= twp_histogram_add(bins, &block->value[s][column], 1, block->n_twins, by);
            else
                *parts |= twp_histogram_add_differences(
                    bins, &block->value[s][column], &block->value[0][column], block->n_twins, by);
        }
        omp_unset_lock(&sums->lock[i]);
    }
}

void
twp_sums_reduce(twp_sums_t *sums, const twp_block_t *block, void *partial)
{
    const twp_figures_t *const figures = sums->figures;
    twp_moments_t *const moments = partial;
    int64_t *const n_segment = (int64_t *) (void *) (moments + figures->n_moments);
    double *const plane = (double *) (void *) (n_segment + figures->n_segments + 1);
    int index[TWP_BLOCK_TWINS];

    memset(partial, 0, figures->partial_bytes);
    for (int g = -1; g < figures->n_segments; g++) {
        int n = 0;

        if (g < 0) {
            for (n = 0; n < block->n_twins; n++)
                index[n] = n;
        } else {
            const twp_segment_t *const segment = &figures->segment[g];
            const double *const attribute =
                &block->attribute[(size_t) segment->i_attribute * TWP_BLOCK_TWINS];

            for (int k = 0; k < block->n_twins; k++)
                if (attribute[k] == segment->code)
                    index[n++] = k;
            n_segment[g] = n;
        }
        for (int f = 0; f < figures->n_figures; f++)
            if (figures->figure[f].i_column >= 0)
                reduce_figure(figures, block, g, f, index, n, moments);
        if (figures->i_cost < 0)
            continue;
        reduce_joint(figures, block, g, index, n, moments);
        reduce_plane(figures, block, index, n, plane + twp_sums_at_plane(figures, g));
    }
    count_quantiles(sums, block, 1);
}

void
twp_sums_drop(twp_sums_t *sums, const twp_block_t *block)
{
    count_quantiles(sums, block, -1);
}
