/**
 * Memory that lives and dies with its owner: many small pieces, one release.
 */
#ifndef TWP_BASE_ARENA_H
#define TWP_BASE_ARENA_H

#include "twinpath.h"
#include <stdarg.h>

typedef struct twp_arena twp_arena_t; /* opaque; not thread-safe */

/** Creates an arena that refuses to grow beyond max_bytes (0: 1 GiB). NULL when memory runs out. */
twp_arena_t *twp_arena_create(size_t max_bytes);
void twp_arena_free(twp_arena_t *arena); /**< NULL is allowed */

/** Zeroed memory for n items of size bytes, aligned to 64 bytes; NULL when it cannot be had. */
void *twp_arena_alloc(twp_arena_t *arena, size_t n, size_t size);

#define TWP_ARENA_NEW(arena, type, n) \
    ((type *) twp_arena_alloc((arena), (size_t) (n), sizeof(type)))

/** Copies; NULL when memory cannot be had. */
char *twp_arena_strdup(twp_arena_t *arena, const char *text);
char *twp_arena_strndup(twp_arena_t *arena, const char *text, size_t length);
char *twp_arena_printf(twp_arena_t *arena, const char *format, ...) TWP_PRINTF(2, 3);
char *twp_arena_vprintf(twp_arena_t *arena, const char *format, va_list arguments);

/** Bytes handed out so far. */
size_t twp_arena_bytes(const twp_arena_t *arena);

#endif
