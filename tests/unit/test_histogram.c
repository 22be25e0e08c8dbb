/* Quantiles from counts: order, resolution, and exact cases. */
#include "measure/histogram.h"

#include "testlib.h"

#include <math.h>
#include <stdlib.h>

static int
setup_bins(void **state)
{
    *state = calloc(TWP_HISTOGRAM_BINS, sizeof(int64_t));
    return *state == NULL;
}

static int
teardown_bins(void **state)
{
    free(*state);
    return 0;
}

static double
next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double) (*seed >> 11) * 0x1p-53;
}

static int
compare(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

static void
test_bins_rise_with_the_value(void **state)
{
    static const double rising[] = { -INFINITY, -1e300, -3e38, -1e10, -7.03, -7, -1, -1e-30, -1e-39,
        0, 1e-39, 1e-30, 0.99, 1, 1.01, 255, 256, 1e10, 3e38, 1e39 };

    (void) state;
    for (size_t k = 1; k < sizeof rising / sizeof rising[0]; k++)
        if (k == 1 || rising[k] == 1e39) /* not to be told from what is beyond a float32 */
            assert_true(twp_histogram_bin(rising[k - 1]) <= twp_histogram_bin(rising[k]));
        else
            assert_true(twp_histogram_bin(rising[k - 1]) < twp_histogram_bin(rising[k]));
    assert_int_equal(twp_histogram_bin(NAN), -1);
    assert_int_equal(twp_histogram_bin(-0.0), twp_histogram_bin(0.0));
    assert_true(twp_histogram_bin(-INFINITY) >= 0);
    assert_true(twp_histogram_bin(INFINITY) < TWP_HISTOGRAM_BINS);
}

static void
test_counts_and_simple_numbers_come_back_exactly(void **state)
{
    static const double simple[] = { 0, 1, 0.5, 0.75, -0.5, 1024, -96, INFINITY, -INFINITY };

    (void) state;
    for (int k = -256; k <= 256; k++)
        assert_near(twp_histogram_value(twp_histogram_bin(k)), k, 0);
    for (size_t k = 0; k < sizeof simple / sizeof simple[0]; k++)
        assert_near(twp_histogram_value(twp_histogram_bin(simple[k])), simple[k], 0);
}

static void
test_any_number_is_known_to_four_in_a_thousand(void **state)
{
    uint64_t seed = 7;

    (void) state;
    for (int k = 0; k < 200000; k++) {
        const double x = (next(&seed) < 0.5 ? -1 : 1) * exp(160 * (next(&seed) - 0.5));
        const double y = x * (1 + 0.01 * next(&seed) * (x > 0 ? 1 : -1));
        assert_near_relative(twp_histogram_value(twp_histogram_bin(x)), x, 0x1.01p-8);
        assert_true(twp_histogram_bin(x) <= twp_histogram_bin(y));
    }
}

static void
test_quantiles_are_those_of_the_sorted_values(void **state)
{
    enum { N = 4999 };
    static const double p[] = { 0, 0.025, 0.25, 0.5, 0.9, 0.999, 1 };
    static double x[N];
    double got[7];
    uint64_t seed = 99;

    for (int k = 0; k < N; k++)
        x[k] = k % 5 == 0 ? 0 : -3000 * log(next(&seed)) - 1000;
    twp_histogram_add(*state, x, 1, N, 1);
    qsort(x, N, sizeof x[0], compare);
    twp_histogram_quantiles(*state, TWP_HISTOGRAM_ALL_PARTS, 7, p, got);
    assert_int_equal(twp_histogram_count(*state), N);
    for (int q = 0; q < 7; q++) {
        const int rank = (int) ceil(p[q] * N);
        assert_near_relative(got[q], x[rank > 0 ? rank - 1 : 0], 0x1.01p-8);
    }
}

static void
test_rounding_of_p_does_not_shift_a_quantile(void **state)
{
    double x[100], got[3];
    const double p[3] = { 0.07, 0.5, 0.55 };

    for (int k = 0; k < 100; k++)
        x[k] = k + 1;
    twp_histogram_add(*state, x, 1, 100, 1);
    twp_histogram_quantiles(*state, TWP_HISTOGRAM_ALL_PARTS, 3, p, got);
    assert_near(got[0], 7, 0); /* 0.07 * 100 is a little more than 7 */
    assert_near(got[1], 50, 0);
    assert_near(got[2], 55, 0);
}

static void
test_nans_are_left_out_and_nothing_has_no_quantile(void **state)
{
    const double x[6] = { NAN, 5, NAN, 9, 5, 9 }, base[6] = { 1, 1, NAN, NAN, 3, 2 };
    const double p = 0.5;
    double got;

    twp_histogram_quantiles(*state, TWP_HISTOGRAM_ALL_PARTS, 1, &p, &got);
    assert_true(isnan(got));
    twp_histogram_add(*state, x, 2, 3, 1); /* NAN, NAN, 5 */
    assert_int_equal(twp_histogram_count(*state), 1);
    twp_histogram_add_differences(*state, x, base, 6, 1); /* 4, 2, 7 */
    assert_int_equal(twp_histogram_count(*state), 4);
    twp_histogram_quantiles(*state, TWP_HISTOGRAM_ALL_PARTS, 1, &p, &got);
    assert_near(got, 4, 0);
}

static void
test_merged_counts_are_the_counts_of_all(void **state)
{
    int64_t *more = calloc(TWP_HISTOGRAM_BINS, sizeof(int64_t));
    const double a[3] = { 1, 2, 3 }, b[4] = { 3, 4, 5, 6 }, p = 3.0 / 7;
    double got;

    assert_non_null(more);
    twp_histogram_add(*state, a, 1, 3, 1);
    twp_histogram_add(more, b, 1, 4, 1);
    twp_histogram_merge(*state, more);
    free(more);
    assert_int_equal(twp_histogram_count(*state), 7);
    assert_int_equal(((int64_t *) *state)[twp_histogram_bin(3)], 2);
    twp_histogram_quantiles(*state, TWP_HISTOGRAM_ALL_PARTS, 1, &p, &got);
    assert_near(got, 3, 0);
}

static void
test_parts_tell_where_counts_stand(void **state)
{
    const double x[4] = { -3, 0.5, 2, 1e9 }, p[3] = { 0.1, 0.5, 1 };
    double all[3], some[3];
    const uint64_t parts = twp_histogram_add(*state, x, 1, 4, 1);

    for (int i = 0; i < TWP_HISTOGRAM_BINS; i++)
        if (((int64_t *) *state)[i] != 0)
            assert_true(parts >> (i / TWP_HISTOGRAM_PART) & 1);
    assert_true(parts != 0 && parts != TWP_HISTOGRAM_ALL_PARTS);
    twp_histogram_quantiles(*state, TWP_HISTOGRAM_ALL_PARTS, 3, p, all);
    twp_histogram_quantiles(*state, parts, 3, p, some);
    assert_same_bits(some, all, sizeof all);
    assert_near(some[1], 0.5, 0);
    twp_histogram_clear(*state, parts);
    assert_int_equal(twp_histogram_count(*state), 0);
}

#define WITH_BINS(test) cmocka_unit_test_setup_teardown(test, setup_bins, teardown_bins)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bins_rise_with_the_value),
        cmocka_unit_test(test_counts_and_simple_numbers_come_back_exactly),
        cmocka_unit_test(test_any_number_is_known_to_four_in_a_thousand),
        WITH_BINS(test_quantiles_are_those_of_the_sorted_values),
        WITH_BINS(test_rounding_of_p_does_not_shift_a_quantile),
        WITH_BINS(test_nans_are_left_out_and_nothing_has_no_quantile),
        WITH_BINS(test_merged_counts_are_the_counts_of_all),
        WITH_BINS(test_parts_tell_where_counts_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
