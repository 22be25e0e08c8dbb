/**
 * Shared by the test_portable_math*.c programs: random arguments that need no libm, errors against
 * MPFR in units in the last place, and the worst of many.
 */
#ifndef TEST_PORTABLE_MATH_H
#define TEST_PORTABLE_MATH_H

#include "testlib.h"

#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <string.h>

#define EPS 0x1p-53

static inline uint64_t
bits_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double
double_of(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* SplitMix64 (Steele, Lea & Flood 2014); the state is the caller's. */
static inline uint64_t
draw_bits(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* uniform in [low, high) */
static inline double
draw_uniform(uint64_t *state, double low, double high)
{
    return low + (high - low) * ((double) (draw_bits(state) >> 11) * EPS);
}

/* 2^e (1 + u): e uniform among the integers from e_low to e_high - 1, at least -1022 */
static inline double
draw_spaced(uint64_t *state, int e_low, int e_high)
{
    const uint64_t mantissa = draw_bits(state) >> 12;
    const uint64_t span = (uint64_t) (e_high - e_low);
    const uint64_t e = (uint64_t) (1023 + e_low) + draw_bits(state) % span;

    return double_of((e << 52) | mantissa);
}

static inline double
draw_signed(uint64_t *state, double x)
{
    return (draw_bits(state) & 1) ? x : -x;
}

/* |got - exact| in units in the last place of exact; equal infinities are 0 apart */
static inline double
error_ulp(double got, mpfr_srcptr exact)
{
    const double near = mpfr_get_d(exact, MPFR_RNDN);
    int power = 0;
    mpfr_t off;

    if (got == near && isinf(near))
        return 0;
    if (!isfinite(got) || !isfinite(near))
        return INFINITY;
    if (near != 0)
        frexp(near, &power);
    mpfr_init2(off, 64);
    mpfr_sub_d(off, exact, got, MPFR_RNDN);
    mpfr_abs(off, off, MPFR_RNDN);
    mpfr_mul_2si(off, off, 53 - (power < -1021 || near == 0 ? -1021 : power), MPFR_RNDN);
    const double ulp = mpfr_get_d(off, MPFR_RNDN);
    mpfr_clear(off);
    return ulp;
}

/* |got / exact - 1| */
static inline double
error_relative(double got, mpfr_srcptr exact)
{
    mpfr_t off;

    if (!isfinite(got))
        return INFINITY;
    mpfr_init2(off, 64);
    mpfr_sub_d(off, exact, got, MPFR_RNDN);
    mpfr_div(off, off, exact, MPFR_RNDN);
    const double relative = fabs(mpfr_get_d(off, MPFR_RNDN));
    mpfr_clear(off);
    return relative;
}

/* The largest error seen and where. */
typedef struct {
    double error, at, and_at;
} worst_t;

static inline void
note(worst_t *worst, double error, double at, double and_at)
{
    if (!(error <= worst->error))
        *worst = (worst_t){ error, at, and_at };
}

/* Prints the worst and fails above the bound; a NaN fails. */
#define assert_worst(worst, bound, name) \
    assert_worst_at((worst), (bound), (name), __FILE__, __LINE__)

static inline void
assert_worst_at(worst_t worst, double bound, const char *name, const char *file, int line)
{
    printf("    %-36s worst %.4g, bound %.4g, at %.17g, %.17g\n", name, worst.error, bound,
        worst.at, worst.and_at);
    if (!(worst.error <= bound))
        _fail(file, line);
}

#endif
