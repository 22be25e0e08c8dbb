/* All strategies together: the frontier, and the best buy at each worth. */
#include "summary/load.h"

#include <stdint.h>
#include <string.h>

#define MAX_WORTHS 100000 /* more is no file of ours */

/* Columns in the order in which they are read. */
enum {
    COST,
    EFFECT,
    FRONTIER,
    AGAINST,
    BEYOND,
    COST_MORE,
    COST_MORE_SE,
    EFFECT_MORE,
    EFFECT_MORE_SE,
    CORRELATION,
    ICER,
    LOW,
    HIGH,
    INTERVAL,
    N_COLUMNS
};

static const char *const columns[N_COLUMNS] = { "cost", "effect", "frontier", "against", "beyond",
    "incremental_cost", "incremental_cost_se", "incremental_effect", "incremental_effect_se",
    "incremental_correlation", "icer", "icer_low", "icer_high", "icer_interval" };

static bool
is_code(double code, double most)
{
    return code >= 0.0 && code <= most;
}

static bool
is_strategy(const twp_load_t *load, double row)
{
    return row >= -1.0 && row < (double) load->summary->n_strategies;
}

/* n_rows times the strategies; NULL when the status is set. */
static const twp_summary_among_t *
load_rows(twp_load_t *load, const char *prefix, size_t n_rows)
{
    const size_t n = n_rows * (size_t) load->summary->n_strategies;
    const double *number[N_COLUMNS];
    twp_summary_among_t *among;

    for (int c = 0; c < N_COLUMNS; c++)
        number[c] = twp_load_doubles(
            load, twp_load_path(load, "decision/%s%s", prefix, columns[c]), n, true);
    among = twp_load_room(load, n, sizeof(*among));
    for (size_t i = 0; i < n && load->status == TWP_OK; i++) {
        if (!is_code(number[FRONTIER][i], 4.0) || !is_code(number[INTERVAL][i], 3.0) ||
            !is_strategy(load, number[AGAINST][i]) || !is_strategy(load, number[BEYOND][i])) {
            twp_load_refuse(load, "decision/frontier", "holds an unknown code");
            break;
        }
        among[i] = (twp_summary_among_t){ .cost = number[COST][i],
            .qaly = number[EFFECT][i],
            .place = (twp_frontier_place_t) number[FRONTIER][i],
            .i_against = (int) number[AGAINST][i],
            .i_beyond = (int) number[BEYOND][i],
            .cost_more = number[COST_MORE][i],
            .cost_more_se = number[COST_MORE_SE][i],
            .qaly_more = number[EFFECT_MORE][i],
            .qaly_more_se = number[EFFECT_MORE_SE][i],
            .correlation = number[CORRELATION][i],
            .icer = number[ICER][i],
            .low = number[LOW][i],
            .high = number[HIGH][i],
            .shape = (twp_interval_shape_t) number[INTERVAL][i] };
    }
    return load->status == TWP_OK ? among : NULL;
}

static void
load_worths(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    const size_t n = twp_load_length(load, "decision/worth");
    const size_t n_all = n * (size_t) summary->n_strategies;

    if (n > MAX_WORTHS)
        twp_load_refuse(load, "decision/worth", "is longer than any run makes it");
    if (n == 0 || load->status != TWP_OK)
        return;
    summary->curve_worth = twp_load_doubles(load, "decision/worth", n, true);
    summary->best = twp_load_doubles(load, "decision/best", n, true);
    summary->p_best = twp_load_doubles(load, "decision/p_best", n_all, false);
    if (summary->p_best != NULL) {
        summary->p_best_mcse = twp_load_doubles(load, "decision/p_best_mcse", n_all, true);
        summary->p_best_raw = twp_load_doubles(load, "decision/p_best_raw", n_all, true);
    }
    for (size_t w = 0; w < n && load->status == TWP_OK; w++)
        if (!is_strategy(load, summary->best[w]))
            twp_load_refuse(load, "decision/best", "is of no strategy");
    summary->n_curve_worths = (int) n;
}

void
twp_load_decision(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    twp_summary_segment_t *const segment = (twp_summary_segment_t *) (uintptr_t) summary->segment;
    const twp_summary_among_t *among;

    if (load->status != TWP_OK || !twp_load_has(load, "decision/frontier"))
        return;
    summary->among = load_rows(load, "", 1);
    load_worths(load);
    if (load->status != TWP_OK || !twp_load_has(load, "decision/segment_frontier"))
        return;
    among = load_rows(load, "segment_", (size_t) summary->n_segments);
    for (int g = 0; g < summary->n_segments && among != NULL; g++)
        segment[g].among = &among[g * summary->n_strategies];
}
