#include "results/compare.h"

#include "base/error.h"
#include "results/content_digest.h"
#include "results/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 65536 /* elements that are compared at once */

typedef struct {
    twp_reader_t *reader[2];
    const char *name[2];
    bool has_identity;
    int64_t n_values;
    char *difference;        /* [TWP_COMPARE_TEXT_SIZE] "" as long as there is none */
    unsigned char *piece[2]; /* [PIECE * 8] */
    twp_error_t *err;
} comparison_t;

static bool
has_found(const comparison_t *c)
{
    return c->difference[0] != '\0';
}

static void
join(char object[512], const char *group, const char *name)
{
    (void) snprintf(object, 512, "%s%s%s", group, group[0] != '\0' ? "/" : "", name);
}

/* ---- values in words ------------------------------------------------------------------------- */

static void
write_number(char text[64], twp_type_t type, const void *value)
{
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;

    text[0] = '\0';
    switch (type) {
    case TWP_TYPE_INT8: memcpy(&i8, value, sizeof i8), (void) snprintf(text, 64, "%d", i8); break;
    case TWP_TYPE_INT16:
        memcpy(&i16, value, sizeof i16), (void) snprintf(text, 64, "%d", i16);
        break;
    case TWP_TYPE_INT32:
        memcpy(&i32, value, sizeof i32), (void) snprintf(text, 64, "%" PRId32, i32);
        break;
    case TWP_TYPE_INT64:
        memcpy(&i64, value, sizeof i64), (void) snprintf(text, 64, "%" PRId64, i64);
        break;
    case TWP_TYPE_FLOAT32:
        memcpy(&f32, value, sizeof f32), (void) snprintf(text, 64, "%.9g", (double) f32);
        break;
    case TWP_TYPE_FLOAT64:
        memcpy(&f64, value, sizeof f64), (void) snprintf(text, 64, "%.17g", f64);
        break;
    case TWP_TYPE_TEXT: break;
    }
}

/* Adds ", strategy app" for place i along a dimension: its label, its value, or its number. */
static void
add_place(const comparison_t *c, const char *group, const char *dim, size_t i, char *place)
{
    const size_t n = strlen(place);
    char object[512], text[64] = "";
    unsigned char value[8];
    twp_dataset_info_t info;
    char **label = NULL;
    size_t n_labels = 0;

    join(object, group, dim);
    if (dim[0] != '\0' && twp_reader_has(c->reader[0], object) &&
        twp_reader_info(c->reader[0], object, &info, NULL) == TWP_OK && !info.is_plain_dimension) {
        if (info.type == TWP_TYPE_TEXT &&
            twp_reader_read_texts(c->reader[0], object, &label, &n_labels, NULL) == TWP_OK) {
            if (i < n_labels)
                (void) snprintf(text, sizeof text, "%.60s", label[i]);
            twp_reader_free_texts(label, n_labels);
        } else if (info.type != TWP_TYPE_TEXT &&
            twp_reader_read_slice(
                c->reader[0], object, info.type, &i, &(size_t){ 1 }, value, NULL) == TWP_OK) {
            write_number(text, info.type, value);
        }
    }
    if (text[0] == '\0')
        (void) snprintf(text, sizeof text, "row %zu", i);
    (void) snprintf(place + n, 256 - n, ", %s%s%s", dim, dim[0] != '\0' ? " " : "", text);
}

static void
note(comparison_t *c, const char *object, const char *place, const char *a, const char *b)
{
    (void) snprintf(c->difference, TWP_COMPARE_TEXT_SIZE, "%.200s%.250s: %.100s in %s, %.100s %s",
        object, place, a, c->name[0], b, c->name[1]);
}

/* ---- datasets -------------------------------------------------------------------------------- */

static void
note_cell(comparison_t *c, const char *group, const char *object, const twp_dataset_info_t *info,
    const size_t *start, size_t i, size_t size)
{
    char place[256] = "", a[64], b[64];

    for (int k = 0; k < info->n_dims; k++)
        add_place(c, group, info->dim[k], start[k] + (k == info->n_dims - 1 ? i : 0), place);
    write_number(a, info->type, c->piece[0] + i * size);
    write_number(b, info->type, c->piece[1] + i * size);
    note(c, object, place, a, b);
}

/* Rows along the last dimension, in pieces; start moves like an odometer over the others. */
static twp_status_t
compare_numbers(
    comparison_t *c, const char *group, const char *object, const twp_dataset_info_t *info)
{
    const size_t size = twp_type_size(info->type);
    const int last = info->n_dims - 1;
    size_t start[TWP_FIELD_DIMS_MAX] = { 0 }, count[TWP_FIELD_DIMS_MAX];

    for (int k = 0; k < info->n_dims; k++)
        count[k] = 1;
    for (size_t done = 0; done < info->n_elements;) {
        const size_t left = info->n_dims > 0 ? info->length[last] - start[last] : 1;
        const size_t n = left < PIECE ? left : PIECE;

        if (info->n_dims > 0)
            count[last] = n;
        for (int side = 0; side < 2; side++) {
            const twp_status_t status = twp_reader_read_slice(
                c->reader[side], object, info->type, start, count, c->piece[side], c->err);

            if (status != TWP_OK)
                return status;
        }
        if (memcmp(c->piece[0], c->piece[1], n * size) != 0) {
            size_t i = 0;

            while (memcmp(c->piece[0] + i * size, c->piece[1] + i * size, size) == 0)
                i++;
            note_cell(c, group, object, info, start, i, size);
            return TWP_OK;
        }
        done += n;
        c->n_values += (int64_t) n;
        for (int k = last; k >= 0; k--) {
            start[k] += k == last ? n : 1;
            if (start[k] < info->length[k])
                break;
            start[k] = 0;
        }
    }
    return TWP_OK;
}

/* Where two long texts part. */
static void
note_texts(comparison_t *c, const char *object, const char *place, const char *a, const char *b)
{
    size_t at = 0, n_lines = 1;
    char where[300], here[96], there[96];

    for (; a[at] == b[at]; at++)
        n_lines += a[at] == '\n';
    while (at > 0 && a[at - 1] != '\n')
        at--;
    (void) snprintf(where, sizeof where, "%s, line %zu", place, n_lines);
    (void) snprintf(here, sizeof here, "\"%.*s\"", (int) strcspn(a + at, "\n"), a + at);
    (void) snprintf(there, sizeof there, "\"%.*s\"", (int) strcspn(b + at, "\n"), b + at);
    note(c, object, where, here, there);
}

static twp_status_t
compare_texts(
    comparison_t *c, const char *group, const char *object, const twp_dataset_info_t *info)
{
    char **text[2] = { NULL, NULL };
    size_t n[2] = { 0, 0 };
    twp_status_t status = TWP_OK;

    for (int side = 0; side < 2 && status == TWP_OK; side++)
        status = twp_reader_read_texts(c->reader[side], object, &text[side], &n[side], c->err);
    for (size_t i = 0; status == TWP_OK && i < n[0] && i < n[1] && !has_found(c); i++) {
        char place[256] = "";

        c->n_values++;
        if (strcmp(text[0][i], text[1][i]) == 0)
            continue;
        if (info->n_dims > 0)
            add_place(c, group, info->dim[0], i, place);
        note_texts(c, object, place, text[0][i], text[1][i]);
    }
    for (int side = 0; side < 2; side++)
        if (text[side] != NULL)
            twp_reader_free_texts(text[side], n[side]);
    return status;
}

static twp_status_t
compare_dataset(comparison_t *c, const char *group, const char *object)
{
    twp_dataset_info_t a, b;
    twp_status_t status = twp_reader_info(c->reader[0], object, &a, c->err);
    bool is_same;

    if (status == TWP_OK)
        status = twp_reader_info(c->reader[1], object, &b, c->err);
    if (status != TWP_OK)
        return status;
    is_same = a.type == b.type && a.n_dims == b.n_dims;
    for (int k = 0; is_same && k < a.n_dims; k++)
        is_same = a.length[k] == b.length[k] && strcmp(a.dim[k], b.dim[k]) == 0;
    if (!is_same) {
        char here[64], there[64];

        (void) snprintf(here, sizeof here, "%zu values", a.n_elements);
        (void) snprintf(there, sizeof there, "%zu values", b.n_elements);
        note(c, object, ", type or size", here, there);
        return TWP_OK;
    }
    if (a.is_plain_dimension)
        return TWP_OK;
    return a.type == TWP_TYPE_TEXT ? compare_texts(c, group, object, &a)
                                   : compare_numbers(c, group, object, &a);
}

/* ---- attributes ------------------------------------------------------------------------------ */

static twp_status_t
compare_attribute(comparison_t *c, const char *object, const char *name)
{
    twp_attribute_value_t value[2] = { { .values = NULL }, { .values = NULL } };
    char whole[512];
    twp_status_t status = TWP_OK;

    (void) snprintf(
        whole, sizeof whole, "%s%sattribute %s", object, object[0] != '\0' ? ", " : "", name);
    for (int side = 0; side < 2 && status == TWP_OK; side++) {
        if (!twp_reader_has_attribute(c->reader[side], object, name))
            note(c, whole, "", side == 0 ? "missing" : "there", side == 1 ? "missing" : "there");
        else
            status = twp_reader_attribute(c->reader[side], object, name, &value[side], c->err);
    }
    if (status == TWP_OK && !has_found(c)) {
        const size_t n = value[0].n > 0 ? value[0].n : 1;

        c->n_values++;
        if (value[0].type != value[1].type || value[0].n != value[1].n) {
            note(c, whole, "", "one type", "another");
        } else if (value[0].type == TWP_TYPE_TEXT) {
            /* Both were read. NOLINTBEGIN(clang-analyzer-core.NonNullParamChecker) */
            if (strcmp(value[0].values, value[1].values) != 0)
                note(c, whole, "", value[0].values, value[1].values);
        } else if (memcmp(value[0].values, value[1].values, n * twp_type_size(value[0].type)) !=
            0) {
            /* NOLINTEND(clang-analyzer-core.NonNullParamChecker) */
            char a[64], b[64];

            write_number(a, value[0].type, value[0].values);
            write_number(b, value[1].type, value[1].values);
            note(c, whole, "", a, b);
        }
    }
    free(value[0].values);
    free(value[1].values);
    return status;
}

/* Whatever either side has. */
static twp_status_t
compare_attributes(comparison_t *c, const char *object)
{
    twp_status_t status = TWP_OK;

    for (int side = 0; side < 2 && status == TWP_OK; side++) {
        twp_names_t names = { 0 };

        status = twp_reader_list_attributes(c->reader[side], object, &names, c->err);
        for (size_t i = 0; status == TWP_OK && i < names.n && !has_found(c); i++) {
            const bool is_identity = object[0] == '\0' &&
                (strcmp(names.name[i], "source") == 0 || strcmp(names.name[i], "run_id") == 0);

            if (twp_content_digest_has_attribute(object, names.name[i]) &&
                (c->has_identity || !is_identity))
                status = compare_attribute(c, object, names.name[i]);
        }
        twp_reader_free_names(&names);
    }
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static twp_status_t
compare_group(comparison_t *c, const char *group)
{
    twp_status_t status = TWP_OK;

    for (int side = 0; side < 2 && status == TWP_OK; side++) {
        twp_names_t names = { 0 };

        status = twp_reader_list(c->reader[side], group, &names, c->err);
        for (size_t i = 0; status == TWP_OK && i < names.n && !has_found(c); i++) {
            char object[512];

            join(object, group, names.name[i]);
            if (!twp_content_digest_has_object(object))
                continue;
            if (!twp_reader_has(c->reader[1 - side], object))
                note(c, object, "", side == 0 ? "there" : "missing",
                    side == 0 ? "missing" : "there");
            else if (side == 0 && names.is_group[i])
                status = compare_group(c, object);
            else if (side == 0)
                status = compare_dataset(c, group, object);
            if (status == TWP_OK && side == 0 && !has_found(c))
                status = compare_attributes(c, object);
        }
        twp_reader_free_names(&names);
    }
    return status;
}

twp_status_t
twp_results_compare(const char *path_a, const char *name_a, const char *path_b, const char *name_b,
    bool has_identity, int64_t *n_values, char *difference, twp_error_t *err)
{
    comparison_t c = { .name = { name_a, name_b },
        .has_identity = has_identity,
        .difference = difference,
        .piece = { malloc(PIECE * 8), malloc(PIECE * 8) },
        .err = err };
    twp_status_t status = TWP_OK;

    difference[0] = '\0';
    if (c.piece[0] == NULL || c.piece[1] == NULL)
        status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to compare results");
    if (status == TWP_OK)
        status = twp_reader_open(path_a, &c.reader[0], err);
    if (status == TWP_OK)
        status = twp_reader_open(path_b, &c.reader[1], err);
    if (status == TWP_OK)
        status = compare_group(&c, "");
    if (status == TWP_OK && !has_found(&c))
        status = compare_attributes(&c, "");
    twp_reader_close(c.reader[1]);
    twp_reader_close(c.reader[0]);
    free(c.piece[0]);
    free(c.piece[1]);
    *n_values = c.n_values;
    return status;
}
