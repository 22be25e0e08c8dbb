/* What time is worth and costs: rates over time, and the utility with its rule. */
#include "study/read.h"
#include "vocabulary/keys.h"

#include <math.h>
#include <string.h>

/* ---- rates over time ------------------------------------------------------------------------ */

/* `from`, `is` and `grows` of a block: piece k holds is[k] + grows[k] (t - from[k]) until from[k + 1]. */
typedef struct {
    int n;
    twp_expression_t **from, **is, **grows; /* grows NULL, or [n] with NULL where nothing grows */
    twp_clock_origin_t origin;              /* entry, study or birth */
} over_time_t;

static bool
check_length(twp_read_t *read, twp_spot_t spot, int n, int n_wanted)
{
    if (n == n_wanted || spot.node == NULL)
        return n == n_wanted;
    twp_read_fail(read, twp_read_place(spot), twp_read_printf(read, "%d", n),
        twp_read_printf(read, "%d, one for each piece", n_wanted), NULL,
        "the lists from, is and grows differ in length");
    return false;
}

static void
read_starts(twp_read_t *read, twp_spot_t from, over_time_t *out)
{
    const twp_dim_t time = TWP_DIM_TIME;
    double before = 0;

    out->from = TWP_READ_NEW(read, twp_expression_t *, out->n);
    for (int k = 0; k < out->n; k++) {
        const twp_spot_t at = twp_read_item(read, from, k);
        double start;
        out->from[k] = from.node != NULL ? twp_read_number(read, at, TWP_SCOPE_CONSTANT, &time)
                                         : twp_read_literal(read, 0, time);
        if (!twp_read_is_known_within(read, out->from[k], TWP_WITHIN_FINITE, &start))
            continue;
        twp_read_note_rise(read, k > 0 ? out->from[k - 1] : NULL, out->from[k], true);
        if (k == 0)
            twp_read_fix(read, out->from[k]);
        if (!(k == 0 ? start == 0 : start > before && isfinite(start)))
            twp_read_fail(read, twp_read_place(at), twp_read_text(at),
                k == 0 ? "0 days" : "a later time than the one before", NULL,
                "the pieces must rise from 0");
        before = start;
    }
}

static twp_clock_origin_t
read_origin(twp_read_t *read, twp_spot_t spot)
{
    const char *text = twp_read_text(spot);

    if (text == NULL || strcmp(text, "entry") == 0)
        return TWP_FROM_ENTRY;
    if (strcmp(text, "study") == 0)
        return TWP_FROM_STUDY;
    twp_read_check_age(read, spot);
    return TWP_FROM_BIRTH;
}

/* What grows does not stop to, and the other way round. */
static void
note_sign(twp_read_t *read, const twp_expression_t *expression, double value)
{
    const twp_within_t below = { -INFINITY, 0, false, false }, zero = { 0, 0, true, true };

    twp_read_note_within(read, expression,
        value > 0       ? TWP_WITHIN_ABOVE_0
            : value < 0 ? below
                        : zero);
}

/* Pieces of a block over time, amounts of dimension dim. False with a finding. */
static bool
read_over_time(twp_read_t *read, twp_spot_t spot, twp_dim_t dim, over_time_t *out)
{
    const twp_spot_t from = twp_read_get(read, spot, "from"), is = twp_read_get(read, spot, "is"),
                     grows = twp_read_get(read, spot, "grows");
    const twp_dim_t growth = { (int8_t) (dim.time - 1), dim.money };
    bool is_good = true;

    *out = (over_time_t){ .n = from.node != NULL ? twp_read_n_items(from) : 1 };
    out->origin = read_origin(read, twp_read_get(read, spot, "counts_from"));
    if (!check_length(read, is, twp_read_n_items(is), out->n) ||
        (grows.node != NULL && !check_length(read, grows, twp_read_n_items(grows), out->n)))
        return false;
    read_starts(read, from, out);
    out->is = TWP_READ_NEW(read, twp_expression_t *, out->n);
    if (grows.node != NULL)
        out->grows = TWP_READ_NEW(read, twp_expression_t *, out->n);
    for (int k = 0; k < out->n; k++) {
        double value;
        out->is[k] = twp_read_number(read, twp_read_item(read, is, k), TWP_SCOPE_STEP, &dim);
        is_good = is_good && out->is[k] != NULL && out->from[k] != NULL;
        if (grows.node == NULL)
            continue;
        out->grows[k] = twp_read_number(
            read, twp_read_item(read, grows, k), TWP_SCOPE_STEP, &growth);
        is_good = is_good && out->grows[k] != NULL;
        if (twp_read_is_known_aside(read, out->grows[k], &value))
            note_sign(read, out->grows[k], value);
        if (twp_read_is_known_aside(read, out->grows[k], &value) && value == 0)
            out->grows[k] = NULL;
    }
    return is_good;
}

/* One window of a rate; the rest of `like` says of what, and by which clock. */
static void
add_timed(twp_read_t *read, const twp_study_timed_t *like, const over_time_t *over, int k,
    twp_expression_t *rate, bool is_growing, const char *payer, const char *category)
{
    twp_study_typed_t *study = read->study;
    twp_study_timed_t *timed = TWP_READ_NEW(read, twp_study_timed_t, 1);

    if (rate == NULL)
        return;
    *timed = *like;
    timed->rate = rate;
    timed->is_growing = is_growing;
    timed->from_days = over->from[k];
    timed->until_days = k + 1 < over->n ? over->from[k + 1] : NULL;
    if (over->origin != TWP_FROM_ENTRY)
        timed->i_track = timed->i_state = -1;
    timed->is_from_birth = over->origin == TWP_FROM_BIRTH;
    if (payer != NULL)
        twp_read_account(read, &timed->i_account, payer, category);
    study->timed = twp_read_grown(
        read, study->timed, study->n_timed, &read->n_timed_capacity, sizeof *study->timed);
    study->timed[study->n_timed++] = timed;
}

/* if(condition, amount, 0); without a condition the amount itself */
static twp_expression_t *
while_true(twp_read_t *read, twp_expression_t *condition, twp_expression_t *amount)
{
    if (condition == NULL || amount == NULL)
        return amount;
    return twp_read_operator(
        read, TWP_WORD_IF, amount->dim, condition, amount, twp_read_literal(read, 0, amount->dim));
}

void
twp_read_flow(twp_read_t *read, twp_spot_t spot, int i_track, int i_state, const char *payer,
    const char *category)
{
    const twp_study_timed_t like = { .i_track = i_track, .i_state = i_state };
    over_time_t over;

    if (!read_over_time(read, spot, TWP_DIM_MONEY_PER_TIME, &over)) {
        twp_read_account(
            read, TWP_READ_NEW(read, int, 1), payer, category); /* it is one all the same */
        return;
    }
    for (int k = 0; k < over.n; k++) {
        twp_expression_t *here = twp_read_word(
            read, TWP_WORD_STATE_IS, i_track, i_state, true, TWP_SCOPE_STEP);
        add_timed(
            read, &like, &over, k, while_true(read, here, over.is[k]), false, payer, category);
        if (over.grows != NULL)
            add_timed(read, &like, &over, k, while_true(read, here, over.grows[k]), true, payer,
                category);
    }
}

/* ---- terms of the utility ------------------------------------------------------------------- */

typedef enum { RULE_ADD, RULE_MULTIPLY, RULE_MIN } rule_t;

static const char *const rule_keys[] = { "add", "multiply", "min" };

/* The base (without a condition), or what holds while a condition is true. */
typedef struct {
    twp_spot_t spot;
    twp_expression_t *condition, *value; /* value NULL: over time */
    over_time_t over;
} term_t;

static twp_expression_t *
read_term_condition(twp_read_t *read, twp_spot_t spot, const twp_pair_t *pair)
{
    const twp_node_t condition = { .kind = TWP_NODE_SCALAR,
        .text = pair->key,
        .file = pair->value->file,
        .line = pair->line,
        .column = pair->column };

    return twp_read_condition(read, (twp_spot_t){ &condition, spot.path }, TWP_SCOPE_STEP);
}

static bool
read_term_value(twp_read_t *read, twp_spot_t spot, term_t *term)
{
    term->spot = spot;
    if (!twp_read_is_mapping(spot)) {
        term->value = twp_read_number(read, spot, TWP_SCOPE_STEP, &TWP_DIM_NONE);
        return term->value != NULL;
    }
    if (!read_over_time(read, spot, TWP_DIM_NONE, &term->over))
        return false;
    if (term->over.origin == TWP_FROM_ENTRY &&
        (term->condition == NULL || term->condition->kind != TWP_WORD_STATE_IS)) {
        twp_read_fail(read, twp_read_place(spot), NULL, "counts_from: study, or birth", NULL,
            "only the time since the entry into a state, track.state, can count here");
        return false;
    }
    return true;
}

/* The base, then the terms in the order of their conditions' texts; *n of them. */
static term_t *
read_terms(twp_read_t *read, twp_spot_t utility, rule_t rule, int *n)
{
    const twp_spot_t terms = twp_read_get(read, utility, rule_keys[rule]);
    int n_pairs;
    const twp_pair_t **pair = twp_read_sorted(read, terms, &n_pairs);
    term_t *term = TWP_READ_NEW(read, term_t, n_pairs + 1);

    *n = 0;
    if (!read_term_value(read, twp_read_get(read, utility, "base"), &term[0]))
        return NULL;
    *n = 1;
    for (int i = 0; i < n_pairs; i++) {
        const twp_spot_t spot = twp_read_entry(read, terms, pair[i]);
        term[*n] = (term_t){ .condition = read_term_condition(read, spot, pair[i]) };
        if (read_term_value(read, spot, &term[*n]) && term[*n].condition != NULL)
            (*n)++;
    }
    return term;
}

/* What the values that do not hang on time make, from a base; a term that is not there changes nothing. */
static twp_expression_t *
combine(twp_read_t *read, rule_t rule, twp_expression_t *base, const term_t *term, int n)
{
    static const twp_word_kind_t word[] = { TWP_WORD_ADD, TWP_WORD_MULTIPLY, TWP_WORD_MIN };
    const twp_dim_t none = TWP_DIM_NONE;
    twp_expression_t *all = base;

    for (int i = 1; i < n; i++) {
        twp_expression_t *neutral =
            rule == RULE_MIN ? base : twp_read_literal(read, rule == RULE_ADD ? 0 : 1, none);
        if (term[i].value == NULL)
            continue;
        all = twp_read_operator(read, word[rule], none, all,
            twp_read_operator(read, TWP_WORD_IF, none, term[i].condition, term[i].value, neutral),
            NULL);
    }
    return all;
}

/* ---- rules ---------------------------------------------------------------------------------- */

/* Sums of terms are integrated one by one: any of them may hang on time. */
static void
add_up(twp_read_t *read, const term_t *term, int n)
{
    const twp_dim_t none = TWP_DIM_NONE;
    twp_expression_t *base = term[0].value != NULL ? term[0].value
                                                   : twp_read_literal(read, 0, none);

    read->study->utility = combine(read, RULE_ADD, base, term, n);
    for (int i = 0; i < n; i++) {
        const twp_expression_t *state = term[i].condition;
        const twp_study_timed_t like = { .is_utility = true,
            .i_account = -1,
            .i_track = state != NULL ? state->i : -1,
            .i_state = state != NULL ? state->j : -1 };
        const over_time_t *over = &term[i].over;
        for (int k = 0; term[i].value == NULL && k < over->n; k++) {
            add_timed(read, &like, over, k, while_true(read, term[i].condition, over->is[k]), false,
                NULL, NULL);
            if (over->grows != NULL)
                add_timed(read, &like, over, k, while_true(read, term[i].condition, over->grows[k]),
                    true, NULL, NULL);
        }
    }
}

/*
 * Products and minima with the one term i that hangs on time: while its condition is true, piece by
 * piece with it, else without it.
 */
static void
piece_together(twp_read_t *read, rule_t rule, const term_t *term, int n, int i)
{
    const twp_dim_t none = TWP_DIM_NONE;
    const over_time_t *over = &term[i].over;
    twp_expression_t *condition = term[i].condition, *rest = NULL;
    const twp_study_timed_t like = { .is_utility = true,
        .i_account = -1,
        .i_track = condition != NULL ? condition->i : -1,
        .i_state = condition != NULL ? condition->j : -1 };

    if (i > 0)
        rest = combine(read, rule, term[0].value, term, n);
    read->study->utility = i == 0 ? twp_read_literal(read, 0, none)
                                  : twp_read_operator(read, TWP_WORD_IF, none, condition,
                                        twp_read_literal(read, 0, none), rest);
    for (int k = 0; k < over->n; k++) {
        twp_expression_t *rate = i == 0
            ? combine(read, rule, over->is[k], term, n)
            : twp_read_operator(read, rule == RULE_MIN ? TWP_WORD_MIN : TWP_WORD_MULTIPLY, none,
                  rest, over->is[k], NULL);
        add_timed(read, &like, over, k, while_true(read, condition, rate), false, NULL, NULL);
        if (over->grows == NULL || over->grows[k] == NULL)
            continue;
        rate = i == 0 ? combine(read, rule, over->grows[k], term, n)
                      : twp_read_operator(read, TWP_WORD_MULTIPLY, over->grows[k]->dim, rest,
                            over->grows[k], NULL);
        add_timed(read, &like, over, k, while_true(read, condition, rate), true, NULL, NULL);
    }
}

/* Refuses what has no closed form: of factors and minima only one may hang on time. */
static bool
check_timed(twp_read_t *read, rule_t rule, const term_t *term, int n, int *i_timed)
{
    *i_timed = -1;
    for (int i = 0; i < n; i++) {
        if (term[i].value != NULL)
            continue;
        if (*i_timed >= 0) {
            twp_read_fail(read, twp_read_place(term[i].spot), NULL, "one term over time, or `add`",
                NULL, "with `%s` only one term may change with time", rule_keys[rule]);
            return false;
        }
        *i_timed = i;
        for (int k = 0; rule == RULE_MIN && term[i].over.grows != NULL && k < term[i].over.n; k++)
            if (term[i].over.grows[k] != NULL) {
                twp_read_fail(read, twp_read_place(term[i].spot), NULL, "steps without `grows`",
                    NULL, "with `min` a term changes with time in steps only");
                return false;
            }
    }
    return true;
}

/* ---- more than perfect health --------------------------------------------------------------- */

/* The largest known value of a term; fallback when it cannot be known. */
static double
largest(const twp_read_t *read, const term_t *term, double fallback)
{
    double most = -INFINITY, value;

    if (term->value != NULL)
        return twp_read_is_known_aside(read, term->value, &value) ? value : fallback;
    for (int k = 0; k < term->over.n; k++)
        if (twp_read_is_known_aside(read, term->over.is[k], &value))
            most = fmax(most, value);
    return isfinite(most) ? most : fallback;
}

/* Of the states of one track only one is current: the largest of their terms counts. */
static bool
is_beaten(const twp_read_t *read, const term_t *term, int n, int i, double neutral)
{
    const twp_expression_t *own = term[i].condition;
    const double value = largest(read, &term[i], neutral);

    for (int k = 1; k < n && own->kind == TWP_WORD_STATE_IS; k++) {
        const twp_expression_t *other = term[k].condition;
        const double rival = largest(read, &term[k], neutral);
        if (k != i && other->kind == TWP_WORD_STATE_IS && other->i == own->i &&
            (rival > value || (rival == value && k < i)))
            return true;
    }
    return false;
}

static void
warn_above_one(twp_read_t *read, rule_t rule, twp_spot_t utility, const term_t *term, int n)
{
    const double neutral = rule == RULE_ADD ? 0 : 1;
    double most = largest(read, &term[0], NAN);

    for (int i = 1; rule != RULE_MIN && i < n; i++) {
        const double value = fmax(largest(read, &term[i], neutral), neutral);
        if (!is_beaten(read, term, n, i, neutral))
            most = rule == RULE_ADD ? most + value : most * value;
    }
    if (most > 1 + 1e-9)
        twp_read_warn(read, twp_read_place(utility), twp_read_printf(read, "%.10g", most),
            "at most 1, perfect health", NULL, "the utility can exceed 1");
}

void
twp_read_utility(twp_read_t *read)
{
    const twp_spot_t utility = twp_read_get(
        read, twp_read_get(read, read->root, "patient"), "utility");
    rule_t rule = RULE_ADD;
    term_t *term;
    int n, i_timed;

    if (!twp_read_is_mapping(utility))
        return;
    for (int r = RULE_ADD; r <= RULE_MIN; r++)
        if (twp_read_get(read, utility, rule_keys[r]).node != NULL)
            rule = (rule_t) r;
    read->study->has_qalys = true;
    term = read_terms(read, utility, rule, &n);
    if (term == NULL || (rule != RULE_ADD && !check_timed(read, rule, term, n, &i_timed)))
        return;
    if (rule == RULE_ADD)
        add_up(read, term, n);
    else if (i_timed >= 0)
        piece_together(read, rule, term, n, i_timed);
    else
        read->study->utility = combine(read, rule, term[0].value, term, n);
    warn_above_one(read, rule, utility, term, n);
}
