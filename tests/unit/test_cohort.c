/* A file of dispensings through the library's face: what it reads, refuses, counts and writes. */
#include "cohort.h"

#include "results/layout_check.h"
#include "results/reader.h"

#include <stdio.h>

#define NO_SETTINGS       \
    (const char *const[]) \
    {                     \
        NULL              \
    }

static char *
write_file(const char *folder, const char *text)
{
    char *const path = testlib_join(folder, "fills.csv");

    testlib_write_text(path, text);
    return path;
}

/* ---- rows ------------------------------------------------------------------------------------- */

/* Rows of one patient lie apart, out of order, and two on one day. */
static void
test_rows_go_to_their_patients_by_day_and_row(void **state)
{
    char *const path = write_file(*state,
        "date,who,supply\n"
        "2021-01-31,10,30\n"
        "2021-01-01,9,7\n"
        "2021-01-01,10,20\n"
        "2021-01-31,10,10.5\n"
        "2021-01-10,9,8\n");
    const char *const settings[] = { "id=who", "duration=supply", "per=event",
        "followup-duration=100", NULL };
    static const char *const want[][3] = { { "9", "2021-01-01", "7" }, { "9", "2021-01-10", "8" },
        { "10", "2021-01-01", "20" }, { "10", "2021-01-31", "30" },
        { "10", "2021-01-31", "10.5" } };
    twp_csv_t rows;

    cohort_rows(path, settings, &rows);
    assert_int_equal(rows.n_rows, 5);
    for (int i = 0; i < 5; i++) { /* 9 before 10: numbers */
        assert_string_equal(cohort_text(&rows, i, "patient"), want[i][0]);
        assert_string_equal(cohort_text(&rows, i, "date"), want[i][1]);
        assert_string_equal(cohort_text(&rows, i, "supply_days"), want[i][2]);
    }
    assert_near(cohort_number(&rows, 2, "gap_days"), 10, 0); /* to the next, on day 30 */
    assert_near(cohort_number(&rows, 3, "interval_days"), 0, 0);
    assert_near(cohort_number(&rows, 4, "carried_days"), 30, 0);
    assert_near(cohort_number(&rows, 4, "gap_days"), 100 - 30 - 40.5, 0);
    twp_csv_clear(&rows);
    free(path);
}

static void
test_ids_that_are_no_numbers_go_by_their_text(void **state)
{
    char *const path = write_file(*state,
        "patient_id,date,duration_days\n"
        "b,2021-01-01,30\n\"a, \"\"x\"\"\",2021-01-01,30\n010,2021-01-01,30\n9,2021-01-01,30\n");
    twp_csv_t rows;

    cohort_rows(path, NO_SETTINGS, &rows);
    assert_string_equal(cohort_text(&rows, 0, "patient"), "010");
    assert_string_equal(cohort_text(&rows, 1, "patient"), "9");
    assert_string_equal(cohort_text(&rows, 2, "patient"), "a, \"x\"");
    assert_string_equal(cohort_text(&rows, 3, "patient"), "b");
    twp_csv_clear(&rows);
    free(path);
}

/* ---- windows ---------------------------------------------------------------------------------- */

static const char two_patients[] = "patient_id,date,duration_days,enrolled,days,late\n"
                                   "1,2021-01-31,30,2021-02-10,100,10\n"
                                   "1,2021-03-01,30,2021-02-10,100,10\n"
                                   "2,2020-02-29,30,2020-02-29,50,0\n";

static void
check_windows(const char *path, const char *const *settings, const char *const want[2][4])
{
    static const char *const column[] = { "followup_start", "followup_end", "window_start",
        "window_end" };
    twp_csv_t rows;

    cohort_rows(path, settings, &rows);
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 4; k++)
            assert_string_equal(cohort_text(&rows, i, column[k]), want[i][k]);
    twp_csv_clear(&rows);
}

static void
test_windows_are_spans_dates_or_columns(void **state)
{
    char *const path = write_file(*state, two_patients);

    check_windows(path, NO_SETTINGS,
        (const char *const[2][4]){ { "2021-01-31", "2023-01-31", "2021-01-31", "2023-01-31" },
            { "2020-02-29", "2022-02-28", "2020-02-29", "2022-02-28" } });
    /* A month after 31 January, a year after 29 February: the first of March. */
    check_windows(path,
        (const char *const[]){
            "followup-duration=1 year", "window-start=1 month", "window-duration=8 weeks", NULL },
        (const char *const[2][4]){ { "2021-01-31", "2022-01-31", "2021-03-01", "2021-04-26" },
            { "2020-02-29", "2021-03-01", "2020-03-29", "2020-05-24" } });
    check_windows(path,
        (const char *const[]){ "followup-start=enrolled", "followup-duration=days weeks",
            "window-start=late", "window-duration=days", NULL },
        (const char *const[2][4]){ { "2021-02-10", "2023-01-11", "2021-02-20", "2021-05-31" },
            { "2020-02-29", "2021-02-13", "2020-02-29", "2020-04-19" } });
    check_windows(path,
        (const char *const[]){ "followup-start=2020-01-01", "followup-duration=3 years",
            "window-start=2021-02-01", "window-duration=2.5 days", NULL },
        (const char *const[2][4]){ { "2020-01-01", "2023-01-01", "2021-02-01", "2021-02-03" },
            { "2020-01-01", "2023-01-01", "2021-02-01", "2021-02-03" } });
    free(path);
}

/* Day 0 and 29, 30 days each: 59 covered of a follow-up of 100 that starts on day 10. */
static void
test_what_lies_before_the_follow_up_does_not_count(void **state)
{
    char *const path = write_file(*state, two_patients);
    const char *const settings[] = { "followup-start=enrolled", "followup-duration=100",
        "measure=cma7,pdc", NULL };
    twp_csv_t rows;

    cohort_rows(path, settings, &rows);
    assert_near(cohort_number(&rows, 0, "n_dispensings"), 2, 0);
    assert_near(cohort_number(&rows, 0, "n_in_followup"), 1, 0);
    assert_near(cohort_number(&rows, 0, "cma7"), 0.30, 1e-15);
    assert_near(cohort_number(&rows, 0, "pdc"), 30.0 / 81, 1e-15); /* from 1 March */
    assert_near(cohort_number(&rows, 1, "cma7"), 0.30, 1e-15);
    twp_csv_clear(&rows);
    free(path);
}

/* ---- persistence ------------------------------------------------------------------------------ */

/* Patient 1: gap from day 60 on, longer than 60 days; 2: covered to day 150; 3: followed to day 150. */
static void
test_persistence_needs_time_and_no_long_gap_before_it(void **state)
{
    char *const path = write_file(*state,
        "patient_id,date,duration_days,days\n"
        "1,2021-01-01,30,300\n1,2021-01-31,30,300\n1,2021-10-01,30,300\n"
        "2,2021-01-01,150,300\n"
        "3,2021-01-01,30,150\n");
    const char *const settings[] = { "followup-duration=days", "at=60,61 days", "at=100",
        "measure=persistence", NULL };
    static const double want[3][3] = { { 1, 0, 0 }, { 1, 1, 1 }, { 0, 0, NAN } };
    static const char *const column[] = { "persistence_60d", "persistence_61d",
        "persistence_100d" };
    twp_csv_t rows;

    cohort_rows(path, settings, &rows);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            const double got = cohort_number(&rows, i, column[k]);

            if (!(got == want[i][k] || (isnan(got) && isnan(want[i][k]))))
                fail_msg("patient %d, %s: %g", i + 1, column[k], got);
        }
    twp_csv_clear(&rows);
    free(path);
}

/* ---- figures ---------------------------------------------------------------------------------- */

/* PDC over 10 days: 0.1, 0.25, 0.8, 1, and none for the last (no dispensing in its window). */
static void
test_figures_and_histogram_are_those_of_the_rows(void **state)
{
    char *const path = write_file(*state,
        "patient_id,date,duration_days,start\n"
        "1,2021-01-01,1,0\n2,2021-01-01,2.5,0\n3,2021-01-01,8,0\n4,2021-01-01,90,0\n"
        "5,2021-01-01,5,30\n");
    const char *const settings[] = { "followup-duration=100", "window-start=start",
        "window-duration=10", "measure=pdc,mpr", NULL };
    twp_cohort_t *const cohort = cohort_read(path, settings);
    const twp_cohort_summary_t *const s = twp_cohort_summary(cohort);
    const twp_cohort_figure_t *const pdc = &s->figure[0], *const mpr = &s->figure[1];

    assert_int_equal(s->n_rows, 5);
    assert_int_equal(s->n_figures, 2);
    assert_string_equal(s->rows, "patients");
    assert_string_equal(s->first_date, "2021-01-01");
    assert_int_equal(s->n_beyond_file, 5);
    assert_string_equal(pdc->name, "pdc");
    assert_int_equal(pdc->n, 4);
    assert_int_equal(pdc->n_missing, 1);
    assert_near(pdc->mean, (0.1 + 0.25 + 0.8 + 1) / 4, 1e-15);
    assert_near(pdc->sd, 0.43084219849035216, 1e-15); /* R: sd(c(0.1, 0.25, 0.8, 1)) */
    assert_near(pdc->quartile[0], 0.2125, 1e-15);     /* R: quantile(..., 0.25) */
    assert_near(pdc->quartile[1], 0.525, 1e-15);
    assert_near(pdc->quartile[2], 0.85, 1e-15);
    assert_near(pdc->least, 0.1, 0);
    assert_near(pdc->most, 1, 0);
    assert_near(pdc->high - pdc->mean, 1.959963984540054 * pdc->sd / 2, 1e-15);
    assert_int_equal(pdc->n_above, 2); /* 0.8 is at the threshold */
    for (int k = 0; k < TWP_COHORT_BINS; k++)
        assert_int_equal(pdc->bin[k], k == 1 || k == 2 || k == 8 || k == 10);
    assert_near(mpr->most, 9, 0);
    assert_int_equal(mpr->bin[TWP_COHORT_BINS - 1], 1);
    twp_cohort_free(cohort);
    free(path);
}

/* ---- findings --------------------------------------------------------------------------------- */

/* Reads a file with findings and prints them as "file:line:column: message [found] [nearest]\n". */
static char *
find_faults(const char *path, const char *const *text)
{
    char copy[COHORT_MAX_SETTINGS + 1][256];
    twp_cohort_setting_t setting[COHORT_MAX_SETTINGS + 1];
    twp_cohort_t *cohort = NULL;
    twp_error_t err = { TWP_OK, "" };
    char *all = NULL;
    size_t n_bytes;
    FILE *const out = open_memstream(&all, &n_bytes);

    assert_int_equal(
        twp_cohort_read(path, setting, cohort_settings(text, copy, setting), &cohort, &err),
        TWP_ERR_INPUT);
    assert_non_null(cohort);
    assert_null(twp_cohort_summary(cohort));
    assert_true(twp_cohort_n_errors(cohort) > 0);
    for (int i = 0; i < twp_cohort_n_findings(cohort); i++) {
        const twp_finding_t *const f = twp_cohort_finding(cohort, i);
        const char *const slash = strrchr(f->file, '/');

        fprintf(out, "%s:%d:%d: %s [%s] [%s]\n", slash != NULL ? slash + 1 : f->file, f->line,
            f->column, f->message, f->found != NULL ? f->found : "",
            f->nearest != NULL ? f->nearest : "");
    }
    assert_int_equal(twp_cohort_write_csv(cohort, "/nowhere/x", false, &err), TWP_ERR_ARGUMENT);
    assert_int_equal(
        twp_cohort_write_results(cohort, "/nowhere/x", false, NULL, NULL, &err), TWP_ERR_ARGUMENT);
    twp_cohort_free(cohort);
    (void) fclose(out);
    return all;
}

static void
test_all_that_is_wrong_is_told_in_one_pass_with_line_and_column(void **state)
{
    char *const path = write_file(*state,
        "patient_id,date,duration_days,dose\n"
        "1,2021-02-30,30,1\n"
        ",2021-01-01,0,1\n"
        "\"\xc3\xa4\",2021-01-01,-3,x\n"
        "2,2021-01-01,30\n"
        "2,01/02/2021,NA,0\n");
    char *const all = find_faults(path,
        (const char *const[]){ "daily-dose=dose", "measure=cma7,cma77", "per=patint",
            "permissible-gap=long", "treshold=1", NULL });
    static const char *const want[] = {
        "fills.csv:2:3: column date: no such date [2021-02-30] []",
        "fills.csv:3:1: column patient_id: no patient [] []",
        "fills.csv:3:13: column duration_days: days' supply must be a number above 0 [0] []",
        "fills.csv:4:16: column duration_days: days' supply must be a number above 0 [-3] []",
        "fills.csv:4:19: column dose: a daily dose must be a number above 0 [x] []",
        "fills.csv:5:0: the row has another number of cells [3] []",
        "fills.csv:6:3: column date: no such date [01/02/2021] []",
        "fills.csv:6:14: column duration_days: days' supply must be a number above 0 [NA] []",
        "fills.csv:6:17: column dose: a daily dose must be a number above 0 [0] []",
        "--measure:1:1: no such measure [cma77] [cma7]",
        "--per:1:1: no such choice [patint] [patient]",
        "--permissible-gap:1:1: no permissible gap [long] []",
        "--treshold:1:1: there is no such setting [treshold] [threshold]",
    };
    int n_lines = 0;

    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_contains(all, want[i]);
    for (const char *c = all; *c != '\0'; c++)
        n_lines += *c == '\n';
    assert_int_equal(n_lines, sizeof want / sizeof want[0]);
    free(all);
    free(path);
}

/* A file with a fault, what is set, and a part of the finding. */
static const struct {
    const char *text;
    const char *setting[4];
    const char *finding;
} faults[] = {
    { "patient,date,duration_days\n1,2021-01-01,30\n", { NULL },
        "fills.csv:1:1: there is no column patient_id (--id names it) [patient_id] [patient]" },
    { "patient_id,date,duration_days\n", { NULL }, "there is no row below the header" },
    { "", { NULL }, "there is nothing in it" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "date-format=%d-%m" },
        "--date-format:1:1: no format of dates [%d-%m]" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "daily-dose=dos" },
        "there is no column dos (--daily-dose names it)" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "same-medication-only" },
        "--same-medication-only:1:1: needs the column that it looks at" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "dose-episodes" },
        "--dose-episodes:1:1: needs the column that it looks at" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "window-duration=731" },
        "--window-duration:1:1: the window ends after the follow-up [731]" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "window-start=730 days" },
        "--window-start:1:1: the window starts after the follow-up" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "window-start=dat" },
        "--window-start:1:1: cannot be read [dat] [date]" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "followup-duration=0" },
        "--followup-duration:1:1: no such length of time [0]" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "followup-duration=50 percent" },
        "percent are of days' supply" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "followup-start=-1 days" },
        "--followup-start:1:1: no such length of time [-1 days]" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n",
        { "window-start=1 month", "window-duration=23 months", "followup-duration=729 days" },
        "fills.csv:2:1: patient 1: the observation window does not lie within the follow-up" },
    { "patient_id,date,duration_days,d\n1,2021-01-01,30,9\n1,2021-01-05,30,8\n",
        { "followup-duration=d" },
        "fills.csv:2:17: patient 1: the rows have different values [9]" },
    { "patient_id,date,duration_days,d\n1,2021-01-01,30,none\n", { "followup-duration=d" },
        "fills.csv:2:17: patient 1: no start or duration of a window [none]" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "measure=persistence" },
        "--measure:1:1: persistence needs a time" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "at=soon" },
        "--at:1:1: no time to measure at [soon]" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "at=30", "per=window" },
        "--at:1:1: persistence is of patients" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "at=30", "permissible-gap=50%" },
        "persistence needs a permissible gap in days" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n",
        { "per=window", "followup-duration=30 years", "sliding-step=1" },
        "fills.csv:2:1: patient 1: too many sliding windows" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "sliding-length=0 days" },
        "--sliding-length:1:1: no such length of time" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "sliding-number=2.5" },
        "--sliding-number:1:1: no number of windows [2.5]" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "threshold=0" },
        "--threshold:1:1: no threshold [0]" },
    { "patient_id,date,duration_days\n1,2021-01-01,30\n", { "carry-over=inot" },
        "--carry-over:1:1: no such choice [inot] [into]" },
};

static void
test_each_fault_has_its_finding(void **state)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        char *const path = write_file(*state, faults[i].text);
        char *const all = find_faults(path, faults[i].setting);

        assert_contains(all, faults[i].finding);
        free(all);
        free(path);
    }
}

/* 50 of a kind are told, the others counted. */
static void
test_many_findings_of_one_kind_are_counted(void **state)
{
    char text[8192] = "patient_id,date,duration_days\n";
    char *path, *all;

    for (int i = 0; i < 120; i++)
        (void) strcat(text, "1,2021-01-01,zero\n");
    path = write_file(*state, text);
    all = find_faults(path, NO_SETTINGS);
    assert_contains(all, "70 more cells of days' supply are wrong");
    free(all);
    free(path);
}

static void
test_a_file_that_is_not_there_is_told(void **state)
{
    twp_cohort_t *cohort = NULL;
    twp_error_t err = { TWP_OK, "" };

    (void) state;
    assert_int_equal(twp_cohort_read("/nowhere/x.csv", NULL, 0, &cohort, &err), TWP_ERR_IO);
    assert_null(cohort);
    assert_contains(err.message, "/nowhere/x.csv");
    assert_int_equal(twp_cohort_read(NULL, NULL, 0, &cohort, &err), TWP_ERR_ARGUMENT);
    twp_cohort_free(NULL);
}

/* ---- files ------------------------------------------------------------------------------------ */

static void
test_a_results_file_holds_what_the_rows_hold(void **state)
{
    static const char *const per[] = { "per=patient", "per=episode", "per=window", "per=event" };
    char *const data = testlib_source_path("scenarios/patients/med_events.csv");

    for (size_t i = 0; i < 4; i++) {
        const char *const settings[] = { per[i], "medication=drug", "daily-dose=daily_dose",
            "window-start=100", "sliding-step=300", NULL };
        char *const path = testlib_join(*state, per[i]);
        twp_cohort_t *const cohort = cohort_read(data, settings);
        twp_error_t err = { TWP_OK, "" };
        char digest[65], again[65];
        double *values = NULL;
        twp_reader_t *reader;
        twp_csv_t rows;
        size_t n = 0;

        if (twp_cohort_write_results(cohort, path, false, "twinpath", digest, &err) != TWP_OK ||
            twp_results_check_layout(path, &err) != TWP_OK)
            fail_msg("%s: %s", per[i], err.message);
        /* The same content again is success; another is not, unless it may be replaced. */
        assert_int_equal(twp_cohort_write_results(cohort, path, false, NULL, again, &err), TWP_OK);
        assert_string_equal(digest, again);
        cohort_rows(data, settings, &rows);
        assert_int_equal(twp_reader_open(path, &reader, &err), TWP_OK);
        assert_int_equal(twp_reader_read_float64(reader,
                             i == 3 ? "adherence/gap_days" : "adherence/cma9", &values, &n, &err),
            TWP_OK);
        assert_int_equal(n, rows.n_rows);
        for (size_t k = 0; k < n; k++) {
            const double want = cohort_number(&rows, (int64_t) k, i == 3 ? "gap_days" : "cma9");
            assert_true(values[k] == want || (isnan(values[k]) && isnan(want)));
        }
        free(values);
        twp_reader_close(reader);
        twp_csv_clear(&rows);
        twp_cohort_free(cohort);
        free(path);
    }
    free(data);
}

static void
test_a_file_that_is_there_is_not_replaced_unasked(void **state)
{
    char *const path = write_file(*state, two_patients);
    char *const csv = testlib_join(*state, "rows.csv"), *const h5 = testlib_join(*state, "rows.h5");
    twp_cohort_t *const one = cohort_read(path, NO_SETTINGS);
    twp_cohort_t *const other = cohort_read(
        path, (const char *const[]){ "followup-duration=100", NULL });
    twp_error_t err = { TWP_OK, "" };
    char *before, *after;

    assert_int_equal(twp_cohort_write_csv(one, csv, false, &err), TWP_OK);
    assert_int_equal(twp_cohort_write_results(one, h5, false, NULL, NULL, &err), TWP_OK);
    before = testlib_read_file(csv, NULL);
    assert_int_equal(twp_cohort_write_csv(other, csv, false, &err), TWP_ERR_EXISTS);
    assert_int_equal(twp_cohort_write_results(other, h5, false, NULL, NULL, &err), TWP_ERR_EXISTS);
    after = testlib_read_file(csv, NULL);
    assert_string_equal(before, after);
    free(after);
    assert_int_equal(twp_cohort_write_csv(other, csv, true, &err), TWP_OK);
    assert_int_equal(twp_cohort_write_results(other, h5, true, NULL, NULL, &err), TWP_OK);
    after = testlib_read_file(csv, NULL);
    assert_string_not_equal(before, after);
    assert_int_equal(twp_cohort_write_csv(one, "/nowhere/rows.csv", false, &err), TWP_ERR_IO);
    twp_cohort_free(one);
    twp_cohort_free(other);
    free(before);
    free(after);
    free(path);
    free(csv);
    free(h5);
}

/* The summary of strategies cannot come from such a file, and says so. */
static void
test_a_file_of_adherence_is_no_file_of_a_run(void **state)
{
    char *const path = write_file(*state, two_patients), *const h5 = testlib_join(*state, "a.h5");
    twp_cohort_t *const cohort = cohort_read(path, NO_SETTINGS);
    twp_summary_t *summary = NULL;
    twp_error_t err = { TWP_OK, "" };

    assert_int_equal(twp_cohort_write_results(cohort, h5, false, NULL, NULL, &err), TWP_OK);
    assert_int_equal(twp_summary_read(h5, &summary, &err), TWP_ERR_FORMAT);
    assert_contains(err.message, "adherence");
    twp_cohort_free(cohort);
    free(path);
    free(h5);
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_rows_go_to_their_patients_by_day_and_row),
        IN_FOLDER(test_ids_that_are_no_numbers_go_by_their_text),
        IN_FOLDER(test_windows_are_spans_dates_or_columns),
        IN_FOLDER(test_what_lies_before_the_follow_up_does_not_count),
        IN_FOLDER(test_persistence_needs_time_and_no_long_gap_before_it),
        IN_FOLDER(test_figures_and_histogram_are_those_of_the_rows),
        IN_FOLDER(test_all_that_is_wrong_is_told_in_one_pass_with_line_and_column),
        IN_FOLDER(test_each_fault_has_its_finding),
        IN_FOLDER(test_many_findings_of_one_kind_are_counted),
        cmocka_unit_test(test_a_file_that_is_not_there_is_told),
        IN_FOLDER(test_a_results_file_holds_what_the_rows_hold),
        IN_FOLDER(test_a_file_that_is_there_is_not_replaced_unasked),
        IN_FOLDER(test_a_file_of_adherence_is_no_file_of_a_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
