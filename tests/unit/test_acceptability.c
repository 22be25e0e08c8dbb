/*
 * Chances to be best over parameter sets with known answers: normal parameters and normal errors, where
 * counting sets is wrong and the count that is drawn together is right.
 */
#include "measure/acceptability.h"

#include "testlib.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_SETS 4000
#define WORTH 50000.0

/* Chances of three strategies, their errors and plain shares, at one worth. */
typedef struct {
    double p[4], se[4], raw[4];
    int i_best;
} found_t;

static found_t
find(const twp_sets_t *sets, double worth)
{
    found_t found;
    twp_acceptability_t to = { found.p, found.se, found.raw, &found.i_best };

    assert_int_equal(twp_acceptability_of(sets, 1, &worth, &to, NULL), TWP_OK);
    return found;
}

/*
 * Three strategies. Their effects are normal, sd 0.1 around effect[], apart from 0.08 that all share;
 * their costs too, sd 2,000 around cost[]. A set's errors: of each cost sd cost_error and of each effect
 * effect_error, correlated -0.5 within a strategy and 0.3 between costs.
 */
typedef struct {
    double cost[3], effect[3], cost_error, effect_error;
    bool are_twins_same;
    int64_t n_sets;
    int n_twins; /* of a set */
    unsigned long seed;
} world_t;

static void
put_covariance(double *plane, const world_t *w)
{
    double *co = plane + 1 + 6;
    const double scale = (double) w->n_twins * (w->n_twins - 1);

    for (int i = 0; i < 6; i++)
        for (int j = 0; j <= i; j++, co++) {
            const double sd_i = i < 3 ? w->cost_error : w->effect_error;
            const double sd_j = j < 3 ? w->cost_error : w->effect_error;
            const double r = i == j ? 1 : i == j + 3 ? -0.5 : i < 3 ? 0.3 : 0;

            *co = scale * r * sd_i * sd_j;
        }
}

/* Errors of a set with the correlations above: the costs share a normal of weight sqrt(0.3). */
static void
draw_errors(gsl_rng *rng, const world_t *w, double *error)
{
    const double shared = gsl_ran_gaussian(rng, 1);

    for (int i = 0; i < 3; i++) {
        const double own = gsl_ran_gaussian(rng, 1);

        error[i] = w->cost_error * (sqrt(0.3) * shared + sqrt(0.7) * own);
        /* -0.5 with the cost of the same strategy, 0 with the others': of its own part alone. */
        error[3 + i] = w->effect_error *
            (-0.5 / sqrt(0.7) * own + sqrt(1 - 0.25 / 0.7) * gsl_ran_gaussian(rng, 1));
    }
}

static twp_sets_t *
make_sets(const world_t *w)
{
    gsl_rng *const rng = gsl_rng_alloc(gsl_rng_mt19937);
    twp_sets_t *sets = NULL;
    double common[6];

    assert_non_null(rng);
    gsl_rng_set(rng, w->seed);
    assert_int_equal(
        twp_sets_create(w->n_sets, w->are_twins_same, 3, 0, true, &sets, NULL), TWP_OK);
    sets->n_done = w->n_sets;
    draw_errors(rng, w, common);
    for (int64_t k = 0; k < w->n_sets; k++) {
        double *const plane = twp_sets_plane(sets, k);
        const double shared = gsl_ran_gaussian(rng, 0.08);
        double error[6];

        draw_errors(rng, w, error);
        plane[0] = w->n_twins;
        for (int i = 0; i < 3; i++) {
            plane[1 + i] = w->cost[i] + gsl_ran_gaussian(rng, 2000) +
                (w->are_twins_same ? common[i] : error[i]);
            plane[4 + i] = w->effect[i] + shared + gsl_ran_gaussian(rng, 0.1) +
                (w->are_twins_same ? common[3 + i] : error[3 + i]);
        }
        put_covariance(plane, w);
    }
    gsl_rng_free(rng);
    return sets;
}

/* Chance that strategy i has the largest of three independent normal net benefits with one sd: the
 * integral of phi(z) times the others' distribution functions, by the trapezoid rule. */
static double
truth(const world_t *w, double worth, int i)
{
    const double sd = hypot(worth * 0.1, 2000), step = 1e-3;
    double sum = 0;

    for (double z = -9; z <= 9; z += step) {
        const double x = worth * w->effect[i] - w->cost[i] + sd * z;
        double p = gsl_ran_ugaussian_pdf(z);

        for (int k = 0; k < 3; k++)
            if (k != i)
                p *= gsl_cdf_ugaussian_P((x - worth * w->effect[k] + w->cost[k]) / sd);
        sum += step * p;
    }
    return sum;
}

/* At 50,000 the errors have about twice the parameters' variance. */
static const world_t noisy = { { 10000, 12000, 16000 }, { 1, 1.1, 1.12 }, 4000, 0.09, false, N_SETS,
    100, 20240917 };

static void
test_counts_that_are_drawn_together_are_right_where_plain_ones_are_not(void **state)
{
    twp_sets_t *const sets = make_sets(&noisy);
    const double worth[2] = { WORTH, 20000 };

    (void) state;
    for (int w = 0; w < 2; w++) {
        const found_t found = find(sets, worth[w]);
        double sum = 0, off = 0;

        for (int i = 0; i < 3; i++) {
            const double want = truth(&noisy, worth[w], i);

            print_message("worth %.0f, strategy %d: %.4f +- %.4f, plain %.4f, truth %.4f\n",
                worth[w], i, found.p[i], found.se[i], found.raw[i], want);
            assert_estimate(found.p[i], want, found.se[i]);
            assert_true(found.se[i] < 0.03);
            off = fmax(off, fabs(found.raw[i] - want) / sqrt(want * (1 - want) / N_SETS));
            sum += found.p[i];
        }
        assert_near(sum, 1, 1e-12);
        assert_true(off > 8); /* standard errors: the plain share is wrong */
        assert_int_equal(found.i_best, worth[w] * 0.1 > 2000 ? 1 : 0);
    }
    twp_sets_free(sets);
}

/* Each error is what 60 runs of 500 sets scatter by, within a third. */
static void
test_errors_are_what_runs_scatter_by(void **state)
{
    double sum[3] = { 0 }, square[3] = { 0 }, variance[3] = { 0 }, far = 0;
    const int n_runs = 60;

    (void) state;
    for (int run = 0; run < n_runs; run++) {
        world_t world = noisy;

        world.n_sets = 500;
        world.seed = 100 + (unsigned long) run;
        twp_sets_t *const sets = make_sets(&world);
        const found_t found = find(sets, WORTH);

        for (int i = 0; i < 3; i++) {
            sum[i] += found.p[i] / n_runs;
            square[i] += found.p[i] * found.p[i] / n_runs;
            variance[i] += found.se[i] * found.se[i] / n_runs;
            far += fabs(found.p[i] - truth(&noisy, WORTH, i)) > 2 * found.se[i];
        }
        twp_sets_free(sets);
    }
    for (int i = 0; i < 3; i++) {
        const double sd = sqrt(square[i] - sum[i] * sum[i]);

        print_message("strategy %d: sd %.4f, told %.4f\n", i, sd, sqrt(variance[i]));
        assert_near(sqrt(variance[i]) / sd, 1, 1.0 / 3);
    }
    assert_true(far / (3 * n_runs) < 0.15);
}

static void
test_sets_without_errors_are_counted_as_they_are(void **state)
{
    world_t world = noisy;

    (void) state;
    world.cost_error = world.effect_error = 0;
    twp_sets_t *const sets = make_sets(&world);
    const found_t found = find(sets, WORTH);

    for (int i = 0; i < 3; i++) {
        assert_near(found.p[i], found.raw[i], 1e-12);
        assert_estimate(found.p[i], truth(&world, WORTH, i), found.se[i]);
    }
    twp_sets_free(sets);
}

/* The answer is the same whichever strategy is the baseline, and in any unit of money. */
static void
test_the_baseline_and_the_unit_do_not_matter(void **state)
{
    static const int turned[3] = { 2, 0, 1 };
    twp_sets_t *const sets = make_sets(&noisy), *other = NULL;
    const found_t found = find(sets, WORTH);

    (void) state;
    assert_int_equal(twp_sets_create(N_SETS, false, 3, 0, true, &other, NULL), TWP_OK);
    other->n_done = N_SETS;
    for (int64_t k = 0; k < N_SETS; k++) {
        const double *const from = twp_sets_plane(sets, k);
        double *const to = twp_sets_plane(other, k);

        to[0] = from[0];
        for (int i = 0; i < 6; i++)
            to[1 + i] = from[1 + (i < 3 ? turned[i] : 3 + turned[i - 3])] * (i < 3 ? 1e-3 : 1);
        for (int i = 0; i < 6; i++)
            for (int j = 0; j <= i; j++) {
                const int a = i < 3 ? turned[i] : 3 + turned[i - 3];
                const int b = j < 3 ? turned[j] : 3 + turned[j - 3];
                const int high = a > b ? a : b, low = a > b ? b : a;

                to[7 + i * (i + 1) / 2 + j] = from[7 + high * (high + 1) / 2 + low] *
                    (i < 3 ? 1e-3 : 1) * (j < 3 ? 1e-3 : 1);
            }
    }
    const found_t again = find(other, WORTH * 1e-3);

    for (int i = 0; i < 3; i++)
        assert_near(again.p[i], found.p[turned[i]], 1.5 / N_SETS); /* one set on an edge may turn */
    assert_int_equal(turned[again.i_best], found.i_best);
    twp_sets_free(other);
    twp_sets_free(sets);
}

/* Their error moves all sets at once: what is told covers it, over 100 such worlds. */
static void
test_the_same_twins_have_an_error_in_common(void **state)
{
    int n_far = 0;

    (void) state;
    for (int run = 0; run < 100; run++) {
        world_t world = noisy;

        world.are_twins_same = true;
        world.n_sets = 300;
        world.cost_error = 1000;
        world.effect_error = 0.03;
        world.seed = 1000 + (unsigned long) run;
        twp_sets_t *const sets = make_sets(&world);
        const found_t found = find(sets, WORTH);

        for (int i = 0; i < 3; i++) {
            assert_near(found.p[i], found.raw[i], 0); /* nothing is drawn together */
            n_far += fabs(found.p[i] - truth(&world, WORTH, i)) > 2 * found.se[i];
        }
        twp_sets_free(sets);
    }
    assert_true(n_far < 36); /* 5 % of 300 would be 15 */
}

static void
test_no_chance_is_told_where_the_twins_drown_the_parameters(void **state)
{
    world_t world = noisy;

    (void) state;
    world.cost_error = 40000;
    world.n_sets = 200;
    twp_sets_t *sets = make_sets(&world);
    found_t found = find(sets, WORTH);

    for (int i = 0; i < 3; i++)
        assert_true(isnan(found.p[i]) && isnan(found.se[i]) && !isnan(found.raw[i]));
    twp_sets_free(sets);

    /* With one twin a set there is no error that could be taken off. */
    world = noisy;
    world.n_twins = 1;
    world.n_sets = 200;
    sets = make_sets(&world);
    for (int64_t k = 0; k < 200; k++)
        memset(twp_sets_plane(sets, k) + 7, 0, 21 * sizeof(double));
    found = find(sets, WORTH);
    assert_true(isnan(found.p[0]) && !isnan(found.raw[0]));
    sets->are_twins_same = true;
    found = find(sets, WORTH);
    assert_true(!isnan(found.p[0]) && isnan(found.se[0]));
    sets->n_done = 1;
    found = find(sets, WORTH);
    assert_true(isnan(found.raw[0]) && found.i_best == -1);
    twp_sets_free(sets);
}

/* What nobody tells apart shares the chance, and far behind nobody matters. */
static void
test_equal_strategies_share_their_chance(void **state)
{
    world_t world = noisy;
    twp_sets_t *sets;

    (void) state;
    world.cost[2] = 200000;
    sets = make_sets(&world);
    for (int64_t k = 0; k < N_SETS; k++) { /* strategy 1 becomes strategy 0 */
        double *const plane = twp_sets_plane(sets, k), *const co = plane + 7;

        plane[2] = plane[1];
        plane[5] = plane[4];
        for (int i = 0; i < 6; i++)
            for (int j = 0; j <= i; j++) {
                const int a = i == 1 ? 0 : i == 4 ? 3 : i, b = j == 1 ? 0 : j == 4 ? 3 : j;
                const int high = a > b ? a : b, low = a > b ? b : a;

                if (a != i || b != j)
                    co[i * (i + 1) / 2 + j] = co[high * (high + 1) / 2 + low];
            }
    }
    const found_t found = find(sets, WORTH);

    assert_near(found.p[0], 0.5, 0);
    assert_near(found.p[1], 0.5, 0);
    assert_near(found.p[2], 0, 0);
    assert_near(found.raw[1], 0.5, 0);
    assert_int_equal(found.i_best, 0);
    twp_sets_free(sets);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_that_are_drawn_together_are_right_where_plain_ones_are_not),
        cmocka_unit_test(test_errors_are_what_runs_scatter_by),
        cmocka_unit_test(test_sets_without_errors_are_counted_as_they_are),
        cmocka_unit_test(test_the_baseline_and_the_unit_do_not_matter),
        cmocka_unit_test(test_the_same_twins_have_an_error_in_common),
        cmocka_unit_test(test_no_chance_is_told_where_the_twins_drown_the_parameters),
        cmocka_unit_test(test_equal_strategies_share_their_chance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
