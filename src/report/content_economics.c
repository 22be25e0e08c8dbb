#include "report/writing.h"

#include "report/words.h"

#include <math.h>

static void
write_icer_words(twp_writing_t *w, const twp_summary_icer_t *icer)
{
    const twp_summary_t *s = w->summary;

    for (int i = 1; i < s->n_strategies; i++) {
        twp_buffer_t words = { 0 };
        if (!twp_report_shows(w->options, i))
            continue;
        twp_report_icer_words(&words, &icer[i - 1], s->currency);
        if (words.has_failed)
            w->buffer->has_failed = true;
        else
            w->face->item(w->buffer, twp_writing_print(w, "%s", s->strategy[i]),
                twp_writing_print(w, "%s", words.text), w->width);
        twp_buffer_clear(&words);
    }
}

/* Lines of one group of twins at worth k. */
static void
add_net_benefits(twp_writing_t *w, twp_grid_t *grid, const twp_summary_icer_t *icer, int k)
{
    const twp_summary_t *s = w->summary;

    for (int i = 1; i < s->n_strategies; i++) {
        const twp_summary_contrast_t *benefit = &icer[i - 1].net_benefit[k];
        if (!twp_report_shows(w->options, i))
            continue;
        twp_grid_add_copy(grid, s->strategy[i]);
        twp_writing_add_contrast(w->summary, grid, TWP_NUMBER_MONEY, benefit);
        twp_writing_add_share(
            w, grid, icer[i - 1].p_better != NULL ? icer[i - 1].p_better[k] : NAN);
        twp_grid_add(grid, twp_report_worth_words(benefit));
    }
}

static void
write_net_benefit(twp_writing_t *w, bool has_segments)
{
    const twp_summary_t *s = w->summary;
    twp_grid_t grid = twp_grid_init(w->arena);

    TWP_GRID_COLUMNS(&grid, { "strategy", TWP_GRID_TEXT }, { "difference", TWP_GRID_NUMBER },
        { "95 % interval", TWP_GRID_NUMBER }, { "", TWP_GRID_UPPER },
        { "chance above 0", TWP_GRID_NUMBER }, { "in words", TWP_GRID_TEXT });
    for (int k = 0; k < s->n_worth; k++) {
        char worth[TWP_NUMBER_SIZE];
        twp_number_format(
            worth, s->worth[k], twp_number_decimals(TWP_NUMBER_MONEY, s->worth[k], NAN), false);
        twp_grid_group(&grid, twp_writing_print(w, "a QALY is worth %s %s", worth, s->currency));
        add_net_benefits(w, &grid, s->icer, k);
        for (int g = 0; has_segments && g < s->n_segments; g++) {
            if (s->segment[g].icer == NULL)
                continue;
            twp_grid_group(&grid,
                twp_writing_print(
                    w, "a QALY is worth %s %s, %s", worth, s->currency, s->segment[g].name));
            add_net_benefits(w, &grid, s->segment[g].icer, k);
        }
    }
    w->face->heading(w->buffer, twp_writing_print(w, "Net benefit (%s)", s->currency),
        "worth of a QALY times the difference in QALYs, less the difference in cost");
    w->face->grid(w->buffer, &grid, w->width);
}

void
twp_writing_economics(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    const bool has_segments = w->options != NULL && w->options->has_segments;

    if (!s->has_icer || s->n_contrasts < 1)
        return;
    w->face->section(w->buffer, "Cost for effect");
    w->face->paragraph(w->buffer,
        twp_writing_print(
            w, "Against %s, by %s and %s:", s->strategy[0], s->cost_name, s->qaly_name),
        w->width);
    write_icer_words(w, s->icer);
    for (int g = 0; has_segments && g < s->n_segments; g++) {
        const twp_summary_segment_t *segment = &s->segment[g];
        if (segment->icer == NULL)
            continue;
        w->face->paragraph(w->buffer,
            twp_writing_print(
                w, "%s (%s twins):", segment->name, twp_writing_count(w, segment->n_twins)),
            w->width);
        write_icer_words(w, segment->icer);
    }
    if (s->n_worth > 0)
        write_net_benefit(w, has_segments);
}
