#include "report/writing.h"

#include <math.h>
#include <string.h>

static void
add_target(twp_writing_t *w, twp_grid_t *grid, const twp_summary_target_t *target)
{
    static const char *const verdict[] = { [TWP_VERDICT_MISS] = "MISS",
        [TWP_VERDICT_HIT] = "hit",
        [TWP_VERDICT_UNCLEAR] = "too close to tell",
        [TWP_VERDICT_NONE] = "no result" };
    const twp_number_kind_t kind = twp_number_kind(target->unit, w->summary->currency);
    const int decimals = twp_number_decimals(kind, target->result, target->mcse);
    /* The bounds are the author's: they need not be cut to the run's digits. */
    const int usual = twp_number_decimals(kind, target->value, NAN);
    const int wanted = decimals > usual ? decimals : usual;

    twp_grid_add_copy(grid, target->name);
    twp_grid_add(grid, verdict[target->verdict]);
    twp_writing_add_estimate(grid, decimals, target->result, target->low, target->high, false);
    twp_writing_add_figure(grid, target->value - target->within, wanted, false);
    twp_writing_add_figure(grid, target->value + target->within, wanted, false);
    twp_grid_add(grid, target->is_fit ? "fit" : "predict");
    twp_grid_add(grid, twp_writing_time(w, target->time_days));
    twp_grid_add_copy(grid, target->source != NULL ? target->source : "");
}

/* Targets of one measure and strategy stand together below its name. */
static void
add_targets(twp_writing_t *w, twp_grid_t *grid)
{
    const twp_summary_t *s = w->summary;
    const char *above = "";

    for (int i = 0; i < s->n_targets; i++) {
        const char *what = twp_writing_print(
            w, "%s, %s", s->target[i].measure, s->target[i].strategy);
        if (strcmp(what, above) != 0)
            twp_grid_group(grid, what);
        above = what;
        add_target(w, grid, &s->target[i]);
    }
}

static const char *
unclear(twp_writing_t *w, int n)
{
    return n > 0 ? twp_writing_print(w, ", %d too close to tell", n) : "";
}

void
twp_writing_targets(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    twp_grid_t grid = twp_grid_init(w->arena);
    int n_hit[2] = { 0, 0 }, n_unclear[2] = { 0, 0 }, n[2] = { 0, 0 }; /* predicted, fitted */

    if (s->n_targets == 0)
        return;
    TWP_GRID_COLUMNS(&grid, { "target", TWP_GRID_TEXT }, { "", TWP_GRID_TEXT },
        { "result", TWP_GRID_NUMBER }, { "95 % interval", TWP_GRID_NUMBER }, { "", TWP_GRID_UPPER },
        { "wanted", TWP_GRID_NUMBER }, { "", TWP_GRID_UPPER }, { "role", TWP_GRID_TEXT },
        { "at", TWP_GRID_TEXT }, { "source", TWP_GRID_TEXT });
    add_targets(w, &grid);
    for (int i = 0; i < s->n_targets; i++) {
        n[s->target[i].is_fit]++;
        n_hit[s->target[i].is_fit] += s->target[i].verdict == TWP_VERDICT_HIT;
        n_unclear[s->target[i].is_fit] += s->target[i].verdict == TWP_VERDICT_UNCLEAR;
    }
    w->face->section(w->buffer, "Targets");
    w->face->paragraph(w->buffer,
        twp_writing_print(w,
            "Predicted: %d of %d hit%s; these judge the model. Fitted: %d of %d hit%s; these made "
            "it. A hit lies within the author's bounds with the whole of its interval, a miss "
            "outside; where the interval covers a bound it is too close to tell.",
            n_hit[0], n[0], unclear(w, n_unclear[0]), n_hit[1], n[1], unclear(w, n_unclear[1])),
        w->width);
    w->face->grid(w->buffer, &grid, w->width);
}
