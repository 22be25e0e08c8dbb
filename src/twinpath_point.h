/** The points of a sweep as studies that can be run. Private to the library's face. */
#ifndef TWP_TWINPATH_POINT_H
#define TWP_TWINPATH_POINT_H

#include "explore/sweep.h"
#include "results/stack.h"
#include "twinpath_run.h"

/** A study with what its points are bound with. Immutable once open: shared by threads. */
typedef struct {
    twp_study_t *study; /* borrowed */
    twp_sweep_t *points;
} twp_sweep_study_t;

/**
 * Makes the points of a study that is whole, and what binding them needs.
 * @param sweep  ended by twp_sweep_study_close() whatever is returned
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_open(
    twp_study_t *study, twp_sweep_study_t *sweep, twp_error_t *err);
void twp_sweep_study_close(twp_sweep_study_t *sweep);

/**
 * The study at point i_point (from 0): another study, good for one run at a time, that borrows from
 * the first. By any thread. What cannot be lived there is TWP_ERR_FAULT and names the point.
 * @param bound  ended by twp_study_free()
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_bind(
    const twp_sweep_study_t *sweep, int64_t i_point, twp_study_t **bound, twp_error_t *err);

/**
 * Binds, lives and captures one point; settings->n_threads are its own.
 * @param captured  for twp_stack_put()
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_live(const twp_sweep_study_t *sweep,
    const twp_run_settings_t *settings, int64_t i_point, twp_results_writer_t **captured,
    twp_run_report_t *report, twp_error_t *err);

/**
 * Tries points of the sweep of a study that is good so far, at most some dozens, so that each value that is
 * listed stands in one: what is wrong becomes a finding of the study. Fails with TWP_ERR_MEMORY only.
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_check(twp_study_t *study, twp_error_t *err);

/** Names and values of points [first, first + n) for twp_stack_write(), in arena. */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_points(const twp_sweep_study_t *sweep, int64_t first,
    int64_t n, twp_arena_t *arena, twp_stack_points_t *points, twp_error_t *err);

#endif
