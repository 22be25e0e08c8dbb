/** What the parts of a stack share: points in their order (stack.c), its columns (stack_columns.c), files (stack_file.c). */
#ifndef TWP_RESULTS_STACK_INTERNAL_H
#define TWP_RESULTS_STACK_INTERNAL_H

#include "results/stack.h"
#include "results/writer_model.h"

/* Attributes of the root that are looked at. */
#define TWP_STACK_ATTRIBUTES_MAX 64

/* A captured point whose turn has not come. */
typedef struct twp_stack_waiting {
    struct twp_stack_waiting *next;
    int64_t i_point;
    twp_results_writer_t *captured;
} twp_stack_waiting_t;

struct twp_stack {
    int64_t n_points;
    const twp_stack_points_t *points;
    twp_results_writer_t *writer;
    twp_results_writer_t *first; /* what all have in common: the first that was put, or a shape */
    size_t n_columns;            /* of all groups */
    int *slabs;                  /* [n_columns] what the writer gave; -1: the same at all points */
    bool is_varying[TWP_STACK_ATTRIBUTES_MAX]; /* of the first's root: another text elsewhere */
    int8_t *fate;                              /* [n_points] TWP_POINT_MISSING: not yet */
    char **error;                              /* [n_points] why it failed, or NULL */
    twp_stack_waiting_t *waiting;
    int64_t next;    /* point whose turn it is */
    int64_t n_blank; /* points before it that have no figures and are not written yet */
    int64_t n_done, n_failed;
    unsigned char *blank; /* a point's part of any column */
};

/** Labels, texts and dimensions are those of all points. */
bool twp_stack_is_common(const twp_model_column_t *column);
/** Bytes of a point of a column. */
size_t twp_stack_column_bytes(const twp_model_column_t *column);

/** Declares all that the file has, as the first point has it. */
twp_status_t twp_stack_declare(twp_stack_t *stack, twp_error_t *err);
/** Whether a point has the columns of the first; what its root says otherwise is noted. */
twp_status_t twp_stack_compare(
    twp_stack_t *stack, const twp_writer_model_t *theirs, twp_error_t *err);
/** Of a column of a group: what compare says of a point that has it otherwise. */
#define TWP_STACK_OTHER_SHAPE                                                                  \
    "%s/%s has another shape than at other points: their structure, times and labels must be " \
    "the same"
/** Fates and errors, and texts of the root that are not the same at all points. */
twp_status_t twp_stack_write_rest(const twp_stack_t *stack, twp_error_t *err);

/** What a function does to a column that is not the same at all points: i_slabs is its number in the writer. */
typedef twp_status_t (*twp_stack_visit_t)(twp_stack_t *stack, const twp_model_group_t *group,
    const twp_model_column_t *column, int i_slabs, void *of, twp_error_t *err);
/** In the columns of model, which has those of the first. */
twp_status_t twp_stack_visit(twp_stack_t *stack, const twp_writer_model_t *model,
    twp_stack_visit_t visit, void *of, twp_error_t *err);

/** Writes those whose turn has come; up to point `until` also those after points that did not come. */
twp_status_t twp_stack_advance(twp_stack_t *stack, int64_t until, twp_error_t *err);
/** Writes n_blank points without figures. */
twp_status_t twp_stack_write_blanks(twp_stack_t *stack, twp_error_t *err);

#endif
