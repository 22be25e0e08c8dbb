/**
 * Lives all twins under all strategies: blocks of 1,024 twins, threads over blocks, results handed
 * on in the order of blocks. Knows nothing of results: finished blocks go to a sink.
 *
 * A few blocks a thread are under way at any time, and memory is theirs, whatever the population. The
 * thread that ends the block that is next hands it on while others live on; none waits for another.
 */
#ifndef TWP_ENGINE_RUN_H
#define TWP_ENGINE_RUN_H

#include "engine/population.h"
#include "record/outcome.h"
#include "record/recorder.h"

#define TWP_BLOCK_TWINS 1024 /* a constant of the format */

/** One finished block; valid during the call only. */
typedef struct {
    int64_t i_block, first_twin; /* row of the first twin in the population */
    int n_twins;
    const uint64_t *id;      /* [n_twins] */
    const double *attribute; /* [n_attributes * TWP_BLOCK_TWINS] column-major: attribute a of twin k
                                    at [a * 1024 + k]; under the baseline */
    const double *enters_days;        /* [n_twins] calendar */
    const double *follow_up_days;     /* [n_twins] length of the life; NAN: never entered */
    const double *const *value;       /* [n_models] -> [n_columns * TWP_BLOCK_TWINS] column-major */
    const int32_t *const *curve;      /* [n_models] -> [2 * n_curves * TWP_BLOCK_TWINS] likewise:
                                             codes of measure/survival.h, then how late in their day */
    const int8_t *const *path;        /* [n_models] -> states of twin k at the points, at
                                             [(k * n_chains + chain) * n_points]; -1: not followed */
    const twp_record_block_t *record; /* event and trajectory rows, or NULL */
} twp_block_t;

/** Who receives finished blocks. */
typedef struct {
    void *context;
    size_t partial_bytes; /* memory that reduce fills for one block; 0: none */
    /** Called for each block by the thread that lived it, several at once, any order; or NULL. */
    void (*reduce)(void *context, const twp_block_t *block, void *partial);
    /** Called by one thread of the run at a time, blocks in order, each after its reduce. */
    twp_status_t (*take)(
        void *context, const twp_block_t *block, const void *partial, twp_error_t *err);
    /** Asked after each take that went well, by the thread that called it: true ends the run, and this
     * block is the last that is taken, whatever others have been lived; or NULL. */
    bool (*is_enough)(void *context);
    /** A piece of the work that take has on hand, done by a thread that is between two blocks while
     * another takes; false when there is none; or NULL. */
    bool (*work)(void *context);
    /** Called for a block that was reduced and will not be taken, because one before it was cut off
     * when the run was stopped, or was the last that was wanted; or NULL. */
    void (*drop)(void *context, const twp_block_t *block);
} twp_sink_t;

typedef struct {
    int n_threads; /* 0: as many as OpenMP gives */
    /** Called about four times a second by the calling thread while it lives twins, or NULL. */
    void (*progress)(void *context, const twp_progress_t *progress);
    void *progress_context;
    /**
     * Asked before a block and every few hundredths of a second, by one thread at a time, any of the
     * run's. True ends the run: blocks under way are dropped, those before the first of them stay.
     */
    bool (*should_stop)(void *context);
    void *stop_context;
    const twp_recorder_plan_t *record; /* what is recorded of every life, or NULL: nothing */
    int64_t first_block;               /* begin with this block of the population */
    int64_t n_blocks_most;             /* live no more blocks than these; 0: all that follow */
} twp_run_options_t;

/**
 * @param model  [n_models] one per strategy, same shape; model[0] is the baseline
 * @param draw   [n_models] how each draws its twins, from one population
 * @param counts [n_models] zeroed, receive the integer counts of the blocks done
 * @param done   receives how far the run came: n_twins_done < n_twins (of the blocks that were to be
 *               lived) when it was stopped
 * @return TWP_OK; TWP_ERR_FAULT naming the first twin with a fault, its strategy, exit and time,
 *         the same for any number of threads; TWP_ERR_MEMORY; or the sink's error
 */
TWP_CHECK_RESULT twp_status_t twp_engine_run(const twp_model_t *const *model,
    const twp_draw_plan_t *const *draw, int n_models, const twp_outcome_plan_t *plan,
    twp_outcome_counts_t *counts, const twp_sink_t *sink, const twp_run_options_t *options,
    twp_progress_t *done, twp_error_t *err);

/** Blocks of a population. */
static inline int64_t
twp_engine_n_blocks(int64_t n_twins)
{
    return (n_twins + TWP_BLOCK_TWINS - 1) / TWP_BLOCK_TWINS;
}

/** Threads that a run with n_threads asked for (0: any) uses. */
int twp_engine_n_threads(int n_threads);

/** Upper bound of the memory of a run in bytes, without the sink's; recorded_bytes: of the rows that a twin leaves. */
double twp_engine_memory_bytes(const twp_model_t *const *model, int n_models,
    const twp_outcome_plan_t *plan, double recorded_bytes, int n_threads, int64_t n_twins);

#endif
