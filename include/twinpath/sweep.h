/** Runs in parts: cut into shards, watched and merged. */
#ifndef TWINPATH_SWEEP_H
#define TWINPATH_SWEEP_H

#include "twinpath/run.h"

TWP_BEGIN_C

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

/** Numbers that a sweep changes at most. */
#define TWP_SWEEP_MAX_SWEPT 32

/** A number that a sweep changes. */
typedef struct {
    const char *path; /**< of the study */
    bool
        is_bound; /**< its values go into the compiled study; else the study is read anew for each */
} twp_sweep_number_t;

/** What a run in parts would need. Borrows from the study. */
typedef struct {
    int64_t n_points;                              /**< of the sweep; 1 without one */
    int n_swept;                                   /**< numbers that change */
    twp_sweep_number_t swept[TWP_SWEEP_MAX_SWEPT]; /**< [n_swept] */
    int n_points_passed; /**< points from the first on that cannot be lived: the next one was timed */
    int64_t n_twins;     /**< of a point and parameter set */
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

/**
 * Lives the first twins of the first point that can be lived and extrapolates. Fails as twp_study_sweep() does,
 * and with TWP_ERR_FAULT when none of some dozens of points can be.
 */
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
 *         TWP_ERR_FAULT when shards failed, or a failure ended the run; TWP_ERR_EXISTS when the folder is of another run; and as
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

TWP_END_C

#endif
