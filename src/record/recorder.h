/** Rows of events and trajectories of a block of twins, as columns ready to be written. */
#ifndef TWP_RECORD_RECORDER_H
#define TWP_RECORD_RECORDER_H

#include "kernel/twin.h"

/**
 * Columns of a block; paths are ordered by twin, then strategy. Grown by the recorder. All zero is
 * an empty block; ended by twp_recorder_clear_block().
 */
typedef struct twp_record_block {
    int64_t n_paths, paths_capacity;
    int32_t *event_row_size, *obs_row_size; /* [n_paths] */
    int64_t n_events, events_capacity;
    double *event_time;  /* [n_events] days since entry */
    int16_t *event_code; /* number of the kind */
    float *event_value;
    int64_t n_obs, obs_capacity;
    double *obs_time;
    int8_t *obs_state;   /* [n_tracks * obs_capacity] column-major by track */
    float *obs_variable; /* [n_recorded_variables * obs_capacity] column-major */
} twp_record_block_t;

/** What a study wants recorded; immutable, shared by threads. */
typedef struct {
    bool has_events, has_trajectories;
    int n_codes;   /* of the model */
    int n_kinds;   /* of event that can be recorded: their numbers are 0 .. n_kinds - 1 */
    int16_t *kind; /* [n_codes] number of a code's kind, or -1: not recorded, or never happens */
    int32_t *code; /* [n_kinds] the model's code of a kind, rising */
    int n_tracks;
    int n_variables;
    int *i_variable; /* [n_variables] recorded along trajectories, in this order */
} twp_recorder_plan_t;

/**
 * Reads study->record. Without a list of exits every row of the log is recorded, with one only the
 * exits listed. What no action of the study brings about (a dispensing of what is no stock, or of
 * a stock that nothing is put into) has no number. TWP_ERR_LIMIT when there are more codes or states than the file's types hold.
 */
TWP_CHECK_RESULT twp_status_t twp_recorder_plan_create(const twp_study_typed_t *study,
    const twp_model_t *model, twp_recorder_plan_t **recorder, twp_error_t *err);
void twp_recorder_plan_free(twp_recorder_plan_t *recorder);

/** Empties the block and keeps its memory. */
void twp_recorder_begin_block(twp_record_block_t *block);
void twp_recorder_clear_block(twp_record_block_t *block);

/** Begins the next life; what is taken and observed from here on belongs to it. */
TWP_CHECK_RESULT twp_status_t twp_recorder_begin_path(twp_record_block_t *block, twp_error_t *err);

/** Appends those rows of the log that the study wants, by number of their kind, with their values. */
TWP_CHECK_RESULT twp_status_t twp_recorder_take(const twp_recorder_plan_t *recorder,
    twp_record_block_t *block, const twp_row_t *row, int n_rows, twp_error_t *err);

/**
 * Appends one observation of the trajectory: states and variables as they are at twin->now_days (of
 * a stock the days left). It replaces an observation of the same path at the same time: stays have
 * a length. Does nothing unless the study wants trajectories.
 */
TWP_CHECK_RESULT twp_status_t twp_recorder_observe(const twp_recorder_plan_t *recorder,
    twp_record_block_t *block, const twp_model_t *model, const twp_twin_t *twin, twp_error_t *err);

/** Bytes of the rows that a block holds. */
double twp_recorder_bytes(const twp_recorder_plan_t *recorder, const twp_record_block_t *block);

#endif
