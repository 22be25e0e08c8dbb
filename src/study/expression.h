/**
 * Formulas, conditions and quantities of the study language: text to a small typed tree with units.
 *
 *   quantity   12 USD, 0.93 USD / minute, stop_scale * 1.2, 2 * (3 days + 1 week)
 *   formula    if(copay_card, min(list_share, 10 USD), list_share)
 *   condition  therapy.taking and not side_effects.severe and age >= 65 years
 *
 * Grammar, loosest first: or; and; not; comparison (< <= > >= == !=, not chained); + -; * /;
 * unary -; ^ (right associative, exponent a plain number unless the base has no unit); a number
 * with an optional unit that binds to it alone, a name (dotted), a call, parentheses. A unit after a
 * number is a product or quotient of unit names: `18 USD / year` is (18 USD) / year, where a unit name
 * may stand wherever a name may and means one of it. Names of a study that equal a unit's name are a
 * finding where they are declared.
 */
#ifndef TWP_STUDY_EXPRESSION_H
#define TWP_STUDY_EXPRESSION_H

#include "base/arena.h"
#include "base/error.h"

/** Dimension: powers of time (day) and money (the study's currency). */
typedef struct {
    int8_t time, money;
} twp_dim_t;

#define TWP_DIM_NONE ((twp_dim_t){ 0, 0 })
#define TWP_DIM_TIME ((twp_dim_t){ 1, 0 })
#define TWP_DIM_PER_TIME ((twp_dim_t){ -1, 0 })
#define TWP_DIM_MONEY ((twp_dim_t){ 0, 1 })
#define TWP_DIM_MONEY_PER_TIME ((twp_dim_t){ -1, 1 })

/** What a name in an expression stands for. */
typedef enum {
    TWP_WORD_NUMBER,         /* a literal; number, in days and study money */
    TWP_WORD_PARAMETER,      /* i */
    TWP_WORD_ATTRIBUTE,      /* i; truth when it is a chance */
    TWP_WORD_CATEGORY_IS,    /* attribute i has category code j (persona.eager) */
    TWP_WORD_VARIABLE,       /* i, the held value */
    TWP_WORD_STOCK_AMOUNT,   /* variable i, days left now: only where an instant evaluates it */
    TWP_WORD_STOCK_EMPTY,    /* variable i (stock.empty), truth */
    TWP_WORD_FORMULA,        /* i */
    TWP_WORD_STATE_IS,       /* track i is in state j; a support's name alone means NAME.active */
    TWP_WORD_OBSERVED_COUNT, /* observation i of a happening: how many arrived so far */
    TWP_WORD_TIME,           /* `time`: days since entry: only where an instant evaluates it */
    TWP_WORD_TIME_IN, /* `time_in(track)`: days since the state of track i was entered: instant only */
    TWP_WORD_ENTRIES,      /* `entries(track.state)`: transitions into state j of track i so far */
    TWP_WORD_SUPPORT_OPEN, /* internal: support i may be offered now (rollout, at_most) */
    TWP_WORD_NEGATE,       /* from here on: operators, n_args arguments */
    TWP_WORD_NOT,
    TWP_WORD_ADD,
    TWP_WORD_SUBTRACT,
    TWP_WORD_MULTIPLY,
    TWP_WORD_DIVIDE,
    TWP_WORD_POWER,
    TWP_WORD_LESS,
    TWP_WORD_LESS_EQUAL,
    TWP_WORD_GREATER,
    TWP_WORD_GREATER_EQUAL,
    TWP_WORD_EQUAL,
    TWP_WORD_NOT_EQUAL,
    TWP_WORD_AND, /* two arguments, both evaluated */
    TWP_WORD_OR,
    TWP_WORD_MIN, /* two arguments (min(a,b,c) is nested) */
    TWP_WORD_MAX,
    TWP_WORD_IF, /* condition, then, else; all evaluated */
    TWP_WORD_EXP,
    TWP_WORD_LOG,
    TWP_WORD_SQRT,
    TWP_WORD_ABS,
    TWP_WORD_FLOOR,
    TWP_WORD_LOGISTIC, /* 1 / (1 + exp(-x)) */
    TWP_WORD_STEPS,    /* steps(x, [from...], [is...]): arg[0] is x; step table below */
    TWP_WORD_TABLE     /* NAME(x, ...): value of a table; table and code below */
} twp_word_kind_t;

/** How far an expression may look; each includes those before it. */
typedef enum {
    TWP_SCOPE_CONSTANT, /* parameters */
    TWP_SCOPE_TWIN,     /* and attributes: fixed for a life */
    TWP_SCOPE_STEP, /* and whatever changes at events only: variables, formulas, states, observations */
    TWP_SCOPE_INSTANT /* and what changes continuously, read at one instant: stock, time, time_in() */
} twp_scope_t;

typedef struct twp_expression twp_expression_t;

struct twp_study_table;
#define TWP_TABLE_MAX_BY 4 /* key columns of a table */

struct twp_expression {
    twp_word_kind_t kind;
    double number;       /* TWP_WORD_NUMBER */
    const char *written; /* TWP_WORD_NUMBER: `1.9 years`, or NULL when no text said it */
    int i, j;            /* indices as the word says */
    bool is_truth;       /* 0 or 1 rather than a number */
    twp_dim_t dim;
    twp_scope_t scope; /* the widest scope it uses */
    int n_args;
    twp_expression_t *arg[TWP_TABLE_MAX_BY];
    int n_steps; /* TWP_WORD_STEPS: value is step_is[k] for the last k with step_from[k] <= x; */
    twp_expression_t *
        *step_from;             /* constants, rising, [n_steps]; below step_from[0] is step_is[0] */
    twp_expression_t **step_is; /* constants, [n_steps] */
    const struct twp_study_table *table; /* TWP_WORD_TABLE */
    const double
        *code[TWP_TABLE_MAX_BY]; /* text columns: key of each category (or of false, true) */
    int n_code[TWP_TABLE_MAX_BY];
    int line, column;
};

/** What a resolver answers for a name. */
typedef struct {
    twp_word_kind_t kind;
    int i, j;
    bool is_truth;
    twp_dim_t dim;
    twp_scope_t scope;
    bool is_found;
    const char *nearest;                 /* when not found */
    const char *refused;                 /* when found but not allowed here: why */
    const struct twp_study_table *table; /* TWP_WORD_TABLE: refused unless it is called */
    int n_categories; /* of a categorical attribute, which only a table takes as it is */
    const char *const *category;
} twp_name_meaning_t;

typedef struct twp_expression_reader {
    twp_arena_t *arena;
    twp_findings_t *findings;
    /**
     * Looks a dotted name up; context is passed through. Never asked for units, functions, `true` and
     * `false`; `time` is asked for. For `time_in(NAME)` NAME is asked for: a track answers
     * TWP_WORD_TIME_IN (refused everywhere else), a support TWP_WORD_STATE_IS.
     */
    twp_name_meaning_t (*resolve)(void *context, const char *name);
    void *context;
    const struct twp_units *units; /* vocabulary/units.h */
} twp_expression_reader_t;

/** Limits against hostile text. */
#define TWP_EXPRESSION_MAX_CHARS 4000
#define TWP_EXPRESSION_MAX_DEPTH 100

/**
 * Reads text at place into a typed tree. Wrong units, truth where a number belongs, unknown names
 * and syntax are findings (with the column inside the text) and give NULL.
 *
 * @param scope     the widest scope allowed
 * @param is_truth  whether a condition is wanted
 * @param dim       the dimension wanted, or NULL for any
 */
twp_expression_t *twp_expression_read(const twp_expression_reader_t *reader, const char *text,
    twp_place_t place, twp_scope_t scope, bool is_truth, const twp_dim_t *dim);

/**
 * Value of an expression of constant scope.
 * @param parameter values by index, internal units (days, study money)
 */
double twp_expression_constant(const twp_expression_t *expression, const double *parameter);

/** Arguments of an operator (TWP_WORD_NEGATE and later; not of tables, which differ); else 0. */
static inline int
twp_word_n_arguments(int kind)
{
    if (kind < TWP_WORD_NEGATE)
        return 0;
    if (kind == TWP_WORD_IF)
        return 3;
    if (kind == TWP_WORD_NEGATE || kind == TWP_WORD_NOT || kind >= TWP_WORD_EXP)
        return 1;
    return 2;
}

struct twp_study;

/**
 * Text form, fully parenthesised, that reads back as the same expression: literals as written (else in
 * days and the study's money), names from the study's tables (NULL: kind and index).
 *
 * @return text in arena, NULL when memory runs out
 */
const char *twp_expression_print(
    twp_arena_t *arena, const twp_expression_t *expression, const struct twp_study *study);

#endif
