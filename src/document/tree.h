/** Work on trees that only this folder does: finding a place to write to, merging, --set. */
#ifndef TWP_DOCUMENT_TREE_H
#define TWP_DOCUMENT_TREE_H

#include "document/document.h"

/** One entry of a mapping or item of a sequence, as a place to write to. */
typedef struct {
    twp_node_t *parent;
    int i;
} twp_slot_t;

/**
 * Finds what a dotted path names. Keys may hold dots themselves ("hcp.trust"): where several
 * readings are possible the one with the shortest first key wins.
 */
bool twp_slot_find(twp_node_t *root, const char *path, twp_slot_t *slot);

/** A mapping's pairs ordered by key, for fast look-up; equal keys stay in the order of the file. */
typedef struct {
    const twp_pair_t **pair; /* [n] */
    int n;
} twp_key_index_t;

/** false when memory runs out. */
TWP_CHECK_RESULT bool twp_key_index_init(twp_key_index_t *index, const twp_pair_t *pair, int n);
void twp_key_index_clear(twp_key_index_t *index);
/** The first pair with this key, or NULL. */
const twp_pair_t *twp_key_index_get(const twp_key_index_t *index, const char *key);

/**
 * Lays `high` over `low` and returns the result; both are used up. Mappings merge key by key; a
 * mapping that says `replace: true`, and everything else, replaces what is below. The key `replace`
 * is taken out. With is_module a value that meets another one, and is not merged into it, is a
 * finding at its place. low may be NULL.
 *
 * @return NULL when memory runs out
 */
twp_node_t *twp_tree_merge(twp_arena_t *arena, twp_node_t *low, twp_node_t *high, bool is_module,
    twp_findings_t *findings);

/** Applies one "a.b.c=value" to *root (see twp_document_read()); findings say what was wrong. */
TWP_CHECK_RESULT twp_status_t twp_tree_set(twp_arena_t *arena, twp_node_t *root,
    const char *argument, twp_findings_t *findings, twp_error_t *err);

/** What follows "--over " at the head of an argument, or NULL: it is one of --set. */
const char *twp_tree_over_of(const char *argument);
/**
 * Makes the `sweep` of root out of those of argument[n] that are of --over, PATH=A,B,C each; without
 * any it stays as it is.
 */
TWP_CHECK_RESULT twp_status_t twp_tree_over(twp_arena_t *arena, twp_node_t *root,
    char *const *argument, int n, twp_findings_t *findings, twp_error_t *err);

/** Applies the entries of a strategy's `set:` to root (see twp_document_override()). */
TWP_CHECK_RESULT twp_status_t twp_tree_override(twp_arena_t *arena, twp_node_t *root,
    const twp_node_t *overrides, twp_findings_t *findings, twp_error_t *err);

/** Adds a pair with a new key at the end of a mapping; false when memory ran out. */
bool twp_node_append(twp_arena_t *arena, twp_node_t *mapping, const twp_pair_t *pair);

#endif
