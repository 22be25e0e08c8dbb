/* CMA1 to CMA9, episodes and sliding windows of histories worked out by hand. */
#include "measure/adherence_episodes.h"

#include "testlib.h"

#include <math.h>

#define N_OF(list) ((int) (sizeof(list) / sizeof((list)[0])))

static const twp_carry_rules_t plain = { false, false };

/* Day 0: 30 days (10 of them left on day 20). Day 20: 30 (to day 60: 10 days without until 70). Day 70:
 * 30 (to 100). */
static const twp_dispensing_t three[] = { { 0, 0, 30, 1 }, { 20, 0, 30, 1 }, { 70, 0, 30, 1 } };

static double
cma(int number, const twp_dispensing_t *d, int n, twp_cma_window_t window, twp_carry_rules_t rules)
{
    twp_cma_gap_t gap[16];
    double value[TWP_CMA_N], all[TWP_CMA_N];

    assert_true(n <= 16);
    for (int i = 0; i < TWP_CMA_N; i++)
        value[i] = -7;
    twp_cma_values(d, n, &window, &rules, 1U << number, gap, value);
    for (int i = 0; i < TWP_CMA_N; i++)
        if (i != number)
            assert_near(value[i], -7, 0); /* what is not wanted is left alone */
    /* ... and a value does not depend on what else is wanted. */
    twp_cma_values(d, n, &window, &rules, (1U << TWP_CMA_N) - 1, gap, all);
    assert_same_bits(&all[number], &value[number], sizeof(double));
    return value[number];
}

static void
test_the_whole_follow_up_as_window(void **state)
{
    const twp_cma_window_t window = { 0, 100, 0, 100 };

    (void) state;
    assert_near(cma(1, three, 3, window, plain), 60.0 / 70, 1e-15);
    assert_near(cma(2, three, 3, window, plain), 90.0 / 100, 1e-15);
    assert_near(cma(3, three, 3, window, plain), 60.0 / 70, 1e-15);
    assert_near(cma(4, three, 3, window, plain), 90.0 / 100, 1e-15);
    assert_near(cma(5, three, 3, window, plain), 1 - 10.0 / 70, 1e-15);
    assert_near(cma(6, three, 3, window, plain), 1 - 10.0 / 100, 1e-15);
    assert_near(cma(7, three, 3, window, plain), 1 - 10.0 / 100, 1e-15);
    assert_near(cma(8, three, 3, window, plain), 1 - 10.0 / 100, 1e-15);
    assert_near(cma(9, three, 3, window, plain), (20 + 50 * 0.8 + 30) / 100, 1e-15);
}

/*
 * Window [10, 80]: dispensings on days 20 and 70. CMA7: gap 10 after day 20. CMA8: the supply of day 0
 * ends on day 30, so [30, 80], with the gap of 10 before day 70. CMA9: 10 days of the first interval, 50
 * at 0.8, 10 of the last.
 */
static void
test_a_window_within_the_follow_up(void **state)
{
    const twp_cma_window_t window = { 0, 100, 10, 80 };

    (void) state;
    assert_near(cma(1, three, 3, window, plain), 30.0 / 50, 1e-15);
    assert_near(cma(2, three, 3, window, plain), 60.0 / 60, 1e-15);
    assert_near(cma(5, three, 3, window, plain), 1 - 20.0 / 50, 1e-15); /* nothing from day 0 */
    assert_near(cma(6, three, 3, window, plain), 1 - 20.0 / 60, 1e-15);
    assert_near(cma(7, three, 3, window, plain), 1 - 10.0 / 70, 1e-15);
    assert_near(cma(8, three, 3, window, plain), 1 - 10.0 / 50, 1e-15);
    assert_near(cma(9, three, 3, window, plain), (10 + 40 + 10) / 70.0, 1e-15);
}

static void
test_the_first_and_the_last_day_belong_to_the_window(void **state)
{
    (void) state;
    assert_near(cma(2, three, 3, (twp_cma_window_t){ 0, 100, 20, 70 }, plain), 60.0 / 50, 1e-15);
    assert_near(cma(2, three, 3, (twp_cma_window_t){ 0, 100, 19, 69 }, plain), 30.0 / 49, 1e-15);
    assert_near(cma(2, three, 3, (twp_cma_window_t){ 0, 100, 21, 75 }, plain), 30.0 / 5, 1e-15);
}

static void
test_a_window_before_the_first_supply_in_it(void **state)
{
    /* [65, 100]: supply from before ends on day 60, so 5 days without before day 70. */
    (void) state;
    assert_near(
        cma(7, three, 3, (twp_cma_window_t){ 0, 100, 65, 100 }, plain), 1 - 5.0 / 35, 1e-15);
    /* [55, 100]: of the 15 days before day 70 only 10 are without. */
    assert_near(
        cma(7, three, 3, (twp_cma_window_t){ 0, 100, 55, 100 }, plain), 1 - 10.0 / 45, 1e-15);
    /* [63, 68] lies within the gap; [50, 68] has 8 such days. */
    assert_near(cma(7, three, 3, (twp_cma_window_t){ 0, 100, 63, 68 }, plain), 0, 0);
    assert_near(cma(7, three, 3, (twp_cma_window_t){ 0, 100, 50, 68 }, plain), 1 - 8.0 / 18, 1e-15);
    /* The follow-up begins after day 0: nothing before the window, all of 10 to 20 is without. */
    assert_near(
        cma(7, three, 3, (twp_cma_window_t){ 5, 100, 10, 60 }, plain), 1 - 20.0 / 50, 1e-15);
}

/* As AdhereR's code has it, where one might expect no value. */
static void
test_supply_that_outlasts_the_window_leaves_cma8_nothing(void **state)
{
    static const twp_dispensing_t long_one[] = { { 0, 0, 200, 1 } };

    (void) state;
    assert_near(cma(7, long_one, 1, (twp_cma_window_t){ 0, 300, 10, 60 }, plain), 1, 0);
    assert_near(cma(8, long_one, 1, (twp_cma_window_t){ 0, 300, 10, 60 }, plain), 0, 0);
}

/* Day 0: 30.5 days. From 30.5 to 60 are 29.5 days, rounded to even: [30.5, 60.5]; gap from 30.5 on. */
static void
test_cma8_rounds_the_length_of_its_window(void **state)
{
    static const twp_dispensing_t half[] = { { 0, 0, 30.5, 1 }, { 40, 0, 10, 1 } };

    (void) state;
    /* before day 40: 9.5 days; after day 50: 10.5 days */
    assert_near(cma(8, half, 2, (twp_cma_window_t){ 0, 100, 10, 60 }, plain), 1 - 20.0 / 30, 1e-15);
}

static void
test_what_is_not_defined_has_no_value(void **state)
{
    const twp_cma_window_t window = { 0, 100, 10, 90 }, late = { 200, 300, 200, 250 };
    static const twp_dispensing_t twice[] = { { 10, 0, 30, 1 }, { 10, 0, 30, 1 } };
    static const twp_dispensing_t last[] = { { 90, 0, 30, 1 } };

    (void) state;
    for (int k = 0; k <= 9; k++) {
        assert_true(isnan(cma(k, three, 3, late, plain)));
        assert_true(isnan(cma(k, NULL, 0, window, plain)));
    }
    assert_true(isnan(cma(1, twice, 2, window, plain))); /* no days from the first to the last */
    assert_true(isnan(cma(5, twice, 2, window, plain)));
    assert_near(cma(6, twice, 2, window, plain), 1 - 20.0 / 80, 1e-15);
    assert_true(isnan(cma(1, last, 1, window, plain))); /* fewer than two */
    assert_true(isnan(cma(2, last, 1, window, plain))); /* on the last day: nothing to divide by */
    assert_near(cma(7, last, 1, window, plain), 0, 0);
}

/* Day 0: 30 days at 2 a day; day 20: at 1 a day, so the 10 days left are 20. */
static void
test_surplus_heeds_changes_of_medication_and_dose(void **state)
{
    const twp_cma_window_t window = { 0, 70, 0, 70 };
    const twp_dispensing_t dose[] = { { 0, 0, 30, 2 }, { 20, 0, 30, 1 } };
    const twp_dispensing_t drug[] = { { 0, 0, 30, 2 }, { 20, 1, 30, 1 } };

    (void) state;
    assert_near(cma(6, dose, 2, window, plain), 1 - 10.0 / 70, 1e-15);
    assert_near(cma(6, dose, 2, window, (twp_carry_rules_t){ false, true }), 1, 1e-15);
    assert_near(cma(6, drug, 2, window, plain), 1 - 10.0 / 70, 1e-15);
    assert_near(cma(6, drug, 2, window, (twp_carry_rules_t){ true, false }), 1 - 20.0 / 70, 1e-15);
    assert_near(cma(6, drug, 2, window, (twp_carry_rules_t){ true, true }), 1 - 20.0 / 70, 1e-15);
    assert_near(cma(6, drug, 2, window, (twp_carry_rules_t){ false, true }), 1, 1e-15);
}

/* Two on one day: the carry goes through both, in their order. */
static void
test_the_order_on_one_day_matters(void **state)
{
    const twp_cma_window_t window = { 0, 100, 0, 100 };
    const twp_carry_rules_t same = { true, false };
    const twp_dispensing_t one[] = { { 0, 0, 20, 1 }, { 10, 0, 20, 1 }, { 10, 1, 20, 1 } };
    const twp_dispensing_t other[] = { { 0, 0, 20, 1 }, { 10, 1, 20, 1 }, { 10, 0, 20, 1 } };

    (void) state;
    /* The 30 days before the change on day 10 are lost, then the last 20 count; likewise the 20. */
    assert_near(cma(6, one, 3, window, same), 1 - 70.0 / 100, 1e-15);
    assert_near(cma(6, other, 3, window, same), 1 - 70.0 / 100, 1e-15);
    assert_near(cma(6, one, 3, window, plain), 1 - 40.0 / 100, 1e-15);
    /* With doses the order shows: (20 - 10) x 2 / 1 + 20, or (20 - 10) x 2 / 4 + 20, then x 4 / 1. */
    const twp_dispensing_t up[] = { { 0, 0, 20, 2 }, { 10, 0, 20, 1 }, { 10, 0, 20, 4 } };
    const twp_dispensing_t down[] = { { 0, 0, 20, 2 }, { 10, 0, 20, 4 }, { 10, 0, 20, 1 } };
    const twp_carry_rules_t dose = { false, true };
    assert_near(cma(6, up, 3, window, dose), 1 - (90 - 20 - 40.0 / 4) / 100, 1e-15);
    assert_near(cma(6, down, 3, window, dose), 1, 1e-15);
}

/* ---- episodes --------------------------------------------------------------------------------- */

/* Gaps of 10 (days 30 to 40), 80 (70 to 150) and 185 (180 to 365). */
static const twp_dispensing_t broken[] = { { 0, 0, 30, 1 }, { 40, 0, 30, 1 }, { 150, 1, 30, 2 } };

static int
episodes(const twp_dispensing_t *d, int n, twp_episode_rules_t rules, twp_episode_t *episode)
{
    twp_cma_gap_t gap[16];

    return twp_episodes(d, n, 0, 365, &plain, &rules, gap, episode);
}

static void
assert_episode(const twp_episode_t *episode, int start, double days, double gap, int n)
{
    assert_int_equal(episode->start_day, start);
    assert_near(episode->duration_days, days, 0);
    assert_near(episode->end_gap_days, gap, 0);
    assert_int_equal(episode->end - episode->first, n);
}

static void
test_an_episode_ends_where_the_gap_is_longer_than_permitted(void **state)
{
    twp_episode_t episode[16];

    (void) state;
    assert_int_equal(episodes(broken, 3, (twp_episode_rules_t){ .gap = 60 }, episode), 2);
    assert_episode(&episode[0], 0, 70, 80, 2);
    assert_episode(&episode[1], 150, 30, 185, 1);
    assert_int_equal(episodes(broken, 3, (twp_episode_rules_t){ .gap = 80 }, episode), 1);
    assert_episode(&episode[0], 0, 180, 185, 3);
    /* The last gap is taken off unless it is shorter than the permitted one. */
    assert_int_equal(episodes(broken, 3, (twp_episode_rules_t){ .gap = 185 }, episode), 1);
    assert_episode(&episode[0], 0, 180, 185, 3);
    assert_int_equal(episodes(broken, 3, (twp_episode_rules_t){ .gap = 186 }, episode), 1);
    assert_episode(&episode[0], 0, 365, 185, 3);
    assert_int_equal(episodes(broken, 0, (twp_episode_rules_t){ .gap = 60 }, episode), 0);
}

static void
test_a_permitted_gap_may_be_a_share_of_the_supply(void **state)
{
    const twp_episode_rules_t third = { .gap = 1.0 / 3 + 1e-9, .is_share = true };
    const twp_episode_rules_t less = { .gap = 0.3, .is_share = true };
    twp_episode_t episode[16];

    (void) state;
    assert_int_equal(episodes(broken, 3, third, episode), 2); /* 10 days of 30 are permitted */
    assert_int_equal(episodes(broken, 3, less, episode), 3);
    assert_episode(&episode[0], 0, 30, 10, 1);
    assert_episode(&episode[1], 40, 30, 80, 1);
    assert_episode(&episode[2], 150, 30, 185, 1);
}

static void
test_a_permitted_gap_may_count_as_part_of_the_episode(void **state)
{
    const twp_episode_rules_t append = { .gap = 60, .is_appended = true };
    const twp_episode_rules_t change = { .gap = 100, .is_appended = true, .ends_on_dose = true };
    static const twp_dispensing_t one[] = { { 0, 0, 30, 1 } };
    twp_episode_t episode[16];

    (void) state;
    assert_int_equal(episodes(broken, 3, append, episode), 2);
    assert_episode(&episode[0], 0, 130, 80, 2); /* 70 and 60 */
    assert_episode(&episode[1], 150, 90, 185, 1);
    /* Ended by a change, not by a gap that is too long: the gap is part of it. */
    assert_int_equal(episodes(broken, 3, change, episode), 2);
    assert_episode(&episode[0], 0, 150, 80, 2);
    /* One episode only: AdhereR's code takes the permitted gap off. */
    assert_int_equal(episodes(one, 1, append, episode), 1);
    assert_episode(&episode[0], 0, 30 - 60, 335, 1);
}

static void
test_a_change_of_medication_or_dose_may_end_an_episode(void **state)
{
    const twp_dispensing_t changing[] = { { 0, 0, 50, 1 }, { 40, 1, 30, 1 }, { 60, 1, 30, 3 } };
    twp_episode_t episode[16];

    (void) state;
    assert_int_equal(episodes(changing, 3, (twp_episode_rules_t){ .gap = 400 }, episode), 1);
    assert_int_equal(episodes(changing, 3,
                         (twp_episode_rules_t){ .gap = 400, .ends_on_medication = true }, episode),
        2);
    assert_episode(&episode[0], 0, 40, 0, 1);
    assert_episode(&episode[1], 40, 325, 255, 2); /* 50 + 30 + 30: to day 110 */
    assert_int_equal(
        episodes(changing, 3, (twp_episode_rules_t){ .gap = 400, .ends_on_dose = true }, episode),
        2);
    assert_episode(&episode[0], 0, 60, 0, 2);
}

static void
test_a_measure_of_an_episode_has_the_episode_as_follow_up(void **state)
{
    const twp_cma_window_t window = { 0, 365, 20, 200 };
    const twp_episode_t early = { .start_day = 0, .duration_days = 70.5 };
    const twp_episode_t late = { .start_day = 200, .duration_days = 30 };
    twp_cma_window_t of;

    (void) state;
    assert_true(twp_episode_window(&early, &window, &of));
    assert_near(of.followup_start_day, 0, 0);
    assert_near(of.followup_end_day, 70, 0); /* halves to even */
    assert_near(of.start_day, 20, 0);
    assert_near(of.end_day, 70, 0);
    assert_false(twp_episode_window(&late, &window, &of));
}

/* ---- sliding windows -------------------------------------------------------------------------- */

static void
test_as_many_windows_slide_as_fit(void **state)
{
    const twp_cma_window_t window = { 0, 365, 10, 110 };
    twp_sliding_t sliding = { .first_day = 10, .length_days = 30, .step_days = 20 };
    double step;

    (void) state;
    assert_int_equal(twp_sliding_n(&sliding, 110, &step), 4); /* 70 / 20 + 1 */
    assert_near(twp_sliding_window(&sliding, &window, step, 3).start_day, 70, 0);
    assert_near(twp_sliding_window(&sliding, &window, step, 3).end_day, 100, 0);
    assert_near(twp_sliding_window(&sliding, &window, step, 3).followup_end_day, 365, 0);
    assert_int_equal(twp_sliding_n(&sliding, 40, &step), 1);
    assert_int_equal(twp_sliding_n(&sliding, 39, &step), 0);
}

static void
test_a_number_of_windows_is_spread_evenly(void **state)
{
    static const double start[] = { 10, 28, 45, 62, 80 }; /* 10 + 17.5 i, halves to even */
    const twp_cma_window_t window = { 0, 365, 10, 110 };
    twp_sliding_t sliding = { .first_day = 10, .length_days = 30, .step_days = 20, .n = 5 };
    double step;

    (void) state;
    assert_int_equal(twp_sliding_n(&sliding, 110, &step), 5);
    for (int i = 0; i < N_OF(start); i++)
        assert_near(twp_sliding_window(&sliding, &window, step, i).start_day, start[i], 0);
    sliding.n = 1;
    assert_int_equal(twp_sliding_n(&sliding, 110, &step), 1);
    sliding.n = 200; /* a step of a day at least */
    assert_int_equal(twp_sliding_n(&sliding, 110, &step), 70);
    sliding.n = 2; /* a step of a length at most: no day is left out, more windows instead */
    assert_int_equal(twp_sliding_n(&sliding, 110, &step), 3);
    assert_near(step, 30, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_follow_up_as_window),
        cmocka_unit_test(test_a_window_within_the_follow_up),
        cmocka_unit_test(test_the_first_and_the_last_day_belong_to_the_window),
        cmocka_unit_test(test_a_window_before_the_first_supply_in_it),
        cmocka_unit_test(test_supply_that_outlasts_the_window_leaves_cma8_nothing),
        cmocka_unit_test(test_cma8_rounds_the_length_of_its_window),
        cmocka_unit_test(test_what_is_not_defined_has_no_value),
        cmocka_unit_test(test_surplus_heeds_changes_of_medication_and_dose),
        cmocka_unit_test(test_the_order_on_one_day_matters),
        cmocka_unit_test(test_an_episode_ends_where_the_gap_is_longer_than_permitted),
        cmocka_unit_test(test_a_permitted_gap_may_be_a_share_of_the_supply),
        cmocka_unit_test(test_a_permitted_gap_may_count_as_part_of_the_episode),
        cmocka_unit_test(test_a_change_of_medication_or_dose_may_end_an_episode),
        cmocka_unit_test(test_a_measure_of_an_episode_has_the_episode_as_follow_up),
        cmocka_unit_test(test_as_many_windows_slide_as_fit),
        cmocka_unit_test(test_a_number_of_windows_is_spread_evenly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
