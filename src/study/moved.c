#include "study/moved.h"

#include <string.h>

bool
twp_study_is_moved(const twp_study_typed_t *study, const twp_expression_t *expression)
{
    if (expression == NULL || study->n_moved == 0)
        return false;
    if (expression->kind == TWP_WORD_PARAMETER)
        return study->parameter[expression->i].is_moved;
    for (int k = 0; k < expression->n_args; k++)
        if (twp_study_is_moved(study, expression->arg[k]))
            return true;
    for (int k = 0; k < expression->n_steps; k++)
        if (twp_study_is_moved(study, expression->step_from[k]) ||
            twp_study_is_moved(study, expression->step_is[k]))
            return true;
    return false;
}

bool
twp_study_can_move(const twp_study_typed_t *study, int k)
{
    return study->moved[k].is_read && !study->moved[k].is_fixed;
}

twp_study_typed_t *
twp_study_moved_copy(const twp_study_typed_t *study, twp_arena_t *arena)
{
    const size_t n = (size_t) twp_study_n_values(study), n_moved = (size_t) study->n_moved;
    twp_study_typed_t *const copy = TWP_ARENA_NEW(arena, twp_study_typed_t, 1);
    twp_study_parameter_t *const parameter = TWP_ARENA_NEW(arena, twp_study_parameter_t, n + 1);
    twp_study_moved_t *const moved = TWP_ARENA_NEW(arena, twp_study_moved_t, n_moved + 1);

    if (copy == NULL || parameter == NULL || moved == NULL)
        return NULL;
    *copy = *study;
    memcpy(parameter, study->parameter, n * sizeof *parameter);
    memcpy(moved, study->moved, n_moved * sizeof *moved);
    copy->parameter = parameter;
    copy->moved = moved;
    return copy;
}

/* Numbers know no names. */
static twp_name_meaning_t
resolve_nothing(void *context, const char *name)
{
    (void) context;
    (void) name;
    return (twp_name_meaning_t){ .is_found = false };
}

/* As the study was read: the same text is the same number, bit by bit. */
static bool
read_number(const twp_study_typed_t *study, const char *text, twp_arena_t *scratch, double *value)
{
    twp_findings_t unheard;
    twp_expression_reader_t reader = {
        .arena = scratch, .findings = &unheard, .resolve = resolve_nothing, .units = study->units
    };
    const twp_expression_t *expression;

    if (twp_findings_init(&unheard, NULL) != TWP_OK)
        return false;
    expression = twp_expression_read(
        &reader, text, (twp_place_t){ "", 0, 0, "" }, TWP_SCOPE_CONSTANT, false, NULL);
    twp_findings_clear(&unheard);
    if (expression != NULL)
        *value = twp_expression_constant(expression, NULL);
    return expression != NULL;
}

static bool
take_numbers(twp_study_typed_t *copy, const twp_node_t *const *node, twp_arena_t *scratch)
{
    for (int k = 0; k < copy->n_moved; k++) {
        const bool is_same = strcmp(copy->moved[k].text, node[k]->text) == 0;

        if (!twp_study_can_move(copy, k) && !is_same)
            return false;
        if (twp_study_can_move(copy, k) &&
            !read_number(copy, node[k]->text, scratch, &copy->moved[k].value))
            return false;
    }
    return true;
}

bool
twp_study_move(twp_study_typed_t *copy, const twp_node_t *const *node, twp_arena_t *scratch)
{
    const int n = twp_study_n_values(copy);
    double *const value = TWP_ARENA_NEW(scratch, double, n + 1);

    if (value == NULL || !take_numbers(copy, node, scratch))
        return false;
    for (int i = 0; i < copy->n_parameters; i++)
        value[i] = copy->parameter[i].value;
    for (int k = 0; k < copy->n_moved; k++)
        value[copy->n_parameters + k] = copy->moved[k].value;
    for (int i = 0; i < copy->n_parameters; i++) {
        twp_study_parameter_t *const one = &copy->parameter[copy->parameter_order[i]];

        if (one->is_moved)
            one->value = value[copy->parameter_order[i]] = twp_expression_constant(
                one->expression, value);
    }
    for (int k = 0; k < copy->n_guards; k++)
        if (!twp_is_within(
                twp_expression_constant(copy->guard[k].expression, value), copy->guard[k].within))
            return false;
    return true;
}
