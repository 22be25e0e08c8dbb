/* Scalars and names: what text may stand where. */
#include "base/suggest.h"
#include "study/schema_walk.h"

#include <stdio.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define MAX_COUNT_DIGITS 12

static const char *const expected_values[] = {
    [TWP_VALUE_NONE] = "a mapping",
    [TWP_VALUE_ANY] = "a value",
    [TWP_VALUE_TEXT] = "text",
    [TWP_VALUE_NAME] = "a name: a to z, 0 to 9 and _, beginning with a letter",
    [TWP_VALUE_REFERENCE] = "a name, or names joined by dots",
    [TWP_VALUE_PATH] = "the path of a file",
    [TWP_VALUE_BOOLEAN] = "true or false",
    [TWP_VALUE_INTEGER] = "a whole number",
    [TWP_VALUE_COUNT] = "a whole number above 0",
    [TWP_VALUE_DATE] = "a date, YYYY-MM-DD",
    [TWP_VALUE_CHOICE] = "one of a few words",
    [TWP_VALUE_CURRENCY] = "a currency, such as USD",
    [TWP_VALUE_PRICES] = "a currency and the year of its prices, such as USD 2023",
    [TWP_VALUE_MEASURE] = "the name of a measure",
    [TWP_VALUE_AT_MOST] = "a number of offers, such as 3 or 1 in 60 days",
    [TWP_VALUE_CONSTANT] = "a quantity, or a formula over parameters",
    [TWP_VALUE_TWIN] = "a quantity, or a formula over parameters and attributes",
    [TWP_VALUE_STEP] = "a quantity or a formula",
    [TWP_VALUE_INSTANT] = "a quantity or a formula",
    [TWP_VALUE_CONDITION] = "a condition, such as x > 0",
    [TWP_VALUE_INSTANT_CONDITION] = "a condition, such as x > 0",
};

const char *
twp_path_print(const twp_path_t *path, char text[TWP_PATH_SIZE])
{
    size_t n;

    text[0] = '\0';
    if (path == NULL)
        return text;
    twp_path_print(path->up, text);
    n = strlen(text);
    if (path->key != NULL)
        (void) snprintf(text + n, TWP_PATH_SIZE - n, "%s%s", n > 0 ? "." : "", path->key);
    else
        (void) snprintf(text + n, TWP_PATH_SIZE - n, "%s%d", n > 0 ? "." : "", path->i);
    return text;
}

twp_place_t
twp_schema_key_place(const twp_pair_t *pair, const char *path)
{
    return (twp_place_t){ pair->value->file, pair->line, pair->column, path };
}

const char *
twp_schema_expected(const twp_key_t *row)
{
    return expected_values[row->value];
}

bool
twp_schema_takes_scalar_items(const twp_key_t *row)
{
    return row->value != TWP_VALUE_NONE &&
        (row->item == TWP_BLOCK_NONE || (row->forms & TWP_FORM_VALUE) == 0);
}

/* ---- patterns ------------------------------------------------------------------------------- */

static bool
is_name(const char *text, size_t length)
{
    return length > 0 && length <= TWP_NAME_MAX_CHARS && text[0] >= 'a' && text[0] <= 'z' &&
        strspn(text, LOWER DIGITS "_") >= length;
}

/* Names joined by dots; with items also numbers, after the first name: items of lists. */
static bool
is_dotted(const char *text, bool has_items)
{
    bool is_first = true;

    for (;; is_first = false) {
        const size_t n = strcspn(text, ".");
        const bool is_item = has_items && !is_first && n > 0 && strspn(text, DIGITS) == n;
        if (!is_item && !is_name(text, n))
            return false;
        if (text[n] == '\0')
            return true;
        text += n + 1;
    }
}

static bool
is_currency(const char *text, size_t length)
{
    return length > 0 && length < 16 && text[0] >= 'A' && text[0] <= 'Z' &&
        strspn(text, UPPER LOWER DIGITS) >= length;
}

static bool
is_prices(const char *text)
{
    const size_t n = strcspn(text, " "), gap = strspn(text + n, " ");
    const char *const year = text + n + gap;

    return is_currency(text, n) && gap > 0 && strlen(year) == 4 && strspn(year, DIGITS) == 4 &&
        year[0] != '0';
}

static bool
is_whole(const char *text, bool is_signed)
{
    size_t n;

    if (is_signed && (*text == '-' || *text == '+'))
        text++;
    n = strspn(text, DIGITS);
    return n > 0 && n <= (is_signed ? 9 : MAX_COUNT_DIGITS) && text[n] == '\0';
}

static bool
is_count(const char *text)
{
    return is_whole(text, false) && strspn(text, "0") < strlen(text);
}

static int
two_digits(const char *text)
{
    return 10 * (text[0] - '0') + (text[1] - '0');
}

static bool
is_date(const char *text)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year, month, day;

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || strspn(text, DIGITS) != 4 ||
        strspn(text + 5, DIGITS) != 2 || strspn(text + 8, DIGITS) != 2)
        return false;
    year = 100 * two_digits(text) + two_digits(text + 2);
    month = two_digits(text + 5);
    day = two_digits(text + 8);
    if (year < 1600 || month < 1 || month > 12 || day < 1)
        return false;
    if (month == 2 && day == 29)
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[month - 1];
}

/* N, or N in DURATION; the duration is an expression */
static bool
is_at_most(const char *text)
{
    const size_t n = strspn(text, DIGITS);
    const char *rest = text + n;

    if (n == 0 || n > 4 || strspn(text, "0") >= n)
        return false;
    if (*rest == '\0')
        return true;
    if (strspn(rest, " ") == 0)
        return false;
    rest += strspn(rest, " ");
    return strncmp(rest, "in ", 3) == 0 && rest[3 + strspn(rest + 3, " ")] != '\0';
}

static bool
fits(twp_value_t value, const twp_node_t *node)
{
    const char *const text = node->text;

    switch (value) {
    case TWP_VALUE_NAME: return is_name(text, strlen(text));
    case TWP_VALUE_REFERENCE: return is_dotted(text, false);
    case TWP_VALUE_BOOLEAN:
        return !node->is_quoted && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0);
    case TWP_VALUE_INTEGER: return is_whole(text, true);
    case TWP_VALUE_COUNT: return is_count(text);
    case TWP_VALUE_DATE: return is_date(text);
    case TWP_VALUE_CURRENCY: return is_currency(text, strlen(text));
    case TWP_VALUE_PRICES: return is_prices(text);
    case TWP_VALUE_MEASURE: return twp_measures_find(text) != NULL;
    case TWP_VALUE_AT_MOST: return is_at_most(text);
    default: /* texts and expressions: the typed reader's */ return true;
    }
}

/* ---- findings ------------------------------------------------------------------------------- */

/* The "|"-separated words as a list of pointers into copy; their number. */
static size_t
split_choices(const char *choices, char copy[256], const char *word[16])
{
    size_t n = 0;
    char *rest = NULL;

    (void) snprintf(copy, 256, "%s", choices);
    for (char *at = strtok_r(copy, "|", &rest); at != NULL && n < 16;
         at = strtok_r(NULL, "|", &rest))
        word[n++] = at;
    return n;
}

static void
report_choice(
    const twp_key_t *row, const twp_node_t *node, twp_place_t place, twp_findings_t *findings)
{
    char copy[256], expected[300] = "one of: ";
    const char *word[16];
    const size_t n = split_choices(row->choices, copy, word);

    if (n == 1)
        expected[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const size_t at = strlen(expected);
        (void) snprintf(expected + at, sizeof expected - at, "%s%s", i > 0 ? ", " : "", word[i]);
    }
    if ((row->forms & TWP_FORM_LIST) != 0)
        strncat(expected, ", or a list", sizeof expected - strlen(expected) - 1);
    twp_findings_add(findings, place, node->text, expected,
        twp_suggest_nearest(node->text, word, n), "`%s` cannot be said here", node->text);
}

/* A truth said in another way, or a measure misspelled. */
static const char *
nearest_value(twp_value_t value, const char *text)
{
    static const char *const truths[] = { "yes", "on", "True", "TRUE", "Yes", "On" };
    static const char *const falsities[] = { "no", "off", "False", "FALSE", "No", "Off" };
    const char *names[TWP_N_MEASURES];

    if (value == TWP_VALUE_MEASURE) {
        for (size_t i = 0; i < TWP_N_MEASURES; i++)
            names[i] = twp_measures[i].name;
        return twp_suggest_nearest(text, names, TWP_N_MEASURES);
    }
    for (size_t i = 0; value == TWP_VALUE_BOOLEAN && i < 6; i++) {
        if (strcmp(text, truths[i]) == 0)
            return "true";
        if (strcmp(text, falsities[i]) == 0)
            return "false";
    }
    return NULL;
}

void
twp_schema_check_value(const twp_key_t *row, const twp_node_t *node, bool is_item,
    const twp_path_t *path, twp_findings_t *findings)
{
    char text[TWP_PATH_SIZE];
    const twp_place_t place = twp_node_place(node, twp_path_print(path, text));

    if (node->text[0] == '\0' && (!node->is_quoted || row->value != TWP_VALUE_TEXT)) {
        twp_findings_add(
            findings, place, "nothing", twp_schema_expected(row), NULL, "nothing stands here");
        return;
    }
    if (row->choices != NULL && (!is_item || row->value == TWP_VALUE_CHOICE)) {
        if (!twp_keys_is_listed(row->choices, node->text))
            report_choice(row, node, place, findings);
        return;
    }
    if (!fits(row->value, node))
        twp_findings_add(findings, place, node->text, twp_schema_expected(row),
            nearest_value(row->value, node->text),
            node->is_quoted && row->value == TWP_VALUE_BOOLEAN ? "\"%s\" in quotes is text, not %s"
                                                               : "`%s` is not %s",
            node->text, twp_schema_expected(row));
}

void
twp_schema_check_name(
    twp_spelling_t names, const twp_pair_t *pair, const twp_path_t *path, twp_findings_t *findings)
{
    char text[TWP_PATH_SIZE];
    const twp_place_t place = twp_schema_key_place(pair, twp_path_print(path, text));
    const char *const key = pair->key;
    const char *refused;

    if (names == TWP_NAMES_UNIT) {
        if (!is_currency(key, strlen(key)))
            twp_findings_add(findings, place, key,
                "letters and digits beginning with a capital: "
                "EUR, USD2017",
                NULL, "`%s` is no name of a unit of money", key);
        return;
    }
    if (names == TWP_NAMES_REFERENCE || names == TWP_NAMES_PATH) {
        if (!is_dotted(key, names == TWP_NAMES_PATH))
            twp_findings_add(findings, place, key, expected_values[TWP_VALUE_REFERENCE], NULL,
                "`%s` is no name", key);
        return;
    }
    if (names == TWP_NAMES_CONDITION)
        return; /* an expression: read with the rest */
    refused = twp_keys_refuse_name(key);
    if (refused != NULL)
        twp_findings_add(findings, place, key, expected_values[TWP_VALUE_NAME], NULL,
            "`%s` cannot be a name: it %s", key, refused);
}
