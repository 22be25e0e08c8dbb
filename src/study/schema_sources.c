/* Where each number of a study comes from. */
#include "base/suggest.h"
#include "study/expression_reading.h"
#include "study/schema_walk.h"

#include <stdlib.h>
#include <string.h>

/* What the blocks above say of the numbers below. */
typedef struct {
    const char *source; /* nearest, or NULL */
    const char *note;   /* nearest below the study's own, or NULL */
    bool is_own;        /* source stands below the study's own */
    bool is_setting;    /* no claim about the world */
} cover_t;

typedef struct {
    twp_arena_t *arena;
    twp_findings_t *findings;
    twp_study_number_t *number; /* [n_capacity], from the heap while it grows */
    int n, n_capacity;
    bool is_short; /* memory ran out */
} numbers_t;

static void walk_block(numbers_t *numbers, twp_block_t block, const twp_node_t *node,
    const twp_path_t *path, cover_t cover);

static const char *
text_under(const twp_node_t *node, const char *key)
{
    const twp_node_t *const value = twp_node_get(node, key);

    return value != NULL && value->kind == TWP_NODE_SCALAR && value->text[0] != '\0' ? value->text
                                                                                     : NULL;
}

static bool
has_literal(const char *text)
{
    twp_token_t token = twp_token_next(text);

    while (token.kind != TWP_TOKEN_END && token.kind != TWP_TOKEN_NUMBER)
        token = twp_token_next(token.text + token.length);
    return token.kind == TWP_TOKEN_NUMBER;
}

static bool
is_number(twp_value_t value, const char *text)
{
    return value == TWP_VALUE_COUNT ||
        ((value == TWP_VALUE_ANY || value == TWP_VALUE_AT_MOST || value >= TWP_VALUE_CONSTANT) &&
            has_literal(text)); /* any: what a strategy sets */
}

static bool
grow(numbers_t *numbers)
{
    twp_study_number_t *larger;
    const int n_capacity = numbers->n_capacity > 0 ? 2 * numbers->n_capacity : 64;

    if (numbers->n < numbers->n_capacity)
        return true;
    larger = realloc(numbers->number, (size_t) n_capacity * sizeof *larger);
    if (larger == NULL) {
        numbers->is_short = true;
        return false;
    }
    numbers->number = larger;
    numbers->n_capacity = n_capacity;
    return true;
}

static void
add_number(numbers_t *numbers, const twp_node_t *node, const twp_path_t *path, cover_t cover)
{
    char text[TWP_PATH_SIZE];
    twp_study_number_t one = {
        .text = node->text, .source = cover.source, .note = cover.note, .origin = node->origin
    };

    if (!grow(numbers))
        return;
    one.path = twp_arena_strdup(numbers->arena, twp_path_print(path, text));
    if (one.path == NULL) {
        numbers->is_short = true;
        return;
    }
    one.place = twp_node_place(node, one.path);
    if (cover.is_setting && !cover.is_own)
        one.source = "setting";
    if (one.origin == TWP_ORIGIN_SET)
        one.source = "--set"; /* whatever stood there before had its own source */
    if (one.source == NULL)
        twp_findings_add(numbers->findings, one.place, node->text,
            "`source:` beside it or above: an evidence id, `assumption`, or text", NULL,
            "nothing says where this number comes from");
    numbers->number[numbers->n++] = one;
}

/* Every scalar below, whatever its shape. */
static void
walk_scalars(numbers_t *numbers, twp_value_t value, const twp_node_t *node, const twp_path_t *path,
    cover_t cover)
{
    if (node->kind == TWP_NODE_SCALAR && is_number(value, node->text))
        add_number(numbers, node, path, cover);
    for (int i = 0; i < node->n; i++) {
        const bool is_mapping = node->kind == TWP_NODE_MAPPING;
        const twp_path_t here = { path, is_mapping ? node->pair[i].key : NULL, i };
        walk_scalars(
            numbers, value, is_mapping ? node->pair[i].value : node->item[i], &here, cover);
    }
}

static void
walk_entry(numbers_t *numbers, const twp_key_t *row, const twp_node_t *node, const twp_path_t *path,
    cover_t cover)
{
    cover.is_setting = cover.is_setting || (row->flags & TWP_KEY_SETTING) != 0;
    if (node->kind == TWP_NODE_SCALAR) {
        walk_scalars(numbers, row->value, node, path, cover);
    } else if (node->kind == TWP_NODE_MAPPING && (row->forms & TWP_FORM_BLOCK) != 0) {
        walk_block(numbers, row->child, node, path, cover);
    } else if (node->kind == TWP_NODE_MAPPING) {
        for (int i = 0; i < node->n; i++) {
            const twp_path_t here = { path, node->pair[i].key, 0 };
            const twp_node_t *const value = node->pair[i].value;
            if (value->kind == TWP_NODE_MAPPING && row->child != TWP_BLOCK_NONE)
                walk_block(numbers, row->child, value, &here, cover);
            else if (value->kind == TWP_NODE_SEQUENCE)
                walk_entry(numbers, row, value, &here, cover);
            else
                walk_scalars(numbers, row->value, value, &here, cover);
        }
    } else {
        for (int i = 0; i < node->n; i++) {
            const twp_path_t here = { path, NULL, i };
            if (node->item[i]->kind == TWP_NODE_MAPPING && row->item != TWP_BLOCK_NONE)
                walk_block(numbers, row->item, node->item[i], &here, cover);
            else
                walk_scalars(numbers, row->value, node->item[i], &here, cover);
        }
    }
}

static void
walk_block(numbers_t *numbers, twp_block_t block, const twp_node_t *node, const twp_path_t *path,
    cover_t cover)
{
    const char *const source = text_under(node, twp_key_source.name);
    const char *const note = text_under(node, twp_key_note.name);

    if (twp_blocks[block].has_source && source != NULL) {
        cover.source = source;
        cover.is_own = block != TWP_BLOCK_STUDY;
    }
    if (twp_blocks[block].has_source && note != NULL && block != TWP_BLOCK_STUDY)
        cover.note = note;
    for (int i = 0; i < node->n; i++) {
        const twp_path_t here = { path, node->pair[i].key, 0 };
        const twp_key_t *const row = twp_schema_row(block, node, node->pair[i].key);
        if (row != NULL)
            walk_entry(numbers, row, node->pair[i].value, &here, cover);
        else if (twp_blocks[block].families_group != 0)
            walk_scalars(numbers, TWP_VALUE_STEP, node->pair[i].value, &here, cover);
    }
}

static int
compare_numbers(const void *a, const void *b)
{
    return strcmp(((const twp_study_number_t *) a)->path, ((const twp_study_number_t *) b)->path);
}

twp_status_t
twp_schema_numbers(twp_arena_t *arena, const twp_node_t *root, twp_findings_t *findings,
    twp_study_number_t **numbers, int *n_numbers, twp_error_t *err)
{
    numbers_t found = { .arena = arena, .findings = findings };
    const int n_errors = findings->n_errors;

    *n_numbers = 0;
    *numbers = NULL;
    if (root->kind == TWP_NODE_MAPPING)
        walk_block(&found, TWP_BLOCK_STUDY, root, NULL, (cover_t){ 0 });
    if (!found.is_short)
        *numbers = TWP_ARENA_NEW(arena, twp_study_number_t, found.n);
    if (*numbers == NULL) {
        free(found.number);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the list of numbers");
    }
    if (found.n > 0) {
        qsort(found.number, (size_t) found.n, sizeof *found.number, compare_numbers);
        memcpy(*numbers, found.number, (size_t) found.n * sizeof *found.number);
    }
    *n_numbers = found.n;
    free(found.number);
    if (findings->n_errors > n_errors)
        return TWP_FAIL(err, TWP_ERR_INPUT, "numbers have no source");
    return TWP_OK;
}

/* ---- evidence ------------------------------------------------------------------------------- */

typedef struct {
    const char **id; /* [n], in the order of the file */
    size_t n;
    twp_findings_t *findings;
    bool is_missing, is_told; /* there is no table; and that was said */
} evidence_t;

#define EVIDENCE "EV-"
#define ID_SIZE 64

static bool
has_id(const evidence_t *evidence, const char *id)
{
    for (size_t i = 0; i < evidence->n; i++)
        if (strcmp(evidence->id[i], id) == 0)
            return true;
    return false;
}

/* Every id in one source; they stand alone or in text. */
static void
check_source(evidence_t *evidence, const twp_node_t *node, const twp_path_t *path)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    char text[TWP_PATH_SIZE], id[ID_SIZE];

    for (const char *at = node->text; (at = strstr(at, EVIDENCE)) != NULL;) {
        const size_t length = strspn(at, word);
        const size_t kept = length < ID_SIZE ? length : ID_SIZE - 1;
        memcpy(id, at, kept);
        id[kept] = '\0';
        if (evidence->is_missing) {
            twp_findings_warn(evidence->findings, twp_node_place(node, twp_path_print(path, text)),
                id, "a table of evidence, with a column `id`", NULL,
                "%s is not looked up: there is no evidence.csv beside the study, in scenarios/ "
                "there, "
                "or so up to four folders higher",
                id);
            evidence->is_told = true;
            return;
        }
        if (length >= ID_SIZE || !has_id(evidence, id)) {
            twp_place_t place = twp_node_place(node, twp_path_print(path, text));
            place.column += (int) (at - node->text);
            twp_findings_add(evidence->findings, place, id, "an id of the evidence table",
                twp_suggest_nearest(id, evidence->id, evidence->n), "%s is no known evidence", id);
        }
        at += length;
    }
}

static void
check_sources(evidence_t *evidence, const twp_node_t *node, const twp_path_t *path)
{
    for (int i = 0; i < node->n && !evidence->is_told; i++) {
        const bool is_mapping = node->kind == TWP_NODE_MAPPING;
        const twp_node_t *const value = is_mapping ? node->pair[i].value : node->item[i];
        const twp_path_t here = { path, is_mapping ? node->pair[i].key : NULL, i };
        if (value->kind != TWP_NODE_SCALAR)
            check_sources(evidence, value, &here);
        else if (is_mapping && strcmp(node->pair[i].key, twp_key_source.name) == 0)
            check_source(evidence, value, &here);
    }
}

twp_status_t
twp_schema_evidence(
    const twp_node_t *root, const twp_csv_t *csv, twp_findings_t *findings, twp_error_t *err)
{
    const int i_column = csv != NULL ? twp_csv_column(csv, "id") : -1;
    const int n_errors = findings->n_errors;
    evidence_t evidence = { .findings = findings, .is_missing = csv == NULL };

    if (csv == NULL) {
        check_sources(&evidence, root, NULL);
        return TWP_OK;
    }
    if (i_column < 0) {
        twp_findings_add(findings, (twp_place_t){ csv->file, 1, 1, "" }, NULL, "a column `id`",
            NULL, "the evidence table has no column `id`");
        return TWP_FAIL(err, TWP_ERR_INPUT, "%s has no column `id`", csv->file);
    }
    evidence.id = malloc(((size_t) csv->n_rows + 1) * sizeof *evidence.id);
    if (evidence.id == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the evidence ids");
    for (int64_t i = 0; i < csv->n_rows; i++)
        evidence.id[evidence.n++] = twp_csv_text(csv, i, i_column);
    check_sources(&evidence, root, NULL);
    free(evidence.id);
    if (findings->n_errors > n_errors)
        return TWP_FAIL(err, TWP_ERR_INPUT, "evidence is cited that is not known");
    return TWP_OK;
}
