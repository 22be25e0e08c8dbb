#include "engine/shard.h"

static int64_t
divide_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* As many units a shard as give at most n_most shards. */
static int64_t
at_most(int64_t n_units, int64_t per_shard, int64_t n_most)
{
    return divide_up(n_units, per_shard) > n_most ? divide_up(n_units, n_most) : per_shard;
}

twp_shard_plan_t
twp_shard_plan(const twp_shard_work_t *work)
{
    const int64_t n_blocks = twp_engine_n_blocks(work->n_twins);
    const int64_t n_point_twins = work->n_twins * (work->n_sets > 0 ? work->n_sets : 1);
    const int64_t n_most = TWP_SHARD_MAX / work->n_points > 0 ? TWP_SHARD_MAX / work->n_points : 1;
    int64_t per_shard = work->shard_twins > 0 ? work->shard_twins
                                              : TWP_SHARD_LIVES / work->n_strategies;
    twp_shard_plan_t plan = { .n_points = work->n_points,
        .n_twins = work->n_twins,
        .n_sets = work->n_sets,
        .points_per_shard = 1,
        .blocks_per_shard = n_blocks,
        .sets_per_shard = work->n_sets,
        .n_shards_per_point = 1 };

    if (per_shard < 1)
        per_shard = 1;
    if (n_point_twins <= per_shard || work->is_one) {
        if (n_point_twins <= per_shard)
            plan.points_per_shard = per_shard / n_point_twins;
        plan.points_per_shard = at_most(plan.n_points, plan.points_per_shard, TWP_SHARD_MAX);
        if (plan.points_per_shard > plan.n_points)
            plan.points_per_shard = plan.n_points;
    } else if (work->n_sets > 0) {
        plan.sets_per_shard = per_shard / work->n_twins > 0 ? per_shard / work->n_twins : 1;
        plan.sets_per_shard = at_most(plan.n_sets, plan.sets_per_shard, n_most);
        plan.n_shards_per_point = divide_up(plan.n_sets, plan.sets_per_shard);
    } else {
        plan.blocks_per_shard = at_most(n_blocks, divide_up(per_shard, TWP_BLOCK_TWINS), n_most);
        plan.n_shards_per_point = divide_up(n_blocks, plan.blocks_per_shard);
    }
    plan.n_shards = plan.n_shards_per_point * divide_up(plan.n_points, plan.points_per_shard);
    return plan;
}

twp_shard_t
twp_shard_at(const twp_shard_plan_t *plan, int64_t i_shard)
{
    const int64_t n_blocks = twp_engine_n_blocks(plan->n_twins);
    const int64_t i_part = i_shard % plan->n_shards_per_point;
    twp_shard_t shard = { .index = i_shard,
        .n_points = plan->points_per_shard,
        .n_blocks = plan->blocks_per_shard,
        .n_sets = plan->sets_per_shard };

    shard.first_point = i_shard / plan->n_shards_per_point * plan->points_per_shard;
    if (shard.n_points > plan->n_points - shard.first_point)
        shard.n_points = plan->n_points - shard.first_point;
    if (plan->n_sets > 0)
        shard.first_set = i_part * plan->sets_per_shard;
    else
        shard.first_block = i_part * plan->blocks_per_shard;
    if (shard.n_sets > plan->n_sets - shard.first_set)
        shard.n_sets = plan->n_sets - shard.first_set;
    if (shard.n_blocks > n_blocks - shard.first_block)
        shard.n_blocks = n_blocks - shard.first_block;
    return shard;
}

bool
twp_shard_is_cut(const twp_shard_plan_t *plan)
{
    return plan->n_shards_per_point > 1;
}

int64_t
twp_shard_first_twin(const twp_shard_t *shard)
{
    return shard->first_block * TWP_BLOCK_TWINS;
}

int64_t
twp_shard_n_twins(const twp_shard_plan_t *plan, const twp_shard_t *shard)
{
    const int64_t left = plan->n_twins - twp_shard_first_twin(shard);
    const int64_t n = shard->n_blocks * TWP_BLOCK_TWINS;

    return n < left ? n : left;
}

int64_t
twp_shard_n_lived(const twp_shard_plan_t *plan, const twp_shard_t *shard)
{
    return twp_shard_n_twins(plan, shard) * shard->n_points *
        (shard->n_sets > 0 ? shard->n_sets : 1);
}
