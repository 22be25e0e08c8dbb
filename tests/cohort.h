/** Runs of `twinpath adherence` through the library's face, for tests: rows and figures as tables. */
#ifndef COHORT_H
#define COHORT_H

#include "testlib.h"

#include "document/document.h"
#include "twinpath.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COHORT_MAX_SETTINGS 24

/** Settings "name=value" or "name" of a flag, up to NULL. */
static inline int
cohort_settings(const char *const *text, char copy[][256], twp_cohort_setting_t *setting)
{
    int n = 0;

    for (; text[n] != NULL; n++) {
        char *equals;

        assert_true(n < COHORT_MAX_SETTINGS && strlen(text[n]) < 256);
        (void) strcpy(copy[n], text[n]);
        equals = strchr(copy[n], '=');
        if (equals != NULL)
            *equals = '\0';
        setting[n] = (twp_cohort_setting_t){ copy[n], equals != NULL ? equals + 1 : NULL };
    }
    return n;
}

/** Reads a file that must be good; ended by twp_cohort_free(). */
static inline twp_cohort_t *
cohort_read(const char *path, const char *const *text)
{
    char copy[COHORT_MAX_SETTINGS + 1][256];
    twp_cohort_setting_t setting[COHORT_MAX_SETTINGS + 1];
    twp_cohort_t *cohort = NULL;
    twp_error_t err = { TWP_OK, "" };
    const int n = cohort_settings(text, copy, setting);

    if (twp_cohort_read(path, setting, n, &cohort, &err) != TWP_OK) {
        for (int i = 0; cohort != NULL && i < twp_cohort_n_findings(cohort); i++)
            print_error("%s:%d:%d: %s\n", twp_cohort_finding(cohort, i)->file,
                twp_cohort_finding(cohort, i)->line, twp_cohort_finding(cohort, i)->column,
                twp_cohort_finding(cohort, i)->message);
        fail_msg("%s: %s", path, err.message);
    }
    return cohort;
}

static inline void
cohort_read_csv(const char *path, twp_csv_t *csv)
{
    twp_findings_t findings;
    twp_error_t err = { TWP_OK, "" };

    if (twp_findings_init(&findings, &err) != TWP_OK ||
        twp_csv_read(csv, path, path, &findings, &err) != TWP_OK)
        fail_msg("%s: %s", path, err.message);
    twp_findings_clear(&findings);
}

/** The rows as written and read again. */
static inline void
cohort_rows(const char *path, const char *const *text, twp_csv_t *rows)
{
    char *const folder = testlib_temporary_folder(), *const file = testlib_join(folder, "r.csv");
    twp_cohort_t *const cohort = cohort_read(path, text);
    twp_error_t err = { TWP_OK, "" };

    if (twp_cohort_write_csv(cohort, file, false, &err) != TWP_OK)
        fail_msg("%s: %s", file, err.message);
    cohort_read_csv(file, rows);
    twp_cohort_free(cohort);
    free(file);
    testlib_remove_folder(folder);
}

static inline const char *
cohort_text(const twp_csv_t *csv, int64_t i_row, const char *column)
{
    const int i_column = twp_csv_column(csv, column);

    if (i_column < 0)
        fail_msg("%s has no column %s", csv->file, column);
    return twp_csv_text(csv, i_row, i_column);
}

/** NAN for NA. */
static inline double
cohort_number(const twp_csv_t *csv, int64_t i_row, const char *column)
{
    const char *const text = cohort_text(csv, i_row, column);
    double value;

    if (strcmp(text, "NA") == 0)
        return NAN;
    if (!twp_number_read(text, strlen(text), &value))
        fail_msg("%s, row %d, %s: %s is no number", csv->file, (int) i_row + 1, column, text);
    return value;
}

#endif
