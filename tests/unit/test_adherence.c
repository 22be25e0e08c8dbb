/* Adherence measures by hand, and what must hold for any history of dispensings. */
#include "measure/adherence.h"

#include "testlib.h"

#include <math.h>

#define GAP 60

/*
 * Day 10: 30 days (to 40). Day 35: 30 (surplus 5: to 70). Day 90: 20 and 12.5 (to 122.5). Without
 * supply: [70, 90), [122.5, ...).
 */
static const twp_dispensing_t history[4] = { { 10, 0, 30, 1 }, { 35, 0, 30, 1 }, { 90, 0, 20, 1 },
    { 90, 0, 12.5, 1 } };

static void
test_days_are_covered_once_and_surplus_is_carried_forward(void **state)
{
    (void) state;
    assert_near(twp_adherence_covered_days(history, 4, 10, 200), 60 + 32.5, 0);
    assert_near(twp_adherence_covered_days(history, 4, 10, 100), 60 + 10, 0);
    assert_near(twp_adherence_covered_days(history, 4, 10, 36.5), 26.5, 0);
    assert_near(twp_adherence_covered_days(history, 4, 0, 35), 25, 0);
    assert_near(
        twp_adherence_covered_days(history, 4, 60, 100), 10 + 10, 0); /* 60 to 70 from before */
    assert_near(twp_adherence_covered_days(history, 4, 70, 90), 0, 0);
    assert_near(twp_adherence_covered_days(history, 0, 0, 100), 0, 0);
}

static void
test_pdc_and_mpr_run_from_the_first_dispensing(void **state)
{
    (void) state;
    assert_near(twp_adherence_pdc(history, 4, 200), 92.5 / 190, 1e-15);
    assert_near(twp_adherence_mpr(history, 4, 200), 92.5 / 190, 1e-15);
    assert_near(twp_adherence_pdc(history, 4, 60), 1, 0);
    assert_near(twp_adherence_mpr(history, 4, 60), 60.0 / 50, 1e-15); /* surplus counts in full */
    assert_near(twp_adherence_pdc(history, 4, 100), 70.0 / 90, 1e-15);
    assert_near(twp_adherence_mpr(history, 4, 100), 92.5 / 90, 1e-15);
}

static void
test_the_day_of_the_end_belongs_to_mpr_and_covers_nothing(void **state)
{
    (void) state;
    assert_near(twp_adherence_mpr(history, 4, 90), 92.5 / 80, 1e-15);
    assert_near(twp_adherence_pdc(history, 4, 90), 60.0 / 80, 1e-15);
    assert_near(twp_adherence_mpr(history, 4, 89), 60.0 / 79, 1e-15);
}

static void
test_no_dispensing_or_no_day_has_no_value(void **state)
{
    (void) state;
    assert_true(isnan(twp_adherence_pdc(history, 0, 100)));
    assert_true(isnan(twp_adherence_mpr(history, 0, 100)));
    assert_true(isnan(twp_adherence_persisted_days(history, 0, GAP, 100)));
    assert_true(isnan(twp_adherence_pdc(history, 4, 10.5)));
    assert_true(isnan(twp_adherence_mpr(history, 4, 10.5)));
    assert_near(twp_adherence_pdc(history, 4, 11), 1, 0);
    assert_true(isnan(twp_adherence_pdc(history, 4, 5))); /* the first comes after the end */
}

static void
test_an_episode_ends_where_a_gap_is_longer_than_permitted(void **state)
{
    (void) state;
    assert_near(twp_adherence_persisted_days(history, 4, 19, 500), 60, 0);
    assert_near(twp_adherence_persisted_days(history, 4, 19.5, 500), 60, 0);
    assert_near(twp_adherence_persisted_days(history, 4, 20, 500), 112.5, 0); /* 20 is permitted */
    assert_near(twp_adherence_persisted_days(history, 4, GAP, 500), 112.5, 0);
    assert_near(twp_adherence_persisted_days(history, 4, 400, 500), INFINITY, 0);
}

static void
test_a_gap_cut_by_the_end_counts_only_when_already_too_long(void **state)
{
    (void) state;
    assert_near(twp_adherence_persisted_days(history, 4, GAP, 182.5), INFINITY, 0);
    assert_near(twp_adherence_persisted_days(history, 4, GAP, 182.6), 112.5, 0);
    assert_near(twp_adherence_persisted_days(history, 4, 15, 85), INFINITY, 0);
    assert_near(twp_adherence_persisted_days(history, 4, 15, 85.5), 60, 0);
}

static void
test_a_window_ends_the_supply_that_counts_but_not_persistence(void **state)
{
    twp_adherence_t adherence;

    (void) state;
    twp_adherence_begin(&adherence, 50, GAP, 400);
    for (int k = 0; k < 4; k++)
        twp_adherence_add(&adherence, history[k].day, history[k].supply_days);
    assert_near(twp_adherence_pdc_of(&adherence), 1, 0);
    assert_near(twp_adherence_mpr_of(&adherence), 60.0 / 50, 1e-15);
    assert_int_equal(adherence.n_in_window, 2);
    assert_int_equal(adherence.n, 4);
    assert_near(twp_adherence_persisted_days_of(&adherence), 112.5, 0);
}

static double
next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double) (*seed >> 11) * 0x1p-53;
}

/* A history of n dispensings whose supplies are whole, so that days can be counted one by one. */
static void
draw_history(uint64_t *seed, twp_dispensing_t *drawn, int n)
{
    int32_t day = (int32_t) (20 * next(seed));

    for (int k = 0; k < n; k++) {
        drawn[k] =
            (twp_dispensing_t){ .day = day, .supply_days = (double) (int) (1 + 40 * next(seed)) };
        day += (int32_t) (60 * next(seed));
    }
}

/* Every day has a pill or not: a jar that each dispensing fills and each day empties by one. */
static void
count_by_jar(const twp_dispensing_t *given, int n, int to_day, double gap, double *covered,
    double *persisted)
{
    double jar = 0;
    int n_empty = 0;

    *covered = 0;
    *persisted = INFINITY;
    for (int day = given[0].day, k = 0; day < to_day; day++) {
        for (; k < n && given[k].day == day; k++)
            jar += given[k].supply_days;
        if (jar >= 1) {
            jar--;
            *covered += 1;
            n_empty = 0;
        } else if (++n_empty > gap && isinf(*persisted)) {
            *persisted = day - n_empty + 1 - given[0].day;
        }
    }
}

static void
test_random_histories_agree_with_a_jar_emptied_day_by_day(void **state)
{
    uint64_t seed = 5;
    int n_broken = 0;

    (void) state;
    for (int k = 0; k < 2000; k++) {
        twp_dispensing_t drawn[12];
        const int n = 1 + (int) (12 * next(&seed)), to_day = 30 + (int) (400 * next(&seed));
        const double gap = (int) (40 * next(&seed));
        double covered, persisted;
        draw_history(&seed, drawn, n);
        count_by_jar(drawn, n, to_day, gap, &covered, &persisted);
        assert_near(twp_adherence_covered_days(drawn, n, drawn[0].day, to_day), covered, 0);
        assert_near(twp_adherence_pdc(drawn, n, to_day), covered / (to_day - drawn[0].day), 1e-15);
        assert_near(twp_adherence_persisted_days(drawn, n, gap, to_day), persisted, 0);
        n_broken += isfinite(persisted);
    }
    assert_in_range(n_broken, 200, 1800); /* both kinds occur */
}

static void
test_more_supply_never_lowers_a_measure(void **state)
{
    uint64_t seed = 6;

    (void) state;
    for (int k = 0; k < 2000; k++) {
        twp_dispensing_t drawn[10];
        const int more = (int) (10 * next(&seed));
        draw_history(&seed, drawn, 10);
        const double pdc = twp_adherence_pdc(drawn, 10, 300);
        const double mpr = twp_adherence_mpr(drawn, 10, 300);
        const double persisted = twp_adherence_persisted_days(drawn, 10, 14, 300);
        assert_true(pdc >= 0 && pdc <= 1 && mpr >= pdc);
        drawn[more].supply_days += 30 * next(&seed);
        assert_true(twp_adherence_pdc(drawn, 10, 300) >= pdc - 1e-12);
        assert_true(twp_adherence_mpr(drawn, 10, 300) >= mpr);
        assert_true(twp_adherence_persisted_days(drawn, 10, 14, 300) >= persisted);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_are_covered_once_and_surplus_is_carried_forward),
        cmocka_unit_test(test_pdc_and_mpr_run_from_the_first_dispensing),
        cmocka_unit_test(test_the_day_of_the_end_belongs_to_mpr_and_covers_nothing),
        cmocka_unit_test(test_no_dispensing_or_no_day_has_no_value),
        cmocka_unit_test(test_an_episode_ends_where_a_gap_is_longer_than_permitted),
        cmocka_unit_test(test_a_gap_cut_by_the_end_counts_only_when_already_too_long),
        cmocka_unit_test(test_a_window_ends_the_supply_that_counts_but_not_persistence),
        cmocka_unit_test(test_random_histories_agree_with_a_jar_emptied_day_by_day),
        cmocka_unit_test(test_more_supply_never_lowers_a_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
