#include "results/provenance.h"

#include "base/digest.h"
#include "base/error.h"
#include "twp_build_facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

const char *
twp_provenance_version(void)
{
    return TWP_BUILD_VERSION;
}

const char *
twp_provenance_sources(void)
{
    return TWP_BUILD_SOURCES;
}

/* ---- texts ---------------------------------------------------------------------------------- */

static const char *
base_name(const char *path)
{
    const char *const slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* All files of the study, each behind a line with its name. */
static char *
joined_files(twp_arena_t *arena, const twp_document_t *document)
{
    size_t n_bytes = 1, at = 0;
    char *joined;

    for (int i = 0; i < document->n_files; i++)
        n_bytes += document->file[i].n_bytes + strlen(document->file[i].name) + 16;
    joined = TWP_ARENA_NEW(arena, char, n_bytes);
    for (int i = 0; joined != NULL && i < document->n_files; i++) {
        const twp_source_file_t *const file = &document->file[i];
        const bool has_newline = file->n_bytes > 0 && file->text[file->n_bytes - 1] == '\n';

        at += (size_t) snprintf(joined + at, n_bytes - at, "# file: %s\n%s%s",
            base_name(file->name), file->text, has_newline ? "" : "\n");
    }
    return joined;
}

static const char *
build_json(twp_arena_t *arena)
{
    static const char *const fact[][2] = { { "commit", TWP_BUILD_COMMIT },
        { "compiler", TWP_BUILD_COMPILER }, { "flags", TWP_BUILD_FLAGS },
        { "gsl", TWP_BUILD_GSL_VERSION }, { "hdf5", TWP_BUILD_HDF5_VERSION },
        { "jansson", TWP_BUILD_JANSSON_VERSION }, { "libdeflate", TWP_BUILD_DEFLATE_VERSION },
        { "libsodium", TWP_BUILD_SODIUM_VERSION }, { "libyaml", TWP_BUILD_YAML_VERSION },
        { "sources", TWP_BUILD_SOURCES }, { "twinpath", TWP_BUILD_VERSION } };
    const char *json = "{";

    /* The build gives plain words: neither quotes nor backslashes. */
    for (size_t i = 0; json != NULL && i < sizeof(fact) / sizeof(fact[0]); i++)
        json = twp_arena_printf(
            arena, "%s%s\"%s\":\"%s\"", json, i > 0 ? "," : "", fact[i][0], fact[i][1]);
    return json != NULL ? twp_arena_printf(arena, "%s}", json) : NULL;
}

/* ---- inputs --------------------------------------------------------------------------------- */

typedef struct {
    int n;
    const char **name, **sha256;
    int64_t *n_bytes;
} inputs_t;

static bool
list_inputs(twp_arena_t *arena, const twp_provenance_t *provenance, inputs_t *inputs)
{
    const twp_document_t *const document = provenance->document;
    const twp_study_typed_t *const study = provenance->study;
    const int n = document->n_files + 2 + study->n_tables + study->n_joints;

    inputs->n = 0;
    inputs->name = TWP_ARENA_NEW(arena, const char *, n);
    inputs->sha256 = TWP_ARENA_NEW(arena, const char *, n);
    inputs->n_bytes = TWP_ARENA_NEW(arena, int64_t, n);
    if (inputs->name == NULL || inputs->sha256 == NULL || inputs->n_bytes == NULL)
        return false;
    for (int i = 0; i < document->n_files; i++, inputs->n++) {
        inputs->name[i] = base_name(document->file[i].name);
        inputs->sha256[i] = document->file[i].sha256;
        inputs->n_bytes[i] = (int64_t) document->file[i].n_bytes;
    }
    if (provenance->patients != NULL) {
        inputs->name[inputs->n] = base_name(provenance->patients->file);
        inputs->sha256[inputs->n] = provenance->patients->sha256;
        inputs->n_bytes[inputs->n++] = (int64_t) provenance->patients->n_bytes;
    }
    for (int i = 0; i < study->n_tables; i++) {
        bool is_listed = false;
        for (int k = 0; k < i && !is_listed; k++)
            is_listed = strcmp(study->table[k].path, study->table[i].path) == 0;
        if (is_listed)
            continue;
        inputs->name[inputs->n] = base_name(study->table[i].csv_name);
        inputs->sha256[inputs->n] = study->table[i].sha256;
        inputs->n_bytes[inputs->n++] = (int64_t) study->table[i].n_bytes;
    }
    for (int i = 0; i < study->n_joints; i++) {
        if (study->joint[i].csv_name == NULL)
            continue;
        inputs->name[inputs->n] = base_name(study->joint[i].csv_name);
        inputs->sha256[inputs->n] = study->joint[i].csv_sha256;
        inputs->n_bytes[inputs->n++] = study->joint[i].csv_bytes;
    }
    if (study->sweep.csv_name != NULL) {
        inputs->name[inputs->n] = base_name(study->sweep.csv_name);
        inputs->sha256[inputs->n] = study->sweep.csv_sha256;
        inputs->n_bytes[inputs->n++] = study->sweep.csv_bytes;
    }
    return true;
}

static twp_status_t
write_inputs(twp_results_writer_t *writer, const inputs_t *inputs, twp_error_t *err)
{
    const struct {
        const char *name;
        twp_type_t type;
        const void *values;
    } column[] = { { "input_name", TWP_TYPE_TEXT, inputs->name },
        { "input_sha256", TWP_TYPE_TEXT, inputs->sha256 },
        { "input_bytes", TWP_TYPE_INT64, inputs->n_bytes } };
    twp_status_t status = twp_results_dimension_plain(
        writer, "provenance", "input", (size_t) inputs->n, err);

    for (size_t i = 0; i < sizeof(column) / sizeof(column[0]) && status == TWP_OK; i++) {
        twp_field_t field;

        status = twp_columns_field("provenance", column[i].name, column[i].type, NULL, &field, err);
        if (status == TWP_OK)
            status = twp_results_write(writer, "provenance", &field, column[i].values, err);
    }
    return status;
}

/* 32 hex digits over everything that decides the content. */
static void
make_run_id(const twp_provenance_t *provenance, const inputs_t *inputs, const char *resolved,
    char run_id[TWP_RUN_ID_SIZE])
{
    char hex[TWP_SHA256_HEX_SIZE], line[128];
    twp_sha256_t digest;

    twp_sha256_init(&digest);
    twp_sha256_update(&digest, resolved, strlen(resolved));
    for (int i = 0; i < inputs->n; i++)
        twp_sha256_update(&digest, inputs->sha256[i], strlen(inputs->sha256[i]));
    twp_sha256_update(&digest, provenance->overrides, strlen(provenance->overrides));
    (void) snprintf(line, sizeof line, "|%" PRIu64 "|%" PRId64 "|%s", provenance->seed,
        provenance->n_twins, TWP_BUILD_VERSION);
    twp_sha256_update(&digest, line, strlen(line));
    twp_sha256_finish(&digest, hex);
    memcpy(run_id, hex, 32);
    run_id[32] = '\0';
}

static twp_status_t
write_texts(twp_results_writer_t *writer, const twp_provenance_t *provenance, const char *joined,
    const char *resolved, const char *build, twp_error_t *err)
{
    const char *const text[][2] = { { "study_yaml", joined }, { "resolved_json", resolved },
        { "overrides", provenance->overrides }, { "build_json", build } };
    twp_status_t status = twp_results_group(writer, "provenance", err);

    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]) && status == TWP_OK; i++)
        status = twp_results_write_text(writer, "provenance", text[i][0], text[i][1], err);
    return status;
}

twp_status_t
twp_provenance_write(
    twp_results_writer_t *writer, const twp_provenance_t *provenance, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    char *resolved = NULL;
    const char *joined, *build;
    char run_id[TWP_RUN_ID_SIZE];
    inputs_t inputs;
    twp_status_t status = twp_node_to_json(provenance->document->root, &resolved, err);

    if (status != TWP_OK)
        goto out;
    if (arena == NULL || (joined = joined_files(arena, provenance->document)) == NULL ||
        (build = build_json(arena)) == NULL || !list_inputs(arena, provenance, &inputs)) {
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the provenance");
        goto out;
    }
    status = write_texts(writer, provenance, joined, resolved, build, err);
    if (status == TWP_OK)
        status = write_inputs(writer, &inputs, err);
    make_run_id(provenance, &inputs, resolved, run_id);
    if (status == TWP_OK)
        status = twp_results_attribute_text(writer, NULL, "run_id", run_id, err);
    if (status == TWP_OK)
        status = twp_results_attribute_text(
            writer, NULL, "source", "twinpath " TWP_BUILD_VERSION, err);
out:
    free(resolved);
    twp_arena_free(arena);
    return status;
}

twp_status_t
twp_provenance_run_id(
    const twp_provenance_t *provenance, char run_id[TWP_RUN_ID_SIZE], twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    char *resolved = NULL;
    inputs_t inputs;
    twp_status_t status = twp_node_to_json(provenance->document->root, &resolved, err);

    if (status == TWP_OK && (arena == NULL || !list_inputs(arena, provenance, &inputs)))
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the provenance");
    if (status == TWP_OK)
        make_run_id(provenance, &inputs, resolved, run_id);
    free(resolved);
    twp_arena_free(arena);
    return status;
}

twp_status_t
twp_provenance_write_table(
    twp_results_writer_t *writer, const twp_csv_t *table, const char *settings, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    const char *const name = base_name(table->file), *const sum = table->sha256, *build;
    const int64_t n_bytes = (int64_t) table->n_bytes;
    const inputs_t inputs = { 1, (const char *[]){ name }, (const char *[]){ sum },
        (int64_t[]){ n_bytes } };
    char hex[TWP_SHA256_HEX_SIZE];
    twp_sha256_t digest;
    twp_status_t status = TWP_OK;

    build = arena != NULL ? build_json(arena) : NULL;
    if (build == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the provenance");
    if (status == TWP_OK)
        status = twp_results_group(writer, "provenance", err);
    if (status == TWP_OK)
        status = twp_results_write_text(writer, "provenance", "overrides", settings, err);
    if (status == TWP_OK)
        status = twp_results_write_text(writer, "provenance", "build_json", build, err);
    if (status == TWP_OK)
        status = write_inputs(writer, &inputs, err);
    twp_sha256_init(&digest);
    twp_sha256_update(&digest, settings, strlen(settings));
    twp_sha256_update(&digest, sum, strlen(sum));
    twp_sha256_update(&digest, TWP_BUILD_VERSION, strlen(TWP_BUILD_VERSION));
    twp_sha256_finish(&digest, hex);
    hex[32] = '\0';
    if (status == TWP_OK)
        status = twp_results_attribute_text(writer, NULL, "run_id", hex, err);
    if (status == TWP_OK)
        status = twp_results_attribute_text(
            writer, NULL, "source", "twinpath " TWP_BUILD_VERSION, err);
    twp_arena_free(arena);
    return status;
}

/* ---- session -------------------------------------------------------------------------------- */

static void
iso_time(int64_t seconds, char text[32])
{
    const time_t at = (time_t) seconds;
    struct tm parts;

    if (gmtime_r(&at, &parts) == NULL || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        text[0] = '\0';
}

static void
cpu_name(char *name, size_t n_bytes)
{
    FILE *const file = fopen("/proc/cpuinfo", "re");
    char line[256];

    (void) snprintf(name, n_bytes, "unknown");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *const colon = strchr(line, ':');

        if (strncmp(line, "model name", 10) != 0 || colon == NULL)
            continue;
        (void) snprintf(name, n_bytes, "%s", colon + (colon[1] == ' ' ? 2 : 1));
        name[strcspn(name, "\n")] = '\0';
        break;
    }
    if (file != NULL)
        (void) fclose(file);
}

twp_status_t
twp_session_write(twp_results_writer_t *writer, const twp_session_t *session, twp_error_t *err)
{
    char started[32], finished[32], host[256] = "unknown", cpu[256];
    struct rusage usage;
    twp_status_t status;

    if (getenv("SOURCE_DATE_EPOCH") != NULL)
        return TWP_OK;
    iso_time(session->started, started);
    iso_time(session->finished, finished);
    if (gethostname(host, sizeof host) != 0)
        (void) snprintf(host, sizeof host, "unknown");
    host[sizeof host - 1] = '\0';
    cpu_name(cpu, sizeof cpu);
    memset(&usage, 0, sizeof usage);
    (void) getrusage(RUSAGE_SELF, &usage);

    const char *const text[][2] = {
        { "command_line", session->command_line != NULL ? session->command_line : "" },
        { "started", started }, { "finished", finished }, { "host", host }, { "cpu", cpu }
    };

    status = twp_results_group(writer, "session", err);
    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]) && status == TWP_OK; i++)
        status = twp_results_attribute_text(writer, "session", text[i][0], text[i][1], err);
    if (status == TWP_OK)
        status = twp_results_attribute_int32(writer, "session", "threads", session->n_threads, err);
    if (status == TWP_OK && session->n_shards > 0)
        status = twp_results_attribute_int32(
            writer, "session", "shards", (int32_t) session->n_shards, err);
    if (status == TWP_OK)
        status = twp_results_attribute_float64(
            writer, "session", "cpu_seconds", session->cpu_seconds, err);
    if (status == TWP_OK)
        status = twp_results_attribute_float64(
            writer, "session", "peak_memory_bytes", 1024.0 * (double) usage.ru_maxrss, err);
    return status;
}
