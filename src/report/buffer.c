#include "report/buffer.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for n_more bytes and a NUL. */
static bool
grow(twp_buffer_t *buffer, size_t n_more)
{
    size_t n_capacity = buffer->n_capacity;
    char *text;

    if (buffer->has_failed)
        return false;
    if (buffer->n_bytes + n_more < n_capacity)
        return true;
    if (n_capacity == 0)
        n_capacity = 1024;
    while (n_capacity <= buffer->n_bytes + n_more)
        n_capacity *= 2;
    text = realloc(buffer->text, n_capacity);
    if (text == NULL) {
        buffer->has_failed = true;
        return false;
    }
    buffer->text = text;
    buffer->n_capacity = n_capacity;
    return true;
}

void
twp_buffer_clear(twp_buffer_t *buffer)
{
    free(buffer->text);
    *buffer = (twp_buffer_t){ 0 };
}

void
twp_buffer_add_bytes(twp_buffer_t *buffer, const char *bytes, size_t n_bytes)
{
    if (!grow(buffer, n_bytes))
        return;
    memcpy(buffer->text + buffer->n_bytes, bytes, n_bytes);
    buffer->n_bytes += n_bytes;
    buffer->text[buffer->n_bytes] = '\0';
}

void
twp_buffer_add(twp_buffer_t *buffer, const char *text)
{
    twp_buffer_add_bytes(buffer, text, strlen(text));
}

void
twp_buffer_printf(twp_buffer_t *buffer, const char *format, ...)
{
    va_list arguments, again;
    int length;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0)
        buffer->has_failed = true;
    else if (grow(buffer, (size_t) length)) {
        vsnprintf(buffer->text + buffer->n_bytes, (size_t) length + 1, format, again);
        buffer->n_bytes += (size_t) length;
    }
    va_end(again);
    va_end(arguments);
}

void
twp_buffer_repeat(twp_buffer_t *buffer, char character, size_t n)
{
    if (!grow(buffer, n))
        return;
    memset(buffer->text + buffer->n_bytes, character, n);
    buffer->n_bytes += n;
    buffer->text[buffer->n_bytes] = '\0';
}

void
twp_buffer_add_markdown(twp_buffer_t *buffer, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\`*[]<#|", *text) != NULL)
            twp_buffer_add(buffer, "\\");
        twp_buffer_add_bytes(buffer, text, 1);
    }
}

void
twp_buffer_clean(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char) *text < 0x20 || *text == 0x7f)
            *text = ' ';
    }
}

/* Bytes 10xxxxxx go on with the character before them. */
static size_t
width_of(const char *text, size_t n_bytes)
{
    size_t width = 0;

    for (size_t i = 0; i < n_bytes; i++)
        width += ((unsigned char) text[i] & 0xC0u) != 0x80u;
    return width;
}

size_t
twp_buffer_width(const char *text)
{
    return width_of(text, strlen(text));
}

void
twp_buffer_wrap(
    twp_buffer_t *buffer, const char *text, size_t width, const char *first, const char *indent)
{
    size_t used = twp_buffer_width(first);
    bool is_line_empty = true;

    twp_buffer_add(buffer, first);
    for (const char *word = text + strspn(text, " \t\n"); *word != '\0';) {
        const size_t n_bytes = strcspn(word, " \t\n");
        const size_t columns = width_of(word, n_bytes);
        if (!is_line_empty && used + 1 + columns > width) {
            twp_buffer_add(buffer, "\n");
            twp_buffer_add(buffer, indent);
            used = twp_buffer_width(indent);
            is_line_empty = true;
        }
        if (!is_line_empty) {
            twp_buffer_add(buffer, " ");
            used++;
        }
        twp_buffer_add_bytes(buffer, word, n_bytes);
        used += columns;
        is_line_empty = false;
        word += n_bytes;
        word += strspn(word, " \t\n");
    }
    twp_buffer_add(buffer, "\n");
}

twp_status_t
twp_buffer_status(const twp_buffer_t *buffer, twp_error_t *err)
{
    if (buffer->has_failed)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    return TWP_OK;
}
