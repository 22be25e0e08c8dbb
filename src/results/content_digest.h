/**
 * The content digest of a results file: 64 hex digits that are equal for equal content, whatever
 * the bytes of the file (compressor, layout in the file, session). The writer makes it from what is
 * appended, the reader from a file, and the two agree.
 *
 * A numeric column is cut into rows along its last dimension and each row into pieces of 65,536
 * elements; each piece has a tag of 16 bytes (Poly1305 of its little-endian bytes under a fixed
 * key). A column's digest is the BLAKE2b-256 of its tags in order; of a text column, of each text's
 * length (8 bytes) and bytes. The content digest is the BLAKE2b-256 of sorted lines, one for each
 * group, dimension, column and attribute, with name, type, dimensions and digest. Left out: the
 * group session, provenance/build_json, and the root's content_digest, status and shard_sha256.
 *
 * Poly1305 tags because hashing rows by BLAKE2b costs as much as compressing them (1.5 against 0.23
 * ns a byte). Under a public key it finds every accident (chance of a miss below 2^-80) but no
 * forgery; a forger could write a new digest just as well.
 */
#ifndef TWP_RESULTS_CONTENT_DIGEST_H
#define TWP_RESULTS_CONTENT_DIGEST_H

#include "results/writer.h"
#include "twinpath.h"

#include <sodium.h>

#define TWP_CONTENT_TAG_BYTES 16
#define TWP_CONTENT_SUM_BYTES 32

/** Lets libsodium pick the processor's instructions; safe to repeat, from one thread. */
void twp_content_digest_setup(void);

/** Tag of a piece of at most TWP_CHUNK_ELEMENTS elements. Safe in several threads at once. */
void twp_content_digest_tag(
    const void *bytes, size_t n_bytes, unsigned char tag[TWP_CONTENT_TAG_BYTES]);

/** Digest of a column, built piece by piece. */
typedef struct {
    crypto_generichash_state state;
} twp_content_column_t;

void twp_content_column_init(twp_content_column_t *column);
void twp_content_column_add_tag(
    twp_content_column_t *column, const unsigned char tag[TWP_CONTENT_TAG_BYTES]);
/** Tags and adds one row of n elements of size bytes. */
void twp_content_column_add_row(
    twp_content_column_t *column, const void *elements, size_t n, size_t size);
void twp_content_column_add_text(twp_content_column_t *column, const char *text);
void twp_content_column_finish(
    twp_content_column_t *column, unsigned char sum[TWP_CONTENT_SUM_BYTES]);

typedef struct twp_content_digest twp_content_digest_t; /* the list of lines */

twp_content_digest_t *twp_content_digest_create(void); /**< NULL when memory runs out */
void twp_content_digest_free(twp_content_digest_t *digest);

/** Whether an object ("" for the root, "summary/cost_mean") is part of the digest. */
bool twp_content_digest_has_object(const char *object);
bool twp_content_digest_has_attribute(const char *object, const char *name);

/* What is not part of the digest may be added and does nothing. All fail with TWP_ERR_MEMORY. */
TWP_CHECK_RESULT twp_status_t twp_content_digest_add_group(
    twp_content_digest_t *digest, const char *group, twp_error_t *err);
/** A plain dimension; dimensions with values are columns. */
TWP_CHECK_RESULT twp_status_t twp_content_digest_add_dimension(
    twp_content_digest_t *digest, const char *object, size_t length, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_content_digest_add_column(twp_content_digest_t *digest,
    const char *object, twp_type_t type, int n_dims, const char *const *dims, const size_t *lengths,
    const unsigned char sum[TWP_CONTENT_SUM_BYTES], twp_error_t *err);
/** An attribute of n values (0: a scalar); for text, values is the text itself. */
TWP_CHECK_RESULT twp_status_t twp_content_digest_add_attribute(twp_content_digest_t *digest,
    const char *object, const char *name, twp_type_t type, size_t n, const void *values,
    twp_error_t *err);

/** Sorts the lines and writes 64 hex digits and a NUL. */
void twp_content_digest_finish(twp_content_digest_t *digest, char hex[TWP_CONTENT_DIGEST_HEX_SIZE]);

/** Recomputes the digest of the file at path from its content. Fails as twp_reader_open() does. */
TWP_CHECK_RESULT twp_status_t twp_results_content_digest(
    const char *path, char hex[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err);

#endif
