#include "report/writing.h"

#include "measure/sets.h"
#include "report/words.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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
        kind, estimate->mean, twp_writing_fuzz(s, estimate->mcse, estimate->low, estimate->high));

    for (int i = 0; i < s->n_strategies; i++) {
        const twp_summary_estimate_t *other = twp_report_estimate(s, i_segment, i_row, i);
        if (other->mcse > 0 &&
            twp_number_decimals(kind, other->mean,
                twp_writing_fuzz(s, other->mcse, other->low, other->high)) == own - 1)
            return own - 1;
    }
    return own;
}

/* A line: one strategy. */
static void
add_measure_row(twp_writing_t *w, twp_grid_t *grid, int i_segment, int i_row, int i_strategy)
{
    const twp_summary_t *s = w->summary;
    const twp_number_kind_t kind = twp_number_kind(s->row[i_row].unit, s->currency);
    const twp_summary_estimate_t *e = twp_report_estimate(s, i_segment, i_row, i_strategy);
    const twp_summary_contrast_t *c = twp_report_contrast(s, i_segment, i_row, i_strategy);
    const int decimals = mean_decimals(s, i_segment, i_row, e);

    twp_grid_add_copy(grid, s->strategy[i_strategy]);
    twp_writing_add_estimate(grid, decimals, e->mean, e->low, e->high, false);
    twp_writing_add_error(w, grid, decimals, e->mcse, e->low);
    if (c == NULL || isnan(c->difference)) {
        twp_writing_add_blanks(grid, 4);
    } else {
        twp_writing_add_contrast(s, grid, kind, c);
        twp_writing_add_error(w, grid, twp_writing_contrast_decimals(s, kind, c), c->se, c->low);
        if (!twp_writing_has_sets(s))
            twp_writing_add_share(w, grid, c->variance_saved);
    }
    if (isfinite(e->n) && e->n >= 0 && e->n < 9e15)
        twp_grid_add(grid, twp_writing_count(w, (int64_t) (e->n + 0.5)));
    else
        twp_grid_add(grid, "");
}

static void
add_strategies(twp_writing_t *w, twp_grid_t *grid, int i_segment, int i_row)
{
    for (int i = 0; i < w->summary->n_strategies; i++) {
        if (twp_report_shows(w->options, i))
            add_measure_row(w, grid, i_segment, i_row, i);
    }
}

/* A label for people, from the measure's name and what it is of: "Entered therapy.taking". */
static const char *
readable(twp_writing_t *w, const twp_summary_row_t *row)
{
    static const struct {
        const char *begins, *instead;
    } known[] = {
        { "aalen johansen ", "Aalen-Johansen, in " },
        { "cumulative incidence ", "Cumulative incidence of " },
        { "first entry ", "Entered " },
        { "implementation", "Implementation: doses taken of doses due" },
        { "kaplan meier ", "Kaplan-Meier, not yet " },
        { "missed in runs", "Share of missed doses in runs" },
        { "nelson aalen ", "Nelson-Aalen, cumulative hazard of " },
        { "restricted mean ", "Restricted mean, days before " },
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
            return twp_writing_print(w, "%s%s", known[i].instead, text + length);
    }
    text[0] = (char) toupper((unsigned char) text[0]);
    return twp_writing_print(w, "%s", text);
}

/* "Cost of the payer (USD)" */
const char *
twp_writing_heading(twp_writing_t *w, const twp_summary_row_t *row, double time_days)
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
        unit = twp_writing_print(w, "%s %d", unit, s->price_year);
    return twp_writing_print(w, "%s%s%s%s%s", label, twp_writing_at_time(w, time_days),
        unit[0] != '\0' ? " (" : "", unit, unit[0] != '\0' ? ")" : "");
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
group_title(twp_writing_t *w, const char *who, double time_days)
{
    const char *time = twp_writing_at_time(w, time_days);

    if (who[0] == '\0' && time[0] == ' ')
        time++;
    return twp_writing_print(w, "%s%s", who, time);
}

static void
add_segments(twp_writing_t *w, twp_grid_t *grid, int i_row, bool has_times)
{
    const twp_summary_t *s = w->summary;

    for (int k = 0; k < s->n_segments; k++) {
        const twp_summary_segment_t *segment = &s->segment[k];
        const char *who = twp_writing_print(
            w, "%s (%s twins)", segment->name, twp_writing_count(w, segment->n_twins));
        twp_grid_group(grid, group_title(w, who, has_times ? s->row[i_row].time_days : NAN));
        add_strategies(w, grid, k, i_row);
    }
}

/* "422" with "401 to 445": the days of one quantile; NAN is beyond what is known. */
static const char *
interval_words(twp_writing_t *w, double low_days, double high_days)
{
    if (isnan(low_days))
        return "";
    return isnan(high_days) ? twp_writing_print(w, "%.0f or later", low_days)
                            : twp_writing_print(w, "%.0f to %.0f", low_days, high_days);
}

/* Quantiles of one group under each strategy, and the interval of the median. */
static void
add_event_times(twp_writing_t *w, twp_grid_t *grid, const twp_summary_lines_t *lines, int i_group)
{
    const twp_summary_t *s = w->summary;

    for (int i = 0; i < s->n_strategies; i++) {
        const int first = (i_group * s->n_strategies + i) * s->n_quantiles;
        const char *interval = "";

        if (!twp_report_shows(w->options, i))
            continue;
        twp_grid_add_copy(grid, s->strategy[i]);
        for (int q = 0; q < s->n_quantiles; q++) {
            const double days = lines->quantile_days[first + q];
            if (isnan(days))
                twp_grid_add(grid, "not reached");
            else
                twp_writing_add_figure(grid, days, 0, false);
            if (s->quantile[q] == 0.5 && lines->quantile_low != NULL &&
                lines->quantile_high != NULL)
                interval = interval_words(
                    w, lines->quantile_low[first + q], lines->quantile_high[first + q]);
        }
        twp_grid_add(grid, interval);
    }
}

/* Quantiles of a Kaplan-Meier curve, of all twins and by segment. */
static void
write_event_times(twp_writing_t *w, const twp_summary_row_t *row, bool has_segments)
{
    const twp_summary_t *s = w->summary;
    const twp_summary_curve_t *curve = twp_report_curve(s, row);
    twp_grid_t grid = twp_grid_init(w->arena);

    if (curve == NULL || curve->all.quantile_days == NULL)
        return;
    twp_grid_column(&grid, "strategy", TWP_GRID_TEXT);
    for (int q = 0; q < s->n_quantiles; q++)
        twp_grid_column(
            &grid, twp_writing_print(w, "%g %%", 100 * s->quantile[q]), TWP_GRID_NUMBER);
    twp_grid_column(&grid, "median, 95 % interval", TWP_GRID_TEXT);
    if (has_segments)
        twp_grid_group(&grid, "all twins");
    add_event_times(w, &grid, &curve->all, 0);
    for (int g = 0; has_segments && curve->segments.quantile_days != NULL && g < s->n_segments;
         g++) {
        twp_grid_group(&grid, s->segment[g].name);
        add_event_times(w, &grid, &curve->segments, g);
    }
    w->face->heading(w->buffer,
        twp_writing_print(w, "%s: days by which a share had it", readable(w, row)),
        "the first whole day on which the Kaplan-Meier estimate is at most 1 minus the share");
    w->face->grid(w->buffer, &grid, w->width);
}

/* ---- log-rank tests ---------------------------------------------------------------------------- */

static void
add_tests(twp_writing_t *w, twp_grid_t *grid, const twp_summary_logrank_t *test)
{
    const twp_summary_t *s = w->summary;

    for (int i = 1; i < s->n_strategies; i++) {
        const twp_summary_logrank_t *one = &test[i - 1];

        if (!twp_report_shows(w->options, i))
            continue;
        twp_grid_add_copy(grid, s->strategy[i]);
        twp_writing_add_figure(grid, one->observed, 0, false);
        twp_writing_add_figure(grid, one->expected, 1, false);
        if (isnan(one->z)) {
            twp_writing_add_blanks(grid, 3);
            continue;
        }
        twp_writing_add_figure(grid, one->z, 2, true);
        twp_grid_add(grid, one->p < 0.0001 ? "< 0.0001" : twp_writing_print(w, "%.4f", one->p));
        twp_writing_add_share(w, grid, one->variance_saved);
    }
}

/* Tests of a Kaplan-Meier curve against the baseline's, of all twins and by segment. */
static void
write_logrank(twp_writing_t *w, const twp_summary_row_t *row, bool has_segments)
{
    const twp_summary_t *s = w->summary;
    const twp_summary_curve_t *curve = twp_report_curve(s, row);
    twp_grid_t grid = twp_grid_init(w->arena);

    if (curve == NULL || curve->all.logrank == NULL || s->n_contrasts < 1)
        return;
    TWP_GRID_COLUMNS(&grid, { "strategy", TWP_GRID_TEXT }, { "events", TWP_GRID_NUMBER },
        { "expected", TWP_GRID_NUMBER }, { "z", TWP_GRID_NUMBER }, { "p", TWP_GRID_NUMBER },
        { "saved", TWP_GRID_NUMBER });
    if (has_segments)
        twp_grid_group(&grid, "all twins");
    add_tests(w, &grid, curve->all.logrank);
    for (int g = 0; has_segments && curve->segments.logrank != NULL && g < s->n_segments; g++) {
        twp_grid_group(&grid, s->segment[g].name);
        add_tests(w, &grid, curve->segments.logrank + (size_t) g * (size_t) s->n_contrasts);
    }
    w->face->heading(w->buffer,
        twp_writing_print(w, "%s: log-rank test against %s", readable(w, row), s->strategy[0]),
        "over the whole life; z above 0: more events than expected were there no difference; its "
        "error is that of twins that live under both strategies");
    w->face->grid(w->buffer, &grid, w->width);
}

/* A measure with all its times and segments. */
static void
write_measure(twp_writing_t *w, int i_row)
{
    const twp_summary_t *s = w->summary;
    const twp_summary_row_t *row = &s->row[i_row];
    const bool has_segments = w->options != NULL && w->options->has_segments && s->n_segments > 0;
    const bool has_times = n_times_of(s, i_row) > 1;
    twp_grid_t grid = twp_grid_init(w->arena);

    add_measure_columns(&grid, twp_writing_has_sets(s));
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
    w->face->heading(w->buffer, twp_writing_heading(w, row, has_times ? NAN : row->time_days),
        row->definition != NULL ? row->definition : "");
    w->face->grid(w->buffer, &grid, w->width);
    if (!row->is_mean) {
        write_event_times(w, row, has_segments);
        write_logrank(w, row, has_segments);
    }
}

void
twp_writing_measures(twp_writing_t *w)
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
add_spread(
    twp_writing_t *w, twp_grid_t *grid, int decimals, double sets, double twins, bool is_paired)
{
    const double rest = w->summary->are_twins_same ? sets : sets - twins;

    if (isnan(sets)) {
        twp_writing_add_blanks(grid, 3);
        return;
    }
    twp_writing_add_figure(grid, sqrt(sets), decimals, false);
    twp_writing_add_figure(grid, sqrt(twins), decimals, false);
    twp_writing_add_figure(grid, !is_paired ? NAN : rest > 0 ? sqrt(rest) : 0, decimals, false);
}

static void
add_spread_row(twp_writing_t *w, twp_grid_t *grid, int i_row, int i_strategy)
{
    const twp_summary_t *s = w->summary;
    const twp_number_kind_t kind = twp_number_kind(s->row[i_row].unit, s->currency);
    const twp_summary_estimate_t *e = twp_report_estimate(s, -1, i_row, i_strategy);
    const twp_summary_contrast_t *c = twp_report_contrast(s, -1, i_row, i_strategy);
    const int decimals =
        twp_number_decimals(kind, e->mean, twp_writing_fuzz(s, e->mcse, e->low, e->high)) + 1;

    twp_grid_add_copy(grid, s->strategy[i_strategy]);
    add_spread(w, grid, decimals, e->sets_variance, e->twins_variance, true);
    if (c == NULL)
        twp_writing_add_blanks(grid, 3);
    else
        add_spread(w, grid, twp_writing_contrast_decimals(s, kind, c) + 1, c->sets_variance,
            c->twins_variance, twp_sets_are_paired(c->variance_saved, c->twins_variance));
}

void
twp_writing_spread(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    twp_grid_t grid = twp_grid_init(w->arena);

    if (!twp_writing_has_sets(s) || s->n_parameter_sets_done < 2)
        return;
    twp_grid_column(&grid, "strategy", TWP_GRID_TEXT);
    for (int k = 0; k < 2; k++) {
        twp_grid_column(&grid, k == 0 ? "sets" : "difference: sets", TWP_GRID_NUMBER);
        twp_grid_column(&grid, "twins", TWP_GRID_NUMBER);
        twp_grid_column(&grid, "parameters", TWP_GRID_NUMBER);
    }
    for (int i = 0; i < s->n_rows; i++) {
        twp_grid_group(&grid, twp_writing_heading(w, &s->row[i], s->row[i].time_days));
        for (int k = 0; k < s->n_strategies; k++)
            if (twp_report_shows(w->options, k))
                add_spread_row(w, &grid, i, k);
    }
    w->face->section(w->buffer, "Where the spread comes from");
    w->face->paragraph(w->buffer,
        twp_writing_print(w,
            "Standard deviations of the means of the parameter sets; the part of it that is the "
            "Monte Carlo error of a set's %s twins; and %s",
            twp_writing_count(w, s->n_twins_done),
            s->are_twins_same
                ? "what the parameters make of it: all of it, for the twins are the same in all "
                  "sets."
                : "the rest, which the parameters make (from the variances: sets less twins)."),
        w->width);
    w->face->grid(w->buffer, &grid, w->width);
}
