/*
 * Runs over parameter sets: a bound model is a compiled one, a set moves nobody else's draws, and the
 * file is the same for any number of threads.
 */
#include "living.h"

#include "engine/parameter_set.h"
#include "results/layout_check.h"
#include "results/reader.h"
#include "twinpath.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED 20240917

/* Every place where a parameter may stand for a number of the model. */
static const char everything[] =
    "twinpath: 1\n"
    "study: everything\n"
    "source: assumption\n"
    "money: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 2 years}\n"
    "parameters:\n"
    "  x: {value: 1, uncertain: {lognormal: {se_log: 0.05}}}\n"
    "  p: {value: 0.3, uncertain: {beta: {n: 400}}}\n"
    "  dd: {value: 1 day, uncertain: {gamma: {shape: 400}}}\n"
    "  fee: {value: 1 USD, uncertain: {gamma: {shape: 400}}}\n"
    "  q: 1 - p\n"
    "patient:\n"
    "  count: 1000\n"
    "  enters: {uniform: [0 days, 20 * dd]}\n"
    "  attributes:\n"
    "    age: {normal: [50 * x, 10 * x], within: [20 * x, 80 * x]}\n"
    "    sort: {categories: {a: p, b: q}}\n"
    "    odd: {chance: p}\n"
    "  variables:\n"
    "    mood: {starts: {normal: [x, x]}, returns_to: x, half_life: 30 * dd, held_for: 5 days, "
    "within: [-3 * x, 3 "
    "* x]}\n"
    "    zeal: {starts: x, returns_to: start, half_life: 20 * dd}\n"
    "    stock: {kind: stock}\n"
    "  formulas: {burden: \"if(work.busy, 0.2 * x, 0.1)\"}\n"
    "  tracks:\n"
    "    work:\n"
    "      start: [{chance: p, to: idle}, {otherwise: busy}]\n"
    "      since: if(odd, dd, 0 days)\n"
    "      states:\n"
    "        idle:\n"
    "          cost: {payer: fee / day}\n"
    "          begin:\n"
    "            hazard: {weibull: {shape: 0.9 * x, scale: 40 * dd}}\n"
    "            effects: [{if: odd, hr: 1.2 * x}, {per: mood, time_ratio: 0.9 * x}, {if: age > 50 "
    "* x, hr: x}]\n"
    "            to: busy\n"
    "        busy:\n"
    "          cost: {payer: {from: [0 days, 10 * dd], is: [fee / day, 2 * fee / day]}}\n"
    "          end:\n"
    "            hazard: {piecewise: {from: [0 days, 20 * dd], rate: [0.02 * x / day, 0.04 * x / "
    "day]}}\n"
    "            choose:\n"
    "              - {chance: p, to: idle, effects: [{if: odd, or: 1.5 * x}], do: [{add: {mood: "
    "0.3 * x}}]}\n"
    "              - {chance: {steps_of: age, from: [0, 40 * x], is: [0.1 * x, 0.2 * x]}, to: "
    "rest}\n"
    "              - {otherwise: idle, do: [{dispense: 3 * dd, into: stock}, {cost: {payer: "
    "fee}}]}\n"
    "        rest: {wake: {after: 5 * dd, to: idle}}\n"
    "    tick: {start: on_it, states: {on_it: {go: {every: 25 * dd, if: zeal > x}}}}\n"
    "    loop: {start: one, states: {one: {go: {hazard: {gompertz: {shape: 0.001 * x / day, rate: "
    "0.01 * x / day}}, to: "
    "two}},\n"
    "      two: {go: {hazard: {lognormal: {median: 30 * dd, sigma_log: 0.5 * zeal * zeal + 0.1 * "
    "x}}, to: one}}}}\n"
    "    laws: {start: one, states: {\n"
    "      one: {go: {hazard: {spline: {gammas: [-4 * x, 0.9 * x, 0.05], knots: [1, 3 * x, 5], "
    "time_unit: 1 day}}, to: "
    "two}},\n"
    "      two: {go: {hazard: {fractional_polynomial: {powers: [0.5, 1], coefficients: [-4 * x, "
    "0.3 * x, -0.1], "
    "time_unit: 10 days}}, to: three}},\n"
    "      three: {go: {hazard: {gamma: {shape: 2 * x, rate: 0.1 / dd}}, to: one}}}}\n"
    "  utility: {base: 0.8 * x - burden}\n"
    "observations: {ends: {of: work.idle, delay: 2 * dd}}\n"
    "supports:\n"
    "  app:\n"
    "    offer: {upon: ends}\n"
    "    uptake: {chance: p, effects: [{if: odd, rr: 1.1 * x, at: 0.4 * x}]}\n"
    "    lasts: {hazard: {exponential: {mean: 60 * dd}}}\n"
    "    effects:\n"
    "      - {on_exit: work.idle.begin, hr: 0.7 * x, fades: {half_life: 20 * dd}}\n"
    "      - {on_exit: work.busy.end, hr: 1.3 * x, fades: {half_life: 20 * dd, held_for: 4 "
    "days}}\n"
    "    cost: {payer: {start: fee, run: fee / day}}\n"
    "strategies: {usual_care: {baseline: true}, app: {supports: [app]}, dear: {set: {fee: 2 "
    "USD}}}\n"
    "report: {measures: [cost, qaly, {measure: time_in_state, of: work.busy}, {measure: "
    "kaplan_meier, of: work.rest, "
    "at: 100 days}]}\n";

/* One parameter that changes nothing a twin lives: then sets differ by their twins alone. */
static const char idle_parameter[] =
    "twinpath: 1\nstudy: idle\nsource: assumption\nmoney: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 1 year}\n"
    "parameters: {price: {value: 1 USD, uncertain: {gamma: {shape: 4}}}}\n"
    "patient:\n  count: 500\n  attributes: {age: {normal: [50, 10]}}\n"
    "  tracks: {t: {start: a, states: {a: {cost: {payer: price / day}, go: {hazard: {exponential: "
    "{mean: 200 "
    "days}}, to: b}}, b: {}}}}\n"
    "strategies: {usual: {baseline: true}}\n"
    "report: {measures: [{measure: time_in_state, of: t.a}, cost]}\n";

/* ---- binding --------------------------------------------------------------------------------- */

static void
assert_same_law(const twp_law_constants_t *a, const twp_law_constants_t *b)
{
    const size_t n = (size_t) a->n_pieces * sizeof(double);

    assert_same_bits(a->c, b->c, sizeof a->c);
    assert_int_equal(a->n_pieces, b->n_pieces);
    if (n == 0)
        return;
    assert_same_bits(a->from_days, b->from_days, n);
    assert_same_bits(a->rate_per_day, b->rate_per_day, n);
    assert_same_bits(a->cumulative, b->cumulative, n);
}

static void
assert_same_drift(const twp_model_t *a, const twp_model_t *b, int i)
{
    const twp_drift_t *x = &a->drift[i], *y = &b->drift[i];

    assert_int_equal(x->n_pieces, y->n_pieces);
    assert_same_bits(&x->held_days, &y->held_days, sizeof(double));
    assert_same_bits(&x->log2_per_day, &y->log2_per_day, sizeof(double));
    assert_same_bits(&a->drift_mean[x->i_mean_first], &b->drift_mean[y->i_mean_first],
        (size_t) x->n_pieces * sizeof(double));
}

static void
assert_same_numbers(const twp_model_t *a, const twp_model_t *b)
{
    assert_int_equal(a->n_code, b->n_code);
    assert_same_bits(a->code, b->code, (size_t) a->n_code * sizeof *a->code);
    assert_same_bits(a->step_from, b->step_from, (size_t) a->n_steps * sizeof(double));
    assert_same_bits(a->step_is, b->step_is, (size_t) a->n_steps * sizeof(double));
    for (int k = 0; k < a->n_terms; k++) {
        assert_same_bits(&a->term[k].log_ratio, &b->term[k].log_ratio, sizeof(double));
        assert_same_bits(&a->term[k].weight, &b->term[k].weight, sizeof(double));
    }
    for (int e = 0; e < a->n_exits; e++)
        assert_same_law(&a->exit[e].law, &b->exit[e].law);
    for (int i = 0; i < a->n_drifts; i++)
        assert_same_drift(a, b, i);
    for (int i = 0; i < a->n_variables; i++) {
        assert_same_bits(&a->variable[i].low, &b->variable[i].low, sizeof(double));
        assert_same_bits(&a->variable[i].high, &b->variable[i].high, sizeof(double));
    }
    for (int i = 0; i < a->n_observations; i++)
        assert_same_bits(
            &a->observation[i].delay_days, &b->observation[i].delay_days, sizeof(double));
    for (int i = 0; i < a->n_rewards; i++) {
        assert_same_bits(&a->reward[i].from_days, &b->reward[i].from_days, sizeof(double));
        assert_same_bits(&a->reward[i].until_days, &b->reward[i].until_days, sizeof(double));
    }
}

static void
assert_same_lives(living_t *bound, living_t *compiled)
{
    life_t a, b;

    for (int k = 0; k < 30; k++) {
        living_live(bound, k, &a);
        living_live(compiled, k, &b);
        assert_int_equal(a.twin.mark, TWP_MARK_NONE);
        assert_int_equal(a.n_rows, b.n_rows);
        for (int r = 0; r < a.n_rows; r++) {
            assert_same_bits(&a.row[r].time_days, &b.row[r].time_days, sizeof(double));
            assert_int_equal(a.row[r].code, b.row[r].code);
        }
        living_clear(&a);
        living_clear(&b);
    }
}

/* Puts another model in place of a study's own. */
static void
live_by(living_t *living, twp_model_t *model)
{
    twp_error_t err = { TWP_OK, "" };

    twp_population_plan_free(living->plan);
    twp_model_free(living->model);
    living->model = model;
    if (twp_population_plan_create(living->population, model, &living->plan, &err) != TWP_OK)
        fail_msg("%s", err.message);
}

/* What the compiler makes of a study whose parameters are written as the set has them. */
static void
test_a_bound_model_is_a_compiled_one(void **state)
{
    (void) state;
    for (int64_t k = 1; k <= 3; k++) {
        living_t bound, compiled;
        twp_parameter_plan_t *plan = NULL;
        twp_model_t *copy = NULL, *anew = NULL;
        twp_error_t err = { TWP_OK, "" };
        double value[16];

        living_open(&bound, everything, 0, SEED);
        living_open(&compiled, everything, 0, SEED);
        assert_int_equal(twp_parameter_plan_create(bound.study, SEED, &plan, NULL), TWP_OK);
        assert_int_equal(twp_parameter_set_draw(plan, k, value, NULL), TWP_OK);
        for (int i = 0; i < compiled.study->n_parameters; i++)
            compiled.study->parameter[i].value = value[i];
        assert_int_equal(twp_model_copy(bound.model, &copy, NULL), TWP_OK);
        if (twp_model_bind(copy, value, &err) != TWP_OK)
            fail_msg("set %d: %s", (int) k, err.message);
        assert_int_equal(
            twp_model_compile(compiled.study, 0, SEED, &compiled.findings, &anew, NULL), TWP_OK);
        assert_same_numbers(copy, anew);
        assert_true(copy->n_bindings > 40);
        assert_true(
            memcmp(copy->code, bound.model->code, (size_t) copy->n_code * sizeof *copy->code) != 0);
        /* the original must outlive its copy: it is lived by instead of bound.model only now */
        twp_model_t *const original = bound.model;
        bound.model = NULL;
        live_by(&bound, copy);
        live_by(&compiled, anew);
        assert_same_lives(&bound, &compiled);
        living_close(&bound);
        living_close(&compiled);
        twp_model_free(original);
        twp_parameter_plan_free(plan);
    }
}

static void
test_binding_the_values_as_written_changes_nothing(void **state)
{
    living_t living;
    twp_model_t *copy = NULL;
    double value[16];

    (void) state;
    living_open(&living, everything, 0, SEED);
    for (int i = 0; i < living.study->n_parameters; i++)
        value[i] = living.study->parameter[i].value;
    assert_int_equal(twp_model_copy(living.model, &copy, NULL), TWP_OK);
    value[0] *= 1.1;
    assert_int_equal(twp_model_bind(copy, value, NULL), TWP_OK);
    value[0] = living.study->parameter[0].value;
    assert_int_equal(twp_model_bind(copy, value, NULL), TWP_OK);
    assert_same_numbers(living.model, copy);
    twp_model_free(copy);
    living_close(&living);
}

/* ---- runs ------------------------------------------------------------------------------------ */

typedef struct {
    const char *text;
    const char *set[3];
    int n_set;
    int64_t n_patients, n_sets;
    twp_twins_t twins;
    int n_threads;
    bool (*should_stop)(void *context);
    void *stop_context;
    twp_status_t want;
} order_t;

/* Runs the study of order->text into folder/name; the caller frees the path. */
static char *
run(const char *folder, const char *name, const order_t *order, twp_run_report_t *report,
    twp_error_t *err)
{
    char *const path = testlib_join(folder, name),
                *const study_path = testlib_join(folder, "s.yaml");
    twp_study_t *study = NULL;
    twp_run_settings_t settings;
    twp_status_t status;

    testlib_write_text(study_path, order->text);
    twp_run_settings_init(&settings);
    settings.n_patients = order->n_patients;
    settings.n_parameter_sets = order->n_sets;
    settings.twins = order->twins;
    settings.n_threads = order->n_threads;
    settings.output_path = path;
    settings.overwrite = true;
    settings.should_stop = order->should_stop;
    settings.stop_context = order->stop_context;
    status = twp_study_read(study_path, order->set, order->n_set, &study, err);
    for (int i = 0; study != NULL && status != TWP_OK && i < twp_study_n_findings(study); i++)
        print_error("%s\n", twp_study_finding(study, i)->message);
    assert_int_equal(status, TWP_OK);
    status = twp_study_run(study, &settings, report, err);
    if (status != order->want)
        print_error("%s\n", err->message);
    assert_int_equal(status, order->want);
    twp_study_free(study);
    free(study_path);
    return path;
}

static char *
digest_of(const char *folder, const order_t *order)
{
    twp_run_report_t report;
    twp_error_t err = { TWP_OK, "" };
    char *const path = run(folder, "r.h5", order, &report, &err),
                *const digest = strdup(report.digest);

    if (twp_results_check_layout(path, &err) != TWP_OK)
        fail_msg("%s", err.message);
    free(path);
    return digest;
}

static double *
column(const char *path, const char *name, size_t *n)
{
    twp_reader_t *reader = NULL;
    double *values = NULL;

    assert_int_equal(twp_reader_open(path, &reader, NULL), TWP_OK);
    if (twp_reader_read_float64(reader, name, &values, n, NULL) != TWP_OK)
        fail_msg("no column %s", name);
    twp_reader_close(reader);
    return values;
}

static void
test_any_number_of_threads_gives_the_same_file(void **state)
{
    static const int threads[] = { 1, 2, 5 };
    /* Few blocks: threads over sets; 5 blocks: one thread over blocks, more over sets. */
    const struct {
        const char *text;
        int64_t n_patients, n_sets;
        twp_twins_t twins;
    } sort[] = { { everything, 60, 9, TWP_TWINS_FRESH }, { everything, 60, 4, TWP_TWINS_SAME },
        { idle_parameter, 4 * 1024 + 7, 3, TWP_TWINS_FRESH } };

    for (size_t i = 0; i < sizeof sort / sizeof sort[0]; i++) {
        char *digest[3];
        for (int k = 0; k < 3; k++)
            digest[k] = digest_of(*state,
                &(order_t){ .text = sort[i].text,
                    .n_patients = sort[i].n_patients,
                    .n_sets = sort[i].n_sets,
                    .twins = sort[i].twins,
                    .n_threads = threads[k] });
        assert_string_equal(digest[0], digest[1]);
        assert_string_equal(digest[0], digest[2]);
        for (int k = 0; k < 3; k++)
            free(digest[k]);
    }
}

static void
assert_begins_with(const char *path, const char *longer, const char *name, size_t n_rows)
{
    size_t n, n_longer;
    double *const a = column(path, name, &n), *const b = column(longer, name, &n_longer);

    for (size_t row = 0; row < n_rows; row++)
        assert_same_bits(
            &a[row * (n / n_rows)], &b[row * (n_longer / n_rows)], n / n_rows * sizeof(double));
    free(a);
    free(b);
}

static void
test_more_sets_move_no_set(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    order_t order = { .text = everything, .n_patients = 40, .n_sets = 3, .n_threads = 1 };
    char *const few = run(*state, "few.h5", &order, NULL, &err);

    order.n_sets = 7;
    char *const many = run(*state, "many.h5", &order, NULL, &err);

    assert_begins_with(few, many, "draws/parameter_x", 1);
    assert_begins_with(few, many, "draws/parameter_q", 1);
    assert_begins_with(few, many, "draws/qaly", 3);
    assert_begins_with(few, many, "draws/cost_diff_mcse", 2);
    free(few);
    free(many);
}

/* Both draws and lives of `lone` stay when a second parameter becomes uncertain that nobody uses. */
static void
test_another_uncertain_parameter_moves_no_life(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    order_t order = { .text = everything, .n_patients = 40, .n_sets = 3, .n_threads = 1 };
    char *const lone = run(*state, "lone.h5", &order, NULL, &err), *more = NULL, *joined;
    size_t n, n_more;

    assert_true(asprintf(&more, "%s", everything) > 0);
    joined = strstr(more, "  q: 1 - p\n");
    assert_non_null(joined);
    *joined = '\0';
    assert_true(asprintf(&joined, "%s  a: {value: 1, uncertain: {normal: {se: 1}}}\n%s", more,
                    strstr(everything, "  q: 1 - p\n")) > 0);
    order.text = joined;

    char *const other = run(*state, "other.h5", &order, NULL, &err);
    double *const a = column(lone, "draws/qaly", &n),
                  *const b = column(other, "draws/qaly", &n_more);

    assert_int_equal(n, n_more);
    assert_same_bits(a, b, n * sizeof(double));
    free(a);
    free(b);
    free(more);
    free(joined);
    free(lone);
    free(other);
}

/* ---- whose twins ----------------------------------------------------------------------------- */

static void
test_fresh_twins_differ_between_sets_and_the_same_do_not(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    order_t order = {
        .text = idle_parameter, .n_sets = 4, .n_threads = 1, .twins = TWP_TWINS_SAME
    };
    char *const same = run(*state, "same.h5", &order, NULL, &err);

    order.twins = TWP_TWINS_FRESH;
    char *const fresh = run(*state, "fresh.h5", &order, NULL, &err);

    order.n_sets = 0;
    char *const plain = run(*state, "plain.h5", &order, NULL, &err);
    size_t n;
    double *const a = column(same, "draws/time_in_state_t_a", &n),
                  *const b = column(fresh, "draws/time_in_state_t_a", &n),
                  *const once = column(plain, "summary/time_in_state_t_a_mean", &n);

    for (int k = 1; k < 4; k++) {
        assert_same_bits(&a[0], &a[k], sizeof(double));
        assert_true(b[0] != b[k]);
    }
    assert_same_bits(a, once, sizeof(double)); /* those of a run without sets */
    free(a);
    free(b);
    free(once);
    free(same);
    free(fresh);
    free(plain);
}

static void
test_the_set_stands_in_the_top_bits_of_an_id(void **state)
{
    living_t living;
    life_t plain, fresh;

    (void) state;
    living_open(&living, idle_parameter, 0, SEED);
    living_live(&living, 7, &plain);
    living.plan->id_of_set = (uint64_t) 3 << TWP_POPULATION_ID_BITS;
    living_live(&living, 7, &fresh);
    assert_true(plain.twin.id == 7);
    assert_true(fresh.twin.id == ((uint64_t) 3 << 40 | 7));
    living_clear(&plain);
    living_clear(&fresh);
    living_close(&living);
}

/* Outcomes of the same twins are means over sets: of the cost, the mean price times the time. */
static void
test_outcomes_of_the_same_twins_are_means_over_sets(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    const order_t order = {
        .text = idle_parameter, .n_sets = 6, .n_threads = 2, .twins = TWP_TWINS_SAME
    };
    char *const path = run(*state, "same.h5", &order, NULL, &err);
    size_t n;
    double *const cost = column(path, "outcomes/cost", &n),
                  *const days = column(path, "outcomes/time_in_state_t_a", &n),
                  *const price = column(path, "draws/parameter_price", NULL);
    double mean = 0;

    for (int k = 0; k < 6; k++)
        mean += price[k] / 6;
    assert_int_equal(n, 500);
    for (size_t i = 0; i < n; i++)
        assert_near_relative(cost[i], mean * days[i], 1e-6); /* written as float32 */
    free(cost);
    free(days);
    free(price);
    free(path);
}

static void
test_fresh_twins_have_no_rows(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    const order_t order = { .text = idle_parameter, .n_sets = 2, .n_threads = 1 };
    char *const path = run(*state, "fresh.h5", &order, NULL, &err);
    twp_reader_t *reader = NULL;
    char *text = NULL;
    int32_t n = 0;

    assert_int_equal(twp_reader_open(path, &reader, NULL), TWP_OK);
    assert_false(twp_reader_has(reader, "outcomes"));
    assert_false(twp_reader_has(reader, "twins"));
    assert_false(twp_reader_has(reader, "events"));
    assert_int_equal(
        twp_reader_attribute_text(reader, "", "twins_across_sets", &text, NULL), TWP_OK);
    assert_string_equal(text, "fresh");
    assert_int_equal(twp_reader_attribute_int32(reader, "", "n_parameter_sets", &n, NULL), TWP_OK);
    assert_int_equal(n, 2);
    free(text);
    twp_reader_close(reader);
    free(path);
}

/* ---- ends ------------------------------------------------------------------------------------ */

/* A set is asked about at least twice: before it and before its block. */
static bool
stop_at_last_question(void *context)
{
    return atomic_fetch_sub((atomic_int *) context, 1) <= 0;
}

static void
test_a_stopped_run_is_the_first_sets_of_the_whole_one(void **state)
{
    atomic_int n_left = 30;
    twp_error_t err = { TWP_OK, "" };
    twp_run_report_t report;
    order_t order = { .text = everything, .n_patients = 40, .n_sets = 40, .n_threads = 2 };
    char *const whole = run(*state, "whole.h5", &order, NULL, &err);

    order.should_stop = stop_at_last_question;
    order.stop_context = &n_left;
    order.want = TWP_ERR_INTERRUPTED;
    char *const part = run(*state, "part.h5", &order, &report, &err);
    twp_summary_t *summary = NULL;

    assert_true(report.is_partial);
    assert_in_range(report.n_parameter_sets_done, 1, 39);
    assert_contains(err.message, "of 40 parameter sets");
    if (twp_results_check_layout(part, &err) != TWP_OK)
        fail_msg("%s", err.message);
    assert_begins_with(part, whole, "draws/qaly", 3);
    assert_begins_with(part, whole, "draws/parameter_p", 1);
    assert_int_equal(twp_summary_read(part, &summary, NULL), TWP_OK);
    assert_true(summary->is_partial);
    assert_int_equal(summary->n_parameter_sets_done, report.n_parameter_sets_done);
    twp_summary_free(summary);
    free(whole);
    free(part);
}

static void
test_a_fault_in_a_set_names_the_first_one(void **state)
{
    static const char text[] = "twinpath: 1\nstudy: faulty\nsource: assumption\ntime: {starts: "
                               "2027-01-01, horizon: 1 year}\n"
                               "parameters: {p: {value: 0.9, uncertain: {normal: {se: 0.06}}}}\n"
                               "patient:\n  count: 50\n  tracks: {t: {start: a, states: {a: {go: "
                               "{after: 9 days, choose: [{chance: p, to: "
                               "b}, {otherwise: c}]}}, b: {}, c: {}}}}\n"
                               "strategies: {usual: {baseline: true}}\nreport: {measures: "
                               "[{measure: entries, of: t.b}]}\n";
    char message[2][TWP_ERROR_MESSAGE_SIZE];

    for (int k = 0; k < 2; k++) {
        twp_error_t err = { TWP_OK, "" };
        const order_t order = {
            .text = text, .n_sets = 200, .n_threads = k == 0 ? 1 : 4, .want = TWP_ERR_FAULT
        };
        free(run(*state, "faulty.h5", &order, NULL, &err));
        (void) snprintf(message[k], sizeof message[k], "%s", err.message);
    }
    assert_contains(message[0], "parameter set ");
    assert_contains(message[0], "a chance is outside 0 to 1");
    assert_string_equal(message[0], message[1]);
}

static void
test_a_set_outside_of_a_range_fails_before_the_first_life(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    const order_t order = { .text = idle_parameter,
        .set = { "parameters.price.range=[0.2 USD, 3 USD]" },
        .n_set = 1,
        .n_sets = 500,
        .n_threads = 1,
        .want = TWP_ERR_FAULT };
    char *const path = run(*state, "r.h5", &order, NULL, &err);

    assert_contains(err.message, "price");
    assert_contains(err.message, "`within`");
    assert_false(testlib_exists(path));
    free(path);
}

static void
test_sets_of_nothing_uncertain_are_refused(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    const order_t order = { .text = idle_parameter,
        .set = { "price=2 USD" },
        .n_set = 1,
        .n_sets = 5,
        .want = TWP_ERR_INPUT };

    free(run(*state, "r.h5", &order, NULL, &err));
    assert_contains(err.message, "no parameter of the study is uncertain");
}

/* A strategy that sets an uncertain parameter lives with that number in every set. */
static void
test_what_a_strategy_sets_is_certain_under_it(void **state)
{
    static const char strategies[] =
        "strategies={usual: {baseline: true}, fixed: {set: {price: 3 USD}}}";
    twp_error_t err = { TWP_OK, "" };
    const order_t order = { .text = idle_parameter,
        .set = { strategies },
        .n_set = 1,
        .n_sets = 5,
        .twins = TWP_TWINS_SAME,
        .n_threads = 1 };
    char *const path = run(*state, "r.h5", &order, NULL, &err);
    double *const cost = column(path, "draws/cost", NULL),
                  *const price = column(path, "draws/parameter_price", NULL),
                  *const days = column(path, "draws/time_in_state_t_a", NULL);

    for (int k = 0; k < 5; k++) {
        assert_near_relative(cost[k], price[k] * days[k], 1e-12);
        assert_near_relative(cost[5 + k], 3 * days[5 + k], 1e-12);
    }
    free(cost);
    free(price);
    free(days);
    free(path);
}

/* ---- drawn tables ---------------------------------------------------------------------------- */

/* A study of one exit from state s of track c, with what is uncertain of it; the caller frees it. */
static char *
one_exit(const char *blocks, const char *exit)
{
    char *text = NULL;

    assert_true(
        asprintf(&text,
            "twinpath: 1\nstudy: one_exit\nsource: assumption\n"
            "time: {starts: 2027-01-01, horizon: 2 years}\n%s\n"
            "patient: {count: 300, tracks: {c: {start: s, states: {s: {go: {%s}}, t: {}, u: "
            "{}}}}}\n"
            "strategies: {usual: {baseline: true}}\n"
            "report: {measures: [{measure: time_in_state, of: c.s}]}\n",
            blocks, exit) > 0);
    return text;
}

/* Normal draws 1e-6 around a mean that the values as written are far from: each set is a fault. */
static void
test_drawn_pieces_and_steps_are_checked_as_written_ones_are(void **state)
{
    static const struct {
        const char *law, *exit, *message;
    } wrong[] = {
        { "{value: 1, uncertain: {normal: {se: 0.000001, mean: -3}}}",
            "hazard: {piecewise: {from: [0 days, 1 year], rate: [1 / year, x / day]}}, to: t",
            "the hazard of piece 2 of patient.c.s.go is out of range: it is -3 a day" },
        { "{value: 1, uncertain: {normal: {se: 0.000001, mean: -3}}}",
            "hazard: {piecewise: {from: [0 days, x * 1 day], rate: [1 / year, 2 / year]}}, to: t",
            "the pieces of patient.c.s.go must rise from 0: piece 2 begins at day -3" },
        { "{value: 100, uncertain: {normal: {se: 0.000001, mean: 500}}}",
            "hazard: {piecewise: {from: [0 days, x * 1 day, 300 days], rate: [0 / day, 1 / year, 2 "
            "/ year]}}, to: t",
            "the pieces of patient.c.s.go must rise from 0: piece 3 begins at day 300" },
        { "{value: 100, uncertain: {normal: {se: 0.000001, mean: 500}}}",
            "after: 300 days, choose: [{chance: {steps_of: time, from: [0 days, x * 1 day, 200 "
            "days], is: [0.1, 0.5, 0.9]}, to: t}, {otherwise: u}]",
            "the `from` of steps must rise" },
        { "{value: 100, uncertain: {normal: {se: 0.000001, mean: -3}}}",
            "after: 300 days, choose: [{chance: \"steps(time, [0 days, x * 1 day], [0.1, 0.5])\", "
            "to: t}, {otherwise: u}]",
            "the `from` of steps must rise" },
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        twp_error_t err = { TWP_OK, "" };
        char *blocks = NULL, *text;

        assert_true(asprintf(&blocks, "parameters: {x: %s}", wrong[i].law) > 0);
        text = one_exit(blocks, wrong[i].exit);
        const order_t order = { .text = text, .n_sets = 2, .n_threads = 1, .want = TWP_ERR_FAULT };
        free(run(*state, "r.h5", &order, NULL, &err));
        assert_contains(err.message, "parameter set 1");
        assert_contains(err.message, wrong[i].message);
        free(text);
        free(blocks);
    }
}

/* A chance of 1/2 within w is the hazard log 2 / w, in every set. */
static void
test_the_time_of_the_chances_of_a_life_table_is_drawn(void **state)
{
    static const char parameter[] =
        "parameters: {w: {value: 1 year, uncertain: {lognormal: {se_log: 0.7}}}}\n";
    static const char tables[] =
        "parameters: {w: {value: 1 year, uncertain: {lognormal: {se_log: 0.7}}}}\n"
        "tables: {lt: {from: lt.csv, by: [{column: age, unit: 1 year}], value: q}}\n";
    twp_error_t err = { TWP_OK, "" };
    char *const csv = testlib_join(*state, "lt.csv");
    char *const by_table = one_exit(
                    tables, "hazard: {life_table: {table: lt, chance_within: w}}, to: t"),
                *const by_rate = one_exit(
                    parameter, "hazard: {exponential: {rate: 0.6931471805599453 / w}}, to: t");
    order_t order = { .text = by_table, .n_sets = 8, .n_threads = 1, .twins = TWP_TWINS_SAME };

    testlib_write_text(csv, "age,q\n0,0.5\n");
    char *const a_path = run(*state, "a.h5", &order, NULL, &err);
    order.text = by_rate;
    char *const b_path = run(*state, "b.h5", &order, NULL, &err);
    double *const a = column(a_path, "draws/time_in_state_c_s", NULL),
                  *const b = column(b_path, "draws/time_in_state_c_s", NULL);

    for (int k = 0; k < 8; k++) {
        assert_near_relative(a[k], b[k], 1e-12);
        assert_true(k == 0 || b[k] != b[k - 1]);
    }
    free(a);
    free(b);
    free(a_path);
    free(b_path);
    free(by_table);
    free(by_rate);
    free(csv);
}

static void
test_the_time_of_the_chances_must_stay_above_zero(void **state)
{
    twp_error_t err = { TWP_OK, "" };
    char *const csv = testlib_join(*state, "lt.csv");
    char *const text = one_exit(
        "parameters: {w: {value: 1 year, uncertain: {normal: {mean: -9 days, se: 1e-9 "
        "days}}}}\n"
        "tables: {lt: {from: lt.csv, by: [{column: age, unit: 1 year}], value: q}}\n",
        "hazard: {life_table: {table: lt, chance_within: w}}, to: t");
    const order_t order = { .text = text, .n_sets = 2, .n_threads = 1, .want = TWP_ERR_FAULT };

    testlib_write_text(csv, "age,q\n0,0.5\n");
    free(run(*state, "r.h5", &order, NULL, &err));
    assert_contains(
        err.message, "the time of the chances of patient.c.s.go is out of range: it is -9 days");
    free(text);
    free(csv);
}

/* All shares of a Dirichlet law are set by a strategy, one of them to 0. */
static void
test_a_strategy_may_set_all_shares_of_a_dirichlet_law(void **state)
{
    static const char text[] =
        "twinpath: 1\nstudy: shares\nsource: assumption\n"
        "time: {starts: 2027-01-01, horizon: 30 days}\n"
        "parameters: {a: 0.2, b: 0.3, c: 0.5}\nuncertain: {j: {dirichlet: {of: [a, b, c], n: "
        "100}}}\n"
        "patient: {count: 300, tracks: {t: {start: s, states: {s: {go: {after: 10 days, choose: "
        "[{chance: a, to: u}, {chance: b, to: v}, {otherwise: w}]}}, u: {}, v: {}, w: {}}}}}\n"
        "strategies: {usual: {baseline: true}, none: {set: {a: 0, b: 1, c: 0}}}\n"
        "report: {measures: [{measure: time_in_state, of: t.u}, {measure: time_in_state, of: "
        "t.v}]}\n";
    twp_error_t err = { TWP_OK, "" };
    const order_t order = { .text = text, .n_sets = 3, .n_threads = 1, .twins = TWP_TWINS_SAME };
    char *const path = run(*state, "r.h5", &order, NULL, &err);
    double *const u = column(path, "draws/time_in_state_t_u", NULL),
                  *const v = column(path, "draws/time_in_state_t_v", NULL);

    for (int k = 0; k < 3; k++) {
        assert_true(u[k] > 1 && u[k] < 10); /* 0.2 of 20 days, all but 0.04 of shares */
        assert_near(u[3 + k], 0, 0);
        assert_near(v[3 + k], 20, 1e-9);
    }
    free(u);
    free(v);
    free(path);
}

#define WITH_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bound_model_is_a_compiled_one),
        cmocka_unit_test(test_binding_the_values_as_written_changes_nothing),
        WITH_FOLDER(test_any_number_of_threads_gives_the_same_file),
        WITH_FOLDER(test_more_sets_move_no_set),
        WITH_FOLDER(test_another_uncertain_parameter_moves_no_life),
        WITH_FOLDER(test_fresh_twins_differ_between_sets_and_the_same_do_not),
        cmocka_unit_test(test_the_set_stands_in_the_top_bits_of_an_id),
        WITH_FOLDER(test_outcomes_of_the_same_twins_are_means_over_sets),
        WITH_FOLDER(test_fresh_twins_have_no_rows),
        WITH_FOLDER(test_a_stopped_run_is_the_first_sets_of_the_whole_one),
        WITH_FOLDER(test_a_fault_in_a_set_names_the_first_one),
        WITH_FOLDER(test_a_set_outside_of_a_range_fails_before_the_first_life),
        WITH_FOLDER(test_sets_of_nothing_uncertain_are_refused),
        WITH_FOLDER(test_what_a_strategy_sets_is_certain_under_it),
        WITH_FOLDER(test_drawn_pieces_and_steps_are_checked_as_written_ones_are),
        WITH_FOLDER(test_the_time_of_the_chances_of_a_life_table_is_drawn),
        WITH_FOLDER(test_the_time_of_the_chances_must_stay_above_zero),
        WITH_FOLDER(test_a_strategy_may_set_all_shares_of_a_dirichlet_law),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
