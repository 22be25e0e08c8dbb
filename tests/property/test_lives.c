/*
 * What must hold in every life, whatever the study: time never falls and stays within the life, each
 * exit leaves the state that was current, stays add up to the life, the ledger adds up, and a life cut in
 * pieces is the same life.
 */
#include "living.h"

#include "record/outcome.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_LIVES 400

static void
with_lives(const char *file, void (*check)(living_t *living, life_t *life))
{
    living_t living;
    life_t life;

    living_open_file(&living, file, NULL, 0, 3);
    for (int k = 0; k < N_LIVES; k++) {
        living_live(&living, k, &life);
        assert_int_equal(life.twin.mark, TWP_MARK_NONE);
        check(&living, &life);
        living_clear(&life);
    }
    living_close(&living);
}

static void
check_order(living_t *living, life_t *life)
{
    double before = 0;
    int *state = malloc((size_t) living->study->n_tracks * sizeof *state);

    assert_non_null(state);
    memcpy(state, life->twin.start_state, (size_t) living->study->n_tracks * sizeof *state);
    for (int k = 0; k < life->n_rows; k++) {
        const twp_row_t *row = &life->row[k];
        assert_true(row->time_days >= before && row->time_days <= life->twin.end_days);
        before = row->time_days;
        if (row->kind != TWP_ROW_EXIT)
            continue;
        const twp_study_exit_t *exit = &living->study->exit[row->code];
        assert_int_equal(exit->i_state, state[exit->i_track]);
        if (row->to >= 0)
            state[exit->i_track] = row->to;
    }
    for (int t = 0; t < living->study->n_tracks; t++)
        assert_int_equal(state[t], life->twin.state[t]);
    free(state);
}

/** Days in the states of a track add up to the life. */
static void
check_stays(living_t *living, life_t *life)
{
    for (int t = 0; t < living->study->n_tracks; t++) {
        double since = 0, sum = 0;
        for (int k = 0; k < life->n_rows; k++) {
            const twp_row_t *row = &life->row[k];
            if (row->kind != TWP_ROW_EXIT || living->study->exit[row->code].i_track != t ||
                row->to < 0)
                continue;
            sum += row->time_days - since;
            since = row->time_days;
        }
        assert_near(sum + life->twin.end_days - since, life->twin.end_days, 1e-9);
    }
}

/** What actions paid plus what flows cost is not less discounted, and is the sum of the accounts. */
static void
check_ledger(living_t *living, life_t *life)
{
    for (int a = 0; a < living->study->n_accounts; a++) {
        assert_true(isfinite(life->twin.account[a]));
        assert_true(life->twin.account_discounted[a] <= life->twin.account[a] + 1e-9);
    }
    for (int r = 0; r < living->model->n_rewards; r++) {
        assert_true(isfinite(life->twin.reward[r]));
        assert_true(life->twin.reward_discounted[r] <= life->twin.reward[r] + 1e-9);
        assert_near(life->twin.reward_since[r], life->twin.end_days, 0);
    }
}

static void
check_all(living_t *living, life_t *life)
{
    check_order(living, life);
    check_stays(living, life);
    check_ledger(living, life);
}

static void
test_every_life_keeps_its_books(void **state)
{
    (void) state;
    with_lives("scenarios/studies/ra_biologic_support.yaml", check_all);
    with_lives("scenarios/exact/refill_renewal.yaml", check_all);
    with_lives("scenarios/exact/fading_effect.yaml", check_all);
    with_lives("benchmarks/reference_study.yaml", check_all);
}

/** Lives a twin in steps of some days; the rows must be the same bits as those of one go. */
static void
check_pieces(living_t *living, life_t *life)
{
    static const double step_days = 17.3;
    twp_log_t log = { NULL, 0, 2 * living->model->max_rows_per_instant };
    twp_twin_t twin = { 0 };
    int i_bad = 0, n = 0;

    log.row = malloc((size_t) log.capacity * sizeof *log.row);
    assert_non_null(log.row);
    twp_twin_layout(living->model, living->memory, &twin);
    assert_true(twp_population_draw_twin(living->plan, (int64_t) life->twin.id, &twin, &i_bad));
    twp_kernel_start(living->model, &twin, &log);
    for (double until = 0;; until = fmin(until + step_days, twin.end_days)) {
        twp_kernel_advance(living->model, &twin, until, &log);
        for (int k = 0; k < log.n; k++, n++) {
            assert_true(n < life->n_rows);
            assert_true(log.row[k].time_days == life->row[n].time_days);
            assert_true(log.row[k].value == life->row[n].value);
            assert_int_equal(log.row[k].code, life->row[n].code);
            assert_int_equal(log.row[k].to, life->row[n].to);
        }
        log.n = 0;
        if (twin.mark == TWP_MARK_LOG_FULL)
            twin.mark = TWP_MARK_NONE;
        else if (until >= twin.end_days)
            break;
    }
    assert_int_equal(n, life->n_rows);
    free(log.row);
}

static void
test_a_life_lived_in_pieces_is_the_same_life(void **state)
{
    (void) state;
    with_lives("scenarios/studies/ra_biologic_support.yaml", check_pieces);
    with_lives("benchmarks/reference_study.yaml", check_pieces);
}

/** The figure of the only column for the life of twin 0. */
static double
figure_of(const char *patient, const char *rest)
{
    char *const yaml = living_study("400 days", patient, rest);
    twp_outcome_plan_t *plan = NULL;
    twp_outcome_t *outcome = NULL;
    double value[8];
    int32_t curve[8];
    living_t living;
    life_t life;

    living_open(&living, yaml, 0, 1);
    living_live(&living, 0, &life);
    assert_int_equal(life.twin.mark, TWP_MARK_NONE);
    assert_int_equal(twp_outcome_plan_create(living.study, living.model, &plan, NULL), TWP_OK);
    assert_true(plan->n_columns >= 1 && plan->n_columns <= 8);
    assert_int_equal(twp_outcome_create(plan, living.model, &outcome, NULL), TWP_OK);
    twp_outcome_begin(outcome, living.model, &life.twin, life.twin.start_state);
    assert_int_equal(twp_outcome_take(outcome, life.row, life.n_rows, NULL), TWP_OK);
    twp_outcome_end(outcome, living.model, &life.twin, value, curve, NULL);
    twp_outcome_free(outcome);
    twp_outcome_plan_free(plan);
    living_clear(&life);
    living_close(&living);
    free(yaml);
    return value[0];
}

/* The visit began 100 days before the study and ended when the other track was entered, at day 0. */
static void
test_a_visit_that_ends_in_the_instant_of_entry_began_before_the_study(void **state)
{
    static const char patient[] =
        "  tracks:\n"
        "    course: {start: fresh, states: {fresh: {}}}\n"
        "    visit:\n"
        "      start: old\n"
        "      since: 100 days\n"
        "      states: {old: {go: {upon: course.fresh, to: new}}, new: {}}\n";
    static const char rest[] = "strategies: {usual_care: {baseline: true}}\n"
                               "report: {measures: [{measure: sojourn, of: visit.old}]}\n";

    (void) state;
    assert_near(figure_of(patient, rest), 100, 1e-12);
}

/* A table that 16 bits cannot count, put where a file of today's size cannot: step k has chance 1
 * from the middle on. */
static void
test_a_table_may_have_very_many_steps(void **state)
{
    enum { N = 65537 };
    static const char patient[] =
        "  attributes: {a: 40000.5}\n"
        "  tracks:\n"
        "    t:\n"
        "      start: s\n"
        "      states:\n"
        "        none: {}\n"
        "        hit: {}\n"
        "        s: {go: {after: 1 day, choose: [{chance: {steps_of: a, from: [0, 1], is: [0, 1]}, "
        "to: hit}, {otherwise: none}]}}\n";
    twp_expression_t *const number = calloc(N, sizeof *number), **from = calloc(N, sizeof *from),
                            **is = calloc(N, sizeof *is);
    char *const yaml = living_study("2 days", patient, NULL);
    twp_expression_t *steps;
    living_t living;
    life_t life;

    (void) state;
    assert_non_null(number);
    assert_non_null(from);
    assert_non_null(is);
    living_open(&living, yaml, 0, 1);
    steps = living.study->exit[0].branch[0].chance;
    assert_int_equal(steps->kind, TWP_WORD_STEPS);
    for (int k = 0; k < N; k++) {
        number[k] = *steps->step_from[0];
        number[k].number = k;
        from[k] = &number[k];
        is[k] = &number[k < N / 2 ? 0 : 1];
    }
    steps->n_steps = N;
    steps->step_from = from;
    steps->step_is = is;
    twp_model_t *const plain = living.model; /* the plan of draws still looks into it */

    assert_int_equal(
        twp_model_compile(living.study, 0, 1, &living.findings, &living.model, NULL), TWP_OK);
    living_live(&living, 0, &life);
    twp_model_free(plain);
    assert_int_equal(life.n_rows, 1);
    assert_string_equal(living.study->track[0].state[life.row[0].to].name, "hit");
    living_clear(&life);
    living_close(&living);
    free(yaml);
    free(is);
    free(from);
    free(number);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_life_keeps_its_books),
        cmocka_unit_test(test_a_life_lived_in_pieces_is_the_same_life),
        cmocka_unit_test(test_a_visit_that_ends_in_the_instant_of_entry_began_before_the_study),
        cmocka_unit_test(test_a_table_may_have_very_many_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
