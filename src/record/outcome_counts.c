#include "record/outcome_tables.h"

#include <stdlib.h>
#include <string.h>

static int64_t *
zeros(size_t n)
{
    return calloc(n + 1, sizeof(int64_t));
}

twp_status_t
twp_outcome_counts_init(const twp_outcome_plan_t *plan, bool has_histogram,
    twp_outcome_counts_t *counts, twp_error_t *err)
{
    const size_t n_bins = (size_t) plan->n_columns * TWP_OUTCOME_BINS;

    counts->occupancy = zeros((size_t) plan->n_grid * (size_t) plan->n_states);
    counts->followed = zeros((size_t) plan->n_grid);
    counts->histogram = has_histogram ? zeros(n_bins) : NULL;
    if (counts->occupancy != NULL && counts->followed != NULL &&
        (counts->histogram != NULL || !has_histogram))
        return TWP_OK;
    twp_outcome_counts_clear(counts);
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the counts of outcomes");
}

void
twp_outcome_counts_clear(twp_outcome_counts_t *counts)
{
    free(counts->occupancy);
    free(counts->followed);
    free(counts->histogram);
    memset(counts, 0, sizeof *counts);
}

void
twp_outcome_counts_reset(const twp_outcome_plan_t *plan, twp_outcome_counts_t *counts)
{
    const size_t n_grid = (size_t) plan->n_grid, size = sizeof(int64_t);

    memset(counts->occupancy, 0, n_grid * (size_t) plan->n_states * size);
    memset(counts->followed, 0, n_grid * size);
    if (counts->histogram != NULL)
        memset(counts->histogram, 0, (size_t) plan->n_columns * TWP_OUTCOME_BINS * size);
}

static void
add_to(int64_t *sum, const int64_t *more, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += more[i];
}

void
twp_outcome_counts_merge(
    const twp_outcome_plan_t *plan, twp_outcome_counts_t *counts, const twp_outcome_counts_t *more)
{
    add_to(counts->occupancy, more->occupancy, (size_t) plan->n_grid * (size_t) plan->n_states);
    add_to(counts->followed, more->followed, (size_t) plan->n_grid);
    if (counts->histogram != NULL && more->histogram != NULL)
        add_to(counts->histogram, more->histogram, (size_t) plan->n_columns * TWP_OUTCOME_BINS);
}
