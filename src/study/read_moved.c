/*
 * Numbers that move: a study that is read at one point of a sweep notes what was asked of them, so that it
 * can be moved to other points instead of being read again (moved.h). The rule is that reading is a function
 * of the values that it looks at: where all its questions have the same answers, it ends in the same study
 * but for the numbers that are worked out from expressions.
 */
#include "study/read.h"

#include <string.h>

/* Whether the expression is a number, with units but without names. */
static bool
is_plain(const twp_expression_t *expression)
{
    if (expression->scope != TWP_SCOPE_CONSTANT || expression->kind == TWP_WORD_PARAMETER ||
        expression->kind == TWP_WORD_TABLE || expression->n_steps > 0)
        return false;
    for (int k = 0; k < expression->n_args; k++)
        if (!is_plain(expression->arg[k]))
            return false;
    return true;
}

twp_expression_t *
twp_read_moved(twp_read_t *read, twp_spot_t spot, twp_expression_t *expression)
{
    const int k = spot.node->number_moved - 1;
    twp_study_moved_t *moved;
    twp_expression_t *word;
    double value;

    if (k >= read->study->n_moved)
        return expression;
    moved = &read->study->moved[k];
    if (!is_plain(expression)) {
        moved->is_fixed = true;
        return expression;
    }
    value = twp_expression_constant(expression, NULL);
    if (moved->is_read && memcmp(&value, &moved->value, sizeof value) != 0) {
        moved->is_fixed = true;
        return expression;
    }
    moved->is_read = true;
    moved->value = value;
    read->parameter_value[read->study->n_parameters + k] = value;
    word = twp_read_word(
        read, TWP_WORD_PARAMETER, read->study->n_parameters + k, 0, false, TWP_SCOPE_CONSTANT);
    word->dim = expression->dim;
    word->line = expression->line;
    word->column = expression->column;
    return word;
}

/* All of them that the expression is made of, by way of parameters that have names too. */
void
twp_read_fix(twp_read_t *read, const twp_expression_t *expression)
{
    twp_study_typed_t *const study = read->study;

    if (!twp_study_is_moved(study, expression))
        return;
    if (expression->kind == TWP_WORD_PARAMETER) {
        if (expression->i >= study->n_parameters)
            study->moved[expression->i - study->n_parameters].is_fixed = true;
        else
            twp_read_fix(read, study->parameter[expression->i].expression);
        return;
    }
    for (int k = 0; k < expression->n_args; k++)
        twp_read_fix(read, expression->arg[k]);
    for (int k = 0; k < expression->n_steps; k++) {
        twp_read_fix(read, expression->step_from[k]);
        twp_read_fix(read, expression->step_is[k]);
    }
}

void
twp_read_note_within(twp_read_t *read, const twp_expression_t *expression, twp_within_t within)
{
    twp_study_typed_t *const study = read->study;
    double value;

    if (!twp_study_is_moved(study, expression))
        return;
    if (!twp_read_is_known_aside(read, expression, &value) || !twp_is_within(value, within)) {
        twp_read_fix(read, expression);
        return;
    }
    study->guard = twp_read_grown(
        read, study->guard, study->n_guards, &read->n_guard_capacity, sizeof *study->guard);
    study->guard[study->n_guards++] = (twp_study_guard_t){ expression, within };
}

/* With gradual underflow a difference is above 0 where, and only where, its terms differ that way. */
void
twp_read_note_rise(twp_read_t *read, twp_expression_t *a, twp_expression_t *b, bool is_strict)
{
    if (!twp_study_is_moved(read->study, a) && !twp_study_is_moved(read->study, b))
        return;
    if (a == NULL || b == NULL)
        return;
    twp_read_note_within(read, twp_read_operator(read, TWP_WORD_SUBTRACT, b->dim, b, a, NULL),
        (twp_within_t){ 0, INFINITY, !is_strict, false });
}

void
twp_read_note_sum(twp_read_t *read, twp_expression_t *const *expression, int n, twp_within_t within)
{
    const twp_dim_t none = TWP_DIM_NONE;
    twp_expression_t *sum = twp_read_literal(read, 0, none);
    double value;

    for (int i = 0; i < n; i++)
        if (twp_read_is_known_aside(read, expression[i], &value))
            sum = twp_read_operator(read, TWP_WORD_ADD, none, sum, expression[i], NULL);
    twp_read_note_within(read, sum, within);
}
