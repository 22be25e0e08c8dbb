#include "measure/sums_internal.h"

#include "measure/histogram.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* ---- where things stand in an array of moments ---------------------------------------------- */

/* i_side: model, or n_models + contrast. */
size_t
twp_sums_at(const twp_figures_t *figures, int i_segment, int i_side, int i_figure)
{
    const size_t n_sides = (size_t) figures->n_models + (size_t) figures->n_contrasts;

    return ((size_t) (i_segment + 1) * n_sides + (size_t) i_side) * (size_t) figures->n_figures +
        (size_t) i_figure;
}

size_t
twp_sums_at_joint(const twp_figures_t *figures, int i_segment, int i_contrast)
{
    const size_t n = (size_t) figures->n_contrasts;

    return figures->n_moments - (size_t) (figures->n_segments - i_segment) * n +
        (size_t) i_contrast;
}

int
twp_sums_columns(const twp_figures_t *figures, size_t i_moments)
{
    const size_t per_side = (size_t) figures->n_figures;
    const size_t n_sides = (size_t) figures->n_models + (size_t) figures->n_contrasts;

    if (i_moments >= twp_sums_at_joint(figures, -1, 0) || per_side == 0)
        return 4;
    return i_moments / per_side % n_sides < (size_t) figures->n_models ? 2 : 4;
}

static size_t
curve_at(const twp_figures_t *figures, int i_segment, int i_model, int i_curve)
{
    const size_t i = (size_t) (i_segment + 1) * (size_t) figures->n_models + (size_t) i_model;

    return i * figures->first_curve[figures->plan->n_curves] + figures->first_curve[i_curve];
}

static size_t
chain_size(const twp_figures_t *figures, int i_chain)
{
    return figures->first_chain[i_chain + 1] - figures->first_chain[i_chain];
}

static size_t
chain_at(const twp_figures_t *figures, int i_segment, int i_model, int i_chain)
{
    const size_t i = (size_t) (i_segment + 1) * (size_t) figures->n_models + (size_t) i_model;

    return (1 + TWP_SUMS_GROUPS) *
        (i * figures->first_chain[figures->plan->n_chains] + figures->first_chain[i_chain]);
}

static size_t
pair_at(const twp_figures_t *figures, int i_segment, int i_contrast, int i_curve)
{
    const size_t i = (size_t) (i_segment + 1) * (size_t) figures->n_contrasts + (size_t) i_contrast;

    return i * figures->first_pair[figures->plan->n_curves] + figures->first_pair[i_curve];
}

size_t
twp_sums_n_plane_numbers(const twp_figures_t *figures)
{
    return figures->i_cost < 0
        ? 0
        : (size_t) (1 + figures->n_segments) * twp_plane_size(figures->n_models);
}

size_t
twp_sums_at_plane(const twp_figures_t *figures, int i_segment)
{
    return (size_t) (i_segment + 1) * twp_plane_size(figures->n_models);
}

/* Numbers of curves, pairs and chains. */
size_t
twp_sums_n_curve_counts(const twp_figures_t *figures)
{
    return curve_at(figures, figures->n_segments, 0, 0) +
        pair_at(figures, figures->n_segments, 0, 0) + chain_at(figures, figures->n_segments, 0, 0);
}

/* ---- memory ---------------------------------------------------------------------------------- */

twp_status_t
twp_sums_create(const twp_figures_t *figures, twp_sums_t **out, twp_error_t *err)
{
    const int n_sides = figures->n_models + figures->n_contrasts;
    twp_sums_t *const sums = calloc(1, sizeof(*sums));
    bool is_whole = sums != NULL;

    *out = NULL;
    if (is_whole) {
        sums->figures = figures;
        sums->total = calloc(figures->n_moments + 1, sizeof(*sums->total));
        sums->n_segment = calloc((size_t) figures->n_segments + 1, sizeof(*sums->n_segment));
        sums->histogram = calloc((size_t) n_sides, sizeof(*sums->histogram));
        sums->n_sides = n_sides;
        sums->n_quantiles = figures->n_quantiles;
        sums->n_segments = figures->n_segments;
        sums->n_moments = figures->n_moments;
        sums->n_counts = twp_sums_n_curve_counts(figures);
        sums->n_plane_numbers = twp_sums_n_plane_numbers(figures);
        sums->parts = calloc((size_t) n_sides, sizeof(*sums->parts));
        sums->lock = calloc((size_t) n_sides, sizeof(*sums->lock));
        sums->code = calloc(2 * (size_t) figures->n_models, sizeof(*sums->code));
        sums->curve = calloc(twp_sums_n_curve_counts(figures) + 1, sizeof(int64_t));
        sums->plane = calloc(twp_sums_n_plane_numbers(figures) + 1, sizeof(*sums->plane));
        is_whole = sums->total != NULL && sums->n_segment != NULL && sums->histogram != NULL &&
            sums->parts != NULL && sums->lock != NULL && sums->curve != NULL &&
            sums->code != NULL && sums->plane != NULL;
        if (is_whole) {
            sums->pair = sums->curve + curve_at(figures, figures->n_segments, 0, 0);
            sums->chain = sums->pair + pair_at(figures, figures->n_segments, 0, 0);
        }
    }
    for (int i = 0; is_whole && i < n_sides; i++) {
        omp_init_lock(&sums->lock[i]);
        sums->histogram[i] = calloc(
            (size_t) (figures->n_quantiles > 0 ? figures->n_quantiles : 1) * TWP_HISTOGRAM_BINS,
            sizeof(int64_t));
        sums->parts[i] = calloc((size_t) figures->n_quantiles + 1, sizeof(*sums->parts[i]));
        is_whole = sums->histogram[i] != NULL && sums->parts[i] != NULL;
    }
    if (!is_whole) {
        twp_sums_free(sums);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the summary");
    }
    *out = sums;
    return TWP_OK;
}

double
twp_sums_bytes(const twp_figures_t *figures)
{
    return (double) (figures->n_models + figures->n_contrasts) * figures->n_quantiles *
        TWP_HISTOGRAM_BINS * (double) sizeof(int64_t) +
        (double) figures->n_moments * (double) sizeof(twp_moments_t) +
        (double) twp_sums_n_curve_counts(figures) * (double) sizeof(int64_t) +
        (double) twp_sums_n_plane_numbers(figures) * (double) sizeof(double);
}

void
twp_sums_free(twp_sums_t *sums)
{
    if (sums == NULL)
        return;
    for (int i = 0; i < sums->n_sides; i++) {
        if (sums->histogram != NULL)
            free(sums->histogram[i]);
        if (sums->parts != NULL)
            free(sums->parts[i]);
    }
    free(sums->parts);
    free(sums->code);
    free(sums->lock);
    free(sums->histogram);
    free(sums->plane);
    free(sums->curve);
    free(sums->n_segment);
    free(sums->total);
    free(sums);
}

void
twp_sums_reset(twp_sums_t *sums)
{
    const twp_figures_t *const figures = sums->figures;

    memset(sums->total, 0, figures->n_moments * sizeof(*sums->total));
    memset(sums->n_segment, 0, (size_t) figures->n_segments * sizeof(*sums->n_segment));
    memset(sums->curve, 0, twp_sums_n_curve_counts(figures) * sizeof(*sums->curve));
    memset(sums->plane, 0, twp_sums_n_plane_numbers(figures) * sizeof(*sums->plane));
    for (int i = 0; i < sums->n_sides; i++)
        for (int q = 0; q < figures->n_quantiles; q++) {
            twp_histogram_clear(
                &sums->histogram[i][(size_t) q * TWP_HISTOGRAM_BINS], sums->parts[i][q]);
            sums->parts[i][q] = 0;
        }
}

bool
twp_sums_take_over(twp_sums_t *sums, const twp_figures_t *figures)
{
    if (sums->n_sides != figures->n_models + figures->n_contrasts ||
        sums->n_quantiles != figures->n_quantiles || sums->n_segments != figures->n_segments ||
        sums->n_moments != figures->n_moments ||
        sums->n_counts != twp_sums_n_curve_counts(figures) ||
        sums->n_plane_numbers != twp_sums_n_plane_numbers(figures))
        return false;
    sums->figures = figures;
    sums->pair = sums->curve + curve_at(figures, figures->n_segments, 0, 0);
    sums->chain = sums->pair + pair_at(figures, figures->n_segments, 0, 0);
    twp_sums_reset(sums);
    return true;
}

void
twp_sums_add_curves(twp_sums_t *sums, const twp_sums_t *more)
{
    const size_t n = twp_sums_n_curve_counts(sums->figures);

    for (size_t i = 0; i < n; i++)
        sums->curve[i] += more->curve[i];
}

/* ---- one block ------------------------------------------------------------------------------- */

static bool
is_in_segment(const twp_figures_t *figures, const twp_block_t *block, int i_segment, int k)
{
    const twp_segment_t *const segment = &figures->segment[i_segment];

    return block->attribute[(size_t) segment->i_attribute * TWP_BLOCK_TWINS + (size_t) k] ==
        segment->code;
}

/* A twin's lives on one curve: code[s] under model s, then how late in their day. */
static void
count_curve(twp_sums_t *sums, int i_segment, int i_curve, const int32_t *code)
{
    const twp_figures_t *const figures = sums->figures;
    const int n_kinds = figures->plan->curve[i_curve].n_kinds;

    for (int s = 0; s < figures->n_models; s++) {
        const twp_curve_counts_t counts = twp_sums_curve(sums, i_segment, s, i_curve);

        if (code[s] != TWP_SURVIVAL_NONE) {
            counts.left[code[s]]++;
            if (code[s] % n_kinds == TWP_SURVIVAL_EVENT)
                counts.late[code[s] / n_kinds] += code[figures->n_models + s];
        }
        if (s > 0)
            twp_survival_pairs_count(&figures->bins[i_curve],
                &sums->pair[pair_at(figures, i_segment, s - 1, i_curve)], code[s], code[0]);
    }
}

static void
count_curves(twp_sums_t *sums, const twp_block_t *block)
{
    const twp_figures_t *const figures = sums->figures;
    int32_t *const code = sums->code;

    for (int c = 0; c < figures->plan->n_curves; c++)
        for (int k = 0; k < block->n_twins; k++) {
            for (int s = 0; s < figures->n_models; s++) {
                const size_t i = (size_t) c * TWP_BLOCK_TWINS + (size_t) k;
                code[s] = block->curve[s][i];
                code[figures->n_models + s] =
                    block->curve[s][(size_t) figures->plan->n_curves * TWP_BLOCK_TWINS + i];
            }
            count_curve(sums, -1, c, code);
            for (int g = 0; g < figures->n_segments; g++)
                if (is_in_segment(figures, block, g, k))
                    count_curve(sums, g, c, code);
        }
}

/* One life on one chain: its states at the points, followed to the first -1. */
static void
count_path(twp_sums_t *sums, int i_segment, int i_model, int i_chain, const int8_t *path, int k)
{
    const twp_outcome_plan_t *const plan = sums->figures->plan;
    const int n = sums->figures->study->track[plan->chain_track[i_chain]].n_states;
    int64_t *count = &sums->chain[chain_at(sums->figures, i_segment, i_model, i_chain)];
    int64_t *group = count +
        (size_t) (1 + k % TWP_SUMS_GROUPS) * chain_size(sums->figures, i_chain);

    if (path[0] < 0)
        return;
    count[path[0]]++;
    group[path[0]]++;
    count += n;
    group += n;
    for (int i = 0; i + 1 < plan->n_points && path[i + 1] >= 0; i++) {
        const size_t at = ((size_t) i * (size_t) n + (size_t) path[i]) * (size_t) n +
            (size_t) path[i + 1];

        count[at]++;
        group[at]++;
    }
}

static void
count_chains(twp_sums_t *sums, const twp_block_t *block)
{
    const twp_figures_t *const figures = sums->figures;
    const twp_outcome_plan_t *const plan = figures->plan;

    for (int s = 0; s < figures->n_models; s++)
        for (int c = 0; c < plan->n_chains; c++)
            for (int k = 0; k < block->n_twins; k++) {
                const int8_t *const path = block->path[s] +
                    ((size_t) k * (size_t) plan->n_chains + (size_t) c) * (size_t) plan->n_points;

                count_path(sums, -1, s, c, path, k);
                for (int g = 0; g < figures->n_segments; g++)
                    if (is_in_segment(figures, block, g, k))
                        count_path(sums, g, s, c, path, k);
            }
}

void
twp_sums_fold_moments(twp_sums_t *sums, const void *partial)
{
    const twp_figures_t *const figures = sums->figures;
    const twp_moments_t *const moments = partial;
    const int64_t *const n_segment =
        (const int64_t *) (const void *) (moments + figures->n_moments);
    const double *const plane =
        (const double *) (const void *) (n_segment + figures->n_segments + 1);

    for (int g = -1; g < figures->n_segments && figures->i_cost >= 0; g++)
        twp_plane_merge(sums->plane + twp_sums_at_plane(figures, g),
            plane + twp_sums_at_plane(figures, g), figures->n_models);
    for (size_t i = 0; i < figures->n_moments; i++)
        twp_moments_merge(&sums->total[i], &moments[i], twp_sums_columns(figures, i));
    for (int g = 0; g < figures->n_segments; g++)
        sums->n_segment[g] += n_segment[g];
}

void
twp_sums_fold(twp_sums_t *sums, const twp_block_t *block, const void *partial)
{
    twp_sums_fold_moments(sums, partial);
    count_curves(sums, block);
    count_chains(sums, block);
}

/* ---- answers --------------------------------------------------------------------------------- */

const twp_moments_t *
twp_sums_moments(const twp_sums_t *sums, int i_segment, int i_model, int i_figure)
{
    return &sums->total[twp_sums_at(sums->figures, i_segment, i_model, i_figure)];
}

const twp_moments_t *
twp_sums_contrast(const twp_sums_t *sums, int i_segment, int i_contrast, int i_figure)
{
    return &sums->total[twp_sums_at(
        sums->figures, i_segment, sums->figures->n_models + i_contrast, i_figure)];
}

const twp_moments_t *
twp_sums_joint(const twp_sums_t *sums, int i_segment, int i_contrast)
{
    return &sums->total[twp_sums_at_joint(sums->figures, i_segment, i_contrast)];
}

const double *
twp_sums_plane(const twp_sums_t *sums, int i_segment)
{
    return sums->plane + twp_sums_at_plane(sums->figures, i_segment);
}

int64_t
twp_sums_n_segment(const twp_sums_t *sums, int i_segment)
{
    return sums->n_segment[i_segment];
}

twp_curve_counts_t
twp_sums_curve(const twp_sums_t *sums, int i_segment, int i_model, int i_curve)
{
    const twp_outcome_plan_t *const plan = sums->figures->plan;
    int64_t *const left = &sums->curve[curve_at(sums->figures, i_segment, i_model, i_curve)];

    return (twp_curve_counts_t){ left,
        left + (size_t) plan->curve[i_curve].n_kinds * (size_t) plan->n_curve_days };
}

twp_risk_t
twp_sums_risk(const twp_sums_t *sums, int i_segment, int i_model, int i_curve, bool is_competing,
    double *step_days)
{
    const twp_outcome_plan_t *const plan = sums->figures->plan;
    const twp_curve_counts_t counts = twp_sums_curve(sums, i_segment, i_model, i_curve);
    const int n_kinds = plan->curve[i_curve].n_kinds;

    twp_survival_steps(counts.left, counts.late, plan->n_curve_days, n_kinds, step_days);
    return (twp_risk_t){ .n_rows = plan->n_curve_days,
        .n_kinds = n_kinds,
        .left = counts.left,
        .step_days = step_days,
        .is_competing = is_competing };
}

twp_transitions_t
twp_sums_transitions(const twp_sums_t *sums, int i_segment, int i_model, int i_chain)
{
    const twp_outcome_plan_t *const plan = sums->figures->plan;
    const int n = sums->figures->study->track[plan->chain_track[i_chain]].n_states;
    const int64_t *const start = &sums->chain[chain_at(sums->figures, i_segment, i_model, i_chain)];

    return (twp_transitions_t){ n, plan->n_points - 1, start, start + n };
}

const int64_t *
twp_sums_pairs(const twp_sums_t *sums, int i_segment, int i_contrast, int i_curve)
{
    return &sums->pair[pair_at(sums->figures, i_segment, i_contrast, i_curve)];
}

const int64_t *
twp_sums_groups(const twp_sums_t *sums, int i_segment, int i_model, int i_chain)
{
    return &sums->chain[chain_at(sums->figures, i_segment, i_model, i_chain)] +
        chain_size(sums->figures, i_chain);
}

static void
take_quantiles(const twp_sums_t *sums, int i_side, int i_figure, double *quantile)
{
    const int i = sums->figures->figure[i_figure].i_quantile;

    twp_histogram_quantiles(&sums->histogram[i_side][(size_t) i * TWP_HISTOGRAM_BINS],
        sums->parts[i_side][i], TWP_SUMS_N_QUANTILES, twp_sums_quantiles, quantile);
}

void
twp_sums_quantiles_of(const twp_sums_t *sums, int i_model, int i_figure, double *quantile)
{
    take_quantiles(sums, i_model, i_figure, quantile);
}

void
twp_sums_difference_quantiles(
    const twp_sums_t *sums, int i_contrast, int i_figure, double *quantile)
{
    take_quantiles(sums, sums->figures->n_models + i_contrast, i_figure, quantile);
}
