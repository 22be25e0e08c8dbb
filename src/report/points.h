/** The points of a sweep as a table: one line a point. */
#ifndef TWP_REPORT_POINTS_H
#define TWP_REPORT_POINTS_H

#include "report/buffer.h"
#include "report/report.h"
#include "vocabulary/columns.h"

/**
 * Adds a header and a line a point (as twp_report_csv() writes numbers): point, the swept numbers by their
 * coordinates' names, each with its unit (gap, gap.unit), for each row shown NAME.unit and for each strategy shown
 * NAME.STRATEGY.mean, .mcse, .low, .high, .n and, but for the baseline, .difference, .difference_se, .difference_low,
 * .difference_high (NAME with its time where it has one: pdc_365d), and the point's status. options may be NULL.
 */
TWP_CHECK_RESULT twp_status_t twp_report_points_csv(const twp_summary_t *summary,
    const twp_report_options_t *options, twp_buffer_t *buffer, twp_error_t *err);

/** What became of a point, from 0: TWP_POINT_DONE, TWP_POINT_FAILED, or TWP_POINT_MISSING. */
twp_point_fate_t twp_report_point_fate(const twp_summary_t *summary, int64_t i_point);
/** Points with that fate. */
int64_t twp_report_n_points(const twp_summary_t *summary, twp_point_fate_t fate);
/** "done", "failed" or "missing". */
const char *twp_report_point_status(const twp_summary_t *summary, int64_t i_point);

/** Estimate and (not of the baseline: else NULL) contrast of a row at a point, from 0. */
const twp_summary_estimate_t *twp_report_point_estimate(
    const twp_summary_t *summary, int64_t i_point, int i_row, int i_strategy);
const twp_summary_contrast_t *twp_report_point_contrast(
    const twp_summary_t *summary, int64_t i_point, int i_row, int i_strategy);

#endif
