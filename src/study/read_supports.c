/*
 * A support becomes a track of its name with the states active, idle, over and waiting: there is no
 * second engine for it. What it may look at is what the programme sees (is_programme).
 */
#include "base/suggest.h"
#include "study/read.h"
#include "vocabulary/keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- costs and contacts --------------------------------------------------------------------- */

static const char *
cost_category(twp_read_t *read, twp_spot_t support)
{
    const char *category = twp_read_text(
        twp_read_get(read, twp_read_get(read, support, "cost"), "category"));

    return category != NULL ? category : "support";
}

/* What each payer pays on an occasion: `offer`, `start` or `contact`. */
static twp_actions_t
occasion_costs(twp_read_t *read, twp_spot_t support, const char *occasion)
{
    const twp_dim_t money = TWP_DIM_MONEY;
    const twp_spot_t cost = twp_read_get(read, support, "cost");
    twp_actions_t out = { 0, NULL };
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, cost, &n);

    out.action = TWP_READ_NEW(read, twp_action_t, n);
    for (int i = 0; i < n; i++) {
        const twp_spot_t amount = twp_read_get(read, twp_read_entry(read, cost, pair[i]), occasion);
        twp_action_t *action = &out.action[out.n];
        if (amount.node == NULL || !twp_keys_is_free(TWP_BLOCK_SUPPORT_COST, pair[i]->key))
            continue;
        *action = (twp_action_t){ .kind = TWP_ACTION_COST, .place = twp_read_place(amount) };
        action->amount = twp_read_number(read, amount, TWP_SCOPE_CONSTANT, &money);
        twp_read_account(read, &action->i, pair[i]->key, cost_category(read, support));
        out.n++;
    }
    return out;
}

static void
read_running_costs(twp_read_t *read, twp_spot_t support, int i_track, twp_study_state_t *active)
{
    const twp_dim_t money_per_time = TWP_DIM_MONEY_PER_TIME;
    const twp_spot_t cost = twp_read_get(read, support, "cost");
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, cost, &n);

    active->flow = twp_read_alloc(read, n, sizeof *active->flow);
    for (int i = 0; i < n; i++) {
        const twp_spot_t run = twp_read_get(read, twp_read_entry(read, cost, pair[i]), "run");
        if (run.node == NULL || !twp_keys_is_free(TWP_BLOCK_SUPPORT_COST, pair[i]->key))
            continue;
        if (twp_read_is_mapping(run)) {
            twp_read_flow(
                read, run, i_track, TWP_SUPPORT_ACTIVE, pair[i]->key, cost_category(read, support));
            continue;
        }
        active->flow[active->n_flows].rate = twp_read_number(
            read, run, TWP_SCOPE_CONSTANT, &money_per_time);
        twp_read_account(read, &active->flow[active->n_flows].i_account, pair[i]->key,
            cost_category(read, support));
        active->n_flows++;
    }
}

/* One contact of the support, and what it costs. */
static twp_actions_t
contact_actions(twp_read_t *read, int i_support, twp_spot_t place, twp_actions_t costs)
{
    twp_actions_t contact = { 1, TWP_READ_NEW(read, twp_action_t, 1) };

    contact.action[0] = (twp_action_t){
        .kind = TWP_ACTION_CONTACT, .i = i_support, .place = twp_read_place(place)
    };
    return twp_read_join_actions(read, contact, costs);
}

/* ---- exits ---------------------------------------------------------------------------------- */

static twp_expression_t *
read_seen_condition(twp_read_t *read, twp_spot_t spot)
{
    twp_expression_t *condition;

    read->is_programme = true;
    condition = twp_read_condition(read, spot, TWP_SCOPE_STEP);
    read->is_programme = false;
    return condition;
}

/* `upon` or `every` of an offer or of contacts. */
static void
read_trigger(twp_read_t *read, twp_spot_t spot, twp_study_exit_t *exit)
{
    const twp_dim_t time = TWP_DIM_TIME;
    const twp_spot_t upon = twp_read_get(read, spot, "upon"),
                     every = twp_read_get(read, spot, "every");
    double days;

    if (upon.node != NULL) {
        exit->kind = TWP_EXIT_UPON;
        read->is_programme = true;
        exit->upon = twp_read_happenings(read, upon, &exit->n_upon);
        read->is_programme = false;
    } else {
        exit->kind = TWP_EXIT_EVERY;
        exit->days = twp_read_number(read, every, TWP_SCOPE_CONSTANT, &time);
        if (twp_read_is_known_within(read, exit->days, TWP_WITHIN_ABOVE_0, &days) &&
            !(days > 0 && isfinite(days)))
            twp_read_fail(read, twp_read_place(every), twp_read_text(every), "a time above 0", NULL,
                "the time is out of range");
    }
    exit->guard = read_seen_condition(read, twp_read_get(read, spot, "if"));
}

static twp_expression_t *
read_consent(twp_read_t *read, twp_spot_t support)
{
    const twp_spot_t consent = twp_read_get(read, support, "consent");
    const char *text = twp_read_text(consent), **name;
    const twp_symbol_t *symbol;
    int n = 0;

    if (text == NULL)
        return NULL;
    symbol = twp_read_find(read, twp_read_printf(read, "consent.%s", text));
    if (symbol != NULL)
        return twp_read_word(read, TWP_WORD_ATTRIBUTE, symbol->i, 0, true, TWP_SCOPE_TWIN);
    name = TWP_READ_NEW(read, const char *, read->study->n_attributes);
    for (int i = 0; i < read->study->n_attributes; i++)
        if (strncmp(read->study->attribute[i].name, "consent.", 8) == 0)
            name[n++] = read->study->attribute[i].name + 8;
    twp_read_fail(read, twp_read_place(consent), text, "a consent",
        twp_suggest_nearest(text, name, (size_t) n), "%s is no consent", text);
    return NULL;
}

/* Two branches by a chance (NULL: only the first), the second of which stays. */
static void
branch_by(twp_read_t *read, twp_study_exit_t *exit, twp_expression_t *chance, int i_target,
    twp_actions_t actions)
{
    exit->n_branches = chance != NULL ? 2 : 1;
    exit->branch = TWP_READ_NEW(read, twp_branch_t, exit->n_branches);
    exit->branch[0].chance = chance;
    exit->branch[0].i_target = i_target;
    exit->branch[0].actions = actions;
    if (chance != NULL)
        exit->branch[1].i_target = -1;
}

static void
read_offer(twp_read_t *read, int i_support, twp_study_exit_t *exit)
{
    const twp_spot_t support = read->support_spot[i_support],
                     offer = twp_read_get(read, support, "offer"),
                     uptake = twp_read_get(read, support, "uptake"),
                     chance = twp_read_is_mapping(uptake) ? twp_read_get(read, uptake, "chance")
                                                          : uptake;
    const twp_study_track_t *track = &read->study->track[exit->i_track];
    const bool has_waiting = track->state[TWP_SUPPORT_WAITING].n_exits > 0;
    twp_expression_t *guard = twp_read_word(
        read, TWP_WORD_SUPPORT_OPEN, i_support, 0, true, TWP_SCOPE_INSTANT);

    read_trigger(read, offer, exit);
    guard = twp_read_both(read, guard, exit->guard);
    guard = twp_read_both(read, guard, read_consent(read, support));
    exit->guard = twp_read_both(
        read, guard, read_seen_condition(read, twp_read_get(read, support, "eligible")));
    exit->i_offer_support = i_support;
    exit->stream = twp_read_printf(read, "patient.%s.offer", track->name);
    exit->actions = contact_actions(read, i_support, offer, occasion_costs(read, support, "offer"));
    branch_by(read, exit, twp_read_chance(read, chance),
        has_waiting ? TWP_SUPPORT_WAITING : TWP_SUPPORT_ACTIVE, (twp_actions_t){ 0, NULL });
    exit->branch[0].effect = twp_read_effects(
        read, twp_read_get(read, uptake, "effects"), false, &exit->branch[0].n_effects);
}

static void
read_contact(twp_read_t *read, int i_support, twp_study_exit_t *exit)
{
    const twp_dim_t money = TWP_DIM_MONEY;
    const twp_spot_t support = read->support_spot[i_support],
                     contacts = twp_read_get(read, support, "contacts"),
                     cost = twp_read_get(read, contacts, "cost");
    const char *category = twp_read_text(twp_read_get(read, contacts, "category"));
    twp_actions_t own = { 0, NULL };
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, cost, &n);

    read_trigger(read, contacts, exit);
    own.action = TWP_READ_NEW(read, twp_action_t, n);
    for (int i = 0; i < n; i++) {
        const twp_spot_t amount = twp_read_entry(read, cost, pair[i]);
        twp_action_t *action = &own.action[own.n++];
        *action = (twp_action_t){ .kind = TWP_ACTION_COST, .place = twp_read_place(amount) };
        action->amount = twp_read_number(read, amount, TWP_SCOPE_INSTANT, &money);
        twp_read_account(read, &action->i, pair[i]->key,
            category != NULL ? category : cost_category(read, support));
    }
    exit->actions = contact_actions(read, i_support, contacts,
        twp_read_join_actions(read, occasion_costs(read, support, "contact"), own));
    branch_by(read, exit, twp_read_chance(read, twp_read_get(read, contacts, "reached")), -1,
        twp_read_actions(read, twp_read_get(read, contacts, "do")));
}

/* A duration, or a law: by itself or under `hazard`. */
static void
read_end(twp_read_t *read, twp_spot_t lasts, twp_study_exit_t *exit)
{
    const twp_dim_t time = TWP_DIM_TIME;
    const twp_spot_t hazard = twp_read_get(read, lasts, "hazard");
    double days;

    branch_by(read, exit, NULL, TWP_SUPPORT_OVER, (twp_actions_t){ 0, NULL });
    if (twp_read_is_mapping(lasts)) {
        exit->kind = TWP_EXIT_HAZARD;
        (void) twp_read_law(read, hazard.node != NULL ? hazard : lasts, &exit->law);
        return;
    }
    exit->kind = TWP_EXIT_AFTER;
    exit->days = twp_read_number(read, lasts, TWP_SCOPE_CONSTANT, &time);
    if (twp_read_is_known_within(read, exit->days, TWP_WITHIN_ABOVE_0, &days) &&
        !(days > 0 && isfinite(days)))
        twp_read_fail(read, twp_read_place(lasts), twp_read_text(lasts), "a time above 0", NULL,
            "the time is out of range");
}

static void
ask(twp_read_t *read, int i_support, twp_happening_kind_t kind, int i_target,
    twp_study_exit_t *exit)
{
    exit->kind = TWP_EXIT_UPON;
    exit->n_upon = 1;
    exit->upon = TWP_READ_NEW(read, twp_happening_t, 1);
    exit->upon[0] = (twp_happening_t){ kind, i_support, 0 };
    branch_by(read, exit, NULL, i_target, (twp_actions_t){ 0, NULL });
}

static void
read_support_exit(twp_read_t *read, int i_support, twp_study_exit_t *exit)
{
    const twp_spot_t support = read->support_spot[i_support];

    if (strcmp(exit->name, "asked") == 0) {
        ask(read, i_support, TWP_HAPPENING_START_ASKED, TWP_SUPPORT_ACTIVE, exit);
        exit->guard = twp_read_word(
            read, TWP_WORD_SUPPORT_OPEN, i_support, 0, true, TWP_SCOPE_INSTANT);
    } else if (strcmp(exit->name, "asked_end") == 0) {
        ask(read, i_support, TWP_HAPPENING_END_ASKED, TWP_SUPPORT_OVER, exit);
    } else if (strcmp(exit->name, "offer") == 0) {
        read_offer(read, i_support, exit);
    } else if (strcmp(exit->name, "contact") == 0) {
        read_contact(read, i_support, exit);
    } else if (strcmp(exit->name, "end") == 0) {
        read_end(read, twp_read_get(read, support, "lasts"), exit);
    } else { /* begin: the end of waiting, a fixed time */
        read_end(read, twp_read_get(read, support, "waits"), exit);
        exit->branch[0].i_target = TWP_SUPPORT_ACTIVE;
    }
}

/* ---- the support itself --------------------------------------------------------------------- */

/* "3", or "1 in 60 days". */
static void
read_at_most(twp_read_t *read, twp_spot_t spot, twp_study_support_t *out)
{
    const char *text = twp_read_text(spot), *in = text != NULL ? strstr(text, " in ") : NULL;
    const twp_dim_t time = TWP_DIM_TIME;
    double number;
    size_t length;

    out->at_most_days = INFINITY;
    if (text == NULL)
        return;
    length = in != NULL ? (size_t) (in - text) : strlen(text);
    if (!twp_number_read(text, length, &number) || !(number >= 1) ||
        number > TWP_SUPPORT_MAX_AT_MOST || number != floor(number)) {
        twp_read_fail(read, twp_read_place(spot), text,
            twp_read_printf(read, "1 to %d, or 1 to %d in DURATION", TWP_SUPPORT_MAX_AT_MOST,
                TWP_SUPPORT_MAX_AT_MOST),
            NULL, "the number of offers is out of range");
        return;
    }
    out->n_at_most = (int) number;
    if (in != NULL) {
        twp_node_t duration = *spot.node;
        const twp_expression_t *window;
        duration.text = in + 4;
        duration.number_moved = 0;
        duration.column += (int) length + 4;
        window = twp_read_number(
            read, (twp_spot_t){ &duration, spot.path }, TWP_SCOPE_CONSTANT, &time);
        if (twp_read_is_known(read, window, &out->at_most_days) &&
            twp_read_is_certain(read, spot, window) &&
            !(out->at_most_days > 0 && isfinite(out->at_most_days)))
            twp_read_fail(read, twp_read_place(spot), text, "a time above 0", NULL,
                "the time is out of range");
    }
}

/* The offer from `over`: as that from `idle`, going on counting where that one stood. */
static void
copy_offer(const twp_study_exit_t *from, int i_from, twp_study_exit_t *to)
{
    const twp_study_exit_t own = *to;

    *to = *from;
    to->qualified = own.qualified;
    to->i_state = own.i_state;
    to->i_counter_of = i_from;
}

static void
read_support(twp_read_t *read, int i)
{
    twp_study_typed_t *study = read->study;
    twp_study_support_t *out = &study->support[i];
    twp_study_track_t *track = &study->track[out->i_track];
    twp_study_state_t *active = &track->state[TWP_SUPPORT_ACTIVE];
    const twp_spot_t spot = read->support_spot[i];
    int i_offer = -1;

    out->channel = twp_read_text(twp_read_get(read, spot, "channel"));
    out->rollout_stream = twp_read_printf(read, "patient.%s.rollout", out->name);
    read_at_most(read, twp_read_get(read, spot, "at_most"), out);
    active->enter = twp_read_join_actions(read, occasion_costs(read, spot, "start"),
        twp_read_actions(read, twp_read_get(read, spot, "enter")));
    active->leave = twp_read_actions(read, twp_read_get(read, spot, "leave"));
    read_running_costs(read, spot, read->study->support[i].i_track, active);
    for (int s = 0; s < track->n_states; s++)
        for (int k = 0; k < track->state[s].n_exits; k++) {
            const int e = track->state[s].i_exit_first + k;
            if (i_offer >= 0 && strcmp(study->exit[e].name, "offer") == 0) {
                copy_offer(&study->exit[i_offer], i_offer, &study->exit[e]);
                continue;
            }
            read_support_exit(read, i, &study->exit[e]);
            if (study->exit[e].i_offer_support >= 0)
                i_offer = e;
        }
}

void
twp_read_supports(twp_read_t *read)
{
    for (int i = 0; i < read->study->n_supports; i++)
        read_support(read, i);
}

/* ---- effects -------------------------------------------------------------------------------- */

/* An effect of a support and where it goes: a branch of an exit, or -1 for its hazard. */
typedef struct {
    twp_effect_t effect;
    int i_exit, i_branch, i;
} aimed_t;

/* The branch with a chance that leads to the state named by target, or -1 with a finding. */
static int
find_branch(twp_read_t *read, twp_spot_t spot, const twp_study_exit_t *exit, const char *target)
{
    const twp_study_track_t *track = &read->study->track[exit->i_track];
    const int i_target = target == NULL ? -2
        : strcmp(target, "stay") == 0   ? -1
                                        : twp_read_find_state(track, target);
    const char **name = TWP_READ_NEW(read, const char *, exit->n_branches);
    int found = -1, n_found = 0, n = 0;

    for (int b = 0; b < exit->n_branches; b++) {
        const int to = exit->branch[b].i_target;
        if (exit->branch[b].chance == NULL)
            continue;
        name[n++] = to < 0 ? "stay" : track->state[to].name;
        if (to == i_target && (to >= 0 || (target != NULL && strcmp(target, "stay") == 0))) {
            found = b;
            n_found++;
        }
    }
    if (n_found == 1)
        return found;
    twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "TRACK.STATE.EXIT.TARGET",
        target != NULL ? twp_suggest_nearest(target, name, (size_t) n) : NULL,
        n_found > 1 ? "several chances of %s lead there"
                    : "no chance of %s leads there (otherwise has none of its own)",
        exit->qualified + strlen("patient."));
    return -1;
}

static bool
aim(twp_read_t *read, twp_spot_t item, aimed_t *aimed)
{
    const twp_spot_t on_exit = twp_read_get(read, item, "on_exit"),
                     on_chance = twp_read_get(read, item, "on_chance"),
                     on = on_exit.node != NULL ? on_exit : on_chance;
    const char *target = NULL;

    if (twp_read_text(on) == NULL)
        return false;
    aimed->i_branch = -1;
    aimed->i_exit = twp_read_exit_reference(
        read, twp_read_text(on), twp_read_place(on), on_exit.node != NULL ? NULL : &target);
    if (aimed->i_exit < 0)
        return false;
    if (on_exit.node == NULL) {
        aimed->i_branch = find_branch(read, on, &read->study->exit[aimed->i_exit], target);
        return aimed->i_branch >= 0;
    }
    if (read->study->exit[aimed->i_exit].kind != TWP_EXIT_HAZARD ||
        read->study->exit[aimed->i_exit].is_at_once) {
        twp_read_fail(read, twp_read_place(on), twp_read_text(on), "an exit by hazard", NULL,
            "%s has no hazard to move", twp_read_text(on));
        return false;
    }
    return true;
}

static bool
read_aimed(twp_read_t *read, int i_support, twp_spot_t item, aimed_t *aimed)
{
    const twp_study_support_t *support = &read->study->support[i_support];
    const twp_spot_t per = twp_read_get(read, item, "per"),
                     fades = twp_read_get(read, item, "fades");
    twp_effect_t *effect = &aimed->effect;

    if (!twp_read_is_mapping(item) || !aim(read, item, aimed) ||
        !twp_read_ratio(read, item, aimed->i_branch < 0, effect) ||
        !twp_read_check_doses_effect(read, item, &read->study->exit[aimed->i_exit]))
        return false;
    effect->i_support = i_support;
    effect->source = twp_read_source(read, item);
    effect->name = support->name;
    effect->covariate = twp_read_word(
        read, TWP_WORD_STATE_IS, support->i_track, TWP_SUPPORT_ACTIVE, true, TWP_SCOPE_STEP);
    if (per.node != NULL) {
        twp_expression_t *number = twp_read_per(read, item, TWP_SCOPE_STEP);
        if (number == NULL)
            return false;
        effect->name = twp_read_printf(read, "%s (%s)", support->name, twp_read_text(per));
        if (per.node->number_moved > 0) /* by names effects are sorted */
            read->study->moved[per.node->number_moved - 1].is_fixed = true;
        effect->covariate = twp_read_operator(
            read, TWP_WORD_MULTIPLY, TWP_DIM_NONE, effect->covariate, number, NULL);
    }
    if (twp_read_is_mapping(fades)) {
        effect->fade_half_life_days = twp_read_positive_time(
            read, twp_read_get(read, fades, "half_life"));
        effect->fade_held_for_days = twp_read_positive_time(
            read, twp_read_get(read, fades, "held_for"));
    }
    return true;
}

static int
compare_aimed(const void *a, const void *b)
{
    const aimed_t *x = a, *y = b;
    int order = x->i_exit - y->i_exit;

    if (order == 0)
        order = x->i_branch - y->i_branch;
    if (order == 0)
        order = strcmp(x->effect.name, y->effect.name);
    return order != 0 ? order : x->i - y->i;
}

/* aimed[n], all at the same thing, behind what is there. */
static void
append(twp_read_t *read, const aimed_t *aimed, int n)
{
    twp_study_exit_t *exit = &read->study->exit[aimed[0].i_exit];
    twp_branch_t *branch = aimed[0].i_branch >= 0 ? &exit->branch[aimed[0].i_branch] : NULL;
    twp_effect_t **list = branch != NULL ? &branch->effect : &exit->effect;
    int *n_list = branch != NULL ? &branch->n_effects : &exit->n_effects;
    twp_effect_t *more = TWP_READ_NEW(read, twp_effect_t, *n_list + n);

    for (int i = 0; i < *n_list; i++)
        more[i] = (*list)[i];
    for (int i = 0; i < n; i++)
        more[*n_list + i] = aimed[i].effect;
    *list = more;
    *n_list += n;
}

void
twp_read_support_effects(twp_read_t *read)
{
    const twp_study_typed_t *study = read->study;
    aimed_t *aimed;
    int n = 0, n_aimed = 0;

    for (int i = 0; i < study->n_supports; i++)
        n += twp_read_n_items(twp_read_get(read, read->support_spot[i], "effects"));
    aimed = TWP_READ_NEW(read, aimed_t, n);
    for (int i = 0; i < study->n_supports; i++) {
        const twp_spot_t effects = twp_read_get(read, read->support_spot[i], "effects");
        for (int k = 0; k < twp_read_n_items(effects); k++) {
            aimed[n_aimed].i = n_aimed;
            if (read_aimed(read, i, twp_read_item(read, effects, k), &aimed[n_aimed]))
                n_aimed++;
        }
    }
    if (n_aimed > 0)
        qsort(aimed, (size_t) n_aimed, sizeof *aimed, compare_aimed);
    for (int first = 0, next; first < n_aimed; first = next) {
        for (next = first + 1; next < n_aimed && aimed[next].i_exit == aimed[first].i_exit &&
             aimed[next].i_branch == aimed[first].i_branch;
             next++)
            ;
        append(read, &aimed[first], next - first);
    }
}

void
twp_read_together(twp_read_t *read)
{
    const twp_spot_t together = twp_read_get(read, read->root, "together");

    for (int i = 0; twp_read_is_mapping(together) && i < together.node->n; i++) {
        const twp_pair_t *pair = &together.node->pair[i];
        const twp_place_t place = { pair->value->file, pair->line, pair->column, together.path };
        int i_exit;
        if (!twp_keys_is_free(TWP_BLOCK_TOGETHER, pair->key))
            continue;
        i_exit = twp_read_exit_reference(read, pair->key, place, NULL);
        if (i_exit < 0)
            continue;
        if (read->study->exit[i_exit].kind != TWP_EXIT_HAZARD ||
            read->study->exit[i_exit].is_at_once)
            twp_read_fail(read, place, pair->key, "an exit by hazard", NULL,
                "%s has no hazard to move", pair->key);
        read->study->exit[i_exit].is_strongest_only = true;
    }
}
