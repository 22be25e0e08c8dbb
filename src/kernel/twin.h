/**
 * Everything that changes in one life. Transparent: the kernel, the engine and the recorder read it.
 * Arrays lie in one piece of memory of model->twin_bytes, laid out by twp_twin_layout().
 */
#ifndef TWP_KERNEL_TWIN_H
#define TWP_KERNEL_TWIN_H

#include "model/model.h"

/** Sticky marks: the kernel has no error path, the engine looks at the mark. */
typedef enum {
    TWP_MARK_NONE = 0,
    TWP_MARK_LOG_FULL,     /* not a fault: the engine empties the log and goes on */
    TWP_MARK_NOT_FINITE,   /* a hazard, chance, amount or duration is not finite */
    TWP_MARK_CHANCE,       /* a chance outside [0, 1], or chances that add up to more than 1 */
    TWP_MARK_DURATION,     /* an `after` or `every` that is not > 0 */
    TWP_MARK_LAW,          /* a law's parameter out of its range */
    TWP_MARK_HAPPENINGS,   /* more than TWP_MAX_HAPPENINGS in one instant */
    TWP_MARK_STANDSTILL,   /* more than TWP_MAX_STANDSTILL instants at one time */
    TWP_MARK_ENDLESS,      /* more than TWP_MAX_INSTANTS in one life */
    TWP_MARK_OBSERVATIONS, /* more than TWP_MAX_DELAYED observations under way */
    TWP_MARK_AMOUNT,       /* a negative dispensing */
    TWP_MARK_AGE,          /* an age at entry that is negative or not finite */
    TWP_MARK_START         /* no start state fits, or a negative `since` */
} twp_mark_t;

#define TWP_MAX_HAPPENINGS 64
#define TWP_MAX_STANDSTILL 1000
#define TWP_STANDSTILL_DAYS 1e-9  /* instants nearer than this are at one time */
#define TWP_MAX_INSTANTS 10000000 /* of one life */
#define TWP_MAX_DELAYED 32

/* Changes of a clock that are put off: as a rule a value with a half-life changes 28 times after a jump. */
#define TWP_MAX_WAITING 32

/** One running clock. */
typedef struct {
    double age_days;    /* at since_days */
    double since_days;  /* when age, cumulative and rest were last brought up to date */
    double pace, ratio; /* phi, rho */
    double rest;        /* what is left of the unit-exponential threshold; every: the interval */
    double cumulative;  /* H0(age_days) */
    double c[4];        /* constants of the law when they are the twin's own */
    double log_ratio, log_time; /* of the covariates now */
    /* it fires no sooner than not_before_days while the log ratio is at most log_ratio_bound */
    double not_before_days, log_ratio_bound;
    int32_t n_waiting, padding;
    struct {
        double since_days, log_ratio;
    } waiting[TWP_MAX_WAITING]; /* changes after since_days that are not worked out yet */
} twp_clock_t;

typedef struct {
    double deviation; /* at since_days */
    double since_days;
    int32_t i_piece; /* n_pieces: at rest */
    int32_t padding;
} twp_drift_state_t;

/** Kinds of row in the log. */
typedef enum {
    TWP_ROW_EXIT,     /* code: exit; to: state or -1 (stayed); value: branch */
    TWP_ROW_DISPENSE, /* code: first_dispense + variable; value: days of supply */
    TWP_ROW_CONTACT,  /* code: first_contact + support; value: 1 */
    TWP_ROW_OBSERVED, /* code: first_observation + observation; value: count so far */
    TWP_ROW_MEASURE   /* code: first_measure + tally; value: amount */
} twp_row_kind_t;

/** One recorded event. */
typedef struct {
    double time_days; /* since the twin's entry */
    double value;
    int32_t code;
    int16_t kind; /* twp_row_kind_t */
    int16_t to;
} twp_row_t;

/** Log of one life, owned by the caller. capacity >= 2 * model->max_rows_per_instant. */
typedef struct {
    twp_row_t *row;
    int n, capacity;
} twp_log_t;

/** For tests: every draw of a life. n counts on beyond capacity. */
typedef struct {
    struct twp_draw {
        uint32_t stream, occurrence;
        uint64_t bits;
    } * draw;
    int n, capacity;
} twp_draw_log_t;

typedef struct twp_twin {
    uint64_t id;                                      /* world or fresh set in the top 24 bits */
    double enters_days;                               /* calendar */
    double end_days;                                  /* of the life, since entry */
    double now_days;                                  /* since entry */
    int32_t mark;                                     /* twp_mark_t */
    int32_t i_mark;                                   /* event code that the mark is about, or -1 */
    double mark_parameter[TWP_FAMILY_MAX_PARAMETERS]; /* the law's then, of a marked hazard */
    double age_days;                                  /* at entry */
    twp_draw_log_t *draws;                            /* or NULL */

    double *value;       /* [n_values] by word, then attributes, then 1; parts of it have names: */
    double *in_state;    /* [n_states] 1 for the current states, else 0 */
    double *variable;    /* [n_variables] held value; a stock's: the day it runs empty */
    double *drift_value; /* [n_drifts] held deviation of fades (1 falling to 0) */
    double *observed;    /* [n_observations] count */
    double *formula;     /* [n_formulas] */
    double *attribute;   /* [n_attributes], set by the engine before a life starts */
    double *start_value; /* [n_variables], set by the engine (drawn) */
    double *fires;       /* [n_slots_padded] days; INFINITY: not running */
    twp_clock_t *clock;  /* [n_clocks] of the exits of the current states */
    double *base;        /* [n_variables] what it returns to */
    twp_drift_state_t *drift;             /* [n_drifts] */
    double *entered_days;                 /* [n_tracks] */
    double *account, *account_discounted; /* [n_accounts] money */
    double *tally;                        /* [n_tallies] */
    double *reward,
        *reward_discounted; /* [n_rewards] integral so far: utility in days, flows in money */
    double *reward_since;   /* [n_rewards] integrated up to here */
    double *arrives;        /* [n_observations * TWP_MAX_DELAYED] ring of arrival days */
    int32_t *arrives_first, *arrives_n; /* [n_observations] */
    double *offered;      /* [n_supports * TWP_SUPPORT_MAX_AT_MOST] ring of offer days */
    int32_t *n_offered;   /* [n_supports] offers so far */
    double *support_from; /* [n_supports] study day from which it may be offered; INFINITY: never */
    int32_t *state;       /* [n_tracks] state within the track */
    int32_t *start_state; /* [n_tracks] at entry, before anything happened */
    double *start_since_days; /* [n_tracks] time in that state before entry, >= 0 */
    /* [n_states + n_doses] day of the last entry, the start counts, or of the dose with which dosing
     * began; INFINITY: none */
    double *last_entered;
    int32_t *entries;  /* [n_states] transitions into each state; the start is none */
    uint8_t *is_empty; /* [n_variables] stocks */
    double
        *still_since;  /* [n_variables] day since which a stock does not fall; INFINITY: it does */
    uint32_t *counter; /* [n_counters] occurrences so far */
    uint64_t *touched; /* [n_clock_mask] clocks to solve at the end of the instant */
    uint64_t *stale;   /* [n_formula_mask] formulas to refresh; follows touched[] */
    uint64_t *running; /* [n_clock_mask] clocks that were started in the current states */
    uint64_t *repeats; /* [n_clock_mask] clocks that count from their own last firing */
    uint64_t *put_off; /* [n_clock_mask] clocks whose firing time is only a bound from below */
    uint64_t *started; /* [n_clock_mask] clocks to start at the end of the instant */
    int32_t queue[TWP_MAX_HAPPENINGS];
    int32_t n_queue;
    int32_t n_standstill, n_instants;
    int32_t
        pause_at; /* instants after which the caller wants to be asked; far off unless it says so */
    double soonest;               /* fires[i_first] */
    int32_t i_first;              /* smallest (time, slot); -1: to be found, and soonest is -1 */
    double discount_at, discount; /* discount factor at discount_at: the last one needed */
    int64_t n_events, n_solved, n_draws, n_refreshed; /* counts for benchmarks */
} twp_twin_t;

/** Bytes of one twin's arrays; also stored as model->twin_bytes. */
size_t twp_twin_bytes(const twp_model_t *model);

/** Points the arrays of twin into memory[twp_twin_bytes(model)], aligned to 64 bytes. */
void twp_twin_layout(const twp_model_t *model, void *memory, twp_twin_t *twin);

#endif
