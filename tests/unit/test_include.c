/* Studies composed from files: precedence, replace, conflicts, --set, overrides of strategies. */
#include "document/document.h"
#include "testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A document read from files in a temporary folder; names below are relative to it. */
typedef struct {
    twp_document_t document;
    twp_findings_t findings;
    twp_status_t status;
    twp_error_t err;
} reading_t;

static void
write_file(const char *folder, const char *name, const char *text)
{
    char *const path = testlib_join(folder, name);

    testlib_write_text(path, text);
    free(path);
}

static reading_t
read_study_with(const char *folder, const char *name, char *const *set, int n_set)
{
    char *const path = testlib_join(folder, name);
    reading_t r = { 0 };

    assert_int_equal(twp_findings_init(&r.findings, NULL), TWP_OK);
    r.status = twp_document_read(&r.document, path, set, n_set, &r.findings, &r.err);
    twp_findings_sort(&r.findings);
    free(path);
    return r;
}

static reading_t
read_study(const char *folder, const char *name)
{
    return read_study_with(folder, name, NULL, 0);
}

/* A study in memory, "study.yaml" in the current folder, with one --set (or none). */
static reading_t
read_text(const char *text, const char *set)
{
    char *const sets[] = { (char *) (uintptr_t) set };
    reading_t r = { 0 };

    assert_int_equal(twp_findings_init(&r.findings, NULL), TWP_OK);
    r.status = twp_document_read_text(
        &r.document, "study.yaml", NULL, text, sets, set != NULL, &r.findings, &r.err);
    twp_findings_sort(&r.findings);
    return r;
}

static void
clear(reading_t *r)
{
    twp_document_clear(&r->document);
    twp_findings_clear(&r->findings);
}

static void
assert_json(const twp_node_t *root, const char *want)
{
    char *json;

    assert_non_null(root);
    assert_int_equal(twp_node_to_json(root, &json, NULL), TWP_OK);
    assert_string_equal(json, want);
    free(json);
}

static void
assert_value(const reading_t *r, const char *path, const char *text, twp_origin_t origin)
{
    const twp_node_t *const node = twp_node_at(r->document.root, path);

    assert_non_null(node);
    assert_string_equal(node->text, text);
    assert_int_equal(node->origin, origin);
}

/* File without its folder, so that messages do not depend on where the test runs. */
static const char *
last_name(const char *path)
{
    const char *const slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static void
assert_finding(const reading_t *r, int i, const char *file, int line, int column, const char *part)
{
    assert_int_equal(r->status, TWP_ERR_INPUT);
    assert_true(i < r->findings.n);
    assert_contains(r->findings.item[i].message, part);
    assert_string_equal(last_name(r->findings.item[i].file), file);
    assert_int_equal(r->findings.item[i].line, line);
    assert_int_equal(r->findings.item[i].column, column);
}

/* The study in the folder is read without findings; it must be cleared. */
static reading_t
read_good(const char *folder)
{
    const reading_t r = read_study(folder, "study.yaml");

    assert_int_equal(r.status, TWP_OK);
    return r;
}

/* ... and comes to this. */
static void
assert_study(const char *folder, const char *json)
{
    reading_t r = read_good(folder);

    assert_json(r.document.root, json);
    clear(&r);
}

/* A study in memory with this text has a finding at this place of it. */
static void
assert_text_finding(const char *text, int line, int column, const char *part)
{
    reading_t r = read_text(text, NULL);

    assert_finding(&r, 0, "study.yaml", line, column, part);
    clear(&r);
}

/* ---- precedence ---------------------------------------------------------------------------- */

static void
test_precedence_is_module_base_study_strategy_set(void **state)
{
    const char *const folder = *state;
    char *const set[] = { (char[]){ "p.e=set" } };
    reading_t r;
    twp_node_t *root;

    write_file(
        folder, "module.yaml", "p: {a: module, b: module, c: module, d: module, e: module}\n");
    write_file(
        folder, "base.yaml", "uses: [module.yaml]\np: {b: base, c: base, d: base, e: base}\n");
    write_file(folder, "study.yaml",
        "based_on: base.yaml\np: {c: study, d: study, e: study}\n"
        "set: {p.d: strategy, p.e: strategy}\n");
    r = read_study_with(folder, "study.yaml", set, 1);
    assert_int_equal(r.status, TWP_OK);
    assert_value(&r, "p.a", "module", TWP_ORIGIN_MODULE);
    assert_value(&r, "p.b", "base", TWP_ORIGIN_BASE);
    assert_value(&r, "p.c", "study", TWP_ORIGIN_STUDY);
    assert_value(&r, "p.d", "study", TWP_ORIGIN_STUDY);
    assert_value(&r, "p.e", "set", TWP_ORIGIN_SET);
    assert_null(twp_node_get(r.document.root, "uses"));
    assert_null(twp_node_get(r.document.root, "based_on"));
    assert_int_equal(twp_document_override(&r.document, twp_node_get(r.document.root, "set"),
                         &r.findings, &root, &r.err),
        TWP_OK);
    assert_string_equal(twp_node_at(root, "p.d")->text, "strategy");
    assert_int_equal(twp_node_at(root, "p.d")->origin, TWP_ORIGIN_STRATEGY);
    assert_int_equal(twp_node_at(root, "p.d")->line, 3);
    assert_string_equal(twp_node_at(root, "p.e")->text, "set"); /* the last word */
    assert_int_equal(twp_node_at(root, "p.e")->origin, TWP_ORIGIN_SET);
    assert_string_equal(twp_node_at(root, "p.c")->text, "study");
    assert_value(&r, "p.d", "study", TWP_ORIGIN_STUDY); /* the document itself is untouched */
    clear(&r);
}

static void
test_a_module_of_the_study_is_still_below_its_base(void **state)
{
    const char *const folder = *state;

    write_file(folder, "extra.yaml", "p: {a: module, b: module}\n");
    write_file(folder, "old.yaml", "p: {a: oldest, b: oldest, c: oldest, d: oldest}\n");
    write_file(folder, "base.yaml", "based_on: old.yaml\np: {a: base, c: base}\n");
    write_file(folder, "study.yaml", "uses: [extra.yaml]\nbased_on: base.yaml\n");
    assert_study(
        folder, "{\"p\":{\"a\":\"base\",\"b\":\"oldest\",\"c\":\"base\",\"d\":\"oldest\"}}");
}

static void
test_mappings_merge_and_everything_else_is_replaced_whole(void **state)
{
    const char *const folder = *state;
    reading_t r;

    write_file(folder, "base.yaml",
        "m: {x: {a: 1, b: 2}}\nlist: [1, 2, 3]\nkind: {a: 1}\nother: 5\nlast: [1]\n");
    write_file(folder, "study.yaml",
        "based_on: base.yaml\nm: {x: {b: 3, c: 4}, y: 5}\nlist: [9]\nkind: 7\nother: {z: 1}\nnew: "
        "1\n");
    r = read_good(folder);
    assert_json(r.document.root,
        "{\"kind\":\"7\",\"last\":[\"1\"],\"list\":[\"9\"],\"m\":{\"x\":{\"a\":\"1\",\"b\":\"3\","
        "\"c\":\"4\"},\"y\":\"5\"},\"new\":\"1\",\"other\":{\"z\":\"1\"}}");
    /* a value says where it was set, a merged mapping where it was last added to */
    assert_string_equal(last_name(twp_node_at(r.document.root, "m.x.a")->file), "base.yaml");
    assert_string_equal(last_name(twp_node_at(r.document.root, "m.x.b")->file), "study.yaml");
    assert_string_equal(last_name(twp_node_at(r.document.root, "m.x")->file), "study.yaml");
    assert_int_equal(twp_node_pair(twp_node_get(r.document.root, "m"), "x")->line, 2);
    assert_int_equal(twp_node_pair(r.document.root, "last")->line, 5);
    clear(&r);
}

static void
test_replace_true_replaces_whole_and_is_taken_out(void **state)
{
    const char *const folder = *state;

    write_file(
        folder, "base.yaml", "m: {a: 1, b: {c: 2}}\nn: {a: 1}\nl: [{replace: true, x: 1}]\n");
    write_file(folder, "study.yaml",
        "based_on: base.yaml\n"
        "m: {replace: true, b: {replace: false, d: 3}}\n"
        "n: {replace: false, b: 2}\n"
        "exits: {replace: {hazard: 1}}\n");
    assert_study(folder,
        "{\"exits\":{\"replace\":{\"hazard\":\"1\"}},\"l\":[{\"x\":\"1\"}],\"m\":{\"b\":{\"d\":"
        "\"3\"}},"
        "\"n\":{\"a\":\"1\",\"b\":\"2\"}}");
    assert_text_finding("m: {replace: yes, a: 1}\n", 1, 14, "true or false");
}

/* ---- modules --------------------------------------------------------------------------------- */

static void
test_two_modules_that_set_the_same_are_a_finding_at_the_later(void **state)
{
    const char *const folder = *state;
    reading_t r;

    write_file(folder, "a.yaml", "p:\n  x: 1\n  y: [1]\n  z: {k: 1}\n  only_a: 1\n");
    write_file(folder, "b.yaml", "p:\n  x: 2\n  y: [2]\n  z: 3\n  only_b: 1\n");
    write_file(folder, "study.yaml", "uses: [a.yaml, b.yaml]\n");
    r = read_study(folder, "study.yaml");
    assert_int_equal(r.findings.n, 3);
    assert_finding(&r, 0, "b.yaml", 2, 3, "'p.x' is also set by the module");
    assert_contains(r.findings.item[0].message, "a.yaml, line 2");
    assert_string_equal(r.findings.item[0].path, "p.x");
    assert_finding(&r, 1, "b.yaml", 3, 3, "'p.y'");
    assert_finding(&r, 2, "b.yaml", 4, 3, "'p.z'");
    clear(&r);
    write_file(folder, "b.yaml", "p:\n  replace: true\n  x: 2\n");
    assert_study(folder, "{\"p\":{\"x\":\"2\"}}");
    write_file(folder, "study.yaml", "uses: [a.yaml]\np: {x: 3}\n"); /* a study may always */
    r = read_good(folder);
    assert_value(&r, "p.x", "3", TWP_ORIGIN_STUDY);
    clear(&r);
}

static void
test_modules_use_modules_relative_to_themselves_and_each_is_read_once(void **state)
{
    const char *const folder = *state;
    char *const sub = testlib_join(folder, "modules");
    reading_t r;

    assert_int_equal(mkdir(sub, 0700), 0);
    write_file(sub, "a.yaml", "uses: [./inner.yaml]\na: 1\n");
    write_file(sub, "b.yaml", "uses: [../modules/inner.yaml, ../top.yaml]\nb: 1\n");
    write_file(sub, "inner.yaml", "inner: 1\n");
    write_file(folder, "top.yaml", "top: 1\n");
    write_file(folder, "study.yaml", "uses: [modules/a.yaml, modules//b.yaml]\ns: 1\n");
    r = read_good(folder);
    assert_json(
        r.document.root, "{\"a\":\"1\",\"b\":\"1\",\"inner\":\"1\",\"s\":\"1\",\"top\":\"1\"}");
    assert_int_equal(r.document.n_files, 5);
    assert_string_equal(last_name(r.document.file[0].path), "study.yaml");
    assert_string_equal(r.document.file[1].name, "modules/a.yaml");
    assert_string_equal(r.document.file[2].name, "./inner.yaml");
    assert_int_equal(strncmp(r.document.file[2].path, sub, strlen(sub)), 0);
    assert_string_equal(r.document.file[2].path + strlen(sub), "/inner.yaml");
    assert_string_equal(r.document.file[4].text, "top: 1\n");
    assert_int_equal(r.document.file[4].n_bytes, 7);
    assert_int_equal(r.document.file[4].origin, TWP_ORIGIN_MODULE);
    assert_int_equal(strlen(r.document.file[4].sha256), 64);
    assert_string_equal(r.document.folder, folder);
    clear(&r);
    free(sub);
}

static void
test_a_module_may_overrule_the_one_it_uses_with_replace(void **state)
{
    const char *const folder = *state;
    reading_t r;

    write_file(folder, "inner.yaml", "p: {x: 1}\n");
    write_file(folder, "outer.yaml", "uses: [inner.yaml]\np: {replace: true, x: 2}\n");
    write_file(folder, "study.yaml", "uses: [outer.yaml]\n");
    r = read_good(folder);
    assert_value(&r, "p.x", "2", TWP_ORIGIN_MODULE);
    clear(&r);
}

static void
test_circles_are_found_where_they_close(void **state)
{
    const char *const folder = *state;
    reading_t r;

    write_file(folder, "a.yaml", "uses: [b.yaml]\n");
    write_file(folder, "b.yaml", "x: 1\nuses: [a.yaml]\n");
    write_file(folder, "study.yaml", "uses: [a.yaml]\n");
    r = read_study(folder, "study.yaml");
    assert_int_equal(r.findings.n, 1);
    assert_finding(&r, 0, "b.yaml", 2, 8, "a circle: ");
    assert_contains(r.findings.item[0].message, "a.yaml -> ");
    clear(&r);
    write_file(folder, "study.yaml", "based_on: ./study.yaml\n");
    r = read_study(folder, "study.yaml");
    assert_finding(&r, 0, "study.yaml", 1, 11, "a circle");
    clear(&r);
}

static void
test_files_may_use_each_other_16_deep(void **state)
{
    const char *const folder = *state;
    reading_t r;

    for (int i = 0; i < 17; i++) {
        char name[20], text[60];
        snprintf(name, sizeof name, "m%d.yaml", i);
        snprintf(text, sizeof text, "uses: [m%d.yaml]\nk%d: 1\n", i + 1, i);
        write_file(folder, name, text);
    }
    write_file(folder, "m16.yaml", "k16: 1\n");
    r = read_study(folder, "m0.yaml");
    assert_int_equal(r.status, TWP_OK);
    assert_int_equal(r.document.root->n, 17);
    clear(&r);
    write_file(folder, "study.yaml", "uses: [m0.yaml]\n");
    r = read_study(folder, "study.yaml");
    assert_int_equal(r.findings.n, 1);
    assert_finding(&r, 0, "m15.yaml", 1, 8, "more than 16 files that use each other");
    clear(&r);
}

static void
test_files_that_cannot_be_read_are_findings_where_they_are_named(void **state)
{
    const char *const folder = *state;
    char *const sub = testlib_join(folder, "modules"), *const pipe = testlib_join(folder, "pipe");
    char *const large = calloc(TWP_YAML_MAX_BYTES + 2, 1);
    reading_t r;

    assert_int_equal(mkdir(sub, 0700), 0);
    assert_int_equal(mkfifo(pipe, 0600), 0); /* must not wait for a writer */
    memset(large, '#', TWP_YAML_MAX_BYTES + 1);
    write_file(folder, "large.yaml", large);
    write_file(sub, "nurse.yaml", "n: 1\n");
    write_file(folder, "study.yaml",
        "uses:\n- modules/nures.yaml\n- modules\n- pipe\n- large.yaml\n- [x]\n- ''\n");
    r = read_study(folder, "study.yaml");
    assert_int_equal(r.findings.n, 6);
    assert_finding(&r, 0, "study.yaml", 2, 3, "No such file");
    assert_string_equal(r.findings.item[0].nearest, "modules/nurse.yaml");
    assert_finding(&r, 1, "study.yaml", 3, 3, "directory");
    assert_finding(&r, 2, "study.yaml", 4, 3, "not a regular file");
    assert_finding(&r, 3, "study.yaml", 5, 3, "larger than 1048576 bytes");
    assert_finding(&r, 4, "study.yaml", 6, 3, "a file is named here");
    assert_finding(&r, 5, "study.yaml", 7, 3, "a file is named here");
    clear(&r);
    r = read_study(folder, "large.yaml");
    assert_finding(&r, 0, "large.yaml", 1, 1, "larger than 1048576 bytes");
    clear(&r);
    r = read_study(folder, "none.yaml");
    assert_int_equal(r.status, TWP_ERR_IO);
    assert_contains(r.err.message, "none.yaml");
    assert_contains(r.err.message, "No such file");
    clear(&r);
    free(sub);
    free(pipe);
    free(large);
}

static void
test_findings_of_all_files_come_together(void **state)
{
    const char *const folder = *state;
    reading_t r;

    write_file(folder, "a.yaml", "x: 1\nx: 2\nbased_on: b.yaml\n");
    write_file(folder, "b.yaml", "y: [\n");
    write_file(folder, "c.yaml", "- 1\n");
    write_file(folder, "study.yaml", "uses: [a.yaml, b.yaml, c.yaml]\nz: *q\n");
    r = read_study(folder, "study.yaml");
    assert_int_equal(r.findings.n, 5);
    assert_finding(&r, 0, "a.yaml", 2, 1, "repeated");
    assert_finding(&r, 1, "a.yaml", 3, 11, "only a study can be based on another");
    assert_finding(&r, 2, "b.yaml", 2, 1, "a value is missing here");
    assert_finding(&r, 3, "c.yaml", 1, 1, "is a mapping");
    assert_finding(&r, 4, "study.yaml", 2, 4, "aliases");
    clear(&r);
    assert_text_finding("uses: a.yaml\n", 1, 7, "'uses' is a list of files");
    r = read_text("just text\n", NULL);
    assert_finding(&r, 0, "study.yaml", 1, 1, "is a mapping");
    assert_null(r.document.root);
    clear(&r);
}

static void
test_a_study_in_memory_uses_files_of_its_folder(void **state)
{
    const char *const folder = *state;
    reading_t r = { 0 };

    write_file(folder, "m.yaml", "x: 1\n");
    assert_int_equal(twp_findings_init(&r.findings, NULL), TWP_OK);
    r.status = twp_document_read_text(
        &r.document, "rerun", folder, "uses: [m.yaml]\n", NULL, 0, &r.findings, &r.err);
    assert_int_equal(r.status, TWP_OK);
    assert_value(&r, "x", "1", TWP_ORIGIN_MODULE);
    assert_string_equal(r.document.file[0].name, "rerun");
    clear(&r);
}

/* ---- --set --------------------------------------------------------------------------------- */

static const char study[] = "parameters: {price: {value: 3 USD, source: x}, shape: 0.83}\n"
                            "worth: [100, 200]\n"
                            "together: {hcp.trust: strongest}\n"
                            "report: {from: entry}\n";

static void
test_set_takes_every_form_of_value(void **state)
{
    static const struct {
        const char *set, *path, *json;
    } row[] = {
        { "parameters.shape=0.3", "parameters.shape", "\"0.3\"" },
        { "parameters.shape=10 USD", "parameters.shape", "\"10 USD\"" },
        { "parameters.shape= 0.3 ", "parameters.shape", "\"0.3\"" },
        { "parameters.shape=\"a=b\"", "parameters.shape", "\"a=b\"" },
        { "parameters.shape=''", "parameters.shape", "\"\"" },
        { "parameters.price={value: 4 USD}", "parameters.price", "{\"value\":\"4 USD\"}" },
        { "parameters.price=5", "parameters.price.value", "\"5\"" },
        { "parameters.price.value=6 USD", "parameters.price.value", "\"6 USD\"" },
        { "price=7", "parameters.price.value", "\"7\"" },
        { "worth=[1, 2]", "worth", "[\"1\",\"2\"]" },
        { "worth.1=300", "worth", "[\"100\",\"300\"]" },
        { "together.hcp.trust=add", "together.hcp.trust", "\"add\"" },
        { "report.by=[female]", "report.by", "[\"female\"]" },
        { "seed=7", "seed", "\"7\"" },
        { "if=a == b", "if", "\"a == b\"" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        reading_t r = read_text(study, row[i].set);
        const twp_node_t *const node = twp_node_at(r.document.root, row[i].path);
        assert_int_equal(r.status, TWP_OK);
        assert_json(node, row[i].json);
        assert_string_equal(r.document.set[0], row[i].set);
        clear(&r);
    }
}

static void
test_what_was_set_says_so_with_its_column(void **state)
{
    reading_t r = read_text(study, "parameters.price={value: 4 USD}");
    const twp_node_t *const value = twp_node_at(r.document.root, "parameters.price.value");

    (void) state;
    assert_string_equal(value->file, "--set");
    assert_int_equal(value->origin, TWP_ORIGIN_SET);
    assert_int_equal(value->line, 1);
    assert_int_equal(value->column, 26);
    clear(&r);
    r = read_text(study, "\xC3\xA9t\xC3\xA9=x");
    assert_int_equal(twp_node_get(r.document.root, "\xC3\xA9t\xC3\xA9")->column, 5);
    clear(&r);
}

static void
test_later_sets_win(void **state)
{
    char *const set[] = { (char[]){ "worth=1" }, (char[]){ "worth=2" } };
    twp_findings_t findings;
    twp_document_t document;

    (void) state;
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    assert_int_equal(
        twp_document_read_text(&document, "s", ".", study, set, 2, &findings, NULL), TWP_OK);
    assert_string_equal(twp_node_get(document.root, "worth")->text, "2");
    twp_document_clear(&document);
    twp_findings_clear(&findings);
}

static void
assert_bad_set(const char *set, int column, const char *message, const char *nearest)
{
    reading_t r = read_text(study, set);

    assert_int_equal(r.findings.n, 1);
    assert_finding(&r, 0, "--set", 1, column, message);
    if (nearest == NULL)
        assert_null(r.findings.item[0].nearest);
    else
        assert_string_equal(r.findings.item[0].nearest, nearest);
    clear(&r);
}

typedef struct {
    const char *set;
    int column;
    const char *message, *nearest;
} bad_set_t;

static void
assert_bad_sets(size_t n, const bad_set_t *bad)
{
    for (size_t i = 0; i < n; i++)
        assert_bad_set(bad[i].set, bad[i].column, bad[i].message, bad[i].nearest);
}

#define ASSERT_BAD_SETS(...)                                                        \
    assert_bad_sets(sizeof((const bad_set_t[]){ __VA_ARGS__ }) / sizeof(bad_set_t), \
        (const bad_set_t[]){ __VA_ARGS__ })

static void
test_a_wrong_set_is_a_finding_with_the_nearest_path(void **state)
{
    (void) state;
    ASSERT_BAD_SETS(
        { "parameters.prise.value=1", 1, "parameters holds no 'prise'", "parameters.price" },
        { "paramters.price=1", 1, "the study holds no 'paramters'", "parameters" },
        { "worth.2=1", 1, "worth is a list of 2 and holds no '2'", NULL },
        { "worth.-1=1", 1, "holds no '-1'", NULL },
        { "parameters.shape.x=1", 1, "a single value", NULL },
        { "report.=1", 1, "report holds no ''", NULL }, { "worth", 1, "'=' is missing", NULL },
        { "=1", 1, "a path is missing", NULL }, { "", 1, "a path is missing", NULL },
        { "uses=[x.yaml]", 1, "'uses' is not a value", NULL },
        { "worth=", 1, "there is nothing in it", NULL },
        { "worth=[1, 2", 12, "a list in brackets is not closed", NULL },
        { "worth=a: 1", 7, "brackets or braces", NULL },
        { "worth=- 1", 7, "brackets or braces", NULL }, { "worth=[1, &x 2]", 11, "anchors", NULL },
        { "worth={a: 1, a: 2}", 14, "repeated", NULL },
        { "wor\xFFth=1", 4, "byte 0xFF is not UTF-8", NULL });
}

/* ---- overrides of strategies ----------------------------------------------------------------- */

static void
test_a_strategy_overrides_by_path_or_by_the_name_of_a_parameter(void **state)
{
    reading_t r = read_text("parameters: {price: {value: 3}, shape: 1}\nnurses: {people: 4}\n"
                            "set:\n  price: 5\n  nurses.people: 8\n",
        "parameters.shape=2");
    twp_node_t *root = NULL;

    (void) state;
    assert_int_equal(twp_document_override(&r.document, twp_node_get(r.document.root, "set"),
                         &r.findings, &root, NULL),
        TWP_OK);
    assert_string_equal(twp_node_at(root, "parameters.price.value")->text, "5");
    assert_string_equal(twp_node_at(root, "nurses.people")->text, "8");
    assert_int_equal(twp_node_pair(twp_node_get(root, "nurses"), "people")->line, 5);
    assert_string_equal(twp_node_at(root, "parameters.shape")->text, "2");
    assert_string_equal(twp_node_at(r.document.root, "parameters.price.value")->text, "3");
    assert_int_equal(twp_document_override(&r.document, NULL, &r.findings, &root, NULL), TWP_OK);
    assert_string_equal(twp_node_at(root, "nurses.people")->text, "4");
    clear(&r);
}

static void
test_a_strategy_cannot_override_what_does_not_exist(void **state)
{
    reading_t r = read_text("parameters: {price: 3}\nnurses: {people: 4}\n"
                            "set:\n  prise: 5\n  nurses.peple: 8\n  nurses.people: 9\nother: [1]\n",
        NULL);
    twp_node_t *root = NULL;

    (void) state;
    for (int i = 0; i < 2; i++) { /* the second time nothing new is found, but it still fails */
        r.status = twp_document_override(
            &r.document, twp_node_get(r.document.root, "set"), &r.findings, &root, &r.err);
        assert_int_equal(r.findings.n, 2);
        assert_finding(&r, 0, "study.yaml", 4, 3, "the study holds no 'prise'");
        assert_string_equal(r.findings.item[0].nearest, "price");
        assert_finding(&r, 1, "study.yaml", 5, 3, "nurses holds no 'peple'");
        assert_string_equal(r.findings.item[1].nearest, "nurses.people");
    }
    r.status = twp_document_override(
        &r.document, twp_node_get(r.document.root, "other"), &r.findings, &root, &r.err);
    assert_finding(&r, 2, "study.yaml", 7, 8, "'set' is a mapping");
    clear(&r);
}

static void
test_a_wrong_set_fails_each_time_it_is_applied(void **state)
{
    reading_t r = read_text(study, "worth=[1, 2");
    twp_node_t *root = NULL;

    (void) state;
    assert_int_equal(r.status, TWP_ERR_INPUT);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            twp_document_override(&r.document, NULL, &r.findings, &root, NULL), TWP_ERR_INPUT);
    twp_findings_sort(&r.findings);
    assert_int_equal(r.findings.n, 1);
    assert_int_equal(r.findings.n_errors, 1);
    clear(&r);
}

#define WITH_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_precedence_is_module_base_study_strategy_set),
        WITH_FOLDER(test_a_module_of_the_study_is_still_below_its_base),
        WITH_FOLDER(test_mappings_merge_and_everything_else_is_replaced_whole),
        WITH_FOLDER(test_replace_true_replaces_whole_and_is_taken_out),
        WITH_FOLDER(test_two_modules_that_set_the_same_are_a_finding_at_the_later),
        WITH_FOLDER(test_modules_use_modules_relative_to_themselves_and_each_is_read_once),
        WITH_FOLDER(test_a_module_may_overrule_the_one_it_uses_with_replace),
        WITH_FOLDER(test_circles_are_found_where_they_close),
        WITH_FOLDER(test_files_may_use_each_other_16_deep),
        WITH_FOLDER(test_files_that_cannot_be_read_are_findings_where_they_are_named),
        WITH_FOLDER(test_findings_of_all_files_come_together),
        WITH_FOLDER(test_a_study_in_memory_uses_files_of_its_folder),
        cmocka_unit_test(test_set_takes_every_form_of_value),
        cmocka_unit_test(test_what_was_set_says_so_with_its_column),
        cmocka_unit_test(test_later_sets_win),
        cmocka_unit_test(test_a_wrong_set_is_a_finding_with_the_nearest_path),
        cmocka_unit_test(test_a_strategy_overrides_by_path_or_by_the_name_of_a_parameter),
        cmocka_unit_test(test_a_strategy_cannot_override_what_does_not_exist),
        cmocka_unit_test(test_a_wrong_set_fails_each_time_it_is_applied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
