/* Figures of lives written down by hand. */
#include "outcome_fixture.h"

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

/* Ends, times of measures and events are sums of durations: 400.1 - 0.1 is a little less than 400. */
static void
test_times_are_compared_up_to_rounding(void **state)
{
    fixture_t *f = *state;

    dispense(f, 400 + 1e-10, DRUG, 30);
    move(f, 400 + 1e-10, DIE, DEAD);
    f->twin.end_days = 400.1 - 0.1 - 1e-10;
    assert_true(f->twin.end_days < 400);
    want_of(f, TWP_MEASURE_FIRST_ENTRY, HEALTH, DEAD, 400, 1);
    want_of(f, TWP_MEASURE_OCCUPANCY, HEALTH, DEAD, 400, 1);
    want_of(f, TWP_MEASURE_OCCUPANCY, HEALTH, ALIVE, 400, 0);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, WAITING, 400, 1);
    want_of(f, TWP_MEASURE_OCCUPANCY, THERAPY, WAITING, 400.001, NAN);
    want(f, TWP_MEASURE_STOCK, 400, 30)->i_stock = DRUG;
    want(f, TWP_MEASURE_STOCK, 400.001, NAN)->i_stock = DRUG;
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
    f->start_since[THERAPY] = 20; /* waiting since 20 days before entry */
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

/* Rather than without a figure: refused, with the name of the measure. */
static void
test_a_stock_whose_rest_cannot_be_told_is_refused(void **state)
{
    fixture_t *f = *state;
    twp_error_t err = { 0 };

    f->action[3] = (twp_model_action_t){ .kind = TWP_DO_SET, .i = DRUG };
    f->action[4] = (twp_model_action_t){ .kind = TWP_DO_DISPENSE, .i = SYRINGE };
    twp_study_measure_t *m = want(f, TWP_MEASURE_STOCK, 50, NAN);
    m->name = "left";
    for (int k = 0; k < 3; k++) { /* one of two stocks; set; both kinds of dispensing */
        f->model.n_actions = k == 0 ? 3 : 5;
        m->i_stock = k == 0 ? NONE : k == 1 ? DRUG : SYRINGE;
        assert_int_equal(
            twp_outcome_plan_create(&f->study, &f->model, &f->plan, &err), TWP_ERR_INPUT);
        assert_non_null(strstr(err.message, "left"));
        assert_null(f->plan);
    }
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
        WITH_STUDY(test_times_are_compared_up_to_rounding),
        WITH_STUDY(test_entries_are_transitions_and_a_first_entry_may_be_the_start),
        WITH_STUDY(test_waits_run_from_a_first_entry_to_the_next_entry_of_another_state),
        WITH_STUDY(test_sojourn_is_a_ratio_of_completed_days_over_completed_visits),
        WITH_STUDY(test_costs_are_filtered_by_payer_and_category_and_hold_the_flows),
        WITH_STUDY(test_contacts_and_tallies_are_counted),
        WITH_STUDY(test_a_stock_carries_over_and_runs_empty),
        WITH_STUDY(test_a_discarding_stock_starts_anew_and_a_start_value_counts),
        WITH_STUDY(test_a_stock_whose_rest_cannot_be_told_is_refused),
        WITH_STUDY(test_a_measure_has_a_column_for_each_of_its_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
