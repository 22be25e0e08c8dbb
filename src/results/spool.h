/**
 * Where rows wait in an unnamed file: elements as they come until they fill a chunk, then chunks,
 * compressed, tagged and written by several threads, read back one by one when the HDF5 file is written.
 * One thread at a time adds; none waits for another until the end. Memory holds the chunks that are to be
 * compressed or are, four a thread, whatever the number of columns, and an index of less than a bit an element.
 */
#ifndef TWP_RESULTS_SPOOL_H
#define TWP_RESULTS_SPOOL_H

#include "results/content_digest.h"
#include "results/publish.h"
#include "twinpath.h"

/** A compressed chunk in the spool. */
typedef struct {
    uint64_t offset;
    uint32_t n_bytes;
    unsigned char tag[TWP_CONTENT_TAG_BYTES]; /**< of its elements, without padding */
} twp_spool_piece_t;

/** The chunks of one row of a column, in order. Starts as zeros; ends by twp_spool_clear_row(). */
typedef struct {
    twp_spool_piece_t *piece; /**< [n_pieces] */
    size_t n_pieces, capacity;
    uint64_t loose; /**< where its elements wait that fill no chunk yet; 0: nowhere */
    size_t n_loose;
    void *held;          /**< or here, a buffer; NULL: in the file */
    bool is_tagged_only; /**< chunks leave their tags and no bytes: their data stay elsewhere */
} twp_spool_row_t;

typedef struct twp_spool twp_spool_t;

TWP_CHECK_RESULT twp_status_t twp_spool_create(
    const twp_publish_t *publish, int n_threads, twp_spool_t **spool, twp_error_t *err);
void twp_spool_free(twp_spool_t *spool); /**< NULL is allowed */
void twp_spool_clear_row(twp_spool_row_t *row);

/** Room for a full chunk of any elements, not cleared; NULL when memory runs out. */
void *twp_spool_take_buffer(twp_spool_t *spool);

/**
 * Appends a chunk to row: n_chunk elements of size bytes, of which the first n are real and the
 * rest padding. buffer is one of twp_spool_take_buffer() and belongs to the spool from now on, also
 * after a failure, which may be that of an earlier chunk. The row must stay where it is until
 * twp_spool_flush(), and its pieces are not to be looked at before. Where too many chunks wait, some are
 * compressed here.
 */
TWP_CHECK_RESULT twp_status_t twp_spool_add(twp_spool_t *spool, twp_spool_row_t *row, void *buffer,
    size_t size, size_t n, size_t n_chunk, twp_error_t *err);

/**
 * Lays n elements of size bytes aside until a chunk is full: row->n_loose + n is less than
 * TWP_CHUNK_ELEMENTS. A few rows that come by thousands have them kept in memory, others in the file.
 */
TWP_CHECK_RESULT twp_status_t twp_spool_lay(twp_spool_t *spool, twp_spool_row_t *row,
    const void *elements, size_t size, size_t n, twp_error_t *err);
/** Takes the row->n_loose elements back, into a buffer of its own; none are loose then. */
TWP_CHECK_RESULT twp_status_t twp_spool_gather(
    twp_spool_t *spool, twp_spool_row_t *row, void *buffer, size_t size, twp_error_t *err);

/** A buffer for the row's next chunk that begins with the row->n_loose elements; none are loose then. */
TWP_CHECK_RESULT twp_status_t twp_spool_begin_chunk(
    twp_spool_t *spool, twp_spool_row_t *row, size_t size, void **buffer, twp_error_t *err);

/**
 * Compresses and writes one of the chunks that wait, while another thread of the same team may add more.
 * @return false when there is none
 */
bool twp_spool_work(twp_spool_t *spool);

/** Has all written that waits: with threads of its own, or where it is called by one thread of a team, with
 * those of it that come to twp_spool_work(). */
TWP_CHECK_RESULT twp_status_t twp_spool_flush(twp_spool_t *spool, twp_error_t *err);

/** The compressed bytes of a piece; they last until the next call. */
TWP_CHECK_RESULT twp_status_t twp_spool_read(
    twp_spool_t *spool, const twp_spool_piece_t *piece, const void **bytes, twp_error_t *err);

#endif
