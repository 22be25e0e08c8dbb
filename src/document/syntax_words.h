/** libyaml's syntax errors in plain words. */
#ifndef TWP_DOCUMENT_SYNTAX_WORDS_H
#define TWP_DOCUMENT_SYNTAX_WORDS_H

#include <stddef.h>

/** Static text, or the problem itself where nothing better is known. */
typedef struct {
    const char *message;
    const char *expected; /**< NULL where nothing better can be said */
} twp_syntax_words_t;

/**
 * What a problem means, and into found[n_found] what stands at text[offset].
 *
 * @param problem  libyaml's text for it, may be NULL
 */
twp_syntax_words_t twp_syntax_words(const char *problem, const char *text, size_t n_bytes,
    size_t offset, char *found, size_t n_found);

#endif
