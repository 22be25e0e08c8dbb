/* A study that uses every block is read into the structs that it means; nothing wrong breaks it. */
#include "testlib.h"

#include "document/document.h"
#include "study/explain.h"
#include "study/study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two halves, because a C compiler need not take a longer string. */
static const char whole_first[] =
    "twinpath: 1\n"
    "study: every_block\n"
    "question: Does every block reach the typed study?\n"
    "source: assumption\n"
    "time: {starts: 2027-01-04, horizon: 3 years, follow_up: 2 years}\n"
    "money: {currency: USD, year: 2023, exchange: {EUR: 1.25}}\n"
    "parameters:\n"
    "  stop_shape: {value: 0.83}\n"
    "  stop_scale: {value: 4 years, range: [1 year, 9 years], note: a note}\n"
    "  delay: stop_scale / 100\n"
    "  price: 36525 USD / year\n"
    "patient:\n"
    "  count: 100\n"
    "  enters: {uniform: [0 days, 180 days]}\n"
    "  attributes:\n"
    "    age: {normal: [57, 13], within: [18, 90]}\n"
    "    female: {chance: 0.75}\n"
    "    persona: {categories: {eager: 0.4, calm: 0.6}}\n"
    "    ease: {by: persona, is: {eager: {beta: [4, 2]}, calm: {beta: [2, 4]}}}\n"
    "    listed: {lognormal: {median: 60 USD, sigma_log: 1.3}, within: [0 USD, 3000 USD]}\n"
    "    tenure: {gamma: {shape: 2, mean: 100 days}}\n"
    "    luck: {exponential: {mean: 4 weeks}}\n"
    "    weight: {weibull: {shape: 2, scale: 80}}\n"
    "    reach: {triangular: [0, 0.5, 1], stream: patient.old_reach}\n"
    "  correlated: {of: [weight, age], normal_scores: [[1, -0.6], [-0.6, 1]]}\n"
    "  variables:\n"
    "    motivation: {starts: {normal: [0, 1]}, returns_to: start, half_life: 60 days}\n"
    "    trust: {starts: 0.3, returns_to: 0.2 + 0.1 * reach, half_life: 1 year, within: [0, 1]}\n"
    "    stock: {kind: stock}\n"
    "  formulas:\n"
    "    share: if(card, min(listed, 10 EUR), listed)\n"
    "    doubled: 2 * share\n"
    "    low_mood: motivation < -1 and not trouble.severe\n"
    "    yes_always: true\n"
    "  actions:\n"
    "    buy:\n"
    "      - {dispense: 28 days, into: stock, carry_over: false}\n"
    "      - {cost: {patient: share, payer: price * 28 days - doubled}, category: drug}\n"
    "      - {measure: {fills: 1}}\n"
    "  tracks:\n"
    "    therapy:\n"
    "      start: waiting\n"
    "      states:\n"
    "        waiting: {begin: {after: 3 days, to: taking, priority: -2}}\n"
    "        taking:\n"
    "          enter: [buy]\n"
    "          leave: [{add: {motivation: -0.5}}]\n"
    "          cost: {payer: 3 USD / day, category: care}\n"
    "          stop:\n"
    "            hazard: {weibull: {shape: stop_shape, scale: stop_scale}}\n"
    "            counts_from: study\n"
    "            only_while: not trouble.severe\n"
    "            effects: [{per: tenure, unit: 10 days, hr: 0.9}, {if: female, time_ratio: 1.1}]\n"
    "            choose:\n"
    "              - {chance: 0.3, to: waiting, effects: [{if: female, rr: 1.2, at: 0.3}]}\n"
    "              - chance: {steps_of: share, unit: USD, from: [0, 10], is: [0.1, 0.2]}\n"
    "                effects: [{if: persona.eager, difference: -0.1, at: 0.3}]\n"
    "                do: [{set: {trust: 0.1}}]\n"
    "              - {otherwise: stopped}\n"
    "        stopped:\n"
    "          restart: {hazard: {exponential: {mean: 700 days}}, to: taking}\n"
    "          check: {every: 30 days, if: time_in(therapy) > 60 days, do: [{start: nurse}]}\n";
static const char whole_second[] =
    "    supply:\n"
    "      start: [{chance: 0.1 * reach, to: covered}, {otherwise: none}]\n"
    "      since: 3 days * reach\n"
    "      states:\n"
    "        none: {fill: {upon: therapy.taking, to: covered, do: [buy]}}\n"
    "        covered: {run_out: {upon: [stock.empty, therapy.stopped], to: due}}\n"
    "        due:\n"
    "          refill: {hazard: {exponential: {mean: delay}}, to: covered, do: [buy],\n"
    "            stream: patient.supply.due.old}\n"
    "          again: {upon: buy, to: due}\n"
    "    trouble:\n"
    "      start: {from: persona, is: {none: eager, mild: calm}}\n"
    "      states:\n"
    "        none:\n"
    "          onset: {hazard: {piecewise: {from: [0 days, 1 year], rate: [0.1 / day, 0.2 / "
    "day]}},\n"
    "            to: mild}\n"
    "        mild: {settle: {hazard: {lognormal: {median: 30 days, sigma_log: 1}}, to: severe}}\n"
    "        severe: {settle: {hazard: {gompertz: {shape: 0 / day, rate: 2 / day}}, to: none}}\n"
    "  utility: {base: 0.654, add: {trouble.mild: -0.02, low_mood: -0.01}}\n"
    "observations:\n"
    "  fills: {of: buy, delay: 2 days}\n"
    "  sex: {of: female}\n"
    "consent: {phone: {chance: 0.8}}\n"
    "supports:\n"
    "  app:\n"
    "    offer: {upon: fills}\n"
    "    eligible: sex\n"
    "    uptake: {chance: 0.5, effects: [{per: ease - 0.67, or: 8}]}\n"
    "    lasts: {hazard: {exponential: {mean: 20 days}}}\n"
    "    effects:\n"
    "      - {on_exit: supply.due.refill, hr: 1.3, fades: {half_life: 90 days, held_for: 15 "
    "days}}\n"
    "      - {on_chance: therapy.taking.stop.waiting, or: 0.9, per: 1 + trust}\n"
    "    cost: {maker: {start: 12 USD, run: 18 USD / day, offer: 1 USD, contact: 2 USD}}\n"
    "    contacts: {every: 30 days, reached: 0.7, do: [{add: {trust: 0.1}}], cost: {maker: 1 "
    "EUR}}\n"
    "  card: {offer: {upon: fills}, lasts: {weibull: {shape: 1.2, scale: 1 year}}}\n"
    "  nurse:\n"
    "    offer: {every: 7 days, if: fills > 2}\n"
    "    consent: phone\n"
    "    channel: telephone\n"
    "    at_most: 2 in 60 days\n"
    "    uptake: 0.34\n"
    "    waits: 5 days\n"
    "    lasts: 90 days\n"
    "    enter: [{add: {motivation: 0.6}}]\n"
    "together: {hazards: multiply, chances: add_on_logit, supply.due.refill: strongest_only}\n"
    "strategies:\n"
    "  usual_care: {baseline: true}\n"
    "  app_only: {supports: [app]}\n"
    "  all_three: {supports: [nurse, app, card], from: 90 days, ramp: 60 days, set: {delay: 1 "
    "day}}\n"
    "targets:\n"
    "  one_year: {measure: persistence, at: 365 days, is: 0.7, within: 0.03, role: fit}\n"
    "  half_year: {measure: persistence, at: 180 days, is: 0.8, within: 0.1, strategy: app_only}\n"
    "  lived: {measure: qaly, is: 1 year, within: 0.5}\n"
    "report:\n"
    "  measures: [cost, {measure: persistence, at: 1 year}, {measure: total, of: fills},\n"
    "    {measure: kaplan_meier, of: therapy.stopped, since: therapy.taking, at: 300 days},\n"
    "    {measure: cost, of: payer, category: drug, as: drug_cost, discounted: false}]\n"
    "  permissible_gap: 45 days\n"
    "  by: [persona, female]\n"
    "  discount: {rate: [{from: 0 years, rate: 0.035 / year}, {from: 1 year, rate: 0.03 / year}],\n"
    "    from: start_of_time}\n"
    "  worth_of_a_qaly: [100000 USD]\n"
    "record: {events: [supply.due.refill], variables: [trust], trajectories: true, grid: 7 days,\n"
    "  twins: false}\n";

/* ---- reading -------------------------------------------------------------------------------- */

typedef struct {
    twp_findings_t findings;
    twp_document_t document;
    twp_study_typed_t *study;
    twp_status_t status;
} reading_t;

static void
open_text(reading_t *reading, const char *text, char *const *set, int n_set)
{
    memset(reading, 0, sizeof *reading);
    assert_int_equal(twp_findings_init(&reading->findings, NULL), TWP_OK);
    reading->status = twp_document_read_text(
        &reading->document, "test.yaml", ".", text, set, n_set, &reading->findings, NULL);
    if (reading->document.root != NULL)
        reading->status = twp_study_typed_read(&reading->document, reading->document.root, NULL,
            &reading->findings, &reading->study, NULL);
}

static void
close_reading(reading_t *reading)
{
    twp_study_typed_free(reading->study);
    twp_document_clear(&reading->document);
    twp_findings_clear(&reading->findings);
}

static char *
whole_text(void)
{
    char *text = malloc(sizeof whole_first + sizeof whole_second);

    assert_non_null(text);
    strcpy(text, whole_first);
    strcat(text, whole_second);
    return text;
}

static int
open_whole(void **state)
{
    reading_t *reading = calloc(1, sizeof *reading);
    char *text = whole_text();

    assert_non_null(reading);
    open_text(reading, text, NULL, 0);
    free(text);
    for (int i = 0; i < reading->findings.n; i++)
        print_error("%d:%d %s\n", reading->findings.item[i].line, reading->findings.item[i].column,
            reading->findings.item[i].message);
    *state = reading;
    return reading->status == TWP_OK ? 0 : -1;
}

static int
close_whole(void **state)
{
    close_reading(*state);
    free(*state);
    return 0;
}

static const twp_study_typed_t *
study_of(void **state)
{
    return ((const reading_t *) *state)->study;
}

static const twp_study_exit_t *
exit_named(const twp_study_typed_t *study, const char *qualified)
{
    for (int i = 0; i < study->n_exits; i++)
        if (strcmp(study->exit[i].qualified, qualified) == 0)
            return &study->exit[i];
    fail_msg("no exit %s", qualified);
    return NULL;
}

static const twp_study_attribute_t *
attribute_named(const twp_study_typed_t *study, const char *name)
{
    for (int i = 0; i < study->n_attributes; i++)
        if (strcmp(study->attribute[i].name, name) == 0)
            return &study->attribute[i];
    fail_msg("no attribute %s", name);
    return NULL;
}

static const twp_study_measure_t *
measure_named(const twp_study_typed_t *study, const char *name)
{
    for (int i = 0; i < study->n_measures; i++)
        if (strcmp(study->measure[i].name, name) == 0)
            return &study->measure[i];
    fail_msg("no measure %s", name);
    return NULL;
}

static double
value_of(const twp_study_typed_t *study, const twp_expression_t *expression)
{
    double *parameter = calloc((size_t) study->n_parameters + 1, sizeof *parameter), value;

    assert_non_null(parameter);
    for (int i = 0; i < study->n_parameters; i++)
        parameter[i] = study->parameter[i].value;
    value = twp_expression_constant(expression, parameter);
    free(parameter);
    return value;
}

/* ---- what a whole study means --------------------------------------------------------------- */

static void
test_parameters_are_evaluated_in_days_and_money(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_int_equal(study->n_parameters, 4);
    assert_string_equal(study->parameter[0].name, "delay");
    assert_near(study->parameter[0].value, 14.61, 1e-12);
    assert_string_equal(study->parameter[0].unit, "days");
    assert_near(study->parameter[1].value, 100, 1e-12);
    assert_string_equal(study->parameter[1].unit, "USD / year");
    assert_int_equal(study->parameter[1].dim.money, 1);
    assert_int_equal(study->parameter[1].dim.time, -1);
    assert_string_equal(study->parameter[2].unit, "years");
    assert_near(study->parameter[2].low, 365.25, 0);
    assert_near(study->parameter[2].high, 9 * 365.25, 1e-9);
    assert_string_equal(study->parameter[2].note, "a note");
    assert_true(isinf(study->parameter[3].high));
    assert_near(study->horizon_days, 3 * 365.25, 1e-9);
    assert_near(study->follow_up_days, 2 * 365.25, 1e-9);
    assert_int_equal(
        study->starts_year * 10000 + study->starts_month * 100 + study->starts_day, 20270104);
    assert_string_equal(study->currency, "USD");
    assert_int_equal(study->price_year, 2023);
}

static void
test_distributions_are_in_one_spelling(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_distribution_t *listed = attribute_named(study, "listed")->distribution;
    const twp_distribution_t *ease = attribute_named(study, "ease")->distribution;

    assert_int_equal(listed->kind, TWP_DIST_LOGNORMAL);
    assert_near(value_of(study, listed->arg[0]), log(60), 1e-14);
    assert_near(value_of(study, listed->high), 3000, 0);
    assert_int_equal(attribute_named(study, "listed")->dim.money, 1);
    assert_near(value_of(study, attribute_named(study, "tenure")->distribution->arg[1]), 50, 1e-12);
    assert_near(
        value_of(study, attribute_named(study, "luck")->distribution->arg[0]), 1.0 / 28, 1e-16);
    assert_int_equal(attribute_named(study, "luck")->dim.time, 1);
    assert_true(attribute_named(study, "female")->is_truth);
    assert_true(attribute_named(study, "consent.phone")->is_truth);
    assert_int_equal(attribute_named(study, "persona")->n_categories, 2);
    assert_string_equal(attribute_named(study, "persona")->category[0], "calm");
    assert_near(
        value_of(study, attribute_named(study, "persona")->distribution->weight[0]), 0.6, 0);
    assert_int_equal(ease->kind, TWP_DIST_BY);
    assert_near(value_of(study, ease->by_is[0]->arg[0]), 2, 0);
    assert_near(value_of(study, ease->by_is[1]->arg[0]), 4, 0);
    assert_string_equal(attribute_named(study, "reach")->stream, "patient.old_reach");
    assert_string_equal(attribute_named(study, "age")->stream, "patient.age");
    assert_int_equal(study->enters->kind, TWP_DIST_UNIFORM);
}

static void
test_attributes_are_drawn_after_those_they_depend_on(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    int at_ease = -1, at_persona = -1;

    for (int k = 0; k < study->n_attributes; k++) {
        const char *name = study->attribute[study->draw_order[k]].name;
        at_ease = strcmp(name, "ease") == 0 ? k : at_ease;
        at_persona = strcmp(name, "persona") == 0 ? k : at_persona;
        if (k > 0)
            assert_true(strcmp(study->attribute[k - 1].name, study->attribute[k].name) < 0);
    }
    assert_true(at_persona >= 0 && at_persona < at_ease);
    assert_int_equal(study->n_copula, 2);
    assert_string_equal(study->attribute[study->copula_attribute[0]].name, "weight");
    assert_int_equal(attribute_named(study, "age")->i_copula, 1);
    assert_int_equal(attribute_named(study, "female")->i_copula, -1);
    assert_near(study->copula[0], 1, 0);
    assert_near(study->copula[1], 0, 0);
    assert_near(study->copula[2], -0.6, 1e-15);
    assert_near(study->copula[3], 0.8, 1e-15);
}

static void
test_variables_and_formulas_have_their_shape(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_string_equal(study->variable[0].name, "motivation");
    assert_true(study->variable[0].returns_to_start);
    assert_null(study->variable[0].held_for_days);
    assert_near(value_of(study, study->variable[0].half_life_days), 60, 0);
    assert_true(study->variable[1].is_stock);
    assert_int_equal(study->variable[1].dim.time, 1);
    assert_false(study->variable[2].returns_to_start);
    assert_int_equal(study->variable[2].returns_to->scope, TWP_SCOPE_TWIN);
    assert_near(value_of(study, study->variable[2].high), 1, 0);
    assert_int_equal(study->n_formulas, 4);
    assert_string_equal(study->formula[3].name, "yes_always");
    assert_true(study->formula[3].expression->is_truth);
    assert_string_equal(study->formula[0].name, "doubled");
    assert_true(study->formula[1].expression->is_truth);
    /* doubled looks at share */
    assert_int_equal(study->formula_order[0], 2);
    assert_int_equal(study->formula_order[1], 0);
    assert_string_equal(study->formula[0].unit, "USD");
}

static void
test_hazards_effects_and_chances_are_converted(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_study_exit_t *stop = exit_named(study, "patient.therapy.taking.stop");
    const twp_study_exit_t *onset = exit_named(study, "patient.trouble.none.onset");
    const twp_study_exit_t *settle = exit_named(study, "patient.trouble.mild.settle");
    const twp_study_exit_t *refill = exit_named(study, "patient.supply.due.refill");

    assert_int_equal(stop->kind, TWP_EXIT_HAZARD);
    assert_int_equal(stop->law.family, TWP_FAMILY_WEIBULL);
    assert_int_equal(stop->counts_from, TWP_FROM_STUDY);
    assert_non_null(stop->only_while);
    assert_int_equal(stop->n_effects, 2);
    assert_string_equal(stop->effect[0].name, "(tenure) / (10 days)");
    assert_int_equal(stop->effect[0].kind, TWP_RATIO_HR);
    assert_int_equal(stop->effect[0].covariate->kind, TWP_WORD_DIVIDE);
    assert_int_equal(stop->effect[1].kind, TWP_RATIO_TIME_RATIO);
    assert_int_equal(stop->n_branches, 3);
    /* rr 1.2 at 0.3: 0.36 0.7 / (0.3 0.64); difference -0.1 at 0.3: 0.2 0.7 / (0.3 0.8) */
    assert_near(value_of(study, stop->branch[0].effect[0].ratio), 1.3125, 1e-14);
    assert_near(value_of(study, stop->branch[1].effect[0].ratio), 0.14 / 0.24, 1e-14);
    assert_int_equal(stop->branch[0].n_effects, 2); /* and that of the app */
    assert_int_equal(stop->branch[0].effect[1].i_support, 0);
    assert_int_equal(stop->branch[1].chance->kind, TWP_WORD_STEPS);
    assert_near(value_of(study, stop->branch[1].chance->step_from[1]), 10, 0);
    assert_int_equal(stop->branch[1].i_target, -1);
    assert_int_equal(stop->branch[1].actions.n, 1);
    assert_null(stop->branch[2].chance);
    assert_int_equal(onset->law.n_pieces, 2);
    assert_near(value_of(study, onset->law.from_days[1]), 365.25, 0);
    assert_near(value_of(study, settle->law.parameter[0]), log(30), 1e-14);
    assert_near(value_of(study, refill->law.parameter[0]), 1 / 14.61, 1e-14);
    assert_true(refill->is_strongest_only);
    assert_string_equal(refill->stream, "patient.supply.due.old");
    assert_int_equal(refill->n_effects, 1);
    assert_near(value_of(study, refill->effect[0].fade_half_life_days), 90, 0);
    assert_near(value_of(study, refill->effect[0].fade_held_for_days), 15, 0);
}

static void
test_exits_and_states_are_sorted_and_say_where_they_lead(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_study_exit_t *begin = exit_named(study, "patient.therapy.waiting.begin");
    const twp_study_exit_t *check = exit_named(study, "patient.therapy.stopped.check");
    const twp_study_exit_t *run_out = exit_named(study, "patient.supply.covered.run_out");
    const twp_study_exit_t *again = exit_named(study, "patient.supply.due.again");

    for (int e = 1; e < study->n_exits; e++)
        assert_true(strcmp(study->exit[e - 1].qualified, study->exit[e].qualified) < 0);
    assert_int_equal(begin->kind, TWP_EXIT_AFTER);
    assert_near(value_of(study, begin->days), 3, 0);
    assert_int_equal(begin->priority, -2);
    assert_int_equal(begin->n_branches, 1);
    assert_null(begin->branch[0].chance);
    assert_string_equal(
        study->track[begin->i_track].state[begin->branch[0].i_target].name, "taking");
    assert_int_equal(check->kind, TWP_EXIT_EVERY);
    assert_int_equal(check->branch[0].i_target, -1);
    assert_int_equal(check->guard->scope, TWP_SCOPE_INSTANT);
    assert_int_equal(check->actions.action[0].kind, TWP_ACTION_START);
    assert_int_equal(run_out->n_upon, 2);
    assert_int_equal(run_out->upon[0].kind, TWP_HAPPENING_STOCK_EMPTY);
    assert_int_equal(run_out->upon[1].kind, TWP_HAPPENING_STATE);
    assert_int_equal(again->upon[0].kind, TWP_HAPPENING_ACTION);
    assert_int_equal(again->branch[0].i_target, again->i_state);
}

static void
test_tracks_know_where_they_start(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_study_track_t *supply = &study->track[3], *trouble = &study->track[5];

    assert_int_equal(study->n_tracks, 6);
    assert_string_equal(supply->name, "supply");
    assert_int_equal(supply->i_support, -1);
    assert_int_equal(supply->n_starts, 2);
    assert_int_equal(supply->start[0].i_state, 0);
    assert_non_null(supply->start[0].chance);
    assert_int_equal(supply->start[1].i_state, 2);
    assert_null(supply->start[1].chance);
    assert_int_equal(supply->since_days->scope, TWP_SCOPE_TWIN);
    assert_string_equal(trouble->name, "trouble");
    assert_string_equal(study->attribute[trouble->i_start_attribute].name, "persona");
    assert_near(trouble->start_code[0], 0, 0); /* mild: calm */
    assert_near(trouble->start_code[1], 1, 0); /* none: eager */
    assert_true(isnan(trouble->start_code[2]));
}

static void
test_a_support_becomes_a_track(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    const twp_study_support_t *nurse = &study->support[2];
    const twp_study_exit_t *idle = exit_named(study, "patient.nurse.idle.offer");
    const twp_study_exit_t *over = exit_named(study, "patient.nurse.over.offer");
    const twp_study_exit_t *contact = exit_named(study, "patient.app.active.contact");
    const twp_study_track_t *track = &study->track[nurse->i_track];

    assert_string_equal(nurse->channel, "telephone");
    assert_int_equal(nurse->n_at_most, 2);
    assert_near(nurse->at_most_days, 60, 0);
    assert_string_equal(nurse->rollout_stream, "patient.nurse.rollout");
    assert_int_equal(track->i_support, 2);
    assert_string_equal(track->state[TWP_SUPPORT_ACTIVE].name, "active");
    assert_string_equal(track->state[TWP_SUPPORT_IDLE].name, "idle");
    assert_string_equal(track->state[TWP_SUPPORT_OVER].name, "over");
    assert_string_equal(track->state[TWP_SUPPORT_WAITING].name, "waiting");
    assert_int_equal(track->start[0].i_state, TWP_SUPPORT_IDLE);
    assert_int_equal(track->state[TWP_SUPPORT_ACTIVE].enter.n, 1);
    assert_int_equal(idle->kind, TWP_EXIT_EVERY);
    assert_int_equal(idle->i_offer_support, 2);
    assert_int_equal(idle->i_counter_of, -1);
    assert_ptr_equal(&study->exit[over->i_counter_of], idle);
    assert_string_equal(idle->stream, "patient.nurse.offer");
    assert_string_equal(over->stream, idle->stream);
    assert_int_equal(over->i_state, TWP_SUPPORT_OVER);
    assert_int_equal(idle->n_branches, 2);
    assert_int_equal(idle->branch[0].i_target, TWP_SUPPORT_WAITING);
    assert_int_equal(idle->branch[1].i_target, -1);
    assert_int_equal(idle->actions.action[0].kind, TWP_ACTION_CONTACT);
    assert_int_equal(
        exit_named(study, "patient.nurse.waiting.begin")->branch[0].i_target, TWP_SUPPORT_ACTIVE);
    assert_int_equal(exit_named(study, "patient.nurse.active.end")->kind, TWP_EXIT_AFTER);
    assert_int_equal(exit_named(study, "patient.app.active.end")->kind, TWP_EXIT_HAZARD);
    assert_int_equal(exit_named(study, "patient.card.idle.offer")->n_branches, 1);
    assert_int_equal(
        exit_named(study, "patient.card.idle.offer")->branch[0].i_target, TWP_SUPPORT_ACTIVE);
    assert_int_equal(contact->actions.n, 3); /* the contact, 2 USD, 1 EUR */
    assert_near(value_of(study, contact->actions.action[2].amount), 1.25, 0);
    assert_int_equal(contact->branch[0].actions.n, 1);
    assert_int_equal(study->track[contact->i_track].state[TWP_SUPPORT_ACTIVE].n_flows, 1);
}

static void
test_costs_go_to_accounts_that_are_sorted(void **state)
{
    static const char *const account[][2] = { { "maker", "support" }, { "patient", "drug" },
        { "payer", "care" }, { "payer", "drug" } };
    const twp_study_typed_t *study = study_of(state);
    const twp_actions_t *buy = &study->named_action[0].actions;
    const twp_study_state_t *taking = NULL;

    assert_int_equal(study->n_accounts, 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(study->account[i].payer, account[i][0]);
        assert_string_equal(study->account[i].category, account[i][1]);
    }
    assert_int_equal(study->n_payers, 3);
    assert_int_equal(study->n_categories, 3);
    assert_int_equal(buy->n, 4);
    assert_int_equal(buy->action[0].kind, TWP_ACTION_DISPENSE);
    assert_true(buy->action[0].is_discarding);
    assert_int_equal(buy->action[1].i, 1);
    assert_int_equal(buy->action[2].i, 3);
    assert_int_equal(buy->action[3].kind, TWP_ACTION_MEASURE);
    assert_string_equal(study->tally[buy->action[3].i], "fills");
    taking = &study->track[4].state[1];
    assert_string_equal(taking->name, "taking");
    assert_int_equal(taking->flow[0].i_account, 2);
    assert_near(value_of(study, taking->flow[0].rate), 3, 0);
}

static void
test_observations_and_utility_are_resolved(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_true(study->observation[0].is_happening);
    assert_int_equal(study->observation[0].of.kind, TWP_HAPPENING_ACTION);
    assert_near(value_of(study, study->observation[0].delay_days), 2, 0);
    assert_false(study->observation[1].is_happening);
    assert_int_equal(study->observation[1].value->kind, TWP_WORD_ATTRIBUTE);
    assert_int_equal(study->utility->kind, TWP_WORD_ADD);
    assert_int_equal(study->utility->arg[1]->kind, TWP_WORD_IF);
    assert_int_equal(study->utility->arg[1]->arg[0]->kind, TWP_WORD_STATE_IS);
}

static void
test_strategies_begin_with_the_baseline(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_int_equal(study->n_strategies, 3);
    assert_string_equal(study->strategy[0].name, "usual_care");
    assert_string_equal(study->strategy[1].name, "all_three");
    assert_string_equal(study->strategy[2].name, "app_only");
    assert_int_equal(study->strategy[1].n_supports, 3);
    assert_int_equal(study->strategy[1].i_support[0], 0);
    assert_near(study->strategy[1].from_days, 90, 0);
    assert_near(study->strategy[1].ramp_days, 60, 0);
    assert_non_null(twp_node_get(study->strategy[1].overrides, "delay"));
    assert_null(study->strategy[0].overrides);
}

static void
test_measures_have_names_times_and_defaults(void **state)
{
    static const char *const name[] = { "cost", "cost_maker", "cost_patient", "cost_payer",
        "persistence", "total_fills", "kaplan_meier_therapy_stopped_since_therapy_taking",
        "drug_cost", "qaly" };
    const twp_study_typed_t *study = study_of(state);
    const twp_study_measure_t *persistence = measure_named(study, "persistence");

    assert_int_equal(study->n_measures, 9);
    for (int i = 0; i < 9; i++)
        assert_string_equal(study->measure[i].name, name[i]);
    assert_int_equal(persistence->n_times, 3); /* the report's and those of two targets */
    assert_near(persistence->time_days[0], 180, 0);
    assert_near(persistence->time_days[1], 365, 0);
    assert_near(persistence->time_days[2], 365.25, 0);
    assert_near(persistence->gap_days, 45, 0);
    assert_string_equal(study->variable[persistence->i_stock].name, "stock");
    assert_true(measure_named(study, "cost")->is_discounted);
    assert_false(measure_named(study, "drug_cost")->is_discounted);
    assert_int_equal(measure_named(study, "drug_cost")->i_payer, 2);
    assert_int_equal(measure_named(study, "drug_cost")->i_category, 1);
    assert_int_equal(study->n_kaplan_meier, 1);
    assert_int_equal(study->n_by, 2);
    assert_near(study->worth_of_a_qaly[0], 100000, 0);
}

static void
test_targets_discount_and_record_are_read(void **state)
{
    const twp_study_typed_t *study = study_of(state);

    assert_int_equal(study->n_targets, 3);
    assert_string_equal(study->target[0].name, "half_year");
    assert_int_equal(study->target[0].i_time, 0);
    assert_int_equal(study->target[0].i_strategy, 2);
    assert_false(study->target[0].is_fit);
    assert_string_equal(study->target[1].name, "lived");
    assert_near(study->target[1].value, 1, 0);
    assert_int_equal(study->target[2].i_time, 1);
    assert_true(study->target[2].is_fit);
    assert_int_equal(study->discount.n_steps, 2);
    assert_true(study->discount.is_from_date);
    assert_near(study->discount.rate_per_year[0], 0.035, 1e-15);
    assert_near(study->discount.start_days[1], 365.25, 0);
    assert_int_equal(study->record.n_exits, 1);
    assert_true(study->record.events);
    assert_true(study->record.trajectories);
    assert_false(study->record.twins);
    assert_int_equal(study->record.n_variables, 1);
    assert_near(study->record.grid_days, 7, 0);
}

/* ---- order of keys, small studies ----------------------------------------------------------- */

/* Every mapping the other way round; lists keep their order. */
static void
turn_round(twp_node_t *node)
{
    for (int i = 0; node->pair != NULL && i < node->n / 2; i++) {
        const twp_pair_t pair = node->pair[i];
        node->pair[i] = node->pair[node->n - 1 - i];
        node->pair[node->n - 1 - i] = pair;
    }
    for (int i = 0; i < node->n; i++)
        turn_round(node->pair != NULL ? node->pair[i].value : node->item[i]);
}

static void
test_the_order_of_keys_changes_nothing(void **state)
{
    reading_t *whole = *state;
    twp_node_t *root = twp_node_copy(whole->document.arena, whole->document.root);
    twp_study_typed_t *other = NULL;
    char *text[2] = { NULL, NULL };

    assert_non_null(root);
    turn_round(root);
    assert_string_equal(root->pair[0].key, "record");
    assert_int_equal(
        twp_study_typed_read(&whole->document, root, NULL, &whole->findings, &other, NULL), TWP_OK);
    assert_int_equal(twp_explain_study(whole->study, &text[0], NULL), TWP_OK);
    assert_int_equal(twp_explain_study(other, &text[1], NULL), TWP_OK);
    assert_true(strlen(text[0]) > 3000);
    assert_string_equal(text[0], text[1]);
    assert_int_equal(whole->study->n_exits, other->n_exits);
    for (int i = 0; i < whole->study->n_attributes; i++)
        assert_int_equal(whole->study->draw_order[i], other->draw_order[i]);
    for (int i = 0; i < whole->study->n_formulas; i++)
        assert_int_equal(whole->study->formula_order[i], other->formula_order[i]);
    for (int i = 0; i < whole->study->n_exits; i++)
        assert_string_equal(whole->study->exit[i].stream, other->exit[i].stream);
    assert_same_bits(whole->study->copula, other->copula, 4 * sizeof(double));
    free(text[0]);
    free(text[1]);
    twp_study_typed_free(other);
}

static const char small[] =
    "twinpath: 1\n"
    "study: small\n"
    "source: assumption\n"
    "time: {starts: 2027-01-04, horizon: 1 year}\n"
    "patient:\n"
    "  count: 10\n"
    "  tracks:\n"
    "    health:\n"
    "      start: well\n"
    "      states:\n"
    "        well: {fall: {hazard: {exponential: {mean: 9 days}}, to: ill}}\n"
    "        ill: {}\n"
    "        lost: {back: {after: 1 day, to: well}}\n"
    "strategies: {usual: {baseline: true}}\n";

static void
test_a_study_without_stock_utility_and_costs_has_no_default_measures(void **state)
{
    reading_t reading;

    (void) state;
    open_text(&reading, small, NULL, 0);
    assert_int_equal(reading.status, TWP_OK);
    assert_int_equal(reading.study->n_measures, 0);
    assert_int_equal(reading.study->discount.n_steps, 0);
    assert_true(isinf(reading.study->follow_up_days));
    assert_int_equal(reading.study->record.n_variables, -1);
    assert_int_equal(reading.study->record.n_exits, -1);
    close_reading(&reading);
}

static void
test_a_state_that_nobody_enters_is_warned_of(void **state)
{
    reading_t reading;

    (void) state;
    open_text(&reading, small, NULL, 0);
    assert_int_equal(reading.findings.n_errors, 0);
    assert_int_equal(reading.findings.n, 1);
    assert_true(reading.findings.item[0].is_warning);
    assert_int_equal(reading.findings.item[0].line, 13);
    assert_contains(reading.findings.item[0].message, "no twin ever enters health.lost");
    close_reading(&reading);
}

/* Of one track's states the largest counts, of several tracks' all; what hangs on a twin is not known. */
static void
test_a_utility_that_can_exceed_one_is_warned_of(void **state)
{
    static const struct {
        const char *utility;
        bool is_told;
    } each[] = {
        { "{base: 0, add: {health.well: 1, health.ill: 0.75}}", false },
        { "{base: 0.1, add: {health.well: 1, health.ill: 0.75}}", true },
        { "{base: 1.2, add: {health.well: -0.5}}", true },
        { "{base: 0.9, multiply: {health.ill: 1.2}}", true },
        { "{base: 0.9, multiply: {health.ill: 0.2}}", false },
        { "{base: 1.5, min: {health.ill: 0.5}}", true },
        { "{base: 0.9, min: {health.ill: 1.5}}", false },
        { "{base: 0.8, add: {health.ill: {from: [0 days, 9 days], is: [0.1, 0.3]}}}", true },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        char set[200];
        char *sets[] = { set };
        reading_t reading;
        int n_told = 0;
        (void) snprintf(set, sizeof(set), "patient.utility=%s", each[i].utility);
        open_text(&reading, small, sets, 1);
        assert_int_equal(reading.status, TWP_OK);
        for (int k = 0; k < reading.findings.n; k++)
            n_told += strstr(reading.findings.item[k].message, "can exceed 1") != NULL;
        assert_int_equal(n_told, each[i].is_told);
        close_reading(&reading);
    }
}

static void
test_an_exit_that_cannot_fire_is_warned_of(void **state)
{
    char set[] = "patient.tracks.health.states.well.fall.only_while=1 > 2";
    char *sets[] = { set };
    reading_t reading;
    int n_told = 0;

    (void) state;
    open_text(&reading, small, sets, 1);
    assert_int_equal(reading.status, TWP_OK);
    for (int i = 0; i < reading.findings.n; i++)
        n_told += strstr(reading.findings.item[i].message, "can never fire") != NULL;
    assert_int_equal(n_told, 1);
    close_reading(&reading);
}

static void
test_a_support_that_is_never_triggered_or_offered_is_warned_of(void **state)
{
    char sight[] = "observations={losses: {of: health.lost}}";
    char support[] = "supports={nurse: {offer: {upon: losses}}, idler: {offer: {every: 1 day}, "
                     "source: x}}";
    char strategy[] = "strategies.care={supports: [nurse]}";
    char *sets[] = { sight, support, strategy };
    reading_t reading;
    int n_triggered = 0, n_offered = 0;

    (void) state;
    open_text(&reading, small, sets, 3);
    assert_int_equal(reading.status, TWP_OK);
    for (int i = 0; i < reading.findings.n; i++) {
        n_triggered += strstr(reading.findings.item[i].message, "nurse is never offered") != NULL;
        n_offered += strstr(reading.findings.item[i].message, "no strategy offers idler") != NULL;
    }
    assert_int_equal(n_triggered, 1);
    assert_int_equal(n_offered, 1);
    close_reading(&reading);
}

static void
test_patients_come_from_a_file(void **state)
{
    const char *folder = *state;
    char *csv = testlib_join(folder, "p.csv"), *path = testlib_join(folder, "s.yaml");
    reading_t reading = { .study = NULL };
    const twp_study_typed_t *study;

    testlib_write_text(csv, "who,age,sex\n4,50,f\n4,51,f\n9,60,m\n2,70,f\n");
    testlib_write_text(path,
        "twinpath: 1\nstudy: real\nsource: x\ntime: {starts: 2027-01-04, horizon: 1 year}\n"
        "patient:\n  from: p.csv\n  id: who\n  first_row_of: who\n"
        "  attributes: {age: {column: age, unit: years}, sex: {column: sex, is: {man: m, woman: "
        "f}}}\n"
        "  tracks: {health: {start: {from: sex, is: {well: woman, ill: man}},\n"
        "    states: {well: {}, ill: {}}}}\n"
        "strategies: {usual: {baseline: true}}\n");
    assert_int_equal(twp_findings_init(&reading.findings, NULL), TWP_OK);
    assert_int_equal(
        twp_document_read(&reading.document, path, NULL, 0, &reading.findings, NULL), TWP_OK);
    assert_int_equal(twp_study_typed_read(&reading.document, reading.document.root, NULL,
                         &reading.findings, &reading.study, NULL),
        TWP_OK);
    study = reading.study;
    assert_int_equal(study->n_patients, 3);
    assert_string_equal(study->patients_csv_name, "p.csv");
    assert_string_equal(study->patients_csv, csv);
    assert_near(study->attribute[0].distribution->column_unit, 365.25, 0);
    assert_string_equal(study->attribute[1].distribution->column_text[0], "m");
    assert_near(study->track[0].start_code[0], 0, 0);
    close_reading(&reading);
    free(csv);
    free(path);
}

static void
test_evidence_that_is_not_known_is_a_finding(void **state)
{
    const char *folder = *state;
    char *csv = testlib_join(folder, "evidence.csv");
    char good[] = "source=EV-A01", bad[] = "source=EV-A77";
    char *sets[2][1] = { { good }, { bad } };

    testlib_write_text(csv, "id,parameter\nEV-A01,something\nEV-A07,something else\n");
    for (int i = 0; i < 2; i++) {
        reading_t reading = { .study = NULL };
        assert_int_equal(twp_findings_init(&reading.findings, NULL), TWP_OK);
        assert_int_equal(twp_document_read_text(&reading.document, "s.yaml", ".", small, sets[i], 1,
                             &reading.findings, NULL),
            TWP_OK);
        assert_int_equal(twp_study_typed_read(&reading.document, reading.document.root, csv,
                             &reading.findings, &reading.study, NULL),
            i == 0 ? TWP_OK : TWP_ERR_INPUT);
        assert_int_equal(reading.findings.n_errors, i);
        close_reading(&reading);
    }
    free(csv);
}

/* ---- explaining ----------------------------------------------------------------------------- */

static void
test_a_path_is_explained_with_what_it_replaced(void **state)
{
    char set[] = "price=3 USD / day";
    char *sets[] = { set }, *whole = whole_text(), *text = NULL;
    reading_t reading;
    twp_error_t err;

    (void) state;
    open_text(&reading, whole, sets, 1);
    assert_int_equal(reading.status, TWP_OK);
    assert_int_equal(
        twp_explain_path(&reading.document, reading.document.root, "price", &text, NULL), TWP_OK);
    assert_contains(text, "parameters.price = 3 USD / day");
    assert_contains(text, "set by: --set");
    assert_contains(text, "replaces: 36525 USD / year (study, test.yaml:11:10)");
    assert_contains(text, "source: assumption");
    free(text);
    assert_int_equal(
        twp_explain_path(&reading.document, reading.document.root, "report.window", &text, NULL),
        TWP_OK);
    assert_contains(text, "default: the whole life");
    free(text);
    assert_int_equal(twp_explain_path(&reading.document, reading.document.root,
                         "patient.trakcs.supply", &text, &err),
        TWP_ERR_INPUT);
    assert_null(text);
    assert_contains(err.message, "did you mean patient.tracks.supply?");
    close_reading(&reading);
    free(whole);
}

static void
test_every_number_is_listed_with_its_source(void **state)
{
    const twp_study_typed_t *study = study_of(state);
    twp_explain_number_t *row = NULL;
    int n = 0, n_parameters = 0;

    assert_int_equal(twp_explain_parameters(study, &row, &n, NULL), TWP_OK);
    assert_true(n > 80);
    for (int i = 0; i < n; i++) {
        assert_non_null(row[i].source);
        assert_string_equal(row[i].origin, "study");
        if (row[i].is_parameter && strcmp(row[i].name, "delay") == 0)
            assert_near(row[i].value, 14.61, 1e-12);
        n_parameters += row[i].is_parameter;
    }
    assert_int_equal(n_parameters, 4);
    free(row);
}

/* ---- hostile input -------------------------------------------------------------------------- */

/* Each scalar, key and mapping of the whole study in turn becomes something else. */
static void
test_the_wrong_kind_anywhere_is_told_and_breaks_nothing(void **state)
{
    static const char *const instead[] = { "{}", "[]", "[[], {a: b}]", "x", "{x: {y: [z]}}",
        "1e999", "-7 days", "''", "a.b.c.d.e" };
    char *whole = whole_text();
    int n_read = 0;

    (void) state;
    for (char *colon = strchr(whole, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        const size_t before = (size_t) (colon - whole) + 1;
        const char *word = colon + 1 + strspn(colon + 1, " ");
        const size_t skipped = strcspn(word, ",}]\n");
        char *text = malloc(strlen(whole) + 100);
        reading_t reading;
        assert_non_null(text);
        (void) snprintf(text, strlen(whole) + 100, "%.*s %s%s", (int) before, whole,
            instead[n_read % 9], word + skipped);
        open_text(&reading, text, NULL, 0);
        if (reading.status != TWP_OK)
            assert_true(reading.findings.n_errors > 0);
        else
            assert_non_null(reading.study);
        close_reading(&reading);
        free(text);
        n_read++;
    }
    free(whole);
    assert_true(n_read > 300);
}

static void
test_a_deep_text_is_told_and_breaks_nothing(void **state)
{
    static char text[9000];
    reading_t reading;
    size_t n;

    (void) state;
    n = (size_t) snprintf(text, sizeof text, "%s", "twinpath: 1\nstudy: deep\nparameters: {a: ");
    memset(text + n, '(', 3000);
    (void) snprintf(text + n + 3000, sizeof text - n - 3000, "1}\npatient: ");
    n = strlen(text);
    memset(text + n, '[', 3000);
    text[n + 3000] = '\0';
    open_text(&reading, text, NULL, 0);
    assert_int_equal(reading.status, TWP_ERR_INPUT);
    assert_true(reading.findings.n_errors > 0);
    close_reading(&reading);
}

static void
test_a_chain_of_a_thousand_parameters_is_told_and_breaks_nothing(void **state)
{
    static char text[60000];
    reading_t reading;
    size_t n;

    (void) state;
    n = (size_t) snprintf(text, sizeof text, "%sparameters:\n", small);
    for (int i = 0; i < 1000; i++)
        n += (size_t) snprintf(text + n, sizeof text - n, "  p%04d: p%04d + 1\n", i, i + 1);
    (void) snprintf(text + n, sizeof text - n, "  p1000: 1\n");
    open_text(&reading, text, NULL, 0);
    assert_int_equal(reading.status, TWP_ERR_INPUT);
    assert_contains(reading.findings.item[0].message, "depends on others more than 32 deep");
    close_reading(&reading);
}

int
main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_parameters_are_evaluated_in_days_and_money),
        cmocka_unit_test(test_distributions_are_in_one_spelling),
        cmocka_unit_test(test_attributes_are_drawn_after_those_they_depend_on),
        cmocka_unit_test(test_variables_and_formulas_have_their_shape),
        cmocka_unit_test(test_hazards_effects_and_chances_are_converted),
        cmocka_unit_test(test_exits_and_states_are_sorted_and_say_where_they_lead),
        cmocka_unit_test(test_tracks_know_where_they_start),
        cmocka_unit_test(test_a_support_becomes_a_track),
        cmocka_unit_test(test_costs_go_to_accounts_that_are_sorted),
        cmocka_unit_test(test_observations_and_utility_are_resolved),
        cmocka_unit_test(test_strategies_begin_with_the_baseline),
        cmocka_unit_test(test_measures_have_names_times_and_defaults),
        cmocka_unit_test(test_targets_discount_and_record_are_read),
        cmocka_unit_test(test_the_order_of_keys_changes_nothing),
        cmocka_unit_test(test_every_number_is_listed_with_its_source),
    };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_a_study_without_stock_utility_and_costs_has_no_default_measures),
        cmocka_unit_test(test_a_state_that_nobody_enters_is_warned_of),
        cmocka_unit_test(test_a_utility_that_can_exceed_one_is_warned_of),
        cmocka_unit_test(test_an_exit_that_cannot_fire_is_warned_of),
        cmocka_unit_test(test_a_support_that_is_never_triggered_or_offered_is_warned_of),
        cmocka_unit_test_setup_teardown(
            test_patients_come_from_a_file, testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_evidence_that_is_not_known_is_a_finding,
            testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test(test_a_path_is_explained_with_what_it_replaced),
        cmocka_unit_test(test_the_wrong_kind_anywhere_is_told_and_breaks_nothing),
        cmocka_unit_test(test_a_deep_text_is_told_and_breaks_nothing),
        cmocka_unit_test(test_a_chain_of_a_thousand_parameters_is_told_and_breaks_nothing),
    };
    const int n_failed = cmocka_run_group_tests_name("whole study", whole, open_whole, close_whole);

    return n_failed + cmocka_run_group_tests_name("others", others, NULL, NULL);
}
