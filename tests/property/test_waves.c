/*
 * Blocks are handed on in order while others are lived. So many may be in memory at once as threads
 * are given, but no more than fit, by what the lives handed on before really left. To see how many,
 * the second block is held until no other one comes.
 */
#include "living.h"

#include "engine/run.h"

#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HELD_MILLISECONDS 20000
#define WINDOW_BYTES 268435456.0 /* 256 MiB */

/* Blocks that were lived and not yet handed on. */
typedef struct {
    atomic_int n_waiting;
    int n_held_for; /* blocks that must wait before the second one goes on; 0: it does not wait */
    int n_most, n_taken;
    double bytes; /* of the rows of the largest block */
    const twp_recorder_plan_t *recorder;
} watch_t;

static void
reduce(void *context, const twp_block_t *block, void *partial)
{
    watch_t *const watch = context;

    (void) partial;
    if (block->i_block == 1 && watch->n_held_for > 0) {
        for (int k = 0; k < HELD_MILLISECONDS && atomic_load(&watch->n_waiting) < watch->n_held_for;
             k++)
            usleep(1000);
        usleep(20000); /* time for one too many */
    }
    atomic_fetch_add(&watch->n_waiting, 1);
}

static twp_status_t
take(void *context, const twp_block_t *block, const void *partial, twp_error_t *err)
{
    watch_t *const watch = context;
    const int n = atomic_fetch_sub(&watch->n_waiting, 1);

    (void) partial;
    (void) err;
    assert_int_equal(block->i_block, watch->n_taken);
    watch->n_taken++;
    watch->n_most = n > watch->n_most ? n : watch->n_most;
    if (block->record != NULL) {
        const double bytes = twp_recorder_bytes(watch->recorder, block->record);

        watch->bytes = bytes > watch->bytes ? bytes : watch->bytes;
    }
    return TWP_OK;
}

/* A life has n_rows events; each leaves an observation of n_variables variables. */
static char *
study_of(int n_rows, int n_variables)
{
    char *text = NULL;
    size_t n_bytes = 0;
    FILE *const out = open_memstream(&text, &n_bytes);

    assert_non_null(out);
    fprintf(out, "  variables: {");
    for (int i = 0; i < n_variables; i++)
        fprintf(out, "%sv%d: {starts: %d}", i > 0 ? ", " : "", i, i);
    fprintf(out, "}\n  tracks: {m: {start: x, states: {x: {s: {every: 1 day}}}}}\n");
    fclose(out);
    char horizon[40];

    (void) snprintf(horizon, sizeof horizon, "%d days", n_rows);
    char *const yaml = living_study(horizon, text,
        "strategies: {usual_care: {baseline: true}}\nrecord: {events: none, trajectories: true}\n");

    free(text);
    return yaml;
}

/* Lives n_blocks blocks; gives the most that were in memory at once; n_expected as the test has it. */
static watch_t
lived_of(int n_rows, int n_variables, int n_blocks, int n_threads, int n_expected)
{
    char *const yaml = study_of(n_rows, n_variables);
    watch_t watch = { .n_held_for = n_expected - 1 };
    twp_outcome_counts_t counts;
    twp_outcome_plan_t *plan = NULL;
    twp_recorder_plan_t *recorder = NULL;
    twp_progress_t done;
    living_t living;
    twp_error_t err;

    living_open(&living, yaml, 0, 1);
    living.population->n_twins = (int64_t) n_blocks * TWP_BLOCK_TWINS;
    assert_int_equal(twp_outcome_plan_create(living.study, living.model, &plan, &err), TWP_OK);
    assert_int_equal(twp_recorder_plan_create(living.study, living.model, &recorder, &err), TWP_OK);
    assert_int_equal(twp_outcome_counts_init(plan, false, &counts, &err), TWP_OK);
    watch.recorder = recorder;

    const twp_model_t *const model = living.model;
    const twp_draw_plan_t *const draw = living.plan;
    const twp_sink_t sink = { .context = &watch, .reduce = reduce, .take = take };
    const twp_run_options_t options = { .n_threads = n_threads, .record = recorder };

    if (twp_engine_run(&model, &draw, 1, plan, &counts, &sink, &options, &done, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_int_equal(watch.n_taken, n_blocks);
    assert_int_equal(done.n_twins_done, n_blocks * TWP_BLOCK_TWINS);
    twp_outcome_counts_clear(&counts);
    twp_recorder_plan_free(recorder);
    twp_outcome_plan_free(plan);
    living_close(&living);
    free(yaml);
    return watch;
}

static void
test_each_thread_is_given_six_blocks_of_lives_that_leave_little(void **state)
{
    (void) state;
    assert_int_equal(
        lived_of(1, 1, 20, 1, 1).n_most, 1); /* one thread hands on each block at once */
    assert_int_equal(lived_of(1, 1, 40, 2, 12).n_most, 12);
}

/* 1,024 lives of 150 rows of 40 variables and more: 26 MB, and as much again while rows grow. */
static void
test_as_many_blocks_are_lived_as_fit_by_what_lives_leave(void **state)
{
    const watch_t watch = lived_of(160, 40, 12, 2, 4);

    (void) state;
    assert_int_equal(watch.n_most, 4);
    assert_true(4 * 2 * watch.bytes <= WINDOW_BYTES);
    assert_true(5 * 2 * watch.bytes > WINDOW_BYTES);
}

static void
test_every_thread_has_a_block_however_large_they_are(void **state)
{
    const watch_t watch = lived_of(700, 60, 4, 2, 2);

    (void) state;
    assert_true(2 * watch.bytes > WINDOW_BYTES);
    assert_int_equal(watch.n_most, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_thread_is_given_six_blocks_of_lives_that_leave_little),
        cmocka_unit_test(test_as_many_blocks_are_lived_as_fit_by_what_lives_leave),
        cmocka_unit_test(test_every_thread_has_a_block_however_large_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
