#include "base/portable_math.h"
#include "study/expression_reading.h"
#include "study/operators.h"
#include "study/table.h"

#include <math.h>
#include <string.h>

twp_expression_t *
twp_expression_read(const twp_expression_reader_t *reader, const char *text, twp_place_t place,
    twp_scope_t scope, bool is_truth, const twp_dim_t *dim)
{
    twp_reading_expression_t p = {
        .reader = reader, .text = text, .place = place, .scope = scope, .bad = { .n_args = -1 }
    };
    const char *const expected = is_truth ? "a condition, such as x > 0"
                                          : "a number, a quantity or a formula";

    if (strnlen(text, TWP_EXPRESSION_MAX_CHARS + 1) > TWP_EXPRESSION_MAX_CHARS) {
        twp_expression_fault(&p, text, NULL, "a shorter one: name its parts as formulas", NULL,
            "the expression is longer than %d characters", TWP_EXPRESSION_MAX_CHARS);
        return NULL;
    }
    if (twp_token_next(text).kind == TWP_TOKEN_END) {
        twp_expression_fault(&p, text, "nothing", expected, NULL, "nothing stands here");
        return NULL;
    }
    return twp_expression_fit(&p, twp_expression_parse(&p), is_truth, dim);
}

/* The `is` of the last `from` not above x. */
static double
evaluate_steps(const twp_expression_t *node, const double *parameter)
{
    const double x = twp_expression_constant(node->arg[0], parameter);
    int k = 0;

    while (k + 1 < node->n_steps && twp_expression_constant(node->step_from[k + 1], parameter) <= x)
        k++;
    return twp_expression_constant(node->step_is[k], parameter);
}

static double
evaluate_table(const twp_expression_t *node, const double *parameter)
{
    double x[TWP_TABLE_MAX_BY];

    for (int k = 0; k < node->n_args; k++) {
        x[k] = twp_expression_constant(node->arg[k], parameter);
        if (node->code[k] != NULL)
            x[k] = x[k] >= 0 && x[k] < node->n_code[k] ? node->code[k][(int) x[k]] : NAN;
    }
    return twp_table_value(node->table, x);
}

double
twp_expression_constant(const twp_expression_t *expression, const double *parameter)
{
    const int kind = (int) expression->kind;
    double x;

    if (kind == TWP_WORD_NUMBER)
        return expression->number;
    if (kind == TWP_WORD_PARAMETER)
        return parameter != NULL ? parameter[expression->i] : NAN;
    if (kind < TWP_WORD_NEGATE)
        return NAN; /* differs between twins: the caller asked for the wrong scope */
    if (kind == TWP_WORD_STEPS)
        return evaluate_steps(expression, parameter);
    if (kind == TWP_WORD_TABLE)
        return evaluate_table(expression, parameter);
    x = twp_expression_constant(expression->arg[0], parameter);
    if (kind == TWP_WORD_IF)
        return twp_expression_constant(expression->arg[x != 0 ? 1 : 2], parameter);
    if (expression->n_args == 1)
        return twp_operate_on_one(kind, x);
    return twp_operate_on_two(kind, x, twp_expression_constant(expression->arg[1], parameter));
}
