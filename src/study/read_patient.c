/* Attributes, their correlation, and variables. */
#include "base/portable_math.h"
#include "study/read.h"

#include <math.h>
#include <string.h>

/* ---- attributes ----------------------------------------------------------------------------- */

static bool
is_chance(const twp_distribution_t *distribution)
{
    while (distribution->kind == TWP_DIST_BY)
        distribution = distribution->by_is[0];
    return distribution->kind == TWP_DIST_CHANCE;
}

/* Keys of a distribution under which no number of its own stands. */
static bool
is_beside(const char *key)
{
    static const char *const beside[] = { "by", "note", "source", "stream", "within" };

    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++)
        if (strcmp(key, beside[i]) == 0)
            return true;
    return false;
}

/* Text of one number of a distribution, for its unit as written: the first of a list, and of a mapping
 * the first in order of the keys' names, whatever order they are written in. */
static const char *
first_number(twp_read_t *read, twp_spot_t spot)
{
    for (int depth = 0; spot.node != NULL && depth < TWP_YAML_MAX_DEPTH; depth++) {
        const char *const unit = twp_read_text(twp_read_get(read, spot, "unit"));
        const twp_pair_t **pair;
        int n, i = 0;

        if (spot.node->kind == TWP_NODE_SCALAR)
            return spot.node->text;
        if (unit != NULL && twp_node_get(spot.node, "column") != NULL)
            return twp_read_printf(read, "1 %s", unit);
        if (!twp_read_is_mapping(spot)) {
            if (twp_read_n_items(spot) == 0)
                return NULL;
            spot = twp_read_item(read, spot, 0);
            continue;
        }
        pair = twp_read_sorted(read, spot, &n);
        while (i < n && is_beside(pair[i]->key))
            i++;
        spot = twp_read_get(read, spot, i < n ? pair[i]->key : "");
    }
    return NULL;
}

static const char *
stream_of(twp_read_t *read, twp_spot_t spot, const char *name)
{
    const char *pinned = twp_read_text(twp_read_get(read, spot, "stream"));

    return pinned != NULL ? pinned : twp_read_printf(read, "patient.%s", name);
}

void
twp_read_attribute(twp_read_t *read, int i)
{
    twp_study_typed_t *study = read->study;
    twp_study_attribute_t *out = &study->attribute[i];
    const twp_spot_t spot = read->attribute_spot[i];
    const bool is_consent = strncmp(out->name, "consent.", 8) == 0;

    if (read->attribute_reading[i] != TWP_READING_NOT_YET)
        return;
    read->attribute_reading[i] = TWP_READING_NOW;
    out->i_copula = -1;
    out->stream = stream_of(read, spot, out->name);
    out->unit = "";
    out->distribution = twp_read_distribution(read, spot, NULL, &out->dim);
    if (out->distribution == NULL) {
        read->attribute_reading[i] = TWP_READING_FAILED;
        return;
    }
    out->is_truth = is_chance(out->distribution);
    out->n_categories = out->distribution->n_categories;
    out->category = out->distribution->category;
    out->unit = twp_read_unit_text(read, first_number(read, spot), out->dim);
    study->draw_order[read->n_attributes_read++] = i;
    read->attribute_reading[i] = TWP_READING_DONE;
    if (is_consent && !out->is_truth)
        twp_read_fail(read, twp_read_place(spot), NULL, "chance: PROBABILITY", NULL,
            "a consent is given or not: it needs a chance");
}

/* ---- correlation ---------------------------------------------------------------------------- */

bool
twp_read_correlations(twp_read_t *read, twp_spot_t spot, int n, const char *of_what, double *matrix)
{
    if (spot.node == NULL || spot.node->kind != TWP_NODE_SEQUENCE)
        return false;
    if (spot.node->n != n) {
        twp_read_fail(read, twp_read_place(spot), twp_read_printf(read, "%d rows", spot.node->n),
            twp_read_printf(read, "%d rows, one for each %s", n, of_what), NULL,
            "the matrix has the wrong size");
        return false;
    }
    for (int i = 0; i < n; i++) {
        const twp_spot_t row = twp_read_item(read, spot, i);
        if (row.node->kind != TWP_NODE_SEQUENCE)
            return false;
        if (row.node->n != n) {
            twp_read_fail(read, twp_read_place(row), twp_read_printf(read, "%d", row.node->n),
                twp_read_printf(read, "%d numbers, one for each %s", n, of_what), NULL,
                "the row has the wrong length");
            return false;
        }
        for (int j = 0; j < n; j++) {
            const twp_spot_t cell = twp_read_item(read, row, j);
            double *value = &matrix[i * n + j];
            *value = twp_read_constant(read, cell, TWP_DIM_NONE, NAN);
            if (!isfinite(*value))
                return false;
            if ((i == j && *value != 1) || (i != j && !(*value > -1 && *value < 1)) ||
                (i > j && *value != matrix[j * n + i])) {
                twp_read_fail(read, twp_read_place(cell), twp_read_text(cell),
                    i == j ? "1, as all on the diagonal"
                        : i > j
                        ? twp_read_printf(read, "%.10g, as in row %d", matrix[j * n + i], j + 1)
                        : "a correlation between -1 and 1",
                    NULL, "this is no matrix of correlations");
                return false;
            }
        }
    }
    return true;
}

/* Lower Cholesky factor in place, in portable arithmetic; false when not positive definite. */
bool
twp_read_factorise(double *a, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (int k = 0; k < j; k++)
                sum = sum - a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 1e-12))
                return false;
            a[i * n + j] = i == j ? twp_math_sqrt(sum) : sum / a[j * n + j];
        }
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            a[i * n + j] = 0;
    return true;
}

static bool
read_correlated_of(twp_read_t *read, twp_spot_t of, int *attribute)
{
    bool is_good = true;

    for (int k = 0; k < of.node->n; k++) {
        const twp_spot_t item = twp_read_item(read, of, k);
        const int i = twp_read_reference(read, item, TWP_SYMBOL_ATTRIBUTE);
        attribute[k] = i;
        if (i < 0 || read->attribute_reading[i] != TWP_READING_DONE) {
            is_good = false;
        } else if (read->study->attribute[i].i_copula >= 0) {
            twp_read_fail(read, twp_read_place(item), twp_read_text(item), "another attribute",
                NULL, "%s stands here twice", twp_read_text(item));
            is_good = false;
        } else if (read->study->attribute[i].distribution->kind == TWP_DIST_CONSTANT ||
            read->study->attribute[i].distribution->kind == TWP_DIST_COLUMN ||
            read->study->attribute[i].distribution->kind == TWP_DIST_STEPS) {
            twp_read_fail(read, twp_read_place(item), twp_read_text(item), "a drawn attribute",
                NULL, "%s is not drawn: it cannot be correlated", twp_read_text(item));
            is_good = false;
        } else {
            read->study->attribute[i].i_copula = k;
        }
    }
    return is_good;
}

static void
read_correlated(twp_read_t *read)
{
    const twp_spot_t correlated = twp_read_get(
                         read, twp_read_get(read, read->root, "patient"), "correlated"),
                     of = twp_read_get(read, correlated, "of"),
                     scores = twp_read_get(read, correlated, "normal_scores");
    twp_study_typed_t *study = read->study;

    if (of.node == NULL || of.node->kind != TWP_NODE_SEQUENCE)
        return;
    if (of.node->n > TWP_STUDY_MAX_CORRELATED) {
        twp_read_fail(read, twp_read_place(of), twp_read_printf(read, "%d", of.node->n),
            twp_read_printf(read, "at most %d", TWP_STUDY_MAX_CORRELATED), NULL,
            "too many attributes");
        return;
    }
    study->copula_attribute = TWP_READ_NEW(read, int, of.node->n);
    study->copula = TWP_READ_NEW(read, double, of.node->n *of.node->n);
    if (!read_correlated_of(read, of, study->copula_attribute) ||
        !twp_read_correlations(read, scores, of.node->n, "attribute", study->copula))
        return;
    study->n_copula = of.node->n;
    if (!twp_read_factorise(study->copula, study->n_copula))
        twp_read_fail(read, twp_read_place(scores), NULL, "a positive definite matrix", NULL,
            "no attributes can be correlated like this: the matrix is not positive definite");
}

void
twp_read_attributes(twp_read_t *read)
{
    for (int i = 0; i < read->study->n_attributes; i++)
        twp_read_attribute(read, i);
    read_correlated(read);
}

/* ---- variables ------------------------------------------------------------------------------ */

static void
read_limits(twp_read_t *read, twp_spot_t spot, twp_study_variable_t *out)
{
    const twp_spot_t within = twp_read_get(read, spot, "within");
    double low, high;

    if (within.node != NULL && out->is_stock)
        twp_read_fail(read, twp_read_place(within), NULL, NULL, NULL,
            "a stock falls by one a day and never below 0: it has no other limits");
    if (within.node == NULL || out->is_stock || within.node->kind != TWP_NODE_SEQUENCE ||
        within.node->n != 2)
        return;
    out->low = twp_read_number(read, twp_read_item(read, within, 0), TWP_SCOPE_CONSTANT, &out->dim);
    out->high = twp_read_number(
        read, twp_read_item(read, within, 1), TWP_SCOPE_CONSTANT, &out->dim);
    twp_read_note_rise(read, out->low, out->high, true);
    if (twp_read_is_known_aside(read, out->low, &low) &&
        twp_read_is_known_aside(read, out->high, &high) && !(low < high))
        twp_read_fail(read, twp_read_place(within), NULL, "[low, high] with low < high", NULL,
            "%s has no room", out->name);
}

static void
read_return(twp_read_t *read, twp_spot_t spot, twp_study_variable_t *out)
{
    const twp_spot_t half_life = twp_read_get(read, spot, "half_life"),
                     returns_to = twp_read_get(read, spot, "returns_to"),
                     held_for = twp_read_get(read, spot, "held_for");
    const char *to = twp_read_text(returns_to);

    if (half_life.node == NULL || returns_to.node == NULL)
        return;
    if (out->is_stock) {
        twp_read_fail(read, twp_read_place(half_life), NULL, NULL, NULL,
            "a stock falls by one a day: it has no half-life");
        return;
    }
    out->has_half_life = true;
    out->half_life_days = twp_read_positive_time(read, half_life);
    if (held_for.node != NULL)
        out->held_for_days = twp_read_positive_time(read, held_for);
    if (to != NULL && strcmp(to, "start") == 0)
        out->returns_to_start = true;
    else
        out->returns_to = twp_read_number(read, returns_to, TWP_SCOPE_TWIN, &out->dim);
}

/* Kind, dimension and start; what may look at attributes comes later, see twp_read_variables(). */
static void
read_variable(twp_read_t *read, int i)
{
    const twp_spot_t spot = read->variable_spot[i], starts = twp_read_get(read, spot, "starts");
    const char *kind = twp_read_text(twp_read_get(read, spot, "kind"));
    const twp_dim_t time = TWP_DIM_TIME;
    twp_study_variable_t *out = &read->study->variable[i];
    twp_dim_t got = TWP_DIM_NONE;

    out->is_stock = kind != NULL && strcmp(kind, "stock") == 0;
    out->stream = stream_of(read, starts, out->name);
    if (twp_read_text(twp_read_get(read, spot, "stream")) != NULL)
        out->stream = twp_read_text(twp_read_get(read, spot, "stream"));
    out->dim = out->is_stock ? time : TWP_DIM_NONE;
    if (starts.node != NULL) {
        out->starts = twp_read_distribution(read, starts, out->is_stock ? &time : NULL, &got);
        if (out->starts != NULL && out->starts->n_categories > 0)
            twp_read_fail(read, twp_read_place(starts), NULL, "a distribution of numbers", NULL,
                "a variable is a number, not a category");
        if (out->starts != NULL)
            out->dim = got;
        read->is_variable_wrong[i] = out->starts == NULL && !out->is_stock;
    } else {
        const twp_spot_t within = twp_read_get(read, spot, "within");
        twp_expression_t *low = NULL;
        if (!out->is_stock && within.node != NULL && within.node->kind == TWP_NODE_SEQUENCE &&
            within.node->n == 2)
            low = twp_read_number(read, twp_read_item(read, within, 1), TWP_SCOPE_CONSTANT, NULL);
        if (low != NULL)
            out->dim = low->dim;
    }
    if (out->starts == NULL) {
        out->starts = TWP_READ_NEW(read, twp_distribution_t, 1);
        out->starts->kind = TWP_DIST_CONSTANT;
        out->starts->arg[0] = twp_read_literal(read, 0, out->dim);
    }
    out->unit = twp_read_unit_text(read, first_number(read, starts), out->dim);
}

void
twp_read_variables(twp_read_t *read)
{
    for (int i = 0; i < read->study->n_variables; i++)
        read_variable(read, i);
    for (int i = 0; i < read->study->n_variables; i++) {
        read_limits(read, read->variable_spot[i], &read->study->variable[i]);
        read_return(read, read->variable_spot[i], &read->study->variable[i]);
    }
}
