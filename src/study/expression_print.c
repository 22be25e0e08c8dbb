/* An expression as text that reads back. */
#include "study/expression_reading.h"
#include "study/study.h"
#include "study/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print(FILE *out, const twp_expression_t *node, const twp_study_typed_t *study);

static const char *const signs[] = {
    [TWP_WORD_NEGATE] = "-",
    [TWP_WORD_NOT] = "not ",
    [TWP_WORD_ADD] = "+",
    [TWP_WORD_SUBTRACT] = "-",
    [TWP_WORD_MULTIPLY] = "*",
    [TWP_WORD_DIVIDE] = "/",
    [TWP_WORD_POWER] = "^",
    [TWP_WORD_LESS] = "<",
    [TWP_WORD_LESS_EQUAL] = "<=",
    [TWP_WORD_GREATER] = ">",
    [TWP_WORD_GREATER_EQUAL] = ">=",
    [TWP_WORD_EQUAL] = "==",
    [TWP_WORD_NOT_EQUAL] = "!=",
    [TWP_WORD_AND] = "and",
    [TWP_WORD_OR] = "or",
    [TWP_WORD_TABLE] = NULL,
};

/* The fewest digits that read back as the same double. */
static void
print_double(FILE *out, double number)
{
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    fputs(text, out);
}

static void
print_unit(FILE *out, const char *unit, int power)
{
    for (int i = 0; i < power; i++)
        fprintf(out, " * %s", unit);
    for (int i = 0; i < -power; i++)
        fprintf(out, " / %s", unit);
}

/* 30 days, 12 USD; anything of other dimensions as a product */
static void
print_number(FILE *out, const twp_expression_t *node, const twp_study_typed_t *study)
{
    const char *const money = study != NULL && study->currency != NULL ? study->currency : "money";
    const twp_dim_t dim = node->dim;

    if (node->written != NULL) {
        fputs(node->written, out);
        return;
    }
    if (node->is_truth) {
        fputs(node->number != 0 ? "true" : "false", out);
        return;
    }
    if (dim.time == 0 && dim.money == 0) {
        print_double(out, node->number);
    } else if (dim.time + dim.money == 1 && dim.time * dim.money == 0) {
        print_double(out, node->number);
        fprintf(out, " %s", dim.time != 0 ? "days" : money);
    } else {
        fputc('(', out);
        print_double(out, node->number);
        print_unit(out, money, dim.money);
        print_unit(out, "days", dim.time);
        fputc(')', out);
    }
}

/* NAME[.PART], or the kind and index where there is no study */
static void
print_name(FILE *out, const char *kind, int i, const char *name, const char *part)
{
    if (name == NULL)
        fprintf(out, "%s[%d]", kind, i);
    else
        fputs(name, out);
    if (part != NULL)
        fprintf(out, ".%s", part);
}

#define NAME_OF(field, i) (study != NULL ? study->field[i].name : NULL)

static void
print_state(FILE *out, const twp_expression_t *node, const twp_study_typed_t *study)
{
    const int i = node->i;

    if (study != NULL)
        fprintf(out, "%s.%s", study->track[i].name, study->track[i].state[node->j].name);
    else
        fprintf(out, "track[%d].state[%d]", i, node->j);
}

static void
print_word(FILE *out, const twp_expression_t *node, const twp_study_typed_t *study)
{
    const int i = node->i;

    switch (node->kind) {
    case TWP_WORD_NUMBER: print_number(out, node, study); break;
    case TWP_WORD_PARAMETER: print_name(out, "parameter", i, NAME_OF(parameter, i), NULL); break;
    case TWP_WORD_ATTRIBUTE: print_name(out, "attribute", i, NAME_OF(attribute, i), NULL); break;
    case TWP_WORD_CATEGORY_IS:
        print_name(out, "attribute", i, NAME_OF(attribute, i),
            study != NULL ? study->attribute[i].category[node->j] : "category");
        break;
    case TWP_WORD_VARIABLE:
    case TWP_WORD_STOCK_AMOUNT: print_name(out, "variable", i, NAME_OF(variable, i), NULL); break;
    case TWP_WORD_STOCK_EMPTY: print_name(out, "variable", i, NAME_OF(variable, i), "empty"); break;
    case TWP_WORD_FORMULA: print_name(out, "formula", i, NAME_OF(formula, i), NULL); break;
    case TWP_WORD_STATE_IS: print_state(out, node, study); break;
    case TWP_WORD_OBSERVED_COUNT:
        print_name(out, "observation", i, NAME_OF(observation, i), NULL);
        break;
    case TWP_WORD_TIME: fputs("time", out); break;
    case TWP_WORD_TIME_IN:
        fputs("time_in(", out);
        print_name(out, "track", i, NAME_OF(track, i), NULL);
        fputc(')', out);
        break;
    case TWP_WORD_ENTRIES:
        fputs("entries(", out);
        print_state(out, node, study);
        fputc(')', out);
        break;
    default: /* TWP_WORD_SUPPORT_OPEN: of the compiled offers, never written in a study */
        print_name(out, "support", i, NAME_OF(support, i), "open");
    }
}

static void
print_list(FILE *out, int n, twp_expression_t *const *item, const twp_study_typed_t *study)
{
    fputs(", [", out);
    for (int i = 0; i < n; i++) {
        fputs(i > 0 ? ", " : "", out);
        print(out, item[i], study);
    }
    fputc(']', out);
}

static void
print_call(FILE *out, const twp_expression_t *node, const twp_study_typed_t *study)
{
    const char *name = "";

    for (size_t i = 0; i < twp_n_functions; i++)
        if (twp_functions[i].kind == node->kind)
            name = twp_functions[i].name;
    if (node->kind == TWP_WORD_TABLE)
        name = node->table->name;
    fprintf(out, "%s(", name);
    for (int i = 0; i < node->n_args; i++) {
        fputs(i > 0 ? ", " : "", out);
        print(out, node->arg[i], study);
    }
    if (node->kind == TWP_WORD_STEPS) {
        print_list(out, node->n_steps, node->step_from, study);
        print_list(out, node->n_steps, node->step_is, study);
    }
    fputc(')', out);
}

static void
print(FILE *out, const twp_expression_t *node, const twp_study_typed_t *study)
{
    if (node->kind < TWP_WORD_NEGATE) {
        print_word(out, node, study);
    } else if (signs[node->kind] == NULL) {
        print_call(out, node, study);
    } else if (node->n_args == 1) {
        fprintf(out, "(%s", signs[node->kind]);
        print(out, node->arg[0], study);
        fputc(')', out);
    } else {
        fputc('(', out);
        print(out, node->arg[0], study);
        fprintf(out, " %s ", signs[node->kind]);
        print(out, node->arg[1], study);
        fputc(')', out);
    }
}

const char *
twp_expression_print(
    twp_arena_t *arena, const twp_expression_t *expression, const struct twp_study *study)
{
    char *text = NULL, *copy = NULL;
    size_t n_bytes = 0;
    FILE *const out = open_memstream(&text, &n_bytes);

    if (out == NULL)
        return NULL;
    print(out, expression, study);
    if (fclose(out) == 0 && text != NULL)
        copy = twp_arena_strndup(arena, text, n_bytes);
    free(text);
    return copy;
}
