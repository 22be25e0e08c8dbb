#include "measure/sums.h"

#include <stdio.h>
#include <string.h>

const double twp_sums_quantiles[TWP_SUMS_N_QUANTILES] = { 0.05, 0.25, 0.5, 0.75, 0.95 };

/* Quantiles of what is 0 or 1 say nothing that its mean does not. */
static bool
has_quantiles(twp_measure_t measure)
{
    switch (measure) {
    case TWP_MEASURE_INITIATION:
    case TWP_MEASURE_PRIMARY_NON_ADHERENCE:
    case TWP_MEASURE_PERSISTENCE:
    case TWP_MEASURE_OCCUPANCY:
    case TWP_MEASURE_FIRST_ENTRY:
    case TWP_MEASURE_KAPLAN_MEIER:
    case TWP_MEASURE_NELSON_AALEN:
    case TWP_MEASURE_CUMULATIVE_INCIDENCE:
    case TWP_MEASURE_RESTRICTED_MEAN:
    case TWP_MEASURE_AALEN_JOHANSEN: return false;
    default: return true;
    }
}

/* The column of a measure at one of its times, or -1. */
static int
find_column(const twp_outcome_plan_t *plan, int i_measure, int i_time)
{
    for (int c = 0; c < plan->n_columns; c++)
        if (plan->column[c].i_measure == i_measure && plan->column[c].i_time == i_time &&
            plan->column[c].use != TWP_COLUMN_DENOMINATOR)
            return c;
    return -1;
}

static twp_survival_of_t
what_of_curve(twp_measure_t measure)
{
    switch (measure) {
    case TWP_MEASURE_NELSON_AALEN: return TWP_SURVIVAL_OF_HAZARD;
    case TWP_MEASURE_CUMULATIVE_INCIDENCE: return TWP_SURVIVAL_OF_INCIDENCE;
    case TWP_MEASURE_RESTRICTED_MEAN: return TWP_SURVIVAL_OF_AREA;
    default: return TWP_SURVIVAL_OF_S;
    }
}

static int
find_point(const twp_outcome_plan_t *plan, const twp_study_measure_t *measure, int i_time)
{
    for (int i = 0; i < plan->n_points; i++)
        if (plan->point_days[i] == measure->time_days[i_time])
            return i;
    return -1;
}

static void
add_figure(twp_figures_t *figures, int i_measure, int i_time)
{
    const twp_outcome_plan_t *const plan = figures->plan;
    twp_figure_t figure = { .i_measure = i_measure, .i_time = i_time };

    figure.i_column = find_column(plan, i_measure, i_time);
    figure.i_curve = plan->curve_of_measure[i_measure];
    figure.of = what_of_curve(figures->study->measure[i_measure].measure);
    figure.i_chain = plan->chain_of_measure[i_measure];
    if (figure.i_chain >= 0)
        figure.i_point = find_point(plan, &figures->study->measure[i_measure], i_time);
    figure.i_denominator = -1;
    figure.i_quantile = -1;
    if (figure.i_column < 0 && figure.i_curve < 0)
        return;
    if (figure.i_column >= 0 && plan->column[figure.i_column].use == TWP_COLUMN_RATIO)
        figure.i_denominator = figure.i_column + 1;
    else if (figure.i_column >= 0 && has_quantiles(figures->study->measure[i_measure].measure))
        figure.i_quantile = figures->n_quantiles++;
    figures->figure[figures->n_figures++] = figure;
}

static bool
add_figures(twp_figures_t *figures)
{
    const twp_study_typed_t *const study = figures->study;
    int n = 0;

    for (int i = 0; i < study->n_measures; i++)
        n += study->measure[i].n_times > 0 ? study->measure[i].n_times : 1;
    figures->figure = TWP_ARENA_NEW(figures->arena, twp_figure_t, n + 1);
    if (figures->figure == NULL)
        return false;
    for (int i = 0; i < study->n_measures; i++)
        for (int t = 0; t == 0 || t < study->measure[i].n_times; t++)
            add_figure(figures, i, t);
    return true;
}

static bool
add_segments(twp_figures_t *figures)
{
    static const char *const no_yes[] = { "no", "yes" };
    const twp_study_typed_t *const study = figures->study;
    int n = 0;

    for (int i = 0; i < study->n_by; i++) {
        const twp_study_attribute_t *const by = &study->attribute[study->by_attribute[i]];

        n += by->n_categories > 0 ? by->n_categories : 2;
    }
    figures->segment = TWP_ARENA_NEW(figures->arena, twp_segment_t, n + 1);
    if (figures->segment == NULL)
        return false;
    for (int i = 0; i < study->n_by; i++) {
        const twp_study_attribute_t *const by = &study->attribute[study->by_attribute[i]];
        const int n_codes = by->n_categories > 0 ? by->n_categories : 2;

        for (int k = 0; k < n_codes; k++) {
            twp_segment_t *const segment = &figures->segment[figures->n_segments++];

            segment->i_attribute = study->by_attribute[i];
            segment->code = k;
            segment->name = twp_arena_printf(figures->arena, "%s=%s", by->name,
                by->n_categories > 0 ? by->category[k] : no_yes[k]);
            if (segment->name == NULL)
                return false;
        }
    }
    return true;
}

/* Days that a curve is asked at, by any measure. */
static int
times_of(const twp_figures_t *figures, int i_curve, double *time_days)
{
    int n = 0;

    for (int i = 0; i < figures->n_figures; i++) {
        const twp_figure_t *const figure = &figures->figure[i];

        if (figure->i_curve == i_curve)
            time_days[n++] = figures->study->measure[figure->i_measure].time_days[figure->i_time];
    }
    return n;
}

static bool
add_curves(twp_figures_t *figures)
{
    const int n = figures->plan->n_curves;
    double *const time_days = TWP_ARENA_NEW(figures->arena, double, figures->n_figures + 1);

    figures->bins = TWP_ARENA_NEW(figures->arena, twp_survival_bins_t, n + 1);
    figures->first_curve = TWP_ARENA_NEW(figures->arena, size_t, n + 1);
    figures->first_pair = TWP_ARENA_NEW(figures->arena, size_t, n + 1);
    if (time_days == NULL || figures->bins == NULL || figures->first_pair == NULL ||
        figures->first_curve == NULL)
        return false;
    for (int c = 0; c < n; c++) {
        const int n_times = times_of(figures, c, time_days);
        const int n_kinds = figures->plan->curve[c].n_kinds;

        if (!twp_survival_bins_make(figures->arena, figures->plan->n_curve_days, n_kinds, n_times,
                time_days, &figures->bins[c]))
            return false;
        figures->first_curve[c + 1] = figures->first_curve[c] +
            (size_t) (n_kinds + 1) * (size_t) figures->plan->n_curve_days;
        figures->first_pair[c + 1] = figures->first_pair[c] +
            twp_survival_pairs_size(&figures->bins[c]);
    }
    return true;
}

/* A chain's counts: states at the first point, then each step between two points. */
static bool
add_chains(twp_figures_t *figures)
{
    const twp_outcome_plan_t *const plan = figures->plan;

    figures->first_chain = TWP_ARENA_NEW(figures->arena, size_t, plan->n_chains + 1);
    if (figures->first_chain == NULL)
        return false;
    for (int i = 0; i < plan->n_chains; i++) {
        const size_t n = (size_t) figures->study->track[plan->chain_track[i]].n_states;

        figures->first_chain[i + 1] = figures->first_chain[i] + n +
            (size_t) (plan->n_points - 1) * n * n;
    }
    return true;
}

/* All payers and categories together, else the first that the study lists. */
static int
find_cost(const twp_figures_t *figures)
{
    int i_cost = -1;

    for (int i = 0; i < figures->n_figures; i++) {
        const twp_study_measure_t *const measure =
            &figures->study->measure[figures->figure[i].i_measure];

        if (measure->measure != TWP_MEASURE_COST)
            continue;
        if (measure->i_payer < 0 && measure->i_category < 0)
            return i;
        if (i_cost < 0)
            i_cost = i;
    }
    return i_cost;
}

static int
find_qaly(const twp_figures_t *figures)
{
    for (int i = 0; i < figures->n_figures; i++)
        if (figures->study->measure[figures->figure[i].i_measure].measure == TWP_MEASURE_QALY)
            return i;
    return -1;
}

static void
size_partial(twp_figures_t *figures)
{
    figures->n_moments = (size_t) (1 + figures->n_segments) * (size_t) figures->n_figures *
            (size_t) (figures->n_models + figures->n_contrasts) +
        (size_t) (1 + figures->n_segments) * (size_t) figures->n_contrasts;
    figures->partial_bytes = figures->n_moments * sizeof(twp_moments_t) +
        (size_t) (figures->n_segments + 1) * sizeof(int64_t) +
        (figures->i_cost < 0 ? 0
                             : (size_t) (1 + figures->n_segments) *
                    twp_plane_size(figures->n_models) * sizeof(double));
}

void
twp_figures_keep_means(twp_figures_t *figures)
{
    for (int f = 0; f < figures->n_figures; f++)
        figures->figure[f].i_quantile = -1;
    figures->n_quantiles = figures->n_segments = 0;
    size_partial(figures);
}

twp_status_t
twp_figures_create(const twp_study_typed_t *study, const twp_outcome_plan_t *plan, int n_models,
    twp_figures_t **out, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    twp_figures_t *const figures = arena != NULL ? TWP_ARENA_NEW(arena, twp_figures_t, 1) : NULL;

    *out = NULL;
    if (figures != NULL) {
        figures->arena = arena;
        figures->study = study;
        figures->plan = plan;
        figures->n_models = n_models;
        figures->n_contrasts = n_models - 1;
    }
    if (figures == NULL || !add_figures(figures) || !add_segments(figures) ||
        !add_curves(figures) || !add_chains(figures)) {
        twp_arena_free(arena);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the summary");
    }
    figures->i_cost = find_cost(figures);
    figures->i_qaly = find_qaly(figures);
    if (figures->i_cost < 0 || figures->i_qaly < 0)
        figures->i_cost = figures->i_qaly = -1;
    size_partial(figures);
    *out = figures;
    return TWP_OK;
}

void
twp_figures_free(twp_figures_t *figures)
{
    if (figures != NULL)
        twp_arena_free(figures->arena);
}

/* Days in six digits, or as many as tell the time from those before and after it, which differ. */
static void
print_days(const twp_study_measure_t *measure, int i_time, char text[32])
{
    bool is_unique = false;

    for (int digits = 6; digits <= 17 && !is_unique; digits++) {
        (void) snprintf(text, 32, "%.*g", digits, measure->time_days[i_time]);
        is_unique = true;
        for (int i = i_time - 1; i <= i_time + 1; i += 2) {
            char other[32];

            if (i < 0 || i >= measure->n_times)
                continue;
            (void) snprintf(other, sizeof other, "%.*g", digits, measure->time_days[i]);
            is_unique &= strcmp(text, other) != 0;
        }
    }
}

const char *
twp_figure_name(twp_arena_t *arena, const twp_study_typed_t *study, const twp_figure_t *figure)
{
    const twp_study_measure_t *const measure = &study->measure[figure->i_measure];
    char number[32], days[40];

    if (measure->n_times == 0)
        return measure->name;
    print_days(measure, figure->i_time, number);
    (void) snprintf(days, sizeof days, "%s%sd", measure->name[0] != '\0' ? "_" : "", number);
    for (char *at = days; *at != '\0'; at++)
        if (*at == '.' || *at == '+' || *at == '-')
            *at = '_';
    return twp_arena_printf(arena, "%s%s", measure->name, days);
}
