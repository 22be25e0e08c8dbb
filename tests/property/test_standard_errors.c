/*
 * tier: long
 *
 * Standard errors are right. A study with known answers is run with 200 seeds; of each figure the
 * deviations from the truth over their own standard errors, z, must look standard normal:
 *
 *   the sum of z^2 is chi-square with 200 degrees of freedom: within 129.7 and 290.3 but for 6e-5 of
 *   the choices of 200 seeds, 200 (1 - 2 / 1800 +- 4 sqrt(2 / 1800))^3 (Wilson and Hilferty 1931);
 *   the mean of z is within 4 / sqrt(200) of 0.
 *
 * With errors 30 % smaller or 40 % larger the same sums are outside: the bounds can be missed.
 */
#include "testlib.h"

#include "twinpath.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_SEEDS 200
#define CHI2_LOW 129.7
#define CHI2_HIGH 290.3

typedef enum { MEAN, DIFFERENCE, ICER, LOGRANK } kind_t;

typedef struct {
    kind_t kind;
    const char *column;
    double time_days; /* NAN: none */
    int i_strategy;
    double truth;
} figure_t;

/*
 * Sick-Sicker in cycles: matrix powers, tests/validation/02-sick-sicker-cycles/expected.csv. The
 * shares of twins are of one column each, occupancy as a mean of zeros and ones.
 */
static const figure_t cycles[] = {
    { MEAN, "cost_payer", NAN, 0, 75976.1491401 },
    { MEAN, "qaly", NAN, 0, 15.8388478145 },
    { MEAN, "cost_payer", NAN, 1, 141623.028188 },
    { MEAN, "occupancy_health_dead", 7305, 0, 0.220404544879 },
    { DIFFERENCE, "cost_payer", NAN, 1, 65646.8790482 },
    { DIFFERENCE, "qaly", NAN, 1, 0.561557774699 },
    { ICER, "cost_payer", NAN, 1, 116901.380421 },
};

/*
 * Ratios. From `well` the exits go at 0.004 and 0.001 a day, from `ill` at 0.01 back and 0.002 to
 * death, until all are dead: mean stays 200 and 83.3 days; `time_to` counts those who fall ill only,
 * 80 %, and takes 200 days for them too (the first of two exponential clocks has the time of both).
 * Under the second strategy recovery takes twice as long: a mean stay of 1 / 0.007.
 */
static const char ratios_text[] =
    "twinpath: 1\nstudy: ratios\nsource: assumption\n"
    "time: {starts: 2027-01-01, horizon: 100 years}\n"
    "parameters: {recovery: 0.01 / day}\n"
    "patient:\n  count: 600\n  tracks:\n    health:\n      start: well\n      states:\n"
    "        well:\n"
    "          fall: {hazard: {exponential: {rate: 0.004 / day}}, to: ill}\n"
    "          die: {hazard: {exponential: {rate: 0.001 / day}}, to: dead}\n"
    "        ill:\n"
    "          heal: {hazard: {exponential: {rate: recovery}}, to: well}\n"
    "          die: {hazard: {exponential: {rate: 0.002 / day}}, to: dead}\n"
    "        dead: {}\n"
    "strategies: {usual: {baseline: true}, slow: {set: {recovery: 0.005 / day}}}\n"
    "report:\n  measures:\n"
    "    - {measure: sojourn, of: health.well}\n"
    "    - {measure: sojourn, of: health.ill}\n"
    "    - {measure: time_to, of: health.ill}\n"
    "    - {measure: kaplan_meier, of: health.ill, at: 150 days}\n"
    "record: {outcomes: false, twins: false, events: none, grid: 10 years}\n";

#define KM_TRUTH (0.2 + 0.8 * 0.47236655274101469) /* of all; exp(-0.005 * 150) = 0.472... */

static const figure_t ratios[] = {
    { MEAN, "sojourn_health_well", NAN, 0, 200 },
    { MEAN, "sojourn_health_ill", NAN, 0, 1 / 0.012 },
    { MEAN, "sojourn_health_ill", NAN, 1, 1 / 0.007 },
    { DIFFERENCE, "sojourn_health_ill", NAN, 1, 1 / 0.007 - 1 / 0.012 },
    { DIFFERENCE, "sojourn_health_well", NAN, 1, 0 },
    { MEAN, "time_to_health_ill", NAN, 0, 200 },
    { MEAN, "kaplan_meier_health_ill", 150, 0, KM_TRUTH },
};

/*
 * Survival times, some of them censored by lives of one to two years. Two exits lead from `well` to
 * `ill`, at 0.003 a day together: under `swapped` they have each other's hazards, so the twins live
 * other lives by the same law; under `very` the sum is 0.005. Death comes at 0.001 a day, from `ill`
 * at 0.002. With l and m the hazards of falling ill and of death,
 *
 *     S(t) = exp(-l t),  H(t) = l t,  F(t) = l / (l + m) (1 - exp(-(l + m) t)),
 *     restricted mean (1 - exp(-l u)) / l,  ill at t l / (l + m - 0.002) (exp(-0.002 t) - exp(-(l + m) t));
 *
 * hazards by whole days are smaller by l / 2, a twentieth of a standard error.
 */
static const char survival_text[] =
    "twinpath: 1\nstudy: censored\nsource: assumption\n"
    "time: {starts: 2027-01-01, horizon: 730 days}\n"
    "parameters: {slow: 0.001 / day, quick: 0.002 / day}\n"
    "patient:\n  count: 600\n  enters: {uniform: [0 days, 365 days]}\n"
    "  tracks:\n    health:\n      start: well\n      states:\n"
    "        well:\n"
    "          fall: {hazard: {exponential: {rate: slow}}, to: ill}\n"
    "          slip: {hazard: {exponential: {rate: quick}}, to: ill}\n"
    "          die: {hazard: {exponential: {rate: 0.001 / day}}, to: dead}\n"
    "        ill: {die: {hazard: {exponential: {rate: 0.002 / day}}, to: dead}}\n"
    "        dead: {}\n"
    "strategies:\n  usual: {baseline: true}\n"
    "  swapped: {set: {slow: 0.002 / day, quick: 0.001 / day}}\n"
    "  very: {set: {slow: 0.001 / day, quick: 0.004 / day}}\n"
    "report:\n  measures:\n"
    "    - {measure: kaplan_meier, of: health.ill, against: health.dead, at: 500 days, as: km}\n"
    "    - {measure: nelson_aalen, of: health.ill, against: health.dead, at: 500 days, as: na}\n"
    "    - {measure: cumulative_incidence, of: health.ill, against: health.dead, at: 500 days, as: "
    "cif}\n"
    "    - {measure: restricted_mean, of: health.ill, against: health.dead, by: 500 days, as: "
    "rmst}\n"
    "    - {measure: aalen_johansen, of: health.ill, at: 500 days, as: aj}\n"
    "record: {outcomes: false, twins: false, events: none, grid: 50 days}\n";

/* exp(-1.5), exp(-2), exp(-2.5), exp(-3), exp(-1) */
#define E15 0.22313016014842982
#define E20 0.13533528323661270
#define E25 0.08208499862389880
#define E30 0.04978706836786394
#define E10 0.36787944117144233

static const figure_t survival[] = {
    { MEAN, "km", 500, 0, E15 },
    { MEAN, "na", 500, 0, 1.5 },
    { MEAN, "cif", 500, 0, 0.75 * (1 - E20) },
    { MEAN, "rmst", 500, 0, (1 - E15) / 0.003 },
    { MEAN, "aj", 500, 0, 1.5 * (E10 - E20) },
    { DIFFERENCE, "km", 500, 1, 0 },
    { DIFFERENCE, "na", 500, 1, 0 },
    { DIFFERENCE, "cif", 500, 1, 0 },
    { DIFFERENCE, "rmst", 500, 1, 0 },
    { DIFFERENCE, "aj", 500, 1, 0 },
    { DIFFERENCE, "km", 500, 2, E25 - E15 },
    { DIFFERENCE, "na", 500, 2, 1.0 },
    { DIFFERENCE, "cif", 500, 2, 5.0 / 6 * (1 - E30) - 0.75 * (1 - E20) },
    { DIFFERENCE, "rmst", 500, 2, (1 - E25) / 0.005 - (1 - E15) / 0.003 },
    { DIFFERENCE, "aj", 500, 2, 1.25 * (E10 - E30) - 1.5 * (E10 - E20) },
    { LOGRANK, "km", 500, 1, 0 },
};

/* ---- figures ---------------------------------------------------------------------------------- */

static int
row_of(const twp_summary_t *summary, const figure_t *figure)
{
    for (int r = 0; r < summary->n_rows; r++)
        if (strcmp(summary->row[r].name, figure->column) == 0 &&
            (isnan(figure->time_days) || summary->row[r].time_days == figure->time_days))
            return r;
    for (int r = 0; r < summary->n_rows; r++)
        print_error("  %s at %g\n", summary->row[r].name, summary->row[r].time_days);
    fail_msg("no %s", figure->column);
    return -1;
}

static double
logrank_z(const twp_summary_t *summary, const figure_t *figure)
{
    for (int i = 0; i < summary->n_curves; i++)
        if (strncmp(summary->curve[i].name, "km_", 3) == 0 &&
            strcmp(summary->curve[i].name + 3, figure->column) == 0)
            return summary->curve[i].all.logrank[figure->i_strategy - 1].z;
    fail_msg("no curve %s", figure->column);
    return NAN;
}

static double
deviation(const twp_summary_t *summary, const figure_t *figure)
{
    const int s = figure->i_strategy, r = row_of(summary, figure);

    if (figure->kind == LOGRANK)
        return logrank_z(summary, figure);
    if (figure->kind == DIFFERENCE) {
        const twp_summary_contrast_t *x = &summary->contrast[r * summary->n_contrasts + s - 1];
        return (x->difference - figure->truth) / x->se;
    }
    if (figure->kind == ICER) { /* delta method */
        const twp_summary_icer_t *x = &summary->icer[s - 1];
        const double by_qaly = x->ratio * x->qaly_se;
        const double se = sqrt(x->cost_se * x->cost_se + by_qaly * by_qaly -
                              2 * x->correlation * x->cost_se * by_qaly) /
            fabs(x->qaly);
        return (x->ratio - figure->truth) / se;
    }
    const twp_summary_estimate_t *x = &summary->estimate[r * summary->n_strategies + s];
    return (x->mean - figure->truth) / x->mcse;
}

static void
run_seeds(const char *path, const char *const *set, int n_set, const figure_t *figure, int n,
    double *sum, double *sum_of_squares)
{
    char *const folder = testlib_temporary_folder(), *const output = testlib_join(folder, "r.h5");
    twp_run_settings_t settings;
    twp_study_t *study = NULL;
    twp_error_t err = { TWP_OK, "" };

    twp_run_settings_init(&settings);
    settings.output_path = output;
    settings.overwrite = true;
    if (twp_study_read(path, set, n_set, &study, &err) != TWP_OK)
        fail_msg("%s: %s", path, err.message);
    for (int k = 0; k < N_SEEDS; k++) {
        twp_summary_t *summary = NULL;
        settings.seed = 1000 + (uint64_t) k;
        if (twp_study_run(study, &settings, NULL, &err) != TWP_OK ||
            twp_summary_read(output, &summary, &err) != TWP_OK)
            fail_msg("%s: %s", path, err.message);
        for (int i = 0; i < n; i++) {
            const double z = deviation(summary, &figure[i]);
            sum[i] += z;
            sum_of_squares[i] += z * z;
        }
        twp_summary_free(summary);
    }
    twp_study_free(study);
    free(output);
    testlib_remove_folder(folder);
}

static void
check(const figure_t *figure, int n, const double *sum, const double *sum_of_squares)
{
    for (int i = 0; i < n; i++) {
        print_message("%s (%d): mean of z %.3f, variance %.3f\n", figure[i].column,
            (int) figure[i].kind, sum[i] / N_SEEDS, sum_of_squares[i] / N_SEEDS);
        if (!(sum_of_squares[i] > CHI2_LOW && sum_of_squares[i] < CHI2_HIGH))
            fail_msg("%s: z^2 sums to %.1f", figure[i].column, sum_of_squares[i]);
        assert_true(fabs(sum[i] / N_SEEDS) < 4 / sqrt(N_SEEDS));
        assert_true(sum_of_squares[i] / (0.7 * 0.7) > CHI2_HIGH);
        assert_true(sum_of_squares[i] / (1.4 * 1.4) < CHI2_LOW);
    }
}

/* ---- tests ------------------------------------------------------------------------------------ */

static void
test_errors_of_means_differences_and_the_icer_are_right(void **state)
{
    static const char *const set[] = { "patient.count=1000", "record.outcomes=false",
        "record.twins=false", "record.events=none" };
    enum { n = sizeof(cycles) / sizeof(cycles[0]) };
    char *const path = testlib_source_path("scenarios/studies/sick_sicker_cycles.yaml");
    double sum[n] = { 0 }, sum_of_squares[n] = { 0 };

    (void) state;
    run_seeds(path, set, 4, cycles, n, sum, sum_of_squares);
    check(cycles, n, sum, sum_of_squares);
    free(path);
}

static void
test_errors_of_ratios_are_right(void **state)
{
    enum { n = sizeof(ratios) / sizeof(ratios[0]) };
    char *const folder = testlib_temporary_folder(), *const path = testlib_join(folder, "r.yaml");
    double sum[n] = { 0 }, sum_of_squares[n] = { 0 };

    (void) state;
    testlib_write_text(path, ratios_text);
    run_seeds(path, NULL, 0, ratios, n, sum, sum_of_squares);
    check(ratios, n, sum, sum_of_squares);
    free(path);
    testlib_remove_folder(folder);
}

static void
test_errors_of_survival_figures_and_the_log_rank_test_are_right(void **state)
{
    enum { n = sizeof(survival) / sizeof(survival[0]) };
    char *const folder = testlib_temporary_folder(), *const path = testlib_join(folder, "s.yaml");
    double sum[n] = { 0 }, sum_of_squares[n] = { 0 };

    (void) state;
    testlib_write_text(path, survival_text);
    run_seeds(path, NULL, 0, survival, n, sum, sum_of_squares);
    check(survival, n, sum, sum_of_squares);
    free(path);
    testlib_remove_folder(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_of_means_differences_and_the_icer_are_right),
        cmocka_unit_test(test_errors_of_ratios_are_right),
        cmocka_unit_test(test_errors_of_survival_figures_and_the_log_rank_test_are_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
