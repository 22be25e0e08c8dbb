/** Files that commands write: whole or absent, never over one that is there unless asked. */
#ifndef TWP_CLI_OUTPUT_H
#define TWP_CLI_OUTPUT_H

#include "results/publish.h"

/** A file under way, under a temporary name. End with twp_output_publish() or twp_output_discard(). */
typedef struct {
    twp_publish_t names;
    int file; /**< open for reading and writing */
    bool overwrite;
} twp_output_t;

/**
 * Opens the temporary file beside path. Tells what is wrong, also that path is there already, and
 * returns false; then there is nothing to end.
 */
bool twp_output_open(twp_output_t *output, const char *path, bool overwrite);
/** Closes the file and gives it its name; tells what is wrong. Returns the exit code. */
int twp_output_publish(twp_output_t *output);
void twp_output_discard(twp_output_t *output);

/** Writes n_bytes to a file descriptor; false with errno when it cannot. */
bool twp_output_write(int file, const char *bytes, size_t n_bytes);

#endif
