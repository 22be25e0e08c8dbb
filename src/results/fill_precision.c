/* The group of precision: what was asked for, and what the looks saw. */
#include "results/fill_internal.h"

#include "base/error.h"

static void
put(twp_fill_t *fill, const char *name, twp_type_t type, const void *values)
{
    twp_field_t field;

    if (fill->status == TWP_OK &&
        twp_fill_ok(fill, twp_columns_field("precision", name, type, NULL, &field, &fill->err)))
        (void) twp_fill_ok(
            fill, twp_results_write(fill->writer, "precision", &field, values, &fill->err));
}

static const char *
unit_of(const twp_fill_t *fill, const twp_precision_t *asked)
{
    const twp_figure_t *const figure = &fill->run->figures->figure[asked->i_figure];
    const char *const unit = twp_fill_measure_unit(fill, &fill->study->measure[figure->i_measure]);

    return unit != NULL ? unit : "";
}

void
twp_fill_write_precision(twp_fill_t *fill)
{
    const twp_looks_t *const looks = fill->run->looks;
    twp_results_writer_t *const writer = fill->writer;
    const char **const name = TWP_ARENA_NEW(fill->arena, const char *, looks->n);
    const char **const unit = TWP_ARENA_NEW(fill->arena, const char *, looks->n);
    double *const wanted = TWP_ARENA_NEW(fill->arena, double, looks->n);

    if (name == NULL || unit == NULL || wanted == NULL) {
        (void) twp_fill_ok(
            fill, TWP_FAIL(&fill->err, TWP_ERR_MEMORY, "no memory for the precision"));
        return;
    }
    for (int k = 0; k < looks->n; k++) {
        name[k] = looks->asked[k].name;
        unit[k] = unit_of(fill, &looks->asked[k]);
        wanted[k] = looks->asked[k].wanted;
    }
    (void) twp_fill_ok(fill, twp_results_group(writer, "precision", &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_attribute_text(
                writer, "precision", "reached", looks->is_reached ? "yes" : "no", &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_attribute_int32(
                writer, "precision", "twins_most", (int32_t) fill->run->n_twins_most, &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_labels(
                writer, "precision", "precision", (size_t) looks->n, name, NULL, &fill->err));
    if (fill->status == TWP_OK)
        (void) twp_fill_ok(fill,
            twp_results_dimension_int32(writer, "precision", "look", (size_t) looks->n_looks,
                looks->n_twins, NULL, NULL, &fill->err));
    put(fill, "unit", TWP_TYPE_TEXT, unit);
    put(fill, "wanted", TWP_TYPE_FLOAT64, wanted);
    put(fill, "half_width", TWP_TYPE_FLOAT64, looks->half_width);
}
