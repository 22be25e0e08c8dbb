/** One thread's tools for living a block of twins, and the block's memory. Private to engine/. */
#ifndef TWP_ENGINE_BLOCK_H
#define TWP_ENGINE_BLOCK_H

#include "engine/run.h"

/** What all threads share during a run; immutable. */
typedef struct {
    const twp_model_t *const *model;
    const twp_draw_plan_t *const *draw;
    bool *is_redrawn; /* [n_models] draws other twins than the model before it */
    int n_models;
    const twp_outcome_plan_t *plan;
    const twp_recorder_plan_t *record; /* or NULL */
    int64_t n_twins;
    bool (*is_stopped)(void *context); /* asked now and then in a block; or NULL */
    void *stop_context;
} twp_lives_t;

/** What one thread owns. No two of them share a cache line, nor a pair that is fetched together. */
typedef struct {
    _Alignas(128) void *memory; /* of the twin */
    twp_twin_t twin;
    twp_log_t log;
    double *value;           /* [n_columns] of one life */
    int32_t *curve;          /* [n_curves] likewise */
    twp_outcome_t **outcome; /* [n_models] */
} twp_worker_t;

/** One block's memory; used again for another block when it has been handed on. */
typedef struct {
    twp_block_t block;
    uint64_t *id;
    double *attribute, *enters_days, *follow_up_days;
    double **value;
    int32_t **curve;
    int8_t **path;
    twp_outcome_counts_t *counts; /* [n_models] of this block */
    twp_record_block_t record;
    void *partial;
    int64_t n_events;
    bool is_whole; /* lived to its end or to a fault, not cut off by a stop */
    bool is_lived; /* and reduced: ready to be handed on; under the run's lock */
    twp_status_t status;
    twp_error_t err;
} twp_slot_memory_t;

TWP_CHECK_RESULT twp_status_t twp_worker_init(
    const twp_lives_t *lives, twp_worker_t *worker, twp_error_t *err);
void twp_worker_clear(const twp_lives_t *lives, twp_worker_t *worker);

TWP_CHECK_RESULT twp_status_t twp_block_init(
    const twp_lives_t *lives, size_t partial_bytes, twp_slot_memory_t *slot, twp_error_t *err);
void twp_block_clear(const twp_lives_t *lives, twp_slot_memory_t *slot);

/** Bytes of one block's memory without what is recorded, and of one thread's. */
double twp_block_bytes(const twp_lives_t *lives);
double twp_worker_bytes(const twp_lives_t *lives);

/** Lives the twins of block i_block; slot->status tells how it went: TWP_ERR_INTERRUPTED leaves the
 * block without meaning. */
void twp_block_live(
    const twp_lives_t *lives, twp_worker_t *worker, int64_t i_block, twp_slot_memory_t *slot);

#endif
