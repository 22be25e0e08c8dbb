/* SHA-256 against FIPS 180-4's examples, BLAKE2b ids against Python's hashlib. */
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void
test_sha256_has_the_published_values(void **state)
{
    char hex[TWP_SHA256_HEX_SIZE];

    (void) state;
    twp_sha256_of("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    twp_sha256_of("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    twp_sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* 1,000,003 bytes i % 251; the value is Python's hashlib.sha256. */
static const char large_hex[] = "a7c4bea888022868c93104055fd56077cc81fe9eb624820fe2f717f313188782";

static unsigned char *
make_large(size_t *n)
{
    unsigned char *const bytes = malloc(1000003);

    *n = 1000003;
    assert_non_null(bytes);
    for (size_t i = 0; i < *n; i++)
        bytes[i] = (unsigned char) (i % 251);
    return bytes;
}

static void
test_pieces_give_the_digest_of_the_whole(void **state)
{
    char hex[TWP_SHA256_HEX_SIZE];
    twp_sha256_t digest;
    size_t n;
    unsigned char *const bytes = make_large(&n);

    (void) state;
    twp_sha256_init(&digest);
    for (size_t i = 0, step = 1; i < n; i += step, step = step * 3 % 4099 + 1) {
        if (step > n - i)
            step = n - i;
        twp_sha256_update(&digest, bytes + i, step);
    }
    twp_sha256_update(&digest, NULL, 0);
    twp_sha256_finish(&digest, hex);
    assert_string_equal(hex, large_hex);
    free(bytes);
}

static void
test_a_file_has_the_digest_of_its_bytes(void **state)
{
    char path[] = "/tmp/twp_test_digest_XXXXXX", hex[TWP_SHA256_HEX_SIZE];
    size_t n;
    unsigned char *const bytes = make_large(&n);
    uint64_t n_bytes = 0;
    const int file = mkstemp(path);

    (void) state;
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, n), (ssize_t) n);
    close(file);
    assert_int_equal(twp_sha256_of_file(path, hex, &n_bytes, NULL), TWP_OK);
    assert_string_equal(hex, large_hex);
    assert_int_equal(n_bytes, n);
    unlink(path);
    free(bytes);
}

static void
test_a_file_that_cannot_be_read_is_an_error_with_its_path(void **state)
{
    char hex[TWP_SHA256_HEX_SIZE];
    twp_error_t err;

    (void) state;
    assert_int_equal(twp_sha256_of_file("/nonexistent/x.csv", hex, NULL, &err), TWP_ERR_IO);
    assert_non_null(strstr(err.message, "/nonexistent/x.csv"));
    assert_non_null(strstr(err.message, "No such file"));
    assert_int_equal(twp_sha256_of_file("/tmp", hex, NULL, &err), TWP_ERR_IO);
    assert_non_null(strstr(err.message, "directory"));
}

static void
test_stream_ids_are_the_first_bytes_of_blake2b_512(void **state)
{
    (void) state;
    assert_int_equal(twp_digest_stream_id("a"), 0x4ecb3f33u);
    assert_int_equal(twp_digest_stream_id("patient.tracks.therapy.taking.stop"), 0xb94b16b7u);
    assert_int_equal(twp_digest_stream_id(""), 0xf7026a78u);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256_has_the_published_values),
        cmocka_unit_test(test_pieces_give_the_digest_of_the_whole),
        cmocka_unit_test(test_a_file_has_the_digest_of_its_bytes),
        cmocka_unit_test(test_a_file_that_cannot_be_read_is_an_error_with_its_path),
        cmocka_unit_test(test_stream_ids_are_the_first_bytes_of_blake2b_512),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
