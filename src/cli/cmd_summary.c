/* twinpath summary: the comparison of strategies from a results file. */
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/options.h"
#include "cli/say.h"

#include <stdlib.h>
#include <string.h>

enum { FORMAT = TWP_OPTION_OWN, BY, STRATEGY, MEASURE, POINT };

static const twp_option_t options[] = {
    { FORMAT, "format", 'f', TWP_TAKES_VALUE, TWP_FORMAT_CHOICES,
        "how to print it (default: table)" },
    { BY, "by", 'b', TWP_TAKES_NOTHING, NULL, "show the segments of the population too" },
    { STRATEGY, "strategy", 's', TWP_TAKES_VALUE, "NAME",
        "show this strategy beside the baseline; may be repeated (default: all)" },
    { MEASURE, "measure", 'm', TWP_TAKES_VALUE, "NAME",
        "of a sweep: show this measure, not with --point; may be repeated (default: all, or the "
        "first of "
        "many)" },
    { POINT, "point", '\0', TWP_TAKES_VALUE, "N",
        "of a sweep: the whole comparison at this point (default: a line a point)" },
};

static const twp_example_t examples[] = {
    { "twinpath summary results.h5", "the comparison again" },
    { "twinpath summary results.h5 --by --strategy app", "one strategy, by segment" },
    { "twinpath summary results.h5 --format csv > figures.csv", "the figures for a spreadsheet" },
    { "twinpath summary sweep.h5 --measure pdc", "a line for each point of a sweep" },
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

/* Names of measures to show; false when one is unknown. */
static bool
choose_measures(
    const twp_arguments_t *arguments, const twp_summary_t *summary, const char **measure, int *n)
{
    const char **names = calloc((size_t) summary->n_rows + 1, sizeof *names);
    bool is_good = names != NULL;

    *n = twp_arguments_values(arguments, MEASURE, measure);
    if (*n > 0 && summary->n_points == 0) {
        twp_say_error("--measure: the file is of no sweep; it shows all measures");
        is_good = false;
    } else if (*n > 0 && summary->i_point > 0) {
        twp_say_error("--measure: --point shows all measures of a point; leave one of the two out");
        is_good = false;
    }
    for (int i = 0; is_good && i < summary->n_rows; i++)
        names[i] = summary->row[i].name;
    for (int i = 0; is_good && i < *n; i++) {
        int k = 0;
        while (k < summary->n_rows && strcmp(names[k], measure[i]) != 0)
            k++;
        if (k == summary->n_rows) {
            const char *nearest = twp_suggest_nearest(measure[i], names, (size_t) k);
            twp_say_error("--measure: there is no %s%s%s%s", measure[i],
                nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                nearest != NULL ? "?" : "");
            is_good = false;
        }
    }
    free(names);
    return is_good;
}

static int
summarise(const twp_arguments_t *arguments)
{
    twp_report_options_t view = { .width = twp_say_width() };
    twp_summary_t *summary = NULL;
    twp_error_t err = { TWP_OK, "" };
    int format = TWP_FORMAT_TABLE, exit_code = TWP_EXIT_INPUT;
    uint64_t i_point = 0;
    const char **measure;
    bool *is_chosen;

    if (!twp_arguments_choice(arguments, FORMAT, "format", TWP_FORMAT_CHOICES, &format) ||
        !twp_arguments_number(arguments, POINT, "point", 1, INT32_MAX, &i_point))
        return TWP_EXIT_INPUT;
    if (twp_summary_read_point(arguments->operand[0], (int64_t) i_point, &summary, &err) !=
        TWP_OK) {
        twp_say_error("%s", err.message);
        return err.status == TWP_ERR_MEMORY ? TWP_EXIT_FAILED : TWP_EXIT_INPUT;
    }
    is_chosen = calloc((size_t) summary->n_strategies + 1, sizeof *is_chosen);
    measure = calloc((size_t) arguments->n_options + 1, sizeof *measure);
    if (is_chosen == NULL || measure == NULL) {
        twp_say_error("no memory");
        exit_code = TWP_EXIT_FAILED;
    } else if (choose(arguments, summary, is_chosen) &&
        choose_measures(arguments, summary, measure, &view.n_measures)) {
        view.measure = measure;
        view.has_segments = twp_arguments_has(arguments, BY);
        view.is_chosen = twp_arguments_has(arguments, STRATEGY) ? is_chosen : NULL;
        exit_code = twp_comparison_print_summary(
            summary, &view, (twp_format_t) format, TWP_EXIT_GOOD);
    }
    free(measure);
    free(is_chosen);
    twp_summary_free(summary);
    return exit_code;
}

const twp_command_t twp_command_summary = { "summary", "FILE", 1, 1,
    "print the comparison from a results file",
    "Prints each measure under each strategy with its 95 % interval, the difference from the "
    "baseline, what the effects cost, and how the model meets its targets. A partial file is told "
    "in "
    "the first line.\n"
    "Of the file of a sweep it prints a line for each point: what was swept, each strategy's mean "
    "with its 95 % "
    "interval, and the differences from the baseline. As CSV that is a line a point too.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), summarise };
