/*
 * Any bytes as a study, through the library's face: read, checked, compiled, explained, and the
 * first twin's lives lived. What follows a NUL is a --set argument.
 */
#include "twinpath.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

#define REQUIRE(condition) ((condition) ? (void) 0 : abort())
#define MOST_SETS 7
#define MOST_DAYS 4000.0 /* longer lives are read but not lived */

static char folder[] = "/tmp/twinpath-fuzz-XXXXXX";
static char study_path[64], patients_path[64];

static void
remove_folder(void)
{
    (void) unlink(study_path);
    (void) unlink(patients_path);
    (void) rmdir(folder);
}

static void
write_file(const char *path, const void *bytes, size_t n_bytes)
{
    FILE *const file = fopen(path, "wb");

    REQUIRE(file != NULL && fwrite(bytes, 1, n_bytes, file) == n_bytes);
    REQUIRE(fclose(file) == 0);
}

/* A folder for all inputs, with patients that a study may name. */
static void
make_folder(void)
{
    static const char patients[] = "id,age,female,sex\n1,57.5,1,f\n2,61,0,m\n7,44,1,f\n";

    if (study_path[0] != '\0')
        return;
    REQUIRE(mkdtemp(folder) != NULL);
    snprintf(study_path, sizeof study_path, "%s/study.yaml", folder);
    snprintf(patients_path, sizeof patients_path, "%s/patients.csv", folder);
    write_file(patients_path, patients, sizeof patients - 1);
    REQUIRE(atexit(remove_folder) == 0);
}

static void
check_findings(const twp_study_t *study)
{
    for (int i = 0; i < twp_study_n_findings(study); i++) {
        const twp_finding_t *const one = twp_study_finding(study, i);

        REQUIRE(one->file != NULL && one->path != NULL && one->message[0] != '\0');
        REQUIRE(one->line >= 0 && one->column >= 0);
    }
}

/* Every number stands at a path that can be explained. */
static void
check_numbers(const twp_study_t *study)
{
    const int n = twp_study_n_numbers(study);

    for (int i = 0; i < n; i += n / 16 + 1) {
        const twp_number_row_t row = twp_study_number(study, i);
        char *text = NULL;

        REQUIRE(row.path != NULL && row.text != NULL && row.origin != NULL);
        REQUIRE(twp_study_explain(study, row.path, &text, NULL) == TWP_OK && text != NULL);
        free(text);
    }
}

static void
check_study(twp_study_t *study)
{
    twp_run_settings_t settings;
    twp_run_estimate_t estimate;
    char *text = NULL;
    twp_status_t status;

    REQUIRE(twp_study_explain(study, NULL, &text, NULL) == TWP_OK && text != NULL);
    free(text);
    check_numbers(study);
    if (!(twp_study_horizon_days(study) <= MOST_DAYS))
        return;
    twp_run_settings_init(&settings);
    settings.n_patients = 1;
    settings.n_threads = 1;
    status = twp_study_estimate(study, &settings, &estimate, NULL);
    REQUIRE(status == TWP_OK || status == TWP_ERR_FAULT || status == TWP_ERR_INPUT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    char *const text = malloc(n_bytes + 1);
    const char *set[MOST_SETS];
    size_t n_study;
    int n_sets = 0;
    twp_study_t *study = NULL;
    twp_status_t status;

    REQUIRE(text != NULL);
    make_folder();
    if (n_bytes > 0)
        memcpy(text, data, n_bytes);
    text[n_bytes] = '\0';
    n_study = strlen(text);
    for (size_t i = n_study + 1; i <= n_bytes && n_sets < MOST_SETS; i += strlen(text + i) + 1)
        set[n_sets++] = text + i;
    write_file(study_path, text, n_study);
    status = twp_study_read(study_path, set, n_sets, &study, NULL);
    REQUIRE(status == TWP_OK || status == TWP_ERR_INPUT);
    REQUIRE(study != NULL && (status == TWP_OK) == (twp_study_n_errors(study) == 0));
    check_findings(study);
    if (status == TWP_OK)
        check_study(study);
    twp_study_free(study);
    free(text);
    return 0;
}

#ifdef TWP_FUZZ_STANDALONE
#define FUZZ_RUNS 3000
static const char *const seeds[] = {
    "twinpath: 1\nstudy: a\nsource: assumption\nmoney: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 1 year}\nparameters: {gap: 12 days}\n"
    "patient:\n  count: 10\n"
    "  attributes: {age: {normal: [57 years, 13 years], within: [18 years, 90 years]}}\n"
    "  variables: {stock: {kind: stock}, mood: {starts: 1, returns_to: start, half_life: 9 days}}\n"
    "  actions: {buy: [{dispense: 30 days, into: stock}, {cost: {patient: 20 USD}}]}\n"
    "  tracks:\n    supply:\n      start: due\n      states:\n"
    "        due: {refill: {hazard: {weibull: {shape: 0.8, scale: gap}}, to: covered, do: [buy],\n"
    "          effects: [{per: age - 57 years, unit: 10 years, hr: 0.9}]}}\n"
    "        covered: {out: {upon: stock.empty, choose: [{chance: 0.9, to: due}, "
    "{otherwise: over}]}}\n        over: {}\n"
    "observations: {fills: {of: buy, delay: 2 days}}\n"
    "supports:\n  call: {offer: {upon: fills}, uptake: 0.5, lasts: 90 days,\n"
    "    effects: [{on_exit: supply.due.refill, hr: 1.5}],\n"
    "    cost: {manufacturer: {start: 12 USD}}}\n"
    "strategies: {usual: {baseline: true}, calls: {supports: [call], set: {gap: 9 days}}}\n"
    "report: {measures: [{measure: pdc, window: 365 days}, cost]}\n",
    "twinpath: 1\nstudy: b\nsource: assumption\ntime: {starts: 2027-01-01, horizon: 2 years}\n"
    "patient:\n  from: patients.csv\n  id: id\n"
    "  attributes: {age: {column: age, unit: years}, sex: {column: sex, is: {f: f, m: m}}}\n"
    "  tracks: {life: {start: alive, states: {alive: {die: {hazard: {gompertz: {shape: 0.1 / "
    "year,\n"
    "    rate: 0.2 / year}}, to: dead}}, dead: {}}}}\n"
    "strategies: {usual: {baseline: true}}\nreport: {by: [sex], measures: [life_years]}\n",
};
#include "standalone.h"
#endif
