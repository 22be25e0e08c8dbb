/*
 * Models in cycles: a row of chances by name is the same as the list of these chances in the order of
 * their names, and ticks stay whole numbers of cycles however long they run.
 */
#include "living.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_TWINS 300

#define MODEL(row)                                                                      \
    "  tracks: {a: {start: m, states: {m: {tick: {after: 1 month, choose: " row "}},\n" \
    "    dead: {}, s: {tick: {every: 1 month, choose: {dead: 0.1, m: 0.3, otherwise: stay}}}}}}\n"

static void
test_a_row_of_chances_is_the_list_in_the_order_of_its_names(void **state)
{
    static const char *const patient[] = {
        MODEL("{s: 0.2, stay: 0.1, dead: {steps_of: time, unit: months, from: [0, 6], is: [0.01, "
              "0.05]}, otherwise: m}"),
        MODEL(
            "[{chance: {steps_of: time, unit: months, from: [0, 6], is: [0.01, 0.05]}, to: dead}, "
            "{chance: 0.2, to: s}, {chance: 0.1, to: stay}, {otherwise: m}]"),
        MODEL("[{chance: 0.2, to: s}, {chance: 0.1, to: stay}, {chance: {steps_of: time, unit: "
              "months, from: [0, 6], is: [0.01, 0.05]}, to: dead}, {otherwise: m}]"),
    };
    char *story[3][N_TWINS];
    int n_other = 0;

    (void) state;
    for (int k = 0; k < 3; k++) {
        char *text = living_study("3 years", patient[k], NULL);
        living_t living;
        living_open(&living, text, 0, 7);
        for (int i = 0; i < N_TWINS; i++) {
            life_t life;
            living_live(&living, i, &life);
            story[k][i] = living_story(&living, &life);
            living_clear(&life);
        }
        living_close(&living);
        free(text);
    }
    for (int i = 0; i < N_TWINS; i++) {
        assert_string_equal(story[0][i], story[1][i]);
        n_other += strcmp(story[0][i], story[2][i]) != 0;
        for (int k = 0; k < 3; k++)
            free(story[k][i]);
    }
    assert_true(n_other > N_TWINS / 2); /* another order is another life */
}

/* 1,200 months of 30.4375 days are 100 years to the last bit: the last tick is at the horizon. */
static void
test_the_last_of_many_ticks_is_exactly_at_the_horizon(void **state)
{
    static const char *const cycle[] = { "1 month", "1 week", "1 year" };
    static const int n_ticks[] = { 1200, 5217, 100 };

    (void) state;
    for (int c = 0; c < 3; c++) {
        char patient[300];
        char *text;
        living_t living;
        life_t life;
        (void) snprintf(patient, sizeof(patient),
            "  tracks: {a: {start: x, states: {x: {tick: {after: %s, choose: {y: 'if(floor(time / "
            "(%s)) == time / (%s), 0, 1)', otherwise: x}}}, y: {}}}}\n",
            cycle[c], cycle[c], cycle[c]);
        text = living_study("100 years", patient, NULL);
        living_open(&living, text, 0, 1);
        living_live(&living, 0, &life);
        assert_int_equal(life.n_rows, n_ticks[c]);
        assert_int_equal(life.twin.entries[0], n_ticks[c]);
        assert_int_equal(life.twin.entries[1], 0);
        living_clear(&life);
        living_close(&living);
        free(text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_of_chances_is_the_list_in_the_order_of_its_names),
        cmocka_unit_test(test_the_last_of_many_ticks_is_exactly_at_the_horizon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
