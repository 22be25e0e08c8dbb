#include "results/fill_internal.h"

#include "base/error.h"
#include "vocabulary/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const no_yes[] = { "no", "yes" };

/* Bytes that one value of a column takes in the file, seen in runs of the shipped studies. */
#define BYTES_PER_FLOAT 3.5
#define BYTES_PER_EVENT 12.0
#define BYTES_PER_DOUBLE 7.5

/* ---- small things ---------------------------------------------------------------------------- */

bool
twp_fill_ok(twp_fill_t *fill, twp_status_t status)
{
    if (fill->status == TWP_OK)
        fill->status = status;
    return fill->status == TWP_OK;
}

void *
twp_fill_scratch(twp_fill_t *fill, size_t n_bytes)
{
    if (n_bytes > fill->scratch_bytes) {
        void *const grown = realloc(fill->scratch, n_bytes + n_bytes / 2);

        if (grown == NULL) {
            (void) twp_fill_ok(
                fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for %zu bytes", n_bytes));
            return NULL;
        }
        fill->scratch = grown;
        fill->scratch_bytes = n_bytes + n_bytes / 2;
    }
    return fill->scratch;
}

const char *
twp_fill_name(twp_fill_t *fill, const char *name)
{
    static const char *const reserved[] = { "caregiver", "contrast", "enters", "event",
        "event_code", "event_name", "event_path", "event_time", "event_value", "follow_up", "hcp",
        "institution", "obs", "obs_path", "path", "path_parameter_set", "path_strategy",
        "path_twin", "path_world", "payer", "pharmacy", "point", "quantile", "row_size",
        "row_start", "segment", "strategy", "time", "twin", "world" };
    char *const copy = twp_arena_printf(fill->arena, "%s_", name);

    if (copy == NULL) {
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for names"));
        return name;
    }
    for (char *at = copy; *at != '\0'; at++) /* consent.phone */
        if (*at == '.')
            *at = '_';
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (strcmp(reserved[i], name) == 0)
            return copy;
    copy[strlen(copy) - 1] = '\0';
    return copy;
}

const char *
twp_fill_unit(twp_fill_t *fill, twp_dim_t dim, const char *unit, double *factor)
{
    const char *const currency = fill->study->currency != NULL ? fill->study->currency : "money";

    *factor = 1.0;
    if (dim.time == 0 && dim.money == 0)
        return "1";
    if (dim.time == 0 && dim.money == 1)
        return currency;
    if (dim.time == 1 && dim.money == 0) {
        if (unit != NULL && (strcmp(unit, "year") == 0 || strcmp(unit, "years") == 0)) {
            *factor = 1.0 / TWP_DAYS_PER_YEAR;
            return "year";
        }
        return "d";
    }
    /* UDUNITS writes powers behind the unit: USD d-1. */
    if (dim.money == 0)
        return twp_arena_printf(fill->arena, "d%d", dim.time);
    if (dim.money == 1)
        return twp_arena_printf(fill->arena, "%s d%d", currency, dim.time);
    return twp_arena_printf(fill->arena, "%s%d d%d", currency, dim.money, dim.time);
}

const char *
twp_fill_measure_unit(const twp_fill_t *fill, const twp_study_measure_t *measure)
{
    const char *const unit = twp_measures[measure->measure].unit;

    if (strcmp(unit, "money") == 0)
        return fill->study->currency != NULL ? fill->study->currency : "money";
    return unit[0] != '\0' ? unit : NULL;
}

const char *
twp_fill_label(twp_fill_t *fill, const twp_study_measure_t *measure)
{
    const twp_measure_t kind = measure->measure;
    const char *label = measure->label;

    if ((twp_measures[kind].takes & TWP_TAKES_WINDOW) != 0 && isfinite(measure->window_days))
        label = twp_arena_printf(fill->arena, "%s, over %.6g days", label, measure->window_days);
    else if (kind == TWP_MEASURE_PERSISTENCE)
        label = twp_arena_printf(fill->arena, "%s, gaps up to %.6g days", label, measure->gap_days);
    else if (measure->is_discounted && strstr(label, "discounted") == NULL)
        label = twp_arena_printf(fill->arena, "%s, discounted", label);
    return label != NULL ? label : measure->label;
}

/* ---- declaring ------------------------------------------------------------------------------- */

static int
stream(twp_fill_t *fill, const char *group, const twp_field_t *field)
{
    int number = -1;

    if (fill->status == TWP_OK)
        (void) twp_fill_ok(
            fill, twp_results_stream(fill->writer, group, field, &number, &fill->err));
    return number;
}

static bool
field_of(twp_fill_t *fill, const char *group, const char *name, twp_type_t type, const char *unit,
    twp_field_t *field)
{
    return fill->status == TWP_OK &&
        twp_fill_ok(fill, twp_columns_field(group, name, type, unit, field, &fill->err));
}

static twp_type_t
id_type(const twp_fill_t *fill)
{
    return fill->is_wide_id ? TWP_TYPE_INT64 : TWP_TYPE_INT32;
}

static void
declare_attribute(twp_fill_t *fill, int i)
{
    const twp_study_attribute_t *const attribute = &fill->study->attribute[i];
    const char *const name = twp_fill_name(fill, attribute->name);
    const bool is_category = attribute->n_categories > 0;
    twp_type_t type = TWP_TYPE_FLOAT32;
    twp_field_t field;
    const char *unit;

    fill->attribute_factor[i] = 1.0;
    if (is_category)
        type = attribute->n_categories > 127 ? TWP_TYPE_INT16 : TWP_TYPE_INT8;
    else if (attribute->is_truth)
        type = TWP_TYPE_INT8;
    unit = type == TWP_TYPE_FLOAT32
        ? twp_fill_unit(fill, attribute->dim, attribute->unit, &fill->attribute_factor[i])
        : NULL;
    fill->attribute_type[i] = type;
    if (!field_of(fill, "twins", name, type, unit, &field))
        return;
    if (type != TWP_TYPE_FLOAT32) {
        field.n_flags = is_category ? attribute->n_categories : 2;
        field.flag_meanings = is_category ? attribute->category : no_yes;
    }
    fill->attribute[i] = stream(fill, "twins", &field);
}

static void
declare_twins(twp_fill_t *fill)
{
    const int n = fill->study->n_attributes;
    twp_field_t field;

    fill->attribute = TWP_ARENA_NEW(fill->arena, int, n + 1);
    fill->attribute_factor = TWP_ARENA_NEW(fill->arena, double, n + 1);
    fill->attribute_type = TWP_ARENA_NEW(fill->arena, twp_type_t, n + 1);
    if (fill->attribute == NULL || fill->attribute_factor == NULL || fill->attribute_type == NULL) {
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for columns"));
        return;
    }
    (void) twp_fill_ok(fill, twp_results_group(fill->writer, "twins", &fill->err));
    if (field_of(fill, "twins", "twin", id_type(fill), NULL, &field))
        fill->twin = stream(fill, "twins", &field);
    if (field_of(fill, "twins", "enters", TWP_TYPE_FLOAT32, "d", &field)) {
        field.long_name = "day of entry, from the start of the study";
        fill->enters = stream(fill, "twins", &field);
    }
    if (field_of(fill, "twins", "follow_up", TWP_TYPE_FLOAT32, "d", &field)) {
        field.long_name = "length of the life from entry; NaN: enters after the horizon";
        fill->follow_up = stream(fill, "twins", &field);
    }
    for (int i = 0; i < n; i++)
        declare_attribute(fill, i);
}

const char *
twp_fill_outcome_name(twp_fill_t *fill, const twp_figure_t *figure)
{
    const twp_study_measure_t *const measure = &fill->study->measure[figure->i_measure];
    const char *const name = measure->n_times == 0
        ? twp_fill_name(fill, measure->name)
        : twp_figure_name(fill->arena, fill->study, figure);

    return name != NULL ? name : measure->name;
}

static void
declare_outcomes(twp_fill_t *fill)
{
    const twp_figures_t *const figures = fill->run->figures;
    twp_field_t field;

    fill->outcome = TWP_ARENA_NEW(fill->arena, int, figures->n_figures + 1);
    if (fill->outcome == NULL) {
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for columns"));
        return;
    }
    (void) twp_fill_ok(fill, twp_results_group(fill->writer, "outcomes", &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(fill->writer, "outcomes", "strategy",
                (size_t) fill->run->n_models, fill->strategy, NULL, &fill->err));
    if (field_of(fill, "outcomes", "twin", id_type(fill), NULL, &field))
        fill->outcome_twin = stream(fill, "outcomes", &field);
    for (int f = 0; f < figures->n_figures; f++) {
        const twp_figure_t *const figure = &figures->figure[f];
        const twp_study_measure_t *const measure = &fill->study->measure[figure->i_measure];

        fill->outcome[f] = -1;
        if (figure->i_column < 0 || figure->i_chain >= 0 ||
            !field_of(fill, "outcomes", twp_fill_outcome_name(fill, figure), TWP_TYPE_FLOAT32,
                twp_fill_measure_unit(fill, measure), &field))
            continue;
        field.long_name = twp_fill_label(fill, measure);
        field.comment = twp_measures[measure->measure].definition;
        fill->outcome[f] = stream(fill, "outcomes", &field);
    }
}

static bool
begin(twp_fill_t *fill)
{
    const twp_fill_run_t *const run = fill->run;
    const int n = run->n_models;

    fill->study = run->model[0]->study;
    /* Fresh twins are other ones in every set: there is nobody to write a row of. */
    fill->has_twins = !run->has_no_rows && fill->study->record.twins &&
        (run->sets == NULL || run->sets->are_twins_same);
    fill->has_outcomes = !run->has_no_rows && fill->study->record.outcomes &&
        (run->sets == NULL || run->sets->are_twins_same);
    fill->is_wide_id = run->population->max_id > (uint64_t) INT32_MAX;
    fill->arena = twp_arena_create(0);
    fill->strategy = fill->arena != NULL ? TWP_ARENA_NEW(fill->arena, const char *, n + 1) : NULL;
    if (fill->strategy == NULL)
        return false;
    if (run->shard != NULL)
        fill->n_paths = twp_shard_first_twin(run->shard) * n;
    for (int s = 0; s < n; s++)
        fill->strategy[s] = run->model[s]->study->strategy[run->model[s]->i_strategy].name;
    return true;
}

twp_status_t
twp_fill_open(const twp_fill_run_t *run, const char *path, bool overwrite, int n_threads,
    twp_fill_t **out, twp_error_t *err)
{
    const twp_results_options_t options = { .overwrite = overwrite, .n_threads = n_threads };
    twp_fill_t *const fill = calloc(1, sizeof(*fill));
    twp_status_t status = TWP_OK;

    *out = NULL;
    if (fill == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the results");
    fill->run = run;
    if (!begin(fill)) {
        twp_fill_abandon(fill);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the results");
    }
    status = twp_results_writer_open(path, &options, &fill->writer, &fill->err);
    if (!twp_fill_ok(fill, status))
        fill->writer = NULL;
    if (fill->status == TWP_OK && fill->has_twins)
        declare_twins(fill);
    if (fill->status == TWP_OK && fill->has_outcomes)
        declare_outcomes(fill);
    if (fill->status == TWP_OK && run->recorder->has_events)
        twp_fill_declare_events(fill);
    if (fill->status == TWP_OK && run->recorder->has_trajectories)
        twp_fill_declare_trajectories(fill);
    if (fill->status == TWP_OK && run->shard != NULL)
        twp_fill_declare_blocks(fill);
    if (fill->status != TWP_OK) {
        status = TWP_FAIL(err, fill->status, "%s", fill->err.message);
        twp_fill_abandon(fill);
        return status;
    }
    *out = fill;
    return TWP_OK;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static void
append(twp_fill_t *fill, int number, int i_row, int n, const void *data)
{
    if (fill->status == TWP_OK && number >= 0)
        (void) twp_fill_ok(fill,
            twp_results_append(fill->writer, number, (size_t) i_row, (size_t) n, data, &fill->err));
}

static void
append_ids(twp_fill_t *fill, int number, const twp_block_t *block)
{
    union {
        int64_t wide[TWP_BLOCK_TWINS];
        int32_t narrow[TWP_BLOCK_TWINS];
    } id;

    for (int k = 0; k < block->n_twins; k++) {
        if (fill->is_wide_id)
            id.wide[k] = (int64_t) block->id[k];
        else
            id.narrow[k] = (int32_t) block->id[k];
    }
    append(fill, number, 0, block->n_twins, &id);
}

static void
append_floats(twp_fill_t *fill, int number, int i_row, int n, const double *value, double factor)
{
    float narrow[TWP_BLOCK_TWINS];

    for (int k = 0; k < n; k++)
        narrow[k] = (float) (value[k] * factor);
    append(fill, number, i_row, n, narrow);
}

static void
append_attribute(twp_fill_t *fill, int i, const twp_block_t *block)
{
    const double *const value = &block->attribute[(size_t) i * TWP_BLOCK_TWINS];
    int16_t wide[TWP_BLOCK_TWINS];
    int8_t narrow[TWP_BLOCK_TWINS];

    if (fill->attribute_type[i] == TWP_TYPE_FLOAT32) {
        append_floats(
            fill, fill->attribute[i], 0, block->n_twins, value, fill->attribute_factor[i]);
        return;
    }
    for (int k = 0; k < block->n_twins; k++) {
        wide[k] = (int16_t) value[k];
        narrow[k] = (int8_t) value[k];
    }
    append(fill, fill->attribute[i], 0, block->n_twins,
        fill->attribute_type[i] == TWP_TYPE_INT8 ? (const void *) narrow : (const void *) wide);
}

static void
take_outcomes(twp_fill_t *fill, const twp_block_t *block)
{
    const twp_figures_t *const figures = fill->run->figures;
    double quotient[TWP_BLOCK_TWINS];

    append_ids(fill, fill->outcome_twin, block);
    for (int f = 0; f < figures->n_figures; f++) {
        const twp_figure_t *const figure = &figures->figure[f];

        if (figure->i_column < 0 || figure->i_chain >= 0)
            continue;
        for (int s = 0; s < fill->run->n_models; s++) {
            const double *const value =
                &block->value[s][(size_t) figure->i_column * TWP_BLOCK_TWINS];

            if (figure->i_denominator < 0) {
                append_floats(fill, fill->outcome[f], s, block->n_twins, value, 1.0);
                continue;
            }
            for (int k = 0; k < block->n_twins; k++) {
                const double under =
                    block->value[s][(size_t) figure->i_denominator * TWP_BLOCK_TWINS + (size_t) k];

                quotient[k] = under > 0.0 ? value[k] / under : NAN;
            }
            append_floats(fill, fill->outcome[f], s, block->n_twins, quotient, 1.0);
        }
    }
}

twp_status_t
twp_fill_take_twins(twp_fill_t *fill, const twp_block_t *block, twp_error_t *err)
{
    if (fill->status == TWP_OK && fill->has_twins) {
        append_ids(fill, fill->twin, block);
        append_floats(fill, fill->enters, 0, block->n_twins, block->enters_days, 1.0);
        append_floats(fill, fill->follow_up, 0, block->n_twins, block->follow_up_days, 1.0);
        for (int i = 0; i < fill->study->n_attributes; i++)
            append_attribute(fill, i, block);
    }
    if (fill->status != TWP_OK)
        return TWP_FAIL(err, fill->status, "%s", fill->err.message);
    return TWP_OK;
}

twp_status_t
twp_fill_take_outcomes(twp_fill_t *fill, const twp_block_t *block, twp_error_t *err)
{
    if (fill->status == TWP_OK && fill->has_outcomes)
        take_outcomes(fill, block);
    if (fill->status != TWP_OK)
        return TWP_FAIL(err, fill->status, "%s", fill->err.message);
    return TWP_OK;
}

bool
twp_fill_has_twins(const twp_fill_t *fill)
{
    return fill->has_twins;
}

bool
twp_fill_has_outcomes(const twp_fill_t *fill)
{
    return fill->has_outcomes;
}

twp_status_t
twp_fill_take(twp_fill_t *fill, const twp_block_t *block, twp_error_t *err)
{
    twp_status_t status = twp_fill_take_twins(fill, block, err);

    if (status == TWP_OK)
        status = twp_fill_take_outcomes(fill, block, err);
    if (status == TWP_OK && block->record != NULL)
        twp_fill_take_paths(fill, block);
    if (fill->status != TWP_OK)
        return TWP_FAIL(err, fill->status, "%s", fill->err.message);
    return status;
}

bool
twp_fill_work(twp_fill_t *fill)
{
    return twp_results_work(fill->writer);
}

/* ---- the end --------------------------------------------------------------------------------- */

twp_status_t
twp_fill_summary(twp_fill_t *fill, const twp_sums_t *sums, const twp_outcome_counts_t *counts,
    int64_t n_twins_done, twp_error_t *err)
{
    twp_fill_write_root(fill, "results", n_twins_done);
    if (fill->status == TWP_OK)
        twp_fill_write_summary(fill, sums);
    if (fill->status == TWP_OK && fill->run->n_models > 1)
        twp_fill_write_economics(fill, sums);
    if (fill->status == TWP_OK && fill->run->n_models > 1)
        twp_fill_write_decision(fill, sums);
    if (fill->status == TWP_OK && fill->run->figures->n_segments > 0)
        twp_fill_write_segments(fill, sums);
    if (fill->status == TWP_OK && fill->run->sets != NULL)
        twp_fill_write_draws(fill);
    if (fill->status == TWP_OK)
        twp_fill_write_targets(fill, sums);
    if (fill->status == TWP_OK && fill->run->looks != NULL)
        twp_fill_write_precision(fill);
    if (fill->status == TWP_OK)
        twp_fill_write_survival(fill, sums, counts);
    if (fill->status != TWP_OK)
        return TWP_FAIL(err, fill->status, "%s", fill->err.message);
    return TWP_OK;
}

twp_results_writer_t *
twp_fill_writer(twp_fill_t *fill)
{
    return fill->writer;
}

static void
free_fill(twp_fill_t *fill)
{
    twp_arena_free(fill->arena);
    free(fill->scratch);
    free(fill);
}

twp_status_t
twp_fill_close(
    twp_fill_t *fill, bool is_partial, char digest[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err)
{
    const twp_status_t status = twp_results_close(
        fill->writer, is_partial ? "partial" : "complete", digest, err);

    free_fill(fill);
    return status;
}

twp_results_writer_t *
twp_fill_release(twp_fill_t *fill)
{
    twp_results_writer_t *const writer = fill->writer;

    free_fill(fill);
    return writer;
}

void
twp_fill_abandon(twp_fill_t *fill)
{
    if (fill == NULL)
        return;
    twp_results_abandon(fill->writer);
    free_fill(fill);
}

/* Of the group of draws, over all parameter sets. */
static double
estimate_draws(const twp_fill_run_t *run, int64_t n_sets)
{
    const twp_study_typed_t *const study = run->model[0]->study;
    int n_parameters = 0;

    for (int i = 0; i < study->n_parameters; i++)
        n_parameters += study->parameter[i].is_uncertain;
    return BYTES_PER_DOUBLE * (double) n_sets *
        (n_parameters + run->figures->n_figures * (3.0 * run->n_models - 1.0));
}

double
twp_fill_estimate_bytes(
    const twp_fill_run_t *run, int64_t n_sets, int64_t n_twins, double events_per_life)
{
    const twp_study_typed_t *const study = run->model[0]->study;
    double per_twin = 0.0, bytes = 100e3;

    if (n_sets > 0)
        bytes += estimate_draws(run, n_sets);
    if (n_sets > 0 && !study->are_twins_same)
        return bytes;
    if (study->record.twins)
        per_twin += BYTES_PER_FLOAT * (3.0 + study->n_attributes);
    if (study->record.outcomes)
        per_twin += BYTES_PER_FLOAT * (1.0 + (double) run->n_models * run->figures->n_figures);
    if (run->recorder->has_events)
        per_twin += run->n_models * BYTES_PER_EVENT * (1.0 + events_per_life);
    if (run->recorder->has_trajectories)
        per_twin += run->n_models *
            (9.0 + 0.5 * run->recorder->n_tracks + BYTES_PER_FLOAT * run->recorder->n_variables) *
            (2.0 + events_per_life);
    return bytes + per_twin * (double) n_twins;
}
