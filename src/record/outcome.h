/**
 * Per-twin figures from the events of a life. One accumulator per (thread, strategy); fed with the
 * rows of one life after another. Recording never changes a life.
 */
#ifndef TWP_RECORD_OUTCOME_H
#define TWP_RECORD_OUTCOME_H

#include "kernel/twin.h"
#include "measure/histogram.h"
#include "measure/survival.h"
#include "study/study.h"

#define TWP_OUTCOME_BINS TWP_HISTOGRAM_BINS

/** How a column is summarised. */
typedef enum {
    TWP_COLUMN_MEAN,       /* mean over twins where the value is not NAN */
    TWP_COLUMN_RATIO,      /* sum of this column over sum of the next one (its denominator) */
    TWP_COLUMN_DENOMINATOR /* of the ratio before it; not a measure of its own */
} twp_column_use_t;

/** One column of figures: a measure at one of its times. */
typedef struct {
    int i_measure, i_time; /* into study->measure; i_time 0 when it has no times */
    twp_column_use_t use;
} twp_outcome_column_t;

/**
 * A Kaplan-Meier curve: a time in whole days since the start. Days are rounded up, so that the
 * estimate at a whole day counts exactly what happened by then.
 */
typedef struct {
    /* Event: the first entry at or after the start; starting in the state is none. */
    int i_track, i_state;
    /* Start: the first entry of this state, or starting in it; -1: the twin's entry. */
    int i_since_track, i_since_state;
    int n_kinds; /* 2; 3 where entering another state first ends the wait */
} twp_outcome_curve_t;

/** What is computed of every life, fixed for a run. */
typedef struct {
    const twp_study_typed_t *study;
    int n_columns;
    twp_outcome_column_t *column;
    int n_curves;
    twp_outcome_curve_t *curve; /* one per distinct (of, since, against) of survival measures */
    int *curve_of_measure;      /* [study->n_measures] or -1 */
    int n_chains;               /* tracks of aalen_johansen measures */
    int *chain_track;           /* [n_chains] */
    int *chain_of_measure;      /* [study->n_measures] or -1 */
    int n_points;               /* at which their states are noted; 0 without chains */
    double *point_days;         /* [n_points] rising: the grid and the times asked for */
    int n_curve_days;           /* whole days 0 .. n_curve_days - 1 */
    int n_grid;
    double
        *grid_days; /* [n_grid] study days 0, step, ... to the end of the longest life: occupancy */
    int n_states;   /* all states of all tracks */
    int *first_state;                        /* [n_tracks] */
    const struct twp_outcome_tables *tables; /* private to record/ */
} twp_outcome_plan_t;

/**
 * Plans the columns (in order of study->measure, one per time; kaplan_meier has a curve and no
 * column) and curves. study and model are borrowed and must outlive the plan; any strategy's model
 * will do, for all have one shape.
 */
TWP_CHECK_RESULT twp_status_t twp_outcome_plan_create(const twp_study_typed_t *study,
    const twp_model_t *model, twp_outcome_plan_t **plan, twp_error_t *err);
void twp_outcome_plan_free(twp_outcome_plan_t *plan);

/** Integer counts of one strategy; sums over twins, so adding counts merges them exactly. */
typedef struct {
    int64_t *occupancy; /* [n_grid * n_states] twins in that state at that time, among */
    int64_t *followed;  /* [n_grid] twins followed to that time */
    int64_t *histogram; /* [n_columns * TWP_OUTCOME_BINS], measure/histogram.h; NULL until needed */
} twp_outcome_counts_t;

/** Zeroed counts, ended by twp_outcome_counts_clear(); the histogram takes 512 KiB a column. */
TWP_CHECK_RESULT twp_status_t twp_outcome_counts_init(const twp_outcome_plan_t *plan,
    bool has_histogram, twp_outcome_counts_t *counts, twp_error_t *err);
void twp_outcome_counts_clear(twp_outcome_counts_t *counts);
/** Back to zeros. */
void twp_outcome_counts_reset(const twp_outcome_plan_t *plan, twp_outcome_counts_t *counts);
/** Adds more to counts; histogram where both have one. */
void twp_outcome_counts_merge(
    const twp_outcome_plan_t *plan, twp_outcome_counts_t *counts, const twp_outcome_counts_t *more);

typedef struct twp_outcome twp_outcome_t; /* opaque accumulator, one per thread */

TWP_CHECK_RESULT twp_status_t twp_outcome_create(const twp_outcome_plan_t *plan,
    const twp_model_t *model, twp_outcome_t **outcome, twp_error_t *err);
void twp_outcome_free(twp_outcome_t *outcome);

/** Begins a life; the twin has been started (states at entry are read from it before rows come). */
void twp_outcome_begin(twp_outcome_t *outcome, const twp_model_t *model, const twp_twin_t *twin,
    const int32_t *start_state);
/** Takes rows in order. Allocates nothing. */
TWP_CHECK_RESULT twp_status_t twp_outcome_take(
    twp_outcome_t *outcome, const twp_row_t *row, int n_rows, twp_error_t *err);
/**
 * Ends a life at twin->end_days (the twin has been finished): writes value[n_columns] (NAN: does
 * not apply) and curve[2 * n_curves] (measure/survival.h; TWP_SURVIVAL_NONE where its start never came)
 * (then, at [n_curves + c], how much before the end
 * of its day an event came, in parts of a day), adds to the histogram of counts, which may be NULL. Which states were occupied is kept until
 * twp_outcome_flush().
 */
void twp_outcome_end(twp_outcome_t *outcome, const twp_model_t *model, const twp_twin_t *twin,
    double *value, int32_t *curve, twp_outcome_counts_t *counts);

/**
 * States of the life that has ended at the points: [n_chains * n_points], -1 beyond its end. Valid until
 * the next life begins.
 */
const int8_t *twp_outcome_path(const twp_outcome_t *outcome);

/**
 * Adds occupancy and followed of all lives ended since the last flush to counts. Needed once for
 * many lives: per event only the differences along the grid are noted.
 */
void twp_outcome_flush(twp_outcome_t *outcome, twp_outcome_counts_t *counts);

#endif
