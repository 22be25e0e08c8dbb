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
    made->kept = H5I_INVALID_HID;
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
    if (reader->kept >= 0)
        (void) H5Oclose(reader->kept);
    if (reader->file >= 0)
        (void) H5Fclose(reader->file); /* opened for reading: nothing can be lost */
    (void) twp_reader_end(reader, TWP_OK);
    free(reader->scale);
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
