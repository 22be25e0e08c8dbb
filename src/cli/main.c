/* The program: finds the command, sets up the libraries, ends with the exit code. */
#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/shell_word.h"
#include "results/writer.h"
#include "twp_build_facts.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <string.h>

static void
write_version(twp_buffer_t *buffer)
{
    twp_buffer_printf(buffer,
        "twinpath %s\n"
        "commit    %s\n"
        "sources   %s\n"
        "compiler  %s\n"
        "flags     %s\n"
        "libraries HDF5 %s, libdeflate %s, libsodium %s, libyaml %s, jansson %s, GSL %s\n",
        twp_version(), TWP_BUILD_COMMIT, TWP_BUILD_SOURCES, TWP_BUILD_COMPILER, TWP_BUILD_FLAGS,
        TWP_BUILD_HDF5_VERSION, TWP_BUILD_DEFLATE_VERSION, TWP_BUILD_SODIUM_VERSION,
        TWP_BUILD_YAML_VERSION, TWP_BUILD_JANSSON_VERSION, TWP_BUILD_GSL_VERSION);
}

/* Options in the place of a command. */
static const struct {
    const char *name;
    void (*write)(twp_buffer_t *buffer);
} about[] = {
    { "--help", twp_help_write },
    { "-h", twp_help_write },
    { "--version", write_version },
    { "--man", twp_manual_write },
    { "--completion", twp_completion_write },
};

static int
print_about(void (*write)(twp_buffer_t *buffer))
{
    twp_buffer_t buffer = { 0 };

    write(&buffer);
    return twp_say_buffer(&buffer, TWP_EXIT_GOOD);
}

static int
run_command(const twp_command_t *command, int argc, char **argv)
{
    twp_buffer_t line = { 0 };
    twp_arguments_t arguments;
    int exit_code;

    twp_buffer_add(&line, "twinpath");
    for (int i = 1; i < argc; i++)
        twp_shell_word_add(&line, argv[i]);
    if (line.has_failed) {
        twp_say_error("no memory");
        exit_code = TWP_EXIT_FAILED;
    } else {
        const bool is_good = twp_arguments_read(
            command, argc - 1, argv + 1, &arguments, &exit_code);
        arguments.command_line = line.text;
        if (is_good)
            exit_code = command->run(&arguments);
        twp_arguments_clear(&arguments);
    }
    twp_buffer_clear(&line);
    return exit_code;
}

static int
tell_unknown_command(const char *name)
{
    const char *nearest = twp_command_nearest(name);

    if (nearest != NULL)
        twp_say_error("unknown command %s; did you mean %s?", name, nearest);
    else
        twp_say_error("unknown command %s; see twinpath --help", name);
    return TWP_EXIT_INPUT;
}

int
main(int argc, char **argv)
{
    const twp_command_t *command;

    twp_results_setup();
    gsl_set_error_handler_off();
    if (argc < 2) {
        twp_buffer_t help = { 0 };
        twp_help_write(&help);
        if (!help.has_failed)
            fputs(help.text, stderr);
        twp_buffer_clear(&help);
        return TWP_EXIT_INPUT;
    }
    for (size_t i = 0; i < sizeof about / sizeof about[0]; i++) {
        if (strcmp(argv[1], about[i].name) == 0)
            return print_about(about[i].write);
    }
    command = twp_command_find(argv[1]);
    if (command == NULL)
        return tell_unknown_command(argv[1]);
    return run_command(command, argc, argv);
}
