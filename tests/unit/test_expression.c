/*
 * Expressions: grammar, values, units, types, scopes, and every finding with its column. The names
 * of a small study stand in a table here; expected values are worked out by hand.
 */
#include "study/expression.h"
#include "study/expression_reading.h"
#include "study/study.h"
#include "testlib.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    twp_name_meaning_t meaning;
} known_t;

#define MEANS(kind_, i_, j_, is_truth_, dim_, scope_)                                         \
    {                                                                                         \
        .kind = kind_, .i = i_, .j = j_, .is_truth = is_truth_, .dim = dim_, .scope = scope_, \
        .is_found = true                                                                      \
    }

/* As an argument of a macro; a compound literal is no constant. */
#define DIM(time_, money_) \
    {                      \
        time_, money_      \
    }

static const known_t known[] = {
    { "shape", MEANS(TWP_WORD_PARAMETER, 0, 0, false, DIM(0, 0), TWP_SCOPE_CONSTANT) },
    { "delay", MEANS(TWP_WORD_PARAMETER, 1, 0, false, DIM(1, 0), TWP_SCOPE_CONSTANT) },
    { "age", MEANS(TWP_WORD_ATTRIBUTE, 0, 0, false, DIM(1, 0), TWP_SCOPE_TWIN) },
    { "female", MEANS(TWP_WORD_ATTRIBUTE, 1, 0, true, DIM(0, 0), TWP_SCOPE_TWIN) },
    { "mood", MEANS(TWP_WORD_VARIABLE, 0, 0, false, DIM(0, 0), TWP_SCOPE_STEP) },
    { "share", MEANS(TWP_WORD_FORMULA, 0, 0, false, DIM(0, 1), TWP_SCOPE_STEP) },
    { "stock", MEANS(TWP_WORD_STOCK_AMOUNT, 1, 0, false, DIM(1, 0), TWP_SCOPE_INSTANT) },
    { "stock.empty", MEANS(TWP_WORD_STOCK_EMPTY, 1, 0, true, DIM(0, 0), TWP_SCOPE_STEP) },
    { "supply.due", MEANS(TWP_WORD_STATE_IS, 0, 1, true, DIM(0, 0), TWP_SCOPE_STEP) },
    { "app", MEANS(TWP_WORD_STATE_IS, 1, 0, true, DIM(0, 0), TWP_SCOPE_STEP) },
    { "time", MEANS(TWP_WORD_TIME, 0, 0, false, DIM(1, 0), TWP_SCOPE_INSTANT) },
    { "supply",
        { .kind = TWP_WORD_TIME_IN, .i = 0, .is_found = true, .refused = "it is a track" } },
};

static twp_name_meaning_t
resolve(void *context, const char *name)
{
    (void) context;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].meaning;
    return (twp_name_meaning_t){ .nearest = strcmp(name, "moood") == 0 ? "mood" : NULL };
}

/* One reader for each test. */
typedef struct {
    twp_units_t units;
    twp_findings_t findings;
    twp_expression_reader_t reader;
} reading_t;

static const twp_place_t here = { "study.yaml", 7, 11, "patient.x" };
static const double parameters[] = { 0.83, 6 };

static int
setup(void **state)
{
    reading_t *const r = calloc(1, sizeof *r);

    *r = (reading_t){ .units = { .n_money = 2, .money = { { "USD", 1 }, { "EUR", 1.25 } } } };
    assert_int_equal(twp_findings_init(&r->findings, NULL), TWP_OK);
    r->reader = (twp_expression_reader_t){ .arena = twp_arena_create(0),
        .findings = &r->findings,
        .resolve = resolve,
        .units = &r->units };
    *state = r;
    return 0;
}

static int
teardown(void **state)
{
    reading_t *const r = *state;

    twp_arena_free(r->reader.arena);
    twp_findings_clear(&r->findings);
    free(r);
    return 0;
}

static twp_expression_t *
read_any(reading_t *r, const char *text, bool is_truth)
{
    return twp_expression_read(&r->reader, text, here, TWP_SCOPE_INSTANT, is_truth, NULL);
}

/* Value of a constant of that dimension. */
static void
assert_value(reading_t *r, const char *text, int time, int money, double want)
{
    const twp_dim_t dim = { (int8_t) time, (int8_t) money };
    const twp_expression_t *const e = twp_expression_read(
        &r->reader, text, here, TWP_SCOPE_CONSTANT, false, &dim);

    if (e == NULL || twp_expression_constant(e, parameters) != want)
        print_error(
            "%s: %.17g, not %.17g\n", text, e ? twp_expression_constant(e, parameters) : NAN, want);
    assert_non_null(e);
    assert_true(twp_expression_constant(e, parameters) == want);
    assert_int_equal(r->findings.n, 0);
}

static void
assert_truth(reading_t *r, const char *text, bool want)
{
    const twp_expression_t *const e = twp_expression_read(
        &r->reader, text, here, TWP_SCOPE_CONSTANT, true, NULL);

    assert_non_null(e);
    assert_true(e->is_truth);
    if (twp_expression_constant(e, parameters) != (want ? 1.0 : 0.0))
        print_error("%s is not %d\n", text, want);
    assert_true(twp_expression_constant(e, parameters) == (want ? 1.0 : 0.0));
}

static void
assert_printed(reading_t *r, const char *text, bool is_truth, const char *want)
{
    const twp_expression_t *const e = read_any(r, text, is_truth);

    assert_non_null(e);
    assert_string_equal(twp_expression_print(r->reader.arena, e, NULL), want);
}

/* What a wrong text is told: its first finding. offset: characters before the fault. */
static void
assert_fault_in(reading_t *r, const char *text, twp_scope_t scope, bool is_truth,
    const twp_dim_t *dim, int offset, const char *message)
{
    const int n = 0, n_errors = r->findings.n_errors;

    r->findings.n = 0; /* the same finding twice is kept once */
    assert_null(twp_expression_read(&r->reader, text, here, scope, is_truth, dim));
    assert_int_equal(r->findings.n_errors, n_errors + 1);
    assert_int_equal(r->findings.n, 1);
    if (r->findings.item[n].column != here.column + offset)
        print_error("%s: column %d\n", text, r->findings.item[n].column - here.column);
    assert_contains(r->findings.item[n].message, message);
    assert_int_equal(r->findings.item[n].line, here.line);
    assert_int_equal(r->findings.item[n].column, here.column + offset);
    assert_string_equal(r->findings.item[n].path, here.path);
}

static void
assert_fault(reading_t *r, const char *text, int offset, const char *message)
{
    assert_fault_in(r, text, TWP_SCOPE_INSTANT, false, NULL, offset, message);
}

/* Several values and faults, a row each. */
typedef struct {
    const char *text;
    int time, money;
    double want;
} value_row_t;

typedef struct {
    const char *text;
    int offset;
    const char *message;
} fault_row_t;

static void
assert_values(reading_t *r, size_t n, const value_row_t *row)
{
    for (size_t i = 0; i < n; i++)
        assert_value(r, row[i].text, row[i].time, row[i].money, row[i].want);
}

static void
assert_faults(reading_t *r, size_t n, const fault_row_t *row)
{
    for (size_t i = 0; i < n; i++)
        assert_fault(r, row[i].text, row[i].offset, row[i].message);
}

#define COUNT(...) (sizeof(__VA_ARGS__) / sizeof((__VA_ARGS__)[0]))
#define ASSERT_VALUES(r, ...) \
    assert_values(            \
        (r), COUNT((const value_row_t[]){ __VA_ARGS__ }), (const value_row_t[]){ __VA_ARGS__ })
#define ASSERT_FAULTS(r, ...) \
    assert_faults(            \
        (r), COUNT((const fault_row_t[]){ __VA_ARGS__ }), (const fault_row_t[]){ __VA_ARGS__ })

/* ---- grammar and values --------------------------------------------------------------------- */

static void
test_signs_bind_as_the_grammar_says(void **state)
{
    reading_t *const r = *state;

    assert_printed(r, "1 + 2 * 3", false, "(1 + (2 * 3))");
    assert_printed(r, "1 - 2 - 3", false, "((1 - 2) - 3)");
    assert_printed(r, "8 / 4 / 2", false, "((8 / 4) / 2)");
    assert_printed(r, "8 / 4 * 2", false, "((8 / 4) * 2)");
    assert_printed(r, "-2 ^ 2", false, "(-(2 ^ 2))");
    assert_printed(r, "2 ^ 3 ^ 2", false, "(2 ^ (3 ^ 2))");
    assert_printed(r, "2 ^ -1", false, "(2 ^ (-1))");
    assert_printed(r, "2 * -3", false, "(2 * (-3))");
    assert_printed(r, "+3 - -3", false, "(3 - (-3))");
    assert_printed(r, "(1 + 2) * 3", false, "((1 + 2) * 3)");
    assert_printed(r, "not true and false or true", true, "(((not true) and false) or true)");
    assert_printed(r, "true or false and not 1 < 2", true, "(true or (false and (not (1 < 2))))");
    assert_printed(r, "1 + 1 < 3 and female", true, "(((1 + 1) < 3) and attribute[1])");
    assert_printed(r, "min(1, 2, 3)", false, "min(min(1, 2), 3)");
    assert_printed(r, "supply.due and stock.empty or app", true,
        "((track[0].state[1] and variable[1].empty) or track[1].state[0])");
}

static void
test_values_are_worked_out(void **state)
{
    reading_t *const r = *state;

    ASSERT_VALUES(r, { "2 + 3 * 4 ^ 2", 0, 0, 50 }, { "-2 ^ 2", 0, 0, -4 },
        { "1.5e-1", 0, 0, 0.15 }, { "5 %", 0, 0, 0.05 },
        { "if(shape < 1, 2, 3) + shape", 0, 0, 2 + 0.83 },
        { "min(3, 1, 2) + max(3, 7, 2)", 0, 0, 8 }, { "abs(-2) + floor(-1.5) + sqrt(9)", 0, 0, 3 },
        { "exp(0) + log(1) + logistic(0)", 0, 0, 1.5 }, { "floor(10 days / 1 week)", 0, 0, 1 });
}

static void
test_conditions_are_worked_out(void **state)
{
    reading_t *const r = *state;

    assert_truth(r, "1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3", true);
    assert_truth(r, "1 == 1 and 1 != 2 and not 1 == 2", true);
    assert_truth(r, "1 > 2 or 2 < 1", false);
}

static void
test_steps_take_the_last_from_below(void **state)
{
    reading_t *const r = *state;

    ASSERT_VALUES(r, { "steps(5, [0, 10, 100], [1, 2, 3])", 0, 0, 1 },
        { "steps(10, [0, 10, 100], [1, 2, 3])", 0, 0, 2 },
        { "steps(1000, [0, 10, 100], [1, 2, 3])", 0, 0, 3 },
        { "steps(-1, [0, 10, 100], [1, 2, 3])", 0, 0, 1 },
        { "steps(10 days, [0 days, 1 week], [1 USD, 2 USD])", 0, 1, 2 });
    ASSERT_FAULTS(r, { "steps(1, [0, 1], [1])", 0, "2 `from` and 1 `is`" },
        { "steps(1, [1, 1], [1, 2])", 0, "does not rise" },
        { "steps(1 day, [0], [1])", 0, "compares days with" },
        { "steps(1, [mood], [1])", 10, "mood cannot stand here: it changes" },
        { "steps(1, [], [])", 10, "`]` cannot stand here" });
}

/* ---- units ---------------------------------------------------------------------------------- */

static void
test_units_become_days_and_study_money(void **state)
{
    reading_t *const r = *state;

    ASSERT_VALUES(r, { "30 days + 1 month", 1, 0, 60.4375 }, { "2 * (3 days + 1 week)", 1, 0, 20 },
        { "3days", 1, 0, 3 }, { "4 EUR", 0, 1, 5 }, { "1461 USD / year", -1, 1, 4 },
        { "0.93 USD / minute", -1, 1, 0.93 / (1.0 / 1440) },
        { "3 / year * 365.25 days", 0, 0, 3.0 / 365.25 * 365.25 }, { "1 / delay", -1, 0, 1.0 / 6 },
        { "(3 days)^2", 2, 0, 9 }, { "sqrt((3 days)^2)", 1, 0, 3 },
        { "5 % / year", -1, 0, 5.0 / 100 / 365.25 }, { "year / 1 week", 0, 0, 365.25 / 7 });
}

static void
test_units_that_do_not_fit_are_findings(void **state)
{
    reading_t *const r = *state;

    ASSERT_FAULTS(r, { "share + 3 days", 6, "adds days to USD" },
        { "3 days - 1", 7, "subtracts a number without a unit from days" },
        { "max(3 days, 2 USD)", 0, "takes the max of days and USD" },
        { "if(female, 1 USD, 1 USD / day)", 0, "chooses between USD and USD / day" },
        { "1 + exp(2 days)", 4, "the argument is in days" },
        { "2 ^ (1 day)", 2, "the exponent is in days" },
        { "(1 day) ^ shape", 8, "no plain whole number" },
        { "(1 day) ^ 0.5", 8, "no plain whole number" },
        { "(1 day) ^ 9 * 1 day", 12, "power above 9" },
        { "sqrt(2 days)", 0, "the square root of days" }, { "3 dayz", 2, "dayz is no unit" });
    assert_string_equal(r->findings.item[0].nearest, "day");
    assert_fault(r, "3 GBP", 2, "GBP is no unit");
    assert_fault_in(r, "age > 65", TWP_SCOPE_INSTANT, true, NULL, 4,
        "compares days with a number without a unit");
}

static void
test_the_whole_must_have_the_dimension_of_its_place(void **state)
{
    reading_t *const r = *state;
    const twp_dim_t time = TWP_DIM_TIME, money = TWP_DIM_MONEY, none = TWP_DIM_NONE;

    assert_fault_in(r, "30", TWP_SCOPE_CONSTANT, false, &time, 0, "has no unit, where days belong");
    assert_string_equal(
        r->findings.item[r->findings.n - 1].expected, "a duration, such as 30 days");
    assert_fault_in(
        r, "30 days", TWP_SCOPE_CONSTANT, false, &money, 0, "is in days, where USD belongs");
    assert_fault_in(r, "3 USD / year", TWP_SCOPE_CONSTANT, false, &none, 0,
        "is in USD / day, where a number without a unit belongs");
    r->units.n_money = 0;
    assert_fault_in(r, "3 USD", TWP_SCOPE_CONSTANT, false, &money, 2, "USD is no unit");
    assert_contains(r->findings.item[r->findings.n - 1].expected, "declares no `money`");
}

/* ---- truth, names, scopes ------------------------------------------------------------------- */

static void
test_truth_and_number_are_told_apart(void **state)
{
    reading_t *const r = *state;

    ASSERT_FAULTS(r, { "female", 0, "a condition stands where a number belongs" },
        { "2 * female", 2, "a condition stands where a number belongs" },
        { "min(female, 1)", 0, "a condition stands where a number belongs" },
        { "if(mood, 1, 2)", 0, "a number stands where a condition belongs" },
        { "if(female, 1, female)", 0, "chooses between a condition and a number" },
        { "not mood", 0, "a number stands where a condition belongs" });
    assert_fault_in(r, "mood", TWP_SCOPE_STEP, true, NULL, 0, "a number stands");
    assert_fault_in(r, "mood and female", TWP_SCOPE_STEP, true, NULL, 5, "a number stands");
    assert_fault_in(r, "female == 1", TWP_SCOPE_STEP, true, NULL, 7, "a condition stands");
    assert_non_null(read_any(r, "female == supply.due", true));
    assert_non_null(read_any(r, "if(female, app, supply.due)", true));
}

static void
test_names_that_are_unknown_or_refused_are_findings(void **state)
{
    reading_t *const r = *state;

    assert_fault(r, "1 + moood", 4, "moood is unknown");
    assert_string_equal(r->findings.item[r->findings.n - 1].nearest, "mood");
    assert_fault(r, "supply", 0, "supply cannot stand here: it is a track");
    assert_fault(r, "maxx(1, 2)", 0, "maxx is no function");
    assert_string_equal(r->findings.item[r->findings.n - 1].nearest, "max");
    ASSERT_FAULTS(r, { "exp", 0, "exp is a function and needs brackets" },
        { "min(1)", 0, "min has 1 argument" }, { "exp(1, 2)", 0, "exp has 2 arguments" },
        { "exp()", 0, "exp has 0 arguments" }, { "time_in(mood)", 8, "mood is no track" },
        { "time_in(3)", 8, "`3` cannot stand here" });
    /* several unknown names: all of them in one pass */
    assert_null(read_any(r, "xx + yy * zz", false));
    assert_string_equal(r->findings.item[r->findings.n - 3].found, "xx");
    assert_string_equal(r->findings.item[r->findings.n - 1].found, "zz");
}

static void
test_scopes_hold(void **state)
{
    reading_t *const r = *state;
    const twp_expression_t *e;

    assert_fault_in(r, "1 day + age", TWP_SCOPE_CONSTANT, false, NULL, 8, "differs from twin");
    assert_fault_in(r, "mood", TWP_SCOPE_TWIN, false, NULL, 0, "changes during a life");
    assert_fault_in(r, "2 * stock", TWP_SCOPE_STEP, false, NULL, 4, "changes all the time");
    assert_fault_in(r, "time", TWP_SCOPE_STEP, false, NULL, 0, "changes all the time");
    assert_fault_in(r, "time_in(supply)", TWP_SCOPE_STEP, false, NULL, 8, "changes all the time");
    e = read_any(r, "time + stock + time_in(supply)", false);
    assert_non_null(e);
    assert_int_equal(e->scope, TWP_SCOPE_INSTANT);
    e = read_any(r, "time_in(app)", false); /* a support's name means its track */
    assert_non_null(e);
    assert_int_equal(e->kind, TWP_WORD_TIME_IN);
    assert_int_equal(e->i, 1);
    e = twp_expression_read(
        &r->reader, "entries(supply.due) * 2", here, TWP_SCOPE_STEP, false, NULL);
    assert_non_null(e);
    assert_int_equal(e->scope, TWP_SCOPE_STEP);
    assert_int_equal(e->arg[0]->kind, TWP_WORD_ENTRIES);
    assert_fault_in(
        r, "entries(supply.due)", TWP_SCOPE_TWIN, false, NULL, 8, "changes during a life");
    assert_fault(r, "entries(mood)", 8, "mood is no state");
    assert_fault(r, "entries(3)", 8, "`3` cannot stand here");
    e = twp_expression_read(&r->reader, "age * shape", here, TWP_SCOPE_STEP, false, NULL);
    assert_non_null(e);
    assert_int_equal(e->scope, TWP_SCOPE_TWIN);
    assert_true(isnan(twp_expression_constant(e, parameters)));
}

/* ---- syntax and hostile text ---------------------------------------------------------------- */

static void
test_syntax_errors_have_their_column(void **state)
{
    reading_t *const r = *state;

    ASSERT_FAULTS(r, { "", 0, "nothing stands here" }, { "  \t ", 0, "nothing stands here" },
        { "1 +", 3, "ends too early" }, { "((((", 4, "ends too early" },
        { "(1 + 2", 6, "ends too early" }, { "1 + * 2", 4, "`*` cannot stand here" },
        { "1 2", 2, "`2` cannot stand here" }, { "1)", 1, "`)` cannot stand here" },
        { "mood mood", 5, "`mood` cannot stand here" }, { "1 < 2 < 3", 6, "`<` cannot stand here" },
        { "1 + not female", 4, "`not` cannot stand here" }, { "1 = 2", 2, "`=` has no meaning" },
        { "1 # 2", 2, "`#` has no meaning" }, { ".5", 0, "`.` has no meaning" },
        { "5.", 0, "5. is not a finite decimal number" },
        { "1e999", 0, "not a finite decimal number" }, { "0x10", 1, "x10 is no unit" },
        { "[1, 2]", 0, "`[` cannot stand here" });
}

static void
test_characters_beyond_ascii_count_as_one(void **state)
{
    reading_t *const r = *state;

    ASSERT_FAULTS(r, { "1 \u2212 2", 2, "`\u2212` has no meaning" },
        { "1 + 2 \u00f6d", 6, "`\u00f6` has no meaning" },
        { "1 + \U0001F600 + *", 4, "has no meaning" });
}

/* n times `part`, then `last`; the caller frees */
static char *
repeat(const char *part, size_t n, const char *last)
{
    char *const text = calloc(n * strlen(part) + strlen(last) + 1, 1);

    for (size_t i = 0; i < n; i++)
        memcpy(text + i * strlen(part), part, strlen(part));
    memcpy(text + n * strlen(part), last, strlen(last));
    return text;
}

static void
assert_refused(reading_t *r, const char *part, size_t n, const char *message)
{
    char *const text = repeat(part, n, "1");

    r->findings.n = 0;
    assert_null(read_any(r, text, false));
    assert_int_equal(r->findings.n, 1);
    assert_contains(r->findings.item[0].message, message);
    free(text);
}

static void
test_hostile_text_is_refused_or_read_within_limits(void **state)
{
    reading_t *const r = *state;
    char *text, *inner;

    assert_refused(r, "(", 101, "nested more than 100 deep");
    assert_refused(r, "-", 101, "nested more than 100 deep");
    assert_refused(r, "2^", 101, "nested more than 100 deep");
    assert_refused(r, "exp(", 101, "nested more than 100 deep");
    assert_refused(r, "not ", 101, "nested more than 100 deep");
    assert_refused(r, "1", 4000, "longer than 4000 characters");
    text = repeat("-", 100, "1");
    assert_non_null(read_any(r, text, false));
    free(text);
    inner = repeat("(", 100, "1");
    text = repeat(")", 100, "");
    inner = realloc(inner, 300);
    strcat(inner, text);
    assert_non_null(read_any(r, inner, false));
    free(text);
    free(inner);
    r->findings.n = 0;
    text = repeat("1+", 1999, "1 "); /* 4000 characters, long but flat */
    assert_int_equal(strlen(text), 4000);
    assert_value(r, text, 0, 0, 2000);
    free(text);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_signs_bind_as_the_grammar_says),
        TEST(test_values_are_worked_out),
        TEST(test_conditions_are_worked_out),
        TEST(test_steps_take_the_last_from_below),
        TEST(test_units_become_days_and_study_money),
        TEST(test_units_that_do_not_fit_are_findings),
        TEST(test_the_whole_must_have_the_dimension_of_its_place),
        TEST(test_truth_and_number_are_told_apart),
        TEST(test_names_that_are_unknown_or_refused_are_findings),
        TEST(test_scopes_hold),
        TEST(test_syntax_errors_have_their_column),
        TEST(test_characters_beyond_ascii_count_as_one),
        TEST(test_hostile_text_is_refused_or_read_within_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
