/**
 * What is asked of lives: measures, targets, discounting, records.
 * Part of study.h, which says how all of it is kept.
 */
#ifndef TWP_STUDY_STUDY_ASKED_H
#define TWP_STUDY_STUDY_ASKED_H

#include "study/expression.h"
#include "vocabulary/measures.h"

/** One measure as asked for in `report.measures`, a target or a default. */
typedef struct {
    twp_measure_t measure;
    const char *name;  /* column name, lower case: `persistence`, `time_in_therapy_taking`, ... */
    const char *label; /* as printed */
    int n_times;       /* `at` or `by`: 0 when the measure has none */
    double *time_days; /* [n_times] */
    int i_track, i_state;             /* `of`, or -1 */
    int i_since_track, i_since_state; /* `since`, or -1: entry */
    int n_against;                    /* `against`: states, over all tracks, each once */
    struct {
        int i_track, i_state;
    } * against;
    int i_support;      /* contacts `of`, or -1 */
    int i_payer;        /* cost `of`: index in study->payer, or -1: all */
    int i_category;     /* cost: index in study->category, or -1: all */
    int i_tally;        /* total of an action's measure, or -1 */
    double gap_days;    /* permissible gap */
    double window_days; /* observation window of pdc, mpr; INFINITY: to the end */
    int i_stock;        /* stock whose dispensings count; -1: any */
    bool is_discounted;
    int i_doses;                        /* whose runs of missed doses; -1 */
    double at_least_days, at_most_days; /* length of the runs that count */
    twp_place_t place;                  /* where it was asked for first */
} twp_study_measure_t;

typedef struct {
    const char *name;
    int i_measure;  /* into study->measure (added there when the report does not list it) */
    int i_time;     /* which of its times */
    double value;   /* what it must be */
    double within;  /* tolerance, > 0 */
    int i_strategy; /* default: the baseline */
    bool is_fit;    /* role: fit; else predict */
    const char *source;
    twp_place_t place;
} twp_study_target_t;

typedef enum { TWP_DISCOUNT_YEARLY, TWP_DISCOUNT_CONTINUOUS } twp_discount_rule_t;

typedef struct {
    twp_discount_rule_t rule; /* (1+r)^(-t/year) or exp(-r t) */
    bool is_from_date;        /* from calendar day from_days, else from each twin's entry */
    double from_days;
    int n_steps;           /* >= 1 when discounting; 0: none */
    double *start_days;    /* [n_steps], start_days[0] == 0, rising */
    double *rate_per_year; /* [n_steps], >= 0 */
} twp_study_discount_t;

typedef struct {
    bool outcomes; /* /outcomes and /twins rows; default true */
    bool twins;
    bool trajectories; /* default false */
    int n_variables;   /* variables written along a trajectory; -1: all */
    int *i_variable;
    bool events; /* default true */
    int n_exits; /* exits recorded; -1: all that are not internal */
    int *i_exit;
    double grid_days; /* step of occupancy and survival curves; default month */
} twp_study_record_t;

#endif
