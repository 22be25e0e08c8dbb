#include "measure/paired_survival.h"

#include <math.h>
#include <string.h>

/* Bins besides those that end on a day asked for; where more days are asked for than MOST_DAYS, so
 * many bins of one width: the table of all pairs of bins would have no bound. */
#define N_FILLED 32
#define MOST_DAYS 256

static int
whole_day(double at_days, int n_days)
{
    return at_days < n_days - 1 ? (at_days > 0 ? (int) at_days : 0) : n_days - 1;
}

bool
twp_survival_bins_make(
    twp_arena_t *arena, int n_days, int n_at, const double *at_days, twp_survival_bins_t *bins)
{
    int last = 0, n = 0, n_ends = 0;

    *bins = (twp_survival_bins_t){ n_days, 0, TWP_ARENA_NEW(arena, int32_t, n_days + 1) };
    if (bins->bin == NULL)
        return false;
    for (int k = 0; k < n_at; k++) {
        const int day = whole_day(at_days[k], n_days);
        n_ends += bins->bin[day] == 0;
        bins->bin[day] = 1; /* a bin ends here */
        last = day > last ? day : last;
    }
    const bool has_many = n_ends > MOST_DAYS;
    const int width = last / (has_many ? MOST_DAYS : N_FILLED) + 1;
    for (int d = 0; d < n_days; d++) {
        const bool is_asked = bins->bin[d] == 1 && !has_many;
        const bool is_end = d <= last && (is_asked || d == last || (d + 1) % width == 0);
        bins->bin[d] = n;
        n += is_end;
    }
    bins->n_bins = bins->bin[n_days - 1] + 1;
    return true;
}

static size_t
n_kinds(const twp_survival_bins_t *bins)
{
    return 2 * (size_t) bins->n_bins;
}

size_t
twp_survival_pairs_size(const twp_survival_bins_t *bins)
{
    return 2 * (size_t) bins->n_days + n_kinds(bins) * n_kinds(bins);
}

/** Kind of a life: bin of its day, and whether it had its event. */
static size_t
kind_of(const twp_survival_bins_t *bins, int32_t code)
{
    return 2 * (size_t) bins->bin[code / 2] + (size_t) (code % 2);
}

void
twp_survival_pairs_count(
    const twp_survival_bins_t *bins, int64_t *pairs, int32_t code, int32_t baseline_code)
{
    if (code == TWP_SURVIVAL_NONE || baseline_code == TWP_SURVIVAL_NONE)
        return;
    if (code == baseline_code)
        pairs[code]++;
    else
        pairs[2 * (size_t) bins->n_days + kind_of(bins, code) * n_kinds(bins) +
            kind_of(bins, baseline_code)]++;
}

/** phi by code, see the header; false where a term has no bound: all at risk on a day have events. */
static bool
find_influence(twp_curve_counts_t counts, int n_days, int at_day, double *phi)
{
    double at_risk = 0, sum = 0;

    for (int d = 0; d < n_days; d++)
        at_risk += (double) (counts.events[d] + counts.censored[d]);
    for (int d = 0; d < n_days; d++) {
        const double events = (double) counts.events[d], left = at_risk - events;
        double jump = 0;
        if (d <= at_day && events > 0) {
            if (!(left > 0))
                return false;
            sum += events / (at_risk * left);
            jump = 1 / left;
        }
        phi[2 * d] = -sum;
        phi[2 * d + 1] = jump - sum;
        at_risk = left - (double) counts.censored[d];
    }
    return true;
}

/** Mean of phi over the lives of each kind that are not the same under both strategies. */
static void
average(const twp_survival_bins_t *bins, twp_curve_counts_t counts, const int64_t *same,
    const double *phi, double *mean)
{
    for (int d = 0; d < bins->n_days;) {
        double sum[2] = { 0, 0 }, n[2] = { 0, 0 };
        const int32_t bin = bins->bin[d];
        for (; d < bins->n_days && bins->bin[d] == bin; d++)
            for (int e = 0; e < 2; e++) {
                const int64_t *all = e == 0 ? counts.censored : counts.events;
                const double weight = (double) (all[d] - same[2 * d + e]);
                sum[e] += weight * phi[2 * d + e];
                n[e] += weight;
            }
        for (int e = 0; e < 2; e++)
            mean[2 * bin + e] = n[e] > 0 ? sum[e] / n[e] : 0;
    }
}

static bool
are_same(const twp_survival_bins_t *bins, twp_curve_counts_t a, twp_curve_counts_t b,
    const int64_t *pairs)
{
    const size_t n_bytes = (size_t) bins->n_days * sizeof(int64_t);
    const int64_t *table = pairs + 2 * bins->n_days;

    for (size_t i = 0; i < n_kinds(bins) * n_kinds(bins); i++)
        if (table[i] != 0)
            return false;
    return memcmp(a.events, b.events, n_bytes) == 0 && memcmp(a.censored, b.censored, n_bytes) == 0;
}

/** Sum of phi_a phi_b over the pairs. scratch is that of twp_survival_paired(). */
static double
sum_of_products(const twp_survival_bins_t *bins, twp_curve_counts_t a, twp_curve_counts_t b,
    const int64_t *pairs, int at_day, double *scratch)
{
    const size_t n_codes = 2 * (size_t) bins->n_days, n = n_kinds(bins);
    const int64_t *table = pairs + n_codes;
    double *phi_a = scratch, *phi_b = scratch + n_codes, sum = 0;

    if (!find_influence(a, bins->n_days, at_day, phi_a) ||
        !find_influence(b, bins->n_days, at_day, phi_b))
        return NAN;
    for (size_t i = 0; i < n_codes; i++)
        if (pairs[i] != 0)
            sum += (double) pairs[i] * phi_a[i] * phi_b[i];
    /* A kind's mean lies before its codes: there are never more kinds than codes. */
    average(bins, a, pairs, phi_a, phi_a);
    average(bins, b, pairs, phi_b, phi_b);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (table[i * n + j] != 0)
                sum += (double) table[i * n + j] * phi_a[i] * phi_b[j];
    return sum;
}

twp_difference_t
twp_survival_paired(const twp_survival_bins_t *bins, twp_curve_counts_t counts,
    twp_curve_counts_t baseline, const int64_t *pairs, double at_days, double *scratch)
{
    const int n_days = bins->n_days, at_day = whole_day(at_days, n_days);
    const twp_survival_t a = twp_survival_at(counts.events, counts.censored, n_days, at_days);
    const twp_survival_t b = twp_survival_at(baseline.events, baseline.censored, n_days, at_days);
    const double apart = a.se * a.se + b.se * b.se;
    twp_difference_t difference = { a.survival - b.survival, NAN, NAN };

    if (isnan(difference.value) || isnan(apart))
        return difference;
    double paired = 0;
    if (!are_same(bins, counts, baseline, pairs))
        paired = apart -
            2 * a.survival * b.survival *
                sum_of_products(bins, counts, baseline, pairs, at_day, scratch);
    difference.se = sqrt(paired > 0 || isnan(paired) ? paired : 0);
    if (apart > 0)
        difference.variance_saved = 1 - (paired > 0 || isnan(paired) ? paired : 0) / apart;
    return difference;
}
