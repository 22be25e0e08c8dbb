#include "results/spool.h"

#include "base/error.h"
#include "results/chunk.h"

#include <errno.h>
#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SIZE ((size_t) 8) /* bytes of the largest element */
#define MAX_CHUNK_BYTES (MAX_SIZE * TWP_CHUNK_ELEMENTS)
#define JOBS_PER_THREAD 4
#define MAX_THREADS 256

/* A chunk that waits to be compressed. */
typedef struct {
    twp_spool_row_t *row;
    size_t i_piece;
    void *buffer;
    size_t size, n, n_chunk;
    unsigned char *out; /* [twp_chunk_bound(MAX_CHUNK_BYTES)], kept between rounds */
    size_t n_out;
} job_t;

/* Free buffers, linked through their first bytes. All hold the largest chunk: one serves any column. */
typedef struct free_buffer {
    struct free_buffer *next;
} free_buffer_t;

struct twp_spool {
    char *path; /* for messages */
    int file;
    uint64_t end;
    int n_threads;
    twp_chunk_compressor_t **compressor; /* [n_threads + 1]: of helpers, and of who flushes */
    job_t *job;                          /* [n_capacity] */
    size_t n_jobs, n_capacity;
    omp_lock_t lock;                   /* of what follows: the jobs of a flush under way */
    size_t n_shared, next_job, n_done; /* n_shared 0: no flush is under way */
    free_buffer_t *free_list;
    unsigned char *read_buffer;
};

twp_status_t
twp_spool_create(const twp_publish_t *publish, int n_threads, twp_spool_t **spool, twp_error_t *err)
{
    twp_spool_t *const made = calloc(1, sizeof *made);
    bool is_whole = made != NULL;

    twp_content_digest_setup();
    if (made != NULL) {
        omp_init_lock(&made->lock);
        made->file = -1;
        made->n_threads = n_threads > 0 ? n_threads : omp_get_max_threads();
        if (made->n_threads > MAX_THREADS)
            made->n_threads = MAX_THREADS;
        made->n_capacity = (size_t) made->n_threads * JOBS_PER_THREAD;
        made->path = strdup(publish->path);
        made->job = calloc(made->n_capacity, sizeof *made->job);
        made->compressor = calloc((size_t) made->n_threads + 1, sizeof *made->compressor);
        made->read_buffer = malloc(twp_chunk_bound(MAX_CHUNK_BYTES));
        is_whole = made->path != NULL && made->job != NULL && made->compressor != NULL &&
            made->read_buffer != NULL;
    }
    for (int i = 0; is_whole && i <= made->n_threads; i++) {
        made->compressor[i] = twp_chunk_compressor_create(MAX_CHUNK_BYTES);
        is_whole = made->compressor[i] != NULL;
    }
    if (!is_whole) {
        twp_spool_free(made);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory to compress", publish->path);
    }
    made->end = 1; /* 0 is nowhere */
    const twp_status_t status = twp_publish_open_spool(publish, &made->file, err);
    if (status != TWP_OK) {
        twp_spool_free(made);
        return status;
    }
    *spool = made;
    return TWP_OK;
}

void
twp_spool_free(twp_spool_t *spool)
{
    if (spool == NULL)
        return;
    for (size_t i = 0; spool->job != NULL && i < spool->n_capacity; i++) {
        free(spool->job[i].buffer);
        free(spool->job[i].out);
    }
    for (int i = 0; spool->compressor != NULL && i <= spool->n_threads; i++)
        twp_chunk_compressor_free(spool->compressor[i]);
    while (spool->free_list != NULL) {
        free_buffer_t *const buffer = spool->free_list;
        spool->free_list = buffer->next;
        free(buffer);
    }
    if (spool->file >= 0)
        (void) close(spool->file); /* nothing in it is wanted any more */
    free(spool->job);
    free(spool->compressor);
    free(spool->read_buffer);
    free(spool->path);
    omp_destroy_lock(&spool->lock);
    free(spool);
}

void
twp_spool_clear_row(twp_spool_row_t *row)
{
    free(row->piece);
    memset(row, 0, sizeof *row);
}

void *
twp_spool_take_buffer(twp_spool_t *spool)
{
    free_buffer_t *const buffer = spool->free_list;

    if (buffer == NULL)
        return malloc(MAX_CHUNK_BYTES);
    spool->free_list = buffer->next;
    return buffer;
}

static void
give_back(twp_spool_t *spool, void *buffer)
{
    free_buffer_t *const freed = buffer;

    if (freed == NULL)
        return;
    freed->next = spool->free_list;
    spool->free_list = freed;
}

static bool
reserve_piece(twp_spool_row_t *row)
{
    if (row->n_pieces == row->capacity) {
        const size_t capacity = row->capacity > 0 ? 2 * row->capacity : 4;
        twp_spool_piece_t *const grown = realloc(row->piece, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        row->piece = grown;
        row->capacity = capacity;
    }
    memset(&row->piece[row->n_pieces], 0, sizeof *row->piece);
    return true;
}

twp_status_t
twp_spool_add(twp_spool_t *spool, twp_spool_row_t *row, void *buffer, size_t size, size_t n,
    size_t n_chunk, twp_error_t *err)
{
    job_t *job;

    if (spool->n_jobs == spool->n_capacity) {
        const twp_status_t status = twp_spool_flush(spool, err);
        if (status != TWP_OK) {
            free(buffer);
            return status;
        }
    }
    job = &spool->job[spool->n_jobs];
    if (job->out == NULL)
        job->out = malloc(twp_chunk_bound(MAX_CHUNK_BYTES));
    if (job->out == NULL || !reserve_piece(row)) {
        free(buffer);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory for a chunk", spool->path);
    }
    job->row = row;
    job->i_piece = row->n_pieces++;
    job->buffer = buffer;
    job->size = size;
    job->n = n;
    job->n_chunk = n_chunk;
    spool->n_jobs++;
    return TWP_OK;
}

static void
run_job(twp_chunk_compressor_t *compressor, job_t *job)
{
    twp_content_digest_tag(job->buffer, job->n * job->size, job->row->piece[job->i_piece].tag);
    if (job->row->is_tagged_only)
        return;
    job->n_out = twp_chunk_compress(compressor, job->buffer, job->n_chunk, job->size, job->out,
        twp_chunk_bound(MAX_CHUNK_BYTES));
}

static twp_status_t
write_at(
    twp_spool_t *spool, uint64_t offset, const unsigned char *bytes, size_t n, twp_error_t *err)
{
    for (size_t n_done = 0; n_done < n;) {
        const ssize_t n_now = pwrite(
            spool->file, bytes + n_done, n - n_done, (off_t) (offset + n_done));
        if (n_now > 0)
            n_done += (size_t) n_now;
        else if (n_now == 0 || errno != EINTR) {
            const int error = n_now == 0 ? ENOSPC : errno;
            char why[128];
            return TWP_FAIL(err, TWP_ERR_IO, "%s: cannot write rows: %s", spool->path,
                strerror_r(error, why, sizeof why));
        }
    }
    return TWP_OK;
}

static twp_status_t
read_at(twp_spool_t *spool, uint64_t offset, unsigned char *bytes, size_t n, twp_error_t *err)
{
    for (size_t n_done = 0; n_done < n;) {
        const ssize_t n_now = pread(
            spool->file, bytes + n_done, n - n_done, (off_t) (offset + n_done));
        if (n_now > 0)
            n_done += (size_t) n_now;
        else if (n_now == 0 || errno != EINTR) {
            const int error = n_now == 0 ? EIO : errno;
            char why[128];
            return TWP_FAIL(err, TWP_ERR_IO, "%s: cannot read rows back: %s", spool->path,
                strerror_r(error, why, sizeof why));
        }
    }
    return TWP_OK;
}

twp_status_t
twp_spool_lay(twp_spool_t *spool, twp_spool_row_t *row, const void *elements, size_t size, size_t n,
    twp_error_t *err)
{
    twp_status_t status;

    if (row->loose == 0) { /* room for a chunk, used again for the next one */
        row->loose = spool->end;
        spool->end += size * TWP_CHUNK_ELEMENTS;
    }
    status = write_at(spool, row->loose + row->n_loose * size, elements, n * size, err);
    if (status == TWP_OK)
        row->n_loose += n;
    return status;
}

twp_status_t
twp_spool_gather(
    twp_spool_t *spool, twp_spool_row_t *row, void *buffer, size_t size, twp_error_t *err)
{
    const size_t n = row->n_loose;

    row->n_loose = 0;
    return read_at(spool, row->loose, buffer, n * size, err);
}

static twp_status_t
write_out(twp_spool_t *spool, const job_t *job, twp_error_t *err)
{
    twp_spool_piece_t *const piece = &job->row->piece[job->i_piece];
    twp_status_t status;

    if (job->row->is_tagged_only)
        return TWP_OK;
    if (job->n_out == 0 || job->n_out > UINT32_MAX)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "%s: a chunk could not be compressed", spool->path);
    piece->offset = spool->end;
    piece->n_bytes = (uint32_t) job->n_out;
    status = write_at(spool, spool->end, job->out, job->n_out, err);
    spool->end += job->n_out;
    return status;
}

static bool
run_shared_job(twp_spool_t *spool, twp_chunk_compressor_t *compressor)
{
    job_t *job = NULL;

    omp_set_lock(&spool->lock);
    if (spool->next_job < spool->n_shared)
        job = &spool->job[spool->next_job++];
    omp_unset_lock(&spool->lock);
    if (job == NULL)
        return false;
    run_job(compressor, job);
    omp_set_lock(&spool->lock);
    spool->n_done++;
    omp_unset_lock(&spool->lock);
    return true;
}

bool
twp_spool_work(twp_spool_t *spool)
{
    const int i_thread = omp_get_thread_num();

    return i_thread < spool->n_threads && run_shared_job(spool, spool->compressor[i_thread]);
}

/* By a thread of a run, while others may help through twp_spool_work(). */
static void
run_jobs_shared(twp_spool_t *spool)
{
    bool is_done = false;

    omp_set_lock(&spool->lock);
    spool->next_job = spool->n_done = 0;
    spool->n_shared = spool->n_jobs;
    omp_unset_lock(&spool->lock);
    while (run_shared_job(spool, spool->compressor[spool->n_threads]))
        continue;
    while (!is_done) { /* a helper is at its last one */
        omp_set_lock(&spool->lock);
        is_done = spool->n_done == spool->n_shared;
        if (is_done)
            spool->n_shared = spool->next_job = 0;
        omp_unset_lock(&spool->lock);
        if (!is_done)
            sched_yield();
    }
}

static void
run_jobs(twp_spool_t *spool)
{
    const int n_jobs = (int) spool->n_jobs;

#pragma omp parallel for schedule(dynamic, 1) num_threads(spool->n_threads) if (n_jobs > 1)
    for (int i = 0; i < n_jobs; i++)
        run_job(spool->compressor[omp_get_thread_num()], &spool->job[i]);
}

twp_status_t
twp_spool_flush(twp_spool_t *spool, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (omp_in_parallel())
        run_jobs_shared(spool);
    else
        run_jobs(spool);
    for (size_t i = 0; i < spool->n_jobs; i++) {
        job_t *const job = &spool->job[i];
        if (status == TWP_OK)
            status = write_out(spool, job, err);
        give_back(spool, job->buffer);
        job->buffer = NULL;
    }
    spool->n_jobs = 0;
    return status;
}

twp_status_t
twp_spool_read(
    twp_spool_t *spool, const twp_spool_piece_t *piece, const void **bytes, twp_error_t *err)
{
    *bytes = spool->read_buffer;
    return read_at(spool, piece->offset, spool->read_buffer, piece->n_bytes, err);
}
