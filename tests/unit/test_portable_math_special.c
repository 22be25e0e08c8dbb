/* Gamma and beta functions of base/portable_math.h against series and continued fractions summed
 * by MPFR, and their inverses against themselves. */
#include "base/portable_math.h"

#include "test_portable_math.h"

#define N_POINTS (testlib_is_long() ? 20000 : 1800)
#define PRECISION 192
#define RND MPFR_RNDN

/* ---- Oracles -------------------------------------------------------------------------------- */

/* x^a e^-x / Gamma(a) */
static void
oracle_gamma_weight(mpfr_ptr w, mpfr_srcptr a, mpfr_srcptr x)
{
    mpfr_t t;

    mpfr_init2(t, mpfr_get_prec(w));
    mpfr_log(w, x, RND);
    mpfr_mul(w, w, a, RND);
    mpfr_sub(w, w, x, RND);
    mpfr_lngamma(t, a, RND);
    mpfr_sub(w, w, t, RND);
    mpfr_exp(w, w, RND);
    mpfr_clear(t);
}

/* sum of x^n / ((a + 1) ... (a + n)), DLMF 8.7.1 */
static void
oracle_series(mpfr_ptr sum, mpfr_srcptr a, mpfr_srcptr x)
{
    mpfr_t term, t;

    mpfr_inits2(PRECISION, term, t, (mpfr_ptr) 0);
    mpfr_set_ui(sum, 1, RND);
    mpfr_set_ui(term, 1, RND);
    for (unsigned long n = 1; mpfr_get_exp(term) > mpfr_get_exp(sum) - 100; n++) {
        mpfr_add_ui(t, a, n, RND);
        mpfr_mul(term, term, x, RND);
        mpfr_div(term, term, t, RND);
        mpfr_add(sum, sum, term, RND);
    }
    mpfr_clears(term, t, (mpfr_ptr) 0);
}

/* The fraction of DLMF 8.9.2 as a ratio of convergents A_n / B_n, started anew until two agree. */
static void
oracle_fraction(mpfr_ptr h, mpfr_srcptr a, mpfr_srcptr x)
{
    mpfr_t b, c, d, top, off;

    mpfr_inits2(PRECISION, b, c, d, top, off, (mpfr_ptr) 0);
    mpfr_sub(b, x, a, RND);
    mpfr_add_ui(b, b, 1, RND);
    mpfr_set_ui_2exp(c, 1, 100000, RND);
    mpfr_ui_div(d, 1, b, RND);
    mpfr_set(h, d, RND);
    mpfr_set_ui(off, 1, RND);
    for (long n = 1; !mpfr_zero_p(off) && mpfr_get_exp(off) > -90; n++) {
        mpfr_si_sub(top, n, a, RND);
        mpfr_mul_si(top, top, -n, RND);
        mpfr_add_ui(b, b, 2, RND);
        mpfr_mul(d, d, top, RND);
        mpfr_add(d, d, b, RND);
        mpfr_ui_div(d, 1, d, RND);
        mpfr_div(c, top, c, RND);
        mpfr_add(c, c, b, RND);
        mpfr_mul(off, c, d, RND);
        mpfr_mul(h, h, off, RND);
        mpfr_sub_ui(off, off, 1, RND);
    }
    mpfr_clears(b, c, d, top, off, (mpfr_ptr) 0);
}

/* p = P(a, x) and q = Q(a, x), the smaller one summed, so both are good to 2^-80 */
static void
oracle_gamma(mpfr_ptr p, mpfr_ptr q, double a_value, double x_value)
{
    mpfr_t a, x, part;

    mpfr_inits2(PRECISION, a, x, part, (mpfr_ptr) 0);
    mpfr_set_d(a, a_value, RND);
    mpfr_set_d(x, x_value, RND);
    oracle_gamma_weight(p, a, x);
    if (x_value > a_value + 1) {
        oracle_fraction(part, a, x);
        mpfr_mul(q, p, part, RND);
        mpfr_ui_sub(p, 1, q, RND);
    } else {
        oracle_series(part, a, x);
        mpfr_mul(p, p, part, RND);
        mpfr_div(p, p, a, RND);
        mpfr_ui_sub(q, 1, p, RND);
    }
    mpfr_clears(a, x, part, (mpfr_ptr) 0);
}

/* I_x(a, b) by DLMF 8.17.8, mirrored beyond the mean */
static void
oracle_beta(mpfr_ptr i, double a_value, double b_value, double x_value)
{
    const int is_upper = x_value * (a_value + b_value + 2) > a_value + 1;
    mpfr_t a, b, x, y, s, term, t;

    mpfr_inits2(PRECISION, a, b, x, y, s, term, t, (mpfr_ptr) 0);
    mpfr_set_d(is_upper ? b : a, a_value, RND);
    mpfr_set_d(is_upper ? a : b, b_value, RND);
    mpfr_set_d(is_upper ? y : x, x_value, RND);
    mpfr_ui_sub(is_upper ? x : y, 1, is_upper ? y : x, RND);
    mpfr_add(s, a, b, RND);
    /* log of the weight over a */
    mpfr_log(i, x, RND);
    mpfr_mul(i, i, a, RND);
    mpfr_log(t, y, RND);
    mpfr_mul(t, t, b, RND);
    mpfr_add(i, i, t, RND);
    mpfr_lngamma(t, s, RND);
    mpfr_add(i, i, t, RND);
    mpfr_lngamma(t, b, RND);
    mpfr_sub(i, i, t, RND);
    mpfr_add_ui(t, a, 1, RND);
    mpfr_lngamma(t, t, RND);
    mpfr_sub(i, i, t, RND);
    mpfr_exp(i, i, RND);
    mpfr_set_ui(b, 1, RND); /* now the sum */
    mpfr_set_ui(term, 1, RND);
    for (unsigned long n = 0; mpfr_get_exp(term) > mpfr_get_exp(b) - 90; n++) {
        mpfr_add_ui(t, s, n, RND);
        mpfr_mul(term, term, t, RND);
        mpfr_mul(term, term, x, RND);
        mpfr_add_ui(t, a, n + 1, RND);
        mpfr_div(term, term, t, RND);
        mpfr_add(b, b, term, RND);
    }
    mpfr_mul(i, i, b, RND);
    if (is_upper)
        mpfr_ui_sub(i, 1, i, RND);
    mpfr_clears(a, b, x, y, s, term, t, (mpfr_ptr) 0);
}

/* The oracle of Q against MPFR's own incomplete gamma function. */
static void
test_the_gamma_oracle_agrees_with_mpfr(void **state)
{
    worst_t worst = { 0, 0, 0 };
    uint64_t seed = 1;
    mpfr_t p, q, a, x;

    (void) state;
    mpfr_inits2(PRECISION, p, q, a, x, (mpfr_ptr) 0);
    for (int i = 0; i < 150; i++) {
        const double a_value = draw_spaced(&seed, -5, 6),
                     x_value = a_value * draw_spaced(&seed, -3, 2);
        oracle_gamma(p, q, a_value, x_value);
        mpfr_set_d(a, a_value, RND);
        mpfr_set_d(x, x_value, RND);
        mpfr_gamma_inc(x, a, x, RND);
        mpfr_gamma(a, a, RND);
        mpfr_div(x, x, a, RND);
        mpfr_sub(q, q, x, RND);
        mpfr_div(q, q, x, RND);
        note(&worst, fabs(mpfr_get_d(q, RND)), a_value, x_value);
    }
    assert_worst(worst, 1e-20, "oracle of Q");
    mpfr_clears(p, q, a, x, (mpfr_ptr) 0);
}

/* ---- Log gamma ----------------------------------------------------------------------------- */

static void
test_lgamma_keeps_its_bound(void **state)
{
    worst_t worst = { 0, 0, 0 };
    uint64_t seed = 2;
    mpfr_t x, y;

    (void) state;
    mpfr_inits2(PRECISION, x, y, (mpfr_ptr) 0);
    for (int i = 0; i < 20 * N_POINTS; i++) {
        const double near = draw_signed(&seed, draw_spaced(&seed, -50, -2));
        const double at[4] = { draw_spaced(&seed, -1000, 1000), draw_uniform(&seed, 0, 12),
            1 + near, 2 + near };
        mpfr_set_d(x, at[i % 4], RND);
        mpfr_lngamma(y, x, RND);
        note(&worst, error_ulp(twp_math_lgamma(at[i % 4]), y), at[i % 4], 0);
    }
    assert_worst(worst, 4, "lgamma");
    mpfr_clears(x, y, (mpfr_ptr) 0);
}

/* ---- Incomplete gamma ---------------------------------------------------------------------- */

/* x around a, or as many standard deviations from it as keep the smaller tail above 1e-300 */
static double
draw_gamma_argument(uint64_t *seed, double a)
{
    if (a < 1)
        return draw_spaced(seed, -30, 9);
    if (draw_bits(seed) % 3 == 0 && a < 5000)
        return a * draw_spaced(seed, -4, 3);
    const double x = a + draw_uniform(seed, -37, 37) * sqrt(a);
    return x > 0 ? x : a * draw_uniform(seed, 0, 1);
}

static void
check_gamma(int e_low, int e_high, int n, double bound)
{
    worst_t p_worst = { 0, 0, 0 }, q_worst = p_worst, log_worst = p_worst;
    uint64_t seed = 3;
    mpfr_t p, q;

    mpfr_inits2(PRECISION, p, q, (mpfr_ptr) 0);
    for (int i = 0; i < n; i++) {
        const double a = draw_spaced(&seed, e_low, e_high), x = draw_gamma_argument(&seed, a);
        oracle_gamma(p, q, a, x);
        if (mpfr_cmp_d(p, 0x1p-1022) > 0)
            note(&p_worst, error_relative(twp_math_gamma_p(a, x), p), a, x);
        if (mpfr_cmp_d(q, 0x1p-1022) > 0)
            note(&q_worst, error_relative(twp_math_gamma_q(a, x), q), a, x);
        mpfr_neg(p, p, RND);
        mpfr_log1p(p, p, RND); /* log Q where P is the small one */
        if (x > a + 1)
            mpfr_log(p, q, RND);
        if (mpfr_cmp_d(p, -0x1p-1022) < 0)
            note(&log_worst, error_relative(twp_math_gamma_log_upper(a, x), p), a, x);
    }
    printf("    a from 2^%d to 2^%d\n", e_low, e_high);
    assert_worst(p_worst, bound, "gamma_p");
    assert_worst(q_worst, bound, "gamma_q");
    assert_worst(log_worst, bound, "gamma_log_upper");
    mpfr_clears(p, q, (mpfr_ptr) 0);
}

static void
test_incomplete_gamma_keeps_its_bound_in_both_tails(void **state)
{
    (void) state;
    check_gamma(-7, 0, N_POINTS, 2e-14);
    check_gamma(0, 4, N_POINTS, 1e-14);
    check_gamma(4, 8, N_POINTS, 1e-14); /* the uniform expansion starts at 64 */
    check_gamma(8, 13, N_POINTS / 6, 1e-14);
    check_gamma(13, 20, N_POINTS / 100, 1e-14);
}

/*
 * log of the tails at x = a e^y: y is drawn so that x is near the mean, where digits of y would be lost
 * in x, or anywhere. The oracle gets x = a e^y from y by MPFR, so it sees those digits.
 */
static void
oracle_log_tails(mpfr_ptr log_p, mpfr_ptr log_q, double a_value, double y_value)
{
    mpfr_t a, x, w, part;

    mpfr_inits2(PRECISION, a, x, w, part, (mpfr_ptr) 0);
    mpfr_set_d(a, a_value, RND);
    mpfr_set_d(x, y_value, RND);
    mpfr_exp(x, x, RND);
    mpfr_mul(x, x, a, RND);
    oracle_gamma_weight(w, a, x);
    if (mpfr_cmp_d(x, a_value + 1) > 0) {
        oracle_fraction(part, a, x);
        mpfr_mul(log_q, w, part, RND);
        mpfr_ui_sub(log_p, 1, log_q, RND);
    } else {
        oracle_series(part, a, x);
        mpfr_mul(log_p, w, part, RND);
        mpfr_div(log_p, log_p, a, RND);
        mpfr_ui_sub(log_q, 1, log_p, RND);
    }
    mpfr_log(log_p, log_p, RND);
    mpfr_log(log_q, log_q, RND);
    mpfr_clears(a, x, w, part, (mpfr_ptr) 0);
}

static void
test_log_tails_keep_their_bound_near_the_mean_and_far_from_it(void **state)
{
    worst_t p_worst = { 0 }, q_worst = { 0 };
    uint64_t seed = 77;
    mpfr_t p, q;

    (void) state;
    mpfr_inits2(PRECISION, p, q, (mpfr_ptr) 0);
    for (int i = 0; i < N_POINTS; i++) {
        const double a = draw_spaced(&seed, -6, 20), spread = 1 / sqrt(a);
        const double z = draw_spaced(&seed, -20, 5) * (i % 2 == 0 ? 1 : -1);
        const double y = a < 64 ? z : z * spread;
        oracle_log_tails(p, q, a, y);
        if (mpfr_number_p(p) && mpfr_get_d(p, RND) > -1e5 && mpfr_get_d(p, RND) < -1e-40)
            note(&p_worst, error_relative(twp_math_gamma_log_tail(a, y, 0), p), a, y);
        if (mpfr_number_p(q) && mpfr_get_d(q, RND) > -1e5 && mpfr_get_d(q, RND) < -1e-40)
            note(&q_worst, error_relative(twp_math_gamma_log_tail(a, y, 1), q), a, y);
    }
    assert_worst(p_worst, 4e-14, "log of the lower tail");
    assert_worst(q_worst, 4e-14, "log of the upper tail");
    mpfr_clears(p, q, (mpfr_ptr) 0);
}

/* l -> y -> l comes back, for shapes up to those of a Q of 1e-12 and l from 1e-15 to 700. */
static void
test_inverses_of_log_tails_come_back(void **state)
{
    static const double shapes[] = { 0.02, 0.25, 0.7, 1, 3, 30, 100, 1e4, 1e8, 1e16, 1e24 };

    (void) state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int is_upper = 0; is_upper < 2; is_upper++)
            for (double l = 1e-15; l < 760; l *= 1.37) {
                const double y = twp_math_gamma_log_tail_inverse(shapes[i], -l, is_upper);
                assert_near_relative(-twp_math_gamma_log_tail(shapes[i], y, is_upper), l, 4e-14);
            }
    assert_true(twp_math_gamma_log_tail_inverse(2, 0, 1) == -INFINITY);
    assert_true(twp_math_gamma_log_tail_inverse(2, 0, 0) == INFINITY);
    assert_true(twp_math_gamma_log_tail_inverse(2, -INFINITY, 1) == INFINITY);
    assert_true(isnan(twp_math_gamma_log_tail_inverse(2, 1, 1)));
    assert_true(isnan(twp_math_gamma_log_tail(-1, 1, 1)));
    /* far below any x that a double holds: x^a / Gamma(a + 1) */
    assert_near_relative(
        twp_math_gamma_log_tail(0.25, -3000, 0), 0.25 * (-3000 + log(0.25)) - lgamma(1.25), 1e-14);
}

static void
test_a_gamma_of_shape_one_is_exponential(void **state)
{
    uint64_t seed = 4;

    (void) state;
    for (int i = 0; i < 10000; i++) {
        const double x = draw_spaced(&seed, -900, 12);
        assert_near_relative(twp_math_gamma_log_upper(1, x), -x, 4e-15);
        assert_near_relative(twp_math_gamma_p(1, x), -twp_math_expm1(-x), 4e-15);
        assert_near_relative(twp_math_gamma_upper_from_log(1, -x), x, 4e-15);
    }
    assert_near_relative(twp_math_gamma_log_upper(1, 1e12), -1e12, 1e-15);
}

/* Is value(x - 2 ulp) <= target <= value(x + 2 ulp) within slack of the target, value rising? */
static bool
is_bracketed(double below, double target, double above, double slack)
{
    const double room = slack * fabs(target);

    return below <= target + room && above >= target - room;
}

/* The doubles k places above x > 0 (below for k < 0), not below 0 */
static double
step(double x, int64_t k)
{
    const int64_t bits = (int64_t) bits_of(x) + k;

    return double_of(bits > 0 ? (uint64_t) bits : 0);
}

static void
test_gamma_inverses_return_the_nearest_doubles(void **state)
{
    uint64_t seed = 5;
    int n_bad = 0;

    (void) state;
    for (int i = 0; i < 10 * N_POINTS; i++) {
        const double a = draw_spaced(&seed, -7, 24);
        const double p = i % 2 ? draw_uniform(&seed, 0, 1) : draw_spaced(&seed, -1000, 0);
        const double l = i % 3 ? -draw_spaced(&seed, -50, 14) : -draw_spaced(&seed, -3, 3);
        const double x = twp_math_gamma_p_inverse(a, p), y = twp_math_gamma_q_inverse(a, p);
        const double z = twp_math_gamma_upper_from_log(a, l);
        if (x > 0x1p-1000 &&
            !is_bracketed(
                twp_math_gamma_p(a, step(x, -2)), p, twp_math_gamma_p(a, step(x, 2)), 2e-14))
            n_bad++, printf("    P: a %.17g p %.17g x %.17g\n", a, p, x);
        if (y > 0x1p-1000 &&
            !is_bracketed(
                -twp_math_gamma_q(a, step(y, -2)), -p, -twp_math_gamma_q(a, step(y, 2)), 2e-14))
            n_bad++, printf("    Q: a %.17g q %.17g x %.17g\n", a, p, y);
        if (z > 0x1p-1000 &&
            !is_bracketed(-twp_math_gamma_log_upper(a, step(z, -2)), -l,
                -twp_math_gamma_log_upper(a, step(z, 2)), 2e-14))
            n_bad++, printf("    log Q: a %.17g l %.17g x %.17g\n", a, l, z);
    }
    assert_int_equal(n_bad, 0);
}

static void
test_a_wrong_inverse_would_be_seen(void **state)
{
    const double a = 2.3, p = 0.0113, x = twp_math_gamma_p_inverse(a, p) * (1 + 3e-14);

    (void) state;
    assert_false(
        is_bracketed(twp_math_gamma_p(a, step(x, -2)), p, twp_math_gamma_p(a, step(x, 2)), 2e-14));
}

/* ---- Incomplete beta ----------------------------------------------------------------------- */

static double
draw_beta_argument(uint64_t *seed, double a, double b)
{
    const double mean = a / (a + b), sd = sqrt(mean * (1 - mean) / (a + b + 1));
    const double x = draw_bits(seed) % 2 ? draw_uniform(seed, 0, 1)
                                         : mean + draw_uniform(seed, -10, 10) * sd;

    /* the series of the oracle takes 1 / (1 - x) terms */
    return x > 0 && x < 0.9999 && fabs(x - mean) < 36 * sd ? x : mean;
}

static void
check_beta(const int e_a[2], const int e_b[2], int n, double bound)
{
    worst_t worst = { 0, 0, 0 };
    uint64_t seed = 6;
    mpfr_t i_exact;

    mpfr_init2(i_exact, PRECISION);
    for (int i = 0; i < n; i++) {
        const double a = draw_spaced(&seed, e_a[0], e_a[1]);
        const double b = draw_spaced(&seed, e_b[0], e_b[1]);
        const double x = draw_beta_argument(&seed, a, b);
        if (!(x < 1)) /* the mean itself can round to 1 */
            continue;
        oracle_beta(i_exact, a, b, x);
        if (mpfr_cmp_d(i_exact, 0x1p-1022) > 0)
            note(&worst, error_relative(twp_math_beta_i(a, b, x), i_exact), b, x);
    }
    printf("    a from 2^%d to 2^%d, b from 2^%d to 2^%d\n", e_a[0], e_a[1], e_b[0], e_b[1]);
    assert_worst(worst, bound, "beta_i");
    mpfr_clear(i_exact);
}

static void
test_incomplete_beta_keeps_its_bound(void **state)
{
    (void) state;
    check_beta((const int[]){ -3, 5 }, (const int[]){ -3, 5 }, N_POINTS / 2, 5e-14);
    check_beta((const int[]){ -6, 5 }, (const int[]){ -3, 12 }, N_POINTS / 2, 5e-14);
    check_beta((const int[]){ 0, 10 }, (const int[]){ 0, 10 }, N_POINTS / 4, 2e-14);
    check_beta((const int[]){ 10, 20 }, (const int[]){ 10, 20 }, N_POINTS / 60, 2e-14);
    check_beta((const int[]){ -3, 10 }, (const int[]){ -6, -3 }, N_POINTS / 10, 5e-12);
}

static void
test_incomplete_beta_has_its_closed_forms(void **state)
{
    uint64_t seed = 7;

    (void) state;
    for (int i = 0; i < 5000; i++) {
        const double x = draw_uniform(&seed, 0, 1), c = draw_spaced(&seed, -4, 9);
        const double one_less = -twp_math_expm1(c * twp_math_log1p(-x));
        assert_near_relative(twp_math_beta_i(c, 1, x), twp_math_pow(x, c), 1e-14);
        assert_near_relative(twp_math_beta_i(1, c, x), one_less, 1e-14);
        assert_near(twp_math_beta_i(c, 2.5, x) + twp_math_beta_i(2.5, c, 1 - x), 1, 1e-14);
    }
    assert_near_relative(twp_math_beta_i(1e-2, 1, 0x1p-1022), twp_math_pow(0x1p-1022, 1e-2), 1e-14);
}

static void
test_beta_inverse_returns_the_nearest_double(void **state)
{
    uint64_t seed = 8;
    int n_bad = 0;

    (void) state;
    for (int i = 0; i < 4 * N_POINTS; i++) {
        const double a = draw_spaced(&seed, -3, 14), b = draw_spaced(&seed, -3, 14);
        const double p = i % 2 ? draw_uniform(&seed, 0, 1) : draw_spaced(&seed, -1000, 0);
        const double x = twp_math_beta_i_inverse(a, b, p), above = step(x, 2);
        if (x > 0x1p-900 &&
            !is_bracketed(twp_math_beta_i(a, b, step(x, -2)), p,
                twp_math_beta_i(a, b, above < 1 ? above : 1), 2e-14))
            n_bad++, printf("    a %.17g b %.17g p %.17g x %.17g\n", a, b, p, x);
    }
    assert_int_equal(n_bad, 0);
}

/* ---- Edges --------------------------------------------------------------------------------- */

static void
test_edges_and_domains(void **state)
{
    (void) state;
    assert_true(twp_math_gamma_p(2, 0) == 0 && twp_math_gamma_p(2, INFINITY) == 1);
    assert_true(twp_math_gamma_q(2, 0) == 1 && twp_math_gamma_q(2, INFINITY) == 0);
    assert_true(twp_math_gamma_q(2, 1e308) == 0 && twp_math_gamma_q(200, 1e308) == 0);
    assert_true(twp_math_gamma_log_upper(2, 1e308) < -0.999e308);
    assert_true(twp_math_gamma_log_upper(2, INFINITY) == -INFINITY);
    assert_true(twp_math_gamma_p(200, 1e-300) == 0 && twp_math_gamma_p(200, 0x1p-1074) == 0);
    assert_true(twp_math_gamma_p_inverse(2, 0) == 0);
    assert_true(twp_math_gamma_p_inverse(2, 1) == INFINITY);
    assert_true(twp_math_gamma_q_inverse(2, 0) == INFINITY);
    assert_true(twp_math_gamma_q_inverse(2, 1) == 0);
    assert_true(twp_math_gamma_p_inverse(1e-3, 0.01) == 0); /* e^-4600 */
    assert_true(twp_math_gamma_upper_from_log(2, 0) == 0);
    assert_true(twp_math_gamma_upper_from_log(2, -INFINITY) == INFINITY);
    assert_true(twp_math_beta_i(2, 3, 0) == 0 && twp_math_beta_i(2, 3, 1) == 1);
    assert_true(twp_math_beta_i_inverse(2, 3, 0) == 0 && twp_math_beta_i_inverse(2, 3, 1) == 1);
    const double bad[] = { twp_math_gamma_p(0, 1), twp_math_gamma_p(-1, 1), twp_math_gamma_p(1, -1),
        twp_math_gamma_q(1, NAN), twp_math_gamma_log_upper(NAN, 1),
        twp_math_gamma_p_inverse(2, 1.1), twp_math_gamma_q_inverse(2, -0.1),
        twp_math_gamma_upper_from_log(2, 0.1), twp_math_beta_i(0, 1, 0.5),
        twp_math_beta_i(1, -1, 0.5), twp_math_beta_i(1, 1, 1.5), twp_math_beta_i_inverse(1, 1, NAN),
        twp_math_beta_i_inverse(1, INFINITY, 0.5) };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_true(bits_of(bad[i]) == bits_of(fabs((double) NAN)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_gamma_oracle_agrees_with_mpfr),
        cmocka_unit_test(test_lgamma_keeps_its_bound),
        cmocka_unit_test(test_incomplete_gamma_keeps_its_bound_in_both_tails),
        cmocka_unit_test(test_log_tails_keep_their_bound_near_the_mean_and_far_from_it),
        cmocka_unit_test(test_inverses_of_log_tails_come_back),
        cmocka_unit_test(test_a_gamma_of_shape_one_is_exponential),
        cmocka_unit_test(test_gamma_inverses_return_the_nearest_doubles),
        cmocka_unit_test(test_a_wrong_inverse_would_be_seen),
        cmocka_unit_test(test_incomplete_beta_keeps_its_bound),
        cmocka_unit_test(test_incomplete_beta_has_its_closed_forms),
        cmocka_unit_test(test_beta_inverse_returns_the_nearest_double),
        cmocka_unit_test(test_edges_and_domains),
    };

    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
