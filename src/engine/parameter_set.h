/**
 * Parameter sets: the values that the uncertain parameters of a study take in set 1, 2, ... Each is
 * drawn from its own stream with the set's number as id, so that nothing added elsewhere moves it.
 * Portable mathematics only.
 */
#ifndef TWP_ENGINE_PARAMETER_SET_H
#define TWP_ENGINE_PARAMETER_SET_H

#include "study/study.h"

typedef struct twp_parameter_plan twp_parameter_plan_t; /* opaque */

/** Works the distributions out. The study is borrowed and must outlive the plan. */
TWP_CHECK_RESULT twp_status_t twp_parameter_plan_create(
    const twp_study_typed_t *study, uint64_t seed, twp_parameter_plan_t **plan, twp_error_t *err);
void twp_parameter_plan_free(twp_parameter_plan_t *plan); /* NULL is allowed */

/**
 * Values of set i_set >= 1, parameters that are certain included.
 * @param value  [study->n_parameters], internal units
 * @return TWP_OK; TWP_ERR_FAULT when a value is not finite or outside of its range (names it);
 *         TWP_ERR_INPUT when a file of draws has too few rows
 */
TWP_CHECK_RESULT twp_status_t twp_parameter_set_draw(
    const twp_parameter_plan_t *plan, int64_t i_set, double *value, twp_error_t *err);

/** What a drawn parameter's distribution looks like on its own, whatever it is drawn with. */
typedef struct {
    double mean;      /* closed form, or the mean over 10,000 quantiles where there is none */
    double low, high; /* quantiles 0.025 and 0.975 */
    const char *text; /* "gamma: shape 400, scale 2.5"; lives as long as the plan */
} twp_parameter_margin_t;

/** False when the parameter is not drawn (certain, or a formula of what is drawn). */
bool twp_parameter_margin(
    const twp_parameter_plan_t *plan, int i_parameter, twp_parameter_margin_t *margin);

#endif
