#include "base/error.h"
#include "report/json_internal.h"

#include <math.h>
#include <stdlib.h>

void
twp_tree_put(twp_json_making_t *m, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        m->has_failed = true;
}

void
twp_tree_append(twp_json_making_t *m, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        m->has_failed = true;
}

json_t *
twp_tree_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *
twp_tree_whole(double value)
{
    if (isfinite(value) && fabs(value) < 9e15 && value == floor(value))
        return json_integer((json_int_t) value);
    return twp_tree_number(value);
}

json_t *
twp_tree_text(const char *value)
{
    json_t *made = value != NULL ? json_string(value) : NULL;

    return made != NULL ? made : json_null();
}

json_t *
twp_tree_numbers(twp_json_making_t *m, const double *value, int n)
{
    json_t *array;

    if (value == NULL)
        return json_null();
    array = json_array();
    for (int i = 0; i < n; i++)
        twp_tree_append(m, array, twp_tree_number(value[i]));
    return array;
}

void
twp_tree_put_named(twp_json_making_t *m, json_t *object, size_t n, const twp_tree_named_t *named)
{
    for (size_t i = 0; i < n; i++)
        twp_tree_put(m, object, named[i].key, twp_tree_number(named[i].value));
}

twp_status_t
twp_tree_write(json_t *tree, bool has_failed, size_t indent, twp_buffer_t *buffer, twp_error_t *err)
{
    char *const dumped = tree != NULL && !has_failed ? json_dumps(tree, JSON_INDENT(indent)) : NULL;

    json_decref(tree);
    if (dumped == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    twp_buffer_add(buffer, dumped);
    twp_buffer_add(buffer, "\n");
    free(dumped);
    return twp_buffer_status(buffer, err);
}
