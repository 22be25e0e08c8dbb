/* Edges of the map between tracks, and between tracks and supports. */
#include "study/map_parts.h"

#define UPON "constraint=false, weight=0, style=dashed, arrowhead=vee, color=\"#444444\""
#define SEEN \
    "constraint=false, weight=0, style=dotted, arrowhead=vee, color=\"#444444\", penwidth=1.5"
/* From the exit to the support, which stands behind all tracks: so the line has its own way there. */
#define MOVES "penwidth=2.5, color=\"#2c5d9b\", dir=back, arrowtail=normal"

/* The end of an edge: a state, an exit or a support. */
typedef struct {
    enum { NOTHING, STATE, EXIT, SUPPORT } kind;
    int i, j; /* STATE: track and state; EXIT: exit, and branch or -1 */
} end_t;

static bool
is_drawn(const twp_map_t *map, end_t end)
{
    switch (end.kind) {
    case STATE: return twp_map_has_track(map, end.i);
    case EXIT: return twp_map_has_track(map, map->study->exit[end.i].i_track);
    case SUPPORT: return twp_map_has_support(map, end.i);
    case NOTHING: break;
    }
    return false;
}

static void
write_end(twp_map_t *map, end_t end)
{
    if (end.kind == STATE)
        twp_map_state_name(map, end.i, end.j);
    else if (end.kind == EXIT)
        twp_map_exit_name(map, &map->study->exit[end.i], end.j);
    else
        twp_map_quote(map, map->study->support[end.i].name);
}

static void
write_edge(twp_map_t *map, end_t from, end_t to, const char *look)
{
    if (!is_drawn(map, from) || !is_drawn(map, to))
        return;
    fputs("  ", map->out);
    write_end(map, from);
    fputs(" -> ", map->out);
    write_end(map, to);
    fprintf(map->out, " [%s];\n", look);
}

/* Where a happening comes about, if that is one place: a state that is entered, an exit taken. */
static end_t
place_of(const twp_map_t *map, twp_happening_t happening)
{
    if (happening.kind == TWP_HAPPENING_OBSERVATION) {
        const twp_study_observation_t *const seen = &map->study->observation[happening.i];
        if (!seen->is_happening)
            return (end_t){ NOTHING, 0, 0 };
        happening = seen->of;
    }
    if (happening.kind == TWP_HAPPENING_STATE) {
        const int i_support = map->study->track[happening.i].i_support;
        return i_support >= 0 ? (end_t){ SUPPORT, i_support, 0 }
                              : (end_t){ STATE, happening.i, happening.j };
    }
    if (happening.kind == TWP_HAPPENING_EXIT) {
        const int i_support = map->study->track[map->study->exit[happening.i].i_track].i_support;
        return i_support >= 0 ? (end_t){ SUPPORT, i_support, 0 } : (end_t){ EXIT, happening.i, -1 };
    }
    return (end_t){ NOTHING, 0, 0 };
}

static bool
is_same(end_t a, end_t b)
{
    return a.kind == b.kind && a.i == b.i && a.j == b.j;
}

/* What an exit of a track, or a support by its exits, answers. */
static void
write_answers(twp_map_t *map, int i_exit)
{
    const twp_study_exit_t *const exit = &map->study->exit[i_exit];
    const int i_support = map->study->track[exit->i_track].i_support;
    const end_t to = i_support >= 0 ? (end_t){ SUPPORT, i_support, 0 }
                                    : (end_t){ EXIT, i_exit, -1 };

    /* both offers of a support, from idle and from over, are one */
    if (exit->i_counter_of >= 0)
        return;
    for (int i = 0; i < exit->n_upon; i++) {
        const end_t from = place_of(map, exit->upon[i]);
        bool is_repeated = is_same(from, to);
        for (int k = 0; k < i; k++)
            is_repeated = is_repeated || is_same(from, place_of(map, exit->upon[k]));
        if (!is_repeated)
            write_edge(
                map, from, to, exit->upon[i].kind == TWP_HAPPENING_OBSERVATION ? SEEN : UPON);
    }
}

/* Supports that actions of an exit or state ask to start or to end. */
static void
write_asked(twp_map_t *map, end_t from, const twp_actions_t *actions)
{
    for (int i = 0; i < actions->n; i++)
        if (actions->action[i].kind == TWP_ACTION_START ||
            actions->action[i].kind == TWP_ACTION_END)
            write_edge(map, from, (end_t){ SUPPORT, actions->action[i].i, 0 }, UPON);
}

static void
write_moved(twp_map_t *map, end_t moved, const twp_effect_t *effect, int n)
{
    for (int i = 0; i < n; i++)
        if (effect[i].i_support >= 0)
            write_edge(map, moved, (end_t){ SUPPORT, effect[i].i_support, 0 }, MOVES);
}

void
twp_map_edges(twp_map_t *map)
{
    const twp_study_typed_t *const study = map->study;

    for (int e = 0; e < study->n_exits; e++) {
        const twp_study_exit_t *const exit = &study->exit[e];
        write_answers(map, e);
        write_asked(map, (end_t){ EXIT, e, -1 }, &exit->actions);
        write_moved(map, (end_t){ EXIT, e, -1 }, exit->effect, exit->n_effects);
        for (int b = 0; b < exit->n_branches; b++) {
            const int i_row = exit->n_branches > 1 ? b : -1;
            write_asked(map, (end_t){ EXIT, e, i_row }, &exit->branch[b].actions);
            write_moved(
                map, (end_t){ EXIT, e, i_row }, exit->branch[b].effect, exit->branch[b].n_effects);
        }
    }
    for (int t = 0; t < study->n_tracks; t++) {
        for (int s = 0; s < study->track[t].n_states; s++) {
            write_asked(map, (end_t){ STATE, t, s }, &study->track[t].state[s].enter);
            write_asked(map, (end_t){ STATE, t, s }, &study->track[t].state[s].leave);
        }
    }
}
