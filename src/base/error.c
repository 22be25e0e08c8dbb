#include "base/error.h"

#include <stdio.h>
#include <string.h>

/*
 * Text of an input that is quoted in a finding is cut here, so that a hostile file stays readable.
 */
#define QUOTE_BYTES 200
#define MESSAGE_BYTES 1000

const char *
twp_status_name(twp_status_t status)
{
    switch (status) {
    case TWP_OK: return "TWP_OK";
    case TWP_ERR_INPUT: return "TWP_ERR_INPUT";
    case TWP_ERR_MEMORY: return "TWP_ERR_MEMORY";
    case TWP_ERR_IO: return "TWP_ERR_IO";
    case TWP_ERR_LIMIT: return "TWP_ERR_LIMIT";
    case TWP_ERR_EXISTS: return "TWP_ERR_EXISTS";
    case TWP_ERR_FORMAT: return "TWP_ERR_FORMAT";
    case TWP_ERR_FAULT: return "TWP_ERR_FAULT";
    case TWP_ERR_INTERRUPTED: return "TWP_ERR_INTERRUPTED";
    case TWP_ERR_ARGUMENT: return "TWP_ERR_ARGUMENT";
    }
    return "unknown status";
}

/* Length of text cut to at most max bytes, never inside a UTF-8 character. */
static size_t
cut_length(const char *text, size_t max)
{
    size_t length = strnlen(text, max + 1);

    if (length <= max)
        return length;
    length = max;
    while (length > 0 && ((unsigned char) text[length] & 0xC0) == 0x80)
        length--;
    return length;
}

twp_status_t
twp_error_set(twp_error_t *err, twp_status_t status, const char *format, ...)
{
    va_list arguments;
    char *end;

    if (err == NULL)
        return status;
    err->status = status;
    va_start(arguments, format);
    if (vsnprintf(err->message, sizeof err->message, format, arguments) < 0)
        err->message[0] = '\0';
    va_end(arguments);
    /* vsnprintf may have cut inside a character */
    end = err->message + strlen(err->message);
    if (end - err->message == (ptrdiff_t) sizeof err->message - 1) {
        while (end > err->message && ((unsigned char) end[-1] & 0xC0) == 0x80)
            end--;
        if (end > err->message && ((unsigned char) end[-1] & 0xC0) == 0xC0)
            end--;
        *end = '\0';
    }
    return status;
}

twp_status_t
twp_findings_init(twp_findings_t *findings, twp_error_t *err)
{
    *findings = (twp_findings_t){ 0 };
    findings->arena = twp_arena_create(0);
    if (findings->arena != NULL) {
        findings->item = TWP_ARENA_NEW(findings->arena, twp_finding_t, TWP_FINDINGS_MAX);
        findings->n_capacity = TWP_FINDINGS_MAX;
    }
    if (findings->item == NULL) {
        twp_findings_clear(findings);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the list of findings");
    }
    return TWP_OK;
}

void
twp_findings_clear(twp_findings_t *findings)
{
    twp_arena_free(findings->arena);
    *findings = (twp_findings_t){ 0 };
}

/*
 * Copies text of an input for showing: cut to max bytes, control characters as spaces (a file must
 * not steer the terminal it is shown on). NULL stays NULL; *is_short tells that memory ran out.
 */
static const char *
copy_shown(twp_arena_t *arena, const char *text, size_t max, bool *is_short)
{
    char *copy;
    size_t length;

    if (text == NULL)
        return NULL;
    length = cut_length(text, max);
    copy = twp_arena_printf(arena, "%.*s%s", (int) length, text, text[length] == '\0' ? "" : "...");
    if (copy == NULL) {
        *is_short = true;
        return NULL;
    }
    for (char *c = copy; *c != '\0'; c++)
        if ((unsigned char) *c < 0x20 || *c == 0x7F)
            *c = ' ';
    return copy;
}

/* 0 when both are at the same place. */
static int
compare_places(const twp_finding_t *a, const twp_finding_t *b)
{
    const int by_file = strcmp(a->file, b->file);

    if (by_file != 0)
        return by_file;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->column == b->column ? 0 : a->column < b->column ? -1 : 1;
}

static bool
is_known(const twp_findings_t *findings, const twp_finding_t *one)
{
    for (int i = 0; i < findings->n; i++) {
        const twp_finding_t *const other = &findings->item[i];
        if (compare_places(one, other) == 0 && one->is_warning == other->is_warning &&
            strcmp(one->message, other->message) == 0)
            return true;
    }
    return false;
}

TWP_PRINTF(7, 0)
static void
add(twp_findings_t *findings, twp_place_t place, bool is_warning, const char *found,
    const char *expected, const char *nearest, const char *format, va_list arguments)
{
    char message[MESSAGE_BYTES + 64];
    bool is_short = false;
    twp_finding_t one = { .file = place.file != NULL ? place.file : "",
        .line = place.line,
        .column = place.column,
        .path = place.path != NULL ? place.path : "",
        .is_warning = is_warning };

    if (vsnprintf(message, sizeof message, format, arguments) < 0)
        message[0] = '\0';
    one.message = message;
    message[cut_length(message, MESSAGE_BYTES)] = '\0';
    for (char *c = message; *c != '\0'; c++) /* as copy_shown() does, so that is_known() sees it */
        if ((unsigned char) *c < 0x20 || *c == 0x7F)
            *c = ' ';
    if (!is_warning)
        findings->n_errors++;
    if (is_known(findings, &one)) {
        findings->n_repeated += !is_warning;
        return;
    }
    if (findings->n >= findings->n_capacity) {
        findings->n_dropped++;
        return;
    }
    one.file = copy_shown(findings->arena, one.file, MESSAGE_BYTES, &is_short);
    one.path = copy_shown(findings->arena, one.path, QUOTE_BYTES, &is_short);
    one.message = copy_shown(findings->arena, message, MESSAGE_BYTES, &is_short);
    one.found = copy_shown(findings->arena, found, QUOTE_BYTES, &is_short);
    one.expected = copy_shown(findings->arena, expected, MESSAGE_BYTES, &is_short);
    one.nearest = copy_shown(findings->arena, nearest, QUOTE_BYTES, &is_short);
    if (is_short)
        findings->n_dropped++;
    else
        findings->item[findings->n++] = one;
}

void
twp_findings_add(twp_findings_t *findings, twp_place_t place, const char *found,
    const char *expected, const char *nearest, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(findings, place, false, found, expected, nearest, format, arguments);
    va_end(arguments);
}

void
twp_findings_warn(twp_findings_t *findings, twp_place_t place, const char *found,
    const char *expected, const char *nearest, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(findings, place, true, found, expected, nearest, format, arguments);
    va_end(arguments);
}

static int
compare_findings(const twp_finding_t *a, const twp_finding_t *b)
{
    const int by_place = compare_places(a, b);

    return by_place != 0 ? by_place : strcmp(a->message, b->message);
}

void
twp_findings_sort(twp_findings_t *findings)
{
    /* insertion: stable, and the list is short */
    for (int i = 1; i < findings->n; i++) {
        const twp_finding_t one = findings->item[i];
        int k = i;
        for (; k > 0 && compare_findings(&findings->item[k - 1], &one) > 0; k--)
            findings->item[k] = findings->item[k - 1];
        findings->item[k] = one;
    }
    findings->n_errors -= findings->n_repeated;
    findings->n_repeated = 0;
}
