#include "cli/command.h"

#include "base/suggest.h"

#include <string.h>

const twp_command_t *const twp_commands[] = {
    &twp_command_new,
    &twp_command_run,
    &twp_command_check,
    &twp_command_map,
    &twp_command_sweep,
    &twp_command_merge,
    &twp_command_summary,
    &twp_command_reproduce,
    &twp_command_replay,
    &twp_command_params,
    &twp_command_adherence,
    &twp_command_schema,
    &twp_command_help,
};
const int twp_n_commands = (int) (sizeof twp_commands / sizeof twp_commands[0]);

const twp_command_t *
twp_command_find(const char *name)
{
    for (int i = 0; i < twp_n_commands; i++) {
        if (strcmp(twp_commands[i]->name, name) == 0)
            return twp_commands[i];
    }
    return NULL;
}

const char *
twp_command_nearest(const char *wrong)
{
    const char *names[sizeof twp_commands / sizeof twp_commands[0]];

    for (int i = 0; i < twp_n_commands; i++)
        names[i] = twp_commands[i]->name;
    return twp_suggest_nearest(wrong, names, (size_t) twp_n_commands);
}
