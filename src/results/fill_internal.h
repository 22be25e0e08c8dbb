/** What the files of the filling share. Private to results/. */
#ifndef TWP_RESULTS_FILL_INTERNAL_H
#define TWP_RESULTS_FILL_INTERNAL_H

#include "results/fill.h"

/** Streams of one ragged group. */
typedef struct {
    int path, twin, strategy, parameter_set, row_size, row_start, member_path;
    int time, code, value; /* events */
    int *track, *variable; /* trajectories */
    int64_t n_rows;
} twp_fill_ragged_t;

struct twp_fill {
    const twp_fill_run_t *run;
    const twp_study_typed_t *study; /* the baseline's */
    twp_results_writer_t *writer;
    twp_arena_t *arena;
    const char **strategy; /* [n_models] names */
    bool has_twins, has_outcomes;
    bool is_wide_id;             /* some id needs int64 */
    int twin, enters, follow_up; /* streams of /twins */
    int *attribute;              /* [n_attributes] */
    double *attribute_factor;    /* internal units to those written */
    twp_type_t *attribute_type;
    int outcome_twin; /* streams of /outcomes */
    int *outcome;     /* [n_figures] or -1 */
    twp_fill_ragged_t events, trajectories;
    int64_t n_paths;
    int block, block_sums; /* streams of /blocks, of shards */
    int64_t n_blocks;      /* taken */
    void *scratch;         /* grows */
    size_t scratch_bytes;
    twp_status_t status; /* the first failure; later calls do nothing */
    twp_error_t err;
};

/** A name that can stand beside the layout's own columns. */
const char *twp_fill_name(twp_fill_t *fill, const char *name);
/** Unit label of a dimension, as written in `unit`; *factor turns internal units into it. */
const char *twp_fill_unit(twp_fill_t *fill, twp_dim_t dim, const char *unit, double *factor);
/** Unit label of a measure, NULL for counts. */
const char *twp_fill_measure_unit(const twp_fill_t *fill, const twp_study_measure_t *measure);
/** Label of a measure with what else its figures depend on: window, gap, discounting. */
const char *twp_fill_label(twp_fill_t *fill, const twp_study_measure_t *measure);
/** Scratch memory of n bytes, valid until the next call; NULL sets the status. */
void *twp_fill_scratch(twp_fill_t *fill, size_t n_bytes);
/** Notes a status; returns whether all is well so far. */
bool twp_fill_ok(twp_fill_t *fill, twp_status_t status);

/** fill_ragged.c */
void twp_fill_declare_events(twp_fill_t *fill);
void twp_fill_declare_trajectories(twp_fill_t *fill);
void twp_fill_take_paths(twp_fill_t *fill, const twp_block_t *block);

/** fill_summary.c, fill_survival.c */
void twp_fill_write_summary(twp_fill_t *fill, const twp_sums_t *sums);
void twp_fill_write_segments(twp_fill_t *fill, const twp_sums_t *sums);
void twp_fill_write_economics(twp_fill_t *fill, const twp_sums_t *sums);
void twp_fill_write_segment_economics(twp_fill_t *fill, const twp_sums_t *sums);
void twp_fill_write_targets(twp_fill_t *fill, const twp_sums_t *sums);
void twp_fill_write_survival(
    twp_fill_t *fill, const twp_sums_t *sums, const twp_outcome_counts_t *counts);

/** fill_curves.c: figures of curves and chains, and the scale of the intervals of a figure. */
twp_estimate_t twp_fill_curve_estimate(twp_fill_t *fill, const twp_sums_t *sums, int i_segment,
    int i_model, const twp_figure_t *figure);
twp_difference_t twp_fill_curve_difference(twp_fill_t *fill, const twp_sums_t *sums, int i_segment,
    int i_contrast, const twp_figure_t *figure);
twp_paired_logrank_t twp_fill_logrank(
    twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_contrast, int i_curve);
twp_estimate_t twp_fill_chain_estimate(twp_fill_t *fill, const twp_sums_t *sums, int i_segment,
    int i_model, const twp_figure_t *figure);
/** The paired difference of two such estimates, of the strategy of a contrast and of the baseline. */
twp_difference_t twp_fill_chain_difference(twp_fill_t *fill, const twp_sums_t *sums, int i_segment,
    int i_contrast, int i_figure, const twp_estimate_t *a, const twp_estimate_t *b);
/** Shares in all states of a chain, and their errors, at all points: [n_points * n_states]. */
void twp_fill_chain(twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_model,
    int i_chain, double *share, double *se);
twp_scale_t twp_fill_scale(const twp_figure_t *figure);

/** fill_shard.c */
void twp_fill_declare_blocks(twp_fill_t *fill);
/** All integer counts of a run, as arrays that add up over shards: [*n], borrowed. */
int twp_fill_n_count_arrays(const twp_fill_run_t *run);
int64_t *twp_fill_count_array(const twp_fill_run_t *run, twp_sums_t *sums,
    const twp_outcome_counts_t *counts, int i_array, size_t *n);

/** fill_root.c */
void twp_fill_write_root(twp_fill_t *fill, const char *kind, int64_t n_twins_done);

/** fill_decision.c: all strategies together, where cost and effect are measured */
void twp_fill_write_decision(twp_fill_t *fill, const twp_sums_t *sums);

/** fill_precision.c: what the looks saw, where a precision was asked for */
void twp_fill_write_precision(twp_fill_t *fill);

/** fill_draws.c */
void twp_fill_write_draws(twp_fill_t *fill);

/** persistence_365d, persistence_730d; the bare name of a measure without times. */
const char *twp_fill_outcome_name(twp_fill_t *fill, const twp_figure_t *figure);

/**
 * A figure under one strategy: moments of a column, or a point of a curve. Of one set; see
 * twp_fill_estimate_over() for what is written.
 */
twp_estimate_t twp_fill_estimate(
    twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_model, int i_figure);
/** The same over all parameter sets, where there are some. */
twp_estimate_t twp_fill_estimate_over(
    twp_fill_t *fill, const twp_sums_t *sums, int i_segment, int i_model, int i_figure);

#endif
