/* twinpath reproduce from outside: results done again from what is kept in their file. */
#include "testlib.h"

#include "twinpath.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the study: modules, a scenario's base, a file of patients --------------------------------- */

static const char module_text[] =
    "parameters:\n"
    "  stop_mean: {value: 200 days, uncertain: {gamma: {se: 20 days}}, source: assumption}\n"
    "supports:\n"
    "  reminder:\n"
    "    offer: {every: 10 days}\n"
    "    uptake: {chance: 0.5, source: assumption}\n"
    "    source: assumption\n"
    "    effects: [{on_exit: therapy.taking.stop, hr: 0.5}]\n"
    "    cost: {payer: {start: 10 USD, run: 18 USD / year}}\n";

static const char base_text[] =
    "twinpath: 1\n"
    "uses: [../modules/pieces.yaml]\n"
    "study: tiny\n"
    "source: assumption\n"
    "time: {starts: 2027-01-04, horizon: 1 year}\n"
    "money: USD 2023\n"
    "patient:\n"
    "  from: ../data/patients.csv\n"
    "  id: id\n"
    "  attributes:\n"
    "    age: {column: age, unit: years}\n"
    "  variables:\n"
    "    stock: {kind: stock}\n"
    "  tracks:\n"
    "    therapy:\n"
    "      start: taking\n"
    "      states:\n"
    "        taking:\n"
    "          enter: [{dispense: 28 days, into: stock}]\n"
    "          refill: {upon: stock.empty, do: [{dispense: 28 days, into: stock}]}\n"
    "          stop: {hazard: {exponential: {mean: stop_mean}}, to: stopped}\n"
    "        stopped: {}\n"
    "strategies:\n"
    "  usual: {baseline: true}\n"
    "  reminded: {supports: [reminder]}\n"
    "  half: {set: {parameters.stop_mean.value: 100 days}}\n"
    "report: {measures: [{measure: persistence, at: [90 days, 180 days]}, pdc, cost]}\n";

/* No line end at the end: the files are cut apart by their sizes. */
static const char study_text[] = "twinpath: 1\n"
                                 "based_on: base.yaml\n"
                                 "study: tiny_scenario\n"
                                 "# file: base.yaml\n"
                                 "question: Does a reminder keep people on therapy?";

#define N_PATIENTS 1500

static void
write_in(const char *folder, const char *name, const char *text)
{
    char *const path = testlib_join(folder, name);

    testlib_write_text(path, text);
    free(path);
}

static void
make_folder(const char *folder, const char *name)
{
    char *const path = testlib_join(folder, name);

    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

static void
write_patients(const char *folder, const char *name, int n, int age)
{
    char *const path = testlib_join(folder, name);
    FILE *const file = fopen(path, "w");

    assert_non_null(file);
    (void) fprintf(file, "id,age\n");
    for (int i = 0; i < n; i++)
        (void) fprintf(file, "%d,%d\n", i + 1, age + i % 40);
    assert_int_equal(fclose(file), 0);
    free(path);
}

/* folder/at: the study; folder/away: where its results are brought. */
static int
set_up(void **state)
{
    const char *folder;

    if (testlib_setup_folder(state) != 0)
        return -1;
    folder = *state;
    make_folder(folder, "at");
    make_folder(folder, "at/studies");
    make_folder(folder, "at/modules");
    make_folder(folder, "at/data");
    make_folder(folder, "away");
    write_in(folder, "at/modules/pieces.yaml", module_text);
    write_in(folder, "at/studies/base.yaml", base_text);
    write_in(folder, "at/studies/scenario.yaml", study_text);
    write_patients(folder, "at/data/patients.csv", N_PATIENTS, 30);
    return 0;
}

/* The program in a folder below the test's; NULL for a stream is no matter. */
static void
expect(const char *folder, const char *below, const char *const *arguments, int exit_code,
    const char *out, const char *err)
{
    char *const in = testlib_join(folder, below);
    const char *argv[16] = { testlib_program() };
    testlib_outcome_t outcome;

    for (int i = 0; arguments[i] != NULL; i++)
        argv[i + 1] = arguments[i];
    outcome = testlib_run_in(in, argv);
    if (outcome.exit_code != exit_code)
        print_error(
            "exit code %d, out:\n%s\nerr:\n%s\n", outcome.exit_code, outcome.out, outcome.err);
    assert_int_equal(outcome.exit_code, exit_code);
    if (out != NULL)
        assert_contains(outcome.out, out);
    if (err != NULL)
        assert_contains(outcome.err, err);
    testlib_clear_outcome(&outcome);
    free(in);
}

#define ARGUMENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
move_away(const char *folder, const char *name)
{
    char *const from = testlib_join(folder, "at/studies/r.h5");
    char *const below = testlib_join(folder, "away");
    char *const to = testlib_join(below, name);

    assert_int_equal(rename(from, to), 0);
    free(to);
    free(below);
    free(from);
}

static void
run_and_move(const char *folder, const char *const *more)
{
    const char *arguments[16] = { "run", "scenario.yaml", "-o", "r.h5", "-q" };

    for (int i = 0; more[i] != NULL; i++)
        arguments[5 + i] = more[i];
    expect(folder, "at/studies", arguments, 0, NULL, NULL);
    move_away(folder, "r.h5");
}

/* ---- equal ------------------------------------------------------------------------------------- */

static void
test_results_are_done_again_from_their_file_alone(void **state)
{
    /* two lines in one value, overrides of each kind, another seed */
    run_and_move(*state,
        ARGUMENTS("--set", "report.measures=[pdc,\n cost]", "--set", "stop_mean=150 days", "--seed",
            "12345678901234567890", "--patients", "1200", "--strategy", "reminded"));
    write_in(*state, "at/modules/pieces.yaml", "what: is written here now is not read\n");
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "--inputs", "../at/studies"), 0,
        "equal: the study gives the same content, digest ", NULL);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data", "-t", "1", "-q"), 0,
        NULL, NULL);
}

static void
test_parameter_sets_are_done_again(void **state)
{
    run_and_move(*state, ARGUMENTS("--parameter-sets", "7", "--twins", "same", "-n", "600"));
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data"), 0, "equal: ", NULL);
}

/* ---- inputs ------------------------------------------------------------------------------------ */

static void
test_a_data_file_that_is_missing_or_changed_is_refused(void **state)
{
    static const char sums[] =
        "other/patients.csv is not the file that the results were made from: its SHA-256 is ";

    run_and_move(*state, ARGUMENTS("-n", "100"));
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5"), 2, NULL, "--inputs names its folder");
    make_folder(*state, "away/other");
    write_patients(*state, "away/other/patients.csv", N_PATIENTS, 31);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "other"), 2, NULL, sums);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "other"), 2, NULL, ", theirs was ");
    /* beside the results, under the name alone */
    write_patients(*state, "away/patients.csv", N_PATIENTS, 30);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5"), 0, "equal: ", NULL);
}

static void
test_what_is_no_run_of_a_study_is_refused(void **state)
{
    write_in(*state, "away/fills.csv", "patient_id,date,duration_days\n1,2021-01-01,30\n");
    expect(*state, "away", ARGUMENTS("adherence", "fills.csv", "-o", "fills.h5"), 0, NULL, NULL);
    expect(*state, "away", ARGUMENTS("reproduce", "fills.h5"), 2, NULL,
        "not the results of a study's run");
    expect(*state, "away", ARGUMENTS("reproduce", "fills.csv"), 2, NULL, "fills.csv");
    expect(*state, "away", ARGUMENTS("reproduce", "none.h5"), 2, NULL, "none.h5");
    expect(
        *state, "away", ARGUMENTS("reproduce", "fills.h5", "--threads", "0"), 2, NULL, "--threads");
}

/* ---- changed results --------------------------------------------------------------------------- */

/* Adds one to an element of a dataset of doubles in away/r.h5, and takes its .sha256 away. */
static void
tamper(const char *folder, const char *dataset, size_t i)
{
    char *const path = testlib_join(folder, "away/r.h5");
    char *const sum = testlib_join(folder, "away/r.h5.sha256");
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t data = H5Dopen2(file, dataset, H5P_DEFAULT);
    const hid_t space = H5Dget_space(data);
    const hssize_t n = H5Sget_simple_extent_npoints(space);
    double *const value = calloc((size_t) n + 1, sizeof *value);

    assert_non_null(value);
    assert_true((hssize_t) i < n);
    assert_true(H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    value[i] += 1;
    assert_true(H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    assert_true(H5Sclose(space) >= 0);
    assert_true(H5Dclose(data) >= 0);
    assert_true(H5Fclose(file) >= 0);
    (void) unlink(sum);
    free(value);
    free(sum);
    free(path);
}

static void
test_the_first_difference_is_named(void **state)
{
    run_and_move(*state, ARGUMENTS("-n", "200"));
    /* strategies half (1) and reminded (2), two times: the second of half is number 3 */
    tamper(*state, "summary/persistence_mean", 3);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data"), 1,
        "different: summary/persistence_mean, strategy half, time_persistence 180: 1.", NULL);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data"), 1,
        "was changed after it was written", NULL);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data", "-q"), 1, NULL, NULL);
}

static void
test_a_changed_event_is_found_among_all(void **state)
{
    run_and_move(*state, ARGUMENTS("-n", "200"));
    tamper(*state, "events/event_time", 1234);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data"), 1,
        "different: events/event_time, event row 1234: ", NULL);
}

/* ---- partial files ----------------------------------------------------------------------------- */

typedef struct {
    int64_t n_twins; /* stop once so many were lived */
    bool is_enough;
} stop_t;

static void
watch(void *context, const twp_progress_t *progress)
{
    stop_t *const stop = context;

    stop->is_enough = progress->n_twins_done >= stop->n_twins;
}

static bool
should_stop(void *context)
{
    const stop_t *const stop = context;

    return stop->is_enough;
}

/* Stops a run that would go on for long; the file is away/r.h5. */
static void
run_and_stop(const char *folder, int64_t n_parameter_sets, int64_t n_enough)
{
    char *const path = testlib_join(folder, "at/studies/scenario.yaml");
    char *const output = testlib_join(folder, "away/r.h5");
    stop_t stop = { n_enough, false };
    twp_run_settings_t settings;
    twp_run_report_t report;
    twp_error_t err = { TWP_OK, "" };
    twp_study_t *study = NULL;

    twp_run_settings_init(&settings);
    settings.n_threads = 1;
    settings.n_parameter_sets = n_parameter_sets;
    settings.output_path = output;
    settings.progress = watch;
    settings.progress_context = &stop;
    settings.should_stop = should_stop;
    settings.stop_context = &stop;
    assert_int_equal(twp_study_read(path, NULL, 0, &study, &err), TWP_OK);
    assert_int_equal(twp_study_run(study, &settings, &report, &err), TWP_ERR_INTERRUPTED);
    assert_true(report.n_twins_done > 0);
    twp_study_free(study);
    free(output);
    free(path);
}

static void
test_a_partial_file_is_done_again_as_far_as_it_came(void **state)
{
    write_patients(*state, "at/data/patients.csv", 300000, 30);
    run_and_stop(*state, 0, 1024);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data"), 0,
        "r.h5 is partial: its ", NULL);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data"), 0,
        " of 300,000 twins were lived again, nothing beyond them.\nequal: ", NULL);
}

static void
test_a_partial_file_of_parameter_sets_is_done_again(void **state)
{
    run_and_stop(*state, 20000, 1);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data"), 0,
        " of 20,000 parameter sets were lived again, nothing beyond them.\nequal: ", NULL);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_results_are_done_again_from_their_file_alone),
        IN_FOLDER(test_parameter_sets_are_done_again),
        IN_FOLDER(test_a_data_file_that_is_missing_or_changed_is_refused),
        IN_FOLDER(test_what_is_no_run_of_a_study_is_refused),
        IN_FOLDER(test_the_first_difference_is_named),
        IN_FOLDER(test_a_changed_event_is_found_among_all),
        IN_FOLDER(test_a_partial_file_is_done_again_as_far_as_it_came),
        IN_FOLDER(test_a_partial_file_of_parameter_sets_is_done_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
