/** A whole study with something of everything, and a small one; both as texts that are read. For tests of studies. */
#ifndef STUDY_SAMPLE_H
#define STUDY_SAMPLE_H

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

static inline void
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

static inline void
close_reading(reading_t *reading)
{
    twp_study_typed_free(reading->study);
    twp_document_clear(&reading->document);
    twp_findings_clear(&reading->findings);
}

static inline char *
whole_text(void)
{
    char *text = malloc(sizeof whole_first + sizeof whole_second);

    assert_non_null(text);
    strcpy(text, whole_first);
    strcat(text, whole_second);
    return text;
}

static inline int
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

static inline int
close_whole(void **state)
{
    close_reading(*state);
    free(*state);
    return 0;
}

static inline const twp_study_typed_t *
study_of(void **state)
{
    return ((const reading_t *) *state)->study;
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

#endif
