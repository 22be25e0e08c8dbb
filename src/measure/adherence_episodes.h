/**
 * Treatment episodes and sliding windows of one history, as the code of AdhereR 0.8.1 has them
 * (compute.treatment.episodes, CMA_per_episode, CMA_sliding_window).
 */
#ifndef TWP_MEASURE_ADHERENCE_EPISODES_H
#define TWP_MEASURE_ADHERENCE_EPISODES_H

#include "measure/adherence_cma.h"

/** What ends an episode. */
typedef struct {
    double gap;       /* longest gap that is permitted: days, or a share of the supply before it */
    bool is_share;    /* gap is a share (0.5: half of what was dispensed) */
    bool is_appended; /* the permitted gap counts as part of an episode that ends by a longer one */
    bool ends_on_medication, ends_on_dose; /* the next dispensing is of another one */
} twp_episode_rules_t;

typedef struct {
    int first, end;       /* its dispensings of the history */
    int32_t start_day;    /* of the first */
    double duration_days; /* may be 0, or below in the case that vocabulary/adherence.c names */
    double end_gap_days;  /* after its last dispensing */
} twp_episode_t;

/**
 * Episodes of the follow-up; surplus is carried over within it. Returns their number, 0 without a
 * dispensing in it.
 *
 * @param gap      [n] room to work in
 * @param episode  [n]
 */
int twp_episodes(const twp_dispensing_t *dispensing, int n, double followup_start_day,
    double followup_end_day, const twp_carry_rules_t *carry, const twp_episode_rules_t *rules,
    twp_cma_gap_t *gap, twp_episode_t *episode);

/**
 * Follow-up and observation window of a measure of one episode: the episode and what it shares with the
 * patient's observation window. false when they share no time.
 */
bool twp_episode_window(
    const twp_episode_t *episode, const twp_cma_window_t *window, twp_cma_window_t *of_episode);

/** Windows of equal length that slide over the observation window. */
typedef struct {
    double first_day;   /* start of the first */
    double length_days; /* whole */
    double step_days;   /* used where n is 0 */
    int n;              /* wanted number, spread evenly; 0: as many as fit */
} twp_sliding_t;

/**
 * Number of windows that fit, and the step between them (which is rounded to whole days from the first
 * each time, halves to even). 0 when not one fits.
 */
int twp_sliding_n(const twp_sliding_t *sliding, double end_day, double *step_days);

/** Observation window number i from 0. */
twp_cma_window_t twp_sliding_window(
    const twp_sliding_t *sliding, const twp_cma_window_t *window, double step_days, int i);

#endif
