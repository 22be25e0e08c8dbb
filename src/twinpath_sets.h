/** Runs over parameter sets: what is planned, opened and written (twinpath_sets.c), and lived (twinpath_sets_live.c). */
#ifndef TWP_TWINPATH_SETS_H
#define TWP_TWINPATH_SETS_H

#include "engine/parameter_set.h"
#include "engine/progress.h"
#include "twinpath_run.h"

#include <omp.h>

/** What one thread lives sets with. */
typedef struct {
    struct twp_run_sets *sets;
    twp_model_t **model;          /* [n_models] copies of the study's, bound to a set */
    twp_draw_plan_t **draw;       /* [n_models] */
    twp_outcome_counts_t *counts; /* [n_models] of the set under way */
    twp_sums_t *sums;
    double *parameter; /* [largest n_parameters] */
    int64_t i_set;     /* from 0 */
    int64_t n_twins;   /* of the set under way, taken so far */
} twp_run_sets_context_t;

typedef struct twp_run_sets {
    twp_run_t *run;
    twp_sets_t *figures;
    twp_parameter_plan_t **plan; /* [n_models] */
    twp_parameter_plan_t *base_plan;
    double *parameter;               /* [n_sets * n_parameters] of the study itself */
    int n_workers, n_inner;          /* threads over sets, and in each set */
    twp_run_sets_context_t *context; /* [n_workers] */
    double *sum; /* the same twins: [n_models * n_columns * n_twins] over sets, or NULL */
    int32_t *n_counted;
    omp_lock_t lock;  /* of what follows */
    int64_t first;    /* first set to be lived */
    int64_t next;     /* next set to be given out */
    bool is_closed;   /* no more sets */
    bool is_stopping; /* the caller said so */
    int64_t i_merged; /* last set that was added to the whole; -1: none */
    int64_t i_cut;    /* first set that a stop cuts off; n_sets: none */
    int64_t i_failed; /* first set with a fault; n_sets: none */
    twp_status_t status;
    twp_error_t err;
    int64_t n_events, n_twins_done;
    twp_stopwatch_t began;
    double last_report;
} twp_run_sets_t;

/** Sets that are to be lived: all, the first ones, or those of a shard. */
int64_t twp_run_sets_to_live(const twp_run_t *run);

/** Copies of the models and sums of their own for a thread; to be closed even when it fails. */
TWP_CHECK_RESULT twp_status_t twp_run_sets_open_context(
    twp_run_sets_t *sets, twp_run_sets_context_t *context, twp_error_t *err);
void twp_run_sets_close_context(const twp_run_t *run, twp_run_sets_context_t *context);

/** Lives the sets until all are done, one fails or the caller stops. */
TWP_CHECK_RESULT twp_status_t twp_run_sets_live(twp_run_sets_t *sets, twp_error_t *err);

/** How far it is. Under the lock while sets are lived. n_more: twins of sets under way that are done. */
twp_progress_t twp_run_sets_progress(const twp_run_sets_t *sets, int64_t n_more);

#endif
