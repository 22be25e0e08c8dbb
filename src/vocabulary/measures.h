/** Measures: figures per twin with one exact definition each. */
#ifndef TWP_VOCABULARY_MEASURES_H
#define TWP_VOCABULARY_MEASURES_H

#include <stddef.h>

/** Written to files: never renumbered. */
typedef enum {
    TWP_MEASURE_INITIATION = 0,
    TWP_MEASURE_PRIMARY_NON_ADHERENCE = 1,
    TWP_MEASURE_TIME_TO_FIRST_DOSE = 2,
    TWP_MEASURE_PDC = 3,
    TWP_MEASURE_MPR = 4,
    TWP_MEASURE_PERSISTENCE = 5,
    TWP_MEASURE_REFILLS = 6,
    TWP_MEASURE_CONTACTS = 7,
    TWP_MEASURE_COST = 8,
    TWP_MEASURE_QALY = 9,
    TWP_MEASURE_LIFE_YEARS = 10,
    TWP_MEASURE_TIME_IN = 11,
    TWP_MEASURE_OCCUPANCY = 12,
    TWP_MEASURE_ENTRIES = 13,
    TWP_MEASURE_FIRST_ENTRY = 14,
    TWP_MEASURE_TIME_TO = 15,
    TWP_MEASURE_SOJOURN = 16,
    TWP_MEASURE_KAPLAN_MEIER = 17,
    TWP_MEASURE_TALLY = 18,
    TWP_MEASURE_STOCK = 19,
    TWP_MEASURE_IMPLEMENTATION = 20,
    TWP_MEASURE_MISSED_DOSES = 21,
    TWP_MEASURE_DRUG_HOLIDAYS = 22,
    TWP_MEASURE_ANY_DRUG_HOLIDAY = 23,
    TWP_MEASURE_MISSED_IN_RUNS = 24,
    TWP_MEASURE_NELSON_AALEN = 25,
    TWP_MEASURE_CUMULATIVE_INCIDENCE = 26,
    TWP_MEASURE_RESTRICTED_MEAN = 27,
    TWP_MEASURE_AALEN_JOHANSEN = 28,
    TWP_N_MEASURES
} twp_measure_t;

/** Which keys a measure takes in a study. */
enum {
    TWP_TAKES_AT = 1 << 0, /* at: a duration or a list; required */
    TWP_TAKES_BY = 1 << 1, /* by: a duration or a list; required unless TWP_BY_OPTIONAL */
    TWP_TAKES_BY_OPTIONAL = 1 << 2,
    TWP_TAKES_STATE = 1 << 3,   /* of: track.state; required */
    TWP_TAKES_SINCE = 1 << 4,   /* since: track.state; default: the twin's entry */
    TWP_TAKES_GAP = 1 << 5,     /* permissible_gap: default the report's */
    TWP_TAKES_WINDOW = 1 << 6,  /* window: default to the end of the life */
    TWP_TAKES_SUPPORT = 1 << 7, /* of: support; default all */
    TWP_TAKES_PAYER = 1 << 8,   /* of: payer; default all; category: default all */
    TWP_TAKES_DISCOUNT =
        1 << 9, /* discounted: default true where the report discounts, not for time_in_state */
    TWP_TAKES_STOCK = 1 << 10,           /* stock: which product; default the only one, or any */
    TWP_TAKES_TALLY = 1 << 11,           /* of: name of a `measure` action; required */
    TWP_TAKES_DOSES = 1 << 12,           /* of: doses of a medicine; default the only ones */
    TWP_TAKES_AT_LEAST = 1 << 13,        /* at_least: shortest run of missed doses that counts */
    TWP_TAKES_AT_MOST = 1 << 14,         /* at_most: longest run of missed doses that counts */
    TWP_TAKES_AGAINST = 1 << 15,         /* against: states whose entry ends the wait otherwise */
    TWP_TAKES_AGAINST_REQUIRED = 1 << 16 /* the same, and they must be said */
};

typedef struct {
    twp_measure_t measure;
    const char *name; /* key in a study */
    const char *unit; /* "1", "d", "year", "money", "" for counts */
    unsigned takes;
    const char *definition; /* exact, for the documentation and the file's long_name */
    const char *source;     /* where the definition comes from, or "Twinpath" */
} twp_measure_row_t;

extern const twp_measure_row_t twp_measures[TWP_N_MEASURES];

/** A key of measures: a measure has it when it takes one of `takes`, and must when one of `needs`. */
typedef struct {
    const char *name;
    unsigned takes, needs;
} twp_measure_key_t;

extern const twp_measure_key_t twp_measure_keys[];
extern const size_t twp_n_measure_keys;

/** Row by study key, or NULL. */
const twp_measure_row_t *twp_measures_find(const char *name);

#endif
