/* Measures that are asked for, with every default filled in and a column name of their own. */
#include "base/suggest.h"
#include "study/read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- times ---------------------------------------------------------------------------------- */

int
twp_read_time_index(const twp_study_measure_t *measure, double days)
{
    for (int i = 0; i < measure->n_times; i++)
        if (measure->time_days[i] == days)
            return i;
    return -1;
}

static int
compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/* Rises, and holds each time once. */
static void
sort_times(twp_study_measure_t *measure)
{
    int kept = 0;

    if (measure->n_times > 0)
        qsort(measure->time_days, (size_t) measure->n_times, sizeof *measure->time_days,
            compare_numbers);
    for (int i = 0; i < measure->n_times; i++)
        if (kept == 0 || measure->time_days[kept - 1] != measure->time_days[i])
            measure->time_days[kept++] = measure->time_days[i];
    measure->n_times = kept;
}

static void
read_times(twp_read_t *read, twp_spot_t spot, twp_study_measure_t *out)
{
    const twp_study_typed_t *study = read->study;
    const int n = twp_read_n_items(spot);
    const double end = fmin(study->horizon_days, study->follow_up_days);

    out->time_days = TWP_READ_NEW(read, double, n);
    for (int i = 0; i < n; i++) {
        const twp_spot_t item = twp_read_item(read, spot, i);
        const double days = twp_read_constant(read, item, TWP_DIM_TIME, NAN);
        if (isnan(days))
            continue;
        if (!(days >= 0))
            twp_read_fail(read, twp_read_place(item), twp_read_text(item), "a time not below 0",
                NULL, "the time is out of range");
        else if (days > end)
            twp_read_warn(read, twp_read_place(item), twp_read_text(item),
                twp_read_printf(read, "at most %g days", end), NULL,
                "no life is that long: there will be no value");
        out->time_days[out->n_times++] = days;
    }
    sort_times(out);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static int
read_listed(twp_read_t *read, twp_spot_t spot, const char *const *sorted, int n, const char *what)
{
    const char *text = twp_read_text(spot);
    const int i = text != NULL ? twp_read_index(sorted, n, text) : -1;

    if (text != NULL && i < 0)
        twp_read_fail(read, twp_read_place(spot), text, what,
            twp_suggest_nearest(text, sorted, (size_t) n), "%s is not %s", text, what);
    return i;
}

static bool
is_missing(twp_read_t *read, twp_spot_t spot, twp_spot_t key, const char *expected)
{
    if (key.node != NULL)
        return false;
    twp_read_fail(
        read, twp_read_place(spot), NULL, expected, NULL, "the measure needs more to be said");
    return true;
}

/* Names of stocks, sorted as the variables are. */
static int
read_stock(twp_read_t *read, twp_spot_t spot, const twp_measure_row_t *row, twp_spot_t measure)
{
    const twp_study_typed_t *study = read->study;
    const char **name = TWP_READ_NEW(read, const char *, study->n_variables);
    int n = 0, i_only = -1, i;

    for (int v = 0; v < study->n_variables; v++)
        if (study->variable[v].is_stock) {
            name[n++] = study->variable[v].name;
            i_only = v;
        }
    if (spot.node != NULL) {
        i = read_listed(read, spot, name, n, "a stock");
        for (int v = 0; i >= 0 && v < study->n_variables; v++)
            if (study->variable[v].name == name[i])
                return v;
        return -1;
    }
    if (n == 0)
        twp_read_fail(read, twp_read_place(measure), row->name, "a variable of kind: stock", NULL,
            "nothing is ever dispensed in this study");
    else if (n > 1 && row->measure == TWP_MEASURE_STOCK)
        twp_read_fail(read, twp_read_place(measure), row->name, "stock: NAME", NULL,
            "there are several stocks");
    return n == 1 ? i_only : -1;
}

/* Whose doses: named by `of`, or the only ones. */
static bool
read_doses(twp_read_t *read, twp_spot_t spot, twp_spot_t of, const twp_measure_row_t *row,
    twp_study_measure_t *out)
{
    const twp_study_typed_t *study = read->study;
    const char **name = TWP_READ_NEW(read, const char *, study->n_doses);

    for (int i = 0; i < study->n_doses; i++)
        name[i] = study->doses[i].name;
    if (of.node != NULL)
        out->i_doses = read_listed(read, of, name, study->n_doses, "doses of a medicine");
    else if (study->n_doses == 1)
        out->i_doses = 0;
    else
        twp_read_fail(read, twp_read_place(spot), row->name,
            study->n_doses > 1 ? "of: NAME" : "patient.doses", NULL,
            study->n_doses > 1 ? "there are several medicines with doses"
                               : "no doses are taken or missed in this study");
    return out->i_doses >= 0;
}

/* `of`: what it names depends on the measure. */
static bool
read_of(twp_read_t *read, twp_spot_t spot, const twp_measure_row_t *row, twp_study_measure_t *out)
{
    const twp_study_typed_t *study = read->study;
    const twp_spot_t of = twp_read_get(read, spot, "of"),
                     category = twp_read_get(read, spot, "category");

    if (row->takes & TWP_TAKES_STATE)
        return !is_missing(read, spot, of, "of: TRACK.STATE") &&
            twp_read_state_reference(read, of, &out->i_track, &out->i_state);
    if (row->takes & TWP_TAKES_TALLY) {
        if (is_missing(read, spot, of, "of: NAME of a measure action"))
            return false;
        out->i_tally = read_listed(
            read, of, study->tally, study->n_tallies, "the name of a measure action");
        return out->i_tally >= 0;
    }
    if (row->takes & TWP_TAKES_DOSES)
        return read_doses(read, spot, of, row, out);
    if ((row->takes & TWP_TAKES_SUPPORT) && of.node != NULL) {
        out->i_support = twp_read_reference(read, of, TWP_SYMBOL_SUPPORT);
        return out->i_support >= 0;
    }
    if (row->takes & TWP_TAKES_PAYER) {
        if (of.node != NULL)
            out->i_payer = read_listed(read, of, study->payer, study->n_payers, "a payer");
        if (category.node != NULL)
            out->i_category = read_listed(
                read, category, study->category, study->n_categories, "a category of costs");
    }
    return true;
}

static int
compare_states(const void *a, const void *b)
{
    const int *x = a, *y = b;

    return x[0] != y[0] ? (x[0] > y[0]) - (x[0] < y[0]) : (x[1] > y[1]) - (x[1] < y[1]);
}

/* States that end the wait for `of`, in the order of tracks and states. */
static bool
read_against(twp_read_t *read, twp_spot_t spot, twp_study_measure_t *out)
{
    const int n = twp_read_n_items(spot);
    int kept = 0;

    out->against = twp_read_alloc(read, n, sizeof *out->against);
    for (int i = 0; i < n; i++) {
        const twp_spot_t item = twp_read_item(read, spot, i);
        int i_track, i_state;
        if (!twp_read_state_reference(read, item, &i_track, &i_state))
            return false;
        if (i_track == out->i_track && i_state == out->i_state) {
            twp_read_fail(read, twp_read_place(item), twp_read_text(item),
                "states other than that of `of`", NULL, "a state cannot stand against itself");
            return false;
        }
        out->against[out->n_against].i_track = i_track;
        out->against[out->n_against++].i_state = i_state;
    }
    if (out->n_against > 0)
        qsort(out->against, (size_t) out->n_against, sizeof *out->against, compare_states);
    for (int i = 0; i < out->n_against; i++)
        if (kept == 0 || compare_states(&out->against[kept - 1], &out->against[i]) != 0)
            out->against[kept++] = out->against[i];
    out->n_against = kept;
    return true;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* Money and health count less later on; a plain stretch of time does not unless it is asked for. */
static bool
is_discounted_by_default(const twp_measure_row_t *row)
{
    return row->measure != TWP_MEASURE_TIME_IN;
}

/* 2.5 as `2_5`. */
static const char *
days_in_a_name(twp_read_t *read, double days)
{
    char text[32], *out;

    (void) snprintf(text, sizeof text, "%.6g", days);
    out = memcpy(twp_read_alloc(read, (int) sizeof text, 1), text, sizeof text);
    for (char *at = out; *at != '\0'; at++)
        if (!((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z')))
            *at = '_';
    return out;
}

/* `missed_in_runs_of_1_d`, `missed_in_runs_from_1_to_2_d`, `drug_holidays_from_5_d`; nothing where all is as by default */
static void
name_runs(twp_read_t *read, const twp_measure_row_t *row, const twp_study_measure_t *measure,
    const char **name, const char **label)
{
    const double usual = row->takes & TWP_TAKES_AT_MOST ? 0 : 3;
    const double low = measure->at_least_days, high = measure->at_most_days;
    const char *from = days_in_a_name(read, low), *to = days_in_a_name(read, high);

    if (low == high) {
        *name = twp_read_printf(read, "%s_of_%s_d", *name, to);
        *label = twp_read_printf(read, "%s of %.6g %s", *label, low, low == 1 ? "day" : "days");
    } else if (isfinite(high)) {
        *name = twp_read_printf(read, "%s_from_%s_to_%s_d", *name, from, to);
        *label = twp_read_printf(read, "%s of %.6g to %.6g days", *label, low, high);
    } else if (low != usual) {
        *name = twp_read_printf(read, "%s_from_%s_d", *name, from);
        *label = twp_read_printf(read, "%s of %.6g days or more", *label, low);
    }
}

/* `occupancy_health_dead`, `cost_payer_drug`, `time_to_therapy_taking_since_journey_asked` */
static void
name_measure(
    twp_read_t *read, twp_spot_t spot, const twp_measure_row_t *row, twp_study_measure_t *out)
{
    const twp_study_typed_t *study = read->study;
    const char *as = twp_read_text(twp_read_get(read, spot, "as"));
    const char *name = row->name, *label = row->name;
    char *blank;

    if (out->i_track >= 0) {
        const twp_study_track_t *track = &study->track[out->i_track];
        const char *state = track->state[out->i_state].name;
        name = twp_read_printf(read, "%s_%s_%s", name, track->name, state);
        label = twp_read_printf(read, "%s %s.%s", label, track->name, state);
    }
    if (out->i_support >= 0) {
        name = twp_read_printf(read, "%s_%s", name, study->support[out->i_support].name);
        label = twp_read_printf(read, "%s of %s", label, study->support[out->i_support].name);
    }
    if (out->i_payer >= 0) {
        name = twp_read_printf(read, "%s_%s", name, study->payer[out->i_payer]);
        label = twp_read_printf(read, "%s to %s", label, study->payer[out->i_payer]);
    }
    if (out->i_category >= 0) {
        name = twp_read_printf(read, "%s_%s", name, study->category[out->i_category]);
        label = twp_read_printf(read, "%s for %s", label, study->category[out->i_category]);
    }
    if (out->i_tally >= 0) {
        name = twp_read_printf(read, "%s_%s", name, study->tally[out->i_tally]);
        label = twp_read_printf(read, "%s %s", label, study->tally[out->i_tally]);
    }
    if (twp_read_get(read, spot, "stock").node != NULL && out->i_stock >= 0) {
        name = twp_read_printf(read, "%s_%s", name, study->variable[out->i_stock].name);
        label = twp_read_printf(read, "%s of %s", label, study->variable[out->i_stock].name);
    }
    if (twp_read_get(read, spot, "of").node != NULL && out->i_doses >= 0) {
        name = twp_read_printf(read, "%s_%s", name, study->doses[out->i_doses].name);
        label = twp_read_printf(read, "%s of %s", label, study->doses[out->i_doses].name);
    }
    if (row->takes & TWP_TAKES_AT_LEAST)
        name_runs(read, row, out, &name, &label);
    for (int i = 0; i < out->n_against; i++) {
        const twp_study_track_t *track = &study->track[out->against[i].i_track];
        const char *state = track->state[out->against[i].i_state].name;
        name = twp_read_printf(
            read, "%s_%s%s_%s", name, i == 0 ? "against_" : "", track->name, state);
        label = twp_read_printf(
            read, "%s%s%s.%s", label, i == 0 ? " against " : ", ", track->name, state);
    }
    if (out->i_since_track >= 0) {
        const twp_study_track_t *track = &study->track[out->i_since_track];
        const char *state = track->state[out->i_since_state].name;
        name = twp_read_printf(read, "%s_since_%s_%s", name, track->name, state);
        label = twp_read_printf(read, "%s since %s.%s", label, track->name, state);
    }
    if (study->discount.n_steps > 0 && (row->takes & TWP_TAKES_DISCOUNT) &&
        out->is_discounted != is_discounted_by_default(row)) {
        const char *how = out->is_discounted ? "discounted" : "undiscounted";
        name = twp_read_printf(read, "%s_%s", name, how);
        label = twp_read_printf(read, "%s, %s", label, how);
    }
    out->name = as != NULL ? as : name;
    /* the first word only: names of the study stay as they are written */
    blank = memcpy(twp_read_alloc(read, (int) strlen(label) + 1, 1), label, strlen(label));
    for (size_t i = 0; row->name[i] != '\0'; i++)
        if (blank[i] == '_')
            blank[i] = ' ';
    out->label = as != NULL ? as : blank;
}

/* ---- one measure ---------------------------------------------------------------------------- */

static void
init_measure(twp_study_measure_t *out, const twp_measure_row_t *row)
{
    *out = (twp_study_measure_t){ .measure = row->measure,
        .i_track = -1,
        .i_state = -1,
        .i_since_track = -1,
        .i_since_state = -1,
        .i_support = -1,
        .i_payer = -1,
        .i_category = -1,
        .i_tally = -1,
        .window_days = INFINITY,
        .i_stock = -1,
        .i_doses = -1,
        .at_most_days = INFINITY };
}

static double
read_span(twp_read_t *read, twp_spot_t spot, bool is_zero_allowed, double fallback)
{
    const double days = twp_read_constant(read, spot, TWP_DIM_TIME, fallback);

    if (spot.node != NULL && !(days > 0 || (is_zero_allowed && days == 0)))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
            is_zero_allowed ? "a time not below 0" : "a time above 0", NULL,
            "the time is out of range");
    return days;
}

/* Runs are at least one dose long, and no run is both shorter and longer. */
static void
read_at_most(twp_read_t *read, twp_spot_t spot, twp_study_measure_t *out)
{
    const twp_spot_t most = twp_read_get(read, spot, "at_most");
    const double every_days = read->study->doses[out->i_doses].every_days;

    out->at_most_days = read_span(read, most, false, INFINITY);
    if (out->at_most_days < out->at_least_days)
        twp_read_fail(read, twp_read_place(most), twp_read_text(most),
            "a time not below `at_least`", NULL, "no run is both so long and so short");
    else if (out->at_most_days < every_days)
        twp_read_fail(read, twp_read_place(most), twp_read_text(most),
            twp_read_printf(read, "a time not below %.6g days", every_days), NULL,
            "a run of one missed dose is longer: doses are due every %.6g days", every_days);
}

bool
twp_read_measure(twp_read_t *read, twp_spot_t spot, twp_study_measure_t *out)
{
    const twp_spot_t measure = twp_read_is_mapping(spot) ? twp_read_get(read, spot, "measure")
                                                         : spot;
    const char *text = twp_read_text(measure);
    const twp_measure_row_t *row = text != NULL ? twp_measures_find(text) : NULL;
    const twp_spot_t at = twp_read_get(read, spot, "at"), by = twp_read_get(read, spot, "by"),
                     since = twp_read_get(read, spot, "since"),
                     against = twp_read_get(read, spot, "against");

    if (row == NULL)
        return false; /* the shape check has said so */
    init_measure(out, row);
    out->place = twp_read_place(spot);
    if (row->measure == TWP_MEASURE_COST && read->study->n_accounts == 0) {
        twp_read_fail(read, twp_read_place(measure), text, "costs somewhere in the study", NULL,
            "nothing costs anything in this study");
        return false;
    }
    if (!read_of(read, spot, row, out))
        return false;
    if ((row->takes & TWP_TAKES_SINCE) && since.node != NULL &&
        !twp_read_state_reference(read, since, &out->i_since_track, &out->i_since_state))
        return false;
    if ((row->takes & TWP_TAKES_AGAINST_REQUIRED) &&
        is_missing(read, spot, against, "against: [TRACK.STATE, ...]"))
        return false;
    if ((row->takes & (TWP_TAKES_AGAINST | TWP_TAKES_AGAINST_REQUIRED)) &&
        !read_against(read, against, out))
        return false;
    if (((row->takes & TWP_TAKES_AT) && is_missing(read, spot, at, "at: DURATION")) ||
        ((row->takes & TWP_TAKES_BY) && is_missing(read, spot, by, "by: DURATION")))
        return false;
    read_times(read, row->takes & TWP_TAKES_AT ? at : by, out);
    if (row->takes & TWP_TAKES_GAP)
        out->gap_days = read_span(
            read, twp_read_get(read, spot, "permissible_gap"), true, read->gap_days);
    if (row->takes & TWP_TAKES_WINDOW)
        out->window_days = read_span(
            read, twp_read_get(read, spot, "window"), false, read->window_days);
    if (row->takes & TWP_TAKES_AT_LEAST)
        out->at_least_days = read_span(read, twp_read_get(read, spot, "at_least"), true,
            row->takes & TWP_TAKES_AT_MOST ? 0 : 3);
    if (row->takes & TWP_TAKES_AT_MOST)
        read_at_most(read, spot, out);
    if (row->takes & TWP_TAKES_STOCK)
        out->i_stock = read_stock(read, twp_read_get(read, spot, "stock"), row, spot);
    if (row->takes & TWP_TAKES_DISCOUNT)
        out->is_discounted = read->study->discount.n_steps > 0 &&
            twp_read_flag(read, spot, "discounted", is_discounted_by_default(row));
    if (row->measure == TWP_MEASURE_QALY && !read->study->has_qalys) {
        twp_read_fail(read, twp_read_place(measure), text, "patient.utility", NULL,
            "the study says nothing of utility");
        return false;
    }
    name_measure(read, spot, row, out);
    return true;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static bool
is_against_alike(const twp_study_measure_t *a, const twp_study_measure_t *b)
{
    return a->n_against == b->n_against &&
        (a->n_against == 0 ||
            memcmp(a->against, b->against, (size_t) a->n_against * sizeof *a->against) == 0);
}

static bool
is_alike(const twp_study_measure_t *a, const twp_study_measure_t *b)
{
    return a->measure == b->measure && (a->n_times == 0) == (b->n_times == 0) &&
        a->i_track == b->i_track && a->i_state == b->i_state &&
        a->i_since_track == b->i_since_track && a->i_since_state == b->i_since_state &&
        is_against_alike(a, b) && a->i_support == b->i_support && a->i_payer == b->i_payer &&
        a->i_category == b->i_category && a->i_tally == b->i_tally && a->gap_days == b->gap_days &&
        a->window_days == b->window_days && a->i_stock == b->i_stock &&
        a->is_discounted == b->is_discounted && a->i_doses == b->i_doses &&
        a->at_least_days == b->at_least_days && a->at_most_days == b->at_most_days;
}

static int
find_name(const twp_study_typed_t *study, const char *name)
{
    for (int i = 0; i < study->n_measures; i++)
        if (strcmp(study->measure[i].name, name) == 0)
            return i;
    return -1;
}

static void
append_measure(twp_read_t *read, twp_study_measure_t measure)
{
    twp_study_typed_t *study = read->study;

    study->measure = twp_read_grown(
        read, study->measure, study->n_measures, &read->n_measure_capacity, sizeof *study->measure);
    study->measure[study->n_measures++] = measure;
}

int
twp_read_add_measure(twp_read_t *read, const twp_study_measure_t *measure, const char *name)
{
    twp_study_typed_t *study = read->study;
    twp_study_measure_t added = *measure;

    for (int i = 0; i < study->n_measures; i++) {
        twp_study_measure_t *old = &study->measure[i];
        double *time;
        if (!is_alike(old, measure))
            continue;
        time = TWP_READ_NEW(read, double, old->n_times + measure->n_times);
        for (int k = 0; k < old->n_times + measure->n_times; k++)
            time[k] = k < old->n_times ? old->time_days[k] : measure->time_days[k - old->n_times];
        old->time_days = time;
        old->n_times += measure->n_times;
        sort_times(old);
        return i;
    }
    if (find_name(study, added.name) >= 0)
        added.name = twp_read_printf(read, "%s_%s", added.name, name);
    append_measure(read, added);
    return study->n_measures - 1;
}

/* The total, then what each payer pays. */
static void
append_costs(twp_read_t *read, twp_study_measure_t total)
{
    const twp_study_typed_t *study = read->study;

    append_measure(read, total);
    for (int i = 0; study->n_payers > 1 && i < study->n_payers; i++) {
        twp_study_measure_t one = total;
        one.i_payer = i;
        one.name = twp_read_printf(read, "%s_%s", total.name, study->payer[i]);
        one.label = twp_read_printf(read, "%s to %s", total.label, study->payer[i]);
        append_measure(read, one);
    }
}

static void
append_listed(twp_read_t *read, twp_spot_t item)
{
    const int first = read->study->n_measures;
    twp_study_measure_t measure;

    if (!twp_read_measure(read, item, &measure))
        return;
    if (measure.measure == TWP_MEASURE_COST && measure.i_payer < 0 && measure.i_category < 0)
        append_costs(read, measure);
    else
        append_measure(read, measure);
    for (int i = first; i < read->study->n_measures; i++)
        if (find_name(read->study, read->study->measure[i].name) < i)
            twp_read_fail(read, twp_read_place(item), read->study->measure[i].name,
                "as: ANOTHER_NAME", NULL, "two measures would have the column %s",
                read->study->measure[i].name);
}

/* Measures of a study that lists none: whatever has a meaning in it. */
static void
append_defaults(twp_read_t *read)
{
    static const twp_measure_t usual[] = { TWP_MEASURE_INITIATION, TWP_MEASURE_TIME_TO_FIRST_DOSE,
        TWP_MEASURE_PDC, TWP_MEASURE_REFILLS, TWP_MEASURE_IMPLEMENTATION, TWP_MEASURE_CONTACTS,
        TWP_MEASURE_COST, TWP_MEASURE_QALY };
    const twp_study_typed_t *study = read->study;
    bool has_stock = false;

    for (int i = 0; i < study->n_variables; i++)
        has_stock |= study->variable[i].is_stock;
    for (size_t k = 0; k < sizeof usual / sizeof usual[0]; k++) {
        const twp_measure_row_t *row = &twp_measures[usual[k]];
        const twp_node_t node = {
            .kind = TWP_NODE_SCALAR, .text = row->name, .file = "", .line = 0, .column = 0
        };
        if (((row->takes & TWP_TAKES_STOCK) && !has_stock) ||
            ((row->takes & TWP_TAKES_SUPPORT) && study->n_supports == 0) ||
            ((row->takes & TWP_TAKES_DOSES) && study->n_doses != 1) ||
            (row->measure == TWP_MEASURE_COST && study->n_accounts == 0) ||
            (row->measure == TWP_MEASURE_QALY && !study->has_qalys))
            continue;
        append_listed(read, (twp_spot_t){ &node, "report.measures" });
    }
}

void
twp_read_measures(twp_read_t *read)
{
    const twp_spot_t list = twp_read_get(
        read, twp_read_get(read, read->root, "report"), "measures");

    if (list.node == NULL)
        append_defaults(read);
    for (int i = 0; i < twp_read_n_items(list); i++)
        append_listed(read, twp_read_item(read, list, i));
}
