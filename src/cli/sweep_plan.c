#include "cli/sweep_plan.h"

#include "cli/say.h"
#include "cli/shell_word.h"
#include "report/buffer.h"
#include "report/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- in words -------------------------------------------------------------------------------- */

static void
print_task(const twp_sweep_estimate_t *e, int n_threads)
{
    char tasks[TWP_NUMBER_SIZE], shards[TWP_NUMBER_SIZE], memory[TWP_NUMBER_SIZE];
    char file[TWP_NUMBER_SIZE], wall[32];

    twp_number_count(tasks, e->n_tasks);
    twp_number_count(shards, e->n_shards_of_task);
    twp_progress_duration(wall, e->task_cpu_seconds / n_threads);
    twp_number_bytes(memory, e->memory_bytes);
    twp_number_bytes(file, e->task_file_bytes);
    printf("  of each of %s tasks with %d %s: at most %s %s, %s, %s of memory, %s of shards\n",
        tasks, n_threads, n_threads == 1 ? "thread" : "threads", shards,
        e->n_shards_of_task == 1 ? "shard" : "shards", wall, memory, file);
    if (e->n_tasks > e->n_shards)
        printf("  there are more tasks than shards: %lld of them have nothing to do\n",
            (long long) (e->n_tasks - e->n_shards));
}

/* Which numbers are changed cheaply, and which are not. */
static void
print_swept(const twp_sweep_estimate_t *e, bool is_bound, const char *what)
{
    int n = 0;

    for (int k = 0; k < e->n_swept; k++)
        if (e->swept[k].is_bound == is_bound)
            printf("%s%s", n++ == 0 ? what : ", ", e->swept[k].path);
    if (n > 0)
        printf("\n");
}

void
twp_sweep_plan_print(const twp_sweep_estimate_t *e, int n_threads)
{
    char points[TWP_NUMBER_SIZE], twins[TWP_NUMBER_SIZE], shards[TWP_NUMBER_SIZE];
    char sets[TWP_NUMBER_SIZE], memory[TWP_NUMBER_SIZE], merging[TWP_NUMBER_SIZE];
    char file[TWP_NUMBER_SIZE], wall[32], cpu[32];

    twp_number_count(points, e->n_points);
    twp_number_count(twins, e->n_twins);
    twp_number_count(sets, e->n_parameter_sets);
    twp_number_count(shards, e->n_shards);
    twp_progress_duration(wall, e->cpu_seconds / n_threads);
    twp_progress_duration(cpu, e->cpu_seconds);
    twp_number_bytes(memory, e->memory_bytes);
    twp_number_bytes(merging, e->merge_bytes);
    twp_number_bytes(file, e->file_bytes);
    printf("%s %s (%d %s swept) x %s%s%s twins x %d %s, in %s %s:\n", points,
        e->n_points == 1 ? "point" : "points", e->n_swept, e->n_swept == 1 ? "number" : "numbers",
        e->n_parameter_sets > 0 ? sets : "", e->n_parameter_sets > 0 ? " parameter sets x " : "",
        twins, e->n_strategies, e->n_strategies == 1 ? "strategy" : "strategies", shards,
        e->n_shards == 1 ? "shard" : "shards");
    printf("  time     %s on %d %s (%s of one core%s)\n", wall, n_threads,
        n_threads == 1 ? "thread" : "threads", cpu,
        e->cpu_seconds_besides > 0.01 * e->cpu_seconds ? ", what is not lives included" : "");
    /* The resident set of a run and of a sweep of one twin: 20 and 26 MB. */
    printf("  memory   at most %s; %s while it is merged; the program itself takes 20 to 30 MB\n"
           "  file     about %s\n",
        memory, merging, file);
    print_swept(e, true, "  bound    into the compiled study: ");
    print_swept(e, false, "  read     with the study, anew for each value: ");
    if (e->n_points_passed == 1)
        printf("  faults   point 1 cannot be lived; point 2 was timed\n");
    else if (e->n_points_passed > 1)
        printf("  faults   points 1 to %d cannot be lived; point %d was timed\n",
            e->n_points_passed, e->n_points_passed + 1);
    if (e->n_tasks > 1)
        print_task(e, n_threads);
}

/* ---- as scripts ------------------------------------------------------------------------------ */

static const char *
name_of(const twp_command_t *command, int id)
{
    for (int i = 0; i < command->n_options; i++)
        if (command->option[i].id == id)
            return command->option[i].name;
    return "";
}

/* The command as it was given, without what the script says itself. */
static void
add_command(twp_buffer_t *buffer, const twp_arguments_t *arguments, const twp_command_t *command,
    const int *skip, int n_skipped, const char *folder)
{
    twp_buffer_add(buffer, "twinpath sweep");
    twp_shell_word_add(buffer, arguments->operand[0]);
    twp_buffer_add(buffer, " -o");
    twp_shell_word_add(buffer, folder);
    for (int i = 0; i < arguments->n_options; i++) {
        const twp_given_option_t *const one = &arguments->option[i];
        bool is_skipped = false;

        for (int k = 0; k < n_skipped; k++)
            is_skipped = is_skipped || skip[k] == one->id;
        if (is_skipped)
            continue;
        twp_buffer_printf(buffer, " --%s", name_of(command, one->id));
        if (one->value != NULL)
            twp_shell_word_add(buffer, one->value);
    }
}

/* What a job asks of its cluster. */
typedef struct {
    int n_threads;
    double seconds; /* twice what is expected, or its own limit and ten minutes more */
    double need;    /* bytes of memory, of the shards or the merge */
    bool keeps_shards;
} job_t;

static job_t
job_of(const twp_sweep_estimate_t *e, const twp_sweep_settings_t *settings, int n_threads)
{
    return (job_t){ .n_threads = n_threads,
        .seconds = settings->max_seconds > 0 ? settings->max_seconds + 600
                                             : 2.0 * e->task_cpu_seconds / n_threads,
        .need = e->memory_bytes > e->merge_bytes ? e->memory_bytes : e->merge_bytes,
        .keeps_shards = settings->keeps_shards };
}

/* In whole tens of minutes: "HH:MM:SS". */
static void
limit_text(char text[32], double seconds)
{
    const double tens = ceil(seconds / 600.0);
    const long minutes = 10 * (long) (tens < 1 ? 1 : tens > 100000 ? 100000 : tens);

    snprintf(text, 32, "%ld:%02ld:00", minutes / 60, minutes % 60);
}

static void
emit_slurm(twp_buffer_t *buffer, const char *command, const twp_sweep_estimate_t *e,
    const char *name, const job_t *job)
{
    char limit[32];

    limit_text(limit, job->seconds);
    twp_buffer_printf(buffer,
        "#!/bin/bash\n"
        "# %lld points x %lld twins x %d strategies in %lld shards. Submit it: sbatch FILE\n"
        "# The same file goes on where an earlier one stopped: submit it again.\n"
        "#SBATCH --job-name=%s\n"
        "#SBATCH --array=0-%lld\n"
        "#SBATCH --cpus-per-task=%d\n"
        "#SBATCH --mem=%.0fM\n"
        "#SBATCH --time=%s\n"
        "#SBATCH --signal=B:USR1@120\n"
        "#SBATCH --requeue\n"
        "#SBATCH --output=%%x-%%A_%%a.log\n"
        "set -euo pipefail\n"
        "# What the cluster needs to find the program goes here: module load twinpath, or a path.\n"
        "exec %s --threads \"${SLURM_CPUS_PER_TASK:-%d}\" --task \"$SLURM_ARRAY_TASK_ID\" --tasks "
        "%lld\n",
        (long long) e->n_points, (long long) e->n_twins, e->n_strategies, (long long) e->n_shards,
        name, (long long) e->n_tasks - 1, job->n_threads, ceil((2.0 * job->need + 200e6) / 1e6),
        limit, command, job->n_threads, (long long) e->n_tasks);
}

/* Braces stand for themselves when they are doubled; quotes end no raw triple-quoted text of ours. */
static void
add_snake_text(twp_buffer_t *buffer, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("{}\\\"", *text) != NULL)
            twp_buffer_add_bytes(buffer, strchr("{}", *text) != NULL ? text : "\\", 1);
        twp_buffer_add_bytes(buffer, text, 1);
    }
}

static void
emit_snakemake(twp_buffer_t *buffer, const char *command, const twp_sweep_estimate_t *e,
    const char *folder, const job_t *job)
{
    twp_buffer_printf(buffer,
        "# %lld points x %lld twins x %d strategies in %lld shards. Run it: snakemake -s FILE "
        "--cores all\n"
        "TASKS = %lld\n"
        "RUN = \"",
        (long long) e->n_points, (long long) e->n_twins, e->n_strategies, (long long) e->n_shards,
        (long long) e->n_tasks);
    add_snake_text(buffer, folder);
    twp_buffer_printf(buffer,
        "\"\n\n"
        "rule results:\n"
        "    input: expand(RUN + \"/tasks/{i}.done\", i=range(TASKS))\n"
        "    output: RUN + \"/results.h5\"\n"
        "    resources: mem_mb=%.0f\n"
        "    shell: \"twinpath merge {RUN:q}%s\"\n\n"
        "rule task:\n"
        "    output: touch(RUN + \"/tasks/{i}.done\")\n"
        "    threads: %d\n"
        "    resources: mem_mb=%.0f, runtime=%.0f\n"
        "    shell: \"",
        ceil((2.0 * e->merge_bytes + 200e6) / 1e6), job->keeps_shards ? " --keep-shards" : "",
        job->n_threads, ceil((2.0 * job->need + 200e6) / 1e6),
        10.0 * fmax(1.0, ceil(job->seconds / 600.0)));
    add_snake_text(buffer, command);
    twp_buffer_printf(
        buffer, " --no-merge --quiet --threads {threads} --task {wildcards.i} --tasks {TASKS}\"\n");
}

int
twp_sweep_plan_emit(twp_emit_t kind, const twp_arguments_t *arguments, const twp_command_t *command,
    const int *skip, int n_skipped, const twp_sweep_estimate_t *estimate,
    const twp_sweep_settings_t *settings, const char *folder, const char *name, int n_threads)
{
    const job_t job = job_of(estimate, settings, n_threads);
    twp_buffer_t line = { 0 }, script = { 0 };

    if (kind == TWP_EMIT_SNAKEMAKE && strpbrk(folder, "{}") != NULL) {
        twp_say_error(
            "--output: %s: Snakemake takes braces in the name of a folder for wildcards", folder);
        return TWP_EXIT_INPUT;
    }
    add_command(&line, arguments, command, skip, n_skipped, folder);
    if (kind == TWP_EMIT_SLURM && !line.has_failed)
        emit_slurm(&script, line.text, estimate, name, &job);
    else if (!line.has_failed)
        emit_snakemake(&script, line.text, estimate, folder, &job);
    script.has_failed = script.has_failed || line.has_failed;
    twp_buffer_clear(&line);
    return twp_say_buffer(&script, TWP_EXIT_GOOD);
}
