#include "report/json_internal.h"

#include "measure/sets.h"

#include <math.h>
#include <string.h>

/* The two parts of the spread of parameter sets, and what is left to the parameters. */
static void
put_variances(twp_json_making_t *m, json_t *object, double sets, double twins, bool is_paired)
{
    const double parameters = m->summary->are_twins_same ? sets : sets - twins;

    if (m->summary->n_parameter_sets_done < 1)
        return;
    TWP_TREE_NUMBERS(m, object, { "sets_variance", sets }, { "twins_variance", twins });
    twp_tree_put(m, object, "parameters_variance", twp_tree_number(is_paired ? parameters : NAN));
}

json_t *
twp_json_contrast(twp_json_making_t *m, const twp_summary_contrast_t *contrast)
{
    json_t *object;

    if (contrast == NULL)
        return json_null();
    object = json_object();
    TWP_TREE_NUMBERS(m, object, { "difference", contrast->difference }, { "se", contrast->se },
        { "low", contrast->low }, { "high", contrast->high });
    twp_tree_put(m, object, "n", twp_tree_whole(contrast->n));
    twp_tree_put(m, object, "variance_saved", twp_tree_number(contrast->variance_saved));
    twp_tree_put(
        m, object, "quantiles", twp_tree_numbers(m, contrast->quantile, m->summary->n_quantiles));
    put_variances(m, object, contrast->sets_variance, contrast->twins_variance,
        twp_sets_are_paired(contrast->variance_saved, contrast->twins_variance));
    return object;
}

json_t *
twp_json_estimates(twp_json_making_t *m, int i_segment, int i_row)
{
    const twp_summary_t *s = m->summary;
    json_t *array = json_array();

    for (int i = 0; i < s->n_strategies; i++) {
        const twp_summary_estimate_t *e = twp_report_estimate(s, i_segment, i_row, i);
        json_t *object;
        if (!twp_report_shows(m->options, i))
            continue;
        object = json_object();
        twp_tree_put(m, object, "strategy", twp_tree_text(s->strategy[i]));
        TWP_TREE_NUMBERS(m, object, { "mean", e->mean }, { "mcse", e->mcse }, { "low", e->low },
            { "high", e->high });
        twp_tree_put(m, object, "n", twp_tree_whole(e->n));
        twp_tree_put(m, object, "quantiles", twp_tree_numbers(m, e->quantile, s->n_quantiles));
        put_variances(m, object, e->sets_variance, e->twins_variance, true);
        twp_tree_put(m, object, "against_baseline",
            twp_json_contrast(m, twp_report_contrast(s, i_segment, i_row, i)));
        twp_tree_append(m, array, object);
    }
    return array;
}

static json_t *
make_measures(twp_json_making_t *m, int i_segment)
{
    json_t *array = json_array();

    for (int i = 0; i < m->summary->n_rows; i++) {
        const twp_summary_row_t *row = &m->summary->row[i];
        json_t *object;
        if (m->summary->n_points > 0 && m->summary->i_point == 0)
            break; /* the points have them */
        object = json_object();
        twp_tree_put(m, object, "name", twp_tree_text(row->name));
        twp_tree_put(m, object, "time_days", twp_tree_number(row->time_days));
        if (i_segment < 0) {
            twp_tree_put(m, object, "label", twp_tree_text(row->label));
            twp_tree_put(m, object, "unit", twp_tree_text(row->unit));
            twp_tree_put(m, object, "definition", twp_tree_text(row->definition));
            twp_tree_put(m, object, "is_mean", json_boolean(row->is_mean));
        }
        twp_tree_put(m, object, "strategies", twp_json_estimates(m, i_segment, i));
        twp_tree_append(m, array, object);
    }
    return array;
}

static json_t *
make_segments(twp_json_making_t *m)
{
    json_t *array = json_array();

    for (int k = 0; k < m->summary->n_segments; k++) {
        json_t *object = json_object();
        twp_tree_put(m, object, "name", twp_tree_text(m->summary->segment[k].name));
        twp_tree_put(
            m, object, "n_twins", json_integer((json_int_t) m->summary->segment[k].n_twins));
        twp_tree_put(m, object, "measures", make_measures(m, k));
        twp_tree_append(m, array, object);
    }
    return array;
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
make_targets(twp_json_making_t *m)
{
    json_t *array = json_array();

    for (int i = 0; i < m->summary->n_targets; i++) {
        const twp_summary_target_t *target = &m->summary->target[i];
        json_t *object = json_object();
        twp_tree_put(m, object, "name", twp_tree_text(target->name));
        twp_tree_put(m, object, "measure", twp_tree_text(target->measure));
        twp_tree_put(m, object, "time_days", twp_tree_number(target->time_days));
        twp_tree_put(m, object, "strategy", twp_tree_text(target->strategy));
        twp_tree_put(m, object, "unit", twp_tree_text(target->unit));
        TWP_TREE_NUMBERS(m, object, { "value", target->value }, { "within", target->within },
            { "result", target->result }, { "mcse", target->mcse }, { "low", target->low },
            { "high", target->high });
        twp_tree_put(m, object, "role", twp_tree_text(target->is_fit ? "fit" : "predict"));
        twp_tree_put(m, object, "is_hit", json_boolean(target->is_hit));
        twp_tree_put(m, object, "verdict", twp_tree_text(verdict_name(target->verdict)));
        twp_tree_put(m, object, "source", twp_tree_text(target->source));
        twp_tree_append(m, array, object);
    }
    return array;
}

static json_t *
make_sets(twp_json_making_t *m)
{
    const twp_summary_t *s = m->summary;
    json_t *object;

    if (s->n_parameter_sets_done < 1)
        return json_null();
    object = json_object();
    twp_tree_put(m, object, "n", json_integer((json_int_t) s->n_parameter_sets));
    twp_tree_put(m, object, "n_done", json_integer((json_int_t) s->n_parameter_sets_done));
    twp_tree_put(m, object, "twins", twp_tree_text(s->are_twins_same ? "same" : "fresh"));
    return object;
}

static json_t *
make_precision(twp_json_making_t *m)
{
    const twp_summary_t *s = m->summary;
    json_t *object, *array;

    if (s->n_precisions == 0)
        return json_null();
    object = json_object();
    array = json_array();
    twp_tree_put(m, object, "is_reached", json_boolean(s->is_precise));
    twp_tree_put(m, object, "n_twins_most", json_integer((json_int_t) s->n_twins_most));
    twp_tree_put(m, object, "look_twins", twp_tree_numbers(m, s->look_twins, s->n_looks));
    for (int i = 0; i < s->n_precisions; i++) {
        json_t *one = json_object(), *widths = json_array();
        twp_tree_put(m, one, "name", twp_tree_text(s->precision[i].name));
        twp_tree_put(m, one, "unit", twp_tree_text(s->precision[i].unit));
        TWP_TREE_NUMBERS(m, one, { "wanted", s->precision[i].wanted },
            { "half_width", s->precision[i].half_width });
        for (int k = 0; k < s->n_looks; k++)
            twp_tree_append(m, widths, twp_tree_number(s->half_width[k * s->n_precisions + i]));
        twp_tree_put(m, one, "half_widths", widths);
        twp_tree_append(m, array, one);
    }
    twp_tree_put(m, object, "asked", array);
    return object;
}

static json_t *
make_provenance(twp_json_making_t *m)
{
    json_t *object = json_object();

    for (int i = 0; i < m->summary->n_provenance; i++)
        twp_tree_put(m, object, m->summary->provenance_key[i],
            twp_tree_text(m->summary->provenance_value[i]));
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
make_summary(twp_json_making_t *m)
{
    const twp_summary_t *s = m->summary;
    json_t *object = json_object(), *names = json_array();

    for (int i = 0; i < s->n_strategies; i++) {
        if (twp_report_shows(m->options, i))
            twp_tree_append(m, names, twp_tree_text(s->strategy[i]));
    }
    twp_tree_put(m, object, "source", twp_tree_text(s->source));
    twp_tree_put(m, object, "file", twp_tree_text(base_name(s->path)));
    twp_tree_put(m, object, "title", twp_tree_text(s->title));
    twp_tree_put(m, object, "question", twp_tree_text(s->question));
    twp_tree_put(m, object, "status", twp_tree_text(s->is_partial ? "partial" : "complete"));
    twp_tree_put(m, object, "is_unverified", json_boolean(s->is_unverified));
    twp_tree_put(m, object, "run_id", twp_tree_text(s->run_id));
    twp_tree_put(m, object, "content_digest", twp_tree_text(s->content_digest));
    twp_tree_put(m, object, "seed", twp_tree_text(s->seed));
    twp_tree_put(m, object, "n_twins", json_integer((json_int_t) s->n_twins));
    twp_tree_put(m, object, "n_twins_done", json_integer((json_int_t) s->n_twins_done));
    twp_tree_put(m, object, "parameter_sets", make_sets(m));
    twp_tree_put(m, object, "currency", twp_tree_text(s->currency));
    twp_tree_put(m, object, "price_year",
        s->price_year > 0 ? json_integer((json_int_t) s->price_year) : json_null());
    twp_tree_put(m, object, "discount", twp_tree_text(s->discount));
    twp_tree_put(m, object, "baseline", twp_tree_text(s->strategy[0]));
    twp_tree_put(m, object, "strategies", names);
    twp_tree_put(m, object, "quantiles", twp_tree_numbers(m, s->quantile, s->n_quantiles));
    if (s->n_points > 0)
        twp_tree_put(m, object, "sweep", twp_json_sweep(m));
    twp_tree_put(m, object, "measures", make_measures(m, -1));
    twp_tree_put(m, object, "segments", make_segments(m));
    twp_tree_put(m, object, "cost_effectiveness", twp_json_cost_effectiveness(m));
    twp_tree_put(m, object, "targets", make_targets(m));
    twp_tree_put(m, object, "precision", make_precision(m));
    twp_tree_put(m, object, "curves", twp_json_curves(m));
    twp_tree_put(m, object, "provenance", make_provenance(m));
    return object;
}

twp_status_t
twp_report_json(const twp_summary_t *summary, const twp_report_options_t *options,
    twp_buffer_t *buffer, twp_error_t *err)
{
    twp_json_making_t making = { summary, options, false };
    json_t *const tree = make_summary(&making);

    return twp_tree_write(tree, making.has_failed, 1, buffer, err);
}
