/*
 * Hazard laws on the cumulative-hazard scale: H against its formula in long double, H and its inverse
 * against each other from 1e-12 to 700, draws against H bin by bin, and conditional draws (left
 * truncation), which must never fire before they begin. (What survives, S = exp(-H), hazards and
 * quantiles against published numbers: validation/05-hazard-families.)
 */
#include "testlib.h"

#include "base/portable_math.h"
#include "kernel/stream.h"
#include "model/family.h"

#include <math.h>
#include <string.h>

typedef struct {
    twp_family_t family;
    double parameter[TWP_FAMILY_MAX_PARAMETERS];
    double h_max; /* largest H that the law reaches */
    int n;        /* spline: knots; polynomial: powers */
    double at[4], coefficient[5];
    twp_spline_scale_t scale;
} law_case_t;

#define LAW(family_, h_max_, ...)                                                       \
    {                                                                                   \
        .family = TWP_FAMILY_##family_, .parameter = { __VA_ARGS__ }, .h_max = (h_max_) \
    }

static const law_case_t laws[] = {
    LAW(EXPONENTIAL, INFINITY, 0.0113),
    LAW(EXPONENTIAL, INFINITY, 3e-7),
    LAW(WEIBULL, INFINITY, 0.53, 840),
    LAW(WEIBULL, INFINITY, 4.2, 12.5),
    LAW(WEIBULL_PH, INFINITY, 0.83, 0.3, 365.25),
    LAW(GOMPERTZ, INFINITY, 0.0003, 0.00002),
    LAW(GOMPERTZ, 2, -0.01, 0.02),
    LAW(GOMPERTZ, INFINITY, 0, 0.02),
    LAW(LOGNORMAL, INFINITY, 1.36, 1.887, 1),
    LAW(LOGNORMAL, INFINITY, 0.1, 0.3, 365.25),
    LAW(LOGLOGISTIC, INFINITY, 0.7, 90),
    LAW(LOGLOGISTIC, INFINITY, 5, 90),
    LAW(GAMMA, INFINITY, 3, 0.02),
    LAW(GAMMA, INFINITY, 40, 0.5),
    LAW(GAMMA, INFINITY, 0.5, 0.003),
    /* 1 / Q^2 is whole: sums of powers; Q = 0 and next to it: lognormal */
    LAW(GENGAMMA, INFINITY, 1.2, 0.7, 1, 365.25),
    LAW(GENGAMMA, INFINITY, 1.2, 0.7, 0.5, 365.25),
    LAW(GENGAMMA, INFINITY, 5.1, 1.3, 0.2, 1),
    LAW(GENGAMMA, INFINITY, 5.1, 0.4, -1, 1),
    LAW(GENGAMMA, INFINITY, 5.1, 0.4, -0.5, 1),
    LAW(GENGAMMA, INFINITY, 5.1, 0.4, -0.1, 1),
    LAW(GENGAMMA, INFINITY, 5.1, 0.4, 0, 1),
    LAW(GENGAMMA, INFINITY, 5.1, 0.4, -1e-15, 1),
    LAW(GENGAMMA, INFINITY, 5.1, 0.4, 1e-13, 1),
    { .family = TWP_FAMILY_SPLINE,
        .parameter = { 0.3, 365.25 },
        .h_max = INFINITY,
        .n = 4,
        .at = { -3, -0.5, 0.4, 1.6 },
        .coefficient = { -1.1, 1.2, 0.03, -0.06 },
        .scale = TWP_SPLINE_HAZARD },
    { .family = TWP_FAMILY_SPLINE,
        .parameter = { -0.2, 1 },
        .h_max = INFINITY,
        .n = 3,
        .at = { 1, 3.5, 6 },
        .coefficient = { -6, 1.1, 0.02 },
        .scale = TWP_SPLINE_ODDS },
    { .family = TWP_FAMILY_SPLINE,
        .parameter = { 0, 30.4375 },
        .h_max = INFINITY,
        .n = 2,
        .at = { -2, 2 },
        .coefficient = { -1, 0.8 },
        .scale = TWP_SPLINE_NORMAL },
    { .family = TWP_FAMILY_POLYNOMIAL,
        .parameter = { 0.2, 365.25 },
        .h_max = INFINITY,
        .n = 1,
        .at = { 0 },
        .coefficient = { -1.1, -0.4 },
        .scale = TWP_SPLINE_HAZARD },
    { .family = TWP_FAMILY_POLYNOMIAL,
        .parameter = { 0, 365.25 },
        .h_max = INFINITY,
        .n = 1,
        .at = { 1 },
        .coefficient = { -3, 0.15 },
        .scale = TWP_SPLINE_HAZARD },
    { .family = TWP_FAMILY_POLYNOMIAL,
        .parameter = { 0, 30.4375 },
        .h_max = 9.5,
        .n = 2,
        .at = { 0, 0 },
        .coefficient = { -2, 0.5, -0.2 },
        .scale = TWP_SPLINE_HAZARD },
};
enum { N_LAWS = sizeof laws / sizeof *laws };

/* -log of the tail of a gamma distribution of whole shape g above or below u, or of shape 1/2 above. */
static long double
gamma_hazard(long double g, long double u, bool is_upper)
{
    long double term = 1, sum = 0;

    if (g < 1)
        return -logl(erfcl(sqrtl(u)));
    for (int k = 1; k <= (int) lroundl(g); k++, term *= u / (k - 1))
        sum += term; /* u^(k-1) / (k-1)! */
    if (is_upper)
        return u - logl(sum);
    sum = 0; /* 1 - Q cancels where it is small: the other powers */
    for (int k = (int) lroundl(g); k < 4000 && (k < u + 10 || term > 1e-25L * sum); term *= u / ++k)
        sum += term;
    return u - logl(sum);
}

static long double
spline_value(const law_case_t *law, long double x)
{
    const double *k = law->at, *gamma = law->coefficient;
    const int last = law->n - 1;
    long double s = gamma[0] + gamma[1] * x;

    for (int j = 1; j < last; j++) {
        const long double l = ((long double) k[last] - k[j]) / ((long double) k[last] - k[0]);
        s += gamma[j + 1] *
            (powl(fmaxl(x - k[j], 0), 3) - l * powl(fmaxl(x - k[0], 0), 3) -
                (1 - l) * powl(fmaxl(x - k[last], 0), 3));
    }
    return s;
}

static long double
spline_hazard(const law_case_t *law, long double t)
{
    const long double s = spline_value(law, logl(t / law->parameter[1])) + law->parameter[0];

    return law->scale == TWP_SPLINE_HAZARD ? expl(s)
        : law->scale == TWP_SPLINE_ODDS    ? (s > 30 ? s + log1pl(expl(-s)) : log1pl(expl(s)))
                                           : -logl(erfcl(s / sqrtl(2)) / 2);
}

/* Powers -1/2 and 1/2, over x = log u by Boole's rule of step 1/1024; below e^-12 the hazard is 0. */
static long double
polynomial_by_quadrature(const law_case_t *law, long double u)
{
    static const long double weight[5] = { 7, 32, 12, 32, 7 };
    const double *b = law->coefficient;
    const int n = (int) ((logl(u) + 12) * 256) + 1;
    const long double step = (logl(u) + 12) / n;
    long double sum = 0;

    for (int i = 0; i < n; i++)
        for (int k = 0; k <= 4; k++) {
            const long double x = -12 + (i + k / 4.0L) * step;
            sum += weight[k] * expl(x + b[0] + b[1] * expl(-x / 2) + b[2] * expl(x / 2));
        }
    return sum * step / 90 * expl(law->parameter[0]);
}

/* The integrals that have a closed form: powers {0}, {1} and {0, 0} with a negative last coefficient. */
static long double
polynomial_hazard(const law_case_t *law, long double t)
{
    const double *b = law->coefficient;
    const long double u = t / law->parameter[1], scale = expl(law->parameter[0] + b[0]);

    if (law->n == 1 && law->at[0] == 0)
        return scale * powl(u, b[1] + 1.0L) / (b[1] + 1.0L);
    if (law->n == 1)
        return scale * expm1l(b[1] * u) / b[1];
    const long double a = -b[2], m = (b[1] + 1.0L) / (2 * a); /* -a (x - m)^2 + a m^2 */
    return scale * expl(a * m * m) * sqrtl(acosl(-1) / a) / 2 * erfcl(sqrtl(a) * (m - logl(u)));
}

static long double
gengamma_hazard(const double *p, long double t)
{
    const long double w = (logl(t / p[3]) - p[0]) / p[1];

    if (fabs(p[2]) < 1e-12)
        return -logl(erfcl(w / sqrtl(2)) / 2);
    const long double g = 1 / ((long double) p[2] * p[2]);
    return gamma_hazard(roundl(g), roundl(g) * expl(p[2] * w), p[2] > 0);
}

/** H by its definition, in long double. */
static long double
cumulative(const law_case_t *law, long double t)
{
    const double *p = law->parameter;

    if (!(t > 0))
        return 0;
    switch (law->family) {
    case TWP_FAMILY_EXPONENTIAL: return p[0] * t;
    case TWP_FAMILY_WEIBULL: return powl(t / p[1], p[0]);
    case TWP_FAMILY_WEIBULL_PH: return p[1] * powl(t / p[2], p[0]);
    case TWP_FAMILY_GOMPERTZ: return p[0] != 0 ? p[1] * expm1l(p[0] * t) / p[0] : p[1] * t;
    case TWP_FAMILY_LOGNORMAL: return -logl(erfcl((logl(t / p[2]) - p[0]) / p[1] / sqrtl(2)) / 2);
    case TWP_FAMILY_LOGLOGISTIC: return log1pl(powl(t / p[1], p[0]));
    case TWP_FAMILY_GAMMA: return gamma_hazard(p[0], p[1] * t, true);
    case TWP_FAMILY_GENGAMMA: return gengamma_hazard(p, t);
    case TWP_FAMILY_SPLINE: return spline_hazard(law, t);
    case TWP_FAMILY_POLYNOMIAL: return polynomial_hazard(law, t);
    default: return NAN;
    }
}

/* Room for the tables of one law; the next one takes its place. */
static double table_x[TWP_POLYNOMIAL_MAX_NODES], table_value[TWP_POLYNOMIAL_MAX_NODES],
    table_slope[TWP_POLYNOMIAL_MAX_NODES];

static twp_law_constants_t
prepared(const law_case_t *law)
{
    twp_law_constants_t constants = { .from_days = table_x,
        .cumulative = table_value,
        .rate_per_day = table_slope,
        .scale = (int32_t) law->scale,
        .n_pieces = law->n };
    double x_bad;

    if (law->family == TWP_FAMILY_SPLINE) {
        memcpy(table_x, law->at, sizeof law->at);
        assert_int_equal(twp_family_spline_table(
                             law->n, law->at, law->coefficient, table_value, table_slope, &x_bad),
            TWP_TABLE_GOOD);
    } else if (law->family == TWP_FAMILY_POLYNOMIAL) {
        assert_int_equal(twp_family_polynomial_table(law->n, law->at, law->coefficient,
                             log(1e6 / law->parameter[1]), table_x, table_value, table_slope,
                             &constants.n_pieces),
            TWP_TABLE_GOOD);
    }
    assert_true(twp_family_prepare(law->family, law->parameter, &constants));
    return constants;
}

/* Of a fractional polynomial the proven bound; of the others their rounding. */
static double
bound_of(const law_case_t *law)
{
    if (law->family == TWP_FAMILY_GENGAMMA && law->parameter[2] > 0 && law->parameter[2] < 1e-12)
        return 3e-12; /* what a Q of 1e-13 differs from 0: |Q| w^3 / 6 of H about w^2 / 2 */
    return law->family == TWP_FAMILY_POLYNOMIAL ? 1e-11
        : law->family == TWP_FAMILY_GENGAMMA ? 1e-12 /* w is rounded, and H falls steeply in it */
                                             : 2e-13;
}

/* The lognormal's definition in long double loses digits where 1 - Phi is near 1: H > 1e-3 there. */
static void
test_cumulative_hazards_follow_their_formula(void **state)
{
    (void) state;
    for (int k = 0; k < N_LAWS; k++) {
        const twp_law_constants_t c = prepared(&laws[k]);
        for (double e = 1e-3; e < 690 && e < laws[k].h_max * 0.999; e *= 1.7) {
            const double t = twp_family_inverse(laws[k].family, &c, e);
            const long double want = cumulative(&laws[k], t);
            if (isinf(t)) /* beyond the largest double */
                continue;
            assert_near_relative(
                twp_family_cumulative(laws[k].family, &c, t), (double) want, bound_of(&laws[k]));
        }
    }
}

/* One that has no closed form, from H of 1e-16 on. */
static void
test_a_polynomial_without_closed_form_follows_its_integral(void **state)
{
    const law_case_t law = { .family = TWP_FAMILY_POLYNOMIAL,
        .parameter = { 0.1, 30.4375 },
        .n = 2,
        .at = { -0.5, 0.5 },
        .coefficient = { 0.7, -1.3, -0.4 },
        .scale = TWP_SPLINE_HAZARD };
    const twp_law_constants_t c = prepared(&law);

    (void) state;
    for (double t = 0.063; t < 4e4; t *= 1.3)
        assert_near_relative(twp_family_cumulative(law.family, &c, t),
            (double) polynomial_by_quadrature(&law, t / law.parameter[1]), bound_of(&law));
}

/*
 * H(H^-1(e)) = e. An error of one ulp in t moves H by (t h / H) ulps, at most 700 / sdlog for the
 * laws here: hence 1e-11.
 */
static void
test_inverse_and_cumulative_hazard_undo_each_other(void **state)
{
    (void) state;
    for (int k = 0; k < N_LAWS; k++) {
        const twp_law_constants_t c = prepared(&laws[k]);
        for (double e = 1e-12; e <= 700 && e < laws[k].h_max * 0.999; e *= 1.3) {
            const double t = twp_family_inverse(laws[k].family, &c, e);
            if (!(t < 1e300) && cumulative(&laws[k], 1e300) < e)
                continue; /* beyond the largest double: exp(1000) days */
            assert_true(t > 0 && isfinite(t));
            assert_near_relative(twp_family_cumulative(laws[k].family, &c, t), e, 1e-11);
        }
        assert_near(twp_family_inverse(laws[k].family, &c, 0), 0, 0);
        assert_near(twp_family_cumulative(laws[k].family, &c, 0), 0, 0);
    }
}

static void
test_a_bounded_cumulative_hazard_gives_never(void **state)
{
    const twp_law_constants_t c = prepared(&laws[6]);

    (void) state;
    assert_true(isinf(twp_family_inverse(TWP_FAMILY_GOMPERTZ, &c, 2)));
    assert_true(isinf(twp_family_inverse(TWP_FAMILY_GOMPERTZ, &c, 5)));
    assert_true(isfinite(twp_family_inverse(TWP_FAMILY_GOMPERTZ, &c, 1.999)));
}

/*
 * Draws against the law, bin by bin: H(T) is a unit exponential, so each of 20 bins of equal
 * probability holds n / 20 draws with the standard error sqrt(n p (1 - p)), and the mean is 1 with 1 /
 * sqrt(n). Conditional draws from age a likewise, on H(T) - H(a), and never before a.
 */
static void
check_bins(const law_case_t *law, double age_days)
{
    enum { N_BINS = 20 };
    const uint32_t n = testlib_is_long() ? 200000 : 15000;
    const twp_law_constants_t c = prepared(law);
    const double before = twp_family_cumulative(law->family, &c, age_days);
    const long double exact_before = cumulative(law, age_days);
    const double p = 1.0 / N_BINS;
    double sum = 0;
    int count[N_BINS + 1] = { 0 };

    for (uint32_t i = 0; i < n; i++) {
        const double e = -twp_math_log(twp_stream_draw_uniform(11, i, 77, 1));
        const double t = twp_family_inverse(law->family, &c, before + e);
        assert_true(t >= age_days);
        const long double lived = isinf(t) ? 30 : cumulative(law, t) - exact_before;
        sum += (double) lived;
        count[(int) (-expm1l(-lived) * N_BINS)]++;
    }
    for (int b = 0; b < N_BINS; b++)
        if ((b + 1) * p < -expm1(-(law->h_max - before)) || isinf(law->h_max))
            assert_estimate((double) count[b] / n, p, sqrt(p * (1 - p) / n));
    if (isinf(law->h_max))
        assert_estimate(sum / n, 1, 1 / sqrt(n));
}

static void
test_draws_fill_bins_of_equal_probability_equally(void **state)
{
    (void) state;
    for (int k = 0; k < N_LAWS; k++) {
        const twp_law_constants_t c = prepared(&laws[k]);
        check_bins(&laws[k], 0);
        check_bins(&laws[k], twp_family_inverse(laws[k].family, &c, 0.7));
    }
}

/* ---- discrete time ------------------------------------------------------------------------- */

static twp_law_constants_t
geometric(double chance, double every_days)
{
    twp_law_constants_t c = { 0 };

    assert_true(twp_family_prepare(TWP_FAMILY_GEOMETRIC, (double[4]){ chance, every_days }, &c));
    return c;
}

/* H rises at whole steps by -log(1 - q); a step counts from a billionth of it before its time. */
static void
test_a_geometric_law_rises_at_whole_steps_only(void **state)
{
    const twp_law_constants_t c = geometric(0.2, 0.5), none = geometric(0, 1),
                              sure = geometric(1, 1);
    const double step = -log(0.8);

    (void) state;
    for (int n = 1; n < 2000; n++) {
        const double t = n * 0.5;
        assert_near_relative(twp_family_cumulative(TWP_FAMILY_GEOMETRIC, &c, t), n * step, 1e-15);
        assert_near_relative(
            twp_family_cumulative(TWP_FAMILY_GEOMETRIC, &c, t * (1 - 1e-14)), n * step, 1e-15);
        assert_near_relative(
            twp_family_cumulative(TWP_FAMILY_GEOMETRIC, &c, t + 0.499999), n * step, 1e-15);
        assert_near(twp_family_inverse(TWP_FAMILY_GEOMETRIC, &c, n * c.c[0]), t, 0);
        assert_near(
            twp_family_inverse(TWP_FAMILY_GEOMETRIC, &c, n * c.c[0] * (1 + 1e-15)), t + 0.5, 0);
        assert_near(twp_family_inverse(TWP_FAMILY_GEOMETRIC, &c, n * c.c[0] * (1 - 1e-15)), t, 0);
    }
    assert_near(twp_family_cumulative(TWP_FAMILY_GEOMETRIC, &c, 0.499), 0, 0);
    assert_near(twp_family_inverse(TWP_FAMILY_GEOMETRIC, &c, 0), 0, 0);
    assert_near(twp_family_inverse(TWP_FAMILY_GEOMETRIC, &c, 1e-300), 0.5, 0);
    assert_true(isinf(twp_family_inverse(TWP_FAMILY_GEOMETRIC, &none, 1e-300)));
    assert_near(twp_family_cumulative(TWP_FAMILY_GEOMETRIC, &none, 1e6), 0, 0);
    assert_near(twp_family_inverse(TWP_FAMILY_GEOMETRIC, &sure, 53 * log(2)), 1, 0); /* any draw */
}

static void
test_a_geometric_chance_lies_between_0_and_1(void **state)
{
    twp_law_constants_t c;

    (void) state;
    assert_false(twp_family_prepare(TWP_FAMILY_GEOMETRIC, (double[4]){ -0.1, 1 }, &c));
    assert_false(twp_family_prepare(TWP_FAMILY_GEOMETRIC, (double[4]){ 1.1, 1 }, &c));
    assert_false(twp_family_prepare(TWP_FAMILY_GEOMETRIC, (double[4]){ NAN, 1 }, &c));
    assert_false(twp_family_prepare(TWP_FAMILY_GEOMETRIC, (double[4]){ 0.1, 0 }, &c));
}

/*
 * P(T = n steps) = q (1 - q)^(n - 1): counts within 4 standard errors, from age 0 and from an age
 * between steps, where the law has no memory and the next step is the first.
 */
static void
test_geometric_draws_come_at_steps_with_their_chance(void **state)
{
    const uint32_t n = testlib_is_long() ? 400000 : 40000;
    const double q = 0.3, every = 0.25;
    const twp_law_constants_t c = geometric(q, every);

    (void) state;
    for (int k = 0; k < 2; k++) {
        const double age = k == 0 ? 0 : 1.6; /* after 6 steps */
        const double before = twp_family_cumulative(TWP_FAMILY_GEOMETRIC, &c, age);
        int count[8] = { 0 };
        for (uint32_t i = 0; i < n; i++) {
            const double e = -twp_math_log(twp_stream_draw_uniform(12, i, 78, 1));
            const double t = twp_family_inverse(TWP_FAMILY_GEOMETRIC, &c, before + e);
            const long step = lround(t / every) - (k == 0 ? 0 : 6);
            assert_near(t, (double) lround(t / every) * every, 0);
            assert_true(t > age && step >= 1);
            count[step < 8 ? step - 1 : 7]++;
        }
        for (int s = 0; s < 7; s++) {
            const double p = q * pow(1 - q, s);
            assert_estimate((double) count[s] / n, p, sqrt(p * (1 - p) / n));
        }
    }
}

/*
 * Laws that nobody fits but a search may try: the inverse never falls, is a number, and comes back within
 * what one ulp of age means for H; a clock that starts at an age does not fire before it.
 */
static const law_case_t extremes[] = {
    LAW(EXPONENTIAL, INFINITY, 1e-300),
    LAW(EXPONENTIAL, INFINITY, 1e12),
    LAW(WEIBULL, INFINITY, 0.03, 1),
    LAW(WEIBULL, INFINITY, 80, 1e4),
    LAW(GOMPERTZ, INFINITY, 5, 1e-30),
    LAW(GOMPERTZ, 20, -5, 100),
    LAW(LOGNORMAL, INFINITY, 0, 9, 1),
    LAW(LOGNORMAL, INFINITY, 9, 1e-3, 1),
    LAW(LOGLOGISTIC, INFINITY, 60, 1e4),
    LAW(GAMMA, INFINITY, 0.004, 1e-3),
    LAW(GAMMA, INFINITY, 1e6, 10),
    LAW(GENGAMMA, INFINITY, 3, 0.01, 8, 1),
    LAW(GENGAMMA, INFINITY, 3, 0.01, -8, 1),
    LAW(GENGAMMA, INFINITY, 3, 5, 1e-6, 1),
    LAW(GENGAMMA, INFINITY, 3, 5, -1e-9, 365.25),
    LAW(GENGAMMA, INFINITY, 3, 2, -3, 365.25),
    { .family = TWP_FAMILY_SPLINE,
        .parameter = { 0, 1 },
        .h_max = INFINITY,
        .n = 4,
        .at = { -8, -1, 0, 9 },
        .coefficient = { 0, 30, 0, 0 },
        .scale = TWP_SPLINE_ODDS },
    { .family = TWP_FAMILY_SPLINE, /* next to flat in the middle */
        .parameter = { 2, 365.25 },
        .h_max = INFINITY,
        .n = 3,
        .at = { -1, 0, 1 },
        .coefficient = { 0, 1.0000001, 0.333333 },
        .scale = TWP_SPLINE_NORMAL },
    { .family = TWP_FAMILY_POLYNOMIAL,
        .parameter = { 5, 365.25 },
        .h_max = INFINITY,
        .n = 2,
        .at = { -2, 3 },
        .coefficient = { -9, -4, 0.01 },
        .scale = TWP_SPLINE_HAZARD },
};

static void
check_extreme(const law_case_t *law)
{
    const twp_law_constants_t c = prepared(law);
    double before = 0;

    for (double e = 1e-15; e < 750; e *= 1.21) {
        const double t = twp_family_inverse(law->family, &c, e);
        assert_true(t >= before);
        before = t;
        if (t < 1e-290 || t > 1e290)
            continue;
        assert_true(twp_family_cumulative(law->family, &c, t * (1 - 1e-14)) <= e * (1 + 1e-11));
        assert_true(twp_family_cumulative(law->family, &c, t * (1 + 1e-14)) >= e * (1 - 1e-11));
    }
    for (double age = 1e-6; age < 1e6; age *= 7) {
        const double lived = twp_family_cumulative(law->family, &c, age);
        for (double e = 1e-12; e < 40; e *= 11)
            if (lived > 0 && lived < 1e9)
                assert_true(twp_family_inverse(law->family, &c, lived + e) >= age * (1 - 1e-9));
    }
}

static void
test_extreme_laws_stay_ordered_and_come_back(void **state)
{
    (void) state;
    for (size_t k = 0; k < sizeof extremes / sizeof *extremes; k++)
        check_extreme(&extremes[k]);
}

/* Means of T: the families whose mean has a closed form, a million draws each in the long tier. */
static void
test_means_of_draws_are_the_laws(void **state)
{
    const uint32_t n = testlib_is_long() ? 1000000 : 40000;
    const double s = 0.4;
    const struct {
        law_case_t law;
        double mean, sd;
    } cases[] = {
        { LAW(EXPONENTIAL, INFINITY, 0.0113), 1 / 0.0113, 1 / 0.0113 },
        { LAW(WEIBULL, INFINITY, 1.7, 600), 600 * tgamma(1 + 1 / 1.7),
            600 * sqrt(tgamma(1 + 2 / 1.7) - pow(tgamma(1 + 1 / 1.7), 2)) },
        { LAW(WEIBULL_PH, INFINITY, 1.7, 0.3, 365.25),
            365.25 * pow(0.3, -1 / 1.7) * tgamma(1 + 1 / 1.7),
            365.25 * pow(0.3, -1 / 1.7) * sqrt(tgamma(1 + 2 / 1.7) - pow(tgamma(1 + 1 / 1.7), 2)) },
        { LAW(LOGNORMAL, INFINITY, 1, s, 365.25), 365.25 * exp(1 + s * s / 2),
            365.25 * exp(1 + s * s / 2) * sqrt(expm1(s * s)) },
        { LAW(LOGLOGISTIC, INFINITY, 5, 90), 90 * (M_PI / 5) / sin(M_PI / 5),
            90 * sqrt(2 * (M_PI / 5) / sin(2 * M_PI / 5) - pow((M_PI / 5) / sin(M_PI / 5), 2)) },
        { LAW(GAMMA, INFINITY, 2.3, 0.005), 2.3 / 0.005, sqrt(2.3) / 0.005 },
        /* E T^r = exp(r mu) Gamma(g + r sigma / Q) / Gamma(g) g^(-r sigma / Q) with Q = 0.5, g = 4 */
        { LAW(GENGAMMA, INFINITY, 5, s, 0.5, 1), exp(5.0) * tgamma(4 + 2 * s) / 6 * pow(4, -2 * s),
            exp(5.0) * pow(4, -2 * s) *
                sqrt(tgamma(4 + 4 * s) / 6 - pow(tgamma(4 + 2 * s) / 6, 2)) },
        { LAW(GENGAMMA, INFINITY, 5, s, -0.5, 1), exp(5.0) * tgamma(4 - 2 * s) / 6 * pow(4, 2 * s),
            exp(5.0) * pow(4, 2 * s) *
                sqrt(tgamma(4 - 4 * s) / 6 - pow(tgamma(4 - 2 * s) / 6, 2)) },
    };

    (void) state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const twp_law_constants_t c = prepared(&cases[k].law);
        double sum = 0;
        for (uint32_t i = 0; i < n; i++)
            sum += twp_family_inverse(
                cases[k].law.family, &c, -twp_math_log(twp_stream_draw_uniform(12, i, 77, 1)));
        assert_estimate(sum / n, cases[k].mean, cases[k].sd / sqrt(n));
        /* an error of 3 % would be seen */
        assert_true(0.03 * cases[k].mean > 4 * cases[k].sd / sqrt(n));
    }
}

static void
test_pieces_follow_their_rates_and_never_overstep(void **state)
{
    const double from[4] = { 0, 10, 30, 60 }, rate[4] = { 0.01, 0, 0.2, 0.05 };
    const double cumulated[4] = { 0, 0.1, 0.1, 6.1 };
    const twp_law_constants_t c = {
        .n_pieces = 4, .from_days = from, .rate_per_day = rate, .cumulative = cumulated
    };

    (void) state;
    assert_near(twp_family_cumulative(TWP_FAMILY_PIECEWISE, &c, 5), 0.05, 1e-15);
    assert_near(twp_family_cumulative(TWP_FAMILY_PIECEWISE, &c, 20), 0.1, 1e-15);
    assert_near(twp_family_cumulative(TWP_FAMILY_PIECEWISE, &c, 40), 2.1, 1e-14);
    assert_near(twp_family_cumulative(TWP_FAMILY_PIECEWISE, &c, 100), 8.1, 1e-14);
    assert_near(twp_family_inverse(TWP_FAMILY_PIECEWISE, &c, 0.1), 10, 1e-12);
    assert_near(twp_family_inverse(TWP_FAMILY_PIECEWISE, &c, 0.1000001), 30.0000005, 1e-8);
    assert_near(twp_family_inverse(TWP_FAMILY_PIECEWISE, &c, 6.1), 60, 1e-12);
    assert_near(twp_family_inverse(TWP_FAMILY_PIECEWISE, &c, 7.1), 80, 1e-12);
    assert_near(twp_family_inverse(TWP_FAMILY_PIECEWISE, &c, 0), 0, 0);
}

static void
test_a_last_piece_without_hazard_never_fires(void **state)
{
    const double from[2] = { 0, 10 }, rate[2] = { 0.1, 0 }, cumulated[2] = { 0, 1 };
    const twp_law_constants_t c = {
        .n_pieces = 2, .from_days = from, .rate_per_day = rate, .cumulative = cumulated
    };

    (void) state;
    assert_near(twp_family_inverse(TWP_FAMILY_PIECEWISE, &c, 0.5), 5, 1e-14);
    assert_true(isinf(twp_family_inverse(TWP_FAMILY_PIECEWISE, &c, 1.01)));
    assert_near(twp_family_cumulative(TWP_FAMILY_PIECEWISE, &c, INFINITY), 1, 0);
}

static void
test_parameters_out_of_range_are_refused(void **state)
{
    static const law_case_t wrong[] = {
        LAW(EXPONENTIAL, 0, -1),
        LAW(WEIBULL, 0, 0, 1),
        LAW(WEIBULL, 0, 1, 0),
        LAW(WEIBULL, 0, 1, INFINITY),
        LAW(WEIBULL_PH, 0, 1, -1, 1),
        LAW(GOMPERTZ, 0, 1, -1),
        LAW(LOGNORMAL, 0, 1, 0, 1),
        LAW(LOGNORMAL, 0, NAN, 1, 1),
        LAW(LOGNORMAL, 0, 1, 1, 0),
        LAW(GAMMA, 0, 0, 1),
        LAW(GAMMA, 0, 1, 0),
        LAW(GENGAMMA, 0, 1, 0, 1, 1),
        LAW(GENGAMMA, 0, 1, 1, 1, 0),
        LAW(GENGAMMA, 0, 1, 1, 1e200, 1),
        LAW(SPLINE, 0, NAN, 1),
        LAW(POLYNOMIAL, 0, 0, 0),
        LAW(LOGLOGISTIC, 0, -2, 1),
        LAW(FIXED, 0, 0),
    };

    (void) state;
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        twp_law_constants_t c;
        assert_false(twp_family_prepare(wrong[k].family, wrong[k].parameter, &c));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cumulative_hazards_follow_their_formula),
        cmocka_unit_test(test_a_polynomial_without_closed_form_follows_its_integral),
        cmocka_unit_test(test_inverse_and_cumulative_hazard_undo_each_other),
        cmocka_unit_test(test_a_bounded_cumulative_hazard_gives_never),
        cmocka_unit_test(test_draws_fill_bins_of_equal_probability_equally),
        cmocka_unit_test(test_a_geometric_law_rises_at_whole_steps_only),
        cmocka_unit_test(test_a_geometric_chance_lies_between_0_and_1),
        cmocka_unit_test(test_geometric_draws_come_at_steps_with_their_chance),
        cmocka_unit_test(test_extreme_laws_stay_ordered_and_come_back),
        cmocka_unit_test(test_means_of_draws_are_the_laws),
        cmocka_unit_test(test_pieces_follow_their_rates_and_never_overstep),
        cmocka_unit_test(test_a_last_piece_without_hazard_never_fires),
        cmocka_unit_test(test_parameters_out_of_range_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
