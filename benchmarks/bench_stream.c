/*
 * Random numbers: nanoseconds a draw, uniform, exponential and normal. The floor in the same run is
 * splitmix64, three multiplications and shifts for as many bits, which nobody can pair across
 * strategies: what the keyed counter costs on top.
 */
#include "bench.h"

#include "base/portable_math.h"
#include "kernel/stream.h"

#define N_DRAWS 4000000

typedef double draw_t(uint64_t i);

static inline double
draw_splitmix(uint64_t i)
{
    uint64_t z = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return ((double) ((z ^ (z >> 31)) >> 12) + 0.5) * 0x1p-52;
}

static inline double
draw_uniform(uint64_t i)
{
    return twp_stream_draw_uniform(1, i, 3, 1);
}

static inline double
draw_exponential(uint64_t i)
{
    return -twp_math_log(twp_stream_draw_uniform(1, i, 3, 1));
}

static inline double
draw_normal(uint64_t i)
{
    return twp_math_normal_quantile(twp_stream_draw_uniform(1, i, 3, 1));
}

static double
bench_draw(const char *name, draw_t *draw)
{
    bench_t bench = bench_start("stream", name, "draw", N_DRAWS, 9);
    double sum = 0;

    while (bench_goes_on(&bench))
        for (uint64_t i = 0; i < N_DRAWS; i++)
            sum += draw(i);
    bench_use(&sum);
    bench_print(&bench);
    return bench_cpu_ns(&bench);
}

int
main(void)
{
    const double floor = bench_draw("splitmix64", draw_splitmix);
    const double uniform = bench_draw("uniform", draw_uniform);
    const double exponential = bench_draw("exponential", draw_exponential);
    const double normal = bench_draw("normal", draw_normal);

    bench_print_value("stream", "uniform", "ratio to splitmix64", uniform / floor);
    bench_print_value("stream", "exponential", "ratio to uniform", exponential / uniform);
    bench_print_value("stream", "normal", "ratio to uniform", normal / uniform);
    return 0;
}
