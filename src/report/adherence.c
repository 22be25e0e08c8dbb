#include "report/adherence.h"

#include "base/error.h"
#include "report/csv.h"
#include "report/grid.h"
#include "report/json_internal.h"
#include "report/number.h"

#include <math.h>
#include <string.h>

#define HISTOGRAM_WIDTH 40

static const char *const bin_names[TWP_COHORT_BINS] = { "< 0.1", "0.1", "0.2", "0.3", "0.4", "0.5",
    "0.6", "0.7", "0.8", "0.9", "1", "> 1" };

/* ---- for people ------------------------------------------------------------------------------- */

static void
add_figure_cell(twp_grid_t *grid, double value, int decimals)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_format(text, value, decimals, false);
    twp_grid_add_copy(grid, text);
}

static void
add_count_cell(twp_grid_t *grid, int64_t count)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_count(text, count);
    twp_grid_add_copy(grid, text);
}

static twp_grid_t
make_grid(const twp_cohort_summary_t *summary, twp_arena_t *arena)
{
    twp_grid_t grid = twp_grid_init(arena);
    const bool has_interval = strcmp(summary->per, "patient") == 0;
    const char *const above = twp_arena_printf(arena, ">= %.10g", summary->threshold);
    static const char *const tail[] = { "sd", "least", "25 %", "median", "75 %", "most" };

    TWP_GRID_COLUMNS(&grid, { "measure", TWP_GRID_TEXT }, { "n", TWP_GRID_NUMBER },
        { "none", TWP_GRID_NUMBER }, { "mean", TWP_GRID_NUMBER });
    if (has_interval) {
        twp_grid_column(&grid, "95 % interval", TWP_GRID_NUMBER);
        twp_grid_column(&grid, "", TWP_GRID_UPPER);
    }
    for (size_t i = 0; i < sizeof tail / sizeof tail[0]; i++)
        twp_grid_column(&grid, tail[i], TWP_GRID_NUMBER);
    twp_grid_column(&grid, above != NULL ? above : "", TWP_GRID_NUMBER);
    for (int i = 0; i < summary->n_figures; i++) {
        const twp_cohort_figure_t *const f = &summary->figure[i];
        const int decimals = strcmp(f->unit, "1") == 0 ? 3 : 1;
        const double share = f->bin != NULL && f->n > 0 ? (double) f->n_above / (double) f->n : NAN;

        twp_grid_add(&grid, f->name);
        add_count_cell(&grid, f->n);
        add_count_cell(&grid, f->n_missing);
        add_figure_cell(&grid, f->mean, decimals);
        if (has_interval) {
            add_figure_cell(&grid, f->low, decimals);
            add_figure_cell(&grid, f->high, decimals);
        }
        add_figure_cell(&grid, f->sd, decimals);
        add_figure_cell(&grid, f->least, decimals);
        for (int q = 0; q < 3; q++)
            add_figure_cell(&grid, f->quartile[q], decimals);
        add_figure_cell(&grid, f->most, decimals);
        add_figure_cell(&grid, share, 3);
    }
    return grid;
}

static const char *
setting(const twp_cohort_summary_t *summary, const char *name)
{
    for (int i = 0; i < summary->n_settings; i++)
        if (strcmp(summary->setting_name[i], name) == 0)
            return summary->setting_value[i];
    return NULL;
}

/* What was counted, in sentences. */
static void
add_facts(const twp_cohort_summary_t *s, twp_buffer_t *buffer, size_t width)
{
    const char *const duration = setting(s, "window-duration");
    char n[TWP_NUMBER_SIZE], patients[TWP_NUMBER_SIZE], text[1024];

    twp_number_count(n, s->n_dispensings);
    twp_number_count(patients, s->n_patients);
    (void) snprintf(text, sizeof text, "%s dispensings of %s patients, %s to %s.", n, patients,
        s->first_date, s->last_date);
    twp_buffer_wrap(buffer, text, width, "", "");
    twp_number_count(n, s->n_in_followup);
    (void) snprintf(text, sizeof text,
        "Follow-up: start %s, duration %s; %s dispensings. Window: start %s, %s%s.",
        setting(s, "followup-start"), setting(s, "followup-duration"), n,
        setting(s, "window-start"), duration != NULL ? "duration " : "to the end of the follow-up",
        duration != NULL ? duration : "");
    twp_buffer_wrap(buffer, text, width, "", "");
    if (s->n_beyond_file == 0)
        return;
    twp_number_count(n, s->n_beyond_file);
    (void) snprintf(text, sizeof text,
        "Note: the follow-up ends after the last date of the file for %s of the patients; where "
        "the "
        "data end earlier, so should the follow-up (--followup-duration may name a column).",
        n);
    twp_buffer_wrap(buffer, text, width, "", "");
}

/* A bar for each bin; the longest has HISTOGRAM_WIDTH characters, and one that holds anything has one. */
static void
add_histogram(const twp_cohort_figure_t *figure, twp_buffer_t *buffer)
{
    int64_t most = 1;
    char count[TWP_NUMBER_SIZE];

    for (int i = 0; i < TWP_COHORT_BINS; i++)
        most = figure->bin[i] > most ? figure->bin[i] : most;
    for (int i = 0; i < TWP_COHORT_BINS; i++) {
        const double share = (double) figure->bin[i] / (double) most;
        const size_t length = figure->bin[i] > 0 ? (size_t) fmax(1, rint(HISTOGRAM_WIDTH * share))
                                                 : 0;
        twp_number_count(count, figure->bin[i]);
        twp_buffer_printf(buffer, "  %5s |", bin_names[i]);
        twp_buffer_repeat(buffer, '#', length);
        twp_buffer_printf(buffer, " %s\n", count);
    }
}

static const twp_cohort_figure_t *
first_measure(const twp_cohort_summary_t *summary)
{
    for (int i = 0; i < summary->n_figures; i++)
        if (summary->figure[i].bin != NULL)
            return &summary->figure[i];
    return NULL;
}

twp_status_t
twp_adherence_table(
    const twp_cohort_summary_t *summary, size_t width, twp_buffer_t *buffer, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    const twp_cohort_figure_t *const first = first_measure(summary);
    char n[TWP_NUMBER_SIZE];
    twp_grid_t grid;

    if (arena == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    add_facts(summary, buffer, width);
    grid = make_grid(summary, arena);
    twp_number_count(n, summary->n_rows);
    twp_buffer_printf(buffer, "\n%s %s\n", n, summary->rows);
    twp_grid_draw(&grid, buffer, "  ", width);
    if (first != NULL) {
        twp_buffer_printf(buffer, "\n%s of %s\n", first->name, summary->rows);
        add_histogram(first, buffer);
    }
    if (grid.has_failed)
        buffer->has_failed = true;
    twp_arena_free(arena);
    return twp_buffer_status(buffer, err);
}

twp_status_t
twp_adherence_markdown(const twp_cohort_summary_t *summary, twp_buffer_t *buffer, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    twp_grid_t grid;

    if (arena == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    twp_buffer_add(buffer, "# Adherence of ");
    twp_buffer_add_markdown(buffer, summary->path);
    twp_buffer_add(buffer, "\n\n");
    add_facts(summary, buffer, 100000);
    twp_buffer_add(buffer, "\n");
    grid = make_grid(summary, arena);
    twp_grid_draw_markdown(&grid, buffer);
    twp_buffer_add(buffer, "\n");
    for (int i = 0; i < summary->n_figures; i++)
        if (summary->figure[i].definition[0] != '\0') {
            twp_buffer_printf(buffer, "- **%s**: ", summary->figure[i].name);
            twp_buffer_add_markdown(buffer, summary->figure[i].definition);
            twp_buffer_add(buffer, "\n");
        }
    if (grid.has_failed)
        buffer->has_failed = true;
    twp_arena_free(arena);
    return twp_buffer_status(buffer, err);
}

/* ---- for programs ----------------------------------------------------------------------------- */

static void
add_number(twp_buffer_t *buffer, double value, bool is_last)
{
    char text[TWP_NUMBER_SIZE];

    twp_number_exact(text, value);
    twp_report_csv_field(buffer, text, is_last);
}

twp_status_t
twp_adherence_csv(const twp_cohort_summary_t *summary, twp_buffer_t *buffer, twp_error_t *err)
{
    twp_buffer_add(buffer,
        "measure,unit,n,n_missing,mean,low,high,sd,least,quartile_1,median,quartile_3,most,n_above,"
        "threshold\n");
    for (int i = 0; i < summary->n_figures; i++) {
        const twp_cohort_figure_t *const f = &summary->figure[i];
        const double number[] = { (double) f->n, (double) f->n_missing, f->mean, f->low, f->high,
            f->sd, f->least, f->quartile[0], f->quartile[1], f->quartile[2], f->most,
            f->bin != NULL ? (double) f->n_above : NAN, summary->threshold };
        const size_t n = sizeof number / sizeof number[0];

        twp_report_csv_field(buffer, f->name, false);
        twp_report_csv_field(buffer, f->unit, false);
        for (size_t k = 0; k < n; k++)
            add_number(buffer, number[k], k + 1 == n);
    }
    return twp_buffer_status(buffer, err);
}

static json_t *
figure_json(const twp_cohort_figure_t *f)
{
    json_t *const quartiles = json_pack("[o, o, o]", twp_tree_number(f->quartile[0]),
        twp_tree_number(f->quartile[1]), twp_tree_number(f->quartile[2]));
    json_t *const bins = f->bin != NULL ? json_array() : json_null();

    for (int i = 0; f->bin != NULL && i < TWP_COHORT_BINS; i++)
        json_array_append_new(bins, json_integer((json_int_t) f->bin[i]));
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "name", f->name, "unit", f->unit, "definition", f->definition, "source", f->source, "n",
        (json_int_t) f->n, "n_missing", (json_int_t) f->n_missing, "mean", twp_tree_number(f->mean),
        "low", twp_tree_number(f->low), "high", twp_tree_number(f->high), "sd",
        twp_tree_number(f->sd), "least", twp_tree_number(f->least), "quartiles", quartiles, "most",
        twp_tree_number(f->most), "n_above",
        f->bin != NULL ? json_integer((json_int_t) f->n_above) : json_null(), "histogram", bins);
}

twp_status_t
twp_adherence_json(const twp_cohort_summary_t *summary, twp_buffer_t *buffer, twp_error_t *err)
{
    json_t *const settings = json_object(), *const figures = json_array();
    json_t *root;

    for (int i = 0; i < summary->n_settings; i++)
        json_object_set_new(
            settings, summary->setting_name[i], json_string(summary->setting_value[i]));
    for (int i = 0; i < summary->n_figures; i++)
        json_array_append_new(figures, figure_json(&summary->figure[i]));
    root = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:f, s:o, s:o}", "file",
        summary->path, "per", summary->per, "n_dispensings", (json_int_t) summary->n_dispensings,
        "n_patients", (json_int_t) summary->n_patients, "n_rows", (json_int_t) summary->n_rows,
        "n_in_followup", (json_int_t) summary->n_in_followup, "n_beyond_file",
        (json_int_t) summary->n_beyond_file, "first_date", summary->first_date, "last_date",
        summary->last_date, "threshold", summary->threshold, "settings", settings, "figures",
        figures);
    return twp_tree_write(root, false, 2, buffer, err);
}
