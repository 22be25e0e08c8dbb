/* The group of the decision: all strategies together, of all twins and of each segment. */
#include "results/fill_internal.h"

#include "base/error.h"
#include "measure/acceptability.h"
#include "measure/frontier.h"
#include "measure/plane.h"

#include <math.h>

#define GROUP "decision"

/* Of all twins or of segments: n_rows times the strategies. */
typedef struct {
    int n_rows;
    double *cost, *effect, *incremental_cost, *incremental_cost_se, *incremental_effect,
        *incremental_effect_se, *correlation, *icer, *icer_low, *icer_high;
    int8_t *frontier, *interval;
    int32_t *against, *beyond;
} columns_t;

static void *
room(twp_fill_t *fill, int n, size_t size)
{
    void *const memory = twp_arena_alloc(fill->arena, (size_t) (n > 0 ? n : 1), size);

    if (memory == NULL)
        (void) twp_fill_ok(
            fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for the decision"));
    return memory;
}

static void
put(twp_fill_t *fill, const char *prefix, const char *name, twp_type_t type, const char *unit,
    const void *values)
{
    const char *const whole = twp_arena_printf(fill->arena, "%s%s", prefix, name);
    twp_field_t field;

    if (fill->status == TWP_OK &&
        twp_fill_ok(fill,
            whole == NULL ? TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for names")
                          : twp_columns_field(GROUP, whole, type, unit, &field, &fill->err)))
        (void) twp_fill_ok(
            fill, twp_results_write(fill->writer, GROUP, &field, values, &fill->err));
}

/* ---- the frontier ---------------------------------------------------------------------------- */

static bool
columns_init(twp_fill_t *fill, int n_rows, columns_t *to)
{
    const int n = n_rows * fill->run->n_models;
    double **const number[] = { &to->cost, &to->effect, &to->incremental_cost,
        &to->incremental_cost_se, &to->incremental_effect, &to->incremental_effect_se,
        &to->correlation, &to->icer, &to->icer_low, &to->icer_high };

    to->n_rows = n_rows;
    for (size_t i = 0; i < sizeof number / sizeof number[0]; i++)
        *number[i] = room(fill, n, sizeof(double));
    to->frontier = room(fill, n, sizeof(int8_t));
    to->interval = room(fill, n, sizeof(int8_t));
    to->against = room(fill, n, sizeof(int32_t));
    to->beyond = room(fill, n, sizeof(int32_t));
    return fill->status == TWP_OK;
}

/* With its neighbour on the frontier. */
static void
take_increment(
    const twp_plane_means_t *means, int s, const twp_frontier_t *row, int i, columns_t *to)
{
    const bool is_compared = row->status == TWP_FRONTIER_ON && row->i_against >= 0;
    twp_economics_t between = { NAN, NAN, NAN, NAN, NAN };
    twp_icer_t icer = { NAN, NAN, NAN, NAN, TWP_FIELLER_NONE };

    if (is_compared) {
        between = twp_plane_between(means, s, row->i_against);
        icer = twp_economics_icer(&between, TWP_SUMS_Z);
    }
    to->frontier[i] = (int8_t) row->status;
    to->against[i] = row->i_against;
    to->beyond[i] = row->i_beyond;
    to->incremental_cost[i] = row->cost;
    to->incremental_cost_se[i] = between.cost_se;
    to->incremental_effect[i] = row->effect;
    to->incremental_effect_se[i] = between.effect_se;
    to->correlation[i] = between.covariance / (between.cost_se * between.effect_se);
    to->icer[i] = row->icer;
    to->icer_low[i] = icer.low;
    to->icer_high[i] = icer.high;
    to->interval[i] = (int8_t) icer.fieller;
}

static void
take_means(twp_fill_t *fill, const twp_plane_means_t *means, int i_row, columns_t *to)
{
    const int n = means->n_strategies;
    int *const order = room(fill, n, sizeof(*order));
    twp_frontier_t *const row = room(fill, n, sizeof(*row));

    if (fill->status != TWP_OK)
        return;
    twp_frontier_of(n, means->mean, means->mean + n, order, row);
    for (int s = 0; s < n; s++) {
        const int i = i_row * n + s;

        to->cost[i] = means->mean[s];
        to->effect[i] = means->mean[n + s];
        take_increment(means, s, &row[s], i, to);
    }
}

static void
write_columns(twp_fill_t *fill, const char *prefix, const char *currency, const columns_t *of)
{
    const char *const ratio = twp_arena_printf(fill->arena, "%s year-1", currency);

    put(fill, prefix, "cost", TWP_TYPE_FLOAT64, currency, of->cost);
    put(fill, prefix, "effect", TWP_TYPE_FLOAT64, "year", of->effect);
    put(fill, prefix, "frontier", TWP_TYPE_INT8, NULL, of->frontier);
    put(fill, prefix, "against", TWP_TYPE_INT32, NULL, of->against);
    put(fill, prefix, "beyond", TWP_TYPE_INT32, NULL, of->beyond);
    put(fill, prefix, "incremental_cost", TWP_TYPE_FLOAT64, currency, of->incremental_cost);
    put(fill, prefix, "incremental_cost_se", TWP_TYPE_FLOAT64, currency, of->incremental_cost_se);
    put(fill, prefix, "incremental_effect", TWP_TYPE_FLOAT64, "year", of->incremental_effect);
    put(fill, prefix, "incremental_effect_se", TWP_TYPE_FLOAT64, "year", of->incremental_effect_se);
    put(fill, prefix, "incremental_correlation", TWP_TYPE_FLOAT64, NULL, of->correlation);
    put(fill, prefix, "icer", TWP_TYPE_FLOAT64, ratio, of->icer);
    put(fill, prefix, "icer_low", TWP_TYPE_FLOAT64, ratio, of->icer_low);
    put(fill, prefix, "icer_high", TWP_TYPE_FLOAT64, ratio, of->icer_high);
    put(fill, prefix, "icer_interval", TWP_TYPE_INT8, NULL, of->interval);
}

/* ---- the best buy at each worth -------------------------------------------------------------- */

static int
find_best(const twp_plane_means_t *means, double worth)
{
    const int n = means->n_strategies;
    double most = NAN;
    int best = -1;

    for (int s = 0; s < n; s++) {
        const double benefit = worth * means->mean[n + s] - means->mean[s];

        if (isnan(benefit))
            return -1;
        if (best < 0 || benefit > most) {
            best = s;
            most = benefit;
        }
    }
    return best;
}

static void
write_chances(twp_fill_t *fill)
{
    const int n_worths = fill->study->n_curve_worths, n = fill->run->n_models * n_worths;
    twp_acceptability_t chances = { room(fill, n, sizeof(double)), room(fill, n, sizeof(double)),
        room(fill, n, sizeof(double)), room(fill, n_worths, sizeof(int)) };

    if (fill->status != TWP_OK ||
        !twp_fill_ok(fill,
            twp_acceptability_of(
                fill->run->sets, n_worths, fill->study->curve_worth, &chances, &fill->err)))
        return;
    put(fill, "", "p_best", TWP_TYPE_FLOAT64, NULL, chances.p_best);
    put(fill, "", "p_best_mcse", TWP_TYPE_FLOAT64, NULL, chances.p_best_se);
    put(fill, "", "p_best_raw", TWP_TYPE_FLOAT64, NULL, chances.p_best_raw);
}

static void
write_worths(twp_fill_t *fill, const twp_plane_means_t *means, const char *currency)
{
    const int n_worths = fill->study->n_curve_worths;
    const char *const unit = twp_arena_printf(fill->arena, "%s year-1", currency);
    int32_t *const best = room(fill, n_worths, sizeof(*best));

    if (fill->status != TWP_OK || n_worths == 0 || unit == NULL)
        return;
    for (int w = 0; w < n_worths; w++)
        best[w] = find_best(means, fill->study->curve_worth[w]);
    (void) twp_fill_ok(fill,
        twp_results_dimension_float64(fill->writer, GROUP, "worth", (size_t) n_worths,
            fill->study->curve_worth, unit, NULL, &fill->err));
    put(fill, "", "best", TWP_TYPE_INT32, NULL, best);
    if (fill->run->sets != NULL)
        write_chances(fill);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void
declare(twp_fill_t *fill, const char *const *segment)
{
    const twp_figures_t *const figures = fill->run->figures;
    const twp_study_measure_t *const measure = fill->study->measure;
    const char *const cost = measure[figures->figure[figures->i_cost].i_measure].name;
    const char *const effect = measure[figures->figure[figures->i_qaly].i_measure].name;
    twp_results_writer_t *const writer = fill->writer;

    (void) twp_fill_ok(fill, twp_results_group(writer, GROUP, &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(
            fill, twp_results_attribute_text(writer, GROUP, "cost", cost, &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(
            fill, twp_results_attribute_text(writer, GROUP, "effect", effect, &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(writer, GROUP, "strategy", (size_t) fill->run->n_models,
                fill->strategy, NULL, &fill->err));
    if (fill->status == TWP_OK && figures->n_segments > 0)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(
                writer, GROUP, "segment", (size_t) figures->n_segments, segment, NULL, &fill->err));
}

static void
write_segments(
    twp_fill_t *fill, const twp_sums_t *sums, twp_plane_means_t *means, const char *currency)
{
    const int n = fill->run->figures->n_segments;
    columns_t columns;

    if (n == 0 || !columns_init(fill, n, &columns))
        return;
    for (int g = 0; g < n; g++) {
        twp_plane_means_of(twp_sums_plane(sums, g), means);
        take_means(fill, means, g, &columns);
    }
    write_columns(fill, "segment_", currency, &columns);
}

void
twp_fill_write_decision(twp_fill_t *fill, const twp_sums_t *sums)
{
    const twp_figures_t *const figures = fill->run->figures;
    const int n = fill->run->n_models;
    double *const number = room(fill, (int) twp_plane_means_size(n), sizeof(double));
    const char **const segment = room(fill, figures->n_segments, sizeof(*segment));
    columns_t columns;

    if (figures->i_cost < 0 || !columns_init(fill, 1, &columns))
        return;
    const char *const currency = twp_fill_measure_unit(
        fill, &fill->study->measure[figures->figure[figures->i_cost].i_measure]);
    twp_plane_means_t means = twp_plane_means_over(number, n);

    for (int g = 0; g < figures->n_segments; g++)
        segment[g] = figures->segment[g].name;
    declare(fill, segment);
    if (fill->run->sets == NULL) {
        twp_plane_means_of(twp_sums_plane(sums, -1), &means);
    } else if (twp_sets_have_planes(fill->run->sets)) {
        twp_sets_plane_over(fill->run->sets, &means);
    } else {
        for (size_t i = 0; i < twp_plane_means_size(n); i++)
            number[i] = NAN;
    }
    take_means(fill, &means, 0, &columns);
    write_columns(fill, "", currency, &columns);
    write_worths(fill, &means, currency);
    write_segments(fill, sums, &means, currency);
}
