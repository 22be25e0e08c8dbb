#include "base/digest.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BLOCK_BYTES ((size_t) 1 << 18)

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof((twp_sha256_t *) 0)->state,
    "libsodium's state fits in ours");

/*
 * sodium_init() picks the fastest code for this machine, once. Hashing draws no random numbers, so
 * it is right even where libsodium finds no source of them and reports that it failed.
 */
static void
prepare_sodium(void)
{
    const int is_prepared = sodium_init();

    (void) is_prepared;
}

/* The state is kept as bytes, which need not be aligned as libsodium wants it, hence the copies. */
void
twp_sha256_init(twp_sha256_t *digest)
{
    crypto_hash_sha256_state state;

    prepare_sodium();
    memset(digest, 0, sizeof *digest);
    crypto_hash_sha256_init(&state);
    memcpy(digest->state, &state, sizeof state);
    digest->is_started = true;
}

void
twp_sha256_update(twp_sha256_t *digest, const void *bytes, size_t n_bytes)
{
    crypto_hash_sha256_state state;

    if (!digest->is_started)
        twp_sha256_init(digest);
    if (n_bytes == 0)
        return;
    memcpy(&state, digest->state, sizeof state);
    crypto_hash_sha256_update(&state, bytes, n_bytes);
    memcpy(digest->state, &state, sizeof state);
}

void
twp_sha256_finish(twp_sha256_t *digest, char hex[TWP_SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    crypto_hash_sha256_state state;
    unsigned char sum[crypto_hash_sha256_BYTES];

    if (!digest->is_started)
        twp_sha256_init(digest);
    memcpy(&state, digest->state, sizeof state);
    crypto_hash_sha256_final(&state, sum);
    for (size_t i = 0; i < sizeof sum; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
    hex[2 * sizeof sum] = '\0';
    digest->is_started = false;
}

void
twp_sha256_of(const void *bytes, size_t n_bytes, char hex[TWP_SHA256_HEX_SIZE])
{
    twp_sha256_t digest;

    twp_sha256_init(&digest);
    twp_sha256_update(&digest, bytes, n_bytes);
    twp_sha256_finish(&digest, hex);
}

twp_status_t
twp_sha256_of_file(
    const char *path, char hex[TWP_SHA256_HEX_SIZE], uint64_t *n_bytes, twp_error_t *err)
{
    twp_status_t status = TWP_OK;
    twp_sha256_t digest;
    uint64_t n_total = 0;
    unsigned char *const block = malloc(FILE_BLOCK_BYTES);
    int file = -1;
    char why[128];

    hex[0] = '\0';
    if (block == NULL) {
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory to read it", path);
        goto out;
    }
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        status = TWP_FAIL(
            err, TWP_ERR_IO, "%s: cannot be opened: %s", path, strerror_r(errno, why, sizeof why));
        goto out;
    }
    twp_sha256_init(&digest);
    for (;;) {
        const ssize_t n_read = read(file, block, FILE_BLOCK_BYTES);
        if (n_read < 0 && errno == EINTR)
            continue;
        if (n_read < 0) {
            status = TWP_FAIL(err, TWP_ERR_IO, "%s: cannot be read: %s", path,
                strerror_r(errno, why, sizeof why));
            goto out;
        }
        if (n_read == 0)
            break;
        twp_sha256_update(&digest, block, (size_t) n_read);
        n_total += (uint64_t) n_read;
    }
    twp_sha256_finish(&digest, hex);
    if (n_bytes != NULL)
        *n_bytes = n_total;
out:
    if (file >= 0)
        close(file);
    free(block);
    return status;
}

uint32_t
twp_digest_stream_id(const char *name)
{
    unsigned char sum[64];

    prepare_sodium();
    /* cannot fail: the only failure is a length of sum that BLAKE2b does not have */
    (void) crypto_generichash_blake2b(
        sum, sizeof sum, (const unsigned char *) name, strlen(name), NULL, 0);
    return (uint32_t) sum[0] | (uint32_t) sum[1] << 8 | (uint32_t) sum[2] << 16 |
        (uint32_t) sum[3] << 24;
}
