/*
 * Draws of uncertain parameters against their laws. Each sample must lie within 4 of its own standard
 * errors of the law's moments, and farther than that from a law whose spread slips by 10 %.
 */
#include "testlib.h"

#include "base/digest.h"
#include "base/portable_math.h"
#include "engine/parameter_set.h"
#include "kernel/stream.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED 20240917
#define N 20000 /* standard error of a variance of a normal law: 1 % of it */

typedef struct {
    twp_findings_t findings;
    twp_document_t document;
    twp_study_typed_t *study;
    twp_parameter_plan_t *plan;
    int n_parameters;
} fixture_t;

static const char head[] = "twinpath: 1\nstudy: small\nsource: assumption\nmoney: USD 2023\n"
                           "time: {starts: 2027-01-01, horizon: 1 year}\n"
                           "strategies: {usual_care: {baseline: true}}\n"
                           "patient:\n  count: 1\n  tracks: {t: {start: a, states: {a: {}}}}\n";

static void
print_findings(const fixture_t *f)
{
    for (int k = 0; k < f->findings.n; k++)
        print_error("%d:%d: %s\n", f->findings.item[k].line, f->findings.item[k].column,
            f->findings.item[k].message);
}

/* Reads a study with these blocks; folder for files, set for the command line. False: findings. */
static bool
open_study(fixture_t *f, const char *folder, const char *blocks, const char *set)
{
    char *text = NULL, *sets[1] = { (char *) (uintptr_t) set };
    twp_error_t err = { TWP_OK, "" };
    bool is_good;

    memset(f, 0, sizeof *f);
    assert_true(asprintf(&text, "%s%s", head, blocks) > 0);
    assert_int_equal(twp_findings_init(&f->findings, NULL), TWP_OK);
    is_good = twp_document_read_text(&f->document, "study.yaml", folder, text, sets,
                  set != NULL ? 1 : 0, &f->findings, &err) == TWP_OK &&
        twp_study_typed_read(&f->document, f->document.root, NULL, &f->findings, &f->study, &err) ==
            TWP_OK;
    if (is_good) {
        f->n_parameters = f->study->n_parameters;
        assert_int_equal(twp_parameter_plan_create(f->study, SEED, &f->plan, NULL), TWP_OK);
    }
    free(text);
    return is_good;
}

static void
open_good(fixture_t *f, const char *blocks)
{
    if (!open_study(f, testlib_source_dir(), blocks, NULL)) {
        print_findings(f);
        fail_msg("the study is refused: %s", blocks);
    }
}

static void
close_study(fixture_t *f)
{
    twp_parameter_plan_free(f->plan);
    twp_study_typed_free(f->study);
    twp_document_clear(&f->document);
    twp_findings_clear(&f->findings);
}

static int
index_of(const fixture_t *f, const char *name)
{
    for (int i = 0; i < f->n_parameters; i++)
        if (strcmp(f->study->parameter[i].name, name) == 0)
            return i;
    fail_msg("no parameter %s", name);
    return -1;
}

static double
draw(const fixture_t *f, int64_t i_set, const char *name)
{
    double value[64];

    assert_int_equal(twp_parameter_set_draw(f->plan, i_set, value, NULL), TWP_OK);
    return value[index_of(f, name)];
}

/* ---- moments --------------------------------------------------------------------------------- */

typedef struct {
    double mean, variance, mean_se, variance_se, share_below; /* below the law's median */
} moments_t;

/* Means of x and (x - mean)^2, each with its own standard error. */
static moments_t
moments_of(const fixture_t *f, const char *name, double median)
{
    double *x = malloc(N * sizeof *x), fourth = 0;
    moments_t m = { 0, 0, 0, 0, 0 };

    assert_non_null(x);
    for (int k = 0; k < N; k++) {
        x[k] = draw(f, k + 1, name);
        m.mean += x[k] / N;
        m.share_below += (x[k] < median) / (double) N;
    }
    for (int k = 0; k < N; k++) {
        const double square = (x[k] - m.mean) * (x[k] - m.mean);
        m.variance += square / N;
        fourth += square * square / N;
    }
    m.mean_se = sqrt(m.variance / N);
    m.variance_se = sqrt((fourth - m.variance * m.variance) / N);
    free(x);
    return m;
}

static void
check_law(const char *uncertain, const char *value, double mean, double variance, double median)
{
    char blocks[400];
    fixture_t f;
    moments_t m;
    twp_parameter_margin_t margin;

    (void) snprintf(
        blocks, sizeof blocks, "parameters: {x: {value: %s, uncertain: %s}}\n", value, uncertain);
    open_good(&f, blocks);
    m = moments_of(&f, "x", median);
    assert_estimate(m.mean, mean, m.mean_se);
    assert_estimate(m.variance, variance, m.variance_se);
    assert_true(fabs(m.variance - 1.21 * variance) > 4 * m.variance_se); /* a slip of 10 % */
    assert_estimate(m.share_below, 0.5, sqrt(0.25 / N));
    assert_true(twp_parameter_margin(f.plan, 0, &margin));
    assert_near_relative(margin.mean, mean, 1e-12);
    close_study(&f);
}

static void
test_normal_laws_have_their_mean_at_the_value(void **state)
{
    (void) state;
    check_law("{normal: {se: 2}}", "10", 10, 4, 10);
    check_law("{normal: {se: 2, mean: 11}}", "10", 11, 4, 11);
    /* 95 % interval 6.08 to 13.92: se 2 */
    check_law("{normal: {low: 6.080072, high: 13.919928}}", "10", 10, 4, 10);
}

static void
test_lognormal_laws_have_their_median_at_the_value(void **state)
{
    const double s = 0.25, m = 3 * exp(s * s / 2), half = 1.959963984540054 * s;
    char ends[80];

    (void) state;
    check_law("{lognormal: {se_log: 0.25}}", "3", m, m * m * expm1(s * s), 3);
    (void) snprintf(
        ends, sizeof ends, "{lognormal: {low: %.17g, high: %.17g}}", 3 * exp(-half), 3 * exp(half));
    check_law(ends, "3", m, m * m * expm1(s * s), 3);
    /* an interval about another number gives its width, not its place */
    (void) snprintf(ends, sizeof ends, "{lognormal: {low: %.17g, high: %.17g}}", 3.3 * exp(-half),
        3.3 * exp(half));
    check_law(ends, "3", m, m * m * expm1(s * s), 3);
}

static void
test_beta_laws_have_their_mean_at_the_value(void **state)
{
    const double median = twp_math_beta_i_inverse(30, 70, 0.5), variance = 0.3 * 0.7 / 101;

    (void) state;
    check_law("{beta: {n: 100}}", "0.3", 0.3, variance, median);
    check_law("{beta: {a: 30, b: 70}}", "0.31", 0.3, variance, median);
    check_law("{beta: {se: 0.045598007}}", "0.3", 0.3, variance, median);
}

static void
test_gamma_laws_have_their_mean_at_the_value(void **state)
{
    const double median = twp_math_gamma_p_inverse(25, 0.5) * 4;

    (void) state;
    check_law("{gamma: {se: 20}}", "100", 100, 400, median);
    check_law("{gamma: {shape: 25}}", "100", 100, 400, median);
}

static void
test_units_are_those_of_the_value(void **state)
{
    fixture_t f;
    double sum = 0;

    (void) state;
    open_good(&f, "parameters: {x: {value: 2 years, uncertain: {normal: {se: 1 month}}}}\n");
    for (int k = 1; k <= N; k++)
        sum += draw(&f, k, "x") / N;
    assert_estimate(sum, 730.5, 30.4375 / sqrt(N));
    close_study(&f);
}

/* A normal law cut off at its mean is half normal: mean sqrt(2 / pi). */
static void
test_within_cuts_a_law_off(void **state)
{
    fixture_t f;
    moments_t m;

    (void) state;
    open_good(&f,
        "parameters: {x: {value: 0.5, uncertain: {normal: {se: 1, mean: 0}, within: [0, 9]}}}\n");
    m = moments_of(&f, "x", twp_math_normal_quantile(0.75));
    assert_estimate(m.mean, sqrt(2 / M_PI), m.mean_se);
    assert_estimate(m.share_below, 0.5, sqrt(0.25 / N));
    close_study(&f);
}

/* ---- together -------------------------------------------------------------------------------- */

static double
correlation(const fixture_t *f, const char *a, const char *b, double (*of)(double))
{
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;

    for (int k = 1; k <= N; k++) {
        const double p = of(draw(f, k, a)), q = of(draw(f, k, b));
        x += p, y += q, xx += p * p, yy += q * q, xy += p * q;
    }
    return (xy - x * y / N) / sqrt((xx - x * x / N) * (yy - y * y / N));
}

static double
same(double x)
{
    return x;
}

static double
logit(double x)
{
    return log(x / (1 - x));
}

/* The standard error of a correlation is about (1 - r^2) / sqrt(n). */
static void
check_correlation(const fixture_t *f, const char *a, const char *b, double (*of)(double), double r)
{
    const double got = correlation(f, a, b, of), se = (1 - r * r) / sqrt(N);

    assert_estimate(got, r, se);
    assert_true(fabs(got - (r + 0.05)) > 4 * se);
}

static void
test_dirichlet_shares_sum_to_one_with_the_right_moments(void **state)
{
    const double p[] = { 0.5, 0.3, 0.2 }, n = 40;
    fixture_t f;

    (void) state;
    open_good(&f,
        "parameters: {a: 0.5, b: 0.3, c: 0.2}\nuncertain: {shares: {dirichlet: {of: [a, b, c], n: "
        "40}}}\n");
    for (int k = 1; k <= 100; k++)
        assert_near(draw(&f, k, "a") + draw(&f, k, "b") + draw(&f, k, "c"), 1, 1e-15);
    for (int i = 0; i < 3; i++) {
        const char name[2] = { (char) ('a' + i), '\0' };
        const double median = twp_math_beta_i_inverse(n * p[i], n * (1 - p[i]), 0.5);
        const moments_t m = moments_of(&f, name, median);
        assert_estimate(m.mean, p[i], m.mean_se);
        assert_estimate(m.variance, p[i] * (1 - p[i]) / (n + 1), m.variance_se);
        assert_estimate(m.share_below, 0.5, sqrt(0.25 / N));
    }
    /* -sqrt(p q / ((1 - p) (1 - q))) */
    check_correlation(&f, "a", "b", same, -sqrt(0.5 * 0.3 / (0.5 * 0.7)));
    check_correlation(&f, "b", "c", same, -sqrt(0.3 * 0.2 / (0.7 * 0.8)));
    close_study(&f);
}

static void
test_dirichlet_counts_are_the_law_itself(void **state)
{
    fixture_t f;
    moments_t m;

    (void) state;
    open_good(&f,
        "parameters: {a: 0.5, b: 0.5}\nuncertain: {s: {dirichlet: {of: [b, a], counts: [55, "
        "45]}}}\n");
    m = moments_of(&f, "b", twp_math_beta_i_inverse(55, 45, 0.5));
    assert_estimate(m.mean, 0.55, m.mean_se);
    assert_estimate(m.variance, 0.55 * 0.45 / 101, m.variance_se);
    close_study(&f);
}

static void
test_multivariate_normal_covariances_come_back(void **state)
{
    fixture_t f;
    moments_t m;

    (void) state;
    open_good(&f,
        "parameters: {a: 2 days, b: 7 USD}\nuncertain:\n  both:\n    multivariate_normal:\n"
        "      of: [b, a]\n      covariance: [[4 USD * 1 USD, 1.5 USD * 1 day], [1.5 days * 1 "
        "USD, 1 day * 1 day]]\n");
    m = moments_of(&f, "a", 2);
    assert_estimate(m.mean, 2, m.mean_se);
    assert_estimate(m.variance, 1, m.variance_se);
    m = moments_of(&f, "b", 7);
    assert_estimate(m.mean, 7, m.mean_se);
    assert_estimate(m.variance, 4, m.variance_se);
    check_correlation(&f, "a", "b", same, 0.75);
    close_study(&f);
}

static void
test_other_scales_have_their_medians_at_the_values(void **state)
{
    fixture_t f;

    (void) state;
    open_good(&f,
        "parameters: {a: 0.2, b: 0.9}\nuncertain: {both: {multivariate_normal: {of: [a, b], "
        "scale: logit, se: [0.5, 0.25], correlation: [[1, -0.6], [-0.6, 1]]}}}\n");
    assert_estimate(moments_of(&f, "a", 0.2).share_below, 0.5, sqrt(0.25 / N));
    assert_estimate(moments_of(&f, "b", 0.9).share_below, 0.5, sqrt(0.25 / N));
    check_correlation(&f, "a", "b", logit, -0.6);
    close_study(&f);
    open_good(&f,
        "parameters: {a: 2 days, b: 9}\nuncertain: {both: {multivariate_normal: {of: [a, b], "
        "scale: log, covariance: [[0.09, 0.03], [0.03, 0.04]]}}}\n");
    assert_estimate(moments_of(&f, "a", 2).share_below, 0.5, sqrt(0.25 / N));
    check_correlation(&f, "a", "b", log, 0.5);
    close_study(&f);
}

static void
test_correlated_parameters_keep_their_laws(void **state)
{
    fixture_t f;
    moments_t m;

    (void) state;
    open_good(&f,
        "parameters: {a: {value: 100, uncertain: {gamma: {shape: 25}}},\n"
        "  b: {value: 3, uncertain: {lognormal: {se_log: 0.25}}}}\n"
        "uncertain: {both: {correlated: {of: [b, a], normal_scores: [[1, 0.7], [0.7, 1]]}}}\n");
    m = moments_of(&f, "a", twp_math_gamma_p_inverse(25, 0.5) * 4);
    assert_estimate(m.mean, 100, m.mean_se);
    assert_estimate(m.variance, 400, m.variance_se);
    assert_estimate(m.share_below, 0.5, sqrt(0.25 / N));
    m = moments_of(&f, "b", 3);
    assert_estimate(m.share_below, 0.5, sqrt(0.25 / N));
    /* both are nearly normal after a logarithm: their scores have the correlation, all but 0.01 */
    assert_near(correlation(&f, "a", "b", log), 0.7, 0.01 + 4 * 0.51 / sqrt(N));
    close_study(&f);
}

/* ---- files of draws -------------------------------------------------------------------------- */

static void
test_rows_of_a_file_are_taken_as_they_stand(void **state)
{
    const char blocks[] =
        "parameters: {scale: 4 years, shape: 0.8}\nuncertain: {posterior: {draws: "
        "{from: p.csv, columns: {shape: k, scale: lambda}}}}\n";
    char *const path = testlib_join(*state, "p.csv");
    twp_error_t err = { TWP_OK, "" };
    twp_parameter_margin_t margin;
    double value[2];
    fixture_t f;

    testlib_write_text(path, "lambda,k,other\n4.1,0.79,x\n3.9,0.83,y\n4.4,0.75,z\n");
    assert_true(open_study(&f, *state, blocks, NULL));
    assert_near(draw(&f, 1, "shape"), 0.79, 0);
    assert_near(draw(&f, 2, "shape"), 0.83, 0);
    assert_near(draw(&f, 3, "shape"), 0.75, 0);
    assert_near(draw(&f, 1, "scale"), 4.1 * 365.25, 1e-12);
    assert_near(draw(&f, 3, "scale"), 4.4 * 365.25, 1e-12);
    assert_int_equal(twp_parameter_set_draw(f.plan, 4, value, &err), TWP_ERR_INPUT);
    assert_contains(err.message, "p.csv has 3 rows");
    assert_true(twp_parameter_margin(f.plan, index_of(&f, "shape"), &margin));
    assert_near(margin.mean, (0.79 + 0.83 + 0.75) / 3, 1e-15);
    close_study(&f);
    free(path);
}

static void
test_rows_at_random_keep_together_and_come_equally_often(void **state)
{
    const char blocks[] = "parameters: {a: 2, b: 20}\nuncertain: {posterior: {draws: {from: p.csv, "
                          "columns: {a: a, b: b}, take: at_random}}}\n";
    char *const path = testlib_join(*state, "p.csv");
    double n[4] = { 0, 0, 0, 0 };
    fixture_t f;

    testlib_write_text(path, "a,b\n1,10\n2,20\n3,30\n4,40\n");
    assert_true(open_study(&f, *state, blocks, NULL));
    for (int k = 1; k <= N; k++) {
        const double a = draw(&f, k, "a"), b = draw(&f, k, "b");
        assert_near(b, 10 * a, 0);
        n[(int) a - 1]++;
    }
    for (int i = 0; i < 4; i++)
        assert_estimate(n[i] / N, 0.25, sqrt(0.25 * 0.75 / N));
    close_study(&f);
    free(path);
}

/* ---- who moves whom -------------------------------------------------------------------------- */

static void
test_a_draw_is_the_inverse_of_its_own_stream(void **state)
{
    const double u = twp_stream_draw_uniform(SEED, 7, twp_digest_stream_id("parameter.x"), 1);
    fixture_t f;

    (void) state;
    open_good(&f, "parameters: {x: {value: 10, uncertain: {normal: {se: 2}}}}\n");
    assert_near(draw(&f, 7, "x"), 10 + 2 * twp_math_normal_quantile(u), 1e-14);
    close_study(&f);
    open_good(
        &f, "parameters: {y: {value: 10, uncertain: {normal: {se: 2}, stream: parameter.x}}}\n");
    assert_near(draw(&f, 7, "y"), 10 + 2 * twp_math_normal_quantile(u), 1e-14);
    close_study(&f);
}

static void
test_another_uncertain_parameter_moves_no_draw(void **state)
{
    fixture_t one, more;

    (void) state;
    open_good(&one, "parameters: {m: {value: 10, uncertain: {gamma: {se: 2}}}}\n");
    open_good(&more,
        "parameters: {a: {value: 1, uncertain: {normal: {se: 1}}}, b: 0.4, c: 0.6,\n"
        "  m: {value: 10, uncertain: {gamma: {se: 2}}}, z: m * 2}\n"
        "uncertain: {s: {dirichlet: {of: [b, c], n: 9}}}\n");
    for (int k = 1; k <= 50; k++) {
        const double a = draw(&one, k, "m"), b = draw(&more, k, "m");
        assert_same_bits(&a, &b, sizeof a);
        assert_near(draw(&more, k, "z"), 2 * b, 0);
    }
    close_study(&one);
    close_study(&more);
}

static void
test_what_the_command_line_sets_is_certain(void **state)
{
    const char blocks[] =
        "parameters: {a: {value: 10, uncertain: {gamma: {se: 2}}},\n"
        "  b: {value: 10, uncertain: {gamma: {se: 2}}}, c: a + b}\n"
        "uncertain: {both: {correlated: {of: [a, b], normal_scores: [[1, 0.5], [0.5, "
        "1]]}}}\n";
    fixture_t as_it_is, set;

    (void) state;
    open_good(&as_it_is, blocks);
    assert_true(open_study(&set, testlib_source_dir(), blocks, "a=12"));
    assert_false(set.study->parameter[0].is_uncertain);
    assert_true(set.study->parameter[1].is_uncertain && set.study->parameter[2].is_uncertain);
    for (int k = 1; k <= 20; k++) {
        const double b = draw(&as_it_is, k, "b"), other = draw(&set, k, "b");
        assert_near(draw(&set, k, "a"), 12, 0);
        assert_same_bits(&b, &other, sizeof b); /* the others still move as they did */
        assert_near(draw(&set, k, "c"), 12 + b, 1e-14);
    }
    close_study(&as_it_is);
    close_study(&set);
    assert_true(
        open_study(&set, testlib_source_dir(), blocks, "parameters.a.uncertain.gamma.se=3"));
    assert_true(set.study->parameter[0].is_drawn);
    close_study(&set);
}

/* A set value needs no place on the scale of the law: 0 has none on these two. */
static void
test_a_value_that_is_set_may_lie_off_the_scale_of_its_law(void **state)
{
    static const char *const scales[] = { "logit", "log" };

    (void) state;
    for (int s = 0; s < 2; s++) {
        fixture_t as_it_is, set;
        char *blocks = NULL;

        assert_true(
            asprintf(&blocks,
                "parameters: {a: 0.2, b: 0.3}\nuncertain: {both: {multivariate_normal: {of: "
                "[a, b], scale: %s, se: [0.1, 0.2], correlation: [[1, 0.3], [0.3, 1]]}}}\n",
                scales[s]) > 0);
        open_good(&as_it_is, blocks);
        assert_true(open_study(&set, testlib_source_dir(), blocks, "a=0"));
        for (int k = 1; k <= 20; k++) {
            const double b = draw(&as_it_is, k, "b"), other = draw(&set, k, "b");
            assert_near(draw(&set, k, "a"), 0, 0);
            assert_same_bits(&b, &other, sizeof b);
        }
        close_study(&as_it_is);
        close_study(&set);
        free(blocks);
    }
}

static void
test_a_dirichlet_share_cannot_be_set_alone(void **state)
{
    const char blocks[] =
        "parameters: {a: 0.5, b: 0.5}\nuncertain: {s: {dirichlet: {of: [a, b], n: "
        "10}}}\n";
    fixture_t f;

    (void) state;
    assert_false(open_study(&f, testlib_source_dir(), blocks, "a=0.6"));
    assert_int_equal(f.findings.n_errors, 1);
    assert_contains(f.findings.item[0].message, "would not sum to 1");
    close_study(&f);
}

static void
test_a_draw_outside_of_its_range_is_a_fault(void **state)
{
    const char wide[] =
        "parameters: {x: {value: 1, range: [0, 5], uncertain: {normal: {se: 1}}}}\n";
    const char cut[] =
        "parameters: {x: {value: 1, range: [0, 5], uncertain: {normal: {se: 1}, within: "
        "[0, 5]}}}\n";
    const char follows[] =
        "parameters: {x: {value: 1, uncertain: {normal: {se: 1}}}, y: {value: x, "
        "range: [0, 5]}}\n";
    twp_error_t err = { TWP_OK, "" };
    double value[2];
    fixture_t f;
    int n_faults = 0;

    (void) state;
    open_good(&f, wide);
    for (int k = 1; k <= 1000; k++) {
        const twp_status_t status = twp_parameter_set_draw(f.plan, k, value, &err);
        assert_int_equal(status, value[0] >= 0 && value[0] <= 5 ? TWP_OK : TWP_ERR_FAULT);
        n_faults += status != TWP_OK;
    }
    assert_estimate(n_faults / 1000.0, 0.158655, sqrt(0.158655 * 0.841345 / 1000));
    assert_contains(err.message, "outside of its range");
    assert_contains(err.message, "`within`");
    close_study(&f);
    open_good(&f, cut);
    for (int k = 1; k <= 1000; k++)
        assert_int_equal(twp_parameter_set_draw(f.plan, k, value, &err), TWP_OK);
    close_study(&f);
    open_good(&f, follows);
    n_faults = 0;
    for (int k = 1; k <= 100; k++)
        n_faults += twp_parameter_set_draw(f.plan, k, value, &err) == TWP_ERR_FAULT;
    assert_true(n_faults > 0);
    close_study(&f);
}

/* ---- margins --------------------------------------------------------------------------------- */

static void
test_margins_have_the_quantiles_of_the_law(void **state)
{
    twp_parameter_margin_t margin;
    fixture_t f;

    (void) state;
    open_good(&f,
        "parameters: {a: {value: 10, uncertain: {normal: {se: 2}}}, b: 0.3, c: 0.7, follower: a,\n"
        "  half: {value: 1, uncertain: {normal: {se: 1}, within: [1, 9]}}}\n"
        "uncertain: {s: {dirichlet: {of: [b, c], n: 100}}}\n");
    assert_true(twp_parameter_margin(f.plan, index_of(&f, "a"), &margin));
    assert_near(margin.low, 10 - 2 * 1.959963984540054, 1e-12);
    assert_near(margin.high, 10 + 2 * 1.959963984540054, 1e-12);
    assert_string_equal(margin.text, "normal: mean 10, se 2");
    assert_true(twp_parameter_margin(f.plan, index_of(&f, "b"), &margin));
    assert_near(margin.mean, 0.3, 1e-15);
    assert_near(margin.low, twp_math_beta_i_inverse(30, 70, 0.025), 1e-12);
    assert_string_equal(margin.text, "Dirichlet share in s");
    assert_false(twp_parameter_margin(f.plan, index_of(&f, "follower"), &margin));
    /* half normal from 1 on: the mean is 1 + sqrt(2 / pi), from 10,000 quantiles */
    assert_true(twp_parameter_margin(f.plan, index_of(&f, "half"), &margin));
    assert_near(margin.mean, 1 + sqrt(2 / M_PI), 1e-4);
    close_study(&f);
}

#define WITH_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal_laws_have_their_mean_at_the_value),
        cmocka_unit_test(test_lognormal_laws_have_their_median_at_the_value),
        cmocka_unit_test(test_beta_laws_have_their_mean_at_the_value),
        cmocka_unit_test(test_gamma_laws_have_their_mean_at_the_value),
        cmocka_unit_test(test_units_are_those_of_the_value),
        cmocka_unit_test(test_within_cuts_a_law_off),
        cmocka_unit_test(test_dirichlet_shares_sum_to_one_with_the_right_moments),
        cmocka_unit_test(test_dirichlet_counts_are_the_law_itself),
        cmocka_unit_test(test_multivariate_normal_covariances_come_back),
        cmocka_unit_test(test_other_scales_have_their_medians_at_the_values),
        cmocka_unit_test(test_correlated_parameters_keep_their_laws),
        WITH_FOLDER(test_rows_of_a_file_are_taken_as_they_stand),
        WITH_FOLDER(test_rows_at_random_keep_together_and_come_equally_often),
        cmocka_unit_test(test_a_draw_is_the_inverse_of_its_own_stream),
        cmocka_unit_test(test_another_uncertain_parameter_moves_no_draw),
        cmocka_unit_test(test_what_the_command_line_sets_is_certain),
        cmocka_unit_test(test_a_value_that_is_set_may_lie_off_the_scale_of_its_law),
        cmocka_unit_test(test_a_dirichlet_share_cannot_be_set_alone),
        cmocka_unit_test(test_a_draw_outside_of_its_range_is_a_fault),
        cmocka_unit_test(test_margins_have_the_quantiles_of_the_law),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
