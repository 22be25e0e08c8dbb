/* twinpath help: the help of the program or of a command. */
#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/say.h"

static const twp_example_t examples[] = {
    { "twinpath help run", "what run does, and its options" },
};

static int
help(const twp_arguments_t *arguments)
{
    const char *name = arguments->n_operands > 0 ? arguments->operand[0] : NULL;
    const twp_command_t *command = name != NULL ? twp_command_find(name) : NULL;

    if (name != NULL && command == NULL) {
        const char *nearest = twp_command_nearest(name);
        if (nearest != NULL)
            twp_say_error("help: there is no command %s; did you mean %s?", name, nearest);
        else
            twp_say_error("help: there is no command %s", name);
        return TWP_EXIT_INPUT;
    }
    return twp_help_print(command);
}

const twp_command_t twp_command_help = { "help", "[COMMAND]", 0, 1, "print the help of a command",
    "Prints the help of a command, or of the program.", NULL, 0, examples,
    (int) (sizeof examples / sizeof examples[0]), help };
