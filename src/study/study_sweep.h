/**
 * What a sweep changes of a study, and how far it may.
 * Part of study.h, which says how all of it is kept.
 */
#ifndef TWP_STUDY_STUDY_SWEEP_H
#define TWP_STUDY_STUDY_SWEEP_H

#include "document/document.h"
#include "study/expression.h"

#include <math.h>

/** How the points of a sweep come about. */
typedef enum {
    TWP_SWEEP_NONE,            /* there is no sweep */
    TWP_SWEEP_GRID,            /* each value with each of all others; the last path goes fastest */
    TWP_SWEEP_ZIP,             /* the first values of all, the second ones, ... */
    TWP_SWEEP_LATIN_HYPERCUBE, /* of each range one value in each of n_points equal parts */
    TWP_SWEEP_SOBOL,           /* the first n_points of Sobol's sequence without its origin */
    TWP_SWEEP_ROWS             /* rows of a CSV */
} twp_sweep_how_t;

/** A number of the study that a sweep changes. */
typedef struct {
    const char *path; /* as written: `gap`, `supports.app.uptake` */
    const char *name; /* the same as the name of a column */
    const char *unit; /* in which values are written, "" when none */
    twp_dim_t dim;
    double unit_size;        /* one of it in internal units */
    int n_values;            /* 0: a range */
    const twp_node_t **node; /* [n_values] as written */
    double *value;           /* [n_values] internal units */
    double from, to;         /* range, in the unit in which it is written */
    bool is_log;             /* even on the logarithm */
    twp_place_t place;
} twp_study_swept_t;

typedef struct {
    twp_sweep_how_t how;
    int64_t n_points; /* 0 without a sweep */
    uint64_t seed;    /* of a Latin hypercube; no matter of the run's seed */
    bool are_twins_fresh;
    int n_swept;
    twp_study_swept_t *swept; /* [n_swept] in order of paths */
    const char *csv_name;     /* ROWS: as named in the study */
    char csv_sha256[65];
    int64_t csv_bytes;
    twp_place_t place;
} twp_study_sweep_t;

/** The number, in the unit as written, at a share of the range from 0 to 1; ends are exact. */
double twp_study_swept_at(const twp_study_swept_t *swept, double share);

#define TWP_STUDY_MAX_POINTS 1000000
#define TWP_STUDY_MAX_SWEPT 32

/**
 * A number that other points of a sweep put in place of. Where the study was read with such numbers
 * each of them is a hidden parameter: index n_parameters + k, behind those that have names.
 */
typedef struct {
    const char *text; /* as read */
    double value;     /* internal units */
    bool is_read;     /* as a number or formula */
    bool is_fixed;    /* more than arithmetic hangs on it: with another text the study is another */
} twp_study_moved_t;

/** Where a number may lie. */
typedef struct {
    double low, high;
    bool is_low_in, is_high_in;
} twp_within_t;

#define TWP_WITHIN_FINITE ((twp_within_t){ -INFINITY, INFINITY, false, false })
#define TWP_WITHIN_ABOVE_0 ((twp_within_t){ 0, INFINITY, false, false })
#define TWP_WITHIN_FROM_0 ((twp_within_t){ 0, INFINITY, true, false })
#define TWP_WITHIN_CHANCE ((twp_within_t){ 0, 1, true, true })
#define TWP_WITHIN_INSIDE_CHANCE ((twp_within_t){ 0, 1, false, false })

static inline bool
twp_is_within(double value, twp_within_t within)
{
    return (within.is_low_in ? value >= within.low : value > within.low) &&
        (within.is_high_in ? value <= within.high : value < within.high);
}

/** The study was found good because a number lies there: so it is at each point where it does. */
typedef struct {
    const twp_expression_t *expression; /* constant scope, of numbers that move */
    twp_within_t within;
} twp_study_guard_t;

#endif
