/** From shards to the results file of the whole run. */
#ifndef TWP_RESULTS_FILL_MERGE_H
#define TWP_RESULTS_FILL_MERGE_H

#include "results/fill.h"
#include "results/reader.h"

/** At most so many shards may lie behind virtual datasets: each is a file that is open while one is read. */
#define TWP_VIRTUAL_SHARDS_MAX 200

/**
 * Copies a shard's rows into the file, folds its block sums into sums, or puts the figures of its parameter
 * sets into sets (NULL: the values as written), and adds its counts; shards in order. The filling is of a whole run (no shard) with a shard_plan; the shard is of this run and verified.
 * @param left_in  NULL; or the shard's path from the folder of the file: its rows stay there
 * Fails with TWP_ERR_FORMAT naming the file where it is not what the plan says, and as the reader and the
 * writer do. Memory: one slice of a column and one block's partial.
 */
TWP_CHECK_RESULT twp_status_t twp_fill_take_shard(twp_fill_t *fill, twp_reader_t *reader,
    const twp_shard_t *shard, const char *left_in, twp_sums_t *sums, twp_sets_t *sets,
    const twp_outcome_counts_t *counts, twp_error_t *err);

#endif
