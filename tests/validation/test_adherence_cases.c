/*
 * AdhereR's tables, value by value: cases 08 and 22. Numbers within 1e-9 (the tables have 12 digits),
 * NA where NA, text and dates equal. Each comparison finds differences when a setting slips.
 */
#include "cohort.h"

#define TOLERANCE 1e-9
#define CASE_08 "tests/validation/08-adherence-cma/"
#define CASE_22 "tests/validation/22-adherence-generated/"
#define MED_EVENTS "scenarios/patients/med_events.csv"

/* How two columns are compared. */
typedef enum { AS_TEXT, AS_NUMBER, AS_WHOLE, AS_FLAG } how_t;

typedef struct {
    const char *got, *want;
    how_t how;
} pair_t;

static bool
is_same(double got, double want)
{
    return (isnan(got) && isnan(want)) || fabs(got - want) <= TOLERANCE;
}

static bool
cells_agree(const twp_csv_t *got, const twp_csv_t *want, int64_t i, const pair_t *pair)
{
    const char *const text = cohort_text(want, i, pair->want);

    switch (pair->how) {
    case AS_TEXT: return strcmp(cohort_text(got, i, pair->got), text) == 0;
    case AS_FLAG: return (cohort_number(got, i, pair->got) == 1) == (strcmp(text, "TRUE") == 0);
    case AS_WHOLE:
        return is_same(trunc(cohort_number(got, i, pair->got)), cohort_number(want, i, pair->want));
    case AS_NUMBER: break;
    }
    return is_same(cohort_number(got, i, pair->got), cohort_number(want, i, pair->want));
}

/* Cells that differ between rows of the file with these settings and a table; -1: other rows. */
static int
n_differing(const char *file, const char *const *settings, const char *table, const pair_t *pair,
    int n_pairs)
{
    char *const path = testlib_source_path(file), *const wanted = testlib_source_path(table);
    twp_csv_t got, want;
    int n = 0;

    cohort_rows(path, settings, &got);
    cohort_read_csv(wanted, &want);
    if (got.n_rows != want.n_rows)
        n = -1;
    for (int64_t i = 0; n >= 0 && i < want.n_rows; i++)
        for (int k = 0; k < n_pairs; k++)
            if (!cells_agree(&got, &want, i, &pair[k]) && n++ < 3)
                print_message("row %d, %s: got %s, want %s\n", (int) i + 1, pair[k].got,
                    cohort_text(&got, i, pair[k].got), cohort_text(&want, i, pair[k].want));
    twp_csv_clear(&got);
    twp_csv_clear(&want);
    free(path);
    free(wanted);
    return n;
}

#define COLUMNS "medication=drug", "daily-dose=daily_dose"
#define N_OF(list) ((int) (sizeof(list) / sizeof((list)[0])))

static const pair_t cma_pairs[] = { { "patient", "patient_id", AS_TEXT },
    { "cma1", "CMA1", AS_NUMBER }, { "cma2", "CMA2", AS_NUMBER }, { "cma3", "CMA3", AS_NUMBER },
    { "cma4", "CMA4", AS_NUMBER }, { "cma5", "CMA5", AS_NUMBER }, { "cma6", "CMA6", AS_NUMBER },
    { "cma7", "CMA7", AS_NUMBER }, { "cma8", "CMA8", AS_NUMBER }, { "cma9", "CMA9", AS_NUMBER } };

static int
cma_differing(const char *start, const char *rule)
{
    const char *const settings[] = { COLUMNS, "window-duration=365 days", start, rule, NULL };

    return n_differing(MED_EVENTS, settings, CASE_08 "cma.csv", cma_pairs, N_OF(cma_pairs));
}

static void
test_cma1_to_cma9_of_the_example_data(void **state)
{
    (void) state;
    assert_int_equal(cma_differing("window-start=182 days", NULL), 0);
    assert_int_equal(cma_differing("window-start=26 weeks", NULL), 0);
    assert_true(cma_differing("window-start=183 days", NULL) > 300); /* a day matters */
    assert_true(cma_differing("window-start=182 days", "same-medication-only") > 50);
}

static void
test_gaps_of_each_dispensing_of_the_example_data(void **state)
{
    static const pair_t pairs[] = { { "patient", "patient_id", AS_TEXT },
        { "date", "date", AS_TEXT }, { "medication", "drug", AS_TEXT },
        { "daily_dose", "daily_dose", AS_NUMBER }, { "supply_days", "duration_days", AS_NUMBER },
        { "interval_days", "event_interval", AS_NUMBER }, { "gap_days", "gap_days", AS_NUMBER },
        { "carried_days", "carry_over_from_before", AS_NUMBER },
        { "is_before_window", "event_starts_before_ow", AS_FLAG },
        { "is_after_window", "event_starts_after_ow", AS_FLAG } };
    const char *const settings[] = { COLUMNS, "window-start=182", "window-duration=365 days",
        "per=event", NULL };
    const char *const within[] = { COLUMNS, "window-start=182", "window-duration=365 days",
        "per=event", "carry-over=within", NULL };

    (void) state;
    assert_int_equal(
        n_differing(MED_EVENTS, settings, CASE_08 "event_gaps_cma7.csv", pairs, N_OF(pairs)), 0);
    assert_true(
        n_differing(MED_EVENTS, within, CASE_08 "event_gaps_cma7.csv", pairs, N_OF(pairs)) > 100);
}

static const pair_t episode_pairs[] = { { "patient", "patient_id", AS_TEXT },
    { "episode", "episode", AS_TEXT }, { "episode_start", "episode_start", AS_TEXT },
    { "episode_end", "episode_end", AS_TEXT },
    { "episode_days", "episode_duration_days", AS_NUMBER },
    { "end_gap_days", "end_episode_gap_days", AS_WHOLE } };

static int
episodes_differing(const char *gap, const char *change, const char *table)
{
    const char *const settings[] = { COLUMNS, "per=episode", "measure=cma0", "same-medication-only",
        "dose-change", gap, change, NULL };

    return n_differing(MED_EVENTS, settings, table, episode_pairs, N_OF(episode_pairs));
}

static void
test_treatment_episodes_of_the_example_data(void **state)
{
    const char *const plain = CASE_08 "episodes_gap180_nodrugchange.csv";

    (void) state;
    assert_int_equal(episodes_differing("permissible-gap=180 days", NULL, plain), 0);
    assert_int_equal(episodes_differing("permissible-gap=6 months", NULL, plain), 0); /* of 30 */
    assert_int_equal(episodes_differing("permissible-gap=180", "medication-episodes",
                         CASE_08 "episodes_gap180_drugchange.csv"),
        0);
    assert_int_not_equal(episodes_differing("permissible-gap=160", NULL, plain), 0);
}

static void
test_sliding_windows_of_the_example_data(void **state)
{
    static const pair_t pairs[] = { { "patient", "patient_id", AS_TEXT },
        { "window", "window", AS_TEXT }, { "window_start", "window_start", AS_TEXT },
        { "window_end", "window_end", AS_TEXT }, { "cma9", "CMA", AS_NUMBER } };
    const char *const table = CASE_08 "sliding_cma9_120_30.csv";
    const char *const settings[] = { COLUMNS, "per=window", "measure=cma9", "sliding-length=120",
        "sliding-step=30 days", NULL };
    const char *const slipped[] = { COLUMNS, "per=window", "measure=cma9", "sliding-length=119",
        "sliding-step=30 days", NULL };
    /* (730 - 120) / 30 + 1 = 21.3: 21 windows, which 21 spread evenly would not be */
    const char *const spread[] = { COLUMNS, "per=window", "measure=cma9", "sliding-length=120",
        "sliding-number=21", NULL };

    (void) state;
    assert_int_equal(n_differing(MED_EVENTS, settings, table, pairs, N_OF(pairs)), 0);
    assert_int_not_equal(n_differing(MED_EVENTS, slipped, table, pairs, N_OF(pairs)), 0);
    assert_true(n_differing(MED_EVENTS, spread, table, pairs, N_OF(pairs)) > 1000);
}

static void
test_cma9_per_episode_of_the_example_data(void **state)
{
    static const pair_t pairs[] = { { "patient", "patient_id", AS_TEXT },
        { "episode", "episode", AS_TEXT }, { "window_start", "episode_start", AS_TEXT },
        { "window_end", "episode_end", AS_TEXT },
        { "episode_days", "episode_duration_days", AS_NUMBER },
        { "end_gap_days", "end_episode_gap_days", AS_WHOLE }, { "cma9", "CMA", AS_NUMBER } };
    const char *const table = CASE_08 "per_episode_cma9.csv";
    const char *const settings[] = { COLUMNS, "per=episode", "measure=cma9",
        "permissible-gap=180 days", "medication-episodes", NULL };
    const char *const slipped[] = { COLUMNS, "per=episode", "measure=cma9",
        "permissible-gap=180 days", "medication-episodes", "dose-change", NULL };

    (void) state;
    assert_int_equal(n_differing(MED_EVENTS, settings, table, pairs, N_OF(pairs)), 0);
    assert_int_not_equal(n_differing(MED_EVENTS, slipped, table, pairs, N_OF(pairs)), 0);
}

/* Means, counts of NA and of values at or above 0.8: rows 1 to 27 of expected.csv. */
static void
test_figures_over_the_patients_of_the_example_data(void **state)
{
    const char *const settings[] = { COLUMNS, "window-start=182", "window-duration=365",
        "measure=cma1,cma2,cma3,cma4,cma5,cma6,cma7,cma8,cma9", NULL };
    char *const path = testlib_source_path(MED_EVENTS);
    char *const table = testlib_source_path(CASE_08 "expected.csv");
    twp_cohort_t *const cohort = cohort_read(path, settings);
    const twp_cohort_summary_t *const summary = twp_cohort_summary(cohort);
    twp_csv_t want;

    (void) state;
    cohort_read_csv(table, &want);
    assert_int_equal(summary->n_figures, 9);
    for (int k = 0; k < 9; k++) {
        const twp_cohort_figure_t *const figure = &summary->figure[k];

        assert_contains(cohort_text(&want, 3 * k, "quantity"), "mean over patients");
        assert_near(figure->mean, cohort_number(&want, 3 * k, "value"), TOLERANCE);
        assert_near((double) figure->n_missing, cohort_number(&want, 3 * k + 1, "value"), 0);
        assert_near((double) figure->n_above, cohort_number(&want, 3 * k + 2, "value"), 0);
    }
    twp_csv_clear(&want);
    twp_cohort_free(cohort);
    free(path);
    free(table);
}

/* Rows 28 to 34 of expected.csv: figures printed in the package's overview, 7 digits. */
static void
test_figures_printed_in_the_overview_of_the_package(void **state)
{
    static const struct {
        const char *patient;
        int i_episode; /* 0: CMA1 of the patient */
    } rows[] = { { "37", 0 }, { "76", 0 }, { "37", 1 }, { "37", 2 }, { "76", 1 }, { "76", 2 },
        { "76", 3 } };
    const char *const one[] = { COLUMNS, "window-start=182", "window-duration=365", "measure=cma1",
        NULL };
    const char *const two[] = { COLUMNS, "per=episode", "measure=cma9", "permissible-gap=180",
        "medication-episodes", NULL };
    char *const path = testlib_source_path(MED_EVENTS);
    char *const table = testlib_source_path(CASE_08 "expected.csv");
    twp_csv_t patients, episodes, want;

    (void) state;
    cohort_read_csv(table, &want);
    cohort_rows(path, one, &patients);
    cohort_rows(path, two, &episodes);
    for (int k = 0; k < N_OF(rows); k++) {
        const twp_csv_t *const csv = rows[k].i_episode == 0 ? &patients : &episodes;
        int64_t i = 0;

        while (strcmp(cohort_text(csv, i, "patient"), rows[k].patient) != 0)
            i++;
        i += rows[k].i_episode > 0 ? rows[k].i_episode - 1 : 0;
        assert_near(cohort_number(csv, i, rows[k].i_episode == 0 ? "cma1" : "cma9"),
            cohort_number(&want, 27 + k, "value"), cohort_number(&want, 27 + k, "abs_tol"));
    }
    assert_int_equal(want.n_rows, 27 + N_OF(rows));
    twp_csv_clear(&patients);
    twp_csv_clear(&episodes);
    twp_csv_clear(&want);
    free(path);
    free(table);
}

/* ---- case 22 ---------------------------------------------------------------------------------- */

/* Values of a set that differ; counts those compared. */
static int
generated_differing(const char *set, const char *const *settings, int *n_compared)
{
    char *const path = testlib_source_path(CASE_22 "events.csv");
    char *const table = testlib_source_path(CASE_22 "cma.csv");
    twp_csv_t got, want;
    int n = 0;

    cohort_rows(path, settings, &got);
    cohort_read_csv(table, &want);
    *n_compared = 0;
    for (int64_t i = 0; i < want.n_rows; i++) {
        const char *const patient = cohort_text(&want, i, "patient");
        char measure[8] = "cma";

        if (strcmp(cohort_text(&want, i, "set"), set) != 0)
            continue;
        measure[3] = cohort_text(&want, i, "measure")[3];
        assert_string_equal(cohort_text(&got, atoi(patient) - 1, "patient"), patient);
        n += !is_same(
            cohort_number(&got, atoi(patient) - 1, measure), cohort_number(&want, i, "value"));
        ++*n_compared;
    }
    twp_csv_clear(&got);
    twp_csv_clear(&want);
    free(path);
    free(table);
    return n;
}

#define GENERATED                                                                                  \
    "id=PATIENT_ID", "date=DATE", "duration=DURATION", "daily-dose=PERDAY", "medication=CATEGORY", \
        "window-duration=365 days"

static void
test_cma1_to_cma9_of_generated_histories(void **state)
{
    const char *const s1[] = { GENERATED, "window-start=182 days", NULL };
    const char *const s2[] = { GENERATED, "window-start=182 days", "same-medication-only",
        "dose-change", NULL };
    const char *const s3[] = { GENERATED, "followup-duration=365 days", "dose-change", NULL };
    int n;

    (void) state;
    assert_int_equal(generated_differing("s1", s1, &n), 0);
    assert_int_equal(n, 2250);
    assert_int_equal(generated_differing("s2", s2, &n), 0);
    assert_int_equal(generated_differing("s3", s3, &n), 0);
    assert_true(generated_differing("s1", s2, &n) > 100);
    assert_true(generated_differing("s2", s1, &n) > 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cma1_to_cma9_of_the_example_data),
        cmocka_unit_test(test_gaps_of_each_dispensing_of_the_example_data),
        cmocka_unit_test(test_treatment_episodes_of_the_example_data),
        cmocka_unit_test(test_sliding_windows_of_the_example_data),
        cmocka_unit_test(test_cma9_per_episode_of_the_example_data),
        cmocka_unit_test(test_figures_over_the_patients_of_the_example_data),
        cmocka_unit_test(test_figures_printed_in_the_overview_of_the_package),
        cmocka_unit_test(test_cma1_to_cma9_of_generated_histories),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
