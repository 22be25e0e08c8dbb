/**
 * Checks of HDF5's global heaps, where text lies, before HDF5 reads them: they have no checksum,
 * and HDF5 1.10 follows a damaged size or index in them out of bounds. Format: HDF5 File Format
 * Specification 3.0, III.E "Disk Format: Level 1E - Global Heap". The file has no user block.
 */
#ifndef TWP_RESULTS_TEXT_HEAP_H
#define TWP_RESULTS_TEXT_HEAP_H

#include "twinpath.h"

/**
 * Checks that in every heap of the file at path the objects fill it without gap or overlap. Heaps
 * are found by their first eight bytes. TWP_ERR_FORMAT when one is damaged.
 */
TWP_CHECK_RESULT twp_status_t twp_text_heap_check_file(const char *path, twp_error_t *err);

/**
 * Checks that each of the n variable-length elements stored at offset of the file is empty or leads
 * to an object of its length. TWP_ERR_FORMAT when one does not.
 */
TWP_CHECK_RESULT twp_status_t twp_text_heap_check_elements(
    const char *path, uint64_t offset, size_t n, twp_error_t *err);

#endif
