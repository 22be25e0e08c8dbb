/*
 * What shards are merged into holds every number of the run without shards, bit for bit: read from both files and
 * compared, whatever their digests say.
 */
#include "reading.h"
#include "testlib.h"

#include "results/content_digest.h"
#include "twinpath.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char study_text[] =
    "twinpath: 1\n"
    "study: shards\n"
    "source: assumption\n"
    "money: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 2 years}\n"
    "parameters:\n"
    "  fee: {value: 50 USD, uncertain: {gamma: {shape: 3}}}\n"
    "  share: {value: 0.4, uncertain: {beta: {n: 40}}}\n"
    "patient:\n"
    "  count: 2300\n  utility: {base: 0.9, add: {health.ill: -0.3}}\n"
    "  attributes: {sort: {categories: {a: 0.3, b: 0.7}}}\n"
    "  tracks:\n"
    "    health:\n"
    "      start: well\n"
    "      states:\n"
    "        well: {cost: {payer: fee / month}, fall: {hazard: {exponential: {mean: 60 days}}, "
    "effects: [{if: help.active, hr: 0.5}], choose: {ill: share, otherwise: over}}}\n"
    "        ill: {rise: {hazard: {exponential: {mean: 40 days}}, to: well}}\n"
    "        over: {back: {hazard: {exponential: {mean: 90 days}}, to: well}}\n"
    "observations: {falls: {of: health.well.fall}}\n"
    "supports: {help: {offer: {upon: falls}, uptake: 0.5, lasts: 100 days}}\n"
    "strategies:\n"
    "  usual: {baseline: true}\n"
    "  helped: {supports: [help]}\n"
    "  cheap: {supports: [help], set: {fee: 1 USD}}\n"
    "report:\n"
    "  measures: [cost, qaly, {measure: kaplan_meier, of: health.ill, at: [100 days, 1 year]}]\n"
    "  by: [sort]\n"
    "  worth_of_a_qaly: [50000 USD]\n"
    "  acceptability: {to: 100000 USD, by: 10000 USD}\n"
    "record: {twins: false, outcomes: false}\n";

static const struct {
    const char *name;
    bool is_without_sets, is_with_sets;
} groups[] = { { "summary", true, true }, { "contrasts", true, true }, { "decision", true, true },
    { "survival", true, true }, { "segments", true, false }, { "draws", false, true } };

static twp_study_t *
read_study(const char *folder)
{
    char *const path = testlib_join(folder, "study.yaml");
    twp_study_t *study = NULL;
    twp_error_t err = { TWP_OK, "" };

    testlib_write_text(path, study_text);
    if (twp_study_read(path, NULL, 0, &study, &err) != TWP_OK) {
        for (int i = 0; study != NULL && i < twp_study_n_findings(study); i++)
            print_error("%d: %s\n", twp_study_finding(study, i)->line,
                twp_study_finding(study, i)->message);
        fail_msg("%s", err.message);
    }
    free(path);
    return study;
}

static void
run(const char *folder, int64_t n_sets, twp_twins_t twins, int64_t shard_twins)
{
    char *const whole = testlib_join(folder, "whole.h5"),
                *const parts = testlib_join(folder, "run");
    twp_study_t *const study = read_study(folder);
    twp_run_settings_t settings;
    twp_sweep_settings_t sweep;
    twp_sweep_report_t report;
    twp_error_t err = { TWP_OK, "" };

    twp_run_settings_init(&settings);
    twp_sweep_settings_init(&sweep);
    settings.n_parameter_sets = n_sets;
    settings.twins = twins;
    settings.output_path = whole;
    if (twp_study_run(study, &settings, NULL, &err) != TWP_OK)
        fail_msg("%s", err.message);
    settings.output_path = parts;
    sweep.run = &settings;
    sweep.shard_twins = shard_twins;
    if (twp_study_sweep(study, &sweep, &report, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_true(report.n_shards >= 3);
    twp_study_free(study);
    free(parts);
    free(whole);
}

/* Columns of a group, all of which must be in both. */
static int
compare_group(twp_reader_t *whole, twp_reader_t *merged, const char *group)
{
    twp_names_t names, others;
    int n_compared = 0;

    assert_int_equal(twp_reader_list(whole, group, &names, NULL), TWP_OK);
    assert_int_equal(twp_reader_list(merged, group, &others, NULL), TWP_OK);
    assert_int_equal(names.n, others.n);
    for (size_t i = 0; i < names.n; i++) {
        twp_dataset_info_t of_whole, of_merged;
        char object[600];
        void *a, *b;

        (void) snprintf(object, sizeof object, "%s/%s", group, names.name[i]);
        a = reading_numbers(whole, object, &of_whole);
        b = reading_numbers(merged, object, &of_merged);
        assert_int_equal(of_whole.n_elements, of_merged.n_elements);
        if (a != NULL) {
            assert_same_bits(a, b, of_whole.n_elements * twp_type_size(of_whole.type));
            n_compared++;
        }
        free(a);
        free(b);
    }
    twp_reader_free_names(&others);
    twp_reader_free_names(&names);
    return n_compared;
}

static void
compare(const char *folder, bool has_sets)
{
    char *const whole = testlib_join(folder, "whole.h5"),
                *const merged = testlib_join(folder, "run/results.h5");
    twp_reader_t *a, *b;

    assert_int_equal(twp_reader_open(whole, &a, NULL), TWP_OK);
    assert_int_equal(twp_reader_open(merged, &b, NULL), TWP_OK);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const char *const name = groups[i].name;
        const bool is_there = has_sets ? groups[i].is_with_sets : groups[i].is_without_sets;

        if (twp_reader_has(a, name) != is_there)
            fail_msg("/%s is %s", name, is_there ? "missing" : "there");
        if (is_there)
            assert_true(compare_group(a, b, name) > 2);
    }
    /* What is drawn from all sets together, and would be missed if it was left out of both. */
    assert_true(twp_reader_has(a, "decision/frontier"));
    assert_true(twp_reader_has(a, "decision/p_best") == has_sets);
    twp_reader_close(a);
    twp_reader_close(b);
    free(merged);
    free(whole);
}

static void
test_blocks_of_twins_merge_into_the_figures_of_the_run(void **state)
{
    run(*state, 0, TWP_TWINS_AS_STUDIED, 1024);
    compare(*state, false);
}

static void
test_parameter_sets_merge_into_the_figures_of_the_run(void **state)
{
    run(*state, 7, TWP_TWINS_FRESH, 4600);
    compare(*state, true);
}

static void
test_parameter_sets_of_the_same_twins_do_so_too(void **state)
{
    run(*state, 7, TWP_TWINS_SAME, 4600);
    compare(*state, true);
}

/* ---- a first point that cannot be prepared ------------------------------------------------------ */

static void
sweep_with_a_bad_beginning(const char *folder, int64_t shard_twins, char *digest)
{
    static const char text[] =
        "twinpath: 1\n"
        "study: beginning\n"
        "source: assumption\n"
        "time: {starts: 2027-01-01, horizon: 1 year}\n"
        "parameters: {mean: 5 days}\n"
        "patient:\n"
        "  count: 1100\n"
        "  attributes: {wait: {normal: [mean, 1 day], within: [0 days, 9 days]}}\n"
        "  tracks: {health: {start: well, states: {well: {fall: {after: wait, to: ill}}, ill: "
        "{}}}}\n"
        "strategies: {usual: {baseline: true}}\n"
        "sweep: {over: {mean: [100 days, 5 days, 6 days]}}\n";
    char *const path = testlib_join(folder, "study.yaml"),
                *const parts = testlib_join(folder, "run");
    twp_run_settings_t settings;
    twp_sweep_settings_t sweep;
    twp_sweep_report_t report;
    twp_study_t *study = NULL;
    twp_error_t err = { TWP_OK, "" };

    testlib_write_text(path, text);
    assert_int_equal(twp_study_read(path, NULL, 0, &study, NULL), TWP_OK);
    twp_run_settings_init(&settings);
    twp_sweep_settings_init(&sweep);
    settings.output_path = parts;
    sweep.run = &settings;
    sweep.shard_twins = shard_twins;
    if (twp_study_sweep(study, &sweep, &report, &err) != TWP_OK)
        fail_msg("%lld: %s", (long long) shard_twins, err.message);
    assert_true(report.is_merged);
    assert_int_equal(report.n_points_failed, 1);
    memcpy(digest, report.run.digest, TWP_CONTENT_DIGEST_HEX_SIZE);
    twp_study_free(study);
    testlib_remove_folder(parts);
    free(path);
}

static void
test_a_first_point_that_cannot_be_prepared_fails_alone_in_any_shards(void **state)
{
    /* All points in a shard, each in its own, each in two. */
    static const int64_t shard_twins[] = { 4096, 1100, 1024 };
    char digest[3][TWP_CONTENT_DIGEST_HEX_SIZE];

    for (size_t i = 0; i < 3; i++) {
        sweep_with_a_bad_beginning(*state, shard_twins[i], digest[i]);
        assert_string_equal(digest[i], digest[0]);
    }
}

int
main(void)
{
#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown((test), testlib_setup_folder, testlib_teardown_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_blocks_of_twins_merge_into_the_figures_of_the_run),
        IN_FOLDER(test_parameter_sets_merge_into_the_figures_of_the_run),
        IN_FOLDER(test_parameter_sets_of_the_same_twins_do_so_too),
        IN_FOLDER(test_a_first_point_that_cannot_be_prepared_fails_alone_in_any_shards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
