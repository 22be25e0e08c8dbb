/** What a run says of a target: whether its result is near enough to what a source says. */
#ifndef TWP_SUMMARY_VERDICT_H
#define TWP_SUMMARY_VERDICT_H

#include "twinpath.h"

/**
 * By the target's value, within, result and 95 % interval low to high: inside value +- within, outside,
 * or over an edge. Without an interval (NAN) the result alone decides.
 */
twp_verdict_t twp_verdict_of(const twp_summary_target_t *target);

#endif
