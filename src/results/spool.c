#include "results/spool.h"

#include "base/error.h"
#include "results/chunk.h"

#include <errno.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_SIZE ((size_t) 8) /* bytes of the largest element */
#define MAX_CHUNK_BYTES (MAX_SIZE * TWP_CHUNK_ELEMENTS)
#define JOBS_PER_THREAD 4
/* So many rows may keep loose elements in memory, those that come so many at once: tables of events, whose
 * columns are few. */
#define MAX_HELD 16
#define LEAST_HELD ((size_t) 4096)
#define MAX_THREADS 256
/* How long a thread sleeps that waits for others' last chunks. */
#define IDLE_NANOSECONDS 50000

/* A chunk that waits to be compressed. */
typedef struct {
    twp_spool_row_t *row;
    size_t i_piece;
    bool is_tagged_only;
    void *buffer;
    size_t size, n, n_chunk;
} job_t;

/* Free buffers, linked through their first bytes. All hold the largest chunk: one serves any column. */
typedef struct free_buffer {
    struct free_buffer *next;
} free_buffer_t;

/* What a thread needs to compress. */
typedef struct {
    twp_chunk_compressor_t *compressor;
    unsigned char *out; /* [twp_chunk_bound(MAX_CHUNK_BYTES)] */
} tools_t;

struct twp_spool {
    char *path; /* for messages */
    int file;
    int n_threads;
    int n_held;        /* rows with elements in memory */
    tools_t *tools;    /* [n_threads + 1]: of helpers, and of who adds and flushes */
    size_t n_capacity; /* chunks that may wait or be under way */
    omp_lock_t lock;   /* of what follows, down to err, and of the pieces of all rows */
    job_t *job;        /* [n_capacity] the i-th that waits is at (first_job + i) % n_capacity */
    size_t first_job, n_waiting, n_running;
    free_buffer_t *free_list;
    uint64_t end;
    twp_status_t status; /* of the first failure of a thread that compressed */
    twp_error_t err;
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
        made->tools = calloc((size_t) made->n_threads + 1, sizeof *made->tools);
        made->read_buffer = malloc(twp_chunk_bound(MAX_CHUNK_BYTES));
        is_whole = made->path != NULL && made->job != NULL && made->tools != NULL &&
            made->read_buffer != NULL;
    }
    for (int i = 0; is_whole && i <= made->n_threads; i++) {
        made->tools[i].compressor = twp_chunk_compressor_create(MAX_CHUNK_BYTES);
        made->tools[i].out = malloc(twp_chunk_bound(MAX_CHUNK_BYTES));
        is_whole = made->tools[i].compressor != NULL && made->tools[i].out != NULL;
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
    for (size_t i = 0; spool->job != NULL && i < spool->n_waiting; i++)
        free(spool->job[(spool->first_job + i) % spool->n_capacity].buffer);
    for (int i = 0; spool->tools != NULL && i <= spool->n_threads; i++) {
        twp_chunk_compressor_free(spool->tools[i].compressor);
        free(spool->tools[i].out);
    }
    while (spool->free_list != NULL) {
        free_buffer_t *const buffer = spool->free_list;
        spool->free_list = buffer->next;
        free(buffer);
    }
    if (spool->file >= 0)
        (void) close(spool->file); /* nothing in it is wanted any more */
    free(spool->job);
    free(spool->tools);
    free(spool->read_buffer);
    free(spool->path);
    omp_destroy_lock(&spool->lock);
    free(spool);
}

void
twp_spool_clear_row(twp_spool_row_t *row)
{
    free(row->piece);
    free(row->held);
    memset(row, 0, sizeof *row);
}

void *
twp_spool_take_buffer(twp_spool_t *spool)
{
    free_buffer_t *buffer;

    omp_set_lock(&spool->lock);
    buffer = spool->free_list;
    if (buffer != NULL)
        spool->free_list = buffer->next;
    omp_unset_lock(&spool->lock);
    return buffer != NULL ? buffer : malloc(MAX_CHUNK_BYTES);
}

/* Under the lock. */
static void
give_back(twp_spool_t *spool, void *buffer)
{
    free_buffer_t *const freed = buffer;

    freed->next = spool->free_list;
    spool->free_list = freed;
}

/* n bytes of the file that nobody else writes. */
static uint64_t
reserve(twp_spool_t *spool, size_t n)
{
    uint64_t offset;

    omp_set_lock(&spool->lock);
    offset = spool->end;
    spool->end += n;
    omp_unset_lock(&spool->lock);
    return offset;
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

/* Whether the row's loose elements are in memory, if n more come. */
static bool
is_held(twp_spool_t *spool, twp_spool_row_t *row, size_t n)
{
    if (row->held == NULL && row->n_loose == 0 && n >= LEAST_HELD && spool->n_held < MAX_HELD) {
        row->held = twp_spool_take_buffer(spool);
        spool->n_held += row->held != NULL;
    }
    return row->held != NULL;
}

twp_status_t
twp_spool_lay(twp_spool_t *spool, twp_spool_row_t *row, const void *elements, size_t size, size_t n,
    twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (is_held(spool, row, n)) {
        memcpy((unsigned char *) row->held + row->n_loose * size, elements, n * size);
    } else {
        if (row->loose == 0) /* room for a chunk, used again for the next one */
            row->loose = reserve(spool, size * TWP_CHUNK_ELEMENTS);
        status = write_at(spool, row->loose + row->n_loose * size, elements, n * size, err);
    }
    if (status == TWP_OK)
        row->n_loose += n;
    return status;
}

/* What is held, which the row has no longer; or NULL. */
static void *
let_go(twp_spool_t *spool, twp_spool_row_t *row)
{
    void *const held = row->held;

    row->held = NULL;
    spool->n_held -= held != NULL;
    return held;
}

twp_status_t
twp_spool_gather(
    twp_spool_t *spool, twp_spool_row_t *row, void *buffer, size_t size, twp_error_t *err)
{
    const size_t n = row->n_loose;
    void *const held = let_go(spool, row);

    row->n_loose = 0;
    if (held == NULL)
        return n > 0 ? read_at(spool, row->loose, buffer, n * size, err) : TWP_OK;
    memcpy(buffer, held, n * size);
    omp_set_lock(&spool->lock);
    give_back(spool, held);
    omp_unset_lock(&spool->lock);
    return TWP_OK;
}

twp_status_t
twp_spool_begin_chunk(
    twp_spool_t *spool, twp_spool_row_t *row, size_t size, void **buffer, twp_error_t *err)
{
    twp_status_t status;

    *buffer = let_go(spool, row);
    if (*buffer != NULL) {
        row->n_loose = 0;
        return TWP_OK;
    }
    *buffer = twp_spool_take_buffer(spool);
    if (*buffer == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory for a chunk", spool->path);
    status = twp_spool_gather(spool, row, *buffer, size, err);
    if (status != TWP_OK) {
        free(*buffer);
        *buffer = NULL;
    }
    return status;
}

/* ---- compressing ----------------------------------------------------------------------------- */

/* Fills piece, whose tag and bytes are those of the job. */
static twp_status_t
compress(twp_spool_t *spool, const tools_t *tools, const job_t *job, twp_spool_piece_t *piece,
    twp_error_t *err)
{
    size_t n_out;

    twp_content_digest_tag(job->buffer, job->n * job->size, piece->tag);
    if (job->is_tagged_only)
        return TWP_OK;
    n_out = twp_chunk_compress(tools->compressor, job->buffer, job->n_chunk, job->size, tools->out,
        twp_chunk_bound(MAX_CHUNK_BYTES));
    if (n_out == 0 || n_out > UINT32_MAX)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "%s: a chunk could not be compressed", spool->path);
    piece->offset = reserve(spool, n_out);
    piece->n_bytes = (uint32_t) n_out;
    return write_at(spool, piece->offset, tools->out, n_out, err);
}

/* The chunk that has waited longest, if there is one: compressed and written. */
static bool
run_job(twp_spool_t *spool, const tools_t *tools)
{
    twp_spool_piece_t piece = { 0 };
    twp_error_t err = { TWP_OK, "" };
    twp_status_t status;
    job_t job;

    omp_set_lock(&spool->lock);
    const bool is_there = spool->n_waiting > 0;
    if (is_there) {
        job = spool->job[spool->first_job];
        spool->first_job = (spool->first_job + 1) % spool->n_capacity;
        spool->n_waiting--;
        spool->n_running++;
    }
    omp_unset_lock(&spool->lock);
    if (!is_there)
        return false;
    status = compress(spool, tools, &job, &piece, &err);
    omp_set_lock(&spool->lock);
    job.row->piece[job.i_piece] = piece;
    give_back(spool, job.buffer);
    spool->n_running--;
    if (status != TWP_OK && spool->status == TWP_OK) {
        spool->status = status;
        spool->err = err;
    }
    omp_unset_lock(&spool->lock);
    return true;
}

bool
twp_spool_work(twp_spool_t *spool)
{
    const int i_thread = omp_get_thread_num();

    return i_thread < spool->n_threads && run_job(spool, &spool->tools[i_thread]);
}

/* The first failure of any thread. */
static twp_status_t
check(twp_spool_t *spool, twp_error_t *err)
{
    twp_status_t status;

    omp_set_lock(&spool->lock);
    status = spool->status;
    if (status != TWP_OK)
        (void) TWP_FAIL(err, status, "%s", spool->err.message);
    omp_unset_lock(&spool->lock);
    return status;
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

/* Puts the job at the end of those that wait, as the row's next piece; false where no memory is left. */
static bool
put_job(twp_spool_t *spool, job_t job)
{
    bool is_there;

    omp_set_lock(&spool->lock);
    is_there = reserve_piece(job.row);
    if (is_there) {
        job.i_piece = job.row->n_pieces++;
        spool->job[(spool->first_job + spool->n_waiting++) % spool->n_capacity] = job;
    }
    omp_unset_lock(&spool->lock);
    return is_there;
}

static bool
is_full(twp_spool_t *spool)
{
    bool is_full;

    omp_set_lock(&spool->lock);
    is_full = spool->n_waiting + spool->n_running == spool->n_capacity;
    omp_unset_lock(&spool->lock);
    return is_full;
}

/* Outside of a team, by one of its own. */
static void
run_all(twp_spool_t *spool)
{
#pragma omp parallel num_threads(spool->n_threads) if (spool->n_waiting > 1)
    while (run_job(spool, &spool->tools[omp_get_thread_num()]))
        continue;
}

twp_status_t
twp_spool_add(twp_spool_t *spool, twp_spool_row_t *row, void *buffer, size_t size, size_t n,
    size_t n_chunk, twp_error_t *err)
{
    const job_t job = { .row = row,
        .is_tagged_only = row->is_tagged_only,
        .buffer = buffer,
        .size = size,
        .n = n,
        .n_chunk = n_chunk };
    twp_status_t status;

    /* Some wait, as no thread is at more than one, and nobody else adds. */
    while (is_full(spool)) {
        if (omp_in_parallel())
            (void) run_job(spool, &spool->tools[spool->n_threads]);
        else
            run_all(spool);
    }
    status = check(spool, err);
    if (status == TWP_OK && !put_job(spool, job))
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory for a chunk", spool->path);
    if (status != TWP_OK)
        free(buffer);
    return status;
}

/* By a thread of a team whose others may be at a chunk. */
static void
wait_for_others(twp_spool_t *spool)
{
    const struct timespec idle = { 0, IDLE_NANOSECONDS };
    bool is_done = false;

    while (!is_done) {
        omp_set_lock(&spool->lock);
        is_done = spool->n_running == 0;
        omp_unset_lock(&spool->lock);
        if (!is_done)
            nanosleep(&idle, NULL);
    }
}

twp_status_t
twp_spool_flush(twp_spool_t *spool, twp_error_t *err)
{
    if (omp_in_parallel()) {
        while (run_job(spool, &spool->tools[spool->n_threads]))
            continue;
        wait_for_others(spool);
    } else {
        run_all(spool);
    }
    return check(spool, err);
}

twp_status_t
twp_spool_read(
    twp_spool_t *spool, const twp_spool_piece_t *piece, const void **bytes, twp_error_t *err)
{
    *bytes = spool->read_buffer;
    return read_at(spool, piece->offset, spool->read_buffer, piece->n_bytes, err);
}
