/* Philox4x32-10 against the known answers of Random123: bit for bit. */
#include "testlib.h"

#include "document/document.h"
#include "kernel/stream.h"

#include <stdlib.h>
#include <string.h>

#define N_PHILOX_4X32_10 3 /* rows of known_answers.csv */

/* Words of eight hex digits, least significant word first. */
static void
read_words(const char *text, int n, uint32_t *word)
{
    char *end;

    for (int i = 0; i < n; i++) {
        word[i] = (uint32_t) strtoul(text, &end, 16);
        assert_int_equal(end - text, 8 + (i > 0));
        text = end;
    }
    assert_int_equal(*text, '\0');
}

static int
check_row(const twp_csv_t *csv, int64_t i_row, bool is_slipped)
{
    const char *const generator = twp_csv_text(csv, i_row, twp_csv_column(csv, "generator"));
    const char *const rounds = twp_csv_text(csv, i_row, twp_csv_column(csv, "rounds"));
    uint32_t counter[4], key[2], want[4], got[4];

    if (strcmp(generator, "philox4x32") != 0 || strcmp(rounds, "10") != 0)
        return 0;
    read_words(twp_csv_text(csv, i_row, twp_csv_column(csv, "counter")), 4, counter);
    read_words(twp_csv_text(csv, i_row, twp_csv_column(csv, "key")), 2, key);
    read_words(twp_csv_text(csv, i_row, twp_csv_column(csv, "expected")), 4, want);
    counter[3] ^= is_slipped;
    twp_stream_block(counter, key, got);
    if (is_slipped)
        assert_memory_not_equal(got, want, sizeof(got));
    else
        assert_memory_equal(got, want, sizeof(got));
    /* A draw is the first two words, low word first, with the counter's words as documented. */
    if (!is_slipped)
        assert_true(twp_stream_draw_bits((uint64_t) key[1] << 32 | key[0],
                        (uint64_t) counter[1] << 32 | counter[0], counter[2],
                        counter[3]) == ((uint64_t) want[1] << 32 | want[0]));
    return 1;
}

static void
check_all(bool is_slipped)
{
    char *const path = testlib_source_path(
        "tests/validation/19-rng-known-answers/known_answers.csv");
    twp_findings_t findings;
    twp_csv_t csv;
    int n = 0;

    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    assert_int_equal(twp_csv_read(&csv, path, "known_answers.csv", &findings, NULL), TWP_OK);
    for (int64_t i = 0; i < csv.n_rows; i++)
        n += check_row(&csv, i, is_slipped);
    assert_int_equal(n, N_PHILOX_4X32_10);
    twp_csv_clear(&csv);
    twp_findings_clear(&findings);
    free(path);
}

static void
test_blocks_are_the_known_answers(void **state)
{
    (void) state;
    check_all(false);
}

static void
test_one_bit_of_the_counter_gives_another_block(void **state)
{
    (void) state;
    check_all(true);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_the_known_answers),
        cmocka_unit_test(test_one_bit_of_the_counter_gives_another_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
