#include "model/compile.h"

double
twp_compile_constant(const twp_compiler_t *c, const twp_expression_t *expression)
{
    return twp_expression_constant(expression, c->parameter);
}

void
twp_compile_note_binding(twp_compiler_t *c, twp_bind_t kind, int i,
    const twp_expression_t *expression, const twp_expression_t *other)
{
    const twp_binding_t row = { (int32_t) kind, i, expression, other };

    twp_table_add(c, &c->binding, &row, 1);
}

bool
twp_compile_is_bound(const twp_compiler_t *c, const twp_expression_t *expression)
{
    return twp_study_is_uncertain(c->study, expression) || twp_study_is_moved(c->study, expression);
}

bool
twp_compile_bind(twp_compiler_t *c, twp_bind_t kind, int i, const twp_expression_t *expression,
    const twp_expression_t *other)
{
    if (!twp_compile_is_bound(c, expression) && !twp_compile_is_bound(c, other))
        return false;
    twp_compile_note_binding(c, kind, i, expression, other);
    return true;
}

static int
add_code(twp_compiler_t *c, twp_word_kind_t op, int i, int j, double number)
{
    twp_code_t code = { (int32_t) op, i, j, -1, number };

    if (op == TWP_WORD_FORMULA)
        code.i = c->model->formula_of[i];
    return twp_table_add(c, &c->code, &code, 1);
}

/** A parameter in a constant, or NULL. */
static const twp_study_parameter_t *
parameter_in(const twp_compiler_t *c, const twp_expression_t *e)
{
    const twp_study_parameter_t *found = NULL;

    if (e->kind == TWP_WORD_PARAMETER)
        return &c->study->parameter[e->i];
    for (int k = 0; k < e->n_args && found == NULL; k++)
        found = parameter_in(c, e->arg[k]);
    return found;
}

/** The reader sees to numbers that stand there; what parameters are is known only here. */
static void
check_rises(twp_compiler_t *c, const twp_expression_t *e, int k, double before, double from)
{
    const twp_study_parameter_t *parameter = parameter_in(c, e->step_from[k]);

    if (before < from)
        return;
    if (parameter == NULL)
        parameter = parameter_in(c, e->step_from[k - 1]);
    if (parameter != NULL)
        twp_findings_add(c->findings, parameter->place, parameter->name, "numbers that rise", NULL,
            "with %s the `from` of steps does not rise: %g comes after %g", parameter->name, from,
            before);
}

static void
emit_steps(twp_compiler_t *c, const twp_expression_t *e)
{
    const int first = c->step_from.n;
    double before = 0;

    for (int k = 0; k < e->n_steps; k++) {
        const double from = twp_compile_constant(c, e->step_from[k]);
        const double is = twp_compile_constant(c, e->step_is[k]);
        if (k > 0)
            check_rises(c, e, k, before, from);
        before = from;
        (void) twp_compile_bind(c, TWP_BIND_STEP_FROM, c->step_from.n, e->step_from[k], NULL);
        (void) twp_compile_bind(c, TWP_BIND_STEP_IS, c->step_is.n, e->step_is[k], NULL);
        twp_table_add(c, &c->step_from, &from, 1);
        twp_table_add(c, &c->step_is, &is, 1);
    }
    const twp_code_t code = { TWP_WORD_STEPS, first, e->n_steps, -1, 0 };
    twp_table_add(c, &c->code, &code, 1);
}

/** An argument in a column of texts is the number of a category, or 0 and 1: it becomes its key. */
static void
emit_key(twp_compiler_t *c, const twp_expression_t *e, int k)
{
    const int first = c->step_from.n;

    for (int i = 0; i < e->n_code[k]; i++) {
        const double from = i;
        twp_table_add(c, &c->step_from, &from, 1);
        twp_table_add(c, &c->step_is, &e->code[k][i], 1);
    }
    const twp_code_t code = { TWP_WORD_STEPS, first, e->n_code[k], -1, 0 };
    twp_table_add(c, &c->code, &code, 1);
}

/** Arguments first, then the operator; what is constant becomes a number. */
static void
emit(twp_compiler_t *c, const twp_expression_t *e, int depth)
{
    if (depth >= TWP_PROGRAM_STACK) {
        c->is_too_deep = true;
        return;
    }
    if (e->scope == TWP_SCOPE_CONSTANT) {
        (void) twp_compile_bind(c, TWP_BIND_CODE, c->code.n, e, NULL);
        add_code(c, TWP_WORD_NUMBER, 0, 0, twp_compile_constant(c, e));
        return;
    }
    if (e->kind == TWP_WORD_FORMULA && e->scope == TWP_SCOPE_INSTANT) { /* held nowhere */
        emit(c, c->study->formula[e->i].expression, depth);
        return;
    }
    for (int k = 0; k < e->n_args; k++) {
        emit(c, e->arg[k], depth + k);
        if (e->code[k] != NULL)
            emit_key(c, e, k);
    }
    if (e->kind == TWP_WORD_STEPS)
        emit_steps(c, e);
    else if (e->kind == TWP_WORD_TABLE)
        add_code(c, TWP_WORD_TABLE, (int) (e->table - c->study->table), e->n_args, 0);
    else
        add_code(c, e->kind, e->i, e->j, e->number);
}

twp_program_t
twp_compile_program(twp_compiler_t *c, const twp_expression_t *expression)
{
    twp_program_t program = { c->code.n, 0 };

    if (expression != NULL)
        emit(c, expression, 0);
    program.n = c->code.n - program.first;
    return program;
}

twp_program_t
twp_compile_number(twp_compiler_t *c, double number)
{
    const twp_program_t program = { c->code.n, 1 };

    add_code(c, TWP_WORD_NUMBER, 0, 0, number);
    return program;
}

twp_program_t
twp_compile_flows(twp_compiler_t *c, int i_account)
{
    const twp_study_typed_t *study = c->study;
    twp_program_t program = { c->code.n, 0 };
    bool is_first = true;

    for (int t = 0; t < study->n_tracks; t++) {
        for (int s = 0; s < study->track[t].n_states; s++) {
            const twp_study_state_t *state = &study->track[t].state[s];
            for (int f = 0; f < state->n_flows; f++) {
                if (state->flow[f].i_account != i_account)
                    continue;
                add_code(c, TWP_WORD_STATE_IS, t, s, 0);
                emit(c, state->flow[f].rate, 2);
                add_code(c, TWP_WORD_MULTIPLY, 0, 0, 0);
                if (!is_first)
                    add_code(c, TWP_WORD_ADD, 0, 0, 0);
                is_first = false;
            }
        }
    }
    program.n = c->code.n - program.first;
    return program;
}
