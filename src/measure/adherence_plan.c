#include "measure/adherence_plan.h"

#include "base/calendar.h"
#include "base/suggest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DAYS 3700000.0 /* ten thousand years */
#define WORD_SIZE 256

typedef struct {
    twp_adherence_plan_t *plan;
    const twp_csv_t *csv; /* NULL in the first half */
    twp_findings_t *findings;
} reader_t;

/* ---- findings --------------------------------------------------------------------------------- */

static const char *
option_of(reader_t *reader, const char *name)
{
    const char *const option = twp_arena_printf(reader->findings->arena, "--%s", name);

    return option != NULL ? option : "--";
}

static void
refuse(reader_t *reader, twp_file_setting_t setting, const char *found, const char *expected,
    const char *nearest, const char *message)
{
    const char *const file = option_of(reader, twp_file_settings[setting].name);

    twp_findings_add(
        reader->findings, (twp_place_t){ file, 1, 1, "" }, found, expected, nearest, "%s", message);
}

/* ---- spans ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    twp_span_unit_t unit;
} units[] = {
    { "days", TWP_SPAN_DAYS },
    { "day", TWP_SPAN_DAYS },
    { "d", TWP_SPAN_DAYS },
    { "weeks", TWP_SPAN_WEEKS },
    { "week", TWP_SPAN_WEEKS },
    { "months", TWP_SPAN_MONTHS },
    { "month", TWP_SPAN_MONTHS },
    { "years", TWP_SPAN_YEARS },
    { "year", TWP_SPAN_YEARS },
    { "percent", TWP_SPAN_PERCENT },
    { "%", TWP_SPAN_PERCENT },
};
#define N_UNITS (sizeof units / sizeof units[0])

static bool
find_unit(const char *name, twp_span_unit_t *unit)
{
    for (size_t i = 0; i < N_UNITS; i++)
        if (strcmp(units[i].name, name) == 0) {
            *unit = units[i].unit;
            return true;
        }
    return false;
}

/* Reads "3 months", "90" (days), "50 %", "50%"; false when it is none. */
static bool
read_span(const char *text, twp_span_t *span)
{
    const size_t n_number = strspn(text, "+-.0123456789eE");
    const char *unit = text + n_number;

    unit += strspn(unit, " ");
    span->unit = TWP_SPAN_DAYS;
    return twp_number_read(text, n_number, &span->value) &&
        (*unit == '\0' || find_unit(unit, &span->unit));
}

double
twp_span_days(const twp_span_t *span)
{
    static const double days[] = { 1, 7, 30, 365, NAN };

    return rint(span->value * days[span->unit]);
}

double
twp_span_after(const twp_span_t *span, double day)
{
    const int n = (int) rint(span->value);

    switch (span->unit) {
    case TWP_SPAN_MONTHS: return twp_calendar_add_months((int32_t) day, n);
    case TWP_SPAN_YEARS: return twp_calendar_add_months((int32_t) day, 12 * n);
    default: return day + twp_span_days(span);
    }
}

/* A span within limits; least is 0, or 1 for what must last. */
static bool
check_span(reader_t *reader, twp_file_setting_t setting, const twp_span_t *span, double least)
{
    const char *const text = reader->plan->text[setting];

    if (span->unit == TWP_SPAN_PERCENT) {
        refuse(reader, setting, text, "days, weeks, months or years", NULL,
            "percent are of days' supply: only a permissible gap has them");
        return false;
    }
    if (!(twp_span_days(span) >= least && twp_span_days(span) <= MOST_DAYS)) {
        refuse(reader, setting, text, least > 0 ? "at least 1 day" : "at least 0 days", NULL,
            "no such length of time");
        return false;
    }
    return true;
}

static void
read_length(reader_t *reader, twp_file_setting_t setting, double least, twp_span_t *span)
{
    const char *const text = reader->plan->text[setting];

    *span = (twp_span_t){ 0, TWP_SPAN_DAYS };
    if (!read_span(text, span))
        refuse(reader, setting, text, "such as '90 days', '4 weeks', '3 months' or '1 year'", NULL,
            "no length of time");
    else
        (void) check_span(reader, setting, span, least);
}

/* ---- windows ---------------------------------------------------------------------------------- */

/* A column, maybe with a unit behind its name; finds nothing where it is neither. */
static bool
read_column(reader_t *reader, const char *text, twp_edge_t *edge)
{
    const char *const blank = strrchr(text, ' ');
    char name[WORD_SIZE];

    edge->kind = TWP_EDGE_COLUMN;
    edge->span.unit = TWP_SPAN_DAYS;
    edge->i_column = twp_csv_column(reader->csv, text);
    if (edge->i_column >= 0)
        return true;
    if (blank == NULL || (size_t) (blank - text) >= sizeof name ||
        !find_unit(blank + 1, &edge->span.unit) || edge->span.unit == TWP_SPAN_PERCENT)
        return false;
    memcpy(name, text, (size_t) (blank - text));
    name[blank - text] = '\0';
    edge->i_column = twp_csv_column(reader->csv, name);
    return edge->i_column >= 0;
}

static void
read_edge(reader_t *reader, twp_file_setting_t setting, bool is_duration, twp_edge_t *edge)
{
    const char *const text = reader->plan->text[setting];
    const twp_csv_t *const csv = reader->csv;

    *edge = (twp_edge_t){ .kind = TWP_EDGE_SPAN, .option = twp_file_settings[setting].name };
    if (read_span(text, &edge->span)) {
        (void) check_span(reader, setting, &edge->span, is_duration);
        return;
    }
    if (!is_duration && twp_calendar_read(text, reader->plan->columns.date_format, &edge->day)) {
        edge->kind = TWP_EDGE_DATE;
        return;
    }
    if (!read_column(reader, text, edge))
        refuse(reader, setting, text,
            is_duration ? "a span such as '365 days', or a column"
                        : "a span such as '30 days', a date as the file has them, or a column",
            csv->n_columns > 0 ? twp_suggest_nearest(
                                     text, (const char *const *) csv->name, (size_t) csv->n_columns)
                               : NULL,
            "cannot be read");
}

static bool
is_fixed(const twp_edge_t *edge)
{
    return edge->kind == TWP_EDGE_SPAN && edge->span.unit <= TWP_SPAN_WEEKS;
}

/* Where all is told in days, a window that cannot fit is one finding, not one a patient. */
static void
check_windows(reader_t *reader)
{
    const twp_adherence_plan_t *const plan = reader->plan;
    double end;

    if (!is_fixed(&plan->followup_duration) || !is_fixed(&plan->window_start))
        return;
    end = twp_span_days(&plan->window_start.span);
    if (!plan->has_window_duration) {
        if (end >= twp_span_days(&plan->followup_duration.span))
            refuse(reader, TWP_SET_WINDOW_START, plan->text[TWP_SET_WINDOW_START],
                "less than the duration of the follow-up", NULL,
                "the window starts after the follow-up");
        return;
    }
    if (!is_fixed(&plan->window_duration))
        return;
    end += twp_span_days(&plan->window_duration.span);
    if (end > twp_span_days(&plan->followup_duration.span))
        refuse(reader, TWP_SET_WINDOW_DURATION, plan->text[TWP_SET_WINDOW_DURATION],
            "an end within the follow-up", NULL, "the window ends after the follow-up");
}

static void
read_windows(reader_t *reader)
{
    twp_adherence_plan_t *const plan = reader->plan;
    const int n_errors = reader->findings->n_errors;

    read_edge(reader, TWP_SET_FOLLOWUP_START, false, &plan->followup_start);
    read_edge(reader, TWP_SET_FOLLOWUP_DURATION, true, &plan->followup_duration);
    read_edge(reader, TWP_SET_WINDOW_START, false, &plan->window_start);
    plan->has_window_duration = plan->text[TWP_SET_WINDOW_DURATION] != NULL;
    if (plan->has_window_duration)
        read_edge(reader, TWP_SET_WINDOW_DURATION, true, &plan->window_duration);
    if (reader->findings->n_errors == n_errors)
        check_windows(reader);
}

/* ---- lists ------------------------------------------------------------------------------------ */

/* The next part of a list "a, b"; false at its end. Parts may not be longer than word. */
static bool
next_part(const char **list, char word[WORD_SIZE])
{
    size_t n;

    *list += strspn(*list, " ,");
    n = strcspn(*list, ",");
    if (n == 0)
        return false;
    if (n >= WORD_SIZE)
        n = WORD_SIZE - 1;
    memcpy(word, *list, n);
    *list += n;
    while (n > 0 && word[n - 1] == ' ')
        n--;
    word[n] = '\0';
    return true;
}

static void
add_measure(twp_adherence_plan_t *plan, int measure)
{
    for (int i = 0; i < plan->n_measures; i++)
        if ((int) plan->measure[i] == measure)
            return;
    plan->measure[plan->n_measures++] = (twp_file_measure_t) measure;
}

static void
add_all_measures(twp_adherence_plan_t *plan)
{
    add_measure(plan, TWP_FILE_PDC);
    add_measure(plan, TWP_FILE_MPR);
    for (int i = 1; i <= TWP_FILE_CMA9; i++)
        add_measure(plan, i);
}

static void
read_measures(reader_t *reader)
{
    const char *names[TWP_N_FILE_MEASURES + 1];
    const char *list = reader->plan->text[TWP_SET_MEASURE];
    char word[WORD_SIZE];

    for (int i = 0; i < TWP_N_FILE_MEASURES; i++)
        names[i] = twp_file_measures[i].name;
    names[TWP_N_FILE_MEASURES] = "all";
    while (next_part(&list, word)) {
        int i = 0;

        while (i <= TWP_N_FILE_MEASURES && strcmp(names[i], word) != 0)
            i++;
        if (i > TWP_N_FILE_MEASURES)
            refuse(reader, TWP_SET_MEASURE, word, "cma0 to cma9, pdc, mpr, persistence or all",
                twp_suggest_nearest(word, names, TWP_N_FILE_MEASURES + 1), "no such measure");
        else if (i == TWP_N_FILE_MEASURES)
            add_all_measures(reader->plan);
        else if (i == TWP_FILE_PERSISTENCE && reader->plan->text[TWP_SET_AT] == NULL)
            refuse(reader, TWP_SET_MEASURE, word, "--at '365 days', say", NULL,
                "persistence needs a time");
        else if (i != TWP_FILE_CMA0)
            add_measure(reader->plan, i);
    }
}

static void
read_times(reader_t *reader)
{
    twp_adherence_plan_t *const plan = reader->plan;
    const char *list = plan->text[TWP_SET_AT];
    char word[WORD_SIZE];

    if (list == NULL)
        return;
    while (next_part(&list, word)) {
        twp_span_t span;

        if (!read_span(word, &span) || span.unit == TWP_SPAN_PERCENT ||
            !(twp_span_days(&span) >= 1 && twp_span_days(&span) <= MOST_DAYS))
            refuse(reader, TWP_SET_AT, word, "such as '90 days'", NULL, "no time to measure at");
        else if (plan->n_times == TWP_PLAN_MAX_TIMES)
            refuse(reader, TWP_SET_AT, word, NULL, NULL, "more than 16 times");
        else
            plan->at_days[plan->n_times++] = twp_span_days(&span);
    }
    add_measure(plan, TWP_FILE_PERSISTENCE);
    if (plan->per != TWP_PER_PATIENT)
        refuse(reader, TWP_SET_AT, plan->text[TWP_SET_AT], "--per patient", NULL,
            "persistence is of patients");
}

/* ---- the rest --------------------------------------------------------------------------------- */

static int
read_choice(reader_t *reader, twp_file_setting_t setting)
{
    const char *const text = reader->plan->text[setting];
    const char *rest = twp_file_settings[setting].value, *names[8], *nearest;
    char word[8][32];
    size_t n = 0;

    for (; *rest != '\0' && n < 8; n++) {
        const size_t length = strcspn(rest, "|");

        memcpy(word[n], rest, length < 31 ? length : 31);
        word[n][length < 31 ? length : 31] = '\0';
        names[n] = word[n];
        if (strcmp(word[n], text) == 0)
            return (int) n;
        rest += length + (rest[length] == '|');
    }
    nearest = twp_suggest_nearest(text, names, n);
    refuse(reader, setting, text, twp_file_settings[setting].value,
        nearest == NULL ? NULL : twp_arena_strdup(reader->findings->arena, nearest),
        "no such choice");
    return 0;
}

static bool
is_set(const twp_adherence_plan_t *plan, twp_file_setting_t setting)
{
    return plan->text[setting] != NULL;
}

static void
read_gap(reader_t *reader)
{
    twp_adherence_plan_t *const plan = reader->plan;
    const char *const text = plan->text[TWP_SET_PERMISSIBLE_GAP];
    twp_span_t span;

    if (!read_span(text, &span) || !(span.value >= 0 && span.value <= MOST_DAYS)) {
        refuse(reader, TWP_SET_PERMISSIBLE_GAP, text, "such as '60 days' or '50 percent'", NULL,
            "no permissible gap");
        return;
    }
    plan->episode = (twp_episode_rules_t){
        .is_share = span.unit == TWP_SPAN_PERCENT,
        .is_appended = is_set(plan, TWP_SET_APPEND_GAP),
        .ends_on_medication = is_set(plan, TWP_SET_MEDICATION_EPISODES),
        .ends_on_dose = is_set(plan, TWP_SET_DOSE_EPISODES),
    };
    /* Not rounded: AdhereR takes 1.5 days as they are. */
    plan->episode.gap = span.unit == TWP_SPAN_PERCENT ? span.value / 100
        : span.unit == TWP_SPAN_DAYS                  ? span.value
        : span.unit == TWP_SPAN_WEEKS                 ? 7 * span.value
        : span.unit == TWP_SPAN_MONTHS                ? 30 * span.value
                                                      : 365 * span.value;
    if (plan->episode.is_share && plan->n_times > 0)
        refuse(reader, TWP_SET_PERMISSIBLE_GAP, text, "days", NULL,
            "persistence needs a permissible gap in days");
}

/* What looks at a column needs it named. */
static void
check_columns(reader_t *reader)
{
    static const struct {
        twp_file_setting_t setting, column;
    } needs[] = {
        { TWP_SET_SAME_MEDICATION_ONLY, TWP_SET_MEDICATION },
        { TWP_SET_MEDICATION_EPISODES, TWP_SET_MEDICATION },
        { TWP_SET_DOSE_CHANGE, TWP_SET_DAILY_DOSE },
        { TWP_SET_DOSE_EPISODES, TWP_SET_DAILY_DOSE },
    };

    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (is_set(reader->plan, needs[i].setting) && !is_set(reader->plan, needs[i].column))
            refuse(reader, needs[i].setting, NULL,
                option_of(reader, twp_file_settings[needs[i].column].name), NULL,
                "needs the column that it looks at");
}

static void
read_sliding(reader_t *reader)
{
    twp_adherence_plan_t *const plan = reader->plan;
    const char *const number = plan->text[TWP_SET_SLIDING_NUMBER];
    twp_span_t length, step;
    double n = 0;

    read_length(reader, TWP_SET_SLIDING_START, 0, &plan->sliding_start);
    read_length(reader, TWP_SET_SLIDING_LENGTH, 1, &length);
    read_length(reader, TWP_SET_SLIDING_STEP, 1, &step);
    if (number != NULL &&
        !(twp_number_read(number, strlen(number), &n) && n >= 1 && n <= 100000 && n == rint(n))) {
        refuse(reader, TWP_SET_SLIDING_NUMBER, number, "a whole number from 1 to 100000", NULL,
            "no number of windows");
        n = 0;
    }
    plan->sliding = (twp_sliding_t){
        .length_days = twp_span_days(&length), .step_days = twp_span_days(&step), .n = (int) n
    };
}

static void
read_threshold(reader_t *reader)
{
    const char *const text = reader->plan->text[TWP_SET_THRESHOLD];

    if (!twp_number_read(text, strlen(text), &reader->plan->threshold) ||
        !(reader->plan->threshold > 0))
        refuse(
            reader, TWP_SET_THRESHOLD, text, "a number above 0, such as 0.8", NULL, "no threshold");
}

/* ---- the whole -------------------------------------------------------------------------------- */

static bool
is_list(twp_file_setting_t setting)
{
    return setting == TWP_SET_MEASURE || setting == TWP_SET_AT;
}

static bool
take_text(reader_t *reader, const twp_plan_text_t *text, twp_arena_t *arena)
{
    const char *names[TWP_N_FILE_SETTINGS], *copy;
    int i = 0;

    for (int k = 0; k < TWP_N_FILE_SETTINGS; k++)
        names[k] = twp_file_settings[k].name;
    while (i < TWP_N_FILE_SETTINGS && strcmp(names[i], text->name) != 0)
        i++;
    if (i == TWP_N_FILE_SETTINGS) {
        twp_findings_add(reader->findings, (twp_place_t){ option_of(reader, text->name), 1, 1, "" },
            text->name, NULL, twp_suggest_nearest(text->name, names, TWP_N_FILE_SETTINGS),
            "there is no such setting");
        return true;
    }
    if (twp_file_settings[i].value == NULL)
        copy = "yes";
    else if (is_list((twp_file_setting_t) i) && reader->plan->text[i] != NULL)
        copy = twp_arena_printf(arena, "%s,%s", reader->plan->text[i], text->value);
    else
        copy = twp_arena_strdup(arena, text->value != NULL ? text->value : "");
    reader->plan->text[i] = copy;
    return copy != NULL;
}

twp_status_t
twp_adherence_plan_begin(twp_adherence_plan_t *plan, const twp_plan_text_t *text, int n,
    twp_arena_t *arena, twp_findings_t *findings, twp_error_t *err)
{
    reader_t reader = { plan, NULL, findings };

    *plan = (twp_adherence_plan_t){ 0 };
    for (int i = 0; i < n; i++)
        if (!take_text(&reader, &text[i], arena))
            return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the settings");
    for (int i = 0; i < TWP_N_FILE_SETTINGS; i++)
        if (plan->text[i] == NULL)
            plan->text[i] = twp_file_settings[i].fallback;
    if (!twp_calendar_is_format(plan->text[TWP_SET_DATE_FORMAT])) {
        refuse(&reader, TWP_SET_DATE_FORMAT, plan->text[TWP_SET_DATE_FORMAT],
            "%Y, %m (or %b) and %d once each, such as %m/%d/%Y", NULL, "no format of dates");
        plan->text[TWP_SET_DATE_FORMAT] = "%Y-%m-%d";
    }
    plan->columns = (twp_dispensings_columns_t){ .id = plan->text[TWP_SET_ID],
        .date = plan->text[TWP_SET_DATE],
        .duration = plan->text[TWP_SET_DURATION],
        .daily_dose = plan->text[TWP_SET_DAILY_DOSE],
        .medication = plan->text[TWP_SET_MEDICATION],
        .date_format = plan->text[TWP_SET_DATE_FORMAT] };
    return TWP_OK;
}

void
twp_adherence_plan_end(twp_adherence_plan_t *plan, const twp_csv_t *csv, twp_findings_t *findings)
{
    reader_t reader = { plan, csv, findings };

    read_windows(&reader);
    plan->per = (twp_adherence_per_t) read_choice(&reader, TWP_SET_PER);
    plan->event_carry = (twp_carry_t) read_choice(&reader, TWP_SET_CARRY_OVER);
    read_measures(&reader);
    read_times(&reader);
    plan->carry = (twp_carry_rules_t){ is_set(plan, TWP_SET_SAME_MEDICATION_ONLY),
        is_set(plan, TWP_SET_DOSE_CHANGE) };
    check_columns(&reader);
    read_gap(&reader);
    read_sliding(&reader);
    read_threshold(&reader);
}
