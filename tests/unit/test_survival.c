/* Kaplan-Meier curves by hand; the leukaemia trial: Miller, Survival Analysis, 1981, p. 49. */
#include "measure/survival.h"

#include "testlib.h"

#include <math.h>
#include <string.h>

#define N_DAYS 200

typedef struct {
    int64_t events[N_DAYS], censored[N_DAYS];
} counts_t;

/* Relapse of the maintained group in weeks; 13 has an event and a censoring. */
static counts_t
maintained(void)
{
    static const int event[] = { 9, 13, 18, 23, 31, 34, 48 }, last_seen[] = { 13, 28, 45, 161 };
    counts_t counts;

    memset(&counts, 0, sizeof counts);
    for (size_t k = 0; k < sizeof event / sizeof event[0]; k++)
        counts.events[event[k]]++;
    for (size_t k = 0; k < sizeof last_seen / sizeof last_seen[0]; k++)
        counts.censored[last_seen[k]]++;
    return counts;
}

static void
test_the_leukaemia_trial_has_its_published_curve(void **state)
{
    static const struct {
        int day, at_risk;
        double survival, se;
    } want[] = { { 9, 11, 10.0 / 11, 0.0866784172 }, { 13, 10, 9.0 / 11, 0.1162912998 },
        { 18, 8, 9.0 / 11 * 7 / 8, 0.1396649706 }, { 23, 7, 9.0 / 11 * 6 / 8, 0.1526323310 },
        { 31, 5, 9.0 / 11 * 6 / 8 * 4 / 5, 0.1641932673 },
        { 34, 4, 9.0 / 11 * 6 / 8 * 3 / 5, 0.1626688858 },
        { 48, 2, 9.0 / 11 * 6 / 8 * 3 / 10, 0.1534927458 } };
    const counts_t c = maintained();
    twp_survival_t curve[N_DAYS];

    (void) state;
    twp_survival_curve(c.events, c.censored, N_DAYS, curve);
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        const twp_survival_t at = twp_survival_at(c.events, c.censored, N_DAYS, want[k].day + 0.75);
        assert_near(at.survival, want[k].survival, 1e-14);
        assert_near(at.se, want[k].se, 1e-9);
        assert_int_equal(at.at_risk, want[k].at_risk);
        assert_same_bits(&at.survival, &curve[want[k].day].survival, sizeof(double));
        assert_same_bits(&at.se, &curve[want[k].day].se, sizeof(double));
    }
    assert_near(twp_survival_quantile(c.events, c.censored, N_DAYS, 0.5), 31, 0);
    assert_true(isnan(twp_survival_quantile(c.events, c.censored, N_DAYS, 0.9)));
}

static void
test_before_the_first_event_all_survive(void **state)
{
    const counts_t c = maintained();
    const twp_survival_t got = twp_survival_at(c.events, c.censored, N_DAYS, 8);

    (void) state;
    assert_near(got.survival, 1, 0);
    assert_near(got.se, 0, 0);
    assert_int_equal(got.at_risk, 11);
}

static void
test_beyond_the_last_seen_life_the_curve_is_not_carried_on(void **state)
{
    const counts_t c = maintained();

    (void) state;
    assert_near(twp_survival_at(c.events, c.censored, N_DAYS, 161).survival, 0.1840909091, 1e-9);
    assert_int_equal(twp_survival_at(c.events, c.censored, N_DAYS, 161).at_risk, 1);
    assert_true(isnan(twp_survival_at(c.events, c.censored, N_DAYS, 162).survival));
    assert_true(isnan(twp_survival_at(c.events, c.censored, N_DAYS, 5000).survival));
    assert_near(twp_survival_at(c.events, c.censored, 162, 161.5).se, 0.1534927458, 1e-9);
    assert_true(isnan(twp_survival_at(c.events, c.censored, 162, 162).survival));
}

static void
test_a_curve_that_reached_0_stays_there_without_a_standard_error(void **state)
{
    const int64_t events[4] = { 1, 0, 2, 0 }, censored[4] = { 0, 1, 0, 0 };

    (void) state;
    assert_near(twp_survival_at(events, censored, 4, 1).survival, 0.75, 0);
    assert_near(twp_survival_at(events, censored, 4, 2).survival, 0, 0);
    assert_true(isnan(twp_survival_at(events, censored, 4, 2).se));
    assert_int_equal(twp_survival_at(events, censored, 4, 2).at_risk, 2);
    assert_near(twp_survival_at(events, censored, 4, 3).survival, 0, 0);
    assert_near(twp_survival_at(events, censored, 4, 99).survival, 0, 0);
    assert_int_equal(twp_survival_at(events, censored, 4, 99).at_risk, 0);
}

static void
test_without_censoring_the_curve_is_the_share_that_is_left(void **state)
{
    int64_t events[50], none[50] = { 0 };
    int64_t n = 0, left;

    (void) state;
    for (int d = 0; d < 50; d++)
        n += events[d] = (d * 7919) % 13;
    left = n;
    for (int d = 0; d < 49; d++) {
        const twp_survival_t at = twp_survival_at(events, none, 50, d);
        left -= events[d];
        const double p = (double) left / (double) n;
        assert_near(at.survival, p, 1e-13);
        assert_near(at.se, sqrt(p * (1 - p) / (double) n), 1e-13); /* Greenwood is binomial here */
    }
}

static void
test_nobody_has_no_curve(void **state)
{
    const int64_t none[3] = { 0, 0, 0 };
    twp_survival_t curve[3];

    (void) state;
    twp_survival_curve(none, none, 3, curve);
    for (int d = 0; d < 3; d++) {
        assert_true(isnan(curve[d].survival) && isnan(curve[d].se));
        assert_int_equal(curve[d].at_risk, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_leukaemia_trial_has_its_published_curve),
        cmocka_unit_test(test_before_the_first_event_all_survive),
        cmocka_unit_test(test_beyond_the_last_seen_life_the_curve_is_not_carried_on),
        cmocka_unit_test(test_a_curve_that_reached_0_stays_there_without_a_standard_error),
        cmocka_unit_test(test_without_censoring_the_curve_is_the_share_that_is_left),
        cmocka_unit_test(test_nobody_has_no_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
