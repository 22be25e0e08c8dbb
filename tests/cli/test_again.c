/* twinpath reproduce from outside: results done again from what is kept in their file. */
#include "again.h"

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
    write_patients(*state, "at/data/patients.csv", 200000, 30);
    run_and_stop(*state, 0, 1024);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data"), 0,
        " of 200,000 twins were lived again, nothing beyond them.\nequal: ", NULL);
}

static void
test_a_partial_file_of_parameter_sets_is_done_again(void **state)
{
    run_and_stop(*state, 20000, 1);
    expect(*state, "away", ARGUMENTS("reproduce", "r.h5", "-i", "../at/data"), 0,
        " of 20,000 parameter sets were lived again, nothing beyond them.\nequal: ", NULL);
}

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
