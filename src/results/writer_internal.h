/**
 * What the parts of the writer share: the file as a whole (writer.c), whole arrays (writer_array.c), columns
 * written piece by piece along their last dimension (writer_stream.c) or their first (writer_slab.c). What they
 * describe is in writer_model.h.
 */
#ifndef TWP_RESULTS_WRITER_INTERNAL_H
#define TWP_RESULTS_WRITER_INTERNAL_H

#include "results/publish.h"
#include "results/writer.h"
#include "results/writer_model.h"

/* Groups move when their list grows, columns do not. */
typedef struct {
    size_t i_group;
    twp_model_column_t *column;
} twp_writer_stream_t;

/* A whole array that comes slab by slab along its first dimension. */
typedef struct {
    size_t length[TWP_FIELD_DIMS_MAX];
    twp_model_column_t *column;
    size_t n_inner; /* elements of one index of the first dimension */
    size_t n_done;  /* indices of the first dimension that came */
    twp_content_column_t digest;
} twp_writer_slabs_t;

struct twp_results_writer {
    twp_publish_t publish;
    bool is_capture; /* no file: arrays are kept */
    bool overwrite;
    twp_status_t status; /* of the first failure */
    twp_writer_model_t model;
    twp_writer_stream_t *stream;
    size_t n_streams, stream_capacity;
    twp_writer_slabs_t **slabs; /* [n_slabs] */
    size_t n_slabs, slabs_capacity;
    unsigned char *band; /* room for TWP_CHUNK_ELEMENTS of any type, or NULL */
};

/* Remembers the first failure: from then on every call returns it. */
#define TWP_WRITER_FAIL(writer, err, code, ...) \
    ((writer)->status = TWP_FAIL((err), (code), __VA_ARGS__))

twp_status_t twp_writer_fail_memory(twp_results_writer_t *writer, twp_error_t *err);
/** TWP_OK while nothing has failed. */
twp_status_t twp_writer_check_usable(const twp_results_writer_t *writer, twp_error_t *err);
/** The group of that name, NULL being the root, or NULL with the failure set. */
twp_model_group_t *twp_writer_group(
    twp_results_writer_t *writer, const char *name, twp_error_t *err);
/** Finds or declares the dimensions of a field and adds it as a column. */
twp_status_t twp_writer_add_column(twp_results_writer_t *writer, const char *group_name,
    const twp_field_t *field, bool is_stream, twp_model_column_t **column, twp_error_t *err);

/** Fills elements with the value of what is not there: NaN, or 0 where there is no such thing. */
void twp_writer_fill(twp_type_t type, unsigned char *elements, size_t n);

/** Sets the shape of a whole array's chunks. */
void twp_writer_shape_chunk(twp_model_column_t *column, const size_t *length);
/**
 * Hands a whole array, or as much of it as a row of chunks covers (length[0] says so), to the spool in chunks of that
 * shape.
 */
twp_status_t twp_writer_add_chunks(twp_results_writer_t *writer, twp_model_column_t *column,
    const size_t *length, const unsigned char *data, twp_error_t *err);

/** Ends all arrays that came slab by slab; TWP_ERR_ARGUMENT where one is not whole. */
twp_status_t twp_writer_finish_slabs(twp_results_writer_t *writer, twp_error_t *err);
void twp_writer_free_slabs(twp_results_writer_t *writer);

/** Ends a stream: its rows must be equally long, and as long as its dimension is said to be. */
twp_status_t twp_writer_finish_stream(
    twp_results_writer_t *writer, const twp_writer_stream_t *stream, twp_error_t *err);
/** The content digest of a stream's column, once the spool is flushed. */
void twp_writer_sum_stream(twp_model_column_t *column);

#endif
