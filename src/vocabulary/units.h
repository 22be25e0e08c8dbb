/** Units of the study language: exact factors to the internal units (days, the study's money). */
#ifndef TWP_VOCABULARY_UNITS_H
#define TWP_VOCABULARY_UNITS_H

#include <stdbool.h>
#include <stddef.h>

#define TWP_DAYS_PER_YEAR 365.25
#define TWP_DAYS_PER_MONTH 30.4375

typedef struct {
    const char *name;
    double factor; /* one of it in internal units */
    int time, money;
    const char *help;
} twp_unit_t;

/** The fixed units, by name. */
extern const twp_unit_t twp_unit_table[];
extern const size_t twp_n_units;

#define TWP_UNITS_MAX_MONEY 32

/** The units of one study: the fixed ones and its currency and exchange units. */
typedef struct twp_units {
    int n_money;
    struct {
        char name[16];
        double factor;
    } money
        [TWP_UNITS_MAX_MONEY]; /* [0] is the study's currency with factor 1; n_money 0: no money */
} twp_units_t;

/** Looks a unit up; false when there is none. */
bool twp_units_find(
    const twp_units_t *units, const char *name, double *factor, int *time, int *money);

#endif
