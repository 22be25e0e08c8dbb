/* Hazard laws: one family with its parameters, in flexsurv's spelling. */
#include "base/suggest.h"
#include "study/read.h"

#include <math.h>
#include <string.h>

#define LOG_2 0x1.62e42fefa39efp-1

/* ---- numbers -------------------------------------------------------------------------------- */

/* The parameter that another spelling of it gives; first is the family's first parameter. */
static twp_expression_t *
convert(
    twp_read_t *read, twp_expression_t *given, twp_conversion_t conversion, twp_expression_t *first)
{
    const twp_dim_t none = TWP_DIM_NONE;
    twp_dim_t inverse;

    if (given == NULL)
        return NULL;
    inverse = (twp_dim_t){ (int8_t) -given->dim.time, 0 };
    switch (conversion) {
    case TWP_AS_IT_IS: return given;
    case TWP_AS_LOGARITHM: return twp_read_operator(read, TWP_WORD_LOG, none, given, NULL, NULL);
    case TWP_AS_RECIPROCAL:
        return twp_read_operator(
            read, TWP_WORD_DIVIDE, inverse, twp_read_literal(read, 1, none), given, NULL);
    case TWP_AS_LOG_2_OVER:
        return twp_read_operator(
            read, TWP_WORD_DIVIDE, inverse, twp_read_literal(read, LOG_2, none), given, NULL);
    case TWP_AS_FIRST_OVER:
        return twp_read_operator(read, TWP_WORD_DIVIDE, inverse, first, given, NULL);
    case TWP_AS_WEIBULL_MEDIAN:
        if (first == NULL)
            return NULL;
        return twp_read_operator(read, TWP_WORD_DIVIDE, given->dim, given,
            twp_read_operator(read, TWP_WORD_POWER, none, twp_read_literal(read, LOG_2, none),
                twp_read_operator(
                    read, TWP_WORD_DIVIDE, none, twp_read_literal(read, 1, none), first, NULL),
                NULL),
            NULL);
    }
    return NULL;
}

/*
 * The value of a spelling that has one must be in the range of the family's table: above the limit,
 * or at it where that is allowed; what is inverted or logarithmised must be above 0.
 */
static void
check_parameter(twp_read_t *read, twp_spot_t spot, const twp_expression_t *given,
    const twp_family_parameter_t *row, twp_conversion_t conversion)
{
    const double low = conversion != TWP_AS_IT_IS ? 0 : row->low;
    const bool is_low_allowed = conversion == TWP_AS_IT_IS && row->is_low_allowed;
    const twp_within_t within = { low > -1e300 ? low : -INFINITY,
        row->high > 0 && conversion == TWP_AS_IT_IS ? row->high : INFINITY,
        is_low_allowed && low > -1e300, row->high > 0 && conversion == TWP_AS_IT_IS };
    double value;

    if (!twp_read_is_known_within(read, given, within, &value))
        return;
    if (!isfinite(value) || value < low || (value == low && !is_low_allowed))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
            low > -1e300 ? twp_read_printf(read, is_low_allowed ? "at least %g" : "above %g", low)
                         : "a finite number",
            NULL, "%s is out of range", row->name);
    else if (row->high > 0 && conversion == TWP_AS_IT_IS && value > row->high)
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
            twp_read_printf(read, "%g to %g", low, row->high), NULL, "%s is out of range",
            row->name);
}

/* What stands for a parameter that is not given. */
static twp_expression_t *
read_fallback(twp_read_t *read, twp_spot_t law, const twp_family_parameter_t *parameter)
{
    const twp_dim_t dim = { (int8_t) parameter->time_power, 0 };

    if (parameter->fallback == NULL)
        return NULL;
    return twp_expression_read(
        &read->reader, parameter->fallback, twp_read_place(law), TWP_SCOPE_CONSTANT, false, &dim);
}

static twp_expression_t *
read_parameter(
    twp_read_t *read, twp_spot_t law, const twp_family_row_t *row, int i, twp_expression_t *first)
{
    const twp_family_parameter_t *parameter = &row->parameter[i];
    twp_spot_t spot = twp_read_get(read, law, parameter->name);
    twp_dim_t dim = { (int8_t) parameter->time_power, 0 };
    twp_conversion_t conversion = TWP_AS_IT_IS;
    twp_expression_t *given;

    for (int k = 0; k < row->n_spellings && spot.node == NULL; k++) {
        const twp_family_spelling_t *spelling = &row->spelling[k];
        if (spelling->i_parameter != i)
            continue;
        spot = twp_read_get(read, law, spelling->name);
        dim.time = (int8_t) spelling->time_power;
        conversion = spelling->conversion;
        if (spot.node != NULL && spelling->excludes != NULL &&
            twp_read_get(read, law, spelling->excludes).node != NULL)
            twp_read_fail(read, twp_read_place(twp_read_get(read, law, spelling->excludes)),
                spelling->excludes, NULL, NULL, "`%s` has a unit of its own beside `%s`",
                spelling->name, spelling->excludes);
    }
    if (spot.node == NULL)
        return read_fallback(read, law, parameter);
    given = twp_read_number(read, spot, TWP_SCOPE_STEP, &dim);
    check_parameter(read, spot, given, parameter, conversion);
    return convert(read, given, conversion, first);
}

/* ---- lists ---------------------------------------------------------------------------------- */

/* Constants of a list, each of which is finite. */
static twp_expression_t **
read_list(twp_read_t *read, twp_spot_t list, twp_dim_t dim, int *n)
{
    twp_expression_t **item;
    double value;

    *n = list.node != NULL ? twp_read_n_items(list) : 0;
    item = TWP_READ_NEW(read, twp_expression_t *, *n);
    for (int i = 0; i < *n; i++) {
        const twp_spot_t spot = twp_read_item(read, list, i);
        item[i] = twp_read_number(read, spot, TWP_SCOPE_CONSTANT, &dim);
        if (twp_read_is_known_within(read, item[i], TWP_WITHIN_FINITE, &value) && !isfinite(value))
            twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a finite number", NULL,
                "the number is out of range");
    }
    return item;
}

/* Items rise, or do not fall. */
static void
check_rising(twp_read_t *read, twp_spot_t list, twp_expression_t *const *item, int n,
    bool is_strict, const char *message)
{
    double before = -INFINITY, value;

    for (int i = 0; i < n; i++) {
        const twp_spot_t spot = twp_read_item(read, list, i);
        if (!twp_read_is_known_aside(read, item[i], &value))
            continue;
        twp_read_note_rise(read, i > 0 ? item[i - 1] : NULL, item[i], is_strict);
        if (value < before || (value == before && is_strict))
            twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
                is_strict ? "more than the one before" : "no less than the one before", NULL, "%s",
                message);
        before = value;
    }
}

static bool
check_length(twp_read_t *read, twp_spot_t list, int n, int n_wanted, const char *message)
{
    if (list.node == NULL || n == n_wanted)
        return list.node != NULL;
    twp_read_fail(read, twp_read_place(list), twp_read_printf(read, "%d", n),
        twp_read_printf(read, "%d", n_wanted), NULL, "%s", message);
    return false;
}

static bool
read_pieces(twp_read_t *read, twp_spot_t spot, twp_law_t *law)
{
    const twp_dim_t time = TWP_DIM_TIME, per_time = TWP_DIM_PER_TIME;
    const twp_spot_t from = twp_read_get(read, spot, "from"),
                     rate = twp_read_get(read, spot, "rate");
    const int n = twp_read_n_items(from);
    double before = -1;

    if (n != twp_read_n_items(rate)) {
        if (rate.node != NULL)
            twp_read_fail(read, twp_read_place(rate),
                twp_read_printf(read, "%d rates", twp_read_n_items(rate)),
                twp_read_printf(read, "%d rates, one for each piece", n), NULL,
                "the lists from and rate differ in length");
        return false;
    }
    law->from_days = TWP_READ_NEW(read, twp_expression_t *, n);
    law->rate_per_day = TWP_READ_NEW(read, twp_expression_t *, n);
    law->n_pieces = n;
    for (int i = 0; i < n; i++) {
        const twp_spot_t at = twp_read_item(read, from, i), of = twp_read_item(read, rate, i);
        double start, value;
        law->from_days[i] = twp_read_number(read, at, TWP_SCOPE_CONSTANT, &time);
        law->rate_per_day[i] = twp_read_number(read, of, TWP_SCOPE_CONSTANT, &per_time);
        if (twp_read_is_known_within(read, law->from_days[i], TWP_WITHIN_FINITE, &start)) {
            twp_read_note_rise(read, i > 0 ? law->from_days[i - 1] : NULL, law->from_days[i], true);
            if (i == 0)
                twp_read_fix(read, law->from_days[i]);
            if (!(i == 0 ? start == 0 : start > before && isfinite(start)))
                twp_read_fail(read, twp_read_place(at), twp_read_text(at),
                    i == 0 ? "0 days" : "a later time than the one before", NULL,
                    "the pieces must rise from 0");
            before = start;
        }
        if (twp_read_is_known_within(read, law->rate_per_day[i], TWP_WITHIN_FROM_0, &value) &&
            !(value >= 0 && isfinite(value)))
            twp_read_fail(read, twp_read_place(of), twp_read_text(of), "a rate not below 0", NULL,
                "the hazard is out of range");
    }
    return n > 0;
}

static void
read_spline(twp_read_t *read, twp_spot_t spot, twp_law_t *law)
{
    const twp_spot_t knots = twp_read_get(read, spot, "knots"),
                     gammas = twp_read_get(read, spot, "gammas");
    const char *scale = twp_read_text(twp_read_get(read, spot, "scale"));

    law->knot = read_list(read, knots, TWP_DIM_NONE, &law->n_knots);
    law->coefficient = read_list(read, gammas, TWP_DIM_NONE, &law->n_coefficients);
    check_rising(read, knots, law->knot, law->n_knots, true, "the knots must rise");
    if (knots.node != NULL && law->n_knots < 2)
        twp_read_fail(read, twp_read_place(knots), twp_read_printf(read, "%d", law->n_knots),
            "at least the two boundary knots", NULL, "the spline has too few knots");
    else
        (void) check_length(read, gammas, law->n_coefficients, law->n_knots,
            "there must be as many gammas as knots");
    law->scale = scale == NULL || strcmp(scale, "hazard") == 0 ? TWP_SPLINE_HAZARD
        : strcmp(scale, "odds") == 0                           ? TWP_SPLINE_ODDS
                                                               : TWP_SPLINE_NORMAL;
}

#define MAX_POWERS 8

static void
read_polynomial(twp_read_t *read, twp_spot_t spot, twp_law_t *law)
{
    const twp_spot_t powers = twp_read_get(read, spot, "powers"),
                     coefficients = twp_read_get(read, spot, "coefficients");
    double value;

    law->knot = read_list(read, powers, TWP_DIM_NONE, &law->n_knots);
    law->coefficient = read_list(read, coefficients, TWP_DIM_NONE, &law->n_coefficients);
    check_rising(read, powers, law->knot, law->n_knots, false, "the powers fall");
    for (int i = 0; i < law->n_knots; i++)
        if (twp_read_is_known_within(
                read, law->knot[i], (twp_within_t){ -10, 10, true, true }, &value) &&
            !(fabs(value) <= 10)) {
            const twp_spot_t at = twp_read_item(read, powers, i);
            twp_read_fail(read, twp_read_place(at), twp_read_text(at), "from -10 to 10", NULL,
                "the power is out of range");
        }
    if (law->n_knots > MAX_POWERS)
        twp_read_fail(read, twp_read_place(powers), twp_read_printf(read, "%d", law->n_knots),
            twp_read_printf(read, "at most %d", MAX_POWERS), NULL, "there are too many powers");
    else
        (void) check_length(read, coefficients, law->n_coefficients, law->n_knots + 1,
            "there must be one coefficient more than powers: the constant, then one each");
}

/* ---- life tables ---------------------------------------------------------------------------- */

/* steps(x, keys, 0, 1, ...): the number of the key that counts for x */
static twp_expression_t *
make_steps(twp_read_t *read, twp_expression_t *x, int n, const double *from, const double *is)
{
    twp_expression_t *steps;

    if (x == NULL)
        return NULL;
    steps = twp_read_operator(read, TWP_WORD_STEPS, TWP_DIM_NONE, x, NULL, NULL);
    steps->n_steps = n;
    steps->step_from = TWP_READ_NEW(read, twp_expression_t *, n);
    steps->step_is = TWP_READ_NEW(read, twp_expression_t *, n);
    for (int i = 0; i < n; i++) {
        steps->step_from[i] = twp_read_literal(read, from != NULL ? from[i] : i, x->dim);
        steps->step_is[i] = twp_read_literal(read, is != NULL ? is[i] : i, TWP_DIM_NONE);
    }
    return steps;
}

static twp_expression_t *
read_text_key(twp_read_t *read, twp_spot_t spot, const twp_study_table_t *table, int k)
{
    static const char *const truth[] = { "false", "true" };
    const twp_table_by_t *by = &table->by[k];
    const char *text = twp_read_text(spot);
    const twp_name_meaning_t meaning = read->reader.resolve(read, text);
    const bool is_category = meaning.is_found && meaning.n_categories > 0;
    const int n = is_category ? meaning.n_categories : 2;
    const char *const *name = is_category ? meaning.category : truth;
    double *is = TWP_READ_NEW(read, double, n);
    twp_expression_t *x = is_category
        ? twp_read_word(read, meaning.kind, meaning.i, meaning.j, false, meaning.scope)
        : twp_read_condition(read, spot, TWP_SCOPE_STEP);

    for (int i = 0; i < n && x != NULL; i++) {
        is[i] = twp_read_index(by->text, by->n, name[i]);
        if (is[i] < 0) {
            twp_read_fail(read, twp_read_place(spot), name[i],
                "a column with a row for every category",
                twp_suggest_nearest(name[i], by->text, (size_t) by->n),
                "the table %s has no rows where %s is %s", table->name, by->column, name[i]);
            return NULL;
        }
    }
    return make_steps(read, x, n, NULL, is);
}

/* Number of the set of rows that the further columns select; NULL: there is one set. */
static twp_expression_t *
read_row(twp_read_t *read, twp_spot_t of, const twp_study_table_t *table)
{
    const twp_dim_t none = TWP_DIM_NONE;
    twp_expression_t *sum = NULL;
    double stride = 1;

    for (int k = 1; k < table->n_by; k++) {
        const twp_table_by_t *by = &table->by[k];
        const twp_spot_t spot = twp_read_item(read, of, k - 1);
        twp_expression_t *key;
        if (twp_read_text(spot) == NULL)
            return NULL;
        key = by->is_text ? read_text_key(read, spot, table, k)
                          : make_steps(read, twp_read_number(read, spot, TWP_SCOPE_STEP, &by->dim),
                                by->n, by->key, NULL);
        if (key == NULL)
            return NULL;
        if (stride > 1)
            key = twp_read_operator(
                read, TWP_WORD_MULTIPLY, none, twp_read_literal(read, stride, none), key, NULL);
        sum = sum == NULL ? key : twp_read_operator(read, TWP_WORD_ADD, none, sum, key, NULL);
        stride *= by->n;
    }
    return sum;
}

static bool
check_life_table(
    twp_read_t *read, twp_spot_t name, const twp_study_table_t *table, bool has_chances)
{
    const twp_table_by_t *age = &table->by[0];
    const char *fault = NULL;
    size_t n = 1;

    for (int k = 0; k < table->n_by; k++)
        n *= (size_t) table->by[k].n;
    if (age->is_text || !twp_read_same_dim(age->dim, TWP_DIM_TIME))
        fault = "the first column of %s is no time: it must be the clock's age";
    else if (!(age->key[0] >= 0))
        fault = "the first column of %s begins below 0";
    else if (has_chances && !twp_read_same_dim(table->dim, TWP_DIM_NONE))
        fault = "the values of %s are no chances: they have a unit";
    else if (!has_chances && !twp_read_same_dim(table->dim, TWP_DIM_PER_TIME))
        fault = "the values of %s are no hazards: they need a unit such as 1 / year, or "
                "chance_within";
    for (size_t i = 0; fault == NULL && i < n; i++)
        if (!(table->value[i] >= 0) || (has_chances && table->value[i] > 1))
            fault = has_chances ? "a chance of %s is outside 0 to 1" : "a hazard of %s is below 0";
    if (fault != NULL)
        twp_read_fail(read, twp_read_place(name), table->name, "a table of hazards by age", NULL,
            fault, table->name);
    return fault == NULL;
}

static bool
read_life_table(twp_read_t *read, twp_spot_t spot, twp_law_t *law)
{
    const twp_dim_t time = TWP_DIM_TIME;
    const twp_spot_t name = twp_read_get(read, spot, "table"), of = twp_read_get(read, spot, "of"),
                     within = twp_read_get(read, spot, "chance_within");
    const int i = twp_read_reference(read, name, TWP_SYMBOL_TABLE);
    const int n_of = of.node != NULL ? twp_read_n_items(of) : 0;
    const twp_study_table_t *table;
    double days;

    if (i < 0)
        return false;
    table = law->table = &read->study->table[i];
    read->is_table_used[i] = true;
    law->chance_within_days = twp_read_number(read, within, TWP_SCOPE_CONSTANT, &time);
    if (twp_read_is_known_within(read, law->chance_within_days, TWP_WITHIN_ABOVE_0, &days) &&
        !(days > 0 && isfinite(days)))
        twp_read_fail(read, twp_read_place(within), twp_read_text(within), "a time above 0", NULL,
            "the time is out of range");
    if (!table->is_good || !check_life_table(read, name, table, within.node != NULL))
        return false;
    if (n_of != table->n_by - 1) {
        twp_read_fail(read, twp_read_place(of.node != NULL ? of : spot),
            twp_read_printf(read, "%d", n_of), twp_read_printf(read, "%d", table->n_by - 1), NULL,
            "`of` must have a value for each column of %s but the first", table->name);
        return false;
    }
    law->row = read_row(read, of, table);
    return true;
}

/* ---- laws ----------------------------------------------------------------------------------- */

bool
twp_read_law(twp_read_t *read, twp_spot_t spot, twp_law_t *law)
{
    if (!twp_read_is_mapping(spot))
        return false;
    for (int k = 0; k < spot.node->n; k++) {
        const twp_family_row_t *row = twp_families_find(spot.node->pair[k].key);
        twp_spot_t inner;
        if (row == NULL)
            continue;
        inner = twp_read_entry(read, spot, &spot.node->pair[k]);
        law->family = row->family;
        law->place = twp_read_place(inner);
        for (int i = 0; i < row->n_parameters; i++)
            law->parameter[i] = read_parameter(read, inner, row, i, law->parameter[0]);
        switch (row->family) {
        case TWP_FAMILY_PIECEWISE: return read_pieces(read, inner, law);
        case TWP_FAMILY_SPLINE: read_spline(read, inner, law); break;
        case TWP_FAMILY_POLYNOMIAL: read_polynomial(read, inner, law); break;
        case TWP_FAMILY_LIFE_TABLE: return read_life_table(read, inner, law);
        default: break;
        }
        return true;
    }
    return false;
}
