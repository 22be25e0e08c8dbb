/** A CSV file of dispensings: a row each, grouped by patient. */
#ifndef TWP_MEASURE_DISPENSINGS_H
#define TWP_MEASURE_DISPENSINGS_H

#include "document/document.h"
#include "measure/adherence.h"

/** Names of columns, NULL for those that are not asked for (the last two). Borrowed. */
typedef struct {
    const char *id, *date, *duration, *daily_dose, *medication;
    const char *date_format; /* one that twp_calendar_is_format() accepts */
} twp_dispensings_columns_t;

/** Dispensings in order of patient (numbers by value, other ids as text), day, row of the file. */
typedef struct {
    twp_csv_t csv;
    int64_t n;
    twp_dispensing_t *dispensing; /* [n] */
    uint32_t *row;                /* [n] row of the csv */
    int64_t n_patients;
    int64_t *first;    /* [n_patients + 1] dispensings of patient i: first[i] to first[i + 1] - 1 */
    const char **id;   /* [n_patients], text in csv */
    int n_medications; /* 0: no such column */
    const char **medication;     /* [n_medications], text in csv */
    int32_t first_day, last_day; /* of the file */
} twp_dispensings_t;

#define TWP_DISPENSINGS_MAX_MEDICATIONS 100000

/**
 * Reads a file. All that is wrong is a finding with line and column: columns that are not there (with
 * the nearest name), cells without an id, dates that do not fit, durations and doses that are not above
 * 0, at most 50 of one kind, then how many more. Safe to clear whatever it returns; findings borrow the
 * file's name from it.
 *
 * @return TWP_OK, TWP_ERR_INPUT with findings, TWP_ERR_IO, TWP_ERR_MEMORY, TWP_ERR_LIMIT
 */
TWP_CHECK_RESULT twp_status_t twp_dispensings_read(twp_dispensings_t *dispensings, const char *path,
    const twp_dispensings_columns_t *columns, twp_findings_t *findings, twp_error_t *err);
void twp_dispensings_clear(twp_dispensings_t *dispensings);

/** Index of a column, or -1 with a finding that names the nearest; option is what asked for it. */
int twp_dispensings_find(
    const twp_csv_t *csv, const char *option, const char *name, twp_findings_t *findings);

/** Place of a cell in the file. */
twp_place_t twp_dispensings_place(const twp_csv_t *csv, int64_t i_row, int i_column);

#endif
