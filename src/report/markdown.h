/** The comparison as Markdown, with each measure's definition and what the run was made from. */
#ifndef TWP_REPORT_MARKDOWN_H
#define TWP_REPORT_MARKDOWN_H

#include "report/buffer.h"
#include "report/report.h"

/** Adds the comparison; options may be NULL. */
TWP_CHECK_RESULT twp_status_t twp_report_markdown(const twp_summary_t *summary,
    const twp_report_options_t *options, twp_buffer_t *buffer, twp_error_t *err);

#endif
