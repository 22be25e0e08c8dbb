/*
 * The study language as JSON Schema, made of the tables of vocabulary/. A file that composes others
 * (uses, based_on) or is a module may leave out what another file gives: nothing is required there. So
 * there are two definitions of each block, NAME and part_NAME.
 */
#include "study/json_schema.h"

#include "base/error.h"
#include "study/schema_walk.h"
#include "vocabulary/families.h"
#include "vocabulary/measures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUP 3

/* {"required": [name]} */
static json_t *
needs(const char *name)
{
    return json_pack("{s[s]}", "required", name);
}

/* One alternative as it is, several under anyOf. Takes list. */
static json_t *
any_of(json_t *list)
{
    json_t *one;

    if (json_array_size(list) != 1)
        return json_pack("{so}", "anyOf", list);
    one = json_incref(json_array_get(list, 0));
    json_decref(list);
    return one;
}

/* ---- shapes ----------------------------------------------------------------------------------- */

static json_t *
reference(const twp_schema_maker_t *m, const char *name)
{
    char path[120] = "#/definitions/";
    size_t n;

    (void) snprintf(path, sizeof path, "#/definitions/%s%s", m->is_part ? "part_" : "", name);
    n = strlen(path);
    for (size_t i = 0; i < n; i++)
        if (path[i] == ' ')
            path[i] = '_';
    return json_pack("{ss}", "$ref", path);
}

static json_t *
block_reference(const twp_schema_maker_t *m, twp_block_t block)
{
    return reference(m, twp_blocks[block].name);
}

static json_t *
family_reference(const twp_schema_maker_t *m, const twp_family_row_t *family)
{
    char name[80];

    (void) snprintf(name, sizeof name, "law %s", family->name);
    return reference(m, name);
}

/* Items of a list. */
static json_t *
items_of(twp_schema_maker_t *m, const twp_key_t *row)
{
    json_t *const list = json_array();

    if (row->item != TWP_BLOCK_NONE)
        twp_json_add(m, list, block_reference(m, row->item));
    if (twp_schema_takes_scalar_items(row))
        twp_json_add(m, list, twp_json_value(m, row, true));
    return any_of(list);
}

static json_t *
list_of(twp_schema_maker_t *m, const twp_key_t *row)
{
    json_t *const list = json_pack("{ss so}", "type", "array", "items", items_of(m, row));

    if (row->n_items > 0) {
        twp_json_put(m, list, "minItems", json_integer(row->n_items));
        twp_json_put(m, list, "maxItems", json_integer(row->n_items));
    } else if ((row->flags & TWP_KEY_FILLED) != 0) {
        twp_json_put(m, list, "minItems", json_integer(1));
    }
    return list;
}

static json_t *
map_of(twp_schema_maker_t *m, const twp_key_t *row)
{
    json_t *const list = json_array();
    json_t *names = twp_json_spelling(row->names), *map;

    if ((row->forms & TWP_FORM_MAP_OF_LISTS) != 0)
        twp_json_add(m, list, list_of(m, row));
    if ((row->forms & TWP_FORM_MAP) != 0 && row->child != TWP_BLOCK_NONE)
        twp_json_add(m, list, block_reference(m, row->child));
    if ((row->forms & TWP_FORM_MAP) != 0 && row->value != TWP_VALUE_NONE)
        twp_json_add(m, list, twp_json_value(m, row, true));
    names = json_pack("{s[o{ss}]}", "anyOf", names, "const", "replace");
    map = json_pack("{ss s{so} so so}", "type", "object", "properties", "replace",
        twp_json_replace(), "propertyNames", names, "additionalProperties", any_of(list));
    if ((row->flags & TWP_KEY_FILLED) != 0 && !m->is_part)
        twp_json_put(m, map, "minProperties", json_integer(1));
    return map;
}

/* What a key may hold. */
static json_t *
forms_of(twp_schema_maker_t *m, const twp_key_t *row)
{
    json_t *const list = json_array();

    if ((row->forms & TWP_FORM_VALUE) != 0)
        twp_json_add(m, list, twp_json_value(m, row, false));
    if ((row->forms & TWP_FORM_BLOCK) != 0)
        twp_json_add(m, list, block_reference(m, row->child));
    if ((row->forms & (TWP_FORM_MAP | TWP_FORM_MAP_OF_LISTS)) != 0)
        twp_json_add(m, list, map_of(m, row));
    if ((row->forms & TWP_FORM_LIST) != 0)
        twp_json_add(m, list, list_of(m, row));
    if ((row->forms & TWP_FORM_MATRIX) != 0)
        twp_json_add(m, list,
            json_pack("{ss si s{ss so}}", "type", "array", "minItems", 1, "items", "type", "array",
                "items", twp_json_value(m, row, true)));
    return any_of(list);
}

/* The help of a key, with unit and default, as an editor shows it. */
static json_t *
description_of(const twp_key_t *row)
{
    static const char *const units[] = {
        [TWP_MEANS_NUMBER] = NULL,
        [TWP_MEANS_TIME] = "a time",
        [TWP_MEANS_PER_TIME] = "per time",
        [TWP_MEANS_MONEY] = "money",
        [TWP_MEANS_MONEY_PER_TIME] = "money per time",
        [TWP_MEANS_ANY] = NULL,
    };
    const char *const unit = units[row->means];
    char text[600];

    (void) snprintf(text, sizeof text, "%s%s%s%s%s%s%s", row->help, unit != NULL ? " (" : "",
        unit != NULL ? unit : "", unit != NULL ? ")" : "",
        row->fallback != NULL ? "; default: " : "", row->fallback != NULL ? row->fallback : "",
        (row->flags & TWP_KEY_TELLS) != 0 ? "; changes no result" : "");
    return json_string(text);
}

/* forms with a description around it: beside a $ref nothing else would be read. */
static json_t *
key_of(twp_schema_maker_t *m, const twp_key_t *row)
{
    json_t *key = forms_of(m, row);

    if (json_object_get(key, "$ref") != NULL)
        key = json_pack("{s[o]}", "allOf", key);
    twp_json_put(m, key, "description", description_of(row));
    if (row->fallback != NULL && row->choices != NULL && row->value == TWP_VALUE_CHOICE)
        twp_json_put(m, key, "default", json_string(row->fallback));
    if (row->fallback != NULL && row->value == TWP_VALUE_BOOLEAN &&
        (strcmp(row->fallback, "true") == 0 || strcmp(row->fallback, "false") == 0))
        twp_json_put(m, key, "default", json_boolean(strcmp(row->fallback, "true") == 0));
    return key;
}

/* ---- rules of a block ------------------------------------------------------------------------- */

/* Exactly one of the names (of a part, or with is_optional: at most one). Takes list, of needs(). */
static json_t *
one_of(twp_schema_maker_t *m, json_t *list, bool is_optional)
{
    if (is_optional || m->is_part)
        twp_json_add(m, list, json_pack("{s{so}}", "not", "anyOf", json_deep_copy(list)));
    return json_pack("{so}", "oneOf", list);
}

static void
add_group(twp_schema_maker_t *m, json_t *rules, twp_block_t block, int group)
{
    json_t *const list = json_array();

    for (size_t i = 0; i < twp_n_keys; i++)
        if (twp_keys_is_in(&twp_keys[i], block) && twp_keys[i].group == group)
            twp_json_add(m, list, needs(twp_keys[i].name));
    for (size_t i = 0; twp_blocks[block].families_group == group && i < TWP_N_FAMILIES; i++)
        twp_json_add(m, list, needs(twp_families[i].name));
    if (json_array_size(list) > 0)
        twp_json_add(m, rules, one_of(m, list, group < 0));
    else
        json_decref(list);
}

/* {"if": has one of the keys, "then": then}. Takes then. */
static json_t *
where_any(twp_schema_maker_t *m, const char *keys, json_t *then)
{
    return json_pack("{s{so} so}", "if", "anyOf", twp_json_each_word(m, keys, needs), "then", then);
}

/* Keys that are required, or stand only beside others. Another file may have those others. */
static void
add_needs(twp_schema_maker_t *m, json_t *rules, twp_block_t block)
{
    for (size_t i = 0; i < twp_n_keys && !m->is_part; i++) {
        const twp_key_t *const row = &twp_keys[i];

        if (!twp_keys_is_in(row, block) || row->name[0] == '*')
            continue;
        if ((row->flags & TWP_KEY_REQUIRED) != 0 && row->unless != NULL) {
            json_t *const list = twp_json_each_word(m, row->unless, needs);
            twp_json_add(m, list, needs(row->name));
            twp_json_add(m, rules, json_pack("{so}", "anyOf", list));
        } else if ((row->flags & TWP_KEY_REQUIRED) != 0 && row->with != NULL) {
            twp_json_add(m, rules, where_any(m, row->with, needs(row->name)));
        } else if ((row->flags & TWP_KEY_REQUIRED) != 0) {
            twp_json_add(m, rules, needs(row->name));
        }
        if (row->with != NULL && twp_keys_find(block, row->name, NULL, NULL) == row) {
            char with[200];
            size_t n = (size_t) snprintf(with, sizeof with, "%s", row->with);

            for (size_t k = i + 1; k < twp_n_keys; k++) /* another row of that name */
                if (twp_keys_is_in(&twp_keys[k], block) && twp_keys[k].with != NULL &&
                    strcmp(twp_keys[k].name, row->name) == 0 && n < sizeof with)
                    n += (size_t) snprintf(with + n, sizeof with - n, "|%s", twp_keys[k].with);
            twp_json_add(m, rules,
                where_any(
                    m, row->name, json_pack("{so}", "anyOf", twp_json_each_word(m, with, needs))));
        }
    }
}

/* What each measure takes and needs. */
static void
add_measures(twp_schema_maker_t *m, json_t *rules)
{
    for (size_t i = 0; i < TWP_N_MEASURES; i++) {
        json_t *const required = json_array(), *const none = json_object();

        for (size_t k = 0; k < twp_n_measure_keys; k++) {
            if ((twp_measures[i].takes & twp_measure_keys[k].takes) == 0)
                twp_json_put(m, none, twp_measure_keys[k].name, json_false());
            if ((twp_measures[i].takes & twp_measure_keys[k].needs) != 0 && !m->is_part)
                twp_json_add(m, required, json_string(twp_measure_keys[k].name));
        }
        twp_json_add(m, rules,
            json_pack("{s{s{s{ss}} s[s]} s{so so}}", "if", "properties", "measure", "const",
                twp_measures[i].name, "required", "measure", "then", "required", required,
                "properties", none));
    }
}

/* ---- blocks ----------------------------------------------------------------------------------- */

static void
add_properties(twp_schema_maker_t *m, json_t *properties, twp_block_t block)
{
    for (size_t i = 0; i < twp_n_keys; i++) {
        const twp_key_t *const row = &twp_keys[i];
        json_t *before;

        if (!twp_keys_is_in(row, block) || row->name[0] == '*')
            continue;
        before = json_incref(json_object_get(properties, row->name));
        twp_json_put(m, properties, row->name,
            before == NULL ? key_of(m, row)
                           : json_pack("{s[oo]}", "anyOf", before, key_of(m, row)));
    }
    for (size_t i = 0; twp_blocks[block].families_group != 0 && i < TWP_N_FAMILIES; i++)
        twp_json_put(m, properties, twp_families[i].name,
            json_pack("{s[o] ss}", "allOf",
                twp_families[i].block != TWP_BLOCK_NONE
                    ? block_reference(m, (twp_block_t) twp_families[i].block)
                    : family_reference(m, &twp_families[i]),
                "description", twp_families[i].cumulative_hazard));
    if (twp_blocks[block].has_source) {
        twp_json_put(m, properties, twp_key_source.name, key_of(m, &twp_key_source));
        twp_json_put(m, properties, twp_key_note.name, key_of(m, &twp_key_note));
    }
    twp_json_put(m, properties, "replace", twp_json_replace());
}

/* The row of the names that are free in a block, or NULL. */
static const twp_key_t *
free_row(twp_block_t block)
{
    for (size_t i = 0; i < twp_n_keys; i++)
        if (twp_keys_is_in(&twp_keys[i], block) && twp_keys[i].name[0] == '*')
            return &twp_keys[i];
    return NULL;
}

static json_t *
block_of(twp_schema_maker_t *m, twp_block_t block)
{
    json_t *const properties = json_object(), *const rules = json_array();
    const twp_key_t *const others = free_row(block);
    json_t *const one = json_pack("{ss ss so}", "type", "object", "description",
        twp_blocks[block].help, "properties", properties);

    add_properties(m, properties, block);
    if (others == NULL) {
        twp_json_put(m, one, "additionalProperties", json_false());
    } else {
        json_t *const own = json_array();
        const char *name;
        json_t *value;

        json_object_foreach(properties, name, value) twp_json_add(m, own, json_string(name));
        twp_json_put(m, one, "additionalProperties", key_of(m, others));
        twp_json_put(m, one, "propertyNames",
            json_pack("{s[{so}o]}", "anyOf", "enum", own, twp_json_spelling(others->names)));
    }
    add_needs(m, rules, block);
    for (int group = 1; group <= MAX_GROUP; group++) {
        add_group(m, rules, block, group);
        add_group(m, rules, block, -group);
    }
    if (block == TWP_BLOCK_MEASURE || block == TWP_BLOCK_TARGET)
        add_measures(m, rules);
    if (json_array_size(rules) > 0)
        twp_json_put(m, one, "allOf", rules);
    else
        json_decref(rules);
    return one;
}

/* A hazard family with its parameters in all their spellings. */
static json_t *
family_of(twp_schema_maker_t *m, const twp_family_row_t *family)
{
    static const twp_key_t number = { .value = TWP_VALUE_STEP, .means = TWP_MEANS_NUMBER },
                           time = { .value = TWP_VALUE_STEP, .means = TWP_MEANS_TIME };
    json_t *const properties = json_object(), *const rules = json_array();

    for (int i = 0; i < family->n_parameters; i++) {
        json_t *const list = json_array();
        const twp_family_parameter_t *const one = &family->parameter[i];

        twp_json_put(m, properties, one->name,
            twp_json_value(m, one->time_power != 0 ? &time : &number, false));
        twp_json_add(m, list, needs(one->name));
        for (int k = 0; k < family->n_spellings; k++)
            if (family->spelling[k].i_parameter == i) {
                twp_json_put(m, properties, family->spelling[k].name,
                    twp_json_value(
                        m, family->spelling[k].time_power != 0 ? &time : &number, false));
                twp_json_add(m, list, needs(family->spelling[k].name));
                if (family->spelling[k].excludes != NULL)
                    twp_json_add(m, rules,
                        json_pack("{s{s[ss]}}", "not", "required", family->spelling[k].name,
                            family->spelling[k].excludes));
            }
        twp_json_add(m, rules, one_of(m, list, one->fallback != NULL));
    }
    twp_json_put(m, properties, "replace", twp_json_replace());
    return json_pack("{ss ss so sb so}", "type", "object", "description", family->help,
        "properties", properties, "additionalProperties", 0, "allOf", rules);
}

static void
define(twp_schema_maker_t *m, json_t *definitions, const char *name, json_t *what)
{
    char text[120];

    (void) snprintf(text, sizeof text, "%s%s", m->is_part ? "part_" : "", name);
    for (char *at = text; *at != '\0'; at++)
        if (*at == ' ')
            *at = '_';
    twp_json_put(m, definitions, text, what);
}

static json_t *
define_all(twp_schema_maker_t *m)
{
    json_t *const definitions = json_object();

    twp_json_put(m, definitions, "new_name", twp_json_new_name(m));
    for (int part = 0; part < 2; part++) {
        m->is_part = part == 1;
        for (int block = TWP_BLOCK_STUDY; block < TWP_N_BLOCKS; block++)
            define(m, definitions, twp_blocks[block].name, block_of(m, (twp_block_t) block));
        for (int i = 0; i < TWP_N_FAMILIES; i++) {
            char name[80];

            (void) snprintf(name, sizeof name, "law %s", twp_families[i].name);
            if (twp_families[i].block == TWP_BLOCK_NONE)
                define(m, definitions, name, family_of(m, &twp_families[i]));
        }
    }
    return definitions;
}

twp_status_t
twp_language_schema(char **text, twp_error_t *err)
{
    twp_schema_maker_t maker = { 0 };
    json_t *const definitions = define_all(&maker);
    json_t *const schema = json_pack("{ss ss ss ss s{s[s] s{s[{s[s]}{s[s]}]}} s{ss} s{ss} so}",
        "$schema", "http://json-schema.org/draft-07/schema#", "title", "Twinpath study",
        "description", "A study of Twinpath, or a module that studies use.", "type", "object", "if",
        "required", "study", "not", "anyOf", "required", "uses", "required", "based_on", "then",
        "$ref", "#/definitions/study", "else", "$ref", "#/definitions/part_study", "definitions",
        definitions);

    char *dump = NULL;

    *text = NULL;
    if (schema != NULL && !maker.has_failed)
        dump = json_dumps(schema, JSON_INDENT(1));
    json_decref(schema);
    if (dump == NULL || asprintf(text, "%s\n", dump) < 0)
        *text = NULL;
    free(dump);
    return *text != NULL ? TWP_OK : TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the schema");
}
