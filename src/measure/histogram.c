#include "measure/histogram.h"

#include <math.h>
#include <string.h>

#define EXPONENT_ALL 0x7f80u /* upper half of an infinity */

/** The nearest bfloat16 of a float that is not NAN; halves go away from zero, -0 becomes 0. */
static uint32_t
upper_half(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    const uint32_t sign = bits >> 31;
    uint32_t size = ((bits & 0x7fffffffu) + 0x8000u) >> 16;
    if (size > EXPONENT_ALL)
        size = EXPONENT_ALL;
    return size == 0 ? 0 : sign << 15 | size;
}

int
twp_histogram_bin(double value)
{
    if (isnan(value))
        return -1;
    const uint32_t half = upper_half((float) value);
    /* Negative numbers fall with their bits: turned round, and all of them below the others. */
    return (int) (half & 0x8000u ? 0xffffu - half : half | 0x8000u);
}

double
twp_histogram_value(int i_bin)
{
    const uint32_t i = (uint32_t) i_bin;
    const uint32_t bits = (i & 0x8000u ? i & 0x7fffu : 0xffffu - i) << 16;
    float x;

    memcpy(&x, &bits, sizeof x);
    return (double) x;
}

/* The part of a bin, as a set. */
static uint64_t
part_of(int i_bin)
{
    return (uint64_t) 1 << (i_bin / TWP_HISTOGRAM_PART);
}

uint64_t
twp_histogram_add(int64_t *bins, const double *value, int64_t stride, int64_t n, int by)
{
    uint64_t parts = 0;

    for (int64_t k = 0; k < n; k++) {
        const int i = twp_histogram_bin(value[k * stride]);
        if (i >= 0) {
            bins[i] += by;
            parts |= part_of(i);
        }
    }
    return parts;
}

uint64_t
twp_histogram_add_differences(
    int64_t *bins, const double *value, const double *baseline, int64_t n, int by)
{
    uint64_t parts = 0;

    for (int64_t k = 0; k < n; k++) {
        const int i = twp_histogram_bin(value[k] - baseline[k]);
        if (i >= 0) {
            bins[i] += by;
            parts |= part_of(i);
        }
    }
    return parts;
}

void
twp_histogram_clear(int64_t *bins, uint64_t parts)
{
    for (int k = 0; parts != 0; k++, parts >>= 1)
        if (parts & 1)
            memset(&bins[k * TWP_HISTOGRAM_PART], 0, TWP_HISTOGRAM_PART * sizeof *bins);
}

void
twp_histogram_merge(int64_t *bins, const int64_t *more)
{
    for (int i = 0; i < TWP_HISTOGRAM_BINS; i++)
        bins[i] += more[i];
}

int64_t
twp_histogram_count(const int64_t *bins)
{
    int64_t n = 0;

    for (int i = 0; i < TWP_HISTOGRAM_BINS; i++)
        n += bins[i];
    return n;
}

static int64_t
count_part(const int64_t *bins, int k)
{
    int64_t n = 0;

    for (int i = 0; i < TWP_HISTOGRAM_PART; i++)
        n += bins[k * TWP_HISTOGRAM_PART + i];
    return n;
}

void
twp_histogram_quantiles(
    const int64_t *bins, uint64_t parts, int n_quantiles, const double *p, double *quantile)
{
    int64_t in_part[TWP_HISTOGRAM_BINS / TWP_HISTOGRAM_PART], n = 0, below = 0;
    int i = -1;

    for (int k = 0; k < TWP_HISTOGRAM_BINS / TWP_HISTOGRAM_PART; k++)
        n += in_part[k] = parts >> k & 1 ? count_part(bins, k) : 0;
    for (int q = 0; q < n_quantiles; q++) {
        /* p n may round up past a whole number: 0.07 * 100 is 7.000000000000001. */
        const double wanted = ceil(p[q] * (double) n * (1 - 1e-15));
        while (n > 0 && (below == 0 || (double) below < wanted)) {
            i++;
            if (i % TWP_HISTOGRAM_PART == 0 && in_part[i / TWP_HISTOGRAM_PART] == 0)
                i += TWP_HISTOGRAM_PART - 1;
            else
                below += bins[i];
        }
        quantile[q] = n > 0 ? twp_histogram_value(i) : NAN;
    }
}
