/*
 * Cases of other people with known numbers: every row of expected.csv is reproduced by the rule of
 * README.md, and is missed when a number of the study slips by a few per cent.
 */
#include "validation.h"

static void
test_heart_transplant_chain_is_reproduced(void **state)
{
    (void) state;
    validation_reproduce("01-ctmc-cav");
}

static void
test_discounting_is_reproduced(void **state)
{
    (void) state;
    validation_reproduce("10-discounting");
}

static void
test_refill_processes_are_reproduced(void **state)
{
    (void) state;
    validation_reproduce("11-refill-renewal");
}

static void
test_hazards_that_change_with_events_are_reproduced(void **state)
{
    (void) state;
    validation_reproduce("20-time-varying-hazard");
}

static void
test_own_patients_of_the_cav_file_are_read_and_lived(void **state)
{
    (void) state;
    validation_reproduce("21-own-patients-cav");
}

static void
test_every_study_misses_when_one_number_slips(void **state)
{
    (void) state;
    validation_miss_when_slipped("01-ctmc-cav");
    validation_miss_when_slipped("10-discounting");
    validation_miss_when_slipped("11-refill-renewal");
    validation_miss_when_slipped("20-time-varying-hazard");
    validation_miss_when_slipped("21-own-patients-cav");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heart_transplant_chain_is_reproduced),
        cmocka_unit_test(test_discounting_is_reproduced),
        cmocka_unit_test(test_refill_processes_are_reproduced),
        cmocka_unit_test(test_hazards_that_change_with_events_are_reproduced),
        cmocka_unit_test(test_own_patients_of_the_cav_file_are_read_and_lived),
        cmocka_unit_test(test_every_study_misses_when_one_number_slips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
