/**
 * What a summary needs of all twins, without keeping them: moments of every figure per strategy,
 * per contrast with the baseline and per segment, joint moments of cost and effect, and counts for
 * quantiles. Blocks are reduced in parallel and folded in their order, so the bits do not depend on
 * threads.
 */
#ifndef TWP_MEASURE_SUMS_H
#define TWP_MEASURE_SUMS_H

#include "engine/run.h"
#include "measure/aalen_johansen.h"
#include "measure/moments.h"
#include "measure/paired_survival.h"
#include "measure/plane.h"

/** Quantile 0.975 of the standard normal distribution: half a 95 % interval over its error. */
#define TWP_SUMS_Z 1.959963984540054

/** Groups of twins of a chain, from which two strategies' estimates have their covariance. */
#define TWP_SUMS_GROUPS 64

/** Quantiles over twins that a summary has. */
#define TWP_SUMS_N_QUANTILES 5
extern const double twp_sums_quantiles[TWP_SUMS_N_QUANTILES];

/** One figure of the summary: a measure at one of its times. */
typedef struct {
    int i_measure, i_time; /* into study->measure; i_time 0 when it has no times */
    int i_column;          /* of the plan; -1: of a curve */
    int i_denominator;     /* column of a ratio of sums, else -1 */
    int i_curve;           /* of the plan, else -1 */
    twp_survival_of_t of;  /* what of the curve */
    int i_chain;           /* of the plan: an Aalen-Johansen estimate, else -1 */
    int i_point;           /* its time among the plan's points, or -1: later than any life */
    int i_quantile;        /* number among the figures with quantiles, or -1 */
} twp_figure_t;

/** Twins with one category of an attribute. */
typedef struct {
    int i_attribute;
    double code;
    const char *name; /* female=yes, persona=eager */
} twp_segment_t;

/** What is summed; fixed for a run. */
typedef struct {
    twp_arena_t *arena;
    const twp_study_typed_t *study;
    const twp_outcome_plan_t *plan;
    int n_models, n_contrasts;
    int n_figures;
    twp_figure_t *figure;
    int n_quantiles; /* figures that have them */
    int n_segments;
    twp_segment_t *segment;
    int i_cost, i_qaly;        /* figures that the cost-effectiveness is about, or -1 (then both) */
    twp_survival_bins_t *bins; /* [plan->n_curves] */
    size_t *first_curve; /* [plan->n_curves + 1] where the counts of a curve begin, and their end */
    size_t *first_pair;  /* [plan->n_curves + 1] where the pairs of a curve begin, and their end */
    size_t *first_chain; /* [plan->n_chains + 1] where the counts of a chain begin, and their end */
    size_t n_moments, partial_bytes;
} twp_figures_t;

/** study and plan are borrowed and must outlive the figures. */
TWP_CHECK_RESULT twp_status_t twp_figures_create(const twp_study_typed_t *study,
    const twp_outcome_plan_t *plan, int n_models, twp_figures_t **figures, twp_error_t *err);
void twp_figures_free(twp_figures_t *figures); /* NULL is allowed */

/** Leaves out segments and quantiles, before sums are made: for runs with parameter sets. */
void twp_figures_keep_means(twp_figures_t *figures);

typedef struct twp_sums twp_sums_t; /* opaque */

TWP_CHECK_RESULT twp_status_t twp_sums_create(
    const twp_figures_t *figures, twp_sums_t **sums, twp_error_t *err);
void twp_sums_free(twp_sums_t *sums); /* NULL is allowed */
/**
 * Empties sums for other figures of the same numbers of everything, such as those of another point of a sweep.
 * The figures that they were of need not be there any more. False: they do not fit, and are as they were.
 */
bool twp_sums_take_over(twp_sums_t *sums, const twp_figures_t *figures);

/** Empties sums for another run. */
void twp_sums_reset(twp_sums_t *sums);
/** Adds the curves' counts of another run of the same figures: integers, in any order. */
void twp_sums_add_curves(twp_sums_t *sums, const twp_sums_t *more);

/** Bytes that twp_sums_create() asks for. */
double twp_sums_bytes(const twp_figures_t *figures);

/**
 * Sums of one block into partial[figures->partial_bytes], and its counts for quantiles into sums.
 * Safe to be called by several threads at once.
 */
void twp_sums_reduce(twp_sums_t *sums, const twp_block_t *block, void *partial);

/** Adds a block and its partial; blocks in order, one thread at a time. */
void twp_sums_fold(twp_sums_t *sums, const twp_block_t *block, const void *partial);
/** Takes back what twp_sums_reduce() counted of a block that is not going to be folded. */
void twp_sums_drop(twp_sums_t *sums, const twp_block_t *block);

/* ---- sums in parts (sums_part.c): a part of a run keeps what folding needs, bit for bit -------- */

/** Numbers that the partial of a block is kept in. */
size_t twp_sums_part_size(const twp_figures_t *figures);
/** The partial that twp_sums_reduce() filled into value[twp_sums_part_size()], and back. */
void twp_sums_pack(const twp_figures_t *figures, const void *partial, double *value);
void twp_sums_unpack(const twp_figures_t *figures, const double *value, void *partial);
/** twp_sums_fold() without the block, whose counts come by the arrays that follow. */
void twp_sums_fold_moments(twp_sums_t *sums, const void *partial);

/** All integer counts, as arrays that add up over parts in any order: [*n], borrowed. */
int twp_sums_n_count_arrays(const twp_figures_t *figures);
int64_t *twp_sums_count_array(twp_sums_t *sums, int i_array, size_t *n);

/** Columns 0, 1: numerator, denominator. i_segment -1: all twins. Figures with a column only. */
const twp_moments_t *twp_sums_moments(
    const twp_sums_t *sums, int i_segment, int i_model, int i_figure);
/** Columns 0 to 3: numerator, denominator under model i_contrast + 1, then under the baseline. */
const twp_moments_t *twp_sums_contrast(
    const twp_sums_t *sums, int i_segment, int i_contrast, int i_figure);
/** Cost and effect of all strategies, of the twins that have both under each (measure/plane.h). */
const double *twp_sums_plane(const twp_sums_t *sums, int i_segment);
/** Columns 0 to 3: cost, baseline cost, QALYs, baseline QALYs. */
const twp_moments_t *twp_sums_joint(const twp_sums_t *sums, int i_segment, int i_contrast);
int64_t twp_sums_n_segment(const twp_sums_t *sums, int i_segment);

/** Lives of a curve of the plan by whole day, and what their events came before the end of their day. */
typedef struct {
    int64_t *left; /* [plan->n_curve_days * n_kinds], measure/survival.h */
    int64_t *late; /* [plan->n_curve_days] */
} twp_curve_counts_t;

twp_curve_counts_t twp_sums_curve(const twp_sums_t *sums, int i_segment, int i_model, int i_curve);

/**
 * The risk table of a curve.
 * @param step_days  [plan->n_curve_days] filled; must live as long as the table
 */
twp_risk_t twp_sums_risk(const twp_sums_t *sums, int i_segment, int i_model, int i_curve,
    bool is_competing, double *step_days);

/** Steps of a chain of the plan. */
twp_transitions_t twp_sums_transitions(
    const twp_sums_t *sums, int i_segment, int i_model, int i_chain);

/** The same of each of TWP_SUMS_GROUPS groups of twins, one after the other. */
const int64_t *twp_sums_groups(const twp_sums_t *sums, int i_segment, int i_model, int i_chain);

/** How the lives of a curve go together under model i_contrast + 1 and the baseline. */
const int64_t *twp_sums_pairs(const twp_sums_t *sums, int i_segment, int i_contrast, int i_curve);

/** persistence_365d, persistence_0_5d; the bare name of a measure without times. NULL: no memory. */
const char *twp_figure_name(
    twp_arena_t *arena, const twp_study_typed_t *study, const twp_figure_t *figure);

/** Quantiles over twins [TWP_SUMS_N_QUANTILES] of a figure that has them (measure/histogram.h). */
void twp_sums_quantiles_of(const twp_sums_t *sums, int i_model, int i_figure, double *quantile);
void twp_sums_difference_quantiles(
    const twp_sums_t *sums, int i_contrast, int i_figure, double *quantile);

#endif
