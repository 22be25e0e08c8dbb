/**
 * Tables of numbers from CSV files: a grid of values over the keys of one to four columns. Numeric
 * keys are steps: the last key not above x counts, below the first the first.
 */
#ifndef TWP_STUDY_TABLE_H
#define TWP_STUDY_TABLE_H

#include "study/expression.h"

#include <stdint.h>

#define TWP_TABLE_MAX_ROWS 1000000

/** One key column. */
typedef struct {
    const char *column;
    bool is_text;
    twp_dim_t dim;     /* numeric */
    int n;             /* keys */
    double *key;       /* numeric: [n] rising, internal units */
    const char **text; /* text: [n] sorted by strcmp: names of categories, or true and false */
} twp_table_by_t;

typedef struct twp_study_table {
    const char *name;
    int n_by;
    twp_table_by_t by[TWP_TABLE_MAX_BY];
    twp_dim_t dim;
    double
        *value;   /* internal units; the first column's keys lie side by side, the last vary last */
    bool is_good; /* whether all of it could be read */
    const char *path, *csv_name;
    char sha256[65];
    size_t n_bytes;
    const char *source;
} twp_study_table_t;

/** Index of the last key not above x, 0 where there is none. Text: x is the index itself. */
static inline int
twp_table_key(const twp_table_by_t *by, double x)
{
    int low = 0, high = by->n;

    if (by->is_text)
        return (int) x;
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (by->key[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/** Value at x[n_by]; NaN where one of them is. */
static inline double
twp_table_value(const twp_study_table_t *table, const double *x)
{
    int64_t i = 0;

    for (int k = table->n_by - 1; k >= 0; k--) {
        if (x[k] != x[k])
            return x[k];
        i = i * table->by[k].n + twp_table_key(&table->by[k], x[k]);
    }
    return table->value[i];
}

#endif
