/*
 * Laws of times to events lived twin by twin: hazard families, competing risks, chains of phases. (The
 * rows of hazard families without chance: 05-hazard-families/test_hazard_families.c.) Families are lived
 * by the twentieth part of the twins here, and by all, with limits on the standard errors, under
 * TWP_TIER=long.
 */
#include "validation.h"

static void
test_times_drawn_from_every_family_are_reproduced(void **state)
{
    (void) state;
    validation_reproduce_part("05-hazard-families", testlib_is_long() ? 1 : 20);
}

static void
test_competing_risks_are_reproduced(void **state)
{
    (void) state;
    validation_reproduce("06-competing-risks");
}

static void
test_chains_of_phases_are_reproduced(void **state)
{
    (void) state;
    validation_reproduce("12-phase-type");
}

static void
test_a_slip_of_a_few_per_cent_is_seen(void **state)
{
    (void) state;
    validation_miss_part_when_slipped("05-hazard-families", 20);
    validation_miss_when_slipped("06-competing-risks");
    validation_miss_when_slipped("12-phase-type");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_drawn_from_every_family_are_reproduced),
        cmocka_unit_test(test_competing_risks_are_reproduced),
        cmocka_unit_test(test_chains_of_phases_are_reproduced),
        cmocka_unit_test(test_a_slip_of_a_few_per_cent_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
