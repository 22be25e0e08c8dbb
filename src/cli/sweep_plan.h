/** What a sweep would take, in words, and as scripts for the engines that people have. Nothing is run. */
#ifndef TWP_CLI_SWEEP_PLAN_H
#define TWP_CLI_SWEEP_PLAN_H

#include "cli/run_request.h"

#define TWP_EMIT_CHOICES "slurm|snakemake"

typedef enum { TWP_EMIT_SLURM, TWP_EMIT_SNAKEMAKE } twp_emit_t;

/** Prints points, time, memory and file size, in all and of a task. */
void twp_sweep_plan_print(const twp_sweep_estimate_t *estimate, int n_threads);

/**
 * Prints a script that does the run in tasks: the same command for each of them.
 * @param settings  of the run: its limit of time, and whether its shards are kept
 * @param skip  ids of options that the script says itself; n_skipped of them
 * @return the exit code
 */
int twp_sweep_plan_emit(twp_emit_t kind, const twp_arguments_t *arguments,
    const twp_command_t *command, const int *skip, int n_skipped,
    const twp_sweep_estimate_t *estimate, const twp_sweep_settings_t *settings, const char *folder,
    const char *name, int n_threads);

#endif
