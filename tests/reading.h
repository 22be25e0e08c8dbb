/** Reads whole columns of results files, for tests that compare them. Whatever goes wrong fails the test. */
#ifndef READING_H
#define READING_H

#include "testlib.h"

#include "results/reader.h"

/**
 * All numbers of a column, in the file's order and type, to be freed; NULL of a text or a dimension without values.
 * *info is set either way.
 */
void *reading_numbers(twp_reader_t *reader, const char *object, twp_dataset_info_t *info);

#endif
