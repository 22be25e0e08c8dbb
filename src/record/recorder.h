/** Rows of events and trajectories of a block of twins, as columns ready to be written. */
#ifndef TWP_RECORD_RECORDER_H
#define TWP_RECORD_RECORDER_H

#include "kernel/twin.h"

/** Columns of a block; paths are ordered by twin, then strategy. Grown by the recorder. */
typedef struct twp_record_block {
    int64_t n_paths;
    int32_t *event_row_size, *obs_row_size; /* [n_paths] */
    int64_t n_events, events_capacity;
    double *event_time;  /* [n_events] days since entry */
    int16_t *event_code;
    float *event_value;
    int64_t n_obs, obs_capacity;
    double *obs_time;
    int8_t *obs_state;   /* [n_tracks * obs_capacity] column-major by track */
    float *obs_variable; /* [n_recorded_variables * obs_capacity] column-major */
} twp_record_block_t;

#endif
