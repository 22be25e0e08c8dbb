/** Adherence of a file of dispensings, row by row: of patients, episodes, sliding windows or events. */
#ifndef TWP_MEASURE_ADHERENCE_ROWS_H
#define TWP_MEASURE_ADHERENCE_ROWS_H

#include "measure/adherence_plan.h"

typedef enum {
    TWP_ADHERENCE_IS_PATIENT,    /* number of the patient: id[] of the dispensings */
    TWP_ADHERENCE_IS_MEDICATION, /* number of the medication */
    TWP_ADHERENCE_IS_COUNT,      /* whole number */
    TWP_ADHERENCE_IS_FLAG,       /* 0 or 1 */
    TWP_ADHERENCE_IS_DATE,       /* day from 1970-01-01, mostly whole */
    TWP_ADHERENCE_IS_NUMBER,
    TWP_ADHERENCE_IS_MEASURE /* a measure of vocabulary/adherence.c */
} twp_adherence_column_kind_t;

#define TWP_ADHERENCE_COLUMNS_MAX 48
#define TWP_ADHERENCE_NAME_SIZE 32

typedef struct {
    char name[TWP_ADHERENCE_NAME_SIZE]; /* "cma7", "persistence_365d" */
    twp_adherence_column_kind_t kind;
    const twp_file_measure_row_t *measure; /* of TWP_ADHERENCE_IS_MEASURE; else NULL */
    double *value;                         /* [n_rows]; NAN: none */
} twp_adherence_column_t;

typedef struct {
    int n_columns;
    twp_adherence_column_t column[TWP_ADHERENCE_COLUMNS_MAX];
    int64_t n_rows, n_room;
    int64_t n_in_followup; /* dispensings in the follow-up of their patients */
    int64_t n_beyond_file; /* patients whose follow-up ends after the last day of the file */
} twp_adherence_rows_t;

/**
 * Computes the rows in order of patient. Windows that lie outside the follow-up and columns of windows
 * with no use or several values for one patient are findings at the patient's first row.
 * Safe to clear whatever it returns.
 *
 * @return TWP_OK, TWP_ERR_INPUT with findings, TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_adherence_rows_make(twp_adherence_rows_t *rows,
    const twp_adherence_plan_t *plan, const twp_dispensings_t *dispensings,
    twp_findings_t *findings, twp_error_t *err);
void twp_adherence_rows_clear(twp_adherence_rows_t *rows);

#endif
