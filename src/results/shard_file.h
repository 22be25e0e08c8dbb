/** What a shard says it is, and whether it is whole. */
#ifndef TWP_RESULTS_SHARD_FILE_H
#define TWP_RESULTS_SHARD_FILE_H

#include "results/provenance.h"
#include "results/reader.h"
#include "results/writer.h"

typedef struct twp_shard_file {
    char *path;
    char run_id[TWP_RUN_ID_SIZE];
    char digest[TWP_CONTENT_DIGEST_HEX_SIZE]; /**< as stated in the file */
    char *title, *source, *seed, *twins; /**< study, "twinpath 0.1.0", decimal, same or fresh */
    char *build;                         /**< twp_provenance_sources() of who wrote it */
    int32_t n_twins, n_strategies, n_parameter_sets;
    int32_t index, count, first_twin, n_own; /**< of the shard */
    int32_t first_point, n_own_points;       /**< its points, from 0; n_own_points 0: no sweep */
    int32_t first_set, n_own_sets;           /**< its parameter sets, from 0; n_own_sets 0: none */
} twp_shard_file_t;

/**
 * Reads what the file at path says of itself; where there is a .sha256, its bytes are checked.
 * @param file  ended by twp_shard_file_clear() whatever is returned
 * Fails with TWP_ERR_IO (not there, cannot be read), TWP_ERR_FORMAT (damaged, or not a shard: the message
 * says what it is), TWP_ERR_MEMORY.
 */
TWP_CHECK_RESULT twp_status_t twp_shard_file_read(
    const char *path, twp_shard_file_t *file, twp_error_t *err);
void twp_shard_file_clear(twp_shard_file_t *file);

/** Recomputes the content digest; TWP_ERR_FORMAT where it is not the one stated. */
TWP_CHECK_RESULT twp_status_t twp_shard_file_verify(const twp_shard_file_t *file, twp_error_t *err);

/**
 * Whether two shards are of one run and one cut; TWP_ERR_INPUT naming both files and what differs: study,
 * seed, version, build, twins of the parameter sets, number of twins, the cut.
 */
TWP_CHECK_RESULT twp_status_t twp_shard_file_match(
    const twp_shard_file_t *a, const twp_shard_file_t *b, twp_error_t *err);

#endif
