/* twinpath adherence from outside: exit codes, streams, formats, files. */
#include "testlib.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char good_text[] = "patient_id,date,duration_days,drug\n"
                                "1,2021-01-01,30,a\n1,2021-02-10,30,b\n2,2021-01-15,60,a\n";

static char *
write_file(const char *folder, const char *text)
{
    char *const path = testlib_join(folder, "fills.csv");

    testlib_write_text(path, text);
    return path;
}

static void
test_figures_and_a_histogram_are_printed(void **state)
{
    char *const path = write_file(*state, good_text);
    testlib_outcome_t done = testlib_twinpath("adherence", path, "--followup-duration", "100");

    assert_int_equal(done.exit_code, 0);
    assert_string_equal(done.err, "");
    assert_contains(done.out, "3 dispensings of 2 patients, 2021-01-01 to 2021-02-10.");
    assert_contains(done.out, "2 patients\n");
    assert_contains(done.out, "\n  cma9 ");
    assert_contains(done.out, "pdc of patients\n");
    assert_contains(
        done.out, "    0.6 |######################################## 2\n"); /* both 0.6 */
    testlib_clear_outcome(&done);
    free(path);
}

static void
test_each_format_has_the_figures(void **state)
{
    char *const path = write_file(*state, good_text);
    testlib_outcome_t done = testlib_twinpath(
        "adherence", path, "--followup-duration", "100", "--format", "csv", "--measure", "cma6");
    json_t *root, *figure;

    assert_int_equal(done.exit_code, 0);
    assert_contains(done.out, "measure,unit,n,n_missing,mean,");
    assert_contains(done.out, "\ncma6,1,2,0,0.6,0.6,0.6,0,0.6,");
    testlib_clear_outcome(&done);
    done = testlib_twinpath("adherence", path, "--followup-duration", "100", "-f", "markdown");
    assert_contains(done.out, "| pdc");
    assert_contains(done.out, "- **cma6**: 1 less the gap days");
    testlib_clear_outcome(&done);
    done = testlib_twinpath("adherence", path, "--followup-duration", "100", "-f", "json");
    root = json_loads(done.out, 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_integer_value(json_object_get(root, "n_patients")), 2);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(root, "settings"), "followup-duration")),
        "100");
    figure = json_array_get(json_object_get(root, "figures"), 0);
    assert_string_equal(json_string_value(json_object_get(figure, "name")), "pdc");
    assert_near(json_real_value(json_object_get(figure, "mean")), 0.6, 1e-15);
    assert_int_equal(json_array_size(json_object_get(figure, "histogram")), 12);
    json_decref(root);
    testlib_clear_outcome(&done);
    free(path);
}

static void
test_findings_go_to_standard_error_and_nothing_is_written(void **state)
{
    char *const path = write_file(*state, "patient_id,date,duration_days\n1,2021-1-32,30\n1,,0\n");
    char *const csv = testlib_join(*state, "rows.csv"), *const h5 = testlib_join(*state, "rows.h5");
    testlib_outcome_t done = testlib_twinpath(
        "adherence", path, "--csv", csv, "-o", h5, "--measure", "cma77");

    assert_int_equal(done.exit_code, 2);
    assert_string_equal(done.out, "");
    assert_contains(done.err, "fills.csv:2:3: error: column date: no such date\n");
    assert_contains(done.err, "fills.csv:3:3: error: column date: no such date\n");
    assert_contains(done.err, "fills.csv:3:4: error: column duration_days: days' supply");
    assert_contains(done.err, "--measure:1:1: error: no such measure\n");
    assert_contains(done.err, "    nearest:  cma7\n");
    assert_contains(done.err, "4 errors, 0 warnings\n");
    assert_false(testlib_exists(csv));
    assert_false(testlib_exists(h5));
    testlib_clear_outcome(&done);
    free(path);
    free(csv);
    free(h5);
}

static void
test_files_appear_whole_or_not_at_all(void **state)
{
    char *const path = write_file(*state, good_text);
    char *const csv = testlib_join(*state, "rows.csv"), *const h5 = testlib_join(*state, "rows.h5");
    testlib_outcome_t done = testlib_twinpath("adherence", path, "-q", "--csv", csv, "-o", h5);
    char *text;

    assert_int_equal(done.exit_code, 0);
    assert_string_equal(done.out, "");
    assert_true(testlib_exists(h5));
    text = testlib_read_file(csv, NULL);
    assert_contains(text, "patient,n_dispensings,n_in_followup,n_in_window,followup_start,");
    assert_contains(text, "\n2,1,1,1,2021-01-15,2023-01-15,");
    free(text);
    testlib_clear_outcome(&done);
    done = testlib_twinpath("adherence", path, "-q", "--csv", csv, "--measure", "cma2");
    assert_int_equal(done.exit_code, 1);
    assert_contains(done.err, "already there");
    testlib_clear_outcome(&done);
    done = testlib_twinpath("adherence", path, "-q", "--csv", csv, "--overwrite");
    assert_int_equal(done.exit_code, 0);
    testlib_clear_outcome(&done);
    done = testlib_twinpath("adherence", path, "--csv", "/nowhere/rows.csv");
    assert_int_equal(done.exit_code, 1);
    assert_string_equal(done.out, "");
    assert_contains(done.err, "/nowhere/rows.csv");
    testlib_clear_outcome(&done);
    free(path);
    free(csv);
    free(h5);
}

static void
test_a_wrong_command_line_is_told(void **state)
{
    char *const path = write_file(*state, good_text);
    testlib_outcome_t done = testlib_twinpath("adherence", path, "--followup-duraton", "1 year");

    assert_int_equal(done.exit_code, 2);
    assert_contains(done.err, "did you mean --followup-duration?");
    testlib_clear_outcome(&done);
    done = testlib_twinpath("adherence");
    assert_int_equal(done.exit_code, 2);
    testlib_clear_outcome(&done);
    done = testlib_twinpath("adherence", "/nowhere/fills.csv");
    assert_int_equal(done.exit_code, 2);
    assert_contains(done.err, "/nowhere/fills.csv");
    testlib_clear_outcome(&done);
    free(path);
}

/* The help and the manual define each measure. */
static void
test_the_help_defines_each_measure(void **state)
{
    static const char *const names[] = { "\n  cma1 ", "\n  cma9 ", "\n  pdc ", "\n  persistence ",
        "\n  episode ", "\n  gap ", "\nMeasures:\n", "\nWords:\n" };
    testlib_outcome_t done = testlib_twinpath("adherence", "--help");

    (void) state;
    assert_int_equal(done.exit_code, 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_contains(done.out, names[i]);
    testlib_clear_outcome(&done);
    done = testlib_twinpath("--man");
    assert_contains(done.out, "1 less the gap days in the window over its length");
    testlib_clear_outcome(&done);
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_figures_and_a_histogram_are_printed),
        IN_FOLDER(test_each_format_has_the_figures),
        IN_FOLDER(test_findings_go_to_standard_error_and_nothing_is_written),
        IN_FOLDER(test_files_appear_whole_or_not_at_all),
        IN_FOLDER(test_a_wrong_command_line_is_told),
        cmocka_unit_test(test_the_help_defines_each_measure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
