/** Parts of the map: boxes, labels and edges. Private to map*.c. */
#ifndef TWP_STUDY_MAP_PARTS_H
#define TWP_STUDY_MAP_PARTS_H

#include "study/map_label.h"

/** Whether the track is drawn: one of the study's own that was asked for. */
bool twp_map_has_track(const twp_map_t *map, int i_track);
/** Whether the support is drawn: of the strategy, and touching the tracks that are drawn. */
bool twp_map_has_support(const twp_map_t *map, int i_support);

/** Where a track stands and in which order its states are told. */
typedef struct {
    int n;
    int *i_state;  /* [n] from the start states on, then those that nothing leads to */
    int n_columns; /* states on the longest way */
    bool has_before;
    int i_before; /* the track before it in its row */
    bool is_last; /* of its row */
    int n_row;    /* columns of the row up to here */
} twp_map_order_t;

/** One for each track, in the map's arena; NULL without memory. map_order.c */
twp_map_order_t *twp_map_order(twp_map_t *map);
/** Unseen edges that keep tracks of a row behind each other, and a support behind all rows. */
void twp_map_rows(twp_map_t *map, const twp_map_order_t *order);
void twp_map_behind_rows(twp_map_t *map, const twp_map_order_t *order, int i_support);

/* The row of a state's box that names the state. */
#define TWP_MAP_TOP "top"

/** A state's box, by its quoted name `therapy.taking`; with the row that names it: where edges end. */
void twp_map_state_node(twp_map_t *map, int i_track, int i_state);
void twp_map_state_name(twp_map_t *map, int i_track, int i_state);
/** The row of an exit in its state's box, or that of one of its branches (-1: its first row). */
const char *twp_map_port(twp_map_t *map, const twp_study_exit_t *exit, int i_branch);
void twp_map_exit_name(twp_map_t *map, const twp_study_exit_t *exit, int i_branch);

/** The tracks that are drawn, each a cluster with its states and exits. map_tracks.c */
void twp_map_tracks(twp_map_t *map, const twp_map_order_t *order);
/** The supports that are drawn, each a box. map_supports.c */
void twp_map_supports(twp_map_t *map, const twp_map_order_t *order);
/* The patient's box; no other node is called so: names have no blanks. */
#define TWP_MAP_PATIENT "the patient"
/** Attributes, variables, formulas and actions, unless some tracks alone are drawn. map_patient.c */
void twp_map_patient(twp_map_t *map);
/** Edges between the parts. map_edges.c */
void twp_map_edges(twp_map_t *map);

#endif
