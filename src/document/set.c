/* Single values put over a merged tree: --set arguments and the `set:` of a strategy. */
#include "base/suggest.h"
#include "document/text.h"
#include "document/tree.h"

#include <stdlib.h>
#include <string.h>

#define SET_FILE "--set"
#define MOST_NAMES 4096 /* compared for the nearest one */

/* Where a path that does not exist stops making sense. */
typedef struct {
    twp_node_t *node; /* the last one that exists */
    size_t i_wrong;   /* start of the part that it does not hold */
    size_t n_wrong;   /* length of that part */
    bool is_last;     /* no part comes after it */
} stop_t;

static stop_t
follow(twp_node_t *root, const char *path)
{
    stop_t stop = { .node = root };

    for (;;) {
        const char *const part = path + stop.i_wrong;
        twp_slot_t slot;
        char *one;
        bool is_found;
        stop.n_wrong = strcspn(part, ".");
        stop.is_last = part[stop.n_wrong] == '\0';
        one = strndup(part, stop.n_wrong);
        is_found = one != NULL && twp_slot_find(stop.node, one, &slot);
        free(one);
        if (!is_found || stop.is_last)
            return stop;
        stop.node = slot.parent->kind == TWP_NODE_MAPPING ? slot.parent->pair[slot.i].value
                                                          : slot.parent->item[slot.i];
        stop.i_wrong += stop.n_wrong + 1;
    }
}

/* The key of a mapping nearest to text[0..length), or NULL. */
static const char *
nearest_key(twp_arena_t *arena, const twp_node_t *mapping, const char *text, size_t length)
{
    const char *const wrong = twp_arena_strndup(arena, text, length);
    const char **names;
    int n;

    if (wrong == NULL || mapping == NULL || mapping->kind != TWP_NODE_MAPPING)
        return NULL;
    n = mapping->n < MOST_NAMES ? mapping->n : MOST_NAMES;
    names = TWP_ARENA_NEW(arena, const char *, n);
    for (int i = 0; names != NULL && i < n; i++)
        names[i] = mapping->pair[i].key;
    return names != NULL ? twp_suggest_nearest(wrong, names, (size_t) n) : NULL;
}

/* The nearest path that exists up to its last part, or the nearest parameter; NULL for none. */
static const char *
nearest_path(twp_arena_t *arena, const stop_t *stop, const char *path)
{
    const char *const nearest = nearest_key(arena, stop->node, path + stop->i_wrong, stop->n_wrong);

    if (nearest != NULL)
        return twp_arena_printf(arena, "%.*s%s", (int) stop->i_wrong, path, nearest);
    if (stop->i_wrong > 0 || !stop->is_last)
        return NULL;
    return nearest_key(arena, twp_node_get(stop->node, "parameters"), path, strlen(path));
}

/* Says at place what is wrong with a path that does not exist. */
static void
report_path(twp_arena_t *arena, twp_place_t place, const stop_t *stop, const char *path,
    twp_findings_t *findings)
{
    const char *const part = path + stop->i_wrong;
    const int n_part = stop->n_wrong < 80 ? (int) stop->n_wrong : 80;
    const int n_before = stop->i_wrong > 0 ? (int) stop->i_wrong - 1 : 0;
    const char *const before = n_before > 0 ? path : "the study";
    const int n_shown = n_before > 0 ? (n_before < 200 ? n_before : 200) : (int) strlen(before);

    if (stop->node->kind == TWP_NODE_SCALAR)
        twp_findings_add(findings, place, path, "the path of something in the study", NULL,
            "%.*s is a single value and holds no '%.*s'", n_shown, before, n_part, part);
    else if (stop->node->kind == TWP_NODE_SEQUENCE)
        twp_findings_add(findings, place, path, "the number of an item, from 0", NULL,
            "%.*s is a list of %d and holds no '%.*s'", n_shown, before, stop->node->n, n_part,
            part);
    else
        twp_findings_add(findings, place, path, "the path of something in the study",
            nearest_path(arena, stop, path), "%.*s holds no '%.*s'", n_shown, before, n_part, part);
}

static void
put(const twp_slot_t *slot, const twp_pair_t *pair)
{
    if (slot->parent->kind == TWP_NODE_MAPPING) {
        twp_pair_t *const old = &slot->parent->pair[slot->i];
        pair->value->replaced = old->value;
        *old = (twp_pair_t){
            .key = old->key, .line = pair->line, .column = pair->column, .value = pair->value
        };
    } else {
        pair->value->replaced = slot->parent->item[slot->i];
        slot->parent->item[slot->i] = pair->value;
    }
}

/*
 * Finds where path points to: as it stands, or as the name of a parameter. A single value for a
 * parameter that is written as a mapping goes to its `value`: unit, range and note stay.
 */
static bool
find_target(twp_node_t *root, const char *path, const twp_node_t *value, twp_slot_t *slot)
{
    static const char prefix[] = "parameters.";
    twp_node_t *const parameters = twp_node_get(root, "parameters");
    const bool is_full = strncmp(path, prefix, sizeof prefix - 1) == 0;
    const char *const name = is_full ? path + sizeof prefix - 1 : path;
    twp_node_t *const parameter = twp_node_get(parameters, name);

    if (!is_full && twp_slot_find(root, path, slot))
        return true;
    if (parameter == NULL)
        return twp_slot_find(root, path, slot);
    if (value->kind == TWP_NODE_SCALAR && twp_node_get(parameter, "value") != NULL)
        return twp_slot_find(parameter, "value", slot);
    return twp_slot_find(parameters, name, slot);
}

/*
 * Puts pair->value where the path pair->key says. With can_add a last part that its mapping does
 * not hold yet is added to it.
 */
static twp_status_t
apply(twp_arena_t *arena, twp_node_t *root, twp_pair_t pair, twp_place_t place, bool can_add,
    twp_findings_t *findings, twp_error_t *err)
{
    const char *const path = pair.key;
    twp_slot_t slot;
    stop_t stop;

    if (find_target(root, path, pair.value, &slot)) {
        put(&slot, &pair);
        return TWP_OK;
    }
    stop = follow(root, path);
    if (!can_add || !stop.is_last || stop.n_wrong == 0 || stop.node->kind != TWP_NODE_MAPPING ||
        stop.node == twp_node_get(root, "parameters") || /* a new parameter would change nothing */
        (stop.node == root &&
            nearest_key(arena, twp_node_get(root, "parameters"), path, strlen(path)) != NULL)) {
        report_path(arena, place, &stop, path, findings);
        return TWP_FAIL(err, TWP_ERR_INPUT, "%s: no such path: %.200s", place.file, path);
    }
    pair.key = path + stop.i_wrong;
    if (!twp_node_append(arena, stop.node, &pair))
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to set %.200s", path);
    return TWP_OK;
}

/* ---- --set --------------------------------------------------------------------------------- */

/*
 * Reads what follows '=' with spaces in place of the path, so that columns are those of the
 * argument. Only flow style: "a: 1" would be a mapping in a file, but here it is a slip.
 */
static twp_status_t
read_value(twp_arena_t *arena, const char *path, const char *argument, size_t i_value,
    twp_findings_t *findings, twp_node_t **value, twp_error_t *err)
{
    const char *const text = argument + i_value;
    const size_t n_text = strlen(text);
    char *const padded = twp_arena_alloc(arena, i_value + n_text + 1, 1);
    const char first = text[strspn(text, " ")];
    size_t n_spaces = 0;
    twp_status_t status;

    *value = NULL;
    if (padded == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to set %.200s", path);
    for (size_t i = 0; i < i_value; i++)
        if (((unsigned char) argument[i] & 0xC0) != 0x80)
            padded[n_spaces++] = ' ';
    memcpy(padded + n_spaces, text, n_text);
    status = twp_yaml_read(
        arena, SET_FILE, padded, n_spaces + n_text, TWP_ORIGIN_SET, findings, value, err);
    if (status != TWP_OK)
        return status;
    if ((*value)->kind != TWP_NODE_SCALAR && first != '[' && first != '{') {
        twp_findings_add(findings, twp_node_place(*value, path), text, "a value, [a, b] or {a: b}",
            NULL, "a list or mapping needs brackets or braces here");
        return TWP_FAIL(err, TWP_ERR_INPUT, SET_FILE ": no value for %.200s", path);
    }
    return TWP_OK;
}

twp_status_t
twp_tree_set(twp_arena_t *arena, twp_node_t *root, const char *argument, twp_findings_t *findings,
    twp_error_t *err)
{
    const size_t n = strlen(argument), n_path = strcspn(argument, "=");
    twp_place_t place = { .file = SET_FILE, .line = 1, .column = 1 };
    char *const checked = twp_arena_strdup(arena, argument);
    twp_pair_t pair = { .key = twp_arena_strndup(arena, argument, n_path), .line = 1, .column = 1 };
    twp_status_t status;

    if (checked == NULL || pair.key == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for " SET_FILE);
    if (twp_text_check(SET_FILE, checked, n, true, TWP_FINDINGS_MAX, findings) > 0)
        return TWP_FAIL(err, TWP_ERR_INPUT, SET_FILE ": not plain text");
    if (n_path == n || n_path == 0) {
        twp_findings_add(findings, place, argument, "PATH=VALUE", NULL,
            n_path == 0 ? "a path is missing before '='" : "'=' is missing");
        return TWP_FAIL(err, TWP_ERR_INPUT, SET_FILE ": PATH=VALUE is expected");
    }
    if (strcmp(pair.key, "uses") == 0 || strcmp(pair.key, "based_on") == 0) {
        twp_findings_add(findings, place, argument, "a study with other modules", NULL,
            "'%s' is not a value and cannot be set", pair.key);
        return TWP_FAIL(err, TWP_ERR_INPUT, SET_FILE ": '%s' cannot be set", pair.key);
    }
    place.path = pair.key;
    status = read_value(arena, pair.key, argument, n_path + 1, findings, &pair.value, err);
    if (status != TWP_OK)
        return status;
    return apply(arena, root, pair, place, true, findings, err);
}

/* ---- strategies ---------------------------------------------------------------------------- */

static void
mark_origin(twp_node_t *node, twp_origin_t origin)
{
    node->origin = origin;
    for (int i = 0; i < node->n; i++)
        mark_origin(node->kind == TWP_NODE_MAPPING ? node->pair[i].value : node->item[i], origin);
}

twp_status_t
twp_tree_override(twp_arena_t *arena, twp_node_t *root, const twp_node_t *overrides,
    twp_findings_t *findings, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (overrides->kind != TWP_NODE_MAPPING) {
        twp_findings_add(findings, twp_node_place(overrides, "set"), overrides->text,
            "{path: value}", NULL, "'set' is a mapping of paths to values");
        return TWP_FAIL(err, TWP_ERR_INPUT, "%s: 'set' is no mapping", overrides->file);
    }
    for (int i = 0; i < overrides->n && status != TWP_ERR_MEMORY; i++) {
        twp_pair_t pair = overrides->pair[i];
        const twp_place_t place = {
            .file = pair.value->file, .line = pair.line, .column = pair.column, .path = pair.key
        };
        twp_status_t one;
        pair.value = twp_node_copy(arena, pair.value);
        if (pair.value == NULL)
            return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for an override");
        mark_origin(pair.value, TWP_ORIGIN_STRATEGY);
        one = apply(arena, root, pair, place, false, findings, err);
        if (one != TWP_OK)
            status = one;
    }
    return status;
}

/* ---- points of a sweep ---------------------------------------------------------------------- */

const twp_node_t *
twp_node_target(twp_arena_t *arena, const twp_node_t *root, const char *path, const char **nearest)
{
    const twp_node_t scalar = { .kind = TWP_NODE_SCALAR };
    twp_node_t copy = *root; /* only looked at */
    twp_slot_t slot;
    stop_t stop;

    *nearest = NULL;
    if (find_target(&copy, path, &scalar, &slot))
        return slot.parent->kind == TWP_NODE_MAPPING ? slot.parent->pair[slot.i].value
                                                     : slot.parent->item[slot.i];
    stop = follow(&copy, path);
    *nearest = nearest_path(arena, &stop, path);
    return NULL;
}

twp_status_t
twp_document_put(twp_arena_t *arena, const twp_node_t *root, int n, const char *const *path,
    const twp_node_t *const *value, twp_findings_t *findings, twp_node_t **out, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    *out = twp_node_copy(arena, root);
    for (int i = 0; i < n && *out != NULL && status == TWP_OK; i++) {
        twp_pair_t pair = { .key = path[i],
            .line = value[i]->line,
            .column = value[i]->column,
            .value = twp_node_copy(arena, value[i]) };
        const twp_place_t place = twp_node_place(value[i], path[i]);

        if (pair.value == NULL)
            break;
        mark_origin(pair.value, TWP_ORIGIN_SET);
        pair.value->number_moved = i + 1;
        status = apply(arena, *out, pair, place, false, findings, err);
        if (i + 1 == n)
            return status;
    }
    if (status == TWP_OK && n > 0)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a point");
    return status;
}
