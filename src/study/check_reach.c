/*
 * What never happens: the least set of states, exits and happenings that follow from the start,
 * taking every guard and hazard that is not known to be false as possible.
 */
#include "study/read.h"

#include <math.h>

typedef struct {
    twp_read_t *read;
    bool *is_entered;                    /* [all states] */
    bool *can_fire;                      /* [exits] */
    bool *is_done;                       /* [named actions] */
    bool *is_filled;                     /* [variables]: stocks that hold something at some time */
    bool *is_start_asked, *is_end_asked; /* [supports] */
    bool has_changed;
} reach_t;

static void
mark(reach_t *reach, bool *flag)
{
    reach->has_changed |= !*flag;
    *flag = true;
}

static bool
is_known_to_be(const twp_read_t *read, const twp_expression_t *expression, double wanted)
{
    double value;

    return twp_read_is_known_aside(read, expression, &value) && value == wanted;
}

static void
do_actions(reach_t *reach, const twp_actions_t *actions)
{
    for (int k = 0; k < actions->n; k++) {
        const twp_action_t *action = &actions->action[k];
        switch (action->kind) {
        case TWP_ACTION_DO:
            if (!reach->is_done[action->i]) { /* named actions have no cycles */
                mark(reach, &reach->is_done[action->i]);
                do_actions(reach, &reach->read->study->named_action[action->i].actions);
            }
            break;
        case TWP_ACTION_DISPENSE:
        case TWP_ACTION_ADD:
        case TWP_ACTION_SET: mark(reach, &reach->is_filled[action->i]); break;
        case TWP_ACTION_START: mark(reach, &reach->is_start_asked[action->i]); break;
        case TWP_ACTION_END: mark(reach, &reach->is_end_asked[action->i]); break;
        case TWP_ACTION_COST:
        case TWP_ACTION_CONTACT:
        case TWP_ACTION_MEASURE:
        case TWP_ACTION_QALY: break;
        }
    }
}

static void
enter(reach_t *reach, int i_track, int i_state)
{
    bool *flag = &reach->is_entered[reach->read->state_first[i_track] + i_state];

    if (*flag)
        return;
    mark(reach, flag);
    do_actions(reach, &reach->read->study->track[i_track].state[i_state].enter);
}

static bool
can_happen(const reach_t *reach, twp_happening_t happening)
{
    const twp_study_typed_t *study = reach->read->study;

    for (int steps = 0; happening.kind == TWP_HAPPENING_OBSERVATION; steps++) {
        if (steps > study->n_observations)
            return false;
        happening = study->observation[happening.i].of;
    }
    switch (happening.kind) {
    case TWP_HAPPENING_STATE:
        return reach->is_entered[reach->read->state_first[happening.i] + happening.j];
    case TWP_HAPPENING_STOCK_EMPTY: return reach->is_filled[happening.i];
    case TWP_HAPPENING_EXIT: return reach->can_fire[happening.i];
    case TWP_HAPPENING_ACTION: return reach->is_done[happening.i];
    case TWP_HAPPENING_START_ASKED: return reach->is_start_asked[happening.i];
    case TWP_HAPPENING_END_ASKED: return reach->is_end_asked[happening.i];
    case TWP_HAPPENING_OBSERVATION: break;
    }
    return false;
}

static bool
can_come_about(const reach_t *reach, const twp_study_exit_t *exit)
{
    if (is_known_to_be(reach->read, exit->guard, 0) ||
        is_known_to_be(reach->read, exit->only_while, 0))
        return false;
    if (exit->kind == TWP_EXIT_HAZARD && exit->counts_from == TWP_FROM_STATE)
        return reach
            ->is_entered[reach->read->state_first[exit->i_since_track] + exit->i_since_state];
    if (exit->kind != TWP_EXIT_UPON)
        return true;
    for (int u = 0; u < exit->n_upon; u++)
        if (can_happen(reach, exit->upon[u]))
            return true;
    return false;
}

static void
fire(reach_t *reach, int i_exit)
{
    const twp_study_exit_t *exit = &reach->read->study->exit[i_exit];
    const twp_study_state_t *state = &reach->read->study->track[exit->i_track].state[exit->i_state];

    mark(reach, &reach->can_fire[i_exit]);
    do_actions(reach, &exit->actions);
    for (int b = 0; b < exit->n_branches; b++) {
        const twp_branch_t *branch = &exit->branch[b];
        if (is_known_to_be(reach->read, branch->chance, 0))
            continue;
        do_actions(reach, &branch->actions);
        if (branch->i_target >= 0) {
            do_actions(reach, &state->leave);
            enter(reach, exit->i_track, branch->i_target);
        }
    }
}

static void
begin(reach_t *reach)
{
    const twp_study_typed_t *study = reach->read->study;

    for (int v = 0; v < study->n_variables; v++)
        reach->is_filled[v] = study->variable[v].starts->kind != TWP_DIST_CONSTANT ||
            !is_known_to_be(reach->read, study->variable[v].starts->arg[0], 0);
    for (int t = 0; t < study->n_tracks; t++) {
        const twp_study_track_t *track = &study->track[t];
        for (int k = 0; k < track->n_starts; k++)
            if (!is_known_to_be(reach->read, track->start[k].chance, 0))
                enter(reach, t, track->start[k].i_state);
        for (int s = 0; track->i_start_attribute >= 0 && s < track->n_states; s++)
            if (!isnan(track->start_code[s]))
                enter(reach, t, s);
    }
}

static void
spread(reach_t *reach)
{
    const twp_study_typed_t *study = reach->read->study;

    do {
        reach->has_changed = false;
        for (int e = 0; e < study->n_exits; e++) {
            const twp_study_exit_t *exit = &study->exit[e];
            if (!reach->can_fire[e] &&
                reach->is_entered[reach->read->state_first[exit->i_track] + exit->i_state] &&
                can_come_about(reach, exit))
                fire(reach, e);
        }
    } while (reach->has_changed);
}

/* ---- what is told --------------------------------------------------------------------------- */

static void
tell_states(reach_t *reach)
{
    twp_read_t *read = reach->read;
    const twp_study_typed_t *study = read->study;

    for (int t = 0; t < study->n_tracks; t++) {
        const twp_study_track_t *track = &study->track[t];
        const twp_spot_t states = twp_read_get(read, read->track_spot[t], "states");
        for (int s = 0; track->i_support < 0 && track->i_doses < 0 && s < track->n_states; s++) {
            const twp_pair_t *pair = twp_node_pair(states.node, track->state[s].name);
            if (reach->is_entered[read->state_first[t] + s] || pair == NULL)
                continue;
            twp_read_warn(read,
                (twp_place_t){ pair->value->file, pair->line, pair->column, states.path },
                track->state[s].name, NULL, NULL, "no twin ever enters %s.%s", track->name,
                track->state[s].name);
        }
    }
}

static void
tell_exits(reach_t *reach)
{
    twp_read_t *read = reach->read;
    const twp_study_typed_t *study = read->study;

    for (int e = 0; e < study->n_exits; e++) {
        const twp_study_exit_t *exit = &study->exit[e];
        const twp_study_track_t *track = &study->track[exit->i_track];
        if (reach->can_fire[e] ||
            !reach->is_entered[read->state_first[exit->i_track] + exit->i_state])
            continue;
        if (exit->begins_doses)
            twp_read_warn(read, exit->place, track->name, NULL, NULL,
                "no dose of %s is ever due: its `while` is always false", track->name);
        else if (track->i_doses >= 0)
            ; /* what is missed at no chance is no fault */
        else if (track->i_support < 0)
            twp_read_warn(read, exit->place, exit->qualified, NULL, NULL,
                exit->kind == TWP_EXIT_UPON && !is_known_to_be(read, exit->guard, 0)
                    ? "%s waits for something that never happens"
                    : "%s can never fire: its condition is always false",
                exit->qualified);
        else if (exit->i_offer_support >= 0 && exit->i_state == TWP_SUPPORT_IDLE &&
            !reach->is_start_asked[exit->i_offer_support])
            twp_read_warn(read, exit->place, track->name, NULL, NULL,
                "%s is never offered: what it waits for never happens", track->name);
    }
}

static void
tell_effect(reach_t *reach, const twp_effect_t *effect, const twp_study_exit_t *exit)
{
    const twp_expression_t *covariate = effect->covariate;
    const char *why = NULL;
    twp_place_t place = exit->place;

    if (effect->i_support >= 0)
        return;
    if (covariate->scope == TWP_SCOPE_CONSTANT)
        why = "is the same for all twins at all times";
    else if (covariate->kind == TWP_WORD_STATE_IS &&
        !reach->is_entered[reach->read->state_first[covariate->i] + covariate->j])
        why = "never is true";
    if (why == NULL)
        return;
    if (covariate->line > 0) {
        place.line = covariate->line;
        place.column = covariate->column;
    }
    twp_read_warn(reach->read, place, effect->name, NULL, NULL,
        "the effect on %s never changes: %s %s", exit->qualified, effect->name, why);
}

void
twp_check_reach(twp_read_t *read)
{
    const twp_study_typed_t *study = read->study;
    reach_t reach = { .read = read };
    int n_states = 0;

    for (int t = 0; t < study->n_tracks; t++)
        n_states += study->track[t].n_states;
    reach.is_entered = TWP_READ_NEW(read, bool, n_states);
    reach.can_fire = TWP_READ_NEW(read, bool, study->n_exits);
    reach.is_done = TWP_READ_NEW(read, bool, study->n_named_actions);
    reach.is_filled = TWP_READ_NEW(read, bool, study->n_variables);
    reach.is_start_asked = TWP_READ_NEW(read, bool, study->n_supports);
    reach.is_end_asked = TWP_READ_NEW(read, bool, study->n_supports);
    begin(&reach);
    spread(&reach);
    tell_states(&reach);
    tell_exits(&reach);
    for (int e = 0; e < study->n_exits; e++) {
        const twp_study_exit_t *exit = &study->exit[e];
        for (int k = 0; k < exit->n_effects; k++)
            tell_effect(&reach, &exit->effect[k], exit);
        for (int b = 0; b < exit->n_branches; b++)
            for (int k = 0; k < exit->branch[b].n_effects; k++)
                tell_effect(&reach, &exit->branch[b].effect[k], exit);
    }
}
