/*
 * Doses of one medicine become a track of their name: runs of taken and of missed doses, whose lengths are
 * geometric. There is no second engine for them, and no step a day. A twin whose doses are due takes them
 * (`taken`), misses one (`slip`), or several (`holiday`), or has none at hand (`no_supply`).
 */
#include "study/read.h"
#include "vocabulary/keys.h"

#include <math.h>
#include <string.h>

static twp_study_exit_t *
find_exit(
    twp_read_t *read, const twp_study_doses_t *doses, twp_doses_state_t state, const char *name)
{
    const int i_state = doses->i_state[state];
    const twp_study_state_t *of;

    if (i_state < 0)
        return NULL;
    of = &read->study->track[doses->i_track].state[i_state];
    for (int e = of->i_exit_first; e < of->i_exit_first + of->n_exits; e++)
        if (strcmp(read->study->exit[e].name, name) == 0)
            return &read->study->exit[e];
    return NULL;
}

/* An exit of doses to a state of theirs; false where there is none. */
static bool
lead(twp_read_t *read, int i_doses, twp_study_exit_t *exit, twp_doses_state_t to)
{
    if (exit == NULL)
        return false;
    exit->kind = TWP_EXIT_HAZARD;
    exit->i_doses = i_doses;
    exit->n_branches = 1;
    exit->branch = TWP_READ_NEW(read, twp_branch_t, 1);
    exit->branch[0].i_target = read->study->doses[i_doses].i_state[to];
    return true;
}

/* As soon as the condition is true. */
static void
at_once(twp_read_t *read, int i_doses, twp_study_exit_t *exit, twp_doses_state_t to,
    twp_expression_t *condition)
{
    const twp_dim_t time = TWP_DIM_TIME;

    if (!lead(read, i_doses, exit, to))
        return;
    exit->law.family = TWP_FAMILY_FIXED;
    exit->law.parameter[0] = twp_read_literal(read, 0, time);
    exit->only_while = condition;
    exit->is_at_once = true;
    exit->priority = TWP_PRIORITY_AT_ONCE;
}

/* A chance at each dose due. */
static void
at_doses(twp_read_t *read, int i_doses, twp_study_exit_t *exit, twp_doses_state_t to,
    twp_expression_t *chance, twp_place_t place)
{
    const twp_dim_t time = TWP_DIM_TIME;

    if (!lead(read, i_doses, exit, to))
        return;
    exit->law.family = TWP_FAMILY_GEOMETRIC;
    exit->law.place = place;
    exit->law.parameter[0] = chance != NULL ? chance : twp_read_literal(read, 0, TWP_DIM_NONE);
    exit->law.parameter[1] = twp_read_literal(read, read->study->doses[i_doses].every_days, time);
    exit->counts_from = TWP_FROM_DOSES;
}

static twp_expression_t *
read_chance(twp_read_t *read, twp_spot_t spot)
{
    const twp_dim_t none = TWP_DIM_NONE;
    twp_expression_t *chance = twp_read_number(read, spot, TWP_SCOPE_STEP, &none);
    double value;

    if (twp_read_is_known_within(read, chance, TWP_WITHIN_CHANCE, &value) &&
        !(value >= 0 && value <= 1))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a chance from 0 to 1", NULL,
            "the chance is out of range");
    return chance;
}

bool
twp_read_check_doses_effect(twp_read_t *read, twp_spot_t spot, const twp_study_exit_t *exit)
{
    const twp_spot_t ratio = twp_read_get(read, spot, "time_ratio");

    if (exit->i_doses < 0 || ratio.node == NULL)
        return true;
    twp_read_fail(read, twp_read_place(ratio), twp_read_text(ratio), "hr: RATIO", NULL,
        "doses are due at fixed times: their chances can be moved, not their times");
    return false;
}

/* One kind of missed doses: how its runs begin and end. */
static void
read_missed_run(twp_read_t *read, int i_doses, const char *key, twp_doses_state_t state)
{
    const twp_study_doses_t *doses = &read->study->doses[i_doses];
    const twp_spot_t run = twp_read_get(read, read->doses_spot[i_doses], key),
                     chance = twp_read_get(read, run, "chance"),
                     goes_on = twp_read_get(read, run, "goes_on"),
                     effects = twp_read_get(read, run, "effects");
    twp_study_exit_t *begin = find_exit(read, doses, TWP_DOSES_TAKEN, key);
    twp_expression_t *on;

    if (!twp_read_is_mapping(run) || begin == NULL)
        return;
    at_doses(read, i_doses, begin, state, read_chance(read, chance), twp_read_place(run));
    begin->effect = twp_read_effects(read, effects, true, &begin->n_effects);
    for (int i = 0; i < twp_read_n_items(effects); i++)
        (void) twp_read_check_doses_effect(read, twp_read_item(read, effects, i), begin);
    on = read_chance(read, goes_on);
    at_doses(read, i_doses, find_exit(read, doses, state, "resume"), TWP_DOSES_TAKEN,
        twp_read_operator(read, TWP_WORD_SUBTRACT, TWP_DIM_NONE,
            twp_read_literal(read, 1, TWP_DIM_NONE), on, NULL),
        twp_read_place(run));
}

/* The stock from which doses are taken, and how it falls. */
static void
read_stock(twp_read_t *read, int i_doses)
{
    twp_study_doses_t *doses = &read->study->doses[i_doses];
    const twp_spot_t stock = twp_read_get(read, read->doses_spot[i_doses], "stock"),
                     uses = twp_read_get(read, read->doses_spot[i_doses], "uses");
    const int i = stock.node != NULL ? twp_read_reference(read, stock, TWP_SYMBOL_VARIABLE) : -1;

    doses->i_stock = -1;
    if (i < 0)
        return;
    if (!read->study->variable[i].is_stock) {
        twp_read_fail(read, twp_read_place(stock), twp_read_text(stock),
            "a variable of kind: stock", NULL, "%s is no stock", twp_read_text(stock));
        return;
    }
    for (int k = 0; k < i_doses; k++)
        if (read->study->doses[k].i_stock == i)
            twp_read_fail(read, twp_read_place(stock), twp_read_text(stock), "another stock", NULL,
                "doses of %s are taken from this stock already", read->study->doses[k].name);
    doses->i_stock = i;
    doses->uses_taken = twp_read_text(uses) == NULL || strcmp(twp_read_text(uses), "taken") == 0;
}

static void
read_every(twp_read_t *read, int i_doses)
{
    const twp_spot_t every = twp_read_get(read, read->doses_spot[i_doses], "every");
    double *days = &read->study->doses[i_doses].every_days;

    *days = 1;
    if (every.node == NULL)
        return;
    *days = twp_read_constant(read, every, TWP_DIM_TIME, 1);
    if (!(*days > 0 && isfinite(*days))) {
        twp_read_fail(read, twp_read_place(every), twp_read_text(every), "a time above 0", NULL,
            "the time is out of range");
        *days = 1;
    }
}

static twp_expression_t *
negation(twp_read_t *read, twp_expression_t *condition)
{
    twp_expression_t *out = twp_read_operator(
        read, TWP_WORD_NOT, TWP_DIM_NONE, condition, NULL, NULL);

    if (out != NULL)
        out->is_truth = true;
    return out;
}

static void
read_doses(twp_read_t *read, int i)
{
    const twp_study_doses_t *doses = &read->study->doses[i];
    const twp_doses_state_t due[] = { TWP_DOSES_HOLIDAY, TWP_DOSES_NO_SUPPLY, TWP_DOSES_SLIP,
        TWP_DOSES_TAKEN };
    twp_expression_t *on_therapy, *is_empty = NULL;
    twp_study_exit_t *begin;

    read_every(read, i);
    read_stock(read, i);
    on_therapy = twp_read_condition(
        read, twp_read_get(read, read->doses_spot[i], "while"), TWP_SCOPE_STEP);
    if (doses->i_stock >= 0)
        is_empty = twp_read_word(
            read, TWP_WORD_STOCK_EMPTY, doses->i_stock, 0, true, TWP_SCOPE_STEP);
    begin = find_exit(read, doses, TWP_DOSES_NOT_DUE, "begin");
    at_once(
        read, i, begin, TWP_DOSES_TAKEN, twp_read_both(read, on_therapy, negation(read, is_empty)));
    begin->begins_doses = true;
    for (size_t k = 0; k < sizeof due / sizeof due[0]; k++)
        at_once(read, i, find_exit(read, doses, due[k], "end"), TWP_DOSES_NOT_DUE,
            negation(read, on_therapy));
    at_once(read, i, find_exit(read, doses, TWP_DOSES_TAKEN, "no_supply"), TWP_DOSES_NO_SUPPLY,
        is_empty);
    at_once(read, i, find_exit(read, doses, TWP_DOSES_NO_SUPPLY, "resume"), TWP_DOSES_TAKEN,
        negation(read, is_empty));
    read_missed_run(read, i, "slip", TWP_DOSES_SLIP);
    read_missed_run(read, i, "holiday", TWP_DOSES_HOLIDAY);
}

void
twp_read_doses(twp_read_t *read)
{
    for (int i = 0; i < read->study->n_doses; i++)
        read_doses(read, i);
}
