/*
 * Linear in the rows: ids and medications are numbered through hash tables, dispensings go to their
 * patient by counting. A patient's rows mostly stand together and in order, which costs nothing more.
 */
#include "measure/dispensings.h"

#include "base/calendar.h"
#include "base/suggest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OF_A_KIND 50

/* ---- texts and their numbers ------------------------------------------------------------------ */

typedef struct {
    size_t n_slots;    /* a power of two, at least twice n */
    uint32_t *slot;    /* number + 1; 0 is free */
    uint32_t *hash;    /* [n], room for as many as slots */
    const char **text; /* [n] */
    size_t n;
} names_t;

static bool
names_grow(names_t *names)
{
    const size_t n_slots = names->n_slots > 0 ? 2 * names->n_slots : 1024;
    uint32_t *const slot = calloc(n_slots, sizeof *slot);
    uint32_t *const hash = realloc(names->hash, n_slots / 2 * sizeof *hash);

    if (hash != NULL)
        names->hash = hash;
    const char **const text = realloc(names->text, n_slots / 2 * sizeof *text);
    if (text != NULL)
        names->text = text;
    if (slot == NULL || hash == NULL || text == NULL) {
        free(slot);
        return false;
    }
    for (size_t i = 0; i < names->n; i++) {
        size_t at = hash[i];

        while (slot[at & (n_slots - 1)] != 0)
            at++;
        slot[at & (n_slots - 1)] = (uint32_t) i + 1;
    }
    free(names->slot);
    names->slot = slot;
    names->n_slots = n_slots;
    return true;
}

static void
names_clear(names_t *names)
{
    free(names->slot);
    free(names->hash);
    free(names->text);
}

/* Number of a text, which must outlive the table; -1 without memory. */
static int64_t
names_find(names_t *names, const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    size_t at;

    for (const char *c = text; *c != '\0'; c++)
        hash = (hash ^ (unsigned char) *c) * UINT64_C(1099511628211);
    hash ^= hash >> 32;
    if (2 * (names->n + 1) > names->n_slots && !names_grow(names))
        return -1;
    for (at = (uint32_t) hash; names->slot[at & (names->n_slots - 1)] != 0; at++) {
        const uint32_t i = names->slot[at & (names->n_slots - 1)] - 1;

        if (names->hash[i] == (uint32_t) hash && strcmp(names->text[i], text) == 0)
            return i;
    }
    names->slot[at & (names->n_slots - 1)] = (uint32_t) names->n + 1;
    names->hash[names->n] = (uint32_t) hash;
    names->text[names->n] = text;
    return (int64_t) names->n++;
}

/* ---- findings --------------------------------------------------------------------------------- */

enum { NO_ID, NO_DATE, NO_DURATION, NO_DOSE, NO_MEDICATION, N_KINDS };

typedef struct {
    twp_dispensings_t *to;
    const twp_dispensings_columns_t *columns;
    twp_findings_t *findings;
    int i_id, i_date, i_duration, i_dose, i_medication; /* columns; -1: not asked for */
    int64_t n_found[N_KINDS];
    names_t ids, medications;
    uint32_t *patient;      /* [rows] number of the patient of a row */
    twp_dispensing_t *cell; /* [rows] */
} reader_t;

twp_place_t
twp_dispensings_place(const twp_csv_t *csv, int64_t i_row, int i_column)
{
    const uint32_t *const cell = csv->cell + (size_t) i_row * (size_t) csv->n_columns;
    int column = 1;

    for (uint32_t at = cell[0]; at < cell[i_column]; at++)
        column += ((unsigned char) csv->text[at] & 0xC0) != 0x80;
    return (twp_place_t){ csv->file, (int) csv->line[i_row], column, "" };
}

static void
report(reader_t *reader, int kind, int64_t i_row, int i_column, const char *expected)
{
    static const char *const what[N_KINDS] = { "no patient", "no such date",
        "days' supply must be a number above 0", "a daily dose must be a number above 0",
        "no medication" };
    const twp_csv_t *const csv = &reader->to->csv;

    if (reader->n_found[kind]++ < MOST_OF_A_KIND)
        twp_findings_add(reader->findings, twp_dispensings_place(csv, i_row, i_column),
            twp_csv_text(csv, i_row, i_column), expected, NULL, "column %s: %s",
            csv->name[i_column], what[kind]);
}

static void
report_more(reader_t *reader)
{
    static const char *const what[N_KINDS] = { "cells without a patient", "dates",
        "cells of days' supply", "daily doses", "cells without a medication" };

    for (int kind = 0; kind < N_KINDS; kind++)
        if (reader->n_found[kind] > MOST_OF_A_KIND)
            twp_findings_add(reader->findings, (twp_place_t){ reader->to->csv.file, 0, 0, "" },
                NULL, NULL, NULL, "%" PRId64 " more %s are wrong",
                reader->n_found[kind] - MOST_OF_A_KIND, what[kind]);
}

int
twp_dispensings_find(
    const twp_csv_t *csv, const char *option, const char *name, twp_findings_t *findings)
{
    const int i_column = twp_csv_column(csv, name);

    if (i_column < 0)
        twp_findings_add(findings, (twp_place_t){ csv->file, 1, 1, "" }, name,
            csv->n_columns > 0 ? csv->name[0] : NULL,
            twp_suggest_nearest(name, (const char *const *) csv->name, (size_t) csv->n_columns),
            "there is no column %s (--%s names it)", name, option);
    return i_column;
}

/* ---- rows ------------------------------------------------------------------------------------- */

static void
find_columns(reader_t *reader)
{
    const twp_csv_t *const csv = &reader->to->csv;
    const twp_dispensings_columns_t *const columns = reader->columns;
    twp_findings_t *const findings = reader->findings;

    reader->i_id = twp_dispensings_find(csv, "id", columns->id, findings);
    reader->i_date = twp_dispensings_find(csv, "date", columns->date, findings);
    reader->i_duration = twp_dispensings_find(csv, "duration", columns->duration, findings);
    reader->i_dose = columns->daily_dose == NULL
        ? -1
        : twp_dispensings_find(csv, "daily-dose", columns->daily_dose, findings);
    reader->i_medication = columns->medication == NULL
        ? -1
        : twp_dispensings_find(csv, "medication", columns->medication, findings);
}

/* Beyond these limits nothing is meant, and sums stay finite. */
#define MOST_SUPPLY_DAYS 1e6
#define MOST_DOSE 1e9

static bool
read_above_zero(const twp_csv_t *csv, int64_t i_row, int i_column, double most, double *value)
{
    return twp_csv_number(csv, i_row, i_column, value) && *value > 0 && *value >= 1 / most &&
        *value <= most;
}

/* Reads a row into patient[i_row] and cell[i_row]; false without memory. */
static bool
read_row(reader_t *reader, int64_t i_row)
{
    const twp_csv_t *const csv = &reader->to->csv;
    twp_dispensing_t *const cell = &reader->cell[i_row];
    const char *id;

    *cell = (twp_dispensing_t){ .daily_dose = 1 };
    if (reader->i_id >= 0) {
        id = twp_csv_text(csv, i_row, reader->i_id);
        if (twp_csv_is_missing(csv, i_row, reader->i_id))
            report(reader, NO_ID, i_row, reader->i_id, "an id");
        if (i_row > 0 && strcmp(id, reader->ids.text[reader->patient[i_row - 1]]) == 0) {
            reader->patient[i_row] = reader->patient[i_row - 1];
        } else {
            const int64_t i_patient = names_find(&reader->ids, id);
            if (i_patient < 0)
                return false;
            reader->patient[i_row] = (uint32_t) i_patient;
        }
    }
    if (reader->i_date >= 0 &&
        !twp_calendar_read(
            twp_csv_text(csv, i_row, reader->i_date), reader->columns->date_format, &cell->day))
        report(reader, NO_DATE, i_row, reader->i_date, reader->columns->date_format);
    if (reader->i_duration >= 0 &&
        !read_above_zero(csv, i_row, reader->i_duration, MOST_SUPPLY_DAYS, &cell->supply_days))
        report(reader, NO_DURATION, i_row, reader->i_duration, "a number of days, at most 1000000");
    if (reader->i_dose >= 0 &&
        !read_above_zero(csv, i_row, reader->i_dose, MOST_DOSE, &cell->daily_dose))
        report(reader, NO_DOSE, i_row, reader->i_dose, "a number, at most 1000000000");
    if (reader->i_medication >= 0) {
        const int64_t i = names_find(
            &reader->medications, twp_csv_text(csv, i_row, reader->i_medication));
        if (i < 0)
            return false;
        cell->i_medication = (int32_t) i;
        if (twp_csv_is_missing(csv, i_row, reader->i_medication))
            report(reader, NO_MEDICATION, i_row, reader->i_medication, "a name");
    }
    return true;
}

/* ---- order ------------------------------------------------------------------------------------ */

typedef struct {
    const char *text;
    uint64_t number;
    uint32_t i;
} ranked_t;

static int
compare_numbers(const void *a, const void *b)
{
    const ranked_t *const x = a, *const y = b;

    return (x->number > y->number) - (x->number < y->number);
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(((const ranked_t *) a)->text, ((const ranked_t *) b)->text);
}

/* Whole numbers below 10^18 written in one way only. */
static bool
read_id_number(const char *text, uint64_t *number)
{
    *number = 0;
    if (text[0] == '0' && text[1] != '\0')
        return false;
    for (int i = 0; text[i] != '\0'; i++) {
        if (i == 18 || text[i] < '0' || text[i] > '9')
            return false;
        *number = 10 * *number + (uint64_t) (text[i] - '0');
    }
    return text[0] != '\0';
}

/* Fills to->id in order, and rank[number of a patient]. */
static bool
rank_patients(reader_t *reader, uint32_t *rank)
{
    const size_t n = reader->ids.n;
    ranked_t *const ranked = malloc((n + 1) * sizeof *ranked);
    bool are_numbers = true, is_sorted = true;
    int (*compare)(const void *, const void *);

    if (ranked == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        ranked[i] = (ranked_t){ .text = reader->ids.text[i], .i = (uint32_t) i };
        are_numbers = are_numbers && read_id_number(ranked[i].text, &ranked[i].number);
    }
    compare = are_numbers ? compare_numbers : compare_texts;
    for (size_t i = 1; is_sorted && i < n; i++)
        is_sorted = compare(&ranked[i - 1], &ranked[i]) < 0;
    if (!is_sorted)
        qsort(ranked, n, sizeof *ranked, compare);
    for (size_t i = 0; i < n; i++) {
        reader->to->id[i] = ranked[i].text;
        rank[ranked[i].i] = (uint32_t) i;
    }
    free(ranked);
    return true;
}

typedef struct {
    twp_dispensing_t dispensing;
    uint32_t row;
} dated_t;

static int
compare_dated(const void *a, const void *b)
{
    const dated_t *const x = a, *const y = b;

    if (x->dispensing.day != y->dispensing.day)
        return x->dispensing.day < y->dispensing.day ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Sorts n dispensings by day, then row; rows ascend already. */
static bool
sort_history(twp_dispensing_t *dispensing, uint32_t *row, int64_t n)
{
    bool is_sorted = true;
    dated_t *dated;

    for (int64_t i = 1; is_sorted && i < n; i++)
        is_sorted = dispensing[i - 1].day <= dispensing[i].day;
    if (is_sorted)
        return true;
    dated = malloc((size_t) n * sizeof *dated);
    if (dated == NULL)
        return false;
    for (int64_t i = 0; i < n; i++)
        dated[i] = (dated_t){ dispensing[i], row[i] };
    qsort(dated, (size_t) n, sizeof *dated, compare_dated);
    for (int64_t i = 0; i < n; i++) {
        dispensing[i] = dated[i].dispensing;
        row[i] = dated[i].row;
    }
    free(dated);
    return true;
}

/* Puts the rows to their patients; rank as of rank_patients(). */
static bool
group_rows(reader_t *reader, const uint32_t *rank)
{
    twp_dispensings_t *const to = reader->to;
    const int64_t n_patients = to->n_patients;
    int64_t *const next = calloc((size_t) n_patients + 1, sizeof *next);
    bool is_good = next != NULL;

    for (int64_t i = 0; is_good && i < to->n; i++)
        to->first[rank[reader->patient[i]] + 1]++;
    for (int64_t p = 0; is_good && p < n_patients; p++) {
        to->first[p + 1] += to->first[p];
        next[p] = to->first[p];
    }
    for (int64_t i = 0; is_good && i < to->n; i++) {
        const int64_t at = next[rank[reader->patient[i]]]++;

        to->dispensing[at] = reader->cell[i];
        to->row[at] = (uint32_t) i;
    }
    for (int64_t p = 0; is_good && p < n_patients; p++)
        is_good = sort_history(
            to->dispensing + to->first[p], to->row + to->first[p], to->first[p + 1] - to->first[p]);
    free(next);
    return is_good;
}

static bool
take_all(reader_t *reader)
{
    twp_dispensings_t *const to = reader->to;
    const size_t n = (size_t) to->n, n_patients = reader->ids.n;
    uint32_t *const rank = malloc((n_patients + 1) * sizeof *rank);
    bool is_good;

    to->n_patients = (int64_t) n_patients;
    to->dispensing = malloc((n + 1) * sizeof *to->dispensing);
    to->row = malloc((n + 1) * sizeof *to->row);
    to->first = calloc(n_patients + 2, sizeof *to->first);
    to->id = malloc((n_patients + 1) * sizeof *to->id);
    is_good = rank != NULL && to->dispensing != NULL && to->row != NULL && to->first != NULL &&
        to->id != NULL && rank_patients(reader, rank) && group_rows(reader, rank);
    for (int64_t i = 0; is_good && i < to->n; i++) {
        const int32_t day = to->dispensing[i].day; /* NOLINT: group_rows() filled all of them */

        to->first_day = i == 0 || day < to->first_day ? day : to->first_day;
        to->last_day = i == 0 || day > to->last_day ? day : to->last_day;
    }
    free(rank);
    return is_good;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static twp_status_t
read_rows(reader_t *reader, twp_error_t *err)
{
    twp_dispensings_t *const to = reader->to;
    const int n_errors = reader->findings->n_errors;

    to->n = to->csv.n_rows;
    find_columns(reader);
    if (to->n == 0)
        twp_findings_add(reader->findings, (twp_place_t){ to->csv.file, 1, 0, "" }, NULL,
            "a row for each dispensing", NULL, "there is no row below the header");
    reader->patient = calloc((size_t) to->n + 1, sizeof *reader->patient);
    reader->cell = malloc(((size_t) to->n + 1) * sizeof *reader->cell);
    if (reader->patient == NULL || reader->cell == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory for its rows", to->csv.file);
    for (int64_t i = 0; i < to->n; i++)
        if (!read_row(reader, i))
            return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory for its rows", to->csv.file);
    report_more(reader);
    if (reader->medications.n > TWP_DISPENSINGS_MAX_MEDICATIONS)
        return TWP_FAIL(err, TWP_ERR_LIMIT, "%s: more than %d medications", to->csv.file,
            TWP_DISPENSINGS_MAX_MEDICATIONS);
    if (reader->findings->n_errors > n_errors)
        return TWP_FAIL(err, TWP_ERR_INPUT, "%s: the dispensings are wrong", to->csv.file);
    if (!take_all(reader))
        return TWP_FAIL(err, TWP_ERR_MEMORY, "%s: no memory for its patients", to->csv.file);
    to->n_medications = (int) reader->medications.n;
    to->medication = reader->medications.text;
    reader->medications.text = NULL;
    return TWP_OK;
}

twp_status_t
twp_dispensings_read(twp_dispensings_t *dispensings, const char *path,
    const twp_dispensings_columns_t *columns, twp_findings_t *findings, twp_error_t *err)
{
    reader_t reader = { .to = dispensings, .columns = columns, .findings = findings };
    twp_status_t status;

    *dispensings = (twp_dispensings_t){ 0 };
    status = twp_csv_read(&dispensings->csv, path, path, findings, err);
    if (status == TWP_OK)
        status = read_rows(&reader, err);
    else if (status == TWP_ERR_INPUT && dispensings->csv.n_columns > 0) {
        const twp_status_t more = read_rows(&reader, err); /* the rows that could be read */
        status = more == TWP_OK ? status : more;
    }
    names_clear(&reader.ids);
    names_clear(&reader.medications);
    free(reader.patient);
    free(reader.cell);
    return status;
}

void
twp_dispensings_clear(twp_dispensings_t *dispensings)
{
    twp_csv_clear(&dispensings->csv);
    free(dispensings->dispensing);
    free(dispensings->row);
    free(dispensings->first);
    free(dispensings->id);
    free(dispensings->medication);
    *dispensings = (twp_dispensings_t){ 0 };
}
