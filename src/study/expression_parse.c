/* Recursive descent over tokens; the grammar stands in expression.h. */
#include "base/suggest.h"
#include "study/expression_reading.h"
#include "study/table.h"

#include <string.h>

/* Levels of binary operators, loosest first; `not` stands between and and comparisons. */
enum { LEVEL_OR, LEVEL_AND, LEVEL_COMPARE, LEVEL_ADD, LEVEL_MULTIPLY, LEVEL_UNARY };

typedef struct {
    const char *text;
    int level;
    twp_word_kind_t kind;
} operator_t;

static const operator_t operators[] = {
    { "or", LEVEL_OR, TWP_WORD_OR },
    { "and", LEVEL_AND, TWP_WORD_AND },
    { "<", LEVEL_COMPARE, TWP_WORD_LESS },
    { "<=", LEVEL_COMPARE, TWP_WORD_LESS_EQUAL },
    { ">", LEVEL_COMPARE, TWP_WORD_GREATER },
    { ">=", LEVEL_COMPARE, TWP_WORD_GREATER_EQUAL },
    { "==", LEVEL_COMPARE, TWP_WORD_EQUAL },
    { "!=", LEVEL_COMPARE, TWP_WORD_NOT_EQUAL },
    { "+", LEVEL_ADD, TWP_WORD_ADD },
    { "-", LEVEL_ADD, TWP_WORD_SUBTRACT },
    { "*", LEVEL_MULTIPLY, TWP_WORD_MULTIPLY },
    { "/", LEVEL_MULTIPLY, TWP_WORD_DIVIDE },
};

#define MAX_ARGUMENTS 100
#define MAX_STEPS 1000

static twp_expression_t *parse_level(twp_reading_expression_t *p, int level);
static twp_expression_t *parse_unary(twp_reading_expression_t *p);

static const operator_t *
find_operator(const twp_token_t *token, int level)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (operators[i].level == level && twp_token_is(token, operators[i].text))
            return &operators[i];
    return NULL;
}

static void
advance(twp_reading_expression_t *p)
{
    p->token = twp_token_next(p->token.text + p->token.length);
}

/* Text of the token, for findings. */
static const char *
token_text(twp_reading_expression_t *p)
{
    const char *text;

    if (p->token.kind == TWP_TOKEN_END)
        return "the end of the text";
    text = twp_arena_strndup(p->reader->arena, p->token.text, p->token.length);
    return text != NULL ? text : "";
}

/* A syntax error at the token: reading stops. */
static twp_expression_t *
stop(twp_reading_expression_t *p, const char *expected)
{
    const twp_token_t *const token = &p->token;
    const char *const text = token_text(p);

    if (p->is_failed)
        return &p->bad;
    p->is_failed = true;
    if (token->kind == TWP_TOKEN_WRONG && token->text[0] >= '0' && token->text[0] <= '9')
        return twp_expression_fault(p, token->text, text, "digits, such as 12, 0.5 or 2.5e-3", NULL,
            "%s is not a finite decimal number", text);
    if (token->kind == TWP_TOKEN_WRONG)
        return twp_expression_fault(p, token->text, text,
            *token->text == '.' ? "a digit before the point" : expected, NULL,
            "`%s` has no meaning in an expression", text);
    if (token->kind == TWP_TOKEN_END)
        return twp_expression_fault(
            p, token->text, text, expected, NULL, "the expression ends too early");
    if (strcmp(text, "per") == 0)
        expected = "a sign, or the end; \"per\" is written /, as in 18 USD / year";
    return twp_expression_fault(
        p, token->text, text, expected, NULL, "`%s` cannot stand here", text);
}

static bool
take(twp_reading_expression_t *p, const char *sign)
{
    if (p->is_failed)
        return false;
    if (!twp_token_is(&p->token, sign)) {
        stop(p, sign);
        return false;
    }
    advance(p);
    return true;
}

/* One level deeper; false (with a finding) when that is too deep. */
static bool
deeper(twp_reading_expression_t *p)
{
    if (p->is_failed)
        return false;
    if (++p->depth <= TWP_EXPRESSION_MAX_DEPTH)
        return true;
    p->is_failed = true;
    twp_expression_fault(p, p->token.text, NULL, "a shorter expression: name its parts as formulas",
        NULL, "the expression is nested more than %d deep", TWP_EXPRESSION_MAX_DEPTH);
    return false;
}

/* ---- numbers and units --------------------------------------------------------------------- */

static const char *
nearest_unit(const twp_reading_expression_t *p, const char *name)
{
    const char *names[64 + TWP_UNITS_MAX_MONEY];
    size_t n = 0;

    for (size_t i = 0; i < twp_n_units && n < 64; i++)
        names[n++] = twp_unit_table[i].name;
    for (int i = 0; p->reader->units != NULL && i < p->reader->units->n_money; i++)
        names[n++] = p->reader->units->money[i].name;
    return twp_suggest_nearest(name, names, n);
}

static bool
find_unit(const twp_reading_expression_t *p, const char *name, size_t length, double *factor,
    twp_dim_t *dim)
{
    char text[32];
    int time, money;

    if (length >= sizeof text)
        return false;
    memcpy(text, name, length);
    text[length] = '\0';
    if (!twp_units_find(p->reader->units, text, factor, &time, &money))
        return false;
    *dim = (twp_dim_t){ (int8_t) time, (int8_t) money };
    return true;
}

static const char *
expected_unit(const twp_reading_expression_t *p, const char *name)
{
    const bool has_money = p->reader->units != NULL && p->reader->units->n_money > 0;

    if (name[0] < 'A' || name[0] > 'Z')
        return "a unit, such as days or years, or a sign";
    if (!has_money)
        return "a currency; the study declares no `money`";
    return twp_arena_printf(
        p->reader->arena, "a unit of `money`, such as %s", p->reader->units->money[0].name);
}

static bool
is_word(const twp_token_t *token)
{
    return twp_token_is(token, "and") || twp_token_is(token, "or") || twp_token_is(token, "not");
}

/* number says n_number bytes at `at`, then perhaps %, then perhaps unit. */
static twp_expression_t *
written_number(twp_reading_expression_t *p, const char *at, size_t n_number, bool is_percent,
    const char *unit, double number, twp_dim_t dim)
{
    twp_expression_t *const node = twp_expression_number(p, at, number, dim);

    node->written = twp_arena_printf(p->reader->arena, "%.*s%s%s%s", (int) n_number, at,
        is_percent ? " %" : "", unit != NULL && n_number > 0 ? " " : "", unit != NULL ? unit : "");
    return node;
}

/* 12, 5 %, 30 days */
static twp_expression_t *
parse_number(twp_reading_expression_t *p)
{
    const char *const at = p->token.text, *unit = NULL;
    const size_t n_number = p->token.length;
    double number = p->token.number, factor = 1;
    twp_dim_t dim = TWP_DIM_NONE;
    bool is_percent = false;

    advance(p);
    if (twp_token_is(&p->token, "%")) {
        is_percent = true;
        number /= 100;
        advance(p);
    }
    if (p->token.kind == TWP_TOKEN_NAME && !is_word(&p->token)) {
        if (!find_unit(p, p->token.text, p->token.length, &factor, &dim)) {
            const char *const name = token_text(p);
            twp_expression_fault(p, p->token.text, name, expected_unit(p, name),
                nearest_unit(p, name), "%s is no unit", name);
            advance(p);
            return &p->bad;
        }
        unit = token_text(p);
        advance(p);
    }
    return written_number(p, at, n_number, is_percent, unit, number * factor, dim);
}

/* ---- names and calls ----------------------------------------------------------------------- */

static const char *
nearest_function(const char *name)
{
    const char *names[32];
    size_t n = 0;

    for (; n < twp_n_functions && n < 32; n++)
        names[n] = twp_functions[n].name;
    return twp_suggest_nearest(name, names, n);
}

static twp_expression_t *
parse_bracket(twp_reading_expression_t *p)
{
    twp_expression_t *node;

    advance(p);
    if (!deeper(p))
        return &p->bad;
    node = parse_level(p, LEVEL_OR);
    p->depth--;
    return take(p, ")") ? node : &p->bad;
}

/* [constant, ...]; their number, 0 when wrong */
static int
parse_list(twp_reading_expression_t *p, twp_expression_t ***list)
{
    const twp_scope_t scope = p->scope;
    int n = 0;

    *list = TWP_ARENA_NEW(p->reader->arena, twp_expression_t *, MAX_STEPS);
    if (*list == NULL || !take(p, "["))
        return 0;
    p->scope = TWP_SCOPE_CONSTANT;
    do {
        if (n == MAX_STEPS) {
            stop(p, "fewer steps");
            break;
        }
        (*list)[n++] = parse_level(p, LEVEL_ADD);
    } while (!p->is_failed && twp_token_is(&p->token, ",") && (advance(p), true));
    p->scope = scope;
    return take(p, "]") ? n : 0;
}

static twp_expression_t *
parse_steps(twp_reading_expression_t *p, const char *at)
{
    twp_expression_t *const x = parse_level(p, LEVEL_OR), **from, **is;
    int n_from = 0, n_is = 0;

    if (take(p, ","))
        n_from = parse_list(p, &from);
    if (take(p, ","))
        n_is = parse_list(p, &is);
    if (p->is_failed || n_from == 0 || n_is == 0)
        return &p->bad;
    return twp_expression_make_steps(p, at, x, n_from, from, n_is, is);
}

/* Why a name of the widest scope cannot stand where less is allowed. */
static const char *const scope_faults[] = { "", "differs from twin to twin",
    "changes during a life", TWP_INSTANT_FAULT };
static const char *const scope_allows[] = { "numbers and parameters",
    "numbers, parameters and attributes", "what changes at events only", "anything" };

/* time_in(NAME): NAME is a track or support, which is no value of its own */
static twp_expression_t *
parse_time_in(twp_reading_expression_t *p)
{
    const char *const at = p->token.text, *name;
    twp_name_meaning_t meaning;

    if (p->token.kind != TWP_TOKEN_NAME)
        return stop(p, "the name of a track");
    name = token_text(p);
    meaning = p->reader->resolve(p->reader->context, name);
    advance(p);
    if (meaning.is_found && strchr(name, '.') == NULL && meaning.kind == TWP_WORD_STATE_IS)
        meaning.kind = TWP_WORD_TIME_IN;
    if (!meaning.is_found || meaning.kind != TWP_WORD_TIME_IN)
        return twp_expression_fault(
            p, at, name, "the name of a track", meaning.nearest, "%s is no track", name);
    meaning = (twp_name_meaning_t){ .kind = TWP_WORD_TIME_IN,
        .i = meaning.i,
        .dim = TWP_DIM_TIME,
        .scope = TWP_SCOPE_INSTANT,
        .is_found = true };
    return twp_expression_word(p, at, &meaning);
}

/* entries(TRACK.STATE) */
static twp_expression_t *
parse_entries(twp_reading_expression_t *p)
{
    const char *const at = p->token.text, *name;
    twp_name_meaning_t meaning;

    if (p->token.kind != TWP_TOKEN_NAME)
        return stop(p, "track.state");
    name = token_text(p);
    meaning = p->reader->resolve(p->reader->context, name);
    advance(p);
    if (!meaning.is_found || meaning.kind != TWP_WORD_STATE_IS)
        return twp_expression_fault(
            p, at, name, "track.state", meaning.nearest, "%s is no state", name);
    if (meaning.refused != NULL)
        return twp_expression_fault(
            p, at, name, NULL, NULL, "%s cannot stand here: %s", name, meaning.refused);
    meaning = (twp_name_meaning_t){ .kind = TWP_WORD_ENTRIES,
        .i = meaning.i,
        .j = meaning.j,
        .scope = TWP_SCOPE_STEP,
        .is_found = true };
    if (p->scope < TWP_SCOPE_STEP)
        return twp_expression_fault(p, at, name, scope_allows[p->scope], NULL,
            "entries() cannot stand here: it %s", scope_faults[TWP_SCOPE_STEP]);
    return twp_expression_word(p, at, &meaning);
}

/* The arguments of an ordinary function; min and max of several are nested from the left. */
static twp_expression_t *
parse_arguments(twp_reading_expression_t *p, const char *at, const twp_function_row_t *row)
{
    twp_expression_t *arg[MAX_ARGUMENTS];
    int n = 0;

    if (!twp_token_is(&p->token, ")"))
        do {
            if (n == MAX_ARGUMENTS)
                return stop(p, row->call);
            arg[n++] = parse_level(p, LEVEL_OR);
        } while (!p->is_failed && twp_token_is(&p->token, ",") && (advance(p), true));
    if (p->is_failed)
        return &p->bad;
    if (n < row->n_min || n > row->n_max)
        return twp_expression_fault(
            p, at, NULL, row->call, NULL, "%s has %d argument%s", row->name, n, n == 1 ? "" : "s");
    if (n <= 2 || row->kind == TWP_WORD_IF)
        return twp_expression_make(p, row->kind, at, n, arg);
    for (int i = 1; i < n; i++)
        arg[0] = twp_expression_make(
            p, row->kind, at, 2, (twp_expression_t *const[]){ arg[0], arg[i] });
    return arg[0];
}

/* A name alone that is a categorical attribute: false when it is anything else. */
static bool
parse_category(twp_reading_expression_t *p, twp_name_meaning_t *category, twp_expression_t **arg)
{
    const twp_token_t token = p->token, next = twp_token_next(token.text + token.length);
    const char *name;

    *category = (twp_name_meaning_t){ .is_found = false };
    if (token.kind != TWP_TOKEN_NAME || (!twp_token_is(&next, ",") && !twp_token_is(&next, ")")))
        return false;
    name = token_text(p);
    if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0 ||
        find_unit(p, token.text, token.length, &(double){ 0 }, &(twp_dim_t){ 0, 0 }))
        return false;
    *category = p->reader->resolve(p->reader->context, name);
    if (!category->is_found || category->n_categories == 0 || category->scope > p->scope)
        return false;
    *arg = twp_expression_word(p, token.text, category);
    advance(p);
    return true;
}

/* TABLE(x, ...): as many as it has columns */
static twp_expression_t *
parse_table(twp_reading_expression_t *p, const char *at, const twp_study_table_t *table)
{
    twp_expression_t *arg[TWP_TABLE_MAX_BY], *node;
    twp_name_meaning_t category[TWP_TABLE_MAX_BY];
    int n = 0;

    advance(p);
    if (!deeper(p))
        return &p->bad;
    do {
        if (n == TWP_TABLE_MAX_BY)
            return stop(p, ")");
        if (!parse_category(p, &category[n], &arg[n])) {
            category[n].n_categories = 0;
            arg[n] = parse_level(p, LEVEL_OR);
        }
        n++;
    } while (!p->is_failed && twp_token_is(&p->token, ",") && (advance(p), true));
    p->depth--;
    node = p->is_failed ? &p->bad : twp_expression_make_table(p, at, table, n, arg, category);
    return take(p, ")") ? node : &p->bad;
}

static twp_expression_t *
parse_call(twp_reading_expression_t *p, const char *at, const char *name)
{
    const twp_function_row_t *const row = twp_functions_find(name);
    twp_expression_t *node;

    if (row == NULL) {
        const twp_name_meaning_t meaning = p->reader->resolve(p->reader->context, name);
        if (meaning.is_found && meaning.kind == TWP_WORD_TABLE)
            return parse_table(p, at, meaning.table);
        p->is_failed = true;
        return twp_expression_fault(
            p, at, name, "a function", nearest_function(name), "%s is no function", name);
    }
    advance(p);
    if (!deeper(p))
        return &p->bad;
    node = row->kind == TWP_WORD_STEPS  ? parse_steps(p, at)
        : row->kind == TWP_WORD_TIME_IN ? parse_time_in(p)
        : row->kind == TWP_WORD_ENTRIES ? parse_entries(p)
                                        : parse_arguments(p, at, row);
    p->depth--;
    return take(p, ")") ? node : &p->bad;
}

static twp_expression_t *
parse_truth(twp_reading_expression_t *p, const char *at, bool is_true)
{
    twp_expression_t *const node = twp_expression_number(p, at, is_true, TWP_DIM_NONE);

    if (!twp_expression_is_bad(node))
        node->is_truth = true;
    return node;
}

static twp_expression_t *
parse_name(twp_reading_expression_t *p)
{
    const char *const at = p->token.text, *const name = token_text(p), *nearest;
    const size_t length = p->token.length;
    double factor;
    twp_dim_t dim;
    twp_name_meaning_t meaning;

    if (is_word(&p->token))
        return stop(p, "a number, a name or brackets");
    advance(p);
    if (twp_token_is(&p->token, "("))
        return parse_call(p, at, name);
    if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
        return parse_truth(p, at, name[0] == 't');
    if (find_unit(p, at, length, &factor, &dim))
        return written_number(p, at, 0, false, name, factor, dim);
    if (twp_functions_find(name) != NULL)
        return twp_expression_fault(p, at, name, twp_functions_find(name)->call, NULL,
            "%s is a function and needs brackets", name);
    meaning = p->reader->resolve(p->reader->context, name);
    if (!meaning.is_found) {
        nearest = meaning.nearest != NULL ? meaning.nearest : nearest_unit(p, name);
        return twp_expression_fault(p, at, name,
            name[0] >= 'A' && name[0] <= 'Z' ? expected_unit(p, name) : scope_allows[p->scope],
            nearest, "%s is unknown", name);
    }
    if (meaning.refused != NULL)
        return twp_expression_fault(
            p, at, name, NULL, NULL, "%s cannot stand here: %s", name, meaning.refused);
    if (meaning.scope > p->scope)
        return twp_expression_fault(p, at, name, scope_allows[p->scope], NULL,
            "%s cannot stand here: it %s", name, scope_faults[meaning.scope]);
    return twp_expression_word(p, at, &meaning);
}

/* ---- operators ----------------------------------------------------------------------------- */

static twp_expression_t *
parse_primary(twp_reading_expression_t *p)
{
    if (p->is_failed)
        return &p->bad;
    if (p->token.kind == TWP_TOKEN_NUMBER)
        return parse_number(p);
    if (p->token.kind == TWP_TOKEN_NAME)
        return parse_name(p);
    if (twp_token_is(&p->token, "("))
        return parse_bracket(p);
    return stop(p, "a number, a name or brackets");
}

static twp_expression_t *
parse_power(twp_reading_expression_t *p)
{
    twp_expression_t *node[2] = { parse_primary(p), NULL };
    const char *const at = p->token.text;

    if (p->is_failed || !twp_token_is(&p->token, "^"))
        return node[0];
    advance(p);
    if (!deeper(p))
        return &p->bad;
    node[1] = parse_unary(p);
    p->depth--;
    return twp_expression_make(p, TWP_WORD_POWER, at, 2, node);
}

static twp_expression_t *
parse_unary(twp_reading_expression_t *p)
{
    const char *const at = p->token.text;
    const bool is_minus = twp_token_is(&p->token, "-");
    twp_expression_t *node;

    if (!is_minus && !twp_token_is(&p->token, "+"))
        return parse_power(p);
    advance(p);
    if (!deeper(p))
        return &p->bad;
    node = parse_unary(p);
    p->depth--;
    return is_minus ? twp_expression_make(p, TWP_WORD_NEGATE, at, 1, &node) : node;
}

static twp_expression_t *
parse_not(twp_reading_expression_t *p)
{
    const char *const at = p->token.text;
    twp_expression_t *node;

    if (!twp_token_is(&p->token, "not"))
        return parse_level(p, LEVEL_COMPARE);
    advance(p);
    if (!deeper(p))
        return &p->bad;
    node = parse_not(p);
    p->depth--;
    return twp_expression_make(p, TWP_WORD_NOT, at, 1, &node);
}

static twp_expression_t *
parse_below(twp_reading_expression_t *p, int level)
{
    if (level == LEVEL_AND)
        return parse_not(p);
    return level == LEVEL_MULTIPLY ? parse_unary(p) : parse_level(p, level + 1);
}

static twp_expression_t *
parse_level(twp_reading_expression_t *p, int level)
{
    twp_expression_t *node[2] = { parse_below(p, level), NULL };
    const operator_t *operator;

    while (!p->is_failed && (operator= find_operator(&p->token, level)) != NULL) {
        const char *const at = p->token.text;
        advance(p);
        node[1] = parse_below(p, level);
        node[0] = twp_expression_make(p, operator->kind, at, 2, node);
        if (level == LEVEL_COMPARE && find_operator(&p->token, level) != NULL)
            return stop(p, "`and` between two comparisons");
    }
    return p->is_failed ? &p->bad : node[0];
}

twp_expression_t *
twp_expression_parse(twp_reading_expression_t *p)
{
    twp_expression_t *node;

    p->token = twp_token_next(p->text);
    node = parse_level(p, LEVEL_OR);
    if (!p->is_failed && p->token.kind != TWP_TOKEN_END)
        return stop(p, "a sign, or the end");
    return node;
}
