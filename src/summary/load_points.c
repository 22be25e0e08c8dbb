/* The points of a sweep: what they are, and the figures of all of them. */
#include "summary/load.h"

#include "vocabulary/columns.h"

#include <stdlib.h>
#include <string.h>

#define MOST_POINTS 10000000 /* more is no file of ours */
#define PREFIX "point_"

/* ---- what they are ---------------------------------------------------------------------------- */

static void
load_swept(twp_load_t *load)
{
    twp_names_t names = { 0 };
    twp_summary_swept_t *swept;

    load->status = twp_reader_list(load->reader, "points", &names, load->err);
    if (load->status != TWP_OK)
        return;
    swept = twp_load_room(load, names.n, sizeof *swept);
    for (size_t i = 0; i < names.n && load->status == TWP_OK; i++) {
        const char *object;
        double *value;

        if (names.is_group[i] || strncmp(names.name[i], PREFIX, sizeof PREFIX - 1) != 0)
            continue;
        object = twp_load_path(load, "points/%s", names.name[i]);
        value = twp_load_room(load, load->n_points, sizeof *value);
        if (value != NULL)
            twp_load_over_points(load, object, value);
        swept[load->summary->n_swept++] =
            (twp_summary_swept_t){ .path = twp_load_attribute(load, object, "long_name"),
                .name = twp_load_path(load, "%s", names.name[i] + sizeof PREFIX - 1),
                .unit = twp_load_attribute(load, object, "units"),
                .value = value };
    }
    load->summary->swept = swept;
    twp_reader_free_names(&names);
}

static void
load_fates(twp_load_t *load)
{
    const size_t n = load->n_points;
    double *const fate = twp_load_room(load, n, sizeof *fate);
    bool *const is_done = twp_load_room(load, n, sizeof *is_done);

    if (load->status != TWP_OK)
        return;
    twp_load_over_points(load, "points/fate", fate);
    for (size_t i = 0; i < n && load->status == TWP_OK; i++)
        is_done[i] = fate[i] == TWP_POINT_DONE;
    load->summary->is_point_done = is_done;
    load->summary->point_error = twp_load_texts(load, "points/error", n, true);
}

void
twp_load_points(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    int32_t n_points = 0;

    if (load->status != TWP_OK)
        return;
    if (!twp_reader_has_attribute(load->reader, "", "n_points")) {
        if (summary->i_point > 0)
            load->status = TWP_FAIL(load->err, TWP_ERR_INPUT, "%s is of no sweep and has no points",
                twp_reader_path(load->reader));
        return;
    }
    load->status = twp_reader_attribute_int32(load->reader, "", "n_points", &n_points, load->err);
    if (load->status == TWP_OK && (n_points < 1 || n_points > MOST_POINTS))
        twp_load_refuse(load, "n_points", "is no number of points");
    if (load->status == TWP_OK && summary->i_point > n_points)
        load->status = TWP_FAIL(load->err, TWP_ERR_INPUT, "%s has no point %lld: it has %d",
            twp_reader_path(load->reader), (long long) summary->i_point, n_points);
    if (load->status == TWP_OK && !twp_reader_has(load->reader, "points"))
        twp_load_refuse(load, "points", "is not there");
    if (load->status != TWP_OK)
        return;
    load->n_points = (size_t) n_points;
    load->i_point = summary->i_point > 0 ? (size_t) summary->i_point - 1 : 0;
    summary->n_points = n_points;
    load_swept(load);
    load_fates(load);
}

/* ---- figures of all of them -------------------------------------------------------------------- */

void
twp_load_all_points(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    const size_t n_points = load->n_points,
                 n_estimates = (size_t) summary->n_rows * (size_t) summary->n_strategies,
                 n_contrasts = (size_t) summary->n_rows * (size_t) summary->n_contrasts;
    twp_summary_estimate_t *estimate;
    twp_summary_contrast_t *contrast;

    if (load->status != TWP_OK)
        return;
    estimate = twp_load_room(load, n_points * n_estimates, sizeof *estimate);
    contrast = twp_load_room(load, n_points * n_contrasts, sizeof *contrast);
    if (load->status != TWP_OK)
        return;
    load->i_point = 0;
    twp_load_estimates(load, "summary", -1, 1, n_points, estimate);
    twp_load_contrasts(load, "contrasts", -1, 1, n_points, contrast);
    summary->point_estimate = estimate;
    summary->point_contrast = contrast;
}
