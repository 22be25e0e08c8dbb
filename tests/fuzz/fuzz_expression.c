/*
 * Any bytes as an expression: the first byte chooses scope, truth and dimension. What is accepted is
 * what was asked for, and its text form reads back as the same expression.
 */
#include "study/expression.h"
#include "study/study.h"
#include "vocabulary/units.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

#define REQUIRE(condition) ((condition) ? (void) 0 : abort())

/* What the names of the study below stand for. */
static const struct {
    const char *name;
    twp_word_kind_t kind;
    int i, j;
    bool is_truth;
    int time, money;
    twp_scope_t scope;
} words[] = {
    { "shape", TWP_WORD_PARAMETER, 0, 0, false, 0, 0, TWP_SCOPE_CONSTANT },
    { "delay", TWP_WORD_PARAMETER, 1, 0, false, 1, 0, TWP_SCOPE_CONSTANT },
    { "age", TWP_WORD_ATTRIBUTE, 0, 0, false, 1, 0, TWP_SCOPE_TWIN },
    { "female", TWP_WORD_ATTRIBUTE, 1, 0, true, 0, 0, TWP_SCOPE_TWIN },
    { "mood", TWP_WORD_VARIABLE, 0, 0, false, 0, 0, TWP_SCOPE_STEP },
    { "stock", TWP_WORD_STOCK_AMOUNT, 1, 0, false, 1, 0, TWP_SCOPE_INSTANT },
    { "stock.empty", TWP_WORD_STOCK_EMPTY, 1, 0, true, 0, 0, TWP_SCOPE_STEP },
    { "share", TWP_WORD_FORMULA, 0, 0, false, 0, 1, TWP_SCOPE_STEP },
    { "supply.due", TWP_WORD_STATE_IS, 0, 1, true, 0, 0, TWP_SCOPE_STEP },
    { "time", TWP_WORD_TIME, 0, 0, false, 1, 0, TWP_SCOPE_INSTANT },
    { "supply", TWP_WORD_TIME_IN, 0, 0, false, 1, 0, TWP_SCOPE_INSTANT },
};

static twp_study_parameter_t parameters[] = { { .name = "shape" }, { .name = "delay" } };
static twp_study_attribute_t attributes[] = { { .name = "age" }, { .name = "female" } };
static twp_study_variable_t variables[] = { { .name = "mood" }, { .name = "stock" } };
static twp_study_formula_t formulas[] = { { .name = "share" } };
static twp_study_state_t states[] = { { .name = "covered" }, { .name = "due" } };
static twp_study_track_t tracks[] = { { .name = "supply", .n_states = 2, .state = states } };

static const twp_study_typed_t study = {
    .currency = "USD",
    .n_parameters = 2,
    .parameter = parameters,
    .n_attributes = 2,
    .attribute = attributes,
    .n_variables = 2,
    .variable = variables,
    .n_formulas = 1,
    .formula = formulas,
    .n_tracks = 1,
    .track = tracks,
};

static twp_name_meaning_t
resolve(void *context, const char *name)
{
    (void) context;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].name, name) == 0)
            return (twp_name_meaning_t){ .kind = words[i].kind,
                .i = words[i].i,
                .j = words[i].j,
                .is_truth = words[i].is_truth,
                .dim = { (int8_t) words[i].time, (int8_t) words[i].money },
                .scope = words[i].scope,
                .is_found = true,
                .refused = words[i].kind == TWP_WORD_TIME_IN ? "it is a track" : NULL };
    return (twp_name_meaning_t){ .nearest = "shape" };
}

/* What the first byte asks for. */
typedef struct {
    twp_scope_t scope;
    bool is_truth, has_dim;
    twp_dim_t dim;
} wanted_t;

static wanted_t
wanted_of(uint8_t byte)
{
    static const twp_dim_t dims[] = { { 0, 0 }, { 1, 0 }, { -1, 0 }, { 0, 1 }, { -1, 1 } };
    const bool is_truth = (byte >> 2 & 1) != 0;

    return (wanted_t){ .scope = (twp_scope_t) (byte & 3),
        .is_truth = is_truth,
        .has_dim = !is_truth && (byte >> 3) % 6 != 5,
        .dim = dims[(byte >> 3) % 5] };
}

static twp_expression_t *
read(const twp_expression_reader_t *reader, const char *text, const wanted_t *wanted)
{
    const twp_place_t place = { "fuzz.yaml", 7, 11, "x" };

    return twp_expression_read(reader, text, place, wanted->scope, wanted->is_truth,
        wanted->has_dim ? &wanted->dim : NULL);
}

/* The text form of an accepted expression reads back, to the same text and the same value. */
static void
check_round_trip(
    const twp_expression_reader_t *reader, const twp_expression_t *one, const wanted_t *wanted)
{
    static const double values[] = { 0.83, 6 };
    const char *const text = twp_expression_print(reader->arena, one, &study);
    const twp_expression_t *again;
    double a, b;

    REQUIRE(text != NULL);
    if (strlen(text) > TWP_EXPRESSION_MAX_DEPTH) /* more brackets than were written */
        return;
    again = read(reader, text, wanted);
    REQUIRE(again != NULL && again->is_truth == one->is_truth && again->scope == one->scope);
    REQUIRE(again->dim.time == one->dim.time && again->dim.money == one->dim.money);
    REQUIRE(strcmp(twp_expression_print(reader->arena, again, &study), text) == 0);
    if (one->scope == TWP_SCOPE_CONSTANT) {
        a = twp_expression_constant(one, values);
        b = twp_expression_constant(again, values);
        REQUIRE(memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    const twp_units_t units = { .n_money = 2, .money = { { "USD", 1 }, { "EUR", 1.25 } } };
    const wanted_t wanted = wanted_of(n_bytes > 0 ? data[0] : 0);
    const size_t n_text = n_bytes > 0 ? n_bytes - 1 : 0;
    char *const text = malloc(n_text + 1);
    twp_findings_t findings;
    twp_expression_reader_t reader = {
        .arena = twp_arena_create(0), .findings = &findings, .resolve = resolve, .units = &units
    };
    const twp_expression_t *one;

    REQUIRE(text != NULL && reader.arena != NULL);
    REQUIRE(twp_findings_init(&findings, NULL) == TWP_OK);
    if (n_text > 0)
        memcpy(text, data + 1, n_text);
    text[n_text] = '\0';
    one = read(&reader, text, &wanted);
    REQUIRE((one == NULL) == (findings.n_errors > 0));
    for (int i = 0; i < findings.n; i++)
        REQUIRE(findings.item[i].message[0] != '\0' && findings.item[i].column >= 11 &&
            (size_t) findings.item[i].column <= 11 + n_text);
    if (one != NULL) {
        REQUIRE(one->is_truth == wanted.is_truth && one->scope <= wanted.scope);
        REQUIRE(!wanted.has_dim ||
            (one->dim.time == wanted.dim.time && one->dim.money == wanted.dim.money));
        check_round_trip(&reader, one, &wanted);
    }
    twp_findings_clear(&findings);
    twp_arena_free(reader.arena);
    free(text);
    return 0;
}

#ifdef TWP_FUZZ_STANDALONE
static const char *const seeds[] = {
    "\x03-2 ^ 2 + min(shape, 3, 5 %) / steps(age, [0 days, 30 years], [1, 2.5])",
    "\x0Bif(supply.due and not stock.empty, delay * 1.2, 2 * (3 days + 1 week))",
    "\03318 USD / 2 + share * logistic(log(exp(0.5))) - 1 EUR",
    "\x07age >= 65 years or time_in(supply) < stock or (mood != floor(1e-3) == false)",
};
#include "standalone.h"
#endif
