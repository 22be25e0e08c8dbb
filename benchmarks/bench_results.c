/*
 * Event rows into a results file and back: the columns that lives of the reference study leave, handed
 * to the writer in pieces of the size of a block, closed, and read again; nanoseconds of CPU a row. The
 * floors in the same run: copying the columns, and libdeflate at level 1 over their shuffled chunks.
 */
#include "bench.h"
#include "bench_reference.h"

#include "record/recorder.h"
#include "results/chunk.h"
#include "results/reader.h"
#include "results/writer.h"

#include <libdeflate.h>
#include <string.h>
#include <unistd.h>

#define N_ROWS (16 * TWP_CHUNK_ELEMENTS)
#define N_PIECE 150000
#define N_COLUMNS 4
#define N_REPEATS 9

typedef struct {
    const char *name, *path;
    twp_type_t type;
    size_t size;
    void *values; /* [N_ROWS] */
} column_t;

/** Rows of lives, in the order in which a run leaves them. */
static void
live_rows(reference_t *r, column_t *column)
{
    twp_error_t err = { TWP_OK, "" };
    twp_recorder_plan_t *plan = NULL;
    twp_record_block_t block = { 0 };
    twp_twin_t twin = { 0 };
    int32_t *const path = column[3].values;
    int64_t n = 0;
    int i_bad;

    must(twp_recorder_plan_create(r->study, r->model[0], &plan, &err), &err);
    twp_twin_layout(r->model[0], r->memory, &twin);
    for (int i = 0; n < N_ROWS; i++) {
        const twp_model_t *const model = r->model[i % 2];
        if (!twp_population_draw_twin(r->plan[i % 2], i / 2, &twin, &i_bad))
            exit(1);
        must(twp_recorder_begin_path(&block, &err), &err);
        r->log.n = 0;
        twp_kernel_start(model, &twin, &r->log);
        for (bool is_full = true; is_full;) {
            must(twp_recorder_take(plan, &block, r->log.row, r->log.n, &err), &err);
            r->log.n = 0;
            twin.mark = TWP_MARK_NONE;
            twp_kernel_advance(model, &twin, twin.end_days, &r->log);
            is_full = twin.mark == TWP_MARK_LOG_FULL;
        }
        must(twp_recorder_take(plan, &block, r->log.row, r->log.n, &err), &err);
        for (; n < block.n_events && n < N_ROWS; n++)
            path[n] = i;
    }
    memcpy(column[0].values, block.event_time, N_ROWS * column[0].size);
    memcpy(column[1].values, block.event_code, N_ROWS * column[1].size);
    memcpy(column[2].values, block.event_value, N_ROWS * column[2].size);
    twp_recorder_clear_block(&block);
    twp_recorder_plan_free(plan);
}

static void
write_rows(const char *path, const column_t *column, int n_threads)
{
    const twp_results_options_t options = { .overwrite = true, .n_threads = n_threads };
    twp_results_writer_t *writer = NULL;
    twp_error_t err = { TWP_OK, "" };
    int stream[N_COLUMNS];

    must(twp_results_writer_open(path, &options, &writer, &err), &err);
    must(twp_results_group(writer, "events", &err), &err);
    must(twp_results_dimension_plain(writer, "events", "event", TWP_LENGTH_UNKNOWN, &err), &err);
    for (int c = 0; c < N_COLUMNS; c++) {
        twp_field_t field;
        must(twp_columns_field("events", column[c].name, column[c].type, NULL, &field, &err), &err);
        must(twp_results_stream(writer, "events", &field, &stream[c], &err), &err);
    }
    for (size_t i = 0; i < N_ROWS; i += N_PIECE)
        for (int c = 0; c < N_COLUMNS; c++)
            must(twp_results_append(writer, stream[c], 0,
                     N_ROWS - i < N_PIECE ? N_ROWS - i : N_PIECE,
                     (const char *) column[c].values + i * column[c].size, &err),
                &err);
    must(twp_results_close(writer, "complete", NULL, &err), &err);
}

static double
read_rows(const char *path, const column_t *column)
{
    twp_reader_t *reader = NULL;
    twp_error_t err = { TWP_OK, "" };
    double sum = 0;

    must(twp_reader_open(path, &reader, &err), &err);
    for (int c = 0; c < N_COLUMNS; c++) {
        char *const values = malloc(N_ROWS * column[c].size);
        const size_t start = 0, count = N_ROWS;
        if (values == NULL)
            exit(1);
        must(twp_reader_read_slice(
                 reader, column[c].path, column[c].type, &start, &count, values, &err),
            &err);
        if (memcmp(values, column[c].values, N_ROWS * column[c].size) != 0)
            exit(1);
        sum += values[0];
        free(values);
    }
    twp_reader_close(reader);
    return sum;
}

static size_t
copy_rows(const column_t *column, void *to)
{
    size_t n_bytes = 0;

    for (int c = 0; c < N_COLUMNS; c++) {
        memcpy(to, column[c].values, N_ROWS * column[c].size);
        bench_use(to);
        n_bytes += N_ROWS * column[c].size;
    }
    return n_bytes;
}

/** Bytes of the chunks when libdeflate alone compresses them, shuffled. */
static size_t
deflate_rows(const column_t *column, struct libdeflate_compressor *deflate, unsigned char *planes,
    unsigned char *out, size_t n_out)
{
    size_t n_bytes = 0;

    for (int c = 0; c < N_COLUMNS; c++)
        for (size_t i = 0; i < N_ROWS; i += TWP_CHUNK_ELEMENTS) {
            twp_chunk_shuffle((const char *) column[c].values + i * column[c].size,
                TWP_CHUNK_ELEMENTS, column[c].size, planes);
            n_bytes += libdeflate_zlib_compress(
                deflate, planes, TWP_CHUNK_ELEMENTS * column[c].size, out, n_out);
        }
    return n_bytes;
}

/** Bytes of the chunks as the writer compresses them. */
static size_t
compress_rows(
    const column_t *column, twp_chunk_compressor_t *compressor, unsigned char *out, size_t n_out)
{
    size_t n_bytes = 0;

    for (int c = 0; c < N_COLUMNS; c++)
        for (size_t i = 0; i < N_ROWS; i += TWP_CHUNK_ELEMENTS)
            n_bytes += twp_chunk_compress(compressor,
                (const char *) column[c].values + i * column[c].size, TWP_CHUNK_ELEMENTS,
                column[c].size, out, n_out);
    return n_bytes;
}

static void
bench_memory(const column_t *column, double *copy_ns, double *deflate_ns)
{
    const size_t n_out = 2 * 8 * TWP_CHUNK_ELEMENTS + 4096;
    struct libdeflate_compressor *const deflate = libdeflate_alloc_compressor(1);
    twp_chunk_compressor_t *const compressor = twp_chunk_compressor_create(8 * TWP_CHUNK_ELEMENTS);
    unsigned char *const planes = malloc(8 * TWP_CHUNK_ELEMENTS), *const out = malloc(n_out);
    void *const to = malloc(8 * N_ROWS);
    bench_t copy = bench_start("results", "memcpy", "row", N_ROWS, N_REPEATS);
    bench_t floor = bench_start("results", "libdeflate level 1", "row", N_ROWS, N_REPEATS);
    bench_t own = bench_start("results", "compress in memory", "row", N_ROWS, N_REPEATS);
    size_t n_floor = 0, n_own = 0, n_copied = 0;

    if (deflate == NULL || compressor == NULL || planes == NULL || out == NULL || to == NULL)
        exit(1);
    while (bench_goes_on(&copy))
        n_copied = copy_rows(column, to);
    while (bench_goes_on(&floor))
        n_floor = deflate_rows(column, deflate, planes, out, n_out);
    while (bench_goes_on(&own))
        n_own = compress_rows(column, compressor, out, n_out);
    bench_print(&copy);
    bench_print(&floor);
    bench_print(&own);
    bench_print_value("results", "a row in memory", "bytes", (double) n_copied / N_ROWS);
    bench_print_value("results", "libdeflate level 1", "bytes/row", (double) n_floor / N_ROWS);
    bench_print_value("results", "compress in memory", "bytes/row", (double) n_own / N_ROWS);
    *copy_ns = bench_cpu_ns(&copy);
    *deflate_ns = bench_cpu_ns(&floor);
    libdeflate_free_compressor(deflate);
    twp_chunk_compressor_free(compressor);
    free(planes);
    free(out);
    free(to);
}

static void
bench_files(const char *path, const column_t *column, double copy_ns, double deflate_ns)
{
    bench_t one = bench_start("results", "write, 1 thread", "row", N_ROWS, N_REPEATS);
    bench_t two = bench_start("results", "write, 2 threads", "row", N_ROWS, N_REPEATS);
    bench_t read = bench_start("results", "read", "row", N_ROWS, N_REPEATS);
    double sum = 0;

    while (bench_goes_on(&one))
        write_rows(path, column, 1);
    while (bench_goes_on(&two))
        write_rows(path, column, 2);
    while (bench_goes_on(&read))
        sum += read_rows(path, column);
    bench_use(&sum);
    bench_print(&one);
    bench_print(&two);
    bench_print(&read);
    bench_print_value("results", "write, 1 thread", "ratio to libdeflate level 1",
        bench_cpu_ns(&one) / deflate_ns);
    bench_print_value("results", "write, 2 threads", "CPU over that of 1 thread",
        bench_cpu_ns(&two) / bench_cpu_ns(&one));
    bench_print_value("results", "read", "ratio to memcpy", bench_cpu_ns(&read) / copy_ns);
}

int
main(void)
{
    column_t column[N_COLUMNS] = {
        { "event_time", "events/event_time", TWP_TYPE_FLOAT64, sizeof(double), NULL },
        { "event_code", "events/event_code", TWP_TYPE_INT16, sizeof(int16_t), NULL },
        { "event_value", "events/event_value", TWP_TYPE_FLOAT32, sizeof(float), NULL },
        { "event_path", "events/event_path", TWP_TYPE_INT32, sizeof(int32_t), NULL },
    };
    char folder[] = "/tmp/twp_bench_XXXXXX", path[512];
    reference_t reference = { 0 };
    double copy_ns, deflate_ns;

    twp_results_setup();
    open_reference(&reference);
    for (int c = 0; c < N_COLUMNS; c++)
        if ((column[c].values = malloc(N_ROWS * column[c].size)) == NULL)
            return 1;
    live_rows(&reference, column);
    if (mkdtemp(folder) == NULL)
        return 1;
    (void) snprintf(path, sizeof path, "%s/rows.h5", folder);
    bench_memory(column, &copy_ns, &deflate_ns);
    bench_files(path, column, copy_ns, deflate_ns);
    for (int i = 0; i < 2; i++) {
        (void) snprintf(path, sizeof path, "%s/rows.h5%s", folder, i == 0 ? "" : ".sha256");
        (void) unlink(path);
    }
    for (int c = 0; c < N_COLUMNS; c++)
        free(column[c].values);
    return rmdir(folder) == 0 ? 0 : 1;
}
