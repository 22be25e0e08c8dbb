/* The patient on the map: what sets twins apart and changes in them, which exits and effects speak of. */
#include "study/map_parts.h"

#include <string.h>

#define PATIENT_WIDTH 44
/* So many names of a kind are told. */
#define NAMES_MAX 40

static void
add_section(twp_map_t *map, const char *title, const char *path, const twp_node_t *section)
{
    twp_map_sources_t sources = { .n = 0 };

    if (section == NULL)
        return;
    twp_map_line(map, TWP_MAP_NAME, PATIENT_WIDTH, title);
    if (section->kind != TWP_NODE_MAPPING)
        twp_map_line(map, TWP_MAP_PLAIN, PATIENT_WIDTH, twp_map_words(map, section));
    for (int i = 0; section->kind == TWP_NODE_MAPPING && i < section->n; i++) {
        const twp_pair_t *const pair = &section->pair[i];
        if (strcmp(pair->key, "source") == 0 || strcmp(pair->key, "note") == 0)
            continue;
        if (i == NAMES_MAX) {
            twp_map_line(map, TWP_MAP_PLAIN, PATIENT_WIDTH,
                twp_map_printf(map, "and %d more", section->n - i));
            break;
        }
        twp_map_line(map, TWP_MAP_PLAIN, PATIENT_WIDTH,
            twp_map_printf(map, "%s: %s", pair->key, twp_map_words(map, pair->value)));
    }
    twp_map_sources_add(map, &sources, path, section);
    twp_map_sources_line(map, &sources, PATIENT_WIDTH);
}

void
twp_map_patient(twp_map_t *map)
{
    static const struct {
        const char *key, *title;
    } sections[] = {
        { "enters", "enters the study" },
        { "age", "age at entry" },
        { "attributes", "attributes: fixed for life" },
        { "variables", "variables: change in a life" },
        { "formulas", "formulas" },
        { "actions", "actions" },
        { "utility", "utility of a day" },
    };
    const twp_node_t *const patient = twp_node_get(map->root, "patient");

    /* with some tracks only, the page is about these */
    if (map->choice->n_tracks > 0)
        return;
    fputs("  ", map->out);
    twp_map_quote(map, TWP_MAP_PATIENT);
    fputs(" [shape=box, margin=\"0.06,0.04\", label=<", map->out);
    twp_map_line(map, TWP_MAP_STATE, PATIENT_WIDTH, "the patient");
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        add_section(map, sections[i].title, twp_map_printf(map, "patient.%s", sections[i].key),
            twp_node_get(patient, sections[i].key));
    add_section(map, "consent", "consent", twp_node_get(map->root, "consent"));
    fputs(">];\n", map->out);
}
