/** What a run in parts holds. Private to the library's face: twinpath_sweep.c, twinpath_merge*.c, twinpath_cut.c. */
#ifndef TWP_TWINPATH_SWEEP_H
#define TWP_TWINPATH_SWEEP_H

#include "results/run_folder.h"
#include "results/shard_file.h"
#include "twinpath_point.h"
#include "twinpath_run.h"

#define TWP_GAPS_SIZE 512

/** What twp_merge_shards() is given. */
typedef struct {
    twp_shard_file_t *shard; /* [n_shards] in order of index, of one run, each index once */
    size_t n_shards;
    bool allows_gaps;
    const char *output_path;
    bool overwrite;
    bool is_virtual;                 /* rows stay in the shards */
    const twp_sweep_study_t *points; /* of a study with a sweep, or NULL */
    int64_t n_points_failed;         /* set by twp_merge_shards() */
} twp_merge_t;

/**
 * Merges shards of a prepared run (whose settings say threads, progress and when to stop) into a file. Each
 * is verified before the file is begun. *is_whole: no shard was missing.
 */
TWP_CHECK_RESULT twp_status_t twp_merge_shards(
    twp_run_t *run, twp_merge_t *merge, bool *is_whole, twp_run_report_t *report, twp_error_t *err);

/**
 * Whether they are consecutive and each is what it says it is; gaps receives the numbers of those that are missing
 * ("3, 5-9"), which is TWP_ERR_INPUT unless they are allowed.
 */
TWP_CHECK_RESULT twp_status_t twp_merge_check(
    const twp_run_t *run, const twp_merge_t *merge, char gaps[TWP_GAPS_SIZE], twp_error_t *err);
/**
 * Joins shards that were checked of a run without a sweep; or, where the run is a point, of that point, whose figures
 * end in run->captured.
 */
TWP_CHECK_RESULT twp_status_t twp_merge_join(twp_run_t *run, const twp_merge_t *merge,
    const char *gaps, twp_run_report_t *report, twp_error_t *err);
bool twp_merge_must_stop(const twp_run_t *run);
/** Whether a shard has a part of a point of a sweep, and not whole points. */
bool twp_merge_is_cut(const twp_shard_file_t *shard);

/** Sorts shards, drops equal duplicates; TWP_ERR_INPUT where they are not of one run, or differ. */
TWP_CHECK_RESULT twp_status_t twp_merge_sort(twp_merge_t *merge, twp_error_t *err);

/** Removes the shards of a folder, after they were merged. */
void twp_merge_remove_shards(const twp_run_folder_t *folder, int64_t n_shards);

#endif
