/* Numbers as people read them. */
#include "testlib.h"

#include "report/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
assert_format(double value, int decimals, bool has_plus, const char *want)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_format(text, value, decimals, has_plus);
    assert_string_equal(text, want);
}

static void
test_numbers_have_grouped_thousands_and_a_point(void **state)
{
    char text[TWP_NUMBER_SIZE];

    (void) state;
    assert_format(1234567.891, 2, false, "1,234,567.89");
    assert_format(999.5, 0, false, "1,000");
    assert_format(-1234, 0, true, "-1,234");
    assert_format(0.0213, 3, true, "+0.021");
    assert_format(-0.0004, 3, true, "0.000");
    assert_format(84321.4, -2, false, "84,300");
    assert_format(NAN, 2, false, "-");
    assert_format(-INFINITY, 2, false, "-inf");
    assert_format(1e300, 2, false, "1.000e+300");
    twp_number_count(text, INT64_MIN + 1);
    assert_string_equal(text, "-9,223,372,036,854,775,807");
    twp_number_time(text, 30.4375);
    assert_string_equal(text, "30.4375 d (1 month)");
    twp_number_time(text, 730.5);
    assert_string_equal(text, "730.5 d (2 years)");
    twp_number_time(text, 365);
    assert_string_equal(text, "365 d");
    twp_number_time(text, 0.1);
    assert_string_equal(text, "0.1 d");
}

/* 0.0032 stands at the third decimal; 0.0013 at the fourth, for its first digit is a 1. */
static void
test_decimals_follow_the_standard_error(void **state)
{
    (void) state;
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 0.0032), 3);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 0.0013), 4);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 0.05), 2);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, NAN), 3);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 0), 3);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 1e-300), 6);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_DAYS, 345, 0.001), 1);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_DAYS, 345, 30), 0);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_MONEY, 84321, 452), -2);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_MONEY, 84321, 0.001), 0);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_MONEY, 12.3, 0.001), 2);
    assert_int_equal(twp_number_kind("year", "USD"), TWP_NUMBER_YEARS);
    assert_int_equal(twp_number_kind("USD", "USD"), TWP_NUMBER_MONEY);
    assert_int_equal(twp_number_kind("", ""), TWP_NUMBER_COUNT);
}

static void
test_exact_numbers_read_back_as_the_same_double(void **state)
{
    const double several[] = { 0.1, 1.0 / 3, 0.7000000000000001, -2.5e-310, 1e22, 12345, 0 };
    char text[TWP_NUMBER_SIZE];

    (void) state;
    for (size_t i = 0; i < sizeof several / sizeof several[0]; i++) {
        double back;
        twp_number_exact(text, several[i]);
        back = strtod(text, NULL);
        assert_same_bits(&back, &several[i], sizeof back);
    }
    twp_number_exact(text, 0.1);
    assert_string_equal(text, "0.1");
    twp_number_exact(text, NAN);
    assert_string_equal(text, "");
}

static void
test_sizes_have_one_digit_more_below_ten(void **state)
{
    static const struct {
        double n_bytes;
        const char *want;
    } row[] = { { 0, "0 bytes" }, { 999, "999 bytes" }, { 999.6, "1.0 kB" }, { 9940, "9.9 kB" },
        { 9960, "10 kB" }, { 1.26e6, "1.3 MB" }, { 5e9, "5.0 GB" }, { 3.2e15, "3200 TB" } };
    char text[TWP_NUMBER_SIZE];

    (void) state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        twp_number_bytes(text, row[i].n_bytes);
        assert_string_equal(text, row[i].want);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_have_grouped_thousands_and_a_point),
        cmocka_unit_test(test_decimals_follow_the_standard_error),
        cmocka_unit_test(test_exact_numbers_read_back_as_the_same_double),
        cmocka_unit_test(test_sizes_have_one_digit_more_below_ten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
