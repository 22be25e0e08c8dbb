#include "reading.h"

#include <stdlib.h>

void *
reading_numbers(twp_reader_t *reader, const char *object, twp_dataset_info_t *info)
{
    const size_t start[TWP_FIELD_DIMS_MAX] = { 0 };
    void *values;

    assert_int_equal(twp_reader_info(reader, object, info, NULL), TWP_OK);
    if (info->type == TWP_TYPE_TEXT || info->is_plain_dimension)
        return NULL;
    values = calloc(info->n_elements + 1, twp_type_size(info->type));
    assert_non_null(values);
    if (info->n_elements == 0)
        return values;
    assert_int_equal(
        twp_reader_read_slice(reader, object, info->type, start, info->length, values, NULL),
        TWP_OK);
    return values;
}
