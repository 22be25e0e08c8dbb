/*
 * Which dimensions a dataset has. H5DS keeps them as references in the attribute DIMENSION_LIST (HDF5 Dimension Scale
 * Specification, section 5.2). They are read here at once, and each dimension is opened once a file: H5DS reads the
 * attribute again for each dimension and opens it each time, which was half of the time of a merge.
 */
#include "results/reader_internal.h"

#include <H5DSpublic.h>
#include <stdlib.h>
#include <string.h>

#define LIST "DIMENSION_LIST"

/* An attribute with its type and shape; all are to be closed, and are valid when space is. */
typedef struct {
    hid_t attribute, type, space;
} opened_t;

static opened_t
open_attribute(hid_t dataset, const char *name)
{
    opened_t opened = { H5Aopen(dataset, name, H5P_DEFAULT), H5I_INVALID_HID, H5I_INVALID_HID };

    if (opened.attribute >= 0)
        opened.type = H5Aget_type(opened.attribute);
    if (opened.type >= 0)
        opened.space = H5Aget_space(opened.attribute);
    return opened;
}

static void
close_attribute(const opened_t *opened)
{
    if (opened->space >= 0)
        (void) H5Sclose(opened->space);
    if (opened->type >= 0)
        (void) H5Tclose(opened->type);
    if (opened->attribute >= 0)
        (void) H5Aclose(opened->attribute);
}

/* Whether an attribute is of the class and size that H5DS writes, or not there. Of anything else H5DS
 * of 1.10 leaves open what it opened, and the file with it. */
static bool
is_own(hid_t dataset, const char *name)
{
    opened_t own;
    bool is_sound;

    if (H5Aexists(dataset, name) == 0)
        return true;
    own = open_attribute(dataset, name);
    is_sound = own.space >= 0 && H5Tget_class(own.type) == H5T_STRING &&
        H5Tis_variable_str(own.type) == 0 && H5Sget_simple_extent_npoints(own.space) == 1;
    close_attribute(&own);
    return is_sound;
}

bool
twp_reader_has_own_labels(hid_t dataset)
{
    return is_own(dataset, "CLASS") && is_own(dataset, "NAME");
}

/* ---- the name of a dimension ------------------------------------------------------------------ */

/* Its last step; a dimension with labels says its own name. HDF5 would search the whole file for it. */
static bool
read_name(hid_t scale, char *name)
{
    char path[2 * TWP_COLUMN_NAME_MAX + 3], label[TWP_COLUMN_NAME_MAX + 1];
    const char *slash;
    ssize_t n;

    if (H5Iget_type(scale) != H5I_DATASET || !twp_reader_has_own_labels(scale) ||
        H5DSis_scale(scale) <= 0)
        return false;
    n = H5DSget_scale_name(scale, label, sizeof label);
    if (n > 0 && n <= TWP_COLUMN_NAME_MAX && strchr(label, ' ') == NULL) {
        memcpy(name, label, (size_t) n + 1);
        return true;
    }
    if (H5Iget_name(scale, path, sizeof path) <= 0)
        return false;
    path[sizeof path - 1] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL || strlen(slash + 1) > TWP_COLUMN_NAME_MAX)
        return false;
    memcpy(name, slash + 1, strlen(slash + 1) + 1);
    return true;
}

/* Room for one more dimension, or NULL. */
static twp_reader_scale_t *
next_scale(twp_reader_t *reader)
{
    if (reader->n_scales == reader->scale_capacity) {
        const size_t capacity = reader->scale_capacity > 0 ? 2 * reader->scale_capacity : 16;
        twp_reader_scale_t *const grown = realloc(reader->scale, capacity * sizeof *grown);

        if (grown == NULL)
            return NULL;
        reader->scale = grown;
        reader->scale_capacity = capacity;
    }
    return &reader->scale[reader->n_scales];
}

/* The name of what a reference leads to; NULL when it is no dimension or memory runs out. */
static const char *
name_of(twp_reader_t *reader, hid_t dataset, hobj_ref_t place)
{
    twp_reader_scale_t *next;
    hid_t scale;
    bool is_known;

    for (size_t i = 0; i < reader->n_scales; i++)
        if (reader->scale[i].place == place)
            return reader->scale[i].name;
    next = next_scale(reader);
    scale = next != NULL ? H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, &place)
                         : H5I_INVALID_HID;
    if (scale < 0)
        return NULL;
    next->place = place;
    is_known = read_name(scale, next->name);
    (void) H5Oclose(scale);
    if (!is_known)
        return NULL;
    reader->n_scales++;
    return next->name;
}

/* ---- the list ---------------------------------------------------------------------------------- */

/* The first dimension of each entry; a dataset may have several of one axis. */
static bool
name_entries(twp_reader_t *reader, hid_t dataset, const hvl_t *list, twp_dataset_info_t *info)
{
    for (int i = 0; i < info->n_dims; i++) {
        hobj_ref_t place;
        const char *name;

        if (list[i].len == 0 || list[i].p == NULL)
            continue;
        memcpy(&place, list[i].p, sizeof place);
        name = name_of(reader, dataset, place);
        if (name == NULL)
            return false;
        memcpy(info->dim[i], name, strlen(name) + 1);
    }
    return true;
}

/* Whether a type is that of lists of references to objects. */
static bool
is_of_references(hid_t type)
{
    const hid_t element = H5Tget_class(type) == H5T_VLEN ? H5Tget_super(type) : H5I_INVALID_HID;
    const bool is_so = element >= 0 && H5Tequal(element, H5T_STD_REF_OBJ) > 0;

    if (element >= 0)
        (void) H5Tclose(element);
    return is_so;
}

const char *
twp_reader_name_dimensions(twp_reader_t *reader, hid_t dataset, twp_dataset_info_t *info)
{
    hvl_t list[TWP_FIELD_DIMS_MAX] = { { 0, NULL } };
    opened_t own;
    bool is_sound;

    if (info->is_dimension || H5Aexists(dataset, LIST) == 0)
        return NULL;
    own = open_attribute(dataset, LIST);
    is_sound = own.space >= 0 && is_of_references(own.type) &&
        H5Sget_simple_extent_npoints(own.space) == info->n_dims &&
        H5Aread(own.attribute, own.type, list) >= 0;
    if (is_sound) {
        is_sound = name_entries(reader, dataset, list, info);
        (void) H5Dvlen_reclaim(own.type, own.space, H5P_DEFAULT, list);
    }
    close_attribute(&own);
    return is_sound ? NULL : "its dimensions cannot be read";
}
