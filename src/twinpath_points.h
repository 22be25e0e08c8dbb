/** What a sweep's points hold while they are lived or merged. Private to twinpath_points*.c. */
#ifndef TWP_TWINPATH_POINTS_H
#define TWP_TWINPATH_POINTS_H

#include "engine/progress.h"
#include "twinpath_sweep.h"

#include <omp.h>

/* What is written, and where. */
typedef struct {
    const char *path;
    bool overwrite, is_partial;
    const twp_shard_plan_t *plan; /* with a shard */
    const twp_shard_t *shard;     /* or NULL: the whole, with */
    int64_t n_shards;             /* shards that it was merged from, or that the run is cut into */
    const char *gaps;             /* what is missing of these, or NULL */
    int64_t started;
    double cpu_seconds;
} twp_points_file_t;

typedef struct {
    twp_sweep_study_t study;
    const twp_run_settings_t *settings;
    int64_t first, n;       /* points to be lived */
    bool goes_on;           /* past a point that failed, whose reason is kept */
    const int8_t *fate;     /* [n] of an earlier attempt: what is missing is left out; or NULL */
    int n_workers, n_inner; /* threads over points, and in each point */
    twp_arena_t *arena;     /* of points */
    twp_stack_points_t points;
    twp_results_writer_t *writer;
    twp_stack_t *stack;
    omp_lock_t lock; /* of what follows */
    int64_t next;    /* point to be given out */
    bool is_stopping;
    int64_t i_failed; /* first point that failed; the end: none; -1: memory or a file did */
    int64_t n_failed;
    twp_status_t status; /* of that */
    twp_error_t err;
    int64_t n_done, n_events, n_twins_of_point;
    int n_strategies;
    twp_stopwatch_t began;
    double last_report;
} twp_points_t;

/**
 * Opens the file and makes room for points first .. first + n - 1; study, settings and goes_on are set.
 * twp_points_end() ends it whatever is returned.
 */
TWP_CHECK_RESULT twp_status_t twp_points_begin(
    twp_points_t *sweep, const twp_points_file_t *file, int64_t first, int64_t n, twp_error_t *err);
void twp_points_end(twp_points_t *sweep);

/**
 * Takes what went wrong at a point, under the lock. Memory and files that failed are no matter of the point: they end
 * it all, and are what is told, whatever points failed before or after.
 */
void twp_points_note_failure(twp_points_t *sweep, int64_t i_point, const twp_error_t *why);

/** The columns of a point without living it: of the first that can be prepared, else of the study as written. */
TWP_CHECK_RESULT twp_status_t twp_points_take_shape(twp_points_t *sweep, twp_error_t *err);

/** Writes what is left and publishes the file. */
TWP_CHECK_RESULT twp_status_t twp_points_close(
    twp_points_t *sweep, const twp_points_file_t *file, char *digest, twp_error_t *err);

/** How far it is, with n_more twins of a point under way. Under the lock while threads live points. */
twp_progress_t twp_points_progress(const twp_points_t *sweep, int64_t n_more);
void twp_points_report(
    const twp_points_t *sweep, const twp_progress_t *done, twp_run_report_t *report);

#endif
