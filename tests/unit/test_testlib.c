/* The helpers of the tests pass what is right; must_fail/ shows that they reject what is wrong. */
#include "testlib.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
test_comparisons_pass_at_their_border(void **state)
{
    const double a[2] = { NAN, -0.0 };
    double b[2];

    (void) state;
    memcpy(b, a, sizeof b);
    assert_near(1.5, 1.25, 0.25);
    assert_near(INFINITY, INFINITY, 0.0);
    assert_near_relative(-101.0, -100.0, 0.01);
    assert_estimate(0.5039, 0.5, 0.001);
    assert_same_bits(a, b, sizeof a);
    assert_contains("two exits race", "exits");
    assert_lacks("two exits race", "entries");
}

static void
test_a_file_reads_back_as_written(void **state)
{
    char bytes[10000], *path = testlib_join(*state, "bytes"), *got;
    size_t n_bytes = 0;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char) (i % 256);
    testlib_write_bytes(path, bytes, sizeof bytes);
    got = testlib_read_file(path, &n_bytes);
    assert_int_equal(n_bytes, sizeof bytes);
    assert_same_bits(got, bytes, sizeof bytes);
    assert_int_equal(got[n_bytes], '\0');
    free(got);
    free(path);
}

static void
test_a_folder_goes_with_all_its_content(void **state)
{
    char *folder = testlib_temporary_folder(), *name = testlib_join(folder, "a");
    testlib_outcome_t made;

    (void) state;
    made = testlib_run_in(
        folder, (const char *const[]){ "sh", "-c", "mkdir -p a/b && echo x > a/b/c", NULL });
    assert_int_equal(made.exit_code, 0);
    assert_true(testlib_exists(name));
    testlib_clear_outcome(&made);
    free(name);
    name = testlib_join(folder, ".");
    testlib_remove_folder(folder);
    assert_false(testlib_exists(name));
    free(name);
}

static void
test_a_command_returns_streams_and_exit_code(void **state)
{
    testlib_outcome_t ran = testlib_run("sh", "-c", "cat; echo good; echo bad >&2; exit 75");

    (void) state;
    assert_int_equal(ran.exit_code, 75);
    assert_int_equal(ran.signal, 0);
    assert_string_equal(ran.out, "good\n");
    assert_string_equal(ran.err, "bad\n");
    testlib_clear_outcome(&ran);
    ran = testlib_run("sh", "-c", "kill -INT $$");
    assert_int_equal(ran.exit_code, -1);
    assert_int_equal(ran.signal, 2);
    testlib_clear_outcome(&ran);
    ran = testlib_run("/nonexistent/program");
    assert_int_equal(ran.exit_code, 127);
    testlib_clear_outcome(&ran);
}

static void
test_the_checkout_is_found(void **state)
{
    char *path = testlib_source_path("tests/testlib.h");

    (void) state;
    assert_true(testlib_exists(path));
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparisons_pass_at_their_border),
        cmocka_unit_test_setup_teardown(
            test_a_file_reads_back_as_written, testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test(test_a_folder_goes_with_all_its_content),
        cmocka_unit_test(test_a_command_returns_streams_and_exit_code),
        cmocka_unit_test(test_the_checkout_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
