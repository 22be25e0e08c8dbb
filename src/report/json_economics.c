#include "report/json_internal.h"

#include "report/words.h"
#include "vocabulary/columns.h"

#include <math.h>

/* The word for a number of a column, as the results file has it. */
static json_t *
flag(const char *group, const char *column, int value)
{
    const twp_field_t *const field = &twp_columns_find(group, column)->field;

    return twp_tree_text(field->flag_meanings[value >= 0 && value < field->n_flags ? value : 0]);
}

static json_t *
make_net_benefits(twp_json_making_t *m, const twp_summary_icer_t *icer)
{
    json_t *array = json_array();

    for (int k = 0; k < m->summary->n_worth; k++) {
        json_t *object = twp_json_contrast(m, &icer->net_benefit[k]);
        twp_tree_put(m, object, "worth", twp_tree_number(m->summary->worth[k]));
        twp_tree_put(m, object, "p_better",
            twp_tree_number(icer->p_better != NULL ? icer->p_better[k] : NAN));
        twp_tree_append(m, array, object);
    }
    return array;
}

static json_t *
make_icer(twp_json_making_t *m, const twp_summary_icer_t *icer, int i_strategy)
{
    json_t *object = json_object();
    twp_buffer_t words = { 0 };

    twp_report_icer_words(&words, icer, m->summary->currency);
    twp_tree_put(m, object, "strategy", twp_tree_text(m->summary->strategy[i_strategy]));
    TWP_TREE_NUMBERS(m, object, { "cost", icer->cost }, { "cost_se", icer->cost_se },
        { "qaly", icer->qaly }, { "qaly_se", icer->qaly_se }, { "correlation", icer->correlation });
    twp_tree_put(m, object, "place", flag("contrasts", "icer_place", (int) icer->place));
    TWP_TREE_NUMBERS(m, object, { "icer", icer->icer }, { "ratio", icer->ratio },
        { "low", icer->low }, { "high", icer->high });
    twp_tree_put(m, object, "interval", flag("contrasts", "icer_interval", (int) icer->shape));
    twp_tree_put(m, object, "words", twp_tree_text(words.text));
    twp_tree_put(m, object, "net_benefit", make_net_benefits(m, icer));
    m->has_failed = m->has_failed || words.has_failed;
    twp_buffer_clear(&words);
    return object;
}

static json_t *
make_icers(twp_json_making_t *m, const twp_summary_icer_t *icer)
{
    json_t *array;

    if (icer == NULL)
        return json_null();
    array = json_array();
    for (int i = 1; i < m->summary->n_strategies; i++) {
        if (twp_report_shows(m->options, i))
            twp_tree_append(m, array, make_icer(m, &icer[i - 1], i));
    }
    return array;
}

static json_t *
strategy_name(const twp_json_making_t *m, int i_strategy)
{
    return i_strategy >= 0 ? twp_tree_text(m->summary->strategy[i_strategy]) : json_null();
}

static json_t *
make_frontier(twp_json_making_t *m, const twp_summary_among_t *among)
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
        twp_tree_put(m, object, "strategy", strategy_name(m, i));
        TWP_TREE_NUMBERS(m, object, { "cost", among[i].cost }, { "qaly", among[i].qaly });
        twp_tree_put(m, object, "place", flag("decision", "frontier", (int) among[i].place));
        twp_tree_put(m, object, "against", strategy_name(m, among[i].i_against));
        twp_tree_put(m, object, "beyond", strategy_name(m, among[i].i_beyond));
        TWP_TREE_NUMBERS(m, object, { "cost_more", among[i].cost_more },
            { "cost_more_se", among[i].cost_more_se }, { "qaly_more", among[i].qaly_more },
            { "qaly_more_se", among[i].qaly_more_se }, { "correlation", among[i].correlation },
            { "icer", among[i].icer }, { "low", among[i].low }, { "high", among[i].high });
        twp_tree_put(
            m, object, "interval", flag("contrasts", "icer_interval", (int) among[i].shape));
        twp_tree_append(m, array, object);
    }
    return array;
}

/* Chances along the grid of worths, and which strategy has the largest mean net benefit. */
static json_t *
make_best_buy(twp_json_making_t *m)
{
    const twp_summary_t *s = m->summary;
    const int n = s->n_curve_worths;
    json_t *object, *array, *best;

    if (n == 0)
        return json_null();
    object = json_object();
    best = json_array();
    for (int k = 0; k < n; k++)
        twp_tree_append(m, best, strategy_name(m, (int) s->best[k]));
    twp_tree_put(m, object, "worth", twp_tree_numbers(m, s->curve_worth, n));
    twp_tree_put(m, object, "best", best);
    if (s->p_best == NULL)
        return object;
    array = json_array();
    for (int i = 0; i < s->n_strategies; i++) {
        json_t *one;
        if (!twp_report_shows(m->options, i))
            continue;
        one = json_object();
        twp_tree_put(m, one, "strategy", strategy_name(m, i));
        twp_tree_put(m, one, "chance", twp_tree_numbers(m, s->p_best + i * n, n));
        twp_tree_put(m, one, "mcse", twp_tree_numbers(m, s->p_best_mcse + i * n, n));
        twp_tree_put(m, one, "plain_share", twp_tree_numbers(m, s->p_best_raw + i * n, n));
        twp_tree_append(m, array, one);
    }
    twp_tree_put(m, object, "strategies", array);
    return object;
}

json_t *
twp_json_cost_effectiveness(twp_json_making_t *m)
{
    const twp_summary_t *s = m->summary;
    json_t *object, *array;

    if (!s->has_icer)
        return json_null();
    object = json_object();
    twp_tree_put(m, object, "cost", twp_tree_text(s->cost_name));
    twp_tree_put(m, object, "qaly", twp_tree_text(s->qaly_name));
    twp_tree_put(m, object, "worth", twp_tree_numbers(m, s->worth, s->n_worth));
    twp_tree_put(m, object, "strategies", make_icers(m, s->icer));
    array = json_array();
    for (int g = 0; g < s->n_segments; g++) {
        json_t *one = json_object();
        twp_tree_put(m, one, "name", twp_tree_text(s->segment[g].name));
        twp_tree_put(m, one, "strategies", make_icers(m, s->segment[g].icer));
        twp_tree_put(m, one, "frontier", make_frontier(m, s->segment[g].among));
        twp_tree_append(m, array, one);
    }
    twp_tree_put(m, object, "segments", array);
    twp_tree_put(m, object, "frontier", make_frontier(m, s->among));
    twp_tree_put(m, object, "best_buy", make_best_buy(m));
    return object;
}
