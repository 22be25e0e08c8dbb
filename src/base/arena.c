/*
 * A list of chunks from aligned_alloc, each at least twice as large as the one before up to 1 MiB.
 * Chunks are never moved or reused, so a pointer stays valid until the arena is freed.
 */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT ((size_t) 64)
#define FIRST_CHUNK_BYTES ((size_t) 4096)
#define LARGEST_CHUNK_BYTES ((size_t) 1 << 20)
#define DEFAULT_MAX_BYTES ((size_t) 1 << 30)

typedef struct chunk {
    struct chunk *next;
    size_t n_bytes; /* of the room behind this header */
    size_t n_used;
} chunk_t;

/* The header takes a whole line, so that the room behind it keeps the alignment. */
#define HEADER_BYTES ALIGNMENT
_Static_assert(sizeof(chunk_t) <= HEADER_BYTES, "chunk header fits in one line");

struct twp_arena {
    chunk_t *newest;
    size_t max_bytes;
    size_t n_bytes;     /* handed out, filling for alignment included */
    size_t chunk_bytes; /* of the next ordinary chunk */
};

twp_arena_t *
twp_arena_create(size_t max_bytes)
{
    twp_arena_t *const arena = calloc(1, sizeof *arena);

    if (arena == NULL)
        return NULL;
    arena->max_bytes = max_bytes > 0 ? max_bytes : DEFAULT_MAX_BYTES;
    arena->chunk_bytes = FIRST_CHUNK_BYTES;
    return arena;
}

void
twp_arena_free(twp_arena_t *arena)
{
    if (arena == NULL)
        return;
    for (chunk_t *chunk = arena->newest; chunk != NULL;) {
        chunk_t *const next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(arena);
}

/* Adds a chunk with room for n_bytes; those larger than an ordinary chunk get one of their own. */
static chunk_t *
add_chunk(twp_arena_t *arena, size_t n_bytes)
{
    size_t room = arena->chunk_bytes;
    chunk_t *chunk;

    if (n_bytes > room)
        room = (n_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    chunk = aligned_alloc(ALIGNMENT, HEADER_BYTES + room);
    if (chunk == NULL)
        return NULL;
    *chunk = (chunk_t){ .next = arena->newest, .n_bytes = room };
    arena->newest = chunk;
    if (arena->chunk_bytes < LARGEST_CHUNK_BYTES)
        arena->chunk_bytes *= 2;
    return chunk;
}

/* n_bytes > 0 of memory that is not cleared; alignment is a power of two up to ALIGNMENT. */
static void *
take(twp_arena_t *arena, size_t n_bytes, size_t alignment)
{
    chunk_t *chunk = arena->newest;
    size_t start = 0;

    if (n_bytes > arena->max_bytes || arena->n_bytes > arena->max_bytes - n_bytes)
        return NULL;
    if (chunk != NULL)
        start = (chunk->n_used + alignment - 1) & ~(alignment - 1);
    if (chunk == NULL || start > chunk->n_bytes || chunk->n_bytes - start < n_bytes) {
        chunk = add_chunk(arena, n_bytes);
        if (chunk == NULL)
            return NULL;
        start = 0;
    }
    arena->n_bytes += start - chunk->n_used + n_bytes;
    chunk->n_used = start + n_bytes;
    return (char *) chunk + HEADER_BYTES + start;
}

void *
twp_arena_alloc(twp_arena_t *arena, size_t n, size_t size)
{
    size_t n_bytes;
    void *memory;

    if (__builtin_mul_overflow(n, size, &n_bytes))
        return NULL;
    if (n_bytes == 0)
        n_bytes = 1; /* NULL means failure, so nothing asked for still gets an address */
    memory = take(arena, n_bytes, ALIGNMENT);
    return memory == NULL ? NULL : memset(memory, 0, n_bytes);
}

char *
twp_arena_strndup(twp_arena_t *arena, const char *text, size_t length)
{
    char *const copy = length < SIZE_MAX ? take(arena, length + 1, 1) : NULL;

    if (copy == NULL)
        return NULL;
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *
twp_arena_strdup(twp_arena_t *arena, const char *text)
{
    return twp_arena_strndup(arena, text, strlen(text));
}

char *
twp_arena_vprintf(twp_arena_t *arena, const char *format, va_list arguments)
{
    va_list again;
    char *text = NULL;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    if (length >= 0)
        text = take(arena, (size_t) length + 1, 1);
    if (text != NULL)
        vsnprintf(text, (size_t) length + 1, format, again);
    va_end(again);
    return text;
}

char *
twp_arena_printf(twp_arena_t *arena, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = twp_arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return text;
}

size_t
twp_arena_bytes(const twp_arena_t *arena)
{
    return arena->n_bytes;
}
