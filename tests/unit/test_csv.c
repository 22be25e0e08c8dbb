/* CSV in memory, and the strict reading of numbers. */
#include "document/document.h"
#include "testlib.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    twp_csv_t csv;
    twp_findings_t findings;
    twp_status_t status;
    twp_error_t err;
} reading_t;

static reading_t
read_file(const char *path)
{
    reading_t r = { 0 };

    assert_int_equal(twp_findings_init(&r.findings, NULL), TWP_OK);
    r.status = twp_csv_read(&r.csv, path, "data/x.csv", &r.findings, &r.err);
    twp_findings_sort(&r.findings);
    return r;
}

static reading_t
read_bytes(const char *text, size_t n_bytes)
{
    char path[] = "/tmp/twp_test_csv_XXXXXX";
    const int file = mkstemp(path);
    reading_t r;

    assert_true(file >= 0);
    assert_int_equal(write(file, text, n_bytes), (ssize_t) n_bytes);
    close(file);
    r = read_file(path);
    unlink(path);
    assert_true((r.status == TWP_OK) == (r.findings.n_errors == 0));
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
    twp_csv_clear(&r->csv);
    twp_findings_clear(&r->findings);
}

/* ---- what is read -------------------------------------------------------------------------- */

static void
test_cells_names_and_lines_are_read(void **state)
{
    reading_t r = read_text("id, age ,name\n1,57.5,Ann\n2,,\"Bo\"\n");
    double value = 0;

    (void) state;
    assert_int_equal(r.status, TWP_OK);
    assert_string_equal(r.csv.file, "data/x.csv");
    assert_int_equal(r.csv.n_columns, 3);
    assert_int_equal(r.csv.n_rows, 2);
    assert_int_equal(r.csv.n_bytes, 33);
    assert_int_equal(twp_csv_column(&r.csv, "age"), 1);
    assert_int_equal(twp_csv_column(&r.csv, "Age"), -1);
    assert_string_equal(twp_csv_text(&r.csv, 0, 2), "Ann");
    assert_string_equal(twp_csv_text(&r.csv, 1, 2), "Bo");
    assert_true(twp_csv_number(&r.csv, 0, 1, &value));
    assert_near(value, 57.5, 0);
    assert_true(twp_csv_is_missing(&r.csv, 1, 1));
    assert_false(twp_csv_number(&r.csv, 1, 1, &value));
    assert_int_equal(r.csv.line[0], 2);
    assert_int_equal(r.csv.line[1], 3);
    clear(&r);
}

static void
test_quotes_commas_and_newlines_inside_cells_are_kept(void **state)
{
    reading_t r = read_text(
        "a,b\r\n\"x, \"\"y\"\"\",\"two\r\nlines\"\r\n\"\"\"\",\"\"\r\nz,\"end\"");

    (void) state;
    assert_int_equal(r.status, TWP_OK);
    assert_int_equal(r.csv.n_rows, 3);
    assert_string_equal(twp_csv_text(&r.csv, 0, 0), "x, \"y\"");
    assert_string_equal(twp_csv_text(&r.csv, 0, 1), "two\r\nlines");
    assert_string_equal(twp_csv_text(&r.csv, 1, 0), "\"");
    assert_string_equal(twp_csv_text(&r.csv, 1, 1), "");
    assert_string_equal(twp_csv_text(&r.csv, 2, 1), "end");
    assert_int_equal(r.csv.line[0], 2);
    assert_int_equal(r.csv.line[1], 4); /* the row before took two lines */
    assert_int_equal(r.csv.line[2], 5);
    clear(&r);
}

static void
test_line_ends_blank_lines_and_byte_order_marks_do_not_matter(void **state)
{
    static const char *const text[] = { "a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4", "a,b\r1,2\r3,4\r",
        "\xEF\xBB\xBF\x61,b\n1,2\n3,4\n", "a,b\n\n1,2\n\r\n3,4\n\n\n",
        "\"a\",\"b\"\n1,\"2\"\n3,4" };

    (void) state;
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        reading_t r = read_text(text[i]);
        assert_int_equal(r.status, TWP_OK);
        assert_int_equal(r.csv.n_rows, 2);
        assert_string_equal(r.csv.name[0], "a");
        assert_string_equal(twp_csv_text(&r.csv, 0, 1), "2");
        assert_string_equal(twp_csv_text(&r.csv, 1, 1), "4");
        clear(&r);
    }
}

static void
test_an_empty_line_is_a_missing_cell_of_a_single_column(void **state)
{
    reading_t r = read_text("a\n1\n\n3\n");

    (void) state;
    assert_int_equal(r.status, TWP_OK);
    assert_int_equal(r.csv.n_rows, 3);
    assert_true(twp_csv_is_missing(&r.csv, 1, 0));
    clear(&r);
}

static void
test_a_header_alone_has_no_rows(void **state)
{
    reading_t r = read_text("a,b");

    (void) state;
    assert_int_equal(r.status, TWP_OK);
    assert_int_equal(r.csv.n_columns, 2);
    assert_int_equal(r.csv.n_rows, 0);
    clear(&r);
}

static void
test_missing_is_empty_na_or_nan(void **state)
{
    reading_t r = read_text("a,b,c,d,e\n,NA,NaN,na,0\n");

    (void) state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(twp_csv_is_missing(&r.csv, 0, i), i < 3);
    clear(&r);
}

static void
test_the_digest_is_of_the_file_as_it_was(void **state)
{
    reading_t r = read_text("a\n\"x\"\n");

    (void) state; /* printf 'a\n"x"\n' | sha256sum */
    assert_string_equal(
        r.csv.sha256, "d51a0eb2acd920140a35ba4ddee2277be001f7890743208d3a8b47979dfdfaf3");
    clear(&r);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void
assert_findings(reading_t r, int n, const int line[], const int column[], const char *const part[])
{
    assert_int_equal(r.status, TWP_ERR_INPUT);
    assert_int_equal(r.findings.n, n);
    for (int i = 0; i < n; i++) {
        assert_string_equal(r.findings.item[i].file, "data/x.csv");
        assert_contains(r.findings.item[i].message, part[i]);
        assert_int_equal(r.findings.item[i].line, line[i]);
        assert_int_equal(r.findings.item[i].column, column[i]);
    }
    clear(&r);
}

#define ASSERT_ONE(text, line, column, part)                                            \
    assert_findings(read_text(text), 1, (const int[]){ line }, (const int[]){ column }, \
        (const char *[]){ part })

static void
test_each_ragged_row_is_a_finding_with_its_line(void **state)
{
    reading_t r = read_text("a,b\n1\n\"x\ny\",2\n1,2,3\n4,5\n");

    (void) state;
    assert_string_equal(r.findings.item[0].found, "1");
    assert_string_equal(r.findings.item[1].found, "3");
    assert_string_equal(r.findings.item[0].expected, "2, as in the header");
    assert_int_equal(r.csv.n_rows, 2); /* the good ones */
    assert_findings(r, 2, (const int[]){ 2, 5 }, (const int[]){ 0, 0 },
        (const char *[]){ "another number of cells", "another number of cells" });
}

static void
test_names_must_be_there_and_differ(void **state)
{
    (void) state;
    ASSERT_ONE("\xC3\xA4,,c\n", 1, 3, "column 2 has no name");
    ASSERT_ONE("a, \n", 1, 3, "column 2 has no name");
    ASSERT_ONE("\"\xC3\xA4\"\"\",b,\"b \"\n", 1, 9, "column 3 has the name of column 2");
    ASSERT_ONE("\n1\n", 1, 1, "column 1 has no name");
    ASSERT_ONE("a;b\n1;2\n", 1, 1, "semicolon");
    ASSERT_ONE("", 1, 1, "there is nothing in it");
}

static void
test_quotes_in_the_wrong_place_are_findings_with_their_column(void **state)
{
    (void) state;
    ASSERT_ONE("a,b\n\xC3\xA4,x\"y\n", 2, 4, "not in quotes");
    ASSERT_ONE("a,b\n1,\"x\"y\n2,3\n", 2, 6, "something follows the closing quote");
    ASSERT_ONE("a,b\n1,2\n3,\"x\ny\n", 3, 3, "is not closed");
    ASSERT_ONE("a,\"b\n", 1, 3, "is not closed");
}

static void
test_bytes_that_are_no_text_are_findings_with_their_place(void **state)
{
    static const char text[] = "a,b\n\xC3\xA4,\xE4\n1,2\0\n";

    (void) state;
    assert_findings(read_bytes(text, sizeof text - 1), 2, (const int[]){ 2, 3 },
        (const int[]){ 3, 4 }, (const char *[]){ "byte 0xE4 is not UTF-8", "U+0000" });
}

static void
test_no_more_than_50_findings_are_given(void **state)
{
    char text[1000] = "a,b\n";
    reading_t r;

    (void) state;
    for (int i = 0; i < 60; i++)
        strcat(text, i % 2 ? "1\n" : "1,\"2\"3\n");
    r = read_text(text);
    assert_int_equal(r.status, TWP_ERR_INPUT);
    assert_int_equal(r.findings.n_errors, 50);
    clear(&r);
}

static void
test_limits_and_files_that_cannot_be_read(void **state)
{
    char text[3 * (TWP_CSV_MAX_COLUMNS + 2)] = "";
    char path[] = "/tmp/twp_test_csv_XXXXXX";
    reading_t r;
    int file;

    (void) state;
    memset(text, ',', TWP_CSV_MAX_COLUMNS);
    ASSERT_ONE(text, 1, 0, "more than 1000 columns");
    strcpy(text, "a,b\n");
    memset(text + 4, ',', TWP_CSV_MAX_COLUMNS + 500);
    r = read_text(text);
    assert_string_equal(r.findings.item[0].found, "more than 1000");
    clear(&r);
    r = read_file("/nonexistent/x.csv");
    assert_int_equal(r.status, TWP_ERR_IO);
    assert_contains(r.err.message, "No such file");
    clear(&r);
    file = mkstemp(path);
    assert_int_equal(ftruncate(file, (off_t) TWP_CSV_MAX_BYTES + 1), 0); /* a hole, no disk */
    close(file);
    r = read_file(path);
    assert_int_equal(r.status, TWP_ERR_LIMIT);
    clear(&r);
    unlink(path);
}

static void
test_a_large_file_keeps_every_cell(void **state)
{
    enum { N = 20000 };
    const size_t n_room = (size_t) N * 40;
    char *const text = malloc(n_room), *end = text;
    reading_t r;

    (void) state;
    assert_non_null(text);
    end += sprintf(end, "id,half,words\n");
    for (int i = 0; i < N; i++)
        end += sprintf(
            end, i % 3 ? "%d,%.1f,w%d\n" : "\"%d\",%.1f,\"w%d, \"\"x\"\"\"\n", i, i / 2.0, i);
    r = read_bytes(text, (size_t) (end - text));
    assert_int_equal(r.status, TWP_OK);
    assert_int_equal(r.csv.n_rows, N);
    for (int i = 0; i < N; i++) {
        char words[40];
        double id = -1, half = -1;
        sprintf(words, i % 3 ? "w%d" : "w%d, \"x\"", i);
        assert_true(twp_csv_number(&r.csv, i, 0, &id) && twp_csv_number(&r.csv, i, 1, &half));
        assert_near(id, i, 0);
        assert_near(half, i / 2.0, 0);
        assert_string_equal(twp_csv_text(&r.csv, i, 2), words);
        assert_int_equal(r.csv.line[i], i + 2);
    }
    clear(&r);
    free(text);
}

/* ---- numbers ------------------------------------------------------------------------------- */

static void
test_only_plain_decimal_numbers_are_read(void **state)
{
    static const char *const good[] = { "0", "-0", "+7", "12.5", "007", "1e3", "1E-3", "1.5e+10",
        "9007199254740993", "1e-400", "123456789012345678901234567890" };
    static const char *const bad[] = { "", " ", "1 ", " 1", "+", "-", ".", ".5", "5.", "1e", "1e+",
        "e5", "0x10", "inf", "nan", "NaN", "12.5x", "1,5", "1_000", "1e3.5", "--1", "1e400",
        "-1e999", "1e99999999999999999999", "1.2.3", "1d3" };
    double value;

    (void) state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(twp_number_read(good[i], strlen(good[i]), &value));
        assert_near(value, strtod(good[i], NULL), 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(twp_number_read(bad[i], strlen(bad[i]), &value));
    assert_true(twp_number_read("12.5x", 4, &value)); /* only what it was given */
    assert_near(value, 12.5, 0);
    assert_true(twp_number_read("-0", 2, &value) && signbit(value));
}

static uint64_t
next_random(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return *x >> 11;
}

static void
test_numbers_are_rounded_correctly(void **state)
{
    uint64_t x = 20240917;

    (void) state;
    for (int i = 0; i < 200000; i++) {
        char text[64];
        double want, got;
        uint64_t bits;
        const unsigned int form = (unsigned int) next_random(&x) % 4;
        const unsigned long long a = next_random(&x), b = next_random(&x);
        const int power = (int) (next_random(&x) % 700) - 350;
        if (form == 0) { /* any finite double, with all its digits */
            bits = (uint64_t) a << 11 ^ b;
            memcpy(&want, &bits, sizeof want);
            if (!isfinite(want))
                continue;
            snprintf(text, sizeof text, "%.17g", want);
        } else if (form == 1) {
            snprintf(text, sizeof text, "%llu.%llu", a % 100000, b % 10000000);
        } else if (form == 2) {
            snprintf(text, sizeof text, "%llu%llue%d", a, b, power / 2);
        } else {
            snprintf(text, sizeof text, "%llue%d", a, power / 12); /* around the fast path's edge */
        }
        want = strtod(text, NULL); /* glibc rounds correctly; the test runs in the C locale */
        assert_int_equal(twp_number_read(text, strlen(text), &got), isfinite(want));
        if (isfinite(want))
            assert_same_bits(&got, &want, sizeof got);
    }
}

static void
test_long_numbers_are_read_whole(void **state)
{
    char text[1001];
    double value;

    (void) state;
    /* 2^53 + 1 lies half-way between two doubles and goes to the even one, unless the last digit
       says that it is more */
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17);
    assert_true(twp_number_read(text, 1000, &value));
    assert_near(value, 9007199254740992.0, 0);
    text[999] = '1';
    assert_true(twp_number_read(text, 1000, &value));
    assert_near(value, 9007199254740994.0, 0);
}

/* Makes a German locale in a folder with localedef; false where that program or its data is not. */
static bool
make_german(const char *folder)
{
    char path[300];

    snprintf(path, sizeof path, "%s/de_DE.UTF-8", folder);
    if (access("/usr/share/i18n/locales/de_DE", R_OK) != 0 ||
        access("/usr/bin/localedef", X_OK) != 0)
        return false;
    testlib_outcome_t outcome = testlib_run(
        "/usr/bin/localedef", "--no-archive", "-c", "-i", "de_DE", "-f", "UTF-8", path);
    testlib_clear_outcome(&outcome);
    setenv("LOCPATH", folder, 1);
    return true;
}

static void
test_numbers_do_not_depend_on_the_locale(void **state)
{
    const char *const folder = *state;
    double value = 0;
    locale_t german;

    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL &&
        !(make_german(folder) && setlocale(LC_ALL, "de_DE.UTF-8") != NULL))
        skip();
    assert_near(strtod("1,5", NULL), 1.5, 0); /* the locale is in force */
    assert_true(twp_number_read("1.5", 3, &value));
    assert_near(value, 1.5, 0);
    assert_true(
        twp_number_read("1.23456789012345678901234e-40", 29, &value)); /* through strtod_l */
    assert_near_relative(value, 123456789012345678.0 / 1e17 * 1e-40, 1e-15);
    assert_false(twp_number_read("1,5", 3, &value));
    german = duplocale(LC_GLOBAL_LOCALE);
    setlocale(LC_ALL, "C");
    assert_true(german != (locale_t) 0);
    uselocale(german); /* of this thread only */
    assert_true(twp_number_read("0.12345678901234567890123", 25, &value));
    uselocale(LC_GLOBAL_LOCALE);
    freelocale(german);
    assert_near(value, 0.12345678901234567890123, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_names_and_lines_are_read),
        cmocka_unit_test(test_quotes_commas_and_newlines_inside_cells_are_kept),
        cmocka_unit_test(test_line_ends_blank_lines_and_byte_order_marks_do_not_matter),
        cmocka_unit_test(test_an_empty_line_is_a_missing_cell_of_a_single_column),
        cmocka_unit_test(test_a_header_alone_has_no_rows),
        cmocka_unit_test(test_missing_is_empty_na_or_nan),
        cmocka_unit_test(test_the_digest_is_of_the_file_as_it_was),
        cmocka_unit_test(test_each_ragged_row_is_a_finding_with_its_line),
        cmocka_unit_test(test_names_must_be_there_and_differ),
        cmocka_unit_test(test_quotes_in_the_wrong_place_are_findings_with_their_column),
        cmocka_unit_test(test_bytes_that_are_no_text_are_findings_with_their_place),
        cmocka_unit_test(test_no_more_than_50_findings_are_given),
        cmocka_unit_test(test_limits_and_files_that_cannot_be_read),
        cmocka_unit_test(test_a_large_file_keeps_every_cell),
        cmocka_unit_test(test_only_plain_decimal_numbers_are_read),
        cmocka_unit_test(test_numbers_are_rounded_correctly),
        cmocka_unit_test(test_long_numbers_are_read_whole),
        cmocka_unit_test_setup_teardown(test_numbers_do_not_depend_on_the_locale,
            testlib_setup_folder, testlib_teardown_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
