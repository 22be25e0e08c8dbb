#include "engine/population.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Findings about one file beyond this many help nobody. */
#define MAX_CELL_FINDINGS 50

typedef struct {
    twp_population_t *population;
    const twp_study_typed_t *study;
    twp_findings_t *findings;
    int n_cell_findings;
} opening_t;

static void
cell_finding(
    opening_t *opening, int64_t i_row, int i_column, const char *expected, const char *message)
{
    const twp_csv_t *const csv = &opening->population->csv;
    const twp_place_t place = { csv->file, (int) csv->line[i_row], 0, "patient.from" };

    if (opening->n_cell_findings++ < MAX_CELL_FINDINGS)
        twp_findings_add(opening->findings, place, twp_csv_text(csv, i_row, i_column), expected,
            NULL, "column %s: %s", csv->name[i_column], message);
}

static int
find_column(opening_t *opening, const char *name)
{
    const twp_csv_t *const csv = &opening->population->csv;
    const int i_column = twp_csv_column(csv, name);

    if (i_column < 0) {
        const twp_place_t place = { csv->file, 1, 0, "patient.from" };

        twp_findings_add(opening->findings, place, NULL, name, NULL,
            "the patients' file has no column %s", name);
    }
    return i_column;
}

/* ---- sets of rows --------------------------------------------------------------------------- */

/* Open addressing over rows (index + 1; 0 is free); two rows are equal when their keys are. */
typedef struct {
    uint64_t n_slots; /* a power of two, at least twice the rows */
    int64_t *slot;
} row_set_t;

static bool
row_set_init(row_set_t *set, int64_t n_rows)
{
    set->n_slots = 16;
    while (set->n_slots < 2 * (uint64_t) n_rows)
        set->n_slots *= 2;
    set->slot = calloc((size_t) set->n_slots, sizeof(*set->slot));
    return set->slot != NULL;
}

static uint64_t
hash_bytes(const void *bytes, size_t n)
{
    const unsigned char *const byte = bytes;
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ byte[i]) * UINT64_C(1099511628211);
    return hash ^ (hash >> 29);
}

/* The first row whose cell in that column has the same text; adds i_row when there is none. */
static int64_t
row_set_find(row_set_t *set, const twp_csv_t *csv, int i_column, int64_t i_row)
{
    const char *const text = twp_csv_text(csv, i_row, i_column);

    for (uint64_t i = hash_bytes(text, strlen(text));; i++) {
        int64_t *const slot = &set->slot[i & (set->n_slots - 1)];

        if (*slot == 0) {
            *slot = i_row + 1;
            return i_row;
        }
        if (strcmp(twp_csv_text(csv, *slot - 1, i_column), text) == 0)
            return *slot - 1;
    }
}

/* The twin with the same id; adds i_twin when there is none. */
static int64_t
id_set_find(row_set_t *set, const uint64_t *id, int64_t i_twin)
{
    for (uint64_t i = hash_bytes(&id[i_twin], sizeof(id[i_twin]));; i++) {
        int64_t *const slot = &set->slot[i & (set->n_slots - 1)];

        if (*slot == 0) {
            *slot = i_twin + 1;
            return i_twin;
        }
        if (id[*slot - 1] == id[i_twin])
            return *slot - 1;
    }
}

/* ---- rows, ids, columns --------------------------------------------------------------------- */

static twp_status_t
choose_rows(opening_t *opening, twp_error_t *err)
{
    twp_population_t *const population = opening->population;
    const twp_csv_t *const csv = &population->csv;
    const char *const group = opening->study->patients_group_column;
    const int i_column = group != NULL ? find_column(opening, group) : -1;
    row_set_t seen = { 0, NULL };

    population->csv_row = malloc((size_t) (csv->n_rows + 1) * sizeof(*population->csv_row));
    if (population->csv_row == NULL || (i_column >= 0 && !row_set_init(&seen, csv->n_rows)))
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for %" PRId64 " patients", csv->n_rows);
    for (int64_t i = 0; i < csv->n_rows; i++)
        if (i_column < 0 || row_set_find(&seen, csv, i_column, i) == i)
            population->csv_row[population->n_rows++] = i;
    free(seen.slot);
    return TWP_OK;
}

static twp_status_t
read_ids(opening_t *opening, twp_error_t *err)
{
    twp_population_t *const population = opening->population;
    const twp_csv_t *const csv = &population->csv;
    const int i_column = find_column(opening, opening->study->patients_id_column);
    row_set_t seen = { 0, NULL };

    if (i_column < 0)
        return TWP_OK;
    population->id = calloc((size_t) population->n_rows + 1, sizeof(*population->id));
    if (population->id == NULL || !row_set_init(&seen, population->n_rows))
        return TWP_FAIL(
            err, TWP_ERR_MEMORY, "no memory for %" PRId64 " patients", population->n_rows);
    for (int64_t i = 0; i < population->n_rows; i++) {
        const int64_t i_row = population->csv_row[i];
        double number = -1.0;

        if (!twp_csv_number(csv, i_row, i_column, &number) || !(number >= 0.0) ||
            number >= (double) TWP_POPULATION_MAX_ID || number != floor(number)) {
            cell_finding(opening, i_row, i_column, "an integer from 0 to 2^40 - 1",
                "this cannot be the id of a patient");
            continue;
        }
        population->id[i] = (uint64_t) number;
        if (id_set_find(&seen, population->id, i) != i)
            cell_finding(opening, i_row, i_column, NULL, "this id stands there twice");
    }
    free(seen.slot);
    return TWP_OK;
}

static bool
read_cell(opening_t *opening, const twp_distribution_t *distribution, int i_column, int64_t i_row,
    double *value)
{
    const twp_csv_t *const csv = &opening->population->csv;

    if (distribution->n_categories > 0) {
        const char *const text = twp_csv_text(csv, i_row, i_column);

        for (int k = 0; k < distribution->n_categories; k++)
            if (strcmp(distribution->column_text[k], text) == 0) {
                *value = k;
                return true;
            }
        cell_finding(opening, i_row, i_column, NULL, "no category has this text");
        return false;
    }
    if (twp_csv_number(csv, i_row, i_column, value)) {
        *value *= distribution->column_unit;
        return true;
    }
    cell_finding(opening, i_row, i_column, "a number",
        twp_csv_is_missing(csv, i_row, i_column) ? "the value is missing" : "this is no number");
    return false;
}

static bool
is_column_known(const twp_population_t *population, const twp_distribution_t *distribution)
{
    for (int i = 0; i < population->n_columns; i++) {
        const twp_distribution_t *const known = population->column[i].distribution;
        bool is_same = strcmp(known->column, distribution->column) == 0 &&
            known->column_unit == distribution->column_unit &&
            known->n_categories == distribution->n_categories;

        for (int k = 0; is_same && k < known->n_categories; k++)
            is_same = strcmp(known->column_text[k], distribution->column_text[k]) == 0;
        if (is_same)
            return true;
    }
    return false;
}

static twp_status_t
read_column(opening_t *opening, const twp_distribution_t *distribution, twp_error_t *err)
{
    twp_population_t *const population = opening->population;
    twp_population_column_t *grown;
    int i_column;

    if (!population->has_csv || is_column_known(population, distribution))
        return TWP_OK;
    i_column = find_column(opening, distribution->column);
    grown = realloc(
        population->column, (size_t) (population->n_columns + 1) * sizeof(*population->column));
    if (grown == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the patients' columns");
    population->column = grown;
    grown[population->n_columns].distribution = distribution;
    grown[population->n_columns].value = calloc((size_t) population->n_rows + 1, sizeof(double));
    if (grown[population->n_columns++].value == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the patients' columns");
    for (int64_t i = 0; i_column >= 0 && i < population->n_rows; i++)
        if (!read_cell(opening, distribution, i_column, population->csv_row[i],
                &grown[population->n_columns - 1].value[i]) &&
            opening->n_cell_findings >= MAX_CELL_FINDINGS)
            break;
    return TWP_OK;
}

static twp_status_t
read_columns_of(opening_t *opening, const twp_distribution_t *distribution, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (distribution == NULL)
        return TWP_OK;
    if (distribution->kind == TWP_DIST_COLUMN)
        return read_column(opening, distribution, err);
    if (distribution->kind == TWP_DIST_BY) {
        const int n = opening->study->attribute[distribution->i_by].n_categories;

        for (int k = 0; k < n && status == TWP_OK; k++)
            status = read_columns_of(opening, distribution->by_is[k], err);
    }
    return status;
}

static twp_status_t
read_columns(opening_t *opening, const twp_study_typed_t *study, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    opening->study = study;
    for (int i = 0; i < study->n_attributes && status == TWP_OK; i++)
        status = read_columns_of(opening, study->attribute[i].distribution, err);
    for (int i = 0; i < study->n_variables && status == TWP_OK; i++)
        status = read_columns_of(opening, study->variable[i].starts, err);
    if (status == TWP_OK)
        status = read_columns_of(opening, study->enters, err);
    return status;
}

static twp_status_t
read_file(
    opening_t *opening, const twp_study_typed_t *const *study, int n_studies, twp_error_t *err)
{
    twp_population_t *const population = opening->population;
    twp_status_t status = twp_csv_read(&population->csv, study[0]->patients_csv,
        study[0]->patients_csv_name, opening->findings, err);

    if (status != TWP_OK)
        return status;
    population->has_csv = true;
    status = choose_rows(opening, err);
    if (status == TWP_OK && study[0]->patients_id_column != NULL)
        status = read_ids(opening, err);
    for (int i = 0; i < n_studies && status == TWP_OK; i++)
        status = read_columns(opening, study[i], err);
    return status;
}

/* How many twins: those asked for, else the study's count, else the patients of the file. */
static twp_status_t
count_twins(opening_t *opening, int64_t n_patients, twp_error_t *err)
{
    twp_population_t *const population = opening->population;
    const twp_study_typed_t *const study = opening->study;
    const int64_t n = n_patients > 0 ? n_patients : study->n_patients;

    if (!population->has_csv) {
        population->n_twins = n;
    } else {
        population->n_twins = n > 0 ? n : population->n_rows;
        if (population->n_twins > population->n_rows)
            return TWP_FAIL(err, TWP_ERR_INPUT,
                "%s has %" PRId64 " patients; %" PRId64 " are asked for", study->patients_csv_name,
                population->n_rows, population->n_twins);
    }
    if (population->n_twins < 1 || (uint64_t) population->n_twins > (uint64_t) INT32_MAX)
        return TWP_FAIL(err, TWP_ERR_INPUT, "%" PRId64 " patients; 1 to 2^31 - 1 can be simulated",
            population->n_twins);
    population->max_id = (uint64_t) population->n_twins - 1;
    for (int64_t i = 0; population->id != NULL && i < population->n_twins; i++)
        if (i == 0 || population->id[i] > population->max_id)
            population->max_id = population->id[i];
    return TWP_OK;
}

twp_status_t
twp_population_open(const twp_study_typed_t *const *study, int n_studies, int64_t n_patients,
    twp_population_t **out, twp_findings_t *findings, twp_error_t *err)
{
    const int n_errors = findings->n_errors;
    opening_t opening = { calloc(1, sizeof(twp_population_t)), study[0], findings, 0 };
    twp_status_t status = TWP_OK;

    *out = NULL;
    if (opening.population == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the population");
    if (study[0]->patients_csv != NULL)
        status = read_file(&opening, study, n_studies, err);
    if (status == TWP_OK && findings->n_errors > n_errors)
        status = TWP_FAIL(err, TWP_ERR_INPUT, "%s: %d findings", study[0]->patients_csv_name,
            findings->n_errors - n_errors);
    opening.study = study[0];
    if (status == TWP_OK)
        status = count_twins(&opening, n_patients, err);
    if (status == TWP_OK)
        *out = opening.population;
    else
        twp_population_free(opening.population);
    return status;
}

void
twp_population_free(twp_population_t *population)
{
    if (population == NULL)
        return;
    for (int i = 0; i < population->n_columns; i++)
        free(population->column[i].value);
    free(population->column);
    free(population->id);
    free(population->csv_row);
    twp_csv_clear(&population->csv);
    free(population);
}

uint64_t
twp_population_id(const twp_population_t *population, int64_t i_twin)
{
    return population->id != NULL ? population->id[i_twin] : (uint64_t) i_twin;
}
