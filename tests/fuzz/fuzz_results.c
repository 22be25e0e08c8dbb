/*
 * A results file that was changed. With an even first byte, bytes of the file are overwritten (place:
 * 3 bytes, lowest first; new byte), as damage does. With an odd one, HDF5 itself changes it: objects
 * and attributes are deleted, renamed, or get other types, shapes and values; four bytes a change.
 * The next three bits of the first byte say which of the four readers is asked (5 to 7 and 0: all), since
 * each takes a tenth of a second of libhdf5. Readers refuse the file or read it. (Forged metadata with right checksums is not tried: libhdf5
 * 1.10 itself falls over some of that, before any of this project's code is asked.)
 */
#include "results/content_digest.h"
#include "results/layout_check.h"
#include "results/reader.h"
#include "twinpath.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

#define REQUIRE(condition) ((condition) ? (void) 0 : abort())
#define MOST_OBJECTS 1000
#define MOST_CHANGES 8

static const char study_text[] =
    "twinpath: 1\nstudy: small\nsource: assumption\nmoney: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 60 days}\n"
    "patient:\n  count: 8\n  attributes: {old: {chance: 0.4}, age: {uniform: [40, 60]}}\n"
    "  utility: {base: 0.8}\n  tracks:\n    life:\n      start: well\n      states:\n"
    "        well: {fall: {hazard: {exponential: {mean: 30 days}}, to: ill,\n"
    "          do: [{cost: {payer: 20 USD}}]}}\n        ill: {}\n"
    "strategies: {usual: {baseline: true}, other: {}}\n"
    "report: {measures: [cost, qaly,\n"
    "  {measure: kaplan_meier, of: life.ill, at: [10 days, 50 days]}], by: [old],\n"
    "  worth_of_a_qaly: [50000 USD]}\n"
    "targets: {ill: {measure: occupancy, of: life.ill, at: 30 days, is: 0.6, within: 0.1,\n"
    "  source: assumption}}\nrecord: {trajectories: true}\n";

static char folder[] = "/tmp/twinpath-fuzz-XXXXXX", file_path[64];

/* The file that all inputs change, and the names of what is in it. */
static struct {
    uint8_t *bytes;
    size_t n_bytes;
    char *object[MOST_OBJECTS];
    size_t n_objects;
} whole;

/* ---- the file ---------------------------------------------------------------------------------- */

static void
write_file(const char *path, const void *bytes, size_t n_bytes)
{
    FILE *const file = fopen(path, "wb");

    REQUIRE(file != NULL && fwrite(bytes, 1, n_bytes, file) == n_bytes);
    REQUIRE(fclose(file) == 0);
}

static void
remove_folder(void)
{
    (void) unlink(file_path);
    (void) rmdir(folder);
}

static void
read_whole(void)
{
    FILE *const file = fopen(file_path, "rb");
    long n;

    REQUIRE(file != NULL && fseek(file, 0, SEEK_END) == 0 && (n = ftell(file)) > 0);
    rewind(file);
    whole.n_bytes = (size_t) n;
    whole.bytes = malloc(whole.n_bytes);
    REQUIRE(whole.bytes != NULL);
    REQUIRE(fread(whole.bytes, 1, whole.n_bytes, file) == whole.n_bytes && fclose(file) == 0);
}

static herr_t
note_object(hid_t root, const char *name, const H5L_info_t *info, void *context)
{
    (void) root;
    (void) info;
    (void) context;
    REQUIRE(whole.n_objects < MOST_OBJECTS);
    whole.object[whole.n_objects] = strdup(name);
    REQUIRE(whole.object[whole.n_objects++] != NULL);
    return 0;
}

static void
find_objects(void)
{
    const hid_t file = H5Fopen(file_path, H5F_ACC_RDONLY, H5P_DEFAULT);

    REQUIRE(file >= 0);
    REQUIRE(H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, note_object, NULL) >= 0);
    REQUIRE(H5Fclose(file) >= 0 && whole.n_objects > 50);
}

static void
make_whole(void)
{
    char study_path[64], sum_path[80];
    twp_run_settings_t settings;
    twp_study_t *study;

    REQUIRE(H5Eset_auto2(H5E_DEFAULT, NULL, NULL) >= 0);
    REQUIRE(mkdtemp(folder) != NULL);
    snprintf(study_path, sizeof study_path, "%s/study.yaml", folder);
    snprintf(file_path, sizeof file_path, "%s/small.h5", folder);
    snprintf(sum_path, sizeof sum_path, "%s.sha256", file_path);
    write_file(study_path, study_text, sizeof study_text - 1);
    REQUIRE(twp_study_read(study_path, NULL, 0, &study, NULL) == TWP_OK);
    twp_run_settings_init(&settings);
    settings.n_threads = 1;
    settings.output_path = file_path;
    REQUIRE(twp_study_run(study, &settings, NULL, NULL) == TWP_OK);
    twp_study_free(study);
    read_whole();
    REQUIRE(unlink(study_path) == 0 && unlink(sum_path) == 0);
    REQUIRE(atexit(remove_folder) == 0);
    find_objects();
}

/* ---- changing it ------------------------------------------------------------------------------- */

/* One of the types that files have, and one that none has. */
static hid_t
type_of(uint8_t byte)
{
    hid_t text;

    switch (byte % 8) {
    case 0: return H5Tcopy(H5T_STD_I8LE);
    case 1: return H5Tcopy(H5T_STD_I16LE);
    case 2: return H5Tcopy(H5T_STD_I32LE);
    case 3: return H5Tcopy(H5T_STD_I64LE);
    case 4: return H5Tcopy(H5T_IEEE_F32LE);
    case 5: return H5Tcopy(H5T_STD_U32BE);
    case 6:
        text = H5Tcopy(H5T_C_S1);
        REQUIRE(text >= 0 && H5Tset_size(text, 1 + byte / 8) >= 0);
        return text;
    default: return H5Tcopy(H5T_IEEE_F64LE);
    }
}

/* No dimension, one or two, of few elements or none. */
static hid_t
shape_of(uint8_t byte)
{
    const hsize_t length[2] = { byte % 16, byte / 16 % 4 + 1 };

    return byte / 64 == 0 ? H5Screate(H5S_SCALAR)
                          : H5Screate_simple(byte / 64 == 3 ? 2 : 1, length, NULL);
}

/* Elements of all kinds of odd values. */
static void
fill(uint8_t *bytes, size_t n_bytes, uint8_t how)
{
    static const uint8_t pattern[] = { 0x00, 0xFF, 0x7F, 0x80, 0x41 };

    memset(bytes, pattern[how % sizeof pattern], n_bytes);
    if (how >= 128)
        for (size_t i = 0; i < n_bytes; i += 8)
            bytes[i] = how;
}

static void
change_dataset(hid_t file, const char *name, const uint8_t *data)
{
    uint8_t *values;
    const hid_t type = type_of(data[2]), space = shape_of(data[3]);
    const size_t n_bytes = H5Tget_size(type) * (size_t) H5Sget_simple_extent_npoints(space);
    hid_t dataset;

    values = malloc(n_bytes + 1);
    REQUIRE(values != NULL);
    fill(values, n_bytes, data[3]);
    (void) H5Ldelete(file, name, H5P_DEFAULT);
    dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (dataset >= 0) {
        (void) H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        (void) H5Dclose(dataset);
    }
    free(values);
    (void) H5Sclose(space);
    (void) H5Tclose(type);
}

/* Other values of the type and shape that are there. Texts stay as they are. */
static void
change_values(hid_t file, const char *name, const uint8_t *data)
{
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const hid_t type = dataset >= 0 ? H5Dget_type(dataset) : -1;
    const hid_t space = dataset >= 0 ? H5Dget_space(dataset) : -1;

    if (type >= 0 && space >= 0 && H5Tget_class(type) != H5T_STRING) {
        const size_t n = (size_t) H5Sget_simple_extent_npoints(space), size = H5Tget_size(type);
        uint8_t *const values = malloc(n * size + 1);

        REQUIRE(values != NULL);
        if (n > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0) {
            const size_t i = data[2] % n, most = data[2] % 2 == 0 ? n - i : 1;

            fill(values + i * size, most * size, data[3]);
            (void) H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        }
        free(values);
    }
    (void) H5Tclose(type);
    (void) H5Sclose(space);
    (void) H5Dclose(dataset);
}

/* An attribute of an object (data[2] even: of the file) becomes another, or goes. */
static void
change_attribute(hid_t file, const char *name, const uint8_t *data, bool is_deleted)
{
    const hid_t object = data[2] % 2 == 0 ? H5Oopen(file, "/", H5P_DEFAULT)
                                          : H5Oopen(file, name, H5P_DEFAULT);
    char attribute[200] = "";
    uint8_t values[4096];
    hid_t type, space, one;

    if (H5Aget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, data[2] / 2 % 24, attribute,
            sizeof attribute, H5P_DEFAULT) > 0 &&
        H5Adelete(object, attribute) >= 0 && !is_deleted) {
        type = type_of(data[3]);
        space = shape_of((uint8_t) (data[3] * 7));
        fill(values, sizeof values, data[2]);
        one = H5Acreate2(object, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
        if (H5Tget_size(type) * (size_t) H5Sget_simple_extent_npoints(space) <= sizeof values)
            (void) H5Awrite(one, type, values);
        (void) H5Aclose(one);
        (void) H5Sclose(space);
        (void) H5Tclose(type);
    }
    (void) H5Oclose(object);
}

static void
change(hid_t file, const uint8_t *data)
{
    const char *const name = whole.object[(data[0] / 8 * 256u + data[1]) % whole.n_objects];

    switch (data[0] % 8) {
    case 0: (void) H5Ldelete(file, name, H5P_DEFAULT); break;
    case 1:
        (void) H5Lmove(file, name, file, whole.object[(data[2] * 256u + data[3]) % whole.n_objects],
            H5P_DEFAULT, H5P_DEFAULT);
        break;
    case 2: change_attribute(file, name, data, true); break;
    case 3:
    case 4: change_attribute(file, name, data, false); break;
    case 5: change_dataset(file, name, data); break;
    default: change_values(file, name, data); break;
    }
}

/* Writes the changed file. */
static void
make_changed(const uint8_t *data, size_t n_bytes)
{
    const bool is_by_hdf5 = n_bytes > 0 && data[0] % 2 == 1;
    uint8_t *const bytes = malloc(whole.n_bytes);

    REQUIRE(bytes != NULL);
    memcpy(bytes, whole.bytes, whole.n_bytes);
    for (size_t i = 1; !is_by_hdf5 && i + 4 <= n_bytes; i += 4)
        bytes[(data[i] | (size_t) data[i + 1] << 8 | (size_t) data[i + 2] << 16) % whole.n_bytes] =
            data[i + 3];
    write_file(file_path, bytes, whole.n_bytes);
    free(bytes);
    if (is_by_hdf5) {
        const hid_t file = H5Fopen(file_path, H5F_ACC_RDWR, H5P_DEFAULT);

        REQUIRE(file >= 0);
        for (size_t i = 1; i + 4 <= n_bytes && i <= 4 * MOST_CHANGES; i += 4)
            change(file, data + i);
        REQUIRE(H5Fclose(file) >= 0);
        REQUIRE(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
    }
}

/* ---- reading it -------------------------------------------------------------------------------- */

/* Every dataset directly in a group; NULL is allowed where there is none. */
static void
read_group(twp_reader_t *reader, const char *group)
{
    twp_names_t names = { 0 };
    char path[600];

    if (twp_reader_list(reader, group, &names, NULL) != TWP_OK)
        return;
    for (size_t i = 0; i < names.n; i++) {
        twp_dataset_info_t info;
        double *values = NULL;
        size_t n = 0;

        snprintf(path, sizeof path, "%s%s%s", group, group[0] != '\0' ? "/" : "", names.name[i]);
        if (names.is_group[i] && group[0] == '\0')
            read_group(reader, path);
        if (names.is_group[i] || twp_reader_info(reader, path, &info, NULL) != TWP_OK)
            continue;
        if (twp_reader_read_float64(reader, path, &values, &n, NULL) == TWP_OK)
            REQUIRE(n == info.n_elements && (n == 0 || values != NULL));
        free(values);
    }
    twp_reader_free_names(&names);
}

/* Whether a reader closed all that it opened. */
static bool
is_closed(void)
{
    return H5Fget_obj_count((hid_t) H5F_OBJ_ALL, H5F_OBJ_ALL) == 0;
}

static void
read_layout(void)
{
    (void) !twp_results_check_layout(file_path, NULL);
    REQUIRE(is_closed());
}

static void
read_digest(void)
{
    char hex[TWP_CONTENT_DIGEST_HEX_SIZE];

    (void) !twp_results_content_digest(file_path, hex, NULL);
    REQUIRE(is_closed());
}

static void
read_summary(void)
{
    twp_summary_t *summary = NULL;
    char *text = NULL;

    if (twp_summary_read(file_path, &summary, NULL) == TWP_OK)
        REQUIRE(summary->n_strategies >= 1 && summary->title != NULL);
    twp_summary_free(summary);
    REQUIRE(is_closed());
    if (twp_results_provenance(file_path, "study_yaml", &text, NULL) == TWP_OK)
        REQUIRE(strlen(text) < whole.n_bytes * 1100); /* deflate's most is 1032 */
    free(text);
    REQUIRE(is_closed());
}

static void
read_values(void)
{
    twp_reader_t *reader = NULL;

    if (twp_reader_open(file_path, &reader, NULL) == TWP_OK)
        read_group(reader, "");
    twp_reader_close(reader);
    REQUIRE(is_closed());
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    static void (*const read[4])(void) = { read_layout, read_digest, read_summary, read_values };
    const int which = n_bytes > 0 ? data[0] / 2 % 8 : 0;

    if (whole.bytes == NULL)
        make_whole();
    make_changed(data, n_bytes);
    for (int i = 0; i < 4; i++)
        if (which == 0 || which > 4 || i == which - 1)
            read[i]();
    return 0;
}

#ifdef TWP_FUZZ_STANDALONE
#define FUZZ_RUNS 30 /* each reads a whole file */
static const char *const seeds[] = {
    "\x02\x10\x20\x01\x7f",
    "\x01\x06\x21\x01\x81\x05\x02\xC3\x41\x03\x05\x04\x42",
};
#include "standalone.h"
#endif
