/**
 * The points of a sweep: which numbers of the study change, and what they are at each point. Made of
 * what the study says alone, with the same bits on every machine; the seed of a run changes nothing.
 */
#ifndef TWP_EXPLORE_SWEEP_H
#define TWP_EXPLORE_SWEEP_H

#include "base/arena.h"
#include "study/study.h"

/** All points. A study without a sweep has one, at which nothing changes. */
typedef struct {
    twp_arena_t *arena;
    twp_sweep_how_t how;
    bool are_twins_fresh;
    int64_t n_points;               /* >= 1 */
    int n_swept;                    /* numbers that change; 0 without a sweep */
    const twp_study_swept_t *swept; /* [n_swept] in order of paths; the study's */
    /** [n_points * n_swept] point by point: what stands in the study there, as `--set PATH=TEXT` would
     *  put it. */
    const twp_node_t **node;
    double *value; /* likewise, in the unit in which the number is written */
} twp_sweep_t;

/**
 * Makes the points. The study is borrowed and must outlive them.
 *
 * Grid: all combinations, the last path goes fastest. Zip: the first values of all, the second, ....
 * Latin hypercube of n points: each range in n equal parts (on its scale), a value in each, uniform
 * inside of it; the parts go to points by a permutation of its own for each path, drawn from stream
 * `sweep.PATH` of the sweep's seed (McKay, Beckman & Conover 1979, Technometrics 21:239): a path more
 * changes no other's values. Sobol: points 1 to n of GSL's sequence (Antonov & Saleev; at most 32 paths),
 * whose first is the centre. Rows: those of the file.
 *
 * @return TWP_OK, TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_sweep_create(
    const twp_study_typed_t *study, twp_sweep_t **sweep, twp_error_t *err);
void twp_sweep_free(twp_sweep_t *sweep); /* NULL is allowed */

/** The point in words, "gap = 6 days, uptake = 0.2", in arena; "" without a sweep; NULL: no memory. */
const char *twp_sweep_point_text(twp_arena_t *arena, const twp_sweep_t *sweep, int64_t i_point);

#endif
