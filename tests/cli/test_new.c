/* twinpath new: its studies are the shipped templates, pass their check, run, and replace nothing. */
#include "testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const templates[] = { "support", "minimal" };
#define N_TEMPLATES (sizeof templates / sizeof templates[0])

/* text with each old replaced by new; the caller frees. */
static char *
with(const char *text, const char *old, const char *new)
{
    char *copy = NULL;
    size_t n_bytes = 0;
    FILE *const out = open_memstream(&copy, &n_bytes);
    const char *at;

    assert_non_null(out);
    for (; (at = strstr(text, old)) != NULL; text = at + strlen(old))
        fprintf(out, "%.*s%s", (int) (at - text), text, new);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    return copy;
}

static void
test_a_new_study_is_the_template_under_its_name_and_runs(void **state)
{
    for (size_t i = 0; i < N_TEMPLATES; i++) {
        char name[40], file[60], relative[80];
        char *path, *shipped_path, *shipped, *wanted, *got;
        testlib_outcome_t outcome;

        snprintf(name, sizeof name, "mine_%zu", i);
        snprintf(file, sizeof file, "%s.yaml", name);
        snprintf(relative, sizeof relative, "scenarios/templates/%s.yaml", templates[i]);
        testlib_expect(testlib_twinpath_in(*state, "new", name, "--template", templates[i]), 0,
            "  twinpath check mine_", NULL);
        path = testlib_join(*state, file);
        got = testlib_read_file(path, NULL);
        shipped_path = testlib_source_path(relative);
        shipped = testlib_read_file(shipped_path, NULL);
        wanted = with(shipped, "my_study", name);
        assert_string_not_equal(wanted, shipped);
        assert_string_equal(got, wanted);
        outcome = testlib_twinpath_in(*state, "check", file);
        assert_int_equal(outcome.exit_code, 0);
        assert_contains(outcome.out, ": good. mine_");
        assert_lacks(outcome.out, "warning");
        assert_string_equal(outcome.err, "");
        testlib_clear_outcome(&outcome);
        testlib_expect(
            testlib_twinpath_in(*state, "run", file, "-q", "--overwrite"), 0, NULL, NULL);
        testlib_expect(testlib_twinpath_in(*state, "map", file), 0, "</svg>", NULL);
        free(wanted);
        free(shipped);
        free(shipped_path);
        free(got);
        free(path);
    }
}

static void
test_the_usual_template_has_a_support(void **state)
{
    testlib_expect(testlib_twinpath_in(*state, "new", "mine"), 0, "mine.yaml is yours", NULL);
    testlib_expect(
        testlib_twinpath_in(*state, "check", "mine.yaml"), 0, ", 1 support (a track too), ", NULL);
}

static void
test_a_file_that_is_there_stays(void **state)
{
    char *const path = testlib_join(*state, "mine.yaml");
    char *text;

    testlib_write_text(path, "work of years");
    testlib_expect(
        testlib_twinpath_in(*state, "new", "mine"), 1, NULL, "mine.yaml: a file is already");
    text = testlib_read_file(path, NULL);
    assert_string_equal(text, "work of years");
    free(text);
    free(path);
}

static void
test_wrong_names_are_told_with_one_that_would_do(void **state)
{
    char long_name[70];

    memset(long_name, 'a', 61);
    long_name[61] = '\0';
    testlib_expect(testlib_twinpath_in(*state, "new", "My Study"), 2, NULL, "; try my_study ");
    testlib_expect(testlib_twinpath_in(*state, "new", "mine.yaml"), 2, NULL, "; try mine ");
    testlib_expect(testlib_twinpath_in(*state, "new", "../mine"), 2, NULL, "; try mine ");
    testlib_expect(testlib_twinpath_in(*state, "new", "2nd-try!"), 2, NULL, "; try nd_try ");
    testlib_expect(testlib_twinpath_in(*state, "new", "!"), 2, NULL, "at most 60\n");
    testlib_expect(testlib_twinpath_in(*state, "new", ""), 2, NULL, "at most 60\n");
    testlib_expect(testlib_twinpath_in(*state, "new", long_name), 2, NULL, "at most 60");
    testlib_expect(testlib_twinpath_in(*state, "new"), 2, NULL, "NAME is missing");
    testlib_expect(testlib_twinpath_in(*state, "new", "a", "--template", "suport"), 2, NULL,
        "did you mean support?");
    long_name[60] = '\0';
    testlib_expect(testlib_twinpath_in(*state, "new", long_name), 0, NULL, NULL);
}

int
main(void)
{
#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_new_study_is_the_template_under_its_name_and_runs),
        IN_FOLDER(test_the_usual_template_has_a_support),
        IN_FOLDER(test_a_file_that_is_there_stays),
        IN_FOLDER(test_wrong_names_are_told_with_one_that_would_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
