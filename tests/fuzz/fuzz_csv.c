/* Any bytes as a CSV file: what is accepted must be a sound table. */
#include "document/document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

#define REQUIRE(condition) ((condition) ? (void) 0 : abort())

static void
check_cell(const twp_csv_t *csv, int64_t i_row, int i_column)
{
    const char *const text = twp_csv_text(csv, i_row, i_column);
    double value = NAN;

    REQUIRE(text >= csv->text && text + strlen(text) <= csv->text + csv->n_bytes);
    if (twp_csv_number(csv, i_row, i_column, &value)) {
        char *end;
        const double want = strtod(text, &end);
        REQUIRE(isfinite(value) && *end == '\0' && memcmp(&value, &want, sizeof want) == 0);
        REQUIRE(!twp_csv_is_missing(csv, i_row, i_column));
    }
}

static void
check_table(const twp_csv_t *csv)
{
    REQUIRE(csv->n_columns >= 1 && csv->n_columns <= TWP_CSV_MAX_COLUMNS);
    REQUIRE(strlen(csv->sha256) == 64);
    for (int i = 0; i < csv->n_columns; i++)
        REQUIRE(csv->name[i][0] != '\0' && twp_csv_column(csv, csv->name[i]) == i);
    for (int64_t i_row = 0; i_row < csv->n_rows; i_row++) {
        REQUIRE(csv->line[i_row] > (i_row > 0 ? csv->line[i_row - 1] : 1));
        for (int i = 0; i < csv->n_columns; i++)
            check_cell(csv, i_row, i);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    const int file = memfd_create("fuzz.csv", MFD_CLOEXEC);
    twp_findings_t findings;
    twp_csv_t csv;
    twp_status_t status;
    char path[64];

    REQUIRE(file >= 0 && write(file, data, n_bytes) == (ssize_t) n_bytes);
    REQUIRE(twp_findings_init(&findings, NULL) == TWP_OK);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    status = twp_csv_read(&csv, path, "fuzz.csv", &findings, NULL);
    REQUIRE((status == TWP_OK) == (findings.n_errors == 0));
    REQUIRE(status == TWP_OK || status == TWP_ERR_INPUT);
    for (int i = 0; i < findings.n; i++)
        REQUIRE(findings.item[i].line >= 1 && (size_t) findings.item[i].line <= n_bytes + 1 &&
            findings.item[i].column >= 0 && (size_t) findings.item[i].column <= n_bytes + 1);
    if (status == TWP_OK)
        check_table(&csv);
    twp_csv_clear(&csv);
    twp_findings_clear(&findings);
    close(file);
    return 0;
}

#ifdef TWP_FUZZ_STANDALONE
static const char *const seeds[] = {
    "id,age,name\n1,57.5,Ann\n2,NA,\"Bo, \"\"the\"\" 2nd\"\n3,-1.5e-3,\"two\nlines\"\n",
    "\xEF\xBB\xBFpatient,day,quantity\r\na,0,28\r\nb,30,0.1234567890123456789\r\n\r\n",
    "single\n1e400\n\n\"\"\n0x10\n",
};
#include "standalone.h"
#endif
