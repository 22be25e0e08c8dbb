/* What stands at a path, who put it there, what it replaced; and all numbers of a study. */
#include "base/suggest.h"
#include "study/explain.h"
#include "vocabulary/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 1024

const char *
twp_explain_origin(twp_origin_t origin)
{
    switch (origin) {
    case TWP_ORIGIN_MODULE: return "module";
    case TWP_ORIGIN_BASE: return "base";
    case TWP_ORIGIN_STUDY: return "study";
    case TWP_ORIGIN_STRATEGY: return "strategy";
    case TWP_ORIGIN_SET: return "--set";
    }
    return "unknown";
}

/* ---- values --------------------------------------------------------------------------------- */

/* A scalar as written; a mapping or list in one line. */
static bool
print_value(FILE *out, const twp_node_t *node)
{
    char *json = NULL;

    if (node->kind == TWP_NODE_SCALAR) {
        fputs(node->text, out);
        return true;
    }
    if (twp_node_to_json(node, &json, NULL) != TWP_OK)
        return false;
    fputs(json, out);
    free(json);
    return true;
}

static void
print_place(FILE *out, const twp_node_t *node)
{
    fprintf(out, "%s:%d:%d", node->file, node->line, node->column);
}

/* twp_node_at() changes nothing, but has no way to say so. */
static const twp_node_t *
node_at(const twp_node_t *root, const char *path)
{
    twp_node_t top = *root;

    return twp_node_at(&top, path);
}

/* ---- what was replaced ---------------------------------------------------------------------- */

/* Values at the path in the files as they were read, last first, besides the one that holds. */
static bool
print_replaced(FILE *out, const twp_document_t *document, const twp_node_t *node, const char *path)
{
    twp_arena_t *arena = twp_arena_create(0);
    twp_findings_t findings;
    bool is_good = arena != NULL && twp_findings_init(&findings, NULL) == TWP_OK;

    if (!is_good) {
        twp_arena_free(arena);
        return false;
    }
    for (int i = document->n_files - 1; is_good && i >= 0; i--) {
        const twp_source_file_t *file = &document->file[i];
        twp_node_t *root = NULL, *other;
        if (twp_yaml_read(arena, file->path, file->text, file->n_bytes, file->origin, &findings,
                &root, NULL) != TWP_OK ||
            root == NULL)
            continue;
        other = twp_node_at(root, path);
        if (other == NULL ||
            (strcmp(other->file, node->file) == 0 && other->line == node->line &&
                other->column == node->column))
            continue;
        fputs(node->kind == TWP_NODE_MAPPING && other->kind == TWP_NODE_MAPPING ? "  merged with: "
                                                                                : "  replaces: ",
            out);
        is_good = print_value(out, other);
        fprintf(out, " (%s, ", twp_explain_origin(file->origin));
        print_place(out, other);
        fputs(")\n", out);
    }
    twp_findings_clear(&findings);
    twp_arena_free(arena);
    return is_good;
}

/* Scalars below a mapping or list that somebody else put there: a value by --set or a strategy, say. */
static void
print_others(FILE *out, const twp_node_t *node, twp_origin_t origin, const char *path)
{
    char below[PATH_SIZE];

    for (int i = 0; node->kind != TWP_NODE_SCALAR && i < node->n; i++) {
        const bool is_mapping = node->kind == TWP_NODE_MAPPING;
        const twp_node_t *const at = is_mapping ? node->pair[i].value : node->item[i];
        const int n = is_mapping ? snprintf(below, sizeof below, "%s.%s", path, node->pair[i].key)
                                 : snprintf(below, sizeof below, "%s.%d", path, i);

        if (n < 0 || (size_t) n >= sizeof below)
            continue;
        if (at->kind == TWP_NODE_SCALAR && at->origin != origin) {
            fprintf(out, "  in it: %s = %s (%s, ", below, at->text, twp_explain_origin(at->origin));
            print_place(out, at);
            fputs(")\n", out);
        }
        print_others(out, at, origin, below);
    }
}

/* Nearest `source` of the value itself or of a block above it. */
static const char *
find_source(const twp_node_t *root, const char *path)
{
    const char *source = NULL;
    const twp_node_t *at = root;
    char *copy = strdup(path), *rest = copy;

    while (copy != NULL && at != NULL) {
        const twp_node_t *own = twp_node_get(at, "source");
        char *key = strsep(&rest, ".");
        if (own != NULL && own->kind == TWP_NODE_SCALAR)
            source = own->text;
        at = key != NULL ? node_at(at, key) : NULL;
    }
    free(copy);
    return source;
}

/* ---- defaults and wrong paths --------------------------------------------------------------- */

/* The row of the table of keys that a path leads to, whether or not something stands there. */
static const twp_key_t *
find_key(char *path)
{
    twp_block_t block = TWP_BLOCK_STUDY;
    const twp_key_t *row = NULL;
    bool is_name = false; /* the next word is a free name of a map, or a number in a list */

    for (char *key; (key = strsep(&path, ".")) != NULL;) {
        if (is_name) {
            is_name = false;
            continue;
        }
        row = block != TWP_BLOCK_NONE ? twp_keys_find(block, key, NULL, NULL) : NULL;
        if (row == NULL)
            return NULL;
        is_name = (row->forms & (TWP_FORM_MAP | TWP_FORM_LIST)) != 0;
        block = row->child != TWP_BLOCK_NONE ? row->child : row->item;
    }
    return is_name ? NULL : row;
}

/* Length of the longest part of path that leads somewhere, and what stands there. */
static size_t
longest_part(const twp_node_t *root, const char *path, const twp_node_t **node)
{
    size_t length = strlen(path);
    char *copy = strdup(path);

    *node = root;
    while (copy != NULL && length > 0) {
        const twp_node_t *at;
        copy[length] = '\0';
        at = node_at(root, copy);
        if (at != NULL) {
            *node = at;
            break;
        }
        do
            length--;
        while (length > 0 && path[length] != '.');
    }
    free(copy);
    return length;
}

/* Writes the path of the first place below node whose key is name behind path[0..length). */
static bool
find_below(const twp_node_t *node, const char *name, char path[PATH_SIZE], size_t length)
{
    for (int i = 0; node->kind != TWP_NODE_SCALAR && i < node->n; i++) {
        const bool is_mapping = node->kind == TWP_NODE_MAPPING;
        const twp_node_t *const below = is_mapping ? node->pair[i].value : node->item[i];
        int n;

        if (is_mapping)
            n = snprintf(path + length, PATH_SIZE - length, "%s%s", length > 0 ? "." : "",
                node->pair[i].key);
        else
            n = snprintf(path + length, PATH_SIZE - length, ".%d", i);
        if (n < 0 || length + (size_t) n >= PATH_SIZE)
            continue;
        if ((is_mapping && strcmp(node->pair[i].key, name) == 0) ||
            find_below(below, name, path, length + (size_t) n))
            return true;
    }
    return false;
}

/* The key nearest to wrong: of those that stand there, or could (at path). NULL: none is near. */
static const char *
nearest_key(const twp_node_t *node, const char *path, const char *wrong)
{
    const char **name = calloc((size_t) node->n + twp_n_keys, sizeof *name), *nearest = NULL;
    char *copy = strdup(path);
    const twp_key_t *const row = copy != NULL && copy[0] != '\0' ? find_key(copy) : NULL;
    const twp_block_t block = path[0] == '\0'               ? TWP_BLOCK_STUDY
        : row != NULL && (row->forms & TWP_FORM_BLOCK) != 0 ? row->child
                                                            : TWP_BLOCK_NONE;
    size_t n = 0;

    for (int i = 0; name != NULL && node->kind == TWP_NODE_MAPPING && i < node->n; i++)
        name[n++] = node->pair[i].key;
    for (size_t i = 0; name != NULL && block != TWP_BLOCK_NONE && i < twp_n_keys; i++)
        if (twp_keys_is_in(&twp_keys[i], block) && twp_keys[i].name[0] != '*')
            name[n++] = twp_keys[i].name;
    if (n > 0)
        nearest = twp_suggest_nearest(wrong, name, n);
    free(copy);
    free(name);
    return nearest;
}

/* The nearest path to one that leads nowhere, "" for none: its first wrong part mended, a parameter,
 * or a thing of that name anywhere. */
static void
find_nearest(const twp_node_t *root, const char *path, char nearest[PATH_SIZE])
{
    const twp_node_t *const parameters = twp_node_get(root, "parameters"), *node;
    const size_t length = longest_part(root, path, &node);
    const char *const rest = path + length + (length > 0), *key = NULL;
    char *const start = strndup(path, length), *const wrong = strndup(rest, strcspn(rest, "."));

    nearest[0] = '\0';
    if (start != NULL && node->kind == TWP_NODE_SCALAR) {
        (void) snprintf(nearest, PATH_SIZE, "%s", start); /* nothing stands below a value */
    } else if (start != NULL && wrong != NULL) {
        key = nearest_key(node, start, wrong);
        if (key != NULL && strcmp(key, wrong) != 0) {
            const char *const dot = length > 0 ? "." : "";

            (void) snprintf(nearest, PATH_SIZE, "%s%s%s%s", start, dot, key, rest + strlen(wrong));
            if (node_at(root, nearest) == NULL)
                (void) snprintf(nearest, PATH_SIZE, "%s%s%s", start, dot, key);
        } else if (length == 0 && !find_below(root, path, nearest, 0))
            nearest[0] = '\0';
        if (nearest[0] == '\0' && length == 0 && parameters != NULL) {
            key = nearest_key(parameters, "parameters", wrong);
            (void) snprintf(nearest, PATH_SIZE, "%s%s", key != NULL ? "parameters." : "",
                key != NULL ? key : "");
        }
    }
    free(start);
    free(wrong);
}

static twp_status_t
refuse_path(const twp_node_t *root, const char *path, twp_error_t *err)
{
    char nearest[PATH_SIZE];

    find_nearest(root, path, nearest);
    return TWP_FAIL(err, TWP_ERR_INPUT, "there is no %s in the study%s%s%s", path,
        nearest[0] != '\0' ? "; did you mean " : "", nearest, nearest[0] != '\0' ? "?" : "");
}

static bool
print_default(FILE *out, const char *path)
{
    char *copy = strdup(path);
    const twp_key_t *row = copy != NULL ? find_key(copy) : NULL;

    free(copy);
    if (row == NULL || row->fallback == NULL)
        return false;
    fprintf(out, "%s is not set\n  default: %s\n  meaning: %s\n", path, row->fallback, row->help);
    return true;
}

/* ---- a path --------------------------------------------------------------------------------- */

static twp_status_t
explain(FILE *out, const twp_document_t *document, const twp_node_t *root, const char *path,
    twp_error_t *err)
{
    const twp_node_t *node = node_at(root, path);
    const char *source;
    char *copy;
    const twp_key_t *row;

    if (node == NULL)
        return print_default(out, path) ? TWP_OK : refuse_path(root, path, err);
    fprintf(out, "%s = ", path);
    if (!print_value(out, node))
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain %s", path);
    fprintf(out, "\n  set by: %s, ", twp_explain_origin(node->origin));
    print_place(out, node);
    fputc('\n', out);
    if (!print_replaced(out, document, node, path))
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain %s", path);
    print_others(out, node, node->origin, path);
    source = find_source(root, path);
    if (source != NULL)
        fprintf(out, "  source: %s\n", source);
    copy = strdup(path);
    row = copy != NULL ? find_key(copy) : NULL;
    if (row != NULL && row->help != NULL)
        fprintf(out, "  meaning: %s\n", row->help);
    free(copy);
    return TWP_OK;
}

twp_status_t
twp_explain_path(const twp_document_t *document, const twp_node_t *root, const char *path,
    char **text, twp_error_t *err)
{
    const twp_node_t *parameters = root != NULL ? twp_node_get(root, "parameters") : NULL;
    size_t n_bytes = 0;
    char *whole = NULL;
    FILE *out;
    twp_status_t status;

    *text = NULL;
    if (root == NULL || path[0] == '\0')
        return TWP_FAIL(err, TWP_ERR_INPUT, "there is no path to explain");
    if (node_at(root, path) == NULL && twp_node_get(parameters, path) != NULL &&
        asprintf(&whole, "parameters.%s", path) < 0)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain %s", path);
    out = open_memstream(text, &n_bytes);
    if (out == NULL) {
        free(whole);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain %s", path);
    }
    status = explain(out, document, root, whole != NULL ? whole : path, err);
    free(whole);
    if (fclose(out) != 0 && status == TWP_OK)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to explain %s", path);
    if (status != TWP_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

/* ---- all numbers ---------------------------------------------------------------------------- */

/* The parameter whose number a path is: parameters.NAME or parameters.NAME.value. */
static const twp_study_parameter_t *
parameter_of(const twp_study_typed_t *study, const char *path)
{
    static const char section[] = "parameters.";
    const char *name = path + sizeof section - 1;
    size_t length;

    if (strncmp(path, section, sizeof section - 1) != 0)
        return NULL;
    length = strcspn(name, ".");
    if (name[length] != '\0' && strcmp(name + length, ".value") != 0)
        return NULL;
    for (int i = 0; i < study->n_parameters; i++)
        if (strlen(study->parameter[i].name) == length &&
            memcmp(study->parameter[i].name, name, length) == 0)
            return &study->parameter[i];
    return NULL;
}

static const char *
dim_text(const twp_study_typed_t *study, twp_dim_t dim)
{
    const char *text;

    if (dim.time == 0 && dim.money == 0)
        return "";
    if (dim.money == 0)
        return dim.time == 1 ? "days"
            : dim.time == -1 ? "1 / day"
                             : twp_arena_printf(study->arena, "days^%d", dim.time);
    text = dim.time == 0 ? twp_arena_printf(study->arena, "%s", study->currency)
        : dim.time == -1
        ? twp_arena_printf(study->arena, "%s / day", study->currency)
        : twp_arena_printf(study->arena, "%s^%d days^%d", study->currency, dim.money, dim.time);
    return text != NULL ? text : "";
}

twp_status_t
twp_explain_parameters(
    const twp_study_typed_t *study, twp_explain_number_t **row, int *n_rows, twp_error_t *err)
{
    *n_rows = 0;
    *row = calloc((size_t) study->n_numbers + 1, sizeof **row);
    if (*row == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for %d numbers", study->n_numbers);
    for (int i = 0; i < study->n_numbers; i++) {
        const twp_study_number_t *number = &study->number[i];
        const twp_study_parameter_t *parameter = parameter_of(study, number->path);
        twp_explain_number_t *out = &(*row)[(*n_rows)++];
        *out = (twp_explain_number_t){ .path = number->path,
            .text = number->text,
            .source = number->source,
            .note = number->note,
            .origin = twp_explain_origin(number->origin),
            .file = number->place.file,
            .line = number->place.line,
            .column = number->place.column };
        if (parameter == NULL)
            continue;
        out->is_parameter = true;
        out->name = parameter->name;
        out->value = parameter->value;
        out->dim = dim_text(study, parameter->dim);
        out->low = parameter->low;
        out->high = parameter->high;
        out->i_parameter = (int) (parameter - study->parameter);
    }
    return TWP_OK;
}
