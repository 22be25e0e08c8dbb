/* Verdicts on targets: by the whole interval of the result. */
#include "summary/verdict.h"

#include "testlib.h"

#include <math.h>

/* Wanted: 0.4 to 0.6. */
static twp_verdict_t
verdict(double result, double low, double high)
{
    const twp_summary_target_t target = {
        .value = 0.5, .within = 0.1, .result = result, .low = low, .high = high
    };

    return twp_verdict_of(&target);
}

static void
test_a_verdict_is_of_the_whole_interval(void **state)
{
    (void) state;
    assert_int_equal(verdict(0.5, 0.49, 0.51), TWP_VERDICT_HIT);
    assert_int_equal(verdict(0.5, 0.4001, 0.5999), TWP_VERDICT_HIT);
    assert_int_equal(verdict(0.5, 0.3999, 0.59), TWP_VERDICT_UNCLEAR);
    assert_int_equal(verdict(0.58, 0.57, 0.6001), TWP_VERDICT_UNCLEAR);
    assert_int_equal(verdict(0.65, 0.5999, 0.7), TWP_VERDICT_UNCLEAR);
    assert_int_equal(verdict(0.65, 0.6001, 0.7), TWP_VERDICT_MISS);
    assert_int_equal(verdict(0.35, 0.3, 0.3999), TWP_VERDICT_MISS);
    assert_int_equal(verdict(0.35, -1, 2), TWP_VERDICT_UNCLEAR);
}

static void
test_without_an_interval_the_result_decides(void **state)
{
    (void) state;
    assert_int_equal(verdict(0.59, NAN, NAN), TWP_VERDICT_HIT);
    assert_int_equal(verdict(0.61, NAN, NAN), TWP_VERDICT_MISS);
    assert_int_equal(verdict(NAN, NAN, NAN), TWP_VERDICT_NONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_verdict_is_of_the_whole_interval),
        cmocka_unit_test(test_without_an_interval_the_result_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
