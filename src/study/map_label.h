/** Labels of the map: a study's own words, wrapped, with the values of parameters. Private to map*.c. */
#ifndef TWP_STUDY_MAP_LABEL_H
#define TWP_STUDY_MAP_LABEL_H

#include "study/map.h"

#include <stdio.h>

/** What the map is written to and of. */
typedef struct {
    FILE *out;
    twp_arena_t *arena; /* texts of labels */
    const twp_study_typed_t *study;
    const twp_node_t *root;
    const twp_map_choice_t *choice;
    bool has_failed; /* no memory for a text */
} twp_map_t;

/** How a line of a label looks. */
typedef enum {
    TWP_MAP_HEADING, /* of the page */
    TWP_MAP_STATE,   /* the name of a state or support */
    TWP_MAP_NAME,    /* of an exit */
    TWP_MAP_PLAIN,
    TWP_MAP_SOURCE
} twp_map_style_t;

/* Beyond so many bytes a text of a label is cut. */
#define TWP_MAP_MAX_BYTES 260

/** Text in double quotes, as the name of a node. */
void twp_map_quote(const twp_map_t *map, const char *text);

/**
 * Lines of an HTML-like label: text broken at blanks so that no line is longer than width characters,
 * escaped, aligned to the left; plain lines that go on are indented. "" and NULL add nothing.
 */
void twp_map_line(const twp_map_t *map, twp_map_style_t style, int width, const char *text);

/** Text in arena by a format; "" when memory runs out. */
const char *twp_map_printf(twp_map_t *map, const char *format, ...) TWP_PRINTF(2, 3);

/** Text in which each name of a parameter is followed by its value, of an observation by what it is of. */
const char *twp_map_annotate(twp_map_t *map, const char *text);

/** What stands at a node in one line, without braces, sources and notes; "" for NULL. */
const char *twp_map_words(twp_map_t *map, const twp_node_t *node);

/** An effect: `hr 0.85 per motivation`. */
const char *twp_map_effect(twp_map_t *map, const twp_node_t *node);

/** An expression as twp_map_annotate() says it, without outer brackets. */
const char *twp_map_expression(twp_map_t *map, const twp_expression_t *expression);

/** Sources of numbers, each once. */
typedef struct {
    int n;
    const char *source[12]; /* further ones are left out */
} twp_map_sources_t;

/** Adds the sources of all numbers at path and below, and of the parameters that node's texts name. */
void twp_map_sources_add(
    twp_map_t *map, twp_map_sources_t *sources, const char *path, const twp_node_t *node);
/** A line `EV-A19, assumption`; nothing when there are none. */
void twp_map_sources_line(twp_map_t *map, const twp_map_sources_t *sources, int width);

#endif
