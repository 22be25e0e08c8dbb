#include "results/deflate.h"

#include <stdlib.h>
#include <string.h>

#define N_LITERALS 286 /* literals, the end of a block, lengths */
#define N_DISTANCES 30
#define END_OF_BLOCK 256
#define N_HASH_BITS 14
#define MAX_DISTANCE ((size_t) 32768)
#define MAX_LITERALS UINT16_MAX
#define MIN_GAIN 16    /* what shrinks by less than 1 in so many is not worth its time */
#define NOISE_BITS 6.5 /* a byte that needs so many bits or more is noise */

/* Literals, then a stretch that came before; length 0: none. */
typedef struct {
    uint16_t n_literals, length, distance;
} sequence_t;

struct twp_deflate {
    size_t max_elements, n_sequences;
    uint64_t *element;    /* [max_elements] widened */
    sequence_t *sequence; /* [max_elements / TWP_DEFLATE_MIN_RUN + 3] */
    uint32_t n_length[N_LITERALS], n_distance[N_DISTANCES];
    uint32_t n_extra_bits, n_matched;
    int32_t last[1 << N_HASH_BITS]; /* where a triple of that hash began last, or -1 */
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
    if (deflate->element == NULL || deflate->sequence == NULL) {
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

    return (uint32_t) (mixed >> (64 - N_HASH_BITS));
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
    uint32_t extra;
    unsigned n_extra;

    for (; n_literals > MAX_LITERALS; n_literals -= MAX_LITERALS)
        deflate->sequence[deflate->n_sequences++] = (sequence_t){ MAX_LITERALS, 0, 0 };
    deflate->sequence[deflate->n_sequences++] =
        (sequence_t){ (uint16_t) n_literals, (uint16_t) length, (uint16_t) (distance - 1) };
    if (length == 0)
        return;
    deflate->n_matched += (uint32_t) length;
    deflate->n_length[twp_deflate_length_symbol((uint32_t) length, &extra, &n_extra)]++;
    deflate->n_extra_bits += n_extra;
    deflate->n_distance[distance_symbol((uint32_t) distance, &extra, &n_extra)]++;
    deflate->n_extra_bits += n_extra;
}

void
twp_deflate_match(twp_deflate_t *deflate, const void *elements, size_t n, size_t size)
{
    uint64_t *const e = deflate->element;
    size_t literals = 0;

    widen(elements, n, size, e);
    memset(deflate->last, 0xFF, sizeof deflate->last);
    memset(deflate->n_length, 0, sizeof deflate->n_length);
    memset(deflate->n_distance, 0, sizeof deflate->n_distance);
    deflate->n_sequences = deflate->n_extra_bits = deflate->n_matched = 0;
    for (size_t i = 0; i + 2 < n;) {
        int32_t *const last = &deflate->last[hash_of(e + i)];
        const size_t before = (size_t) *last;
        const bool is_known = *last >= 0 && i - before <= MAX_DISTANCE;
        *last = (int32_t) i;
        const size_t room = n - i < TWP_DEFLATE_MAX_RUN ? n - i : TWP_DEFLATE_MAX_RUN;
        const size_t length = is_known ? equal_length(e + i, e + before, room) : 0;
        if (length < TWP_DEFLATE_MIN_RUN) {
            i++;
            continue;
        }
        add_sequence(deflate, i - literals, length, i - before);
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

static int
by_count(const void *a, const void *b)
{
    const leaf_t *const x = a, *const y = b;

    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    return x->symbol - y->symbol;
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
    qsort(leaf, (size_t) m, sizeof *leaf, by_count);
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

static void
count_literals(const twp_deflate_t *deflate, const unsigned char *plane, uint32_t *count)
{
    uint32_t other[4][256] = { { 0 } }; /* several, as equal bytes would wait for each other */

    for (size_t k = 0; k < deflate->n_sequences; k++) {
        const sequence_t s = deflate->sequence[k];
        for (size_t i = 0; i < s.n_literals; i++)
            other[i & 3][plane[i]]++;
        plane += (size_t) s.n_literals + s.length;
    }
    memcpy(count, deflate->n_length, sizeof deflate->n_length);
    count[END_OF_BLOCK] = 1;
    for (int i = 0; i < 256; i++)
        count[i] = other[0][i] + other[1][i] + other[2][i] + other[3][i];
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

static void
put_stretch(const twp_deflate_t *deflate, twp_bit_writer_t *writer, sequence_t s)
{
    uint32_t extra;
    unsigned n_extra;
    const twp_code_bits_t length =
        deflate->literal[twp_deflate_length_symbol(s.length, &extra, &n_extra)];

    twp_bits_put(writer, length.bits | (uint64_t) extra << length.n_bits, length.n_bits + n_extra);
    const twp_code_bits_t distance =
        deflate->distance[distance_symbol(s.distance + 1U, &extra, &n_extra)];
    twp_bits_put(
        writer, distance.bits | (uint64_t) extra << distance.n_bits, distance.n_bits + n_extra);
}

static void
put_literals(
    const twp_code_bits_t *code, twp_bit_writer_t *writer, const unsigned char *bytes, size_t n)
{
    size_t i = 0;

    for (; i + 3 <= n; i += 3) {
        const twp_code_bits_t a = code[bytes[i]], b = code[bytes[i + 1]], c = code[bytes[i + 2]];
        twp_bits_put(writer,
            a.bits | (uint64_t) b.bits << a.n_bits | (uint64_t) c.bits << (a.n_bits + b.n_bits),
            a.n_bits + b.n_bits + c.n_bits);
    }
    for (; i < n; i++)
        twp_bits_put(writer, code[bytes[i]].bits, code[bytes[i]].n_bits);
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
    count_literals(deflate, plane, count);
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
    for (size_t k = 0; k < deflate->n_sequences; k++) {
        const sequence_t s = deflate->sequence[k];
        put_literals(deflate->literal, writer, plane, s.n_literals);
        plane += (size_t) s.n_literals + s.length;
        if (s.length > 0)
            put_stretch(deflate, writer, s);
    }
    twp_bits_put(
        writer, deflate->literal[END_OF_BLOCK].bits, deflate->literal[END_OF_BLOCK].n_bits);
    return true;
}
