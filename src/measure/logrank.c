#include "measure/logrank.h"

#include <math.h>

/** One row of both groups. */
typedef struct {
    double n_a, n_b, d_a, d_b; /* at risk, events */
    double n, d, share;        /* of both; of those at risk the share in A */
} row_t;

/* At risk now, for both groups. */
typedef struct {
    int64_t a, b;
} at_risk_t;

static double
events_of(const twp_risk_t *risk, int i_row)
{
    const int64_t *left = risk->left + (int64_t) i_row * risk->n_kinds;

    return (double) (left[TWP_SURVIVAL_EVENT] +
        (risk->is_competing && risk->n_kinds > TWP_SURVIVAL_OTHER ? left[TWP_SURVIVAL_OTHER] : 0));
}

static int64_t
leaving(const twp_risk_t *risk, int i_row)
{
    int64_t n = 0;

    for (int k = 0; k < risk->n_kinds; k++)
        n += risk->left[(int64_t) i_row * risk->n_kinds + k];
    return n;
}

static row_t
take_row(const twp_risk_t *a, const twp_risk_t *b, int i_row, at_risk_t *at_risk)
{
    row_t row = { .n_a = (double) at_risk->a, .n_b = (double) at_risk->b };

    row.d_a = events_of(a, i_row);
    row.d_b = events_of(b, i_row);
    row.n = row.n_a + row.n_b;
    row.d = row.d_a + row.d_b;
    row.share = row.n > 0 ? row.n_a / row.n : 0;
    at_risk->a -= leaving(a, i_row);
    at_risk->b -= leaving(b, i_row);
    return row;
}

twp_logrank_t
twp_logrank(const twp_risk_t *a, const twp_risk_t *baseline)
{
    at_risk_t at_risk = { twp_survival_all_lives(a), twp_survival_all_lives(baseline) };
    twp_logrank_t sum = { 0 };

    for (int r = 0; r < a->n_rows; r++) {
        const row_t row = take_row(a, baseline, r, &at_risk);

        sum.observed += row.d_a;
        sum.observed_baseline += row.d_b;
        sum.expected += row.share * row.d;
        sum.expected_baseline += (1 - row.share) * row.d;
        if (row.n > 1)
            sum.variance += row.share * (1 - row.share) * row.d * (row.n - row.d) / (row.n - 1);
    }
    return sum;
}

double
twp_logrank_chi2(const twp_logrank_t *logrank)
{
    const double u = logrank->observed - logrank->expected;

    return logrank->variance > 0 ? u * u / logrank->variance : NAN;
}

void
twp_logrank_scores(
    const twp_risk_t *a, const twp_risk_t *baseline, double *score, double *score_baseline)
{
    const int n_kinds = a->n_kinds;
    const bool has_other = a->is_competing && n_kinds > TWP_SURVIVAL_OTHER;
    at_risk_t at_risk = { twp_survival_all_lives(a), twp_survival_all_lives(baseline) };
    double sum = 0, sum_baseline = 0;

    for (int r = 0; r < a->n_rows; r++) {
        const row_t row = take_row(a, baseline, r, &at_risk);
        const double rate = row.n > 0 ? row.d / row.n : 0;

        sum += (1 - row.share) * rate;
        sum_baseline -= row.share * rate;
        for (int k = 0; k < n_kinds; k++) {
            const bool is_event = k == TWP_SURVIVAL_EVENT || (k == TWP_SURVIVAL_OTHER && has_other);
            const int64_t i = (int64_t) r * n_kinds + k;
            score[i] = (is_event ? 1 - row.share : 0) - sum;
            score_baseline[i] = (is_event ? -row.share : 0) - sum_baseline;
        }
    }
}

double
twp_logrank_p(double z)
{
    return erfc(fabs(z) / sqrt(2));
}
