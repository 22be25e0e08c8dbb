/**
 * Kaplan-Meier estimates from integer counts by whole day: exactly mergeable, flat in the number of
 * lives (Kaplan & Meier 1958 JASA 53:457; variance of Greenwood 1926).
 *
 * events[d] and censored[d] count the lives that had their event, or were last seen, on day d; on
 * one day events come before censorings, so what is censored on a day is at risk on it.
 */
#ifndef TWP_MEASURE_SURVIVAL_H
#define TWP_MEASURE_SURVIVAL_H

#include <stdint.h>

/** One life's time in a number: the whole day, and whether the event came then or it was last seen. */
#define TWP_SURVIVAL_NONE (-1) /* no part of the curve */
#define TWP_SURVIVAL_CODE(day, is_event) ((int32_t) (2 * (day) + ((is_event) ? 1 : 0)))

typedef struct {
    double survival; /* S(day), events on that day included; NAN when nobody is known that long */
    double se;       /* Greenwood; NAN where S is 0 or NAN */
    int64_t at_risk; /* lives with neither before that day */
} twp_survival_t;

/**
 * The curve at days 0 .. n_days - 1. Beyond the last observed day the estimate stays 0 when it has
 * come to 0, and else is NAN: it is not carried on.
 * @param curve  [n_days]
 */
void twp_survival_curve(
    const int64_t *events, const int64_t *censored, int n_days, twp_survival_t *curve);

/** One point of it, at the whole day floor(at_days), which may be n_days or more. */
twp_survival_t twp_survival_at(
    const int64_t *events, const int64_t *censored, int n_days, double at_days);

/**
 * The first day with S <= 1 - p, such as the median for p 0.5; NAN when the curve stays above.
 */
double twp_survival_quantile(const int64_t *events, const int64_t *censored, int n_days, double p);

#endif
