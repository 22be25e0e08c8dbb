/* The report, what the results file records, and targets. */
#include "base/suggest.h"
#include "study/read.h"
#include "vocabulary/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_GAP_DAYS 60.0

/* ---- report --------------------------------------------------------------------------------- */

static void
read_by(twp_read_t *read, twp_spot_t by)
{
    twp_study_typed_t *study = read->study;
    const int n = twp_read_n_items(by);

    study->by_attribute = TWP_READ_NEW(read, int, n);
    for (int k = 0; k < n; k++) {
        const twp_spot_t item = twp_read_item(read, by, k);
        const int i = twp_read_reference(read, item, TWP_SYMBOL_ATTRIBUTE);
        if (i < 0 || read->attribute_reading[i] != TWP_READING_DONE)
            continue;
        if (!study->attribute[i].is_truth && study->attribute[i].n_categories == 0) {
            twp_read_fail(read, twp_read_place(item), twp_read_text(item), "a chance or categories",
                NULL, "%s is a number: it has no segments", twp_read_text(item));
            continue;
        }
        study->by_attribute[study->n_by++] = i;
    }
}

static double
read_rate(twp_read_t *read, twp_spot_t spot)
{
    const double per_day = twp_read_constant(read, spot, TWP_DIM_PER_TIME, 0);

    if (!(per_day >= 0))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a rate not below 0", NULL,
            "the rate is out of range");
    return per_day * TWP_DAYS_PER_YEAR;
}

static void
read_discount_steps(twp_read_t *read, twp_spot_t rate, twp_study_discount_t *out)
{
    const int n = twp_read_n_items(rate);
    double before = -1;

    out->start_days = TWP_READ_NEW(read, double, n);
    out->rate_per_year = TWP_READ_NEW(read, double, n);
    out->n_steps = n;
    for (int i = 0; i < n; i++) {
        const twp_spot_t item = twp_read_item(read, rate, i),
                         from = twp_read_get(read, item, "from");
        if (!twp_read_is_mapping(item)) { /* one rate for all times */
            out->rate_per_year[i] = read_rate(read, item);
            continue;
        }
        out->start_days[i] = twp_read_constant(read, from, TWP_DIM_TIME, 0);
        out->rate_per_year[i] = read_rate(read, twp_read_get(read, item, "rate"));
        if (i == 0 ? out->start_days[i] != 0 : !(out->start_days[i] > before))
            twp_read_fail(read, twp_read_place(from), twp_read_text(from),
                i == 0 ? "0 years" : "a later time than the one before", NULL,
                "the steps must rise from 0");
        before = out->start_days[i];
    }
}

static void
read_discount(twp_read_t *read, twp_spot_t spot)
{
    twp_study_discount_t *out = &read->study->discount;
    const char *rule = twp_read_text(twp_read_get(read, spot, "rule"));
    const char *from = twp_read_text(twp_read_get(read, spot, "from"));

    if (!twp_read_is_mapping(spot))
        return;
    out->rule = rule != NULL && strcmp(rule, "continuous") == 0 ? TWP_DISCOUNT_CONTINUOUS
                                                                : TWP_DISCOUNT_YEARLY;
    out->is_from_date = from != NULL && strcmp(from, "start_of_time") == 0;
    read_discount_steps(read, twp_read_get(read, spot, "rate"), out);
}

static double
read_report_span(
    twp_read_t *read, twp_spot_t report, const char *key, bool is_zero_allowed, double fallback)
{
    const twp_spot_t spot = twp_read_get(read, report, key);
    const double days = twp_read_constant(read, spot, TWP_DIM_TIME, fallback);

    if (!(days > 0 || (is_zero_allowed && days == 0)))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
            is_zero_allowed ? "a time not below 0" : "a time above 0", NULL,
            "the time is out of range");
    return days;
}

/* The shape check has seen that it is a whole number above 0. */
static void
read_uncertainty(twp_read_t *read, twp_spot_t spot)
{
    const twp_spot_t sets = twp_read_get(read, spot, "parameter_sets");
    const char *n = twp_read_text(sets), *twins = twp_read_text(twp_read_get(read, spot, "twins"));
    double number = 0;

    if (n == NULL || !twp_number_read(n, strlen(n), &number))
        return;
    if (number > TWP_STUDY_MAX_PARAMETER_SETS)
        twp_read_fail(read, twp_read_place(sets), n,
            twp_read_printf(read, "at most %d", TWP_STUDY_MAX_PARAMETER_SETS), NULL,
            "there are too many parameter sets");
    read->study->n_parameter_sets = (int64_t) number;
    read->study->are_twins_same = twins != NULL && strcmp(twins, "same") == 0;
}

static int
by_size(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

static double
read_worth(twp_read_t *read, twp_spot_t grid, const char *key, double least, bool may_equal)
{
    const twp_spot_t spot = twp_read_get(read, grid, key);
    const double money = twp_read_constant(read, spot, TWP_DIM_MONEY, 0);

    if (!isnan(money) && !(money > least || (may_equal && money == least)))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
            may_equal ? twp_read_printf(read, "money not below %.10g", least) : "money above 0",
            NULL, "the amount is out of range");
    return money;
}

/* Worths of the list and of the grid, each once. Numbers of the grid are from + k by, k = 0, 1, ... */
static void
read_curve_worths(twp_read_t *read, twp_spot_t grid)
{
    twp_study_typed_t *const study = read->study;
    double from = 0, by = NAN;
    int n_steps = -1, n = study->n_worth;

    if (twp_read_is_mapping(grid)) {
        from = read_worth(read, grid, "from", 0, true);
        by = read_worth(read, grid, "by", 0, false);
        const double to = read_worth(read, grid, "to", from, true);
        const double n_whole = by > 0 ? floor((to - from) / by * (1 + 1e-12)) : -1;

        if (n_whole > TWP_STUDY_MAX_WORTH_STEPS)
            twp_read_fail(read, twp_read_place(twp_read_get(read, grid, "by")),
                twp_read_text(twp_read_get(read, grid, "by")),
                twp_read_printf(read, "at most %d steps", TWP_STUDY_MAX_WORTH_STEPS), NULL,
                "there are too many worths");
        else if (n_whole >= 0)
            n_steps = (int) n_whole;
    }
    study->curve_worth = TWP_READ_NEW(read, double, n + n_steps + 2);
    for (int i = 0; i < n; i++)
        study->curve_worth[i] = study->worth_of_a_qaly[i];
    for (int k = 0; k <= n_steps; k++)
        study->curve_worth[n++] = from + k * by;
    qsort(study->curve_worth, (size_t) n, sizeof(double), by_size);
    for (int i = 0; i < n; i++)
        if (i == 0 || study->curve_worth[i] != study->curve_worth[i - 1])
            study->curve_worth[study->n_curve_worths++] = study->curve_worth[i];
}

void
twp_read_report(twp_read_t *read)
{
    twp_study_typed_t *study = read->study;
    const twp_spot_t report = twp_read_get(read, read->root, "report"),
                     worth = twp_read_get(read, report, "worth_of_a_qaly");

    read->gap_days = read_report_span(read, report, "permissible_gap", true, DEFAULT_GAP_DAYS);
    read->window_days = read_report_span(read, report, "window", false, INFINITY);
    read_discount(read, twp_read_get(read, report, "discount"));
    read_by(read, twp_read_get(read, report, "by"));
    read_uncertainty(read, twp_read_get(read, report, "uncertainty"));
    study->worth_of_a_qaly = TWP_READ_NEW(read, double, twp_read_n_items(worth));
    for (int i = 0; i < twp_read_n_items(worth); i++) {
        const twp_spot_t item = twp_read_item(read, worth, i);
        const double money = twp_read_constant(read, item, TWP_DIM_MONEY, NAN);
        if (isnan(money))
            continue;
        if (!(money >= 0))
            twp_read_fail(read, twp_read_place(item), twp_read_text(item), "money not below 0",
                NULL, "the amount is out of range");
        study->worth_of_a_qaly[study->n_worth++] = money;
    }
    read_curve_worths(read, twp_read_get(read, report, "acceptability"));
    twp_read_measures(read);
}

/* ---- record --------------------------------------------------------------------------------- */

static void
read_recorded_events(twp_read_t *read, twp_spot_t events)
{
    twp_study_record_t *out = &read->study->record;
    const char *text = twp_read_text(events);

    out->events = text == NULL || strcmp(text, "none") != 0;
    out->n_exits = -1;
    if (events.node == NULL || text != NULL)
        return;
    out->n_exits = 0;
    out->i_exit = TWP_READ_NEW(read, int, twp_read_n_items(events));
    for (int k = 0; k < twp_read_n_items(events); k++) {
        const twp_spot_t item = twp_read_item(read, events, k);
        const char *name = twp_read_text(item);
        const int i = name != NULL ? twp_read_exit_reference(read, name, twp_read_place(item), NULL)
                                   : -1;
        if (i >= 0)
            out->i_exit[out->n_exits++] = i;
    }
}

static void
read_recorded_variables(twp_read_t *read, twp_spot_t variables)
{
    twp_study_record_t *out = &read->study->record;

    out->n_variables = -1;
    if (variables.node == NULL || variables.node->kind != TWP_NODE_SEQUENCE)
        return;
    out->n_variables = 0;
    out->i_variable = TWP_READ_NEW(read, int, variables.node->n);
    for (int k = 0; k < variables.node->n; k++) {
        const int i = twp_read_reference(
            read, twp_read_item(read, variables, k), TWP_SYMBOL_VARIABLE);
        if (i >= 0)
            out->i_variable[out->n_variables++] = i;
    }
}

void
twp_read_record(twp_read_t *read)
{
    twp_study_record_t *out = &read->study->record;
    const twp_spot_t record = twp_read_get(read, read->root, "record"),
                     grid = twp_read_get(read, record, "grid");

    out->outcomes = twp_read_flag(read, record, "outcomes", true);
    out->twins = twp_read_flag(read, record, "twins", true);
    out->trajectories = twp_read_flag(read, record, "trajectories", false);
    read_recorded_events(read, twp_read_get(read, record, "events"));
    read_recorded_variables(read, twp_read_get(read, record, "variables"));
    out->grid_days = twp_read_constant(read, grid, TWP_DIM_TIME, TWP_DAYS_PER_MONTH);
    if (!(out->grid_days > 0))
        twp_read_fail(read, twp_read_place(grid), twp_read_text(grid), "a time above 0", NULL,
            "the time is out of range");
}

/* ---- targets -------------------------------------------------------------------------------- */

/* A value in the unit of its measure; life years and QALYs may be plain numbers of years. */
static double
read_value(twp_read_t *read, twp_spot_t spot, const twp_measure_row_t *row)
{
    const bool is_years = strcmp(row->unit, "year") == 0;
    twp_dim_t dim = strcmp(row->unit, "d") == 0 ? TWP_DIM_TIME
        : strcmp(row->unit, "money") == 0       ? TWP_DIM_MONEY
                                                : TWP_DIM_NONE;
    twp_expression_t *value = twp_read_number(
        read, spot, TWP_SCOPE_CONSTANT, is_years ? NULL : &dim);
    double number;

    if (!twp_read_is_known(read, value, &number) || !twp_read_is_certain(read, spot, value))
        return NAN;
    if (is_years && twp_read_same_dim(value->dim, TWP_DIM_TIME))
        return number / TWP_DAYS_PER_YEAR;
    if (is_years && !twp_read_same_dim(value->dim, TWP_DIM_NONE)) {
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "years", NULL,
            "the value has the wrong unit");
        return NAN;
    }
    return number;
}

static int
read_target_strategy(twp_read_t *read, twp_spot_t spot)
{
    const twp_study_typed_t *study = read->study;
    const char *text = twp_read_text(spot), **name;

    if (text == NULL)
        return 0;
    name = TWP_READ_NEW(read, const char *, study->n_strategies);
    for (int i = 0; i < study->n_strategies; i++) {
        if (strcmp(study->strategy[i].name, text) == 0)
            return i;
        name[i] = study->strategy[i].name;
    }
    twp_read_fail(read, twp_read_place(spot), text, "a strategy",
        twp_suggest_nearest(text, name, (size_t) study->n_strategies), "%s is no strategy", text);
    return 0;
}

static bool
read_target(twp_read_t *read, const twp_pair_t *pair, twp_spot_t spot, twp_study_target_t *out,
    double *time_days)
{
    const twp_spot_t within = twp_read_get(read, spot, "within"),
                     at = twp_read_get(read, spot, "at"), by = twp_read_get(read, spot, "by");
    const char *role = twp_read_text(twp_read_get(read, spot, "role"));
    twp_study_measure_t measure;

    out->name = pair->key;
    out->place = (twp_place_t){ pair->value->file, pair->line, pair->column, spot.path };
    out->source = twp_read_source(read, spot);
    out->is_fit = role != NULL && strcmp(role, "fit") == 0;
    out->i_strategy = read_target_strategy(read, twp_read_get(read, spot, "strategy"));
    if (!twp_read_measure(read, spot, &measure))
        return false;
    if (measure.n_times > 1) {
        twp_read_fail(read, twp_read_place(at.node != NULL ? at : by), NULL, "one time", NULL,
            "a target is about one time");
        return false;
    }
    out->value = read_value(read, twp_read_get(read, spot, "is"), &twp_measures[measure.measure]);
    out->within = read_value(read, within, &twp_measures[measure.measure]);
    if (out->within <= 0)
        twp_read_fail(read, twp_read_place(within), twp_read_text(within), "a tolerance above 0",
            NULL, "the tolerance is out of range");
    *time_days = measure.n_times > 0 ? measure.time_days[0] : NAN;
    out->i_measure = twp_read_add_measure(read, &measure, out->name);
    return true;
}

void
twp_read_targets(twp_read_t *read)
{
    twp_study_typed_t *study = read->study;
    const twp_spot_t targets = twp_read_get(read, read->root, "targets");
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, targets, &n);
    double *time_days = TWP_READ_NEW(read, double, n);

    study->target = TWP_READ_NEW(read, twp_study_target_t, n);
    for (int i = 0; i < n; i++)
        if (read_target(read, pair[i], twp_read_entry(read, targets, pair[i]),
                &study->target[study->n_targets], &time_days[study->n_targets]))
            study->n_targets++;
    /* times of a measure may have come in between */
    for (int i = 0; i < study->n_targets; i++) {
        const int k = twp_read_time_index(
            &study->measure[study->target[i].i_measure], time_days[i]);
        study->target[i].i_time = k >= 0 ? k : 0;
    }
    for (int i = 0; i < study->n_measures; i++)
        study->n_kaplan_meier += study->measure[i].measure == TWP_MEASURE_KAPLAN_MEIER;
}
