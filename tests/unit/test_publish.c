#include "results/publish.h"

#include "results/content_digest.h"
#include "results/file_sum.h"
#include "results/reader.h"
#include "results/writer.h"
#include "testlib.h"
#include "unit/results_sample.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Entries of a folder other than . and .., with a name that contains part. */
static size_t
count_entries(const char *folder, const char *part)
{
    DIR *const opened = opendir(folder);
    struct dirent *entry;
    size_t n = 0;

    assert_non_null(opened);
    while ((entry = readdir(opened)) != NULL)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strstr(entry->d_name, part) != NULL;
    (void) closedir(opened);
    return n;
}

static void
test_the_sum_file_is_what_sha256sum_checks(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    const sample_t sample = sample_small();
    testlib_outcome_t outcome;
    twp_error_t err = { 0 };

    assert_ok(sample_write(path, &sample, NULL, &err));
    assert_int_equal(count_entries(*state, ""), 2);
    outcome = testlib_run_in(
        *state, (const char *const[]){ "sha256sum", "--strict", "-c", "a.h5.sha256", NULL });
    assert_int_equal(outcome.exit_code, 0);
    assert_string_equal(outcome.out, "a.h5: OK\n");
    testlib_clear_outcome(&outcome);
    free(path);
}

/* Something that cannot be removed lies where the sum is prepared: no file appears, and none is left over. */
static void
test_without_its_sum_no_file_appears(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    const sample_t sample = sample_small();
    twp_publish_t publish = { 0 };
    twp_error_t err = { 0 };
    char *within;

    assert_ok(twp_publish_init(&publish, path, &err));
    assert_int_equal(mkdir(publish.sum_tmp_path, 0700), 0);
    within = testlib_join(publish.sum_tmp_path, "kept");
    testlib_write_bytes(within, "", 0);
    assert_int_equal(sample_write(path, &sample, NULL, &err), TWP_ERR_IO);
    assert_non_null(strstr(err.message, publish.sum_tmp_path));
    assert_int_equal(count_entries(*state, ""), 1);
    assert_int_equal(unlink(within), 0);
    assert_int_equal(rmdir(publish.sum_tmp_path), 0);
    assert_ok(sample_write(path, &sample, NULL, &err));
    twp_publish_clear(&publish);
    free(within);
    free(path);
}

/* Around the ends of blocks and of what is read at once, the fast sum is the portable one. */
static void
test_the_sum_is_the_same_by_the_processor_s_instructions(void **state)
{
    static const size_t middles[] = { 0, 64, 128, 4096, 262144, 524288 };
    char *const path = testlib_join(*state, "x"), fast[TWP_SHA256_HEX_SIZE];
    char *const bytes = malloc(600000), portable[TWP_SHA256_HEX_SIZE];
    twp_error_t err = { 0 };

    assert_non_null(bytes);
    for (size_t i = 0; i < 600000; i++)
        bytes[i] = (char) sample_bits(61, i);
    for (size_t i = 0; i < 6; i++)
        for (size_t n = middles[i] > 66 ? middles[i] - 66 : 0; n <= middles[i] + 66; n++) {
            testlib_write_bytes(path, bytes, n);
            assert_ok(twp_file_sum(path, fast, &err));
            twp_sha256_of(bytes, n, portable);
            assert_string_equal(fast, portable);
        }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(twp_file_sum(path, fast, &err), TWP_ERR_IO);
    assert_string_equal(fast, "");
    if (!twp_file_sum_is_fast())
        print_message("this processor has no SHA instructions\n");
    free(bytes);
    free(path);
}

static void
test_an_equal_file_that_is_there_is_success_and_stays(void **state)
{
    char *const path = testlib_join(*state, "a.h5"),
                *const sum = testlib_join(*state, "a.h5.sha256");
    sample_t sample = sample_small();
    struct stat before, after;
    twp_error_t err = { 0 };

    assert_ok(sample_write(path, &sample, NULL, &err));
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(unlink(sum), 0); /* as if the first attempt had ended before it */
    sample.with_session = false;      /* other bytes, equal content */
    assert_ok(sample_write(path, &sample, NULL, &err));
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino && before.st_mtime == after.st_mtime);
    assert_true(testlib_exists(sum));
    assert_int_equal(sample_check(path), 0);
    assert_int_equal(count_entries(*state, ""), 2);
    free(path);
    free(sum);
}

static void
test_a_different_file_that_is_there_is_an_error_and_stays(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    char before[TWP_CONTENT_DIGEST_HEX_SIZE], after[TWP_CONTENT_DIGEST_HEX_SIZE];
    sample_t sample = sample_small();
    twp_error_t err = { 0 };

    assert_ok(sample_write(path, &sample, before, &err));
    sample.seed = 99;
    assert_int_equal(sample_write(path, &sample, NULL, &err), TWP_ERR_EXISTS);
    assert_contains(err.message, "another content");
    assert_ok(twp_results_content_digest(path, after, &err));
    assert_string_equal(before, after);
    assert_int_equal(count_entries(*state, ""), 2);
    sample.overwrite = true;
    assert_ok(sample_write(path, &sample, after, &err));
    assert_string_not_equal(before, after);
    assert_int_equal(sample_check(path), 0);
    assert_int_equal(count_entries(*state, ""), 2);
    free(path);
}

static void
test_a_file_that_is_no_results_file_is_not_replaced_unasked(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    sample_t sample = sample_small();
    twp_error_t err = { 0 };
    char *text;

    testlib_write_text(path, "my only copy");
    assert_int_equal(sample_write(path, &sample, NULL, &err), TWP_ERR_EXISTS);
    assert_contains(err.message, "cannot be compared");
    text = testlib_read_file(path, NULL);
    assert_string_equal(text, "my only copy");
    free(text);
    assert_int_equal(count_entries(*state, ""), 1);
    free(path);
}

static void
test_folders_that_cannot_be_written_are_named(void **state)
{
    char *const missing = testlib_join(*state, "nowhere/a.h5");
    char *const is_file = testlib_join(*state, "file/a.h5"),
                *const file = testlib_join(*state, "file");
    const char *const wrong[] = { "", "folder/", "a\nb.h5", "..", "a\\b.h5" };
    twp_results_writer_t *writer = NULL;
    twp_error_t err = { 0 };

    assert_int_equal(twp_results_writer_open(missing, NULL, &writer, &err), TWP_ERR_IO);
    assert_contains(err.message, "nowhere/a.h5");
    assert_contains(err.message, strerror(ENOENT));
    testlib_write_text(file, "");
    assert_int_equal(twp_results_writer_open(is_file, NULL, &writer, &err), TWP_ERR_IO);
    assert_contains(err.message, strerror(ENOTDIR));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(twp_results_writer_open(wrong[i], NULL, &writer, &err), TWP_ERR_ARGUMENT);
    if (geteuid() != 0) { /* root may write anywhere */
        char *const locked = testlib_join(*state, "locked"),
                    *const path = testlib_join(locked, "a");
        assert_int_equal(mkdir(locked, 0555), 0);
        assert_int_equal(twp_results_writer_open(path, NULL, &writer, &err), TWP_ERR_IO);
        assert_contains(err.message, strerror(EACCES));
        free(locked);
        free(path);
    }
    assert_null(writer);
    free(missing);
    free(is_file);
    free(file);
}

static void
test_a_name_too_long_for_its_temporary_name_is_refused_at_once(void **state)
{
    char name[260], *path;
    twp_results_writer_t *writer = NULL;
    twp_error_t err = { 0 };

    memset(name, 'a', sizeof name);
    name[250] = '\0';
    path = testlib_join(*state, name);
    assert_int_equal(twp_results_writer_open(path, NULL, &writer, &err), TWP_ERR_ARGUMENT);
    assert_contains(err.message, "too long");
    free(path);
}

/* Where a file cannot or must not stand, that is told before a run, and whatever is there stays. */
static void
test_a_folder_a_pipe_and_a_device_are_never_replaced(void **state)
{
    const twp_results_options_t overwrite = { .overwrite = true };
    char *const folder = testlib_join(*state, "folder.h5"),
                *const fifo = testlib_join(*state, "fifo.h5"),
                *const link = testlib_join(*state, "link.h5");
    const char *const path[] = { folder, fifo, "/dev/null", link };
    struct stat facts;

    assert_int_equal(mkdir(folder, 0777), 0);
    assert_int_equal(mkfifo(fifo, 0666), 0);
    assert_int_equal(symlink("/dev/null", link), 0);
    for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
        twp_results_writer_t *writer = NULL;
        twp_error_t err = { 0 };

        assert_int_equal(
            twp_results_writer_open(path[i], &overwrite, &writer, &err), TWP_ERR_ARGUMENT);
        assert_contains(err.message, "there, no file");
        assert_int_equal(stat(path[i], &facts), 0);
        assert_false(S_ISREG(facts.st_mode));
    }
    free(link);
    free(fifo);
    free(folder);
}

/* The process id of a child that is gone. */
static long
dead_pid(void)
{
    const pid_t child = fork();

    if (child == 0)
        _exit(0);
    assert_true(child > 0 && waitpid(child, NULL, 0) == child);
    return (long) child;
}

static void
test_temporary_files_of_dead_processes_go_and_others_stay(void **state)
{
    const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    char host[65] = "", names[7][256], *const path = testlib_join(*state, "a.h5");
    const bool stays[7] = { false, false, true, true, true, false, true };
    twp_results_writer_t *writer = NULL;
    twp_error_t err = { 0 };

    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    (void) snprintf(names[0], 256, ".a.h5.%s.%ld.tmp", host, dead_pid());
    (void) snprintf(names[1], 256, ".a.h5.sha256.%s.%ld.tmp", host, dead_pid());
    (void) snprintf(names[2], 256, ".a.h5.%s.%ld.tmp", host, (long) getppid()); /* alive */
    (void) snprintf(names[3], 256, ".a.h5.elsewhere.%ld.tmp", dead_pid());      /* who knows */
    (void) snprintf(names[4], 256, ".b.h5.%s.%ld.tmp", host, dead_pid());       /* another file's */
    (void) snprintf(names[5], 256, ".a.h5.elsewhere.1.tmp");                    /* old */
    (void) snprintf(names[6], 256, ".a.h5.notes");
    for (size_t i = 0; i < 7; i++) {
        char *const file = testlib_join(*state, names[i]);
        testlib_write_text(file, "x");
        if (i == 5)
            assert_int_equal(utimensat(AT_FDCWD, file, old, 0), 0);
        free(file);
    }
    assert_ok(twp_results_writer_open(path, NULL, &writer, &err));
    twp_results_abandon(writer);
    for (size_t i = 0; i < 7; i++) {
        char *const file = testlib_join(*state, names[i]);
        if (testlib_exists(file) != stays[i])
            fail_msg("%s is %s", names[i], stays[i] ? "gone" : "still there");
        free(file);
    }
    free(path);
}

/* Starts this program anew to write path; returns its process. */
static pid_t
start_writer(const char *self, const char *path)
{
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        (void) execl(self, self, "write", path, (char *) NULL);
        _exit(127);
    }
    return child;
}

static double
seconds_now(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

/* Killed at moments spread over a whole run, the file is absent or whole, and a second attempt
 * succeeds and clears what the first left. */
static void
test_a_kill_at_any_moment_leaves_the_file_absent_or_whole(void **state)
{
    char self[4096] = "", *const path = testlib_join(*state, "a.h5");
    char *const sum = testlib_join(*state, "a.h5.sha256");
    const int n_kills = testlib_is_long() ? 80 : 12;
    int n_absent = 0, n_whole = 0, outcome;
    double whole_run;

    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    whole_run = -seconds_now();
    assert_int_equal(waitpid(start_writer(self, path), &outcome, 0) > 0 ? outcome : -1, 0);
    whole_run += seconds_now();
    for (int i = 0; i < n_kills; i++) {
        const double delay = whole_run * 1.2 * sample_uniform(31, (uint64_t) i);
        const struct timespec pause = { .tv_sec = (time_t) delay,
            .tv_nsec = (long) ((delay - (double) (time_t) delay) * 1e9) };
        pid_t child;
        (void) unlink(path);
        (void) unlink(sum);
        child = start_writer(self, path);
        (void) nanosleep(&pause, NULL);
        (void) kill(child, SIGKILL);
        assert_true(waitpid(child, &outcome, 0) == child);
        if (testlib_exists(path)) {
            assert_int_equal(sample_check(path), 0);
            n_whole++;
        } else {
            n_absent++;
        }
        assert_int_equal(waitpid(start_writer(self, path), &outcome, 0) > 0 ? outcome : -1, 0);
        assert_int_equal(sample_check(path), 0);
        assert_true(testlib_exists(sum));
        assert_int_equal(count_entries(*state, ".tmp"), 0);
    }
    print_message("%d times absent, %d times whole\n", n_absent, n_whole);
    assert_true(n_absent > 0); /* else no kill came in time to matter */
    free(path);
    free(sum);
}

/* Entries fill what readdir() reads at once: the last of them end where that memory ends. */
static void
test_a_folder_of_very_many_files_is_looked_through(void **state)
{
    const sample_t sample = sample_small();
    char *const path = testlib_join(*state, "a.h5");
    twp_error_t err = { 0 };

    for (int i = 0; i < 3000; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "f%d", i);
        char *const other = testlib_join(*state, name);
        const int file = open(other, O_CREAT | O_EXCL | O_WRONLY, 0600);

        assert_true(file >= 0);
        (void) close(file);
        free(other);
    }
    assert_ok(sample_write(path, &sample, NULL, &err));
    assert_int_equal(count_entries(*state, ""), 3002);
    free(path);
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(int n_arguments, char *arguments[])
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_without_its_sum_no_file_appears),
        IN_FOLDER(test_the_sum_file_is_what_sha256sum_checks),
        IN_FOLDER(test_the_sum_is_the_same_by_the_processor_s_instructions),
        IN_FOLDER(test_an_equal_file_that_is_there_is_success_and_stays),
        IN_FOLDER(test_a_different_file_that_is_there_is_an_error_and_stays),
        IN_FOLDER(test_a_file_that_is_no_results_file_is_not_replaced_unasked),
        IN_FOLDER(test_folders_that_cannot_be_written_are_named),
        IN_FOLDER(test_a_name_too_long_for_its_temporary_name_is_refused_at_once),
        IN_FOLDER(test_a_folder_a_pipe_and_a_device_are_never_replaced),
        IN_FOLDER(test_temporary_files_of_dead_processes_go_and_others_stay),
        IN_FOLDER(test_a_folder_of_very_many_files_is_looked_through),
        IN_FOLDER(test_a_kill_at_any_moment_leaves_the_file_absent_or_whole),
    };

    twp_results_setup();
    if (n_arguments == 3 && strcmp(arguments[1], "write") == 0)
        _exit(sample_write_small(arguments[2]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
