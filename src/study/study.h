/**
 * The typed study: what the document says, checked, with every reference resolved to an index.
 * Times are days, money is the study's currency. All memory belongs to study->arena.
 *
 * Order of every array of named things (tracks, states of a track, attributes, ...) is the order of
 * their names (strcmp), never of the file, so that reordering keys changes nothing.
 */
#ifndef TWP_STUDY_STUDY_H
#define TWP_STUDY_STUDY_H

#include "document/document.h"
#include "study/study_asked.h"
#include "study/study_life.h"
#include "study/study_sweep.h"

typedef struct {
    const char *name;
    bool is_happening;            /* else a value */
    twp_happening_t of;           /* happening */
    twp_expression_t *value;      /* value: step scope; words of it mean this expression */
    twp_expression_t *delay_days; /* constant, >= 0, or NULL */
} twp_study_observation_t;

/**
 * A rate that hangs on time: rate, times the days since from_days where it is growing, while the
 * clock stands between from_days and until_days. The clock counts from the entry into the current
 * state of a track, or from the twin's entry.
 */
typedef struct {
    bool is_utility; /* else money of an account */
    int i_account;
    twp_expression_t *rate;                   /* step scope; per day, growing: per day and day */
    twp_expression_t *from_days, *until_days; /* constant; until NULL: for ever */
    bool is_growing;
    int i_track, i_state; /* rate is 0 in other states; -1: the clock counts from entry or birth */
    bool is_from_birth;
} twp_study_timed_t;

/** States of a support's track, in this order. */
enum {
    TWP_SUPPORT_ACTIVE = 0,
    TWP_SUPPORT_IDLE = 1,
    TWP_SUPPORT_OVER = 2,
    TWP_SUPPORT_WAITING = 3
};

typedef struct {
    const char *name;
    const char *channel; /* or NULL; only tells, but contacts can be counted by it */
    int i_track;         /* the track compiled from it */
    int n_at_most;       /* offers allowed in the window; 0: no limit; <= TWP_SUPPORT_MAX_AT_MOST */
    double at_most_days; /* window; INFINITY: whole life */
    const char *rollout_stream; /* `patient.NAME.rollout` */
} twp_study_support_t;

#define TWP_SUPPORT_MAX_AT_MOST 16

typedef struct {
    const char *name;
    bool is_baseline;
    int n_supports;
    int *i_support;              /* supports on offer */
    double from_days;            /* calendar days from time.starts */
    double ramp_days;            /* roll-out ends at from + ramp */
    const twp_node_t *overrides; /* mapping under `set`, or NULL */
    const char *note;
    twp_place_t place;
} twp_study_strategy_t;

/** A ledger account: who pays, for what. */
typedef struct {
    const char *payer, *category;
} twp_account_t;

/** One number of the study with where it came from, for `params` and `check --explain`. */
typedef struct {
    const char *path;   /* patient.tracks.therapy... */
    const char *text;   /* as written */
    const char *source; /* nearest `source`, or NULL: a finding */
    const char *note;
    twp_origin_t origin;
    twp_place_t place;
} twp_study_number_t;

#define TWP_STUDY_MAX_CORRELATED 64
/* A set's number stands in the top 24 bits of the ids of its twins. */
#define TWP_STUDY_MAX_WORTH_STEPS 1000 /* of report.acceptability */
#define TWP_STUDY_MAX_PARAMETER_SETS ((1 << 24) - 1)

typedef struct twp_study {
    twp_arena_t *arena;
    const char *name, *question, *note;
    const char *currency; /* "USD" */
    int price_year;
    int starts_year, starts_month, starts_day;
    double horizon_days;   /* calendar, > 0 */
    double follow_up_days; /* life length, INFINITY when none */

    int n_parameters;
    twp_study_parameter_t *parameter; /* [n_parameters + n_moved]; the last ones are hidden */
    int n_moved;
    twp_study_moved_t *moved;
    int n_guards;
    twp_study_guard_t *guard;
    const struct twp_units *units; /* of the numbers that move */
    int n_tables;
    twp_study_table_t *table;
    int *parameter_order; /* [n_parameters] each after those it is a formula of */
    int n_joints;
    twp_study_joint_t *joint; /* in order of names */
    int64_t n_parameter_sets; /* report.uncertainty; 0: the values as written */
    bool are_twins_same;      /* report.uncertainty: the same twins in every set */
    twp_study_sweep_t sweep;
    int n_attributes;
    twp_study_attribute_t *attribute; /* in draw order: see i_draw_order */
    int *draw_order;                  /* [n_attributes]: BY after what it is by */
    /* at most TWP_STUDY_MAX_CORRELATED */
    int n_copula;
    double *copula;        /* [n_copula * n_copula] lower Cholesky factor, row-major */
    int *copula_attribute; /* [n_copula] attribute of each row, listed order */
    int n_variables;
    twp_study_variable_t *variable;
    int n_formulas;
    twp_study_formula_t *formula;
    int *formula_order; /* [n_formulas] compiled order: each after those it uses */
    int n_named_actions;
    twp_study_named_action_t *named_action;
    int n_tracks;
    twp_study_track_t *track; /* the study's own, then one per support; sorted by name */
    int n_exits;
    twp_study_exit_t *exit; /* by qualified name within track and state */
    int n_doses;
    twp_study_doses_t *doses;
    int n_observations;
    twp_study_observation_t *observation;
    int n_supports;
    twp_study_support_t *support;
    int n_strategies;
    twp_study_strategy_t *strategy; /* baseline first, then by name */
    int n_payers;
    const char **payer;
    int n_categories;
    const char **category;
    int n_accounts;
    twp_account_t *account; /* those that occur */
    int n_tallies;
    const char **tally;
    bool has_qalys;            /* a utility, or an action that adds QALYs */
    twp_expression_t *utility; /* step scope; what does not hang on time; or NULL */
    int n_timed;
    twp_study_timed_t **timed; /* utility and costs that hang on time */

    int64_t n_patients;         /* count; with a CSV: its rows unless count says fewer */
    twp_expression_t *age_days; /* at entry: twin scope, or NULL */
    twp_distribution_t *enters; /* calendar day of entry, or NULL: 0 */
    const char *enters_stream;  /* patient.enters, or the pinned name */
    const char *patients_csv;   /* path as to be opened, or NULL */
    const char *patients_csv_name;
    const char *patients_id_column; /* or NULL: the row */
    const char *
        patients_group_column; /* several rows a patient: first row of each value is kept; or NULL */

    int n_measures;
    twp_study_measure_t *measure;
    int n_targets;
    twp_study_target_t *target;
    int n_by;
    int *by_attribute; /* segments: truth or categorical attributes */
    int n_worth;
    double *worth_of_a_qaly; /* money per QALY */
    int n_curve_worths;
    double *curve_worth; /* rising: those of worth_of_a_qaly and of the grid of acceptability */
    twp_study_discount_t discount;
    twp_study_record_t record;
    int n_kaplan_meier; /* curves in /survival: event since start */

    int n_numbers;
    twp_study_number_t *number;
} twp_study_typed_t;

/**
 * Reads and checks the merged tree `root` of a document. With strategy >= 0 the tree is taken to be
 * already overridden for it. All findings of a file in one pass.
 *
 * @param evidence_path  CSV of cited evidence (id, ...), or NULL: then `source` ids are not looked up
 * @return TWP_OK, TWP_ERR_INPUT with findings, TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_study_typed_read(const twp_document_t *document,
    const twp_node_t *root, const char *evidence_path, twp_findings_t *findings,
    twp_study_typed_t **study, twp_error_t *err);
void twp_study_typed_free(twp_study_typed_t *study);

/**
 * The same for a tree into which twp_document_put() has put values, so that the study can be moved to
 * others (moved.h).
 * @param node  [n_moved] what was put; its texts must outlive the study
 */
TWP_CHECK_RESULT twp_status_t twp_study_typed_read_moved(const twp_document_t *document,
    const twp_node_t *root, int n_moved, const twp_node_t *const *node, twp_findings_t *findings,
    twp_study_typed_t **study, twp_error_t *err);

/** Whether an expression would be another one in another parameter set; NULL is none. */
bool twp_study_is_uncertain(
    const twp_study_typed_t *study, const twp_expression_t *expression); /* read_uncertain.c */

/** Whether it would be another one at another point; NULL is none. */
bool twp_study_is_moved(
    const twp_study_typed_t *study, const twp_expression_t *expression); /* moved.c */

/** Values that a constant expression is worked out with: the parameters' and those that move. */
static inline int
twp_study_n_values(const twp_study_typed_t *study)
{
    return study->n_parameters + study->n_moved;
}

#endif
