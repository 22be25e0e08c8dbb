/* Means, ratios of means and paired differences against numbers worked out by hand. */
#include "measure/moments.h"

#include "testlib.h"

#include <math.h>

static twp_moments_t
moments_of(int n_columns, const double *a, const double *b, const double *c, const double *d, int n)
{
    const double *const column[4] = { a, b, c, d };
    twp_moments_t moments;

    twp_moments_of(&moments, n_columns, column, n);
    return moments;
}

/* A small linear congruential generator: any spread of numbers will do. */
static double
next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double) (*seed >> 11) * 0x1p-53;
}

static void
test_moments_of_a_few_numbers_are_those_worked_out_by_hand(void **state)
{
    const double a[4] = { 1, 2, 4, 9 }, b[4] = { 3, 1, 2, 6 };
    const twp_moments_t m = moments_of(2, a, b, NULL, NULL, 4);

    (void) state;
    assert_int_equal(m.n, 4);
    assert_near(m.mean[0], 4, 0);
    assert_near(m.mean[1], 3, 0);
    assert_near(m.co[0][0], 9 + 4 + 0 + 25, 0);
    assert_near(m.co[1][1], 0 + 4 + 1 + 9, 0);
    assert_near(m.co[0][1], 0 + 4 + 0 + 15, 0);
    assert_near(m.co[1][0], 19, 0);
}

static void
test_folded_blocks_are_the_moments_of_the_whole(void **state)
{
    enum { N = 1000 };
    static double column[4][N];
    uint64_t seed = 1;
    twp_moments_t folded = { .n = 0 }, whole, block;
    const double *const all[4] = { column[0], column[1], column[2], column[3] };

    (void) state;
    for (int k = 0; k < N; k++)
        for (int c = 0; c < 4; c++)
            column[c][k] = 1e6 + (c + 1) * next(&seed);
    twp_moments_of(&whole, 4, all, N);
    for (int at = 0, n = 1; at < N; at += n, n = 2 * n < N - at ? 2 * n : N - at) {
        const double *const part[4] = { column[0] + at, column[1] + at, column[2] + at,
            column[3] + at };
        twp_moments_of(&block, 4, part, n);
        twp_moments_merge(&folded, &block, 4);
        twp_moments_of(&block, 4, part, 0);
        twp_moments_merge(&folded, &block, 4); /* an empty block changes nothing */
    }
    assert_int_equal(folded.n, N);
    for (int c = 0; c < 4; c++)
        for (int d = 0; d < 4; d++) {
            assert_near_relative(folded.mean[c], whole.mean[c], 1e-15);
            assert_near(folded.co[c][d], whole.co[c][d], 1e-9 * N);
            assert_same_bits(&folded.co[c][d], &folded.co[d][c], sizeof(double));
        }
}

static void
test_over_ones_the_ratio_is_the_mean_with_its_standard_error(void **state)
{
    const double a[5] = { 2, 4, 4, 5, 10 }, one[5] = { 1, 1, 1, 1, 1 };
    const twp_moments_t m = moments_of(2, a, one, NULL, NULL, 5);
    const twp_estimate_t got = twp_moments_ratio(&m, 0, 1);

    (void) state;
    assert_near(got.value, 5, 0);
    assert_near(got.se, sqrt((9 + 1 + 1 + 0 + 25) / 4.0 / 5.0), 1e-15);
    assert_near(got.n, 5, 0);
}

static void
test_twins_without_a_value_leave_the_mean_of_the_others(void **state)
{
    /* 2, 4, 10 count: mean 16/3, sum of squares 104/3, three values. */
    const double a[6] = { 2, 0, 4, 0, 0, 10 }, has[6] = { 1, 0, 1, 0, 0, 1 };
    const twp_moments_t m = moments_of(2, a, has, NULL, NULL, 6);
    const twp_estimate_t got = twp_moments_ratio(&m, 0, 1);

    (void) state;
    assert_near(got.value, 16.0 / 3, 1e-14);
    assert_near(got.n, 3, 0);
    assert_near(got.se, sqrt(104.0 / 3 / 2 / 3), 1e-14);
}

static void
test_a_ratio_of_sums_has_the_standard_error_of_the_delta_method(void **state)
{
    /* days 6, 2, 7 over visits 3, 1, 2: R = 15/6 = 2.5; rests -1.5, -0.5, 2 of sum of squares 6.5;
     * Kish's n is 36/14, so se^2 = 6.5/36 * (36/14) / (36/14 - 1) = 6.5/22. */
    const double days[3] = { 6, 2, 7 }, visits[3] = { 3, 1, 2 };
    const twp_moments_t m = moments_of(2, days, visits, NULL, NULL, 3);
    const twp_estimate_t got = twp_moments_ratio(&m, 0, 1);

    (void) state;
    assert_near(got.value, 2.5, 1e-15);
    assert_near(got.n, 36.0 / 14, 1e-14);
    assert_near(got.se, sqrt(6.5 / 22), 1e-14);
}

static void
test_one_twin_has_no_standard_error_and_none_no_estimate(void **state)
{
    const double a[3] = { 0, 7, 0 }, has[3] = { 0, 1, 0 }, none[3] = { 0, 0, 0 };
    const twp_moments_t one = moments_of(2, a, has, NULL, NULL, 3);
    const twp_moments_t nobody = moments_of(2, none, none, NULL, NULL, 3);
    const twp_moments_t empty = moments_of(2, a, has, NULL, NULL, 0);

    (void) state;
    assert_near(twp_moments_ratio(&one, 0, 1).value, 7, 1e-15);
    assert_true(isnan(twp_moments_ratio(&one, 0, 1).se));
    assert_true(isnan(twp_moments_ratio(&nobody, 0, 1).value));
    assert_near(twp_moments_ratio(&nobody, 0, 1).n, 0, 0);
    assert_true(isnan(twp_moments_ratio(&empty, 0, 1).value));
}

static void
test_a_paired_difference_has_the_standard_error_of_the_differences(void **state)
{
    /* Differences 1, 3, 2, 6: mean 3, sum of squares 14. */
    const double a[4] = { 11, 23, 32, 46 }, b[4] = { 10, 20, 30, 40 }, one[4] = { 1, 1, 1, 1 };
    const twp_moments_t m = moments_of(4, a, one, b, one, 4);
    const twp_difference_t got = twp_moments_paired(&m);
    const double sum_a = 17.0 * 17 + 25 + 16 + 18 * 18, sum_b = 500; /* squares about 28 and 25 */

    (void) state;
    assert_near(got.value, 3, 1e-14);
    assert_near(got.se, sqrt(14.0 / 3 / 4), 1e-12);
    assert_near(got.variance_saved, 1 - 14 / (sum_a + sum_b), 1e-12);
}

static void
test_equal_strategies_differ_by_exactly_nothing(void **state)
{
    enum { N = 777 };
    static double a[N], has[N];
    uint64_t seed = 20240917;

    (void) state;
    for (int k = 0; k < N; k++) {
        has[k] = next(&seed) < 0.8 ? 1 : 0;
        a[k] = has[k] > 0 ? 12345.678 * next(&seed) : 0;
    }
    const twp_moments_t m = moments_of(4, a, has, a, has, N);
    const twp_difference_t got = twp_moments_paired(&m);
    assert_near(got.value, 0, 0);
    assert_near(got.se, 0, 0);
    assert_near(got.variance_saved, 1, 0);
}

static void
test_paired_ratios_over_different_twins_follow_their_influences(void **state)
{
    /* Under the strategy twins 0, 1 count (3, 5: mean 4), under the baseline 1, 2 (1, 5: mean 3). A
     * twin moves each mean by its deviation over the two that count. */
    const double a[3] = { 3, 5, 0 }, a_has[3] = { 1, 1, 0 };
    const double b[3] = { 0, 1, 5 }, b_has[3] = { 0, 1, 1 };
    const twp_moments_t m = moments_of(4, a, a_has, b, b_has, 3);
    const twp_difference_t got = twp_moments_paired(&m);
    const double i0 = -1 / 2.0, i1 = 1 / 2.0 + 2 / 2.0, i2 = -2 / 2.0;

    (void) state;
    assert_near(got.value, 1, 1e-15);
    assert_near(got.se, sqrt((i0 * i0 + i1 * i1 + i2 * i2) * 2 / (2 - 1)), 1e-14);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_of_a_few_numbers_are_those_worked_out_by_hand),
        cmocka_unit_test(test_folded_blocks_are_the_moments_of_the_whole),
        cmocka_unit_test(test_over_ones_the_ratio_is_the_mean_with_its_standard_error),
        cmocka_unit_test(test_twins_without_a_value_leave_the_mean_of_the_others),
        cmocka_unit_test(test_a_ratio_of_sums_has_the_standard_error_of_the_delta_method),
        cmocka_unit_test(test_one_twin_has_no_standard_error_and_none_no_estimate),
        cmocka_unit_test(test_a_paired_difference_has_the_standard_error_of_the_differences),
        cmocka_unit_test(test_equal_strategies_differ_by_exactly_nothing),
        cmocka_unit_test(test_paired_ratios_over_different_twins_follow_their_influences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
