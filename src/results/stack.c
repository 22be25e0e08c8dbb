/* Points in their order: who comes before its turn waits, what has no figures leaves NaN and 0. */
#include "results/stack_internal.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

twp_status_t
twp_stack_create(int64_t n_points, const twp_stack_points_t *points, twp_results_writer_t *writer,
    twp_stack_t **out, twp_error_t *err)
{
    twp_stack_t *const stack = calloc(1, sizeof *stack);

    *out = NULL;
    if (stack != NULL) {
        stack->n_points = n_points;
        stack->points = points;
        stack->writer = writer;
        stack->fate = calloc((size_t) n_points, sizeof *stack->fate);
        stack->error = calloc((size_t) n_points, sizeof *stack->error);
    }
    if (stack == NULL || stack->fate == NULL || stack->error == NULL) {
        twp_stack_free(stack);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for %lld points", (long long) n_points);
    }
    *out = stack;
    return TWP_OK;
}

void
twp_stack_free(twp_stack_t *stack)
{
    if (stack == NULL)
        return;
    while (stack->waiting != NULL) {
        twp_stack_waiting_t *const one = stack->waiting;

        stack->waiting = one->next;
        if (one->captured != stack->first)
            twp_results_abandon(one->captured);
        free(one);
    }
    for (int64_t i = 0; stack->error != NULL && i < stack->n_points; i++)
        free(stack->error[i]);
    free(stack->error);
    free(stack->fate);
    free(stack->slabs);
    free(stack->blank);
    twp_results_abandon(stack->first);
    free(stack);
}

int64_t
twp_stack_n_settled(const twp_stack_t *stack)
{
    return stack->next;
}

int64_t
twp_stack_n_done(const twp_stack_t *stack)
{
    return stack->n_done;
}

int64_t
twp_stack_n_failed(const twp_stack_t *stack)
{
    return stack->n_failed;
}

const char *
twp_stack_reason(const twp_stack_t *stack)
{
    for (int64_t i = 0; i < stack->n_points; i++)
        if (stack->error[i] != NULL)
            return stack->error[i];
    return NULL;
}

bool
twp_stack_has_shape(const twp_stack_t *stack)
{
    return stack->first != NULL;
}

double
twp_stack_point_bytes(const twp_results_writer_t *captured)
{
    const twp_writer_model_t *const model = twp_results_captured(captured);
    double n_bytes = 0.0;

    for (size_t g = 0; model != NULL && g < model->n_groups; g++)
        for (size_t c = 0; c < model->group[g].n_columns; c++)
            if (!twp_stack_is_common(model->group[g].column[c]))
                n_bytes += (double) twp_stack_column_bytes(model->group[g].column[c]);
    return n_bytes;
}

/* ---- columns ---------------------------------------------------------------------------------- */

twp_status_t
twp_stack_visit(twp_stack_t *stack, const twp_writer_model_t *model, twp_stack_visit_t visit,
    void *of, twp_error_t *err)
{
    twp_status_t status = TWP_OK;
    size_t i = 0;

    for (size_t g = 0; g < model->n_groups; g++)
        for (size_t c = 0; c < model->group[g].n_columns && status == TWP_OK; c++, i++)
            if (stack->slabs[i] >= 0)
                status = visit(
                    stack, &model->group[g], model->group[g].column[c], stack->slabs[i], of, err);
    return status;
}

/* The first is known from when there is room for all that hangs on it. */
static twp_status_t
take_shape(twp_stack_t *stack, twp_results_writer_t *captured, twp_error_t *err)
{
    const twp_writer_model_t *const model = twp_results_captured(captured);
    size_t most = 1, n_columns = 0;

    for (size_t g = 0; g < model->n_groups; g++) {
        n_columns += model->group[g].n_columns;
        for (size_t c = 0; c < model->group[g].n_columns; c++)
            if (twp_stack_column_bytes(model->group[g].column[c]) > most)
                most = twp_stack_column_bytes(model->group[g].column[c]);
    }
    free(stack->slabs);
    free(stack->blank);
    stack->slabs = calloc(n_columns + 1, sizeof *stack->slabs);
    stack->blank = calloc(most, 1);
    if (stack->slabs == NULL || stack->blank == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the points");
    for (size_t i = 0; i < n_columns; i++)
        stack->slabs[i] = -1;
    stack->n_columns = n_columns;
    stack->first = captured;
    return twp_stack_declare(stack, err);
}

/* ---- in order --------------------------------------------------------------------------------- */

static twp_status_t
append_blank(twp_stack_t *stack, const twp_model_group_t *group, const twp_model_column_t *column,
    int i_slabs, void *of, twp_error_t *err)
{
    static const double nan = __builtin_nan("");
    twp_status_t status = TWP_OK;

    (void) group;
    (void) of;
    memset(stack->blank, 0, twp_stack_column_bytes(column));
    for (size_t k = 0; column->field.type == TWP_TYPE_FLOAT64 && k < column->n_kept; k++)
        memcpy(stack->blank + k * sizeof nan, &nan, sizeof nan);
    for (int64_t i = 0; i < stack->n_blank && status == TWP_OK; i++)
        status = twp_results_append_slab(stack->writer, i_slabs, 1, stack->blank, err);
    return status;
}

twp_status_t
twp_stack_write_blanks(twp_stack_t *stack, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (stack->n_blank > 0)
        status = twp_stack_visit(
            stack, twp_results_captured(stack->first), append_blank, NULL, err);
    stack->n_blank = 0;
    return status;
}

static twp_status_t
append_point(twp_stack_t *stack, const twp_model_group_t *group, const twp_model_column_t *column,
    int i_slabs, void *of, twp_error_t *err)
{
    (void) group;
    (void) of;
    return twp_results_append_slab(stack->writer, i_slabs, 1, column->kept, err);
}

static twp_status_t
write_point(twp_stack_t *stack, twp_results_writer_t *captured, twp_error_t *err)
{
    twp_status_t status = twp_stack_write_blanks(stack, err);

    if (status == TWP_OK)
        status = twp_stack_visit(stack, twp_results_captured(captured), append_point, NULL, err);
    if (captured != stack->first)
        twp_results_abandon(captured);
    return status;
}

twp_status_t
twp_stack_advance(twp_stack_t *stack, int64_t until, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    while (stack->next < stack->n_points && status == TWP_OK &&
        (stack->fate[stack->next] != TWP_POINT_MISSING || stack->next < until)) {
        twp_stack_waiting_t *const one = stack->waiting;

        if (one != NULL && one->i_point == stack->next) {
            stack->waiting = one->next;
            status = write_point(stack, one->captured, err);
            free(one);
        } else {
            stack->n_blank++;
        }
        stack->next++;
    }
    return status;
}

static twp_status_t
wait_for_turn(twp_stack_t *stack, int64_t i_point, twp_results_writer_t *captured, twp_error_t *err)
{
    twp_stack_waiting_t *const one = malloc(sizeof *one), **at = &stack->waiting;

    if (one == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a point");
    while (*at != NULL && (*at)->i_point < i_point)
        at = &(*at)->next;
    *one = (twp_stack_waiting_t){ .next = *at, .i_point = i_point, .captured = captured };
    *at = one;
    return TWP_OK;
}

/* Whether a point can come: it is one, and did not yet. */
static bool
is_open(const twp_stack_t *stack, int64_t i_point)
{
    return i_point >= stack->next && i_point < stack->n_points &&
        stack->fate[i_point] == TWP_POINT_MISSING;
}

twp_status_t
twp_stack_put(twp_stack_t *stack, int64_t i_point, twp_results_writer_t *captured, twp_error_t *err)
{
    const twp_writer_model_t *const theirs = twp_results_captured(captured);
    twp_status_t status = TWP_OK;

    if (theirs == NULL || !is_open(stack, i_point)) {
        twp_results_abandon(captured);
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "this point was put, or is none");
    }
    if (stack->first == NULL)
        status = take_shape(stack, captured, err);
    else
        status = twp_stack_compare(stack, theirs, err);
    if (status == TWP_OK)
        status = wait_for_turn(stack, i_point, captured, err);
    if (status != TWP_OK) {
        if (captured != stack->first)
            twp_results_abandon(captured);
        return status;
    }
    stack->fate[i_point] = TWP_POINT_DONE;
    stack->n_done++;
    return twp_stack_advance(stack, 0, err);
}

twp_status_t
twp_stack_fail(twp_stack_t *stack, int64_t i_point, const char *reason, twp_error_t *err)
{
    if (!is_open(stack, i_point))
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "this point was put, or is none");
    stack->error[i_point] = strdup(reason);
    if (stack->error[i_point] == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a point");
    stack->fate[i_point] = TWP_POINT_FAILED;
    stack->n_failed++;
    return twp_stack_advance(stack, 0, err);
}

twp_status_t
twp_stack_miss(twp_stack_t *stack, int64_t i_point, twp_error_t *err)
{
    return twp_stack_advance(stack, i_point, err);
}

twp_status_t
twp_stack_shape(twp_stack_t *stack, twp_results_writer_t *captured, twp_error_t *err)
{
    twp_status_t status;

    if (stack->first != NULL || twp_results_captured(captured) == NULL) {
        twp_results_abandon(captured);
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "points were put already");
    }
    status = take_shape(stack, captured, err);
    if (captured != stack->first)
        twp_results_abandon(captured);
    return status;
}

/* ---- the end ---------------------------------------------------------------------------------- */

twp_status_t
twp_stack_end(twp_stack_t *stack, twp_error_t *err)
{
    twp_status_t status;

    if (stack->first == NULL)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "there is no point to write");
    status = twp_stack_advance(stack, stack->n_points, err);
    if (status == TWP_OK)
        status = twp_stack_write_blanks(stack, err);
    return status == TWP_OK ? twp_stack_write_rest(stack, err) : status;
}
