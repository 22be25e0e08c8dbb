/* twinpath replay: one twin of a results file lived again, every event and draw in words. */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/say.h"
#include "report/replay.h"

#include <stdlib.h>

enum { TWIN = TWP_OPTION_OWN, STRATEGY, PARAMETER_SET, INPUTS, FORMAT };

#define FORMATS "table|json"

static const twp_option_t options[] = {
    { TWIN, "twin", '\0', TWP_TAKES_VALUE, "ID", "id of the twin; required" },
    { STRATEGY, "strategy", 's', TWP_TAKES_VALUE, "NAME",
        "live it under this strategy beside the baseline; may be repeated (default: all)" },
    { PARAMETER_SET, "parameter-set", '\0', TWP_TAKES_VALUE, "N",
        "live it as in this parameter set, from 1 (default: the values as written)" },
    { INPUTS, "inputs", 'i', TWP_TAKES_VALUE, "DIR",
        "folder of the CSV files that the study reads (default: beside the file, or here)" },
    { FORMAT, "format", 'f', TWP_TAKES_VALUE, FORMATS, "how to print it (default: table)" },
};

static const twp_example_t examples[] = {
    { "twinpath replay results.h5 --twin 17", "what happened to twin 17, and why" },
    { "twinpath replay results.h5 --twin 17 --strategy app",
        "the same life with and without the app, the first difference marked" },
};

static int
print_replay(const twp_replay_t *replay, int format)
{
    twp_buffer_t buffer = { 0 };
    twp_error_t err = { TWP_OK, "" };
    const twp_status_t status = format == 0 ? twp_report_replay(replay, &buffer, &err)
                                            : twp_report_replay_json(replay, &buffer, &err);
    int exit_code = replay->is_equal ? TWP_EXIT_GOOD : TWP_EXIT_FAILED;

    if (status == TWP_OK) {
        exit_code = twp_say_result(buffer.text, exit_code);
    } else {
        twp_say_error("%s", err.message);
        exit_code = TWP_EXIT_FAILED;
    }
    twp_buffer_clear(&buffer);
    return exit_code;
}

static int
replay_twin(const twp_arguments_t *arguments)
{
    twp_replay_settings_t settings = { .inputs = twp_arguments_value(arguments, INPUTS, NULL) };
    const char **const strategy = calloc((size_t) arguments->n_options + 1, sizeof *strategy);
    twp_replay_t *replay = NULL;
    twp_error_t err = { TWP_OK, "" };
    uint64_t i_set = 0;
    int format = 0, exit_code = TWP_EXIT_INPUT;

    if (strategy == NULL) {
        twp_say_error("no memory");
        return TWP_EXIT_FAILED;
    }
    settings.n_strategies = twp_arguments_values(arguments, STRATEGY, strategy);
    settings.strategy = strategy;
    if (!twp_arguments_has(arguments, TWIN)) {
        twp_say_error("--twin: the id of a twin is missing");
    } else if (twp_arguments_number(
                   arguments, TWIN, "twin", 0, ((uint64_t) 1 << 40) - 1, &settings.twin) &&
        twp_arguments_number(arguments, PARAMETER_SET, "parameter-set", 1, (1 << 24) - 1, &i_set) &&
        twp_arguments_choice(arguments, FORMAT, "format", FORMATS, &format)) {
        settings.i_parameter_set = (int64_t) i_set;
        if (twp_replay_read(arguments->operand[0], &settings, &replay, &err) == TWP_OK) {
            exit_code = print_replay(replay, format);
        } else {
            twp_say_error("%s", err.message);
            exit_code = err.status == TWP_ERR_MEMORY || err.status == TWP_ERR_FAULT
                ? TWP_EXIT_FAILED
                : TWP_EXIT_INPUT;
        }
    }
    twp_replay_free(replay);
    free(strategy);
    return exit_code;
}

const twp_command_t twp_command_replay = { "replay", "FILE", 1, 1,
    "live one twin of a results file again and say what happened and why",
    "Lives the twin with the study kept in the file, and says each event: its day, from which "
    "state to which, by which random draw, and for a hazard which covariates moved its clock by "
    "how "
    "much when it fired, and when it had fired by its law alone. Below an event: what was paid and "
    "which variables jumped.\n"
    "Each strategy has a letter; an event under several of them is printed once with their "
    "letters, "
    "and a line marks where a life first differs from the baseline's. At the end stand the twin's "
    "figures under each strategy.\n"
    "Where the file has the twin's events they are compared. Ends with 0 when they are the same, 1 "
    "when not, 2 when the file, an input or the id is wrong.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), replay_twin };
