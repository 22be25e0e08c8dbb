#include "document/syntax_words.h"

#include <stdio.h>
#include <string.h>

/* One row for each problem that libyaml 0.2.5 can report on a text that twp_text_check() passed. */
static const struct {
    const char *problem;
    twp_syntax_words_t words;
} table[] = {
    { "mapping values are not allowed in this context",
        { "a colon is not possible here",
            "one 'key: value' in a line, or quotes around text that holds ': '" } },
    { "mapping keys are not allowed in this context", { "a key is not possible here", "a value" } },
    { "block sequence entries are not allowed in this context",
        { "a list item is not possible here", "the list in lines of its own, or [a, b]" } },
    { "did not find expected key",
        { "this does not fit the mapping around it", "a key, indented like the keys above it" } },
    { "could not find expected ':'", { "a key has no colon after it", "'key: value'" } },
    { "did not find expected '-' indicator",
        { "this does not fit the list around it", "'- ', indented like the items above it" } },
    { "did not find expected ',' or ']'", { "a list in brackets is not closed", "',' or ']'" } },
    { "did not find expected ',' or '}'", { "a mapping in braces is not closed", "',' or '}'" } },
    { "did not find expected node content", { "a value is missing here", "a value" } },
    { "found unexpected end of stream", { "a text in quotes is not closed", "the closing quote" } },
    { "found unexpected document indicator",
        { "a text in quotes is not closed", "the closing quote" } },
    { "found unexpected ':'",
        { "a colon is not possible here", "quotes around text that holds a colon" } },
    { "found character that cannot start any token",
        { "no value can begin with this character", "quotes around text that begins with it" } },
    { "found unknown escape character",
        { "no such escape in double quotes", "\\\\, \\\", \\n, \\t, \\u00e9, or single quotes" } },
    { "did not find expected hexdecimal number",
        { "an escape in double quotes lacks digits", "hexadecimal digits" } },
    { "found invalid Unicode character escape code",
        { "an escape in double quotes names no character", "a Unicode character" } },
    { "did not find expected <document start>",
        { "something follows the end of the document", "one document" } },
    { "found a tab character where an indentation space is expected",
        { "a tab is used to indent", "spaces" } },
    { "found a tab character that violates indentation", { "a tab is used to indent", "spaces" } },
    { "found an indentation indicator equal to 0",
        { "a block of text cannot be indented by 0", "1 to 9" } },
    { "did not find expected comment or line break",
        { "a block of text begins in the next line", "the end of the line" } },
    { "did not find expected alphabetic or numeric character",
        { "& and * name nothing here", "quotes around text that begins with & or *" } },
    { "did not find expected whitespace or line break",
        { "a tag is not possible here", "quotes around text that begins with !" } },
    { "did not find expected tag URI",
        { "a tag is not possible here", "quotes around text that begins with !" } },
    { "found undefined tag handle", { "tags (!) are not allowed", "the value without a tag" } },
    { "found unknown directive name",
        { "directives (%) are not allowed", "quotes around text that begins with %" } },
    { "could not find expected directive name",
        { "directives (%) are not allowed", "quotes around text that begins with %" } },
    { "found incompatible YAML document",
        { "this version of YAML is not known", "no %YAML line" } },
};

/* The rest of the line at offset, in whole characters, or words for an end. */
static void
quote_line(const char *text, size_t n_bytes, size_t offset, char *found, size_t n_found)
{
    size_t length = 0;

    while (offset + length < n_bytes && length + 1 < n_found && text[offset + length] != '\n' &&
        text[offset + length] != '\r')
        length++;
    while (length > 0 && offset + length < n_bytes &&
        ((unsigned char) text[offset + length] & 0xC0) == 0x80)
        length--;
    if (offset >= n_bytes)
        snprintf(found, n_found, "the end of the file");
    else if (length == 0)
        snprintf(found, n_found, "the end of the line");
    else if (text[offset] == '\t')
        snprintf(found, n_found, "a tab");
    else
        snprintf(found, n_found, "%.*s", (int) length, text + offset);
}

twp_syntax_words_t
twp_syntax_words(const char *problem, const char *text, size_t n_bytes, size_t offset, char *found,
    size_t n_found)
{
    const size_t n = sizeof table / sizeof table[0];

    quote_line(text, n_bytes, offset, found, n_found);
    if (offset < n_bytes && text[offset] == '\t')
        return (twp_syntax_words_t){ "a tab is not possible here", "spaces" };
    for (size_t i = 0; problem != NULL && i < n; i++)
        if (strcmp(problem, table[i].problem) == 0)
            return table[i].words;
    return (twp_syntax_words_t){ problem != NULL ? problem : "this is not YAML", NULL };
}
