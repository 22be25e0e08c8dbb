#include "engine/run.h"

#include "engine/block.h"

#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* At most so many blocks a thread in a wave: enough that its last ones leave few threads idle. */
#define BLOCKS_PER_THREAD 8
/* Nor more than fit here, as long as every thread has one. */
#define WAVE_BYTES 268435456.0
/* A recorded life is taken for so many bytes when waves are sized. */
#define RECORDED_LIFE_BYTES 2048.0
#define PROGRESS_SECONDS 0.25
/* Within a block the caller is asked at most so often whether to stop. */
#define ASK_SECONDS 0.02

typedef struct {
    twp_lives_t lives;
    const twp_sink_t *sink;
    const twp_run_options_t *options;
    int n_threads, n_slots;
    twp_worker_t *worker;              /* [n_threads] */
    twp_slot_memory_t *slot;           /* [n_slots] */
    int64_t n_blocks, i_first, n_wave; /* the wave: blocks i_first .. i_first + n_wave - 1 */
    twp_outcome_counts_t *counts;      /* [n_models] of the blocks handed on */
    omp_lock_t lock;                   /* of the tickets and counts below */
    int64_t next;                      /* next block of the wave to be lived; under the lock */
    bool is_closed;                    /* no more tickets; likewise */
    double started_wall, started_cpu, last_report;
    int64_t n_twins_done, n_events;
    int64_t n_twins_taken, n_events_taken; /* of the blocks handed on */
    atomic_bool is_stopping;               /* the caller said so: drop what is under way */
    omp_lock_t ask_lock;                   /* one asks at a time */
    double last_ask;                       /* under it */
} run_t;

static double
seconds(clockid_t clock)
{
    struct timespec now = { 0, 0 };

    clock_gettime(clock, &now);
    return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

int
twp_engine_n_threads(int n_threads)
{
    return n_threads > 0 ? n_threads : omp_get_max_threads();
}

static int64_t
blocks_of(int64_t n_twins)
{
    return (n_twins + TWP_BLOCK_TWINS - 1) / TWP_BLOCK_TWINS;
}

static int
wave_slots(const twp_lives_t *lives, int n_threads)
{
    const double recorded =
        lives->record != NULL ? RECORDED_LIFE_BYTES * lives->n_models * TWP_BLOCK_TWINS : 0.0;
    const double bytes = twp_block_bytes(lives) + recorded;
    const int64_t n_blocks = blocks_of(lives->n_twins);
    int64_t n = (int64_t) BLOCKS_PER_THREAD * n_threads;

    if ((double) n * bytes > WAVE_BYTES)
        n = (int64_t) (WAVE_BYTES / bytes);
    if (n < n_threads)
        n = n_threads;
    return (int) (n < n_blocks ? n : n_blocks);
}

double
twp_engine_memory_bytes(const twp_model_t *const *model, int n_models,
    const twp_outcome_plan_t *plan, int n_threads, int64_t n_twins)
{
    const twp_lives_t lives = {
        .model = model, .n_models = n_models, .plan = plan, .n_twins = n_twins
    };
    const int n = twp_engine_n_threads(n_threads);

    return n * twp_worker_bytes(&lives) + wave_slots(&lives, n) * twp_block_bytes(&lives);
}

/* ---- progress -------------------------------------------------------------------------------- */

static twp_progress_t
progress_of(const run_t *run, double now)
{
    twp_progress_t progress = { 0 };

    progress.n_twins = run->lives.n_twins;
    progress.n_twins_done = run->n_twins_done;
    progress.n_events = run->n_events;
    progress.wall_seconds = now - run->started_wall;
    progress.cpu_seconds = seconds(CLOCK_PROCESS_CPUTIME_ID) - run->started_cpu;
    progress.seconds_left = NAN;
    if (progress.n_twins_done > 0 && progress.wall_seconds > 0.0) {
        progress.twins_per_second = (double) progress.n_twins_done / progress.wall_seconds;
        progress.seconds_left = (double) (progress.n_twins - progress.n_twins_done) /
            progress.twins_per_second;
    }
    return progress;
}

/* By the calling thread only. */
static void
report(run_t *run, double now)
{
    const twp_run_options_t *const options = run->options;
    twp_progress_t progress;

    if (options->progress == NULL || now - run->last_report < PROGRESS_SECONDS)
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
    const double now = seconds(CLOCK_MONOTONIC);

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

/* ---- waves ----------------------------------------------------------------------------------- */

/* The next block of the wave for a thread, or -1. */
static int64_t
take_ticket(run_t *run)
{
    int64_t ticket = -1;

    omp_set_lock(&run->lock);
    if (!run->is_closed && !atomic_load(&run->is_stopping) && run->next < run->n_wave)
        ticket = run->next++;
    omp_unset_lock(&run->lock);
    return ticket;
}

static void
finish_block(run_t *run, twp_slot_memory_t *slot)
{
    if (!slot->is_lived)
        return;
    if (slot->status == TWP_OK && run->sink->reduce != NULL)
        run->sink->reduce(run->sink->context, &slot->block, slot->partial);
    omp_set_lock(&run->lock);
    /* After a fault no later block can matter: the first twin with one is reported. */
    if (slot->status != TWP_OK)
        run->is_closed = true;
    run->n_twins_done += slot->block.n_twins;
    run->n_events += slot->n_events;
    omp_unset_lock(&run->lock);
}

static void
live_wave(run_t *run)
{
    run->next = 0;
    for (int64_t i = 0; i < run->n_wave; i++)
        run->slot[i].is_lived = false;
#pragma omp parallel num_threads(run->n_threads)
    {
        const int i_thread = omp_get_thread_num();
        twp_worker_t *const worker = &run->worker[i_thread];

        for (;;) {
            const double now = seconds(CLOCK_MONOTONIC);
            int64_t ticket;

            if (i_thread == 0)
                report(run, now);
            if (i_thread == 0)
                ask(run, now);
            ticket = take_ticket(run);
            if (ticket < 0)
                break;
            twp_block_live(&run->lives, worker, run->i_first + ticket, &run->slot[ticket]);
            finish_block(run, &run->slot[ticket]);
        }
    }
}

/* Blocks are given out in order; what a stop cut off leaves a gap, and what lies behind is dropped. */
static twp_status_t
hand_on(run_t *run, twp_error_t *err)
{
    const twp_sink_t *const sink = run->sink;
    int64_t n = 0;

    while (n < run->n_wave && run->slot[n].is_lived)
        n++;
    for (int64_t i = 0; i < n; i++)
        if (run->slot[i].status != TWP_OK)
            return TWP_FAIL(err, run->slot[i].status, "%s", run->slot[i].err.message);
    for (int64_t i = 0; i < n; i++) {
        twp_slot_memory_t *const slot = &run->slot[i];
        const twp_status_t status = sink->take(sink->context, &slot->block, slot->partial, err);

        if (status != TWP_OK)
            return status;
        for (int s = 0; s < run->lives.n_models; s++)
            twp_outcome_counts_merge(run->lives.plan, &run->counts[s], &slot->counts[s]);
        run->n_twins_taken += slot->block.n_twins;
        run->n_events_taken += slot->n_events;
    }
    for (int64_t i = n; i < run->n_wave; i++)
        if (run->slot[i].is_lived && run->slot[i].status == TWP_OK && sink->drop != NULL)
            sink->drop(sink->context, &run->slot[i].block);
    return TWP_OK;
}

/* Bytes of the largest block of the wave: rows may take twice their size while they grow. */
static double
largest_block(const run_t *run)
{
    double largest = twp_block_bytes(&run->lives);

    for (int64_t i = 0; run->lives.record != NULL && i < run->n_wave; i++) {
        const double bytes = twp_block_bytes(&run->lives) +
            2.0 * twp_recorder_bytes(run->lives.record, &run->slot[i].record);
        largest = bytes > largest ? bytes : largest;
    }
    return largest;
}

static twp_status_t
run_waves(run_t *run, twp_error_t *err)
{
    twp_status_t status = TWP_OK;
    int64_t n_fit = run->n_threads; /* the first wave shows how much lives leave */

    for (run->i_first = 0;
         run->i_first < run->n_blocks && status == TWP_OK && !atomic_load(&run->is_stopping);
         run->i_first += run->n_wave) {
        const int64_t left = run->n_blocks - run->i_first;

        if (run->i_first > 0)
            n_fit = (int64_t) (WAVE_BYTES / largest_block(run));
        n_fit = n_fit < run->n_threads ? run->n_threads : n_fit;
        n_fit = n_fit > run->n_slots ? run->n_slots : n_fit;
        run->n_wave = left < n_fit ? left : n_fit;
        ask(run, seconds(CLOCK_MONOTONIC)); /* others may have begun before the first thread asks */
        live_wave(run);
        status = hand_on(run, err);
    }
    return status;
}

/* ---- set-up ---------------------------------------------------------------------------------- */

static twp_status_t
set_up(run_t *run, twp_error_t *err)
{
    const twp_lives_t *const lives = &run->lives;
    twp_status_t status = TWP_OK;

    run->worker = calloc((size_t) run->n_threads, sizeof(*run->worker));
    run->slot = calloc((size_t) run->n_slots, sizeof(*run->slot));
    run->lives.is_redrawn = calloc((size_t) lives->n_models, sizeof(bool));
    if (run->worker == NULL || run->slot == NULL || run->lives.is_redrawn == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the run");
    for (int s = 0; s < lives->n_models; s++)
        run->lives.is_redrawn[s] = s == 0 ||
            !twp_population_same_plan(lives->draw[s], lives->draw[s - 1]);
    for (int i = 0; i < run->n_threads && status == TWP_OK; i++)
        status = twp_worker_init(lives, &run->worker[i], err);
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
    free(run->slot);
    free(run->worker);
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
    run.n_blocks = blocks_of(run.lives.n_twins);
    run.n_threads = twp_engine_n_threads(options->n_threads);
    if (run.n_threads > run.n_blocks)
        run.n_threads = (int) run.n_blocks;
    run.n_slots = wave_slots(&run.lives, run.n_threads);
    run.started_wall = seconds(CLOCK_MONOTONIC);
    run.started_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

    omp_init_lock(&run.lock);
    omp_init_lock(&run.ask_lock);
    status = set_up(&run, err);
    if (status == TWP_OK)
        status = run_waves(&run, err);
    run.n_twins_done = run.n_twins_taken;
    run.n_events = run.n_events_taken;
    *done = progress_of(&run, seconds(CLOCK_MONOTONIC));
    tear_down(&run);
    omp_destroy_lock(&run.ask_lock);
    omp_destroy_lock(&run.lock);
    return status;
}
