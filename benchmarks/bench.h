/**
 * Timer, repeats, median and spread, one JSON line per result on standard output.
 *
 *     bench_t bench = bench_start("stream", "philox", "draw", 1e7, 9);
 *     while (bench_goes_on(&bench))
 *         sum += draw(10000000);
 *     bench_print(&bench);
 *
 * Each turn of the loop is one repeat of the same work; the first is a warm-up and is not counted.
 * CPU time is that of all threads of the process, wall time is what a user waits.
 */
#ifndef TWP_BENCH_H
#define TWP_BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_MAX_REPEATS 101

typedef struct {
    const char *group, *name; /**< borrowed; plain ASCII without quotes */
    const char *unit;         /**< what is counted: draw, event, row, run */
    double n_units;           /**< units of work in one repeat, > 0; may be set inside the loop */
    int n_repeats;            /**< counted repeats, 1 to BENCH_MAX_REPEATS */
    int i_repeat;             /**< -1 before the warm-up, 0 while it runs */
    double cpu_seconds[BENCH_MAX_REPEATS];
    double wall_seconds[BENCH_MAX_REPEATS];
    double cpu_began, wall_began;
} bench_t;

/** Median and quartiles of n values; sorts them. */
typedef struct {
    double median, lower, upper;
} bench_spread_t;

static inline double
bench_clock_seconds(clockid_t clock_id)
{
    struct timespec now;

    clock_gettime(clock_id, &now);
    return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

/** A benchmark of n_repeats counted repeats (1 to BENCH_MAX_REPEATS) of n_units units each. */
static inline bench_t
bench_start(const char *group, const char *name, const char *unit, double n_units, int n_repeats)
{
    bench_t bench = { .group = group, .name = name, .unit = unit, .n_units = n_units };

    bench.n_repeats = n_repeats < 1 ? 1 : n_repeats;
    if (bench.n_repeats > BENCH_MAX_REPEATS)
        bench.n_repeats = BENCH_MAX_REPEATS;
    bench.i_repeat = -1;
    return bench;
}

/** Ends the repeat that ran, if any, and begins the next; false when all have run. */
static inline bool
bench_goes_on(bench_t *bench)
{
    const double wall = bench_clock_seconds(CLOCK_MONOTONIC);
    const double cpu = bench_clock_seconds(CLOCK_PROCESS_CPUTIME_ID);

    if (bench->i_repeat > 0) {
        bench->cpu_seconds[bench->i_repeat - 1] = cpu - bench->cpu_began;
        bench->wall_seconds[bench->i_repeat - 1] = wall - bench->wall_began;
    }
    if (bench->i_repeat == bench->n_repeats)
        return false;
    bench->i_repeat++;
    bench->cpu_began = bench_clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    bench->wall_began = bench_clock_seconds(CLOCK_MONOTONIC);
    return true;
}

static inline int
bench_compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/** Value at fraction p of n sorted values, between neighbours linearly. */
static inline double
bench_quantile(const double *sorted, int n, double p)
{
    const double at = p * (n - 1);
    const int i = (int) at;

    return i + 1 < n ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static inline bench_spread_t
bench_spread(double *values, int n)
{
    qsort(values, (size_t) n, sizeof *values, bench_compare_doubles);
    return (bench_spread_t){ .median = bench_quantile(values, n, 0.5),
        .lower = bench_quantile(values, n, 0.25),
        .upper = bench_quantile(values, n, 0.75) };
}

/** Median nanoseconds of CPU per unit, for ratios between results; after the loop. */
static inline double
bench_cpu_ns(const bench_t *bench)
{
    bench_t copy = *bench;

    return 1e9 * bench_spread(copy.cpu_seconds, copy.n_repeats).median / copy.n_units;
}

/** Median nanoseconds of wall time per unit. */
static inline double
bench_wall_ns(const bench_t *bench)
{
    bench_t copy = *bench;

    return 1e9 * bench_spread(copy.wall_seconds, copy.n_repeats).median / copy.n_units;
}

/** One JSON line: nanoseconds per unit, CPU and wall, median and quartiles. */
static inline void
bench_print(const bench_t *bench)
{
    bench_t copy = *bench;
    const double scale = 1e9 / copy.n_units;
    const bench_spread_t cpu = bench_spread(copy.cpu_seconds, copy.n_repeats);
    const bench_spread_t wall = bench_spread(copy.wall_seconds, copy.n_repeats);

    printf("{\"group\": \"%s\", \"name\": \"%s\", \"unit\": \"%s\", \"n_units\": %.0f, "
           "\"n_repeats\": %d, \"cpu_ns\": %.4g, \"cpu_ns_lower\": %.4g, \"cpu_ns_upper\": %.4g, "
           "\"wall_ns\": %.4g, \"wall_ns_lower\": %.4g, \"wall_ns_upper\": %.4g}\n",
        copy.group, copy.name, copy.unit, copy.n_units, copy.n_repeats, cpu.median * scale,
        cpu.lower * scale, cpu.upper * scale, wall.median * scale, wall.lower * scale,
        wall.upper * scale);
    fflush(stdout);
}

/** One JSON line for a figure that is not a time per unit: bytes a twin, a ratio of two medians. */
static inline void
bench_print_value(const char *group, const char *name, const char *unit, double value)
{
    printf("{\"group\": \"%s\", \"name\": \"%s\", \"unit\": \"%s\", \"value\": %.6g}\n", group,
        name, unit, value);
    fflush(stdout);
}

/** Keeps the compiler from dropping work whose result is not used. */
static inline void
bench_use(const void *result)
{
    __asm__ volatile("" : : "g"(result) : "memory");
}

#endif
