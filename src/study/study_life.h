/**
 * What lives are made of: parameters, attributes, variables, actions, exits, states, tracks.
 * Part of study.h, which says how all of it is kept.
 */
#ifndef TWP_STUDY_STUDY_LIFE_H
#define TWP_STUDY_STUDY_LIFE_H

#include "study/expression.h"
#include "study/table.h"
#include "vocabulary/families.h"

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

#endif
