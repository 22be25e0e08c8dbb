/*
 * Clocks that count from birth, from the study, or since a state was entered; repeating ones too; and a
 * spline against a life table. Each life is checked against its own draws: with u the uniform of a
 * threshold, the cumulative hazard lived up to the firing is -log u, to rounding.
 */
#include "living.h"

#include "study/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define YEAR 365.25

/* -log u of the n-th draw of an exit in a life. */
static double
threshold(const living_t *living, const life_t *life, const char *qualified, int n)
{
    for (int e = 0; e < living->model->n_exits; e++) {
        if (strcmp(living->study->exit[e].qualified, qualified) != 0)
            continue;
        for (int k = 0; k < life->n_draws; k++)
            if (life->draw[k].stream == living->model->exit[e].stream && n-- == 0)
                return -log(((double) (life->draw[k].bits >> 12) + 0.5) * 0x1p-52);
    }
    fail_msg("no draw of %s", qualified);
    return NAN;
}

/* Day of the n-th firing of an exit, or the end of the life. */
static double
firing(const living_t *living, const life_t *life, const char *qualified, int n)
{
    for (int k = 0; k < life->n_rows; k++)
        if (life->row[k].kind == TWP_ROW_EXIT &&
            strcmp(living->study->exit[life->row[k].code].qualified, qualified) == 0 && n-- == 0)
            return life->row[k].time_days;
    return INFINITY;
}

typedef double (*cumulative_t)(const life_t *life, double days);

/*
 * The firings of an exit: before the n-th one the thresholds of n + 1 draws are used up, as the hazard
 * lived is that of one origin all along. Returns the number of firings.
 */
static int
check_life(const living_t *living, const life_t *life, const char *qualified, cumulative_t lived,
    double horizon_days)
{
    double used = 0;
    int n = 0;

    assert_int_equal(life->twin.mark, TWP_MARK_NONE);
    for (;; n++) {
        const double at = firing(living, life, qualified, n);
        if (isinf(at)) {
            if (living->study->exit[0].branch[0].i_target < 0 || n == 0) {
                used += threshold(living, life, qualified, n);
                assert_true(lived(life, horizon_days) <= used * (1 + 1e-9));
            }
            return n;
        }
        used += threshold(living, life, qualified, n);
        assert_near_relative(lived(life, at), used, 1e-9);
    }
}

/* Lives n twins of a study; the exit's firings over all of them are at least `least`. */
static void
check_study(const char *patient, const char *qualified, cumulative_t lived, int n, int least)
{
    char *const yaml = living_study("400 days", patient, NULL);
    int n_firings = 0;
    living_t living;
    life_t life;

    living_open(&living, yaml, 0, 20240917);
    for (int i = 0; i < n; i++) {
        living_live(&living, i, &life);
        n_firings += check_life(&living, &life, qualified, lived, 400);
        living_clear(&life);
    }
    assert_true(n_firings >= least);
    living_close(&living);
    free(yaml);
}

/* ---- birth and study ------------------------------------------------------------------------- */

/* Gompertz, shape 0.1 and rate 0.0001 a year, from the age of attribute 0 on. */
static double
gompertz_lived(const life_t *life, double days)
{
    const double age = life->twin.attribute[0] / YEAR, years = days / YEAR;

    return 0.0001 / 0.1 * (exp(0.1 * (age + years)) - exp(0.1 * age));
}

static void
test_a_clock_from_birth_has_the_age_of_the_twin(void **state)
{
    (void) state;
    check_study(
        "  age: age\n"
        "  attributes: {age: {uniform: [60 years, 95 years]}}\n"
        "  tracks:\n"
        "    life:\n"
        "      start: alive\n"
        "      states:\n"
        "        alive: {die: {hazard: {gompertz: {shape: 0.1 / year, rate: 0.0001 / year}},\n"
        "          counts_from: birth, to: dead}}\n"
        "        dead: {}\n",
        "patient.life.alive.die", gompertz_lived, 3000, 100);
}

static void
test_a_repeating_clock_from_birth_goes_on_ageing(void **state)
{
    (void) state;
    check_study(
        "  age: age\n"
        "  attributes: {age: {uniform: [80 years, 110 years]}}\n"
        "  tracks:\n"
        "    life:\n"
        "      start: alive\n"
        "      states:\n"
        "        alive: {fall: {hazard: {gompertz: {shape: 0.1 / year, rate: 0.0001 / year}},\n"
        "          counts_from: birth}}\n",
        "patient.life.alive.fall", gompertz_lived, 2000, 1000);
}

static double
weibull_of_the_study(const life_t *life, double days)
{
    (void) life;
    return pow(days / 80, 1.7);
}

static void
test_a_repeating_clock_of_the_study_goes_on_ageing(void **state)
{
    (void) state;
    check_study("  tracks:\n"
                "    life:\n"
                "      start: alive\n"
                "      states:\n"
                "        alive: {fall: {hazard: {weibull: {shape: 1.7, scale: 80 days}},\n"
                "          counts_from: study}}\n",
        "patient.life.alive.fall", weibull_of_the_study, 500, 2000);
}

/* ---- since a state --------------------------------------------------------------------------- */

#define BEATS                                          \
    "    beat:\n"                                      \
    "      start: rest\n"                              \
    "      states:\n"                                  \
    "        rest: {rise: {after: 30 days, to: up}}\n" \
    "        up: {sink: {after: 10 days, to: rest}}\n"
#define CHANGING(more)                                                                            \
    "    life:\n"                                                                                 \
    "      start: alive\n"                                                                        \
    "      states:\n"                                                                             \
    "        alive: {fall: {hazard: {weibull: {shape: 2.3, scale: 60 days}}, since: beat.up" more \
    "}}\n"                                                                                        \
    "        over: {}\n"

static double
power(double days)
{
    return pow(days / 60, 2.3);
}

/* `up` is entered on the days 30, 70, 110, ...: from there H counts from 0. */
static double
since_up(const life_t *life, double days)
{
    double sum = 0;

    (void) life;
    for (double from = 30; from < days; from += 40)
        sum += power(fmin(40, days - from));
    return sum;
}

static void
test_a_clock_since_a_state_jumps_back_when_it_is_entered(void **state)
{
    (void) state;
    check_study(
        "  tracks:\n" BEATS CHANGING(", to: over"), "patient.life.alive.fall", since_up, 1000, 700);
}

static void
test_a_repeating_clock_since_a_state_keeps_that_origin(void **state)
{
    (void) state;
    check_study("  tracks:\n" BEATS CHANGING(""), "patient.life.alive.fall", since_up, 300, 700);
}

/* Twice the hazard while up: the first ten days of each forty. */
static double
since_up_doubled(const life_t *life, double days)
{
    double sum = 0;

    (void) life;
    for (double from = 30; from < days; from += 40) {
        const double a = fmin(10, days - from), b = fmin(40, days - from);
        sum += 2 * power(a) + (power(b) - power(a));
    }
    return sum;
}

static void
test_a_ratio_that_changes_acts_on_both_sides_of_a_jump(void **state)
{
    (void) state;
    check_study("  tracks:\n" BEATS CHANGING(", to: over, effects: [{if: beat.up, hr: 2}]"),
        "patient.life.alive.fall", since_up_doubled, 1000, 700);
}

/* The track began 12 days ago in `up`: sink on day 18 after `after: 30 days`, up again on day 28. */
static double
since_before_entry(const life_t *life, double days)
{
    double sum = power(12 + fmin(days, 28)) - power(12);

    (void) life;
    for (double from = 28; from < days; from += 40)
        sum += power(fmin(40, days - from));
    return sum;
}

static void
test_a_start_state_counts_as_entered_when_its_track_says(void **state)
{
    (void) state;
    check_study("  tracks:\n"
                "    beat:\n"
                "      start: up\n"
                "      since: 12 days\n"
                "      states:\n"
                "        rest: {rise: {after: 10 days, to: up}}\n"
                "        up: {sink: {after: 30 days, to: rest}}\n" CHANGING(", to: over"),
        "patient.life.alive.fall", since_before_entry, 1000, 700);
}

static void
test_before_the_state_was_entered_nothing_happens(void **state)
{
    char *const yaml = living_study("400 days",
        "  tracks:\n"
        "    gate: {start: shut, states: {shut: {open: {hazard: {exponential: {mean: 900 days}}, "
        "to: "
        "wide}}, wide: {}}}\n"
        "    life:\n"
        "      start: alive\n"
        "      states:\n"
        "        alive: {fall: {hazard: {exponential: {mean: 1 day}}, since: gate.wide, to: "
        "over}}\n"
        "        over: {}\n",
        NULL);
    int n_open = 0;
    living_t living;
    life_t life;

    (void) state;
    living_open(&living, yaml, 0, 1);
    for (int i = 0; i < 500; i++) {
        living_live(&living, i, &life);
        const double open = living_first_day(&living, &life, "patient.gate.shut.open"),
                     fall = living_first_day(&living, &life, "patient.life.alive.fall"),
                     e = threshold(&living, &life, "patient.life.alive.fall", 0);
        if (open + e < 400)
            assert_near(fall, open + e, 1e-9);
        else
            assert_true(isinf(fall));
        n_open += isfinite(open);
        living_clear(&life);
    }
    assert_true(n_open > 100 && n_open < 300);
    living_close(&living);
    free(yaml);
}

/* ---- an imported fit ------------------------------------------------------------------------- */

static double
cubed(double x)
{
    return x > 0 ? x * x * x : 0;
}

/* H of the spline of scenarios/exact/imported_fit.yaml, years */
static double
spline_hazard(double years, bool is_treated)
{
    static const double k[4] = { -3.2, -0.4, 0.9, 2.1 }, gamma[4] = { -1.35, 1.10, 0.045, -0.080 };
    const double x = log(years);
    double s = gamma[0] + (is_treated ? -0.41 : 0) + gamma[1] * x;

    for (int j = 1; j < 3; j++) {
        const double l = (k[3] - k[j]) / (k[3] - k[0]);
        s += gamma[j + 1] * (cubed(x - k[j]) - l * cubed(x - k[0]) - (1 - l) * cubed(x - k[3]));
    }
    return exp(s);
}

/* H of its life table at an age in years */
static double
table_hazard(double age, bool is_male)
{
    static const double from[5] = { 0, 50, 52, 60, 80 },
                        rate[2][5] = { { 0.002, 0.020, 0.050, 0.120, 0.300 },
                            { 0.004, 0.030, 0.080, 0.180, 0.400 } };
    double sum = 0;

    for (int i = 0; i < 5; i++)
        sum += rate[is_male][i] * fmax(0, fmin(age, i < 4 ? from[i + 1] : INFINITY) - from[i]);
    return sum;
}

static void
test_a_spline_in_years_and_a_life_table_race(void **state)
{
    int n_stopped = 0, n_dead = 0;
    living_t living;
    life_t life;

    (void) state;
    living_open_file(&living, "scenarios/exact/imported_fit.yaml", NULL, 0, 20240917);
    for (int i = 0; i < 4000; i++) {
        living_live(&living, i, &life);
        const double age = life.twin.attribute[0] / YEAR;
        const bool is_male = life.twin.attribute[1] > 0.5,
                   is_treated = life.twin.attribute[2] > 0.5;
        const double stop = firing(&living, &life, "patient.course.taking.stop", 0) / YEAR,
                     die = firing(&living, &life, "patient.course.taking.die", 0) / YEAR,
                     first = fmin(fmin(stop, die), 40),
                     e_stop = threshold(&living, &life, "patient.course.taking.stop", 0),
                     e_die = threshold(&living, &life, "patient.course.taking.die", 0),
                     lived_stop = spline_hazard(first, is_treated),
                     lived_die = table_hazard(age + first, is_male) - table_hazard(age, is_male);
        assert_true(lived_stop <= e_stop * (1 + 1e-9) && lived_die <= e_die * (1 + 1e-9));
        if (isfinite(stop))
            assert_near_relative(lived_stop, e_stop, 1e-9);
        if (isfinite(die))
            assert_near_relative(lived_die, e_die, 1e-9);
        n_stopped += isfinite(stop);
        n_dead += isfinite(die);
        living_clear(&life);
    }
    assert_true(n_stopped > 500 && n_dead > 500);
    living_close(&living);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_clock_from_birth_has_the_age_of_the_twin),
        cmocka_unit_test(test_a_repeating_clock_from_birth_goes_on_ageing),
        cmocka_unit_test(test_a_repeating_clock_of_the_study_goes_on_ageing),
        cmocka_unit_test(test_a_clock_since_a_state_jumps_back_when_it_is_entered),
        cmocka_unit_test(test_a_repeating_clock_since_a_state_keeps_that_origin),
        cmocka_unit_test(test_a_ratio_that_changes_acts_on_both_sides_of_a_jump),
        cmocka_unit_test(test_a_start_state_counts_as_entered_when_its_track_says),
        cmocka_unit_test(test_before_the_state_was_entered_nothing_happens),
        cmocka_unit_test(test_a_spline_in_years_and_a_life_table_race),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
