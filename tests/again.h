/**
 * A study of several files, its results brought away from it: for tests of commands that do a run again.
 */
#ifndef AGAIN_H
#define AGAIN_H

#include "testlib.h"

#include "twinpath.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the study: modules, a scenario's base, a file of patients --------------------------------- */

static const char module_text[] =
    "parameters:\n"
    "  stop_mean: {value: 200 days, uncertain: {gamma: {se: 20 days}}, source: assumption}\n"
    "supports:\n"
    "  reminder:\n"
    "    offer: {every: 10 days}\n"
    "    uptake: {chance: 0.5, source: assumption}\n"
    "    source: assumption\n"
    "    effects: [{on_exit: therapy.taking.stop, hr: 0.5}]\n"
    "    cost: {payer: {start: 10 USD, run: 18 USD / year}}\n";

static const char base_text[] =
    "twinpath: 1\n"
    "uses: [../modules/pieces.yaml]\n"
    "study: tiny\n"
    "source: assumption\n"
    "time: {starts: 2027-01-04, horizon: 1 year}\n"
    "money: USD 2023\n"
    "patient:\n"
    "  from: ../data/patients.csv\n"
    "  id: id\n"
    "  attributes:\n"
    "    age: {column: age, unit: years}\n"
    "  variables:\n"
    "    stock: {kind: stock}\n"
    "  tracks:\n"
    "    therapy:\n"
    "      start: taking\n"
    "      states:\n"
    "        taking:\n"
    "          enter: [{dispense: 28 days, into: stock}]\n"
    "          refill: {upon: stock.empty, do: [{dispense: 28 days, into: stock}]}\n"
    "          stop: {hazard: {exponential: {mean: stop_mean}}, to: stopped}\n"
    "        stopped: {}\n"
    "strategies:\n"
    "  usual: {baseline: true}\n"
    "  reminded: {supports: [reminder]}\n"
    "  half: {set: {parameters.stop_mean.value: 100 days}}\n"
    "report: {measures: [{measure: persistence, at: [90 days, 180 days]}, pdc, cost]}\n";

/* No line end at the end: the files are cut apart by their sizes. */
static const char study_text[] = "twinpath: 1\n"
                                 "based_on: base.yaml\n"
                                 "study: tiny_scenario\n"
                                 "# file: base.yaml\n"
                                 "question: Does a reminder keep people on therapy?";

#define N_PATIENTS 1500

static inline void
write_in(const char *folder, const char *name, const char *text)
{
    char *const path = testlib_join(folder, name);

    testlib_write_text(path, text);
    free(path);
}

static inline void
make_folder(const char *folder, const char *name)
{
    char *const path = testlib_join(folder, name);

    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

static inline void
write_patients(const char *folder, const char *name, int n, int age)
{
    char *const path = testlib_join(folder, name);
    FILE *const file = fopen(path, "w");

    assert_non_null(file);
    (void) fprintf(file, "id,age\n");
    for (int i = 0; i < n; i++)
        (void) fprintf(file, "%d,%d\n", i + 1, age + i % 40);
    assert_int_equal(fclose(file), 0);
    free(path);
}

/* folder/at: the study; folder/away: where its results are brought. */
static inline int
set_up(void **state)
{
    const char *folder;

    if (testlib_setup_folder(state) != 0)
        return -1;
    folder = *state;
    make_folder(folder, "at");
    make_folder(folder, "at/studies");
    make_folder(folder, "at/modules");
    make_folder(folder, "at/data");
    make_folder(folder, "away");
    write_in(folder, "at/modules/pieces.yaml", module_text);
    write_in(folder, "at/studies/base.yaml", base_text);
    write_in(folder, "at/studies/scenario.yaml", study_text);
    write_patients(folder, "at/data/patients.csv", N_PATIENTS, 30);
    return 0;
}

/* The program in a folder below the test's; NULL for a stream is no matter. */
static inline void
expect(const char *folder, const char *below, const char *const *arguments, int exit_code,
    const char *out, const char *err)
{
    char *const in = testlib_join(folder, below);
    const char *argv[32] = { testlib_program() };

    for (int i = 0; arguments[i] != NULL; i++)
        argv[i + 1] = arguments[i];
    testlib_expect(testlib_run_in(in, argv), exit_code, out, err);
    free(in);
}

#define ARGUMENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static inline void
move_away(const char *folder, const char *name)
{
    char *const from = testlib_join(folder, "at/studies/r.h5");
    char *const below = testlib_join(folder, "away");
    char *const to = testlib_join(below, name);

    assert_int_equal(rename(from, to), 0);
    free(to);
    free(below);
    free(from);
}

static inline void
run_and_move(const char *folder, const char *const *more)
{
    const char *arguments[32] = { "run", "scenario.yaml", "-o", "r.h5", "-q" };

    for (int i = 0; more[i] != NULL; i++)
        arguments[5 + i] = more[i];
    expect(folder, "at/studies", arguments, 0, NULL, NULL);
    move_away(folder, "r.h5");
}

/* Adds one to an element of a dataset of doubles in away/r.h5, and takes its .sha256 away. */
static inline void
tamper(const char *folder, const char *dataset, size_t i)
{
    char *const path = testlib_join(folder, "away/r.h5");
    char *const sum = testlib_join(folder, "away/r.h5.sha256");
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t data = H5Dopen2(file, dataset, H5P_DEFAULT);
    const hid_t space = H5Dget_space(data);
    const hssize_t n = H5Sget_simple_extent_npoints(space);
    double *const value = calloc((size_t) n + 1, sizeof *value);

    assert_non_null(value);
    assert_true((hssize_t) i < n);
    assert_true(H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    value[i] += 1;
    assert_true(H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    assert_true(H5Sclose(space) >= 0);
    assert_true(H5Dclose(data) >= 0);
    assert_true(H5Fclose(file) >= 0);
    (void) unlink(sum);
    free(value);
    free(sum);
    free(path);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, testlib_teardown_folder)

#endif
