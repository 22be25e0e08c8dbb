/**
 * The folder of a run in parts, beside the shards themselves: what run it is of, how far it is, what
 * failed. Nothing in it decides a result.
 *
 *     RUN/run.json             what is run and how it is cut; written once, by the first task
 *     RUN/progress.jsonl       a line when a shard is begun, done or has failed
 *     RUN/shards/shard-000000-of-000016.h5, .sha256
 *     RUN/errors/shard-000003.json    why a shard failed; gone when it is done
 *     RUN/halt                 no task goes on, and why: a shard or a point failed where that ends the run
 *     RUN/results.h5, .sha256
 */
#ifndef TWP_RESULTS_RUN_FOLDER_H
#define TWP_RESULTS_RUN_FOLDER_H

#include "results/provenance.h"

typedef struct {
    char *path, *shards, *errors, *plan, *progress, *halt, *results;
} twp_run_folder_t;

/** Names only. Clear with twp_run_folder_clear(), also after a failure. */
TWP_CHECK_RESULT twp_status_t twp_run_folder_init(
    twp_run_folder_t *folder, const char *path, twp_error_t *err);
void twp_run_folder_clear(twp_run_folder_t *folder);

/** Makes the folders that are missing, and removes what dead processes left in them. */
TWP_CHECK_RESULT twp_status_t twp_run_folder_make(const twp_run_folder_t *folder, twp_error_t *err);

/**
 * Whether the whole run's results are there, with their digest as they state it (*needs_shards, which may be NULL:
 * their rows lie in the shards). TWP_ERR_EXISTS when results
 * of another run are in their place.
 */
TWP_CHECK_RESULT twp_status_t twp_run_folder_find_results(const twp_run_folder_t *folder,
    const char *run_id, bool *is_there, bool *needs_shards,
    char digest[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err);

/** Path of a shard; the caller frees, NULL when memory runs out. */
char *twp_run_folder_shard(const twp_run_folder_t *folder, int64_t i_shard, int64_t n_shards);

/** What run.json says. Texts are the caller's to free by twp_run_plan_clear() where they were read. */
typedef struct {
    char run_id[TWP_RUN_ID_SIZE];
    char *study, *source, *seed, *study_folder;
    char *build; /* twp_provenance_sources() */
    int64_t n_twins, n_strategies, n_shards;
} twp_run_plan_t;

/**
 * Writes run.json, or compares with the one that is there: TWP_ERR_EXISTS, saying what differs, when it
 * is of another run or cut.
 */
TWP_CHECK_RESULT twp_status_t twp_run_folder_claim(
    const twp_run_folder_t *folder, const twp_run_plan_t *plan, twp_error_t *err);
/** TWP_ERR_IO when there is none, TWP_ERR_FORMAT. */
TWP_CHECK_RESULT twp_status_t twp_run_folder_read_plan(
    const twp_run_folder_t *folder, twp_run_plan_t *plan, twp_error_t *err);
void twp_run_plan_clear(twp_run_plan_t *plan);

/** What happened to a shard, for progress.jsonl. */
typedef struct {
    int64_t i_shard;
    const char *state; /* begun, done, failed, dropped */
    int64_t i_task;
    int i_rank;         /* -1: none */
    double seconds;     /* done */
    int64_t n_events;   /* done */
    const char *digest; /* done */
} twp_run_event_t;

TWP_CHECK_RESULT twp_status_t twp_run_folder_note(
    const twp_run_folder_t *folder, const twp_run_event_t *event, twp_error_t *err);

/** Why a shard failed. is_lasting: it will again. */
TWP_CHECK_RESULT twp_status_t twp_run_folder_set_error(const twp_run_folder_t *folder,
    int64_t i_shard, twp_status_t status, const char *message, twp_error_t *err);
/** Whether it has failed; *message (may be NULL) is the caller's to free. */
bool twp_run_folder_get_error(
    const twp_run_folder_t *folder, int64_t i_shard, bool *is_lasting, char **message);
void twp_run_folder_forget_error(const twp_run_folder_t *folder, int64_t i_shard);

/** No task begins a shard from now on, for this reason; is_stop: those under way are dropped too. */
TWP_CHECK_RESULT twp_status_t twp_run_folder_set_halt(
    const twp_run_folder_t *folder, bool is_stop, const char *why, twp_error_t *err);
/** *why (may be NULL) is the caller's to free; NULL where none can be read. */
bool twp_run_folder_is_halted(const twp_run_folder_t *folder, bool *is_stop, char **why);
void twp_run_folder_forget_halt(const twp_run_folder_t *folder);

/** Whether a shard's file is there. */
bool twp_run_folder_has_shard(const twp_run_folder_t *folder, int64_t i_shard, int64_t n_shards);

/**
 * Fills n_done, n_failed, n_running, seconds_per_shard and the troubles of a status that has n_shards, from
 * the files that are there, errors/ and progress.jsonl (run_progress.c).
 */
TWP_CHECK_RESULT twp_status_t twp_run_folder_read_progress(
    const twp_run_folder_t *folder, twp_sweep_status_t *status, twp_error_t *err);

#endif
