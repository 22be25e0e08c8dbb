#include "measure/adherence_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z_95 1.959963984540054 /* upper 2.5 % point of the normal distribution */

static int
compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/* Between neighbours linearly, as R's quantile(type = 7). */
static double
quantile(const double *sorted, int64_t n, double p)
{
    const double at = p * (double) (n - 1);
    const int64_t i = (int64_t) at;

    return i + 1 < n ? sorted[i] + (at - (double) i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static int
bin_of(double value)
{
    if (value >= 1)
        return value > 1 ? TWP_COHORT_BINS - 1 : TWP_COHORT_BINS - 2;
    return value > 0 ? (int) (10 * value) : 0;
}

/* Mean and spread in one pass over the sorted values: the same whatever the order of rows. */
static void
add_moments(const double *sorted, bool has_interval, twp_cohort_figure_t *figure)
{
    const int64_t n = figure->n;
    double mean = 0, squares = 0;

    for (int64_t i = 0; i < n; i++) { /* Welford 1962 Technometrics 4:419 */
        const double distance = sorted[i] - mean;

        mean += distance / (double) (i + 1);
        squares += distance * (sorted[i] - mean);
    }
    figure->mean = mean;
    if (n < 2)
        return;
    figure->sd = sqrt(squares / (double) (n - 1));
    if (has_interval) {
        const double half = Z_95 * figure->sd / sqrt((double) n);
        figure->low = mean - half;
        figure->high = mean + half;
    }
}

static bool
add_bins(const double *sorted, double threshold, twp_arena_t *arena, twp_cohort_figure_t *figure)
{
    int64_t *const bin = TWP_ARENA_NEW(arena, int64_t, TWP_COHORT_BINS);

    if (bin == NULL)
        return false;
    for (int64_t i = 0; i < figure->n; i++) {
        bin[bin_of(sorted[i])]++; /* NOLINT: [n] were sorted */
        figure->n_above += sorted[i] >= threshold;
    }
    figure->bin = bin;
    return true;
}

/* One column; sorted[n_rows] is room to work in. */
static bool
summarise_column(const twp_adherence_rows_t *rows, const twp_adherence_column_t *column,
    const twp_adherence_plan_t *plan, twp_arena_t *arena, double *sorted,
    twp_cohort_figure_t *figure)
{
    const twp_file_measure_row_t *const measure = column->measure;
    int64_t n = 0;

    for (int64_t i = 0; i < rows->n_rows; i++)
        if (!isnan(column->value[i]))
            sorted[n++] = column->value[i];
    *figure = (twp_cohort_figure_t){ .name = column->name,
        .unit = measure != NULL ? measure->unit : "d",
        .definition = measure != NULL ? measure->definition : "",
        .source = measure != NULL ? measure->source : "",
        .n = n,
        .n_missing = rows->n_rows - n,
        .mean = NAN,
        .sd = NAN,
        .low = NAN,
        .high = NAN,
        .least = NAN,
        .quartile = { NAN, NAN, NAN },
        .most = NAN };
    if (n > 0) {
        qsort(sorted, (size_t) n, sizeof *sorted, compare_doubles);
        add_moments(sorted, plan->per == TWP_PER_PATIENT, figure);
        figure->least = sorted[0];
        for (int q = 0; q < 3; q++)
            figure->quartile[q] = quantile(sorted, n, 0.25 * (q + 1));
        figure->most = sorted[n - 1];
    }
    return measure == NULL || add_bins(sorted, plan->threshold, arena, figure);
}

twp_status_t
twp_adherence_summarise(const twp_adherence_rows_t *rows, const twp_adherence_plan_t *plan,
    twp_arena_t *arena, twp_cohort_figure_t *figure, int *n, twp_error_t *err)
{
    double *const sorted = malloc((size_t) (rows->n_rows + 1) * sizeof *sorted);
    bool is_good = sorted != NULL;

    *n = 0;
    for (int i = 0; is_good && i < rows->n_columns; i++) {
        const twp_adherence_column_t *const column = &rows->column[i];

        if (column->kind == TWP_ADHERENCE_IS_MEASURE ||
            (column->kind == TWP_ADHERENCE_IS_NUMBER && strcmp(column->name, "daily_dose") != 0))
            is_good = summarise_column(rows, column, plan, arena, sorted, &figure[(*n)++]);
    }
    free(sorted);
    return is_good ? TWP_OK : TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the summary");
}
