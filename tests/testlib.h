/**
 * Helpers of all tests: comparisons of doubles, temporary folders, files, commands.
 *
 * A failed comparison prints what it got and wanted and fails the cmocka test at the caller's line.
 * Helpers that cannot do their work (no disk, no such program) fail the test too.
 */
#ifndef TESTLIB_H
#define TESTLIB_H

/* cmocka.h needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

/* ---- comparisons ---------------------------------------------------------------------------- */

/** |got - want| <= tolerance; equal infinities pass, NaN and a negative tolerance never do. */
#define assert_near(got, want, tolerance) \
    testlib_assert_near((got), (want), (tolerance), #got, __FILE__, __LINE__)

/** |got - want| <= tolerance |want|. */
#define assert_near_relative(got, want, tolerance) \
    testlib_assert_near_relative((got), (want), (tolerance), #got, __FILE__, __LINE__)

/**
 * A Monte Carlo estimate is within 4 of its standard errors of the truth: a false alarm in 6e-5 of
 * seeds. The standard error must be finite and above 0: an estimate without spread proves nothing.
 */
#define assert_estimate(got, want, mcse) \
    testlib_assert_estimate((got), (want), (mcse), #got, __FILE__, __LINE__)

/** a[n_bytes] and b[n_bytes] are the same bits; NaNs with equal bits are the same. */
#define assert_same_bits(a, b, n_bytes) \
    testlib_assert_same_bits((a), (b), (n_bytes), #a, __FILE__, __LINE__)

/** haystack contains needle; both are printed when it does not. */
#define assert_contains(haystack, needle) \
    testlib_assert_contains((haystack), (needle), true, __FILE__, __LINE__)
#define assert_lacks(haystack, needle) \
    testlib_assert_contains((haystack), (needle), false, __FILE__, __LINE__)

void testlib_assert_near(
    double got, double want, double tolerance, const char *what, const char *file, int line);
void testlib_assert_near_relative(
    double got, double want, double tolerance, const char *what, const char *file, int line);
void testlib_assert_estimate(
    double got, double want, double mcse, const char *what, const char *file, int line);
void testlib_assert_same_bits(
    const void *a, const void *b, size_t n_bytes, const char *what, const char *file, int line);
void testlib_assert_contains(
    const char *haystack, const char *needle, bool is_wanted, const char *file, int line);

/* ---- tiers ------------------------------------------------------------------------------------ */

/** True when TWP_TIER=long is set: samples may be larger. */
bool testlib_is_long(void);

/* ---- files ------------------------------------------------------------------------------------ */

/** The checkout: environment TWP_SOURCE_DIR, else where the tests were built from. Static storage. */
const char *testlib_source_dir(void);

/** The program under test: environment TWP_PROGRAM, else where it was built. Static storage. */
const char *testlib_program(void);

/** "<checkout>/<relative>"; the caller frees. */
char *testlib_source_path(const char *relative);

/** "<folder>/<name>"; the caller frees. */
char *testlib_join(const char *folder, const char *name);

/** A new empty folder under TMPDIR or /tmp; the caller frees the name, see below. */
char *testlib_temporary_folder(void);

/** Removes folder with all that is in it (links are not followed) and frees the name. NULL is fine. */
void testlib_remove_folder(char *folder);

/**
 * cmocka fixtures: *state is a temporary folder's name for the length of one test.
 * cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)
 */
int testlib_setup_folder(void **state);
int testlib_teardown_folder(void **state);

bool testlib_exists(const char *path);

/** Whole content with a NUL behind it; *n_bytes (may be NULL) counts without it. Caller frees. */
char *testlib_read_file(const char *path, size_t *n_bytes);

/** Creates or replaces path. */
void testlib_write_text(const char *path, const char *text);
void testlib_write_bytes(const char *path, const void *bytes, size_t n_bytes);

/* ---- commands --------------------------------------------------------------------------------- */

/** What a command did. Clear with testlib_clear_outcome(). */
typedef struct {
    int exit_code; /**< 0 to 255; -1 when a signal ended it */
    int signal;    /**< that signal, else 0 */
    char *out;     /**< all of standard output, NUL-terminated; never NULL */
    char *err;     /**< all of standard error, NUL-terminated; never NULL */
} testlib_outcome_t;

/**
 * Runs argv[0] (looked up in PATH) with the arguments up to NULL, standard input empty, in folder
 * (NULL: the current one), and waits for it.
 */
testlib_outcome_t testlib_run_in(const char *folder, const char *const argv[]);
void testlib_clear_outcome(testlib_outcome_t *outcome);
/**
 * Asserts an exit code and parts of the two streams (NULL: the stream is no matter), and clears the
 * outcome. A wrong exit code prints both streams.
 */
void testlib_expect(testlib_outcome_t outcome, int exit_code, const char *out, const char *err);
/** testlib_twinpath_in(folder, "run", "study.yaml"): the program under test in a folder. */
#define testlib_twinpath_in(folder, ...) \
    testlib_run_in((folder), (const char *const[]){ testlib_program(), __VA_ARGS__, NULL })

/** testlib_run("sort", "-n", path); at least one argument, all const char *. */
#define testlib_run(...) testlib_run_in(NULL, (const char *const[]){ __VA_ARGS__, NULL })

/** The program under test with these arguments: testlib_twinpath("check", path). */
#define testlib_twinpath(...) testlib_run(testlib_program(), __VA_ARGS__)

#endif
