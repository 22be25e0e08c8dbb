/**
 * Twinpath: the whole public face of libtwinpath.
 *
 * A study (YAML) is read and checked into a twp_study_t, run into a results file (HDF5), and the
 * file is read back into a summary. Every function that can fail returns a twp_status_t and takes a
 * caller-owned twp_error_t last, which may be NULL. The library never prints and never exits.
 */
#ifndef TWINPATH_H
#define TWINPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TWP_CHECK_RESULT __attribute__((warn_unused_result))
#define TWP_PRINTF(i_format, i_first) __attribute__((format(printf, i_format, i_first)))
#else
#define TWP_CHECK_RESULT
#define TWP_PRINTF(i_format, i_first)
#endif

/** Status of a call. Never renumbered. */
typedef enum {
    TWP_OK = 0,
    TWP_ERR_INPUT = 1,  /**< the study or another input is wrong; findings say where */
    TWP_ERR_MEMORY = 2, /**< memory could not be had */
    TWP_ERR_IO = 3,     /**< a file could not be read or written; the message has path and errno */
    TWP_ERR_LIMIT = 4,  /**< an input is larger or deeper than its stated limit */
    TWP_ERR_EXISTS = 5, /**< another results file is already there */
    TWP_ERR_FORMAT = 6, /**< a results file is damaged or not of a known layout */
    TWP_ERR_FAULT = 7, /**< a twin met a fault the study's author must mend; named in the message */
    TWP_ERR_INTERRUPTED = 8, /**< stopped by a signal; what was published says that it is partial */
    TWP_ERR_ARGUMENT = 9     /**< the caller passed something the documentation forbids */
} twp_status_t;

/** Short name of a status, such as "TWP_ERR_IO"; static storage. */
const char *twp_status_name(twp_status_t status);

#define TWP_ERROR_MESSAGE_SIZE 1024

/** Caller-owned record of the one error that ended a call. */
typedef struct {
    twp_status_t status;
    char message[TWP_ERROR_MESSAGE_SIZE];
} twp_error_t;

/** One thing that is wrong with an input. All text lives as long as the list that holds it. */
typedef struct {
    const char *file;     /**< as the user named it; "--set" for an override; never NULL */
    int line, column;     /**< from 1; 0 where there is none */
    const char *path;     /**< path in the study such as patient.tracks.therapy; may be "" */
    const char *message;  /**< what is wrong, one sentence */
    const char *found;    /**< what stands there, or NULL */
    const char *expected; /**< what could stand there, or NULL */
    const char *nearest;  /**< the nearest valid name, or NULL */
    bool is_warning;      /**< a run is allowed all the same */
} twp_finding_t;

/** Version of the library, such as "0.1.0"; static storage. */
const char *twp_version(void);

/* ---- Studies --------------------------------------------------------------------------------- */

/** A study that was read, checked and compiled for each of its strategies. One thread at a time. */
typedef struct twp_study_handle twp_study_t; /* opaque */

/**
 * Reads the study at path with everything it uses, applies n_set overrides "a.b.c=value", checks it
 * and compiles one model per strategy.
 *
 * @param set    [n_set], may be NULL when n_set is 0; copied. Entries "--over PATH=A,B,C" together are the
 *               study's sweep, a grid.
 * @param study  set whenever there are findings to show, so also with TWP_ERR_INPUT; else NULL.
 *               Ended by twp_study_free().
 * @return TWP_OK (there may be warnings), TWP_ERR_INPUT with findings, TWP_ERR_IO when the study
 *         itself cannot be read, TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_study_read(
    const char *path, const char *const *set, int n_set, twp_study_t **study, twp_error_t *err);
void twp_study_free(twp_study_t *study); /**< NULL is allowed */

/** Findings in order of file, line and column. i_finding < twp_study_n_findings(). */
int twp_study_n_findings(const twp_study_t *study);
const twp_finding_t *twp_study_finding(const twp_study_t *study, int i_finding);
/** Findings that are not warnings; also those beyond the number that is kept. */
int twp_study_n_errors(const twp_study_t *study);
/** Findings counted beyond the number that is kept. */
int twp_study_n_dropped(const twp_study_t *study);

/* What follows needs a study without errors (TWP_OK): otherwise 0, NULL, or TWP_ERR_ARGUMENT. Text
 * lives as long as the study. */

const char *twp_study_name(const twp_study_t *study);
const char *twp_study_question(const twp_study_t *study); /**< NULL when it asks none */
const char *twp_study_currency(const twp_study_t *study); /**< NULL when it has no money */
int64_t twp_study_n_patients(const twp_study_t *study);
double twp_study_horizon_days(const twp_study_t *study);
/** Parameter sets that the study's report asks for; 0: the values as written. */
int64_t twp_study_n_parameter_sets(const twp_study_t *study);
int twp_study_n_strategies(const twp_study_t *study);
/** The baseline is number 0, the others follow by name. */
const char *twp_study_strategy(const twp_study_t *study, int i_strategy);
int twp_study_n_tracks(const twp_study_t *study);
int twp_study_n_states(const twp_study_t *study); /**< of all tracks */
int twp_study_n_exits(const twp_study_t *study);
int twp_study_n_supports(const twp_study_t *study);
int twp_study_n_measures(const twp_study_t *study);

/** Name and place of each file that was read: the study itself first. NULL past the last. */
const char *twp_study_file(const twp_study_t *study, int i_file);

/** One number of the study with where it comes from. */
typedef struct {
    const char *path;   /**< patient.tracks.therapy.states.taking.stop.hazard.weibull.shape */
    const char *text;   /**< as written */
    const char *source; /**< evidence id, "assumption" or other text; NULL: none is needed */
    const char *note;   /**< or NULL */
    const char *origin; /**< who set it: module, base, study, strategy or --set */
    const char *file;
    int line, column;
    bool is_parameter; /**< a named parameter; then what follows holds too */
    const char *name;  /**< else NULL */
    double value;      /**< in days and the study's money */
    const char *unit;  /**< of value: "", "days", "USD / day", ... */
    double low, high;  /**< range; -INFINITY, INFINITY when none */
    const char
        *distribution; /**< of an uncertain parameter, such as "gamma: shape 4, scale 25" (in days
                                   and the study's money); of one that follows such "follows"; else NULL */
    double mean, p025, p975;  /**< of the distribution, in written_unit; NAN without */
    const char *written_unit; /**< in which the value is written */
} twp_number_row_t;

int twp_study_n_numbers(const twp_study_t *study);
/** Row i_number < twp_study_n_numbers(), in order of path. */
twp_number_row_t twp_study_number(const twp_study_t *study, int i_number);

/**
 * The compiled study in words, or (path not NULL) what stands at a dotted path, under each strategy
 * where they differ, and who set it.
 * @param text  set on success; the caller frees it with free()
 * Fails with TWP_ERR_INPUT when there is nothing at path (the message names the nearest).
 */
TWP_CHECK_RESULT twp_status_t twp_study_explain(
    const twp_study_t *study, const char *path, char **text, twp_error_t *err);

/** What a map of a study shows. Start from {0}: everything. */
typedef struct {
    const char *const *track; /**< [n_tracks] names of the study's tracks */
    int n_tracks;             /**< 0: all */
    const char *strategy; /**< its numbers and supports alone; NULL: the study's, all supports */
} twp_map_settings_t;

/**
 * The study as a graph in the language of Graphviz (DOT): tracks with their states and exits, each exit
 * with its law, numbers, effects and sources; supports with what they watch and move; what answers what.
 * Nothing is drawn here: `dot -Tsvg` makes a picture of the text. The same study gives the same text.
 * @param settings  may be NULL: everything
 * @param dot       set on success; the caller frees it with free()
 * Fails with TWP_ERR_INPUT for a track or strategy that the study has not (the message names the nearest).
 */
TWP_CHECK_RESULT twp_status_t twp_study_map(
    const twp_study_t *study, const twp_map_settings_t *settings, char **dot, twp_error_t *err);

/**
 * The study language as JSON Schema (draft 7), for editors. It says every key with what it holds, which
 * are required, exclude or need each other, and how names and values are spelled; not what names refer
 * to, which units a formula has, or how large numbers may be. What a check accepts it accepts too.
 * @param text  the same on every call; the caller frees it with free()
 */
TWP_CHECK_RESULT twp_status_t twp_language_schema(char **text, twp_error_t *err);

/* ---- Runs ------------------------------------------------------------------------------------ */

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

/* ---- Runs in parts --------------------------------------------------------------------------- */

/** What becomes of a run in parts when a shard fails. Shards that are there stay in any case. */
typedef enum {
    TWP_ON_ERROR_CONTINUE = 0, /**< the other shards are lived all the same */
    TWP_ON_ERROR_END = 1,      /**< no task begins another one; those under way are finished */
    TWP_ON_ERROR_STOP = 2      /**< ... those under way are dropped, in all tasks */
} twp_on_error_t;

/** How a run is cut and shared out. Start from twp_sweep_settings_init(). */
typedef struct {
    /** What is run; output_path is the folder of the run, overwrite is not used. Borrowed. */
    const twp_run_settings_t *run;
    int64_t i_task, n_tasks; /**< this call lives shards k with k % n_tasks = i_task; 0 of 1: all */
    int64_t shard_twins;     /**< twins a shard, rounded up to blocks of 1,024; 0: as planned */
    double max_seconds;      /**< begin no shard that would end later, and stop then; 0: no limit */
    twp_on_error_t on_error;
    bool is_retry;     /**< also live again what failed for a reason of its own */
    bool keeps_shards; /**< do not remove them when they are merged */
    bool is_unmerged;  /**< leave merging to twp_results_merge() */
    int i_rank;        /**< for messages; -1: none */
    /**
     * Which shard is next, in the place of tasks: a number below n_shards, or -1 for none. A shard that is
     * there already is passed over. Or NULL.
     */
    int64_t (*next_shard)(void *context, int64_t n_shards);
    void *next_context;
    /** Called when a shard has failed, with a message that names it; or NULL. */
    void (*tell)(void *context, const char *message);
    void *tell_context;
} twp_sweep_settings_t;

void twp_sweep_settings_init(twp_sweep_settings_t *settings);

/** What a run in parts would need. */
typedef struct {
    int64_t n_points; /**< of the sweep; 1 without one */
    int n_swept;      /**< numbers that change */
    int64_t n_twins;  /**< of a point and parameter set */
    int n_strategies;
    int64_t n_parameter_sets; /**< 0: the values as written */
    double cpu_seconds;       /**< all of it, on one core of this machine */
    double
        cpu_seconds_besides; /**< ... of which no lives: reading, binding, summing up; of points only */
    double memory_bytes;     /**< of a task at most */
    double merge_bytes;      /**< while the shards are merged */
    double file_bytes;       /**< of the results, order of magnitude */
    int64_t n_shards, n_tasks;                /**< n_tasks of the settings */
    int64_t n_shards_of_task;                 /**< of the task with the most */
    double task_cpu_seconds, task_file_bytes; /**< of that task; its shards' files */
} twp_sweep_estimate_t;

/** Lives the first twins of the first point and extrapolates. Fails as twp_study_sweep() does. */
TWP_CHECK_RESULT twp_status_t twp_study_estimate_sweep(twp_study_t *study,
    const twp_sweep_settings_t *settings, twp_sweep_estimate_t *estimate, twp_error_t *err);

/** What a call of a run in parts came to. */
typedef struct {
    int64_t n_shards;         /**< of the run */
    int64_t n_own;            /**< of this task (all, where next_shard says) */
    int64_t n_lived, n_found; /**< of its own: lived now, and there before */
    int64_t n_failed;         /**< of its own: failed now or before */
    int64_t n_missing;        /**< of the run when the call ended */
    /** Points that could not be lived: of the shards lived now, or of all when they are merged. Their figures
     *  are missing, /points of the results says why. */
    int64_t n_points_failed;
    bool is_merged;       /**< the results are there: now, or before this call */
    bool was_there;       /**< ... before */
    char results[1024];   /**< RUN/results.h5 */
    twp_run_report_t run; /**< of what was lived now; digest: of the results when merged */
} twp_sweep_report_t;

/**
 * Lives the shards of a run that are not in its folder yet, each published whole, and merges all when they
 * are there. The folder is made when it is missing. The content of the results is that of twp_study_run().
 *
 * A shard that is there is taken when it is of this run and whole; a damaged one is lived again. Several
 * tasks, on several machines, and two copies of one task may work in one folder at once.
 *
 * @param report  filled in any case; may be NULL
 * @return TWP_OK when this task's shards are there (the results too, when it was the last one);
 *         TWP_ERR_INTERRUPTED when should_stop or max_seconds ended it: the shard under way was dropped;
 *         TWP_ERR_FAULT when shards failed; TWP_ERR_EXISTS when the folder is of another run; and as
 *         twp_study_run()
 */
TWP_CHECK_RESULT twp_status_t twp_study_sweep(twp_study_t *study,
    const twp_sweep_settings_t *settings, twp_sweep_report_t *report, twp_error_t *err);

/** A shard that is not there although it was begun, or has failed. */
typedef struct {
    int64_t i_shard;
    bool is_failed;
    bool is_gone;  /**< begun by a process of this machine that is no more */
    char *who;     /**< "task 3 (node7, process 4711)" */
    char *message; /**< why it failed, or "" */
} twp_sweep_trouble_t;

/** How far a run in parts is. */
typedef struct {
    char *study, *run_id, *source, *seed;
    int64_t n_twins, n_shards, n_done, n_failed, n_running;
    bool is_merged;
    char digest[65];          /**< of the results, "" when they are not there */
    double seconds_per_shard; /**< mean of those done; NAN: none is known */
    int n_troubles;
    twp_sweep_trouble_t *trouble; /**< failed, running and abandoned shards, in order of number */
} twp_sweep_status_t;

/** Reads how far the run in a folder is. status: ended by twp_sweep_status_clear() in any case. */
TWP_CHECK_RESULT twp_status_t twp_sweep_status_read(
    const char *folder, twp_sweep_status_t *status, twp_error_t *err);
void twp_sweep_status_clear(twp_sweep_status_t *status);

typedef struct {
    const char *const *path; /**< [n_paths] shards, or one folder of a run in parts */
    int n_paths;
    const char *output_path; /**< NULL: results.h5 in the folder */
    bool overwrite;
    bool allows_gaps; /**< leave out what is missing: the file is then partial and says so */
    bool
        is_virtual; /**< leave the rows in the shards, behind virtual datasets: at most 200 shards, which
                          must lie below the folder of the file and stay there */
    bool keeps_shards; /**< of a folder: else they are removed when all were merged */
    const char
        *inputs; /**< folder of the data files (CSV) that the study reads; NULL: as it was run */
    int n_threads;
    const char *command_line;
    void (*progress)(void *context, const twp_progress_t *progress);
    void *progress_context;
    bool (*should_stop)(void *context);
    void *stop_context;
} twp_merge_settings_t;

/**
 * Joins shards into one results file by copying: every value as the run without parts has it.
 *
 * Before anything is written each shard is checked: whole, of one study, version, seed and cut, none
 * missing. One that comes twice is used once where the two are equal.
 *
 * @return TWP_OK; TWP_ERR_INPUT (files that do not belong together, gaps), TWP_ERR_FORMAT (a file that is
 *         damaged or no shard), TWP_ERR_EXISTS, TWP_ERR_IO; messages name the files
 */
TWP_CHECK_RESULT twp_status_t twp_results_merge(
    const twp_merge_settings_t *settings, twp_sweep_report_t *report, twp_error_t *err);

/* ---- Summaries ------------------------------------------------------------------------------- */

/** One figure: a measure at one of its times. */
typedef struct {
    const char *name;       /**< column, such as persistence */
    const char *label;      /**< as printed; without the time */
    const char *unit;       /**< "1" (a share or score), "d", "year", "USD"; "" for counts */
    const char *definition; /**< exact, one sentence */
    double time_days;       /**< NAN when the measure has no times */
    bool is_mean;           /**< over twins; false: an estimate from survival times */
    bool has_quantiles;
} twp_summary_row_t;

/** Estimate of a figure under one strategy. NAN where there is none. */
typedef struct {
    double mean, mcse; /**< Monte Carlo standard error, of the number of twins (and of sets) */
    /** 95 % interval of the mean: of the number of twins; with parameter sets of the parameters. */
    double low, high;
    double n;               /**< twins that count */
    const double *quantile; /**< [n_quantiles] over twins, or NULL */
    double sets_variance;   /**< between parameter sets; NAN without */
    double twins_variance;  /**< Monte Carlo variance in one set, mean over sets; NAN without */
} twp_summary_estimate_t;

/** Difference of a figure from the baseline, twin by twin. NAN where there is none. */
typedef struct {
    double difference, se;
    double low, high;       /**< 95 % interval of the mean difference, as of an estimate */
    double n;               /**< pairs that count */
    double variance_saved;  /**< share of the variance that pairing saved; NAN when both are 0 */
    const double *quantile; /**< [n_quantiles] of the paired differences over twins, or NULL */
    double sets_variance, twins_variance; /**< as of an estimate */
} twp_summary_contrast_t;

/** Where a strategy lies in the cost-effectiveness plane. Written to files: never renumbered. */
typedef enum {
    TWP_PLACE_UNKNOWN = 0,           /**< cost or effect has no estimate */
    TWP_PLACE_EQUAL = 1,             /**< no difference at all */
    TWP_PLACE_DOMINATES = 2,         /**< no dearer and no worse, and one of them better */
    TWP_PLACE_DOMINATED = 3,         /**< no cheaper and no better, and one of them worse */
    TWP_PLACE_DEARER_AND_BETTER = 4, /**< the ratio is the price of a QALY gained */
    TWP_PLACE_CHEAPER_AND_WORSE = 5  /**< the ratio is the saving for a QALY lost */
} twp_place_in_plane_t;

/** Shape of Fieller's 95 % set of ratios. Written to files: never renumbered. */
typedef enum {
    TWP_INTERVAL_NONE = 0,    /**< no standard errors */
    TWP_INTERVAL_BETWEEN = 1, /**< low <= ratio <= high: the effect differs from 0 at that level */
    TWP_INTERVAL_OUTSIDE = 2, /**< ratio <= low or ratio >= high: the set goes through infinity */
    TWP_INTERVAL_ALL = 3      /**< every ratio is compatible */
} twp_interval_shape_t;

/** Cost and effect of one strategy against the baseline. */
typedef struct {
    double cost, cost_se, qaly, qaly_se; /**< paired differences */
    double correlation;                  /**< of the two differences' errors */
    double icer;      /**< money per QALY; NAN where one dominates or the effect is 0 */
    double ratio;     /**< the same wherever the effect is not 0 */
    double low, high; /**< 95 % interval (Fieller 1954) in the shape that follows */
    twp_interval_shape_t shape;
    twp_place_in_plane_t place;
    const char *statement; /**< the place in words, as "more costly and more effective" */
    const twp_summary_contrast_t *net_benefit; /**< [n_worth] difference of net monetary benefit */
    const double *p_better; /**< [n_worth] chance that it is above 0 (normal approximation) */
} twp_summary_icer_t;

/** Where a strategy lies among all of them. Written to files: never renumbered. */
typedef enum {
    TWP_AMONG_UNKNOWN = 0,   /**< cost or effect has no estimate */
    TWP_AMONG_FRONTIER = 1,  /**< the best buy at some worth of a QALY */
    TWP_AMONG_DOMINATED = 2, /**< one no dearer has no less effect */
    TWP_AMONG_EXTENDED = 3,  /**< a mix of its neighbours on the frontier has more for its cost */
    TWP_AMONG_EQUAL = 4      /**< cost and effect of one on the frontier that stands before it */
} twp_frontier_place_t;

/** One strategy among all of them: on the cost-effectiveness frontier against its neighbour there. */
typedef struct {
    double cost, qaly; /**< means */
    twp_frontier_place_t place;
    /** Strategy it is compared with: on the frontier (and extendedly dominated) the next cheaper one there;
     * the one that dominates it, or that it equals; -1: none. */
    int i_against;
    int i_beyond; /**< extendedly dominated: the next dearer one on the frontier; else -1 */
    double cost_more, cost_more_se, qaly_more, qaly_more_se; /**< on the frontier; else NAN */
    double correlation;                                      /**< of the two errors */
    double icer;      /**< cost_more / qaly_more; NAN for the cheapest */
    double low, high; /**< 95 % interval (Fieller) in the shape that follows */
    twp_interval_shape_t shape;
} twp_summary_among_t;

/** Twins of one category of an attribute, or of one truth. */
typedef struct {
    const char *name; /**< such as "female=yes", "persona=eager" */
    int64_t n_twins;
    const twp_summary_estimate_t *estimate; /**< [n_rows * n_strategies] as in the summary */
    const twp_summary_contrast_t *contrast; /**< [n_rows * n_contrasts] */
    const twp_summary_icer_t *icer;         /**< [n_contrasts], or NULL */
    const twp_summary_among_t *among;       /**< [n_strategies], or NULL */
} twp_summary_segment_t;

/** What a run says of a target. */
typedef enum {
    TWP_VERDICT_MISS = 0, /**< the result's 95 % interval lies outside value +- within */
    TWP_VERDICT_HIT = 1,  /**< it lies inside */
    TWP_VERDICT_UNCLEAR =
        2,               /**< it covers an edge: more twins, or another seed, may tell otherwise */
    TWP_VERDICT_NONE = 3 /**< there is no result */
} twp_verdict_t;

typedef struct {
    const char *name, *measure, *unit, *source;
    const char *strategy;
    double time_days;     /**< NAN when the measure has no times */
    double value, within; /**< what it must be, and how near */
    double result, mcse, low, high;
    bool is_fit; /**< role fit; else predict */
    bool is_hit; /**< |result - value| <= within */
    twp_verdict_t verdict;
} twp_summary_target_t;

/** Half of the 95 % interval of one difference from the baseline, as the run was asked for it. */
typedef struct {
    const char *name; /**< "nurse.persistence_365d" */
    const char *unit; /**< as of a row */
    double wanted;
    double half_width; /**< at the last look; NAN: no pair of twins differed yet */
} twp_summary_precision_t;

/** Log-rank test of a strategy against the baseline, whose twins it has. NAN where nothing differs. */
typedef struct {
    double observed, expected; /**< events under the strategy; expected were there no difference */
    double z, p;               /**< over the paired error, above 0: more events; two-sided */
    double variance_saved;     /**< by pairing */
    double unpaired_chi2; /**< the usual chi-square, right only for groups of different twins */
} twp_summary_logrank_t;

/** Numbers of a curve, of all twins or, one segment after the other, of each. NULL: not there. */
typedef struct {
    const double *value;            /**< [n_strategies * n_times] */
    const double *se, *low, *high;  /**< likewise; 95 % interval */
    const double *at_risk, *events; /**< likewise: lives still at risk; events by then */
    /** Kaplan-Meier: [n_strategies * n_quantiles] days by which that share had the event, NAN where
     * it was not reached, and their 95 % interval. */
    const double *quantile_days, *quantile_low, *quantile_high;
    const twp_summary_logrank_t *logrank; /**< Kaplan-Meier: [n_contrasts] */
} twp_summary_lines_t;

/** A curve over time: a state's share, or an estimate from survival times. */
typedef struct {
    const char *name; /**< occupancy_therapy_taking, km_..., na_..., cif_..., aj_... */
    const char *label;
    twp_summary_lines_t all;
    twp_summary_lines_t segments; /**< value NULL: there are none */
} twp_summary_curve_t;

/** A number that a sweep changed. */
typedef struct {
    const char *path;    /**< as the study says it: "supports.app.uptake" */
    const char *name;    /**< of its coordinate in the file, without "point_" */
    const char *unit;    /**< "d", "year", "1", ... */
    const double *value; /**< [n_points] */
} twp_summary_swept_t;

#define TWP_PROVENANCE_SET "set on the command line" /**< a provenance_key */

/** Everything that reports show, from a results file alone. All memory is the summary's. */
typedef struct twp_summary {
    const char *path, *title, *question, *note; /**< question and note "" when there are none */
    const char *currency;                       /**< "" when there is no money */
    int price_year;                             /**< 0 when none is given */
    const char *discount; /**< rate of what is discounted, in words; "" without any */
    const char *source;   /**< "twinpath 0.1.0" */
    const char *run_id, *seed, *content_digest;
    bool is_partial;
    bool is_unverified;            /**< no .sha256 file beside it: text in it is not guarded */
    int64_t n_twins, n_twins_done; /**< of one parameter set */
    int64_t n_parameter_sets, n_parameter_sets_done; /**< 0: the values as written */
    bool are_twins_same;                             /**< in all sets */

    int n_strategies;
    const char *const *strategy; /**< [n_strategies], the baseline first */
    int n_contrasts;             /**< n_strategies - 1: contrast k is strategy k + 1 */
    int n_quantiles;
    const double *quantile; /**< [n_quantiles] shares, such as 0.05 */

    int n_rows;
    const twp_summary_row_t *row;
    const twp_summary_estimate_t *estimate; /**< [n_rows * n_strategies], row-major */
    const twp_summary_contrast_t *contrast; /**< [n_rows * n_contrasts], row-major */

    int n_segments;
    const twp_summary_segment_t *segment;

    bool has_icer;
    const char *cost_name, *qaly_name; /**< columns that the icer compares */
    const twp_summary_icer_t *icer;    /**< [n_contrasts] */
    int n_worth;
    const double *worth; /**< [n_worth] money per QALY */

    const twp_summary_among_t *among; /**< [n_strategies], or NULL: without cost and QALYs */
    int n_curve_worths;
    const double *curve_worth; /**< [n_curve_worths] rising, those of worth among them */
    const double
        *best; /**< [n_curve_worths] strategy with the largest mean net benefit; -1: none */
    /** [n_strategies * n_curve_worths] chance to be that, over parameter sets, its error, and the plain
     * share of the sets; NULL without sets. NAN where it cannot be told. */
    const double *p_best, *p_best_mcse, *p_best_raw;

    int n_targets;
    const twp_summary_target_t *target;

    int n_precisions; /**< 0: none was asked for */
    const twp_summary_precision_t *precision;
    bool is_precise;      /**< all were reached, at the last look */
    int64_t n_twins_most; /**< as many could have been lived */
    int n_looks;
    const double *look_twins; /**< [n_looks] lived at each look */
    const double *half_width; /**< [n_looks * n_precisions], look by look */

    int n_curve_times;
    const double *curve_time_days; /**< [n_curve_times] since entry */
    int n_curves;
    const twp_summary_curve_t *curve;

    int64_t n_points; /**< of a sweep; 0: a run, and what follows is NULL */
    int64_t
        i_point; /**< number, from 1, of the point that all of the above is of; 0: of the first, and
                       *   there are neither segments, targets, curves nor icers */
    int n_swept;
    const twp_summary_swept_t *swept;
    const bool *is_point_done;      /**< [n_points] */
    const char *const *point_error; /**< [n_points] why it is not done, or "" */
    /** [n_points * n_rows * ...] point by point as estimate and contrast; NULL where i_point > 0. */
    const twp_summary_estimate_t *point_estimate;
    const twp_summary_contrast_t *point_contrast;

    int n_provenance; /**< lines for people: what the run was made from */
    const char *const *provenance_key, *const *provenance_value;
} twp_summary_t;

/**
 * Reads a results file into a summary.
 * @param summary  ended by twp_summary_free()
 * Fails with TWP_ERR_IO, TWP_ERR_FORMAT, TWP_ERR_MEMORY.
 */
TWP_CHECK_RESULT twp_status_t twp_summary_read(
    const char *path, twp_summary_t **summary, twp_error_t *err);
/**
 * The same; of a sweep's file one point alone (i_point from 1), as of a run with its values. 0: all points, as
 * twp_summary_read(). TWP_ERR_INPUT when there is no such point.
 */
TWP_CHECK_RESULT twp_status_t twp_summary_read_point(
    const char *path, int64_t i_point, twp_summary_t **summary, twp_error_t *err);
void twp_summary_free(twp_summary_t *summary); /**< NULL is allowed */

/**
 * One text of a file's /provenance: study_yaml, resolved_json, overrides or build_json.
 * @param text  the caller frees it with free()
 */
TWP_CHECK_RESULT twp_status_t twp_results_provenance(
    const char *path, const char *name, char **text, twp_error_t *err);

/* ---- Doing it again -------------------------------------------------------------------------- */

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

/* ---- Adherence of a file of dispensings ------------------------------------------------------ */

/** A CSV file of dispensings with what was computed from it. One thread at a time. */
typedef struct twp_cohort twp_cohort_t; /* opaque */

/** A setting by the name of its option: "followup-duration", "1 year". Flags have no value (NULL). */
typedef struct {
    const char *name, *value;
} twp_cohort_setting_t;

/**
 * Reads a file of dispensings and computes adherence measures of each patient, treatment episode,
 * sliding window or dispensing. Settings and definitions: `twinpath adherence --help`.
 *
 * @param setting  [n_settings], may be NULL when n_settings is 0; lists and flags may come twice
 * @param cohort   set whenever there are findings to show, so also with TWP_ERR_INPUT; else NULL.
 *                 Ended by twp_cohort_free().
 * @return TWP_OK, TWP_ERR_INPUT with findings, TWP_ERR_IO, TWP_ERR_LIMIT, TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_cohort_read(const char *path, const twp_cohort_setting_t *setting,
    int n_settings, twp_cohort_t **cohort, twp_error_t *err);
void twp_cohort_free(twp_cohort_t *cohort); /**< NULL is allowed */

/** Findings, as those of a study. */
int twp_cohort_n_findings(const twp_cohort_t *cohort);
const twp_finding_t *twp_cohort_finding(const twp_cohort_t *cohort, int i_finding);
int twp_cohort_n_errors(const twp_cohort_t *cohort);
int twp_cohort_n_dropped(const twp_cohort_t *cohort);

/** A column over the rows that have a value. NAN where there is none. */
typedef struct {
    const char *name;       /**< "cma7", "persistence_365d", "gap_days" */
    const char *unit;       /**< "1" or "d" */
    const char *definition; /**< exact */
    const char *source;
    int64_t n, n_missing;
    double mean, sd;
    double low, high; /**< 95 % interval of the mean; of patients only */
    double least, quartile[3], most;
    int64_t n_above;    /**< at or above the threshold; of measures */
    const int64_t *bin; /**< [TWP_COHORT_BINS] of measures, or NULL */
} twp_cohort_figure_t;

/** [0, 0.1), ... [0.9, 1), 1, above 1; the first also holds what lies below 0. */
#define TWP_COHORT_BINS 12

typedef struct {
    const char *path;
    const char *per;  /**< "patient", "episode", "window" or "event" */
    const char *rows; /**< the same in the plural */
    int64_t n_dispensings, n_patients, n_rows;
    int64_t n_in_followup; /**< dispensings */
    int64_t n_beyond_file; /**< patients whose follow-up ends after the last date of the file */
    char first_date[16], last_date[16];
    double threshold;
    int n_settings; /**< what was set, defaults included */
    const char *const *setting_name, *const *setting_value;
    int n_figures;
    const twp_cohort_figure_t *figure;
} twp_cohort_summary_t;

/** NULL when there are errors. */
const twp_cohort_summary_t *twp_cohort_summary(const twp_cohort_t *cohort);

/**
 * Writes the rows as CSV: whole or not at all. Numbers read back as the same double, dates are
 * YYYY-MM-DD (a part of a day is left out), NA stands where there is no value. TWP_ERR_EXISTS when the
 * file is there and overwrite is false.
 */
TWP_CHECK_RESULT twp_status_t twp_cohort_write_csv(
    const twp_cohort_t *cohort, const char *path, bool overwrite, twp_error_t *err);

/**
 * Writes rows and summary as HDF5: whole or not at all.
 * @param command_line  for /session, or NULL
 * @param digest        receives the content digest, 64 hex digits and a NUL; or NULL
 * TWP_ERR_EXISTS when a file of another content is there and overwrite is false.
 */
TWP_CHECK_RESULT twp_status_t twp_cohort_write_results(const twp_cohort_t *cohort, const char *path,
    bool overwrite, const char *command_line, char digest[65], twp_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
