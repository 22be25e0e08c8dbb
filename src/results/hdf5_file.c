/*
 * A failed HDF5 call leaves the library in a state in which closing may crash or, worse, report
 * success. So the first failure ends everything: nothing is closed after it, the handles leak, and
 * the caller removes the file. For the same reason every close is checked: a chunk or header that
 * is not flushed shows nowhere else.
 */
#include "results/hdf5_file.h"

#include "base/error.h"
#include "results/hdf5_error.h"
#include "results/hdf5_scales.h"
#include "results/hdf5_texts.h"

#include <H5DSpublic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFLATE_LEVEL 1
#define MAX_COMPACT 65535 /* the most that HDF5 allows */
#define PLAIN_NAME "This is a netCDF dimension but not a netCDF variable."

typedef struct {
    const twp_writer_model_t *model;
    const char *path;
    hid_t file, text_type;
    hid_t group_plist, dataset_plist; /* creation lists without anything special */
    hid_t texts_plist;                /* how texts are moved */
    twp_error_t *err;
} output_t;

static twp_status_t
fail(const output_t *output, const char *group, const char *object, const char *what)
{
    char reason[TWP_HDF5_REASON_SIZE];

    return TWP_FAIL(output->err, TWP_ERR_IO, "%s: %s%s%s: %s: %s", output->path, group,
        *group != '\0' && *object != '\0' ? "/" : "", object, what, twp_hdf5_reason(reason));
}

static hid_t
file_type(twp_type_t type, hid_t text_type)
{
    switch (type) {
    case TWP_TYPE_INT8: return H5T_STD_I8LE;
    case TWP_TYPE_INT16: return H5T_STD_I16LE;
    case TWP_TYPE_INT32: return H5T_STD_I32LE;
    case TWP_TYPE_INT64: return H5T_STD_I64LE;
    case TWP_TYPE_FLOAT32: return H5T_IEEE_F32LE;
    case TWP_TYPE_FLOAT64: return H5T_IEEE_F64LE;
    case TWP_TYPE_TEXT: break;
    }
    return text_type;
}

/*
 * No times, creation order kept: without the first, equal runs would differ. Links and attributes
 * stay in the object's header however many there are: it has a checksum and is read at once, where
 * HDF5's heaps for many would take 4 KiB each and 1.10 crashes on a damaged one. (What is longer than
 * 64 KiB goes into one all the same: the list of a dimension with more than 4,095 columns.)
 */
static hid_t
make_plist(hid_t class)
{
    const hid_t plist = H5Pcreate(class);
    const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

    if (plist < 0 || H5Pset_obj_track_times(plist, 0) < 0 ||
        H5Pset_attr_creation_order(plist, order) < 0 ||
        H5Pset_attr_phase_change(plist, MAX_COMPACT, 0) < 0)
        return H5I_INVALID_HID;
    if (class != H5P_DATASET_CREATE &&
        (H5Pset_link_creation_order(plist, order) < 0 ||
            H5Pset_link_phase_change(plist, MAX_COMPACT, 0) < 0))
        return H5I_INVALID_HID;
    return plist;
}

static twp_status_t
create_file(output_t *output)
{
    const hid_t creation = make_plist(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);

    if (creation < 0 || access < 0 ||
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) < 0 ||
        H5Pset_file_locking(access, 0, 1) < 0)
        return fail(output, "", "", "cannot be prepared");
    output->file = H5Fcreate(output->path, H5F_ACC_EXCL, creation, access);
    if (output->file < 0)
        return fail(output, "", "", "cannot be created");
    output->group_plist = make_plist(H5P_GROUP_CREATE);
    output->dataset_plist = make_plist(H5P_DATASET_CREATE);
    output->texts_plist = twp_hdf5_texts_plist();
    output->text_type = H5Tcopy(H5T_C_S1);
    if (output->group_plist < 0 || output->dataset_plist < 0 || output->text_type < 0 ||
        output->texts_plist < 0 || H5Tset_size(output->text_type, H5T_VARIABLE) < 0 ||
        H5Tset_cset(output->text_type, H5T_CSET_UTF8) < 0 || H5Pclose(creation) < 0 ||
        H5Pclose(access) < 0)
        return fail(output, "", "", "cannot be prepared");
    return TWP_OK;
}

static twp_status_t
close_file(const output_t *output)
{
    if (H5Tclose(output->text_type) < 0 || H5Pclose(output->group_plist) < 0 ||
        H5Pclose(output->dataset_plist) < 0 || H5Pclose(output->texts_plist) < 0 ||
        H5Fflush(output->file, H5F_SCOPE_GLOBAL) < 0 || H5Fclose(output->file) < 0)
        return fail(output, "", "", "cannot be finished");
    return TWP_OK;
}

static twp_status_t
write_attribute(const output_t *output, hid_t object, const char *group, const char *name,
    const twp_model_attribute_t *attribute)
{
    const hid_t type = file_type(attribute->type, output->text_type);
    const hsize_t length = attribute->n;
    const hid_t space = attribute->n > 0 ? H5Screate_simple(1, &length, NULL)
                                         : H5Screate(H5S_SCALAR);
    const void *const values = attribute->type == TWP_TYPE_TEXT ? (const void *) &attribute->values
                                                                : attribute->values;
    hid_t made;

    if (space < 0)
        return fail(output, group, name, "an attribute has no room");
    made = H5Acreate2(object, attribute->name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (made < 0 || H5Awrite(made, type, values) < 0 || H5Aclose(made) < 0 || H5Sclose(space) < 0)
        return fail(output, group, name, "an attribute cannot be written");
    return TWP_OK;
}

static twp_status_t
write_attributes(const output_t *output, hid_t object, const char *group, const char *name,
    const twp_model_attribute_t *attributes, size_t n)
{
    twp_status_t status = TWP_OK;

    for (size_t i = 0; status == TWP_OK && i < n; i++)
        status = write_attribute(output, object, group, name, &attributes[i]);
    return status;
}

/* Writes a column's chunks as they lie in the spool: row by row for a stream, else in the order of
 * the grid of chunks. */
static twp_status_t
write_chunks(const output_t *output, hid_t dataset, const twp_model_group_t *group,
    const twp_model_column_t *column)
{
    const int n_dims = column->field.n_dims;
    hsize_t offset[TWP_FIELD_DIMS_MAX] = { 0 };

    for (size_t i_row = 0; i_row < column->n_rows; i_row++) {
        const twp_spool_row_t *const row = &column->row[i_row].spooled;
        for (size_t i = 0; i < row->n_pieces; i++) {
            const void *bytes;
            const twp_status_t status = twp_spool_read(
                output->model->spool, &row->piece[i], &bytes, output->err);
            if (status != TWP_OK)
                return status;
            if (H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset, row->piece[i].n_bytes, bytes) < 0)
                return fail(output, group->name, column->field.name, "rows cannot be written");
            for (int dim = n_dims - 1; dim >= 0; dim--) { /* the next chunk of the grid */
                offset[dim] += column->chunk[dim];
                if (offset[dim] < group->dimension[column->i_dim[dim]].length)
                    break;
                offset[dim] = 0;
            }
        }
    }
    return TWP_OK;
}

static hid_t
make_number_plist(const twp_model_column_t *column)
{
    const hid_t plist = make_plist(H5P_DATASET_CREATE);
    const double nan = NAN;
    hsize_t chunk[TWP_FIELD_DIMS_MAX];

    for (int i = 0; i < column->field.n_dims; i++)
        chunk[i] = column->chunk[i];
    if (plist < 0 || H5Pset_chunk(plist, column->field.n_dims, chunk) < 0 ||
        H5Pset_shuffle(plist) < 0 || H5Pset_deflate(plist, DEFLATE_LEVEL) < 0)
        return H5I_INVALID_HID;
    if (!twp_type_is_integer(column->field.type) &&
        H5Pset_fill_value(plist, H5T_NATIVE_DOUBLE, &nan) < 0)
        return H5I_INVALID_HID;
    return plist;
}

/* Missing counts and codes are told by a number that none has, -128 or -1. */
static bool
set_missing(hid_t plist, twp_type_t type)
{
    const double nan = NAN;
    const int missing = type == TWP_TYPE_INT8 ? -128 : -1;

    return twp_type_is_integer(type) ? H5Pset_fill_value(plist, H5T_NATIVE_INT, &missing) >= 0
                                     : H5Pset_fill_value(plist, H5T_NATIVE_DOUBLE, &nan) >= 0;
}

/* A virtual dataset: each source covers its part of the last dimension, in all rows. */
static hid_t
make_virtual_plist(const twp_model_group_t *group, const twp_model_column_t *column, hid_t space)
{
    const hid_t plist = make_plist(H5P_DATASET_CREATE);
    const int n_dims = column->field.n_dims;
    hsize_t start[TWP_FIELD_DIMS_MAX] = { 0 }, count[TWP_FIELD_DIMS_MAX];
    char object[2 * TWP_COLUMN_NAME_MAX + 3];
    bool is_good = plist >= 0 && set_missing(plist, column->field.type);

    (void) snprintf(object, sizeof object, "/%s/%s", group->name, column->field.name);
    for (int i = 0; i < n_dims; i++)
        count[i] = group->dimension[column->i_dim[i]].length;
    for (size_t i = 0; i < column->n_sources && is_good; i++) {
        hid_t source;

        count[n_dims - 1] = column->source[i].n;
        if (column->source[i].n == 0)
            continue;
        source = H5Screate_simple(n_dims, count, NULL);
        is_good = source >= 0 &&
            H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
            H5Pset_virtual(plist, space, column->source[i].file, object, source) >= 0 &&
            H5Sclose(source) >= 0;
        start[n_dims - 1] += count[n_dims - 1];
    }
    is_good = is_good && H5Sselect_all(space) >= 0;
    return is_good ? plist : H5I_INVALID_HID;
}

/* Creates a column with its attributes and data. The handle stays open for the scales. */
static twp_status_t
write_column(const output_t *output, hid_t location, const twp_model_group_t *group,
    const twp_model_column_t *column, hid_t *dataset)
{
    const char *const name = column->field.name;
    const bool is_text = column->field.type == TWP_TYPE_TEXT;
    const hid_t type = file_type(column->field.type, output->text_type);
    hsize_t length[TWP_FIELD_DIMS_MAX];
    hid_t space, plist;
    twp_status_t status;

    for (int i = 0; i < column->field.n_dims; i++)
        length[i] = group->dimension[column->i_dim[i]].length;
    space = column->field.n_dims > 0 ? H5Screate_simple(column->field.n_dims, length, NULL)
                                     : H5Screate(H5S_SCALAR);
    if (column->source != NULL)
        plist = make_virtual_plist(group, column, space);
    else
        plist = is_text ? output->dataset_plist : make_number_plist(column);
    if (space < 0 || plist < 0)
        return fail(output, group->name, name, "cannot be shaped");
    *dataset = H5Dcreate2(location, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    if (*dataset < 0)
        return fail(output, group->name, name, "cannot be created");
    if (is_text && column->n_texts > 0 &&
        H5Dwrite(*dataset, type, H5S_ALL, H5S_ALL, output->texts_plist, column->text) < 0)
        return fail(output, group->name, name, "cannot be written");
    if (H5Sclose(space) < 0 || (!is_text && H5Pclose(plist) < 0))
        return fail(output, group->name, name, "cannot be shaped");
    status = is_text || column->source != NULL ? TWP_OK
                                               : write_chunks(output, *dataset, group, column);
    if (status != TWP_OK)
        return status;
    return write_attributes(
        output, *dataset, group->name, name, column->attribute, (size_t) column->n_attributes);
}

/* netCDF's own way to say that a dimension has a length and no values: nothing is ever stored. */
static twp_status_t
write_plain_dimension(const output_t *output, hid_t location, const twp_model_group_t *group,
    const twp_model_dimension_t *dimension, hid_t *dataset)
{
    const hsize_t length = dimension->length;
    const hid_t space = H5Screate_simple(1, &length, NULL);
    char label[sizeof PLAIN_NAME + 24];

    (void) snprintf(label, sizeof label, "%s%10zu", PLAIN_NAME, dimension->length);
    if (space < 0)
        return fail(output, group->name, dimension->name, "cannot be shaped");
    *dataset = H5Dcreate2(location, dimension->name, H5T_IEEE_F32BE, space, H5P_DEFAULT,
        output->dataset_plist, H5P_DEFAULT);
    if (*dataset < 0 || H5DSset_scale(*dataset, label) < 0 || H5Sclose(space) < 0)
        return fail(output, group->name, dimension->name, "cannot be created");
    return TWP_OK;
}

static twp_status_t
write_dimensions(
    const output_t *output, hid_t location, const twp_model_group_t *group, twp_hdf5_scale_t *scale)
{
    twp_status_t status = TWP_OK;

    for (size_t i = 0; status == TWP_OK && i < group->n_dimensions; i++) {
        const twp_model_dimension_t *const dimension = &group->dimension[i];
        hid_t *const dataset = &scale[i].dataset;
        if (dimension->column == NULL) {
            status = write_plain_dimension(output, location, group, dimension, dataset);
        } else {
            status = write_column(output, location, group, dimension->column, dataset);
            if (status == TWP_OK && H5DSset_scale(*dataset, dimension->name) < 0)
                status = fail(output, group->name, dimension->name, "cannot be a dimension");
        }
    }
    return status;
}

static twp_status_t
write_columns(
    const output_t *output, hid_t location, const twp_model_group_t *group, twp_hdf5_scale_t *scale)
{
    for (size_t i = 0; i < group->n_columns; i++) {
        const twp_model_column_t *const column = group->column[i];
        hid_t dataset = H5I_INVALID_HID;
        twp_status_t status;
        if (column->is_dimension)
            continue;
        status = write_column(output, location, group, column, &dataset);
        if (status != TWP_OK)
            return status;
        if (!twp_hdf5_scales_attach(dataset, scale, column->i_dim, column->field.n_dims))
            return fail(output, group->name, column->field.name, "cannot have its dimensions");
        if (H5Dclose(dataset) < 0)
            return fail(output, group->name, column->field.name, "cannot be closed");
    }
    return TWP_OK;
}

/* Scales with room for all uses of them, which lies behind the first one's; NULL: no memory. */
static twp_hdf5_scale_t *
make_scales(const twp_model_group_t *group, twp_hdf5_use_t **uses)
{
    twp_hdf5_scale_t *const scale = calloc(group->n_dimensions + 1, sizeof *scale);
    size_t n_uses = 0;

    *uses = calloc(group->n_columns * TWP_FIELD_DIMS_MAX + 1, sizeof **uses);
    if (scale == NULL || *uses == NULL) {
        free(scale);
        free(*uses);
        return NULL;
    }
    for (size_t i = 0; i < group->n_dimensions; i++) {
        scale[i].use = *uses + n_uses;
        for (size_t j = 0; j < group->n_columns; j++)
            for (int dim = 0; dim < group->column[j]->field.n_dims; dim++)
                n_uses += group->column[j]->i_dim[dim] == i;
    }
    return scale;
}

/* A group with room in its header for all that it will hold: growing it again and again for each
 * column took a sixth of the time of a small run. */
static hid_t
create_group(const output_t *output, const twp_model_group_t *group)
{
    const hid_t plist = H5Pcopy(output->group_plist);
    size_t n_bytes = 0, n = group->n_columns;
    hid_t location;

    for (size_t i = 0; i < group->n_columns; i++)
        n_bytes += strlen(group->column[i]->field.name);
    for (size_t i = 0; i < group->n_dimensions; i++)
        if (group->dimension[i].column == NULL) {
            n_bytes += strlen(group->dimension[i].name);
            n++;
        }
    if (plist < 0 ||
        (n > 0 && n <= UINT16_MAX &&
            H5Pset_est_link_info(plist, (unsigned) n, (unsigned) (n_bytes / n + 1)) < 0))
        return H5I_INVALID_HID;
    location = H5Gcreate2(output->file, group->name, H5P_DEFAULT, plist, H5P_DEFAULT);
    return location >= 0 && H5Pclose(plist) >= 0 ? location : H5I_INVALID_HID;
}

static twp_status_t
write_group(const output_t *output, const twp_model_group_t *group)
{
    const hid_t location = create_group(output, group);
    twp_hdf5_use_t *uses;
    twp_hdf5_scale_t *const scale = make_scales(group, &uses);
    twp_status_t status;

    if (scale == NULL)
        return TWP_FAIL(output->err, TWP_ERR_MEMORY, "%s: no memory", output->path);
    if (location < 0)
        status = fail(output, group->name, "", "cannot be created");
    else
        status = write_attributes(
            output, location, group->name, "", group->attribute, group->n_attributes);
    if (status == TWP_OK)
        status = write_dimensions(output, location, group, scale);
    if (status == TWP_OK)
        status = write_columns(output, location, group, scale);
    for (size_t i = 0; status == TWP_OK && i < group->n_dimensions; i++)
        if (!twp_hdf5_scales_close(&scale[i]))
            status = fail(output, group->name, group->dimension[i].name, "cannot be closed");
    if (status == TWP_OK && H5Gclose(location) < 0)
        status = fail(output, group->name, "", "cannot be closed");
    free(uses);
    free(scale);
    return status;
}

/* Known groups in the order of the vocabulary, then others in order of declaration. */
static twp_status_t
write_groups(const output_t *output)
{
    const twp_writer_model_t *const model = output->model;
    twp_status_t status = TWP_OK;

    for (size_t i = 0; i < twp_columns_n_groups(); i++)
        for (size_t j = 1; status == TWP_OK && j < model->n_groups; j++)
            if (strcmp(model->group[j].name, twp_columns_group_at(i)->name) == 0)
                status = write_group(output, &model->group[j]);
    for (size_t j = 1; status == TWP_OK && j < model->n_groups; j++)
        if (twp_columns_group(model->group[j].name) == NULL)
            status = write_group(output, &model->group[j]);
    return status;
}

static twp_status_t
write_file(output_t *output, const char *digest, const char *status_text)
{
    const twp_model_group_t *const root = &output->model->group[0];
    const twp_model_attribute_t last[] = {
        { "content_digest", TWP_TYPE_TEXT, 0, digest },
        { "status", TWP_TYPE_TEXT, 0, status_text },
    };
    twp_status_t status = create_file(output);

    if (status == TWP_OK)
        status = write_attributes(
            output, output->file, "", "", root->attribute, root->n_attributes);
    if (status == TWP_OK)
        status = write_groups(output);
    if (status == TWP_OK)
        status = write_attributes(output, output->file, "", "", last, 2);
    return status == TWP_OK ? close_file(output) : status;
}

twp_status_t
twp_hdf5_file_write(const twp_writer_model_t *model, const char *tmp_path, const char *digest,
    const char *status_text, twp_error_t *err)
{
    output_t output = { .model = model, .path = tmp_path, .err = err };
    twp_hdf5_quiet_t before;
    twp_status_t status;

    twp_hdf5_quiet(&before);
    status = write_file(&output, digest, status_text);
    twp_hdf5_restore(&before);
    return status;
}

void
twp_results_setup(void)
{
    twp_hdf5_quiet_t before;

    (void) unsetenv("HDF5_VDS_PREFIX"); /* which would lead virtual datasets elsewhere */
    (void) H5dont_atexit();             /* says no when it is too late, which harms nothing */
    twp_hdf5_quiet(&before);
    (void) H5PLset_loading_state(0);
    twp_hdf5_restore(&before);
}
