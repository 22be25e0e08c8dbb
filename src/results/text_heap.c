#include "results/text_heap.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_BYTES 16U  /* signature, version, 3 reserved, size of the heap */
#define OBJECT_BYTES 16U  /* index, references, 4 reserved, size of the object */
#define ELEMENT_BYTES 16U /* length, address of the heap, index in it */
#define MAX_HEAP_BYTES ((uint64_t) 1 << 30)
#define BLOCK_BYTES ((size_t) 1 << 20)
#define N_INDICES 65536U

static const unsigned char signature[8] = { 'G', 'C', 'O', 'L', 1, 0, 0, 0 };

typedef struct {
    const char *path;
    int file;
    uint64_t n_bytes;
    twp_error_t *err;
    /* the heap read last */
    uint64_t heap_at;
    unsigned char *heap;
    uint64_t n_heap;
    uint64_t *room;   /* [N_INDICES] by index: an object's bytes and 1; 0 where there is none */
    uint64_t n_rooms; /* indices below it may have one: the rest of room is not touched */
} heaps_t;

static twp_status_t
damaged(const heaps_t *heaps, uint64_t at)
{
    return TWP_FAIL(heaps->err, TWP_ERR_FORMAT, "%s: damaged text at byte %llu", heaps->path,
        (unsigned long long) at);
}

static uint64_t
decode(const unsigned char *bytes, unsigned n)
{
    uint64_t value = 0;

    for (unsigned i = n; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

/* Exactly n bytes; a file that ends before is damaged. */
static twp_status_t
read_at(const heaps_t *heaps, uint64_t at, void *bytes, size_t n)
{
    unsigned char *to = bytes;

    if (at > heaps->n_bytes || n > heaps->n_bytes - at)
        return damaged(heaps, at);
    while (n > 0) {
        const ssize_t n_now = pread(heaps->file, to, n, (off_t) at);
        char why[128];
        if (n_now < 0 && errno == EINTR)
            continue;
        if (n_now <= 0)
            return TWP_FAIL(heaps->err, TWP_ERR_IO, "%s: cannot be read: %s", heaps->path,
                strerror_r(n_now < 0 ? errno : EIO, why, sizeof why));
        to += n_now;
        at += (uint64_t) n_now;
        n -= (size_t) n_now;
    }
    return TWP_OK;
}

static twp_status_t
open_heaps(heaps_t *heaps, const char *path, twp_error_t *err)
{
    struct stat facts;
    char why[128];

    memset(heaps, 0, sizeof *heaps);
    heaps->path = path;
    heaps->err = err;
    heaps->heap_at = UINT64_MAX;
    heaps->file = open(path, O_RDONLY | O_CLOEXEC);
    if (heaps->file < 0 || fstat(heaps->file, &facts) != 0)
        return TWP_FAIL(
            err, TWP_ERR_IO, "%s: cannot be read: %s", path, strerror_r(errno, why, sizeof why));
    heaps->n_bytes = (uint64_t) facts.st_size;
    heaps->room = calloc(N_INDICES, sizeof *heaps->room);
    if (heaps->room == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", path);
    return TWP_OK;
}

static void
close_heaps(heaps_t *heaps)
{
    if (heaps->file >= 0)
        (void) close(heaps->file);
    free(heaps->heap);
    free(heaps->room);
}

/* Notes the size of every object; false when they do not fill the heap. */
static bool
walk(heaps_t *heaps)
{
    uint64_t at = HEADER_BYTES;

    memset(heaps->room, 0, heaps->n_rooms * sizeof *heaps->room);
    heaps->n_rooms = 0;
    while (heaps->n_heap - at >= OBJECT_BYTES) {
        const uint64_t index = decode(heaps->heap + at, 2), size = decode(heaps->heap + at + 8, 8);
        const uint64_t left = heaps->n_heap - at;
        if (index == 0) /* what is free, to the end */
            return size == left;
        if (size > left - OBJECT_BYTES || heaps->room[index] != 0)
            return false;
        heaps->room[index] = size + 1;
        heaps->n_rooms = index >= heaps->n_rooms ? index + 1 : heaps->n_rooms;
        at += OBJECT_BYTES + ((size + 7) & ~(uint64_t) 7);
        if (at > heaps->n_heap)
            return false;
    }
    return true;
}

/* Reads and checks the heap at an address. */
static twp_status_t
load_heap(heaps_t *heaps, uint64_t at)
{
    unsigned char header[HEADER_BYTES];
    unsigned char *heap;
    twp_status_t status = read_at(heaps, at, header, sizeof header);

    if (status != TWP_OK || heaps->heap_at == at)
        return status;
    heaps->n_heap = decode(header + 8, 8);
    if (memcmp(header, signature, sizeof signature) != 0 || heaps->n_heap < HEADER_BYTES ||
        heaps->n_heap > MAX_HEAP_BYTES || heaps->n_heap > heaps->n_bytes - at)
        return damaged(heaps, at);
    heaps->heap_at = UINT64_MAX;
    heap = realloc(heaps->heap, heaps->n_heap);
    if (heap == NULL)
        return TWP_FAIL(heaps->err, TWP_ERR_MEMORY, "%s: no memory", heaps->path);
    heaps->heap = heap;
    status = read_at(heaps, at, heap, heaps->n_heap);
    if (status == TWP_OK && !walk(heaps))
        status = damaged(heaps, at);
    if (status == TWP_OK)
        heaps->heap_at = at;
    return status;
}

static twp_status_t
check_file(heaps_t *heaps)
{
    unsigned char *const block = malloc(BLOCK_BYTES);
    twp_status_t status = TWP_OK;

    if (block == NULL)
        return TWP_FAIL(heaps->err, TWP_ERR_MEMORY, "%s: no memory", heaps->path);
    /* blocks overlap by one byte less than a signature */
    for (uint64_t at = 0; status == TWP_OK && at < heaps->n_bytes;
         at += BLOCK_BYTES - sizeof signature + 1) {
        const size_t n = heaps->n_bytes - at < BLOCK_BYTES ? (size_t) (heaps->n_bytes - at)
                                                           : BLOCK_BYTES;
        const unsigned char *found = block;
        status = read_at(heaps, at, block, n);
        while (status == TWP_OK &&
            (found = memmem(found, n - (size_t) (found - block), signature, sizeof signature)) !=
                NULL) {
            status = load_heap(heaps, at + (uint64_t) (found - block));
            found++;
        }
    }
    free(block);
    return status;
}

twp_status_t
twp_text_heap_check_file(const char *path, twp_error_t *err)
{
    heaps_t heaps;
    twp_status_t status = open_heaps(&heaps, path, err);

    if (status == TWP_OK)
        status = check_file(&heaps);
    close_heaps(&heaps);
    return status;
}

twp_status_t
twp_text_heap_check_elements(const char *path, uint64_t offset, size_t n, twp_error_t *err)
{
    unsigned char element[ELEMENT_BYTES];
    heaps_t heaps;
    twp_status_t status = open_heaps(&heaps, path, err);

    for (size_t i = 0; status == TWP_OK && i < n; i++) {
        uint64_t length, address, index;
        status = read_at(&heaps, offset + i * ELEMENT_BYTES, element, sizeof element);
        if (status != TWP_OK)
            break;
        length = decode(element, 4);
        address = decode(element + 4, 8);
        index = decode(element + 12, 4);
        if (length == 0 && address == 0)
            continue;
        status = load_heap(&heaps, address);
        if (status == TWP_OK &&
            (index == 0 || index >= N_INDICES || heaps.room[index] != length + 1))
            status = damaged(&heaps, offset + i * ELEMENT_BYTES);
    }
    close_heaps(&heaps);
    return status;
}
