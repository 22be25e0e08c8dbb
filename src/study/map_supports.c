/* Supports of the map: one box each, in the study's words. */
#include "study/map_parts.h"

#include <string.h>

#define SUPPORT_WIDTH 56
#define SUPPORTS_A_COLUMN 6

/* What a key of a support is called in its box. */
static const struct {
    const char *key, *said;
} lines[] = {
    { "channel", "by" },
    { "offer", "offered" },
    { "eligible", "to those with" },
    { "consent", "consent" },
    { "uptake", "accepted by" },
    { "waits", "begins after" },
    { "lasts", "lasts" },
    { "at_most", "at most" },
    { "contacts", "contacts" },
    { "enter", "at its begin" },
    { "leave", "at its end" },
    { "effects", NULL }, /* a line each */
    { "cost", "costs" },
};
#define N_LINES (sizeof lines / sizeof lines[0])

static void
add_effects(twp_map_t *map, const twp_node_t *effects)
{
    for (int i = 0; effects->kind == TWP_NODE_SEQUENCE && i < effects->n; i++) {
        const twp_node_t *const effect = effects->item[i];
        const twp_node_t *const exit = twp_node_get(effect, "on_exit");
        const twp_node_t *const moved = exit != NULL ? exit : twp_node_get(effect, "on_chance");
        if (moved != NULL)
            twp_map_line(map, TWP_MAP_PLAIN, SUPPORT_WIDTH,
                twp_map_printf(
                    map, "moves %s: %s", twp_map_words(map, moved), twp_map_effect(map, effect)));
    }
}

/* The keys that are told by name, then whatever else the support has. */
static void
add_lines(twp_map_t *map, const twp_node_t *node)
{
    for (size_t k = 0; k < N_LINES; k++) {
        const twp_node_t *const value = twp_node_get(node, lines[k].key);
        if (value != NULL && lines[k].said == NULL)
            add_effects(map, value);
        else if (value != NULL)
            twp_map_line(map, TWP_MAP_PLAIN, SUPPORT_WIDTH,
                twp_map_printf(map, "%s %s", lines[k].said, twp_map_words(map, value)));
    }
    for (int i = 0; node != NULL && node->kind == TWP_NODE_MAPPING && i < node->n; i++) {
        const char *const key = node->pair[i].key;
        bool is_told = strcmp(key, "source") == 0 || strcmp(key, "note") == 0;
        for (size_t k = 0; k < N_LINES; k++)
            is_told = is_told || strcmp(key, lines[k].key) == 0;
        if (!is_told)
            twp_map_line(map, TWP_MAP_PLAIN, SUPPORT_WIDTH,
                twp_map_printf(map, "%s %s", key, twp_map_words(map, node->pair[i].value)));
    }
}

/* "in app, all_together" */
static const char *
strategies_with(twp_map_t *map, int i_support)
{
    const char *text = "";

    for (int i = 0; i < map->study->n_strategies; i++) {
        const twp_study_strategy_t *const strategy = &map->study->strategy[i];
        for (int k = 0; k < strategy->n_supports; k++)
            if (strategy->i_support[k] == i_support)
                text = twp_map_printf(
                    map, "%s%s %s", text, text[0] != '\0' ? "," : "in", strategy->name);
    }
    return text[0] != '\0' ? text : "in no strategy";
}

static void
write_support(twp_map_t *map, int i_support)
{
    const char *const name = map->study->support[i_support].name;
    const twp_node_t *const node = twp_node_get(twp_node_get(map->root, "supports"), name);
    twp_map_sources_t sources = { .n = 0 };

    fputs("  ", map->out);
    twp_map_quote(map, name);
    fputs(" [shape=box, margin=\"0.06,0.04\", penwidth=2, style=filled, fillcolor=\"#dce8f6\", "
          "label=<",
        map->out);
    twp_map_line(map, TWP_MAP_STATE, SUPPORT_WIDTH, name);
    add_lines(map, node);
    twp_map_line(map, TWP_MAP_PLAIN, SUPPORT_WIDTH, strategies_with(map, i_support));
    twp_map_sources_add(map, &sources, twp_map_printf(map, "supports.%s", name), node);
    twp_map_sources_line(map, &sources, SUPPORT_WIDTH);
    fputs(">];\n", map->out);
}

void
twp_map_supports(twp_map_t *map, const twp_map_order_t *order)
{
    int before[SUPPORTS_A_COLUMN], n = 0;

    for (int i = 0; i < map->study->n_supports; i++) {
        if (!twp_map_has_support(map, i))
            continue;
        write_support(map, i);
        if (n < SUPPORTS_A_COLUMN) {
            twp_map_behind_rows(map, order, i);
        } else {
            fputs("  ", map->out);
            twp_map_quote(map, map->study->support[before[n % SUPPORTS_A_COLUMN]].name);
            fputs(" -> ", map->out);
            twp_map_quote(map, map->study->support[i].name);
            fputs(" [style=invis];\n", map->out);
        }
        before[n++ % SUPPORTS_A_COLUMN] = i;
    }
}
