#include "base/error.h"
#include "results/hdf5_file.h"
#include "results/writer_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

twp_status_t
twp_writer_fail_memory(twp_results_writer_t *writer, twp_error_t *err)
{
    return TWP_WRITER_FAIL(writer, err, TWP_ERR_MEMORY, "%s: no memory", writer->publish.path);
}

twp_status_t
twp_writer_check_usable(const twp_results_writer_t *writer, twp_error_t *err)
{
    if (writer->status == TWP_OK)
        return TWP_OK;
    if (err != NULL && err->status == writer->status)
        return writer->status; /* the record has the first failure already, with its reason */
    return TWP_FAIL(err, writer->status, "%s: an earlier write failed (%s)", writer->publish.path,
        twp_status_name(writer->status));
}

static void
free_writer(twp_results_writer_t *writer)
{
    twp_model_clear(&writer->model);
    twp_publish_clear(&writer->publish);
    twp_writer_free_slabs(writer);
    free(writer->stream);
    free(writer);
}

static twp_status_t
open_names(twp_results_writer_t *writer, const char *path, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (path == NULL) {
        writer->publish.path = strdup("results"); /* for messages */
        return writer->publish.path != NULL
            ? TWP_OK
            : TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for results");
    }
    status = twp_publish_init(&writer->publish, path, err);
    if (status == TWP_OK)
        twp_publish_remove_stale(&writer->publish);
    return status;
}

twp_status_t
twp_results_writer_open(const char *path, const twp_results_options_t *options,
    twp_results_writer_t **writer, twp_error_t *err)
{
    twp_results_writer_t *const made = calloc(1, sizeof *made);
    twp_status_t status;

    *writer = NULL;
    if (made == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for results");
    made->overwrite = options != NULL && options->overwrite;
    made->is_capture = path == NULL;
    status = open_names(made, path, err);
    if (status == TWP_OK && !twp_model_init(&made->model))
        status = twp_writer_fail_memory(made, err);
    if (status == TWP_OK && !made->is_capture)
        status = twp_spool_create(
            &made->publish, options != NULL ? options->n_threads : 0, &made->model.spool, err);
    if (status == TWP_OK)
        status = twp_results_attribute_text(made, NULL, "Conventions", "CF-1.10", err);
    if (status == TWP_OK)
        status = twp_results_attribute_text(made, NULL, "twinpath_layout", TWP_LAYOUT_VERSION, err);
    if (status != TWP_OK) {
        free_writer(made);
        return status;
    }
    *writer = made;
    return TWP_OK;
}

/* ---- groups and attributes ------------------------------------------------------------------- */

twp_model_group_t *
twp_writer_group(twp_results_writer_t *writer, const char *name, twp_error_t *err)
{
    twp_model_group_t *group;

    if (twp_writer_check_usable(writer, err) != TWP_OK)
        return NULL;
    group = twp_model_find_group(&writer->model, name != NULL ? name : "");
    if (group == NULL)
        (void) TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: no group %s was declared",
            writer->publish.path, name);
    return group;
}

static twp_status_t
set_attribute(twp_results_writer_t *writer, const char *group_name, const char *name,
    twp_type_t type, const void *value, twp_error_t *err)
{
    twp_model_group_t *const group = twp_writer_group(writer, group_name, err);

    if (group == NULL)
        return writer->status;
    if (name == NULL || name[0] == '\0' || !twp_model_is_utf8(name) || value == NULL ||
        (type == TWP_TYPE_TEXT && !twp_model_is_utf8(value)))
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT,
            "%s: attribute %s of group /%s is not UTF-8", writer->publish.path,
            name != NULL ? name : "", group->name);
    if (!twp_model_set_attribute(&writer->model, group, name, type, value))
        return twp_writer_fail_memory(writer, err);
    return TWP_OK;
}

twp_status_t
twp_results_attribute_text(twp_results_writer_t *writer, const char *group, const char *name,
    const char *value, twp_error_t *err)
{
    return set_attribute(writer, group, name, TWP_TYPE_TEXT, value, err);
}

twp_status_t
twp_results_attribute_int32(twp_results_writer_t *writer, const char *group, const char *name,
    int32_t value, twp_error_t *err)
{
    return set_attribute(writer, group, name, TWP_TYPE_INT32, &value, err);
}

twp_status_t
twp_results_attribute_float64(twp_results_writer_t *writer, const char *group, const char *name,
    double value, twp_error_t *err)
{
    return set_attribute(writer, group, name, TWP_TYPE_FLOAT64, &value, err);
}

twp_status_t
twp_results_group(twp_results_writer_t *writer, const char *group, twp_error_t *err)
{
    const twp_column_group_t *known;

    if (twp_writer_check_usable(writer, err) != TWP_OK)
        return writer->status;
    if (!twp_model_is_name(group))
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s is no name for a group",
            writer->publish.path, group);
    if (twp_model_find_group(&writer->model, group) != NULL)
        return TWP_OK;
    if (twp_model_add_group(&writer->model, group) == NULL)
        return twp_writer_fail_memory(writer, err);
    known = twp_columns_group(group);
    if (known == NULL)
        return TWP_OK;
    if (known->feature_type != NULL &&
        twp_results_attribute_text(writer, group, "featureType", known->feature_type, err) !=
            TWP_OK)
        return writer->status;
    return twp_results_attribute_text(writer, group, "title", known->title, err);
}

/* ---- columns --------------------------------------------------------------------------------- */

twp_status_t
twp_writer_add_column(twp_results_writer_t *writer, const char *group_name,
    const twp_field_t *field, bool is_stream, twp_model_column_t **column, twp_error_t *err)
{
    twp_model_group_t *const group = twp_writer_group(writer, group_name, err);
    const char *const fault = twp_model_field_fault(field);
    const bool is_coordinate = field->n_dims == 1 && strcmp(field->name, field->dims[0]) == 0 &&
        is_stream;
    size_t n_rows = 1;

    if (group == NULL)
        return writer->status;
    if (fault != NULL || group->name[0] == '\0')
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s: %s", writer->publish.path,
            group->name, field->name, fault != NULL ? fault : "the root has attributes only");
    if (twp_model_has_dataset(group, field->name))
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s is there already",
            writer->publish.path, group_name, field->name);
    if (is_coordinate && twp_model_find_dimension(group, field->name) == SIZE_MAX &&
        !twp_model_add_dimension(&writer->model, group, field->name, TWP_LENGTH_UNKNOWN))
        return twp_writer_fail_memory(writer, err);
    for (int i = 0; i < field->n_dims; i++) {
        const size_t i_dim = twp_model_find_dimension(group, field->dims[i]);
        const bool is_growing = is_stream && i == field->n_dims - 1;
        if (i_dim == SIZE_MAX)
            return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT,
                "%s: %s/%s: no dimension %s was declared", writer->publish.path, group_name,
                field->name, field->dims[i]);
        if (is_growing)
            continue;
        if (group->dimension[i_dim].length == TWP_LENGTH_UNKNOWN)
            return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT,
                "%s: %s/%s: dimension %s has no length", writer->publish.path, group_name,
                field->name, field->dims[i]);
        if (is_stream && __builtin_mul_overflow(n_rows, group->dimension[i_dim].length, &n_rows))
            return TWP_WRITER_FAIL(writer, err, TWP_ERR_LIMIT, "%s: %s/%s has too many rows",
                writer->publish.path, group_name, field->name);
    }
    for (size_t i = 0; i < group->n_dimensions; i++)
        if (strcmp(group->dimension[i].name, field->name) == 0 &&
            (field->n_dims != 1 || strcmp(field->dims[0], field->name) != 0))
            return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s is a dimension",
                writer->publish.path, group_name, field->name);
    *column = twp_model_add_column(
        &writer->model, group, field, field->type == TWP_TYPE_TEXT ? 0 : n_rows);
    if (*column == NULL)
        return twp_writer_fail_memory(writer, err);
    (*column)->is_stream = is_stream;
    return TWP_OK;
}

/* ---- dimensions ------------------------------------------------------------------------------ */

twp_status_t
twp_results_dimension_plain(twp_results_writer_t *writer, const char *group_name, const char *name,
    size_t length, twp_error_t *err)
{
    twp_model_group_t *const group = twp_writer_group(writer, group_name, err);

    if (group == NULL)
        return writer->status;
    if (!twp_model_is_name(name) || twp_model_find_dimension(group, name) != SIZE_MAX ||
        twp_model_has_dataset(group, name) || group->name[0] == '\0')
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT,
            "%s: %s/%s is there already or no name", writer->publish.path, group->name, name);
    if (!twp_model_add_dimension(&writer->model, group, name, length))
        return twp_writer_fail_memory(writer, err);
    return TWP_OK;
}

/* A dimension with a value for each index: declared, then written as its own coordinate. */
static twp_status_t
add_dimension(twp_results_writer_t *writer, const char *group, twp_type_t type, const char *name,
    size_t n, const void *values, const char *units, const char *long_name, twp_error_t *err)
{
    const twp_column_t *const row = twp_columns_find_dimension(group, name, type);
    const twp_status_t status = twp_results_dimension_plain(writer, group, name, n, err);
    const twp_field_t field = { .name = name,
        .type = type,
        .n_dims = 1,
        .dims = { name },
        .units = units,
        .long_name = long_name == NULL && row != NULL ? row->field.long_name : long_name };

    return status == TWP_OK ? twp_results_write(writer, group, &field, values, err) : status;
}

twp_status_t
twp_results_dimension_labels(twp_results_writer_t *writer, const char *group, const char *name,
    size_t n, const char *const *labels, const char *long_name, twp_error_t *err)
{
    return add_dimension(writer, group, TWP_TYPE_TEXT, name, n, labels, NULL, long_name, err);
}

twp_status_t
twp_results_dimension_float64(twp_results_writer_t *writer, const char *group, const char *name,
    size_t n, const double *values, const char *units, const char *long_name, twp_error_t *err)
{
    return add_dimension(writer, group, TWP_TYPE_FLOAT64, name, n, values, units, long_name, err);
}

twp_status_t
twp_results_dimension_int32(twp_results_writer_t *writer, const char *group, const char *name,
    size_t n, const int32_t *values, const char *units, const char *long_name, twp_error_t *err)
{
    return add_dimension(writer, group, TWP_TYPE_INT32, name, n, values, units, long_name, err);
}

twp_status_t
twp_results_dimension_set_length(twp_results_writer_t *writer, const char *group_name,
    const char *name, size_t length, twp_error_t *err)
{
    twp_model_group_t *const group = twp_writer_group(writer, group_name, err);
    const size_t i_dim = group != NULL ? twp_model_find_dimension(group, name) : SIZE_MAX;

    if (group == NULL)
        return writer->status;
    if (i_dim == SIZE_MAX ||
        (group->dimension[i_dim].length != TWP_LENGTH_UNKNOWN &&
            group->dimension[i_dim].length != length))
        return TWP_WRITER_FAIL(writer, err, TWP_ERR_ARGUMENT, "%s: %s/%s has no length to set",
            writer->publish.path, group_name, name);
    group->dimension[i_dim].length = length;
    return TWP_OK;
}

/* ---- the end --------------------------------------------------------------------------------- */

static twp_status_t
finish_model(twp_results_writer_t *writer, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    for (size_t i = 0; status == TWP_OK && i < writer->n_streams; i++)
        status = twp_writer_finish_stream(writer, &writer->stream[i], err);
    if (status == TWP_OK)
        status = twp_writer_finish_slabs(writer, err);
    if (status == TWP_OK)
        status = twp_spool_flush(writer->model.spool, err);
    for (size_t i = 0; status == TWP_OK && i < writer->n_streams; i++)
        twp_writer_sum_stream(writer->stream[i].column);
    for (size_t i = 0; status == TWP_OK && i < writer->model.n_groups; i++)
        for (size_t j = 0; j < writer->model.group[i].n_dimensions; j++)
            if (writer->model.group[i].dimension[j].length == TWP_LENGTH_UNKNOWN)
                writer->model.group[i].dimension[j].length = 0; /* nothing came along it */
    return status;
}

twp_status_t
twp_results_close(twp_results_writer_t *writer, const char *status_text,
    char digest[TWP_CONTENT_DIGEST_HEX_SIZE], twp_error_t *err)
{
    char hex[TWP_CONTENT_DIGEST_HEX_SIZE];
    twp_status_t status = twp_writer_check_usable(writer, err);

    if (status == TWP_OK && writer->is_capture)
        status = TWP_FAIL(err, TWP_ERR_ARGUMENT, "these results were only captured");
    if (status == TWP_OK && strcmp(status_text, "complete") != 0 &&
        strcmp(status_text, "partial") != 0)
        status = TWP_FAIL(err, TWP_ERR_ARGUMENT, "%s: status %s is neither complete nor partial",
            writer->publish.path, status_text);
    if (status == TWP_OK)
        status = finish_model(writer, err);
    if (status == TWP_OK)
        status = twp_model_digest(&writer->model, hex, err);
    if (status == TWP_OK) {
        status = twp_hdf5_file_write(
            &writer->model, writer->publish.tmp_path, hex, status_text, err);
        if (status == TWP_OK)
            status = twp_publish_file(&writer->publish, writer->overwrite, hex, err);
        else
            (void) unlink(writer->publish.tmp_path);
    }
    if (status == TWP_OK && digest != NULL)
        memcpy(digest, hex, sizeof hex);
    free_writer(writer);
    return status;
}

void
twp_results_abandon(twp_results_writer_t *writer)
{
    if (writer != NULL)
        free_writer(writer);
}

const twp_writer_model_t *
twp_results_captured(const twp_results_writer_t *writer)
{
    return writer->is_capture ? &writer->model : NULL;
}
