#include "results/chunk.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "columns are appended as they lie in memory and stored lowest byte first");

#define DEFLATE_LEVEL 1
#define STORED_MAX 65535U /* bytes of a stored block (RFC 1951, 3.2.4) */
#define STORED_HEADER 5U
#define TRIAL_BYTES ((size_t) 4096)
#define ZLIB_EXTRA ((size_t) 6) /* header of two bytes, Adler-32 of four (RFC 1950) */

struct twp_chunk_compressor {
    struct libdeflate_compressor *deflate;
    unsigned char *planes; /* [max_bytes] */
    unsigned char *trial;  /* [trial_bytes] */
    size_t max_bytes, trial_bytes;
};

twp_chunk_compressor_t *
twp_chunk_compressor_create(size_t max_bytes)
{
    twp_chunk_compressor_t *const compressor = calloc(1, sizeof *compressor);

    if (compressor == NULL)
        return NULL;
    compressor->max_bytes = max_bytes;
    compressor->deflate = libdeflate_alloc_compressor(DEFLATE_LEVEL);
    compressor->trial_bytes = libdeflate_deflate_compress_bound(NULL, TRIAL_BYTES);
    compressor->planes = malloc(max_bytes > 0 ? max_bytes : 1);
    compressor->trial = malloc(compressor->trial_bytes);
    if (compressor->deflate == NULL || compressor->planes == NULL || compressor->trial == NULL) {
        twp_chunk_compressor_free(compressor);
        return NULL;
    }
    return compressor;
}

void
twp_chunk_compressor_free(twp_chunk_compressor_t *compressor)
{
    if (compressor == NULL)
        return;
    libdeflate_free_compressor(compressor->deflate);
    free(compressor->planes);
    free(compressor->trial);
    free(compressor);
}

static size_t
stored_bytes(size_t n_bytes)
{
    const size_t n_blocks = n_bytes / STORED_MAX + 1;

    return n_bytes + n_blocks * STORED_HEADER;
}

size_t
twp_chunk_bound(size_t n_bytes)
{
    return stored_bytes(n_bytes) + libdeflate_deflate_compress_bound(NULL, n_bytes) + ZLIB_EXTRA;
}

/* Each size has a loop of its own so that the compiler sees the stride. */
static void
shuffle_2(const unsigned char *from, size_t n, unsigned char *to)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = from[2 * i];
        to[n + i] = from[2 * i + 1];
    }
}

static void
shuffle_4(const unsigned char *from, size_t n, unsigned char *to)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = from[4 * i];
        to[n + i] = from[4 * i + 1];
        to[2 * n + i] = from[4 * i + 2];
        to[3 * n + i] = from[4 * i + 3];
    }
}

/*
 * Transposes 8 elements of 8 bytes at a time in registers (three rounds of swapping blocks of 1, 2
 * and 4 bytes; Warren, Hacker's Delight, 7-3): a loop over bytes runs at a third of the speed.
 */
static void
transpose_8x8(const unsigned char *from, uint64_t rows[8])
{
    static const uint64_t masks[3] = { 0x00FF00FF00FF00FFU, 0x0000FFFF0000FFFFU,
        0x00000000FFFFFFFFU };

    memcpy(rows, from, 64);
    for (unsigned round = 0; round < 3; round++) {
        const unsigned step = 1U << round, shift = 8U << round;
        for (unsigned i = 0; i < 8; i++) {
            if ((i & step) != 0)
                continue;
            const uint64_t swapped = ((rows[i] >> shift) ^ rows[i + step]) & masks[round];
            rows[i + step] ^= swapped;
            rows[i] ^= swapped << shift;
        }
    }
}

static void
shuffle_8(const unsigned char *from, size_t n, unsigned char *to)
{
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        uint64_t rows[8];
        transpose_8x8(from + 8 * i, rows);
        for (size_t plane = 0; plane < 8; plane++)
            memcpy(to + plane * n + i, &rows[plane], 8);
    }
    for (; i < n; i++)
        for (size_t plane = 0; plane < 8; plane++)
            to[plane * n + i] = from[8 * i + plane];
}

void
twp_chunk_shuffle(const void *from, size_t n, size_t size, void *to)
{
    if (size == 2)
        shuffle_2(from, n, to);
    else if (size == 4)
        shuffle_4(from, n, to);
    else if (size == 8)
        shuffle_8(from, n, to);
    else
        memcpy(to, from, n * size);
}

/* Whether a piece from the middle of a plane stays within 1/16 of its size when deflated. */
static bool
is_incompressible(twp_chunk_compressor_t *compressor, const unsigned char *plane, size_t n)
{
    const size_t n_trial = n < TRIAL_BYTES ? n : TRIAL_BYTES;
    const size_t n_out = libdeflate_deflate_compress(compressor->deflate, plane + (n - n_trial) / 2,
        n_trial, compressor->trial, compressor->trial_bytes);

    return n_out == 0 || n_out > n_trial - n_trial / 16;
}

/* Stored blocks; each begins and ends at a byte. Returns the end of what was written. */
static unsigned char *
store(const unsigned char *bytes, size_t n_bytes, bool is_last, unsigned char *out)
{
    while (n_bytes > 0) {
        const size_t n = n_bytes < STORED_MAX ? n_bytes : STORED_MAX;
        out[0] = is_last && n == n_bytes;
        out[1] = (unsigned char) (n & 255);
        out[2] = (unsigned char) (n >> 8);
        out[3] = (unsigned char) ~out[1];
        out[4] = (unsigned char) ~out[2];
        memcpy(out + STORED_HEADER, bytes, n);
        out += STORED_HEADER + n;
        bytes += n;
        n_bytes -= n;
    }
    return out;
}

size_t
twp_chunk_compress(twp_chunk_compressor_t *compressor, const void *elements, size_t n, size_t size,
    void *out, size_t out_bytes)
{
    const size_t n_bytes = n * size;
    unsigned char *const begin = out, *end = begin;
    const unsigned char *planes = elements;
    size_t n_stored = 0, n_deflated;
    uint32_t sum;

    if (out_bytes < twp_chunk_bound(n_bytes) || n_bytes > compressor->max_bytes)
        return 0;
    if (size > 1) {
        twp_chunk_shuffle(elements, n, size, compressor->planes);
        planes = compressor->planes;
    }
    while (n_stored < n_bytes && is_incompressible(compressor, planes + n_stored, n))
        n_stored += n;
    *end++ = 0x78; /* deflate, window of 32 KiB */
    *end++ = 0x01; /* fastest level; makes the two bytes a multiple of 31 */
    end = store(planes, n_stored, n_stored == n_bytes, end);
    if (n_stored < n_bytes || n_bytes == 0) {
        n_deflated = libdeflate_deflate_compress(compressor->deflate, planes + n_stored,
            n_bytes - n_stored, end, out_bytes - (size_t) (end - begin) - 4);
        if (n_deflated == 0)
            return 0;
        end += n_deflated;
    }
    sum = libdeflate_adler32(1, planes, n_bytes);
    for (int shift = 24; shift >= 0; shift -= 8)
        *end++ = (unsigned char) (sum >> shift);
    return (size_t) (end - begin);
}
