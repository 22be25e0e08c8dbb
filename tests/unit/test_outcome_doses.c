/* Doses due, taken and missed, from the turns of their track. */
#include "record/outcome_tables.h"

#include "testlib.h"

#include <math.h>

/* Days at which the track turns: to a run of taken doses (+), of missed ones (-), or 0: not due. */
typedef struct {
    double days;
    int to;
} turn_t;

static twp_doses_seen_t
seen_of(
    const twp_outcome_runs_t *runs, double every_days, const turn_t *turn, int n, double end_days)
{
    twp_doses_seen_t seen;

    twp_doses_begin(&seen, every_days);
    for (int k = 0; k < n; k++)
        twp_doses_turn(&seen, runs, turn[k].days, turn[k].to != 0, turn[k].to > 0);
    twp_doses_end(&seen, runs, end_days);
    return seen;
}

static void
assert_seen(
    const twp_doses_seen_t *seen, double n_due, double n_taken, int n_runs, double n_counted)
{
    assert_near(seen->n_due, n_due, 0);
    assert_near(seen->n_taken, n_taken, 0);
    assert_int_equal(seen->n_runs, n_runs);
    assert_near(seen->n_counted, n_counted, 0);
}

#define TURNS(...) \
    (const turn_t[]){ __VA_ARGS__ }, sizeof((turn_t[]){ __VA_ARGS__ }) / sizeof(turn_t)

static const twp_outcome_runs_t all = { 0, 0, INFINITY, 0, INFINITY };
static const twp_outcome_runs_t holidays = { 0, 0, INFINITY, 3, INFINITY };

static void
test_doses_are_due_from_the_first_one_on(void **state)
{
    /* due on 0.3, 1.3, ... 9.3; missed 3.3 and 4.3; a turn between doses misses none */
    twp_doses_seen_t seen = seen_of(
        &all, 1, TURNS({ 0.3, 1 }, { 3.3, -1 }, { 5.3, 1 }, { 7.5, -1 }, { 7.9, 1 }), 10);

    (void) state;
    assert_seen(&seen, 10, 8, 1, 2);
    /* a dose that is due as the life ends is not in it; the rounding of times moves no dose */
    seen = seen_of(
        &all, 1, TURNS({ 0.3, 1 }, { 3.3 + 1e-12, -1 }, { 5.3 - 1e-12, 1 }), 10.3 - 1e-12);
    assert_seen(&seen, 10, 8, 1, 2);
    seen = seen_of(&all, 0.5, TURNS({ 2, 1 }, { 3, -1 }, { 4.5, 1 }), 6);
    assert_seen(&seen, 8, 5, 1, 3);
    seen = seen_of(&all, 1, TURNS({ 2, 1 }), 2);
    assert_seen(&seen, 0, 0, 0, 0);
    twp_doses_begin(&seen, 1);
    twp_doses_end(&seen, &all, 10);
    assert_seen(&seen, 0, 0, 0, 0);
}

static void
test_adjacent_misses_are_one_run_whatever_their_kind(void **state)
{
    /* a slip on 4, no supply from 5 on: three in a row; then one alone; then two that the end cuts off */
    const turn_t turn[] = { { 0, 1 }, { 4, -1 }, { 5, -1 }, { 7, 1 }, { 9, -1 }, { 10, 1 },
        { 12, -1 } };
    twp_doses_seen_t seen = seen_of(&holidays, 1, turn, 7, 14);

    (void) state;
    assert_seen(&seen, 14, 8, 1, 3);
    seen = seen_of(&all, 1, turn, 7, 14);
    assert_seen(&seen, 14, 8, 3, 6);
    seen = seen_of(&holidays, 1, turn, 7, 15); /* followed a day longer it is one of three */
    assert_seen(&seen, 15, 8, 2, 6);
    /* of 12 hours each, six in a row are three days */
    seen = seen_of(&holidays, 0.5, TURNS({ 0, 1 }, { 1, -1 }, { 4, 1 }, { 5, -1 }, { 7.5, 1 }), 9);
    assert_seen(&seen, 18, 7, 1, 6);
}

static void
test_the_window_cuts_runs_and_begins_with_the_first_dose(void **state)
{
    const twp_outcome_runs_t window = { 0, 0, 10, 2, 2 };
    twp_doses_seen_t seen = seen_of(
        &window, 1, TURNS({ 5, 1 }, { 8, -1 }, { 10, 1 }, { 13, -1 }, { 20, 1 }), 40);

    (void) state;
    assert_seen(&seen, 10, 6, 2, 4); /* days 5 to 14: 8 and 9, 13 and 14 */
    assert_near(seen.until_days, 15, 0);
}

static void
test_what_is_not_due_is_not_missed(void **state)
{
    /* due on 0, 1, 2, stopped on 2.6; again from 7.25 on: doses on 7.25, 8.25, ... */
    twp_doses_seen_t seen = seen_of(&all, 1,
        TURNS({ 0, 1 }, { 1, -1 }, { 2.6, 0 }, { 7.25, 1 }, { 8.25, -1 }, { 9.25, 1 }), 11);

    (void) state;
    assert_seen(&seen, 7, 4, 2, 3);
    assert_true(isinf(seen.until_days));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doses_are_due_from_the_first_one_on),
        cmocka_unit_test(test_adjacent_misses_are_one_run_whatever_their_kind),
        cmocka_unit_test(test_the_window_cuts_runs_and_begins_with_the_first_dose),
        cmocka_unit_test(test_what_is_not_due_is_not_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
