/**
 * Private to src/study/: reading the merged tree into the typed study. Each read_*.c fills one part
 * of it; all share this state. Memory is the study's arena; when it runs out the reader jumps back
 * to twp_study_typed_read(), which frees the arena.
 */
#ifndef TWP_STUDY_READ_H
#define TWP_STUDY_READ_H

#include "study/study.h"
#include "vocabulary/units.h"

#include <setjmp.h>

/** A value of the tree (NULL where there is none) and its path in the study. */
typedef struct {
    const twp_node_t *node;
    const char *path;
} twp_spot_t;

typedef enum {
    TWP_SYMBOL_PARAMETER,
    TWP_SYMBOL_ATTRIBUTE,
    TWP_SYMBOL_VARIABLE,
    TWP_SYMBOL_FORMULA,
    TWP_SYMBOL_TRACK,
    TWP_SYMBOL_SUPPORT,
    TWP_SYMBOL_OBSERVATION,
    TWP_SYMBOL_ACTION,
    TWP_SYMBOL_TABLE
} twp_symbol_kind_t;

/** A declared name; i is its index among its kind. */
typedef struct {
    const char *name;
    twp_symbol_kind_t kind;
    int i;
    twp_place_t place;
} twp_symbol_t;

/** How far the reading of a thing on which others depend has come. */
typedef enum {
    TWP_READING_NOT_YET = 0,
    TWP_READING_NOW, /* asked for again now: a cycle */
    TWP_READING_DONE,
    TWP_READING_FAILED /* reported; what uses it stays silent */
} twp_reading_t;

/** Indices that are renumbered once all of their kind are known and sorted. */
typedef struct {
    int **index;
    int n, n_capacity;
} twp_renumbered_t;

/** How many findings there were at a moment. */
typedef struct {
    int n, n_errors, n_dropped;
} twp_findings_mark_t;

typedef struct twp_read {
    const twp_document_t *document;
    twp_spot_t root;
    twp_findings_t *findings;
    int n_findings_before, n_errors_before; /* those of other inputs */
    twp_study_typed_t *study;
    twp_arena_t *arena;
    twp_units_t units;
    twp_expression_reader_t reader;
    jmp_buf out_of_memory;

    int n_symbols;
    twp_symbol_t *symbol;        /* sorted by name */
    twp_symbol_t *action_symbol; /* [study->n_named_actions], likewise */
    int n_words;
    const char **word; /* every name an expression may use, for the nearest one */
    bool *is_word_seen_by_programme;

    /* Values that others depend on are read when first asked for. Spots by index. */
    twp_spot_t *parameter_spot, *attribute_spot, *variable_spot, *formula_spot, *observation_spot,
        *table_spot;
    twp_reading_t *parameter_reading, *attribute_reading, *formula_reading;
    int n_attributes_read, n_formulas_read;
    bool *is_formula_used, *is_variable_wrong, *is_table_used;
    double *parameter_value;
    const char **common_path; /* [n_parameters] what points share that is made of it, or NULL */
    int *joint_of_parameter;  /* [n_parameters] joint distribution that lists it, or -1 */
    int *member_of_parameter;
    twp_spot_t *joint_spot; /* [n_joints] */
    bool *is_joint_wrong;   /* lists what cannot be there */
    twp_csv_t draws_csv;    /* of one joint distribution while it is read; on the heap */
    int n_parameters_read;
    int depth;                /* of values that wait for each other */
    bool is_programme;        /* only what supports may see */
    bool is_observed;         /* a value may be named as well as a happening */
    bool is_silent;           /* a word was asked for whose fault is reported already */
    twp_findings_mark_t kept; /* what stays when a silent expression is taken back */
    bool is_constant_only;    /* no names at all (exchange rates) */

    twp_spot_t *action_spot, *track_spot, *state_spot, *exit_spot, *support_spot, *doses_spot;
    int *state_first;             /* [n_tracks]: of a track in state_spot */
    double gap_days, window_days; /* the report's */
    twp_csv_t csv;                /* the patients' file; on the heap, as are the rows */
    int64_t *row, n_rows;         /* those that count */
    twp_csv_t table_csv;          /* the table's file that is being read; on the heap */
    twp_csv_t points_csv;         /* the sweep's file; on the heap */
    twp_renumbered_t accounts, tallies;
    int n_account_capacity, n_tally_capacity, n_measure_capacity, n_timed_capacity;
    int n_moved, n_guard_capacity;
    const twp_node_t *const *moved_node; /* [n_moved] */
} twp_read_t;

/** Of parameters over parameters, formulas over formulas and so on: bounds the stack. */
#define TWP_READ_MAX_DEPTH 32

/* ---- the tree (read_tools.c) ---------------------------------------------------------------- */

/** Zeroed memory of the study; does not return when there is none. */
void *twp_read_alloc(twp_read_t *read, int n, size_t size);
#define TWP_READ_NEW(read, type, n) ((type *) twp_read_alloc((read), (n), sizeof(type)))

const char *twp_read_printf(twp_read_t *read, const char *format, ...) TWP_PRINTF(2, 3);

/** Value under key; node NULL when absent or not in a mapping. */
twp_spot_t twp_read_get(twp_read_t *read, twp_spot_t spot, const char *key);
/** Item i of a list. */
twp_spot_t twp_read_item(twp_read_t *read, twp_spot_t spot, int i);
/** Items of a list; of a scalar or mapping 1 (itself: see twp_read_item()); 0 when absent. */
int twp_read_n_items(twp_spot_t spot);
bool twp_read_is_mapping(twp_spot_t spot);
/** Text of a scalar, or NULL. */
const char *twp_read_text(twp_spot_t spot);
/** A truth that the shape check has looked at. */
bool twp_read_flag(twp_read_t *read, twp_spot_t spot, const char *key, bool fallback);
/** Entries of a mapping in the order of their names; *n is 0 when it is none. */
const twp_pair_t **twp_read_sorted(twp_read_t *read, twp_spot_t spot, int *n);
/** Spot of an entry. */
twp_spot_t twp_read_entry(twp_read_t *read, twp_spot_t parent, const twp_pair_t *pair);
twp_place_t twp_read_place(twp_spot_t spot);
/** The source of spot or NULL. */
const char *twp_read_source(twp_read_t *read, twp_spot_t spot);

/** Adds a finding unless there is one at that very place already: one fault, one finding. */
void twp_read_fail(twp_read_t *read, twp_place_t place, const char *found, const char *expected,
    const char *nearest, const char *format, ...) TWP_PRINTF(6, 7);
void twp_read_warn(twp_read_t *read, twp_place_t place, const char *found, const char *expected,
    const char *nearest, const char *format, ...) TWP_PRINTF(6, 7);

/* ---- expressions (read_numbers.c) ----------------------------------------------------------- */

/** The expression at spot; NULL when absent or wrong (then there is a finding). */
twp_expression_t *twp_read_number(
    twp_read_t *read, twp_spot_t spot, twp_scope_t scope, const twp_dim_t *dim);
twp_expression_t *twp_read_condition(twp_read_t *read, twp_spot_t spot, twp_scope_t scope);
/** A condition or a number of any dimension, whichever the text is. */
twp_expression_t *twp_read_either(twp_read_t *read, twp_spot_t spot, twp_scope_t scope);
/** Value of a constant at spot, or fallback when absent or wrong. */
double twp_read_constant(twp_read_t *read, twp_spot_t spot, twp_dim_t dim, double fallback);
/**
 * Whether the expression is the same for all twins at all times; its value then. Who asks may do anything
 * with the value: a study that is read to be moved stays where it is, then, in the numbers that it is made of.
 */
bool twp_read_is_known(twp_read_t *read, const twp_expression_t *expression, double *value);
/** The same where it matters only whether the value lies within: the study moves as far as it does. */
bool twp_read_is_known_within(
    twp_read_t *read, const twp_expression_t *expression, twp_within_t within, double *value);
/** The same where nothing of the study hangs on the value: for warnings. */
bool twp_read_is_known_aside(
    const twp_read_t *read, const twp_expression_t *expression, double *value);
/** A constant time, told where it is known and not above 0; NULL where it cannot be read. */
twp_expression_t *twp_read_positive_time(twp_read_t *read, twp_spot_t spot);

twp_expression_t *twp_read_literal(twp_read_t *read, double number, twp_dim_t dim);
twp_expression_t *twp_read_word(
    twp_read_t *read, twp_word_kind_t kind, int i, int j, bool is_truth, twp_scope_t scope);
/** Operator of one to three arguments; NULL arguments give NULL. dim is the caller's business. */
twp_expression_t *twp_read_operator(twp_read_t *read, twp_word_kind_t kind, twp_dim_t dim,
    twp_expression_t *a, twp_expression_t *b, twp_expression_t *c);
/** Both of two conditions, either of which may be NULL. */
twp_expression_t *twp_read_both(twp_read_t *read, twp_expression_t *a, twp_expression_t *b);

bool twp_read_same_dim(twp_dim_t a, twp_dim_t b);
/** "days", "USD / day", "" ...: how a dimension is printed. */
const char *twp_read_dim_text(twp_read_t *read, twp_dim_t dim);
/** The unit as written after a plain number ("4.3 years" gives "years"), else that of dim. */
const char *twp_read_unit_text(twp_read_t *read, const char *text, twp_dim_t dim);
/** One of that unit in internal units; 1 where no unit is written after a plain number. */
double twp_read_unit_size(twp_read_t *read, const char *text, twp_dim_t dim);

/* ---- numbers that move (read_moved.c) ------------------------------------------------------- */

/** The number at spot, if it is one that moves, as its hidden parameter; else the expression as it is. */
twp_expression_t *twp_read_moved(twp_read_t *read, twp_spot_t spot, twp_expression_t *expression);
/** Notes what a constant is made of that points share (check_swept.c). NULL is allowed. */
void twp_read_note_common(twp_read_t *read, twp_spot_t spot, const twp_expression_t *expression);
/** What the expression is made of does not move. NULL is allowed. */
void twp_read_fix(twp_read_t *read, const twp_expression_t *expression);
/** The expression moves as far as it lies within; not at all when it is outside now. */
void twp_read_note_within(
    twp_read_t *read, const twp_expression_t *expression, twp_within_t within);
/** b stays above a, or (not is_strict) not below it. */
void twp_read_note_rise(twp_read_t *read, twp_expression_t *a, twp_expression_t *b, bool is_strict);
/** The sum of n expressions, those that are known, stays within; NULL ones are skipped. */
void twp_read_note_sum(
    twp_read_t *read, twp_expression_t *const *expression, int n, twp_within_t within);

/* ---- names (read_symbols.c, read_words.c, read_references.c) --------------------------------- */

/** A value that is observed means that value; a happening means how often it was seen. */
twp_name_meaning_t twp_read_observation_meaning(twp_read_t *read, int i);
/** Whether a support's offer, eligibility and contacts may use the name. */
bool twp_read_is_seen_by_programme(const twp_read_t *read, const char *name);

/** Declares every name of the study and lays out tracks, states and exits. */
void twp_read_symbols(twp_read_t *read);
const twp_symbol_t *twp_read_find(const twp_read_t *read, const char *name);
/** Index of a state by name, or -1. */
int twp_read_find_state(const twp_study_track_t *track, const char *name);
/** Names of all states that doses can have, by twp_doses_state_t. */
extern const char *const twp_read_doses_states[TWP_N_DOSES_STATES];

/** Sets up the resolver of expressions. */
void twp_read_words(twp_read_t *read);
/** Index of a thing of that kind named at spot, or -1 with a finding that names the nearest. */
int twp_read_reference(twp_read_t *read, twp_spot_t spot, twp_symbol_kind_t kind);
int twp_read_reference_text(
    twp_read_t *read, const char *text, twp_place_t place, twp_symbol_kind_t kind);
/** State `track.state` (a support's name alone: its state active). */
bool twp_read_state_reference(twp_read_t *read, twp_spot_t spot, int *i_track, int *i_state);
/** State of one track. -1 with a finding when there is none. */
int twp_read_state_name(
    twp_read_t *read, const char *text, twp_place_t place, const twp_study_track_t *track);
/** Exit `track.state.exit`, with the rest of the text behind its dot, or NULL, in *rest. */
int twp_read_exit_reference(
    twp_read_t *read, const char *text, twp_place_t place, const char **rest);
/** A happening or a list of them. */
twp_happening_t *twp_read_happenings(twp_read_t *read, twp_spot_t spot, int *n);
bool twp_read_happening(twp_read_t *read, twp_spot_t spot, twp_happening_t *happening);
/** Room for one more behind n items in use: the same memory, or a copy in twice as much. */
void *twp_read_grown(twp_read_t *read, void *items, int n, int *n_capacity, size_t size);
/** Index of a text in a list of texts sorted by strcmp, or -1. */
int twp_read_index(const char *const *sorted, int n, const char *text);

/* ---- parts ---------------------------------------------------------------------------------- */

void twp_read_money(twp_read_t *read); /* read_money.c */
/** Path of a file, from the folder of the file that names it. */
const char *twp_read_file_path(twp_read_t *read, const twp_node_t *from);
void twp_read_tables(twp_read_t *read);           /* read_tables.c */
void twp_read_parameter(twp_read_t *read, int i); /* read_values.c */
/** Which parameters the joint distributions list; before the first parameter is read. */
void twp_read_joint_members(twp_read_t *read); /* read_joint.c */
void twp_read_joints(twp_read_t *read);
/** Fills lower Cholesky factor from a symmetric matrix in place; false: not positive definite. */
bool twp_read_factorise(double *matrix, int n); /* read_patient.c */
/** Matrix of correlations, [n * n]; `of_what` says what the rows are of. False with a finding. */
bool twp_read_correlations(
    twp_read_t *read, twp_spot_t spot, int n, const char *of_what, double *matrix);
/** Whether and how a parameter whose value is known is uncertain. */
void twp_read_uncertain(twp_read_t *read, twp_spot_t spot, int i); /* read_uncertain.c */
/** False with a finding when the number at spot would be another in another parameter set. */
bool twp_read_is_certain(twp_read_t *read, twp_spot_t spot, const twp_expression_t *expression);
void twp_read_formula(twp_read_t *read, int i);
void twp_read_values(twp_read_t *read);
void twp_read_observations(twp_read_t *read);
twp_distribution_t *twp_read_distribution(/* read_distributions.c */
    twp_read_t *read, twp_spot_t spot, const twp_dim_t *dim, twp_dim_t *got);
void twp_read_attribute(twp_read_t *read, int i); /* read_patient.c */
void twp_read_attributes(twp_read_t *read);
void twp_read_variables(twp_read_t *read);
void twp_read_population(twp_read_t *read);                        /* read_population.c */
twp_actions_t twp_read_actions(twp_read_t *read, twp_spot_t spot); /* read_actions.c */
/** First a, then b, in memory of its own. */
twp_actions_t twp_read_join_actions(twp_read_t *read, twp_actions_t a, twp_actions_t b);
void twp_read_named_actions(twp_read_t *read);
void twp_read_account(twp_read_t *read, int *index, const char *payer, const char *category);
void twp_read_renumber(twp_read_t *read);
void twp_read_tracks(twp_read_t *read); /* read_tracks.c */
void twp_read_exits(twp_read_t *read);  /* read_exits.c */
/** A finding when something counts from birth and the study has no age at entry. */
void twp_read_check_age(twp_read_t *read, twp_spot_t counts_from);
bool twp_read_law(twp_read_t *read, twp_spot_t spot, twp_law_t *law);
/** A chance: an expression, or a table of one. */
twp_expression_t *twp_read_chance(twp_read_t *read, twp_spot_t spot);
twp_effect_t *twp_read_effects(/* read_effects.c */
    twp_read_t *read, twp_spot_t spot, bool is_hazard, int *n);
/** The ratio of an effect: hr, time_ratio, or, rr at, difference at. False with a finding. */
bool twp_read_ratio(twp_read_t *read, twp_spot_t spot, bool is_hazard, twp_effect_t *effect);
/** `per` over its `unit`, or NULL. */
twp_expression_t *twp_read_per(twp_read_t *read, twp_spot_t spot, twp_scope_t scope);
void twp_read_doses(twp_read_t *read); /* read_doses.c */
/** A finding when an effect would move what cannot be moved of an exit of doses; false then. */
bool twp_read_check_doses_effect(twp_read_t *read, twp_spot_t spot, const twp_study_exit_t *exit);
void twp_read_supports(twp_read_t *read); /* read_supports.c */
void twp_read_support_effects(twp_read_t *read);
void twp_read_together(twp_read_t *read);
void twp_read_utility(twp_read_t *read); /* read_rewards.c */
/** A cost over time, a block, while a state is current. */
void twp_read_flow(twp_read_t *read, twp_spot_t spot, int i_track, int i_state, const char *payer,
    const char *category);
void twp_read_strategies(twp_read_t *read); /* read_strategies.c */
void twp_read_report(twp_read_t *read);     /* read_report.c */
void twp_read_record(twp_read_t *read);
void twp_read_measures(twp_read_t *read); /* read_measures.c */
/** Fills measure from spot (a name, or a mapping); false with a finding. */
bool twp_read_measure(twp_read_t *read, twp_spot_t spot, twp_study_measure_t *measure);
/** Index of a measure like that one (times aside), which is added where there is none. */
int twp_read_add_measure(twp_read_t *read, const twp_study_measure_t *measure, const char *name);
/** Index of a time among those of a measure. */
int twp_read_time_index(const twp_study_measure_t *measure, double days);
void twp_read_targets(twp_read_t *read);
void twp_read_sweep(twp_read_t *read); /* read_sweep.c */
/** Whether a path leads to a single number that may differ between points; false with a finding. */
bool twp_read_swept_path(twp_read_t *read, twp_place_t place, const char *path); /* read_swept.c */
/** The value that a path leads to in the tree that is read; NULL: there is none. */
const twp_node_t *twp_read_swept_target(twp_read_t *read, const char *path);

/* ---- checks of the whole -------------------------------------------------------------------- */

void twp_check_cycles(
    twp_read_t *read);                  /* check_cycles.c: loops without time, actions in actions */
void twp_check_reach(twp_read_t *read); /* check_reach.c: what never happens */
void twp_check_columns(
    twp_read_t *read); /* check_columns.c: names that the results cannot tell apart */
void twp_check_streams(twp_read_t *read); /* check_streams.c: two that draw the same numbers */
void twp_check_use(twp_read_t *read);     /* check_use.c: what is declared and never used */
void twp_check_swept(twp_read_t *read);   /* check_swept.c: what may not be swept */

#endif
