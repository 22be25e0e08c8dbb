/* Distributions: their arguments in one spelling each, their ranges, their dimension. */
#include "base/suggest.h"
#include "study/read.h"

#include <math.h>
#include <string.h>

/* What an argument must be, besides finite. */
typedef enum { ANY_VALUE, NOT_NEGATIVE, POSITIVE } range_t;

/* A constant at spot, in the range; NULL with a finding. */
static twp_expression_t *
read_argument(twp_read_t *read, twp_spot_t spot, const twp_dim_t *dim, range_t range)
{
    twp_expression_t *expression = twp_read_number(read, spot, TWP_SCOPE_CONSTANT, dim);
    double value;

    if (!twp_read_is_known_within(read, expression,
            range == POSITIVE           ? TWP_WITHIN_ABOVE_0
                : range == NOT_NEGATIVE ? TWP_WITHIN_FROM_0
                                        : TWP_WITHIN_FINITE,
            &value))
        return NULL;
    if (!isfinite(value) || (range == POSITIVE && !(value > 0)) ||
        (range == NOT_NEGATIVE && !(value >= 0))) {
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot),
            range == POSITIVE           ? "a number above 0"
                : range == NOT_NEGATIVE ? "a number not below 0"
                                        : "a finite number",
            NULL, "the value is out of range");
        return NULL;
    }
    return expression;
}

static double
value_of(const twp_read_t *read, const twp_expression_t *expression)
{
    double value = NAN;

    (void) twp_read_is_known_aside(read, expression, &value);
    return value;
}

/* Whether b is above a, or (not is_strict) not below it. */
static bool
rises(twp_read_t *read, twp_expression_t *a, twp_expression_t *b, bool is_strict)
{
    twp_read_note_rise(read, a, b, is_strict);
    return is_strict ? value_of(read, a) < value_of(read, b)
                     : value_of(read, a) <= value_of(read, b);
}

/* All n items of a list, of one dimension: that of the first, in *dim. */
static bool
read_list(twp_read_t *read, twp_spot_t list, int n, twp_expression_t **argument, twp_dim_t *dim)
{
    if (twp_read_n_items(list) != n || list.node->kind != TWP_NODE_SEQUENCE)
        return false;
    for (int i = 0; i < n; i++) {
        argument[i] = read_argument(
            read, twp_read_item(read, list, i), i > 0 ? dim : NULL, ANY_VALUE);
        if (argument[i] == NULL)
            return false;
        if (i == 0)
            *dim = argument[i]->dim;
    }
    return true;
}

static twp_dim_t
per(twp_dim_t dim)
{
    return (twp_dim_t){ (int8_t) -dim.time, (int8_t) -dim.money };
}

static twp_expression_t *
reciprocal(twp_read_t *read, twp_expression_t *a)
{
    if (a == NULL)
        return NULL;
    return twp_read_operator(
        read, TWP_WORD_DIVIDE, per(a->dim), twp_read_literal(read, 1, TWP_DIM_NONE), a, NULL);
}

/* ---- one kind each -------------------------------------------------------------------------- */

typedef bool (*reader_t)(twp_read_t *, twp_spot_t, twp_distribution_t *, twp_dim_t *);

static bool
refuse(twp_read_t *read, twp_spot_t spot, const char *expected)
{
    twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), expected, NULL,
        "the distribution's arguments do not fit together");
    return false;
}

static bool
read_normal(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_spot_t sd = twp_read_item(read, spot, 1);

    out->kind = TWP_DIST_NORMAL;
    if (!read_list(read, spot, 2, out->arg, dim))
        return false;
    twp_read_note_within(read, out->arg[1], TWP_WITHIN_FROM_0);
    return value_of(read, out->arg[1]) >= 0 || refuse(read, sd, "a standard deviation not below 0");
}

static bool
read_uniform(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    out->kind = TWP_DIST_UNIFORM;
    if (!read_list(read, spot, 2, out->arg, dim))
        return false;
    return rises(read, out->arg[0], out->arg[1], true) ||
        refuse(read, spot, "[low, high] with low < high");
}

static bool
read_triangular(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    out->kind = TWP_DIST_TRIANGULAR;
    if (!read_list(read, spot, 3, out->arg, dim))
        return false;
    return (rises(read, out->arg[0], out->arg[1], false) &&
               rises(read, out->arg[1], out->arg[2], false) &&
               rises(read, out->arg[0], out->arg[2], true)) ||
        refuse(read, spot, "[low, mode, high], rising");
}

static bool
read_beta(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_dim_t none = TWP_DIM_NONE;

    out->kind = TWP_DIST_BETA;
    *dim = none;
    if (twp_read_n_items(spot) != 2 || spot.node->kind != TWP_NODE_SEQUENCE)
        return false;
    out->arg[0] = read_argument(read, twp_read_item(read, spot, 0), &none, POSITIVE);
    out->arg[1] = read_argument(read, twp_read_item(read, spot, 1), &none, POSITIVE);
    return out->arg[0] != NULL && out->arg[1] != NULL;
}

/* meanlog and sdlog; a median is one of days or money. */
static bool
read_lognormal(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_dim_t none = TWP_DIM_NONE;
    const twp_spot_t median = twp_read_get(read, spot, "median"),
                     meanlog = twp_read_get(read, spot, "meanlog"),
                     sigma = twp_read_get(read, spot, "sigma_log"),
                     sd = sigma.node != NULL ? sigma : twp_read_get(read, spot, "sdlog");
    twp_expression_t *at = NULL;

    out->kind = TWP_DIST_LOGNORMAL;
    if (median.node != NULL) {
        at = read_argument(read, median, NULL, POSITIVE);
        if (at != NULL)
            *dim = at->dim;
        out->arg[0] = twp_read_operator(read, TWP_WORD_LOG, none, at, NULL, NULL);
    } else {
        out->arg[0] = read_argument(read, meanlog, &none, ANY_VALUE);
    }
    out->arg[1] = read_argument(read, sd, &none, NOT_NEGATIVE);
    return out->arg[0] != NULL && out->arg[1] != NULL;
}

static bool
read_gamma(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_dim_t none = TWP_DIM_NONE;
    const twp_spot_t scale = twp_read_get(read, spot, "scale"),
                     mean = twp_read_get(read, spot, "mean"),
                     rate = twp_read_get(read, spot, "rate");

    out->kind = TWP_DIST_GAMMA;
    out->arg[0] = read_argument(read, twp_read_get(read, spot, "shape"), &none, POSITIVE);
    if (mean.node != NULL) {
        twp_expression_t *m = read_argument(read, mean, NULL, POSITIVE);
        if (m != NULL && out->arg[0] != NULL)
            out->arg[1] = twp_read_operator(read, TWP_WORD_DIVIDE, m->dim, m, out->arg[0], NULL);
    } else if (rate.node != NULL) {
        out->arg[1] = reciprocal(read, read_argument(read, rate, NULL, POSITIVE));
    } else {
        out->arg[1] = read_argument(read, scale, NULL, POSITIVE);
    }
    if (out->arg[0] == NULL || out->arg[1] == NULL)
        return false;
    *dim = out->arg[1]->dim;
    return true;
}

static bool
read_exponential(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_spot_t mean = twp_read_get(read, spot, "mean");

    out->kind = TWP_DIST_EXPONENTIAL;
    out->arg[0] = mean.node != NULL
        ? reciprocal(read, read_argument(read, mean, NULL, POSITIVE))
        : read_argument(read, twp_read_get(read, spot, "rate"), NULL, POSITIVE);
    if (out->arg[0] == NULL)
        return false;
    *dim = per(out->arg[0]->dim);
    return true;
}

static bool
read_weibull(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_dim_t none = TWP_DIM_NONE;

    out->kind = TWP_DIST_WEIBULL;
    out->arg[0] = read_argument(read, twp_read_get(read, spot, "shape"), &none, POSITIVE);
    out->arg[1] = read_argument(read, twp_read_get(read, spot, "scale"), NULL, POSITIVE);
    if (out->arg[0] == NULL || out->arg[1] == NULL)
        return false;
    *dim = out->arg[1]->dim;
    return true;
}

static bool
read_chance(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_dim_t none = TWP_DIM_NONE;

    out->kind = TWP_DIST_CHANCE;
    *dim = none;
    out->arg[0] = twp_read_number(read, spot, TWP_SCOPE_CONSTANT, &none);
    if (out->arg[0] == NULL)
        return false;
    twp_read_note_within(read, out->arg[0], TWP_WITHIN_CHANCE);
    if (!twp_is_within(value_of(read, out->arg[0]), TWP_WITHIN_CHANCE)) {
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a chance from 0 to 1", NULL,
            "the chance is out of range");
        return false;
    }
    return true;
}

/* Chances stay good while their sum minus 1 stays that near to 0, worked out as on reading. */
static void
fix_sum(twp_read_t *read, twp_expression_t *const *weight, int n)
{
    const twp_dim_t none = TWP_DIM_NONE;
    twp_expression_t *sum = twp_read_literal(read, 0, none);

    for (int i = 0; i < n; i++)
        sum = twp_read_operator(read, TWP_WORD_ADD, none, sum, weight[i], NULL);
    twp_read_note_within(read,
        twp_read_operator(
            read, TWP_WORD_SUBTRACT, none, sum, twp_read_literal(read, 1, none), NULL),
        (twp_within_t){ -1e-9, 1e-9, true, true });
}

static bool
read_categories(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_dim_t none = TWP_DIM_NONE;
    const twp_pair_t **pair = twp_read_sorted(read, spot, &out->n_categories);
    double sum = 0;

    out->kind = TWP_DIST_CATEGORIES;
    *dim = none;
    if (out->n_categories == 0)
        return false;
    out->category = TWP_READ_NEW(read, const char *, out->n_categories);
    out->weight = TWP_READ_NEW(read, twp_expression_t *, out->n_categories);
    for (int i = 0; i < out->n_categories; i++) {
        out->category[i] = pair[i]->key;
        out->weight[i] = read_argument(
            read, twp_read_entry(read, spot, pair[i]), &none, NOT_NEGATIVE);
        if (out->weight[i] == NULL)
            return false;
        sum += value_of(read, out->weight[i]);
    }
    fix_sum(read, out->weight, out->n_categories);
    if (!(fabs(sum - 1) <= 1e-9)) {
        twp_read_fail(read, twp_read_place(spot), twp_read_printf(read, "a sum of %.10g", sum),
            "chances that sum to 1", NULL, "the chances of the categories do not sum to 1");
        return false;
    }
    return true;
}

static const struct {
    const char *key;
    reader_t read;
    bool is_continuous;
} kinds[] = {
    { "normal", read_normal, true },
    { "lognormal", read_lognormal, true },
    { "uniform", read_uniform, true },
    { "beta", read_beta, true },
    { "gamma", read_gamma, true },
    { "exponential", read_exponential, true },
    { "weibull", read_weibull, true },
    { "triangular", read_triangular, true },
    { "chance", read_chance, false },
    { "categories", read_categories, false },
};

/* ---- columns and segments ------------------------------------------------------------------- */

static bool
read_column(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_spot_t unit = twp_read_get(read, spot, "unit"), is = twp_read_get(read, spot, "is");
    const twp_spot_t patient = twp_read_get(read, read->root, "patient");
    const twp_pair_t **pair = twp_read_sorted(read, is, &out->n_categories);

    out->kind = TWP_DIST_COLUMN;
    out->column = twp_read_text(twp_read_get(read, spot, "column"));
    out->column_unit = 1;
    *dim = TWP_DIM_NONE;
    if (out->column == NULL)
        return false;
    if (twp_read_get(read, patient, "from").node == NULL) {
        twp_read_fail(read, twp_read_place(twp_read_get(read, spot, "column")), out->column,
            "patient.from: FILE.csv", NULL, "there is no file of patients to read a column of");
        return false;
    }
    if (twp_read_text(unit) != NULL) {
        /* one of the unit, as any quantity is read */
        twp_place_t place = twp_read_place(unit);
        const twp_expression_t *one;
        place.column -= 2;
        one = twp_expression_read(&read->reader, twp_read_printf(read, "1 %s", twp_read_text(unit)),
            place, TWP_SCOPE_CONSTANT, false, NULL);
        if (!twp_read_is_known(read, one, &out->column_unit))
            return false;
        *dim = one->dim;
    }
    out->category = TWP_READ_NEW(read, const char *, out->n_categories);
    out->column_text = TWP_READ_NEW(read, const char *, out->n_categories);
    for (int i = 0; i < out->n_categories; i++) {
        out->category[i] = pair[i]->key;
        out->column_text[i] = pair[i]->value->kind == TWP_NODE_SCALAR ? pair[i]->value->text : "";
    }
    return true;
}

static bool
is_truth(const twp_distribution_t *distribution)
{
    return distribution->kind == TWP_DIST_CHANCE ||
        (distribution->kind == TWP_DIST_BY && is_truth(distribution->by_is[0]));
}

static bool
is_same_sort(const twp_distribution_t *a, const twp_distribution_t *b)
{
    if (is_truth(a) != is_truth(b) || a->n_categories != b->n_categories)
        return false;
    for (int i = 0; i < a->n_categories; i++)
        if (strcmp(a->category[i], b->category[i]) != 0)
            return false;
    return true;
}

/* The categories of `is` are those of the attribute, all of them. */
static bool
check_categories(twp_read_t *read, twp_spot_t is, const twp_study_attribute_t *by)
{
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, is, &n);
    bool is_good = true;

    for (int i = 0; i < n; i++)
        if (twp_read_index(by->category, by->n_categories, pair[i]->key) < 0) {
            const twp_place_t place = { pair[i]->value->file, pair[i]->line, pair[i]->column,
                is.path };
            twp_read_fail(read, place, pair[i]->key, "a category",
                twp_suggest_nearest(pair[i]->key, by->category, (size_t) by->n_categories),
                "%s is no category of %s", pair[i]->key, by->name);
            is_good = false;
        }
    for (int i = 0; i < by->n_categories; i++)
        if (twp_node_get(is.node, by->category[i]) == NULL) {
            twp_read_fail(read, twp_read_place(is), NULL, by->category[i], NULL,
                "there is no distribution for %s of %s", by->category[i], by->name);
            is_good = false;
        }
    return is_good;
}

static bool
read_by(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, const twp_dim_t *wanted,
    twp_dim_t *dim)
{
    const twp_spot_t by = twp_read_get(read, spot, "by"), is = twp_read_get(read, spot, "is");
    const twp_study_attribute_t *attribute;
    twp_dim_t got;

    out->kind = TWP_DIST_BY;
    out->i_by = twp_read_reference(read, by, TWP_SYMBOL_ATTRIBUTE);
    if (out->i_by < 0 || !twp_read_is_mapping(is))
        return false;
    if (read->attribute_reading[out->i_by] == TWP_READING_NOT_YET)
        twp_read_attribute(read, out->i_by);
    attribute = &read->study->attribute[out->i_by];
    if (read->attribute_reading[out->i_by] == TWP_READING_NOW) {
        twp_read_fail(read, twp_read_place(by), twp_read_text(by), "another attribute", NULL,
            "the attribute would be drawn by itself");
        return false;
    }
    if (read->attribute_reading[out->i_by] != TWP_READING_DONE)
        return false;
    if (attribute->n_categories == 0) {
        twp_read_fail(read, twp_read_place(by), attribute->name, "an attribute with categories",
            NULL, "%s has no categories", attribute->name);
        return false;
    }
    if (!check_categories(read, is, attribute))
        return false;
    out->by_is = TWP_READ_NEW(read, twp_distribution_t *, attribute->n_categories);
    for (int i = 0; i < attribute->n_categories; i++) {
        const twp_spot_t one = twp_read_get(read, is, attribute->category[i]);
        const twp_spot_t stream = twp_read_get(read, one, "stream");
        if (stream.node != NULL)
            twp_read_fail(read, twp_read_place(stream), twp_read_text(stream),
                "`stream` beside `by`", NULL, "all distributions of a `by` draw one number");
        out->by_is[i] = twp_read_distribution(read, one, i > 0 ? dim : wanted, &got);
        if (out->by_is[i] == NULL)
            return false;
        if (i == 0)
            *dim = got;
        if (!is_same_sort(out->by_is[0], out->by_is[i])) {
            twp_read_fail(read, twp_read_place(one), NULL,
                "all numbers, all chances or the same "
                "categories",
                NULL, "the distributions are of different sorts");
            return false;
        }
    }
    out->n_categories = out->by_is[0]->n_categories;
    out->category = out->by_is[0]->category;
    return true;
}

/* ---- steps of a number ---------------------------------------------------------------------- */

/* The attribute that stands at spot, read; NULL with a finding when it is no number. */
static const twp_study_attribute_t *
read_number_attribute(twp_read_t *read, twp_spot_t spot, int *i)
{
    const twp_study_attribute_t *attribute;

    *i = twp_read_reference(read, spot, TWP_SYMBOL_ATTRIBUTE);
    if (*i < 0)
        return NULL;
    if (read->attribute_reading[*i] == TWP_READING_NOT_YET)
        twp_read_attribute(read, *i);
    attribute = &read->study->attribute[*i];
    if (read->attribute_reading[*i] == TWP_READING_NOW)
        twp_read_fail(read, twp_read_place(spot), attribute->name, "another attribute", NULL,
            "the attribute would be a group of itself");
    else if (read->attribute_reading[*i] == TWP_READING_DONE &&
        (attribute->n_categories > 0 || attribute->is_truth))
        twp_read_fail(read, twp_read_place(spot), attribute->name, "an attribute that is a number",
            NULL, "%s has no steps: it is %s", attribute->name,
            attribute->is_truth ? "true or false" : "a category");
    else if (read->attribute_reading[*i] == TWP_READING_DONE)
        return attribute;
    return NULL;
}

/* The categories that are named, each once, in order of names. */
static void
sort_categories(twp_read_t *read, twp_spot_t is, twp_distribution_t *out)
{
    out->category = TWP_READ_NEW(read, const char *, out->n_steps);
    for (int k = 0; k < out->n_steps; k++) {
        const char *const name = twp_read_text(twp_read_item(read, is, k));
        int at = 0, order = 1;

        while (at < out->n_categories && (order = strcmp(out->category[at], name)) < 0)
            at++;
        if (at < out->n_categories && order == 0)
            continue;
        memmove(out->category + at + 1, out->category + at,
            (size_t) (out->n_categories - at) * sizeof *out->category);
        out->category[at] = name;
        out->n_categories++;
    }
}

static bool
read_steps(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t *dim)
{
    const twp_spot_t from = twp_read_get(read, spot, "from"), is = twp_read_get(read, spot, "is");
    const twp_study_attribute_t *const of = read_number_attribute(
        read, twp_read_get(read, spot, "steps_of"), &out->i_by);

    out->kind = TWP_DIST_STEPS;
    *dim = TWP_DIM_NONE;
    out->n_steps = twp_read_n_items(from);
    if (of == NULL || out->n_steps == 0 || twp_read_n_items(is) == 0)
        return false;
    if (twp_read_n_items(is) != out->n_steps) {
        twp_read_fail(read, twp_read_place(is),
            twp_read_printf(read, "%d names", twp_read_n_items(is)),
            twp_read_printf(read, "%d names, one for each step", out->n_steps), NULL,
            "the lists from and is differ in length");
        return false;
    }
    out->step_from = TWP_READ_NEW(read, twp_expression_t *, out->n_steps);
    out->step_is = TWP_READ_NEW(read, int, out->n_steps);
    sort_categories(read, is, out);
    for (int k = 0; k < out->n_steps; k++) {
        const twp_spot_t at = twp_read_item(read, from, k);

        out->step_from[k] = read_argument(read, at, &of->dim, ANY_VALUE);
        out->step_is[k] = twp_read_index(
            out->category, out->n_categories, twp_read_text(twp_read_item(read, is, k)));
        if (out->step_from[k] == NULL)
            return false;
        if (k > 0 && !rises(read, out->step_from[k - 1], out->step_from[k], true)) {
            twp_read_fail(read, twp_read_place(at), twp_read_text(at), "more than the one before",
                NULL, "the steps do not rise");
            return false;
        }
    }
    return true;
}

/* ---- any distribution ----------------------------------------------------------------------- */

static bool
read_within(twp_read_t *read, twp_spot_t spot, twp_distribution_t *out, twp_dim_t dim)
{
    const twp_spot_t within = twp_read_get(read, spot, "within");
    twp_expression_t *limit[2];

    if (within.node == NULL)
        return true;
    if (twp_read_n_items(within) != 2 || within.node->kind != TWP_NODE_SEQUENCE)
        return false;
    for (int i = 0; i < 2; i++) {
        limit[i] = read_argument(read, twp_read_item(read, within, i), &dim, ANY_VALUE);
        if (limit[i] == NULL)
            return false;
    }
    if (!rises(read, limit[0], limit[1], true))
        return refuse(read, within, "[low, high] with low < high");
    out->low = limit[0];
    out->high = limit[1];
    return true;
}

static bool
read_mapping(twp_read_t *read, twp_spot_t spot, const twp_dim_t *wanted, twp_distribution_t *out,
    twp_dim_t *dim)
{
    if (twp_read_get(read, spot, "column").node != NULL)
        return read_column(read, spot, out, dim);
    if (twp_read_get(read, spot, "by").node != NULL)
        return read_by(read, spot, out, wanted, dim);
    if (twp_read_get(read, spot, "steps_of").node != NULL)
        return read_steps(read, spot, out, dim);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const twp_spot_t arguments = twp_read_get(read, spot, kinds[k].key);
        if (arguments.node == NULL)
            continue;
        *dim = wanted != NULL ? *wanted : TWP_DIM_NONE;
        return kinds[k].read(read, arguments, out, dim) &&
            (!kinds[k].is_continuous || read_within(read, spot, out, *dim));
    }
    return false; /* the shape check has said so */
}

twp_distribution_t *
twp_read_distribution(twp_read_t *read, twp_spot_t spot, const twp_dim_t *dim, twp_dim_t *got)
{
    twp_distribution_t *out = TWP_READ_NEW(read, twp_distribution_t, 1);
    bool is_good;

    *got = TWP_DIM_NONE;
    if (spot.node == NULL)
        return NULL;
    if (read->depth >= TWP_READ_MAX_DEPTH) {
        twp_read_fail(read, twp_read_place(spot), NULL, "a shorter chain", NULL,
            "distributions depend on each other more than %d deep", TWP_READ_MAX_DEPTH);
        return NULL;
    }
    read->depth++;
    if (twp_read_is_mapping(spot)) {
        is_good = read_mapping(read, spot, dim, out, got);
    } else {
        out->kind = TWP_DIST_CONSTANT;
        out->arg[0] = read_argument(read, spot, dim, ANY_VALUE);
        is_good = out->arg[0] != NULL;
        if (is_good)
            *got = out->arg[0]->dim;
    }
    read->depth--;
    if (!is_good)
        return NULL;
    if (dim != NULL && !twp_read_same_dim(*dim, *got)) {
        twp_read_fail(read, twp_read_place(spot),
            twp_read_printf(read, "[%s]", twp_read_dim_text(read, *got)),
            twp_read_printf(read, "[%s]", twp_read_dim_text(read, *dim)), NULL,
            "the distribution has the wrong unit");
        return NULL;
    }
    return out;
}
