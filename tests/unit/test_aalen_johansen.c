/* Aalen-Johansen estimates: against shares, Kaplan-Meier, and by hand; errors over many samples. */
#include "measure/aalen_johansen.h"
#include "measure/survival.h"

#include "testlib.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_STATES = 3, N_STEPS = 40, SCRATCH = 2 * N_STATES + 4 * N_STATES * N_STATES };

typedef struct {
    int64_t start[N_STATES], moved[N_STEPS][N_STATES][N_STATES];
    double p[N_STEPS + 1][N_STATES], v[N_STEPS + 1][N_STATES][N_STATES];
} chain_t;

static void
keep(void *context, int i_step, const double *p, const double *covariance)
{
    chain_t *const to = context;

    memcpy(to->p[i_step], p, sizeof to->p[0]);
    memcpy(to->v[i_step], covariance, sizeof to->v[0]);
}

static void
estimate(chain_t *chain)
{
    const twp_transitions_t transitions = { N_STATES, N_STEPS, chain->start, chain->moved[0][0] };
    double scratch[SCRATCH];

    assert_int_equal(twp_aalen_johansen_scratch(N_STATES), SCRATCH);
    twp_aalen_johansen(&transitions, keep, chain, scratch);
}

static double
next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double) (*seed >> 11) + 0.5) * 0x1p-53;
}

/* Chances of a step, from well, ill, dead. */
static const double chance[N_STATES][N_STATES] = { { 0.9, 0.07, 0.03 }, { 0.05, 0.85, 0.1 },
    { 0, 0, 1 } };

static int
draw_step(int state, double u)
{
    for (int j = 0; j < N_STATES - 1; j++) {
        if (u < chance[state][j])
            return j;
        u -= chance[state][j];
    }
    return N_STATES - 1;
}

/* Lives from the first two states, followed for so many steps at least. */
static void
draw_lives(chain_t *chain, int n, int n_followed, int64_t in_state[][N_STATES], uint64_t *seed)
{
    memset(chain, 0, sizeof *chain);
    memset(in_state, 0, (N_STEPS + 1) * sizeof in_state[0]);
    for (int k = 0; k < n; k++) {
        int state = next(seed) < 0.8 ? 0 : 1;
        const int end = n_followed + (int) ((N_STEPS + 1 - n_followed) * next(seed));

        chain->start[state]++;
        in_state[0][state]++;
        for (int i = 0; i < end; i++) {
            const int to = draw_step(state, next(seed));
            chain->moved[i][state][to]++;
            state = to;
            in_state[i + 1][state]++;
        }
    }
}

static void
test_without_censoring_it_is_the_share_with_the_error_of_a_share(void **state)
{
    static chain_t chain;
    static int64_t in_state[N_STEPS + 1][N_STATES];
    uint64_t seed = 3;
    const double n = 500;

    (void) state;
    draw_lives(&chain, 500, N_STEPS, in_state, &seed);
    estimate(&chain);
    for (int i = 0; i <= N_STEPS; i++)
        for (int j = 0; j < N_STATES; j++) {
            const double p = (double) in_state[i][j] / n;
            assert_near(chain.p[i][j], p, 1e-13);
            for (int k = 0; k < N_STATES; k++) {
                const double q = (double) in_state[i][k] / n;
                assert_near(chain.v[i][j][k], ((j == k ? p : 0) - p * q) / n, 1e-15);
            }
        }
}

/* Two absorbing states and one left by two causes: Kaplan-Meier and cumulative incidence. */
static void
test_competing_exits_are_its_special_case(void **state)
{
    static chain_t chain;
    int64_t left[N_STEPS + 1][3] = { { 0 } }, at_risk = 2000;

    (void) state;
    memset(&chain, 0, sizeof chain);
    chain.start[0] = at_risk;
    for (int i = 0; i < N_STEPS; i++) {
        const int64_t lost = (i * 7) % 5, first = 3 + (i * 11) % 9, second = (i * 13) % 8;
        /* What is censored leaves after the events of the row: it is at risk in it. */
        left[i + 1][0] = lost;
        left[i + 1][1] = first;
        left[i + 1][2] = second;
        chain.moved[i][0][0] = at_risk - first - second;
        chain.moved[i][0][1] = first;
        chain.moved[i][0][2] = second;
        at_risk -= first + second + lost;
    }
    const twp_risk_t risk = {
        .n_rows = N_STEPS + 1, .n_kinds = 3, .left = left[0], .is_competing = true
    };
    /* The table counts those who are left at the end, too. */
    left[N_STEPS][0] += at_risk;
    estimate(&chain);
    for (int i = 1; i <= N_STEPS; i++) {
        const twp_survival_t at = twp_survival_at(&risk, i);
        assert_near(chain.p[i][0], at.survival, 1e-13);
        assert_near(sqrt(chain.v[i][0][0]), at.se, 1e-13);
        assert_near(chain.p[i][1], at.incidence, 1e-13);
        assert_near(sqrt(chain.v[i][1][1]), at.incidence_se, 1e-13);
    }
}

/* Groups of one life each: their sums are the influences, which add up to 0 and, squared, to the variance. */
static void
test_what_lives_add_sums_to_nothing_and_its_squares_to_the_variance(void **state)
{
    enum { N = 300, SIZE = N_STATES + N_STEPS * N_STATES * N_STATES };
    static chain_t chain, one;
    static int64_t in_state[N_STEPS + 1][N_STATES], group[N][SIZE], total[SIZE];
    static double sum[N], scratch[(N_STEPS + 3) * N_STATES];
    uint64_t seed = 9;
    double all = 0, square = 0;

    (void) state;
    memset(&chain, 0, sizeof chain);
    for (int k = 0; k < N; k++) {
        draw_lives(&one, 1, N_STEPS, in_state, &seed);
        memcpy(group[k], one.start, sizeof one.start);
        memcpy(group[k] + N_STATES, one.moved, sizeof one.moved);
        for (int i = 0; i < SIZE; i++)
            total[i] += group[k][i];
    }
    memcpy(chain.start, total, sizeof chain.start);
    memcpy(chain.moved, total + N_STATES, sizeof chain.moved);
    estimate(&chain);
    const twp_transitions_t transitions = { N_STATES, N_STEPS, total, total + N_STATES };
    twp_aalen_johansen_groups(&transitions, 1, 20, N, group[0], sum, scratch);
    for (int k = 0; k < N; k++) {
        all += sum[k];
        square += sum[k] * sum[k];
    }
    assert_near(all, 0, 1e-12);
    /* Nobody is censored: each adds its share less p, over n. */
    assert_near(square, chain.v[20][1][1], 1e-14);
    /* One group of all. */
    twp_aalen_johansen_groups(&transitions, 1, 20, 1, total, sum, scratch);
    assert_near(sum[0], 0, 1e-12);
}

static void
test_where_nobody_is_followed_nothing_is_known(void **state)
{
    static chain_t chain;

    (void) state;
    memset(&chain, 0, sizeof chain);
    estimate(&chain);
    assert_true(isnan(chain.p[0][0]));
    chain.start[0] = 4;
    chain.moved[0][0][0] = 1;
    chain.moved[0][0][2] = 3;
    chain.moved[1][0][1] = 1; /* the dead are not followed: they stay what they are */
    estimate(&chain);
    assert_near(chain.p[2][1], 0.25, 0);
    assert_near(chain.p[2][2], 0.75, 0);
    assert_true(isnan(chain.p[3][0]) && isnan(chain.v[3][2][2]));
}

/* Over samples with censoring, (estimate - truth) / error has variance 1 within 4 sqrt(2 / n). */
static void
test_deviations_over_their_errors_have_variance_one(void **state)
{
    static chain_t chain;
    static int64_t in_state[N_STEPS + 1][N_STATES];
    const int n_samples = testlib_is_long() ? 4000 : 400, at = 20;
    double truth[N_STATES] = { 0.8, 0.2, 0 }, sum[N_STATES] = { 0 }, square[N_STATES] = { 0 };
    double shares = 0;
    uint64_t seed = 4;

    (void) state;
    for (int i = 0; i < at; i++) {
        double to[N_STATES] = { 0 };
        for (int h = 0; h < N_STATES; h++)
            for (int j = 0; j < N_STATES; j++)
                to[j] += truth[h] * chance[h][j];
        memcpy(truth, to, sizeof to);
    }
    for (int k = 0; k < n_samples; k++) {
        draw_lives(&chain, 400, 5, in_state, &seed);
        estimate(&chain);
        const double n = (double) (in_state[at][0] + in_state[at][1] + in_state[at][2]);
        shares += truth[1] * (1 - truth[1]) / n / chain.v[at][1][1] / n_samples;
        for (int j = 0; j < N_STATES; j++) {
            const double z = (chain.p[at][j] - truth[j]) / sqrt(chain.v[at][j][j]);
            sum[j] += z / n_samples;
            square[j] += z * z / n_samples;
        }
    }
    for (int j = 0; j < N_STATES; j++) {
        assert_near(sum[j], 0, 4 / sqrt(n_samples));
        assert_near(square[j], 1, 4 * sqrt(2.0 / n_samples));
    }
    assert_true(shares > 1.1); /* the share of those followed so long knows less */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_censoring_it_is_the_share_with_the_error_of_a_share),
        cmocka_unit_test(test_competing_exits_are_its_special_case),
        cmocka_unit_test(test_what_lives_add_sums_to_nothing_and_its_squares_to_the_variance),
        cmocka_unit_test(test_where_nobody_is_followed_nothing_is_known),
        cmocka_unit_test(test_deviations_over_their_errors_have_variance_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
