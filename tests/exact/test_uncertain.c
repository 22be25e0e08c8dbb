/*
 * Runs over parameter sets against closed forms: an annuity with an uncertain price, and a gamma rate,
 * which makes survival Lomax. Means and variances over sets must lie within 4 standard errors of the
 * truth, those of the variances taken from the sets' own fourth moments; each check demands that a
 * slip of the size stated lies outside.
 */
#include "testlib.h"
#include "twinpath.h"

#include "results/reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_SETS 4000
#define YEAR 365.25

/* Runs a study of scenarios/exact over its sets; the caller frees the path. */
static char *
run(const char *folder, const char *relative, twp_twins_t twins)
{
    char *const path = testlib_join(folder, "r.h5"),
                *const study_path = testlib_source_path(relative);
    twp_study_t *study = NULL;
    twp_run_settings_t settings;
    twp_error_t err = { TWP_OK, "" };

    twp_run_settings_init(&settings);
    settings.seed = 20240917;
    settings.output_path = path;
    settings.overwrite = true;
    settings.twins = twins;
    settings.n_threads = 2;
    assert_int_equal(twp_study_read(study_path, NULL, 0, &study, &err), TWP_OK);
    if (twp_study_run(study, &settings, NULL, &err) != TWP_OK)
        fail_msg("%s", err.message);
    twp_study_free(study);
    free(study_path);
    return path;
}

/* [n] numbers of a column. */
static double *
column(const char *path, const char *name, size_t n)
{
    twp_reader_t *reader = NULL;
    double *values = NULL;
    size_t n_read = 0;

    assert_int_equal(twp_reader_open(path, &reader, NULL), TWP_OK);
    if (twp_reader_read_float64(reader, name, &values, &n_read, NULL) != TWP_OK)
        fail_msg("no column %s", name);
    assert_int_equal(n_read, n);
    twp_reader_close(reader);
    return values;
}

typedef struct {
    double mean, mean_se, variance, variance_se;
} moments_t;

static moments_t
moments_of(const double *x)
{
    moments_t m = { 0, 0, 0, 0 };
    double fourth = 0;

    for (int k = 0; k < N_SETS; k++)
        m.mean += x[k] / N_SETS;
    for (int k = 0; k < N_SETS; k++) {
        const double square = (x[k] - m.mean) * (x[k] - m.mean);
        m.variance += square / (N_SETS - 1);
        fourth += square * square / N_SETS;
    }
    m.mean_se = sqrt(m.variance / N_SETS);
    m.variance_se = sqrt((fourth - m.variance * m.variance) / N_SETS);
    return m;
}

static void
test_the_cost_of_an_uncertain_price_is_the_price_times_the_annuity(void **state)
{
    const double f = (1 - pow(1.035, -40)) / log(1.035);
    char *const path = run(*state, "scenarios/exact/uncertain_annuity.yaml", TWP_TWINS_AS_STUDIED);
    double *const cost = column(path, "draws/cost", 2 * N_SETS),
                  *const error = column(path, "draws/cost_mcse", 2 * N_SETS),
                  *const price = column(path, "draws/parameter_price", N_SETS),
                  *const low = column(path, "summary/cost_sets_low", 2),
                  *const high = column(path, "summary/cost_sets_high", 2),
                  *const within = column(path, "summary/cost_twins_variance", 2);
    const moments_t m = moments_of(cost);

    for (int k = 0; k < N_SETS; k++) {
        assert_near_relative(cost[k], price[k] * YEAR * f, 1e-12);
        assert_near_relative(
            cost[N_SETS + k], 500 * f, 1e-12); /* what a strategy sets is certain */
        assert_true(error[k] < 1e-9 * cost[k]);
    }
    assert_estimate(m.mean, 1000 * f, m.mean_se);
    assert_estimate(m.variance, 4e4 * f * f, m.variance_se);
    assert_true(fabs(m.variance - 1.15 * 4e4 * f * f) > 4 * m.variance_se);
    /* gamma of shape 25 and scale 40: quantiles 647.147 and 1,428.404 with the densities 3.92e-4 and
     * 2.31e-4 there, so sqrt(0.025 0.975 / 4,000) over them is the error of a quantile */
    assert_estimate(low[0], 647.147 * f, 6.3 * f);
    assert_estimate(high[0], 1428.404 * f, 10.7 * f);
    assert_true(within[0] < 1e-9);
    free(cost);
    free(error);
    free(price);
    free(low);
    free(high);
    free(within);
    free(path);
}

/* E e^(-rate t) of a gamma rate with shape 4 and mean 0.5, times hr. */
static double
lomax(double t, double hr)
{
    return pow(1 + 0.125 * hr * t, -4);
}

/* The two parts of the variance of one figure, at year t under the strategy number s. */
static void
check_survival(const char *path, const char *measure, int s, int t, double hr)
{
    const int n_twins = 50;
    const double mean = lomax(t, hr), parameters = lomax(2 * t, hr) - mean * mean,
                 twins = (mean - lomax(2 * t, hr)) / n_twins;
    char name[100];
    double *x, *between, *within;
    moments_t m;

    (void) snprintf(name, sizeof name, "draws/%s_%sd", measure, t == 1 ? "365_25" : "730_5");
    x = column(path, name, 2 * N_SETS);
    m = moments_of(x + (size_t) s * N_SETS);
    (void) snprintf(name, sizeof name, "summary/%s_sets_variance", measure);
    between = column(path, name, 4);
    (void) snprintf(name, sizeof name, "summary/%s_twins_variance", measure);
    within = column(path, name, 4);
    assert_estimate(m.mean, mean, m.mean_se);
    assert_near_relative(between[2 * s + t - 1], m.variance, 1e-9);
    /* what the file says of the twins' part is s^2 / (n - 1) or Greenwood's, unbiased to 1 / n */
    assert_near_relative(within[2 * s + t - 1], twins, 0.04);
    assert_estimate(between[2 * s + t - 1], parameters + twins, m.variance_se);
    assert_estimate(between[2 * s + t - 1] - within[2 * s + t - 1], parameters, m.variance_se);
    /* the raw spread alone would be too wide to be the parameters' */
    assert_true(fabs(between[2 * s + t - 1] - parameters) > 2 * m.variance_se);
    free(x);
    free(between);
    free(within);
}

static void
test_a_gamma_rate_gives_lomax_survival_and_both_parts_of_its_variance(void **state)
{
    char *const path = run(*state, "scenarios/exact/uncertain_rate.yaml", TWP_TWINS_AS_STUDIED);

    for (int t = 1; t <= 2; t++)
        for (int s = 0; s < 2; s++) {
            check_survival(path, "occupancy_health_well", s, t, s == 0 ? 1 : 0.5);
            check_survival(path, "kaplan_meier_health_ill", s, t, s == 0 ? 1 : 0.5);
        }
    free(path);
}

/* The same 50 twins in every set: their error does not show between sets, but it moves the mean. */
static void
test_the_same_twins_move_the_mean_and_not_the_spread(void **state)
{
    char *const path = run(*state, "scenarios/exact/uncertain_rate.yaml", TWP_TWINS_SAME);
    double *const mean = column(path, "summary/occupancy_health_well_mean", 4),
                  *const mcse = column(path, "summary/occupancy_health_well_mcse", 4),
                  *const between = column(path, "summary/occupancy_health_well_sets_variance", 4);
    const double parameters = lomax(4, 1) - lomax(2, 1) * lomax(2, 1);

    /* of 50 twins the bound of the error is about sqrt(E S (1 - S) / 50) = 0.064 */
    assert_near(mcse[1], sqrt((lomax(2, 1) - lomax(4, 1)) / 50), 0.01);
    assert_estimate(mean[1], lomax(2, 1), mcse[1]);
    /* 50 steps of the thresholds' own distribution stand for a smooth one: a few per cent */
    assert_near_relative(between[1], parameters, 0.3);
    free(mean);
    free(mcse);
    free(between);
    free(path);
}

#define WITH_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_the_cost_of_an_uncertain_price_is_the_price_times_the_annuity),
        WITH_FOLDER(test_a_gamma_rate_gives_lomax_survival_and_both_parts_of_its_variance),
        WITH_FOLDER(test_the_same_twins_move_the_mean_and_not_the_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
