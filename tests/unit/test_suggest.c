/* Nearest valid name. */
#include "base/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = { "hazard", "after", NULL, "upon", "every", "only_while",
    "effects", "exponential", "" };

#define NEAREST(wrong) twp_suggest_nearest((wrong), names, sizeof names / sizeof names[0])

static void
test_a_slip_of_the_finger_is_recognised(void **state)
{
    (void) state;
    assert_string_equal(NEAREST("hazrad"), "hazard");  /* neighbours swapped: one edit */
    assert_string_equal(NEAREST("hazzard"), "hazard"); /* inserted */
    assert_string_equal(NEAREST("efects"), "effects"); /* left out */
    assert_string_equal(NEAREST("upom"), "upon");      /* another letter */
    assert_string_equal(NEAREST("onlywhile"), "only_while");
    assert_string_equal(NEAREST("expotenial"), "exponential"); /* 10 letters: three edits allowed */
}

static void
test_the_only_name_that_goes_on_is_recognised(void **state)
{
    static const char *const cards[] = { "copay_card", "nurse_calls", "nurse_visits" };

    (void) state;
    assert_string_equal(twp_suggest_nearest("copay", cards, 3), "copay_card");
    assert_string_equal(twp_suggest_nearest("Nurse_v", cards, 3), "nurse_visits");
    assert_null(twp_suggest_nearest("nurse", cards, 3)); /* two go on */
    assert_null(twp_suggest_nearest("co", cards, 3));
}

static void
test_case_is_ignored(void **state)
{
    (void) state;
    assert_string_equal(NEAREST("HAZARD"), "hazard");
    assert_string_equal(NEAREST("Eveyr"), "every");
}

static void
test_what_is_too_far_off_has_no_suggestion(void **state)
{
    (void) state;
    assert_null(NEAREST("hzrad")); /* two edits, one allowed for five letters */
    assert_null(NEAREST("strategy"));
    assert_null(NEAREST(""));
    assert_null(twp_suggest_nearest("hazard", NULL, 0));
}

static void
test_ties_go_to_the_earlier_name(void **state)
{
    static const char *const two[] = { "cast", "cost", "cust" };

    (void) state;
    assert_string_equal(twp_suggest_nearest("cist", two, 3), "cast");
    assert_string_equal(twp_suggest_nearest("cost", two, 3), "cost"); /* but nearer beats earlier */
    assert_string_equal(twp_suggest_nearest("cist", two + 1, 2), "cost");
}

static void
test_names_beyond_the_longest_are_left_out(void **state)
{
    char longest[258], wrong[258];
    const char *one[] = { longest };

    (void) state;
    memset(longest, 'a', sizeof longest - 1);
    longest[257] = '\0';
    memcpy(wrong, longest, sizeof wrong);
    wrong[100] = 'b';
    assert_null(twp_suggest_nearest(wrong, one, 1));
    longest[256] = wrong[256] = '\0';
    assert_string_equal(twp_suggest_nearest(wrong, one, 1), longest);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slip_of_the_finger_is_recognised),
        cmocka_unit_test(test_the_only_name_that_goes_on_is_recognised),
        cmocka_unit_test(test_case_is_ignored),
        cmocka_unit_test(test_what_is_too_far_off_has_no_suggestion),
        cmocka_unit_test(test_ties_go_to_the_earlier_name),
        cmocka_unit_test(test_names_beyond_the_longest_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
