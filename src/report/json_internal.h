/**
 * Making a tree of JSON: what the parts of twp_report_json() share (json.c, json_points.c, json_economics.c,
 * json_curves.c), and what other reports in JSON take from json_tree.c.
 */
#ifndef TWP_REPORT_JSON_INTERNAL_H
#define TWP_REPORT_JSON_INTERNAL_H

#include "report/json.h"

#include <jansson.h>

/** The tree under way; jansson's failures (no memory) are remembered and told at the end. */
typedef struct {
    const twp_summary_t *summary;
    const twp_report_options_t *options;
    bool has_failed;
} twp_json_making_t;

/* json_tree.c: values given are taken over, as by json_object_set_new(). */
void twp_tree_put(twp_json_making_t *m, json_t *object, const char *key, json_t *value);
void twp_tree_append(twp_json_making_t *m, json_t *array, json_t *value);

json_t *twp_tree_number(double value); /**< null where it is not finite */
/** A count kept as a double: a whole number where it is one. */
json_t *twp_tree_whole(double value);
/** NULL, and text that is no UTF-8 (of a damaged file), is null. */
json_t *twp_tree_text(const char *value);
/** An array; null for NULL. */
json_t *twp_tree_numbers(twp_json_making_t *m, const double *value, int n);

typedef struct {
    const char *key;
    double value;
} twp_tree_named_t;

void twp_tree_put_named(
    twp_json_making_t *m, json_t *object, size_t n, const twp_tree_named_t *named);
/** Several numbers, each { key, value }. */
#define TWP_TREE_NUMBERS(m, object, ...)                                              \
    twp_tree_put_named((m), (object),                                                 \
        sizeof((const twp_tree_named_t[]){ __VA_ARGS__ }) / sizeof(twp_tree_named_t), \
        (const twp_tree_named_t[]){ __VA_ARGS__ })

/** Adds a tree and a line end to a buffer and frees it; TWP_ERR_MEMORY where it is NULL or has_failed. */
TWP_CHECK_RESULT twp_status_t twp_tree_write(
    json_t *tree, bool has_failed, size_t indent, twp_buffer_t *buffer, twp_error_t *err);

/* json.c: estimates of a row of the summary, of a segment or, with -1, of all. */
json_t *twp_json_estimates(twp_json_making_t *m, int i_segment, int i_row);
json_t *twp_json_contrast(twp_json_making_t *m, const twp_summary_contrast_t *contrast);

json_t *twp_json_sweep(twp_json_making_t *m);              /**< json_points.c */
json_t *twp_json_cost_effectiveness(twp_json_making_t *m); /**< json_economics.c */
json_t *twp_json_curves(twp_json_making_t *m);             /**< json_curves.c */

#endif
