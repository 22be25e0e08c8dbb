/*
 * Who is the best buy, from a study to its summary, where the answer is known: three strategies cost normal,
 * independent, uncertain prices and each twin's own luck under each; QALYs are the same. With 25 twins a
 * set the twins' part of the spread is four times the parameters'.
 */
#include "testlib.h"
#include "twinpath.h"

#include "results/writer.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_SETS 3000
#define PRICE_SD 3000.0

static const double price[3] = { 20000, 18000, 23000 };

static const char study_text[] =
    "twinpath: 1\n"
    "study: priced\n"
    "source: assumption\n"
    "money: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 10 days}\n"
    "parameters:\n"
    "  which: 0\n"
    "  price_usual: {value: 20000 USD, uncertain: {normal: {se: 3000 USD}}}\n"
    "  price_one: {value: 18000 USD, uncertain: {normal: {se: 3000 USD}}}\n"
    "  price_two: {value: 23000 USD, uncertain: {normal: {se: 3000 USD}}}\n"
    "patient:\n"
    "  count: 25\n"
    "  attributes:\n"
    "    luck_usual: {normal: [0 USD, 30000 USD]}\n"
    "    luck_one: {normal: [0 USD, 30000 USD]}\n"
    "    luck_two: {normal: [0 USD, 30000 USD]}\n"
    "  tracks:\n"
    "    course:\n"
    "      start: before\n"
    "      states:\n"
    "        before: {pay: {after: 1 day, to: past, do: [{cost: {payer: "
    "\"if(which == 0, price_usual + luck_usual, if(which == 1, price_one + luck_one, price_two + "
    "luck_two))\"}}]}}\n"
    "        past: {}\n"
    "  utility: {base: 1}\n"
    "strategies: {usual: {baseline: true}, one: {set: {which: 1}}, two: {set: {which: 2}}}\n"
    "report:\n"
    "  measures: [cost, qaly]\n"
    "  worth_of_a_qaly: [0 USD, 50000 USD]\n"
    "record: {events: none}\n";

static twp_summary_t *
run(const char *folder, twp_twins_t twins, int64_t n_sets)
{
    char *const yaml = testlib_join(folder, "study.yaml"),
                *const path = testlib_join(folder, "r.h5");
    twp_study_t *study = NULL;
    twp_summary_t *summary = NULL;
    twp_run_settings_t settings;
    twp_error_t err = { TWP_OK, "" };

    testlib_write_text(yaml, study_text);
    twp_run_settings_init(&settings);
    settings.seed = 20240917;
    settings.n_parameter_sets = n_sets;
    settings.twins = twins;
    settings.output_path = path;
    settings.overwrite = true;
    if (twp_study_read(yaml, NULL, 0, &study, &err) != TWP_OK)
        fail_msg("%s: %s", err.message,
            study != NULL ? twp_study_finding(study, 0)->message : "no study");
    if (twp_study_run(study, &settings, NULL, &err) != TWP_OK ||
        twp_summary_read(path, &summary, &err) != TWP_OK)
        fail_msg("%s", err.message);
    twp_study_free(study);
    free(path);
    free(yaml);
    return summary;
}

/* Chance that price i is the lowest: the integral of phi times the others' upper tails. */
static double
truth(int i)
{
    double sum = 0;

    for (double z = -9; z <= 9; z += 1e-3) {
        double p = gsl_ran_ugaussian_pdf(z);

        for (int k = 0; k < 3; k++)
            if (k != i)
                p *= gsl_cdf_ugaussian_Q((price[i] - price[k]) / PRICE_SD + z);
        sum += 1e-3 * p;
    }
    return sum;
}

static void
test_fresh_twins_are_taken_out_of_the_chances(void **state)
{
    twp_summary_t *const s = run(*state, TWP_TWINS_FRESH, N_SETS);
    double off = 0;

    assert_int_equal(s->n_curve_worths, 2);
    for (int i = 0; i < 3; i++) {
        const double want = truth(i);

        assert_string_equal(s->strategy[1], "one");
        print_message("%s: %.4f +- %.4f, plain %.4f, truth %.4f\n", s->strategy[i],
            s->p_best[2 * i], s->p_best_mcse[2 * i], s->p_best_raw[2 * i], want);
        assert_estimate(s->p_best[2 * i], want, s->p_best_mcse[2 * i]);
        assert_true(s->p_best_mcse[2 * i] < 0.04);
        off = fmax(off, fabs(s->p_best_raw[2 * i] - want) / sqrt(want * (1 - want) / N_SETS));
        /* QALYs are the same: no worth changes anything but rounding. */
        assert_near(s->p_best[2 * i + 1], s->p_best[2 * i], 2.0 / N_SETS);
    }
    assert_true(off > 8);
    assert_near(s->best[0], 1, 0);
    assert_int_equal(s->among[1].place, TWP_AMONG_FRONTIER);
    assert_int_equal(s->among[0].place, TWP_AMONG_DOMINATED);
    assert_int_equal(s->among[0].i_against, 1);
    twp_summary_free(s);
}

/* Within one world of 25 twins the common error is large; what is told is, too. */
static void
test_the_same_twins_are_counted_as_they_are_with_their_error(void **state)
{
    twp_summary_t *const s = run(*state, TWP_TWINS_SAME, 300);

    for (int i = 0; i < 3; i++) {
        assert_near(s->p_best[2 * i], s->p_best_raw[2 * i], 0);
        assert_true(fabs(s->p_best[2 * i] - truth(i)) <= 4 * s->p_best_mcse[2 * i]);
    }
    assert_true(s->p_best_mcse[2] > 0.1);
    twp_summary_free(s);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_fresh_twins_are_taken_out_of_the_chances),
        TEST(test_the_same_twins_are_counted_as_they_are_with_their_error),
    };

    twp_results_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
