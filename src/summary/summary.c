/* A results file becomes what reports show. */
#include "summary/load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool
ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), n_end = strlen(end);

    return n > n_end && strcmp(text + n - n_end, end) == 0;
}

/* ---- head ------------------------------------------------------------------------------------ */

static void
load_head(twp_load_t *load, const char *path)
{
    twp_summary_t *const summary = load->summary;
    int32_t n_twins = 0, n_done = 0, n_sets = 0, n_sets_done = 0, price_year = 0;
    const char *status;

    summary->path = twp_load_path(load, "%s", path);
    summary->title = twp_load_attribute(load, "", "title");
    summary->question = twp_load_attribute(load, "", "question");
    summary->note = twp_load_attribute(load, "", "comment");
    summary->currency = twp_load_attribute(load, "", "currency");
    summary->discount = twp_load_attribute(load, "", "discount");
    if (load->status == TWP_OK && twp_reader_has_attribute(load->reader, "", "price_year"))
        load->status = twp_reader_attribute_int32(
            load->reader, "", "price_year", &price_year, load->err);
    summary->price_year = price_year;
    summary->source = twp_load_attribute(load, "", "source");
    summary->run_id = twp_load_attribute(load, "", "run_id");
    summary->seed = twp_load_attribute(load, "", "seed");
    summary->content_digest = twp_load_attribute(load, "", "content_digest");
    summary->is_unverified = twp_reader_is_unverified(load->reader);
    if (load->status == TWP_OK &&
        strcmp(twp_load_attribute(load, "", "twinpath_kind"), TWP_KIND_ADHERENCE) == 0)
        twp_load_refuse(load, "the file", "is of adherence and has no strategies to compare");
    if (load->status == TWP_OK &&
        strcmp(twp_load_attribute(load, "", "twinpath_kind"), "shard") == 0)
        twp_load_refuse(
            load, "the file", "is a shard of a run in parts, which twinpath merge joins");
    status = twp_load_attribute(load, "", "status");
    if (load->status == TWP_OK && strcmp(status, "complete") != 0 && strcmp(status, "partial") != 0)
        twp_load_refuse(load, "status", "is neither complete nor partial");
    summary->is_partial = strcmp(status, "partial") == 0;
    if (load->status == TWP_OK)
        load->status = twp_reader_attribute_int32(load->reader, "", "n_twins", &n_twins, load->err);
    if (load->status == TWP_OK)
        load->status = twp_reader_attribute_int32(
            load->reader, "", "n_twins_done", &n_done, load->err);
    summary->n_twins = n_twins;
    summary->n_twins_done = n_done;
    if (load->status != TWP_OK ||
        !twp_reader_has_attribute(load->reader, "", "n_parameter_sets_done"))
        return;
    load->status = twp_reader_attribute_int32(
        load->reader, "", "n_parameter_sets_done", &n_sets_done, load->err);
    if (load->status == TWP_OK)
        load->status = twp_reader_attribute_int32(
            load->reader, "", "n_parameter_sets", &n_sets, load->err);
    summary->n_parameter_sets = n_sets;
    summary->n_parameter_sets_done = n_sets_done;
    summary->are_twins_same = strcmp(twp_load_attribute(load, "", "twins_across_sets"), "same") ==
        0;
}

static void
load_dimensions(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    const size_t n = twp_load_length(load, "summary/strategy");
    const size_t n_quantiles = twp_load_length(load, "summary/quantile");

    if (load->status == TWP_OK && (n < 1 || n > 1000 || n_quantiles > 1000))
        twp_load_refuse(load, "summary", "has too few or too many strategies or quantiles");
    if (load->status != TWP_OK)
        return;
    summary->n_strategies = (int) n;
    summary->n_contrasts = (int) n - 1;
    summary->n_quantiles = (int) n_quantiles;
    summary->strategy = twp_load_texts(load, "summary/strategy", n, true);
    summary->quantile = twp_load_doubles(load, "summary/quantile", n_quantiles, false);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Whether a column says what a swept number is at each point; its name may end like that of a figure. */
static bool
is_swept(const twp_summary_t *summary, const char *column)
{
    static const char prefix[] = "point_";
    const size_t n = sizeof prefix - 1;

    for (int i = 0; i < summary->n_swept; i++)
        if (strncmp(column, prefix, n) == 0 && strcmp(column + n, summary->swept[i].name) == 0)
            return true;
    return false;
}

/* Measures are the columns NAME_mean, in the order in which they were written. */
static void
find_measures(twp_load_t *load)
{
    twp_names_t names = { 0 };

    if (load->status != TWP_OK)
        return;
    load->status = twp_reader_list(load->reader, "summary", &names, load->err);
    if (load->status != TWP_OK)
        return;
    load->measure = twp_load_room(load, names.n, sizeof(*load->measure));
    load->row_first = twp_load_room(load, names.n, sizeof(*load->row_first));
    load->row_n_times = twp_load_room(load, names.n, sizeof(*load->row_n_times));
    for (size_t i = 0; i < names.n && load->status == TWP_OK; i++) {
        if (names.is_group[i] || !ends_with(names.name[i], "_mean") ||
            is_swept(load->summary, names.name[i]))
            continue;
        const char *const name = twp_load_path(
            load, "%.*s", (int) (strlen(names.name[i]) - 5), names.name[i]);
        /* time_X_mean are the times of a measure that is called X_mean. */
        if (strncmp(name, "time_", 5) != 0 ||
            twp_load_has(load, twp_load_path(load, "summary/%s_mcse", name)))
            load->measure[load->n_measures++] = name;
    }
    twp_reader_free_names(&names);
}

static void
count_rows(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    size_t n_rows = 0;

    for (int m = 0; m < load->n_measures && load->status == TWP_OK; m++) {
        const size_t n = twp_load_length(
            load, twp_load_path(load, "summary/%s_mean", load->measure[m]));
        const size_t n_times = n / (size_t) summary->n_strategies;

        if (load->status == TWP_OK &&
            (n_times < 1 || n_times > 100000 || n % (size_t) summary->n_strategies != 0))
            twp_load_refuse(load, load->measure[m], "does not have the length of its dimensions");
        load->row_first[m] = (int) n_rows;
        load->row_n_times[m] = (int) n_times;
        n_rows += n_times;
    }
    if (load->status == TWP_OK && n_rows > 1000000)
        twp_load_refuse(load, "summary", "has too many figures");
    summary->n_rows = (int) n_rows;
}

static void
fill_rows(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    twp_summary_row_t *const row = twp_load_room(
        load, (size_t) summary->n_rows, sizeof(twp_summary_row_t));

    for (int m = 0; m < load->n_measures && load->status == TWP_OK; m++) {
        const char *const name = load->measure[m];
        const char *const mean = twp_load_path(load, "summary/%s_mean", name);
        const double *const times = twp_load_doubles(load,
            twp_load_path(load, "summary/time_%s", name), (size_t) load->row_n_times[m], false);
        twp_summary_row_t one = { .name = name };

        one.label = twp_load_attribute(load, mean, "long_name");
        one.unit = twp_load_attribute(load, mean, "units");
        one.definition = twp_load_attribute(load, mean, "comment");
        one.is_mean = !twp_load_has(load, twp_load_path(load, "survival/km_%s", name)) &&
            !twp_load_has(load, twp_load_path(load, "summary/%s_low", name));
        one.has_quantiles = twp_load_has(load, twp_load_path(load, "summary/%s_quantile", name));
        for (int t = 0; t < load->row_n_times[m] && load->status == TWP_OK; t++) {
            one.time_days = times != NULL ? times[t] : NAN;
            row[load->row_first[m] + t] = one;
        }
    }
    summary->row = row;
}

static void
load_figures(twp_load_t *load)
{
    twp_summary_t *const summary = load->summary;
    twp_summary_estimate_t *estimate;
    twp_summary_contrast_t *contrast;

    find_measures(load);
    count_rows(load);
    if (load->status != TWP_OK)
        return;
    fill_rows(load);
    estimate = twp_load_room(
        load, (size_t) summary->n_rows * (size_t) summary->n_strategies, sizeof(*estimate));
    contrast = twp_load_room(
        load, (size_t) summary->n_rows * (size_t) summary->n_contrasts, sizeof(*contrast));
    if (load->status != TWP_OK)
        return;
    twp_load_estimates(load, "summary", -1, 1, 1, estimate);
    twp_load_contrasts(load, "contrasts", -1, 1, 1, contrast);
    summary->estimate = estimate;
    summary->contrast = contrast;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* All points together have figures only; what else there is, one point alone has. */
static void
load_rest(twp_load_t *load)
{
    if (load->summary->n_points > 0 && load->summary->i_point == 0) {
        twp_load_all_points(load);
    } else {
        twp_load_segments(load);
        twp_load_icers(load);
        twp_load_decision(load);
        twp_load_targets(load);
        twp_load_precision(load);
        twp_load_curves(load);
    }
    twp_load_provenance(load);
}

twp_status_t
twp_summary_read(const char *path, twp_summary_t **out, twp_error_t *err)
{
    return twp_summary_read_point(path, 0, out, err);
}

twp_status_t
twp_summary_read_point(const char *path, int64_t i_point, twp_summary_t **out, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    twp_summary_owner_t *const owner = arena != NULL ? TWP_ARENA_NEW(arena, twp_summary_owner_t, 1)
                                                     : NULL;
    twp_load_t load = { .arena = arena, .err = err };

    *out = NULL;
    if (owner == NULL) {
        twp_arena_free(arena);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the summary");
    }
    owner->arena = arena;
    load.summary = &owner->summary;
    load.status = twp_reader_open(path, &load.reader, err);
    if (load.status == TWP_OK) {
        load_head(&load, path);
        load.summary->i_point = i_point;
        twp_load_points(&load);
        load_dimensions(&load);
        load_figures(&load);
        load_rest(&load);
        if (load.status == TWP_OK && twp_reader_is_damaged(load.reader))
            twp_load_refuse(&load, "", "is damaged");
        twp_load_free_columns(&load);
        twp_reader_close(load.reader);
    }
    if (load.status != TWP_OK) {
        twp_arena_free(arena);
        return load.status;
    }
    *out = &owner->summary;
    return TWP_OK;
}

void
twp_summary_free(twp_summary_t *summary)
{
    if (summary != NULL)
        twp_arena_free(((twp_summary_owner_t *) summary)->arena);
}

twp_status_t
twp_results_provenance(const char *path, const char *name, char **text, twp_error_t *err)
{
    char object[64] = "provenance/";
    twp_reader_t *reader = NULL;
    twp_status_t status;

    *text = NULL;
    if (name == NULL || strlen(name) > 32)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "there is no such text in a results file");
    status = twp_reader_open(path, &reader, err);
    if (status != TWP_OK)
        return status;
    memcpy(object + strlen(object), name, strlen(name) + 1);
    status = twp_reader_read_text(reader, object, text, err);
    twp_reader_close(reader);
    return status;
}
