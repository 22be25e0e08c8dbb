/** Hazard families: names, parameters, units, spellings. The laws themselves are in model/family.c. */
#ifndef TWP_VOCABULARY_FAMILIES_H
#define TWP_VOCABULARY_FAMILIES_H

#include <stddef.h>

/** Written to files and compiled models: never renumbered. */
typedef enum {
    TWP_FAMILY_EXPONENTIAL = 0,
    TWP_FAMILY_WEIBULL = 1,    /* accelerated failure time: H = (t / scale)^shape */
    TWP_FAMILY_WEIBULL_PH = 2, /* H = scale (t / time_unit)^shape */
    TWP_FAMILY_GOMPERTZ = 3,   /* h = rate exp(shape t) */
    TWP_FAMILY_LOGNORMAL = 4,
    TWP_FAMILY_LOGLOGISTIC = 5, /* S = 1 / (1 + (t / scale)^shape) */
    TWP_FAMILY_PIECEWISE = 6,
    TWP_FAMILY_FIXED = 7,
    TWP_FAMILY_GAMMA = 8,
    TWP_FAMILY_GENGAMMA = 9,    /* Prentice 1974 */
    TWP_FAMILY_SPLINE = 10,     /* Royston & Parmar 2002 */
    TWP_FAMILY_POLYNOMIAL = 11, /* log hazard a fractional polynomial, Royston & Altman 1994 */
    TWP_FAMILY_LIFE_TABLE = 12,
    TWP_FAMILY_GEOMETRIC = 13, /* discrete time: a chance at each whole step of the age */
    TWP_N_FAMILIES
} twp_family_t;

#define TWP_FAMILY_MAX_PARAMETERS 4

/** What the spline of a Royston-Parmar law is, as flexsurv's `scale`. */
typedef enum {
    TWP_SPLINE_HAZARD = 0, /* log H */
    TWP_SPLINE_ODDS = 1,   /* log (1 / S - 1) */
    TWP_SPLINE_NORMAL = 2  /* -Phi^-1(S) */
} twp_spline_scale_t;
#define TWP_SPLINE_SCALES "hazard|odds|normal"

/** Dimension of a parameter, in powers of time. */
typedef struct {
    const char *name;
    int time_power; /* 0, 1 (a duration) or -1 (a rate) */
    double low;     /* value must be > low, internal units (>= when low_allowed) */
    int is_low_allowed;
    const char *fallback; /* value where it is not given, as text, or NULL: required */
    double high;          /* the value must be at most this; 0: no limit */
} twp_family_parameter_t;

/** What a spelling's number is to the parameter. */
typedef enum {
    TWP_AS_IT_IS,
    TWP_AS_RECIPROCAL,
    TWP_AS_LOGARITHM,
    TWP_AS_FIRST_OVER,    /* the family's first parameter over it */
    TWP_AS_LOG_2_OVER,    /* log(2) over it */
    TWP_AS_WEIBULL_MEDIAN /* times log(2)^(-1 / the first parameter) */
} twp_conversion_t;

/** Another spelling of one parameter: `mean` of an exponential. */
typedef struct {
    const char *name; /* spelling in the study */
    int i_parameter;  /* which parameter it gives */
    int time_power;   /* dimension of the spelling */
    twp_conversion_t conversion;
    const char *excludes; /* parameter that must not stand beside it, or NULL */
} twp_family_spelling_t;

typedef struct {
    twp_family_t family;
    const char *name;     /* key in a study */
    const char *flexsurv; /* name of flexsurv's distribution, or NULL */
    int block;            /* twp_block_t of its keys where they are not all numbers, else 0 */
    int n_parameters;
    twp_family_parameter_t parameter[TWP_FAMILY_MAX_PARAMETERS];
    int n_spellings;
    twp_family_spelling_t spelling[TWP_FAMILY_MAX_PARAMETERS];
    const char *cumulative_hazard; /* the formula, for the documentation */
    const char *help;
} twp_family_row_t;

extern const twp_family_row_t twp_families[TWP_N_FAMILIES];

/** Row by study key, or NULL. */
const twp_family_row_t *twp_families_find(const char *name);

#endif
