/**
 * Shuffling and compressing one chunk of a column into what HDF5's shuffle and deflate filters
 * make: the first bytes of all elements, then the second ones, and so on, as a zlib stream.
 *
 * What libdeflate would search for in vain, or once for each plane, is spared it: a plane of long runs
 * (the high bytes of counts and indices) is written as runs; noise with equal stretches (the low bytes
 * of times) by results/deflate.h; and a plane that does not shrink (the low bytes of random numbers) is
 * stored, which costs a copy. From the first plane that is none of these, libdeflate has the rest, at
 * level 1. The result depends on the bytes given only.
 */
#ifndef TWP_RESULTS_CHUNK_H
#define TWP_RESULTS_CHUNK_H

#include "twinpath.h"

typedef struct twp_chunk_compressor twp_chunk_compressor_t; /* one per thread */

/** For chunks of up to max_bytes; NULL when memory runs out. */
twp_chunk_compressor_t *twp_chunk_compressor_create(size_t max_bytes);
void twp_chunk_compressor_free(twp_chunk_compressor_t *compressor); /**< NULL is allowed */

/** Bytes that a compressed chunk of n_bytes can need at most. */
size_t twp_chunk_bound(size_t n_bytes);

/** Byte planes of n elements of size bytes; to and from do not overlap. size is 1, 2, 4 or 8. */
void twp_chunk_shuffle(const void *from, size_t n, size_t size, void *to);

/**
 * Compresses n elements of size bytes (1, 2, 4, 8; n * size at most the compressor's max_bytes).
 * @param out  room for twp_chunk_bound(n * size) bytes
 * @return     bytes written to out; 0 only if out_bytes is too small
 */
size_t twp_chunk_compress(twp_chunk_compressor_t *compressor, const void *elements, size_t n,
    size_t size, void *out, size_t out_bytes);

#endif
