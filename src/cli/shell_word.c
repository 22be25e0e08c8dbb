#include "cli/shell_word.h"

#include <string.h>

void
twp_shell_word_add(twp_buffer_t *buffer, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=:,+-@%";

    twp_buffer_add(buffer, " ");
    if (word[0] != '\0' && strspn(word, plain) == strlen(word)) {
        twp_buffer_add(buffer, word);
        return;
    }
    twp_buffer_add(buffer, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            twp_buffer_add(buffer, "'\\''");
        else
            twp_buffer_add_bytes(buffer, word, 1);
    }
    twp_buffer_add(buffer, "'");
}
