/* Studies as texts: defaults and warnings of small ones, what is explained of them, hostile ones. */
#include "study_sample.h"

static void
test_a_study_without_stock_utility_and_costs_has_no_default_measures(void **state)
{
    reading_t reading;

    (void) state;
    open_text(&reading, small, NULL, 0);
    assert_int_equal(reading.status, TWP_OK);
    assert_int_equal(reading.study->n_measures, 0);
    assert_int_equal(reading.study->discount.n_steps, 0);
    assert_true(isinf(reading.study->follow_up_days));
    assert_int_equal(reading.study->record.n_variables, -1);
    assert_int_equal(reading.study->record.n_exits, -1);
    close_reading(&reading);
}

static void
test_a_state_that_nobody_enters_is_warned_of(void **state)
{
    reading_t reading;

    (void) state;
    open_text(&reading, small, NULL, 0);
    assert_int_equal(reading.findings.n_errors, 0);
    assert_int_equal(reading.findings.n, 1);
    assert_true(reading.findings.item[0].is_warning);
    assert_int_equal(reading.findings.item[0].line, 13);
    assert_contains(reading.findings.item[0].message, "no twin ever enters health.lost");
    close_reading(&reading);
}

/* Of one track's states the largest counts, of several tracks' all; what hangs on a twin is not known. */
static void
test_a_utility_that_can_exceed_one_is_warned_of(void **state)
{
    static const struct {
        const char *utility;
        bool is_told;
    } each[] = {
        { "{base: 0, add: {health.well: 1, health.ill: 0.75}}", false },
        { "{base: 0.1, add: {health.well: 1, health.ill: 0.75}}", true },
        { "{base: 1.2, add: {health.well: -0.5}}", true },
        { "{base: 0.9, multiply: {health.ill: 1.2}}", true },
        { "{base: 0.9, multiply: {health.ill: 0.2}}", false },
        { "{base: 1.5, min: {health.ill: 0.5}}", true },
        { "{base: 0.9, min: {health.ill: 1.5}}", false },
        { "{base: 0.8, add: {health.ill: {from: [0 days, 9 days], is: [0.1, 0.3]}}}", true },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        char set[200];
        char *sets[] = { set };
        reading_t reading;
        int n_told = 0;
        (void) snprintf(set, sizeof(set), "patient.utility=%s", each[i].utility);
        open_text(&reading, small, sets, 1);
        assert_int_equal(reading.status, TWP_OK);
        for (int k = 0; k < reading.findings.n; k++)
            n_told += strstr(reading.findings.item[k].message, "can exceed 1") != NULL;
        assert_int_equal(n_told, each[i].is_told);
        close_reading(&reading);
    }
}

static void
test_an_exit_that_cannot_fire_is_warned_of(void **state)
{
    char set[] = "patient.tracks.health.states.well.fall.only_while=1 > 2";
    char *sets[] = { set };
    reading_t reading;
    int n_told = 0;

    (void) state;
    open_text(&reading, small, sets, 1);
    assert_int_equal(reading.status, TWP_OK);
    for (int i = 0; i < reading.findings.n; i++)
        n_told += strstr(reading.findings.item[i].message, "can never fire") != NULL;
    assert_int_equal(n_told, 1);
    close_reading(&reading);
}

static void
test_a_support_that_is_never_triggered_or_offered_is_warned_of(void **state)
{
    char sight[] = "observations={losses: {of: health.lost}}";
    char support[] = "supports={nurse: {offer: {upon: losses}}, idler: {offer: {every: 1 day}, "
                     "source: x}}";
    char strategy[] = "strategies.care={supports: [nurse]}";
    char *sets[] = { sight, support, strategy };
    reading_t reading;
    int n_triggered = 0, n_offered = 0;

    (void) state;
    open_text(&reading, small, sets, 3);
    assert_int_equal(reading.status, TWP_OK);
    for (int i = 0; i < reading.findings.n; i++) {
        n_triggered += strstr(reading.findings.item[i].message, "nurse is never offered") != NULL;
        n_offered += strstr(reading.findings.item[i].message, "no strategy offers idler") != NULL;
    }
    assert_int_equal(n_triggered, 1);
    assert_int_equal(n_offered, 1);
    close_reading(&reading);
}

static void
test_patients_come_from_a_file(void **state)
{
    const char *folder = *state;
    char *csv = testlib_join(folder, "p.csv"), *path = testlib_join(folder, "s.yaml");
    reading_t reading = { .study = NULL };
    const twp_study_typed_t *study;

    testlib_write_text(csv, "who,age,sex\n4,50,f\n4,51,f\n9,60,m\n2,70,f\n");
    testlib_write_text(path,
        "twinpath: 1\nstudy: real\nsource: x\ntime: {starts: 2027-01-04, horizon: 1 year}\n"
        "patient:\n  from: p.csv\n  id: who\n  first_row_of: who\n"
        "  attributes: {age: {column: age, unit: years}, sex: {column: sex, is: {man: m, woman: "
        "f}}}\n"
        "  tracks: {health: {start: {from: sex, is: {well: woman, ill: man}},\n"
        "    states: {well: {}, ill: {}}}}\n"
        "strategies: {usual: {baseline: true}}\n");
    assert_int_equal(twp_findings_init(&reading.findings, NULL), TWP_OK);
    assert_int_equal(
        twp_document_read(&reading.document, path, NULL, 0, &reading.findings, NULL), TWP_OK);
    assert_int_equal(twp_study_typed_read(&reading.document, reading.document.root, NULL,
                         &reading.findings, &reading.study, NULL),
        TWP_OK);
    study = reading.study;
    assert_int_equal(study->n_patients, 3);
    assert_string_equal(study->patients_csv_name, "p.csv");
    assert_string_equal(study->patients_csv, csv);
    assert_near(study->attribute[0].distribution->column_unit, 365.25, 0);
    assert_string_equal(study->attribute[0].unit, "years");
    assert_string_equal(study->attribute[1].distribution->column_text[0], "m");
    assert_near(study->track[0].start_code[0], 0, 0);
    close_reading(&reading);
    free(csv);
    free(path);
}

/* Results have the unit that the study is written in, whichever of its keys is written first. */
static void
test_the_unit_of_an_attribute_is_that_of_its_numbers(void **state)
{
    static const struct {
        const char *attribute, *unit;
    } each[] = {
        { "{normal: [57 years, 13 years], source: assumption}", "years" },
        { "{source: assumption, within: [200 months, 90 years], normal: [57 years, 13 years]}",
            "years" },
        { "{weibull: {shape: 2, scale: 9 years}}", "years" },
        { "{weibull: {scale: 9 years, shape: 2}}", "years" },
        { "{is: {m: {uniform: [1 year, 2 years]}, f: 12 days}, by: sex}", "days" },
        { "40 years", "years" },
        { "{beta: [2, 3]}", "" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        char set[200];
        char *sets[] = { set };
        reading_t reading;

        (void) snprintf(set, sizeof(set),
            "patient.attributes={age: %s, sex: {categories: {f: 0.6, m: 0.4}}}", each[i].attribute);
        open_text(&reading, small, sets, 1);
        assert_int_equal(reading.status, TWP_OK);
        assert_string_equal(reading.study->attribute[0].unit, each[i].unit);
        close_reading(&reading);
    }
}

static void
test_evidence_that_is_not_known_is_a_finding(void **state)
{
    const char *folder = *state;
    char *csv = testlib_join(folder, "evidence.csv");
    char good[] = "source=EV-A01", bad[] = "source=EV-A77";
    char *sets[2][1] = { { good }, { bad } };

    testlib_write_text(csv, "id,parameter\nEV-A01,something\nEV-A07,something else\n");
    for (int i = 0; i < 2; i++) {
        reading_t reading = { .study = NULL };
        assert_int_equal(twp_findings_init(&reading.findings, NULL), TWP_OK);
        assert_int_equal(twp_document_read_text(&reading.document, "s.yaml", ".", small, sets[i], 1,
                             &reading.findings, NULL),
            TWP_OK);
        assert_int_equal(twp_study_typed_read(&reading.document, reading.document.root, csv,
                             &reading.findings, &reading.study, NULL),
            i == 0 ? TWP_OK : TWP_ERR_INPUT);
        assert_int_equal(reading.findings.n_errors, i);
        close_reading(&reading);
    }
    free(csv);
}

/* ---- explaining ----------------------------------------------------------------------------- */

static void
test_a_path_is_explained_with_what_it_replaced(void **state)
{
    char set[] = "price=3 USD / day";
    char *sets[] = { set }, *whole = whole_text(), *text = NULL;
    reading_t reading;
    twp_error_t err;

    (void) state;
    open_text(&reading, whole, sets, 1);
    assert_int_equal(reading.status, TWP_OK);
    assert_int_equal(
        twp_explain_path(&reading.document, reading.document.root, "price", &text, NULL), TWP_OK);
    assert_contains(text, "parameters.price = 3 USD / day");
    assert_contains(text, "set by: --set");
    assert_contains(text, "replaces: 36525 USD / year (study, test.yaml:11:10)");
    assert_contains(text, "source: assumption");
    free(text);
    assert_int_equal(
        twp_explain_path(&reading.document, reading.document.root, "report.window", &text, NULL),
        TWP_OK);
    assert_contains(text, "default: the whole life");
    free(text);
    assert_int_equal(twp_explain_path(&reading.document, reading.document.root,
                         "patient.trakcs.supply", &text, &err),
        TWP_ERR_INPUT);
    assert_null(text);
    assert_contains(err.message, "did you mean patient.tracks.supply?");
    close_reading(&reading);
    free(whole);
}

/* ---- hostile input -------------------------------------------------------------------------- */

/* Each scalar, key and mapping of the whole study in turn becomes something else. */
static void
test_the_wrong_kind_anywhere_is_told_and_breaks_nothing(void **state)
{
    static const char *const instead[] = { "{}", "[]", "[[], {a: b}]", "x", "{x: {y: [z]}}",
        "1e999", "-7 days", "''", "a.b.c.d.e" };
    char *whole = whole_text();
    int n_read = 0;

    (void) state;
    for (char *colon = strchr(whole, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        const size_t before = (size_t) (colon - whole) + 1;
        const char *word = colon + 1 + strspn(colon + 1, " ");
        const size_t skipped = strcspn(word, ",}]\n");
        char *text = malloc(strlen(whole) + 100);
        reading_t reading;
        assert_non_null(text);
        (void) snprintf(text, strlen(whole) + 100, "%.*s %s%s", (int) before, whole,
            instead[n_read % 9], word + skipped);
        open_text(&reading, text, NULL, 0);
        if (reading.status != TWP_OK)
            assert_true(reading.findings.n_errors > 0);
        else
            assert_non_null(reading.study);
        close_reading(&reading);
        free(text);
        n_read++;
    }
    free(whole);
    assert_true(n_read > 300);
}

static void
test_a_deep_text_is_told_and_breaks_nothing(void **state)
{
    static char text[9000];
    reading_t reading;
    size_t n;

    (void) state;
    n = (size_t) snprintf(text, sizeof text, "%s", "twinpath: 1\nstudy: deep\nparameters: {a: ");
    memset(text + n, '(', 3000);
    (void) snprintf(text + n + 3000, sizeof text - n - 3000, "1}\npatient: ");
    n = strlen(text);
    memset(text + n, '[', 3000);
    text[n + 3000] = '\0';
    open_text(&reading, text, NULL, 0);
    assert_int_equal(reading.status, TWP_ERR_INPUT);
    assert_true(reading.findings.n_errors > 0);
    close_reading(&reading);
}

static void
test_a_chain_of_a_thousand_parameters_is_told_and_breaks_nothing(void **state)
{
    static char text[60000];
    reading_t reading;
    size_t n;

    (void) state;
    n = (size_t) snprintf(text, sizeof text, "%sparameters:\n", small);
    for (int i = 0; i < 1000; i++)
        n += (size_t) snprintf(text + n, sizeof text - n, "  p%04d: p%04d + 1\n", i, i + 1);
    (void) snprintf(text + n, sizeof text - n, "  p1000: 1\n");
    open_text(&reading, text, NULL, 0);
    assert_int_equal(reading.status, TWP_ERR_INPUT);
    assert_contains(reading.findings.item[0].message, "depends on others more than 32 deep");
    close_reading(&reading);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_study_without_stock_utility_and_costs_has_no_default_measures),
        cmocka_unit_test(test_a_state_that_nobody_enters_is_warned_of),
        cmocka_unit_test(test_a_utility_that_can_exceed_one_is_warned_of),
        cmocka_unit_test(test_an_exit_that_cannot_fire_is_warned_of),
        cmocka_unit_test(test_a_support_that_is_never_triggered_or_offered_is_warned_of),
        cmocka_unit_test_setup_teardown(
            test_patients_come_from_a_file, testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test(test_the_unit_of_an_attribute_is_that_of_its_numbers),
        cmocka_unit_test_setup_teardown(test_evidence_that_is_not_known_is_a_finding,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test(test_a_path_is_explained_with_what_it_replaced),
        cmocka_unit_test(test_the_wrong_kind_anywhere_is_told_and_breaks_nothing),
        cmocka_unit_test(test_a_deep_text_is_told_and_breaks_nothing),
        cmocka_unit_test(test_a_chain_of_a_thousand_parameters_is_told_and_breaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
