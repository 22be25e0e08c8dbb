#include "results/chunk.h"

#include "testlib.h"
#include "unit/results_sample.h"

#include <libdeflate.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES ((size_t) 8 * 65536)

typedef enum { CONSTANT, COUNTER, RANDOM, RANDOM_LOW_BYTES, REPEATED, RUNS, N_KINDS } kind_t;

/* n elements of size bytes. REPEATED is random with a period of 3,001; RUNS keeps a number for
 * 1 to 600 elements, so that runs of all lengths that deflate knows come up in each plane. */
static void
make_elements(unsigned char *bytes, kind_t kind, size_t n, size_t size)
{
    uint64_t run = 0;
    size_t run_ends = 0;

    for (size_t i = 0; i < n; i++) {
        const uint64_t random = sample_bits(11, i);
        if (i == run_ends) {
            run = random;
            run_ends += 1 + (size_t) (sample_uniform(13, i) * 600);
        }
        const uint64_t value[N_KINDS] = { 7, i, random, random & 0xFFFFFFU, 0, run };
        for (size_t j = 0; j < size; j++)
            bytes[i * size + j] = (unsigned char) (kind == REPEATED
                    ? sample_bits(12, (i * size + j) % 3001)
                    : value[kind] >> (8 * j));
    }
}

/* What HDF5's shuffle filter does, written down a second time in the plainest way. */
static void
unshuffle(const unsigned char *planes, size_t n, size_t size, unsigned char *elements)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < size; j++)
            elements[i * size + j] = planes[j * n + i];
}

/* Compresses and undoes it with libdeflate's zlib reader, which checks the Adler-32. */
static size_t
check_round_trip(twp_chunk_compressor_t *compressor, kind_t kind, size_t n, size_t size)
{
    const size_t n_bytes = n * size, bound = twp_chunk_bound(n_bytes);
    unsigned char *const from = malloc(n_bytes + 1), *const out = malloc(bound);
    unsigned char *const planes = malloc(n_bytes + 1), *const back = malloc(n_bytes + 1);
    struct libdeflate_decompressor *const reader = libdeflate_alloc_decompressor();
    size_t n_out, n_back = 0;

    assert_true(from != NULL && out != NULL && planes != NULL && back != NULL && reader != NULL);
    make_elements(from, kind, n, size);
    n_out = twp_chunk_compress(compressor, from, n, size, out, bound);
    assert_in_range(n_out, 6, bound);
    assert_int_equal(libdeflate_zlib_decompress(reader, out, n_out, planes, n_bytes, &n_back),
        LIBDEFLATE_SUCCESS);
    assert_int_equal(n_back, n_bytes);
    unshuffle(planes, n, size, back);
    assert_same_bits(back, from, n_bytes);
    libdeflate_free_decompressor(reader);
    free(from);
    free(out);
    free(planes);
    free(back);
    return n_out;
}

static void
test_every_kind_of_chunk_comes_back_as_it_was(void **state)
{
    static const size_t sizes[] = { 1, 2, 4, 8 };
    static const size_t lengths[] = { 0, 1, 7, 8, 9, 255, 4096, 65535, 65536 };
    twp_chunk_compressor_t *const compressor = twp_chunk_compressor_create(MAX_BYTES);

    (void) state;
    assert_non_null(compressor);
    for (kind_t kind = CONSTANT; kind < N_KINDS; kind++)
        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < sizeof lengths / sizeof lengths[0]; j++)
                (void) check_round_trip(compressor, kind, lengths[j], sizes[i]);
    twp_chunk_compressor_free(compressor);
}

/* Random bytes must not grow by more than the headers of their 17 stored blocks; a constant takes
 * 13 bits for 258 bytes; what repeats at a distance is found although its bytes look random. */
static void
test_sizes_are_what_the_data_allows(void **state)
{
    twp_chunk_compressor_t *const compressor = twp_chunk_compressor_create(MAX_BYTES);

    (void) state;
    assert_in_range(check_round_trip(compressor, RANDOM, 65536, 8), 524288, 524288 + 17 * 5 + 6);
    assert_in_range(check_round_trip(compressor, CONSTANT, 65536, 8), 1, 3400);
    assert_in_range(check_round_trip(compressor, COUNTER, 65536, 4), 1, 8192);
    assert_in_range(
        check_round_trip(compressor, RANDOM_LOW_BYTES, 65536, 8), 3 * 65536, 3 * 65536 + 2200);
    assert_in_range(check_round_trip(compressor, REPEATED, 65536, 1), 3001, 12000);
    assert_in_range(check_round_trip(compressor, RUNS, 65536, 8), 8 * 65536 / 300, 8 * 65536 / 60);
    twp_chunk_compressor_free(compressor);
}

static void
test_a_chunk_gives_the_same_bytes_whatever_was_compressed_before(void **state)
{
    twp_chunk_compressor_t *const used = twp_chunk_compressor_create(MAX_BYTES);
    twp_chunk_compressor_t *const fresh = twp_chunk_compressor_create(MAX_BYTES);
    const size_t bound = twp_chunk_bound(MAX_BYTES);
    unsigned char *const from = malloc(MAX_BYTES), *const a = malloc(bound),
                         *const b = malloc(bound);
    size_t n_a, n_b;

    (void) state;
    assert_true(from != NULL && a != NULL && b != NULL);
    (void) check_round_trip(used, RANDOM, 65536, 8);
    (void) check_round_trip(used, COUNTER, 4096, 4);
    make_elements(from, RANDOM_LOW_BYTES, 65536, 8);
    n_a = twp_chunk_compress(used, from, 65536, 8, a, bound);
    n_b = twp_chunk_compress(fresh, from, 65536, 8, b, bound);
    assert_int_equal(n_a, n_b);
    assert_same_bits(a, b, n_a);
    twp_chunk_compressor_free(used);
    twp_chunk_compressor_free(fresh);
    free(from);
    free(a);
    free(b);
}

static void
test_too_little_room_or_too_many_elements_write_nothing(void **state)
{
    twp_chunk_compressor_t *const compressor = twp_chunk_compressor_create(800);
    unsigned char from[1600] = { 0 }, out[8192];

    (void) state;
    assert_int_equal(
        twp_chunk_compress(compressor, from, 100, 8, out, twp_chunk_bound(800) - 1), 0);
    assert_int_equal(twp_chunk_compress(compressor, from, 200, 8, out, sizeof out), 0);
    assert_int_not_equal(
        twp_chunk_compress(compressor, from, 100, 8, out, twp_chunk_bound(800)), 0);
    twp_chunk_compressor_free(compressor);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_chunk_comes_back_as_it_was),
        cmocka_unit_test(test_sizes_are_what_the_data_allows),
        cmocka_unit_test(test_a_chunk_gives_the_same_bytes_whatever_was_compressed_before),
        cmocka_unit_test(test_too_little_room_or_too_many_elements_write_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
