/** What the files of the compiler share. Included by src/model/ only. */
#ifndef TWP_MODEL_COMPILE_H
#define TWP_MODEL_COMPILE_H

#include "model/model.h"

/** A table that grows in an arena. */
typedef struct {
    void *row;
    int n, capacity;
    size_t size;
} twp_table_t;

/** A stream and what draws from it, for the check of collisions. */
typedef struct {
    const char *name;
    uint32_t id;
} twp_stream_use_t;

/** A clock before its slot is known. */
typedef struct {
    const char *name; /* qualified */
    int priority;
    twp_slot_kind_t kind;
    int i;
} twp_slot_request_t;

typedef struct {
    const twp_study_typed_t *study;
    twp_model_t *model;
    twp_arena_t *arena;
    twp_findings_t *findings;
    const double *parameter; /* [twp_study_n_values(study)] */
    twp_table_t code, step_from, step_is, term, branch, start, action, drift, drift_mean, upon,
        observer, happening, happening_key, formula, reward, stream, slot_request, binding;
    int *fade_of_support_first; /* scratch for the enter actions of supports */
    bool is_out_of_memory;
    bool is_too_deep; /* a program needs more than TWP_PROGRAM_STACK */
} twp_compiler_t;

/** Adds n rows (copied from row when not NULL, else zeroed); returns the index of the first. */
int twp_table_add(twp_compiler_t *c, twp_table_t *table, const void *row, int n);

/* compile_program.c */
twp_program_t twp_compile_program(twp_compiler_t *c, const twp_expression_t *expression);
twp_program_t twp_compile_number(twp_compiler_t *c, double number);
double twp_compile_constant(const twp_compiler_t *c, const twp_expression_t *expression);
/** The sum of rate x (track is in state) over the flows of one account. */
twp_program_t twp_compile_flows(twp_compiler_t *c, int i_account);

/** Whether an expression is another one in another parameter set, or at another point of a sweep. */
bool twp_compile_is_bound(const twp_compiler_t *c, const twp_expression_t *expression);

/** Notes that row i depends on the expressions where these are uncertain or move; returns whether. */
bool twp_compile_bind(twp_compiler_t *c, twp_bind_t kind, int i, const twp_expression_t *expression,
    const twp_expression_t *other);

/** Notes it whatever the expressions are. */
void twp_compile_note_binding(twp_compiler_t *c, twp_bind_t kind, int i,
    const twp_expression_t *expression, const twp_expression_t *other);

/* compile_stream.c */
uint32_t twp_compile_stream(twp_compiler_t *c, const char *name);
uint32_t twp_compile_stream_suffix(twp_compiler_t *c, const char *name, const char *suffix);
void twp_compile_check_streams(twp_compiler_t *c);

/* compile_happening.c: ids of happenings that somebody listens to */
void twp_compile_happenings(twp_compiler_t *c);
int32_t twp_compile_happening_id(
    const twp_compiler_t *c, twp_happening_kind_t kind, int i, int j); /* -1: nobody listens */

/* compile_track.c */
void twp_compile_tracks(twp_compiler_t *c);
void twp_compile_actions(
    twp_compiler_t *c, const twp_actions_t *actions, int32_t *i_first, int32_t *n);

/* compile_law.c */
void twp_compile_law(twp_compiler_t *c, const twp_study_exit_t *exit, twp_model_exit_t *row);
/** Tables and, where they are constant, constants alone; what is wrong is a finding. */
void twp_compile_law_constants(
    twp_compiler_t *c, const twp_study_exit_t *exit, twp_law_constants_t *to);

/* compile_clock.c: drifts, slots, dependency masks */
int twp_compile_drift(twp_compiler_t *c, const char *name, const twp_expression_t *half_life_days,
    const twp_expression_t *held_for_days, int i_variable, int i_support);
/** Rows of drift_mean[] that a drift whose number of pieces is uncertain has room for. */
#define TWP_COMPILE_MAX_PIECES 4096
/**
 * Works a drift out: its pieces' length, rate and number, and their means into mean[n_room]. False
 * when they are too many, or the times are not above 0.
 */
bool twp_compile_fill_drift(
    twp_drift_t *drift, double half_life_days, double held_for_days, double *mean, int n_room);
void twp_compile_request_slot(
    twp_compiler_t *c, const char *name, int priority, twp_slot_kind_t kind, int i);
void twp_compile_slots(twp_compiler_t *c);
void twp_compile_masks(twp_compiler_t *c);
/** The weight of a term, from its ratio and a covariate that is a number. */
void twp_compile_weigh_term(const twp_model_t *model, twp_term_t *term);

#endif
