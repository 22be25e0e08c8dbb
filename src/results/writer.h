/**
 * Writing a results file that is whole or absent, with the same bytes for equal content.
 *
 * The writer holds the file as a description (groups, dimensions, columns, attributes) and small
 * arrays in memory. Long columns are streams: rows are appended, full chunks are compressed by all
 * threads and laid aside in an unnamed spool file in the target folder, so memory stays flat in the
 * number of rows. twp_results_close() writes the HDF5 file under a temporary name in one go (groups
 * in the order of vocabulary/columns, in each group first the dimensions, then the columns, both in
 * order of declaration, each column's chunks together) and publishes it. The bytes therefore depend
 * on the content only, never on threads or on how appends were cut.
 *
 * A call that fails leaves the writer unusable except for twp_results_abandon(); later calls return
 * the first failure's status. A writer is used by one thread at a time, and HDF5 by one thread of
 * the process at a time: close and the reader's functions must not run at the same time.
 *
 * Memory: a chunk of 65,536 elements for each row of each stream, and eight for each thread. Arrays that come in
 * slabs need one index of their first dimension at a time.
 */
#ifndef TWP_RESULTS_WRITER_H
#define TWP_RESULTS_WRITER_H

#include "twinpath.h"
#include "vocabulary/columns.h"

#define TWP_CONTENT_DIGEST_HEX_SIZE 65 /**< 64 hex digits and a NUL */
#define TWP_CHUNK_ELEMENTS 65536       /**< rows of a full chunk: a constant of the format */

typedef struct twp_results_writer twp_results_writer_t; /* opaque */

typedef struct {
    bool overwrite; /**< replace a file that is there, atomically */
    int n_threads;  /**< for compression; 0: as many as OpenMP gives */
} twp_results_options_t;

/**
 * Once a process, before any other HDF5 call, by main: keeps HDF5 from running its exit handler
 * (it crashes after failed writes) and from loading filter plug-ins.
 */
void twp_results_setup(void);

/**
 * Opens a writer for the file path. Removes temporary files of earlier attempts at the same path
 * whose process on this host is gone or that are older than a day. options may be NULL.
 * @param writer  set on success; ended by twp_results_close() or twp_results_abandon()
 * Fails with TWP_ERR_IO (no such folder, not writable) and TWP_ERR_MEMORY.
 *
 * path NULL: nothing is going to be written; whole arrays are kept as they are (results/stack.h takes
 * them), streams are refused, and twp_results_abandon() ends it.
 */
TWP_CHECK_RESULT twp_status_t twp_results_writer_open(const char *path,
    const twp_results_options_t *options, twp_results_writer_t **writer, twp_error_t *err);

/** Declares a group ("summary"). Once is enough; a second time does nothing. */
TWP_CHECK_RESULT twp_status_t twp_results_group(
    twp_results_writer_t *writer, const char *group, twp_error_t *err);

/** Attributes of the root (group NULL) or a group. A second value of the same type replaces. */
TWP_CHECK_RESULT twp_status_t twp_results_attribute_text(twp_results_writer_t *writer,
    const char *group, const char *name, const char *value, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_results_attribute_int32(twp_results_writer_t *writer,
    const char *group, const char *name, int32_t value, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_results_attribute_float64(twp_results_writer_t *writer,
    const char *group, const char *name, double value, twp_error_t *err);

/**
 * Dimensions of a group (which must be declared): with labels, with values, or plain (a length and
 * nothing else). units may be NULL; a long_name of NULL is that of the table. All is copied.
 */
TWP_CHECK_RESULT twp_status_t twp_results_dimension_labels(twp_results_writer_t *writer,
    const char *group, const char *name, size_t n, const char *const *labels, const char *long_name,
    twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_results_dimension_float64(twp_results_writer_t *writer,
    const char *group, const char *name, size_t n, const double *values, const char *units,
    const char *long_name, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_results_dimension_int32(twp_results_writer_t *writer,
    const char *group, const char *name, size_t n, const int32_t *values, const char *units,
    const char *long_name, twp_error_t *err);

#define TWP_LENGTH_UNKNOWN SIZE_MAX /**< set by the streams over the dimension, or later */

TWP_CHECK_RESULT twp_status_t twp_results_dimension_plain(twp_results_writer_t *writer,
    const char *group, const char *name, size_t length, twp_error_t *err);
/** Sets the length of a plain dimension declared with TWP_LENGTH_UNKNOWN. */
TWP_CHECK_RESULT twp_status_t twp_results_dimension_set_length(twp_results_writer_t *writer,
    const char *group, const char *name, size_t length, twp_error_t *err);

/**
 * Writes a whole array; the group and all its dimensions are declared and have lengths.
 * @param data  row-major elements of the field's type; const char *const * for text
 */
TWP_CHECK_RESULT twp_status_t twp_results_write(twp_results_writer_t *writer, const char *group,
    const twp_field_t *field, const void *data, twp_error_t *err);

/**
 * The same for a numeric array whose elements come in slabs along its first dimension, whose length is known:
 * declares it, then takes the next n indices of that dimension (row-major; copied). All must have come when the
 * file is closed. What is written does not depend on how it was cut into slabs.
 * @param number  set to the number to append with
 */
TWP_CHECK_RESULT twp_status_t twp_results_slabs(twp_results_writer_t *writer, const char *group,
    const twp_field_t *field, int *number, twp_error_t *err);
TWP_CHECK_RESULT twp_status_t twp_results_append_slab(
    twp_results_writer_t *writer, int number, size_t n, const void *data, twp_error_t *err);

/** Writes a scalar text dataset, such as provenance/study_yaml. */
TWP_CHECK_RESULT twp_status_t twp_results_write_text(twp_results_writer_t *writer,
    const char *group, const char *name, const char *text, twp_error_t *err);

/**
 * Declares a column written piece by piece along its last dimension. Leading dimensions (strategy)
 * have lengths; the last may be a plain one of unknown length, or one that the column itself is the
 * coordinate of (field->name equals its only dimension, such as path; it need not be declared).
 * @param stream  set to the number to append with
 */
TWP_CHECK_RESULT twp_status_t twp_results_stream(twp_results_writer_t *writer, const char *group,
    const twp_field_t *field, int *stream, twp_error_t *err);

/** A piece of the work that appends have left, by any thread of their team, also during one; false: there is none. */
bool twp_results_work(twp_results_writer_t *writer);

/**
 * Appends n elements to row i_row (0 for one dimension; else the row-major index over the leading
 * dimensions) of a stream. data is copied. Rows over one dimension must end equally long.
 */
TWP_CHECK_RESULT twp_status_t twp_results_append(twp_results_writer_t *writer, int stream,
    size_t i_row, size_t n, const void *data, twp_error_t *err);

/**
 * Says of a stream, each time before n elements are appended to each of its rows, that these lie in the column of
 * the same name and group in another results file, and stay there: the column becomes a virtual dataset. What is
 * appended goes into the content digest alone. Not for the coordinate of a dimension.
 * @param file  relative to the folder of the file that is written
 */
TWP_CHECK_RESULT twp_status_t twp_results_leave(
    twp_results_writer_t *writer, int stream, const char *file, size_t n, twp_error_t *err);

/** Streams declared so far, and what stream i < n is: its group and field, borrowed. */
size_t twp_results_n_streams(const twp_results_writer_t *writer);
const twp_field_t *twp_results_stream_field(
    const twp_results_writer_t *writer, size_t i_stream, const char **group);

/** Rows appended so far to row i_row of a stream. */
size_t twp_results_stream_length(const twp_results_writer_t *writer, int stream, size_t i_row);

/**
 * Writes and publishes the file, and path.sha256 as sha256sum prints it; frees the writer whatever
 * happens.
 * @param status  "complete" or "partial"
 * @param digest  receives the content digest, may be NULL
 * Fails with TWP_ERR_EXISTS when path exists with another content (unless options.overwrite); a
 * file of equal content is success and is left as it is. After another failure the file at path is
 * as it was, except when only its .sha256 or the last sync failed: then it is the whole new file.
 */
TWP_CHECK_RESULT twp_status_t twp_results_close(twp_results_writer_t *writer, const char *status,
    char digest[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err);

/** Frees the writer without publishing; nothing stays in the folder. NULL is allowed. */
void twp_results_abandon(twp_results_writer_t *writer);

#endif
