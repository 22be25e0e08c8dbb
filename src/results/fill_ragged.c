#include "results/fill_internal.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

static bool
declare(twp_fill_t *fill, const char *group, const char *name, twp_type_t type, const char *unit,
    int *number, const twp_field_t *with)
{
    twp_field_t field;

    if (fill->status != TWP_OK ||
        !twp_fill_ok(fill, twp_columns_field(group, name, type, unit, &field, &fill->err)))
        return false;
    if (with != NULL) {
        field.n_flags = with->n_flags;
        field.flag_meanings = with->flag_meanings;
        if (with->long_name != NULL)
            field.long_name = with->long_name;
    }
    return twp_fill_ok(fill, twp_results_stream(fill->writer, group, &field, number, &fill->err));
}

static void
declare_paths(twp_fill_t *fill, const char *group, const char *member, twp_fill_ragged_t *ragged)
{
    const twp_type_t id = fill->is_wide_id ? TWP_TYPE_INT64 : TWP_TYPE_INT32;
    const twp_field_t strategies = { .n_flags = fill->run->n_models,
        .flag_meanings = fill->strategy };

    (void) twp_fill_ok(fill, twp_results_group(fill->writer, group, &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_attribute_text(
                fill->writer, group, "featureType", "timeSeries", &fill->err));
    declare(fill, group, "path", TWP_TYPE_INT32, NULL, &ragged->path, NULL);
    declare(fill, group, "path_twin", id, NULL, &ragged->twin, NULL);
    declare(fill, group, "path_strategy", TWP_TYPE_INT8, NULL, &ragged->strategy, &strategies);
    declare(fill, group, "path_parameter_set", TWP_TYPE_INT32, NULL, &ragged->parameter_set, NULL);
    declare(fill, group, "row_size", TWP_TYPE_INT32, NULL, &ragged->row_size, NULL);
    declare(fill, group, "row_start", TWP_TYPE_INT64, NULL, &ragged->row_start, NULL);
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_plain(
                fill->writer, group, member, TWP_LENGTH_UNKNOWN, &fill->err));
}

void
twp_fill_declare_events(twp_fill_t *fill)
{
    const twp_recorder_plan_t *const recorder = fill->run->recorder;
    const int n = recorder->n_kinds;
    twp_fill_ragged_t *const events = &fill->events;
    const char **const name = TWP_ARENA_NEW(fill->arena, const char *, n + 1);

    declare_paths(fill, "events", "event", events);
    declare(fill, "events", "event_time", TWP_TYPE_FLOAT64, NULL, &events->time, NULL);
    declare(fill, "events", "event_code", TWP_TYPE_INT16, NULL, &events->code, NULL);
    declare(fill, "events", "event_value", TWP_TYPE_FLOAT32, NULL, &events->value, NULL);
    declare(fill, "events", "event_path", TWP_TYPE_INT32, NULL, &events->member_path, NULL);
    if (fill->status != TWP_OK)
        return;
    for (int i = 0; name != NULL && i < n; i++)
        name[i] = twp_model_code_name(fill->run->model[0], recorder->code[i], fill->arena);
    if (name == NULL || (n > 0 && name[n - 1] == NULL)) {
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for names"));
        return;
    }
    twp_field_t field;

    if (twp_fill_ok(fill,
            twp_results_dimension_plain(fill->writer, "events", "code", (size_t) n, &fill->err)) &&
        twp_fill_ok(fill,
            twp_columns_field("events", "event_name", TWP_TYPE_TEXT, NULL, &field, &fill->err)))
        (void) twp_fill_ok(
            fill, twp_results_write(fill->writer, "events", &field, name, &fill->err));
}

static void
declare_track(twp_fill_t *fill, const twp_study_track_t *track, int *number)
{
    const char **const state = TWP_ARENA_NEW(fill->arena, const char *, track->n_states + 1);
    const twp_field_t states = { .n_flags = track->n_states, .flag_meanings = state };

    if (state == NULL) {
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for names"));
        return;
    }
    for (int j = 0; j < track->n_states; j++)
        state[j] = track->state[j].name;
    declare(fill, "trajectories", twp_fill_name(fill, track->name), TWP_TYPE_INT8, NULL, number,
        &states);
}

void
twp_fill_declare_trajectories(twp_fill_t *fill)
{
    const twp_recorder_plan_t *const recorder = fill->run->recorder;
    twp_fill_ragged_t *const trajectories = &fill->trajectories;

    trajectories->track = TWP_ARENA_NEW(fill->arena, int, recorder->n_tracks + 1);
    trajectories->variable = TWP_ARENA_NEW(fill->arena, int, recorder->n_variables + 1);
    if (trajectories->track == NULL || trajectories->variable == NULL) {
        (void) twp_fill_ok(fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for columns"));
        return;
    }
    declare_paths(fill, "trajectories", "obs", trajectories);
    declare(fill, "trajectories", "time", TWP_TYPE_FLOAT64, NULL, &trajectories->time, NULL);
    for (int i = 0; i < recorder->n_tracks; i++)
        declare_track(fill, &fill->study->track[i], &trajectories->track[i]);
    for (int i = 0; i < recorder->n_variables; i++) {
        const twp_study_variable_t *const variable =
            &fill->study->variable[recorder->i_variable[i]];
        double factor;

        /* Variables are written in internal units: days, the study's money. */
        declare(fill, "trajectories", twp_fill_name(fill, variable->name), TWP_TYPE_FLOAT32,
            twp_fill_unit(fill, variable->dim, NULL, &factor), &trajectories->variable[i], NULL);
    }
    declare(
        fill, "trajectories", "obs_path", TWP_TYPE_INT32, NULL, &trajectories->member_path, NULL);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static void
append(twp_fill_t *fill, int number, int64_t n, const void *data)
{
    if (fill->status == TWP_OK && n > 0)
        (void) twp_fill_ok(
            fill, twp_results_append(fill->writer, number, 0, (size_t) n, data, &fill->err));
}

static void
append_path_numbers(twp_fill_t *fill, const twp_block_t *block, const twp_fill_ragged_t *ragged)
{
    const int64_t n = block->record->n_paths;
    const int n_models = fill->run->n_models;
    int32_t *const number = twp_fill_scratch(fill, (size_t) n * sizeof(int64_t) + 8);
    int64_t *const wide = (int64_t *) (void *) number;
    int8_t *const strategy = (int8_t *) (void *) number;

    if (number == NULL)
        return;
    for (int64_t i = 0; i < n; i++)
        number[i] = (int32_t) (fill->n_paths + i);
    append(fill, ragged->path, n, number);
    for (int64_t i = 0; i < n; i++) {
        if (fill->is_wide_id)
            wide[i] = (int64_t) block->id[i / n_models];
        else
            number[i] = (int32_t) block->id[i / n_models];
    }
    append(fill, ragged->twin, n, number);
    for (int64_t i = 0; i < n; i++)
        strategy[i] = (int8_t) (i % n_models);
    append(fill, ragged->strategy, n, strategy);
    for (int64_t i = 0; i < n; i++)
        number[i] = 0;
    append(fill, ragged->parameter_set, n, number);
}

/* row_size, row_start, and for each row the number of its path. */
static void
append_rows(twp_fill_t *fill, int64_t n_paths, const int32_t *row_size, int64_t n_rows,
    twp_fill_ragged_t *ragged)
{
    const size_t n_bytes = (size_t) n_paths * sizeof(int64_t) + 8;
    int64_t *start = twp_fill_scratch(fill, n_bytes);
    int64_t next = ragged->n_rows;

    if (start == NULL)
        return;
    append(fill, ragged->row_size, n_paths, row_size);
    for (int64_t i = 0; i < n_paths; i++) {
        start[i] = next;
        next += row_size[i];
    }
    append(fill, ragged->row_start, n_paths, start);

    int32_t *const path = twp_fill_scratch(fill, (size_t) n_rows * sizeof(int32_t) + 8);
    int64_t i_row = 0;

    if (path == NULL)
        return;
    for (int64_t i = 0; i < n_paths; i++)
        for (int32_t k = 0; k < row_size[i]; k++)
            path[i_row++] = (int32_t) (fill->n_paths + i);
    append(fill, ragged->member_path, n_rows, path);
    ragged->n_rows = next;
}

void
twp_fill_take_paths(twp_fill_t *fill, const twp_block_t *block)
{
    const twp_record_block_t *const record = block->record;
    const twp_recorder_plan_t *const recorder = fill->run->recorder;

    if (fill->n_paths + record->n_paths > INT32_MAX) {
        (void) twp_fill_ok(fill,
            TWP_FAIL(&fill->err, TWP_ERR_LIMIT,
                "more than 2^31 - 1 lives cannot be recorded in one file"));
        return;
    }
    if (recorder->has_events) {
        append_path_numbers(fill, block, &fill->events);
        append_rows(fill, record->n_paths, record->event_row_size, record->n_events, &fill->events);
        append(fill, fill->events.time, record->n_events, record->event_time);
        append(fill, fill->events.code, record->n_events, record->event_code);
        append(fill, fill->events.value, record->n_events, record->event_value);
    }
    if (recorder->has_trajectories) {
        append_path_numbers(fill, block, &fill->trajectories);
        append_rows(
            fill, record->n_paths, record->obs_row_size, record->n_obs, &fill->trajectories);
        append(fill, fill->trajectories.time, record->n_obs, record->obs_time);
        for (int i = 0; i < recorder->n_tracks; i++)
            append(fill, fill->trajectories.track[i], record->n_obs,
                &record->obs_state[(int64_t) i * record->obs_capacity]);
        for (int i = 0; i < recorder->n_variables; i++)
            append(fill, fill->trajectories.variable[i], record->n_obs,
                &record->obs_variable[(int64_t) i * record->obs_capacity]);
    }
    fill->n_paths += record->n_paths;
}
