/** What all reports share: what is asked of them, and how they see a summary. */
#ifndef TWP_REPORT_REPORT_H
#define TWP_REPORT_REPORT_H

#include "twinpath.h"

/** What to show. {0} shows all strategies, no segments, at the usual width. */
typedef struct {
    bool has_segments; /**< also the segments of the population */
    const bool
        *is_chosen; /**< [n_strategies] strategies to show, or NULL: all; the baseline always */
    size_t width;   /**< columns of a terminal; 0: 100 */
    const char *const *measure; /**< [n_measures] of a sweep: show these alone; names of columns */
    int n_measures;             /**< 0: all, or as many as a page holds */
} twp_report_options_t;

/** Groups of measures in the order in which reports show them. */
typedef enum {
    TWP_GROUP_ADHERENCE,
    TWP_GROUP_COURSE,
    TWP_GROUP_SUPPORT,
    TWP_GROUP_ECONOMICS,
    TWP_N_GROUPS
} twp_report_group_t;

const char *twp_report_group_title(twp_report_group_t group);

/** Group of a row: by the measure that its column is named after, else by its unit. */
twp_report_group_t twp_report_group(const twp_summary_t *summary, const twp_summary_row_t *row);

/** Is row i_row of a sweep to be shown? */
bool twp_report_shows_row(
    const twp_summary_t *summary, const twp_report_options_t *options, int i_row);

/** Is strategy i_strategy to be shown? */
bool twp_report_shows(const twp_report_options_t *options, int i_strategy);

/** Estimate of a row under a strategy, of all twins (i_segment < 0) or of a segment. */
const twp_summary_estimate_t *twp_report_estimate(
    const twp_summary_t *summary, int i_segment, int i_row, int i_strategy);

/** The Kaplan-Meier curve of a row, or NULL. */
const twp_summary_curve_t *twp_report_curve(
    const twp_summary_t *summary, const twp_summary_row_t *row);

/** Difference from the baseline, likewise; NULL for the baseline itself. */
const twp_summary_contrast_t *twp_report_contrast(
    const twp_summary_t *summary, int i_segment, int i_row, int i_strategy);

#endif
