/* The map of a study as a DOT graph: the page, and what stands on it. */
#include "study/map_parts.h"

#include <math.h>
#include <stdlib.h>

#define PAGE_WIDTH 110

bool
twp_map_has_track(const twp_map_t *map, int i_track)
{
    if (map->study->track[i_track].i_support >= 0)
        return false;
    for (int i = 0; i < map->choice->n_tracks; i++)
        if (map->choice->i_track[i] == i_track)
            return true;
    return map->choice->n_tracks == 0;
}

/* ---- which supports ------------------------------------------------------------------------------- */

static bool
is_offered(const twp_map_t *map, int i_support)
{
    const twp_study_strategy_t *strategy;

    if (map->choice->i_strategy < 0)
        return true;
    strategy = &map->study->strategy[map->choice->i_strategy];
    for (int i = 0; i < strategy->n_supports; i++)
        if (strategy->i_support[i] == i_support)
            return true;
    return false;
}

static bool
is_moved_by(const twp_effect_t *effect, int n, int i_support)
{
    for (int i = 0; i < n; i++)
        if (effect[i].i_support == i_support)
            return true;
    return false;
}

static bool
is_exit_moved(const twp_study_exit_t *exit, int i_support)
{
    bool is_moved = is_moved_by(exit->effect, exit->n_effects, i_support);

    for (int b = 0; b < exit->n_branches; b++)
        is_moved = is_moved ||
            is_moved_by(exit->branch[b].effect, exit->branch[b].n_effects, i_support);
    return is_moved;
}

bool
twp_map_has_support(const twp_map_t *map, int i_support)
{
    if (!is_offered(map, i_support))
        return false;
    for (int e = 0; map->choice->n_tracks > 0 && e < map->study->n_exits; e++)
        if (twp_map_has_track(map, map->study->exit[e].i_track) &&
            is_exit_moved(&map->study->exit[e], i_support))
            return true;
    return map->choice->n_tracks == 0;
}

/* ---- names ---------------------------------------------------------------------------------------- */

void
twp_map_state_node(twp_map_t *map, int i_track, int i_state)
{
    const twp_study_track_t *const track = &map->study->track[i_track];

    twp_map_quote(map, twp_map_printf(map, "%s.%s", track->name, track->state[i_state].name));
}

void
twp_map_state_name(twp_map_t *map, int i_track, int i_state)
{
    twp_map_state_node(map, i_track, i_state);
    fputs(":" TWP_MAP_TOP, map->out);
}

const char *
twp_map_port(twp_map_t *map, const twp_study_exit_t *exit, int i_branch)
{
    const int i_exit = (int) (exit - map->study->exit) -
        map->study->track[exit->i_track].state[exit->i_state].i_exit_first;

    return i_branch < 0 ? twp_map_printf(map, "exit%d", i_exit)
                        : twp_map_printf(map, "exit%d_%d", i_exit, i_branch);
}

void
twp_map_exit_name(twp_map_t *map, const twp_study_exit_t *exit, int i_branch)
{
    twp_map_state_node(map, exit->i_track, exit->i_state);
    fprintf(map->out, ":%s", twp_map_port(map, exit, i_branch));
}

/* ---- the page ------------------------------------------------------------------------------------- */

static const char *
strategies(twp_map_t *map)
{
    const char *text = "Strategies:", *between = "";

    for (int i = 0; i < map->study->n_strategies; i++) {
        const twp_study_strategy_t *const strategy = &map->study->strategy[i];
        if (map->choice->i_strategy >= 0 && map->choice->i_strategy != i)
            continue;
        text = twp_map_printf(map, "%s%s %s%s", text, between, strategy->name,
            strategy->is_baseline ? " (baseline)" : "");
        between = ";";
        for (int k = 0; k < strategy->n_supports; k++)
            text = twp_map_printf(map, "%s %s %s", text, k > 0 ? "+" : "=",
                map->study->support[strategy->i_support[k]].name);
    }
    return text;
}

static void
write_title(twp_map_t *map)
{
    const twp_study_typed_t *const study = map->study;

    fputs("  labelloc=t; labeljust=l;\n  label=<", map->out);
    twp_map_line(map, TWP_MAP_HEADING, PAGE_WIDTH, study->name);
    twp_map_line(map, TWP_MAP_NAME, PAGE_WIDTH, study->question);
    twp_map_line(map, TWP_MAP_PLAIN, 2 * PAGE_WIDTH,
        twp_map_printf(map, "%lld twins, each lives %g days at most. %s",
            (long long) study->n_patients, fmin(study->horizon_days, study->follow_up_days),
            strategies(map)));
    twp_map_line(map, TWP_MAP_PLAIN, 2 * PAGE_WIDTH,
        "How to read it: a twin is in one state (grey) of each track; below a state stand its "
        "exits: "
        "where to, what brings it about (a law with its numbers, or what it follows upon), what "
        "multiplies its hazard (hr), times (time_ratio) or odds (or), and in italics the sources. "
        "Dashed: this brings about that exit. Dotted: the programme sees it. Bold: a support moves "
        "that exit.");
    fputs(">;\n", map->out);
}

static void
write_graph(twp_map_t *map)
{
    const twp_map_order_t *const order = twp_map_order(map);

    if (order == NULL) {
        map->has_failed = true;
        return;
    }
    fputs("digraph ", map->out);
    twp_map_quote(map, map->study->name);
    fputs(" {\n"
          "  graph [rankdir=LR, outputorder=edgesfirst, nodesep=0.12, ranksep=0.25, "
          "fontname=\"Helvetica\", fontsize=9, charset=\"UTF-8\"];\n"
          "  node [shape=plain, fontname=\"Helvetica\", fontsize=9];\n"
          "  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];\n",
        map->out);
    write_title(map);
    twp_map_patient(map); /* first: so it comes to stand where the page has room */
    twp_map_tracks(map, order);
    twp_map_rows(map, order);
    twp_map_supports(map, order);
    twp_map_edges(map);
    fputs("}\n", map->out);
}

twp_status_t
twp_map_write(const twp_study_typed_t *study, const twp_node_t *root,
    const twp_map_choice_t *choice, char **text, twp_error_t *err)
{
    twp_map_t map = {
        .arena = twp_arena_create(0), .study = study, .root = root, .choice = choice
    };
    size_t n_bytes = 0;
    bool is_good;

    *text = NULL;
    map.out = map.arena != NULL ? open_memstream(text, &n_bytes) : NULL;
    if (map.out == NULL) {
        twp_arena_free(map.arena);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the map");
    }
    write_graph(&map);
    is_good = !ferror(map.out) && !map.has_failed;
    is_good = fclose(map.out) == 0 && is_good;
    twp_arena_free(map.arena);
    if (!is_good) {
        free(*text);
        *text = NULL;
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the map");
    }
    return TWP_OK;
}
