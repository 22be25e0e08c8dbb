#include "results/reader.h"

#include "results/content_digest.h"
#include "results/layout_check.h"
#include "results/writer.h"
#include "testlib.h"
#include "unit/results_sample.h"

#include <hdf5.h>
#include <hdf5_hl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_FLIPS 300
#define N_FLIPS_MOST 600

static char *
write_small(const char *folder)
{
    char *const path = testlib_join(folder, "a.h5");
    const sample_t sample = sample_small();
    twp_error_t err = { 0 };

    assert_ok(sample_write(path, &sample, NULL, &err));
    return path;
}

static void
remove_sum(const char *path)
{
    char sum[4096];

    (void) snprintf(sum, sizeof sum, "%s.sha256", path);
    assert_int_equal(unlink(sum), 0);
}

/* ---- reading --------------------------------------------------------------------------------- */

static void
test_names_come_in_the_order_of_the_table_of_groups(void **state)
{
    static const char *const want[] = { "summary", "contrasts", "segments", "targets", "survival",
        "draws", "outcomes", "twins", "trajectories", "events", "provenance", "session" };
    char *const path = write_small(*state);
    twp_reader_t *reader = NULL;
    twp_names_t names;
    twp_error_t err = { 0 };

    assert_ok(twp_reader_open(path, &reader, &err));
    assert_false(twp_reader_is_unverified(reader));
    assert_string_equal(twp_reader_path(reader), path);
    assert_ok(twp_reader_list(reader, "", &names, &err));
    assert_int_equal(names.n, 12);
    for (size_t i = 0; i < names.n; i++) {
        assert_string_equal(names.name[i], want[i]);
        assert_true(names.is_group[i]);
    }
    twp_reader_free_names(&names);
    assert_ok(twp_reader_list(reader, "summary", &names, &err));
    assert_int_equal(names.n, 7);
    assert_string_equal(names.name[0], "strategy");
    assert_string_equal(names.name[3], "pdc_mean");
    assert_false(names.is_group[3]);
    twp_reader_free_names(&names);
    assert_true(twp_reader_has(reader, "summary/pdc_mean"));
    assert_false(twp_reader_has(reader, "summary/cost_mean"));
    assert_false(twp_reader_has(reader, "nowhere/cost_mean"));
    twp_reader_close(reader);
    free(path);
}

static void
test_dimensions_are_known_by_name_and_kind(void **state)
{
    char *const path = write_small(*state);
    twp_reader_t *reader = NULL;
    twp_dataset_info_t info;
    twp_error_t err = { 0 };

    assert_ok(twp_reader_open(path, &reader, &err));
    assert_ok(twp_reader_info(reader, "summary/pdc_quantile", &info, &err));
    assert_string_equal(info.dim[0], "strategy");
    assert_string_equal(info.dim[1], "time");
    assert_string_equal(info.dim[2], "quantile");
    assert_false(info.is_dimension);
    assert_ok(twp_reader_info(reader, "events/event", &info, &err));
    assert_true(info.is_dimension && info.is_plain_dimension);
    assert_int_equal(info.length[0], 3000);
    assert_ok(twp_reader_info(reader, "events/path", &info, &err));
    assert_true(info.is_dimension && !info.is_plain_dimension);
    assert_int_equal(info.type, TWP_TYPE_INT32);
    twp_reader_close(reader);
    free(path);
}

static void
test_numbers_are_converted_only_where_nothing_is_lost(void **state)
{
    char *const path = write_small(*state);
    twp_reader_t *reader = NULL;
    twp_error_t err = { 0 };
    double *f64 = NULL;
    float *f32 = NULL;
    int64_t *i64 = NULL;
    int32_t *i32 = NULL;
    int16_t *i16 = NULL;
    int8_t *i8 = NULL;
    size_t n;

    assert_ok(twp_reader_open(path, &reader, &err));
    assert_ok(twp_reader_read_float64(reader, "events/row_size", &f64, &n, &err));
    assert_int_equal(n, 500);
    assert_near(f64[0], 6, 0);
    assert_ok(twp_reader_read_int64(reader, "events/row_start", &i64, &n, &err));
    assert_int_equal(i64[499], 6 * 499);
    free(i64);
    assert_ok(twp_reader_read_int64(reader, "survival/at_risk", &i64, &n, &err));
    assert_true(i64[3] == (int64_t) 3 << 33);
    assert_ok(twp_reader_read_int16(reader, "events/event_code", &i16, &n, &err));
    assert_int_equal(n, 3000);
    assert_ok(twp_reader_read_int8(reader, "twins/segment", &i8, &n, &err));
    assert_ok(twp_reader_read_float32(reader, "twins/segment", &f32, &n, &err));
    assert_near(f32[17], i8[17], 0);
    assert_int_equal(
        twp_reader_read_int32(reader, "events/row_start", &i32, &n, &err), TWP_ERR_FORMAT);
    assert_null(i32);
    assert_contains(err.message, "is int64 and cannot be read as int32");
    assert_int_equal(
        twp_reader_read_int32(reader, "summary/pdc_mean", &i32, &n, &err), TWP_ERR_FORMAT);
    assert_int_equal(twp_reader_read_int32(reader, "events/event", &i32, &n, &err), TWP_ERR_FORMAT);
    assert_int_equal(
        twp_reader_read_int32(reader, "events/event_name", &i32, &n, &err), TWP_ERR_FORMAT);
    assert_int_equal(twp_reader_read_int32(reader, "events", &i32, &n, &err), TWP_ERR_FORMAT);
    assert_contains(err.message, "not a dataset");
    twp_reader_close(reader);
    free(f64);
    free(f32);
    free(i64);
    free(i16);
    free(i8);
    free(path);
}

static void
test_a_slice_is_what_the_whole_has_there(void **state)
{
    char *const path = write_small(*state);
    const size_t start[] = { 1, 100 }, count[] = { 2, 30 }, beyond[] = { 2, 401 };
    twp_reader_t *reader = NULL;
    twp_error_t err = { 0 };
    float *whole = NULL, part[60];
    size_t n;

    assert_ok(twp_reader_open(path, &reader, &err));
    assert_ok(twp_reader_read_float32(reader, "outcomes/pdc", &whole, &n, &err));
    assert_ok(
        twp_reader_read_slice(reader, "outcomes/pdc", TWP_TYPE_FLOAT32, start, count, part, &err));
    assert_same_bits(part, whole + 500 + 100, 30 * sizeof *part);
    assert_same_bits(part + 30, whole + 1000 + 100, 30 * sizeof *part);
    assert_int_equal(
        twp_reader_read_slice(reader, "outcomes/pdc", TWP_TYPE_FLOAT32, start, beyond, part, &err),
        TWP_ERR_ARGUMENT);
    assert_contains(err.message, "dimension 1 has 500");
    twp_reader_close(reader);
    free(whole);
    free(path);
}

/* ---- damage ---------------------------------------------------------------------------------- */

static void
test_a_file_that_is_not_there_or_not_ours_is_named(void **state)
{
    char *const path = testlib_join(*state, "a.h5");
    twp_reader_t *reader = NULL;
    twp_error_t err = { 0 };
    hid_t file;

    assert_int_equal(twp_reader_open(path, &reader, &err), TWP_ERR_IO);
    assert_contains(err.message, "No such file");
    testlib_write_text(path, "time,event\n1,2\n");
    assert_int_equal(twp_reader_open(path, &reader, &err), TWP_ERR_FORMAT);
    assert_contains(err.message, "not a whole HDF5 file");
    assert_int_equal(unlink(path), 0);
    file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0 && H5Fclose(file) >= 0);
    assert_int_equal(twp_reader_open(path, &reader, &err), TWP_ERR_FORMAT);
    assert_contains(err.message, "not one of Twinpath");
    assert_null(reader);
    free(path);
}

static void
test_another_major_layout_is_refused_and_a_newer_minor_one_read(void **state)
{
    const char *const versions[] = { "2.0", "1.7", "1", "x" };
    char *const path = testlib_join(*state, "a.h5");
    twp_error_t err = { 0 };

    for (size_t i = 0; i < 4; i++) {
        const twp_results_options_t options = { .overwrite = true };
        twp_results_writer_t *writer = NULL;
        twp_reader_t *reader = NULL;
        assert_ok(twp_results_writer_open(path, &options, &writer, &err));
        assert_ok(twp_results_attribute_text(writer, NULL, "twinpath_layout", versions[i], &err));
        assert_ok(twp_results_close(writer, "complete", NULL, &err));
        assert_int_equal(twp_reader_open(path, &reader, &err), i == 1 ? TWP_OK : TWP_ERR_FORMAT);
        twp_reader_close(reader);
    }
    free(path);
}

static void
test_a_file_without_its_sum_is_read_and_marked(void **state)
{
    char *const path = write_small(*state);
    twp_reader_t *reader = NULL;
    twp_error_t err = { 0 };

    remove_sum(path);
    assert_ok(twp_reader_open(path, &reader, &err));
    assert_true(twp_reader_is_unverified(reader));
    twp_reader_close(reader);
    free(path);
}

static void
test_a_broken_sum_file_is_refused(void **state)
{
    char *const path = write_small(*state), *const sum = testlib_join(*state, "a.h5.sha256");
    twp_reader_t *reader = NULL;
    twp_error_t err = { 0 };

    testlib_write_text(sum, "what is this");
    assert_int_equal(twp_reader_open(path, &reader, &err), TWP_ERR_FORMAT);
    assert_contains(err.message, "not a line of sha256sum");
    free(path);
    free(sum);
}

static void
test_every_flipped_bit_is_found_by_the_sum(void **state)
{
    char *const path = write_small(*state);
    size_t n;
    char *const bytes = testlib_read_file(path, &n);

    for (uint64_t i = 0; i < N_FLIPS; i++) {
        const size_t place = (size_t) (sample_uniform(41, i) * (double) n);
        const char flip = (char) (1 << (sample_bits(42, i) & 7));
        twp_reader_t *reader = NULL;
        twp_error_t err = { 0 };
        bytes[place] = (char) (bytes[place] ^ flip);
        testlib_write_bytes(path, bytes, n);
        bytes[place] = (char) (bytes[place] ^ flip);
        assert_int_equal(twp_reader_open(path, &reader, &err), TWP_ERR_FORMAT);
        assert_contains(err.message, "damaged or was changed");
    }
    free(bytes);
    free(path);
}

/* The names of a group stand in metadata with checksums. After one has failed, "is it there?" must not be "no". */
static void
test_what_is_damaged_is_not_taken_for_absent(void **state)
{
    static const char name[] = "pdc_mean";
    char *const path = write_small(*state);
    int n_damaged = 0;
    size_t n;
    char *const bytes = testlib_read_file(path, &n);

    remove_sum(path);
    for (size_t at = 0; at + sizeof name <= n; at++) {
        twp_reader_t *reader = NULL;
        twp_error_t err = { 0 };
        double *values = NULL;

        if (memcmp(bytes + at, name, sizeof name - 1) != 0)
            continue;
        bytes[at] = (char) (bytes[at] ^ 16);
        testlib_write_bytes(path, bytes, n);
        bytes[at] = (char) (bytes[at] ^ 16);
        if (twp_reader_open(path, &reader, &err) != TWP_OK)
            continue;
        assert_true(twp_reader_has(reader, "summary/pdc_mean"));
        if (twp_reader_is_damaged(reader)) {
            n_damaged++;
            assert_int_equal(
                twp_reader_read_float64(reader, "summary/pdc_mean", &values, NULL, &err),
                TWP_ERR_FORMAT);
        }
        free(values);
        twp_reader_close(reader);
    }
    assert_true(n_damaged > 0);
    free(bytes);
    free(path);
}

/* What a flip without the .sha256 leads to; in a child, so that a crash is only seen. */
typedef enum { FOUND = 0, TEXT_DIFFERS = 1, NOTHING_DIFFERS = 2, NUMBER_DIFFERS = 3 } finding_t;

static int
judge(const char *path, const char *whole_digest)
{
    char hex[TWP_CONTENT_DIGEST_HEX_SIZE], *said = NULL;
    twp_reader_t *reader = NULL;
    twp_names_t names = { 0 };
    double *values = NULL;
    float *floats = NULL;
    finding_t finding;
    size_t n;

    if (twp_results_content_digest(path, hex, NULL) != TWP_OK ||
        twp_results_check_layout(path, NULL) != TWP_OK)
        return (int) FOUND;
    if (strcmp(hex, whole_digest) == 0)
        return (int) NOTHING_DIFFERS; /* an unused byte, or the status, the session, build_json */
    if (twp_reader_open(path, &reader, NULL) != TWP_OK)
        return (int) FOUND;
    if (twp_reader_attribute_text(reader, "", "content_digest", &said, NULL) != TWP_OK ||
        twp_reader_list(reader, "", &names, NULL) != TWP_OK ||
        twp_reader_read_float64(reader, "summary/pdc_mean", &values, &n, NULL) != TWP_OK ||
        twp_reader_read_float32(reader, "outcomes/pdc", &floats, &n, NULL) != TWP_OK)
        finding = FOUND;
    else /* the digest tells; that numbers are guarded by checksums is judged by what they are */
        finding = values[0] == sample_uniform(8, 0) && values[11] == sample_uniform(8, 11)
            ? TEXT_DIFFERS
            : NUMBER_DIFFERS;
    twp_reader_free_names(&names);
    twp_reader_close(reader);
    free(values);
    free(floats);
    free(said);
    return (int) finding;
}

/* One flip: its place among n bytes, and its bit. */
static size_t
place_of_flip(uint64_t i, size_t n, char *bit)
{
    *bit = (char) (1 << (sample_bits(44, i) & 7));
    return (size_t) (sample_uniform(43, i) * (double) n);
}

/* In a child: what each flip leads to, noted in memory that outlives it. */
static void
judge_flips(
    const char *path, const char *digest, char *bytes, size_t n, int *found, uint64_t n_flips)
{
    (void) signal(SIGSEGV, SIG_DFL); /* cmocka's handlers would go on with the next test */
    (void) signal(SIGFPE, SIG_DFL);
    (void) signal(SIGBUS, SIG_DFL);
    (void) signal(SIGABRT, SIG_DFL);
    for (uint64_t i = 0; i < n_flips; i++) {
        char bit;
        const size_t place = place_of_flip(i, n, &bit);

        bytes[place] = (char) (bytes[place] ^ bit);
        testlib_write_bytes(path, bytes, n);
        bytes[place] = (char) (bytes[place] ^ bit);
        (void) alarm(60);
        found[i] = judge(path, digest);
    }
    _exit(0);
}

static void
test_without_the_sum_a_flipped_bit_never_crashes_nor_changes_a_number(void **state)
{
    const uint64_t n_flips = testlib_is_long() ? N_FLIPS_MOST : 100;
    char *const path = write_small(*state), digest[TWP_CONTENT_DIGEST_HEX_SIZE];
    int n_of[4] = { 0 }, outcome = 0;
    twp_error_t err = { 0 };
    size_t n;
    char *const bytes = testlib_read_file(path, &n);
    int *const found = mmap(NULL, N_FLIPS_MOST * sizeof *found, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child;

    assert_true(found != MAP_FAILED);
    assert_ok(twp_results_content_digest(path, digest, &err));
    remove_sum(path);
    for (uint64_t i = 0; i < n_flips; i++)
        found[i] = -1;
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        judge_flips(path, digest, bytes, n, found, n_flips);
    assert_int_equal(waitpid(child, &outcome, 0), child);
    for (uint64_t i = 0; i < n_flips; i++) {
        char bit;
        const size_t place = place_of_flip(i, n, &bit);

        if (found[i] < 0)
            fail_msg("bit %02x of byte %zu: the reader ended with code %d, signal %d",
                (unsigned char) bit, place, WEXITSTATUS(outcome), WTERMSIG(outcome));
        n_of[found[i]]++;
    }
    print_message("of %d flips %d refused, %d in texts, %d without effect\n", (int) n_flips,
        n_of[FOUND], n_of[TEXT_DIFFERS], n_of[NOTHING_DIFFERS]);
    assert_int_equal(n_of[NUMBER_DIFFERS], 0);
    assert_true(n_of[FOUND] > (int) n_flips / 2);
    assert_int_equal(munmap(found, N_FLIPS_MOST * sizeof *found), 0);
    free(bytes);
    free(path);
}

static void
test_a_file_cut_short_anywhere_is_refused(void **state)
{
    char *const path = write_small(*state);
    size_t n;
    char *const bytes = testlib_read_file(path, &n);

    remove_sum(path);
    for (uint64_t i = 0; i < 40; i++) {
        const size_t n_kept = i == 0 ? 0
            : i == 1                 ? n - 1
                                     : (size_t) (sample_uniform(45, i) * (double) n);
        twp_reader_t *reader = NULL;
        twp_error_t err = { 0 };
        testlib_write_bytes(path, bytes, n_kept);
        assert_int_equal(twp_reader_open(path, &reader, &err), TWP_ERR_FORMAT);
    }
    free(bytes);
    free(path);
}

/* ---- files of others ------------------------------------------------------------------------- */

typedef enum {
    HAS_ENUM,
    HAS_COMPOUND,
    HAS_FIXED_TEXT,
    HAS_UINT8,
    HAS_UINT64,
    HAS_BIG_ENDIAN,
    HAS_HALF,
    HAS_UNFILTERED,
    HAS_NO_SCALE,
    HAS_EXTERNAL,
    HAS_VIRTUAL,
    HAS_SOFT_LINK,
    HAS_HUGE_CLAIM,
    HAS_HUGE_CHUNK,
    HAS_SIX_DIMS,
    N_FOREIGN
} foreign_t;

static hid_t
foreign_type(foreign_t kind)
{
    const int8_t one = 1;
    hid_t type = H5Tcopy(H5T_IEEE_F64LE);

    if (kind == HAS_ENUM) {
        type = H5Tcreate(H5T_ENUM, 1);
        type = H5Tenum_create(H5T_STD_I8LE);
        (void) H5Tenum_insert(type, "one", &one);
    } else if (kind == HAS_COMPOUND) {
        type = H5Tcreate(H5T_COMPOUND, 8);
        (void) H5Tinsert(type, "a", 0, H5T_STD_I64LE);
    } else if (kind == HAS_FIXED_TEXT) {
        type = H5Tcopy(H5T_C_S1);
        (void) H5Tset_size(type, 8);
    } else if (kind == HAS_UINT8) {
        type = H5Tcopy(H5T_STD_U8LE);
    } else if (kind == HAS_UINT64) {
        type = H5Tcopy(H5T_STD_U64LE);
    } else if (kind == HAS_BIG_ENDIAN) {
        type = H5Tcopy(H5T_STD_I32BE);
    } else if (kind == HAS_HALF) {
        type = H5Tcopy(H5T_IEEE_F32LE);
        (void) H5Tset_fields(type, 15, 10, 5, 0, 10);
        (void) H5Tset_size(type, 2);
    }
    return type;
}

/* Adds targets/value of a kind that a results file has not, with a right dimension scale. */
static void
add_foreign(const char *path, foreign_t kind)
{
    const hsize_t huge = (hsize_t) 1 << 40,
                  length[6] = { kind == HAS_HUGE_CLAIM ? huge : 2, 1, 1, 1, 1, 1 };
    const hsize_t chunk[1] = { kind == HAS_HUGE_CHUNK ? (hsize_t) 1 << 28 : 2 }, more[1] = { huge };
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), type = foreign_type(kind);
    const hid_t group = H5Gopen2(file, "targets", H5P_DEFAULT),
                plist = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t scale = H5Dopen2(group, "target", H5P_DEFAULT);
    const double data[2] = { 1, 2 };
    hid_t space = H5Screate_simple(kind == HAS_SIX_DIMS ? 6 : 1, length, NULL), dataset;

    assert_true(file >= 0 && group >= 0 && type >= 0 && space >= 0 && scale >= 0);
    if (kind == HAS_HUGE_CHUNK)
        space = H5Screate_simple(1, length, more);
    if (kind == HAS_EXTERNAL)
        assert_true(H5Pset_external(plist, "/etc/hostname", 0, H5F_UNLIMITED) >= 0);
    else if (kind == HAS_VIRTUAL)
        assert_true(H5Pset_virtual(plist, space, "other.h5", "/x", space) >= 0);
    else if (kind != HAS_UNFILTERED && kind != HAS_SIX_DIMS && kind != HAS_FIXED_TEXT)
        assert_true(H5Pset_chunk(plist, 1, chunk) >= 0 && H5Pset_shuffle(plist) >= 0 &&
            H5Pset_deflate(plist, 1) >= 0);
    if (kind == HAS_SOFT_LINK) {
        assert_true(
            H5Lcreate_soft("/targets/target", group, "value", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    } else {
        dataset = H5Dcreate2(group, "value", type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
        assert_true(dataset >= 0);
        if (kind == HAS_UNFILTERED || kind == HAS_NO_SCALE)
            assert_true(
                H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
        if (kind != HAS_NO_SCALE && kind != HAS_SIX_DIMS)
            assert_true(H5DSattach_scale(dataset, scale, 0) >= 0);
        assert_true(H5Dclose(dataset) >= 0);
    }
    assert_true(H5Dclose(scale) >= 0 && H5Gclose(group) >= 0 && H5Fclose(file) >= 0);
}

/* A whole file but for targets/value, which add_foreign() makes. */
static void
write_without_value(const char *path)
{
    static const char *const names[] = { "a", "b" };
    const sample_t sample = sample_small();
    const double values[] = { 1, 2 };
    const int8_t yes[] = { 1, 1 };
    twp_results_writer_t *writer = NULL;
    twp_error_t err = { 0 };

    assert_ok(twp_results_writer_open(path, NULL, &writer, &err));
    assert_ok(sample_root(writer, &sample, &err));
    assert_ok(twp_results_group(writer, "targets", &err));
    assert_ok(twp_results_dimension_labels(writer, "targets", "target", 2, names, NULL, &err));
    assert_ok(sample_column(writer, "targets", "tolerance", TWP_TYPE_FLOAT64, NULL, values, &err));
    assert_ok(sample_column(writer, "targets", "result", TWP_TYPE_FLOAT64, NULL, values, &err));
    assert_ok(sample_column(writer, "targets", "role", TWP_TYPE_INT8, NULL, yes, &err));
    assert_ok(sample_column(writer, "targets", "hit", TWP_TYPE_INT8, NULL, yes, &err));
    assert_ok(twp_results_close(writer, "complete", NULL, &err));
    remove_sum(path);
}

static void
test_what_a_results_file_has_not_is_refused_by_the_layout_check(void **state)
{
    static const char *const messages[N_FOREIGN] = { [HAS_ENUM] = "a type that",
        [HAS_COMPOUND] = "a type that",
        [HAS_FIXED_TEXT] = "a type that",
        [HAS_UINT8] = "a type that",
        [HAS_UINT64] = "a type that",
        [HAS_BIG_ENDIAN] = "a type that",
        [HAS_HALF] = "a type that",
        [HAS_UNFILTERED] = "is not chunked",
        [HAS_NO_SCALE] = "does not have the dimensions",
        [HAS_EXTERNAL] = "outside of the file",
        [HAS_VIRTUAL] = "outside of the file",
        [HAS_SOFT_LINK] = "lacks the column value",
        [HAS_HUGE_CLAIM] = "fewer bytes",
        [HAS_HUGE_CHUNK] = "chunks of a size",
        [HAS_SIX_DIMS] = "more dimensions" };

    for (foreign_t kind = HAS_ENUM; kind < N_FOREIGN; kind++) {
        char *const path = testlib_join(*state, "foreign.h5");
        twp_reader_t *reader = NULL;
        twp_error_t err = { 0 };
        double *values = NULL;
        write_without_value(path);
        assert_int_equal(twp_results_check_layout(path, &err), TWP_ERR_FORMAT);
        assert_contains(err.message, "lacks the column value");
        add_foreign(path, kind);
        assert_int_equal(twp_results_check_layout(path, &err), TWP_ERR_FORMAT);
        assert_contains(err.message, messages[kind]);
        assert_ok(twp_reader_open(path, &reader, &err));
        assert_int_equal(twp_reader_read_float64(reader, "targets/value", &values, NULL, &err),
            kind == HAS_UNFILTERED || kind == HAS_NO_SCALE ? TWP_OK : TWP_ERR_FORMAT);
        free(values);
        twp_reader_close(reader);
        assert_int_equal(unlink(path), 0);
        free(path);
    }
}

/* Columns that the writer can write but the layout does not have. */
static void
test_the_layout_check_knows_names_dimensions_and_units(void **state)
{
    static const struct {
        twp_field_t field;
        const char *message;
    } wrong[] = {
        { { .name = "value", .type = TWP_TYPE_FLOAT64, .n_dims = 1, .dims = { "target" } },
            "lacks the attribute long_name" },
        { { .name = "value", .type = TWP_TYPE_INT8, .n_dims = 1, .dims = { "target" } },
            "no column of the layout" },
        { { .name = "value",
              .type = TWP_TYPE_FLOAT64,
              .n_dims = 1,
              .dims = { "other" },
              .long_name = "x" },
            "does not have the dimensions" },
        { { .name = "value",
              .type = TWP_TYPE_FLOAT64,
              .n_dims = 1,
              .dims = { "target" },
              .long_name = "x",
              .units = "d" },
            "should not have: units" },
        { { .name = "value_of",
              .type = TWP_TYPE_FLOAT64,
              .n_dims = 1,
              .dims = { "target" },
              .long_name = "x" },
            "lacks the column value" },
    };
    static const char *const names[] = { "a", "b" };
    const double values[] = { 1, 2 };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *const path = testlib_join(*state, "wrong.h5");
        const sample_t sample = sample_small();
        const int8_t yes[] = { 1, 1 };
        twp_results_writer_t *writer = NULL;
        twp_error_t err = { 0 };
        assert_ok(twp_results_writer_open(path, NULL, &writer, &err));
        assert_ok(sample_root(writer, &sample, &err));
        assert_ok(twp_results_group(writer, "targets", &err));
        assert_ok(twp_results_dimension_labels(writer, "targets", "target", 2, names, NULL, &err));
        assert_ok(twp_results_dimension_plain(writer, "targets", "other", 2, &err));
        assert_ok(
            sample_column(writer, "targets", "tolerance", TWP_TYPE_FLOAT64, NULL, values, &err));
        assert_ok(sample_column(writer, "targets", "result", TWP_TYPE_FLOAT64, NULL, values, &err));
        assert_ok(sample_column(writer, "targets", "role", TWP_TYPE_INT8, NULL, yes, &err));
        assert_ok(sample_column(writer, "targets", "hit", TWP_TYPE_INT8, NULL, yes, &err));
        assert_ok(twp_results_write(writer, "targets", &wrong[i].field, values, &err));
        assert_ok(twp_results_close(writer, "complete", NULL, &err));
        assert_int_equal(twp_results_check_layout(path, &err), TWP_ERR_FORMAT);
        assert_contains(err.message, wrong[i].message);
        assert_int_equal(unlink(path), 0);
        free(path);
    }
}

/* An attribute of HDF5's own becomes a plain number; NULL: the dataset does. */
static void
make_a_number(const char *path, const char *object, const char *attribute)
{
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), one = H5Screate(H5S_SCALAR);
    hid_t changed, dataset;

    assert_true(file >= 0 && one >= 0);
    if (attribute == NULL) {
        assert_true(H5Ldelete(file, object, H5P_DEFAULT) >= 0);
        changed = H5Dcreate2(
            file, object, H5T_IEEE_F64LE, one, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        assert_true(changed >= 0 && H5Dclose(changed) >= 0);
    } else {
        dataset = H5Dopen2(file, object, H5P_DEFAULT);
        assert_true(dataset >= 0 && H5Adelete(dataset, attribute) >= 0);
        changed = H5Acreate2(dataset, attribute, H5T_STD_I8LE, one, H5P_DEFAULT, H5P_DEFAULT);
        assert_true(changed >= 0 && H5Aclose(changed) >= 0 && H5Dclose(dataset) >= 0);
    }
    assert_true(H5Sclose(one) >= 0 && H5Fclose(file) >= 0);
}

static void
test_a_number_where_something_else_belongs_is_refused_and_leaves_nothing_open(void **state)
{
    static const struct {
        const char *object, *attribute;
    } wrong[] = {
        { "summary/pdc_mean", "DIMENSION_LIST" },
        { "summary/strategy", "CLASS" },
        { "summary/strategy", "NAME" },
        { "summary/pdc_mean", NULL },
    };
    const ssize_t n_before = H5Fget_obj_count((hid_t) H5F_OBJ_ALL, H5F_OBJ_ALL);
    char digest[TWP_CONTENT_DIGEST_HEX_SIZE];

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *const path = write_small(*state);

        remove_sum(path);
        make_a_number(path, wrong[i].object, wrong[i].attribute);
        assert_int_equal(twp_results_content_digest(path, digest, NULL), TWP_ERR_FORMAT);
        assert_int_equal(twp_results_check_layout(path, NULL), TWP_ERR_FORMAT);
        assert_int_equal(H5Fget_obj_count((hid_t) H5F_OBJ_ALL, H5F_OBJ_ALL), n_before);
        assert_int_equal(unlink(path), 0);
        free(path);
    }
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_names_come_in_the_order_of_the_table_of_groups),
        IN_FOLDER(test_dimensions_are_known_by_name_and_kind),
        IN_FOLDER(test_numbers_are_converted_only_where_nothing_is_lost),
        IN_FOLDER(test_a_slice_is_what_the_whole_has_there),
        IN_FOLDER(test_a_file_that_is_not_there_or_not_ours_is_named),
        IN_FOLDER(test_another_major_layout_is_refused_and_a_newer_minor_one_read),
        IN_FOLDER(test_a_file_without_its_sum_is_read_and_marked),
        IN_FOLDER(test_a_broken_sum_file_is_refused),
        IN_FOLDER(test_every_flipped_bit_is_found_by_the_sum),
        IN_FOLDER(test_what_is_damaged_is_not_taken_for_absent),
        IN_FOLDER(test_without_the_sum_a_flipped_bit_never_crashes_nor_changes_a_number),
        IN_FOLDER(test_a_file_cut_short_anywhere_is_refused),
        IN_FOLDER(test_what_a_results_file_has_not_is_refused_by_the_layout_check),
        IN_FOLDER(test_the_layout_check_knows_names_dimensions_and_units),
        IN_FOLDER(test_a_number_where_something_else_belongs_is_refused_and_leaves_nothing_open),
    };

    twp_results_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
