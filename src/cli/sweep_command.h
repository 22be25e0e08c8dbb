/** What `twinpath sweep` and its MPI form share: all of it but who says which shard is next. */
#ifndef TWP_CLI_SWEEP_COMMAND_H
#define TWP_CLI_SWEEP_COMMAND_H

#include "cli/command.h"
#include "twinpath.h"

/** How several processes act as one. */
typedef struct {
    int i_rank;
    int64_t (*next_shard)(void *context, int64_t n_shards); /**< as of twp_sweep_settings_t */
    bool (*should_stop)(void *context);                     /**< asked now and then */
    void *context;
} twp_sweep_ranks_t;

/** Runs the command. ranks NULL: one process; else rank 0 prints and merges, the others only live. */
int twp_sweep_command_run(const twp_arguments_t *arguments, const twp_sweep_ranks_t *ranks);

#endif
