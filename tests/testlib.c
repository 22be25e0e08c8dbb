#include "testlib.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- comparisons ---------------------------------------------------------------------------- */

void
testlib_assert_near(
    double got, double want, double tolerance, const char *what, const char *file, int line)
{
    if (isinf(got) && isinf(want) && got * want > 0 && tolerance >= 0)
        return;
    if (tolerance >= 0 && isfinite(tolerance) && fabs(got - want) <= tolerance)
        return;
    print_error(
        "%s: got %.17g, want %.17g within %g, off by %g\n", what, got, want, tolerance, got - want);
    _fail(file, line);
}

void
testlib_assert_near_relative(
    double got, double want, double tolerance, const char *what, const char *file, int line)
{
    testlib_assert_near(got, want, tolerance * fabs(want), what, file, line);
}

void
testlib_assert_estimate(
    double got, double want, double mcse, const char *what, const char *file, int line)
{
    if (isfinite(mcse) && mcse > 0 && fabs(got - want) <= 4 * mcse)
        return;
    print_error("%s: got %.9g, want %.9g, %g standard errors of %g away (4 allowed)\n", what, got,
        want, (got - want) / mcse, mcse);
    _fail(file, line);
}

void
testlib_assert_same_bits(
    const void *a, const void *b, size_t n_bytes, const char *what, const char *file, int line)
{
    const unsigned char *x = a, *y = b;

    for (size_t i = 0; i < n_bytes; i++) {
        if (x[i] != y[i]) {
            print_error("%s: byte %zu of %zu is 0x%02x, the other is 0x%02x\n", what, i, n_bytes,
                x[i], y[i]);
            _fail(file, line);
        }
    }
}

void
testlib_assert_contains(
    const char *haystack, const char *needle, bool is_wanted, const char *file, int line)
{
    if (haystack != NULL && needle != NULL && (strstr(haystack, needle) != NULL) == is_wanted)
        return;
    print_error("%s \"%s\" in:\n%s\n", is_wanted ? "missing" : "unwanted",
        needle == NULL ? "(null)" : needle, haystack == NULL ? "(null)" : haystack);
    _fail(file, line);
}

/* ---- tiers ------------------------------------------------------------------------------------ */

bool
testlib_is_long(void)
{
    const char *tier = getenv("TWP_TIER");

    return tier != NULL && strcmp(tier, "long") == 0;
}

/* ---- files ------------------------------------------------------------------------------------ */

/* Ends the test: a helper could not do its work. */
static void
give_up(const char *what, const char *path)
{
    print_error("testlib: cannot %s %s: %s\n", what, path, strerror(errno));
    _fail(__FILE__, __LINE__);
}

static void *
take(void *memory)
{
    if (memory == NULL)
        give_up("take", "memory");
    return memory;
}

static const char *
environment_or(const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : otherwise;
}

const char *
testlib_source_dir(void)
{
    return environment_or("TWP_SOURCE_DIR", TWP_SOURCE_DIR);
}

const char *
testlib_program(void)
{
    return environment_or("TWP_PROGRAM", TWP_PROGRAM);
}

char *
testlib_join(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = take(malloc(size));

    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

char *
testlib_source_path(const char *relative)
{
    return testlib_join(testlib_source_dir(), relative);
}

char *
testlib_temporary_folder(void)
{
    char *folder = testlib_join(environment_or("TMPDIR", "/tmp"), "twinpath-test-XXXXXX");

    if (mkdtemp(folder) == NULL)
        give_up("create folder", folder);
    return folder;
}

static int
remove_entry(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void) about;
    (void) kind;
    (void) place;
    return remove(path);
}

void
testlib_remove_folder(char *folder)
{
    if (folder == NULL)
        return;
    if (nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
        give_up("remove folder", folder);
    free(folder);
}

int
testlib_setup_folder(void **state)
{
    *state = testlib_temporary_folder();
    return 0;
}

int
testlib_teardown_folder(void **state)
{
    testlib_remove_folder(*state);
    *state = NULL;
    return 0;
}

bool
testlib_exists(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0;
}

/* Reads a stream from its start to its end. */
static char *
read_stream(FILE *stream, const char *name, size_t *n_bytes)
{
    size_t n = 0, size = 4096, n_read;
    char *content = take(malloc(size));

    rewind(stream);
    while ((n_read = fread(content + n, 1, size - n - 1, stream)) > 0) {
        n += n_read;
        if (n + 1 == size) {
            size *= 2;
            content = take(realloc(content, size));
        }
    }
    if (ferror(stream))
        give_up("read", name);
    content[n] = '\0';
    if (n_bytes != NULL)
        *n_bytes = n;
    return content;
}

char *
testlib_read_file(const char *path, size_t *n_bytes)
{
    FILE *stream = fopen(path, "rb");
    char *content;

    if (stream == NULL) {
        give_up("open", path);
        return NULL;
    }
    content = read_stream(stream, path, n_bytes);
    fclose(stream);
    return content;
}

void
testlib_write_bytes(const char *path, const void *bytes, size_t n_bytes)
{
    FILE *stream = fopen(path, "wb");

    if (stream == NULL) {
        give_up("create", path);
        return;
    }
    if (fwrite(bytes, 1, n_bytes, stream) != n_bytes)
        give_up("write", path);
    if (fclose(stream) != 0)
        give_up("close", path);
}

void
testlib_write_text(const char *path, const char *text)
{
    testlib_write_bytes(path, text, strlen(text));
}

/* ---- commands --------------------------------------------------------------------------------- */

/* The child's side of a run: never returns. */
static void
become(const char *folder, const char *const argv[], int out, int err)
{
    const int in = open("/dev/null", O_RDONLY);
    char **arguments;

    /* execvp() promises to leave its arguments alone, though its type does not say so. */
    memcpy(&arguments, &argv, sizeof arguments);
    if (in >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(err, STDERR_FILENO) >= 0 && (folder == NULL || chdir(folder) == 0))
        execvp(arguments[0], arguments);
    _exit(127);
}

testlib_outcome_t
testlib_run_in(const char *folder, const char *const argv[])
{
    testlib_outcome_t outcome = { .exit_code = -1 };
    FILE *out = tmpfile(), *err = tmpfile();
    int status = 0;
    pid_t child;

    if (out == NULL || err == NULL) {
        give_up("create", "a temporary file");
        return outcome;
    }
    fflush(NULL);
    child = fork();
    if (child < 0)
        give_up("start", argv[0]);
    if (child == 0)
        become(folder, argv, fileno(out), fileno(err));
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            give_up("wait for", argv[0]);
    }
    if (WIFEXITED(status))
        outcome.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status))
        outcome.signal = WTERMSIG(status);
    outcome.out = read_stream(out, "standard output", NULL);
    outcome.err = read_stream(err, "standard error", NULL);
    fclose(out);
    fclose(err);
    return outcome;
}

void
testlib_clear_outcome(testlib_outcome_t *outcome)
{
    free(outcome->out);
    free(outcome->err);
    *outcome = (testlib_outcome_t){ .exit_code = -1 };
}

void
testlib_expect(testlib_outcome_t outcome, int exit_code, const char *out, const char *err)
{
    if (outcome.exit_code != exit_code)
        print_error(
            "exit code %d, out:\n%s\nerr:\n%s\n", outcome.exit_code, outcome.out, outcome.err);
    assert_int_equal(outcome.exit_code, exit_code);
    if (out != NULL)
        assert_contains(outcome.out, out);
    if (err != NULL)
        assert_contains(outcome.err, err);
    testlib_clear_outcome(&outcome);
}
