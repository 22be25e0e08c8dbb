#include "results/deflate.h"

#include <stdlib.h>
#include <string.h>

#define N_LITERALS 286 /* literals, the end of a block, lengths */
#define N_DISTANCES 30
#define END_OF_BLOCK 256
#define N_HASH_BITS 14
#define N_TAG_BITS 16
#define MAX_DISTANCE 32768U
#define MAX_LITERALS UINT16_MAX
#define MIN_GAIN 16    /* what shrinks by less than 1 in so many is not worth its time */
#define NOISE_BITS 6.5 /* a byte that needs so many bits or more is noise */

#define COPY_BYTES ((size_t) 16) /* loose bytes are copied so many at once */
#define SHORT_CODE 9U /* of literals whose codes are no longer, so many are written at once: */
#define N_SHORT 6
#define N_LONG 3

/* Literals, then a stretch that came before; length 0: none. */
typedef struct {
    uint16_t n_literals, length;
    uint16_t length_symbol, distance_extra;
    uint8_t distance_symbol, length_extra, n_length_extra, n_distance_extra;
} sequence_t;

struct twp_deflate {
    size_t max_elements, n_sequences;
    uint64_t *element;    /* [max_elements] widened */
    sequence_t *sequence; /* [max_elements / TWP_DEFLATE_MIN_RUN + 3] */
    unsigned char
        *loose; /* [max_elements + COPY_BYTES] literals of a plane, without the stretches */
    uint32_t n_length[N_LITERALS], n_distance[N_DISTANCES];
    uint32_t n_extra_bits, n_matched;
    /* where a triple of that hash began last, lowest 16 bits, below more bits of its hash: what differs
     * there need not be looked up */
    uint32_t last[1 << N_HASH_BITS];
    twp_code_bits_t literal[N_LITERALS], distance[N_DISTANCES];
};

twp_deflate_t *
twp_deflate_create(size_t max_elements)
{
    twp_deflate_t *const deflate = calloc(1, sizeof *deflate);

    if (deflate == NULL)
        return NULL;
    deflate->max_elements = max_elements;
    deflate->element = malloc((max_elements + 1) * sizeof *deflate->element);
    deflate->sequence = malloc(
        (max_elements / TWP_DEFLATE_MIN_RUN + max_elements / MAX_LITERALS + 3) *
        sizeof *deflate->sequence);
    deflate->loose = calloc(max_elements + COPY_BYTES, 1);
    if (deflate->element == NULL || deflate->sequence == NULL || deflate->loose == NULL) {
        twp_deflate_free(deflate);
        return NULL;
    }
    return deflate;
}

void
twp_deflate_free(twp_deflate_t *deflate)
{
    if (deflate == NULL)
        return;
    free(deflate->element);
    free(deflate->sequence);
    free(deflate->loose);
    free(deflate);
}

uint32_t
twp_deflate_reverse(uint32_t code, unsigned n_bits)
{
    uint32_t reversed = 0;

    for (unsigned i = 0; i < n_bits; i++)
        reversed |= ((code >> i) & 1U) << (n_bits - 1 - i);
    return reversed;
}

/* Lengths 3 to 258 have symbols 257 to 285: groups of four with 0, 1, ... extra bits (3.2.5). */
uint32_t
twp_deflate_length_symbol(uint32_t length, uint32_t *extra, unsigned *n_extra)
{
    const uint32_t offset = length - TWP_DEFLATE_MIN_RUN;

    *n_extra = 0;
    *extra = 0;
    if (length == TWP_DEFLATE_MAX_RUN)
        return 285;
    if (offset >= 8)
        *n_extra = 29U - (unsigned) __builtin_clz(offset);
    *extra = offset & ((1U << *n_extra) - 1);
    return 257 + 4 * *n_extra + (offset >> *n_extra);
}

/* Distances 1 to 32768: groups of two with 0, 0, 1, 2, ... extra bits. */
static uint32_t
distance_symbol(uint32_t distance, uint32_t *extra, unsigned *n_extra)
{
    const uint32_t offset = distance - 1;

    *n_extra = offset >= 4 ? 30U - (unsigned) __builtin_clz(offset) : 0;
    *extra = offset & ((1U << *n_extra) - 1);
    return 2 * *n_extra + (offset >> *n_extra);
}

/* ---- stretches ------------------------------------------------------------------------------- */

static void
widen(const void *elements, size_t n, size_t size, uint64_t *to)
{
    const unsigned char *const from = elements;

    if (size == 8)
        memcpy(to, from, n * size);
    else
        for (size_t i = 0; i < n; i++) {
            to[i] = 0;
            memcpy(&to[i], from + i * size, size);
        }
}

static uint32_t
hash_of(const uint64_t *e)
{
    const uint64_t mixed = (e[0] + 31 * e[1] + 961 * e[2]) * UINT64_C(0x9E3779B97F4A7C15);

    return (uint32_t) (mixed >> (64 - N_HASH_BITS - N_TAG_BITS));
}

static size_t
equal_length(const uint64_t *a, const uint64_t *b, size_t n)
{
    size_t i = 0;

    while (i < n && a[i] == b[i])
        i++;
    return i;
}

static void
add_sequence(twp_deflate_t *deflate, size_t n_literals, size_t length, size_t distance)
{
    sequence_t *s;
    uint32_t extra;
    unsigned n_extra;

    for (; n_literals > MAX_LITERALS; n_literals -= MAX_LITERALS)
        deflate->sequence[deflate->n_sequences++] = (sequence_t){ .n_literals = MAX_LITERALS };
    s = &deflate->sequence[deflate->n_sequences++];
    *s = (sequence_t){ .n_literals = (uint16_t) n_literals, .length = (uint16_t) length };
    if (length == 0)
        return;
    deflate->n_matched += (uint32_t) length;
    s->length_symbol = (uint16_t) twp_deflate_length_symbol((uint32_t) length, &extra, &n_extra);
    s->length_extra = (uint8_t) extra;
    s->n_length_extra = (uint8_t) n_extra;
    deflate->n_length[s->length_symbol]++;
    deflate->n_extra_bits += n_extra;
    s->distance_symbol = (uint8_t) distance_symbol((uint32_t) distance, &extra, &n_extra);
    s->distance_extra = (uint16_t) extra;
    s->n_distance_extra = (uint8_t) n_extra;
    deflate->n_distance[s->distance_symbol]++;
    deflate->n_extra_bits += n_extra;
}

void
twp_deflate_match(twp_deflate_t *deflate, const void *elements, size_t n, size_t size)
{
    uint64_t *const e = deflate->element;
    size_t literals = 0;

    widen(elements, n, size, e);
    memset(deflate->last, 0, sizeof deflate->last);
    memset(deflate->n_length, 0, sizeof deflate->n_length);
    memset(deflate->n_distance, 0, sizeof deflate->n_distance);
    deflate->n_sequences = deflate->n_extra_bits = deflate->n_matched = 0;
    for (size_t i = 0; i + 2 < n;) {
        const uint32_t hash = hash_of(e + i), before = deflate->last[hash >> N_TAG_BITS];
        const size_t distance = (i - before) & 0xFFFF;
        const bool is_known = ((before >> 16) ^ hash) << (32 - N_TAG_BITS) == 0 && distance != 0 &&
            distance <= MAX_DISTANCE && distance <= i;
        deflate->last[hash >> N_TAG_BITS] = hash << 16 | (uint32_t) (i & 0xFFFF);
        const size_t room = n - i < TWP_DEFLATE_MAX_RUN ? n - i : TWP_DEFLATE_MAX_RUN;
        const size_t length = is_known ? equal_length(e + i, e + i - distance, room) : 0;
        if (length < TWP_DEFLATE_MIN_RUN) {
            i++;
            continue;
        }
        add_sequence(deflate, i - literals, length, distance);
        i += length; /* what stretches hold is known from where they were copied */
        literals = i;
    }
    add_sequence(deflate, n - literals, 0, 1);
}

/* ---- Huffman codes --------------------------------------------------------------------------- */

typedef struct {
    uint32_t count;
    int16_t symbol;
} leaf_t;

/* By rising count, equal ones as they were. */
static void
sort_leaves(leaf_t *leaf, int m)
{
    leaf_t before[N_LITERALS];
    uint32_t most = 0;

    for (int i = 0; i < m; i++)
        most = leaf[i].count > most ? leaf[i].count : most;
    for (unsigned shift = 0; shift < 32 && most >> shift > 0; shift += 8) { /* by each byte */
        uint32_t first[257] = { 0 };

        for (int i = 0; i < m; i++)
            first[(leaf[i].count >> shift & 255) + 1]++;
        for (int k = 1; k < 256; k++)
            first[k] += first[k - 1];
        memcpy(before, leaf, (size_t) m * sizeof *leaf);
        for (int i = 0; i < m; i++)
            leaf[first[before[i].count >> shift & 255]++] = before[i];
    }
}

/* Lengths of a Huffman code of m >= 2 sorted leaves: the two least are joined, again and again; joined
 * nodes come in rising order. Returns the longest. */
static unsigned
tree_lengths(const leaf_t *leaf, int m, uint8_t *length)
{
    uint32_t count[2 * N_LITERALS];
    int16_t parent[2 * N_LITERALS];
    uint8_t depth[2 * N_LITERALS];
    int next_leaf = 0, next_node = m;

    for (int i = 0; i < m; i++)
        count[i] = leaf[i].count;
    for (int node = m; node < 2 * m - 1; node++) {
        count[node] = 0;
        for (int k = 0; k < 2; k++) {
            const bool is_leaf = next_node >= node ||
                (next_leaf < m && count[next_leaf] <= count[next_node]);
            const int child = is_leaf ? next_leaf++ : next_node++;
            count[node] += count[child];
            parent[child] = (int16_t) node;
        }
    }
    depth[2 * m - 2] = 0;
    for (int node = 2 * m - 3; node >= 0; node--)
        depth[node] = (uint8_t) (depth[parent[node]] + 1);
    for (int i = 0; i < m; i++)
        length[leaf[i].symbol] = depth[i];
    return depth[0];
}

/* Canonical codes (3.2.2) of at most TWP_DEFLATE_MAX_CODE bits; at least two counts are not 0. */
static void
make_codes(const uint32_t *count, int n, twp_code_bits_t *code)
{
    leaf_t leaf[N_LITERALS];
    uint8_t length[N_LITERALS] = { 0 };
    uint32_t n_of[TWP_DEFLATE_MAX_CODE + 1] = { 0 }, next[TWP_DEFLATE_MAX_CODE + 2] = { 0 };
    int m = 0;

    for (int i = 0; i < n; i++)
        if (count[i] > 0)
            leaf[m++] = (leaf_t){ count[i], (int16_t) i };
    sort_leaves(leaf, m);
    while (tree_lengths(leaf, m, length) > TWP_DEFLATE_MAX_CODE)
        for (int i = 0; i < m; i++)
            leaf[i].count = leaf[i].count / 2 + 1; /* flatter, in the same order */
    for (int i = 0; i < n; i++)
        n_of[length[i]] += length[i] > 0;
    for (int bits = 1; bits <= TWP_DEFLATE_MAX_CODE; bits++)
        next[bits + 1] = (next[bits] + n_of[bits]) << 1;
    for (int i = 0; i < n; i++) {
        code[i].n_bits = length[i];
        code[i].bits = length[i] > 0 ? twp_deflate_reverse(next[length[i]]++, length[i]) : 0;
    }
}

static size_t
coded_bits(const uint32_t *count, const twp_code_bits_t *code, int n)
{
    size_t n_bits = 0;

    for (int i = 0; i < n; i++)
        n_bits += (size_t) count[i] * code[i].n_bits;
    return n_bits;
}

/* ---- a block --------------------------------------------------------------------------------- */

/* Puts the literals of a plane one behind the other; returns how many. */
static size_t
gather_literals(twp_deflate_t *deflate, const unsigned char *plane, size_t n)
{
    const unsigned char *const end = plane + n;
    unsigned char *to = deflate->loose;

    for (size_t k = 0; k < deflate->n_sequences; k++) {
        const sequence_t s = deflate->sequence[k];

        if (s.n_literals <= COPY_BYTES && (size_t) (end - plane) >= COPY_BYTES)
            memcpy(to, plane, COPY_BYTES); /* what is too much is overwritten */
        else
            memcpy(to, plane, s.n_literals);
        to += s.n_literals;
        plane += (size_t) s.n_literals + s.length;
    }
    return (size_t) (to - deflate->loose);
}

static void
count_literals(const twp_deflate_t *deflate, size_t n, uint32_t *count)
{
    uint32_t other[4][256] = { { 0 } }; /* several, as equal bytes would wait for each other */
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, deflate->loose + i, 8);
#pragma GCC unroll 8
        for (unsigned k = 0; k < 8; k++)
            other[k % 4][bytes >> (8 * k) & 255]++;
    }
    for (; i < n; i++)
        other[0][deflate->loose[i]]++;
    memcpy(count, deflate->n_length, sizeof deflate->n_length);
    count[END_OF_BLOCK] = 1;
    for (int k = 0; k < 256; k++)
        count[k] = other[0][k] + other[1][k] + other[2][k] + other[3][k];
}

/* Dynamic codes (3.2.7): lengths of codes in 4 bits each, none repeated. */
static void
put_codes(const twp_deflate_t *deflate, twp_bit_writer_t *writer)
{
    twp_bits_put(writer, 4, 3); /* not the last block, dynamic codes */
    twp_bits_put(writer, N_LITERALS - 257, 5);
    twp_bits_put(writer, N_DISTANCES - 1, 5);
    twp_bits_put(writer, 19 - 4, 4);
    twp_bits_put(writer, 0, 9); /* 16, 17 and 18, the repeats, are not used */
    for (int i = 0; i < 16; i++)
        twp_bits_put(writer, 4, 3); /* the lengths 0 to 15 have 4 bits each: themselves */
    for (int i = 0; i < N_LITERALS; i++)
        twp_bits_put(writer, twp_deflate_reverse(deflate->literal[i].n_bits, 4), 4);
    for (int i = 0; i < N_DISTANCES; i++)
        twp_bits_put(writer, twp_deflate_reverse(deflate->distance[i].n_bits, 4), 4);
}

static inline void
put_stretch(const twp_deflate_t *deflate, twp_bit_writer_t *writer, sequence_t s)
{
    const twp_code_bits_t length = deflate->literal[s.length_symbol];
    const twp_code_bits_t distance = deflate->distance[s.distance_symbol];
    unsigned n_bits = length.n_bits;
    uint64_t bits = length.bits | (uint64_t) s.length_extra << n_bits;

    n_bits += s.n_length_extra;
    bits |= (uint64_t) distance.bits << n_bits;
    n_bits += distance.n_bits;
    bits |= (uint64_t) s.distance_extra << n_bits;
    twp_bits_put(writer, bits, n_bits + s.n_distance_extra); /* at most 15 + 5 + 15 + 13 */
}

/* The first n of N at once, n <= N, without a branch that nobody could foretell. */
static inline void
put_literals(const twp_code_bits_t *code, twp_bit_writer_t *writer, const unsigned char *bytes,
    unsigned n, unsigned n_at_once)
{
    uint64_t bits = 0;
    unsigned n_bits = 0;

#pragma GCC unroll 6
    for (unsigned k = 0; k < n_at_once; k++) {
        const uint32_t wanted = k < n ? UINT32_MAX : 0;
        bits |= (uint64_t) (code[bytes[k]].bits & wanted) << n_bits;
        n_bits += code[bytes[k]].n_bits & wanted;
    }
    twp_bits_put(writer, bits, n_bits);
}

/* All that a block holds; n_at_once codes of literals have at most 54 bits. */
static inline void
put_sequences(const twp_deflate_t *deflate, twp_bit_writer_t *to, unsigned n_at_once)
{
    const unsigned char *loose = deflate->loose;
    twp_bit_writer_t writer = *to; /* in registers */

    for (size_t k = 0; k < deflate->n_sequences; k++) {
        const sequence_t s = deflate->sequence[k];
        unsigned n = s.n_literals;

        for (; n > n_at_once; n -= n_at_once, loose += n_at_once)
            put_literals(deflate->literal, &writer, loose, n_at_once, n_at_once);
        put_literals(deflate->literal, &writer, loose, n, n_at_once);
        loose += n;
        if (s.length > 0)
            put_stretch(deflate, &writer, s);
    }
    *to = writer;
}

static unsigned
longest_literal(const twp_deflate_t *deflate)
{
    unsigned longest = 0;

    for (int i = 0; i < 256; i++)
        longest = deflate->literal[i].n_bits > longest ? deflate->literal[i].n_bits : longest;
    return longest;
}

bool
twp_deflate_put_noise(
    twp_deflate_t *deflate, twp_bit_writer_t *writer, const unsigned char *plane, size_t n)
{
    uint32_t count[N_LITERALS], n_distance[N_DISTANCES];
    const size_t n_literals = n - deflate->n_matched;
    size_t n_bits;

    if (deflate->n_matched < n / MIN_GAIN)
        return false;
    if (gather_literals(deflate, plane, n) != n_literals)
        return false; /* a plane of other elements */
    count_literals(deflate, n_literals, count);
    make_codes(count, N_LITERALS, deflate->literal);
    if ((double) coded_bits(count, deflate->literal, 256) < NOISE_BITS * (double) n_literals)
        return false;
    memcpy(n_distance, deflate->n_distance, sizeof n_distance);
    n_distance[0]++, n_distance[1]++; /* a code of less than two is not understood by all */
    make_codes(n_distance, N_DISTANCES, deflate->distance);
    n_bits = coded_bits(count, deflate->literal, N_LITERALS) + deflate->n_extra_bits +
        coded_bits(deflate->n_distance, deflate->distance, N_DISTANCES);
    if (n_bits / 8 + 256 > n - n / MIN_GAIN) /* 256: room for the codes */
        return false;
    put_codes(deflate, writer);
    if (longest_literal(deflate) <= SHORT_CODE)
        put_sequences(deflate, writer, N_SHORT);
    else
        put_sequences(deflate, writer, N_LONG);
    twp_bits_put(
        writer, deflate->literal[END_OF_BLOCK].bits, deflate->literal[END_OF_BLOCK].n_bits);
    return true;
}
