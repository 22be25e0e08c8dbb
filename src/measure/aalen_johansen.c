#include "measure/aalen_johansen.h"

#include <math.h>
#include <string.h>

/** Estimate under way, n states. */
typedef struct {
    size_t n;
    double *p;    /* [n] */
    double *v;    /* [n * n] covariance */
    double *step; /* [n * n] P of the step */
    double *next; /* [n * n] */
} chain_t;

static void
start(chain_t *chain, const int64_t *lives)
{
    const size_t n = chain->n;
    double total = 0;

    for (size_t h = 0; h < n; h++)
        total += (double) lives[h];
    for (size_t h = 0; h < n; h++)
        chain->p[h] = (double) lives[h] / total; /* NAN of nobody */
    for (size_t h = 0; h < n; h++)
        for (size_t j = 0; j < n; j++)
            chain->v[h * n + j] = ((h == j ? chain->p[h] : 0) - chain->p[h] * chain->p[j]) / total;
}

/** next = P' V P, by way of half = V P. */
static void
move_covariance(chain_t *chain)
{
    const size_t n = chain->n;
    double *half = chain->next + n * n; /* the third matrix of the scratch's end */

    memset(half, 0, n * n * sizeof(double));
    memset(chain->next, 0, n * n * sizeof(double));
    for (size_t h = 0; h < n; h++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < n; j++)
                half[h * n + j] += chain->v[h * n + k] * chain->step[k * n + j];
    for (size_t h = 0; h < n; h++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                chain->next[i * n + j] += chain->step[h * n + i] * half[h * n + j];
}

/* The step's own part of the covariance, of lives that leave h. */
static void
add_multinomial(chain_t *chain, size_t h, double at_risk)
{
    const size_t n = chain->n;
    const double *from = chain->step + h * n, weight = chain->p[h] * chain->p[h] / at_risk;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            chain->next[i * n + j] += weight * ((i == j ? from[i] : 0) - from[i] * from[j]);
}

static void
set_unknown(chain_t *chain)
{
    for (size_t i = 0; i < chain->n; i++)
        chain->p[i] = NAN;
    for (size_t i = 0; i < chain->n * chain->n; i++)
        chain->v[i] = NAN;
}

/** Lives at risk in h; its row of P. A state without lives keeps what it has. */
static double
read_step(chain_t *chain, size_t h, const int64_t *moved)
{
    const size_t n = chain->n;
    double at_risk = 0;

    for (size_t j = 0; j < n; j++)
        at_risk += (double) moved[h * n + j];
    for (size_t j = 0; j < n; j++)
        chain->step[h * n + j] = at_risk > 0 ? (double) moved[h * n + j] / at_risk : (h == j);
    return at_risk;
}

static void
take_step(chain_t *chain, const int64_t *moved)
{
    const size_t n = chain->n;
    double *at_risk = chain->next + 2 * n * n; /* [n] */
    double all = 0;

    for (size_t h = 0; h < n; h++)
        all += at_risk[h] = read_step(chain, h, moved);
    if (!(all > 0)) {
        set_unknown(chain);
        return;
    }
    move_covariance(chain);
    for (size_t h = 0; h < n; h++)
        if (at_risk[h] > 0)
            add_multinomial(chain, h, at_risk[h]);
    memcpy(chain->v, chain->next, n * n * sizeof(double));
    double *p = at_risk; /* no longer needed */
    memset(p, 0, n * sizeof(double));
    for (size_t h = 0; h < n; h++)
        for (size_t j = 0; j < n; j++)
            p[j] += chain->p[h] * chain->step[h * n + j];
    memcpy(chain->p, p, n * sizeof(double));
}

size_t
twp_aalen_johansen_scratch(int n_states)
{
    const size_t n = (size_t) n_states;

    return 2 * n + 4 * n * n;
}

void
twp_aalen_johansen(const twp_transitions_t *transitions, twp_aalen_johansen_sink_t sink,
    void *context, double *scratch)
{
    const size_t n = (size_t) transitions->n_states;
    chain_t chain = { .n = n };

    chain.p = scratch;
    chain.v = scratch + n;
    chain.step = chain.v + n * n;
    chain.next = chain.step + n * n;
    start(&chain, transitions->start);
    sink(context, 0, chain.p, chain.v);
    for (int k = 0; k < transitions->n_steps; k++) {
        take_step(&chain, transitions->moved + (size_t) k * n * n);
        sink(context, k + 1, chain.p, chain.v);
    }
}

/* ---- what lives add to the error -------------------------------------------------------------- */

static double
row_sum(const int64_t *row, size_t n)
{
    int64_t sum = 0;

    for (size_t j = 0; j < n; j++)
        sum += row[j];
    return (double) sum;
}

/** Shares p(0) .. p(n_steps), one after the other. */
static void
find_shares(const twp_transitions_t *transitions, int n_steps, double *p)
{
    const size_t n = (size_t) transitions->n_states;
    const double total = row_sum(transitions->start, n);

    for (size_t h = 0; h < n; h++)
        p[h] = (double) transitions->start[h] / total;
    for (int k = 0; k < n_steps; k++, p += n) {
        memset(p + n, 0, n * sizeof(double));
        for (size_t h = 0; h < n; h++) {
            const int64_t *row = transitions->moved + ((size_t) k * n + h) * n;
            const double at_risk = row_sum(row, n);
            if (!(at_risk > 0))
                p[n + h] += p[h];
            for (size_t j = 0; j < n && at_risk > 0; j++)
                p[n + j] += p[h] * (double) row[j] / at_risk;
        }
    }
}

/** One step back: after becomes before, and the groups take what their lives add. */
static void
take_back(const twp_transitions_t *transitions, int i_step, const double *p, double *after,
    double *before, int n_groups, const int64_t *group, size_t group_size, double *sum)
{
    const size_t n = (size_t) transitions->n_states;

    for (size_t h = 0; h < n; h++) {
        const size_t first = ((size_t) i_step * n + h) * n;
        const int64_t *row = transitions->moved + first;
        const double at_risk = row_sum(row, n);

        before[h] = at_risk > 0 ? 0 : after[h];
        if (!(at_risk > 0))
            continue;
        for (size_t j = 0; j < n; j++)
            before[h] += (double) row[j] / at_risk * after[j];
        for (int g = 0; g < n_groups; g++) {
            const int64_t *moved = group + (size_t) g * group_size + n + first;
            for (size_t j = 0; j < n; j++)
                sum[g] += (double) moved[j] * p[h] / at_risk * (after[j] - before[h]);
        }
    }
    memcpy(after, before, n * sizeof(double));
}

void
twp_aalen_johansen_groups(const twp_transitions_t *transitions, int i_state, int n_steps,
    int n_groups, const int64_t *group, double *sum, double *scratch)
{
    const size_t n = (size_t) transitions->n_states;
    const size_t group_size = n + (size_t) transitions->n_steps * n * n;
    const double total = row_sum(transitions->start, n);
    double *p = scratch, *after = scratch + ((size_t) n_steps + 1) * n, *before = after + n;

    memset(sum, 0, (size_t) n_groups * sizeof(double));
    find_shares(transitions, n_steps, p);
    const double share = p[(size_t) n_steps * n + (size_t) i_state];
    for (size_t h = 0; h < n; h++)
        after[h] = h == (size_t) i_state;
    for (int k = n_steps - 1; k >= 0; k--)
        take_back(
            transitions, k, p + (size_t) k * n, after, before, n_groups, group, group_size, sum);
    for (int g = 0; g < n_groups; g++)
        for (size_t h = 0; h < n; h++)
            sum[g] += (double) group[(size_t) g * group_size + h] * (after[h] - share) / total;
}
