/* All strategies together: the frontier, and the chance of each to be the best buy. */
#include "report/writing.h"

#include <math.h>

static const char *
name_of(const twp_writing_t *w, int i_strategy)
{
    return i_strategy >= 0 ? w->summary->strategy[i_strategy] : "";
}

static const char *
place_words(twp_writing_t *w, const twp_summary_among_t *among)
{
    switch (among->place) {
    case TWP_AMONG_FRONTIER: return among->i_against < 0 ? "the cheapest" : "";
    case TWP_AMONG_DOMINATED:
        return twp_writing_print(w, "dominated by %s", name_of(w, among->i_against));
    case TWP_AMONG_EXTENDED: return "extendedly dominated";
    case TWP_AMONG_EQUAL: return twp_writing_print(w, "equal to %s", name_of(w, among->i_against));
    case TWP_AMONG_UNKNOWN: break;
    }
    return "not known";
}

/* The ratio with its interval, where one can be told. */
static void
add_ratio(twp_grid_t *grid, const twp_summary_among_t *among)
{
    const bool has_interval = among->shape == TWP_INTERVAL_BETWEEN;
    const double se = has_interval ? (among->high - among->low) / (2 * 1.959963984540054) : NAN;
    const int decimals = twp_number_decimals(TWP_NUMBER_MONEY, among->icer, se);

    if (isnan(among->icer)) {
        twp_writing_add_blanks(grid, 3);
        return;
    }
    if (has_interval) {
        twp_writing_add_estimate(grid, decimals, among->icer, among->low, among->high, false);
        return;
    }
    twp_writing_add_figure(grid, among->icer, decimals, false);
    twp_grid_add(grid, among->shape == TWP_INTERVAL_NONE ? "" : "not told");
    twp_grid_add(grid, "");
}

static void
add_strategy(twp_writing_t *w, twp_grid_t *grid, int i_strategy, const twp_summary_among_t *among)
{
    const bool is_compared = among->place == TWP_AMONG_FRONTIER && among->i_against >= 0;
    const twp_number_kind_t years = twp_number_kind("year", w->summary->currency);
    const int money = twp_number_decimals(
        TWP_NUMBER_MONEY, among->cost_more, is_compared ? among->cost_more_se : NAN);

    twp_grid_add_copy(grid, w->summary->strategy[i_strategy]);
    if (is_compared) {
        twp_writing_add_figure(grid, among->cost_more, money, true);
        twp_writing_add_figure(grid, among->qaly_more,
            twp_number_decimals(years, among->qaly_more, among->qaly_more_se), true);
    } else {
        twp_writing_add_blanks(grid, 2);
    }
    add_ratio(grid, among);
    twp_grid_add(grid, place_words(w, among));
}

/* Strategies by rising cost, then as listed: few of them. */
static void
add_strategies(twp_writing_t *w, twp_grid_t *grid, const twp_summary_among_t *among)
{
    const int n = w->summary->n_strategies;
    int last = -1;

    for (int k = 0; k < n; k++) {
        int next = -1;

        for (int i = 0; i < n; i++) {
            const bool is_after = last < 0 || among[i].cost > among[last].cost ||
                (among[i].cost == among[last].cost && i > last);

            if (is_after && (next < 0 || among[i].cost < among[next].cost))
                next = i;
        }
        if (next < 0)
            return;
        if (twp_report_shows(w->options, next))
            add_strategy(w, grid, next, &among[next]);
        last = next;
    }
}

static void
write_frontier(twp_writing_t *w, bool has_segments)
{
    const twp_summary_t *s = w->summary;
    twp_grid_t grid = twp_grid_init(w->arena);

    TWP_GRID_COLUMNS(&grid, { "strategy", TWP_GRID_TEXT }, { "more cost", TWP_GRID_NUMBER },
        { "more QALYs", TWP_GRID_NUMBER }, { "per QALY", TWP_GRID_NUMBER },
        { "95 % interval", TWP_GRID_NUMBER }, { "", TWP_GRID_UPPER },
        { "in words", TWP_GRID_TEXT });
    add_strategies(w, &grid, s->among);
    for (int g = 0; has_segments && g < s->n_segments; g++) {
        if (s->segment[g].among == NULL)
            continue;
        twp_grid_group(&grid, twp_writing_print(w, "%s", s->segment[g].name));
        add_strategies(w, &grid, s->segment[g].among);
    }
    w->face->heading(w->buffer, twp_writing_print(w, "All strategies together (%s)", s->currency),
        "by rising cost; more than the next cheaper strategy on the frontier. Dominated: one no "
        "dearer "
        "has no less QALYs; extendedly dominated: a mix of two has more for its cost");
    w->face->grid(w->buffer, &grid, w->width);
}

/* ---- chances --------------------------------------------------------------------------------- */

static int
find_worth(const twp_summary_t *s, double worth)
{
    for (int k = 0; k < s->n_curve_worths; k++)
        if (s->curve_worth[k] == worth)
            return k;
    return -1;
}

static void
add_chances(twp_writing_t *w, twp_grid_t *grid, int k)
{
    const twp_summary_t *s = w->summary;

    for (int i = 0; i < s->n_strategies; i++) {
        const size_t at = (size_t) i * (size_t) s->n_curve_worths + (size_t) k;

        if (!twp_report_shows(w->options, i))
            continue;
        twp_grid_add_copy(grid, s->strategy[i]);
        twp_writing_add_figure(grid, s->p_best[at], 3, false);
        twp_writing_add_figure(grid, s->p_best_mcse[at], 3, false);
        twp_writing_add_figure(grid, s->p_best_raw[at], 3, false);
        twp_grid_add(grid, (int) s->best[k] == i ? "largest mean net benefit" : "");
    }
}

static void
write_chances(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    twp_grid_t grid = twp_grid_init(w->arena);
    bool is_told = true;

    TWP_GRID_COLUMNS(&grid, { "strategy", TWP_GRID_TEXT }, { "chance", TWP_GRID_NUMBER },
        { "error", TWP_GRID_NUMBER }, { "plain share", TWP_GRID_NUMBER }, { "", TWP_GRID_TEXT });
    for (int k = 0; k < s->n_worth; k++) {
        const int at = find_worth(s, s->worth[k]);
        char worth[TWP_NUMBER_SIZE];

        if (at < 0)
            continue;
        is_told = is_told && !isnan(s->p_best[at]);
        twp_number_format(
            worth, s->worth[k], twp_number_decimals(TWP_NUMBER_MONEY, s->worth[k], NAN), false);
        twp_grid_group(&grid, twp_writing_print(w, "a QALY is worth %s %s", worth, s->currency));
        add_chances(w, &grid, at);
    }
    w->face->heading(w->buffer, "Chance to be the best buy",
        s->are_twins_same
            ? "share of the parameter sets in which the strategy has the largest net benefit of "
              "all; "
              "error: of the number of sets and twins"
            : "share of the parameter sets in which the strategy has the largest net benefit of "
              "all, "
              "the sets drawn together so that the twins' part of their spread is out of it; plain "
              "share: with that part; error: of the number of sets and twins");
    w->face->grid(w->buffer, &grid, w->width);
    if (!is_told)
        w->face->paragraph(w->buffer,
            "Where no chance is given the twins' part of the spread is too large to be told from "
            "that of the parameters: more twins a set are needed.",
            w->width);
}

void
twp_writing_decision(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    const bool has_segments = w->options != NULL && w->options->has_segments;

    if (s->among == NULL || s->n_strategies < 2)
        return;
    write_frontier(w, has_segments);
    if (s->p_best != NULL && s->n_worth > 0)
        write_chances(w);
}
