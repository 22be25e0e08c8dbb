/*
 * What holds for every file of dispensings: the order of its rows and the patients beside one change
 * nothing, to the last digit. On one day the order of the file counts, so it is kept.
 */
#include "cohort.h"

#include <stdio.h>

#define N_ROWS 1500
#define N_PATIENTS 80

typedef struct {
    int patient, day, supply, dose;
    char drug;
    uint64_t key;
} row_t;

static uint64_t
next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void
draw_rows(uint64_t seed, row_t *row)
{
    for (int i = 0; i < N_ROWS; i++) {
        row[i].patient = (int) (next(&seed) % N_PATIENTS);
        row[i].day = (int) (next(&seed) % 900);
        row[i].supply = 1 + (int) (next(&seed) % 90);
        row[i].dose = 1 + (int) (next(&seed) % 4);
        row[i].drug = (char) ('a' + next(&seed) % 3);
        row[i].key = next(&seed);
    }
}

static void
write_rows(const char *path, const row_t *row, int n)
{
    FILE *const file = fopen(path, "w");

    assert_non_null(file);
    (void) fputs("patient_id,date,duration_days,dose,drug\n", file);
    for (int i = 0; i < n; i++) /* in a year of 12 months of 28 days */
        (void) fprintf(file, "p%d,%04d-%02d-%02d,%d,%d,%c\n", row[i].patient,
            2021 + row[i].day / 336, 1 + row[i].day % 336 / 28, 1 + row[i].day % 28, row[i].supply,
            row[i].dose, row[i].drug);
    assert_int_equal(fclose(file), 0);
}

static int
compare_keys(const void *a, const void *b)
{
    const row_t *const x = a, *const y = b;

    return (x->key > y->key) - (x->key < y->key);
}

/* Another order in which those of a patient on one day stand as before. */
static void
shuffle(const row_t *row, row_t *shuffled)
{
    memcpy(shuffled, row, N_ROWS * sizeof *row);
    qsort(shuffled, N_ROWS, sizeof *shuffled, compare_keys);
    for (int i = 0; i < N_ROWS; i++) {
        int k = 0; /* the k-th of that patient and day here is the k-th there */

        for (int j = 0; j < i; j++)
            k += shuffled[j].patient == shuffled[i].patient && shuffled[j].day == shuffled[i].day;
        for (int j = 0; j < N_ROWS; j++)
            if (row[j].patient == shuffled[i].patient && row[j].day == shuffled[i].day &&
                k-- == 0) {
                shuffled[i] = row[j];
                break;
            }
    }
}

static const char *const per[] = { "per=patient", "per=episode", "per=window", "per=event" };

/* Rows written with all carry-over rules, per what. */
static char *
rows_of(const char *path, const char *what)
{
    const char *const settings[] = { "medication=drug", "daily-dose=dose", what,
        "same-medication-only", "dose-change", "window-start=90", "permissible-gap=50 percent",
        "medication-episodes", NULL };
    char *const folder = testlib_temporary_folder(), *const file = testlib_join(folder, "r.csv");
    twp_cohort_t *const cohort = cohort_read(path, settings);
    twp_error_t err = { TWP_OK, "" };
    char *text;

    assert_int_equal(twp_cohort_write_csv(cohort, file, false, &err), TWP_OK);
    text = testlib_read_file(file, NULL);
    twp_cohort_free(cohort);
    free(file);
    testlib_remove_folder(folder);
    return text;
}

static void
test_the_order_of_rows_changes_nothing(void **state)
{
    static row_t row[N_ROWS], shuffled[N_ROWS];
    char *const path = testlib_join(*state, "a.csv"), *const other = testlib_join(*state, "b.csv");
    int n_moved = 0;

    draw_rows(20240917, row);
    shuffle(row, shuffled);
    for (int i = 0; i < N_ROWS; i++)
        n_moved += row[i].patient != shuffled[i].patient;
    assert_true(n_moved > N_ROWS / 2);
    write_rows(path, row, N_ROWS);
    write_rows(other, shuffled, N_ROWS);
    for (int k = 0; k < 4; k++) {
        char *const a = rows_of(path, per[k]), *const b = rows_of(other, per[k]);

        assert_true(strlen(a) > 1000);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    free(path);
    free(other);
}

/* Rows of one patient alone are the lines of that patient among all. */
static void
test_the_other_patients_change_nothing(void **state)
{
    static row_t row[N_ROWS], one[N_ROWS];
    char *const path = testlib_join(*state, "a.csv"), *const alone = testlib_join(*state, "b.csv");

    draw_rows(7, row);
    write_rows(path, row, N_ROWS);
    for (int k = 0; k < 4; k++) {
        char *const all = rows_of(path, per[k]);

        for (int p = 0; p < N_PATIENTS; p += 10) {
            char *part, *lines;
            int n = 0;

            for (int i = 0; i < N_ROWS; i++)
                if (row[i].patient == p)
                    one[n++] = row[i];
            assert_true(n > 0);
            write_rows(alone, one, n);
            part = rows_of(alone, per[k]);
            lines = strchr(part, '\n'); /* from the first row on, behind a line end */
            assert_true(strlen(lines) > 10);
            assert_contains(all, lines);
            free(part);
        }
        free(all);
    }
    free(path);
    free(alone);
}

/* ... but on one day it counts, so the property is not empty. */
static void
test_the_order_on_one_day_counts(void **state)
{
    static const row_t up[] = { { 1, 0, 20, 2, 'a', 0 }, { 1, 10, 20, 1, 'a', 0 },
        { 1, 10, 20, 4, 'a', 0 } };
    static const row_t down[] = { { 1, 0, 20, 2, 'a', 0 }, { 1, 10, 20, 4, 'a', 0 },
        { 1, 10, 20, 1, 'a', 0 } };
    char *const path = testlib_join(*state, "a.csv");
    char *a, *b;

    write_rows(path, up, 3);
    a = rows_of(path, "per=patient");
    write_rows(path, down, 3);
    b = rows_of(path, "per=patient");
    assert_string_not_equal(a, b);
    free(a);
    free(b);
    free(path);
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_the_order_of_rows_changes_nothing),
        IN_FOLDER(test_the_other_patients_change_nothing),
        IN_FOLDER(test_the_order_on_one_day_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
