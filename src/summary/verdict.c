#include "summary/verdict.h"

#include <math.h>

twp_verdict_t
twp_verdict_of(const twp_summary_target_t *target)
{
    const double least = target->value - target->within, most = target->value + target->within;
    const double low = isnan(target->low) ? target->result : target->low;
    const double high = isnan(target->high) ? target->result : target->high;

    if (isnan(target->result))
        return TWP_VERDICT_NONE;
    if (high < least || low > most)
        return TWP_VERDICT_MISS;
    return low >= least && high <= most ? TWP_VERDICT_HIT : TWP_VERDICT_UNCLEAR;
}
