/*
 * A run that is told to stop does so at once, even where one life takes long, and leaves what a run
 * of its first blocks alone would have given: no count of a block that was cut off, or of one behind
 * it that was whole already, stays behind.
 */
#include "testlib.h"
#include "twinpath.h"

#include "results/reader.h"
#include "results/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCK 1024

/* A slow life has 6 million instants, of which nothing is recorded: a block of them takes minutes. */
static const char study_text[] =
    "twinpath: 1\n"
    "study: stopping\n"
    "source: assumption\n"
    "money: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 700 days}\n"
    "patient:\n"
    "  from: patients.csv\n"
    "  id: id\n"
    "  attributes: {slow: {column: slow}, female: {chance: 0.5}}\n"
    "  variables: {drug: {kind: stock}}\n"
    "  tracks:\n"
    "    mill: {start: turning, states: {turning: {turn: {every: \"if(slow > 0, 10 seconds, 30 "
    "days)\","
    " if: slow > 1}}}}\n"
    "    supply:\n"
    "      start: due\n"
    "      states: {due: {refill: {hazard: {exponential: {mean: 20 days}}, do: [{dispense: 15 days,"
    " into: drug}]}}}\n"
    "    health:\n"
    "      start: alive\n"
    "      states: {alive: {die: {hazard: {exponential: {mean: 400 days}}, to: dead}}, dead: {}}\n"
    "strategies: {usual_care: {baseline: true}, other: {set:"
    " {patient.tracks.supply.states.due.refill.hazard.exponential.mean: 15 days}}}\n"
    "report:\n"
    "  by: [female]\n"
    "  measures: [pdc, refills, {measure: occupancy, of: health.dead, at: 1 year},"
    " {measure: kaplan_meier, of: health.dead, at: [100 days, 1 year]}]\n"
    "record: {events: none}\n";

/* Twins of one block are slow: from row n_fast on. */
static void
write_study(const char *folder, int n_twins, int n_fast)
{
    char *const csv = testlib_join(folder, "patients.csv");
    char *const yaml = testlib_join(folder, "study.yaml");
    FILE *const out = fopen(csv, "w");

    assert_non_null(out);
    fprintf(out, "id,slow\n");
    for (int k = 0; k < n_twins; k++)
        fprintf(out, "%d,%d\n", k, k >= n_fast && k < n_fast + BLOCK);
    fclose(out);
    testlib_write_text(yaml, study_text);
    free(yaml);
    free(csv);
}

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

typedef struct {
    double at;      /* when to stop */
    double stopped; /* when it was first said */
} watch_t;

static bool
stop_then(void *context)
{
    watch_t *const watch = context;

    if (seconds() < watch->at)
        return false;
    if (watch->stopped == 0)
        watch->stopped = seconds();
    return true;
}

static char *
run(const char *folder, const char *name, int n_patients, int n_threads, watch_t *watch)
{
    char *const study_path = testlib_join(folder, "study.yaml");
    char *const path = testlib_join(folder, name);
    twp_study_t *study = NULL;
    twp_run_settings_t settings;
    twp_run_report_t report;
    twp_error_t err;

    twp_run_settings_init(&settings);
    settings.n_patients = n_patients;
    settings.n_threads = n_threads;
    settings.output_path = path;
    settings.should_stop = watch != NULL ? stop_then : NULL;
    settings.stop_context = watch;
    if (twp_study_read(study_path, NULL, 0, &study, &err) != TWP_OK) {
        for (int i = 0; i < twp_study_n_findings(study); i++)
            print_error("%d: %s\n", twp_study_finding(study, i)->line,
                twp_study_finding(study, i)->message);
        fail_msg("%s", err.message);
    }
    const twp_status_t status = twp_study_run(study, &settings, &report, &err);

    if (status != (watch != NULL ? TWP_ERR_INTERRUPTED : TWP_OK))
        fail_msg("%s: %s", twp_status_name(status), err.message);
    twp_study_free(study);
    free(study_path);
    return path;
}

static void
assert_same_dataset(twp_reader_t *a, twp_reader_t *b, const char *name)
{
    size_t n_a = 0, n_b = 0;
    double *x = NULL, *y = NULL;
    twp_error_t err;

    assert_int_equal(twp_reader_read_float64(a, name, &x, &n_a, &err), TWP_OK);
    assert_int_equal(twp_reader_read_float64(b, name, &y, &n_b, &err), TWP_OK);
    assert_int_equal(n_a, n_b);
    assert_true(n_a >= 1);
    assert_same_bits(x, y, n_a * sizeof *x);
    free(x);
    free(y);
}

/* Everything that a summary has, and occupancy, which is counted along the grid. */
static void
assert_same_results(const char *partial, const char *whole)
{
    static const char *const dataset[] = { "summary/pdc_mean", "summary/pdc_quantile",
        "summary/refills_quantile", "contrasts/refills_diff_mcse",
        "contrasts/refills_diff_quantile", "segments/pdc_mean", "survival/occupancy_health_dead",
        "survival/occupancy_supply_due", "summary/kaplan_meier_health_dead_mean",
        "survival/km_kaplan_meier_health_dead" };
    twp_reader_t *a = NULL, *b = NULL;
    twp_error_t err;

    assert_int_equal(twp_reader_open(partial, &a, &err), TWP_OK);
    assert_int_equal(twp_reader_open(whole, &b, &err), TWP_OK);
    for (size_t i = 0; i < sizeof dataset / sizeof dataset[0]; i++)
        assert_same_dataset(a, b, dataset[i]);
    twp_reader_close(a);
    twp_reader_close(b);
}

/* Told to stop while block i_slow is under way: what stays are the blocks before it. */
static void
check(const char *folder, int n_blocks, int i_slow, int n_threads)
{
    watch_t watch = { .at = seconds() + 1.5 };
    twp_summary_t *summary = NULL;
    twp_error_t err;

    write_study(folder, n_blocks * BLOCK, i_slow * BLOCK);

    char *const partial = run(folder, "partial.h5", n_blocks * BLOCK, n_threads, &watch);
    const double late = seconds() - watch.stopped;

    /* A single slow life takes a quarter of a second, sanitizers ten times that; a block minutes. */
    if (!(watch.stopped > 0 && late < 15))
        fail_msg("it ended %.1f s after it was told to", late);
    assert_int_equal(twp_summary_read(partial, &summary, &err), TWP_OK);
    assert_true(summary->is_partial);
    assert_int_equal((int) summary->n_twins_done, i_slow * BLOCK);
    twp_summary_free(summary);

    char *const whole = run(folder, "whole.h5", i_slow * BLOCK, n_threads, NULL);

    assert_same_results(partial, whole);
    remove(partial);
    remove(whole);
    free(partial);
    free(whole);
}

static void
test_a_stop_within_a_block_is_heard_at_once(void **state)
{
    check(*state, 2, 1, 1);
}

/* Of the second wave one thread lives block 3 while the other has done 2, 4 and 5. */
static void
test_whole_blocks_behind_one_that_was_cut_off_are_dropped(void **state)
{
    check(*state, 6, 3, 2);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_stop_within_a_block_is_heard_at_once),
        TEST(test_whole_blocks_behind_one_that_was_cut_off_are_dropped),
    };

    twp_results_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
