#include "cli/sweep_status.h"

#include "cli/progress.h"
#include "cli/say.h"

#include <math.h>

static void
write_trouble(const twp_sweep_trouble_t *trouble, twp_buffer_t *buffer)
{
    twp_buffer_printf(buffer, "  shard %lld %s%s%s", (long long) trouble->i_shard,
        trouble->is_failed     ? "failed"
            : trouble->is_gone ? "was begun and not finished"
                               : "was begun",
        trouble->who[0] != '\0' ? ": " : "", trouble->who);
    if (trouble->is_gone)
        twp_buffer_add(buffer, ", which is no more");
    twp_buffer_add(buffer, "\n");
    if (trouble->message[0] != '\0')
        twp_buffer_wrap(buffer, trouble->message, twp_say_width(), "    ", "    ");
}

static void
write_status(const twp_sweep_status_t *status, const char *folder, twp_buffer_t *buffer)
{
    const int64_t n_missing = status->n_shards - status->n_done;
    char left[32];

    twp_buffer_printf(buffer, "%s: study %s, %lld twins, seed %s, %s\n", folder, status->study,
        (long long) status->n_twins, status->seed, status->source);
    if (status->is_merged) {
        twp_buffer_printf(
            buffer, "results are there: %s/results.h5, digest %s\n", folder, status->digest);
        return;
    }
    twp_buffer_printf(buffer, "%lld of %lld shards done, %lld failed, %lld begun, %lld to begin\n",
        (long long) status->n_done, (long long) status->n_shards, (long long) status->n_failed,
        (long long) status->n_running,
        (long long) (n_missing - status->n_failed - status->n_running));
    if (n_missing > 0 && isfinite(status->seconds_per_shard)) {
        twp_progress_duration(left, (double) n_missing * status->seconds_per_shard);
        twp_buffer_printf(buffer, "about %s of work left, by one task\n", left);
    }
    if (n_missing == 0)
        twp_buffer_printf(buffer, "nothing is missing: twinpath merge %s joins them\n", folder);
    for (int i = 0; i < status->n_troubles; i++)
        write_trouble(&status->trouble[i], buffer);
}

int
twp_sweep_status_print(const char *folder)
{
    twp_sweep_status_t status;
    twp_buffer_t buffer = { 0 };
    twp_error_t err = { TWP_OK, "" };
    int exit_code;

    if (twp_sweep_status_read(folder, &status, &err) != TWP_OK) {
        twp_say_error("%s", err.message);
        exit_code = err.status == TWP_ERR_MEMORY ? TWP_EXIT_FAILED : TWP_EXIT_INPUT;
    } else {
        write_status(&status, folder, &buffer);
        exit_code = status.is_merged ? TWP_EXIT_GOOD
            : status.n_failed > 0    ? TWP_EXIT_FAILED
                                     : TWP_EXIT_STOPPED;
        if (buffer.has_failed)
            twp_say_error("no memory");
        exit_code = buffer.has_failed ? TWP_EXIT_FAILED : twp_say_result(buffer.text, exit_code);
    }
    twp_buffer_clear(&buffer);
    twp_sweep_status_clear(&status);
    return exit_code;
}
