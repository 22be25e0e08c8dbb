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
    TWP_N_FAMILIES
} twp_family_t;

#define TWP_FAMILY_MAX_PARAMETERS 4

/** Dimension of a parameter, in powers of time. */
typedef struct {
    const char *name;
    int time_power; /* 0, 1 (a duration) or -1 (a rate) */
    double low;     /* value must be > low, internal units (>= when low_allowed) */
    int is_low_allowed;
} twp_family_parameter_t;

/** Another spelling of one parameter: `mean` of an exponential. */
typedef struct {
    const char *name; /* spelling in the study */
    int i_parameter;  /* which parameter it gives */
    int time_power;   /* dimension of the spelling */
    int conversion;   /* 0: as is; 1: reciprocal; 2: natural logarithm */
} twp_family_spelling_t;

typedef struct {
    twp_family_t family;
    const char *name;     /* key in a study */
    const char *flexsurv; /* name of flexsurv's distribution, or NULL */
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
