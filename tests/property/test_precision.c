/*
 * A run that is asked for a precision ends at the first look at which it is reached: the same one for any
 * number of threads, with what a run of so many twins alone gives.
 */
#include "testlib.h"
#include "twinpath.h"

#include "measure/precision.h"
#include "results/reader.h"
#include "results/writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 1024
#define N_MOST 40000 /* 39 blocks and a part: looks at 4, 8, 16, 32 and the end */

static const char study_text[] =
    "twinpath: 1\n"
    "study: precise\n"
    "source: assumption\n"
    "time: {starts: 2027-01-01, horizon: 2 years}\n"
    "parameters: {rate: {value: 0.5 / year, uncertain: {gamma: {shape: 20}}}}\n"
    "patient:\n"
    "  count: 40000\n"
    "  attributes: {female: {chance: 0.5}}\n"
    "  tracks:\n"
    "    health:\n"
    "      start: alive\n"
    "      states: {alive: {die: {hazard: {exponential: {rate: rate}}, to: dead}}, dead: {}}\n"
    "    other:\n"
    "      start: before\n"
    "      states: {before: {go: {hazard: {exponential: {rate: 1 / year}}, to: after}}, after: "
    "{}}\n"
    "strategies:\n"
    "  usual: {baseline: true}\n"
    "  worse: {set: {rate: 0.6 / year}}\n"
    "  idle: {set: {rate: 0.5 / year}}\n"
    "report:\n"
    "  by: [female]\n"
    "  measures: [{measure: occupancy, of: health.dead, at: [100 days, 365.5 days]},"
    " {measure: time_in_state, of: health.alive, as: time_alive},"
    " {measure: kaplan_meier, of: health.dead, as: km, at: 200 days}]\n"
    "record: {events: none}\n";

typedef struct {
    const char *precision[3];
    int n_precisions, n_threads;
    int64_t n_patients, n_sets;
    const char *strategy; /* or NULL: all */
    bool (*should_stop)(void *context);
    void *stop_context;
} asked_t;

static twp_status_t
run(const char *folder, const asked_t *asked, const char *path, twp_run_report_t *report,
    twp_error_t *err)
{
    char *const yaml = testlib_join(folder, "study.yaml");
    twp_study_t *study = NULL;
    twp_run_settings_t settings;
    twp_status_t status;

    testlib_write_text(yaml, study_text);
    twp_run_settings_init(&settings);
    settings.n_patients = asked->n_patients;
    settings.n_threads = asked->n_threads;
    settings.n_parameter_sets = asked->n_sets;
    settings.precision = asked->precision;
    settings.n_precisions = asked->n_precisions;
    settings.strategy = &asked->strategy;
    settings.n_strategies = asked->strategy != NULL;
    settings.should_stop = asked->should_stop;
    settings.stop_context = asked->stop_context;
    settings.output_path = path;
    settings.overwrite = true;
    if (twp_study_read(yaml, NULL, 0, &study, err) != TWP_OK)
        fail_msg("%s: %s", err->message,
            study != NULL ? twp_study_finding(study, 0)->message : "no study");
    status = twp_study_run(study, &settings, report, err);
    twp_study_free(study);
    free(yaml);
    return status;
}

static twp_summary_t *
read_summary(const char *path)
{
    twp_summary_t *summary = NULL;
    twp_error_t err;

    if (twp_summary_read(path, &summary, &err) != TWP_OK)
        fail_msg("%s", err.message);
    return summary;
}

static const twp_summary_contrast_t *
contrast_of(const twp_summary_t *summary, const char *name, double days, int i_contrast)
{
    for (int r = 0; r < summary->n_rows; r++)
        if (strcmp(summary->row[r].name, name) == 0 &&
            (isnan(days) || summary->row[r].time_days == days))
            return &summary->contrast[r * summary->n_contrasts + i_contrast];
    fail_msg("no %s", name);
    return NULL;
}

static void
assert_same_dataset(const char *one, const char *other, const char *name)
{
    twp_reader_t *a = NULL, *b = NULL;
    size_t n_a = 0, n_b = 0;
    double *x = NULL, *y = NULL;
    twp_error_t err;

    assert_int_equal(twp_reader_open(one, &a, &err), TWP_OK);
    assert_int_equal(twp_reader_open(other, &b, &err), TWP_OK);
    assert_int_equal(twp_reader_read_float64(a, name, &x, &n_a, &err), TWP_OK);
    assert_int_equal(twp_reader_read_float64(b, name, &y, &n_b, &err), TWP_OK);
    assert_int_equal(n_a, n_b);
    assert_true(n_a >= 1);
    assert_same_bits(x, y, n_a * sizeof *x);
    free(x);
    free(y);
    twp_reader_close(a);
    twp_reader_close(b);
}

/* The difference in occupancy has a variance of about 0.025 a twin: 0.004 takes more than 4,096 twins. */
#define WANTED 0.004

static void
test_it_ends_at_the_first_look_that_is_precise_enough(void **state)
{
    const asked_t asked = {
        .precision = { "worse.occupancy_health_dead_365_5d=0.004" }, .n_precisions = 1, .n_sets = -1
    };
    char *const path = testlib_join(*state, "r.h5"), *const alone = testlib_join(*state, "a.h5");
    twp_run_report_t report;
    twp_error_t err;

    assert_int_equal(run(*state, &asked, path, &report, &err), TWP_OK);
    assert_true(report.is_precise && !report.is_partial);
    assert_int_equal(report.n_twins_most, N_MOST);
    assert_int_equal(report.n_twins, report.n_twins_done);
    twp_summary_t *const s = read_summary(path);
    const twp_summary_contrast_t *const got = contrast_of(s, "occupancy_health_dead", 365.5, 1);

    assert_string_equal(s->strategy[2], "worse");
    assert_true(!s->is_partial && s->is_precise);
    assert_int_equal(s->n_twins_most, N_MOST);
    assert_int_equal(s->n_precisions, 1);
    assert_string_equal(s->precision[0].name, "worse.occupancy_health_dead_365_5d");
    assert_near(s->precision[0].wanted, WANTED, 0);
    assert_near(s->precision[0].half_width, TWP_SUMS_Z * got->se, 0);
    assert_true(s->precision[0].half_width <= WANTED);
    assert_int_equal(s->n_looks, report.n_looks);
    assert_true(s->n_looks >= 2); /* so that a look said no */
    for (int k = 0; k < s->n_looks; k++) {
        assert_near(s->look_twins[k], TWP_PRECISION_FIRST_BLOCKS * BLOCK * (1 << k), 0);
        assert_int_equal(s->half_width[k] <= WANTED, k == s->n_looks - 1);
    }
    assert_near(s->look_twins[s->n_looks - 1], (double) s->n_twins_done, 0);

    /* What a run of so many twins gives, no block more: also counts that blocks leave before their turn. */
    const asked_t so_many = { .n_patients = s->n_twins_done, .n_sets = -1 };
    static const char *const dataset[] = { "contrasts/occupancy_health_dead_diff_mcse",
        "summary/time_alive_quantile", "contrasts/time_alive_diff_quantile",
        "segments/occupancy_health_dead_mean", "survival/occupancy_other_after", "survival/km_km",
        "outcomes/time_alive", "twins/female" };

    assert_int_equal(run(*state, &so_many, alone, NULL, &err), TWP_OK);
    for (size_t i = 0; i < sizeof dataset / sizeof dataset[0]; i++)
        assert_same_dataset(path, alone, dataset[i]);
    twp_summary_free(s);
    free(alone);
    free(path);
}

static void
test_any_number_of_threads_ends_at_the_same_look(void **state)
{
    asked_t asked = { .precision = { "worse.occupancy_health_dead_365_5d=0.004",
                          "worse.km_200d=0.006", "worse.time_alive=2" },
        .n_precisions = 3,
        .n_sets = -1 };
    char *const path = testlib_join(*state, "r.h5");
    twp_run_report_t report[4];
    twp_error_t err;
    static const int n_threads[4] = { 1, 2, 3, 8 };

    for (int i = 0; i < 4; i++) {
        asked.n_threads = n_threads[i];
        assert_int_equal(run(*state, &asked, path, &report[i], &err), TWP_OK);
        assert_true(report[i].is_precise && report[i].n_twins < N_MOST);
        assert_int_equal(report[i].n_twins, report[0].n_twins);
        assert_string_equal(report[i].digest, report[0].digest);
    }
    free(path);
}

static void
test_each_of_several_must_be_reached(void **state)
{
    asked_t asked = { .precision = { "worse.occupancy_health_dead_365_5d=0.5",
                          "worse.occupancy_health_dead_365_5d=0.004" },
        .n_precisions = 1,
        .n_sets = -1,
        .strategy = "worse" };
    char *const path = testlib_join(*state, "r.h5");
    twp_run_report_t one, two;
    twp_error_t err;

    assert_int_equal(run(*state, &asked, path, &one, &err), TWP_OK);
    asked.n_precisions = 2;
    assert_int_equal(run(*state, &asked, path, &two, &err), TWP_OK);
    assert_int_equal(one.n_looks, 1);
    assert_int_equal(one.n_twins, TWP_PRECISION_FIRST_BLOCKS * BLOCK);
    assert_true(two.n_looks > 1 && two.is_precise);
    free(path);
}

static void
test_what_is_not_reached_lives_all_twins_and_says_so(void **state)
{
    /* Nobody differs under idle, so nothing is known of an error; 1e-6 needs more twins than there are. */
    static const char *const wanted[] = { "worse.occupancy_health_dead_365_5d=1e-6",
        "idle.occupancy_health_dead_365_5d=0.5" };
    char *const path = testlib_join(*state, "r.h5");
    twp_error_t err;

    for (int i = 0; i < 2; i++) {
        const asked_t asked = { .precision = { wanted[i] },
            .n_precisions = 1,
            .n_sets = -1,
            .n_patients = 10 * BLOCK + 7 };
        twp_run_report_t report;

        assert_int_equal(run(*state, &asked, path, &report, &err), TWP_OK);
        assert_true(!report.is_precise && !report.is_partial);
        assert_int_equal(report.n_twins_done, 10 * BLOCK + 7);
        assert_int_equal(report.n_looks, 3);
        twp_summary_t *const s = read_summary(path);

        assert_false(s->is_precise);
        assert_near(s->look_twins[2], 10 * BLOCK + 7, 0);
        assert_int_equal(isnan(s->precision[0].half_width), i == 1);
        twp_summary_free(s);
    }
    free(path);
}

static void
test_a_run_smaller_than_the_first_look_is_judged_at_its_end(void **state)
{
    const asked_t asked = {
        .precision = { "worse.time_alive=60" }, .n_precisions = 1, .n_sets = -1, .n_patients = 500
    };
    char *const path = testlib_join(*state, "r.h5");
    twp_run_report_t report;
    twp_error_t err;

    assert_int_equal(run(*state, &asked, path, &report, &err), TWP_OK);
    assert_int_equal(report.n_looks, 1);
    assert_true(report.is_precise);
    assert_int_equal(report.n_twins, 500);
    free(path);
}

static void
test_what_cannot_be_asked_is_told_with_the_nearest_name(void **state)
{
    static const struct {
        const char *precision, *message;
    } wrong[] = {
        { "wors.km_200d=0.1", "no strategy wors (did you mean worse?)" },
        { "worse.km_20d=0.1", "no figure km_20d (did you mean km_200d?)" },
        { "worse.occupancy_health_dead=0.1", "no figure occupancy_health_dead" },
        { "usual.km_200d=0.1", "usual is the baseline" },
        { "worse.km_200d=0", "a number above 0" },
        { "worse.km_200d=-1", "a number above 0" },
        { "worse.km_200d=5 %", "a number above 0" },
        { "worse.km_200d=nan", "a number above 0" },
        { "worse.km_200d=", "a number above 0" },
        { "worse.km_200d", "STRATEGY.FIGURE=HALF_WIDTH" },
        { "worse=0.1", "STRATEGY.FIGURE=HALF_WIDTH" },
        { ".km_200d=0.1", "STRATEGY.FIGURE=HALF_WIDTH" },
        { "worse.=0.1", "STRATEGY.FIGURE=HALF_WIDTH" },
        { "", "STRATEGY.FIGURE=HALF_WIDTH" },
    };
    char *const path = testlib_join(*state, "r.h5");
    twp_error_t err;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const asked_t asked = {
            .precision = { wrong[i].precision }, .n_precisions = 1, .n_sets = -1
        };

        assert_int_equal(run(*state, &asked, path, NULL, &err), TWP_ERR_INPUT);
        assert_contains(err.message, wrong[i].message);
        assert_false(testlib_exists(path));
    }
    const asked_t of_other = {
        .precision = { "idle.km_200d=0.1" }, .n_precisions = 1, .n_sets = -1, .strategy = "worse"
    };
    const asked_t with_sets = {
        .precision = { "worse.km_200d=0.1" }, .n_precisions = 1, .n_sets = 10
    };

    assert_int_equal(run(*state, &of_other, path, NULL, &err), TWP_ERR_INPUT);
    assert_contains(err.message, "no strategy idle");
    assert_int_equal(run(*state, &with_sets, path, NULL, &err), TWP_ERR_INPUT);
    assert_contains(err.message, "parameter sets");
    free(path);
}

/* Stops when so many blocks have been asked for. */
static bool
count_down(void *context)
{
    int *const left = context;

    return --*left < 0;
}

static void
test_results_are_done_again_and_a_stop_between_looks_is_partial(void **state)
{
    const asked_t asked = { .precision = { "worse.occupancy_health_dead_365_5d=0.004",
                                "worse.km_200d=0.006" },
        .n_precisions = 2,
        .n_sets = -1 };
    const twp_reproduce_settings_t again = { .n_threads = 2 };
    char *const path = testlib_join(*state, "r.h5");
    twp_reproduction_t reproduction;
    twp_run_report_t report;
    twp_error_t err;
    int left = 6;

    assert_int_equal(run(*state, &asked, path, &report, &err), TWP_OK);
    if (twp_results_reproduce(path, &again, &reproduction, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_true(reproduction.is_equal);
    assert_int_equal(reproduction.run.n_twins, report.n_twins);

    const asked_t cut = { .precision = { "worse.occupancy_health_dead_365_5d=1e-6" },
        .n_precisions = 1,
        .n_threads = 1,
        .n_sets = -1,
        .should_stop = count_down,
        .stop_context = &left };

    assert_int_equal(run(*state, &cut, path, &report, &err), TWP_ERR_INTERRUPTED);
    assert_true(report.is_partial && !report.is_precise && report.n_twins_done > 0);
    twp_summary_t *const s = read_summary(path);

    assert_true(s->is_partial && !s->is_precise);
    assert_int_equal(s->n_twins, N_MOST);
    assert_near(s->look_twins[s->n_looks - 1], (double) s->n_twins_done, 0);
    twp_summary_free(s);
    if (twp_results_reproduce(path, &again, &reproduction, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_true(reproduction.is_equal && reproduction.is_partial);
    free(path);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_it_ends_at_the_first_look_that_is_precise_enough),
        TEST(test_any_number_of_threads_ends_at_the_same_look),
        TEST(test_each_of_several_must_be_reached),
        TEST(test_what_is_not_reached_lives_all_twins_and_says_so),
        TEST(test_a_run_smaller_than_the_first_look_is_judged_at_its_end),
        TEST(test_what_cannot_be_asked_is_told_with_the_nearest_name),
        TEST(test_results_are_done_again_and_a_stop_between_looks_is_partial),
    };

    twp_results_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
