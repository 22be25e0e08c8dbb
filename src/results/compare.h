/** Two results files, value by value. */
#ifndef TWP_RESULTS_COMPARE_H
#define TWP_RESULTS_COMPARE_H

#include "twinpath.h"

#define TWP_COMPARE_TEXT_SIZE 768

/**
 * Finds the first value in which two files differ, in the order of file a: bits of numbers, bytes of
 * text, and what one of them has and the other has not. What the content digest leaves out is left
 * out here too. The root's attributes come last.
 *
 * @param has_identity  compare `source` and `run_id` as well, which differ between versions
 * @param n_values      receives the numbers and texts compared
 * @param difference    [TWP_COMPARE_TEXT_SIZE] such as "summary/cost_mean, strategy app: 12.5 in
 *                      a.h5, 13 in b.h5"; "" when there is none
 * Fails as twp_reader_open() does.
 */
TWP_CHECK_RESULT twp_status_t twp_results_compare(const char *path_a, const char *name_a,
    const char *path_b, const char *name_b, bool has_identity, int64_t *n_values, char *difference,
    twp_error_t *err);

#endif
