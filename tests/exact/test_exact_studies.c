/*
 * Studies with known answers (scenarios/exact), lived twin by twin with a fixed seed.
 *
 * Tolerances: an estimate must lie within 4 of its own Monte Carlo standard errors of the truth (a
 * false alarm in 6e-5 of seeds). Each check has power: it also demands that the truth of a study in
 * which one number slips by 3 % (stated where another slip is used) lies outside. Where shares alone
 * could not tell such a slip, each life is held to its own draw as well.
 */
#include "base/digest.h"
#include "kernel/stream.h"
#include "living.h"

#include <gsl/gsl_linalg.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdlib.h>

#define YEAR 365.25
#define N_LIVES 200000
#define N_EACH 5000 /* lives held to their own draws */
#define SEED 20240917

/** Within 4 standard errors of the truth, and farther than that from the slipped truth. */
static void
check(double got, double want, double slipped, double mcse, const char *what)
{
    if (!(fabs(got - want) <= 4 * mcse))
        fail_msg("%s: got %.6g, want %.6g, standard error %.2g", what, got, want, mcse);
    if (!(fabs(got - slipped) > 4 * mcse))
        fail_msg("%s: got %.6g cannot be told from the slipped %.6g, standard error %.2g", what,
            got, slipped, mcse);
}

static void
check_share(double n_hits, double n, double want, double slipped, const char *what)
{
    check(n_hits / n, want, slipped, sqrt(want * (1 - want) / n), what);
}

/** Days of an exit's first taking for n lives; INFINITY where it is never taken. */
static double *
first_days(const char *file, const char *qualified, int n)
{
    double *days = malloc((size_t) n * sizeof *days);
    living_t living;
    life_t life;

    assert_non_null(days);
    living_open_file(&living, file, NULL, 0, SEED);
    for (int k = 0; k < n; k++) {
        living_live(&living, k, &life);
        assert_int_equal(life.twin.mark, TWP_MARK_NONE);
        days[k] = living_first_day(&living, &life, qualified);
        living_clear(&life);
    }
    living_close(&living);
    return days;
}

/** Cumulative hazard of a clock after so many days when one number of its study slips by a factor. */
typedef double hazard_t(double days, double slip);

/**
 * The draw of a life is known: at its exit the cumulative hazard has come to just that threshold. A
 * slip of 3 % is seen in at least one of ten exits, mostly in all.
 */
static void
check_each(const double *days, const char *qualified, hazard_t *hazard)
{
    const uint32_t stream = twp_digest_stream_id(qualified);
    int n = 0, n_told = 0;

    for (int k = 0; k < N_EACH; k++) {
        const double threshold = -log(twp_stream_draw_uniform(SEED, (uint64_t) k, stream, 1));
        if (!isfinite(days[k]))
            continue;
        assert_near(hazard(days[k], 1), threshold, 1e-9 * threshold + 1e-12);
        n++;
        n_told += fabs(hazard(days[k], 1.03) - threshold) > 1e-6 * threshold;
    }
    assert_true(n > N_EACH / 10);
    assert_true(n_told > n / 10);
}

static double
n_after(const double *days, int n, double t)
{
    double count = 0;

    for (int k = 0; k < n; k++)
        count += days[k] > t;
    return count;
}

static void
test_two_exits_race_at_their_rates(void **state)
{
    const double a = 0.037, b = 0.0113, n = N_LIVES, p = a / (a + b);
    double *cured = first_days(
        "scenarios/exact/two_exits.yaml", "patient.health.ill.cure", N_LIVES);
    double *dead = first_days("scenarios/exact/two_exits.yaml", "patient.health.ill.die", N_LIVES);
    double n_cured = 0, stay = 0;

    (void) state;
    for (int k = 0; k < N_LIVES; k++) {
        n_cured += isfinite(cured[k]);
        stay += fmin(cured[k], dead[k]);
    }
    check_share(n_cured, n, p, 1.03 * a / (1.03 * a + b), "P(cured)");
    check(stay / n, 1 / (a + b), 1 / (1.03 * (a + b)), 1 / (a + b) / sqrt(n), "mean stay");
    free(cured);
    free(dead);
}

static double
erlang3(double x)
{
    return 1 - exp(-x) * (1 + x + x * x / 2);
}

static void
test_three_stages_in_a_row_are_an_erlang_time(void **state)
{
    const double rate = 0.02, n = N_LIVES;
    double *days = first_days(
        "scenarios/exact/erlang_chain.yaml", "patient.course.late.go", N_LIVES);
    double sum = 0;

    (void) state;
    for (int k = 0; k < N_LIVES; k++)
        sum += days[k];
    check(sum / n, 3 / rate, 3 / rate / 1.03, sqrt(3 / n) / rate, "mean of the chain");
    for (double t = 100; t <= 300; t += 100)
        check_share(n - n_after(days, N_LIVES, t), n, erlang3(rate * t), erlang3(1.03 * rate * t),
            "P(T <= t)");
    free(days);
}

static void
test_the_first_of_two_weibull_clocks_wins_with_its_chance(void **state)
{
    const double k = 0.8, A = pow(200, -k), B = pow(500, -k), n = N_LIVES;
    const char *file = "scenarios/exact/competing_weibull.yaml";
    double *a = first_days(file, "patient.course.waiting.a", N_LIVES);
    double *b = first_days(file, "patient.course.waiting.b", N_LIVES);
    double n_a = 0;

    (void) state;
    for (int i = 0; i < N_LIVES; i++) {
        n_a += isfinite(a[i]);
        a[i] = fmin(a[i], b[i]);
    }
    check_share(n_a, n, A / (A + B), A / (A + B * pow(1.06, k)), "P(a first), 6 % slip of a scale");
    for (double t = 50; t < 1000; t *= 4)
        check_share(n_after(a, N_LIVES, t), n, exp(-(A + B) * pow(t, k)),
            exp(-1.03 * (A + B) * pow(t, k)), "S of the first");
    free(a);
    free(b);
}

/** State of the only track at each time, as shares over n lives. */
static void
occupancy(const char *file, const double *days, int n_times, int n_states, int n, double *share)
{
    living_t living;
    life_t life;

    for (int k = 0; k < n_times * n_states; k++)
        share[k] = 0;
    living_open_file(&living, file, NULL, 0, 20240917);
    for (int i = 0; i < n; i++) {
        living_live(&living, i, &life);
        for (int t = 0; t < n_times; t++) {
            int s = life.twin.start_state[0];
            for (int r = 0; r < life.n_rows && life.row[r].time_days <= days[t]; r++)
                if (life.row[r].to >= 0)
                    s = life.row[r].to;
            share[t * n_states + s] += 1.0 / n;
        }
        living_clear(&life);
    }
    living_close(&living);
}

/** First row of exp(Q t); states dead, healthy, ill in order of name, start healthy (1). */
static void
illness_death(double t, double slip, double p[3])
{
    const double q[9] = { 0, 0, 0, 0.03, -0.23, 0.20, 0.15, 0.12, -0.27 };
    gsl_matrix *generator = gsl_matrix_alloc(3, 3), *power = gsl_matrix_alloc(3, 3);

    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            gsl_matrix_set(generator, i, j, q[i * 3 + j] * t * slip);
    gsl_linalg_exponential_ss(generator, power, GSL_PREC_DOUBLE);
    for (size_t j = 0; j < 3; j++)
        p[j] = gsl_matrix_get(power, 1, j);
    gsl_matrix_free(generator);
    gsl_matrix_free(power);
}

static void
test_illness_and_death_occupy_as_the_matrix_exponential_says(void **state)
{
    const double days[3] = { YEAR, 5 * YEAR, 10 * YEAR };
    double share[9], p[3], slipped[3];

    (void) state;
    occupancy("scenarios/exact/illness_death.yaml", days, 3, 3, N_LIVES, share);
    for (int t = 0; t < 3; t++) {
        illness_death(days[t] / YEAR, 1, p);
        illness_death(days[t] / YEAR, 1.05, slipped);
        for (int s = 0; s < 3; s++)
            if (s == 1 || (s == 0 && t > 0)) /* the other shares are small or hardly move */
                check_share(share[t * 3 + s] * N_LIVES, N_LIVES, p[s], slipped[s],
                    "occupancy, all rates 5 % up");
            else
                assert_estimate(share[t * 3 + s], p[s], sqrt(p[s] * (1 - p[s]) / N_LIVES));
    }
}

static double
weibull(double t)
{
    return pow(t / 9, 1.8);
}

static double
by_hr(double t, double r)
{
    if (t <= 3)
        return exp(-weibull(t));
    if (t <= 5)
        return exp(-weibull(3) - r * (weibull(t) - weibull(3)));
    return exp(-weibull(3) - r * (weibull(5) - weibull(3)) - (weibull(t) - weibull(5)));
}

static double
by_pace(double t, double stretch)
{
    if (t <= 3)
        return exp(-weibull(t));
    return exp(-weibull(t <= 5 ? 3 + (t - 3) / stretch : t - 2 + 2 / stretch));
}

static double
hazard_by_hr(double days, double slip)
{
    return -log(by_hr(days / YEAR, 2.5 * slip));
}

static double
hazard_by_pace(double days, double slip)
{
    return -log(by_pace(days / YEAR, 2 * slip));
}

static void
test_a_covariate_that_changes_under_a_running_clock_keeps_what_was_lived(void **state)
{
    const char *file = "scenarios/exact/step_hazard.yaml";
    double *hr = first_days(file, "patient.by_hr.well.end", N_LIVES);
    double *pace = first_days(file, "patient.by_pace.well.end", N_LIVES);

    (void) state;
    check_share(n_after(hr, N_LIVES, 2 * YEAR), N_LIVES, by_hr(2, 2.5), exp(-1.1 * weibull(2)),
        "before the change, H 10 % up");
    for (double t = 4; t <= 12; t += 4) {
        check_share(n_after(hr, N_LIVES, t * YEAR), N_LIVES, by_hr(t, 2.5), by_hr(t, 2.5 * 1.08),
            "hr, 8 % slip of the ratio");
        check_share(n_after(pace, N_LIVES, t * YEAR), N_LIVES, by_pace(t, 2),
            by_pace(t, t > 4 ? 2 * 1.1 : 2 * 1.2), "time_ratio, 10 % slip, 20 % one year in");
    }
    check_each(hr, "patient.by_hr.well.end", hazard_by_hr);
    check_each(pace, "patient.by_pace.well.end", hazard_by_pace);
    free(hr);
    free(pace);
}

/** Cumulative hazard at t: rate exp(jump m_k) held for d-day pieces over seven half-lives h, then rate. */
static double
fading(double t, double rate, double jump, double h, double d)
{
    const double l = log(2) / h;
    double sum = 0;

    for (int k = 0; k * d < t; k++) {
        const double end = fmin(t, (k + 1) * d);
        const double m = k * d < 7 * h ? (exp(-l * k * d) - exp(-l * (k + 1) * d)) / (l * d) : 0;
        sum += rate * exp(jump * m) * (end - k * d);
    }
    return sum;
}

static double
hazard_of_effect(double days, double slip)
{
    return fading(days, 0.004, log(0.5) * slip, 60, 15);
}

static double
hazard_of_half_life(double days, double slip)
{
    return fading(days, 0.004, log(0.5), 60 * slip, 15);
}

static double
hazard_of_mood(double days, double slip)
{
    return fading(days, 0.01, 2 * log(0.6) * slip, 40, 10);
}

static void
test_a_fading_effect_is_the_closed_form_of_its_step_function(void **state)
{
    const char *file = "scenarios/exact/fading_effect.yaml";
    double *stop = first_days(file, "patient.therapy.taking.stop", N_LIVES);
    double *lift = first_days(file, "patient.mood.low.lift", N_LIVES);
    const double effect = log(0.5), mood = 2 * log(0.6);

    (void) state;
    for (double t = 40; t <= 640; t *= 4) {
        check_share(n_after(stop, N_LIVES, t), N_LIVES, exp(-fading(t, 0.004, effect, 60, 15)),
            exp(-fading(t, 0.004, effect * 0.9, 60, 15)), "support, 10 % slip of log(hr)");
        if (t < 400)
            check_share(n_after(lift, N_LIVES, t), N_LIVES, exp(-fading(t, 0.01, mood, 40, 10)),
                exp(-fading(t, 0.01, mood * 0.95, 40, 10)), "variable, 5 % slip of the jump");
    }
    check_share(n_after(stop, N_LIVES, 40), N_LIVES, exp(-fading(40, 0.004, effect, 60, 15)),
        exp(-fading(40, 0.004, effect, 60 * 0.7, 15)), "half-life, 30 % slip");
    check_each(stop, "patient.therapy.taking.stop", hazard_of_effect);
    check_each(stop, "patient.therapy.taking.stop", hazard_of_half_life);
    check_each(lift, "patient.mood.low.lift", hazard_of_mood);
    free(stop);
    free(lift);
}

static double
hazard_of_stop(double days, double slip)
{
    return pow(days / (YEAR * 2.30 * slip), 0.53);
}

static void
test_refilling_leaves_the_persistence_of_the_stop_clock_unchanged(void **state)
{
    double *stop = first_days(
        "scenarios/exact/refill_renewal.yaml", "patient.therapy.taking.stop", N_LIVES / 4);

    (void) state;
    for (double t = 0.25; t <= 4; t *= 4)
        check_share(n_after(stop, N_LIVES / 4, t * YEAR), N_LIVES / 4, exp(-pow(t / 2.30, 0.53)),
            exp(-pow(t / 2.30 * 1.1, 0.53)), "S, scale 10 % down");
    check_each(stop, "patient.therapy.taking.stop", hazard_of_stop);
    free(stop);
}

/* Steps come at 0.5, 1.5, ...: a clock begun 2.5 days before the entry; 3 times the hazard in between. */
static double
watched(double t, double ratio)
{
    const double before = floor(fmin(t, 4.25) + 0.5), until = floor(fmin(t, 10.25) + 0.5),
                 all = floor(t + 0.5);

    return pow(0.95, before + ratio * (until - before) + all - until);
}

static void
test_chances_of_discrete_time_race_day_by_day(void **state)
{
    const char *file = "scenarios/exact/geometric_days.yaml";
    const double s = 0.1, h = 0.04, n = N_LIVES, stays = (1 - s) * (1 - h);
    double *slip = first_days(file, "patient.dose.taken.slip", N_LIVES);
    double *off = first_days(file, "patient.dose.taken.break_off", N_LIVES);
    double *end = first_days(file, "patient.watch.well.end", N_LIVES);
    double n_off = 0;

    (void) state;
    for (int i = 0; i < N_LIVES; i++) {
        n_off += isfinite(off[i]);
        slip[i] = fmin(slip[i], off[i]);
        assert_near(slip[i], rint(slip[i]), 0);
        if (isfinite(end[i]))
            assert_near(end[i] - 0.5, rint(end[i] - 0.5), 1e-12);
    }
    check_share(
        n_off, n, h / (1 - stays), 1.03 * h / (1 - (1 - s) * (1 - 1.03 * h)), "break_off first");
    for (int day = 3; day <= 12; day += 3)
        check_share(n_after(slip, N_LIVES, day), n, pow(stays, day),
            pow((1 - 1.03 * s) * (1 - 1.03 * h), day), "no miss by then");
    for (double t = 3.6; t < 25; t += 5.3) /* a slip of 10 %: few are left */
        check_share(n_after(end, N_LIVES, t), n, watched(t, 3), pow(watched(t, 3), 1.1), "watched");
    check_share(n_after(end, N_LIVES, 9), n, watched(9, 3), watched(9, 3.1), "the ratio");
    free(slip);
    free(off);
    free(end);
}

static void
test_an_annuity_is_worth_its_closed_form(void **state)
{
    const double l = log(1.035), annuity = (1 - exp(-40 * l)) / l;
    living_t living;
    life_t life;

    (void) state;
    living_open_file(&living, "scenarios/exact/annuity.yaml", NULL, 0, 1);
    living_live(&living, 3, &life);
    assert_int_equal(living.model->n_rewards, 2);
    for (int r = 0; r < 2; r++) {
        const double unit = living.model->reward[r].kind == TWP_REWARD_UTILITY ? YEAR : 1000;
        assert_near(life.twin.reward[r] / unit, 40, 1e-10);
        assert_near(life.twin.reward_discounted[r] / unit, annuity, 1e-10);
    }
    for (int a = 0; a < living.study->n_accounts; a++)
        if (life.twin.account[a] > 0)
            assert_near(life.twin.account_discounted[a], 5000 * exp(-7.25 * l), 1e-9);
    living_clear(&life);
    living_close(&living);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_exits_race_at_their_rates),
        cmocka_unit_test(test_three_stages_in_a_row_are_an_erlang_time),
        cmocka_unit_test(test_the_first_of_two_weibull_clocks_wins_with_its_chance),
        cmocka_unit_test(test_illness_and_death_occupy_as_the_matrix_exponential_says),
        cmocka_unit_test(test_a_covariate_that_changes_under_a_running_clock_keeps_what_was_lived),
        cmocka_unit_test(test_a_fading_effect_is_the_closed_form_of_its_step_function),
        cmocka_unit_test(test_refilling_leaves_the_persistence_of_the_stop_clock_unchanged),
        cmocka_unit_test(test_chances_of_discrete_time_race_day_by_day),
        cmocka_unit_test(test_an_annuity_is_worth_its_closed_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
