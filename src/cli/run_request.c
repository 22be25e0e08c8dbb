#include "cli/run_request.h"

#include "cli/say.h"
#include "cli/stop.h"

#include <stdio.h>
#include <stdlib.h>

#define MOST_THREADS 4096

bool
twp_run_request_threads(const twp_arguments_t *arguments, int *n_threads)
{
    const char *const of_job = getenv("SLURM_CPUS_PER_TASK");
    uint64_t n = 0;

    if (!twp_arguments_number(arguments, TWP_RUN_THREADS, "threads", 1, MOST_THREADS, &n))
        return false;
    /* OMP_NUM_THREADS is OpenMP's own to read. */
    if (n == 0 && of_job != NULL && getenv("OMP_NUM_THREADS") == NULL) {
        const long asked = strtol(of_job, NULL, 10);

        n = asked > 0 && asked <= MOST_THREADS ? (uint64_t) asked : 0;
    }
    *n_threads = (int) n;
    return true;
}

int
twp_run_request_sets(const twp_arguments_t *arguments, const char **set, char **over, int *n_over)
{
    int n = twp_arguments_values(arguments, TWP_RUN_SET, set);

    *n_over = 0;
    for (int i = 0; i < arguments->n_options; i++) {
        if (arguments->option[i].id != TWP_RUN_OVER)
            continue;
        if (asprintf(&over[*n_over], "--over %s", arguments->option[i].value) < 0)
            return -1;
        set[n++] = over[(*n_over)++];
    }
    return n;
}

bool
twp_run_request_read(const twp_arguments_t *arguments, twp_run_request_t *request)
{
    twp_run_settings_t *settings = &request->settings;
    uint64_t n_patients = 0, n_sets = 0;
    int twins = -1;

    *request = (twp_run_request_t){ .arguments = arguments };
    twp_run_settings_init(settings);
    request->set = calloc((size_t) arguments->n_options + 1, sizeof *request->set);
    request->strategy = calloc((size_t) arguments->n_options + 1, sizeof *request->strategy);
    if (request->set == NULL || request->strategy == NULL) {
        twp_say_error("no memory");
        return false;
    }
    request->over = calloc((size_t) arguments->n_options + 1, sizeof *request->over);
    request->n_set = request->over != NULL
        ? twp_run_request_sets(arguments, request->set, request->over, &request->n_over)
        : -1;
    if (request->n_set < 0) {
        request->n_set = 0;
        twp_say_error("no memory");
        return false;
    }
    request->n_strategies = twp_arguments_values(arguments, TWP_RUN_STRATEGY, request->strategy);
    settings->strategy = request->strategy;
    settings->n_strategies = request->n_strategies;
    settings->command_line = arguments->command_line;
    if (!twp_arguments_number(
            arguments, TWP_RUN_PATIENTS, "patients", 1, ((uint64_t) 1 << 40) - 1, &n_patients) ||
        !twp_arguments_number(
            arguments, TWP_RUN_PARAMETER_SETS, "parameter-sets", 0, (1 << 24) - 1, &n_sets) ||
        !twp_arguments_choice(arguments, TWP_RUN_TWINS, "twins", TWP_TWINS_CHOICES, &twins) ||
        !twp_arguments_number(arguments, TWP_RUN_SEED, "seed", 0, UINT64_MAX, &settings->seed) ||
        !twp_run_request_threads(arguments, &settings->n_threads) ||
        !twp_arguments_choice(
            arguments, TWP_RUN_PROGRESS, "progress", TWP_PROGRESS_CHOICES, &request->progress))
        return false;
    settings->n_patients = (int64_t) n_patients;
    if (twp_arguments_has(arguments, TWP_RUN_PARAMETER_SETS))
        settings->n_parameter_sets = (int64_t) n_sets;
    if (twins >= 0)
        settings->twins = twins == 0 ? TWP_TWINS_FRESH : TWP_TWINS_SAME;
    return true;
}

bool
twp_run_request_read_print(const twp_arguments_t *arguments, twp_run_request_t *request)
{
    request->is_quiet = twp_arguments_has(arguments, TWP_RUN_QUIET);
    request->has_digest = twp_arguments_has(arguments, TWP_RUN_DIGEST);
    return twp_arguments_choice(
        arguments, TWP_RUN_FORMAT, "format", TWP_FORMAT_CHOICES, &request->format);
}

void
twp_run_request_listen(twp_run_request_t *request, twp_progress_view_t *view)
{
    twp_progress_init(
        view, request->is_quiet ? TWP_PROGRESS_NONE : (twp_progress_kind_t) request->progress);
    request->settings.progress = twp_progress_show;
    request->settings.progress_context = view;
    request->settings.should_stop = twp_stop_is_asked;
    twp_stop_listen();
}

static int
print_comparison(const twp_run_request_t *request, const char *path, int exit_code)
{
    const twp_report_options_t view = { .width = twp_say_width() };
    twp_summary_t *summary = NULL;
    twp_error_t err = { TWP_OK, "" };

    if (twp_summary_read(path, &summary, &err) != TWP_OK) {
        twp_say_error("%s", err.message);
        return TWP_EXIT_FAILED;
    }
    exit_code = twp_comparison_print_summary(
        summary, &view, (twp_format_t) request->format, exit_code);
    twp_summary_free(summary);
    return exit_code;
}

int
twp_run_request_print(
    const twp_run_request_t *request, const char *path, const char *digest, int exit_code)
{
    char line[sizeof((twp_run_report_t *) NULL)->digest + 1];

    if (!request->is_quiet)
        exit_code = print_comparison(request, path, exit_code);
    if (!request->has_digest || exit_code == TWP_EXIT_FAILED)
        return exit_code;
    (void) snprintf(line, sizeof line, "%s\n", digest);
    return twp_say_result(line, exit_code);
}

void
twp_run_request_clear(twp_run_request_t *request)
{
    for (int i = 0; request->over != NULL && i < request->n_over; i++)
        free(request->over[i]);
    free(request->over);
    free(request->set);
    free(request->strategy);
}

bool
twp_run_request_check(const twp_study_t *study, const twp_run_request_t *request)
{
    const int n = twp_study_n_strategies(study);
    const char **names = calloc((size_t) n + 1, sizeof *names);
    bool is_good = names != NULL;

    for (int i = 0; is_good && i < n; i++)
        names[i] = twp_study_strategy(study, i);
    for (int i = 0; is_good && i < request->n_strategies; i++)
        is_good = twp_comparison_find_strategy(request->strategy[i], names, n) >= 0;
    free(names);
    return is_good;
}
