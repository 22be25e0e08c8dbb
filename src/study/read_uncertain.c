/* How sure a parameter's value is: a distribution of its own, in the spellings of meta-analyses. */
#include "study/read_uncertain.h"
#include "base/portable_math.h"
#include "study/read.h"

#include <math.h>
#include <string.h>

/* Half a 95 % interval over its standard error. */
#define Z 1.959963984540054

/* ---- what depends on it --------------------------------------------------------------------- */

bool
twp_study_is_uncertain(const twp_study_typed_t *study, const twp_expression_t *expression)
{
    if (expression == NULL)
        return false;
    if (expression->kind == TWP_WORD_PARAMETER)
        return study->parameter[expression->i].is_uncertain;
    for (int k = 0; k < expression->n_args; k++)
        if (twp_study_is_uncertain(study, expression->arg[k]))
            return true;
    for (int k = 0; k < expression->n_steps; k++)
        if (twp_study_is_uncertain(study, expression->step_from[k]) ||
            twp_study_is_uncertain(study, expression->step_is[k]))
            return true;
    return false;
}

bool
twp_read_is_certain(twp_read_t *read, twp_spot_t spot, const twp_expression_t *expression)
{
    if (!twp_study_is_uncertain(read->study, expression))
        return true;
    twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a number that is certain", NULL,
        "this is the same in all parameter sets, but it depends on an uncertain parameter");
    return false;
}

/* The highest origin of a value and what is in it. */
static twp_origin_t
last_origin(const twp_node_t *node)
{
    twp_origin_t origin = node->origin;

    for (int i = 0; i < node->n; i++) {
        const twp_origin_t inner = last_origin(
            node->kind == TWP_NODE_MAPPING ? node->pair[i].value : node->item[i]);
        origin = inner > origin ? inner : origin;
    }
    return origin;
}

bool
twp_read_is_set_again(twp_spot_t value, twp_spot_t uncertain)
{
    return value.node->origin >= TWP_ORIGIN_STRATEGY &&
        last_origin(uncertain.node) < value.node->origin;
}

/* ---- one kind each -------------------------------------------------------------------------- */

typedef struct {
    twp_dist_kind_t kind;
    double arg[2];
    bool is_off_centre; /* the law is given outright: the value may lie anywhere in it */
} law_t;

/* A number above `low` at spot, NAN with a finding. */
static double
read_above(twp_read_t *read, twp_spot_t spot, twp_dim_t dim, double low, const char *expected)
{
    const double value = twp_read_constant(read, spot, dim, NAN);

    if (isnan(value) || value > low)
        return value;
    twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), expected, NULL,
        "the value is out of range");
    return NAN;
}

/* Ends of a 95 % interval around the value. */
static bool
read_ends(twp_read_t *read, twp_spot_t spot, const twp_study_parameter_t *parameter, double *low,
    double *high)
{
    const twp_spot_t first = twp_read_get(read, spot, "low"),
                     last = twp_read_get(read, spot, "high");

    *low = twp_read_constant(read, first, parameter->dim, NAN);
    *high = twp_read_constant(read, last, parameter->dim, NAN);
    if (isnan(*low) || isnan(*high))
        return false;
    if (*low < parameter->value && parameter->value < *high)
        return true;
    twp_read_fail(read, twp_read_place(first), twp_read_text(first), "low < value < high", NULL,
        "the interval does not hold the value of %s", parameter->name);
    return false;
}

static bool
read_normal(twp_read_t *read, twp_spot_t spot, const twp_study_parameter_t *parameter, law_t *law)
{
    const twp_spot_t se = twp_read_get(read, spot, "se"), mean = twp_read_get(read, spot, "mean");
    double low, high;

    law->kind = TWP_DIST_NORMAL;
    law->arg[0] = twp_read_constant(read, mean, parameter->dim, parameter->value);
    law->is_off_centre = mean.node != NULL;
    if (se.node != NULL)
        law->arg[1] = read_above(read, se, parameter->dim, 0, "a standard error above 0");
    else if (read_ends(read, spot, parameter, &low, &high))
        law->arg[1] = (high - low) / (2 * Z);
    return law->arg[1] > 0;
}

static bool
read_lognormal(
    twp_read_t *read, twp_spot_t spot, const twp_study_parameter_t *parameter, law_t *law)
{
    const twp_spot_t se_log = twp_read_get(read, spot, "se_log"),
                     first = twp_read_get(read, spot, "low");
    double low, high;

    law->kind = TWP_DIST_LOGNORMAL;
    if (!(parameter->value > 0)) {
        twp_read_fail(read, twp_read_place(spot), NULL, "a value above 0", NULL,
            "%s cannot be the median of a lognormal law", parameter->name);
        return false;
    }
    law->arg[0] = twp_math_log(parameter->value);
    if (se_log.node != NULL) {
        law->arg[1] = read_above(read, se_log, TWP_DIM_NONE, 0, "a standard error above 0");
    } else if (read_ends(read, spot, parameter, &low, &high)) {
        if (!(low > 0)) {
            twp_read_fail(read, twp_read_place(first), twp_read_text(first), "a lower end above 0",
                NULL, "the value is out of range");
            return false;
        }
        law->arg[1] = (twp_math_log(high) - twp_math_log(low)) / (2 * Z);
    }
    return law->arg[1] > 0;
}

static bool
read_beta(twp_read_t *read, twp_spot_t spot, const twp_study_parameter_t *parameter, law_t *law)
{
    const twp_spot_t a = twp_read_get(read, spot, "a"), n = twp_read_get(read, spot, "n"),
                     se = twp_read_get(read, spot, "se");
    const double m = parameter->value;
    double size = NAN, error;

    law->kind = TWP_DIST_BETA;
    if (a.node != NULL) {
        law->is_off_centre = true;
        law->arg[0] = read_above(read, a, TWP_DIM_NONE, 0, "a number above 0");
        law->arg[1] = read_above(
            read, twp_read_get(read, spot, "b"), TWP_DIM_NONE, 0, "a number above 0");
        return law->arg[0] > 0 && law->arg[1] > 0;
    }
    if (!twp_read_same_dim(parameter->dim, TWP_DIM_NONE) || !(m > 0 && m < 1)) {
        twp_read_fail(read, twp_read_place(spot), NULL, "a value between 0 and 1, or {a, b}", NULL,
            "%s cannot be the mean of a beta law", parameter->name);
        return false;
    }
    if (n.node != NULL) {
        size = read_above(read, n, TWP_DIM_NONE, 0, "a number above 0");
    } else {
        error = read_above(read, se, TWP_DIM_NONE, 0, "a standard error above 0");
        size = m * (1 - m) / (error * error) - 1;
        if (size <= 0)
            twp_read_fail(read, twp_read_place(se), twp_read_text(se),
                twp_read_printf(read, "less than %.6g", sqrt(m * (1 - m))), NULL,
                "no beta law with the mean %g has so large a standard error", m);
    }
    law->arg[0] = m * size;
    law->arg[1] = (1 - m) * size;
    return size > 0;
}

static bool
read_gamma(twp_read_t *read, twp_spot_t spot, const twp_study_parameter_t *parameter, law_t *law)
{
    const twp_spot_t shape = twp_read_get(read, spot, "shape");
    double se;

    law->kind = TWP_DIST_GAMMA;
    if (!(parameter->value > 0)) {
        twp_read_fail(read, twp_read_place(spot), NULL, "a value above 0", NULL,
            "%s cannot be the mean of a gamma law", parameter->name);
        return false;
    }
    if (shape.node != NULL) {
        law->arg[0] = read_above(read, shape, TWP_DIM_NONE, 0, "a shape above 0");
    } else {
        se = read_above(
            read, twp_read_get(read, spot, "se"), parameter->dim, 0, "a standard error above 0");
        law->arg[0] = parameter->value / se * (parameter->value / se);
    }
    law->arg[1] = parameter->value / law->arg[0];
    return law->arg[0] > 0;
}

static const struct {
    const char *key;
    bool (*read)(twp_read_t *, twp_spot_t, const twp_study_parameter_t *, law_t *);
} kinds[] = {
    { "normal", read_normal },
    { "lognormal", read_lognormal },
    { "beta", read_beta },
    { "gamma", read_gamma },
};

/* ---- any kind ------------------------------------------------------------------------------- */

static bool
read_within(twp_read_t *read, twp_spot_t spot, twp_dim_t dim, twp_distribution_t *out)
{
    const twp_spot_t within = twp_read_get(read, spot, "within");
    double low, high;

    if (within.node == NULL || within.node->kind != TWP_NODE_SEQUENCE || within.node->n != 2)
        return within.node == NULL;
    low = twp_read_constant(read, twp_read_item(read, within, 0), dim, NAN);
    high = twp_read_constant(read, twp_read_item(read, within, 1), dim, NAN);
    if (!(low < high)) {
        twp_read_fail(read, twp_read_place(within), NULL, "[low, high] with low < high", NULL,
            "the limits do not fit together");
        return false;
    }
    out->low = twp_read_literal(read, low, dim);
    out->high = twp_read_literal(read, high, dim);
    return true;
}

void
twp_read_warn_off_centre(twp_read_t *read, twp_spot_t spot, const char *name, double below)
{
    if (!(below >= 0.025 && below <= 0.975))
        twp_read_warn(read, twp_read_place(spot), NULL, NULL, NULL,
            "the value of %s lies outside of the 95 %% interval of its distribution", name);
}

static void
check_centre(twp_read_t *read, twp_spot_t spot, const twp_study_parameter_t *out, const law_t *law)
{
    const double x = out->value;
    double below = 0.5;

    if (!law->is_off_centre)
        return;
    if (law->kind == TWP_DIST_NORMAL)
        below = twp_math_normal_cdf((x - law->arg[0]) / law->arg[1]);
    else if (law->kind == TWP_DIST_BETA)
        below = x > 0 && x < 1 ? twp_math_beta_i(law->arg[0], law->arg[1], x) : x;
    twp_read_warn_off_centre(read, spot, out->name, below);
}

static bool
read_law(twp_read_t *read, twp_spot_t spot, twp_study_parameter_t *out)
{
    twp_distribution_t *distribution = TWP_READ_NEW(read, twp_distribution_t, 1);
    law_t law = { TWP_DIST_CONSTANT, { NAN, NAN }, false };
    bool is_good = false;

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const twp_spot_t arguments = twp_read_get(read, spot, kinds[k].key);
        if (twp_read_is_mapping(arguments))
            is_good = kinds[k].read(read, arguments, out, &law);
    }
    if (!is_good || !read_within(read, spot, out->dim, distribution))
        return false;
    distribution->kind = law.kind;
    for (int k = 0; k < 2; k++)
        distribution->arg[k] = twp_read_literal(read, law.arg[k], TWP_DIM_NONE);
    check_centre(read, spot, out, &law);
    out->uncertain = distribution;
    return true;
}

/*
 * A formula of uncertain parameters follows them and has no distribution of its own: around what
 * would it be drawn?
 */
void
twp_read_uncertain(twp_read_t *read, twp_spot_t spot, int i)
{
    twp_study_parameter_t *out = &read->study->parameter[i];
    const twp_spot_t uncertain = twp_read_get(read, spot, "uncertain"),
                     value = twp_read_is_mapping(spot) ? twp_read_get(read, spot, "value") : spot,
                     stream = twp_read_get(read, uncertain, "stream");
    const bool follows = twp_study_is_uncertain(read->study, out->expression);

    out->i_joint = out->i_member = -1;
    out->is_uncertain = follows;
    out->stream = twp_read_text(stream) != NULL ? twp_read_text(stream)
                                                : twp_read_printf(read, "parameter.%s", out->name);
    const int i_joint = read->joint_of_parameter[i];
    const bool is_own = twp_read_is_mapping(uncertain) && !twp_read_is_set_again(value, uncertain);
    /* A copula is over the parameters' own distributions, the others stand for them. */
    const bool is_joint = i_joint >= 0 &&
        (read->study->joint[i_joint].kind == TWP_JOINT_CORRELATED
                ? is_own
                : !twp_read_is_set_again(value, read->joint_spot[i_joint]));
    if (is_joint) {
        out->i_joint = i_joint;
        out->i_member = read->member_of_parameter[i];
    }
    if (is_own || i_joint >= 0)
        twp_read_fix(read, out->expression); /* a law is made of the value */
    if (!is_own && out->i_joint < 0)
        return;
    if (follows) {
        twp_read_fail(read, twp_read_place(value), twp_read_text(value),
            "a value of certain numbers", NULL,
            "%s follows uncertain parameters: it cannot be uncertain of its own", out->name);
        return;
    }
    out->is_uncertain = true;
    out->is_drawn = true;
    if (is_own && !read_law(read, uncertain, out))
        out->is_drawn = false;
}
