#include "summary/load.h"

#include "measure/sums.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void
twp_load_refuse(twp_load_t *load, const char *object, const char *why)
{
    if (load->status == TWP_OK)
        load->status = TWP_FAIL(
            load->err, TWP_ERR_FORMAT, "%s: %s %s", twp_reader_path(load->reader), object, why);
}

void *
twp_load_room(twp_load_t *load, size_t n, size_t size)
{
    void *const memory = twp_arena_alloc(load->arena, n > 0 ? n : 1, size);

    if (memory == NULL && load->status == TWP_OK)
        load->status = TWP_FAIL(load->err, TWP_ERR_MEMORY, "no memory for the summary");
    return memory;
}

const char *
twp_load_path(twp_load_t *load, const char *format, ...)
{
    va_list arguments;
    const char *path;

    va_start(arguments, format);
    path = twp_arena_vprintf(load->arena, format, arguments);
    va_end(arguments);
    if (path == NULL && load->status == TWP_OK)
        load->status = TWP_FAIL(load->err, TWP_ERR_MEMORY, "no memory for the summary");
    return path != NULL ? path : "";
}

bool
twp_load_has(twp_load_t *load, const char *object)
{
    return load->status == TWP_OK && twp_reader_has(load->reader, object);
}

const char *const *
twp_load_texts(twp_load_t *load, const char *object, size_t n, bool is_required)
{
    char **texts = NULL;
    const char **copy;
    size_t n_read = 0;

    if (load->status != TWP_OK)
        return NULL;
    if (!twp_reader_has(load->reader, object)) {
        if (is_required)
            twp_load_refuse(load, object, "is not there");
        return NULL;
    }
    load->status = twp_reader_read_texts(load->reader, object, &texts, &n_read, load->err);
    if (load->status != TWP_OK)
        return NULL;
    if (n_read != n)
        twp_load_refuse(load, object, "does not have the length of its dimension");
    copy = twp_load_room(load, n, sizeof(*copy));
    for (size_t i = 0; i < n && copy != NULL && load->status == TWP_OK; i++)
        copy[i] = twp_load_path(load, "%s", texts[i]);
    twp_reader_free_texts(texts, n_read);
    return load->status == TWP_OK ? copy : NULL;
}

const char *
twp_load_attribute(twp_load_t *load, const char *object, const char *name)
{
    char *text = NULL;
    const char *copy = "";

    if (load->status != TWP_OK || !twp_reader_has_attribute(load->reader, object, name))
        return "";
    load->status = twp_reader_attribute_text(load->reader, object, name, &text, load->err);
    if (load->status == TWP_OK)
        copy = twp_load_path(load, "%s", text);
    free(text);
    return copy;
}

void
twp_load_interval(double value, double se, double *low, double *high)
{
    *low = value - TWP_SUMS_Z * se;
    *high = value + TWP_SUMS_Z * se;
}

/* ---- estimates and contrasts ---------------------------------------------------------------- */

typedef struct {
    twp_load_line_t value, se, n, quantile, saved;
    twp_load_line_t low, high;                        /* of estimates that are no means */
    twp_load_line_t sets_low, sets_high, sets, twins; /* what parameter sets add */
} columns_t;

/* base: the columns' names up to "_mcse" and the like; value: that of the first. */
static columns_t
load_columns(twp_load_t *load, const char *base, const char *value, size_t n, bool is_segment)
{
    const size_t n_quantiles = (size_t) load->summary->n_quantiles;
    columns_t from = { .value = twp_load_line(load, value, n, !is_segment) };

    from.se = twp_load_line(load, twp_load_path(load, "%s_mcse", base), n, !is_segment);
    from.n = twp_load_line(load, twp_load_path(load, "%s_n", base), n, false);
    if (!is_segment)
        from.quantile = twp_load_line(
            load, twp_load_path(load, "%s_quantile", base), n * n_quantiles, false);
    if (load->summary->n_parameter_sets_done < 1)
        return from;
    from.sets_low = twp_load_line(load, twp_load_path(load, "%s_sets_low", base), n, true);
    from.sets_high = twp_load_line(load, twp_load_path(load, "%s_sets_high", base), n, true);
    from.sets = twp_load_line(load, twp_load_path(load, "%s_sets_variance", base), n, true);
    from.twins = twp_load_line(load, twp_load_path(load, "%s_twins_variance", base), n, true);
    return from;
}

/* The element at a point, counted from the one that is looked at; NULL where there is no such column. */
static const double *
place(const twp_load_line_t *line, size_t i_point, size_t at)
{
    return line->values != NULL ? &line->values[i_point * line->step + at] : NULL;
}

static double
value_at(const twp_load_line_t *line, size_t i_point, size_t at)
{
    const double *const value = place(line, i_point, at);

    return value != NULL ? *value : NAN;
}

/* The interval: the estimate's own, or of the parameter sets, or else of the standard error. */
static void
interval_at(const columns_t *from, size_t i_point, size_t at, double *low, double *high)
{
    twp_load_interval(
        value_at(&from->value, i_point, at), value_at(&from->se, i_point, at), low, high);
    if (from->low.values != NULL && from->high.values != NULL) {
        *low = value_at(&from->low, i_point, at);
        *high = value_at(&from->high, i_point, at);
    }
    if (from->sets_low.values != NULL && from->sets_high.values != NULL) {
        *low = value_at(&from->sets_low, i_point, at);
        *high = value_at(&from->sets_high, i_point, at);
    }
}

static void
fill_estimate(const columns_t *from, size_t i_point, size_t at, size_t n_quantiles,
    twp_summary_estimate_t *to)
{
    to->mean = value_at(&from->value, i_point, at);
    to->mcse = value_at(&from->se, i_point, at);
    to->n = value_at(&from->n, i_point, at);
    to->quantile = place(&from->quantile, i_point, at * n_quantiles);
    interval_at(from, i_point, at, &to->low, &to->high);
    to->sets_variance = value_at(&from->sets, i_point, at);
    to->twins_variance = value_at(&from->twins, i_point, at);
}

static void
fill_contrast(const columns_t *from, size_t i_point, size_t at, size_t n_quantiles,
    twp_summary_contrast_t *to)
{
    to->difference = value_at(&from->value, i_point, at);
    to->se = value_at(&from->se, i_point, at);
    to->n = value_at(&from->n, i_point, at);
    to->variance_saved = value_at(&from->saved, i_point, at);
    to->quantile = place(&from->quantile, i_point, at * n_quantiles);
    interval_at(from, i_point, at, &to->low, &to->high);
    to->sets_variance = value_at(&from->sets, i_point, at);
    to->twins_variance = value_at(&from->twins, i_point, at);
}

void
twp_load_estimates(twp_load_t *load, const char *group, int i_segment, int n_segments,
    size_t n_points, twp_summary_estimate_t *estimate)
{
    const size_t n_strategies = (size_t) load->summary->n_strategies;
    const size_t n_quantiles = (size_t) load->summary->n_quantiles;
    const size_t n_of_point = (size_t) load->summary->n_rows * n_strategies;

    for (int m = 0; m < load->n_measures && load->status == TWP_OK; m++) {
        const size_t n_times = (size_t) load->row_n_times[m];
        const size_t n = (size_t) (i_segment < 0 ? 1 : n_segments) * n_strategies * n_times;
        const size_t first = (size_t) (i_segment < 0 ? 0 : i_segment) * n_strategies * n_times;
        const char *const base = twp_load_path(load, "%s/%s", group, load->measure[m]);
        columns_t from = load_columns(
            load, base, twp_load_path(load, "%s_mean", base), n, i_segment >= 0);

        from.low = twp_load_line(load, twp_load_path(load, "%s_low", base), n, false);
        from.high = twp_load_line(load, twp_load_path(load, "%s_high", base), n, false);
        for (size_t p = 0; p < n_points && load->status == TWP_OK; p++)
            for (size_t i = 0; i < n_strategies * n_times; i++) {
                const size_t row = (size_t) load->row_first[m] + i % n_times;

                fill_estimate(&from, p, first + i, n_quantiles,
                    &estimate[p * n_of_point + row * n_strategies + i / n_times]);
            }
    }
}

void
twp_load_contrasts(twp_load_t *load, const char *group, int i_segment, int n_segments,
    size_t n_points, twp_summary_contrast_t *contrast)
{
    const size_t n_contrasts = (size_t) load->summary->n_contrasts;
    const size_t n_quantiles = (size_t) load->summary->n_quantiles;
    const size_t n_of_point = (size_t) load->summary->n_rows * n_contrasts;

    for (int m = 0; m < load->n_measures && load->status == TWP_OK && n_contrasts > 0; m++) {
        const size_t n_times = (size_t) load->row_n_times[m];
        const size_t n = (size_t) (i_segment < 0 ? 1 : n_segments) * n_contrasts * n_times;
        const size_t first = (size_t) (i_segment < 0 ? 0 : i_segment) * n_contrasts * n_times;
        const char *const base = twp_load_path(load, "%s/%s", group, load->measure[m]);
        const char *const diff = twp_load_path(load, "%s_diff", base);
        columns_t from = load_columns(load, diff, diff, n, i_segment >= 0);

        from.saved = twp_load_line(load, twp_load_path(load, "%s_variance_saved", base), n, false);
        for (size_t p = 0; p < n_points && load->status == TWP_OK; p++)
            for (size_t i = 0; i < n_contrasts * n_times; i++) {
                const size_t row = (size_t) load->row_first[m] + i % n_times;

                fill_contrast(&from, p, first + i, n_quantiles,
                    &contrast[p * n_of_point + row * n_contrasts + i / n_times]);
            }
    }
}
