#include "model/compile.h"

#include "base/portable_math.h"
#include <math.h>

/* ---- actions --------------------------------------------------------------------------------- */

static void
add_action(twp_compiler_t *c, twp_do_t kind, int32_t i, const twp_expression_t *amount)
{
    twp_model_action_t row = { (int32_t) kind, i, { 0, 0 } };

    if (kind == TWP_DO_HAPPEN && i < 0)
        return; /* nobody listens */
    row.amount = twp_compile_program(c, amount);
    twp_table_add(c, &c->action, &row, 1);
}

static void
expand(twp_compiler_t *c, const twp_actions_t *actions, int depth)
{
    if (depth > TWP_PROGRAM_STACK) {
        c->is_too_deep = true;
        return;
    }
    for (int k = 0; k < actions->n; k++) {
        const twp_action_t *a = &actions->action[k];
        switch (a->kind) {
        case TWP_ACTION_ADD: add_action(c, TWP_DO_ADD, a->i, a->amount); break;
        case TWP_ACTION_SET: add_action(c, TWP_DO_SET, a->i, a->amount); break;
        case TWP_ACTION_DISPENSE:
            add_action(c, a->is_discarding ? TWP_DO_DISPENSE_DISCARDING : TWP_DO_DISPENSE, a->i,
                a->amount);
            break;
        case TWP_ACTION_COST: add_action(c, TWP_DO_COST, a->i, a->amount); break;
        case TWP_ACTION_CONTACT: add_action(c, TWP_DO_CONTACT, a->i, NULL); break;
        case TWP_ACTION_START:
            add_action(c, TWP_DO_HAPPEN,
                twp_compile_happening_id(c, TWP_HAPPENING_START_ASKED, a->i, 0), NULL);
            break;
        case TWP_ACTION_END:
            add_action(c, TWP_DO_HAPPEN,
                twp_compile_happening_id(c, TWP_HAPPENING_END_ASKED, a->i, 0), NULL);
            break;
        case TWP_ACTION_MEASURE: add_action(c, TWP_DO_MEASURE, a->i, a->amount); break;
        case TWP_ACTION_QALY: add_action(c, TWP_DO_QALY, c->model->i_qaly_reward, a->amount); break;
        case TWP_ACTION_DO:
            expand(c, &c->study->named_action[a->i].actions, depth + 1);
            add_action(
                c, TWP_DO_HAPPEN, twp_compile_happening_id(c, TWP_HAPPENING_ACTION, a->i, 0), NULL);
            break;
        }
    }
}

void
twp_compile_actions(twp_compiler_t *c, const twp_actions_t *actions, int32_t *i_first, int32_t *n)
{
    *i_first = c->action.n;
    expand(c, actions, 0);
    *n = c->action.n - *i_first;
}

/* ---- effects --------------------------------------------------------------------------------- */

static int
add_fade(twp_compiler_t *c, const twp_effect_t *effect, const char *target)
{
    const char *name = twp_arena_printf(c->arena, "patient.%s.fades.%s.%d",
        c->study->support[effect->i_support].name, target, c->drift.n);

    if (name == NULL) {
        c->is_out_of_memory = true;
        return -1;
    }
    return twp_compile_drift(
        c, name, effect->fade_half_life_days, effect->fade_held_for_days, -1, effect->i_support);
}

static void
add_terms(twp_compiler_t *c, const twp_effect_t *effect, int n_effects, const char *target,
    int32_t *i_first, int32_t *n)
{
    *i_first = c->term.n;
    for (int k = 0; k < n_effects; k++) {
        twp_term_t term = { .i_fade = -1 };
        term.covariate = twp_compile_program(c, effect[k].covariate);
        term.log_ratio = twp_math_log(twp_compile_constant(c, effect[k].ratio));
        term.is_support = effect[k].i_support >= 0;
        term.is_time_ratio = effect[k].kind == TWP_RATIO_TIME_RATIO;
        if (effect[k].fade_half_life_days != NULL)
            term.i_fade = add_fade(c, &effect[k], target);
        (void) twp_compile_bind(c, TWP_BIND_RATIO, c->term.n, effect[k].ratio, NULL);
        twp_table_add(c, &c->term, &term, 1);
    }
    *n = c->term.n - *i_first;
}

/* ---- exits ----------------------------------------------------------------------------------- */

static void
add_branches(twp_compiler_t *c, const twp_study_exit_t *exit, twp_model_exit_t *row)
{
    const int first = twp_table_add(c, &c->branch, NULL, exit->n_branches);

    if (c->is_out_of_memory)
        return;
    row->i_branch_first = first;
    row->n_branches = exit->n_branches;
    row->draws_choice = exit->n_branches > 1;
    for (int k = 0; k < exit->n_branches; k++) {
        const twp_branch_t *from = &exit->branch[k];
        twp_model_branch_t branch = { .i_target = from->i_target };
        branch.i_to = c->model->track[exit->i_track].i_state_first + from->i_target;
        branch.chance = twp_compile_program(c, from->chance);
        add_terms(c, from->effect, from->n_effects, exit->qualified, &branch.i_term_first,
            &branch.n_terms);
        twp_compile_actions(c, &from->actions, &branch.i_action_first, &branch.n_actions);
        if (from->i_target < 0 && exit->kind == TWP_EXIT_UPON)
            row->counts_firings = true;
        ((twp_model_branch_t *) c->branch.row)[first + k] = branch;
    }
}

/* Over all states, or behind them the doses, since whose beginning a clock counts. */
static int32_t
since_of(const twp_compiler_t *c, const twp_study_exit_t *exit)
{
    if (exit->kind != TWP_EXIT_HAZARD)
        return -1;
    if (exit->counts_from == TWP_FROM_DOSES)
        return c->model->n_states + exit->i_doses;
    return exit->counts_from == TWP_FROM_STATE
        ? c->model->track[exit->i_since_track].i_state_first + exit->i_since_state
        : -1;
}

static void
add_hazard(twp_compiler_t *c, const twp_study_exit_t *exit, twp_model_exit_t *row)
{
    row->stream = twp_compile_stream(c, exit->stream);
    if (exit->is_at_once) { /* `fixed` at an age of 0 */
        row->family = TWP_FAMILY_FIXED;
        row->has_constant_law = true;
        row->law.c[0] = 0;
        return;
    }
    twp_compile_law(c, exit, row);
    add_terms(c, exit->effect, exit->n_effects, exit->qualified, &row->i_term_first, &row->n_terms);
}

static void
add_exit(twp_compiler_t *c, int e)
{
    const twp_study_exit_t *exit = &c->study->exit[e];
    twp_model_exit_t *row = &c->model->exit[e];

    row->kind = (uint8_t) exit->kind;
    row->counts_from =
        (uint8_t) (exit->counts_from == TWP_FROM_DOSES ? TWP_FROM_STATE : exit->counts_from);
    row->i_since = since_of(c, exit);
    row->is_strongest_only = exit->is_strongest_only;
    row->i_track = exit->i_track;
    row->i_state = exit->i_state;
    row->i_from = c->model->track[exit->i_track].i_state_first + exit->i_state;
    row->i_slot = -1;
    row->i_counter = exit->i_counter_of >= 0 ? exit->i_counter_of : e;
    row->i_offer_support = exit->i_offer_support;
    row->i_happening = twp_compile_happening_id(c, TWP_HAPPENING_EXIT, e, 0);
    row->days = twp_compile_program(c, exit->days);
    row->guard = twp_compile_program(c, exit->guard);
    row->only_while = twp_compile_program(c, exit->only_while);
    if (exit->kind == TWP_EXIT_HAZARD)
        add_hazard(c, exit, row);
    twp_compile_actions(c, &exit->actions, &row->i_action_first, &row->n_actions);
    if (exit->begins_doses) {
        add_action(c, TWP_DO_BEGIN, c->model->n_states + exit->i_doses, NULL);
        row->n_actions++;
    }
    add_branches(c, exit, row);
    if (row->draws_choice)
        row->stream_choose = twp_compile_stream_suffix(c, exit->stream, ".choose");
    if (exit->kind != TWP_EXIT_UPON)
        twp_compile_request_slot(c, exit->qualified, exit->priority, TWP_SLOT_EXIT, e);
}

/* ---- states and tracks ------------------------------------------------------------------------ */

/** Fades of a support begin when it becomes active and are over when it ends. */
static void
add_fade_actions(twp_compiler_t *c, int i_support, double amount)
{
    const twp_drift_t *drift = c->drift.row;

    for (int32_t d = 0; d < c->drift.n; d++) {
        if (drift[d].i_support != i_support)
            continue;
        twp_model_action_t row = { TWP_DO_FADE, d, { 0, 0 } };
        row.amount = twp_compile_number(c, amount);
        twp_table_add(c, &c->action, &row, 1);
    }
}

/** A stock that doses are taken from falls while they are taken only. */
static void
add_fall(twp_compiler_t *c, const twp_study_track_t *track, int s, double amount)
{
    const twp_study_doses_t *doses;

    if (track->i_doses < 0)
        return;
    doses = &c->study->doses[track->i_doses];
    if (!doses->uses_taken || s != doses->i_state[TWP_DOSES_TAKEN])
        return;
    twp_model_action_t row = { TWP_DO_FALL, doses->i_stock, { 0, 0 } };
    row.amount = twp_compile_number(c, amount);
    twp_table_add(c, &c->action, &row, 1);
}

static void
add_state(twp_compiler_t *c, int t, int s)
{
    const twp_study_track_t *track = &c->study->track[t];
    const twp_study_state_t *state = &track->state[s];
    twp_model_state_t *row = &c->model->state[c->model->track[t].i_state_first + s];
    const bool is_active = track->i_support >= 0 && s == TWP_SUPPORT_ACTIVE;

    row->i_exit_first = state->i_exit_first;
    row->n_exits = state->n_exits;
    row->i_happening = twp_compile_happening_id(c, TWP_HAPPENING_STATE, t, s);
    row->i_enter_first = c->action.n;
    if (is_active)
        add_fade_actions(c, track->i_support, 1);
    add_fall(c, track, s, 1);
    expand(c, &state->enter, 0);
    row->n_enter = c->action.n - row->i_enter_first;
    row->i_leave_first = c->action.n;
    expand(c, &state->leave, 0);
    if (is_active)
        add_fade_actions(c, track->i_support, 0);
    add_fall(c, track, s, 0);
    row->n_leave = c->action.n - row->i_leave_first;
}

static void
add_track(twp_compiler_t *c, int t)
{
    const twp_study_track_t *track = &c->study->track[t];
    twp_model_track_t *row = &c->model->track[t];

    row->i_start_first = c->start.n;
    row->n_starts = track->n_starts;
    row->i_start_attribute = track->i_start_attribute;
    row->since = twp_compile_program(c, track->since_days);
    for (int k = 0; k < track->n_starts; k++) {
        twp_model_start_t start = { .i_state = track->start[k].i_state };
        start.chance = twp_compile_program(c, track->start[k].chance);
        twp_table_add(c, &c->start, &start, 1);
    }
    if (track->n_starts > 1)
        row->stream_start = twp_compile_stream_suffix(c, "patient.", track->name);
    for (int s = 0; s < track->n_states; s++)
        c->model->start_code[row->i_state_first + s] =
            track->start_code != NULL ? track->start_code[s] : NAN;
}

/** Exits first, since they make the fades that the states of supports begin and end. */
void
twp_compile_tracks(twp_compiler_t *c)
{
    for (int e = 0; e < c->study->n_exits && !c->is_out_of_memory; e++)
        add_exit(c, e);
    for (int t = 0; t < c->study->n_tracks && !c->is_out_of_memory; t++) {
        add_track(c, t);
        for (int s = 0; s < c->study->track[t].n_states; s++)
            add_state(c, t, s);
    }
}
