/* twinpath check: all findings of a study at once; what it says in words; what a run would take. */
#include "cli/command.h"
#include "cli/findings.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/run_request.h"
#include "cli/say.h"
#include "cli/sweep_plan.h"
#include "report/number.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SET = TWP_RUN_SET,
    EXPLAIN = TWP_RUN_OWN,
    ESTIMATE,
    TASKS,
    PATIENTS,
    PARAMETER_SETS,
    THREADS
};

static const twp_option_t options[] = {
    { SET, "set", '\0', TWP_TAKES_VALUE, "PATH=VALUE",
        "override a value of the study; may be repeated" },
    TWP_OPTION_OVER,
    { EXPLAIN, "explain", 'x', TWP_TAKES_VALUE_OR_NOTHING, "PATH",
        "say the study in words; with a path what stands there and who set it" },
    { ESTIMATE, "estimate", 'e', TWP_TAKES_NOTHING, NULL,
        "live a few twins and tell the time, memory and file size of a run" },
    { TASKS, "tasks", '\0', TWP_TAKES_VALUE, "N",
        "tasks of a run in parts to estimate for (default: 1)" },
    { PATIENTS, "patients", 'n', TWP_TAKES_VALUE, "N",
        "number of patients to estimate for (default: the study's)" },
    { PARAMETER_SETS, "parameter-sets", '\0', TWP_TAKES_VALUE, "N",
        "sets of the uncertain parameters to estimate for (default: the study's)" },
    { THREADS, "threads", 't', TWP_TAKES_VALUE, "N",
        "threads to estimate for (default: all cores)" },
};

static const twp_example_t examples[] = {
    { "twinpath check study.yaml", "tells all that is wrong with a study" },
    { "twinpath check study.yaml --explain", "says the study in words" },
    { "twinpath check study.yaml --explain=parameters.price", "a value and who set it" },
    { "twinpath check study.yaml --estimate --patients 1000000", "what a large run would take" },
};

static void
print_count(const char *before, int n, const char *one, const char *many)
{
    printf("%s %d %s", before, n, n == 1 ? one : many);
}

static void
print_good(const twp_study_t *study, const char *path)
{
    char patients[TWP_NUMBER_SIZE], horizon[TWP_NUMBER_SIZE];

    twp_number_count(patients, twp_study_n_patients(study));
    twp_number_time(horizon, twp_study_horizon_days(study));
    printf("%s: good. %s: %s %s over %s", path, twp_study_name(study), patients,
        twp_study_n_patients(study) == 1 ? "patient" : "patients", horizon);
    print_count(" under", twp_study_n_strategies(study), "strategy", "strategies");
    print_count(";", twp_study_n_tracks(study), "track", "tracks");
    print_count(" with", twp_study_n_states(study), "state", "states");
    print_count(" and", twp_study_n_exits(study), "exit", "exits");
    print_count(",", twp_study_n_supports(study), "support", "supports");
    if (twp_study_n_supports(study) > 0)
        fputs(twp_study_n_supports(study) == 1 ? " (a track too)" : " (each a track too)", stdout);
    print_count(",", twp_study_n_measures(study), "measure", "measures");
    print_count(",", twp_study_n_numbers(study), "number", "numbers");
    if (twp_study_n_points(study) > 0)
        print_count("; a sweep of", (int) twp_study_n_points(study), "point", "points");
    putchar('\n');
}

static int
explain(const twp_study_t *study, const char *path)
{
    char *text = NULL;
    twp_error_t err = { TWP_OK, "" };
    const twp_status_t status = twp_study_explain(study, path, &text, &err);
    int exit_code = twp_say_exit_code(status);

    if (status == TWP_OK) {
        exit_code = twp_say_result(text, exit_code);
        if (text[0] != '\0' && text[strlen(text) - 1] != '\n')
            putchar('\n');
    } else {
        twp_say_error("--explain: %s", err.message);
    }
    free(text);
    return exit_code;
}

static void
print_estimate(const twp_run_estimate_t *estimate, int n_threads)
{
    char twins[TWP_NUMBER_SIZE], events[TWP_NUMBER_SIZE], sets[TWP_NUMBER_SIZE];
    char cpu[32], wall[32], memory[TWP_NUMBER_SIZE], file[TWP_NUMBER_SIZE];

    twp_number_count(twins, estimate->n_twins);
    twp_number_format(events, estimate->events_per_life, 1, false);
    twp_progress_duration(cpu, estimate->cpu_seconds);
    twp_progress_duration(wall, estimate->cpu_seconds / n_threads);
    twp_number_bytes(memory, estimate->memory_bytes);
    twp_number_bytes(file, estimate->file_bytes);
    twp_number_count(sets, estimate->n_parameter_sets);
    printf("For %s%s%s %s under %d %s, from the first %d %s:\n"
           "  events   %s a life\n"
           "  time     %s on %d %s (%s of one core), without writing the file\n"
           "  memory   at most %s\n"
           "  file     about %s\n",
        estimate->n_parameter_sets > 0 ? sets : "",
        estimate->n_parameter_sets > 0 ? " parameter sets of " : "", twins,
        estimate->n_twins == 1 ? "twin" : "twins", estimate->n_strategies,
        estimate->n_strategies == 1 ? "strategy" : "strategies", estimate->n_pilot_twins,
        estimate->n_pilot_twins == 1 ? "twin" : "twins", events, wall, n_threads,
        n_threads == 1 ? "thread" : "threads", cpu, memory, file);
}

/* What the sweep of a study, or its run in parts, would take. */
static int
estimate_sweep(twp_study_t *study, const twp_run_settings_t *run, uint64_t n_tasks)
{
    twp_sweep_settings_t settings;
    twp_sweep_estimate_t estimate;
    twp_error_t err = { TWP_OK, "" };
    twp_status_t status;

    twp_sweep_settings_init(&settings);
    settings.run = run;
    settings.n_tasks = n_tasks > 0 ? (int64_t) n_tasks : 1;
    status = twp_study_estimate_sweep(study, &settings, &estimate, &err);
    if (status == TWP_OK)
        twp_sweep_plan_print(&estimate, run->n_threads);
    else
        twp_say_error("%s", err.message);
    return twp_say_exit_code(status);
}

static int
estimate_run(
    twp_study_t *study, uint64_t n_patients, int64_t n_sets, uint64_t n_tasks, uint64_t n_threads)
{
    twp_run_settings_t settings;
    twp_run_estimate_t estimate;
    twp_error_t err = { TWP_OK, "" };
    twp_status_t status;

    twp_run_settings_init(&settings);
    settings.n_patients = (int64_t) n_patients;
    settings.n_parameter_sets = n_sets;
    settings.n_threads = n_threads > 0 ? (int) n_threads : omp_get_max_threads();
    settings.output_path = "results.h5";
    status = twp_study_estimate(study, &settings, &estimate, &err);
    if (status == TWP_OK)
        print_estimate(&estimate, settings.n_threads);
    else
        twp_findings_tell_failure(study, &err);
    if (status == TWP_OK && (twp_study_n_points(study) > 0 || n_tasks > 0))
        return estimate_sweep(study, &settings, n_tasks);
    return twp_say_exit_code(status);
}

static int
check(const twp_arguments_t *arguments)
{
    const bool has_explain = twp_arguments_has(arguments, EXPLAIN);
    const bool has_estimate = twp_arguments_has(arguments, ESTIMATE);
    const char *path = twp_arguments_value(arguments, EXPLAIN, NULL);
    const char **set = calloc((size_t) arguments->n_options + 1, sizeof *set);
    char **over = calloc((size_t) arguments->n_options + 1, sizeof *over);
    uint64_t n_patients = 0, n_threads = 0, n_sets = 0, n_tasks = 0;
    int n_over = 0;
    twp_study_t *study = NULL;
    int exit_code = TWP_EXIT_INPUT;

    if (has_explain && path == NULL && arguments->n_operands == 2)
        path = arguments->operand[1];
    else if (arguments->n_operands == 2) {
        twp_say_error("check: \"%s\" is one too many", arguments->operand[1]);
        free(over);
        free(set);
        return TWP_EXIT_INPUT;
    }
    if (set != NULL && over != NULL &&
        twp_arguments_number(arguments, TASKS, "tasks", 1, 1000000, &n_tasks) &&
        twp_arguments_number(
            arguments, PATIENTS, "patients", 1, ((uint64_t) 1 << 40) - 1, &n_patients) &&
        twp_arguments_number(
            arguments, PARAMETER_SETS, "parameter-sets", 0, (1 << 24) - 1, &n_sets) &&
        twp_arguments_number(arguments, THREADS, "threads", 1, 4096, &n_threads)) {
        const int n_set = twp_run_request_sets(arguments, set, over, &n_over);
        /* Findings are the result, unless something else was asked for. */
        exit_code = n_set < 0 ? (twp_say_error("no memory"), TWP_EXIT_FAILED)
                              : twp_findings_read_study(arguments->operand[0], set, n_set,
                                    has_explain || has_estimate ? stderr : stdout, &study);
    }
    for (int i = 0; i < n_over; i++)
        free(over[i]);
    free(over);
    free(set);
    if (exit_code == TWP_EXIT_GOOD && !has_explain && !has_estimate)
        print_good(study, arguments->operand[0]);
    if (exit_code == TWP_EXIT_GOOD && has_explain)
        exit_code = explain(study, path);
    if (exit_code == TWP_EXIT_GOOD && has_estimate)
        exit_code = estimate_run(study, n_patients,
            twp_arguments_has(arguments, PARAMETER_SETS) ? (int64_t) n_sets : -1, n_tasks,
            n_threads);
    twp_study_free(study);
    return twp_say_result("", exit_code);
}

const twp_command_t twp_command_check = { "check", "STUDY", 1, 2,
    "tell all that is wrong with a study, or what it says",
    "Reads the study with all that it uses and tells everything that is wrong with it in one pass, "
    "each with its file, line and column, what was found, what was expected and the nearest name. "
    "Findings are printed on standard output, or on standard error where --explain or --estimate "
    "print something else.\n"
    "The path of --explain may stand behind an equals sign or behind the study.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), check };
