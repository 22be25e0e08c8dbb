/* twinpath summary: the comparison of strategies from a results file. */
#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/options.h"
#include "cli/say.h"

#include <stdlib.h>

enum { FORMAT = TWP_OPTION_OWN, BY, STRATEGY };

static const twp_option_t options[] = {
    { FORMAT, "format", 'f', TWP_TAKES_VALUE, TWP_FORMAT_CHOICES,
        "how to print it (default: table)" },
    { BY, "by", 'b', TWP_TAKES_NOTHING, NULL, "show the segments of the population too" },
    { STRATEGY, "strategy", 's', TWP_TAKES_VALUE, "NAME",
        "show this strategy beside the baseline; may be repeated (default: all)" },
};

static const twp_example_t examples[] = {
    { "twinpath summary results.h5", "the comparison again" },
    { "twinpath summary results.h5 --by --strategy app", "one strategy, by segment" },
    { "twinpath summary results.h5 --format csv > figures.csv", "the figures for a spreadsheet" },
};

/* Marks the chosen strategies; false when one is unknown. */
static bool
choose(const twp_arguments_t *arguments, const twp_summary_t *summary, bool *is_chosen)
{
    for (int i = 0; i < arguments->n_options; i++) {
        int found;
        if (arguments->option[i].id != STRATEGY)
            continue;
        found = twp_comparison_find_strategy(
            arguments->option[i].value, summary->strategy, summary->n_strategies);
        if (found < 0)
            return false;
        is_chosen[found] = true;
    }
    return true;
}

static int
summarise(const twp_arguments_t *arguments)
{
    twp_report_options_t view = { .width = twp_say_width() };
    twp_summary_t *summary = NULL;
    twp_error_t err = { TWP_OK, "" };
    int format = TWP_FORMAT_TABLE, exit_code = TWP_EXIT_INPUT;
    bool *is_chosen;

    if (!twp_arguments_choice(arguments, FORMAT, "format", TWP_FORMAT_CHOICES, &format))
        return TWP_EXIT_INPUT;
    if (twp_summary_read(arguments->operand[0], &summary, &err) != TWP_OK) {
        twp_say_error("%s", err.message);
        return err.status == TWP_ERR_MEMORY ? TWP_EXIT_FAILED : TWP_EXIT_INPUT;
    }
    is_chosen = calloc((size_t) summary->n_strategies + 1, sizeof *is_chosen);
    if (is_chosen == NULL) {
        twp_say_error("no memory");
        exit_code = TWP_EXIT_FAILED;
    } else if (choose(arguments, summary, is_chosen)) {
        view.has_segments = twp_arguments_has(arguments, BY);
        view.is_chosen = twp_arguments_has(arguments, STRATEGY) ? is_chosen : NULL;
        exit_code = twp_comparison_print_summary(
            summary, &view, (twp_format_t) format, TWP_EXIT_GOOD);
    }
    free(is_chosen);
    twp_summary_free(summary);
    return exit_code;
}

const twp_command_t twp_command_summary = { "summary", "FILE", 1, 1,
    "print the comparison from a results file",
    "Prints each measure under each strategy with its 95 % interval, the difference from the "
    "baseline, what the effects cost, and how the model meets its targets. A partial file is told "
    "in "
    "the first line.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), summarise };
