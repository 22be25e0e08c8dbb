/* Reports for programs and pages: CSV, JSON and Markdown; what holds of every face. */
#include "report_sample.h"

#include "report/csv.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/table.h"

#include <jansson.h>

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

    assert_int_equal(
        n_lines(text), 1 + N_ROWS * N_STRATEGIES + N_CONTRASTS * (1 + N_WORTH) + 2 * 3);
    assert_contains(text,
        "strategy,measure,time_days,unit,mean,mcse,low,high,n,difference,"
        "difference_se,difference_low,difference_high,variance_saved,sets_variance,twins_variance,"
        "difference_sets_variance,difference_twins_variance,segment,status\n"
        "usual_care,cost,,USD,84321.4,452,");
    assert_contains(text, "\nnurse,persistence,730,1,,,,,0,,,,,,,,,,,complete\n");
    assert_contains(text, "\napp,cost,,USD,85555,460,84653.4,86456.6,20000,1233.6,61,1114.04,");
    free(text);
    text = report(twp_report_csv, &sample->summary, &options);
    assert_int_equal(
        n_lines(text), 1 + 3 * N_ROWS * N_STRATEGIES + 2 * N_CONTRASTS * (1 + N_WORTH) + 2 * 3);
    assert_contains(text, ",female=yes,complete\n");
    free(text);
}

static void
test_csv_has_what_effects_cost_and_how_targets_were_met(void **state)
{
    sample_t *sample = *state;
    const bool is_chosen[N_STRATEGIES] = { true, false, true };
    const twp_report_options_t nurse = { .is_chosen = is_chosen };
    char *text;

    sample->target[1].verdict = TWP_VERDICT_UNCLEAR;
    text = report(twp_report_csv, &sample->summary, NULL);
    assert_contains(text, "\napp,icer,,USD year-1,123360,,105000,147000,,,,");
    assert_contains(text, "\nnurse,icer,,USD year-1,,,,,,,,");
    assert_contains(text, "\napp,net_benefit_at_150000,,USD,266,120,30.8");
    assert_contains(text, "\nusual_care,target_one_year,365,1,0.7001,0.0032,0.6938,0.7064,,,,");
    assert_contains(text, "\nusual_care,target_one_year_wanted,365,1,0.7,,0.");
    assert_contains(text, "\nusual_care,target_one_year_is_hit,365,1,1,,,,,,,");
    assert_contains(text, "\nusual_care,target_two_year_is_hit,730,1,,,,,,,,");
    free(text);
    sample->target[1].verdict = TWP_VERDICT_MISS;
    text = report(twp_report_csv, &sample->summary, NULL);
    assert_contains(text, "\nusual_care,target_two_year_is_hit,730,1,0,,,,,,,");
    free(text);
    text = report(twp_report_csv, &sample->summary, &nurse);
    assert_lacks(text, "\napp,icer,");
    assert_contains(text, "\nnurse,icer,");
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SAMPLE(test_csv_is_tidy_with_empty_cells_for_no_number),
        WITH_SAMPLE(test_csv_has_what_effects_cost_and_how_targets_were_met),
        cmocka_unit_test(test_csv_fields_are_quoted_where_they_must_be),
        WITH_SAMPLE(test_json_holds_everything_and_null_for_no_number),
        WITH_SAMPLE(test_markdown_has_tables_definitions_and_provenance),
        WITH_SAMPLE(test_the_same_summary_gives_the_same_text),
        WITH_SAMPLE(test_a_study_without_money_or_contrasts_is_reported_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
