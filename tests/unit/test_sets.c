/* Statistics over parameter sets, worked by hand. */
#include "testlib.h"

#include "measure/sets.h"

#include <math.h>

/* Sets of one model and one figure with these values and one Monte Carlo error. */
static twp_sets_t *
sets_of(const double *value, int n, double se, bool are_twins_same)
{
    twp_sets_t *sets = NULL;

    assert_int_equal(twp_sets_create(n, are_twins_same, 2, 1, false, &sets, NULL), TWP_OK);
    for (int k = 0; k < n; k++) {
        *twp_sets_value(sets, k, 0, 0) = (twp_set_value_t){ value[k], se, 10, NAN };
        *twp_sets_value(sets, k, 1, 0) = (twp_set_value_t){ 0, 0, 10, NAN };
        *twp_sets_difference(sets, k, 0, 0) = (twp_set_value_t){ value[k], se, 10, 0.5 };
    }
    sets->n_done = n;
    return sets;
}

static void
test_the_two_parts_of_the_variance_and_the_interval(void **state)
{
    const double value[] = { 5, 1, 3, 2, 4 }; /* mean 3, variance 2.5 */
    twp_sets_t *const sets = sets_of(value, 5, 1.0, false);
    const twp_over_sets_t over = twp_sets_of_value(sets, 0, 0);

    (void) state;
    assert_near(over.mean, 3.0, 1e-15);
    assert_near(over.between, 2.5, 1e-15);
    assert_near(over.within, 1.0, 1e-15);
    assert_near(over.mcse, sqrt(2.5 / 5), 1e-15);
    assert_near(over.n, 50.0, 0.0);
    /* type 7: order statistics at 1 + 4 p: 1.1 and 4.9; drawn together by sqrt(1 - 1 / 2.5) */
    assert_near(over.low, 3 - 1.9 * sqrt(0.6), 1e-14);
    assert_near(over.high, 3 + 1.9 * sqrt(0.6), 1e-14);
    twp_sets_free(sets);
}

static void
test_the_same_twins_keep_the_whole_spread_and_share_their_error(void **state)
{
    const double value[] = { 5, 1, 3, 2, 4 };
    twp_sets_t *const sets = sets_of(value, 5, 1.0, true);
    const twp_over_sets_t over = twp_sets_of_value(sets, 0, 0);

    (void) state;
    assert_near(over.low, 1.1, 1e-14);
    assert_near(over.high, 4.9, 1e-14);
    assert_near(over.mcse, sqrt(2.5 / 5 + 1.0), 1e-15);
    twp_sets_free(sets);
}

static void
test_a_spread_that_may_be_noise_gives_no_interval(void **state)
{
    const double value[] = { 5, 1, 3, 2, 4 };
    /* 1 + 1.96 sqrt(2 / 4) = 2.386; 2.5 / 1.0404 = 2.403, 2.5 / 1.0609 = 2.356 */
    twp_sets_t *const clear = sets_of(value, 5, 1.02, false);
    twp_sets_t *const sets = sets_of(value, 5, 1.03, false);
    const twp_over_sets_t over = twp_sets_of_value(sets, 0, 0);

    (void) state;
    assert_true(isnan(over.low) && isnan(over.high));
    assert_near(over.within, 1.0609, 1e-14);
    assert_true(isfinite(twp_sets_of_value(clear, 0, 0).low));
    twp_sets_free(clear);
    twp_sets_free(sets);
}

static void
test_differences_that_are_not_paired_keep_the_whole_spread(void **state)
{
    const double value[] = { 5, 1, 3, 2, 4 };
    twp_sets_t *const sets = sets_of(value, 5, 1.0, false);

    (void) state;
    assert_near(twp_sets_of_difference(sets, 0, 0).low, 3 - 1.9 * sqrt(0.6), 1e-14);
    for (int k = 0; k < 5; k++)
        twp_sets_difference(sets, k, 0, 0)->variance_saved = NAN;
    assert_near(twp_sets_of_difference(sets, 0, 0).low, 1.1, 1e-14);
    twp_sets_free(sets);
}

/* Rare events: in some sets nobody has one, so there is no variance to save. */
static void
test_sets_where_nothing_varies_leave_a_difference_paired(void **state)
{
    const double value[] = { 5, 1, 3, 2, 4 };
    twp_sets_t *const sets = sets_of(value, 5, 1.0, false);
    twp_over_sets_t over;

    (void) state;
    twp_sets_difference(sets, 1, 0, 0)->variance_saved = NAN;
    twp_sets_difference(sets, 1, 0, 0)->se = 0;
    twp_sets_difference(sets, 4, 0, 0)->variance_saved = 0.8;
    over = twp_sets_of_difference(sets, 0, 0);
    assert_near(over.variance_saved, (3 * 0.5 + 0.8) / 4, 1e-15); /* of the four that have one */
    assert_near(over.within, 0.8, 1e-15);                         /* of all five */
    assert_near(over.low, 3 - 1.9 * sqrt(1 - 0.8 / 2.5), 1e-14);
    assert_near(over.high, 3 + 1.9 * sqrt(1 - 0.8 / 2.5), 1e-14);
    assert_true(twp_sets_are_paired(over.variance_saved, over.within));
    for (int k = 0; k < 5; k++)
        *twp_sets_difference(sets, k, 0, 0) = (twp_set_value_t){ value[k], 0, 10, NAN };
    over = twp_sets_of_difference(sets, 0, 0);
    assert_true(isnan(over.variance_saved));
    assert_true(twp_sets_are_paired(over.variance_saved, over.within)); /* exact in every set */
    assert_near(over.low, 1.1, 1e-14);
    twp_sets_free(sets);
}

static void
test_sets_where_nothing_counts_are_left_out(void **state)
{
    const double value[] = { 5, NAN, 3, NAN, 4 };
    twp_sets_t *const sets = sets_of(value, 5, 0.0, false);
    const twp_over_sets_t over = twp_sets_of_value(sets, 0, 0);

    (void) state;
    assert_near(over.mean, 4.0, 1e-15);
    assert_near(over.between, 1.0, 1e-15);
    assert_near(over.n, 30.0, 0.0);
    twp_sets_free(sets);
}

static void
test_sets_without_an_error_count_for_all_but_the_twins_part(void **state)
{
    const double value[] = { 5, 1, 3, 2, 4 };
    twp_sets_t *const sets = sets_of(value, 5, 1.0, false);

    (void) state;
    twp_sets_value(sets, 2, 0, 0)->se = NAN;
    assert_near(twp_sets_of_value(sets, 0, 0).within, 1.0, 1e-15);
    assert_near(twp_sets_of_value(sets, 0, 0).between, 2.5, 1e-15);
    assert_near(twp_sets_of_value(sets, 0, 0).low, 3 - 1.9 * sqrt(0.6), 1e-14);
    twp_sets_free(sets);
}

static void
test_one_set_has_a_mean_and_no_interval(void **state)
{
    const double value[] = { 5 };
    twp_sets_t *const sets = sets_of(value, 1, 0.25, false);
    const twp_over_sets_t over = twp_sets_of_value(sets, 0, 0);

    (void) state;
    assert_near(over.mean, 5.0, 0.0);
    assert_near(over.mcse, 0.25, 0.0);
    assert_true(isnan(over.low) && isnan(over.between));
    twp_sets_free(sets);
}

static void
test_only_finished_sets_count(void **state)
{
    const double value[] = { 5, 1, 100, 100, 100 };
    twp_sets_t *const sets = sets_of(value, 5, 0.0, false);

    (void) state;
    sets->n_done = 2;
    assert_near(twp_sets_of_value(sets, 0, 0).mean, 3.0, 1e-15);
    twp_sets_free(sets);
}

/* Cost 1, 2, 3, 4 and effect 2, 1, 4, 3: variances 5/3, covariance 1. */
static void
test_cost_and_effect_lose_the_twins_part_of_their_covariance(void **state)
{
    const double cost[] = { 1, 2, 3, 4 }, effect[] = { 2, 1, 4, 3 };
    twp_sets_t *const sets = sets_of(cost, 4, 0.0, false);
    twp_economics_t over;

    (void) state;
    for (int k = 0; k < 4; k++)
        *twp_sets_economics(sets, k, 0) = (twp_economics_t){ cost[k], 0.5, effect[k], 0.3, 0.1 };
    over = twp_sets_economics_over(sets, 0);
    assert_near(over.cost, 2.5, 1e-15);
    assert_near(over.effect, 2.5, 1e-15);
    assert_near(over.cost_se, sqrt(5.0 / 3 - 0.25), 1e-14);
    assert_near(over.effect_se, sqrt(5.0 / 3 - 0.09), 1e-14);
    assert_near(over.covariance, 1.0 - 0.1, 1e-14);
    sets->are_twins_same = true;
    over = twp_sets_economics_over(sets, 0);
    assert_near(over.cost_se, sqrt(5.0 / 3), 1e-14);
    assert_near(over.covariance, 1.0, 1e-14);
    /* net benefit at 2 a unit: 2 effect - cost = 3, 0, 5, 2 */
    assert_near(twp_sets_of_net_benefit(sets, 0, 2.0).mean, 2.5, 1e-14);
    assert_near(twp_sets_of_net_benefit(sets, 0, 2.0).between, 13.0 / 3, 1e-14);
    twp_sets_free(sets);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_two_parts_of_the_variance_and_the_interval),
        cmocka_unit_test(test_the_same_twins_keep_the_whole_spread_and_share_their_error),
        cmocka_unit_test(test_a_spread_that_may_be_noise_gives_no_interval),
        cmocka_unit_test(test_differences_that_are_not_paired_keep_the_whole_spread),
        cmocka_unit_test(test_sets_where_nothing_varies_leave_a_difference_paired),
        cmocka_unit_test(test_sets_where_nothing_counts_are_left_out),
        cmocka_unit_test(test_sets_without_an_error_count_for_all_but_the_twins_part),
        cmocka_unit_test(test_one_set_has_a_mean_and_no_interval),
        cmocka_unit_test(test_only_finished_sets_count),
        cmocka_unit_test(test_cost_and_effect_lose_the_twins_part_of_their_covariance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
