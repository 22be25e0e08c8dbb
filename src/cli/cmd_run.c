/* twinpath run: lives every twin under every strategy, writes the results, prints the comparison. */
#include "cli/command.h"
#include "cli/findings.h"
#include "cli/run_request.h"
#include "cli/say.h"
#include "report/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PRECISION = TWP_RUN_OWN, OUTPUT, OVERWRITE };

static const twp_option_t options[] = {
    TWP_RUN_OPTIONS,
    { PRECISION, "precision", '\0', TWP_TAKES_VALUE, "STRATEGY.FIGURE=HALF",
        "live twins until half of the 95 % interval of this difference from the baseline is at "
        "most "
        "HALF, such as nurse.persistence_365d=0.005; may be repeated" },
    { OUTPUT, "output", 'o', TWP_TAKES_VALUE, "FILE", "results file (default: results.h5)" },
    { OVERWRITE, "overwrite", '\0', TWP_TAKES_NOTHING, NULL,
        "replace a results file that is there" },
    TWP_RUN_PRINT_OPTIONS,
};

static const twp_example_t examples[] = {
    { "twinpath run study.yaml -o study.h5", "runs all strategies of a study" },
    { "twinpath run study.yaml --patients 2000 --strategy app",
        "a quick look at one strategy against the baseline" },
    { "twinpath run study.yaml --set parameters.price=\"900 USD\" --overwrite",
        "the same question with another number" },
    { "twinpath run study.yaml --parameter-sets 1000 --patients 1000 -o psa.h5",
        "how much the uncertain numbers of the study matter" },
    { "twinpath run study.yaml -n 1000000 --precision app.persistence_365d=0.005",
        "as many twins as it takes to know one difference so well, and a million at most" },
    { "twinpath run study.yaml --progress json --format json > comparison.json",
        "for programs: progress and results as JSON" },
};

/* What the command line asks for. */
typedef struct {
    twp_run_request_t run;
    const char **precision; /* [settings.n_precisions] */
} request_t;

static bool
read_request(const twp_arguments_t *arguments, request_t *request)
{
    twp_run_settings_t *settings = &request->run.settings;
    const bool is_good = twp_run_request_read(arguments, &request->run);

    request->precision = calloc((size_t) arguments->n_options + 1, sizeof *request->precision);
    if (request->precision == NULL) {
        twp_say_error("no memory");
        return false;
    }
    settings->precision = request->precision;
    settings->n_precisions = twp_arguments_values(arguments, PRECISION, request->precision);
    settings->output_path = twp_arguments_value(arguments, OUTPUT, "results.h5");
    settings->overwrite = twp_arguments_has(arguments, OVERWRITE);
    if (settings->output_path[0] == '\0') {
        twp_say_error("--output: the name of a file is missing");
        return false;
    }
    return is_good && twp_run_request_read_print(arguments, &request->run);
}

/* Results must not take the place of what they are made from. */
static bool
check_output(const twp_study_t *study, const request_t *request)
{
    const char *path = request->run.settings.output_path;
    struct stat output, input;

    if (stat(path, &output) != 0)
        return true;
    for (int i = 0; twp_study_file(study, i) != NULL; i++) {
        if (stat(twp_study_file(study, i), &input) == 0 && input.st_dev == output.st_dev &&
            input.st_ino == output.st_ino) {
            twp_say_error("--output: %s is a file of the study", path);
            return false;
        }
    }
    if (!request->run.settings.overwrite && !request->run.is_quiet &&
        request->run.progress != TWP_PROGRESS_JSON)
        twp_say_note(
            "%s is there already: it stays, and this run fails unless it comes to the same "
            "content (--overwrite replaces it)",
            path);
    return true;
}

/* Tells why a run failed. */
static int
tell_failure(const twp_study_t *study, const request_t *request, const twp_error_t *err)
{
    twp_findings_tell_failure(study, err);
    if (err->status == TWP_ERR_EXISTS)
        twp_say_note(
            "--overwrite replaces %s; -o names another file", request->run.settings.output_path);
    return twp_say_exit_code(err->status);
}

static void
tell_stop(const twp_run_report_t *report)
{
    char done[TWP_NUMBER_SIZE], all[TWP_NUMBER_SIZE];

    if (report->n_parameter_sets > 0) {
        twp_number_count(done, report->n_parameter_sets_done);
        twp_number_count(all, report->n_parameter_sets);
        twp_say_error("stopped early, after %s of %s parameter sets", done, all);
        return;
    }
    twp_number_count(done, report->n_twins_done);
    twp_number_count(all, report->n_twins);
    twp_say_error("stopped early, after %s of %s twins", done, all);
}

static int
run_study(twp_study_t *study, request_t *request)
{
    twp_progress_view_t view;
    twp_run_report_t report = { .n_twins_done = 0 };
    twp_error_t err = { TWP_OK, "" };
    twp_status_t status;
    int exit_code;

    twp_run_request_listen(&request->run, &view);
    status = twp_study_run(study, &request->run.settings, &report, &err);
    if (status != TWP_OK && status != TWP_ERR_INTERRUPTED) {
        twp_progress_end(&view, NULL, NULL);
        return tell_failure(study, request, &err);
    }
    twp_progress_end(
        &view, request->run.is_quiet ? NULL : &report, request->run.settings.output_path);
    exit_code = twp_say_exit_code(status);
    if (report.n_twins_done == 0) {
        twp_say_error("stopped before the first %s was done: nothing was written",
            report.n_parameter_sets > 0 ? "parameter set" : "block of twins");
        return exit_code;
    }
    if (status == TWP_ERR_INTERRUPTED)
        tell_stop(&report);
    return twp_run_request_print(
        &request->run, request->run.settings.output_path, report.digest, exit_code);
}

static int
run(const twp_arguments_t *arguments)
{
    request_t request = { .precision = NULL };
    twp_study_t *study = NULL;
    int exit_code = TWP_EXIT_INPUT;

    if (read_request(arguments, &request)) {
        exit_code = twp_findings_read_study(
            arguments->operand[0], request.run.set, request.run.n_set, stderr, &study);
        if (exit_code == TWP_EXIT_GOOD)
            exit_code = twp_run_request_check(study, &request.run) && check_output(study, &request)
                ? run_study(study, &request)
                : TWP_EXIT_INPUT;
    }
    twp_study_free(study);
    free(request.precision);
    twp_run_request_clear(&request.run);
    return exit_code;
}

const twp_command_t twp_command_run = { "run", "STUDY", 1, 1,
    "live every twin under every strategy and compare",
    "Reads the study with all that it uses, checks it, lives each patient under each strategy and "
    "writes the results file: whole or not at all. Prints the comparison on standard output.\n"
    "The same study, seed and number of patients give the same results whatever the threads. A "
    "file "
    "that is there is kept unless --overwrite is given; one of the same content is success.\n"
    "Interrupted (Ctrl-C), the run ends at once, drops the blocks of 1,024 twins (or the parameter "
    "sets) under way, writes what is done as a partial file that says so, and exits with 75. A "
    "second Ctrl-C ends it at once.\n"
    "With --precision the run ends sooner: it looks at the differences after 4, 8, 16, ... blocks "
    "of "
    "1,024 twins and ends when each is known well enough, with all patients at the latest. The "
    "figure is "
    "named as in /outcomes of the results: the measure, with its days where it has times. An "
    "interval "
    "that was looked at several times is a little too narrow at the end (see "
    "scenarios/README.md).\n"
    "With --parameter-sets the intervals are of the uncertain parameters, and the Monte Carlo "
    "error stands beside them; segments, events and quantiles over twins are left out.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), run };
