/** Reading parts of a results file into the summary's arena. Private to summary/. */
#ifndef TWP_SUMMARY_LOAD_H
#define TWP_SUMMARY_LOAD_H

#include "base/arena.h"
#include "base/error.h"
#include "results/reader.h"
#include "twinpath.h"

/** A summary and the memory it lies in. summary is the first member: the two addresses are one. */
typedef struct {
    twp_summary_t summary;
    twp_arena_t *arena;
} twp_summary_owner_t;

/** A column of the file, read whole. */
typedef struct {
    const char *object;
    const double *values; /* NULL: it is not there */
    size_t n;             /* elements; of one point where it lies over points */
    bool is_over_points;
} twp_load_column_t;

/** Values of a column from the point that is looked at, and how far it is to the next point's; NULL: none. */
typedef struct {
    const double *values;
    size_t step;
} twp_load_line_t;

typedef struct {
    twp_reader_t *reader;
    twp_arena_t *arena;
    twp_summary_t *summary;
    int *row_first, *row_n_times; /* [n_measures] rows of each measure */
    const char **measure;         /* [n_measures] names, in the order of the file */
    int n_measures;
    size_t n_points, i_point;  /* of a sweep: columns over points are seen at this one; 0: a run */
    twp_load_column_t *column; /* [n_columns] those looked up so far, on the heap */
    size_t n_columns, i_column, column_capacity; /* i_column: the last one that was asked for */
    twp_status_t status;                         /* the first failure; later calls do nothing */
    twp_error_t *err;
} twp_load_t;

/** "group/name" and longer; never NULL. Valid while the summary is. */
const char *twp_load_path(twp_load_t *load, const char *format, ...) TWP_PRINTF(2, 3);
/** Zeroed memory; NULL sets the status. */
void *twp_load_room(twp_load_t *load, size_t n, size_t size);
/** Notes that the file is not of the layout. */
void twp_load_refuse(twp_load_t *load, const char *object, const char *why);

bool twp_load_has(twp_load_t *load, const char *object);
const char *const *twp_load_texts(twp_load_t *load, const char *object, size_t n, bool is_required);
/** Text of an attribute, "" when it is not there. */
const char *twp_load_attribute(twp_load_t *load, const char *object, const char *name);

/** 95 % interval. */
void twp_load_interval(double value, double se, double *low, double *high);

/** load_points.c: what the points of a sweep are; then the figures of all of them. */
void twp_load_points(twp_load_t *load);
void twp_load_all_points(twp_load_t *load);

/** load_columns.c: columns of numbers of any type, as doubles. */
void twp_load_free_columns(twp_load_t *load);
/** Number of elements of a dataset, at one point where it lies over points; 0 when it is not there. */
size_t twp_load_length(twp_load_t *load, const char *object);
/** n doubles (at the point that is looked at), or NULL: absent and optional, or the status is set. */
const double *twp_load_doubles(twp_load_t *load, const char *object, size_t n, bool is_required);
twp_load_line_t twp_load_line(twp_load_t *load, const char *object, size_t n, bool is_required);
/** One number of each point: to [n_points]. */
void twp_load_over_points(twp_load_t *load, const char *object, double *to);

/** load_parts.c */
void twp_load_segments(twp_load_t *load);
void twp_load_icers(twp_load_t *load);
void twp_load_decision(twp_load_t *load); /* load_decision.c; after segments */
void twp_load_targets(twp_load_t *load);
void twp_load_precision(twp_load_t *load);
void twp_load_curves(twp_load_t *load);
void twp_load_provenance(twp_load_t *load);

/**
 * Estimates and contrasts of a group; i_segment -1 for summary and contrasts. They are those of n_points points from
 * the one that is looked at: [n_points][n_rows][n_strategies or n_contrasts]. Of a run n_points is 1.
 */
void twp_load_estimates(twp_load_t *load, const char *group, int i_segment, int n_segments,
    size_t n_points, twp_summary_estimate_t *estimate);
void twp_load_contrasts(twp_load_t *load, const char *group, int i_segment, int n_segments,
    size_t n_points, twp_summary_contrast_t *contrast);

#endif
