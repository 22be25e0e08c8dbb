#include "measure/survival.h"

#include <math.h>

/** Walks through the days; greenwood is the sum of d / (n (n - d)). */
typedef struct {
    int64_t at_risk; /* on the next day */
    double survival, greenwood;
} walk_t;

static walk_t
begin(const int64_t *events, const int64_t *censored, int n_days)
{
    walk_t walk = { 0, 1, 0 };

    for (int d = 0; d < n_days; d++)
        walk.at_risk += events[d] + censored[d];
    return walk;
}

static twp_survival_t
step(walk_t *walk, int64_t n_events, int64_t n_censored)
{
    const double n = (double) walk->at_risk, d = (double) n_events;
    twp_survival_t point = { NAN, NAN, walk->at_risk };

    if (walk->at_risk == 0) {
        if (walk->survival <= 0)
            point.survival = 0;
        return point;
    }
    if (n_events == walk->at_risk) {
        walk->survival = 0;
    } else if (n_events > 0) {
        walk->survival *= (n - d) / n;
        walk->greenwood += d / (n * (n - d));
    }
    point.survival = walk->survival;
    if (walk->survival > 0)
        point.se = walk->survival * sqrt(walk->greenwood);
    walk->at_risk -= n_events + n_censored;
    return point;
}

void
twp_survival_curve(
    const int64_t *events, const int64_t *censored, int n_days, twp_survival_t *curve)
{
    walk_t walk = begin(events, censored, n_days);

    for (int d = 0; d < n_days; d++)
        curve[d] = step(&walk, events[d], censored[d]);
}

twp_survival_t
twp_survival_at(const int64_t *events, const int64_t *censored, int n_days, double at_days)
{
    walk_t walk = begin(events, censored, n_days);
    twp_survival_t point = { walk.at_risk > 0 ? 1 : NAN, walk.at_risk > 0 ? 0 : NAN, walk.at_risk };

    for (int d = 0; d < n_days && d <= at_days; d++)
        point = step(&walk, events[d], censored[d]);
    if (n_days > 0 && at_days >= n_days)
        point = step(&walk, 0, 0); /* all have gone by then */
    return point;
}

double
twp_survival_quantile(const int64_t *events, const int64_t *censored, int n_days, double p)
{
    walk_t walk = begin(events, censored, n_days);

    for (int d = 0; d < n_days; d++)
        if (step(&walk, events[d], censored[d]).survival <= 1 - p)
            return d;
    return NAN;
}
