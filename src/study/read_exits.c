/* Exits: how they come about, where they lead, with which chances. */
#include "study/read.h"
#include "vocabulary/keys.h"

#include <math.h>
#include <string.h>

/* ---- chances -------------------------------------------------------------------------------- */

/* Value of a text as so many of a unit, or with its own unit when there is none. */
static twp_expression_t *
read_in_unit(twp_read_t *read, twp_spot_t spot, const twp_expression_t *unit, twp_dim_t dim)
{
    const twp_dim_t none = TWP_DIM_NONE;
    twp_expression_t *number;

    if (unit == NULL)
        return twp_read_number(read, spot, TWP_SCOPE_CONSTANT, &dim);
    number = twp_read_number(read, spot, TWP_SCOPE_CONSTANT, &none);
    if (number != NULL && number->kind == TWP_WORD_NUMBER)
        return twp_read_literal(read, number->number * unit->number, dim);
    return twp_read_operator(
        read, TWP_WORD_MULTIPLY, dim, number, twp_read_literal(read, unit->number, dim), NULL);
}

/* The unit named at spot as a literal of its size, or NULL. */
static twp_expression_t *
read_unit(twp_read_t *read, twp_spot_t spot, twp_dim_t dim)
{
    const char *text = twp_read_text(spot);
    twp_place_t place = twp_read_place(spot);
    twp_expression_t *one;
    double size;

    if (text == NULL)
        return NULL;
    place.column -= 2;
    one = twp_expression_read(
        &read->reader, twp_read_printf(read, "1 %s", text), place, TWP_SCOPE_CONSTANT, false, &dim);
    return twp_read_is_known(read, one, &size) ? twp_read_literal(read, size, dim) : NULL;
}

static twp_expression_t *
read_steps(twp_read_t *read, twp_spot_t spot)
{
    const twp_dim_t none = TWP_DIM_NONE;
    const twp_spot_t of = twp_read_get(read, spot, "steps_of"),
                     from = twp_read_get(read, spot, "from"), is = twp_read_get(read, spot, "is");
    twp_expression_t *x = twp_read_number(read, of, TWP_SCOPE_INSTANT, NULL), *unit, *steps;
    const int n = twp_read_n_items(from);
    double before = -INFINITY;
    bool is_good = true;

    if (x == NULL || n == 0)
        return NULL;
    if (n != twp_read_n_items(is)) {
        if (is.node != NULL)
            twp_read_fail(read, twp_read_place(is),
                twp_read_printf(read, "%d numbers", twp_read_n_items(is)),
                twp_read_printf(read, "%d numbers, one for each step", n), NULL,
                "the lists from and is differ in length");
        return NULL;
    }
    unit = read_unit(read, twp_read_get(read, spot, "unit"), x->dim);
    steps = twp_read_operator(read, TWP_WORD_STEPS, none, x, NULL, NULL);
    steps->n_steps = n;
    steps->step_from = TWP_READ_NEW(read, twp_expression_t *, n);
    steps->step_is = TWP_READ_NEW(read, twp_expression_t *, n);
    for (int i = 0; i < n; i++) {
        const twp_spot_t at = twp_read_item(read, from, i), value = twp_read_item(read, is, i);
        double start, chance;
        steps->step_from[i] = read_in_unit(read, at, unit, x->dim);
        steps->step_is[i] = twp_read_number(read, value, TWP_SCOPE_CONSTANT, &none);
        if (!twp_read_is_known_aside(read, steps->step_from[i], &start) ||
            !twp_read_is_known_within(read, steps->step_is[i], TWP_WITHIN_CHANCE, &chance)) {
            is_good = false;
            continue;
        }
        twp_read_note_rise(read, i > 0 ? steps->step_from[i - 1] : NULL, steps->step_from[i], true);
        if (!(start > before))
            twp_read_fail(read, twp_read_place(at), twp_read_text(at), "more than the one before",
                NULL, "the steps must rise");
        if (!(chance >= 0 && chance <= 1))
            twp_read_fail(read, twp_read_place(value), twp_read_text(value), "a chance from 0 to 1",
                NULL, "the chance is out of range");
        before = start;
    }
    return is_good ? steps : NULL;
}

twp_expression_t *
twp_read_chance(twp_read_t *read, twp_spot_t spot)
{
    const twp_dim_t none = TWP_DIM_NONE;
    twp_expression_t *chance;
    double value;

    if (twp_read_is_mapping(spot))
        return read_steps(read, spot);
    chance = twp_read_number(read, spot, TWP_SCOPE_INSTANT, &none);
    if (twp_read_is_known_within(read, chance, TWP_WITHIN_CHANCE, &value) &&
        !(value >= 0 && value <= 1))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a chance from 0 to 1", NULL,
            "the chance is out of range");
    return chance;
}

/* ---- branches ------------------------------------------------------------------------------- */

static int
read_target(twp_read_t *read, twp_spot_t to, const twp_study_track_t *track)
{
    const char *text = twp_read_text(to);

    if (text == NULL || strcmp(text, "stay") == 0)
        return -1;
    return twp_read_state_name(read, text, twp_read_place(to), track);
}

static void
read_branch(twp_read_t *read, twp_spot_t item, bool is_last, const twp_study_track_t *track,
    twp_branch_t *branch)
{
    const twp_spot_t otherwise = twp_read_get(read, item, "otherwise"),
                     chance = twp_read_get(read, item, "chance");

    if (is_last && otherwise.node == NULL)
        twp_read_fail(read, twp_read_place(item), NULL, "otherwise: STATE or stay", NULL,
            "the last branch must say otherwise");
    else if (!is_last && otherwise.node != NULL)
        twp_read_fail(read, twp_read_place(item), NULL, "chance: P, to: STATE", NULL,
            "otherwise belongs to the last branch");
    branch->chance = twp_read_chance(read, chance);
    branch->i_target = read_target(
        read, otherwise.node != NULL ? otherwise : twp_read_get(read, item, "to"), track);
    branch->effect = twp_read_effects(
        read, twp_read_get(read, item, "effects"), false, &branch->n_effects);
    branch->actions = twp_read_actions(read, twp_read_get(read, item, "do"));
}

/* A row of a transition matrix: states in the order of their names, then what is left. */
static void
read_choices(
    twp_read_t *read, twp_spot_t choose, const twp_study_track_t *track, twp_study_exit_t *exit)
{
    const twp_spot_t otherwise = twp_read_get(read, choose, "otherwise");
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, choose, &n);

    exit->branch = TWP_READ_NEW(read, twp_branch_t, n + 1);
    exit->n_branches = 0;
    for (int k = 0; k < n; k++) {
        const twp_spot_t spot = twp_read_entry(read, choose, pair[k]);
        const twp_place_t place = { pair[k]->value->file, pair[k]->line, pair[k]->column,
            choose.path };
        twp_branch_t *branch = &exit->branch[exit->n_branches];
        if (!twp_keys_is_free(TWP_BLOCK_CHOICES, pair[k]->key))
            continue;
        branch->i_target = strcmp(pair[k]->key, "stay") == 0
            ? -1
            : twp_read_state_name(read, pair[k]->key, place, track);
        branch->chance = twp_read_chance(read, spot);
        if (branch->chance != NULL)
            exit->n_branches++;
    }
    exit->branch[exit->n_branches] =
        (twp_branch_t){ .i_target = read_target(read, otherwise, track) };
    exit->n_branches++;
}

static void
check_sum(twp_read_t *read, twp_spot_t choose, const twp_study_exit_t *exit)
{
    const twp_within_t within = { -INFINITY, 1 + 1e-9, false, true };
    twp_expression_t **chance = TWP_READ_NEW(read, twp_expression_t *, exit->n_branches);
    double sum = 0, value;

    for (int b = 0; b < exit->n_branches; b++) {
        chance[b] = exit->branch[b].chance;
        if (twp_read_is_known_aside(read, chance[b], &value))
            sum += value;
    }
    twp_read_note_sum(read, chance, exit->n_branches, within);
    if (sum > 1 + 1e-9)
        twp_read_fail(read, twp_read_place(choose), twp_read_printf(read, "a sum of %.10g", sum),
            "chances that sum to at most 1", NULL, "the chances sum above 1");
}

static void
read_branches(twp_read_t *read, twp_spot_t spot, twp_study_exit_t *exit)
{
    const twp_spot_t choose = twp_read_get(read, spot, "choose"),
                     to = twp_read_get(read, spot, "to");
    const twp_study_track_t *track = &read->study->track[exit->i_track];
    const int n = choose.node != NULL ? twp_read_n_items(choose) : 1;

    if (twp_read_is_mapping(choose)) {
        read_choices(read, choose, track, exit);
        check_sum(read, choose, exit);
        return;
    }
    exit->branch = TWP_READ_NEW(read, twp_branch_t, n);
    exit->n_branches = n > 0 ? n : 1;
    if (choose.node == NULL || n == 0) {
        exit->branch[0].i_target = to.node == NULL ? -1
            : twp_read_text(to) == NULL
            ? -1
            : twp_read_state_name(read, twp_read_text(to), twp_read_place(to), track);
        return;
    }
    for (int b = 0; b < n; b++)
        read_branch(read, twp_read_item(read, choose, b), b + 1 == n, track, &exit->branch[b]);
    check_sum(read, choose, exit);
}

/* ---- exits ---------------------------------------------------------------------------------- */

static void
read_time(twp_read_t *read, twp_spot_t spot, twp_study_exit_t *exit)
{
    const twp_dim_t time = TWP_DIM_TIME;
    double days;

    exit->days = twp_read_number(read, spot, TWP_SCOPE_INSTANT, &time);
    if (twp_read_is_known_within(read, exit->days, TWP_WITHIN_ABOVE_0, &days) &&
        !(days > 0 && isfinite(days)))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a time above 0", NULL,
            "the time is out of range");
}

void
twp_read_check_age(twp_read_t *read, twp_spot_t counts_from)
{
    if (twp_read_get(read, twp_read_get(read, read->root, "patient"), "age").node == NULL)
        twp_read_fail(read, twp_read_place(counts_from), twp_read_text(counts_from),
            "`age` of `patient`: the age at entry", NULL,
            "nothing says how old a twin is when it enters");
}

/* When the clock is 0. */
static void
read_origin(twp_read_t *read, twp_spot_t spot, twp_study_exit_t *exit)
{
    const twp_spot_t counts_from = twp_read_get(read, spot, "counts_from"),
                     since = twp_read_get(read, spot, "since");
    const char *origin = twp_read_text(counts_from);

    exit->counts_from = TWP_FROM_ENTRY;
    if (since.node != NULL) {
        if (twp_read_state_reference(read, since, &exit->i_since_track, &exit->i_since_state))
            exit->counts_from = TWP_FROM_STATE;
    } else if (origin != NULL && strcmp(origin, "study") == 0) {
        exit->counts_from = TWP_FROM_STUDY;
    } else if (origin != NULL && strcmp(origin, "birth") == 0) {
        exit->counts_from = TWP_FROM_BIRTH;
        twp_read_check_age(read, counts_from);
    } else if (origin == NULL && exit->law.family == TWP_FAMILY_LIFE_TABLE) {
        twp_read_warn(read, twp_read_place(spot), NULL, "counts_from: birth, or another origin",
            NULL, "a life table is read by the time in the state: its clock counts from entry");
    }
}

static void
read_hazard(twp_read_t *read, twp_spot_t spot, twp_study_exit_t *exit)
{
    exit->kind = TWP_EXIT_HAZARD;
    (void) twp_read_law(read, twp_read_get(read, spot, "hazard"), &exit->law);
    read_origin(read, spot, exit);
    exit->only_while = twp_read_condition(
        read, twp_read_get(read, spot, "only_while"), TWP_SCOPE_STEP);
    exit->effect = twp_read_effects(
        read, twp_read_get(read, spot, "effects"), true, &exit->n_effects);
}

static void
read_priority(twp_read_t *read, twp_spot_t spot, twp_study_exit_t *exit)
{
    const twp_spot_t priority = twp_read_get(read, spot, "priority");
    const char *text = twp_read_text(priority);
    double value;

    if (text == NULL || !twp_number_read(text, strlen(text), &value))
        return;
    if (!(value >= -1000 && value <= 1000))
        twp_read_fail(read, twp_read_place(priority), text, "an integer from -1000 to 1000", NULL,
            "the priority is out of range");
    else
        exit->priority = (int) value;
}

static void
read_exit(twp_read_t *read, twp_spot_t spot, twp_study_exit_t *exit)
{
    const twp_spot_t after = twp_read_get(read, spot, "after"),
                     upon = twp_read_get(read, spot, "upon"),
                     every = twp_read_get(read, spot, "every");
    const char *pinned = twp_read_text(twp_read_get(read, spot, "stream"));

    if (pinned != NULL)
        exit->stream = pinned;
    if (after.node != NULL) {
        exit->kind = TWP_EXIT_AFTER;
        read_time(read, after, exit);
    } else if (upon.node != NULL) {
        exit->kind = TWP_EXIT_UPON;
        exit->upon = twp_read_happenings(read, upon, &exit->n_upon);
    } else if (every.node != NULL) {
        exit->kind = TWP_EXIT_EVERY;
        read_time(read, every, exit);
    } else {
        read_hazard(read, spot, exit);
    }
    exit->guard = twp_read_condition(read, twp_read_get(read, spot, "if"), TWP_SCOPE_INSTANT);
    read_priority(read, spot, exit);
    exit->actions = twp_read_actions(read, twp_read_get(read, spot, "do"));
    read_branches(read, spot, exit);
}

void
twp_read_exits(twp_read_t *read)
{
    for (int e = 0; e < read->study->n_exits; e++) {
        twp_study_exit_t *exit = &read->study->exit[e];
        const twp_study_track_t *track = &read->study->track[exit->i_track];
        if (track->i_support < 0 && track->i_doses < 0)
            read_exit(read, read->exit_spot[e], exit);
    }
}
