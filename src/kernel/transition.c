#include "kernel/kernel.h"

#include "base/portable_math.h"

/** Chance of a branch now: odds times the exponential of its effects. */
static double
branch_chance(
    const twp_model_t *model, twp_twin_t *twin, const twp_model_branch_t *branch, int32_t i_exit)
{
    double p = twp_program_value(model, twin, branch->chance);

    if (!(p >= 0 && p <= 1))
        twp_twin_mark(twin, TWP_MARK_CHANCE, i_exit);
    if (branch->n_terms > 0) {
        double log_odds, none;
        twp_term_sum(model, twin, branch->i_term_first, branch->n_terms, false, &log_odds, &none);
        if (log_odds != 0) {
            const double ratio = twp_math_exp(log_odds);
            p = p * ratio / (1 - p + p * ratio);
        }
    }
    return p;
}

/** Chances tried in order, cumulatively, with one uniform; the last branch is `otherwise`. */
static const twp_model_branch_t *
choose(const twp_model_t *model, twp_twin_t *twin, const twp_model_exit_t *exit, int32_t i_exit)
{
    const twp_model_branch_t *branch = &model->branch[exit->i_branch_first];

    if (!exit->draws_choice)
        return branch;
    const double u = twp_twin_draw(
        model, twin, exit->stream_choose, twin->counter[exit->i_counter]);
    double sum = 0;
    for (int32_t k = 0; k + 1 < exit->n_branches; k++) {
        sum += branch_chance(model, twin, &branch[k], i_exit);
        if (!(sum <= 1 + 1e-9)) /* room for the rounding of chances that add up to one */
            twp_twin_mark(twin, TWP_MARK_CHANCE, i_exit);
        if (u < sum)
            return &branch[k];
    }
    return &branch[exit->n_branches - 1];
}

static void
leave_state(const twp_model_t *model, twp_twin_t *twin, int32_t i_state)
{
    const int n = model->n_clock_mask;
    const uint64_t *clocks = model->state_clocks + (size_t) i_state * (size_t) n;

    for (int k = 0; k < n; k++) {
        const uint64_t mine = clocks[k];
        for (uint64_t rest = mine; rest != 0; rest &= rest - 1)
            twin->fires[k * 64 + __builtin_ctzll(rest)] = TWP_NEVER;
        twin->started[k] &= ~mine;
        twin->running[k] &= ~mine;
    }
    if (twin->i_first >= 0 && twp_bit_is_set(clocks, twin->i_first))
        twp_clock_lose_first(twin);
    twp_twin_touch(model, twin, i_state);
}

void
twp_state_enter(const twp_model_t *model, twp_twin_t *twin, int32_t i_state, double entered_days)
{
    const int n = model->n_clock_mask;
    const twp_model_state_t *state = &model->state[i_state];
    const uint64_t *clocks = model->state_clocks + (size_t) i_state * (size_t) n;

    twin->last_entered[i_state] = entered_days;
    twin->in_state[i_state] = 1;
    twp_twin_touch(model, twin, i_state);
    for (int k = 0; k < n; k++) {
        twin->started[k] |= clocks[k];
        twin->repeats[k] &= ~clocks[k];
    }
    for (int32_t e = state->i_exit_first; e < state->i_exit_first + state->n_exits; e++)
        twin->counter[model->exit[e].i_counter] += !model->exit[e].counts_firings;
}

/** The exit stays in its state: only its own clock starts again. */
static void
repeat_exit(twp_twin_t *twin, const twp_model_exit_t *exit)
{
    const int32_t i_slot = exit->i_slot;

    if (i_slot < 0)
        return;
    twin->counter[exit->i_counter]++;
    if (exit->kind == TWP_EXIT_HAZARD) {
        twp_bit_set(twin->repeats, i_slot);
        twp_bit_set(twin->started, i_slot);
    } else {
        twp_clock_set(twin, i_slot, twin->now_days + twin->clock[exit->i_clock].rest);
    }
}

static void
note_offer(twp_twin_t *twin, int32_t i_support)
{
    const int32_t k = twin->n_offered[i_support]++ % TWP_SUPPORT_MAX_AT_MOST;

    twin->offered[i_support * TWP_SUPPORT_MAX_AT_MOST + k] = twin->now_days;
}

void
twp_exit_take(const twp_model_t *model, twp_twin_t *twin, int32_t i_exit, twp_log_t *log)
{
    const twp_model_exit_t *exit = &model->exit[i_exit];
    const int32_t i_track = exit->i_track;
    const twp_model_state_t *from = &model->state[exit->i_from];

    twin->n_events++;
    if (exit->counts_firings)
        twin->counter[exit->i_counter]++;
    const twp_model_branch_t *branch = choose(model, twin, exit, i_exit);
    if (exit->i_offer_support >= 0)
        note_offer(twin, exit->i_offer_support);
    twp_log_add(twin, log, TWP_ROW_EXIT, i_exit, branch->i_target,
        (double) (branch - &model->branch[exit->i_branch_first]));
    if (branch->i_target >= 0) {
        twp_actions_run(model, twin, from->i_leave_first, from->n_leave, log);
        leave_state(model, twin, exit->i_from);
    }
    twp_clock_keep_first(model, twin);
    twp_actions_run(model, twin, exit->i_action_first, exit->n_actions, log);
    twp_actions_run(model, twin, branch->i_action_first, branch->n_actions, log);
    twp_twin_raise(twin, exit->i_happening);
    if (branch->i_target < 0) {
        repeat_exit(twin, exit);
        return;
    }
    const twp_model_state_t *to = &model->state[branch->i_to];
    if (from->has_timed_rewards) /* their clock is about to start again */
        twp_rewards_settle(model, twin, i_track);
    twin->entered_days[i_track] = twin->now_days;
    twin->entries[branch->i_to]++;
    /* until now, in `do`, the old state was the current one */
    twin->in_state[exit->i_from] = 0;
    twin->state[i_track] = branch->i_target;
    twp_state_enter(model, twin, branch->i_to, twin->now_days);
    twp_twin_raise(twin, to->i_happening);
    twp_actions_run(model, twin, to->i_enter_first, to->n_enter, log);
}

/** Puts a delayed observation on its way: the ring keeps the order, as delays are constant. */
static void
delay_observation(const twp_model_t *model, twp_twin_t *twin, int32_t i)
{
    const twp_model_observation_t *observation = &model->observation[i];
    const double arrives = twin->now_days + observation->delay_days;

    if (twin->arrives_n[i] >= TWP_MAX_DELAYED) {
        twp_twin_mark(twin, TWP_MARK_OBSERVATIONS, model->codes.first_observation + i);
        return;
    }
    const int32_t k = (twin->arrives_first[i] + twin->arrives_n[i]) % TWP_MAX_DELAYED;
    twin->arrives[i * TWP_MAX_DELAYED + k] = arrives;
    if (twin->arrives_n[i]++ == 0)
        twp_clock_set(twin, observation->i_slot, arrives);
}

static void
observe(const twp_model_t *model, twp_twin_t *twin, int32_t i, twp_log_t *log)
{
    const twp_model_observation_t *observation = &model->observation[i];

    twin->observed[i] += 1;
    twp_log_add(
        twin, log, TWP_ROW_OBSERVED, model->codes.first_observation + i, -1, twin->observed[i]);
    twp_twin_touch(model, twin, observation->i_word);
    twp_twin_raise(twin, observation->i_happening);
}

void
twp_observation_arrive(const twp_model_t *model, twp_twin_t *twin, int32_t i, twp_log_t *log)
{
    const int32_t i_slot = model->observation[i].i_slot;

    twin->arrives_first[i] = (twin->arrives_first[i] + 1) % TWP_MAX_DELAYED;
    twin->arrives_n[i]--;
    twp_clock_set(twin, i_slot,
        twin->arrives_n[i] > 0 ? twin->arrives[i * TWP_MAX_DELAYED + twin->arrives_first[i]]
                               : TWP_NEVER);
    observe(model, twin, i, log);
}

static bool
is_current(const twp_model_t *model, const twp_twin_t *twin, int32_t i_exit)
{
    const twp_model_exit_t *exit = &model->exit[i_exit];

    return twin->state[exit->i_track] == exit->i_state;
}

/**
 * One happening: observations see it first, then the exits whose states are current now answer in
 * order of qualified name, each checked again when its turn comes.
 */
static void
answer(const twp_model_t *model, twp_twin_t *twin, int32_t i_happening, twp_log_t *log)
{
    const twp_model_happening_t *happening = &model->happening[i_happening];
    const int32_t *upon = model->upon + happening->i_upon_first;
    uint64_t is_asked[TWP_MAX_ANSWERS / 64] = { 0 };

    for (int32_t k = 0; k < happening->n_observers; k++) {
        const int32_t i = model->observer[happening->i_observer_first + k];
        if (model->observation[i].delay_days > 0)
            delay_observation(model, twin, i);
        else
            observe(model, twin, i, log);
    }
    for (int32_t k = 0; k < happening->n_upon; k++)
        if (is_current(model, twin, upon[k]))
            twp_bit_set(is_asked, k);
    for (int32_t k = 0; k < happening->n_upon; k++) {
        const twp_program_t guard = model->exit[upon[k]].guard;
        if ((is_asked[k >> 6] >> (k & 63) & 1) == 0 || !is_current(model, twin, upon[k]))
            continue;
        if (guard.n == 0 || twp_program_value(model, twin, guard) != 0)
            twp_exit_take(model, twin, upon[k], log);
    }
}

void
twp_queue_answer(const twp_model_t *model, twp_twin_t *twin, twp_log_t *log)
{
    for (int32_t k = 0; k < twin->n_queue; k++)
        answer(model, twin, twin->queue[k], log);
    twin->n_queue = 0;
}
