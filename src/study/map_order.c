/* Where things stand on the map: the order of a track's states, and tracks that share a row. */
#include "study/map_parts.h"

#include <math.h>

/* ---- states of a track ---------------------------------------------------------------------------- */

static void
add_state(twp_map_order_t *order, int i_state)
{
    for (int k = 0; k < order->n; k++)
        if (order->i_state[k] == i_state)
            return;
    order->i_state[order->n++] = i_state;
}

static bool
is_start(const twp_study_track_t *track, int i_state)
{
    bool is_one = track->i_start_attribute >= 0 && !isnan(track->start_code[i_state]);

    for (int i = 0; i < track->n_starts; i++)
        is_one = is_one || track->start[i].i_state == i_state;
    return is_one;
}

/* States by how few exits lead to them from a start state, then those that none leads to. */
static void
order_states(const twp_study_typed_t *study, const twp_study_track_t *track, twp_map_order_t *order)
{
    for (int s = 0; s < track->n_states; s++)
        if (is_start(track, s))
            add_state(order, s);
    for (int k = 0; k < order->n; k++) {
        const twp_study_state_t *const state = &track->state[order->i_state[k]];
        for (int e = 0; e < state->n_exits; e++) {
            const twp_study_exit_t *const exit = &study->exit[state->i_exit_first + e];
            for (int b = 0; b < exit->n_branches; b++)
                if (exit->branch[b].i_target >= 0)
                    add_state(order, exit->branch[b].i_target);
        }
    }
    for (int s = 0; s < track->n_states; s++)
        add_state(order, s);
}

enum { NEW = 0, OPEN = -1 }; /* else the length of the longest way on, in states */

/* States on the longest way from a state on that meets none twice. At most 128 states: 128 deep. */
static int
measure(const twp_study_typed_t *study, const twp_study_track_t *track, int i_state, int *length)
{
    const twp_study_state_t *const state = &track->state[i_state];
    int longest = 0;

    length[i_state] = OPEN;
    for (int e = 0; e < state->n_exits; e++) {
        const twp_study_exit_t *const exit = &study->exit[state->i_exit_first + e];
        for (int b = 0; b < exit->n_branches; b++) {
            const int i = exit->branch[b].i_target;
            if (i >= 0 && length[i] == NEW)
                (void) measure(study, track, i, length);
            if (i >= 0 && length[i] > longest)
                longest = length[i];
        }
    }
    length[i_state] = longest + 1;
    return longest + 1;
}

static bool
order_track(twp_map_t *map, int i_track, twp_map_order_t *order)
{
    const twp_study_track_t *const track = &map->study->track[i_track];
    int *const length = TWP_ARENA_NEW(map->arena, int, track->n_states + 1);

    order->i_state = TWP_ARENA_NEW(map->arena, int, track->n_states + 1);
    if (length == NULL || order->i_state == NULL)
        return false;
    order_states(map->study, track, order);
    for (int k = 0; k < order->n; k++) {
        const int i = order->i_state[k];
        if (length[i] == NEW && measure(map->study, track, i, length) > order->n_columns)
            order->n_columns = length[i];
    }
    return true;
}

/* ---- rows of tracks --------------------------------------------------------------------------------- */

static void
write_before(twp_map_t *map, int i_track, const twp_map_order_t *order)
{
    fputs("  ", map->out);
    twp_map_state_node(map, i_track, order[i_track].i_state[order[i_track].n - 1]);
    fputs(" -> ", map->out);
}

/* Puts each track behind the first row that has room for it; the rows as wide as the longest track. */
static void
share_rows(twp_map_t *map, twp_map_order_t *order)
{
    const int n_tracks = map->study->n_tracks;
    int n_most = 0;

    for (int t = 0; t < n_tracks; t++)
        if (twp_map_has_track(map, t) && order[t].n_columns > n_most)
            n_most = order[t].n_columns;
    for (int t = 0; t < n_tracks; t++) {
        order[t].is_last = twp_map_has_track(map, t);
        order[t].n_row = order[t].n_columns;
        for (int k = 0; order[t].is_last && k < t; k++) {
            /* the last column is left to the supports */
            if (!order[k].is_last || order[k].n_row + order[t].n_columns >= n_most)
                continue;
            order[k].is_last = false;
            order[t].i_before = k;
            order[t].has_before = true;
            order[t].n_row += order[k].n_row;
            break;
        }
    }
}

twp_map_order_t *
twp_map_order(twp_map_t *map)
{
    const int n_tracks = map->study->n_tracks;
    twp_map_order_t *const order = TWP_ARENA_NEW(map->arena, twp_map_order_t, n_tracks + 1);

    for (int t = 0; order != NULL && t < n_tracks; t++)
        if (!order_track(map, t, &order[t]))
            return NULL;
    if (order != NULL)
        share_rows(map, order);
    return order;
}

void
twp_map_rows(twp_map_t *map, const twp_map_order_t *order)
{
    for (int t = 0; t < map->study->n_tracks; t++) {
        if (!order[t].has_before)
            continue;
        write_before(map, order[t].i_before, order);
        twp_map_state_node(map, t, order[t].i_state[0]);
        fputs(" [style=invis];\n", map->out);
    }
}

void
twp_map_behind_rows(twp_map_t *map, const twp_map_order_t *order, int i_support)
{
    for (int t = 0; t < map->study->n_tracks; t++) {
        if (!order[t].is_last)
            continue;
        write_before(map, t, order);
        twp_map_quote(map, map->study->support[i_support].name);
        fputs(" [style=invis];\n", map->out);
    }
}
