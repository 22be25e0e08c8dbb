/** Lives compared: with the baseline's, and with what a results file has of them. */
#ifndef TWP_EXPLORE_LIFE_COMPARE_H
#define TWP_EXPLORE_LIFE_COMPARE_H

#include "base/arena.h"
#include "results/reader.h"

/** Whether two lives have the same event: what, when, from where to where, how much. */
bool twp_life_same_event(const twp_replay_event_t *a, const twp_replay_event_t *b);

/** First event of life that is not the baseline's, as i_divergence says. */
int twp_life_divergence(const twp_replay_life_t *baseline, const twp_replay_life_t *life);

/**
 * Compares with the rows of /events, and sets n_in_file and difference of each life.
 * @param is_equal  false when there is a difference
 */
TWP_CHECK_RESULT twp_status_t twp_life_compare_file(twp_reader_t *reader, uint64_t twin,
    twp_replay_life_t *life, int n_lives, twp_arena_t *arena, bool *is_equal, twp_error_t *err);

#endif
