/* How many twins there are, when they enter, and the file of real patients. */
#include "base/suggest.h"
#include "study/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ID_END 1099511627776.0 /* 2^40 */
#define MAX_BAD_CELLS 5        /* of one column are told */

/* A cell that names or numbers a patient. */
typedef struct {
    const char *text;
    double number;
    int64_t i_row;
} cell_t;

static int
compare_cells(const void *a, const void *b)
{
    const cell_t *x = a, *y = b;
    const int order = strcmp(x->text, y->text);

    return order != 0 ? order : (x->i_row > y->i_row) - (x->i_row < y->i_row);
}

static int
compare_numbers(const void *a, const void *b)
{
    const cell_t *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->i_row > y->i_row) - (x->i_row < y->i_row);
}

static int
compare_rows(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

    return (x > y) - (x < y);
}

static void *
heap_or_jump(twp_read_t *read, int64_t n, size_t size)
{
    void *memory = calloc(n > 0 ? (size_t) n : 1, size);

    if (memory == NULL)
        longjmp(read->out_of_memory, 1);
    return memory;
}

/* Column of that name; -1 with a finding. */
static int
find_column(twp_read_t *read, const char *name, twp_place_t place)
{
    const twp_csv_t *csv = &read->csv;
    const int i = twp_csv_column(csv, name);

    if (i < 0)
        twp_read_fail(read, place, name, twp_read_printf(read, "a column of %s", csv->file),
            twp_suggest_nearest(name, (const char *const *) csv->name, (size_t) csv->n_columns),
            "%s has no column %s", csv->file, name);
    return i;
}

/* The rows that count, in read->row: all, or the first of each value of a column. */
static void
list_rows(twp_read_t *read, int i_group)
{
    const int64_t n = read->csv.n_rows;
    cell_t *cell;

    read->row = heap_or_jump(read, n, sizeof *read->row);
    read->n_rows = 0;
    if (i_group < 0) {
        for (; read->n_rows < n; read->n_rows++)
            read->row[read->n_rows] = read->n_rows;
        return;
    }
    cell = heap_or_jump(read, n, sizeof *cell);
    for (int64_t i = 0; i < n; i++)
        cell[i] = (cell_t){ twp_csv_text(&read->csv, i, i_group), 0, i };
    qsort(cell, (size_t) n, sizeof *cell, compare_cells);
    for (int64_t i = 0; i < n; i++)
        if (i == 0 || strcmp(cell[i - 1].text, cell[i].text) != 0)
            read->row[read->n_rows++] = cell[i].i_row;
    free(cell);
    qsort(read->row, (size_t) read->n_rows, sizeof *read->row, compare_rows);
}

static twp_place_t
cell_place(const twp_read_t *read, int64_t i_row, int i_column)
{
    return (
        twp_place_t){ read->csv.file, (int) read->csv.line[i_row], i_column + 1, "patient.from" };
}

static void
check_ids(twp_read_t *read, int i_column)
{
    const twp_csv_t *csv = &read->csv;
    cell_t *cell = heap_or_jump(read, read->n_rows, sizeof *cell);
    int n_bad = 0;

    for (int64_t i = 0; i < read->n_rows; i++) {
        const char *text = twp_csv_text(csv, read->row[i], i_column);
        cell[i] = (cell_t){ text, NAN, read->row[i] };
        if ((!twp_csv_number(csv, read->row[i], i_column, &cell[i].number) ||
                !(cell[i].number >= 0 && cell[i].number < ID_END) ||
                cell[i].number != floor(cell[i].number))) {
            cell[i].number = -1;
            if (n_bad++ < MAX_BAD_CELLS)
                twp_read_fail(read, cell_place(read, read->row[i], i_column), text,
                    "an integer from 0, below 2^40", NULL, "the id is none");
        }
    }
    qsort(cell, (size_t) read->n_rows, sizeof *cell, compare_numbers);
    n_bad = 0;
    for (int64_t i = 1; i < read->n_rows && n_bad < MAX_BAD_CELLS; i++)
        if (cell[i].number >= 0 && cell[i].number == cell[i - 1].number) {
            twp_read_fail(read, cell_place(read, cell[i].i_row, i_column), cell[i].text,
                "another id", NULL, "the id stands in line %d too",
                (int) csv->line[cell[i - 1].i_row]);
            n_bad++;
        }
    free(cell);
}

/* Every cell of the rows that count is a number, or the text of a category. */
static void
check_column(twp_read_t *read, const twp_distribution_t *distribution, twp_spot_t spot)
{
    const twp_csv_t *csv = &read->csv;
    const int i_column = find_column(
        read, distribution->column, twp_read_place(twp_read_get(read, spot, "column")));
    int n_bad = 0;

    for (int64_t i = 0; i_column >= 0 && i < read->n_rows && n_bad < MAX_BAD_CELLS; i++) {
        const char *text = twp_csv_text(csv, read->row[i], i_column);
        bool is_good = false;
        double number;
        for (int k = 0; k < distribution->n_categories && !is_good; k++)
            is_good = strcmp(text, distribution->column_text[k]) == 0;
        if (distribution->n_categories == 0)
            is_good = twp_csv_number(csv, read->row[i], i_column, &number) && isfinite(number);
        if (is_good)
            continue;
        n_bad++;
        twp_read_fail(read, cell_place(read, read->row[i], i_column), text,
            distribution->n_categories > 0 ? "one of the texts under `is`" : "a number", NULL,
            twp_csv_is_missing(csv, read->row[i], i_column) ? "%s is missing"
                                                            : "this is no value of %s",
            distribution->column);
    }
}

static void
check_columns(twp_read_t *read, const twp_distribution_t *distribution, twp_spot_t spot)
{
    const twp_spot_t is = twp_read_get(read, spot, "is");
    int n;
    const twp_pair_t **pair;

    if (distribution == NULL)
        return;
    if (distribution->kind == TWP_DIST_COLUMN)
        check_column(read, distribution, spot);
    if (distribution->kind != TWP_DIST_BY)
        return;
    pair = twp_read_sorted(read, is, &n);
    for (int i = 0; i < n; i++) /* both are sorted by category */
        check_columns(read, distribution->by_is[i], twp_read_entry(read, is, pair[i]));
}

static void
check_all_columns(twp_read_t *read, twp_spot_t patient)
{
    const twp_study_typed_t *study = read->study;

    for (int i = 0; i < study->n_attributes; i++)
        check_columns(read, study->attribute[i].distribution, read->attribute_spot[i]);
    for (int i = 0; i < study->n_variables; i++)
        check_columns(
            read, study->variable[i].starts, twp_read_get(read, read->variable_spot[i], "starts"));
    check_columns(read, study->enters, twp_read_get(read, patient, "enters"));
}

static void
read_patients_file(twp_read_t *read, twp_spot_t patient)
{
    twp_study_typed_t *study = read->study;
    const twp_spot_t id = twp_read_get(read, patient, "id"),
                     group = twp_read_get(read, patient, "first_row_of");
    int i_group = -1, i_id;
    twp_error_t err;

    study->patients_id_column = twp_read_text(id);
    study->patients_group_column = twp_read_text(group);
    study->patients_csv = study->patients_csv_name[0] == '/' || read->document->folder == NULL
        ? study->patients_csv_name
        : twp_read_printf(read, "%s/%s", read->document->folder, study->patients_csv_name);
    study->patients_csv = twp_document_locate(read->document, study->patients_csv);
    switch (twp_csv_read(
        &read->csv, study->patients_csv, study->patients_csv_name, read->findings, &err)) {
    case TWP_OK: break;
    case TWP_ERR_INPUT: return;
    case TWP_ERR_MEMORY: longjmp(read->out_of_memory, 1);
    default:
        twp_read_fail(read, twp_read_place(twp_read_get(read, patient, "from")),
            study->patients_csv_name, "a CSV file", NULL, "%s", err.message);
        return;
    }
    if (study->patients_group_column != NULL) {
        i_group = find_column(read, study->patients_group_column, twp_read_place(group));
        if (i_group < 0)
            return;
    }
    list_rows(read, i_group);
    if (study->n_patients == 0 || study->n_patients > read->n_rows)
        study->n_patients = read->n_rows;
    read->n_rows = study->n_patients;
    if (study->n_patients == 0)
        twp_read_fail(read, twp_read_place(twp_read_get(read, patient, "from")),
            study->patients_csv_name, "at least one row", NULL, "the file has no patients");
    if (study->patients_id_column != NULL) {
        i_id = find_column(read, study->patients_id_column, twp_read_place(id));
        if (i_id >= 0)
            check_ids(read, i_id);
    }
    check_all_columns(read, patient);
}

/* Nobody enters before the calendar's day 0. */
static void
check_entry(twp_read_t *read, twp_spot_t enters)
{
    const twp_distribution_t *distribution = read->study->enters;
    double low = 0;

    if (distribution == NULL)
        return;
    if (distribution->low != NULL)
        (void) twp_read_is_known_within(read, distribution->low, TWP_WITHIN_FROM_0, &low);
    else if (distribution->kind == TWP_DIST_CONSTANT || distribution->kind == TWP_DIST_UNIFORM ||
        distribution->kind == TWP_DIST_TRIANGULAR)
        (void) twp_read_is_known_within(read, distribution->arg[0], TWP_WITHIN_FROM_0, &low);
    else if (distribution->kind == TWP_DIST_NORMAL)
        low = -INFINITY;
    if (!(low >= 0))
        twp_read_fail(read, twp_read_place(enters), twp_read_text(enters), "times not below 0",
            NULL, "somebody would enter before the calendar starts");
}

void
twp_read_population(twp_read_t *read)
{
    twp_study_typed_t *study = read->study;
    const twp_dim_t time = TWP_DIM_TIME;
    const twp_spot_t patient = twp_read_get(read, read->root, "patient"),
                     count = twp_read_get(read, patient, "count"),
                     enters = twp_read_get(read, patient, "enters");
    const char *text = twp_read_text(count);
    twp_dim_t got;
    double number;

    if (text != NULL && twp_number_read(text, strlen(text), &number)) {
        if (number >= 1 && number < ID_END)
            study->n_patients = (int64_t) number;
        else
            twp_read_fail(read, twp_read_place(count), text, "1 or more, below 2^40", NULL,
                "the number of twins is out of range");
    }
    const char *pinned = twp_read_text(twp_read_get(read, enters, "stream"));
    study->enters_stream = pinned != NULL ? pinned : "patient.enters";
    if (enters.node != NULL)
        study->enters = twp_read_distribution(read, enters, &time, &got);
    check_entry(read, enters);
    study->age_days = twp_read_number(
        read, twp_read_get(read, patient, "age"), TWP_SCOPE_TWIN, &time);
    study->patients_csv_name = twp_read_text(twp_read_get(read, patient, "from"));
    if (study->patients_csv_name != NULL)
        read_patients_file(read, patient);
}
