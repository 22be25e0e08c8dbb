/* The library's face: how far a run in parts is. */
#include "twinpath_sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

twp_status_t
twp_sweep_status_read(const char *path, twp_sweep_status_t *status, twp_error_t *err)
{
    twp_run_folder_t folder;
    twp_run_plan_t plan = { .n_shards = 0 };
    twp_status_t result = twp_run_folder_init(&folder, path, err);

    memset(status, 0, sizeof *status);
    status->seconds_per_shard = NAN;
    if (result == TWP_OK)
        result = twp_run_folder_read_plan(&folder, &plan, err);
    if (result == TWP_OK) {
        status->study = plan.study;
        status->source = plan.source;
        status->seed = plan.seed;
        plan.study = plan.source = plan.seed = NULL;
        status->run_id = strdup(plan.run_id);
        status->n_twins = plan.n_twins;
        status->n_shards = plan.n_shards;
        result = status->run_id == NULL ? TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", path)
                                        : twp_run_folder_find_results(&folder, plan.run_id,
                                              &status->is_merged, NULL, status->digest, err);
    }
    if (result == TWP_OK)
        result = twp_run_folder_read_progress(&folder, status, err);
    twp_run_plan_clear(&plan);
    twp_run_folder_clear(&folder);
    return result;
}

void
twp_sweep_status_clear(twp_sweep_status_t *status)
{
    for (int i = 0; i < status->n_troubles; i++) {
        free(status->trouble[i].who);
        free(status->trouble[i].message);
    }
    free(status->trouble);
    free(status->study);
    free(status->run_id);
    free(status->source);
    free(status->seed);
    memset(status, 0, sizeof *status);
}
