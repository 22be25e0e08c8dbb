/**
 * Results of many points in one file: what each point's run would have written of its figures, captured in memory,
 * goes to columns that have `point` in front. Which columns there are is the business of the filling alone; the
 * numbers of a point are those of a run. Points are written in their order as they come: memory holds one point, and
 * those that came before their turn.
 */
#ifndef TWP_RESULTS_STACK_H
#define TWP_RESULTS_STACK_H

#include "results/reader.h"
#include "results/writer.h"

typedef struct twp_stack twp_stack_t; /* opaque */

/** What the points are. */
typedef struct {
    int32_t first; /**< number of the first point, from 1 */
    int n_swept;
    const char *const *name, *const *unit,
                                 *const *path; /**< [n_swept] of columns; unit "d", "1" ... */
    const double *value; /**< [n_points * n_swept] point by point, in that unit */
} twp_stack_points_t;

/**
 * n_points >= 1 points that are to be written with writer, which is the caller's: who closes it after
 * twp_stack_end(). points and what they hold must last as long as the stack.
 */
TWP_CHECK_RESULT twp_status_t twp_stack_create(int64_t n_points, const twp_stack_points_t *points,
    twp_results_writer_t *writer, twp_stack_t **stack, twp_error_t *err);
void twp_stack_free(twp_stack_t *stack); /**< NULL is allowed */

/**
 * Takes the figures of point i_point (from 0; any order, each once) and ends captured, which must be
 * of a writer without a path, whatever happens. Not by two threads at a time.
 * Fails with TWP_ERR_FORMAT when the point has other columns, dimensions or labels than those before, with which it
 * may be told as failed; and as the writer does, which is the end of the file.
 */
TWP_CHECK_RESULT twp_status_t twp_stack_put(
    twp_stack_t *stack, int64_t i_point, twp_results_writer_t *captured, twp_error_t *err);

/** Says why a point has no figures, in its place in the order. TWP_ERR_ARGUMENT when it was put. */
TWP_CHECK_RESULT twp_status_t twp_stack_fail(
    twp_stack_t *stack, int64_t i_point, const char *reason, twp_error_t *err);

/** Points before i_point that did not come are missing: they come no more. */
TWP_CHECK_RESULT twp_status_t twp_stack_miss(twp_stack_t *stack, int64_t i_point, twp_error_t *err);

/**
 * Takes the columns that a captured point has, but not its numbers. Before anything is put. Ends captured.
 */
TWP_CHECK_RESULT twp_status_t twp_stack_shape(
    twp_stack_t *stack, twp_results_writer_t *captured, twp_error_t *err);
/** Whether the columns are known: something was put, or a shape taken. */
bool twp_stack_has_shape(const twp_stack_t *stack);

/**
 * Copies points first .. first + n - 1 from a file that a stack of n points made, piece by piece. Points before
 * them that did not come are missing. Where the file has other columns, coordinates or labels than the shape says,
 * none is copied: those that were done have failed, with that reason.
 * Fails with TWP_ERR_FORMAT when the file cannot be read or has not n points, TWP_ERR_ARGUMENT when its points came
 * already.
 */
TWP_CHECK_RESULT twp_status_t twp_stack_put_file(
    twp_stack_t *stack, twp_reader_t *reader, int64_t first, int64_t n, twp_error_t *err);

/** Writes what is left: points that did not come have NaN and 0. TWP_ERR_ARGUMENT without a shape. */
TWP_CHECK_RESULT twp_status_t twp_stack_end(twp_stack_t *stack, twp_error_t *err);

/** Points that came or failed, from the first one on without a gap. */
int64_t twp_stack_n_settled(const twp_stack_t *stack);
int64_t twp_stack_n_done(const twp_stack_t *stack);
int64_t twp_stack_n_failed(const twp_stack_t *stack);
/** Why the first point that failed did; NULL: none did. */
const char *twp_stack_reason(const twp_stack_t *stack);

/** Bytes that the figures of a captured point take. */
double twp_stack_point_bytes(const twp_results_writer_t *captured);

#endif
