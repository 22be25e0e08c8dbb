/* Hazard laws: constants, and the tables of those that need one. */
#include "model/compile.h"

#include "base/portable_math.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Ages beyond this need no table of a fractional polynomial. */
#define POLYNOMIAL_DAYS 1e6

static bool
is_constant_law(const twp_law_t *law)
{
    for (int k = 0; k < twp_families[law->family].n_parameters; k++)
        if (law->parameter[k]->scope != TWP_SCOPE_CONSTANT)
            return false;
    return law->row == NULL || law->row->scope == TWP_SCOPE_CONSTANT;
}

static double *
new_doubles(twp_compiler_t *c, int n)
{
    double *memory = TWP_ARENA_NEW(c->arena, double, n);

    if (memory == NULL)
        c->is_out_of_memory = true;
    return memory;
}

static void
set_tables(twp_law_constants_t *law, int n, const double *from, const double *rate,
    const double *cumulative)
{
    law->n_pieces = n;
    law->from_days = from;
    law->rate_per_day = rate;
    law->cumulative = cumulative;
}

/* What the reader asks of the values as written holds for a draw of them too. */
static bool
are_pieces_good(
    twp_compiler_t *c, const twp_study_exit_t *exit, const double *from, const double *rate)
{
    const twp_law_t *law = &exit->law;

    for (int k = 0; k < law->n_pieces; k++) {
        if (!(k == 0 ? from[k] == 0 : from[k] > from[k - 1] && isfinite(from[k]))) {
            twp_findings_add(c->findings, law->place, NULL, "starts that rise from 0", NULL,
                "the pieces of %s must rise from 0: piece %d begins at day %.6g", exit->qualified,
                k + 1, from[k]);
            return false;
        }
        if (!(rate[k] >= 0 && isfinite(rate[k]))) {
            twp_findings_add(c->findings, law->place, NULL, "a rate not below 0", NULL,
                "the hazard of piece %d of %s is out of range: it is %.6g a day", k + 1,
                exit->qualified, rate[k]);
            return false;
        }
    }
    return true;
}

static void
prepare_pieces(twp_compiler_t *c, const twp_study_exit_t *exit, twp_law_constants_t *constants)
{
    const twp_law_t *law = &exit->law;
    double *from = new_doubles(c, law->n_pieces), *rate = new_doubles(c, law->n_pieces);
    double *cumulative = new_doubles(c, law->n_pieces);

    if (c->is_out_of_memory)
        return;
    for (int k = 0; k < law->n_pieces; k++) {
        from[k] = twp_compile_constant(c, law->from_days[k]);
        rate[k] = twp_compile_constant(c, law->rate_per_day[k]);
        cumulative[k] = k > 0 ? cumulative[k - 1] + rate[k - 1] * (from[k] - from[k - 1]) : 0;
    }
    if (!are_pieces_good(c, exit, from, rate))
        return;
    set_tables(constants, law->n_pieces, from, rate, cumulative);
}

/* -log(1 - chance); a chance of 1 leaves one in 1e16. */
static double
hazard_of_chance(double chance)
{
    return chance < 1 ? -twp_math_log1p(-chance) : -twp_math_log(1e-16);
}

/*
 * Hazards a day of all rows: those of the table, or constant ones that have its chances. NULL: no
 * memory, or a finding.
 */
static const double *
hazards_of(twp_compiler_t *c, const twp_study_exit_t *exit, int n)
{
    const twp_law_t *law = &exit->law;
    double *rate, days;

    if (law->chance_within_days == NULL)
        return law->table->value;
    rate = new_doubles(c, n);
    days = twp_compile_constant(c, law->chance_within_days);
    if (!(days > 0 && isfinite(days))) {
        twp_findings_add(c->findings, law->place, NULL, "a time above 0", NULL,
            "the time of the chances of %s is out of range: it is %.6g days", exit->qualified,
            days);
        return NULL;
    }
    for (int i = 0; rate != NULL && i < n; i++)
        rate[i] = hazard_of_chance(law->table->value[i]) / days;
    return rate;
}

/* Each set of rows has its own cumulative hazards. */
static void
prepare_life_table(twp_compiler_t *c, const twp_study_exit_t *exit, twp_law_constants_t *constants)
{
    const twp_study_table_t *table = exit->law.table;
    const int n = table->by[0].n;
    int n_sets = 1;
    double *from, *cumulative;
    const double *rate;

    for (int k = 1; k < table->n_by; k++)
        n_sets *= table->by[k].n;
    from = new_doubles(c, n);
    cumulative = new_doubles(c, n * n_sets);
    rate = hazards_of(c, exit, n * n_sets);
    if (c->is_out_of_memory || rate == NULL)
        return;
    memcpy(from, table->by[0].key, (size_t) n * sizeof *from);
    from[0] = 0; /* below the first age its hazard counts */
    for (int i = 0; i < n * n_sets; i++)
        cumulative[i] =
            i % n == 0 ? 0 : cumulative[i - 1] + rate[i - 1] * (from[i % n] - from[i % n - 1]);
    set_tables(constants, n, from, rate, cumulative);
}

/* ---- splines and polynomials ------------------------------------------------------------------ */

static void
report(twp_compiler_t *c, const twp_study_exit_t *exit, twp_table_fault_t fault, double x_bad)
{
    const twp_place_t place = exit->law.place;
    const char *name = twp_families[exit->law.family].name, *what = exit->qualified;

    switch (fault) {
    case TWP_TABLE_GOOD: break;
    case TWP_TABLE_NOT_FINITE:
        twp_findings_add(c->findings, place, NULL, "finite numbers", NULL,
            "the %s law of %s has a number out of range", name, what);
        break;
    case TWP_TABLE_ORDER:
        twp_findings_add(c->findings, place, NULL, "numbers that rise", NULL,
            "the numbers of the %s law of %s are out of order", name, what);
        break;
    case TWP_TABLE_FALLS:
        twp_findings_add(c->findings, place, NULL, "gammas whose spline rises everywhere", NULL,
            "the spline of %s falls at log time %.6g: a cumulative hazard cannot", what, x_bad);
        break;
    case TWP_TABLE_AT_ZERO:
        twp_findings_add(c->findings, place, NULL,
            exit->law.family == TWP_FAMILY_SPLINE ? "gamma1 above 0"
                                                  : "a hazard whose integral from 0 exists",
            NULL, "the cumulative hazard of %s has no beginning: it is not 0 at age 0", what);
        break;
    case TWP_TABLE_BOUND:
        twp_findings_add(c->findings, place, NULL, "a less extreme hazard", NULL,
            "the cumulative hazard of %s cannot be tabulated to a relative error of 1e-11", what);
        break;
    }
}

static void
prepare_spline(twp_compiler_t *c, const twp_study_exit_t *exit, twp_law_constants_t *constants)
{
    const twp_law_t *law = &exit->law;
    const int n = law->n_knots;
    double *knot = new_doubles(c, n), *gamma = new_doubles(c, n), *value = new_doubles(c, n);
    double *slope = new_doubles(c, n), x_bad;
    twp_table_fault_t fault;

    if (c->is_out_of_memory)
        return;
    for (int i = 0; i < n; i++) {
        knot[i] = twp_compile_constant(c, law->knot[i]);
        gamma[i] = twp_compile_constant(c, law->coefficient[i]);
    }
    fault = twp_family_spline_table(n, knot, gamma, value, slope, &x_bad);
    report(c, exit, fault, x_bad);
    constants->scale = (int32_t) law->scale;
    set_tables(constants, n, knot, slope, value);
}

static void
prepare_polynomial(twp_compiler_t *c, const twp_study_exit_t *exit, twp_law_constants_t *constants)
{
    const twp_law_t *law = &exit->law;
    const size_t size = TWP_POLYNOMIAL_MAX_NODES;
    const double unit = twp_compile_constant(c, law->parameter[1]);
    double power[TWP_POLYNOMIAL_MAX_POWERS], b[TWP_POLYNOMIAL_MAX_POWERS + 1];
    double *work = calloc(3 * size, sizeof *work), *table;
    twp_table_fault_t fault;
    int n = 0;

    if (work == NULL) {
        c->is_out_of_memory = true;
        return;
    }
    for (int i = 0; i <= law->n_knots; i++)
        b[i] = twp_compile_constant(c, law->coefficient[i]);
    for (int i = 0; i < law->n_knots; i++)
        power[i] = twp_compile_constant(c, law->knot[i]);
    fault = twp_family_polynomial_table(law->n_knots, power, b,
        twp_math_log(POLYNOMIAL_DAYS / unit), work, work + size, work + 2 * size, &n);
    report(c, exit, fault, 0);
    table = fault == TWP_TABLE_GOOD ? new_doubles(c, 3 * n) : NULL;
    for (int k = 0; table != NULL && k < 3; k++)
        memcpy(
            table + (size_t) k * (size_t) n, work + (size_t) k * size, (size_t) n * sizeof *table);
    if (table != NULL)
        set_tables(constants, n, table, table + 2 * (size_t) n, table + n);
    free(work);
}

/* ---- all ------------------------------------------------------------------------------------- */

static void
prepare_tables(twp_compiler_t *c, const twp_study_exit_t *exit, twp_law_constants_t *constants)
{
    switch (exit->law.family) {
    case TWP_FAMILY_PIECEWISE: prepare_pieces(c, exit, constants); break;
    case TWP_FAMILY_LIFE_TABLE: prepare_life_table(c, exit, constants); break;
    case TWP_FAMILY_SPLINE: prepare_spline(c, exit, constants); break;
    case TWP_FAMILY_POLYNOMIAL: prepare_polynomial(c, exit, constants); break;
    default: break;
    }
}

void
twp_compile_law_constants(twp_compiler_t *c, const twp_study_exit_t *exit, twp_law_constants_t *to)
{
    const twp_law_t *law = &exit->law;
    double parameter[TWP_FAMILY_MAX_PARAMETERS] = { 0 };

    prepare_tables(c, exit, to);
    if (c->is_out_of_memory || !is_constant_law(law))
        return;
    for (int k = 0; k < twp_families[law->family].n_parameters; k++)
        parameter[k] = twp_compile_constant(c, law->parameter[k]);
    if (law->row != NULL)
        parameter[0] = twp_compile_constant(c, law->row);
    if (!twp_family_prepare(law->family, parameter, to))
        twp_findings_add(c->findings, law->place, NULL, NULL, NULL,
            "the %s law of %s has a parameter outside its range", twp_families[law->family].name,
            exit->qualified);
    else if (law->row != NULL)
        twp_family_choose_rows(to);
}

static bool
are_bound(const twp_compiler_t *c, twp_expression_t *const *expression, int n)
{
    for (int k = 0; expression != NULL && k < n; k++)
        if (twp_compile_is_bound(c, expression[k]))
            return true;
    return false;
}

/* Whether constants or tables of the law are other ones in another parameter set, or at another point. */
static bool
is_bound_law(const twp_compiler_t *c, const twp_law_t *law)
{
    return are_bound(c, law->parameter, twp_families[law->family].n_parameters) ||
        are_bound(c, law->from_days, law->n_pieces) ||
        are_bound(c, law->rate_per_day, law->n_pieces) || are_bound(c, law->knot, law->n_knots) ||
        are_bound(c, law->coefficient, law->n_coefficients) ||
        twp_compile_is_bound(c, law->chance_within_days) || twp_compile_is_bound(c, law->row);
}

void
twp_compile_law(twp_compiler_t *c, const twp_study_exit_t *exit, twp_model_exit_t *row)
{
    const twp_law_t *law = &exit->law;

    row->family = (uint8_t) law->family;
    row->has_constant_law = is_constant_law(law);
    twp_compile_law_constants(c, exit, &row->law);
    if (c->is_out_of_memory)
        return;
    /* constants too, so that a fault can name them */
    for (int k = 0; k < twp_families[law->family].n_parameters; k++)
        row->parameter[k] = twp_compile_program(c, law->parameter[k]);
    if (law->row != NULL && !row->has_constant_law)
        row->parameter[0] = twp_compile_program(c, law->row);
    if (is_bound_law(c, law))
        twp_compile_note_binding(c, TWP_BIND_LAW, (int) (row - c->model->exit), NULL, NULL);
}
