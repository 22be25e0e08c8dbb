/* Runs over parameter sets from outside: options, digests, files after an interrupt. */
#include "testlib.h"

#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the study ---------------------------------------------------------------------------------- */

#define PARAMETERS(rate) "parameters:\n  rate: " rate "\n  hr: 1\n"
#define BEFORE                                       \
    "twinpath: 1\nstudy: sets\nsource: assumption\n" \
    "time: {starts: 2027-01-01, horizon: 2 years}\n"
#define AFTER                                                                            \
    "patient:\n  count: 300\n  tracks:\n    health:\n      start: well\n      states:\n" \
    "        well: {fall: {hazard: {exponential: {rate: rate * hr}}, to: ill}}\n"        \
    "        ill: {}\n"                                                                  \
    "strategies: {usual: {baseline: true}, treated: {set: {hr: 0.5}}}\n"                 \
    "report: {measures: [{measure: occupancy, of: health.well, at: [1 year]}]}\n"        \
    "record: {events: none}\n"

static const char study_text[] = BEFORE PARAMETERS(
    "{value: 0.5 / year, uncertain: {gamma: {shape: 4}}}") AFTER;
static const char certain_text[] = BEFORE PARAMETERS("0.5 / year") AFTER;

static int
set_up(void **state)
{
    char *path;

    if (testlib_setup_folder(state) != 0)
        return -1;
    path = testlib_join(*state, "s.yaml");
    testlib_write_text(path, study_text);
    free(path);
    path = testlib_join(*state, "certain.yaml");
    testlib_write_text(path, certain_text);
    free(path);
    return 0;
}

/* ---- options ------------------------------------------------------------------------------------ */

static void
test_the_comparison_says_how_many_sets_and_whose_twins(void **state)
{
    testlib_outcome_t outcome;

    testlib_expect(
        testlib_twinpath_in(*state, "run", "s.yaml", "--parameter-sets", "12", "-o", "a.h5"), 0,
        "12 sets of the uncertain parameters, each lived by its own 300 twins", "results in a.h5");
    testlib_expect(testlib_twinpath_in(*state, "summary", "a.h5"), 0,
        "Changed on the command line: --parameter-sets 12", NULL);
    outcome = testlib_twinpath_in(
        *state, "run", "s.yaml", "--parameter-sets=12", "--twins=same", "-o", "b.h5");
    assert_int_equal(outcome.exit_code, 0);
    assert_lacks(outcome.out, "its own 300 twins");
    assert_contains(outcome.out, "--twins same");
    testlib_clear_outcome(&outcome);
    testlib_expect(
        testlib_twinpath_in(*state, "check", "s.yaml", "--estimate", "--parameter-sets", "12"), 0,
        "For 12 parameter sets of 300 twins", NULL);
}

static void
test_wrong_sets_and_twins_are_wrong_command_lines_that_say_what_is_right(void **state)
{
    static const char *const wrong[] = { "-1", "many", "1.5", "", "+3", "1e3", "16777216" };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        testlib_expect(testlib_twinpath_in(*state, "run", "s.yaml", "--parameter-sets", wrong[i]),
            2, NULL, "is no whole number from 0 to 16777215");
    testlib_expect(testlib_twinpath_in(*state, "check", "s.yaml", "--parameter-sets", "x"), 2, NULL,
        "is no whole number from 0 to 16777215");
    testlib_expect(testlib_twinpath_in(*state, "run", "s.yaml", "--parameter-sets"), 2, NULL,
        "option --parameter-sets needs a value");
    testlib_expect(testlib_twinpath_in(*state, "run", "s.yaml", "--twins", "sme"), 2, NULL,
        "did you mean same?");
    testlib_expect(testlib_twinpath_in(*state, "run", "s.yaml", "--twins", "other"), 2, NULL,
        "\"other\" is none of fresh|same");
    testlib_expect(testlib_twinpath_in(*state, "run", "certain.yaml", "--parameter-sets", "4"), 2,
        NULL, "no parameter of the study is uncertain");
}

/* Last line of what the program says. */
static void
copy_digest(testlib_outcome_t outcome, char digest[65])
{
    const size_t length = strlen(outcome.out);

    assert_int_equal(outcome.exit_code, 0);
    assert_true(length >= 65);
    memcpy(digest, outcome.out + length - 65, 64);
    digest[64] = '\0';
    assert_int_equal(strspn(digest, "0123456789abcdef"), 64);
    testlib_clear_outcome(&outcome);
}

static void
test_threads_do_not_change_the_digest_and_the_twins_do(void **state)
{
    static const char *const threads[] = { "1", "2" }, *const twins[] = { "fresh", "same" };
    char digest[2][2][65];

    for (int i = 0; i < 2; i++) {
        for (int t = 0; t < 2; t++)
            copy_digest(testlib_twinpath_in(*state, "run", "s.yaml", "--overwrite", "--digest",
                            "--parameter-sets", "30", "--twins", twins[i], "-t", threads[t]),
                digest[i][t]);
        assert_string_equal(digest[i][0], digest[i][1]);
    }
    assert_string_not_equal(digest[0][0], digest[1][0]);
}

/* ---- what is in a file -------------------------------------------------------------------------- */

static hid_t
open_results(const char *folder, const char *name)
{
    char *const path = testlib_join(folder, name);
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);

    assert_true(file >= 0);
    free(path);
    return file;
}

/* How many parameter sets /draws has; values[2 * n] gets their shares of the well, by strategy. */
static int
n_sets_in(hid_t file, int n_most, double *values)
{
    const hid_t dataset = H5Dopen2(file, "draws/occupancy_health_well_365_25d", H5P_DEFAULT);
    const hid_t space = H5Dget_space(dataset);
    hsize_t shape[2];

    assert_true(dataset >= 0);
    assert_int_equal(H5Sget_simple_extent_dims(space, shape, NULL), 2);
    assert_int_equal(shape[0], 2);
    assert_true(shape[1] <= (hsize_t) n_most);
    assert_true(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    for (hsize_t k = 0; k < 2 * shape[1]; k++)
        assert_true(values[k] >= 0.0 && values[k] <= 1.0);
    H5Sclose(space);
    H5Dclose(dataset);
    return (int) shape[1];
}

static int
root_number(hid_t file, const char *name)
{
    const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    int number = -1;

    assert_true(attribute >= 0);
    assert_true(H5Aread(attribute, H5T_NATIVE_INT, &number) >= 0);
    H5Aclose(attribute);
    return number;
}

static void
test_0_sets_use_the_values_as_written(void **state)
{
    testlib_outcome_t outcome = testlib_twinpath_in(
        *state, "run", "s.yaml", "--parameter-sets", "0", "-o", "zero.h5");
    hid_t file;

    assert_int_equal(outcome.exit_code, 0);
    assert_contains(outcome.out, "300 twins, each under 2 strategies");
    assert_lacks(outcome.out, "sets of the uncertain parameters");
    testlib_clear_outcome(&outcome);
    file = open_results(*state, "zero.h5");
    assert_int_equal(H5Lexists(file, "draws", H5P_DEFAULT), 0);
    H5Fclose(file);
}

/* What /draws has of both strategies, or of the one difference; values has room for them. */
static void
read_draws(hid_t file, const char *name, double *values)
{
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);

    assert_true(dataset >= 0);
    assert_true(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(dataset);
}

#define N_RARE 60

/*
 * Where an event is so rare that in some sets nobody has it, the others say what pairing saved:
 * 1 - the error of the difference squared / the two means' errors squared, set by set.
 */
static void
test_sets_where_nobody_has_an_event_leave_the_difference_paired(void **state)
{
    char *const path = testlib_join(*state, "rare.yaml");
    double se[2 * N_RARE], difference_se[N_RARE], saved = 0, within = 0;
    char text[64];
    int n_saved = 0;
    hid_t file;

    testlib_write_text(
        path, BEFORE PARAMETERS("{value: 0.02 / year, uncertain: {gamma: {shape: 1}}}") AFTER);
    free(path);
    testlib_expect(testlib_twinpath_in(*state, "run", "rare.yaml", "-q", "--patients", "100",
                       "--parameter-sets", "60", "-o", "rare.h5"),
        0, NULL, NULL);
    file = open_results(*state, "rare.h5");
    read_draws(file, "draws/occupancy_health_well_365_25d_mcse", se);
    read_draws(file, "draws/occupancy_health_well_365_25d_diff_mcse", difference_se);
    H5Fclose(file);
    for (int k = 0; k < N_RARE; k++) {
        const double a = se[k], b = se[N_RARE + k], d = difference_se[k];

        within += d * d / N_RARE;
        if (a > 0 || b > 0) {
            saved += 1 - d * d / (a * a + b * b);
            n_saved++;
        }
    }
    assert_true(n_saved > 0 && n_saved < N_RARE);
    snprintf(text, sizeof text, ",%.10g,", saved / n_saved);
    text[10] = '\0'; /* sums differ in their last digits */
    testlib_expect(testlib_twinpath_in(*state, "summary", "rare.h5", "-f", "csv"), 0, text, NULL);
    snprintf(text, sizeof text, "\"variance_saved\": %.10g", saved / n_saved);
    text[26] = '\0';
    testlib_expect(testlib_twinpath_in(*state, "summary", "rare.h5", "-f", "json"), 0, text, NULL);
    snprintf(text, sizeof text, "\"twins_variance\": %.10g", within);
    text[26] = '\0';
    testlib_expect(testlib_twinpath_in(*state, "summary", "rare.h5", "-f", "json"), 0, text, NULL);
}

/* ---- interrupts --------------------------------------------------------------------------------- */

#define N_LONG 200000 /* minutes */

static void
wait_milliseconds(long n)
{
    const struct timespec pause = { n / 1000, n % 1000 * 1000000 };

    nanosleep(&pause, NULL);
}

/* Waits until the second line of progress: sets were lived. */
static void
wait_for_progress(const char *folder, pid_t child)
{
    char *const path = testlib_join(folder, "err");
    bool is_seen = false;

    for (int i = 0; i < 1200 && !is_seen; i++) {
        wait_milliseconds(50);
        assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
        if (testlib_exists(path)) {
            char *const text = testlib_read_file(path, NULL);
            const char *const first = strchr(text, '\n');

            is_seen = first != NULL && strchr(first + 1, '\n') != NULL;
            free(text);
        }
    }
    free(path);
    assert_true(is_seen);
}

static void
test_an_interrupt_leaves_a_valid_file_of_whole_sets(void **state)
{
    double *const part = malloc(2 * sizeof(double) * N_LONG);
    double *const whole = malloc(2 * sizeof(double) * N_LONG);
    const pid_t child = fork();
    int status = 0, n, n_same;
    hid_t file;

    assert_non_null(part);
    assert_non_null(whole);
    assert_true(child >= 0);
    if (child == 0) {
        if (chdir(*state) == 0 && freopen("out", "w", stdout) != NULL &&
            freopen("err", "w", stderr) != NULL)
            execl(testlib_program(), testlib_program(), "run", "s.yaml", "--parameter-sets",
                "200000", "--progress", "json", "-o", "part.h5", "-t", "2", (char *) NULL);
        _exit(127);
    }
    wait_for_progress(*state, child);
    kill(child, SIGINT);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 75);
    testlib_expect(
        testlib_twinpath_in(*state, "summary", "part.h5"), 0, "PARTIAL RUN: stopped after ", NULL);
    testlib_expect(testlib_twinpath_in(*state, "summary", "part.h5", "-f", "json"), 0,
        "\"status\": \"partial\"", NULL);
    file = open_results(*state, "part.h5");
    n = n_sets_in(file, N_LONG, part);
    assert_true(n >= 1 && n < N_LONG);
    assert_int_equal(root_number(file, "n_parameter_sets_done"), n);
    assert_int_equal(root_number(file, "n_parameter_sets"), N_LONG);
    H5Fclose(file);
    /* The sets that are there are those of a run that was let end. */
    testlib_expect(testlib_twinpath_in(
                       *state, "run", "s.yaml", "-q", "--parameter-sets", "20", "-o", "whole.h5"),
        0, NULL, NULL);
    file = open_results(*state, "whole.h5");
    assert_int_equal(n_sets_in(file, 20, whole), 20);
    H5Fclose(file);
    n_same = n < 20 ? n : 20;
    for (int i = 0; i < 2; i++)
        assert_same_bits(part + (size_t) i * (size_t) n, whole + (size_t) i * 20,
            (size_t) n_same * sizeof(double));
    free(part);
    free(whole);
}

int
main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, testlib_teardown_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_the_comparison_says_how_many_sets_and_whose_twins),
        IN_FOLDER(test_wrong_sets_and_twins_are_wrong_command_lines_that_say_what_is_right),
        IN_FOLDER(test_threads_do_not_change_the_digest_and_the_twins_do),
        IN_FOLDER(test_0_sets_use_the_values_as_written),
        IN_FOLDER(test_sets_where_nobody_has_an_event_leave_the_difference_paired),
        IN_FOLDER(test_an_interrupt_leaves_a_valid_file_of_whole_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
