/*
 * Published models of health economics, as studies that stand among the scenarios: every row of
 * expected.csv is reproduced by the rule of README.md, and is missed when a number of the study slips
 * by a few per cent. Here with the eighth part of the twins; under TWP_TIER=long with all, when the
 * standard errors are held to the limits of the case too.
 */
#include "validation.h"

static int
part(void)
{
    return testlib_is_long() ? 1 : 8;
}

static void
test_sick_sicker_in_cycles_is_reproduced(void **state)
{
    (void) state;
    validation_reproduce_part("02-sick-sicker-cycles", part());
}

static void
test_sick_sicker_in_continuous_time_is_reproduced(void **state)
{
    (void) state;
    validation_reproduce_part("03-sick-sicker-continuous", part());
}

static void
test_sick_sicker_with_a_life_table_is_reproduced(void **state)
{
    (void) state;
    validation_reproduce_part("04-sick-sicker-life-table", part());
}

static void
test_oncology_in_three_states_is_reproduced(void **state)
{
    (void) state;
    validation_reproduce_part("07-oncology-semi-markov", part());
}

static void
test_every_model_misses_when_one_number_slips(void **state)
{
    (void) state;
    validation_miss_part_when_slipped("02-sick-sicker-cycles", 4);
    if (!testlib_is_long())
        return; /* the others need too many twins for a quick test */
    validation_miss_part_when_slipped("03-sick-sicker-continuous", 4);
    validation_miss_part_when_slipped("04-sick-sicker-life-table", 4);
    validation_miss_part_when_slipped("07-oncology-semi-markov", 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sick_sicker_in_cycles_is_reproduced),
        cmocka_unit_test(test_sick_sicker_in_continuous_time_is_reproduced),
        cmocka_unit_test(test_sick_sicker_with_a_life_table_is_reproduced),
        cmocka_unit_test(test_oncology_in_three_states_is_reproduced),
        cmocka_unit_test(test_every_model_misses_when_one_number_slips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
