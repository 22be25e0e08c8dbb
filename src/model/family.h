/**
 * Hazard laws on the cumulative-hazard scale. Portable mathematics only: the kernel calls these.
 * Parameters as in flexsurv (Jackson 2016 JSS 70(8)); see vocabulary/families.c for the formulas.
 */
#ifndef TWP_MODEL_FAMILY_H
#define TWP_MODEL_FAMILY_H

#include "vocabulary/families.h"
#include <stdbool.h>
#include <stdint.h>

/** Constants of one law, ready for use; made by twp_family_prepare(). */
typedef struct {
    double c[4];
    int32_t n_pieces;           /* piecewise */
    const double *from_days;    /* [n_pieces] */
    const double *rate_per_day; /* [n_pieces] */
    const double *cumulative;   /* [n_pieces] H at from_days */
} twp_law_constants_t;

/**
 * Prepares constants from parameters in flexsurv's spelling (days).
 * @return false when a parameter is outside its range or not finite
 */
bool twp_family_prepare(twp_family_t family, const double *parameter, twp_law_constants_t *law);

/** H0(age), age >= 0 in days; INFINITY allowed. */
double twp_family_cumulative(twp_family_t family, const twp_law_constants_t *law, double age_days);

/** The first age u >= 0 with H0(u) >= e, e >= 0; INFINITY when there is none. */
double twp_family_inverse(twp_family_t family, const twp_law_constants_t *law, double e);

#endif
