/** The comparison as text for terminals. */
#ifndef TWP_REPORT_TABLE_H
#define TWP_REPORT_TABLE_H

#include "report/buffer.h"
#include "report/report.h"

/** Adds the comparison, at most options->width columns wide; options may be NULL. */
TWP_CHECK_RESULT twp_status_t twp_report_table(const twp_summary_t *summary,
    const twp_report_options_t *options, twp_buffer_t *buffer, twp_error_t *err);

#endif
