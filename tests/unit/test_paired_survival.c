/*
 * Paired Kaplan-Meier estimates: the covariance against its definition, twin by twin; and, over many
 * samples of pairs, that differences over their standard errors have variance 1.
 */
#include "measure/paired_survival.h"

#include "testlib.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_DAYS = 401, MAX_TWINS = 3000 };

typedef struct {
    twp_arena_t *arena;
    twp_survival_bins_t bins;
    int64_t events[2][N_DAYS], censored[2][N_DAYS];
    int64_t *pairs;
    int32_t code[2][MAX_TWINS];
    int n;
    double scratch[4 * N_DAYS];
} sample_t;

static const double at_days[3] = { 90, 180.5, 365 };

static int
setup(void **state)
{
    sample_t *s = calloc(1, sizeof *s);

    *state = s;
    if (s == NULL)
        return 1;
    s->arena = twp_arena_create(0);
    if (s->arena == NULL || !twp_survival_bins_make(s->arena, N_DAYS, 3, at_days, &s->bins))
        return 1;
    s->pairs = calloc(twp_survival_pairs_size(&s->bins), sizeof *s->pairs);
    return s->pairs == NULL;
}

static int
teardown(void **state)
{
    sample_t *s = *state;

    twp_arena_free(s->arena);
    free(s->pairs);
    free(s);
    return 0;
}

static double
next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double) (*seed >> 11) + 0.5) * 0x1p-53;
}

static void
clear(sample_t *s)
{
    memset(s->events, 0, sizeof s->events);
    memset(s->censored, 0, sizeof s->censored);
    memset(s->pairs, 0, twp_survival_pairs_size(&s->bins) * sizeof *s->pairs);
    s->n = 0;
}

static void
add(sample_t *s, int32_t code, int32_t baseline)
{
    const int32_t both[2] = { code, baseline };

    for (int a = 0; a < 2; a++) {
        s->code[a][s->n] = both[a];
        if (both[a] != TWP_SURVIVAL_NONE)
            (both[a] % 2 ? s->events : s->censored)[a][both[a] / 2]++;
    }
    twp_survival_pairs_count(&s->bins, s->pairs, code, baseline);
    s->n++;
}

static int32_t
code_of(double event_days, double end_days)
{
    const bool is_event = event_days <= end_days;

    return TWP_SURVIVAL_CODE((int) ceil(is_event ? event_days : end_days), is_event);
}

/*
 * Twins with the same luck: exponential times of means 300 and 300 / hr days, from the same uniform
 * number or, in a share of them, from one of their own; censored alike.
 */
static void
draw_sample(sample_t *s, int n, double hr, double p_own, uint64_t *seed)
{
    clear(s);
    for (int k = 0; k < n; k++) {
        const double u = next(seed), own = next(seed), end = fmin(400, 150 + 500 * next(seed));
        const double baseline = -300 * log(u), v = next(seed) < p_own ? own : u;

        add(s, code_of(-300 / hr * log(v), end), code_of(baseline, end));
    }
}

static twp_difference_t
difference(sample_t *s, double at)
{
    return twp_survival_paired(&s->bins, (twp_curve_counts_t){ s->events[0], s->censored[0] },
        (twp_curve_counts_t){ s->events[1], s->censored[1] }, s->pairs, at, s->scratch);
}

/* phi of the header, by its definition. */
static double
influence(const sample_t *s, int a, int32_t code, int at)
{
    double at_risk = 0, phi = 0;

    if (code == TWP_SURVIVAL_NONE)
        return 0;
    for (int d = 0; d < N_DAYS; d++)
        at_risk += (double) (s->events[a][d] + s->censored[a][d]);
    for (int d = 0; d <= at && d <= code / 2; d++) {
        const double events = (double) s->events[a][d];
        phi -= events / (at_risk * (at_risk - events));
        if (d == code / 2 && code % 2)
            phi += 1 / (at_risk - events);
        at_risk -= events + (double) s->censored[a][d];
    }
    return phi;
}

static double
exact_se(const sample_t *s, int at)
{
    const twp_survival_t a = twp_survival_at(s->events[0], s->censored[0], N_DAYS, at);
    const twp_survival_t b = twp_survival_at(s->events[1], s->censored[1], N_DAYS, at);
    double square = 0;

    for (int k = 0; k < s->n; k++) {
        const double apart = a.survival * influence(s, 0, s->code[0][k], at) -
            b.survival * influence(s, 1, s->code[1][k], at);
        square += apart * apart;
    }
    return sqrt(square);
}

static void
test_the_counts_give_the_error_of_the_definition(void **state)
{
    sample_t *s = *state;
    uint64_t seed = 5;

    for (int round = 0; round < 4; round++) {
        draw_sample(s, MAX_TWINS, 1.3, round / 3.0, &seed);
        for (int k = 0; k < 3; k++) {
            const double want = exact_se(s, (int) at_days[k]);
            const double got = difference(s, at_days[k]).se;

            /* What the bins lose of the covariance is below a hundredth. */
            if (!(fabs(got - want) <= 0.02 * want))
                fail_msg("round %d, day %g: %g instead of %g", round, at_days[k], got, want);
        }
    }
}

/* A day asked for each: the table stays small, and the errors as good. */
static void
test_many_days_asked_for_share_bins(void **state)
{
    sample_t *s = *state;
    const twp_survival_bins_t few = s->bins;
    int64_t *const few_pairs = s->pairs;
    double all_days[N_DAYS];
    uint64_t seed = 5;

    for (int d = 0; d < N_DAYS; d++)
        all_days[d] = d;
    assert_true(twp_survival_bins_make(s->arena, N_DAYS, N_DAYS, all_days, &s->bins));
    assert_int_equal(s->bins.n_bins, 201); /* of two days; the last one is alone */
    s->pairs = calloc(twp_survival_pairs_size(&s->bins), sizeof *s->pairs);
    assert_non_null(s->pairs);
    draw_sample(s, MAX_TWINS, 1.3, 0.5, &seed);
    for (int d = 30; d < N_DAYS; d += 37) {
        const double want = exact_se(s, d);
        assert_near_relative(difference(s, d).se, want, 0.02);
    }
    free(s->pairs);
    s->bins = few;
    s->pairs = few_pairs;
    twp_arena_t *const arena = twp_arena_create(0);
    twp_survival_bins_t bins;
    double years[7306];
    for (int d = 0; d < 7306; d++)
        years[d] = d;
    assert_true(twp_survival_bins_make(arena, 7400, 7306, years, &bins));
    assert_true(bins.n_bins > 200 && bins.n_bins <= 290);
    twp_arena_free(arena);
}

/* Without pairs that differ the two formulas are one: summed over lives phi^2 is Greenwood's sum. */
static void
test_of_one_curve_the_influences_are_greenwoods_formula(void **state)
{
    sample_t *s = *state;
    uint64_t seed = 8;

    draw_sample(s, 500, 1, 1, &seed);
    for (int k = 0; k < 3; k++) {
        const twp_survival_t at = twp_survival_at(s->events[0], s->censored[0], N_DAYS, at_days[k]);
        double square = 0;

        for (int i = 0; i < s->n; i++)
            square += pow(influence(s, 0, s->code[0][i], (int) at_days[k]), 2);
        assert_near(at.survival * sqrt(square), at.se, 1e-12);
    }
}

static void
test_equal_lives_differ_by_nothing_exactly(void **state)
{
    sample_t *s = *state;
    uint64_t seed = 6;

    draw_sample(s, 1000, 1, 0, &seed);
    const twp_difference_t got = difference(s, 180);

    assert_near(got.value, 0, 0);
    assert_near(got.se, 0, 0);
    assert_near(got.variance_saved, 1, 0);
}

static void
test_unpaired_lives_have_the_sum_of_the_variances(void **state)
{
    sample_t *s = *state;
    uint64_t seed = 7;

    draw_sample(s, MAX_TWINS, 1.3, 1, &seed); /* nothing in common but the censoring */
    const twp_difference_t got = difference(s, 180);
    const twp_survival_t a = twp_survival_at(s->events[0], s->censored[0], N_DAYS, 180);
    const twp_survival_t b = twp_survival_at(s->events[1], s->censored[1], N_DAYS, 180);

    assert_near(got.value, a.survival - b.survival, 0);
    /* A correlation of 3,000 pairs is off by 1 / sqrt(3000) = 0.018. */
    assert_near(got.variance_saved, 0, 4 * 0.0183);
    assert_near(got.se, hypot(a.se, b.se), 0.05 * got.se);
}

static void
test_who_is_on_one_curve_alone_is_no_pair(void **state)
{
    sample_t *s = *state;
    uint64_t seed = 9;

    clear(s);
    for (int k = 0; k < 1500; k++)
        add(s, code_of(-300 * log(next(&seed)), 400), TWP_SURVIVAL_NONE);
    for (int k = 0; k < 1500; k++)
        add(s, TWP_SURVIVAL_NONE, code_of(-300 * log(next(&seed)), 400));
    const twp_difference_t got = difference(s, 180);

    assert_near(got.variance_saved, 0, 1e-12);
}

static void
test_where_one_curve_has_come_to_an_end_there_is_no_error(void **state)
{
    sample_t *s = *state;

    clear(s);
    for (int k = 0; k < 10; k++)
        add(s, TWP_SURVIVAL_CODE(10 + k, true), TWP_SURVIVAL_CODE(200, false));
    assert_near(difference(s, 90).value, -1, 0);
    assert_true(isnan(difference(s, 90).se));
    assert_true(isnan(difference(s, 365).value)); /* the baseline is not known that long */
}

/*
 * Over n samples the variance of (difference - truth) / se is 1 within 4 sqrt(2 / n). The times are
 * continuous and rounded up to whole days, so S at a whole day is that of the exponential law.
 */
static void
test_deviations_over_their_errors_have_variance_one(void **state)
{
    const int n_samples = testlib_is_long() ? 6000 : 600, n_twins = 400;
    const double hr = 1.3, tolerance = 4 * sqrt(2.0 / n_samples);
    sample_t *s = *state;
    uint64_t seed = 1;
    double sum[3] = { 0 }, square[3] = { 0 }, unpaired[3] = { 0 }, saved = 0;

    for (int i = 0; i < n_samples; i++) {
        draw_sample(s, n_twins, hr, 0.15, &seed);
        for (int k = 0; k < 3; k++) {
            const int day = (int) at_days[k];
            const twp_difference_t got = difference(s, at_days[k]);
            const twp_survival_t a = twp_survival_at(s->events[0], s->censored[0], N_DAYS, day);
            const twp_survival_t b = twp_survival_at(s->events[1], s->censored[1], N_DAYS, day);
            const double off = got.value - (exp(-hr * day / 300) - exp(-day / 300.0));

            sum[k] += off / got.se;
            square[k] += off * off / (got.se * got.se);
            unpaired[k] += off * off / (a.se * a.se + b.se * b.se);
            saved += got.variance_saved / (3.0 * n_samples);
        }
    }
    assert_true(saved > 0.5);
    for (int k = 0; k < 3; k++) {
        assert_near(sum[k] / n_samples, 0, 4 / sqrt(n_samples));
        assert_near(square[k] / n_samples, 1, tolerance);
        assert_true(
            unpaired[k] / n_samples < 0.6); /* what errors that forget the pairs would give */
    }
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SAMPLE(test_the_counts_give_the_error_of_the_definition),
        WITH_SAMPLE(test_many_days_asked_for_share_bins),
        WITH_SAMPLE(test_of_one_curve_the_influences_are_greenwoods_formula),
        WITH_SAMPLE(test_equal_lives_differ_by_nothing_exactly),
        WITH_SAMPLE(test_unpaired_lives_have_the_sum_of_the_variances),
        WITH_SAMPLE(test_who_is_on_one_curve_alone_is_no_pair),
        WITH_SAMPLE(test_where_one_curve_has_come_to_an_end_there_is_no_error),
        WITH_SAMPLE(test_deviations_over_their_errors_have_variance_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
