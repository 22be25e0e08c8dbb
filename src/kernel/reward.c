#include "kernel/kernel.h"

#include "base/portable_math.h"

/*
 * The discount factor at t days after its origin is exp(-L(t)), L piecewise linear and L(0) = 0: rates
 * by year as log(1 + r) / 365.25 a day, continuous ones as r / 365.25. Before the origin (a date
 * that lies after the entry) the first rate is used backwards.
 */

static double
origin_days(const twp_model_t *model, double enters_days)
{
    return model->discounts_from_date ? model->discount_from_days - enters_days : 0;
}

static int
step_at(const twp_model_t *model, double t_days)
{
    int k = 0;

    while (k + 1 < model->n_discount_steps && model->discount_step[k + 1].start_days <= t_days)
        k++;
    return k;
}

static double
factor_in(const twp_discount_step_t *step, double t_days)
{
    return twp_math_exp(-(step->log_before + step->log_per_day * (t_days - step->start_days)));
}

double
twp_reward_discount(const twp_model_t *model, double enters_days, double t_days)
{
    if (model->n_discount_steps == 0)
        return 1;
    const double t = t_days - origin_days(model, enters_days);
    return factor_in(&model->discount_step[step_at(model, t)], t);
}

double
twp_reward_discount_integral(
    const twp_model_t *model, double enters_days, double from_days, double to_days)
{
    const double origin = origin_days(model, enters_days);
    const double to = to_days - origin;
    double from = from_days - origin, sum = 0;

    if (model->n_discount_steps == 0)
        return to_days - from_days;
    for (int k = step_at(model, from); from < to; k++) {
        const twp_discount_step_t *step = &model->discount_step[k];
        const bool is_last = k + 1 >= model->n_discount_steps || step[1].start_days >= to;
        const double end = is_last ? to : step[1].start_days;
        const double x = step->log_per_day * (end - from);
        sum += x > 0 ? factor_in(step, from) * -twp_math_expm1(-x) / step->log_per_day
                     : factor_in(step, from) * (end - from);
        from = end;
    }
    return sum;
}

#define SERIES_BELOW 0.5
#define N_SERIES 15

/**
 * Integral of v exp(-x v) over v from 0 to 1: (1 - (1 + x) exp(-x)) / x^2, which loses digits for
 * small x; there the sum over k of (-x)^k / (k! (k + 2)), below 2e-17 of it left out at x = 0.5.
 */
static double
first_moment(double x)
{
    double term = 1, sum = 0.5;

    if (!(x < SERIES_BELOW))
        return (-twp_math_expm1(-x) - x * twp_math_exp(-x)) / (x * x);
    for (int k = 1; k < N_SERIES; k++) {
        term *= -x / k;
        sum += term / (k + 2);
    }
    return sum;
}

double
twp_reward_discount_moment(const twp_model_t *model, double enters_days, double from_days,
    double to_days, double since_days)
{
    const double origin = origin_days(model, enters_days), to = to_days - origin;
    double from = from_days - origin, sum = 0;

    if (model->n_discount_steps == 0)
        return (to_days - from_days) * 0.5 * (from_days - since_days + (to_days - since_days));
    for (int k = step_at(model, from); from < to; k++) {
        const twp_discount_step_t *step = &model->discount_step[k];
        const bool is_last = k + 1 >= model->n_discount_steps || step[1].start_days >= to;
        const double end = is_last ? to : step[1].start_days, h = end - from;
        const double x = step->log_per_day * h;
        const double zeroth = x > 0 ? -twp_math_expm1(-x) / step->log_per_day : h;
        sum += factor_in(step, from) *
            ((from + origin - since_days) * zeroth + h * h * first_moment(x));
        from = end;
    }
    return sum;
}

double
twp_twin_discount(const twp_model_t *model, twp_twin_t *twin)
{
    if (twin->discount_at != twin->now_days) {
        twin->discount = twp_reward_discount(model, twin->enters_days, twin->now_days);
        twin->discount_at = twin->now_days;
    }
    return twin->discount;
}

/** A rate that counts while its clock stands between two ages. */
static void
integrate_timed(const twp_model_t *model, twp_twin_t *twin, int32_t i_reward, double rate)
{
    const twp_reward_t *reward = &model->reward[i_reward];
    const double zero = reward->i_track >= 0 ? twin->entered_days[reward->i_track]
        : reward->is_from_birth              ? -twin->age_days
                                             : 0;
    const double start = zero + reward->from_days, end = zero + reward->until_days;
    const double since = twin->reward_since[i_reward], now = twin->now_days;
    const double from = start > since ? start : since, to = end < now ? end : now;

    if (!(to > from))
        return;
    if (reward->is_growing) {
        twin->reward[i_reward] += rate * (to - from) * 0.5 * (from - start + (to - start));
        twin->reward_discounted[i_reward] += rate *
            twp_reward_discount_moment(model, twin->enters_days, from, to, start);
    } else {
        twin->reward[i_reward] += rate * (to - from);
        twin->reward_discounted[i_reward] += rate *
            twp_reward_discount_integral(model, twin->enters_days, from, to);
    }
}

void
twp_reward_integrate(const twp_model_t *model, twp_twin_t *twin, int32_t i_reward)
{
    const double since = twin->reward_since[i_reward], now = twin->now_days;
    const double rate = twin->formula[model->reward[i_reward].i_formula];

    if (now > since && rate != 0) {
        if (model->reward[i_reward].is_timed) {
            integrate_timed(model, twin, i_reward, rate);
        } else {
            twin->reward[i_reward] += rate * (now - since);
            twin->reward_discounted[i_reward] += rate *
                twp_reward_discount_integral(model, twin->enters_days, since, now);
        }
    }
    twin->reward_since[i_reward] = now;
}

void
twp_rewards_settle(const twp_model_t *model, twp_twin_t *twin, int32_t i_track)
{
    for (int32_t r = 0; r < model->n_rewards; r++)
        if (model->reward[r].is_timed && model->reward[r].i_track == i_track)
            twp_reward_integrate(model, twin, r);
}

void
twp_kernel_finish(const twp_model_t *model, twp_twin_t *twin)
{
    for (int32_t r = 0; r < model->n_rewards; r++)
        twp_reward_integrate(model, twin, r);
}
