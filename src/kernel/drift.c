#include "kernel/kernel.h"

#include "base/portable_math.h"

/*
 * A value with a half-life h falls to its base as deviation * 2^(-t / h); it is held piecewise at the
 * mean over pieces of held_days counted from the last jump, for seven half-lives, and then rests.
 */

double
twp_drift_deviation(const twp_model_t *model, const twp_twin_t *twin, int32_t i_drift)
{
    const twp_drift_t *drift = &model->drift[i_drift];
    const twp_drift_state_t *state = &twin->drift[i_drift];

    if (state->i_piece >= drift->n_pieces)
        return 0;
    return state->deviation *
        twp_math_exp(-drift->log2_per_day * (twin->now_days - state->since_days));
}

static void
hold(const twp_model_t *model, twp_twin_t *twin, int32_t i_drift)
{
    const twp_drift_t *drift = &model->drift[i_drift];
    twp_drift_state_t *state = &twin->drift[i_drift];
    double held = 0, fires = TWP_NEVER;

    if (state->i_piece < drift->n_pieces) {
        held = state->deviation * model->drift_mean[drift->i_mean_first + state->i_piece];
        fires = state->since_days + (double) (state->i_piece + 1) * drift->held_days;
    }
    twin->drift_value[i_drift] = held;
    if (drift->i_variable >= 0)
        twin->variable[drift->i_variable] = twin->base[drift->i_variable] + held;
    twp_clock_set(twin, drift->i_slot, fires);
    twp_twin_touch(model, twin, drift->i_word);
}

void
twp_drift_jump(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_drift, double base, double deviation)
{
    const twp_drift_t *drift = &model->drift[i_drift];
    twp_drift_state_t *state = &twin->drift[i_drift];

    if (drift->i_variable >= 0)
        twin->base[drift->i_variable] = base;
    if (!twp_is_finite(deviation) || !twp_is_finite(base))
        twp_twin_mark(twin, TWP_MARK_NOT_FINITE, -1);
    state->deviation = deviation;
    state->since_days = twin->now_days;
    state->i_piece = deviation != 0 ? 0 : drift->n_pieces;
    hold(model, twin, i_drift);
}

void
twp_drift_refresh(const twp_model_t *model, twp_twin_t *twin, int32_t i_drift)
{
    twin->n_refreshed++;
    twin->drift[i_drift].i_piece++;
    hold(model, twin, i_drift);
}

static double
clamp(const twp_model_variable_t *variable, double x)
{
    return x < variable->low ? variable->low : x > variable->high ? variable->high : x;
}

void
twp_variable_set(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_variable, double value, bool is_added)
{
    const twp_model_variable_t *variable = &model->variable[i_variable];

    if (!twp_is_finite(value)) {
        twp_twin_mark(twin, TWP_MARK_NOT_FINITE, -1);
        return;
    }
    if (variable->is_stock) {
        const double amount = is_added ? twp_stock_left(twin, i_variable) + value : value;
        twp_stock_set(model, twin, i_variable, twin->now_days + (amount > 0 ? amount : 0));
    } else if (variable->i_drift >= 0) {
        const double base = twin->base[i_variable];
        const double from = base + twp_drift_deviation(model, twin, variable->i_drift);
        const double to = clamp(variable, is_added ? from + value : value);
        twp_drift_jump(model, twin, variable->i_drift, base, to - base);
    } else {
        twin->variable[i_variable] = clamp(
            variable, is_added ? twin->variable[i_variable] + value : value);
        twp_twin_touch(model, twin, variable->i_word);
    }
}

void
twp_stock_set(const twp_model_t *model, twp_twin_t *twin, int32_t i_variable, double empty_days)
{
    const twp_model_variable_t *variable = &model->variable[i_variable];
    const bool is_empty = empty_days <= twin->now_days;
    const bool was_empty = twin->is_empty[i_variable] != 0;

    const bool falls = twin->still_since[i_variable] == TWP_NEVER;

    if (!falls)
        twin->still_since[i_variable] = twin->now_days;
    twin->variable[i_variable] = empty_days;
    twp_clock_set(twin, variable->i_slot, is_empty || !falls ? TWP_NEVER : empty_days);
    twin->is_empty[i_variable] = is_empty;
    if (is_empty != was_empty)
        twp_twin_touch(model, twin, variable->i_word);
    if (is_empty && !was_empty)
        twp_twin_raise(twin, variable->i_happening);
}

/* What is left of less than this is the rounding of times: a stock that ends as it is stopped is empty. */
#define NOTHING_DAYS 1e-9

void
twp_stock_fall(const twp_model_t *model, twp_twin_t *twin, int32_t i_variable, bool falls)
{
    const double left = twp_stock_left(twin, i_variable);

    twin->still_since[i_variable] = falls ? TWP_NEVER : twin->now_days;
    if (twin->is_empty[i_variable] == 0)
        twp_stock_set(
            model, twin, i_variable, left > NOTHING_DAYS ? twin->now_days + left : twin->now_days);
}
