/** Nearest valid name, for findings. */
#ifndef TWP_BASE_SUGGEST_H
#define TWP_BASE_SUGGEST_H
#include <stddef.h>

/**
 * The name nearest to wrong by Damerau-Levenshtein distance, ignoring case, or the only one that
 * begins with wrong (3 letters or more) when none is within max(1, length/3) edits, or NULL. Ties go to
 * the earlier name. names[n] may hold NULLs (skipped).
 */
const char *twp_suggest_nearest(const char *wrong, const char *const *names, size_t n);

#endif
