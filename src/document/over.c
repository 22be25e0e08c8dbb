/*
 * The points of a sweep on the command line: --over PATH=A,B,C becomes the study's `sweep`. Its place is
 * "--over", the number of the option as line, the column in its value.
 */
#include "document/text.h"
#include "document/tree.h"

#include <string.h>

#define OVER_FILE "--over"
#define PREFIX "--over "

const char *
twp_tree_over_of(const char *argument)
{
    return strncmp(argument, PREFIX, sizeof PREFIX - 1) == 0 ? argument + sizeof PREFIX - 1 : NULL;
}

static twp_node_t *
new_node(twp_arena_t *arena, twp_node_kind_t kind, int line, int column)
{
    twp_node_t *const node = TWP_ARENA_NEW(arena, twp_node_t, 1);

    if (node != NULL)
        *node = (twp_node_t){ .kind = kind,
            .file = OVER_FILE,
            .line = line,
            .column = column,
            .origin = TWP_ORIGIN_SET };
    return node;
}

/* Adds the value text[0..n), blanks around it aside; false when memory runs out. */
static bool
add_value(twp_arena_t *arena, twp_node_t *list, const char *argument, size_t from, size_t to)
{
    twp_node_t *one;

    while (from < to && argument[from] == ' ')
        from++;
    while (to > from && argument[to - 1] == ' ')
        to--;
    one = new_node(arena, TWP_NODE_SCALAR, list->line, (int) from + 1);
    if (one == NULL || (one->text = twp_arena_strndup(arena, argument + from, to - from)) == NULL)
        return false;
    list->item[list->n++] = one;
    return true;
}

/* Commas part values, but not inside of brackets. NULL when memory runs out. */
static twp_node_t *
read_list(twp_arena_t *arena, const char *argument, int line, size_t from)
{
    twp_node_t *const list = new_node(arena, TWP_NODE_SEQUENCE, line, (int) from + 1);
    const size_t n = strlen(argument);
    size_t n_items = 1, begin = from;
    int depth = 0;

    for (size_t i = from; i < n; i++)
        n_items += argument[i] == ',';
    if (list == NULL || (list->item = TWP_ARENA_NEW(arena, twp_node_t *, n_items)) == NULL)
        return NULL;
    for (size_t i = from; i <= n; i++) {
        const char c = argument[i];

        depth += (c == '(' || c == '[') - (c == ')' || c == ']');
        if (c != '\0' && (c != ',' || depth > 0))
            continue;
        if (!add_value(arena, list, argument, begin, i))
            return NULL;
        begin = i + 1;
    }
    return list;
}

static twp_status_t
read_over(twp_arena_t *arena, twp_node_t *over, const char *argument, int line,
    twp_findings_t *findings, twp_error_t *err)
{
    const twp_place_t place = { .file = OVER_FILE, .line = line, .column = 1 };
    const size_t n_path = strcspn(argument, "=");
    twp_pair_t *const pair = &over->pair[over->n];
    char *const checked = twp_arena_strdup(arena, argument);

    if (checked == NULL || (pair->key = twp_arena_strndup(arena, argument, n_path)) == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for " OVER_FILE);
    if (twp_text_check(OVER_FILE, checked, strlen(argument), true, TWP_FINDINGS_MAX, findings) > 0)
        return TWP_FAIL(err, TWP_ERR_INPUT, OVER_FILE ": not plain text");
    if (n_path == 0 || argument[n_path] == '\0') {
        twp_findings_add(findings, place, argument, "PATH=VALUE,VALUE,...", NULL,
            n_path == 0 ? "a path is missing before '='" : "'=' is missing");
        return TWP_FAIL(err, TWP_ERR_INPUT, OVER_FILE ": PATH=VALUE,VALUE,... is expected");
    }
    if (twp_node_get(over, pair->key) != NULL) {
        twp_findings_add(findings, place, argument, "each path once", NULL,
            "%s is swept twice; its values go into one list", pair->key);
        return TWP_FAIL(err, TWP_ERR_INPUT, OVER_FILE ": a path twice");
    }
    pair->line = line;
    pair->column = 1;
    pair->value = read_list(arena, argument, line, n_path + 1);
    if (pair->value == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for " OVER_FILE);
    over->n++;
    return TWP_OK;
}

/* Puts the pair at the end, or in place of that key's. */
static bool
put_key(twp_arena_t *arena, twp_node_t *mapping, const twp_pair_t *pair)
{
    for (int i = 0; i < mapping->n; i++)
        if (strcmp(mapping->pair[i].key, pair->key) == 0) {
            mapping->pair[i] = *pair;
            return true;
        }
    return twp_node_append(arena, mapping, pair);
}

twp_status_t
twp_tree_over(twp_arena_t *arena, twp_node_t *root, char *const *argument, int n,
    twp_findings_t *findings, twp_error_t *err)
{
    twp_node_t *const sweep = new_node(arena, TWP_NODE_MAPPING, 1, 1);
    twp_node_t *const over = new_node(arena, TWP_NODE_MAPPING, 1, 1);
    twp_pair_t *const pair = TWP_ARENA_NEW(arena, twp_pair_t, (size_t) n + 1);
    const twp_pair_t block = { .key = "sweep", .line = 1, .column = 1, .value = sweep },
                     inner = { .key = "over", .line = 1, .column = 1, .value = over };
    twp_status_t status = TWP_OK;
    int n_over = 0;

    if (sweep == NULL || over == NULL || pair == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for " OVER_FILE);
    over->pair = pair;
    for (int i = 0; i < n && status != TWP_ERR_MEMORY; i++)
        if (twp_tree_over_of(argument[i]) != NULL) {
            const twp_status_t one = read_over(
                arena, over, twp_tree_over_of(argument[i]), ++n_over, findings, err);

            status = one != TWP_OK ? one : status;
        }
    if (status != TWP_OK || over->n == 0)
        return status;
    if (!put_key(arena, sweep, &inner) || !put_key(arena, root, &block))
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for " OVER_FILE);
    return TWP_OK;
}
