/** What stands behind a twp_cohort_t. */
#ifndef TWP_TWINPATH_COHORT_H
#define TWP_TWINPATH_COHORT_H

#include "measure/adherence_rows.h"

struct twp_cohort {
    twp_arena_t *arena;
    twp_findings_t findings;
    twp_adherence_plan_t plan;
    twp_dispensings_t dispensings;
    twp_adherence_rows_t rows;
    twp_cohort_figure_t figure[TWP_ADHERENCE_COLUMNS_MAX];
    twp_cohort_summary_t summary;
    int64_t started; /* seconds since 1970 */
    bool is_whole;
};

#endif
