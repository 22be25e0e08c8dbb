/* The program from outside: exit codes, streams, findings, help, files after an interrupt. */
#include "testlib.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the study ---------------------------------------------------------------------------------- */

#define PRICE_LINE 8
static const char study_text[] =
    "twinpath: 1\n"
    "study: tiny\n"
    "question: Does a reminder keep people on therapy?\n"
    "time: {starts: 2027-01-04, horizon: 1 year}\n"
    "money: USD 2023\n"
    "parameters:\n"
    "  stop_mean: {value: 200 days, source: assumption}\n"
    "  price: {value: 10 USD / day, source: assumption}\n"
    "patient:\n"
    "  count: 1500\n"
    "  source: assumption\n"
    "  attributes:\n"
    "    female: {chance: 0.5}\n"
    "  variables:\n"
    "    stock: {kind: stock}\n"
    "  actions:\n"
    "    buy:\n"
    "      - {dispense: 28 days, into: stock}\n"
    "      - {cost: {payer: price * 28 days}, category: drug}\n"
    "  tracks:\n"
    "    therapy:\n"
    "      start: taking\n"
    "      states:\n"
    "        taking:\n"
    "          enter: [buy]\n"
    "          stop: {hazard: {exponential: {mean: stop_mean}}, to: stopped}\n"
    "        stopped: {}\n"
    "    supply:\n"
    "      start: covered\n"
    "      states:\n"
    "        covered:\n"
    "          run_out: {upon: stock.empty, to: due}\n"
    "          end: {upon: therapy.stopped, to: none}\n"
    "        due:\n"
    "          refill: {hazard: {exponential: {mean: 5 days}}, to: covered, do: [buy]}\n"
    "          end: {upon: therapy.stopped, to: none}\n"
    "        none: {}\n"
    "  utility: {base: 0.7, add: {therapy.taking: 0.1}}\n"
    "observations:\n"
    "  starts: {of: therapy.taking}\n"
    "supports:\n"
    "  reminder:\n"
    "    offer: {every: 10 days}\n"
    "    uptake: {chance: 0.5, source: assumption}\n"
    "    source: assumption\n"
    "    effects: [{on_exit: therapy.taking.stop, hr: 0.5}]\n"
    "    cost: {payer: {start: 10 USD, run: 18 USD / year}}\n"
    "strategies:\n"
    "  usual: {baseline: true}\n"
    "  reminded: {supports: [reminder]}\n"
    "targets:\n"
    "  half: {measure: persistence, at: 180 days, is: 0.4, within: 0.05, source: assumption, "
    "role: predict}\n"
    "report:\n"
    "  measures: [initiation, {measure: persistence, at: [90 days, 180 days]}, pdc, cost, qaly]\n"
    "  by: [female]\n"
    "  worth_of_a_qaly: [50000 USD, 100000 USD]\n"
    "record: {events: none, twins: false}\n";

/* Replaces the first old of a copy of the study by new and writes it to folder/name. */
static char *
write_study(const char *folder, const char *name, const char *old, const char *new)
{
    char *path = testlib_join(folder, name);
    const char *at = old != NULL ? strstr(study_text, old) : NULL;
    char text[sizeof study_text + 200];

    if (old == NULL) {
        testlib_write_text(path, study_text);
        return path;
    }
    assert_non_null(at);
    snprintf(
        text, sizeof text, "%.*s%s%s", (int) (at - study_text), study_text, new, at + strlen(old));
    testlib_write_text(path, text);
    return path;
}

/* Runs the program in a folder; the caller clears the outcome. */
#define run_in(folder, ...) testlib_twinpath_in((folder), __VA_ARGS__)

/* One run of the program: its exit code and parts of its two streams; NULL: that stream is empty. */
static void
expect(testlib_outcome_t outcome, int exit_code, const char *out, const char *err)
{
    if (out == NULL && outcome.exit_code == exit_code)
        assert_string_equal(outcome.out, "");
    if (err == NULL && outcome.exit_code == exit_code)
        assert_string_equal(outcome.err, "");
    testlib_expect(outcome, exit_code, out, err);
}

/* ---- help --------------------------------------------------------------------------------------- */

static const char *const commands[] = { "new", "run", "check", "map", "sweep", "merge", "summary",
    "reproduce", "params", "schema", "help" };
#define N_COMMANDS (sizeof commands / sizeof commands[0])

static void
test_each_command_has_help_with_examples(void **state)
{
    (void) state;
    for (size_t i = 0; i < N_COMMANDS; i++) {
        testlib_outcome_t a = testlib_twinpath(commands[i], "--help");
        testlib_outcome_t b = testlib_twinpath("help", commands[i]);
        assert_int_equal(a.exit_code, 0);
        assert_string_equal(a.err, "");
        assert_contains(a.out, "Usage: twinpath ");
        assert_contains(a.out, commands[i]);
        assert_contains(a.out, "Examples:\n  twinpath ");
        assert_contains(a.out, "--help");
        assert_string_equal(a.out, b.out);
        for (const char *line = a.out; *line != '\0';) {
            const size_t length = strcspn(line, "\n");
            assert_true(length <= 80);
            line += length + 1;
        }
        testlib_clear_outcome(&a);
        testlib_clear_outcome(&b);
    }
}

static void
test_the_program_says_its_version_and_its_commands(void **state)
{
    (void) state;
    expect(testlib_twinpath("--version"), 0, "libraries HDF5 ", NULL);
    expect(testlib_twinpath("--version"), 0, "twinpath ", NULL);
    expect(testlib_twinpath("--help"), 0, "\n  summary ", NULL);
    expect(testlib_twinpath("help"), 0, "\n  summary ", NULL);
    expect(testlib_run(testlib_program()), 2, NULL, "Usage: twinpath COMMAND");
}

static void
test_manual_and_completion_name_every_command(void **state)
{
    testlib_outcome_t manual = testlib_twinpath("--man");
    testlib_outcome_t completion = testlib_twinpath("--completion");

    (void) state;
    assert_int_equal(manual.exit_code, 0);
    assert_int_equal(completion.exit_code, 0);
    assert_contains(manual.out, ".TH TWINPATH 1");
    assert_contains(manual.out, "\\fB\\-\\-overwrite\\fR");
    assert_contains(completion.out, "complete -F _twinpath twinpath");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        assert_contains(manual.out, commands[i]);
        assert_contains(completion.out, commands[i]);
    }
    testlib_clear_outcome(&manual);
    testlib_clear_outcome(&completion);
}

/* ---- wrong command lines ------------------------------------------------------------------------ */

static void
test_wrong_commands_and_options_name_the_nearest(void **state)
{
    (void) state;
    expect(testlib_twinpath("chek"), 2, NULL, "unknown command chek; did you mean check?");
    expect(testlib_twinpath("nonsense_word"), 2, NULL, "see twinpath --help");
    expect(testlib_twinpath("help", "sumary"), 2, NULL, "did you mean summary?");
    expect(testlib_twinpath("help", "nonsense_word"), 2, NULL, "no command nonsense_word");
    expect(testlib_twinpath("run", "--pateints=3", "x"), 2, NULL,
        "unknown option --pateints; did you mean --patients?");
    expect(testlib_twinpath("run", "--nonsense", "x"), 2, NULL, "see twinpath run --help");
    expect(testlib_twinpath("run", "--s", "x"), 2, NULL, "--s is short for several options");
    expect(testlib_twinpath("run", "-qz", "x"), 2, NULL, "unknown option -z");
    expect(testlib_twinpath("run", "x", "--patients"), 2, NULL, "option --patients needs a value");
    expect(testlib_twinpath("run", "x", "-n"), 2, NULL, "option --patients needs a value");
    expect(testlib_twinpath("run", "x", "--quiet=1"), 2, NULL, "option --quiet takes no value");
    expect(testlib_twinpath("run", "x", "--format", "jsn"), 2, NULL, "did you mean json?");
    expect(testlib_twinpath("run", "x", "--format", "yaml"), 2, NULL,
        "\"yaml\" is none of table|json|csv|markdown");
    expect(testlib_twinpath("run"), 2, NULL, "STUDY is missing");
    expect(testlib_twinpath("run", "x", "y"), 2, NULL, "\"y\" is one too many");
    expect(testlib_twinpath("check", "x", "y"), 2, NULL, "\"y\" is one too many");
    expect(testlib_twinpath("run", "x", "-o", ""), 2, NULL, "--output");
}

static void
test_numbers_of_options_are_read_strictly(void **state)
{
    static const char *const wrong[][2] = { { "--patients", "0" },
        { "--patients", "1099511627776" }, { "--patients", "-3" }, { "--patients", "+3" },
        { "--patients", " 3" }, { "--patients", "3 " }, { "--patients", "1e3" },
        { "--patients", "" }, { "--seed", "18446744073709551616" }, { "--seed", "-1" },
        { "--seed", "0x10" }, { "--threads", "0" }, { "--threads", "4097" },
        { "--threads", "2.5" } };

    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect(testlib_twinpath("run", "x", wrong[i][0], wrong[i][1]), 2, NULL,
            "is no whole number from ");
    expect(testlib_twinpath("check", "x", "--threads", "many"), 2, NULL, "from 1 to 4096");
}

static void
test_a_file_that_is_not_there_is_a_wrong_command_line(void **state)
{
    expect(run_in(*state, "run", "absent.yaml"), 2, NULL, "absent.yaml");
    expect(run_in(*state, "check", "absent.yaml"), 2, NULL, "absent.yaml");
    expect(run_in(*state, "params", "absent.yaml"), 2, NULL, "absent.yaml");
    expect(run_in(*state, "summary", "absent.h5"), 2, NULL, "absent.h5");
}

/* ---- check -------------------------------------------------------------------------------------- */

static void
test_check_says_what_a_good_study_is(void **state)
{
    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "check", "tiny.yaml"), 0,
        "tiny.yaml: good. tiny: 1,500 patients over 365.25 d (1 year) under 2 strategies;", NULL);
}

static void
test_findings_tell_the_place_and_are_the_same_from_run_and_check(void **state)
{
    testlib_outcome_t check, run, params;

    free(write_study(*state, "bad.yaml", "  price: {value", "  price: {valeu"));
    check = run_in(*state, "check", "bad.yaml");
    run = run_in(*state, "run", "bad.yaml");
    params = run_in(*state, "params", "bad.yaml");
    assert_int_equal(check.exit_code, 2);
    assert_int_equal(run.exit_code, 2);
    assert_int_equal(params.exit_code, 2);
    assert_contains(check.out, "bad.yaml:8:11: error: ");
    assert_contains(check.out, "\n    found:    valeu\n");
    assert_contains(check.out, "\n    expected: ");
    assert_contains(check.out, "\n    nearest:  value\n");
    assert_contains(check.out, "\n1 error, 0 warnings\n");
    assert_string_equal(check.err, "");
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, check.out);
    assert_string_equal(params.err, check.out);
    assert_lacks(check.out, "\033");
    testlib_clear_outcome(&check);
    testlib_clear_outcome(&run);
    testlib_clear_outcome(&params);
}

static void
test_an_override_is_applied_and_checked(void **state)
{
    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "check", "tiny.yaml", "--set", "patient.count=77"), 0, ": 77 patients",
        NULL);
    expect(run_in(*state, "check", "tiny.yaml", "--set", "patient.count=many"), 2, "--set", NULL);
    expect(run_in(*state, "run", "tiny.yaml", "--set", "patient.count=many"), 2, NULL, "--set");
    expect(run_in(*state, "check", "tiny.yaml", "--set", "patient.count"), 2, "--set", NULL);
}

/* The place that is told is that of the slip, not of all that use the number. */
static void
test_an_override_without_its_unit_is_told_at_the_override(void **state)
{
    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "check", "tiny.yaml", "--set", "price=3 USD"), 2,
        "--set:1:7: error: `3 USD` does not have the unit of `10 USD / day`", NULL);
    expect(run_in(*state, "check", "tiny.yaml", "--set", "price=3 USD"), 2, "1 error, 0 warnings",
        NULL);
    expect(run_in(*state, "check", "tiny.yaml", "--set", "price=3 USD / day"), 0, ": good.", NULL);
    free(write_study(*state, "tiny.yaml", "{supports: [reminder]}",
        "{supports: [reminder], set: {price: 3 USD}, source: assumption}"));
    expect(run_in(*state, "check", "tiny.yaml"), 2,
        "tiny.yaml:50:49: error: `3 USD` does not have the unit of `10 USD / day`", NULL);
}

static void
test_evidence_that_is_cited_but_not_there_is_a_warning(void **state)
{
    char *table = testlib_join(*state, "evidence.csv");

    free(write_study(*state, "tiny.yaml", "source: assumption", "source: EV-B48"));
    expect(run_in(*state, "check", "tiny.yaml"), 0, "warning: EV-B48 is not looked up", NULL);
    testlib_write_text(table, "id,what\nEV-B48,a figure\n");
    expect(run_in(*state, "check", "tiny.yaml"), 0, "tiny.yaml: good.", NULL);
    testlib_write_text(table, "id,what\nEV-B49,a figure\n");
    expect(run_in(*state, "check", "tiny.yaml"), 2, "EV-B48 is no known evidence", NULL);
    free(table);
}

static void
test_check_explains_a_study_and_a_value(void **state)
{
    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "check", "tiny.yaml", "--explain"), 0, "therapy", NULL);
    expect(run_in(*state, "check", "--explain", "tiny.yaml"), 0, "therapy", NULL);
    expect(
        run_in(*state, "check", "tiny.yaml", "--explain=parameters.price"), 0, "tiny.yaml:8", NULL);
    expect(run_in(*state, "check", "tiny.yaml", "--explain", "parameters.price"), 0, "tiny.yaml:8",
        NULL);
    expect(run_in(*state, "check", "tiny.yaml", "--explain=parameters.pric"), 2, NULL,
        "did you mean parameters.price?");
    expect(run_in(*state, "check", "tiny.yaml", "--explain=pric"), 2, NULL,
        "did you mean parameters.price?");
    expect(run_in(*state, "check", "tiny.yaml", "--explain=stop"), 2, NULL,
        "did you mean patient.tracks.therapy.states.taking.stop?");
    expect(run_in(*state, "check", "tiny.yaml", "--explain=report.windw"), 2, NULL,
        "did you mean report.window?");
    expect(run_in(*state, "check", "tiny.yaml", "--explain=strategies.usual.baseline.value"), 2,
        NULL, "did you mean strategies.usual.baseline?");
    expect(run_in(*state, "check", "tiny.yaml", "--explain=patient.trakcs.therapy"), 2, NULL,
        "did you mean patient.tracks.therapy?");
}

/* A value of a module is not told to be merged with itself, wherever the module lies. */
static void
test_check_explains_values_of_modules_with_their_places(void **state)
{
    char *const study = testlib_join(*state, "study.yaml"),
                *const folder = testlib_join(*state, "parts"),
                *const one = testlib_join(folder, "one.yaml"),
                *const two = testlib_join(folder, "two.yaml");

    assert_int_equal(mkdir(folder, 0777), 0);
    testlib_write_text(study,
        "twinpath: 1\nstudy: modular\nsource: assumption\nuses: [parts/one.yaml]\n"
        "time: {starts: 2027-01-01, horizon: 2 years}\nparameters:\n  a: 5 days\n"
        "patient: {count: 3, tracks: {t: {start: x, states: {x: {y: {after: a + b}}}}}}\n"
        "strategies: {usual: {baseline: true}}\n");
    testlib_write_text(one, "uses: [two.yaml]\nparameters: {c: {value: 3, source: assumption}}\n");
    testlib_write_text(two,
        "parameters:\n  a: {value: 2 days, source: assumption}\n  b: {value: 1 day, source: "
        "assumption}\n");
    testlib_outcome_t b = run_in(*state, "check", "study.yaml", "--explain", "b");
    assert_contains(b.out, "set by: module, parts/two.yaml:3:6\n");
    assert_null(strstr(b.out, "merged with"));
    testlib_clear_outcome(&b);
    expect(run_in(*state, "check", "study.yaml", "--explain", "a"), 0,
        "(module, parts/two.yaml:2:6)", NULL);
    expect(run_in(*state, "check", "study.yaml", "--explain", "b", "--set", "b=7 days"), 0,
        "  in it: parameters.b.value = 7 days (--set, --set:1:3)\n", NULL);
    free(two);
    free(folder);
    free(one);
    free(study);
}

static void
test_check_estimates_what_a_run_takes(void **state)
{
    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "check", "tiny.yaml", "--estimate", "--patients", "1000000", "-t", "3"),
        0, "For 1,000,000 twins under 2 strategies, from the first 256 twins:\n", NULL);
    expect(run_in(*state, "check", "tiny.yaml", "-e", "-t", "3"), 0, " on 3 threads", NULL);
}

/* ---- params ------------------------------------------------------------------------------------- */

static void
test_params_lists_numbers_with_source_and_place(void **state)
{
    testlib_outcome_t outcome;
    json_t *rows;
    bool is_found = false;

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "params", "tiny.yaml"), 0, "tiny.yaml:8:18", NULL);
    expect(run_in(*state, "params", "tiny.yaml", "--set", "parameters.price.value=12 USD / day"), 0,
        "12 USD / day", NULL);
    expect(run_in(*state, "params", "tiny.yaml", "-f", "csv"), 0,
        "\nparameters.price.value,10 USD / day,assumption,study,tiny.yaml,8,18,,,,,,USD / day\n",
        NULL);
    outcome = run_in(*state, "params", "tiny.yaml", "--format=json");
    assert_int_equal(outcome.exit_code, 0);
    rows = json_loads(outcome.out, 0, NULL);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *path = json_string_value(json_object_get(row, "path"));
        if (path == NULL || strcmp(path, "parameters.price.value") != 0)
            continue;
        is_found = true;
        assert_string_equal(json_string_value(json_object_get(row, "value")), "10 USD / day");
        assert_int_equal(json_integer_value(json_object_get(row, "line")), PRICE_LINE);
    }
    assert_true(is_found);
    json_decref(rows);
    testlib_clear_outcome(&outcome);
}

/* ---- run and summary ---------------------------------------------------------------------------- */

static void
test_run_prints_the_comparison_alone_on_standard_output(void **state)
{
    testlib_outcome_t run, summary;

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    run = run_in(*state, "run", "tiny.yaml", "-o", "a.h5");
    assert_int_equal(run.exit_code, 0);
    assert_int_equal(strncmp(run.out, "tiny\nDoes a reminder", 20), 0);
    assert_contains(run.out, "1,500 twins, each under 2 strategies, seed 1.");
    assert_contains(run.out, "\nAdherence\n");
    assert_contains(run.out, "reminded: ");
    assert_contains(run.err, "results in a.h5\n");
    assert_lacks(run.err, "\r");
    assert_lacks(run.err, "\033");
    summary = run_in(*state, "summary", "a.h5");
    assert_int_equal(summary.exit_code, 0);
    assert_string_equal(summary.out, run.out);
    assert_string_equal(summary.err, "");
    testlib_clear_outcome(&run);
    testlib_clear_outcome(&summary);
}

static void
test_the_comparison_says_what_the_author_notes_and_what_was_changed(void **state)
{
    testlib_outcome_t run;

    free(write_study(*state, "tiny.yaml", "study: tiny", "study: tiny\nnote: Nobody moves away."));
    run = run_in(*state, "run", "tiny.yaml", "-o", "a.h5");
    assert_contains(run.out, "\nNote: Nobody moves away.\n");
    assert_lacks(run.out, "Changed on the command line");
    testlib_clear_outcome(&run);
    run = run_in(*state, "run", "tiny.yaml", "-o", "b.h5", "--set", "stop_mean=200 days",
        "--patients", "1200");
    assert_contains(
        run.out, "\nChanged on the command line: --set stop_mean=200 days --patients 1200\n");
    testlib_clear_outcome(&run);
    expect(run_in(*state, "summary", "b.h5"), 0, "Changed on the command line: --set stop", NULL);
}

static void
test_summary_has_four_faces_segments_and_a_choice_of_strategies(void **state)
{
    testlib_outcome_t outcome;
    json_t *root;

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "run", "tiny.yaml", "-q"), 0, NULL, NULL);
    expect(run_in(*state, "summary", "results.h5", "--by"), 0, "female=", NULL);
    expect(run_in(*state, "summary", "results.h5", "-f", "markdown"), 0, "| --- |", NULL);
    expect(run_in(*state, "summary", "results.h5", "-f", "csv"), 0, "\nreminded,pdc,,1,0.", NULL);
    expect(run_in(*state, "summary", "results.h5", "-s", "remindd"), 2, NULL,
        "did you mean reminded?");
    outcome = run_in(*state, "summary", "results.h5", "--strategy", "usual");
    assert_int_equal(outcome.exit_code, 0);
    assert_contains(outcome.out, "usual");
    assert_lacks(outcome.out, "  reminded");
    testlib_clear_outcome(&outcome);
    outcome = run_in(*state, "summary", "results.h5", "--format", "json");
    root = json_loads(outcome.out, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "status")), "complete");
    assert_int_equal(json_integer_value(json_object_get(root, "n_twins_done")), 1500);
    json_decref(root);
    testlib_clear_outcome(&outcome);
}

/* The last line of out is 64 hex digits; copies them. */
static void
copy_digest(const testlib_outcome_t *outcome, char digest[65])
{
    const size_t length = strlen(outcome->out);
    const char *line;

    assert_int_equal(outcome->exit_code, 0);
    assert_true(length >= 65 && outcome->out[length - 1] == '\n');
    line = outcome->out + length - 65;
    assert_true(line == outcome->out || line[-1] == '\n');
    assert_int_equal(strspn(line, "0123456789abcdef"), 64);
    memcpy(digest, line, 64);
    digest[64] = '\0';
}

static void
test_threads_do_not_change_the_digest_and_the_seed_does(void **state)
{
    static const char *const options[][2] = { { "--threads=1", "--seed=1" },
        { "--threads=3", "--seed=1" }, { "--threads=2", "--seed=2" } };
    char digest[3][65];

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    for (int i = 0; i < 3; i++) {
        testlib_outcome_t outcome = run_in(
            *state, "run", "tiny.yaml", "--overwrite", "--digest", options[i][0], options[i][1]);
        copy_digest(&outcome, digest[i]);
        testlib_clear_outcome(&outcome);
    }
    assert_string_equal(digest[0], digest[1]);
    assert_string_not_equal(digest[0], digest[2]);
}

static void
test_a_results_file_is_replaced_only_on_request(void **state)
{
    char *results;
    char *before, *after;
    size_t n_before, n_after;

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    results = testlib_join(*state, "results.h5");
    expect(run_in(*state, "run", "tiny.yaml", "-q"), 0, NULL, NULL);
    before = testlib_read_file(results, &n_before);
    expect(
        run_in(*state, "run", "tiny.yaml", "-q", "--seed", "2"), 1, NULL, "--overwrite replaces");
    after = testlib_read_file(results, &n_after);
    assert_int_equal(n_before, n_after);
    assert_same_bits(before, after, n_before);
    expect(run_in(*state, "run", "tiny.yaml", "-q"), 0, NULL, NULL);
    expect(run_in(*state, "run", "tiny.yaml", "-q", "--seed", "2", "--overwrite"), 0, NULL, NULL);
    expect(run_in(*state, "summary", "results.h5"), 0, "seed 2.", NULL);
    free(before);
    free(after);
    free(results);
}

static void
test_results_never_take_the_place_of_the_study(void **state)
{
    char *path = write_study(*state, "tiny.yaml", NULL, NULL);
    char *text;

    expect(run_in(*state, "run", "tiny.yaml", "-o", "./tiny.yaml", "--overwrite"), 2, NULL,
        "is a file of the study");
    text = testlib_read_file(path, NULL);
    assert_string_equal(text, study_text);
    free(text);
    free(path);
}

static void
test_a_run_of_chosen_strategies_has_the_baseline_too(void **state)
{
    testlib_outcome_t outcome;

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "run", "tiny.yaml", "-s", "remindd"), 2, NULL,
        "there is no strategy remindd; did you mean reminded?");
    expect(run_in(*state, "run", "tiny.yaml", "-s", "usual", "-n", "40"), 0,
        "40 twins, each under 1 strategy,", "results in");
    outcome = run_in(*state, "run", "tiny.yaml", "-s", "reminded", "-n", "40", "--overwrite");
    assert_contains(outcome.out, "  usual ");
    assert_contains(outcome.out, "  reminded ");
    testlib_clear_outcome(&outcome);
}

static void
test_progress_for_programs_is_json_lines_on_standard_error(void **state)
{
    testlib_outcome_t outcome;
    char *line;
    const char *event = "";
    json_t *object = NULL;

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    outcome = run_in(*state, "run", "tiny.yaml", "--progress", "json", "--format", "csv");
    assert_int_equal(outcome.exit_code, 0);
    assert_int_equal(strncmp(outcome.out, "strategy,measure,", 17), 0);
    for (char *rest = outcome.err; (line = strsep(&rest, "\n")) != NULL && line[0] != '\0';) {
        json_decref(object);
        object = json_loads(line, 0, NULL);
        assert_non_null(object);
        event = json_string_value(json_object_get(object, "event"));
        assert_int_equal(json_integer_value(json_object_get(object, "twins")), 1500);
    }
    assert_string_equal(event, "end");
    assert_int_equal(json_integer_value(json_object_get(object, "twins_done")), 1500);
    assert_false(json_is_true(json_object_get(object, "is_partial")));
    json_decref(object);
    testlib_clear_outcome(&outcome);
}

static void
test_a_bar_is_drawn_where_it_is_asked_for(void **state)
{
    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "run", "tiny.yaml", "--progress", "bar"), 0, "tiny", "of 1,500 twins");
    expect(run_in(*state, "run", "tiny.yaml", "--progress", "none", "--overwrite"), 0, "tiny",
        "results in");
}

static void
test_a_run_ends_when_a_difference_is_known_well_enough(void **state)
{
    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "run", "tiny.yaml", "-n", "9000", "--precision", "reminded.pdc=0.5"), 0,
        "95 % interval): reminded.pdc to 0.5.",
        "precision reached at look 1, after 4,096 of at most 9,000 twins");
    expect(run_in(*state, "run", "tiny.yaml", "--overwrite", "--precision", "reminded.pdc=1e-9"), 0,
        "reminded.pdc to 1e-09.", "precision not reached at look 1, after 1,500 of");
    expect(run_in(*state, "run", "tiny.yaml", "--overwrite", "--precision", "remindet.pdc=0.5"), 2,
        NULL, "no strategy remindet (did you mean reminded?)");
}

static void
test_a_folder_that_cannot_be_written_to_fails_the_run(void **state)
{
    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "run", "tiny.yaml", "-q", "-o", "absent/results.h5"), 1, NULL,
        "absent/results.h5");
}

static void
test_a_damaged_results_file_is_refused(void **state)
{
    char *path = testlib_join(*state, "results.h5");

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    expect(run_in(*state, "run", "tiny.yaml", "-q"), 0, NULL, NULL);
    testlib_write_text(path, "this is no results file\n");
    expect(run_in(*state, "summary", "results.h5"), 2, NULL, "results.h5");
    free(path);
}

static void
test_output_that_cannot_be_written_is_a_failure(void **state)
{
    char command[512];
    testlib_outcome_t outcome;

    (void) state;
    snprintf(command, sizeof command, "'%s' --help > /dev/full", testlib_program());
    outcome = testlib_run("sh", "-c", command);
    expect(outcome, 1, NULL, "cannot write to standard output");
}

/* ---- interrupts --------------------------------------------------------------------------------- */

/* Starts a run that takes minutes, in folder, its standard error in the file err. */
static pid_t
start_long_run(const char *folder)
{
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (chdir(folder) == 0 && freopen("out", "w", stdout) != NULL &&
            freopen("err", "w", stderr) != NULL)
            execl(testlib_program(), testlib_program(), "run", "tiny.yaml", "--patients",
                "90000000", "--progress", "json", "-o", "part.h5", "--threads", "2", (char *) NULL);
        _exit(127);
    }
    return child;
}

static void
wait_milliseconds(long n)
{
    const struct timespec pause = { n / 1000, n % 1000 * 1000000 };

    nanosleep(&pause, NULL);
}

/* Waits until a line says that twins were lived: the second line of progress. */
static void
wait_for_progress(const char *folder, pid_t child)
{
    char *path = testlib_join(folder, "err");

    for (int i = 0; i < 1200; i++) {
        const char *second = NULL;
        wait_milliseconds(50);
        assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
        if (testlib_exists(path)) {
            char *text = testlib_read_file(path, NULL);
            second = strchr(text, '\n');
            second = second != NULL ? strchr(second + 1, '\n') : NULL;
            free(text);
        }
        if (second != NULL) {
            free(path);
            return;
        }
    }
    free(path);
    fail_msg("no progress in a minute");
}

static void
test_an_interrupt_leaves_a_partial_file_that_says_so(void **state)
{
    char *out_path = testlib_join(*state, "out"), *err_path = testlib_join(*state, "err");
    char *text;
    pid_t child;
    int status = 0;

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    child = start_long_run(*state);
    wait_for_progress(*state, child);
    kill(child, SIGINT);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 75);
    text = testlib_read_file(out_path, NULL);
    assert_int_equal(strncmp(text, "PARTIAL RUN: stopped after ", 27), 0);
    free(text);
    text = testlib_read_file(err_path, NULL);
    assert_contains(text, "\"is_partial\":true");
    assert_contains(text, "stopped early, after ");
    free(text);
    expect(run_in(*state, "summary", "part.h5"), 0, "PARTIAL RUN: stopped after ", NULL);
    expect(run_in(*state, "summary", "part.h5", "-f", "json"), 0, "\"status\": \"partial\"", NULL);
    free(out_path);
    free(err_path);
}

/* Waits until the child catches SIGTERM: on a busy machine that may be later than any time one thinks of. */
static void
wait_for_handler(pid_t child)
{
    char path[64];

    (void) snprintf(path, sizeof path, "/proc/%d/status", (int) child);
    for (int i = 0; i < 1200; i++) {
        char *const text = testlib_read_file(path, NULL), *const caught = strstr(text, "SigCgt:");
        const unsigned long long mask = caught != NULL ? strtoull(caught + 7, NULL, 16) : 0;

        free(text);
        assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
        if ((mask >> (SIGTERM - 1) & 1) != 0)
            return;
        wait_milliseconds(50);
    }
    fail_msg("no handler in a minute");
}

/* One life has 8 million instants: a block of them would take a quarter of an hour. */
static void
test_an_interrupt_is_heard_within_a_life(void **state)
{
    static const char text[] =
        "twinpath: 1\nstudy: slow\nsource: assumption\n"
        "time: {starts: 2027-01-01, horizon: 800 days}\n"
        "patient:\n  count: 5000\n  attributes: {a: {chance: 0.5}}\n  tracks:\n"
        "    mill: {start: on_it, states: {on_it: {turn: {every: 9 seconds, if: a and not a}}}}\n"
        "strategies: {usual: {baseline: true}}\n"
        "report: {measures: [{measure: entries, of: mill.on_it}]}\n";
    char *const study = testlib_join(*state, "slow.yaml"),
                *const part = testlib_join(*state, "p.h5");
    int status = 0;

    testlib_write_text(study, text);
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (chdir(*state) == 0 && freopen("err", "w", stderr) != NULL)
            execl(testlib_program(), testlib_program(), "run", "slow.yaml", "-o", "p.h5",
                "--threads", "2", (char *) NULL);
        _exit(127);
    }
    wait_for_handler(child);
    wait_milliseconds(1000);
    kill(child, SIGTERM);
    for (int i = 0; i < 300 && waitpid(child, &status, WNOHANG) == 0; i++)
        wait_milliseconds(50);
    assert_true(WIFEXITED(status)); /* within 15 seconds */
    assert_int_equal(WEXITSTATUS(status), 75);
    assert_false(testlib_exists(part)); /* no block was whole */
    free(part);
    free(study);
}

static void
test_a_second_interrupt_ends_at_once_without_a_file(void **state)
{
    char *part = testlib_join(*state, "part.h5");
    pid_t child;
    int status = 0;

    free(write_study(*state, "tiny.yaml", NULL, NULL));
    child = start_long_run(*state);
    wait_for_progress(*state, child);
    /* Two signals of one kind at once would be one. */
    kill(child, SIGINT);
    wait_milliseconds(3);
    kill(child, SIGTERM);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGINT);
    assert_false(testlib_exists(part));
    free(part);
}

int
main(void)
{
#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_command_has_help_with_examples),
        cmocka_unit_test(test_the_program_says_its_version_and_its_commands),
        cmocka_unit_test(test_manual_and_completion_name_every_command),
        cmocka_unit_test(test_wrong_commands_and_options_name_the_nearest),
        cmocka_unit_test(test_numbers_of_options_are_read_strictly),
        IN_FOLDER(test_a_file_that_is_not_there_is_a_wrong_command_line),
        IN_FOLDER(test_check_says_what_a_good_study_is),
        IN_FOLDER(test_findings_tell_the_place_and_are_the_same_from_run_and_check),
        IN_FOLDER(test_an_override_is_applied_and_checked),
        IN_FOLDER(test_an_override_without_its_unit_is_told_at_the_override),
        IN_FOLDER(test_evidence_that_is_cited_but_not_there_is_a_warning),
        IN_FOLDER(test_check_explains_a_study_and_a_value),
        IN_FOLDER(test_check_explains_values_of_modules_with_their_places),
        IN_FOLDER(test_check_estimates_what_a_run_takes),
        IN_FOLDER(test_params_lists_numbers_with_source_and_place),
        IN_FOLDER(test_run_prints_the_comparison_alone_on_standard_output),
        IN_FOLDER(test_the_comparison_says_what_the_author_notes_and_what_was_changed),
        IN_FOLDER(test_summary_has_four_faces_segments_and_a_choice_of_strategies),
        IN_FOLDER(test_threads_do_not_change_the_digest_and_the_seed_does),
        IN_FOLDER(test_a_results_file_is_replaced_only_on_request),
        IN_FOLDER(test_results_never_take_the_place_of_the_study),
        IN_FOLDER(test_a_run_of_chosen_strategies_has_the_baseline_too),
        IN_FOLDER(test_progress_for_programs_is_json_lines_on_standard_error),
        IN_FOLDER(test_a_bar_is_drawn_where_it_is_asked_for),
        IN_FOLDER(test_a_run_ends_when_a_difference_is_known_well_enough),
        IN_FOLDER(test_a_folder_that_cannot_be_written_to_fails_the_run),
        IN_FOLDER(test_a_damaged_results_file_is_refused),
        cmocka_unit_test(test_output_that_cannot_be_written_is_a_failure),
        IN_FOLDER(test_an_interrupt_leaves_a_partial_file_that_says_so),
        IN_FOLDER(test_an_interrupt_is_heard_within_a_life),
        IN_FOLDER(test_a_second_interrupt_ends_at_once_without_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
