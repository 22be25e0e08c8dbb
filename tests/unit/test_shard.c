/* The plan of shards: whatever the counts, every block of every point is in exactly one shard, in order. */
#include "engine/shard.h"

#include "testlib.h"

#include <stdlib.h>

static void
check_plan(const twp_shard_work_t *work)
{
    const twp_shard_plan_t plan = twp_shard_plan(work);
    const int64_t n_blocks = twp_engine_n_blocks(work->n_twins);
    int64_t point = 0, block = 0, set = 0;

    assert_true(plan.n_shards >= 1);
    for (int64_t i = 0; i < plan.n_shards; i++) {
        const twp_shard_t shard = twp_shard_at(&plan, i);
        const bool is_whole = shard.n_blocks == n_blocks && shard.n_sets == work->n_sets;

        assert_int_equal(shard.index, i);
        assert_int_equal(shard.first_point, point);
        assert_int_equal(shard.first_block, block);
        assert_int_equal(shard.first_set, set);
        assert_true(shard.n_points >= 1 && shard.n_blocks >= 1);
        assert_true(work->n_sets == 0 || shard.n_blocks == n_blocks);
        assert_true(is_whole || (shard.n_points == 1 && !work->is_one));
        assert_int_equal(twp_shard_first_twin(&shard) + twp_shard_n_twins(&plan, &shard),
            block + shard.n_blocks == n_blocks ? work->n_twins
                                               : (block + shard.n_blocks) * TWP_BLOCK_TWINS);
        block += shard.n_blocks;
        set += shard.n_sets;
        if (block == n_blocks)
            block = 0;
        if (block == 0 && set == work->n_sets) {
            point += shard.n_points;
            set = 0;
        }
    }
    assert_int_equal(point, work->n_points);
    assert_int_equal(block, 0);
    assert_int_equal(set, 0);
}

static void
test_every_block_and_set_of_every_point_is_in_one_shard(void **state)
{
    static const int64_t n_points[] = { 1, 2, 7, 1000, 120000 };
    static const int64_t n_twins[] = { 1, 1000, 1024, 1025, 10000, 300000, 5000000 };
    static const int64_t n_sets[] = { 0, 1, 3, 500 };
    static const int64_t shard_twins[] = { 0, 1, 1024, 1500, 40000 };

    (void) state;
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 7; j++)
            for (size_t k = 0; k < 5; k++)
                for (size_t l = 0; l < 4; l++)
                    for (int m = 0; m < 4; m++) {
                        const twp_shard_work_t work = { .n_points = n_points[i],
                            .n_twins = n_twins[j],
                            .n_sets = n_sets[l],
                            .is_one = m % 2 == 1,
                            .n_strategies = 1 + 3 * (m / 2),
                            .shard_twins = shard_twins[k] };

                        check_plan(&work);
                    }
}

static void
test_small_points_go_together_and_large_ones_are_cut(void **state)
{
    const twp_shard_plan_t small = twp_shard_plan(
        &(twp_shard_work_t){ .n_points = 1000, .n_twins = 10000, .n_strategies = 3 });
    const twp_shard_plan_t large = twp_shard_plan(
        &(twp_shard_work_t){ .n_points = 1, .n_twins = 1000000, .n_strategies = 3 });
    const twp_shard_plan_t sets = twp_shard_plan(
        &(twp_shard_work_t){ .n_points = 1, .n_twins = 1000, .n_sets = 500, .n_strategies = 3 });

    (void) state;
    assert_int_equal(small.points_per_shard, 8); /* 262,144 lives / 30,000 */
    assert_int_equal(small.n_shards, 125);
    assert_int_equal(large.blocks_per_shard, 86); /* 87,381 twins */
    assert_int_equal(large.n_shards, 12);         /* 977 blocks */
    assert_int_equal(sets.sets_per_shard, 87);
    assert_int_equal(sets.n_shards, 6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_block_and_set_of_every_point_is_in_one_shard),
        cmocka_unit_test(test_small_points_go_together_and_large_ones_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
