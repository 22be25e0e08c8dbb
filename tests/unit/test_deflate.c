#include "results/deflate.h"

#include "testlib.h"
#include "unit/results_sample.h"

#include <libdeflate.h>
#include <stdlib.h>

#define N 65536
#define OUT_BYTES ((size_t) 2 * N)

typedef struct {
    twp_deflate_t *deflate;
    unsigned char *elements, *plane, *out, *back; /* [8 N], [N], [OUT_BYTES], [N] */
} fixture_t;

static void
open_fixture(fixture_t *f)
{
    f->deflate = twp_deflate_create(N);
    f->elements = malloc((size_t) 8 * N);
    f->plane = malloc(N);
    f->out = malloc(OUT_BYTES);
    f->back = malloc(N);
    assert_true(f->deflate != NULL && f->elements != NULL && f->plane != NULL && f->out != NULL &&
        f->back != NULL);
}

static void
close_fixture(fixture_t *f)
{
    twp_deflate_free(f->deflate);
    free(f->elements);
    free(f->plane);
    free(f->out);
    free(f->back);
}

/** Writes a plane of n elements and reads it back; bytes of the block, 0 when it was refused. */
static size_t
round_trip(fixture_t *f, size_t n, size_t size, size_t i_plane)
{
    struct libdeflate_decompressor *const reader = libdeflate_alloc_decompressor();
    twp_bit_writer_t writer = { .at = f->out };
    size_t n_out, n_back = 0;

    assert_non_null(reader);
    for (size_t i = 0; i < n; i++)
        f->plane[i] = f->elements[size * i + i_plane];
    if (!twp_deflate_put_noise(f->deflate, &writer, f->plane, n)) {
        assert_ptr_equal(writer.at, f->out); /* and nothing was written */
        assert_int_equal(writer.n_bits, 0);
        libdeflate_free_decompressor(reader);
        return 0;
    }
    n_out = (size_t) (writer.at - f->out);
    twp_bits_put(&writer, 3, 3); /* the last block, fixed codes: empty */
    twp_bits_put(&writer, 0, 7);
    twp_bits_put(&writer, 0, (8 - writer.n_bits) & 7);
    assert_int_equal(libdeflate_deflate_decompress(
                         reader, f->out, (size_t) (writer.at - f->out), f->back, N, &n_back),
        LIBDEFLATE_SUCCESS);
    assert_int_equal(n_back, n);
    assert_same_bits(f->back, f->plane, n);
    libdeflate_free_decompressor(reader);
    return n_out;
}

static void
set_random(fixture_t *f, size_t i, size_t size)
{
    const uint64_t random = sample_bits(21, i);

    memcpy(f->elements + size * i, &random, size);
}

/* A third of the elements are copies of stretches of 3 to 300 elements that came before. */
static void
make_stretches(fixture_t *f, size_t n, size_t size)
{
    size_t i = 0, round = 0;

    while (i < n) {
        const size_t length = 3 + (size_t) (sample_uniform(22, round) * 297);
        const bool is_copy = round % 3 == 2 && i > 400;
        const size_t back = is_copy ? 300 + (size_t) (sample_uniform(23, round) * 100) : 0;
        for (size_t end = i + length; i < end && i < n; i++) {
            if (is_copy)
                memcpy(f->elements + size * i, f->elements + size * (i - back), size);
            else
                set_random(f, i, size);
        }
        round++;
    }
}

static void
test_noise_with_equal_stretches_comes_back_and_shrinks(void **state)
{
    static const size_t sizes[] = { 1, 2, 4, 8 };
    fixture_t f;

    (void) state;
    open_fixture(&f);
    for (size_t k = 0; k < 4; k++) {
        make_stretches(&f, N, sizes[k]);
        twp_deflate_match(f.deflate, f.elements, N, sizes[k]);
        for (size_t plane = 0; plane < sizes[k]; plane++) {
            const size_t n_out = round_trip(&f, N, sizes[k], plane);
            /* a third is copied, at about 3 bytes for 150 */
            assert_in_range(n_out, (size_t) (0.64 * N), (size_t) (0.72 * N));
        }
    }
    close_fixture(&f);
}

static void
test_noise_without_stretches_and_what_is_no_noise_are_refused(void **state)
{
    fixture_t f;

    (void) state;
    open_fixture(&f);
    for (size_t i = 0; i < N; i++)
        set_random(&f, i, 8);
    twp_deflate_match(f.deflate, f.elements, N, 8);
    assert_int_equal(round_trip(&f, N, 8, 0), 0);
    for (size_t i = 0; i < N; i++)
        f.elements[8 * i + 5] = (unsigned char) (f.elements[8 * i + 5] & 15); /* 4 bits a byte */
    twp_deflate_match(f.deflate, f.elements, N, 8);
    assert_int_equal(round_trip(&f, N, 8, 5), 0);
    for (size_t n = 0; n < 9; n++) {
        twp_deflate_match(f.deflate, f.elements, n, 8);
        assert_int_equal(round_trip(&f, n, 8, 0), 0);
    }
    close_fixture(&f);
}

/* Between stretches 0 to 13 elements that are new; byte 0 is noise, some bytes 1 are rarer by far and come together. */
static size_t
make_short_gaps(fixture_t *f, size_t n)
{
    size_t i = 0, round = 0, n_new = 0;

    while (i < n) {
        const size_t n_gap = i < 600 ? 600 : round % 14, length = 3 + round % 5;
        for (size_t end = i + n_gap; i < end && i < n; i++, n_new++) {
            set_random(f, i, 8);
            if (sample_uniform(24, i / 8) < 0.998)
                f->elements[8 * i + 1] = (unsigned char) (f->elements[8 * i + 1] & 127);
        }
        for (size_t end = i + length; i < end && i < n; i++)
            memcpy(f->elements + 8 * i, f->elements + 8 * (i - 500 + round % 7), 8);
        round++;
    }
    return n_new;
}

static void
test_short_gaps_between_stretches_are_written_whole(void **state)
{
    fixture_t f;

    (void) state;
    open_fixture(&f);
    for (size_t n = N - 40; n <= N; n += 5) { /* whatever the plane ends with */
        const size_t n_new = make_short_gaps(&f, n);
        const size_t n_stretches = n / 11;
        twp_deflate_match(f.deflate, f.elements, n, 8);
        assert_in_range(round_trip(&f, n, 8, 0), n_new, n_new + 3 * n_stretches + 300);
        assert_in_range(round_trip(&f, n, 8, 1), n_new * 7 / 8, n_new + 3 * n_stretches + 300);
    }
    close_fixture(&f);
}

/* Bytes of a plane of 50,000 whose first 8,000 elements come again after `distance` ones. */
static size_t
bytes_of_repeat_at(fixture_t *f, size_t distance)
{
    const size_t n = 50000, n_repeat = 8000;

    for (size_t i = 0; i < n; i++)
        set_random(f, i, 8);
    memcpy(f->elements + 8 * distance, f->elements, 8 * n_repeat);
    twp_deflate_match(f->deflate, f->elements, n, 8);
    return round_trip(f, n, 8, 3);
}

static void
test_stretches_are_found_as_far_back_as_deflate_reaches(void **state)
{
    fixture_t f;

    (void) state;
    open_fixture(&f);
    assert_in_range(bytes_of_repeat_at(&f, 32768), 42000, 43000);
    assert_int_equal(bytes_of_repeat_at(&f, 32769), 0);
    close_fixture(&f);
}

/* Each of 17 symbols of distances comes as often as the two rarer ones together: 16 bits deep. */
static void
test_codes_that_would_be_too_long_are_made_shorter(void **state)
{
    static const size_t distance[17] = { 257, 193, 129, 97, 65, 49, 33, 25, 17, 13, 9, 7, 5, 4, 3,
        2, 1 };
    size_t i = 0, n_now = 1, n_next = 1;
    fixture_t f;

    (void) state;
    open_fixture(&f);
    for (size_t s = 0; s < 17; s++) {
        for (size_t k = 0; k < n_now; k++) {
            for (size_t j = 0; j < distance[s]; j++)
                set_random(&f, i++, 8);
            for (size_t j = 0; j < 3; j++, i++)
                memcpy(f.elements + 8 * i, f.elements + 8 * (i - distance[s]), 8);
        }
        n_next += n_now;
        n_now = n_next - n_now;
    }
    assert_in_range(i, 20000, N);
    twp_deflate_match(f.deflate, f.elements, i, 8);
    assert_true(round_trip(&f, i, 8, 0) > 0);
    close_fixture(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise_with_equal_stretches_comes_back_and_shrinks),
        cmocka_unit_test(test_noise_without_stretches_and_what_is_no_noise_are_refused),
        cmocka_unit_test(test_short_gaps_between_stretches_are_written_whole),
        cmocka_unit_test(test_stretches_are_found_as_far_back_as_deflate_reaches),
        cmocka_unit_test(test_codes_that_would_be_too_long_are_made_shorter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
