/*
 * Doses taken and missed, told from the runs of their track: a dose is due as dosing begins and each
 * `every` after it, and is taken when the track is in `taken` at that time, else missed.
 */
#include "record/outcome_tables.h"

#include <math.h>

/* A dose is due at a time that is known up to rounding. */
#define SLACK 1e-9

/** Doses due since dosing began and before a time. */
static double
n_before(const twp_doses_seen_t *seen, double days)
{
    const double n = ceil((days - seen->anchor_days) / seen->every_days - SLACK);

    return n > 0 ? n : 0;
}

static void
end_run(twp_doses_seen_t *seen, const twp_outcome_runs_t *runs)
{
    const double days = seen->n_missed * seen->every_days;

    if (seen->n_missed > 0 && days >= runs->at_least_days - TWP_OUTCOME_SLACK_DAYS &&
        days <= runs->at_most_days + TWP_OUTCOME_SLACK_DAYS) {
        seen->n_runs++;
        seen->n_counted += seen->n_missed;
    }
    seen->n_missed = 0;
}

/** The doses from the open run's begin to a time. */
static void
count(twp_doses_seen_t *seen, const twp_outcome_runs_t *runs, double now_days)
{
    const double to = now_days < seen->until_days ? now_days : seen->until_days;

    if (seen->is_due && to > seen->since_days) {
        const double n = n_before(seen, to) - n_before(seen, seen->since_days);
        seen->n_due += n;
        if (!seen->is_taken) {
            seen->n_missed += n;
        } else if (n > 0) {
            seen->n_taken += n;
            end_run(seen, runs);
        }
    }
    seen->since_days = now_days;
}

void
twp_doses_begin(twp_doses_seen_t *seen, double every_days)
{
    *seen = (twp_doses_seen_t){ .every_days = every_days, .until_days = INFINITY };
}

void
twp_doses_turn(twp_doses_seen_t *seen, const twp_outcome_runs_t *runs, double now_days, bool is_due,
    bool is_taken)
{
    count(seen, runs, now_days);
    if (is_due && !seen->is_due)
        seen->anchor_days = now_days;
    if (is_due && !seen->has_begun)
        seen->until_days = now_days + runs->window_days;
    if (!is_due)
        end_run(seen, runs);
    seen->has_begun |= is_due;
    seen->is_due = is_due;
    seen->is_taken = is_taken;
}

void
twp_doses_end(twp_doses_seen_t *seen, const twp_outcome_runs_t *runs, double end_days)
{
    count(seen, runs, end_days);
    end_run(seen, runs);
}
