/** Columns of adherence rows in figures. */
#ifndef TWP_MEASURE_ADHERENCE_SUMMARY_H
#define TWP_MEASURE_ADHERENCE_SUMMARY_H

#include "measure/adherence_rows.h"

/**
 * Figures of the measures, and of the days of episodes and gaps.
 *
 * @param figure  [TWP_ADHERENCE_COLUMNS_MAX]; *n are filled; text is constant or of rows
 */
TWP_CHECK_RESULT twp_status_t twp_adherence_summarise(const twp_adherence_rows_t *rows,
    const twp_adherence_plan_t *plan, twp_arena_t *arena, twp_cohort_figure_t *figure, int *n,
    twp_error_t *err);

#endif
