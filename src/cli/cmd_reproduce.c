/* twinpath reproduce: runs the study kept in a results file again and compares. */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/stop.h"
#include "report/number.h"

#include <string.h>

enum { INPUTS = TWP_OPTION_OWN, THREADS, PROGRESS, QUIET };

static const twp_option_t options[] = {
    { INPUTS, "inputs", 'i', TWP_TAKES_VALUE, "DIR",
        "folder of the CSV files that the study reads (default: beside the file, or here)" },
    { THREADS, "threads", 't', TWP_TAKES_VALUE, "N",
        "threads to use; the results do not depend on it (default: all cores)" },
    { PROGRESS, "progress", '\0', TWP_TAKES_VALUE, TWP_PROGRESS_CHOICES,
        "how to show progress on standard error (default: auto, a bar on a terminal)" },
    { QUIET, "quiet", 'q', TWP_TAKES_NOTHING, NULL, "say it by the exit code alone" },
};

static const twp_example_t examples[] = {
    { "twinpath reproduce results.h5", "are these the results that the study gives?" },
    { "twinpath reproduce results.h5 --inputs patients/",
        "the same where the study reads files of patients, tables or draws" },
};

static void
write_result(const char *path, const twp_reproduction_t *done, twp_buffer_t *buffer)
{
    char n_done[TWP_NUMBER_SIZE], n_all[TWP_NUMBER_SIZE];

    if (done->is_partial) {
        const bool has_sets = done->run.n_parameter_sets > 0;

        twp_number_count(
            n_done, has_sets ? done->run.n_parameter_sets_done : done->run.n_twins_done);
        twp_number_count(n_all, has_sets ? done->run.n_parameter_sets : done->run.n_twins);
        twp_buffer_printf(buffer,
            "%s is partial: its %s of %s %s were lived again, nothing beyond them.\n", path, n_done,
            n_all, has_sets ? "parameter sets" : "twins");
    }
    if (done->is_changed)
        twp_buffer_printf(
            buffer, "%s was changed after it was written: its content has another digest.\n", path);
    if (done->is_other_version)
        twp_buffer_printf(buffer,
            "%s was written by %s, this is twinpath %s: run_id and source are not compared.\n",
            path, done->source, twp_version());
    if (done->is_equal && strcmp(done->digest, done->again) == 0)
        twp_buffer_printf(
            buffer, "equal: the study gives the same content, digest %s\n", done->digest);
    else if (done->is_equal)
        twp_buffer_printf(buffer, "equal: all %lld values\n", (long long) done->n_values);
    else
        twp_buffer_printf(buffer,
            "different: %s\n"
            "digest of the file %s\n"
            "lived again        %s\n",
            done->difference[0] != '\0' ? done->difference : "in the layout only", done->digest,
            done->again);
}

static int
reproduce(const twp_arguments_t *arguments)
{
    const char *const path = arguments->operand[0];
    const bool is_quiet = twp_arguments_has(arguments, QUIET);
    int progress = TWP_PROGRESS_AUTO, exit_code;
    twp_progress_view_t view;
    twp_reproduce_settings_t settings = { .inputs = twp_arguments_value(arguments, INPUTS, NULL),
        .progress = twp_progress_show,
        .progress_context = &view,
        .should_stop = twp_stop_is_asked };
    twp_reproduction_t done;
    twp_buffer_t buffer = { 0 };
    twp_error_t err = { TWP_OK, "" };
    uint64_t n_threads = 0;
    twp_status_t status;

    if (!twp_arguments_number(arguments, THREADS, "threads", 1, 4096, &n_threads) ||
        !twp_arguments_choice(arguments, PROGRESS, "progress", TWP_PROGRESS_CHOICES, &progress))
        return TWP_EXIT_INPUT;
    settings.n_threads = (int) n_threads;
    twp_progress_init(&view, is_quiet ? TWP_PROGRESS_NONE : (twp_progress_kind_t) progress);
    twp_stop_listen();
    status = twp_results_reproduce(path, &settings, &done, &err);
    twp_progress_end(&view, NULL, NULL);
    if (status != TWP_OK) {
        twp_say_error("%s", err.message);
        return status == TWP_ERR_INTERRUPTED || status == TWP_ERR_MEMORY ? twp_say_exit_code(status)
                                                                         : TWP_EXIT_INPUT;
    }
    exit_code = done.is_equal ? TWP_EXIT_GOOD : TWP_EXIT_FAILED;
    if (is_quiet)
        return exit_code;
    write_result(path, &done, &buffer);
    return twp_say_buffer(&buffer, exit_code);
}

const twp_command_t twp_command_reproduce = { "reproduce", "FILE", 1, 1,
    "run the study kept in a results file again and compare",
    "A results file holds its study with all modules, what the command line set, the seed, and the "
    "SHA-256 of each CSV file. This runs it again and compares the content: the digests, and where "
    "they differ each value, to name the first that does.\n"
    "CSV files are not kept: they are looked for in DIR by their path from the study, then by "
    "their "
    "name. One with another SHA-256 is refused.\n"
    "A partial file is done again as far as it came. Ends with 0 when the content is equal, 1 when "
    "it differs, 2 when the file or an input is wrong.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), reproduce };
