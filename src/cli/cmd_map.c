/* twinpath map: a study as a picture of its tracks, states, exits and supports. */
#include "cli/command.h"
#include "cli/findings.h"
#include "cli/graphviz.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT = TWP_OPTION_OWN, FORMAT, TRACK, STRATEGY, SET, OVERWRITE };

#define FORMATS "svg|png|pdf|dot"
static const char *const formats[] = { "svg", "png", "pdf", "dot" };
enum { AS_SVG, AS_PNG, AS_PDF, AS_DOT, N_FORMATS };

static const twp_option_t options[] = {
    { OUTPUT, "output", 'o', TWP_TAKES_VALUE, "FILE",
        "write it into this file (default: standard output)" },
    { FORMAT, "format", 'f', TWP_TAKES_VALUE, FORMATS,
        "what to write (default: as the file's name ends, else svg)" },
    { TRACK, "track", '\0', TWP_TAKES_VALUE, "NAME",
        "draw this track and the supports that move it; may be repeated (default: all)" },
    { STRATEGY, "strategy", 's', TWP_TAKES_VALUE, "NAME",
        "draw the supports and numbers of this strategy (default: all supports)" },
    { SET, "set", '\0', TWP_TAKES_VALUE, "PATH=VALUE",
        "override a value of the study; may be repeated" },
    { OVERWRITE, "overwrite", '\0', TWP_TAKES_NOTHING, NULL, "replace a file that is there" },
};

static const twp_example_t examples[] = {
    { "twinpath map study.yaml -o study.svg", "the whole study on one page, for a browser" },
    { "twinpath map study.yaml --track therapy --strategy nurse -o therapy.png",
        "one track, with what one strategy does to it" },
    { "twinpath map study.yaml --format dot", "the graph as text, without Graphviz" },
};

/* What was asked for. */
typedef struct {
    twp_map_settings_t settings;
    const char *output; /* or NULL: standard output */
    bool overwrite;
    int format;
} request_t;

/* The format that was asked for, else that which the file's name ends with, else svg. Tells what is wrong. */
static bool
find_format(const twp_arguments_t *arguments, request_t *request)
{
    const char *const slash = request->output != NULL ? strrchr(request->output, '/') : NULL;
    const char *const name = slash != NULL ? slash + 1 : request->output;
    const char *const dot = name != NULL ? strrchr(name, '.') : NULL;

    request->format = AS_SVG;
    if (twp_arguments_has(arguments, FORMAT) || dot == NULL)
        return twp_arguments_choice(arguments, FORMAT, "format", FORMATS, &request->format);
    for (int i = 0; i < N_FORMATS; i++) {
        if (strcmp(dot + 1, formats[i]) == 0) {
            request->format = i;
            return true;
        }
    }
    twp_say_error("map: %s ends with none of " FORMATS "; --format says what it is to be", name);
    return false;
}

/* Puts the map, drawn or as text, into a file descriptor; tells what is wrong. */
static bool
draw(const char *graph, int format, int file)
{
    if (format != AS_DOT)
        return twp_graphviz_draw(graph, formats[format], file);
    if (twp_output_write(file, graph, strlen(graph)))
        return true;
    twp_say_error("the map cannot be written: %s", strerror(errno));
    return false;
}

static int
draw_into_file(const char *graph, const request_t *request)
{
    twp_output_t output;

    if (!twp_output_open(&output, request->output, request->overwrite))
        return TWP_EXIT_FAILED;
    if (!draw(graph, request->format, output.file)) {
        twp_output_discard(&output);
        return TWP_EXIT_FAILED;
    }
    return twp_output_publish(&output);
}

/* All of a file, from its start, to standard output. */
static bool
copy_to_standard_output(int file)
{
    char bytes[1 << 14];
    ssize_t n;

    if (lseek(file, 0, SEEK_SET) != 0)
        return false;
    while ((n = read(file, bytes, sizeof bytes)) > 0)
        if (!twp_output_write(STDOUT_FILENO, bytes, (size_t) n))
            return false;
    return n == 0;
}

/* A picture is drawn before its first byte is printed, so that there is none where it fails. */
static int
print_picture(const char *graph, int format)
{
    FILE *const file = tmpfile();
    bool is_good = file != NULL;

    if (!is_good)
        twp_say_error("there is no room for a temporary file: %s", strerror(errno));
    else if (!draw(graph, format, fileno(file)))
        is_good = false;
    else if (!copy_to_standard_output(fileno(file))) {
        twp_say_error("cannot write to standard output: %s", strerror(errno));
        is_good = false;
    }
    if (file != NULL)
        (void) fclose(file);
    return is_good ? TWP_EXIT_GOOD : TWP_EXIT_FAILED;
}

static int
make_map(const twp_study_t *study, const request_t *request)
{
    char *graph = NULL;
    twp_error_t err = { TWP_OK, "" };
    const twp_status_t status = twp_study_map(study, &request->settings, &graph, &err);
    int exit_code = twp_say_exit_code(status);

    if (status != TWP_OK)
        twp_say_error("map: %s", err.message);
    else if (request->output != NULL)
        exit_code = draw_into_file(graph, request);
    else
        exit_code = print_picture(graph, request->format);
    free(graph);
    return exit_code;
}

static int
map(const twp_arguments_t *arguments)
{
    const char **const set = calloc(2 * (size_t) arguments->n_options + 1, sizeof *set);
    const char **const track = set + arguments->n_options;
    request_t request = { .output = twp_arguments_value(arguments, OUTPUT, NULL),
        .overwrite = twp_arguments_has(arguments, OVERWRITE) };
    twp_study_t *study = NULL;
    int exit_code = TWP_EXIT_INPUT;

    if (set == NULL) {
        twp_say_error("no memory");
        return TWP_EXIT_FAILED;
    }
    request.settings.track = track;
    request.settings.n_tracks = twp_arguments_values(arguments, TRACK, track);
    request.settings.strategy = twp_arguments_value(arguments, STRATEGY, NULL);
    if (find_format(arguments, &request)) {
        if (request.output == NULL && (request.format == AS_PNG || request.format == AS_PDF) &&
            isatty(STDOUT_FILENO) == 1)
            twp_say_error("map: a %s is nothing for a terminal; -o FILE writes it into a file",
                formats[request.format]);
        else
            exit_code = twp_findings_read_study(arguments->operand[0], set,
                twp_arguments_values(arguments, SET, set), stderr, &study);
    }
    if (study != NULL && exit_code == TWP_EXIT_GOOD)
        exit_code = make_map(study, &request);
    twp_study_free(study);
    free(set);
    return exit_code;
}

const twp_command_t twp_command_map = { "map", "STUDY", 1, 1,
    "draw a study: tracks, states, exits with their laws, supports, sources",
    "Draws what a study says on one page: each track with its states; below a state its exits, "
    "with "
    "what takes the twin on (a law with its numbers as they are written, parameters with their "
    "values), what multiplies its hazard, and the sources; what sets patients apart; each support "
    "with what it watches, whom it is offered to, what it moves and costs. Dashed lines join "
    "tracks "
    "that answer each other, bold ones lead from a support to what it moves.\n"
    "Graphviz draws it (Debian: graphviz): its program dot must be in PATH, but for --format dot, "
    "which prints the graph as text. A file appears whole or not at all.",
    options, (int) (sizeof options / sizeof options[0]), examples,
    (int) (sizeof examples / sizeof examples[0]), map };
