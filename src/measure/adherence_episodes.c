#include "measure/adherence_episodes.h"

#include <math.h>

static double
permitted_days(const twp_dispensing_t *d, const twp_episode_rules_t *rules)
{
    return rules->is_share ? rules->gap * d->supply_days : rules->gap;
}

/* Does an episode end after dispensing i, which is not the last of the follow-up? */
static bool
ends_after(const twp_dispensing_t *d, const twp_cma_gap_t *gap, const twp_episode_rules_t *rules)
{
    return gap->gap_days > permitted_days(d, rules) ||
        (rules->ends_on_medication && d[0].i_medication != d[1].i_medication) ||
        (rules->ends_on_dose && d[0].daily_dose != d[1].daily_dose);
}

/* Days taken off an episode that the next one follows. */
static double
cut_before_next(double gap_days, double permitted, bool is_appended)
{
    if (!is_appended)
        return gap_days;
    return gap_days <= permitted ? 0 : gap_days - permitted;
}

/*
 * Days taken off the last episode. An appended gap is taken off twice where there is one episode only:
 * so AdhereR's code, though its help says that it is added.
 */
static double
cut_at_end(double gap_days, double permitted, bool is_appended, bool is_only)
{
    if (!is_appended)
        return gap_days < permitted ? 0 : gap_days;
    if (is_only)
        return gap_days < permitted ? 0 : gap_days + permitted;
    return gap_days <= permitted ? 0 : gap_days - permitted;
}

int
twp_episodes(const twp_dispensing_t *dispensing, int n, double followup_start_day,
    double followup_end_day, const twp_carry_rules_t *carry, const twp_episode_rules_t *rules,
    twp_cma_gap_t *gap, twp_episode_t *episode)
{
    const twp_cma_window_t followup = { followup_start_day, followup_end_day, followup_start_day,
        followup_end_day };
    const twp_cma_range_t range = twp_cma_gaps(
        dispensing, n, &followup, TWP_CARRY_WITHIN, carry, gap);
    int n_episodes = 0;

    for (int i = range.first; i < range.end; i++) {
        const double permitted = permitted_days(&dispensing[i], rules), after = gap[i].gap_days;
        const bool is_last = i + 1 == range.end;
        twp_episode_t *const one = &episode[n_episodes];

        if (i == range.first || one->first < 0)
            *one = (twp_episode_t){ .first = i, .start_day = dispensing[i].day };
        if (!is_last && !ends_after(&dispensing[i], &gap[i], rules))
            continue;
        one->end = i + 1;
        one->end_gap_days = after;
        if (is_last)
            one->duration_days = followup_end_day - one->start_day -
                cut_at_end(after, permitted, rules->is_appended, n_episodes == 0);
        else {
            one->duration_days = dispensing[i + 1].day - one->start_day -
                cut_before_next(after, permitted, rules->is_appended);
            episode[n_episodes + 1].first = -1;
        }
        n_episodes++;
    }
    return n_episodes;
}

bool
twp_episode_window(
    const twp_episode_t *episode, const twp_cma_window_t *window, twp_cma_window_t *of_episode)
{
    const double start = fmax(episode->start_day, window->start_day);
    const double end = fmin(episode->start_day + episode->duration_days, window->end_day);

    /* Lengths are rounded to whole days, halves to even. */
    *of_episode = (twp_cma_window_t){ .followup_start_day = episode->start_day,
        .followup_end_day = episode->start_day + rint(episode->duration_days),
        .start_day = start,
        .end_day = start + rint(end - start) };
    return start < end;
}

int
twp_sliding_n(const twp_sliding_t *sliding, double end_day, double *step_days)
{
    const double room = end_day - sliding->first_day - sliding->length_days;
    double n = sliding->n;

    *step_days = 0;
    if (room < 0)
        return 0;
    if (sliding->n == 0) {
        *step_days = sliding->step_days;
        n = room / sliding->step_days + 1;
    } else if (sliding->n > 1) {
        *step_days = fmax(1, fmin(sliding->length_days, room / (n - 1)));
        n = fmin(room / *step_days + 1, room);
    }
    return (int) n;
}

twp_cma_window_t
twp_sliding_window(
    const twp_sliding_t *sliding, const twp_cma_window_t *window, double step_days, int i)
{
    twp_cma_window_t slid = *window;

    slid.start_day = sliding->first_day + rint(i * step_days);
    slid.end_day = slid.start_day + sliding->length_days;
    return slid;
}
