#include "results/embedded.h"

#include "base/digest.h"
#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    twp_embedded_t face; /* what callers see; must stand first */
    int n_inputs;
    const char **name, **sha256;
    int64_t *n_bytes;
    int n_folders;
    const char *folder[2];
} embedded_t;

static twp_status_t
no_memory(twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the study in the results");
}

static const char *
base_name(const char *path)
{
    const char *const slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* ---- data files ------------------------------------------------------------------------------ */

/* The input of that name and sum, or else the first of that name; -1: there is none. */
static int
find_input(const embedded_t *embedded, const char *name, const char *sha256)
{
    int found = -1;

    for (int i = embedded->face.files.n; i < embedded->n_inputs; i++) {
        if (strcmp(embedded->name[i], name) != 0)
            continue;
        if (sha256 != NULL && strcmp(embedded->sha256[i], sha256) == 0)
            return i;
        found = found < 0 ? i : found;
    }
    return found;
}

/* Whether the file at path is one of the inputs; notes the sums where it is another one. */
static bool
is_input(embedded_t *embedded, const char *path, const char *name, twp_error_t *differs)
{
    char hex[TWP_SHA256_HEX_SIZE];
    uint64_t n_bytes;
    int i;

    if (access(path, R_OK) != 0 || twp_sha256_of_file(path, hex, &n_bytes, NULL) != TWP_OK)
        return false;
    i = find_input(embedded, name, hex);
    if (i >= 0 && strcmp(embedded->sha256[i], hex) == 0)
        return true;
    if (differs->status == TWP_OK && i >= 0)
        (void) TWP_FAIL(differs, TWP_ERR_INPUT,
            "%s is not the file that the results were made from: its SHA-256 is %s, theirs was %s",
            path, hex, embedded->sha256[i]);
    return false;
}

static const char *
locate(void *context, const char *path)
{
    embedded_t *const embedded = context;
    twp_embedded_t *const face = &embedded->face;
    const char *const name = base_name(path);
    twp_error_t differs = { TWP_OK, "" };
    const char *found = path;

    if (find_input(embedded, name, NULL) < 0) {
        if (face->located.status == TWP_OK)
            (void) TWP_FAIL(&face->located, TWP_ERR_FORMAT,
                "the study reads %s, which the results do not list among their inputs", path);
        return path;
    }
    if (path[0] == '/' && is_input(embedded, path, name, &differs))
        return path;
    for (int i = 0; i < embedded->n_folders; i++) {
        const char *const tried[] = { path[0] != '/' ? path : name, name };

        for (size_t k = 0; k < sizeof tried / sizeof tried[0]; k++) {
            const char *const at = twp_arena_printf(
                face->arena, "%s/%s", embedded->folder[i], tried[k]);

            if (at != NULL && is_input(embedded, at, name, &differs))
                return at;
            found = at != NULL ? at : found;
        }
    }
    if (face->located.status == TWP_OK) {
        if (differs.status != TWP_OK)
            face->located = differs;
        else
            (void) TWP_FAIL(&face->located, TWP_ERR_INPUT,
                "%s, which the study reads, is in none of the folders looked into (SHA-256 %s); "
                "--inputs names its folder",
                path, embedded->sha256[find_input(embedded, name, NULL)]);
    }
    return found;
}

static twp_status_t
choose_folders(embedded_t *embedded, const char *path, const char *inputs, twp_error_t *err)
{
    const char *const slash = strrchr(path, '/');
    twp_arena_t *const arena = embedded->face.arena;

    if (inputs != NULL) {
        embedded->folder[embedded->n_folders++] = twp_arena_strdup(arena, inputs);
    } else {
        if (slash != NULL)
            embedded->folder[embedded->n_folders++] = slash == path
                ? twp_arena_strdup(arena, "/")
                : twp_arena_strndup(arena, path, (size_t) (slash - path));
        embedded->folder[embedded->n_folders++] = twp_arena_strdup(arena, ".");
    }
    return embedded->folder[0] != NULL && embedded->folder[embedded->n_folders - 1] != NULL
        ? TWP_OK
        : no_memory(err);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static twp_status_t
read_inputs(embedded_t *embedded, twp_reader_t *reader, twp_error_t *err)
{
    twp_arena_t *const arena = embedded->face.arena;
    char **name = NULL, **sha256 = NULL;
    int64_t *bytes = NULL;
    size_t n_names = 0, n_sums = 0, n_sizes = 0;
    twp_status_t status = twp_reader_read_texts(
        reader, "provenance/input_name", &name, &n_names, err);

    if (status == TWP_OK)
        status = twp_reader_read_texts(reader, "provenance/input_sha256", &sha256, &n_sums, err);
    if (status == TWP_OK)
        status = twp_reader_read_int64(reader, "provenance/input_bytes", &bytes, &n_sizes, err);
    if (status == TWP_OK && (n_names != n_sums || n_names != n_sizes || n_names > 100000))
        status = TWP_FAIL(
            err, TWP_ERR_FORMAT, "%s: the list of inputs is damaged", twp_reader_path(reader));
    if (status == TWP_OK) {
        embedded->name = TWP_ARENA_NEW(arena, const char *, n_names + 1);
        embedded->sha256 = TWP_ARENA_NEW(arena, const char *, n_names + 1);
        embedded->n_bytes = TWP_ARENA_NEW(arena, int64_t, n_names + 1);
        if (embedded->name == NULL || embedded->sha256 == NULL || embedded->n_bytes == NULL)
            status = no_memory(err);
    }
    for (size_t i = 0; status == TWP_OK && i < n_names; i++) {
        embedded->name[i] = twp_arena_strdup(arena, name[i]);
        embedded->sha256[i] = twp_arena_strdup(arena, sha256[i]);
        embedded->n_bytes[i] = bytes[i];
        embedded->n_inputs++;
        if (embedded->name[i] == NULL || embedded->sha256[i] == NULL)
            status = no_memory(err);
    }
    free(bytes);
    if (sha256 != NULL)
        twp_reader_free_texts(sha256, n_sums);
    if (name != NULL)
        twp_reader_free_texts(name, n_names);
    return status;
}

/* Length of the line "# file: NAME" at text, when it is there; 0 otherwise. */
static size_t
match_header(const char *text, const char *name)
{
    static const char mark[] = "# file: ";
    const size_t n_mark = sizeof mark - 1, n_name = strlen(name);

    if (strncmp(text, mark, n_mark) != 0 || strncmp(text + n_mark, name, n_name) != 0 ||
        text[n_mark + n_name] != '\n')
        return 0;
    return n_mark + n_name + 1;
}

/* Cuts the joined texts where the sizes of the inputs say; the first inputs are the study's files. */
static twp_status_t
cut_texts(embedded_t *embedded, const char *joined, const char *path, twp_error_t *err)
{
    twp_arena_t *const arena = embedded->face.arena;
    const char **const text = TWP_ARENA_NEW(arena, const char *, embedded->n_inputs + 1);
    size_t *const n_bytes = TWP_ARENA_NEW(arena, size_t, embedded->n_inputs + 1);
    const size_t n_joined = strlen(joined);
    size_t at = 0;
    int n = 0;

    if (text == NULL || n_bytes == NULL)
        return no_memory(err);
    for (; n < embedded->n_inputs && at < n_joined; n++) {
        const size_t n_header = match_header(joined + at, embedded->name[n]);
        char hex[TWP_SHA256_HEX_SIZE];

        if (n_header == 0 || embedded->n_bytes[n] < 0 ||
            (uint64_t) embedded->n_bytes[n] > n_joined - at - n_header)
            break;
        at += n_header;
        n_bytes[n] = (size_t) embedded->n_bytes[n];
        text[n] = twp_arena_strndup(arena, joined + at, n_bytes[n]);
        if (text[n] == NULL)
            return no_memory(err);
        twp_sha256_of(text[n], n_bytes[n], hex);
        if (strcmp(hex, embedded->sha256[n]) != 0)
            return TWP_FAIL(err, TWP_ERR_FORMAT,
                "%s: the study kept in it was changed: the SHA-256 of %s is %s and was %s", path,
                embedded->name[n], hex, embedded->sha256[n]);
        at += n_bytes[n];
        if (n_bytes[n] == 0 || joined[at - 1] != '\n')
            at += joined[at] == '\n';
    }
    if (n == 0 || at != n_joined)
        return TWP_FAIL(err, TWP_ERR_FORMAT,
            "%s: the study kept in it was changed: its files do not have their sizes", path);
    embedded->face.files = (twp_document_files_t){ .n = n,
        .name = embedded->name,
        .text = text,
        .n_bytes = n_bytes,
        .locate = locate,
        .context = embedded };
    return TWP_OK;
}

/* ---- what the command line set --------------------------------------------------------------- */

static bool
read_whole(const char *text, uint64_t *number)
{
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

/* The value of "--name value" when the line is of that option, else NULL. */
static char *
value_of(char *line, const char *option)
{
    const size_t n = strlen(option);

    return strncmp(line, option, n) == 0 ? line + n : NULL;
}

static bool
read_line(twp_embedded_t *face, char *line)
{
    uint64_t number;
    char *value;

    if ((value = value_of(line, "--set ")) != NULL) {
        face->set[face->n_set++] = value;
    } else if (value_of(line, "--over ") != NULL) {
        face->set[face->n_set++] = line;
    } else if ((value = value_of(line, "--strategy ")) != NULL) {
        face->strategy[face->n_strategies++] = value;
    } else if ((value = value_of(line, "--precision ")) != NULL) {
        face->precision[face->n_precisions++] = value;
    } else if ((value = value_of(line, "--twins ")) != NULL) {
        face->twins = strcmp(value, "same") == 0 ? TWP_TWINS_SAME : TWP_TWINS_FRESH;
        return strcmp(value, "same") == 0 || strcmp(value, "fresh") == 0;
    } else if ((value = value_of(line, "--patients ")) != NULL && read_whole(value, &number)) {
        face->n_patients = (int64_t) number;
    } else if ((value = value_of(line, "--parameter-sets ")) != NULL &&
        read_whole(value, &number)) {
        face->n_parameter_sets = (int64_t) number;
    } else {
        return false;
    }
    return true;
}

/* One option a line; lines that begin otherwise belong to the value before them. */
static twp_status_t
read_overrides(embedded_t *embedded, const char *text, const char *path, twp_error_t *err)
{
    twp_embedded_t *const face = &embedded->face;
    char *const copy = twp_arena_strdup(face->arena, text);
    size_t n_lines = 1;

    for (const char *c = text; *c != '\0'; c++)
        n_lines += *c == '\n';
    face->set = TWP_ARENA_NEW(face->arena, const char *, n_lines);
    face->strategy = TWP_ARENA_NEW(face->arena, const char *, n_lines);
    face->precision = TWP_ARENA_NEW(face->arena, const char *, n_lines);
    if (copy == NULL || face->set == NULL || face->strategy == NULL || face->precision == NULL)
        return no_memory(err);
    for (char *line = copy; *line != '\0';) {
        char *end = line + strcspn(line, "\n");

        while (*end == '\n' && end[1] != '\0' && strncmp(end + 1, "--", 2) != 0)
            end += 1 + strcspn(end + 1, "\n");
        if (*end == '\n')
            *end++ = '\0';
        if (!read_line(face, line))
            return TWP_FAIL(
                err, TWP_ERR_FORMAT, "%s: it was run with %.200s, which is not known", path, line);
        line = end;
    }
    return TWP_OK;
}

/* ---- the root -------------------------------------------------------------------------------- */

static twp_status_t
keep_text(embedded_t *embedded, twp_reader_t *reader, const char *name, const char **kept,
    twp_error_t *err)
{
    char *text = NULL;
    twp_status_t status = twp_reader_attribute_text(reader, "", name, &text, err);

    if (status == TWP_OK && (*kept = twp_arena_strdup(embedded->face.arena, text)) == NULL)
        status = no_memory(err);
    free(text);
    return status;
}

static twp_status_t
read_root(embedded_t *embedded, twp_reader_t *reader, twp_error_t *err)
{
    twp_embedded_t *const face = &embedded->face;
    const struct {
        const char *name;
        int64_t *value;
        bool is_always;
    } number[] = { { "n_twins", &face->n_twins, true },
        { "n_twins_done", &face->n_twins_done, true }, { "n_parameter_sets", &face->n_sets, true },
        { "n_parameter_sets_done", &face->n_sets_done, false },
        { "n_points", &face->n_points, false } };
    const char *seed = "", *status_text = "", *kind = "";
    twp_status_t status = keep_text(embedded, reader, "seed", &seed, err);

    if (status == TWP_OK)
        status = keep_text(embedded, reader, "twinpath_kind", &kind, err);
    face->is_shard = strcmp(kind, "shard") == 0;
    if (status == TWP_OK && twp_reader_has_attribute(reader, "", "missing_shards"))
        status = keep_text(embedded, reader, "missing_shards", &face->missing_shards, err);

    if (status == TWP_OK)
        status = keep_text(embedded, reader, "status", &status_text, err);
    if (status == TWP_OK)
        status = keep_text(embedded, reader, "source", &face->source, err);
    if (status == TWP_OK)
        status = keep_text(embedded, reader, "run_id", &face->run_id, err);
    for (size_t i = 0; i < sizeof number / sizeof number[0] && status == TWP_OK; i++) {
        int32_t value = 0;

        if (number[i].is_always || twp_reader_has_attribute(reader, "", number[i].name))
            status = twp_reader_attribute_int32(reader, "", number[i].name, &value, err);
        *number[i].value = value;
    }
    if (status == TWP_OK && !read_whole(seed, &face->seed))
        status = TWP_FAIL(
            err, TWP_ERR_FORMAT, "%s: its seed is no number", twp_reader_path(reader));
    face->is_partial = strcmp(status_text, "complete") != 0;
    return status;
}

static twp_status_t
read_all(embedded_t *embedded, twp_reader_t *reader, twp_error_t *err)
{
    const char *const path = twp_reader_path(reader);
    char *joined = NULL, *overrides = NULL;
    twp_status_t status = TWP_OK;

    if (!twp_reader_has(reader, "provenance/study_yaml"))
        return TWP_FAIL(
            err, TWP_ERR_FORMAT, "%s: these are not the results of a study's run", path);
    status = read_root(embedded, reader, err);
    if (status == TWP_OK)
        status = read_inputs(embedded, reader, err);
    if (status == TWP_OK)
        status = twp_reader_read_text(reader, "provenance/study_yaml", &joined, err);
    if (status == TWP_OK)
        status = cut_texts(embedded, joined, path, err);
    if (status == TWP_OK)
        status = twp_reader_read_text(reader, "provenance/overrides", &overrides, err);
    if (status == TWP_OK)
        status = read_overrides(embedded, overrides, path, err);
    free(overrides);
    free(joined);
    return status;
}

twp_status_t
twp_embedded_refuse_parts(const twp_embedded_t *embedded, const char *path, twp_error_t *err)
{
    if (embedded->is_shard)
        return TWP_FAIL(
            err, TWP_ERR_INPUT, "%s: a shard of a run in parts: twinpath merge joins them", path);
    if (embedded->missing_shards != NULL)
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "%s: merged without the shards %.300s: a run with gaps cannot be done again", path,
            embedded->missing_shards);
    return TWP_OK;
}

twp_status_t
twp_embedded_read(const char *path, const char *inputs, twp_embedded_t **out, twp_error_t *err)
{
    embedded_t *const embedded = calloc(1, sizeof *embedded);
    twp_reader_t *reader = NULL;
    twp_status_t status;

    *out = NULL;
    if (embedded == NULL || (embedded->face.arena = twp_arena_create(0)) == NULL) {
        free(embedded);
        return no_memory(err);
    }
    embedded->face.n_parameter_sets = -1;
    status = choose_folders(embedded, path, inputs, err);
    if (status == TWP_OK)
        status = twp_reader_open(path, &reader, err);
    if (status == TWP_OK)
        status = read_all(embedded, reader, err);
    twp_reader_close(reader);
    if (status == TWP_OK)
        *out = &embedded->face;
    else
        twp_embedded_free(&embedded->face);
    return status;
}

void
twp_embedded_free(twp_embedded_t *embedded)
{
    if (embedded == NULL)
        return;
    twp_arena_free(embedded->arena);
    free(embedded); /* the face stands first */
}
