/* The group of draws: one value per parameter set. */
#include "results/fill_internal.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

/* One column, gathered from one place of every finished set. */
typedef struct {
    const char *name, *unit, *long_name, *comment;
    const double *values;
} draws_column_t;

static void
put(twp_fill_t *fill, const draws_column_t *column)
{
    twp_field_t field;

    if (fill->status != TWP_OK ||
        !twp_fill_ok(fill,
            column->name == NULL ? TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for names")
                                 : twp_columns_field("draws", column->name, TWP_TYPE_FLOAT64,
                                       column->unit, &field, &fill->err)))
        return;
    if (column->long_name != NULL)
        field.long_name = column->long_name;
    field.comment = column->comment;
    (void) twp_fill_ok(
        fill, twp_results_write(fill->writer, "draws", &field, column->values, &fill->err));
}

static void
declare(twp_fill_t *fill, int64_t n_done)
{
    twp_results_writer_t *const writer = fill->writer;
    const size_t n_models = (size_t) fill->run->n_models;
    int32_t *const number = twp_fill_scratch(fill, (size_t) n_done * sizeof(*number));

    if (number == NULL)
        return;
    for (int64_t k = 0; k < n_done; k++)
        number[k] = (int32_t) (k + 1);
    (void) twp_fill_ok(fill, twp_results_group(writer, "draws", &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(
                writer, "draws", "strategy", n_models, fill->strategy, NULL, &fill->err));
    if (fill->status == TWP_OK && n_models > 1)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(
                writer, "draws", "contrast", n_models - 1, fill->strategy + 1, NULL, &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_int32(
                writer, "draws", "parameter_set", (size_t) n_done, number, NULL, NULL, &fill->err));
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const char *
formula_text(twp_fill_t *fill, const twp_study_parameter_t *parameter)
{
    const char *const text = twp_expression_print(
        fill->arena, parameter->expression, fill->run->base);

    return text != NULL ? twp_arena_printf(fill->arena, "follows: %s", text) : NULL;
}

static void
write_parameter(twp_fill_t *fill, int i)
{
    const twp_study_typed_t *const base = fill->run->base;
    const twp_study_parameter_t *const parameter = &base->parameter[i];
    const int64_t n_done = fill->run->sets->n_done;
    double factor;
    draws_column_t column = { .name = twp_arena_printf(
                                  fill->arena, "parameter_%s", parameter->name),
        .unit = twp_fill_unit(fill, parameter->dim, parameter->unit, &factor),
        .comment = parameter->is_drawn ? NULL : formula_text(fill, parameter) };
    double *const values = twp_fill_scratch(fill, (size_t) n_done * sizeof(*values));

    if (values == NULL)
        return;
    for (int64_t k = 0; k < n_done; k++)
        values[k] = factor * fill->run->parameter[k * base->n_parameters + i];
    column.values = values;
    put(fill, &column);
}

/* ---- figures --------------------------------------------------------------------------------- */

typedef enum { VALUE, VALUE_SE, DIFFERENCE_SE } what_t;

static void
write_figure(twp_fill_t *fill, int f, what_t what)
{
    static const char *const suffix[] = { "", "_mcse", "_diff_mcse" };
    const twp_sets_t *const sets = fill->run->sets;
    const twp_figure_t *const figure = &fill->run->figures->figure[f];
    const twp_study_measure_t *const measure = &fill->study->measure[figure->i_measure];
    const int n_rows = what == DIFFERENCE_SE ? sets->n_contrasts : sets->n_models;
    draws_column_t column = { .name = twp_arena_printf(fill->arena, "%s%s",
                                  twp_fill_outcome_name(fill, figure), suffix[what]),
        .unit = twp_fill_measure_unit(fill, measure),
        .long_name = what == VALUE ? measure->label : NULL,
        .comment = what == VALUE ? twp_measures[measure->measure].definition : NULL };
    double *const values = twp_fill_scratch(
        fill, (size_t) n_rows * (size_t) sets->n_done * sizeof(*values));

    if (values == NULL)
        return;
    for (int i = 0; i < n_rows; i++)
        for (int64_t k = 0; k < sets->n_done; k++)
            values[i * sets->n_done + k] = what == VALUE ? twp_sets_value(sets, k, i, f)->value
                : what == VALUE_SE                       ? twp_sets_value(sets, k, i, f)->se
                                                         : twp_sets_difference(sets, k, i, f)->se;
    column.values = values;
    put(fill, &column);
}

static void
write_covariance(twp_fill_t *fill)
{
    const twp_sets_t *const sets = fill->run->sets;
    const twp_figures_t *const figures = fill->run->figures;
    draws_column_t column = { .name = "icer_covariance" };
    double *const values = twp_fill_scratch(
        fill, (size_t) sets->n_contrasts * (size_t) sets->n_done * sizeof(*values));

    if (values == NULL || figures->i_cost < 0)
        return;
    column.unit = twp_arena_printf(fill->arena, "%s year",
        twp_fill_measure_unit(
            fill, &fill->study->measure[figures->figure[figures->i_cost].i_measure]));
    for (int c = 0; c < sets->n_contrasts; c++)
        for (int64_t k = 0; k < sets->n_done; k++)
            values[c * sets->n_done + k] = twp_sets_economics(sets, k, c)->covariance;
    column.values = values;
    put(fill, &column);
}

void
twp_fill_write_draws(twp_fill_t *fill)
{
    const twp_sets_t *const sets = fill->run->sets;
    const twp_study_typed_t *const base = fill->run->base;

    declare(fill, sets->n_done);
    for (int i = 0; i < base->n_parameters && fill->status == TWP_OK; i++)
        if (base->parameter[i].is_uncertain)
            write_parameter(fill, i);
    for (int f = 0; f < fill->run->figures->n_figures && fill->status == TWP_OK; f++) {
        write_figure(fill, f, VALUE);
        write_figure(fill, f, VALUE_SE);
        if (sets->n_contrasts > 0)
            write_figure(fill, f, DIFFERENCE_SE);
    }
    if (sets->n_contrasts > 0)
        write_covariance(fill);
}
