#include "document/tree.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const twp_pair_t *
twp_node_pair(const twp_node_t *node, const char *key)
{
    if (node == NULL || node->kind != TWP_NODE_MAPPING)
        return NULL;
    for (int i = 0; i < node->n; i++)
        if (strcmp(node->pair[i].key, key) == 0)
            return &node->pair[i];
    return NULL;
}

twp_node_t *
twp_node_get(const twp_node_t *node, const char *key)
{
    const twp_pair_t *const pair = twp_node_pair(node, key);

    return pair != NULL ? pair->value : NULL;
}

twp_place_t
twp_node_place(const twp_node_t *node, const char *path)
{
    return (twp_place_t){
        .file = node->file, .line = node->line, .column = node->column, .path = path
    };
}

/* ---- paths ------------------------------------------------------------------------------- */

/* Index of the key text[0..length) in a mapping, of the item so numbered in a sequence, or -1. */
static int
find_child(const twp_node_t *node, const char *text, size_t length)
{
    if (node->kind == TWP_NODE_MAPPING) {
        for (int i = 0; i < node->n; i++) {
            const char *const key = node->pair[i].key;
            if (strncmp(key, text, length) == 0 && key[length] == '\0')
                return i;
        }
    } else if (node->kind == TWP_NODE_SEQUENCE && length > 0 && length < 10) {
        int i = 0;
        for (size_t k = 0; k < length; k++) {
            if (text[k] < '0' || text[k] > '9')
                return -1;
            i = 10 * i + (text[k] - '0');
        }
        return i < node->n ? i : -1;
    }
    return -1;
}

bool
twp_slot_find(twp_node_t *root, const char *path, twp_slot_t *slot)
{
    for (const char *end = path;; end++) {
        int i;
        if (*end != '.' && *end != '\0')
            continue;
        i = find_child(root, path, (size_t) (end - path));
        if (i >= 0 && *end == '\0') {
            *slot = (twp_slot_t){ .parent = root, .i = i };
            return true;
        }
        if (i >= 0 &&
            twp_slot_find(root->kind == TWP_NODE_MAPPING ? root->pair[i].value : root->item[i],
                end + 1, slot))
            return true;
        if (*end == '\0')
            return false;
    }
}

twp_node_t *
twp_node_at(twp_node_t *root, const char *path)
{
    twp_slot_t slot;

    if (root == NULL || *path == '\0')
        return root;
    if (!twp_slot_find(root, path, &slot))
        return NULL;
    return slot.parent->kind == TWP_NODE_MAPPING ? slot.parent->pair[slot.i].value
                                                 : slot.parent->item[slot.i];
}

bool
twp_node_holds(const twp_node_t *node, const twp_node_t *part)
{
    if (node == part)
        return true;
    for (int i = 0; i < node->n; i++)
        if (twp_node_holds(
                node->kind == TWP_NODE_MAPPING ? node->pair[i].value : node->item[i], part))
            return true;
    return false;
}

/* ---- keys in order ------------------------------------------------------------------------- */

static int
compare_pairs(const void *a, const void *b)
{
    const twp_pair_t *const x = *(const twp_pair_t *const *) a;
    const twp_pair_t *const y = *(const twp_pair_t *const *) b;
    const int by_key = strcmp(x->key, y->key);

    return by_key != 0 ? by_key : x < y ? -1 : x > y; /* both lie in one array */
}

bool
twp_key_index_init(twp_key_index_t *index, const twp_pair_t *pair, int n)
{
    *index = (twp_key_index_t){ .n = n };
    index->pair = malloc((size_t) (n > 0 ? n : 1) * sizeof *index->pair);
    if (index->pair == NULL)
        return false;
    for (int i = 0; i < n; i++)
        index->pair[i] = &pair[i];
    qsort(index->pair, (size_t) n, sizeof *index->pair, compare_pairs);
    return true;
}

void
twp_key_index_clear(twp_key_index_t *index)
{
    free(index->pair);
    *index = (twp_key_index_t){ 0 };
}

const twp_pair_t *
twp_key_index_get(const twp_key_index_t *index, const char *key)
{
    int low = 0, high = index->n; /* the first with a key >= this one lies in low..high */

    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (strcmp(index->pair[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->n && strcmp(index->pair[low]->key, key) == 0 ? index->pair[low] : NULL;
}

/* ---- copies ---------------------------------------------------------------------------------- */

/* Copies what a node holds; texts are copied too, so that the copy outlives the original. */
static bool
copy_content(twp_arena_t *arena, const twp_node_t *node, twp_node_t *copy)
{
    if (node->kind == TWP_NODE_SCALAR) {
        copy->text = twp_arena_strdup(arena, node->text);
        return copy->text != NULL;
    }
    if (node->kind == TWP_NODE_SEQUENCE) {
        copy->item = TWP_ARENA_NEW(arena, twp_node_t *, node->n);
        for (int i = 0; copy->item != NULL && i < node->n; i++)
            if ((copy->item[i] = twp_node_copy(arena, node->item[i])) == NULL)
                return false;
        return copy->item != NULL;
    }
    copy->pair = TWP_ARENA_NEW(arena, twp_pair_t, node->n);
    for (int i = 0; copy->pair != NULL && i < node->n; i++) {
        copy->pair[i] = node->pair[i];
        copy->pair[i].key = twp_arena_strdup(arena, node->pair[i].key);
        copy->pair[i].value = twp_node_copy(arena, node->pair[i].value);
        if (copy->pair[i].key == NULL || copy->pair[i].value == NULL)
            return false;
    }
    return copy->pair != NULL;
}

twp_node_t *
twp_node_copy(twp_arena_t *arena, const twp_node_t *node)
{
    twp_node_t *const copy = TWP_ARENA_NEW(arena, twp_node_t, 1);

    if (copy == NULL)
        return NULL;
    *copy = *node;
    copy->file = twp_arena_strdup(arena, node->file);
    return copy->file != NULL && copy_content(arena, node, copy) ? copy : NULL;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* NULL when memory runs out. */
static json_t *
json_of(const twp_node_t *node)
{
    json_t *json;

    if (node->kind == TWP_NODE_SCALAR)
        return json_string(node->text);
    json = node->kind == TWP_NODE_MAPPING ? json_object() : json_array();
    for (int i = 0; json != NULL && i < node->n; i++) {
        /* the setters take over what json_of() made, and fail on NULL */
        const int failed = node->kind == TWP_NODE_MAPPING
            ? json_object_set_new(json, node->pair[i].key, json_of(node->pair[i].value))
            : json_array_append_new(json, json_of(node->item[i]));
        if (failed) {
            json_decref(json);
            json = NULL;
        }
    }
    return json;
}

twp_status_t
twp_node_to_json(const twp_node_t *root, char **json, twp_error_t *err)
{
    json_t *const tree = json_of(root);

    *json = tree != NULL ? json_dumps(tree, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_decref(tree); /* NULL is allowed */
    return *json != NULL ? TWP_OK : TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to write JSON");
}

bool
twp_node_append(twp_arena_t *arena, twp_node_t *mapping, const twp_pair_t *pair)
{
    twp_pair_t *const larger = TWP_ARENA_NEW(arena, twp_pair_t, (size_t) mapping->n + 1);

    if (larger == NULL)
        return false;
    if (mapping->n > 0)
        memcpy(larger, mapping->pair, (size_t) mapping->n * sizeof *larger);
    larger[mapping->n++] = *pair;
    mapping->pair = larger;
    return true;
}
