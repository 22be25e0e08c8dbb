/* Memory that lives and dies with its owner. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
test_memory_is_zeroed_and_aligned_to_64_bytes(void **state)
{
    twp_arena_t *const arena = twp_arena_create(0);

    (void) state;
    assert_non_null(arena);
    for (size_t n = 1; n < 3000; n += 13) {
        unsigned char *const memory = twp_arena_alloc(arena, n, 3);
        assert_non_null(memory);
        assert_int_equal((uintptr_t) memory % 64, 0);
        for (size_t i = 0; i < 3 * n; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xA5, 3 * n); /* the next piece must be zero all the same */
        assert_non_null(twp_arena_strdup(arena, "x"));
    }
    twp_arena_free(arena);
}

static void
test_pieces_never_overlap(void **state)
{
    enum { N = 2000 };
    twp_arena_t *const arena = twp_arena_create(0);
    unsigned char *piece[N];

    (void) state;
    for (size_t i = 0; i < N; i++) {
        piece[i] = twp_arena_alloc(arena, 1 + i % 701, 1);
        assert_non_null(piece[i]);
        memset(piece[i], (int) (i % 251), 1 + i % 701);
    }
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < 1 + i % 701; k++)
            assert_int_equal(piece[i][k], i % 251);
    twp_arena_free(arena);
}

static void
test_a_piece_larger_than_a_chunk_is_had(void **state)
{
    twp_arena_t *const arena = twp_arena_create(0);
    double *const large = TWP_ARENA_NEW(arena, double, 700001);

    (void) state;
    assert_non_null(large);
    large[700000] = 0.0113;
    assert_int_equal(twp_arena_bytes(arena), 700001 * sizeof(double));
    twp_arena_free(arena);
}

static void
test_the_limit_holds_and_leaves_the_arena_usable(void **state)
{
    twp_arena_t *const arena = twp_arena_create(1000);

    (void) state;
    assert_null(twp_arena_alloc(arena, 1001, 1));
    assert_non_null(twp_arena_alloc(arena, 900, 1));
    assert_null(twp_arena_alloc(arena, 101, 1));
    assert_null(twp_arena_strndup(arena, "", 200));
    assert_string_equal(twp_arena_strdup(arena, "still"), "still");
    assert_true(twp_arena_bytes(arena) <= 1000);
    twp_arena_free(arena);
}

static void
test_a_size_that_overflows_is_refused(void **state)
{
    twp_arena_t *const arena = twp_arena_create(0);

    (void) state;
    assert_null(twp_arena_alloc(arena, SIZE_MAX / 2, 3));
    assert_null(twp_arena_alloc(arena, SIZE_MAX, 1));
    assert_null(twp_arena_strndup(arena, "a", SIZE_MAX));
    assert_non_null(twp_arena_alloc(arena, 0, 8)); /* NULL would look like a failure */
    twp_arena_free(arena);
    twp_arena_free(NULL);
}

static void
test_texts_are_copied_and_formatted(void **state)
{
    twp_arena_t *const arena = twp_arena_create(0);
    char source[] = "therapy.stopped";

    (void) state;
    const char *const whole = twp_arena_strdup(arena, source);
    const char *const part = twp_arena_strndup(arena, source, 7);
    const char *const made = twp_arena_printf(arena, "%s at %d", part, 365);
    source[0] = 'X';
    assert_string_equal(whole, "therapy.stopped");
    assert_string_equal(part, "therapy");
    assert_string_equal(made, "therapy at 365");
    assert_string_equal(twp_arena_printf(arena, "%5000d", 7) + 4999, "7");
    twp_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned_to_64_bytes),
        cmocka_unit_test(test_pieces_never_overlap),
        cmocka_unit_test(test_a_piece_larger_than_a_chunk_is_had),
        cmocka_unit_test(test_the_limit_holds_and_leaves_the_arena_usable),
        cmocka_unit_test(test_a_size_that_overflows_is_refused),
        cmocka_unit_test(test_texts_are_copied_and_formatted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
