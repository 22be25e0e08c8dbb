/* Reports of a summary made by hand: every face, and the numbers they print. */
#include "testlib.h"

#include "report/csv.h"
#include "report/grid.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/number.h"
#include "report/table.h"
#include "report/words.h"

#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the summary -------------------------------------------------------------------------------- */

#define N_STRATEGIES 3
#define N_CONTRASTS 2
#define N_ROWS 7
#define N_SEGMENTS 2
#define N_WORTH 2

static const char *const strategies[N_STRATEGIES] = { "usual_care", "app", "nurse" };

static const twp_summary_row_t rows[N_ROWS] = {
    { "cost", "Cost", "USD", "sum of the ledger's entries", NAN, true, false },
    { "qaly", "QALYs", "year", "integral of the utility over the life", NAN, true, false },
    { "persistence", "Persistence", "1", "kept taking it", 365, true, false },
    { "persistence", "Persistence", "1", "kept taking it", 730, true, false },
    { "contacts", "Contacts", "", "offers and contacts made by supports", NAN, true, false },
    { "wait", "Days to the first dose", "d", "days from entry | first dose", NAN, true, true },
    { "kaplan_meier_stop", "Not stopped (Kaplan-Meier)", "1", "estimate", 365, false, false },
};

typedef struct {
    twp_summary_estimate_t estimate[N_ROWS * N_STRATEGIES];
    twp_summary_contrast_t contrast[N_ROWS * N_CONTRASTS];
    twp_summary_segment_t segment[N_SEGMENTS];
    twp_summary_icer_t icer[N_CONTRASTS];
    twp_summary_contrast_t benefit[N_CONTRASTS][N_WORTH];
    twp_summary_target_t target[2];
    twp_summary_curve_t curve;
    twp_summary_t summary;
} sample_t;

static const double quantile_shares[2] = { 0.05, 0.95 };
static const double quantile_values[2] = { 3.5, 99.25 };
static const double worths[N_WORTH] = { 100000, 150000 };
static const double curve_times[2] = { 0, 30.4375 };
static const double curve_values[N_STRATEGIES * 2] = { 1, 0.91, 1, 0.93, 1, 0.96 };
static const double p_better[N_WORTH] = { 0.031, 0.62 };
static const char *const keys[2] = { "study", "patients.csv" };
static const char *const values[2] = { "ra.yaml", "0123abcd" };

static twp_summary_estimate_t
estimate(double mean, double mcse, double n)
{
    return (twp_summary_estimate_t){ mean, mcse, mean - 1.96 * mcse, mean + 1.96 * mcse, n, NULL,
        NAN, NAN };
}

static twp_summary_contrast_t
contrast(double difference, double se, double saved)
{
    return (twp_summary_contrast_t){ difference, se, difference - 1.96 * se, difference + 1.96 * se,
        20000, saved, NULL, NAN, NAN };
}

static void
fill_figures(sample_t *sample)
{
    const twp_summary_estimate_t e[N_ROWS * N_STRATEGIES] = { estimate(84321.4, 452, 20000),
        estimate(85555, 460, 20000), estimate(84001, 449, 20000), estimate(1.3214, 0.0041, 20000),
        estimate(1.3314, 0.0041, 20000), estimate(1.3407, 0.0040, 20000),
        estimate(0.7001, 0.0032, 18412), estimate(0.7214, 0.0031, 18412),
        estimate(0.7403, 0.0031, 18413), estimate(0.5588, 0.0035, 18000),
        estimate(0.5790, 0.0035, 18000), estimate(NAN, NAN, 0), estimate(0, 0, 20000),
        estimate(3.2514, 0.021, 20000), estimate(12.1, 0.3, 20000), estimate(45.26, 0.31, 19000),
        estimate(45.01, 0.31, 19000), estimate(40.5, 0.3, 19000), estimate(0.681, 0.0034, 20000),
        estimate(0.701, 0.0034, 20000), estimate(0.722, 0.0034, 20000) };
    const twp_summary_contrast_t c[N_ROWS * N_CONTRASTS] = { contrast(1233.6, 61, 0.83),
        contrast(-320, 55, 0.8), contrast(0.0100, 0.0008, 0.9), contrast(0.0193, 0.0009, 0.88),
        contrast(0.0213, 0.0011, 0.83), contrast(0.0402, 0.0012, 0.83),
        contrast(0.0202, 0.0012, 0.82), contrast(NAN, NAN, NAN), contrast(3.2514, 0.021, NAN),
        contrast(12.1, 0.3, NAN), contrast(-0.25, 0.05, 0.97), contrast(-4.76, 0.21, 0.7),
        contrast(0.02, 0.0048, NAN), contrast(0.041, 0.0048, NAN) };

    memcpy(sample->estimate, e, sizeof e);
    memcpy(sample->contrast, c, sizeof c);
    sample->estimate[5 * N_STRATEGIES].quantile = quantile_values;
    sample->estimate[4 * N_STRATEGIES].low = NAN; /* one world has no interval */
    sample->segment[0] = (twp_summary_segment_t){ "female=no", 5012, sample->estimate,
        sample->contrast, NULL, NULL };
    sample->segment[1] = (twp_summary_segment_t){ "female=yes", 14988, sample->estimate,
        sample->contrast, sample->icer, NULL };
}

static void
fill_economics(sample_t *sample)
{
    for (int i = 0; i < N_CONTRASTS; i++) {
        for (int k = 0; k < N_WORTH; k++)
            sample->benefit[i][k] = contrast(i == 0 ? -234 + 500 * k : 2250.0 + 900 * k, 120, 0.5);
        sample->icer[i].net_benefit = sample->benefit[i];
        sample->icer[i].p_better = p_better;
        sample->icer[i].statement = "";
    }
    sample->icer[0].cost = 1233.6;
    sample->icer[0].cost_se = 61;
    sample->icer[0].qaly = 0.01;
    sample->icer[0].qaly_se = 0.0008;
    sample->icer[0].icer = sample->icer[0].ratio = 123360;
    sample->icer[0].low = 105000;
    sample->icer[0].high = 147000;
    sample->icer[0].shape = TWP_INTERVAL_BETWEEN;
    sample->icer[0].place = TWP_PLACE_DEARER_AND_BETTER;
    sample->icer[1].cost = -320;
    sample->icer[1].cost_se = 55;
    sample->icer[1].qaly = 0.0193;
    sample->icer[1].qaly_se = 0.0009;
    sample->icer[1].icer = NAN;
    sample->icer[1].ratio = -16580;
    sample->icer[1].low = -23000;
    sample->icer[1].high = -11000;
    sample->icer[1].shape = TWP_INTERVAL_BETWEEN;
    sample->icer[1].place = TWP_PLACE_DOMINATES;
}

static void
fill_rest(sample_t *sample)
{
    twp_summary_t *s = &sample->summary;

    sample->target[0] = (twp_summary_target_t){ "one_year", "persistence", "1", "EV-A70",
        "usual_care", 365, 0.7, 0.03, 0.7001, 0.0032, 0.6938, 0.7064, true, true, TWP_VERDICT_HIT };
    sample->target[1] = (twp_summary_target_t){ "two_year", "persistence", "1", "EV-A70",
        "usual_care", 730, 0.649, 0.04, 0.5588, 0.0035, 0.5519, 0.5657, false, false,
        TWP_VERDICT_MISS };
    sample->curve = (twp_summary_curve_t){
        .name = "occupancy_therapy_taking", .label = "Taking", .all = { .value = curve_values }
    };
    *s = (twp_summary_t){ .path = "/home/someone/results.h5",
        .title = "ra_support",
        .question = "Which support keeps people on a biologic?",
        .currency = "USD",
        .source = "twinpath 0.1.0",
        .run_id = "0123456789abcdef0123456789abcdef",
        .seed = "18446744073709551615",
        .content_digest = "feed",
        .n_twins = 20000,
        .n_twins_done = 20000,
        .n_strategies = N_STRATEGIES,
        .strategy = strategies,
        .n_contrasts = N_CONTRASTS,
        .n_quantiles = 2,
        .quantile = quantile_shares,
        .n_rows = N_ROWS,
        .row = rows,
        .estimate = sample->estimate,
        .contrast = sample->contrast,
        .n_segments = N_SEGMENTS,
        .segment = sample->segment,
        .has_icer = true,
        .cost_name = "cost",
        .qaly_name = "qaly",
        .icer = sample->icer,
        .n_worth = N_WORTH,
        .worth = worths,
        .n_targets = 2,
        .target = sample->target,
        .n_curve_times = 2,
        .curve_time_days = curve_times,
        .n_curves = 1,
        .curve = &sample->curve,
        .n_provenance = 2,
        .provenance_key = keys,
        .provenance_value = values };
}

static int
set_up(void **state)
{
    sample_t *sample = calloc(1, sizeof *sample);

    if (sample == NULL)
        return -1;
    fill_figures(sample);
    fill_economics(sample);
    fill_rest(sample);
    *state = sample;
    return 0;
}

static int
tear_down(void **state)
{
    free(*state);
    return 0;
}

typedef twp_status_t face_t(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_buffer_t *buffer, twp_error_t *err);

/* The text of a face; the caller frees. */
static char *
report(face_t *face, const twp_summary_t *summary, const twp_report_options_t *options)
{
    twp_buffer_t buffer = { 0 };
    twp_error_t err;

    assert_int_equal(face(summary, options, &buffer, &err), TWP_OK);
    assert_non_null(buffer.text);
    assert_int_equal(strlen(buffer.text), buffer.n_bytes);
    return buffer.text;
}

static size_t
longest_line(const char *text)
{
    size_t longest = 0;

    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        longest = length > longest ? length : longest;
        text += length + (text[length] == '\n');
    }
    return longest;
}

/* ---- numbers ------------------------------------------------------------------------------------ */

static void
assert_format(double value, int decimals, bool has_plus, const char *want)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_format(text, value, decimals, has_plus);
    assert_string_equal(text, want);
}

static void
test_numbers_have_grouped_thousands_and_a_point(void **state)
{
    char text[TWP_NUMBER_SIZE];

    (void) state;
    assert_format(1234567.891, 2, false, "1,234,567.89");
    assert_format(999.5, 0, false, "1,000");
    assert_format(-1234, 0, true, "-1,234");
    assert_format(0.0213, 3, true, "+0.021");
    assert_format(-0.0004, 3, true, "0.000");
    assert_format(84321.4, -2, false, "84,300");
    assert_format(NAN, 2, false, "-");
    assert_format(-INFINITY, 2, false, "-inf");
    assert_format(1e300, 2, false, "1.000e+300");
    twp_number_count(text, INT64_MIN + 1);
    assert_string_equal(text, "-9,223,372,036,854,775,807");
    twp_number_time(text, 30.4375);
    assert_string_equal(text, "30.4375 d (1 month)");
    twp_number_time(text, 730.5);
    assert_string_equal(text, "730.5 d (2 years)");
    twp_number_time(text, 365);
    assert_string_equal(text, "365 d");
    twp_number_time(text, 0.1);
    assert_string_equal(text, "0.1 d");
}

/* 0.0032 stands at the third decimal; 0.0013 at the fourth, for its first digit is a 1. */
static void
test_decimals_follow_the_standard_error(void **state)
{
    (void) state;
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 0.0032), 3);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 0.0013), 4);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 0.05), 2);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, NAN), 3);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 0), 3);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_SHARE, 0.7, 1e-300), 6);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_DAYS, 345, 0.001), 1);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_DAYS, 345, 30), 0);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_MONEY, 84321, 452), -2);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_MONEY, 84321, 0.001), 0);
    assert_int_equal(twp_number_decimals(TWP_NUMBER_MONEY, 12.3, 0.001), 2);
    assert_int_equal(twp_number_kind("year", "USD"), TWP_NUMBER_YEARS);
    assert_int_equal(twp_number_kind("USD", "USD"), TWP_NUMBER_MONEY);
    assert_int_equal(twp_number_kind("", ""), TWP_NUMBER_COUNT);
}

static void
test_exact_numbers_read_back_as_the_same_double(void **state)
{
    const double several[] = { 0.1, 1.0 / 3, 0.7000000000000001, -2.5e-310, 1e22, 12345, 0 };
    char text[TWP_NUMBER_SIZE];

    (void) state;
    for (size_t i = 0; i < sizeof several / sizeof several[0]; i++) {
        double back;
        twp_number_exact(text, several[i]);
        back = strtod(text, NULL);
        assert_same_bits(&back, &several[i], sizeof back);
    }
    twp_number_exact(text, 0.1);
    assert_string_equal(text, "0.1");
    twp_number_exact(text, NAN);
    assert_string_equal(text, "");
}

/* ---- text --------------------------------------------------------------------------------------- */

static void
test_text_breaks_between_words_and_counts_characters(void **state)
{
    twp_buffer_t buffer = { 0 };

    (void) state;
    assert_int_equal(twp_buffer_width("\xc3\xa9t\xc3\xa9"), 3);
    twp_buffer_wrap(&buffer, "one two  three\nfour extraordinarily", 9, "- ", "  ");
    assert_string_equal(buffer.text, "- one two\n  three\n  four\n  extraordinarily\n");
    twp_buffer_clear(&buffer);
}

static void
test_a_wide_grid_puts_long_names_on_lines_of_their_own(void **state)
{
    const char *name = "a_strategy_with_quite_a_long_name_for_a_table";
    twp_arena_t *arena = twp_arena_create(0);
    twp_grid_t grid = twp_grid_init(arena);
    twp_buffer_t buffer = { 0 };

    (void) state;
    twp_grid_column(&grid, "strategy", TWP_GRID_TEXT);
    twp_grid_column(&grid, "mean", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "nothing", TWP_GRID_TEXT);
    twp_grid_add_copy(&grid, name);
    twp_grid_add(&grid, "0.5");
    twp_grid_add(&grid, "");
    twp_grid_add_copy(&grid, "b\x1b[31m");
    twp_grid_add(&grid, "12.25");
    twp_grid_add(&grid, "");
    assert_int_equal(twp_grid_n_rows(&grid), 2);
    twp_grid_draw(&grid, &buffer, "", 80);
    assert_string_equal(buffer.text,
        "strategy                                        mean\n"
        "a_strategy_with_quite_a_long_name_for_a_table   0.5\n"
        "b [31m                                         12.25\n");
    twp_buffer_clear(&buffer);
    twp_grid_draw(&grid, &buffer, "", 40);
    assert_string_equal(buffer.text,
        "strategy\n"
        "               mean\n"
        "a_strategy_with_quite_a_long_name_for_a_table\n"
        "               0.5\n"
        "b [31m\n"
        "              12.25\n");
    twp_buffer_clear(&buffer);
    twp_arena_free(arena);
}

/* ---- faces -------------------------------------------------------------------------------------- */

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

static size_t
n_lines(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static void
test_csv_is_tidy_with_empty_cells_for_no_number(void **state)
{
    sample_t *sample = *state;
    const twp_report_options_t options = { .has_segments = true };
    char *text = report(twp_report_csv, &sample->summary, NULL);

    assert_int_equal(n_lines(text), 1 + N_ROWS * N_STRATEGIES);
    assert_contains(text,
        "strategy,measure,time_days,unit,mean,mcse,low,high,n,difference,"
        "difference_se,difference_low,difference_high,variance_saved,sets_variance,twins_variance,"
        "difference_sets_variance,difference_twins_variance,segment,status\n"
        "usual_care,cost,,USD,84321.4,452,");
    assert_contains(text, "\nnurse,persistence,730,1,,,,,0,,,,,,,,,,,complete\n");
    assert_contains(text, "\napp,cost,,USD,85555,460,84653.4,86456.6,20000,1233.6,61,1114.04,");
    free(text);
    text = report(twp_report_csv, &sample->summary, &options);
    assert_int_equal(n_lines(text), 1 + 3 * N_ROWS * N_STRATEGIES);
    assert_contains(text, ",female=yes,complete\n");
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
test_csv_fields_are_quoted_where_they_must_be(void **state)
{
    twp_buffer_t buffer = { 0 };

    (void) state;
    twp_report_csv_field(&buffer, "plain", false);
    twp_report_csv_field(&buffer, "a, \"b\"", false);
    twp_report_csv_field(&buffer, "", true);
    assert_string_equal(buffer.text, "plain,\"a, \"\"b\"\"\",\n");
    twp_buffer_clear(&buffer);
}

static const json_t *
member(const json_t *array, size_t i, const char *key)
{
    const json_t *value = json_object_get(json_array_get(array, i), key);

    assert_non_null(value);
    return value;
}

static void
test_json_holds_everything_and_null_for_no_number(void **state)
{
    sample_t *sample = *state;
    char *text = report(twp_report_json, &sample->summary, NULL);
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    const json_t *measures, *lines, *effects;

    assert_non_null(root);
    measures = json_object_get(root, "measures");
    assert_int_equal(json_array_size(measures), N_ROWS);
    assert_true(json_is_null(member(measures, 0, "time_days")));
    lines = member(measures, 3, "strategies");
    assert_true(json_is_null(member(lines, 2, "mean")));
    assert_true(json_is_null(member(lines, 0, "against_baseline")));
    assert_near(
        json_real_value(json_object_get(member(lines, 1, "against_baseline"), "difference")),
        0.0202, 0);
    lines = member(measures, 5, "strategies");
    assert_near(json_real_value(json_array_get(member(lines, 0, "quantiles"), 1)), 99.25, 0);
    effects = json_object_get(json_object_get(root, "cost_effectiveness"), "strategies");
    assert_string_equal(json_string_value(member(effects, 0, "place")), "dearer_and_better");
    assert_true(json_is_null(member(effects, 1, "icer")));
    assert_int_equal(json_array_size(member(effects, 1, "net_benefit")), N_WORTH);
    assert_string_equal(json_string_value(json_object_get(root, "seed")), "18446744073709551615");
    assert_string_equal(json_string_value(json_object_get(root, "file")), "results.h5");
    assert_int_equal(json_array_size(json_object_get(root, "segments")), N_SEGMENTS);
    assert_int_equal(json_array_size(json_object_get(root, "targets")), 2);
    assert_int_equal(
        json_array_size(json_object_get(json_object_get(root, "curves"), "curves")), 1);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(root, "provenance"), "study")),
        "ra.yaml");
    assert_lacks(text, ": nan");
    json_decref(root);
    free(text);
}

static void
test_markdown_has_tables_definitions_and_provenance(void **state)
{
    sample_t *sample = *state;
    char *text = report(twp_report_markdown, &sample->summary, NULL);

    assert_contains(text, "# ra_support\n\n");
    assert_contains(text, "### Days to the first dose\n\ndays from entry \\| first dose\n");
    assert_contains(
        text, "| strategy | mean | 95 % interval | difference | 95 % interval | saved |");
    assert_contains(text, "\n| --- | ---: | ---: | ---: | ---: | ---: |");
    assert_contains(text, "| app | 0.721 | 0.715 to 0.727 | +0.0213 | +0.0191 to +0.0235 | 83 % |");
    assert_contains(text, "| **at 365 d** |");
    assert_contains(text, "- **nurse**: dominates");
    assert_contains(text, "## Made from\n");
    assert_contains(text, "| patients.csv | 0123abcd |\n");
    free(text);
}

static void
test_the_same_summary_gives_the_same_text(void **state)
{
    sample_t *sample = *state;
    face_t *const faces[] = { twp_report_table, twp_report_csv, twp_report_json,
        twp_report_markdown };

    for (size_t i = 0; i < sizeof faces / sizeof faces[0]; i++) {
        char *a = report(faces[i], &sample->summary, NULL);
        char *b = report(faces[i], &sample->summary, NULL);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
}

static void
test_a_study_without_money_or_contrasts_is_reported_too(void **state)
{
    sample_t *sample = *state;
    face_t *const faces[] = { twp_report_table, twp_report_csv, twp_report_json,
        twp_report_markdown };

    sample->summary.n_strategies = 1;
    sample->summary.n_contrasts = 0;
    sample->summary.contrast = NULL;
    sample->summary.has_icer = false;
    sample->summary.icer = NULL;
    sample->summary.currency = "";
    sample->summary.question = "";
    sample->summary.n_targets = 0;
    sample->summary.n_segments = 0;
    sample->summary.n_curves = 0;
    for (size_t i = 0; i < sizeof faces / sizeof faces[0]; i++) {
        char *text = report(faces[i], &sample->summary, NULL);
        assert_contains(text, "usual_care");
        assert_lacks(text, "app");
        free(text);
    }
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
#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_have_grouped_thousands_and_a_point),
        cmocka_unit_test(test_decimals_follow_the_standard_error),
        cmocka_unit_test(test_exact_numbers_read_back_as_the_same_double),
        cmocka_unit_test(test_text_breaks_between_words_and_counts_characters),
        cmocka_unit_test(test_a_wide_grid_puts_long_names_on_lines_of_their_own),
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
        WITH_SAMPLE(test_csv_is_tidy_with_empty_cells_for_no_number),
        WITH_SAMPLE(test_with_sets_the_interval_is_of_the_parameters_and_the_error_apart),
        WITH_SAMPLE(
            test_what_the_parameters_make_of_a_difference_is_told_where_it_is_paired_or_exact),
        WITH_SAMPLE(test_the_same_twins_leave_the_whole_spread_to_the_parameters),
        cmocka_unit_test(test_csv_fields_are_quoted_where_they_must_be),
        WITH_SAMPLE(test_json_holds_everything_and_null_for_no_number),
        WITH_SAMPLE(test_markdown_has_tables_definitions_and_provenance),
        WITH_SAMPLE(test_the_same_summary_gives_the_same_text),
        WITH_SAMPLE(test_a_study_without_money_or_contrasts_is_reported_too),
        cmocka_unit_test(test_cost_effectiveness_is_said_in_words),
        WITH_SAMPLE(test_six_strategies_with_long_names_fit_a_hundred_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
