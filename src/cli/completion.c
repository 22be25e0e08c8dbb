/* The completion for bash, made from the tables of commands. */
#include "cli/help.h"
#include "cli/options.h"

#include <string.h>

/* Choices "table|json" as words; false when the value is no choice. */
static bool
add_choices(twp_buffer_t *buffer, const char *value)
{
    if (value == NULL || strchr(value, '|') == NULL)
        return false;
    for (; *value != '\0'; value++)
        twp_buffer_add_bytes(buffer, *value == '|' ? " " : value, 1);
    return true;
}

/* Words after an option with a value. */
static void
add_values(twp_buffer_t *buffer, const twp_command_t *command)
{
    for (int i = 0; i < command->n_options; i++) {
        const twp_option_t *option = &command->option[i];
        if (option->takes != TWP_TAKES_VALUE)
            continue;
        twp_buffer_printf(buffer, "            %s:--%s", command->name, option->name);
        if (option->letter != '\0')
            twp_buffer_printf(buffer, " | %s:-%c", command->name, option->letter);
        if (option->value != NULL && strchr(option->value, '|') != NULL) {
            twp_buffer_add(buffer, ") words='");
            add_choices(buffer, option->value);
            twp_buffer_add(buffer, "' ;;\n");
        } else if (option->value != NULL && strcmp(option->value, "FILE") == 0) {
            twp_buffer_add(buffer, ") files=1 ;;\n");
        } else {
            twp_buffer_add(buffer, ") return ;;\n");
        }
    }
}

static void
add_options(twp_buffer_t *buffer, const twp_command_t *command)
{
    twp_buffer_printf(buffer, "            %s) words='", command->name);
    for (int i = 0; i < command->n_options; i++)
        twp_buffer_printf(buffer, "--%s ", command->option[i].name);
    twp_buffer_add(buffer, "--help' ;;\n");
}

void
twp_completion_write(twp_buffer_t *buffer)
{
    twp_buffer_add(buffer,
        "# bash completion for twinpath, made by twinpath --completion\n"
        "_twinpath()\n"
        "{\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]-}\n"
        "    local before=${COMP_WORDS[COMP_CWORD-1]-} words= files=\n"
        "    COMPREPLY=()\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
        "        words='");
    for (int i = 0; i < twp_n_commands; i++)
        twp_buffer_printf(buffer, "%s ", twp_commands[i]->name);
    twp_buffer_add(buffer,
        "--help --version'\n"
        "    else\n"
        "        case \"$command:$before\" in\n");
    for (int i = 0; i < twp_n_commands; i++)
        add_values(buffer, twp_commands[i]);
    twp_buffer_add(buffer,
        "            *)\n"
        "                case \"$word\" in\n"
        "                    -*) words=options ;;\n"
        "                    *) files=1 ;;\n"
        "                esac ;;\n"
        "        esac\n"
        "        [ \"$command\" != help ] || files=\n"
        "    fi\n"
        "    if [ \"$words\" = options ]; then\n"
        "        case \"$command\" in\n");
    for (int i = 0; i < twp_n_commands; i++)
        add_options(buffer, twp_commands[i]);
    twp_buffer_add(buffer,
        "            *) words=--help ;;\n"
        "        esac\n"
        "    fi\n"
        "    local reply\n"
        "    if [ -n \"$files\" ]; then\n"
        "        while IFS= read -r reply; do COMPREPLY+=(\"$reply\"); done < <(compgen -f -- "
        "\"$word\")\n"
        "        compopt -o filenames 2> /dev/null\n"
        "    else\n"
        "        while IFS= read -r reply; do COMPREPLY+=(\"$reply\"); done < <(compgen -W "
        "\"$words\" -- \"$word\")\n"
        "    fi\n"
        "}\n"
        "complete -F _twinpath twinpath\n");
}
