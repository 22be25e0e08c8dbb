#include "results/content_digest.h"

#include "base/error.h"
#include "results/reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Elements read at once when a file is digested: whole chunks, and far from any memory limit. */
#define SLAB_ELEMENTS ((size_t) 16 * TWP_CHUNK_ELEMENTS)

struct twp_content_digest {
    char **line;
    size_t n, capacity;
};

/* "twinpath column piece, version 1", 32 bytes: any fixed key serves. */
static const unsigned char tag_key[crypto_onetimeauth_KEYBYTES] = {
    't',
    'w',
    'i',
    'n',
    'p',
    'a',
    't',
    'h',
    ' ',
    'c',
    'o',
    'l',
    'u',
    'm',
    'n',
    ' ',
    'p',
    'i',
    'e',
    'c',
    'e',
    ',',
    ' ',
    'v',
    'e',
    'r',
    's',
    'i',
    'o',
    'n',
    ' ',
    '1',
};

_Static_assert(crypto_onetimeauth_BYTES == TWP_CONTENT_TAG_BYTES, "a tag is a Poly1305 tag");

void
twp_content_digest_setup(void)
{
    const int result = sodium_init(); /* picks instructions; the results are the same without */

    (void) result;
}

void
twp_content_digest_tag(const void *bytes, size_t n_bytes, unsigned char tag[TWP_CONTENT_TAG_BYTES])
{
    (void) crypto_onetimeauth(tag, bytes, n_bytes, tag_key); /* always 0 */
}

/* The calls of libsodium below fail only for lengths that BLAKE2b does not have. */
void
twp_content_column_init(twp_content_column_t *column)
{
    twp_content_digest_setup();
    (void) crypto_generichash_init(&column->state, NULL, 0, TWP_CONTENT_SUM_BYTES);
}

void
twp_content_column_add_tag(
    twp_content_column_t *column, const unsigned char tag[TWP_CONTENT_TAG_BYTES])
{
    (void) crypto_generichash_update(&column->state, tag, TWP_CONTENT_TAG_BYTES);
}

void
twp_content_column_add_row(
    twp_content_column_t *column, const void *elements, size_t n, size_t size)
{
    const unsigned char *const bytes = elements;

    for (size_t i = 0; i < n; i += TWP_CHUNK_ELEMENTS) {
        const size_t n_piece = n - i < TWP_CHUNK_ELEMENTS ? n - i : TWP_CHUNK_ELEMENTS;
        unsigned char tag[TWP_CONTENT_TAG_BYTES];
        twp_content_digest_tag(bytes + i * size, n_piece * size, tag);
        twp_content_column_add_tag(column, tag);
    }
}

void
twp_content_column_add_text(twp_content_column_t *column, const char *text)
{
    const uint64_t n = strlen(text);
    unsigned char length[8];

    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char) (n >> (8 * i));
    (void) crypto_generichash_update(&column->state, length, sizeof length);
    (void) crypto_generichash_update(&column->state, (const unsigned char *) text, n);
}

void
twp_content_column_finish(twp_content_column_t *column, unsigned char sum[TWP_CONTENT_SUM_BYTES])
{
    (void) crypto_generichash_final(&column->state, sum, TWP_CONTENT_SUM_BYTES);
}

twp_content_digest_t *
twp_content_digest_create(void)
{
    return calloc(1, sizeof(twp_content_digest_t));
}

void
twp_content_digest_free(twp_content_digest_t *digest)
{
    if (digest == NULL)
        return;
    for (size_t i = 0; i < digest->n; i++)
        free(digest->line[i]);
    free(digest->line);
    free(digest);
}

bool
twp_content_digest_has_object(const char *object)
{
    return strcmp(object, "session") != 0 && strncmp(object, "session/", 8) != 0 &&
        strcmp(object, "provenance/build_json") != 0;
}

bool
twp_content_digest_has_attribute(const char *object, const char *name)
{
    if (object[0] == '\0' &&
        (strcmp(name, "content_digest") == 0 || strcmp(name, "status") == 0 ||
            strcmp(name, TWP_ATTRIBUTE_SOURCES) == 0))
        return false; /* where the data lie is not what they are */
    return twp_content_digest_has_object(object);
}

/* Takes ownership of line, which is NULL when memory ran out. */
static twp_status_t
add_line(twp_content_digest_t *digest, char *line, twp_error_t *err)
{
    if (line != NULL && digest->n == digest->capacity) {
        const size_t capacity = digest->capacity > 0 ? 2 * digest->capacity : 64;
        char **const grown = realloc(digest->line, capacity * sizeof *grown);
        if (grown == NULL) {
            free(line);
            line = NULL;
        } else {
            digest->line = grown;
            digest->capacity = capacity;
        }
    }
    if (line == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the content digest");
    digest->line[digest->n++] = line;
    return TWP_OK;
}

static char *make_line(const char *format, ...) TWP_PRINTF(1, 2);

static char *
make_line(const char *format, ...)
{
    va_list arguments;
    char *line = NULL;
    int n;

    va_start(arguments, format);
    n = vasprintf(&line, format, arguments);
    va_end(arguments);
    return n < 0 ? NULL : line;
}

static void
write_hex(const unsigned char *sum, char hex[TWP_CONTENT_DIGEST_HEX_SIZE])
{
    (void) sodium_bin2hex(hex, TWP_CONTENT_DIGEST_HEX_SIZE, sum, TWP_CONTENT_SUM_BYTES);
}

twp_status_t
twp_content_digest_add_group(twp_content_digest_t *digest, const char *group, twp_error_t *err)
{
    if (!twp_content_digest_has_object(group))
        return TWP_OK;
    return add_line(digest, make_line("group\t%s\n", group), err);
}

twp_status_t
twp_content_digest_add_dimension(
    twp_content_digest_t *digest, const char *object, size_t length, twp_error_t *err)
{
    if (!twp_content_digest_has_object(object))
        return TWP_OK;
    return add_line(digest, make_line("dimension\t%s\t%zu\n", object, length), err);
}

twp_status_t
twp_content_digest_add_column(twp_content_digest_t *digest, const char *object, twp_type_t type,
    int n_dims, const char *const *dims, const size_t *lengths,
    const unsigned char sum[TWP_CONTENT_SUM_BYTES], twp_error_t *err)
{
    char hex[TWP_CONTENT_DIGEST_HEX_SIZE];
    char *shape;
    twp_status_t status;

    if (!twp_content_digest_has_object(object))
        return TWP_OK;
    shape = make_line("%s", "");
    for (int i = 0; shape != NULL && i < n_dims; i++) {
        char *const longer = make_line("%s%s=%zu,", shape, dims[i], lengths[i]);
        free(shape);
        shape = longer;
    }
    if (shape == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the content digest");
    write_hex(sum, hex);
    status = add_line(digest,
        make_line("column\t%s\t%s\t%s\t%s\n", object, twp_type_name(type), shape, hex), err);
    free(shape);
    return status;
}

twp_status_t
twp_content_digest_add_attribute(twp_content_digest_t *digest, const char *object, const char *name,
    twp_type_t type, size_t n, const void *values, twp_error_t *err)
{
    unsigned char sum[TWP_CONTENT_SUM_BYTES];
    char hex[TWP_CONTENT_DIGEST_HEX_SIZE];
    const size_t n_bytes = type == TWP_TYPE_TEXT ? strlen(values)
                                                 : (n > 0 ? n : 1) * twp_type_size(type);

    if (!twp_content_digest_has_attribute(object, name))
        return TWP_OK;
    (void) crypto_generichash(sum, sizeof sum, values, n_bytes, NULL, 0);
    write_hex(sum, hex);
    return add_line(digest,
        make_line("attribute\t%s\t%s\t%s\t%zu\t%s\n", object, name, twp_type_name(type), n, hex),
        err);
}

static int
compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

void
twp_content_digest_finish(twp_content_digest_t *digest, char hex[TWP_CONTENT_DIGEST_HEX_SIZE])
{
    crypto_generichash_state state;
    unsigned char sum[TWP_CONTENT_SUM_BYTES];

    if (digest->n > 0)
        qsort(digest->line, digest->n, sizeof *digest->line, compare_lines);
    (void) crypto_generichash_init(&state, NULL, 0, sizeof sum);
    for (size_t i = 0; i < digest->n; i++)
        (void) crypto_generichash_update(
            &state, (const unsigned char *) digest->line[i], strlen(digest->line[i]));
    (void) crypto_generichash_final(&state, sum, sizeof sum);
    write_hex(sum, hex);
}

/* ---- the same from a file -------------------------------------------------------------------- */

/* Digests the elements with start[0..dim) fixed, in row-major order. */
static twp_status_t
digest_slabs(twp_reader_t *reader, const char *object, const twp_dataset_info_t *info, int dim,
    size_t *start, void *slab, twp_content_column_t *column, twp_error_t *err)
{
    const int last = info->n_dims - 1;
    const size_t n_row = info->length[last];
    size_t count[TWP_FIELD_DIMS_MAX], n_inside = 1, step;
    twp_status_t status = TWP_OK;

    for (int i = dim; i < info->n_dims; i++)
        n_inside *= info->length[i]; /* cannot overflow: the reader has checked the product */
    if (n_inside > SLAB_ELEMENTS && dim < last) {
        for (size_t i = 0; status == TWP_OK && i < info->length[dim]; i++) {
            start[dim] = i;
            status = digest_slabs(reader, object, info, dim + 1, start, slab, column, err);
        }
        return status;
    }
    for (int i = 0; i < info->n_dims; i++) {
        count[i] = i < dim ? 1 : info->length[i];
        if (i >= dim)
            start[i] = 0;
    }
    step = n_inside > SLAB_ELEMENTS ? SLAB_ELEMENTS : n_inside;
    for (size_t i = 0; status == TWP_OK && i < n_inside; i += step) {
        const size_t n = n_inside - i < step ? n_inside - i : step;
        if (step < n_inside) { /* then dim is the last, and a row comes in pieces */
            start[last] = i;
            count[last] = n;
        }
        status = twp_reader_read_slice(reader, object, info->type, start, count, slab, err);
        for (size_t j = 0; status == TWP_OK && j < n; j += n_row)
            twp_content_column_add_row(column,
                (const unsigned char *) slab + j * twp_type_size(info->type),
                n_row < n - j ? n_row : n - j, twp_type_size(info->type));
    }
    return status;
}

static twp_status_t
digest_numbers(twp_reader_t *reader, const char *object, const twp_dataset_info_t *info,
    twp_content_column_t *column, twp_error_t *err)
{
    size_t start[TWP_FIELD_DIMS_MAX] = { 0 };
    twp_status_t status;
    void *slab;

    if (info->n_dims == 0)
        return TWP_FAIL(err, TWP_ERR_FORMAT, "%s: /%s: numbers without a dimension",
            twp_reader_path(reader), object);
    if (info->n_elements == 0)
        return TWP_OK;
    slab = malloc(SLAB_ELEMENTS * twp_type_size(info->type));
    if (slab == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the content digest");
    status = digest_slabs(reader, object, info, 0, start, slab, column, err);
    free(slab);
    return status;
}

static twp_status_t
digest_dataset(
    twp_reader_t *reader, const char *object, twp_content_digest_t *digest, twp_error_t *err)
{
    const char *dims[TWP_FIELD_DIMS_MAX];
    unsigned char sum[TWP_CONTENT_SUM_BYTES];
    twp_content_column_t column;
    twp_dataset_info_t info;
    twp_status_t status = twp_reader_info(reader, object, &info, err);

    if (status != TWP_OK)
        return status;
    if (info.is_plain_dimension)
        return twp_content_digest_add_dimension(digest, object, info.length[0], err);
    twp_content_column_init(&column);
    if (info.type == TWP_TYPE_TEXT) {
        char **text = NULL;
        size_t n = 0;
        status = twp_reader_read_texts(reader, object, &text, &n, err);
        for (size_t i = 0; i < n; i++)
            twp_content_column_add_text(&column, text[i]);
        twp_reader_free_texts(text, n);
    } else {
        status = digest_numbers(reader, object, &info, &column, err);
    }
    twp_content_column_finish(&column, sum);
    for (int i = 0; i < info.n_dims; i++)
        dims[i] = info.dim[i];
    if (status == TWP_OK)
        status = twp_content_digest_add_column(
            digest, object, info.type, info.n_dims, dims, info.length, sum, err);
    return status;
}

static twp_status_t
digest_attributes(
    twp_reader_t *reader, const char *object, twp_content_digest_t *digest, twp_error_t *err)
{
    twp_names_t names = { 0 };
    twp_status_t status = twp_reader_list_attributes(reader, object, &names, err);

    for (size_t i = 0; status == TWP_OK && i < names.n; i++) {
        twp_attribute_value_t value;
        if (!twp_content_digest_has_attribute(object, names.name[i]))
            continue;
        status = twp_reader_attribute(reader, object, names.name[i], &value, err);
        if (status != TWP_OK)
            break;
        status = twp_content_digest_add_attribute(
            digest, object, names.name[i], value.type, value.n, value.values, err);
        free(value.values);
    }
    twp_reader_free_names(&names);
    return status;
}

/* A group below the root, with all that is in it; or the root ("") and every group. */
static twp_status_t
digest_group(
    twp_reader_t *reader, const char *group, twp_content_digest_t *digest, twp_error_t *err)
{
    twp_names_t names = { 0 };
    twp_status_t status = digest_attributes(reader, group, digest, err);

    if (status == TWP_OK)
        status = twp_reader_list(reader, group, &names, err);
    for (size_t i = 0; status == TWP_OK && i < names.n; i++) {
        char *const object = make_line("%s%s%s", group, *group != '\0' ? "/" : "", names.name[i]);
        if (object == NULL) {
            status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the content digest");
        } else if (!twp_content_digest_has_object(object)) {
            status = TWP_OK;
        } else if (names.is_group[i] && *group == '\0') {
            status = twp_content_digest_add_group(digest, object, err);
            if (status == TWP_OK)
                status = digest_group(reader, object, digest, err);
        } else if (!names.is_group[i]) {
            status = digest_dataset(reader, object, digest, err);
            if (status == TWP_OK)
                status = digest_attributes(reader, object, digest, err);
        }
        free(object);
    }
    twp_reader_free_names(&names);
    return status;
}

twp_status_t
twp_results_content_digest(
    const char *path, char hex[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err)
{
    twp_reader_t *reader = NULL;
    twp_content_digest_t *digest = NULL;
    twp_status_t status = twp_reader_open(path, &reader, err);

    hex[0] = '\0';
    if (status != TWP_OK)
        return status;
    digest = twp_content_digest_create();
    status = digest == NULL ? TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the content digest")
                            : digest_group(reader, "", digest, err);
    if (status == TWP_OK)
        twp_content_digest_finish(digest, hex);
    twp_content_digest_free(digest);
    twp_reader_close(reader);
    return status;
}
