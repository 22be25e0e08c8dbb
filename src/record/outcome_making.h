/** Private to record/: making a plan (outcome_plan.c) and the columns and curves in it (outcome_columns.c). */
#ifndef TWP_RECORD_OUTCOME_MAKING_H
#define TWP_RECORD_OUTCOME_MAKING_H

#include "record/outcome_tables.h"

/** While a plan is made. Arrays are as long as they can become: one entry a column at most. */
typedef struct {
    const twp_study_typed_t *study;
    const twp_model_t *model;
    twp_outcome_plan_t *plan;
    twp_outcome_tables_t *tables;
    int n_figures, n_listed_accounts, n_listed_rewards;
    const char *untold; /* name of a measure of a stock whose rest the log does not tell, or NULL */
} twp_outcome_making_t;

/** Columns that a measure has; those with a curve have none. */
int twp_outcome_columns_of(const twp_study_measure_t *measure);
/** Adds the columns and curves of all measures, with what each is read off. There is room for them. */
void twp_outcome_add_columns(twp_outcome_making_t *making);

#endif
