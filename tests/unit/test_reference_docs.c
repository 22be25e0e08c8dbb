/*
 * The tables of the language in scenarios/README.md are those that the program makes of its own
 * vocabulary. With the argument --print this program prints them instead, and with --splice FILE
 * FILE's text with them in their place: scripts/check_docs.sh --write uses that.
 */
#include "testlib.h"

#include "study/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN "<!-- generated: keys -->\n"
#define END "<!-- end generated -->\n"

static char *
generate(void)
{
    char *text = NULL;
    twp_error_t err;

    if (twp_reference_markdown(&text, &err) != TWP_OK)
        return NULL;
    return text;
}

/** What stands between the markers: text[*n], or NULL when they do not stand there once each. */
static const char *
between_markers(const char *page, size_t *n)
{
    const char *const begin = strstr(page, BEGIN);
    const char *const first = begin != NULL ? begin + strlen(BEGIN) : NULL;
    const char *const end = first != NULL ? strstr(first, END) : NULL;

    if (end == NULL || strstr(first, BEGIN) != NULL || strstr(end + 1, END) != NULL)
        return NULL;
    *n = (size_t) (end - first);
    return first;
}

/** Number of the line at text[i], from 1. */
static int
line_of(const char *text, size_t i)
{
    int line = 1;

    for (size_t k = 0; k < i; k++)
        line += text[k] == '\n';
    return line;
}

static void
test_the_tables_of_the_page_are_those_of_the_program(void **state)
{
    char *const path = testlib_source_path("scenarios/README.md");
    char *const page = testlib_read_file(path, NULL);
    char *const wanted = generate();
    size_t n = 0, same = 0;
    const char *const found = between_markers(page, &n);

    (void) state;
    assert_non_null(wanted);
    assert_non_null(found);
    while (same < n && wanted[same] != '\0' && found[same] == wanted[same])
        same++;
    if (same != n || wanted[same] != '\0')
        fail_msg("line %d of the tables in scenarios/README.md differs from what the program says; "
                 "scripts/check_docs.sh --write puts the new ones there",
            line_of(wanted, same));
    free(wanted);
    free(page);
    free(path);
}

static void
test_each_part_of_the_vocabulary_has_its_table(void **state)
{
    static const char *const some[] = { "#### study", "| `only_while` |", "`weibull_ph`",
        "`kaplan_meier`", "`time_in(track)`", "| `weeks` |", "`otherwise`" };
    char *const text = generate();

    (void) state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        assert_contains(text, some[i]);
    free(text);
}

static void
test_text_without_both_markers_is_refused(void **state)
{
    size_t n;

    (void) state;
    assert_null(between_markers("", &n));
    assert_null(between_markers(BEGIN "a\n", &n));
    assert_null(between_markers("a\n" END, &n));
    assert_null(between_markers(BEGIN END BEGIN END, &n));
    assert_non_null(between_markers("x\n" BEGIN "ab\n" END "y\n", &n));
    assert_int_equal(n, 3);
}

/* ---- for scripts/check_docs.sh ---------------------------------------------------------------- */

static int
print_tables(void)
{
    char *const text = generate();
    const int status = text == NULL || fputs(text, stdout) == EOF;

    free(text);
    return status;
}

static int
splice(const char *path)
{
    char *const page = testlib_read_file(path, NULL);
    size_t n = 0;
    const char *const old = between_markers(page, &n);
    int status = 1;

    if (old == NULL)
        fprintf(stderr, "%s: the markers of the generated tables are not there\n", path);
    else if (printf("%.*s", (int) (old - page), page) >= 0 && print_tables() == 0 &&
        fputs(old + n, stdout) != EOF)
        status = 0;
    free(page);
    return status;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_tables_of_the_page_are_those_of_the_program),
        cmocka_unit_test(test_each_part_of_the_vocabulary_has_its_table),
        cmocka_unit_test(test_text_without_both_markers_is_refused),
    };

    if (argc == 2 && strcmp(argv[1], "--print") == 0)
        return print_tables();
    if (argc == 3 && strcmp(argv[1], "--splice") == 0)
        return splice(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
