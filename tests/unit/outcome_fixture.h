/*
 * A study written down by hand, for the tests of outcomes. Two tracks: health (alive, dead) and
 * therapy (stopped, taking, waiting); two stocks (drug, syringe); two supports (coach, nurse).
 */
#ifndef OUTCOME_FIXTURE_H
#define OUTCOME_FIXTURE_H

#include "record/outcome.h"

#include "testlib.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEALTH, THERAPY };
enum { ALIVE, DEAD };
enum { STOPPED, TAKING, WAITING };
enum { DRUG, MOTIVATION, SYRINGE };
enum { COACH, NURSE };
enum { DIE, RESTART, FILL, REFILL, STOP, N_EXITS };
enum {
    FIRST_DISPENSE = N_EXITS,
    FIRST_CONTACT = FIRST_DISPENSE + 3,
    FIRST_MEASURE = FIRST_CONTACT + 2
};
enum { INSURER_DRUG, INSURER_SUPPORT, PATIENT_DRUG, N_ACCOUNTS };
enum { MAX_MEASURES = 80, MAX_ROWS = 4096 };

#define NONE (-1)
#define UNTIMED NAN

typedef struct {
    twp_study_typed_t study;
    twp_study_track_t track[2];
    twp_study_exit_t exit[N_EXITS];
    twp_study_variable_t variable[3];
    twp_study_measure_t measure[MAX_MEASURES];
    double time[MAX_MEASURES], want[MAX_MEASURES];
    twp_account_t account[N_ACCOUNTS];
    twp_model_t model;
    twp_model_action_t action[8];
    twp_reward_t reward[2];
    twp_discount_step_t discount;
    twp_twin_t twin;
    double start_since[2], start_value[3], paid[N_ACCOUNTS], paid_discounted[N_ACCOUNTS], tally[1];
    double earned[2], earned_discounted[2];
    int32_t start_state[2];
    twp_row_t row[MAX_ROWS];
    int n_rows;
    twp_outcome_plan_t *plan;
    twp_outcome_t *outcome;
    twp_outcome_counts_t counts;
    double value[MAX_MEASURES];
    int32_t curve[2 * MAX_MEASURES];
} fixture_t;

static const char *const payers[2] = { "insurer", "patient" };
static const char *const categories[2] = { "drug", "support" };

static inline void
make_study(fixture_t *f)
{
    static const int track_of[N_EXITS] = { HEALTH, THERAPY, THERAPY, THERAPY, THERAPY };
    twp_study_typed_t *s = &f->study;

    f->track[HEALTH] = (twp_study_track_t){ .name = "health", .n_states = 2 };
    f->track[THERAPY] = (twp_study_track_t){ .name = "therapy", .n_states = 3 };
    for (int e = 0; e < N_EXITS; e++)
        f->exit[e].i_track = track_of[e];
    f->variable[DRUG].is_stock = f->variable[SYRINGE].is_stock = true;
    f->account[INSURER_DRUG] = (twp_account_t){ "insurer", "drug" };
    f->account[INSURER_SUPPORT] = (twp_account_t){ "insurer", "support" };
    f->account[PATIENT_DRUG] = (twp_account_t){ "patient", "drug" };
    *s = (twp_study_typed_t){ .n_tracks = 2,
        .track = f->track,
        .n_exits = N_EXITS,
        .exit = f->exit,
        .n_variables = 3,
        .variable = f->variable,
        .n_supports = 2,
        .n_payers = 2,
        .payer = (const char **) (uintptr_t) payers,
        .n_categories = 2,
        .category = (const char **) (uintptr_t) categories,
        .n_accounts = N_ACCOUNTS,
        .account = f->account,
        .measure = f->measure,
        .horizon_days = 400,
        .follow_up_days = INFINITY };
    s->record.grid_days = 100;
}

static inline void
make_model(fixture_t *f)
{
    twp_model_t *m = &f->model;

    f->reward[0] = (twp_reward_t){ .kind = TWP_REWARD_FLOW, .i_account = INSURER_SUPPORT };
    f->reward[1] = (twp_reward_t){ .kind = TWP_REWARD_UTILITY, .i_formula = 1, .i_account = NONE };
    f->action[0] = (twp_model_action_t){ .kind = TWP_DO_DISPENSE, .i = DRUG };
    f->action[1] = (twp_model_action_t){ .kind = TWP_DO_ADD, .i = MOTIVATION };
    f->action[2] = (twp_model_action_t){ .kind = TWP_DO_DISPENSE_DISCARDING, .i = SYRINGE };
    m->n_rewards = 2;
    m->reward = f->reward;
    m->n_actions = 3;
    m->action = f->action;
    m->codes = (twp_codes_t){ FIRST_MEASURE + 1, FIRST_DISPENSE, FIRST_CONTACT, FIRST_MEASURE,
        FIRST_MEASURE };
}

static inline int
setup(void **state)
{
    fixture_t *f = calloc(1, sizeof *f);

    *state = f;
    if (f == NULL)
        return 1;
    make_study(f);
    make_model(f);
    f->twin = (twp_twin_t){ .end_days = 400,
        .start_since_days = f->start_since,
        .start_value = f->start_value,
        .account = f->paid,
        .account_discounted = f->paid_discounted,
        .reward = f->earned,
        .reward_discounted = f->earned_discounted,
        .tally = f->tally };
    f->start_state[HEALTH] = ALIVE;
    f->start_state[THERAPY] = WAITING;
    return 0;
}

static inline int
teardown(void **state)
{
    fixture_t *f = *state;

    twp_outcome_free(f->outcome);
    twp_outcome_plan_free(f->plan);
    twp_outcome_counts_clear(&f->counts);
    free(f);
    return 0;
}

/* Asks for a measure at a time (UNTIMED: none) that must come out as value. */
static inline twp_study_measure_t *
want(fixture_t *f, twp_measure_t kind, double time_days, double value)
{
    const int i = f->study.n_measures++;
    twp_study_measure_t *m = &f->measure[i];

    assert_true(i < MAX_MEASURES);
    f->time[i] = time_days;
    f->want[i] = value;
    *m = (twp_study_measure_t){ .measure = kind,
        .n_times = isnan(time_days) ? 0 : 1,
        .time_days = &f->time[i],
        .i_track = NONE,
        .i_state = NONE,
        .i_since_track = NONE,
        .i_since_state = NONE,
        .i_support = NONE,
        .i_payer = NONE,
        .i_category = NONE,
        .i_tally = NONE,
        .i_stock = NONE,
        .gap_days = 60,
        .window_days = INFINITY };
    return m;
}

/* The same of a state. */
static inline twp_study_measure_t *
want_of(fixture_t *f, twp_measure_t kind, int i_track, int i_state, double time_days, double value)
{
    twp_study_measure_t *m = want(f, kind, time_days, value);

    m->i_track = i_track;
    m->i_state = i_state;
    return m;
}

static inline void
since(twp_study_measure_t *measure, int i_track, int i_state)
{
    measure->i_since_track = i_track;
    measure->i_since_state = i_state;
}

static inline void
add_row(fixture_t *f, double time_days, int kind, int code, int to, double value)
{
    assert_true(f->n_rows < MAX_ROWS);
    f->row[f->n_rows++] = (twp_row_t){ time_days, value, code, (int16_t) kind, (int16_t) to };
}

static inline void
move(fixture_t *f, double time_days, int i_exit, int to)
{
    add_row(f, time_days, TWP_ROW_EXIT, i_exit, to, 0);
}

static inline void
dispense(fixture_t *f, double time_days, int i_stock, double days)
{
    add_row(f, time_days, TWP_ROW_DISPENSE, FIRST_DISPENSE + i_stock, NONE, days);
}

static inline void
contact(fixture_t *f, double time_days, int i_support)
{
    add_row(f, time_days, TWP_ROW_CONTACT, FIRST_CONTACT + i_support, NONE, 1);
}

/*
 * The life of most tests, 400 days. Supply of the drug: days 10 to 100 (surplus is carried) and 200
 * to 260.
 */
static inline void
write_life(fixture_t *f)
{
    move(f, 10.5, FILL, TAKING);
    dispense(f, 10.5, DRUG, 30);
    contact(f, 20, COACH);
    contact(f, 30, NURSE);
    move(f, 40.5, REFILL, NONE);
    dispense(f, 40.5, DRUG, 30);
    contact(f, 50, COACH);
    move(f, 65.25, REFILL, NONE);
    dispense(f, 65.25, DRUG, 30);
    move(f, 130, STOP, STOPPED);
    move(f, 200, RESTART, TAKING);
    dispense(f, 200, DRUG, 60);
    move(f, 300.5, STOP, STOPPED);
    move(f, 350, DIE, DEAD);
}

static inline void
open_outcome(fixture_t *f)
{
    assert_int_equal(twp_outcome_plan_create(&f->study, &f->model, &f->plan, NULL), TWP_OK);
    assert_int_equal(twp_outcome_create(f->plan, &f->model, &f->outcome, NULL), TWP_OK);
    assert_int_equal(twp_outcome_counts_init(f->plan, false, &f->counts, NULL), TWP_OK);
}

/* Lives the rows so far, handed over in uneven pieces, and forgets them. */
static inline void
live(fixture_t *f)
{
    twp_outcome_begin(f->outcome, &f->model, &f->twin, f->start_state);
    for (int at = 0, n = 1; at < f->n_rows; at += n, n++) {
        n = n < f->n_rows - at ? n : f->n_rows - at;
        assert_int_equal(twp_outcome_take(f->outcome, f->row + at, n, NULL), TWP_OK);
    }
    twp_outcome_end(f->outcome, &f->model, &f->twin, f->value, f->curve, &f->counts);
    f->n_rows = 0;
}

/* Lives the life and compares every figure with what was wanted of it. */
static inline void
check_figures(fixture_t *f)
{
    open_outcome(f);
    live(f);
    for (int c = 0; c < f->plan->n_columns; c++) {
        const int i = f->plan->column[c].i_measure;
        if (isnan(f->want[i])) {
            if (!isnan(f->value[c]))
                fail_msg("measure %d is %g instead of NAN", i, f->value[c]);
        } else if (!(fabs(f->value[c] - f->want[i]) <= 1e-9)) {
            fail_msg("measure %d (%s) is %.17g instead of %.17g", i,
                twp_measures[f->measure[i].measure].name, f->value[c], f->want[i]);
        }
    }
}

#define WITH_STUDY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
