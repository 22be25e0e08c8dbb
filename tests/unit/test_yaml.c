/* YAML text to tree: places, every refusal with its place, limits. */
#include "document/document.h"
#include "testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What reading a text gave; clear it. */
typedef struct {
    twp_arena_t *arena;
    twp_findings_t findings;
    twp_node_t *root;
    twp_status_t status;
    twp_error_t err;
} reading_t;

static reading_t
read_bytes(const char *text, size_t n_bytes)
{
    reading_t r = { .arena = twp_arena_create(0) };

    assert_non_null(r.arena);
    assert_int_equal(twp_findings_init(&r.findings, NULL), TWP_OK);
    r.status = twp_yaml_read(
        r.arena, "dir/study.yaml", text, n_bytes, TWP_ORIGIN_STUDY, &r.findings, &r.root, &r.err);
    twp_findings_sort(&r.findings);
    assert_true((r.status == TWP_OK) == (r.findings.n_errors == 0));
    assert_true(r.status == TWP_ERR_INPUT || r.root != NULL);
    return r;
}

static reading_t
read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static void
clear(reading_t *r)
{
    twp_findings_clear(&r->findings);
    twp_arena_free(r->arena);
}

/* Expects exactly one finding, at a place, whose message has a part. */
static void
assert_one_finding(const char *text, int line, int column, const char *part)
{
    reading_t r = read_text(text);

    if (r.findings.n != 1)
        print_error("%d findings in:\n%s\n", r.findings.n, text);
    assert_int_equal(r.status, TWP_ERR_INPUT);
    assert_int_equal(r.findings.n, 1);
    assert_string_equal(r.findings.item[0].file, "dir/study.yaml");
    assert_contains(r.findings.item[0].message, part);
    assert_int_equal(r.findings.item[0].line, line);
    assert_int_equal(r.findings.item[0].column, column);
    assert_contains(r.err.message, "dir/study.yaml: 1 findings");
    clear(&r);
}

/* ---- what is read -------------------------------------------------------------------------- */

static void
test_values_keep_kind_text_quotes_and_place(void **state)
{
    reading_t r = read_text("# comment\n"
                            "hazard: {exponential: {mean: 30 days}}\n"
                            "normal: [57, \"13\"]\n"
                            "app.x: ''\n"
                            "empty:\n"
                            "note: 12 USD\n"
                            "\xC3\xA9t\xC3\xA9: ja\n");
    const twp_node_t *mean, *normal;

    (void) state;
    assert_int_equal(r.status, TWP_OK);
    assert_int_equal(r.root->kind, TWP_NODE_MAPPING);
    assert_int_equal(r.root->n, 6);
    mean = twp_node_at(r.root, "hazard.exponential.mean");
    assert_string_equal(mean->text, "30 days");
    assert_string_equal(mean->file, "dir/study.yaml");
    assert_int_equal(mean->line, 2);
    assert_int_equal(mean->column, 30);
    assert_int_equal(mean->origin, TWP_ORIGIN_STUDY);
    assert_false(mean->is_quoted);
    normal = twp_node_get(r.root, "normal");
    assert_int_equal(normal->kind, TWP_NODE_SEQUENCE);
    assert_int_equal(normal->n, 2);
    assert_int_equal(normal->column, 9);
    assert_string_equal(normal->item[0]->text, "57");
    assert_true(normal->item[1]->is_quoted);
    assert_true(twp_node_get(r.root, "app.x")->is_quoted);
    assert_string_equal(twp_node_get(r.root, "empty")->text, "");
    assert_string_equal(twp_node_get(r.root, "note")->text, "12 USD");
    assert_int_equal(twp_node_pair(r.root, "note")->line, 6);
    assert_int_equal(twp_node_pair(r.root, "note")->column, 1);
    assert_int_equal(
        twp_node_get(r.root, "\xC3\xA9t\xC3\xA9")->column, 6);     /* characters, not bytes */
    assert_string_equal(r.root->pair[5].key, "\xC3\xA9t\xC3\xA9"); /* the order of the file */
    clear(&r);
}

static void
test_block_text_crlf_and_byte_order_mark_are_read(void **state)
{
    reading_t r = read_text("\xEF\xBB\xBF"
                            "a: 1\r\nb: >\r\n  x +\r\n  y\r\nc: 3\r\n");

    (void) state;
    assert_int_equal(r.status, TWP_OK);
    assert_int_equal(twp_node_pair(r.root, "a")->column, 1);
    assert_string_equal(twp_node_get(r.root, "b")->text, "x + y\n");
    assert_false(twp_node_get(r.root, "b")->is_quoted);
    assert_int_equal(twp_node_get(r.root, "c")->line, 5);
    clear(&r);
}

static void
test_paths_lead_through_mappings_lists_and_dotted_keys(void **state)
{
    reading_t r = read_text("a: {b: [{c: 1}, 2], hcp.trust: 3, hcp: {size: 4}}\n"
                            "supply.due.refill: strongest_only\n");

    (void) state;
    assert_string_equal(twp_node_at(r.root, "a.b.0.c")->text, "1");
    assert_string_equal(twp_node_at(r.root, "a.b.1")->text, "2");
    assert_string_equal(twp_node_at(r.root, "a.hcp.trust")->text, "3");
    assert_string_equal(twp_node_at(r.root, "a.hcp.size")->text, "4");
    assert_string_equal(twp_node_at(r.root, "supply.due.refill")->text, "strongest_only");
    assert_ptr_equal(twp_node_at(r.root, ""), r.root);
    assert_null(twp_node_at(r.root, "a.b.2"));
    assert_null(twp_node_at(r.root, "a.b.-1"));
    assert_null(twp_node_at(r.root, "a.b.x"));
    assert_null(twp_node_at(r.root, "a."));
    assert_null(twp_node_at(r.root, "a.b.1.c"));
    assert_null(twp_node_at(NULL, "a"));
    assert_null(twp_node_get(NULL, "a"));
    assert_null(twp_node_get(twp_node_at(r.root, "a.b"), "c"));
    clear(&r);
}

static void
test_a_copy_outlives_its_original(void **state)
{
    reading_t r = read_text("a: [1, {b: 'two'}]\nc: {}\n");
    twp_arena_t *const arena = twp_arena_create(0);
    twp_node_t *const copy = twp_node_copy(arena, r.root);
    char *json;

    (void) state;
    clear(&r);
    assert_non_null(copy);
    assert_string_equal(copy->file, "dir/study.yaml");
    assert_int_equal(twp_node_at(copy, "a.1.b")->column, 12);
    assert_true(twp_node_at(copy, "a.1.b")->is_quoted);
    assert_int_equal(twp_node_to_json(copy, &json, NULL), TWP_OK);
    assert_string_equal(json, "{\"a\":[\"1\",{\"b\":\"two\"}],\"c\":{}}");
    free(json);
    twp_arena_free(arena);
}

static void
test_json_does_not_depend_on_the_order_of_keys(void **state)
{
    reading_t one = read_text("b: 30 days\na: [2, 1]\n\"\\u00e9\\t\\\"\": {z: '', y: true}\n");
    reading_t two = read_text("\"\\u00e9\\t\\\"\": {y: true, z: \"\"}\na:\n- 2\n- 1\nb: 30 days");
    char *json_one, *json_two;

    (void) state;
    assert_int_equal(twp_node_to_json(one.root, &json_one, NULL), TWP_OK);
    assert_int_equal(twp_node_to_json(two.root, &json_two, NULL), TWP_OK);
    assert_string_equal(json_one,
        "{\"a\":[\"2\",\"1\"],\"b\":\"30 days\",\"\xC3\xA9\\t\\\"\":{\"y\":\"true\",\"z\":\"\"}}");
    assert_string_equal(json_one, json_two);
    free(json_one);
    free(json_two);
    clear(&one);
    clear(&two);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void
test_what_yaml_has_but_studies_do_not_is_refused_with_its_place(void **state)
{
    (void) state;
    assert_one_finding("a: 1\nb: &x 2\n", 2, 4, "anchors");
    assert_one_finding("a: 1\nb: &x {c: 2}\n", 2, 4, "anchors");
    assert_one_finding("a: 1\nb: &x [2]\n", 2, 4, "anchors");
    assert_one_finding("a: 1\nb: [*x, 2]\n", 2, 5, "aliases");
    assert_one_finding("a: 1\n*x : 2\n", 2, 1, "aliases");
    assert_one_finding("a: !!str 1\n", 1, 4, "tags");
    assert_one_finding("a: ! 1\n", 1, 4, "tags");
    assert_one_finding("a: !x {b: 1}\n", 1, 4, "tags");
    assert_one_finding("a: 1\nb:\n  <<: {c: 1}\n", 3, 3, "merge keys");
    assert_one_finding("a: 1\n---\nb: 2\n", 2, 1, "second document");
    assert_one_finding("a: 1\n...\n---\nb: 2\n", 3, 1, "second document");
    assert_one_finding("? [a, b]\n: 1\n", 1, 3, "a key must be a name");
    assert_one_finding("c: 2\n{a: 1}: 1\n", 2, 1, "a key must be a name");
    assert_one_finding("c: {'': 2}\n", 1, 5, "a key is empty");
    assert_one_finding("a: 1\n? \n: 2\n", 2, 2, "a key is empty");
    assert_one_finding("c: \"a\\0b\"\n", 1, 4, "NUL");
    assert_one_finding("\"a\\0b\": 1\n", 1, 1, "NUL");
}

static void
test_a_repeated_key_names_both_lines_and_the_first_counts(void **state)
{
    reading_t r = read_text("a:\n  b: 1\n  c: 2\n  b: {x: 3}\n  b: 4\nb: 5\n");

    (void) state;
    assert_int_equal(r.status, TWP_ERR_INPUT);
    assert_int_equal(r.findings.n, 2);
    assert_string_equal(
        r.findings.item[0].message, "key 'b' is repeated; it stands in line 2 already");
    assert_int_equal(r.findings.item[0].line, 4);
    assert_int_equal(r.findings.item[0].column, 3);
    assert_string_equal(r.findings.item[0].path, "a");
    assert_int_equal(r.findings.item[1].line, 5);
    assert_non_null(r.root); /* reading may go on for more findings */
    assert_string_equal(twp_node_at(r.root, "a.b")->text, "1");
    assert_int_equal(twp_node_get(r.root, "a")->n, 2);
    clear(&r);
}

static void
test_all_findings_come_in_one_pass_with_their_paths(void **state)
{
    static const char text[] = "patient:\n"
                               "  tracks: [x, {start: &s none}]\n"
                               "  count: !!int 7\n"
                               "  count: 8\n"
                               "hcp: *s\n"
                               "note: \"open\n";
    static const char *const path[] = { "patient.tracks.1.start", "patient.count", "patient", "hcp",
        "note" };
    static const int line[] = { 2, 3, 4, 5, 7 };
    reading_t r = read_text(text);

    (void) state;
    assert_int_equal(r.findings.n, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(r.findings.item[i].line, line[i]);
        assert_string_equal(r.findings.item[i].path, path[i]);
    }
    assert_contains(r.findings.item[4].message, "quotes is not closed (in what begins in line 6)");
    assert_null(r.root);
    clear(&r);
}

static void
test_nothing_to_read_is_a_finding(void **state)
{
    static const char *const text[] = { "", "\n\n", "# only a comment\n", "---\n", "---\n...\n",
        "\xEF\xBB\xBF", "~x" };

    (void) state;
    for (size_t i = 0; i < 6; i++)
        assert_one_finding(text[i], 1, 1, "there is nothing in it");
    reading_t r = read_text(text[6]);
    assert_int_equal(r.status, TWP_OK); /* a value alone is read; who wants a mapping says so */
    clear(&r);
}

/* ---- syntax -------------------------------------------------------------------------------- */

static void
assert_syntax(const char *text, int line, int column, const char *message, const char *found,
    const char *expected)
{
    reading_t r = read_text(text);

    assert_one_finding(text, line, column, message);
    assert_string_equal(r.findings.item[0].found, found);
    if (expected != NULL)
        assert_contains(r.findings.item[0].expected, expected);
    clear(&r);
}

static void
test_syntax_errors_are_said_in_plain_words_with_their_place(void **state)
{
    (void) state;
    assert_syntax("a: b: c\n", 1, 5, "a colon is not possible here", ": c", "quotes around");
    assert_syntax("a:\n    b: 1\n  c: 2\n", 3, 3, "does not fit the mapping", "c: 2", "indented");
    assert_syntax("a:\n- 1\n  - 2\nb\n", 5, 1, "no colon", "the end of the file", "'key: value'");
    assert_syntax("a: [1, 2\nb: 3\n", 2, 2, "a list in brackets is not closed", ": 3", "']'");
    assert_syntax("a: {b: 1\nc: 2\n", 2, 2, "a mapping in braces is not closed", ": 2", "'}'");
    assert_syntax("a: 1\n\tb: 2\n", 2, 1, "a tab", "a tab", "spaces");
    assert_syntax("a: @x\n", 1, 4, "no value can begin with this", "@x", "quotes");
    assert_syntax("a: \"\\q\"\n", 1, 5, "no such escape", "\\q\"", "single quotes");
    assert_syntax("a: 'x\n", 2, 1, "quotes is not closed", "the end of the file", "closing quote");
    assert_syntax("a: - 1\n", 1, 4, "a list item is not possible here", "- 1", "lines of its own");
    assert_syntax("- 1\nb: 2\n", 2, 1, "does not fit the list", "b: 2", "'- '");
    assert_syntax("a: %x\n", 1, 4, "no value can begin", "%x", "quotes");
    assert_syntax("a: !y!x 1\n", 1, 4, "tags", "!y!x 1", "without a tag");
    assert_syntax("%FOO\n---\na: 1\n", 1, 5, "directives", "the end of the line", "quotes");
    assert_syntax("a: & b\n", 1, 5, "& and * name nothing", " b", "quotes");
    assert_syntax("a: 1\n...\nb: 2\n", 3, 1, "follows the end", "b: 2", "one document");
}

static void
test_every_byte_that_is_no_text_is_found_with_its_line_and_column(void **state)
{
    /* after a character of two bytes: Latin-1 e acute, a cut sequence, overlong '/', a surrogate,
       NUL, escape, U+2028; and a repeated key, as reading goes on */
    static const char text[] = "a: 1\r\n"
                               "\xC3\xA9: x\xE9y\n"
                               "c: \xE2\x82(\n"
                               "d: \xC0\xAF\n"
                               "e: \xED\xA0\x80\n"
                               "f: \0 \x1B\n"
                               "g: \xE2\x80\xA8 \xFF\n"
                               "a: 2\n";
    static const struct {
        int line, column;
        const char *message;
    } want[] = { { 2, 5, "byte 0xE9 is not UTF-8" }, { 3, 4, "byte 0xE2 is not UTF-8" },
        { 3, 5, "byte 0x82 is not UTF-8" }, { 4, 4, "byte 0xC0 is not UTF-8" },
        { 4, 5, "byte 0xAF is not UTF-8" }, { 5, 4, "byte 0xED is not UTF-8" },
        { 5, 5, "byte 0xA0 is not UTF-8" }, { 5, 6, "byte 0x80 is not UTF-8" },
        { 6, 4, "character U+0000 is not allowed" }, { 6, 6, "character U+001B is not allowed" },
        { 7, 4, "character U+2028 is not allowed" }, { 7, 6, "byte 0xFF is not UTF-8" },
        { 8, 1, "key 'a' is repeated" } };
    const int n = sizeof want / sizeof want[0];
    reading_t r = read_bytes(text, sizeof text - 1);

    (void) state;
    assert_int_equal(r.findings.n, n);
    for (int i = 0; i < n; i++) {
        assert_contains(r.findings.item[i].message, want[i].message);
        assert_int_equal(r.findings.item[i].line, want[i].line);
        assert_int_equal(r.findings.item[i].column, want[i].column);
    }
    clear(&r);
}

/* ---- limits -------------------------------------------------------------------------------- */

/* "[[[1]]]" or "{a: {a: 1}}" of a depth. */
static char *
nested(int depth, char open, char close)
{
    const char *const step = open == '{' ? "{a: " : "[";
    char *const text = calloc((size_t) depth, strlen(step) + 2), *end = text;

    assert_non_null(text);
    for (int i = 0; i < depth; i++)
        end = stpcpy(end, step);
    *end++ = '1';
    memset(end, close, (size_t) depth);
    return text;
}

static void
test_32_levels_are_read_and_33_refused(void **state)
{
    char *text = nested(32, '[', ']');
    reading_t r = read_text(text);

    (void) state;
    assert_int_equal(r.status, TWP_OK);
    clear(&r);
    free(text);
    text = nested(33, '[', ']');
    assert_one_finding(text, 1, 33, "nested more than 32 deep");
    free(text);
    text = nested(33, '{', '}');
    assert_one_finding(text, 1, 32 * 4 + 1, "nested more than 32 deep");
    free(text);
    text = nested(100000, '[', ']');
    assert_one_finding(text, 1, 33, "nested more than 32 deep");
    free(text);
}

static void
test_a_mebibyte_is_read_and_a_byte_more_refused(void **state)
{
    char *const text = malloc(TWP_YAML_MAX_BYTES + 2);
    reading_t r;

    (void) state;
    assert_non_null(text);
    memset(text, '#', TWP_YAML_MAX_BYTES + 1);
    memcpy(text, "a: 1 ", 5);
    text[TWP_YAML_MAX_BYTES] = '\0';
    r = read_text(text);
    assert_int_equal(r.status, TWP_OK);
    clear(&r);
    text[TWP_YAML_MAX_BYTES] = '#';
    text[TWP_YAML_MAX_BYTES + 1] = '\0';
    assert_one_finding(text, 1, 1, "larger than 1048576 bytes");
    free(text);
}

static void
test_too_many_values_are_refused(void **state)
{
    char *const text = calloc(3 * TWP_YAML_MAX_EVENTS + 8, 1);
    reading_t r;
    char *end = text;

    (void) state;
    assert_non_null(text);
    *end++ = '[';
    /* five events around the items: starts of stream, document and list, ends of list and document
       */
    for (int i = 0; i < TWP_YAML_MAX_EVENTS - 5; i++, end += 2)
        memcpy(end, "1,", 2);
    *end = ']';
    r = read_text(text);
    assert_int_equal(r.status, TWP_OK);
    assert_int_equal(r.root->n, TWP_YAML_MAX_EVENTS - 5);
    clear(&r);
    memcpy(end, "1,1]", 5);
    r = read_text(text);
    assert_int_equal(r.status, TWP_ERR_INPUT);
    assert_int_equal(r.findings.n, 1);
    assert_contains(r.findings.item[0].message, "more than 100000 keys and values");
    assert_null(r.root);
    clear(&r);
    free(text);
}

static void
test_many_findings_are_cut_off_but_counted(void **state)
{
    char *const text = calloc(300, 12);
    reading_t r;

    (void) state;
    assert_non_null(text);
    for (int i = 0; i < 300; i++)
        sprintf(text + strlen(text), "k%d: *a\n", i);
    r = read_text(text);
    assert_int_equal(r.findings.n, TWP_FINDINGS_MAX);
    assert_int_equal(r.findings.n_errors, 300);
    assert_contains(r.err.message, "300 findings");
    clear(&r);
    free(text);
}

static void
test_memory_that_runs_out_is_no_finding(void **state)
{
    static const char text[] = "a: [1, 2, {b: 3}]\nc: [4, 5, 6, 7, 8, 9]\n";
    twp_findings_t findings;
    int n_memory = 0, n_ok = 0;

    (void) state;
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    for (size_t most = 1; most < 4000; most += 20) {
        twp_arena_t *const arena = twp_arena_create(most);
        twp_node_t *root;
        const twp_status_t status = twp_yaml_read(
            arena, "s.yaml", text, strlen(text), TWP_ORIGIN_STUDY, &findings, &root, NULL);
        n_memory += status == TWP_ERR_MEMORY;
        n_ok += status == TWP_OK;
        assert_true((status == TWP_OK) == (root != NULL));
        twp_arena_free(arena);
    }
    assert_int_equal(n_memory + n_ok, 200);
    assert_true(n_memory > 20 && n_ok > 20);
    assert_int_equal(findings.n_errors, 0);
    twp_findings_clear(&findings);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_keep_kind_text_quotes_and_place),
        cmocka_unit_test(test_block_text_crlf_and_byte_order_mark_are_read),
        cmocka_unit_test(test_paths_lead_through_mappings_lists_and_dotted_keys),
        cmocka_unit_test(test_a_copy_outlives_its_original),
        cmocka_unit_test(test_json_does_not_depend_on_the_order_of_keys),
        cmocka_unit_test(test_what_yaml_has_but_studies_do_not_is_refused_with_its_place),
        cmocka_unit_test(test_a_repeated_key_names_both_lines_and_the_first_counts),
        cmocka_unit_test(test_all_findings_come_in_one_pass_with_their_paths),
        cmocka_unit_test(test_nothing_to_read_is_a_finding),
        cmocka_unit_test(test_syntax_errors_are_said_in_plain_words_with_their_place),
        cmocka_unit_test(test_every_byte_that_is_no_text_is_found_with_its_line_and_column),
        cmocka_unit_test(test_32_levels_are_read_and_33_refused),
        cmocka_unit_test(test_a_mebibyte_is_read_and_a_byte_more_refused),
        cmocka_unit_test(test_too_many_values_are_refused),
        cmocka_unit_test(test_many_findings_are_cut_off_but_counted),
        cmocka_unit_test(test_memory_that_runs_out_is_no_finding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
