/* twinpath merge: joins the shards of a run in parts into one results file. */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/run_request.h"
#include "cli/say.h"
#include "cli/stop.h"

#include <stdio.h>

enum { OUTPUT = TWP_RUN_OWN, OVERWRITE, ALLOW_GAPS, VIRTUAL, KEEP_SHARDS, INPUTS };

static const twp_option_t options[] = {
    { OUTPUT, "output", 'o', TWP_TAKES_VALUE, "FILE",
        "results file (default, of a folder: RUN/results.h5)" },
    { OVERWRITE, "overwrite", '\0', TWP_TAKES_NOTHING, NULL,
        "replace a results file that is there" },
    { ALLOW_GAPS, "allow-gaps", '\0', TWP_TAKES_NOTHING, NULL,
        "leave out shards that are missing: the file then says that it is partial" },
    { VIRTUAL, "virtual", '\0', TWP_TAKES_NOTHING, NULL,
        "leave rows of twins in the shards (at most 200, below the folder of FILE), which must "
        "stay" },
    { KEEP_SHARDS, "keep-shards", '\0', TWP_TAKES_NOTHING, NULL,
        "leave the shards of a folder where they are; shards named one by one always stay" },
    { INPUTS, "inputs", 'i', TWP_TAKES_VALUE, "DIR",
        "folder of the CSV files that the study reads (default: the study's, or beside the "
        "shards)" },
    TWP_OPTION_THREADS,
    TWP_OPTION_PROGRESS,
    TWP_OPTION_DIGEST,
    { TWP_RUN_QUIET, "quiet", 'q', TWP_TAKES_NOTHING, NULL, "print no progress" },
};

static const twp_example_t examples[] = {
    { "twinpath merge RUN", "joins what twinpath sweep left in RUN/shards into RUN/results.h5" },
    { "twinpath merge part*/shards/*.h5 -o all.h5", "joins shards from several places" },
    { "twinpath merge RUN --allow-gaps -o so_far.h5 --keep-shards",
        "what is there before all of it is" },
};

static int
finish(const twp_arguments_t *arguments, const twp_sweep_report_t *report)
{
    char line[sizeof report->run.digest + 1];

    if (!twp_arguments_has(arguments, TWP_RUN_QUIET)) {
        if (report->was_there)
            twp_say_note("%s is there already: its shards are merged", report->results);
        else
            twp_say_note("%lld of %lld shards joined: %s %s", (long long) report->n_found,
                (long long) report->n_shards,
                report->run.is_partial ? "partial results in" : "results in", report->results);
    }
    if (!twp_arguments_has(arguments, TWP_RUN_DIGEST))
        return TWP_EXIT_GOOD;
    (void) snprintf(line, sizeof line, "%s\n", report->run.digest);
    return twp_say_result(line, TWP_EXIT_GOOD);
}

static int
merge(const twp_arguments_t *arguments)
{
    twp_progress_view_t view;
    twp_merge_settings_t settings = { .path = arguments->operand,
        .n_paths = arguments->n_operands,
        .output_path = twp_arguments_value(arguments, OUTPUT, NULL),
        .overwrite = twp_arguments_has(arguments, OVERWRITE),
        .allows_gaps = twp_arguments_has(arguments, ALLOW_GAPS),
        .is_virtual = twp_arguments_has(arguments, VIRTUAL),
        .keeps_shards = twp_arguments_has(arguments, KEEP_SHARDS),
        .inputs = twp_arguments_value(arguments, INPUTS, NULL),
        .command_line = arguments->command_line,
        .progress = twp_progress_show,
        .progress_context = &view,
        .should_stop = twp_stop_is_asked };
    twp_sweep_report_t report;
    twp_error_t err = { TWP_OK, "" };
    twp_status_t status;
    int progress = TWP_PROGRESS_AUTO;

    if (!twp_run_request_threads(arguments, &settings.n_threads) ||
        !twp_arguments_choice(
            arguments, TWP_RUN_PROGRESS, "progress", TWP_PROGRESS_CHOICES, &progress))
        return TWP_EXIT_INPUT;
    twp_progress_init(&view,
        twp_arguments_has(arguments, TWP_RUN_QUIET) ? TWP_PROGRESS_NONE
                                                    : (twp_progress_kind_t) progress);
    twp_stop_listen();
    status = twp_results_merge(&settings, &report, &err);
    twp_progress_end(&view, NULL, NULL);
    if (status == TWP_OK)
        return finish(arguments, &report);
    twp_say_error("%s", err.message);
    return twp_say_exit_code(status);
}

const twp_command_t twp_command_merge = { "merge", "RUN|SHARD", 1, 1000000,
    "join the shards of a run in parts into one results file",
    "Copies the rows of all shards, in order, into one file, and folds their sums: every value is "
    "the "
    "one that twinpath run comes to. Memory does not grow with the size of the shards.\n"
    "Each shard is checked before anything is written: that it is whole, and that all are of one "
    "study, "
    "version, seed, rule of twins and cut. Gaps are refused unless --allow-gaps is given, and a "
    "shard "
    "that comes twice unless the two are equal.\n"
    "With --virtual the file holds summaries, and its rows are virtual datasets that read the "
    "shards: for "
    "runs too large to be stored twice. Twinpath checks each shard whenever it opens such a file. "
    "Other "
    "programs do not: to them a shard that is missing or damaged reads as missing values, without "
    "a word.\n"
    "The results appear whole or not at all. After a merge of a folder its shards are removed, "
    "unless "
    "some were missing.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), merge };
