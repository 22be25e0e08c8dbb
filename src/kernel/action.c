#include "kernel/kernel.h"

static void
dispense(const twp_model_t *model, twp_twin_t *twin, const twp_model_action_t *action, double days,
    twp_log_t *log)
{
    const double now = twin->now_days;
    const double empty = twin->still_since[action->i] < now ? now + twp_stock_left(twin, action->i)
                                                            : twin->variable[action->i];
    const bool carries = action->kind == TWP_DO_DISPENSE && empty > now;

    if (!(days >= 0) || !twp_is_finite(days)) {
        twp_twin_mark(twin, TWP_MARK_AMOUNT, model->codes.first_dispense + action->i);
        return;
    }
    twp_log_add(twin, log, TWP_ROW_DISPENSE, model->codes.first_dispense + action->i, -1, days);
    twp_stock_set(model, twin, action->i, (carries ? empty : now) + days);
}

static void
pay(const twp_model_t *model, twp_twin_t *twin, int32_t i_account, double money)
{
    if (!twp_is_finite(money)) {
        twp_twin_mark(twin, TWP_MARK_NOT_FINITE, -1);
        return;
    }
    twin->account[i_account] += money;
    twin->account_discounted[i_account] += money * twp_twin_discount(model, twin);
}

static void
gain(const twp_model_t *model, twp_twin_t *twin, int32_t i_reward, double days)
{
    if (!twp_is_finite(days)) {
        twp_twin_mark(twin, TWP_MARK_NOT_FINITE, -1);
        return;
    }
    twin->reward[i_reward] += days;
    twin->reward_discounted[i_reward] += days * twp_twin_discount(model, twin);
}

static void
measure(const twp_model_t *model, twp_twin_t *twin, int32_t i_tally, double amount, twp_log_t *log)
{
    if (!twp_is_finite(amount)) {
        twp_twin_mark(twin, TWP_MARK_NOT_FINITE, -1);
        return;
    }
    twin->tally[i_tally] += amount;
    twp_log_add(twin, log, TWP_ROW_MEASURE, model->codes.first_measure + i_tally, -1, amount);
}

void
twp_action_run(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_first, int32_t n, twp_log_t *log)
{
    for (int32_t k = i_first; k < i_first + n; k++) {
        const twp_model_action_t *action = &model->action[k];
        const double amount = twp_program_value(model, twin, action->amount);
        switch ((twp_do_t) action->kind) {
        case TWP_DO_ADD: twp_variable_set(model, twin, action->i, amount, true); break;
        case TWP_DO_SET: twp_variable_set(model, twin, action->i, amount, false); break;
        case TWP_DO_DISPENSE:
        case TWP_DO_DISPENSE_DISCARDING: dispense(model, twin, action, amount, log); break;
        case TWP_DO_COST: pay(model, twin, action->i, amount); break;
        case TWP_DO_CONTACT:
            twp_log_add(twin, log, TWP_ROW_CONTACT, model->codes.first_contact + action->i, -1, 1);
            break;
        case TWP_DO_MEASURE: measure(model, twin, action->i, amount, log); break;
        case TWP_DO_QALY: gain(model, twin, action->i, amount); break;
        case TWP_DO_HAPPEN: twp_twin_raise(twin, action->i); break;
        case TWP_DO_FALL: twp_stock_fall(model, twin, action->i, amount != 0); break;
        case TWP_DO_BEGIN: twin->last_entered[action->i] = twin->now_days; break;
        case TWP_DO_FADE: twp_drift_jump(model, twin, action->i, 0, amount); break;
        }
    }
}
