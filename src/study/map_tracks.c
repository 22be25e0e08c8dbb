/* Tracks of the map: clusters of states, and exits with what brings them about. */
#include "study/map_parts.h"

#include "study/explain.h"

#include <math.h>
#include <string.h>

#define EXIT_WIDTH 28

/* ---- exits -------------------------------------------------------------------------------------- */

/* "upon a or b" */
static const char *
happenings(twp_map_t *map, const twp_node_t *upon)
{
    const char *text = "";

    if (upon->kind != TWP_NODE_SEQUENCE)
        return twp_map_printf(map, "upon %s", twp_map_words(map, upon));
    for (int i = 0; i < upon->n; i++)
        text = twp_map_printf(
            map, "%s%s %s", text, i > 0 ? " or" : "upon", twp_map_words(map, upon->item[i]));
    return text;
}

/* Keys that the graph itself shows, or that have lines of their own. */
static bool
is_shown_elsewhere(const char *key)
{
    static const char *const keys[] = { "to", "choose", "effects", "do", "source", "note",
        "stream" };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

/* What brings the exit about, as it is written: "exponential: mean 8 days", "only_while a.b". */
static void
add_causes(twp_map_t *map, const twp_node_t *node)
{
    for (int i = 0; i < node->n; i++) {
        const twp_pair_t *const pair = &node->pair[i];
        if (is_shown_elsewhere(pair->key))
            continue;
        if (strcmp(pair->key, "hazard") == 0)
            twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH, twp_map_words(map, pair->value));
        else if (strcmp(pair->key, "upon") == 0)
            twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH, happenings(map, pair->value));
        else
            twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH,
                twp_map_printf(map, "%s %s", pair->key, twp_map_words(map, pair->value)));
    }
}

/* What the supports that are drawn do to it; where it is told in full is their box. */
static void
add_support_effects(twp_map_t *map, const twp_effect_t *effect, int n)
{
    static const char *const ratio[] = {
        [TWP_RATIO_HR] = "hr", [TWP_RATIO_TIME_RATIO] = "time_ratio", [TWP_RATIO_OR] = "or"
    };

    for (int i = 0; i < n; i++)
        if (effect[i].i_support >= 0 && twp_map_has_support(map, effect[i].i_support))
            twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH,
                twp_map_printf(map, "%s: %s %s%s", map->study->support[effect[i].i_support].name,
                    ratio[effect[i].kind], twp_map_expression(map, effect[i].ratio),
                    effect[i].fade_half_life_days != NULL ? ", fading" : ""));
}

static void
add_effects(twp_map_t *map, const twp_study_exit_t *exit, const twp_node_t *node)
{
    const twp_node_t *const effects = twp_node_get(node, "effects");

    for (int i = 0; effects != NULL && effects->kind == TWP_NODE_SEQUENCE && i < effects->n; i++)
        twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH, twp_map_effect(map, effects->item[i]));
    add_support_effects(map, exit->effect, exit->n_effects);
    if (exit->is_strongest_only)
        twp_map_line(
            map, TWP_MAP_PLAIN, EXIT_WIDTH, "of the supports' effects only the strongest counts");
}

static const twp_node_t *
node_of_state(const twp_map_t *map, int i_track, int i_state)
{
    const twp_study_track_t *const track = &map->study->track[i_track];
    const twp_node_t *const tracks = twp_node_get(twp_node_get(map->root, "patient"), "tracks");

    return twp_node_get(
        twp_node_get(twp_node_get(tracks, track->name), "states"), track->state[i_state].name);
}

/* What is done on a branch of several besides going there. */
static const twp_node_t *
branch_node(const twp_node_t *exit, int i_branch)
{
    const twp_node_t *const choose = twp_node_get(exit, "choose");

    return choose != NULL && choose->kind == TWP_NODE_SEQUENCE && i_branch < choose->n
        ? choose->item[i_branch]
        : NULL;
}

static void
open_row(const twp_map_t *map, const char *port, const char *look)
{
    fprintf(map->out, "<TR><TD PORT=\"%s\" ALIGN=\"LEFT\" BALIGN=\"LEFT\"%s>", port, look);
}

static void
shut_row(const twp_map_t *map)
{
    fputs("</TD></TR>", map->out);
}

/* One of several branches: "-> denied: 0.064". */
static void
write_branch(twp_map_t *map, const twp_study_exit_t *exit, const twp_node_t *node, int i_branch)
{
    const twp_study_track_t *const track = &map->study->track[exit->i_track];
    const twp_branch_t *const branch = &exit->branch[i_branch];
    const twp_node_t *const one = branch_node(node, i_branch);
    const twp_node_t *const effects = twp_node_get(one, "effects");

    open_row(map, twp_map_port(map, exit, i_branch), " SIDES=\"LRB\"");
    twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH,
        twp_map_printf(map, "\u2192 %s: %s",
            branch->i_target >= 0 ? track->state[branch->i_target].name : "stay",
            branch->chance != NULL ? twp_map_expression(map, branch->chance) : "otherwise"));
    for (int i = 0; effects != NULL && effects->kind == TWP_NODE_SEQUENCE && i < effects->n; i++)
        twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH, twp_map_effect(map, effects->item[i]));
    add_support_effects(map, branch->effect, branch->n_effects);
    if (twp_node_get(one, "do") != NULL)
        twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH,
            twp_map_printf(map, "do %s", twp_map_words(map, twp_node_get(one, "do"))));
    shut_row(map);
}

/* "stop -> stopped", or the name alone where there are several ways. */
static const char *
heading_of(twp_map_t *map, const twp_study_exit_t *exit)
{
    const int i_target = exit->branch[0].i_target;

    if (exit->n_branches > 1)
        return exit->name;
    return twp_map_printf(map, "%s \u2192 %s", exit->name,
        i_target >= 0 ? map->study->track[exit->i_track].state[i_target].name : "stay");
}

/* What the language makes of something else, such as doses, has no exits of its own in the study's text. */
static void
add_told_cause(twp_map_t *map, const twp_study_exit_t *exit, twp_map_sources_t *sources)
{
    static const char opening[] = "by hazard, ";
    const char *text = twp_explain_cause(map->study, exit, map->arena);
    twp_node_t told = { .kind = TWP_NODE_SCALAR };

    if (text == NULL) {
        map->has_failed = true;
        return;
    }
    if (strncmp(text, opening, sizeof opening - 1) == 0)
        text += sizeof opening - 1;
    told.text = text;
    twp_map_sources_add(map, sources, exit->qualified, &told);
    twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH, twp_map_annotate(map, text));
}

static void
write_exit(twp_map_t *map, const twp_study_exit_t *exit)
{
    const twp_study_track_t *const track = &map->study->track[exit->i_track];
    const twp_study_state_t *const state = &track->state[exit->i_state];
    const twp_node_t *const node = twp_node_get(
        node_of_state(map, exit->i_track, exit->i_state), exit->name);
    twp_map_sources_t sources = { .n = 0 };

    open_row(map, twp_map_port(map, exit, -1), exit->n_branches > 1 ? " SIDES=\"LRT\"" : "");
    twp_map_line(map, TWP_MAP_NAME, EXIT_WIDTH, heading_of(map, exit));
    if (node != NULL && node->kind == TWP_NODE_MAPPING)
        add_causes(map, node);
    else
        add_told_cause(map, exit, &sources);
    if (twp_node_get(node, "do") != NULL)
        twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH,
            twp_map_printf(map, "do %s", twp_map_words(map, twp_node_get(node, "do"))));
    add_effects(map, exit, node);
    twp_map_sources_add(map, &sources,
        twp_map_printf(map, "patient.tracks.%s.states.%s.%s", track->name, state->name, exit->name),
        node);
    twp_map_sources_line(map, &sources, EXIT_WIDTH);
    shut_row(map);
    for (int b = 0; exit->n_branches > 1 && b < exit->n_branches; b++)
        write_branch(map, exit, node, b);
}

static void
write_ways(twp_map_t *map, const twp_study_exit_t *exit)
{
    for (int b = 0; b < exit->n_branches; b++) {
        if (exit->branch[b].i_target < 0)
            continue;
        fputs("    ", map->out);
        twp_map_exit_name(map, exit, exit->n_branches > 1 ? b : -1);
        fputs(" -> ", map->out);
        twp_map_state_name(map, exit->i_track, exit->branch[b].i_target);
        fputs(";\n", map->out);
    }
}

/* ---- states ------------------------------------------------------------------------------------- */

/* "all start here", "start here: 0.3", or NULL where none starts. */
static const char *
start_of(twp_map_t *map, const twp_study_track_t *track, int i_state)
{
    if (track->i_start_attribute >= 0 && isnan(track->start_code[i_state]))
        return NULL;
    if (track->i_start_attribute >= 0)
        return twp_map_printf(
            map, "start here by %s", map->study->attribute[track->i_start_attribute].name);
    for (int i = 0; i < track->n_starts; i++) {
        if (track->start[i].i_state != i_state)
            continue;
        if (track->n_starts == 1)
            return "all start here";
        return track->start[i].chance != NULL
            ? twp_map_printf(map, "start here: %s", twp_map_expression(map, track->start[i].chance))
            : "start here: otherwise";
    }
    return NULL;
}

static bool
is_exit_of(const twp_map_t *map, const twp_study_state_t *state, const char *key)
{
    for (int e = 0; e < state->n_exits; e++)
        if (strcmp(map->study->exit[state->i_exit_first + e].name, key) == 0)
            return true;
    return false;
}

/* What is done on the way in and out, what is paid meanwhile: all that is no exit. */
static void
add_state_lines(twp_map_t *map, const twp_study_track_t *track, int i_state, const twp_node_t *node)
{
    const twp_study_state_t *const state = &track->state[i_state];
    twp_map_sources_t sources = { .n = 0 };

    for (int i = 0; node != NULL && node->kind == TWP_NODE_MAPPING && i < node->n; i++) {
        const twp_pair_t *const pair = &node->pair[i];
        if (is_exit_of(map, state, pair->key) || strcmp(pair->key, "source") == 0 ||
            strcmp(pair->key, "note") == 0)
            continue;
        twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH,
            twp_map_printf(map, "%s: %s", pair->key, twp_map_words(map, pair->value)));
        twp_map_sources_add(map, &sources,
            twp_map_printf(
                map, "patient.tracks.%s.states.%s.%s", track->name, state->name, pair->key),
            pair->value);
    }
    twp_map_sources_line(map, &sources, EXIT_WIDTH);
}

static void
write_state(twp_map_t *map, int i_track, int i_state)
{
    const twp_study_track_t *const track = &map->study->track[i_track];
    const twp_study_state_t *const state = &track->state[i_state];
    const char *const start = start_of(map, track, i_state);

    fputs("    ", map->out);
    twp_map_state_node(map, i_track, i_state);
    fputs(" [label=<<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"2\" "
          "BGCOLOR=\"white\">",
        map->out);
    open_row(map, TWP_MAP_TOP,
        start != NULL ? " BGCOLOR=\"#c8c8c8\" BORDER=\"3\"" : " BGCOLOR=\"#e8e8e8\"");
    twp_map_line(map, TWP_MAP_STATE, EXIT_WIDTH, state->name);
    twp_map_line(map, TWP_MAP_PLAIN, EXIT_WIDTH, start);
    add_state_lines(map, track, i_state, node_of_state(map, i_track, i_state));
    shut_row(map);
    for (int e = 0; e < state->n_exits; e++)
        write_exit(map, &map->study->exit[state->i_exit_first + e]);
    fputs("</TABLE>>];\n", map->out);
    for (int e = 0; e < state->n_exits; e++)
        write_ways(map, &map->study->exit[state->i_exit_first + e]);
}

void
twp_map_tracks(twp_map_t *map, const twp_map_order_t *order)
{
    for (int t = 0; t < map->study->n_tracks; t++) {
        if (!twp_map_has_track(map, t))
            continue;
        fputs("  subgraph ", map->out);
        twp_map_quote(map, twp_map_printf(map, "cluster_%s", map->study->track[t].name));
        fputs(" {\n    label=<", map->out);
        twp_map_line(map, TWP_MAP_HEADING, EXIT_WIDTH, map->study->track[t].name);
        fputs(">;\n", map->out);
        for (int k = 0; k < order[t].n; k++)
            write_state(map, t, order[t].i_state[k]);
        fputs("  }\n", map->out);
    }
}
