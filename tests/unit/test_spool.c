#include "results/spool.h"

#include "testlib.h"
#include "unit/results_sample.h"

#include <libdeflate.h>
#include <omp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define N_ROWS 3
#define N_MANY 40 /* more rows than keep their elements in memory */
#define N_CHUNKS 60
#define N_THREADS 4

typedef struct {
    twp_publish_t publish;
    twp_spool_t *spool;
    twp_spool_row_t row[N_ROWS];
} fixture_t;

static void
open_fixture(fixture_t *f, const char *folder)
{
    char *const path = testlib_join(folder, "a.h5");
    twp_error_t err = { TWP_OK, "" };

    memset(f, 0, sizeof *f);
    assert_ok(twp_publish_init(&f->publish, path, &err));
    assert_ok(twp_spool_create(&f->publish, N_THREADS, &f->spool, &err));
    free(path);
}

static void
close_fixture(fixture_t *f)
{
    twp_spool_free(f->spool);
    for (size_t i = 0; i < N_ROWS; i++)
        twp_spool_clear_row(&f->row[i]);
    twp_publish_clear(&f->publish);
}

/* Chunk i is of row i % N_ROWS, all of bytes that tell which it is; the last ones are padding. */
static size_t
fill(unsigned char *bytes, size_t i)
{
    const size_t n = TWP_CHUNK_ELEMENTS - i * 7;

    for (size_t k = 0; k < TWP_CHUNK_ELEMENTS; k++)
        bytes[k] = k < n ? (unsigned char) sample_bits(i, k) : 0;
    return n;
}

static twp_status_t
add(fixture_t *f, size_t i, twp_error_t *err)
{
    unsigned char *const buffer = twp_spool_take_buffer(f->spool);

    if (buffer == NULL)
        return TWP_ERR_MEMORY;
    const size_t n = fill(buffer, i);
    return twp_spool_add(f->spool, &f->row[i % N_ROWS], buffer, 1, n, TWP_CHUNK_ELEMENTS, err);
}

static size_t
n_unwritten(const fixture_t *f)
{
    size_t n = 0;

    for (size_t i = 0; i < N_CHUNKS; i++)
        n += f->row[i % N_ROWS].piece[i / N_ROWS].n_bytes == 0;
    return n;
}

/* One thread of a team adds and, if it is to, flushes; the others help. The first failure. */
static twp_status_t
add_all(fixture_t *f, bool flushes, int *n_helped, twp_error_t *err)
{
    atomic_bool is_over = false;
    atomic_int n_jobs = 0;
    twp_status_t status = TWP_OK;

#pragma omp parallel num_threads(N_THREADS)
    if (omp_get_thread_num() == 0) {
        for (size_t i = 0; i < N_CHUNKS && status == TWP_OK; i++)
            status = add(f, i, err);
        if (status == TWP_OK && flushes)
            status = twp_spool_flush(f->spool, err);
        if (status == TWP_OK && flushes && n_unwritten(f) > 0)
            status = TWP_ERR_FORMAT; /* others are at some still */
        atomic_store(&is_over, true);
    } else {
        while (!atomic_load(&is_over))
            if (twp_spool_work(f->spool))
                atomic_fetch_add(&n_jobs, 1);
    }
    *n_helped = atomic_load(&n_jobs);
    return status;
}

static void
check_pieces(fixture_t *f)
{
    struct libdeflate_decompressor *const reader = libdeflate_alloc_decompressor();
    unsigned char *const wanted = malloc(TWP_CHUNK_ELEMENTS),
                         *const back = malloc(TWP_CHUNK_ELEMENTS);
    unsigned char tag[TWP_CONTENT_TAG_BYTES];
    twp_error_t err = { TWP_OK, "" };

    assert_true(reader != NULL && wanted != NULL && back != NULL);
    for (size_t i = 0; i < N_CHUNKS; i++) {
        const twp_spool_row_t *const row = &f->row[i % N_ROWS];
        const size_t n = fill(wanted, i);
        const void *bytes;
        size_t n_back = 0;

        assert_int_equal(row->n_pieces, N_CHUNKS / N_ROWS);
        assert_ok(twp_spool_read(f->spool, &row->piece[i / N_ROWS], &bytes, &err));
        assert_int_equal(libdeflate_zlib_decompress(reader, bytes, row->piece[i / N_ROWS].n_bytes,
                             back, TWP_CHUNK_ELEMENTS, &n_back),
            LIBDEFLATE_SUCCESS);
        assert_int_equal(n_back, TWP_CHUNK_ELEMENTS);
        assert_same_bits(back, wanted, TWP_CHUNK_ELEMENTS);
        twp_content_digest_tag(wanted, n, tag);
        assert_same_bits(row->piece[i / N_ROWS].tag, tag, sizeof tag);
    }
    libdeflate_free_decompressor(reader);
    free(wanted);
    free(back);
}

static void
test_chunks_that_several_threads_compress_come_back_in_order(void **state)
{
    int n_helped = 0, n_helped_all = 0;

    for (int round = 0; round < 12; round++) {
        twp_error_t err = { TWP_OK, "" };
        fixture_t f;

        open_fixture(&f, *state);
        assert_ok(add_all(&f, round % 2 == 0, &n_helped, &err));
        assert_ok(twp_spool_flush(f.spool, &err)); /* what a team has left, by a team of its own */
        check_pieces(&f);
        n_helped_all += n_helped;
        close_fixture(&f);
    }
    assert_true(n_helped_all > 0);
}

static int32_t
loose_number(size_t round, size_t i_piece, size_t i)
{
    return (int32_t) sample_bits(1000 * round + i_piece, i);
}

/* Three pieces of n elements for each of many rows, in turn. */
static void
lay_pieces(fixture_t *f, twp_spool_row_t *row, size_t round, size_t n, int32_t *number)
{
    twp_error_t err = { TWP_OK, "" };

    for (size_t k = 0; k < (size_t) 3 * N_MANY; k++) {
        for (size_t i = 0; i < n; i++)
            number[i] = loose_number(round, k, i);
        assert_ok(twp_spool_lay(f->spool, &row[k % N_MANY], number, sizeof *number, n, &err));
    }
}

/* Takes row k's elements back, in number or in a buffer; whether they were in memory. */
static bool
check_loose(fixture_t *f, twp_spool_row_t *row, size_t round, size_t k, size_t n, int32_t *number)
{
    const bool is_held = row->held != NULL;
    twp_error_t err = { TWP_OK, "" };
    void *buffer = NULL;

    assert_int_equal(row->n_loose, 3 * n);
    if (round < 2)
        assert_ok(twp_spool_gather(f->spool, row, number, sizeof *number, &err));
    else
        assert_ok(twp_spool_begin_chunk(f->spool, row, sizeof *number, &buffer, &err));
    const int32_t *const back = round < 2 ? number : buffer;

    assert_int_equal(row->n_loose, 0);
    assert_null(row->held);
    for (size_t i = 0; i < 3 * n; i++)
        assert_int_equal(back[i], loose_number(round, k + i / n * N_MANY, i % n));
    free(buffer);
    return is_held;
}

/* By pieces of 1,000 elements, which wait in the file, and of 5,000, which wait in memory for as many rows as may. */
static void
test_loose_elements_come_back_wherever_they_wait(void **state)
{
    int32_t *const number = malloc(sizeof(int32_t) * TWP_CHUNK_ELEMENTS);
    twp_spool_row_t row[N_MANY] = { 0 };
    twp_error_t err = { TWP_OK, "" };
    fixture_t f;

    assert_non_null(number);
    open_fixture(&f, *state);
    for (size_t round = 0; round < 4; round++) {
        const size_t n = round % 2 == 0 ? 1000 : 5000;
        int n_held = 0;

        lay_pieces(&f, row, round, n, number);
        for (size_t k = 0; k < N_MANY; k++)
            n_held += check_loose(&f, &row[k], round, k, n, number);
        assert_in_range(n_held, round % 2, round % 2 == 0 ? 0 : 16);
    }
    assert_ok(twp_spool_lay(f.spool, &row[0], number, sizeof *number, 5000, &err));
    for (size_t k = 0; k < N_MANY; k++)
        twp_spool_clear_row(&row[k]);
    close_fixture(&f);
    free(number);
}

static void
test_chunks_that_come_outside_of_a_team_come_back_in_order(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    fixture_t f;

    open_fixture(&f, *state);
    for (size_t i = 0; i < N_CHUNKS; i++)
        assert_ok(add(&f, i, &err));
    assert_ok(twp_spool_flush(f.spool, &err));
    check_pieces(&f);
    close_fixture(&f);
}

static void
test_chunks_that_nobody_came_for_are_given_back(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    fixture_t f;

    open_fixture(&f, *state);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_ok(add(&f, i, &err));
    close_fixture(&f); /* under a sanitizer, nothing leaks */
}

/* A file may not grow beyond some chunks: whoever writes, who adds or flushes hears of it, again and again. */
static void
test_a_failure_of_any_thread_is_told(void **state)
{
    struct rlimit before, small;
    int n_helped = 0;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    (void) signal(SIGXFSZ, SIG_IGN);
    small = before;
    small.rlim_cur = 5 * TWP_CHUNK_ELEMENTS;
    for (int round = 0; round < 4; round++) {
        twp_error_t err = { TWP_OK, "" };
        twp_status_t status;
        fixture_t f;

        open_fixture(&f, *state);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        status = add_all(&f, true, &n_helped, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(status, TWP_ERR_IO);
        assert_non_null(strstr(err.message, "cannot write rows"));
        memset(&err, 0, sizeof err);
        assert_int_equal(twp_spool_flush(f.spool, &err), TWP_ERR_IO);
        assert_non_null(strstr(err.message, "cannot write rows"));
        close_fixture(&f);
    }
    (void) signal(SIGXFSZ, SIG_DFL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_chunks_that_several_threads_compress_come_back_in_order, testlib_setup_folder,
            testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_loose_elements_come_back_wherever_they_wait,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_chunks_that_come_outside_of_a_team_come_back_in_order,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_chunks_that_nobody_came_for_are_given_back,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(
            test_a_failure_of_any_thread_is_told, testlib_setup_folder, testlib_teardown_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
