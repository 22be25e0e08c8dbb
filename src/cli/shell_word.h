/** Words as a shell reads them again. */
#ifndef TWP_CLI_SHELL_WORD_H
#define TWP_CLI_SHELL_WORD_H

#include "report/buffer.h"

/** Adds a blank and the word, in quotes where it needs them. */
void twp_shell_word_add(twp_buffer_t *buffer, const char *word);

#endif
