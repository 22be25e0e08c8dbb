/*
 * Hazard laws on the cumulative-hazard scale: H against its formula in long double, H and its inverse
 * against each other from 1e-12 to 700, draws against H bin by bin, and conditional draws (left
 * truncation), which must never fire before they begin.
 */
#include "testlib.h"

#include "base/portable_math.h"
#include "kernel/stream.h"
#include "model/family.h"

#include <math.h>

typedef struct {
    twp_family_t family;
    double parameter[TWP_FAMILY_MAX_PARAMETERS];
    double h_max; /* largest H that the law reaches */
} law_case_t;

static const law_case_t laws[] = {
    { TWP_FAMILY_EXPONENTIAL, { 0.0113 }, INFINITY },
    { TWP_FAMILY_EXPONENTIAL, { 3e-7 }, INFINITY },
    { TWP_FAMILY_WEIBULL, { 0.53, 840 }, INFINITY },
    { TWP_FAMILY_WEIBULL, { 4.2, 12.5 }, INFINITY },
    { TWP_FAMILY_WEIBULL_PH, { 0.83, 0.3, 365.25 }, INFINITY },
    { TWP_FAMILY_GOMPERTZ, { 0.0003, 0.00002 }, INFINITY },
    { TWP_FAMILY_GOMPERTZ, { -0.01, 0.02 }, 2 },
    { TWP_FAMILY_GOMPERTZ, { 0, 0.02 }, INFINITY },
    { TWP_FAMILY_LOGNORMAL, { 1.36, 1.887 }, INFINITY },
    { TWP_FAMILY_LOGNORMAL, { 6, 0.3 }, INFINITY },
    { TWP_FAMILY_LOGLOGISTIC, { 0.7, 90 }, INFINITY },
    { TWP_FAMILY_LOGLOGISTIC, { 5, 90 }, INFINITY },
};
enum { N_LAWS = sizeof laws / sizeof *laws };

/** H by its definition, in long double. */
static long double
cumulative(const law_case_t *law, long double t)
{
    const double *p = law->parameter;

    switch (law->family) {
    case TWP_FAMILY_EXPONENTIAL: return p[0] * t;
    case TWP_FAMILY_WEIBULL: return powl(t / p[1], p[0]);
    case TWP_FAMILY_WEIBULL_PH: return p[1] * powl(t / p[2], p[0]);
    case TWP_FAMILY_GOMPERTZ: return p[0] != 0 ? p[1] * expm1l(p[0] * t) / p[0] : p[1] * t;
    case TWP_FAMILY_LOGNORMAL: return -logl(erfcl((logl(t) - p[0]) / p[1] / sqrtl(2)) / 2);
    case TWP_FAMILY_LOGLOGISTIC: return log1pl(powl(t / p[1], p[0]));
    default: return NAN;
    }
}

static twp_law_constants_t
prepared(const law_case_t *law)
{
    twp_law_constants_t constants = { { 0 }, 0, NULL, NULL, NULL };

    assert_true(twp_family_prepare(law->family, law->parameter, &constants));
    return constants;
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
            assert_near_relative(
                twp_family_cumulative(laws[k].family, &c, t), (double) want, 2e-13);
        }
    }
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
            if (laws[k].family == TWP_FAMILY_LOGLOGISTIC && e / laws[k].parameter[0] > 700)
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
 * probability holds n / 20 draws with the standard error sqrt(n p (1 - p)). Conditional draws from age a
 * likewise, on H(T) - H(a), and never before a.
 */
static void
check_bins(const law_case_t *law, double age_days)
{
    enum { N_BINS = 20, N_DRAWS = 100000 };
    const twp_law_constants_t c = prepared(law);
    const double before = twp_family_cumulative(law->family, &c, age_days);
    const double p = 1.0 / N_BINS;
    int count[N_BINS + 1] = { 0 };

    for (uint32_t i = 0; i < N_DRAWS; i++) {
        const double e = -twp_math_log(twp_stream_draw_uniform(11, i, 77, 1));
        const double t = twp_family_inverse(law->family, &c, before + e);
        assert_true(t >= age_days);
        const long double lived = cumulative(law, t) - cumulative(law, age_days);
        const long double share = isinf(t) ? 1 - 1e-9L : -expm1l(-lived);
        count[(int) (share * N_BINS)]++;
    }
    for (int b = 0; b < N_BINS; b++)
        if ((b + 1) * p < -expm1(-(law->h_max - before)) || isinf(law->h_max))
            assert_estimate((double) count[b] / N_DRAWS, p, sqrt(p * (1 - p) / N_DRAWS));
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

static void
test_pieces_follow_their_rates_and_never_overstep(void **state)
{
    const double from[4] = { 0, 10, 30, 60 }, rate[4] = { 0.01, 0, 0.2, 0.05 };
    const double cumulated[4] = { 0, 0.1, 0.1, 6.1 };
    const twp_law_constants_t c = { { 0 }, 4, from, rate, cumulated };

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
    const twp_law_constants_t c = { { 0 }, 2, from, rate, cumulated };

    (void) state;
    assert_near(twp_family_inverse(TWP_FAMILY_PIECEWISE, &c, 0.5), 5, 1e-14);
    assert_true(isinf(twp_family_inverse(TWP_FAMILY_PIECEWISE, &c, 1.01)));
    assert_near(twp_family_cumulative(TWP_FAMILY_PIECEWISE, &c, INFINITY), 1, 0);
}

static void
test_parameters_out_of_range_are_refused(void **state)
{
    static const law_case_t wrong[] = {
        { TWP_FAMILY_EXPONENTIAL, { -1 }, 0 },
        { TWP_FAMILY_WEIBULL, { 0, 1 }, 0 },
        { TWP_FAMILY_WEIBULL, { 1, 0 }, 0 },
        { TWP_FAMILY_WEIBULL, { 1, INFINITY }, 0 },
        { TWP_FAMILY_WEIBULL_PH, { 1, -1, 1 }, 0 },
        { TWP_FAMILY_GOMPERTZ, { 1, -1 }, 0 },
        { TWP_FAMILY_LOGNORMAL, { 1, 0 }, 0 },
        { TWP_FAMILY_LOGNORMAL, { NAN, 1 }, 0 },
        { TWP_FAMILY_LOGLOGISTIC, { -2, 1 }, 0 },
        { TWP_FAMILY_FIXED, { 0 }, 0 },
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
        cmocka_unit_test(test_inverse_and_cumulative_hazard_undo_each_other),
        cmocka_unit_test(test_a_bounded_cumulative_hazard_gives_never),
        cmocka_unit_test(test_draws_fill_bins_of_equal_probability_equally),
        cmocka_unit_test(test_pieces_follow_their_rates_and_never_overstep),
        cmocka_unit_test(test_a_last_piece_without_hazard_never_fires),
        cmocka_unit_test(test_parameters_out_of_range_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
