#include "results/fill_adherence.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    twp_results_writer_t *writer;
    const twp_fill_adherence_t *fill;
    void *room; /* [n_rows] elements of at most 8 bytes, or pointers */
} filler_t;

/* ---- rows ------------------------------------------------------------------------------------- */

static twp_type_t
type_of(twp_adherence_column_kind_t kind)
{
    switch (kind) {
    case TWP_ADHERENCE_IS_PATIENT:
    case TWP_ADHERENCE_IS_MEDICATION: return TWP_TYPE_TEXT;
    case TWP_ADHERENCE_IS_COUNT: return TWP_TYPE_INT32;
    case TWP_ADHERENCE_IS_FLAG: return TWP_TYPE_INT8;
    case TWP_ADHERENCE_IS_DATE:
    case TWP_ADHERENCE_IS_NUMBER:
    case TWP_ADHERENCE_IS_MEASURE: break;
    }
    return TWP_TYPE_FLOAT64;
}

/* The column's values in the type that they are written in. */
static const void *
convert(const filler_t *filler, const twp_adherence_column_t *column)
{
    const twp_dispensings_t *const from = filler->fill->dispensings;
    const size_t n = (size_t) filler->fill->rows->n_rows;
    const char **const text = filler->room;
    int32_t *const number = filler->room;
    int8_t *const flag = filler->room;

    for (size_t i = 0; i < n; i++)
        switch (column->kind) {
        case TWP_ADHERENCE_IS_PATIENT: text[i] = from->id[(size_t) column->value[i]]; break;
        case TWP_ADHERENCE_IS_MEDICATION:
            text[i] = from->medication[(size_t) column->value[i]];
            break;
        case TWP_ADHERENCE_IS_COUNT: number[i] = (int32_t) column->value[i]; break;
        case TWP_ADHERENCE_IS_FLAG: flag[i] = (int8_t) column->value[i]; break;
        case TWP_ADHERENCE_IS_DATE:
        case TWP_ADHERENCE_IS_NUMBER:
        case TWP_ADHERENCE_IS_MEASURE: return column->value;
        }
    return filler->room;
}

static twp_status_t
write_rows(const filler_t *filler, twp_error_t *err)
{
    const twp_adherence_rows_t *const rows = filler->fill->rows;
    twp_status_t status = twp_results_group(filler->writer, "adherence", err);

    if (status == TWP_OK)
        status = twp_results_attribute_text(
            filler->writer, "adherence", "per", filler->fill->summary->per, err);
    if (status == TWP_OK)
        status = twp_results_dimension_plain(
            filler->writer, "adherence", "row", (size_t) rows->n_rows, err);
    for (int i = 0; i < rows->n_columns && status == TWP_OK; i++) {
        const twp_adherence_column_t *const column = &rows->column[i];
        twp_field_t field;

        status = twp_columns_field(
            "adherence", column->name, type_of(column->kind), NULL, &field, err);
        if (column->measure != NULL)
            field.long_name = column->measure->definition;
        if (status == TWP_OK)
            status = twp_results_write(
                filler->writer, "adherence", &field, convert(filler, column), err);
    }
    return status;
}

/* ---- figures ---------------------------------------------------------------------------------- */

static twp_status_t
write_figure_column(
    const filler_t *filler, const char *name, twp_type_t type, const void *values, twp_error_t *err)
{
    twp_field_t field;
    twp_status_t status = twp_columns_field("cohort", name, type, NULL, &field, err);

    return status == TWP_OK ? twp_results_write(filler->writer, "cohort", &field, values, err)
                            : status;
}

#define N_QUANTILES 5

static twp_status_t
declare_figures(const filler_t *filler, twp_error_t *err)
{
    static const double shares[N_QUANTILES] = { 0, 0.25, 0.5, 0.75, 1 };
    static const char *const bins[TWP_COHORT_BINS] = { "below 0.1", "0.1 to 0.2", "0.2 to 0.3",
        "0.3 to 0.4", "0.4 to 0.5", "0.5 to 0.6", "0.6 to 0.7", "0.7 to 0.8", "0.8 to 0.9",
        "0.9 to 1", "1", "above 1" };
    const twp_cohort_summary_t *const summary = filler->fill->summary;
    const char *names[TWP_ADHERENCE_COLUMNS_MAX];
    twp_status_t status = twp_results_group(filler->writer, "cohort", err);

    for (int i = 0; i < summary->n_figures; i++)
        names[i] = summary->figure[i].name;
    if (status == TWP_OK)
        status = twp_results_attribute_float64(
            filler->writer, "cohort", "threshold", summary->threshold, err);
    if (status == TWP_OK)
        status = twp_results_dimension_labels(
            filler->writer, "cohort", "measure", (size_t) summary->n_figures, names, NULL, err);
    if (status == TWP_OK)
        status = twp_results_dimension_float64(
            filler->writer, "cohort", "quantile", N_QUANTILES, shares, "1", NULL, err);
    if (status == TWP_OK)
        status = twp_results_dimension_labels(
            filler->writer, "cohort", "bin", TWP_COHORT_BINS, bins, NULL, err);
    return status;
}

typedef struct {
    const char *unit[TWP_ADHERENCE_COLUMNS_MAX], *definition[TWP_ADHERENCE_COLUMNS_MAX];
    int64_t n[TWP_ADHERENCE_COLUMNS_MAX], n_missing[TWP_ADHERENCE_COLUMNS_MAX];
    int64_t n_above[TWP_ADHERENCE_COLUMNS_MAX];
    int64_t histogram[TWP_ADHERENCE_COLUMNS_MAX * TWP_COHORT_BINS];
    double mean[TWP_ADHERENCE_COLUMNS_MAX], sd[TWP_ADHERENCE_COLUMNS_MAX];
    double low[TWP_ADHERENCE_COLUMNS_MAX], high[TWP_ADHERENCE_COLUMNS_MAX];
    double value[TWP_ADHERENCE_COLUMNS_MAX * N_QUANTILES];
} figures_t;

static void
collect_figures(const twp_cohort_summary_t *summary, figures_t *to)
{
    for (int i = 0; i < summary->n_figures; i++) {
        const twp_cohort_figure_t *const figure = &summary->figure[i];
        const double value[N_QUANTILES] = { figure->least, figure->quartile[0], figure->quartile[1],
            figure->quartile[2], figure->most };

        to->unit[i] = figure->unit;
        to->definition[i] = figure->definition;
        to->n[i] = figure->n;
        to->n_missing[i] = figure->n_missing;
        to->n_above[i] = figure->n_above;
        to->mean[i] = figure->mean;
        to->sd[i] = figure->sd;
        to->low[i] = figure->low;
        to->high[i] = figure->high;
        for (int k = 0; k < N_QUANTILES; k++)
            to->value[i * N_QUANTILES + k] = value[k];
        for (int k = 0; k < TWP_COHORT_BINS; k++)
            to->histogram[i * TWP_COHORT_BINS + k] = figure->bin != NULL ? figure->bin[k] : 0;
    }
}

static twp_status_t
write_figures(const filler_t *filler, twp_error_t *err)
{
    figures_t *const to = calloc(1, sizeof *to);
    twp_status_t status = declare_figures(filler, err);

    if (to == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the figures");
    collect_figures(filler->fill->summary, to);
    const struct {
        const char *name;
        twp_type_t type;
        const void *values;
    } column[] = { { "unit", TWP_TYPE_TEXT, to->unit },
        { "definition", TWP_TYPE_TEXT, to->definition }, { "n", TWP_TYPE_INT64, to->n },
        { "n_missing", TWP_TYPE_INT64, to->n_missing }, { "n_above", TWP_TYPE_INT64, to->n_above },
        { "mean", TWP_TYPE_FLOAT64, to->mean }, { "sd", TWP_TYPE_FLOAT64, to->sd },
        { "low", TWP_TYPE_FLOAT64, to->low }, { "high", TWP_TYPE_FLOAT64, to->high },
        { "value", TWP_TYPE_FLOAT64, to->value }, { "histogram", TWP_TYPE_INT64, to->histogram } };
    for (size_t i = 0; i < sizeof column / sizeof column[0] && status == TWP_OK; i++)
        status = write_figure_column(filler, column[i].name, column[i].type, column[i].values, err);
    free(to);
    return status;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static twp_status_t
write_root(const filler_t *filler, twp_error_t *err)
{
    twp_status_t status = twp_results_attribute_text(
        filler->writer, NULL, "twinpath_kind", TWP_KIND_ADHERENCE, err);

    if (status == TWP_OK)
        status = twp_results_attribute_text(
            filler->writer, NULL, "title", "adherence from dispensings", err);
    return status;
}

twp_status_t
twp_fill_adherence(twp_results_writer_t *writer, const twp_fill_adherence_t *fill, twp_error_t *err)
{
    filler_t filler = { writer, fill, malloc((size_t) (fill->rows->n_rows + 1) * sizeof(void *)) };
    twp_status_t status = TWP_OK;

    if (filler.room == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the rows");
    status = write_root(&filler, err);
    if (status == TWP_OK)
        status = write_rows(&filler, err);
    if (status == TWP_OK && fill->summary->n_figures > 0)
        status = write_figures(&filler, err);
    free(filler.room);
    return status;
}
