/**
 * The kernel: lives one twin. No allocation, I/O, lock, string or error path.
 */
#ifndef TWP_KERNEL_ADVANCE_H
#define TWP_KERNEL_ADVANCE_H

#include "kernel/twin.h"

/**
 * Starts a life: draws start states, sets variables and formulas, runs the enter actions of the start
 * states (those without `since`) and what they cause, starts the clocks. Before it the engine has
 * called twp_twin_layout() and set id, enters_days, end_days, attribute[], start_value[], draws.
 */
void twp_kernel_start(const twp_model_t *model, twp_twin_t *twin, twp_log_t *log);

/**
 * Lives the twin up to until_days (study time); events exactly then happen. Returns early, at the end
 * of an instant, with mark TWP_MARK_LOG_FULL when the log might not hold another instant, or after
 * twin->pause_at instants: the caller empties the log (log->n = 0) or puts pause_at off, clears the
 * mark and calls again. Any other mark is a fault. A log of
 * capacity max_rows_per_instant makes it return after every instant that recorded something, before
 * the next one (now_days is then the recorded instant; at the last return it is until_days).
 */
void twp_kernel_advance(
    const twp_model_t *model, twp_twin_t *twin, double until_days, twp_log_t *log);

/** Integrates rewards up to now_days; called by the engine when the life ends. */
void twp_kernel_finish(const twp_model_t *model, twp_twin_t *twin);

/** Value of a program for the twin as it stands; program.n > 0. */
double twp_program_run(const twp_model_t *model, const twp_twin_t *twin, twp_program_t program);

/** Discount factor at study day t for a twin that entered at enters_days; 1 without discounting. */
double twp_reward_discount(const twp_model_t *model, double enters_days, double t_days);
/** Integral of the discount factor over study days [from, to], in days. */
double twp_reward_discount_integral(
    const twp_model_t *model, double enters_days, double from_days, double to_days);
/** Integral of (t - since_days) times the discount factor over study days [from, to], in days^2. */
double twp_reward_discount_moment(const twp_model_t *model, double enters_days, double from_days,
    double to_days, double since_days);

#endif
