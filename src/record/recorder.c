#include "record/recorder.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static twp_status_t
no_memory(twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the record of a block of twins");
}

/* ---- what is wanted ---------------------------------------------------------------------- */

static bool
is_dispensed(const twp_model_t *model, int32_t i_variable)
{
    for (int k = 0; k < model->n_actions; k++)
        if (model->action[k].i == i_variable &&
            (model->action[k].kind == TWP_DO_DISPENSE ||
                model->action[k].kind == TWP_DO_DISPENSE_DISCARDING))
            return true;
    return false;
}

/* Whether some action raises a happening that the exit waits for. */
static bool
is_raised(const twp_model_t *model, int32_t i_exit)
{
    for (int k = 0; k < model->n_actions; k++) {
        const twp_model_action_t *const action = &model->action[k];

        if (action->kind != TWP_DO_HAPPEN || action->i < 0)
            continue;
        const twp_model_happening_t *const happening = &model->happening[action->i];
        for (int u = 0; u < happening->n_upon; u++)
            if (model->upon[happening->i_upon_first + u] == i_exit)
                return true;
    }
    return false;
}

/* False for an exit of a support that waits for an action to start or end it where there is none. */
static bool
can_be_taken(const twp_study_typed_t *study, const twp_model_t *model, int32_t i_exit)
{
    const twp_study_exit_t *const exit = &study->exit[i_exit];

    if (exit->kind != TWP_EXIT_UPON)
        return true;
    for (int u = 0; u < exit->n_upon; u++)
        if (exit->upon[u].kind != TWP_HAPPENING_START_ASKED &&
            exit->upon[u].kind != TWP_HAPPENING_END_ASKED)
            return true;
    return is_raised(model, i_exit);
}

static bool
can_come_about(const twp_study_typed_t *study, const twp_model_t *model, int32_t code)
{
    const twp_codes_t *const codes = &model->codes;

    if (code < codes->first_dispense)
        return can_be_taken(study, model, code);
    if (code < codes->first_contact)
        return is_dispensed(model, code - codes->first_dispense);
    if (code >= codes->first_observation && code < codes->first_measure)
        return study->observation[code - codes->first_observation].is_happening;
    return true;
}

static bool
is_wanted(const twp_study_typed_t *study, const twp_model_t *model, int32_t code)
{
    for (int k = 0; k < study->record.n_exits; k++)
        if (study->record.i_exit[k] == code)
            return true;
    if (study->record.n_exits >= 0)
        return false;
    return can_come_about(study, model, code);
}

static void
choose_codes(
    const twp_study_typed_t *study, const twp_model_t *model, twp_recorder_plan_t *recorder)
{
    for (int32_t code = 0; code < recorder->n_codes; code++) {
        recorder->kind[code] = -1;
        if (!recorder->has_events || !is_wanted(study, model, code))
            continue;
        recorder->kind[code] = (int16_t) recorder->n_kinds;
        recorder->code[recorder->n_kinds++] = code;
    }
}

static void
choose_variables(const twp_study_typed_t *study, twp_recorder_plan_t *recorder)
{
    for (int k = 0; k < recorder->n_variables; k++)
        recorder->i_variable[k] = study->record.n_variables < 0 ? k : study->record.i_variable[k];
}

static twp_status_t
check_limits(const twp_study_typed_t *study, const twp_model_t *model, twp_error_t *err)
{
    if (model->codes.n_codes > INT16_MAX + 1)
        return TWP_FAIL(err, TWP_ERR_LIMIT, "%d kinds of event: a results file holds %d",
            (int) model->codes.n_codes, INT16_MAX + 1);
    for (int k = 0; k < study->n_tracks; k++)
        if (study->track[k].n_states > INT8_MAX + 1)
            return TWP_FAIL(err, TWP_ERR_LIMIT, "track %s has %d states: a results file holds %d",
                study->track[k].name, study->track[k].n_states, INT8_MAX + 1);
    return TWP_OK;
}

twp_status_t
twp_recorder_plan_create(const twp_study_typed_t *study, const twp_model_t *model,
    twp_recorder_plan_t **recorder, twp_error_t *err)
{
    const twp_status_t status = check_limits(study, model, err);
    twp_recorder_plan_t *r;

    *recorder = NULL;
    if (status != TWP_OK)
        return status;
    r = calloc(1, sizeof *r);
    if (r == NULL)
        return no_memory(err);
    r->has_events = study->record.events;
    r->has_trajectories = study->record.trajectories;
    r->n_codes = model->codes.n_codes;
    r->n_tracks = study->n_tracks;
    r->n_variables = study->record.n_variables < 0 ? study->n_variables : study->record.n_variables;
    r->kind = calloc((size_t) r->n_codes + 1, sizeof(int16_t));
    r->code = calloc((size_t) r->n_codes + 1, sizeof(int32_t));
    r->i_variable = calloc((size_t) r->n_variables + 1, sizeof(int));
    if (r->kind == NULL || r->code == NULL || r->i_variable == NULL) {
        twp_recorder_plan_free(r);
        return no_memory(err);
    }
    choose_codes(study, model, r);
    choose_variables(study, r);
    *recorder = r;
    return TWP_OK;
}

void
twp_recorder_plan_free(twp_recorder_plan_t *recorder)
{
    if (recorder == NULL)
        return;
    free(recorder->kind);
    free(recorder->code);
    free(recorder->i_variable);
    free(recorder);
}

/* ---- memory of a block ------------------------------------------------------------------- */

/** Makes *array hold n items; false, with the old content whole, when it cannot be had. */
static bool
resize(void *array, int64_t n, size_t size)
{
    void *old, *grown;

    memcpy(&old, array, sizeof old);
    grown = realloc(old, (size_t) n * size + 1);
    if (grown == NULL)
        return false;
    memcpy(array, &grown, sizeof grown);
    return true;
}

static int64_t
grown_capacity(int64_t capacity, int64_t needed)
{
    const int64_t twice = capacity > 0 ? 2 * capacity : 1024;

    return twice > needed ? twice : needed;
}

static bool
reserve_paths(twp_record_block_t *block)
{
    if (block->n_paths < block->paths_capacity)
        return true;
    const int64_t capacity = grown_capacity(block->paths_capacity, block->n_paths + 1);
    if (!resize(&block->event_row_size, capacity, sizeof(int32_t)) ||
        !resize(&block->obs_row_size, capacity, sizeof(int32_t)))
        return false;
    block->paths_capacity = capacity;
    return true;
}

static bool
reserve_events(twp_record_block_t *block, int64_t n_more)
{
    if (block->n_events + n_more <= block->events_capacity)
        return true;
    const int64_t capacity = grown_capacity(block->events_capacity, block->n_events + n_more);
    if (!resize(&block->event_time, capacity, sizeof(double)) ||
        !resize(&block->event_code, capacity, sizeof(int16_t)) ||
        !resize(&block->event_value, capacity, sizeof(float)))
        return false;
    block->events_capacity = capacity;
    return true;
}

/** Moves columns apart, the last first, so that each has room for `to` items instead of `from`. */
static void
spread_columns(void *array, int n_columns, int64_t n, int64_t from, int64_t to, size_t size)
{
    unsigned char *bytes = array;

    for (int64_t c = n_columns - 1; c > 0; c--)
        memmove(bytes + (size_t) (c * to) * size, bytes + (size_t) (c * from) * size,
            (size_t) n * size);
}

static bool
reserve_observation(const twp_recorder_plan_t *recorder, twp_record_block_t *block)
{
    const int64_t n = block->n_obs, from = block->obs_capacity;

    if (n < from)
        return true;
    const int64_t to = grown_capacity(from, n + 1);
    if (!resize(&block->obs_time, to, sizeof(double)) ||
        !resize(&block->obs_state, to * recorder->n_tracks, sizeof(int8_t)) ||
        !resize(&block->obs_variable, to * recorder->n_variables, sizeof(float)))
        return false;
    spread_columns(block->obs_state, recorder->n_tracks, n, from, to, sizeof(int8_t));
    spread_columns(block->obs_variable, recorder->n_variables, n, from, to, sizeof(float));
    block->obs_capacity = to;
    return true;
}

void
twp_recorder_begin_block(twp_record_block_t *block)
{
    block->n_paths = block->n_events = block->n_obs = 0;
}

void
twp_recorder_clear_block(twp_record_block_t *block)
{
    free(block->event_row_size);
    free(block->obs_row_size);
    free(block->event_time);
    free(block->event_code);
    free(block->event_value);
    free(block->obs_time);
    free(block->obs_state);
    free(block->obs_variable);
    memset(block, 0, sizeof *block);
}

/* ---- rows -------------------------------------------------------------------------------- */

twp_status_t
twp_recorder_begin_path(twp_record_block_t *block, twp_error_t *err)
{
    if (!reserve_paths(block))
        return no_memory(err);
    block->event_row_size[block->n_paths] = 0;
    block->obs_row_size[block->n_paths] = 0;
    block->n_paths++;
    return TWP_OK;
}

twp_status_t
twp_recorder_take(const twp_recorder_plan_t *recorder, twp_record_block_t *block,
    const twp_row_t *row, int n_rows, twp_error_t *err)
{
    int64_t n = block->n_events;

    if (!recorder->has_events)
        return TWP_OK;
    if (!reserve_events(block, n_rows))
        return no_memory(err);
    for (int k = 0; k < n_rows; k++) {
        block->event_time[n] = row[k].time_days;
        block->event_code[n] = recorder->kind[row[k].code];
        block->event_value[n] = (float) row[k].value;
        n += recorder->kind[row[k].code] >= 0;
    }
    block->event_row_size[block->n_paths - 1] += (int32_t) (n - block->n_events);
    block->n_events = n;
    return TWP_OK;
}

static float
variable_now(const twp_model_t *model, const twp_twin_t *twin, int i_variable)
{
    const double value = twin->variable[i_variable];

    if (!model->variable[i_variable].is_stock)
        return (float) value;
    const double still = twin->still_since[i_variable];
    const double until = still < twin->now_days ? still : twin->now_days;
    return value > until ? (float) (value - until) : 0;
}

twp_status_t
twp_recorder_observe(const twp_recorder_plan_t *recorder, twp_record_block_t *block,
    const twp_model_t *model, const twp_twin_t *twin, twp_error_t *err)
{
    if (!recorder->has_trajectories)
        return TWP_OK;
    int32_t *row_size = &block->obs_row_size[block->n_paths - 1];
    if (*row_size > 0 && block->obs_time[block->n_obs - 1] == twin->now_days) {
        block->n_obs--;
        --*row_size;
    }
    if (!reserve_observation(recorder, block))
        return no_memory(err);
    const int64_t n = block->n_obs++;
    ++*row_size;
    block->obs_time[n] = twin->now_days;
    for (int k = 0; k < recorder->n_tracks; k++)
        block->obs_state[k * block->obs_capacity + n] = (int8_t) twin->state[k];
    for (int k = 0; k < recorder->n_variables; k++)
        block->obs_variable[k * block->obs_capacity + n] = variable_now(
            model, twin, recorder->i_variable[k]);
    return TWP_OK;
}

double
twp_recorder_bytes(const twp_recorder_plan_t *recorder, const twp_record_block_t *block)
{
    const double per_event = sizeof(double) + sizeof(int16_t) + sizeof(float);
    const double per_obs = sizeof(double) + (double) recorder->n_tracks * sizeof(int8_t) +
        (double) recorder->n_variables * sizeof(float);

    return (double) block->n_events * per_event + (double) block->n_obs * per_obs;
}
