#include "results/reader.h"

#include "base/error.h"
#include "results/file_sum.h"
#include "results/reader_internal.h"
#include "results/text_heap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ATTRIBUTE_ELEMENTS ((size_t) 1 << 16)
#define MAX_OBJECT_NAME 1024

void
twp_reader_begin(twp_reader_t *reader)
{
    twp_hdf5_quiet(&reader->before);
    (void) H5Eclear2(H5E_DEFAULT);
}

twp_status_t
twp_reader_end(twp_reader_t *reader, twp_status_t status)
{
    twp_hdf5_restore(&reader->before);
    return status;
}

twp_status_t
twp_reader_refuse(const twp_reader_t *reader, const char *object, const char *why, twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_FORMAT, "%s: /%s: %s", reader->path, object, why);
}

/* The same with what HDF5 says. */
twp_status_t
twp_reader_damaged(
    const twp_reader_t *reader, const char *object, const char *what, twp_error_t *err)
{
    char reason[TWP_HDF5_REASON_SIZE];

    return TWP_FAIL(err, TWP_ERR_FORMAT, "%s: /%s: %s: %s", reader->path, object, what,
        twp_hdf5_reason(reason));
}

/* ---- opening --------------------------------------------------------------------------------- */

/* Compares the file with the .sha256 beside it, if there is one. */
static twp_status_t
verify(twp_reader_t *reader, twp_error_t *err)
{
    char want[TWP_SHA256_HEX_SIZE] = "", got[TWP_SHA256_HEX_SIZE], *sum_path = NULL;
    twp_status_t status;
    size_t n = 0;
    FILE *file;

    if (asprintf(&sum_path, "%s.sha256", reader->path) < 0)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", reader->path);
    file = fopen(sum_path, "re");
    if (file == NULL) {
        const int error = errno;
        char why[128];
        reader->is_unverified = error == ENOENT;
        status = error == ENOENT ? TWP_OK
                                 : TWP_FAIL(err, TWP_ERR_IO, "%s: cannot be read: %s", sum_path,
                                       strerror_r(error, why, sizeof why));
        free(sum_path);
        return status;
    }
    n = fread(want, 1, sizeof want - 1, file);
    (void) fclose(file);
    want[n] = '\0';
    if (n != sizeof want - 1 || strspn(want, "0123456789abcdef") != n) {
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: not a line of sha256sum", sum_path);
        free(sum_path);
        return status;
    }
    free(sum_path);
    status = twp_file_sum(reader->path, got, err);
    if (status == TWP_OK && strcmp(want, got) != 0)
        status = TWP_FAIL(err, TWP_ERR_FORMAT,
            "%s: the file is damaged or was changed: its SHA-256 is not the one in %s.sha256",
            reader->path, reader->path);
    return status;
}

static twp_status_t
open_file(twp_reader_t *reader, twp_error_t *err)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hsize_t n_before = 0;
    hid_t creation = H5I_INVALID_HID;
    twp_status_t status = TWP_OK;

    if (access < 0 || H5Pset_file_locking(access, 0, 1) < 0)
        status = twp_reader_damaged(reader, "", "cannot be prepared", err);
    else if ((reader->file = H5Fopen(reader->path, H5F_ACC_RDONLY, access)) < 0)
        status = twp_reader_damaged(reader, "", "not a whole HDF5 file", err);
    else if ((creation = H5Fget_create_plist(reader->file)) < 0 ||
        H5Pget_userblock(creation, &n_before) < 0)
        status = twp_reader_damaged(reader, "", "cannot be opened", err);
    else if (n_before != 0)
        status = twp_reader_refuse(reader, "", "something stands before the HDF5 file", err);
    if (creation >= 0)
        (void) H5Pclose(creation);
    if (access >= 0)
        (void) H5Pclose(access);
    return status;
}

static twp_status_t
check_layout_version(twp_reader_t *reader, twp_error_t *err)
{
    char *version = NULL, *rest;
    twp_status_t status;

    if (!twp_reader_has_attribute(reader, "", "twinpath_layout"))
        return TWP_FAIL(
            err, TWP_ERR_FORMAT, "%s: an HDF5 file, but not one of Twinpath", reader->path);
    status = twp_reader_attribute_text(reader, "", "twinpath_layout", &version, err);
    if (status != TWP_OK)
        return status;
    if (strtol(version, &rest, 10) != TWP_LAYOUT_MAJOR || *rest != '.')
        status = TWP_FAIL(err, TWP_ERR_FORMAT, "%s: layout %.20s; this program reads layout %d",
            reader->path, version, TWP_LAYOUT_MAJOR);
    free(version);
    return status;
}

/* ---- files that virtual datasets lie in ------------------------------------------------------ */

bool
twp_reader_is_source(const twp_reader_t *reader, const char *name)
{
    const size_t n = strlen(name);

    for (const char *line = reader->sources; line != NULL && *line != '\0';) {
        const size_t n_line = strcspn(line, "\n");

        if (n_line == n + TWP_SHA256_HEX_SIZE + 1 &&
            strncmp(line + TWP_SHA256_HEX_SIZE + 1, name, n) == 0)
            return true;
        line += n_line + (line[n_line] == '\n');
    }
    return false;
}

/* A line "<64 hex digits>  <name below the folder of the file>". */
static twp_status_t
check_source(twp_reader_t *reader, const char *line, size_t n_line, twp_error_t *err)
{
    const char *const name = line + TWP_SHA256_HEX_SIZE + 1;
    const char *const slash = strrchr(reader->path, '/');
    const int n_name = (int) n_line - TWP_SHA256_HEX_SIZE - 1;
    char hex[TWP_SHA256_HEX_SIZE], *path = NULL;
    struct stat facts;
    twp_status_t status;

    if (n_name < 1 || name[0] == '/' || memmem(name, (size_t) n_name, "..", 2) != NULL ||
        asprintf(&path, "%.*s%.*s", slash != NULL ? (int) (slash - reader->path + 1) : 0,
            reader->path, n_name, name) < 0)
        return twp_reader_refuse(reader, "", "its list of shards is damaged", err);
    status = twp_file_sum(path, hex, err);
    if (status == TWP_OK && strncmp(hex, line, TWP_SHA256_HEX_SIZE - 1) != 0)
        status = TWP_FAIL(err, TWP_ERR_FORMAT,
            "%s: a shard of %s that is damaged or was changed: its SHA-256 is another one", path,
            reader->path);
    else if (status != TWP_OK)
        status = TWP_FAIL(
            err, TWP_ERR_FORMAT, "%s: a shard of %s that cannot be read", path, reader->path);
    if (status == TWP_OK && stat(path, &facts) == 0)
        reader->source_bytes += (uint64_t) facts.st_size;
    free(path);
    return status;
}

static twp_status_t
check_sources(twp_reader_t *reader, twp_error_t *err)
{
    char *text = NULL;
    twp_status_t status;

    if (!twp_reader_has_attribute(reader, "", TWP_ATTRIBUTE_SOURCES))
        return TWP_OK;
    status = twp_reader_attribute_text(reader, "", TWP_ATTRIBUTE_SOURCES, &text, err);
    for (const char *line = text; status == TWP_OK && line != NULL && *line != '\0';) {
        const size_t n_line = strcspn(line, "\n");

        status = check_source(reader, line, n_line, err);
        line += n_line + (line[n_line] == '\n');
    }
    reader->sources = text;
    return status;
}

twp_status_t
twp_reader_open(const char *path, twp_reader_t **reader, twp_error_t *err)
{
    twp_reader_t *const made = calloc(1, sizeof *made);
    twp_status_t status = TWP_OK;
    char why[128];

    *reader = NULL;
    if (made == NULL || (made->path = strdup(path)) == NULL) {
        free(made);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", path);
    }
    made->file = H5I_INVALID_HID;
    if (access(path, R_OK) != 0)
        status = TWP_FAIL(
            err, TWP_ERR_IO, "%s: cannot be read: %s", path, strerror_r(errno, why, sizeof why));
    if (status == TWP_OK)
        status = verify(made, err);
    if (status == TWP_OK) {
        twp_reader_begin(made);
        status = twp_reader_end(made, open_file(made, err));
    }
    if (status == TWP_OK && made->is_unverified)
        status = twp_text_heap_check_file(path, err);
    if (status == TWP_OK)
        status = check_layout_version(made, err);
    if (status == TWP_OK)
        status = check_sources(made, err);
    if (status != TWP_OK) {
        twp_reader_close(made);
        return status;
    }
    *reader = made;
    return TWP_OK;
}

void
twp_reader_close(twp_reader_t *reader)
{
    if (reader == NULL)
        return;
    twp_reader_begin(reader);
    if (reader->file >= 0)
        (void) H5Fclose(reader->file); /* opened for reading: nothing can be lost */
    (void) twp_reader_end(reader, TWP_OK);
    free(reader->sources);
    free(reader->path);
    free(reader);
}

bool
twp_reader_is_damaged(const twp_reader_t *reader)
{
    return reader->is_damaged;
}

bool
twp_reader_is_unverified(const twp_reader_t *reader)
{
    return reader->is_unverified;
}

const char *
twp_reader_path(const twp_reader_t *reader)
{
    return reader->path;
}

/* ---- objects --------------------------------------------------------------------------------- */

/* Opens an object by its path if every step is a hard link: others lead out of the file or to
 * nowhere. Returns an invalid handle with the failure in *status otherwise. */
static hid_t
open_object(const twp_reader_t *reader, const char *object, twp_status_t *status, twp_error_t *err)
{
    char path[MAX_OBJECT_NAME + 1];
    H5L_info_t link;
    hid_t opened;
    htri_t exists;

    *status = TWP_OK;
    if (reader->is_damaged) {
        *status = twp_reader_damaged(reader, object, "cannot be found", err);
        return H5I_INVALID_HID;
    }
    if (object[0] == '\0' || strcmp(object, "/") == 0) {
        opened = H5Gopen2(reader->file, "/", H5P_DEFAULT);
        if (opened < 0)
            *status = twp_reader_damaged(reader, "", "cannot be opened", err);
        return opened;
    }
    if (strlen(object) > MAX_OBJECT_NAME) {
        *status = twp_reader_refuse(reader, "", "the name of an object is too long", err);
        return H5I_INVALID_HID;
    }
    for (size_t n = 1; n <= strlen(object); n++) {
        if (object[n] != '/' && object[n] != '\0')
            continue;
        memcpy(path, object, n);
        path[n] = '\0';
        exists = H5Lexists(reader->file, path, H5P_DEFAULT);
        if (exists <= 0) {
            *status = exists == 0 ? twp_reader_refuse(reader, object, "not in this file", err)
                                  : twp_reader_damaged(reader, object, "cannot be found", err);
            return H5I_INVALID_HID;
        }
        if (H5Lget_info(reader->file, path, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) {
            *status = twp_reader_refuse(reader, object, "a link that is not followed", err);
            return H5I_INVALID_HID;
        }
    }
    opened = H5Oopen(reader->file, object, H5P_DEFAULT);
    if (opened < 0)
        *status = twp_reader_damaged(reader, object, "cannot be opened", err);
    return opened;
}

hid_t
twp_reader_open_kind(const twp_reader_t *reader, const char *object, H5I_type_t kind,
    twp_status_t *status, twp_error_t *err)
{
    hid_t opened = open_object(reader, object, status, err);

    if (opened < 0)
        return opened;
    if (H5Iget_type(opened) != kind) {
        *status = twp_reader_refuse(
            reader, object, kind == H5I_GROUP ? "not a group" : "not a dataset", err);
        (void) H5Oclose(opened);
        opened = H5I_INVALID_HID;
    }
    return opened;
}

/*
 * What is damaged is there: reading it says so. Only a link that is missing makes an object absent. After a
 * checksum has failed libhdf5 goes on without the part that it guards, so the reader remembers.
 */
static bool
has_links(twp_reader_t *reader, const char *object)
{
    char path[MAX_OBJECT_NAME + 1];
    const size_t length = strlen(object);
    bool has = length <= MAX_OBJECT_NAME;

    for (size_t n = 1; n <= length && has; n++) {
        if (object[n] != '/' && object[n] != '\0')
            continue;
        memcpy(path, object, n);
        path[n] = '\0';
        const htri_t exists = H5Lexists(reader->file, path, H5P_DEFAULT);
        reader->is_damaged = reader->is_damaged || exists < 0;
        has = exists != 0;
    }
    return has;
}

bool
twp_reader_has(twp_reader_t *reader, const char *object)
{
    bool has;

    twp_reader_begin(reader);
    has = has_links(reader, object);
    (void) twp_reader_end(reader, TWP_OK);
    return has;
}

void
twp_reader_free_names(twp_names_t *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->name[i]);
    free(names->name);
    free(names->is_group);
    memset(names, 0, sizeof *names);
}

/* Collects names; is_full when memory ran out. */
typedef struct {
    twp_names_t *names;
    bool is_full, with_kind;
} collector_t;

static bool
add_name(collector_t *collector, const char *name, bool is_group)
{
    twp_names_t *const names = collector->names;
    char **const grown = realloc(names->name, (names->n + 1) * sizeof *grown);
    bool *kinds;

    if (grown == NULL)
        return false;
    names->name = grown;
    if (collector->with_kind) {
        kinds = realloc(names->is_group, (names->n + 1) * sizeof *kinds);
        if (kinds == NULL)
            return false;
        names->is_group = kinds;
        kinds[names->n] = is_group;
    }
    names->name[names->n] = strdup(name);
    if (names->name[names->n] == NULL)
        return false;
    names->n++;
    return true;
}

/* Adds the link at a place in the order of creation, if it is a group or dataset of this file. */
static bool
visit_link(hid_t group, hsize_t i_link, collector_t *collector)
{
    char name[TWP_COLUMN_NAME_MAX + 1];
    H5O_info_t object;
    H5L_info_t link;
    const ssize_t n = H5Lget_name_by_idx(
        group, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i_link, name, sizeof name, H5P_DEFAULT);

    if (n <= 0 || (size_t) n >= sizeof name || H5Lget_info(group, name, &link, H5P_DEFAULT) < 0)
        return false;
    if (link.type != H5L_TYPE_HARD)
        return true;
    if (H5Oget_info_by_name2(group, name, &object, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
        return false;
    if (object.type != H5O_TYPE_GROUP && object.type != H5O_TYPE_DATASET)
        return true;
    collector->is_full = !add_name(collector, name, object.type == H5O_TYPE_GROUP);
    return !collector->is_full;
}

/* Link by link: H5Literate() of 1.10 frees what it never allocated where an index is damaged. */
static bool
visit_links(hid_t group, collector_t *collector)
{
    H5G_info_t info;

    if (H5Gget_info(group, &info) < 0)
        return false;
    for (hsize_t i = 0; i < info.nlinks; i++)
        if (!visit_link(group, i, collector))
            return false;
    return true;
}

twp_status_t
twp_reader_list(twp_reader_t *reader, const char *group, twp_names_t *names, twp_error_t *err)
{
    collector_t collector = { .names = names, .with_kind = true };
    twp_status_t status;
    hid_t opened;

    memset(names, 0, sizeof *names);
    twp_reader_begin(reader);
    opened = twp_reader_open_kind(reader, group, H5I_GROUP, &status, err);
    if (opened >= 0) {
        if (!visit_links(opened, &collector))
            status = collector.is_full
                ? TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory", reader->path)
                : twp_reader_damaged(reader, group, "cannot be listed", err);
        if (H5Oclose(opened) < 0 && status == TWP_OK)
            status = twp_reader_damaged(reader, group, "cannot be closed", err);
    }
    if (status != TWP_OK)
        twp_reader_free_names(names);
    return twp_reader_end(reader, status);
}

/* ---- types and attributes -------------------------------------------------------------------- */

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

static herr_t
visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data)
{
    static const char *const own[] = { "CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST",
        "DIMENSION_LABELS" };
    collector_t *const collector = data;

    (void) object;
    (void) info;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(name, own[i]) == 0)
            return 0;
    if (!add_name(collector, name, false)) {
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
    collector_t collector = { .names = names };
    twp_status_t status;
    hsize_t at = 0;
    hid_t opened;

    memset(names, 0, sizeof *names);
    twp_reader_begin(reader);
    opened = open_object(reader, object, &status, err);
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
    has = has_links(reader, object);
    opened = has ? open_object(reader, object, &status, NULL) : H5I_INVALID_HID;
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
    opened = open_object(reader, object, &status, err);
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
    return twp_reader_end(reader, status);
}

/* A scalar attribute of a given type. */
static twp_status_t
get_scalar(twp_reader_t *reader, const char *object, const char *name, twp_type_t type,
    twp_attribute_value_t *value, twp_error_t *err)
{
    const twp_status_t status = twp_reader_attribute(reader, object, name, value, err);

    if (status != TWP_OK || (value->type == type && value->n == 0))
        return status;
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

twp_status_t
twp_reader_attribute_int32(
    twp_reader_t *reader, const char *object, const char *name, int32_t *number, twp_error_t *err)
{
    twp_attribute_value_t value;
    const twp_status_t status = get_scalar(reader, object, name, TWP_TYPE_INT32, &value, err);

    if (status == TWP_OK)
        memcpy(number, value.values, sizeof *number);
    free(value.values);
    return status;
}

twp_status_t
twp_reader_attribute_float64(
    twp_reader_t *reader, const char *object, const char *name, double *number, twp_error_t *err)
{
    twp_attribute_value_t value;
    const twp_status_t status = get_scalar(reader, object, name, TWP_TYPE_FLOAT64, &value, err);

    if (status == TWP_OK)
        memcpy(number, value.values, sizeof *number);
    free(value.values);
    return status;
}
