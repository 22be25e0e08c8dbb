/* Arrays that come slab by slab: the file is that of the array written at once, byte by byte, however it was cut. */
#include "results/writer.h"

#include "testlib.h"
#include "unit/results_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_DIMS_MAX 3

typedef struct {
    twp_type_t type;
    int n_dims;
    size_t length[N_DIMS_MAX];
} shape_t;

/* One index fills less than a chunk, a chunk, several; rows of chunks end with the array, or do not. */
static const shape_t shapes[] = { { TWP_TYPE_FLOAT64, 1, { 5 } }, { TWP_TYPE_INT64, 1, { 65536 } },
    { TWP_TYPE_INT8, 1, { 131073 } }, { TWP_TYPE_FLOAT64, 2, { 300, 500 } },
    { TWP_TYPE_INT8, 2, { 7, 3 } }, { TWP_TYPE_FLOAT64, 3, { 40, 3, 1000 } },
    { TWP_TYPE_INT32, 3, { 3, 7, 10000 } }, { TWP_TYPE_FLOAT32, 2, { 3, 65536 } },
    { TWP_TYPE_FLOAT64, 2, { 2, 70000 } }, { TWP_TYPE_FLOAT64, 2, { 4, 0 } } };
static const char *const names[] = { "a", "b", "c" };

static twp_field_t
field_of(const shape_t *shape)
{
    twp_field_t field = { .name = "x", .type = shape->type, .n_dims = shape->n_dims };

    for (int i = 0; i < shape->n_dims; i++)
        field.dims[i] = names[i];
    return field;
}

static twp_results_writer_t *
open_writer(const char *path, const shape_t *shape)
{
    twp_results_writer_t *writer = NULL;
    twp_error_t err = { 0 };

    assert_ok(twp_results_writer_open(path, NULL, &writer, &err));
    assert_ok(twp_results_group(writer, "draws", &err));
    for (int i = 0; i < shape->n_dims && i < N_DIMS_MAX; i++)
        assert_ok(twp_results_dimension_plain(writer, "draws", names[i], shape->length[i], &err));
    return writer;
}

/* n_slab indices at a time; 0: the array at once; -1: a few more each time. */
static void
write_cut(const char *path, const shape_t *shape, const unsigned char *data, int64_t n_slab)
{
    twp_results_writer_t *const writer = open_writer(path, shape);
    const twp_field_t field = field_of(shape);
    size_t n_bytes = twp_type_size(shape->type), n = n_slab > 0 ? (size_t) n_slab : 1;
    twp_error_t err = { 0 };
    int number = -1;

    for (int i = 1; i < shape->n_dims; i++)
        n_bytes *= shape->length[i];
    if (n_slab == 0)
        assert_ok(twp_results_write(writer, "draws", &field, data, &err));
    else
        assert_ok(twp_results_slabs(writer, "draws", &field, &number, &err));
    for (size_t i = 0; number >= 0 && i < shape->length[0];) {
        const size_t left = shape->length[0] - i, n_now = n < left ? n : left;

        assert_ok(twp_results_append_slab(writer, number, n_now, data + i * n_bytes, &err));
        i += n_now;
        n += n_slab < 0 ? n / 2 + 3 : 0;
    }
    assert_ok(twp_results_close(writer, "complete", NULL, &err));
}

static void
test_slabs_of_any_size_make_the_file_of_the_whole_array(void **state)
{
    static const int64_t cuts[] = { 1, 2, 77, -1, 200000 };

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const shape_t *const shape = &shapes[i];
        char *const whole = testlib_join(*state, "whole.h5"),
                    *const cut = testlib_join(*state, "cut.h5");
        size_t n = twp_type_size(shape->type), n_whole, n_cut;
        unsigned char *data;

        for (int k = 0; k < shape->n_dims; k++)
            n *= shape->length[k];
        data = malloc(n + 1);
        assert_non_null(data);
        for (size_t k = 0; k < n; k++)
            data[k] = (unsigned char) sample_bits(i, k);
        write_cut(whole, shape, data, 0);
        char *const bytes = testlib_read_file(whole, &n_whole);

        for (size_t k = 0; k < sizeof cuts / sizeof cuts[0]; k++) {
            if (cuts[k] == 1 && shape->length[0] > 10000)
                continue; /* a system call each */
            write_cut(cut, shape, data, cuts[k]);
            char *const others = testlib_read_file(cut, &n_cut);

            assert_int_equal(n_cut, n_whole);
            assert_same_bits(others, bytes, n_whole);
            free(others);
            assert_int_equal(remove(cut), 0);
        }
        assert_int_equal(remove(whole), 0);
        free(bytes);
        free(data);
        free(cut);
        free(whole);
    }
}

static void
test_an_array_that_is_not_whole_or_too_long_is_refused(void **state)
{
    const shape_t shape = { TWP_TYPE_FLOAT64, 2, { 3, 2 } };
    const double data[6] = { 1, 2, 3, 4, 5, 6 };
    const twp_field_t field = field_of(&shape);
    char *const path = testlib_join(*state, "x.h5");
    twp_results_writer_t *writer = open_writer(path, &shape);
    twp_error_t err = { 0 };
    int number;

    assert_ok(twp_results_slabs(writer, "draws", &field, &number, &err));
    assert_ok(twp_results_append_slab(writer, number, 2, data, &err));
    assert_int_equal(twp_results_close(writer, "complete", NULL, &err), TWP_ERR_ARGUMENT);
    assert_contains(err.message, "x: 2 slabs of 3 came");
    assert_false(testlib_exists(path));

    writer = open_writer(path, &shape);
    assert_ok(twp_results_slabs(writer, "draws", &field, &number, &err));
    assert_ok(twp_results_append_slab(writer, number, 2, data, &err));
    assert_int_equal(twp_results_append_slab(writer, number, 2, data, &err), TWP_ERR_ARGUMENT);
    assert_int_equal(twp_results_close(writer, "complete", NULL, &err), TWP_ERR_ARGUMENT);

    assert_int_equal(twp_results_writer_open(NULL, NULL, &writer, NULL), TWP_OK);
    assert_int_equal(twp_results_slabs(writer, "draws", &field, &number, &err), TWP_ERR_ARGUMENT);
    twp_results_abandon(writer);
    free(path);
}

int
main(void)
{
#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown((test), testlib_setup_folder, testlib_teardown_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_slabs_of_any_size_make_the_file_of_the_whole_array),
        IN_FOLDER(test_an_array_that_is_not_whole_or_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
