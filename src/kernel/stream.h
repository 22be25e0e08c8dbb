/**
 * Keyed random numbers: Philox4x32-10 (Salmon et al. 2011). A draw belongs to (seed, twin, what
 * draws, which time), never to a thread or an order of calls.
 */
#ifndef TWP_KERNEL_STREAM_H
#define TWP_KERNEL_STREAM_H

#include <stdint.h>

/**
 * The 64 bits of one draw: the first two words of the block with key = seed (low word first) and
 * counter = (id low, id high, stream, occurrence).
 */
uint64_t twp_stream_draw_bits(
    uint64_t seed, uint64_t twin_id, uint32_t stream, uint32_t occurrence);

/** u = (k + 1/2) 2^-52 with k the top 52 bits: always inside (0, 1). */
double twp_stream_draw_uniform(
    uint64_t seed, uint64_t twin_id, uint32_t stream, uint32_t occurrence);

/** The whole block, for the known-answer test. */
void twp_stream_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
