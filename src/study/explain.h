/** The checked study in words, what stands at a path and who set it, and every number. */
#ifndef TWP_STUDY_EXPLAIN_H
#define TWP_STUDY_EXPLAIN_H

#include "study/study.h"

/** "module", "base", "study", "strategy" or "--set"; static storage. */
const char *twp_explain_origin(twp_origin_t origin);

/** The whole study in words. The caller frees *text with free(). */
TWP_CHECK_RESULT twp_status_t twp_explain_study(
    const twp_study_typed_t *study, char **text, twp_error_t *err);

/**
 * What stands at a dotted path of root (or at a bare parameter name), who set it, what it replaced,
 * its source and meaning. root: document->root, or that tree under a strategy. The caller frees
 * *text with free(). TWP_ERR_INPUT when there is nothing at path; the message names the nearest.
 */
TWP_CHECK_RESULT twp_status_t twp_explain_path(const twp_document_t *document,
    const twp_node_t *root, const char *path, char **text, twp_error_t *err);

/** What makes a twin take an exit, such as "when stock runs empty"; text in arena, NULL: no memory. */
const char *twp_explain_cause(
    const twp_study_typed_t *study, const twp_study_exit_t *exit, twp_arena_t *arena);

/** One number of a study. Text is the study's. */
typedef struct {
    const char *path, *text;
    const char *source, *note; /* or NULL */
    const char *origin;
    const char *file;
    int line, column;
    bool is_parameter; /* then: */
    const char *name;
    double value;     /* internal units */
    const char *dim;  /* "", "days", "USD / day", ... */
    double low, high; /* range; -INFINITY, INFINITY when none */
    int i_parameter;
} twp_explain_number_t;

/** All numbers, in order of path; the caller frees *row with free(). */
TWP_CHECK_RESULT twp_status_t twp_explain_parameters(
    const twp_study_typed_t *study, twp_explain_number_t **row, int *n_rows, twp_error_t *err);

#endif
