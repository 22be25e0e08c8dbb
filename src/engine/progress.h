/** How far a run is: one reckoning for runs of one population and of many parameter sets. */
#ifndef TWP_ENGINE_PROGRESS_H
#define TWP_ENGINE_PROGRESS_H

#include "twinpath.h"

#include <time.h>

#define TWP_PROGRESS_SECONDS 0.25 /* at least so long between two reports */

/** When a run began. */
typedef struct {
    double wall, cpu; /* seconds of CLOCK_MONOTONIC and CLOCK_PROCESS_CPUTIME_ID */
} twp_stopwatch_t;

/** A clock now, in seconds. */
double twp_engine_seconds(clockid_t clock);
twp_stopwatch_t twp_engine_begin(void);

/**
 * Times, rate and time left (NAN before the first twin is done) of n_twins_done of n_twins.
 * @param now seconds of CLOCK_MONOTONIC
 */
twp_progress_t twp_engine_progress(const twp_stopwatch_t *began, double now, int64_t n_twins,
    int64_t n_twins_done, int64_t n_events);

#endif
