/** Adherence rows and their figures into files that are whole or absent. */
#ifndef TWP_RESULTS_FILL_ADHERENCE_H
#define TWP_RESULTS_FILL_ADHERENCE_H

#include "measure/adherence_rows.h"
#include "results/provenance.h"

/** Borrowed. */
typedef struct {
    const twp_adherence_rows_t *rows;
    const twp_adherence_plan_t *plan;
    const twp_dispensings_t *dispensings;
    const twp_cohort_summary_t *summary;
} twp_fill_adherence_t;

/** Fills /adherence and /cohort and the attributes of the root. The caller closes the writer. */
TWP_CHECK_RESULT twp_status_t twp_fill_adherence(
    twp_results_writer_t *writer, const twp_fill_adherence_t *fill, twp_error_t *err);

#endif
