/* Effects of covariates on hazards and chances. */
#include "study/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- ratios --------------------------------------------------------------------------------- */

static bool
refuse_ratio(twp_read_t *read, twp_spot_t spot, const char *expected)
{
    twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), expected, NULL,
        "the effect is out of range");
    return false;
}

static twp_expression_t *
minus(twp_read_t *read, twp_expression_t *a, twp_expression_t *b)
{
    return twp_read_operator(read, TWP_WORD_SUBTRACT, TWP_DIM_NONE, a, b, NULL);
}

static twp_expression_t *
times(twp_read_t *read, twp_expression_t *a, twp_expression_t *b)
{
    return twp_read_operator(read, TWP_WORD_MULTIPLY, TWP_DIM_NONE, a, b, NULL);
}

static twp_expression_t *
over(twp_read_t *read, twp_expression_t *a, twp_expression_t *b)
{
    return twp_read_operator(read, TWP_WORD_DIVIDE, TWP_DIM_NONE, a, b, NULL);
}

/*
 * A chance p becomes q = rr p, or q = p + difference; the odds ratio that does this is
 * q (1 - p) / (p (1 - q)). It is applied to every chance, so that none leaves [0, 1].
 */
static bool
read_moved_chance(
    twp_read_t *read, twp_spot_t spot, twp_spot_t moved, bool is_rr, twp_effect_t *effect)
{
    const twp_dim_t none = TWP_DIM_NONE;
    const twp_spot_t at = twp_read_get(read, spot, "at");
    twp_expression_t *by = twp_read_number(read, moved, TWP_SCOPE_CONSTANT, &none),
                     *p = twp_read_number(read, at, TWP_SCOPE_CONSTANT, &none),
                     *one = twp_read_literal(read, 1, none), *q;
    double by_value, p_value, q_value;

    if (!twp_read_is_known_aside(read, by, &by_value) ||
        !twp_read_is_known_within(read, p, TWP_WITHIN_INSIDE_CHANCE, &p_value))
        return false;
    if (!(p_value > 0 && p_value < 1))
        return refuse_ratio(read, at, "a chance between 0 and 1");
    q_value = is_rr ? by_value * p_value : p_value + by_value;
    if (!(q_value > 0 && q_value < 1))
        return refuse_ratio(read, moved,
            is_rr ? "a ratio that leaves the chance between 0 and 1"
                  : "a difference that leaves the chance between 0 and 1");
    q = is_rr ? times(read, by, p) : twp_read_operator(read, TWP_WORD_ADD, none, p, by, NULL);
    twp_read_note_within(read, q, TWP_WITHIN_INSIDE_CHANCE);
    effect->kind = TWP_RATIO_OR;
    effect->ratio = over(
        read, times(read, q, minus(read, one, p)), times(read, p, minus(read, one, q)));
    return true;
}

static bool
read_plain_ratio(twp_read_t *read, twp_spot_t spot, twp_ratio_kind_t kind, twp_effect_t *effect)
{
    const twp_dim_t none = TWP_DIM_NONE;
    double value;

    effect->kind = kind;
    effect->ratio = twp_read_number(read, spot, TWP_SCOPE_CONSTANT, &none);
    if (!twp_read_is_known_within(read, effect->ratio, TWP_WITHIN_ABOVE_0, &value))
        return false;
    return (value > 0 && isfinite(value)) || refuse_ratio(read, spot, "a ratio above 0");
}

bool
twp_read_ratio(twp_read_t *read, twp_spot_t spot, bool is_hazard, twp_effect_t *effect)
{
    const twp_spot_t hr = twp_read_get(read, spot, "hr"),
                     time_ratio = twp_read_get(read, spot, "time_ratio"),
                     odds = twp_read_get(read, spot, "or"), rr = twp_read_get(read, spot, "rr"),
                     difference = twp_read_get(read, spot, "difference");

    if (is_hazard && hr.node != NULL)
        return read_plain_ratio(read, hr, TWP_RATIO_HR, effect);
    if (is_hazard && time_ratio.node != NULL)
        return read_plain_ratio(read, time_ratio, TWP_RATIO_TIME_RATIO, effect);
    if (!is_hazard && odds.node != NULL)
        return read_plain_ratio(read, odds, TWP_RATIO_OR, effect);
    if (!is_hazard && rr.node != NULL)
        return read_moved_chance(read, spot, rr, true, effect);
    if (!is_hazard && difference.node != NULL)
        return read_moved_chance(read, spot, difference, false, effect);
    return false; /* the shape check has said so */
}

/* A text that becomes part of a name, by which effects are sorted, stays as it is. */
static void
fix_text(twp_read_t *read, twp_spot_t spot)
{
    if (spot.node != NULL && spot.node->number_moved > 0)
        read->study->moved[spot.node->number_moved - 1].is_fixed = true;
}

/* ---- covariates ----------------------------------------------------------------------------- */

twp_expression_t *
twp_read_per(twp_read_t *read, twp_spot_t spot, twp_scope_t scope)
{
    const twp_spot_t per = twp_read_get(read, spot, "per"), unit = twp_read_get(read, spot, "unit");
    twp_expression_t *number = twp_read_number(read, per, scope, NULL), *one;
    double size;

    if (number == NULL)
        return NULL;
    if (unit.node == NULL) {
        if (twp_read_same_dim(number->dim, TWP_DIM_NONE))
            return number;
        twp_read_fail(read, twp_read_place(per), twp_read_text(per), "unit: beside it", NULL,
            "the effect of what amount? The number has a unit (%s)",
            twp_read_dim_text(read, number->dim));
        return NULL;
    }
    one = twp_read_number(read, unit, TWP_SCOPE_CONSTANT, &number->dim);
    if (!twp_read_is_known_within(read, one, TWP_WITHIN_ABOVE_0, &size))
        return NULL;
    if (!(size > 0 && isfinite(size))) {
        twp_read_fail(read, twp_read_place(unit), twp_read_text(unit), "a unit above 0", NULL,
            "the unit is out of range");
        return NULL;
    }
    return over(read, number, one);
}

static bool
read_effect(twp_read_t *read, twp_spot_t spot, bool is_hazard, twp_effect_t *effect)
{
    const twp_spot_t when = twp_read_get(read, spot, "if"), per = twp_read_get(read, spot, "per"),
                     unit = twp_read_get(read, spot, "unit");
    /* a chance is evaluated when the exit is taken: at one instant */
    const twp_scope_t scope = is_hazard ? TWP_SCOPE_STEP : TWP_SCOPE_INSTANT;

    effect->i_support = -1;
    effect->source = twp_read_source(read, spot);
    if (when.node != NULL) {
        effect->covariate = twp_read_condition(read, when, scope);
        effect->name = twp_read_text(when);
    } else {
        effect->covariate = twp_read_per(read, spot, scope);
        effect->name = twp_read_text(unit) != NULL && twp_read_text(per) != NULL
            ? twp_read_printf(read, "(%s) / (%s)", twp_read_text(per), twp_read_text(unit))
            : twp_read_text(per);
        fix_text(read, per);
        fix_text(read, unit);
    }
    return twp_read_ratio(read, spot, is_hazard, effect) && effect->covariate != NULL &&
        effect->name != NULL;
}

/* An effect and where it stood, so that sorting by name keeps the order of equals. */
typedef struct {
    twp_effect_t effect;
    int i;
} listed_t;

static int
compare_listed(const void *a, const void *b)
{
    const listed_t *x = a, *y = b;
    const int order = strcmp(x->effect.name, y->effect.name);

    return order != 0 ? order : x->i - y->i;
}

twp_effect_t *
twp_read_effects(twp_read_t *read, twp_spot_t spot, bool is_hazard, int *n)
{
    const int n_items = twp_read_n_items(spot);
    listed_t *listed = TWP_READ_NEW(read, listed_t, n_items);
    twp_effect_t *effect = TWP_READ_NEW(read, twp_effect_t, n_items);

    *n = 0;
    for (int i = 0; i < n_items; i++) {
        listed[*n].i = i;
        if (read_effect(read, twp_read_item(read, spot, i), is_hazard, &listed[*n].effect))
            (*n)++;
    }
    if (*n > 0)
        qsort(listed, (size_t) *n, sizeof *listed, compare_listed);
    for (int i = 0; i < *n; i++)
        effect[i] = listed[i].effect;
    return effect;
}
