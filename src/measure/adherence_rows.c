#include "measure/adherence_rows.h"

#include "base/calendar.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FINDINGS 50
#define MOST_WINDOWS 10000 /* that slide over the window of a patient */

typedef struct {
    twp_adherence_rows_t *rows;
    const twp_adherence_plan_t *plan;
    const twp_dispensings_t *from;
    twp_findings_t *findings;
    int64_t n_findings;
    twp_cma_gap_t *gap;     /* [longest history] */
    twp_episode_t *episode; /* [longest history] */
    unsigned wanted;        /* CMAs */
    bool is_out_of_memory;
    /* the patient at hand */
    int64_t i_patient;
    const twp_dispensing_t *dispensing;
    int n;
    twp_cma_window_t window;
} maker_t;

/* ---- columns ---------------------------------------------------------------------------------- */

static void
add_column(twp_adherence_rows_t *rows, const char *name, twp_adherence_column_kind_t kind)
{
    twp_adherence_column_t *const column = &rows->column[rows->n_columns++];

    *column = (twp_adherence_column_t){ .kind = kind };
    (void) snprintf(column->name, sizeof column->name, "%s", name);
}

static void
add_measure_column(twp_adherence_rows_t *rows, twp_file_measure_t measure, const char *name)
{
    add_column(rows, name, TWP_ADHERENCE_IS_MEASURE);
    rows->column[rows->n_columns - 1].measure = &twp_file_measures[measure];
}

typedef struct {
    const char *name;
    twp_adherence_column_kind_t kind;
} head_t;

#define END     \
    {           \
        NULL, 0 \
    }
static const head_t heads[][12] = {
    [TWP_PER_PATIENT] = { { "patient", TWP_ADHERENCE_IS_PATIENT },
        { "n_dispensings", TWP_ADHERENCE_IS_COUNT }, { "n_in_followup", TWP_ADHERENCE_IS_COUNT },
        { "n_in_window", TWP_ADHERENCE_IS_COUNT }, { "followup_start", TWP_ADHERENCE_IS_DATE },
        { "followup_end", TWP_ADHERENCE_IS_DATE }, { "window_start", TWP_ADHERENCE_IS_DATE },
        { "window_end", TWP_ADHERENCE_IS_DATE }, END },
    [TWP_PER_EPISODE] = { { "patient", TWP_ADHERENCE_IS_PATIENT },
        { "episode", TWP_ADHERENCE_IS_COUNT }, { "n_dispensings", TWP_ADHERENCE_IS_COUNT },
        { "episode_start", TWP_ADHERENCE_IS_DATE }, { "episode_end", TWP_ADHERENCE_IS_DATE },
        { "episode_days", TWP_ADHERENCE_IS_NUMBER }, { "end_gap_days", TWP_ADHERENCE_IS_NUMBER },
        { "window_start", TWP_ADHERENCE_IS_DATE }, { "window_end", TWP_ADHERENCE_IS_DATE }, END },
    [TWP_PER_WINDOW] = { { "patient", TWP_ADHERENCE_IS_PATIENT },
        { "window", TWP_ADHERENCE_IS_COUNT }, { "n_in_window", TWP_ADHERENCE_IS_COUNT },
        { "window_start", TWP_ADHERENCE_IS_DATE }, { "window_end", TWP_ADHERENCE_IS_DATE }, END },
    [TWP_PER_EVENT] = { { "patient", TWP_ADHERENCE_IS_PATIENT }, { "date", TWP_ADHERENCE_IS_DATE },
        { "supply_days", TWP_ADHERENCE_IS_NUMBER }, { "interval_days", TWP_ADHERENCE_IS_NUMBER },
        { "gap_days", TWP_ADHERENCE_IS_NUMBER }, { "carried_days", TWP_ADHERENCE_IS_NUMBER },
        { "is_before_window", TWP_ADHERENCE_IS_FLAG }, { "is_after_window", TWP_ADHERENCE_IS_FLAG },
        END },
};

static void
add_columns(twp_adherence_rows_t *rows, const twp_adherence_plan_t *plan)
{
    for (const head_t *head = heads[plan->per]; head->name != NULL; head++)
        add_column(rows, head->name, head->kind);
    if (plan->per == TWP_PER_EVENT) {
        if (plan->columns.daily_dose != NULL)
            add_column(rows, "daily_dose", TWP_ADHERENCE_IS_NUMBER);
        if (plan->columns.medication != NULL)
            add_column(rows, "medication", TWP_ADHERENCE_IS_MEDICATION);
        return;
    }
    for (int i = 0; i < plan->n_measures; i++) {
        const twp_file_measure_t measure = plan->measure[i];
        char name[TWP_ADHERENCE_NAME_SIZE];

        if (measure != TWP_FILE_PERSISTENCE)
            add_measure_column(rows, measure, twp_file_measures[measure].name);
        for (int k = 0; measure == TWP_FILE_PERSISTENCE && k < plan->n_times; k++) {
            (void) snprintf(
                name, sizeof name, "%s_%.0fd", twp_file_measures[measure].name, plan->at_days[k]);
            add_measure_column(rows, measure, name);
        }
    }
}

/* Room for a row, whose cells are filled from the left by put(). */
static bool
begin_row(maker_t *maker)
{
    twp_adherence_rows_t *const rows = maker->rows;

    if (rows->n_rows == rows->n_room) {
        const int64_t n_room = rows->n_room > 0 ? 2 * rows->n_room : maker->from->n_patients + 1;

        for (int i = 0; i < rows->n_columns; i++) {
            double *const value = realloc(
                rows->column[i].value, (size_t) n_room * sizeof *rows->column[i].value);
            if (value == NULL) {
                maker->is_out_of_memory = true;
                return false;
            }
            rows->column[i].value = value;
        }
        rows->n_room = n_room;
    }
    rows->n_rows++;
    return true;
}

static void
put(maker_t *maker, int *i_column, double value)
{
    maker->rows->column[(*i_column)++].value[maker->rows->n_rows - 1] = value;
}

/* ---- windows ---------------------------------------------------------------------------------- */

static void
report(maker_t *maker, int i_column, const char *expected, const char *message)
{
    const twp_csv_t *const csv = &maker->from->csv;
    const int64_t i_row = maker->from->row[maker->from->first[maker->i_patient]];
    twp_place_t place = { csv->file, (int) csv->line[i_row], 1, "" };

    if (i_column >= 0)
        place = twp_dispensings_place(csv, i_row, i_column);
    if (maker->n_findings++ < MOST_FINDINGS)
        twp_findings_add(maker->findings, place,
            i_column >= 0 ? twp_csv_text(csv, i_row, i_column) : NULL, expected, NULL,
            "patient %s: %s", maker->from->id[maker->i_patient], message);
}

/* Checks that all rows of the patient say the same in a column. */
static bool
is_one_value(maker_t *maker, int i_column)
{
    const twp_dispensings_t *const from = maker->from;
    const int64_t first = from->first[maker->i_patient], end = from->first[maker->i_patient + 1];
    const char *const text = twp_csv_text(&from->csv, from->row[first], i_column);

    for (int64_t i = first + 1; i < end; i++)
        if (strcmp(twp_csv_text(&from->csv, from->row[i], i_column), text) != 0)
            return false;
    return true;
}

/* Day that a start or duration leads to from another; NAN with a finding. */
static double
follow_edge(maker_t *maker, const twp_edge_t *edge, bool is_duration, double day)
{
    const twp_csv_t *const csv = &maker->from->csv;
    const int64_t i_row = maker->from->row[maker->from->first[maker->i_patient]];
    twp_span_t span = edge->span;
    int32_t date;

    if (edge->kind == TWP_EDGE_DATE)
        return edge->day;
    if (edge->kind == TWP_EDGE_COLUMN) {
        const char *const text = twp_csv_text(csv, i_row, edge->i_column);

        if (!is_one_value(maker, edge->i_column)) {
            report(maker, edge->i_column, "the same in all rows of a patient",
                "the rows have different values");
            return NAN;
        }
        if (!is_duration && twp_calendar_read(text, maker->plan->columns.date_format, &date))
            return date;
        if (!twp_csv_number(csv, i_row, edge->i_column, &span.value) || span.value > 4e6 ||
            !(is_duration ? twp_span_days(&span) >= 1 : span.value >= 0)) {
            report(maker, edge->i_column,
                is_duration ? "a number above 0" : "a number, 0 or above, or a date",
                "no start or duration of a window");
            return NAN;
        }
    }
    return twp_span_after(&span, day);
}

/* The windows of the patient at hand; false with a finding. */
static bool
find_window(maker_t *maker)
{
    const twp_adherence_plan_t *const plan = maker->plan;
    twp_cma_window_t *const w = &maker->window;

    w->followup_start_day = follow_edge(
        maker, &plan->followup_start, false, maker->dispensing[0].day);
    if (isnan(w->followup_start_day))
        return false;
    w->followup_end_day = follow_edge(maker, &plan->followup_duration, true, w->followup_start_day);
    w->start_day = follow_edge(maker, &plan->window_start, false, w->followup_start_day);
    if (isnan(w->followup_end_day) || isnan(w->start_day))
        return false;
    w->end_day = !plan->has_window_duration
        ? w->followup_end_day
        : follow_edge(maker, &plan->window_duration, true, w->start_day);
    if (isnan(w->end_day))
        return false;
    if (w->start_day < w->followup_start_day || w->end_day > w->followup_end_day ||
        w->start_day >= w->end_day) {
        report(maker, -1, NULL, "the observation window does not lie within the follow-up");
        return false;
    }
    return true;
}

/* ---- measures --------------------------------------------------------------------------------- */

static twp_adherence_t
stream_of(const maker_t *maker, const twp_cma_window_t *window, double from, double to, double gap)
{
    const twp_cma_range_t range = twp_cma_range(maker->dispensing, maker->n, window, from, to);
    twp_adherence_t stream;

    twp_adherence_begin(&stream, INFINITY, gap, to);
    for (int i = range.first; i < range.end; i++)
        twp_adherence_add(&stream, maker->dispensing[i].day, maker->dispensing[i].supply_days);
    return stream;
}

static double
persistence(const maker_t *maker, const twp_adherence_t *stream, double at_days)
{
    if (stream->n == 0 ||
        at_days + maker->plan->episode.gap > maker->window.followup_end_day - stream->first_day)
        return NAN;
    return twp_adherence_persisted_days_of(stream) >= at_days ? 1 : 0;
}

/* The measures of a row over window, into its cells from *i_column on. */
static void
put_measures(maker_t *maker, const twp_cma_window_t *window, int *i_column)
{
    const twp_adherence_plan_t *const plan = maker->plan;
    double cma[TWP_CMA_N];
    twp_adherence_t stream;

    twp_cma_values(
        maker->dispensing, maker->n, window, &plan->carry, maker->wanted, maker->gap, cma);
    for (int i = 0; i < plan->n_measures; i++) {
        switch (plan->measure[i]) {
        case TWP_FILE_PDC:
        case TWP_FILE_MPR:
            stream = stream_of(maker, window, window->start_day, window->end_day, INFINITY);
            put(maker, i_column,
                plan->measure[i] == TWP_FILE_PDC ? twp_adherence_pdc_of(&stream)
                                                 : twp_adherence_mpr_of(&stream));
            break;
        case TWP_FILE_PERSISTENCE:
            stream = stream_of(maker, window, window->followup_start_day, window->followup_end_day,
                plan->episode.gap);
            for (int k = 0; k < plan->n_times; k++)
                put(maker, i_column, persistence(maker, &stream, plan->at_days[k]));
            break;
        default: put(maker, i_column, cma[plan->measure[i]]);
        }
    }
}

/* ---- rows ------------------------------------------------------------------------------------- */

static int
count(const maker_t *maker, const twp_cma_window_t *window, double from, double to)
{
    const twp_cma_range_t range = twp_cma_range(maker->dispensing, maker->n, window, from, to);

    return range.end - range.first;
}

static void
make_patient(maker_t *maker)
{
    const twp_cma_window_t *const w = &maker->window;
    int i = 0;

    if (!begin_row(maker))
        return;
    put(maker, &i, (double) maker->i_patient);
    put(maker, &i, maker->n);
    put(maker, &i, count(maker, w, w->followup_start_day, w->followup_end_day));
    put(maker, &i, count(maker, w, w->start_day, w->end_day));
    put(maker, &i, w->followup_start_day);
    put(maker, &i, w->followup_end_day);
    put(maker, &i, w->start_day);
    put(maker, &i, w->end_day);
    put_measures(maker, w, &i);
}

static void
make_episodes(maker_t *maker)
{
    const twp_adherence_plan_t *const plan = maker->plan;
    const int n = twp_episodes(maker->dispensing, maker->n, maker->window.followup_start_day,
        maker->window.followup_end_day, &plan->carry, &plan->episode, maker->gap, maker->episode);

    for (int k = 0; k < n; k++) {
        const twp_episode_t *const episode = &maker->episode[k];
        twp_cma_window_t window;
        const bool is_shared = twp_episode_window(episode, &maker->window, &window);
        int i = 0;

        if (plan->n_measures > 0 && !is_shared)
            continue;
        if (!begin_row(maker))
            return;
        put(maker, &i, (double) maker->i_patient);
        put(maker, &i, k + 1);
        put(maker, &i, episode->end - episode->first);
        put(maker, &i, episode->start_day);
        put(maker, &i, episode->start_day + episode->duration_days);
        put(maker, &i, episode->duration_days);
        put(maker, &i, episode->end_gap_days);
        put(maker, &i, is_shared ? window.start_day : NAN);
        put(maker, &i, is_shared ? window.end_day : NAN);
        put_measures(maker, &window, &i);
    }
}

static void
make_windows(maker_t *maker)
{
    const twp_adherence_plan_t *const plan = maker->plan;
    twp_sliding_t sliding = plan->sliding;
    double step;
    int n;

    sliding.first_day = twp_span_after(&plan->sliding_start, maker->window.start_day);
    n = twp_sliding_n(&sliding, maker->window.end_day, &step);
    if (n > MOST_WINDOWS) {
        report(maker, -1, "at most 10000: longer steps, or a shorter window",
            "too many sliding windows");
        return;
    }
    for (int k = 0; k < n; k++) {
        const twp_cma_window_t window = twp_sliding_window(&sliding, &maker->window, step, k);
        int i = 0;

        if (!begin_row(maker))
            return;
        put(maker, &i, (double) maker->i_patient);
        put(maker, &i, k + 1);
        put(maker, &i, count(maker, &window, window.start_day, window.end_day));
        put(maker, &i, window.start_day);
        put(maker, &i, window.end_day);
        put_measures(maker, &window, &i);
    }
}

/* Dispensings of the follow-up; what does not count has no gap, outside the window no interval. */
static void
make_events(maker_t *maker)
{
    const twp_adherence_plan_t *const plan = maker->plan;
    const twp_cma_window_t *const w = &maker->window;
    const twp_cma_range_t all = twp_cma_range(
        maker->dispensing, maker->n, w, w->followup_start_day, w->followup_end_day);
    const twp_cma_range_t counted = twp_cma_gaps(
        maker->dispensing, maker->n, w, plan->event_carry, &plan->carry, maker->gap);

    for (int k = all.first; k < all.end; k++) {
        const twp_dispensing_t *const d = &maker->dispensing[k];
        const bool is_counted = k >= counted.first && k < counted.end;
        const bool is_before = d->day<w->start_day, is_after = d->day> w->end_day;
        int i = 0;

        if (!begin_row(maker))
            return;
        put(maker, &i, (double) maker->i_patient);
        put(maker, &i, d->day);
        put(maker, &i, d->supply_days);
        put(maker, &i, is_counted && !is_before ? maker->gap[k].interval_days : NAN);
        put(maker, &i, is_counted ? maker->gap[k].gap_days : NAN);
        put(maker, &i, is_counted ? maker->gap[k].carried_days : NAN);
        put(maker, &i, is_before);
        put(maker, &i, is_after);
        if (plan->columns.daily_dose != NULL)
            put(maker, &i, d->daily_dose);
        if (plan->columns.medication != NULL)
            put(maker, &i, d->i_medication);
    }
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void
make_rows(maker_t *maker)
{
    static void (*const make[])(
        maker_t *) = { make_patient, make_episodes, make_windows, make_events };
    const twp_dispensings_t *const from = maker->from;

    for (int64_t p = 0; p < from->n_patients && !maker->is_out_of_memory; p++) {
        maker->i_patient = p;
        maker->dispensing = from->dispensing + from->first[p];
        maker->n = (int) (from->first[p + 1] - from->first[p]);
        if (!find_window(maker))
            continue;
        maker->rows->n_in_followup += count(maker, &maker->window, maker->window.followup_start_day,
            maker->window.followup_end_day);
        maker->rows->n_beyond_file += maker->window.followup_end_day > from->last_day;
        make[maker->plan->per](maker);
    }
    if (maker->n_findings > MOST_FINDINGS)
        twp_findings_add(maker->findings, (twp_place_t){ from->csv.file, 0, 0, "" }, NULL, NULL,
            NULL, "the windows of %" PRId64 " more patients are wrong",
            maker->n_findings - MOST_FINDINGS);
}

twp_status_t
twp_adherence_rows_make(twp_adherence_rows_t *rows, const twp_adherence_plan_t *plan,
    const twp_dispensings_t *dispensings, twp_findings_t *findings, twp_error_t *err)
{
    maker_t maker = { .rows = rows, .plan = plan, .from = dispensings, .findings = findings };
    int64_t longest = 0;

    *rows = (twp_adherence_rows_t){ 0 };
    add_columns(rows, plan);
    for (int i = 0; i < plan->n_measures; i++)
        if (plan->measure[i] <= TWP_FILE_CMA9)
            maker.wanted |= 1U << plan->measure[i];
    for (int64_t p = 0; p < dispensings->n_patients; p++) {
        const int64_t n = dispensings->first[p + 1] - dispensings->first[p];
        longest = n > longest ? n : longest;
    }
    maker.gap = malloc((size_t) (longest + 1) * sizeof *maker.gap);
    maker.episode = malloc((size_t) (longest + 1) * sizeof *maker.episode);
    maker.is_out_of_memory = maker.gap == NULL || maker.episode == NULL;
    make_rows(&maker);
    free(maker.gap);
    free(maker.episode);
    if (maker.is_out_of_memory)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the rows");
    if (maker.n_findings > 0)
        return TWP_FAIL(err, TWP_ERR_INPUT, "windows of patients are wrong");
    return TWP_OK;
}

void
twp_adherence_rows_clear(twp_adherence_rows_t *rows)
{
    for (int i = 0; i < rows->n_columns; i++)
        free(rows->column[i].value);
    *rows = (twp_adherence_rows_t){ 0 };
}
