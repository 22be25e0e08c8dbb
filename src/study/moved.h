/**
 * A study at another point of its sweep without reading it again. What it is read into once
 * (twp_study_typed_read_moved()) says where its numbers may move to; the rest of the study, names, order
 * and structure, stays shared.
 */
#ifndef TWP_STUDY_MOVED_H
#define TWP_STUDY_MOVED_H

#include "study/study.h"

/** Whether number k can take other values at all: it was read, and no more than arithmetic hangs on it. */
bool twp_study_can_move(const twp_study_typed_t *study, int k);

/**
 * A copy with parameters and moved numbers of its own; all else is borrowed from the study, which must
 * outlive it.
 * @return in arena; NULL when memory runs out
 */
twp_study_typed_t *twp_study_moved_copy(const twp_study_typed_t *study, twp_arena_t *arena);

/**
 * Puts numbers into a copy, and works out the parameters that follow from them.
 *
 * @param node  [n_moved] what stands at the point instead, as twp_document_put() would put it
 * @param scratch  memory for the reading of the texts; may be reset afterwards
 * @return whether the study, read at that point, would be the same but for its numbers; when not, the
 *         copy's numbers are of no use until the next move
 */
bool twp_study_move(twp_study_typed_t *copy, const twp_node_t *const *node, twp_arena_t *scratch);

#endif
