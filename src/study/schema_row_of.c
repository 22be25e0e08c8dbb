/* Which row of the table of keys says what a scalar of the tree is. */
#include "study/schema_walk.h"

/* What says what the values below are, on the way down to one scalar. */
typedef struct {
    twp_block_t block;    /* of a mapping whose keys it says; NONE otherwise */
    const twp_key_t *row; /* what the values below are; NULL: nothing says it */
} rule_t;

/* For the values below `node`: the value of the row, or (is_item) an entry of its map or item of its list. */
static rule_t
rule_of(const twp_key_t *row, const twp_node_t *node, bool is_item, bool is_in_list)
{
    twp_block_t block = TWP_BLOCK_NONE;

    if (row != NULL && node->kind == TWP_NODE_MAPPING) {
        if (!is_item)
            block = (row->forms & TWP_FORM_BLOCK) != 0 ? row->child : TWP_BLOCK_NONE;
        else
            block = is_in_list ? row->item : row->child;
    }
    return (rule_t){ block, row };
}

static const twp_node_t *
child_at(const twp_node_t *node, int i)
{
    return node->kind == TWP_NODE_MAPPING ? node->pair[i].value : node->item[i];
}

/* Which child the scalar is or stands below; n for none. */
static int
way_to(const twp_node_t *node, const twp_node_t *scalar)
{
    int i = 0;

    while (i < node->n && !twp_node_holds(child_at(node, i), scalar))
        i++;
    return i;
}

const twp_key_t *
twp_schema_row_of(const twp_node_t *root, const twp_node_t *scalar)
{
    const twp_node_t *at = root;
    rule_t rule = { TWP_BLOCK_STUDY, NULL };

    while (at != scalar) {
        const int i = way_to(at, scalar);

        if (i == at->n)
            return NULL;
        if (rule.block != TWP_BLOCK_NONE)
            rule = rule_of(
                twp_schema_row(rule.block, at, at->pair[i].key), child_at(at, i), false, false);
        else
            rule = rule_of(rule.row, child_at(at, i), true, at->kind == TWP_NODE_SEQUENCE);
        at = child_at(at, i);
    }
    return rule.row;
}
