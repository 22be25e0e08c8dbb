#include "kernel/kernel.h"

double
twp_twin_draw(const twp_model_t *model, twp_twin_t *twin, uint32_t stream, uint32_t occurrence)
{
    const uint64_t bits = twp_stream_draw_bits(model->seed, twin->id, stream, occurrence);

    twin->n_draws++;
    if (twin->draws != NULL) {
        if (twin->draws->n < twin->draws->capacity) {
            struct twp_draw *draw = &twin->draws->draw[twin->draws->n];
            draw->stream = stream;
            draw->occurrence = occurrence;
            draw->bits = bits;
        }
        twin->draws->n++;
    }
    return ((double) (bits >> 12) + 0.5) * 0x1p-52;
}

/** Refreshes formulas in compiled order; a change touches only clocks and later formulas. */
static void
refresh_formulas(const twp_model_t *model, twp_twin_t *twin)
{
    for (int k = 0; k < model->n_formula_mask; k++) {
        while (twin->stale[k] != 0) {
            const int32_t i = k * 64 + __builtin_ctzll(twin->stale[k]);
            twp_bit_clear(twin->stale, i);
            const double value = twp_program_value(model, twin, model->formula[i]);
            if (value == twin->formula[i])
                continue;
            if (!twp_is_finite(value))
                twp_twin_mark(twin, TWP_MARK_NOT_FINITE, -1);
            if (i >= model->first_reward_formula)
                twp_reward_integrate(model, twin, i - model->first_reward_formula);
            twin->formula[i] = value;
            twp_twin_touch(model, twin, model->first_formula_word + i);
        }
    }
}

/** Starts new clocks and solves touched ones that run, each once, by slot. */
static void
settle_clocks(const twp_model_t *model, twp_twin_t *twin)
{
    for (int k = 0; k < model->n_clock_mask; k++) {
        uint64_t started = twin->started[k], touched = twin->touched[k] & twin->running[k];
        touched &= ~started;
        twin->running[k] |= started;
        twin->started[k] = twin->touched[k] = 0;
        for (; started != 0; started &= started - 1)
            twp_clock_start(model, twin, k * 64 + __builtin_ctzll(started));
        for (; touched != 0; touched &= touched - 1)
            twp_clock_change(model, twin, k * 64 + __builtin_ctzll(touched));
    }
}

static inline bool
has_stale_formulas(const twp_model_t *model, const twp_twin_t *twin)
{
    uint64_t stale = 0;

    for (int k = 0; k < model->n_formula_mask; k++)
        stale |= twin->stale[k];
    return stale != 0;
}

/** The end of an instant: answers, formulas, clocks. */
static void
end_instant(const twp_model_t *model, twp_twin_t *twin, twp_log_t *log)
{
    if (twin->n_queue > 0)
        twp_queue_answer(model, twin, log);
    if (has_stale_formulas(model, twin))
        refresh_formulas(model, twin);
    settle_clocks(model, twin);
}

static inline double
sooner(double a, double b)
{
    return a < b ? a : b;
}

static inline double
soonest_of_8(const double *fires)
{
    const double low = sooner(sooner(fires[0], fires[1]), sooner(fires[2], fires[3]));
    const double high = sooner(sooner(fires[4], fires[5]), sooner(fires[6], fires[7]));

    return sooner(low, high);
}

/** The first of 8 times that is not after `soonest`, of which there is one. */
static inline int32_t
first_of_8(const double *fires, double soonest)
{
    int32_t low = 3, high = 7;

    low = fires[2] <= soonest ? 2 : low;
    high = fires[6] <= soonest ? 6 : high;
    low = fires[1] <= soonest ? 1 : low;
    high = fires[5] <= soonest ? 5 : high;
    low = fires[0] <= soonest ? 0 : low;
    high = fires[4] <= soonest ? 4 : high;
    return sooner(sooner(fires[0], fires[1]), sooner(fires[2], fires[3])) <= soonest ? low : high;
}

/**
 * The clock that fires soonest: smallest (time, slot); slots are in order of priority and name. Nothing
 * branches on times, since which clock is the soonest cannot be foretold.
 */
void
twp_clock_find_first(const twp_model_t *model, twp_twin_t *twin)
{
    const double *fires = twin->fires;
    double soonest = soonest_of_8(fires);
    int32_t first = 0;

    for (int32_t i = TWP_SLOT_GROUP; i < model->n_slots_padded; i += TWP_SLOT_GROUP) {
        const double other = soonest_of_8(fires + i);
        first = other < soonest ? i : first;
        soonest = sooner(other, soonest);
    }
    twin->soonest = soonest;
    twin->i_first = first + first_of_8(fires + first, soonest);
}

static void
fire_exit(const twp_model_t *model, twp_twin_t *twin, int32_t i_exit, twp_log_t *log)
{
    const twp_model_exit_t *exit = &model->exit[i_exit];

    if (exit->guard.n > 0 && twp_program_value(model, twin, exit->guard) == 0) {
        twin->counter[exit->i_counter]++; /* `every` with a false `if`: nothing happens this time */
        twp_clock_set(twin, exit->i_slot, twin->now_days + twin->clock[exit->i_clock].rest);
        return;
    }
    twp_exit_take(model, twin, i_exit, log);
}

static void
fire(const twp_model_t *model, twp_twin_t *twin, int32_t i_slot, twp_log_t *log)
{
    const twp_slot_t slot = model->slot[i_slot];

    twin->fires[i_slot] = TWP_NEVER;
    twp_clock_lose_first(twin);
    if (slot.kind != TWP_SLOT_EXIT)
        twp_clock_find_first(model, twin);
    switch ((twp_slot_kind_t) slot.kind) {
    case TWP_SLOT_EXIT: fire_exit(model, twin, slot.i, log); break;
    case TWP_SLOT_DRIFT: twp_drift_refresh(model, twin, slot.i); break;
    case TWP_SLOT_STOCK: twp_stock_set(model, twin, slot.i, twin->now_days); break;
    case TWP_SLOT_OBSERVATION: twp_observation_arrive(model, twin, slot.i, log); break;
    }
}

static void
watch(const twp_model_t *model, twp_twin_t *twin, double now_days, int32_t i_slot)
{
    const int32_t code = model->slot[i_slot].kind == TWP_SLOT_EXIT ? model->slot[i_slot].i : -1;

    if (++twin->n_instants > TWP_MAX_INSTANTS)
        twp_twin_mark(twin, TWP_MARK_ENDLESS, code);
    if (now_days > twin->now_days + TWP_STANDSTILL_DAYS)
        twin->n_standstill = 0;
    else if (++twin->n_standstill > TWP_MAX_STANDSTILL)
        twp_twin_mark(twin, TWP_MARK_STANDSTILL, code);
}

void
twp_kernel_advance(const twp_model_t *model, twp_twin_t *twin, double until_days, twp_log_t *log)
{
    twp_clock_keep_first(model, twin);
    while (twin->soonest <= until_days && twin->mark == TWP_MARK_NONE) {
        const int32_t i_slot = twin->i_first;
        if (twp_bit_is_set(twin->put_off, i_slot)) {
            twp_clock_solve_put_off(model, twin, i_slot);
            twp_clock_keep_first(model, twin);
            continue;
        }
        if (log->capacity - log->n < model->max_rows_per_instant ||
            twin->n_instants >= twin->pause_at) {
            twp_twin_mark(twin, TWP_MARK_LOG_FULL, -1);
            return;
        }
        watch(model, twin, twin->soonest, i_slot);
        twin->now_days = twin->soonest;
        fire(model, twin, i_slot, log);
        end_instant(model, twin, log);
        twp_clock_keep_first(model, twin);
    }
    if (twin->mark == TWP_MARK_NONE)
        twin->now_days = until_days;
}

static void
start_variables(const twp_model_t *model, twp_twin_t *twin)
{
    for (int32_t i = 0; i < model->n_variables; i++) {
        const twp_model_variable_t *variable = &model->variable[i];
        const double start = twin->start_value[i];
        twin->base[i] = start;
        twin->variable[i] = start;
        if (variable->is_stock) {
            twin->is_empty[i] = !(start > 0);
            twp_clock_set(
                twin, variable->i_slot, start > 0 && !variable->stands_still ? start : TWP_NEVER);
        } else {
            const double x = start < variable->low ? variable->low
                : start > variable->high           ? variable->high
                                                   : start;
            const double base = variable->i_drift < 0 || variable->returns_to_start
                ? x
                : twp_program_value(model, twin, variable->returns_to);
            twin->variable[i] = x;
            if (variable->i_drift >= 0)
                twp_drift_jump(model, twin, variable->i_drift, base, x - base);
        }
    }
}

static int32_t
draw_start_state(const twp_model_t *model, twp_twin_t *twin, const twp_model_track_t *track)
{
    if (track->i_start_attribute >= 0) { /* there may be no choices at all then */
        const double value = twin->attribute[track->i_start_attribute];
        for (int32_t s = 0; s < track->n_states; s++)
            if (model->start_code[track->i_state_first + s] == value)
                return s;
        twp_twin_mark(twin, TWP_MARK_START, -1);
        return 0;
    }
    const twp_model_start_t *start = &model->start[track->i_start_first];
    if (track->n_starts == 1)
        return start[0].i_state;
    const double u = twp_twin_draw(model, twin, track->stream_start, 1);
    double sum = 0;
    for (int32_t k = 0; k + 1 < track->n_starts; k++) {
        const double p = twp_program_value(model, twin, start[k].chance);
        sum += p;
        if (!(p >= 0 && sum <= 1 + 1e-9))
            twp_twin_mark(twin, TWP_MARK_START, -1);
        if (u < sum)
            return start[k].i_state;
    }
    return start[track->n_starts - 1].i_state;
}

static void
start_supports(const twp_model_t *model, twp_twin_t *twin)
{
    for (int32_t i = 0; i < model->n_supports; i++) {
        const twp_model_support_t *support = &model->support[i];
        double from = TWP_NEVER;
        if (support->is_enabled) {
            from = support->from_days - twin->enters_days;
            if (support->ramp_days > 0)
                from += support->ramp_days * twp_twin_draw(model, twin, support->stream_rollout, 1);
        }
        twin->support_from[i] = from;
    }
}

static void
start_tracks(const twp_model_t *model, twp_twin_t *twin, twp_log_t *log)
{
    for (int32_t i = 0; i < model->n_tracks; i++) {
        const twp_model_track_t *track = &model->track[i];
        const double since = twp_program_value(model, twin, track->since);
        if (!(since >= 0) || !twp_is_finite(since))
            twp_twin_mark(twin, TWP_MARK_START, -1);
        twin->start_since_days[i] = since > 0 ? since : 0;
        twin->entered_days[i] = since > 0 ? -since : 0;
        twin->start_state[i] = draw_start_state(model, twin, track);
        twin->state[i] = twin->start_state[i];
        twp_state_enter(
            model, twin, track->i_state_first + twin->start_state[i], twin->entered_days[i]);
    }
    for (int k = 0; k < model->n_formulas; k++)
        twp_bit_set(twin->stale, k);
    refresh_formulas(model, twin);
    for (int32_t i = 0; i < model->n_tracks; i++) {
        const twp_model_state_t *state =
            &model->state[model->track[i].i_state_first + twin->start_state[i]];
        if (twin->entered_days[i] < 0)
            continue; /* it was entered before the study began */
        twp_twin_raise(twin, state->i_happening);
        twp_actions_run(model, twin, state->i_enter_first, state->n_enter, log);
    }
}

void
twp_kernel_start(const twp_model_t *model, twp_twin_t *twin, twp_log_t *log)
{
    twp_twin_reset(model, twin);
    twin->age_days = twp_program_value(model, twin, model->age);
    if (!(twin->age_days >= 0) || !twp_is_finite(twin->age_days))
        twp_twin_mark(twin, TWP_MARK_AGE, -1);
    start_variables(model, twin);
    start_supports(model, twin);
    start_tracks(model, twin, log);
    end_instant(model, twin, log);
}
