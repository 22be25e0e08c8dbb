/**
 * Deflate (RFC 1951) for the byte planes of one array of numbers. Equal stretches are looked for once,
 * between whole elements, and serve every plane: times that several rows share, and the lives of one
 * twin under several strategies, repeat in the low bytes too, where libdeflate would search each plane
 * anew at several nanoseconds a byte. What is not part of a stretch gets a Huffman code of its plane.
 */
#ifndef TWP_RESULTS_DEFLATE_H
#define TWP_RESULTS_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TWP_DEFLATE_MAX_CODE 15  /* bits of a code */
#define TWP_DEFLATE_MAX_RUN 258U /* shortest and longest stretch */
#define TWP_DEFLATE_MIN_RUN 3U
#define TWP_DEFLATE_SLACK ((size_t) 8) /* bytes that may be written beyond the end of a stream */

/** Where a stream is written. */
typedef struct {
    unsigned char *at;
    uint64_t bits; /* fewer than 8 between calls, not yet written */
    unsigned n_bits;
} twp_bit_writer_t;

/** Appends the lowest n_bits (at most 56) of bits, which has no others. */
static inline void
twp_bits_put(twp_bit_writer_t *writer, uint64_t bits, unsigned n_bits)
{
    writer->bits |= bits << writer->n_bits;
    writer->n_bits += n_bits;
    memcpy(writer->at, &writer->bits, sizeof writer->bits); /* lowest byte first: see chunk.c */
    writer->at += writer->n_bits >> 3;
    writer->bits >>= writer->n_bits & ~7U; /* at most 56 */
    writer->n_bits &= 7;
}

/** A code as it is written, lowest bit first. */
typedef struct {
    uint32_t bits;
    unsigned n_bits;
} twp_code_bits_t;

/** Symbol of a stretch's length (257 to 285) with its extra bits. */
uint32_t twp_deflate_length_symbol(uint32_t length, uint32_t *extra, unsigned *n_extra);

/** A code's bits in the order in which they are written: highest first. */
uint32_t twp_deflate_reverse(uint32_t code, unsigned n_bits);

typedef struct twp_deflate twp_deflate_t; /* one per thread */

/** For arrays of up to max_elements; NULL when memory runs out. */
twp_deflate_t *twp_deflate_create(size_t max_elements);
void twp_deflate_free(twp_deflate_t *deflate); /* NULL is allowed */

/** Finds the equal stretches of n elements of size bytes (1, 2, 4 or 8). */
void twp_deflate_match(twp_deflate_t *deflate, const void *elements, size_t n, size_t size);

/**
 * Appends a plane of the elements matched last as a block that is not the last one, if it is noise:
 * bytes outside of the stretches that hardly differ in frequency, so that there is nothing else to
 * find, and if the block is shorter than the plane as it is.
 * @return whether it was written
 */
bool twp_deflate_put_noise(
    twp_deflate_t *deflate, twp_bit_writer_t *writer, const unsigned char *plane, size_t n);

#endif
