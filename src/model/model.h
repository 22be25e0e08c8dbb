/**
 * The compiled model: flat tables, nothing by name that the kernel needs. One model per strategy;
 * all models of a study have the same shape (numbers differ). Immutable while a run lasts, shared by
 * all threads. All memory in one arena.
 */
#ifndef TWP_MODEL_MODEL_H
#define TWP_MODEL_MODEL_H

#include "base/arena.h"
#include "base/error.h"
#include "model/family.h"
#include "study/study.h"
#include "vocabulary/units.h"

/* ---- programs: expressions as code for a small stack machine --------------------------------- */

#define TWP_PROGRAM_STACK 32
#define TWP_MAX_ANSWERS 256 /* upon exits that listen to one happening */

/** One instruction. op is a twp_word_kind_t; its meaning of i and j is that of the word. */
typedef struct {
    int32_t op;
    int32_t i; /* index; category code or state index in j; steps: first row of the step table */
    int32_t j; /* steps: number of steps */
    int32_t i_value; /* where the kernel holds the word's value; -1: worked out, or an operator */
    double number;
} twp_code_t;

/** A range of code; n 0 means there is no program. */
typedef struct {
    int32_t first, n;
} twp_program_t;

/* ---- words: what can change and what depends on it -------------------------------------------- */

/* A word is a state (by its index over all states), a variable's held value, a fade, a stock's
 * emptiness, an observation's count, or a formula. Each has a row of two bit masks. What it is worth
 * now stands in the twin's value[] under the same index (1 or 0 for a state); the twin's attributes
 * follow the words there, and then the number one. */

/* ---- tables ----------------------------------------------------------------------------------- */

/**
 * One term of a linear predictor: log_ratio * covariate * fade. A covariate that is a value or a number
 * needs no program: weight * value[i_value] * value[i_fade_value] is the same bit for bit, the index of
 * the number one standing in where there is no fade or no covariate.
 */
typedef struct {
    twp_program_t covariate;
    double log_ratio;
    double weight;   /* log_ratio, times a covariate that is a number */
    int32_t i_value; /* or -1: run the program */
    int32_t i_fade_value;
    int32_t i_fade;  /* drift whose value multiplies, or -1 */
    bool is_support; /* of a support: subject to strongest_only */
    bool is_time_ratio;
} twp_term_t;

typedef struct {
    twp_program_t chance; /* n 0: otherwise */
    int32_t i_term_first, n_terms;
    int32_t i_target; /* state of the track, or -1: stays */
    int32_t i_to;     /* the same over all states */
    int32_t i_action_first, n_actions;
} twp_model_branch_t;

typedef struct {
    uint8_t kind;        /* twp_exit_kind_t */
    uint8_t family;      /* twp_family_t */
    uint8_t counts_from; /* twp_clock_origin_t */
    bool is_strongest_only;
    bool has_constant_law;
    bool has_plain_terms; /* hazard ratios of values and numbers, all of which count, or none */
    bool draws_choice;    /* more than one branch */
    bool
        counts_firings; /* upon with a branch that stays: the counter counts firings, else entries */
    int32_t i_track, i_state; /* state within the track */
    int32_t i_from;           /* the same over all states */
    /* state over all states, or n_states and the number of doses, since whose entry or beginning the
     * clock counts; or -1 */
    int32_t i_since;
    int32_t i_slot;  /* clock, or -1 for upon */
    int32_t i_clock; /* in the twin's clock[]: the states of a track share */
    int32_t i_counter;
    int32_t i_offer_support; /* or -1 */
    int32_t i_happening;     /* raised when taken, or -1 */
    uint32_t stream, stream_choose;
    twp_law_constants_t law;                            /* when constant */
    twp_program_t parameter[TWP_FAMILY_MAX_PARAMETERS]; /* when not */
    twp_program_t days, guard, only_while;
    int32_t i_term_first, n_terms;
    int32_t i_gate_value; /* plain terms: the hazard is off while this value is 0 */
    int32_t i_action_first, n_actions;
    int32_t i_branch_first, n_branches;
} twp_model_exit_t;

typedef struct {
    int32_t i_exit_first, n_exits;
    bool has_timed_rewards; /* with the clock of this state */
    int32_t i_enter_first, n_enter, i_leave_first, n_leave;
    int32_t i_happening;
} twp_model_state_t;

typedef struct {
    int32_t i_state_first, n_states; /* in state[] */
    int32_t i_start_first, n_starts; /* in start[] */
    int32_t i_start_attribute;       /* its value is looked up in start_code[], or -1 */
    uint32_t stream_start;
    twp_program_t since;
} twp_model_track_t;

typedef struct {
    twp_program_t chance;
    int32_t i_state;
} twp_model_start_t;

/** Kinds of action after compilation: named actions are expanded. */
typedef enum {
    TWP_DO_ADD,
    TWP_DO_SET,
    TWP_DO_DISPENSE,
    TWP_DO_DISPENSE_DISCARDING,
    TWP_DO_COST,
    TWP_DO_CONTACT,
    TWP_DO_MEASURE,
    TWP_DO_QALY,   /* i: reward that holds the utility */
    TWP_DO_HAPPEN, /* i: happening: a named action is done, a support is asked to start or end */
    TWP_DO_FADE,   /* i: drift of a fade; amount 1: begins, 0: is over */
    TWP_DO_FALL,   /* i: stock; amount 1: it falls by one a day from now on, 0: stands still */
    TWP_DO_BEGIN   /* i: entry of last_entered[]: clocks that count from it begin now */
} twp_do_t;

typedef struct {
    int32_t kind; /* twp_do_t */
    int32_t i;
    twp_program_t amount;
} twp_model_action_t;

/** A value that drifts to a base and is held piecewise at its mean: a variable or a fade. */
typedef struct {
    int32_t i_variable; /* or -1: a fade */
    int32_t i_support;  /* fade of this support, or -1 */
    int32_t i_slot;
    int32_t i_mean_first, n_pieces; /* drift_mean[]: means of a unit deviation, piece by piece */
    double held_days;
    double log2_per_day; /* log(2) / half-life */
    int32_t i_word;
} twp_drift_t;

typedef struct {
    bool is_stock;
    bool stands_still;   /* at the start: a stock that falls while doses are taken only */
    int32_t i_drift;     /* or -1: constant between jumps */
    int32_t i_slot;      /* stock: its clock */
    int32_t i_happening; /* stock: empty */
    int32_t i_word;
    double low, high;
    uint32_t stream;
    bool returns_to_start;
    twp_program_t returns_to;
    const twp_distribution_t *starts;
} twp_model_variable_t;

typedef struct {
    double delay_days;
    int32_t i_slot;      /* delayed arrivals, or -1 */
    int32_t i_happening; /* raised on arrival, or -1 */
    int32_t i_word;
} twp_model_observation_t;

/** Who listens to a happening, in order. */
typedef struct {
    int32_t i_upon_first, n_upon;          /* exits in upon[], by qualified name */
    int32_t i_observer_first, n_observers; /* observations in observer[], by name */
} twp_model_happening_t;

typedef struct {
    bool is_enabled; /* in this strategy */
    double from_days, ramp_days;
    uint32_t stream_rollout;
    int32_t i_track;
    int32_t n_at_most; /* 0: no limit */
    double at_most_days;
} twp_model_support_t;

/** What a clock slot belongs to. */
typedef enum {
    TWP_SLOT_EXIT,
    TWP_SLOT_DRIFT,
    TWP_SLOT_STOCK,
    TWP_SLOT_OBSERVATION
} twp_slot_kind_t;

typedef struct {
    int32_t kind, i;
} twp_slot_t;

#define TWP_SLOT_GROUP 8 /* the soonest slot is searched in groups of so many */

typedef enum { TWP_REWARD_UTILITY, TWP_REWARD_FLOW } twp_reward_kind_t;

/** A rate that is integrated over time: the utility, or an account's flow. */
typedef struct {
    int32_t kind; /* twp_reward_kind_t */
    int32_t i_formula;
    int32_t i_account; /* flow */
    /* A timed rate counts while its clock stands in [from, until), growing ones times the days since. */
    bool is_timed, is_growing, is_from_birth;
    int32_t i_track, i_state; /* clock: since the current state was entered; -1: entry or birth */
    double from_days, until_days;
} twp_reward_t;

typedef struct {
    double start_days, log_per_day; /* discount factor falls by exp(-log_per_day) a day from here */
    double log_before;              /* -log of the factor at start_days */
} twp_discount_step_t;

/** Numbers of events: code of an exit is its index; then stocks, supports' contacts, observations, tallies. */
typedef struct {
    int32_t n_codes;
    int32_t first_dispense, first_contact, first_observation, first_measure;
} twp_codes_t;

/** What of a model is another number in another parameter set, or at another point of a sweep. */
typedef enum {
    TWP_BIND_CODE,      /* code[i].number */
    TWP_BIND_STEP_FROM, /* step_from[i] */
    TWP_BIND_STEP_IS,   /* step_is[i] */
    TWP_BIND_RATIO,     /* term[i].log_ratio */
    TWP_BIND_LAW,       /* exit[i].law */
    TWP_BIND_DRIFT,     /* drift[i]: half-life and, or NULL, how long it is held */
    TWP_BIND_LOW,       /* variable[i].low */
    TWP_BIND_HIGH,      /* variable[i].high */
    TWP_BIND_DELAY,     /* observation[i].delay_days */
    TWP_BIND_TIMED      /* reward[i].from_days and, or NULL, until_days */
} twp_bind_t;

typedef struct {
    int32_t kind, i; /* twp_bind_t */
    const twp_expression_t *expression, *other;
} twp_binding_t;

typedef struct twp_model {
    twp_arena_t *arena;
    const twp_study_typed_t *study; /* borrowed: names, distributions; must outlive the model */
    int i_strategy;
    uint64_t seed;
    const double *parameter; /* [twp_study_n_values(study)] the values that the numbers are of */
    int n_bindings;
    twp_binding_t *binding; /* all that depends on uncertain parameters, or on numbers that move */
    twp_arena_t *law_arena; /* of a copy: tables of its laws, made anew by each binding; or NULL */

    int n_code;
    twp_code_t *code;
    int n_steps;
    double *step_from, *step_is;
    int n_terms;
    twp_term_t *term;
    int n_branches;
    twp_model_branch_t *branch;
    int n_exits;
    twp_model_exit_t *exit; /* order of study->exit */
    twp_program_t age;      /* at entry, days */
    int n_states;
    twp_model_state_t *state; /* all states, track by track */
    int n_tracks;
    twp_model_track_t *track;
    int n_starts;
    twp_model_start_t *start;
    double
        *start_code; /* [n_states] attribute value that starts a track in this state; NAN: none */
    int n_actions;
    twp_model_action_t *action;
    int n_drifts;
    twp_drift_t *drift;
    int n_drift_means;
    double *drift_mean;
    int n_variables;
    twp_model_variable_t *variable;
    int n_observations;
    twp_model_observation_t *observation;
    int n_happenings;
    twp_model_happening_t *happening;
    int n_upon;
    int32_t *upon;
    int n_observers;
    int32_t *observer;
    int n_doses;
    int n_supports;
    twp_model_support_t *support;
    int n_formulas;
    twp_program_t *formula; /* compiled order; hidden ones (rewards) last */
    int32_t *formula_of;    /* [study->n_formulas] -> compiled index */
    int n_rewards;
    twp_reward_t *reward;
    int32_t i_qaly_reward; /* to which actions add QALYs, or -1 */
    int n_slots;
    twp_slot_t *slot; /* order: priority falling, then qualified name */
    int n_clocks;
    int n_slots_padded; /* to a multiple of TWP_SLOT_GROUP; the rest never fires */
    int n_counters;
    int n_accounts, n_tallies, n_attributes;
    int n_discount_steps;
    twp_discount_step_t *discount_step;
    bool solves_at_once; /* for tests: no change of a clock is put off */
    bool discounts_from_date;
    double discount_from_days;
    twp_codes_t codes;
    int max_rows_per_instant;
    int first_reward_formula; /* formulas from here on are the rewards', in their order */

    int n_words;
    int n_clock_mask, n_formula_mask, n_touch_mask; /* the last is the sum of both */
    uint64_t *touch_mask;   /* [n_words * n_touch_mask]: slots a word touches, then formulas */
    uint64_t *state_clocks; /* [n_states * n_clock_mask]: clocks of a state's exits */
    /* words: states first (index over all states), then as below */
    int32_t first_variable_word, first_fade_word, first_observation_word, first_formula_word;
    int32_t first_attribute_value, i_value_one, n_values; /* what follows the words in value[] */

    uint32_t *attribute_stream; /* [n_attributes] */
    uint32_t stream_enters;
    size_t twin_bytes; /* size of one twin's state, see kernel/twin.h */
    int n_streams;
} twp_model_t;

/**
 * Compiles a checked study for one strategy. Collisions of stream ids are findings.
 * @param study borrowed; must outlive the model
 */
TWP_CHECK_RESULT twp_status_t twp_model_compile(const twp_study_typed_t *study, int i_strategy,
    uint64_t seed, twp_findings_t *findings, twp_model_t **model, twp_error_t *err);
void twp_model_free(twp_model_t *model);

/**
 * A copy whose numbers can be bound to other parameters; the original must outlive it. Ended by
 * twp_model_free().
 */
TWP_CHECK_RESULT twp_status_t twp_model_copy(
    const twp_model_t *model, twp_model_t **copy, twp_error_t *err);

/**
 * Binds the numbers of a copy to the values of the parameters: nothing is read, named or sorted
 * anew. What depends neither on an uncertain parameter nor on a number that moves stays as it is.
 *
 * @param parameter  [study->n_parameters]; copied. Numbers that move are those of the model's study
 * @return TWP_OK; TWP_ERR_FAULT when a number is outside of what its place allows
 */
TWP_CHECK_RESULT twp_status_t twp_model_bind(
    twp_model_t *model, const double *parameter, twp_error_t *err);

/** Whether two models of one study have the same shape, as strategies must; *what names the first difference. */
bool twp_model_same_shape(const twp_model_t *a, const twp_model_t *b, const char **what);

/** Qualified name of an event code, such as patient.supply.due.refill; text in arena. */
const char *twp_model_code_name(const twp_model_t *model, int32_t code, twp_arena_t *arena);

#endif
