#include "results/fill_internal.h"

#include "base/error.h"
#include "measure/economics.h"
#include "measure/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- figures --------------------------------------------------------------------------------- */

twp_estimate_t
twp_fill_estimate(
    twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_model, int i_figure)
{
    const twp_figure_t *const figure = &fill->run->figures->figure[i_figure];

    if (figure->i_chain >= 0)
        return twp_fill_chain_estimate(fill, sums, i_segment, i_model, figure);
    if (figure->i_curve >= 0)
        return twp_fill_curve_estimate(fill, sums, i_segment, i_model, figure);
    return twp_moments_ratio(twp_sums_moments(sums, i_segment, i_model, i_figure), 0, 1);
}

typedef struct {
    double value, se, n, variance_saved;
} difference_t;

static difference_t
difference_of(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_contrast, int i_figure)
{
    const twp_figure_t *const figure = &fill->run->figures->figure[i_figure];
    twp_estimate_t other, baseline;
    twp_difference_t paired;

    if (figure->i_curve >= 0 || figure->i_chain >= 0) {
        other = twp_fill_estimate(fill, sums, i_segment, i_contrast + 1, i_figure);
        baseline = twp_fill_estimate(fill, sums, i_segment, 0, i_figure);
        paired = figure->i_curve >= 0
            ? twp_fill_curve_difference(fill, sums, i_segment, i_contrast, figure)
            : twp_fill_chain_difference(
                  fill, sums, i_segment, i_contrast, i_figure, &other, &baseline);
    } else {
        const twp_moments_t *const moments = twp_sums_contrast(
            sums, i_segment, i_contrast, i_figure);
        other = twp_moments_ratio(moments, 0, 1);
        baseline = twp_moments_ratio(moments, 2, 3);
        paired = twp_moments_paired(moments);
    }
    return (difference_t){ paired.value, paired.se, other.n < baseline.n ? other.n : baseline.n,
        paired.variance_saved };
}

double
twp_fill_difference_se(twp_fill_t *fill, const twp_sums_t *sums, int i_contrast, int i_figure)
{
    return difference_of(fill, sums, -1, i_contrast, i_figure).se;
}

/* ---- parameter sets --------------------------------------------------------------------------- */

twp_estimate_t
twp_fill_estimate_over(
    twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_model, int i_figure)
{
    if (fill->run->sets == NULL)
        return twp_fill_estimate(fill, sums, i_segment, i_model, i_figure);

    const twp_over_sets_t over = twp_sets_of_value(fill->run->sets, i_model, i_figure);

    return (twp_estimate_t){ over.mean, over.mcse, over.n };
}

static difference_t
difference_over(
    twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_contrast, int i_figure)
{
    if (fill->run->sets == NULL)
        return difference_of(fill, sums, i_segment, i_contrast, i_figure);

    const twp_over_sets_t over = twp_sets_of_difference(fill->run->sets, i_contrast, i_figure);

    return (difference_t){ over.mean, over.mcse, over.n, over.variance_saved };
}

void
twp_fill_note_set(twp_fill_t *fill, const twp_sums_t *sums, int64_t i_set, twp_sets_t *sets)
{
    const twp_figures_t *const figures = fill->run->figures;

    for (int f = 0; f < figures->n_figures; f++) {
        for (int s = 0; s < sets->n_models; s++) {
            const twp_estimate_t one = twp_fill_estimate(fill, sums, -1, s, f);

            *twp_sets_value(sets, i_set, s, f) = (twp_set_value_t){ one.value, one.se, one.n, NAN };
        }
        for (int c = 0; c < sets->n_contrasts; c++) {
            const difference_t one = difference_of(fill, sums, -1, c, f);

            *twp_sets_difference(sets, i_set, c, f) =
                (twp_set_value_t){ one.value, one.se, one.n, one.variance_saved };
        }
    }
    if (sets->plane != NULL)
        memcpy(twp_sets_plane(sets, i_set), twp_sums_plane(sums, -1),
            twp_plane_size(sets->n_models) * sizeof(double));
    for (int c = 0; c < sets->n_contrasts; c++)
        *twp_sets_economics(sets, i_set, c) = figures->i_cost >= 0
            ? twp_economics_of(twp_sums_joint(sums, -1, c))
            : (twp_economics_t){ NAN, NAN, NAN, NAN, NAN };
}

/* ---- writing --------------------------------------------------------------------------------- */

/* What a column has of a measure: name, dimensions, texts. */
typedef struct {
    const char *group, *suffix;
    bool has_segment, has_contrast, has_quantile;
    bool is_unitless; /* variance saved, counts */
    bool is_count;
} column_t;

static void
write_column(twp_fill_t *fill, const twp_study_measure_t *measure, const column_t *column,
    const void *values)
{
    const char *const name = twp_arena_printf(fill->arena, "%s_%s", measure->name, column->suffix);
    const char *const times = twp_arena_printf(fill->arena, "time_%s", measure->name);
    twp_field_t field;

    if (fill->status != TWP_OK)
        return;
    if (name == NULL || times == NULL) {
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for names"));
        return;
    }
    if (!twp_fill_ok(fill,
            twp_columns_field(column->group, name,
                column->is_count ? TWP_TYPE_INT64 : TWP_TYPE_FLOAT64,
                twp_fill_measure_unit(fill, measure), &field, &fill->err)))
        return;
    field.n_dims = 0;
    if (column->has_segment)
        field.dims[field.n_dims++] = "segment";
    field.dims[field.n_dims++] = column->has_contrast ? "contrast" : "strategy";
    if (measure->n_times > 0)
        field.dims[field.n_dims++] = times;
    if (column->has_quantile)
        field.dims[field.n_dims++] = "quantile";
    if (strcmp(column->suffix, "mean") == 0 || strcmp(column->suffix, "diff") == 0) {
        field.long_name = twp_fill_label(fill, measure);
        field.comment = twp_measures[measure->measure].definition;
    }
    (void) twp_fill_ok(
        fill, twp_results_write(fill->writer, column->group, &field, values, &fill->err));
}

static void
write_as(twp_fill_t *fill, const twp_study_measure_t *measure, column_t column, const char *suffix,
    const double *values)
{
    column.suffix = suffix;
    write_column(fill, measure, &column, values);
}

static void
write_counts(twp_fill_t *fill, const twp_study_measure_t *measure, column_t column,
    const char *suffix, const int64_t *values)
{
    column.suffix = suffix;
    column.is_count = true;
    write_column(fill, measure, &column, values);
}

static void
write_quantiles(twp_fill_t *fill, const twp_study_measure_t *measure, column_t column,
    const char *suffix, const double *values)
{
    column.has_quantile = true;
    write_as(fill, measure, column, suffix, values);
}

static void
declare_times(twp_fill_t *fill, const char *group)
{
    const twp_figures_t *const figures = fill->run->figures;

    for (int f = 0; f < figures->n_figures && fill->status == TWP_OK; f++) {
        const twp_figure_t *const figure = &figures->figure[f];
        const twp_study_measure_t *const measure = &fill->study->measure[figure->i_measure];
        const char *name;

        if (figure->i_time != 0 || measure->n_times == 0)
            continue;
        name = twp_arena_printf(fill->arena, "time_%s", measure->name);
        (void) twp_fill_ok(fill,
            name == NULL
                ? TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for names")
                : twp_results_dimension_float64(fill->writer, group, name,
                      (size_t) measure->n_times, measure->time_days, "d", NULL, &fill->err));
    }
}

static void
declare_group(
    twp_fill_t *fill, const char *group, bool has_strategy, bool has_contrast, bool has_quantile)
{
    twp_results_writer_t *const writer = fill->writer;
    const size_t n = (size_t) fill->run->n_models;

    (void) twp_fill_ok(fill, twp_results_group(writer, group, &fill->err));
    if (has_strategy && fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(
                writer, group, "strategy", n, fill->strategy, NULL, &fill->err));
    if (has_contrast && fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(
                writer, group, "contrast", n - 1, fill->strategy + 1, NULL, &fill->err));
    if (has_quantile && fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_float64(writer, group, "quantile", TWP_SUMS_N_QUANTILES,
                twp_sums_quantiles, "1", NULL, &fill->err));
    declare_times(fill, group);
}

/* Doubles for one measure: n_leading x times of the measure (at least 1) x 1 or the quantiles. */
typedef struct {
    double *value, *se, *saved, *quantile, *low, *high;
    int64_t *n;
    int n_times;
} buffers_t;

static bool
buffers_init(
    twp_fill_t *fill, const twp_study_measure_t *measure, int n_leading, buffers_t *buffers)
{
    buffers->n_times = measure->n_times > 0 ? measure->n_times : 1;

    const int n = n_leading * buffers->n_times;

    buffers->value = TWP_ARENA_NEW(fill->arena, double, n);
    buffers->se = TWP_ARENA_NEW(fill->arena, double, n);
    buffers->saved = TWP_ARENA_NEW(fill->arena, double, n);
    buffers->low = TWP_ARENA_NEW(fill->arena, double, n);
    buffers->high = TWP_ARENA_NEW(fill->arena, double, n);
    buffers->n = TWP_ARENA_NEW(fill->arena, int64_t, n);
    buffers->quantile = TWP_ARENA_NEW(fill->arena, double, n *TWP_SUMS_N_QUANTILES);
    if (buffers->value == NULL || buffers->se == NULL || buffers->saved == NULL ||
        buffers->n == NULL || buffers->quantile == NULL || buffers->low == NULL ||
        buffers->high == NULL)
        return twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for the summary"));
    return fill->status == TWP_OK;
}

/* What the sets say of one measure, with i_first its first figure: interval and two variances. */
static void
write_over_sets(twp_fill_t *fill, const twp_study_measure_t *measure, column_t column, int i_first)
{
    static const char *const suffix[2][4] = { { "sets_low", "sets_high", "sets_variance",
                                                  "twins_variance" },
        { "diff_sets_low", "diff_sets_high", "diff_sets_variance", "diff_twins_variance" } };
    const twp_sets_t *const sets = fill->run->sets;
    const int n_leading = column.has_contrast ? sets->n_contrasts : sets->n_models;
    const int n_times = measure->n_times > 0 ? measure->n_times : 1, n = n_leading * n_times;
    double *const number = TWP_ARENA_NEW(fill->arena, double, 4 * n);

    if (number == NULL) {
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for the summary"));
        return;
    }
    for (int i = 0; i < n; i++) {
        const int lead = i / n_times, f = i_first + i % n_times;
        const twp_over_sets_t over = column.has_contrast ? twp_sets_of_difference(sets, lead, f)
                                                         : twp_sets_of_value(sets, lead, f);

        number[i] = over.low;
        number[n + i] = over.high;
        number[2 * n + i] = over.between;
        number[3 * n + i] = over.within;
    }
    for (int k = 0; k < 4; k++)
        write_as(fill, measure, column, suffix[column.has_contrast][k], number + k * n);
}

/* Estimates that are no means over twins; over parameter sets the interval is that of the sets. */
static bool
has_own_interval(const twp_fill_t *fill, const twp_figure_t *figure)
{
    return fill->run->sets == NULL && (figure->i_curve >= 0 || figure->i_chain >= 0);
}

static void
write_means(twp_fill_t *fill, const twp_sums_t *sums, const char *group, int i_first)
{
    const twp_figures_t *const figures = fill->run->figures;
    const twp_figure_t *const figure = &figures->figure[i_first];
    const twp_study_measure_t *const measure = &fill->study->measure[figure->i_measure];
    const bool has_segment = strcmp(group, "segments") == 0;
    const int n_segments = has_segment ? figures->n_segments : 1;
    const bool has_quantile = !has_segment && figure->i_quantile >= 0;
    const column_t column = { .group = group, .has_segment = has_segment };
    buffers_t to;
    int i = 0;

    if (!buffers_init(fill, measure, n_segments * fill->run->n_models, &to))
        return;
    for (int g = 0; g < n_segments; g++)
        for (int s = 0; s < fill->run->n_models; s++)
            for (int t = 0; t < to.n_times; t++, i++) {
                const twp_estimate_t estimate = twp_fill_estimate_over(
                    fill, sums, has_segment ? g : -1, s, i_first + t);

                to.value[i] = estimate.value;
                to.se[i] = estimate.se;
                to.n[i] = (int64_t) floor(estimate.n + 0.5);
                twp_survival_interval(
                    twp_fill_scale(figure), estimate.value, estimate.se, &to.low[i], &to.high[i]);
                if (has_quantile)
                    twp_sums_quantiles_of(
                        sums, s, i_first + t, &to.quantile[(size_t) i * TWP_SUMS_N_QUANTILES]);
            }
    write_as(fill, measure, column, "mean", to.value);
    write_as(fill, measure, column, "mcse", to.se);
    if (has_own_interval(fill, figure)) {
        write_as(fill, measure, column, "low", to.low);
        write_as(fill, measure, column, "high", to.high);
    }
    write_counts(fill, measure, column, "n", to.n);
    if (has_quantile)
        write_quantiles(fill, measure, column, "quantile", to.quantile);
    if (fill->run->sets != NULL)
        write_over_sets(fill, measure, column, i_first);
}

static void
write_differences(twp_fill_t *fill, const twp_sums_t *sums, const char *group, int i_first)
{
    const twp_figures_t *const figures = fill->run->figures;
    const twp_figure_t *const figure = &figures->figure[i_first];
    const twp_study_measure_t *const measure = &fill->study->measure[figure->i_measure];
    const bool has_segment = strcmp(group, "segments") == 0;
    const int n_segments = has_segment ? figures->n_segments : 1;
    const bool has_quantile = !has_segment && figure->i_quantile >= 0;
    const column_t column = { .group = group, .has_segment = has_segment, .has_contrast = true };
    buffers_t to;
    int i = 0;

    if (!buffers_init(fill, measure, n_segments * figures->n_contrasts, &to))
        return;
    for (int g = 0; g < n_segments; g++)
        for (int c = 0; c < figures->n_contrasts; c++)
            for (int t = 0; t < to.n_times; t++, i++) {
                const difference_t difference = difference_over(
                    fill, sums, has_segment ? g : -1, c, i_first + t);

                to.value[i] = difference.value;
                to.se[i] = difference.se;
                to.saved[i] = difference.variance_saved;
                to.n[i] = (int64_t) floor(difference.n + 0.5);
                if (has_quantile)
                    twp_sums_difference_quantiles(
                        sums, c, i_first + t, &to.quantile[(size_t) i * TWP_SUMS_N_QUANTILES]);
            }
    write_as(fill, measure, column, "diff", to.value);
    write_as(fill, measure, column, "diff_mcse", to.se);
    write_counts(fill, measure, column, "diff_n", to.n);
    write_as(fill, measure, column, "variance_saved", to.saved);
    if (has_quantile)
        write_quantiles(fill, measure, column, "diff_quantile", to.quantile);
    if (fill->run->sets != NULL)
        write_over_sets(fill, measure, column, i_first);
}

void
twp_fill_write_summary(twp_fill_t *fill, const twp_sums_t *sums)
{
    const twp_figures_t *const figures = fill->run->figures;

    declare_group(fill, "summary", true, false, true);
    for (int f = 0; f < figures->n_figures; f++)
        if (figures->figure[f].i_time == 0)
            write_means(fill, sums, "summary", f);
    if (figures->n_contrasts == 0)
        return;
    declare_group(fill, "contrasts", false, true, true);
    for (int f = 0; f < figures->n_figures; f++)
        if (figures->figure[f].i_time == 0)
            write_differences(fill, sums, "contrasts", f);
}

void
twp_fill_write_segments(twp_fill_t *fill, const twp_sums_t *sums)
{
    const twp_figures_t *const figures = fill->run->figures;
    const int n = figures->n_segments;
    const char **const name = TWP_ARENA_NEW(fill->arena, const char *, n);
    int32_t *const n_twins = TWP_ARENA_NEW(fill->arena, int32_t, n);
    twp_field_t field;

    if (name == NULL || n_twins == NULL) {
        (void) twp_fill_ok(
            fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for the segments"));
        return;
    }
    for (int g = 0; g < n; g++) {
        name[g] = figures->segment[g].name;
        n_twins[g] = (int32_t) twp_sums_n_segment(sums, g);
    }
    (void) twp_fill_ok(fill, twp_results_group(fill->writer, "segments", &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(
                fill->writer, "segments", "segment", (size_t) n, name, NULL, &fill->err));
    declare_group(fill, "segments", true, figures->n_contrasts > 0, false);
    if (fill->status == TWP_OK &&
        twp_fill_ok(fill,
            twp_columns_field("segments", "n_twins", TWP_TYPE_INT32, NULL, &field, &fill->err)))
        (void) twp_fill_ok(
            fill, twp_results_write(fill->writer, "segments", &field, n_twins, &fill->err));
    for (int f = 0; f < figures->n_figures; f++) {
        if (figures->figure[f].i_time != 0)
            continue;
        write_means(fill, sums, "segments", f);
        if (figures->n_contrasts > 0)
            write_differences(fill, sums, "segments", f);
    }
    twp_fill_write_segment_economics(fill, sums);
}
