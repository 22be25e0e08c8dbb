/*
 * Costs and utilities in every form, against integrals of what each case says at each time. A case is
 * one twin whose states change at whole quarters of a year, and the rate at t in C; the oracle sums
 * rate times discount factor over each quarter by Gauss and Legendre's rule with ten points, which is
 * exact to rounding for a line times an exponential. Tolerance: 1e-10 of the sum. Each case is also
 * seen to miss when the oracle's rate is 3 % off (all sums differ from 0).
 */
#include "living.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEAR 365.25
#define HORIZON 7 /* years */

/* ---- discounting ------------------------------------------------------------------------------ */

typedef struct {
    const char *report; /* text of the study */
    double enters;      /* years */
    double (*factor)(double years_since_entry);
} discounting_t;

static double
no_discount(double t)
{
    (void) t;
    return 1;
}

static double
yearly(double t)
{
    return pow(1.035, -t);
}

static double
continuous(double t)
{
    return exp(-0.03 * t);
}

static double
stepped(double t)
{
    return pow(1.04, -fmin(t, 2.25)) * pow(1.015, -fmax(t - 2.25, 0));
}

/* The calendar's day 0 is a year and a half before the entry. */
static double
stepped_by_date(double t)
{
    return stepped(t + 1.5);
}

static const discounting_t discountings[] = {
    { "", 0, no_discount },
    { "report: {discount: {rate: 0.035 / year}}\n", 0, yearly },
    { "report: {discount: {rate: 0.03 / year, rule: continuous}}\n", 0, continuous },
    { "report: {discount: {rate: [{from: 0 years, rate: 0.04 / year}, {from: 2.25 years, "
      "rate: 0.015 / year}]}}\n",
        0, stepped },
    { "report: {discount: {from: start_of_time, rate: [{from: 0 years, rate: 0.04 / year}, "
      "{from: 2.25 years, rate: 0.015 / year}]}}\n",
        1.5, stepped_by_date },
};

/* ---- cases ------------------------------------------------------------------------------------ */

typedef struct {
    double years, amount;
} lump_t;

typedef struct {
    const char *name;
    const char *patient;      /* indented by two */
    const char *rest;         /* behind the patient */
    double (*flow)(double t); /* money a year, or utility, t years after entry; NULL: none */
    bool is_utility;
    lump_t lump[12]; /* ends with amount 0 */
} reward_case_t;

/* In `here` from 0 to 2, 3 to 5 and 6 on: the time since then, below 0 elsewhere. */
static double
here(double t)
{
    const double at = fmod(t, 3);

    return at < 2 ? at : -1;
}

static double
constant_flow(double t)
{
    return here(t) >= 0 ? 120 : 0;
}

static double
stepped_flow(double t)
{
    const double at = here(t);

    return at < 0 ? 0 : at < 0.5 ? 100 : at < 1.5 ? 40 : 10;
}

static double
linear_flow(double t)
{
    return here(t) >= 0 ? 100 + 20 * here(t) : 0;
}

static double
broken_flow(double t)
{
    const double at = here(t);

    return at < 0 ? 0 : at < 0.75 ? 10 * at : at < 1.25 ? 50 - 8 * (at - 0.75) : 3;
}

static double
flow_by_time_of_study(double t)
{
    return here(t) < 0 ? 0 : t < 1.25 ? 70 : t < 4 ? 30 + 5 * (t - 1.25) : 20;
}

static double
flow_by_age(double t)
{
    const double age = 30.25 + t;

    return here(t) < 0 ? 0 : age < 32 ? 70 + 2 * age : 30;
}

static double
flow_since_before(double t)
{
    const double at = t < 1.25 ? t + 0.75 : t < 3.25 || t >= 5.25 ? -1 : t - 3.25;

    return at < 0 ? 0 : 100 + 20 * fmin(at, 1);
}

static double
flow_that_starts_again(double t)
{
    return 100 + 20 * fmod(t, 1.5);
}

static double
flow_that_goes_on(double t)
{
    return 100 + 20 * t;
}

static double
flow_of_a_formula(double t)
{
    return here(t) < 0 ? 0 : (t < 3.5 ? 1 : 2) * (here(t) < 1 ? 100 : 60);
}

/* The second track is `ill` from 0.5 to 4.75, and severe from 1.25 to 3.5. */
static bool
is_ill(double t)
{
    return t >= 0.5 && t < 4.75;
}

static bool
is_severe(double t)
{
    return t >= 1.25 && t < 3.5;
}

#define ILL                                                                              \
    "    ill: {start: no_ill, states: {no_ill: {go: {after: 0.5 years, to: yes_ill}},\n" \
    "      yes_ill: {go: {after: 4.25 years, to: over}}, over: {}}}\n"                   \
    "    sev: {start: mild, states: {mild: {go: {after: 1.25 years, to: severe}},\n"     \
    "      severe: {go: {after: 2.25 years, to: over}}, over: {}}}\n"

static double
sum_of_terms(double t)
{
    return 0.9 + (is_ill(t) ? -0.1 : 0) + (is_severe(t) ? -0.3 : 0) +
        (is_ill(t) && is_severe(t) ? 0.05 : 0);
}

static double
sum_over_time(double t)
{
    return 0.9 + (is_ill(t) ? (t - 0.5 < 1 ? -0.1 : -0.2 + 0.04 * (t - 1.5)) : 0) +
        (is_severe(t) ? -0.3 + 0.1 * (t - 1.25) : 0);
}

static double
product_of_terms(double t)
{
    return 0.9 * (is_ill(t) ? 0.8 : 1) * (is_severe(t) ? 0.6 : 1);
}

static double
product_over_time(double t)
{
    return 0.9 * (is_ill(t) ? 0.8 : 1) *
        (is_severe(t) ? (t - 1.25 < 0.5 ? 0.6 : 0.6 + 0.1 * (t - 1.75)) : 1);
}

static double
product_with_a_falling_base(double t)
{
    return (t < 2 ? 0.95 - 0.01 * t : 0.9 - 0.02 * (t - 2)) * (is_ill(t) ? 0.8 : 1) *
        (is_severe(t) ? 0.6 : 1);
}

static double
product_with_age(double t)
{
    const double age = 30.25 + t;

    return (age < 33 ? 1 - 0.004 * age : 0.85 - 0.01 * (age - 33)) * (is_ill(t) ? 0.8 : 1) *
        (is_severe(t) ? 0.6 : 1);
}

static double
least_of_terms(double t)
{
    return fmin(0.9, fmin(is_ill(t) ? 0.75 : 1, is_severe(t) ? 0.6 : 1));
}

static double
least_over_time(double t)
{
    return fmin(0.9, fmin(is_ill(t) ? 0.75 : 1, is_severe(t) ? (t - 1.25 < 1 ? 0.6 : 0.8) : 1));
}

static double
least_with_a_stepped_base(double t)
{
    return fmin(t < 3 ? 0.9 : 0.7, fmin(is_ill(t) ? 0.75 : 1, is_severe(t) ? 0.6 : 1));
}

static double
support_flow(double t)
{
    const double at = t - 1;

    return at < 0 || at >= 3 ? 0 : at < 0.5 ? 90 : 30;
}

#define TRACK(cost)                                                             \
    "  tracks:\n    a:\n      start: here\n      states:\n"                     \
    "        here: {go: {after: 2 years, to: away}, cost: {payer: " cost "}}\n" \
    "        away: {back: {after: 1 year, to: here}}\n"

static const reward_case_t cases[] = {
    { "a constant cost while in a state", TRACK("120 USD / year"), "", constant_flow, false,
        { { 0, 0 } } },
    { "a cost in steps of the time since the entry into a state",
        TRACK("{from: [0 years, 0.5 years, 1.5 years], "
              "is: [100 USD / year, 40 USD / year, 10 USD / year]}"),
        "", stepped_flow, false, { { 0, 0 } } },
    { "a cost that grows with the time since the entry into a state",
        TRACK("{is: 100 USD / year, grows: 20 USD / year / year}"), "", linear_flow, false,
        { { 0, 0 } } },
    { "a cost in lines with jumps between them",
        TRACK("{from: [0 years, 0.75 years, 1.25 years], is: [0 USD / year, 50 USD / year, 3 USD / "
              "year], grows: [10 USD / year^2, -8 USD / year^2, 0 USD / year^2]}"),
        "", broken_flow, false, { { 0, 0 } } },
    { "a cost by the time of the study, while in a state",
        TRACK("{counts_from: study, from: [0 years, 1.25 years, 4 years], is: [70 USD / year, 30 "
              "USD / year, 20 USD / year], grows: [0 USD / year^2, 5 USD / year^2, 0 USD / "
              "year^2]}"),
        "", flow_by_time_of_study, false, { { 0, 0 } } },
    { "a cost by age, while in a state",
        "  age: 30 years + extra\n"
        "  attributes: {extra: 0.25 years}\n" TRACK(
            "{counts_from: birth, from: [0 years, 32 years], is: [70 USD / year, 30 USD / year], "
            "grows: [2 USD / year^2, 0 USD / year^2]}"),
        "", flow_by_age, false, { { 0, 0 } } },
    { "a base that falls with age, and a product",
        "  age: 30.25 years\n"
        "  utility:\n    base: {counts_from: birth, from: [0 years, 33 years], is: [1, 0.85], "
        "grows: "
        "[-0.004 / year, -0.01 / year]}\n"
        "    multiply: {ill.yes_ill: 0.8, sev.severe: 0.6}\n  tracks:\n" ILL,
        "", product_with_age, true, { { 0, 0 } } },
    { "a state that was entered before the study has its age",
        "  tracks:\n    a:\n      start: here\n      since: 0.75 years\n      states:\n"
        "        here: {go: {after: 2 years, to: away}, cost: {payer: {from: [0 years, 1 year], "
        "is: [100 USD / year, 120 USD / year], grows: [20 USD / year^2, 0 USD / year^2]}}}\n"
        "        away: {back: {after: 2 years, to: here}}\n",
        "", flow_since_before, false, { { 0, 0 } } },
    { "leaving a state for itself starts its clock again",
        "  tracks: {a: {start: x, states: {x: {again: {after: 1.5 years, to: x}, cost: {payer: "
        "{is: 100 USD / year, grows: 20 USD / year^2}}}}}}\n",
        "", flow_that_starts_again, false, { { 0, 0 } } },
    { "an exit that stays leaves the clock of the state alone",
        "  tracks: {a: {start: x, states: {x: {again: {every: 1.5 years}, cost: {payer: "
        "{is: 100 USD / year, grows: 20 USD / year^2}}}}}}\n",
        "", flow_that_goes_on, false, { { 0, 0 } } },
    { "the amounts of a cost over time may change with events",
        "  formulas: {price: 'if(b.x, 100 USD / year, 200 USD / year)'}\n" TRACK(
            "{from: [0 years, 1 year], is: [price, price * 0.6]}") "    b: {start: x, states: {x: "
                                                                   "{go: {after: 3.5 years, to: "
                                                                   "y}}, y: {}}}\n",
        "", flow_of_a_formula, false, { { 0, 0 } } },
    { "payments on entering, on leaving, at an exit, at a branch, once and each time",
        "  actions: {bill: [{cost: {payer: 7 USD}}]}\n"
        "  tracks:\n    a:\n      start: here\n      states:\n"
        "        here: {enter: [{cost: {payer: 10 USD}}], leave: [{cost: {payer: 3 USD}}],\n"
        "          go: {after: 2 years, do: [bill], choose: [{chance: 1, to: away, "
        "do: [{cost: {payer: 5 USD}}]}, {otherwise: here}]}}\n"
        "        away: {back: {after: 1 year, to: here}}\n"
        "    b: {start: x, states: {x: {pay: {every: 2.5 years, do: [{cost: {payer: 1 USD}}]}}}}\n",
        "", NULL, false,
        { { 0, 10 }, { 2, 15 }, { 2.5, 1 }, { 3, 10 }, { 5, 15 }, { 5, 1 }, { 6, 10 } } },
    { "QALYs gained and lost at an instant",
        "  tracks:\n    a:\n      start: here\n      states:\n"
        "        here: {enter: [{qaly: 0.5 years}], go: {after: 2 years, to: away, "
        "do: [{qaly: -0.01 years}]}}\n"
        "        away: {back: {after: 1 year, choose: {here: 1, otherwise: stay}}}\n",
        "", NULL, true, { { 0, 0.5 }, { 2, -0.01 }, { 3, 0.5 }, { 5, -0.01 }, { 6, 0.5 } } },
    { "QALYs of a utility and of instants add up",
        "  utility: {base: 0.9, add: {ill.yes_ill: -0.1, sev.severe: -0.3, ill.yes_ill and "
        "sev.severe: 0.05}}\n"
        "  tracks:\n    a: {start: x, states: {x: {go: {after: 3 years, to: y, do: [{qaly: -0.2 "
        "years}]}}, y: {}}}\n" ILL,
        "", sum_of_terms, true, { { 3, -0.2 } } },
    { "a sum of utilities that change with time",
        "  utility:\n    base: 0.9\n    add:\n"
        "      ill.yes_ill: {from: [0 years, 1 year], is: [-0.1, -0.2], grows: [0 / year, 0.04 / "
        "year]}\n"
        "      sev.severe: {is: -0.3, grows: 0.1 / year}\n"
        "  tracks:\n" ILL,
        "", sum_over_time, true, { { 0, 0 } } },
    { "a product of utilities",
        "  utility: {base: 0.9, multiply: {ill.yes_ill: 0.8, sev.severe: 0.6}}\n  tracks:\n" ILL,
        "", product_of_terms, true, { { 0, 0 } } },
    { "a product with one factor that changes with time",
        "  utility:\n    base: 0.9\n    multiply:\n      ill.yes_ill: 0.8\n"
        "      sev.severe: {from: [0 years, 0.5 years], is: [0.6, 0.6], grows: [0 / year, 0.1 / "
        "year]}\n"
        "  tracks:\n" ILL,
        "", product_over_time, true, { { 0, 0 } } },
    { "a product with a base that falls with time",
        "  utility:\n    base: {counts_from: study, from: [0 years, 2 years], is: [0.95, 0.9], "
        "grows: [-0.01 / year, -0.02 / year]}\n"
        "    multiply: {ill.yes_ill: 0.8, sev.severe: 0.6}\n  tracks:\n" ILL,
        "", product_with_a_falling_base, true, { { 0, 0 } } },
    { "the least of utilities",
        "  utility: {base: 0.9, min: {ill.yes_ill: 0.75, sev.severe: 0.6}}\n  tracks:\n" ILL, "",
        least_of_terms, true, { { 0, 0 } } },
    { "the least of utilities, one of them in steps of time",
        "  utility:\n    base: 0.9\n    min:\n      ill.yes_ill: 0.75\n"
        "      sev.severe: {from: [0 years, 1 year], is: [0.6, 0.8]}\n  tracks:\n" ILL,
        "", least_over_time, true, { { 0, 0 } } },
    { "the least of utilities with a base in steps of time",
        "  utility:\n    base: {counts_from: study, from: [0 years, 3 years], is: [0.9, 0.7]}\n"
        "    min: {ill.yes_ill: 0.75, sev.severe: 0.6}\n  tracks:\n" ILL,
        "", least_with_a_stepped_base, true, { { 0, 0 } } },
    { "a support that runs at a cost over time",
        "  tracks: {a: {start: x, states: {x: {go: {after: 1 year, to: y, do: [{start: help}]}}, "
        "y: {}}}}\n",
        "observations: {never: {of: a.x}}\n"
        "supports: {help: {offer: {upon: never, if: false}, lasts: 3 years, cost: {payer: {run: "
        "{from: [0 years, 0.5 years], is: [90 USD / year, 30 USD / year]}}}}}\n"
        "strategies: {usual: {baseline: true, supports: [help]}}\n",
        support_flow, false, { { 0, 0 } } },
};

/* ---- oracle ----------------------------------------------------------------------------------- */

static double
integral(const reward_case_t *one, double (*factor)(double), double slip)
{
    gsl_integration_glfixed_table *rule = gsl_integration_glfixed_table_alloc(10);
    double sum = 0;

    for (int q = 0; one->flow != NULL && q < 4 * HORIZON; q++)
        for (size_t i = 0; i < 10; i++) {
            double t, weight;
            gsl_integration_glfixed_point(0.25 * q, 0.25 * (q + 1), i, &t, &weight, rule);
            sum += weight * slip * one->flow(t) * factor(t);
        }
    for (int k = 0; k < 12 && one->lump[k].amount != 0; k++)
        sum += slip * one->lump[k].amount * factor(one->lump[k].years);
    gsl_integration_glfixed_table_free(rule);
    return sum;
}

static char *
text_of(const reward_case_t *one, const discounting_t *discounting)
{
    char *text = malloc(8192);

    assert_non_null(text);
    (void) snprintf(text, 8192,
        "twinpath: 1\nstudy: rewards\nsource: assumption\nmoney: USD 2023\n"
        "time: {starts: 2027-01-01, horizon: 20 years, follow_up: %d years}\n"
        "patient:\n  count: 1\n  enters: %g years\n%s%s%s%s",
        HORIZON, discounting->enters, one->patient, one->rest, discounting->report,
        strstr(one->rest, "strategies") != NULL ? "" : "strategies: {usual: {baseline: true}}\n");
    return text;
}

/* Sum of all money, or of the QALYs in years: as it is, and discounted. */
static void
live(const reward_case_t *one, const discounting_t *discounting, double *sum, double *discounted)
{
    char *text = text_of(one, discounting);
    living_t living;
    life_t life;

    *sum = *discounted = 0;
    living_open(&living, text, 0, 1);
    living_live(&living, 0, &life);
    assert_int_equal(life.twin.mark, TWP_MARK_NONE);
    for (int r = 0; r < living.model->n_rewards; r++)
        if ((living.model->reward[r].kind == TWP_REWARD_UTILITY) == one->is_utility) {
            *sum += life.twin.reward[r] / (one->is_utility ? YEAR : 1);
            *discounted += life.twin.reward_discounted[r] / (one->is_utility ? YEAR : 1);
        }
    for (int a = 0; !one->is_utility && a < living.model->n_accounts; a++) {
        *sum += life.twin.account[a];
        *discounted += life.twin.account_discounted[a];
    }
    living_clear(&life);
    living_close(&living);
    free(text);
}

static void
test_every_form_of_reward_is_its_integral(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t d = 0; d < sizeof(discountings) / sizeof(discountings[0]); d++) {
            const double want = integral(&cases[i], no_discount, 1),
                         want_discounted = integral(&cases[i], discountings[d].factor, 1),
                         slipped = integral(&cases[i], discountings[d].factor, 1.03);
            double got, discounted;
            live(&cases[i], &discountings[d], &got, &discounted);
            if (!(fabs(got - want) <= 1e-10 * fabs(want)) ||
                !(fabs(discounted - want_discounted) <= 1e-10 * fabs(want_discounted)))
                fail_msg("%s, discounting %d: got %.15g and %.15g, want %.15g and %.15g",
                    cases[i].name, (int) d, got, discounted, want, want_discounted);
            assert_true(fabs(discounted - slipped) > 1e-10 * fabs(slipped));
        }
}

/* ---- slowly discounted growth ----------------------------------------------------------------- */

/*
 * The integral of t exp(-l t) from 0 to T is (1 - (1 + l T) exp(-l T)) / l^2, by its series where l T
 * is small: T^2 (1/2 - l T / 3 + (l T)^2 / 8 - (l T)^3 / 30). Over seven years, from rates that nearly
 * vanish to 300 % a year.
 */
static void
test_growth_is_discounted_to_the_last_digit_at_any_rate(void **state)
{
    static const double rate[] = { 0, 1e-12, 1e-7, 1e-4, 0.01, 0.0714, 0.0715, 0.3, 3 };
    char patient[] =
        "  tracks: {a: {start: x, states: {x: {cost: {payer: {is: 0 USD / year, grows: 1 "
        "USD / year^2}}}}}}\n";
    const reward_case_t one = { "growth", patient, "", NULL, false, { { 0, 0 } } };

    (void) state;
    for (size_t i = 0; i < sizeof(rate) / sizeof(rate[0]); i++) {
        const long double l = (long double) rate[i], T = HORIZON, x = l * T;
        const long double want = x < 1e-3L ? T * T * (0.5L - x / 3 + x * x / 8 - x * x * x / 30)
                                           : (1 - (1 + x) * expl(-x)) / (l * l);
        char report[120];
        const discounting_t discounting = { report, 0, NULL };
        double got, discounted;
        (void) snprintf(report, sizeof(report),
            "report: {discount: {rate: %.17g / year, rule: continuous}}\n", rate[i]);
        live(&one, &discounting, &got, &discounted);
        assert_near(got, 24.5, 1e-12);
        assert_near(discounted, (double) want, 1e-13 * (double) want);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_of_reward_is_its_integral),
        cmocka_unit_test(test_growth_is_discounted_to_the_last_digit_at_any_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
