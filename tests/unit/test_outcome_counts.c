/* Counts over lives: occupancy along the grid, curves by day, histograms, and their merging. */
#include "outcome_fixture.h"

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
test_the_grid_is_met_up_to_rounding(void **state)
{
    fixture_t *f = *state;

    f->study.horizon_days = 400 - 1e-9;
    open_outcome(f);
    assert_int_equal(f->plan->n_grid, 5);
    move(f, 200 + 1e-9, FILL, TAKING);
    f->twin.end_days = 400 - 1e-9;
    live(f);
    f->twin.end_days = 400 - 1e-3; /* not followed to day 400 */
    live(f);
    twp_outcome_flush(f->outcome, &f->counts);
    assert_int_equal(f->counts.followed[4], 1);
    assert_int_equal(f->counts.followed[3], 2);
    assert_int_equal(occupancy(f, 1, THERAPY, TAKING), 0);
    assert_int_equal(occupancy(f, 2, THERAPY, TAKING), 1);
    assert_int_equal(occupancy(f, 4, THERAPY, TAKING), 1);
    assert_int_equal(occupancy(f, 4, THERAPY, WAITING), 0);
}

static void
test_curves_tell_events_and_censorings_by_days_rounded_up(void **state)
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
    assert_int_equal(f->curve[0], TWP_SURVIVAL_CODE(2, 130, true));
    assert_int_equal(f->curve[1], TWP_SURVIVAL_CODE(2, 120, true)); /* 119.5 days */
    f->twin.end_days = 250.5;
    live(f); /* never takes: censored of the first, not part of the second */
    assert_int_equal(f->curve[0], TWP_SURVIVAL_CODE(2, 251, false));
    assert_int_equal(f->curve[1], TWP_SURVIVAL_NONE);
    move(f, 2.2, FILL, TAKING);
    move(f, 2.2 + 30, STOP, STOPPED); /* 32.2 - 2.2 is a little more than 30 */
    live(f);
    assert_int_equal(f->curve[0], TWP_SURVIVAL_CODE(2, 33, true));
    assert_int_equal(f->curve[1], TWP_SURVIVAL_CODE(2, 30, true));
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

/* Points times pairs of states, and points times tracks: before anything of that size is asked for. */
static void
test_more_points_of_chains_than_memory_holds_are_refused(void **state)
{
    fixture_t *f = *state;
    twp_error_t err;

    want_of(f, TWP_MEASURE_AALEN_JOHANSEN, THERAPY, STOPPED, 365, 0);
    f->study.record.grid_days = 400.0 / 9000;
    f->track[THERAPY].n_states = 40; /* 1,600 pairs: 6,250 points at most */
    assert_int_equal(twp_outcome_plan_create(&f->study, &f->model, &f->plan, &err), TWP_ERR_LIMIT);
    assert_null(f->plan);
    assert_contains(err.message, "at 9002 points of 1 tracks with 1600 pairs of states");
    assert_contains(err.message, "10000000");
    f->track[THERAPY].n_states = 30;
    assert_int_equal(twp_outcome_plan_create(&f->study, &f->model, &f->plan, &err), TWP_OK);
    twp_outcome_plan_free(f->plan);
    f->track[THERAPY].n_states = 3;
    f->study.record.grid_days = 400.0 / 1.05e6;
    assert_int_equal(twp_outcome_plan_create(&f->study, &f->model, &f->plan, &err), TWP_ERR_LIMIT);
    assert_contains(err.message, "points times tracks 1000000");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STUDY(test_occupancy_counts_those_who_are_followed),
        WITH_STUDY(test_the_grid_is_met_up_to_rounding),
        WITH_STUDY(test_curves_tell_events_and_censorings_by_days_rounded_up),
        WITH_STUDY(test_histograms_count_the_figures),
        WITH_STUDY(test_random_lives_add_up_and_merge_exactly),
        WITH_STUDY(test_a_grid_without_a_step_is_refused),
        WITH_STUDY(test_more_points_of_chains_than_memory_holds_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
