/** The points of a sweep as studies that can be run. Private to the library's face. */
#ifndef TWP_TWINPATH_POINT_H
#define TWP_TWINPATH_POINT_H

#include "explore/sweep.h"
#include "results/shard_file.h"
#include "results/stack.h"
#include "twinpath_run.h"

/** Points that may be done before the first that is not, for each thread over points: their figures wait. */
#define TWP_POINTS_AHEAD 16

/** A study with what its points are bound with. Immutable once open: shared by threads. */
typedef struct {
    twp_study_t *study; /* borrowed */
    twp_sweep_t *points;
    twp_study_t *model; /* read and compiled once, to be moved to the points; NULL: none can be */
} twp_sweep_study_t;

/**
 * Makes the points of a study that is whole, and what binding them needs.
 * @param sweep  ended by twp_sweep_study_close() whatever is returned
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_open(
    twp_study_t *study, twp_sweep_study_t *sweep, twp_error_t *err);
void twp_sweep_study_close(twp_sweep_study_t *sweep);
/** The same for a study that is not whole yet. */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_begin(
    twp_study_t *study, twp_sweep_study_t *sweep, twp_error_t *err);

/** Whether other values of path k are bound into the compiled study; else it is read again for each. */
bool twp_sweep_study_can_move(const twp_sweep_study_t *sweep, int k);

/* ---- bound (twinpath_place.c) ---------------------------------------------------------------- */

/**
 * Places where threads live points, one a thread: copies of the compiled study, made once, whose numbers are
 * bound to one point after the other. A point whose numbers cannot be bound, because more than arithmetic
 * hangs on one of them or because a check would end otherwise, is read: the place then goes on from there.
 */
typedef struct twp_sweep_places twp_sweep_places_t; /* opaque */

/**
 * @param settings  of the runs: the patients' file is read once for all places; NULL: nothing is lived
 * @param places    ended by twp_sweep_places_close(); the sweep must outlive it
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_places_open(const twp_sweep_study_t *sweep,
    const twp_run_settings_t *settings, int n_places, twp_sweep_places_t **places,
    twp_error_t *err);
void twp_sweep_places_close(twp_sweep_places_t *places); /* NULL is allowed */

/**
 * The study at a point, the place's own until its next point; NULL when the point is no good, or memory is
 * short: twp_sweep_study_bind() says which.
 */
twp_study_t *twp_sweep_place_bind(twp_sweep_places_t *places, int i_place, int64_t i_point);

/** twp_sweep_study_live() at a place: the same bits, and the same errors. */
TWP_CHECK_RESULT twp_status_t twp_sweep_place_live(twp_sweep_places_t *places, int i_place,
    const twp_run_settings_t *settings, int64_t i_point, twp_results_writer_t **captured,
    twp_run_report_t *report, twp_error_t *err);

/** Points that places have read so far instead of binding them. */
int64_t twp_sweep_places_n_read(const twp_sweep_places_t *places);

/* ---- read (twinpath_point.c) ----------------------------------------------------------------- */

/**
 * The study read at a point. *study is set, too, whenever there are findings to look at.
 * @param is_to_move  so that it can be moved to other points (study/moved.h)
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_read(const twp_sweep_study_t *sweep, int64_t i_point,
    bool is_to_move, twp_study_t **study, twp_error_t *err);

/** Number of a point with twins of its own; 0 where all points have the same. */
int64_t twp_sweep_fresh_point(const twp_sweep_study_t *sweep, int64_t i_point);

/**
 * The study at point i_point (from 0): another study, good for one run at a time, that borrows from
 * the first. By any thread. What cannot be lived there is TWP_ERR_FAULT and names the point.
 * @param bound  ended by twp_study_free()
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_bind(
    const twp_sweep_study_t *sweep, int64_t i_point, twp_study_t **bound, twp_error_t *err);

/**
 * Reads, lives and captures one point; settings->n_threads are its own.
 * @param captured  for twp_stack_put()
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_live(const twp_sweep_study_t *sweep,
    const twp_run_settings_t *settings, int64_t i_point, twp_results_writer_t **captured,
    twp_run_report_t *report, twp_error_t *err);

/**
 * Captures what point i_point has of columns, without living it; all its numbers are those of no twins.
 * @param captured  for twp_stack_shape()
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_study_shape(const twp_sweep_study_t *sweep,
    const twp_run_settings_t *settings, int64_t i_point, twp_results_writer_t **captured,
    twp_error_t *err);

/**
 * Lives the points of a shard into a file of its own (twinpath_points.c). Points that cannot be lived are
 * kept in it with their reasons as long as one can; *n_failed counts them, and err has the first reason.
 * Fails with TWP_ERR_INTERRUPTED when should_stop ended it: nothing is published then.
 */
TWP_CHECK_RESULT twp_status_t twp_points_live_shard(const twp_sweep_study_t *study,
    const twp_run_settings_t *settings, const twp_shard_plan_t *plan, const twp_shard_t *shard,
    const char *path, bool overwrite, int64_t *n_failed, twp_run_report_t *report,
    twp_error_t *err);

/** Whether what went wrong is a matter of the point: not memory, files, or a stop. */
bool twp_point_is_at_fault(twp_status_t status);

/**
 * Lives a shard of a point that is cut into shards, into a file of its own (twinpath_cut.c). Where
 * twp_point_is_at_fault(), no file was made and err says which point it is.
 */
TWP_CHECK_RESULT twp_status_t twp_cut_live(const twp_sweep_study_t *study,
    const twp_run_settings_t *settings, const twp_shard_plan_t *plan, const twp_shard_t *shard,
    const char *path, bool overwrite, twp_run_report_t *report, twp_error_t *err);
/** Why the first of some of a point's shards that has no lives has none; *reason NULL: all have. The caller frees. */
TWP_CHECK_RESULT twp_status_t twp_cut_reason(
    const twp_shard_file_t *shard, size_t n_shards, char **reason, twp_error_t *err);
/** Joins a point's [n_shards] shards, which are all of it and have lives, for twp_stack_put(). */
TWP_CHECK_RESULT twp_status_t twp_cut_merge(const twp_sweep_study_t *study,
    const twp_run_settings_t *settings, const twp_shard_file_t *shard, size_t n_shards,
    twp_results_writer_t **captured, twp_error_t *err);

/** Why a point cannot be lived, with what it is. bound may be NULL. Returns its status. */
twp_status_t twp_sweep_study_refuse(const twp_sweep_t *points, int64_t i_point,
    const twp_study_t *bound, twp_status_t status, const twp_error_t *own, twp_error_t *err);

/** Shards of points to be joined: [n_shards] in order, verified, of one run. */
typedef struct {
    const twp_shard_file_t *shard;
    size_t n_shards;
    const char *output_path;
    bool overwrite;
    const char *gaps; /* what is missing, "" when nothing is */
} twp_points_merge_t;

/**
 * twp_study_run_points() of those points that fate [n_fates, all points] does not call missing; a point that fails keeps its
 * reason, as in a sweep in parts. The file is partial where points are missing, and that is no failure.
 */
TWP_CHECK_RESULT twp_status_t twp_points_run_again(twp_study_t *study,
    const twp_run_settings_t *settings, const int8_t *fate, size_t n_fates,
    twp_run_report_t *report, twp_error_t *err);

/** Joins them: what twp_study_run_points() writes. */
TWP_CHECK_RESULT twp_status_t twp_points_merge(const twp_sweep_study_t *study,
    const twp_run_settings_t *settings, const twp_points_merge_t *merge, int64_t *n_failed,
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
