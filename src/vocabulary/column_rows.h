/**
 * The table behind twp_columns_at(). Private to columns.c, which finds rows in it, and column_rows.c, which
 * holds it.
 */
#ifndef TWP_VOCABULARY_COLUMN_ROWS_H
#define TWP_VOCABULARY_COLUMN_ROWS_H

#include "vocabulary/columns.h"

extern const twp_column_t twp_column_rows[]; /* [twp_n_column_rows] */
extern const size_t twp_n_column_rows;

#endif
