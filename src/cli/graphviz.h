/** Pictures of graphs, drawn by Graphviz's program dot. */
#ifndef TWP_CLI_GRAPHVIZ_H
#define TWP_CLI_GRAPHVIZ_H

#include <stdbool.h>

/**
 * Runs `dot -Tformat` (found in PATH, without a shell) with a graph's text and lets it write the
 * picture to a file descriptor. Tells what is wrong, with the package where there is no such program.
 */
bool twp_graphviz_draw(const char *graph, const char *format, int picture);

#endif
