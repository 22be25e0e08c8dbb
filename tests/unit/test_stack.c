/* Results of points laid over each other: order, what is missing, what does not fit. */
#include "testlib.h"

#include "results/reader.h"
#include "results/stack.h"
#include "twinpath_points.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A captured point: cost of two strategies, place of one contrast. */
static twp_results_writer_t *
capture(double cost, const char *second_strategy, const char *title, const char *label)
{
    const char *const strategy[] = { "usual", second_strategy };
    const double mean[] = { cost, cost + 1 };
    const int8_t place[] = { 2 };
    twp_results_writer_t *writer;
    twp_field_t field;

    assert_int_equal(twp_results_writer_open(NULL, NULL, &writer, NULL), TWP_OK);
    assert_int_equal(twp_results_attribute_text(writer, NULL, "title", title, NULL), TWP_OK);
    assert_int_equal(twp_results_attribute_int32(writer, NULL, "n_twins", 7, NULL), TWP_OK);
    assert_int_equal(twp_results_group(writer, "summary", NULL), TWP_OK);
    assert_int_equal(
        twp_results_dimension_labels(writer, "summary", "strategy", 2, strategy, NULL, NULL),
        TWP_OK);
    assert_int_equal(
        twp_columns_field("summary", "cost_mean", TWP_TYPE_FLOAT64, "USD", &field, NULL), TWP_OK);
    field.n_dims = 1;
    field.long_name = label;
    assert_int_equal(twp_results_write(writer, "summary", &field, mean, NULL), TWP_OK);
    assert_int_equal(twp_results_group(writer, "contrasts", NULL), TWP_OK);
    assert_int_equal(
        twp_results_dimension_labels(writer, "contrasts", "contrast", 1, strategy + 1, NULL, NULL),
        TWP_OK);
    assert_int_equal(
        twp_columns_field("contrasts", "icer_place", TWP_TYPE_INT8, NULL, &field, NULL), TWP_OK);
    assert_int_equal(twp_results_write(writer, "contrasts", &field, place, NULL), TWP_OK);
    return writer;
}

/* A stack of three points, the first of number 5, and the writer of its file. */
typedef struct {
    twp_stack_points_t points;
    twp_results_writer_t *writer;
    twp_stack_t *stack;
} file_t;

static void
open_stack(file_t *file, const char *path)
{
    static const char *const name[] = { "gap" }, *const unit[] = { "d" };
    static const double value[] = { 3, 6, 9 };

    file->points = (twp_stack_points_t){
        .first = 5, .n_swept = 1, .name = name, .unit = unit, .path = name, .value = value
    };
    assert_int_equal(twp_results_writer_open(path, NULL, &file->writer, NULL), TWP_OK);
    assert_int_equal(twp_stack_create(3, &file->points, file->writer, &file->stack, NULL), TWP_OK);
}

static void
close_stack(file_t *file, char *digest)
{
    twp_error_t err = { TWP_OK, "" };

    if (twp_stack_end(file->stack, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_int_equal(twp_results_close(file->writer, "complete", digest, &err), TWP_OK);
    twp_stack_free(file->stack);
}

static void
test_points_lie_in_their_order_and_what_is_missing_is_nan(void **state)
{
    char *const path = testlib_join(*state, "stack.h5");
    file_t file;
    twp_stack_t *stack;
    twp_reader_t *reader;
    twp_results_writer_t *captured = capture(10, "app", "t", "Cost");
    double *value, *gap;
    int8_t *fate, *place;
    int32_t *number;
    char *text;
    size_t n;

    open_stack(&file, path);
    stack = file.stack;
    assert_near(twp_stack_point_bytes(captured), 2 * 8 + 1, 0);
    assert_int_equal(
        twp_stack_put(stack, 2, capture(30, "app", "t", "Cost"), NULL), TWP_OK); /* later first */
    assert_int_equal(twp_stack_n_settled(stack), 0);
    assert_int_equal(twp_stack_put(stack, 0, captured, NULL), TWP_OK);
    assert_int_equal(twp_stack_n_settled(stack), 1);
    assert_int_equal(twp_stack_fail(stack, 1, "it broke", NULL), TWP_OK);
    assert_int_equal(twp_stack_n_settled(stack), 3);
    assert_int_equal(twp_stack_fail(stack, 1, "again", NULL), TWP_ERR_ARGUMENT);
    assert_int_equal(twp_stack_n_done(stack), 2);
    assert_int_equal(twp_stack_n_failed(stack), 1);
    assert_string_equal(twp_stack_reason(stack), "it broke");
    close_stack(&file, NULL);

    assert_int_equal(twp_reader_open(path, &reader, NULL), TWP_OK);
    assert_int_equal(
        twp_reader_read_float64(reader, "summary/cost_mean", &value, &n, NULL), TWP_OK);
    assert_int_equal(n, 6);
    assert_near(value[0], 10, 0);
    assert_near(value[1], 11, 0);
    assert_true(isnan(value[2]) && isnan(value[3]));
    assert_near(value[5], 31, 0);
    assert_int_equal(
        twp_reader_read_float64(reader, "contrasts/point_gap", &gap, &n, NULL), TWP_OK);
    assert_near(gap[1], 6, 0);
    assert_int_equal(twp_reader_read_int32(reader, "summary/point", &number, &n, NULL), TWP_OK);
    assert_int_equal(number[0], 5);
    assert_int_equal(twp_reader_read_int8(reader, "points/fate", &fate, &n, NULL), TWP_OK);
    assert_int_equal(fate[0], TWP_POINT_DONE);
    assert_int_equal(fate[1], TWP_POINT_FAILED);
    assert_int_equal(
        twp_reader_read_int8(reader, "contrasts/icer_place", &place, &n, NULL), TWP_OK);
    assert_int_equal(place[2], 2);
    assert_int_equal(place[1], 0);
    assert_int_equal(
        twp_reader_attribute_text(reader, "contrasts/icer_place", "flag_meanings", &text, NULL),
        TWP_OK);
    assert_contains(text, "dominates");
    twp_reader_close(reader);
    free(text);
    free(place);
    free(fate);
    free(number);
    free(gap);
    free(value);
    free(path);
}

static void
test_a_point_of_another_shape_is_refused(void **state)
{
    char *const path = testlib_join(*state, "stack.h5");
    file_t file;
    twp_stack_t *stack;
    twp_error_t err = { TWP_OK, "" };

    open_stack(&file, path);
    stack = file.stack;
    assert_int_equal(twp_stack_put(stack, 0, capture(1, "app", "t", "Cost"), NULL), TWP_OK);
    assert_int_equal(
        twp_stack_put(stack, 1, capture(1, "other", "t", "Cost"), &err), TWP_ERR_FORMAT);
    assert_contains(err.message, "summary/strategy");
    assert_int_equal(
        twp_stack_put(stack, 1, capture(1, "app", "t", "Cost at 3 %"), &err), TWP_ERR_FORMAT);
    assert_contains(err.message, "summary/cost_mean");
    assert_int_equal(
        twp_stack_put(stack, 0, capture(1, "app", "t", "Cost"), &err), TWP_ERR_ARGUMENT);
    assert_int_equal(
        twp_stack_put(stack, 3, capture(1, "app", "t", "Cost"), &err), TWP_ERR_ARGUMENT);
    assert_int_equal(twp_stack_n_done(stack), 1);
    twp_stack_free(stack);
    twp_results_abandon(file.writer);
    free(path);
}

static void
test_a_text_of_the_root_that_moves_is_said_to(void **state)
{
    char *const path = testlib_join(*state, "stack.h5");
    file_t file;
    twp_reader_t *reader;
    char *title;

    open_stack(&file, path);
    assert_int_equal(twp_stack_put(file.stack, 1, capture(1, "app", "one", "Cost"), NULL), TWP_OK);
    assert_int_equal(twp_stack_put(file.stack, 2, capture(1, "app", "two", "Cost"), NULL), TWP_OK);
    close_stack(&file, NULL);
    assert_int_equal(twp_reader_open(path, &reader, NULL), TWP_OK);
    assert_int_equal(twp_reader_attribute_text(reader, "", "title", &title, NULL), TWP_OK);
    assert_string_equal(title, "differs from point to point");
    twp_reader_close(reader);
    free(title);
    free(path);
}

/* Whether points come in order, at once, from files, or in between: one file. */
static void
test_a_file_does_not_depend_on_how_its_points_came(void **state)
{
    char *const path = testlib_join(*state, "stack.h5"),
                *const again = testlib_join(*state, "b.h5");
    char digest[2][TWP_CONTENT_DIGEST_HEX_SIZE];
    twp_reader_t *reader;
    file_t file;

    open_stack(&file, path);
    assert_int_equal(twp_stack_put(file.stack, 1, capture(20, "app", "one", "Cost"), NULL), TWP_OK);
    assert_int_equal(twp_stack_fail(file.stack, 0, "it broke", NULL), TWP_OK);
    assert_int_equal(twp_stack_put(file.stack, 2, capture(30, "app", "two", "Cost"), NULL), TWP_OK);
    close_stack(&file, digest[0]);

    open_stack(&file, again);
    assert_int_equal(twp_stack_shape(file.stack, capture(0, "app", "one", "Cost"), NULL), TWP_OK);
    assert_int_equal(twp_reader_open(path, &reader, NULL), TWP_OK);
    assert_int_equal(twp_stack_put_file(file.stack, reader, 0, 3, NULL), TWP_OK);
    assert_int_equal(twp_stack_put_file(file.stack, reader, 0, 3, NULL), TWP_ERR_ARGUMENT);
    twp_reader_close(reader);
    assert_int_equal(twp_stack_n_failed(file.stack), 1);
    close_stack(&file, digest[1]);
    assert_string_equal(digest[0], digest[1]);
    free(again);
    free(path);
}

/* With a time coordinate of its own. */
static twp_results_writer_t *
capture_at(double cost, double time, const char *second_strategy, const char *label)
{
    twp_results_writer_t *const writer = capture(cost, second_strategy, "t", label);

    assert_int_equal(
        twp_results_dimension_float64(writer, "summary", "quantile", 1, &time, "1", NULL, NULL),
        TWP_OK);
    return writer;
}

/* Columns as the file's points have them are not laid under labels, names or coordinates of others. */
static void
test_points_of_a_file_of_another_shape_fail(void **state)
{
    static const struct {
        double time;
        const char *strategy, *label, *where;
    } shape[] = { { 0.5, "app", "Cost", NULL }, { 0.25, "app", "Cost", "summary/quantile" },
        { 0.5, "other", "Cost", "summary/strategy" },
        { 0.5, "app", "Cost at 3 %", "summary/cost_mean" } };
    char *const path = testlib_join(*state, "stack.h5");
    file_t file;

    open_stack(&file, path);
    assert_int_equal(
        twp_stack_put(file.stack, 0, capture_at(10, 0.5, "app", "Cost"), NULL), TWP_OK);
    assert_int_equal(twp_stack_fail(file.stack, 1, "it broke", NULL), TWP_OK);
    close_stack(&file, NULL);
    for (size_t i = 0; i < sizeof shape / sizeof shape[0]; i++) {
        char *const again = testlib_join(*state, "again.h5");
        const bool is_same = shape[i].where == NULL;
        twp_error_t err = { TWP_OK, "" };
        twp_reader_t *reader;
        double *value;
        char **error;
        size_t n;

        (void) remove(again);
        open_stack(&file, again);
        assert_int_equal(twp_stack_shape(file.stack,
                             capture_at(0, shape[i].time, shape[i].strategy, shape[i].label), NULL),
            TWP_OK);
        assert_int_equal(twp_reader_open(path, &reader, NULL), TWP_OK);
        if (twp_stack_put_file(file.stack, reader, 0, 3, &err) != TWP_OK)
            fail_msg("%s", err.message);
        twp_reader_close(reader);
        assert_int_equal(twp_stack_n_done(file.stack), is_same ? 1 : 0);
        assert_int_equal(twp_stack_n_failed(file.stack), is_same ? 1 : 2);
        close_stack(&file, NULL);
        assert_int_equal(twp_reader_open(again, &reader, NULL), TWP_OK);
        assert_int_equal(
            twp_reader_read_float64(reader, "summary/cost_mean", &value, &n, NULL), TWP_OK);
        assert_int_equal(n, 6);
        assert_true(is_same ? value[0] == 10 : isnan(value[0]));
        assert_int_equal(twp_reader_read_texts(reader, "points/error", &error, &n, NULL), TWP_OK);
        if (is_same)
            assert_string_equal(error[0], "");
        else
            assert_contains(error[0], shape[i].where);
        assert_string_equal(error[1], "it broke");
        assert_string_equal(error[2], "");
        twp_reader_free_texts(error, n);
        free(value);
        twp_reader_close(reader);
        free(again);
    }
    free(path);
}

/* There is nothing to stream into, and nothing that could be published. */
static void
test_a_writer_that_captures_has_no_streams_and_no_file(void **state)
{
    twp_results_writer_t *writer;
    file_t file;
    char *const path = testlib_join(*state, "stack.h5");
    twp_field_t field;
    twp_error_t err = { TWP_OK, "" };
    int stream;

    assert_int_equal(twp_results_writer_open(NULL, NULL, &writer, NULL), TWP_OK);
    assert_int_equal(twp_results_group(writer, "twins", NULL), TWP_OK);
    assert_int_equal(
        twp_columns_field("twins", "twin", TWP_TYPE_INT32, NULL, &field, NULL), TWP_OK);
    assert_int_equal(twp_results_stream(writer, "twins", &field, &stream, &err), TWP_ERR_ARGUMENT);
    twp_results_abandon(writer);
    assert_int_equal(twp_results_writer_open(NULL, NULL, &writer, NULL), TWP_OK);
    assert_int_equal(twp_results_close(writer, "complete", NULL, &err), TWP_ERR_ARGUMENT);
    open_stack(&file, path);
    assert_int_equal(twp_stack_end(file.stack, &err), TWP_ERR_ARGUMENT);
    twp_stack_free(file.stack);
    twp_results_abandon(file.writer);
    free(path);
}

/* Else it would be kept as a fault of the point that failed before, and lasting. */
static void
test_a_full_disk_is_told_whatever_points_failed(void **state)
{
    static const twp_error_t own = { TWP_ERR_FAULT, "it broke" },
                             disk = { TWP_ERR_IO, "disk full" },
                             memory = { TWP_ERR_MEMORY, "no memory" };
    char *const path = testlib_join(*state, "stack.h5");
    file_t file;

    open_stack(&file, path);
    twp_points_t sweep = { .n = 3, .goes_on = true, .i_failed = 3, .stack = file.stack };

    twp_points_note_failure(&sweep, 0, &own);
    assert_true(sweep.goes_on);
    assert_int_equal(sweep.status, TWP_ERR_FAULT);
    assert_string_equal(twp_stack_reason(file.stack), "it broke");
    twp_points_note_failure(&sweep, 2, &disk);
    assert_false(sweep.goes_on);
    twp_points_note_failure(&sweep, 1, &own);
    twp_points_note_failure(&sweep, 1, &memory);
    assert_int_equal(sweep.status, TWP_ERR_IO);
    assert_string_equal(sweep.err.message, "disk full");
    assert_int_equal(twp_stack_n_failed(file.stack), 1);

    /* A reason that cannot be kept: the point was put, and what came then is an error of the whole. */
    sweep = (twp_points_t){ .n = 3, .goes_on = true, .i_failed = 3, .stack = file.stack };
    twp_points_note_failure(&sweep, 1, &own);
    twp_points_note_failure(&sweep, 0, &(twp_error_t){ TWP_ERR_LIMIT, "too large" });
    assert_false(sweep.goes_on);
    assert_int_equal(sweep.status, TWP_ERR_LIMIT);
    assert_string_equal(sweep.err.message, "too large");
    assert_int_equal(sweep.n_failed, 1);
    twp_stack_free(file.stack);
    twp_results_abandon(file.writer);
    free(path);
}

int
main(void)
{
#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown((test), testlib_setup_folder, testlib_teardown_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_points_lie_in_their_order_and_what_is_missing_is_nan),
        IN_FOLDER(test_a_point_of_another_shape_is_refused),
        IN_FOLDER(test_a_text_of_the_root_that_moves_is_said_to),
        IN_FOLDER(test_a_file_does_not_depend_on_how_its_points_came),
        IN_FOLDER(test_points_of_a_file_of_another_shape_fail),
        IN_FOLDER(test_a_full_disk_is_told_whatever_points_failed),
        IN_FOLDER(test_a_writer_that_captures_has_no_streams_and_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
