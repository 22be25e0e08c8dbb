#include "report/writing.h"

#include "base/error.h"

#include <string.h>

#define USUAL_WIDTH 100

/* Is it a line a point? */
static bool
is_of_points(const twp_summary_t *s)
{
    return s->n_points > 0 && s->i_point == 0;
}

/* Is it one point of which there are no figures? */
static bool
is_missing(const twp_summary_t *s)
{
    return s->i_point > 0 && !s->is_point_done[s->i_point - 1];
}

/* What the figures of a run with parameter sets are. */
static void
write_sets(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;

    w->face->paragraph(w->buffer,
        twp_writing_print(w,
            "%s sets of the uncertain parameters, each lived by %s %s %s under %d %s, seed %s. "
            "Means are over the sets. The 95 %% intervals are of what is not known about the "
            "uncertain parameters: they hold the middle 95 %% of the sets%s. %s"
            "Differences are from %s, twin by twin. Figures are per twin over the whole "
            "life, those never treated included%s.",
            twp_writing_count(w, s->n_parameter_sets_done),
            s->are_twins_same ? "the same" : "its own", twp_writing_count(w, s->n_twins_done),
            s->n_twins_done == 1 ? "twin" : "twins", s->n_strategies,
            s->n_strategies == 1 ? "strategy" : "strategies", s->seed,
            s->are_twins_same ? ""
                              : ", drawn together about the mean by the part of their spread that "
                                "is the number of twins; where it cannot be told from that part "
                                "there is no interval, and more twins a set are needed",
            is_of_points(s) ? ""
                            : "\"error\" is the Monte Carlo standard error of the mean, of the "
                              "number of sets and twins, and is not in the intervals. ",
            s->strategy[0],
            is_of_points(s) ? ", or of those that a measure is about"
                            : ", unless a number of twins stands beside them"),
        w->width);
}

/* What the run was asked to go on to. */
static void
write_precision(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    const char *asked = "", *got = "";

    if (s->n_precisions == 0)
        return;
    for (int i = 0; i < s->n_precisions; i++) {
        const twp_summary_precision_t *one = &s->precision[i];

        asked = twp_writing_print(
            w, "%s%s%s to %.3g", asked, i > 0 ? ", " : "", one->name, one->wanted);
        got = one->half_width == one->half_width
            ? twp_writing_print(w, "%s%s%.3g", got, i > 0 ? ", " : "", one->half_width)
            : twp_writing_print(w, "%s%snot known", got, i > 0 ? ", " : "");
    }
    w->face->paragraph(w->buffer,
        twp_writing_print(w,
            "Precision asked for (half of a difference's 95 %% interval): %s. %s at look %d, after "
            "%s of at most %s twins: %s.",
            asked, s->is_precise ? "Reached" : "NOT REACHED", s->n_looks,
            twp_writing_count(w, s->n_twins_done), twp_writing_count(w, s->n_twins_most), got),
        w->width);
}

static void
write_head(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;

    if (s->n_points > 0)
        twp_writing_point_head(w);
    else if (s->is_partial && twp_writing_has_sets(s))
        w->face->warning(w->buffer,
            twp_writing_print(w,
                "PARTIAL RUN: stopped after %s of %s parameter sets; all figures are of those "
                "alone.",
                twp_writing_count(w, s->n_parameter_sets_done),
                twp_writing_count(w, s->n_parameter_sets)),
            w->width);
    else if (s->is_partial)
        w->face->warning(w->buffer,
            twp_writing_print(w,
                "PARTIAL RUN: stopped after %s of %s twins; all figures are of those alone.",
                twp_writing_count(w, s->n_twins_done), twp_writing_count(w, s->n_twins)),
            w->width);
    w->face->title(w->buffer, twp_writing_print(w, "%s", s->title));
    if (s->question != NULL && s->question[0] != '\0')
        w->face->paragraph(w->buffer, twp_writing_print(w, "%s", s->question), w->width);
    if (s->note != NULL && s->note[0] != '\0')
        w->face->paragraph(w->buffer, twp_writing_print(w, "Note: %s", s->note), w->width);
    for (int i = 0; i < s->n_provenance; i++)
        if (strcmp(s->provenance_key[i], TWP_PROVENANCE_SET) == 0 &&
            s->provenance_value[i][0] != '\0')
            w->face->paragraph(w->buffer,
                twp_writing_print(w, "Changed on the command line: %s", s->provenance_value[i]),
                w->width);
    if (is_missing(s))
        return;
    if (twp_writing_has_sets(s)) {
        write_sets(w);
        return;
    }
    w->face->paragraph(w->buffer,
        twp_writing_print(w,
            "%s %s%s, each under %d %s, seed %s. Differences are from %s, twin by twin%s. The "
            "intervals are of the number of twins alone: they do not show what is not known about "
            "the study's numbers. Figures are per twin over the whole life%s.",
            twp_writing_count(w, s->n_twins_done), s->n_twins_done == 1 ? "twin" : "twins",
            is_of_points(s) ? " at each point" : "", s->n_strategies,
            s->n_strategies == 1 ? "strategy" : "strategies", s->seed, s->strategy[0],
            is_of_points(s) ? ""
                            : "; \"saved\" is the share of their variance that this pairing saves",
            is_of_points(s) ? ", or of those that a measure is about"
                            : ", of as many twins as stand beside them"),
        w->width);
    write_precision(w);
}

/* Which money, and what is discounted by how much. */
static void
write_money(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    const bool has_discount = s->discount != NULL && s->discount[0] != '\0';
    const char *money = "";

    if (s->currency[0] != '\0' && s->price_year > 0)
        money = twp_writing_print(w, "Money is %s of %d. ", s->currency, s->price_year);
    if (has_discount)
        money = twp_writing_print(
            w, "%sWhat is called discounted is so by %s.", money, s->discount);
    else if (money[0] != '\0')
        money = twp_writing_print(w, "%sNothing is discounted.", money);
    if (money[0] != '\0')
        w->face->paragraph(w->buffer, money, w->width);
}

static void
write_end(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;

    if (w->options != NULL && w->options->has_segments && s->n_segments == 0)
        w->face->paragraph(w->buffer,
            "No segments: the study's report does not ask for any (report.by).", w->width);
    if (s->is_unverified)
        w->face->paragraph(w->buffer,
            "The file has no .sha256 file beside it: its text could not be checked.", w->width);
}

twp_status_t
twp_report_content(const twp_summary_t *summary, const twp_report_options_t *options,
    const twp_report_face_t *face, twp_buffer_t *buffer, twp_error_t *err)
{
    twp_writing_t w = { summary, options, face, buffer, twp_arena_create(0), USUAL_WIDTH };

    if (w.arena == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    if (options != NULL && options->width > 0)
        w.width = options->width;
    write_head(&w);
    if (!is_missing(summary))
        write_money(&w);
    if (is_of_points(summary) || is_missing(summary)) {
        if (is_of_points(summary))
            twp_writing_points(&w);
        write_end(&w);
        twp_arena_free(w.arena);
        return twp_buffer_status(buffer, err);
    }
    twp_writing_measures(&w);
    twp_writing_economics(&w);
    twp_writing_decision(&w);
    twp_writing_targets(&w);
    twp_writing_spread(&w);
    write_end(&w);
    twp_arena_free(w.arena);
    return twp_buffer_status(buffer, err);
}
