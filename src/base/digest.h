/** Content digests (libsodium): SHA-256 as sha256sum prints it, BLAKE2b-512 for stream ids. */
#ifndef TWP_BASE_DIGEST_H
#define TWP_BASE_DIGEST_H
#include "twinpath.h"

#define TWP_SHA256_HEX_SIZE 65

typedef struct twp_sha256 {
    unsigned char state[128]; /* crypto_hash_sha256_state, kept opaque */
    bool is_started;
} twp_sha256_t;

void twp_sha256_init(twp_sha256_t *digest);
void twp_sha256_update(twp_sha256_t *digest, const void *bytes, size_t n_bytes);
/** Writes 64 lower-case hex digits and a NUL. */
void twp_sha256_finish(twp_sha256_t *digest, char hex[TWP_SHA256_HEX_SIZE]);
void twp_sha256_of(const void *bytes, size_t n_bytes, char hex[TWP_SHA256_HEX_SIZE]);
TWP_CHECK_RESULT twp_status_t twp_sha256_of_file(
    const char *path, char hex[TWP_SHA256_HEX_SIZE], uint64_t *n_bytes, twp_error_t *err);

/** First four bytes, lowest first, of the BLAKE2b-512 of name: the id of a random stream. */
uint32_t twp_digest_stream_id(const char *name);

#endif
