/** What is asked of a file of dispensings, read from texts. */
#ifndef TWP_MEASURE_ADHERENCE_PLAN_H
#define TWP_MEASURE_ADHERENCE_PLAN_H

#include "measure/adherence_episodes.h"
#include "measure/dispensings.h"
#include "vocabulary/adherence.h"

#define TWP_PLAN_MAX_TIMES 16

/** What is given by name: value NULL for a flag. Borrowed. */
typedef struct {
    const char *name, *value;
} twp_plan_text_t;

typedef enum {
    TWP_SPAN_DAYS,
    TWP_SPAN_WEEKS,
    TWP_SPAN_MONTHS,
    TWP_SPAN_YEARS,
    TWP_SPAN_PERCENT /* of days' supply: permissible gaps only */
} twp_span_unit_t;

typedef struct {
    double value; /* >= 0 */
    twp_span_unit_t unit;
} twp_span_t;

typedef enum { TWP_EDGE_SPAN, TWP_EDGE_DATE, TWP_EDGE_COLUMN } twp_edge_kind_t;

/** Start or duration of a window. */
typedef struct {
    twp_edge_kind_t kind;
    twp_span_t span; /* of a column: its unit */
    int32_t day;
    int i_column;
    const char *option; /* what set it */
} twp_edge_t;

typedef enum {
    TWP_PER_PATIENT,
    TWP_PER_EPISODE,
    TWP_PER_WINDOW,
    TWP_PER_EVENT
} twp_adherence_per_t;

typedef struct {
    twp_dispensings_columns_t columns;
    twp_edge_t followup_start, followup_duration, window_start, window_duration;
    bool has_window_duration; /* false: to the end of the follow-up */
    twp_adherence_per_t per;
    twp_file_measure_t measure[TWP_N_FILE_MEASURES]; /* in the order of columns; cma0 is none */
    int n_measures;
    double at_days[TWP_PLAN_MAX_TIMES]; /* of persistence */
    int n_times;
    twp_carry_rules_t carry;
    twp_carry_t event_carry;
    twp_episode_rules_t episode;
    twp_span_t sliding_start;
    twp_sliding_t sliding; /* first_day is each patient's */
    double threshold;
    const char *text[TWP_N_FILE_SETTINGS]; /* as set or by default; NULL: neither; flags: "yes" */
} twp_adherence_plan_t;

/**
 * First half, before the file is read: the last text of each name, lists joined, columns. Unknown names
 * are findings of file "--NAME" with the nearest. Copies go to arena.
 */
TWP_CHECK_RESULT twp_status_t twp_adherence_plan_begin(twp_adherence_plan_t *plan,
    const twp_plan_text_t *text, int n, twp_arena_t *arena, twp_findings_t *findings,
    twp_error_t *err);

/** Second half: spans, dates, columns of windows, measures. Adds findings. */
void twp_adherence_plan_end(
    twp_adherence_plan_t *plan, const twp_csv_t *csv, twp_findings_t *findings);

/** Whole days of a span of fixed length: months of 30 and years of 365 days. */
double twp_span_days(const twp_span_t *span);
/** The day a span after another: months and years of the calendar. */
double twp_span_after(const twp_span_t *span, double day);

#endif
