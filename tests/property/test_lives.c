/*
 * What must hold in every life, whatever the study: time never falls and stays within the life, each
 * exit leaves the state that was current, stays add up to the life, the ledger adds up, and a life cut in
 * pieces is the same life.
 */
#include "living.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_life_keeps_its_books),
        cmocka_unit_test(test_a_life_lived_in_pieces_is_the_same_life),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
