/** Private to record/: what a plan looks up while lives stream by. Immutable, shared by threads. */
#ifndef TWP_RECORD_OUTCOME_TABLES_H
#define TWP_RECORD_OUTCOME_TABLES_H

#include "record/outcome.h"

/*
 * Times are sums of durations, which round: a difference of two of them is taken to be within a
 * limit when it is over by no more than this (a tenth of a second).
 */
#define TWP_OUTCOME_SLACK_DAYS 1e-6

/** Wait from the first entry of one state (-1: the twin's entry) to an entry of another. */
typedef struct {
    int32_t i_of, i_since; /* over all states */
} twp_outcome_span_t;

/** First dispensing of a stock (-1: any) at or after the first entry of a state (-1: entry). */
typedef struct {
    int32_t i_stock, i_since;
} twp_outcome_dose_t;

/** One history of dispensings; NAN where no figure asks for a window or gap. */
typedef struct {
    int32_t i_stock;
    double window_days, gap_days;
} twp_outcome_line_t;

/** Whether a state is current at a time. */
typedef struct {
    int32_t i_state;
    double at_days;
} twp_outcome_mark_t;

/** What is left of a stock at a time. */
typedef struct {
    int32_t i_stock;
    bool is_discarding; /* a dispensing replaces what is left */
    double at_days;
} twp_outcome_level_t;

/** Runs of missed doses that are at_least and at_most so long, among the doses due in the window. */
typedef struct {
    int32_t i_doses, i_track;
    double window_days; /* from the first dose due */
    double at_least_days, at_most_days;
} twp_outcome_runs_t;

typedef enum {
    TWP_WATCH_SPAN_END, /* order matters: a span that starts here does not end here */
    TWP_WATCH_SPAN_START,
    TWP_WATCH_DOSE_START,
    TWP_WATCH_MARK,
    TWP_WATCH_DISCOUNTED
} twp_outcome_watch_kind_t;

typedef struct {
    int32_t kind, i; /* twp_outcome_watch_kind_t; index of what watches */
} twp_outcome_watch_t;

/** Watches by state: those of state s are watch[first[s]] to watch[first[s + 1] - 1]. */
typedef struct {
    int32_t *first; /* [n_states + 1] */
    twp_outcome_watch_t *watch;
} twp_outcome_watches_t;

/** How the value of one column is read off. */
typedef struct {
    twp_measure_t measure;
    bool is_denominator, is_discounted;
    double time_days, gap_days; /* time INFINITY: none */
    int32_t
        i; /* dose, line, span, mark, level, runs, state, support or tally; -1: does not apply */
    int32_t i_account_first, n_accounts; /* cost: into account[] */
    int32_t i_reward_first, n_rewards;   /* cost, qaly: into reward[] */
} twp_outcome_figure_t;

typedef struct twp_outcome_tables {
    twp_arena_t *arena; /* holds the plan too */
    twp_codes_t codes;
    int n_tracks, n_supports;
    int32_t *exit_track;          /* [n_exits] */
    twp_outcome_figure_t *figure; /* [n_columns] */
    int n_spans;
    twp_outcome_span_t *span;
    int n_doses;
    twp_outcome_dose_t *dose;
    int n_lines;
    twp_outcome_line_t *line;
    int n_marks;
    twp_outcome_mark_t *mark;
    int n_levels;
    twp_outcome_level_t *level;
    int n_runs;
    twp_outcome_runs_t *runs;
    int32_t *account, *reward;
    int32_t *curve_span;     /* [n_curves] of the event */
    int32_t *against_first;  /* [n_curves + 1] into against_span */
    int32_t *against_span;   /* of the states against it */
    int32_t *chain_of_track; /* [n_tracks] or -1 */
    twp_outcome_watches_t enter, leave;
    double step_days; /* of the grid */
} twp_outcome_tables_t;

/* ---- doses taken and missed (outcome_doses.c) --------------------------------------------------- */

/** What the doses due so far show, of one twp_outcome_runs_t. */
typedef struct {
    double every_days;
    double anchor_days; /* when dosing last began: a dose is due then, and each `every` later */
    double since_days;  /* of the run that is open */
    double until_days; /* end of the window; INFINITY until the first dose is due, or without end */
    double n_due, n_taken;
    double n_missed;  /* in a row so far */
    double n_counted; /* missed doses in runs whose length counts */
    int32_t n_runs;   /* such runs */
    bool has_begun, is_due, is_taken;
} twp_doses_seen_t;

void twp_doses_begin(twp_doses_seen_t *seen, double every_days);
/** The track of the doses goes to a state at a time. */
void twp_doses_turn(twp_doses_seen_t *seen, const twp_outcome_runs_t *runs, double now_days,
    bool is_due, bool is_taken);
/** The life ends. */
void twp_doses_end(twp_doses_seen_t *seen, const twp_outcome_runs_t *runs, double end_days);

#endif
