/* Scalars and names of the JSON Schema of the language. */
#include "study/json_schema.h"

#include "study/expression.h"
#include "vocabulary/measures.h"
#include "vocabulary/units.h"

#include <stdio.h>
#include <string.h>

#define NAME_PATTERN "[a-z][a-z0-9_]{0,59}"
#define EXPRESSION_PATTERN "^[A-Za-z0-9_.,+*/^()<>=!%\\[\\]\\s-]+$"

/* ---- JSON ------------------------------------------------------------------------------------- */

void
twp_json_put(twp_schema_maker_t *m, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        m->has_failed = true;
}

void
twp_json_add(twp_schema_maker_t *m, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        m->has_failed = true;
}

json_t *
twp_json_each_word(twp_schema_maker_t *m, const char *words, json_t *(*make)(const char *) )
{
    json_t *const array = json_array();
    char word[80];

    for (const char *at = words; at != NULL;) {
        const size_t n = strcspn(at, "|");

        (void) snprintf(word, sizeof word, "%.*s", (int) n, at);
        twp_json_add(m, array, make(word));
        at = at[n] == '|' ? at + n + 1 : NULL;
    }
    return array;
}

/* {"type": type, "pattern": pattern} */
static json_t *
pattern(const char *type, const char *text)
{
    return json_pack("{ss ss}", "type", type, "pattern", text);
}

static json_t *
word_of(const char *word)
{
    return json_string(word);
}

/* ---- values ----------------------------------------------------------------------------------- */

static json_t *
expression(const char *other)
{
    json_t *const type = other != NULL ? json_pack("[ss]", other, "string") : json_string("string");

    return json_pack("{so ss si}", "type", type, "pattern", EXPRESSION_PATTERN, "maxLength",
        TWP_EXPRESSION_MAX_CHARS);
}

static json_t *
measures(twp_schema_maker_t *m)
{
    json_t *const names = json_array();

    for (size_t i = 0; i < TWP_N_MEASURES; i++)
        twp_json_add(m, names, json_string(twp_measures[i].name));
    return json_pack("{so}", "enum", names);
}

static json_t *
choices(twp_schema_maker_t *m, const twp_key_t *row)
{
    json_t *const words = twp_json_each_word(m, row->choices, word_of);

    if (strcmp(row->choices, "1") == 0) /* as YAML reads it */
        twp_json_add(m, words, json_integer(1));
    return json_pack("{so}", "enum", words);
}

/* What a scalar may be. Numbers without a unit are no times and no money. */
json_t *
twp_json_value(twp_schema_maker_t *m, const twp_key_t *row, bool is_item)
{
    const bool has_unit = row->means != TWP_MEANS_NUMBER && row->means != TWP_MEANS_ANY;

    if (row->choices != NULL && (!is_item || row->value == TWP_VALUE_CHOICE))
        return choices(m, row);
    switch (row->value) {
    case TWP_VALUE_NAME: return pattern("string", "^" NAME_PATTERN "$");
    case TWP_VALUE_REFERENCE: return pattern("string", "^" NAME_PATTERN "(\\." NAME_PATTERN ")*$");
    case TWP_VALUE_PATH: return json_pack("{ss si}", "type", "string", "minLength", 1);
    case TWP_VALUE_BOOLEAN: return json_pack("{ss}", "type", "boolean");
    case TWP_VALUE_INTEGER:
        return json_pack("{s[ss]ss}", "type", "integer", "string", "pattern", "^[-+]?[0-9]{1,9}$");
    case TWP_VALUE_COUNT:
        return json_pack("{s[ss]sisi ss}", "type", "integer", "string", "minimum", 1, "minLength",
            1, "pattern", "^[0-9]+$");
    case TWP_VALUE_DATE: return pattern("string", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
    case TWP_VALUE_CURRENCY: return pattern("string", "^[A-Z][A-Za-z0-9]{0,14}$");
    case TWP_VALUE_PRICES: return pattern("string", "^[A-Z][A-Za-z0-9]{0,14} +[1-9][0-9]{3}$");
    case TWP_VALUE_MEASURE: return measures(m);
    case TWP_VALUE_AT_MOST:
        return json_pack("{s[ss]ss}", "type", "integer", "string", "pattern",
            "^(?!0+( |$))[0-9]{1,4}( +in +.+)?$");
    case TWP_VALUE_CONSTANT:
    case TWP_VALUE_TWIN:
    case TWP_VALUE_STEP:
    case TWP_VALUE_INSTANT: return expression(has_unit ? NULL : "number");
    case TWP_VALUE_CONDITION:
    case TWP_VALUE_INSTANT_CONDITION: return expression("boolean");
    case TWP_VALUE_NONE:
    case TWP_VALUE_ANY: return json_object();
    case TWP_VALUE_TEXT:
    default: return json_pack("{s[sss]}", "type", "string", "number", "boolean");
    }
}

/* ---- names ------------------------------------------------------------------------------------ */

json_t *
twp_json_new_name(twp_schema_maker_t *m)
{
    json_t *const taken = json_array();

    for (size_t i = 0; i < twp_n_reserved_words; i++)
        twp_json_add(m, taken, json_string(twp_reserved_words[i]));
    for (size_t i = 0; i < twp_n_units; i++)
        twp_json_add(m, taken, json_string(twp_unit_table[i].name));
    return json_pack("{ss s{so}}", "pattern", "^" NAME_PATTERN "$", "not", "enum", taken);
}

/* What free names look like. */
json_t *
twp_json_spelling(twp_spelling_t names)
{
    switch (names) {
    case TWP_NAMES_REFERENCE:
    case TWP_NAMES_PATH: return json_pack("{ss}", "pattern", "^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*$");
    case TWP_NAMES_UNIT: return json_pack("{ss}", "pattern", "^[A-Z][A-Za-z0-9]{0,14}$");
    case TWP_NAMES_CONDITION: return json_pack("{ss}", "pattern", EXPRESSION_PATTERN);
    case TWP_NAMES_NEW:
    default: return json_pack("{ss}", "$ref", "#/definitions/new_name");
    }
}

/* Keys that may stand in a mapping besides those of a row: `replace`, which the reader consumes. */
json_t *
twp_json_replace(void)
{
    return json_pack("{ss ss}", "type", "boolean", "description",
        "true: this mapping replaces the one of the files below whole");
}
