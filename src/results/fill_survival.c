/* The group /survival: curves over time. */
#include "results/fill_internal.h"

#include "base/error.h"

#include <math.h>

static void *
room(twp_fill_t *fill, size_t n, size_t size)
{
    void *const memory = twp_arena_alloc(fill->arena, n > 0 ? n : 1, size);

    if (memory == NULL)
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for the curves"));
    return memory;
}

/* What the values of a column lie along, after "segment" in columns of segments. */
typedef enum { ALONG_TIME, ALONG_QUANTILE, ALONG_CONTRAST } along_t;

/* The dimensions are those of the values, whatever column of the layout the name may look like. */
static void
put_curve(twp_fill_t *fill, const char *prefix, along_t along, const char *name,
    const char *long_name, twp_type_t type, const void *values)
{
    const bool has_segments = prefix[0] != '\0';
    twp_field_t field;

    if (fill->status != TWP_OK || name == NULL ||
        !twp_fill_ok(fill, twp_columns_field("survival", name, type, NULL, &field, &fill->err)))
        return;
    field.long_name = long_name;
    field.n_dims = 0;
    if (has_segments)
        field.dims[field.n_dims++] = "segment";
    field.dims[field.n_dims++] = along == ALONG_CONTRAST ? "contrast" : "strategy";
    if (along != ALONG_CONTRAST)
        field.dims[field.n_dims++] = along == ALONG_QUANTILE ? "quantile" : "time";
    (void) twp_fill_ok(
        fill, twp_results_write(fill->writer, "survival", &field, values, &fill->err));
}

static void
write_occupancy(twp_fill_t *fill, const twp_outcome_counts_t *counts)
{
    const twp_outcome_plan_t *const plan = fill->run->plan;
    const int n_models = fill->run->n_models;
    const size_t n_grid = (size_t) plan->n_grid;
    double *const share = room(fill, (size_t) n_models * n_grid, sizeof(double));

    for (int i = 0; i < fill->study->n_tracks && fill->status == TWP_OK; i++) {
        const twp_study_track_t *const track = &fill->study->track[i];

        for (int j = 0; j < track->n_states; j++) {
            for (int s = 0; s < n_models; s++)
                for (int g = 0; g < plan->n_grid; g++) {
                    const int64_t followed = counts[s].followed[g];
                    const int64_t in_state =
                        counts[s].occupancy[(size_t) g * (size_t) plan->n_states +
                            (size_t) (plan->first_state[i] + j)];

                    share[(size_t) s * n_grid + (size_t) g] =
                        followed > 0 ? (double) in_state / (double) followed : NAN;
                }
            put_curve(fill, "", ALONG_TIME,
                twp_arena_printf(fill->arena, "occupancy_%s_%s", track->name, track->state[j].name),
                twp_arena_printf(fill->arena, "share of twins in %s.%s, of those followed so long",
                    track->name, track->state[j].name),
                TWP_TYPE_FLOAT64, share);
        }
    }
}

/* ---- curves of measures ----------------------------------------------------------------------- */

/* A curve along the grid, of all twins or of each segment, under each strategy. */
typedef struct {
    double *value, *se, *low, *high;
    int64_t *at_risk, *events;
    double *quantile, *quantile_low, *quantile_high;
} curves_t;

static bool
curves_init(twp_fill_t *fill, size_t n_rows, curves_t *to)
{
    const size_t n = n_rows * (size_t) fill->run->plan->n_grid;
    const size_t n_quantiles = n_rows * TWP_SUMS_N_QUANTILES;

    to->value = room(fill, n, sizeof(double));
    to->se = room(fill, n, sizeof(double));
    to->low = room(fill, n, sizeof(double));
    to->high = room(fill, n, sizeof(double));
    to->at_risk = room(fill, n, sizeof(int64_t));
    to->events = room(fill, n, sizeof(int64_t));
    to->quantile = room(fill, n_quantiles, sizeof(double));
    to->quantile_low = room(fill, n_quantiles, sizeof(double));
    to->quantile_high = room(fill, n_quantiles, sizeof(double));
    return fill->status == TWP_OK;
}

static double
value_of(twp_survival_of_t of, const twp_survival_t *at, double *se)
{
    *se = of == TWP_SURVIVAL_OF_HAZARD    ? at->hazard_se
        : of == TWP_SURVIVAL_OF_INCIDENCE ? at->incidence_se
                                          : at->se;
    return of == TWP_SURVIVAL_OF_HAZARD   ? at->hazard
        : of == TWP_SURVIVAL_OF_INCIDENCE ? at->incidence
                                          : at->survival;
}

/* One strategy: row i_row of the arrays. */
static void
fill_curve(twp_fill_t *fill, const twp_risk_t *risk, twp_survival_of_t of, int i_row, curves_t *to)
{
    const twp_outcome_plan_t *const plan = fill->run->plan;
    twp_survival_t *const at = twp_fill_scratch(
        fill, (size_t) plan->n_grid * sizeof(twp_survival_t));

    if (at == NULL)
        return;
    twp_survival_curve(risk, plan->n_grid, plan->grid_days, at);
    for (int g = 0; g < plan->n_grid; g++) {
        const size_t i = (size_t) i_row * (size_t) plan->n_grid + (size_t) g;

        to->value[i] = value_of(of, &at[g], &to->se[i]);
        if (fill->run->sets != NULL)
            to->se[i] = NAN; /* takes all lives for alike; those of different sets are not */
        twp_survival_interval(
            twp_survival_scale(of), to->value[i], to->se[i], &to->low[i], &to->high[i]);
        to->at_risk[i] = at[g].at_risk;
        to->events[i] = at[g].n_events;
    }
    for (int q = 0; q < TWP_SUMS_N_QUANTILES; q++) {
        const size_t i = (size_t) i_row * TWP_SUMS_N_QUANTILES + (size_t) q;

        to->quantile[i] = twp_survival_quantile(risk, twp_sums_quantiles[q]);
        twp_survival_quantile_interval(
            risk, twp_sums_quantiles[q], &to->quantile_low[i], &to->quantile_high[i]);
        if (fill->run->sets != NULL)
            to->quantile_low[i] = to->quantile_high[i] = NAN;
    }
}

/* What columns are called, after the prefix of segments. */
typedef struct {
    const char *short_name, *long_name, *error;
} kind_t;

static kind_t
kind_of(twp_survival_of_t of)
{
    switch (of) {
    case TWP_SURVIVAL_OF_HAZARD:
        return (kind_t){ "na", "cumulative hazard (Nelson-Aalen)", "standard error (binomial)" };
    case TWP_SURVIVAL_OF_INCIDENCE:
        return (kind_t){ "cif", "cumulative incidence (Aalen-Johansen)",
            "standard error (Aalen-Johansen)" };
    default: return (kind_t){ "km", "Kaplan-Meier estimate", "standard error (Greenwood)" };
    }
}

static void
put_named(twp_fill_t *fill, const char *prefix, along_t along, const char *stem, const char *name,
    const char *long_name, twp_type_t type, const void *values)
{
    put_curve(fill, prefix, along, twp_arena_printf(fill->arena, "%s%s_%s", prefix, stem, name),
        long_name, type, values);
}

static void
put_curves(twp_fill_t *fill, const char *prefix, const twp_study_measure_t *measure,
    twp_survival_of_t of, const curves_t *from)
{
    const kind_t kind = kind_of(of);
    const char *const name = measure->name;
    twp_arena_t *const arena = fill->arena;

    put_named(fill, prefix, ALONG_TIME, kind.short_name, name, measure->label, TWP_TYPE_FLOAT64,
        from->value);
    put_named(fill, prefix, ALONG_TIME, twp_arena_printf(arena, "%s_se", kind.short_name), name,
        kind.error, TWP_TYPE_FLOAT64, from->se);
    put_named(fill, prefix, ALONG_TIME, twp_arena_printf(arena, "%s_low", kind.short_name), name,
        "lower end of the 95 % interval", TWP_TYPE_FLOAT64, from->low);
    put_named(fill, prefix, ALONG_TIME, twp_arena_printf(arena, "%s_high", kind.short_name), name,
        "upper end of the 95 % interval", TWP_TYPE_FLOAT64, from->high);
    put_named(fill, prefix, ALONG_TIME, "at_risk", name, "lives still at risk", TWP_TYPE_INT64,
        from->at_risk);
    put_named(fill, prefix, ALONG_TIME, "events", name, "lives that had the event by then",
        TWP_TYPE_INT64, from->events);
    if (of != TWP_SURVIVAL_OF_S)
        return;
    put_named(fill, prefix, ALONG_QUANTILE, "km_quantile", name,
        "days by which that share had the event; NaN: it was not reached", TWP_TYPE_FLOAT64,
        from->quantile);
    put_named(fill, prefix, ALONG_QUANTILE, "km_quantile_low", name,
        "lower end of its 95 % interval", TWP_TYPE_FLOAT64, from->quantile_low);
    put_named(fill, prefix, ALONG_QUANTILE, "km_quantile_high", name,
        "upper end of its 95 % interval; NaN: it was not reached", TWP_TYPE_FLOAT64,
        from->quantile_high);
}

/* Log-rank tests of each strategy against the baseline. */
static void
write_logrank(twp_fill_t *fill, const twp_sums_t *sums, const char *prefix,
    const twp_study_measure_t *measure, int i_curve)
{
    static const char *const stem[6] = { "logrank_observed", "logrank_expected", "logrank_z",
        "logrank_p", "logrank_saved", "logrank_unpaired_chi2" };
    static const char *const long_name[6] = { "events under the strategy",
        "events expected were there no difference", "log-rank statistic, paired",
        "its two-sided p-value", "share of the variance that pairing saved",
        "chi-square were the twins of the strategies different ones" };
    const bool has_segments = prefix[0] != '\0';
    const int n_segments = has_segments ? fill->run->figures->n_segments : 1;
    const int n_contrasts = fill->run->n_models - 1, n = n_segments * n_contrasts;
    double *const number = room(fill, 6 * (size_t) n, sizeof(double));

    for (int i = 0; i < n && fill->status == TWP_OK; i++) {
        const twp_paired_logrank_t test = twp_fill_logrank(
            fill, sums, has_segments ? i / n_contrasts : -1, i % n_contrasts, i_curve);

        number[i] = test.counts.observed;
        number[n + i] = test.counts.expected;
        number[2 * n + i] = test.z;
        number[3 * n + i] = twp_logrank_p(test.z);
        number[4 * n + i] = test.variance_saved;
        number[5 * n + i] = twp_logrank_chi2(&test.counts);
    }
    for (int k = 0; k < 6 && fill->status == TWP_OK; k++)
        put_named(fill, prefix, ALONG_CONTRAST, stem[k], measure->name, long_name[k],
            TWP_TYPE_FLOAT64, number + k * n);
}

/* prefix "" for all twins, "segment_" for each segment. */
static void
write_curves(twp_fill_t *fill, const twp_sums_t *sums, const char *prefix,
    const twp_study_measure_t *measure, const twp_figure_t *figure)
{
    const bool has_segments = prefix[0] != '\0';
    const int n_models = fill->run->n_models;
    const int n_rows = n_models * (has_segments ? fill->run->figures->n_segments : 1);
    double *const steps = room(fill, (size_t) fill->run->plan->n_curve_days, sizeof(double));
    curves_t to;

    if (!curves_init(fill, (size_t) n_rows, &to))
        return;
    for (int i = 0; i < n_rows; i++) {
        const twp_risk_t risk = twp_sums_risk(sums, has_segments ? i / n_models : -1, i % n_models,
            figure->i_curve, figure->of == TWP_SURVIVAL_OF_INCIDENCE, steps);

        fill_curve(fill, &risk, figure->of, i, &to);
    }
    put_curves(fill, prefix, measure, figure->of, &to);
    if (figure->of == TWP_SURVIVAL_OF_S && n_models > 1 && fill->run->sets == NULL)
        write_logrank(fill, sums, prefix, measure, figure->i_curve);
}

/* ---- chains ------------------------------------------------------------------------------------ */

/* Shares of all states of a chain and their errors at all points, of each row. */
typedef struct {
    double *share, *se; /* [n_rows * n_points * n_states] */
    double *column[4];  /* [n_rows * n_grid] share, error, interval of one state */
} chains_t;

/* The points of the grid among all points. */
static void
pick_state(const twp_fill_t *fill, int n_rows, int n_states, int i_state, chains_t *from)
{
    const twp_outcome_plan_t *const plan = fill->run->plan;

    for (int r = 0; r < n_rows; r++)
        for (int g = 0, p = 0; g < plan->n_grid; g++) {
            const size_t to = (size_t) r * (size_t) plan->n_grid + (size_t) g;
            while (plan->point_days[p] < plan->grid_days[g])
                p++;
            const size_t i = ((size_t) r * (size_t) plan->n_points + (size_t) p) *
                    (size_t) n_states +
                (size_t) i_state;
            from->column[0][to] = from->share[i];
            from->column[1][to] = fill->run->sets != NULL ? NAN : from->se[i];
            twp_survival_interval(TWP_SCALE_LOG_LOG, from->column[0][to], from->column[1][to],
                &from->column[2][to], &from->column[3][to]);
        }
}

static void
write_chain(twp_fill_t *fill, const twp_sums_t *sums, const char *prefix, int i_chain)
{
    static const char *const stem[4] = { "aj", "aj_se", "aj_low", "aj_high" };
    static const char *const long_name[4] = { "Aalen-Johansen estimate of the share in",
        "its standard error, in", "lower end of its 95 % interval, in",
        "upper end of its 95 % interval, in" };
    const twp_outcome_plan_t *const plan = fill->run->plan;
    const twp_study_track_t *const track = &fill->study->track[plan->chain_track[i_chain]];
    const bool has_segments = prefix[0] != '\0';
    const int n_models = fill->run->n_models, n_states = track->n_states;
    const int n_rows = n_models * (has_segments ? fill->run->figures->n_segments : 1);
    const size_t n_cells = (size_t) plan->n_points * (size_t) n_states;
    const size_t n = (size_t) n_rows * n_cells;
    chains_t to = { .share = room(fill, n, sizeof(double)), .se = room(fill, n, sizeof(double)) };

    for (int k = 0; k < 4; k++)
        to.column[k] = room(fill, (size_t) n_rows * (size_t) plan->n_grid, sizeof(double));
    for (int i = 0; i < n_rows && fill->status == TWP_OK; i++) {
        const size_t first = (size_t) i * n_cells;

        twp_fill_chain(fill, sums, has_segments ? i / n_models : -1, i % n_models, i_chain,
            to.share + first, to.se + first);
    }
    for (int j = 0; j < n_states && fill->status == TWP_OK; j++) {
        pick_state(fill, n_rows, n_states, j, &to);
        for (int k = 0; k < 4; k++)
            put_curve(fill, prefix, ALONG_TIME,
                twp_arena_printf(
                    fill->arena, "%s%s_%s_%s", prefix, stem[k], track->name, track->state[j].name),
                twp_arena_printf(
                    fill->arena, "%s %s.%s", long_name[k], track->name, track->state[j].name),
                TWP_TYPE_FLOAT64, to.column[k]);
    }
}

/* ---- the group --------------------------------------------------------------------------------- */

static void
declare_dimensions(twp_fill_t *fill, bool has_curves)
{
    const twp_outcome_plan_t *const plan = fill->run->plan;
    const twp_figures_t *const figures = fill->run->figures;
    const char **const name = room(fill, (size_t) figures->n_segments, sizeof(char *));

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
    if (fill->status == TWP_OK && has_curves && figures->n_contrasts > 0)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(fill->writer, "survival", "contrast",
                (size_t) figures->n_contrasts, fill->strategy + 1, NULL, &fill->err));
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

    const twp_figures_t *const figures = fill->run->figures;

    declare_dimensions(fill, plan->n_curves + plan->n_chains > 0);
    for (int f = 0; f < figures->n_figures; f++) {
        const twp_figure_t *const figure = &figures->figure[f];
        const twp_study_measure_t *const measure = &fill->study->measure[figure->i_measure];

        if (figure->i_curve < 0 || figure->i_time != 0 || figure->of == TWP_SURVIVAL_OF_AREA)
            continue;
        write_curves(fill, sums, "", measure, figure);
        if (figures->n_segments > 0)
            write_curves(fill, sums, "segment_", measure, figure);
    }
    for (int c = 0; c < plan->n_chains; c++) {
        write_chain(fill, sums, "", c);
        if (figures->n_segments > 0)
            write_chain(fill, sums, "segment_", c);
    }
    write_occupancy(fill, counts);
}
