/*
 * The shape of a study against the table of keys: a study with everything in it passes, each fault
 * is found once, at its place; where every number comes from; evidence ids; the reference.
 */
#include "study/reference.h"
#include "study/schema.h"
#include "testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                         \
    "twinpath: 1\n"                                  \
    "study: small\n"                                 \
    "time: {starts: 2027-01-04, horizon: 3 years}\n" \
    "strategies: {usual: {baseline: true}}\n"
#define PATIENT \
    "patient: {count: 10, source: assumption, tracks: {t: {start: a, states: {a: {}}}}}\n"

/* Every kind of block, right. */
static const char whole[] =
    "twinpath: 1\n"
    "study: whole\n"
    "question: does it pass?\n"
    "source: assumption\n"
    "time: {starts: 2028-02-29, horizon: 3 years, follow_up: 1 year}\n"
    "money: {currency: USD, year: 2023, exchange: {EUR: 1.08, USD2017: 1.19}, source: EV-C21}\n"
    "parameters:\n"
    "  shape: 0.83\n"
    "  scale: {value: 4.3 years, source: EV-A70, range: [1 year, 9 years], note: fitted}\n"
    "patient:\n"
    "  from: patients.csv\n"
    "  id: nr\n"
    "  enters: {uniform: [0 days, 180 days]}\n"
    "  attributes:\n"
    "    age: {normal: [57 years, 13 years], within: [18 years, 90 years]}\n"
    "    fixed: 3\n"
    "    persona: {categories: {eager: 0.4, wary: 0.6}}\n"
    "    sex: {column: sex, is: {female: F, male: M}}\n"
    "    by_it: {by: persona, is: {eager: {beta: [4, 2]}, wary: 0.5}}\n"
    "    bill: {lognormal: {median: 60 USD, sdlog: 1.3}, stream: old_name}\n"
    "    cut: {gamma: {shape: 2, mean: 3}, within: [0, 9]}\n"
    "  correlated: {of: [age, fixed], normal_scores: [[1, -0.4], [-0.4, 1]]}\n"
    "  variables:\n"
    "    mood: {starts: {normal: [0, 1]}, returns_to: start, half_life: 60 days}\n"
    "    stock: {kind: stock}\n"
    "  formulas: {old: age > 65 years}\n"
    "  actions:\n"
    "    buy: [{dispense: 28 days, into: stock, carry_over: false}, {cost: {payer: 3 USD}}]\n"
    "  utility: {base: 0.65, add: {therapy.done: -0.02, old: -0.1}}\n"
    "  tracks:\n"
    "    therapy:\n"
    "      start: [{chance: 0.5, to: fresh}, {otherwise: done}]\n"
    "      since: age * 0\n"
    "      states:\n"
    "        fresh:\n"
    "          enter: [buy, {add: {mood: 0.1}}, {start: app}, {measure: {tries: 1}}]\n"
    "          cost: {payer: 3 USD / day, category: drug}\n"
    "          stop:\n"
    "            hazard: {weibull: {shape: shape, scale: scale}}\n"
    "            effects: [{if: old, hr: 1.1}, {per: age, unit: 10 years, time_ratio: 0.9}]\n"
    "            only_while: not stock.empty\n"
    "            priority: 1\n"
    "            to: done\n"
    "          check:\n"
    "            every: 30 days\n"
    "            if: mood > 0\n"
    "            choose:\n"
    "              - {chance: 0.2, to: done, effects: [{if: old, rr: 1.2, at: 0.2}]}\n"
    "              - {chance: {steps_of: bill, unit: USD, from: [0, 10], is: [0, 0.1]}, do: "
    "[buy]}\n"
    "              - {otherwise: stay}\n"
    "        done:\n"
    "          back: {upon: [stock.empty, app], to: fresh}\n"
    "    other: {start: {from: persona, is: {x: eager, y: wary}}, states: {x: {}, y: {}}}\n"
    "observations: {starts: {of: therapy.fresh, delay: 2 days}}\n"
    "consent: {phone: {chance: 0.8}, source: assumption}\n"
    "supports:\n"
    "  app:\n"
    "    offer: {upon: starts}\n"
    "    uptake: {chance: 0.5, effects: [{if: old, or: 0.5}]}\n"
    "    lasts: {weibull: {shape: 1, scale: 1 year}, source: assumption}\n"
    "    at_most: 1 in 60 days\n"
    "    consent: phone\n"
    "    effects: [{on_exit: therapy.fresh.stop, hr: 0.7, fades: {half_life: 60 days}}]\n"
    "    contacts: {every: 7 days, reached: 0.5, cost: {payer: 1 USD}, category: calls}\n"
    "    cost: {payer: {start: 12 USD, run: 18 USD / year}, category: app}\n"
    "together: {hazards: multiply, therapy.fresh.stop: strongest_only}\n"
    "strategies: {usual: {baseline: true}, more: {supports: [app], set: {scale: 5 years}}}\n"
    "targets: {one: {measure: occupancy, of: therapy.done, at: 1 year, is: 0.5, within: 0.1}}\n"
    "report:\n"
    "  measures: [pdc, {measure: time_in_state, of: therapy.done, as: off_days}, {measure: "
    "persistence, at: [1 year]}]\n"
    "  by: [persona]\n"
    "  discount: {rate: [{from: 0 years, rate: 0.03 / year}], rule: continuous}\n"
    "  worth_of_a_qaly: [100000 USD]\n"
    "record: {events: [therapy.fresh.stop], variables: all, grid: 1 week}\n";

typedef struct {
    twp_arena_t *arena;
    twp_findings_t findings;
    twp_node_t *root;
    twp_status_t status;
} reading_t;

static reading_t
read_text(const char *text)
{
    reading_t r = { .arena = twp_arena_create(0) };

    assert_int_equal(twp_findings_init(&r.findings, NULL), TWP_OK);
    if (twp_yaml_read(r.arena, "s.yaml", text, strlen(text), TWP_ORIGIN_STUDY, &r.findings, &r.root,
            NULL) != TWP_OK)
        fail_msg("no YAML: %s\n%s", r.findings.item[0].message, text);
    return r;
}

static reading_t
check_text(const char *text)
{
    reading_t r = read_text(text);

    r.status = twp_schema_check(r.root, &r.findings, NULL);
    twp_findings_sort(&r.findings);
    return r;
}

static void
clear(reading_t *r)
{
    twp_findings_clear(&r->findings);
    twp_arena_free(r->arena);
}

static void
print_findings(const reading_t *r, const char *text)
{
    print_error("%d findings in:\n%s\n", r->findings.n, text);
    for (int i = 0; i < r->findings.n; i++)
        print_error("%d:%d %s: %s\n", r->findings.item[i].line, r->findings.item[i].column,
            r->findings.item[i].path, r->findings.item[i].message);
}

/* One finding whose message has a part; line and column from 1, line 0: not looked at. */
static void
assert_one_finding(
    const char *text, int line, int column, const char *path, const char *part, const char *nearest)
{
    reading_t r = check_text(text);

    if (r.findings.n != 1)
        print_findings(&r, text);
    assert_int_equal(r.status, TWP_ERR_INPUT);
    assert_int_equal(r.findings.n, 1);
    assert_contains(r.findings.item[0].message, part);
    assert_string_equal(r.findings.item[0].path, path);
    if (line > 0) {
        assert_int_equal(r.findings.item[0].line, line);
        assert_int_equal(r.findings.item[0].column, column);
    }
    if (nearest != NULL) {
        assert_non_null(r.findings.item[0].nearest);
        assert_string_equal(r.findings.item[0].nearest, nearest);
    }
    clear(&r);
}

/* HEAD and PATIENT with one more line: the fault in it, at its column. */
static void
assert_fault(const char *more, int column, const char *path, const char *part, const char *nearest)
{
    char text[4000];

    snprintf(text, sizeof text, HEAD PATIENT "%s\n", more);
    assert_one_finding(text, 6, column, path, part, nearest);
}

/* The same with one exit of a state in place of a patient without. */
static void
assert_exit_fault(const char *exit, const char *path, const char *part)
{
    char text[4000], full[200];

    snprintf(text, sizeof text,
        HEAD "patient:\n  count: 10\n  tracks: {t: {start: a, states: {a: {x: %s}}}}\n", exit);
    snprintf(full, sizeof full, "patient.tracks.t.states.a.x%s", path);
    assert_one_finding(text, 0, 0, full, part, NULL);
}

static void
test_a_study_with_everything_in_it_passes(void **state)
{
    reading_t r = check_text(whole);

    (void) state;
    if (r.findings.n > 0)
        print_findings(&r, "whole");
    assert_int_equal(r.status, TWP_OK);
    assert_int_equal(r.findings.n, 0);
    clear(&r);
}

static void
test_unknown_and_missing_keys_are_found(void **state)
{
    (void) state;
    assert_fault("patients: 3", 1, "patients", "`patients` is no key of study", "patient");
    assert_fault(
        "record: {trajectory: true}", 10, "record.trajectory", "no key of record", "trajectories");
    assert_fault(
        "targets: {x: {measure: cost, is: 3}}", 14, "targets.x", "target needs `within`", NULL);
    assert_one_finding("twinpath: 1\nstudy: x\n" PATIENT "strategies: {u: {}}\n", 1, 1, "",
        "study needs `time`", NULL);
    /* a misspelled key is one fault, not two */
    assert_one_finding("twinpath: 1\nstudy: x\ntime: {start: 2027-01-04, horizon: 1 year}\n" PATIENT
                       "strategies: {u: {}}\n",
        3, 8, "time.start", "no key of time", "starts");
    assert_one_finding(HEAD "patient: {tracks: {t: {start: a, states: {a: {}}}}}\n", 5, 10,
        "patient", "patient needs `count`", NULL);
}

static void
test_wrong_shapes_are_found(void **state)
{
    (void) state;
    assert_fault("record: all", 9, "record", "text stands where a mapping belongs", NULL);
    assert_fault("record: [a]", 9, "record", "a list stands where a mapping belongs", NULL);
    assert_fault("record: {grid: {a: 1}}", 16, "record.grid", "a mapping stands where", NULL);
    assert_fault("record: {grid: }", 16, "record.grid", "nothing stands here", NULL);
    assert_fault("parameters: {p: [1]}", 17, "parameters.p", "a list stands where", NULL);
    assert_fault("report: {measures: pdc}", 20, "report.measures", "where a list belongs", NULL);
    assert_fault("report: {measures: [[pdc]]}", 21, "report.measures.0", "a list stands", NULL);
    assert_fault("observations: {o: 3}", 19, "observations.o", "text stands where a mapping", NULL);
}

static void
test_scalars_that_are_not_what_they_must_be_are_found(void **state)
{
    (void) state;
    assert_fault("record: {twins: yes}", 17, "record.twins", "`yes` is not true or false", "true");
    assert_fault("record: {twins: \"true\"}", 17, "record.twins", "in quotes is text", NULL);
    assert_fault("record: {events: some}", 18, "record.events", "`some` cannot be said here", NULL);
    assert_fault("targets: {x: {measure: cost, is: 3, within: 1, role: prdict}}", 54,
        "targets.x.role", "cannot be said here", "predict");
    assert_fault(
        "report: {measures: [pcd]}", 21, "report.measures.0", "not the name of a measure", "pdc");
    assert_fault("money: dollars", 8, "money", "is not a currency and the year", NULL);
    assert_fault("money: USD 23", 8, "money", "is not a currency and the year", NULL);
    assert_fault("together: {hazards: add}", 21, "together.hazards", "cannot be said here", NULL);
    assert_one_finding(
        "twinpath: 1.0\nstudy: x\ntime: {starts: 2027-01-04, horizon: 1 year}\n" PATIENT
        "strategies: {u: {}}\n",
        1, 11, "twinpath", "`1.0` cannot be said here", NULL);
    assert_one_finding(HEAD "patient: {count: 0, tracks: {t: {start: a, states: {a: {}}}}}\n", 5,
        18, "patient.count", "whole number above 0", NULL);
    assert_one_finding(HEAD "patient: {count: 1e6, tracks: {t: {start: a, states: {a: {}}}}}\n", 5,
        18, "patient.count", "whole number above 0", NULL);
}

static void
assert_date(const char *date, bool is_good)
{
    char text[1000];
    reading_t r;

    snprintf(text, sizeof text,
        "twinpath: 1\nstudy: x\ntime: {starts: %s, horizon: 1 year}\n" PATIENT
        "strategies: {u: {}}\n",
        date);
    r = check_text(text);
    if ((r.findings.n == 0) != is_good)
        print_error("%s\n", date);
    assert_int_equal(r.findings.n, is_good ? 0 : 1);
    clear(&r);
}

static void
test_dates_are_days_that_exist(void **state)
{
    static const char *const good[] = { "2027-01-31", "2024-02-29", "2000-02-29", "1999-12-01" };
    static const char *const bad[] = { "2027-02-29", "1900-02-29", "2027-13-01", "2027-00-01",
        "2027-04-31", "2027-4-3", "27-04-03", "2027/04/03", "2027-04-03T10", "today",
        "0001-01-01" };

    (void) state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_date(good[i], true);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_date(bad[i], false);
}

static void
test_keys_that_exclude_or_need_each_other_are_found(void **state)
{
    (void) state;
    assert_exit_fault("{after: 3 days, upon: t.a}", "", "`after` and `upon` exclude each other");
    assert_exit_fault("{to: a}", "", "exit needs one of hazard, after, upon, every");
    assert_exit_fault(
        "{after: 3 days, to: a, choose: [{otherwise: a}]}", "", "`to` and `choose` exclude");
    assert_exit_fault("{after: 3 days, only_while: t.a}", ".only_while", "only beside hazard");
    assert_exit_fault("{after: 3 days, if: t.a}", ".if", "only beside upon or every");
    assert_exit_fault(
        "{upon: t.a, priority: 2}", ".priority", "only beside hazard or after or every");
    assert_exit_fault("{hazard: {exponential: {mean: 1 day}}, effects: [{if: t.a, or: 2}]}",
        ".effects.0.or", "`or` is no key of effect on a hazard");
    assert_exit_fault("{after: 1 day, choose: [{chance: 0.1, effects: [{if: t.a, rr: 2}]}]}",
        ".choose.0.effects.0", "effect on a chance needs `at`");
    assert_exit_fault(
        "{after: 1 day, choose: [{otherwise: a, to: a}]}", ".choose.0.to", "only beside chance");
    assert_fault("consent: {phone: {chance: 1, normal: [0, 1]}}", 30, "consent.phone",
        "`chance` and `normal` exclude", NULL);
}

static void
test_laws_are_families_with_their_parameters(void **state)
{
    (void) state;
    assert_exit_fault(
        "{hazard: {weibul: {shape: 1, scale: 1 day}}}", ".hazard.weibul", "no key of law");
    assert_exit_fault("{hazard: {}}", ".hazard", "law needs one of exponential, weibull");
    assert_exit_fault("{hazard: {exponential: {mean: 1 day}, fixed: {at: 1 day}}}", ".hazard",
        "`exponential` and `fixed` exclude");
    assert_exit_fault(
        "{hazard: {weibull: {shape: 1}}}", ".hazard.weibull", "weibull needs `scale`");
    assert_exit_fault("{hazard: {weibull: {shape: 1, scal: 1 day, scale: 1 day}}}",
        ".hazard.weibull.scal", "no parameter of weibull");
    assert_exit_fault("{hazard: {exponential: {mean: 1 day, rate: 1 / day}}}",
        ".hazard.exponential.rate", "`mean` and `rate` both give");
    assert_exit_fault(
        "{hazard: {exponential: 3 days}}", ".hazard.exponential", "text stands where");
    assert_exit_fault("{hazard: {exponential: {mean: [1 day]}}}", ".hazard.exponential.mean",
        "a list stands where");
    assert_exit_fault(
        "{hazard: {piecewise: {from: [0 days]}}}", ".hazard.piecewise", "piecewise needs `rate`");
}

static void
test_names_are_checked(void **state)
{
    (void) state;
    assert_fault(
        "parameters: {Price: 1}", 14, "parameters.Price", "does not begin with a letter", NULL);
    assert_fault("parameters: {a-b: 1}", 14, "parameters.a-b", "has other characters", NULL);
    assert_fault("parameters: {month: 1}", 14, "parameters.month", "is a unit", NULL);
    assert_fault("parameters: {min: 1}", 14, "parameters.min", "is a word of the language", NULL);
    assert_fault("parameters: {off: 1}", 14, "parameters.off", "is a word of the language", NULL);
    assert_fault("parameters: {a0123456789012345678901234567890123456789012345678901234567890: 1}",
        14, "parameters.a0123456789012345678901234567890123456789012345678901234567890",
        "more than 60 characters", NULL);
    assert_fault("money: {currency: USD, year: 2023, exchange: {eur: 1}}", 47, "money.exchange.eur",
        "no name of a unit of money", NULL);
    assert_fault(
        "together: {a..b: strongest_only}", 12, "together.a..b", "`a..b` is no name", NULL);
}

static void
test_lengths_and_emptiness_are_checked(void **state)
{
    (void) state;
    assert_fault("parameters: {p: {value: 1, range: [1]}}", 35, "parameters.p.range",
        "the list has a wrong length", NULL);
    assert_one_finding(HEAD "patient: {count: 1, tracks: {}}\n", 5, 29, "patient.tracks",
        "nothing stands here", NULL);
    assert_one_finding(HEAD "patient: {count: 1, tracks: {t: {start: a, states: {}}}}\n", 5, 52,
        "patient.tracks.t.states", "nothing stands here", NULL);
    assert_exit_fault("{after: 1 day, choose: []}", ".choose", "nothing is listed");
    assert_one_finding(HEAD "patient: {count: 1, tracks: {t: {start: a, states: {a: {}}}}, "
                            "correlated: {of: [a, b], normal_scores: [[1, 0], [0]]}}\n",
        0, 0, "patient.correlated.normal_scores.1", "wrong length", NULL);
}

static void
test_measures_take_their_own_keys(void **state)
{
    (void) state;
    assert_fault("report: {measures: [{measure: qaly, at: 1 year}]}", 37, "report.measures.0",
        "the measure qaly takes no `at`", NULL);
    assert_fault("report: {measures: [{measure: sojourn}]}", 21, "report.measures.0",
        "the measure sojourn needs `of`", NULL);
    assert_fault("report: {measures: [persistence]}", 21, "report.measures.0",
        "the measure persistence needs `at`", NULL);
    assert_fault("targets: {x: {measure: initiation, is: 1, within: 1, window: 1 year}}", 54,
        "targets.x", "takes no `window`", NULL);
}

static void
test_all_faults_are_found_in_one_pass(void **state)
{
    reading_t r = check_text("twinpath: one\nstudi: x\ntime: 3 years\npatient: {count: many, "
                             "tracks: {t: {start: a, states: {a: {x: {}}}}}}\nstrategies: {}\n");

    (void) state;
    assert_int_equal(r.findings.n, 6);
    clear(&r);
    r = check_text("[1, 2]\n");
    assert_int_equal(r.findings.n, 1);
    assert_contains(r.findings.item[0].message, "a study is a mapping");
    clear(&r);
    r = check_text("x\n");
    assert_int_equal(r.findings.n, 1);
    clear(&r);
}

/* ---- numbers and sources -------------------------------------------------------------------- */

static const twp_study_number_t *
number_at(const twp_study_number_t *number, int n, const char *path)
{
    for (int i = 0; i < n; i++)
        if (strcmp(number[i].path, path) == 0)
            return &number[i];
    fail_msg("no number at %s", path);
    return NULL;
}

static void
test_every_number_has_its_nearest_source(void **state)
{
    reading_t r = read_text(whole);
    twp_study_number_t *number;
    const twp_study_number_t *one;
    int n;

    (void) state;
    assert_int_equal(twp_schema_numbers(r.arena, r.root, &r.findings, &number, &n, NULL), TWP_OK);
    assert_int_equal(r.findings.n, 0);
    for (int i = 0; i < n; i++) {
        assert_non_null(number[i].source);
        assert_true(i == 0 || strcmp(number[i - 1].path, number[i].path) < 0);
    }
    one = number_at(number, n, "parameters.scale.value");
    assert_string_equal(one->text, "4.3 years");
    assert_string_equal(one->source, "EV-A70");
    assert_string_equal(one->note, "fitted");
    assert_int_equal(one->place.line, 9);
    assert_int_equal(one->place.column, 18);
    assert_string_equal(number_at(number, n, "parameters.shape")->source, "assumption");
    assert_string_equal(number_at(number, n, "parameters.scale.range.1")->source, "EV-A70");
    assert_string_equal(number_at(number, n, "money.exchange.EUR")->source, "EV-C21");
    assert_string_equal(number_at(number, n, "time.horizon")->source, "setting");
    assert_string_equal(number_at(number, n, "report.discount.rate.0.rate")->source, "setting");
    assert_string_equal(number_at(number, n, "supports.app.at_most")->text, "1 in 60 days");
    number_at(number, n, "supports.app.lasts.weibull.scale");
    number_at(number, n, "patient.attributes.by_it.is.eager.beta.0");
    number_at(number, n, "patient.tracks.therapy.states.fresh.check.choose.1.chance.is.1");
    number_at(number, n, "patient.tracks.therapy.states.fresh.enter.1.add.mood");
    number_at(number, n, "patient.correlated.normal_scores.1.0");
    number_at(number, n, "patient.formulas.old");
    for (int i = 0; i < n; i++) /* names and texts are none */
        assert_true(strcmp(number[i].path, "patient.tracks.therapy.since") == 0 ||
            strpbrk(number[i].text, "0123456789") != NULL);
    clear(&r);
}

/* Of a study without any source: the paths that need one. */
static void
test_a_claim_without_source_is_a_finding_and_a_setting_is_not(void **state)
{
    reading_t r = read_text(
        HEAD "parameters: {a: 3, b: a, c: {value: 2 * a, source: assumption}, d: {value: 1}}\n"
             "patient: {count: 10, tracks: {t: {start: s, states: {s: {x: {after: 3 days}}}}}}\n"
             "report: {permissible_gap: 60 days, worth_of_a_qaly: [1 USD]}\n"
             "targets: {y: {measure: cost, is: 5 USD, within: 1 USD}}\n");
    static const char *const paths[] = { "parameters.a", "parameters.d.value",
        "patient.tracks.t.states.s.x.after", "targets.y.is" };
    twp_study_number_t *number;
    int n;

    (void) state;
    assert_int_equal(
        twp_schema_numbers(r.arena, r.root, &r.findings, &number, &n, NULL), TWP_ERR_INPUT);
    twp_findings_sort(&r.findings);
    assert_int_equal(r.findings.n, 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(r.findings.item[i].path, paths[i]);
        assert_contains(r.findings.item[i].message, "where this number comes from");
        assert_null(number_at(number, n, paths[i])->source);
    }
    assert_string_equal(number_at(number, n, "patient.count")->source, "setting");
    assert_string_equal(number_at(number, n, "targets.y.within")->source, "setting");
    clear(&r);
}

static void
test_numbers_of_a_misshapen_study_do_no_harm(void **state)
{
    reading_t r = read_text(
        "time: [1, {a: 2}]\npatient: {count: {x: 1}, attributes: [3], tracks: "
        "{t: 5, u: {states: {a: {x: {hazard: {weibull: 3}}}}}}}\nsource: [a]\n");
    twp_study_number_t *number;
    int n;

    (void) state;
    assert_int_equal(
        twp_schema_numbers(r.arena, r.root, &r.findings, &number, &n, NULL), TWP_ERR_INPUT);
    assert_true(n > 0);
    clear(&r);
    r = read_text("7\n");
    assert_int_equal(twp_schema_numbers(r.arena, r.root, &r.findings, &number, &n, NULL), TWP_OK);
    assert_int_equal(n, 0);
    clear(&r);
}

static void
test_evidence_ids_are_looked_up(void **state)
{
    char *const path = testlib_join(*state, "evidence.csv");
    reading_t r = read_text("parameters:\n  a: {value: 1, source: EV-A70}\n"
                            "  b: {value: 1, source: from EV-A70 to EV-A71b}\n"
                            "  c: {value: 1, source: assumption}\n");
    twp_csv_t csv = { 0 };

    testlib_write_text(path, "id,what\nEV-A70,x\nEV-B01,y\n");
    assert_int_equal(twp_csv_read(&csv, path, "evidence.csv", &r.findings, NULL), TWP_OK);
    assert_int_equal(twp_schema_evidence(r.root, &csv, &r.findings, NULL), TWP_ERR_INPUT);
    assert_int_equal(r.findings.n, 1);
    assert_string_equal(r.findings.item[0].found, "EV-A71b");
    assert_string_equal(r.findings.item[0].nearest, "EV-A70");
    assert_int_equal(r.findings.item[0].line, 3);
    assert_int_equal(r.findings.item[0].column, 40);
    twp_csv_clear(&csv);
    clear(&r);

    r = read_text("source: EV-A70\n");
    testlib_write_text(path, "name,what\nEV-A70,x\n");
    assert_int_equal(twp_csv_read(&csv, path, "evidence.csv", &r.findings, NULL), TWP_OK);
    assert_int_equal(twp_schema_evidence(r.root, &csv, &r.findings, NULL), TWP_ERR_INPUT);
    assert_contains(r.findings.item[0].message, "no column `id`");
    twp_csv_clear(&csv);
    clear(&r);
    free(path);
}

/* ---- the table itself ----------------------------------------------------------------------- */

static void
test_the_table_is_consistent(void **state)
{
    (void) state;
    for (int b = 1; b < TWP_N_BLOCKS; b++) {
        assert_int_equal(twp_blocks[b].block, b);
        assert_non_null(twp_blocks[b].name);
    }
    for (size_t i = 0; i < twp_n_keys; i++) {
        const twp_key_t *const key = &twp_keys[i];
        const bool has_list = (key->forms & (TWP_FORM_LIST | TWP_FORM_MAP_OF_LISTS)) != 0;
        assert_true(key->forms != 0 && key->help != NULL && key->help[0] != '\0');
        assert_true((key->forms & TWP_FORM_VALUE) == 0 || key->value != TWP_VALUE_NONE);
        assert_true((key->forms & TWP_FORM_BLOCK) == 0 || key->child != TWP_BLOCK_NONE);
        assert_true(!has_list || key->item != TWP_BLOCK_NONE || key->value != TWP_VALUE_NONE);
        assert_true(key->value != TWP_VALUE_CHOICE || key->choices != NULL);
        for (size_t j = 0; j < i; j++) /* a name comes again only with another `with` */
            assert_false(twp_keys[j].block == key->block &&
                strcmp(twp_keys[j].name, key->name) == 0 &&
                (key->with == NULL || twp_keys[j].with == NULL));
    }
}

static void
test_free_keys_are_told_from_a_blocks_own(void **state)
{
    (void) state;
    assert_true(twp_keys_is_free(TWP_BLOCK_STATE, "refill"));
    assert_false(twp_keys_is_free(TWP_BLOCK_STATE, "enter"));
    assert_false(twp_keys_is_free(TWP_BLOCK_STATE, "source"));
    assert_true(twp_keys_is_free(TWP_BLOCK_SUPPORT_COST, "payer"));
    assert_false(twp_keys_is_free(TWP_BLOCK_SUPPORT_COST, "category"));
    assert_false(twp_keys_is_free(TWP_BLOCK_EXIT, "refill"));
    assert_null(twp_keys_find(TWP_BLOCK_EXIT, "refill", NULL, NULL));
    assert_string_equal(twp_keys_find(TWP_BLOCK_TARGET, "at", NULL, NULL)->name, "at");
}

static void
test_the_reference_names_every_row(void **state)
{
    char *text, *keys, *rest = NULL, want[200];
    int n_lines = 0;

    (void) state;
    assert_int_equal(twp_reference_markdown(&text, NULL), TWP_OK);
    assert_int_equal(twp_reference_keys(&keys, NULL), TWP_OK);
    for (size_t i = 0; i < twp_n_keys; i++)
        if (twp_keys[i].name[0] != '*') {
            snprintf(want, sizeof want, "| `%s` | ", twp_keys[i].name);
            assert_contains(text, want);
        }
    for (size_t i = 0; i < TWP_N_FAMILIES; i++) {
        snprintf(want, sizeof want, "| `%s` | ", twp_families[i].name);
        assert_contains(text, want);
    }
    for (size_t i = 0; i < TWP_N_MEASURES; i++) {
        snprintf(want, sizeof want, "| `%s` | ", twp_measures[i].name);
        assert_contains(text, want);
    }
    assert_contains(text, "#### effect on a hazard");
    assert_contains(text, "(#effect-on-a-hazard)");
    for (char *line = strtok_r(keys, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        n_lines++;
    assert_int_equal(n_lines, twp_n_keys);
    free(text);
    free(keys);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_study_with_everything_in_it_passes),
        cmocka_unit_test(test_unknown_and_missing_keys_are_found),
        cmocka_unit_test(test_wrong_shapes_are_found),
        cmocka_unit_test(test_scalars_that_are_not_what_they_must_be_are_found),
        cmocka_unit_test(test_dates_are_days_that_exist),
        cmocka_unit_test(test_keys_that_exclude_or_need_each_other_are_found),
        cmocka_unit_test(test_laws_are_families_with_their_parameters),
        cmocka_unit_test(test_names_are_checked),
        cmocka_unit_test(test_lengths_and_emptiness_are_checked),
        cmocka_unit_test(test_measures_take_their_own_keys),
        cmocka_unit_test(test_all_faults_are_found_in_one_pass),
        cmocka_unit_test(test_every_number_has_its_nearest_source),
        cmocka_unit_test(test_a_claim_without_source_is_a_finding_and_a_setting_is_not),
        cmocka_unit_test(test_numbers_of_a_misshapen_study_do_no_harm),
        cmocka_unit_test_setup_teardown(
            test_evidence_ids_are_looked_up, testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test(test_the_table_is_consistent),
        cmocka_unit_test(test_free_keys_are_told_from_a_blocks_own),
        cmocka_unit_test(test_the_reference_names_every_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
