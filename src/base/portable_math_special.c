/*
 * Incomplete gamma and beta functions and their inverses.
 *
 * Both rest on the gamma weight W(a, x) = x^a e^-x / Gamma(a), kept as factor * exp(exponent) with
 * the exponent in two doubles: P, Q and I are W times a series or a continued fraction of size
 * about one, so neither tails nor large arguments lose digits, and logarithms never underflow.
 */
#include "base/portable_math.h"

#include "base/portable_math_internal.h"

#define LN2 0x1.62e42fefa39efp-1
#define INV_SQRT_2PI 0x1.9884533d43651p-2
#define EPS 0x1p-53
#define N_TERMS_MAX 100000

typedef twp_math_scaled_t scaled_t;
typedef twp_math_gamma_part_t part_t;

static double
scaled_value(scaled_t s)
{
    return s.mantissa * twp_math_exp_sum(s.exponent.hi, s.exponent.lo);
}

/* a (mu - log(1 + mu)) for x = a (1 + mu), which is x - a - a log(x / a) >= 0, in two doubles with
 * relative error 2^-58 or so: the exponent of a gamma weight relative to its top. */
static twp_math_sum_t
deviance(double a, twp_math_sum_t x)
{
    twp_math_sum_t d = sum_of(x.hi, -a);

    d = sum_ordered(d.hi, d.lo + x.lo);
    if (twp_math_abs(d.hi) < a * 0x1p-10) {
        /* d^2 / (2 a) (1 - 2 mu / 3 + 2 mu^2 / 4 - ...): the square and the quotient exactly */
        const twp_math_sum_t square = product_of(d.hi, d.hi);
        const double twice = 2 * a, q = square.hi / twice, mu = d.hi / a;
        const twp_math_sum_t back = product_of(q, twice);
        const double rest = (square.hi - back.hi) - back.lo + (square.lo + 2 * d.hi * d.lo);
        const double less = mu *
            (2.0 / 3 - mu * (2.0 / 4 - mu * (2.0 / 5 - mu * (2.0 / 6 - mu * (2.0 / 7)))));
        return sum_ordered(q, rest / twice - q * less);
    }
    const double quotient = x.hi / a, ratio = quotient > 0 ? quotient : 0x1p-1074;
    double ratio_lo = 0;
    if (ratio > 1e-250 && ratio < 1e15) {
        const twp_math_sum_t back = product_of(ratio, a);
        ratio_lo = ((x.hi - back.hi) - back.lo + x.lo) / a;
    }
    twp_math_sum_t log_ratio = twp_math_log_sum(ratio);
    log_ratio.lo += ratio_lo / ratio;
    twp_math_sum_t product = product_of(a, log_ratio.hi);
    product.lo += a * log_ratio.lo;
    return sum_add(d, sum_negated(product));
}

/* W(a, x), a > 0, x > 0 finite. From a = 10 by Stirling: sqrt(a / 2 pi) e^-(deviance + rest). */
static scaled_t
gamma_weight(double a, twp_math_sum_t x)
{
    if (a >= 10) {
        const twp_math_sum_t d = deviance(a, x);
        const double rest = twp_math_stirling_rest(a);
        return (scaled_t){ twp_math_sqrt(a) * INV_SQRT_2PI,
            sum_add(sum_negated(d), (twp_math_sum_t){ -rest, 0 }) };
    }
    twp_math_sum_t log_x = twp_math_log_sum(x.hi);
    log_x.lo += x.lo / x.hi;
    twp_math_sum_t power = product_of(a, log_x.hi);
    power.lo += a * log_x.lo;
    const double log_gamma = a < 1 ? twp_math_lgamma1p(a) : twp_math_lgamma(a);
    const twp_math_sum_t e = sum_add(power, (twp_math_sum_t){ -x.hi, -x.lo });
    return (scaled_t){ a < 1 ? a : 1, sum_add(e, (twp_math_sum_t){ -log_gamma, 0 }) };
}

/* ---- Incomplete gamma ---------------------------------------------------------------------- */

/* sum of x^n / ((a + 1) ... (a + n)): P(a, x) = W / a times it (DLMF 8.7.1) */
static double
lower_series(double a, double x)
{
    double term = 1, sum = 1;

    for (int n = 1; n < N_TERMS_MAX; n++) {
        term *= x / (a + n);
        sum += term;
        if (term < 0.25 * EPS * sum)
            break;
    }
    return sum;
}

/* Q(a, x) = W times this continued fraction (DLMF 8.9.2), x > a or x > 1; Lentz's method */
static double
upper_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;

    for (int n = 1; n < N_TERMS_MAX; n++) {
        const double numerator = -n * (n - a);
        b += 2;
        d = 1 / (numerator * d + b);
        c = b + numerator / c;
        const double factor = c * d;
        h *= factor;
        if (twp_math_abs(factor - 1) < EPS)
            break;
    }
    return h;
}

/* Q(a, x) for small a and x <= 1.1, where 1 - P would cancel:
 * 1 - x^a / Gamma(1 + a) (1 + a sum (-x)^n / ((a + n) n!)) (Gautschi 1979) */
static double
upper_series(double a, double x)
{
    const double e = a * twp_math_log(x) - twp_math_lgamma1p(a);
    double power = 1, sum = 0;

    for (int n = 1; n < 40; n++) {
        power *= -x / n;
        sum += power / (a + n);
    }
    return -twp_math_expm1(e) - twp_math_exp(e) * a * sum;
}

/* c_k(eta) of DLMF 8.12.7-11 (Temme 1979), as many powers of eta as |eta| < 0.345, a >= 64 need */
static const double temme_coefficients[8][15] = {
    { -0x1.5555555555555p-2, 0x1.5555555555555p-4, -0x1.e573ac901e574p-7, 0x1.2f684bda12f68p-10,
        0x1.71de3a556c734p-12, -0x1.76e06fec7273bp-13, 0x1.48c5892f7cd83p-15,
        -0x1.255370652afc1p-19, -0x1.f1b22f594c6b5p-20, 0x1.bd6d21e4b4109p-21,
        -0x1.7b5f9a2d0465cp-23, 0x1.ccf5ceb7f0d9fp-28, 0x1.6097d55c37c1cp-27,
        -0x1.2d2197c7a2faap-28, 0x1.f6e66d24d5c8ap-31 },
    { -0x1.e573ac901e574p-10, -0x1.c71c71c71c71cp-9, 0x1.5ac056b015acp-9, -0x1.0394f6f09e723p-10,
        0x1.af83440e53dbcp-13, -0x1.af83440e53dbcp-22, -0x1.2fa4ae89e5afp-16, 0x1.00a9cabd6b83ep-17,
        -0x1.b0bdfcc629cbap-20, 0x1.3f59230a8357cp-28, 0x1.280f2cde3f847p-23,
        -0x1.ee23d0cba8aeep-25, 0x1.9aa7a30de114cp-27 },
    { 0x1.0ee643b990ee6p-8, -0x1.5f7268edab4c8p-9, 0x1.948b0fcd6e9ep-11, 0x1.0db20a88f4696p-19,
        -0x1.c253efaa1a932p-14, 0x1.bbf43daf4fe53p-15, -0x1.ac2d05890f2c3p-17,
        0x1.26154ae39151dp-25, 0x1.7058929663937p-20, -0x1.522cb05171911p-21, 0x1.32ac81c15d3d7p-23,
        -0x1.c24bd0e740a6cp-33, -0x1.e437343a46f5dp-27 },
    { 0x1.547d93b34e2b6p-11, 0x1.e13ce465fa859p-13, -0x1.ebfb188b7cap-12, 0x1.18b9b5bf2d984p-12,
        -0x1.3d2a3a29b5d9dp-14, -0x1.0152a1871f27ap-22, 0x1.73df462204ef4p-17,
        -0x1.7cd6f27b3f02p-18, 0x1.7e0201539310ep-20, -0x1.ea23269c140a7p-36,
        -0x1.6c2dcffbefeefp-23 },
    { -0x1.c3e0b02da7bf9p-11, 0x1.9b0ff6874f2c4p-11, -0x1.3999a85a4237ap-12, -0x1.88f2ae1def9dp-20,
        0x1.16908b48ce058p-14, -0x1.4ce3fd902bcadp-15, 0x1.7db4c02846e81p-17, 0x1.13b3c5b7cb45ep-32,
        -0x1.c71c074985d3fp-20 },
    { -0x1.6128ac5a4fa71p-12, -0x1.247604839c038p-14, 0x1.22be87360ef1fp-12, -0x1.a2042c5148e27p-13,
        0x1.1d1e9cb24760bp-14, 0x1.30bdcf208080ep-23, -0x1.c823fc1b3cc36p-17 },
    { 0x1.168ef1b0931c8p-11, -0x1.36773bdb97b48p-11, 0x1.1c0950d3ecb9dp-12, 0x1.a8411da6cab49p-21,
        -0x1.5600945495b37p-14 },
    { 0x1.691879c01efb4p-12, 0x1.b1d75d3346711p-15, -0x1.5f3385098cebfp-12 },
};
static const int n_temme[8] = { 15, 13, 13, 11, 9, 7, 5, 3 };

/* The tail on the side of x by Temme's uniform expansion: with d = deviance and y = sqrt(2 d) it is
 * e^-d (u(y) +- sum c_k a^-k / sqrt(2 pi a)), + for the upper one. */
static part_t
uniform_tail(double a, twp_math_sum_t x)
{
    const twp_math_sum_t d = deviance(a, x);
    const double y = twp_math_sqrt(2 * d.hi), root = twp_math_sqrt(a);
    const int is_upper = (x.hi - a) + x.lo >= 0;
    const double eta = is_upper ? y / root : -y / root;
    double sum = 0;

    for (int k = 7; k >= 0; k--) {
        double c = 0;
        for (int n = n_temme[k] - 1; n >= 0; n--)
            c = c * eta + temme_coefficients[k][n];
        sum = sum / a + c;
    }
    const double more = sum * INV_SQRT_2PI / root;
    const double mantissa = twp_math_normal_upper_scaled(y) + (is_upper ? more : -more);
    const double weight = root * INV_SQRT_2PI * twp_math_exp(-twp_math_stirling_rest(a));
    return (part_t){ { mantissa, sum_negated(d) }, weight / mantissa, is_upper };
}

part_t
twp_math_gamma_part(double a, twp_math_sum_t at)
{
    const double x = at.hi;

    if (a >= 64 && twp_math_abs(x - a) < 0.3 * a)
        return uniform_tail(a, at);
    scaled_t w = gamma_weight(a, at);
    /* next to a small a the fraction takes 100 terms and their roundings, the series 20 */
    if (x > 1.1 && x > (a >= 1 && a < 10 ? a + 1 : a)) {
        const double fraction = upper_fraction(a, x);
        w.mantissa *= fraction;
        return (part_t){ w, 1 / fraction, 1 };
    }
    if (a < 1 && (x > 0.5 ? 1.1 * x >= a : a * twp_math_log(x) >= -0.4)) {
        const double q = upper_series(a, x);
        return (part_t){ { q, { 0, 0 } }, scaled_value(w) / q, 1 };
    }
    const double over_a = lower_series(a, x) / a;
    w.mantissa *= over_a;
    return (part_t){ w, 1 / over_a, 0 };
}

static part_t
gamma_part(double a, double x)
{
    return twp_math_gamma_part(a, (twp_math_sum_t){ x, 0 });
}

/* P when want_upper is 0, Q when 1; the caller has checked a */
static double
gamma_tail(double a, double x, int want_upper)
{
    if (!(a > 0 && a < TWP_MATH_INF && x >= 0))
        return TWP_MATH_NAN;
    if (x == 0 || x == TWP_MATH_INF)
        return (x == 0) == (want_upper == 1) ? 1 : 0;
    const part_t part = gamma_part(a, x);
    const double value = scaled_value(part.tail);
    return part.is_upper == want_upper ? value : 1 - value;
}

double
twp_math_gamma_p(double a, double x)
{
    return gamma_tail(a, x, 0);
}

double
twp_math_gamma_q(double a, double x)
{
    return gamma_tail(a, x, 1);
}

twp_math_sum_t
twp_math_gamma_log_tail_of(const part_t *part, int want_upper, double *slope)
{
    if (part->is_upper == want_upper) {
        const double log_m = twp_math_log(part->tail.mantissa);
        *slope = want_upper ? -part->slope : part->slope;
        return sum_add(part->tail.exponent, (twp_math_sum_t){ log_m, 0 });
    }
    const double other = scaled_value(part->tail), value = 1 - other;
    *slope = (want_upper ? -part->slope : part->slope) * (other / value);
    return (twp_math_sum_t){ twp_math_log1p(-other), 0 };
}

double
twp_math_gamma_log_upper(double a, double x)
{
    double slope;

    if (!(a > 0 && a < TWP_MATH_INF && x >= 0))
        return TWP_MATH_NAN;
    if (x == 0 || x == TWP_MATH_INF)
        return -x;
    const part_t part = gamma_part(a, x);
    return twp_math_gamma_log_tail_of(&part, 1, &slope).hi;
}

/* ---- Inverse of the incomplete gamma ------------------------------------------------------- */

/* A start for x: Wilson & Hilferty's cube of a normal quantile, or where that is no good a bound
 * from whose side Newton's method cannot overshoot. */
static double
gamma_start(double a, int is_upper, double log_target)
{
    const double from_median = twp_math_normal_upper_from_log(log_target);
    const double z = is_upper ? from_median : -from_median;
    const double root = 1 - 1 / (9 * a) + z / (3 * twp_math_sqrt(a));

    if (a >= 0.5 && root > 0.2)
        return a * root * root * root;
    if (is_upper && a <= 1)
        return -log_target; /* Q(a, x) <= e^-x */
    /* P(a, x) <= x^a / Gamma(a + 1) */
    const double log_p = is_upper ? twp_math_log(-twp_math_expm1(log_target)) : log_target;
    return twp_math_exp((log_p + twp_math_lgamma(a + 1)) / a);
}

/* Halley's method on the logarithm of the tail, which is concave in log x. A bracket is kept; a step
 * out of it bisects (in log x). */
static double
gamma_invert(double a, int is_upper, twp_math_sum_t log_target)
{
    const double last = TWP_MATH_LAST_STEP * (a > 1 ? 1 / twp_math_sqrt(a) : 1);
    double x = gamma_start(a, is_upper, log_target.hi), low = 0, high = TWP_MATH_INF;

    for (int i = 0; i < 64; i++) {
        double slope;
        if (!(x > 0))
            return 0;
        if (x == TWP_MATH_INF)
            return x;
        const part_t part = gamma_part(a, x);
        const twp_math_sum_t at = twp_math_gamma_log_tail_of(&part, is_upper, &slope);
        const double off = (at.hi - log_target.hi) + (at.lo - log_target.lo);
        const double step = twp_math_gamma_step(a, x, off, slope);
        if ((off > 0) == (is_upper == 1))
            low = x;
        else
            high = x;
        if (!(twp_math_abs(step) > last))
            return x + x * (step == step ? step + step * step / 2 : 0);
        const double next = x * twp_math_exp(step);
        if (next > low && next < high)
            x = next;
        else if (high == TWP_MATH_INF)
            x = 4 * low;
        else
            x = low > 0 ? twp_math_sqrt(low) * twp_math_sqrt(high) : high * 0x1p-20;
    }
    return x;
}

double
twp_math_gamma_p_inverse(double a, double p)
{
    if (!(a > 0 && a < TWP_MATH_INF && p >= 0 && p <= 1))
        return TWP_MATH_NAN;
    if (p == 0 || p == 1)
        return p == 0 ? 0 : TWP_MATH_INF;
    return p <= 0.5 ? gamma_invert(a, 0, twp_math_log_sum(p))
                    : gamma_invert(a, 1, twp_math_log_sum(1 - p));
}

double
twp_math_gamma_q_inverse(double a, double q)
{
    if (!(a > 0 && a < TWP_MATH_INF && q >= 0 && q <= 1))
        return TWP_MATH_NAN;
    if (q == 0 || q == 1)
        return q == 1 ? 0 : TWP_MATH_INF;
    return q <= 0.5 ? gamma_invert(a, 1, twp_math_log_sum(q))
                    : gamma_invert(a, 0, twp_math_log_sum(1 - q));
}

double
twp_math_gamma_upper_from_log(double a, double l)
{
    if (!(a > 0 && a < TWP_MATH_INF && l <= 0))
        return TWP_MATH_NAN;
    if (l == 0 || l == -TWP_MATH_INF)
        return -l;
    if (l > -LN2)
        return gamma_invert(a, 0, twp_math_log_sum(-twp_math_expm1(l)));
    return gamma_invert(a, 1, (twp_math_sum_t){ l, 0 });
}

/* ---- Incomplete beta ----------------------------------------------------------------------- */

/* I_x(a, b) = weight / this continued fraction (DiDonato & Morris 1992, ACM TOMS 18:360: every
 * second convergent of DLMF 8.17.22), by Lentz's method. lead = a - (a + b) x, given because near
 * the mean it cancels. Converges in about sqrt(max(a, b)) steps up to just above the mean. */
static double
beta_fraction(double a, double b, double x, double lead)
{
    double c = a * (lead + 1) / (a + 1), d = 0, f = c;

    for (int m = 1; m < N_TERMS_MAX; m++) {
        const double am = a + 2.0 * m, over = x / (am - 1), left = m * (b - m);
        const double top = (a + m - 1) * over * ((a + b + m - 1) * over) * left;
        const double bottom = m + left * over + (a + m) * (lead + 1 + m * (2 - x)) / (am + 1);
        d = 1 / (bottom + top * d);
        c = bottom + top / c;
        const double factor = c * d;
        f *= factor;
        if (twp_math_abs(factor - 1) < EPS)
            break;
    }
    return f;
}

/* The same ratio for b < 1, where the numerators of the fraction are negative and cancel; all terms
 * of x^a y^b / (a B) F(a + b, 1; a + 1; x) (DLMF 8.17.8) are positive. About 36 / (1 - x) terms. */
static double
beta_series(double a, double b, double x)
{
    double term = 1, sum = 1;

    for (int n = 0; n < N_TERMS_MAX; n++) {
        term *= x * (a + b + n) / (a + 1 + n);
        sum += term;
        if (term < 0.01 * EPS * sum)
            break;
    }
    return a / sum;
}

/* x^a y^b / B(a, b) = W(a, s x) W(b, s y) / W(s, s), s = a + b: exact, and each weight is kept
 * relative to its own top, so large a and b cost no digits */
static scaled_t
beta_weight(double a, double b, twp_math_sum_t x, twp_math_sum_t y)
{
    const twp_math_sum_t s = sum_of(a, b);
    twp_math_sum_t sx = product_of(s.hi, x.hi), sy = product_of(s.hi, y.hi);

    sx.lo += s.lo * x.hi + s.hi * x.lo;
    sy.lo += s.lo * y.hi + s.hi * y.lo;
    if (sx.hi == 0)
        sx.hi = 0x1p-1074; /* underflow; x^a need not be small for small a */
    const scaled_t wa = gamma_weight(a, sx), wb = gamma_weight(b, sy), ws = gamma_weight(s.hi, s);
    return (scaled_t){ wa.mantissa * wb.mantissa / ws.mantissa,
        sum_add(sum_add(wa.exponent, wb.exponent), sum_negated(ws.exponent)) };
}

/* I_x(a, b) or its complement; slope: weight over it, the derivative of its logarithm with respect
 * to log(x / y) up to the sign. x + y = 1, both > 0. */
static part_t
beta_part(double a, double b, twp_math_sum_t x, twp_math_sum_t y)
{
    /* for tiny b the complement is next to 1 far beyond the mean: of no use unless x is too */
    const int is_upper = x.hi * (a + b + 2) > a + 1 && !(b < 0.1 && x.hi < 0.99);
    const twp_math_sum_t ay = product_of(a, y.hi), bx = product_of(b, x.hi);
    const double lead = (ay.hi - bx.hi) + ((ay.lo - bx.lo) + (a * y.lo - b * x.lo));
    scaled_t w = beta_weight(a, b, x, y);
    const double first = is_upper ? b : a, second = is_upper ? a : b;
    const double at = is_upper ? y.hi : x.hi;
    const double ratio = second < 1 && at < 0.99
        ? beta_series(first, second, at)
        : beta_fraction(first, second, at, is_upper ? -lead : lead);

    w.mantissa /= ratio;
    return (part_t){ w, ratio, is_upper };
}

double
twp_math_beta_i(double a, double b, double x)
{
    if (!(a > 0 && a < TWP_MATH_INF && b > 0 && b < TWP_MATH_INF && x >= 0 && x <= 1))
        return TWP_MATH_NAN;
    if (x == 0 || x == 1)
        return x;
    const part_t part = beta_part(a, b, (twp_math_sum_t){ x, 0 }, sum_of(1, -x));
    const double value = scaled_value(part.tail);
    return part.is_upper ? 1 - value : value;
}

/* The odds x / (1 - x) with I_x(a, b) = p <= 1/2: Newton's method on log I, concave in the log of
 * the odds, from the mean; bracketed. */
static double
beta_odds(double a, double b, double p)
{
    const twp_math_sum_t target = twp_math_log_sum(p);
    double odds = a / b, low = 0, high = TWP_MATH_INF;

    for (int i = 0; i < 64; i++) {
        double slope;
        const twp_math_sum_t x = sum_of(odds / (1 + odds), 0), y = sum_of(1 / (1 + odds), 0);
        if (!(x.hi > 0x1p-1000 && y.hi > 0x1p-1000))
            return odds;
        const part_t part = beta_part(a, b, x, y);
        const twp_math_sum_t at = twp_math_gamma_log_tail_of(&part, 0, &slope);
        const double off = (at.hi - target.hi) + (at.lo - target.lo);
        const double step = -off / slope;
        if (off > 0)
            high = odds;
        else
            low = odds;
        if (!(twp_math_abs(step) > 0x1p-52))
            return odds + odds * (step == step ? step : 0);
        const double next = odds * twp_math_exp(step);
        if (next > low && next < high)
            odds = next;
        else if (high == TWP_MATH_INF)
            odds = 4 * low;
        else
            odds = low > 0 ? twp_math_sqrt(low) * twp_math_sqrt(high) : high * 0x1p-20;
    }
    return odds;
}

double
twp_math_beta_i_inverse(double a, double b, double p)
{
    if (!(a > 0 && a < TWP_MATH_INF && b > 0 && b < TWP_MATH_INF && p >= 0 && p <= 1))
        return TWP_MATH_NAN;
    if (p == 0 || p == 1)
        return p;
    if (p <= 0.5) {
        const double odds = beta_odds(a, b, p);
        return odds < 1 ? odds / (1 + odds) : 1 / (1 + 1 / odds);
    }
    return 1 / (1 + beta_odds(b, a, 1 - p));
}
