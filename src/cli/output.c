#include "cli/output.h"

#include "cli/say.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool
twp_output_open(twp_output_t *output, const char *path, bool overwrite)
{
    twp_error_t err = { TWP_OK, "" };

    *output = (twp_output_t){ .file = -1, .overwrite = overwrite };
    if (path[0] == '\0') {
        twp_say_error("the name of the file to write is missing");
        return false;
    }
    if (!overwrite && access(path, F_OK) == 0) {
        twp_say_error("%s: a file is already there; it stays", path);
        return false;
    }
    if (twp_publish_init(&output->names, path, &err) != TWP_OK) {
        twp_say_error("%s", err.message);
        twp_publish_clear(&output->names);
        return false;
    }
    twp_publish_remove_stale(&output->names);
    output->file = open(output->names.tmp_path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
    if (output->file < 0) {
        twp_say_error("%s: cannot be written there: %s", path, strerror(errno));
        twp_publish_clear(&output->names);
        return false;
    }
    return true;
}

void
twp_output_discard(twp_output_t *output)
{
    if (output->file >= 0)
        (void) close(output->file);
    (void) unlink(output->names.tmp_path);
    twp_publish_clear(&output->names);
    output->file = -1;
}

int
twp_output_publish(twp_output_t *output)
{
    twp_error_t err = { TWP_OK, "" };
    const int closed = close(output->file);
    twp_status_t status;

    output->file = -1;
    if (closed != 0) {
        twp_say_error("%s: cannot be written: %s", output->names.path, strerror(errno));
        twp_output_discard(output);
        return TWP_EXIT_FAILED;
    }
    status = twp_publish_plain(&output->names, output->overwrite, &err);
    if (status != TWP_OK) {
        twp_say_error("%s", err.message);
        twp_output_discard(output);
        return twp_say_exit_code(status);
    }
    twp_publish_clear(&output->names);
    return TWP_EXIT_GOOD;
}

bool
twp_output_write(int file, const char *bytes, size_t n_bytes)
{
    while (n_bytes > 0) {
        const ssize_t n = write(file, bytes, n_bytes);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes += n;
            n_bytes -= (size_t) n;
        }
    }
    return true;
}
