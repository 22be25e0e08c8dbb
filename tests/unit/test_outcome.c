/*
 * Figures of lives written down by hand. The study has two tracks: health (alive, dead) and therapy
 * (stopped, taking, waiting), two stocks (drug, syringe), two supports (coach, nurse).
 */
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
    double entered[2], start_value[3], paid[N_ACCOUNTS], paid_discounted[N_ACCOUNTS], tally[1];
    double earned[2], earned_discounted[2];
    int32_t start_state[2];
    twp_row_t row[MAX_ROWS];
    int n_rows;
    twp_outcome_plan_t *plan;
    twp_outcome_t *outcome;
    twp_outcome_counts_t counts;
    double value[MAX_MEASURES];
} fixture_t;

static const char *const payers[2] = { "insurer", "patient" };
static const char *const categories[2] = { "drug", "support" };

static void
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

static void
make_model(fixture_t *f)
{
    twp_model_t *m = &f->model;

    f->reward[0] = (twp_reward_t){ TWP_REWARD_FLOW, 0, INSURER_SUPPORT };
    f->reward[1] = (twp_reward_t){ TWP_REWARD_UTILITY, 1, NONE };
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

static int
setup(void **state)
{
    fixture_t *f = calloc(1, sizeof *f);

    *state = f;
    if (f == NULL)
        return 1;
    make_study(f);
    make_model(f);
    f->twin = (twp_twin_t){ .end_days = 400,
        .entered_days = f->entered,
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

static int
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
static twp_study_measure_t *
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
static twp_study_measure_t *
want_of(fixture_t *f, twp_measure_t kind, int i_track, int i_state, double time_days, double value)
{
    twp_study_measure_t *m = want(f, kind, time_days, value);

    m->i_track = i_track;
    m->i_state = i_state;
    return m;
}

static void
since(twp_study_measure_t *measure, int i_track, int i_state)
{
    measure->i_since_track = i_track;
    measure->i_since_state = i_state;
}

static void
add_row(fixture_t *f, double time_days, int kind, int code, int to, double value)
{
    assert_true(f->n_rows < MAX_ROWS);
    f->row[f->n_rows++] = (twp_row_t){ time_days, value, code, (int16_t) kind, (int16_t) to };
}

static void
move(fixture_t *f, double time_days, int i_exit, int to)
{
    add_row(f, time_days, TWP_ROW_EXIT, i_exit, to, 0);
}

static void
dispense(fixture_t *f, double time_days, int i_stock, double days)
{
    add_row(f, time_days, TWP_ROW_DISPENSE, FIRST_DISPENSE + i_stock, NONE, days);
}

static void
contact(fixture_t *f, double time_days, int i_support)
{
    add_row(f, time_days, TWP_ROW_CONTACT, FIRST_CONTACT + i_support, NONE, 1);
}

/*
 * The life of most tests, 400 days. Supply of the drug: days 10 to 100 (surplus is carried) and 200
 * to 260.
 */
static void
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

static void
open_outcome(fixture_t *f)
{
    assert_int_equal(twp_outcome_plan_create(&f->study, &f->model, &f->plan, NULL), TWP_OK);
    assert_int_equal(twp_outcome_create(f->plan, &f->model, &f->outcome, NULL), TWP_OK);
    assert_int_equal(twp_outcome_counts_init(f->plan, false, &f->counts, NULL), TWP_OK);
}

/* Lives the rows so far, handed over in uneven pieces, and forgets them. */
static void
live(fixture_t *f)
{
    twp_outcome_begin(f->outcome, &f->model, &f->twin, f->start_state);
    for (int at = 0, n = 1; at < f->n_rows; at += n, n++) {
        n = n < f->n_rows - at ? n : f->n_rows - at;
        assert_int_equal(twp_outcome_take(f->outcome, f->row + at, n, NULL), TWP_OK);
    }
    twp_outcome_end(f->outcome, &f->model, &f->twin, f->value, &f->counts);
    f->n_rows = 0;
}

/* Lives the life and compares every figure with what was wanted of it. */
static void
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

static void
test_first_doses_are_counted_from_entry_or_from_a_state(void **state)
{
    fixture_t *f = *state;

    write_life(f);
    want(f, TWP_MEASURE_INITIATION, UNTIMED, 1);
    want(f, TWP_MEASURE_INITIATION, 10, 0);
    want(f, TWP_MEASURE_INITIATION, 10.5, 1);
    want(f, TWP_MEASURE_INITIATION, UNTIMED, 0)->i_stock = SYRINGE;
    want(f, TWP_MEASURE_TIME_TO_FIRST_DOSE, UNTIMED, 10.5);
    want(f, TWP_MEASURE_TIME_TO_FIRST_DOSE, UNTIMED, NAN)->i_stock = SYRINGE;
    since(want(f, TWP_MEASURE_TIME_TO_FIRST_DOSE, UNTIMED, 70), THERAPY, STOPPED);
    since(want(f, TWP_MEASURE_TIME_TO_FIRST_DOSE, UNTIMED, 0), THERAPY, TAKING);
    since(want(f, TWP_MEASURE_TIME_TO_FIRST_DOSE, UNTIMED, 10.5), THERAPY, WAITING);
    since(want(f, TWP_MEASURE_TIME_TO_FIRST_DOSE, UNTIMED, NAN), HEALTH, DEAD);
    want(f, TWP_MEASURE_PRIMARY_NON_ADHERENCE, 5, 1);
    want(f, TWP_MEASURE_PRIMARY_NON_ADHERENCE, 30, 0);
    want(f, TWP_MEASURE_PRIMARY_NON_ADHERENCE, 401, NAN);
    since(want(f, TWP_MEASURE_PRIMARY_NON_ADHERENCE, 60, 1), THERAPY, STOPPED);
    since(want(f, TWP_MEASURE_PRIMARY_NON_ADHERENCE, 70, 0), THERAPY, STOPPED);
    since(want(f, TWP_MEASURE_PRIMARY_NON_ADHERENCE, 271, NAN), THERAPY, STOPPED);
    check_figures(f);
}

static void
test_a_dose_of_the_instant_of_entry_counts_whichever_row_comes_first(void **state)
{
    fixture_t *f = *state;

    dispense(f, 3, DRUG, 30);
    dispense(f, 12, DRUG, 30);
    move(f, 12, FILL, TAKING);
    since(want(f, TWP_MEASURE_TIME_TO_FIRST_DOSE, UNTIMED, 0), THERAPY, TAKING);
    check_figures(f);
}

static void
test_adherence_follows_the_dispensings_by_whole_days(void **state)
{
    fixture_t *f = *state;

    write_life(f);
    want(f, TWP_MEASURE_PDC, UNTIMED, 150.0 / 390);
    want(f, TWP_MEASURE_MPR, UNTIMED, 150.0 / 390);
    want(f, TWP_MEASURE_REFILLS, UNTIMED, 3);
    want(f, TWP_MEASURE_PDC, UNTIMED, 0.9)->window_days = 100;
    want(f, TWP_MEASURE_MPR, UNTIMED, 90.0 / 70)->window_days = 70;
    want(f, TWP_MEASURE_REFILLS, UNTIMED, 2)->window_days = 100;
    want(f, TWP_MEASURE_PDC, UNTIMED, NAN)->i_stock = SYRINGE;
    want(f, TWP_MEASURE_REFILLS, UNTIMED, 0)->i_stock = SYRINGE;
    want(f, TWP_MEASURE_PERSISTENCE, 60, 1); /* the gap from 100 to 200 begins 90 days on */
    want(f, TWP_MEASURE_PERSISTENCE, 90, 1);
    want(f, TWP_MEASURE_PERSISTENCE, 91, 0);
    want(f, TWP_MEASURE_PERSISTENCE, 330, 0);
    want(f, TWP_MEASURE_PERSISTENCE, 331, NAN); /* 331 and 60 from day 10 are beyond 400 */
    want(f, TWP_MEASURE_PERSISTENCE, 200, 1)->gap_days = 150;
    want(f, TWP_MEASURE_PERSISTENCE, 200, 0)->gap_days = 99;
    want(f, TWP_MEASURE_PERSISTENCE, 60, NAN)->i_stock = SYRINGE;
    check_figures(f);
}

static void
test_any_stock_pools_the_dispensings_and_a_stock_takes_its_own(void **state)
{
    fixture_t *f = *state;

    dispense(f, 0, DRUG, 50);
    dispense(f, 20, SYRINGE, 100);
    want(f, TWP_MEASURE_PDC, UNTIMED, 150.0 / 400);
    want(f, TWP_MEASURE_PDC, UNTIMED, 50.0 / 400)->i_stock = DRUG;
    want(f, TWP_MEASURE_PDC, UNTIMED, 100.0 / 380)->i_stock = SYRINGE;
    check_figures(f);
}

static void
test_times_in_states_are_summed_over_visits(void **state)
{
    fixture_t *f = *state;

    write_life(f);
    want_of(f, TWP_MEASURE_TIME_IN, THERAPY, TAKING, UNTIMED, 119.5 + 100.5);
    want_of(f, TWP_MEASURE_TIME_IN, THERAPY, STOPPED, UNTIMED, 70 + 99.5);
    want_of(f, TWP_MEASURE_TIME_IN, THERAPY, WAITING, UNTIMED, 10.5);
    want_of(f, TWP_MEASURE_TIME_IN, HEALTH, ALIVE, UNTIMED, 350);
    want_of(f, TWP_MEASURE_LIFE_YEARS, HEALTH, DEAD, UNTIMED, 350 / 365.25);
    check_figures(f);
}

static void
test_discounted_times_are_integrals_of_the_discount_factor(void **state)
{
    fixture_t *f = *state;
    const double k = log(1.03) / 365.25;

    write_life(f);
    f->discount = (twp_discount_step_t){ .start_days = 0, .log_per_day = k };
    f->model.n_discount_steps = 1;
    f->model.discount_step = &f->discount;
    want_of(f, TWP_MEASURE_LIFE_YEARS, HEALTH, DEAD, UNTIMED, (1 - exp(-350 * k)) / k / 365.25)
        ->is_discounted = true;
    want_of(f, TWP_MEASURE_LIFE_YEARS, HEALTH, DEAD, UNTIMED, 350 / 365.25);
    want_of(f, TWP_MEASURE_TIME_IN, THERAPY, TAKING, UNTIMED,
        (exp(-10.5 * k) - exp(-130 * k) + exp(-200 * k) - exp(-300.5 * k)) / k)
        ->is_discounted = true;
    check_figures(f);
}

static void
test_states_are_those_after_the_events_of_the_instant(void **state)
{
    fixture_t *f = *state;

    write_life(f);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, WAITING, 0, 1);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, TAKING, 129, 1);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, TAKING, 130, 0);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, STOPPED, 130, 1);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, TAKING, 200, 1);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, STOPPED, 200, 0);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, STOPPED, 400, 1);
    want_of(f, TWP_MEASURE_OCCUPANCY, HEALTH, ALIVE, 400, 0);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, STOPPED, 401, NAN);
    check_figures(f);
}

static void
test_entries_are_transitions_and_a_first_entry_may_be_the_start(void **state)
{
    fixture_t *f = *state;

    write_life(f);
    want_of(f, TWP_MEASURE_ENTRIES, THERAPY, TAKING, UNTIMED, 2);
    want_of(f, TWP_MEASURE_ENTRIES, THERAPY, WAITING, UNTIMED, 0);
    want_of(f, TWP_MEASURE_ENTRIES, HEALTH, DEAD, UNTIMED, 1);
    want_of(f, TWP_MEASURE_FIRST_ENTRY, THERAPY, STOPPED, 129, 0);
    want_of(f, TWP_MEASURE_FIRST_ENTRY, THERAPY, STOPPED, 130, 1);
    want_of(f, TWP_MEASURE_FIRST_ENTRY, THERAPY, WAITING, 1, 1);
    want_of(f, TWP_MEASURE_FIRST_ENTRY, THERAPY, WAITING, 401, NAN);
    check_figures(f);
}

static void
test_waits_run_from_a_first_entry_to_the_next_entry_of_another_state(void **state)
{
    fixture_t *f = *state;

    write_life(f);
    want_of(f, TWP_MEASURE_TIME_TO, THERAPY, STOPPED, UNTIMED, 130);
    want_of(
        f, TWP_MEASURE_TIME_TO, THERAPY, WAITING, UNTIMED, NAN); /* starting in it is no entry */
    since(want_of(f, TWP_MEASURE_TIME_TO, THERAPY, STOPPED, UNTIMED, 119.5), THERAPY, TAKING);
    since(want_of(f, TWP_MEASURE_TIME_TO, THERAPY, TAKING, UNTIMED, 70), THERAPY, STOPPED);
    since(want_of(f, TWP_MEASURE_TIME_TO, THERAPY, STOPPED, UNTIMED, 170.5), THERAPY, STOPPED);
    since(want_of(f, TWP_MEASURE_TIME_TO, THERAPY, TAKING, UNTIMED, 10.5), THERAPY, WAITING);
    since(want_of(f, TWP_MEASURE_TIME_TO, THERAPY, TAKING, UNTIMED, NAN), HEALTH, DEAD);
    check_figures(f);
}

static void
test_sojourn_is_a_ratio_of_completed_days_over_completed_visits(void **state)
{
    static const double wanted[6] = { 220, 2, 70, 1, 30.5, 1 };
    fixture_t *f = *state;

    write_life(f);
    f->entered[THERAPY] = -20; /* waiting since 20 days before entry */
    want_of(f, TWP_MEASURE_SOJOURN, THERAPY, TAKING, UNTIMED, 0);
    want_of(f, TWP_MEASURE_SOJOURN, THERAPY, STOPPED, UNTIMED, 0);
    want_of(f, TWP_MEASURE_SOJOURN, THERAPY, WAITING, UNTIMED, 0);
    open_outcome(f);
    live(f);
    assert_int_equal(f->plan->n_columns, 6);
    for (int c = 0; c < 6; c++) {
        assert_int_equal(f->plan->column[c].i_measure, c / 2);
        assert_int_equal(
            f->plan->column[c].use, c % 2 == 0 ? TWP_COLUMN_RATIO : TWP_COLUMN_DENOMINATOR);
        assert_near(f->value[c], wanted[c], 1e-12);
    }
}

static void
test_costs_are_filtered_by_payer_and_category_and_hold_the_flows(void **state)
{
    fixture_t *f = *state;
    twp_study_measure_t *m;

    f->paid[INSURER_DRUG] = 100;
    f->paid[INSURER_SUPPORT] = 7;
    f->paid[PATIENT_DRUG] = 20;
    f->earned[0] = 5; /* flow to insurer, support */
    f->earned[1] = 300;
    for (int a = 0; a < N_ACCOUNTS; a++)
        f->paid_discounted[a] = 0.5 * f->paid[a];
    f->earned_discounted[0] = 4;
    f->earned_discounted[1] = 280;
    want(f, TWP_MEASURE_COST, UNTIMED, 132);
    want(f, TWP_MEASURE_COST, UNTIMED, 112)->i_payer = 0;
    want(f, TWP_MEASURE_COST, UNTIMED, 20)->i_payer = 1;
    want(f, TWP_MEASURE_COST, UNTIMED, 12)->i_category = 1;
    m = want(f, TWP_MEASURE_COST, UNTIMED, 100);
    m->i_payer = 0;
    m->i_category = 0;
    m = want(f, TWP_MEASURE_COST, UNTIMED, 0);
    m->i_payer = 1;
    m->i_category = 1;
    want(f, TWP_MEASURE_COST, UNTIMED, 63.5 + 4)->is_discounted = true;
    want(f, TWP_MEASURE_QALY, UNTIMED, 300 / 365.25);
    want(f, TWP_MEASURE_QALY, UNTIMED, 280 / 365.25)->is_discounted = true;
    check_figures(f);
}

static void
test_contacts_and_tallies_are_counted(void **state)
{
    fixture_t *f = *state;

    write_life(f);
    f->tally[0] = 12.5;
    want(f, TWP_MEASURE_CONTACTS, UNTIMED, 3);
    want(f, TWP_MEASURE_CONTACTS, UNTIMED, 2)->i_support = COACH;
    want(f, TWP_MEASURE_CONTACTS, UNTIMED, 1)->i_support = NURSE;
    want(f, TWP_MEASURE_TALLY, UNTIMED, 12.5)->i_tally = 0;
    check_figures(f);
}

static void
test_a_stock_carries_over_and_runs_empty(void **state)
{
    fixture_t *f = *state;

    write_life(f); /* empty at 40.5, 70.5, 100.5, 260 */
    want(f, TWP_MEASURE_STOCK, 10, 0)->i_stock = DRUG;
    want(f, TWP_MEASURE_STOCK, 50, 20.5)->i_stock = DRUG;
    want(f, TWP_MEASURE_STOCK, 65.25, 35.25)->i_stock = DRUG;
    want(f, TWP_MEASURE_STOCK, 150, 0)->i_stock = DRUG;
    want(f, TWP_MEASURE_STOCK, 250, 10)->i_stock = DRUG;
    want(f, TWP_MEASURE_STOCK, 401, NAN)->i_stock = DRUG;
    want(f, TWP_MEASURE_STOCK, 50, NAN); /* of two stocks none is the only one */
    check_figures(f);
}

static void
test_a_discarding_stock_starts_anew_and_a_start_value_counts(void **state)
{
    fixture_t *f = *state;

    f->start_value[DRUG] = 20;
    f->start_value[SYRINGE] = 20;
    dispense(f, 5, SYRINGE, 30);
    dispense(f, 5, DRUG, 30);
    dispense(f, 25, SYRINGE, 30);
    want(f, TWP_MEASURE_STOCK, 4, 16)->i_stock = SYRINGE;
    want(f, TWP_MEASURE_STOCK, 5, 30)->i_stock = SYRINGE;
    want(f, TWP_MEASURE_STOCK, 26, 29)->i_stock = SYRINGE;
    want(f, TWP_MEASURE_STOCK, 5, 45)->i_stock = DRUG;
    check_figures(f);
}

static void
test_a_stock_that_actions_change_is_not_known(void **state)
{
    fixture_t *f = *state;

    write_life(f);
    f->action[3] = (twp_model_action_t){ .kind = TWP_DO_SET, .i = DRUG };
    f->action[4] = (twp_model_action_t){ .kind = TWP_DO_DISPENSE, .i = SYRINGE };
    f->model.n_actions = 5;
    want(f, TWP_MEASURE_STOCK, 50, NAN)->i_stock = DRUG;
    want(f, TWP_MEASURE_STOCK, 50, NAN)->i_stock = SYRINGE; /* both kinds of dispensing */
    check_figures(f);
}

static void
test_a_measure_has_a_column_for_each_of_its_times(void **state)
{
    static const double times[3] = { 50, 150, 500 };
    fixture_t *f = *state;

    write_life(f);
    twp_study_measure_t *m = want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, TAKING, 0, 0);
    m->n_times = 3;
    m->time_days = (double *) (uintptr_t) times;
    want(f, TWP_MEASURE_CONTACTS, UNTIMED, 3);
    open_outcome(f);
    live(f);
    assert_int_equal(f->plan->n_columns, 4);
    assert_int_equal(f->plan->column[2].i_time, 2);
    assert_int_equal(f->plan->column[3].i_measure, 1);
    assert_near(f->value[0], 1, 0);
    assert_near(f->value[1], 0, 0);
    assert_true(isnan(f->value[2]));
    assert_near(f->value[3], 3, 0);
}

static int64_t
occupancy(const fixture_t *f, int g, int i_track, int i_state)
{
    return f->counts.occupancy[g * f->plan->n_states + f->plan->first_state[i_track] + i_state];
}

static void
test_occupancy_counts_those_who_are_followed(void **state)
{
    static const int stopped[5] = { 0, 0, 0, 0, 1 }, taking[5] = { 1, 2, 2, 2, 1 };
    static const int waiting[5] = { 2, 1, 1, 0, 0 }, alive[5] = { 3, 3, 3, 2, 1 };
    fixture_t *f = *state;

    open_outcome(f);
    assert_int_equal(f->plan->n_grid, 5);
    write_life(f);
    live(f);
    f->twin.end_days = 250; /* a life without events */
    live(f);
    f->twin.end_days = 400;
    move(f, 0, FILL, TAKING);
    live(f);
    twp_outcome_flush(f->outcome, &f->counts);
    twp_outcome_flush(f->outcome, &f->counts); /* adds nothing */
    for (int g = 0; g < 5; g++) {
        assert_int_equal(f->counts.followed[g], g < 3 ? 3 : 2);
        assert_int_equal(occupancy(f, g, THERAPY, STOPPED), stopped[g]);
        assert_int_equal(occupancy(f, g, THERAPY, TAKING), taking[g]);
        assert_int_equal(occupancy(f, g, THERAPY, WAITING), waiting[g]);
        assert_int_equal(occupancy(f, g, HEALTH, ALIVE), alive[g]);
        assert_int_equal(occupancy(f, g, HEALTH, DEAD), f->counts.followed[g] - alive[g]);
    }
}

static void
test_curves_count_events_and_censorings_by_days_rounded_up(void **state)
{
    fixture_t *f = *state;

    want_of(f, TWP_MEASURE_KAPLAN_MEIER, THERAPY, STOPPED, 365, 0);
    since(want_of(f, TWP_MEASURE_KAPLAN_MEIER, THERAPY, STOPPED, 365, 0), THERAPY, TAKING);
    want_of(f, TWP_MEASURE_KAPLAN_MEIER, THERAPY, STOPPED, 180, 0);
    open_outcome(f);
    assert_int_equal(f->plan->n_columns, 0);
    assert_int_equal(f->plan->n_curves, 2); /* the first and third are one */
    assert_int_equal(f->plan->curve_of_measure[2], f->plan->curve_of_measure[0]);
    assert_int_equal(f->plan->n_curve_days, 401);
    write_life(f);
    live(f);
    f->twin.end_days = 250.5;
    live(f); /* never takes: censored of the first, not part of the second */
    move(f, 0.1, FILL, TAKING);
    move(f, 30.1, STOP, STOPPED); /* 30.1 - 0.1 is a little more than 30 */
    live(f);
    const int64_t *events = f->counts.curve_events, *censored = f->counts.curve_censored;
    assert_int_equal(events[130], 1);
    assert_int_equal(events[31], 1);
    assert_int_equal(censored[251], 1);
    assert_int_equal(events[401 + 120], 1); /* 119.5 days */
    assert_int_equal(events[401 + 30], 1);
    int64_t n = 0;
    for (int d = 0; d < 2 * 401; d++)
        n += events[d] + censored[d];
    assert_int_equal(n, 5);
}

static void
test_histograms_count_the_figures(void **state)
{
    fixture_t *f = *state;

    want(f, TWP_MEASURE_CONTACTS, UNTIMED, 3);
    want(f, TWP_MEASURE_TIME_TO_FIRST_DOSE, UNTIMED, 0);
    open_outcome(f);
    twp_outcome_counts_clear(&f->counts);
    assert_int_equal(twp_outcome_counts_init(f->plan, true, &f->counts, NULL), TWP_OK);
    write_life(f);
    live(f);
    live(f); /* no event at all */
    assert_int_equal(f->counts.histogram[twp_histogram_bin(3)], 1);
    assert_int_equal(f->counts.histogram[twp_histogram_bin(0)], 1);
    assert_int_equal(twp_histogram_count(f->counts.histogram + TWP_OUTCOME_BINS), 1);
}

static double
next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double) (*seed >> 11) * 0x1p-53;
}

/* A life of random moves of both tracks; adds what it occupies, found point by point. */
static void
write_random_life(fixture_t *f, uint64_t *seed, int64_t *occupied, int64_t *followed)
{
    double time[2][64];
    int at[2][64], n[2] = { 1, 1 };

    f->twin.end_days = next(seed) < 0.3 ? 100 * (double) (int) (5 * next(seed)) : 400 * next(seed);
    f->start_state[HEALTH] = at[HEALTH][0] = (int) (2 * next(seed));
    f->start_state[THERAPY] = at[THERAPY][0] = (int) (3 * next(seed));
    time[HEALTH][0] = time[THERAPY][0] = 0;
    for (double t = 0; n[HEALTH] < 64 && n[THERAPY] < 64;) {
        const int k = next(seed) < 0.3 ? HEALTH : THERAPY;
        const int to = (int) (f->track[k].n_states * next(seed));
        t += next(seed) < 0.2 ? 0 : next(seed) < 0.2 ? 100 - fmod(t, 100) : 30 * next(seed);
        if (t > f->twin.end_days)
            break;
        move(f, t, k == HEALTH ? DIE : STOP, to);
        time[k][n[k]] = t;
        at[k][n[k]++] = to;
    }
    for (int g = 0; g < f->plan->n_grid && 100 * g <= f->twin.end_days; g++) {
        followed[g]++;
        for (int k = 0; k < 2; k++) {
            int last = n[k] - 1;
            while (time[k][last] > 100 * g)
                last--;
            occupied[g * 5 + f->plan->first_state[k] + at[k][last]]++;
        }
    }
}

static void
test_random_lives_add_up_and_merge_exactly(void **state)
{
    fixture_t *f = *state;
    int64_t occupied[25] = { 0 }, followed[5] = { 0 };
    twp_outcome_counts_t half;
    uint64_t seed = 11;

    for (int k = 0; k < 3; k++)
        want_of(f, TWP_MEASURE_TIME_IN, THERAPY, k, UNTIMED, 0);
    want_of(f, TWP_MEASURE_KAPLAN_MEIER, HEALTH, DEAD, 100, 0);
    open_outcome(f);
    for (int life = 0; life < 1000; life++) {
        write_random_life(f, &seed, occupied, followed);
        live(f);
        assert_near(f->value[0] + f->value[1] + f->value[2], f->twin.end_days, 1e-10);
        if (life == 499) { /* the second half into counts of its own */
            twp_outcome_flush(f->outcome, &f->counts);
            half = f->counts;
            assert_int_equal(twp_outcome_counts_init(f->plan, false, &f->counts, NULL), TWP_OK);
        }
    }
    twp_outcome_flush(f->outcome, &f->counts);
    twp_outcome_counts_merge(f->plan, &f->counts, &half);
    twp_outcome_counts_clear(&half);
    assert_memory_equal(f->counts.occupancy, occupied, sizeof occupied);
    assert_memory_equal(f->counts.followed, followed, sizeof followed);
    int64_t n = 0;
    for (int d = 0; d < f->plan->n_curve_days; d++)
        n += f->counts.curve_events[d] + f->counts.curve_censored[d];
    assert_int_equal(n, 1000);
}

static void
test_a_grid_without_a_step_is_refused(void **state)
{
    fixture_t *f = *state;
    twp_error_t err;

    f->study.record.grid_days = 0;
    assert_int_equal(twp_outcome_plan_create(&f->study, &f->model, &f->plan, &err), TWP_ERR_LIMIT);
    assert_null(f->plan);
    assert_contains(err.message, "grid");
    f->study.record.grid_days = 1e-9;
    assert_int_equal(twp_outcome_plan_create(&f->study, &f->model, &f->plan, NULL), TWP_ERR_LIMIT);
}

#define WITH_STUDY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STUDY(test_first_doses_are_counted_from_entry_or_from_a_state),
        WITH_STUDY(test_a_dose_of_the_instant_of_entry_counts_whichever_row_comes_first),
        WITH_STUDY(test_adherence_follows_the_dispensings_by_whole_days),
        WITH_STUDY(test_any_stock_pools_the_dispensings_and_a_stock_takes_its_own),
        WITH_STUDY(test_times_in_states_are_summed_over_visits),
        WITH_STUDY(test_discounted_times_are_integrals_of_the_discount_factor),
        WITH_STUDY(test_states_are_those_after_the_events_of_the_instant),
        WITH_STUDY(test_entries_are_transitions_and_a_first_entry_may_be_the_start),
        WITH_STUDY(test_waits_run_from_a_first_entry_to_the_next_entry_of_another_state),
        WITH_STUDY(test_sojourn_is_a_ratio_of_completed_days_over_completed_visits),
        WITH_STUDY(test_costs_are_filtered_by_payer_and_category_and_hold_the_flows),
        WITH_STUDY(test_contacts_and_tallies_are_counted),
        WITH_STUDY(test_a_stock_carries_over_and_runs_empty),
        WITH_STUDY(test_a_discarding_stock_starts_anew_and_a_start_value_counts),
        WITH_STUDY(test_a_stock_that_actions_change_is_not_known),
        WITH_STUDY(test_a_measure_has_a_column_for_each_of_its_times),
        WITH_STUDY(test_occupancy_counts_those_who_are_followed),
        WITH_STUDY(test_curves_count_events_and_censorings_by_days_rounded_up),
        WITH_STUDY(test_histograms_count_the_figures),
        WITH_STUDY(test_random_lives_add_up_and_merge_exactly),
        WITH_STUDY(test_a_grid_without_a_step_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
