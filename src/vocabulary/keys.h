/**
 * Keys of the study language: one table, read by the checks, the documentation and the tests.
 *
 * A block is a mapping with named keys. A row says what one key of a block may hold: which forms (a
 * scalar, a mapping, a list, a map from free names), what the scalars mean, their dimension, whether
 * the key is required, and which keys exclude each other.
 *
 * keys.c holds the rows; key_blocks.c the blocks, the reserved words and how a row is found.
 */
#ifndef TWP_VOCABULARY_KEYS_H
#define TWP_VOCABULARY_KEYS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    TWP_BLOCK_NONE = 0,
    TWP_BLOCK_STUDY,
    TWP_BLOCK_TIME,
    TWP_BLOCK_MONEY,
    TWP_BLOCK_PARAMETER,
    TWP_BLOCK_TABLE,
    TWP_BLOCK_TABLE_COLUMN,
    TWP_BLOCK_UNCERTAIN,
    TWP_BLOCK_UNCERTAIN_NORMAL,
    TWP_BLOCK_UNCERTAIN_LOGNORMAL,
    TWP_BLOCK_UNCERTAIN_BETA,
    TWP_BLOCK_UNCERTAIN_GAMMA,
    TWP_BLOCK_JOINT,
    TWP_BLOCK_DIRICHLET,
    TWP_BLOCK_MULTIVARIATE_NORMAL,
    TWP_BLOCK_POSTERIOR_DRAWS,
    TWP_BLOCK_PATIENT,
    TWP_BLOCK_DISTRIBUTION,
    TWP_BLOCK_DIST_LOGNORMAL,
    TWP_BLOCK_DIST_GAMMA,
    TWP_BLOCK_DIST_EXPONENTIAL,
    TWP_BLOCK_DIST_WEIBULL,
    TWP_BLOCK_CORRELATED,
    TWP_BLOCK_VARIABLE,
    TWP_BLOCK_ACTION,
    TWP_BLOCK_TRACK,
    TWP_BLOCK_START_CHOICE,
    TWP_BLOCK_START_FROM,
    TWP_BLOCK_STATE,      /* every key that is not in the table is an EXIT */
    TWP_BLOCK_STATE_COST, /* every other key is a payer */
    TWP_BLOCK_OVER_TIME,
    TWP_BLOCK_EXIT,
    TWP_BLOCK_CHOICES, /* every other key is a state */
    TWP_BLOCK_BRANCH,
    TWP_BLOCK_CHANCE_STEPS,
    TWP_BLOCK_LAW, /* its keys are the families of families.h */
    TWP_BLOCK_PIECEWISE,
    TWP_BLOCK_SPLINE,
    TWP_BLOCK_POLYNOMIAL,
    TWP_BLOCK_LIFE_TABLE,
    TWP_BLOCK_HAZARD_EFFECT,
    TWP_BLOCK_CHANCE_EFFECT,
    TWP_BLOCK_DOSES,
    TWP_BLOCK_MISSED_RUN,
    TWP_BLOCK_UTILITY,
    TWP_BLOCK_OBSERVATION,
    TWP_BLOCK_SUPPORT,
    TWP_BLOCK_OFFER,
    TWP_BLOCK_UPTAKE,
    TWP_BLOCK_LASTS, /* `hazard: LAW`, or a family of families.h at once */
    TWP_BLOCK_SUPPORT_EFFECT,
    TWP_BLOCK_FADES,
    TWP_BLOCK_CONTACTS,
    TWP_BLOCK_SUPPORT_COST, /* every other key is a payer */
    TWP_BLOCK_PAYER_COST,
    TWP_BLOCK_CONSENT,  /* every other key is a consent */
    TWP_BLOCK_TOGETHER, /* every other key is a qualified exit */
    TWP_BLOCK_STRATEGY,
    TWP_BLOCK_TARGET, /* and the keys of MEASURE */
    TWP_BLOCK_REPORT,
    TWP_BLOCK_ACCEPTABILITY,
    TWP_BLOCK_UNCERTAINTY,
    TWP_BLOCK_MEASURE, /* which keys a measure takes: measures.h */
    TWP_BLOCK_DISCOUNT,
    TWP_BLOCK_DISCOUNT_STEP,
    TWP_BLOCK_RECORD,
    TWP_BLOCK_SWEEP,
    TWP_BLOCK_SWEEP_RANGE,
    TWP_N_BLOCKS
} twp_block_t;

/** Shapes a key may have; a row allows one or more. */
enum {
    TWP_FORM_VALUE = 1 << 0, /* a scalar of type `value` (one of `choices` where there are) */
    TWP_FORM_BLOCK = 1 << 1, /* a mapping: block `child` */
    /* A list: of blocks `item`, and of scalars `value` where that is not NONE (with both, scalars only
     * where the key may not be a scalar itself: then that is the scalar's place). */
    TWP_FORM_LIST = 1 << 2,
    TWP_FORM_MAP = 1 << 3, /* free names: to blocks `child`, and to scalars `value` if not NONE */
    TWP_FORM_MAP_OF_LISTS = 1 << 4, /* free names to lists as above */
    TWP_FORM_MATRIX = 1 << 5        /* list of lists of scalars `value` */
};

/** What a scalar means. */
typedef enum {
    TWP_VALUE_NONE, /* no scalar may stand here */
    TWP_VALUE_ANY,  /* anything at all, any shape: not looked into */
    TWP_VALUE_TEXT,
    TWP_VALUE_NAME,      /* a plain name of something in the study */
    TWP_VALUE_REFERENCE, /* a dotted name, track.state.exit */
    TWP_VALUE_PATH,
    TWP_VALUE_BOOLEAN, /* true or false */
    TWP_VALUE_INTEGER,
    TWP_VALUE_COUNT,    /* integer > 0 */
    TWP_VALUE_DATE,     /* YYYY-MM-DD, a day that exists */
    TWP_VALUE_CHOICE,   /* one of `choices` */
    TWP_VALUE_CURRENCY, /* USD */
    TWP_VALUE_PRICES,   /* USD 2023 */
    TWP_VALUE_MEASURE,  /* a measure of measures.h */
    TWP_VALUE_AT_MOST,  /* N, or N in DURATION */
    TWP_VALUE_CONSTANT, /* from here on expressions, by how far they may look */
    TWP_VALUE_TWIN,
    TWP_VALUE_STEP,
    TWP_VALUE_INSTANT,
    TWP_VALUE_CONDITION,        /* truth, step scope */
    TWP_VALUE_INSTANT_CONDITION /* truth, instant scope */
} twp_value_t;

/** Dimension of an expression. */
typedef enum {
    TWP_MEANS_NUMBER, /* no unit */
    TWP_MEANS_TIME,
    TWP_MEANS_PER_TIME,
    TWP_MEANS_MONEY,
    TWP_MEANS_MONEY_PER_TIME,
    TWP_MEANS_ANY /* what the place asks for, or whatever it is */
} twp_means_t;

/** How the free names of a block or map are spelled. */
typedef enum {
    TWP_NAMES_NEW,       /* [a-z][a-z0-9_]*, declared here: no word or unit of expressions */
    TWP_NAMES_REFERENCE, /* dotted names of things declared elsewhere */
    TWP_NAMES_PATH,      /* dotted paths; items of lists by number */
    TWP_NAMES_UNIT,      /* units of money: EUR, USD2017 */
    TWP_NAMES_CONDITION  /* conditions, read as expressions: `therapy.taking and age > 60 years` */
} twp_spelling_t;

enum {
    TWP_KEY_REQUIRED = 1 << 0, /* with `with`: required where one of those stands */
    TWP_KEY_TELLS = 1 << 1,    /* only tells: changes no result */
    TWP_KEY_SETTING =
        1 << 2, /* numbers here and below are no claims about the world: no source needed */
    TWP_KEY_FILLED = 1 << 3 /* a map or list with nothing in it is a finding */
};

typedef struct {
    twp_block_t block;
    const char *name; /* "*": any other key */
    unsigned forms;
    twp_value_t value;
    const char *choices; /* "multiply" or "entry|study", or NULL */
    twp_block_t child;   /* of mappings and of the entries of maps */
    twp_block_t item;    /* of lists */
    int n_items;         /* length of a list, 0: any */
    twp_means_t means;
    twp_spelling_t names;
    const char *fallback; /* default as text, or NULL */
    unsigned flags;
    int group;        /* > 0: exactly one of the keys of this group, < 0: at most one; 0: none */
    const char *with; /* "rr|difference": the row holds where one of these keys stands beside it */
    const char *unless; /* "from": required unless one of these stands beside it */
    const char *help;
} twp_key_t;

extern const twp_key_t twp_keys[];
extern const size_t twp_n_keys;

typedef struct {
    twp_block_t block;
    const char *name;     /* for the documentation: `patient.tracks.TRACK` */
    bool has_source;      /* takes `source` and `note` besides its rows */
    int families_group;   /* != 0: the families of families.h are keys too, in this group */
    twp_block_t includes; /* the rows of this block are its rows too, or NONE */
    const char *help;
} twp_block_row_t;

extern const twp_block_row_t twp_blocks[TWP_N_BLOCKS]; /* by number */

/** The rows `source` and `note` of every block that has_source. */
extern const twp_key_t twp_key_source, twp_key_note;

/**
 * Row of a key. has_key says whether another key stands beside it (for `with`); with NULL the first
 * row of that name is given. A row that needs a key which is not there is given when none fits, so
 * that its `with` can be told. Free keys ("*") are found by any name that is no other key. NULL:
 * unknown. Families of hazard laws are not rows.
 */
const twp_key_t *twp_keys_find(twp_block_t block, const char *name,
    bool (*has_key)(const void *context, const char *name), const void *context);

/** True when name is no key of its own in the block but falls under its "*": a payer, an exit, ... */
bool twp_keys_is_free(twp_block_t block, const char *name);

/** True when the row belongs to the block, of its own or by `includes`; walk twp_keys[] with it. */
bool twp_keys_is_in(const twp_key_t *row, twp_block_t block);

/** True when name is one of the "|"-separated words of list (NULL: false). */
bool twp_keys_is_listed(const char *list, const char *name);

/** Words that no name of a study may be: functions and words of expressions, and YAML's truths. */
extern const char *const twp_reserved_words[];
extern const size_t twp_n_reserved_words;

/** Why a name may not be declared ("is a unit", ...), or NULL when it may. Static storage. */
const char *twp_keys_refuse_name(const char *name);

#define TWP_NAME_MAX_CHARS 60

#endif
