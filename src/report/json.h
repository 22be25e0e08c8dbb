/** Everything in a summary, for programs. */
#ifndef TWP_REPORT_JSON_H
#define TWP_REPORT_JSON_H

#include "report/buffer.h"
#include "report/report.h"

/**
 * Adds one JSON object and a line end. Keys stand in a fixed order, numbers read back exactly, what
 * is no number is null. All segments and curves are in it, whatever options->has_segments says;
 * strategies that are not chosen are left out. options may be NULL.
 */
TWP_CHECK_RESULT twp_status_t twp_report_json(const twp_summary_t *summary,
    const twp_report_options_t *options, twp_buffer_t *buffer, twp_error_t *err);

#endif
