/* The numbers of a compiled model for another set of parameters. */
#include "model/compile.h"

#include "base/portable_math.h"
#include <math.h>
#include <string.h>

/* ---- a copy with numbers of its own ---------------------------------------------------------- */

static void *
copy_rows(twp_arena_t *arena, const void *row, int n, size_t size, bool *is_whole)
{
    void *const copy = twp_arena_alloc(arena, (size_t) (n > 0 ? n : 1), size);

    if (copy == NULL)
        *is_whole = false;
    else if (n > 0)
        memcpy(copy, row, (size_t) n * size);
    return copy;
}

#define COPY(field, n) \
    copy->field = copy_rows(arena, model->field, (n), sizeof *model->field, &is_whole)

twp_status_t
twp_model_copy(const twp_model_t *model, twp_model_t **out, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    twp_model_t *const copy = arena != NULL ? TWP_ARENA_NEW(arena, twp_model_t, 1) : NULL;
    bool is_whole = copy != NULL;

    *out = NULL;
    if (is_whole) {
        *copy = *model;
        copy->arena = arena;
        copy->law_arena = NULL;
        COPY(parameter, twp_study_n_values(model->study));
        COPY(code, model->n_code);
        COPY(step_from, model->n_steps);
        COPY(step_is, model->n_steps);
        COPY(term, model->n_terms);
        COPY(exit, model->n_exits);
        COPY(drift, model->n_drifts);
        COPY(drift_mean, model->n_drift_means);
        COPY(variable, model->n_variables);
        COPY(observation, model->n_observations);
        COPY(reward, model->n_rewards);
    }
    if (!is_whole) {
        twp_arena_free(arena);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a model");
    }
    *out = copy;
    return TWP_OK;
}

/* ---- binding --------------------------------------------------------------------------------- */

typedef struct {
    twp_model_t *model;
    const double *parameter;
    twp_error_t *err;
} binder_t;

static double
value_of(const binder_t *b, const twp_expression_t *expression)
{
    return twp_expression_constant(expression, b->parameter);
}

/* The place of a number in words, for a fault. */
static twp_status_t
refuse(const binder_t *b, const twp_expression_t *expression, double value, const char *what)
{
    twp_arena_t *const arena = twp_arena_create(0);
    const char *const text =
        arena != NULL ? twp_expression_print(arena, expression, b->model->study) : NULL;
    const twp_status_t status = TWP_FAIL(
        b->err, TWP_ERR_FAULT, "%s: %s is %.6g", what, text != NULL ? text : "a number", value);

    twp_arena_free(arena);
    return status;
}

static twp_status_t
bind_ratio(const binder_t *b, const twp_binding_t *binding)
{
    const double ratio = value_of(b, binding->expression);

    if (!(ratio > 0) || !isfinite(ratio))
        return refuse(b, binding->expression, ratio, "a ratio of an effect must be above 0");
    b->model->term[binding->i].log_ratio = twp_math_log(ratio);
    return TWP_OK;
}

/* Laws whose constants are their parameters and nothing else, without a detour over the compiler. */
static twp_status_t
bind_plain_law(const binder_t *b, const twp_study_exit_t *exit, twp_law_constants_t *constants)
{
    const twp_law_t *const law = &exit->law;
    double parameter[TWP_FAMILY_MAX_PARAMETERS] = { 0 };

    for (int k = 0; k < twp_families[law->family].n_parameters; k++)
        parameter[k] = value_of(b, law->parameter[k]);
    if (twp_family_prepare(law->family, parameter, constants))
        return TWP_OK;
    return TWP_FAIL(b->err, TWP_ERR_FAULT, "the %s law of %s has a parameter outside its range",
        twp_families[law->family].name, exit->qualified);
}

/* The compiler makes the tables of the law, in memory that the next binding frees. */
static twp_status_t
bind_tables(const binder_t *b, const twp_study_exit_t *exit, twp_law_constants_t *constants)
{
    twp_findings_t findings;
    twp_compiler_t c = { .study = b->model->study,
        .model = b->model,
        .arena = b->model->law_arena,
        .findings = &findings,
        .parameter = b->parameter };
    twp_status_t status = twp_findings_init(&findings, b->err);

    if (status != TWP_OK)
        return status;
    memset(constants, 0, sizeof *constants);
    twp_compile_law_constants(&c, exit, constants);
    if (c.is_out_of_memory)
        status = TWP_FAIL(b->err, TWP_ERR_MEMORY, "no memory for the laws of a parameter set");
    else if (findings.n_errors > 0)
        status = TWP_FAIL(b->err, TWP_ERR_FAULT, "%s", findings.item[0].message);
    twp_findings_clear(&findings);
    return status;
}

static twp_status_t
bind_law(const binder_t *b, const twp_binding_t *binding)
{
    const twp_study_exit_t *const exit = &b->model->study->exit[binding->i];
    twp_model_exit_t *const row = &b->model->exit[binding->i];
    const bool has_tables = exit->law.n_pieces > 0 || exit->law.n_coefficients > 0 ||
        exit->law.table != NULL;

    if (!has_tables)
        return row->has_constant_law ? bind_plain_law(b, exit, &row->law) : TWP_OK;
    if (b->model->law_arena == NULL && (b->model->law_arena = twp_arena_create(0)) == NULL)
        return TWP_FAIL(b->err, TWP_ERR_MEMORY, "no memory for the laws of a parameter set");
    return bind_tables(b, exit, &row->law);
}

static twp_status_t
bind_drift(const binder_t *b, const twp_binding_t *binding)
{
    twp_drift_t *const drift = &b->model->drift[binding->i];
    const double half_life = value_of(b, binding->expression);
    const double held = binding->other != NULL ? value_of(b, binding->other) : half_life / 4;
    const int n_room = binding->other != NULL ? TWP_COMPILE_MAX_PIECES : drift->n_pieces;

    if (twp_compile_fill_drift(
            drift, half_life, held, &b->model->drift_mean[drift->i_mean_first], n_room))
        return TWP_OK;
    return refuse(b, binding->expression, half_life,
        "a half-life must be above 0 and have at most 4,096 pieces");
}

static twp_status_t
bind_limit(const binder_t *b, const twp_binding_t *binding)
{
    twp_model_variable_t *const variable = &b->model->variable[binding->i];
    const double value = value_of(b, binding->expression);

    if (binding->kind == TWP_BIND_LOW)
        variable->low = value;
    else
        variable->high = value;
    return isfinite(value)
        ? TWP_OK
        : refuse(b, binding->expression, value, "a limit of a variable must be finite");
}

/* What arrives at once has no clock, what is delayed has one: that cannot change. */
static twp_status_t
bind_delay(const binder_t *b, const twp_binding_t *binding)
{
    twp_model_observation_t *const observation = &b->model->observation[binding->i];
    const double days = value_of(b, binding->expression);

    observation->delay_days = days;
    if (observation->i_slot >= 0 ? days > 0 && isfinite(days) : days == 0)
        return TWP_OK;
    return refuse(b, binding->expression, days,
        observation->i_slot >= 0 ? "a delay must stay above 0" : "a delay of 0 must stay 0");
}

static twp_status_t
bind_timed(const binder_t *b, const twp_binding_t *binding)
{
    twp_reward_t *const reward = &b->model->reward[binding->i];

    reward->from_days = value_of(b, binding->expression);
    if (binding->other != NULL)
        reward->until_days = value_of(b, binding->other);
    if (reward->from_days >= 0 && reward->from_days < reward->until_days)
        return TWP_OK;
    return refuse(b, binding->expression, reward->from_days,
        "a piece of a cost or utility must begin at 0 or later, and before it ends");
}

static twp_status_t
bind_one(const binder_t *b, const twp_binding_t *binding)
{
    twp_model_t *const model = b->model;
    const int i = binding->i;

    switch ((twp_bind_t) binding->kind) {
    case TWP_BIND_CODE: model->code[i].number = value_of(b, binding->expression); break;
    case TWP_BIND_STEP_FROM: model->step_from[i] = value_of(b, binding->expression); break;
    case TWP_BIND_STEP_IS: model->step_is[i] = value_of(b, binding->expression); break;
    case TWP_BIND_RATIO: return bind_ratio(b, binding);
    case TWP_BIND_LAW: return bind_law(b, binding);
    case TWP_BIND_DRIFT: return bind_drift(b, binding);
    case TWP_BIND_LOW:
    case TWP_BIND_HIGH: return bind_limit(b, binding);
    case TWP_BIND_DELAY: return bind_delay(b, binding);
    case TWP_BIND_TIMED: return bind_timed(b, binding);
    }
    return TWP_OK;
}

/* Limits are looked at once both are bound. */
static twp_status_t
check_limits(const binder_t *b)
{
    for (int i = 0; i < b->model->n_variables; i++)
        if (b->model->variable[i].low > b->model->variable[i].high)
            return TWP_FAIL(b->err, TWP_ERR_FAULT, "the limits of %s leave no room",
                b->model->study->variable[i].name);
    return TWP_OK;
}

/* The bound start of a step, row i; NULL where it is certain. */
static const twp_expression_t *
bound_start(const twp_model_t *model, int i)
{
    for (int k = 0; k < model->n_bindings; k++)
        if (model->binding[k].kind == TWP_BIND_STEP_FROM && model->binding[k].i == i)
            return model->binding[k].expression;
    return NULL;
}

/* Starts of steps that a set moved still rise; what is certain is no matter of the draw. */
static twp_status_t
check_steps(const binder_t *b)
{
    const twp_model_t *const model = b->model;

    for (int k = 0; k < model->n_code; k++) {
        const twp_code_t *const code = &model->code[k];
        for (int i = code->i; code->op == TWP_WORD_STEPS && i < code->i + code->j; i++) {
            const double *const from = &model->step_from[i];
            const twp_expression_t *start;
            if (i == code->i ? !isnan(from[0]) : from[-1] < from[0])
                continue;
            if ((start = bound_start(model, i)) != NULL)
                return refuse(b, start, from[0], "the `from` of steps must rise");
            if (i > code->i && (start = bound_start(model, i - 1)) != NULL)
                return refuse(b, start, from[-1], "the `from` of steps must rise");
        }
    }
    return TWP_OK;
}

twp_status_t
twp_model_bind(twp_model_t *model, const double *parameter, twp_error_t *err)
{
    const twp_study_typed_t *const study = model->study;
    double *const value = (double *) (uintptr_t) model->parameter; /* a copy's own */
    const binder_t b = { model, value, err };
    twp_status_t status = TWP_OK;

    if (study->n_parameters > 0)
        memcpy(value, parameter, (size_t) study->n_parameters * sizeof(*parameter));
    for (int k = 0; k < study->n_moved; k++)
        value[study->n_parameters + k] = study->moved[k].value;
    twp_arena_free(model->law_arena);
    model->law_arena = NULL;
    for (int k = 0; k < model->n_bindings && status == TWP_OK; k++)
        status = bind_one(&b, &model->binding[k]);
    for (int k = 0; model->n_bindings > 0 && k < model->n_terms; k++)
        twp_compile_weigh_term(model, &model->term[k]);
    if (status == TWP_OK && model->n_bindings > 0)
        status = check_steps(&b);
    return status == TWP_OK ? check_limits(&b) : status;
}
