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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_breaks_between_words_and_counts_characters),
        cmocka_unit_test(test_a_wide_grid_puts_long_names_on_lines_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
