#include "engine/run.h"

#include "engine/block.h"
#include "engine/progress.h"

#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* So many blocks a thread may be under way: enough that a slow one keeps few threads waiting. */
#define BLOCKS_PER_THREAD 6
/* Nor more than fit here, as long as every thread has one. */
#define WINDOW_BYTES 268435456.0
/* How long a thread sleeps that has nothing to do: threads that spin take the time of others. */
#define IDLE_NANOSECONDS 100000
/* A recorded life is taken for so many bytes when memory is foretold. */
#define RECORDED_LIFE_BYTES 2048.0
/* Rows may take twice their size while they grow. */
#define GROWING 2.0
/* Within a block the caller is asked at most so often whether to stop. */
#define ASK_SECONDS 0.02

typedef struct {
    twp_lives_t lives;
    const twp_sink_t *sink;
    const twp_run_options_t *options;
    int n_threads, n_slots;
    twp_worker_t *worker;         /* [n_threads] */
    twp_slot_memory_t *slot;      /* [n_slots] */
    twp_outcome_counts_t *counts; /* [n_models] of the blocks handed on */
    int64_t n_blocks;             /* the last one to be lived, and 1 */
    int64_t n_twins;              /* of the blocks to be lived */
    omp_lock_t lock;              /* of what follows, down to n_events */
    int64_t next;                 /* next block to be lived */
    int64_t first;  /* next block to be handed on; first .. next - 1 are under way or done */
    int n_window;   /* so many blocks from first on may be under way, at most n_slots */
    int *slot_of;   /* [n_slots] of block b, first <= b < next, at b % n_slots */
    int *free_slot; /* [n_free] the last one left is the first one taken: others stay empty */
    int n_free;
    bool is_closed;       /* no more tickets */
    bool is_handing;      /* a thread hands blocks on */
    bool is_enough;       /* the sink wants no more */
    twp_status_t status;  /* of handing on */
    double largest_bytes; /* of the blocks handed on */
    twp_stopwatch_t began;
    double last_report;
    int64_t n_twins_done, n_events;        /* of the blocks lived */
    int64_t n_twins_taken, n_events_taken; /* of the blocks handed on */
    atomic_bool is_stopping;               /* the caller said so: drop what is under way */
    omp_lock_t ask_lock;                   /* one asks at a time */
    double last_ask;                       /* under it */
} run_t;

int
twp_engine_n_threads(int n_threads)
{
    return n_threads > 0 ? n_threads : omp_get_max_threads();
}

/* Blocks that may be under way, when each leaves rows of so many bytes. */
static int
window_slots(const twp_lives_t *lives, int n_threads, double recorded_bytes)
{
    const double bytes = twp_block_bytes(lives) + recorded_bytes;
    const int64_t n_blocks = twp_engine_n_blocks(lives->n_twins);
    int64_t n = (int64_t) BLOCKS_PER_THREAD * n_threads;

    if ((double) n * bytes > WINDOW_BYTES)
        n = (int64_t) (WINDOW_BYTES / bytes);
    if (n < n_threads)
        n = n_threads;
    return (int) (n < n_blocks ? n : n_blocks);
}

double
twp_engine_memory_bytes(const twp_model_t *const *model, int n_models,
    const twp_outcome_plan_t *plan, double recorded_bytes, int n_threads, int64_t n_twins)
{
    const twp_lives_t lives = {
        .model = model, .n_models = n_models, .plan = plan, .n_twins = n_twins
    };
    const int n = twp_engine_n_threads(n_threads);
    const double recorded = GROWING * recorded_bytes * TWP_BLOCK_TWINS;

    return n * twp_worker_bytes(&lives) +
        window_slots(&lives, n, recorded) * (twp_block_bytes(&lives) + recorded);
}

/* ---- progress -------------------------------------------------------------------------------- */

static twp_progress_t
progress_of(const run_t *run, double now)
{
    return twp_engine_progress(&run->began, now, run->n_twins, run->n_twins_done, run->n_events);
}

/* By the calling thread only. */
static void
report(run_t *run, double now)
{
    const twp_run_options_t *const options = run->options;
    twp_progress_t progress;

    if (options->progress == NULL || now - run->last_report < TWP_PROGRESS_SECONDS)
        return;
    run->last_report = now;
    omp_set_lock(&run->lock);
    progress = progress_of(run, now);
    omp_unset_lock(&run->lock);
    options->progress(options->progress_context, &progress);
}

/* Before a block, by any thread. */
static void
ask(run_t *run, double now)
{
    if (run->options->should_stop == NULL)
        return;
    omp_set_lock(&run->ask_lock);
    run->last_ask = now;
    if (!atomic_load(&run->is_stopping) && run->options->should_stop(run->options->stop_context))
        atomic_store(&run->is_stopping, true);
    omp_unset_lock(&run->ask_lock);
}

/* Within a block, by any thread: a block may take minutes. */
static bool
look_up(void *context)
{
    run_t *const run = context;
    const double now = twp_engine_seconds(CLOCK_MONOTONIC);

    if (omp_get_thread_num() == 0)
        report(run, now);
    if (run->options->should_stop != NULL && !atomic_load(&run->is_stopping) &&
        omp_test_lock(&run->ask_lock)) {
        if (now - run->last_ask >= ASK_SECONDS) {
            run->last_ask = now;
            if (run->options->should_stop(run->options->stop_context))
                atomic_store(&run->is_stopping, true);
        }
        omp_unset_lock(&run->ask_lock);
    }
    return atomic_load(&run->is_stopping);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

/* The next block for a thread and its memory, or -1. */
static int64_t
take_ticket(run_t *run, twp_slot_memory_t **slot)
{
    int64_t ticket = -1;

    omp_set_lock(&run->lock);
    if (!run->is_closed && !atomic_load(&run->is_stopping) && run->next < run->n_blocks &&
        run->next - run->first < run->n_window) {
        const int i_slot = run->free_slot[--run->n_free];

        ticket = run->next++;
        run->slot_of[ticket % run->n_slots] = i_slot;
        *slot = &run->slot[i_slot];
        (*slot)->is_lived = false;
    }
    omp_unset_lock(&run->lock);
    return ticket;
}

static void
finish_block(run_t *run, twp_slot_memory_t *slot)
{
    if (!slot->is_whole)
        return;
    if (slot->status == TWP_OK && run->sink->reduce != NULL)
        run->sink->reduce(run->sink->context, &slot->block, slot->partial);
    omp_set_lock(&run->lock);
    /* After a fault no later block can matter: the first twin with one is reported. */
    if (slot->status != TWP_OK)
        run->is_closed = true;
    run->n_twins_done += slot->block.n_twins;
    run->n_events += slot->n_events;
    slot->is_lived = true;
    omp_unset_lock(&run->lock);
}

/* Under the lock: the block to be handed on next, if it has been lived; what a stop cut off is not. */
static twp_slot_memory_t *
lived_first(run_t *run)
{
    twp_slot_memory_t *slot;

    if (run->first >= run->next)
        return NULL;
    slot = &run->slot[run->slot_of[run->first % run->n_slots]];
    return slot->is_lived ? slot : NULL;
}

static double
bytes_of(const run_t *run, const twp_slot_memory_t *slot)
{
    const double bytes = twp_block_bytes(&run->lives);

    return run->lives.record == NULL
        ? bytes
        : bytes + GROWING * twp_recorder_bytes(run->lives.record, &slot->record);
}

static twp_status_t
hand_on_block(run_t *run, twp_slot_memory_t *slot, twp_error_t *err)
{
    const twp_sink_t *const sink = run->sink;
    twp_status_t status;

    if (slot->status != TWP_OK)
        return TWP_FAIL(err, slot->status, "%s", slot->err.message);
    status = sink->take(sink->context, &slot->block, slot->partial, err);
    if (status != TWP_OK)
        return status;
    for (int s = 0; s < run->lives.n_models; s++)
        twp_outcome_counts_merge(run->lives.plan, &run->counts[s], &slot->counts[s]);
    run->n_twins_taken += slot->block.n_twins;
    run->n_events_taken += slot->n_events;
    return TWP_OK;
}

/* Under the lock: the first block's memory is free again; blocks as large as the largest must fit. */
static void
free_first(run_t *run, double bytes)
{
    double n_fit;

    run->free_slot[run->n_free++] = run->slot_of[run->first % run->n_slots];
    run->first++;
    if (bytes > run->largest_bytes)
        run->largest_bytes = bytes;
    n_fit = WINDOW_BYTES / run->largest_bytes;
    run->n_window = n_fit > run->n_slots ? run->n_slots : (int) n_fit;
    if (run->n_window < run->n_threads)
        run->n_window = run->n_threads;
}

/* Hands on what is next and lived, in order, unless another thread does: it will look again. */
static void
hand_on(run_t *run, twp_error_t *err)
{
    for (;;) {
        twp_slot_memory_t *slot;
        twp_status_t status;

        omp_set_lock(&run->lock);
        slot = run->is_handing || run->is_enough || run->status != TWP_OK ? NULL : lived_first(run);
        if (slot != NULL)
            run->is_handing = true;
        omp_unset_lock(&run->lock);
        if (slot == NULL)
            return;
        status = hand_on_block(run, slot, err);
        const bool is_enough = status == TWP_OK && run->sink->is_enough != NULL &&
            run->sink->is_enough(run->sink->context);

        omp_set_lock(&run->lock);
        run->is_handing = false;
        run->status = status;
        if (status == TWP_OK)
            free_first(run, bytes_of(run, slot));
        if (status != TWP_OK || is_enough)
            run->is_closed = true;
        run->is_enough = is_enough;
        omp_unset_lock(&run->lock);
        if (is_enough)
            atomic_store(&run->is_stopping, true); /* what is under way is not wanted */
    }
}

/* Whether a thread has nothing to wait for. */
static bool
is_over(run_t *run)
{
    bool is_over;

    omp_set_lock(&run->lock);
    is_over = run->is_closed || atomic_load(&run->is_stopping) || run->first >= run->n_blocks;
    omp_unset_lock(&run->lock);
    return is_over;
}

/* What one thread does: work that handing on has left, else the next block, else it waits. */
static void
work(run_t *run, twp_worker_t *worker, bool is_caller, twp_error_t *err)
{
    const struct timespec idle = { 0, IDLE_NANOSECONDS };
    const twp_sink_t *const sink = run->sink;

    for (;;) {
        const double now = twp_engine_seconds(CLOCK_MONOTONIC);
        twp_slot_memory_t *slot;
        int64_t ticket;

        if (is_caller) {
            report(run, now);
            ask(run, now);
        }
        while (sink->work != NULL && sink->work(sink->context))
            continue;
        ticket = take_ticket(run, &slot);
        if (ticket >= 0) {
            twp_block_live(&run->lives, worker, ticket, slot);
            finish_block(run, slot);
            hand_on(run, err);
        } else if (is_over(run)) {
            return;
        } else {
            nanosleep(&idle, NULL);
        }
    }
}

/* Blocks behind one that was cut off by a stop are not wanted. */
static void
drop_rest(run_t *run)
{
    for (int64_t b = run->first; b < run->next; b++) {
        twp_slot_memory_t *const slot = &run->slot[run->slot_of[b % run->n_slots]];

        if (slot->is_lived && slot->status == TWP_OK && run->sink->drop != NULL)
            run->sink->drop(run->sink->context, &slot->block);
    }
}

static twp_status_t
run_blocks(run_t *run, twp_error_t *err)
{
    run->n_window = run->n_threads < run->n_slots ? run->n_threads : run->n_slots;
    ask(run,
        twp_engine_seconds(
            CLOCK_MONOTONIC)); /* others may have begun before the first thread asks */
#pragma omp parallel num_threads(run->n_threads)
    {
        const int i_thread = omp_get_thread_num();

        work(run, &run->worker[i_thread], i_thread == 0, err);
    }
    hand_on(run, err);
    drop_rest(run);
    return run->status;
}

/* ---- set-up ---------------------------------------------------------------------------------- */

static twp_status_t
set_up(run_t *run, twp_error_t *err)
{
    const twp_lives_t *const lives = &run->lives;
    twp_status_t status = TWP_OK;

    run->worker = aligned_alloc(
        _Alignof(twp_worker_t), (size_t) run->n_threads * sizeof(*run->worker));
    if (run->worker != NULL)
        memset(run->worker, 0, (size_t) run->n_threads * sizeof(*run->worker));
    run->slot = calloc((size_t) run->n_slots, sizeof(*run->slot));
    run->slot_of = calloc((size_t) run->n_slots, sizeof(*run->slot_of));
    run->free_slot = calloc((size_t) run->n_slots, sizeof(*run->free_slot));
    run->lives.is_redrawn = calloc((size_t) lives->n_models, sizeof(bool));
    if (run->worker == NULL || run->slot == NULL || run->slot_of == NULL ||
        run->free_slot == NULL || run->lives.is_redrawn == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the run");
    for (int s = 0; s < lives->n_models; s++)
        run->lives.is_redrawn[s] = s == 0 ||
            !twp_population_same_plan(lives->draw[s], lives->draw[s - 1]);
    for (int i = 0; i < run->n_threads && status == TWP_OK; i++)
        status = twp_worker_init(lives, &run->worker[i], err);
    for (int i = 0; i < run->n_slots; i++)
        run->free_slot[run->n_free++] = run->n_slots - 1 - i;
    for (int i = 0; i < run->n_slots && status == TWP_OK; i++)
        status = twp_block_init(lives, run->sink->partial_bytes, &run->slot[i], err);
    return status;
}

static void
tear_down(run_t *run)
{
    for (int i = 0; run->slot != NULL && i < run->n_slots; i++)
        twp_block_clear(&run->lives, &run->slot[i]);
    for (int i = 0; run->worker != NULL && i < run->n_threads; i++)
        twp_worker_clear(&run->lives, &run->worker[i]);
    free(run->lives.is_redrawn);
    free(run->free_slot);
    free(run->slot_of);
    free(run->slot);
    free(run->worker);
}

/* Which blocks are lived: first .. n_blocks - 1, at least one. */
static void
choose_blocks(run_t *run)
{
    const twp_run_options_t *const options = run->options;
    const int64_t n_all = twp_engine_n_blocks(run->lives.n_twins);

    run->first = options->first_block < n_all ? options->first_block : n_all - 1;
    run->next = run->first;
    run->n_blocks = n_all;
    if (options->n_blocks_most > 0 && options->n_blocks_most < n_all - run->first)
        run->n_blocks = run->first + options->n_blocks_most;
    run->n_twins = run->n_blocks * TWP_BLOCK_TWINS < run->lives.n_twins
        ? run->n_blocks * TWP_BLOCK_TWINS
        : run->lives.n_twins;
    run->n_twins -= run->first * TWP_BLOCK_TWINS;
}

twp_status_t
twp_engine_run(const twp_model_t *const *model, const twp_draw_plan_t *const *draw, int n_models,
    const twp_outcome_plan_t *plan, twp_outcome_counts_t *counts, const twp_sink_t *sink,
    const twp_run_options_t *options, twp_progress_t *done, twp_error_t *err)
{
    run_t run = { 0 };
    twp_status_t status;

    run.lives.model = model;
    run.lives.draw = draw;
    run.lives.n_models = n_models;
    run.lives.plan = plan;
    run.lives.n_twins = draw[0]->population->n_twins;
    if (options->record != NULL &&
        (options->record->has_events || options->record->has_trajectories))
        run.lives.record = options->record;
    run.lives.is_stopped = look_up;
    run.lives.stop_context = &run;
    run.counts = counts;
    run.sink = sink;
    run.options = options;
    choose_blocks(&run);
    run.n_threads = twp_engine_n_threads(options->n_threads);
    if (run.n_threads > run.n_blocks - run.first)
        run.n_threads = (int) (run.n_blocks - run.first);
    run.n_slots = window_slots(&run.lives, run.n_threads,
        run.lives.record != NULL ? RECORDED_LIFE_BYTES * run.lives.n_models * TWP_BLOCK_TWINS
                                 : 0.0);
    run.began = twp_engine_begin();

    omp_init_lock(&run.lock);
    omp_init_lock(&run.ask_lock);
    status = set_up(&run, err);
    if (status == TWP_OK)
        status = run_blocks(&run, err);
    run.n_twins_done = run.n_twins_taken;
    run.n_events = run.n_events_taken;
    *done = progress_of(&run, twp_engine_seconds(CLOCK_MONOTONIC));
    tear_down(&run);
    omp_destroy_lock(&run.ask_lock);
    omp_destroy_lock(&run.lock);
    return status;
}
