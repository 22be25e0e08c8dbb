/*
 * What a summary says is what the rows of the same file say: means, errors, paired differences,
 * quantiles, segments, cost-effectiveness and targets are computed here again from /outcomes and
 * /twins. Those are float32: 1e-6 of a value is their rounding. Quantiles come from counts with
 * bins of 0.4 %.
 */
#include "testlib.h"
#include "twinpath.h"

#include "results/layout_check.h"
#include "results/reader.h"
#include "results/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N 3000

static const char text[] =
    "twinpath: 1\nstudy: summed\nquestion: Is it worth it?\nsource: assumption\n"
    "time: {starts: 2027-01-01, horizon: 3 years}\n"
    "money: USD 2023\n"
    "parameters: {mean_wait: 200 days}\n"
    "patient:\n"
    "  count: 3000\n"
    "  attributes:\n"
    "    age: {normal: [57 years, 13 years]}\n"
    "    female: {chance: 0.6}\n"
    "    region: {categories: {north: 0.3, south: 0.7}}\n"
    "  tracks:\n"
    "    health:\n"
    "      start: well\n"
    "      states:\n"
    "        well: {fall: {hazard: {exponential: {mean: mean_wait}}, to: ill}}\n"
    "        ill:\n"
    "          cost: {payer: 12 USD / day}\n"
    "          heal: {hazard: {exponential: {mean: 40 days}}, to: well,\n"
    "            do: [{cost: {patient: 30 USD}}], effects: [{if: female, hr: 1.5}]}\n"
    "    low: {start: high, states: {high: {end: {after: 2 years, to: dead}}, dead: {}}}\n"
    "  utility: {base: 0.9, add: {health.ill: -0.3}}\n"
    "strategies:\n"
    "  usual: {baseline: true}\n"
    "  later: {set: {mean_wait: 300 days}}\n"
    "targets:\n"
    "  half: {measure: first_entry, of: health.ill, by: 139 days, is: 0.5, within: 0.04, role: "
    "fit}\n"
    "  far: {measure: qaly, is: 9, within: 0.5}\n"
    "report:\n"
    "  measures: [cost, qaly, {measure: sojourn, of: health.ill},\n"
    "    {measure: time_to, of: health.ill}, {measure: first_entry, of: health.ill, by: [139 days, "
    "1 year]},\n"
    "    {measure: kaplan_meier, of: health.ill, at: [139 days]},\n"
    "    {measure: occupancy, of: low.high, at: [139 days]},\n"
    "    {measure: aalen_johansen, of: low.dead, at: [139 days]}]\n"
    "  by: [female, region]\n"
    "  worth_of_a_qaly: [1000 USD, 100000 USD]\n";

typedef struct {
    char *folder, *study, *path;
    twp_summary_t *summary;
} fixture_t;

static int
set_up(void **state)
{
    fixture_t *const fixture = calloc(1, sizeof *fixture);
    twp_study_t *study = NULL;
    twp_run_settings_t settings;
    twp_error_t err = { TWP_OK, "" };

    fixture->folder = testlib_temporary_folder();
    fixture->study = testlib_join(fixture->folder, "summed.yaml");
    fixture->path = testlib_join(fixture->folder, "results.h5");
    testlib_write_text(fixture->study, text);
    twp_run_settings_init(&settings);
    settings.output_path = fixture->path;
    settings.command_line = "twinpath run summed.yaml";
    if (twp_study_read(fixture->study, NULL, 0, &study, &err) != TWP_OK) {
        for (int i = 0; study != NULL && i < twp_study_n_findings(study); i++)
            print_error("%d: %s\n", twp_study_finding(study, i)->line,
                twp_study_finding(study, i)->message);
        return -1;
    }
    if (twp_study_run(study, &settings, NULL, &err) != TWP_OK ||
        twp_summary_read(fixture->path, &fixture->summary, &err) != TWP_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    twp_study_free(study);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    fixture_t *const fixture = *state;

    twp_summary_free(fixture->summary);
    free(fixture->study);
    free(fixture->path);
    testlib_remove_folder(fixture->folder);
    free(fixture);
    return 0;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* [2 * N]: the baseline first. The caller frees. */
static double *
outcome(const fixture_t *fixture, const char *object, size_t n_want)
{
    twp_reader_t *reader = NULL;
    twp_error_t err = { TWP_OK, "" };
    double *value = NULL;
    size_t n = 0;

    assert_int_equal(twp_reader_open(fixture->path, &reader, &err), TWP_OK);
    if (twp_reader_read_float64(reader, object, &value, &n, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_int_equal(n, n_want);
    twp_reader_close(reader);
    return value;
}

static int
row_of(const twp_summary_t *summary, const char *name, double time_days)
{
    for (int i = 0; i < summary->n_rows; i++)
        if (strcmp(summary->row[i].name, name) == 0 &&
            (isnan(time_days) || fabs(summary->row[i].time_days - time_days) < 1e-9))
            return i;
    fail_msg("the summary has no %s", name);
    return -1;
}

typedef struct {
    double mean, se;
    int n;
} mean_t;

static mean_t
mean_of(const double *value, int n)
{
    mean_t got = { 0, 0, 0 };
    double squares = 0;

    for (int i = 0; i < n; i++)
        if (!isnan(value[i])) {
            got.mean += value[i];
            got.n++;
        }
    got.mean /= got.n;
    for (int i = 0; i < n; i++)
        if (!isnan(value[i]))
            squares += (value[i] - got.mean) * (value[i] - got.mean);
    got.se = sqrt(squares / (got.n - 1) / got.n);
    return got;
}

static int
compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void
test_means_are_those_of_the_rows(void **state)
{
    static const char *const name[] = { "cost", "qaly", "time_to_health_ill" };
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;

    for (size_t m = 0; m < 3; m++) {
        char object[64] = "outcomes/";
        const int row = row_of(summary, name[m], NAN);
        double *const value = outcome(fixture, strcat(object, name[m]), 2 * N);

        for (int s = 0; s < 2; s++) {
            const twp_summary_estimate_t *const estimate = &summary->estimate[row * 2 + s];
            const mean_t want = mean_of(value + s * N, N);

            assert_near_relative(estimate->mean, want.mean, 1e-6);
            assert_near_relative(estimate->mcse, want.se, 1e-5);
            assert_near(estimate->n, want.n, 0);
            assert_near_relative(
                estimate->high - estimate->low, 2 * 1.959963984540054 * want.se, 1e-5);
        }
        free(value);
    }
}

static void
test_differences_are_paired_twin_by_twin(void **state)
{
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;
    const int row = row_of(summary, "cost", NAN);
    double *const value = outcome(fixture, "outcomes/cost", 2 * N);
    double difference[N];

    for (int i = 0; i < N; i++)
        difference[i] = value[N + i] - value[i];
    const mean_t want = mean_of(difference, N), a = mean_of(value, N), b = mean_of(value + N, N);
    const double saved = 1 - want.se * want.se / (a.se * a.se + b.se * b.se);

    assert_near_relative(summary->contrast[row].difference, want.mean, 1e-5);
    assert_near_relative(summary->contrast[row].se, want.se, 1e-5);
    assert_near(summary->contrast[row].variance_saved, saved, 1e-5);
    assert_true(saved > 0.05);
    free(value);
}

static void
test_quantiles_are_those_of_the_rows(void **state)
{
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;
    const int row = row_of(summary, "cost", NAN);
    double *const value = outcome(fixture, "outcomes/cost", 2 * N);

    qsort(value, N, sizeof *value, compare_doubles);
    assert_int_equal(summary->n_quantiles, 5);
    for (int q = 0; q < 5; q++) {
        const double want = value[(int) ceil(summary->quantile[q] * N) - 1];

        assert_near_relative(summary->estimate[row * 2].quantile[q], want, 0.004);
    }
    free(value);
}

/* Days ill over visits, both summed over twins: not the mean of the twins' own means. */
static void
test_a_ratio_is_of_sums_and_a_share_has_its_times(void **state)
{
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;
    const int sojourn = row_of(summary, "sojourn_health_ill", NAN);
    const int first = row_of(summary, "first_entry_health_ill", 139);
    const int later = row_of(summary, "first_entry_health_ill", 365.25);
    const int km = row_of(summary, "kaplan_meier_health_ill", 139);

    /* Mean stays: 40 days, in women 40 / 1.5 days; three in five are women. */
    assert_estimate(summary->estimate[sojourn * 2].mean, 0.6 * 40 / 1.5 + 0.4 * 40,
        2 * summary->estimate[sojourn * 2].mcse); /* women fall ill a little more often: 2 % */
    assert_estimate(summary->estimate[first * 2].mean, 1 - exp(-139 / 200.0),
        summary->estimate[first * 2].mcse);
    assert_estimate(summary->estimate[later * 2 + 1].mean, 1 - exp(-365.25 / 300.0),
        summary->estimate[later * 2 + 1].mcse);
    /* Nobody is censored before 3 years: the curve is the share. */
    assert_near(summary->estimate[km * 2].mean, 1 - summary->estimate[first * 2].mean, 1e-12);
    assert_near_relative(summary->estimate[km * 2].mcse, summary->estimate[first * 2].mcse, 1e-3);
    assert_true(summary->row[first].is_mean);
    assert_false(summary->row[km].is_mean);
}

/* While nobody is censored the curve is 1 minus a share: also the paired differences, by segment. */
static void
test_kaplan_meier_differences_are_paired_in_segments_too(void **state)
{
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;
    const int first = row_of(summary, "first_entry_health_ill", 139);
    const int km = row_of(summary, "kaplan_meier_health_ill", 139);
    const twp_summary_curve_t *curve = NULL;

    assert_int_equal(summary->n_contrasts, 1);
    for (int g = -1; g < summary->n_segments; g++) {
        const twp_summary_estimate_t *const estimate = g < 0 ? summary->estimate
                                                             : summary->segment[g].estimate;
        const twp_summary_contrast_t *const contrast = g < 0 ? summary->contrast
                                                             : summary->segment[g].contrast;

        for (int s = 0; s < 2; s++) {
            assert_near(estimate[km * 2 + s].mean, 1 - estimate[first * 2 + s].mean, 1e-12);
            assert_near(estimate[km * 2 + s].n, estimate[first * 2 + s].n, 0);
        }
        assert_near(contrast[km].difference, -contrast[first].difference, 1e-12);
        assert_near_relative(contrast[km].se, contrast[first].se, 2e-2);
        assert_near(contrast[km].variance_saved, contrast[first].variance_saved, 2e-2);
        assert_true(contrast[km].variance_saved > 0.1);
    }
    for (int i = 0; i < summary->n_curves; i++)
        if (strcmp(summary->curve[i].name, "km_kaplan_meier_health_ill") == 0)
            curve = &summary->curve[i];
    assert_non_null(curve);
    assert_non_null(curve->all.quantile_days);
    assert_non_null(curve->segments.value);
    assert_non_null(curve->segments.quantile_days);
    /* The median of an exponential time of mean 200 days is 138.6; 3,000 twins know it to 3.7. */
    assert_near(curve->all.quantile_days[2], 139, 4 * 3.7);
    assert_near(curve->segments.value[0], 1, 0);
}

/* A track may be called as a part of a curve is: aj_low_dead is its share, no lower end. */
static void
test_a_track_called_low_has_its_curve(void **state)
{
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;
    const twp_summary_curve_t *curve = NULL;

    for (int i = 0; i < summary->n_curves; i++) {
        assert_true(strncmp(summary->curve[i].name, "km_low_", 7) != 0);
        assert_true(strncmp(summary->curve[i].name, "aj_low_low_", 11) != 0);
        if (strcmp(summary->curve[i].name, "aj_low_dead") == 0)
            curve = &summary->curve[i];
    }
    assert_non_null(curve);
    assert_non_null(curve->all.low);
    assert_near(curve->all.value[0], 0, 0);
    assert_near(curve->all.value[summary->n_curve_times - 1], 1, 0);
}

static void
test_segments_are_those_of_the_attributes(void **state)
{
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;
    const int row = row_of(summary, "qaly", NAN);
    double *const qaly = outcome(fixture, "outcomes/qaly", 2 * N);
    twp_reader_t *reader = NULL;
    twp_error_t err;
    int8_t *female = NULL;
    double mine[N];
    int n = 0;

    assert_int_equal(twp_reader_open(fixture->path, &reader, &err), TWP_OK);
    assert_int_equal(twp_reader_read_int8(reader, "twins/female", &female, NULL, &err), TWP_OK);
    for (int i = 0; i < N; i++)
        if (female[i] == 1)
            mine[n++] = qaly[i];
    assert_int_equal(summary->n_segments, 4);
    assert_string_equal(summary->segment[1].name, "female=yes");
    assert_string_equal(summary->segment[2].name, "region=north");
    assert_int_equal((int) summary->segment[1].n_twins, n);
    assert_int_equal((int) (summary->segment[2].n_twins + summary->segment[3].n_twins), N);
    assert_near_relative(summary->segment[1].estimate[row * 2].mean, mean_of(mine, n).mean, 1e-6);
    assert_near_relative(summary->segment[1].estimate[row * 2].mcse, mean_of(mine, n).se, 1e-5);
    twp_reader_close(reader);
    free(female);
    free(qaly);
}

static void
test_ages_are_written_in_years(void **state)
{
    double *const age = outcome(*state, "twins/age", N);

    assert_estimate(mean_of(age, N).mean, 57, mean_of(age, N).se);
    free(age);
}

static void
test_cost_and_effect_are_weighed(void **state)
{
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;
    double *const cost = outcome(fixture, "outcomes/cost", 2 * N);
    double *const qaly = outcome(fixture, "outcomes/qaly", 2 * N);
    double benefit[N];

    assert_true(summary->has_icer);
    assert_string_equal(summary->cost_name, "cost");
    assert_string_equal(summary->qaly_name, "qaly");
    /* Falling ill later costs less and gives more. */
    assert_int_equal(summary->icer[0].place, TWP_PLACE_DOMINATES);
    assert_true(isnan(summary->icer[0].icer));
    assert_near_relative(summary->icer[0].ratio,
        (mean_of(cost + N, N).mean - mean_of(cost, N).mean) /
            (mean_of(qaly + N, N).mean - mean_of(qaly, N).mean),
        1e-4);
    assert_int_equal(summary->icer[0].shape, TWP_INTERVAL_BETWEEN);
    assert_true(summary->icer[0].low < summary->icer[0].ratio &&
        summary->icer[0].ratio < summary->icer[0].high);
    assert_int_equal(summary->n_worth, 2);
    for (int i = 0; i < N; i++)
        benefit[i] = 100000 * (qaly[N + i] - qaly[i]) - (cost[N + i] - cost[i]);
    assert_near_relative(
        summary->icer[0].net_benefit[1].difference, mean_of(benefit, N).mean, 1e-4);
    assert_near_relative(summary->icer[0].net_benefit[1].se, mean_of(benefit, N).se, 1e-4);
    free(cost);
    free(qaly);
}

static void
test_cost_and_effect_are_weighed_in_each_segment(void **state)
{
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;
    double *const cost = outcome(fixture, "outcomes/cost", 2 * N);
    double *const qaly = outcome(fixture, "outcomes/qaly", 2 * N);
    double *const female = outcome(fixture, "twins/female", N);

    for (int g = 0; g < 2; g++) {
        const twp_summary_icer_t *const icer = summary->segment[g].icer;
        double benefit[N], d_cost[N], d_qaly[N];
        int n = 0;

        assert_non_null(icer);
        assert_string_equal(summary->segment[g].name, g == 0 ? "female=no" : "female=yes");
        for (int i = 0; i < N; i++) {
            if ((int) female[i] != g)
                continue;
            d_cost[n] = cost[N + i] - cost[i];
            d_qaly[n] = qaly[N + i] - qaly[i];
            benefit[n] = 100000 * d_qaly[n] - d_cost[n];
            n++;
        }
        assert_int_equal((int) summary->segment[g].n_twins, n);
        assert_near_relative(icer->cost, mean_of(d_cost, n).mean, 1e-4);
        assert_near_relative(icer->ratio, mean_of(d_cost, n).mean / mean_of(d_qaly, n).mean, 1e-4);
        assert_near_relative(icer->net_benefit[1].difference, mean_of(benefit, n).mean, 1e-4);
        assert_near_relative(icer->net_benefit[1].se, mean_of(benefit, n).se, 1e-4);
        assert_near(icer->net_benefit[1].n, n, 0);
    }
    free(female);
    free(qaly);
    free(cost);
}

/* Of two strategies the frontier holds the better one alone, of all twins and of each segment; the best buy
 * at any worth is it. Means are those of the twins' rows. */
static void
test_all_strategies_are_weighed_together(void **state)
{
    const fixture_t *const fixture = *state;
    const twp_summary_t *const summary = fixture->summary;
    double *const cost = outcome(fixture, "outcomes/cost", 2 * N);
    double *const qaly = outcome(fixture, "outcomes/qaly", 2 * N);

    assert_non_null(summary->among);
    for (int s = 0; s < 2; s++) {
        assert_near_relative(summary->among[s].cost, mean_of(cost + s * N, N).mean, 1e-5);
        assert_near_relative(summary->among[s].qaly, mean_of(qaly + s * N, N).mean, 1e-5);
    }
    assert_int_equal(summary->among[0].place, TWP_AMONG_DOMINATED);
    assert_int_equal(summary->among[0].i_against, 1);
    assert_int_equal(summary->among[1].place, TWP_AMONG_FRONTIER);
    assert_int_equal(summary->among[1].i_against, -1);
    assert_true(isnan(summary->among[1].icer));
    assert_int_equal(summary->n_curve_worths, 2);
    assert_near(summary->curve_worth[0], 1000, 0);
    assert_near(summary->best[0], 1, 0);
    assert_near(summary->best[1], 1, 0);
    assert_null(summary->p_best);
    for (int g = 0; g < summary->n_segments; g++) {
        assert_non_null(summary->segment[g].among);
        assert_near_relative(summary->segment[g].among[1].cost - summary->segment[g].among[0].cost,
            summary->segment[g].icer[0].cost, 1e-9);
        assert_near_relative(summary->segment[g].among[1].qaly - summary->segment[g].among[0].qaly,
            summary->segment[g].icer[0].qaly, 1e-9);
    }
    free(qaly);
    free(cost);
}

static void
test_targets_are_judged(void **state)
{
    const twp_summary_t *const summary = ((fixture_t *) *state)->summary;

    assert_int_equal(summary->n_targets, 2);
    assert_string_equal(summary->target[0].name, "far");
    assert_false(summary->target[0].is_hit);
    assert_false(summary->target[0].is_fit);
    assert_string_equal(summary->target[1].name, "half");
    assert_true(summary->target[1].is_hit);
    assert_true(summary->target[1].is_fit);
    assert_near(summary->target[1].time_days, 139, 1e-9);
    assert_string_equal(summary->target[1].strategy, "usual");
}

static void
test_curves_and_provenance_are_there(void **state)
{
    const twp_summary_t *const summary = ((fixture_t *) *state)->summary;
    bool has_input = false, has_occupancy = false;

    for (int i = 0; i < summary->n_provenance; i++)
        has_input = has_input || strcmp(summary->provenance_key[i], "input summed.yaml") == 0;
    for (int i = 0; i < summary->n_curves; i++)
        if (strcmp(summary->curve[i].name, "occupancy_health_well") == 0) {
            has_occupancy = true;
            assert_near(summary->curve[i].all.value[0], 1, 0);
            assert_true(summary->curve[i].all.value[12] < 0.95);
        }
    assert_true(has_input);
    assert_true(has_occupancy);
    assert_string_equal(summary->title, "summed");
    assert_string_equal(summary->question, "Is it worth it?");
    assert_string_equal(summary->currency, "USD");
    assert_false(summary->is_partial);
}

static void
test_the_file_is_of_the_layout(void **state)
{
    twp_error_t err = { TWP_OK, "" };

    if (twp_results_check_layout(((fixture_t *) *state)->path, &err) != TWP_OK)
        fail_msg("%s", err.message);
}

static void
test_a_damaged_file_is_refused(void **state)
{
    const fixture_t *const fixture = *state;
    char *const path = testlib_join(fixture->folder, "damaged.h5");
    twp_summary_t *summary = NULL;
    twp_error_t err;
    size_t n = 0;
    char *const bytes = testlib_read_file(fixture->path, &n);

    testlib_write_bytes(path, bytes, n / 2);
    assert_int_equal(twp_summary_read(path, &summary, &err), TWP_ERR_FORMAT);
    assert_null(summary);
    assert_int_equal(twp_summary_read("/nowhere/results.h5", &summary, &err), TWP_ERR_IO);
    free(bytes);
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means_are_those_of_the_rows),
        cmocka_unit_test(test_differences_are_paired_twin_by_twin),
        cmocka_unit_test(test_quantiles_are_those_of_the_rows),
        cmocka_unit_test(test_a_ratio_is_of_sums_and_a_share_has_its_times),
        cmocka_unit_test(test_kaplan_meier_differences_are_paired_in_segments_too),
        cmocka_unit_test(test_a_track_called_low_has_its_curve),
        cmocka_unit_test(test_segments_are_those_of_the_attributes),
        cmocka_unit_test(test_ages_are_written_in_years),
        cmocka_unit_test(test_cost_and_effect_are_weighed),
        cmocka_unit_test(test_cost_and_effect_are_weighed_in_each_segment),
        cmocka_unit_test(test_all_strategies_are_weighed_together),
        cmocka_unit_test(test_targets_are_judged),
        cmocka_unit_test(test_curves_and_provenance_are_there),
        cmocka_unit_test(test_the_file_is_of_the_layout),
        cmocka_unit_test(test_a_damaged_file_is_refused),
    };

    twp_results_setup();
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
