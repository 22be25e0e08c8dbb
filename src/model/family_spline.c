#include "model/family.h"

#include <float.h>
#include <math.h>

/* A slope below this part of its terms is a rounding of 0. */
#define ROUNDING 1e-12

static bool
are_finite(int n, const double *x)
{
    for (int i = 0; i < n; i++)
        if (!(x[i] >= -DBL_MAX && x[i] <= DBL_MAX))
            return false;
    return true;
}

/* s and its derivatives just right of x, from the truncated powers that count there. */
static void
evaluate(int n, const double *knot, const double *gamma, double x, double s[4], double *size)
{
    const double first = knot[0], last = knot[n - 1];

    s[0] = gamma[0] + gamma[1] * x;
    s[1] = gamma[1];
    s[2] = s[3] = 0;
    *size = fabs(gamma[1]);
    for (int j = 1; j + 1 < n; j++) {
        const double l = (last - knot[j]) / (last - first);
        const double from[3] = { knot[j], first, last }, factor[3] = { 1, -l, l - 1 };
        for (int k = 0; k < 3; k++) {
            const double y = x - from[k], a = gamma[j + 1] * factor[k];
            if (y < 0)
                continue;
            s[0] += a * y * y * y;
            s[1] += 3 * a * y * y;
            s[2] += 6 * a * y;
            s[3] += 6 * a;
            *size += fabs(3 * a * y * y);
        }
    }
}

/* The least slope between two knots: at one of them, or where the second derivative is 0. */
static double
least_slope(const double s[4], double width, double *y_at)
{
    const double end = s[1] + width * (s[2] + width * s[3] / 2);
    double least = s[1];

    *y_at = 0;
    if (end < least) {
        least = end;
        *y_at = width;
    }
    if (s[3] > 0 && -s[2] > 0 && -s[2] < width * s[3]) {
        *y_at = -s[2] / s[3];
        least = s[1] - s[2] * s[2] / (2 * s[3]);
    }
    return least;
}

twp_table_fault_t
twp_family_spline_table(
    int n, const double *knot, const double *gamma, double *value, double *slope, double *x_bad)
{
    double s[4], size, y;

    *x_bad = knot[0];
    if (!are_finite(n, knot) || !are_finite(n, gamma))
        return TWP_TABLE_NOT_FINITE;
    for (int i = 1; i < n; i++)
        if (!(knot[i] > knot[i - 1]))
            return TWP_TABLE_ORDER;
    if (!(gamma[1] > 0))
        return TWP_TABLE_AT_ZERO;
    for (int i = 0; i < n; i++) {
        evaluate(n, knot, gamma, knot[i], s, &size);
        if (i == n - 1)
            s[2] = s[3] = 0; /* straight beyond the last knot, but for rounding */
        const double least = least_slope(s, i < n - 1 ? knot[i + 1] - knot[i] : 0, &y);
        if (!(least >= -ROUNDING * size)) {
            *x_bad = knot[i] + y;
            return TWP_TABLE_FALLS;
        }
        value[i] = s[0];
        slope[i] = s[1] > 0 ? s[1] : 0;
        if (i == n - 1 && slope[i] < ROUNDING * size)
            slope[i] = 0;
        if (i > 0 && value[i] < value[i - 1])
            value[i] = value[i - 1]; /* rounding: what really falls is refused above */
    }
    return are_finite(n, value) && are_finite(n, slope) ? TWP_TABLE_GOOD : TWP_TABLE_NOT_FINITE;
}
