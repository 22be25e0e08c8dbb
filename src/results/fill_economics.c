#include "results/fill_internal.h"

#include "base/error.h"
#include "measure/economics.h"

#include <math.h>

static void
put(twp_fill_t *fill, const char *group, const char *name, twp_type_t type, const char *unit,
    const void *values)
{
    twp_field_t field;

    if (fill->status == TWP_OK &&
        twp_fill_ok(fill, twp_columns_field(group, name, type, unit, &field, &fill->err)))
        (void) twp_fill_ok(
            fill, twp_results_write(fill->writer, group, &field, values, &fill->err));
}

static void *
room(twp_fill_t *fill, int n, size_t size)
{
    void *const memory = twp_arena_alloc(fill->arena, (size_t) (n > 0 ? n : 1), size);

    if (memory == NULL)
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for the summary"));
    return memory;
}

/* ---- cost and effect ------------------------------------------------------------------------- */

/* economics[n]: of each contrast, in /segments of each segment's contrasts one after the other. */
static void
write_icers(twp_fill_t *fill, const char *group, const twp_economics_t *economics, int n,
    const char *currency)
{
    const char *const unit = twp_arena_printf(fill->arena, "%s year-1", currency);
    const size_t n_all = (size_t) n;
    double *const number = room(fill, 5 * n, sizeof(double));
    int8_t *const code = room(fill, 2 * n, sizeof(int8_t));

    if (fill->status != TWP_OK || unit == NULL)
        return;
    for (int c = 0; c < n; c++) {
        const twp_icer_t icer = twp_economics_icer(&economics[c], TWP_SUMS_Z);

        number[c] = icer.value;
        number[n + c] = icer.ratio;
        number[2 * n + c] = icer.low;
        number[3 * n + c] = icer.high;
        number[4 * n + c] = economics[c].covariance /
            (economics[c].cost_se * economics[c].effect_se);
        code[c] = (int8_t) icer.fieller;
        code[n + c] = (int8_t) twp_economics_place(&economics[c]);
    }
    put(fill, group, "icer", TWP_TYPE_FLOAT64, unit, number);
    put(fill, group, "icer_ratio", TWP_TYPE_FLOAT64, unit, number + n_all);
    put(fill, group, "icer_low", TWP_TYPE_FLOAT64, unit, number + 2 * n_all);
    put(fill, group, "icer_high", TWP_TYPE_FLOAT64, unit, number + 3 * n_all);
    put(fill, group, "icer_correlation", TWP_TYPE_FLOAT64, NULL, number + 4 * n_all);
    put(fill, group, "icer_interval", TWP_TYPE_INT8, NULL, code);
    put(fill, group, "icer_place", TWP_TYPE_INT8, NULL, code + n_all);
}

static void
write_net_benefits(twp_fill_t *fill, const char *group, const twp_economics_t *economics, int n,
    const char *currency)
{
    const int n_worth = fill->study->n_worth;
    const char *const unit = twp_arena_printf(fill->arena, "%s year-1", currency);
    double *const value = room(fill, n * n_worth, sizeof(double));
    double *const se = room(fill, n * n_worth, sizeof(double));
    double *const p_better = room(fill, n * n_worth, sizeof(double));
    double *const ends = room(fill, 2 * n * n_worth, sizeof(double));
    const twp_sets_t *const sets = fill->run->sets;

    if (fill->status != TWP_OK || n_worth == 0 || unit == NULL)
        return;
    for (int c = 0; c < n; c++)
        for (int w = 0; w < n_worth; w++) {
            const twp_net_benefit_t benefit = twp_economics_net_benefit(
                &economics[c], fill->study->worth_of_a_qaly[w]);

            value[c * n_worth + w] = benefit.value;
            se[c * n_worth + w] = benefit.se;
            p_better[c * n_worth + w] = benefit.p_better;
            if (sets == NULL)
                continue;
            /* The chance above is of the parameters; the error that of the mean over sets. */
            const twp_over_sets_t over = twp_sets_of_net_benefit(
                sets, c, fill->study->worth_of_a_qaly[w]);

            se[c * n_worth + w] = over.mcse;
            ends[c * n_worth + w] = over.low;
            ends[(n + c) * n_worth + w] = over.high;
        }
    (void) twp_fill_ok(fill,
        twp_results_dimension_float64(fill->writer, group, "worth", (size_t) n_worth,
            fill->study->worth_of_a_qaly, unit, NULL, &fill->err));
    put(fill, group, "net_benefit", TWP_TYPE_FLOAT64, currency, value);
    put(fill, group, "net_benefit_mcse", TWP_TYPE_FLOAT64, currency, se);
    put(fill, group, "net_benefit_p_better", TWP_TYPE_FLOAT64, NULL, p_better);
    if (sets != NULL) {
        put(fill, group, "net_benefit_sets_low", TWP_TYPE_FLOAT64, currency, ends);
        put(fill, group, "net_benefit_sets_high", TWP_TYPE_FLOAT64, currency, ends + n * n_worth);
    }
}

void
twp_fill_write_economics(twp_fill_t *fill, const twp_sums_t *sums)
{
    const twp_figures_t *const figures = fill->run->figures;
    const int n = figures->n_contrasts;
    twp_economics_t *economics;

    if (figures->i_cost < 0)
        return;
    const twp_study_measure_t *const cost =
        &fill->study->measure[figures->figure[figures->i_cost].i_measure];
    const twp_study_measure_t *const qaly =
        &fill->study->measure[figures->figure[figures->i_qaly].i_measure];

    economics = room(fill, n, sizeof(*economics));
    if (economics == NULL)
        return;
    for (int c = 0; c < n; c++)
        economics[c] = fill->run->sets != NULL ? twp_sets_economics_over(fill->run->sets, c)
                                               : twp_economics_of(twp_sums_joint(sums, -1, c));
    if (twp_fill_ok(fill,
            twp_results_attribute_text(
                fill->writer, "contrasts", "icer_cost", cost->name, &fill->err)))
        (void) twp_fill_ok(fill,
            twp_results_attribute_text(
                fill->writer, "contrasts", "icer_effect", qaly->name, &fill->err));
    write_icers(fill, "contrasts", economics, n, twp_fill_measure_unit(fill, cost));
    write_net_benefits(fill, "contrasts", economics, n, twp_fill_measure_unit(fill, cost));
}

void
twp_fill_write_segment_economics(twp_fill_t *fill, const twp_sums_t *sums)
{
    const twp_figures_t *const figures = fill->run->figures;
    const int n = figures->n_contrasts, n_all = n * figures->n_segments;
    twp_economics_t *economics;

    if (figures->i_cost < 0 || n == 0)
        return;
    const char *const currency = twp_fill_measure_unit(
        fill, &fill->study->measure[figures->figure[figures->i_cost].i_measure]);

    economics = room(fill, n_all, sizeof(*economics));
    if (economics == NULL)
        return;
    for (int i = 0; i < n_all; i++)
        economics[i] = twp_economics_of(twp_sums_joint(sums, i / n, i % n));
    write_icers(fill, "segments", economics, n_all, currency);
    write_net_benefits(fill, "segments", economics, n_all, currency);
}

/* ---- targets --------------------------------------------------------------------------------- */

static int
figure_of(const twp_figures_t *figures, int i_measure, int i_time)
{
    for (int f = 0; f < figures->n_figures; f++)
        if (figures->figure[f].i_measure == i_measure && figures->figure[f].i_time == i_time)
            return f;
    return -1;
}

/* The model of a strategy of the study in this run, or -1. */
static int
model_of(const twp_fill_t *fill, int i_strategy)
{
    for (int s = 0; s < fill->run->n_models; s++)
        if (fill->run->model[s]->i_strategy == i_strategy)
            return s;
    return -1;
}

typedef struct {
    const char **name, **unit, **measure, **strategy, **source;
    double *value, *tolerance, *result, *mcse, *time;
    int8_t *role, *hit;
} targets_t;

static bool
targets_init(twp_fill_t *fill, int n, targets_t *to)
{
    to->name = room(fill, n, sizeof(char *));
    to->unit = room(fill, n, sizeof(char *));
    to->measure = room(fill, n, sizeof(char *));
    to->strategy = room(fill, n, sizeof(char *));
    to->source = room(fill, n, sizeof(char *));
    to->value = room(fill, n, sizeof(double));
    to->tolerance = room(fill, n, sizeof(double));
    to->result = room(fill, n, sizeof(double));
    to->mcse = room(fill, n, sizeof(double));
    to->time = room(fill, n, sizeof(double));
    to->role = room(fill, n, 1);
    to->hit = room(fill, n, 1);
    return fill->status == TWP_OK;
}

static void
judge(twp_fill_t *fill, const twp_sums_t *sums, const twp_study_target_t *target, int s, int i,
    targets_t *to)
{
    const twp_study_measure_t *const measure = &fill->study->measure[target->i_measure];
    const int f = figure_of(fill->run->figures, target->i_measure, target->i_time);
    const char *const unit = twp_fill_measure_unit(fill, measure);
    twp_estimate_t estimate = { NAN, NAN, 0.0 };

    if (f >= 0)
        estimate = twp_fill_estimate_over(fill, sums, -1, s, f);
    to->name[i] = target->name;
    to->unit[i] = unit != NULL ? unit : "";
    to->measure[i] = measure->name;
    to->strategy[i] = fill->strategy[s];
    to->source[i] = target->source != NULL ? target->source : "";
    to->value[i] = target->value;
    to->tolerance[i] = target->within;
    to->result[i] = estimate.value;
    to->mcse[i] = estimate.se;
    to->time[i] = measure->n_times > 0 ? measure->time_days[target->i_time] : NAN;
    to->role[i] = target->is_fit ? 0 : 1;
    to->hit[i] = fabs(estimate.value - target->value) <= target->within ? 1 : 0;
}

/* Targets of strategies that this run leaves out are left out too. */
void
twp_fill_write_targets(twp_fill_t *fill, const twp_sums_t *sums)
{
    const twp_study_typed_t *const study = fill->study;
    targets_t to;
    int n = 0;

    if (!targets_init(fill, study->n_targets, &to))
        return;
    for (int i = 0; i < study->n_targets; i++) {
        const int s = model_of(fill, study->target[i].i_strategy);

        if (s >= 0)
            judge(fill, sums, &study->target[i], s, n++, &to);
    }
    if (n == 0)
        return;
    (void) twp_fill_ok(fill, twp_results_group(fill->writer, "targets", &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(
                fill->writer, "targets", "target", (size_t) n, to.name, NULL, &fill->err));
    put(fill, "targets", "value", TWP_TYPE_FLOAT64, NULL, to.value);
    put(fill, "targets", "tolerance", TWP_TYPE_FLOAT64, NULL, to.tolerance);
    put(fill, "targets", "result", TWP_TYPE_FLOAT64, NULL, to.result);
    put(fill, "targets", "result_mcse", TWP_TYPE_FLOAT64, NULL, to.mcse);
    put(fill, "targets", "role", TWP_TYPE_INT8, NULL, to.role);
    put(fill, "targets", "hit", TWP_TYPE_INT8, NULL, to.hit);
    put(fill, "targets", "time", TWP_TYPE_FLOAT64, NULL, to.time);
    put(fill, "targets", "unit", TWP_TYPE_TEXT, NULL, to.unit);
    put(fill, "targets", "measure", TWP_TYPE_TEXT, NULL, to.measure);
    put(fill, "targets", "target_strategy", TWP_TYPE_TEXT, NULL, to.strategy);
    put(fill, "targets", "source", TWP_TYPE_TEXT, NULL, to.source);
}
