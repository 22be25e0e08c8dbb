#include "results/layout_check.h"

#include "base/error.h"
#include "results/reader.h"
#include "results/writer.h"
#include "vocabulary/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OBJECT_SIZE (2 * TWP_COLUMN_NAME_MAX + 2)

typedef struct {
    twp_reader_t *reader;
    twp_error_t *err;
    bool is_adherence; /* the file comes from no run */
} check_t;

/* Must what is_required says be there? */
static bool
is_needed(const check_t *check, int is_required)
{
    return is_required != 0 && !(check->is_adherence && is_required == TWP_REQUIRED_OF_RUNS);
}

static twp_status_t
differ(const check_t *check, const char *object, const char *what, const char *detail)
{
    return TWP_FAIL(check->err, TWP_ERR_FORMAT, "%s: /%s: %s%s%s", twp_reader_path(check->reader),
        object, what, detail != NULL ? " " : "", detail != NULL ? detail : "");
}

/* ---- attributes ------------------------------------------------------------------------------- */

/* An attribute that must be this text; wanted NULL: must not be there. */
static twp_status_t
check_text(const check_t *check, const char *object, const char *name, const char *wanted)
{
    char *text = NULL;
    twp_status_t status = TWP_OK;

    if (!twp_reader_has_attribute(check->reader, object, name))
        return wanted == NULL ? TWP_OK : differ(check, object, "lacks the attribute", name);
    if (wanted == NULL)
        return differ(check, object, "has an attribute that it should not have:", name);
    status = twp_reader_attribute_text(check->reader, object, name, &text, check->err);
    if (status == TWP_OK && strcmp(text, wanted) != 0)
        status = differ(check, object, "the attribute has another value:", name);
    free(text);
    return status;
}

/* Attributes have a type of ours, text is of variable length; _FillValue would turn integers into
 * floats in xarray. */
static twp_status_t
check_attributes(const check_t *check, const char *object)
{
    twp_names_t names = { 0 };
    twp_status_t status = twp_reader_list_attributes(check->reader, object, &names, check->err);

    for (size_t i = 0; status == TWP_OK && i < names.n; i++) {
        twp_attribute_value_t value = { 0 };
        if (strcmp(names.name[i], "_FillValue") == 0)
            status = differ(check, object, "has the attribute", "_FillValue");
        else
            status = twp_reader_attribute(check->reader, object, names.name[i], &value, check->err);
        if (status != TWP_OK)
            break;
        if (value.type == TWP_TYPE_TEXT && !value.is_variable_text)
            status = differ(check, object, "is no variable-length UTF-8:", names.name[i]);
        free(value.values);
    }
    twp_reader_free_names(&names);
    return status;
}

static size_t
count_words(const char *text)
{
    size_t n = 0;

    for (const char *at = text; *at != '\0'; at++)
        n += *at != ' ' && (at == text || at[-1] == ' ');
    return n;
}

/* flag_values and flag_meanings come together, of the column's type and equally many. */
static twp_status_t
check_flags(const check_t *check, const char *object, const twp_column_t *row, twp_type_t type)
{
    const bool has_values = twp_reader_has_attribute(check->reader, object, "flag_values");
    const bool has_meanings = twp_reader_has_attribute(check->reader, object, "flag_meanings");
    twp_attribute_value_t values = { 0 };
    char *meanings = NULL;
    twp_status_t status;

    if (!has_values && !has_meanings)
        return row->field.n_flags == 0 ? TWP_OK : differ(check, object, "lacks its flags", NULL);
    if (has_values != has_meanings)
        return differ(check, object, "has only one of flag_values and flag_meanings", NULL);
    status = twp_reader_attribute_text(
        check->reader, object, "flag_meanings", &meanings, check->err);
    if (status != TWP_OK)
        return status;
    status = twp_reader_attribute(check->reader, object, "flag_values", &values, check->err);
    if (status == TWP_OK && (values.type != type || values.n != count_words(meanings)))
        status = differ(check, object, "flag_values do not fit flag_meanings", NULL);
    free(values.values);
    free(meanings);
    return status;
}

/* ---- columns ---------------------------------------------------------------------------------- */

/* The dimensions of the row, after any of the group's leading ones. */
static bool
has_dims_of(const twp_dataset_info_t *info, const twp_column_t *row)
{
    const twp_column_group_t *const group = twp_columns_group(row->group);
    int i = 0;

    if (row->field.n_dims == 0)
        return info->type == TWP_TYPE_TEXT ? info->n_dims == 0 : info->n_dims > 0;
    for (size_t lead = 0; lead < 2 && i < info->n_dims; lead++)
        if (group->leading_dims[lead] != NULL && strcmp(row->field.dims[0], info->dim[0]) != 0 &&
            strcmp(info->dim[i], group->leading_dims[lead]) == 0)
            i++;
    for (int j = 0; j < row->field.n_dims; j++) {
        const char *const dim = row->field.dims[j];

        if (i < info->n_dims && twp_columns_dim_fits(row, dim, info->dim[i]))
            i++;
        else if (!twp_columns_dim_may_lack(row, dim))
            return false;
    }
    return i == info->n_dims;
}

static twp_status_t
check_storage(const check_t *check, const char *object, const twp_dataset_info_t *info)
{
    size_t n_chunk = 1;

    for (int i = 0; i < info->n_dims; i++) {
        if (info->dim[i][0] == '\0')
            return differ(check, object, "has a dimension without a scale", NULL);
        n_chunk *= info->is_chunked ? info->chunk[i] : 1;
    }
    if (info->type == TWP_TYPE_TEXT)
        return info->is_variable_text ? TWP_OK
                                      : differ(check, object, "is no variable-length UTF-8", NULL);
    if (info->n_dims == 0)
        return differ(check, object, "is a number without a dimension", NULL);
    if (!info->is_chunked || !info->is_shuffled || !info->is_deflated)
        return differ(check, object, "is not chunked, shuffled and deflated", NULL);
    if (n_chunk > TWP_CHUNK_ELEMENTS)
        return differ(check, object, "has chunks of too many elements", NULL);
    return TWP_OK;
}

static twp_status_t
check_row_attributes(
    const check_t *check, const char *object, const twp_column_t *row, twp_type_t type)
{
    const twp_field_t *const field = &row->field;
    twp_status_t status = TWP_OK;

    if (!twp_reader_has_attribute(check->reader, object, "long_name"))
        return differ(check, object, "lacks the attribute", "long_name");
    if (field->units == NULL || strcmp(field->units, "{unit}") != 0)
        status = check_text(check, object, "units", field->units);
    if (status == TWP_OK && field->coordinates != NULL)
        status = check_text(check, object, "coordinates", field->coordinates);
    if (status == TWP_OK && field->cell_methods != NULL)
        status = check_text(check, object, "cell_methods", field->cell_methods);
    if (status == TWP_OK)
        status = check_text(check, object, "cf_role", field->cf_role);
    if (status == TWP_OK)
        status = check_text(check, object, "sample_dimension", field->sample_dimension);
    if (status == TWP_OK)
        status = check_flags(check, object, row, type);
    return status == TWP_OK ? check_attributes(check, object) : status;
}

static twp_status_t
check_dataset(const check_t *check, const char *group, const char *name)
{
    char object[OBJECT_SIZE];
    twp_dataset_info_t info;
    const twp_column_t *row;
    twp_status_t status;

    (void) snprintf(object, sizeof object, "%s/%s", group, name);
    status = twp_reader_info(check->reader, object, &info, check->err);
    if (status != TWP_OK)
        return status;
    if (info.is_plain_dimension)
        return TWP_OK; /* used by columns or by nothing: a length, no more */
    row = info.n_dims == 1 && strcmp(info.dim[0], name) == 0
        ? twp_columns_find_dimension(group, name, info.type)
        : twp_columns_find_typed(group, name, info.type);
    if (row == NULL)
        return differ(
            check, object, "is no column of the layout with the type", twp_type_name(info.type));
    if (!has_dims_of(&info, row))
        return differ(check, object, "does not have the dimensions of", row->field.name);
    status = check_storage(check, object, &info);
    return status == TWP_OK ? check_row_attributes(check, object, row, info.type) : status;
}

/* ---- groups ----------------------------------------------------------------------------------- */

static twp_status_t
check_required(const check_t *check, const char *group, const twp_names_t *names)
{
    for (size_t i = 0; i < twp_columns_n(); i++) {
        const twp_column_t *const row = twp_columns_at(i);
        bool is_there = !is_needed(check, row->is_required) || strcmp(row->group, group) != 0;
        for (size_t j = 0; !is_there && j < names->n; j++)
            is_there = twp_columns_fits(row->field.name, names->name[j]);
        if (!is_there)
            return differ(check, group, "lacks the column", row->field.name);
    }
    return TWP_OK;
}

static twp_status_t
check_group(const check_t *check, const char *group)
{
    const twp_column_group_t *const row = twp_columns_group(group);
    twp_names_t names = { 0 };
    twp_status_t status;

    if (row == NULL)
        return differ(check, group, "is no group of the layout", NULL);
    status = check_attributes(check, group);
    if (status == TWP_OK)
        status = check_text(check, group, "featureType", row->feature_type);
    if (status == TWP_OK)
        status = twp_reader_list(check->reader, group, &names, check->err);
    if (status == TWP_OK)
        status = check_required(check, group, &names);
    for (size_t i = 0; status == TWP_OK && i < names.n; i++) {
        if (names.is_group[i] || strlen(names.name[i]) > TWP_COLUMN_NAME_MAX)
            status = differ(check, group, "holds what is no column:", names.name[i]);
        else
            status = check_dataset(check, group, names.name[i]);
    }
    twp_reader_free_names(&names);
    return status;
}

static twp_status_t
read_kind(check_t *check)
{
    char *kind = NULL;
    twp_status_t status;

    if (!twp_reader_has_attribute(check->reader, "", "twinpath_kind"))
        return TWP_OK; /* told below */
    status = twp_reader_attribute_text(check->reader, "", "twinpath_kind", &kind, check->err);
    check->is_adherence = status == TWP_OK && strcmp(kind, TWP_KIND_ADHERENCE) == 0;
    free(kind);
    return status;
}

static twp_status_t
check_root_attributes(const check_t *check)
{
    twp_status_t status = check_attributes(check, "");

    for (size_t i = 0; status == TWP_OK && i < twp_columns_n_attributes(); i++) {
        const twp_column_attribute_t *const row = twp_columns_attribute_at(i);
        twp_attribute_value_t value = { 0 };
        if (!twp_reader_has_attribute(check->reader, row->group, row->name)) {
            if (is_needed(check, row->is_required))
                status = differ(check, row->group, "lacks the attribute", row->name);
            continue;
        }
        status = twp_reader_attribute(check->reader, row->group, row->name, &value, check->err);
        if (status == TWP_OK && value.type != row->type)
            status = differ(check, row->group, "has an attribute of another type:", row->name);
        free(value.values);
    }
    return status;
}

twp_status_t
twp_results_check_layout(const char *path, twp_error_t *err)
{
    check_t check = { .err = err };
    twp_names_t names = { 0 };
    twp_status_t status = twp_reader_open(path, &check.reader, err);

    if (status != TWP_OK)
        return status;
    status = read_kind(&check);
    if (status == TWP_OK)
        status = check_root_attributes(&check);
    if (status == TWP_OK)
        status = twp_reader_list(check.reader, "", &names, err);
    for (size_t i = 0; status == TWP_OK && i < names.n; i++)
        status = names.is_group[i] ? check_group(&check, names.name[i])
                                   : differ(&check, names.name[i], "stands in the root", NULL);
    twp_reader_free_names(&names);
    twp_reader_close(check.reader);
    return status;
}
