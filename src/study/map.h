/** The checked study as a graph, in the language of Graphviz: what a picture of it is made of. */
#ifndef TWP_STUDY_MAP_H
#define TWP_STUDY_MAP_H

#include "study/study.h"

/** What is drawn. Start from {0} with i_strategy -1. */
typedef struct {
    const int *i_track; /* [n_tracks] the study's own tracks, rising; borrowed */
    int n_tracks;       /* 0: all of them */
    int i_strategy;     /* only the supports that it has; -1: all */
} twp_map_choice_t;

/**
 * The study as a DOT graph. Boxes: a state with its exits, each with its law and numbers as they are
 * written (parameters with their values), effects and sources, in a cluster a track; a support; the
 * patient with attributes, variables, formulas and actions. Edges: from an exit to the states it leads
 * to; dashed from what happens to what answers it in another track; dotted from what a programme sees to
 * its supports; bold from a support to the exits it moves. The same study gives the same text.
 *
 * @param root    the tree that the study was read from
 * @param choice  with some tracks: their states and exits, and the supports that move them
 * @param text    set on success; the caller frees it with free()
 */
TWP_CHECK_RESULT twp_status_t twp_map_write(const twp_study_typed_t *study, const twp_node_t *root,
    const twp_map_choice_t *choice, char **text, twp_error_t *err);

#endif
