/**
 * Shape of a study before its meaning: the merged tree against the table of keys, and where each of
 * its numbers comes from.
 */
#ifndef TWP_STUDY_SCHEMA_H
#define TWP_STUDY_SCHEMA_H

#include "study/study.h"
#include "vocabulary/keys.h"

/**
 * Checks the whole merged tree against vocabulary/keys.h and reports everything in one pass: unknown
 * and missing keys, wrong shapes, truths, integers, dates and choices that are none, more or fewer
 * than one of keys that exclude each other, keys that need another beside them, bad names, laws that
 * are no family or lack a parameter (or give it twice), keys a measure does not take, empty maps.
 *
 * Not looked into, the typed reader does: what is inside an expression, whether a name refers to
 * something, whether two things share a name, numbers' ranges, that the last branch of a choice (and
 * only the last) says otherwise, strategies' baseline.
 *
 * @return TWP_OK, TWP_ERR_INPUT when findings were added
 */
TWP_CHECK_RESULT twp_status_t twp_schema_check(
    const twp_node_t *root, twp_findings_t *findings, twp_error_t *err);

/**
 * Every scalar of the tree that holds a number (a formula with a literal is one), in the order of the
 * paths, with the nearest `source` and `note` of itself or a block above. A number that is a claim
 * about the world and has no source is a finding. Settings (horizon, counts, tolerances, ...) without
 * a source of a block below the study's say "setting". Texts and paths are in arena.
 *
 * @return TWP_OK, TWP_ERR_INPUT when findings were added (the list is whole all the same),
 *         TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_schema_numbers(twp_arena_t *arena, const twp_node_t *root,
    twp_findings_t *findings, twp_study_number_t **numbers, int *n_numbers, twp_error_t *err);

/**
 * The row of the key under which a scalar of the tree stands, as an item of a list or an entry of a map
 * too. NULL where no row says what it is: parameters of a family's law, and what does not stand in the tree.
 */
const twp_key_t *twp_schema_row_of(const twp_node_t *root, const twp_node_t *scalar);

/**
 * Looks every evidence id (EV- with what follows) in any `source` of the tree up in column `id` of
 * csv. Unknown ids are findings at the source, with the nearest id. With csv NULL the first id that is
 * cited gets a warning that none is looked up.
 */
TWP_CHECK_RESULT twp_status_t twp_schema_evidence(
    const twp_node_t *root, const twp_csv_t *csv, twp_findings_t *findings, twp_error_t *err);

#endif
