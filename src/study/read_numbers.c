/* Numbers and conditions at a place of the tree, what is known of them, and their units in words. */
#include "study/read.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Knows no names: only what the units alone say counts. */
static twp_name_meaning_t
resolve_nothing(void *context, const char *name)
{
    (void) context;
    (void) name;
    return (twp_name_meaning_t){ .is_found = false };
}

/*
 * A number of any dimension that --set or a strategy put in place of another must have its dimension:
 * told here, where the slip is, and not at every place that uses it.
 */
static bool
fits_what_it_replaces(twp_read_t *read, twp_spot_t spot, const twp_expression_t *expression)
{
    twp_expression_reader_t reader = read->reader;
    const twp_node_t *old = spot.node->replaced;
    const twp_expression_t *was;
    const char *unit;
    twp_findings_t unheard;

    while (old != NULL && old->replaced != NULL)
        old = old->replaced;
    if (old == NULL || old->kind != TWP_NODE_SCALAR)
        return true;
    if (twp_findings_init(&unheard, NULL) != TWP_OK)
        longjmp(read->out_of_memory, 1);
    reader.findings = &unheard;
    reader.resolve = resolve_nothing;
    was = twp_expression_read(
        &reader, old->text, twp_read_place(spot), TWP_SCOPE_CONSTANT, false, NULL);
    twp_findings_clear(&unheard);
    if (was == NULL ||
        (was->dim.time == expression->dim.time && was->dim.money == expression->dim.money))
        return true;
    unit = twp_read_dim_text(read, was->dim);
    twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
        twp_read_printf(
            read, "%s, as `%s`", unit[0] != '\0' ? unit : "a number without a unit", old->text),
        NULL, "`%s` does not have the unit of `%s`, which it replaces", spot.node->text, old->text);
    return false;
}

/*
 * Reads one expression. When a word in it stands for something whose own fault is reported already
 * (is_silent, set by the resolver), what this text adds to the findings is taken back.
 */
static twp_expression_t *
read_expression(
    twp_read_t *read, twp_spot_t spot, twp_scope_t scope, bool is_truth, const twp_dim_t *dim)
{
    const bool was_silent = read->is_silent;
    const int n_errors = read->findings->n_errors;
    twp_expression_t *expression;

    if (spot.node == NULL)
        return NULL;
    if (spot.node->kind != TWP_NODE_SCALAR) {
        twp_read_fail(read, twp_read_place(spot),
            spot.node->kind == TWP_NODE_MAPPING ? "a mapping" : "a list",
            is_truth ? "a condition" : "a number or formula", NULL, "wrong kind of value");
        return NULL;
    }
    read->is_silent = false;
    read->kept = (twp_findings_mark_t){ read->findings->n, n_errors, read->findings->n_dropped };
    expression = twp_expression_read(
        &read->reader, spot.node->text, twp_read_place(spot), scope, is_truth, dim);
    if (read->is_silent) {
        read->findings->n = read->kept.n;
        read->findings->n_errors = read->kept.n_errors;
        read->findings->n_dropped = read->kept.n_dropped;
        expression = NULL;
    } else if (expression == NULL && read->findings->n_errors == n_errors) {
        longjmp(read->out_of_memory, 1);
    }
    read->is_silent = was_silent;
    if (expression != NULL && dim == NULL && !is_truth &&
        !fits_what_it_replaces(read, spot, expression))
        return NULL;
    if (expression != NULL && spot.node->number_moved > 0)
        return twp_read_moved(read, spot, expression);
    return expression;
}

twp_expression_t *
twp_read_number(twp_read_t *read, twp_spot_t spot, twp_scope_t scope, const twp_dim_t *dim)
{
    return read_expression(read, spot, scope, false, dim);
}

twp_expression_t *
twp_read_condition(twp_read_t *read, twp_spot_t spot, twp_scope_t scope)
{
    return read_expression(read, spot, scope, true, NULL);
}

/* Length of a name (dotted) at text, 0 when there is none. */
static size_t
name_length(const char *text)
{
    size_t n = 0;

    if (!islower((unsigned char) text[0]))
        return 0;
    while (islower((unsigned char) text[n]) || isdigit((unsigned char) text[n]) || text[n] == '_' ||
        text[n] == '.')
        n++;
    return n;
}

/* Whether a word or sign outside of brackets makes the text a condition. */
static bool
has_condition_sign(const char *text)
{
    int depth = 0;

    for (size_t i = 0; text[i] != '\0';) {
        const size_t length = name_length(text + i);
        depth += (text[i] == '(' || text[i] == '[') - (text[i] == ')' || text[i] == ']');
        if (depth == 0 && strchr("<>=!", text[i]) != NULL)
            return true;
        if (depth == 0 &&
            ((length == 3 &&
                 (strncmp(text + i, "and", 3) == 0 || strncmp(text + i, "not", 3) == 0)) ||
                (length == 2 && strncmp(text + i, "or", 2) == 0) ||
                (length == 4 && strncmp(text + i, "true", 4) == 0) ||
                (length == 5 && strncmp(text + i, "false", 5) == 0)))
            return true;
        i += length > 0 ? length : 1;
    }
    return false;
}

/* Whether the bracket that text opens is closed by its last character. */
static bool
is_bracketed(const char *text, size_t n)
{
    int depth = 0;

    if (n < 2 || text[0] != '(' || text[n - 1] != ')')
        return false;
    for (size_t i = 0; i + 1 < n; i++) {
        depth += (text[i] == '(') - (text[i] == ')');
        if (depth == 0)
            return false;
    }
    return true;
}

static bool
is_condition_text(twp_read_t *read, const char *text)
{
    size_t n;
    char *inner;

    while (isspace((unsigned char) *text))
        text++;
    n = strlen(text);
    while (n > 0 && isspace((unsigned char) text[n - 1]))
        n--;
    inner = twp_read_alloc(read, (int) n + 1, 1);
    memcpy(inner, text, n);
    while (is_bracketed(inner, n)) {
        inner[n - 1] = '\0';
        inner++;
        n -= 2;
    }
    if (strcmp(inner, "true") == 0 || strcmp(inner, "false") == 0)
        return true;
    if (n > 0 && name_length(inner) == n)
        return read->reader.resolve(read, inner).is_truth;
    return has_condition_sign(inner);
}

twp_expression_t *
twp_read_either(twp_read_t *read, twp_spot_t spot, twp_scope_t scope)
{
    const char *text = twp_read_text(spot);
    bool is_truth = false;

    if (text != NULL && strlen(text) <= TWP_EXPRESSION_MAX_CHARS) {
        const bool was_silent = read->is_silent;
        is_truth = is_condition_text(read, text);
        read->is_silent = was_silent;
    }
    return read_expression(read, spot, scope, is_truth, NULL);
}

double
twp_read_constant(twp_read_t *read, twp_spot_t spot, twp_dim_t dim, double fallback)
{
    const twp_expression_t *expression = twp_read_number(read, spot, TWP_SCOPE_CONSTANT, &dim);
    double value;

    twp_read_note_common(read, spot, expression);
    if (!twp_read_is_known(read, expression, &value) ||
        !twp_read_is_certain(read, spot, expression))
        return fallback;
    if (!isfinite(value)) {
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a finite number", NULL,
            "the value is not finite");
        return fallback;
    }
    return value;
}

bool
twp_read_is_known_aside(const twp_read_t *read, const twp_expression_t *expression, double *value)
{
    if (expression == NULL || expression->scope != TWP_SCOPE_CONSTANT)
        return false;
    *value = twp_expression_constant(expression, read->parameter_value);
    return true;
}

bool
twp_read_is_known(twp_read_t *read, const twp_expression_t *expression, double *value)
{
    twp_read_fix(read, expression);
    return twp_read_is_known_aside(read, expression, value);
}

bool
twp_read_is_known_within(
    twp_read_t *read, const twp_expression_t *expression, twp_within_t within, double *value)
{
    if (!twp_read_is_known_aside(read, expression, value))
        return false;
    twp_read_note_within(read, expression, within);
    return true;
}

twp_expression_t *
twp_read_positive_time(twp_read_t *read, twp_spot_t spot)
{
    const twp_dim_t time = TWP_DIM_TIME;
    twp_expression_t *expression = twp_read_number(read, spot, TWP_SCOPE_CONSTANT, &time);
    double days;

    if (twp_read_is_known_within(read, expression, TWP_WITHIN_ABOVE_0, &days) &&
        !(days > 0 && isfinite(days)))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a time above 0", NULL,
            "the time is out of range");
    return expression;
}

twp_expression_t *
twp_read_literal(twp_read_t *read, double number, twp_dim_t dim)
{
    twp_expression_t *word = twp_read_word(read, TWP_WORD_NUMBER, 0, 0, false, TWP_SCOPE_CONSTANT);

    word->number = number;
    word->dim = dim;
    return word;
}

twp_expression_t *
twp_read_word(
    twp_read_t *read, twp_word_kind_t kind, int i, int j, bool is_truth, twp_scope_t scope)
{
    twp_expression_t *word = TWP_READ_NEW(read, twp_expression_t, 1);

    word->kind = kind;
    word->i = i;
    word->j = j;
    word->is_truth = is_truth;
    word->scope = scope;
    return word;
}

twp_expression_t *
twp_read_operator(twp_read_t *read, twp_word_kind_t kind, twp_dim_t dim, twp_expression_t *a,
    twp_expression_t *b, twp_expression_t *c)
{
    twp_expression_t *word;

    if (a == NULL)
        return NULL;
    word = twp_read_word(read, kind, 0, 0, kind == TWP_WORD_AND || kind == TWP_WORD_OR, a->scope);
    word->dim = dim;
    word->line = a->line;
    word->column = a->column;
    word->arg[0] = a;
    word->arg[1] = b;
    word->arg[2] = c;
    word->n_args = c != NULL ? 3 : b != NULL ? 2 : 1;
    if (b != NULL && b->scope > word->scope)
        word->scope = b->scope;
    if (c != NULL && c->scope > word->scope)
        word->scope = c->scope;
    return word;
}

twp_expression_t *
twp_read_both(twp_read_t *read, twp_expression_t *a, twp_expression_t *b)
{
    if (a == NULL || b == NULL)
        return a != NULL ? a : b;
    return twp_read_operator(read, TWP_WORD_AND, TWP_DIM_NONE, a, b, NULL);
}

bool
twp_read_same_dim(twp_dim_t a, twp_dim_t b)
{
    return a.time == b.time && a.money == b.money;
}

const char *
twp_read_dim_text(twp_read_t *read, twp_dim_t dim)
{
    const char *money = read->units.n_money > 0 ? read->units.money[0].name : "money";

    if (dim.time == 0 && dim.money == 0)
        return "";
    if (dim.time == 1 && dim.money == 0)
        return "days";
    if (dim.time == -1 && dim.money == 0)
        return "1 / day";
    if (dim.time == 0 && dim.money == 1)
        return money;
    if (dim.time == -1 && dim.money == 1)
        return twp_read_printf(read, "%s / day", money);
    return twp_read_printf(read, "days^%d %s^%d", dim.time, money, dim.money);
}

/* What stands behind the plain number at the head of text, or NULL: text is no number with a unit. */
static const char *
written_unit(const char *text)
{
    double number;
    size_t n = 0, rest;

    if (text == NULL)
        return NULL;
    while (text[n] != '\0' && !isspace((unsigned char) text[n]))
        n++;
    if (!twp_number_read(text, n, &number))
        return NULL;
    while (isspace((unsigned char) text[n]))
        n++;
    for (rest = n; text[rest] != '\0'; rest++)
        if (!isalnum((unsigned char) text[rest]) && text[rest] != ' ' && text[rest] != '/')
            return NULL;
    return text + n;
}

const char *
twp_read_unit_text(twp_read_t *read, const char *text, twp_dim_t dim)
{
    const char *const unit = written_unit(text);

    return unit != NULL ? twp_read_printf(read, "%s", unit) : twp_read_dim_text(read, dim);
}

double
twp_read_unit_size(twp_read_t *read, const char *text, twp_dim_t dim)
{
    const char *const unit = written_unit(text);
    const twp_place_t nowhere = { "", 0, 0, "" };
    double size = 1;

    if (unit != NULL && unit[0] != '\0')
        (void) twp_read_is_known(read,
            twp_expression_read(&read->reader, twp_read_printf(read, "1 %s", unit), nowhere,
                TWP_SCOPE_CONSTANT, false, &dim),
            &size);
    return size;
}
