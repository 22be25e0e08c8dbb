#include "engine/progress.h"

#include <math.h>

double
twp_engine_seconds(clockid_t clock)
{
    struct timespec now = { 0, 0 };

    clock_gettime(clock, &now);
    return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

twp_stopwatch_t
twp_engine_begin(void)
{
    return (twp_stopwatch_t){ twp_engine_seconds(CLOCK_MONOTONIC),
        twp_engine_seconds(CLOCK_PROCESS_CPUTIME_ID) };
}

twp_progress_t
twp_engine_progress(const twp_stopwatch_t *began, double now, int64_t n_twins, int64_t n_twins_done,
    int64_t n_events)
{
    twp_progress_t progress = { 0 };

    progress.n_twins = n_twins;
    progress.n_twins_done = n_twins_done;
    progress.n_events = n_events;
    progress.wall_seconds = now - began->wall;
    progress.cpu_seconds = twp_engine_seconds(CLOCK_PROCESS_CPUTIME_ID) - began->cpu;
    progress.seconds_left = NAN;
    if (progress.n_twins_done > 0 && progress.wall_seconds > 0.0) {
        progress.twins_per_second = (double) progress.n_twins_done / progress.wall_seconds;
        progress.seconds_left = (double) (progress.n_twins - progress.n_twins_done) /
            progress.twins_per_second;
    }
    return progress;
}
