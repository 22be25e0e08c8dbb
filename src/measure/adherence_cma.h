/**
 * Continuous multiple-interval measures of medication availability and gaps, CMA1 to CMA9, of one
 * history of dispensings, as the code of AdhereR 0.8.1 computes them (Dima & Dediu 2017 PLoS ONE
 * 12:e0174426; CMA1 to CMA8 after Vollmer et al. 2012 BMC Health Serv Res 12:155). The definition of
 * each stands in vocabulary/adherence.c.
 *
 * A history is dispensing[n] in order of day; several on one day stand in the order of their file, which
 * matters. All times are days in one count; a window holds the days of both its ends, and its length is
 * their difference.
 */
#ifndef TWP_MEASURE_ADHERENCE_CMA_H
#define TWP_MEASURE_ADHERENCE_CMA_H

#include "measure/adherence.h"

/** Days of one patient. The observation window [start, end] lies within the follow-up. */
typedef struct {
    double followup_start_day, followup_end_day;
    double start_day, end_day; /* whole days, except where CMA8 moves the window */
} twp_cma_window_t;

/** From where surplus is carried over. */
typedef enum {
    TWP_CARRY_NONE,   /* CMA1 to CMA4 */
    TWP_CARRY_WITHIN, /* from dispensings in the observation window: CMA5, CMA6 */
    TWP_CARRY_INTO    /* from all in the follow-up: CMA7 to CMA9 */
} twp_carry_t;

/** What happens to surplus when the next dispensing differs. */
typedef struct {
    bool is_same_medication_only; /* lost when the medication is another */
    bool considers_dose;          /* otherwise times this daily dose over the next */
} twp_carry_rules_t;

/** What follows a dispensing until the next one, or the end of the window. */
typedef struct {
    double interval_days;
    double gap_days;     /* without supply; >= 0 */
    double carried_days; /* surplus carried into this dispensing, >= 0 */
} twp_cma_gap_t;

/** Dispensings [first, end) of a history. */
typedef struct {
    int first, end;
} twp_cma_range_t;

/** Dispensings in the follow-up whose day is in [from_day, to_day]. */
twp_cma_range_t twp_cma_range(const twp_dispensing_t *dispensing, int n,
    const twp_cma_window_t *window, double from_day, double to_day);

/**
 * Intervals and gaps of the dispensings considered: those in the observation window, or with
 * TWP_CARRY_INTO those in the follow-up that do not come after it.
 *
 * @param gap  [n]; filled for the range that is returned
 */
twp_cma_range_t twp_cma_gaps(const twp_dispensing_t *dispensing, int n,
    const twp_cma_window_t *window, twp_carry_t carry, const twp_carry_rules_t *rules,
    twp_cma_gap_t *gap);

#define TWP_CMA_N 10 /* CMA0, which has no value, to CMA9 */

/**
 * Values of the measures whose bit is set in wanted (1 << 7: CMA7); the others are left alone. CMA1 to
 * CMA4 know no carry-over and heed no rules. NAN where a measure is not defined.
 *
 * @param gap    [n] room to work in
 * @param value  [TWP_CMA_N] by number
 */
void twp_cma_values(const twp_dispensing_t *dispensing, int n, const twp_cma_window_t *window,
    const twp_carry_rules_t *rules, unsigned wanted, twp_cma_gap_t *gap, double *value);

#endif
