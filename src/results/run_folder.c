#include "results/run_folder.h"

#include "base/error.h"
#include "results/publish.h"
#include "results/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_TRIES 100
#define MAX_JSON_BYTES ((off_t) 1 << 20)

static twp_status_t
no_memory(const twp_run_folder_t *folder, twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", folder->path != NULL ? folder->path : "");
}

static twp_status_t
fail_errno(twp_error_t *err, const char *path, const char *what)
{
    char why[128];

    return TWP_FAIL(err, TWP_ERR_IO, "%s: %s: %s", path, what, strerror_r(errno, why, sizeof why));
}

/* ---- names ----------------------------------------------------------------------------------- */

static char *
in_folder(const char *folder, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

twp_status_t
twp_run_folder_init(twp_run_folder_t *folder, const char *path, twp_error_t *err)
{
    size_t n = strlen(path);

    memset(folder, 0, sizeof *folder);
    while (n > 1 && path[n - 1] == '/')
        n--;
    folder->path = strndup(path, n);
    if (folder->path == NULL)
        return no_memory(folder, err);
    folder->shards = in_folder(folder->path, "shards");
    folder->errors = in_folder(folder->path, "errors");
    folder->plan = in_folder(folder->path, "run.json");
    folder->progress = in_folder(folder->path, "progress.jsonl");
    folder->halt = in_folder(folder->path, "halt");
    folder->results = in_folder(folder->path, "results.h5");
    if (folder->shards == NULL || folder->errors == NULL || folder->plan == NULL ||
        folder->progress == NULL || folder->halt == NULL || folder->results == NULL)
        return no_memory(folder, err);
    return TWP_OK;
}

void
twp_run_folder_clear(twp_run_folder_t *folder)
{
    free(folder->path);
    free(folder->shards);
    free(folder->errors);
    free(folder->plan);
    free(folder->progress);
    free(folder->halt);
    free(folder->results);
    memset(folder, 0, sizeof *folder);
}

/* Another task that merges removes the folder of shards: it may go between two looks, and is made again. */
static twp_status_t
make_folder(const char *path, twp_error_t *err)
{
    struct stat facts;
    int error = 0;

    for (int i_try = 0; i_try < MAX_TRIES; i_try++) {
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return fail_errno(err, path, "cannot be made");
        error = stat(path, &facts) != 0 ? errno : 0;
        if (error != ENOENT)
            break;
    }
    errno = error;
    if (error != 0)
        return fail_errno(err, path, "cannot be read");
    if (!S_ISDIR(facts.st_mode))
        return TWP_FAIL(
            err, TWP_ERR_EXISTS, "%s: a file stands there; a run in parts needs a folder", path);
    return TWP_OK;
}

twp_status_t
twp_run_folder_make(const twp_run_folder_t *folder, twp_error_t *err)
{
    const char *const wanted[] = { folder->path, folder->shards, folder->errors };

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const twp_status_t status = make_folder(wanted[i], err);

        if (status != TWP_OK)
            return status;
        twp_publish_remove_all_stale(wanted[i]);
    }
    return TWP_OK;
}

char *
twp_run_folder_shard(const twp_run_folder_t *folder, int64_t i_shard, int64_t n_shards)
{
    char *path = NULL;

    return asprintf(&path, "%s/shard-%06" PRId64 "-of-%06" PRId64 ".h5", folder->shards, i_shard,
               n_shards) < 0
        ? NULL
        : path;
}

bool
twp_run_folder_has_shard(const twp_run_folder_t *folder, int64_t i_shard, int64_t n_shards)
{
    char *const path = twp_run_folder_shard(folder, i_shard, n_shards);
    const bool is_there = path != NULL && access(path, F_OK) == 0;

    free(path);
    return is_there;
}

static char *
error_path(const twp_run_folder_t *folder, int64_t i_shard)
{
    char *path = NULL;

    return asprintf(&path, "%s/shard-%06" PRId64 ".json", folder->errors, i_shard) < 0 ? NULL
                                                                                       : path;
}

/* ---- small files ----------------------------------------------------------------------------- */

/* Publishes json, which it takes, as a text at path. */
static twp_status_t
publish_json(const char *path, json_t *json, bool overwrite, twp_error_t *err)
{
    char *const text = json != NULL ? json_dumps(json, JSON_SORT_KEYS | JSON_INDENT(1)) : NULL;
    twp_publish_t publish = { 0 };
    twp_status_t status = text == NULL ? TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", path)
                                       : twp_publish_init(&publish, path, err);

    json_decref(json);
    if (status == TWP_OK)
        status = twp_publish_write_text(&publish, text, err);
    if (status == TWP_OK)
        status = twp_publish_plain(&publish, overwrite, err);
    twp_publish_clear(&publish);
    free(text);
    return status;
}

static twp_status_t
read_json(const char *path, json_t **json, twp_error_t *err)
{
    struct stat facts;
    json_error_t why;

    *json = NULL;
    if (stat(path, &facts) != 0)
        return fail_errno(err, path, "cannot be read");
    if (facts.st_size > MAX_JSON_BYTES)
        return TWP_FAIL(err, TWP_ERR_FORMAT, "%s: too large to be what it should be", path);
    *json = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(*json)) {
        json_decref(*json);
        *json = NULL;
        return TWP_FAIL(
            err, TWP_ERR_FORMAT, "%s:%d: not a JSON object: %.200s", path, why.line, why.text);
    }
    return TWP_OK;
}

/* ---- what is run ----------------------------------------------------------------------------- */

static bool
keep_text(const json_t *json, const char *key, char **text)
{
    const char *const value = json_string_value(json_object_get(json, key));

    *text = value != NULL ? strdup(value) : NULL;
    return *text != NULL;
}

twp_status_t
twp_run_folder_read_plan(const twp_run_folder_t *folder, twp_run_plan_t *plan, twp_error_t *err)
{
    json_t *json = NULL;
    twp_status_t status = read_json(folder->plan, &json, err);
    const char *run_id;

    memset(plan, 0, sizeof *plan);
    if (status != TWP_OK)
        return status;
    run_id = json_string_value(json_object_get(json, "run_id"));
    plan->n_twins = json_integer_value(json_object_get(json, "n_twins"));
    plan->n_strategies = json_integer_value(json_object_get(json, "n_strategies"));
    plan->n_shards = json_integer_value(json_object_get(json, "n_shards"));
    if (run_id == NULL || strlen(run_id) != TWP_RUN_ID_SIZE - 1 ||
        !keep_text(json, "study", &plan->study) || !keep_text(json, "source", &plan->source) ||
        !keep_text(json, "seed", &plan->seed) || !keep_text(json, "build", &plan->build) ||
        !keep_text(json, "study_folder", &plan->study_folder) || plan->n_twins < 1 ||
        plan->n_shards < 1 || plan->n_shards > INT32_MAX)
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: not what a run in parts writes", folder->plan);
    else
        memcpy(plan->run_id, run_id, sizeof plan->run_id);
    json_decref(json);
    return status;
}

void
twp_run_plan_clear(twp_run_plan_t *plan)
{
    free(plan->study);
    free(plan->source);
    free(plan->seed);
    free(plan->study_folder);
    free(plan->build);
    memset(plan, 0, sizeof *plan);
}

static twp_status_t
compare_plans(const twp_run_folder_t *folder, const twp_run_plan_t *there,
    const twp_run_plan_t *ours, twp_error_t *err)
{
    const struct {
        const char *what, *there, *ours;
    } fact[] = { { "study", there->study, ours->study }, { "version", there->source, ours->source },
        { "build (sources)", there->build, ours->build }, { "seed", there->seed, ours->seed } };

    for (size_t i = 0; i < sizeof fact / sizeof fact[0]; i++)
        if (strcmp(fact[i].there, fact[i].ours) != 0)
            return TWP_FAIL(err, TWP_ERR_EXISTS,
                "%s: the folder is of a run of another %s: %.200s, this one %.200s", folder->path,
                fact[i].what, fact[i].there, fact[i].ours);
    if (strcmp(there->run_id, ours->run_id) != 0)
        return TWP_FAIL(err, TWP_ERR_EXISTS,
            "%s: the folder is of another run: the study, its modules or data, or what the command "
            "line set have changed",
            folder->path);
    if (there->n_shards != ours->n_shards)
        return TWP_FAIL(err, TWP_ERR_EXISTS,
            "%s: the run there is cut into %" PRId64 " shards, this one into %" PRId64
            " (--shard-twins)",
            folder->path, there->n_shards, ours->n_shards);
    return TWP_OK;
}

twp_status_t
twp_run_folder_claim(const twp_run_folder_t *folder, const twp_run_plan_t *plan, twp_error_t *err)
{
    twp_run_plan_t there;
    twp_status_t status = TWP_ERR_EXISTS;

    if (access(folder->plan, F_OK) != 0)
        status = publish_json(folder->plan,
            json_pack("{ss ss ss ss ss ss sI sI sI}", "run_id", plan->run_id, "study", plan->study,
                "source", plan->source, "build", plan->build, "seed", plan->seed, "study_folder",
                plan->study_folder, "n_twins", (json_int_t) plan->n_twins, "n_strategies",
                (json_int_t) plan->n_strategies, "n_shards", (json_int_t) plan->n_shards),
            false, err);
    if (status != TWP_ERR_EXISTS)
        return status;
    status = twp_run_folder_read_plan(folder, &there, err);
    if (status == TWP_OK)
        status = compare_plans(folder, &there, plan, err);
    twp_run_plan_clear(&there);
    return status;
}

twp_status_t
twp_run_folder_find_results(const twp_run_folder_t *folder, const char *run_id, bool *is_there,
    bool *needs_shards, char digest[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err)
{
    char *of_run = NULL, *state = NULL, *stated = NULL;
    twp_reader_t *reader = NULL;
    twp_status_t status;

    *is_there = false;
    if (access(folder->results, F_OK) != 0)
        return TWP_OK;
    status = twp_reader_open(folder->results, &reader, err);
    if (status == TWP_OK)
        status = twp_reader_attribute_text(reader, "", "run_id", &of_run, err);
    if (status == TWP_OK)
        status = twp_reader_attribute_text(reader, "", "status", &state, err);
    if (status == TWP_OK)
        status = twp_reader_attribute_text(reader, "", "content_digest", &stated, err);
    if (status == TWP_OK && strcmp(of_run, run_id) != 0)
        status = TWP_FAIL(
            err, TWP_ERR_EXISTS, "%s: results of another run are already there", folder->results);
    if (status == TWP_OK && strcmp(state, "complete") == 0) {
        *is_there = true;
        (void) snprintf(digest, TWP_CONTENT_DIGEST_HEX_SIZE, "%s", stated);
    }
    if (needs_shards != NULL)
        *needs_shards = *is_there && twp_reader_has_attribute(reader, "", TWP_ATTRIBUTE_SOURCES);
    free(stated);
    free(state);
    free(of_run);
    twp_reader_close(reader);
    return status;
}

/* ---- progress -------------------------------------------------------------------------------- */

static void
iso_now(char text[32])
{
    const time_t now = time(NULL);
    struct tm parts;

    if (gmtime_r(&now, &parts) == NULL || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        text[0] = '\0';
}

static char *
event_line(const twp_run_event_t *event)
{
    char now[32], host[256] = "unknown", *line;
    json_t *json;

    iso_now(now);
    (void) gethostname(host, sizeof host - 1);
    json = json_pack("{sI ss ss sI ss sI}", "shard", (json_int_t) event->i_shard, "state",
        event->state, "time", now, "task", (json_int_t) event->i_task, "host", host, "pid",
        (json_int_t) getpid());
    if (json != NULL && event->i_rank >= 0)
        (void) json_object_set_new(json, "rank", json_integer(event->i_rank));
    if (json != NULL && event->digest != NULL) {
        (void) json_object_set_new(json, "seconds", json_real(event->seconds));
        (void) json_object_set_new(json, "events", json_integer(event->n_events));
        (void) json_object_set_new(json, "digest", json_string(event->digest));
    }
    line = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(json);
    return line;
}

twp_status_t
twp_run_folder_note(const twp_run_folder_t *folder, const twp_run_event_t *event, twp_error_t *err)
{
    char *const line = event_line(event);
    char *whole = NULL;
    twp_status_t status = TWP_OK;
    int file = -1;

    if (line == NULL || asprintf(&whole, "%s\n", line) < 0) {
        free(line);
        return no_memory(folder, err);
    }
    free(line);
    file = open(folder->progress, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0666);
    if (file < 0) {
        status = fail_errno(err, folder->progress, "cannot be opened");
    } else {
        /* In one piece, so that lines of several tasks do not mix. */
        const ssize_t n = write(file, whole, strlen(whole));

        if (n >= 0 && (size_t) n < strlen(whole))
            errno = ENOSPC;
        if (n < 0 || (size_t) n < strlen(whole))
            status = fail_errno(err, folder->progress, "cannot be written");
        if (close(file) != 0 && status == TWP_OK)
            status = fail_errno(err, folder->progress, "cannot be written");
    }
    free(whole);
    return status;
}

/* ---- errors ---------------------------------------------------------------------------------- */

twp_status_t
twp_run_folder_set_error(const twp_run_folder_t *folder, int64_t i_shard, twp_status_t status,
    const char *message, twp_error_t *err)
{
    char *const path = error_path(folder, i_shard);
    twp_status_t result;

    if (path == NULL)
        return no_memory(folder, err);
    result = publish_json(path,
        json_pack("{sI ss ss}", "shard", (json_int_t) i_shard, "status", twp_status_name(status),
            "message", message),
        true, err);
    free(path);
    return result;
}

bool
twp_run_folder_get_error(
    const twp_run_folder_t *folder, int64_t i_shard, bool *is_lasting, char **message)
{
    char *const path = error_path(folder, i_shard);
    json_t *json = NULL;
    bool is_there;

    *is_lasting = false;
    if (message != NULL)
        *message = NULL;
    is_there = path != NULL && access(path, F_OK) == 0;
    if (is_there && read_json(path, &json, NULL) == TWP_OK) {
        const char *const status = json_string_value(json_object_get(json, "status"));

        *is_lasting = status != NULL &&
            (strcmp(status, twp_status_name(TWP_ERR_FAULT)) == 0 ||
                strcmp(status, twp_status_name(TWP_ERR_LIMIT)) == 0);
        if (message != NULL)
            (void) keep_text(json, "message", message);
        json_decref(json);
    }
    free(path);
    return is_there;
}

void
twp_run_folder_forget_error(const twp_run_folder_t *folder, int64_t i_shard)
{
    char *const path = error_path(folder, i_shard);

    if (path != NULL)
        (void) unlink(path);
    free(path);
}

twp_status_t
twp_run_folder_set_halt(
    const twp_run_folder_t *folder, bool is_stop, const char *why, twp_error_t *err)
{
    json_t *const json = json_pack("{sb}", "stop", is_stop);

    (void) json_object_set_new(json, "why", json_string(why));
    return publish_json(folder->halt, json, true, err);
}

bool
twp_run_folder_is_halted(const twp_run_folder_t *folder, bool *is_stop, char **why)
{
    json_t *json = NULL;

    *is_stop = false;
    if (why != NULL)
        *why = NULL;
    if (access(folder->halt, F_OK) != 0)
        return false;
    if (read_json(folder->halt, &json, NULL) == TWP_OK) {
        *is_stop = json_is_true(json_object_get(json, "stop"));
        if (why != NULL)
            (void) keep_text(json, "why", why);
    }
    json_decref(json);
    return true;
}

void
twp_run_folder_forget_halt(const twp_run_folder_t *folder)
{
    (void) unlink(folder->halt);
}
