#include "model/family.h"

#include "base/portable_math.h"
#include <float.h>
#include <math.h>

/*
 * Fractional polynomials. With x = log t the cumulative hazard H(x) = integral of exp(g) up to x,
 *
 *   g(x) = x + b_0 + sum_j b_j x^k_j exp(p_j x),
 *
 * k_j the power of log t. The table holds L = log H with its slopes q = exp(g) / H at nodes x_i:
 *
 *   between nodes   cubic Hermite: |error of L| <= h^4 / 384 max |L''''|   (Birkhoff & Priver 1967)
 *   H at the nodes  h / 2 (f0 + f1) + h^2 / 10 (f0' - f1') + h^3 / 120 (f0'' + f1''), f = exp(g),
 *                   the quintic through both ends: |error| <= h^7 / 100800 max |f^(6)|
 *
 * Derivatives follow from those of g: of f by f^(m+1) = sum_i C(m, i) f^(i) g^(m+1-i), of q likewise with
 * g - L in place of g. They are bounded over a panel by interval arithmetic, L'''' by the terms of Taylor
 * at the panel's begin, where they are known, and a range of the last one only: a range for all of it
 * would be wide where L is all but straight. Rounding errors (1e-12 at most for terms of g up to 1000)
 * are left to the reserve between the parts and 1e-11. A panel is halved until both parts hold.
 */
#define INTERPOLATION_BOUND 5e-12
#define QUADRATURE_BOUND 2e-12
#define LEFT_MASS 1e-28 /* H at the first node is known to this only */
#define LOG_TOP 27.7    /* log 1e12 */
#define X_FIRST -20000.0
#define N_DERIVATIVES 7 /* g and the first six */

static const double choose[N_DERIVATIVES - 1][N_DERIVATIVES - 1] = { { 1 }, { 1, 1 }, { 1, 2, 1 },
    { 1, 3, 3, 1 }, { 1, 4, 6, 4, 1 }, { 1, 5, 10, 10, 5, 1 } };

typedef struct {
    double low, high;
} range_t;

typedef struct {
    int n, k[TWP_POLYNOMIAL_MAX_POWERS];
    double p[TWP_POLYNOMIAL_MAX_POWERS], b[TWP_POLYNOMIAL_MAX_POWERS], b0;
} polynomial_t;

/* ---- ranges ---------------------------------------------------------------------------------- */

static range_t
point(double x)
{
    return (range_t){ x, x };
}

static range_t
add(range_t a, range_t b)
{
    return (range_t){ a.low + b.low, a.high + b.high };
}

static range_t
subtract(range_t a, range_t b)
{
    return (range_t){ a.low - b.high, a.high - b.low };
}

static range_t
multiply(range_t a, range_t b)
{
    const double p[4] = { a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high };
    range_t product = point(p[0]);

    for (int i = 1; i < 4; i++) {
        product.low = p[i] < product.low ? p[i] : product.low;
        product.high = p[i] > product.high ? p[i] : product.high;
    }
    return product;
}

static range_t
times(double factor, range_t a)
{
    return multiply(point(factor), a);
}

/* x^n, n >= 0; an even power of a range around 0 begins at 0 */
static range_t
power(range_t x, int n)
{
    range_t product = point(1);

    for (int i = 0; i < n; i++)
        product = multiply(product, x);
    if (n > 0 && n % 2 == 0 && product.low < 0)
        product.low = 0;
    return product;
}

static double
largest(range_t a)
{
    const double low = fabs(a.low), high = fabs(a.high);

    return low > high ? low : high;
}

/* ---- the log hazard -------------------------------------------------------------------------- */

/* m-th derivative of x^k exp(p x), without exp(p x): sum_i C(m, i) p^(m-i) k! / (k-i)! x^(k-i) */
static range_t
term_derivative(double p, int k, int m, range_t x)
{
    range_t sum = point(0);
    double ways = 1;

    for (int i = 0; i <= m && i <= k; i++) {
        double factor = ways;
        for (int j = 0; j < m - i; j++)
            factor *= p;
        for (int j = 0; j < i; j++)
            factor *= k - j;
        sum = add(sum, times(factor, power(x, k - i)));
        ways = ways * (m - i) / (i + 1);
    }
    return sum;
}

/* g and its derivatives over a range of x. */
static void
derivatives(const polynomial_t *f, range_t x, range_t g[N_DERIVATIVES])
{
    g[0] = add(x, point(f->b0));
    g[1] = point(1);
    for (int m = 2; m < N_DERIVATIVES; m++)
        g[m] = point(0);
    for (int j = 0; j < f->n; j++) {
        const double a = twp_math_exp(f->p[j] * x.low), b = twp_math_exp(f->p[j] * x.high);
        const range_t e = times(f->b[j], a < b ? (range_t){ a, b } : (range_t){ b, a });
        for (int m = 0; m < N_DERIVATIVES; m++)
            g[m] = add(g[m], multiply(e, term_derivative(f->p[j], f->k[j], m, x)));
    }
}

static range_t
exponential(range_t a)
{
    return (range_t){ twp_math_exp(a.low), twp_math_exp(a.high) };
}

/* ---- from age 0 to the first node ------------------------------------------------------------ */

/*
 * The last x up to which H is at most LEFT_MASS, by steps from far below any time that a double can
 * hold; NAN when there is no such x: then H is unbounded at 0, or nearly so.
 */
static double
find_first(const polynomial_t *f, double x_last)
{
    double x = X_FIRST, mass = 0, lowest = 0;
    range_t g[N_DERIVATIVES];

    for (int j = 0; j < f->n; j++)
        lowest = f->p[j] < lowest ? f->p[j] : lowest;
    if (lowest * x > 600) /* exp(600) times a coefficient decides everything below */
        x = -600 / -lowest;
    derivatives(f, point(x), g);
    if (!(g[0].high < -100 && g[1].low > 0)) /* what is below x is below exp(g) / g' */
        return NAN;
    mass = twp_math_exp(g[0].high) / g[1].low;
    for (int i = 0; i < 100000 && x < x_last; i++) {
        const double width = 0.25 + 0.005 * fabs(x);
        derivatives(f, (range_t){ x, x + width }, g);
        const double more = width * twp_math_exp(g[0].high);
        if (!(mass + more <= LEFT_MASS))
            return mass <= LEFT_MASS ? x : NAN;
        mass += more;
        x += width;
    }
    return NAN;
}

/* ---- panels ---------------------------------------------------------------------------------- */

/* At one node: f = exp(g), its first two derivatives, and H. */
typedef struct {
    double x, f[3], cumulative;
    range_t g[N_DERIVATIVES];
} node_t;

/* The derivatives of exp(g), each divided by exp(g). */
static void
exponential_derivatives(const range_t g[N_DERIVATIVES], range_t f[N_DERIVATIVES])
{
    f[0] = point(1);
    for (int m = 0; m + 1 < N_DERIVATIVES; m++) {
        f[m + 1] = point(0);
        for (int i = 0; i <= m; i++)
            f[m + 1] = add(f[m + 1], times(choose[m][i], multiply(f[i], g[m + 1 - i])));
    }
}

/* q[0] = exp(g) / H is given; its first five derivatives: q' = q (g - L)', where L' = q. */
static void
slope_derivatives(const range_t g[N_DERIVATIVES], range_t q[N_DERIVATIVES - 1])
{
    range_t u[N_DERIVATIVES];

    for (int m = 0; m + 2 < N_DERIVATIVES; m++) {
        u[m + 1] = subtract(g[m + 1], q[m]);
        q[m + 1] = point(0);
        for (int i = 0; i <= m; i++)
            q[m + 1] = add(q[m + 1], times(choose[m][i], multiply(q[i], u[m + 1 - i])));
    }
}

static node_t
node_at(const polynomial_t *f, double x)
{
    node_t node = { .x = x };

    derivatives(f, point(x), node.g);
    node.f[0] = twp_math_exp(node.g[0].low);
    node.f[1] = node.f[0] * node.g[1].low;
    node.f[2] = node.f[0] * (node.g[1].low * node.g[1].low + node.g[2].low);
    return node;
}

/* Whether both error terms keep their bounds from a to b, b's H known. */
static bool
is_close_enough(const polynomial_t *f, const node_t *a, const node_t *b)
{
    const double h = b->x - a->x, h2 = h * h;
    range_t g[N_DERIVATIVES], e, terms[N_DERIVATIVES], q[N_DERIVATIVES - 1], at[N_DERIVATIVES - 1];

    derivatives(f, (range_t){ a->x, b->x }, g);
    e = exponential(g[0]);
    exponential_derivatives(g, terms);
    if (!(h2 * h2 * h2 / 100800 * largest(terms[6]) * e.high <=
            QUADRATURE_BOUND * (e.low + 0.01 * a->cumulative)))
        return false;
    const double highest = a->cumulative + h * e.high, known = b->cumulative * (1 + 1e-8);
    q[0] = (range_t){ e.low / (highest < known ? highest : known), e.high / a->cumulative };
    slope_derivatives(g, q);
    at[0] = point(a->f[0] / a->cumulative);
    slope_derivatives(a->g, at);
    return h2 * h2 / 384 * (largest(at[3]) + h * largest(at[4]) + h2 / 2 * largest(q[5])) <=
        INTERPOLATION_BOUND;
}

/* Fritsch & Carlson 1980: a cubic with both slopes at most three times the mean slope does not fall. */
static bool
is_rising(double h, double value_a, double value_b, double *slope_a, double *slope_b)
{
    const double most = 3 * (value_b - value_a) / h, rounding = 1e-13 / h;

    if (*slope_a > most + rounding || *slope_b > most + rounding)
        return false;
    *slope_a = *slope_a < most ? *slope_a : most;
    *slope_b = *slope_b < most ? *slope_b : most;
    return true;
}

/* The node h further, with H there and the slope of log H at both; false: the panel is too wide. */
static bool
try_panel(const polynomial_t *f, const node_t *at, double h, double value, double *slope_at,
    node_t *next, double *slope_next)
{
    double slope_a = *slope_at, slope_b;

    *next = node_at(f, at->x + h);
    next->cumulative = at->cumulative + h / 2 * (at->f[0] + next->f[0]) +
        h * h / 10 * (at->f[1] - next->f[1]) + h * h * h / 120 * (at->f[2] + next->f[2]);
    if (!(next->cumulative >= at->cumulative) || !is_close_enough(f, at, next))
        return false;
    slope_b = next->f[0] / next->cumulative;
    if (!is_rising(h, value, twp_math_log(next->cumulative), &slope_a, &slope_b))
        return false;
    *slope_at = slope_a;
    *slope_next = slope_b;
    return true;
}

/* x[0] is the first node; H there is the integral of exp(g) up to it, about exp(g) / (g' - g'' / g'). */
static twp_table_fault_t
fill(const polynomial_t *f, double x_last, double *x, double *value, double *slope, int *n)
{
    node_t at = node_at(f, x[0]), next;
    double h = 0.25;

    at.cumulative = at.f[0] / (at.g[1].low - at.g[2].low / at.g[1].low);
    if (!(at.cumulative > 0 && at.cumulative <= LEFT_MASS))
        at.cumulative = LEFT_MASS;
    value[0] = twp_math_log(at.cumulative);
    slope[0] = at.f[0] / at.cumulative;
    *n = 1;
    while (at.x < x_last && value[*n - 1] < LOG_TOP) {
        if (*n == TWP_POLYNOMIAL_MAX_NODES || h < 1e-9 * (1 + fabs(at.x)))
            return TWP_TABLE_BOUND;
        if (!try_panel(f, &at, h, value[*n - 1], &slope[*n - 1], &next, &slope[*n])) {
            h /= 2;
            continue;
        }
        x[*n] = next.x;
        value[*n] = twp_math_log(next.cumulative);
        at = next;
        h *= 1.5;
        ++*n;
    }
    return TWP_TABLE_GOOD;
}

twp_table_fault_t
twp_family_polynomial_table(int n_powers, const double *powers, const double *b, double x_last,
    double *x, double *value, double *slope, int *n)
{
    polynomial_t f = { .b0 = b[0] };

    if (!(fabs(b[0]) <= DBL_MAX) || !(fabs(x_last) <= DBL_MAX))
        return TWP_TABLE_NOT_FINITE;
    for (int j = 0; j < n_powers; j++) {
        const bool is_repeat = j > 0 && powers[j] - powers[j - 1] == 0;
        if (!(fabs(powers[j]) <= 10) || !(fabs(b[j + 1]) <= DBL_MAX))
            return TWP_TABLE_NOT_FINITE;
        if (j > 0 && powers[j] < powers[j - 1])
            return TWP_TABLE_ORDER;
        f.k[f.n] = is_repeat            ? (j > 0 && f.n > 0 ? f.k[f.n - 1] + 1 : 1)
            : powers[j] * powers[j] > 0 ? 0
                                        : 1;
        f.p[f.n] = powers[j];
        f.b[f.n++] = b[j + 1];
    }
    x[0] = find_first(&f, x_last);
    if (!(x[0] < x_last))
        return TWP_TABLE_AT_ZERO;
    return fill(&f, x_last, x, value, slope, n);
}
