/**
 * From a run to a results file: which group and column each thing goes to. Everything goes through
 * the generic writer; rows of twins are streamed, block by block.
 */
#ifndef TWP_RESULTS_FILL_H
#define TWP_RESULTS_FILL_H

#include "engine/run.h"
#include "engine/shard.h"
#include "measure/precision.h"
#include "measure/sets.h"
#include "measure/sums.h"
#include "results/writer.h"

/** What a run is made of; borrowed, must outlive the filling. */
typedef struct {
    const twp_model_t *const *model; /* [n_models]; model[0] is the baseline */
    int n_models;
    const twp_population_t *population;
    const twp_outcome_plan_t *plan;
    const twp_figures_t *figures;
    const twp_recorder_plan_t *recorder;
    const twp_looks_t *looks; /* at the precision that was asked for, or NULL */
    int64_t n_twins_most;     /* with looks: twins that could have been lived */
    uint64_t seed;
    const twp_sets_t *sets;        /* figures of each parameter set, or NULL: one run as written */
    const twp_study_typed_t *base; /* with sets: the study without any strategy's `set` */
    const double *parameter;       /* with sets: [n_sets * base->n_parameters] */
    /* A part of a run in parts, or NULL: a whole run. */
    const twp_shard_t *shard;
    const twp_shard_plan_t *shard_plan;
    bool has_no_rows; /* neither twins nor outcomes: figures of a point */
} twp_fill_run_t;

typedef struct twp_fill twp_fill_t; /* opaque */

/**
 * Opens a file, declares what is streamed; path NULL: only captures (results/stack.h). Ended by
 * twp_fill_close(), twp_fill_release() or twp_fill_abandon().
 */
TWP_CHECK_RESULT twp_status_t twp_fill_open(const twp_fill_run_t *run, const char *path,
    bool overwrite, int n_threads, twp_fill_t **fill, twp_error_t *err);

/** Appends the rows of one block; blocks in order. */
TWP_CHECK_RESULT twp_status_t twp_fill_take(
    twp_fill_t *fill, const twp_block_t *block, twp_error_t *err);

/** A piece of the work of a take that another thread of the same team is at; false: there is none. */
bool twp_fill_work(twp_fill_t *fill);

/**
 * The same in two halves, for runs with parameter sets and the same twins in each: what the twins
 * are, and their figures (a block of means over sets).
 */
TWP_CHECK_RESULT twp_status_t twp_fill_take_twins(
    twp_fill_t *fill, const twp_block_t *block, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_fill_take_outcomes(
    twp_fill_t *fill, const twp_block_t *block, twp_error_t *err);
/** Whether the file has rows of twins, and rows of their figures. */
bool twp_fill_has_twins(const twp_fill_t *fill);
bool twp_fill_has_outcomes(const twp_fill_t *fill);

/** Notes what the sums of one parameter set come to as set i_set (from 0) of sets. */
void twp_fill_note_set(twp_fill_t *fill, const twp_sums_t *sums, int64_t i_set, twp_sets_t *sets);

/**
 * Writes summary, contrasts, segments, targets and survival; with parameter sets draws too, and
 * of sums only the curves count. Once, after the last block.
 */
TWP_CHECK_RESULT twp_status_t twp_fill_summary(twp_fill_t *fill, const twp_sums_t *sums,
    const twp_outcome_counts_t *counts, int64_t n_twins_done, twp_error_t *err);

/** A shard: keeps what folding needs of a block, after twp_fill_take(); blocks in order. */
TWP_CHECK_RESULT twp_status_t twp_fill_take_partial(
    twp_fill_t *fill, const void *partial, twp_error_t *err);

/** A shard, in the place of twp_fill_summary(): the counts of its blocks, and what it is a part of. */
TWP_CHECK_RESULT twp_status_t twp_fill_shard(
    twp_fill_t *fill, twp_sums_t *sums, const twp_outcome_counts_t *counts, twp_error_t *err);

/** Says in a file's root what part of a plan it is: of whole points, or of a point and of sets, too. */
TWP_CHECK_RESULT twp_status_t twp_fill_shard_numbers(twp_results_writer_t *writer,
    const twp_shard_plan_t *plan, const twp_shard_t *shard, bool has_points, bool has_sets,
    twp_error_t *err);

/** Monte Carlo error of a figure's paired difference, of the blocks folded so far; NAN: none. */
double twp_fill_difference_se(
    twp_fill_t *fill, const twp_sums_t *sums, int i_contrast, int i_figure);

/** The writer, for /provenance and /session. */
twp_results_writer_t *twp_fill_writer(twp_fill_t *fill);

/** Publishes the file and frees fill; see twp_results_close(). */
TWP_CHECK_RESULT twp_status_t twp_fill_close(
    twp_fill_t *fill, bool is_partial, char digest[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err);
/** Frees fill and hands on its writer, which captured. */
twp_results_writer_t *twp_fill_release(twp_fill_t *fill);
void twp_fill_abandon(twp_fill_t *fill); /* NULL is allowed */

/** Rough bytes of the file: of n_sets parameter sets (0: none), n_twins, recorded events a life. */
double twp_fill_estimate_bytes(
    const twp_fill_run_t *run, int64_t n_sets, int64_t n_twins, double events_per_life);

#endif
