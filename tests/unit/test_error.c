/* Status names, the error record, the list of findings. */
#include "base/error.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static twp_place_t
at(const char *file, int line, int column)
{
    return (twp_place_t){ .file = file, .line = line, .column = column, .path = "a.b" };
}

static void
test_every_status_has_its_own_name(void **state)
{
    (void) state;
    for (int i = TWP_OK; i <= TWP_ERR_ARGUMENT; i++) {
        const char *const name = twp_status_name((twp_status_t) i);
        assert_int_equal(
            strncmp(name, i == TWP_OK ? "TWP_OK" : "TWP_ERR_", i == TWP_OK ? 7 : 8), 0);
        for (int k = TWP_OK; k < i; k++)
            assert_string_not_equal(name, twp_status_name((twp_status_t) k));
    }
    assert_string_equal(twp_status_name(TWP_ERR_FAULT), "TWP_ERR_FAULT");
    assert_string_equal(twp_status_name((twp_status_t) 77), "unknown status");
}

static void
test_an_error_is_recorded_and_its_status_returned(void **state)
{
    twp_error_t err = { 0 };

    (void) state;
    assert_int_equal(TWP_FAIL(&err, TWP_ERR_IO, "%s: row %d", "x.csv", 7), TWP_ERR_IO);
    assert_int_equal(err.status, TWP_ERR_IO);
    assert_string_equal(err.message, "x.csv: row 7");
    assert_int_equal(TWP_FAIL(NULL, TWP_ERR_LIMIT, "nobody listens"), TWP_ERR_LIMIT);
}

static void
test_a_message_is_cut_between_characters(void **state)
{
    char text[TWP_ERROR_MESSAGE_SIZE + 100] = "";
    twp_error_t err;

    (void) state;
    for (size_t shift = 0; shift < 3; shift++) {
        size_t length = 0;
        while (length < shift)
            text[length++] = 'a';
        while (length + 3 < sizeof text) {
            memcpy(text + length, "\xE2\x82\xAC", 3); /* a euro sign */
            length += 3;
        }
        text[length] = '\0';
        (void) TWP_FAIL(&err, TWP_ERR_INPUT, "%s", text);
        assert_true(strlen(err.message) > TWP_ERROR_MESSAGE_SIZE - 5);
        assert_int_equal((strlen(err.message) - shift) % 3, 0);
    }
}

static void
test_a_finding_keeps_copies_of_what_it_was_given(void **state)
{
    twp_findings_t findings;
    char found[] = "exponental", file[] = "study.yaml";

    (void) state;
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    twp_findings_add(
        &findings, at(file, 3, 14), found, "a family", "exponential", "no family '%s'", found);
    found[0] = file[0] = '#';
    twp_findings_warn(&findings, (twp_place_t){ .file = NULL }, NULL, NULL, NULL, "unused");
    assert_int_equal(findings.n, 2);
    assert_int_equal(findings.n_errors, 1);
    assert_string_equal(findings.item[0].file, "study.yaml");
    assert_int_equal(findings.item[0].line, 3);
    assert_int_equal(findings.item[0].column, 14);
    assert_string_equal(findings.item[0].path, "a.b");
    assert_string_equal(findings.item[0].message, "no family 'exponental'");
    assert_string_equal(findings.item[0].found, "exponental");
    assert_string_equal(findings.item[0].expected, "a family");
    assert_string_equal(findings.item[0].nearest, "exponential");
    assert_false(findings.item[0].is_warning);
    assert_true(findings.item[1].is_warning);
    assert_string_equal(findings.item[1].file, "");
    assert_string_equal(findings.item[1].path, "");
    assert_null(findings.item[1].found);
    twp_findings_clear(&findings);
    assert_int_equal(findings.n, 0);
    twp_findings_clear(&findings);
}

static void
test_findings_are_ordered_by_place_then_message(void **state)
{
    static const char *const sorted[] = { "first", "second", "third", "fourth", "fifth", "zz" };
    twp_findings_t findings;

    (void) state;
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    twp_findings_add(&findings, at("b.yaml", 1, 1), NULL, NULL, NULL, "fifth");
    twp_findings_add(&findings, at("a.yaml", 10, 1), NULL, NULL, NULL, "fourth");
    twp_findings_warn(&findings, at("a.yaml", 2, 5), NULL, NULL, NULL, "third");
    twp_findings_add(&findings, at("b.yaml", 1, 1), NULL, NULL, NULL, "zz");
    twp_findings_add(&findings, at("a.yaml", 2, 4), NULL, NULL, NULL, "second");
    twp_findings_add(&findings, at("a.yaml", 2, 4), NULL, NULL, NULL, "first");
    twp_findings_sort(&findings);
    assert_int_equal(findings.n, 6);
    for (int i = 0; i < 6; i++)
        assert_string_equal(findings.item[i].message, sorted[i]);
    twp_findings_clear(&findings);
}

static void
test_a_repeated_finding_is_kept_once(void **state)
{
    twp_findings_t findings;

    (void) state;
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    for (int i = 0; i < 3; i++)
        twp_findings_add(&findings, at("a.yaml", 2, 4), NULL, NULL, NULL, "line\nbreak");
    twp_findings_add(&findings, at("a.yaml", 2, 5), NULL, NULL, NULL, "line\nbreak");
    twp_findings_warn(&findings, at("a.yaml", 2, 4), NULL, NULL, NULL, "line\nbreak");
    assert_int_equal(findings.n, 3);
    assert_int_equal(findings.n_errors, 4); /* whoever adds sees the count rise */
    twp_findings_sort(&findings);
    assert_int_equal(findings.n, 3);
    assert_int_equal(findings.n_errors, 2);
    twp_findings_sort(&findings);
    assert_int_equal(findings.n_errors, 2);
    twp_findings_clear(&findings);
}

static void
test_findings_beyond_the_most_are_counted(void **state)
{
    twp_findings_t findings;

    (void) state;
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    for (int i = 0; i < TWP_FINDINGS_MAX + 7; i++)
        twp_findings_add(&findings, at("a.yaml", i + 1, 1), NULL, NULL, NULL, "wrong");
    twp_findings_warn(&findings, at("a.yaml", 1, 2), NULL, NULL, NULL, "odd");
    assert_int_equal(findings.n, TWP_FINDINGS_MAX);
    assert_int_equal(findings.n_errors, TWP_FINDINGS_MAX + 7);
    assert_int_equal(findings.n_dropped, 8);
    twp_findings_clear(&findings);
}

static void
test_hostile_text_is_cut_and_cannot_steer_a_terminal(void **state)
{
    twp_findings_t findings;
    char *const text = malloc(100001);

    (void) state;
    assert_non_null(text);
    memset(text, 'y', 100000);
    text[100000] = '\0';
    memcpy(text, "\x1B[2J\a\n", 6);
    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    twp_findings_add(&findings, at("a.yaml", 1, 1), text, text, text, "found %s", text);
    assert_int_equal(findings.n, 1);
    assert_true(strlen(findings.item[0].found) < 210);
    assert_true(strlen(findings.item[0].message) < 1010);
    assert_int_equal(strncmp(findings.item[0].found, " [2J  yyy", 9), 0);
    for (const char *c = findings.item[0].message; *c != '\0'; c++)
        assert_true(*c >= ' ');
    assert_string_equal(findings.item[0].found + strlen(findings.item[0].found) - 3, "...");
    twp_findings_clear(&findings);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_status_has_its_own_name),
        cmocka_unit_test(test_an_error_is_recorded_and_its_status_returned),
        cmocka_unit_test(test_a_message_is_cut_between_characters),
        cmocka_unit_test(test_a_finding_keeps_copies_of_what_it_was_given),
        cmocka_unit_test(test_findings_are_ordered_by_place_then_message),
        cmocka_unit_test(test_a_repeated_finding_is_kept_once),
        cmocka_unit_test(test_findings_beyond_the_most_are_counted),
        cmocka_unit_test(test_hostile_text_is_cut_and_cannot_steer_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
