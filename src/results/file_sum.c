#include "results/file_sum.h"

#include "base/error.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <immintrin.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t) 64) /* of SHA-256 */
#define READ_BYTES ((size_t) 1 << 18)

/* FIPS 180-4, 4.2.2: cube roots of the first 64 primes. */
static const uint32_t constants[64] = { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b,
    0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74,
    0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3,
    0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354,
    0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3,
    0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa,
    0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

bool
twp_file_sum_is_fast(void)
{
    unsigned a, b, c, d;

    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0 || (c & bit_SSSE3) == 0)
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

/*
 * Intel, "Intel SHA Extensions" (2013): the state is kept as words (a, b, e, f) and (c, d, g, h),
 * and sha256rnds2 does two rounds; sha256msg1 and sha256msg2 make the next four schedule words.
 */
__attribute__((target("sha,sse4.1,ssse3"))) static void
add_blocks(uint32_t state[8], const unsigned char *bytes, size_t n_blocks)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *) state), 0xB1);
    __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *) (state + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xF0);

    for (; n_blocks > 0; n_blocks--, bytes += BLOCK_BYTES) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
#pragma GCC unroll 16
        for (size_t i = 0; i < 16; i++) {
            __m128i sum;
            if (i < 4) {
                w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *) bytes + i), swap);
            } else {
                const __m128i last = w[(i - 1) & 3];
                const __m128i middle = _mm_alignr_epi8(last, w[(i - 2) & 3], 4);
                sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i - 3) & 3]), middle);
                w[i & 3] = _mm_sha256msg2_epu32(sum, last);
            }
            sum = _mm_add_epi32(w[i & 3], _mm_loadu_si128((const __m128i *) (constants + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    low = _mm_shuffle_epi32(abef, 0x1B);
    high = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *) state, _mm_blend_epi16(low, high, 0xF0));
    _mm_storeu_si128((__m128i *) (state + 4), _mm_alignr_epi8(high, low, 8));
}

/* Fills buffer; fewer bytes only at the end of the file. Negative with errno set on failure. */
static ssize_t
read_fully(int file, unsigned char *buffer, size_t n_bytes)
{
    size_t n_done = 0;

    while (n_done < n_bytes) {
        const ssize_t n = read(file, buffer + n_done, n_bytes - n_done);
        if (n > 0)
            n_done += (size_t) n;
        else if (n == 0)
            break;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t) n_done;
}

/* The last bytes, a 1 bit, zeros, and the length in bits (FIPS 180-4, 5.1.1). */
static void
add_end(uint32_t state[8], const unsigned char *bytes, size_t n, uint64_t n_total)
{
    unsigned char end[2 * BLOCK_BYTES] = { 0 };
    const size_t n_blocks = n + 9 <= BLOCK_BYTES ? 1 : 2;

    memcpy(end, bytes, n);
    end[n] = 0x80;
    for (size_t i = 0; i < 8; i++)
        end[n_blocks * BLOCK_BYTES - 1 - i] = (unsigned char) (n_total * 8 >> (8 * i));
    add_blocks(state, end, n_blocks);
}

static twp_status_t
sum_file(int file, const char *path, unsigned char *buffer, uint32_t state[8], twp_error_t *err)
{
    uint64_t n_total = 0;

    for (;;) {
        const ssize_t n = read_fully(file, buffer, READ_BYTES);
        char why[128];
        if (n < 0)
            return TWP_FAIL(err, TWP_ERR_IO, "%s: cannot be read: %s", path,
                strerror_r(errno, why, sizeof why));
        n_total += (uint64_t) n;
        add_blocks(state, buffer, (size_t) n / BLOCK_BYTES);
        if ((size_t) n == READ_BYTES)
            continue;
        add_end(state, buffer + (size_t) n / BLOCK_BYTES * BLOCK_BYTES, (size_t) n % BLOCK_BYTES,
            n_total);
        return TWP_OK;
    }
}

static twp_status_t
sum_fast(const char *path, char hex[TWP_SHA256_HEX_SIZE], twp_error_t *err)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
        0x1f83d9ab, 0x5be0cd19 };
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    unsigned char *const buffer = malloc(READ_BYTES);
    char why[128];
    twp_status_t status;

    if (file < 0)
        status = TWP_FAIL(
            err, TWP_ERR_IO, "%s: cannot be read: %s", path, strerror_r(errno, why, sizeof why));
    else if (buffer == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory to read it", path);
    else
        status = sum_file(file, path, buffer, state, err);
    if (file >= 0)
        (void) close(file);
    free(buffer);
    for (size_t i = 0; i < 64; i++)
        hex[i] = digits[state[i / 8] >> (28 - 4 * (i % 8)) & 15];
    hex[status == TWP_OK ? 64 : 0] = '\0';
    return status;
}

#else

bool
twp_file_sum_is_fast(void)
{
    return false;
}

static twp_status_t
sum_fast(const char *path, char hex[TWP_SHA256_HEX_SIZE], twp_error_t *err)
{
    return twp_sha256_of_file(path, hex, NULL, err);
}

#endif

twp_status_t
twp_file_sum(const char *path, char hex[TWP_SHA256_HEX_SIZE], twp_error_t *err)
{
    if (twp_file_sum_is_fast())
        return sum_fast(path, hex, err);
    return twp_sha256_of_file(path, hex, NULL, err);
}
