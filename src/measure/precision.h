/**
 * Going on until paired differences are known well enough. A precision is half the 95 % interval of one
 * difference; it is judged at looks: after TWP_PRECISION_FIRST_BLOCKS whole blocks of twins, then at
 * twice as many, and so on. Which looks there are depends on nothing else, and blocks are folded in their
 * order: so the same look ends a run with any number of threads.
 *
 * An interval that is looked at several times is a little too narrow at the end, because a run stops
 * sooner where the error happens to come out small. Doubling keeps the looks few (Jennison & Turnbull
 * 2000, Group Sequential Methods, ch. 2, on what more of them do); tests/property/test_precision_long.c
 * has by how much.
 */
#ifndef TWP_MEASURE_PRECISION_H
#define TWP_MEASURE_PRECISION_H

#include "base/error.h"
#include "measure/sums.h"

#define TWP_PRECISION_FIRST_BLOCKS 4
#define TWP_PRECISION_LOOKS_MOST 24 /* 4 blocks doubled until 2^31 twins, and one at the end */

/** One that is asked. */
typedef struct {
    const char *name; /* "nurse.persistence_365d" */
    int i_contrast, i_figure;
    double wanted; /* half of the interval, in the figure's unit, > 0 */
} twp_precision_t;

/** Monte Carlo error of a paired difference of what was lived so far; NAN: none. */
typedef double (*twp_difference_se_t)(void *context, int i_contrast, int i_figure);

/** All that are asked, and what the looks saw. */
typedef struct {
    twp_arena_t *arena;
    const twp_figures_t *figures;
    int n;
    twp_precision_t *asked; /* [n] */
    int n_looks;
    int32_t n_twins[TWP_PRECISION_LOOKS_MOST]; /* at each look */
    double *half_width;    /* [TWP_PRECISION_LOOKS_MOST * n] look by look; NAN: no error known */
    int64_t n_blocks_next; /* of the next look */
    bool is_reached;       /* at the last look, each of them */
} twp_looks_t;

/**
 * @param text      [n] "STRATEGY.FIGURE=HALF_WIDTH", such as "nurse.persistence_365d=0.005"
 * @param strategy  [figures->n_models] names, the baseline first
 * @param looks     ended by twp_looks_free()
 * Fails with TWP_ERR_INPUT (what is wrong, with the nearest name) and TWP_ERR_MEMORY.
 */
TWP_CHECK_RESULT twp_status_t twp_looks_create(const twp_figures_t *figures,
    const char *const *strategy, int n, const char *const *text, twp_looks_t **looks,
    twp_error_t *err);
void twp_looks_free(twp_looks_t *looks); /* NULL is allowed */

/**
 * After each block: looks where it is time to. A difference in which no pair of twins differs yet has
 * no error that could be judged: it is not reached.
 * @return whether all are reached, and no further block is needed
 */
bool twp_looks_take(twp_looks_t *looks, twp_difference_se_t se, void *context,
    int64_t n_blocks_done, int64_t n_twins_done);

/** At the end of a run: a last look at all twins, unless the last one was. */
void twp_looks_end(twp_looks_t *looks, twp_difference_se_t se, void *context, int64_t n_twins_done);

/** The largest half width of the last look over what is wanted; NAN before it or where one is unknown. */
double twp_looks_worst(const twp_looks_t *looks);

#endif
