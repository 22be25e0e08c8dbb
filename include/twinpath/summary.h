/** Summaries: everything that reports show, from a results file. */
#ifndef TWINPATH_SUMMARY_H
#define TWINPATH_SUMMARY_H

#include "twinpath/base.h"

TWP_BEGIN_C

/** One figure: a measure at one of its times. */
typedef struct {
    const char *name;       /**< column, such as persistence */
    const char *label;      /**< as printed; without the time */
    const char *unit;       /**< "1" (a share or score), "d", "year", "USD"; "" for counts */
    const char *definition; /**< exact, one sentence */
    double time_days;       /**< NAN when the measure has no times */
    bool is_mean;           /**< over twins; false: an estimate from survival times */
    bool has_quantiles;
} twp_summary_row_t;

/** Estimate of a figure under one strategy. NAN where there is none. */
typedef struct {
    double mean, mcse; /**< Monte Carlo standard error, of the number of twins (and of sets) */
    /** 95 % interval of the mean: of the number of twins; with parameter sets of the parameters. */
    double low, high;
    double n;               /**< twins that count */
    const double *quantile; /**< [n_quantiles] over twins, or NULL */
    double sets_variance;   /**< between parameter sets; NAN without */
    double twins_variance;  /**< Monte Carlo variance in one set, mean over sets; NAN without */
} twp_summary_estimate_t;

/** Difference of a figure from the baseline, twin by twin. NAN where there is none. */
typedef struct {
    double difference, se;
    double low, high;       /**< 95 % interval of the mean difference, as of an estimate */
    double n;               /**< pairs that count */
    double variance_saved;  /**< share of the variance that pairing saved; NAN when both are 0 */
    const double *quantile; /**< [n_quantiles] of the paired differences over twins, or NULL */
    double sets_variance, twins_variance; /**< as of an estimate */
} twp_summary_contrast_t;

/** Where a strategy lies in the cost-effectiveness plane. Written to files: never renumbered. */
typedef enum {
    TWP_PLACE_UNKNOWN = 0,           /**< cost or effect has no estimate */
    TWP_PLACE_EQUAL = 1,             /**< no difference at all */
    TWP_PLACE_DOMINATES = 2,         /**< no dearer and no worse, and one of them better */
    TWP_PLACE_DOMINATED = 3,         /**< no cheaper and no better, and one of them worse */
    TWP_PLACE_DEARER_AND_BETTER = 4, /**< the ratio is the price of a QALY gained */
    TWP_PLACE_CHEAPER_AND_WORSE = 5  /**< the ratio is the saving for a QALY lost */
} twp_place_in_plane_t;

/** Shape of Fieller's 95 % set of ratios. Written to files: never renumbered. */
typedef enum {
    TWP_INTERVAL_NONE = 0,    /**< no standard errors */
    TWP_INTERVAL_BETWEEN = 1, /**< low <= ratio <= high: the effect differs from 0 at that level */
    TWP_INTERVAL_OUTSIDE = 2, /**< ratio <= low or ratio >= high: the set goes through infinity */
    TWP_INTERVAL_ALL = 3      /**< every ratio is compatible */
} twp_interval_shape_t;

/** Cost and effect of one strategy against the baseline. */
typedef struct {
    double cost, cost_se, qaly, qaly_se; /**< paired differences */
    double correlation;                  /**< of the two differences' errors */
    double icer;      /**< money per QALY; NAN where one dominates or the effect is 0 */
    double ratio;     /**< the same wherever the effect is not 0 */
    double low, high; /**< 95 % interval (Fieller 1954) in the shape that follows */
    twp_interval_shape_t shape;
    twp_place_in_plane_t place;
    const char *statement; /**< the place in words, as "more costly and more effective" */
    const twp_summary_contrast_t *net_benefit; /**< [n_worth] difference of net monetary benefit */
    const double *p_better; /**< [n_worth] chance that it is above 0 (normal approximation) */
} twp_summary_icer_t;

/** Where a strategy lies among all of them. Written to files: never renumbered. */
typedef enum {
    TWP_AMONG_UNKNOWN = 0,   /**< cost or effect has no estimate */
    TWP_AMONG_FRONTIER = 1,  /**< the best buy at some worth of a QALY */
    TWP_AMONG_DOMINATED = 2, /**< one no dearer has no less effect */
    TWP_AMONG_EXTENDED = 3,  /**< a mix of its neighbours on the frontier has more for its cost */
    TWP_AMONG_EQUAL = 4      /**< cost and effect of one on the frontier that stands before it */
} twp_frontier_place_t;

/** One strategy among all of them: on the cost-effectiveness frontier against its neighbour there. */
typedef struct {
    double cost, qaly; /**< means */
    twp_frontier_place_t place;
    /** Strategy it is compared with: on the frontier (and extendedly dominated) the next cheaper one there;
     * the one that dominates it, or that it equals; -1: none. */
    int i_against;
    int i_beyond; /**< extendedly dominated: the next dearer one on the frontier; else -1 */
    double cost_more, cost_more_se, qaly_more, qaly_more_se; /**< on the frontier; else NAN */
    double correlation;                                      /**< of the two errors */
    double icer;      /**< cost_more / qaly_more; NAN for the cheapest */
    double low, high; /**< 95 % interval (Fieller) in the shape that follows */
    twp_interval_shape_t shape;
} twp_summary_among_t;

/** Twins of one category of an attribute, or of one truth. */
typedef struct {
    const char *name; /**< such as "female=yes", "persona=eager" */
    int64_t n_twins;
    const twp_summary_estimate_t *estimate; /**< [n_rows * n_strategies] as in the summary */
    const twp_summary_contrast_t *contrast; /**< [n_rows * n_contrasts] */
    const twp_summary_icer_t *icer;         /**< [n_contrasts], or NULL */
    const twp_summary_among_t *among;       /**< [n_strategies], or NULL */
} twp_summary_segment_t;

/** What a run says of a target. */
typedef enum {
    TWP_VERDICT_MISS = 0, /**< the result's 95 % interval lies outside value +- within */
    TWP_VERDICT_HIT = 1,  /**< it lies inside */
    TWP_VERDICT_UNCLEAR =
        2,               /**< it covers an edge: more twins, or another seed, may tell otherwise */
    TWP_VERDICT_NONE = 3 /**< there is no result */
} twp_verdict_t;

typedef struct {
    const char *name, *measure, *unit, *source;
    const char *strategy;
    double time_days;     /**< NAN when the measure has no times */
    double value, within; /**< what it must be, and how near */
    double result, mcse, low, high;
    bool is_fit; /**< role fit; else predict */
    bool is_hit; /**< |result - value| <= within */
    twp_verdict_t verdict;
} twp_summary_target_t;

/** Half of the 95 % interval of one difference from the baseline, as the run was asked for it. */
typedef struct {
    const char *name; /**< "nurse.persistence_365d" */
    const char *unit; /**< as of a row */
    double wanted;
    double half_width; /**< at the last look; NAN: no pair of twins differed yet */
} twp_summary_precision_t;

/** Log-rank test of a strategy against the baseline, whose twins it has. NAN where nothing differs. */
typedef struct {
    double observed, expected; /**< events under the strategy; expected were there no difference */
    double z, p;               /**< over the paired error, above 0: more events; two-sided */
    double variance_saved;     /**< by pairing */
    double unpaired_chi2; /**< the usual chi-square, right only for groups of different twins */
} twp_summary_logrank_t;

/** Numbers of a curve, of all twins or, one segment after the other, of each. NULL: not there. */
typedef struct {
    const double *value;            /**< [n_strategies * n_times] */
    const double *se, *low, *high;  /**< likewise; 95 % interval */
    const double *at_risk, *events; /**< likewise: lives still at risk; events by then */
    /** Kaplan-Meier: [n_strategies * n_quantiles] days by which that share had the event, NAN where
     * it was not reached, and their 95 % interval. */
    const double *quantile_days, *quantile_low, *quantile_high;
    const twp_summary_logrank_t *logrank; /**< Kaplan-Meier: [n_contrasts] */
} twp_summary_lines_t;

/** A curve over time: a state's share, or an estimate from survival times. */
typedef struct {
    const char *name; /**< occupancy_therapy_taking, km_..., na_..., cif_..., aj_... */
    const char *label;
    twp_summary_lines_t all;
    twp_summary_lines_t segments; /**< value NULL: there are none */
} twp_summary_curve_t;

/** A number that a sweep changed. */
typedef struct {
    const char *path;    /**< as the study says it: "supports.app.uptake" */
    const char *name;    /**< of its coordinate in the file, without "point_" */
    const char *unit;    /**< "d", "year", "1", ... */
    const double *value; /**< [n_points] */
} twp_summary_swept_t;

#define TWP_PROVENANCE_SET "set on the command line" /**< a provenance_key */

/** Everything that reports show, from a results file alone. All memory is the summary's. */
typedef struct twp_summary {
    const char *path, *title, *question, *note; /**< question and note "" when there are none */
    const char *currency;                       /**< "" when there is no money */
    int price_year;                             /**< 0 when none is given */
    const char *discount; /**< rate of what is discounted, in words; "" without any */
    const char *source;   /**< "twinpath 0.1.0" */
    const char *run_id, *seed, *content_digest;
    bool is_partial;
    bool is_unverified;            /**< no .sha256 file beside it: text in it is not guarded */
    int64_t n_twins, n_twins_done; /**< of one parameter set */
    int64_t n_parameter_sets, n_parameter_sets_done; /**< 0: the values as written */
    bool are_twins_same;                             /**< in all sets */

    int n_strategies;
    const char *const *strategy; /**< [n_strategies], the baseline first */
    int n_contrasts;             /**< n_strategies - 1: contrast k is strategy k + 1 */
    int n_quantiles;
    const double *quantile; /**< [n_quantiles] shares, such as 0.05 */

    int n_rows;
    const twp_summary_row_t *row;
    const twp_summary_estimate_t *estimate; /**< [n_rows * n_strategies], row-major */
    const twp_summary_contrast_t *contrast; /**< [n_rows * n_contrasts], row-major */

    int n_segments;
    const twp_summary_segment_t *segment;

    bool has_icer;
    const char *cost_name, *qaly_name; /**< columns that the icer compares */
    const twp_summary_icer_t *icer;    /**< [n_contrasts] */
    int n_worth;
    const double *worth; /**< [n_worth] money per QALY */

    const twp_summary_among_t *among; /**< [n_strategies], or NULL: without cost and QALYs */
    int n_curve_worths;
    const double *curve_worth; /**< [n_curve_worths] rising, those of worth among them */
    const double
        *best; /**< [n_curve_worths] strategy with the largest mean net benefit; -1: none */
    /** [n_strategies * n_curve_worths] chance to be that, over parameter sets, its error, and the plain
     * share of the sets; NULL without sets. NAN where it cannot be told. */
    const double *p_best, *p_best_mcse, *p_best_raw;

    int n_targets;
    const twp_summary_target_t *target;

    int n_precisions; /**< 0: none was asked for */
    const twp_summary_precision_t *precision;
    bool is_precise;      /**< all were reached, at the last look */
    int64_t n_twins_most; /**< as many could have been lived */
    int n_looks;
    const double *look_twins; /**< [n_looks] lived at each look */
    const double *half_width; /**< [n_looks * n_precisions], look by look */

    int n_curve_times;
    const double *curve_time_days; /**< [n_curve_times] since entry */
    int n_curves;
    const twp_summary_curve_t *curve;

    int64_t n_points; /**< of a sweep; 0: a run, and what follows is NULL */
    int64_t
        i_point; /**< number, from 1, of the point that all of the above is of; 0: of the first, and
                       *   there are neither segments, targets, curves nor icers */
    int n_swept;
    const twp_summary_swept_t *swept;
    const bool *is_point_done;      /**< [n_points] */
    const char *const *point_error; /**< [n_points] why it is not done, or "" */
    /** [n_points * n_rows * ...] point by point as estimate and contrast; NULL where i_point > 0. */
    const twp_summary_estimate_t *point_estimate;
    const twp_summary_contrast_t *point_contrast;

    int n_provenance; /**< lines for people: what the run was made from */
    const char *const *provenance_key, *const *provenance_value;
} twp_summary_t;

/**
 * Reads a results file into a summary.
 * @param summary  ended by twp_summary_free()
 * Fails with TWP_ERR_IO, TWP_ERR_FORMAT, TWP_ERR_MEMORY.
 */
TWP_CHECK_RESULT twp_status_t twp_summary_read(
    const char *path, twp_summary_t **summary, twp_error_t *err);
/**
 * The same; of a sweep's file one point alone (i_point from 1), as of a run with its values. 0: all points, as
 * twp_summary_read(). TWP_ERR_INPUT when there is no such point.
 */
TWP_CHECK_RESULT twp_status_t twp_summary_read_point(
    const char *path, int64_t i_point, twp_summary_t **summary, twp_error_t *err);
void twp_summary_free(twp_summary_t *summary); /**< NULL is allowed */

/**
 * One text of a file's /provenance: study_yaml, resolved_json, overrides or build_json.
 * @param text  the caller frees it with free()
 */
TWP_CHECK_RESULT twp_status_t twp_results_provenance(
    const char *path, const char *name, char **text, twp_error_t *err);

TWP_END_C

#endif
