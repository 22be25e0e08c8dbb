/*
 * Any bytes as YAML; then, cut at each NUL, as a study, a module laid under it and --set arguments.
 * Whatever is accepted must be a sound tree that survives copying and writing.
 */
#include "document/tree.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

#define REQUIRE(condition) ((condition) ? (void) 0 : abort())
#define MOST_PARTS 8

static void
check_node(const twp_node_t *node, int depth)
{
    REQUIRE(depth <= 2 * TWP_YAML_MAX_DEPTH);
    REQUIRE(node->file != NULL && node->line >= 1 && node->column >= 1 && node->n >= 0);
    REQUIRE((node->kind == TWP_NODE_SCALAR) == (node->text != NULL));
    REQUIRE(node->kind != TWP_NODE_SCALAR || node->n == 0);
    for (int i = 0; i < node->n; i++) {
        if (node->kind == TWP_NODE_MAPPING) {
            const twp_pair_t *const pair = &node->pair[i];
            REQUIRE(pair->key != NULL && pair->key[0] != '\0' && pair->line >= 1);
            REQUIRE(twp_node_pair(node, pair->key) == pair || node->n > 1000);
            check_node(pair->value, depth + 1);
        } else {
            check_node(node->item[i], depth + 1);
        }
    }
}

/* Writes a tree and reads what was written back; the caller frees. */
static char *
checked_json(const twp_node_t *root)
{
    char *json;
    json_t *again;

    check_node(root, 0);
    REQUIRE(twp_node_to_json(root, &json, NULL) == TWP_OK);
    again = json_loads(json, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    REQUIRE(again != NULL);
    json_decref(again);
    return json;
}

static void
check_tree(const twp_node_t *root)
{
    twp_arena_t *const arena = twp_arena_create(0);
    const twp_node_t *const copy = arena != NULL ? twp_node_copy(arena, root) : NULL;
    char *const json = checked_json(root);
    char *json_of_copy;

    REQUIRE(copy != NULL);
    json_of_copy = checked_json(copy);
    REQUIRE(strcmp(json, json_of_copy) == 0);
    free(json);
    free(json_of_copy);
    twp_arena_free(arena);
}

/* A finding's place lies in the text, as far as that can be told without reading it again. */
static void
check_findings(const twp_findings_t *findings, size_t n_bytes)
{
    for (int i = 0; i < findings->n; i++) {
        const twp_finding_t *const one = &findings->item[i];
        REQUIRE(one->message[0] != '\0' && one->line >= 1 && one->column >= 1);
        REQUIRE((size_t) one->line <= n_bytes + 1 && (size_t) one->column <= n_bytes + 1);
    }
}

static void
try_yaml(const char *text, size_t n_bytes)
{
    twp_findings_t findings;
    twp_arena_t *const arena = twp_arena_create(0);
    twp_node_t *root;
    twp_status_t status;

    REQUIRE(arena != NULL && twp_findings_init(&findings, NULL) == TWP_OK);
    status = twp_yaml_read(
        arena, "fuzz.yaml", text, n_bytes, TWP_ORIGIN_STUDY, &findings, &root, NULL);
    REQUIRE((status == TWP_OK) == (findings.n_errors == 0));
    REQUIRE(status == TWP_ERR_INPUT || (status == TWP_OK && root != NULL));
    twp_findings_sort(&findings);
    check_findings(&findings, n_bytes);
    if (root != NULL)
        check_tree(root);
    twp_findings_clear(&findings);
    twp_arena_free(arena);
}

/* part[0] is the study, part[1] is laid over it, the others are --set arguments. */
static void
try_document(char *const *part, int n_parts)
{
    twp_findings_t findings;
    twp_document_t document;
    twp_node_t *root = NULL;
    twp_status_t status;

    REQUIRE(twp_findings_init(&findings, NULL) == TWP_OK);
    status = twp_document_read_text(&document, "fuzz.yaml", "/nonexistent", part[0],
        part + (n_parts > 2 ? 2 : n_parts), n_parts > 2 ? n_parts - 2 : 0, &findings, NULL);
    REQUIRE((status == TWP_OK) == (findings.n_errors == 0));
    if (document.root != NULL)
        check_tree(document.root);
    if (document.root != NULL && n_parts > 1 &&
        twp_yaml_read(document.arena, "high.yaml", part[1], strlen(part[1]), TWP_ORIGIN_STUDY,
            &findings, &root, NULL) == TWP_OK) {
        status = twp_document_override(&document, root, &findings, &root, NULL);
        REQUIRE(status == TWP_OK || findings.n_errors > 0);
        check_tree(root);
        REQUIRE(twp_yaml_read(document.arena, "high.yaml", part[1], strlen(part[1]),
                    TWP_ORIGIN_STUDY, &findings, &root, NULL) == TWP_OK);
        root = twp_tree_merge(document.arena, document.root, root, true, &findings);
        REQUIRE(root != NULL);
        check_tree(root);
    }
    twp_document_clear(&document);
    twp_findings_clear(&findings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    char *const text = malloc(n_bytes + 1);
    char *part[MOST_PARTS];
    int n_parts = 0;

    REQUIRE(text != NULL);
    if (n_bytes > 0)
        memcpy(text, data, n_bytes);
    text[n_bytes] = '\0';
    try_yaml((const char *) data, n_bytes);
    for (size_t i = 0; i <= n_bytes && n_parts < MOST_PARTS; i += strlen(text + i) + 1)
        part[n_parts++] = text + i;
    try_document(part, n_parts);
    free(text);
    return 0;
}

#ifdef TWP_FUZZ_STANDALONE
static const char *const seeds[] = {
    "twinpath: 1\nstudy: x\ntime: {starts: 2027-01-04, horizon: 3 years, tick: 1 day}\n"
    "parameters:\n  price: {value: 40415 USD / year, range: [2 days, 20 days]}\n"
    "patient:\n  count: 20000\n  tracks:\n    access:\n      - {chance: 0.064, to: denied}\n"
    "      - {otherwise: 'quoted'}\nhcp.trust: -0.02\n",
    "a: [1, {b: \"\\u00e9\\n\"}]\nb: &x !!str >\n  folded\n  text\nc: *x\n<<: {d: 1}\n? [k]\n: v\n",
    "uses: [m.yaml]\nbased_on: b.yaml\nm: {replace: true, x: {replace: no}}\nm: 2\n",
    "z: 'q''q'\n--- \nz: 'q''q'\n",
};
#include "standalone.h"
#endif
