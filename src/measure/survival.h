/**
 * Times to an event, some of them censored: Kaplan-Meier, Nelson-Aalen, cumulative incidence,
 * restricted means and quantiles, each defined here once, for simulated lives (integer counts by
 * whole day: exactly mergeable, flat in the number of lives) and for data with exact times.
 *
 * A *risk table* has rows of rising time. In row j, n_j lives are at risk; of these d_j have the event
 * and c_j leave otherwise: last seen, or by a second cause. What leaves in a row is at risk in it.
 *
 *     S(t)    = product over rows up to t of (1 - d_j / n_j)       Kaplan & Meier 1958 JASA 53:457
 *     Var S   = S^2 sum d_j / (n_j (n_j - d_j))                    Greenwood 1926
 *     H(t)    = sum d_j / n_j                                      Nelson 1972; Aalen 1978
 *     Var H   = sum d_j (n_j - d_j) / n_j^3                        Klein 1991 Scand J Stat 18:333
 *     F(t)    = sum S(j-) d1_j / n_j, S of both causes             Aalen & Johansen 1978
 *     Var F   from the recursion of Aalen and Johansen for the states alive, first and second cause
 *     RMST(u) = integral of S from 0 to u, A_j that from row j to u
 *     Var RMST = sum A_j^2 d_j / (n_j (n_j - d_j))                 Irwin 1949; Royston & Parmar 2013
 *
 * Each variance is also the sum of squares of what the single lives contribute (infinitesimal
 * jackknife, twp_survival_influence()): so it goes on to lives that are paired.
 */
#ifndef TWP_MEASURE_SURVIVAL_H
#define TWP_MEASURE_SURVIVAL_H

#include <stdbool.h>
#include <stdint.h>

/** How a life left: last seen, by the event, by another cause. */
enum {
    TWP_SURVIVAL_CENSORED = 0,
    TWP_SURVIVAL_EVENT = 1,
    TWP_SURVIVAL_OTHER = 2 /* tables of 3 kinds only */
};

/** One life in a number: its row, and how it left. */
#define TWP_SURVIVAL_NONE (-1) /* no part of the curve */
#define TWP_SURVIVAL_CODE(n_kinds, row, kind) ((int32_t) ((n_kinds) * (row) + (kind)))

/** Parts of a day by which events came before the end of their whole day are counted in. */
#define TWP_SURVIVAL_LATE_PER_DAY 1048576

typedef struct {
    int n_rows, n_kinds;     /* kinds: 2, or 3 with another cause */
    const int64_t *left;     /* [n_rows * n_kinds] lives by code */
    const double *time_days; /* [n_rows] strictly rising, >= 0; NULL: row d is the whole day d */
    const double *step_days; /* [n_rows] when, on average, the events of a row came, not above its
                                 time: areas below the curve are exact then; NULL: at its time */
    bool is_competing;       /* the other cause ends lives: S falls by it; else it censors */
} twp_risk_t;

/** Lives that the rows hold, whatever they left by. */
int64_t twp_survival_all_lives(const twp_risk_t *risk);

typedef struct {
    double survival, se;            /* S and Greenwood's error: NAN where S is 0 or NAN */
    double hazard, hazard_se;       /* H, of the event (with a competing cause: of both) */
    double incidence, incidence_se; /* F of the event */
    int64_t at_risk;                /* lives that have not left before that time */
    int64_t n_events, n_left;       /* had the event, or left otherwise, by then */
} twp_survival_t;

/**
 * Estimates at rising times, events at those times included. Beyond the last row that anybody is
 * known to, they are NAN, unless S has come to 0: then they stay.
 * @param at  [n_at]
 */
void twp_survival_curve(
    const twp_risk_t *risk, int n_at, const double *at_days, twp_survival_t *at);

/** One point of it. Of whole days the row floor(at_days) counts. */
twp_survival_t twp_survival_at(const twp_risk_t *risk, double at_days);

/**
 * The first time with S <= 1 - p, such as the median for p 0.5; NAN when the curve stays above. A
 * billionth of 1 - p above counts as 1 - p: S is rounded at each row.
 */
double twp_survival_quantile(const twp_risk_t *risk, double p);

/**
 * Its 95 % interval: the first times at which the lower and the upper end of the (log-log) interval
 * of S are at or below 1 - p, as above (Brookmeyer & Crowley 1982 Biometrics 38:29); NAN where one is
 * not.
 */
void twp_survival_quantile_interval(
    const twp_risk_t *risk, double p, double *low_days, double *high_days);

/** What can be estimated of a curve; the value stands in the plan of a run only, never in a file. */
typedef enum {
    TWP_SURVIVAL_OF_S,
    TWP_SURVIVAL_OF_HAZARD,
    TWP_SURVIVAL_OF_INCIDENCE,
    TWP_SURVIVAL_OF_AREA /* restricted mean */
} twp_survival_of_t;

/** An estimate and its standard error; NAN as above. Of a restricted mean at_days is the limit u. */
typedef struct {
    double value, se;
} twp_survival_figure_t;

/** @param scratch  [n_rows * n_kinds] */
twp_survival_figure_t twp_survival_figure(
    twp_survival_of_t of, const twp_risk_t *risk, double at_days, double *scratch);

/**
 * What one life of each code adds to the error of an estimate: with D the indicator of having the
 * event in row x, and sums over rows j up to x and the time asked for,
 *
 *     S     S (sum d_j / (n_j (n_j - d_j)) - D / (n_x - d_x))
 *     H     D / n_x - sum d_j / n_j^2
 *     RMST  sum A_j d_j / (n_j (n_j - d_j)) - D A_x / (n_x - d_x)
 *     F     D S(x-) / n_x - D' G_x / (n_x - d_x) - sum (S(j-) d1_j / n_j^2 - G_j d_j / (n_j (n_j - d_j))),
 *           G_j = F(t) - F(j), D' that of either cause
 *
 * @param influence  [n_rows * n_kinds] by code; its sum over lives is 0, that of its squares the
 *                   variance
 * @return false where there is none: S at 0
 */
bool twp_survival_influence(
    twp_survival_of_t of, const twp_risk_t *risk, double at_days, double *influence);

/** How an interval is made from an estimate and its error. */
typedef enum {
    TWP_SCALE_PLAIN,  /* value +- z se */
    TWP_SCALE_LOG,    /* value exp(+- z se / value): hazards */
    TWP_SCALE_LOG_LOG /* value^exp(+- z se / (value log value)): probabilities; stays in [0, 1]
                          (Kalbfleisch & Prentice 1980; conf.type = "log-log" of R's survfit) */
} twp_scale_t;

/** 95 % interval; where the scale has none (se 0; value 0 or 1) the plain one, NAN where se is. */
void twp_survival_interval(twp_scale_t scale, double value, double se, double *low, double *high);

/** Scale on which estimates of a kind have their intervals. */
twp_scale_t twp_survival_scale(twp_survival_of_t of);

/**
 * Average times of the events of whole days, from the sums of what they came before the end of their
 * day, in parts of a day.
 * @param late       [n_days]
 * @param step_days  [n_days]
 */
void twp_survival_steps(
    const int64_t *left, const int64_t *late, int n_days, int n_kinds, double *step_days);

#endif
