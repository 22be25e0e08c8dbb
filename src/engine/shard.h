/**
 * How a run in parts is cut: which points of a sweep, or which blocks of a point, a shard lives. The plan
 * follows from counts alone, so it is the same for every task, thread and machine.
 */
#ifndef TWP_ENGINE_SHARD_H
#define TWP_ENGINE_SHARD_H

#include "engine/run.h"

/** Lives that a shard is filled up to when nobody says otherwise: some seconds of work. */
#define TWP_SHARD_LIVES 262144
/** Shards that a run can be cut into; a run with more work gets larger ones. */
#define TWP_SHARD_MAX 100000

typedef struct {
    int64_t n_points, n_twins;  /* of the sweep (1 without one); of a point and parameter set */
    int64_t n_sets;             /* parameter sets of a point; 0: the values as written */
    int64_t points_per_shard;   /* whole points; or 1, and then */
    int64_t blocks_per_shard;   /* a point's blocks; or, with sets, all of them and */
    int64_t sets_per_shard;     /* some of its sets; 0: the values as written */
    int64_t n_shards_per_point; /* 1: points are whole */
    int64_t n_shards;
} twp_shard_plan_t;

/** A part: points first_point .. first_point + n_points - 1; blocks and sets likewise of each of them. */
typedef struct {
    int64_t index;
    int64_t first_point, n_points;
    int64_t first_block, n_blocks;
    int64_t first_set, n_sets; /* n_sets 0: the values as written */
} twp_shard_t;

/** What is cut. */
typedef struct {
    int64_t n_points, n_twins; /* >= 1 */
    int64_t n_sets;            /* 0: the values as written */
    bool is_one;               /* points cannot be cut */
    int n_strategies;
    int64_t shard_twins; /* twins a shard, over sets (blocks are whole); 0: TWP_SHARD_LIVES lives */
} twp_shard_work_t;

/** Cuts it: whole points where they are small enough, else each point by its sets or its blocks. */
twp_shard_plan_t twp_shard_plan(const twp_shard_work_t *work);

/** Part i_shard < n_shards. Parts in order are points in order, and blocks in order in a point. */
twp_shard_t twp_shard_at(const twp_shard_plan_t *plan, int64_t i_shard);

/** Whether points are cut over shards. */
bool twp_shard_is_cut(const twp_shard_plan_t *plan);

/** Twins of one of the part's points that it lives, and the first of them. */
int64_t twp_shard_n_twins(const twp_shard_plan_t *plan, const twp_shard_t *shard);
/** ... counted again in each of its points and parameter sets: what there is to live. */
int64_t twp_shard_n_lived(const twp_shard_plan_t *plan, const twp_shard_t *shard);
int64_t twp_shard_first_twin(const twp_shard_t *shard);

#endif
