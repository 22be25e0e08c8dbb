#include "cli/graphviz.h"

#include "cli/output.h"
#include "cli/say.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* An unnamed file with this text, to be read from its start; NULL when there can be none. */
static FILE *
hold(const char *text)
{
    FILE *const file = tmpfile();

    if (file == NULL)
        return NULL;
    if (!twp_output_write(fileno(file), text, strlen(text)) ||
        lseek(fileno(file), 0, SEEK_SET) != 0) {
        (void) fclose(file);
        return NULL;
    }
    return file;
}

/* Starts dot with these files as its streams. Returns 0 or what posix_spawnp() says. */
static int
start(pid_t *process, const char *format, int in, int out, int complaints)
{
    char option[32];
    char *const argv[] = { "dot", option, NULL };
    posix_spawn_file_actions_t actions;
    int error;

    snprintf(option, sizeof option, "-T%s", format);
    error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
    if (error == 0)
        error = posix_spawnp(process, "dot", &actions, NULL, argv, environ);
    (void) posix_spawn_file_actions_destroy(&actions);
    return error;
}

static bool
end(pid_t process, FILE *complaints)
{
    char line[512] = "";
    int status = 0;

    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    rewind(complaints);
    if (fgets(line, sizeof line, complaints) != NULL)
        line[strcspn(line, "\n")] = '\0';
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && line[0] == '\0')
        snprintf(line, sizeof line, "it cannot be started");
    twp_say_error("dot could not draw the map%s%s", line[0] != '\0' ? ": " : "", line);
    return false;
}

bool
twp_graphviz_draw(const char *graph, const char *format, int picture)
{
    FILE *const in = hold(graph), *const complaints = tmpfile();
    pid_t process = 0;
    bool is_good = in != NULL && complaints != NULL;

    if (!is_good) {
        twp_say_error("there is no room for a temporary file: %s", strerror(errno));
    } else {
        const int error = start(&process, format, fileno(in), picture, fileno(complaints));
        is_good = error == 0;
        if (error == ENOENT)
            twp_say_error("there is no program dot: install Graphviz (Debian: apt install "
                          "graphviz), or take --format dot, which needs no other program");
        else if (error != 0)
            twp_say_error("dot does not start: %s", strerror(error));
        else
            is_good = end(process, complaints);
    }
    if (in != NULL)
        (void) fclose(in);
    if (complaints != NULL)
        (void) fclose(complaints);
    return is_good;
}
