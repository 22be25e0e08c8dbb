/* The comparison of a sweep: for each measure a line a point. */
#include "report/points.h"
#include "report/writing.h"

#include <math.h>
#include <string.h>

/* Lines of a page that nobody asked for. */
#define MOST_LINES 400

/* "gap = 6 d, supports.reminder.uptake = 0.2" */
static const char *
point_text(twp_writing_t *w, int64_t i_point)
{
    const twp_summary_t *s = w->summary;
    const char *text = "";

    for (int k = 0; k < s->n_swept; k++) {
        const char *unit = strcmp(s->swept[k].unit, "1") == 0 ? "" : s->swept[k].unit;

        text = twp_writing_print(w, "%s%s%s = %.6g%s%s", text, k > 0 ? ", " : "", s->swept[k].path,
            s->swept[k].value[i_point], unit[0] != '\0' ? " " : "", unit);
    }
    return text;
}

void
twp_writing_point_head(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    int64_t n_done = 0;

    for (int64_t i = 0; i < s->n_points; i++)
        n_done += s->is_point_done[i];
    if (s->i_point > 0) {
        w->face->warning(w->buffer,
            twp_writing_print(w, "Point %s of %s of a sweep: %s%s",
                twp_writing_count(w, s->i_point), twp_writing_count(w, s->n_points),
                point_text(w, s->i_point - 1),
                s->is_point_done[s->i_point - 1] ? "" : ". IT WAS NOT LIVED"),
            w->width);
        return;
    }
    if (n_done < s->n_points)
        w->face->warning(w->buffer,
            twp_writing_print(w, "PARTIAL SWEEP: %s of %s points are done.",
                twp_writing_count(w, n_done), twp_writing_count(w, s->n_points)),
            w->width);
}

static void
add_cell(twp_grid_t *grid, twp_writing_t *w, double value, double low, double high, int decimals,
    bool has_plus)
{
    char text[3][TWP_NUMBER_SIZE];

    if (isnan(value)) {
        twp_grid_add(grid, "-");
        return;
    }
    twp_number_format(text[0], value, decimals, has_plus);
    twp_number_format(text[1], low, decimals, has_plus);
    twp_number_format(text[2], high, decimals, has_plus);
    if (isnan(low) || isnan(high))
        twp_grid_add_copy(grid, text[0]);
    else
        twp_grid_add_copy(grid, twp_writing_print(w, "%s (%s to %s)", text[0], text[1], text[2]));
}

static void
add_columns(twp_writing_t *w, twp_grid_t *grid)
{
    const twp_summary_t *s = w->summary;
    int n = 1 + s->n_swept;

    twp_grid_column(grid, "point", TWP_GRID_NUMBER);
    for (int k = 0; k < s->n_swept && k < TWP_GRID_COLUMNS_MAX - 2; k++) {
        const char *unit = strcmp(s->swept[k].unit, "1") == 0 ? "" : s->swept[k].unit;

        twp_grid_column(grid,
            unit[0] != '\0' ? twp_writing_print(w, "%s (%s)", s->swept[k].path, unit)
                            : s->swept[k].path,
            TWP_GRID_NUMBER);
    }
    for (int i = 0; i < s->n_strategies; i++)
        if (twp_report_shows(w->options, i) && n++ < TWP_GRID_COLUMNS_MAX)
            twp_grid_column(grid,
                i == 0 ? s->strategy[0] : twp_writing_print(w, "%s, difference", s->strategy[i]),
                TWP_GRID_TEXT);
}

static void
add_point(twp_writing_t *w, twp_grid_t *grid, int64_t i_point, int i_row)
{
    const twp_summary_t *s = w->summary;
    const twp_number_kind_t kind = twp_number_kind(s->row[i_row].unit, s->currency);
    int n = 1 + s->n_swept;

    twp_grid_add_copy(grid, twp_writing_print(w, "%lld", (long long) i_point + 1));
    for (int k = 0; k < s->n_swept && k < TWP_GRID_COLUMNS_MAX - 2; k++)
        twp_grid_add_copy(grid, twp_writing_print(w, "%.6g", s->swept[k].value[i_point]));
    for (int i = 0; i < s->n_strategies; i++) {
        const twp_summary_estimate_t *e = twp_report_point_estimate(s, i_point, i_row, i);
        const twp_summary_contrast_t *c = twp_report_point_contrast(s, i_point, i_row, i);

        if (!twp_report_shows(w->options, i) || n++ >= TWP_GRID_COLUMNS_MAX)
            continue;
        if (c == NULL)
            add_cell(grid, w, e->mean, e->low, e->high,
                twp_number_decimals(kind, e->mean, twp_writing_fuzz(s, e->mcse, e->low, e->high)),
                false);
        else
            add_cell(grid, w, c->difference, c->low, c->high,
                twp_writing_contrast_decimals(s, kind, c), true);
    }
}

static void
write_row(twp_writing_t *w, int i_row)
{
    const twp_summary_t *s = w->summary;
    const twp_summary_row_t *row = &s->row[i_row];
    twp_grid_t grid = twp_grid_init(w->arena);

    add_columns(w, &grid);
    for (int64_t i = 0; i < s->n_points; i++)
        add_point(w, &grid, i, i_row);
    w->face->heading(w->buffer, twp_writing_heading(w, row, row->time_days),
        row->definition != NULL ? row->definition : "");
    w->face->grid(w->buffer, &grid, w->width);
    if (grid.has_failed)
        w->buffer->has_failed = true;
}

static void
write_errors(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;

    for (int64_t i = 0; i < s->n_points; i++)
        if (s->point_error[i][0] != '\0')
            w->face->paragraph(w->buffer,
                twp_writing_print(w, "Point %lld failed: %s", (long long) i + 1, s->point_error[i]),
                w->width);
}

void
twp_writing_points(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    const bool is_chosen = w->options != NULL && w->options->n_measures > 0;
    const char *others = "";
    int64_t n_lines = 0;

    w->face->section(
        w->buffer, twp_writing_print(w, "%s points of a sweep", twp_writing_count(w, s->n_points)));
    for (int i = 0; i < s->n_rows; i++) {
        if (!twp_report_shows_row(s, w->options, i))
            continue;
        if (is_chosen || n_lines == 0 || n_lines + s->n_points <= MOST_LINES) {
            write_row(w, i);
            n_lines += s->n_points;
        } else if (i == 0 || strcmp(s->row[i].name, s->row[i - 1].name) != 0) {
            others = twp_writing_print(
                w, "%s%s%s", others, others[0] != '\0' ? ", " : "", s->row[i].name);
        }
    }
    if (others[0] != '\0')
        w->face->paragraph(w->buffer,
            twp_writing_print(w, "Not shown, --measure NAME shows it: %s.", others), w->width);
    write_errors(w);
}
