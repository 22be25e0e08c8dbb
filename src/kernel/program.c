#include "kernel/kernel.h"

#include "study/operators.h"

static double
steps_value(const twp_model_t *model, const twp_code_t *code, double x)
{
    const double *from = model->step_from + code->i;
    int k = 0;

    while (k + 1 < code->j && from[k + 1] <= x)
        k++;
    return model->step_is[code->i + k];
}

static double
support_is_open(const twp_model_t *model, const twp_twin_t *twin, int32_t i)
{
    const twp_model_support_t *support = &model->support[i];
    const int32_t n = twin->n_offered[i];

    if (twin->now_days < twin->support_from[i])
        return 0;
    if (support->n_at_most == 0 || n < support->n_at_most)
        return 1;
    const int32_t k = (n - support->n_at_most) % TWP_SUPPORT_MAX_AT_MOST;
    return twin->now_days - twin->offered[i * TWP_SUPPORT_MAX_AT_MOST + k] >= support->at_most_days;
}

/** Value of a word that is no operator and held nowhere. */
static double
word_value(const twp_model_t *model, const twp_twin_t *twin, const twp_code_t *code)
{
    switch (code->op) {
    case TWP_WORD_NUMBER: return code->number;
    case TWP_WORD_CATEGORY_IS: return twin->attribute[code->i] - (double) code->j == 0;
    case TWP_WORD_STOCK_AMOUNT: return twp_stock_left(twin, code->i);
    case TWP_WORD_STOCK_EMPTY: return twin->is_empty[code->i];
    case TWP_WORD_TIME: return twin->now_days;
    case TWP_WORD_TIME_IN: return twin->now_days - twin->entered_days[code->i];
    case TWP_WORD_ENTRIES: return twin->entries[model->track[code->i].i_state_first + code->j];
    case TWP_WORD_SUPPORT_OPEN: return support_is_open(model, twin, code->i);
    default: return 0;
    }
}

/* The compiler of programs counted what lies on the stack: clang-tidy cannot know.
 * NOLINTBEGIN(clang-analyzer-core.*) */
double
twp_program_run(const twp_model_t *model, const twp_twin_t *twin, twp_program_t program)
{
    const twp_code_t *code = model->code + program.first;
    double stack[TWP_PROGRAM_STACK];
    int n = 0;

    for (int k = 0; k < program.n; k++, code++) {
        if (code->i_value >= 0) {
            stack[n++] = twin->value[code->i_value];
        } else if (code->op < TWP_WORD_NEGATE) {
            stack[n++] = word_value(model, twin, code);
        } else if (code->op == TWP_WORD_STEPS) {
            stack[n - 1] = steps_value(model, code, stack[n - 1]);
        } else if (code->op == TWP_WORD_TABLE) {
            n -= code->j - 1;
            stack[n - 1] = twp_table_value(&model->study->table[code->i], &stack[n - 1]);
        } else if (code->op == TWP_WORD_IF) {
            n -= 2;
            stack[n - 1] = stack[n - 1] != 0 ? stack[n] : stack[n + 1];
        } else if (twp_word_n_arguments(code->op) == 1) {
            stack[n - 1] = twp_operate_on_one(code->op, stack[n - 1]);
        } else {
            n--;
            stack[n - 1] = twp_operate_on_two(code->op, stack[n - 1], stack[n]);
        }
    }
    return n > 0 ? stack[0] : 0;
}
/* NOLINTEND(clang-analyzer-core.*) */
