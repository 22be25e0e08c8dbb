/* Units: exact factors, the study's money, no names in common with the words of the language. */
#include "testlib.h"
#include "vocabulary/keys.h"
#include "vocabulary/units.h"

#include <string.h>

static double
factor_of(const twp_units_t *units, const char *name, int time, int money)
{
    double factor = 0;
    int got_time = 99, got_money = 99;

    assert_true(twp_units_find(units, name, &factor, &got_time, &got_money));
    assert_int_equal(got_time, time);
    assert_int_equal(got_money, money);
    return factor;
}

static void
test_times_are_days(void **state)
{
    (void) state;
    assert_true(factor_of(NULL, "days", 1, 0) == 1);
    assert_true(factor_of(NULL, "d", 1, 0) == 1);
    assert_true(factor_of(NULL, "weeks", 1, 0) == 7);
    assert_true(factor_of(NULL, "month", 1, 0) == 30.4375);
    assert_true(factor_of(NULL, "year", 1, 0) == 365.25);
    assert_true(factor_of(NULL, "year", 1, 0) == 12 * factor_of(NULL, "month", 1, 0));
    assert_true(24 * factor_of(NULL, "hour", 1, 0) == 1);
    assert_true(1440 * factor_of(NULL, "minutes", 1, 0) == 1);
    assert_true(86400 * factor_of(NULL, "second", 1, 0) == 1);
}

static void
test_money_is_the_studys(void **state)
{
    const twp_units_t units = { .n_money = 2, .money = { { "USD", 1 }, { "EUR", 1.08 } } };
    double factor;
    int time, money;

    (void) state;
    assert_true(factor_of(&units, "USD", 0, 1) == 1);
    assert_true(factor_of(&units, "EUR", 0, 1) == 1.08);
    assert_false(twp_units_find(&units, "GBP", &factor, &time, &money));
    assert_false(twp_units_find(NULL, "USD", &factor, &time, &money));
    assert_false(twp_units_find(&units, "Days", &factor, &time, &money));
    assert_false(twp_units_find(&units, "", &factor, &time, &money));
}

static void
test_every_unit_is_refused_as_a_name(void **state)
{
    (void) state;
    for (size_t i = 0; i < twp_n_units; i++)
        assert_string_equal(twp_keys_refuse_name(twp_unit_table[i].name), "is a unit");
    for (size_t i = 0; i < twp_n_units; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(twp_unit_table[i].name, twp_unit_table[j].name);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_days),
        cmocka_unit_test(test_money_is_the_studys),
        cmocka_unit_test(test_every_unit_is_refused_as_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
