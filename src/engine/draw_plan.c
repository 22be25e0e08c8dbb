#include "engine/population.h"

#include "base/portable_math.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double
clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* Of a triangle, at x from arg[0] to arg[2]; else as distribution_function(). */
static double
triangular_function(const double arg[3], double x, bool is_upper)
{
    const double width = arg[2] - arg[0], rise = arg[1] - arg[0], fall = arg[2] - arg[1];
    const double below = rise > 0.0 ? (x - arg[0]) * (x - arg[0]) / (width * rise) : 0.0;
    const double above = fall > 0.0 ? (arg[2] - x) * (arg[2] - x) / (width * fall) : 0.0;

    if (x < arg[1])
        return is_upper ? 1.0 - below : below;
    return is_upper ? above : 1.0 - above;
}

/* F(x) of a continuous law; with is_upper 1 - F(x), computed without the subtraction. */
static double
distribution_function(const twp_draw_node_t *node, double x, bool is_upper)
{
    const double *const arg = node->arg;

    switch ((twp_dist_kind_t) node->kind) {
    case TWP_DIST_NORMAL: {
        const double z = (x - arg[0]) / arg[1];

        return twp_math_normal_cdf(is_upper ? -z : z);
    }
    case TWP_DIST_LOGNORMAL: {
        const double z = x > 0.0 ? (twp_math_log(x) - arg[0]) / arg[1] : -INFINITY;

        return twp_math_normal_cdf(is_upper ? -z : z);
    }
    case TWP_DIST_UNIFORM: {
        const double at = clamp(x, arg[0], arg[1]);

        return (is_upper ? arg[1] - at : at - arg[0]) / (arg[1] - arg[0]);
    }
    case TWP_DIST_BETA: {
        const double at = clamp(x, 0.0, 1.0);

        return is_upper ? twp_math_beta_i(arg[1], arg[0], 1.0 - at)
                        : twp_math_beta_i(arg[0], arg[1], at);
    }
    case TWP_DIST_GAMMA: {
        const double at = x > 0.0 ? x / arg[1] : 0.0;

        return is_upper ? twp_math_gamma_q(arg[0], at) : twp_math_gamma_p(arg[0], at);
    }
    case TWP_DIST_EXPONENTIAL: {
        const double h = x > 0.0 ? x * arg[0] : 0.0;

        return is_upper ? twp_math_exp(-h) : -twp_math_expm1(-h);
    }
    case TWP_DIST_WEIBULL: {
        const double h = x > 0.0 ? twp_math_pow(x / arg[1], arg[0]) : 0.0;

        return is_upper ? twp_math_exp(-h) : -twp_math_expm1(-h);
    }
    case TWP_DIST_TRIANGULAR: return triangular_function(arg, clamp(x, arg[0], arg[2]), is_upper);
    default: return NAN;
    }
}

/* The study was checked with its parameters as written; these may be drawn ones. */
static bool
is_good_node(const twp_draw_node_t *node)
{
    const double *const a = node->arg;

    switch ((twp_dist_kind_t) node->kind) {
    case TWP_DIST_NORMAL:
    case TWP_DIST_LOGNORMAL: return isfinite(a[0]) && a[1] >= 0.0 && isfinite(a[1]);
    case TWP_DIST_UNIFORM: return a[0] < a[1] && isfinite(a[0]) && isfinite(a[1]);
    case TWP_DIST_BETA:
    case TWP_DIST_GAMMA:
    case TWP_DIST_WEIBULL: return a[0] > 0.0 && a[1] > 0.0 && isfinite(a[0]) && isfinite(a[1]);
    case TWP_DIST_EXPONENTIAL: return a[0] > 0.0 && isfinite(a[0]);
    case TWP_DIST_TRIANGULAR:
        return a[0] <= a[1] && a[1] <= a[2] && a[0] < a[2] && isfinite(a[0]) && isfinite(a[2]);
    case TWP_DIST_CHANCE: return a[0] >= 0.0 && a[0] <= 1.0;
    case TWP_DIST_CATEGORIES:
        for (int k = 0; k < node->n; k++)
            if (!(node->cumulative[k] >= (k > 0 ? node->cumulative[k - 1] : 0.0)))
                return false;
        return fabs(node->cumulative[node->n - 1] - 1.0) <= 1e-9;
    case TWP_DIST_STEPS:
        for (int k = 0; k < node->n; k++)
            if (!isfinite(node->cumulative[k]) ||
                (k > 0 && !(node->cumulative[k] > node->cumulative[k - 1])))
                return false;
        return true;
    default: return true;
    }
}

static twp_status_t
check_node(const twp_draw_node_t *node, const char *name, twp_error_t *err)
{
    return is_good_node(node)
        ? TWP_OK
        : TWP_FAIL(err, TWP_ERR_INPUT, "%s: an argument of its distribution is out of range", name);
}

static twp_status_t
truncate_node(twp_draw_node_t *node, const char *name, twp_error_t *err)
{
    const double p_low = distribution_function(node, node->low, false);
    const double p_high = distribution_function(node, node->high, false);
    const double q_low = distribution_function(node, node->low, true);
    const double q_high = distribution_function(node, node->high, true);

    node->is_truncated = true;
    node->p_low = p_low;
    node->q_high = q_high;
    /* The difference is taken on the side of the smaller numbers. */
    node->p_mass = p_low > 0.5 ? q_low - q_high : p_high - p_low;
    if (!(node->p_mass > 0.0))
        return TWP_FAIL(err, TWP_ERR_INPUT, "%s: no probability lies within [%g, %g]", name,
            node->low, node->high);
    return TWP_OK;
}

static twp_status_t
node_categories(twp_arena_t *arena, const twp_distribution_t *distribution, const double *parameter,
    twp_draw_node_t *node, twp_error_t *err)
{
    double sum = 0.0;

    node->n = distribution->n_categories;
    node->cumulative = TWP_ARENA_NEW(arena, double, node->n > 0 ? node->n : 1);
    if (node->cumulative == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the population");
    for (int k = 0; k < node->n; k++) {
        sum += twp_expression_constant(distribution->weight[k], parameter);
        node->cumulative[k] = sum;
    }
    return TWP_OK;
}

static twp_status_t
node_steps(twp_arena_t *arena, const twp_distribution_t *distribution, const double *parameter,
    twp_draw_node_t *node, twp_error_t *err)
{
    node->n = distribution->n_steps;
    node->code = distribution->step_is;
    node->cumulative = TWP_ARENA_NEW(arena, double, node->n);
    if (node->cumulative == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the population");
    for (int k = 0; k < node->n; k++)
        node->cumulative[k] = twp_expression_constant(distribution->step_from[k], parameter);
    return TWP_OK;
}

/* Whether two columns read the same numbers: name, unit, categories. */
static bool
same_column(const twp_distribution_t *a, const twp_distribution_t *b)
{
    if (strcmp(a->column, b->column) != 0 || a->column_unit != b->column_unit ||
        a->n_categories != b->n_categories)
        return false;
    for (int k = 0; k < a->n_categories; k++)
        if (strcmp(a->column_text[k], b->column_text[k]) != 0)
            return false;
    return true;
}

static twp_status_t
node_column(const twp_population_t *population, const twp_distribution_t *distribution,
    const char *name, twp_draw_node_t *node, twp_error_t *err)
{
    for (int i = 0; i < population->n_columns; i++)
        if (same_column(population->column[i].distribution, distribution)) {
            node->i_column = i;
            return TWP_OK;
        }
    return TWP_FAIL(err, TWP_ERR_INPUT, "%s: column %s was not read from the patients' file", name,
        distribution->column);
}

twp_status_t
twp_population_node(const twp_population_t *population, twp_arena_t *arena,
    const twp_study_typed_t *study, const twp_distribution_t *distribution, const double *parameter,
    const char *name, twp_draw_node_t **out, twp_error_t *err)
{
    twp_draw_node_t *const node = TWP_ARENA_NEW(arena, twp_draw_node_t, 1);

    if (node == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the population");
    *out = node;
    node->kind = (int) distribution->kind;
    node->i_by = distribution->i_by;
    for (int k = 0; k < 3; k++)
        if (distribution->arg[k] != NULL)
            node->arg[k] = twp_expression_constant(distribution->arg[k], parameter);
    if (node->kind == TWP_DIST_CATEGORIES || node->kind == TWP_DIST_STEPS) {
        const twp_status_t status = node->kind == TWP_DIST_STEPS
            ? node_steps(arena, distribution, parameter, node, err)
            : node_categories(arena, distribution, parameter, node, err);

        return status == TWP_OK ? check_node(node, name, err) : status;
    }
    if (node->kind == TWP_DIST_COLUMN)
        return node_column(population, distribution, name, node, err);
    if (node->kind == TWP_DIST_BY) {
        node->n = study->attribute[node->i_by].n_categories;
        node->child = TWP_ARENA_NEW(arena, twp_draw_node_t *, node->n > 0 ? node->n : 1);
        if (node->child == NULL)
            return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the population");
        for (int k = 0; k < node->n; k++) {
            const twp_status_t status = twp_population_node(population, arena, study,
                distribution->by_is[k], parameter, name, &node->child[k], err);

            if (status != TWP_OK)
                return status;
        }
        return TWP_OK;
    }
    if (!is_good_node(node) || (distribution->low == NULL && distribution->high == NULL))
        return check_node(node, name, err);
    node->low = distribution->low != NULL ? twp_expression_constant(distribution->low, parameter)
                                          : -INFINITY;
    node->high = distribution->high != NULL ? twp_expression_constant(distribution->high, parameter)
                                            : INFINITY;
    return truncate_node(node, name, err);
}

static twp_status_t
plan_nodes(
    twp_draw_plan_t *plan, const twp_model_t *model, const double *parameter, twp_error_t *err)
{
    const twp_study_typed_t *const study = model->study;
    twp_status_t status = TWP_OK;

    for (int i = 0; i < plan->n_attributes && status == TWP_OK; i++)
        status = twp_population_node(plan->population, plan->arena, study,
            study->attribute[i].distribution, parameter, study->attribute[i].name,
            &plan->attribute[i], err);
    for (int i = 0; i < plan->n_variables && status == TWP_OK; i++)
        if (study->variable[i].starts != NULL)
            status = twp_population_node(plan->population, plan->arena, study,
                study->variable[i].starts, parameter, study->variable[i].name, &plan->variable[i],
                err);
    if (status == TWP_OK && study->enters != NULL)
        status = twp_population_node(plan->population, plan->arena, study, study->enters, parameter,
            "patient.enters", &plan->enters, err);
    return status;
}

static bool
allocate_plan(twp_draw_plan_t *plan, const twp_model_t *model)
{
    const twp_study_typed_t *const study = model->study;
    twp_arena_t *const arena = plan->arena;
    int *const i_copula = TWP_ARENA_NEW(arena, int, study->n_attributes + 1);

    plan->attribute = TWP_ARENA_NEW(arena, twp_draw_node_t *, study->n_attributes + 1);
    plan->variable = TWP_ARENA_NEW(arena, twp_draw_node_t *, study->n_variables + 1);
    plan->variable_stream = TWP_ARENA_NEW(arena, uint32_t, study->n_variables + 1);
    if (plan->attribute == NULL || plan->variable == NULL || i_copula == NULL ||
        plan->variable_stream == NULL)
        return false;
    for (int i = 0; i < study->n_attributes; i++)
        i_copula[i] = study->attribute[i].i_copula;
    for (int i = 0; i < study->n_variables; i++)
        plan->variable_stream[i] = model->variable[i].stream;
    plan->i_copula = i_copula;
    return true;
}

twp_status_t
twp_population_plan_create(const twp_population_t *population, const twp_model_t *model,
    twp_draw_plan_t **out, twp_error_t *err)
{
    const twp_study_typed_t *const study = model->study;
    twp_draw_plan_t *const plan = calloc(1, sizeof(*plan));
    twp_status_t status = TWP_OK;

    *out = NULL;
    if (plan == NULL || (plan->arena = twp_arena_create(0)) == NULL) {
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the population");
        goto out;
    }
    if (study->n_copula > TWP_POPULATION_MAX_COPULA) {
        status = TWP_FAIL(err, TWP_ERR_LIMIT, "%d attributes are correlated; at most %d may be",
            study->n_copula, TWP_POPULATION_MAX_COPULA);
        goto out;
    }
    *plan = (twp_draw_plan_t){ .population = population,
        .arena = plan->arena,
        .seed = model->seed,
        .horizon_days = study->horizon_days,
        .follow_up_days = study->follow_up_days > 0.0 ? study->follow_up_days : INFINITY,
        .n_attributes = study->n_attributes,
        .n_variables = study->n_variables,
        .n_copula = study->n_copula,
        .draw_order = study->draw_order,
        .copula = study->copula,
        .copula_attribute = study->copula_attribute,
        .attribute_stream = model->attribute_stream,
        .stream_enters = model->stream_enters };
    if (!allocate_plan(plan, model)) {
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the population");
        goto out;
    }
    status = plan_nodes(plan, model, model->parameter, err);
out:
    if (status == TWP_OK)
        *out = plan;
    else
        twp_population_plan_free(plan);
    return status;
}

void
twp_population_plan_free(twp_draw_plan_t *plan)
{
    if (plan == NULL)
        return;
    twp_arena_free(plan->arena);
    free(plan);
}

static bool
same_node(const twp_draw_node_t *a, const twp_draw_node_t *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    if (a->kind != b->kind || a->is_truncated != b->is_truncated || a->n != b->n ||
        memcmp(a->arg, b->arg, sizeof(a->arg)) != 0)
        return false;
    if (a->is_truncated && (a->low != b->low || a->high != b->high))
        return false;
    if (a->kind == TWP_DIST_COLUMN)
        return a->i_column == b->i_column;
    if (a->kind == TWP_DIST_CATEGORIES)
        return memcmp(a->cumulative, b->cumulative, (size_t) a->n * sizeof(double)) == 0;
    if (a->kind == TWP_DIST_STEPS)
        return a->i_by == b->i_by &&
            memcmp(a->cumulative, b->cumulative, (size_t) a->n * sizeof(double)) == 0 &&
            memcmp(a->code, b->code, (size_t) a->n * sizeof(int)) == 0;
    if (a->kind != TWP_DIST_BY)
        return true;
    for (int k = 0; k < a->n; k++)
        if (!same_node(a->child[k], b->child[k]))
            return false;
    return a->i_by == b->i_by;
}

bool
twp_population_same_plan(const twp_draw_plan_t *a, const twp_draw_plan_t *b)
{
    const size_t n_copula = (size_t) a->n_copula * (size_t) a->n_copula;

    if (a->population != b->population || a->seed != b->seed ||
        a->horizon_days != b->horizon_days || a->follow_up_days != b->follow_up_days ||
        a->n_attributes != b->n_attributes || a->n_variables != b->n_variables ||
        a->n_copula != b->n_copula || a->stream_enters != b->stream_enters)
        return false;
    if (n_copula > 0 && memcmp(a->copula, b->copula, n_copula * sizeof(double)) != 0)
        return false;
    for (int i = 0; i < a->n_attributes; i++)
        if (a->draw_order[i] != b->draw_order[i] || a->i_copula[i] != b->i_copula[i] ||
            a->attribute_stream[i] != b->attribute_stream[i] ||
            !same_node(a->attribute[i], b->attribute[i]))
            return false;
    for (int i = 0; i < a->n_copula; i++)
        if (a->copula_attribute[i] != b->copula_attribute[i])
            return false;
    for (int i = 0; i < a->n_variables; i++)
        if (a->variable_stream[i] != b->variable_stream[i] ||
            !same_node(a->variable[i], b->variable[i]))
            return false;
    return same_node(a->enters, b->enters);
}
