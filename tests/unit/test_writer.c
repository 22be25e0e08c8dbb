#include "results/writer.h"

#include "results/content_digest.h"
#include "results/layout_check.h"
#include "results/reader.h"
#include "testlib.h"
#include "unit/results_sample.h"

#include <dirent.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t
count_entries(const char *folder)
{
    DIR *const opened = opendir(folder);
    size_t n = 0;

    assert_non_null(opened);
    while (readdir(opened) != NULL)
        n++;
    (void) closedir(opened);
    return n - 2; /* . and .. */
}

static twp_results_writer_t *
open_writer(const char *path)
{
    twp_results_writer_t *writer = NULL;
    twp_error_t err = { 0 };

    assert_ok(twp_results_writer_open(path, NULL, &writer, &err));
    assert_ok(twp_results_group(writer, "draws", &err));
    return writer;
}

static void
check_same_files(const char *a, const char *b)
{
    size_t n_a, n_b;
    char *const bytes_a = testlib_read_file(a, &n_a), *const bytes_b = testlib_read_file(b, &n_b);

    assert_int_equal(n_a, n_b);
    assert_same_bits(bytes_a, bytes_b, n_a);
    free(bytes_a);
    free(bytes_b);
}

/* ---- round trips ----------------------------------------------------------------------------- */

static void
fill_numbers(twp_type_t type, unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t random = sample_bits(3 + (uint64_t) type, i);
        const double f64 = i % 7 == 3 ? NAN : (double) (int64_t) random * 1e-3;
        const float f32 = i % 7 == 3 ? NAN : (float) f64;
        const size_t size = twp_type_size(type);
        memcpy(bytes + i * size,
            type == TWP_TYPE_FLOAT64       ? (const void *) &f64
                : type == TWP_TYPE_FLOAT32 ? (const void *) &f32
                                           : (const void *) &random,
            size);
    }
}

/* Writes one array and reads it back whole. */
static void
check_array(const char *path, twp_type_t type, int n_dims, const size_t *length)
{
    static const char *const names[] = { "a", "b", "c", "d", "e" };
    twp_field_t field = { .name = "x", .type = type, .n_dims = n_dims };
    size_t start[TWP_FIELD_DIMS_MAX] = { 0 }, n = 1, size = twp_type_size(type);
    twp_results_writer_t *const writer = open_writer(path);
    twp_reader_t *reader = NULL;
    twp_dataset_info_t info;
    twp_error_t err = { 0 };
    unsigned char *data, *back;

    for (int i = 0; i < n_dims; i++) {
        n *= length[i];
        field.dims[i] = names[i];
        assert_ok(twp_results_dimension_plain(writer, "draws", names[i], length[i], &err));
    }
    data = malloc(n * size + 1);
    back = malloc(n * size + 1);
    assert_true(data != NULL && back != NULL);
    fill_numbers(type, data, n);
    assert_ok(twp_results_write(writer, "draws", &field, data, &err));
    assert_ok(twp_results_close(writer, "complete", NULL, &err));

    assert_ok(twp_reader_open(path, &reader, &err));
    assert_ok(twp_reader_info(reader, "draws/x", &info, &err));
    assert_int_equal(info.type, type);
    assert_int_equal(info.n_dims, n_dims);
    for (int i = 0; i < n_dims; i++) {
        assert_int_equal(info.length[i], length[i]);
        assert_string_equal(info.dim[i], names[i]);
    }
    assert_true(info.is_chunked && info.is_shuffled && info.is_deflated);
    assert_ok(twp_reader_read_slice(reader, "draws/x", type, start, length, back, &err));
    assert_same_bits(back, data, n * size);
    twp_reader_close(reader);
    free(data);
    free(back);
}

static void
test_every_type_and_shape_comes_back_as_it_was(void **state)
{
    static const struct {
        int n_dims;
        size_t length[TWP_FIELD_DIMS_MAX];
    } shapes[] = {
        { 1, { 0 } },
        { 1, { 1 } },
        { 1, { 65536 } },
        { 1, { 65537 } },
        { 2, { 3, 70001 } },
        { 2, { 70001, 3 } },
        { 3, { 2, 0, 5 } },
        { 3, { 41, 40, 43 } },
        { 4, { 3, 2, 5, 7 } },
        { 5, { 7, 11, 2, 13, 37 } },
    };

    for (int type = 0; type < TWP_TYPE_TEXT; type++)
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            char name[32];
            char *path;
            (void) snprintf(name, sizeof name, "%d-%zu.h5", type, i);
            path = testlib_join(*state, name);
            check_array(path, (twp_type_t) type, shapes[i].n_dims, shapes[i].length);
            free(path);
        }
}

/* Streams around the ends of chunks, in one and two dimensions. */
static void
test_streams_of_any_length_come_back_as_they_were(void **state)
{
    static const size_t lengths[] = { 0, 1, 65535, 65536, 65537, 200000 };
    const char *const labels[] = { "usual", "nurse" };

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const size_t n = lengths[i];
        char *const path = testlib_join(*state, "stream.h5");
        const twp_field_t field = {
            .name = "x", .type = TWP_TYPE_FLOAT32, .n_dims = 2, .dims = { "strategy", "twin" }
        };
        twp_results_writer_t *writer = open_writer(path);
        float *const data = malloc((2 * n + 1) * sizeof *data), *back = NULL;
        twp_reader_t *reader = NULL;
        twp_error_t err = { 0 };
        size_t n_back, n_done[2] = { 0, 0 };
        int stream;

        fill_numbers(TWP_TYPE_FLOAT32, (unsigned char *) data, 2 * n);
        assert_ok(twp_results_dimension_labels(writer, "draws", "strategy", 2, labels, NULL, &err));
        assert_ok(twp_results_dimension_plain(writer, "draws", "twin", TWP_LENGTH_UNKNOWN, &err));
        assert_ok(twp_results_stream(writer, "draws", &field, &stream, &err));
        for (size_t row = 0, step = 1; n_done[0] < n || n_done[1] < n; row = 1 - row, step += 997) {
            const size_t left = n - n_done[row], n_now = left < step ? left : step;
            assert_ok(
                twp_results_append(writer, stream, row, n_now, data + row * n + n_done[row], &err));
            n_done[row] += n_now;
        }
        assert_int_equal(twp_results_stream_length(writer, stream, 1), n);
        assert_ok(twp_results_close(writer, "complete", NULL, &err));
        assert_ok(twp_reader_open(path, &reader, &err));
        assert_ok(twp_reader_read_float32(reader, "draws/x", &back, &n_back, &err));
        assert_int_equal(n_back, 2 * n);
        assert_same_bits(back, data, 2 * n * sizeof *data);
        twp_reader_close(reader);
        assert_int_equal(unlink(path), 0);
        free(data);
        free(back);
        free(path);
    }
}

static void
check_text(twp_reader_t *reader, const char *object, const char *name, const char *want)
{
    twp_error_t err = { 0 };
    char *got = NULL;

    assert_ok(twp_reader_attribute_text(reader, object, name, &got, &err));
    assert_string_equal(got, want);
    free(got);
}

static void
test_attributes_and_texts_come_back_as_they_were(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    const sample_t sample = sample_small();
    twp_attribute_value_t flags;
    twp_reader_t *reader = NULL;
    twp_error_t err = { 0 };
    char **texts = NULL, *text = NULL;
    double seconds = 0;
    int32_t n_twins = 0;
    size_t n;

    assert_ok(sample_write(path, &sample, NULL, &err));
    assert_ok(twp_reader_open(path, &reader, &err));
    check_text(reader, "", "Conventions", "CF-1.10");
    check_text(reader, "", "twinpath_layout", "1.3");
    check_text(reader, "", "title", "A sample, \xC3\xA4\xC3\xB6\xC3\xBC");
    check_text(reader, "", "status", "complete");
    check_text(reader, "events", "featureType", "timeSeries");
    check_text(reader, "events/path", "cf_role", "timeseries_id");
    check_text(reader, "events/row_size", "sample_dimension", "event");
    check_text(reader, "events/event_value", "coordinates", "event_time");
    check_text(reader, "contrasts/cost_diff", "units", "EUR");
    check_text(reader, "summary/pdc_mean", "cell_methods", "twin: mean");
    check_text(
        reader, "trajectories/therapy", "flag_meanings", "waiting taking stopped dead unknown");
    assert_ok(twp_reader_attribute(reader, "trajectories/therapy", "flag_values", &flags, &err));
    assert_int_equal(flags.type, TWP_TYPE_INT8);
    assert_int_equal(flags.n, 5);
    assert_memory_equal(flags.values, "\0\1\2\3\4", 5);
    free(flags.values);
    assert_ok(twp_reader_attribute_int32(reader, "", "n_twins", &n_twins, &err));
    assert_int_equal(n_twins, 500);
    assert_ok(twp_reader_attribute_float64(reader, "session", "cpu_seconds", &seconds, &err));
    assert_near(seconds, 1.5, 0);
    assert_ok(twp_reader_read_texts(reader, "events/event_name", &texts, &n, &err));
    assert_int_equal(n, 5);
    assert_string_equal(texts[1], "patient.therapy.stop");
    twp_reader_free_texts(texts, n);
    assert_ok(twp_reader_read_text(reader, "provenance/study_yaml", &text, &err));
    assert_string_equal(text, "study: x\n");
    free(text);
    assert_ok(twp_reader_read_text(reader, "provenance/overrides", &text, &err));
    assert_string_equal(text, "");
    free(text);
    twp_reader_close(reader);
    free(path);
}

/* ---- the whole file -------------------------------------------------------------------------- */

static void
test_a_file_of_every_group_follows_the_layout_and_its_digest_is_that_of_its_content(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    char written[TWP_CONTENT_DIGEST_HEX_SIZE], read[TWP_CONTENT_DIGEST_HEX_SIZE];
    sample_t sample = sample_small();
    twp_reader_t *reader = NULL;
    twp_error_t err = { 0 };

    for (int i = 0; i < 3; i++) {
        sample.overwrite = true;
        sample.n_twins = i == 0 ? 500 : i == 1 ? 1 : 70000;
        sample.n_events = i == 0 ? 3000 : i == 1 ? 0 : 140001;
        assert_ok(sample_write(path, &sample, written, &err));
        assert_int_equal(strlen(written), 64);
        assert_ok(twp_results_content_digest(path, read, &err));
        assert_string_equal(read, written);
        assert_ok(twp_results_check_layout(path, &err));
        assert_ok(twp_reader_open(path, &reader, &err));
        check_text(reader, "", "content_digest", written);
        twp_reader_close(reader);
    }
    free(path);
}

static herr_t
count_scale(hid_t dataset, unsigned dim, hid_t scale, void *n)
{
    /* Both ways: the column names the dimension, the dimension the column. */
    *(int *) n += H5DSis_attached(dataset, scale, dim) > 0;
    return 0;
}

static herr_t
check_scales(hid_t root, const char *name, const H5O_info_t *info, void *n_columns)
{
    const hid_t object = H5Oopen(root, name, H5P_DEFAULT);

    assert_true(object >= 0);
    if (info->type == H5O_TYPE_DATASET && H5DSis_scale(object) == 0) {
        const hid_t space = H5Dget_space(object);
        const int n_dims = H5Sget_simple_extent_ndims(space);
        int n_attached = 0;
        for (int dim = 0; dim < n_dims; dim++) {
            assert_int_equal(H5DSget_num_scales(object, (unsigned) dim), 1);
            assert_true(
                H5DSiterate_scales(object, (unsigned) dim, NULL, count_scale, &n_attached) >= 0);
        }
        assert_int_equal(n_attached, n_dims);
        *(int *) n_columns += n_dims > 0;
        assert_true(H5Sclose(space) >= 0);
    }
    assert_true(H5Oclose(object) >= 0);
    return 0;
}

static void
test_hdf5s_own_functions_find_each_column_attached_to_its_dimensions(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    const sample_t sample = sample_small();
    twp_error_t err = { 0 };
    int n_columns = 0;
    hid_t file;

    assert_ok(sample_write(path, &sample, NULL, &err));
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    assert_true(H5Ovisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, check_scales, &n_columns) >= 0);
    assert_true(n_columns > 30);
    assert_true(H5Fclose(file) >= 0);
    free(path);
}

/* The list of a dimension's columns is then longer than the 64 KiB that a header's message holds. */
static void
test_a_dimension_has_thousands_of_columns(void **state)
{
    enum { N_COLUMNS = 4200 };
    char *const path = testlib_join(*state, "wide.h5");
    twp_results_writer_t *const writer = open_writer(path);
    const double values[] = { 1, 2 };
    twp_reader_t *reader = NULL;
    twp_dataset_info_t info;
    twp_error_t err = { 0 };
    char name[32];
    hid_t file, first, last, scale;

    assert_ok(twp_results_dimension_plain(writer, "draws", "a", 2, &err));
    for (int i = 0; i < N_COLUMNS; i++) {
        twp_field_t field = {
            .name = name, .type = TWP_TYPE_FLOAT64, .n_dims = 1, .dims = { "a" }
        };
        (void) snprintf(name, sizeof name, "column_%04d", i);
        assert_ok(twp_results_write(writer, "draws", &field, values, &err));
    }
    assert_ok(twp_results_close(writer, "complete", NULL, &err));

    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    first = H5Dopen2(file, "draws/column_0000", H5P_DEFAULT);
    last = H5Dopen2(file, "draws/column_4199", H5P_DEFAULT);
    scale = H5Dopen2(file, "draws/a", H5P_DEFAULT);
    assert_true(file >= 0 && first >= 0 && last >= 0 && scale >= 0);
    assert_int_equal(H5DSis_attached(first, scale, 0), 1);
    assert_int_equal(H5DSis_attached(last, scale, 0), 1);
    assert_true(H5Dclose(first) >= 0 && H5Dclose(last) >= 0 && H5Dclose(scale) >= 0);
    assert_true(H5Fclose(file) >= 0);

    assert_ok(twp_reader_open(path, &reader, &err));
    assert_ok(twp_reader_info(reader, "draws/column_4199", &info, &err));
    assert_string_equal(info.dim[0], "a");
    twp_reader_close(reader);
    free(path);
}

static void
test_equal_content_gives_equal_bytes_however_it_was_appended_and_when(void **state)
{
    static const struct {
        size_t chop;
        int n_threads;
    } ways[] = { { 1000, 1 }, { 65536, 2 }, { 77, 2 }, { 1000000, 4 } };
    char *const first = testlib_join(*state, "first.h5"),
                *const other = testlib_join(*state, "o.h5");
    sample_t sample = sample_small();
    twp_error_t err = { 0 };

    sample.n_twins = 70000;
    sample.n_events = 300000;
    for (size_t i = 0; i < 4; i++) {
        sample.chop = ways[i].chop;
        sample.n_threads = ways[i].n_threads;
        sample.overwrite = true;
        if (i == 1)
            (void) sleep(2); /* a time of day in the file would show */
        assert_ok(sample_write(i == 0 ? first : other, &sample, NULL, &err));
        if (i > 0)
            check_same_files(first, other);
    }
    free(first);
    free(other);
}

/* Freed memory with other content would show wherever a byte of the file was never set. */
static void
test_unset_memory_does_not_reach_the_file(void **state)
{
    char *paths[2], self[4096] = "";

    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    for (int i = 0; i < 2; i++) {
        char perturb[32];
        testlib_outcome_t outcome;
        paths[i] = testlib_join(*state, i == 0 ? "a.h5" : "b.h5");
        (void) snprintf(perturb, sizeof perturb, "MALLOC_PERTURB_=%d", i == 0 ? 85 : 170);
        outcome = testlib_run("env", perturb, self, "write", paths[i]);
        assert_int_equal(outcome.exit_code, 0);
        testlib_clear_outcome(&outcome);
    }
    check_same_files(paths[0], paths[1]);
    free(paths[0]);
    free(paths[1]);
}

static void
test_the_digest_sees_every_value_but_not_the_session_or_the_build(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    char base[TWP_CONTENT_DIGEST_HEX_SIZE], other[TWP_CONTENT_DIGEST_HEX_SIZE];
    sample_t sample = sample_small();
    twp_error_t err = { 0 };

    sample.overwrite = true;
    assert_ok(sample_write(path, &sample, base, &err));
    sample.with_session = false;
    assert_ok(sample_write(path, &sample, other, &err));
    assert_string_equal(base, other);
    sample.seed++;
    assert_ok(sample_write(path, &sample, other, &err));
    assert_string_not_equal(base, other);
    sample.seed--;
    sample.n_events++;
    assert_ok(sample_write(path, &sample, other, &err));
    assert_string_not_equal(base, other);
    sample.n_events--;
    assert_ok(sample_write(path, &sample, other, &err));
    assert_string_equal(base, other);
    free(path);
}

/* One flipped bit in one element, in each row and piece of a column, changes the digest. */
static void
test_the_digest_sees_one_bit_of_one_element(void **state)
{
    static const size_t places[] = { 0, 65535, 65536, 69999, 70000, 139999 };
    char *const path = testlib_join(*state, "bit.h5");
    char base[TWP_CONTENT_DIGEST_HEX_SIZE] = "", got[TWP_CONTENT_DIGEST_HEX_SIZE];
    const twp_field_t field = {
        .name = "x", .type = TWP_TYPE_INT32, .n_dims = 2, .dims = { "a", "b" }
    };
    int32_t *const data = calloc(140000, sizeof *data);

    for (size_t i = 0; i < 7; i++) {
        const twp_results_options_t options = { .overwrite = true };
        twp_results_writer_t *writer = NULL;
        twp_error_t err = { 0 };
        if (i > 0)
            data[places[i - 1]] ^= 1 << 13;
        assert_ok(twp_results_writer_open(path, &options, &writer, &err));
        assert_ok(twp_results_group(writer, "draws", &err));
        assert_ok(twp_results_dimension_plain(writer, "draws", "a", 2, &err));
        assert_ok(twp_results_dimension_plain(writer, "draws", "b", 70000, &err));
        assert_ok(twp_results_write(writer, "draws", &field, data, &err));
        assert_ok(twp_results_close(writer, "complete", got, &err));
        if (i == 0)
            memcpy(base, got, sizeof base);
        else
            assert_string_not_equal(got, base);
        if (i > 0)
            data[places[i - 1]] ^= 1 << 13;
    }
    free(data);
    free(path);
}

static void
test_a_run_stopped_early_publishes_fewer_twins_as_partial(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    sample_t sample = sample_small();
    twp_reader_t *reader = NULL;
    twp_dataset_info_t info;
    twp_error_t err = { 0 };

    sample.status = "partial";
    sample.n_twins = 321;
    assert_ok(sample_write(path, &sample, NULL, &err));
    assert_ok(twp_reader_open(path, &reader, &err));
    check_text(reader, "", "status", "partial");
    assert_ok(twp_reader_info(reader, "outcomes/pdc", &info, &err));
    assert_int_equal(info.length[1], 321);
    twp_reader_close(reader);
    free(path);
}

/* ---- what is refused ------------------------------------------------------------------------- */

typedef struct {
    const char *what;
    twp_field_t field;
    const char *message;
} wrong_t;

static void
test_wrong_fields_are_refused_and_leave_nothing(void **state)
{
    static const char *const blank[] = { "not ready", "ready" };
    static const char *const good[] = { "no", "yes" };
    static const int32_t large[] = { 0, 200 };
    static const wrong_t wrong[] = {
        { "name", { .name = "Cost", .type = TWP_TYPE_FLOAT64, .n_dims = 1, .dims = { "n" } },
            "[a-z]" },
        { "type", { .name = "x", .type = (twp_type_t) 9, .n_dims = 1, .dims = { "n" } },
            "the type is unknown" },
        { "scalar", { .name = "x", .type = TWP_TYPE_INT32 }, "needs a dimension" },
        { "dims", { .name = "x", .type = TWP_TYPE_INT32, .n_dims = 6 }, "too many dimensions" },
        { "dim", { .name = "x", .type = TWP_TYPE_INT32, .n_dims = 1, .dims = { "m" } },
            "no dimension m was declared" },
        { "length", { .name = "x", .type = TWP_TYPE_INT32, .n_dims = 1, .dims = { "u" } },
            "dimension u has no length" },
        { "is a dimension", { .name = "n", .type = TWP_TYPE_INT32, .n_dims = 1, .dims = { "u" } },
            "draws/n" },
        { "utf8",
            { .name = "x", .type = TWP_TYPE_INT32, .n_dims = 1, .dims = { "n" }, .units = "\xFF" },
            "not UTF-8" },
        { "flag type",
            { .name = "x",
                .type = TWP_TYPE_FLOAT32,
                .n_dims = 1,
                .dims = { "n" },
                .n_flags = 2,
                .flag_meanings = good },
            "no integer" },
        { "flag blank",
            { .name = "x",
                .type = TWP_TYPE_INT8,
                .n_dims = 1,
                .dims = { "n" },
                .n_flags = 2,
                .flag_meanings = blank },
            "not one word" },
        { "flag range",
            { .name = "x",
                .type = TWP_TYPE_INT8,
                .n_dims = 1,
                .dims = { "n" },
                .n_flags = 2,
                .flag_meanings = good,
                .flag_values = large },
            "does not fit" },
    };
    char *const path = testlib_join(*state, "a.h5");
    const int64_t data[2] = { 0, 0 };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        twp_results_writer_t *const writer = open_writer(path);
        twp_error_t err = { 0 };
        assert_ok(twp_results_dimension_plain(writer, "draws", "n", 2, &err));
        assert_ok(twp_results_dimension_plain(writer, "draws", "u", TWP_LENGTH_UNKNOWN, &err));
        assert_int_equal(
            twp_results_write(writer, "draws", &wrong[i].field, data, &err), TWP_ERR_ARGUMENT);
        assert_contains(err.message, wrong[i].message);
        /* the failure sticks: even a right call fails, and nothing is published */
        assert_int_equal(twp_results_group(writer, "summary", &err), TWP_ERR_ARGUMENT);
        assert_int_equal(twp_results_close(writer, "complete", NULL, &err), TWP_ERR_ARGUMENT);
    }
    assert_int_equal(count_entries(*state), 0);
    free(path);
}

static void
test_wrong_calls_are_refused(void **state)
{
    static const char *const bad_text[] = { "\xC3(" };
    char *const path = testlib_join(*state, "a.h5");
    twp_error_t err = { 0 };
    const twp_field_t number = { .name = "x", .type = TWP_TYPE_INT8, .n_dims = 1, .dims = { "n" } };
    const twp_field_t text = { .name = "t", .type = TWP_TYPE_TEXT, .n_dims = 1, .dims = { "n" } };
    int stream;

    for (int i = 0; i < 9; i++) {
        twp_results_writer_t *const writer = open_writer(path);
        twp_status_t status = TWP_OK;
        const int8_t data[3] = { 1, 2, 3 };
        assert_ok(twp_results_dimension_plain(writer, "draws", "n", 1, &err));
        switch (i) {
        case 0: status = twp_results_write(writer, "summary", &number, data, &err); break;
        case 1:
            assert_ok(twp_results_write(writer, "draws", &number, data, &err));
            status = twp_results_write(writer, "draws", &number, data, &err);
            break;
        case 2: status = twp_results_write(writer, "draws", &text, bad_text, &err); break;
        case 3: status = twp_results_stream(writer, "draws", &text, &stream, &err); break;
        case 4: status = twp_results_append(writer, 0, 0, 1, data, &err); break;
        case 5: status = twp_results_dimension_plain(writer, "draws", "n", 1, &err); break;
        case 6: status = twp_results_dimension_set_length(writer, "draws", "n", 2, &err); break;
        case 7: status = twp_results_group(writer, "Group", &err); break;
        default: status = twp_results_attribute_text(writer, NULL, "title", "\x80", &err); break;
        }
        assert_int_equal(status, TWP_ERR_ARGUMENT);
        twp_results_abandon(writer);
    }
    assert_int_equal(count_entries(*state), 0);
    free(path);
}

static void
test_streams_over_one_dimension_must_end_equally_long(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    twp_results_writer_t *const writer = open_writer(path);
    const twp_field_t a = { .name = "a", .type = TWP_TYPE_INT8, .n_dims = 1, .dims = { "obs" } };
    const twp_field_t b = { .name = "b", .type = TWP_TYPE_INT8, .n_dims = 1, .dims = { "obs" } };
    const int8_t data[3] = { 1, 2, 3 };
    twp_error_t err = { 0 };
    int i_a, i_b;

    assert_ok(twp_results_dimension_plain(writer, "draws", "obs", TWP_LENGTH_UNKNOWN, &err));
    assert_ok(twp_results_stream(writer, "draws", &a, &i_a, &err));
    assert_ok(twp_results_stream(writer, "draws", &b, &i_b, &err));
    assert_ok(twp_results_append(writer, i_a, 0, 3, data, &err));
    assert_ok(twp_results_append(writer, i_b, 0, 2, data, &err));
    assert_int_equal(twp_results_close(writer, "complete", NULL, &err), TWP_ERR_ARGUMENT);
    assert_contains(err.message, "draws/b, row 0: 2 elements, obs has 3");
    assert_int_equal(count_entries(*state), 0);
    free(path);
}

static void
test_the_table_of_columns_finds_the_closest_pattern(void **state)
{
    twp_field_t field;
    twp_error_t err = { 0 };

    (void) state;
    assert_string_equal(twp_columns_find("summary", "cost_mean")->field.name, "{measure}_mean");
    assert_string_equal(twp_columns_find("summary", "time")->field.name, "time");
    assert_string_equal(
        twp_columns_find("contrasts", "cost_diff_mcse")->field.name, "{measure}_diff_mcse");
    assert_string_equal(
        twp_columns_find("contrasts", "icer_quantile")->field.name, "icer_quantile");
    assert_string_equal(twp_columns_find("survival", "occupancy_therapy_on_hold")->field.name,
        "occupancy_{track}_{state}");
    assert_string_equal(
        twp_columns_find_typed("trajectories", "trust", TWP_TYPE_FLOAT32)->field.name,
        "{variable}");
    assert_string_equal(
        twp_columns_find_typed("trajectories", "therapy", TWP_TYPE_INT8)->field.name, "{track}");
    assert_string_equal(
        twp_columns_find_dimension("summary", "time_occupancy_risk_high", TWP_TYPE_FLOAT64)
            ->field.name,
        "time_{measure}");
    assert_string_equal(
        twp_columns_find_dimension("summary", "quantile", TWP_TYPE_FLOAT64)->field.name,
        "quantile");
    assert_null(twp_columns_find("summary", "cost"));
    assert_null(twp_columns_find("nowhere", "cost_mean"));
    assert_null(twp_columns_find_typed("summary", "cost_mean", TWP_TYPE_FLOAT32));
    assert_ok(twp_columns_field("contrasts", "cost_diff", TWP_TYPE_FLOAT64, "EUR", &field, &err));
    assert_string_equal(field.units, "EUR");
    assert_string_equal(field.name, "cost_diff");
    assert_int_equal(twp_columns_field("summary", "cost", TWP_TYPE_FLOAT64, NULL, &field, &err),
        TWP_ERR_ARGUMENT);
    for (size_t i = 0; i < twp_columns_n(); i++) {
        const twp_column_t *const row = twp_columns_at(i);
        assert_non_null(twp_columns_group(row->group));
        assert_non_null(row->field.long_name);
        assert_true(row->field.units == NULL || strcmp(row->field.units, "days") != 0);
    }
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(int n_arguments, char *arguments[])
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_every_type_and_shape_comes_back_as_it_was),
        IN_FOLDER(test_streams_of_any_length_come_back_as_they_were),
        IN_FOLDER(test_attributes_and_texts_come_back_as_they_were),
        IN_FOLDER(
            test_a_file_of_every_group_follows_the_layout_and_its_digest_is_that_of_its_content),
        IN_FOLDER(test_hdf5s_own_functions_find_each_column_attached_to_its_dimensions),
        IN_FOLDER(test_a_dimension_has_thousands_of_columns),
        IN_FOLDER(test_equal_content_gives_equal_bytes_however_it_was_appended_and_when),
        IN_FOLDER(test_unset_memory_does_not_reach_the_file),
        IN_FOLDER(test_the_digest_sees_every_value_but_not_the_session_or_the_build),
        IN_FOLDER(test_the_digest_sees_one_bit_of_one_element),
        IN_FOLDER(test_a_run_stopped_early_publishes_fewer_twins_as_partial),
        IN_FOLDER(test_wrong_fields_are_refused_and_leave_nothing),
        IN_FOLDER(test_wrong_calls_are_refused),
        IN_FOLDER(test_streams_over_one_dimension_must_end_equally_long),
        cmocka_unit_test(test_the_table_of_columns_finds_the_closest_pattern),
    };

    twp_results_setup();
    if (n_arguments == 3 && strcmp(arguments[1], "write") == 0) /* for tests that start this anew */
        _exit(sample_write_small(arguments[2]));
    if (n_arguments == 3 && strcmp(arguments[1], "check") == 0)
        _exit(sample_check(arguments[2]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
