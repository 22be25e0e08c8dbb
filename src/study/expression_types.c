/* Nodes of an expression and what their types must be: truth or number, dimension, scope. */
#include "study/expression_reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Powers of a unit beyond these are a slip. */
#define MAX_POWER 9

bool
twp_expression_is_bad(const twp_expression_t *node)
{
    return node->n_args < 0;
}

bool
twp_dim_equal(twp_dim_t a, twp_dim_t b)
{
    return a.time == b.time && a.money == b.money;
}

static const char *
currency_of(const twp_reading_expression_t *p)
{
    const twp_units_t *const units = p->reader->units;

    return units != NULL && units->n_money > 0 ? units->money[0].name : NULL;
}

/* " days^2", with `between` before it where something stands already */
static void
print_power(char *text, size_t size, const char *between, const char *unit, int power)
{
    const size_t n = strlen(text);

    if (power == 1)
        snprintf(text + n, size - n, "%s%s", n > 0 ? between : "", unit);
    else if (power > 1)
        snprintf(text + n, size - n, "%s%s^%d", n > 0 ? between : "", unit, power);
}

const char *
twp_dim_print(twp_dim_t dim, const char *currency, char text[TWP_DIM_TEXT_SIZE])
{
    const char *const money = currency != NULL ? currency : "money";

    text[0] = '\0';
    if (dim.time == 0 && dim.money == 0) {
        snprintf(text, TWP_DIM_TEXT_SIZE, "a number without a unit");
        return text;
    }
    print_power(text, TWP_DIM_TEXT_SIZE, " ", money, dim.money);
    print_power(text, TWP_DIM_TEXT_SIZE, " ", "days", dim.time);
    if (text[0] == '\0')
        snprintf(text, TWP_DIM_TEXT_SIZE, "1");
    print_power(text, TWP_DIM_TEXT_SIZE, " / ", money, -dim.money);
    print_power(text, TWP_DIM_TEXT_SIZE, " / ", dim.time == -1 ? "day" : "days", -dim.time);
    return text;
}

/* Characters of p->text before at. */
static int
offset_of(const twp_reading_expression_t *p, const char *at)
{
    int n = 0;

    for (const char *c = p->text; c < at; c++)
        n += ((unsigned char) *c & 0xC0) != 0x80;
    return n;
}

twp_place_t
twp_expression_place(const twp_reading_expression_t *p, const char *at)
{
    twp_place_t place = p->place;

    if (place.column > 0)
        place.column += offset_of(p, at);
    return place;
}

twp_expression_t *
twp_expression_fault(twp_reading_expression_t *p, const char *at, const char *found,
    const char *expected, const char *nearest, const char *format, ...)
{
    char message[512];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    p->is_wrong = true;
    twp_findings_add(p->reader->findings, twp_expression_place(p, at),
        found != NULL ? found : p->text, expected, nearest, "%s", message);
    return &p->bad;
}

/* A new node, or &p->bad when memory runs out. */
static twp_expression_t *
new_node(twp_reading_expression_t *p, const char *at, twp_word_kind_t kind)
{
    twp_expression_t *const node = TWP_ARENA_NEW(p->reader->arena, twp_expression_t, 1);

    if (node == NULL) {
        p->is_failed = p->is_wrong = true;
        return &p->bad;
    }
    node->kind = kind;
    node->line = p->place.line;
    node->column = twp_expression_place(p, at).column;
    return node;
}

twp_expression_t *
twp_expression_number(twp_reading_expression_t *p, const char *at, double number, twp_dim_t dim)
{
    twp_expression_t *const node = new_node(p, at, TWP_WORD_NUMBER);

    if (!twp_expression_is_bad(node)) {
        node->number = number;
        node->dim = dim;
    }
    return node;
}

twp_expression_t *
twp_expression_word(twp_reading_expression_t *p, const char *at, const twp_name_meaning_t *meaning)
{
    twp_expression_t *node;

    if (meaning->scope > p->scope) /* time_in() */
        return twp_expression_fault(p, at, "time_in()", NULL, NULL, "time_in() " TWP_INSTANT_FAULT);
    node = new_node(p, at, meaning->kind);
    if (twp_expression_is_bad(node))
        return node;
    node->i = meaning->i;
    node->j = meaning->j;
    node->is_truth = meaning->is_truth;
    node->dim = meaning->dim;
    node->scope = meaning->scope;
    return node;
}

/* ---- what arguments must be ----------------------------------------------------------------- */

static bool
are_truths(twp_reading_expression_t *p, const char *at, twp_expression_t *const *arg, int n)
{
    for (int i = 0; i < n; i++)
        if (!arg[i]->is_truth) {
            twp_expression_fault(p, at, NULL, "a condition, such as x > 0", NULL,
                "a number stands where a condition belongs");
            return false;
        }
    return true;
}

static bool
are_numbers(twp_reading_expression_t *p, const char *at, twp_expression_t *const *arg, int n)
{
    for (int i = 0; i < n; i++)
        if (arg[i]->is_truth) {
            twp_expression_fault(p, at, NULL, "a number; if(condition, 1, 0) makes one", NULL,
                "a condition stands where a number belongs");
            return false;
        }
    return true;
}

/* Both of one dimension. */
static bool
are_alike(twp_reading_expression_t *p, const char *at, const twp_expression_t *a,
    const twp_expression_t *b, twp_word_kind_t kind)
{
    char x[TWP_DIM_TEXT_SIZE], y[TWP_DIM_TEXT_SIZE];
    const char *const money = currency_of(p);

    if (twp_dim_equal(a->dim, b->dim))
        return true;
    twp_dim_print(a->dim, money, x);
    twp_dim_print(b->dim, money, y);
    switch (kind) {
    case TWP_WORD_ADD: twp_expression_fault(p, at, NULL, x, NULL, "adds %s to %s", y, x); break;
    case TWP_WORD_SUBTRACT:
        twp_expression_fault(p, at, NULL, x, NULL, "subtracts %s from %s", y, x);
        break;
    case TWP_WORD_MIN:
    case TWP_WORD_MAX:
        twp_expression_fault(p, at, NULL, x, NULL, "takes the %s of %s and %s",
            kind == TWP_WORD_MIN ? "min" : "max", x, y);
        break;
    case TWP_WORD_IF:
        twp_expression_fault(p, at, NULL, x, NULL, "chooses between %s and %s", x, y);
        break;
    default: twp_expression_fault(p, at, NULL, x, NULL, "compares %s with %s", x, y);
    }
    return false;
}

static bool
has_no_unit(
    twp_reading_expression_t *p, const char *at, const twp_expression_t *node, const char *what)
{
    char text[TWP_DIM_TEXT_SIZE];

    if (twp_dim_equal(node->dim, TWP_DIM_NONE))
        return true;
    twp_dim_print(node->dim, currency_of(p), text);
    twp_expression_fault(p, at, NULL, "a number without a unit: divide by one first", NULL,
        "%s is in %s", what, text);
    return false;
}

/* ---- the rules ------------------------------------------------------------------------------ */

/* dim = a * x + b * y, as powers; a finding when a unit gets too high a power. */
static bool
add_powers(twp_reading_expression_t *p, const char *at, twp_dim_t a, int x, twp_dim_t b, int y,
    twp_dim_t *dim)
{
    const int time = a.time * x + b.time * y, money = a.money * x + b.money * y;

    if (abs(time) > MAX_POWER || abs(money) > MAX_POWER) {
        twp_expression_fault(
            p, at, NULL, NULL, NULL, "a unit is raised to a power above %d", MAX_POWER);
        return false;
    }
    *dim = (twp_dim_t){ (int8_t) time, (int8_t) money };
    return true;
}

/* The value of a literal exponent, 2 or -1. */
static bool
is_literal(const twp_expression_t *node, double *value)
{
    const bool is_negative = node->kind == TWP_WORD_NEGATE;

    if (is_negative)
        node = node->arg[0];
    *value = is_negative ? -node->number : node->number;
    return node->kind == TWP_WORD_NUMBER && !node->is_truth;
}

static bool
check_power(
    twp_reading_expression_t *p, const char *at, twp_expression_t *const *arg, twp_dim_t *dim)
{
    double power;

    if (!are_numbers(p, at, arg, 2) || !has_no_unit(p, at, arg[1], "the exponent"))
        return false;
    if (twp_dim_equal(arg[0]->dim, TWP_DIM_NONE))
        return true;
    if (!is_literal(arg[1], &power) || !(power >= -MAX_POWER && power <= MAX_POWER) ||
        power != (double) (int) power) {
        twp_expression_fault(p, at, NULL, "a whole number such as 2", NULL,
            "the exponent of something with a unit is no plain whole number");
        return false;
    }
    return add_powers(p, at, arg[0]->dim, (int) power, TWP_DIM_NONE, 0, dim);
}

static bool
check_sqrt(
    twp_reading_expression_t *p, const char *at, twp_expression_t *const *arg, twp_dim_t *dim)
{
    const twp_dim_t of = arg[0]->dim;

    if (!are_numbers(p, at, arg, 1))
        return false;
    if (of.time % 2 != 0 || of.money % 2 != 0) {
        char text[TWP_DIM_TEXT_SIZE];
        twp_expression_fault(p, at, NULL, "a number without a unit", NULL,
            "the square root of %s has no unit", twp_dim_print(of, currency_of(p), text));
        return false;
    }
    *dim = (twp_dim_t){ (int8_t) (of.time / 2), (int8_t) (of.money / 2) };
    return true;
}

/* Both branches of one type: numbers of one dimension, or conditions. */
static bool
check_if(twp_reading_expression_t *p, const char *at, twp_expression_t *const *arg, twp_dim_t *dim,
    bool *is_truth)
{
    if (!are_truths(p, at, arg, 1))
        return false;
    *is_truth = arg[1]->is_truth;
    if (arg[1]->is_truth != arg[2]->is_truth) {
        twp_expression_fault(p, at, NULL, "two numbers, or two conditions", NULL,
            "chooses between a condition and a number");
        return false;
    }
    *dim = arg[1]->dim;
    return are_alike(p, at, arg[1], arg[2], TWP_WORD_IF);
}

static bool
check_equal(
    twp_reading_expression_t *p, const char *at, twp_expression_t *const *arg, twp_word_kind_t kind)
{
    if (arg[0]->is_truth && arg[1]->is_truth)
        return true;
    return are_numbers(p, at, arg, 2) && are_alike(p, at, arg[0], arg[1], kind);
}

static bool
check(twp_reading_expression_t *p, twp_word_kind_t kind, const char *at,
    twp_expression_t *const *arg, twp_dim_t *dim, bool *is_truth)
{
    switch (kind) {
    case TWP_WORD_NOT: *is_truth = true; return are_truths(p, at, arg, 1);
    case TWP_WORD_AND:
    case TWP_WORD_OR: *is_truth = true; return are_truths(p, at, arg, 2);
    case TWP_WORD_LESS:
    case TWP_WORD_LESS_EQUAL:
    case TWP_WORD_GREATER:
    case TWP_WORD_GREATER_EQUAL:
        *is_truth = true;
        return are_numbers(p, at, arg, 2) && are_alike(p, at, arg[0], arg[1], kind);
    case TWP_WORD_EQUAL:
    case TWP_WORD_NOT_EQUAL: *is_truth = true; return check_equal(p, at, arg, kind);
    case TWP_WORD_ADD:
    case TWP_WORD_SUBTRACT:
    case TWP_WORD_MIN:
    case TWP_WORD_MAX:
        *dim = arg[0]->dim;
        return are_numbers(p, at, arg, 2) && are_alike(p, at, arg[0], arg[1], kind);
    case TWP_WORD_MULTIPLY:
        return are_numbers(p, at, arg, 2) && add_powers(p, at, arg[0]->dim, 1, arg[1]->dim, 1, dim);
    case TWP_WORD_DIVIDE:
        return are_numbers(p, at, arg, 2) &&
            add_powers(p, at, arg[0]->dim, 1, arg[1]->dim, -1, dim);
    case TWP_WORD_POWER: return check_power(p, at, arg, dim);
    case TWP_WORD_SQRT: return check_sqrt(p, at, arg, dim);
    case TWP_WORD_IF: return check_if(p, at, arg, dim, is_truth);
    case TWP_WORD_NEGATE:
    case TWP_WORD_ABS: *dim = arg[0]->dim; return are_numbers(p, at, arg, 1);
    default: /* exp, log, floor, logistic */
        return are_numbers(p, at, arg, 1) && has_no_unit(p, at, arg[0], "the argument");
    }
}

twp_expression_t *
twp_expression_make(twp_reading_expression_t *p, twp_word_kind_t kind, const char *at, int n,
    twp_expression_t *const *arg)
{
    twp_dim_t dim = TWP_DIM_NONE;
    bool is_truth = false;
    twp_expression_t *node;

    if (p->is_failed)
        return &p->bad;
    for (int i = 0; i < n; i++)
        if (twp_expression_is_bad(arg[i]))
            return &p->bad;
    if (!check(p, kind, at, arg, &dim, &is_truth))
        return &p->bad;
    node = new_node(p, at, kind);
    if (twp_expression_is_bad(node))
        return node;
    node->dim = dim;
    node->is_truth = is_truth;
    node->n_args = n;
    for (int i = 0; i < n; i++) {
        node->arg[i] = arg[i];
        if (arg[i]->scope > node->scope)
            node->scope = arg[i]->scope;
    }
    return node;
}

/* ---- steps ---------------------------------------------------------------------------------- */

/* No name of the study stands in it: its value is known. */
static bool
is_known(const twp_expression_t *node)
{
    if (node->kind == TWP_WORD_PARAMETER || node->kind == TWP_WORD_STEPS)
        return false;
    for (int i = 0; i < node->n_args; i++)
        if (!is_known(node->arg[i]))
            return false;
    return true;
}

static bool
check_list(twp_reading_expression_t *p, const char *at, const twp_expression_t *like, int n,
    twp_expression_t **item)
{
    for (int i = 0; i < n; i++)
        if (twp_expression_is_bad(item[i]) || !are_numbers(p, at, &item[i], 1) ||
            !are_alike(p, at, like, item[i], TWP_WORD_EQUAL))
            return false;
    return true;
}

static bool
check_steps(twp_reading_expression_t *p, const char *at, twp_expression_t *x, int n_from,
    twp_expression_t **from, int n_is, twp_expression_t **is)
{
    if (twp_expression_is_bad(x) || twp_expression_is_bad(is[0]) || !are_numbers(p, at, &x, 1) ||
        !check_list(p, at, x, n_from, from) || !check_list(p, at, is[0], n_is, is))
        return false;
    if (n_from != n_is) {
        twp_expression_fault(p, at, NULL, "as many in `is` as in `from`", NULL,
            "steps has %d `from` and %d `is`", n_from, n_is);
        return false;
    }
    for (int i = 1; i < n_from; i++)
        if (is_known(from[i - 1]) && is_known(from[i]) &&
            !(twp_expression_constant(from[i - 1], NULL) <
                twp_expression_constant(from[i], NULL))) {
            twp_expression_fault(
                p, at, NULL, "numbers that rise", NULL, "the `from` of steps does not rise");
            return false;
        }
    return true;
}

twp_expression_t *
twp_expression_make_steps(twp_reading_expression_t *p, const char *at, twp_expression_t *x,
    int n_from, twp_expression_t **from, int n_is, twp_expression_t **is)
{
    twp_expression_t *node;

    if (!check_steps(p, at, x, n_from, from, n_is, is))
        return &p->bad;
    node = new_node(p, at, TWP_WORD_STEPS);
    if (twp_expression_is_bad(node))
        return node;
    node->n_args = 1;
    node->arg[0] = x;
    node->scope = x->scope;
    node->dim = is[0]->dim;
    node->n_steps = n_from;
    node->step_from = from;
    node->step_is = is;
    return node;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static const char *
wanted_text(twp_dim_t dim, const char *text)
{
    if (twp_dim_equal(dim, TWP_DIM_NONE))
        return "a number without a unit";
    if (twp_dim_equal(dim, TWP_DIM_TIME))
        return "a duration, such as 30 days";
    if (twp_dim_equal(dim, TWP_DIM_PER_TIME))
        return "a rate, such as 0.1 / year";
    if (twp_dim_equal(dim, TWP_DIM_MONEY))
        return "an amount of money, such as 12 USD";
    if (twp_dim_equal(dim, TWP_DIM_MONEY_PER_TIME))
        return "money per time, such as 12 USD / year";
    return text;
}

twp_expression_t *
twp_expression_fit(
    twp_reading_expression_t *p, twp_expression_t *node, bool is_truth, const twp_dim_t *dim)
{
    char got[TWP_DIM_TEXT_SIZE], wanted[TWP_DIM_TEXT_SIZE];

    if (p->is_failed || p->is_wrong || twp_expression_is_bad(node))
        return NULL;
    if (is_truth)
        return are_truths(p, p->text, &node, 1) ? node : NULL;
    if (!are_numbers(p, p->text, &node, 1))
        return NULL;
    if (dim == NULL || twp_dim_equal(node->dim, *dim))
        return node;
    twp_dim_print(node->dim, currency_of(p), got);
    twp_dim_print(*dim, currency_of(p), wanted);
    if (twp_dim_equal(node->dim, TWP_DIM_NONE))
        twp_expression_fault(p, p->text, NULL, wanted_text(*dim, wanted), NULL,
            "has no unit, where %s belong", wanted);
    else
        twp_expression_fault(p, p->text, NULL, wanted_text(*dim, wanted), NULL,
            "is in %s, where %s belongs", got, wanted);
    return NULL;
}
