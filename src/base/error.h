/**
 * Errors as values: filling the caller's error record, and the list of findings of one input.
 */
#ifndef TWP_BASE_ERROR_H
#define TWP_BASE_ERROR_H

#include "base/arena.h"
#include "twinpath.h"

/** Fills err (may be NULL) with a formatted message and returns status. */
twp_status_t twp_error_set(twp_error_t *err, twp_status_t status, const char *format, ...)
    TWP_PRINTF(3, 4);

#ifdef __clang_analyzer__ /* which sees one file at a time: what comes back is what was put in */
#define TWP_FAIL(err, status, ...) ((void) twp_error_set((err), (status), __VA_ARGS__), (status))
#else
#define TWP_FAIL(err, status, ...) twp_error_set((err), (status), __VA_ARGS__)
#endif

/** A place in an input, for findings. file is borrowed and must outlive the list. */
typedef struct {
    const char *file;
    int line, column;
    const char *path;
} twp_place_t;

/** At most this many findings are kept; later ones are only counted. */
#define TWP_FINDINGS_MAX 200

/** List of findings; owns its text through its own arena. Init with twp_findings_init(). */
typedef struct twp_findings {
    twp_arena_t *arena;
    twp_finding_t *item; /**< [n] */
    int n;
    int n_capacity;
    int n_errors;   /**< findings that are not warnings, including those beyond TWP_FINDINGS_MAX */
    int n_dropped;  /**< beyond TWP_FINDINGS_MAX */
    int n_repeated; /**< errors in n_errors that were there already; 0 after twp_findings_sort() */
} twp_findings_t;

TWP_CHECK_RESULT twp_status_t twp_findings_init(twp_findings_t *findings, twp_error_t *err);
void twp_findings_clear(twp_findings_t *findings);

/**
 * Adds an error finding. found, expected and nearest may be NULL; all text is copied, long text cut,
 * control characters made spaces. Never fails: when memory runs out the finding is counted in
 * n_errors and n_dropped. One with the place and message of another is counted in n_errors (so that
 * a caller sees the count rise) but not kept.
 */
void twp_findings_add(twp_findings_t *findings, twp_place_t place, const char *found,
    const char *expected, const char *nearest, const char *format, ...) TWP_PRINTF(6, 7);

/** The same for a warning, which does not stop a run. */
void twp_findings_warn(twp_findings_t *findings, twp_place_t place, const char *found,
    const char *expected, const char *nearest, const char *format, ...) TWP_PRINTF(6, 7);

/**
 * Orders by file, line, column, message, so that output does not depend on the order of checks, and
 * takes repeated findings out of n_errors.
 */
void twp_findings_sort(twp_findings_t *findings);

#endif
