/*
 * What one solved clock costs by family: draw a threshold, H at the age now, the age at which the
 * threshold is used up. Ratios to the exponential, which is a draw, a logarithm and a division.
 */
#include "bench.h"

#include "base/portable_math.h"
#include "kernel/stream.h"
#include "model/family.h"

#define N_CLOCKS 400000

static double node[TWP_POLYNOMIAL_MAX_NODES], value[TWP_POLYNOMIAL_MAX_NODES],
    slope[TWP_POLYNOMIAL_MAX_NODES];

/* Every second clock begins at 0, the others at an age of their own. */
static double
solve_clocks(twp_family_t family, const twp_law_constants_t *law, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++) {
        const double e = -twp_math_log(twp_stream_draw_uniform(1, (uint64_t) i, 3, 1));
        const double age = i % 2 == 0 ? 0 : 1 + i % 1000;
        const double before = age > 0 ? twp_family_cumulative(family, law, age) : 0;
        sum += twp_family_inverse(family, law, before + e) - age;
    }
    return sum;
}

static double
bench_law(const char *name, twp_family_t family, const twp_law_constants_t *law, double floor_ns)
{
    bench_t bench = bench_start("families", name, "clock", N_CLOCKS, 9);
    double sum = 0;

    while (bench_goes_on(&bench))
        sum += solve_clocks(family, law, N_CLOCKS);
    bench_use(&sum);
    bench_print(&bench);
    if (floor_ns > 0)
        bench_print_value(
            "families", name, "ratio to the exponential", bench_cpu_ns(&bench) / floor_ns);
    return bench_cpu_ns(&bench);
}

static void
bench_plain(const char *name, twp_family_t family, const double *parameter, double floor_ns)
{
    twp_law_constants_t law = { .n_pieces = 0 };

    if (twp_family_prepare(family, parameter, &law))
        (void) bench_law(name, family, &law, floor_ns);
}

static void
bench_spline(double floor_ns)
{
    const double knot[5] = { -3, -1, 0, 1, 2 }, gamma[5] = { -1, 1.1, 0.02, -0.03, 0.01 };
    twp_law_constants_t law = {
        .n_pieces = 5, .from_days = knot, .cumulative = value, .rate_per_day = slope
    };
    double x_bad;

    if (twp_family_spline_table(5, knot, gamma, value, slope, &x_bad) == TWP_TABLE_GOOD &&
        twp_family_prepare(TWP_FAMILY_SPLINE, (double[]){ 0, 365.25 }, &law))
        (void) bench_law("spline", TWP_FAMILY_SPLINE, &law, floor_ns);
}

static void
bench_polynomial(double floor_ns)
{
    const double power[2] = { 0, 1 }, b[3] = { -1, -0.3, 0.05 };
    twp_law_constants_t law = { .from_days = node, .cumulative = value, .rate_per_day = slope };
    bench_t table = bench_start("families", "polynomial_table", "table", 1, 9);

    while (bench_goes_on(&table))
        if (twp_family_polynomial_table(2, power, b, 8, node, value, slope, &law.n_pieces) !=
            TWP_TABLE_GOOD)
            return;
    bench_print(&table);
    bench_print_value("families", "polynomial_table", "nodes", law.n_pieces);
    if (twp_family_prepare(TWP_FAMILY_POLYNOMIAL, (double[]){ 0, 365.25 }, &law))
        (void) bench_law("fractional_polynomial", TWP_FAMILY_POLYNOMIAL, &law, floor_ns);
}

/* 111 ages, a hazard that doubles every seven years */
static void
bench_life_table(double floor_ns)
{
    twp_law_constants_t law = {
        .n_pieces = 111, .from_days = node, .cumulative = value, .rate_per_day = slope
    };

    for (int i = 0; i < 111; i++) {
        node[i] = 365.25 * i;
        slope[i] = 2e-6 * twp_math_exp(0.099 * i);
        value[i] = i > 0 ? value[i - 1] + slope[i - 1] * 365.25 : 0;
    }
    (void) bench_law("life_table", TWP_FAMILY_LIFE_TABLE, &law, floor_ns);
}

int
main(void)
{
    twp_law_constants_t law = { .n_pieces = 0 };
    double floor_ns;

    if (!twp_family_prepare(TWP_FAMILY_EXPONENTIAL, (double[]){ 0.01 }, &law))
        return 1;
    floor_ns = bench_law("exponential", TWP_FAMILY_EXPONENTIAL, &law, 0);
    bench_plain("weibull", TWP_FAMILY_WEIBULL, (double[]){ 0.8, 300 }, floor_ns);
    bench_plain("gompertz", TWP_FAMILY_GOMPERTZ, (double[]){ 0.001, 0.002 }, floor_ns);
    bench_plain("lognormal", TWP_FAMILY_LOGNORMAL, (double[]){ 5, 0.8, 1 }, floor_ns);
    bench_plain("loglogistic", TWP_FAMILY_LOGLOGISTIC, (double[]){ 1.5, 300 }, floor_ns);
    bench_plain("gamma", TWP_FAMILY_GAMMA, (double[]){ 2.3, 0.005 }, floor_ns);
    bench_plain("generalised_gamma", TWP_FAMILY_GENGAMMA, (double[]){ 5, 0.9, 0.7, 1 }, floor_ns);
    bench_plain(
        "generalised_gamma_small_q", TWP_FAMILY_GENGAMMA, (double[]){ 5, 0.9, 0.05, 1 }, floor_ns);
    bench_spline(floor_ns);
    bench_polynomial(floor_ns);
    bench_life_table(floor_ns);
    return 0;
}
