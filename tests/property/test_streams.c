/*
 * Adding a twin, a support or a recorded column changes no other draw: the draw logs (stream,
 * occurrence, bits) of lives are compared, not their outcomes.
 */
#include "living.h"

#include <stdlib.h>
#include <string.h>

#define PATIENT                                                                                 \
    "  attributes: {age: {normal: [57, 13]}}\n"                                                 \
    "  variables: {stock: {kind: stock}, mood: {starts: {normal: [0, 1]}, returns_to: start,\n" \
    "    half_life: 30 days}}\n"                                                                \
    "  tracks:\n"                                                                               \
    "    therapy:\n"                                                                            \
    "      start: taking\n"                                                                     \
    "      states:\n"                                                                           \
    "        taking: {stop: {hazard: {weibull: {shape: 0.8, scale: 2 years}}, to: stopped,\n"   \
    "          effects: [{per: mood, hr: 0.8}]}}\n"                                             \
    "        stopped: {back: {hazard: {exponential: {mean: 200 days}}, to: taking}}\n"          \
    "    supply:\n"                                                                             \
    "      start: due\n"                                                                        \
    "      states:\n"                                                                           \
    "        due: {refill: {hazard: {exponential: {mean: 6 days}}, choose: [{chance: 0.9,\n"    \
    "          to: covered}, {otherwise: stay}], do: [{dispense: 28 days, into: stock}]}}\n"    \
    "        covered: {out: {upon: stock.empty, to: due}}\n"

#define STRATEGIES                     \
    "strategies:\n"                    \
    "  usual_care: {baseline: true}\n" \
    "  helped: {supports: [app]}\n"

#define OBSERVATIONS "observations: {fills: {of: supply.covered}}\n"

#define APP                                                        \
    "  app: {offer: {upon: fills}, uptake: 0.5, lasts: 60 days,\n" \
    "    effects: [{on_exit: therapy.taking.stop, hr: 0.5}]}\n"

/* A second support that is on offer to nobody, and one attribute, variable and track more. */
static const char small[] = OBSERVATIONS "supports:\n" APP STRATEGIES;
static const char more_supports[] = OBSERVATIONS
    "supports:\n" APP "  nurse: {offer: {every: 7 days}, uptake: 0.3,\n"
    "    effects: [{on_exit: supply.due.refill, hr: 2}]}\n" STRATEGIES;
static const char recording[] = OBSERVATIONS
    "supports:\n" APP STRATEGIES
    "record: {trajectories: true, events: none, outcomes: false, grid: 1 week}\n";

static void
live_one(const char *patient, const char *rest, int i_strategy, int64_t i_twin, uint64_t seed,
    life_t *life)
{
    char *yaml = living_study("4 years", patient, rest);
    living_t living;

    living_open(&living, yaml, i_strategy, seed);
    living_live(&living, i_twin, life);
    assert_int_equal(life->twin.mark, TWP_MARK_NONE);
    living_close(&living);
    free(yaml);
}

static int
by_what(const void *a, const void *b)
{
    const struct twp_draw *x = a, *y = b;

    if (x->stream != y->stream)
        return x->stream < y->stream ? -1 : 1;
    return (x->occurrence > y->occurrence) - (x->occurrence < y->occurrence);
}

static void
sort_draws(life_t *life)
{
    qsort(life->draw, (size_t) life->n_draws, sizeof *life->draw, by_what);
}

static void
assert_equal_draws(const life_t *a, const life_t *b)
{
    assert_true(a->n_draws > 20);
    assert_int_equal(a->n_draws, b->n_draws);
    for (int k = 0; k < a->n_draws; k++) {
        assert_int_equal(a->draw[k].stream, b->draw[k].stream);
        assert_int_equal(a->draw[k].occurrence, b->draw[k].occurrence);
        assert_true(a->draw[k].bits == b->draw[k].bits);
    }
}

static void
test_a_support_that_is_declared_but_not_offered_moves_no_draw(void **state)
{
    life_t a, b;

    (void) state;
    for (int i_strategy = 0; i_strategy < 2; i_strategy++) {
        live_one(PATIENT, small, i_strategy, 17, 1, &a);
        live_one(PATIENT, more_supports, i_strategy, 17, 1, &b);
        assert_equal_draws(&a, &b);
        living_clear(&a);
        living_clear(&b);
    }
}

static void
test_what_is_recorded_moves_no_draw(void **state)
{
    life_t a, b;

    (void) state;
    live_one(PATIENT, small, 1, 17, 1, &a);
    live_one(PATIENT, recording, 1, 17, 1, &b);
    assert_equal_draws(&a, &b);
    living_clear(&a);
    living_clear(&b);
}

static void
test_more_twins_move_no_draw(void **state)
{
    life_t a, b;
    char *yaml = living_study("4 years", PATIENT, small);
    char *count = strstr(yaml, "count: 1000");
    living_t living;

    (void) state;
    live_one(PATIENT, small, 1, 17, 1, &a);
    memcpy(count, "count: 9999", 11);
    living_open(&living, yaml, 1, 1);
    living_live(&living, 17, &b);
    assert_equal_draws(&a, &b);
    living_close(&living);
    free(yaml);
    living_clear(&a);
    living_clear(&b);
}

/** Where two strategies share a stream and occurrence, they share the bits. */
static void
test_strategies_share_the_draws_of_equal_streams_and_occurrences(void **state)
{
    life_t a, b;
    int i = 0, j = 0, n_shared = 0;

    (void) state;
    live_one(PATIENT, small, 0, 17, 1, &a);
    live_one(PATIENT, small, 1, 17, 1, &b);
    sort_draws(&a);
    sort_draws(&b);
    while (i < a.n_draws && j < b.n_draws) {
        const int order = by_what(&a.draw[i], &b.draw[j]);
        if (order == 0) {
            assert_true(a.draw[i].bits == b.draw[j].bits);
            n_shared++;
        }
        i += order <= 0;
        j += order >= 0;
    }
    assert_true(n_shared > 20);
    living_clear(&a);
    living_clear(&b);
}

static void
test_no_draw_of_a_life_is_used_twice(void **state)
{
    life_t life;

    (void) state;
    live_one(PATIENT, small, 1, 17, 1, &life);
    sort_draws(&life);
    for (int k = 1; k < life.n_draws; k++)
        assert_true(by_what(&life.draw[k - 1], &life.draw[k]) < 0);
    living_clear(&life);
}

static void
test_another_seed_or_twin_draws_other_numbers(void **state)
{
    life_t a, b, c;

    (void) state;
    live_one(PATIENT, small, 1, 17, 1, &a);
    live_one(PATIENT, small, 1, 17, 2, &b);
    live_one(PATIENT, small, 1, 18, 1, &c);
    assert_true(a.draw[0].bits != b.draw[0].bits);
    assert_true(a.draw[0].bits != c.draw[0].bits);
    living_clear(&a);
    living_clear(&b);
    living_clear(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_support_that_is_declared_but_not_offered_moves_no_draw),
        cmocka_unit_test(test_what_is_recorded_moves_no_draw),
        cmocka_unit_test(test_more_twins_move_no_draw),
        cmocka_unit_test(test_strategies_share_the_draws_of_equal_streams_and_occurrences),
        cmocka_unit_test(test_no_draw_of_a_life_is_used_twice),
        cmocka_unit_test(test_another_seed_or_twin_draws_other_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
