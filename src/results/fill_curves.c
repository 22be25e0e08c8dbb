/* Figures that are no means over twins: of survival curves and of chains of states. */
#include "results/fill_internal.h"

#include <math.h>

/* ---- curves ---------------------------------------------------------------------------------- */

twp_scale_t
twp_fill_scale(const twp_figure_t *figure)
{
    if (figure->i_chain >= 0)
        return TWP_SCALE_LOG_LOG;
    return figure->i_curve >= 0 ? twp_survival_scale(figure->of) : TWP_SCALE_PLAIN;
}

static double
time_of(const twp_fill_t *fill, const twp_figure_t *figure)
{
    return fill->study->measure[figure->i_measure].time_days[figure->i_time];
}

static bool
is_competing(twp_survival_of_t of)
{
    return of == TWP_SURVIVAL_OF_INCIDENCE;
}

twp_estimate_t
twp_fill_curve_estimate(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_model,
    const twp_figure_t *figure)
{
    const twp_outcome_plan_t *const plan = fill->run->plan;
    const size_t n_days = (size_t) plan->n_curve_days;
    const size_t n_kinds = (size_t) plan->curve[figure->i_curve].n_kinds;
    double *const scratch = twp_fill_scratch(fill, (1 + n_kinds) * n_days * sizeof(double));
    twp_estimate_t estimate = { NAN, NAN, 0.0 };

    if (scratch == NULL)
        return estimate;
    const twp_risk_t risk = twp_sums_risk(
        sums, i_segment, i_model, figure->i_curve, is_competing(figure->of), scratch);
    const twp_survival_figure_t at = twp_survival_figure(
        figure->of, &risk, time_of(fill, figure), scratch + n_days);

    estimate.value = at.value;
    estimate.se = at.se;
    estimate.n = (double) twp_survival_at(&risk, 0.0).at_risk;
    return estimate;
}

/* The two tables of a contrast and their pairs, in scratch, and what is left of it. */
typedef struct {
    twp_risk_t a, baseline;
    twp_paired_t paired;
    double *scratch;
} pair_t;

static bool
make_pair(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_contrast, int i_curve,
    bool is_competing_too, pair_t *pair)
{
    const twp_survival_bins_t *const bins = &fill->run->figures->bins[i_curve];
    const size_t n_days = (size_t) fill->run->plan->n_curve_days;
    double *const scratch = twp_fill_scratch(
        fill, (2 * n_days + twp_paired_scratch(bins)) * sizeof(double));

    if (scratch == NULL)
        return false;
    pair->a = twp_sums_risk(sums, i_segment, i_contrast + 1, i_curve, is_competing_too, scratch);
    pair->baseline = twp_sums_risk(sums, i_segment, 0, i_curve, is_competing_too, scratch + n_days);
    pair->paired = (twp_paired_t){ bins, &pair->a, &pair->baseline,
        twp_sums_pairs(sums, i_segment, i_contrast, i_curve) };
    pair->scratch = scratch + 2 * n_days;
    return true;
}

twp_difference_t
twp_fill_curve_difference(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_contrast,
    const twp_figure_t *figure)
{
    pair_t pair;

    if (!make_pair(
            fill, sums, i_segment, i_contrast, figure->i_curve, is_competing(figure->of), &pair))
        return (twp_difference_t){ NAN, NAN, NAN };
    return twp_survival_paired(&pair.paired, figure->of, time_of(fill, figure), pair.scratch);
}

twp_paired_logrank_t
twp_fill_logrank(
    twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_contrast, int i_curve)
{
    pair_t pair;

    if (!make_pair(fill, sums, i_segment, i_contrast, i_curve, false, &pair))
        return (twp_paired_logrank_t){ .z = NAN, .variance_saved = NAN };
    return twp_logrank_paired(&pair.paired, pair.scratch);
}

/* ---- chains ---------------------------------------------------------------------------------- */

typedef struct {
    int n_states;
    double *share, *se;
} chain_sink_t;

static void
take_point(void *context, int i_step, const double *p, const double *covariance)
{
    const chain_sink_t *const to = context;
    const int n = to->n_states;

    for (int j = 0; j < n; j++) {
        const double variance = covariance[j * n + j];
        const size_t at = (size_t) i_step * (size_t) n + (size_t) j;
        to->share[at] = p[j];
        to->se[at] = sqrt(variance > 0 || isnan(variance) ? variance : 0);
    }
}

void
twp_fill_chain(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_model, int i_chain,
    double *share, double *se)
{
    const twp_transitions_t transitions = twp_sums_transitions(sums, i_segment, i_model, i_chain);
    chain_sink_t sink;
    double *const scratch = TWP_ARENA_NEW(
        fill->arena, double, twp_aalen_johansen_scratch(transitions.n_states));

    if (scratch == NULL) {
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for the curves"));
        return;
    }
    sink.n_states = transitions.n_states;
    sink.share = share;
    sink.se = se;
    twp_aalen_johansen(&transitions, take_point, &sink, scratch);
}

/* One state at one point. */
typedef struct {
    int n_states, i_state, i_point;
    twp_estimate_t at;
} point_sink_t;

static void
take_state(void *context, int i_step, const double *p, const double *covariance)
{
    point_sink_t *const to = context;
    const double variance = covariance[to->i_state * to->n_states + to->i_state];

    if (i_step != to->i_point)
        return;
    to->at.value = p[to->i_state];
    to->at.se = sqrt(variance > 0 || isnan(variance) ? variance : 0);
}

twp_estimate_t
twp_fill_chain_estimate(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_model,
    const twp_figure_t *figure)
{
    twp_transitions_t transitions = twp_sums_transitions(sums, i_segment, i_model, figure->i_chain);
    point_sink_t sink = { transitions.n_states, fill->study->measure[figure->i_measure].i_state,
        figure->i_point, { NAN, NAN, 0 } };
    double *const scratch = twp_fill_scratch(
        fill, twp_aalen_johansen_scratch(transitions.n_states) * sizeof(double));

    for (int j = 0; j < transitions.n_states; j++)
        sink.at.n += (double) transitions.start[j];
    if (figure->i_point >= 0 && figure->i_point < transitions.n_steps)
        transitions.n_steps = figure->i_point; /* what comes after it changes nothing */
    if (scratch != NULL)
        twp_aalen_johansen(&transitions, take_state, &sink, scratch);
    return sink.at;
}

/* Sums of the groups of twins under one strategy. */
static void
group_sums(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_model,
    const twp_figure_t *figure, double *sum)
{
    const twp_transitions_t transitions = twp_sums_transitions(
        sums, i_segment, i_model, figure->i_chain);
    double *const scratch = twp_fill_scratch(
        fill, (size_t) (transitions.n_steps + 3) * (size_t) transitions.n_states * sizeof(double));

    if (scratch != NULL)
        twp_aalen_johansen_groups(&transitions, fill->study->measure[figure->i_measure].i_state,
            figure->i_point, TWP_SUMS_GROUPS,
            twp_sums_groups(sums, i_segment, i_model, figure->i_chain), sum, scratch);
}

/* Correlation of the two estimates, from the groups. */
static double
group_correlation(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_contrast,
    const twp_figure_t *figure)
{
    double a[TWP_SUMS_GROUPS] = { 0 }, b[TWP_SUMS_GROUPS] = { 0 }, aa = 0, bb = 0, ab = 0;

    group_sums(fill, sums, i_segment, i_contrast + 1, figure, a);
    group_sums(fill, sums, i_segment, 0, figure, b);
    for (int g = 0; g < TWP_SUMS_GROUPS; g++) {
        aa += a[g] * a[g];
        bb += b[g] * b[g];
        ab += a[g] * b[g];
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* Where nobody is censored before, the estimates are shares: their correlation is that of states. */
static double
share_correlation(const twp_moments_t *moments)
{
    const twp_difference_t paired = twp_moments_paired(moments);
    const double a = twp_moments_ratio(moments, 0, 1).se, b = twp_moments_ratio(moments, 2, 3).se;

    return a * b > 0 ? (a * a + b * b - paired.se * paired.se) / (2 * a * b) : 0;
}

twp_difference_t
twp_fill_chain_difference(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_contrast,
    int i_figure, const twp_estimate_t *a, const twp_estimate_t *b)
{
    const twp_figure_t *const figure = &fill->run->figures->figure[i_figure];
    const twp_moments_t *const moments = twp_sums_contrast(sums, i_segment, i_contrast, i_figure);
    const double apart = a->se * a->se + b->se * b->se;
    twp_difference_t difference = { a->value - b->value, NAN, NAN };

    if (isnan(apart))
        return difference;
    const bool are_all_followed = twp_moments_ratio(moments, 0, 1).n == a->n &&
        twp_moments_ratio(moments, 2, 3).n == b->n;
    const double correlation = are_all_followed
        ? share_correlation(moments)
        : group_correlation(fill, sums, i_segment, i_contrast, figure);
    const double variance = apart - 2 * correlation * a->se * b->se;
    difference.se = sqrt(variance > 1e-14 * apart ? variance : 0);
    if (apart > 0)
        difference.variance_saved = 1 - difference.se * difference.se / apart;
    return difference;
}
