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
    int64_t left[2][N_DAYS][3];
    int64_t *pairs;
    int32_t code[2][MAX_TWINS];
    int n;
    double scratch[2 * 3 * N_DAYS + 4 * 3 * 150];
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
    if (s->arena == NULL || !twp_survival_bins_make(s->arena, N_DAYS, 3, 3, at_days, &s->bins))
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
    memset(s->left, 0, sizeof s->left);
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
            s->left[a][both[a] / 3][both[a] % 3]++;
    }
    twp_survival_pairs_count(&s->bins, s->pairs, code, baseline);
    s->n++;
}

static int32_t
code_of(double event_days, double end_days)
{
    const bool is_event = event_days <= end_days;

    return TWP_SURVIVAL_CODE(3, (int) ceil(is_event ? event_days : end_days), is_event);
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

static twp_risk_t
table_of(const sample_t *s, int a)
{
    return (
        twp_risk_t){ .n_rows = N_DAYS, .n_kinds = 3, .left = s->left[a][0], .is_competing = true };
}

static twp_survival_t
curve_at(const sample_t *s, int a, double at)
{
    const twp_risk_t risk = table_of(s, a);

    return twp_survival_at(&risk, at);
}

static twp_difference_t
difference_of(sample_t *s, twp_survival_of_t of, double at)
{
    const twp_risk_t a = table_of(s, 0), b = table_of(s, 1);
    const twp_paired_t paired = { &s->bins, &a, &b, s->pairs };

    return twp_survival_paired(&paired, of, at, s->scratch);
}

static twp_difference_t
difference(sample_t *s, double at)
{
    return difference_of(s, TWP_SURVIVAL_OF_S, at);
}

static twp_paired_logrank_t
test_of(sample_t *s)
{
    const twp_risk_t a = table_of(s, 0), b = table_of(s, 1);
    const twp_paired_t paired = { &s->bins, &a, &b, s->pairs };

    return twp_logrank_paired(&paired, s->scratch);
}

/* phi of the header, by its definition. */
static double
influence(const sample_t *s, int a, int32_t code, int at)
{
    double at_risk = 0, phi = 0;

    if (code == TWP_SURVIVAL_NONE)
        return 0;
    for (int d = 0; d < N_DAYS; d++)
        at_risk += (double) (s->left[a][d][0] + s->left[a][d][1] + s->left[a][d][2]);
    for (int d = 0; d <= at && d <= code / 3; d++) {
        const double events = (double) (s->left[a][d][1] + s->left[a][d][2]);
        phi -= events / (at_risk * (at_risk - events));
        if (d == code / 3 && code % 3)
            phi += 1 / (at_risk - events);
        at_risk -= events + (double) s->left[a][d][0];
    }
    return phi;
}

static double
exact_se(const sample_t *s, int at)
{
    const twp_survival_t a = curve_at(s, 0, at);
    const twp_survival_t b = curve_at(s, 1, at);
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
    assert_true(twp_survival_bins_make(s->arena, N_DAYS, 3, N_DAYS, all_days, &s->bins));
    assert_int_equal(s->bins.n_bins, 81); /* of five days; the last one is alone */
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
    assert_true(twp_survival_bins_make(arena, 7400, 3, 7306, years, &bins));
    assert_true(bins.n_bins > 80 && bins.n_bins <= 145);
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
        const twp_survival_t at = curve_at(s, 0, at_days[k]);
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
    const twp_survival_t a = curve_at(s, 0, 180);
    const twp_survival_t b = curve_at(s, 1, 180);

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
        add(s, TWP_SURVIVAL_CODE(3, 10 + k, true), TWP_SURVIVAL_CODE(3, 200, false));
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
            const twp_survival_t a = curve_at(s, 0, day);
            const twp_survival_t b = curve_at(s, 1, day);
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

/*
 * Twins of two causes: exponential times of means 300 / hr and 700 days from two uniform numbers of the
 * twin, or in a share of them from numbers of their own.
 */
static int32_t
code_of_two(double first_days, double second_days, double end_days)
{
    const double soonest = fmin(fmin(first_days, second_days), end_days);
    const int kind = soonest == first_days ? TWP_SURVIVAL_EVENT
        : soonest == second_days           ? TWP_SURVIVAL_OTHER
                                           : TWP_SURVIVAL_CENSORED;

    return TWP_SURVIVAL_CODE(3, (int) ceil(soonest), kind);
}

static void
draw_two_causes(sample_t *s, int n, double hr, double p_own, uint64_t *seed)
{
    clear(s);
    for (int k = 0; k < n; k++) {
        const double end = fmin(400, 150 + 500 * next(seed));
        double u[2], own[2];
        for (int c = 0; c < 2; c++) {
            u[c] = next(seed);
            own[c] = next(seed);
        }
        const double *v = next(seed) < p_own ? own : u;
        add(s, code_of_two(-300 / hr * log(v[0]), -700 * log(v[1]), end),
            code_of_two(-300 * log(u[0]), -700 * log(u[1]), end));
    }
}

/* Over twins one by one, from the influences of their codes. */
static double
exact_se_of(const sample_t *s, twp_survival_of_t of, double at)
{
    static double influence[2][3 * N_DAYS];
    double square = 0;

    for (int a = 0; a < 2; a++) {
        const twp_risk_t risk = table_of(s, a);
        assert_true(twp_survival_influence(of, &risk, at, influence[a]));
    }
    for (int k = 0; k < s->n; k++) {
        double apart = 0;
        for (int a = 0; a < 2; a++)
            if (s->code[a][k] != TWP_SURVIVAL_NONE)
                apart += (a == 0 ? 1 : -1) * influence[a][s->code[a][k]];
        square += apart * apart;
    }
    return sqrt(square);
}

static void
test_every_kind_of_estimate_has_the_error_of_its_influences(void **state)
{
    sample_t *s = *state;
    uint64_t seed = 15;

    for (int round = 0; round < 3; round++) {
        draw_two_causes(s, MAX_TWINS, 1.3, round / 2.0, &seed);
        for (int of = TWP_SURVIVAL_OF_S; of <= TWP_SURVIVAL_OF_AREA; of++)
            for (int k = 0; k < 3; k++) {
                const double want = exact_se_of(s, (twp_survival_of_t) of, at_days[k]);
                const double got = difference_of(s, (twp_survival_of_t) of, at_days[k]).se;

                if (!(fabs(got - want) <= 0.02 * want))
                    fail_msg("round %d, kind %d, day %g: %g instead of %g", round, of, at_days[k],
                        got, want);
            }
    }
}

/*
 * Nearly equal strategies, whose lives differ within a bin: what the line does not follow is all that the
 * bins lose. The header says how much that is.
 */
static void
test_errors_of_nearly_equal_strategies_are_as_near_as_the_header_says(void **state)
{
    static const struct {
        int n_twins;
        double hr, low, high;
    } row[] = { { MAX_TWINS, 1.01, 0.99, 1.01 }, { 300, 1.01, 0.9, 1.5 },
        { MAX_TWINS, 1.003, 0.9, 1.5 } };
    sample_t *s = *state;
    uint64_t seed = 18;

    for (int i = 0; i < 3 * 20; i++) {
        draw_two_causes(s, row[i / 20].n_twins, row[i / 20].hr, 0, &seed);
        for (int of = TWP_SURVIVAL_OF_S; of <= TWP_SURVIVAL_OF_AREA; of++)
            for (int k = 0; k < 3; k++) {
                const double want = exact_se_of(s, (twp_survival_of_t) of, at_days[k]);
                const double ratio = difference_of(s, (twp_survival_of_t) of, at_days[k]).se / want;

                if (want > 1e-8 && !(ratio > row[i / 20].low && ratio < row[i / 20].high))
                    fail_msg("hr %g, kind %d, day %g: %g of the error", row[i / 20].hr, of,
                        at_days[k], ratio);
            }
    }
}

/* Score of one twin by its definition: see measure/logrank.h. */
static double
exact_logrank_variance(const sample_t *s)
{
    static double rate[N_DAYS], share[N_DAYS];
    double n[2] = { 0 }, square = 0;

    for (int a = 0; a < 2; a++)
        for (int i = 0; i < 3 * N_DAYS; i++)
            n[a] += (double) s->left[a][i / 3][i % 3];
    for (int d = 0; d < N_DAYS; d++) {
        double events = 0;
        for (int a = 0; a < 2; a++)
            events += (double) (s->left[a][d][1] + s->left[a][d][2]);
        rate[d] = n[0] + n[1] > 0 ? events / (n[0] + n[1]) : 0;
        share[d] = n[0] + n[1] > 0 ? n[0] / (n[0] + n[1]) : 0;
        for (int a = 0; a < 2; a++)
            n[a] -= (double) (s->left[a][d][0] + s->left[a][d][1] + s->left[a][d][2]);
    }
    for (int k = 0; k < s->n; k++) {
        double score = 0;
        for (int a = 0; a < 2; a++) {
            const int32_t code = s->code[a][k], g = a == 0;
            if (code == TWP_SURVIVAL_NONE)
                continue;
            for (int d = 0; d <= code / 3; d++)
                score -= (g - share[d]) * rate[d];
            score += code % 3 != 0 ? g - share[code / 3] : 0;
        }
        square += score * score;
    }
    return square;
}

/* Two twins swap their curves: the tables are the same, the lives are not. */
static void
test_lives_on_one_curve_each_are_not_the_same_for_equal_codes(void **state)
{
    sample_t *s = *state;

    clear(s);
    for (int k = 0; k < 40; k++)
        add(s, TWP_SURVIVAL_CODE(3, 10 + 9 * k, 1), TWP_SURVIVAL_CODE(3, 10 + 9 * k, 1));
    assert_near(difference(s, 180).se, 0, 0);
    assert_true(isnan(test_of(s).z));
    for (int k = 0; k < 10; k++) {
        add(s, TWP_SURVIVAL_CODE(3, 50 + 10 * k, 1), TWP_SURVIVAL_NONE);
        add(s, TWP_SURVIVAL_NONE, TWP_SURVIVAL_CODE(3, 50 + 10 * k, 1));
    }
    const double want = exact_se_of(s, TWP_SURVIVAL_OF_S, 180);

    assert_true(want > 0.01);
    assert_near(difference(s, 180).value, 0, 0);
    assert_near_relative(difference(s, 180).se, want, 1e-12);
    assert_near_relative(test_of(s).variance, exact_logrank_variance(s), 1e-12);
    assert_near(test_of(s).z, 0, 1e-12);
}

static void
test_the_log_rank_error_is_that_of_both_lives_of_each_twin(void **state)
{
    sample_t *s = *state;
    uint64_t seed = 16;

    for (int round = 0; round < 3; round++) {
        draw_sample(s, MAX_TWINS, 1.3, round / 2.0, &seed);
        const double want = exact_logrank_variance(s);
        assert_near_relative(test_of(s).variance, want, 0.03);
    }
    draw_sample(s, 1000, 1, 0, &seed); /* equal lives */
    assert_true(isnan(test_of(s).z));
    assert_near(test_of(s).counts.observed, test_of(s).counts.expected, 1e-9);
}

/* Of groups of different twins the paired error is the usual one: no difference, half of the events. */
static void
test_without_pairs_the_log_rank_error_is_the_usual_one(void **state)
{
    sample_t *s = *state;
    uint64_t seed = 17;

    clear(s);
    for (int k = 0; k < 1500; k++) {
        add(s, code_of(-300 * log(next(&seed)), 380), TWP_SURVIVAL_NONE);
        add(s, TWP_SURVIVAL_NONE, code_of(-300 * log(next(&seed)), 380));
    }
    const twp_paired_logrank_t test = test_of(s);

    assert_near(test.variance_saved, 0, 1e-12);
    assert_near_relative(test.variance, test.counts.variance, 0.05);
    assert_near_relative(test.z * test.z, twp_logrank_chi2(&test.counts), 0.05);
}

/*
 * As above, for every kind of estimate and for the log-rank statistic: deviations over their errors
 * have variance 1. What the times are rounded up by is in the truth: sums over whole days.
 */
static void
test_every_kind_and_the_log_rank_statistic_have_variance_one(void **state)
{
    const int n_samples = testlib_is_long() ? 4000 : 300, n_twins = 300;
    const double hr = 1.3, tolerance = 4 * sqrt(2.0 / n_samples);
    const double rate[2] = { hr / 300 + 1 / 700.0, 1 / 300.0 + 1 / 700.0 };
    const double first[2] = { hr / 300, 1 / 300.0 };
    sample_t *s = *state;
    uint64_t seed = 2;
    double truth[4] = { 0 }, sum[5] = { 0 }, square[5] = { 0 }, unpaired = 0;

    for (int a = 0; a < 2; a++) {
        const double sign = a == 0 ? 1 : -1, left = exp(-rate[a]), t = 180;
        truth[TWP_SURVIVAL_OF_S] += sign * exp(-rate[a] * t);
        truth[TWP_SURVIVAL_OF_HAZARD] += sign * t * (1 - left);
        truth[TWP_SURVIVAL_OF_INCIDENCE] += sign * first[a] / rate[a] * (1 - exp(-rate[a] * t));
        truth[TWP_SURVIVAL_OF_AREA] += sign * (1 - exp(-rate[a] * t)) / (1 - left);
    }
    for (int i = 0; i < n_samples; i++) {
        draw_two_causes(s, n_twins, hr, 0.15, &seed);
        for (int of = TWP_SURVIVAL_OF_S; of <= TWP_SURVIVAL_OF_AREA; of++) {
            const twp_difference_t got = difference_of(s, (twp_survival_of_t) of, 180);
            const double z = (got.value - truth[of]) / got.se;
            sum[of] += z / n_samples;
            square[of] += z * z / n_samples;
        }
        draw_two_causes(s, n_twins, 1, 0.15, &seed); /* no difference, but not the same lives */
        const twp_paired_logrank_t test = test_of(s);
        sum[4] += test.z / n_samples;
        square[4] += test.z * test.z / n_samples;
        unpaired += twp_logrank_chi2(&test.counts) / n_samples;
    }
    for (int k = 0; k < 5; k++) {
        assert_near(sum[k], 0, 4 / sqrt(n_samples));
        assert_near(square[k], 1, tolerance);
    }
    assert_true(unpaired < 0.5); /* what the usual test would say: never a difference */
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
        WITH_SAMPLE(test_every_kind_of_estimate_has_the_error_of_its_influences),
        WITH_SAMPLE(test_errors_of_nearly_equal_strategies_are_as_near_as_the_header_says),
        WITH_SAMPLE(test_lives_on_one_curve_each_are_not_the_same_for_equal_codes),
        WITH_SAMPLE(test_the_log_rank_error_is_that_of_both_lives_of_each_twin),
        WITH_SAMPLE(test_without_pairs_the_log_rank_error_is_the_usual_one),
        WITH_SAMPLE(test_every_kind_and_the_log_rank_statistic_have_variance_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
