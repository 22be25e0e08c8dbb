#include "report/points.h"

#include "report/csv.h"
#include "report/number.h"

#include <math.h>
#include <stdio.h>

const twp_summary_estimate_t *
twp_report_point_estimate(const twp_summary_t *summary, int64_t i_point, int i_row, int i_strategy)
{
    return &summary->point_estimate[(i_point * summary->n_rows + i_row) * summary->n_strategies +
        i_strategy];
}

const twp_summary_contrast_t *
twp_report_point_contrast(const twp_summary_t *summary, int64_t i_point, int i_row, int i_strategy)
{
    if (i_strategy < 1)
        return NULL;
    return &summary->point_contrast[(i_point * summary->n_rows + i_row) * summary->n_contrasts +
        i_strategy - 1];
}

twp_point_fate_t
twp_report_point_fate(const twp_summary_t *summary, int64_t i_point)
{
    if (summary->is_point_done[i_point])
        return TWP_POINT_DONE;
    return summary->point_error[i_point][0] != '\0' ? TWP_POINT_FAILED : TWP_POINT_MISSING;
}

int64_t
twp_report_n_points(const twp_summary_t *summary, twp_point_fate_t fate)
{
    int64_t n = 0;

    for (int64_t i = 0; i < summary->n_points; i++)
        n += twp_report_point_fate(summary, i) == fate;
    return n;
}

const char *
twp_report_point_status(const twp_summary_t *summary, int64_t i_point)
{
    switch (twp_report_point_fate(summary, i_point)) {
    case TWP_POINT_DONE: return "done";
    case TWP_POINT_FAILED: return "failed";
    default: return "missing";
    }
}

/* "pdc_365d.reminders.mean", or "pdc_365d.unit" of all strategies. */
static void
add_name(twp_buffer_t *buffer, const twp_summary_row_t *row, const char *strategy, const char *what)
{
    char name[600], time[TWP_NUMBER_SIZE] = "";

    if (!isnan(row->time_days))
        twp_number_exact(time, row->time_days);
    (void) snprintf(name, sizeof name, "%s%s%s%s%s%s.%s", row->name, time[0] != '\0' ? "_" : "",
        time, time[0] != '\0' ? "d" : "", strategy[0] != '\0' ? "." : "", strategy, what);
    twp_report_csv_field(buffer, name, false);
}

static void
add_header(const twp_summary_t *s, const twp_report_options_t *options, twp_buffer_t *buffer)
{
    static const char *const what[] = { "mean", "mcse", "low", "high", "n", "difference",
        "difference_se", "difference_low", "difference_high" };

    twp_report_csv_field(buffer, "point", false);
    for (int k = 0; k < s->n_swept; k++) {
        char unit[600];

        (void) snprintf(unit, sizeof unit, "%s.unit", s->swept[k].name);
        twp_report_csv_field(buffer, s->swept[k].name, false);
        twp_report_csv_field(buffer, unit, false);
    }
    for (int r = 0; r < s->n_rows; r++) {
        if (!twp_report_shows_row(s, options, r))
            continue;
        add_name(buffer, &s->row[r], "", "unit");
        for (int i = 0; i < s->n_strategies; i++)
            for (int w = 0; w < (i > 0 ? 9 : 5); w++)
                if (twp_report_shows(options, i))
                    add_name(buffer, &s->row[r], s->strategy[i], what[w]);
    }
    twp_report_csv_field(buffer, "status", true);
}

static void
add_line(const twp_summary_t *s, const twp_report_options_t *options, int64_t i_point,
    twp_buffer_t *buffer)
{
    twp_report_csv_number(buffer, (double) (i_point + 1));
    for (int k = 0; k < s->n_swept; k++) {
        twp_report_csv_number(buffer, s->swept[k].value[i_point]);
        twp_report_csv_field(buffer, s->swept[k].unit, false);
    }
    for (int r = 0; r < s->n_rows; r++) {
        if (!twp_report_shows_row(s, options, r))
            continue;
        twp_report_csv_field(buffer, s->row[r].unit, false);
        for (int i = 0; i < s->n_strategies; i++) {
            const twp_summary_estimate_t *e = twp_report_point_estimate(s, i_point, r, i);
            const twp_summary_contrast_t *c = twp_report_point_contrast(s, i_point, r, i);

            if (!twp_report_shows(options, i))
                continue;
            twp_report_csv_number(buffer, e->mean);
            twp_report_csv_number(buffer, e->mcse);
            twp_report_csv_number(buffer, e->low);
            twp_report_csv_number(buffer, e->high);
            twp_report_csv_number(buffer, e->n);
            if (c == NULL)
                continue;
            twp_report_csv_number(buffer, c->difference);
            twp_report_csv_number(buffer, c->se);
            twp_report_csv_number(buffer, c->low);
            twp_report_csv_number(buffer, c->high);
        }
    }
    twp_report_csv_field(buffer, twp_report_point_status(s, i_point), true);
}

twp_status_t
twp_report_points_csv(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_buffer_t *buffer, twp_error_t *err)
{
    add_header(summary, options, buffer);
    for (int64_t i = 0; i < summary->n_points; i++)
        add_line(summary, options, i, buffer);
    return twp_buffer_status(buffer, err);
}
