/* Parameters, formulas and observations: named values over other values. */
#include "study/read.h"

#include <math.h>
#include <string.h>

/* ---- parameters ----------------------------------------------------------------------------- */

/* Starts the reading of something others depend on; false when it is under way or too deep. */
static bool
begin_reading(twp_read_t *read, twp_reading_t *reading, twp_spot_t spot, const char *name)
{
    if (*reading != TWP_READING_NOT_YET)
        return false;
    if (read->depth > TWP_READ_MAX_DEPTH) {
        twp_read_fail(read, twp_read_place(spot), name, "a shorter chain", NULL,
            "%s depends on others more than %d deep", name, TWP_READ_MAX_DEPTH);
        *reading = TWP_READING_FAILED;
        return false;
    }
    *reading = TWP_READING_NOW;
    return true;
}

static void
read_range(twp_read_t *read, twp_spot_t spot, twp_study_parameter_t *out)
{
    const twp_spot_t range = twp_read_get(read, spot, "range");
    const twp_spot_t value = twp_read_get(read, spot, "value");

    out->low = -INFINITY;
    out->high = INFINITY;
    if (range.node == NULL || range.node->kind != TWP_NODE_SEQUENCE || range.node->n != 2)
        return;
    out->low = twp_read_constant(read, twp_read_item(read, range, 0), out->dim, -INFINITY);
    out->high = twp_read_constant(read, twp_read_item(read, range, 1), out->dim, INFINITY);
    if (!(out->low <= out->high))
        twp_read_fail(read, twp_read_place(range), NULL, "[low, high]", NULL,
            "the range of %s ends before it begins", out->name);
    else if (!(out->value >= out->low && out->value <= out->high))
        twp_read_fail(read, twp_read_place(value), twp_read_text(value),
            twp_read_printf(read, "%s to %s", twp_read_text(twp_read_item(read, range, 0)),
                twp_read_text(twp_read_item(read, range, 1))),
            NULL, "%s is outside of its range", out->name);
    twp_read_note_within(read, out->expression, (twp_within_t){ out->low, out->high, true, true });
}

/*
 * One parameter: read when the first word of it is met, so that the order of declarations is free.
 * A word of a parameter that is being read is a cycle.
 */
void
twp_read_parameter(twp_read_t *read, int i)
{
    twp_study_parameter_t *out = &read->study->parameter[i];
    const twp_spot_t spot = read->parameter_spot[i],
                     value = twp_read_is_mapping(spot) ? twp_read_get(read, spot, "value") : spot;

    if (!begin_reading(read, &read->parameter_reading[i], spot, out->name))
        return;
    out->place = twp_read_place(spot);
    out->source = twp_read_source(read, spot);
    out->note = twp_read_text(twp_read_get(read, spot, "note"));
    out->expression = twp_read_number(read, value, TWP_SCOPE_CONSTANT, NULL);
    if (out->expression == NULL) {
        read->parameter_reading[i] = TWP_READING_FAILED;
        return;
    }
    out->dim = out->expression->dim;
    out->unit = twp_read_unit_text(read, twp_read_text(value), out->dim);
    out->unit_size = twp_read_unit_size(read, twp_read_text(value), out->dim);
    out->value = twp_expression_constant(out->expression, read->parameter_value);
    read->parameter_value[i] = out->value;
    out->is_moved = twp_study_is_moved(read->study, out->expression);
    twp_read_note_within(read, out->expression, TWP_WITHIN_FINITE);
    read->parameter_reading[i] = TWP_READING_DONE;
    if (!isfinite(out->value)) {
        twp_read_fail(read, twp_read_place(value), twp_read_text(value), "a finite number", NULL,
            "the value of %s is not finite", out->name);
        read->parameter_reading[i] = TWP_READING_FAILED;
        return;
    }
    read->study->parameter_order[read->n_parameters_read++] = i;
    twp_read_uncertain(read, spot, i);
    read_range(read, spot, out);
}

/* ---- formulas ------------------------------------------------------------------------------- */

void
twp_read_formula(twp_read_t *read, int i)
{
    twp_study_formula_t *out = &read->study->formula[i];

    if (!begin_reading(read, &read->formula_reading[i], read->formula_spot[i], out->name))
        return;
    out->expression = twp_read_either(read, read->formula_spot[i], TWP_SCOPE_INSTANT);
    if (out->expression == NULL) {
        read->formula_reading[i] = TWP_READING_FAILED;
        return;
    }
    out->unit = twp_read_dim_text(read, out->expression->dim);
    read->study->formula_order[read->n_formulas_read++] = i;
    read->formula_reading[i] = TWP_READING_DONE;
}

void
twp_read_values(twp_read_t *read)
{
    const twp_study_typed_t *study = read->study;

    for (int i = 0; i < study->n_formulas; i++)
        twp_read_formula(read, i);
}

/* ---- observations --------------------------------------------------------------------------- */

static bool
read_observed_value(twp_read_t *read, twp_spot_t of, twp_study_observation_t *out)
{
    twp_name_meaning_t meaning = read->reader.resolve(read, twp_read_text(of));

    if (meaning.is_found && meaning.scope == TWP_SCOPE_INSTANT &&
        (meaning.kind == TWP_WORD_STOCK_AMOUNT || meaning.kind == TWP_WORD_FORMULA)) {
        twp_read_fail(read, twp_read_place(of), twp_read_text(of),
            "an attribute, variable or formula, or NAME.empty", NULL,
            "%s changes all the time and cannot be observed",
            meaning.kind == TWP_WORD_FORMULA ? twp_read_text(of) : "a stock");
        return true;
    }
    switch (meaning.kind) {
    case TWP_WORD_ATTRIBUTE:
    case TWP_WORD_CATEGORY_IS:
    case TWP_WORD_VARIABLE:
    case TWP_WORD_FORMULA: break;
    default: return false;
    }
    if (!meaning.is_found)
        return false;
    out->value = twp_read_word(
        read, meaning.kind, meaning.i, meaning.j, meaning.is_truth, meaning.scope);
    out->value->dim = meaning.dim;
    out->value->line = of.node->line;
    out->value->column = of.node->column;
    return true;
}

static void
read_observation(twp_read_t *read, int i)
{
    const twp_spot_t spot = read->observation_spot[i], of = twp_read_get(read, spot, "of"),
                     delay = twp_read_get(read, spot, "delay");
    twp_study_observation_t *out = &read->study->observation[i];

    if (twp_read_text(of) == NULL)
        return;
    if (read_observed_value(read, of, out)) {
        if (delay.node != NULL)
            twp_read_fail(read, twp_read_place(delay), twp_read_text(delay), NULL, NULL,
                "a value is seen as it is: only happenings are seen with a delay");
        return;
    }
    out->is_happening = true;
    read->is_observed = true;
    (void) twp_read_happening(read, of, &out->of);
    read->is_observed = false;
    if (delay.node != NULL) {
        const twp_dim_t time = TWP_DIM_TIME;
        double days;
        out->delay_days = twp_read_number(read, delay, TWP_SCOPE_CONSTANT, &time);
        if (twp_read_is_known_within(read, out->delay_days, TWP_WITHIN_FROM_0, &days) &&
            !(days >= 0 && isfinite(days)))
            twp_read_fail(read, twp_read_place(delay), twp_read_text(delay), "a time not below 0",
                NULL, "the delay is out of range");
    }
}

/* An observation of an observation that leads back to itself would arrive for ever. */
static void
check_observed(twp_read_t *read, int i)
{
    const twp_study_typed_t *study = read->study;
    int at = i;

    for (int steps = 0; steps <= study->n_observations; steps++) {
        const twp_study_observation_t *observation = &study->observation[at];
        if (!observation->is_happening || observation->of.kind != TWP_HAPPENING_OBSERVATION)
            return;
        at = observation->of.i;
        if (at == i) {
            const twp_spot_t of = twp_read_get(read, read->observation_spot[i], "of");
            twp_read_fail(read, twp_read_place(of), twp_read_text(of), "another happening", NULL,
                "%s observes itself", study->observation[i].name);
            return;
        }
    }
}

void
twp_read_observations(twp_read_t *read)
{
    for (int i = 0; i < read->study->n_observations; i++)
        read_observation(read, i);
    for (int i = 0; i < read->study->n_observations; i++)
        check_observed(read, i);
}
