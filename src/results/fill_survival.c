/* The group /survival: curves over time. */
#include "results/fill_internal.h"

#include "base/error.h"

#include <math.h>

static void *
room(twp_fill_t *fill, int n, size_t size)
{
    void *const memory = twp_arena_alloc(fill->arena, (size_t) (n > 0 ? n : 1), size);

    if (memory == NULL)
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for the curves"));
    return memory;
}

static void
put_curve(
    twp_fill_t *fill, const char *name, const char *long_name, twp_type_t type, const void *values)
{
    twp_field_t field;

    if (fill->status != TWP_OK || name == NULL ||
        !twp_fill_ok(fill, twp_columns_field("survival", name, type, NULL, &field, &fill->err)))
        return;
    field.long_name = long_name;
    (void) twp_fill_ok(
        fill, twp_results_write(fill->writer, "survival", &field, values, &fill->err));
}

static void
write_occupancy(twp_fill_t *fill, const twp_outcome_counts_t *counts)
{
    const twp_outcome_plan_t *const plan = fill->run->plan;
    const int n_models = fill->run->n_models;
    double *const share = room(fill, n_models * plan->n_grid, sizeof(double));

    for (int i = 0; i < fill->study->n_tracks && fill->status == TWP_OK; i++) {
        const twp_study_track_t *const track = &fill->study->track[i];

        for (int j = 0; j < track->n_states; j++) {
            for (int s = 0; s < n_models; s++)
                for (int g = 0; g < plan->n_grid; g++) {
                    const int64_t followed = counts[s].followed[g];
                    const int64_t in_state =
                        counts[s].occupancy[(size_t) g * (size_t) plan->n_states +
                            (size_t) (plan->first_state[i] + j)];

                    share[s * plan->n_grid + g] =
                        followed > 0 ? (double) in_state / (double) followed : NAN;
                }
            put_curve(fill,
                twp_arena_printf(fill->arena, "occupancy_%s_%s", track->name, track->state[j].name),
                twp_arena_printf(fill->arena, "share of twins in %s.%s, of those followed so long",
                    track->name, track->state[j].name),
                TWP_TYPE_FLOAT64, share);
        }
    }
}

/* A curve of all twins, or of each segment, under each strategy. */
typedef struct {
    double *km, *se, *quantile;
    int64_t *at_risk;
} curves_t;

static void
fill_curve(
    twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_curve, int i_first, curves_t *to)
{
    const twp_outcome_plan_t *const plan = fill->run->plan;
    const int n_days = plan->n_curve_days;

    for (int s = 0; s < fill->run->n_models; s++) {
        const twp_curve_counts_t curve = twp_sums_curve(sums, i_segment, s, i_curve);

        for (int g = 0; g < plan->n_grid; g++) {
            const int i = (i_first + s) * plan->n_grid + g;
            const twp_survival_t at = twp_survival_at(
                curve.events, curve.censored, n_days, plan->grid_days[g]);

            to->km[i] = at.survival;
            /* Greenwood's error takes all lives for alike; those of different sets are not. */
            to->se[i] = fill->run->sets != NULL ? NAN : at.se;
            to->at_risk[i] = at.at_risk;
        }
        for (int q = 0; q < TWP_SUMS_N_QUANTILES; q++)
            to->quantile[(i_first + s) * TWP_SUMS_N_QUANTILES + q] = twp_survival_quantile(
                curve.events, curve.censored, n_days, twp_sums_quantiles[q]);
    }
}

/* prefix "" for all twins, "segment_" for each segment. */
static void
write_kaplan_meier(twp_fill_t *fill, const twp_sums_t *sums, const char *prefix,
    const twp_study_measure_t *measure, int i_curve)
{
    const bool has_segments = prefix[0] != '\0';
    const int n_models = fill->run->n_models, n_grid = fill->run->plan->n_grid;
    const int n_rows = n_models * (has_segments ? fill->run->figures->n_segments : 1);
    const char *const name = measure->name;
    curves_t to;

    to.km = room(fill, n_rows * n_grid, sizeof(double));
    to.se = room(fill, n_rows * n_grid, sizeof(double));
    to.at_risk = room(fill, n_rows * n_grid, sizeof(int64_t));
    to.quantile = room(fill, n_rows * TWP_SUMS_N_QUANTILES, sizeof(double));
    if (fill->status != TWP_OK)
        return;
    for (int i = 0; i < n_rows / n_models; i++)
        fill_curve(fill, sums, has_segments ? i : -1, i_curve, i * n_models, &to);
    put_curve(fill, twp_arena_printf(fill->arena, "%skm_%s", prefix, name), measure->label,
        TWP_TYPE_FLOAT64, to.km);
    put_curve(fill, twp_arena_printf(fill->arena, "%skm_se_%s", prefix, name),
        "standard error (Greenwood)", TWP_TYPE_FLOAT64, to.se);
    put_curve(fill, twp_arena_printf(fill->arena, "%sat_risk_%s", prefix, name),
        "lives still at risk", TWP_TYPE_INT64, to.at_risk);
    put_curve(fill, twp_arena_printf(fill->arena, "%skm_quantile_%s", prefix, name),
        "days by which that share had the event; NaN: it was not reached", TWP_TYPE_FLOAT64,
        to.quantile);
}

static void
declare_dimensions(twp_fill_t *fill, bool has_curves)
{
    const twp_outcome_plan_t *const plan = fill->run->plan;
    const twp_figures_t *const figures = fill->run->figures;
    const char **const name = room(fill, figures->n_segments, sizeof(char *));

    (void) twp_fill_ok(fill, twp_results_group(fill->writer, "survival", &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(fill->writer, "survival", "strategy",
                (size_t) fill->run->n_models, fill->strategy, NULL, &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_float64(fill->writer, "survival", "time", (size_t) plan->n_grid,
                plan->grid_days, "d", NULL, &fill->err));
    if (fill->status == TWP_OK && has_curves)
        (void) twp_fill_ok(fill,
            twp_results_dimension_float64(fill->writer, "survival", "quantile",
                TWP_SUMS_N_QUANTILES, twp_sums_quantiles, "1", NULL, &fill->err));
    for (int g = 0; g < figures->n_segments && name != NULL; g++)
        name[g] = figures->segment[g].name;
    if (fill->status == TWP_OK && has_curves && figures->n_segments > 0)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(fill->writer, "survival", "segment",
                (size_t) figures->n_segments, name, NULL, &fill->err));
}

void
twp_fill_write_survival(
    twp_fill_t *fill, const twp_sums_t *sums, const twp_outcome_counts_t *counts)
{
    const twp_outcome_plan_t *const plan = fill->run->plan;

    declare_dimensions(fill, plan->n_curves > 0);
    for (int m = 0; m < fill->study->n_measures; m++) {
        if (plan->curve_of_measure[m] < 0)
            continue;
        write_kaplan_meier(fill, sums, "", &fill->study->measure[m], plan->curve_of_measure[m]);
        if (fill->run->figures->n_segments > 0)
            write_kaplan_meier(
                fill, sums, "segment_", &fill->study->measure[m], plan->curve_of_measure[m]);
    }
    write_occupancy(fill, counts);
}
