/**
 * Private to record/: what is kept of a life while its rows stream by (outcome.c), and what is read off it at its
 * end (outcome_figures.c).
 */
#ifndef TWP_RECORD_OUTCOME_INTERNAL_H
#define TWP_RECORD_OUTCOME_INTERNAL_H

#include "measure/adherence.h"
#include "record/outcome_tables.h"

/** Current state of a track. */
typedef struct {
    double since_days; /* entered, or the twin's entry */
    double began_days; /* entered, < 0 when before the twin's entry */
    int32_t i_state;   /* over all states */
} twp_outcome_place_t;

/** Visits to a state in this life. */
typedef struct {
    double days;           /* spent in it up to the last leaving */
    double completed_days; /* lengths of the visits that ended */
    double first_days;     /* first entry or 0 when started in it; INFINITY: none */
    int32_t n_entries, n_completed;
} twp_outcome_visit_t;

typedef struct {
    double start_days, event_days; /* NAN: not yet */
} twp_outcome_times_t;

typedef struct {
    double start_days, first_days; /* NAN: not yet */
    double last_days;              /* last dispensing; NAN: none */
} twp_outcome_first_dose_t;

struct twp_outcome {
    twp_arena_t *arena; /* holds the accumulator too */
    const twp_outcome_plan_t *plan;
    const twp_outcome_tables_t *tables;
    const twp_model_t *model; /* of this life */
    double enters_days, end_days;

    twp_outcome_place_t *place;     /* [n_tracks] */
    twp_outcome_visit_t *visit;     /* [n_states] */
    double *discounted;             /* [n_states] discounted days, of watched states */
    twp_outcome_times_t *span;      /* [n_spans] */
    twp_outcome_first_dose_t *dose; /* [n_doses] */
    twp_adherence_t *line;          /* [n_lines] */
    double *level;                  /* [n_levels] day the stock runs empty, as known at its time */
    twp_doses_seen_t *seen;         /* [n_runs] */
    uint8_t *mark;                  /* [n_marks] */
    int32_t *n_contacts;            /* [n_supports] */
    int8_t *path;                   /* [n_chains * n_points] state at each point so far */
    int32_t *path_length;           /* [n_chains] points so far */

    /* Of all lives since the last flush: changes of occupancy at each point of the grid, by which
     * [n_grid * n_states] is summed up, and the first point beyond the end of each life. */
    int32_t i_grid;      /* first point at or after now */
    double grid_at_days; /* its time and the slack; INFINITY beyond the last */
    int64_t *difference; /* [(n_grid + 1) * n_states] */
    int64_t *n_ended;    /* [n_grid + 1] */
};

static inline bool
twp_outcome_is_within(double days, double limit_days)
{
    return days <= limit_days + TWP_OUTCOME_SLACK_DAYS;
}

/** Value of each column for the life that has ended; its stays are closed. */
void twp_outcome_figures(const twp_outcome_t *o, const twp_twin_t *twin, double *value);
/** Its survival times, as twp_outcome_end() has them. */
void twp_outcome_curves(const twp_outcome_t *o, int32_t *curve);

#endif
