#include "measure/frontier.h"

#include <math.h>
#include <stdbool.h>

/* Whether strategy a stands before b. */
static bool
is_before(const double *cost, const double *effect, int a, int b)
{
    const bool has_a = !isnan(cost[a]) && !isnan(effect[a]);
    const bool has_b = !isnan(cost[b]) && !isnan(effect[b]);

    if (has_a != has_b)
        return has_a;
    if (has_a && cost[a] != cost[b])
        return cost[a] < cost[b];
    if (has_a && effect[a] != effect[b])
        return effect[a] > effect[b];
    return a < b;
}

/* By insertion: strategies are few. */
static void
sort(int n, const double *cost, const double *effect, int *order)
{
    for (int i = 0; i < n; i++) {
        int k = i;

        for (; k > 0 && is_before(cost, effect, i, order[k - 1]); k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

static double
ratio(const double *cost, const double *effect, int from, int to)
{
    return (cost[to] - cost[from]) / (effect[to] - effect[from]);
}

/*
 * Which of the sorted strategies are dominated, by the last one that was not: it has the most effect
 * so far. What is left rises in cost and effect but for the first, which is the cheapest.
 */
static void
find_dominated(
    int n, const double *cost, const double *effect, const int *order, twp_frontier_t *row)
{
    int best = -1;

    for (int k = 0; k < n; k++) {
        const int i = order[k];

        row[i] = (twp_frontier_t){ TWP_FRONTIER_UNKNOWN, -1, -1, NAN, NAN, NAN };
        if (isnan(cost[i]) || isnan(effect[i]))
            continue;
        if (best < 0 || effect[i] > effect[best]) {
            row[i].status = TWP_FRONTIER_ON;
            best = i;
            continue;
        }
        row[i].status = cost[i] == cost[best] && effect[i] == effect[best] ? TWP_FRONTIER_EQUAL
                                                                           : TWP_FRONTIER_DOMINATED;
        row[i].i_against = best;
    }
}

/* The strategy before i_order in order that is still on the frontier, or -1. */
static int
before(const int *order, const twp_frontier_t *row, int i_order)
{
    for (int k = i_order - 1; k >= 0; k--)
        if (row[order[k]].status == TWP_FRONTIER_ON)
            return k;
    return -1;
}

/* The lower hull of cost over effect: a ratio that exceeds the next one's goes, and then the ratio
 * before it is looked at again. */
static void
find_extended(
    int n, const double *cost, const double *effect, const int *order, twp_frontier_t *row)
{
    for (int k = 0; k < n; k++) {
        if (row[order[k]].status != TWP_FRONTIER_ON)
            continue;
        for (;;) {
            const int one = before(order, row, k), two = one < 0 ? -1 : before(order, row, one);

            if (two < 0 ||
                ratio(cost, effect, order[two], order[one]) <=
                    ratio(cost, effect, order[one], order[k]))
                break;
            row[order[one]].status = TWP_FRONTIER_EXTENDED;
        }
    }
}

/* Neighbours on the final frontier. */
static void
compare(int n, const double *cost, const double *effect, const int *order, twp_frontier_t *row)
{
    int last = -1;

    for (int k = 0; k < n; k++) {
        twp_frontier_t *const one = &row[order[k]];

        if (one->status == TWP_FRONTIER_EQUAL && row[one->i_against].status != TWP_FRONTIER_ON)
            one->status = row[one->i_against].status; /* as what it equals */
        if (one->status == TWP_FRONTIER_EXTENDED) {
            one->i_against = last;
            for (int next = k + 1; next < n && one->i_beyond < 0; next++)
                if (row[order[next]].status == TWP_FRONTIER_ON)
                    one->i_beyond = order[next];
        }
        if (one->status != TWP_FRONTIER_ON)
            continue;
        one->i_against = last;
        if (last >= 0) {
            one->cost = cost[order[k]] - cost[last];
            one->effect = effect[order[k]] - effect[last];
            one->icer = one->cost / one->effect;
        }
        last = order[k];
    }
}

void
twp_frontier_of(int n, const double *cost, const double *effect, int *order, twp_frontier_t *row)
{
    sort(n, cost, effect, order);
    find_dominated(n, cost, effect, order, row);
    find_extended(n, cost, effect, order, row);
    compare(n, cost, effect, order, row);
}
