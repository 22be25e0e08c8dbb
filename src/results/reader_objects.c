#include "base/error.h"
#include "results/reader_internal.h"

#include <stdlib.h>
#include <string.h>

/* Whether every step of a path is a hard link: others lead out of the file or to nowhere. */
static twp_status_t
check_links(const twp_reader_t *reader, const char *object, twp_error_t *err)
{
    char path[TWP_READER_MAX_NAME + 1];
    H5L_info_t link;

    if (strlen(object) > TWP_READER_MAX_NAME)
        return twp_reader_refuse(reader, "", "the name of an object is too long", err);
    for (size_t n = 1; n <= strlen(object); n++) {
        if (object[n] != '/' && object[n] != '\0')
            continue;
        memcpy(path, object, n);
        path[n] = '\0';
        const htri_t exists = H5Lexists(reader->file, path, H5P_DEFAULT);
        if (exists == 0)
            return twp_reader_refuse(reader, object, "not in this file", err);
        if (exists < 0)
            return twp_reader_damaged(reader, object, "cannot be found", err);
        if (H5Lget_info(reader->file, path, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
            return twp_reader_refuse(reader, object, "a link that is not followed", err);
    }
    return TWP_OK;
}

/* Keeps an object open until the next one is opened. */
static void
keep(twp_reader_t *reader, const char *object, hid_t opened)
{
    if (reader->kept >= 0)
        (void) H5Oclose(reader->kept);
    reader->kept = H5Iinc_ref(opened) >= 0 ? opened : H5I_INVALID_HID;
    memcpy(reader->kept_name, object, strlen(object) + 1);
}

hid_t
twp_reader_open_object(
    twp_reader_t *reader, const char *object, twp_status_t *status, twp_error_t *err)
{
    const bool is_root = object[0] == '\0' || strcmp(object, "/") == 0;
    hid_t opened;

    *status = TWP_OK;
    if (reader->is_damaged) {
        *status = twp_reader_damaged(reader, object, "cannot be found", err);
        return H5I_INVALID_HID;
    }
    if (reader->kept >= 0 && strcmp(reader->kept_name, object) == 0 &&
        H5Iinc_ref(reader->kept) >= 0)
        return reader->kept;
    if (!is_root)
        *status = check_links(reader, object, err);
    if (*status != TWP_OK)
        return H5I_INVALID_HID;
    opened = H5Oopen(reader->file, is_root ? "/" : object, H5P_DEFAULT);
    if (opened < 0)
        *status = twp_reader_damaged(reader, object, "cannot be opened", err);
    else
        keep(reader, object, opened);
    return opened;
}

hid_t
twp_reader_open_kind(twp_reader_t *reader, const char *object, H5I_type_t kind,
    twp_status_t *status, twp_error_t *err)
{
    hid_t opened = twp_reader_open_object(reader, object, status, err);

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
bool
twp_reader_has_links(twp_reader_t *reader, const char *object)
{
    char path[TWP_READER_MAX_NAME + 1];
    const size_t length = strlen(object);
    bool has = length <= TWP_READER_MAX_NAME;

    if (has && reader->kept >= 0 && strcmp(reader->kept_name, object) == 0)
        return true;
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
    has = twp_reader_has_links(reader, object);
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

bool
twp_reader_add_name(twp_name_collector_t *collector, const char *name, bool is_group)
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
visit_link(hid_t group, hsize_t i_link, twp_name_collector_t *collector)
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
    collector->is_full = !twp_reader_add_name(collector, name, object.type == H5O_TYPE_GROUP);
    return !collector->is_full;
}

/* Link by link: H5Literate() of 1.10 frees what it never allocated where an index is damaged. */
static bool
visit_links(hid_t group, twp_name_collector_t *collector)
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
    twp_name_collector_t collector = { .names = names, .with_kind = true };
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
