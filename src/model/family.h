/**
 * Hazard laws on the cumulative-hazard scale. Portable mathematics only: the kernel calls these.
 * Parameters as in flexsurv (Jackson 2016 JSS 70(8)); see vocabulary/families.c for the formulas.
 */
#ifndef TWP_MODEL_FAMILY_H
#define TWP_MODEL_FAMILY_H

#include "vocabulary/families.h"
#include <stdbool.h>
#include <stdint.h>

/**
 * Constants of one law, ready for use. c[] is made by twp_family_prepare(); of laws whose parameters
 * are formulas each clock keeps its own. The tables are made once, by model/compile_law.c:
 *
 *   piecewise, life table   n_pieces starts, hazards, and H at the starts
 *   spline, polynomial      n_pieces log times x (in time units), slopes and values of a function s(x)
 *                           that is cubic between them and straight outside
 */
typedef struct {
    double c[4];
    int32_t n_pieces;
    int32_t scale;              /* twp_spline_scale_t: what s(x) is; a polynomial's is log H */
    const double *from_days;    /* [n_pieces] starts, or x */
    const double *rate_per_day; /* [n_pieces] hazards, or s'(x) */
    const double *cumulative;   /* [n_pieces] H, or s(x) */
} twp_law_constants_t;

/**
 * Prepares constants from parameters in flexsurv's spelling (days).
 * @return false when a parameter is outside its range or not finite
 */
bool twp_family_prepare(twp_family_t family, const double *parameter, twp_law_constants_t *law);

/** Of a life table's sets of rows the one numbered c[0]. law: with the tables of the first. */
static inline void
twp_family_choose_rows(twp_law_constants_t *law)
{
    const int64_t offset = (int64_t) law->c[0] * law->n_pieces;

    law->rate_per_day += offset;
    law->cumulative += offset;
}

/** H0(age), age >= 0 in days; INFINITY allowed. */
double twp_family_cumulative(twp_family_t family, const twp_law_constants_t *law, double age_days);

/** The first age u >= 0 with H0(u) >= e, e >= 0; INFINITY when there is none. */
double twp_family_inverse(twp_family_t family, const twp_law_constants_t *law, double e);

/** The same for the families whose laws need more than a few elementary functions. */
bool twp_family_gamma_prepare(
    twp_family_t family, const double *parameter, twp_law_constants_t *law);
double twp_family_gamma_cumulative(
    twp_family_t family, const twp_law_constants_t *law, double age_days);
double twp_family_gamma_inverse(twp_family_t family, const twp_law_constants_t *law, double e);
double twp_family_cubic_cumulative(const twp_law_constants_t *law, double age_days);
double twp_family_cubic_inverse(const twp_law_constants_t *law, double e);

/** Why a table cannot be made. */
typedef enum {
    TWP_TABLE_GOOD = 0,
    TWP_TABLE_NOT_FINITE, /* a number, or a value of the function */
    TWP_TABLE_ORDER,      /* knots that do not rise, powers that fall */
    TWP_TABLE_FALLS,      /* the spline falls somewhere: no cumulative hazard */
    TWP_TABLE_AT_ZERO,    /* H is unbounded at age 0 (or a spline does not rise from there) */
    TWP_TABLE_BOUND       /* the error bound would need more nodes than there is room for */
} twp_table_fault_t;

/**
 * A natural cubic spline with the basis of Royston & Parmar 2002 (Stat. Med. 21:2175), as flexsurv's:
 *
 *   s(x) = gamma[0] + gamma[1] x + sum_j gamma[j + 1] v_j(x),   1 <= j <= n - 2
 *   v_j(x) = (x - k_j)+^3 - l_j (x - k_0)+^3 - (1 - l_j) (x - k_last)+^3,
 *   l_j = (k_last - k_j) / (k_last - k_0)
 *
 * @param n       knots and gammas, >= 2
 * @param value   [n] s at the knots
 * @param slope   [n] s' at the knots
 * @param *x_bad  where a fault is, as a log time
 */
twp_table_fault_t twp_family_spline_table(
    int n, const double *knot, const double *gamma, double *value, double *slope, double *x_bad);

#define TWP_POLYNOMIAL_MAX_POWERS 8
#define TWP_POLYNOMIAL_MAX_NODES 16384

/**
 * log H of the hazard h(t) = exp(b[0] + sum_j b[j] f_j(t)) with f_j = t^p_j (log t for 0), times another
 * log t for each time the power stood before (Royston & Altman 1994, Appl. Stat. 43:429), t = e^x in time
 * units, as a table in x: cubic Hermite interpolation of log H with its exact slopes, H summed panel by
 * panel by the quintic through both ends. The relative error of H is below 1e-11 wherever H is above
 * 1e-16, by the error terms of both rules, whose derivatives are bounded by interval arithmetic.
 *
 * @param x_last   log of the largest time needed; beyond it and where H > 1e12 the table ends
 * @param x, value, slope  [TWP_POLYNOMIAL_MAX_NODES]
 */
twp_table_fault_t twp_family_polynomial_table(int n_powers, const double *power, const double *b,
    double x_last, double *x, double *value, double *slope, int *n);

#endif
