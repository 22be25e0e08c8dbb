/* Rows of events and trajectories of a block: filtered, in order, with memory used again. */
#include "record/recorder.h"

#include "testlib.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_EXITS = 3, FIRST_DISPENSE = N_EXITS, N_CODES = 8 };

typedef struct {
    twp_study_typed_t study;
    twp_study_track_t track[2];
    twp_study_variable_t variable[3];
    twp_model_t model;
    twp_model_variable_t model_variable[3];
    twp_model_action_t action;
    twp_study_exit_t exit[N_EXITS];
    twp_study_observation_t observation[2];
    twp_happening_t asked;
    twp_model_happening_t happening[3];
    int32_t upon;
    twp_twin_t twin;
    double value[3], still_since[3];
    int32_t state[2];
    twp_recorder_plan_t *recorder;
    twp_record_block_t block;
} fixture_t;

static int
setup(void **state)
{
    fixture_t *f = calloc(1, sizeof *f);

    *state = f;
    if (f == NULL)
        return 1;
    f->track[0] = (twp_study_track_t){ .name = "health", .n_states = 2 };
    f->track[1] = (twp_study_track_t){ .name = "therapy", .n_states = 3 };
    f->model_variable[1].is_stock = true;
    f->action = (twp_model_action_t){ .kind = TWP_DO_DISPENSE, .i = 1 };
    f->study = (twp_study_typed_t){ .n_tracks = 2,
        .track = f->track,
        .n_exits = N_EXITS,
        .exit = f->exit,
        .n_observations = 2,
        .observation = f->observation,
        .n_variables = 3,
        .variable = f->variable };
    f->study.record = (twp_study_record_t){
        .events = true, .trajectories = true, .n_exits = -1, .n_variables = -1
    };
    f->model.codes.n_codes = N_CODES;
    f->model.codes.first_dispense = FIRST_DISPENSE;
    f->model.codes.first_contact = FIRST_DISPENSE + 3;
    f->model.codes.first_observation = N_CODES - 2;
    f->model.codes.first_measure = N_CODES;
    f->observation[0].is_happening = f->observation[1].is_happening = true;
    f->model.happening = f->happening;
    f->model.upon = &f->upon;
    f->model.n_actions = 1;
    f->model.action = &f->action;
    f->model.variable = f->model_variable;
    f->twin.variable = f->value;
    for (int i = 0; i < 3; i++)
        f->still_since[i] = INFINITY;
    f->twin.still_since = f->still_since;
    f->twin.state = f->state;
    return 0;
}

static int
teardown(void **state)
{
    fixture_t *f = *state;

    twp_recorder_clear_block(&f->block);
    twp_recorder_plan_free(f->recorder);
    free(f);
    return 0;
}

static void
open_recorder(fixture_t *f)
{
    assert_int_equal(twp_recorder_plan_create(&f->study, &f->model, &f->recorder, NULL), TWP_OK);
}

static void
begin_path(fixture_t *f)
{
    assert_int_equal(twp_recorder_begin_path(&f->block, NULL), TWP_OK);
}

static void
observe(fixture_t *f, double now_days)
{
    f->twin.now_days = now_days;
    assert_int_equal(
        twp_recorder_observe(f->recorder, &f->block, &f->model, &f->twin, NULL), TWP_OK);
}

static const twp_row_t rows[4] = {
    { 1.5, 0, 2, TWP_ROW_EXIT, 1 },
    { 1.5, 30.25, FIRST_DISPENSE + 1, TWP_ROW_DISPENSE, -1 },
    { 7, 1, 0, TWP_ROW_EXIT, -1 },
    { 9, 1, N_CODES - 1, TWP_ROW_MEASURE, -1 },
};

static void
take(fixture_t *f, int first, int n)
{
    assert_int_equal(twp_recorder_take(f->recorder, &f->block, rows + first, n, NULL), TWP_OK);
}

static void
test_every_row_is_recorded_path_by_path(void **state)
{
    fixture_t *f = *state;

    open_recorder(f);
    begin_path(f);
    take(f, 0, 3);
    take(f, 3, 1);
    begin_path(f);
    begin_path(f);
    take(f, 1, 2);
    assert_int_equal(f->block.n_paths, 3);
    assert_int_equal(f->block.event_row_size[0], 4);
    assert_int_equal(f->block.event_row_size[1], 0);
    assert_int_equal(f->block.event_row_size[2], 2);
    assert_int_equal(f->block.n_events, 6);
    for (int k = 0; k < 4; k++) {
        assert_near(f->block.event_time[k], rows[k].time_days, 0);
        assert_int_equal(f->recorder->code[f->block.event_code[k]], rows[k].code);
        assert_near((double) f->block.event_value[k], rows[k].value, 0);
    }
    assert_int_equal(f->recorder->code[f->block.event_code[4]], FIRST_DISPENSE + 1);
    assert_int_equal(f->block.event_code[5], 0);
}

static void
test_what_cannot_happen_has_no_number(void **state)
{
    fixture_t *f = *state;

    /* Variables 0 and 2 are no stocks; variable 1 is, and an action dispenses into it. */
    open_recorder(f);
    assert_int_equal(f->recorder->n_kinds, N_CODES - 2);
    assert_int_equal(f->recorder->kind[FIRST_DISPENSE], -1);
    assert_int_equal(f->recorder->kind[FIRST_DISPENSE + 1], FIRST_DISPENSE);
    assert_int_equal(f->recorder->kind[FIRST_DISPENSE + 2], -1);
    assert_int_equal(f->recorder->kind[N_CODES - 1], N_CODES - 3);
    for (int k = 0; k < f->recorder->n_kinds; k++)
        assert_int_equal(f->recorder->kind[f->recorder->code[k]], k);
}

/* Nobody looks at a value as it happens; an exit that waits to be asked is taken if an action asks. */
static void
test_values_and_what_nobody_asks_for_have_no_number(void **state)
{
    fixture_t *f = *state;

    f->observation[1].is_happening = false;
    f->asked = (twp_happening_t){ TWP_HAPPENING_START_ASKED, 0, 0 };
    f->exit[1] = (twp_study_exit_t){ .kind = TWP_EXIT_UPON, .n_upon = 1, .upon = &f->asked };
    f->happening[2].n_upon = 1; /* the second exit waits for the third happening */
    f->upon = 1;
    open_recorder(f);
    assert_int_equal(f->recorder->kind[0], 0);
    assert_int_equal(f->recorder->kind[1], -1);
    assert_true(f->recorder->kind[N_CODES - 2] >= 0);
    assert_int_equal(f->recorder->kind[N_CODES - 1], -1);
    twp_recorder_plan_free(f->recorder);
    f->action = (twp_model_action_t){ .kind = TWP_DO_HAPPEN, .i = 2 };
    assert_int_equal(twp_recorder_plan_create(&f->study, &f->model, &f->recorder, NULL), TWP_OK);
    assert_int_equal(f->recorder->kind[1], 1);
}

static void
test_a_list_of_exits_records_those_alone(void **state)
{
    int listed[1] = { 2 };
    fixture_t *f = *state;

    f->study.record.n_exits = 1;
    f->study.record.i_exit = listed;
    open_recorder(f);
    begin_path(f);
    take(f, 0, 4);
    assert_int_equal(f->block.n_events, 1);
    assert_int_equal(f->block.event_row_size[0], 1);
    assert_int_equal(f->recorder->n_kinds, 1);
    assert_int_equal(f->block.event_code[0], 0);
    assert_int_equal(f->recorder->code[0], 2);
}

static void
test_what_a_study_does_not_want_is_not_recorded(void **state)
{
    fixture_t *f = *state;

    f->study.record.events = f->study.record.trajectories = false;
    open_recorder(f);
    begin_path(f);
    take(f, 0, 4);
    observe(f, 3);
    assert_int_equal(f->block.n_events, 0);
    assert_int_equal(f->block.n_obs, 0);
    assert_int_equal(f->block.n_paths, 1);
}

static void
test_observations_hold_states_variables_and_the_days_left_of_a_stock(void **state)
{
    int listed[2] = { 2, 1 };
    fixture_t *f = *state;
    twp_record_block_t *b = &f->block;

    f->study.record.n_variables = 2;
    f->study.record.i_variable = listed;
    open_recorder(f);
    begin_path(f);
    f->state[1] = 2;
    f->value[0] = 99;
    f->value[1] = 40; /* the stock lasts to day 40 */
    f->value[2] = -0.5;
    observe(f, 0);
    f->state[0] = 1;
    observe(f, 12.25);
    observe(f, 50);
    assert_int_equal(b->n_obs, 3);
    assert_int_equal(b->obs_row_size[0], 3);
    assert_near(b->obs_time[1], 12.25, 0);
    assert_int_equal(b->obs_state[0], 0);
    assert_int_equal(b->obs_state[1], 1);
    assert_int_equal(b->obs_state[b->obs_capacity + 1], 2);
    assert_near((double) b->obs_variable[2], -0.5, 0);
    assert_near((double) b->obs_variable[b->obs_capacity], 40, 0);
    assert_near((double) b->obs_variable[b->obs_capacity + 1], 27.75, 0);
    assert_near((double) b->obs_variable[b->obs_capacity + 2], 0, 0);
}

static void
test_the_last_observation_of_an_instant_stays(void **state)
{
    fixture_t *f = *state;

    open_recorder(f);
    begin_path(f);
    observe(f, 5);
    f->state[1] = 1;
    observe(f, 5);
    assert_int_equal(f->block.n_obs, 1);
    assert_int_equal(f->block.obs_state[f->block.obs_capacity], 1);
    begin_path(f);
    observe(f, 5); /* of another life */
    assert_int_equal(f->block.n_obs, 2);
    assert_int_equal(f->block.obs_row_size[0], 1);
    assert_int_equal(f->block.obs_row_size[1], 1);
}

static void
test_columns_keep_their_content_as_they_grow(void **state)
{
    enum { N = 5000 };
    fixture_t *f = *state;
    const twp_record_block_t *b = &f->block;

    open_recorder(f);
    for (int k = 0; k < N; k++) {
        if (k % 3 == 0)
            begin_path(f);
        f->state[0] = k % 2;
        f->state[1] = k % 3;
        f->value[0] = k;
        f->value[2] = -k;
        observe(f, k);
        take(f, k % 4, 1);
    }
    assert_int_equal(b->n_obs, N);
    assert_int_equal(b->n_events, N);
    for (int k = 0; k < N; k++) {
        assert_int_equal(b->obs_state[k], k % 2);
        assert_int_equal(b->obs_state[b->obs_capacity + k], k % 3);
        assert_near((double) b->obs_variable[k], k, 0);
        assert_near((double) b->obs_variable[2 * b->obs_capacity + k], -k, 0);
        assert_int_equal(f->recorder->code[b->event_code[k]], rows[k % 4].code);
    }
}

static void
test_a_block_is_used_again_without_new_memory(void **state)
{
    fixture_t *f = *state;

    open_recorder(f);
    for (int round = 0; round < 3; round++) {
        const double *time = f->block.event_time, *obs_time = f->block.obs_time;
        twp_recorder_begin_block(&f->block);
        for (int k = 0; k < 2000; k++) {
            begin_path(f);
            take(f, 0, 4);
            observe(f, k);
        }
        assert_int_equal(f->block.n_events, 8000);
        if (round > 0) {
            assert_ptr_equal(f->block.event_time, time);
            assert_ptr_equal(f->block.obs_time, obs_time);
        }
    }
}

static void
test_more_codes_or_states_than_a_file_holds_are_refused(void **state)
{
    fixture_t *f = *state;
    twp_error_t err;

    f->model.codes.n_codes = 32769;
    assert_int_equal(
        twp_recorder_plan_create(&f->study, &f->model, &f->recorder, &err), TWP_ERR_LIMIT);
    assert_contains(err.message, "32769");
    f->model.codes.n_codes = N_CODES;
    f->track[1].n_states = 129;
    assert_int_equal(
        twp_recorder_plan_create(&f->study, &f->model, &f->recorder, &err), TWP_ERR_LIMIT);
    assert_contains(err.message, "therapy");
    assert_null(f->recorder);
}

#define WITH_STUDY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STUDY(test_every_row_is_recorded_path_by_path),
        WITH_STUDY(test_what_cannot_happen_has_no_number),
        WITH_STUDY(test_values_and_what_nobody_asks_for_have_no_number),
        WITH_STUDY(test_a_list_of_exits_records_those_alone),
        WITH_STUDY(test_what_a_study_does_not_want_is_not_recorded),
        WITH_STUDY(test_observations_hold_states_variables_and_the_days_left_of_a_stock),
        WITH_STUDY(test_the_last_observation_of_an_instant_stays),
        WITH_STUDY(test_columns_keep_their_content_as_they_grow),
        WITH_STUDY(test_a_block_is_used_again_without_new_memory),
        WITH_STUDY(test_more_codes_or_states_than_a_file_holds_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
