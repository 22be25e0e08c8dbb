#include "report/content.h"

#include "base/error.h"
#include "measure/sets.h"
#include "report/number.h"
#include "report/words.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define USUAL_WIDTH 100

/* One report being written. */
typedef struct {
    const twp_summary_t *summary;
    const twp_report_options_t *options;
    const twp_report_face_t *face;
    twp_buffer_t *buffer;
    twp_arena_t *arena;
    size_t width;
} writing_t;

/* Text of the arena; "" when memory runs out, which the buffer then tells. */
static const char *print(writing_t *w, const char *format, ...) TWP_PRINTF(2, 3);

static const char *
print(writing_t *w, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = twp_arena_vprintf(w->arena, format, arguments);
    va_end(arguments);
    if (text == NULL) {
        w->buffer->has_failed = true;
        return "";
    }
    twp_buffer_clean(text);
    return text;
}

static const char *
count(writing_t *w, int64_t n)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_count(text, n);
    return print(w, "%s", text);
}

static const char *
at_time(writing_t *w, double time_days)
{
    char text[TWP_NUMBER_SIZE];

    if (isnan(time_days))
        return "";
    twp_number_time(text, time_days);
    return print(w, " at %s", text);
}

/* "3 months" where that is the whole of it, else the days; "" without a time. */
static const char *
short_time(writing_t *w, double time_days)
{
    char text[TWP_NUMBER_SIZE], *whole;

    if (isnan(time_days))
        return "";
    twp_number_time(text, time_days);
    whole = strchr(text, '(');
    if (whole == NULL)
        return print(w, "%s", text);
    whole[strcspn(whole, ")")] = '\0';
    return print(w, "%s", whole + 1);
}

/* ---- parameter sets ---------------------------------------------------------------------------- */

static bool
has_sets(const twp_summary_t *s)
{
    return s->n_parameter_sets_done > 0;
}

/* What decides how many digits a figure has: its error, with sets half of its interval over 1.96. */
static double
fuzz(const twp_summary_t *s, double error, double low, double high)
{
    const double half = (high - low) / 3.92;

    return has_sets(s) && half > error ? half : error;
}

static int
contrast_decimals(
    const twp_summary_t *s, twp_number_kind_t kind, const twp_summary_contrast_t *contrast)
{
    return twp_number_decimals(
        kind, contrast->difference, fuzz(s, contrast->se, contrast->low, contrast->high));
}

/* ---- cells ------------------------------------------------------------------------------------ */

static void
add_figure(twp_grid_t *grid, double value, int decimals, bool has_plus)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_format(text, value, decimals, has_plus);
    twp_grid_add_copy(grid, text);
}

static void
add_blanks(twp_grid_t *grid, int n)
{
    for (int i = 0; i < n; i++)
        twp_grid_add(grid, "");
}

/* Value, lower and upper end with as many decimals. */
static void
add_estimate(twp_grid_t *grid, int decimals, double value, double low, double high, bool has_plus)
{
    if (value == 0 && low == 0 && high == 0) { /* exactly nothing, not a little */
        twp_grid_add(grid, "0");
        add_blanks(grid, 2);
        return;
    }
    add_figure(grid, value, decimals, has_plus);
    if (isnan(value)) {
        add_blanks(grid, 2);
    } else if (isnan(low) || isnan(high)) {
        twp_grid_add(grid, "no interval");
        twp_grid_add(grid, "");
    } else {
        add_figure(grid, low, decimals, has_plus);
        add_figure(grid, high, decimals, has_plus);
    }
}

static void
add_contrast(const twp_summary_t *s, twp_grid_t *grid, twp_number_kind_t kind,
    const twp_summary_contrast_t *contrast)
{
    add_estimate(grid, contrast_decimals(s, kind, contrast), contrast->difference, contrast->low,
        contrast->high, true);
}

static void
add_share(writing_t *w, twp_grid_t *grid, double share)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_format(text, 100 * share, 0, false);
    twp_grid_add(grid, isnan(share) ? "" : print(w, "%s %%", text));
}

/* Monte Carlo error, beside an interval that is not about it with one digit more than that. */
static void
add_error(writing_t *w, twp_grid_t *grid, int decimals, double error, double low)
{
    if (!has_sets(w->summary))
        return;
    add_figure(grid, error, isnan(low) ? decimals : decimals + 1, false);
}

/* ---- measures ---------------------------------------------------------------------------------- */

static void
add_measure_columns(twp_grid_t *grid, bool has_errors)
{
    twp_grid_column(grid, "strategy", TWP_GRID_TEXT);
    twp_grid_column(grid, "mean", TWP_GRID_NUMBER);
    twp_grid_column(grid, "95 % interval", TWP_GRID_NUMBER);
    twp_grid_column(grid, "", TWP_GRID_UPPER);
    if (has_errors)
        twp_grid_column(grid, "error", TWP_GRID_NUMBER);
    twp_grid_column(grid, "difference", TWP_GRID_NUMBER);
    twp_grid_column(grid, "95 % interval", TWP_GRID_NUMBER);
    twp_grid_column(grid, "", TWP_GRID_UPPER);
    twp_grid_column(grid, has_errors ? "error" : "saved", TWP_GRID_NUMBER);
    twp_grid_column(grid, "twins", TWP_GRID_NUMBER);
}

/*
 * Decimals of a mean. Standard errors of one measure are much alike: where they allow one decimal more
 * under this strategy than under another, it is left out, so that the column is even.
 */
static int
mean_decimals(
    const twp_summary_t *s, int i_segment, int i_row, const twp_summary_estimate_t *estimate)
{
    const twp_number_kind_t kind = twp_number_kind(s->row[i_row].unit, s->currency);
    const int own = twp_number_decimals(
        kind, estimate->mean, fuzz(s, estimate->mcse, estimate->low, estimate->high));

    for (int i = 0; i < s->n_strategies; i++) {
        const twp_summary_estimate_t *other = twp_report_estimate(s, i_segment, i_row, i);
        if (other->mcse > 0 &&
            twp_number_decimals(kind, other->mean, fuzz(s, other->mcse, other->low, other->high)) ==
                own - 1)
            return own - 1;
    }
    return own;
}

/* A line: one strategy. */
static void
add_measure_row(writing_t *w, twp_grid_t *grid, int i_segment, int i_row, int i_strategy)
{
    const twp_summary_t *s = w->summary;
    const twp_number_kind_t kind = twp_number_kind(s->row[i_row].unit, s->currency);
    const twp_summary_estimate_t *e = twp_report_estimate(s, i_segment, i_row, i_strategy);
    const twp_summary_contrast_t *c = twp_report_contrast(s, i_segment, i_row, i_strategy);
    const int decimals = mean_decimals(s, i_segment, i_row, e);

    twp_grid_add_copy(grid, s->strategy[i_strategy]);
    add_estimate(grid, decimals, e->mean, e->low, e->high, false);
    add_error(w, grid, decimals, e->mcse, e->low);
    if (c == NULL || isnan(c->difference)) {
        add_blanks(grid, 4);
    } else {
        add_contrast(s, grid, kind, c);
        add_error(w, grid, contrast_decimals(s, kind, c), c->se, c->low);
        if (!has_sets(s))
            add_share(w, grid, c->variance_saved);
    }
    if (isfinite(e->n) && e->n >= 0 && e->n < 9e15)
        twp_grid_add(grid, count(w, (int64_t) (e->n + 0.5)));
    else
        twp_grid_add(grid, "");
}

static void
add_strategies(writing_t *w, twp_grid_t *grid, int i_segment, int i_row)
{
    for (int i = 0; i < w->summary->n_strategies; i++) {
        if (twp_report_shows(w->options, i))
            add_measure_row(w, grid, i_segment, i_row, i);
    }
}

/* A label for people, from the measure's name and what it is of: "Entered therapy.taking". */
static const char *
readable(writing_t *w, const twp_summary_row_t *row)
{
    static const struct {
        const char *begins, *instead;
    } known[] = {
        { "first entry ", "Entered " },
        { "kaplan meier ", "Kaplan-Meier, not yet " },
        { "mpr", "Medication possession ratio (MPR)" },
        { "occupancy ", "In " },
        { "pdc", "Proportion of days covered (PDC)" },
        { "primary non adherence", "Primary non-adherence" },
        { "qaly", "QALYs" },
        { "time in state ", "Time in " },
        { "total ", "Total of " },
    };
    char text[256];

    snprintf(text, sizeof text, "%s",
        row->label != NULL && row->label[0] != '\0' ? row->label : row->name);
    if (strcmp(text, row->name) == 0) {
        for (char *at = text; *at != '\0'; at++)
            *at = *at == '_' ? ' ' : *at;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const size_t length = strlen(known[i].begins);
        if (strncmp(text, known[i].begins, length) == 0)
            return print(w, "%s%s", known[i].instead, text + length);
    }
    text[0] = (char) toupper((unsigned char) text[0]);
    return print(w, "%s", text);
}

/* "Cost of the payer (USD)" */
static const char *
measure_heading(writing_t *w, const twp_summary_row_t *row, double time_days)
{
    const char *unit = row->unit, *label = readable(w, row);
    const twp_summary_t *s = w->summary;

    if (strcmp(unit, "1") == 0)
        unit = "";
    else if (strcmp(unit, "d") == 0)
        unit = strcasestr(label, "days") != NULL ? "" : "days";
    else if (strcmp(unit, "year") == 0)
        unit = strcasestr(label, "qaly") != NULL || strcasestr(label, "years") != NULL ? ""
                                                                                       : "years";
    else if (unit[0] != '\0' && strcmp(unit, s->currency) == 0 && s->price_year > 0)
        unit = print(w, "%s %d", unit, s->price_year);
    return print(w, "%s%s%s%s%s", label, at_time(w, time_days), unit[0] != '\0' ? " (" : "", unit,
        unit[0] != '\0' ? ")" : "");
}

static bool
is_same_measure(const twp_summary_t *s, int i_row, int j_row)
{
    return strcmp(s->row[i_row].name, s->row[j_row].name) == 0;
}

/* Was the measure of this row written at one of its earlier times? */
static bool
is_repeated(const twp_summary_t *s, int i_row)
{
    for (int i = 0; i < i_row; i++) {
        if (is_same_measure(s, i, i_row))
            return true;
    }
    return false;
}

static int
n_times_of(const twp_summary_t *s, int i_row)
{
    int n = 0;

    for (int i = i_row; i < s->n_rows; i++)
        n += is_same_measure(s, i_row, i);
    return n;
}

/* "female=yes (1,204 twins) at 365 d"; who may be "", time NAN, but not both. */
static const char *
group_title(writing_t *w, const char *who, double time_days)
{
    const char *time = at_time(w, time_days);

    if (who[0] == '\0' && time[0] == ' ')
        time++;
    return print(w, "%s%s", who, time);
}

static void
add_segments(writing_t *w, twp_grid_t *grid, int i_row, bool has_times)
{
    const twp_summary_t *s = w->summary;

    for (int k = 0; k < s->n_segments; k++) {
        const twp_summary_segment_t *segment = &s->segment[k];
        const char *who = print(w, "%s (%s twins)", segment->name, count(w, segment->n_twins));
        twp_grid_group(grid, group_title(w, who, has_times ? s->row[i_row].time_days : NAN));
        add_strategies(w, grid, k, i_row);
    }
}

/* Days by which shares of one group had the event: quantile[n_strategies * n_quantiles]. */
static void
add_event_times(writing_t *w, twp_grid_t *grid, const double *quantile_days)
{
    const twp_summary_t *s = w->summary;

    for (int i = 0; i < s->n_strategies; i++) {
        if (!twp_report_shows(w->options, i))
            continue;
        twp_grid_add_copy(grid, s->strategy[i]);
        for (int q = 0; q < s->n_quantiles; q++) {
            const double days = quantile_days[i * s->n_quantiles + q];
            if (isnan(days))
                twp_grid_add(grid, "not reached");
            else
                add_figure(grid, days, 0, false);
        }
    }
}

/* Quantiles of a Kaplan-Meier curve, of all twins and by segment. */
static void
write_event_times(writing_t *w, const twp_summary_row_t *row, bool has_segments)
{
    const twp_summary_t *s = w->summary;
    const twp_summary_curve_t *curve = twp_report_curve(s, row);
    const size_t n = (size_t) s->n_strategies * (size_t) s->n_quantiles;
    twp_grid_t grid = twp_grid_init(w->arena);

    if (curve == NULL || curve->quantile_days == NULL)
        return;
    twp_grid_column(&grid, "strategy", TWP_GRID_TEXT);
    for (int q = 0; q < s->n_quantiles; q++)
        twp_grid_column(&grid, print(w, "%g %%", 100 * s->quantile[q]), TWP_GRID_NUMBER);
    if (has_segments)
        twp_grid_group(&grid, "all twins");
    add_event_times(w, &grid, curve->quantile_days);
    for (int g = 0; has_segments && curve->segment_quantile_days != NULL && g < s->n_segments;
         g++) {
        twp_grid_group(&grid, s->segment[g].name);
        add_event_times(w, &grid, curve->segment_quantile_days + (size_t) g * n);
    }
    w->face->heading(w->buffer, print(w, "%s: days by which a share had it", readable(w, row)),
        "the first whole day on which the Kaplan-Meier estimate is at most 1 minus the share");
    w->face->grid(w->buffer, &grid, w->width);
}

/* A measure with all its times and segments. */
static void
write_measure(writing_t *w, int i_row)
{
    const twp_summary_t *s = w->summary;
    const twp_summary_row_t *row = &s->row[i_row];
    const bool has_segments = w->options != NULL && w->options->has_segments && s->n_segments > 0;
    const bool has_times = n_times_of(s, i_row) > 1;
    twp_grid_t grid = twp_grid_init(w->arena);

    add_measure_columns(&grid, has_sets(s));
    for (int i = i_row; i < s->n_rows; i++) {
        if (!is_same_measure(s, i_row, i))
            continue;
        if (has_times || has_segments)
            twp_grid_group(&grid,
                group_title(
                    w, has_segments ? "all twins" : "", has_times ? s->row[i].time_days : NAN));
        add_strategies(w, &grid, -1, i);
        if (has_segments)
            add_segments(w, &grid, i, has_times);
    }
    w->face->heading(w->buffer, measure_heading(w, row, has_times ? NAN : row->time_days),
        row->definition != NULL ? row->definition : "");
    w->face->grid(w->buffer, &grid, w->width);
    if (!row->is_mean)
        write_event_times(w, row, has_segments);
}

static void
write_measures(writing_t *w)
{
    const twp_summary_t *s = w->summary;

    for (int group = 0; group < TWP_N_GROUPS; group++) {
        bool has_title = false;
        for (int i = 0; i < s->n_rows; i++) {
            if ((int) twp_report_group(s, &s->row[i]) != group || is_repeated(s, i))
                continue;
            if (!has_title)
                w->face->section(w->buffer, twp_report_group_title((twp_report_group_t) group));
            has_title = true;
            write_measure(w, i);
        }
    }
}

/* ---- where the spread comes from --------------------------------------------------------------- */

/* Standard deviations: of the sets' values, the twins' part of it, and what is left. */
static void
add_spread(writing_t *w, twp_grid_t *grid, int decimals, double sets, double twins, bool is_paired)
{
    const double rest = w->summary->are_twins_same ? sets : sets - twins;

    if (isnan(sets)) {
        add_blanks(grid, 3);
        return;
    }
    add_figure(grid, sqrt(sets), decimals, false);
    add_figure(grid, sqrt(twins), decimals, false);
    add_figure(grid, !is_paired ? NAN : rest > 0 ? sqrt(rest) : 0, decimals, false);
}

static void
add_spread_row(writing_t *w, twp_grid_t *grid, int i_row, int i_strategy)
{
    const twp_summary_t *s = w->summary;
    const twp_number_kind_t kind = twp_number_kind(s->row[i_row].unit, s->currency);
    const twp_summary_estimate_t *e = twp_report_estimate(s, -1, i_row, i_strategy);
    const twp_summary_contrast_t *c = twp_report_contrast(s, -1, i_row, i_strategy);
    const int decimals = twp_number_decimals(kind, e->mean, fuzz(s, e->mcse, e->low, e->high)) + 1;

    twp_grid_add_copy(grid, s->strategy[i_strategy]);
    add_spread(w, grid, decimals, e->sets_variance, e->twins_variance, true);
    if (c == NULL)
        add_blanks(grid, 3);
    else
        add_spread(w, grid, contrast_decimals(s, kind, c) + 1, c->sets_variance, c->twins_variance,
            twp_sets_are_paired(c->variance_saved, c->twins_variance));
}

static void
write_spread(writing_t *w)
{
    const twp_summary_t *s = w->summary;
    twp_grid_t grid = twp_grid_init(w->arena);

    if (!has_sets(s) || s->n_parameter_sets_done < 2)
        return;
    twp_grid_column(&grid, "strategy", TWP_GRID_TEXT);
    for (int k = 0; k < 2; k++) {
        twp_grid_column(&grid, k == 0 ? "sets" : "difference: sets", TWP_GRID_NUMBER);
        twp_grid_column(&grid, "twins", TWP_GRID_NUMBER);
        twp_grid_column(&grid, "parameters", TWP_GRID_NUMBER);
    }
    for (int i = 0; i < s->n_rows; i++) {
        twp_grid_group(&grid, measure_heading(w, &s->row[i], s->row[i].time_days));
        for (int k = 0; k < s->n_strategies; k++)
            if (twp_report_shows(w->options, k))
                add_spread_row(w, &grid, i, k);
    }
    w->face->section(w->buffer, "Where the spread comes from");
    w->face->paragraph(w->buffer,
        print(w,
            "Standard deviations of the means of the parameter sets; the part of it that is the "
            "Monte Carlo error of a set's %s twins; and %s",
            count(w, s->n_twins_done),
            s->are_twins_same
                ? "what the parameters make of it: all of it, for the twins are the same in all "
                  "sets."
                : "the rest, which the parameters make (from the variances: sets less twins)."),
        w->width);
    w->face->grid(w->buffer, &grid, w->width);
}

/* ---- cost and effect ---------------------------------------------------------------------------- */

static void
write_icer_words(writing_t *w, const twp_summary_icer_t *icer)
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
            w->face->item(
                w->buffer, print(w, "%s", s->strategy[i]), print(w, "%s", words.text), w->width);
        twp_buffer_clear(&words);
    }
}

/* Lines of one group of twins at worth k. */
static void
add_net_benefits(writing_t *w, twp_grid_t *grid, const twp_summary_icer_t *icer, int k)
{
    const twp_summary_t *s = w->summary;

    for (int i = 1; i < s->n_strategies; i++) {
        const twp_summary_contrast_t *benefit = &icer[i - 1].net_benefit[k];
        if (!twp_report_shows(w->options, i))
            continue;
        twp_grid_add_copy(grid, s->strategy[i]);
        add_contrast(w->summary, grid, TWP_NUMBER_MONEY, benefit);
        add_share(w, grid, icer[i - 1].p_better != NULL ? icer[i - 1].p_better[k] : NAN);
        twp_grid_add(grid, twp_report_worth_words(benefit));
    }
}

static void
write_net_benefit(writing_t *w, bool has_segments)
{
    const twp_summary_t *s = w->summary;
    twp_grid_t grid = twp_grid_init(w->arena);

    twp_grid_column(&grid, "strategy", TWP_GRID_TEXT);
    twp_grid_column(&grid, "difference", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "95 % interval", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "", TWP_GRID_UPPER);
    twp_grid_column(&grid, "chance above 0", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "in words", TWP_GRID_TEXT);
    for (int k = 0; k < s->n_worth; k++) {
        char worth[TWP_NUMBER_SIZE];
        twp_number_format(
            worth, s->worth[k], twp_number_decimals(TWP_NUMBER_MONEY, s->worth[k], NAN), false);
        twp_grid_group(&grid, print(w, "a QALY is worth %s %s", worth, s->currency));
        add_net_benefits(w, &grid, s->icer, k);
        for (int g = 0; has_segments && g < s->n_segments; g++) {
            if (s->segment[g].icer == NULL)
                continue;
            twp_grid_group(&grid,
                print(w, "a QALY is worth %s %s, %s", worth, s->currency, s->segment[g].name));
            add_net_benefits(w, &grid, s->segment[g].icer, k);
        }
    }
    w->face->heading(w->buffer, print(w, "Net benefit (%s)", s->currency),
        "worth of a QALY times the difference in QALYs, less the difference in cost");
    w->face->grid(w->buffer, &grid, w->width);
}

static void
write_cost_effectiveness(writing_t *w)
{
    const twp_summary_t *s = w->summary;
    const bool has_segments = w->options != NULL && w->options->has_segments;

    if (!s->has_icer || s->n_contrasts < 1)
        return;
    w->face->section(w->buffer, "Cost for effect");
    w->face->paragraph(w->buffer,
        print(w, "Against %s, by %s and %s:", s->strategy[0], s->cost_name, s->qaly_name),
        w->width);
    write_icer_words(w, s->icer);
    for (int g = 0; has_segments && g < s->n_segments; g++) {
        const twp_summary_segment_t *segment = &s->segment[g];
        if (segment->icer == NULL)
            continue;
        w->face->paragraph(w->buffer,
            print(w, "%s (%s twins):", segment->name, count(w, segment->n_twins)), w->width);
        write_icer_words(w, segment->icer);
    }
    if (s->n_worth > 0)
        write_net_benefit(w, has_segments);
}

/* ---- targets ------------------------------------------------------------------------------------ */

static void
add_target(writing_t *w, twp_grid_t *grid, const twp_summary_target_t *target)
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
    add_estimate(grid, decimals, target->result, target->low, target->high, false);
    add_figure(grid, target->value - target->within, wanted, false);
    add_figure(grid, target->value + target->within, wanted, false);
    twp_grid_add(grid, target->is_fit ? "fit" : "predict");
    twp_grid_add(grid, short_time(w, target->time_days));
    twp_grid_add_copy(grid, target->source != NULL ? target->source : "");
}

/* Targets of one measure and strategy stand together below its name. */
static void
add_targets(writing_t *w, twp_grid_t *grid)
{
    const twp_summary_t *s = w->summary;
    const char *above = "";

    for (int i = 0; i < s->n_targets; i++) {
        const char *what = print(w, "%s, %s", s->target[i].measure, s->target[i].strategy);
        if (strcmp(what, above) != 0)
            twp_grid_group(grid, what);
        above = what;
        add_target(w, grid, &s->target[i]);
    }
}

static const char *
unclear(writing_t *w, int n)
{
    return n > 0 ? print(w, ", %d too close to tell", n) : "";
}

static void
write_targets(writing_t *w)
{
    const twp_summary_t *s = w->summary;
    twp_grid_t grid = twp_grid_init(w->arena);
    int n_hit[2] = { 0, 0 }, n_unclear[2] = { 0, 0 }, n[2] = { 0, 0 }; /* predicted, fitted */

    if (s->n_targets == 0)
        return;
    twp_grid_column(&grid, "target", TWP_GRID_TEXT);
    twp_grid_column(&grid, "", TWP_GRID_TEXT);
    twp_grid_column(&grid, "result", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "95 % interval", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "", TWP_GRID_UPPER);
    twp_grid_column(&grid, "wanted", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "", TWP_GRID_UPPER);
    twp_grid_column(&grid, "role", TWP_GRID_TEXT);
    twp_grid_column(&grid, "at", TWP_GRID_TEXT);
    twp_grid_column(&grid, "source", TWP_GRID_TEXT);
    add_targets(w, &grid);
    for (int i = 0; i < s->n_targets; i++) {
        n[s->target[i].is_fit]++;
        n_hit[s->target[i].is_fit] += s->target[i].verdict == TWP_VERDICT_HIT;
        n_unclear[s->target[i].is_fit] += s->target[i].verdict == TWP_VERDICT_UNCLEAR;
    }
    w->face->section(w->buffer, "Targets");
    w->face->paragraph(w->buffer,
        print(w,
            "Predicted: %d of %d hit%s; these judge the model. Fitted: %d of %d hit%s; these made "
            "it. A hit lies within the author's bounds with the whole of its interval, a miss "
            "outside; where the interval covers a bound it is too close to tell.",
            n_hit[0], n[0], unclear(w, n_unclear[0]), n_hit[1], n[1], unclear(w, n_unclear[1])),
        w->width);
    w->face->grid(w->buffer, &grid, w->width);
}

/* ---- head --------------------------------------------------------------------------------------- */

/* What the figures of a run with parameter sets are. */
static void
write_sets(writing_t *w)
{
    const twp_summary_t *s = w->summary;

    w->face->paragraph(w->buffer,
        print(w,
            "%s sets of the uncertain parameters, each lived by %s %s twins under %d %s, seed %s. "
            "Means are over the sets. The 95 %% intervals are of what is not known about the "
            "uncertain parameters: they hold the middle 95 %% of the sets%s. \"error\" is the "
            "Monte "
            "Carlo standard error of the mean, of the number of sets and twins, and is not in the "
            "intervals. Differences are from %s, twin by twin. Figures are per twin over the whole "
            "life, those never treated included, unless a number of twins stands beside them.",
            count(w, s->n_parameter_sets_done), s->are_twins_same ? "the same" : "its own",
            count(w, s->n_twins_done), s->n_strategies,
            s->n_strategies == 1 ? "strategy" : "strategies", s->seed,
            s->are_twins_same ? ""
                              : ", drawn together about the mean by the part of their spread that "
                                "is the number of twins; where it cannot be told from that part "
                                "there is no interval, and more twins a set are needed",
            s->strategy[0]),
        w->width);
}

static void
write_head(writing_t *w)
{
    const twp_summary_t *s = w->summary;

    if (s->is_partial && has_sets(s))
        w->face->warning(w->buffer,
            print(w,
                "PARTIAL RUN: stopped after %s of %s parameter sets; all figures are of those "
                "alone.",
                count(w, s->n_parameter_sets_done), count(w, s->n_parameter_sets)),
            w->width);
    else if (s->is_partial)
        w->face->warning(w->buffer,
            print(w, "PARTIAL RUN: stopped after %s of %s twins; all figures are of those alone.",
                count(w, s->n_twins_done), count(w, s->n_twins)),
            w->width);
    w->face->title(w->buffer, print(w, "%s", s->title));
    if (s->question != NULL && s->question[0] != '\0')
        w->face->paragraph(w->buffer, print(w, "%s", s->question), w->width);
    if (s->note != NULL && s->note[0] != '\0')
        w->face->paragraph(w->buffer, print(w, "Note: %s", s->note), w->width);
    for (int i = 0; i < s->n_provenance; i++)
        if (strcmp(s->provenance_key[i], TWP_PROVENANCE_SET) == 0 &&
            s->provenance_value[i][0] != '\0')
            w->face->paragraph(w->buffer,
                print(w, "Changed on the command line: %s", s->provenance_value[i]), w->width);
    if (has_sets(s)) {
        write_sets(w);
        return;
    }
    w->face->paragraph(w->buffer,
        print(w,
            "%s twins, each under %d %s, seed %s. Differences are from %s, twin by twin; \"saved\" "
            "is "
            "the share of their variance that this pairing saves. The intervals are of the number "
            "of "
            "twins alone: they do not show what is not known about the study's numbers. Figures "
            "are "
            "per twin over the whole life, of as many twins as stand beside them.",
            count(w, s->n_twins_done), s->n_strategies,
            s->n_strategies == 1 ? "strategy" : "strategies", s->seed, s->strategy[0]),
        w->width);
}

/* Which money, and what is discounted by how much. */
static void
write_money(writing_t *w)
{
    const twp_summary_t *s = w->summary;
    const bool has_discount = s->discount != NULL && s->discount[0] != '\0';
    const char *money = "";

    if (s->currency[0] != '\0' && s->price_year > 0)
        money = print(w, "Money is %s of %d. ", s->currency, s->price_year);
    if (has_discount)
        money = print(w, "%sWhat is called discounted is so by %s.", money, s->discount);
    else if (money[0] != '\0')
        money = print(w, "%sNothing is discounted.", money);
    if (money[0] != '\0')
        w->face->paragraph(w->buffer, money, w->width);
}

static void
write_end(writing_t *w)
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
    writing_t w = { summary, options, face, buffer, twp_arena_create(0), USUAL_WIDTH };

    if (w.arena == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    if (options != NULL && options->width > 0)
        w.width = options->width;
    write_head(&w);
    write_money(&w);
    write_measures(&w);
    write_cost_effectiveness(&w);
    write_targets(&w);
    write_spread(&w);
    write_end(&w);
    twp_arena_free(w.arena);
    return twp_buffer_status(buffer, err);
}
