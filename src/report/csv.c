#include "report/csv.h"

#include "report/number.h"
#include "report/points.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char header[] =
    "strategy,measure,time_days,unit,mean,mcse,low,high,n,difference,difference_se,"
    "difference_low,difference_high,variance_saved,sets_variance,twins_variance,"
    "difference_sets_variance,difference_twins_variance,segment,status\n";

void
twp_report_csv_field(twp_buffer_t *buffer, const char *text, bool is_last)
{
    if (strpbrk(text, ",\"\r\n") != NULL) {
        twp_buffer_add(buffer, "\"");
        for (; *text != '\0'; text++) {
            if (*text == '"')
                twp_buffer_add(buffer, "\"");
            twp_buffer_add_bytes(buffer, text, 1);
        }
        twp_buffer_add(buffer, "\"");
    } else {
        twp_buffer_add(buffer, text);
    }
    twp_buffer_add(buffer, is_last ? "\n" : ",");
}

void
twp_report_csv_number(twp_buffer_t *buffer, double value)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_exact(text, value);
    twp_report_csv_field(buffer, text, false);
}

static void
end_line(const twp_summary_t *summary, int i_segment, twp_buffer_t *buffer)
{
    twp_report_csv_field(buffer, i_segment < 0 ? "" : summary->segment[i_segment].name, false);
    if (summary->i_point > 0 && !summary->is_point_done[summary->i_point - 1])
        twp_report_csv_field(buffer, twp_report_point_status(summary, summary->i_point - 1), true);
    else
        twp_report_csv_field(buffer, summary->is_partial ? "partial" : "complete", true);
}

static void
add_line(
    const twp_summary_t *summary, int i_segment, int i_row, int i_strategy, twp_buffer_t *buffer)
{
    const twp_summary_row_t *row = &summary->row[i_row];
    const twp_summary_estimate_t *estimate = twp_report_estimate(
        summary, i_segment, i_row, i_strategy);
    const twp_summary_contrast_t *contrast = twp_report_contrast(
        summary, i_segment, i_row, i_strategy);

    twp_report_csv_field(buffer, summary->strategy[i_strategy], false);
    twp_report_csv_field(buffer, row->name, false);
    twp_report_csv_number(buffer, row->time_days);
    twp_report_csv_field(buffer, row->unit, false);
    twp_report_csv_number(buffer, estimate->mean);
    twp_report_csv_number(buffer, estimate->mcse);
    twp_report_csv_number(buffer, estimate->low);
    twp_report_csv_number(buffer, estimate->high);
    twp_report_csv_number(buffer, estimate->n);
    twp_report_csv_number(buffer, contrast != NULL ? contrast->difference : NAN);
    twp_report_csv_number(buffer, contrast != NULL ? contrast->se : NAN);
    twp_report_csv_number(buffer, contrast != NULL ? contrast->low : NAN);
    twp_report_csv_number(buffer, contrast != NULL ? contrast->high : NAN);
    twp_report_csv_number(buffer, contrast != NULL ? contrast->variance_saved : NAN);
    twp_report_csv_number(buffer, estimate->sets_variance);
    twp_report_csv_number(buffer, estimate->twins_variance);
    twp_report_csv_number(buffer, contrast != NULL ? contrast->sets_variance : NAN);
    twp_report_csv_number(buffer, contrast != NULL ? contrast->twins_variance : NAN);
    end_line(summary, i_segment, buffer);
}

/* Days by which shares had the event of a Kaplan-Meier curve, one line each. */
static void
add_event_times(
    const twp_summary_t *summary, int i_segment, int i_row, int i_strategy, twp_buffer_t *buffer)
{
    const twp_summary_row_t *row = &summary->row[i_row];
    const twp_summary_curve_t *curve = twp_report_curve(summary, row);
    const twp_summary_lines_t *lines = curve == NULL ? NULL
        : i_segment < 0                              ? &curve->all
                                                     : &curve->segments;
    const int first = ((i_segment < 0 ? 0 : i_segment) * summary->n_strategies + i_strategy) *
        summary->n_quantiles;

    if (lines == NULL || lines->quantile_days == NULL ||
        (i_row > 0 && strcmp(row->name, summary->row[i_row - 1].name) == 0))
        return; /* once a curve */
    for (int q = 0; q < summary->n_quantiles; q++) {
        char name[256];

        (void) snprintf(
            name, sizeof name, "%s_days_to_%g_percent", row->name, 100 * summary->quantile[q]);
        twp_report_csv_field(buffer, summary->strategy[i_strategy], false);
        twp_report_csv_field(buffer, name, false);
        twp_report_csv_number(buffer, NAN);
        twp_report_csv_field(buffer, "d", false);
        twp_report_csv_number(buffer, lines->quantile_days[first + q]);
        twp_report_csv_number(buffer, NAN);
        twp_report_csv_number(
            buffer, lines->quantile_low != NULL ? lines->quantile_low[first + q] : NAN);
        twp_report_csv_number(
            buffer, lines->quantile_high != NULL ? lines->quantile_high[first + q] : NAN);
        for (int i = 0; i < 10; i++)
            twp_report_csv_number(buffer, NAN);
        end_line(summary, i_segment, buffer);
    }
}

/* The log-rank statistic of a Kaplan-Meier curve against the baseline, and its p-value. */
static void
add_logrank(
    const twp_summary_t *summary, int i_segment, int i_row, int i_strategy, twp_buffer_t *buffer)
{
    const twp_summary_row_t *row = &summary->row[i_row];
    const twp_summary_curve_t *curve = twp_report_curve(summary, row);
    const twp_summary_logrank_t *test = curve == NULL ? NULL
        : i_segment < 0                               ? curve->all.logrank
                                                      : curve->segments.logrank;

    if (test == NULL || i_strategy < 1 ||
        (i_row > 0 && strcmp(row->name, summary->row[i_row - 1].name) == 0))
        return;
    test += (i_segment < 0 ? 0 : i_segment) * summary->n_contrasts + i_strategy - 1;
    for (int k = 0; k < 2; k++) {
        char name[256];

        (void) snprintf(name, sizeof name, "%s_logrank_%s", row->name, k == 0 ? "z" : "p");
        twp_report_csv_field(buffer, summary->strategy[i_strategy], false);
        twp_report_csv_field(buffer, name, false);
        twp_report_csv_number(buffer, NAN);
        twp_report_csv_field(buffer, "1", false);
        twp_report_csv_number(buffer, k == 0 ? test->z : test->p);
        for (int i = 0; i < 8; i++)
            twp_report_csv_number(buffer, NAN);
        twp_report_csv_number(buffer, k == 0 ? test->variance_saved : NAN);
        for (int i = 0; i < 4; i++)
            twp_report_csv_number(buffer, NAN);
        end_line(summary, i_segment, buffer);
    }
}

/* A line of one figure that has no difference. */
static void
add_figure_at(const twp_summary_t *summary, int i_segment, int i_strategy, const char *measure,
    double time_days, const char *unit, double value, double mcse, double low, double high,
    twp_buffer_t *buffer)
{
    twp_report_csv_field(buffer, summary->strategy[i_strategy], false);
    twp_report_csv_field(buffer, measure, false);
    twp_report_csv_number(buffer, time_days);
    twp_report_csv_field(buffer, unit, false);
    twp_report_csv_number(buffer, value);
    twp_report_csv_number(buffer, mcse);
    twp_report_csv_number(buffer, low);
    twp_report_csv_number(buffer, high);
    for (int i = 0; i < 10; i++)
        twp_report_csv_number(buffer, NAN);
    end_line(summary, i_segment, buffer);
}

static void
add_figure(const twp_summary_t *summary, int i_segment, int i_strategy, const char *measure,
    const char *unit, double value, double mcse, double low, double high, twp_buffer_t *buffer)
{
    add_figure_at(
        summary, i_segment, i_strategy, measure, NAN, unit, value, mcse, low, high, buffer);
}

/* Of the strategies on the frontier what they have more than the next cheaper one there. */
static void
add_frontier(const twp_summary_t *s, int i_segment, int i_strategy, twp_buffer_t *buffer)
{
    const twp_summary_among_t *among = i_segment < 0 ? s->among : s->segment[i_segment].among;
    const twp_summary_among_t *one;
    char unit[64];

    if (among == NULL)
        return;
    one = &among[i_strategy];
    (void) snprintf(unit, sizeof unit, "%s year-1", s->currency);
    add_figure(s, i_segment, i_strategy, "on_the_frontier", "1",
        one->place == TWP_AMONG_UNKNOWN ? NAN : one->place == TWP_AMONG_FRONTIER, NAN, NAN, NAN,
        buffer);
    if (one->place != TWP_AMONG_FRONTIER || one->i_against < 0)
        return;
    add_figure(s, i_segment, i_strategy, "frontier_cost_more", s->currency, one->cost_more,
        one->cost_more_se, NAN, NAN, buffer);
    add_figure(s, i_segment, i_strategy, "frontier_qaly_more", "year", one->qaly_more,
        one->qaly_more_se, NAN, NAN, buffer);
    add_figure(s, i_segment, i_strategy, "frontier_icer", unit, one->icer, NAN,
        one->shape == TWP_INTERVAL_BETWEEN ? one->low : NAN,
        one->shape == TWP_INTERVAL_BETWEEN ? one->high : NAN, buffer);
}

/* Against the baseline: the ratio, and the net benefit at each worth of a QALY. */
static void
add_icer(const twp_summary_t *s, int i_segment, int i_strategy, twp_buffer_t *buffer)
{
    const twp_summary_icer_t *icer = i_segment < 0 ? s->icer : s->segment[i_segment].icer;
    bool has_interval;
    char text[64];

    if (icer == NULL || i_strategy < 1)
        return;
    icer += i_strategy - 1;
    has_interval = icer->shape == TWP_INTERVAL_BETWEEN && !isnan(icer->icer);
    (void) snprintf(text, sizeof text, "%s year-1", s->currency);
    add_figure(s, i_segment, i_strategy, "icer", text, icer->icer, NAN,
        has_interval ? icer->low : NAN, has_interval ? icer->high : NAN, buffer);
    for (int k = 0; k < s->n_worth; k++) {
        const twp_summary_contrast_t *const benefit = &icer->net_benefit[k];

        (void) snprintf(text, sizeof text, "net_benefit_at_%.15g", s->worth[k]);
        add_figure(s, i_segment, i_strategy, text, s->currency, benefit->difference, benefit->se,
            benefit->low, benefit->high, buffer);
    }
}

/* Of each target the result, what is wanted with its bounds, and 1 for a hit, 0 for a miss, empty for neither. */
static void
add_targets(const twp_summary_t *s, const twp_report_options_t *options, twp_buffer_t *buffer)
{
    for (int k = 0; k < s->n_targets; k++) {
        const twp_summary_target_t *const target = &s->target[k];
        const double hit = target->verdict == TWP_VERDICT_HIT ? 1
            : target->verdict == TWP_VERDICT_MISS             ? 0
                                                              : NAN;
        const struct {
            const char *what, *unit;
            double value, mcse, low, high;
        } line[] = {
            { "", target->unit, target->result, target->mcse, target->low, target->high },
            { "_wanted", target->unit, target->value, NAN, target->value - target->within,
                target->value + target->within },
            { "_is_hit", "1", hit, NAN, NAN, NAN },
        };
        int i = 0;

        while (i < s->n_strategies && strcmp(s->strategy[i], target->strategy) != 0)
            i++;
        if (i == s->n_strategies || !twp_report_shows(options, i))
            continue;
        for (size_t n = 0; n < sizeof line / sizeof line[0]; n++) {
            char name[256];

            (void) snprintf(name, sizeof name, "target_%s%s", target->name, line[n].what);
            add_figure_at(s, -1, i, name, target->time_days, line[n].unit, line[n].value,
                line[n].mcse, line[n].low, line[n].high, buffer);
        }
    }
}

static void
add_chances(const twp_summary_t *s, int i_strategy, twp_buffer_t *buffer)
{
    for (int k = 0; s->p_best != NULL && k < s->n_curve_worths; k++) {
        const int at = i_strategy * s->n_curve_worths + k;
        char name[64];

        (void) snprintf(name, sizeof name, "p_best_at_%.15g", s->curve_worth[k]);
        add_figure(
            s, -1, i_strategy, name, "1", s->p_best[at], s->p_best_mcse[at], NAN, NAN, buffer);
    }
}

twp_status_t
twp_report_csv(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_buffer_t *buffer, twp_error_t *err)
{
    if (summary->n_points > 0 && summary->i_point == 0)
        return twp_report_points_csv(summary, options, buffer, err);

    const int n_segments = options != NULL && options->has_segments ? summary->n_segments : 0;

    twp_buffer_add(buffer, header);
    for (int i_segment = -1; i_segment < n_segments; i_segment++) {
        for (int i_row = 0; i_row < summary->n_rows; i_row++) {
            for (int i = 0; i < summary->n_strategies; i++) {
                if (!twp_report_shows(options, i))
                    continue;
                add_line(summary, i_segment, i_row, i, buffer);
                add_event_times(summary, i_segment, i_row, i, buffer);
                add_logrank(summary, i_segment, i_row, i, buffer);
            }
        }
        for (int i = 0; i < summary->n_strategies; i++) {
            if (!twp_report_shows(options, i))
                continue;
            add_icer(summary, i_segment, i, buffer);
            add_frontier(summary, i_segment, i, buffer);
            if (i_segment < 0)
                add_chances(summary, i, buffer);
        }
    }
    add_targets(summary, options, buffer);
    return twp_buffer_status(buffer, err);
}
