#include "results/writer_model.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL_BYTES ((size_t) 4 << 30) /* of texts and descriptions */

/* Makes room for one more item; the list is not touched when memory runs out. */
static bool
grow(void *list, size_t n, size_t *capacity, size_t item_bytes)
{
    const size_t wanted = *capacity > 0 ? 2 * *capacity : 8;
    void *old, *grown;

    if (n < *capacity)
        return true;
    memcpy(&old, list, sizeof old);
    grown = realloc(old, wanted * item_bytes);
    if (grown == NULL)
        return false;
    memcpy(list, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}

bool
twp_model_init(twp_writer_model_t *model)
{
    memset(model, 0, sizeof *model);
    model->arena = twp_arena_create(MODEL_BYTES);
    return model->arena != NULL && twp_model_add_group(model, "") != NULL;
}

void
twp_model_clear(twp_writer_model_t *model)
{
    for (size_t i = 0; i < model->n_groups; i++) {
        twp_model_group_t *const group = &model->group[i];
        for (size_t j = 0; j < group->n_columns; j++)
            for (size_t k = 0; k < group->column[j]->n_rows; k++)
                twp_spool_clear_row(&group->column[j]->row[k].spooled);
        for (size_t j = 0; j < group->n_columns; j++)
            free(group->column[j]->source);
        free(group->attribute);
        free(group->dimension);
        free(group->column);
    }
    free(model->group);
    twp_spool_free(model->spool);
    twp_arena_free(model->arena);
    memset(model, 0, sizeof *model);
}

twp_model_group_t *
twp_model_find_group(const twp_writer_model_t *model, const char *name)
{
    for (size_t i = 0; i < model->n_groups; i++)
        if (strcmp(model->group[i].name, name) == 0)
            return &model->group[i];
    return NULL;
}

bool
twp_model_has_dataset(const twp_model_group_t *group, const char *name)
{
    for (size_t i = 0; i < group->n_columns; i++)
        if (strcmp(group->column[i]->field.name, name) == 0)
            return true;
    return false;
}

twp_model_group_t *
twp_model_add_group(twp_writer_model_t *model, const char *name)
{
    const char *const copy = twp_arena_strdup(model->arena, name);
    twp_model_group_t *group;

    if (copy == NULL ||
        !grow(&model->group, model->n_groups, &model->group_capacity, sizeof *model->group))
        return NULL;
    group = &model->group[model->n_groups++];
    memset(group, 0, sizeof *group);
    group->name = copy;
    return group;
}

bool
twp_model_set_attribute(twp_writer_model_t *model, twp_model_group_t *group, const char *name,
    twp_type_t type, const void *value)
{
    const size_t n_bytes = type == TWP_TYPE_TEXT ? strlen(value) + 1 : twp_type_size(type);
    void *const copy = twp_arena_alloc(model->arena, n_bytes, 1);
    const char *const name_copy = twp_arena_strdup(model->arena, name);
    size_t i = 0;

    if (copy == NULL || name_copy == NULL ||
        !grow(&group->attribute, group->n_attributes, &group->attribute_capacity,
            sizeof *group->attribute))
        return false;
    memcpy(copy, value, n_bytes);
    while (i < group->n_attributes && strcmp(group->attribute[i].name, name) != 0)
        i++;
    group->n_attributes += i == group->n_attributes;
    group->attribute[i] = (twp_model_attribute_t){ name_copy, type, 0, copy };
    return true;
}

bool
twp_model_add_source(
    twp_writer_model_t *model, twp_model_column_t *column, const char *file, size_t n)
{
    const char *const copy = twp_arena_strdup(model->arena, file);

    if (copy == NULL ||
        !grow(&column->source, column->n_sources, &column->source_capacity, sizeof *column->source))
        return false;
    column->source[column->n_sources++] = (twp_model_source_t){ copy, n };
    for (size_t i = 0; i < column->n_rows; i++)
        column->row[i].spooled.is_tagged_only = true;
    return true;
}

bool
twp_model_add_dimension(
    twp_writer_model_t *model, twp_model_group_t *group, const char *name, size_t length)
{
    const char *const copy = twp_arena_strdup(model->arena, name);

    if (copy == NULL ||
        !grow(&group->dimension, group->n_dimensions, &group->dimension_capacity,
            sizeof *group->dimension))
        return false;
    group->dimension[group->n_dimensions++] = (twp_model_dimension_t){ copy, length, NULL };
    return true;
}

/* flag_values as elements of the field's type. */
static void *
copy_flag_values(twp_arena_t *arena, const twp_field_t *field)
{
    const size_t size = twp_type_size(field->type);
    unsigned char *const values = twp_arena_alloc(arena, (size_t) field->n_flags, size);

    for (int i = 0; values != NULL && i < field->n_flags; i++) {
        const int64_t value = field->flag_values != NULL ? field->flag_values[i] : i;
        memcpy(values + (size_t) i * size, &value, size); /* little-endian: the low bytes */
    }
    return values;
}

static const char *
join_meanings(twp_arena_t *arena, const twp_field_t *field)
{
    size_t n_bytes = 0;
    char *text, *end;

    for (int i = 0; i < field->n_flags; i++)
        n_bytes += strlen(field->flag_meanings[i]) + 1;
    text = end = twp_arena_alloc(arena, n_bytes, 1);
    for (int i = 0; text != NULL && i < field->n_flags; i++) {
        end = stpcpy(end, field->flag_meanings[i]);
        *end++ = i + 1 < field->n_flags ? ' ' : '\0';
    }
    return text;
}

/* The attributes that a field stands for; its texts are copies already. */
static bool
make_attributes(twp_arena_t *arena, twp_model_column_t *column)
{
    const twp_field_t *const field = &column->field;
    const struct {
        const char *name, *text;
    } texts[] = {
        { "long_name", field->long_name },
        { "units", field->units },
        { "comment", field->comment },
        { "coordinates", field->coordinates },
        { "cell_methods", field->cell_methods },
        { "cf_role", field->cf_role },
        { "sample_dimension", field->sample_dimension },
        { "calendar", field->calendar },
    };
    int n = 0;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].text != NULL)
            column->attribute[n++] =
                (twp_model_attribute_t){ texts[i].name, TWP_TYPE_TEXT, 0, texts[i].text };
    if (field->n_flags > 0) {
        const void *const values = copy_flag_values(arena, field);
        const char *const meanings = join_meanings(arena, field);
        if (values == NULL || meanings == NULL)
            return false;
        column->attribute[n++] =
            (twp_model_attribute_t){ "flag_values", field->type, (size_t) field->n_flags, values };
        column->attribute[n++] =
            (twp_model_attribute_t){ "flag_meanings", TWP_TYPE_TEXT, 0, meanings };
    }
    column->n_attributes = n;
    return true;
}

static bool
copy_texts(twp_arena_t *arena, twp_field_t *field)
{
    const char **const texts[] = { &field->name, &field->units, &field->long_name, &field->comment,
        &field->coordinates, &field->cell_methods, &field->cf_role, &field->sample_dimension,
        &field->calendar };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (*texts[i] != NULL && (*texts[i] = twp_arena_strdup(arena, *texts[i])) == NULL)
            return false;
    return true;
}

twp_model_column_t *
twp_model_add_column(
    twp_writer_model_t *model, twp_model_group_t *group, const twp_field_t *field, size_t n_rows)
{
    twp_model_column_t *const column = TWP_ARENA_NEW(model->arena, twp_model_column_t, 1);

    if (column == NULL ||
        !grow(&group->column, group->n_columns, &group->column_capacity, sizeof *group->column))
        return NULL;
    column->field = *field;
    if (!copy_texts(model->arena, &column->field) || !make_attributes(model->arena, column))
        return NULL;
    column->field.flag_values = NULL; /* the caller's; what is written is in the attributes */
    column->field.flag_meanings = NULL;
    if (n_rows > 0) {
        column->row = TWP_ARENA_NEW(model->arena, twp_model_row_t, n_rows);
        if (column->row == NULL)
            return NULL;
        column->n_rows = n_rows;
    }
    for (int i = 0; i < field->n_dims; i++) {
        column->i_dim[i] = twp_model_find_dimension(group, field->dims[i]);
        column->field.dims[i] = group->dimension[column->i_dim[i]].name;
    }
    if (field->n_dims == 1 && strcmp(field->name, field->dims[0]) == 0) {
        column->is_dimension = true;
        group->dimension[column->i_dim[0]].column = column;
    }
    group->column[group->n_columns++] = column;
    return column;
}

bool
twp_model_is_name(const char *name)
{
    size_t n = 0;

    if (name == NULL || name[0] < 'a' || name[0] > 'z')
        return false;
    while (
        (name[n] >= 'a' && name[n] <= 'z') || (name[n] >= '0' && name[n] <= '9') || name[n] == '_')
        n++;
    return name[n] == '\0' && n <= TWP_COLUMN_NAME_MAX;
}

/* Length of the UTF-8 character at text, or 0 (Unicode 15, table 3-7: no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
static size_t
utf8_length(const unsigned char *text)
{
    const unsigned char first = text[0];
    unsigned char low = 0x80, high = 0xBF;
    size_t n;

    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    n = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first == 0xE0)
        low = 0xA0;
    else if (first == 0xED)
        high = 0x9F;
    else if (first == 0xF0)
        low = 0x90;
    else if (first == 0xF4)
        high = 0x8F;
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (text[i] < 0x80 || text[i] > 0xBF)
            return 0;
    return n;
}

bool
twp_model_is_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *) text;

    while (*at != '\0') {
        const size_t n = utf8_length(at);
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}

static const char *
flags_fault(const twp_field_t *field)
{
    const size_t size = twp_type_size(field->type); /* text has none */
    const int64_t limit = (int64_t) 1 << (size == 1 || size == 2 ? 8 * size - 1 : 31);

    if (field->n_flags < 0 || (field->n_flags > 0 && field->flag_meanings == NULL))
        return "flags have no meanings";
    if (field->n_flags > 0 && !twp_type_is_integer(field->type))
        return "flags on a type that is no integer";
    for (int i = 0; i < field->n_flags; i++) {
        const char *const meaning = field->flag_meanings[i];
        const int64_t value = field->flag_values != NULL ? field->flag_values[i] : i;
        if (meaning == NULL || meaning[0] == '\0' || strpbrk(meaning, " \t\n\r") != NULL ||
            !twp_model_is_utf8(meaning))
            return "a flag's meaning is not one word";
        if (value < -limit || value >= limit)
            return "a flag's value does not fit the type";
    }
    return NULL;
}

const char *
twp_model_field_fault(const twp_field_t *field)
{
    const char *const texts[] = { field->units, field->long_name, field->comment,
        field->coordinates, field->cell_methods, field->cf_role, field->sample_dimension,
        field->calendar };

    if (!twp_model_is_name(field->name))
        return "the name is not [a-z][a-z0-9_]*";
    if ((unsigned) field->type >= TWP_N_TYPES)
        return "the type is unknown";
    if (field->n_dims < 0 || field->n_dims > TWP_FIELD_DIMS_MAX)
        return "too many dimensions";
    if (field->n_dims == 0 && field->type != TWP_TYPE_TEXT)
        return "a number needs a dimension: only chunks are guarded by checksums";
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i] != NULL && !twp_model_is_utf8(texts[i]))
            return "an attribute is not UTF-8";
    return flags_fault(field);
}

size_t
twp_model_find_dimension(const twp_model_group_t *group, const char *name)
{
    for (size_t i = 0; i < group->n_dimensions; i++)
        if (strcmp(group->dimension[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static twp_status_t
digest_attributes(twp_content_digest_t *digest, const char *object,
    const twp_model_attribute_t *attributes, size_t n, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    for (size_t i = 0; status == TWP_OK && i < n; i++)
        status = twp_content_digest_add_attribute(digest, object, attributes[i].name,
            attributes[i].type, attributes[i].n, attributes[i].values, err);
    return status;
}

static twp_status_t
digest_column(twp_content_digest_t *digest, const twp_model_group_t *group,
    const twp_model_column_t *column, twp_error_t *err)
{
    char object[2 * TWP_COLUMN_NAME_MAX + 2];
    size_t lengths[TWP_FIELD_DIMS_MAX];
    twp_status_t status;

    (void) snprintf(object, sizeof object, "%s/%s", group->name, column->field.name);
    for (int i = 0; i < column->field.n_dims; i++)
        lengths[i] = group->dimension[column->i_dim[i]].length;
    status = twp_content_digest_add_column(digest, object, column->field.type, column->field.n_dims,
        column->field.dims, lengths, column->sum, err);
    if (status != TWP_OK)
        return status;
    return digest_attributes(digest, object, column->attribute, (size_t) column->n_attributes, err);
}

static twp_status_t
digest_group(twp_content_digest_t *digest, const twp_model_group_t *group, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (group->name[0] != '\0')
        status = twp_content_digest_add_group(digest, group->name, err);
    if (status == TWP_OK)
        status = digest_attributes(digest, group->name, group->attribute, group->n_attributes, err);
    for (size_t i = 0; status == TWP_OK && i < group->n_dimensions; i++) {
        char object[2 * TWP_COLUMN_NAME_MAX + 2];
        if (group->dimension[i].column != NULL)
            continue;
        (void) snprintf(object, sizeof object, "%s/%s", group->name, group->dimension[i].name);
        status = twp_content_digest_add_dimension(digest, object, group->dimension[i].length, err);
    }
    for (size_t i = 0; status == TWP_OK && i < group->n_columns; i++)
        status = digest_column(digest, group, group->column[i], err);
    return status;
}

twp_status_t
twp_model_digest(
    const twp_writer_model_t *model, char hex[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err)
{
    twp_content_digest_t *const digest = twp_content_digest_create();
    twp_status_t status = TWP_OK;

    if (digest == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the content digest");
    for (size_t i = 0; status == TWP_OK && i < model->n_groups; i++)
        status = digest_group(digest, &model->group[i], err);
    if (status == TWP_OK)
        twp_content_digest_finish(digest, hex);
    twp_content_digest_free(digest);
    return status;
}
