/**
 * The study that a results file was made from, as it is kept in the file's /provenance: its texts,
 * what the command line set, and the sums of the data files, which are not kept themselves.
 */
#ifndef TWP_RESULTS_EMBEDDED_H
#define TWP_RESULTS_EMBEDDED_H

#include "base/arena.h"
#include "document/document.h"
#include "results/reader.h"

typedef struct {
    twp_arena_t *arena;
    twp_document_files_t files; /**< locate looks for data files by their sums */
    int n_set;
    const char **set;
    int n_strategies;
    const char **strategy;
    int n_precisions;
    const char **precision;
    uint64_t seed;
    int64_t n_patients;                                 /**< 0: the study's */
    int64_t n_parameter_sets;                           /**< -1: as the study says */
    int twins;                                          /**< twp_twins_t */
    int64_t n_twins, n_twins_done, n_sets, n_sets_done; /**< of the file */
    int64_t n_points;                                   /**< of a sweep; 0: a run */
    bool is_partial;
    bool is_shard;               /**< of a run in parts */
    const char *missing_shards;  /**< that a merge left out; NULL: none */
    const char *source, *run_id; /**< "twinpath 0.1.0"; 32 hex digits */
    twp_error_t
        located; /**< what was wrong with a data file; the first; TWP_OK when all are good */
} twp_embedded_t;

/**
 * Reads what is kept in the file at path. The embedded study is found whole: each text has the size
 * and the SHA-256 that stand beside it.
 *
 * @param inputs    folder of data files, or NULL: the folder of path, then the current one. A file is
 *                  looked for there by its path from the study, then by its bare name.
 * @param embedded  ended by twp_embedded_free()
 * Fails with TWP_ERR_IO, TWP_ERR_FORMAT (damaged; or no results of a study), TWP_ERR_MEMORY.
 */
TWP_CHECK_RESULT twp_status_t twp_embedded_read(
    const char *path, const char *inputs, twp_embedded_t **embedded, twp_error_t *err);
/** TWP_ERR_INPUT for what cannot be done again as a whole: a shard, and what was merged with gaps. */
TWP_CHECK_RESULT twp_status_t twp_embedded_refuse_parts(
    const twp_embedded_t *embedded, const char *path, twp_error_t *err);
void twp_embedded_free(twp_embedded_t *embedded); /**< NULL is allowed */

#endif
