/* The comparison of a sweep: for each measure a line a point. */
#include "report/points.h"
#include "report/writing.h"

#include <math.h>
#include <string.h>

/* Lines of a page that nobody asked for. */
#define MOST_LINES 400
/* Columns of swept numbers: a study has no more, only a file that is none of ours. */
#define MOST_SWEPT 32

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

/* Why there is nothing of a point; "" where there is. */
static const char *
fate_text(twp_writing_t *w, int64_t i_point)
{
    switch (twp_report_point_fate(w->summary, i_point)) {
    case TWP_POINT_FAILED:
        return twp_writing_print(w, ". IT FAILED: %s", w->summary->point_error[i_point]);
    case TWP_POINT_DONE: return "";
    default: return ". IT WAS NOT LIVED";
    }
}

void
twp_writing_point_head(twp_writing_t *w)
{
    const twp_summary_t *s = w->summary;
    const int64_t n_done = twp_report_n_points(s, TWP_POINT_DONE),
                  n_failed = twp_report_n_points(s, TWP_POINT_FAILED);
    const char *failed = "";

    if (s->i_point > 0) {
        w->face->warning(w->buffer,
            twp_writing_print(w, "Point %s of %s of a sweep: %s%s",
                twp_writing_count(w, s->i_point), twp_writing_count(w, s->n_points),
                point_text(w, s->i_point - 1), fate_text(w, s->i_point - 1)),
            w->width);
        return;
    }
    if (n_failed > 0)
        failed = twp_writing_print(w, "; %s failed", twp_writing_count(w, n_failed));
    if (n_done < s->n_points)
        w->face->warning(w->buffer,
            twp_writing_print(w, "%s%s of %s points are done%s.",
                n_done + n_failed < s->n_points ? "PARTIAL SWEEP: " : "",
                twp_writing_count(w, n_done), twp_writing_count(w, s->n_points), failed),
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

/* The point's numbers are the keys, of which there is room for all that a study can sweep. */
static void
add_columns(twp_writing_t *w, twp_grid_t *grid, int i_first, int i_end)
{
    const twp_summary_t *s = w->summary;

    twp_grid_column(grid, "point", TWP_GRID_NUMBER);
    for (int k = 0; k < s->n_swept && k < MOST_SWEPT; k++) {
        const char *unit = strcmp(s->swept[k].unit, "1") == 0 ? "" : s->swept[k].unit;

        twp_grid_column(grid,
            unit[0] != '\0' ? twp_writing_print(w, "%s (%s)", s->swept[k].path, unit)
                            : s->swept[k].path,
            TWP_GRID_NUMBER);
    }
    grid->n_keys = grid->n_columns;
    for (int i = i_first; i < i_end; i++)
        if (twp_report_shows(w->options, i))
            twp_grid_column(grid,
                i == 0 ? s->strategy[0] : twp_writing_print(w, "%s, difference", s->strategy[i]),
                TWP_GRID_TEXT);
}

static void
add_point(twp_writing_t *w, twp_grid_t *grid, int64_t i_point, int i_row, int i_first, int i_end)
{
    const twp_summary_t *s = w->summary;
    const twp_number_kind_t kind = twp_number_kind(s->row[i_row].unit, s->currency);

    twp_grid_add_copy(grid, twp_writing_print(w, "%lld", (long long) i_point + 1));
    for (int k = 0; k < s->n_swept && k < MOST_SWEPT; k++)
        twp_grid_add_copy(grid, twp_writing_print(w, "%.6g", s->swept[k].value[i_point]));
    for (int i = i_first; i < i_end; i++) {
        const twp_summary_estimate_t *e = twp_report_point_estimate(s, i_point, i_row, i);
        const twp_summary_contrast_t *c = twp_report_point_contrast(s, i_point, i_row, i);

        if (!twp_report_shows(w->options, i))
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

/* Strategies beyond what one grid holds have grids of their own. */
static void
write_row(twp_writing_t *w, int i_row)
{
    const twp_summary_t *s = w->summary;
    const twp_summary_row_t *row = &s->row[i_row];
    const int room = TWP_GRID_COLUMNS_MAX - 1 - (s->n_swept < MOST_SWEPT ? s->n_swept : MOST_SWEPT);

    w->face->heading(w->buffer, twp_writing_heading(w, row, row->time_days),
        row->definition != NULL ? row->definition : "");
    for (int i_first = 0; i_first < s->n_strategies;) {
        twp_grid_t grid = twp_grid_init(w->arena);
        const int i_begin = i_first;
        int i_end = i_begin;

        for (int n = 0; i_end < s->n_strategies && n < room; i_end++)
            n += twp_report_shows(w->options, i_end);
        add_columns(w, &grid, i_begin, i_end);
        i_first = i_end;
        if (grid.n_columns == grid.n_keys)
            continue; /* strategies that nobody asked for */
        for (int64_t i = 0; i < s->n_points; i++)
            add_point(w, &grid, i, i_row, i_begin, i_end);
        w->face->grid(w->buffer, &grid, w->width);
        if (grid.has_failed)
            w->buffer->has_failed = true;
    }
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
