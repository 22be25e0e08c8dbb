/*
 * Populations: quantiles of every law, truncation, correlation, segments, files of real patients.
 * Tolerances of samples are 4 standard errors; those of quantiles are what the mathematics keeps.
 */
#include "living.h"

#include "base/portable_math.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- quantiles ------------------------------------------------------------------------------- */

static double
quantile(twp_dist_kind_t kind, double a, double b, double c, double u)
{
    const twp_draw_node_t node = { .kind = (int) kind, .arg = { a, b, c } };

    return twp_population_quantile(NULL, &node, NULL, 0, u, 1.0 - u);
}

/* At 0.9, where the standard normal has 1.2815515655446004. */
#define Z90 1.2815515655446004

static void
test_quantiles_are_those_of_the_laws(void **state)
{
    (void) state;
    assert_near_relative(quantile(TWP_DIST_NORMAL, 57, 13, 0, 0.9), 57 + 13 * Z90, 1e-14);
    assert_near_relative(
        quantile(TWP_DIST_LOGNORMAL, 1.5, 0.4, 0, 0.9), exp(1.5 + 0.4 * Z90), 1e-14);
    assert_near_relative(quantile(TWP_DIST_UNIFORM, 2, 12, 0, 0.9), 11.0, 1e-15);
    assert_near_relative(quantile(TWP_DIST_EXPONENTIAL, 0.5, 0, 0, 0.9), 2 * log(10.0), 1e-14);
    assert_near_relative(quantile(TWP_DIST_WEIBULL, 2, 10, 0, 0.9), 10 * sqrt(log(10.0)), 1e-14);
    /* Gamma(2, scale 3): F(x) = 1 - (1 + x/3) exp(-x/3). Beta(2, 1): F(x) = x^2. */
    const double x = quantile(TWP_DIST_GAMMA, 2, 3, 0, 0.9) / 3;
    assert_near(1 - (1 + x) * exp(-x), 0.9, 1e-12);
    assert_near_relative(quantile(TWP_DIST_BETA, 2, 1, 0, 0.9), sqrt(0.9), 1e-12);
    /* Triangular on [0, 10] with mode 2: F(2) = 0.2; above, 1 - F(x) = (10 - x)^2 / 80. */
    assert_near_relative(quantile(TWP_DIST_TRIANGULAR, 0, 2, 10, 0.9), 10 - sqrt(8.0), 1e-12);
    assert_near_relative(quantile(TWP_DIST_TRIANGULAR, 0, 2, 10, 0.05), 1.0, 1e-12);
}

/* 1 - u has lost everything at q = 1e-17; the quantile has not. */
static void
test_the_upper_tail_is_as_accurate_as_the_lower(void **state)
{
    const twp_draw_node_t exponential = { .kind = TWP_DIST_EXPONENTIAL, .arg = { 2.0 } };
    const twp_draw_node_t normal = { .kind = TWP_DIST_NORMAL, .arg = { 0.0, 1.0 } };

    (void) state;
    assert_near_relative(twp_population_quantile(NULL, &exponential, NULL, 0, 1.0, 1e-17),
        17 * log(10.0) / 2, 1e-14);
    assert_near_relative(twp_population_quantile(NULL, &normal, NULL, 0, 1.0, 1e-17),
        -twp_population_quantile(NULL, &normal, NULL, 0, 1e-17, 1.0), 1e-13);
}

static void
test_a_chance_happens_above_its_complement(void **state)
{
    (void) state;
    assert_true(quantile(TWP_DIST_CHANCE, 0.3, 0, 0, 0.7000001) == 1.0);
    assert_true(quantile(TWP_DIST_CHANCE, 0.3, 0, 0, 0.6999999) == 0.0);
}

/* ---- drawn populations ----------------------------------------------------------------------- */

#define STRATEGIES "strategies: {usual: {baseline: true}}\n"
#define TRACKS "  tracks: {health: {start: well, states: {well: {}}}}\n"

typedef struct {
    double *value; /* [n * n_attributes] row-major */
    double *start, *enters, *end;
    int n, n_attributes;
} drawn_t;

static drawn_t
draw(const char *patient, int n)
{
    char *const yaml = living_study("3 years", patient, STRATEGIES);
    living_t living;
    drawn_t drawn = { .n = n };
    twp_twin_t twin;

    living_open(&living, yaml, 0, 1);
    drawn.n_attributes = living.model->n_attributes;
    drawn.value = calloc((size_t) n * (size_t) drawn.n_attributes + 1, sizeof(double));
    drawn.start = calloc((size_t) n, sizeof(double));
    drawn.enters = calloc((size_t) n, sizeof(double));
    drawn.end = calloc((size_t) n, sizeof(double));
    assert_non_null(drawn.end);
    memset(&twin, 0, sizeof twin);
    twp_twin_layout(living.model, living.memory, &twin);
    for (int i = 0; i < n; i++) {
        int i_bad = 0;

        assert_true(twp_population_draw_twin(living.plan, i, &twin, &i_bad));
        assert_int_equal((int) twin.id, i);
        for (int a = 0; a < drawn.n_attributes; a++)
            drawn.value[i * drawn.n_attributes + a] = twin.attribute[a];
        if (living.model->n_variables > 0)
            drawn.start[i] = twin.start_value[0];
        drawn.enters[i] = twin.enters_days;
        drawn.end[i] = twin.end_days;
    }
    living_close(&living);
    free(yaml);
    return drawn;
}

static void
clear(drawn_t *drawn)
{
    free(drawn->value);
    free(drawn->start);
    free(drawn->enters);
    free(drawn->end);
}

typedef struct {
    double mean, se;
} mean_t;

static mean_t
mean_of(const drawn_t *drawn, int a)
{
    double sum = 0, squares = 0;

    for (int i = 0; i < drawn->n; i++) {
        const double x = drawn->value[i * drawn->n_attributes + a];

        sum += x;
        squares += x * x;
    }
    const double mean = sum / drawn->n, variance = squares / drawn->n - mean * mean;
    const mean_t got = { mean, sqrt(variance / drawn->n) };

    return got;
}

static void
test_attributes_have_the_means_of_their_laws(void **state)
{
    drawn_t drawn = draw("  attributes:\n"
                         "    x1: {normal: [57, 13]}\n"
                         "    x2: {chance: 0.3}\n"
                         "    x3: {categories: {north: 0.2, south: 0.7, west: 0.1}}\n"
                         "    x4: {beta: [4, 2]}\n"
                         "    x5: {gamma: {shape: 2, mean: 5 days}}\n"
                         "    x6: {triangular: [0, 2, 10]}\n" TRACKS,
        20000);
    const double want[] = { 57, 0.3, 0.7 * 1 + 0.1 * 2, 4.0 / 6, 5, 4 };

    (void) state;
    for (int a = 0; a < 6; a++)
        assert_estimate(mean_of(&drawn, a).mean, want[a], mean_of(&drawn, a).se);
    clear(&drawn);
}

/* A standard normal on [3, 4] has mean (phi(3) - phi(4)) / (Phi(-3) - Phi(-4)) = 3.2659. */
static void
test_a_truncated_law_stays_within_and_keeps_its_shape(void **state)
{
    drawn_t drawn = draw("  attributes: {a: {normal: [0, 1], within: [3, 4]}}\n" TRACKS, 20000);
    const double phi = exp(-4.5) - exp(-8.0),
                 mass = 0.5 * (erfc(3 / sqrt(2.0)) - erfc(4 / sqrt(2.0)));
    const double want = phi / sqrt(2 * acos(-1.0)) / mass;

    (void) state;
    for (int i = 0; i < drawn.n; i++)
        assert_true(drawn.value[i] >= 3 && drawn.value[i] <= 4);
    assert_estimate(mean_of(&drawn, 0).mean, want, mean_of(&drawn, 0).se);
    clear(&drawn);
}

static double
correlation(const drawn_t *drawn, int a, int b)
{
    const double ma = mean_of(drawn, a).mean, mb = mean_of(drawn, b).mean;
    double ab = 0, aa = 0, bb = 0;

    for (int i = 0; i < drawn->n; i++) {
        const double x = drawn->value[i * drawn->n_attributes + a] - ma;
        const double y = drawn->value[i * drawn->n_attributes + b] - mb;

        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return ab / sqrt(aa * bb);
}

/* Standard error of a correlation r: (1 - r^2) / sqrt(n). Uniform margins keep the law's mean. */
static void
test_correlated_attributes_have_the_correlation_of_their_scores(void **state)
{
    drawn_t drawn = draw("  attributes:\n"
                         "    a: {normal: [57, 13]}\n"
                         "    b: {normal: [0, 2]}\n"
                         "    c: {beta: [2, 6]}\n"
                         "  correlated: {of: [b, a, c], normal_scores: [[1, -0.6, 0.3],\n"
                         "    [-0.6, 1, 0], [0.3, 0, 1]]}\n" TRACKS,
        20000);

    (void) state;
    assert_estimate(correlation(&drawn, 0, 1), -0.6, 0.64 / sqrt(20000.0));
    assert_estimate(correlation(&drawn, 0, 2), 0, 1 / sqrt(20000.0));
    assert_true(correlation(&drawn, 1, 2) > 0.2);
    assert_estimate(mean_of(&drawn, 0).mean, 57, mean_of(&drawn, 0).se);
    assert_estimate(mean_of(&drawn, 2).mean, 0.25, mean_of(&drawn, 2).se);
    clear(&drawn);
}

/* The attribute listed first keeps its draws when others join it. */
static void
test_correlating_leaves_the_first_attribute_as_it_was(void **state)
{
    drawn_t alone = draw("  attributes: {a: {normal: [5, 2]}, b: {normal: [0, 1]}}\n" TRACKS, 100);
    drawn_t both = draw("  attributes: {a: {normal: [5, 2]}, b: {normal: [0, 1]}}\n"
                        "  correlated: {of: [a, b], normal_scores: [[1, 0.5], [0.5, 1]]}\n" TRACKS,
        100);
    int n_moved = 0;

    (void) state;
    for (int i = 0; i < 100; i++) {
        assert_near_relative(both.value[2 * i], alone.value[2 * i], 1e-14);
        n_moved += both.value[2 * i + 1] != alone.value[2 * i + 1];
    }
    assert_true(n_moved > 90);
    clear(&alone);
    clear(&both);
}

static void
test_a_segment_has_its_own_law(void **state)
{
    drawn_t drawn = draw("  attributes:\n"
                         "    group: {categories: {eager: 0.5, sceptic: 0.5}}\n"
                         "    will: {by: group, is: {eager: {uniform: [10, 11]},\n"
                         "      sceptic: {uniform: [-2, -1]}}}\n" TRACKS,
        500);
    int n_eager = 0;

    (void) state;
    for (int i = 0; i < drawn.n; i++) {
        const double group = drawn.value[2 * i], will = drawn.value[2 * i + 1];

        n_eager += group == 0;
        assert_true(group == 0 ? will > 10 && will < 11 : will > -2 && will < -1);
    }
    assert_true(n_eager > 200 && n_eager < 300);
    clear(&drawn);
}

/* Exactly at a step the new group begins; below the first the first holds; names may come back. */
static void
test_steps_of_an_attribute_are_its_groups(void **state)
{
    drawn_t drawn = draw(
        "  attributes:\n"
        "    age: {uniform: [20 years, 80 years]}\n"
        "    a_band: {steps_of: age, from: [30 years, 50 years, 65 years],\n"
        "      is: [mild, grave, mild]}\n"
        "    at: 50 years\n"
        "    on_it: {steps_of: at, from: [0 years, 50 years], is: [below, above]}\n" TRACKS,
        500);
    int n_grave = 0;

    (void) state;
    for (int i = 0; i < drawn.n; i++) { /* a_band, age, at, on_it; above, below; grave, mild */
        const double age = drawn.value[4 * i + 1] / 365.25;
        const bool is_grave = age >= 50 && age < 65;

        assert_true(drawn.value[4 * i] == (is_grave ? 0 : 1));
        assert_true(drawn.value[4 * i + 3] == 0);
        n_grave += is_grave;
    }
    assert_true(n_grave > 90 && n_grave < 160);
    clear(&drawn);
}

static void
test_lives_end_with_the_calendar_or_the_follow_up(void **state)
{
    drawn_t drawn = draw("  enters: {uniform: [0 days, 4 years]}\n"
                         "  attributes: {a: 1}\n" TRACKS,
        1000);
    int n_late = 0;

    (void) state;
    for (int i = 0; i < drawn.n; i++) {
        const double left = 3 * 365.25 - drawn.enters[i];

        n_late += left < 0;
        if (left < 0)
            assert_true(isnan(drawn.end[i]));
        else
            assert_near(drawn.end[i], left, 1e-9);
    }
    assert_true(n_late > 150 && n_late < 350); /* a quarter of 1000: 250 +- 4 x 14 */
    clear(&drawn);
}

static void
open_pair(living_t *a, living_t *b, const char *first, const char *second)
{
    char *const one = living_study("1 year", first, STRATEGIES),
                *const two = living_study("1 year", second, STRATEGIES);

    living_open(a, one, 0, 1);
    living_open(b, two, 0, 1);
    /* Plans are compared over one population. */
    b->plan->population = a->population;
    free(one);
    free(two);
}

static void
test_models_that_draw_alike_are_recognised(void **state)
{
    static const char base[] = "  attributes: {a: {normal: [5, 2], within: [0, 9]}}\n" TRACKS;
    static const char *const other[] = {
        "  attributes: {a: {normal: [5, 3], within: [0, 9]}}\n" TRACKS,
        "  attributes: {a: {normal: [5, 2], within: [0, 8]}}\n" TRACKS,
        "  attributes: {a: {normal: [5, 2], within: [0, 9], stream: else}}\n" TRACKS
    };
    living_t a, b;

    (void) state;
    open_pair(&a, &b, base, base);
    assert_true(twp_population_same_plan(a.plan, b.plan));
    living_close(&a);
    living_close(&b);
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        open_pair(&a, &b, base, other[i]);
        assert_false(twp_population_same_plan(a.plan, b.plan));
        living_close(&a);
        living_close(&b);
    }
}

/* ---- files of real patients ------------------------------------------------------------------ */

/* A study of one attribute per column, without the reader of studies. */
typedef struct {
    twp_study_typed_t study;
    twp_study_attribute_t attribute[2];
    twp_distribution_t age, sex;
    char *path;
} file_study_t;

static const char *const sex_texts[] = { "1", "2" };

static const twp_study_typed_t *
file_study(file_study_t *to, const char *folder, const char *csv)
{
    memset(to, 0, sizeof *to);
    to->path = testlib_join(folder, "patients.csv");
    testlib_write_text(to->path, csv);
    to->age =
        (twp_distribution_t){ .kind = TWP_DIST_COLUMN, .column = "age", .column_unit = 365.25 };
    to->sex = (twp_distribution_t){ .kind = TWP_DIST_COLUMN,
        .column = "sex",
        .column_unit = 1,
        .n_categories = 2,
        .column_text = (const char **) (uintptr_t) sex_texts };
    to->attribute[0] = (twp_study_attribute_t){ .name = "age", .distribution = &to->age };
    to->attribute[1] =
        (twp_study_attribute_t){ .name = "sex", .n_categories = 2, .distribution = &to->sex };
    to->study.n_attributes = 2;
    to->study.attribute = to->attribute;
    to->study.patients_csv = to->path;
    to->study.patients_csv_name = "patients.csv";
    return &to->study;
}

static twp_status_t
open_file(const twp_study_typed_t *study, int64_t n, twp_population_t **population,
    twp_findings_t *findings, twp_error_t *err)
{
    assert_int_equal(twp_findings_init(findings, err), TWP_OK);
    return twp_population_open(&study, 1, n, population, findings, err);
}

static void
test_rows_of_a_file_become_twins(void **state)
{
    file_study_t study;
    twp_population_t *population = NULL;
    twp_findings_t findings;
    twp_error_t err;

    file_study(&study, *state,
        "patient,visit,age,sex\n7,0,50,1\n7,1,51,1\n3,0,62,2\n1099511627775,0,18,1\n");
    study.study.patients_id_column = "patient";
    study.study.patients_group_column = "patient";
    assert_int_equal(open_file(&study.study, 0, &population, &findings, &err), TWP_OK);
    assert_int_equal((int) population->n_twins, 3);
    assert_true(twp_population_id(population, 0) == 7 && twp_population_id(population, 1) == 3);
    assert_true(population->max_id == 1099511627775);
    assert_near(population->column[0].value[1], 62 * 365.25, 0);
    assert_near(population->column[1].value[1], 1, 0);
    assert_near(population->column[1].value[0], 0, 0);
    twp_population_free(population);
    twp_findings_clear(&findings);

    assert_int_equal(open_file(&study.study, 2, &population, &findings, &err), TWP_OK);
    assert_int_equal((int) population->n_twins, 2);
    assert_true(population->max_id == 7);
    twp_population_free(population);
    twp_findings_clear(&findings);

    assert_int_equal(open_file(&study.study, 4, &population, &findings, &err), TWP_ERR_INPUT);
    assert_contains(err.message, "3 patients");
    twp_findings_clear(&findings);
    free(study.path);
}

static void
assert_finding(void **state, const char *csv, int line, const char *message)
{
    file_study_t study;
    twp_population_t *population = NULL;
    twp_findings_t findings;
    twp_error_t err;
    bool is_there = false;

    file_study(&study, *state, csv);
    study.study.patients_id_column = "patient";
    assert_int_equal(open_file(&study.study, 0, &population, &findings, &err), TWP_ERR_INPUT);
    assert_null(population);
    for (int i = 0; i < findings.n; i++)
        is_there = is_there ||
            (findings.item[i].line == line && strstr(findings.item[i].message, message) != NULL);
    if (!is_there)
        fail_msg("no finding \"%s\" at line %d; %d others", message, line, findings.n);
    twp_findings_clear(&findings);
    free(study.path);
}

static void
test_faults_of_a_file_are_told_with_their_line(void **state)
{
    assert_finding(state, "patient,age,sex\n1,50,1\n2,,1\n", 3, "missing");
    assert_finding(state, "patient,age,sex\n1,50,1\n2,old,1\n", 3, "no number");
    assert_finding(state, "patient,age,sex\n1,50,1\n2,61,3\n", 3, "no category");
    assert_finding(state, "patient,age,sex\n1,50,1\n4,61,2\n1,40,2\n", 4, "twice");
    assert_finding(state, "patient,age,sex\n1.5,50,1\n", 2, "cannot be the id");
    assert_finding(state, "patient,age,sex\n-1,50,1\n", 2, "cannot be the id");
    assert_finding(state, "patient,age,sex\n1099511627776,50,1\n", 2, "cannot be the id");
    assert_finding(state, "patient,years,sex\n1,50,1\n", 1, "no column age");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles_are_those_of_the_laws),
        cmocka_unit_test(test_the_upper_tail_is_as_accurate_as_the_lower),
        cmocka_unit_test(test_a_chance_happens_above_its_complement),
        cmocka_unit_test(test_attributes_have_the_means_of_their_laws),
        cmocka_unit_test(test_a_truncated_law_stays_within_and_keeps_its_shape),
        cmocka_unit_test(test_correlated_attributes_have_the_correlation_of_their_scores),
        cmocka_unit_test(test_correlating_leaves_the_first_attribute_as_it_was),
        cmocka_unit_test(test_a_segment_has_its_own_law),
        cmocka_unit_test(test_steps_of_an_attribute_are_its_groups),
        cmocka_unit_test(test_lives_end_with_the_calendar_or_the_follow_up),
        cmocka_unit_test(test_models_that_draw_alike_are_recognised),
        cmocka_unit_test_setup_teardown(
            test_rows_of_a_file_become_twins, testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_faults_of_a_file_are_told_with_their_line,
            testlib_setup_folder, testlib_teardown_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
