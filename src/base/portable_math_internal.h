/**
 * Private to the portable_math*.c files: numbers kept as unevaluated sums of two doubles, so that
 * an exponent or a logarithm keeps its fraction when its size would eat it.
 *
 * Exact sums and products after Dekker 1971 (Numer. Math. 18:224) and Knuth. Nothing here may be
 * reassociated or contracted.
 */
#ifndef TWP_BASE_PORTABLE_MATH_INTERNAL_H
#define TWP_BASE_PORTABLE_MATH_INTERNAL_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __FAST_MATH__
#error "portable_math must not be compiled with -ffast-math"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif
_Static_assert(FLT_EVAL_METHOD == 0, "doubles must be evaluated as doubles");

/* The one NaN: 0.0 / 0.0 has another sign on x86 than on aarch64. */
#define TWP_MATH_NAN ((double) NAN)
#define TWP_MATH_INF ((double) INFINITY)

/** hi + lo, |lo| <= ulp(hi) or so. */
typedef struct {
    double hi, lo;
} twp_math_sum_t;

/** log x as a sum, relative error 2^-66; x positive and finite, else as twp_math_log, lo = 0. */
twp_math_sum_t twp_math_log_sum(double x);

/** exp(hi + lo), 0.53 ulp; |lo| < 2^-8. */
double twp_math_exp_sum(double hi, double lo);

/** exp(z^2 / 2) (1 - Phi(z)), z >= 0: 1/2 at 0, about 1 / (z sqrt(2 pi)) for large z. 2 ulp. */
double twp_math_normal_upper_scaled(double z);

/** mantissa * exp(exponent) */
typedef struct {
    double mantissa;
    twp_math_sum_t exponent;
} twp_math_scaled_t;

/** One of the two tails of a gamma distribution, and the weight divided by it: the derivative of its
 *  logarithm with respect to log x (with a minus sign for the upper tail). */
typedef struct {
    twp_math_scaled_t tail;
    double slope;
    int is_upper;
} twp_math_gamma_part_t;

/** a > 0, 0 < at < inf: the tail that is computed without cancellation, at most about 0.87, so that
 *  the other one can be formed from it. */
twp_math_gamma_part_t twp_math_gamma_part(double a, twp_math_sum_t at);

/** log of one of the tails as a sum; slope: its derivative with respect to log x. */
twp_math_sum_t twp_math_gamma_log_tail_of(
    const twp_math_gamma_part_t *part, int want_upper, double *slope);

/**
 * Halley's step in log x towards a root of log tail - target: the Newton step -off / slope, bent by the
 * second derivative, which is slope (a - x - slope) for either tail. Its error is of the third order.
 */
static inline double
twp_math_gamma_step(double a, double x, double off, double slope)
{
    const double step = -off / slope, bend = 1 + 0.5 * step * (a - x - slope);

    return bend > 0.5 && bend < 2 ? step / bend : step;
}

/** Steps below this, in units of the spread of log x, leave an error below 2^-52 of it. */
#define TWP_MATH_LAST_STEP 0x1p-19

/** log Gamma(1 + a), 0 <= a < 1, with full relative precision at both zeros. */
double twp_math_lgamma1p(double a);

/** log Gamma(x) - (x - 1/2) log x + x - log(2 pi) / 2, x >= 10: Stirling's series, error 2^-59. */
double twp_math_stirling_rest(double x);

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

/** a + b exactly, for |a| >= |b| or a = 0. */
static inline twp_math_sum_t
sum_ordered(double a, double b)
{
    const double hi = a + b;

    return (twp_math_sum_t){ hi, (a - hi) + b };
}

/** a + b exactly. */
static inline twp_math_sum_t
sum_of(double a, double b)
{
    const double hi = a + b, back = hi - a;

    return (twp_math_sum_t){ hi, (a - (hi - back)) + (b - back) };
}

/** a b to 2^-105, for products and factors between 1e-280 and 1e280, or 0. */
static inline twp_math_sum_t
product_of(double a, double b)
{
    const double hi = a * b;
    const double a_hi = double_of(bits_of(a) & ~UINT64_C(0x7ffffff)), a_lo = a - a_hi;
    const double b_hi = double_of(bits_of(b) & ~UINT64_C(0x7ffffff)), b_lo = b - b_hi;
    const double lo = ((a_hi * b_hi - hi) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo;

    return (twp_math_sum_t){ hi, lo };
}

/** Sum and difference of sums, error 2^-102 of the larger operand or so. */
static inline twp_math_sum_t
sum_add(twp_math_sum_t a, twp_math_sum_t b)
{
    const twp_math_sum_t s = sum_of(a.hi, b.hi);

    return sum_ordered(s.hi, s.lo + (a.lo + b.lo));
}

static inline twp_math_sum_t
sum_negated(twp_math_sum_t a)
{
    return (twp_math_sum_t){ -a.hi, -a.lo };
}

#endif
