/*
 * Case 09, row by row: the estimators on the exact times of the file, and the program on a study that
 * lives its patients. Each comparison fails when a life is changed.
 */
#include "measure/logrank.h"
#include "measure/survival.h"

#include "cohort.h"

#define CASE_09 "tests/validation/09-survival-estimates/"
#define MAX_ROWS 64

/** One arm over the distinct times of both. */
typedef struct {
    int64_t left[MAX_ROWS][2];
    twp_risk_t risk;
} arm_t;

typedef struct {
    twp_csv_t expected;
    double time[MAX_ROWS];
    int n_rows;
    arm_t arm[2]; /* Maintained, Nonmaintained */
} case_t;

static int
arm_of(const char *group)
{
    return strcmp(group, "Maintained") == 0 ? 0 : 1;
}

static int
compare_times(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/* Sorted times, each once. */
static void
find_times(case_t *one, const twp_csv_t *aml)
{
    double all[MAX_ROWS];

    assert_true(aml->n_rows <= MAX_ROWS);
    for (int64_t i = 0; i < aml->n_rows; i++)
        all[i] = cohort_number(aml, i, "time_weeks");
    qsort(all, (size_t) aml->n_rows, sizeof *all, compare_times);
    for (int64_t i = 0; i < aml->n_rows; i++)
        if (i == 0 || all[i] != all[i - 1])
            one->time[one->n_rows++] = all[i];
}

static int
open_case(void **state)
{
    char *const path = testlib_source_path(CASE_09 "aml.csv");
    char *const wanted = testlib_source_path(CASE_09 "expected.csv");
    case_t *const one = calloc(1, sizeof *one);
    twp_csv_t aml;

    cohort_read_csv(path, &aml);
    cohort_read_csv(wanted, &one->expected);
    find_times(one, &aml);
    for (int64_t i = 0; i < aml.n_rows; i++) {
        arm_t *const arm = &one->arm[arm_of(cohort_text(&aml, i, "group"))];
        int row = 0;
        while (one->time[row] != cohort_number(&aml, i, "time_weeks"))
            row++;
        arm->left[row][cohort_number(&aml, i, "event") == 1 ? 1 : 0]++;
    }
    for (int a = 0; a < 2; a++)
        one->arm[a].risk = (twp_risk_t){
            .n_rows = one->n_rows, .n_kinds = 2, .left = one->arm[a].left[0], .time_days = one->time
        };
    twp_csv_clear(&aml);
    free(path);
    free(wanted);
    *state = one;
    return 0;
}

static int
close_case(void **state)
{
    case_t *const one = *state;

    twp_csv_clear(&one->expected);
    free(one);
    return 0;
}

/* ---- the estimators on exact times ------------------------------------------------------------ */

static int64_t
events_at(const arm_t *arm, const double *time, double at)
{
    int row = 0;

    while (time[row] != at)
        row++;
    return arm->left[row][1];
}

static double
logrank_figure(const case_t *one, const char *quantity, const char *group)
{
    const twp_logrank_t test = twp_logrank(&one->arm[0].risk, &one->arm[1].risk);

    if (strstr(quantity, "chi-square") != NULL)
        return twp_logrank_chi2(&test);
    if (strstr(quantity, "observed") != NULL)
        return arm_of(group) == 0 ? test.observed : test.observed_baseline;
    return arm_of(group) == 0 ? test.expected : test.expected_baseline;
}

static double
figure_of(const case_t *one, const char *quantity, const char *group, double at)
{
    const arm_t *const arm = &one->arm[arm_of(group)];
    double scratch[2 * MAX_ROWS];

    if (strncmp(quantity, "log-rank", 8) == 0)
        return logrank_figure(one, quantity, group);
    if (strncmp(quantity, "median", 6) == 0)
        return twp_survival_quantile(&arm->risk, 0.5);
    if (strncmp(quantity, "restricted", 10) == 0)
        return twp_survival_figure(TWP_SURVIVAL_OF_AREA, &arm->risk, at, scratch).value;
    const twp_survival_t point = twp_survival_at(&arm->risk, at);
    if (strcmp(quantity, "number at risk") == 0)
        return (double) point.at_risk;
    if (strcmp(quantity, "events") == 0)
        return (double) events_at(arm, one->time, at);
    if (strncmp(quantity, "Kaplan", 6) == 0)
        return point.survival;
    return strncmp(quantity, "Greenwood", 9) == 0 ? point.se : point.hazard;
}

/* Some rows have no time. */
static double
time_of(const case_t *one, int64_t i)
{
    return cohort_text(&one->expected, i, "time")[0] == '\0'
        ? NAN
        : cohort_number(&one->expected, i, "time");
}

/* Rows of expected.csv that are missed. */
static int
n_missed(const case_t *one)
{
    int n = 0;

    for (int64_t i = 0; i < one->expected.n_rows; i++) {
        const char *const quantity = cohort_text(&one->expected, i, "quantity");
        const double want = cohort_number(&one->expected, i, "value");
        const double got = figure_of(
            one, quantity, cohort_text(&one->expected, i, "group"), time_of(one, i));

        /* Half of the last of twelve digits, where that is more than the row's own tolerance. */
        n += !(fabs(got - want) <=
            cohort_number(&one->expected, i, "abs_tol") + 5e-12 * fmax(1, fabs(want)));
    }
    return n;
}

static void
test_the_estimators_reproduce_every_row(void **state)
{
    case_t *const one = *state;

    assert_int_equal(one->expected.n_rows, 88);
    assert_int_equal(n_missed(one), 0);
    one->arm[0].left[3][1]++; /* one relapse more */
    assert_true(n_missed(one) > 25);
}

/* Not in the case: R survival 3.5.3, summary(survfit(Surv(time, status) ~ x, aml), rmean = 50)$table,
 * and std.chaz of survfit(..., robust = TRUE, id = ...). */
static void
test_further_errors_are_those_of_r(void **state)
{
    static const double area_se[2] = { 4.6762565168882, 4.1809419810332 };
    static const double hazard_se[4] = { 0.0866784172041, 0.1285034941510, 0.1737383751766,
        0.2183523170916 },
                        at[4] = { 9, 13, 18, 23 };
    case_t *const one = *state;
    double scratch[2 * MAX_ROWS];

    for (int a = 0; a < 2; a++)
        assert_near(twp_survival_figure(TWP_SURVIVAL_OF_AREA, &one->arm[a].risk, 50, scratch).se,
            area_se[a], 1e-12);
    for (int k = 0; k < 4; k++)
        assert_near(twp_survival_at(&one->arm[0].risk, at[k]).hazard_se, hazard_se[k], 1e-12);
}

/* ---- the program ------------------------------------------------------------------------------- */

static twp_summary_t *
run_study(const char *folder)
{
    char *const study = testlib_source_path(CASE_09 "aml.yaml");
    char *const output = testlib_join(folder, "aml.h5");
    twp_summary_t *summary = NULL;
    twp_error_t err = { TWP_OK, "" };

    testlib_expect(testlib_twinpath("run", study, "-o", output, "--threads", "1", "--overwrite"), 0,
        NULL, NULL);
    if (twp_summary_read(output, &summary, &err) != TWP_OK)
        fail_msg("%s", err.message);
    free(output);
    free(study);
    return summary;
}

static const twp_summary_lines_t *
lines_of(const twp_summary_t *summary, const char *name)
{
    for (int i = 0; i < summary->n_curves; i++)
        if (strcmp(summary->curve[i].name, name) == 0)
            return &summary->curve[i].segments;
    fail_msg("no curve %s", name);
    return NULL;
}

static double
row_in(const twp_summary_t *summary, int g, const char *name)
{
    for (int r = 0; r < summary->n_rows; r++)
        if (strcmp(summary->row[r].name, name) == 0)
            return summary->segment[g].estimate[r].mean;
    fail_msg("no %s", name);
    return NAN;
}

/* In days; the grid is of weeks. */
static double
program_figure(const twp_summary_t *summary, const char *quantity, int g, double weeks)
{
    const twp_summary_lines_t *const km = lines_of(summary, "km_km");
    const twp_summary_lines_t *const na = lines_of(summary, "na_na");
    const int i = g * summary->n_curve_times + (weeks > 0 ? (int) weeks : 1);

    if (strncmp(quantity, "median", 6) == 0)
        return km->quantile_days[g * summary->n_quantiles + 2] / 7;
    if (strncmp(quantity, "restricted", 10) == 0)
        return row_in(summary, g, "rmst") / 7;
    if (strcmp(quantity, "number at risk") == 0)
        return km->at_risk[i];
    if (strcmp(quantity, "events") == 0)
        return km->events[i] - km->events[i - 1];
    if (strncmp(quantity, "Kaplan", 6) == 0)
        return km->value[i];
    return strncmp(quantity, "Greenwood", 9) == 0 ? km->se[i] : na->value[i];
}

static void
test_the_program_reports_every_row_by_segment(void **state)
{
    case_t *const one = *state;
    char *const folder = testlib_temporary_folder();
    twp_summary_t *const summary = run_study(folder);
    int n = 0;

    assert_int_equal(summary->n_segments, 2);
    for (int64_t i = 0; i < one->expected.n_rows; i++) {
        const char *const quantity = cohort_text(&one->expected, i, "quantity");
        const int g = arm_of(cohort_text(&one->expected, i, "group"));

        if (strncmp(quantity, "log-rank", 8) == 0)
            continue;
        n++;
        assert_near(program_figure(summary, quantity, g, time_of(one, i)),
            cohort_number(&one->expected, i, "value"), 1e-9);
    }
    assert_int_equal(n, 83);
    twp_summary_free(summary);
    testlib_remove_folder(folder);
}

#define OF_THE_CASE(test) cmocka_unit_test_setup_teardown(test, open_case, close_case)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        OF_THE_CASE(test_the_estimators_reproduce_every_row),
        OF_THE_CASE(test_further_errors_are_those_of_r),
        OF_THE_CASE(test_the_program_reports_every_row_by_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
