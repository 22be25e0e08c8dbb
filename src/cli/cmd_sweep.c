/* twinpath sweep: a run in parts, on one machine or as the tasks of a cluster's job. */
#include "cli/command.h"
#include "cli/findings.h"
#include "cli/run_request.h"
#include "cli/say.h"
#include "cli/sweep_command.h"
#include "cli/sweep_plan.h"
#include "cli/sweep_status.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OUTPUT = TWP_RUN_OWN,
    TASK,
    TASKS,
    SHARD_TWINS,
    MAX_TIME,
    ON_ERROR,
    RETRY,
    KEEP_SHARDS,
    NO_MERGE,
    STATUS,
    DRY_RUN,
    EMIT
};

#define ON_ERROR_CHOICES "continue|end|stop"

static const twp_option_t options[] = {
    TWP_RUN_OPTIONS,
    TWP_OPTION_OVER,
    { OUTPUT, "output", 'o', TWP_TAKES_VALUE, "RUN",
        "folder of the run; results come to RUN/results.h5 (default: run)" },
    { TASK, "task", '\0', TWP_TAKES_VALUE, "I",
        "number of this task, from 0: lives every N-th shard from the I-th on (default: 0)" },
    { TASKS, "tasks", '\0', TWP_TAKES_VALUE, "N",
        "tasks that share the shards; the results do not depend on it (default: 1)" },
    { SHARD_TWINS, "shard-twins", '\0', TWP_TAKES_VALUE, "N",
        "twins a shard, in whole blocks of 1,024; the same for all tasks of a run (default: about "
        "262,144 lives)" },
    { MAX_TIME, "max-time", '\0', TWP_TAKES_VALUE, "TIME",
        "stop in time, such as 90 (seconds), 30m, 2h or 1:30:00: begin no shard that would end "
        "later" },
    { ON_ERROR, "on-error", '\0', TWP_TAKES_VALUE, ON_ERROR_CHOICES,
        "when a shard fails: go on with the others, begin no other, or drop those under way too, "
        "in "
        "all tasks (default: continue)" },
    { RETRY, "retry", '\0', TWP_TAKES_NOTHING, NULL, "live shards again that failed" },
    { KEEP_SHARDS, "keep-shards", '\0', TWP_TAKES_NOTHING, NULL,
        "leave the shards in the folder when they are merged" },
    { NO_MERGE, "no-merge", '\0', TWP_TAKES_NOTHING, NULL, "leave the shards to twinpath merge" },
    { STATUS, "status", '\0', TWP_TAKES_NOTHING, NULL,
        "only say how far the run in folder RUN, named in the place of the study, is" },
    { DRY_RUN, "dry-run", '\0', TWP_TAKES_NOTHING, NULL,
        "only say how many points there are, what time, memory and space they take, in all and for "
        "each task, and which numbers are bound or read anew" },
    { EMIT, "emit", '\0', TWP_TAKES_VALUE, TWP_EMIT_CHOICES,
        "only print a script that does the run in --tasks tasks; nothing is submitted" },
    TWP_RUN_PRINT_OPTIONS,
};

static const twp_example_t examples[] = {
    { "twinpath sweep study.yaml -o RUN", "runs a study in parts; the same command goes on later" },
    { "twinpath sweep study.yaml -o RUN --task $SLURM_ARRAY_TASK_ID --tasks 100",
        "one of the 100 tasks (0 to 99) of a Slurm array" },
    { "twinpath sweep study.yaml -o RUN --max-time 3:50:00",
        "stops by itself within a limit of four hours; exit code 75 says that more is to be done" },
    { "twinpath sweep study.yaml --over gap=\"6 days,12 days\" -o RUN",
        "a study at each of two points" },
    { "twinpath sweep study.yaml -o RUN --tasks 50 --emit slurm > run.sbatch",
        "a script for Slurm: sbatch run.sbatch" },
    { "twinpath sweep --status RUN", "how far it is, and what failed" },
};

typedef struct {
    twp_run_request_t run;
    twp_sweep_settings_t settings;
    const twp_sweep_ranks_t *ranks; /* or NULL */
} request_t;

/* ---- the command line ------------------------------------------------------------------------ */

/* One number with s, m or h behind it, or [H:]M:S; false when it is neither. */
static bool
read_time(const char *text, double *seconds)
{
    double total = 0.0;
    int n_parts = 0;

    for (const char *at = text;; at++) {
        char *end;
        const double part = strtod(at, &end);

        if (end == at || *at < '0' || *at > '9' || !(part < 1e9))
            return false;
        total = total * 60 + part;
        n_parts++;
        at = end;
        if (*at == ':' && n_parts < 3)
            continue;
        if (n_parts == 1 && *at != '\0' && at[1] == '\0' && strchr("smh", *at) != NULL)
            total *= *at == 'h' ? 3600 : *at == 'm' ? 60 : 1;
        else if (*at != '\0')
            return false;
        *seconds = total;
        return total > 0;
    }
}

static bool
read_max_time(const twp_arguments_t *arguments, double *seconds)
{
    const char *const text = twp_arguments_value(arguments, MAX_TIME, NULL);

    if (text == NULL || read_time(text, seconds))
        return true;
    twp_say_error("--max-time: %s is no time such as 90, 30m, 2h or 1:30:00", text);
    return false;
}

static bool
read_tasks(const twp_arguments_t *arguments, twp_sweep_settings_t *settings)
{
    uint64_t i_task = 0, n_tasks = 1;

    if (!twp_arguments_number(arguments, TASKS, "tasks", 1, 1000000, &n_tasks) ||
        !twp_arguments_number(arguments, TASK, "task", 0, 1000000, &i_task))
        return false;
    if (i_task >= n_tasks) {
        twp_say_error("--task: there is no task %llu of %llu (they are counted from 0)",
            (unsigned long long) i_task, (unsigned long long) n_tasks);
        return false;
    }
    settings->i_task = (int64_t) i_task;
    settings->n_tasks = (int64_t) n_tasks;
    return true;
}

static void
tell(void *context, const char *message)
{
    const request_t *const request = context;

    if (request->ranks != NULL)
        twp_say_error("rank %d: %s", request->ranks->i_rank, message);
    else
        twp_say_error("%s", message);
}

/* Rank 0 prints and merges; the others only live what they are given. */
static void
take_ranks(const twp_sweep_ranks_t *ranks, request_t *request)
{
    request->ranks = ranks;
    request->settings.i_rank = ranks->i_rank;
    request->settings.next_shard = ranks->next_shard;
    request->settings.next_context = ranks->context;
    request->run.is_quiet = request->run.is_quiet || ranks->i_rank > 0;
    request->run.has_digest = request->run.has_digest && ranks->i_rank == 0;
    request->settings.is_unmerged = request->settings.is_unmerged || ranks->i_rank > 0;
    /* What is merged is removed by the rank that merges. */
    request->settings.keeps_shards = request->settings.keeps_shards || ranks->i_rank > 0;
}

static bool
read_request(const twp_arguments_t *arguments, request_t *request)
{
    twp_sweep_settings_t *const settings = &request->settings;
    uint64_t shard_twins = 0;
    int on_error = TWP_ON_ERROR_CONTINUE;

    twp_sweep_settings_init(settings);
    if (!twp_run_request_read(arguments, &request->run))
        return false;
    request->run.settings.output_path = twp_arguments_value(arguments, OUTPUT, "run");
    settings->run = &request->run.settings;
    settings->is_retry = twp_arguments_has(arguments, RETRY);
    settings->keeps_shards = twp_arguments_has(arguments, KEEP_SHARDS);
    settings->is_unmerged = twp_arguments_has(arguments, NO_MERGE);
    settings->tell = tell;
    settings->tell_context = request;
    if (request->run.settings.output_path[0] == '\0') {
        twp_say_error("--output: the name of a folder is missing");
        return false;
    }
    if (!read_tasks(arguments, settings) || !read_max_time(arguments, &settings->max_seconds) ||
        !twp_arguments_number(
            arguments, SHARD_TWINS, "shard-twins", 1, ((uint64_t) 1 << 40) - 1, &shard_twins) ||
        !twp_arguments_choice(arguments, ON_ERROR, "on-error", ON_ERROR_CHOICES, &on_error) ||
        !twp_run_request_read_print(arguments, &request->run))
        return false;
    settings->shard_twins = (int64_t) shard_twins;
    settings->on_error = (twp_on_error_t) on_error;
    return true;
}

/* ---- the run --------------------------------------------------------------------------------- */

static void
tell_shards(const request_t *request, const twp_sweep_report_t *report)
{
    char wall[32];

    if (request->run.is_quiet || report->n_own == 0)
        return;
    twp_progress_duration(wall, report->run.wall_seconds);
    twp_say_note("%lld of %lld shards lived in %s, %lld were there%s", (long long) report->n_lived,
        (long long) report->n_own, wall, (long long) report->n_found,
        report->was_there ? ": all are merged already" : "");
    if (report->is_merged)
        twp_say_note("results in %s", report->results);
    else if (report->n_missing > 0)
        twp_say_note("%lld of the run's %lld shards are missing", (long long) report->n_missing,
            (long long) report->n_shards);
}

static int
run_study(twp_study_t *study, request_t *request)
{
    twp_progress_view_t view;
    twp_sweep_report_t report = { .n_shards = 0 };
    twp_error_t err = { TWP_OK, "" };
    twp_status_t status;
    int exit_code;

    twp_run_request_listen(&request->run, &view);
    if (request->ranks != NULL) {
        request->run.settings.should_stop = request->ranks->should_stop;
        request->run.settings.stop_context = request->ranks->context;
    }
    status = twp_study_sweep(study, &request->settings, &report, &err);
    twp_progress_end(&view, NULL, NULL);
    tell_shards(request, &report);
    if (status == TWP_ERR_INPUT && twp_study_n_errors(study) > 0)
        twp_findings_print(study, false, stderr);
    else if (status != TWP_OK)
        tell(request, err.message);
    if (status != TWP_OK)
        return twp_say_exit_code(status);
    exit_code = report.is_merged
        ? twp_run_request_print(&request->run, report.results, report.run.digest, TWP_EXIT_GOOD)
        : TWP_EXIT_GOOD;
    if (report.n_points_failed == 0)
        return exit_code;
    if (report.is_merged)
        twp_say_error("%lld %s failed; /points of %s says why", (long long) report.n_points_failed,
            report.n_points_failed == 1 ? "point" : "points", report.results);
    return exit_code == TWP_EXIT_GOOD ? TWP_EXIT_FAILED : exit_code;
}

/* --dry-run and --emit: what it would take, or a script. */
static int
plan(twp_study_t *study, request_t *request)
{
    static const int own[] = { OUTPUT, TASK, TASKS, DRY_RUN, EMIT, TWP_RUN_THREADS,
        TWP_RUN_PROGRESS, TWP_RUN_QUIET, NO_MERGE, STATUS };
    const twp_arguments_t *const arguments = request->run.arguments;
    const int n_threads = request->run.settings.n_threads > 0 ? request->run.settings.n_threads
                                                              : omp_get_max_threads();
    twp_sweep_estimate_t estimate;
    twp_error_t err = { TWP_OK, "" };
    int kind = -1;

    if (!twp_arguments_choice(arguments, EMIT, "emit", TWP_EMIT_CHOICES, &kind))
        return TWP_EXIT_INPUT;
    request->run.settings.n_threads = n_threads;
    if (twp_study_estimate_sweep(study, &request->settings, &estimate, &err) != TWP_OK) {
        twp_findings_tell_failure(study, &err);
        return twp_say_exit_code(err.status);
    }
    if (kind >= 0)
        return twp_sweep_plan_emit((twp_emit_t) kind, arguments, &twp_command_sweep, own,
            (int) (sizeof own / sizeof own[0]), &estimate, &request->settings,
            request->run.settings.output_path, twp_study_name(study), n_threads);
    twp_sweep_plan_print(&estimate, n_threads);
    return twp_say_result("", TWP_EXIT_GOOD);
}

int
twp_sweep_command_run(const twp_arguments_t *arguments, const twp_sweep_ranks_t *ranks)
{
    request_t request = { .ranks = NULL };
    twp_study_t *study = NULL;
    int exit_code = TWP_EXIT_INPUT;

    if (twp_arguments_has(arguments, STATUS) && ranks == NULL)
        return twp_sweep_status_print(arguments->operand[0]);
    if (read_request(arguments, &request)) {
        if (ranks != NULL)
            take_ranks(ranks, &request);
        exit_code = twp_findings_read_study(
            arguments->operand[0], request.run.set, request.run.n_set, stderr, &study);
        if (exit_code == TWP_EXIT_GOOD && !twp_run_request_check(study, &request.run))
            exit_code = TWP_EXIT_INPUT;
        else if (exit_code == TWP_EXIT_GOOD)
            exit_code = twp_arguments_has(arguments, DRY_RUN) || twp_arguments_has(arguments, EMIT)
                ? plan(study, &request)
                : run_study(study, &request);
    }
    twp_study_free(study);
    twp_run_request_clear(&request.run);
    return exit_code;
}

static int
run(const twp_arguments_t *arguments)
{
    return twp_sweep_command_run(arguments, NULL);
}

const twp_command_t twp_command_sweep = { "sweep", "STUDY", 1, 1,
    "run a study in parts that can be stopped, resumed and shared out",
    "Cuts the run into shards, lives those that are not in the folder RUN yet, each into a file of "
    "its "
    "own, and joins them into RUN/results.h5 when all are there. The results are those of twinpath "
    "run, "
    "whatever the tasks, threads, machines and breaks.\n"
    "The same command goes on where an earlier one stopped: a shard that is there is taken when it "
    "is "
    "of this run and whole. Tasks need nothing in common but the folder, and two copies of one "
    "task do "
    "no harm. The last one merges.\n"
    "SIGTERM, SIGINT, SIGUSR1 and --max-time drop the shard under way and end with 75: run it "
    "again. A "
    "shard that fails leaves its reason in RUN/errors and does not stop the others unless "
    "--on-error "
    "says so; the exit code is then 1.\n"
    "RUN/progress.jsonl has a line for each shard begun and done. twinpath sweep --status RUN ends "
    "with "
    "0 when the results are there, 75 when something is missing, 1 when shards failed.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), run };
