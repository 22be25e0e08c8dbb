/** Doing it again: a whole run compared, one twin told. */
#ifndef TWINPATH_REPLAY_H
#define TWINPATH_REPLAY_H

#include "twinpath/run.h"

TWP_BEGIN_C

typedef struct {
    /** Folder of the data files (CSV) that the study reads; NULL: beside the file, or the current one. */
    const char *inputs;
    int n_threads; /**< 0: as many as OpenMP gives */
    void (*progress)(void *context, const twp_progress_t *progress); /**< as of a run, or NULL */
    void *progress_context;
    bool (*should_stop)(void *context); /**< as of a run, or NULL */
    void *stop_context;
} twp_reproduce_settings_t;

typedef struct {
    bool is_equal; /**< every value is; but see is_other_version */
    /** Written by another version: its name and run_id, which differ, were not compared. */
    bool is_other_version;
    bool is_changed;      /**< the file's content is not what its own digest says */
    bool is_partial;      /**< the file is: the same part was lived again */
    char source[64];      /**< "twinpath 0.1.0", of the file */
    char digest[65];      /**< content digest of the file, worked out anew */
    char again[65];       /**< of the new run */
    char difference[768]; /**< the first, in words; "" when there is none */
    int64_t n_values;     /**< compared; 0 when the digests were equal */
    twp_run_report_t run;
} twp_reproduction_t;

/**
 * Runs the study that is kept in a results file again, with what the command line set then, and
 * compares: content digests, and where they differ each value. A partial file is done again as far as
 * it came. The new results go to a temporary folder (TMPDIR or /tmp) and are removed.
 *
 * @return TWP_OK whether it is equal or not; TWP_ERR_INPUT when a data file is missing or has another
 *         SHA-256 (the message has both); TWP_ERR_FORMAT; TWP_ERR_INTERRUPTED when should_stop said
 *         so; and as twp_study_run()
 */
TWP_CHECK_RESULT twp_status_t twp_results_reproduce(const char *path,
    const twp_reproduce_settings_t *settings, twp_reproduction_t *reproduction, twp_error_t *err);

/** A random number of a life: u in (0, 1), number `occurrence` of its stream. */
typedef struct {
    const char *stream; /**< NULL: there was none */
    uint32_t occurrence;
    double u;
} twp_replay_draw_t;

/** One covariate of a hazard at the instant at which its clock fired. */
typedef struct {
    const char *covariate; /**< as text, such as "therapy.taking" or "(age / 3652.5)" */
    const char *support;   /**< whose effect it is, or NULL */
    bool is_time_ratio;    /**< else a hazard ratio */
    double ratio;          /**< as the study says it */
    double value, fade;    /**< of the covariate; of an effect that fades, else 1 */
    double factor;         /**< ratio^(value fade) */
    bool is_counted;       /**< false: another support's effect is stronger */
} twp_replay_term_t;

/** How a hazard's clock came to fire. */
typedef struct {
    double since_days;  /**< since entry: when the clock began */
    double age_days;    /**< of the clock, when it fired */
    double ratio, pace; /**< products of the factors then: of hazard ratios, of 1 / time ratios */
    double alone_days;  /**< since entry: when it had fired without effects and conditions */
    int n_terms;
    const twp_replay_term_t *term;
} twp_replay_clock_t;

typedef enum {
    TWP_REPLAY_START, /**< what the life begins with */
    TWP_REPLAY_EXIT,
    TWP_REPLAY_DISPENSED,
    TWP_REPLAY_CONTACT,
    TWP_REPLAY_SEEN,
    TWP_REPLAY_MEASURED
} twp_replay_kind_t;

/** What happened to a variable or an account in the instant of an event, first event of it. */
typedef struct {
    const char *name; /**< variable; or "payer, category" */
    bool is_cost;
    double from, to; /**< cost: 0 and what was paid */
} twp_replay_change_t;

typedef struct {
    double time_days; /**< since entry */
    char date[16];    /**< YYYY-MM-DD */
    twp_replay_kind_t kind;
    const char *name;      /**< qualified: patient.therapy.taking.stop; start: "" */
    const char *from, *to; /**< exits: states; to NULL: it stays. Start: to: all states */
    const char *cause;     /**< exits, in words */
    double value;          /**< days dispensed, amount measured, count seen; exits: branch */
    bool is_timed;         /**< a clock fired; else it answers what came before it */
    bool is_in_file;       /**< it is of a kind that the results record */
    const twp_replay_clock_t *clock; /**< of hazards, or NULL */
    twp_replay_draw_t threshold;     /**< of hazards */
    twp_replay_draw_t choice;        /**< of exits with several branches */
    int n_changes;
    const twp_replay_change_t *change;
} twp_replay_event_t;

/** A life under one strategy. */
typedef struct {
    const char *strategy;
    double enters_days, end_days; /**< calendar day of entry; length, NAN: it never entered */
    char enters[16];              /**< date of entry */
    int n_events;
    const twp_replay_event_t *event;
    /** First event that is not the baseline's; n_events: the baseline's goes on; -1: none differs. */
    int i_divergence;
    int64_t n_in_file;      /**< events that the file has of this life; -1: it has no such life */
    const char *difference; /**< from the file's events, the first; "" when there is none */
    const double *figure;   /**< [n_figures] of the replay; NAN: does not apply */
} twp_replay_life_t;

typedef struct {
    const char *name, *label, *unit; /**< as of a summary's row */
    double time_days;                /**< NAN when the measure has no times */
} twp_replay_figure_t;

/** One twin's lives, told again. All memory is the replay's. */
typedef struct {
    const char *study, *currency; /**< currency "" when there is no money */
    uint64_t twin;
    int64_t n_parameter_sets; /**< of the file; 0: the values as written */
    int64_t i_parameter_set;  /**< lived; 0: the values as written */
    bool is_partial;
    bool is_equal; /**< to all that the file has of it */
    int n_attributes;
    const char *const *attribute, *const *attribute_text; /**< "age", "63.2 years" */
    int n_lives;
    const twp_replay_life_t *life; /**< the baseline first */
    int n_figures;
    const twp_replay_figure_t *figure;
} twp_replay_t;

typedef struct {
    uint64_t twin;               /**< id */
    const char *const *strategy; /**< [n_strategies] beside the baseline */
    int n_strategies;            /**< 0: all of the file */
    int64_t i_parameter_set;     /**< 1, 2, ...; 0: the values as written */
    const char *inputs;          /**< as of twp_reproduce_settings_t */
} twp_replay_settings_t;

/**
 * Lives one twin of a results file again and says what happened and why.
 * @param replay  ended by twp_replay_free()
 * @return TWP_OK, whether the file says the same or not; TWP_ERR_INPUT when there is no such twin,
 *         strategy or set, or as twp_results_reproduce(); TWP_ERR_FAULT; TWP_ERR_FORMAT ...
 */
TWP_CHECK_RESULT twp_status_t twp_replay_read(const char *path,
    const twp_replay_settings_t *settings, twp_replay_t **replay, twp_error_t *err);
void twp_replay_free(twp_replay_t *replay); /**< NULL is allowed */

TWP_END_C

#endif
