/** What the files of the kernel share. Included by src/kernel/ only. */
#ifndef TWP_KERNEL_KERNEL_H
#define TWP_KERNEL_KERNEL_H

#include "kernel/advance.h"
#include "kernel/stream.h"

#define TWP_NEVER ((double) __builtin_inf())

/** Value of a program now; no program is 0. Most programs are one word. */
static inline double
twp_program_value(const twp_model_t *model, const twp_twin_t *twin, twp_program_t program)
{
    if (program.n == 1) {
        const twp_code_t *code = model->code + program.first;
        if (code->i_value >= 0)
            return twin->value[code->i_value];
        if (code->op == TWP_WORD_NUMBER)
            return code->number;
    }
    return program.n > 0 ? twp_program_run(model, twin, program) : 0;
}

static inline bool
twp_is_finite(double x)
{
    return x - x == 0; /* inf - inf and NaN are not 0 */
}

/** The first mark stays. */
static inline void
twp_twin_mark(twp_twin_t *twin, twp_mark_t mark, int32_t code)
{
    if (twin->mark == TWP_MARK_NONE) {
        twin->mark = (int32_t) mark;
        twin->i_mark = code;
    }
}

/** Marks what depends on a word: clocks to solve, formulas to refresh. */
static inline void
twp_twin_touch(const twp_model_t *model, twp_twin_t *twin, int32_t i_word)
{
    const int n = model->n_touch_mask;
    const uint64_t *mask = model->touch_mask + (size_t) i_word * (size_t) n;
    uint64_t *touched = twin->touched; /* and stale[] behind it */

    for (int k = 0; k < n; k++)
        touched[k] |= mask[k];
}

static inline void
twp_bit_set(uint64_t *bits, int32_t i)
{
    bits[i >> 6] |= UINT64_C(1) << (i & 63);
}

static inline bool
twp_bit_is_set(const uint64_t *bits, int32_t i)
{
    return (bits[i >> 6] >> (i & 63) & 1) != 0;
}

static inline void
twp_bit_clear(uint64_t *bits, int32_t i)
{
    bits[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}

/** The soonest clock is to be found again. */
static inline void
twp_clock_lose_first(twp_twin_t *twin)
{
    twin->i_first = -1;
    twin->soonest = -1;
}

/**
 * Sets the firing time of a clock. Branches on purpose: most clocks that are set are not the soonest,
 * so the processor goes on with the next instant while it still works out this time.
 */
static inline void
twp_clock_set(twp_twin_t *twin, int32_t i_slot, double fires_days)
{
    twin->fires[i_slot] = fires_days;
    if (i_slot == twin->i_first) {
        twp_clock_lose_first(twin); /* it may not be the soonest any more */
    } else if (fires_days < twin->soonest ||
        (fires_days == twin->soonest && i_slot < twin->i_first)) {
        twin->soonest = fires_days;
        twin->i_first = i_slot;
    }
}

/** Finds the soonest clock again when it was lost. */
void twp_clock_find_first(const twp_model_t *model, twp_twin_t *twin);

static inline void
twp_clock_keep_first(const twp_model_t *model, twp_twin_t *twin)
{
    if (twin->i_first < 0)
        twp_clock_find_first(model, twin);
}

/** Days of a stock that are left; it may stand still. */
static inline double
twp_stock_left(const twp_twin_t *twin, int32_t i_variable)
{
    const double still = twin->still_since[i_variable];
    const double left = twin->variable[i_variable] -
        (still < twin->now_days ? still : twin->now_days);

    return left > 0 ? left : 0;
}

/** Queues a happening; -1 is one that nobody listens to. */
static inline void
twp_twin_raise(twp_twin_t *twin, int32_t i_happening)
{
    if (i_happening < 0)
        return;
    if (twin->n_queue >= TWP_MAX_HAPPENINGS) {
        twp_twin_mark(twin, TWP_MARK_HAPPENINGS, -1);
        return;
    }
    twin->queue[twin->n_queue++] = i_happening;
}

static inline void
twp_log_add(const twp_twin_t *twin, twp_log_t *log, twp_row_kind_t kind, int32_t code, int32_t to,
    double value)
{
    if (log->n >= log->capacity)
        return; /* cannot be: the caller keeps max_rows_per_instant free */
    twp_row_t *row = &log->row[log->n++];
    row->time_days = twin->now_days;
    row->value = value;
    row->code = code;
    row->kind = (int16_t) kind;
    row->to = (int16_t) to;
}

/** Uniform of a stream's occurrence for this twin, noted in the draw log when there is one. */
double twp_twin_draw(
    const twp_model_t *model, twp_twin_t *twin, uint32_t stream, uint32_t occurrence);

/** Everything as before a life; attribute[] and start_value[] stay. */
void twp_twin_reset(const twp_model_t *model, twp_twin_t *twin);

/* clock.c */
void twp_clock_start(const twp_model_t *model, twp_twin_t *twin, int32_t i_slot);
void twp_clock_change(const twp_model_t *model, twp_twin_t *twin, int32_t i_slot);
/** Works out the firing time of a clock whose changes were put off. */
void twp_clock_solve_put_off(const twp_model_t *model, twp_twin_t *twin, int32_t i_slot);
/**
 * Sums of terms, each from scratch in order of name: of log hazard (or odds) ratios and of log time
 * ratios. With is_strongest_only, of the supports' terms the one with the largest size counts alone.
 */
void twp_term_sum(const twp_model_t *model, const twp_twin_t *twin, int32_t i_first, int32_t n,
    bool is_strongest_only, double *log_ratio, double *log_time);

/* drift.c */
void twp_drift_jump(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_drift, double base, double deviation);
double twp_drift_deviation(const twp_model_t *model, const twp_twin_t *twin, int32_t i_drift);
void twp_drift_refresh(const twp_model_t *model, twp_twin_t *twin, int32_t i_drift);
void twp_variable_set(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_variable, double value, bool is_added);
void twp_stock_set(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_variable, double empty_days);
/** From now on a stock falls by one a day, or stands still. */
void twp_stock_fall(const twp_model_t *model, twp_twin_t *twin, int32_t i_variable, bool falls);

/* action.c */
void twp_action_run(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_first, int32_t n, twp_log_t *log);

/** Most states and exits do nothing. */
static inline void
twp_actions_run(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_first, int32_t n, twp_log_t *log)
{
    if (n > 0)
        twp_action_run(model, twin, i_first, n, log);
}

/* transition.c */
void twp_exit_take(const twp_model_t *model, twp_twin_t *twin, int32_t i_exit, twp_log_t *log);
void twp_observation_arrive(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_observation, twp_log_t *log);
/** i_state: over all states; of its track it is the current one already. */
void twp_state_enter(
    const twp_model_t *model, twp_twin_t *twin, int32_t i_state, double entered_days);
void twp_queue_answer(const twp_model_t *model, twp_twin_t *twin, twp_log_t *log);

/* reward.c */
void twp_reward_integrate(const twp_model_t *model, twp_twin_t *twin, int32_t i_reward);
/** Integrates the rewards that count from the entry into the current state of a track up to now. */
void twp_rewards_settle(const twp_model_t *model, twp_twin_t *twin, int32_t i_track);
double twp_twin_discount(const twp_model_t *model, twp_twin_t *twin);

#endif
