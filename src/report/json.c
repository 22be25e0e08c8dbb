#include "report/json.h"

#include "base/error.h"
#include "measure/sets.h"
#include "report/words.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The tree under way; jansson's failures (no memory) are remembered and told at the end. */
typedef struct {
    const twp_summary_t *summary;
    const twp_report_options_t *options;
    bool has_failed;
} making_t;

static void
put(making_t *m, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        m->has_failed = true;
}

static void
append(making_t *m, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        m->has_failed = true;
}

static json_t *
number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* A count kept as a double: a whole number where it is one. */
static json_t *
whole(double value)
{
    if (isfinite(value) && fabs(value) < 9e15 && value == floor(value))
        return json_integer((json_int_t) value);
    return number(value);
}

/* Text that is no UTF-8 (of a damaged file) is null. */
static json_t *
text(const char *value)
{
    json_t *made = value != NULL ? json_string(value) : NULL;

    return made != NULL ? made : json_null();
}

static json_t *
numbers(making_t *m, const double *value, int n)
{
    json_t *array;

    if (value == NULL)
        return json_null();
    array = json_array();
    for (int i = 0; i < n; i++)
        append(m, array, number(value[i]));
    return array;
}

/* The two parts of the spread of parameter sets, and what is left to the parameters. */
static void
put_variances(making_t *m, json_t *object, double sets, double twins, bool is_paired)
{
    const double parameters = m->summary->are_twins_same ? sets : sets - twins;

    if (m->summary->n_parameter_sets_done < 1)
        return;
    put(m, object, "sets_variance", number(sets));
    put(m, object, "twins_variance", number(twins));
    put(m, object, "parameters_variance", number(is_paired ? parameters : NAN));
}

static json_t *
make_contrast(making_t *m, const twp_summary_contrast_t *contrast)
{
    json_t *object;

    if (contrast == NULL)
        return json_null();
    object = json_object();
    put(m, object, "difference", number(contrast->difference));
    put(m, object, "se", number(contrast->se));
    put(m, object, "low", number(contrast->low));
    put(m, object, "high", number(contrast->high));
    put(m, object, "n", whole(contrast->n));
    put(m, object, "variance_saved", number(contrast->variance_saved));
    put(m, object, "quantiles", numbers(m, contrast->quantile, m->summary->n_quantiles));
    put_variances(m, object, contrast->sets_variance, contrast->twins_variance,
        twp_sets_are_paired(contrast->variance_saved, contrast->twins_variance));
    return object;
}

static json_t *
make_estimates(making_t *m, int i_segment, int i_row)
{
    const twp_summary_t *s = m->summary;
    json_t *array = json_array();

    for (int i = 0; i < s->n_strategies; i++) {
        const twp_summary_estimate_t *e = twp_report_estimate(s, i_segment, i_row, i);
        json_t *object;
        if (!twp_report_shows(m->options, i))
            continue;
        object = json_object();
        put(m, object, "strategy", text(s->strategy[i]));
        put(m, object, "mean", number(e->mean));
        put(m, object, "mcse", number(e->mcse));
        put(m, object, "low", number(e->low));
        put(m, object, "high", number(e->high));
        put(m, object, "n", whole(e->n));
        put(m, object, "quantiles", numbers(m, e->quantile, s->n_quantiles));
        put_variances(m, object, e->sets_variance, e->twins_variance, true);
        put(m, object, "against_baseline",
            make_contrast(m, twp_report_contrast(s, i_segment, i_row, i)));
        append(m, array, object);
    }
    return array;
}

static json_t *
make_measures(making_t *m, int i_segment)
{
    json_t *array = json_array();

    for (int i = 0; i < m->summary->n_rows; i++) {
        const twp_summary_row_t *row = &m->summary->row[i];
        json_t *object;
        if (m->summary->n_points > 0 && m->summary->i_point == 0)
            break; /* the points have them */
        object = json_object();
        put(m, object, "name", text(row->name));
        put(m, object, "time_days", number(row->time_days));
        if (i_segment < 0) {
            put(m, object, "label", text(row->label));
            put(m, object, "unit", text(row->unit));
            put(m, object, "definition", text(row->definition));
            put(m, object, "is_mean", json_boolean(row->is_mean));
        }
        put(m, object, "strategies", make_estimates(m, i_segment, i));
        append(m, array, object);
    }
    return array;
}

/* ---- sweeps ---------------------------------------------------------------------------------- */

/* The rows of one point, as those of a run but without what is the same for all points. */
static json_t *
make_point_rows(making_t *m, const twp_summary_t *all, size_t i_point)
{
    const size_t n_rows = (size_t) all->n_rows;
    twp_summary_t point = *all;
    json_t *array = json_array();

    point.estimate = &all->point_estimate[i_point * n_rows * (size_t) all->n_strategies];
    point.contrast = all->n_contrasts > 0
        ? &all->point_contrast[i_point * n_rows * (size_t) all->n_contrasts]
        : NULL;
    m->summary = &point;
    for (int i = 0; i < all->n_rows; i++) {
        json_t *object;
        if (!twp_report_shows_row(all, m->options, i))
            continue;
        object = json_object();
        put(m, object, "name", text(all->row[i].name));
        put(m, object, "time_days", number(all->row[i].time_days));
        put(m, object, "strategies", make_estimates(m, -1, i));
        append(m, array, object);
    }
    m->summary = all;
    return array;
}

static json_t *
make_points(making_t *m)
{
    const twp_summary_t *s = m->summary;
    json_t *array = json_array();

    for (int64_t i = 0; i < s->n_points; i++) {
        json_t *object = json_object(), *values = json_object();
        if (s->i_point > 0 && i + 1 != s->i_point) {
            json_decref(values);
            json_decref(object);
            continue;
        }
        for (int k = 0; k < s->n_swept; k++)
            put(m, values, s->swept[k].path, number(s->swept[k].value[i]));
        put(m, object, "point", json_integer((json_int_t) i + 1));
        put(m, object, "values", values);
        put(m, object, "error", text(s->point_error[i]));
        if (s->i_point == 0)
            put(m, object, "measures", make_point_rows(m, s, (size_t) i));
        append(m, array, object);
    }
    return array;
}

static json_t *
make_sweep(making_t *m)
{
    json_t *object = json_object(), *swept = json_array();

    for (int k = 0; k < m->summary->n_swept; k++) {
        json_t *one = json_object();
        put(m, one, "path", text(m->summary->swept[k].path));
        put(m, one, "unit", text(m->summary->swept[k].unit));
        append(m, swept, one);
    }
    put(m, object, "n_points", json_integer((json_int_t) m->summary->n_points));
    put(m, object, "swept", swept);
    put(m, object, "points", make_points(m));
    return object;
}

static json_t *
make_segments(making_t *m)
{
    json_t *array = json_array();

    for (int k = 0; k < m->summary->n_segments; k++) {
        json_t *object = json_object();
        put(m, object, "name", text(m->summary->segment[k].name));
        put(m, object, "n_twins", json_integer((json_int_t) m->summary->segment[k].n_twins));
        put(m, object, "measures", make_measures(m, k));
        append(m, array, object);
    }
    return array;
}

static const char *
place_name(twp_place_in_plane_t place)
{
    switch (place) {
    case TWP_PLACE_UNKNOWN: return "unknown";
    case TWP_PLACE_EQUAL: return "equal";
    case TWP_PLACE_DOMINATES: return "dominates";
    case TWP_PLACE_DOMINATED: return "dominated";
    case TWP_PLACE_DEARER_AND_BETTER: return "dearer_and_better";
    case TWP_PLACE_CHEAPER_AND_WORSE: return "cheaper_and_worse";
    }
    return "unknown";
}

static const char *
shape_name(twp_interval_shape_t shape)
{
    switch (shape) {
    case TWP_INTERVAL_NONE: return "none";
    case TWP_INTERVAL_BETWEEN: return "between";
    case TWP_INTERVAL_OUTSIDE: return "outside";
    case TWP_INTERVAL_ALL: return "all";
    }
    return "none";
}

static json_t *
make_net_benefits(making_t *m, const twp_summary_icer_t *icer)
{
    json_t *array = json_array();

    for (int k = 0; k < m->summary->n_worth; k++) {
        json_t *object = make_contrast(m, &icer->net_benefit[k]);
        put(m, object, "worth", number(m->summary->worth[k]));
        put(m, object, "p_better", number(icer->p_better != NULL ? icer->p_better[k] : NAN));
        append(m, array, object);
    }
    return array;
}

static json_t *
make_icer(making_t *m, const twp_summary_icer_t *icer, int i_strategy)
{
    json_t *object = json_object();
    twp_buffer_t words = { 0 };

    twp_report_icer_words(&words, icer, m->summary->currency);
    put(m, object, "strategy", text(m->summary->strategy[i_strategy]));
    put(m, object, "cost", number(icer->cost));
    put(m, object, "cost_se", number(icer->cost_se));
    put(m, object, "qaly", number(icer->qaly));
    put(m, object, "qaly_se", number(icer->qaly_se));
    put(m, object, "correlation", number(icer->correlation));
    put(m, object, "place", text(place_name(icer->place)));
    put(m, object, "icer", number(icer->icer));
    put(m, object, "ratio", number(icer->ratio));
    put(m, object, "low", number(icer->low));
    put(m, object, "high", number(icer->high));
    put(m, object, "interval", text(shape_name(icer->shape)));
    put(m, object, "words", text(words.text));
    put(m, object, "net_benefit", make_net_benefits(m, icer));
    m->has_failed = m->has_failed || words.has_failed;
    twp_buffer_clear(&words);
    return object;
}

static json_t *
make_icers(making_t *m, const twp_summary_icer_t *icer)
{
    json_t *array;

    if (icer == NULL)
        return json_null();
    array = json_array();
    for (int i = 1; i < m->summary->n_strategies; i++) {
        if (twp_report_shows(m->options, i))
            append(m, array, make_icer(m, &icer[i - 1], i));
    }
    return array;
}

static const char *
among_name(twp_frontier_place_t place)
{
    switch (place) {
    case TWP_AMONG_FRONTIER: return "on_the_frontier";
    case TWP_AMONG_DOMINATED: return "dominated";
    case TWP_AMONG_EXTENDED: return "extendedly_dominated";
    case TWP_AMONG_EQUAL: return "equal";
    case TWP_AMONG_UNKNOWN: break;
    }
    return "unknown";
}

static json_t *
strategy_name(const making_t *m, int i_strategy)
{
    return i_strategy >= 0 ? text(m->summary->strategy[i_strategy]) : json_null();
}

static json_t *
make_frontier(making_t *m, const twp_summary_among_t *among)
{
    json_t *array;

    if (among == NULL)
        return json_null();
    array = json_array();
    for (int i = 0; i < m->summary->n_strategies; i++) {
        json_t *object;
        if (!twp_report_shows(m->options, i))
            continue;
        object = json_object();
        put(m, object, "strategy", strategy_name(m, i));
        put(m, object, "cost", number(among[i].cost));
        put(m, object, "qaly", number(among[i].qaly));
        put(m, object, "place", text(among_name(among[i].place)));
        put(m, object, "against", strategy_name(m, among[i].i_against));
        put(m, object, "beyond", strategy_name(m, among[i].i_beyond));
        put(m, object, "cost_more", number(among[i].cost_more));
        put(m, object, "cost_more_se", number(among[i].cost_more_se));
        put(m, object, "qaly_more", number(among[i].qaly_more));
        put(m, object, "qaly_more_se", number(among[i].qaly_more_se));
        put(m, object, "correlation", number(among[i].correlation));
        put(m, object, "icer", number(among[i].icer));
        put(m, object, "low", number(among[i].low));
        put(m, object, "high", number(among[i].high));
        put(m, object, "interval", text(shape_name(among[i].shape)));
        append(m, array, object);
    }
    return array;
}

/* Chances along the grid of worths, and which strategy has the largest mean net benefit. */
static json_t *
make_best_buy(making_t *m)
{
    const twp_summary_t *s = m->summary;
    const int n = s->n_curve_worths;
    json_t *object, *array, *best;

    if (n == 0)
        return json_null();
    object = json_object();
    best = json_array();
    for (int k = 0; k < n; k++)
        append(m, best, strategy_name(m, (int) s->best[k]));
    put(m, object, "worth", numbers(m, s->curve_worth, n));
    put(m, object, "best", best);
    if (s->p_best == NULL)
        return object;
    array = json_array();
    for (int i = 0; i < s->n_strategies; i++) {
        json_t *one;
        if (!twp_report_shows(m->options, i))
            continue;
        one = json_object();
        put(m, one, "strategy", strategy_name(m, i));
        put(m, one, "chance", numbers(m, s->p_best + i * n, n));
        put(m, one, "mcse", numbers(m, s->p_best_mcse + i * n, n));
        put(m, one, "plain_share", numbers(m, s->p_best_raw + i * n, n));
        append(m, array, one);
    }
    put(m, object, "strategies", array);
    return object;
}

static json_t *
make_cost_effectiveness(making_t *m)
{
    const twp_summary_t *s = m->summary;
    json_t *object, *array;

    if (!s->has_icer)
        return json_null();
    object = json_object();
    put(m, object, "cost", text(s->cost_name));
    put(m, object, "qaly", text(s->qaly_name));
    put(m, object, "worth", numbers(m, s->worth, s->n_worth));
    put(m, object, "strategies", make_icers(m, s->icer));
    array = json_array();
    for (int g = 0; g < s->n_segments; g++) {
        json_t *one = json_object();
        put(m, one, "name", text(s->segment[g].name));
        put(m, one, "strategies", make_icers(m, s->segment[g].icer));
        put(m, one, "frontier", make_frontier(m, s->segment[g].among));
        append(m, array, one);
    }
    put(m, object, "segments", array);
    put(m, object, "frontier", make_frontier(m, s->among));
    put(m, object, "best_buy", make_best_buy(m));
    return object;
}

static const char *
verdict_name(twp_verdict_t verdict)
{
    switch (verdict) {
    case TWP_VERDICT_MISS: return "miss";
    case TWP_VERDICT_HIT: return "hit";
    case TWP_VERDICT_UNCLEAR: return "too_close_to_tell";
    case TWP_VERDICT_NONE: break;
    }
    return "no_result";
}

static json_t *
make_targets(making_t *m)
{
    json_t *array = json_array();

    for (int i = 0; i < m->summary->n_targets; i++) {
        const twp_summary_target_t *target = &m->summary->target[i];
        json_t *object = json_object();
        put(m, object, "name", text(target->name));
        put(m, object, "measure", text(target->measure));
        put(m, object, "time_days", number(target->time_days));
        put(m, object, "strategy", text(target->strategy));
        put(m, object, "unit", text(target->unit));
        put(m, object, "value", number(target->value));
        put(m, object, "within", number(target->within));
        put(m, object, "result", number(target->result));
        put(m, object, "mcse", number(target->mcse));
        put(m, object, "low", number(target->low));
        put(m, object, "high", number(target->high));
        put(m, object, "role", text(target->is_fit ? "fit" : "predict"));
        put(m, object, "is_hit", json_boolean(target->is_hit));
        put(m, object, "verdict", text(verdict_name(target->verdict)));
        put(m, object, "source", text(target->source));
        append(m, array, object);
    }
    return array;
}

static void
put_numbers(making_t *m, json_t *object, const char *key, const double *value, size_t first, int n)
{
    if (value != NULL)
        put(m, object, key, numbers(m, value + first, n));
}

static json_t *
make_logrank(making_t *m, const twp_summary_logrank_t *test)
{
    json_t *object = json_object();

    put(m, object, "observed", number(test->observed));
    put(m, object, "expected", number(test->expected));
    put(m, object, "z", number(test->z));
    put(m, object, "p", number(test->p));
    put(m, object, "variance_saved", number(test->variance_saved));
    put(m, object, "unpaired_chi2", number(test->unpaired_chi2));
    return object;
}

/* A curve under each strategy; the arrays begin with all strategies of one segment. */
static json_t *
make_curve_strategies(making_t *m, const twp_summary_lines_t *lines, int i_segment)
{
    const twp_summary_t *s = m->summary;
    json_t *array = json_array();

    for (int i = 0; i < s->n_strategies; i++) {
        const size_t at = (size_t) i_segment * (size_t) s->n_strategies + (size_t) i;
        const size_t first = at * (size_t) s->n_curve_times;
        const size_t first_quantile = at * (size_t) s->n_quantiles;
        json_t *one;
        if (!twp_report_shows(m->options, i))
            continue;
        one = json_object();
        put(m, one, "strategy", text(s->strategy[i]));
        put(m, one, "value", numbers(m, lines->value + first, s->n_curve_times));
        put(m, one, "se",
            numbers(m, lines->se != NULL ? lines->se + first : NULL, s->n_curve_times));
        put_numbers(m, one, "low", lines->low, first, s->n_curve_times);
        put_numbers(m, one, "high", lines->high, first, s->n_curve_times);
        put_numbers(m, one, "at_risk", lines->at_risk, first, s->n_curve_times);
        put_numbers(m, one, "events", lines->events, first, s->n_curve_times);
        put_numbers(m, one, "quantile_days", lines->quantile_days, first_quantile, s->n_quantiles);
        put_numbers(m, one, "quantile_low", lines->quantile_low, first_quantile, s->n_quantiles);
        put_numbers(m, one, "quantile_high", lines->quantile_high, first_quantile, s->n_quantiles);
        if (lines->logrank != NULL && i > 0)
            put(m, one, "logrank",
                make_logrank(m, &lines->logrank[i_segment * s->n_contrasts + i - 1]));
        append(m, array, one);
    }
    return array;
}

static json_t *
make_curve(making_t *m, const twp_summary_curve_t *curve)
{
    json_t *object = json_object(), *array;

    put(m, object, "name", text(curve->name));
    put(m, object, "label", text(curve->label));
    put(m, object, "strategies", make_curve_strategies(m, &curve->all, 0));
    if (curve->segments.value == NULL)
        return object;
    array = json_array();
    for (int g = 0; g < m->summary->n_segments; g++) {
        json_t *one = json_object();
        put(m, one, "name", text(m->summary->segment[g].name));
        put(m, one, "strategies", make_curve_strategies(m, &curve->segments, g));
        append(m, array, one);
    }
    put(m, object, "segments", array);
    return object;
}

static json_t *
make_curves(making_t *m)
{
    json_t *object = json_object(), *array = json_array();

    put(m, object, "time_days",
        m->summary->n_curves > 0
            ? numbers(m, m->summary->curve_time_days, m->summary->n_curve_times)
            : json_array());
    for (int i = 0; i < m->summary->n_curves; i++)
        append(m, array, make_curve(m, &m->summary->curve[i]));
    put(m, object, "curves", array);
    return object;
}

static json_t *
make_sets(making_t *m)
{
    const twp_summary_t *s = m->summary;
    json_t *object;

    if (s->n_parameter_sets_done < 1)
        return json_null();
    object = json_object();
    put(m, object, "n", json_integer((json_int_t) s->n_parameter_sets));
    put(m, object, "n_done", json_integer((json_int_t) s->n_parameter_sets_done));
    put(m, object, "twins", text(s->are_twins_same ? "same" : "fresh"));
    return object;
}

static json_t *
make_precision(making_t *m)
{
    const twp_summary_t *s = m->summary;
    json_t *object, *array;

    if (s->n_precisions == 0)
        return json_null();
    object = json_object();
    array = json_array();
    put(m, object, "is_reached", json_boolean(s->is_precise));
    put(m, object, "n_twins_most", json_integer((json_int_t) s->n_twins_most));
    put(m, object, "look_twins", numbers(m, s->look_twins, s->n_looks));
    for (int i = 0; i < s->n_precisions; i++) {
        json_t *one = json_object(), *widths = json_array();
        put(m, one, "name", text(s->precision[i].name));
        put(m, one, "unit", text(s->precision[i].unit));
        put(m, one, "wanted", number(s->precision[i].wanted));
        put(m, one, "half_width", number(s->precision[i].half_width));
        for (int k = 0; k < s->n_looks; k++)
            append(m, widths, number(s->half_width[k * s->n_precisions + i]));
        put(m, one, "half_widths", widths);
        append(m, array, one);
    }
    put(m, object, "asked", array);
    return object;
}

static json_t *
make_provenance(making_t *m)
{
    json_t *object = json_object();

    for (int i = 0; i < m->summary->n_provenance; i++)
        put(m, object, m->summary->provenance_key[i], text(m->summary->provenance_value[i]));
    return object;
}

/* Name of the file without its folder, which says nothing of what is in it. */
static const char *
base_name(const char *path)
{
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;

    return slash != NULL ? slash + 1 : path;
}

static json_t *
make_summary(making_t *m)
{
    const twp_summary_t *s = m->summary;
    json_t *object = json_object(), *names = json_array();

    for (int i = 0; i < s->n_strategies; i++) {
        if (twp_report_shows(m->options, i))
            append(m, names, text(s->strategy[i]));
    }
    put(m, object, "source", text(s->source));
    put(m, object, "file", text(base_name(s->path)));
    put(m, object, "title", text(s->title));
    put(m, object, "question", text(s->question));
    put(m, object, "status", text(s->is_partial ? "partial" : "complete"));
    put(m, object, "is_unverified", json_boolean(s->is_unverified));
    put(m, object, "run_id", text(s->run_id));
    put(m, object, "content_digest", text(s->content_digest));
    put(m, object, "seed", text(s->seed));
    put(m, object, "n_twins", json_integer((json_int_t) s->n_twins));
    put(m, object, "n_twins_done", json_integer((json_int_t) s->n_twins_done));
    put(m, object, "parameter_sets", make_sets(m));
    put(m, object, "currency", text(s->currency));
    put(m, object, "price_year",
        s->price_year > 0 ? json_integer((json_int_t) s->price_year) : json_null());
    put(m, object, "discount", text(s->discount));
    put(m, object, "baseline", text(s->strategy[0]));
    put(m, object, "strategies", names);
    put(m, object, "quantiles", numbers(m, s->quantile, s->n_quantiles));
    if (s->n_points > 0)
        put(m, object, "sweep", make_sweep(m));
    put(m, object, "measures", make_measures(m, -1));
    put(m, object, "segments", make_segments(m));
    put(m, object, "cost_effectiveness", make_cost_effectiveness(m));
    put(m, object, "targets", make_targets(m));
    put(m, object, "precision", make_precision(m));
    put(m, object, "curves", make_curves(m));
    put(m, object, "provenance", make_provenance(m));
    return object;
}

twp_status_t
twp_report_json(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_buffer_t *buffer, twp_error_t *err)
{
    making_t making = { summary, options, false };
    json_t *object = make_summary(&making);
    char *dumped = object != NULL && !making.has_failed ? json_dumps(object, JSON_INDENT(1)) : NULL;

    json_decref(object);
    if (dumped == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    twp_buffer_add(buffer, dumped);
    twp_buffer_add(buffer, "\n");
    free(dumped);
    return twp_buffer_status(buffer, err);
}
