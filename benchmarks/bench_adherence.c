/*
 * Adherence of a file of a million dispensings, on one core: all of it, its parts, and the floor, which is
 * reading the CSV alone. The file is made here, the same each time, in the temporary folder.
 */
#include "bench.h"

#include "document/document.h"
#include "measure/adherence_cma.h"
#include "measure/dispensings.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define N_DISPENSINGS 1000000
#define N_REPEATS 9
#define MOST_OF_A_PATIENT 16

static uint64_t
next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* 4 to 15 dispensings a patient, 15 to 89 days apart; months of 28 days keep the dates simple. */
static bool
write_file(const char *path)
{
    FILE *const file = fopen(path, "w");
    uint64_t seed = 20240917;
    int n = 0;

    if (file == NULL)
        return false;
    (void) fputs("patient_id,date,duration_days,daily_dose,drug\n", file);
    for (int patient = 1; n < N_DISPENSINGS; patient++) {
        const int n_of = 4 + (int) (next(&seed) % 12);
        int day = (int) (next(&seed) % 1000);

        for (int k = 0; k < n_of && n < N_DISPENSINGS; k++, n++) {
            (void) fprintf(file, "%d,%04d-%02d-%02d,%d,%d,%c\n", patient, 2015 + day / 336,
                1 + day % 336 / 28, 1 + day % 28, (int) (28 + next(&seed) % 3 * 31),
                (int) (1 + next(&seed) % 2), (char) ('A' + next(&seed) % 2));
            day += 15 + (int) (next(&seed) % 75);
        }
    }
    return fclose(file) == 0;
}

static double
bench_csv(const char *path)
{
    bench_t bench = bench_start(
        "adherence", "read the CSV alone", "event", N_DISPENSINGS, N_REPEATS);

    while (bench_goes_on(&bench)) {
        twp_findings_t findings;
        twp_csv_t csv;

        if (twp_findings_init(&findings, NULL) != TWP_OK ||
            twp_csv_read(&csv, path, path, &findings, NULL) != TWP_OK)
            exit(1);
        bench_use(csv.text);
        twp_csv_clear(&csv);
        twp_findings_clear(&findings);
    }
    bench_print(&bench);
    return bench_cpu_ns(&bench);
}

/* Reads, checks and groups; leaves the dispensings of the last repeat. */
static double
bench_reading(const char *path, twp_dispensings_t *dispensings)
{
    const twp_dispensings_columns_t columns = { "patient_id", "date", "duration_days", "daily_dose",
        "drug", "%Y-%m-%d" };
    bench_t bench = bench_start(
        "adherence", "read, check, group by patient", "event", N_DISPENSINGS, N_REPEATS);

    *dispensings = (twp_dispensings_t){ 0 };
    while (bench_goes_on(&bench)) {
        twp_findings_t findings;

        twp_dispensings_clear(dispensings);
        if (twp_findings_init(&findings, NULL) != TWP_OK ||
            twp_dispensings_read(dispensings, path, &columns, &findings, NULL) != TWP_OK)
            exit(1);
        twp_findings_clear(&findings);
    }
    bench_print(&bench);
    return bench_cpu_ns(&bench);
}

/* CMA1 to CMA9 with both carry-over rules, from memory. */
static void
bench_measures(const twp_dispensings_t *from)
{
    const twp_carry_rules_t rules = { true, true };
    bench_t bench = bench_start("adherence", "CMA1 to CMA9", "event", N_DISPENSINGS, N_REPEATS);

    while (bench_goes_on(&bench))
        for (int64_t p = 0; p < from->n_patients; p++) {
            const twp_dispensing_t *const d = from->dispensing + from->first[p];
            const twp_cma_window_t window = { d->day, d->day + 730, d->day + 182, d->day + 547 };
            twp_cma_gap_t gap[MOST_OF_A_PATIENT];
            double value[TWP_CMA_N];

            twp_cma_values(d, (int) (from->first[p + 1] - from->first[p]), &window, &rules,
                (1U << TWP_CMA_N) - 2, gap, value);
            bench_use(value);
        }
    bench_print(&bench);
}

static double
bench_whole(const char *path, const char *csv_path, const char *name)
{
    const twp_cohort_setting_t setting[] = { { "medication", "drug" },
        { "daily-dose", "daily_dose" }, { "same-medication-only", NULL }, { "dose-change", NULL },
        { "window-start", "182 days" }, { "window-duration", "365 days" } };
    bench_t bench = bench_start("adherence", name, "event", N_DISPENSINGS, N_REPEATS);

    while (bench_goes_on(&bench)) {
        twp_cohort_t *cohort;

        if (twp_cohort_read(path, setting, (int) (sizeof setting / sizeof setting[0]), &cohort,
                NULL) != TWP_OK ||
            (csv_path != NULL && twp_cohort_write_csv(cohort, csv_path, true, NULL) != TWP_OK))
            exit(1);
        bench_use(twp_cohort_summary(cohort));
        twp_cohort_free(cohort);
    }
    bench_print(&bench);
    return bench_cpu_ns(&bench);
}

int
main(void)
{
    const char *const folder = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
    char path[4096], rows[4096];
    twp_dispensings_t dispensings;
    double floor_ns, reading_ns, whole_ns;

    (void) snprintf(path, sizeof path, "%s/twinpath-bench-%ld.csv", folder, (long) getpid());
    (void) snprintf(rows, sizeof rows, "%s/twinpath-bench-%ld-rows.csv", folder, (long) getpid());
    if (!write_file(path)) {
        fprintf(stderr, "cannot write %s\n", path);
        return 1;
    }
    floor_ns = bench_csv(path);
    reading_ns = bench_reading(path, &dispensings);
    bench_measures(&dispensings);
    twp_dispensings_clear(&dispensings);
    whole_ns = bench_whole(path, NULL, "all measures and figures");
    (void) bench_whole(path, rows, "the same and rows as CSV");
    bench_print_value("adherence", "reading over the CSV alone", "ratio", reading_ns / floor_ns);
    bench_print_value(
        "adherence", "all measures and figures over the CSV alone", "ratio", whole_ns / floor_ns);
    (void) unlink(path);
    (void) unlink(rows);
    return 0;
}
