/** What a run holds. Private to the library's face: twinpath_run.c, twinpath_sets.c. */
#ifndef TWP_TWINPATH_RUN_H
#define TWP_TWINPATH_RUN_H

#include "engine/run.h"
#include "measure/sets.h"
#include "measure/sums.h"
#include "results/fill.h"
#include "twinpath_study.h"

typedef struct {
    twp_study_t *study;
    const twp_run_settings_t *settings;
    int n_models;
    const twp_model_t **model;       /* [n_models] */
    const twp_study_typed_t **typed; /* [n_models] */
    twp_draw_plan_t **draw;          /* [n_models] */
    twp_outcome_counts_t *counts;    /* [n_models] */
    twp_population_t *population;
    twp_outcome_plan_t *plan;
    twp_figures_t *figures;
    twp_sums_t *sums;
    twp_recorder_plan_t *recorder;
    twp_fill_run_t fill_run;
    twp_fill_t *fill;
    int64_t n_done;
    int64_t n_parameter_sets; /* 0: the values as written */
    bool are_twins_same;
} twp_run_t;

/** Writes all but rows and publishes the file; n_done and counts are final. */
TWP_CHECK_RESULT twp_status_t twp_run_publish(twp_run_t *run, const twp_progress_t *done,
    int64_t started, bool is_partial, twp_run_report_t *report, twp_error_t *err);

/** Lives every parameter set and writes the file (twinpath_sets.c). */
TWP_CHECK_RESULT twp_status_t twp_run_sets(
    twp_run_t *run, twp_run_report_t *report, twp_error_t *err);

/** Upper bound of the memory that sets take beyond that of one run. */
double twp_run_sets_bytes(const twp_run_t *run, int64_t n_twins);

#endif
