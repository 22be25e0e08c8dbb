/** The figures of a summary as a tidy table: one line per measure, time, segment and strategy. */
#ifndef TWP_REPORT_CSV_H
#define TWP_REPORT_CSV_H

#include "report/buffer.h"
#include "report/report.h"

/**
 * Adds the lines, a header first (RFC 4180, lines end with LF, numbers read back exactly, nothing
 * where there is no number; the segment is empty for all twins). options may be NULL.
 */
TWP_CHECK_RESULT twp_status_t twp_report_csv(const twp_summary_t *summary,
    const twp_report_options_t *options, twp_buffer_t *buffer, twp_error_t *err);

/** Adds one field, in quotes where it needs them, then a comma or (is_last) a line end. */
void twp_report_csv_field(twp_buffer_t *buffer, const char *text, bool is_last);
/** Adds a number that reads back exactly, nothing for what is not finite, and a comma. */
void twp_report_csv_number(twp_buffer_t *buffer, double value);

#endif
