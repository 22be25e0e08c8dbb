/*
 * Elementary functions. log, exp and pow take most of the time of a simulation: one table look-up,
 * one polynomial, and branches only for arguments that need them.
 */
#include "base/portable_math.h"

#include "base/portable_math_internal.h"
#include "base/portable_math_tables.h"

#if !defined(TWP_MATH_SQRT_IN_INTEGERS)
#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif
#endif

#define BITS_ONE UINT64_C(0x3ff0000000000000)
#define BITS_INF UINT64_C(0x7ff0000000000000)
#define BITS_MIN_NORMAL UINT64_C(0x0010000000000000)
#define EXPONENT_MASK UINT64_C(0xfff0000000000000)

double
twp_math_abs(double x)
{
    return double_of(bits_of(x) & ~(UINT64_C(1) << 63));
}

double
twp_math_floor(double x)
{
    if (x != x)
        return TWP_MATH_NAN;
    if (x == 0 || twp_math_abs(x) >= 0x1p52)
        return x; /* no fraction; zero keeps its sign */
    const double whole = (double) (int64_t) x;
    return whole > x ? whole - 1 : whole;
}

/* ---- Square root --------------------------------------------------------------------------- */

#if !defined(TWP_MATH_SQRT_IN_INTEGERS) && defined(__SSE2__)

/* The intrinsic is one instruction at every optimisation level; a builtin may call libm. */
static double
sqrt_positive(double x)
{
    const __m128d v = _mm_set_sd(x);

    return _mm_cvtsd_f64(_mm_sqrt_sd(v, v));
}

#elif !defined(TWP_MATH_SQRT_IN_INTEGERS) && defined(__aarch64__)

static double
sqrt_positive(double x)
{
    return vget_lane_f64(vsqrt_f64(vdup_n_f64(x)), 0);
}

#else

/* Digit by digit on the integer significand, 55 bits of the root: the remainder says on which side
 * of the middle between two doubles the root lies; it is never on it. */
static double
sqrt_positive(double x)
{
    const int scaled = x < 0x1p-1022;
    const uint64_t bits = bits_of(scaled ? x * 0x1p54 : x);
    int64_t exponent = (int64_t) (bits >> 52) - 1075 - (scaled ? 54 : 0);
    uint64_t m = (bits & ~EXPONENT_MASK) | BITS_MIN_NORMAL, root = 0, rest = 0;

    if (exponent & 1) {
        m <<= 1;
        exponent--;
    }
    /* m 2^56 < 2^110 has a root below 2^55; bring down two bits at a time, 55 times */
    for (int i = 54; i >= 0; i--) {
        const int shift = 2 * i - 56;
        const uint64_t two = shift >= 0 ? (m >> shift) & 3 : 0;

        rest = (rest << 2) | two;
        const uint64_t trial = (root << 2) | 1;
        root <<= 1;
        if (rest >= trial) {
            rest -= trial;
            root |= 1;
        }
    }
    uint64_t kept = root >> 2; /* m 2^56 >= 2^108: the root has 55 bits, two too many */
    if ((root & 3) == 3 || ((root & 3) == 2 && rest != 0))
        kept++;
    const int64_t power = exponent / 2 - 26;
    return (double) (int64_t) kept * double_of((uint64_t) (power + 1023) << 52);
}

#endif

double
twp_math_sqrt(double x)
{
    if (!(x > 0))
        return x == 0 ? x : TWP_MATH_NAN;
    return x == TWP_MATH_INF ? x : sqrt_positive(x);
}

/* ---- Logarithm ----------------------------------------------------------------------------- */

#define LN2_HI 0x1.62e42fefa38p-1 /* a multiple of 2^-42: k LN2_HI is exact for |k| < 2^11 */
#define LN2_LO 0x1.ef35793c7673p-45

/* (log(1 + r) - r + r^2/2) / r^3 for |r| < 0.00574; error 2^-69.4 relative to r */
static inline double
log_cubic(double r, double r2)
{
    return (0x1.5555555555563p-2 + r * -0x1.0000000000011p-2) +
        r2 *
        ((0x1.99999994e61acp-3 + r * -0x1.5555555064ce7p-3) +
            r2 * (0x1.2495ffb31e21dp-3 + r * -0x1.00038f89933c5p-3));
}

typedef struct {
    double r, r_hi, r_lo; /* z / c - 1, exact in r; and as a sum, r_hi of 21 bits */
    double base;          /* k LN2_HI + log c, high part; exact */
    double base_lo;
} log_split_t;

/* x = 2^k z, c next to z with a reciprocal of few bits; bits of a positive normal x */
static inline log_split_t
split_log(uint64_t bits)
{
    const uint64_t from_first = bits - LOG_FIRST;
    const unsigned i = (unsigned) (from_first >> 45) & 127;
    const double k = (double) ((int64_t) from_first >> 52);
    const uint64_t z_bits = bits - (from_first & EXPONENT_MASK);
    const double z = double_of(z_bits);
    const double z_hi = double_of((z_bits + 0x80000000U) & ~UINT64_C(0xffffffff));
    const double inverse = log_pieces[i].inverse;
    log_split_t s;

    s.r_hi = z_hi * inverse - 1.0;
    s.r_lo = (z - z_hi) * inverse;
    s.r = s.r_hi + s.r_lo;
    s.base = k * LN2_HI + log_pieces[i].hi;
    s.base_lo = k * LN2_LO + log_pieces[i].lo;
    return s;
}

/* log x + more, more being tiny beside it */
static inline double
log_normal(uint64_t bits, double more)
{
    const log_split_t s = split_log(bits);
    const double r2 = s.r * s.r, hi = s.base + s.r;
    const double lo = ((s.base - hi) + s.r) + (s.base_lo + more);

    return hi + (lo + r2 * (-0.5 + s.r * log_cubic(s.r, r2)));
}

/* zero, subnormal, negative, infinite or NaN */
static double
log_special(double x)
{
    if (x == 0)
        return -TWP_MATH_INF;
    if (x == TWP_MATH_INF)
        return x;
    if (!(x > 0))
        return TWP_MATH_NAN;
    return log_normal(bits_of(x * 0x1p52) - (UINT64_C(52) << 52), 0);
}

double
twp_math_log(double x)
{
    const uint64_t bits = bits_of(x);

    if (bits - BITS_MIN_NORMAL >= BITS_INF - BITS_MIN_NORMAL)
        return log_special(x);
    return log_normal(bits, 0);
}

double
twp_math_log1p(double x)
{
    const double size = twp_math_abs(x);

    if (size < 0.0057) {
        const double x2 = x * x;
        if (size < 0x1p-54)
            return x;
        return x + x2 * (-0.5 + x * log_cubic(x, x2));
    }
    if (!(x > -1))
        return x == -1 ? -TWP_MATH_INF : TWP_MATH_NAN;
    if (x == TWP_MATH_INF)
        return x;
    /* 1 + x = u + rest exactly; log(u + rest) = log u + rest / u, the square below 2^-99 */
    const twp_math_sum_t u = sum_of(1, x);
    return log_normal(bits_of(u.hi), u.lo / u.hi);
}

/* bits of a positive normal number */
static inline twp_math_sum_t
log_sum_normal(uint64_t bits)
{
    const log_split_t s = split_log(bits);
    const double t = s.base + s.r, t_lo = (s.base - t) + s.r;
    const double half = -0.5 * s.r, half_hi = -0.5 * s.r_hi;
    const double square_hi = s.r_hi * half_hi; /* exact: 42 bits */
    const double hi = t + square_hi, hi_lo = (t - hi) + square_hi;
    const double square_lo = s.r_lo * (half + half_hi);
    const double r2 = s.r * s.r;
    const double cubic = s.r * r2 * log_cubic(s.r, r2);

    return sum_ordered(hi, (((s.base_lo + t_lo) + square_lo) + hi_lo) + cubic);
}

twp_math_sum_t
twp_math_log_sum(double x)
{
    const uint64_t bits = bits_of(x);

    if (bits - BITS_MIN_NORMAL < BITS_INF - BITS_MIN_NORMAL)
        return log_sum_normal(bits);
    if (!(x > 0) || x == TWP_MATH_INF)
        return (twp_math_sum_t){ log_special(x), 0 };
    return log_sum_normal(bits_of(x * 0x1p52) - (UINT64_C(52) << 52));
}

/* ---- Exponential --------------------------------------------------------------------------- */

#define EXP_PER_LN2 0x1.71547652b82fep+7 /* 128 / log 2 */
#define EXP_STEP_HI 0x1.62e42fefp-8      /* log 2 / 128, 33 bits: k EXP_STEP_HI is exact */
#define EXP_STEP_LO 0x1.473de6af278edp-41
#define ROUND_TO_INTEGER 0x1.8p52 /* adding it leaves the nearest integer in the low bits */

/* exp r - 1 - r for |r| < 0.00271; error 2^-65 */
static inline double
exp_square(double r)
{
    const double r2 = r * r;

    return r2 * (0x1.ffffffffffdb3p-2 + r * 0x1.555555555548bp-3) +
        r2 * r2 * (0x1.55555cfde6bf2p-5 + r * 0x1.111115c1c52adp-7);
}

/* 2^n H (1 + rest) where 2^n H leaves the range of normal numbers, rounded once */
static double
scale_to_edge(uint64_t bits, double rest, int is_large)
{
    if (is_large) {
        const double scale = double_of(bits - (UINT64_C(1009) << 52));
        return 0x1p1009 * (scale + scale * rest);
    }
    const double scale = double_of(bits + (UINT64_C(1022) << 52));
    double y = scale + scale * rest;
    if (y < 1) { /* a subnormal result: round at its last bit, not before */
        const double lo = (scale - y) + scale * rest, top = 1 + y;
        y = (top + (((1 - top) + y) + lo)) - 1;
    }
    return 0x1p-1022 * y;
}

/* exp(x + more), |x| from 2^-54 to 1024 when may_leave, else to 700; |more| < 2^-8 */
static inline double
exp_finite(double x, double more, int may_leave)
{
    const double shifted = EXP_PER_LN2 * x + ROUND_TO_INTEGER;
    const uint64_t k_bits = bits_of(shifted);
    const double k = shifted - ROUND_TO_INTEGER;
    const double r = ((x - k * EXP_STEP_HI) - k * EXP_STEP_LO) + more;
    const unsigned i = (unsigned) k_bits & 127;
    const uint64_t bits = exp_pieces[i].bits + (k_bits << 45);
    const double rest = exp_pieces[i].rest + r + exp_square(r);

    if (may_leave)
        return scale_to_edge(bits, rest, k > 0);
    const double scale = double_of(bits);
    return scale + scale * rest;
}

/* |x| below 2^-54 (not from twp_math_exp), above 700, or NaN */
static double
exp_special(double x, double more)
{
    if (x != x)
        return TWP_MATH_NAN;
    if (twp_math_abs(x) < 1)
        return 1 + (x + more);
    if (x >= 1024)
        return TWP_MATH_INF;
    if (x <= -1024)
        return 0;
    return exp_finite(x, more, 1);
}

double
twp_math_exp_sum(double hi, double lo)
{
    const double size = twp_math_abs(hi);

    if (!(size >= 0x1p-54 && size <= 700))
        return exp_special(hi, lo);
    return exp_finite(hi, lo, 0);
}

double
twp_math_exp(double x)
{
    if (!(twp_math_abs(x) <= 700))
        return exp_special(x, 0);
    return exp_finite(x, 0, 0); /* exactly 1 for |x| < 2^-54 */
}

double
twp_math_expm1(double x)
{
    if (!(x < 40))
        return twp_math_exp(x); /* also NaN */
    if (x < -40)
        return -1;
    if (twp_math_abs(x) < 0x1p-54)
        return x;
    const double shifted = EXP_PER_LN2 * x + ROUND_TO_INTEGER;
    const uint64_t k_bits = bits_of(shifted);
    const double k = shifted - ROUND_TO_INTEGER;
    const double r_hi = x - k * EXP_STEP_HI; /* exact */
    const twp_math_sum_t r = sum_of(r_hi, -(k * EXP_STEP_LO));
    const unsigned i = (unsigned) k_bits & 127;
    const double scale = double_of(exp_pieces[i].bits + (k_bits << 45));
    const twp_math_sum_t less = sum_of(scale, -1);

    /* S (1 + rest) e^r - 1 = (S - 1) + r + (S - 1) r + S (rest e^r + e^r - 1 - r); S - 1 is 0 or
     * larger than |r|, and the last two are small beside the first two */
    const twp_math_sum_t top = sum_ordered(less.hi, r.hi);
    const double rest = exp_pieces[i].rest * (1 + r.hi);
    const double small = less.hi * r.hi + scale * (rest + (exp_square(r.hi) + r.lo));
    return top.hi + ((top.lo + less.lo) + small);
}

/* ---- Power --------------------------------------------------------------------------------- */

/* 0: y is no integer; 1: odd; 2: even. y finite and not 0 */
static int
integer_kind(double y)
{
    const double size = twp_math_abs(y);

    if (size < 1)
        return 0;
    if (size >= 0x1p53)
        return 2;
    const int64_t whole = (int64_t) size;
    if ((double) whole != size)
        return 0;
    return (whole & 1) ? 1 : 2;
}

/* C99 F.9.4.4 for x or y zero, infinite or NaN; x < 0 is not meant here unless infinite */
static double
pow_special(double x, double y)
{
    if (y == 0 || x == 1)
        return 1;
    if (x != x || y != y)
        return TWP_MATH_NAN;
    if (twp_math_abs(y) == TWP_MATH_INF) {
        const double size = twp_math_abs(x);
        if (size == 1)
            return 1;
        return (size > 1) == (y > 0) ? TWP_MATH_INF : 0;
    }
    const int is_negative = (bits_of(x) >> 63) != 0 && integer_kind(y) == 1;
    const int is_zero = (x == 0) == (y > 0);
    const double result = is_zero ? 0 : TWP_MATH_INF;
    return is_negative ? -result : result;
}

/* x^y for positive normal x given by its bits, 2^-65 < |y| < 2^63: the product y log x in two
 * doubles has an error of 2^-67 times its size, below 2^-57 where the result is finite */
static inline double
pow_positive(uint64_t x_bits, double y)
{
    const twp_math_sum_t l = log_sum_normal(x_bits);
    const double y_hi = double_of(bits_of(y) & ~UINT64_C(0x7ffffff)), y_lo = y - y_hi;
    const double l_hi = double_of(bits_of(l.hi) & ~UINT64_C(0x7ffffff));
    const double l_lo = (l.hi - l_hi) + l.lo;

    return twp_math_exp_sum(y_hi * l_hi, y_lo * l_hi + y * l_lo);
}

double
twp_math_pow(double x, double y)
{
    uint64_t bits = bits_of(x);
    const uint64_t y_size = bits_of(y) & ~(UINT64_C(1) << 63);
    const uint64_t y_min = BITS_ONE - (UINT64_C(65) << 52), y_max = BITS_ONE + (UINT64_C(63) << 52);
    int is_negative = 0;

    if (bits - BITS_MIN_NORMAL >= BITS_INF - BITS_MIN_NORMAL || y_size - y_min >= y_max - y_min) {
        const double size = twp_math_abs(x);
        if (y == 0 || x == 1 || x == 0 || !(size < TWP_MATH_INF) || !(y_size < BITS_INF))
            return pow_special(x, y);
        if (x < 0) {
            const int kind = integer_kind(y);
            if (kind == 0)
                return TWP_MATH_NAN;
            is_negative = kind == 1;
        }
        bits = bits_of(size);
        if (y_size - y_min >= y_max - y_min) {
            if (y_size < y_min || size == 1)
                return 1;                                    /* |y log x| < 2^-55 */
            return (size > 1) == (y > 0) ? TWP_MATH_INF : 0; /* |y| >= 2^63: even */
        }
        if (size < 0x1p-1022)
            bits = bits_of(size * 0x1p52) - (UINT64_C(52) << 52);
    }
    const double result = pow_positive(bits, y);
    return is_negative ? -result : result;
}
