#include "measure/survival.h"

#include <math.h>
#include <stddef.h>

#define Z 1.959963984540054 /* standard normal quantile of 0.975 */

/* ---- rows ----------------------------------------------------------------------------------- */

/** What happens in one row. */
typedef struct {
    int64_t at_risk;
    double n, d, d1;   /* at risk, ended, of these by the event */
    int64_t n_leaving; /* all of them */
} row_t;

static double
time_of(const twp_risk_t *risk, int i_row)
{
    return risk->time_days != NULL ? risk->time_days[i_row] : i_row;
}

static double
step_of(const twp_risk_t *risk, int i_row)
{
    return risk->step_days != NULL ? risk->step_days[i_row] : time_of(risk, i_row);
}

int64_t
twp_survival_all_lives(const twp_risk_t *risk)
{
    int64_t n = 0;

    for (int64_t i = 0; i < (int64_t) risk->n_rows * risk->n_kinds; i++)
        n += risk->left[i];
    return n;
}

static row_t
read_row(const twp_risk_t *risk, int i_row, int64_t at_risk)
{
    const int64_t *left = risk->left + (int64_t) i_row * risk->n_kinds;
    row_t row = { .at_risk = at_risk, .n = (double) at_risk };

    for (int k = 0; k < risk->n_kinds; k++)
        row.n_leaving += left[k];
    row.d1 = row.d = (double) left[TWP_SURVIVAL_EVENT];
    if (risk->is_competing && risk->n_kinds > TWP_SURVIVAL_OTHER)
        row.d += (double) left[TWP_SURVIVAL_OTHER];
    return row;
}

/* Number of rows up to a time. */
static int
rows_until(const twp_risk_t *risk, double at_days)
{
    int n = 0;

    if (risk->time_days == NULL)
        return at_days < risk->n_rows ? (at_days >= 0 ? (int) at_days + 1 : 0) : risk->n_rows;
    while (n < risk->n_rows && risk->time_days[n] <= at_days)
        n++;
    return n;
}

/* Of areas those rows count whose events come before the limit. */
static int
rows_below(const twp_risk_t *risk, double limit_days)
{
    int n = 0;

    while (n < risk->n_rows && step_of(risk, n) < limit_days)
        n++;
    return n;
}

/* ---- curves --------------------------------------------------------------------------------- */

/** Walks along the rows. */
typedef struct {
    twp_survival_t now;      /* without the errors; at_risk is that of the next row */
    double greenwood, klein; /* sums of the variances of -log S and H */
    double v_s, v_sf, v_f;   /* covariance of S and F */
} walk_t;

static walk_t
begin(const twp_risk_t *risk)
{
    return (walk_t){ .now = { .survival = 1, .at_risk = twp_survival_all_lives(risk) } };
}

/** Covariance of (S, F) after a row: moved along by what is estimated, and multinomial in the row. */
static void
move_covariance(walk_t *walk, const row_t *row)
{
    const double q = row->d / row->n, q1 = row->d1 / row->n, s = walk->now.survival;
    const double spread = s * s / row->n;

    walk->v_f += 2 * q1 * walk->v_sf + q1 * q1 * walk->v_s + spread * q1 * (1 - q1);
    walk->v_sf = (1 - q) * (walk->v_sf + q1 * walk->v_s) - spread * q1 * (1 - q);
    walk->v_s = (1 - q) * (1 - q) * walk->v_s + spread * q * (1 - q);
}

static void
take_row(walk_t *walk, const twp_risk_t *risk, int i_row)
{
    const row_t row = read_row(risk, i_row, walk->now.at_risk);
    twp_survival_t *now = &walk->now;

    if (row.d > 0) {
        move_covariance(walk, &row);
        now->incidence += now->survival * row.d1 / row.n;
        now->hazard += row.d / row.n;
        walk->klein += row.d * (row.n - row.d) / (row.n * row.n * row.n);
        if (row.d < row.n) {
            now->survival *= (row.n - row.d) / row.n;
            walk->greenwood += row.d / (row.n * (row.n - row.d));
        } else {
            now->survival = 0;
        }
    }
    now->n_events += (int64_t) row.d1;
    now->n_left += row.n_leaving - (int64_t) row.d1;
    now->at_risk -= row.n_leaving;
}

static twp_survival_t
point_of(const walk_t *walk, int64_t at_risk)
{
    twp_survival_t point = walk->now;

    point.at_risk = at_risk;
    point.se = point.survival > 0 ? point.survival * sqrt(walk->greenwood) : NAN;
    point.hazard_se = sqrt(walk->klein);
    point.incidence_se = sqrt(walk->v_f > 0 ? walk->v_f : 0);
    if (at_risk == 0 && point.survival > 0) { /* nobody is known that long */
        point.survival = point.se = point.hazard = point.hazard_se = NAN;
        point.incidence = point.incidence_se = NAN;
    }
    return point;
}

void
twp_survival_curve(const twp_risk_t *risk, int n_at, const double *at_days, twp_survival_t *at)
{
    walk_t walk = begin(risk);
    int64_t before = walk.now.at_risk; /* at risk in the last row taken */
    int i_row = 0;

    for (int k = 0; k < n_at; k++) {
        const int n = rows_until(risk, at_days[k]);

        for (; i_row < n; i_row++) {
            before = walk.now.at_risk;
            take_row(&walk, risk, i_row);
        }
        const bool is_on_row = i_row > 0 &&
            (risk->time_days == NULL ? at_days[k] < i_row
                                     : risk->time_days[i_row - 1] >= at_days[k]);
        at[k] = point_of(&walk, is_on_row ? before : walk.now.at_risk);
    }
}

twp_survival_t
twp_survival_at(const twp_risk_t *risk, double at_days)
{
    twp_survival_t at;

    twp_survival_curve(risk, 1, &at_days, &at);
    return at;
}

/* ---- quantiles ------------------------------------------------------------------------------ */

/* S has come down to 1 - p. It is a product of shares, so it misses what it hits by their rounding. */
static bool
has_reached(double survival, double p)
{
    return survival <= (1 - p) * (1 + 1e-9);
}

double
twp_survival_quantile(const twp_risk_t *risk, double p)
{
    walk_t walk = begin(risk);

    for (int r = 0; r < risk->n_rows && walk.now.at_risk > 0; r++) {
        take_row(&walk, risk, r);
        if (has_reached(walk.now.survival, p))
            return time_of(risk, r);
    }
    return NAN;
}

void
twp_survival_quantile_interval(
    const twp_risk_t *risk, double p, double *low_days, double *high_days)
{
    walk_t walk = begin(risk);

    *low_days = *high_days = NAN;
    for (int r = 0; r < risk->n_rows && walk.now.at_risk > 0 && isnan(*high_days); r++) {
        const int64_t before = walk.now.at_risk;
        double low = 0, high = NAN; /* of S = 0 */

        take_row(&walk, risk, r);
        const twp_survival_t point = point_of(&walk, before);
        if (point.survival > 0)
            twp_survival_interval(TWP_SCALE_LOG_LOG, point.survival, point.se, &low, &high);
        if (isnan(*low_days) && has_reached(low, p))
            *low_days = time_of(risk, r);
        if (has_reached(high, p))
            *high_days = time_of(risk, r);
    }
}

/* ---- areas and influences ------------------------------------------------------------------- */

/** What the influences look back from: values at the time asked for. */
typedef struct {
    double s, f, area;
} goal_t;

static goal_t
find_goal(const twp_risk_t *risk, int n_rows, double at_days)
{
    walk_t walk = begin(risk);
    goal_t goal = { 0 };
    double since = 0;

    for (int r = 0; r < n_rows; r++) {
        goal.area += walk.now.survival * (step_of(risk, r) - since);
        since = step_of(risk, r);
        take_row(&walk, risk, r);
    }
    goal.area += walk.now.survival * (at_days - since);
    goal.s = walk.now.survival;
    goal.f = walk.now.incidence;
    return goal;
}

/** What a row adds to the sum, and what a life that ends in it adds on top. */
typedef struct {
    double sum, event, other;
} part_t;

/* weight / (n - d): 0 where all end, for the weight is 0 then, too. */
static double
over_rest(double weight, const row_t *row)
{
    return row->d < row->n ? weight / (row->n - row->d) : 0;
}

static part_t
part_of(twp_survival_of_t of, const row_t *row, const goal_t *goal, const walk_t *before,
    const walk_t *after, double area_left)
{
    part_t part = { 0 };
    double weight = goal->s;

    if (of == TWP_SURVIVAL_OF_HAZARD) {
        part.event = part.other = 1 / row->n;
        part.sum = row->d / (row->n * row->n);
        return part;
    }
    if (of == TWP_SURVIVAL_OF_AREA)
        weight = area_left;
    else if (of == TWP_SURVIVAL_OF_INCIDENCE)
        weight = goal->f - after->now.incidence;
    part.event = part.other = -over_rest(weight, row);
    part.sum = -over_rest(weight, row) * row->d / row->n;
    if (of == TWP_SURVIVAL_OF_INCIDENCE) {
        part.event += before->now.survival / row->n;
        part.sum += before->now.survival * row->d1 / (row->n * row->n);
    }
    return part;
}

bool
twp_survival_influence(
    twp_survival_of_t of, const twp_risk_t *risk, double at_days, double *influence)
{
    const bool is_area = of == TWP_SURVIVAL_OF_AREA;
    const int n_rows = is_area ? rows_below(risk, at_days) : rows_until(risk, at_days);
    const goal_t goal = find_goal(risk, n_rows, at_days);
    const bool has_other = risk->is_competing && risk->n_kinds > TWP_SURVIVAL_OTHER;
    walk_t walk = begin(risk);
    double sum = 0, area = 0, since = 0;

    if (of == TWP_SURVIVAL_OF_S && !(goal.s > 0))
        return false;
    for (int r = 0; r < risk->n_rows; r++) {
        double *to = influence + (int64_t) r * risk->n_kinds;
        part_t part = { 0 };

        if (r < n_rows && walk.now.at_risk > 0) {
            const row_t row = read_row(risk, r, walk.now.at_risk);
            const walk_t before = walk;
            area += walk.now.survival * (step_of(risk, r) - since);
            since = step_of(risk, r);
            take_row(&walk, risk, r);
            part = part_of(of, &row, &goal, &before, &walk, goal.area - area);
        }
        sum += part.sum;
        for (int k = 0; k < risk->n_kinds; k++)
            to[k] = -sum;
        to[TWP_SURVIVAL_EVENT] += part.event;
        if (has_other)
            to[TWP_SURVIVAL_OTHER] += part.other;
    }
    return true;
}

static twp_survival_figure_t
restricted_mean(const twp_risk_t *risk, double limit_days, double *scratch)
{
    const twp_survival_t end = twp_survival_at(risk, limit_days);
    twp_survival_figure_t figure = { NAN, NAN };
    double variance = 0;

    if (isnan(end.survival))
        return figure;
    figure.value = find_goal(risk, rows_below(risk, limit_days), limit_days).area;
    (void) twp_survival_influence(TWP_SURVIVAL_OF_AREA, risk, limit_days, scratch);
    for (int64_t i = 0; i < (int64_t) risk->n_rows * risk->n_kinds; i++)
        if (risk->left[i] != 0)
            variance += (double) risk->left[i] * scratch[i] * scratch[i];
    figure.se = sqrt(variance);
    return figure;
}

twp_survival_figure_t
twp_survival_figure(twp_survival_of_t of, const twp_risk_t *risk, double at_days, double *scratch)
{
    if (of == TWP_SURVIVAL_OF_AREA)
        return restricted_mean(risk, at_days, scratch);
    const twp_survival_t at = twp_survival_at(risk, at_days);
    if (of == TWP_SURVIVAL_OF_HAZARD)
        return (twp_survival_figure_t){ at.hazard, at.hazard_se };
    if (of == TWP_SURVIVAL_OF_INCIDENCE)
        return (twp_survival_figure_t){ at.incidence, at.incidence_se };
    return (twp_survival_figure_t){ at.survival, at.se };
}

/* ---- intervals ------------------------------------------------------------------------------ */

twp_scale_t
twp_survival_scale(twp_survival_of_t of)
{
    switch (of) {
    case TWP_SURVIVAL_OF_HAZARD: return TWP_SCALE_LOG;
    case TWP_SURVIVAL_OF_AREA: return TWP_SCALE_PLAIN;
    default: return TWP_SCALE_LOG_LOG;
    }
}

void
twp_survival_interval(twp_scale_t scale, double value, double se, double *low, double *high)
{
    *low = value - Z * se;
    *high = value + Z * se;
    if (!(se > 0) || !(value > 0))
        return;
    if (scale == TWP_SCALE_LOG) {
        *low = value * exp(-Z * se / value);
        *high = value * exp(Z * se / value);
    } else if (scale == TWP_SCALE_LOG_LOG && value < 1) {
        const double width = -Z * se / (value * log(value));
        *low = pow(value, exp(width));
        *high = pow(value, exp(-width));
    }
}

void
twp_survival_steps(
    const int64_t *left, const int64_t *late, int n_days, int n_kinds, double *step_days)
{
    for (int d = 0; d < n_days; d++) {
        const int64_t n = left[(int64_t) d * n_kinds + TWP_SURVIVAL_EVENT];
        step_days[d] = n > 0 ? d - (double) late[d] / ((double) n * TWP_SURVIVAL_LATE_PER_DAY) : d;
    }
}
