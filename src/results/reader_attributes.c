#include "base/error.h"
#include "results/reader_internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ATTRIBUTE_ELEMENTS ((size_t) 1 << 16)

/* ---- types ----------------------------------------------------------------------------------- */

/* Which of our types a stored type is; false for all others (enumerations, compounds, unsigned
 * numbers, other byte orders, half floats). */
bool
twp_reader_classify(hid_t type, twp_type_t *ours, bool *is_variable_text)
{
    static const struct {
        size_t n_bytes;
        twp_type_t type;
    } integers[] = { { 1, TWP_TYPE_INT8 }, { 2, TWP_TYPE_INT16 }, { 4, TWP_TYPE_INT32 },
        { 8, TWP_TYPE_INT64 } };
    const H5T_class_t class = H5Tget_class(type);
    const size_t n_bytes = H5Tget_size(type);

    *is_variable_text = false;
    if (class == H5T_STRING) {
        *ours = TWP_TYPE_TEXT;
        *is_variable_text = H5Tis_variable_str(type) > 0 && H5Tget_cset(type) == H5T_CSET_UTF8;
        return H5Tis_variable_str(type) > 0;
    }
    for (size_t i = 0; class == H5T_INTEGER && i < 4; i++)
        if (integers[i].n_bytes == n_bytes) {
            *ours = integers[i].type;
            return H5Tget_sign(type) == H5T_SGN_2 &&
                (n_bytes == 1 || H5Tget_order(type) == H5T_ORDER_LE);
        }
    if (class != H5T_FLOAT)
        return false;
    *ours = n_bytes == 4 ? TWP_TYPE_FLOAT32 : TWP_TYPE_FLOAT64;
    return H5Tequal(type, n_bytes == 4 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE) > 0;
}

hid_t
twp_reader_memory_type(twp_type_t type)
{
    switch (type) {
    case TWP_TYPE_INT8: return H5T_NATIVE_INT8;
    case TWP_TYPE_INT16: return H5T_NATIVE_INT16;
    case TWP_TYPE_INT32: return H5T_NATIVE_INT32;
    case TWP_TYPE_INT64: return H5T_NATIVE_INT64;
    case TWP_TYPE_FLOAT32: return H5T_NATIVE_FLOAT;
    case TWP_TYPE_FLOAT64: return H5T_NATIVE_DOUBLE;
    case TWP_TYPE_TEXT: break;
    }
    return H5I_INVALID_HID;
}

/* Variable-length text as memory has it; the character set must be that of the file. */
hid_t
twp_reader_text_type(hid_t stored)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    if (type >= 0 && H5Tset_size(type, H5T_VARIABLE) >= 0 &&
        H5Tset_cset(type, H5Tget_cset(stored)) >= 0)
        return type;
    if (type >= 0)
        (void) H5Tclose(type);
    return H5I_INVALID_HID;
}

/* ---- lists of attributes --------------------------------------------------------------------- */

static herr_t
visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data)
{
    static const char *const own[] = { "CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST",
        "DIMENSION_LABELS" };
    twp_name_collector_t *const collector = data;

    (void) object;
    (void) info;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(name, own[i]) == 0)
            return 0;
    if (!twp_reader_add_name(collector, name, false)) {
        collector->is_full = true;
        return -1;
    }
    return 0;
}

/* Attributes in a heap of their own are not ours, and a damaged heap ends H5Aiterate2() of 1.10 as
 * it does H5Literate(). */
static bool
has_compact_attributes(hid_t object)
{
    H5O_info_t info;

    return H5Oget_info2(object, &info, H5O_INFO_META_SIZE) >= 0 &&
        info.meta_size.attr.heap_size == 0 && info.meta_size.attr.index_size == 0;
}

twp_status_t
twp_reader_list_attributes(
    twp_reader_t *reader, const char *object, twp_names_t *names, twp_error_t *err)
{
    twp_name_collector_t collector = { .names = names };
    twp_status_t status;
    hsize_t at = 0;
    hid_t opened;

    memset(names, 0, sizeof *names);
    twp_reader_begin(reader);
    opened = twp_reader_open_object(reader, object, &status, err);
    if (opened >= 0) {
        if (!has_compact_attributes(opened))
            status = twp_reader_refuse(reader, object, "attributes outside of its header", err);
        else if (H5Aiterate2(opened, H5_INDEX_NAME, H5_ITER_INC, &at, visit_attribute, &collector) <
            0)
            status = collector.is_full
                ? TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", reader->path)
                : twp_reader_damaged(reader, object, "its attributes cannot be listed", err);
        (void) H5Oclose(opened);
    }
    if (status != TWP_OK)
        twp_reader_free_names(names);
    return twp_reader_end(reader, status);
}

bool
twp_reader_has_attribute(twp_reader_t *reader, const char *object, const char *name)
{
    twp_status_t status;
    bool has;
    hid_t opened;

    twp_reader_begin(reader);
    has = twp_reader_has_links(reader, object);
    opened = has ? twp_reader_open_object(reader, object, &status, NULL) : H5I_INVALID_HID;
    if (opened >= 0) {
        const htri_t exists = H5Aexists(opened, name);
        reader->is_damaged = reader->is_damaged || exists < 0;
        has = exists != 0;
        (void) H5Oclose(opened);
    } else if (has) {
        reader->is_damaged = true;
    }
    (void) twp_reader_end(reader, TWP_OK);
    return has;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* A scalar text of an attribute or dataset as a malloc'ed copy; text that is NULL is "". */
static char *
take_text(char *text)
{
    char *const copy = strdup(text != NULL ? text : "");

    free(text);
    return copy;
}

static twp_status_t
read_attribute(const twp_reader_t *reader, hid_t attribute, const char *object,
    twp_attribute_value_t *value, twp_error_t *err)
{
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    const hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    const int n_dims = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    twp_status_t status = TWP_OK;

    if (type < 0 || n < 0 || n_dims < 0)
        status = twp_reader_damaged(reader, object, "an attribute cannot be opened", err);
    else if (!twp_reader_classify(type, &value->type, &value->is_variable_text) || n_dims > 1 ||
        (value->type == TWP_TYPE_TEXT && n_dims > 0) || (size_t) n > MAX_ATTRIBUTE_ELEMENTS)
        status = twp_reader_refuse(
            reader, object, "an attribute of a type or size that Twinpath has not", err);
    if (status == TWP_OK && value->type == TWP_TYPE_TEXT) {
        const hid_t text_type = twp_reader_text_type(type);
        char *text = NULL;
        if (text_type < 0 || H5Aread(attribute, text_type, &text) < 0)
            status = twp_reader_damaged(reader, object, "an attribute cannot be read", err);
        else if ((value->values = take_text(text)) == NULL)
            status = TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", reader->path);
        if (text_type >= 0)
            (void) H5Tclose(text_type);
    } else if (status == TWP_OK) {
        value->n = n_dims == 0 ? 0 : (size_t) n;
        value->values = calloc((size_t) n > 0 ? (size_t) n : 1, twp_type_size(value->type));
        if (value->values == NULL)
            status = TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", reader->path);
        else if (n > 0 &&
            H5Aread(attribute, twp_reader_memory_type(value->type), value->values) < 0)
            status = twp_reader_damaged(reader, object, "an attribute cannot be read", err);
    }
    if (type >= 0)
        (void) H5Tclose(type);
    if (space >= 0)
        (void) H5Sclose(space);
    return status;
}

twp_status_t
twp_reader_attribute(twp_reader_t *reader, const char *object, const char *name,
    twp_attribute_value_t *value, twp_error_t *err)
{
    twp_status_t status;
    hid_t opened;

    memset(value, 0, sizeof *value);
    twp_reader_begin(reader);
    opened = twp_reader_open_object(reader, object, &status, err);
    if (opened >= 0) {
        const hid_t attribute = H5Aexists(opened, name) > 0 ? H5Aopen(opened, name, H5P_DEFAULT)
                                                            : H5I_INVALID_HID;
        if (attribute < 0) {
            status = TWP_FAIL(
                err, TWP_ERR_FORMAT, "%s: /%s has no attribute %s", reader->path, object, name);
        } else {
            status = read_attribute(reader, attribute, object, value, err);
            (void) H5Aclose(attribute);
        }
        (void) H5Oclose(opened);
    }
    if (status != TWP_OK) {
        free(value->values);
        value->values = NULL;
    }
    (void) twp_reader_end(reader, status);
    return status;
}

/* A scalar attribute of a given type. */
static twp_status_t
get_scalar(twp_reader_t *reader, const char *object, const char *name, twp_type_t type,
    twp_attribute_value_t *value, twp_error_t *err)
{
    const twp_status_t status = twp_reader_attribute(reader, object, name, value, err);

    if (status != TWP_OK)
        return status;
    if (value->values != NULL && value->type == type && value->n == 0)
        return TWP_OK;
    free(value->values);
    value->values = NULL;
    return TWP_FAIL(err, TWP_ERR_FORMAT, "%s: /%s: attribute %s is not one %s", reader->path,
        object, name, twp_type_name(type));
}

twp_status_t
twp_reader_attribute_text(
    twp_reader_t *reader, const char *object, const char *name, char **text, twp_error_t *err)
{
    twp_attribute_value_t value;
    const twp_status_t status = get_scalar(reader, object, name, TWP_TYPE_TEXT, &value, err);

    *text = status == TWP_OK ? value.values : NULL;
    return status;
}

/* Copies a scalar number of a given type. */
static twp_status_t
get_number(twp_reader_t *reader, const char *object, const char *name, twp_type_t type,
    void *number, twp_error_t *err)
{
    twp_attribute_value_t value;
    const twp_status_t status = get_scalar(reader, object, name, type, &value, err);

    if (status == TWP_OK)
        memcpy(number, value.values, twp_type_size(type));
    free(value.values);
    return status;
}

twp_status_t
twp_reader_attribute_int32(
    twp_reader_t *reader, const char *object, const char *name, int32_t *number, twp_error_t *err)
{
    return get_number(reader, object, name, TWP_TYPE_INT32, number, err);
}

twp_status_t
twp_reader_attribute_float64(
    twp_reader_t *reader, const char *object, const char *name, double *number, twp_error_t *err)
{
    return get_number(reader, object, name, TWP_TYPE_FLOAT64, number, err);
}
