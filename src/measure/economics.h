/**
 * Cost-effectiveness of one strategy against the baseline: incremental ratio with Fieller's
 * interval, net monetary benefit, and what can be said in words.
 */
#ifndef TWP_MEASURE_ECONOMICS_H
#define TWP_MEASURE_ECONOMICS_H

#include "measure/moments.h"

/** Mean paired differences (strategy minus baseline) and the covariance of these two means. */
typedef struct {
    double cost, cost_se;     /* money */
    double effect, effect_se; /* QALYs */
    double covariance;        /* money QALY */
} twp_economics_t;

/**
 * From joint moments over the same twins of the columns 0: cost, 1: baseline cost, 2: effect,
 * 3: baseline effect. Standard errors and covariance are NAN below two twins, all is without any.
 */
twp_economics_t twp_economics_of(const twp_moments_t *joint);

/** Where a difference lies in the cost-effectiveness plane. */
typedef enum {
    TWP_ECONOMICS_UNKNOWN = 0,           /* something is NAN */
    TWP_ECONOMICS_EQUAL = 1,             /* no difference at all */
    TWP_ECONOMICS_DOMINATES = 2,         /* no dearer and no worse, and one of them better */
    TWP_ECONOMICS_DOMINATED = 3,         /* no cheaper and no better, and one of them worse */
    TWP_ECONOMICS_DEARER_AND_BETTER = 4, /* the ratio is the price of a QALY gained */
    TWP_ECONOMICS_CHEAPER_AND_WORSE = 5  /* the ratio is the saving for a QALY lost */
} twp_economics_place_t;

twp_economics_place_t twp_economics_place(const twp_economics_t *economics);

/** The same in words, as "more costly and more effective"; static storage. */
const char *twp_economics_statement(twp_economics_place_t place);

/** Shape of Fieller's set of ratios. */
typedef enum {
    TWP_FIELLER_NONE = 0,    /* no standard errors */
    TWP_FIELLER_BETWEEN = 1, /* low <= ratio <= high: the effect differs from 0 at that level */
    TWP_FIELLER_OUTSIDE = 2, /* ratio <= low or ratio >= high: the set goes through infinity */
    TWP_FIELLER_ALL = 3      /* every ratio is compatible */
} twp_fieller_t;

typedef struct {
    double value;     /* cost / effect; NAN where one strategy dominates or the effect is 0 */
    double ratio;     /* cost / effect wherever the effect is not 0 */
    double low, high; /* INFINITY where there is no border; NAN with TWP_FIELLER_NONE */
    twp_fieller_t fieller;
} twp_icer_t;

/**
 * Incremental cost-effectiveness ratio and the ratios r with
 * (cost - r effect)^2 <= z^2 Var(cost - r effect)
 * (Fieller 1954 JRSS B 16:175; Willan & O'Brien 1996 Health Econ 5:297).
 * @param z  half width of the interval in standard errors, 1.96 for 95 %
 */
twp_icer_t twp_economics_icer(const twp_economics_t *economics, double z);

typedef struct {
    double value, se; /* money */
    double p_better;  /* chance that it is above 0, normal approximation; NAN without se */
} twp_net_benefit_t;

/** Net monetary benefit worth * effect - cost (Stinnett & Mullahy 1998 Med Decis Making 18:S68). */
twp_net_benefit_t twp_economics_net_benefit(
    const twp_economics_t *economics, double worth_of_a_qaly_money);

#endif
