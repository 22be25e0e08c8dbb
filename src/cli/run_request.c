#include "cli/run_request.h"

#include "cli/comparison.h"
#include "cli/say.h"

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
