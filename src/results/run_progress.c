/* How far a run in parts is, from what its tasks left in the folder. */
#include "results/run_folder.h"

#include "base/error.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The last that is known of a shard. */
typedef struct {
    enum { UNKNOWN, BEGUN, DONE, OTHER } state;
    char *who;
    bool is_gone;
} shard_t;

static bool
is_here(const char *host)
{
    char own[256] = "";

    return gethostname(own, sizeof own - 1) == 0 && strcmp(host, own) == 0;
}

/* "task 3 (node7, process 4711)" */
static char *
name_worker(const json_t *line, const char *host, json_int_t pid)
{
    const json_t *const rank = json_object_get(line, "rank");
    const json_t *const worker = rank != NULL ? rank : json_object_get(line, "task");
    char *who = NULL;

    if (asprintf(&who, "%s %lld (%.200s, process %lld)", rank != NULL ? "rank" : "task",
            (long long) json_integer_value(worker), host, (long long) pid) < 0)
        return NULL;
    return who;
}

/* A line of progress.jsonl; what is none is passed over: nothing depends on it. */
static void
take_line(const char *text, shard_t *shard, int64_t n_shards, double *seconds, int64_t *n_timed)
{
    json_t *const line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const char *const state = json_string_value(json_object_get(line, "state"));
    const char *const host = json_string_value(json_object_get(line, "host"));
    const json_int_t pid = json_integer_value(json_object_get(line, "pid"));
    const json_t *const number = json_object_get(line, "shard");
    const json_int_t i = json_is_integer(number) ? json_integer_value(number) : -1;

    if (state != NULL && i >= 0 && i < n_shards) {
        shard_t *const one = &shard[i];

        one->state = strcmp(state, "begun") == 0 ? BEGUN
            : strcmp(state, "done") == 0         ? DONE
                                                 : OTHER;
        free(one->who);
        one->who = host != NULL ? name_worker(line, host, pid) : NULL;
        one->is_gone = one->state == BEGUN && host != NULL && pid > 0 && is_here(host) &&
            kill((pid_t) pid, 0) != 0 && errno == ESRCH;
        if (one->state == DONE) {
            *seconds += json_number_value(json_object_get(line, "seconds"));
            (*n_timed)++;
        }
    }
    json_decref(line);
}

static void
read_lines(const twp_run_folder_t *folder, shard_t *shard, twp_sweep_status_t *status)
{
    FILE *const file = fopen(folder->progress, "re");
    double seconds = 0.0;
    int64_t n_timed = 0;
    char line[4096];

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        take_line(line, shard, status->n_shards, &seconds, &n_timed);
    if (file != NULL)
        (void) fclose(file);
    status->seconds_per_shard = n_timed > 0 ? seconds / (double) n_timed : NAN;
}

static bool
add_trouble(twp_sweep_status_t *status, twp_sweep_trouble_t trouble)
{
    twp_sweep_trouble_t *const grown = realloc(
        status->trouble, ((size_t) status->n_troubles + 1) * sizeof *grown);

    if (grown == NULL || trouble.message == NULL || trouble.who == NULL) {
        free(trouble.message);
        free(trouble.who);
        status->trouble = grown != NULL ? grown : status->trouble;
        return false;
    }
    status->trouble = grown;
    status->trouble[status->n_troubles++] = trouble;
    return true;
}

/* Counts a shard that is not there, and tells of it unless nobody has begun it. */
static bool
tell_missing(
    const twp_run_folder_t *folder, int64_t i_shard, shard_t *shard, twp_sweep_status_t *status)
{
    char *message = NULL;
    bool is_lasting;
    const bool is_failed = twp_run_folder_get_error(folder, i_shard, &is_lasting, &message);
    const bool is_begun = shard->state == BEGUN;

    status->n_failed += is_failed && !is_begun;
    status->n_running += is_begun && !shard->is_gone;
    if (!is_failed && !is_begun)
        return true;
    if (message == NULL)
        message = strdup("");
    return add_trouble(status,
        (twp_sweep_trouble_t){ .i_shard = i_shard,
            .is_failed = is_failed,
            .is_gone = shard->is_gone,
            .who = strdup(shard->who != NULL ? shard->who : ""),
            .message = message });
}

twp_status_t
twp_run_folder_read_progress(
    const twp_run_folder_t *folder, twp_sweep_status_t *status, twp_error_t *err)
{
    shard_t *const shard = calloc((size_t) status->n_shards, sizeof *shard);
    bool is_good = shard != NULL;

    if (is_good)
        read_lines(folder, shard, status);
    for (int64_t i = 0; is_good && i < status->n_shards; i++) {
        if (twp_run_folder_has_shard(folder, i, status->n_shards) || status->is_merged)
            status->n_done++;
        else
            is_good = tell_missing(folder, i, &shard[i], status);
    }
    for (int64_t i = 0; shard != NULL && i < status->n_shards; i++)
        free(shard[i].who);
    free(shard);
    return is_good ? TWP_OK : TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", folder->path);
}
