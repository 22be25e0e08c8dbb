/*
 * No key of the language is dead. keys/keys.csv has a row for every key of every block of the
 * vocabulary: a base study (keys/BASE.yaml), what is set on top of it, and a change. By `expect`
 *
 *   changes   the results of the changed study differ,
 *   tells     its numbers are the same, as the vocabulary says of keys that only tell,
 *   finding   it is refused,
 *   file      another study (`change`) gives other results: keys that a command line cannot set.
 *
 * "Results" are the numbers, names and texts of all columns of the results file but provenance and
 * session, and the title, currency and price year.
 */
#include "reading.h"
#include "testlib.h"

#include "base/digest.h"
#include "document/document.h"
#include "vocabulary/families.h"
#include "vocabulary/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SETS 128
#define MAX_TEXT 16384
#define MAX_BASES 64
#define SEED 20240917

/* Digests of one run: of its summary, of its numbers, and of all. */
typedef struct {
    bool is_read; /* false: the study has findings */
    char summary[TWP_SHA256_HEX_SIZE], numbers[TWP_SHA256_HEX_SIZE], all[TWP_SHA256_HEX_SIZE];
} results_t;

/* ---- digests of a results file --------------------------------------------------------------- */

static void
add_text(twp_sha256_t *digest, const char *text)
{
    twp_sha256_update(digest, text, strlen(text) + 1);
}

static void
add_texts(twp_reader_t *reader, const char *object, twp_sha256_t *all)
{
    char **texts;
    size_t n;

    assert_int_equal(twp_reader_read_texts(reader, object, &texts, &n, NULL), TWP_OK);
    for (size_t i = 0; i < n; i++)
        add_text(all, texts[i]);
    twp_reader_free_texts(texts, n);
}

static void
add_column(twp_reader_t *reader, const char *object, twp_sha256_t *numbers, twp_sha256_t *all)
{
    twp_dataset_info_t info;
    void *const values = reading_numbers(reader, object, &info);

    if (info.is_plain_dimension)
        return;
    add_text(all, object);
    if (info.type == TWP_TYPE_TEXT) {
        add_texts(reader, object, all);
        return;
    }
    add_text(numbers, object);
    twp_sha256_update(numbers, values, info.n_elements * twp_type_size(info.type));
    twp_sha256_update(all, values, info.n_elements * twp_type_size(info.type));
    free(values);
}

static void
add_attributes(twp_reader_t *reader, twp_sha256_t *all)
{
    char *title = NULL, *currency = NULL;
    int32_t year = 0;

    assert_int_equal(twp_reader_attribute_text(reader, "", "title", &title, NULL), TWP_OK);
    add_text(all, title);
    free(title);
    if (twp_reader_has_attribute(reader, "", "currency")) {
        assert_int_equal(
            twp_reader_attribute_text(reader, "", "currency", &currency, NULL), TWP_OK);
        add_text(all, currency);
        free(currency);
    }
    if (twp_reader_has_attribute(reader, "", "price_year"))
        assert_int_equal(twp_reader_attribute_int32(reader, "", "price_year", &year, NULL), TWP_OK);
    twp_sha256_update(all, &year, sizeof(year));
}

static void
add_group(twp_reader_t *reader, const char *group, twp_sha256_t *numbers, twp_sha256_t *all)
{
    twp_names_t columns;
    char object[600];

    assert_int_equal(twp_reader_list(reader, group, &columns, NULL), TWP_OK);
    for (size_t c = 0; c < columns.n; c++) {
        (void) snprintf(object, sizeof(object), "%s/%s", group, columns.name[c]);
        add_column(reader, object, numbers, all);
    }
    twp_reader_free_names(&columns);
}

static void
digest_whole(twp_reader_t *reader, results_t *results)
{
    twp_sha256_t numbers, all;
    twp_names_t groups;

    twp_sha256_init(&numbers);
    twp_sha256_init(&all);
    assert_int_equal(twp_reader_list(reader, "", &groups, NULL), TWP_OK);
    for (size_t g = 0; g < groups.n; g++)
        if (strcmp(groups.name[g], "provenance") != 0 && strcmp(groups.name[g], "session") != 0)
            add_group(reader, groups.name[g], &numbers, &all);
    twp_reader_free_names(&groups);
    add_attributes(reader, &all);
    twp_sha256_finish(&numbers, results->numbers);
    twp_sha256_finish(&all, results->all);
}

/* Where the summary differs from that of another run already, the rest is left as "". */
static void
digest_file(const char *path, const results_t *other, results_t *results)
{
    twp_sha256_t numbers, all;
    twp_reader_t *reader;

    twp_sha256_init(&numbers);
    twp_sha256_init(&all);
    assert_int_equal(twp_reader_open(path, &reader, NULL), TWP_OK);
    if (twp_reader_has(reader, "summary"))
        add_group(reader, "summary", &numbers, &all);
    twp_sha256_finish(&all, results->summary);
    if (other == NULL || strcmp(results->summary, other->summary) == 0)
        digest_whole(reader, results);
    twp_reader_close(reader);
}

/* ---- runs ------------------------------------------------------------------------------------ */

/* Splits "a=1 ; b=2" in place behind set[n]; returns how many there are now. */
static int
split(char *text, const char *set[MAX_SETS], int n)
{
    while (text[0] != '\0') {
        char *const next = strstr(text, " ; ");
        assert_true(n < MAX_SETS);
        set[n++] = text;
        if (next == NULL)
            break;
        *next = '\0';
        text = next + 3;
    }
    return n;
}

static void
print_findings(const twp_study_t *study)
{
    for (int i = 0; i < twp_study_n_findings(study); i++)
        if (!twp_study_finding(study, i)->is_warning)
            print_error("  %s %s: %s\n", twp_study_finding(study, i)->file,
                twp_study_finding(study, i)->path, twp_study_finding(study, i)->message);
}

/* The digests of a run of base with what is set; beside another run's only as far as needed to differ. */
static results_t
run_beside(
    const char *base, const char *before, const char *change, bool is_told, const results_t *other)
{
    char relative[128], *const first = strdup(before), *const second = strdup(change);
    char *const folder = testlib_temporary_folder(), *const output = testlib_join(folder, "r.h5");
    const char *set[MAX_SETS];
    int n = split(first, set, 0);
    char *path;
    twp_study_t *study = NULL;
    twp_run_settings_t settings;
    twp_error_t err = { TWP_OK, "" };
    results_t results = { .is_read = false };

    n = split(second, set, n);
    (void) snprintf(relative, sizeof(relative), "tests/property/keys/%s.yaml", base);
    path = testlib_source_path(relative);
    twp_run_settings_init(&settings);
    settings.seed = SEED;
    settings.output_path = output;
    settings.n_threads = 1;
    switch (twp_study_read(path, set, n, &study, &err)) {
    case TWP_OK:
        if ((twp_study_n_points(study) > 0 ? twp_study_run_points : twp_study_run)(
                study, &settings, NULL, &err) != TWP_OK)
            fail_msg("%s with %s %s: %s", base, before, change, err.message);
        digest_file(output, other, &results);
        results.is_read = true;
        break;
    case TWP_ERR_INPUT:
        if (is_told)
            print_findings(study);
        break;
    default: fail_msg("%s with %s %s: %s", base, before, change, err.message);
    }
    twp_study_free(study);
    testlib_remove_folder(folder);
    free(output);
    free(path);
    free(first);
    free(second);
    return results;
}

static results_t
run(const char *base, const char *before, const char *change, bool is_told)
{
    return run_beside(base, before, change, is_told, NULL);
}

/* ---- the table ------------------------------------------------------------------------------- */

typedef struct {
    const char *block, *key, *beside, *base, *before, *change, *expect;
} row_t;

static row_t
row_of(const twp_csv_t *csv, int64_t i)
{
    return (row_t){ twp_csv_text(csv, i, twp_csv_column(csv, "block")),
        twp_csv_text(csv, i, twp_csv_column(csv, "key")),
        twp_csv_text(csv, i, twp_csv_column(csv, "beside")),
        twp_csv_text(csv, i, twp_csv_column(csv, "base")),
        twp_csv_text(csv, i, twp_csv_column(csv, "before")),
        twp_csv_text(csv, i, twp_csv_column(csv, "change")),
        twp_csv_text(csv, i, twp_csv_column(csv, "expect")) };
}

static void
read_table(twp_csv_t *csv)
{
    char *const path = testlib_source_path("tests/property/keys/keys.csv");
    twp_findings_t findings;

    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    assert_int_equal(twp_csv_read(csv, path, "keys.csv", &findings, NULL), TWP_OK);
    twp_findings_clear(&findings);
    free(path);
}

/* Where two rows of a block have one name, the key that stands beside it tells them apart. */
static bool
is_about(row_t row, twp_block_t block, const twp_key_t *key)
{
    return strcmp(row.block, twp_blocks[block].name) == 0 && strcmp(row.key, key->name) == 0 &&
        (row.beside[0] == '\0' || twp_keys_is_listed(key->with, row.beside));
}

static int
n_rows_about(const twp_csv_t *csv, twp_block_t block, const twp_key_t *key)
{
    int n = 0;

    for (int64_t i = 0; i < csv->n_rows; i++)
        n += is_about(row_of(csv, i), block, key);
    return n;
}

static void
test_every_key_has_one_row_and_every_row_a_key(void **state)
{
    int64_t n_keys = 0;
    twp_csv_t csv;

    (void) state;
    read_table(&csv);
    for (size_t k = 0; k < twp_n_keys; k++, n_keys++)
        if (n_rows_about(&csv, twp_keys[k].block, &twp_keys[k]) != 1)
            fail_msg("%s, %s: %d rows in keys.csv, one is wanted",
                twp_blocks[twp_keys[k].block].name, twp_keys[k].name,
                n_rows_about(&csv, twp_keys[k].block, &twp_keys[k]));
    for (int b = TWP_BLOCK_STUDY; b < TWP_N_BLOCKS; b++)
        if (twp_blocks[b].has_source) {
            if (n_rows_about(&csv, (twp_block_t) b, &twp_key_source) != 1 ||
                n_rows_about(&csv, (twp_block_t) b, &twp_key_note) != 1)
                fail_msg("%s: no rows for its source and note", twp_blocks[b].name);
            n_keys += 2;
        }
    assert_int_equal(csv.n_rows, n_keys);
    twp_csv_clear(&csv);
}

/* ---- what each key does ---------------------------------------------------------------------- */

static bool
is_telling(row_t row)
{
    for (size_t k = 0; k < twp_n_keys; k++)
        if (is_about(row, twp_keys[k].block, &twp_keys[k]))
            return (twp_keys[k].flags & TWP_KEY_TELLS) != 0;
    return strcmp(row.key, "source") == 0 || strcmp(row.key, "note") == 0;
}

/* Results of bases, kept because most rows share one. */
typedef struct {
    int n;
    char *name[MAX_BASES];
    results_t results[MAX_BASES];
} bases_t;

static results_t
run_base(row_t row, bases_t *bases)
{
    char name[1024];
    int i = 0;

    (void) snprintf(name, sizeof(name), "%s %s", row.base, row.before);
    while (i < bases->n && strcmp(bases->name[i], name) != 0)
        i++;
    if (i == bases->n) {
        assert_true(i < MAX_BASES);
        bases->name[i] = strdup(name);
        bases->results[i] = run(row.base, row.before, "", true);
        bases->n++;
    }
    return bases->results[i];
}

/*
 * All keys of a base that only tell, set at once: when no number moves, none of them moves any, and
 * they need no runs of their own.
 */
static bool
are_all_silent(const twp_csv_t *csv, const char *base)
{
    const results_t alone = run(base, "", "", true);
    char *const sets = calloc(1, MAX_TEXT);
    size_t length = 0;
    results_t told;

    assert_non_null(sets);
    for (int64_t i = 0; i < csv->n_rows; i++) {
        const row_t row = row_of(csv, i);
        if (strcmp(row.expect, "tells") != 0 || strcmp(row.base, base) != 0)
            continue;
        assert_int_equal(row.before[0], '\0');
        length += (size_t) snprintf(
            sets + length, MAX_TEXT - length, "%s%s", length > 0 ? " ; " : "", row.change);
        assert_true(length < MAX_TEXT);
    }
    told = run(base, "", sets, true);
    free(sets);
    return alone.is_read && told.is_read && strcmp(alone.numbers, told.numbers) == 0;
}

static const char *
fault_of(row_t row, const results_t *base, const results_t *changed)
{
    if (!base->is_read)
        return "the base is refused";
    if (strcmp(row.expect, "finding") == 0)
        return changed->is_read ? "it should be refused" : NULL;
    if (!changed->is_read)
        return "it is refused";
    if (is_telling(row) != (strcmp(row.expect, "tells") == 0))
        return "keys.csv and the vocabulary differ about whether it only tells";
    if (is_telling(row))
        return strcmp(base->numbers, changed->numbers) != 0 ? "it changes numbers" : NULL;
    return strcmp(base->all, changed->all) == 0 ? "it changes nothing" : NULL;
}

static void
test_every_key_changes_what_it_should(void **state)
{
    bases_t bases = { .n = 0 };
    bool are_silent;
    int n_faults = 0;
    twp_csv_t csv;

    (void) state;
    read_table(&csv);
    are_silent = are_all_silent(&csv, "reported");
    for (int64_t i = 0; i < csv.n_rows; i++) {
        const row_t row = row_of(&csv, i);
        if (are_silent && is_telling(row) && strcmp(row.expect, "tells") == 0)
            continue;
        const results_t base = run_base(row, &bases);
        const bool is_file = strcmp(row.expect, "file") == 0,
                   is_wanted = strcmp(row.expect, "finding") != 0;
        const results_t *const other = is_telling(row) ? NULL : &base;
        const results_t changed = is_file
            ? run_beside(row.change, "", "", true, other)
            : run_beside(row.base, row.before, row.change, is_wanted, other);
        const char *const fault = fault_of(row, &base, &changed);

        if (fault != NULL)
            print_error("%s, %s (%s): %s\n", row.block, row.key, row.change, fault);
        n_faults += fault != NULL;
    }
    for (int i = 0; i < bases.n; i++)
        free(bases.name[i]);
    twp_csv_clear(&csv);
    assert_int_equal(n_faults, 0);
}

/* A digest that always differs would prove nothing. */
static void
test_setting_what_is_there_already_changes_nothing(void **state)
{
    const results_t base = run("all", "", "", true),
                    same = run("all", "", "parameters.pace.value=1.2 ; time.horizon=2 years", true);

    (void) state;
    assert_true(base.is_read && same.is_read);
    assert_string_equal(base.all, same.all);
    assert_string_equal(base.numbers, same.numbers);
}

/* ---- hazard laws ----------------------------------------------------------------------------- */

/* Each parameter of each family, in every spelling: two values that must differ in their lives. */
static const struct {
    twp_family_t family;
    const char *parameter, *rest, *one, *other;
} laws[] = {
    { TWP_FAMILY_EXPONENTIAL, "rate", "", "0.01 / day", "0.012 / day" },
    { TWP_FAMILY_EXPONENTIAL, "mean", "", "100 days", "80 days" },
    { TWP_FAMILY_WEIBULL, "shape", ", scale: 90 days", "0.8", "0.9" },
    { TWP_FAMILY_WEIBULL, "scale", ", shape: 0.8", "90 days", "100 days" },
    { TWP_FAMILY_WEIBULL_PH, "shape", ", scale: 0.02, time_unit: 1 day", "0.8", "0.9" },
    { TWP_FAMILY_WEIBULL_PH, "scale", ", shape: 0.8, time_unit: 1 day", "0.02", "0.03" },
    { TWP_FAMILY_WEIBULL_PH, "time_unit", ", shape: 0.8, scale: 0.02", "1 day", "1 week" },
    { TWP_FAMILY_GOMPERTZ, "shape", ", rate: 0.01 / day", "0.001 / day", "0.004 / day" },
    { TWP_FAMILY_GOMPERTZ, "rate", ", shape: 0.001 / day", "0.01 / day", "0.02 / day" },
    { TWP_FAMILY_LOGNORMAL, "meanlog", ", sdlog: 0.5", "4", "4.2" },
    { TWP_FAMILY_LOGNORMAL, "sdlog", ", meanlog: 4", "0.5", "0.6" },
    { TWP_FAMILY_LOGNORMAL, "median", ", sigma_log: 0.5", "60 days", "70 days" },
    { TWP_FAMILY_LOGNORMAL, "sigma_log", ", median: 60 days", "0.5", "0.6" },
    { TWP_FAMILY_LOGLOGISTIC, "shape", ", scale: 60 days", "2", "2.5" },
    { TWP_FAMILY_LOGLOGISTIC, "scale", ", shape: 2", "60 days", "70 days" },
    { TWP_FAMILY_LOGLOGISTIC, "median", ", shape: 2", "60 days", "70 days" },
    { TWP_FAMILY_PIECEWISE, "from", ", rate: [0.01 / day, 0.02 / day]", "[0 days, 50 days]",
        "[0 days, 90 days]" },
    { TWP_FAMILY_PIECEWISE, "rate", ", from: [0 days, 50 days]", "[0.01 / day, 0.02 / day]",
        "[0.01 / day, 0.01 / day]" },
    { TWP_FAMILY_FIXED, "at", "", "60 days", "70 days" },
    { TWP_FAMILY_EXPONENTIAL, "median", "", "60 days", "70 days" },
    { TWP_FAMILY_WEIBULL, "median", ", shape: 0.8", "60 days", "70 days" },
    { TWP_FAMILY_LOGNORMAL, "time_unit", ", meanlog: 2, sdlog: 0.5", "1 week", "1 month" },
    { TWP_FAMILY_GAMMA, "shape", ", rate: 0.02 / day", "2", "2.2" },
    { TWP_FAMILY_GAMMA, "rate", ", shape: 2", "0.02 / day", "0.03 / day" },
    { TWP_FAMILY_GAMMA, "scale", ", shape: 2", "40 days", "50 days" },
    { TWP_FAMILY_GAMMA, "mean", ", shape: 2", "80 days", "90 days" },
    { TWP_FAMILY_GENGAMMA, "mu", ", sigma: 0.6, Q: 0.7", "4", "4.2" },
    { TWP_FAMILY_GENGAMMA, "sigma", ", mu: 4, Q: 0.7", "0.6", "0.7" },
    { TWP_FAMILY_GENGAMMA, "Q", ", mu: 4, sigma: 0.6", "0.7", "-0.7" },
    { TWP_FAMILY_GENGAMMA, "time_unit", ", mu: 2, sigma: 0.6, Q: 0.7", "1 week", "1 month" },
    { TWP_FAMILY_SPLINE, "location", ", knots: [1, 6], gammas: [-4, 0.9], time_unit: 1 day", "0",
        "0.3" },
    { TWP_FAMILY_SPLINE, "time_unit", ", knots: [1, 6], gammas: [-4, 0.9]", "1 day", "1 week" },
    { TWP_FAMILY_POLYNOMIAL, "location",
        ", powers: [0], coefficients: [-4, -0.2], time_unit: 1 day", "0", "0.3" },
    { TWP_FAMILY_POLYNOMIAL, "time_unit", ", powers: [0], coefficients: [-4, -0.2]", "1 day",
        "2 days" },
    { TWP_FAMILY_GEOMETRIC, "chance", "", "0.02", "0.03" },
    { TWP_FAMILY_GEOMETRIC, "every", ", chance: 0.02", "1 day", "2 days" },
};
#define N_LAWS (sizeof(laws) / sizeof(laws[0]))

static bool
has_law(twp_family_t family, const char *parameter)
{
    for (size_t i = 0; i < N_LAWS; i++)
        if (laws[i].family == family && strcmp(laws[i].parameter, parameter) == 0)
            return true;
    return false;
}

static results_t
run_law(size_t i, const char *value, const results_t *other)
{
    const char *family = NULL;
    char set[256];

    for (size_t f = 0; f < TWP_N_FAMILIES; f++)
        if (twp_families[f].family == laws[i].family)
            family = twp_families[f].name;
    assert_non_null(family);
    (void) snprintf(set, sizeof(set),
        "patient.tracks.therapy.states.taking.stop.hazard={%s: {%s: %s%s}}", family,
        laws[i].parameter, value, laws[i].rest);
    return run_beside("composed", "", set, true, other);
}

static void
test_every_parameter_of_every_law_matters(void **state)
{
    (void) state;
    for (size_t f = 0; f < TWP_N_FAMILIES; f++) {
        const twp_family_row_t *const family = &twp_families[f];
        for (int i = 0; i < family->n_parameters; i++)
            if (!has_law(family->family, family->parameter[i].name))
                fail_msg("%s of %s is not tried", family->parameter[i].name, family->name);
        for (int i = 0; i < family->n_spellings; i++)
            if (!has_law(family->family, family->spelling[i].name))
                fail_msg("%s of %s is not tried", family->spelling[i].name, family->name);
    }
    for (size_t i = 0; i < N_LAWS; i++) {
        const results_t one = run_law(i, laws[i].one, NULL),
                        other = run_law(i, laws[i].other, &one);

        if (!one.is_read || !other.is_read || strcmp(one.all, other.all) == 0)
            fail_msg("law %d, %s: %s and %s give the same", (int) i, laws[i].parameter, laws[i].one,
                laws[i].other);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_has_one_row_and_every_row_a_key),
        cmocka_unit_test(test_setting_what_is_there_already_changes_nothing),
        cmocka_unit_test(test_every_key_changes_what_it_should),
        cmocka_unit_test(test_every_parameter_of_every_law_matters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
