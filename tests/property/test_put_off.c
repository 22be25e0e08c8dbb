/*
 * A clock whose covariates change need not be solved again as long as its last solution bounds it from
 * below. Putting the solution off changes no bit of a life: the same lives, solved at once, are compared
 * row by row.
 */
#include "living.h"

#include <stdlib.h>
#include <string.h>

/* Every family races under a covariate that jumps and returns, with hazards that are switched off. */
#define PATIENT                                                                                    \
    "  age: 40 years\n"                                                                            \
    "  variables:\n"                                                                               \
    "    mood: {starts: {normal: [0, 1]}, returns_to: start, half_life: 20 days}\n"                \
    "    trust: {starts: {normal: [0, 1]}, returns_to: 0, half_life: 50 days, held_for: 5 days}\n" \
    "  tracks:\n"                                                                                  \
    "    shock:\n"                                                                                 \
    "      start: waiting\n"                                                                       \
    "      states:\n"                                                                              \
    "        waiting:\n"                                                                           \
    "          bad: {hazard: {exponential: {mean: 40 days}}, do: [{add: {mood: -1.5}}]}\n"         \
    "          good: {hazard: {exponential: {mean: 30 days}}, do: [{add: {mood: 1, trust: "        \
    "0.5}}]}\n"                                                                                    \
    "    gate:\n"                                                                                  \
    "      start: open\n"                                                                          \
    "      states:\n"                                                                              \
    "        open: {shut: {hazard: {exponential: {mean: 60 days}}, to: shut}}\n"                   \
    "        shut: {open: {hazard: {exponential: {mean: 20 days}}, to: open}}\n"                   \
    "    race:\n"                                                                                  \
    "      start: running\n"                                                                       \
    "      states:\n"                                                                              \
    "        running:\n"                                                                           \
    "          by_a: {hazard: {weibull: {shape: 0.7, scale: 300 days}}, to: running, only_while: " \
    "gate.open,\n"                                                                                 \
    "            effects: [{per: mood, hr: 1.4}, {per: trust, hr: 0.8}]}\n"                        \
    "          by_b: {hazard: {weibull: {shape: 2, scale: 200 days}}, to: running,\n"              \
    "            effects: [{per: mood, hr: 0.7}]}\n"                                               \
    "          by_c: {hazard: {lognormal: {median: 150 days, sigma_log: 0.9}}, to: running,\n"     \
    "            effects: [{per: mood, hr: 1.3}, {if: gate.shut, time_ratio: 1.5}]}\n"             \
    "          by_d: {hazard: {gompertz: {shape: 0.002 / day, rate: 0.002 / day}}, to: running,\n" \
    "            effects: [{per: mood, hr: 1.5}]}\n"                                               \
    "          by_e: {hazard: {loglogistic: {shape: 1.4, scale: 300 days}}, to: running,\n"        \
    "            effects: [{per: mood, hr: 0.8}], only_while: gate.open}\n"                        \
    "          by_f: {hazard: {piecewise: {from: [0 days, 20 days], rate: [0.001 / day, 0.004 / "  \
    "day]}},\n"                                                                                    \
    "            to: running, effects: [{per: trust, hr: 1.6}]}\n"                                 \
    "          by_g: {hazard: {gamma: {shape: 2.2, rate: 0.008 / day}}, to: running,\n"            \
    "            effects: [{per: mood, hr: 1.3}]}\n"                                               \
    "          by_h: {hazard: {generalised_gamma: {mu: 5.5, sigma: 0.8, Q: -0.6}}, to: running,\n" \
    "            effects: [{per: trust, hr: 0.7}], only_while: gate.open}\n"                       \
    "          by_i: {hazard: {spline: {knots: [-5, -2, 0.5], gammas: [-1.2, 0.9, 0.02],\n"        \
    "            location: 0.3 * mood, time_unit: 1 year}}, to: running, effects: [{per: trust, "  \
    "hr: 1.2}]}\n"                                                                                 \
    "          by_j: {hazard: {fractional_polynomial: {powers: [-0.5, 1], time_unit: 1 year,\n"    \
    "            coefficients: [0.1, -0.3, 0.2]}}, to: running, effects: [{per: mood, hr: "        \
    "0.8}]}\n"                                                                                     \
    "          by_k: {hazard: {weibull: {shape: 1.5, scale: 200 days}}, since: gate.shut, to: "    \
    "running,\n"                                                                                   \
    "            effects: [{per: mood, hr: 0.6}, {if: gate.shut, time_ratio: 0.7}]}\n"             \
    "          by_l: {hazard: {gompertz: {shape: 0.1 / year, rate: 0.01 / year}}, counts_from: "   \
    "birth,\n"                                                                                     \
    "            effects: [{per: mood, hr: 1.2}], to: running}\n"                                  \
    "          by_m: {hazard: {geometric: {chance: 0.02, every: 1 week}}, to: running, "           \
    "only_while: "                                                                                 \
    "gate.open,\n"                                                                                 \
    "            effects: [{per: mood, hr: 1.6}]}\n"

#define STRATEGIES "strategies: {usual_care: {baseline: true}}\n"

static void
assert_put_off_changes_nothing(living_t *living, int n_twins)
{
    int64_t n_rows = 0, n_at_once = 0, n_put_off = 0;

    for (int64_t i = 0; i < n_twins; i++) {
        life_t at_once, put_off;
        living->model->solves_at_once = true;
        living_live(living, i, &at_once);
        n_at_once += at_once.twin.n_solved;
        living->model->solves_at_once = false;
        living_live(living, i, &put_off);
        n_put_off += put_off.twin.n_solved;
        assert_int_equal(put_off.twin.mark, TWP_MARK_NONE);
        assert_int_equal(put_off.n_rows, at_once.n_rows);
        n_rows += at_once.n_rows;
        assert_int_equal(
            memcmp(put_off.row, at_once.row, (size_t) at_once.n_rows * sizeof *at_once.row), 0);
        living_clear(&at_once);
        living_clear(&put_off);
    }
    assert_true(n_rows > 10 * n_twins);
    assert_true((double) n_put_off < 0.75 * (double) n_at_once); /* or nothing was put off */
}

static void
test_the_lives_of_the_reference_study_have_the_same_bits(void **state)
{
    living_t living;

    (void) state;
    living_open_file(&living, "benchmarks/reference_study.yaml", NULL, 0, 7);
    assert_put_off_changes_nothing(&living, 300);
    living_close(&living);
}

static void
test_every_family_and_a_hazard_that_is_switched_off_have_the_same_bits(void **state)
{
    char *yaml = living_study("4 years", PATIENT, STRATEGIES);
    living_t living;

    (void) state;
    living_open(&living, yaml, 0, 11);
    assert_put_off_changes_nothing(&living, 200);
    living_close(&living);
    free(yaml);
}

/* A ratio that creeps up lowers the bound of a law that has one: no further than the clock may fire. */
#define RISING                                                                               \
    "  age: 40 years\n"                                                                      \
    "  variables:\n"                                                                         \
    "    ease: {starts: {normal: [-2, 1]}, returns_to: 0, half_life: 60 days, held_for: 10 " \
    "days}\n"                                                                                \
    "  tracks:\n"                                                                            \
    "    shock:\n"                                                                           \
    "      start: up\n"                                                                      \
    "      states:\n"                                                                        \
    "        up:\n"                                                                          \
    "          by:\n"                                                                        \
    "            hazard: {exponential: {mean: 150 days}}\n"                                  \
    "            to: up\n"                                                                   \
    "            do: [{set: {ease: -2}}]\n"                                                  \
    "    a:\n"                                                                               \
    "      start: up\n"                                                                      \
    "      states:\n"                                                                        \
    "        up:\n"                                                                          \
    "          by:\n"                                                                        \
    "            hazard: {exponential: {mean: 30 days}}\n"                                   \
    "            to: up\n"                                                                   \
    "            effects: [{per: ease, hr: 2}]\n"                                            \
    "    b:\n"                                                                               \
    "      start: up\n"                                                                      \
    "      states:\n"                                                                        \
    "        up:\n"                                                                          \
    "          by:\n"                                                                        \
    "            hazard: {gompertz: {shape: 0.0001 / day, rate: 0.02 / day}}\n"              \
    "            to: up\n"                                                                   \
    "            effects: [{per: ease, hr: 2}]\n"                                            \
    "    c:\n"                                                                               \
    "      start: up\n"                                                                      \
    "      states:\n"                                                                        \
    "        up:\n"                                                                          \
    "          by:\n"                                                                        \
    "            hazard: {weibull: {shape: 0.6, scale: 30 days}}\n"                          \
    "            to: up\n"                                                                   \
    "            effects: [{per: ease, hr: 2}]\n"                                            \
    "    e:\n"                                                                               \
    "      start: up\n"                                                                      \
    "      states:\n"                                                                        \
    "        up:\n"                                                                          \
    "          by:\n"                                                                        \
    "            hazard: {weibull: {shape: 2 + 0.2 * ease, scale: 60 days}}\n"               \
    "            to: up\n"                                                                   \
    "            effects: [{per: ease, hr: 2}]\n"

static void
test_a_ratio_that_rises_step_by_step_gives_the_same_bits(void **state)
{
    char *yaml = living_study("2 years", RISING, STRATEGIES);
    living_t living;

    (void) state;
    living_open(&living, yaml, 0, 5);
    assert_put_off_changes_nothing(&living, 300);
    living_close(&living);
    free(yaml);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_lives_of_the_reference_study_have_the_same_bits),
        cmocka_unit_test(test_every_family_and_a_hazard_that_is_switched_off_have_the_same_bits),
        cmocka_unit_test(test_a_ratio_that_rises_step_by_step_gives_the_same_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
