/*
 * The rows of case 05 in which nothing is random, computed from the laws: S = exp(-H), the hazard as a
 * derivative of H, quantiles by the inverse of H, moments by quadrature over both. Rows "simulated" are
 * lived by ../test_laws.c.
 */
#include "testlib.h"

#include "document/document.h"
#include "model/family.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A law in years. */
typedef struct {
    twp_family_t family;
    twp_law_constants_t law;
    double from[8], rate[8], cumulative[8];
} law_t;

/* ---- reading --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    twp_family_t family;
    const char *parameter[3];
} families[] = {
    { "exponential", TWP_FAMILY_EXPONENTIAL, { "rate" } },
    { "weibull", TWP_FAMILY_WEIBULL, { "shape", "scale" } },
    { "gompertz", TWP_FAMILY_GOMPERTZ, { "shape", "rate" } },
    { "loglogistic", TWP_FAMILY_LOGLOGISTIC, { "shape", "scale" } },
    { "lognormal", TWP_FAMILY_LOGNORMAL, { "meanlog", "sdlog" } },
    { "gamma", TWP_FAMILY_GAMMA, { "shape", "rate" } },
    { "gengamma", TWP_FAMILY_GENGAMMA, { "mu", "sigma", "Q" } },
    { "piecewise", TWP_FAMILY_PIECEWISE, { NULL } },
};
enum { N_FAMILIES = sizeof families / sizeof *families };

/* The number behind " NAME=" of a group; NAN where there is none. */
static double
number_of(const char *group, const char *name)
{
    char key[32];
    const char *at;

    (void) snprintf(key, sizeof key, " %s=", name);
    at = strstr(group, key);
    return at != NULL ? strtod(at + strlen(key), NULL) : NAN;
}

static int
read_list(const char *group, const char *name, double *item)
{
    const char *at = strstr(group, name);
    char *end;
    int n = 0;

    assert_non_null(at);
    at += strlen(name) + strlen("=[");
    do {
        item[n++] = strtod(at, &end);
        at = end + 1;
    } while (*end == ',');
    return n;
}

static void
read_pieces(const char *group, law_t *law)
{
    law->law.n_pieces = read_list(group, "breaks", law->from);
    assert_int_equal(read_list(group, "rates", law->rate), law->law.n_pieces);
    law->cumulative[0] = 0;
    for (int i = 1; i < law->law.n_pieces; i++)
        law->cumulative[i] = law->cumulative[i - 1] +
            law->rate[i - 1] * (law->from[i] - law->from[i - 1]);
    law->law.from_days = law->from;
    law->law.rate_per_day = law->rate;
    law->law.cumulative = law->cumulative;
}

/* "02 weibull shape=1.7 scale=6.0"; the law points into itself. */
static void
read_law(const char *group, law_t *law)
{
    double parameter[TWP_FAMILY_MAX_PARAMETERS] = { 0 };
    int f = 0;

    memset(law, 0, sizeof *law);
    while (f < N_FAMILIES && strstr(group, families[f].name) == NULL)
        f++;
    /* "gamma" is a part of "gengamma" */
    if (f < N_FAMILIES && families[f].family == TWP_FAMILY_GAMMA &&
        strstr(group, "gengamma") != NULL)
        f++;
    assert_true(f < N_FAMILIES);
    law->family = families[f].family;
    for (int k = 0; k < 3 && families[f].parameter[k] != NULL; k++) {
        parameter[k] = number_of(group, families[f].parameter[k]);
        assert_true(isfinite(parameter[k]));
    }
    if (law->family == TWP_FAMILY_LOGNORMAL)
        parameter[2] = 1;
    if (law->family == TWP_FAMILY_GENGAMMA)
        parameter[3] = 1;
    if (law->family == TWP_FAMILY_PIECEWISE)
        read_pieces(group, law);
    assert_true(twp_family_prepare(law->family, parameter, &law->law));
}

/* ---- figures --------------------------------------------------------------------------------- */

static double
cumulative(const law_t *law, double t)
{
    return twp_family_cumulative(law->family, &law->law, t);
}

/* Central differences at two widths, extrapolated: error of the sixth order in 0.005. */
static double
hazard(const law_t *law, double t)
{
    double slope[3];

    for (int k = 0; k < 3; k++) {
        const double d = 0.005 * t / (1 << k);
        slope[k] = (cumulative(law, t + d) - cumulative(law, t - d)) / (2 * d);
    }
    for (int k = 0; k < 2; k++)
        slope[k] = (4 * slope[k + 1] - slope[k]) / 3;
    return (16 * slope[1] - slope[0]) / 15;
}

typedef double (*integrand_t)(const law_t *law, double x);

/* E[T] and E[T^2] over the unit-exponential threshold e: the integral of T(e)^k exp(-e). */
static double
first_moment(const law_t *law, double e)
{
    return twp_family_inverse(law->family, &law->law, e) * exp(-e);
}

static double
second_moment(const law_t *law, double e)
{
    const double t = twp_family_inverse(law->family, &law->law, e);

    return t * t * exp(-e);
}

static double
survival(const law_t *law, double t)
{
    return exp(-cumulative(law, t));
}

/* Integral from 0 to `to` over log x, by Gauss's rule of five points on 2000 pieces of each smooth part. */
static double
integral(const law_t *law, integrand_t f, int n_breaks, const double *at, double to)
{
    static const double node[5] = { -0.906179845938663992797626878299,
        -0.538469310105683091036314420700, 0, 0.538469310105683091036314420700,
        0.906179845938663992797626878299 };
    static const double weight[5] = { 0.236926885056189087514264040720,
        0.478628670499366468041291514836, 0.568888888888888888888888888889,
        0.478628670499366468041291514836, 0.236926885056189087514264040720 };
    double sum = 0, from = -60;

    for (int b = 0; b <= n_breaks; b++) {
        const double end = b < n_breaks && at[b] < to ? log(at[b]) : log(to);
        const double half = (end - from) / 4000;
        for (int i = 0; end > from && i < 2000; i++)
            for (int k = 0; k < 5; k++) {
                const double x = exp(from + half * (2 * i + 1 + node[k]));
                sum += half * weight[k] * x * f(law, x);
            }
        from = end > from ? end : from;
    }
    return sum;
}

static double
figure(const law_t *law, const char *quantity, double time)
{
    const int n_breaks = law->law.n_pieces > 0 ? law->law.n_pieces - 1 : 0;
    const char *const p = strstr(quantity, "p=");

    if (strstr(quantity, "quantile") != NULL)
        return twp_family_inverse(law->family, &law->law, -log1p(-strtod(p + 2, NULL)));
    if (strstr(quantity, "restricted mean") != NULL)
        return integral(law, survival, n_breaks, law->from + 1, time);
    if (strstr(quantity, "mean time") != NULL)
        return integral(law, first_moment, n_breaks, law->cumulative + 1, 700);
    if (strstr(quantity, "standard deviation") != NULL) {
        const double mean = integral(law, first_moment, n_breaks, law->cumulative + 1, 700);
        return sqrt(integral(law, second_moment, n_breaks, law->cumulative + 1, 700) - mean * mean);
    }
    if (strstr(quantity, "density") != NULL)
        return hazard(law, time) * survival(law, time);
    if (strstr(quantity, "cdf") != NULL)
        return -expm1(-cumulative(law, time));
    if (strstr(quantity, "cumulative hazard") != NULL)
        return cumulative(law, time);
    if (strstr(quantity, "hazard h(t)") != NULL)
        return hazard(law, time);
    if (strstr(quantity, "survival S(t)") != NULL)
        return survival(law, time);
    fail_msg("%s: no figure", quantity);
    return NAN;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static double
cell(const twp_csv_t *csv, int64_t i_row, const char *name)
{
    const char *const text = twp_csv_text(csv, i_row, twp_csv_column(csv, name));

    return text[0] != '\0' ? strtod(text, NULL) : NAN; /* "inf" too */
}

/* Half of the last printed digit, as the rule of the folder has it. */
static double
half_digit(const char *text)
{
    const char *const point = strchr(text, '.');

    if (strchr(text, 'e') != NULL)
        return 0.5e-12 * fabs(strtod(text, NULL)) * 10;
    return point == NULL ? 0 : 0.5 * pow(10, -(double) strlen(point + 1));
}

/* Rows that are missed; with slip every law's time is stretched by so much. */
static int
judge(double slip, int *n_judged)
{
    char *const path = testlib_source_path("tests/validation/05-hazard-families/expected.csv");
    twp_findings_t findings;
    twp_csv_t csv;
    int n_missed = 0;

    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    assert_int_equal(twp_csv_read(&csv, path, "expected.csv", &findings, NULL), TWP_OK);
    *n_judged = 0;
    for (int64_t i = 0; i < csv.n_rows; i++) {
        const char *const quantity = twp_csv_text(&csv, i, twp_csv_column(&csv, "quantity"));
        const char *const text = twp_csv_text(&csv, i, twp_csv_column(&csv, "value"));
        const double value = cell(&csv, i, "value"), time = cell(&csv, i, "time");
        law_t law;
        double got;
        if (strncmp(quantity, "simulated", 9) == 0)
            continue;
        read_law(twp_csv_text(&csv, i, twp_csv_column(&csv, "group")), &law);
        got = figure(&law, quantity, isnan(time) ? NAN : time * (1 + slip)) *
            (isnan(time) ? 1 + slip : 1);
        (*n_judged)++;
        if (isinf(value) ? !isinf(got)
                         : !(fabs(got - value) <= cell(&csv, i, "abs_tol") + half_digit(text))) {
            n_missed++;
            if (!(slip > 0))
                print_error("row %d, %s: got %.14g, want %s\n", (int) cell(&csv, i, "id"), quantity,
                    got, text);
        }
    }
    twp_csv_clear(&csv);
    twp_findings_clear(&findings);
    free(path);
    return n_missed;
}

static void
test_functions_quantiles_and_moments_of_every_family_are_those_of_the_case(void **state)
{
    int n_judged;

    (void) state;
    assert_int_equal(judge(0, &n_judged), 0);
    print_message("05-hazard-families: %d rows without chance\n", n_judged);
    assert_int_equal(n_judged, 237);
}

/* Only a constant hazard, and a quantile that is infinite, stay what they are. */
static void
test_times_a_ten_thousandth_longer_are_seen(void **state)
{
    int n_judged;
    const int n_missed = judge(1e-4, &n_judged);

    (void) state;
    print_message("with times 1e-4 longer %d are missed\n", n_missed);
    assert_true(n_missed > 200);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_functions_quantiles_and_moments_of_every_family_are_those_of_the_case),
        cmocka_unit_test(test_times_a_ten_thousandth_longer_are_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
