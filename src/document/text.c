#include "document/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_BLOCK_BYTES ((size_t) 1 << 16)

/* Reads from an open file until its end; *text grows as needed and has room for a final NUL. */
static twp_status_t
read_all(int file, const char *path, size_t size_hint, size_t max_bytes, char **text,
    size_t *n_bytes, twp_error_t *err)
{
    size_t room = size_hint > FIRST_BLOCK_BYTES ? size_hint : FIRST_BLOCK_BYTES, n = 0;
    char why[128];

    *text = malloc(room + 2);
    for (;;) {
        ssize_t n_read;
        if (*text == NULL)
            return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory to read it", path);
        n_read = read(file, *text + n, room + 1 - n);
        if (n_read < 0 && errno == EINTR)
            continue;
        if (n_read < 0)
            return TWP_FAIL(err, TWP_ERR_IO, "%s: cannot be read: %s", path,
                strerror_r(errno, why, sizeof why));
        if (n_read == 0)
            break;
        n += (size_t) n_read;
        if (n > max_bytes)
            return TWP_FAIL(err, TWP_ERR_LIMIT, "%s: larger than %zu bytes", path, max_bytes);
        if (n > room) { /* one byte beyond the hint was there: the file grows, or has no size */
            char *const larger = realloc(*text, 2 * room + 2);
            if (larger == NULL)
                return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory to read it", path);
            *text = larger;
            room *= 2;
        }
    }
    (*text)[n] = '\0';
    *n_bytes = n;
    return TWP_OK;
}

twp_status_t
twp_text_read_file(const char *path, size_t max_bytes, bool is_regular_only, char **text,
    size_t *n_bytes, twp_error_t *err)
{
    twp_status_t status = TWP_OK;
    struct stat about;
    size_t size_hint = 0;
    char why[128];
    const int file = open(
        path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (is_regular_only ? O_NONBLOCK : 0));

    *text = NULL;
    *n_bytes = 0;
    if (file < 0)
        return TWP_FAIL(
            err, TWP_ERR_IO, "%s: cannot be opened: %s", path, strerror_r(errno, why, sizeof why));
    if (fstat(file, &about) < 0) {
        status = TWP_FAIL(
            err, TWP_ERR_IO, "%s: cannot be read: %s", path, strerror_r(errno, why, sizeof why));
        goto out;
    }
    if (S_ISREG(about.st_mode)) {
        if ((uintmax_t) about.st_size > max_bytes) {
            status = TWP_FAIL(err, TWP_ERR_LIMIT, "%s: larger than %zu bytes", path, max_bytes);
            goto out;
        }
        size_hint = (size_t) about.st_size;
    } else if (is_regular_only && !S_ISDIR(about.st_mode)) { /* read() refuses a folder itself */
        status = TWP_FAIL(err, TWP_ERR_IO, "%s: cannot be read: not a regular file", path);
        goto out;
    }
    status = read_all(file, path, size_hint, max_bytes, text, n_bytes, err);
out:
    if (status != TWP_OK) {
        free(*text);
        *text = NULL;
    }
    close(file);
    return status;
}

size_t
twp_text_bom(const char *text, size_t n_bytes)
{
    return n_bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/*
 * Length of the well-formed UTF-8 character at text[0..n) and its code point, or 0 (Unicode 15,
 * table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
 */
static size_t
character_at(const unsigned char *text, size_t n, uint32_t *code)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high;
        size_t length;
    } form[] = {
        { 0xC2, 0xDF, 0x80, 0xBF, 2 },
        { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
        { 0xE1, 0xEC, 0x80, 0xBF, 3 },
        { 0xED, 0xED, 0x80, 0x9F, 3 },
        { 0xEE, 0xEF, 0x80, 0xBF, 3 },
        { 0xF0, 0xF0, 0x90, 0xBF, 4 },
        { 0xF1, 0xF3, 0x80, 0xBF, 4 },
        { 0xF4, 0xF4, 0x80, 0x8F, 4 },
    };

    if (text[0] < 0x80) {
        *code = text[0];
        return 1;
    }
    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
        const size_t length = form[i].length;
        if (text[0] < form[i].first_low || text[0] > form[i].first_high)
            continue;
        if (length > n || text[1] < form[i].second_low || text[1] > form[i].second_high)
            return 0;
        *code = text[0] & (0x7Fu >> length);
        for (size_t k = 1; k < length; k++) {
            if ((text[k] & 0xC0) != 0x80)
                return 0;
            *code = *code << 6 | (text[k] & 0x3Fu);
        }
        return length;
    }
    return 0;
}

static bool
is_forbidden(uint32_t code, bool is_yaml)
{
    if (code == 0)
        return true;
    if (!is_yaml)
        return false;
    return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
        (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 || code == 0xFEFF ||
        code == 0xFFFE || code == 0xFFFF;
}

/* Skips eight bytes at a time while they are plain ASCII text; most of any file is. */
static size_t
skip_plain(const char *text, size_t n_bytes, size_t start)
{
    while (n_bytes - start >= 8) {
        uint64_t eight;
        memcpy(&eight, text + start, 8);
        /* the high bit of each byte of the second term is set where the byte is below 0x20, of the
           third where it is 0x7F; a borrow can only make a byte look odd, which costs a look */
        if (((eight | (eight - 0x2020202020202020u) | (eight + 0x0101010101010101u)) &
                0x8080808080808080u) != 0)
            break;
        start += 8;
    }
    return start;
}

/* Moves a place on from offset *at to offset. */
static void
move_place(const char *text, size_t n_bytes, size_t *at, size_t offset, int *line, int *column)
{
    for (; *at < offset && *at < n_bytes; ++*at) {
        const char c = text[*at], next = *at + 1 < n_bytes ? text[*at + 1] : '\0';
        if (c == '\n' || (c == '\r' && next != '\n')) {
            ++*line;
            *column = 1;
        } else if (((unsigned char) next & 0xC0) != 0x80) {
            ++*column; /* counted at its last byte, so that offset may point inside a character */
        }
    }
}

/* Puts a character of the same length, that means nothing to YAML or CSV, over a bad one. */
static void
cover(char *bad, size_t length)
{
    if (length == 3)
        memcpy(bad, "\xEF\xBF\xBD", 3); /* U+FFFD */
    else if (length == 2)
        memcpy(bad, "\xC2\xBF", 2); /* U+00BF */
    else
        *bad = '_';
}

int
twp_text_check(const char *file, char *text, size_t n_bytes, bool is_yaml, int max_findings,
    twp_findings_t *findings)
{
    twp_place_t place = { .file = file, .line = 1, .column = 1 };
    size_t i_place = 0;
    int n = 0;

    for (size_t i = skip_plain(text, n_bytes, 0); i < n_bytes && n < max_findings;) {
        uint32_t code = 0;
        const size_t length = character_at((unsigned char *) text + i, n_bytes - i, &code);
        const unsigned int byte = (unsigned char) text[i];
        if (length > 0 && !is_forbidden(code, is_yaml)) {
            i += length;
            if (length == 1 && code == '\n')
                i = skip_plain(text, n_bytes, i);
            continue;
        }
        cover(text + i, length);
        move_place(text, n_bytes, &i_place, i, &place.line, &place.column);
        if (length == 0)
            twp_findings_add(
                findings, place, NULL, "text in UTF-8", NULL, "byte 0x%02X is not UTF-8", byte);
        else
            twp_findings_add(findings, place, NULL, "text without control characters", NULL,
                "character U+%04X is not allowed", (unsigned int) code);
        n++;
        i += length > 0 ? length : 1;
    }
    return n;
}

void
twp_text_place(const char *text, size_t n_bytes, size_t offset, int *line, int *column)
{
    size_t at = 0;

    *line = 1;
    *column = 1;
    move_place(text, n_bytes, &at, offset, line, column);
}

size_t
twp_text_offset(const char *text, size_t n_bytes, int line, int column)
{
    size_t i = 0;

    for (int l = 1; l < line && i < n_bytes; i++)
        if (text[i] == '\n' || (text[i] == '\r' && !(i + 1 < n_bytes && text[i + 1] == '\n')))
            l++;
    for (int c = 1; c < column && i < n_bytes && text[i] != '\n' && text[i] != '\r'; c++) {
        i++;
        while (i < n_bytes && ((unsigned char) text[i] & 0xC0) == 0x80)
            i++;
    }
    return i;
}
