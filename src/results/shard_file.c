#include "results/shard_file.h"

#include "base/error.h"
#include "results/content_digest.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text of known length. */
static twp_status_t
read_hex(twp_reader_t *reader, const char *name, char *hex, size_t n_bytes, twp_error_t *err)
{
    char *text = NULL;
    twp_status_t status = twp_reader_attribute_text(reader, "", name, &text, err);

    if (status == TWP_OK &&
        (strlen(text) != n_bytes - 1 || strspn(text, "0123456789abcdef") != n_bytes - 1))
        status = TWP_FAIL(
            err, TWP_ERR_FORMAT, "%s: its %s is damaged", twp_reader_path(reader), name);
    if (status == TWP_OK)
        memcpy(hex, text, n_bytes);
    free(text);
    return status;
}

static twp_status_t
check_kind(twp_reader_t *reader, twp_error_t *err)
{
    char *kind = NULL, *state = NULL;
    twp_status_t status = twp_reader_attribute_text(reader, "", "twinpath_kind", &kind, err);

    if (status == TWP_OK && strcmp(kind, "shard") != 0)
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: a file of kind %.40s, not a shard",
            twp_reader_path(reader), kind);
    if (status == TWP_OK)
        status = twp_reader_attribute_text(reader, "", "status", &state, err);
    if (status == TWP_OK && strcmp(state, "complete") != 0)
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: not a whole shard", twp_reader_path(reader));
    free(state);
    free(kind);
    return status;
}

/* Counted from 1 in the file; nothing where the shard is not cut so. */
static twp_status_t
read_range(twp_reader_t *reader, const char *first_name, const char *count_name, int32_t *first,
    int32_t *n, twp_error_t *err)
{
    twp_status_t status;

    if (!twp_reader_has_attribute(reader, "", count_name))
        return TWP_OK;
    status = twp_reader_attribute_int32(reader, "", count_name, n, err);
    if (status == TWP_OK)
        status = twp_reader_attribute_int32(reader, "", first_name, first, err);
    (*first)--;
    return status;
}

/* Of what sources the program was that wrote it. */
static twp_status_t
read_build(twp_reader_t *reader, char **build, twp_error_t *err)
{
    char *text = NULL;
    twp_status_t status = twp_reader_read_text(reader, "provenance/build_json", &text, err);
    json_t *const json = status == TWP_OK ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *const sources = json_string_value(json_object_get(json, "sources"));

    if (status == TWP_OK && sources == NULL)
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: it does not say what build wrote it",
            twp_reader_path(reader));
    if (status == TWP_OK && (*build = strdup(sources)) == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", twp_reader_path(reader));
    json_decref(json);
    free(text);
    return status;
}

static twp_status_t
read_identity(twp_reader_t *reader, twp_shard_file_t *file, twp_error_t *err)
{
    const struct {
        const char *name;
        char **text;
    } text[] = { { "title", &file->title }, { "source", &file->source }, { "seed", &file->seed },
        { "twins_across_sets", &file->twins } };
    const struct {
        const char *name;
        int32_t *value;
    } number[] = { { "n_twins", &file->n_twins }, { "n_strategies", &file->n_strategies },
        { "n_parameter_sets", &file->n_parameter_sets }, { "shard_index", &file->index },
        { "shard_count", &file->count }, { "first_twin", &file->first_twin },
        { "twin_count", &file->n_own } };
    twp_status_t status = check_kind(reader, err);

    if (status == TWP_OK)
        status = read_hex(reader, "run_id", file->run_id, sizeof file->run_id, err);
    if (status == TWP_OK)
        status = read_hex(reader, "content_digest", file->digest, sizeof file->digest, err);
    for (size_t i = 0; i < sizeof text / sizeof text[0] && status == TWP_OK; i++)
        status = twp_reader_attribute_text(reader, "", text[i].name, text[i].text, err);
    if (status == TWP_OK)
        status = read_build(reader, &file->build, err);
    for (size_t i = 0; i < sizeof number / sizeof number[0] && status == TWP_OK; i++)
        status = twp_reader_attribute_int32(reader, "", number[i].name, number[i].value, err);
    if (status == TWP_OK)
        status = read_range(reader, "first_parameter_set", "parameter_set_count", &file->first_set,
            &file->n_own_sets, err);
    if (status == TWP_OK)
        status = read_range(
            reader, "first_point", "point_count", &file->first_point, &file->n_own_points, err);
    if (status == TWP_OK && (file->count < 1 || file->index < 0 || file->index >= file->count))
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: shard %d of %d: there is no such shard",
            file->path, (int) file->index, (int) file->count);
    return status;
}

twp_status_t
twp_shard_file_read(const char *path, twp_shard_file_t *file, twp_error_t *err)
{
    twp_reader_t *reader = NULL;
    twp_status_t status;

    memset(file, 0, sizeof *file);
    file->path = strdup(path);
    if (file->path == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", path);
    status = twp_reader_open(path, &reader, err);
    if (status == TWP_OK)
        status = read_identity(reader, file, err);
    twp_reader_close(reader);
    return status;
}

void
twp_shard_file_clear(twp_shard_file_t *file)
{
    free(file->path);
    free(file->title);
    free(file->source);
    free(file->seed);
    free(file->twins);
    free(file->build);
    memset(file, 0, sizeof *file);
}

twp_status_t
twp_shard_file_verify(const twp_shard_file_t *file, twp_error_t *err)
{
    char digest[TWP_CONTENT_DIGEST_HEX_SIZE];
    const twp_status_t status = twp_results_content_digest(file->path, digest, err);

    if (status == TWP_OK && strcmp(digest, file->digest) != 0)
        return TWP_FAIL(err, TWP_ERR_FORMAT,
            "%s: damaged: the digest of its content is %s, it says %s", file->path, digest,
            file->digest);
    return status;
}

twp_status_t
twp_shard_file_match(const twp_shard_file_t *a, const twp_shard_file_t *b, twp_error_t *err)
{
    char n_twins[2][16], n_sets[2][16], n_shards[2][16];

    (void) snprintf(n_twins[0], sizeof n_twins[0], "%d", (int) a->n_twins);
    (void) snprintf(n_twins[1], sizeof n_twins[1], "%d", (int) b->n_twins);
    (void) snprintf(n_sets[0], sizeof n_sets[0], "%d", (int) a->n_parameter_sets);
    (void) snprintf(n_sets[1], sizeof n_sets[1], "%d", (int) b->n_parameter_sets);
    (void) snprintf(n_shards[0], sizeof n_shards[0], "%d", (int) a->count);
    (void) snprintf(n_shards[1], sizeof n_shards[1], "%d", (int) b->count);

    const struct {
        const char *what, *of_a, *of_b;
    } fact[] = { { "study", a->title, b->title }, { "version", a->source, b->source },
        { "build (sources)", a->build, b->build }, { "seed", a->seed, b->seed },
        { "rule of twins across parameter sets", a->twins, b->twins },
        { "number of twins", n_twins[0], n_twins[1] },
        { "number of parameter sets", n_sets[0], n_sets[1] },
        { "run (its numbers, inputs or options differ)", a->run_id, b->run_id },
        { "number of shards", n_shards[0], n_shards[1] } };

    for (size_t i = 0; i < sizeof fact / sizeof fact[0]; i++)
        if (strcmp(fact[i].of_a, fact[i].of_b) != 0)
            return TWP_FAIL(err, TWP_ERR_INPUT, "%s and %s are of another %s: %.200s and %.200s",
                a->path, b->path, fact[i].what, fact[i].of_a, fact[i].of_b);
    return TWP_OK;
}
