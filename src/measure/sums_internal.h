/** What sums are made of, for sums.c, sums_reduce.c and sums_part.c. Private to measure/. */
#ifndef TWP_MEASURE_SUMS_INTERNAL_H
#define TWP_MEASURE_SUMS_INTERNAL_H

#include "measure/sums.h"

#include <omp.h>

struct twp_sums {
    const twp_figures_t *figures;
    twp_moments_t *total; /* [figures->n_moments] */
    int64_t *n_segment;   /* [n_segments] */
    double *plane;  /* [1 + n_segments] planes of all strategies; not without cost and effect */
    int64_t *curve; /* [1 + n_segments][n_models][n_curves] -> twp_curve_counts_t */
    int64_t *pair;  /* [1 + n_segments][n_contrasts][n_curves] -> measure/paired_survival.h */
    int64_t
        *chain; /* [1 + n_segments][n_models][n_chains] of all and each of TWP_SUMS_GROUPS groups */
    int64_t **histogram; /* [n_models + n_contrasts] -> [n_quantiles * TWP_HISTOGRAM_BINS] */
    uint64_t **parts;    /* [n_models + n_contrasts] -> [n_quantiles] of these histograms */
    int n_sides;         /* n_models + n_contrasts */
    int n_quantiles, n_segments;
    size_t n_moments, n_counts, n_plane_numbers; /* what there is room for */
    omp_lock_t *lock;                            /* [n_models + n_contrasts] */
    int32_t *code; /* [2 * n_models] of one twin; while a block is folded */
};

/** Where moments stand in a partial. i_side: model, or n_models + contrast. */
size_t twp_sums_at(const twp_figures_t *figures, int i_segment, int i_side, int i_figure);
size_t twp_sums_at_joint(const twp_figures_t *figures, int i_segment, int i_contrast);
/** Columns that moments have there: 2 of a model, 4 of a contrast or joint. */
int twp_sums_columns(const twp_figures_t *figures, size_t i_moments);

/** Numbers of curves, pairs and chains, which stand one after the other. */
size_t twp_sums_n_curve_counts(const twp_figures_t *figures);

/** Numbers of all planes, which stand behind the counts of segments in a partial. */
size_t twp_sums_n_plane_numbers(const twp_figures_t *figures);
/** Where that of a segment (-1: all twins) stands among them. */
size_t twp_sums_at_plane(const twp_figures_t *figures, int i_segment);

#endif
