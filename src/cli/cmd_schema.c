/* twinpath schema: the study language as JSON Schema, for editors. */
#include "cli/command.h"
#include "cli/say.h"
#include "twinpath.h"

#include <stdlib.h>

static const twp_example_t examples[] = {
    { "twinpath schema > twinpath.schema.json", "the schema into a file beside the studies" },
};

static int
print_schema(const twp_arguments_t *arguments)
{
    char *text = NULL;
    twp_error_t err = { 0 };
    int exit_code = TWP_EXIT_FAILED;

    (void) arguments;
    if (twp_language_schema(&text, &err) == TWP_OK)
        exit_code = twp_say_result(text, TWP_EXIT_GOOD);
    else
        twp_say_error("%s", err.message);
    free(text);
    return exit_code;
}

const twp_command_t twp_command_schema = { "schema", "", 0, 0,
    "print the study language as JSON Schema, for editors",
    "Prints every key of a study with its type, default and meaning as JSON Schema (draft 7). An "
    "editor that knows it completes keys and marks unknown ones while a study is written.\n"
    "With VS Code and its YAML extension, or any editor with yaml-language-server, a study names "
    "it "
    "in its first line:  # yaml-language-server: $schema=twinpath.schema.json",
    NULL, 0, examples, (int) (sizeof examples / sizeof examples[0]), print_schema };
