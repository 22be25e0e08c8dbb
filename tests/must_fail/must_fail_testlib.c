/* Every comparison of testlib, given something wrong: CTest expects each of these tests to fail. */
#include "testlib.h"

#include <math.h>
#include <string.h>

static void
test_near_rejects_a_value_just_outside(void **state)
{
    (void) state;
    assert_near(1.0 + 1.001e-9, 1.0, 1e-9);
}

static void
test_near_rejects_not_a_number(void **state)
{
    (void) state;
    assert_near(NAN, NAN, 1.0);
}

static void
test_near_rejects_infinity_of_the_other_sign(void **state)
{
    (void) state;
    assert_near(INFINITY, -INFINITY, 1.0);
}

static void
test_near_rejects_an_infinite_tolerance(void **state)
{
    (void) state;
    assert_near(1.0, 2.0, INFINITY);
}

static void
test_near_relative_rejects_one_percent(void **state)
{
    (void) state;
    assert_near_relative(-101.0, -100.0, 0.0099);
}

static void
test_estimate_rejects_five_standard_errors(void **state)
{
    (void) state;
    assert_estimate(0.505, 0.5, 0.001);
}

static void
test_estimate_rejects_five_standard_errors_below(void **state)
{
    (void) state;
    assert_estimate(0.495, 0.5, 0.001);
}

static void
test_estimate_rejects_not_a_number(void **state)
{
    (void) state;
    assert_estimate(NAN, 0.5, 0.001);
}

static void
test_estimate_rejects_a_standard_error_of_zero(void **state)
{
    (void) state;
    assert_estimate(0.5, 0.5, 0.0);
}

static void
test_estimate_rejects_an_unknown_standard_error(void **state)
{
    (void) state;
    assert_estimate(0.5, 0.5, NAN);
}

static void
test_same_bits_rejects_the_sign_of_zero(void **state)
{
    const double a[2] = { 1.0, 0.0 }, b[2] = { 1.0, -0.0 };

    (void) state;
    assert_same_bits(a, b, sizeof a);
}

static void
test_contains_rejects_what_is_missing(void **state)
{
    (void) state;
    assert_contains("study.yaml:3:5: unknown key", "study.yaml:4");
}

static void
test_lacks_rejects_what_is_there(void **state)
{
    (void) state;
    assert_lacks("study.yaml:3:5: unknown key", "unknown");
}

static void
test_reading_a_missing_file_fails(void **state)
{
    (void) state;
    testlib_read_file("/nonexistent/file", NULL);
}

/* Runs the test named by the first argument; an unknown name runs none and so succeeds, which CTest
 * counts as a failure. */
int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near_rejects_a_value_just_outside),
        cmocka_unit_test(test_near_rejects_not_a_number),
        cmocka_unit_test(test_near_rejects_infinity_of_the_other_sign),
        cmocka_unit_test(test_near_rejects_an_infinite_tolerance),
        cmocka_unit_test(test_near_relative_rejects_one_percent),
        cmocka_unit_test(test_estimate_rejects_five_standard_errors),
        cmocka_unit_test(test_estimate_rejects_five_standard_errors_below),
        cmocka_unit_test(test_estimate_rejects_not_a_number),
        cmocka_unit_test(test_estimate_rejects_a_standard_error_of_zero),
        cmocka_unit_test(test_estimate_rejects_an_unknown_standard_error),
        cmocka_unit_test(test_same_bits_rejects_the_sign_of_zero),
        cmocka_unit_test(test_contains_rejects_what_is_missing),
        cmocka_unit_test(test_lacks_rejects_what_is_there),
        cmocka_unit_test(test_reading_a_missing_file_fails),
    };

    if (argc < 2)
        return 0;
    cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
