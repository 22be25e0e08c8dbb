/**
 * Results of many points laid over each other: what each point's run would have written of its
 * figures, captured in memory, becomes one file whose columns have `point` in front. Which columns
 * there are is the business of the filling alone; the numbers of a point are those of a run.
 */
#ifndef TWP_RESULTS_STACK_H
#define TWP_RESULTS_STACK_H

#include "results/reader.h"
#include "results/writer.h"

typedef struct twp_stack twp_stack_t; /* opaque */

/** Room for n_points >= 1. Memory grows with what is put, all points at once with the first. */
TWP_CHECK_RESULT twp_status_t twp_stack_create(
    int64_t n_points, twp_stack_t **stack, twp_error_t *err);
void twp_stack_free(twp_stack_t *stack); /**< NULL is allowed */

/**
 * Takes the figures of point i_point (from 0; any order, each once) and ends captured, which must be
 * of a writer without a path, whatever happens. Not by two threads at a time.
 * Fails with TWP_ERR_FORMAT when the point has other columns, dimensions or labels than those before.
 */
TWP_CHECK_RESULT twp_status_t twp_stack_put(
    twp_stack_t *stack, int64_t i_point, twp_results_writer_t *captured, twp_error_t *err);

/**
 * Takes the columns that a captured point has, but not its numbers: for twp_stack_put_file(). Before anything is
 * put. Ends captured.
 */
TWP_CHECK_RESULT twp_status_t twp_stack_shape(
    twp_stack_t *stack, twp_results_writer_t *captured, twp_error_t *err);

/**
 * Takes points first .. first + n - 1 from a file that twp_stack_write() made of n points.
 * @param error  [*n_error] what went wrong at each, "" where nothing did; ended by twp_reader_free_texts()
 * Fails with TWP_ERR_FORMAT when the file has other columns than the shape says.
 */
TWP_CHECK_RESULT twp_status_t twp_stack_put_file(twp_stack_t *stack, twp_reader_t *reader,
    int64_t first, int64_t n, char ***error, size_t *n_error, twp_error_t *err);

/** Whether a point was put. */
bool twp_stack_has(const twp_stack_t *stack, int64_t i_point);
/** Bytes that a point takes; 0 before the first. */
double twp_stack_point_bytes(const twp_stack_t *stack);

/** What the points are. */
typedef struct {
    int32_t first; /**< number of the first point, from 1 */
    int n_swept;
    const char *const *name, *const *unit,
                                 *const *path; /**< [n_swept] of columns; unit "d", "1" ... */
    const double *value;      /**< [n_points * n_swept] point by point, in that unit */
    const char *const *error; /**< [n_points] what went wrong at a point, NULL where nothing did */
} twp_stack_points_t;

/**
 * Writes root attributes and groups of what was put, and /points. Points that were not put have NaN
 * and 0. TWP_ERR_ARGUMENT when nothing was put.
 */
TWP_CHECK_RESULT twp_status_t twp_stack_write(const twp_stack_t *stack,
    const twp_stack_points_t *points, twp_results_writer_t *writer, twp_error_t *err);

#endif
