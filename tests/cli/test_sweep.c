/* Runs in parts from outside: whatever the tasks, threads, order, kills and copies, the results are those of
 * a run without parts; what fails, stops or does not belong together is told, and nothing wrong appears. */
#include "testlib.h"

#include <fcntl.h>
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define N_TWINS "4200" /* five blocks: five shards of a block */
/* Few rows, so that most of the time goes to what is tested. */
#define LEAN "--set", "record.events=none", "--set", "record.trajectories=false"
#define N_SHARDS 5
#define DIGEST_SIZE 65

typedef struct {
    char *folder, *study;
    char digest[DIGEST_SIZE]; /* of the run without parts */
} fixture_t;

/* ---- helpers --------------------------------------------------------------------------------- */

static void
take_digest(testlib_outcome_t outcome, char digest[DIGEST_SIZE])
{
    if (outcome.exit_code != 0)
        fail_msg("exit code %d: %s", outcome.exit_code, outcome.err);
    assert_int_equal(strlen(outcome.out), DIGEST_SIZE); /* and a line end */
    memcpy(digest, outcome.out, DIGEST_SIZE - 1);
    digest[DIGEST_SIZE - 1] = '\0';
    testlib_clear_outcome(&outcome);
}

static int
set_up(void **state)
{
    fixture_t *const f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->folder = testlib_temporary_folder();
    f->study = testlib_source_path("tests/python/study.yaml");
    take_digest(testlib_twinpath_in(f->folder, "run", f->study, "-n", N_TWINS, LEAN, "-q",
                    "--digest", "-o", "whole.h5"),
        f->digest);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture_t *const f = *state;

    testlib_remove_folder(f->folder);
    free(f->study);
    free(f);
    return 0;
}

#define sweep(f, run, ...)                                                           \
    testlib_twinpath_in((f)->folder, "sweep", (f)->study, "-n", N_TWINS, LEAN, "-q", \
        "--shard-twins", "1024", "-o", (run), __VA_ARGS__)

static bool
has(const fixture_t *f, const char *run, const char *name)
{
    char *const folder = testlib_join(f->folder, run), *const path = testlib_join(folder, name);
    const bool is_there = testlib_exists(path);

    free(path);
    free(folder);
    return is_there;
}

static char *
in_run(const fixture_t *f, const char *run, const char *name)
{
    char *const folder = testlib_join(f->folder, run), *const path = testlib_join(folder, name);

    free(folder);
    return path;
}

/* The results in a run's folder are those of the run without parts, and nothing else is left. */
static void
assert_merged(const fixture_t *f, const char *run)
{
    char digest[DIGEST_SIZE];
    testlib_outcome_t status = testlib_twinpath_in(f->folder, "sweep", "--status", run);

    assert_contains(status.out, f->digest);
    assert_int_equal(status.exit_code, 0);
    testlib_clear_outcome(&status);
    take_digest(testlib_twinpath_in(f->folder, "sweep", f->study, "-n", N_TWINS, LEAN, "-q",
                    "--digest", "--shard-twins", "1024", "-o", run),
        digest);
    assert_string_equal(digest, f->digest);
    assert_false(has(f, run, "shards"));
}

/* Starts a sweep that is not waited for. */
static pid_t
start(const fixture_t *f, const char *run)
{
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (chdir(f->folder) == 0 && freopen("out", "w", stdout) != NULL &&
            freopen("err", "w", stderr) != NULL)
            execl(testlib_program(), testlib_program(), "sweep", f->study, "-n", N_TWINS, LEAN,
                "-q", "--shard-twins", "1024", "-t", "1", "-o", run, (char *) NULL);
        _exit(127);
    }
    return child;
}

static void
wait_milliseconds(long n)
{
    const struct timespec pause = { n / 1000, n % 1000 * 1000000 };

    nanosleep(&pause, NULL);
}

static size_t
count_lines(const fixture_t *f, const char *run)
{
    char *const path = in_run(f, run, "progress.jsonl");
    size_t n = 0;

    if (testlib_exists(path)) {
        char *const text = testlib_read_file(path, NULL);

        for (const char *c = text; *c != '\0'; c++)
            n += *c == '\n';
        free(text);
    }
    free(path);
    return n;
}

/* Waits for the child and returns its status, or until it has noted n more lines: then false. */
static bool
ends_before_lines(const fixture_t *f, const char *run, pid_t child, size_t n, int *status)
{
    const size_t wanted = count_lines(f, run) + n;

    for (;;) {
        if (waitpid(child, status, WNOHANG) == child)
            return true;
        if (count_lines(f, run) >= wanted)
            return false;
        wait_milliseconds(2);
    }
}

/* ---- one content ----------------------------------------------------------------------------- */

static void
test_any_tasks_threads_and_order_come_to_the_results_of_one_run(void **state)
{
    const fixture_t *const f = *state;
    static const struct {
        const char *run, *n_threads;
        int n_tasks;
        bool is_reversed, is_long;
    } cases[] = { { "one", "1", 1, false, true }, { "one_2", "2", 1, false, false },
        { "two", "2", 2, true, false }, { "seven", "1", 7, false, false },
        { "seven_back", "2", 7, true, true } };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char n_tasks[16];

        if (cases[i].is_long && !testlib_is_long())
            continue;
        (void) snprintf(n_tasks, sizeof n_tasks, "%d", cases[i].n_tasks);
        for (int k = 0; k < cases[i].n_tasks; k++) {
            char task[16];

            (void) snprintf(
                task, sizeof task, "%d", cases[i].is_reversed ? cases[i].n_tasks - 1 - k : k);
            assert_false(
                has(f, cases[i].run, "results.h5") && k < N_SHARDS && !cases[i].is_reversed);
            testlib_expect(sweep(f, cases[i].run, "--task", task, "--tasks", n_tasks, "-t",
                               cases[i].n_threads),
                0, "", "");
        }
        assert_merged(f, cases[i].run);
    }
}

static void
test_shards_of_any_size_and_a_later_merge_come_to_the_same(void **state)
{
    const fixture_t *const f = *state;
    char digest[DIGEST_SIZE], whole[DIGEST_SIZE];

    /* Events and trajectories too: rows of unequal length, whose starts count on over shards. */
    take_digest(testlib_twinpath_in(
                    f->folder, "run", f->study, "-n", N_TWINS, "-q", "--digest", "-o", "full.h5"),
        whole);

    testlib_expect(testlib_twinpath_in(f->folder, "sweep", f->study, "-n", N_TWINS, "-q",
                       "--shard-twins", "2048", "-o", "large", "--no-merge"),
        0, "", "");
    assert_false(has(f, "large", "results.h5"));
    testlib_expect(
        testlib_twinpath_in(f->folder, "sweep", "--status", "large"), 75, "3 of 3 shards done", "");
    take_digest(testlib_twinpath_in(f->folder, "merge", "large/shards/shard-000001-of-000003.h5",
                    "large/shards/shard-000002-of-000003.h5",
                    "large/shards/shard-000000-of-000003.h5", "-o", "joined.h5", "-q", "--digest"),
        digest);
    assert_string_equal(digest, whole);
    assert_true(has(f, "large", "shards/shard-000000-of-000003.h5"));
    take_digest(
        testlib_twinpath_in(f->folder, "merge", "large", "-q", "--digest", "-t", "1"), digest);
    assert_string_equal(digest, whole);
    assert_false(has(f, "large", "shards"));
    testlib_expect(testlib_twinpath_in(f->folder, "reproduce", "large/results.h5"), 0, "equal", "");
    take_digest(testlib_twinpath_in(f->folder, "merge", "large", "-q", "--digest"), digest);
    assert_string_equal(digest, whole);
}

/* Sets are shared out whole; where rows of the same twins are sums over all sets, the run is one shard. */
static void
test_parameter_sets_in_parts_come_to_the_results_of_one_run(void **state)
{
    const fixture_t *const f = *state;
    char *const study = testlib_source_path("scenarios/studies/sick_sicker_psa.yaml");
    static const struct {
        const char *twins, *rows, *shards;
    } cases[] = { { "fresh", "true", "4 of 4" }, { "same", "false", "4 of 4" },
        { "same", "true", "1 of 1" } };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char whole[DIGEST_SIZE], digest[DIGEST_SIZE], rows[2][64], run[32], results[48];

        (void) snprintf(rows[0], sizeof rows[0], "record.outcomes=%s", cases[i].rows);
        (void) snprintf(rows[1], sizeof rows[1], "record.twins=%s", cases[i].rows);
        (void) snprintf(run, sizeof run, "sets_%zu", i);
        (void) snprintf(results, sizeof results, "%s.h5", run);
#define sets(command, ...)                                                                        \
    testlib_twinpath_in(f->folder, (command), study, "-n", "300", "--parameter-sets", "11", "-q", \
        "--twins", cases[i].twins, "--set", rows[0], "--set", rows[1], __VA_ARGS__)
        take_digest(sets("run", "-o", results, "--digest"), whole);
        testlib_expect(
            sets("sweep", "-o", run, "--shard-twins", "1000", "--task", "1", "--tasks", "2"), 0, "",
            NULL);
        testlib_expect(
            sets("sweep", "-o", run, "--shard-twins", "1000", "-t", "1", "--no-merge"), 0, "", "");
        testlib_expect(
            testlib_twinpath_in(f->folder, "sweep", "--status", run), 75, cases[i].shards, "");
        take_digest(testlib_twinpath_in(f->folder, "merge", run, "-q", "--digest"), digest);
        assert_string_equal(digest, whole);
    }
    free(study);
}

/* The study with a sweep: 2 x 3 points. */
static char *
write_swept(const fixture_t *f)
{
    char *const text = testlib_read_file(f->study, NULL),
                *const study = testlib_join(f->folder, "swept.yaml");
    char *const at = strstr(text, "\nstrategies:");
    char *whole = NULL;

    assert_non_null(at);
    *at = '\0';
    assert_true(asprintf(&whole,
                    "%s\nsweep: {over: {parameters.gap: [10 days, 14 days, 20 days], "
                    "parameters.nurse_stop: [0.6, 0.8]}}\n%s",
                    text, at + 1) > 0);
    testlib_write_text(study, whole);
    free(whole);
    free(text);
    return study;
}

static void
test_points_of_a_sweep_in_parts_come_to_one_file(void **state)
{
    const fixture_t *const f = *state;
    char *const study = write_swept(f), first[DIGEST_SIZE] = "";
    static const struct {
        const char *run, *n_threads, *shard_twins, *status;
    } cases[] = { { "points_one", "1", "1000", "6 of 6 shards" },
        { "points_all", "2", "100000", "1 of 1 shards" },
        { "points_some", "2", "4500", "2 of 2 shards" } };
    const size_t n_cases = testlib_is_long() ? 3 : 2;

    for (size_t i = 0; i < n_cases; i++) {
        char digest[DIGEST_SIZE];
#define points(...)                                                                              \
    testlib_twinpath_in(f->folder, "sweep", study, "-n", "1000", LEAN, "-q", "-o", cases[i].run, \
        "--shard-twins", cases[i].shard_twins, "-t", cases[i].n_threads, "--no-merge",           \
        __VA_ARGS__)
        testlib_expect(points("--task", "1", "--tasks", "2"), 0, "", "");
        testlib_expect(points("--task", "0", "--tasks", "2"), 0, "", "");
        testlib_expect(testlib_twinpath_in(f->folder, "sweep", "--status", cases[i].run), 75,
            cases[i].status, "");
        take_digest(
            testlib_twinpath_in(f->folder, "merge", cases[i].run, "-q", "--digest"), digest);
        if (i > 0)
            assert_string_equal(digest, first);
        memcpy(first, digest, sizeof first);
    }
    /* ... which is the one that a sweep without parts makes. */
    testlib_expect(
        testlib_twinpath_in(f->folder, "reproduce", "points_one/results.h5"), 0, first, "");
    free(study);
}

/* Points of three blocks, in shards of a block; with parameter sets, in shards of some sets. */
static void
test_points_that_are_cut_come_to_the_file_of_whole_ones(void **state)
{
    const fixture_t *const f = *state;
    char *const study = write_swept(f),
                *const uncertain = testlib_source_path("scenarios/studies/sick_sicker_psa.yaml");
    static const struct {
        const char *run, *n_sets, *twins, *n_threads, *shard_twins, *status;
    } cases[] = { { "cut_not", "0", "same", "2", "100000", "1 of 1 shards" },
        { "cut_by_blocks", "0", "same", "2", "1024", "18 of 18 shards" },
        { "cut_sets_not", "7", "same", "2", "100000", "1 of 1 shards" },
        { "cut_sets", "7", "same", "2", "300", "12 of 12 shards" },
        { "cut_fresh_not", "7", "fresh", "1", "840", "3 of 3 shards" },
        { "cut_fresh", "7", "fresh", "2", "150", "21 of 21 shards" } };
    const size_t n_cases = testlib_is_long() ? 6 : 2;
    char digest[6][DIGEST_SIZE];

    for (size_t i = 0; i < n_cases; i++) {
        const bool has_sets = i > 1;
#define cut(...)                                                                        \
    testlib_twinpath_in(f->folder, "sweep", has_sets ? uncertain : study, "-n",         \
        has_sets ? "120" : "2500", "-q", "-o", cases[i].run, "--shard-twins",           \
        cases[i].shard_twins, "-t", cases[i].n_threads, "--twins", cases[i].twins,      \
        has_sets ? "--parameter-sets" : "--set", has_sets ? "7" : "record.events=none", \
        has_sets ? "--over" : "--set",                                                  \
        has_sets ? "report.discount.rate=0 / year,0.03 / year,0.05 / year"              \
                 : "record.trajectories=false",                                         \
        __VA_ARGS__)
        testlib_expect(cut("--task", "1", "--tasks", "2", "--no-merge"), 0, "", NULL);
        testlib_expect(cut("--task", "0", "--tasks", "2", "--no-merge"), 0, "", NULL);
        testlib_expect(testlib_twinpath_in(f->folder, "sweep", "--status", cases[i].run), 75,
            cases[i].status, "");
        take_digest(
            testlib_twinpath_in(f->folder, "merge", cases[i].run, "-q", "--digest"), digest[i]);
    }
    assert_string_equal(digest[1], digest[0]);
    if (n_cases == 6) {
        assert_string_equal(digest[3], digest[2]);
        assert_string_equal(digest[5], digest[4]);
    }
    free(uncertain);
    free(study);
}

/* Whether a shard has points that did not fail, that point alone, or a part of it: one file, and nothing to be done again. */
static void
assert_failed_points_are_the_same(const fixture_t *f, const char *study)
{
    static const struct {
        const char *run, *shard_twins;
    } cases[] = { { "bad_points", "4000" }, { "bad_alone", "2000" }, { "bad_parts", "1024" } };
    char digest[DIGEST_SIZE], first[DIGEST_SIZE] = "";

    for (size_t i = 0; i < 3; i++) {
        if (i > 0)
            testlib_expect(testlib_twinpath_in(f->folder, "sweep", study, "-q", "--shard-twins",
                               cases[i].shard_twins, "-o", cases[i].run),
                1, "", "1 point failed; /points of");
        assert_false(has(f, cases[i].run, "errors"));
        assert_false(has(f, cases[i].run, "shards"));
        testlib_outcome_t status = testlib_twinpath_in(
            f->folder, "sweep", "--status", cases[i].run);

        char *const merged = strstr(status.out, "results.h5, digest ");

        if (merged == NULL)
            fail_msg("%s: %s", cases[i].run, status.out);
        memcpy(digest, merged + strlen("results.h5, digest "), DIGEST_SIZE - 1);
        digest[DIGEST_SIZE - 1] = '\0';
        testlib_clear_outcome(&status);
        if (i > 0)
            assert_string_equal(digest, first);
        memcpy(first, digest, sizeof first);
    }
    /* A part that is not there leaves the point out, not its other part in. */
    testlib_expect(testlib_twinpath_in(f->folder, "sweep", study, "-q", "--shard-twins", "1024",
                       "-o", "bad_gaps", "--task", "0", "--tasks", "3"),
        1, "", "shard 3, 1 point failed: point 2 (");
    testlib_expect(
        testlib_twinpath_in(f->folder, "merge", "bad_gaps", "-q", "--allow-gaps", "-o", "gaps.h5"),
        0, "", "");
    testlib_expect(
        testlib_run_in(f->folder,
            (const char *const[]){ "h5dump", "-y", "-d", "/points/fate", "gaps.h5", NULL }),
        0, "0, 2, 0, 0", "");
}

/* Where nothing is missing a failed point ends nothing: whether it ends this task, or an earlier one. */
static void
assert_a_complete_run_is_merged(const fixture_t *f, const char *study)
{
    static const char on_error[][5] = { "end", "stop" };

    for (size_t i = 0; i < 2; i++)
        for (int is_later = 0; is_later < 2; is_later++) {
            char run[32];

            (void) snprintf(run, sizeof run, "all_%s%d", on_error[i], is_later);
#define task(...)                                                                            \
    testlib_twinpath_in(f->folder, "sweep", study, "-q", "--shard-twins", "4000", "-o", run, \
        "--tasks", "2", "--on-error", on_error[i], "--task", __VA_ARGS__)
            testlib_expect(task("1"), 0, "", "");
            if (is_later) {
                testlib_expect(
                    task("0", "--no-merge"), 1, "", "shard 0, 1 point failed: point 2 (");
                assert_false(has(f, run, "results.h5"));
            }
            testlib_expect(task("0"), 1, "", "1 point failed; /points of all_");
            assert_true(has(f, run, "results.h5"));
            assert_false(has(f, run, "shards"));
#undef task
        }
}

/* Of four points the second failed. */
static void
assert_a_failed_point_is_told(const fixture_t *f)
{
    static const char file[] = "bad_points/results.h5";
    testlib_outcome_t all = testlib_twinpath_in(f->folder, "summary", file),
                      one = testlib_twinpath_in(f->folder, "summary", file, "--point", "2");

    assert_int_equal(all.exit_code, 0);
    assert_contains(all.out, "3 of 4 points are done; 1 failed.");
    assert_lacks(all.out, "PARTIAL");
    assert_int_equal(one.exit_code, 0);
    assert_contains(one.out, "parameters.wait = 1 d. IT FAILED: ");
    assert_contains(one.out, "is not above 0");
    assert_lacks(one.out, "95 % interval");
    assert_lacks(one.out, "twins, each under");
    testlib_clear_outcome(&all);
    testlib_clear_outcome(&one);
    testlib_expect(testlib_twinpath_in(f->folder, "summary", file, "--point", "2", "-f", "csv"), 0,
        ",,failed\n", "");
    testlib_expect(
        testlib_twinpath_in(f->folder, "summary", file, "--point", "1"), 0, "95 % interval", "");
    testlib_expect(testlib_twinpath_in(f->folder, "summary", file, "-f", "json"), 0,
        "\"n_points_done\": 3,\n  \"n_points_failed\": 1,", "");
    testlib_expect(
        testlib_twinpath_in(f->folder, "summary", file, "--point", "1", "-m", "entries_health_ill"),
        2, "", "--measure: --point shows all measures");
}

static void
test_a_failed_point_leaves_its_reason_and_does_not_stop_the_rest(void **state)
{
    const fixture_t *const f = *state;
    char *const study = testlib_join(f->folder, "faulty_points.yaml");

    testlib_write_text(study,
        "twinpath: 1\nstudy: faulty\nsource: assumption\n"
        "time: {starts: 2027-01-01, horizon: 1 year}\n"
        "parameters: {wait: 30 days}\n"
        "patient:\n"
        "  count: 2000\n"
        "  attributes: {span: {normal: [0 days, 1 day]}}\n"
        "  tracks:\n"
        "    health:\n"
        "      start: well\n"
        "      states:\n"
        "        well: {wait: {after: wait + span, to: ill}}\n"
        "        ill: {}\n"
        "sweep: {over: {parameters.wait: [30 days, 1 day, 20 days, 10 days]}}\n"
        "strategies: {usual: {baseline: true}}\n"
        "report: {measures: [{measure: entries, of: health.ill}]}\n");
    testlib_outcome_t first = testlib_twinpath_in(
        f->folder, "sweep", study, "-q", "--shard-twins", "4000", "-o", "bad_points");

    assert_int_equal(first.exit_code, 1);
    assert_contains(first.err, "shard 0, 1 point failed: point 2 (");
    assert_contains(first.err, "1 point failed; /points of bad_points/results.h5 says why");
    testlib_clear_outcome(&first);
    testlib_expect(testlib_run_in(f->folder,
                       (const char *const[]){
                           "h5dump", "-y", "-d", "/points/fate", "bad_points/results.h5", NULL }),
        0, NULL, "");
    assert_a_failed_point_is_told(f);
    assert_failed_points_are_the_same(f, study);
    testlib_expect(
        testlib_twinpath_in(f->folder, "reproduce", "bad_points/results.h5"), 0, "equal", "");
    testlib_expect(testlib_twinpath_in(f->folder, "sweep", study, "-q", "--shard-twins", "4000",
                       "-o", "ended_points", "--on-error", "end"),
        1, "",
        "1 point failed, which ends the run; /points of the files in ended_points/shards says why");
    assert_true(has(f, "ended_points", "shards/shard-000000-of-000002.h5"));
    assert_false(has(f, "ended_points", "shards/shard-000001-of-000002.h5"));
    testlib_expect(testlib_twinpath_in(f->folder, "sweep", study, "-q", "--shard-twins", "4000",
                       "-o", "ended_points"),
        1, "", "a failure ended the run (--retry goes on): shard 0, 1 point failed: point 2 (");
    assert_a_complete_run_is_merged(f, study);
    free(study);
}

/* Kills come after some lines of progress and some milliseconds, so they meet every part of the work. */
static void
kill_and_resume(const fixture_t *f, const char *run, uint32_t seed)
{
    int status = 0, n_killed = 0;

    for (int k = 0; k < 5; k++) {
        const pid_t child = start(f, run);
        uint32_t x = seed = seed * 1664525u + 1013904223u;

        if (ends_before_lines(f, run, child, 1 + (x >> 16) % 3, &status))
            break;
        wait_milliseconds((x >> 20) % 60);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        n_killed += WIFSIGNALED(status);
    }
    assert_true(n_killed >= 2);
    const pid_t last = start(f, run);

    assert_int_equal(waitpid(last, &status, 0), last);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_merged(f, run);
}

static void
test_killed_and_resumed_five_times_it_comes_to_the_same(void **state)
{
    const fixture_t *const f = *state;
    const int n_seeds = testlib_is_long() ? 20 : 1;

    for (int seed = 1; seed <= n_seeds; seed++) {
        char run[32];

        (void) snprintf(run, sizeof run, "killed_%d", seed);
        kill_and_resume(f, run, (uint32_t) seed * 2654435761u);
    }
}

static void
test_two_copies_of_one_task_do_no_harm(void **state)
{
    const fixture_t *const f = *state;

    for (int k = 0; k < (testlib_is_long() ? 10 : 1); k++) {
        char run[32];
        int status[2];

        (void) snprintf(run, sizeof run, "copies_%d", k);
        const pid_t one = start(f, run), other = start(f, run);

        assert_int_equal(waitpid(one, &status[0], 0), one);
        assert_int_equal(waitpid(other, &status[1], 0), other);
        assert_true(WIFEXITED(status[0]) && WEXITSTATUS(status[0]) == 0);
        assert_true(WIFEXITED(status[1]) && WEXITSTATUS(status[1]) == 0);
        assert_merged(f, run);
    }
}

/* ---- stopping -------------------------------------------------------------------------------- */

static void
test_signals_and_the_time_end_it_with_75_and_it_goes_on(void **state)
{
    const fixture_t *const f = *state;
    static const int signals[] = { SIGTERM, SIGUSR1 };
    int status = 0;

    for (size_t i = 0; i < 2; i++) {
        const pid_t child = start(f, i == 0 ? "term" : "usr1");

        assert_false(ends_before_lines(f, i == 0 ? "term" : "usr1", child, 3, &status));
        kill(child, signals[i]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 75);
        assert_false(has(f, i == 0 ? "term" : "usr1", "results.h5"));
        testlib_expect(
            testlib_twinpath_in(f->folder, "sweep", "--status", i == 0 ? "term" : "usr1"), 75,
            "of 5 shards done", "");
    }
    testlib_expect(sweep(f, "term", "-t", "2"), 0, "", "");
    assert_merged(f, "term");
    testlib_expect(sweep(f, "late", "--max-time", "0.001"), 75, "", "the time is up with 5 of the");
    testlib_expect(
        sweep(f, "late", "--max-time", "0.001"), 75, "", "no shard was done in the time");
    testlib_expect(sweep(f, "late", "--no-merge"), 0, "", "");
    testlib_expect(sweep(f, "late", "--max-time", "0.001"), 75, "",
        "0 of the run's 5 shards missing; the same command goes on, but merging takes more time");
    testlib_expect(sweep(f, "late", "--max-time", "1h"), 0, "", "");
    assert_merged(f, "late");
    testlib_expect(sweep(f, "late", "--max-time", "soon"), 2, "", "is no time such as");
}

/* ---- failures -------------------------------------------------------------------------------- */

/* A wait of 3.15 days and a normal number: below 0 for one twin, 4149, which is of shard 4 of 6. */
static char *
write_faulty(const fixture_t *f)
{
    char *const study = testlib_join(f->folder, "faulty.yaml");

    testlib_write_text(study,
        "twinpath: 1\nstudy: faulty\nsource: assumption\n"
        "time: {starts: 2027-01-01, horizon: 1 year}\n"
        "patient:\n"
        "  count: 6144\n"
        "  attributes: {span: {normal: [0 days, 1 day]}}\n"
        "  tracks:\n"
        "    health:\n"
        "      start: well\n"
        "      states:\n"
        "        well: {wait: {after: 3.15 days + span, to: ill}}\n"
        "        ill: {}\n"
        "strategies: {usual: {baseline: true}}\n"
        "report: {measures: [{measure: entries, of: health.ill}]}\n");
    return study;
}

static void
test_a_failed_shard_leaves_its_reason_and_does_not_stop_the_rest(void **state)
{
    const fixture_t *const f = *state;
    char *const study = write_faulty(f);

#define faulty(run, ...) \
    testlib_twinpath_in( \
        f->folder, "sweep", study, "-q", "--shard-twins", "1024", "-o", (run), __VA_ARGS__)
    testlib_outcome_t first = faulty("bad", "-t", "1");

    assert_int_equal(first.exit_code, 1);
    assert_contains(first.err, "shard 4: ");
    assert_contains(first.err, "of this task's 6 shards failed");
    testlib_clear_outcome(&first);
    assert_true(has(f, "bad", "errors/shard-000004.json"));
    assert_true(has(f, "bad", "shards/shard-000005-of-000006.h5"));
    assert_false(has(f, "bad", "results.h5"));
    testlib_expect(testlib_twinpath_in(f->folder, "sweep", "--status", "bad"), 1,
        "shard 4 failed: task 0", "");

    const size_t n_before = count_lines(f, "bad");

    testlib_expect(faulty("bad", "-t", "1"), 1, "", "--retry lives them again");
    assert_int_equal(count_lines(f, "bad"), n_before);
    testlib_expect(faulty("bad", "--retry"), 1, "", "shard 4: ");
    assert_true(count_lines(f, "bad") > n_before);

    testlib_expect(faulty("ended", "--on-error", "end"), 1, "", "shard 4: ");
    assert_false(has(f, "ended", "shards/shard-000005-of-000006.h5"));
    testlib_expect(faulty("ended", "--task", "5", "--tasks", "6", "--on-error", "end"), 1, "",
        "a failure ended the run (--retry goes on): shard 4: ");
    assert_false(has(f, "ended", "shards/shard-000005-of-000006.h5"));
    testlib_expect(
        faulty("ended", "--task", "5", "--tasks", "6", "--on-error", "end", "--retry"), 0, "", "");
    assert_true(has(f, "ended", "shards/shard-000005-of-000006.h5"));
    free(study);
}

static void
test_a_folder_of_another_run_is_refused(void **state)
{
    const fixture_t *const f = *state;

    testlib_expect(sweep(f, "own", "--task", "0", "--tasks", "5"), 0, "", "");
    testlib_expect(sweep(f, "own", "--seed", "2"), 1, "", "a run of another seed: 1, this one 2");
    testlib_expect(sweep(f, "own", "--set", "parameters.gap=13 days"), 1, "", "of another run");
    testlib_expect(testlib_twinpath_in(f->folder, "sweep", f->study, "-n", N_TWINS, LEAN, "-q",
                       "--shard-twins", "2048", "-o", "own"),
        1, "", "cut into 5 shards, this one into 3");
    testlib_expect(sweep(f, "own", "--task", "5", "--tasks", "5"), 2, "", "no task 5 of 5");
    testlib_expect(testlib_twinpath_in(f->folder, "sweep", f->study, "-q", "-o", "whole.h5"), 1, "",
        "a run in parts needs a folder");
    testlib_expect(
        testlib_twinpath_in(f->folder, "sweep", "--status", "nowhere"), 2, "", "nowhere/run.json");
}

/* ---- merging --------------------------------------------------------------------------------- */

static void
flip_bit(const char *path)
{
    size_t n = 0;
    char *const bytes = testlib_read_file(path, &n);

    bytes[n / 2] = (char) (bytes[n / 2] ^ 4);
    testlib_write_bytes(path, bytes, n);
    free(bytes);
}

static void
test_a_damaged_shard_is_told_by_merge_and_lived_again_by_sweep(void **state)
{
    const fixture_t *const f = *state;
    char *const shard = in_run(f, "hurt", "shards/shard-000002-of-000005.h5");
    char *const sum = in_run(f, "hurt", "shards/shard-000003-of-000005.h5.sha256");

    testlib_expect(sweep(f, "hurt", "--no-merge"), 0, "", "");
    flip_bit(shard);
    testlib_expect(testlib_twinpath_in(f->folder, "merge", "hurt", "-q"), 2, "",
        "hurt/shards/shard-000002-of-000005.h5: the file is damaged");
    assert_false(has(f, "hurt", "results.h5"));
    assert_int_equal(unlink(sum), 0); /* as a kill leaves it */
    testlib_expect(sweep(f, "hurt", "-t", "2"), 0, "", "");
    assert_merged(f, "hurt");
    free(sum);
    free(shard);
}

/* A copy of a shard that says of itself to have another content. */
static void
state_another_digest(const fixture_t *f, const char *from, const char *to)
{
    char *const source = testlib_join(f->folder, from), *const copy = testlib_join(f->folder, to);
    char digest[DIGEST_SIZE];
    const char *const text = digest;
    size_t n = 0;
    char *const bytes = testlib_read_file(source, &n);
    const hid_t type = H5Tcopy(H5T_C_S1);

    memset(digest, 'a', DIGEST_SIZE - 1);
    digest[DIGEST_SIZE - 1] = '\0';
    testlib_write_bytes(copy, bytes, n);

    const hid_t file = H5Fopen(copy, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t attribute = H5Aopen(file, "content_digest", H5P_DEFAULT);

    assert_true(H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0);
    assert_true(H5Awrite(attribute, type, &text) >= 0);
    assert_true(H5Aclose(attribute) >= 0 && H5Fclose(file) >= 0 && H5Tclose(type) >= 0);
    free(bytes);
    free(copy);
    free(source);
}

#define SHARD(run, i) run "/shards/shard-00000" #i "-of-000005.h5"
#define merge(...) testlib_twinpath_in(f->folder, "merge", "-q", "-o", "m.h5", __VA_ARGS__)

/* A copy of a shard that another build of this version wrote: that is no part of its content. */
static void
state_another_build(const fixture_t *f, const char *from, const char *to)
{
    char *const source = testlib_join(f->folder, from), *const copy = testlib_join(f->folder, to);
    size_t n = 0;
    char *const bytes = testlib_read_file(source, &n);

    testlib_write_bytes(copy, bytes, n);

    const hid_t file = H5Fopen(copy, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t dataset = H5Dopen2(file, "provenance/build_json", H5P_DEFAULT);
    const hid_t type = H5Dget_type(dataset);
    char *text = NULL;

    assert_true(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text) >= 0);
    char *const sources = strstr(text, "\"sources\":\"");

    assert_non_null(sources);
    memcpy(sources + strlen("\"sources\":\""), "00112233", 8);
    assert_true(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text) >= 0);
    assert_true(H5Tclose(type) >= 0 && H5Dclose(dataset) >= 0 && H5Fclose(file) >= 0);
    free(text);
    free(bytes);
    free(copy);
    free(source);
}

static void
test_shards_of_another_build_of_the_version_are_refused(void **state)
{
    const fixture_t *const f = *state;
    char *const plan = in_run(f, "builds", "run.json");
    char *text, *build;

    testlib_expect(sweep(f, "builds", "--no-merge"), 0, "", "");
    state_another_build(f, SHARD("builds", 1), "built.h5");
    testlib_expect(merge(SHARD("builds", 0), "built.h5", SHARD("builds", 2)), 2, "",
        "are of another build (sources): ");
    testlib_expect(
        merge("built.h5", "--allow-gaps"), 2, "", "written by another build (sources 00112233");
    text = testlib_read_file(plan, NULL);
    build = strstr(text, "\"build\": \"");
    assert_non_null(build);
    memcpy(build + strlen("\"build\": \""), "00112233", 8);
    testlib_write_text(plan, text);
    testlib_expect(sweep(f, "builds", "-t", "1"), 1, "", "of another build (sources): 00112233");
    free(text);
    free(plan);
}

static void
test_what_does_not_belong_together_is_refused_by_name(void **state)
{
    const fixture_t *const f = *state;
    char *const other = testlib_source_path("scenarios/studies/first_study.yaml");

    testlib_expect(sweep(f, "a", "--no-merge"), 0, "", "");
    testlib_expect(sweep(f, "b", "--no-merge", "--seed", "2"), 0, "", "");
    testlib_expect(sweep(f, "c", "--no-merge", "--set", "parameters.gap=13 days"), 0, "", "");
    testlib_expect(testlib_twinpath_in(f->folder, "sweep", f->study, "-n", N_TWINS, LEAN, "-q",
                       "--shard-twins", "2048", "-o", "d", "--no-merge"),
        0, "", "");
    testlib_expect(testlib_twinpath_in(f->folder, "sweep", other, "-n", N_TWINS, "-q",
                       "--shard-twins", "1024", "-o", "e", "--no-merge"),
        0, "", "");
    testlib_expect(merge(SHARD("a", 0), SHARD("b", 1)), 2, "", "are of another seed: 1 and 2");
    testlib_expect(merge(SHARD("a", 0), SHARD("c", 1)), 2, "", "are of another run");
    testlib_expect(merge(SHARD("a", 0), "d/shards/shard-000001-of-000003.h5"), 2, "",
        "are of another number of shards: 5 and 3");
    testlib_expect(merge(SHARD("a", 0), SHARD("e", 1)), 2, "", "are of another study");
    testlib_expect(merge(SHARD("a", 0), SHARD("a", 2), SHARD("a", 3)), 2, "",
        "these are missing: 1, 4 (--allow-gaps");
    testlib_expect(merge("whole.h5", SHARD("a", 2)), 2, "", "of kind results, not a shard");
    testlib_expect(merge(f->study), 2, "", "not a whole HDF5 file");
    testlib_expect(merge("nowhere.h5"), 1, "", "nowhere.h5: cannot be read");
    testlib_expect(merge("a", "b"), 2, "", "a is a folder");
    {
        char *const path = testlib_join(f->folder, "m.h5");

        assert_false(testlib_exists(path));
        free(path);
    }
    /* The same shard twice is one; the run of c has the number 1 in the place of another's. */
    testlib_expect(merge(SHARD("a", 0), SHARD("a", 0), SHARD("a", 1), SHARD("a", 2), SHARD("a", 3),
                       SHARD("a", 4), "--digest"),
        0, f->digest, "");
    testlib_expect(merge("b", "--keep-shards"), 1, "", "of another content is already there");
    state_another_digest(f, "a/shards/shard-000001-of-000005.h5", "changed.h5");
    testlib_expect(merge(SHARD("a", 0), SHARD("a", 1), "changed.h5", SHARD("a", 2)), 2, "",
        "are both shard 1, and they differ");
    testlib_expect(merge(SHARD("a", 0), "changed.h5", SHARD("a", 2), SHARD("a", 3), SHARD("a", 4)),
        2, "", "changed.h5: damaged: the digest of its content is");
    free(other);
}

static void
test_gaps_are_left_out_only_when_asked_and_said(void **state)
{
    const fixture_t *const f = *state;

    testlib_expect(sweep(f, "gaps", "--task", "1", "--tasks", "2"), 0, "", "");
    testlib_expect(testlib_twinpath_in(f->folder, "merge", "gaps", "-q"), 2, "",
        "of the 5 shards of the run these are missing: 0, 2, 4");
    testlib_expect(
        testlib_twinpath_in(f->folder, "merge", "gaps", "-q", "--allow-gaps", "-o", "some.h5"), 0,
        "", "");
    testlib_expect(testlib_twinpath_in(f->folder, "summary", "some.h5"), 0, "2,048 of 4,200", NULL);
    testlib_expect(testlib_twinpath_in(f->folder, "reproduce", "some.h5"), 2, "",
        "merged without the shards 0, 2, 4");
    testlib_expect(sweep(f, "gaps", "--task", "0", "--tasks", "2"), 0, "", "");
    assert_merged(f, "gaps");
}

static void
test_rows_stay_in_the_shards_only_when_asked_and_each_is_checked(void **state)
{
    const fixture_t *const f = *state;
    char *const shard = in_run(f, "left", "shards/shard-000001-of-000005.h5");
    char digest[DIGEST_SIZE];

    testlib_expect(sweep(f, "left", "--no-merge"), 0, "", "");
    testlib_expect(testlib_twinpath_in(
                       f->folder, "merge", "left", "-q", "--virtual", "-o", "left/shards/r.h5"),
        0, "", "");
    testlib_expect(
        testlib_twinpath_in(f->folder, "merge", "left", "-q", "--virtual", "-o", "other/r.h5"), 1,
        "", "other/r.h5");
    char *const other = testlib_join(f->folder, "other");

    assert_int_equal(mkdir(other, 0700), 0);
    free(other);
    testlib_expect(
        testlib_twinpath_in(f->folder, "merge", "left", "-q", "--virtual", "-o", "other/r.h5"), 2,
        "", "does not lie below the folder of other/r.h5");
    take_digest(
        testlib_twinpath_in(f->folder, "merge", "left", "-q", "--virtual", "--digest"), digest);
    assert_string_equal(digest, f->digest);
    testlib_expect(
        testlib_twinpath_in(f->folder, "reproduce", "left/results.h5"), 0, f->digest, "");
    take_digest(sweep(f, "left", "--digest"), digest); /* which leaves the shards where they are */
    assert_string_equal(digest, f->digest);
    testlib_expect(
        testlib_twinpath_in(f->folder, "summary", "left/results.h5"), 0, "4,200 twins", "");
    flip_bit(shard);
    testlib_expect(testlib_twinpath_in(f->folder, "summary", "left/results.h5"), 2, "",
        "left/shards/shard-000001-of-000005.h5: a shard of left/results.h5 that is damaged");
    assert_int_equal(unlink(shard), 0);
    testlib_expect(testlib_twinpath_in(f->folder, "summary", "left/results.h5"), 2, "",
        "left/shards/shard-000001-of-000005.h5: a shard of left/results.h5 that cannot be read");
    free(shard);
}

static void
test_a_shard_is_of_the_layout_and_no_results(void **state)
{
    const fixture_t *const f = *state;

    testlib_expect(sweep(f, "kinds", "--no-merge"), 0, "", "");
    testlib_expect(
        testlib_twinpath_in(f->folder, "summary", "kinds/shards/shard-000000-of-000005.h5"), 2, "",
        "twinpath merge");
    testlib_expect(
        testlib_twinpath_in(f->folder, "reproduce", "kinds/shards/shard-000000-of-000005.h5"), 2,
        "", "twinpath merge");
}

/* ---- threads of a job ------------------------------------------------------------------------ */

static void
test_a_job_s_cpus_are_the_threads(void **state)
{
    const fixture_t *const f = *state;

    testlib_expect(testlib_run_in(f->folder,
                       (const char *const[]){ "env", "-u", "OMP_NUM_THREADS",
                           "SLURM_CPUS_PER_TASK=3", testlib_program(), "run", f->study, "-n",
                           N_TWINS, "-o", "t3.h5", "-f", "csv", NULL }),
        0, NULL, "3 threads)");
    testlib_expect(testlib_run_in(f->folder,
                       (const char *const[]){ "env", "OMP_NUM_THREADS=2", "SLURM_CPUS_PER_TASK=3",
                           testlib_program(), "run", f->study, "-n", N_TWINS, "-o", "t2.h5", "-f",
                           "csv", NULL }),
        0, NULL, "2 threads)");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_tasks_threads_and_order_come_to_the_results_of_one_run),
        cmocka_unit_test(test_shards_of_any_size_and_a_later_merge_come_to_the_same),
        cmocka_unit_test(test_points_of_a_sweep_in_parts_come_to_one_file),
        cmocka_unit_test(test_points_that_are_cut_come_to_the_file_of_whole_ones),
        cmocka_unit_test(test_a_failed_point_leaves_its_reason_and_does_not_stop_the_rest),
        cmocka_unit_test(test_killed_and_resumed_five_times_it_comes_to_the_same),
        cmocka_unit_test(test_two_copies_of_one_task_do_no_harm),
        cmocka_unit_test(test_signals_and_the_time_end_it_with_75_and_it_goes_on),
        cmocka_unit_test(test_a_failed_shard_leaves_its_reason_and_does_not_stop_the_rest),
        cmocka_unit_test(test_a_folder_of_another_run_is_refused),
        cmocka_unit_test(test_a_damaged_shard_is_told_by_merge_and_lived_again_by_sweep),
        cmocka_unit_test(test_what_does_not_belong_together_is_refused_by_name),
        cmocka_unit_test(test_shards_of_another_build_of_the_version_are_refused),
        cmocka_unit_test(test_gaps_are_left_out_only_when_asked_and_said),
        cmocka_unit_test(test_a_shard_is_of_the_layout_and_no_results),
        cmocka_unit_test(test_a_job_s_cpus_are_the_threads),
    };

    const struct CMUnitTest long_tests[] = {
        cmocka_unit_test(test_parameter_sets_in_parts_come_to_the_results_of_one_run),
        cmocka_unit_test(test_rows_stay_in_the_shards_only_when_asked_and_each_is_checked),
    };
    const int n_failed = cmocka_run_group_tests(tests, set_up, tear_down);

    return testlib_is_long() ? n_failed + cmocka_run_group_tests(long_tests, set_up, tear_down)
                             : n_failed;
}
