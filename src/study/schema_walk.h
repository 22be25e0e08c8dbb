/** Private to the shape check: paths while walking the tree, and what a scalar may be. */
#ifndef TWP_STUDY_SCHEMA_WALK_H
#define TWP_STUDY_SCHEMA_WALK_H

#include "study/schema.h"

/** A path as a chain of keys and items on the stack; NULL is the root. */
typedef struct twp_path {
    const struct twp_path *up;
    const char *key; /* NULL: item i of a list */
    int i;
} twp_path_t;

#define TWP_PATH_SIZE 1024

/** a.b.0.c; cut when it is too long. Returns text. */
const char *twp_path_print(const twp_path_t *path, char text[TWP_PATH_SIZE]);

/** Row of a key of a mapping, with what stands beside it; NULL: unknown. */
const twp_key_t *twp_schema_row(twp_block_t block, const twp_node_t *mapping, const char *key);

/** Whether list items of the row may be scalars. */
bool twp_schema_takes_scalar_items(const twp_key_t *row);

/** What a scalar of this row is, for "expected". */
const char *twp_schema_expected(const twp_key_t *row);

/** Checks a scalar node against the row; is_item: as an item of a list or map. */
void twp_schema_check_value(const twp_key_t *row, const twp_node_t *node, bool is_item,
    const twp_path_t *path, twp_findings_t *findings);

/** Checks a name that stands as a key. */
void twp_schema_check_name(
    twp_spelling_t names, const twp_pair_t *pair, const twp_path_t *path, twp_findings_t *findings);

/** Place of a key. */
twp_place_t twp_schema_key_place(const twp_pair_t *pair, const char *path);

#endif
