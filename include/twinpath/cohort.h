/** Adherence of a file of dispensings. */
#ifndef TWINPATH_COHORT_H
#define TWINPATH_COHORT_H

#include "twinpath/base.h"

TWP_BEGIN_C

/** A CSV file of dispensings with what was computed from it. One thread at a time. */
typedef struct twp_cohort twp_cohort_t; /* opaque */

/** A setting by the name of its option: "followup-duration", "1 year". Flags have no value (NULL). */
typedef struct {
    const char *name, *value;
} twp_cohort_setting_t;

/**
 * Reads a file of dispensings and computes adherence measures of each patient, treatment episode,
 * sliding window or dispensing. Settings and definitions: `twinpath adherence --help`.
 *
 * @param setting  [n_settings], may be NULL when n_settings is 0; lists and flags may come twice
 * @param cohort   set whenever there are findings to show, so also with TWP_ERR_INPUT; else NULL.
 *                 Ended by twp_cohort_free().
 * @return TWP_OK, TWP_ERR_INPUT with findings, TWP_ERR_IO, TWP_ERR_LIMIT, TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_cohort_read(const char *path, const twp_cohort_setting_t *setting,
    int n_settings, twp_cohort_t **cohort, twp_error_t *err);
void twp_cohort_free(twp_cohort_t *cohort); /**< NULL is allowed */

/** Findings, as those of a study. */
int twp_cohort_n_findings(const twp_cohort_t *cohort);
const twp_finding_t *twp_cohort_finding(const twp_cohort_t *cohort, int i_finding);
int twp_cohort_n_errors(const twp_cohort_t *cohort);
int twp_cohort_n_dropped(const twp_cohort_t *cohort);

/** A column over the rows that have a value. NAN where there is none. */
typedef struct {
    const char *name;       /**< "cma7", "persistence_365d", "gap_days" */
    const char *unit;       /**< "1" or "d" */
    const char *definition; /**< exact */
    const char *source;
    int64_t n, n_missing;
    double mean, sd;
    double low, high; /**< 95 % interval of the mean; of patients only */
    double least, quartile[3], most;
    int64_t n_above;    /**< at or above the threshold; of measures */
    const int64_t *bin; /**< [TWP_COHORT_BINS] of measures, or NULL */
} twp_cohort_figure_t;

/** [0, 0.1), ... [0.9, 1), 1, above 1; the first also holds what lies below 0. */
#define TWP_COHORT_BINS 12

typedef struct {
    const char *path;
    const char *per;  /**< "patient", "episode", "window" or "event" */
    const char *rows; /**< the same in the plural */
    int64_t n_dispensings, n_patients, n_rows;
    int64_t n_in_followup; /**< dispensings */
    int64_t n_beyond_file; /**< patients whose follow-up ends after the last date of the file */
    char first_date[16], last_date[16];
    double threshold;
    int n_settings; /**< what was set, defaults included */
    const char *const *setting_name, *const *setting_value;
    int n_figures;
    const twp_cohort_figure_t *figure;
} twp_cohort_summary_t;

/** NULL when there are errors. */
const twp_cohort_summary_t *twp_cohort_summary(const twp_cohort_t *cohort);

/**
 * Writes the rows as CSV: whole or not at all. Numbers read back as the same double, dates are
 * YYYY-MM-DD (a part of a day is left out), NA stands where there is no value. TWP_ERR_EXISTS when the
 * file is there and overwrite is false.
 */
TWP_CHECK_RESULT twp_status_t twp_cohort_write_csv(
    const twp_cohort_t *cohort, const char *path, bool overwrite, twp_error_t *err);

/**
 * Writes rows and summary as HDF5: whole or not at all.
 * @param command_line  for /session, or NULL
 * @param digest        receives the content digest, 64 hex digits and a NUL; or NULL
 * TWP_ERR_EXISTS when a file of another content is there and overwrite is false.
 */
TWP_CHECK_RESULT twp_status_t twp_cohort_write_results(const twp_cohort_t *cohort, const char *path,
    bool overwrite, const char *command_line, char digest[65], twp_error_t *err);

TWP_END_C

#endif
