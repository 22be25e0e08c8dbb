/* Tables of numbers from CSV files: which rows there are, whether they make a whole grid. */
#include "base/suggest.h"
#include "study/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BAD 5 /* faults of one kind in one table that are told */

/* One table while it is read. */
typedef struct {
    twp_read_t *read;
    twp_spot_t spot;
    twp_study_table_t *table;
    const twp_csv_t *csv;
    int column[TWP_TABLE_MAX_BY], i_value; /* in the file */
    double factor[TWP_TABLE_MAX_BY];       /* unit of each column of numbers */
    int *key[TWP_TABLE_MAX_BY];            /* [n_rows] index of each row's key */
    bool is_bad;
} reading_t;

static void
fail_cell(reading_t *r, int64_t i_row, int i_column, const char *expected, const char *message)
{
    const twp_place_t place = { r->csv->file, (int) r->csv->line[i_row], i_column + 1,
        r->spot.path };

    r->is_bad = true;
    twp_read_fail(r->read, place, twp_csv_text(r->csv, i_row, i_column), expected, NULL,
        "%s in the table %s", message, r->table->name);
}

static void
fail_at(reading_t *r, twp_spot_t spot, const char *expected, const char *message)
{
    r->is_bad = true;
    twp_read_fail(
        r->read, twp_read_place(spot), twp_read_text(spot), expected, NULL, "%s", message);
}

/* ---- the file -------------------------------------------------------------------------------- */

const char *
twp_read_file_path(twp_read_t *read, const twp_node_t *from)
{
    const twp_document_t *document = read->document;
    const char *folder = document->folder;

    if (from->text[0] == '/')
        return twp_document_locate(document, from->text);
    for (int i = 1; i < document->n_files; i++) /* file 0 is the study: the document's folder */
        if (strcmp(document->file[i].path, from->file) == 0) {
            const char *slash = strrchr(from->file, '/');
            folder = slash == NULL
                ? NULL
                : twp_read_printf(read, "%.*s", (int) (slash - from->file), from->file);
        }
    return twp_document_locate(
        document, folder == NULL ? from->text : twp_read_printf(read, "%s/%s", folder, from->text));
}

static bool
open_file(reading_t *r, twp_spot_t from)
{
    twp_read_t *const read = r->read;
    twp_study_table_t *const table = r->table;
    twp_error_t err;

    table->csv_name = from.node->text;
    table->path = twp_read_file_path(read, from.node);
    twp_csv_clear(&read->table_csv);
    switch (twp_csv_read(&read->table_csv, table->path, table->csv_name, read->findings, &err)) {
    case TWP_OK: break;
    case TWP_ERR_INPUT: return false;
    case TWP_ERR_MEMORY: longjmp(read->out_of_memory, 1);
    default: fail_at(r, from, "a CSV file", err.message); return false;
    }
    r->csv = &read->table_csv;
    memcpy(table->sha256, r->csv->sha256, sizeof table->sha256);
    table->n_bytes = r->csv->n_bytes;
    if (r->csv->n_rows == 0)
        fail_at(r, from, "at least one row", "the file of the table has no rows");
    else if (r->csv->n_rows > TWP_TABLE_MAX_ROWS)
        fail_at(r, from, "at most 1,000,000 rows", "the file of the table has too many rows");
    return !r->is_bad;
}

static int
find_column(reading_t *r, twp_spot_t spot)
{
    const twp_csv_t *csv = r->csv;
    const char *name = twp_read_text(spot);
    const int i = name != NULL ? twp_csv_column(csv, name) : -1;

    if (i < 0 && name != NULL)
        twp_read_fail(r->read, twp_read_place(spot), name,
            twp_read_printf(r->read, "a column of %s", csv->file),
            twp_suggest_nearest(name, (const char *const *) csv->name, (size_t) csv->n_columns),
            "%s has no column %s", csv->file, name);
    r->is_bad |= i < 0;
    return i;
}

/* Size and dimension of a unit such as `1 / year`; 1 where there is none. */
static double
read_unit(reading_t *r, twp_spot_t spot, twp_dim_t *dim)
{
    twp_read_t *const read = r->read;
    const twp_expression_t *one;
    double size = 1;

    *dim = TWP_DIM_NONE;
    if (twp_read_text(spot) == NULL)
        return 1;
    read->is_constant_only = true; /* a unit has no names of the study */
    one = twp_read_number(read, spot, TWP_SCOPE_CONSTANT, NULL);
    read->is_constant_only = false;
    if (!twp_read_is_known(read, one, &size)) {
        r->is_bad = true;
        return 1;
    }
    if (!(size > 0) || !isfinite(size))
        fail_at(r, spot, "a unit above 0", "the unit is out of range");
    *dim = one->dim;
    return size;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static int
compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void
read_numeric_keys(reading_t *r, int k)
{
    const int n = (int) r->csv->n_rows;
    twp_table_by_t *const by = &r->table->by[k];
    double *cell = TWP_READ_NEW(r->read, double, n);
    int n_bad = 0;

    by->key = TWP_READ_NEW(r->read, double, n);
    for (int i = 0; i < n && n_bad < MAX_BAD; i++) {
        if (twp_csv_number(r->csv, i, r->column[k], &cell[i]) && isfinite(cell[i] *= r->factor[k]))
            continue;
        fail_cell(r, i, r->column[k], "a number",
            isinf(cell[i]) ? "the key is too large for its unit" : "the key is no number");
        n_bad++;
    }
    if (n_bad > 0)
        return;
    memcpy(by->key, cell, (size_t) n * sizeof *cell);
    qsort(by->key, (size_t) n, sizeof *by->key, compare_doubles);
    for (int i = 0; i < n; i++)
        if (by->n == 0 || by->key[i] > by->key[by->n - 1])
            by->key[by->n++] = by->key[i];
    for (int i = 0; i < n; i++)
        r->key[k][i] = twp_table_key(by, cell[i]);
}

/* Names of the categories: the cells, or what `is` calls them. */
static const char **
list_texts(reading_t *r, int k, twp_spot_t is)
{
    const int n = (int) r->csv->n_rows;
    twp_table_by_t *const by = &r->table->by[k];
    const twp_pair_t **pair;
    const char **cell = TWP_READ_NEW(r->read, const char *, n);
    int n_pairs, n_bad = 0;

    pair = twp_read_sorted(r->read, is, &n_pairs);
    for (int i = 0; i < n; i++) {
        const char *text = twp_csv_text(r->csv, i, r->column[k]), *name = NULL;
        for (int p = 0; p < n_pairs && name == NULL; p++)
            if (pair[p]->value->kind == TWP_NODE_SCALAR && strcmp(text, pair[p]->value->text) == 0)
                name = pair[p]->key;
        if ((is.node != NULL ? name == NULL : twp_csv_is_missing(r->csv, i, r->column[k])) &&
            n_bad++ < MAX_BAD)
            fail_cell(r, i, r->column[k],
                is.node != NULL ? "one of the texts under `is`" : "a text",
                is.node != NULL ? "the key is no category" : "the key is missing");
        cell[i] = twp_read_printf(
            r->read, "%s", name != NULL ? name : text); /* outlives the file */
    }
    by->text = TWP_READ_NEW(r->read, const char *, n);
    memcpy(by->text, cell, (size_t) n * sizeof *cell);
    qsort(by->text, (size_t) n, sizeof *by->text, compare_texts);
    for (int i = 0; i < n; i++)
        if (by->n == 0 || strcmp(by->text[i], by->text[by->n - 1]) != 0)
            by->text[by->n++] = by->text[i];
    return cell;
}

static void
read_text_keys(reading_t *r, int k, twp_spot_t is)
{
    const twp_table_by_t *const by = &r->table->by[k];
    const char **cell = list_texts(r, k, is);

    for (int i = 0; i < (int) r->csv->n_rows; i++)
        r->key[k][i] = twp_read_index(by->text, by->n, cell[i]);
}

static void
read_by(reading_t *r, twp_spot_t spot, int k)
{
    const bool is_mapping = twp_read_is_mapping(spot);
    const twp_spot_t column = is_mapping ? twp_read_get(r->read, spot, "column") : spot,
                     unit = twp_read_get(r->read, spot, "unit"),
                     is = twp_read_get(r->read, spot, "is");
    twp_table_by_t *const by = &r->table->by[k];
    double first;

    by->column = twp_read_text(column);
    r->column[k] = find_column(r, column);
    r->factor[k] = read_unit(r, unit, &by->dim);
    if (r->is_bad)
        return;
    r->key[k] = TWP_READ_NEW(r->read, int, (int) r->csv->n_rows);
    by->is_text = is.node != NULL ||
        (unit.node == NULL && !twp_csv_number(r->csv, 0, r->column[k], &first));
    if (by->is_text)
        read_text_keys(r, k, is);
    else
        read_numeric_keys(r, k);
}

/* ---- the grid -------------------------------------------------------------------------------- */

/* "age 40, sex female" of a place in the grid. */
static const char *
describe(reading_t *r, int64_t at)
{
    const char *text = "";

    for (int k = 0; k < r->table->n_by; k++) {
        const twp_table_by_t *const by = &r->table->by[k];
        const int key = (int) (at % by->n);
        at /= by->n;
        text = by->is_text ? twp_read_printf(r->read, "%s%s%s %s", text, k > 0 ? ", " : "",
                                 by->column, by->text[key])
                           : twp_read_printf(r->read, "%s%s%s %.10g", text, k > 0 ? ", " : "",
                                 by->column, by->key[key] / r->factor[k]);
    }
    return text;
}

/* Puts every row into its place of the grid; row[] is its number, from 1. */
static void
place_rows(reading_t *r, int32_t *row)
{
    int n_bad = 0;

    for (int i = 0; i < (int) r->csv->n_rows && n_bad < MAX_BAD; i++) {
        int64_t at = 0;
        for (int k = r->table->n_by; k-- > 0;)
            at = at * r->table->by[k].n + r->key[k][i];
        if (row[at] != 0) {
            fail_cell(r, i, r->column[0], "other keys",
                twp_read_printf(
                    r->read, "the keys stand in line %d too", (int) r->csv->line[row[at] - 1]));
            n_bad++;
        } else {
            row[at] = i + 1;
        }
    }
}

static void
check_gaps(reading_t *r, const int32_t *row, int64_t n)
{
    int64_t first = -1, n_gaps = 0;

    for (int64_t at = 0; at < n; at++)
        if (row[at] == 0) {
            n_gaps++;
            first = first < 0 ? at : first;
        }
    if (n_gaps == 0)
        return;
    r->is_bad = true;
    twp_read_fail(r->read, (twp_place_t){ r->csv->file, 1, 1, r->spot.path },
        twp_read_printf(r->read, "%d rows", (int) r->csv->n_rows),
        twp_read_printf(r->read, "a row for each of %lld combinations", (long long) n), NULL,
        "the table %s has a gap: no row where %s", r->table->name, describe(r, first));
}

/* Down the file the keys of a numeric column rise among rows that agree in the others. */
static void
check_order(reading_t *r, const int32_t *row, int64_t n)
{
    int64_t stride = 1;
    int n_bad = 0;

    for (int k = 0; k < r->table->n_by; stride *= r->table->by[k++].n) {
        const twp_table_by_t *const by = &r->table->by[k];
        for (int64_t at = 0; at < n && !by->is_text && n_bad < MAX_BAD; at++)
            if (at / stride % by->n > 0 && row[at] < row[at - stride]) {
                fail_cell(r, row[at - stride] - 1, r->column[k], "keys that rise down the file",
                    twp_read_printf(r->read, "%s falls", by->column));
                n_bad++;
            }
    }
}

static void
read_values(reading_t *r, const int32_t *row, int64_t n, double factor)
{
    double *value = TWP_READ_NEW(r->read, double, (int) n);
    int n_bad = 0;

    r->table->value = value;
    for (int64_t at = 0; at < n; at++) {
        if (twp_csv_number(r->csv, row[at] - 1, r->i_value, &value[at]) &&
            isfinite(value[at] *= factor))
            continue;
        if (n_bad++ < MAX_BAD)
            fail_cell(r, row[at] - 1, r->i_value, "a number",
                twp_csv_is_missing(r->csv, row[at] - 1, r->i_value) ? "the value is missing"
                    : isinf(value[at]) ? "the value is too large for its unit"
                                       : "the value is no number");
    }
}

static void
read_grid(reading_t *r)
{
    const double factor = read_unit(r, twp_read_get(r->read, r->spot, "unit"), &r->table->dim);
    double n_all = 1;
    int32_t *row;

    for (int k = 0; k < r->table->n_by && !r->is_bad; k++)
        n_all *= r->table->by[k].n;
    if (n_all > 4.0 * TWP_TABLE_MAX_ROWS)
        fail_at(r, twp_read_get(r->read, r->spot, "by"), "at most 4,000,000 of them",
            "the keys make too many combinations");
    if (r->is_bad)
        return;
    row = TWP_READ_NEW(r->read, int32_t, (int) n_all);
    place_rows(r, row);
    if (!r->is_bad)
        check_gaps(r, row, (int64_t) n_all);
    if (!r->is_bad)
        check_order(r, row, (int64_t) n_all);
    if (!r->is_bad)
        read_values(r, row, (int64_t) n_all, factor);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void
read_table(twp_read_t *read, int i)
{
    const twp_spot_t spot = read->table_spot[i], from = twp_read_get(read, spot, "from"),
                     by = twp_read_get(read, spot, "by"), value = twp_read_get(read, spot, "value");
    reading_t r = { .read = read, .spot = spot, .table = &read->study->table[i] };
    twp_study_table_t *const table = r.table;

    table->source = twp_read_source(read, spot);
    if (table->source == NULL)
        table->source = twp_read_source(read, read->root);
    if (table->source == NULL)
        fail_at(&r, spot, "`source:` beside it or above: an evidence id, `assumption`, or text",
            "nothing says where the numbers of this table come from");
    if (twp_read_text(from) == NULL || twp_read_text(value) == NULL || twp_read_n_items(by) == 0 ||
        !open_file(&r, from))
        return;
    table->n_by = twp_read_n_items(by);
    if (table->n_by > TWP_TABLE_MAX_BY) {
        fail_at(&r, by, "one to four", "the table has too many columns of keys");
        return;
    }
    for (int k = 0; k < table->n_by; k++)
        read_by(&r, twp_read_item(read, by, k), k);
    r.i_value = find_column(&r, value);
    if (!r.is_bad)
        read_grid(&r);
    table->is_good = !r.is_bad;
}

void
twp_read_tables(twp_read_t *read)
{
    for (int i = 0; i < read->study->n_tables; i++)
        read_table(read, i);
    twp_csv_clear(&read->table_csv);
}
