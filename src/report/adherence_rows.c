#include "base/calendar.h"
#include "base/error.h"
#include "report/adherence.h"
#include "report/csv.h"
#include "report/number.h"
#include "results/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_BYTES ((size_t) 1 << 20)

/* Digits of a whole number; returns how many. */
static size_t
write_whole(int64_t value, char *text)
{
    char digit[24];
    size_t n = 0, length = 0;
    uint64_t rest = value < 0 ? (uint64_t) -value : (uint64_t) value;

    do
        digit[n++] = (char) ('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0)
        text[length++] = '-';
    while (n > 0)
        text[length++] = digit[--n];
    return length;
}

static void
add_number(twp_buffer_t *buffer, double value)
{
    char text[TWP_NUMBER_SIZE];

    if (fabs(value) < 1e15 && value == floor(value)) {
        twp_buffer_add_bytes(buffer, text, write_whole((int64_t) value, text));
        return;
    }
    twp_number_exact(text, value);
    twp_buffer_add(buffer, text);
}

static void
add_cell(twp_buffer_t *buffer, const twp_adherence_column_t *column, double value,
    const twp_dispensings_t *dispensings, bool is_last)
{
    char date[TWP_CALENDAR_TEXT_SIZE];

    if (column->kind == TWP_ADHERENCE_IS_PATIENT || column->kind == TWP_ADHERENCE_IS_MEDICATION) {
        twp_report_csv_field(buffer,
            column->kind == TWP_ADHERENCE_IS_PATIENT ? dispensings->id[(size_t) value]
                                                     : dispensings->medication[(size_t) value],
            is_last);
        return;
    }
    if (isnan(value)) {
        twp_buffer_add_bytes(buffer, "NA", 2);
    } else if (column->kind == TWP_ADHERENCE_IS_DATE) {
        twp_calendar_write((int32_t) floor(value), date);
        twp_buffer_add(buffer, date);
    } else {
        add_number(buffer, value);
    }
    twp_buffer_add_bytes(buffer, is_last ? "\n" : ",", 1);
}

static twp_status_t
flush(twp_buffer_t *buffer, FILE *file, const char *path, twp_error_t *err)
{
    const twp_status_t status = twp_buffer_status(buffer, err);

    if (status == TWP_OK && buffer->n_bytes > 0 &&
        fwrite(buffer->text, 1, buffer->n_bytes, file) != buffer->n_bytes)
        return TWP_FAIL(err, TWP_ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    buffer->n_bytes = 0;
    return status;
}

static twp_status_t
write_all(const twp_adherence_rows_t *rows, const twp_dispensings_t *dispensings, FILE *file,
    const char *path, twp_error_t *err)
{
    twp_buffer_t buffer = { 0 };
    twp_status_t status = TWP_OK;

    for (int i = 0; i < rows->n_columns; i++)
        twp_report_csv_field(&buffer, rows->column[i].name, i + 1 == rows->n_columns);
    for (int64_t k = 0; k < rows->n_rows && status == TWP_OK; k++) {
        for (int i = 0; i < rows->n_columns; i++)
            add_cell(&buffer, &rows->column[i], rows->column[i].value[k], dispensings,
                i + 1 == rows->n_columns);
        if (buffer.n_bytes >= FLUSH_BYTES || buffer.has_failed)
            status = flush(&buffer, file, path, err);
    }
    if (status == TWP_OK)
        status = flush(&buffer, file, path, err);
    twp_buffer_clear(&buffer);
    return status;
}

twp_status_t
twp_adherence_write_rows(const twp_adherence_rows_t *rows, const twp_dispensings_t *dispensings,
    const char *path, bool overwrite, twp_error_t *err)
{
    twp_publish_t publish;
    FILE *file = NULL;
    twp_status_t status = twp_publish_init(&publish, path, err);
    int number;

    if (status != TWP_OK)
        goto out;
    twp_publish_remove_stale(&publish);
    number = open(publish.tmp_path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    file = number >= 0 ? fdopen(number, "w") : NULL;
    if (file == NULL) {
        status = TWP_FAIL(
            err, TWP_ERR_IO, "%s: cannot be written there: %s", path, strerror(errno));
        goto out;
    }
    status = write_all(rows, dispensings, file, path, err);
    if (fclose(file) != 0 && status == TWP_OK)
        status = TWP_FAIL(err, TWP_ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    if (status == TWP_OK)
        status = twp_publish_plain(&publish, overwrite, err);
    else
        (void) unlink(publish.tmp_path);
out:
    twp_publish_clear(&publish);
    return status;
}
