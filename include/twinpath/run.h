/** Runs of a study: whole, or at the points of a sweep. */
#ifndef TWINPATH_RUN_H
#define TWINPATH_RUN_H

#include "twinpath/study.h"

TWP_BEGIN_C

/** How far a run is. */
typedef struct {
    int64_t n_twins, n_twins_done;
    int64_t n_events; /**< over all strategies */
    double wall_seconds, cpu_seconds;
    double twins_per_second;   /**< 0 until it is known */
    double seconds_left;       /**< NAN until it is known; to the next look where there is one */
    int64_t n_twins_next_look; /**< precision is judged then; 0: none is asked */
    /** The widest interval at the last look over what is wanted: 2 is twice too wide. NAN: not known. */
    double precision;
} twp_progress_t;

/** Whether parameter sets are lived by the same twins. */
typedef enum {
    TWP_TWINS_AS_STUDIED = 0, /**< as the study's report says; fresh where it does not */
    TWP_TWINS_FRESH = 1, /**< other twins in every set: the set's number is part of their ids */
    TWP_TWINS_SAME = 2   /**< the same twins in every set, those of a run without sets */
} twp_twins_t;

/** What a run is asked beyond the study. Start from twp_run_settings_init(). */
typedef struct {
    uint64_t seed;               /**< 1 */
    int64_t n_patients;          /**< 0: the study's count */
    const char *const *strategy; /**< [n_strategies] names; the baseline is always run */
    int n_strategies;            /**< 0: all */
    /** Sets of the uncertain parameters to draw and live; 0: the values as written; -1: as the study's
     *  report says. */
    int64_t n_parameter_sets;
    twp_twins_t twins;
    /**
     * [n_precisions] "STRATEGY.FIGURE=HALF_WIDTH", such as "nurse.persistence_365d=0.005": the run ends
     * as soon as half of the 95 % interval of each of these differences from the baseline is at most
     * that, and with all twins at the latest. It is judged after 4, 8, 16, ... whole blocks of 1,024
     * twins, so the result is the same for any number of threads. Not with parameter sets.
     */
    const char *const *precision;
    int n_precisions;
    int n_threads;            /**< 0: as many as OpenMP gives */
    const char *output_path;  /**< results file, required */
    bool overwrite;           /**< replace a file that is there */
    const char *command_line; /**< for /session, or NULL */
    /** Called now and then by the thread that called twp_study_run(); NULL: never. */
    void (*progress)(void *context, const twp_progress_t *progress);
    void *progress_context;
    /**
     * Asked before a block of 1,024 twins and every few hundredths of a second, by any thread of the
     * run, one at a time; true ends the run at once: the blocks before those under way are published
     * as partial. Or NULL.
     */
    bool (*should_stop)(void *context);
    void *stop_context;
} twp_run_settings_t;

void twp_run_settings_init(twp_run_settings_t *settings);

/** What a run did. */
typedef struct {
    char digest[65];               /**< content digest of the file, 64 hex digits */
    int64_t n_twins, n_twins_done; /**< of all parameter sets together */
    int64_t n_parameter_sets, n_parameter_sets_done; /**< 0: the values as written */
    int64_t n_points, n_points_done;                 /**< of a sweep; else 0 */
    int n_strategies;
    int64_t n_events;
    double wall_seconds, cpu_seconds;
    int n_threads;
    bool is_partial;
    int n_looks;          /**< at the precision asked for; 0: none was */
    bool is_precise;      /**< it was reached */
    int64_t n_twins_most; /**< as many could have been lived; n_twins is how many it took */
} twp_run_report_t;

/**
 * Lives every twin under every strategy and writes the results file: whole or not at all.
 *
 * @param report  filled when the file was published (TWP_OK, TWP_ERR_INTERRUPTED); may be NULL
 * @return TWP_OK; TWP_ERR_INTERRUPTED when should_stop ended it and a partial file was published
 *         (or, before the first block, none: report->n_twins_done is 0 then); TWP_ERR_INPUT when
 *         the patients' file is wrong (findings of the study), or a strategy or the figure of a
 *         precision is unknown;
 *         TWP_ERR_FAULT with twin, strategy, time and exit; TWP_ERR_EXISTS, TWP_ERR_IO,
 *         TWP_ERR_MEMORY, TWP_ERR_ARGUMENT
 */
TWP_CHECK_RESULT twp_status_t twp_study_run(twp_study_t *study, const twp_run_settings_t *settings,
    twp_run_report_t *report, twp_error_t *err);

/**
 * Lives the study at every point of its sweep (`sweep:`, or entries "--over PATH=A,B,C" among what
 * twp_study_read() is given to set) and writes one results file whose figures have a dimension `point`.
 * What stands at a point is what a run with `--set` of its values says, bit for bit.
 *
 * @return as twp_study_run(); TWP_ERR_FAULT also when a point cannot be lived (names it);
 *         TWP_ERR_INPUT when the study has no sweep
 */
TWP_CHECK_RESULT twp_status_t twp_study_run_points(twp_study_t *study,
    const twp_run_settings_t *settings, twp_run_report_t *report, twp_error_t *err);

/** Points of the study's sweep; 0: it has none. */
int64_t twp_study_n_points(const twp_study_t *study);

/** What a run would need. */
typedef struct {
    int64_t n_twins;
    int n_strategies;
    double events_per_life;   /**< recorded events, mean over the twins of the pilot */
    double cpu_seconds;       /**< all lives, on one core of this machine; without the file */
    double memory_bytes;      /**< at most, with settings->n_threads threads; flat in the twins */
    double file_bytes;        /**< order of magnitude */
    int n_pilot_twins;        /**< twins lived to find out */
    int64_t n_parameter_sets; /**< 0: the values as written; time and memory are of all sets */
} twp_run_estimate_t;

/** Lives the first twins (at most 256) and extrapolates. Fails as twp_study_run() does. */
TWP_CHECK_RESULT twp_status_t twp_study_estimate(twp_study_t *study,
    const twp_run_settings_t *settings, twp_run_estimate_t *estimate, twp_error_t *err);

TWP_END_C

#endif
