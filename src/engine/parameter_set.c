#include "engine/parameter_set.h"

#include "base/digest.h"
#include "base/portable_math.h"
#include "engine/population.h"
#include "kernel/stream.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Quantiles whose mean stands for the mean of a law without a closed form. */
#define N_MIDPOINTS 10000

struct twp_parameter_plan {
    const twp_study_typed_t *study;
    twp_arena_t *arena;
    uint64_t seed;
    twp_draw_node_t **node; /* [n_parameters] own distribution, or NULL */
    uint32_t *stream;       /* [n_parameters] */
    uint32_t *joint_stream; /* [n_joints] */
};

/* ---- set-up ---------------------------------------------------------------------------------- */

static twp_status_t
make_plan(twp_parameter_plan_t *plan, twp_error_t *err)
{
    const twp_study_typed_t *const study = plan->study;
    twp_status_t status = TWP_OK;

    plan->node = TWP_ARENA_NEW(plan->arena, twp_draw_node_t *, study->n_parameters + 1);
    plan->stream = TWP_ARENA_NEW(plan->arena, uint32_t, study->n_parameters + 1);
    plan->joint_stream = TWP_ARENA_NEW(plan->arena, uint32_t, study->n_joints + 1);
    if (plan->node == NULL || plan->stream == NULL || plan->joint_stream == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for parameter sets");
    for (int i = 0; i < study->n_parameters && status == TWP_OK; i++) {
        const twp_study_parameter_t *const one = &study->parameter[i];

        plan->stream[i] = twp_digest_stream_id(one->stream);
        if (one->uncertain != NULL)
            status = twp_population_node(
                NULL, plan->arena, study, one->uncertain, NULL, one->name, &plan->node[i], err);
    }
    for (int j = 0; j < study->n_joints; j++)
        if (study->joint[j].stream != NULL)
            plan->joint_stream[j] = twp_digest_stream_id(study->joint[j].stream);
    return status;
}

twp_status_t
twp_parameter_plan_create(
    const twp_study_typed_t *study, uint64_t seed, twp_parameter_plan_t **out, twp_error_t *err)
{
    twp_parameter_plan_t *const plan = calloc(1, sizeof(*plan));
    twp_status_t status;

    *out = NULL;
    if (plan == NULL || (plan->arena = twp_arena_create(0)) == NULL) {
        free(plan);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for parameter sets");
    }
    plan->study = study;
    plan->seed = seed;
    status = make_plan(plan, err);
    if (status == TWP_OK)
        *out = plan;
    else
        twp_parameter_plan_free(plan);
    return status;
}

void
twp_parameter_plan_free(twp_parameter_plan_t *plan)
{
    if (plan == NULL)
        return;
    twp_arena_free(plan->arena);
    free(plan);
}

/* ---- one set --------------------------------------------------------------------------------- */

static double
uniform(const twp_parameter_plan_t *plan, uint32_t stream, int64_t i_set)
{
    return twp_stream_draw_uniform(plan->seed, (uint64_t) i_set, stream, 1);
}

/* Shares: gamma quantiles over their sum. */
static void
draw_dirichlet(
    const twp_parameter_plan_t *plan, const twp_study_joint_t *joint, int64_t i_set, double *member)
{
    double sum = 0.0;

    for (int k = 0; k < joint->n; k++) {
        const double u = uniform(plan, plan->stream[joint->i_parameter[k]], i_set);

        member[k] = u < 0.5 ? twp_math_gamma_p_inverse(joint->shape[k], u)
                            : twp_math_gamma_q_inverse(joint->shape[k], 1.0 - u);
        sum += member[k];
    }
    for (int k = 0; k < joint->n; k++)
        member[k] /= sum;
}

/* s = L z, z_k the normal quantile of member k's own draw. */
static void
draw_scores(
    const twp_parameter_plan_t *plan, const twp_study_joint_t *joint, int64_t i_set, double *score)
{
    double z[TWP_STUDY_MAX_CORRELATED];

    for (int k = 0; k < joint->n; k++)
        z[k] = twp_math_normal_quantile(uniform(plan, plan->stream[joint->i_parameter[k]], i_set));
    for (int k = 0; k < joint->n; k++) {
        score[k] = 0.0;
        for (int j = 0; j <= k; j++)
            score[k] += joint->factor[k * joint->n + j] * z[j];
    }
}

/* From the scale on which members are normal to their own. */
static double
from_scale(twp_joint_scale_t scale, double x)
{
    switch (scale) {
    case TWP_JOINT_LOG: return twp_math_exp(x);
    case TWP_JOINT_LOGIT: return 1.0 / (1.0 + twp_math_exp(-x));
    case TWP_JOINT_PLAIN: break;
    }
    return x;
}

/* A score goes back through the law: for normal laws without a detour over probabilities. */
static double
value_at_score(const twp_draw_node_t *node, double score)
{
    if (!node->is_truncated && node->kind == TWP_DIST_NORMAL)
        return node->arg[0] + node->arg[1] * score;
    if (!node->is_truncated && node->kind == TWP_DIST_LOGNORMAL)
        return twp_math_exp(node->arg[0] + node->arg[1] * score);
    return twp_population_quantile(
        NULL, node, NULL, 0, twp_math_normal_cdf(score), twp_math_normal_cdf(-score));
}

static twp_status_t
take_row(const twp_parameter_plan_t *plan, int j, int64_t i_set, double *value, twp_error_t *err)
{
    const twp_study_joint_t *const joint = &plan->study->joint[j];
    int64_t i_row = i_set - 1;

    if (!joint->is_in_order) {
        i_row = (int64_t) (uniform(plan, plan->joint_stream[j], i_set) * (double) joint->n_rows);
        i_row = i_row < joint->n_rows ? i_row : joint->n_rows - 1;
    } else if (i_row >= joint->n_rows) {
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "parameter set %" PRId64 " needs a row of its own, but %s has %" PRId64
            " rows: ask for fewer sets, or `take: at_random`",
            i_set, joint->csv_name, joint->n_rows);
    }
    for (int k = 0; k < joint->n; k++)
        if (plan->study->parameter[joint->i_parameter[k]].i_joint == j)
            value[joint->i_parameter[k]] = joint->row[i_row * joint->n + k];
    return TWP_OK;
}

/* Members that a strategy set stay as they are; their draws are made, so that no other moves. */
static void
draw_joint(const twp_parameter_plan_t *plan, int j, int64_t i_set, double *value)
{
    const twp_study_joint_t *const joint = &plan->study->joint[j];
    double member[TWP_STUDY_MAX_CORRELATED];

    if (joint->kind == TWP_JOINT_DIRICHLET)
        draw_dirichlet(plan, joint, i_set, member);
    else
        draw_scores(plan, joint, i_set, member);
    for (int k = 0; k < joint->n; k++) {
        const int i = joint->i_parameter[k];

        if (plan->study->parameter[i].i_joint != j)
            continue;
        if (joint->kind == TWP_JOINT_NORMAL)
            value[i] = from_scale(joint->scale, joint->centre[k] + member[k]);
        else if (joint->kind == TWP_JOINT_CORRELATED)
            value[i] = value_at_score(plan->node[i], member[k]);
        else
            value[i] = member[k];
    }
}

static twp_status_t
check_value(const twp_study_parameter_t *parameter, int64_t i_set, double value, twp_error_t *err)
{
    if (!isfinite(value))
        return TWP_FAIL(err, TWP_ERR_FAULT,
            "parameter set %" PRId64 ": the value of %s is not finite", i_set, parameter->name);
    if (value >= parameter->low && value <= parameter->high)
        return TWP_OK;
    return TWP_FAIL(err, TWP_ERR_FAULT,
        "parameter set %" PRId64
        ": %s is %.6g, outside of its range of %.6g to %.6g (in days and the study's money); %s",
        i_set, parameter->name, value, parameter->low, parameter->high,
        parameter->uncertain != NULL
            ? "give its `uncertain` the limits as `within`, or another distribution"
            : "the distribution it comes from does not fit its range");
}

twp_status_t
twp_parameter_set_draw(
    const twp_parameter_plan_t *plan, int64_t i_set, double *value, twp_error_t *err)
{
    const twp_study_typed_t *const study = plan->study;
    twp_status_t status = TWP_OK;

    for (int i = 0; i < study->n_parameters; i++) {
        const double u = uniform(plan, plan->stream[i], i_set);

        value[i] = plan->node[i] != NULL
            ? twp_population_quantile(NULL, plan->node[i], NULL, 0, u, 1.0 - u)
            : study->parameter[i].value;
    }
    for (int j = 0; j < study->n_joints && status == TWP_OK; j++) {
        if (study->joint[j].kind == TWP_JOINT_DRAWS)
            status = take_row(plan, j, i_set, value, err);
        else
            draw_joint(plan, j, i_set, value);
    }
    for (int k = 0; k < study->n_parameters && status == TWP_OK; k++) {
        const int i = study->parameter_order[k];
        const twp_study_parameter_t *const one = &study->parameter[i];

        if (one->is_uncertain && !one->is_drawn)
            value[i] = twp_expression_constant(one->expression, value);
        if (one->is_uncertain)
            status = check_value(one, i_set, value[i], err);
    }
    return status;
}

/* ---- margins --------------------------------------------------------------------------------- */

/* The margin of member k of a joint distribution, as a law that has quantiles. */
static twp_draw_node_t
node_of_member(const twp_study_joint_t *joint, int k)
{
    twp_draw_node_t node = { .kind = TWP_DIST_NORMAL };
    double sum = 0.0, square = 0.0;

    if (joint->kind == TWP_JOINT_DIRICHLET) {
        for (int j = 0; j < joint->n; j++)
            sum += joint->shape[j];
        node.kind = TWP_DIST_BETA;
        node.arg[0] = joint->shape[k];
        node.arg[1] = sum - joint->shape[k];
        return node;
    }
    for (int j = 0; j <= k; j++)
        square += joint->factor[k * joint->n + j] * joint->factor[k * joint->n + j];
    node.kind = joint->scale == TWP_JOINT_LOG ? TWP_DIST_LOGNORMAL : TWP_DIST_NORMAL;
    node.arg[0] = joint->centre[k];
    node.arg[1] = twp_math_sqrt(square);
    return node;
}

static double
closed_mean(const twp_draw_node_t *node)
{
    const double *const arg = node->arg;

    if (node->is_truncated)
        return NAN;
    switch ((twp_dist_kind_t) node->kind) {
    case TWP_DIST_NORMAL: return arg[0];
    case TWP_DIST_LOGNORMAL: return twp_math_exp(arg[0] + arg[1] * arg[1] / 2.0);
    case TWP_DIST_BETA: return arg[0] / (arg[0] + arg[1]);
    case TWP_DIST_GAMMA: return arg[0] * arg[1];
    default: return NAN;
    }
}

static double
quantile(const twp_draw_node_t *node, twp_joint_scale_t scale, double u)
{
    const double x = twp_population_quantile(NULL, node, NULL, 0, u, 1.0 - u);

    return scale == TWP_JOINT_LOGIT ? from_scale(scale, x) : x;
}

static void
margin_of_node(const twp_draw_node_t *node, twp_joint_scale_t scale, twp_parameter_margin_t *margin)
{
    double sum = 0.0;

    margin->low = quantile(node, scale, 0.025);
    margin->high = quantile(node, scale, 0.975);
    margin->mean = scale == TWP_JOINT_LOGIT ? NAN : closed_mean(node);
    if (!isnan(margin->mean))
        return;
    for (int k = 0; k < N_MIDPOINTS; k++)
        sum += quantile(node, scale, (k + 0.5) / N_MIDPOINTS);
    margin->mean = sum / N_MIDPOINTS;
}

static int
by_size(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

static bool
margin_of_rows(const twp_study_joint_t *joint, int k, twp_parameter_margin_t *margin)
{
    const size_t n = (size_t) joint->n_rows;
    double *const sorted = malloc(n * sizeof(*sorted));
    double sum = 0.0;

    if (sorted == NULL)
        return false;
    for (size_t r = 0; r < n; r++) {
        sorted[r] = joint->row[r * (size_t) joint->n + (size_t) k];
        sum += sorted[r];
    }
    qsort(sorted, n, sizeof(*sorted), by_size);
    margin->mean = sum / (double) n;
    margin->low = sorted[(size_t) (0.025 * (double) (n - 1) + 0.5)];
    margin->high = sorted[(size_t) (0.975 * (double) (n - 1) + 0.5)];
    free(sorted);
    return true;
}

/* The law in words; limits that cut it off are told by the interval. */
static const char *
text_of_node(const twp_parameter_plan_t *plan, const twp_draw_node_t *node)
{
    const char *name = "gamma", *first = "shape", *second = "scale";

    if (node->kind == TWP_DIST_NORMAL)
        name = "normal", first = "mean", second = "se";
    else if (node->kind == TWP_DIST_LOGNORMAL)
        name = "lognormal", first = "meanlog", second = "sdlog";
    else if (node->kind == TWP_DIST_BETA)
        name = "beta", first = "a", second = "b";
    return twp_arena_printf(plan->arena, "%s: %s %.6g, %s %.6g%s", name, first, node->arg[0],
        second, node->arg[1], node->is_truncated ? ", cut off" : "");
}

bool
twp_parameter_margin(
    const twp_parameter_plan_t *plan, int i_parameter, twp_parameter_margin_t *margin)
{
    const twp_study_parameter_t *const one = &plan->study->parameter[i_parameter];
    const twp_study_joint_t *const joint = one->i_joint >= 0 ? &plan->study->joint[one->i_joint]
                                                             : NULL;
    const char *law = NULL;

    if (!one->is_drawn)
        return false;
    if (plan->node[i_parameter] != NULL) {
        margin_of_node(plan->node[i_parameter], TWP_JOINT_PLAIN, margin);
        law = text_of_node(plan, plan->node[i_parameter]);
        margin->text = joint == NULL
            ? law
            : twp_arena_printf(plan->arena, "%s; correlated in %s", law, joint->name);
        return margin->text != NULL;
    }
    if (joint == NULL)
        return false;
    if (joint->kind == TWP_JOINT_DRAWS) {
        margin->text = twp_arena_printf(plan->arena, "draws: %" PRId64 " rows of %s, %s",
            joint->n_rows, joint->csv_name, joint->is_in_order ? "in order" : "at random");
        return margin->text != NULL && margin_of_rows(joint, one->i_member, margin);
    }
    const twp_draw_node_t node = node_of_member(joint, one->i_member);

    margin_of_node(&node, joint->kind == TWP_JOINT_NORMAL ? joint->scale : TWP_JOINT_PLAIN, margin);
    margin->text = twp_arena_printf(plan->arena, "%s in %s",
        joint->kind == TWP_JOINT_DIRICHLET ? "Dirichlet share" : "multivariate normal",
        joint->name);
    return margin->text != NULL;
}
