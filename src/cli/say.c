#include "cli/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LEAST_WIDTH 80
#define USUAL_WIDTH 100
#define MOST_WIDTH 120
#define MESSAGE_SIZE 2048

/* A line on standard error; what is longer is cut. */
static void
say(const char *before, const char *format, va_list arguments)
{
    char text[MESSAGE_SIZE];

    vsnprintf(text, sizeof text, format, arguments);
    fprintf(stderr, "%s%s\n", before, text);
}

void
twp_say_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say("twinpath: ", format, arguments);
    va_end(arguments);
}

void
twp_say_note(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say("", format, arguments);
    va_end(arguments);
}

bool
twp_say_is_terminal(int file)
{
    const char *terminal = getenv("TERM");

    return isatty(file) == 1 && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

bool
twp_say_has_colour(int file)
{
    const char *refused = getenv("NO_COLOR");

    return twp_say_is_terminal(file) && (refused == NULL || refused[0] == '\0');
}

size_t
twp_say_width(void)
{
    struct winsize window = { 0 };

    if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 ||
        window.ws_col == 0)
        return USUAL_WIDTH;
    if (window.ws_col < LEAST_WIDTH)
        return LEAST_WIDTH;
    return window.ws_col > MOST_WIDTH ? MOST_WIDTH : window.ws_col;
}

int
twp_say_result(const char *text, int exit_code)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) != 0) {
        twp_say_error("cannot write to standard output: %s", strerror(errno));
        return TWP_EXIT_FAILED;
    }
    return exit_code;
}

int
twp_say_buffer(twp_buffer_t *buffer, int exit_code)
{
    if (buffer->has_failed) {
        twp_say_error("no memory");
        exit_code = TWP_EXIT_FAILED;
    } else {
        exit_code = twp_say_result(buffer->text, exit_code);
    }
    twp_buffer_clear(buffer);
    return exit_code;
}

int
twp_say_exit_code(twp_status_t status)
{
    switch (status) {
    case TWP_OK: return TWP_EXIT_GOOD;
    case TWP_ERR_INPUT:
    case TWP_ERR_LIMIT:
    case TWP_ERR_FORMAT:
    case TWP_ERR_ARGUMENT: return TWP_EXIT_INPUT;
    case TWP_ERR_INTERRUPTED: return TWP_EXIT_STOPPED;
    case TWP_ERR_MEMORY:
    case TWP_ERR_IO:
    case TWP_ERR_EXISTS:
    case TWP_ERR_FAULT: break;
    }
    return TWP_EXIT_FAILED;
}
