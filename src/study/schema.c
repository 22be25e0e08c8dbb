/* The merged tree against the table of keys: every block, every key, in one pass. */
#include "study/schema.h"

#include "base/suggest.h"
#include "study/schema_walk.h"

#include <stdio.h>
#include <string.h>

#define MAX_GROUP 3
#define LIST_SIZE 400

static void check_block(
    twp_block_t block, const twp_node_t *node, const twp_path_t *path, twp_findings_t *findings);

/* ---- small helpers -------------------------------------------------------------------------- */

static bool
has_key(const void *context, const char *name)
{
    return twp_node_pair(context, name) != NULL;
}

const twp_key_t *
twp_schema_row(twp_block_t block, const twp_node_t *mapping, const char *key)
{
    return twp_keys_find(block, key, has_key, mapping);
}

/* Appends `word` to a list of words, with commas between. */
static void
append(char list[LIST_SIZE], const char *word)
{
    const size_t n = strlen(list);

    (void) snprintf(list + n, LIST_SIZE - n, "%s%s", n > 0 ? ", " : "", word);
}

/* "a|b" as "a or b" */
static const char *
print_either(const char *keys, char text[LIST_SIZE])
{
    size_t n = 0;

    for (; *keys != '\0' && n < LIST_SIZE - 8; keys++)
        if (*keys == '|')
            n += (size_t) snprintf(text + n, LIST_SIZE - n, " or ");
        else
            text[n++] = *keys;
    text[n] = '\0';
    return text;
}

/* One of the "|"-separated keys stands in the mapping. */
static bool
has_any(const char *keys, const twp_node_t *mapping)
{
    for (int i = 0; i < mapping->n; i++)
        if (twp_keys_is_listed(keys, mapping->pair[i].key))
            return true;
    return false;
}

static const char *
kind_text(const twp_node_t *node)
{
    return node->kind == TWP_NODE_MAPPING ? "a mapping"
        : node->kind == TWP_NODE_SEQUENCE ? "a list"
        : node->text[0] == '\0'           ? "nothing"
                                          : node->text;
}

/* The block's keys, in words. */
static void
print_keys(twp_block_t block, char list[LIST_SIZE])
{
    list[0] = '\0';
    for (size_t i = 0; i < twp_n_keys; i++)
        if (twp_keys_is_in(&twp_keys[i], block) && twp_keys[i].name[0] != '*')
            append(list, twp_keys[i].name);
    for (size_t i = 0; twp_blocks[block].families_group != 0 && i < TWP_N_FAMILIES; i++)
        append(list, twp_families[i].name);
}

/* The key of the block nearest to a wrong one. */
static const char *
nearest_key(twp_block_t block, const char *wrong)
{
    const char *names[128];
    size_t n = 0;

    for (size_t i = 0; twp_blocks[block].families_group != 0 && i < TWP_N_FAMILIES; i++)
        if (twp_families[i].flexsurv != NULL && strcmp(twp_families[i].flexsurv, wrong) == 0)
            return twp_families[i].name;
    for (size_t i = 0; i < twp_n_keys && n < 100; i++)
        if (twp_keys_is_in(&twp_keys[i], block) && twp_keys[i].name[0] != '*')
            names[n++] = twp_keys[i].name;
    for (size_t i = 0; twp_blocks[block].families_group != 0 && i < TWP_N_FAMILIES; i++)
        names[n++] = twp_families[i].name;
    if (twp_blocks[block].has_source) {
        names[n++] = twp_key_source.name;
        names[n++] = twp_key_note.name;
    }
    return twp_suggest_nearest(wrong, names, n);
}

/* A key of the block's that stands there misspelled: it is not reported as missing too. */
static bool
is_misspelled(twp_block_t block, const twp_node_t *node, const char *name)
{
    for (int i = 0; i < node->n; i++) {
        const char *const key = node->pair[i].key, *nearest;
        if (twp_schema_row(block, node, key) != NULL || twp_families_find(key) != NULL)
            continue;
        nearest = nearest_key(block, key);
        if (nearest != NULL && strcmp(nearest, name) == 0)
            return true;
    }
    return false;
}

/* ---- shapes --------------------------------------------------------------------------------- */

/* What the row allows, in words. */
static void
print_forms(const twp_key_t *row, bool is_item, char text[LIST_SIZE])
{
    const bool is_list_item = is_item && (row->forms & TWP_FORM_LIST) != 0;
    const twp_block_t block = is_list_item ? row->item : row->child;
    const bool takes_value = is_list_item ? twp_schema_takes_scalar_items(row)
        : is_item                         ? row->value != TWP_VALUE_NONE
                                          : (row->forms & TWP_FORM_VALUE) != 0;

    text[0] = '\0';
    if (takes_value)
        append(text, row->choices != NULL ? "a word" : twp_schema_expected(row));
    if (is_item ? block != TWP_BLOCK_NONE
                : (row->forms & (TWP_FORM_BLOCK | TWP_FORM_MAP | TWP_FORM_MAP_OF_LISTS)) != 0)
        append(text, "a mapping");
    if (!is_item && (row->forms & TWP_FORM_MATRIX) != 0)
        append(text, "a list of lists");
    if (!is_item && (row->forms & TWP_FORM_LIST) != 0)
        append(text, "a list");
}

static void
report_shape(const twp_key_t *row, const twp_node_t *node, bool is_item, const twp_path_t *path,
    const char *nearest, twp_findings_t *findings)
{
    char expected[LIST_SIZE], text[TWP_PATH_SIZE];

    print_forms(row, is_item, expected);
    twp_findings_add(findings, twp_node_place(node, twp_path_print(path, text)), kind_text(node),
        expected, nearest, "%s stands where %s belongs",
        node->kind == TWP_NODE_SCALAR ? "text" : kind_text(node), expected);
}

static void
report_length(
    const twp_node_t *node, const twp_path_t *path, const char *expected, twp_findings_t *findings)
{
    char text[TWP_PATH_SIZE], found[40];

    (void) snprintf(found, sizeof found, "%d item%s", node->n, node->n == 1 ? "" : "s");
    twp_findings_add(findings, twp_node_place(node, twp_path_print(path, text)), found, expected,
        NULL, node->n == 0 ? "nothing is listed" : "the list has a wrong length");
}

static void
check_list(
    const twp_key_t *row, const twp_node_t *node, const twp_path_t *path, twp_findings_t *findings)
{
    char expected[80];

    if (row->n_items > 0 && node->n != row->n_items) {
        (void) snprintf(expected, sizeof expected, "%d items: %s", row->n_items, row->help);
        report_length(node, path, expected, findings);
    } else if (node->n == 0 && (row->flags & TWP_KEY_FILLED) != 0) {
        report_length(node, path, "at least one", findings);
    }
    for (int i = 0; i < node->n; i++) {
        const twp_path_t here = { path, NULL, i };
        const twp_node_t *const item = node->item[i];
        if (item->kind == TWP_NODE_MAPPING && row->item != TWP_BLOCK_NONE)
            check_block(row->item, item, &here, findings);
        else if (item->kind == TWP_NODE_SCALAR && twp_schema_takes_scalar_items(row))
            twp_schema_check_value(row, item, true, &here, findings);
        else
            report_shape(row, item, true, &here, NULL, findings);
    }
}

static void
check_matrix(
    const twp_key_t *row, const twp_node_t *node, const twp_path_t *path, twp_findings_t *findings)
{
    if (node->n == 0)
        report_length(node, path, "at least one", findings);
    for (int i = 0; i < node->n; i++) {
        const twp_path_t at_row = { path, NULL, i };
        const twp_node_t *const line = node->item[i];
        if (line->kind != TWP_NODE_SEQUENCE) {
            report_shape(row, line, false, &at_row, NULL, findings);
            continue;
        }
        if (line->n != node->n)
            report_length(line, &at_row, "as many as there are rows", findings);
        for (int j = 0; j < line->n; j++) {
            const twp_path_t here = { &at_row, NULL, j };
            if (line->item[j]->kind == TWP_NODE_SCALAR)
                twp_schema_check_value(row, line->item[j], true, &here, findings);
            else
                report_shape(row, line->item[j], true, &here, NULL, findings);
        }
    }
}

static void
check_map(
    const twp_key_t *row, const twp_node_t *node, const twp_path_t *path, twp_findings_t *findings)
{
    char text[TWP_PATH_SIZE];

    if (node->n == 0 && (row->flags & TWP_KEY_FILLED) != 0)
        twp_findings_add(findings, twp_node_place(node, twp_path_print(path, text)), "{}",
            row->help, NULL, "nothing stands here");
    for (int i = 0; i < node->n; i++) {
        const twp_pair_t *const pair = &node->pair[i];
        const twp_path_t here = { path, pair->key, 0 };
        const twp_node_t *const value = pair->value;
        twp_schema_check_name(row->names, pair, &here, findings);
        if (row->value == TWP_VALUE_ANY)
            continue;
        if ((row->forms & TWP_FORM_MAP_OF_LISTS) != 0 && value->kind == TWP_NODE_SEQUENCE)
            check_list(row, value, &here, findings);
        else if ((row->forms & TWP_FORM_MAP) != 0 && value->kind == TWP_NODE_MAPPING &&
            row->child != TWP_BLOCK_NONE)
            check_block(row->child, value, &here, findings);
        else if ((row->forms & TWP_FORM_MAP) != 0 && value->kind == TWP_NODE_SCALAR &&
            row->value != TWP_VALUE_NONE)
            twp_schema_check_value(row, value, true, &here, findings);
        else
            report_shape(row, value, true, &here, NULL, findings);
    }
}

/* The value of one key. */
static void
check_entry(const twp_key_t *row, twp_block_t block, const twp_pair_t *pair, const twp_path_t *path,
    twp_findings_t *findings)
{
    const twp_node_t *const node = pair->value;
    const unsigned forms = row->forms;

    if (node->kind == TWP_NODE_SCALAR && (forms & TWP_FORM_VALUE) != 0)
        twp_schema_check_value(row, node, false, path, findings);
    else if (node->kind == TWP_NODE_MAPPING && (forms & TWP_FORM_BLOCK) != 0)
        check_block(row->child, node, path, findings);
    else if (node->kind == TWP_NODE_MAPPING &&
        (forms & (TWP_FORM_MAP | TWP_FORM_MAP_OF_LISTS)) != 0)
        check_map(row, node, path, findings);
    else if (node->kind == TWP_NODE_SEQUENCE && (forms & TWP_FORM_LIST) != 0)
        check_list(row, node, path, findings);
    else if (node->kind == TWP_NODE_SEQUENCE && (forms & TWP_FORM_MATRIX) != 0)
        check_matrix(row, node, path, findings);
    else
        report_shape(row, node, false, path,
            row->name[0] == '*' ? nearest_key(block, pair->key) : NULL, findings);
}

/* ---- hazard laws ---------------------------------------------------------------------------- */

/* Which parameter of the family the key spells, or -1. */
static int
find_parameter(const twp_family_row_t *family, const char *key)
{
    for (int i = 0; i < family->n_parameters; i++)
        if (strcmp(family->parameter[i].name, key) == 0)
            return i;
    for (int i = 0; i < family->n_spellings; i++)
        if (strcmp(family->spelling[i].name, key) == 0)
            return family->spelling[i].i_parameter;
    return -1;
}

/* All spellings of parameter i, or of all (-1). */
static void
print_parameters(const twp_family_row_t *family, int i, char text[LIST_SIZE])
{
    text[0] = '\0';
    for (int k = 0; k < family->n_parameters; k++)
        if (i < 0 || k == i)
            append(text, family->parameter[k].name);
    for (int k = 0; k < family->n_spellings; k++)
        if (i < 0 || family->spelling[k].i_parameter == i)
            append(text, family->spelling[k].name);
}

static void
check_parameter(const twp_family_row_t *family, const twp_pair_t *pair, const twp_path_t *path,
    const char *given[TWP_FAMILY_MAX_PARAMETERS], twp_findings_t *findings)
{
    static const twp_key_t row = { .forms = TWP_FORM_VALUE, .value = TWP_VALUE_STEP };
    const int i = find_parameter(family, pair->key);
    const char *names[2 * TWP_FAMILY_MAX_PARAMETERS];
    char text[TWP_PATH_SIZE], expected[LIST_SIZE];
    const twp_place_t place = twp_schema_key_place(pair, twp_path_print(path, text));
    size_t n = 0;

    if (i < 0) {
        for (int k = 0; k < family->n_parameters; k++)
            names[n++] = family->parameter[k].name;
        for (int k = 0; k < family->n_spellings; k++)
            names[n++] = family->spelling[k].name;
        print_parameters(family, -1, expected);
        twp_findings_add(findings, place, pair->key, expected,
            twp_suggest_nearest(pair->key, names, n), "`%s` is no parameter of %s", pair->key,
            family->name);
        return;
    }
    if (given[i] != NULL)
        twp_findings_add(findings, place, pair->key, given[i], NULL,
            "`%s` and `%s` both give the same parameter", given[i], pair->key);
    given[i] = pair->key;
    if (pair->value->kind == TWP_NODE_SCALAR)
        twp_schema_check_value(&row, pair->value, false, path, findings);
    else
        report_shape(&row, pair->value, false, path, NULL, findings);
}

static void
check_family(const twp_family_row_t *family, const twp_node_t *node, const twp_path_t *path,
    twp_findings_t *findings)
{
    static const twp_key_t row = { .forms = TWP_FORM_BLOCK };
    const char *given[TWP_FAMILY_MAX_PARAMETERS] = { NULL };
    char text[TWP_PATH_SIZE], expected[LIST_SIZE];

    if (node->kind != TWP_NODE_MAPPING) {
        report_shape(&row, node, false, path, NULL, findings);
        return;
    }
    if (family->block != TWP_BLOCK_NONE) {
        check_block((twp_block_t) family->block, node, path, findings);
        return;
    }
    for (int i = 0; i < node->n; i++) {
        const twp_path_t here = { path, node->pair[i].key, 0 };
        check_parameter(family, &node->pair[i], &here, given, findings);
    }
    for (int i = 0; i < family->n_parameters; i++)
        if (given[i] == NULL && family->parameter[i].fallback == NULL) {
            print_parameters(family, i, expected);
            twp_findings_add(findings, twp_node_place(node, twp_path_print(path, text)), NULL,
                expected, NULL, "%s needs `%s`", family->name, family->parameter[i].name);
        }
}

/* ---- measures ------------------------------------------------------------------------------- */

/* node: a mapping with the measure's keys, or the measure's name alone. */
static void
check_measure(const twp_measure_row_t *measure, const twp_node_t *node, const twp_path_t *path,
    twp_findings_t *findings)
{
    char text[TWP_PATH_SIZE], expected[LIST_SIZE] = "";

    for (size_t i = 0; i < twp_n_measure_keys; i++)
        if ((measure->takes & twp_measure_keys[i].takes) != 0)
            append(expected, twp_measure_keys[i].name);
    twp_path_print(path, text);
    for (size_t i = 0; i < twp_n_measure_keys; i++) {
        const twp_pair_t *const pair = twp_node_pair(node, twp_measure_keys[i].name);
        if (pair != NULL && (measure->takes & twp_measure_keys[i].takes) == 0)
            twp_findings_add(findings, twp_schema_key_place(pair, text), pair->key,
                expected[0] != '\0' ? expected : "no keys", NULL, "the measure %s takes no `%s`",
                measure->name, pair->key);
        if (pair == NULL && (measure->takes & twp_measure_keys[i].needs) != 0)
            twp_findings_add(findings, twp_node_place(node, text), measure->name, expected, NULL,
                "the measure %s needs `%s`", measure->name, twp_measure_keys[i].name);
    }
}

static void
check_measures_keys(const twp_node_t *node, const twp_path_t *path, twp_findings_t *findings)
{
    const twp_node_t *const name = node->kind == TWP_NODE_SCALAR ? node
                                                                 : twp_node_get(node, "measure");
    const twp_measure_row_t *const measure =
        name != NULL && name->kind == TWP_NODE_SCALAR ? twp_measures_find(name->text) : NULL;

    if (measure != NULL)
        check_measure(measure, node, path, findings);
}

/* Measures that stand as plain names in a list. */
static void
check_plain_measures(const twp_node_t *report, const twp_path_t *path, twp_findings_t *findings)
{
    const twp_node_t *const list = twp_node_get(report, "measures");
    const twp_path_t at_list = { path, "measures", 0 };

    if (list == NULL || list->kind != TWP_NODE_SEQUENCE)
        return;
    for (int i = 0; i < list->n; i++) {
        const twp_path_t here = { &at_list, NULL, i };
        if (list->item[i]->kind == TWP_NODE_SCALAR)
            check_measures_keys(list->item[i], &here, findings);
    }
}

/* ---- blocks --------------------------------------------------------------------------------- */

static void
check_key(twp_block_t block, const twp_node_t *node, const twp_pair_t *pair, const twp_path_t *path,
    twp_findings_t *findings)
{
    const twp_path_t here = { path, pair->key, 0 };
    const twp_key_t *const row = twp_schema_row(block, node, pair->key);
    const twp_family_row_t *family = NULL;
    char text[TWP_PATH_SIZE], with[LIST_SIZE];
    const twp_place_t place = twp_schema_key_place(pair, twp_path_print(&here, text));

    if (row == NULL && twp_blocks[block].families_group != 0)
        family = twp_families_find(pair->key);
    if (family != NULL) {
        check_family(family, pair->value, &here, findings);
        return;
    }
    if (row == NULL) {
        print_keys(block, with);
        twp_findings_add(findings, place, pair->key, with, nearest_key(block, pair->key),
            "`%s` is no key of %s", pair->key, twp_blocks[block].name);
        return;
    }
    if (row->with != NULL && !has_any(row->with, node)) {
        twp_findings_add(findings, place, pair->key, print_either(row->with, with), NULL,
            "`%s` stands only beside %s", pair->key, with);
        return;
    }
    if (row->name[0] == '*')
        twp_schema_check_name(row->names, pair, &here, findings);
    check_entry(row, block, pair, &here, findings);
}

static void
check_required(
    twp_block_t block, const twp_node_t *node, const twp_path_t *path, twp_findings_t *findings)
{
    char text[TWP_PATH_SIZE];

    for (size_t i = 0; i < twp_n_keys; i++) {
        const twp_key_t *const row = &twp_keys[i];
        if (!twp_keys_is_in(row, block) || (row->flags & TWP_KEY_REQUIRED) == 0 ||
            twp_node_pair(node, row->name) != NULL ||
            (row->with != NULL && !has_any(row->with, node)) ||
            (row->unless != NULL && has_any(row->unless, node)) ||
            is_misspelled(block, node, row->name))
            continue;
        twp_findings_add(findings, twp_node_place(node, twp_path_print(path, text)), NULL,
            row->help, NULL, "%s needs `%s`", twp_blocks[block].name, row->name);
    }
}

/* The group of a key that stands in the block, 0: none. */
static int
group_of(twp_block_t block, const twp_node_t *node, const char *key)
{
    const twp_key_t *const row = twp_schema_row(block, node, key);

    if (row != NULL)
        return row->group;
    return twp_families_find(key) != NULL ? twp_blocks[block].families_group : 0;
}

/* All keys of a group; false when the block has no such group. */
static bool
print_group(twp_block_t block, int group, char text[LIST_SIZE])
{
    text[0] = '\0';
    for (size_t i = 0; i < twp_n_keys; i++)
        if (twp_keys_is_in(&twp_keys[i], block) && twp_keys[i].group == group)
            append(text, twp_keys[i].name);
    for (size_t i = 0; twp_blocks[block].families_group == group && i < TWP_N_FAMILIES; i++)
        append(text, twp_families[i].name);
    return text[0] != '\0';
}

/* A key of the group stands there misspelled. */
static bool
has_misspelled_of(twp_block_t block, int group, const twp_node_t *node)
{
    for (size_t i = 0; i < twp_n_keys; i++)
        if (twp_keys_is_in(&twp_keys[i], block) && twp_keys[i].group == group &&
            is_misspelled(block, node, twp_keys[i].name))
            return true;
    for (size_t i = 0; twp_blocks[block].families_group == group && i < TWP_N_FAMILIES; i++)
        if (is_misspelled(block, node, twp_families[i].name))
            return true;
    return false;
}

static void
check_group(twp_block_t block, int group, const twp_node_t *node, const twp_path_t *path,
    twp_findings_t *findings)
{
    char all[LIST_SIZE], text[TWP_PATH_SIZE];
    const twp_pair_t *first = NULL;

    if (!print_group(block, group, all))
        return;
    twp_path_print(path, text);
    for (int i = 0; i < node->n; i++) {
        const twp_pair_t *const pair = &node->pair[i];
        if (group_of(block, node, pair->key) != group)
            continue;
        if (first != NULL)
            twp_findings_add(findings, twp_schema_key_place(pair, text), pair->key, all, NULL,
                "`%s` and `%s` exclude each other", first->key, pair->key);
        else
            first = pair;
    }
    if (first == NULL && group > 0 && !has_misspelled_of(block, group, node))
        twp_findings_add(findings, twp_node_place(node, text), NULL, all, NULL,
            "%s needs one of %s", twp_blocks[block].name, all);
}

static void
check_block(
    twp_block_t block, const twp_node_t *node, const twp_path_t *path, twp_findings_t *findings)
{
    for (int i = 0; i < node->n; i++)
        check_key(block, node, &node->pair[i], path, findings);
    check_required(block, node, path, findings);
    for (int group = 1; group <= MAX_GROUP; group++) {
        check_group(block, group, node, path, findings);
        check_group(block, -group, node, path, findings);
    }
    if (block == TWP_BLOCK_MEASURE || block == TWP_BLOCK_TARGET)
        check_measures_keys(node, path, findings);
    else if (block == TWP_BLOCK_REPORT)
        check_plain_measures(node, path, findings);
}

twp_status_t
twp_schema_check(const twp_node_t *root, twp_findings_t *findings, twp_error_t *err)
{
    const int n_errors = findings->n_errors;

    if (root->kind != TWP_NODE_MAPPING)
        twp_findings_add(findings, twp_node_place(root, ""), kind_text(root),
            "keys such as `twinpath: 1`", NULL, "a study is a mapping");
    else
        check_block(TWP_BLOCK_STUDY, root, NULL, findings);
    if (findings->n_errors > n_errors)
        return TWP_FAIL(err, TWP_ERR_INPUT, "the study has keys or values that are not allowed");
    return TWP_OK;
}
