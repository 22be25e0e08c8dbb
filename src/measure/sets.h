/**
 * Figures over parameter sets: what each set gave, and means, intervals and the two parts of the
 * variance over all sets. First order is the number of twins of a set (Monte Carlo error), second
 * order the parameters: the variance between the sets' means less the mean Monte Carlo variance
 * within them (analysis of variance: O'Hagan, Stevenson & Madan 2007 Health Econ 16:1009).
 */
#ifndef TWP_MEASURE_SETS_H
#define TWP_MEASURE_SETS_H

#include "base/error.h"
#include "measure/economics.h"
#include "measure/plane.h"

/** A value of one figure in one set. NAN where nothing counts. */
typedef struct {
    double value, se, n;
    double variance_saved; /* differences: share that pairing saved; NAN where nothing varies */
} twp_set_value_t;

/** All values of a run, set by set. */
typedef struct {
    int64_t n_sets, n_done; /* asked for; finished: the first so many */
    bool are_twins_same;
    int n_models, n_contrasts, n_figures;
    twp_set_value_t *value;      /* [n_sets * n_models * n_figures] */
    twp_set_value_t *difference; /* [n_sets * n_contrasts * n_figures] */
    twp_economics_t *economics;  /* [n_sets * n_contrasts]; of sets without cost or QALYs NAN */
    double *plane; /* [n_sets * twp_plane_size()] joint moments of cost and effect, or NULL: none */
    double *sorted; /* [n_sets] scratch of the statistics */
} twp_sets_t;

TWP_CHECK_RESULT twp_status_t twp_sets_create(int64_t n_sets, bool are_twins_same, int n_models,
    int n_figures, bool has_plane, twp_sets_t **sets, twp_error_t *err);
void twp_sets_free(twp_sets_t *sets); /* NULL is allowed */
/** Bytes that twp_sets_create() asks for. */
double twp_sets_bytes(int64_t n_sets, int n_models, int n_figures, bool has_plane);

static inline twp_set_value_t *
twp_sets_value(const twp_sets_t *sets, int64_t i_set, int i_model, int i_figure)
{
    return &sets->value[(i_set * sets->n_models + i_model) * sets->n_figures + i_figure];
}

static inline twp_set_value_t *
twp_sets_difference(const twp_sets_t *sets, int64_t i_set, int i_contrast, int i_figure)
{
    return &sets->difference[(i_set * sets->n_contrasts + i_contrast) * sets->n_figures + i_figure];
}

static inline twp_economics_t *
twp_sets_economics(const twp_sets_t *sets, int64_t i_set, int i_contrast)
{
    return &sets->economics[i_set * sets->n_contrasts + i_contrast];
}

/** Numbers that a set's values are kept in, bit for bit; and the way there and back. */
size_t twp_sets_part_size(const twp_sets_t *sets);
void twp_sets_pack(const twp_sets_t *sets, int64_t i_set, double *value);
void twp_sets_unpack(twp_sets_t *sets, int64_t i_set, const double *value);

static inline double *
twp_sets_plane(const twp_sets_t *sets, int64_t i_set)
{
    return &sets->plane[(size_t) i_set * twp_plane_size(sets->n_models)];
}

/** What sets say together. Sets whose value is NAN are left out. */
typedef struct {
    double mean;
    /* How far the mean would move with other sets and other twins: fresh twins
     * sqrt(between / sets); the same twins sqrt(between / sets + (mean of the sets' errors)^2). */
    double mcse;
    /* 2.5 % and 97.5 % of the sets (interpolated as R's type 7); with fresh twins drawn together about
     * the mean by sqrt(1 - within / between), so that the twins' part of the spread is out of it, but
     * not for differences that are not paired. NAN below two sets, or where the
     * spread cannot be told from the twins' part: between <= within (1 + 1.96 sqrt(2 / (sets - 1))). */
    double low, high;
    double between;        /* variance of the sets' values; NAN below two sets */
    double within;         /* mean of their squared Monte Carlo errors */
    double n;              /* twins that count, all sets together */
    double variance_saved; /* mean over the sets that have one; NAN without */
} twp_over_sets_t;

/**
 * Whether the sets' errors of a difference take from each twin what it has under both strategies: a
 * set says what that saved, or there is no error at all. So sets where nothing happened change nothing.
 */
static inline bool
twp_sets_are_paired(double variance_saved, double within)
{
    return variance_saved == variance_saved || within == 0.0;
}

twp_over_sets_t twp_sets_of_value(const twp_sets_t *sets, int i_model, int i_figure);
twp_over_sets_t twp_sets_of_difference(const twp_sets_t *sets, int i_contrast, int i_figure);
/** Of the net benefit worth * effect - cost against the baseline. */
twp_over_sets_t twp_sets_of_net_benefit(const twp_sets_t *sets, int i_contrast, double worth);

/**
 * Mean differences of cost and effect with the covariance of what the parameters make of them:
 * between sets, with fresh twins less the mean Monte Carlo covariance. Standard errors are those of
 * parameter uncertainty, for Fieller's interval and chances; NAN below two sets.
 */
twp_economics_t twp_sets_economics_over(const twp_sets_t *sets, int i_contrast);

/** Whether each set that was done has its means of cost and effect, of at least one twin. */
bool twp_sets_have_planes(const twp_sets_t *sets);
/** The mean over sets, and their mean Monte Carlo covariance; NAN with one twin a set. */
void twp_sets_plane_within(const twp_sets_t *sets, twp_plane_means_t *means);
/** The same means, with the covariance of what the parameters make of them as of the economics. */
void twp_sets_plane_over(const twp_sets_t *sets, twp_plane_means_t *means);

#endif
