/* The table of a summary made by hand: what it tells, and how. */
#include "report_sample.h"

#include "report/csv.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/table.h"
#include "report/words.h"

#include <stdio.h>

static void
test_the_table_says_what_a_strategy_person_wants(void **state)
{
    sample_t *sample = *state;
    char *text = report(twp_report_table, &sample->summary, NULL);

    assert_contains(text, "ra_support\nWhich support keeps people on a biologic?\n");
    assert_contains(text, "20,000 twins, each under 3 strategies, seed 18446744073709551615.");
    assert_contains(text,
        "  at 365 d\n"
        "    usual_care  0.700  0.694 to 0.706                                         18,412\n"
        "    app         0.721  0.715 to 0.727     +0.0213  +0.0191 to +0.0235   83 %  18,412\n");
    assert_contains(text, "  at 730 d\n");
    assert_contains(text, "84,300  83,400 to 85,200");
    assert_contains(text, "+1,230  +1,110 to +1,350");
    assert_contains(text, "\nDays to the first dose\n");
    assert_contains(text, "Not stopped (Kaplan-Meier) at 365 d\n");
    assert_contains(text,
        "  usual_care   0.0  no interval                                  20,000\n"
        "  app          3.3   3.2 to  3.3        +3.25   +3.21 to  +3.29  20,000\n");
    assert_contains(text, "app: costs 123,000 USD per QALY gained (95 % 105,000 to 147,000)");
    assert_contains(text, "nurse: dominates: costs 320 USD less and gains 0.0193 QALYs");
    assert_contains(text, "a QALY is worth 100,000 USD\n");
    assert_contains(text, "Predicted: 0 of 1 hit;");
    assert_contains(text, "Fitted: 1 of 1 hit;");
    assert_contains(text,
        "  persistence, usual_care\n"
        "    one_year  hit    0.700  0.694 to 0.706  0.670 to 0.730  fit      365 d  EV-A70\n"
        "    two_year  MISS   0.559  0.552 to 0.566  0.609 to 0.689  predict  730 d  EV-A70\n");
    assert_lacks(text, "PARTIAL");
    assert_lacks(text, "female");
    assert_lacks(text, " nan");
    assert_true(longest_line(text) <= 100);
    free(text);
}

static void
test_cost_and_effect_are_told_of_segments_too(void **state)
{
    const twp_report_options_t options = { .has_segments = true };
    sample_t *sample = *state;
    char *text = report(twp_report_table, &sample->summary, &options);

    assert_contains(text,
        "\nfemale=yes (14,988 twins):\n"
        "  app: costs 123,000 USD per QALY gained (95 % 105,000 to 147,000)\n");
    assert_lacks(text, "female=no (5,012 twins):\n");
    assert_contains(text, "  a QALY is worth 100,000 USD, female=yes\n    app ");
    free(text);
    text = report(twp_report_table, &sample->summary, NULL);
    assert_lacks(text, "female");
    free(text);
}

/* N_STRATEGIES is 3: the baseline is on the frontier, app extendedly dominated, nurse beyond. */
static void
test_all_strategies_are_told_by_rising_cost_with_their_place(void **state)
{
    const twp_summary_among_t among[3] = { { 5000, 3.1, TWP_AMONG_FRONTIER, -1, -1, NAN, NAN, NAN,
                                               NAN, NAN, NAN, NAN, NAN, TWP_INTERVAL_NONE },
        { 9000, 3.15, TWP_AMONG_FRONTIER, 0, -1, 4000, 61, 0.05, 0.004, 0.3, 80000, 70000, 93000,
            TWP_INTERVAL_BETWEEN },
        { 8000, 3.12, TWP_AMONG_EXTENDED, 0, 1, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN,
            TWP_INTERVAL_NONE } };
    const double curve_worth[3] = { 50000, 100000, 150000 }, best[3] = { 0, 1, 1 };
    const double p[9] = { 0.9, 0.25, NAN, 0.1, 0.75, NAN, 0, 0, NAN };
    const double raw[9] = { 0.7, 0.4, 0.3, 0.2, 0.5, 0.6, 0.1, 0.1, 0.1 };
    sample_t *sample = *state;
    const char *first, *second, *third;
    char *text;

    sample->summary.among = among;
    sample->segment[1].among = among;
    text = report(twp_report_table, &sample->summary, NULL);
    first = strstr(text, "All strategies together (USD)");
    assert_non_null(first);
    first = strstr(first, "the cheapest");
    second = first != NULL ? strstr(first, "extendedly dominated") : NULL;
    third = second != NULL ? strstr(second, "80,000  70,000 to 93,000") : NULL;
    assert_non_null(third);
    assert_lacks(text, "Chance to be the best buy");
    free(text);

    sample->summary.n_curve_worths = 3;
    sample->summary.curve_worth = curve_worth;
    sample->summary.best = best;
    sample->summary.p_best = p;
    sample->summary.p_best_mcse = p;
    sample->summary.p_best_raw = raw;
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(text, "Chance to be the best buy");
    assert_contains(text, "0.750  0.750        0.500  largest mean net benefit");
    assert_contains(text, "more twins a set are needed");
    free(text);
    text = report(twp_report_json, &sample->summary, NULL);
    assert_contains(text, "\"place\": \"extendedly_dominated\"");
    assert_contains(text, "\"best_buy\": {");
    assert_contains(text, "\"plain_share\": [");
    free(text);
    const twp_report_options_t options = { .has_segments = true };
    text = report(twp_report_csv, &sample->summary, &options);
    assert_contains(text, ",frontier_icer,,USD year-1,80000,,70000,93000,,,,,,,,,,,,complete\n");
    assert_contains(text, ",frontier_icer,,USD year-1,80000,,70000,93000,,,,,,,,,,,female=yes,");
    assert_contains(text, ",on_the_frontier,,1,0,");
    assert_contains(text, ",p_best_at_100000,,1,0.75,0.75,");
    free(text);
}

static void
test_money_has_its_year_and_discounting_its_rate(void **state)
{
    sample_t *sample = *state;
    char *text;

    sample->summary.price_year = 2023;
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(text, "\nMoney is USD of 2023. Nothing is discounted.\n");
    assert_contains(text, "\nCost (USD 2023)\n");
    free(text);
    sample->summary.discount = "3 % a year, from entry";
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(text,
        "\nMoney is USD of 2023. What is called discounted is so by 3 % a year, from entry.\n");
    free(text);
}

static void
test_exactly_nothing_is_0(void **state)
{
    sample_t *sample = *state;
    twp_summary_contrast_t *const contrast = (twp_summary_contrast_t *) sample->summary.contrast;
    char *text;

    for (int i = 0; i < N_ROWS * N_CONTRASTS; i++) {
        contrast[i].difference = contrast[i].se = contrast[i].low = contrast[i].high = 0;
        contrast[i].variance_saved = 1;
    }
    text = report(twp_report_table, &sample->summary, NULL);
    assert_lacks(text, "0.000 to");
    assert_lacks(text, "0.0000");
    assert_contains(text, "  app         0.721  0.715 to 0.727           0  100 %  18,412\n");
    free(text);
}

static void
test_a_target_whose_interval_covers_a_bound_is_too_close_to_tell(void **state)
{
    sample_t *sample = *state;
    char *text;

    sample->target[1].result = 0.612;
    sample->target[1].low = 0.605;
    sample->target[1].high = 0.619;
    sample->target[1].is_hit = true;
    sample->target[1].verdict = TWP_VERDICT_UNCLEAR;
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(text, "Predicted: 0 of 1 hit, 1 too close to tell; these judge");
    assert_contains(text, "two_year  too close to tell   0.612  0.605 to 0.619  0.609 to 0.689");
    free(text);
    text = report(twp_report_json, &sample->summary, NULL);
    assert_contains(text, "\"verdict\": \"too_close_to_tell\"");
    free(text);
}

/* What a reader must know before a number: the author's note, and that this is not the file's study. */
static void
test_the_note_and_what_was_changed_stand_above_the_figures(void **state)
{
    static const char *const key[] = { "study", TWP_PROVENANCE_SET };
    static const char *const value[] = { "ra_support", "--set price=3 USD --patients 10" };
    face_t *const face[] = { twp_report_table, twp_report_markdown };
    sample_t *sample = *state;

    for (size_t i = 0; i < 2; i++) {
        char *text = report(face[i], &sample->summary, NULL);

        assert_lacks(text, "Note:");
        assert_lacks(text, "Changed on the command line");
        free(text);
    }
    sample->summary.note = "Nurses are unlimited.";
    sample->summary.provenance_key = key;
    sample->summary.provenance_value = value;
    for (size_t i = 0; i < 2; i++) {
        char *text = report(face[i], &sample->summary, NULL);
        const char *const note = strstr(text, "Note: Nurses are unlimited.");
        const char *const set = strstr(
            text, "Changed on the command line: --set price=3 USD --patients 10");

        assert_non_null(note);
        assert_non_null(set);
        assert_true(note < set && set < strstr(text, "20,000 twins"));
        free(text);
    }
}

static void
test_adherence_stands_before_cost_and_cost_before_targets(void **state)
{
    sample_t *sample = *state;
    char *text = report(twp_report_table, &sample->summary, NULL);
    const char *const order[] = { "\nAdherence\n", "\nPersistence", "\nCourse\n", "\nNot stopped",
        "\nSupport given\n", "\nContacts\n", "\nCost and health\n", "\nCost (USD)\n",
        "\nCost for effect\n", "\nTargets\n" };
    const char *at = text;

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        at = strstr(at, order[i]);
        if (at == NULL)
            print_error("out of order: %s in\n%s\n", order[i], text);
        assert_non_null(at);
    }
    free(text);
}

static void
test_a_partial_run_is_said_in_the_first_line(void **state)
{
    sample_t *sample = *state;
    const char *const first = "PARTIAL RUN: stopped after 3,072 of 20,000 twins";
    char *text;

    sample->summary.is_partial = true;
    sample->summary.n_twins_done = 3072;
    text = report(twp_report_table, &sample->summary, NULL);
    assert_int_equal(strncmp(text, first, strlen(first)), 0);
    free(text);
    text = report(twp_report_markdown, &sample->summary, NULL);
    assert_int_equal(strncmp(text, "> **PARTIAL RUN", 15), 0);
    free(text);
    text = report(twp_report_json, &sample->summary, NULL);
    assert_contains(text, "\"status\": \"partial\"");
    free(text);
}

static void
test_the_precision_that_was_asked_for_is_told(void **state)
{
    static const twp_summary_precision_t precision[2] = { { "app.pdc", "1", 0.005, 0.0042 },
        { "app.cost", "USD", 50, NAN } };
    static const double look_twins[2] = { 4096, 8192 }, half_width[4] = { 0.006, 70, 0.0042, NAN };
    sample_t *sample = *state;
    char *text;

    text = report(twp_report_table, &sample->summary, NULL);
    assert_lacks(text, "Precision");
    free(text);
    sample->summary.n_precisions = 2;
    sample->summary.precision = precision;
    sample->summary.n_looks = 2;
    sample->summary.look_twins = look_twins;
    sample->summary.half_width = half_width;
    sample->summary.n_twins_most = 100000;
    text = report(twp_report_markdown, &sample->summary, NULL);
    assert_contains(text,
        "interval): app.pdc to 0.005, app.cost to 50. NOT REACHED at look 2, after "
        "20,000 of at most 100,000 twins: 0.0042, not known.");
    free(text);
    sample->summary.is_precise = true;
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(text, "Reached at look 2");
    free(text);
    text = report(twp_report_json, &sample->summary, NULL);
    assert_contains(text, "\"is_reached\": true");
    assert_contains(text, "\"n_twins_most\": 100000");
    assert_contains(text, "\"half_width\": null");
    free(text);
}

static void
test_segments_and_chosen_strategies_are_shown_on_request(void **state)
{
    sample_t *sample = *state;
    const bool is_chosen[N_STRATEGIES] = { false, false, true };
    const twp_report_options_t options = {
        .has_segments = true, .is_chosen = is_chosen, .width = 100
    };
    char *text = report(twp_report_table, &sample->summary, &options);

    assert_contains(text, "  all twins at 365 d\n");
    assert_contains(text, "  female=yes (14,988 twins) at 730 d\n");
    assert_contains(text, "  female=no (5,012 twins)\n");
    assert_contains(text, "    nurse");
    assert_contains(text, "    usual_care");
    assert_lacks(text, "    app");
    assert_lacks(text, "  app:");
    assert_true(longest_line(text) <= 100);
    free(text);
    sample->summary.n_segments = 0;
    text = report(twp_report_table, &sample->summary, &options);
    assert_contains(text, "No segments");
    free(text);
}

static void
test_an_unverified_file_is_said_to_be_so(void **state)
{
    sample_t *sample = *state;
    char *text;

    sample->summary.is_unverified = true;
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(text, "no .sha256 file");
    free(text);
}

/* Turns the sample into one of 400 parameter sets; the app's cost has the numbers below. */
static void
add_sets(sample_t *sample, bool are_twins_same)
{
    twp_summary_t *s = &sample->summary;

    s->n_parameter_sets = s->n_parameter_sets_done = 400;
    s->are_twins_same = are_twins_same;
    sample->estimate[1].n = 400 * 20000;
    sample->estimate[1].low = 70000;
    sample->estimate[1].high = 99000;
    sample->estimate[1].sets_variance = 7000.0 * 7000;
    sample->estimate[1].twins_variance = 2000.0 * 2000;
    sample->contrast[0].sets_variance = 500.0 * 500;
    sample->contrast[0].twins_variance = 300.0 * 300;
}

static void
test_with_sets_the_interval_is_of_the_parameters_and_the_error_apart(void **state)
{
    sample_t *sample = *state;
    char *text;

    add_sets(sample, false);
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(
        text, "400 sets of the uncertain parameters, each lived by its own 20,000 twins");
    assert_contains(text, "drawn together about the mean");
    assert_lacks(text, "intervals are of the number of twins alone");
    assert_contains(text, "86,000  70,000 to 99,000    500      +1,230  ");
    assert_contains(text, "Where the spread comes from");
    /* sqrt(7000^2 - 2000^2) = 6708, sqrt(500^2 - 300^2) = 400 */
    assert_contains(
        text, "    app         7,000  2,000       6,700               500    300         400\n");
    assert_true(longest_line(text) <= 100);
    free(text);
    text = report(twp_report_csv, &sample->summary, NULL);
    assert_contains(text, ",0.83,49000000,4000000,250000,90000,,complete\n");
    free(text);
    text = report(twp_report_json, &sample->summary, NULL);
    assert_contains(text, "\"parameters_variance\": 45000000.0");
    assert_contains(text, "\"parameters_variance\": 160000.0");
    assert_contains(text, "\"twins\": \"fresh\"");
    free(text);
    text = report(twp_report_markdown, &sample->summary, NULL);
    assert_contains(text, "Where the spread comes from");
    free(text);
}

/* A difference without error is the parameters'; one with an error that is not paired is not told. */
static void
test_what_the_parameters_make_of_a_difference_is_told_where_it_is_paired_or_exact(void **state)
{
    sample_t *sample = *state;
    twp_summary_contrast_t *const contrast = (twp_summary_contrast_t *) sample->summary.contrast;
    char *text;

    add_sets(sample, false);
    contrast[0].variance_saved = NAN;
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(
        text, "    app         7,000  2,000       6,700               500    300           -\n");
    free(text);
    contrast[0].twins_variance = 0;
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(
        text, "    app         7,000  2,000       6,700               500      0         500\n");
    free(text);
    text = report(twp_report_json, &sample->summary, NULL);
    assert_contains(text, "\"parameters_variance\": 250000.0");
    free(text);
}

static void
test_the_same_twins_leave_the_whole_spread_to_the_parameters(void **state)
{
    sample_t *sample = *state;
    char *text;

    add_sets(sample, true);
    text = report(twp_report_table, &sample->summary, NULL);
    assert_contains(text, "each lived by the same 20,000 twins");
    assert_lacks(text, "drawn together");
    assert_contains(
        text, "    app         7,000  2,000       7,000               500    300         500\n");
    free(text);
    sample->summary.n_parameter_sets = 1000;
    sample->summary.is_partial = true;
    text = report(twp_report_table, &sample->summary, NULL);
    assert_int_equal(
        strncmp(text, "PARTIAL RUN: stopped after 400 of 1,000 parameter sets", 54), 0);
    free(text);
}

static void
assert_words(const twp_summary_icer_t *icer, const char *want)
{
    twp_buffer_t words = { 0 };

    twp_report_icer_words(&words, icer, "USD");
    assert_string_equal(words.text, want);
    twp_buffer_clear(&words);
}

static void
test_cost_effectiveness_is_said_in_words(void **state)
{
    twp_summary_icer_t icer = { .cost = 120,
        .cost_se = 10,
        .qaly = 0.001,
        .qaly_se = 0.002,
        .icer = 120000,
        .ratio = 120000,
        .shape = TWP_INTERVAL_OUTSIDE,
        .place = TWP_PLACE_DEARER_AND_BETTER };

    (void) state;
    assert_words(&icer, "its effect on QALYs cannot be told from no effect; costs 120 USD more");
    icer.cost_se = 100;
    assert_words(&icer,
        "its effect on QALYs cannot be told from no effect; its cost cannot be told "
        "from the baseline's either");
    icer.qaly_se = NAN;
    icer.shape = TWP_INTERVAL_NONE;
    assert_words(&icer, "costs 120,000 USD per QALY gained (no interval)");
    icer = (twp_summary_icer_t){ .cost = -500,
        .cost_se = 20,
        .qaly = -0.01,
        .qaly_se = 0.001,
        .icer = 50000,
        .low = 40400,
        .high = 62600,
        .shape = TWP_INTERVAL_BETWEEN,
        .place = TWP_PLACE_CHEAPER_AND_WORSE };
    assert_words(&icer, "saves 50,000 USD per QALY lost (95 % 40,000 to 63,000)");
    icer.place = TWP_PLACE_DOMINATED;
    icer.cost = 500;
    assert_words(&icer, "is dominated: costs 500 USD more and loses 0.0100 QALYs");
    icer.cost_se = 400;
    assert_words(&icer, "loses 0.0100 QALYs at a cost that cannot be told from the baseline's");
    icer.place = TWP_PLACE_EQUAL;
    assert_words(&icer, "no difference in cost or effect");
    icer.place = TWP_PLACE_UNKNOWN;
    assert_words(&icer, "no estimate of cost or effect");
}

static void
test_six_strategies_with_long_names_fit_a_hundred_columns(void **state)
{
    static const char *const long_names[N_STRATEGIES] = { "usual_care",
        "all_three_supports_together_from_the_ninetieth_day_on_ramped",
        "nurse_coaching_with_eight_nurses_instead_of_four_nurses_____" };
    sample_t *sample = *state;
    const size_t widths[] = { 80, 100, 120 };

    sample->summary.strategy = long_names;
    sample->target[0].source =
        "A source that is told in many words instead of by its number, which is "
        "longer than any line of a table should be";
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        const twp_report_options_t options = { .width = widths[i], .has_segments = true };
        char *text = report(twp_report_table, &sample->summary, &options);
        assert_true(longest_line(text) <= (widths[i] > 100 ? widths[i] : 100));
        free(text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SAMPLE(test_the_table_says_what_a_strategy_person_wants),
        WITH_SAMPLE(test_cost_and_effect_are_told_of_segments_too),
        WITH_SAMPLE(test_all_strategies_are_told_by_rising_cost_with_their_place),
        WITH_SAMPLE(test_money_has_its_year_and_discounting_its_rate),
        WITH_SAMPLE(test_exactly_nothing_is_0),
        WITH_SAMPLE(test_a_target_whose_interval_covers_a_bound_is_too_close_to_tell),
        WITH_SAMPLE(test_the_note_and_what_was_changed_stand_above_the_figures),
        WITH_SAMPLE(test_adherence_stands_before_cost_and_cost_before_targets),
        WITH_SAMPLE(test_a_partial_run_is_said_in_the_first_line),
        WITH_SAMPLE(test_the_precision_that_was_asked_for_is_told),
        WITH_SAMPLE(test_segments_and_chosen_strategies_are_shown_on_request),
        WITH_SAMPLE(test_an_unverified_file_is_said_to_be_so),
        WITH_SAMPLE(test_with_sets_the_interval_is_of_the_parameters_and_the_error_apart),
        WITH_SAMPLE(
            test_what_the_parameters_make_of_a_difference_is_told_where_it_is_paired_or_exact),
        WITH_SAMPLE(test_the_same_twins_leave_the_whole_spread_to_the_parameters),
        cmocka_unit_test(test_cost_effectiveness_is_said_in_words),
        WITH_SAMPLE(test_six_strategies_with_long_names_fit_a_hundred_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
