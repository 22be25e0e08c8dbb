/* Known answers of Philox4x32-10 and the mapping of a draw to (0, 1). */
#include "testlib.h"

#include "base/digest.h"
#include "kernel/stream.h"

#include <sodium.h>

static void
test_uniforms_are_strictly_inside_the_unit_interval(void **state)
{
    (void) state;
    for (uint32_t k = 0; k < 200000; k++) {
        const double u = twp_stream_draw_uniform(1, k, 7, 1);
        assert_true(u > 0 && u < 1);
    }
}

static void
test_a_draw_is_the_block_of_its_key_and_counter(void **state)
{
    const uint32_t counter[4] = { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 };
    const uint32_t key[2] = { 0xa4093822, 0x299f31d0 };
    uint32_t out[4];

    (void) state;
    twp_stream_block(counter, key, out);
    assert_int_equal(out[0], 0xd16cfe09);
    const uint64_t bits = twp_stream_draw_bits(
        UINT64_C(0x299f31d0a4093822), UINT64_C(0x85a308d3243f6a88), 0x13198a2e, 0x03707344);
    assert_true(bits == (UINT64_C(0x94fdcceb) << 32 | 0xd16cfe09));
    const double u = twp_stream_draw_uniform(
        UINT64_C(0x299f31d0a4093822), UINT64_C(0x85a308d3243f6a88), 0x13198a2e, 0x03707344);
    assert_true(u == ((double) (bits >> 12) + 0.5) * 0x1p-52);
}

static void
test_a_stream_is_the_first_four_bytes_of_blake2b_of_its_name(void **state)
{
    static const char name[] = "patient.supply.due.refill";
    unsigned char hash[64];

    (void) state;
    assert_true(sodium_init() >= 0);
    assert_int_equal(crypto_generichash(
                         hash, sizeof hash, (const unsigned char *) name, sizeof name - 1, NULL, 0),
        0);
    assert_int_equal(twp_digest_stream_id(name),
        (uint32_t) hash[0] | (uint32_t) hash[1] << 8 | (uint32_t) hash[2] << 16 |
            (uint32_t) hash[3] << 24);
}

/*
 * Across twins, streams, occurrences and seeds that differ by little the uniforms have the mean 1/2,
 * variance 1/12 and no correlation with their neighbours. n = 200,000: the standard error of the mean
 * is sqrt(1/12/n), of the correlation 1/sqrt(n).
 */
static void
test_neighbours_in_every_part_of_the_counter_are_independent(void **state)
{
    const int n = 200000;
    double before = 0, sum, product;

    (void) state;
    for (int part = 0; part < 4; part++) {
        sum = product = 0;
        for (int k = 0; k < n; k++) {
            const uint32_t i = (uint32_t) k;
            const double u = twp_stream_draw_uniform(
                part == 0 ? i : 1, part == 1 ? i : 5, part == 2 ? i : 9, part == 3 ? i : 1);
            sum += u;
            if (k > 0)
                product += (u - 0.5) * (before - 0.5);
            before = u;
        }
        assert_estimate(sum / n, 0.5, 0.28867513459481287 / 447.21359549995793);
        assert_estimate(product / n * 12, 0, 1 / 447.21359549995793);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uniforms_are_strictly_inside_the_unit_interval),
        cmocka_unit_test(test_a_draw_is_the_block_of_its_key_and_counter),
        cmocka_unit_test(test_a_stream_is_the_first_four_bytes_of_blake2b_of_its_name),
        cmocka_unit_test(test_neighbours_in_every_part_of_the_counter_are_independent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
