/*
 * CSV in place: the whole file lies in one buffer; cells are unescaped where they stand and ended
 * with a NUL, so a cell costs four bytes beside its text. A gap that unescaping leaves is filled
 * with 'x', never read, so that the columns of later findings on the line can still be counted.
 */
#include "base/digest.h"
#include "document/document.h"
#include "document/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FINDINGS 50

typedef struct {
    twp_csv_t *csv;
    twp_findings_t *findings;
    char *text;
    size_t n_bytes, i; /* i: the next byte to read */
    size_t i_line;     /* start of the line at i */
    uint32_t n_line;   /* its number */
    size_t n_cells, n_cell_room;
    size_t n_row_room;
    int n_findings;
    bool is_out_of_memory;
} reader_t;

/* How a cell ended. */
typedef enum { AFTER_COMMA, AFTER_LINE, AFTER_TEXT, AFTER_FAULT } cell_end_t;

/* ---- findings -------------------------------------------------------------------------------- */

static bool
is_full(const reader_t *reader)
{
    return reader->n_findings >= MOST_FINDINGS;
}

TWP_PRINTF(6, 7)
static void
report(reader_t *reader, uint32_t line, int column, const char *found, const char *expected,
    const char *format, ...)
{
    char message[256];
    va_list arguments;
    const twp_place_t place = { .file = reader->csv->file, .line = (int) line, .column = column };

    if (is_full(reader))
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    twp_findings_add(reader->findings, place, found, expected, NULL, "%s", message);
    reader->n_findings++;
}

/* Column in characters of an offset in the line at hand, from 1. */
static int
column_of(const reader_t *reader, size_t offset)
{
    int column = 1;

    for (size_t i = reader->i_line; i < offset; i++)
        column += ((unsigned char) reader->text[i] & 0xC0) != 0x80;
    return column;
}

/* ---- cells --------------------------------------------------------------------------------- */

/* Takes a line end at i, if there is one: LF, CRLF or CR. */
static bool
take_line_end(reader_t *reader)
{
    const char *const text = reader->text;

    if (reader->i >= reader->n_bytes || (text[reader->i] != '\n' && text[reader->i] != '\r'))
        return false;
    if (text[reader->i] == '\r' && reader->i + 1 < reader->n_bytes && text[reader->i + 1] == '\n')
        reader->i++;
    reader->i++;
    reader->i_line = reader->i;
    reader->n_line++;
    return true;
}

static void
skip_line(reader_t *reader)
{
    while (!take_line_end(reader) && reader->i < reader->n_bytes)
        reader->i++;
}

/* Takes what must follow a cell; its first byte may become the NUL of the cell. */
static cell_end_t
take_cell_end(reader_t *reader)
{
    if (reader->i >= reader->n_bytes)
        return AFTER_TEXT;
    if (reader->text[reader->i] == ',') {
        reader->i++;
        return AFTER_COMMA;
    }
    return take_line_end(reader) ? AFTER_LINE : AFTER_FAULT;
}

/* A cell in quotes, from the opening one; the text moves to where that stood. */
static cell_end_t
take_quoted(reader_t *reader)
{
    char *const text = reader->text;
    const uint32_t n_line = reader->n_line;
    const int column = is_full(reader) ? 0 : column_of(reader, reader->i);
    size_t end = reader->i++; /* of the text written so far */
    cell_end_t cell_end;

    for (;;) {
        const char *const quote = memchr(text + reader->i, '"', reader->n_bytes - reader->i);
        const size_t i_quote = quote != NULL ? (size_t) (quote - text) : reader->n_bytes;
        while (reader->i < i_quote) {
            const bool is_break = text[reader->i] == '\n' ||
                (text[reader->i] == '\r' && text[reader->i + 1] != '\n');
            text[end++] = text[reader->i++];
            if (is_break) {
                reader->n_line++;
                reader->i_line = reader->i;
            }
        }
        if (quote == NULL) {
            report(
                reader, n_line, column, NULL, "a closing quote", "a cell in quotes is not closed");
            return AFTER_FAULT;
        }
        if (i_quote + 1 >= reader->n_bytes || text[i_quote + 1] != '"')
            break;
        text[end++] = '"';
        reader->i += 2;
    }
    reader->i++;
    memset(text + end, 'x', reader->i - end);
    cell_end = take_cell_end(reader);
    if (cell_end == AFTER_FAULT)
        report(reader, reader->n_line, column_of(reader, reader->i), NULL,
            "a comma or the end of the line", "something follows the closing quote");
    text[end] = '\0';
    return cell_end;
}

static cell_end_t
take_plain(reader_t *reader)
{
    static const bool is_special[256] = {
        [','] = true, ['\n'] = true, ['\r'] = true, ['"'] = true
    };
    const unsigned char *const text = (const unsigned char *) reader->text;
    const size_t n_bytes = reader->n_bytes;
    size_t i = reader->i;
    cell_end_t cell_end;

    while (i < n_bytes && !is_special[text[i]])
        i++;
    reader->i = i;
    cell_end = take_cell_end(reader);
    if (cell_end == AFTER_FAULT)
        report(reader, reader->n_line, column_of(reader, i), NULL,
            "the whole cell in quotes, \"\" for a quote inside",
            "a quote inside a cell that is not in quotes");
    else
        reader->text[i] = '\0';
    return cell_end;
}

/* Takes a cell; its text begins at *start. */
static cell_end_t
take_cell(reader_t *reader, size_t *start)
{
    *start = reader->i;
    if (reader->i < reader->n_bytes && reader->text[reader->i] == '"')
        return take_quoted(reader);
    return take_plain(reader);
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* Room for one more of size bytes in *list[*n_room]; doubles it. */
static bool
grow(reader_t *reader, void *list, size_t *n_room, size_t size)
{
    const size_t n_more = *n_room > 0 ? 2 * *n_room : 4096;
    void *old, *larger;

    memcpy(&old, list, sizeof old);
    larger = realloc(old, n_more * size);
    if (larger == NULL) {
        reader->is_out_of_memory = true;
        return false;
    }
    memcpy(list, &larger, sizeof larger);
    *n_room = n_more;
    return true;
}

static bool
add_cell(reader_t *reader, size_t start)
{
    twp_csv_t *const csv = reader->csv;

    if (reader->n_cells == reader->n_cell_room &&
        !grow(reader, &csv->cell, &reader->n_cell_room, sizeof *csv->cell))
        return false;
    csv->cell[reader->n_cells++] = (uint32_t) start;
    return true;
}

/* Takes one row into csv->cell; returns its number of cells, or -1 when it is to be left out. */
static int
take_row(reader_t *reader)
{
    int n = 0;

    for (;;) {
        size_t start;
        const cell_end_t cell_end = take_cell(reader, &start);
        if (cell_end == AFTER_FAULT) {
            skip_line(reader);
            return -1;
        }
        if (n <= TWP_CSV_MAX_COLUMNS && !add_cell(reader, start))
            return -1;
        n += n <= TWP_CSV_MAX_COLUMNS;
        if (cell_end != AFTER_COMMA)
            return n;
    }
}

/* A line with nothing in it; where there is one column it is an empty cell instead. */
static bool
is_blank_line(const reader_t *reader)
{
    return reader->csv->n_columns != 1 &&
        (reader->text[reader->i] == '\n' || reader->text[reader->i] == '\r');
}

static void
keep_row(reader_t *reader, uint32_t n_line)
{
    twp_csv_t *const csv = reader->csv;

    if ((size_t) csv->n_rows == reader->n_row_room &&
        !grow(reader, &csv->line, &reader->n_row_room, sizeof *csv->line))
        return;
    csv->line[csv->n_rows++] = n_line;
}

static void
take_rows(reader_t *reader)
{
    twp_csv_t *const csv = reader->csv;

    while (reader->i < reader->n_bytes && !is_full(reader) && !reader->is_out_of_memory) {
        const size_t n_cells = reader->n_cells;
        const uint32_t n_line = reader->n_line;
        int n;
        if (is_blank_line(reader)) {
            take_line_end(reader);
            continue;
        }
        if (csv->n_rows == TWP_CSV_MAX_ROWS) {
            report(reader, n_line, 0, NULL, NULL, "more than %d rows", TWP_CSV_MAX_ROWS);
            return;
        }
        n = take_row(reader);
        if (n >= 0 && n != csv->n_columns) {
            char found[32], expected[64];
            snprintf(found, sizeof found, n > TWP_CSV_MAX_COLUMNS ? "more than %d" : "%d",
                n > TWP_CSV_MAX_COLUMNS ? TWP_CSV_MAX_COLUMNS : n);
            snprintf(expected, sizeof expected, "%d, as in the header", csv->n_columns);
            report(reader, n_line, 0, found, expected, "the row has another number of cells");
        }
        if (n == csv->n_columns)
            keep_row(reader, n_line);
        else
            reader->n_cells = n_cells;
    }
}

/* ---- header -------------------------------------------------------------------------------- */

static char *
trim(char *text)
{
    size_t length;

    text += strspn(text, " \t");
    length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    text[length] = '\0';
    return text;
}

static void
check_names(reader_t *reader, const int *column)
{
    const twp_csv_t *const csv = reader->csv;

    if (csv->n_columns == 1 && strpbrk(csv->name[0], ";\t") != NULL)
        report(reader, 1, 1, csv->name[0], "commas between the columns",
            "the header has one column, but a semicolon or tab in it");
    for (int i = 0; i < csv->n_columns; i++) {
        if (csv->name[i][0] == '\0')
            report(reader, 1, column[i], NULL, "a name", "column %d has no name", i + 1);
        for (int k = 0; k < i && csv->name[i][0] != '\0'; k++)
            if (strcmp(csv->name[i], csv->name[k]) == 0) {
                report(reader, 1, column[i], csv->name[i], "another name",
                    "column %d has the name of column %d", i + 1, k + 1);
                break;
            }
    }
}

/* Takes the first row as names. false when the rows cannot be read without them. */
static bool
take_header(reader_t *reader)
{
    twp_csv_t *const csv = reader->csv;
    int column[TWP_CSV_MAX_COLUMNS] = { 0 };
    int n;

    if (reader->n_bytes == 0) {
        report(
            reader, 1, 1, NULL, "a line with the names of the columns", "there is nothing in it");
        return false;
    }
    n = take_row(reader);
    if (n > TWP_CSV_MAX_COLUMNS) {
        report(reader, 1, 0, NULL, NULL, "more than %d columns", TWP_CSV_MAX_COLUMNS);
        return false;
    }
    if (n < 0)
        return false;
    csv->name = calloc((size_t) n, sizeof *csv->name);
    if (csv->name == NULL) {
        reader->is_out_of_memory = true;
        return false;
    }
    csv->n_columns = n;
    for (int i = 0, at = 1; i < n; i++) {
        const size_t start = csv->cell[i];
        const size_t next = i + 1 < n ? csv->cell[i + 1] : start;
        column[i] = reader->n_line > 2 ? 0 : at; /* none when a name spans lines */
        for (size_t k = start; k < next; k++)
            at += ((unsigned char) reader->text[k] & 0xC0) != 0x80;
        csv->name[i] = trim(reader->text + start);
    }
    reader->n_cells = 0;
    check_names(reader, column);
    return true;
}

/* ---- the whole ----------------------------------------------------------------------------- */

twp_status_t
twp_csv_read(
    twp_csv_t *csv, const char *path, const char *name, twp_findings_t *findings, twp_error_t *err)
{
    reader_t reader = { .csv = csv, .findings = findings, .n_line = 1 };
    size_t bom;
    twp_status_t status;

    *csv = (twp_csv_t){ 0 };
    csv->file = strdup(name);
    if (csv->file == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory to read it", name);
    status = twp_text_read_file(path, TWP_CSV_MAX_BYTES, false, &csv->text, &csv->n_bytes, err);
    if (status != TWP_OK)
        return status;
    twp_sha256_of(csv->text, csv->n_bytes, csv->sha256);
    bom = twp_text_bom(csv->text, csv->n_bytes);
    reader.text = csv->text;
    reader.n_bytes = csv->n_bytes;
    reader.n_findings = twp_text_check(
        name, csv->text + bom, csv->n_bytes - bom, false, MOST_FINDINGS, findings);
    reader.i = reader.i_line = bom;
    if (!is_full(&reader) && take_header(&reader))
        take_rows(&reader);
    if (reader.is_out_of_memory)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory to read it", name);
    if (reader.n_findings > 0)
        return TWP_FAIL(err, TWP_ERR_INPUT, "%s: %d findings", name, reader.n_findings);
    return TWP_OK;
}

void
twp_csv_clear(twp_csv_t *csv)
{
    free(csv->file);
    free(csv->text);
    free(csv->name);
    free(csv->cell);
    free(csv->line);
    *csv = (twp_csv_t){ 0 };
}

int
twp_csv_column(const twp_csv_t *csv, const char *name)
{
    for (int i = 0; i < csv->n_columns; i++)
        if (strcmp(csv->name[i], name) == 0)
            return i;
    return -1;
}

const char *
twp_csv_text(const twp_csv_t *csv, int64_t i_row, int i_column)
{
    return csv->text + csv->cell[(size_t) i_row * (size_t) csv->n_columns + (size_t) i_column];
}

bool
twp_csv_number(const twp_csv_t *csv, int64_t i_row, int i_column, double *value)
{
    const char *const text = twp_csv_text(csv, i_row, i_column);

    return twp_number_read(text, strlen(text), value);
}

bool
twp_csv_is_missing(const twp_csv_t *csv, int64_t i_row, int i_column)
{
    const char *const text = twp_csv_text(csv, i_row, i_column);

    return text[0] == '\0' || strcmp(text, "NA") == 0 || strcmp(text, "NaN") == 0;
}
