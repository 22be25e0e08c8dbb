/* Laying one tree over another. Recursion is as deep as the trees are, which reading limits. */
#include "document/tree.h"

#include <stdio.h>
#include <string.h>

#define PATH_BYTES 512

/* What stays the same on the way down. */
typedef struct {
    twp_arena_t *arena;
    twp_findings_t *findings;
    bool is_module;
    bool is_out_of_memory;
    char path[PATH_BYTES]; /* of the mapping at hand */
} merge_t;

static bool
is_word(const twp_node_t *node, const char *word)
{
    return node->kind == TWP_NODE_SCALAR && !node->is_quoted && strcmp(node->text, word) == 0;
}

/* `replace:` with a scalar; with anything else it is a name like any other. */
static bool
is_replace(const twp_pair_t *pair)
{
    return pair->value->kind == TWP_NODE_SCALAR && strcmp(pair->key, "replace") == 0;
}

/* Takes the key `replace` out of a mapping, checks it, and tells whether it said true. */
static bool
take_replace(twp_node_t *mapping, twp_findings_t *findings)
{
    bool replaces = false;
    int n = 0;

    if (mapping->kind != TWP_NODE_MAPPING)
        return false;
    for (int i = 0; i < mapping->n; i++) {
        const twp_node_t *const value = mapping->pair[i].value;
        if (!is_replace(&mapping->pair[i])) {
            mapping->pair[n++] = mapping->pair[i];
            continue;
        }
        replaces = is_word(value, "true");
        if (!replaces && !is_word(value, "false"))
            twp_findings_add(findings, twp_node_place(value, "replace"), value->text,
                "true or false", NULL, "'replace' is a question of true or false");
    }
    mapping->n = n;
    return replaces;
}

/* Takes `replace` out of everything below a value that is used whole. */
static void
strip_replace(twp_node_t *node, twp_findings_t *findings)
{
    take_replace(node, findings);
    for (int i = 0; i < node->n; i++)
        strip_replace(
            node->kind == TWP_NODE_MAPPING ? node->pair[i].value : node->item[i], findings);
}

static twp_node_t *merge_nodes(merge_t *merge, twp_node_t *low, twp_node_t *high);

/* Merges the pair `high` with the one of the same key below it; both have their key in the path. */
static void
merge_pair(merge_t *merge, twp_pair_t *low, const twp_pair_t *high)
{
    const twp_node_t *const was = low->value;
    const bool is_merged = was->kind == TWP_NODE_MAPPING && high->value->kind == TWP_NODE_MAPPING;

    if (merge->is_module && !is_merged) {
        const twp_place_t place = { .file = high->value->file,
            .line = high->line,
            .column = high->column,
            .path = merge->path };
        twp_findings_add(merge->findings, place, NULL,
            "one definition, or 'replace: true' in a mapping around this one", NULL,
            "'%.200s' is also set by the module %.400s, line %d", merge->path, was->file,
            low->line);
    }
    low->line = high->line;
    low->column = high->column;
    low->value = merge_nodes(merge, low->value, high->value);
}

/* Goes down one key; returns the length to go back to. */
static size_t
enter_path(merge_t *merge, const char *key)
{
    const size_t length = strlen(merge->path);

    snprintf(merge->path + length, PATH_BYTES - length, "%s%s", length > 0 ? "." : "", key);
    return length;
}

static void
merge_mappings(merge_t *merge, twp_node_t *low, const twp_node_t *high)
{
    twp_pair_t *const pair = TWP_ARENA_NEW(
        merge->arena, twp_pair_t, (size_t) low->n + (size_t) high->n);
    twp_key_index_t index;
    int n = low->n;

    if (pair == NULL || !twp_key_index_init(&index, low->pair, low->n)) {
        merge->is_out_of_memory = true;
        return;
    }
    if (n > 0)
        memcpy(pair, low->pair, (size_t) n * sizeof *pair);
    for (int i = 0; i < high->n && !merge->is_out_of_memory; i++) {
        const twp_pair_t *const mine = &high->pair[i];
        const twp_pair_t *const below = twp_key_index_get(&index, mine->key);
        const size_t length = enter_path(merge, mine->key);
        if (below == NULL) {
            strip_replace(mine->value, merge->findings);
            pair[n++] = *mine;
        } else {
            merge_pair(merge, &pair[below - low->pair], mine);
        }
        merge->path[length] = '\0';
    }
    twp_key_index_clear(&index);
    low->pair = pair;
    low->n = n;
    /* the place of a merged mapping is where it was last added to */
    low->file = high->file;
    low->line = high->line;
    low->column = high->column;
    low->origin = high->origin;
}

static twp_node_t *
merge_nodes(merge_t *merge, twp_node_t *low, twp_node_t *high)
{
    const bool replaces = take_replace(high, merge->findings);

    if (low == NULL || low->kind != TWP_NODE_MAPPING || high->kind != TWP_NODE_MAPPING ||
        replaces) {
        strip_replace(high, merge->findings);
        return high;
    }
    merge_mappings(merge, low, high);
    return low;
}

twp_node_t *
twp_tree_merge(
    twp_arena_t *arena, twp_node_t *low, twp_node_t *high, bool is_module, twp_findings_t *findings)
{
    merge_t merge = { .arena = arena, .findings = findings, .is_module = is_module };
    twp_node_t *const merged = merge_nodes(&merge, low, high);

    return merge.is_out_of_memory ? NULL : merged;
}
