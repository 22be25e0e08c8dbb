#include "engine/population.h"

#include "base/portable_math.h"
#include "kernel/stream.h"

#include <math.h>

/* Inversion of the triangular law from the nearer end. */
static double
triangular_quantile(const double arg[3], double u, double q)
{
    const double low = arg[0], mode = arg[1], high = arg[2], width = high - low;

    if (!(width > 0.0))
        return low;
    if (u * width <= mode - low)
        return low + twp_math_sqrt(u * width * (mode - low));
    return high - twp_math_sqrt(q * width * (high - mode));
}

/* Quantile of a continuous law without truncation. The upper tail is from q, never from 1 - u. */
static double
plain_quantile(const twp_draw_node_t *node, double u, double q)
{
    const double *const arg = node->arg;

    switch ((twp_dist_kind_t) node->kind) {
    case TWP_DIST_NORMAL:
        return arg[0] +
            arg[1] * (u < q ? twp_math_normal_quantile(u) : twp_math_normal_quantile_upper(q));
    case TWP_DIST_LOGNORMAL:
        return twp_math_exp(arg[0] +
            arg[1] * (u < q ? twp_math_normal_quantile(u) : twp_math_normal_quantile_upper(q)));
    case TWP_DIST_UNIFORM:
        return u < q ? arg[0] + u * (arg[1] - arg[0]) : arg[1] - q * (arg[1] - arg[0]);
    case TWP_DIST_BETA:
        return u < q ? twp_math_beta_i_inverse(arg[0], arg[1], u)
                     : 1.0 - twp_math_beta_i_inverse(arg[1], arg[0], q);
    case TWP_DIST_GAMMA:
        return arg[1] *
            (u < q ? twp_math_gamma_p_inverse(arg[0], u) : twp_math_gamma_q_inverse(arg[0], q));
    case TWP_DIST_EXPONENTIAL: return -(u < q ? twp_math_log1p(-u) : twp_math_log(q)) / arg[0];
    case TWP_DIST_WEIBULL:
        return arg[1] * twp_math_pow(-(u < q ? twp_math_log1p(-u) : twp_math_log(q)), 1.0 / arg[0]);
    case TWP_DIST_TRIANGULAR: return triangular_quantile(arg, u, q);
    default: return NAN;
    }
}

/* u' = F(low) + u (F(high) - F(low)) and its complement, each a sum of positive numbers. */
static double
truncated_quantile(const twp_draw_node_t *node, double u, double q)
{
    const double value = plain_quantile(
        node, node->p_low + u * node->p_mass, node->q_high + q * node->p_mass);

    return value < node->low ? node->low : value > node->high ? node->high : value;
}

double
twp_population_quantile(const twp_population_t *population, const twp_draw_node_t *node,
    const double *attribute, int64_t i_twin, double u, double q)
{
    while (node->kind == TWP_DIST_BY) {
        const double code = attribute[node->i_by];

        if (!(code >= 0.0 && code < node->n))
            return NAN;
        node = node->child[(int) code];
    }
    switch (node->kind) {
    case TWP_DIST_CONSTANT: return node->arg[0];
    case TWP_DIST_CHANCE: return q < node->arg[0] ? 1.0 : 0.0; /* rises with u, like the others */
    case TWP_DIST_CATEGORIES:
        for (int k = 0; k < node->n - 1; k++)
            if (u < node->cumulative[k])
                return k;
        return node->n - 1;
    case TWP_DIST_STEPS: {
        int k = 0;

        while (k + 1 < node->n && node->cumulative[k + 1] <= attribute[node->i_by])
            k++;
        return node->code[k];
    }
    case TWP_DIST_COLUMN: return population->column[node->i_column].value[i_twin];
    default:
        return node->is_truncated ? truncated_quantile(node, u, q) : plain_quantile(node, u, q);
    }
}

static double
draw_uniform(const twp_draw_plan_t *plan, uint64_t id, uint32_t stream)
{
    return twp_stream_draw_uniform(plan->seed, id, stream, 1);
}

/* Normal scores of the correlated attributes: s = L z with z_i from each attribute's own stream. */
static void
draw_scores(const twp_draw_plan_t *plan, uint64_t id, double *score)
{
    const int n = plan->n_copula;
    double z[TWP_POPULATION_MAX_COPULA];

    for (int i = 0; i < n; i++)
        z[i] = twp_math_normal_quantile(
            draw_uniform(plan, id, plan->attribute_stream[plan->copula_attribute[i]]));
    for (int i = 0; i < n; i++) {
        double sum = 0.0;

        for (int j = 0; j <= i; j++)
            sum += plan->copula[(size_t) i * (size_t) n + (size_t) j] * z[j];
        score[i] = sum;
    }
}

/* A score goes back through the law: for normal laws without a detour over probabilities. */
static double
value_at_score(const twp_draw_plan_t *plan, const twp_draw_node_t *node, const double *attribute,
    int64_t i_twin, double score)
{
    while (node->kind == TWP_DIST_BY) {
        const double code = attribute[node->i_by];

        if (!(code >= 0.0 && code < node->n))
            return NAN;
        node = node->child[(int) code];
    }
    if (!node->is_truncated && node->kind == TWP_DIST_NORMAL)
        return node->arg[0] + node->arg[1] * score;
    if (!node->is_truncated && node->kind == TWP_DIST_LOGNORMAL)
        return twp_math_exp(node->arg[0] + node->arg[1] * score);
    return twp_population_quantile(plan->population, node, attribute, i_twin,
        twp_math_normal_cdf(score), twp_math_normal_cdf(-score));
}

static bool
draw_attributes(const twp_draw_plan_t *plan, int64_t i_twin, twp_twin_t *twin, int *i_bad)
{
    double score[TWP_POPULATION_MAX_COPULA];

    if (plan->n_copula > 0)
        draw_scores(plan, twin->id, score);
    for (int k = 0; k < plan->n_attributes; k++) {
        const int i = plan->draw_order[k];
        const twp_draw_node_t *const node = plan->attribute[i];

        if (plan->i_copula[i] >= 0) {
            twin->attribute[i] = value_at_score(
                plan, node, twin->attribute, i_twin, score[plan->i_copula[i]]);
        } else {
            const double u = draw_uniform(plan, twin->id, plan->attribute_stream[i]);

            twin->attribute[i] = twp_population_quantile(
                plan->population, node, twin->attribute, i_twin, u, 1.0 - u);
        }
        if (!isfinite(twin->attribute[i])) {
            *i_bad = i;
            return false;
        }
    }
    return true;
}

static bool
draw_starts(const twp_draw_plan_t *plan, int64_t i_twin, twp_twin_t *twin, int *i_bad)
{
    for (int i = 0; i < plan->n_variables; i++) {
        const double u = draw_uniform(plan, twin->id, plan->variable_stream[i]);

        twin->start_value[i] = plan->variable[i] == NULL
            ? 0.0
            : twp_population_quantile(
                  plan->population, plan->variable[i], twin->attribute, i_twin, u, 1.0 - u);
        if (!isfinite(twin->start_value[i])) {
            *i_bad = plan->n_attributes + i;
            return false;
        }
    }
    return true;
}

bool
twp_population_draw_twin(const twp_draw_plan_t *plan, int64_t i_twin, twp_twin_t *twin, int *i_bad)
{
    twin->id = plan->id_of_set | twp_population_id(plan->population, i_twin);
    if (!draw_attributes(plan, i_twin, twin, i_bad) || !draw_starts(plan, i_twin, twin, i_bad))
        return false;

    twin->enters_days = 0.0;
    if (plan->enters != NULL) {
        const double u = draw_uniform(plan, twin->id, plan->stream_enters);

        twin->enters_days = twp_population_quantile(
            plan->population, plan->enters, twin->attribute, i_twin, u, 1.0 - u);
    }
    if (!(twin->enters_days >= 0.0) || !isfinite(twin->enters_days)) {
        *i_bad = -1;
        return false;
    }
    const double left_days = plan->horizon_days - twin->enters_days;

    if (left_days < 0.0)
        twin->end_days = NAN;
    else
        twin->end_days = left_days < plan->follow_up_days ? left_days : plan->follow_up_days;
    return true;
}
