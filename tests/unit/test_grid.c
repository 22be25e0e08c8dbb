/* Text that breaks between words, and tables of cells. */
#include "testlib.h"

#include "report/grid.h"

#include <string.h>

static void
test_text_breaks_between_words_and_counts_characters(void **state)
{
    twp_buffer_t buffer = { 0 };

    (void) state;
    assert_int_equal(twp_buffer_width("\xc3\xa9t\xc3\xa9"), 3);
    twp_buffer_wrap(&buffer, "one two  three\nfour extraordinarily", 9, "- ", "  ");
    assert_string_equal(buffer.text, "- one two\n  three\n  four\n  extraordinarily\n");
    twp_buffer_clear(&buffer);
}

static void
test_a_wide_grid_puts_long_names_on_lines_of_their_own(void **state)
{
    const char *name = "a_strategy_with_quite_a_long_name_for_a_table";
    twp_arena_t *arena = twp_arena_create(0);
    twp_grid_t grid = twp_grid_init(arena);
    twp_buffer_t buffer = { 0 };

    (void) state;
    twp_grid_column(&grid, "strategy", TWP_GRID_TEXT);
    twp_grid_column(&grid, "mean", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "nothing", TWP_GRID_TEXT);
    twp_grid_add_copy(&grid, name);
    twp_grid_add(&grid, "0.5");
    twp_grid_add(&grid, "");
    twp_grid_add_copy(&grid, "b\x1b[31m");
    twp_grid_add(&grid, "12.25");
    twp_grid_add(&grid, "");
    assert_int_equal(twp_grid_n_rows(&grid), 2);
    twp_grid_draw(&grid, &buffer, "", 80);
    assert_string_equal(buffer.text,
        "strategy                                        mean\n"
        "a_strategy_with_quite_a_long_name_for_a_table   0.5\n"
        "b [31m                                         12.25\n");
    twp_buffer_clear(&buffer);
    twp_grid_draw(&grid, &buffer, "", 40);
    assert_string_equal(buffer.text,
        "strategy\n"
        "               mean\n"
        "a_strategy_with_quite_a_long_name_for_a_table\n"
        "               0.5\n"
        "b [31m\n"
        "              12.25\n");
    twp_buffer_clear(&buffer);
    twp_arena_free(arena);
}

static void
test_columns_that_do_not_fit_stand_in_further_blocks_behind_the_keys(void **state)
{
    static const char *const cell[] = { "1", "2 (1 to 3)", "+5 (+4 to +6)", "7", "8", "9", "10",
        "2 (1 to 3)", "+5 (+4 to +6)", "1", "no interval", "" };
    twp_arena_t *arena = twp_arena_create(0);
    twp_grid_t grid = twp_grid_init(arena);
    twp_buffer_t buffer = { 0 };

    (void) state;
    twp_grid_column(&grid, "point", TWP_GRID_NUMBER);
    grid.n_keys = 1;
    twp_grid_column(&grid, "usual", TWP_GRID_TEXT);
    twp_grid_column(&grid, "helped", TWP_GRID_TEXT);
    twp_grid_column(&grid, "error", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "range", TWP_GRID_NUMBER);
    twp_grid_column(&grid, "", TWP_GRID_UPPER);
    for (size_t i = 0; i < sizeof cell / sizeof cell[0]; i++)
        twp_grid_add(&grid, cell[i]);
    twp_grid_draw(&grid, &buffer, "", 60);
    assert_string_equal(buffer.text,
        "point  usual       helped         error  range\n"
        "    1  2 (1 to 3)  +5 (+4 to +6)      7  8 to 9\n"
        "   10  2 (1 to 3)  +5 (+4 to +6)      1  no interval\n");
    twp_buffer_clear(&buffer);
    twp_grid_draw(&grid, &buffer, "  ", 30);
    assert_string_equal(buffer.text,
        "  point  usual\n"
        "      1  2 (1 to 3)\n"
        "     10  2 (1 to 3)\n"
        "\n"
        "  point  helped         error\n"
        "      1  +5 (+4 to +6)      7\n"
        "     10  +5 (+4 to +6)      1\n"
        "\n"
        "  point  range\n"
        "      1  8 to 9\n"
        "     10  no interval\n");
    twp_buffer_clear(&buffer);
    twp_grid_draw(&grid, &buffer, "", 8); /* narrower than any column: nothing is cut */
    assert_non_null(strstr(buffer.text, "+5 (+4 to +6)"));
    assert_null(strstr(buffer.text, ".."));
    twp_buffer_clear(&buffer);
    twp_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_breaks_between_words_and_counts_characters),
        cmocka_unit_test(test_a_wide_grid_puts_long_names_on_lines_of_their_own),
        cmocka_unit_test(test_columns_that_do_not_fit_stand_in_further_blocks_behind_the_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
