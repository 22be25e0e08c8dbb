#include "report/json_internal.h"
#include "report/points.h"

/* The rows of one point, as those of a run but without what is the same for all points. */
static json_t *
make_point_rows(twp_json_making_t *m, const twp_summary_t *all, size_t i_point)
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
        twp_tree_put(m, object, "name", twp_tree_text(all->row[i].name));
        twp_tree_put(m, object, "time_days", twp_tree_number(all->row[i].time_days));
        twp_tree_put(m, object, "strategies", twp_json_estimates(m, -1, i));
        twp_tree_append(m, array, object);
    }
    m->summary = all;
    return array;
}

static json_t *
make_points(twp_json_making_t *m)
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
            twp_tree_put(m, values, s->swept[k].path, twp_tree_number(s->swept[k].value[i]));
        twp_tree_put(m, object, "point", json_integer((json_int_t) i + 1));
        twp_tree_put(m, object, "values", values);
        twp_tree_put(m, object, "error", twp_tree_text(s->point_error[i]));
        if (s->i_point == 0)
            twp_tree_put(m, object, "measures", make_point_rows(m, s, (size_t) i));
        twp_tree_append(m, array, object);
    }
    return array;
}

json_t *
twp_json_sweep(twp_json_making_t *m)
{
    json_t *object = json_object(), *swept = json_array();

    for (int k = 0; k < m->summary->n_swept; k++) {
        json_t *one = json_object();
        twp_tree_put(m, one, "path", twp_tree_text(m->summary->swept[k].path));
        twp_tree_put(m, one, "unit", twp_tree_text(m->summary->swept[k].unit));
        twp_tree_append(m, swept, one);
    }
    twp_tree_put(m, object, "n_points", json_integer((json_int_t) m->summary->n_points));
    twp_tree_put(m, object, "n_points_done",
        json_integer((json_int_t) twp_report_n_points(m->summary, TWP_POINT_DONE)));
    twp_tree_put(m, object, "n_points_failed",
        json_integer((json_int_t) twp_report_n_points(m->summary, TWP_POINT_FAILED)));
    twp_tree_put(m, object, "swept", swept);
    twp_tree_put(m, object, "points", make_points(m));
    return object;
}
