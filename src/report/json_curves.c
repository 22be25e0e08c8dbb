#include "report/json_internal.h"

static void
put_array(
    twp_json_making_t *m, json_t *object, const char *key, const double *value, size_t first, int n)
{
    if (value != NULL)
        twp_tree_put(m, object, key, twp_tree_numbers(m, value + first, n));
}

static json_t *
make_logrank(twp_json_making_t *m, const twp_summary_logrank_t *test)
{
    json_t *object = json_object();

    TWP_TREE_NUMBERS(m, object, { "observed", test->observed }, { "expected", test->expected },
        { "z", test->z }, { "p", test->p }, { "variance_saved", test->variance_saved },
        { "unpaired_chi2", test->unpaired_chi2 });
    return object;
}

/* A curve under each strategy; the arrays begin with all strategies of one segment. */
static json_t *
make_curve_strategies(twp_json_making_t *m, const twp_summary_lines_t *lines, int i_segment)
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
        twp_tree_put(m, one, "strategy", twp_tree_text(s->strategy[i]));
        twp_tree_put(m, one, "value", twp_tree_numbers(m, lines->value + first, s->n_curve_times));
        twp_tree_put(m, one, "se",
            twp_tree_numbers(m, lines->se != NULL ? lines->se + first : NULL, s->n_curve_times));
        put_array(m, one, "low", lines->low, first, s->n_curve_times);
        put_array(m, one, "high", lines->high, first, s->n_curve_times);
        put_array(m, one, "at_risk", lines->at_risk, first, s->n_curve_times);
        put_array(m, one, "events", lines->events, first, s->n_curve_times);
        put_array(m, one, "quantile_days", lines->quantile_days, first_quantile, s->n_quantiles);
        put_array(m, one, "quantile_low", lines->quantile_low, first_quantile, s->n_quantiles);
        put_array(m, one, "quantile_high", lines->quantile_high, first_quantile, s->n_quantiles);
        if (lines->logrank != NULL && i > 0)
            twp_tree_put(m, one, "logrank",
                make_logrank(m, &lines->logrank[i_segment * s->n_contrasts + i - 1]));
        twp_tree_append(m, array, one);
    }
    return array;
}

static json_t *
make_curve(twp_json_making_t *m, const twp_summary_curve_t *curve)
{
    json_t *object = json_object(), *array;

    twp_tree_put(m, object, "name", twp_tree_text(curve->name));
    twp_tree_put(m, object, "label", twp_tree_text(curve->label));
    twp_tree_put(m, object, "strategies", make_curve_strategies(m, &curve->all, 0));
    if (curve->segments.value == NULL)
        return object;
    array = json_array();
    for (int g = 0; g < m->summary->n_segments; g++) {
        json_t *one = json_object();
        twp_tree_put(m, one, "name", twp_tree_text(m->summary->segment[g].name));
        twp_tree_put(m, one, "strategies", make_curve_strategies(m, &curve->segments, g));
        twp_tree_append(m, array, one);
    }
    twp_tree_put(m, object, "segments", array);
    return object;
}

json_t *
twp_json_curves(twp_json_making_t *m)
{
    json_t *object = json_object(), *array = json_array();

    twp_tree_put(m, object, "time_days",
        m->summary->n_curves > 0
            ? twp_tree_numbers(m, m->summary->curve_time_days, m->summary->n_curve_times)
            : json_array());
    for (int i = 0; i < m->summary->n_curves; i++)
        twp_tree_append(m, array, make_curve(m, &m->summary->curve[i]));
    twp_tree_put(m, object, "curves", array);
    return object;
}
