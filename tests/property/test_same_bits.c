/*
 * The same study gives the same bits: whatever the threads, whatever is recorded, in whatever order
 * the keys of its file stand, and as far as it came when it was stopped.
 */
#include "testlib.h"
#include "twinpath.h"

#include "results/reader.h"
#include "results/writer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *study; /* path */
    const char *set[4];
    int n_set;
    int64_t n_patients;
    int n_threads;
    bool (*should_stop)(void *context);
    void *stop_context;
    twp_status_t want;
} order_t;

/* Runs a study into folder/name; the caller frees the path. */
static char *
run(const char *folder, const char *name, const order_t *order, twp_error_t *err)
{
    char *const path = testlib_join(folder, name);
    twp_study_t *study = NULL;
    twp_run_settings_t settings;
    twp_run_report_t report;
    twp_status_t status;

    twp_run_settings_init(&settings);
    settings.n_patients = order->n_patients;
    settings.n_threads = order->n_threads;
    settings.output_path = path;
    settings.should_stop = order->should_stop;
    settings.stop_context = order->stop_context;
    status = twp_study_read(order->study, order->set, order->n_set, &study, err);
    for (int i = 0; study != NULL && status != TWP_OK && i < twp_study_n_findings(study); i++)
        print_error("%s:%d: %s\n", twp_study_finding(study, i)->file,
            twp_study_finding(study, i)->line, twp_study_finding(study, i)->message);
    assert_int_equal(status, TWP_OK);
    status = twp_study_run(study, &settings, &report, err);
    if (status != order->want)
        print_error("%s\n", err->message);
    assert_int_equal(status, order->want);
    twp_study_free(study);
    return path;
}

static twp_summary_t *
summary_of(const char *path)
{
    twp_summary_t *summary = NULL;
    twp_error_t err = { TWP_OK, "" };

    if (twp_summary_read(path, &summary, &err) != TWP_OK)
        fail_msg("%s", err.message);
    return summary;
}

static void
assert_same_files(const char *a, const char *b)
{
    size_t n_a = 0, n_b = 0;
    char *const text_a = testlib_read_file(a, &n_a), *const text_b = testlib_read_file(b, &n_b);

    assert_int_equal(n_a, n_b);
    assert_same_bits(text_a, text_b, n_a);
    free(text_a);
    free(text_b);
}

/* Estimates and contrasts, bit by bit; pointers are left out. */
static void
assert_same_figures(const twp_summary_t *a, const twp_summary_t *b)
{
    assert_int_equal(a->n_rows, b->n_rows);
    assert_true(a->n_rows > 0);
    assert_int_equal(a->n_strategies, b->n_strategies);
    for (int i = 0; i < a->n_rows; i++)
        assert_string_equal(a->row[i].name, b->row[i].name);
    for (int i = 0; i < a->n_rows * a->n_strategies; i++) {
        const twp_summary_estimate_t *const x = &a->estimate[i], *const y = &b->estimate[i];

        assert_same_bits(&x->mean, &y->mean, sizeof x->mean);
        assert_same_bits(&x->mcse, &y->mcse, sizeof x->mcse);
        assert_true((x->quantile == NULL) == (y->quantile == NULL));
        if (x->quantile != NULL)
            assert_same_bits(
                x->quantile, y->quantile, (size_t) a->n_quantiles * sizeof *x->quantile);
    }
    for (int i = 0; i < a->n_rows * a->n_contrasts; i++) {
        const twp_summary_contrast_t *const x = &a->contrast[i], *const y = &b->contrast[i];

        assert_same_bits(&x->difference, &y->difference, sizeof x->difference);
        assert_same_bits(&x->se, &y->se, sizeof x->se);
    }
}

/* ---- threads --------------------------------------------------------------------------------- */

static void
test_any_number_of_threads_gives_the_same_file(void **state)
{
    static const char *const study[] = { "scenarios/studies/first_study.yaml",
        "scenarios/studies/ra_biologic_support.yaml", "scenarios/studies/daily_doses.yaml" };
    static const int threads[] = { 1, 2, 8 };
    twp_error_t err;

    for (size_t i = 0; i < 3; i++) {
        char *path[3];
        order_t order = { .n_patients = i == 0 ? 9500 : 2500 };
        char *const source = testlib_source_path(study[i]);

        order.study = source;
        order.set[0] = "record={events: all, trajectories: true}";
        order.n_set = 1;
        for (int k = 0; k < 3; k++) {
            char name[32];

            (void) snprintf(name, sizeof name, "%zu_%d.h5", i, threads[k]);
            order.n_threads = threads[k];
            path[k] = run(*state, name, &order, &err);
        }
        assert_same_files(path[0], path[1]);
        assert_same_files(path[0], path[2]);
        for (int k = 0; k < 3; k++)
            free(path[k]);
        free(source);
    }
}

static void
test_another_seed_gives_another_life(void **state)
{
    char *const source = testlib_source_path("scenarios/studies/first_study.yaml");
    const order_t order = { .study = source, .n_patients = 500 };
    twp_error_t err;
    char *const path = run(*state, "one.h5", &order, &err),
                *const other = testlib_join(*state, "two.h5");
    twp_study_t *study = NULL;
    twp_run_settings_t settings;

    twp_run_settings_init(&settings);
    settings.n_patients = 500;
    settings.seed = 2;
    settings.output_path = other;
    assert_int_equal(twp_study_read(source, NULL, 0, &study, &err), TWP_OK);
    assert_int_equal(twp_study_run(study, &settings, NULL, &err), TWP_OK);
    twp_summary_t *const a = summary_of(path), *const b = summary_of(other);

    assert_true(a->estimate[0].mean != b->estimate[0].mean);
    assert_string_equal(b->seed, "2");
    twp_summary_free(a);
    twp_summary_free(b);
    twp_study_free(study);
    free(path);
    free(other);
    free(source);
}

/* ---- recording ------------------------------------------------------------------------------- */

static void
test_recording_changes_no_life(void **state)
{
    static const char *const record[] = { "record={events: all, trajectories: true}",
        "record={events: none, outcomes: false, twins: false}",
        "record={events: [supply.due.refill], trajectories: true, variables: []}" };
    char *const source = testlib_source_path("scenarios/studies/first_study.yaml");
    twp_summary_t *summary[3];
    twp_error_t err;

    for (int i = 0; i < 3; i++) {
        const order_t order = {
            .study = source, .set = { record[i] }, .n_set = 1, .n_patients = 3000
        };
        char name[16];

        (void) snprintf(name, sizeof name, "%d.h5", i);
        char *const path = run(*state, name, &order, &err);

        summary[i] = summary_of(path);
        free(path);
    }
    assert_same_figures(summary[0], summary[1]);
    assert_same_figures(summary[0], summary[2]);
    for (int i = 0; i < 3; i++)
        twp_summary_free(summary[i]);
    free(source);
}

/* ---- order of keys --------------------------------------------------------------------------- */

#define HEAD                                          \
    "twinpath: 1\nstudy: order\nsource: assumption\n" \
    "time: {starts: 2027-01-01, horizon: 2 years}\n"

static const char forwards[] = HEAD
    "patient:\n"
    "  count: 3000\n"
    "  attributes:\n"
    "    age: {normal: [57, 13]}\n"
    "    female: {chance: 0.6}\n"
    "  variables: {mood: {starts: {normal: [0, 1]}}, stock: {kind: stock}}\n"
    "  tracks:\n"
    "    supply:\n"
    "      start: due\n"
    "      states:\n"
    "        covered: {out: {upon: stock.empty, to: due}}\n"
    "        due: {refill: {hazard: {exponential: {mean: 9 days}}, to: covered,\n"
    "          do: [{dispense: 30 days, into: stock}]}}\n"
    "    therapy:\n"
    "      start: taking\n"
    "      states:\n"
    "        stopped: {back: {hazard: {exponential: {mean: 300 days}}, to: taking}}\n"
    "        taking:\n"
    "          ill: {hazard: {exponential: {mean: 900 days}}, to: stopped}\n"
    "          stop: {hazard: {weibull: {shape: 0.8, scale: 2 years}}, to: stopped,\n"
    "            effects: [{if: female, hr: 1.4}, {per: mood, hr: 0.7}, {per: age - 57, hr: "
    "1.01}]}\n"
    "strategies: {usual: {baseline: true}, sooner: {set: "
    "{patient.tracks.supply.states.due.refill.hazard.exponential.mean: 4 days}}}\n"
    "report: {measures: [pdc, refills, {measure: time_in_state, of: therapy.taking}], by: "
    "[female]}\n";

static const char backwards[] =
    "report: {by: [female], measures: [pdc, refills, {of: therapy.taking, measure: "
    "time_in_state}]}\n"
    "strategies: {sooner: {set: {patient.tracks.supply.states.due.refill.hazard.exponential.mean: "
    "4 days}}, usual: {baseline: true}}\n"
    "patient:\n"
    "  tracks:\n"
    "    therapy:\n"
    "      states:\n"
    "        taking:\n"
    "          stop: {effects: [{per: age - 57, hr: 1.01}, {per: mood, hr: 0.7}, {if: female, hr: "
    "1.4}],\n"
    "            to: stopped, hazard: {weibull: {scale: 2 years, shape: 0.8}}}\n"
    "          ill: {to: stopped, hazard: {exponential: {mean: 900 days}}}\n"
    "        stopped: {back: {to: taking, hazard: {exponential: {mean: 300 days}}}}\n"
    "      start: taking\n"
    "    supply:\n"
    "      states:\n"
    "        due: {refill: {do: [{dispense: 30 days, into: stock}], to: covered,\n"
    "          hazard: {exponential: {mean: 9 days}}}}\n"
    "        covered: {out: {to: due, upon: stock.empty}}\n"
    "      start: due\n"
    "  variables: {stock: {kind: stock}, mood: {starts: {normal: [0, 1]}}}\n"
    "  attributes:\n"
    "    female: {chance: 0.6}\n"
    "    age: {normal: [57, 13]}\n"
    "  count: 3000\n" HEAD;

static void
test_the_order_of_keys_does_not_matter(void **state)
{
    static const char *const text[] = { forwards, backwards };
    twp_summary_t *summary[2];
    twp_error_t err;

    for (int i = 0; i < 2; i++) {
        char *const source = testlib_join(*state, i == 0 ? "forwards.yaml" : "backwards.yaml");
        const order_t order = { .study = source };

        testlib_write_text(source, text[i]);
        char *const path = run(*state, i == 0 ? "f.h5" : "b.h5", &order, &err);

        summary[i] = summary_of(path);
        free(path);
        free(source);
    }
    assert_same_figures(summary[0], summary[1]);
    assert_int_equal(summary[0]->n_segments, 2);
    for (int g = 0; g < 2; g++)
        assert_same_bits(&summary[0]->segment[g].estimate[0].mean,
            &summary[1]->segment[g].estimate[0].mean, sizeof(double));
    twp_summary_free(summary[0]);
    twp_summary_free(summary[1]);
}

/* ---- stopping -------------------------------------------------------------------------------- */

/* True from the n-th question on. */
static bool
stop_at(void *context)
{
    atomic_int *const left = context;

    return atomic_fetch_sub(left, 1) <= 0;
}

/* Figures of a twin are where they would be in the whole file. */
static void
assert_prefix(const char *partial, const char *whole, size_t n_done)
{
    twp_reader_t *a = NULL, *b = NULL;
    twp_error_t err;
    const size_t start[2] = { 1, 0 }, count[2] = { 1, n_done };
    float *const x = calloc(n_done, sizeof *x), *const y = calloc(n_done, sizeof *y);

    assert_int_equal(twp_reader_open(partial, &a, &err), TWP_OK);
    assert_int_equal(twp_reader_open(whole, &b, &err), TWP_OK);
    assert_int_equal(
        twp_reader_read_slice(a, "outcomes/pdc", TWP_TYPE_FLOAT32, start, count, x, &err), TWP_OK);
    assert_int_equal(
        twp_reader_read_slice(b, "outcomes/pdc", TWP_TYPE_FLOAT32, start, count, y, &err), TWP_OK);
    assert_same_bits(x, y, n_done * sizeof *x);
    twp_reader_close(a);
    twp_reader_close(b);
    free(x);
    free(y);
}

/* The run is asked by time within a block, so which question comes when is not fixed. */
static char *
run_until_stopped(const char *folder, order_t *order, twp_error_t *err)
{
    for (int n = 4; n < 10000; n = 3 * n / 2) {
        atomic_int left = n;

        order->stop_context = &left;
        order->want = TWP_ERR_INTERRUPTED;

        char *const path = run(folder, "partial.h5", order, err);

        if (testlib_exists(path))
            return path;
        free(path); /* stopped before the first block was whole */
    }
    fail_msg("no run came to a block");
    return NULL;
}

static void
test_a_stopped_run_is_the_beginning_of_the_whole_one(void **state)
{
    char *const source = testlib_source_path("scenarios/studies/first_study.yaml");
    order_t order = { .study = source, .n_patients = 20000, .n_threads = 2 };
    atomic_int left = 0;
    twp_error_t err;
    char *const whole = run(*state, "whole.h5", &order, &err);

    order.should_stop = stop_at;
    char *const partial = run_until_stopped(*state, &order, &err);
    twp_summary_t *const summary = summary_of(partial);

    assert_contains(err.message, "partial");
    assert_true(summary->is_partial);
    assert_int_equal((int) summary->n_twins, 20000);
    assert_true(summary->n_twins_done >= 1024 && summary->n_twins_done < 20000);
    assert_int_equal((int) (summary->n_twins_done % 1024), 0);
    assert_prefix(partial, whole, (size_t) summary->n_twins_done);
    twp_summary_free(summary);

    order.stop_context = &left;
    char *const none = run(*state, "none.h5", &order, &err);

    assert_false(testlib_exists(none));
    free(none);
    free(partial);
    free(whole);
    free(source);
}

/* ---- faults ---------------------------------------------------------------------------------- */

/* A wait of age - 3 days: below 0 for one twin in 741, so that several blocks meet the fault. */
static const char faulty[] = "twinpath: 1\nstudy: faulty\nsource: assumption\n"
                             "time: {starts: 2027-01-01, horizon: 1 year}\n"
                             "patient:\n"
                             "  count: 20000\n"
                             "  attributes: {span: {normal: [0 days, 1 day]}}\n"
                             "  tracks:\n"
                             "    health:\n"
                             "      start: well\n"
                             "      states:\n"
                             "        well: {wait: {after: 3 days + span, to: ill}}\n"
                             "        ill: {}\n"
                             "strategies: {usual: {baseline: true}}\n"
                             "report: {measures: [{measure: entries, of: health.ill}]}\n";

static void
test_a_fault_is_told_alike_by_any_number_of_threads(void **state)
{
    char *const source = testlib_join(*state, "faulty.yaml");
    twp_error_t err[3];

    testlib_write_text(source, faulty);
    for (int i = 0; i < 3; i++) {
        const order_t order = { .study = source, .n_threads = 1 << i, .want = TWP_ERR_FAULT };
        char *const path = run(*state, "faulty.h5", &order, &err[i]);

        assert_false(testlib_exists(path));
        free(path);
    }
    assert_contains(err[0].message, "patient.health.well.wait");
    assert_contains(err[0].message, "strategy usual");
    assert_contains(err[0].message, "not above 0");
    assert_string_equal(err[0].message, err[1].message);
    assert_string_equal(err[0].message, err[2].message);
    free(source);
}

static int
set_up(void **state)
{
    /* Without /session equal runs give equal bytes. */
    (void) setenv("SOURCE_DATE_EPOCH", "1", 1);
    return testlib_setup_folder(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_any_number_of_threads_gives_the_same_file),
        TEST(test_another_seed_gives_another_life),
        TEST(test_recording_changes_no_life),
        TEST(test_the_order_of_keys_does_not_matter),
        TEST(test_a_stopped_run_is_the_beginning_of_the_whole_one),
        TEST(test_a_fault_is_told_alike_by_any_number_of_threads),
    };

    twp_results_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
