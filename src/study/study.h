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
#include "study/expression.h"
#include "study/table.h"
#include "vocabulary/families.h"
#include "vocabulary/measures.h"

#include <math.h>

typedef struct twp_distribution twp_distribution_t;

/** A named number. */
typedef struct {
    const char *name;
    twp_expression_t *expression; /* constant scope, over other parameters; no cycles */
    double value;                 /* evaluated, internal units */
    twp_dim_t dim;
    const char *unit; /* as written, for printing ("" when none) */
    double unit_size; /* one of it in internal units */
    double low, high; /* range; -INFINITY, INFINITY when none: a value outside is a finding */
    const char *source, *note;
    twp_place_t place;
    bool is_uncertain; /* drawn, or a formula of what is */
    bool is_moved;     /* a number that moves (twp_study_moved_t), or a formula of one */
    bool is_drawn;     /* of its own (uncertain) or with others (i_joint) */
    twp_distribution_t *uncertain; /* normal, lognormal, beta or gamma of literals, or NULL */
    int i_joint, i_member;         /* joint distribution and place in its list, or -1 */
    const char *stream;            /* `parameter.NAME`, or the pinned one */
} twp_study_parameter_t;

typedef enum {
    TWP_JOINT_DIRICHLET,  /* gamma quantiles over their sum */
    TWP_JOINT_NORMAL,     /* jointly normal on a scale */
    TWP_JOINT_CORRELATED, /* Gaussian copula over the parameters' own distributions */
    TWP_JOINT_DRAWS       /* rows of a CSV */
} twp_joint_kind_t;

typedef enum { TWP_JOINT_PLAIN, TWP_JOINT_LOG, TWP_JOINT_LOGIT } twp_joint_scale_t;

/** Parameters that are drawn together. */
typedef struct {
    const char *name;
    twp_joint_kind_t kind;
    int n;                   /* at most TWP_STUDY_MAX_CORRELATED, but any number of DRAWS */
    int *i_parameter;        /* [n] as listed; of DRAWS in order of names */
    double *factor;          /* NORMAL, CORRELATED: [n * n] lower Cholesky factor, row-major */
    twp_joint_scale_t scale; /* NORMAL */
    double *centre;          /* NORMAL: [n] values on the scale */
    double *shape;           /* DIRICHLET: [n] */
    const char *csv_name;    /* DRAWS: as named in the study */
    char csv_sha256[65];
    int64_t csv_bytes, n_rows;
    double *row;        /* DRAWS: [n_rows * n] row-major, internal units */
    bool is_in_order;   /* DRAWS: set k takes row k - 1; else a row drawn with equal chances */
    const char *stream; /* DRAWS at random: `uncertain.NAME` */
    twp_place_t place;
} twp_study_joint_t;

typedef enum {
    TWP_DIST_CONSTANT,    /* arg: value */
    TWP_DIST_NORMAL,      /* mean, sd */
    TWP_DIST_LOGNORMAL,   /* meanlog, sdlog (median and sigma_log are converted on reading) */
    TWP_DIST_UNIFORM,     /* low, high */
    TWP_DIST_BETA,        /* a, b */
    TWP_DIST_GAMMA,       /* shape, scale (mean or rate converted) */
    TWP_DIST_EXPONENTIAL, /* rate (mean converted) */
    TWP_DIST_WEIBULL,     /* shape, scale */
    TWP_DIST_TRIANGULAR,  /* low, mode, high */
    TWP_DIST_CHANCE,      /* p: 1 when u > 1 - p, else 0, so that it rises with u; truth */
    TWP_DIST_CATEGORIES,  /* weights summing to 1: code of a category */
    TWP_DIST_COLUMN,      /* a column of the patients' CSV */
    TWP_DIST_BY,          /* one distribution per category of another attribute */
    TWP_DIST_STEPS        /* category by the number that another attribute is */
} twp_dist_kind_t;

struct twp_distribution {
    twp_dist_kind_t kind;
    twp_expression_t *arg[3];     /* constant scope, internal units */
    twp_expression_t *low, *high; /* within: truncation, or NULL */
    int n_categories;
    const char **category;     /* CATEGORIES: names sorted by strcmp; COLUMN with texts: likewise */
    twp_expression_t **weight; /* CATEGORIES: [n_categories] */
    const char *column;        /* COLUMN: name in the CSV */
    double column_unit;        /* COLUMN: factor to internal units */
    const char **column_text;  /* COLUMN with `is`: [n_categories] text of each category's cell */
    int i_by; /* BY: a categorical, STEPS: a numeric attribute earlier in draw order */
    twp_distribution_t **by_is; /* BY: [n_categories of i_by] */
    int n_steps;
    twp_expression_t **step_from; /* STEPS: [n_steps], rising */
    int *step_is;                 /* STEPS: [n_steps], category from there on */
};

typedef struct {
    const char *name; /* `age`, or `consent.phone` */
    twp_dim_t dim;
    const char *unit; /* as written, "" when none */
    bool is_truth;
    int n_categories; /* > 0: categorical, values are codes in order of names */
    const char **category;
    twp_distribution_t *distribution;
    int i_copula;       /* row in the correlation matrix, or -1 */
    const char *stream; /* qualified name that draws, `patient.age`, or the pinned one */
} twp_study_attribute_t;

typedef struct {
    const char *name;
    bool is_stock;
    twp_dim_t dim;
    const char *unit;
    twp_distribution_t *starts; /* at entry; stream `patient.NAME` */
    bool has_half_life;
    bool returns_to_start;
    twp_expression_t *returns_to;     /* twin scope, when not to start */
    twp_expression_t *half_life_days; /* constant */
    twp_expression_t *held_for_days;  /* constant, or NULL: a quarter of the half-life */
    twp_expression_t *low, *high;     /* within: constant, or NULL; values are clamped at jumps */
    const char *stream;
} twp_study_variable_t;

typedef struct {
    const char *name;
    twp_expression_t *expression; /* step scope; formulas are acyclic; truth or number */
    const char *unit;
} twp_study_formula_t;

/** A thing that happens to the twin at an instant and that `upon` and observations can name. */
typedef enum {
    TWP_HAPPENING_STATE, /* i track, j state: entered (also by a track's start without since) */
    TWP_HAPPENING_STOCK_EMPTY, /* i variable */
    TWP_HAPPENING_EXIT,        /* i exit (index over all exits): taken */
    TWP_HAPPENING_ACTION,      /* i named action: done */
    TWP_HAPPENING_OBSERVATION, /* i observation: arrived */
    TWP_HAPPENING_START_ASKED, /* i support: an action asks to start it */
    TWP_HAPPENING_END_ASKED    /* i support: an action asks to end it */
} twp_happening_kind_t;

typedef struct {
    twp_happening_kind_t kind;
    int i, j;
} twp_happening_t;

typedef enum {
    TWP_RATIO_HR,         /* multiplies the ratio of a hazard clock */
    TWP_RATIO_TIME_RATIO, /* divides the pace of a hazard clock */
    TWP_RATIO_OR          /* multiplies the odds of a chance */
} twp_ratio_kind_t;

/** Influence of a covariate on one hazard or one chance. */
typedef struct {
    twp_ratio_kind_t kind;
    twp_expression_t
        *covariate; /* step scope; truth (`if`) or number (`per`, already divided by its unit) */
    twp_expression_t
        *ratio;       /* constant scope: hr, time_ratio or odds ratio (> 0); rr and difference are
                                    converted to an odds ratio on reading */
    const char *name; /* qualified name by which terms are ordered: the covariate's text */
    int i_support;    /* support whose effect this is (covariate: it is active), or -1 */
    twp_expression_t *fade_half_life_days; /* constant, or NULL: does not fade */
    twp_expression_t *fade_held_for_days;  /* constant, or NULL: a quarter */
    const char *source;
} twp_effect_t;

typedef enum {
    TWP_ACTION_ADD,      /* variable i += amount */
    TWP_ACTION_SET,      /* variable i = amount */
    TWP_ACTION_DISPENSE, /* stock i += amount (days), or = amount when unused stock is discarded */
    TWP_ACTION_COST,     /* account i += amount (money) */
    TWP_ACTION_CONTACT,  /* one contact of support i */
    TWP_ACTION_START,    /* asks support i to start */
    TWP_ACTION_END,      /* asks support i to end */
    TWP_ACTION_MEASURE,  /* tally i += amount */
    TWP_ACTION_QALY,     /* QALYs += amount (days at a utility of 1) */
    TWP_ACTION_DO        /* named action i, in full */
} twp_action_kind_t;

typedef struct {
    twp_action_kind_t kind;
    int i;
    twp_expression_t *amount; /* instant scope */
    bool is_discarding;       /* dispense: carry_over: false */
    twp_place_t place;
} twp_action_t;

typedef struct {
    int n;
    twp_action_t *action;
} twp_actions_t;

typedef struct {
    const char *name;
    twp_actions_t actions;
} twp_study_named_action_t;

/** A hazard law: a family with parameters in flexsurv's spelling. */
typedef struct {
    twp_family_t family;
    twp_expression_t *parameter[TWP_FAMILY_MAX_PARAMETERS]; /* step scope; fixed on entry */
    int n_pieces;                                           /* piecewise: constant scope */
    twp_expression_t **from_days, **rate_per_day; /* [n_pieces]; from_days[0] is 0, rising */
    int n_knots, n_coefficients; /* spline: knots and gammas; polynomial: powers and coefficients */
    twp_expression_t **knot, **coefficient; /* constant scope */
    twp_spline_scale_t scale;               /* spline */
    const twp_study_table_t *table;         /* life table */
    twp_expression_t *chance_within_days;   /* life table: values are chances; or NULL: hazards */
    twp_expression_t
        *row; /* life table: step scope, the number of the rows' set; NULL: there is one */
    twp_place_t place;
} twp_law_t;

typedef enum { TWP_EXIT_HAZARD, TWP_EXIT_AFTER, TWP_EXIT_UPON, TWP_EXIT_EVERY } twp_exit_kind_t;

/** Since when the age of a hazard's clock counts. */
typedef enum {
    TWP_FROM_ENTRY, /* entry into the state */
    TWP_FROM_STUDY, /* the twin's entry */
    TWP_FROM_BIRTH,
    TWP_FROM_STATE, /* the last entry into some state */
    TWP_FROM_DOSES  /* the dose with which dosing last began */
} twp_clock_origin_t;

/** One branch of `choose` (or the only one, with chance NULL). */
typedef struct {
    twp_expression_t *chance; /* instant scope, [0, 1]; NULL: otherwise */
    int n_effects;            /* odds ratios on this chance */
    twp_effect_t *effect;
    int i_target; /* state of the same track; -1: stays, the exit repeats */
    twp_actions_t actions;
} twp_branch_t;

typedef struct {
    const char *name;      /* `refill` */
    const char *qualified; /* `patient.supply.due.refill` */
    const char *stream;    /* name that draws: qualified, or the pinned one */
    twp_exit_kind_t kind;
    twp_law_t law;                    /* hazard */
    twp_clock_origin_t counts_from;   /* hazard */
    int i_since_track, i_since_state; /* TWP_FROM_STATE */
    twp_expression_t *days; /* after, every: instant scope, evaluated on entry and kept, > 0 */
    int n_upon;
    twp_happening_t *upon;        /* upon: any of these */
    twp_expression_t *guard;      /* upon, every: `if`, instant scope, or NULL */
    twp_expression_t *only_while; /* hazard: step scope, or NULL */
    int n_effects;
    twp_effect_t *effect;   /* hazard: own effects, then those of supports, by name */
    bool is_strongest_only; /* of the supports' effects only the strongest counts */
    twp_actions_t actions;  /* do */
    int n_branches;         /* >= 1; the last has chance NULL */
    twp_branch_t *branch;
    int priority; /* higher first among clocks that fire at once; default 0 */
    int i_track, i_state;
    int i_offer_support; /* support this exit offers, or -1 */
    int i_counter_of;    /* -1, or the exit whose occurrence counter this one shares */
    int i_doses;         /* doses this exit belongs to, or -1 */
    bool is_at_once;     /* as soon as only_while is true: a hazard without end from age 0 on */
    bool begins_doses;   /* clocks that count from the first dose begin with it */
    twp_place_t place;
} twp_study_exit_t;

typedef struct {
    const char *name;
    twp_actions_t enter, leave;
    int i_exit_first, n_exits; /* range in study->exit */
    int n_flows;               /* costs per day while in the state */
    struct {
        int i_account;
        twp_expression_t *rate; /* step scope, money per day */
    } * flow;
} twp_study_state_t;

typedef struct {
    const char *name;
    int n_states;
    twp_study_state_t *state;
    int n_starts; /* choices of the start state: chances as in choose, stream patient.TRACK */
    struct {
        twp_expression_t *chance; /* twin scope; NULL: otherwise */
        int i_state;
    } * start;
    int i_start_attribute; /* categorical or numeric attribute that gives the state, or -1 */
    double *start_code;    /* [n_states] attribute value that means this state; NAN: none does */
    twp_expression_t *since_days; /* twin scope, >= 0, or NULL */
    int i_support;                /* support this track was made of, or -1 */
    int i_doses;                  /* doses this track was made of, or -1 */
} twp_study_track_t;

/** States of the track of doses, in order of their names; not all of them are there. */
typedef enum {
    TWP_DOSES_HOLIDAY,
    TWP_DOSES_NO_SUPPLY, /* no dose is at hand */
    TWP_DOSES_NOT_DUE,
    TWP_DOSES_SLIP,
    TWP_DOSES_TAKEN,
    TWP_N_DOSES_STATES
} twp_doses_state_t;

/** Doses of one medicine: a track of their name whose runs have geometric lengths. */
typedef struct {
    const char *name;
    int i_track;
    int i_state[TWP_N_DOSES_STATES]; /* state of the track, or -1 */
    double every_days;               /* > 0 */
    int i_stock;                     /* variable, or -1 */
    bool uses_taken;                 /* the stock falls while doses are taken only */
} twp_study_doses_t;

/* An exit at once goes before all other clocks of its time. */
#define TWP_PRIORITY_AT_ONCE 1001

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

/** One measure as asked for in `report.measures`, a target or a default. */
typedef struct {
    twp_measure_t measure;
    const char *name;  /* column name, lower case: `persistence`, `time_in_therapy_taking`, ... */
    const char *label; /* as printed */
    int n_times;       /* `at` or `by`: 0 when the measure has none */
    double *time_days; /* [n_times] */
    int i_track, i_state;             /* `of`, or -1 */
    int i_since_track, i_since_state; /* `since`, or -1: entry */
    int n_against;                    /* `against`: states, over all tracks, each once */
    struct {
        int i_track, i_state;
    } * against;
    int i_support;      /* contacts `of`, or -1 */
    int i_payer;        /* cost `of`: index in study->payer, or -1: all */
    int i_category;     /* cost: index in study->category, or -1: all */
    int i_tally;        /* total of an action's measure, or -1 */
    double gap_days;    /* permissible gap */
    double window_days; /* observation window of pdc, mpr; INFINITY: to the end */
    int i_stock;        /* stock whose dispensings count; -1: any */
    bool is_discounted;
    int i_doses;                        /* whose runs of missed doses; -1 */
    double at_least_days, at_most_days; /* length of the runs that count */
    twp_place_t place;                  /* where it was asked for first */
} twp_study_measure_t;

typedef struct {
    const char *name;
    int i_measure;  /* into study->measure (added there when the report does not list it) */
    int i_time;     /* which of its times */
    double value;   /* what it must be */
    double within;  /* tolerance, > 0 */
    int i_strategy; /* default: the baseline */
    bool is_fit;    /* role: fit; else predict */
    const char *source;
    twp_place_t place;
} twp_study_target_t;

typedef enum { TWP_DISCOUNT_YEARLY, TWP_DISCOUNT_CONTINUOUS } twp_discount_rule_t;

typedef struct {
    twp_discount_rule_t rule; /* (1+r)^(-t/year) or exp(-r t) */
    bool is_from_date;        /* from calendar day from_days, else from each twin's entry */
    double from_days;
    int n_steps;           /* >= 1 when discounting; 0: none */
    double *start_days;    /* [n_steps], start_days[0] == 0, rising */
    double *rate_per_year; /* [n_steps], >= 0 */
} twp_study_discount_t;

typedef struct {
    bool outcomes; /* /outcomes and /twins rows; default true */
    bool twins;
    bool trajectories; /* default false */
    int n_variables;   /* variables written along a trajectory; -1: all */
    int *i_variable;
    bool events; /* default true */
    int n_exits; /* exits recorded; -1: all that are not internal */
    int *i_exit;
    double grid_days; /* step of occupancy and survival curves; default month */
} twp_study_record_t;

/** One number of the study with where it came from, for `params` and `check --explain`. */
typedef struct {
    const char *path;   /* patient.tracks.therapy... */
    const char *text;   /* as written */
    const char *source; /* nearest `source`, or NULL: a finding */
    const char *note;
    twp_origin_t origin;
    twp_place_t place;
} twp_study_number_t;

/** How the points of a sweep come about. */
typedef enum {
    TWP_SWEEP_NONE,            /* there is no sweep */
    TWP_SWEEP_GRID,            /* each value with each of all others; the last path goes fastest */
    TWP_SWEEP_ZIP,             /* the first values of all, the second ones, ... */
    TWP_SWEEP_LATIN_HYPERCUBE, /* of each range one value in each of n_points equal parts */
    TWP_SWEEP_SOBOL,           /* the first n_points of Sobol's sequence without its origin */
    TWP_SWEEP_ROWS             /* rows of a CSV */
} twp_sweep_how_t;

/** A number of the study that a sweep changes. */
typedef struct {
    const char *path; /* as written: `gap`, `supports.app.uptake` */
    const char *name; /* the same as the name of a column */
    const char *unit; /* in which values are written, "" when none */
    twp_dim_t dim;
    double unit_size;        /* one of it in internal units */
    int n_values;            /* 0: a range */
    const twp_node_t **node; /* [n_values] as written */
    double *value;           /* [n_values] internal units */
    double from, to;         /* range, in the unit in which it is written */
    bool is_log;             /* even on the logarithm */
    twp_place_t place;
} twp_study_swept_t;

typedef struct {
    twp_sweep_how_t how;
    int64_t n_points; /* 0 without a sweep */
    uint64_t seed;    /* of a Latin hypercube; no matter of the run's seed */
    bool are_twins_fresh;
    int n_swept;
    twp_study_swept_t *swept; /* [n_swept] in order of paths */
    const char *csv_name;     /* ROWS: as named in the study */
    char csv_sha256[65];
    int64_t csv_bytes;
    twp_place_t place;
} twp_study_sweep_t;

/** The number, in the unit as written, at a share of the range from 0 to 1; ends are exact. */
double twp_study_swept_at(const twp_study_swept_t *swept, double share);

#define TWP_STUDY_MAX_POINTS 1000000
#define TWP_STUDY_MAX_SWEPT 32

/**
 * A number that other points of a sweep put in place of. Where the study was read with such numbers
 * each of them is a hidden parameter: index n_parameters + k, behind those that have names.
 */
typedef struct {
    const char *text; /* as read */
    double value;     /* internal units */
    bool is_read;     /* as a number or formula */
    bool is_fixed;    /* more than arithmetic hangs on it: with another text the study is another */
} twp_study_moved_t;

/** Where a number may lie. */
typedef struct {
    double low, high;
    bool is_low_in, is_high_in;
} twp_within_t;

#define TWP_WITHIN_FINITE ((twp_within_t){ -INFINITY, INFINITY, false, false })
#define TWP_WITHIN_ABOVE_0 ((twp_within_t){ 0, INFINITY, false, false })
#define TWP_WITHIN_FROM_0 ((twp_within_t){ 0, INFINITY, true, false })
#define TWP_WITHIN_CHANCE ((twp_within_t){ 0, 1, true, true })
#define TWP_WITHIN_INSIDE_CHANCE ((twp_within_t){ 0, 1, false, false })

static inline bool
twp_is_within(double value, twp_within_t within)
{
    return (within.is_low_in ? value >= within.low : value > within.low) &&
        (within.is_high_in ? value <= within.high : value < within.high);
}

/** The study was found good because a number lies there: so it is at each point where it does. */
typedef struct {
    const twp_expression_t *expression; /* constant scope, of numbers that move */
    twp_within_t within;
} twp_study_guard_t;

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
