/** Progress of a run on standard error: a bar for people, JSON lines for programs, or nothing. */
#ifndef TWP_CLI_PROGRESS_H
#define TWP_CLI_PROGRESS_H

#include "twinpath.h"

typedef enum {
    TWP_PROGRESS_AUTO, /**< a bar on a terminal, else nothing */
    TWP_PROGRESS_BAR,
    TWP_PROGRESS_JSON,
    TWP_PROGRESS_NONE
} twp_progress_kind_t;

#define TWP_PROGRESS_CHOICES "auto|bar|json|none"

typedef struct {
    twp_progress_kind_t kind;
    double shown_seconds; /**< time of the run when it was last drawn; below 0: never */
    bool is_drawn;        /**< a bar stands on the current line */
} twp_progress_view_t;

/** Settles what AUTO means here. */
void twp_progress_init(twp_progress_view_t *view, twp_progress_kind_t kind);

/** Shows how far a run is, at most ten times a second; for twp_run_settings_t, context is a view. */
void twp_progress_show(void *context, const twp_progress_t *progress);

/** Takes the bar away and (report not NULL) says what the run did and where the file is. */
void twp_progress_end(twp_progress_view_t *view, const twp_run_report_t *report, const char *path);

/** "3 min 20 s" */
void twp_progress_duration(char text[32], double seconds);

#endif
