/*
 * Tables behind splines and fractional polynomials: what is refused and why, and the proven bound of
 * 1e-9 against quadrature in long double. And what a fault of a law says.
 */
#include "testlib.h"

#include "document/document.h"
#include "model/model.h"
#include "results/reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double x[TWP_POLYNOMIAL_MAX_NODES], value[TWP_POLYNOMIAL_MAX_NODES],
    slope[TWP_POLYNOMIAL_MAX_NODES];

/* ---- splines --------------------------------------------------------------------------------- */

static void
assert_spline(int n, const double *knot, const double *gamma, twp_table_fault_t want, double x_want)
{
    double x_bad;

    assert_int_equal(twp_family_spline_table(n, knot, gamma, value, slope, &x_bad), want);
    if (want == TWP_TABLE_FALLS)
        assert_near(x_bad, x_want, 1e-9);
}

static void
test_a_spline_that_falls_is_refused_and_where_is_said(void **state)
{
    const double knots[4] = { -3, -1, 1, 3 }, two[2] = { -1, 2 };

    (void) state;
    assert_spline(2, two, (double[]){ -1, 0.8 }, TWP_TABLE_GOOD, 0);
    assert_spline(4, knots, (double[]){ -1, 1, 0.02, -0.04 }, TWP_TABLE_GOOD, 0);
    /* three knots -1, 0, 1 and gamma2 = g: slope 1 + 3 g (l y^2 ...): right of the last knot
     * s' = 1 + 3 g ((1 - 0)^2 - (1/2) 2^2) = 1 - 3 g, and least there */
    assert_spline(3, (double[]){ -1, 0, 1 }, (double[]){ 0, 1, 0.3333 }, TWP_TABLE_GOOD, 0);
    assert_spline(3, (double[]){ -1, 0, 1 }, (double[]){ 0, 1, 0.3334 }, TWP_TABLE_FALLS, 1);
    /* a slope of 0 beyond the last knot: H is bounded there, and that is allowed */
    assert_spline(3, (double[]){ -1, 0, 1 }, (double[]){ 0, 3, 1 }, TWP_TABLE_GOOD, 0);
    assert_near(slope[2], 0, 0);
    assert_spline(2, two, (double[]){ -1, 0 }, TWP_TABLE_AT_ZERO, 0);
    assert_spline(2, two, (double[]){ -1, -0.5 }, TWP_TABLE_AT_ZERO, 0);
    assert_spline(2, (double[]){ 2, 2 }, (double[]){ -1, 1 }, TWP_TABLE_ORDER, 0);
    assert_spline(2, two, (double[]){ NAN, 1 }, TWP_TABLE_NOT_FINITE, 0);
}

/* Falls between knots only: the slope has its least value where the second derivative is 0. */
static void
test_a_dip_between_knots_is_seen(void **state)
{
    const double knots[4] = { -3, -1, 1, 3 };
    double x_bad, least = INFINITY;

    (void) state;
    for (double g = 0; g < 0.3; g += 0.01) {
        const double gamma[4] = { 0, 0.6, g, -g };
        const twp_table_fault_t fault = twp_family_spline_table(
            4, knots, gamma, value, slope, &x_bad);
        double dip = INFINITY; /* by a fine grid of differences */
        for (double at = -4; at < 4; at += 1e-3) {
            double s[2] = { 0, 0 };
            for (int k = 0; k < 2; k++) {
                const double y = at + 1e-4 * k;
                s[k] = gamma[1] * y;
                for (int j = 1; j < 3; j++) {
                    const double l = (3 - knots[j]) / 6;
                    s[k] += gamma[j + 1] *
                        (pow(fmax(y - knots[j], 0), 3) - l * pow(fmax(y + 3, 0), 3) -
                            (1 - l) * pow(fmax(y - 3, 0), 3));
                }
            }
            dip = fmin(dip, (s[1] - s[0]) / 1e-4);
        }
        if (fabs(dip) > 1e-3)
            assert_int_equal(fault, dip < 0 ? TWP_TABLE_FALLS : TWP_TABLE_GOOD);
        least = fmin(least, dip);
    }
    assert_true(least < -0.01); /* some of them did fall */
}

/* ---- fractional polynomials ------------------------------------------------------------------ */

/* log of the hazard times t, at x = log t */
static long double
log_integrand(int n, const double *p, const double *b, long double at)
{
    long double g = at + b[0];
    int n_repeats = 0;

    for (int j = 0; j < n; j++) {
        n_repeats = j > 0 && p[j] == p[j - 1] ? n_repeats + 1 : 0;
        g += b[j + 1] * (p[j] == 0 ? at : expl(p[j] * at)) * powl(at, n_repeats);
    }
    return g;
}

/* Gauss's rule of five points on steps of 1/256: its error is far below 1e-12 for these integrands. */
static void
check_polynomial(int n, const double *p, const double *b)
{
    static const long double node[3] = { 0, 0.538469310105683091036314420700208805L,
        0.906179845938663992797626878299392965L },
                             weight[3] = { 0.568888888888888888888888888888888889L,
                                 0.478628670499366468041291514835638193L,
                                 0.236926885056189087514264040719917363L };
    const long double step = 1.0L / 256;
    twp_law_constants_t law = { .from_days = x, .cumulative = value, .rate_per_day = slope };
    long double sum = 0;

    assert_int_equal(
        twp_family_polynomial_table(n, p, b, 9, x, value, slope, &law.n_pieces), TWP_TABLE_GOOD);
    assert_true(twp_family_prepare(TWP_FAMILY_POLYNOMIAL, (double[]){ 0, 1 }, &law));
    for (long double at = x[0] - 30; at < 9 && sum < 1e11L; at += step) {
        for (int k = 0; k < 3; k++)
            for (int sign = -1; sign <= (k > 0 ? 1 : -1); sign += 2)
                sum += weight[k] * step / 2 *
                    expl(log_integrand(n, p, b, at + step / 2 * (1 + sign * node[k])));
        if (sum > 1e-16L)
            assert_near_relative(
                twp_family_cumulative(TWP_FAMILY_POLYNOMIAL, &law, (double) expl(at + step)),
                (double) sum, 1e-9);
    }
    assert_true(sum > 1);
}

static void
test_tabulated_hazards_keep_their_bound(void **state)
{
    (void) state;
    check_polynomial(2, (double[]){ -1, 2 }, (double[]){ -1, -0.7, 0.01 });
    check_polynomial(2, (double[]){ -2, -2 }, (double[]){ 0.5, -0.3, 0.4 });
    check_polynomial(3, (double[]){ -0.5, 0, 3 }, (double[]){ -2, -1, 0.5, 1e-4 });
    check_polynomial(2, (double[]){ 0.5, 0.5 }, (double[]){ -3, 1.5, -0.3 });
}

static void
assert_polynomial(int n, const double *p, const double *b, twp_table_fault_t want)
{
    int n_nodes;

    assert_int_equal(twp_family_polynomial_table(n, p, b, 9, x, value, slope, &n_nodes), want);
}

static void
test_hazards_without_a_cumulative_hazard_are_refused(void **state)
{
    (void) state;
    assert_polynomial(1, (double[]){ 0 }, (double[]){ -1, -0.9 }, TWP_TABLE_GOOD);
    assert_polynomial(1, (double[]){ 0 }, (double[]){ -1, -1 }, TWP_TABLE_AT_ZERO); /* 1 / t */
    assert_polynomial(1, (double[]){ 0 }, (double[]){ -1, -1.3 }, TWP_TABLE_AT_ZERO);
    assert_polynomial(1, (double[]){ -1 }, (double[]){ -1, 0.1 }, TWP_TABLE_AT_ZERO);
    assert_polynomial(1, (double[]){ -1 }, (double[]){ -1, -0.1 }, TWP_TABLE_GOOD);
    assert_polynomial(2, (double[]){ 0, 0 }, (double[]){ -1, 0, 0.01 }, TWP_TABLE_AT_ZERO);
    assert_polynomial(2, (double[]){ -1, -1 }, (double[]){ -1, 0, -0.1 }, TWP_TABLE_AT_ZERO);
    assert_polynomial(2, (double[]){ -1, -1 }, (double[]){ -1, 0, 0.1 }, TWP_TABLE_GOOD);
    /* integrable, but half of it lies before the smallest double */
    assert_polynomial(1, (double[]){ 0 }, (double[]){ -1, -0.999 }, TWP_TABLE_AT_ZERO);
    assert_polynomial(2, (double[]){ 1, 0 }, (double[]){ -1, 0.1, 0.1 }, TWP_TABLE_ORDER);
    assert_polynomial(1, (double[]){ 1 }, (double[]){ NAN, 0.1 }, TWP_TABLE_NOT_FINITE);
    assert_polynomial(1, (double[]){ 1e9 }, (double[]){ 0, 0.1 }, TWP_TABLE_NOT_FINITE);
}

/* ---- faults and files ------------------------------------------------------------------------- */

/* Runs a study of one twin, whose attribute a is -3, into folder/r.h5. */
static twp_status_t
run(const char *folder, const char *age, const char *exit, twp_error_t *err)
{
    char *const path = testlib_join(folder, "s.yaml"), *const output = testlib_join(folder, "r.h5");
    char text[1000];
    twp_study_t *study = NULL;
    twp_run_settings_t settings;
    twp_status_t status;

    (void) snprintf(text, sizeof text,
        "twinpath: 1\nstudy: s\nsource: assumption\n"
        "time: {starts: 2027-01-01, horizon: 10 years}\n"
        "tables: {ages: {from: ages.csv, by: [{column: age, unit: years}], value: rate, unit: 1 / "
        "year}}\n"
        "patient:\n  count: 1\n  age: %s\n  attributes: {a: -3}\n"
        "  tracks: {t: {start: x, states: {x: {go: {%s, to: y}, old: {hazard: {life_table: {table: "
        "ages}},"
        " counts_from: birth, to: y}}, y: {}}}}\n"
        "strategies: {usual: {baseline: true}}\n",
        age, exit);
    testlib_write_text(path, text);
    assert_int_equal(twp_study_read(path, NULL, 0, &study, err), TWP_OK);
    twp_run_settings_init(&settings);
    settings.output_path = output;
    status = twp_study_run(study, &settings, NULL, err);
    twp_study_free(study);
    free(output);
    free(path);
    return status;
}

/* A folder with the table of the study. */
static char *
new_folder(void)
{
    char *const folder = testlib_temporary_folder(), *const path = testlib_join(folder, "ages.csv");

    testlib_write_text(path, "age,rate\n0,0.01\n60,0.1\n");
    free(path);
    return folder;
}

static void
assert_fault(const char *age, const char *exit, const char *want)
{
    char *const folder = new_folder();
    twp_error_t err = { TWP_OK, "" };

    assert_int_equal(run(folder, age, exit, &err), TWP_ERR_FAULT);
    if (strstr(err.message, want) == NULL)
        fail_msg("%s: not %s", err.message, want);
    testlib_remove_folder(folder);
}

static void
test_a_fault_of_a_hazard_names_the_law_and_its_parameters(void **state)
{
    (void) state;
    assert_fault("70 years", "hazard: {gamma: {shape: 2 + a, rate: 0.5 / day}}",
        "twin 0 under strategy usual on day 0 of its life: a parameter of a hazard law is outside "
        "its "
        "range, at patient.t.x.go (gamma, shape -1, rate 0.5, in days)");
    assert_fault("70 years",
        "hazard: {weibull: {shape: 2, scale: 5 days}}, effects: [{per: exp(-300 * a), hr: 2}]",
        "is not finite, at patient.t.x.go (weibull, shape 2, scale 5, in days)");
    assert_fault("70 years",
        "hazard: {spline: {knots: [0, 1], gammas: [0, 1], location: log(a), time_unit: 1 day}}",
        "patient.t.x.go (spline, location nan, time_unit 1, in days)");
    assert_fault("a * 1 year", "hazard: {exponential: {mean: 1 day}}",
        "the age at entry is negative or not finite");
}

/* Its parameters are noted when a hazard is marked: no other fault may tell them. */
static void
test_a_fault_that_is_not_the_laws_names_the_exit_alone(void **state)
{
    char *const folder = new_folder();
    twp_error_t err = { TWP_OK, "" };

    (void) state;
    assert_int_equal(
        run(folder, "70 years",
            "hazard: {fixed: {at: 65 years}}, counts_from: birth, to: x}, late: {after: 9 years",
            &err),
        TWP_ERR_FAULT);
    assert_string_equal(err.message,
        "twin 0 under strategy usual on day 0 of its life: more than 1000 instants at one time: a "
        "cycle "
        "without time, at patient.t.x.go");
    testlib_remove_folder(folder);
}

/* Chances of life tables: 0.1 within a year at 60, then certain death at 61: e^-H is 0.9, then 1e-16. */
static void
test_chances_of_a_life_table_become_hazards(void **state)
{
    char *const folder = testlib_temporary_folder(), *const csv = testlib_join(folder, "q.csv"),
                *const path = testlib_join(folder, "s.yaml");
    twp_findings_t findings;
    twp_document_t document;
    twp_study_typed_t *study;
    twp_model_t *model;

    (void) state;
    testlib_write_text(csv, "age,q\n0,0\n60,0.1\n61,1\n");
    testlib_write_text(path,
        "twinpath: 1\nstudy: s\nsource: assumption\n"
        "time: {starts: 2027-01-01, horizon: 10 years}\n"
        "tables: {q: {from: q.csv, by: [{column: age, unit: years}], value: q}}\n"
        "patient:\n  count: 1\n  age: 60 years\n"
        "  tracks: {t: {start: x, states: {x: {die: {hazard: {life_table: {table: q, "
        "chance_within: 1 "
        "year}},\n    counts_from: birth, to: y}}, y: {}}}}\n"
        "strategies: {usual: {baseline: true}}\n");
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    assert_int_equal(twp_document_read(&document, path, NULL, 0, &findings, NULL), TWP_OK);
    assert_int_equal(
        twp_study_typed_read(&document, document.root, NULL, &findings, &study, NULL), TWP_OK);
    assert_int_equal(twp_model_compile(study, 0, 1, &findings, &model, NULL), TWP_OK);
    const twp_law_constants_t *const law = &model->exit[0].law;
    const double year = 365.25;
    assert_near(twp_family_cumulative(TWP_FAMILY_LIFE_TABLE, law, 60 * year), 0, 0);
    assert_near_relative(
        twp_family_cumulative(TWP_FAMILY_LIFE_TABLE, law, 60.5 * year), -log(0.9) / 2, 1e-12);
    assert_near_relative(
        twp_family_cumulative(TWP_FAMILY_LIFE_TABLE, law, 61 * year), -log(0.9), 1e-12);
    assert_near_relative(twp_family_cumulative(TWP_FAMILY_LIFE_TABLE, law, 62 * year),
        -log(0.9) - log(1e-16), 1e-12);
    twp_model_free(model);
    twp_study_typed_free(study);
    twp_document_clear(&document);
    twp_findings_clear(&findings);
    testlib_remove_folder(folder);
    free(csv);
    free(path);
}

static void
test_the_file_of_a_table_stands_in_the_results_with_its_digest(void **state)
{
    char *const folder = new_folder(), *const output = testlib_join(folder, "r.h5");
    char **name, **sha256;
    size_t n;
    twp_reader_t *reader;
    twp_error_t err = { TWP_OK, "" };

    (void) state;
    assert_int_equal(run(folder, "70 years", "hazard: {exponential: {mean: 1 day}}", &err), TWP_OK);
    assert_int_equal(twp_reader_open(output, &reader, NULL), TWP_OK);
    assert_int_equal(
        twp_reader_read_texts(reader, "provenance/input_name", &name, &n, NULL), TWP_OK);
    assert_int_equal(n, 2);
    assert_string_equal(name[1], "ages.csv");
    twp_reader_free_texts(name, n);
    assert_int_equal(
        twp_reader_read_texts(reader, "provenance/input_sha256", &sha256, &n, NULL), TWP_OK);
    assert_string_equal(
        sha256[1], "bace9aa82a1f17b8255681c61372b5d778c7fc0b54da0fef524438b7bbcfce63");
    twp_reader_free_texts(sha256, n);
    twp_reader_close(reader);
    testlib_remove_folder(folder);
    free(output);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_spline_that_falls_is_refused_and_where_is_said),
        cmocka_unit_test(test_a_dip_between_knots_is_seen),
        cmocka_unit_test(test_tabulated_hazards_keep_their_bound),
        cmocka_unit_test(test_hazards_without_a_cumulative_hazard_are_refused),
        cmocka_unit_test(test_a_fault_of_a_hazard_names_the_law_and_its_parameters),
        cmocka_unit_test(test_a_fault_that_is_not_the_laws_names_the_exit_alone),
        cmocka_unit_test(test_chances_of_a_life_table_become_hazards),
        cmocka_unit_test(test_the_file_of_a_table_stands_in_the_results_with_its_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
