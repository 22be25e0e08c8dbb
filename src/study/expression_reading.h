/** Private to the expression reader: tokens, the state of one reading, nodes with their types. */
#ifndef TWP_STUDY_EXPRESSION_READING_H
#define TWP_STUDY_EXPRESSION_READING_H

#include "study/expression.h"
#include "vocabulary/units.h"

typedef enum {
    TWP_TOKEN_END,
    TWP_TOKEN_NUMBER,
    TWP_TOKEN_NAME, /* dotted; words such as `and` too */
    TWP_TOKEN_SIGN, /* + - * / ^ ( ) [ ] , % < <= > >= == != */
    TWP_TOKEN_WRONG /* no token: a character without meaning, or a number that is none */
} twp_token_kind_t;

typedef struct {
    twp_token_kind_t kind;
    const char *text; /* into the expression, not terminated */
    size_t length;
    double number;
} twp_token_t;

/** The token that begins at or after text, blanks skipped. */
twp_token_t twp_token_next(const char *text);
bool twp_token_is(const twp_token_t *token, const char *text);

/** The reading of one expression. */
typedef struct {
    const twp_expression_reader_t *reader;
    const char *text;
    twp_place_t place;
    twp_scope_t scope; /* the widest allowed now */
    twp_token_t token; /* not yet taken */
    int depth;
    bool is_failed;       /* syntax: nothing more is read */
    bool is_wrong;        /* a finding was added: the result is NULL */
    twp_expression_t bad; /* stands for whatever is wrong, so that it is reported once */
} twp_reading_expression_t;

/** Syntax: text -> nodes. Never NULL; &p->bad when wrong. */
twp_expression_t *twp_expression_parse(twp_reading_expression_t *p);

/* ---- nodes and their types (expression_types.c) ----------------------------------------------- */

bool twp_expression_is_bad(const twp_expression_t *node);
/** Where at, which points into p->text, stands in the file. */
twp_place_t twp_expression_place(const twp_reading_expression_t *p, const char *at);
/** Adds a finding at `at` and gives &p->bad. */
twp_expression_t *twp_expression_fault(twp_reading_expression_t *p, const char *at,
    const char *found, const char *expected, const char *nearest, const char *format, ...)
    TWP_PRINTF(6, 7);

twp_expression_t *twp_expression_number(
    twp_reading_expression_t *p, const char *at, double number, twp_dim_t dim);
twp_expression_t *twp_expression_word(
    twp_reading_expression_t *p, const char *at, const twp_name_meaning_t *meaning);
/** An operator or function of n arguments, its types checked; at is where it stands. */
twp_expression_t *twp_expression_make(twp_reading_expression_t *p, twp_word_kind_t kind,
    const char *at, int n, twp_expression_t *const *arg);
/** steps(x, [from], [is]) */
twp_expression_t *twp_expression_make_steps(twp_reading_expression_t *p, const char *at,
    twp_expression_t *x, int n_from, twp_expression_t **from, int n_is, twp_expression_t **is);
/** NAME(arg, ...): n arguments, of which category[k] are those of a categorical attribute, or NULL. */
twp_expression_t *twp_expression_make_table(twp_reading_expression_t *p, const char *at,
    const struct twp_study_table *table, int n, twp_expression_t *const *arg,
    const twp_name_meaning_t *category);
/** The whole against what is wanted; NULL when it does not fit (with a finding). */
twp_expression_t *twp_expression_fit(
    twp_reading_expression_t *p, twp_expression_t *node, bool is_truth, const twp_dim_t *dim);

bool twp_dim_equal(twp_dim_t a, twp_dim_t b);

#define TWP_DIM_TEXT_SIZE 64
/** "days", "USD / day", "a number without a unit"; currency may be NULL. Returns text. */
const char *twp_dim_print(twp_dim_t dim, const char *currency, char text[TWP_DIM_TEXT_SIZE]);

/** What is wrong with a word of instant scope where one moment alone is not meant. */
#define TWP_INSTANT_FAULT                                                                      \
    "changes all the time: only one instant can read it (actions, chances, after, every, the " \
    "if of an exit)"

/* ---- functions by name (expression_functions.c) ------------------------------------------------ */

typedef struct {
    const char *name;
    twp_word_kind_t kind;
    int n_min, n_max;
    const char *call; /* for messages and the documentation */
    const char *help;
} twp_function_row_t;

extern const twp_function_row_t twp_functions[];
extern const size_t twp_n_functions;

const twp_function_row_t *twp_functions_find(const char *name);

#endif
