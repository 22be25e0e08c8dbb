/* The frontier by hand, and against its meaning: the best buy at some worth of the effect. */
#include "measure/frontier.h"

#include "testlib.h"

#include <math.h>

#define N_MOST 8

/* A fixed stream of small whole numbers, so that ties come about (Knuth's MMIX constants). */
static int
draw_below(uint64_t *state, int n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (int) ((*state >> 33) % (uint64_t) n);
}

static void
test_four_strategies_by_hand(void **state)
{
    /* b is 3 a QALY, c 7 and d 5: c goes, and d is 16 / 3 beyond b. e is dearer than b and no better. */
    const double cost[5] = { 10, 13, 20, 29, 14 }, effect[5] = { 1, 2, 3, 5, 2 };
    twp_frontier_t row[5];
    int order[5];

    (void) state;
    twp_frontier_of(5, cost, effect, order, row);
    assert_int_equal(row[0].status, TWP_FRONTIER_ON);
    assert_int_equal(row[0].i_against, -1);
    assert_true(isnan(row[0].icer) && isnan(row[0].cost));
    assert_int_equal(row[1].status, TWP_FRONTIER_ON);
    assert_int_equal(row[1].i_against, 0);
    assert_near(row[1].icer, 3, 0);
    assert_int_equal(row[2].status, TWP_FRONTIER_EXTENDED);
    assert_int_equal(row[2].i_against, 1);
    assert_int_equal(row[2].i_beyond, 3);
    assert_true(isnan(row[2].icer));
    assert_int_equal(row[3].status, TWP_FRONTIER_ON);
    assert_int_equal(row[3].i_against, 1);
    assert_near(row[3].cost, 16, 0);
    assert_near(row[3].effect, 3, 0);
    assert_near(row[3].icer, 16.0 / 3, 0);
    assert_int_equal(row[4].status, TWP_FRONTIER_DOMINATED);
    assert_int_equal(row[4].i_against, 1);
    assert_int_equal(order[0], 0);
    assert_int_equal(order[2], 4);
    assert_int_equal(order[4], 3);
}

static void
test_taking_one_off_makes_another_go(void **state)
{
    /* Ratios 1, 4, 3.5, 3: the last takes off the one before it, which takes off the one before. */
    const double cost[5] = { 0, 1, 5, 8.5, 11.5 }, effect[5] = { 0, 1, 2, 3, 4 };
    twp_frontier_t row[5];
    int order[5];

    (void) state;
    twp_frontier_of(5, cost, effect, order, row);
    assert_int_equal(row[2].status, TWP_FRONTIER_EXTENDED);
    assert_int_equal(row[3].status, TWP_FRONTIER_EXTENDED);
    assert_int_equal(row[3].i_beyond, 4);
    assert_near(row[4].icer, 3.5, 0);
    assert_int_equal(row[4].i_against, 1);
}

static void
test_equals_and_unknowns(void **state)
{
    /* 1 is 0 again, 4 is 3 again; 3 is extendedly dominated by 0 and 5; 2 costs what 0 costs for less. */
    const double cost[7] = { 10, 10, 10, 20, 20, 22, NAN };
    const double effect[7] = { 1, 1, 0.5, 1.5, 1.5, 3, 9 };
    twp_frontier_t row[7];
    int order[7];

    (void) state;
    twp_frontier_of(7, cost, effect, order, row);
    assert_int_equal(row[0].status, TWP_FRONTIER_ON);
    assert_int_equal(row[1].status, TWP_FRONTIER_EQUAL);
    assert_int_equal(row[1].i_against, 0);
    assert_int_equal(row[2].status, TWP_FRONTIER_DOMINATED);
    assert_int_equal(row[2].i_against, 0);
    assert_int_equal(row[3].status, TWP_FRONTIER_EXTENDED);
    assert_int_equal(row[4].status, TWP_FRONTIER_EXTENDED);
    assert_int_equal(row[4].i_against, 0);
    assert_int_equal(row[4].i_beyond, 5);
    assert_int_equal(row[5].status, TWP_FRONTIER_ON);
    assert_near(row[5].icer, 6, 0);
    assert_int_equal(row[6].status, TWP_FRONTIER_UNKNOWN);
    assert_int_equal(order[6], 6);
}

/* Whether worths w >= 0 are left at which no other strategy's w effect - cost is above that of i; one
 * that is as cheap with more effect, or as good for less, is preferred at w = 0 and beyond all worths. */
static bool
is_best_somewhere(int n, const double *cost, const double *effect, int i)
{
    double low = 0, high = 1e9;

    for (int k = 0; k < n; k++) {
        const double more = effect[i] - effect[k], dearer = cost[i] - cost[k];

        if ((more == 0 && dearer > 0) || (more < 0 && dearer == 0))
            return false;
        if (more > 0)
            low = fmax(low, dearer / more);
        if (more < 0)
            high = fmin(high, dearer / more);
    }
    return low <= high * (1 + 1e-12);
}

static void
test_the_frontier_is_what_is_best_at_some_worth(void **state)
{
    uint64_t draws = 20240917;
    int n_status[5] = { 0 };

    (void) state;
    for (int round = 0; round < 20000; round++) {
        const int n = 1 + draw_below(&draws, N_MOST);
        double cost[N_MOST], effect[N_MOST];
        twp_frontier_t row[N_MOST];
        int order[N_MOST];

        for (int i = 0; i < n; i++) {
            cost[i] = draw_below(&draws, 24);
            effect[i] = draw_below(&draws, 12);
        }
        twp_frontier_of(n, cost, effect, order, row);
        for (int i = 0; i < n; i++) {
            const bool is_on = row[i].status == TWP_FRONTIER_ON ||
                row[i].status == TWP_FRONTIER_EQUAL;

            if (is_on != is_best_somewhere(n, cost, effect, i))
                fail_msg("round %d, strategy %d of %d: status %d", round, i, n, row[i].status);
            n_status[row[i].status]++;
            if (row[i].status == TWP_FRONTIER_ON && row[i].i_against >= 0)
                assert_true(row[i].cost > 0 && row[i].effect > 0);
        }
    }
    for (int k = 1; k < 5; k++)
        assert_true(n_status[k] > 100); /* each came about */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_four_strategies_by_hand),
        cmocka_unit_test(test_taking_one_off_makes_another_go),
        cmocka_unit_test(test_equals_and_unknowns),
        cmocka_unit_test(test_the_frontier_is_what_is_best_at_some_worth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
