/* Kaplan-Meier curves by hand; the leukaemia trial: Miller, Survival Analysis, 1981, p. 49. */
#include "measure/survival.h"

#include "testlib.h"

#include <math.h>
#include <string.h>

#define N_DAYS 200

typedef struct {
    int64_t left[N_DAYS][2]; /* censored, events */
} counts_t;

static twp_risk_t
table_of(const int64_t *left, int n_rows)
{
    return (twp_risk_t){ .n_rows = n_rows, .n_kinds = 2, .left = left };
}

/* Relapse of the maintained group in weeks; 13 has an event and a censoring. */
static counts_t
maintained(void)
{
    static const int event[] = { 9, 13, 18, 23, 31, 34, 48 }, last_seen[] = { 13, 28, 45, 161 };
    counts_t counts;

    memset(&counts, 0, sizeof counts);
    for (size_t k = 0; k < sizeof event / sizeof event[0]; k++)
        counts.left[event[k]][1]++;
    for (size_t k = 0; k < sizeof last_seen / sizeof last_seen[0]; k++)
        counts.left[last_seen[k]][0]++;
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
    const twp_risk_t risk = table_of(c.left[0], N_DAYS);
    double days[N_DAYS];
    twp_survival_t curve[N_DAYS];

    (void) state;
    for (int d = 0; d < N_DAYS; d++)
        days[d] = d;
    twp_survival_curve(&risk, N_DAYS, days, curve);
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        const twp_survival_t at = twp_survival_at(&risk, want[k].day + 0.75);
        assert_near(at.survival, want[k].survival, 1e-14);
        assert_near(at.se, want[k].se, 1e-9);
        assert_int_equal(at.at_risk, want[k].at_risk);
        assert_same_bits(&at.survival, &curve[want[k].day].survival, sizeof(double));
        assert_same_bits(&at.se, &curve[want[k].day].se, sizeof(double));
    }
    assert_near(twp_survival_quantile(&risk, 0.5), 31, 0);
    assert_true(isnan(twp_survival_quantile(&risk, 0.9)));
}

/* One event a day: the k-th quantile of n lives is on day k, however S = 1 - k / n is rounded. */
static void
test_a_quantile_that_the_curve_hits_is_on_the_day_of_the_hit(void **state)
{
    enum { MOST = 2001 };
    static const int number[2] = { 24, 2000 };
    static int64_t left[MOST][2];
    double low, high;

    (void) state;
    for (int d = 1; d < MOST; d++)
        left[d][1] = 1;
    for (int i = 0; i < 2; i++) {
        const int n = number[i];
        const twp_risk_t risk = table_of(left[0], n + 1);

        for (int k = 1; k < n; k++)
            if (!(twp_survival_quantile(&risk, (double) k / n) == k))
                fail_msg("%d of %d: day %g", k, n, twp_survival_quantile(&risk, (double) k / n));
        assert_near(twp_survival_quantile(&risk, 0.5), n / 2, 0);
        assert_near(twp_survival_quantile(&risk, 1), n, 0);
        /* The interval of S on a day, handed in as 1 - p, is hit on that day as well. */
        const twp_survival_t at = twp_survival_at(&risk, n / 4);
        double ends[2];
        twp_survival_interval(TWP_SCALE_LOG_LOG, at.survival, at.se, &ends[0], &ends[1]);
        twp_survival_quantile_interval(&risk, 1 - ends[0] * (1 - 1e-12), &low, &high);
        assert_near(low, n / 4, 0);
        twp_survival_quantile_interval(&risk, 1 - ends[1] * (1 - 1e-12), &low, &high);
        assert_near(high, n / 4, 0);
    }
}

static void
test_before_the_first_event_all_survive(void **state)
{
    const counts_t c = maintained();
    const twp_risk_t risk = table_of(c.left[0], N_DAYS);
    const twp_survival_t got = twp_survival_at(&risk, 8);

    (void) state;
    assert_near(got.survival, 1, 0);
    assert_near(got.se, 0, 0);
    assert_int_equal(got.at_risk, 11);
}

static void
test_beyond_the_last_seen_life_the_curve_is_not_carried_on(void **state)
{
    const counts_t c = maintained();
    const twp_risk_t risk = table_of(c.left[0], N_DAYS), shorter = table_of(c.left[0], 162);
    double scratch[2 * N_DAYS];

    (void) state;
    assert_near(twp_survival_at(&risk, 161).survival, 0.1840909091, 1e-9);
    assert_int_equal(twp_survival_at(&risk, 161).at_risk, 1);
    assert_true(isnan(twp_survival_at(&risk, 162).survival));
    assert_true(isnan(twp_survival_at(&risk, 162).hazard));
    assert_true(isnan(twp_survival_at(&risk, 5000).survival));
    assert_near(twp_survival_at(&shorter, 161.5).se, 0.1534927458, 1e-9);
    assert_true(isnan(twp_survival_at(&shorter, 162).survival));
    assert_true(isfinite(twp_survival_figure(TWP_SURVIVAL_OF_AREA, &risk, 161, scratch).value));
    assert_true(isnan(twp_survival_figure(TWP_SURVIVAL_OF_AREA, &risk, 162, scratch).value));
}

static void
test_a_curve_that_reached_0_stays_there_without_a_standard_error(void **state)
{
    const int64_t left[4][2] = { { 0, 1 }, { 1, 0 }, { 0, 2 }, { 0, 0 } };
    const twp_risk_t risk = table_of(left[0], 4);
    double scratch[8];

    (void) state;
    assert_near(twp_survival_at(&risk, 1).survival, 0.75, 0);
    assert_near(twp_survival_at(&risk, 2).survival, 0, 0);
    assert_true(isnan(twp_survival_at(&risk, 2).se));
    assert_int_equal(twp_survival_at(&risk, 2).at_risk, 2);
    assert_near(twp_survival_at(&risk, 3).survival, 0, 0);
    assert_near(twp_survival_at(&risk, 99).survival, 0, 0);
    assert_int_equal(twp_survival_at(&risk, 99).at_risk, 0);
    assert_int_equal(twp_survival_at(&risk, 99).n_events, 3);
    assert_int_equal(twp_survival_at(&risk, 99).n_left, 1);
    assert_near(twp_survival_at(&risk, 99).hazard, 0.25 + 1, 1e-15);
    /* 0.75 of a day and another at risk: the area does not grow when nobody is left. */
    assert_near(twp_survival_figure(TWP_SURVIVAL_OF_AREA, &risk, 50, scratch).value, 1.5, 1e-15);
}

/* The binomial case: every formula is that of a share or of a mean. */
static void
test_without_censoring_figures_are_shares_and_means(void **state)
{
    int64_t left[50][3] = { { 0 } };
    const twp_risk_t risk = { .n_rows = 50, .n_kinds = 3, .left = left[0], .is_competing = true };
    double n = 0, lost = 0, first = 0, scratch[150];

    (void) state;
    for (int d = 0; d < 50; d++) {
        left[d][1] = (d * 7919) % 13;
        left[d][2] = (d * 104729) % 7;
        n += (double) (left[d][1] + left[d][2]);
    }
    for (int d = 0; d < 49; d++) {
        const twp_survival_t at = twp_survival_at(&risk, d);
        lost += (double) (left[d][1] + left[d][2]);
        first += (double) left[d][1];
        const double p = 1 - lost / n, q = first / n;
        assert_near(at.survival, p, 1e-13);
        assert_near(at.se, sqrt(p * (1 - p) / n), 1e-13); /* Greenwood is binomial here */
        assert_near(at.incidence, q, 1e-13);
        assert_near(at.incidence_se, sqrt(q * (1 - q) / n), 1e-13);
    }
    /* Restricted mean to day 30: the mean of min(time, 30), with the error of a mean over n. */
    double mean = 0, square = 0;
    for (int d = 0; d < 50; d++) {
        const double w = (double) (left[d][1] + left[d][2]), x = fmin(d, 30);
        mean += w * x / n;
        square += w * x * x / n;
    }
    const twp_survival_figure_t area = twp_survival_figure(
        TWP_SURVIVAL_OF_AREA, &risk, 30, scratch);
    assert_near(area.value, mean, 1e-12);
    assert_near(area.se, sqrt((square - mean * mean) / n), 1e-12);
}

/* Steps inside their days: the restricted mean is that of the times themselves. */
static void
test_how_late_in_their_days_events_come_makes_areas_exact(void **state)
{
    static const double time[6] = { 0.25, 1.5, 1.75, 3, 4.125, 4.5 };
    int64_t left[6][2] = { { 0 } }, late[6] = { 0 };
    double steps[6], scratch[12], mean = 0;

    (void) state;
    for (int i = 0; i < 6; i++) {
        const int day = (int) ceil(time[i]);
        left[day][1]++;
        late[day] += (int64_t) ((day - time[i]) * TWP_SURVIVAL_LATE_PER_DAY);
        mean += time[i] / 6;
    }
    twp_survival_steps(left[0], late, 6, 2, steps);
    const twp_risk_t risk = { .n_rows = 6, .n_kinds = 2, .left = left[0], .step_days = steps };
    assert_near(twp_survival_figure(TWP_SURVIVAL_OF_AREA, &risk, 5, scratch).value, mean, 1e-12);
    assert_near(twp_survival_at(&risk, 2).survival, 0.5, 1e-15); /* the curve is by whole days */
}

/* Influences sum to 0 and their squares to the variances, at every time, whatever the kind. */
static void
test_influences_are_those_of_the_formulas(void **state)
{
    int64_t left[60][3];
    const twp_risk_t risk = { .n_rows = 60, .n_kinds = 3, .left = left[0], .is_competing = true };
    double influence[180], scratch[180];

    (void) state;
    for (int d = 0; d < 60; d++)
        for (int k = 0; k < 3; k++)
            left[d][k] = ((d + 3) * (2 * k + 7) * 31) % (k == 0 ? 5 : 11);
    for (int of = TWP_SURVIVAL_OF_S; of <= TWP_SURVIVAL_OF_AREA; of++)
        for (int at = 5; at < 59; at += 7) {
            const twp_survival_figure_t got = twp_survival_figure(
                (twp_survival_of_t) of, &risk, at, scratch);
            double sum = 0, square = 0;

            assert_true(twp_survival_influence((twp_survival_of_t) of, &risk, at, influence));
            for (int i = 0; i < 180; i++) {
                sum += (double) left[i / 3][i % 3] * influence[i];
                square += (double) left[i / 3][i % 3] * influence[i] * influence[i];
            }
            assert_near(sum, 0, 1e-10);
            assert_near_relative(sqrt(square), got.se, 1e-10);
        }
}

/* Influence is the derivative of the estimate by the weight of a life. */
static void
test_influences_are_derivatives(void **state)
{
    enum { MANY = 1000000 };
    int64_t left[8][3] = { { 1, 2, 0 }, { 0, 1, 1 }, { 2, 0, 3 }, { 1, 4, 1 }, { 0, 2, 2 },
        { 3, 1, 0 }, { 1, 1, 1 }, { 4, 0, 2 } };
    double influence[24], scratch[24];
    const twp_risk_t risk = { .n_rows = 8, .n_kinds = 3, .left = left[0], .is_competing = true };

    (void) state;
    for (int of = TWP_SURVIVAL_OF_S; of <= TWP_SURVIVAL_OF_AREA; of++) {
        assert_true(twp_survival_influence((twp_survival_of_t) of, &risk, 5.5, influence));
        for (int i = 0; i < 24; i++) {
            int64_t more[24];
            for (int k = 0; k < 24; k++)
                more[k] = left[k / 3][k % 3] * MANY;
            const twp_risk_t with = {
                .n_rows = 8, .n_kinds = 3, .left = more, .is_competing = true
            };
            const double before =
                twp_survival_figure((twp_survival_of_t) of, &with, 5.5, scratch).value;
            more[i] += 1000;
            const double after =
                twp_survival_figure((twp_survival_of_t) of, &with, 5.5, scratch).value;
            assert_near((after - before) * MANY / 1000, influence[i], 2e-3);
        }
    }
}

static void
test_quantiles_have_the_intervals_of_brookmeyer_and_crowley(void **state)
{
    const counts_t c = maintained();
    const twp_risk_t risk = table_of(c.left[0], N_DAYS);
    double low, high;

    (void) state;
    /* R: quantile(survfit(Surv(time, status) ~ 1, aml, subset = x == "Maintained",
     * conf.type = "log-log"), c(0.25, 0.5)): 18 (9, 34) and 31 (13, NA). */
    twp_survival_quantile_interval(&risk, 0.5, &low, &high);
    assert_near(low, 13, 0);
    assert_true(isnan(high));
    twp_survival_quantile_interval(&risk, 0.25, &low, &high);
    assert_near(low, 9, 0);
    assert_near(high, 34, 0);
}

static void
test_intervals_stay_where_their_scale_is(void **state)
{
    double low, high;

    (void) state;
    /* R: survfit(..., conf.type = "log-log") at 13 weeks: 0.818, 0.447 to 0.951. */
    twp_survival_interval(TWP_SCALE_LOG_LOG, 0.818181818, 0.11629129983, &low, &high);
    assert_near(low, 0.4474286, 5e-7);
    assert_near(high, 0.9511622, 5e-7);
    twp_survival_interval(TWP_SCALE_LOG, 0.1, 0.2, &low, &high);
    assert_near(low * high, 0.01, 1e-15);
    assert_true(low > 0);
    twp_survival_interval(TWP_SCALE_PLAIN, 0.1, 0.2, &low, &high);
    assert_near(low + high, 0.2, 1e-15);
    twp_survival_interval(TWP_SCALE_LOG_LOG, 1, 0, &low, &high);
    assert_near(low, 1, 0);
    assert_near(high, 1, 0);
    twp_survival_interval(TWP_SCALE_LOG_LOG, 0.5, NAN, &low, &high);
    assert_true(isnan(low) && isnan(high));
}

static void
test_nobody_has_no_curve(void **state)
{
    const int64_t none[3][2] = { { 0 } };
    const twp_risk_t risk = table_of(none[0], 3);
    double scratch[6];

    (void) state;
    for (int d = 0; d < 3; d++) {
        const twp_survival_t at = twp_survival_at(&risk, d);
        assert_true(isnan(at.survival) && isnan(at.se) && isnan(at.incidence));
        assert_int_equal(at.at_risk, 0);
    }
    assert_true(isnan(twp_survival_figure(TWP_SURVIVAL_OF_AREA, &risk, 1, scratch).value));
    assert_true(isnan(twp_survival_quantile(&risk, 0.5)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_leukaemia_trial_has_its_published_curve),
        cmocka_unit_test(test_a_quantile_that_the_curve_hits_is_on_the_day_of_the_hit),
        cmocka_unit_test(test_before_the_first_event_all_survive),
        cmocka_unit_test(test_beyond_the_last_seen_life_the_curve_is_not_carried_on),
        cmocka_unit_test(test_a_curve_that_reached_0_stays_there_without_a_standard_error),
        cmocka_unit_test(test_without_censoring_figures_are_shares_and_means),
        cmocka_unit_test(test_how_late_in_their_days_events_come_makes_areas_exact),
        cmocka_unit_test(test_influences_are_those_of_the_formulas),
        cmocka_unit_test(test_influences_are_derivatives),
        cmocka_unit_test(test_quantiles_have_the_intervals_of_brookmeyer_and_crowley),
        cmocka_unit_test(test_intervals_stay_where_their_scale_is),
        cmocka_unit_test(test_nobody_has_no_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
