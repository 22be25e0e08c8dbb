#include "results/reader_internal.h"

#include "base/error.h"
#include "results/hdf5_texts.h"
#include "results/text_heap.h"

#include <H5DSpublic.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_NAME "This is a netCDF dimension but not a netCDF variable."
#define MAX_CHUNK_BYTES ((size_t) 64 << 20) /* of ours, a chunk has at most 512 KiB */
#define MAX_TEXTS ((size_t) 1 << 24)
#define DEFLATE_RATIO 1032 /* deflate makes no more than this out of a byte (zlib's FAQ) */

/* ---- what a dataset is ----------------------------------------------------------------------- */

static const char *
take_extent(hid_t dataset, twp_dataset_info_t *info)
{
    hsize_t length[H5S_MAX_RANK];
    const hid_t space = H5Dget_space(dataset);
    const char *fault = NULL;

    info->n_dims = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    if (info->n_dims > TWP_FIELD_DIMS_MAX)
        fault = "more dimensions than a results file has";
    else if (info->n_dims < 0 || H5Sget_simple_extent_type(space) == H5S_NULL ||
        H5Sget_simple_extent_dims(space, length, NULL) < 0)
        fault = "its shape cannot be read";
    info->n_elements = 1;
    for (int i = 0; fault == NULL && i < info->n_dims; i++) {
        info->length[i] = (size_t) length[i];
        if (length[i] > SIZE_MAX / 64 ||
            __builtin_mul_overflow(info->n_elements, info->length[i], &info->n_elements) ||
            info->n_elements > SIZE_MAX / 64)
            fault = "a size that cannot be";
    }
    if (space >= 0)
        (void) H5Sclose(space);
    return fault;
}

static const char *
take_filters(hid_t plist, twp_dataset_info_t *info)
{
    const int n = H5Pget_nfilters(plist);

    if (n < 0)
        return "its filters cannot be read";
    for (int i = 0; i < n; i++) {
        size_t n_values = 0;
        unsigned flags, config;
        const H5Z_filter_t filter = H5Pget_filter2(
            plist, (unsigned) i, &flags, &n_values, NULL, 0, NULL, &config);
        if (filter == H5Z_FILTER_SHUFFLE)
            info->is_shuffled = true;
        else if (filter == H5Z_FILTER_DEFLATE)
            info->is_deflated = true;
        else if (filter != H5Z_FILTER_FLETCHER32)
            return "a filter that a results file has not";
    }
    return NULL;
}

/* All of it lies in files that were checked, and they can hold it. */
static const char *
take_sources(const twp_reader_t *reader, hid_t plist, const twp_dataset_info_t *info)
{
    const size_t size = info->type == TWP_TYPE_TEXT ? 1 : twp_type_size(info->type);
    size_t n = 0;

    if (reader->sources == NULL)
        return "data outside of the file";
    if (H5Pget_virtual_count(plist, &n) < 0)
        return "its sources cannot be read";
    for (size_t i = 0; i < n; i++) {
        char name[PATH_MAX];
        const ssize_t n_name = H5Pget_virtual_filename(plist, i, name, sizeof name);

        if (n_name <= 0 || (size_t) n_name >= sizeof name || !twp_reader_is_source(reader, name))
            return "data in a file that is none of its shards";
    }
    if (info->n_elements * size / DEFLATE_RATIO > reader->source_bytes)
        return "fewer bytes in its shards than its size needs";
    return NULL;
}

/* Layout, chunks and filters; sizes that the bytes stored cannot hold are refused. */
static const char *
take_storage(const twp_reader_t *reader, hid_t dataset, hid_t plist, twp_dataset_info_t *info)
{
    const H5D_layout_t layout = H5Pget_layout(plist);
    const char *const fault = take_filters(plist, info);
    const size_t size = info->type == TWP_TYPE_TEXT ? 1 : twp_type_size(info->type);
    hsize_t chunk[H5S_MAX_RANK];
    size_t chunk_bytes = size;

    if (fault != NULL)
        return fault;
    if (layout == H5D_VIRTUAL && info->type != TWP_TYPE_TEXT)
        return take_sources(reader, plist, info);
    if ((layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED && layout != H5D_COMPACT) ||
        H5Pget_external_count(plist) != 0)
        return "data outside of the file";
    if (info->type == TWP_TYPE_TEXT && layout != H5D_CONTIGUOUS)
        return "text that does not lie in one piece";
    info->is_chunked = layout == H5D_CHUNKED;
    if (info->is_chunked) {
        if (H5Pget_chunk(plist, H5S_MAX_RANK, chunk) != info->n_dims)
            return "its chunks cannot be read";
        for (int i = 0; i < info->n_dims; i++) {
            info->chunk[i] = (size_t) chunk[i];
            if (__builtin_mul_overflow(chunk_bytes, info->chunk[i], &chunk_bytes))
                return "chunks of a size that cannot be";
        }
        if (chunk_bytes > MAX_CHUNK_BYTES)
            return "chunks of a size that a results file has not";
    }
    if (!info->is_plain_dimension) {
        const hsize_t stored = H5Dget_storage_size(dataset);
        const size_t ratio = info->is_deflated ? DEFLATE_RATIO : 1;
        if (info->n_elements * size / ratio > stored)
            return "fewer bytes than its size needs";
    }
    return NULL;
}

/* Whether it is a dimension, and which. */
static const char *
take_dimension(hid_t dataset, const char *object, twp_dataset_info_t *info)
{
    if (!twp_reader_has_own_labels(dataset))
        return "its dimensions cannot be read";
    info->is_dimension = H5DSis_scale(dataset) > 0;
    if (info->is_dimension) {
        char label[sizeof PLAIN_NAME];
        const char *const slash = strrchr(object, '/');
        const char *const name = slash != NULL ? slash + 1 : object;
        const ssize_t n = H5DSget_scale_name(dataset, label, sizeof label);
        info->is_plain_dimension = n >= (ssize_t) sizeof PLAIN_NAME - 1 &&
            strcmp(label, PLAIN_NAME) == 0;
        if (info->n_dims != 1 || strlen(name) > TWP_COLUMN_NAME_MAX)
            return "a dimension of more than one dimension";
        memcpy(info->dim[0], name, strlen(name) + 1);
    }
    return NULL;
}

static twp_status_t
take_shape_and_type(const twp_reader_t *reader, hid_t dataset, const char *object,
    twp_dataset_info_t *info, twp_error_t *err)
{
    const hid_t type = H5Dget_type(dataset), plist = H5Dget_create_plist(dataset);
    const char *fault = NULL;

    memset(info, 0, sizeof *info);
    if (type < 0 || plist < 0)
        fault = "its header cannot be read";
    if (fault == NULL)
        fault = take_extent(dataset, info);
    if (fault == NULL)
        fault = take_dimension(dataset, object, info);
    if (fault == NULL && !info->is_plain_dimension &&
        !twp_reader_classify(type, &info->type, &info->is_variable_text))
        fault = "a type that a results file has not";
    if (fault == NULL && info->is_plain_dimension)
        info->type = TWP_TYPE_FLOAT32;
    if (fault == NULL)
        fault = take_storage(reader, dataset, plist, info);
    if (type >= 0)
        (void) H5Tclose(type);
    if (plist >= 0)
        (void) H5Pclose(plist);
    return fault == NULL ? TWP_OK : twp_reader_refuse(reader, object, fault, err);
}

static twp_status_t
look(twp_reader_t *reader, const char *object, bool is_with_names, twp_dataset_info_t *info,
    twp_error_t *err)
{
    const char *fault = NULL;
    twp_status_t status;
    hid_t dataset;

    memset(info, 0, sizeof *info);
    twp_reader_begin(reader);
    dataset = twp_reader_open_kind(reader, object, H5I_DATASET, &status, err);
    if (dataset >= 0) {
        status = take_shape_and_type(reader, dataset, object, info, err);
        if (status == TWP_OK && is_with_names)
            fault = twp_reader_name_dimensions(reader, dataset, info);
        if (fault != NULL)
            status = twp_reader_refuse(reader, object, fault, err);
        (void) H5Dclose(dataset);
    }
    return twp_reader_end(reader, status);
}

twp_status_t
twp_reader_info(
    twp_reader_t *reader, const char *object, twp_dataset_info_t *info, twp_error_t *err)
{
    return look(reader, object, true, info, err);
}

twp_status_t
twp_reader_shape(
    twp_reader_t *reader, const char *object, twp_dataset_info_t *info, twp_error_t *err)
{
    return look(reader, object, false, info, err);
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Whether every value of a stored type is one of the wanted type. */
static bool
fits(twp_type_t stored, twp_type_t wanted)
{
    if (stored == TWP_TYPE_TEXT || wanted == TWP_TYPE_TEXT)
        return false;
    if (twp_type_is_integer(wanted))
        return twp_type_is_integer(stored) && twp_type_size(stored) <= twp_type_size(wanted);
    if (twp_type_is_integer(stored))
        return wanted == TWP_TYPE_FLOAT64 ? stored != TWP_TYPE_INT64 : twp_type_size(stored) <= 2;
    return twp_type_size(stored) <= twp_type_size(wanted);
}

/* Opens a dataset of numbers that can be read as elements of type. */
static hid_t
open_numbers(twp_reader_t *reader, const char *object, twp_type_t type, twp_dataset_info_t *info,
    twp_status_t *status, twp_error_t *err)
{
    const hid_t dataset = twp_reader_open_kind(reader, object, H5I_DATASET, status, err);

    if (dataset < 0)
        return dataset;
    *status = take_shape_and_type(reader, dataset, object, info, err);
    if (*status == TWP_OK && (info->is_plain_dimension || !fits(info->type, type)))
        *status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: /%s is %s and cannot be read as %s",
            reader->path, object,
            info->is_plain_dimension ? "a dimension without values" : twp_type_name(info->type),
            twp_type_name(type));
    if (*status == TWP_OK)
        return dataset;
    (void) H5Dclose(dataset);
    return H5I_INVALID_HID;
}

static twp_status_t
read_whole(twp_reader_t *reader, const char *object, twp_type_t type, void **values, size_t *n,
    twp_error_t *err)
{
    twp_dataset_info_t info = { 0 };
    twp_status_t status;
    void *memory = NULL;
    hid_t dataset;

    *values = NULL;
    if (n != NULL)
        *n = 0;
    twp_reader_begin(reader);
    dataset = open_numbers(reader, object, type, &info, &status, err);
    if (dataset < 0)
        return twp_reader_end(reader, status);
    if (info.n_elements > TWP_READER_MAX_ELEMENTS)
        status = TWP_FAIL(err, TWP_ERR_LIMIT, "%s: /%s has %zu elements: read it in parts",
            reader->path, object, info.n_elements);
    else if ((memory = malloc(info.n_elements > 0 ? info.n_elements * twp_type_size(type) : 1)) ==
        NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "%s: /%s: no memory for %zu elements", reader->path,
            object, info.n_elements);
    else if (info.n_elements > 0 &&
        H5Dread(dataset, twp_reader_memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, memory) < 0)
        status = twp_reader_damaged(reader, object, "its data cannot be read", err);
    if (H5Dclose(dataset) < 0 && status == TWP_OK)
        status = twp_reader_damaged(reader, object, "cannot be closed", err);
    if (status != TWP_OK) {
        free(memory);
        return twp_reader_end(reader, status);
    }
    *values = memory;
    if (n != NULL)
        *n = info.n_elements;
    return twp_reader_end(reader, TWP_OK);
}

#define DEFINE_READ(name, c_type, type)                                                         \
    twp_status_t twp_reader_read_##name(                                                        \
        twp_reader_t *reader, const char *object, c_type **values, size_t *n, twp_error_t *err) \
    {                                                                                           \
        void *memory;                                                                           \
        const twp_status_t status = read_whole(reader, object, type, &memory, n, err);          \
        *values = memory;                                                                       \
        return status;                                                                          \
    }

DEFINE_READ(float64, double, TWP_TYPE_FLOAT64)
DEFINE_READ(float32, float, TWP_TYPE_FLOAT32)
DEFINE_READ(int64, int64_t, TWP_TYPE_INT64)
DEFINE_READ(int32, int32_t, TWP_TYPE_INT32)
DEFINE_READ(int16, int16_t, TWP_TYPE_INT16)
DEFINE_READ(int8, int8_t, TWP_TYPE_INT8)

static twp_status_t
read_part(const twp_reader_t *reader, hid_t dataset, const char *object,
    const twp_dataset_info_t *info, twp_type_t type, const size_t *start, const size_t *count,
    void *values, twp_error_t *err)
{
    hsize_t from[TWP_FIELD_DIMS_MAX], n[TWP_FIELD_DIMS_MAX];
    twp_status_t status = TWP_OK;
    size_t n_elements = 1;
    hid_t in_file, in_memory;

    for (int i = 0; i < info->n_dims; i++) {
        if (count[i] > info->length[i] || start[i] > info->length[i] - count[i])
            return TWP_FAIL(err, TWP_ERR_ARGUMENT,
                "%s: /%s: %zu elements from %zu, but dimension %d has %zu", reader->path, object,
                count[i], start[i], i, info->length[i]);
        from[i] = start[i];
        n[i] = count[i];
        n_elements *= count[i]; /* at most info->n_elements */
    }
    if (n_elements == 0)
        return TWP_OK;
    in_file = H5Dget_space(dataset);
    in_memory = H5Screate_simple(info->n_dims, n, NULL);
    if (in_file < 0 || in_memory < 0 ||
        H5Sselect_hyperslab(in_file, H5S_SELECT_SET, from, NULL, n, NULL) < 0 ||
        H5Dread(dataset, twp_reader_memory_type(type), in_memory, in_file, H5P_DEFAULT, values) < 0)
        status = twp_reader_damaged(reader, object, "its data cannot be read", err);
    if (in_file >= 0)
        (void) H5Sclose(in_file);
    if (in_memory >= 0)
        (void) H5Sclose(in_memory);
    return status;
}

twp_status_t
twp_reader_read_slice(twp_reader_t *reader, const char *object, twp_type_t type,
    const size_t *start, const size_t *count, void *values, twp_error_t *err)
{
    twp_dataset_info_t info = { 0 };
    twp_status_t status;
    hid_t dataset;

    twp_reader_begin(reader);
    dataset = open_numbers(reader, object, type, &info, &status, err);
    if (dataset >= 0) {
        status = info.n_dims > 0
            ? read_part(reader, dataset, object, &info, type, start, count, values, err)
            : twp_reader_refuse(reader, object, "a single number has no parts", err);
        if (H5Dclose(dataset) < 0 && status == TWP_OK)
            status = twp_reader_damaged(reader, object, "cannot be closed", err);
    }
    return twp_reader_end(reader, status);
}

/* ---- texts ----------------------------------------------------------------------------------- */

void
twp_reader_free_texts(char **texts, size_t n)
{
    for (size_t i = 0; texts != NULL && i < n; i++)
        free(texts[i]);
    free(texts);
}

/* HDF5 allocates each text with malloc(); what is stored as no text at all is "". */
static twp_status_t
read_text_elements(const twp_reader_t *reader, hid_t dataset, const char *object, size_t n,
    char **texts, twp_error_t *err)
{
    const haddr_t offset = n > 0 ? H5Dget_offset(dataset) : 0;
    const hid_t stored = H5Dget_type(dataset);
    const hid_t type = stored >= 0 ? twp_reader_text_type(stored) : H5I_INVALID_HID;
    const hid_t plist = twp_hdf5_texts_plist();
    twp_status_t status = TWP_OK;

    if (type < 0 || plist < 0 || offset == HADDR_UNDEF)
        status = twp_reader_damaged(reader, object, "its text cannot be read", err);
    else if (n > 0) /* HDF5 follows whatever stands there */
        status = twp_text_heap_check_elements(reader->path, offset, n, err);
    if (status == TWP_OK && (n > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, plist, texts) < 0))
        status = twp_reader_damaged(reader, object, "its text cannot be read", err);
    for (size_t i = 0; status == TWP_OK && i < n; i++)
        if (texts[i] == NULL && (texts[i] = strdup("")) == NULL)
            status = TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", reader->path);
    if (plist >= 0)
        (void) H5Pclose(plist);
    if (type >= 0)
        (void) H5Tclose(type);
    if (stored >= 0)
        (void) H5Tclose(stored);
    return status;
}

twp_status_t
twp_reader_read_texts(
    twp_reader_t *reader, const char *object, char ***texts, size_t *n, twp_error_t *err)
{
    twp_dataset_info_t info = { 0 };
    twp_status_t status;
    char **read = NULL;
    hid_t dataset;

    *texts = NULL;
    *n = 0;
    twp_reader_begin(reader);
    dataset = twp_reader_open_kind(reader, object, H5I_DATASET, &status, err);
    if (dataset < 0)
        return twp_reader_end(reader, status);
    status = take_shape_and_type(reader, dataset, object, &info, err);
    if (status == TWP_OK && (info.type != TWP_TYPE_TEXT || info.is_plain_dimension))
        status = twp_reader_refuse(reader, object, "not text", err);
    if (status == TWP_OK && info.n_elements > MAX_TEXTS)
        status = TWP_FAIL(
            err, TWP_ERR_LIMIT, "%s: /%s has %zu texts", reader->path, object, info.n_elements);
    if (status == TWP_OK) {
        read = calloc(info.n_elements + 1, sizeof *read);
        status = read == NULL
            ? TWP_FAIL(err, TWP_ERR_MEMORY, "%s: /%s: no memory", reader->path, object)
            : read_text_elements(reader, dataset, object, info.n_elements, read, err);
    }
    if (H5Dclose(dataset) < 0 && status == TWP_OK)
        status = twp_reader_damaged(reader, object, "cannot be closed", err);
    if (status != TWP_OK) {
        twp_reader_free_texts(read, info.n_elements);
        return twp_reader_end(reader, status);
    }
    *texts = read;
    *n = info.n_elements;
    return twp_reader_end(reader, TWP_OK);
}

twp_status_t
twp_reader_read_text(twp_reader_t *reader, const char *object, char **text, twp_error_t *err)
{
    char **texts = NULL;
    size_t n = 0;
    twp_status_t status = twp_reader_read_texts(reader, object, &texts, &n, err);

    *text = NULL;
    if (status == TWP_OK && n != 1)
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: /%s is not one text", reader->path, object);
    if (status == TWP_OK) {
        *text = texts[0];
        texts[0] = NULL;
    }
    twp_reader_free_texts(texts, n);
    return status;
}
