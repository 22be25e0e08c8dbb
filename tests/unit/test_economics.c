/* Cost-effectiveness by hand: Fieller's set in its three shapes, net benefit, the plane. */
#include "measure/economics.h"

#include "testlib.h"

#include <math.h>

static twp_economics_t
economics(double cost, double cost_se, double effect, double effect_se, double covariance)
{
    return (twp_economics_t){ cost, cost_se, effect, effect_se, covariance };
}

static void
test_differences_come_from_the_joint_moments(void **state)
{
    /* Differences of cost 10, 30, 20 and of effect 1, 2, 6: means 20 and 3, sums of squares 200 and
     * 14, of products (-10)(-2) + 10 (-1) + 0 = 10. */
    const double cost[3] = { 110, 130, 170 }, cost_0[3] = { 100, 100, 150 };
    const double effect[3] = { 4, 4, 9 }, effect_0[3] = { 3, 2, 3 };
    const double *const column[4] = { cost, cost_0, effect, effect_0 };
    twp_moments_t joint;

    (void) state;
    twp_moments_of(&joint, 4, column, 3);
    const twp_economics_t got = twp_economics_of(&joint);
    assert_near(got.cost, 20, 1e-13);
    assert_near(got.effect, 3, 1e-14);
    assert_near(got.cost_se, sqrt(200.0 / 2 / 3), 1e-12);
    assert_near(got.effect_se, sqrt(14.0 / 2 / 3), 1e-13);
    assert_near(got.covariance, 10.0 / 2 / 3, 1e-12);
    twp_moments_of(&joint, 4, column, 1);
    assert_near(twp_economics_of(&joint).cost, 10, 0);
    assert_true(isnan(twp_economics_of(&joint).cost_se));
    twp_moments_of(&joint, 4, column, 0);
    assert_true(isnan(twp_economics_of(&joint).cost));
}

static void
test_the_plane_has_its_four_corners(void **state)
{
    static const struct {
        double cost, effect;
        twp_economics_place_t place;
    } want[] = { { 5, 1, TWP_ECONOMICS_DEARER_AND_BETTER }, { -5, 1, TWP_ECONOMICS_DOMINATES },
        { -5, -1, TWP_ECONOMICS_CHEAPER_AND_WORSE }, { 5, -1, TWP_ECONOMICS_DOMINATED },
        { 0, 1, TWP_ECONOMICS_DOMINATES }, { -5, 0, TWP_ECONOMICS_DOMINATES },
        { 5, 0, TWP_ECONOMICS_DOMINATED }, { 0, -1, TWP_ECONOMICS_DOMINATED },
        { 0, 0, TWP_ECONOMICS_EQUAL }, { NAN, 1, TWP_ECONOMICS_UNKNOWN },
        { 1, NAN, TWP_ECONOMICS_UNKNOWN } };

    (void) state;
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        const twp_economics_t e = economics(want[k].cost, 1, want[k].effect, 1, 0);
        assert_int_equal(twp_economics_place(&e), want[k].place);
    }
    assert_contains(twp_economics_statement(TWP_ECONOMICS_DOMINATES), "dominates");
    assert_contains(twp_economics_statement(TWP_ECONOMICS_DOMINATED), "dominated");
    assert_string_equal(
        twp_economics_statement(TWP_ECONOMICS_DEARER_AND_BETTER), "more costly and more effective");
    assert_string_equal(
        twp_economics_statement(TWP_ECONOMICS_CHEAPER_AND_WORSE), "less costly and less effective");
}

static void
test_a_clear_effect_gives_an_interval_between_two_ratios(void **state)
{
    /* a = 0.0084, b = 100, c = 840000: (100 -+ sqrt(2944)) / 0.0084. */
    const twp_economics_t e = economics(1000, 200, 0.1, 0.02, 0);
    const twp_icer_t got = twp_economics_icer(&e, 2);

    (void) state;
    assert_near(got.value, 10000, 1e-9);
    assert_int_equal(got.fieller, TWP_FIELLER_BETWEEN);
    assert_near_relative(got.low, 5445.400016, 1e-9);
    assert_near_relative(got.high, 18364.123793, 1e-9);
}

static void
test_an_unclear_effect_leaves_what_lies_outside_or_everything(void **state)
{
    /* a = -0.0156, b = 100, c = 840000: roots (100 +- 152) / -0.0156. */
    const twp_economics_t outside = economics(1000, 200, 0.1, 0.08, 0);
    const twp_economics_t all = economics(1000, 1000, 0.1, 0.08, 0);
    const twp_icer_t got = twp_economics_icer(&outside, 2);

    (void) state;
    assert_int_equal(got.fieller, TWP_FIELLER_OUTSIDE);
    assert_near_relative(got.low, -16153.846154, 1e-9);
    assert_near_relative(got.high, 3333.333333, 1e-9);
    assert_int_equal(twp_economics_icer(&all, 2).fieller, TWP_FIELLER_ALL);
    assert_near(twp_economics_icer(&all, 2).low, -INFINITY, 0);
    assert_near(twp_economics_icer(&all, 2).high, INFINITY, 0);
}

/* At a border the cost less the border times the effect is z standard errors from 0. */
static void
assert_is_border(const twp_economics_t *e, double ratio, double z)
{
    const double far = fabs(e->cost - ratio * e->effect);
    const double variance = e->cost_se * e->cost_se + ratio * ratio * e->effect_se * e->effect_se -
        2 * ratio * e->covariance;

    assert_near_relative(far, z * sqrt(variance), 1e-9);
}

static void
test_every_border_is_z_standard_errors_away(void **state)
{
    static const double cost[] = { -800, 0, 350, 12000 }, effect[] = { -0.4, 0.05, 0.9 };

    (void) state;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 3; j++)
            for (int k = -2; k <= 2; k++) {
                const twp_economics_t e = economics(cost[i], 90, effect[j], 0.03, k * 1.3);
                const twp_icer_t got = twp_economics_icer(&e, 1.96);
                if (got.fieller == TWP_FIELLER_ALL)
                    continue;
                assert_is_border(&e, got.low, 1.96);
                assert_is_border(&e, got.high, 1.96);
                if (got.fieller == TWP_FIELLER_BETWEEN)
                    assert_true(got.low <= got.ratio && got.ratio <= got.high);
                else
                    assert_true(got.ratio <= got.low || got.ratio >= got.high);
            }
}

static void
test_a_dominating_strategy_has_no_price_of_a_qaly(void **state)
{
    const twp_economics_t e = economics(-50, 5, 0.2, 0.01, 0), none = economics(1, 1, 0, 1, 0);
    const twp_economics_t one_twin = economics(10, NAN, 2, NAN, NAN);

    (void) state;
    assert_true(isnan(twp_economics_icer(&e, 1.96).value));
    assert_near(twp_economics_icer(&e, 1.96).ratio, -250, 1e-12);
    assert_true(isnan(twp_economics_icer(&none, 1.96).value));
    assert_true(isnan(twp_economics_icer(&none, 1.96).ratio));
    assert_near(twp_economics_icer(&one_twin, 1.96).value, 5, 0);
    assert_int_equal(twp_economics_icer(&one_twin, 1.96).fieller, TWP_FIELLER_NONE);
    assert_true(isnan(twp_economics_icer(&one_twin, 1.96).low));
}

static void
test_net_benefit_is_worth_times_effect_less_cost(void **state)
{
    /* Variance at 20,000 a QALY: (20000 * 0.02)^2 + 300^2 - 2 * 20000 * 3 = 130000. */
    const twp_economics_t e = economics(1000, 300, 0.08, 0.02, 3);
    const twp_net_benefit_t got = twp_economics_net_benefit(&e, 20000);

    (void) state;
    assert_near(got.value, 600, 1e-9);
    assert_near(got.se, sqrt(130000), 1e-9);
    assert_near(got.p_better, 0.951954, 1e-6); /* Phi(600 / 360.5551) = Phi(1.664101) */
    const twp_economics_t sure = economics(-1, 0, 0, 0, 0);
    assert_near(twp_economics_net_benefit(&sure, 20000).p_better, 1, 0);
    const twp_economics_t one = economics(1000, NAN, 0.08, NAN, NAN);
    assert_true(isnan(twp_economics_net_benefit(&one, 20000).p_better));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences_come_from_the_joint_moments),
        cmocka_unit_test(test_the_plane_has_its_four_corners),
        cmocka_unit_test(test_a_clear_effect_gives_an_interval_between_two_ratios),
        cmocka_unit_test(test_an_unclear_effect_leaves_what_lies_outside_or_everything),
        cmocka_unit_test(test_every_border_is_z_standard_errors_away),
        cmocka_unit_test(test_a_dominating_strategy_has_no_price_of_a_qaly),
        cmocka_unit_test(test_net_benefit_is_worth_times_effect_less_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
