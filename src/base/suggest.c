#include "base/suggest.h"

#include <string.h>
#include <strings.h>

#define LONGEST_NAME 256
#define SHORTEST_START 3 /* letters by which a name is recognised that goes on */

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static int
smaller(int a, int b)
{
    return a < b ? a : b;
}

/*
 * Damerau-Levenshtein distance in the form of optimal string alignment: insertions, deletions,
 * substitutions and swaps of neighbours that are not edited again. Both at most LONGEST_NAME long.
 */
static int
distance(const char *a, size_t length_a, const char *b, size_t length_b)
{
    int rows[3][LONGEST_NAME + 1];
    int *before = rows[0], *above = rows[1], *row = rows[2];

    for (size_t j = 0; j <= length_b; j++)
        above[j] = (int) j;
    for (size_t i = 1; i <= length_a; i++) {
        int *const oldest = before;
        row[0] = (int) i;
        for (size_t j = 1; j <= length_b; j++) {
            const char x = lower(a[i - 1]), y = lower(b[j - 1]);
            int best = smaller(above[j] + 1, row[j - 1] + 1);
            best = smaller(best, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
                best = smaller(best, before[j - 2] + 1);
            row[j] = best;
        }
        before = above;
        above = row;
        row = oldest;
    }
    return above[length_b];
}

/* The one name that goes on where wrong ends: `copay_card` for `copay`. */
static const char *
continuation(const char *wrong, size_t length, const char *const *names, size_t n)
{
    const char *found = NULL;

    for (size_t i = 0; i < n; i++) {
        if (names[i] == NULL || length < SHORTEST_START ||
            strncasecmp(names[i], wrong, length) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = names[i];
    }
    return found;
}

const char *
twp_suggest_nearest(const char *wrong, const char *const *names, size_t n)
{
    const size_t length = strlen(wrong);
    const int most = length / 3 > 1 ? (int) (length / 3) : 1;
    const char *nearest = NULL;
    int least = most + 1;

    if (length == 0 || length > LONGEST_NAME)
        return NULL;
    for (size_t i = 0; i < n && least > 0; i++) {
        const size_t other = names[i] != NULL ? strlen(names[i]) : 0;
        const size_t gap = other > length ? other - length : length - other;
        int edits;
        if (other == 0 || other > LONGEST_NAME || gap >= (size_t) least)
            continue;
        edits = distance(wrong, length, names[i], other);
        if (edits < least) {
            least = edits;
            nearest = names[i];
        }
    }
    return nearest != NULL ? nearest : continuation(wrong, length, names, n);
}
