/** Adherence of a file of dispensings for people and programs. */
#ifndef TWP_REPORT_ADHERENCE_H
#define TWP_REPORT_ADHERENCE_H

#include "measure/adherence_rows.h"
#include "report/buffer.h"

/** Figures and a histogram of the first measure for a terminal of so many columns, or as Markdown. */
TWP_CHECK_RESULT twp_status_t twp_adherence_table(
    const twp_cohort_summary_t *summary, size_t width, twp_buffer_t *buffer, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_adherence_markdown(
    const twp_cohort_summary_t *summary, twp_buffer_t *buffer, twp_error_t *err);

/** All of the summary for programs: the figures as CSV, or all of it as JSON. */
TWP_CHECK_RESULT twp_status_t twp_adherence_csv(
    const twp_cohort_summary_t *summary, twp_buffer_t *buffer, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_adherence_json(
    const twp_cohort_summary_t *summary, twp_buffer_t *buffer, twp_error_t *err);

/** Writes the rows as CSV under path: whole or not at all. */
TWP_CHECK_RESULT twp_status_t twp_adherence_write_rows(const twp_adherence_rows_t *rows,
    const twp_dispensings_t *dispensings, const char *path, bool overwrite, twp_error_t *err);

#endif
