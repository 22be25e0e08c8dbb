/*
 * A point of a sweep is a run with its values set, bit for bit; the file is the same for any number of
 * threads, has the layout, and is done again by twp_results_reproduce().
 */
#include "reading.h"
#include "testlib.h"

#include "report/csv.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/table.h"
#include "results/layout_check.h"
#include "twinpath.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char study_text[] =
    "twinpath: 1\n"
    "study: points\n"
    "source: assumption\n"
    "money: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 2 years}\n"
    "parameters:\n"
    "  gap: {value: 12 days, range: [1 day, 60 days]}\n"
    "  long: 2 * gap\n"
    "  back_mean: 90 days\n"
    "  help_quantile: 100 days\n"
    "  fee: {value: 5 USD, uncertain: {gamma: {shape: 30}}}\n"
    "  share: {value: 0.4, uncertain: {beta: {n: 40}}}\n"
    "patient:\n"
    "  count: 1100\n  utility: {base: 0.9}\n"
    "  attributes: {sort: {categories: {a: 0.3, b: 0.7}}}\n"
    "  tracks:\n"
    "    health:\n"
    "      start: well\n"
    "      states:\n"
    "        well: {cost: {payer: fee / month}, fall: {hazard: {weibull: {shape: 1.2, scale: "
    "long}}, "
    "effects: [{if: help.active, hr: 0.5}], choose: {ill: share, otherwise: over}}}\n"
    "        ill: {rise: {hazard: {exponential: {mean: gap}}, to: well}}\n"
    "        over: {back: {hazard: {exponential: {mean: back_mean}}, to: well}}\n"
    "observations: {falls: {of: health.well.fall}}\n"
    "supports: {help: {offer: {upon: falls}, uptake: 0.5, lasts: help_quantile}}\n"
    "strategies:\n"
    "  usual: {baseline: true}\n"
    "  helped: {supports: [help]}\n"
    "  cheap: {supports: [help], set: {fee: 1 USD}}\n"
    "targets: {t: {measure: cost, is: 100 USD, within: 50 USD, role: predict, source: "
    "assumption}}\n"
    "report:\n"
    "  measures: [cost, qaly, {measure: occupancy, of: health.ill, at: [100 days, 1 year]}]\n"
    "  by: [sort]\n"
    "  discount: {rate: 0.03 / year}\n";

static const char *const overs[] = { "--over gap=6 days,20 days",
    "--over supports.help.uptake=0.2,0.9", "--over report.discount.rate=0 / year,0.05 / year" };
static const char *const texts[3][2] = { { "gap=6 days", "gap=20 days" },
    { "supports.help.uptake=0.2", "supports.help.uptake=0.9" },
    { "report.discount.rate=0 / year", "report.discount.rate=0.05 / year" } };

#define N_OVERS 3

/* Paths in the order of their names: gap, report.discount.rate, supports.help.uptake. */
static void
sets_of(int i_point, const char *set[N_OVERS])
{
    set[0] = texts[0][i_point / 4 % 2];
    set[1] = texts[2][i_point / 2 % 2];
    set[2] = texts[1][i_point % 2];
}

static void
run(const char *folder, const char *name, const char *const *set, int n_set, int n_threads,
    int64_t n_sets, bool is_sweep, twp_run_report_t *report)
{
    char *const path = testlib_join(folder, "study.yaml"),
                *const output = testlib_join(folder, name);
    twp_study_t *study = NULL;
    twp_run_settings_t settings;
    twp_error_t err = { TWP_OK, "" };

    testlib_write_text(path, study_text);
    if (twp_study_read(path, set, n_set, &study, &err) != TWP_OK) {
        for (int i = 0; study != NULL && i < twp_study_n_findings(study); i++)
            print_error("%d: %s\n", twp_study_finding(study, i)->line,
                twp_study_finding(study, i)->message);
        fail_msg("%s", err.message);
    }
    twp_run_settings_init(&settings);
    settings.output_path = output;
    settings.n_threads = n_threads;
    settings.n_parameter_sets = n_sets;
    settings.overwrite = true;
    if ((is_sweep ? twp_study_run_points : twp_study_run)(study, &settings, report, &err) != TWP_OK)
        fail_msg("%s", err.message);
    twp_study_free(study);
    free(output);
    free(path);
}

/* ---- one point against a run ------------------------------------------------------------------ */

/* Columns of a group that are the same in both; all must be. */
static int
compare_group(
    twp_reader_t *swept, twp_reader_t *alone, const char *group, size_t i_point, size_t n_points)
{
    twp_names_t names;
    int n_compared = 0;

    assert_int_equal(twp_reader_list(alone, group, &names, NULL), TWP_OK);
    for (size_t i = 0; i < names.n; i++) {
        twp_dataset_info_t of_swept, of_alone;
        char object[600];
        void *a, *b;
        size_t n_bytes;

        (void) snprintf(object, sizeof object, "%s/%s", group, names.name[i]);
        assert_true(twp_reader_has(swept, object));
        a = reading_numbers(swept, object, &of_swept);
        b = reading_numbers(alone, object, &of_alone);
        if (b != NULL) {
            n_bytes = of_alone.n_elements * twp_type_size(of_alone.type);
            assert_int_equal(of_swept.n_elements,
                of_alone.is_dimension ? of_alone.n_elements : n_points * of_alone.n_elements);
            assert_same_bits(
                (char *) a + (of_alone.is_dimension ? 0 : i_point * n_bytes), b, n_bytes);
            n_compared++;
        }
        free(a);
        free(b);
    }
    twp_reader_free_names(&names);
    return n_compared;
}

static void
compare_points(const char *folder, int n_points, int64_t n_sets)
{
    static const char *const groups[] = { "summary", "contrasts", "segments", "targets", "survival",
        "draws" };
    char *const swept_path = testlib_join(folder, "sweep.h5");
    twp_reader_t *swept;

    assert_int_equal(twp_results_check_layout(swept_path, NULL), TWP_OK);
    assert_int_equal(twp_reader_open(swept_path, &swept, NULL), TWP_OK);
    for (int i = 0; i < n_points; i++) {
        const char *set[N_OVERS];
        char *const path = testlib_join(folder, "alone.h5");
        twp_reader_t *alone;
        twp_run_report_t report;

        sets_of(i, set);
        run(folder, "alone.h5", set, N_OVERS, 1, n_sets, false, &report);
        assert_int_equal(twp_reader_open(path, &alone, NULL), TWP_OK);
        for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
            assert_true(twp_reader_has(swept, groups[g]) == twp_reader_has(alone, groups[g]));
            if (twp_reader_has(alone, groups[g]))
                assert_true(
                    compare_group(swept, alone, groups[g], (size_t) i, (size_t) n_points) > 2);
        }
        twp_reader_close(alone);
        free(path);
    }
    twp_reader_close(swept);
    free(swept_path);
}

static void
test_a_point_is_a_run_with_its_values_set(void **state)
{
    twp_run_report_t report;

    run(*state, "sweep.h5", overs, N_OVERS, 2, 0, true, &report);
    assert_int_equal(report.n_points_done, 8);
    compare_points(*state, 8, 0);
}

static void
test_a_point_of_parameter_sets_is_a_run_of_them(void **state)
{
    twp_run_report_t report;

    run(*state, "sweep.h5", overs, N_OVERS, 2, 3, true, &report);
    assert_int_equal(report.n_points_done, 8);
    compare_points(*state, 8, 3);
}

/* ---- summaries --------------------------------------------------------------------------------- */

static void
assert_same_figures(const twp_summary_t *a, const twp_summary_t *b)
{
    const size_t n = (size_t) b->n_strategies;

    assert_int_equal(a->n_rows, b->n_rows);
    assert_int_equal(a->n_segments, b->n_segments);
    assert_int_equal(a->n_targets, b->n_targets);
    assert_int_equal(a->n_curves, b->n_curves);
    assert_true(b->has_icer && b->n_segments == 2 && b->n_targets == 1 && b->n_curves > 2);
    for (int i = 0; i < b->n_rows; i++)
        assert_near(a->estimate[i].mean, b->estimate[i].mean, 0);
    for (int c = 0; c < b->n_contrasts; c++)
        assert_near(a->icer[c].cost, b->icer[c].cost, 0);
    assert_near(a->segment[1].estimate[0].mean, b->segment[1].estimate[0].mean, 0);
    assert_near(a->target[0].result, b->target[0].result, 0);
    assert_same_bits(a->curve[1].all.value, b->curve[1].all.value,
        n * (size_t) b->n_curve_times * sizeof(double));
}

static void
test_a_summary_of_one_point_is_that_of_its_run(void **state)
{
    char *const swept = testlib_join(*state, "sweep.h5"),
                *const path = testlib_join(*state, "a.h5");
    twp_summary_t *all, *one, *alone;
    const char *set[N_OVERS];
    twp_run_report_t report;

    run(*state, "sweep.h5", overs, N_OVERS, 2, 0, true, &report);
    sets_of(5, set);
    run(*state, "a.h5", set, N_OVERS, 2, 0, false, &report);
    assert_int_equal(twp_summary_read(swept, &all, NULL), TWP_OK);
    assert_int_equal(twp_summary_read_point(swept, 6, &one, NULL), TWP_OK);
    assert_int_equal(twp_summary_read(path, &alone, NULL), TWP_OK);
    assert_same_figures(one, alone);
    assert_int_equal(all->n_points, 8);
    assert_int_equal(all->n_swept, 3);
    assert_string_equal(all->swept[2].path, "supports.help.uptake");
    assert_near(all->swept[0].value[5], 20, 0);
    assert_near(all->swept[1].value[5], 0, 0);
    assert_near(all->swept[2].value[5], 0.9, 0);
    for (int i = 0; i < alone->n_rows * alone->n_strategies; i++) {
        assert_near(all->point_estimate[5 * alone->n_rows * alone->n_strategies + i].mean,
            alone->estimate[i].mean, 0);
        assert_near(all->point_estimate[5 * alone->n_rows * alone->n_strategies + i].high,
            alone->estimate[i].high, 0);
    }
    for (int i = 0; i < alone->n_rows * alone->n_contrasts; i++)
        assert_near(all->point_contrast[5 * alone->n_rows * alone->n_contrasts + i].low,
            alone->contrast[i].low, 0);
    twp_summary_free(alone);
    twp_summary_free(one);
    twp_summary_free(all);
    assert_int_equal(twp_summary_read_point(swept, 9, &one, NULL), TWP_ERR_INPUT);
    assert_int_equal(twp_summary_read_point(path, 1, &one, NULL), TWP_ERR_INPUT);
    free(path);
    free(swept);
}

/* Their names end like columns of measures. */
static void
test_a_mean_and_a_quantile_that_are_swept_are_no_measures(void **state)
{
    static const char *const over[] = { "--over back_mean=80 days,90 days",
        "--over help_quantile=50 days,100 days" };
    char *const swept = testlib_join(*state, "sweep.h5"),
                *const path = testlib_join(*state, "a.h5");
    twp_summary_t *all = NULL, *one = NULL, *alone = NULL;
    twp_run_report_t report;
    twp_error_t err = { TWP_OK, "" };

    run(*state, "sweep.h5", over, 2, 2, 0, true, &report);
    run(*state, "a.h5", NULL, 0, 2, 0, false, &report); /* the last point's */
    if (twp_results_check_layout(swept, &err) != TWP_OK ||
        twp_summary_read(swept, &all, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_int_equal(twp_summary_read_point(swept, 4, &one, NULL), TWP_OK);
    assert_int_equal(twp_summary_read(path, &alone, NULL), TWP_OK);
    assert_same_figures(one, alone);
    assert_int_equal(all->n_rows, alone->n_rows);
    assert_int_equal(all->n_swept, 2);
    assert_near(all->swept[0].value[2], 90, 0);
    assert_near(all->swept[1].value[1], 100, 0);
    twp_summary_free(alone);
    twp_summary_free(one);
    twp_summary_free(all);
    free(path);
    free(swept);
}

static int64_t n_opened;

/* What the linker puts in the place of H5Oopen (tests/CMakeLists.txt). */
hid_t __real_H5Oopen(hid_t place, const char *name, hid_t access); /* NOLINT */
hid_t __wrap_H5Oopen(hid_t place, const char *name, hid_t access); /* NOLINT */

hid_t
__wrap_H5Oopen(hid_t place, const char *name, hid_t access) /* NOLINT */
{
    n_opened++;
    return __real_H5Oopen(place, name, access);
}

static void
test_more_points_open_no_column_more_often(void **state)
{
    static const char *const over[] = { "--over gap=6 days,20 days",
        "--over gap=6 days,8 days,10 days,12 days,14 days,16 days,18 days,20 days" };
    char *const swept = testlib_join(*state, "sweep.h5");
    int64_t n[2];

    for (int i = 0; i < 2; i++) {
        twp_summary_t *all;
        twp_run_report_t report;

        run(*state, "sweep.h5", &over[i], 1, 2, 2, true, &report);
        n_opened = 0;
        assert_int_equal(twp_summary_read(swept, &all, NULL), TWP_OK);
        n[i] = n_opened;
        assert_int_equal(all->n_points, i == 0 ? 2 : 8);
        twp_summary_free(all);
    }
    assert_true(n[0] > 50);
    assert_int_equal(n[1], n[0]);
    free(swept);
}

/* The third point's line has the numbers that the summary has, as the CSV of a run has them. */
static void
assert_csv_of_a_point(const twp_summary_t *all, const twp_buffer_t *csv)
{
    const char *at = strstr(csv->text, "\n3,20,d,0.2,1,USD,");
    const twp_summary_estimate_t *e;
    const twp_summary_contrast_t *c;
    int i_cost = 0;

    assert_non_null(at);
    while (strcmp(all->row[i_cost].name, "cost") != 0)
        i_cost++;
    e = &all->point_estimate[(2 * all->n_rows + i_cost) * all->n_strategies];
    c = &all->point_contrast[(2 * all->n_rows + i_cost) * all->n_contrasts];
    at += strlen("\n3,20,d,0.2,1,USD,");
    for (int i = 0; i < 14; i++) {
        const double wanted[] = { e[0].mean, e[0].mcse, e[0].low, e[0].high, e[0].n, e[1].mean,
            e[1].mcse, e[1].low, e[1].high, e[1].n, c->difference, c->se, c->low, c->high };

        assert_near(strtod(at, NULL), wanted[i], 0);
        at = strchr(at, ',') + 1;
    }
    assert_near(e[0].n, 1100, 0);
    assert_true(c->se > 0);
}

static void
test_reports_of_a_sweep_have_a_line_a_point(void **state)
{
    static const char *const measure[] = { "cost" };
    const twp_report_options_t options = { .measure = measure, .n_measures = 1 };
    char *const swept = testlib_join(*state, "sweep.h5");
    twp_buffer_t csv = { 0 }, table = { 0 }, markdown = { 0 }, json = { 0 };
    twp_summary_t *all;
    twp_run_report_t report;
    int n_lines = 0;

    run(*state, "sweep.h5", overs, 2, 2, 0, true, &report);
    assert_int_equal(twp_summary_read(swept, &all, NULL), TWP_OK);
    assert_int_equal(twp_report_csv(all, &options, &csv, NULL), TWP_OK);
    for (const char *at = csv.text; *at != '\0'; at++)
        n_lines += *at == '\n';
    assert_int_equal(n_lines, 1 + 4);
    assert_contains(csv.text,
        "point,gap,gap.unit,supports_help_uptake,supports_help_uptake.unit,cost.unit,"
        "cost.usual.mean,cost.usual.mcse,cost.usual.low,cost.usual.high,cost.usual.n,"
        "cost.cheap.mean,cost.cheap.mcse,cost.cheap.low,cost.cheap.high,cost.cheap.n,"
        "cost.cheap.difference,cost.cheap.difference_se,cost.cheap.difference_low,"
        "cost.cheap.difference_high,cost.helped.mean,");
    assert_contains(csv.text, "\n3,20,d,0.2,1,USD,");
    assert_csv_of_a_point(all, &csv);
    assert_lacks(csv.text, "qaly");
    assert_int_equal(twp_report_table(all, &options, &table, NULL), TWP_OK);
    assert_contains(table.text, "4 points of a sweep");
    assert_contains(table.text, "helped, difference");
    assert_contains(table.text, "1,100 twins at each point, each under 3 strategies");
    assert_lacks(table.text, "saved");
    assert_lacks(table.text, "beside them");
    assert_lacks(table.text, "..");
    assert_int_equal(twp_report_markdown(all, NULL, &markdown, NULL), TWP_OK);
    assert_contains(markdown.text, "| point | gap (d) | supports.help.uptake | usual |");
    assert_int_equal(twp_report_json(all, &options, &json, NULL), TWP_OK);
    assert_contains(json.text, "\"supports.help.uptake\": 0.9");
    assert_contains(json.text, "\"n_points_done\": 4,\n");
    assert_contains(json.text, "\"n_points_failed\": 0,\n");
    twp_buffer_clear(&json);
    twp_buffer_clear(&markdown);
    twp_buffer_clear(&table);
    twp_buffer_clear(&csv);
    twp_summary_free(all);
    free(swept);
}

/* ---- threads, twins, again -------------------------------------------------------------------- */

static void
test_threads_change_nothing(void **state)
{
    twp_run_report_t one, two, three;

    run(*state, "one.h5", overs, N_OVERS, 1, 0, true, &one);
    run(*state, "two.h5", overs, N_OVERS, 2, 0, true, &two);
    run(*state, "three.h5", overs, N_OVERS, 3, 0, true, &three);
    assert_string_equal(one.digest, two.digest);
    assert_string_equal(one.digest, three.digest);
}

static void
test_fresh_twins_are_other_ones_at_each_point(void **state)
{
    /* The same values at both points: the twins alone can make a difference. */
    const char *const same[] = { "sweep={over: {gap: [12 days, 12 days]}}" };
    const char *const fresh[] = { "sweep={over: {gap: [12 days, 12 days]}, twins: fresh}" };
    char *const path = testlib_join(*state, "twins.h5");

    for (int k = 0; k < 2; k++) {
        twp_run_report_t report;
        twp_dataset_info_t info;
        twp_reader_t *reader;
        double *cost;

        run(*state, "twins.h5", k == 0 ? same : fresh, 1, 1, 0, true, &report);
        assert_int_equal(twp_reader_open(path, &reader, NULL), TWP_OK);
        cost = reading_numbers(reader, "summary/cost_mean", &info);
        assert_int_equal(info.n_elements, 6);
        if (k == 0)
            assert_same_bits(cost, cost + 3, 3 * sizeof(double));
        else
            for (int s = 0; s < 3; s++)
                assert_true(cost[s] != cost[3 + s]);
        free(cost);
        twp_reader_close(reader);
    }
    free(path);
}

static void
test_a_sweep_is_done_again_from_its_file(void **state)
{
    char *const path = testlib_join(*state, "sweep.h5");
    const twp_reproduce_settings_t settings = { .n_threads = 2 };
    twp_reproduction_t again;
    twp_run_report_t report;
    twp_error_t err = { TWP_OK, "" };

    run(*state, "sweep.h5", overs, 2, 2, 0, true, &report);
    if (twp_results_reproduce(path, &settings, &again, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_true(again.is_equal);
    assert_string_equal(again.again, report.digest);
    free(path);
}

/* Says stop from the n-th time on that it is asked. */
static bool
stop_after(void *left)
{
    return --*(int *) left < 0;
}

static void
test_a_sweep_that_was_stopped_is_done_again_as_far_as_it_came(void **state)
{
    char *const study_path = testlib_join(*state, "study.yaml"),
                *const path = testlib_join(*state, "stopped.h5");
    const twp_reproduce_settings_t again_settings = { .n_threads = 1 };
    twp_run_settings_t settings;
    twp_run_report_t report = { .n_points_done = 0 };
    twp_reproduction_t again;
    twp_study_t *study = NULL;
    twp_error_t err = { TWP_OK, "" };
    int left;

    testlib_write_text(study_path, study_text);
    assert_int_equal(twp_study_read(study_path, overs, N_OVERS, &study, NULL), TWP_OK);
    twp_run_settings_init(&settings);
    settings.output_path = path;
    settings.n_threads = 2;
    settings.n_patients = 300;
    settings.overwrite = true;
    settings.should_stop = stop_after;
    settings.stop_context = &left;
    for (int n = 1; n < 1000 && report.n_points_done < 3; n++) {
        left = n;
        assert_int_equal(
            twp_study_run_points(study, &settings, &report, NULL), TWP_ERR_INTERRUPTED);
    }
    assert_in_range(report.n_points_done, 3, 7);
    if (twp_results_reproduce(path, &again_settings, &again, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_true(again.is_equal && again.is_partial);
    assert_string_equal(again.again, report.digest);
    twp_study_free(study);
    free(path);
    free(study_path);
}

/* ---- what cannot be lived ----------------------------------------------------------------------- */

static void
test_what_cannot_be_lived_is_a_finding_before_any_life(void **state)
{
    const char *const set[] = { "--over supports.help.uptake=0.2,1.5", "--over gap=3 days,4 days" };
    char *const path = testlib_join(*state, "study.yaml");
    twp_study_t *study = NULL;

    testlib_write_text(path, study_text);
    assert_int_equal(twp_study_read(path, set, 2, &study, NULL), TWP_ERR_INPUT);
    assert_int_equal(twp_study_n_errors(study), 1);
    assert_string_equal(twp_study_finding(study, 0)->file, "--over");
    assert_int_equal(twp_study_finding(study, 0)->column, 26);
    assert_contains(twp_study_finding(study, 0)->message, "supports.help.uptake = 1.5");
    twp_study_free(study);
    free(path);
}

static void
test_what_points_share_is_made_of_no_swept_number(void **state)
{
    static const char *const set[][2] = { { "report.permissible_gap=gap",
                                              "--over gap=3 days,4 days" },
        { "report.discount.rate=0.1 / gap", "--over gap=3 days,4 days" },
        { "targets.t.is=8 USD / day * gap", "--over gap=3 days,4 days" } };
    char *const path = testlib_join(*state, "study.yaml");
    twp_study_t *study = NULL;

    testlib_write_text(path, study_text);
    assert_int_equal(twp_study_read(path, set[0], 2, &study, NULL), TWP_ERR_INPUT);
    assert_int_equal(twp_study_n_errors(study), 1);
    assert_string_equal(twp_study_finding(study, 0)->file, "--over");
    assert_contains(twp_study_finding(study, 0)->message,
        "`gap` cannot be swept: report.permissible_gap is made of it");
    twp_study_free(study);
    for (int i = 1; i < 3; i++) { /* figures, which each point has of its own */
        assert_int_equal(twp_study_read(path, set[i], 2, &study, NULL), TWP_OK);
        twp_study_free(study);
    }
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_point_is_a_run_with_its_values_set,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_a_point_of_parameter_sets_is_a_run_of_them,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_a_summary_of_one_point_is_that_of_its_run,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_a_mean_and_a_quantile_that_are_swept_are_no_measures,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_more_points_open_no_column_more_often,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_reports_of_a_sweep_have_a_line_a_point,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(
            test_threads_change_nothing, testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_fresh_twins_are_other_ones_at_each_point,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_a_sweep_is_done_again_from_its_file,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(
            test_a_sweep_that_was_stopped_is_done_again_as_far_as_it_came, testlib_setup_folder,
            testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_lived_is_a_finding_before_any_life,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_what_points_share_is_made_of_no_swept_number,
            testlib_setup_folder, testlib_teardown_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
