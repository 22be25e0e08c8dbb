/*
 * tests/invalid/NAME.yaml: one fault each. The first line says what must be found, once and nothing
 * else:  # expect: FILE:LINE:COLUMN part of the message | found X | expected Y | nearest Z
 * where X, Y and Z are parts of the texts as well, and each of the three may be left out.
 */
#include "testlib.h"

#include "document/document.h"
#include "model/model.h"
#include "study/study.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES 500
#define MIN_FILES 40

static const char folder[] = "tests/invalid";

/* What the first line of a study demands. Parts point into line. */
typedef struct {
    char line[500];
    const char *file, *message, *found, *expected, *nearest;
    int row, column;
} demand_t;

/* Cuts "text | rest" in two. */
static char *
cut(char *text)
{
    char *bar = strstr(text, " | ");

    if (bar == NULL)
        return NULL;
    *bar = '\0';
    return bar + 3;
}

static void
read_demand(const char *text, demand_t *demand)
{
    static const char start[] = "# expect: ";
    const size_t length = strcspn(text, "\n");
    char *rest, *colon;

    assert_true(length < sizeof demand->line);
    assert_int_equal(strncmp(text, start, sizeof start - 1), 0);
    memset(demand, 0, sizeof *demand);
    memcpy(demand->line, text + sizeof start - 1, length - (sizeof start - 1));
    demand->file = demand->line;
    colon = strchr(demand->line, ':');
    assert_non_null(colon);
    *colon = '\0';
    demand->row = (int) strtol(colon + 1, &colon, 10);
    assert_int_equal(*colon, ':');
    demand->column = (int) strtol(colon + 1, &colon, 10);
    assert_int_equal(*colon, ' ');
    demand->message = colon + 1;
    assert_true(strlen(demand->message) > 3);
    rest = cut(colon + 1);
    while (rest != NULL) {
        char *next = cut(rest);
        if (strncmp(rest, "found ", 6) == 0)
            demand->found = rest + 6;
        else if (strncmp(rest, "expected ", 9) == 0)
            demand->expected = rest + 9;
        else if (strncmp(rest, "nearest ", 8) == 0)
            demand->nearest = rest + 8;
        else
            fail_msg("%s: no demand", rest);
        rest = next;
    }
}

static bool
holds(const char *text, const char *part)
{
    return part == NULL || (text != NULL && strstr(text, part) != NULL);
}

static bool
is_met(const twp_finding_t *finding, const demand_t *demand)
{
    const char *slash = strrchr(finding->file, '/');

    return strcmp(slash != NULL ? slash + 1 : finding->file, demand->file) == 0 &&
        finding->line == demand->row && finding->column == demand->column &&
        holds(finding->message, demand->message) && holds(finding->found, demand->found) &&
        holds(finding->expected, demand->expected) &&
        (demand->nearest == NULL ||
            (finding->nearest != NULL && strcmp(finding->nearest, demand->nearest) == 0));
}

static void
print_findings(const char *name, const demand_t *demand, const twp_findings_t *findings)
{
    print_error("%s: wanted exactly %s:%d:%d %s\n", name, demand->file, demand->row, demand->column,
        demand->message);
    for (int i = 0; i < findings->n; i++)
        print_error("    %s:%d:%d %s%s | found %s | expected %s | nearest %s\n",
            findings->item[i].file, findings->item[i].line, findings->item[i].column,
            findings->item[i].is_warning ? "(warning) " : "", findings->item[i].message,
            findings->item[i].found, findings->item[i].expected, findings->item[i].nearest);
}

/* Reads one study; true when it fails with the one error that its first line demands. */
static bool
fails_as_demanded(const char *name)
{
    char *relative = testlib_join(folder, name), *path = testlib_source_path(relative);
    char *text = testlib_read_file(path, NULL);
    twp_findings_t findings;
    twp_document_t document;
    twp_study_typed_t *study = NULL;
    twp_model_t *model = NULL;
    demand_t demand;
    twp_status_t status;
    bool is_good = false;

    read_demand(text, &demand);
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    status = twp_document_read(&document, path, NULL, 0, &findings, NULL);
    if (document.root != NULL)
        status = twp_study_typed_read(&document, document.root, NULL, &findings, &study, NULL);
    if (status == TWP_OK) /* what only the compiler finds: a spline that falls, say */
        status = twp_model_compile(study, 0, 1, &findings, &model, NULL);
    for (int i = 0; i < findings.n; i++)
        is_good |= !findings.item[i].is_warning && is_met(&findings.item[i], &demand);
    is_good = is_good && status == TWP_ERR_INPUT && model == NULL && findings.n_errors == 1;
    if (!is_good)
        print_findings(name, &demand, &findings);
    twp_model_free(model);
    twp_study_typed_free(study);
    twp_document_clear(&document);
    twp_findings_clear(&findings);
    free(text);
    free(path);
    free(relative);
    return is_good;
}

static int
is_study(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".yaml") == 0;
}

static void
test_each_wrong_study_gives_the_one_finding_that_it_names(void **state)
{
    char *path = testlib_source_path(folder);
    struct dirent **entry = NULL;
    const int n = scandir(path, &entry, is_study, alphasort);
    int n_bad = 0;

    (void) state;
    assert_in_range(n, MIN_FILES, MAX_FILES);
    for (int i = 0; i < n; i++) {
        n_bad += !fails_as_demanded(entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    free(path);
    assert_int_equal(n_bad, 0);
}

/* The studies are wrong in one thing only: without it they are right. */
static void
test_the_study_from_which_they_are_made_is_right(void **state)
{
    static const char text[] =
        "twinpath: 1\n"
        "study: base\n"
        "source: assumption\n"
        "time: {starts: 2027-01-04, horizon: 1 year}\n"
        "money: USD 2023\n"
        "parameters: {scale: 100 days, price: 3 USD}\n"
        "patient:\n"
        "  count: 10\n"
        "  attributes: {age: {normal: [57, 13]}, female: {chance: 0.75},\n"
        "    kind: {categories: {eager: 0.4, calm: 0.6}}}\n"
        "  variables: {mood: {starts: 1}, stock: {kind: stock}}\n"
        "  formulas: {cheap: price < 10 USD}\n"
        "  actions: {buy: [{dispense: 28 days, into: stock}]}\n"
        "  tracks:\n"
        "    health:\n"
        "      start: well\n"
        "      states:\n"
        "        well: {fall: {hazard: {exponential: {mean: scale}}, to: ill,\n"
        "          effects: [{if: cheap and female, hr: 1.2}]}}\n"
        "        ill: {heal: {after: 5 days, to: well, do: [buy]}}\n"
        "observations: {falls: {of: health.ill}}\n"
        "supports: {nurse: {offer: {upon: falls}, lasts: 30 days}}\n"
        "strategies: {usual: {baseline: true}, care: {supports: [nurse]}}\n";
    twp_findings_t findings;
    twp_document_t document;
    twp_study_typed_t *study = NULL;

    (void) state;
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    assert_int_equal(
        twp_document_read_text(&document, "base", ".", text, NULL, 0, &findings, NULL), TWP_OK);
    assert_int_equal(
        twp_study_typed_read(&document, document.root, NULL, &findings, &study, NULL), TWP_OK);
    assert_int_equal(findings.n, 0);
    twp_study_typed_free(study);
    twp_document_clear(&document);
    twp_findings_clear(&findings);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_wrong_study_gives_the_one_finding_that_it_names),
        cmocka_unit_test(test_the_study_from_which_they_are_made_is_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
