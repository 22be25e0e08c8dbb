#include "results/chunk.h"

#include "results/deflate.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "columns are appended as they lie in memory and stored lowest byte first");

#define DEFLATE_LEVEL 1
#define STORED_MAX 65535U /* bytes of a stored block (RFC 1951, 3.2.4) */
#define STORED_HEADER 5U
#define TRIAL_BYTES ((size_t) 4096)
#define FEW_BYTES 100U
#define RUN_SHARE 20 /* a plane with at most 1 change in so many bytes is written as runs */
#define ZLIB_EXTRA ((size_t) 6) /* header of two bytes, Adler-32 of four (RFC 1950) */

struct twp_chunk_compressor {
    struct libdeflate_compressor *deflate;
    twp_deflate_t *noise; /* for planes of 8-byte elements */
    /* codes of fixed Huffman blocks: literals, and stretches at distance 1 with their extra bits */
    twp_code_bits_t literal[256], run[TWP_DEFLATE_MAX_RUN + 1];
    unsigned char *planes; /* [max_bytes] */
    unsigned char *trial;  /* [trial_bytes] */
    size_t max_bytes, trial_bytes;
};

/* Fixed code of a literal or length symbol (RFC 1951, 3.2.6). */
static twp_code_bits_t
fixed_code(uint32_t symbol)
{
    if (symbol < 144)
        return (twp_code_bits_t){ twp_deflate_reverse(48 + symbol, 8), 8 };
    if (symbol < 256)
        return (twp_code_bits_t){ twp_deflate_reverse(400 + symbol - 144, 9), 9 };
    if (symbol < 280)
        return (twp_code_bits_t){ twp_deflate_reverse(symbol - 256, 7), 7 };
    return (twp_code_bits_t){ twp_deflate_reverse(192 + symbol - 280, 8), 8 };
}

static twp_code_bits_t
run_code(uint32_t length)
{
    uint32_t extra;
    unsigned n_extra;
    twp_code_bits_t code = fixed_code(twp_deflate_length_symbol(length, &extra, &n_extra));

    code.bits |= extra << code.n_bits;
    code.n_bits += n_extra + 5; /* and five zeros: distance 1 */
    return code;
}

twp_chunk_compressor_t *
twp_chunk_compressor_create(size_t max_bytes)
{
    twp_chunk_compressor_t *const compressor = calloc(1, sizeof *compressor);

    if (compressor == NULL)
        return NULL;
    compressor->max_bytes = max_bytes;
    for (uint32_t i = 0; i < 256; i++)
        compressor->literal[i] = fixed_code(i);
    for (uint32_t i = TWP_DEFLATE_MIN_RUN; i <= TWP_DEFLATE_MAX_RUN; i++)
        compressor->run[i] = run_code(i);
    compressor->deflate = libdeflate_alloc_compressor(DEFLATE_LEVEL);
    compressor->trial_bytes = libdeflate_deflate_compress_bound(NULL, TRIAL_BYTES);
    compressor->planes = malloc(max_bytes > 0 ? max_bytes : 1);
    compressor->trial = malloc(compressor->trial_bytes);
    compressor->noise = twp_deflate_create(max_bytes / 8);
    if (compressor->noise == NULL || compressor->deflate == NULL || compressor->planes == NULL ||
        compressor->trial == NULL) {
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
    twp_deflate_free(compressor->noise);
    free(compressor->planes);
    free(compressor->trial);
    free(compressor);
}

/* Up to eight planes, each stored, and an empty block at the end. Runs are shorter. */
static size_t
stored_bytes(size_t n_bytes)
{
    const size_t n_blocks = n_bytes / STORED_MAX + 8 + 1;

    return n_bytes + n_blocks * STORED_HEADER;
}

size_t
twp_chunk_bound(size_t n_bytes)
{
    return stored_bytes(n_bytes) + libdeflate_deflate_compress_bound(NULL, n_bytes) + ZLIB_EXTRA +
        TWP_DEFLATE_SLACK;
}

typedef unsigned char vector_t __attribute__((vector_size(16)));

static inline vector_t
mix_low(vector_t a, vector_t b)
{
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

static inline vector_t
mix_high(vector_t a, vector_t b)
{
    return __builtin_shufflevector(
        a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/*
 * Sixteen elements of size bytes at a time, in registers. A byte of them has a number: that of its element
 * times size, and its own. Mixing the first half of the bytes with the second, one by one, moves the highest
 * bit of the number to its end; four times so, and the element's bits come last.
 */
static inline void
shuffle(const unsigned char *from, size_t n, size_t size, unsigned char *to)
{
    size_t i = 0;

    for (; i + 16 <= n; i += 16) {
        vector_t now[8], next[8];
        memcpy(now, from + size * i, 16 * size);
#pragma GCC unroll 4
        for (int round = 0; round < 4; round++) {
#pragma GCC unroll 4
            for (size_t k = 0; k < size / 2; k++) {
                next[2 * k] = mix_low(now[k], now[k + size / 2]);
                next[2 * k + 1] = mix_high(now[k], now[k + size / 2]);
            }
            memcpy(now, next, 16 * size);
        }
#pragma GCC unroll 8
        for (size_t plane = 0; plane < size; plane++)
            memcpy(to + plane * n + i, &now[plane], 16);
    }
    for (; i < n; i++)
        for (size_t plane = 0; plane < size; plane++)
            to[plane * n + i] = from[size * i + plane];
}

void
twp_chunk_shuffle(const void *from, size_t n, size_t size, void *to)
{
    if (size == 2) /* each is a loop of its own, whose size the compiler sees */
        shuffle(from, n, 2, to);
    else if (size == 4)
        shuffle(from, n, 4, to);
    else if (size == 8)
        shuffle(from, n, 8, to);
    else
        memcpy(to, from, n * size);
}

/* Whether at most FEW_BYTES different ones occur: then 7 bits are enough for each. */
static bool
has_few_bytes(const unsigned char *bytes, size_t n)
{
    unsigned char is_there[256] = { 0 };
    unsigned n_different = 0;

    for (size_t i = 0; i < n; i++)
        is_there[bytes[i]] = 1;
    for (size_t i = 0; i < 256; i++)
        n_different += is_there[i];
    return n_different <= FEW_BYTES;
}

/* Whether a piece from the middle of a plane stays within 1/16 of its size when deflated; it is not where few
 * bytes occur. */
static bool
is_incompressible(twp_chunk_compressor_t *compressor, const unsigned char *plane, size_t n)
{
    const size_t n_trial = n < TRIAL_BYTES ? n : TRIAL_BYTES;
    const unsigned char *const middle = plane + (n - n_trial) / 2;
    size_t n_out;

    if (n_trial == TRIAL_BYTES && has_few_bytes(middle, n_trial))
        return false;
    n_out = libdeflate_deflate_compress(
        compressor->deflate, middle, n_trial, compressor->trial, compressor->trial_bytes);
    return n_out == 0 || n_out > n_trial - n_trial / 16;
}

/* Whether at most one byte in RUN_SHARE differs from the one before it. */
static bool
is_runs(const unsigned char *plane, size_t n)
{
    const uint64_t low = 0x7F7F7F7F7F7F7F7FU;
    const size_t limit = n / RUN_SHARE;
    size_t n_changes = 0, i = 1;

    for (; i + 8 <= n && n_changes <= limit; i += 8) {
        uint64_t here, before, x;
        memcpy(&here, plane + i, 8);
        memcpy(&before, plane + i - 1, 8);
        x = here ^ before; /* the highest bit of each byte that is not zero: */
        x = ((((x & low) + low) | x) & ~low) >> 7;
        n_changes += x * 0x0101010101010101U >> 56; /* and their sum */
    }
    for (; i < n && n_changes <= limit; i++)
        n_changes += plane[i] != plane[i - 1];
    return n_changes <= limit;
}

static size_t
run_length(const unsigned char *bytes, size_t n)
{
    const uint64_t same = bytes[0] * 0x0101010101010101U;
    size_t i = 1;

    for (; i + 8 <= n; i += 8) {
        uint64_t here;
        memcpy(&here, bytes + i, 8);
        if (here != same)
            return i + (size_t) __builtin_ctzll(here ^ same) / 8;
    }
    while (i < n && bytes[i] == bytes[0])
        i++;
    return i;
}

/* A stored block, which ends at a byte; none of its own is needed where the stream is at one. */
static void
put_stored(twp_bit_writer_t *writer, const unsigned char *bytes, size_t n, bool is_last)
{
    twp_bits_put(writer, is_last, 3);
    twp_bits_put(writer, 0, (8 - writer->n_bits) & 7);
    twp_bits_put(writer, (uint32_t) n, 16);
    twp_bits_put(writer, (uint32_t) ~n & 0xFFFF, 16);
    memcpy(writer->at, bytes, n);
    writer->at += n;
}

static void
put_plane_stored(twp_bit_writer_t *writer, const unsigned char *plane, size_t n)
{
    for (size_t i = 0; i < n; i += STORED_MAX)
        put_stored(writer, plane + i, n - i < STORED_MAX ? n - i : STORED_MAX, false);
}

/* A block of fixed codes: each run is a literal and matches at distance 1. */
static void
put_plane_as_runs(const twp_chunk_compressor_t *compressor, twp_bit_writer_t *writer,
    const unsigned char *plane, size_t n)
{
    twp_bits_put(writer, 2, 3); /* not the last, fixed codes */
    for (size_t i = 0; i < n;) {
        const twp_code_bits_t literal = compressor->literal[plane[i]];
        size_t left = run_length(plane + i, n - i);
        i += left;
        twp_bits_put(writer, literal.bits, literal.n_bits);
        for (left--; left > 0;) {
            const size_t n_match = left < TWP_DEFLATE_MAX_RUN ? left : TWP_DEFLATE_MAX_RUN;
            if (n_match < TWP_DEFLATE_MIN_RUN) {
                twp_bits_put(writer, literal.bits, literal.n_bits);
                left--;
            } else {
                twp_bits_put(
                    writer, compressor->run[n_match].bits, compressor->run[n_match].n_bits);
                left -= n_match;
            }
        }
    }
    twp_bits_put(writer, 0, 7); /* end of block */
}

size_t
twp_chunk_compress(twp_chunk_compressor_t *compressor, const void *elements, size_t n, size_t size,
    void *out, size_t out_bytes)
{
    const size_t n_bytes = n * size;
    twp_bit_writer_t writer = { .at = out };
    const unsigned char *planes = elements;
    size_t n_done = 0;
    uint32_t sum;

    if (out_bytes < twp_chunk_bound(n_bytes) || n_bytes > compressor->max_bytes)
        return 0;
    if (size > 1) {
        twp_chunk_shuffle(elements, n, size, compressor->planes);
        planes = compressor->planes;
    }
    twp_bits_put(&writer, 0x78, 8); /* deflate, window of 32 KiB */
    twp_bits_put(&writer, 0x01, 8); /* fastest level; makes the two bytes a multiple of 31 */
    if (size == 8)
        twp_deflate_match(compressor->noise, elements, n, size);
    for (; n_done < n_bytes; n_done += n) {
        if (is_runs(planes + n_done, n))
            put_plane_as_runs(compressor, &writer, planes + n_done, n);
        else if (size == 8 && twp_deflate_put_noise(compressor->noise, &writer, planes + n_done, n))
            continue;
        else if (is_incompressible(compressor, planes + n_done, n))
            put_plane_stored(&writer, planes + n_done, n);
        else
            break;
    }
    if (n_done == n_bytes || writer.n_bits != 0) /* an empty block, to end or to reach a byte */
        put_stored(&writer, planes, 0, n_done == n_bytes);
    if (n_done < n_bytes) {
        const size_t n_left = out_bytes - (size_t) (writer.at - (unsigned char *) out) - 4;
        const size_t n_deflated = libdeflate_deflate_compress(
            compressor->deflate, planes + n_done, n_bytes - n_done, writer.at, n_left);
        if (n_deflated == 0)
            return 0;
        writer.at += n_deflated;
    }
    sum = libdeflate_adler32(1, planes, n_bytes);
    for (int shift = 24; shift >= 0; shift -= 8)
        *writer.at++ = (unsigned char) (sum >> shift);
    return (size_t) (writer.at - (unsigned char *) out);
}
