/** Private to src/study/: what the readers of uncertain parameters share. */
#ifndef TWP_STUDY_READ_UNCERTAIN_H
#define TWP_STUDY_READ_UNCERTAIN_H

#include "study/read.h"

/**
 * Whether a strategy's `set` or `--set` gave the value anew, and left the distribution as it was:
 * then the number is certain.
 */
bool twp_read_is_set_again(twp_spot_t value, twp_spot_t uncertain);

/** Warns when a value has less than 2.5 % of its distribution on one side; `below`: share below. */
void twp_read_warn_off_centre(twp_read_t *read, twp_spot_t spot, const char *name, double below);

#endif
