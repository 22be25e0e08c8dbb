#include "measure/paired_survival.h"

#include <math.h>
#include <string.h>

#define N_SUMS 4 /* of a cell: twins, sums of their days under both, sum of the products */

/* Bins besides those that end on a day asked for; where more days are asked for than MOST_DAYS, so
 * many bins of one width: the table of all pairs of bins would have no bound. */
#define N_FILLED 32
#define N_BEYOND 16 /* and after the last of these days */
#define MOST_DAYS 96

static int
whole_day(double at_days, int n_days)
{
    return at_days < n_days - 1 ? (at_days > 0 ? (int) at_days : 0) : n_days - 1;
}

bool
twp_survival_bins_make(twp_arena_t *arena, int n_days, int n_kinds, int n_at, const double *at_days,
    twp_survival_bins_t *bins)
{
    int last = 0, n = 0, n_ends = 0;

    *bins = (twp_survival_bins_t){ n_days, n_kinds, 0, TWP_ARENA_NEW(arena, int32_t, n_days + 1),
        TWP_ARENA_NEW(arena, int32_t, N_FILLED + N_BEYOND + n_at + 4) };
    if (bins->bin == NULL || bins->first == NULL)
        return false;
    for (int k = 0; k < n_at; k++) {
        const int day = whole_day(at_days[k], n_days);
        n_ends += bins->bin[day] == 0;
        bins->bin[day] = 1; /* a bin ends here */
        last = day > last ? day : last;
    }
    const bool has_many = n_ends > MOST_DAYS;
    const int width = last / (has_many ? MOST_DAYS : N_FILLED) + 1;
    const int width_beyond = (n_days - 1 - last) / N_BEYOND + 1;
    for (int d = 0; d < n_days; d++) {
        const bool is_asked = bins->bin[d] == 1 && !has_many;
        const bool is_end = d <= last ? is_asked || d == last || (d + 1) % width == 0
                                      : (d - last) % width_beyond == 0;
        bins->bin[d] = n;
        if (d == 0 || bins->bin[d - 1] != n)
            bins->first[n] = d;
        n += is_end;
    }
    bins->n_bins = bins->bin[n_days - 1] + 1;
    return true;
}

static size_t
n_codes(const twp_survival_bins_t *bins)
{
    return (size_t) bins->n_kinds * (size_t) bins->n_days;
}

/* Kinds of lives in the table: a bin, and how they left. */
static size_t
n_cells(const twp_survival_bins_t *bins)
{
    return (size_t) bins->n_kinds * (size_t) bins->n_bins;
}

size_t
twp_survival_pairs_size(const twp_survival_bins_t *bins)
{
    return n_codes(bins) + N_SUMS * n_cells(bins) * n_cells(bins);
}

static size_t
cell_of(const twp_survival_bins_t *bins, int32_t code)
{
    const int32_t n = bins->n_kinds;

    return (size_t) n * (size_t) bins->bin[code / n] + (size_t) (code % n);
}

/* Day of a code, from the first of its bin. */
static int64_t
day_in_bin(const twp_survival_bins_t *bins, int32_t code)
{
    const int32_t day = code / bins->n_kinds;

    return day - bins->first[bins->bin[day]];
}

void
twp_survival_pairs_count(
    const twp_survival_bins_t *bins, int64_t *pairs, int32_t code, int32_t baseline_code)
{
    if (code == TWP_SURVIVAL_NONE || baseline_code == TWP_SURVIVAL_NONE)
        return;
    if (code == baseline_code) {
        pairs[code]++;
        return;
    }
    const int64_t x = day_in_bin(bins, code), y = day_in_bin(bins, baseline_code);
    int64_t *sums = pairs + n_codes(bins) +
        N_SUMS * (cell_of(bins, code) * n_cells(bins) + cell_of(bins, baseline_code));
    sums[0]++;
    sums[1] += x;
    sums[2] += y;
    sums[3] += x * y;
}

/** A straight line of the day in its bin. */
typedef struct {
    double level, slope;
} line_t;

/* Weighted least squares. */
typedef struct {
    double w, x, xx, y, xy;
} fit_t;

static line_t
line_of(const fit_t *fit)
{
    const double spread = fit->w * fit->xx - fit->x * fit->x;
    line_t line = { 0, 0 };

    if (!(fit->w > 0))
        return line;
    if (spread > 0)
        line.slope = (fit->w * fit->xy - fit->x * fit->y) / spread;
    line.level = (fit->y - line.slope * fit->x) / fit->w;
    return line;
}

/** The influence along each cell, of the lives that are not the same under both strategies. */
static void
fit_lines(const twp_survival_bins_t *bins, const int64_t *left, const int64_t *same,
    const double *influence, line_t *line)
{
    const size_t n_kinds = (size_t) bins->n_kinds;

    for (int d = 0; d < bins->n_days;) {
        fit_t fit[TWP_SURVIVAL_OTHER + 1] = { { 0 } };
        const int32_t bin = bins->bin[d];
        for (; d < bins->n_days && bins->bin[d] == bin; d++)
            for (size_t k = 0; k < n_kinds; k++) {
                const size_t i = n_kinds * (size_t) d + k;
                const double w = (double) (left[i] - same[i]), x = d - bins->first[bin];
                fit[k].w += w;
                fit[k].x += w * x;
                fit[k].xx += w * x * x;
                fit[k].y += w * influence[i];
                fit[k].xy += w * x * influence[i];
            }
        for (size_t k = 0; k < n_kinds; k++)
            line[n_kinds * (size_t) bin + k] = line_of(&fit[k]);
    }
}

static bool
are_same(const twp_paired_t *paired)
{
    const twp_survival_bins_t *bins = paired->bins;
    const int64_t *table = paired->pairs + n_codes(bins);

    for (size_t i = 0; i < n_cells(bins) * n_cells(bins); i++)
        if (table[N_SUMS * i] != 0)
            return false;
    /* and all are pairs: a life on one curve alone is not the same as one on the other alone */
    return memcmp(paired->pairs, paired->a->left, n_codes(bins) * sizeof(int64_t)) == 0 &&
        memcmp(paired->pairs, paired->baseline->left, n_codes(bins) * sizeof(int64_t)) == 0;
}

static double
sum_of_squares(const twp_survival_bins_t *bins, const int64_t *left, const double *influence)
{
    double sum = 0;

    for (size_t i = 0; i < n_codes(bins); i++)
        if (left[i] != 0)
            sum += (double) left[i] * influence[i] * influence[i];
    return sum;
}

/** Sum of products over the pairs. @param scratch  [4 * n_cells] */
static double
sum_of_products(const twp_paired_t *paired, const double *influence_a, const double *influence_b,
    double *scratch)
{
    const twp_survival_bins_t *bins = paired->bins;
    const int64_t *pairs = paired->pairs, *table = pairs + n_codes(bins);
    const size_t n = n_cells(bins);
    line_t *a = (line_t *) (void *) scratch, *b = a + n;
    double sum = 0;

    for (size_t i = 0; i < n_codes(bins); i++)
        if (pairs[i] != 0)
            sum += (double) pairs[i] * influence_a[i] * influence_b[i];
    fit_lines(bins, paired->a->left, pairs, influence_a, a);
    fit_lines(bins, paired->baseline->left, pairs, influence_b, b);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const int64_t *sums = table + N_SUMS * (i * n + j);
            if (sums[0] != 0)
                sum += a[i].level *
                        (b[j].level * (double) sums[0] + b[j].slope * (double) sums[2]) +
                    a[i].slope * (b[j].level * (double) sums[1] + b[j].slope * (double) sums[3]);
        }
    return sum;
}

size_t
twp_paired_scratch(const twp_survival_bins_t *bins)
{
    return 2 * n_codes(bins) + 4 * n_cells(bins);
}

twp_difference_t
twp_survival_paired(
    const twp_paired_t *paired, twp_survival_of_t of, double at_days, double *scratch)
{
    double *const influence_a = scratch, *const influence_b = scratch + n_codes(paired->bins);
    const twp_survival_figure_t a = twp_survival_figure(of, paired->a, at_days, scratch);
    const twp_survival_figure_t b = twp_survival_figure(of, paired->baseline, at_days, scratch);
    const double apart = a.se * a.se + b.se * b.se;
    twp_difference_t difference = { a.value - b.value, NAN, NAN };

    if (isnan(difference.value) || isnan(apart))
        return difference;
    double variance = 0;
    if (!are_same(paired)) {
        if (!twp_survival_influence(of, paired->a, at_days, influence_a) ||
            !twp_survival_influence(of, paired->baseline, at_days, influence_b))
            return difference;
        variance = apart -
            2 *
                sum_of_products(
                    paired, influence_a, influence_b, scratch + 2 * n_codes(paired->bins));
    }
    variance = variance > 0 ? variance : 0;
    difference.se = sqrt(variance);
    if (apart > 0)
        difference.variance_saved = 1 - variance / apart;
    return difference;
}

twp_paired_logrank_t
twp_logrank_paired(const twp_paired_t *paired, double *scratch)
{
    double *const score_a = scratch, *const score_b = scratch + n_codes(paired->bins);
    twp_paired_logrank_t test = {
        .counts = twp_logrank(paired->a, paired->baseline), .z = NAN, .variance_saved = NAN
    };

    twp_logrank_scores(paired->a, paired->baseline, score_a, score_b);
    const double apart = sum_of_squares(paired->bins, paired->a->left, score_a) +
        sum_of_squares(paired->bins, paired->baseline->left, score_b);
    if (!are_same(paired))
        test.variance = apart +
            2 * sum_of_products(paired, score_a, score_b, scratch + 2 * n_codes(paired->bins));
    test.variance = test.variance > 0 ? test.variance : 0;
    if (test.variance > 0)
        test.z = (test.counts.observed - test.counts.expected) / sqrt(test.variance);
    if (apart > 0)
        test.variance_saved = 1 - test.variance / apart;
    return test;
}
