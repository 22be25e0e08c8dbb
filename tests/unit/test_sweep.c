/*
 * Points of sweeps: order of grids, strata of Latin hypercubes, Sobol's first points against GSL's own and
 * against the published ones, rows of a file.
 */
#include "testlib.h"

#include "explore/sweep.h"

#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    twp_findings_t findings;
    twp_document_t document;
    twp_study_typed_t *study;
    twp_sweep_t *sweep;
} fixture_t;

static const char head[] =
    "twinpath: 1\nstudy: small\nsource: assumption\nmoney: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 1 year}\n"
    "strategies: {usual_care: {baseline: true}, other: {set: {share: 0.25}}}\n"
    "parameters: {gap: 12 days, price: 5 USD, share: 0.5}\n"
    "patient:\n  count: 1\n  tracks: {t: {start: a, states: {a: {go: {hazard: {exponential: "
    "{mean: gap}}, choose: {c: share, otherwise: b}, do: [{cost: {payer: price}}]}}, b: {}, c: "
    "{}}}}\n";

static bool
open_study(fixture_t *f, const char *folder, const char *sweep, char *const *set, int n_set)
{
    char *text = NULL;
    twp_error_t err = { TWP_OK, "" };
    bool is_good;

    memset(f, 0, sizeof *f);
    assert_true(asprintf(&text, "%s%s", head, sweep) > 0);
    assert_int_equal(twp_findings_init(&f->findings, NULL), TWP_OK);
    is_good = twp_document_read_text(&f->document, "study.yaml", folder, text, set, n_set,
                  &f->findings, &err) == TWP_OK &&
        twp_study_typed_read(&f->document, f->document.root, NULL, &f->findings, &f->study, &err) ==
            TWP_OK;
    free(text);
    if (is_good)
        assert_int_equal(twp_sweep_create(f->study, &f->sweep, NULL), TWP_OK);
    return is_good;
}

static void
open_good(fixture_t *f, const char *sweep)
{
    const bool is_good = open_study(f, ".", sweep, NULL, 0);

    for (int k = 0; !is_good && k < f->findings.n; k++)
        print_error("%d:%d: %s\n", f->findings.item[k].line, f->findings.item[k].column,
            f->findings.item[k].message);
    assert_true(is_good);
}

static void
close_study(fixture_t *f)
{
    twp_sweep_free(f->sweep);
    twp_study_typed_free(f->study);
    twp_document_clear(&f->document);
    twp_findings_clear(&f->findings);
}

static void
assert_point(const fixture_t *f, int64_t i_point, const char *text)
{
    twp_arena_t *arena = twp_arena_create(0);

    assert_non_null(arena);
    assert_string_equal(twp_sweep_point_text(arena, f->sweep, i_point), text);
    twp_arena_free(arena);
}

static double
value_at(const fixture_t *f, int64_t i_point, int k)
{
    return f->sweep->value[i_point * f->sweep->n_swept + k];
}

/* ---- lists ----------------------------------------------------------------------------------- */

static void
test_a_study_without_a_sweep_has_one_point_at_which_nothing_changes(void **state)
{
    fixture_t f;

    (void) state;
    open_good(&f, "");
    assert_int_equal(f.sweep->n_points, 1);
    assert_int_equal(f.sweep->n_swept, 0);
    assert_point(&f, 0, "");
    close_study(&f);
}

static void
test_a_grid_goes_through_its_last_path_fastest(void **state)
{
    fixture_t f;

    (void) state;
    /* Written in another order than that of the names, which counts. */
    open_good(&f, "sweep: {over: {price: [5 USD, 7 USD], gap: [6 days, 1 week, 20 days]}}\n");
    assert_int_equal(f.sweep->n_points, 6);
    assert_point(&f, 0, "gap = 6 days, price = 5 USD");
    assert_point(&f, 1, "gap = 6 days, price = 7 USD");
    assert_point(&f, 2, "gap = 1 week, price = 5 USD");
    assert_point(&f, 5, "gap = 20 days, price = 7 USD");
    assert_string_equal(f.sweep->swept[0].unit, "days");
    assert_near(value_at(&f, 2, 0), 7.0, 0); /* in the unit of the first */
    close_study(&f);
}

static void
test_a_zip_takes_values_together(void **state)
{
    fixture_t f;

    (void) state;
    open_good(&f, "sweep: {over: {price: [5 USD, 7 USD], gap: [6 days, 20 days]}, how: zip}\n");
    assert_int_equal(f.sweep->n_points, 2);
    assert_point(&f, 0, "gap = 6 days, price = 5 USD");
    assert_point(&f, 1, "gap = 20 days, price = 7 USD");
    close_study(&f);
}

static void
test_a_range_has_even_values_and_exact_ends(void **state)
{
    fixture_t f;

    (void) state;
    open_good(&f,
        "sweep: {over: {gap: {from: 2 days, to: 20 days, n: 4}, "
        "price: {from: 1 USD, to: 100 USD, n: 3, scale: log}}, how: grid}\n");
    assert_int_equal(f.sweep->n_points, 12);
    assert_near(value_at(&f, 0, 0), 2, 0);
    assert_near(value_at(&f, 3, 0), 8, 1e-12);
    assert_near(value_at(&f, 11, 0), 20, 0);
    assert_near(value_at(&f, 1, 1), 10, 1e-12);
    assert_near(value_at(&f, 2, 1), 100, 0);
    close_study(&f);
}

static void
test_options_make_a_grid_in_the_place_of_the_study_s_sweep(void **state)
{
    char *const set[] = { (char[]){ "--over price=5 USD, max(1, 2) * 3 USD" },
        (char[]){ "gap=9 days" }, (char[]){ "--over share=0.1,0.2" } };
    fixture_t f;

    (void) state;
    assert_true(open_study(&f, ".", "sweep: {over: {gap: [1 day]}, twins: fresh}\n", set, 3));
    assert_int_equal(f.sweep->n_points, 4);
    assert_false(f.sweep->are_twins_fresh);
    assert_point(&f, 3, "price = max(1, 2) * 3 USD, share = 0.2");
    assert_near(value_at(&f, 3, 0), 6, 0);
    assert_near(f.study->parameter[0].value, 9, 0);
    close_study(&f);
}

static void
test_options_that_are_wrong_say_where(void **state)
{
    char *const set[] = { (char[]){ "--over price" }, (char[]){ "--over =3" },
        (char[]){ "--over gap=1 day" }, (char[]){ "--over gap=2 days" } };
    fixture_t f;

    (void) state;
    assert_false(open_study(&f, ".", "", set, 4));
    assert_int_equal(f.findings.n_errors, 3);
    assert_string_equal(f.findings.item[0].file, "--over");
    assert_int_equal(f.findings.item[2].line, 4);
    assert_contains(f.findings.item[0].message, "'=' is missing");
    assert_contains(f.findings.item[1].message, "path is missing");
    assert_contains(f.findings.item[2].message, "swept twice");
    close_study(&f);
}

static void
test_a_strategy_that_sets_a_swept_number_is_a_warning(void **state)
{
    fixture_t f;

    (void) state;
    open_good(&f, "sweep: {over: {share: [0.1, 0.2]}}\n");
    assert_int_equal(f.findings.n, 1);
    assert_true(f.findings.item[0].is_warning);
    assert_contains(f.findings.item[0].message, "strategy other sets share too");
    close_study(&f);
}

static void
test_so_it_is_by_any_path_to_the_number(void **state)
{
    static const char *const sets[] = { "strategies.other.set={parameters.share.value: 0.25}",
        "strategies.other.set={share: 0.25}",
        "strategies.other.set={parameters.share: {value: 0.25}}",
        "strategies.other.set={parameters: {gap: 1 day, price: 5 USD, share: {value: 0.2}}}" };
    static const char *const overs[] = { "--over share=0.1", "--over parameters.share=0.1",
        "--over parameters.share.value=0.1" };

    (void) state;
    for (size_t i = 0; i < 12; i++) {
        char *set[] = { strdup("parameters.share={value: 0.5}"), strdup(sets[i / 3]),
            strdup(overs[i % 3]) };
        fixture_t f;

        assert_true(open_study(&f, ".", "", set, 3));
        assert_int_equal(f.findings.n, 1);
        assert_true(f.findings.item[0].is_warning);
        assert_contains(f.findings.item[0].message, "strategy other sets ");
        close_study(&f);
        for (int k = 0; k < 3; k++)
            free(set[k]);
    }
}

static void
test_options_that_would_do_nothing_are_refused(void **state)
{
    static const struct {
        const char *first, *second, *message;
    } tries[] = {
        { "--over strategies.other.set.share=0.1,0.2", "gap=9 days",
            "`strategies.other.set.share` cannot be swept" },
        { "--over gap=6 days,12 days", "--over parameters.gap=1 day,2 days",
            "gap and parameters.gap are the same number" },
        { "--over source=1,2", "gap=9 days", "source holds text" },
        { "--over uses=1,2", "gap=9 days", "there is no uses to sweep" },
        { "--over sweep.seed=1,2", "gap=9 days", "it says what the points are" },
    };
    (void) state;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        char *set[] = { strdup(tries[i].first), strdup(tries[i].second) };
        fixture_t f;

        assert_false(open_study(&f, ".", "", set, 2));
        assert_int_equal(f.findings.n_errors, 1);
        assert_string_equal(f.findings.item[0].file, "--over");
        assert_contains(f.findings.item[0].message, tries[i].message);
        close_study(&f);
        free(set[0]);
        free(set[1]);
    }
}

/* ---- points that fill ranges ------------------------------------------------------------------ */

#define N 40

static void
test_a_latin_hypercube_has_one_point_in_each_part(void **state)
{
    fixture_t f;
    bool has[2][N] = { { false } };
    int n_on_diagonal = 0;

    (void) state;
    open_good(&f,
        "sweep: {over: {gap: {from: 2 days, to: 22 days}, "
        "price: {from: 1 USD, to: 100 USD, scale: log}}, latin_hypercube: 40}\n");
    assert_int_equal(f.sweep->n_points, N);
    for (int i = 0; i < N; i++) {
        const int part[2] = { (int) ((value_at(&f, i, 0) - 2) / 20 * N),
            (int) (log(value_at(&f, i, 1)) / log(100) * N) };

        for (int k = 0; k < 2; k++) {
            assert_in_range(part[k], 0, N - 1);
            assert_false(has[k][part[k]]);
            has[k][part[k]] = true;
        }
        n_on_diagonal += part[0] == part[1];
    }
    /* Fixed points of a random permutation: one on the mean, nine in one of a million. */
    assert_true(n_on_diagonal < 9);
    close_study(&f);
}

static void
test_another_path_or_seed_moves_what_it_says_alone(void **state)
{
    fixture_t one, two, other;

    (void) state;
    open_good(&one, "sweep: {over: {gap: {from: 2 days, to: 22 days}}, latin_hypercube: 9}\n");
    open_good(&two,
        "sweep: {over: {gap: {from: 2 days, to: 22 days}, share: {from: 0, to: 1}}, "
        "latin_hypercube: 9}\n");
    open_good(
        &other, "sweep: {over: {gap: {from: 2 days, to: 22 days}}, latin_hypercube: 9, seed: 2}\n");
    for (int i = 0; i < 9; i++) {
        const double a = value_at(&one, i, 0), b = value_at(&two, i, 0);

        assert_same_bits(&a, &b, sizeof a);
        assert_true(value_at(&other, i, 0) != a);
    }
    close_study(&other);
    close_study(&two);
    close_study(&one);
}

/* The same on every machine: as it came out first. */
static void
test_a_latin_hypercube_is_known(void **state)
{
    static const char *const known[] = { "gap = 7.250036621624387 days",
        "gap = 19.19818624337237 days", "gap = 13.548194787556556 days",
        "gap = 6.864808649727569 days" };
    fixture_t f;

    (void) state;
    open_good(&f, "sweep: {over: {gap: {from: 2 days, to: 22 days}}, latin_hypercube: 4}\n");
    for (int i = 0; i < 4; i++)
        assert_point(&f, i, known[i]);
    close_study(&f);
}

/* Joe & Kuo 2008, SIAM J. Sci. Comput. 30:2635, points 1 to 7 of the first two dimensions. */
static void
test_sobol_s_first_points_are_the_published_ones(void **state)
{
    static const double published[7][2] = { { 0.5, 0.5 }, { 0.75, 0.25 }, { 0.25, 0.75 },
        { 0.375, 0.375 }, { 0.875, 0.875 }, { 0.625, 0.125 }, { 0.125, 0.625 } };
    gsl_qrng *sobol = gsl_qrng_alloc(gsl_qrng_sobol, 2);
    fixture_t f;

    (void) state;
    assert_non_null(sobol);
    open_good(&f,
        "sweep: {over: {price: {from: 0 USD, to: 1 USD}, share: {from: 0, to: 1}}, sobol: 7}\n");
    for (int i = 0; i < 7; i++) {
        double own[2];

        assert_int_equal(gsl_qrng_get(sobol, own), 0);
        for (int k = 0; k < 2; k++) {
            assert_near(value_at(&f, i, k), published[i][k], 0);
            assert_near(value_at(&f, i, k), own[k], 0);
        }
    }
    gsl_qrng_free(sobol);
    close_study(&f);
}

/* What stands in the study is the text, and it reads as the value that the file tells. */
static void
test_texts_of_made_values_read_as_the_values(void **state)
{
    fixture_t f;

    (void) state;
    open_good(&f,
        "sweep: {over: {gap: {from: 0.1 weeks, to: 3 weeks}, share: {from: 0.01, to: 1}}, "
        "latin_hypercube: 50}\n");
    for (int i = 0; i < 50; i++)
        for (int k = 0; k < 2; k++) {
            const char *const text = f.sweep->node[i * 2 + k]->text;
            double number = 0;

            assert_true(twp_number_read(text, strcspn(text, " "), &number));
            assert_near(number, value_at(&f, i, k), 0);
        }
    assert_string_equal(strchr(f.sweep->node[0]->text, ' '), " weeks");
    close_study(&f);
}

/* ---- rows of a file --------------------------------------------------------------------------- */

static void
test_rows_of_a_file_are_points(void **state)
{
    char *const folder = testlib_temporary_folder();
    char *path = NULL;
    fixture_t f;

    (void) state;
    assert_true(asprintf(&path, "%s/points.csv", folder) > 0);
    testlib_write_text(path, "price,gap\n5 USD,6 days\n3 USD,2 weeks\n");
    assert_true(open_study(&f, folder, "sweep: {from: points.csv}\n", NULL, 0));
    assert_int_equal(f.sweep->n_points, 2);
    assert_point(&f, 1, "price = 3 USD, gap = 2 weeks");
    assert_int_equal(strlen(f.study->sweep.csv_sha256), 64);
    close_study(&f);
    testlib_write_text(path, "price,gap\n5 USD,6 days\n3 USD,\n");
    assert_false(open_study(&f, folder, "sweep: {from: points.csv}\n", NULL, 0));
    assert_string_equal(f.findings.item[0].file, "points.csv");
    assert_int_equal(f.findings.item[0].line, 3);
    close_study(&f);
    free(path);
    testlib_remove_folder(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_study_without_a_sweep_has_one_point_at_which_nothing_changes),
        cmocka_unit_test(test_a_grid_goes_through_its_last_path_fastest),
        cmocka_unit_test(test_a_zip_takes_values_together),
        cmocka_unit_test(test_a_range_has_even_values_and_exact_ends),
        cmocka_unit_test(test_options_make_a_grid_in_the_place_of_the_study_s_sweep),
        cmocka_unit_test(test_options_that_are_wrong_say_where),
        cmocka_unit_test(test_a_strategy_that_sets_a_swept_number_is_a_warning),
        cmocka_unit_test(test_so_it_is_by_any_path_to_the_number),
        cmocka_unit_test(test_options_that_would_do_nothing_are_refused),
        cmocka_unit_test(test_a_latin_hypercube_has_one_point_in_each_part),
        cmocka_unit_test(test_another_path_or_seed_moves_what_it_says_alone),
        cmocka_unit_test(test_a_latin_hypercube_is_known),
        cmocka_unit_test(test_sobol_s_first_points_are_the_published_ones),
        cmocka_unit_test(test_texts_of_made_values_read_as_the_values),
        cmocka_unit_test(test_rows_of_a_file_are_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
