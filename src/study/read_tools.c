/* What all of read_*.c is made with: memory, spots of the tree, findings. */
#include "study/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory --------------------------------------------------------------------------------- */

void *
twp_read_alloc(twp_read_t *read, int n, size_t size)
{
    void *memory = twp_arena_alloc(read->arena, n > 0 ? (size_t) n : 1, size);

    if (memory == NULL)
        longjmp(read->out_of_memory, 1);
    return memory;
}

void *
twp_read_grown(twp_read_t *read, void *items, int n, int *n_capacity, size_t size)
{
    void *more;

    if (n < *n_capacity)
        return items;
    *n_capacity = 2 * *n_capacity + 16;
    more = twp_read_alloc(read, *n_capacity, size);
    if (n > 0)
        memcpy(more, items, (size_t) n * size);
    return more;
}

const char *
twp_read_printf(twp_read_t *read, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = twp_arena_vprintf(read->arena, format, arguments);
    va_end(arguments);
    if (text == NULL)
        longjmp(read->out_of_memory, 1);
    return text;
}

/* ---- the tree ------------------------------------------------------------------------------- */

bool
twp_read_is_mapping(twp_spot_t spot)
{
    return spot.node != NULL && spot.node->kind == TWP_NODE_MAPPING;
}

twp_spot_t
twp_read_get(twp_read_t *read, twp_spot_t spot, const char *key)
{
    const twp_node_t *node = twp_node_get(spot.node, key);
    const char *path;

    if (node == NULL)
        return (twp_spot_t){ NULL, spot.path };
    path = spot.path[0] == '\0' ? key : twp_read_printf(read, "%s.%s", spot.path, key);
    return (twp_spot_t){ node, path };
}

int
twp_read_n_items(twp_spot_t spot)
{
    if (spot.node == NULL)
        return 0;
    return spot.node->kind == TWP_NODE_SEQUENCE ? spot.node->n : 1;
}

twp_spot_t
twp_read_item(twp_read_t *read, twp_spot_t spot, int i)
{
    if (spot.node == NULL || spot.node->kind != TWP_NODE_SEQUENCE)
        return spot;
    return (twp_spot_t){ spot.node->item[i], twp_read_printf(read, "%s.%d", spot.path, i) };
}

const char *
twp_read_text(twp_spot_t spot)
{
    return spot.node != NULL && spot.node->kind == TWP_NODE_SCALAR ? spot.node->text : NULL;
}

bool
twp_read_flag(twp_read_t *read, twp_spot_t spot, const char *key, bool fallback)
{
    const char *text = twp_read_text(twp_read_get(read, spot, key));

    return text == NULL ? fallback : strcmp(text, "true") == 0;
}

static int
compare_pairs(const void *a, const void *b)
{
    return strcmp((*(const twp_pair_t *const *) a)->key, (*(const twp_pair_t *const *) b)->key);
}

const twp_pair_t **
twp_read_sorted(twp_read_t *read, twp_spot_t spot, int *n)
{
    const twp_pair_t **pair;

    *n = twp_read_is_mapping(spot) ? spot.node->n : 0;
    pair = TWP_READ_NEW(read, const twp_pair_t *, *n);
    for (int i = 0; i < *n; i++)
        pair[i] = &spot.node->pair[i];
    if (*n > 0)
        qsort(pair, (size_t) *n, sizeof *pair, compare_pairs);
    return pair;
}

twp_spot_t
twp_read_entry(twp_read_t *read, twp_spot_t parent, const twp_pair_t *pair)
{
    return (twp_spot_t){ pair->value,
        parent.path[0] == '\0' ? pair->key
                               : twp_read_printf(read, "%s.%s", parent.path, pair->key) };
}

twp_place_t
twp_read_place(twp_spot_t spot)
{
    if (spot.node == NULL)
        return (twp_place_t){ "", 0, 0, spot.path };
    return twp_node_place(spot.node, spot.path);
}

const char *
twp_read_source(twp_read_t *read, twp_spot_t spot)
{
    return twp_read_text(twp_read_get(read, spot, "source"));
}

/* ---- findings ------------------------------------------------------------------------------- */

static bool
is_known_fault(const twp_read_t *read, twp_place_t place)
{
    for (int i = read->n_findings_before; i < read->findings->n; i++) {
        const twp_finding_t *item = &read->findings->item[i];
        if (item->line == place.line && item->column == place.column && place.file != NULL &&
            strcmp(item->file, place.file) == 0)
            return true;
    }
    return false;
}

#define MESSAGE_SIZE 400

/* One finding a place: what follows from a fault is not told again. */
static void
tell(twp_read_t *read, twp_place_t place, const char *found, const char *expected,
    const char *nearest, bool is_warning, const char *message)
{
    if (is_known_fault(read, place))
        return;
    if (is_warning)
        twp_findings_warn(read->findings, place, found, expected, nearest, "%s", message);
    else
        twp_findings_add(read->findings, place, found, expected, nearest, "%s", message);
}

void
twp_read_fail(twp_read_t *read, twp_place_t place, const char *found, const char *expected,
    const char *nearest, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    tell(read, place, found, expected, nearest, false, message);
}

void
twp_read_warn(twp_read_t *read, twp_place_t place, const char *found, const char *expected,
    const char *nearest, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    tell(read, place, found, expected, nearest, true, message);
}
