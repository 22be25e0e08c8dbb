/*
 * A point that is bound into the compiled study is the point that is read: for every number of every study in
 * scenarios/, changed a little, to 0 and below 0, the two ways give the same models and the same figures, bit
 * by bit, or both refuse.
 */
#include "testlib.h"

#include "engine/population.h"
#include "results/provenance.h"
#include "twinpath_point.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 8 /* numbers that are swept at a time */
#define N_TWINS 12

/* ---- a sweep over any numbers ------------------------------------------------------------------ */

typedef struct {
    twp_study_t *study;
    twp_arena_t *arena;
    twp_sweep_t points;
    twp_study_swept_t swept[MOST];
    twp_sweep_study_t sweep;
    int64_t n_sets;
    int n_moved, n_read, n_refused; /* numbers, points */
} fixture_t;

/* What is the same at all points of a sweep (study/read_sweep.c). */
static bool
is_common(const char *path)
{
    static const char *const common[] = { "money", "patient.count", "record", "report", "sweep",
        "tables", "targets", "time", "uncertain", "strategies" };

    if (strncmp(path, "report.discount", 15) == 0)
        return false;
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (strncmp(path, common[i], strlen(common[i])) == 0)
            return true;
    return false;
}

static const twp_node_t *
node_of(fixture_t *f, const char *text)
{
    twp_node_t *const node = TWP_ARENA_NEW(f->arena, twp_node_t, 1);

    assert_non_null(node);
    *node = (twp_node_t){ .kind = TWP_NODE_SCALAR,
        .text = text,
        .file = "--over",
        .line = 1,
        .column = 1,
        .origin = TWP_ORIGIN_SET };
    return node;
}

/* The text, a number with or without a unit, `times` as large; NULL when it is something else. */
static const char *
scaled(fixture_t *f, const char *text, double times)
{
    static const char unit[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ /";
    char *end;
    const double number = strtod(text, &end);

    if (end == text || end[strspn(end, unit)] != '\0')
        return NULL;
    return twp_arena_printf(f->arena, "%.17g%s", number * times, end);
}

/*
 * Numbers first .. first + n - 1 of the list: point 0 has them as they are; then each in turn is 1 % more, 0,
 * and below 0; in the last point all are 1 % more.
 */
static void
lay_points(fixture_t *f, const char *const *path, const char *const *text, int n)
{
    static const double times[] = { 1.01, 0, -1 };
    const twp_node_t **node;

    f->points =
        (twp_sweep_t){ .arena = f->arena, .n_points = 3 * n + 2, .n_swept = n, .swept = f->swept };
    node = TWP_ARENA_NEW(f->arena, const twp_node_t *, f->points.n_points *n);
    f->points.value = TWP_ARENA_NEW(f->arena, double, f->points.n_points *n);
    assert_true(node != NULL && f->points.value != NULL);
    for (int k = 0; k < n; k++) {
        f->swept[k] = (twp_study_swept_t){ .path = path[k],
            .name = twp_arena_printf(f->arena, "n%d", k),
            .unit = "",
            .unit_size = 1 };
        for (int64_t i = 0; i < f->points.n_points; i++) {
            const bool is_own = i >= 1 + 3 * k && i < 4 + 3 * k, is_last = i == 3 * n + 1;
            const double by = is_own ? times[i - 1 - 3 * k] : is_last ? times[0] : 1;

            node[i * n + k] = node_of(f, by == 1 ? text[k] : scaled(f, text[k], by));
            f->points.value[i * n + k] = by;
        }
    }
    f->points.node = node;
}

static void
open_sweep(fixture_t *f)
{
    f->sweep = (twp_sweep_study_t){ .study = f->study, .points = &f->points };
    assert_int_equal(twp_sweep_study_read(&f->sweep, 0, true, &f->sweep.model, NULL), TWP_OK);
}

/* ---- models ------------------------------------------------------------------------------------ */

static void
same_number(double a, double b, const char *what, int i)
{
    if (memcmp(&a, &b, sizeof a) != 0 && !(isnan(a) && isnan(b)))
        fail_msg("%s %d: %.17g bound, %.17g read", what, i, a, b);
}

static void
same_law(const twp_law_constants_t *a, const twp_law_constants_t *b, int i)
{
    for (int k = 0; k < 4; k++)
        same_number(a->c[k], b->c[k], "constant of the law of exit", i);
    assert_int_equal(a->n_pieces, b->n_pieces);
    assert_int_equal(a->scale, b->scale);
    for (int k = 0; k < a->n_pieces; k++) {
        same_number(a->from_days[k], b->from_days[k], "start in the law of exit", i);
        same_number(a->rate_per_day[k], b->rate_per_day[k], "hazard in the law of exit", i);
        same_number(a->cumulative[k], b->cumulative[k], "H in the law of exit", i);
    }
}

static void
same_drift(const twp_model_t *a, const twp_model_t *b, int i)
{
    const twp_drift_t *const x = &a->drift[i], *const y = &b->drift[i];

    assert_int_equal(x->n_pieces, y->n_pieces);
    same_number(x->held_days, y->held_days, "hold of drift", i);
    same_number(x->log2_per_day, y->log2_per_day, "speed of drift", i);
    for (int k = 0; k < x->n_pieces; k++)
        same_number(a->drift_mean[x->i_mean_first + k], b->drift_mean[y->i_mean_first + k],
            "mean of drift", i);
}

static void
same_tables(const twp_model_t *a, const twp_model_t *b)
{
    assert_int_equal(a->n_code, b->n_code);
    for (int i = 0; i < a->n_code; i++)
        same_number(a->code[i].number, b->code[i].number, "code", i);
    assert_int_equal(a->n_steps, b->n_steps);
    for (int i = 0; i < a->n_steps; i++) {
        same_number(a->step_from[i], b->step_from[i], "start of step", i);
        same_number(a->step_is[i], b->step_is[i], "step", i);
    }
    assert_int_equal(a->n_terms, b->n_terms);
    for (int i = 0; i < a->n_terms; i++) {
        same_number(a->term[i].log_ratio, b->term[i].log_ratio, "term", i);
        same_number(a->term[i].weight, b->term[i].weight, "weight of term", i);
        assert_int_equal(a->term[i].i_value, b->term[i].i_value);
    }
    assert_int_equal(a->n_rewards, b->n_rewards);
    for (int i = 0; i < a->n_rewards; i++) {
        same_number(a->reward[i].from_days, b->reward[i].from_days, "start of reward", i);
        same_number(a->reward[i].until_days, b->reward[i].until_days, "end of reward", i);
    }
    assert_int_equal(a->n_discount_steps, b->n_discount_steps);
    for (int i = 0; i < a->n_discount_steps; i++) {
        same_number(
            a->discount_step[i].log_per_day, b->discount_step[i].log_per_day, "discount", i);
        same_number(a->discount_step[i].start_days, b->discount_step[i].start_days, "discount", i);
    }
}

static void
same_model(const twp_model_t *a, const twp_model_t *b)
{
    const char *what = "";

    if (!twp_model_same_shape(a, b, &what))
        fail_msg("shape: %s", what);
    same_tables(a, b);
    for (int i = 0; i < a->n_exits; i++)
        same_law(&a->exit[i].law, &b->exit[i].law, i);
    assert_int_equal(a->n_drifts, b->n_drifts);
    for (int i = 0; i < a->n_drifts; i++)
        same_drift(a, b, i);
    for (int i = 0; i < a->n_variables; i++) {
        same_number(a->variable[i].low, b->variable[i].low, "low of variable", i);
        same_number(a->variable[i].high, b->variable[i].high, "high of variable", i);
    }
    for (int i = 0; i < a->n_observations; i++)
        same_number(a->observation[i].delay_days, b->observation[i].delay_days, "delay", i);
    for (int i = 0; i < a->n_supports; i++) {
        same_number(a->support[i].from_days, b->support[i].from_days, "start of support", i);
        same_number(a->support[i].ramp_days, b->support[i].ramp_days, "ramp of support", i);
        same_number(a->support[i].at_most_days, b->support[i].at_most_days, "window", i);
        assert_int_equal(a->support[i].n_at_most, b->support[i].n_at_most);
    }
    assert_int_equal(a->study->n_parameters, b->study->n_parameters);
    for (int i = 0; i < a->study->n_parameters; i++) {
        const twp_study_parameter_t *const x = &a->study->parameter[i],
                                           *const y = &b->study->parameter[i];
        same_number(x->value, y->value, "parameter", i);
        same_number(a->parameter[i], b->parameter[i], "value of parameter", i);
        same_number(x->low, y->low, "low of parameter", i);
        same_number(x->high, y->high, "high of parameter", i);
        assert_int_equal(x->is_drawn, y->is_drawn);
    }
}

static void
same_draws(const fixture_t *f, const twp_study_t *a, const twp_study_t *b)
{
    twp_findings_t findings;
    twp_population_t *population = NULL;

    assert_int_equal(twp_findings_init(&findings, NULL), TWP_OK);
    assert_int_equal(twp_population_open((const twp_study_typed_t *const *) f->study->typed,
                         f->study->n_strategies, N_TWINS, &population, &findings, NULL),
        TWP_OK);
    for (int s = 0; s < a->n_strategies; s++) {
        twp_draw_plan_t *x = NULL, *y = NULL;
        const twp_status_t status = twp_population_plan_create(population, a->model[s], &x, NULL);

        assert_int_equal(twp_population_plan_create(population, b->model[s], &y, NULL), status);
        if (status == TWP_OK)
            assert_true(twp_population_same_plan(x, y));
        twp_population_plan_free(x);
        twp_population_plan_free(y);
    }
    twp_population_free(population);
    twp_findings_clear(&findings);
}

static void
compare_models(fixture_t *f)
{
    twp_sweep_places_t *places = NULL;

    assert_int_equal(twp_sweep_places_open(&f->sweep, NULL, 1, &places, NULL), TWP_OK);
    for (int64_t i = 0; i < f->points.n_points; i++) {
        twp_study_t *const bound = twp_sweep_place_bind(places, 0, i), *read = NULL;
        const twp_status_t status = twp_sweep_study_bind(&f->sweep, i, &read, NULL);

        if ((bound != NULL) != (status == TWP_OK))
            fail_msg("%s: bound %d, read %d", twp_sweep_point_text(f->arena, &f->points, i),
                bound != NULL, status == TWP_OK);
        f->n_refused += bound == NULL;
        for (int s = 0; bound != NULL && s < bound->n_strategies; s++)
            same_model(bound->model[s], read->model[s]);
        if (bound != NULL)
            same_draws(f, bound, read);
        twp_study_free(read);
    }
    f->n_read += (int) twp_sweep_places_n_read(places);
    twp_sweep_places_close(places);
}

/* ---- figures ----------------------------------------------------------------------------------- */

/* Points, of bound or of read studies, into a file, with what goes wrong at some; its digest. */
static void
live_into(fixture_t *f, const char *path, bool is_bound, int n_threads, char *digest)
{
    twp_run_settings_t settings;
    twp_sweep_places_t *places = NULL;
    twp_stack_t *stack = NULL;
    twp_stack_points_t points;
    twp_results_writer_t *writer = NULL;
    twp_results_options_t options = { .overwrite = true, .n_threads = n_threads };

    twp_run_settings_init(&settings);
    settings.n_patients = N_TWINS;
    settings.n_threads = n_threads;
    settings.n_parameter_sets = f->n_sets;
    assert_int_equal(
        twp_sweep_study_points(&f->sweep, 0, f->points.n_points, f->arena, &points, NULL), TWP_OK);
    assert_int_equal(twp_results_writer_open(path, &options, &writer, NULL), TWP_OK);
    assert_int_equal(twp_stack_create(f->points.n_points, &points, writer, &stack, NULL), TWP_OK);
    assert_int_equal(twp_sweep_places_open(&f->sweep, &settings, 1, &places, NULL), TWP_OK);
    for (int64_t i = 0; i < f->points.n_points; i++) {
        twp_results_writer_t *captured = NULL;
        twp_run_report_t report;
        twp_error_t err = { TWP_OK, "" };
        const twp_status_t status = is_bound
            ? twp_sweep_place_live(places, 0, &settings, i, &captured, &report, &err)
            : twp_sweep_study_live(&f->sweep, &settings, i, &captured, &report, &err);

        assert_int_equal(status == TWP_OK ? twp_stack_put(stack, i, captured, NULL)
                                          : twp_stack_fail(stack, i, err.message, NULL),
            TWP_OK);
    }
    assert_int_equal(twp_stack_end(stack, NULL), TWP_OK);
    assert_int_equal(twp_results_close(writer, "complete", digest, NULL), TWP_OK);
    twp_sweep_places_close(places);
    twp_stack_free(stack);
}

static void
compare_figures(fixture_t *f, const char *folder)
{
    char *const path = testlib_join(folder, "points.h5");
    char bound[TWP_CONTENT_DIGEST_HEX_SIZE], read[TWP_CONTENT_DIGEST_HEX_SIZE];

    live_into(f, path, true, 1, bound);
    live_into(f, path, false, 1, read);
    assert_string_equal(bound, read);
    free(path);
}

/* ---- studies ----------------------------------------------------------------------------------- */

static void
try_numbers(
    fixture_t *f, const char *const *path, const char *const *text, int n, const char *folder)
{
    lay_points(f, path, text, n);
    open_sweep(f);
    for (int k = 0; k < n; k++)
        f->n_moved += twp_sweep_study_can_move(&f->sweep, k);
    compare_models(f);
    compare_figures(f, folder);
    twp_study_free(f->sweep.model);
}

/*
 * A study takes each of its own numbers as what is swept, but for what is the same at all points. Keys that
 * are conditions make no path.
 */
static void
take_numbers(const char *path_of, const char *const *path, const char *const *text, int n)
{
    static const char in_paths[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    char *over[MOST] = { NULL };
    twp_study_t *study = NULL;
    int n_over = 0;

    for (int k = 0; k < n; k++)
        if (path[k][strspn(path[k], in_paths)] == '\0')
            assert_true(asprintf(&over[n_over++], "--over %s=%s", path[k], text[k]) > 0);
    if (twp_study_read(path_of, (const char *const *) over, n_over, &study, NULL) != TWP_OK)
        fail_msg("%s: %s", over[0], twp_study_finding(study, 0)->message);
    twp_study_free(study);
    for (int k = 0; k < n_over; k++)
        free(over[k]);
}

/* Sweeps the numbers that are written as numbers, each `step`-th of them; all in the long tier. */
static void
try_study(const char *path_of, const char *folder, int64_t n_sets, int step, int n_least_moved)
{
    fixture_t f = { .arena = twp_arena_create(0), .n_sets = n_sets };
    const char *path[MOST], *text[MOST];
    int n = 0, n_all = 0, n_seen = 0;

    assert_int_equal(twp_study_read(path_of, NULL, 0, &f.study, NULL), TWP_OK);
    for (int i = 0; i < f.study->base->n_numbers; i++) {
        const twp_study_number_t *const one = &f.study->base->number[i];

        if (is_common(one->path) || scaled(&f, one->text, 1) == NULL)
            continue;
        if (n_seen++ % step != 0 && !testlib_is_long())
            continue;
        path[n] = one->path;
        text[n++] = one->text;
        n_all++;
        if (n == MOST) {
            take_numbers(path_of, path, text, n);
            try_numbers(&f, path, text, n, folder);
            n = 0;
        }
    }
    if (n > 0) {
        take_numbers(path_of, path, text, n);
        try_numbers(&f, path, text, n, folder);
    }
    print_message("%s: %d of %d numbers are bound; %d points refused, %d read\n", path_of,
        f.n_moved, n_all, f.n_refused, f.n_read);
    assert_true(f.n_moved >= n_least_moved);
    twp_study_free(f.study);
    twp_arena_free(f.arena);
}

static void
test_every_number_of_the_studies(void **state)
{
    static const struct {
        const char *path;
        int step, n_least_moved;
    } studies[] = {
        { "scenarios/studies/first_study.yaml", 1, 9 },
        { "scenarios/studies/daily_doses.yaml", 1, 17 },
        { "scenarios/studies/sick_sicker_psa.yaml", 5, 1 },
        { "scenarios/studies/oncology_three_states.yaml", 2, 5 },
        { "scenarios/studies/cav_own_patients.yaml", 3, 2 },
        { "scenarios/exact/annuity.yaml", 1, 4 },
        { "scenarios/exact/fading_effect.yaml", 1, 10 },
        { "scenarios/exact/imported_fit.yaml", 1, 14 },
        { "scenarios/exact/refill_renewal.yaml", 1, 5 },
        { "scenarios/exact/step_hazard.yaml", 1, 8 },
        { "scenarios/templates/support.yaml", 2, 7 },
        { "scenarios/studies/ra_biologic_support.yaml", 20, 4 },
    };

    for (size_t i = 0; i < sizeof studies / sizeof studies[0]; i++) {
        char *const path = testlib_source_path(studies[i].path);

        try_study(path, *state, 0, studies[i].step, studies[i].n_least_moved);
        free(path);
    }
}

/* Strategies that set numbers, uncertain parameters, formulas of both, and all kinds of places. */
static const char study_text[] =
    "twinpath: 1\n"
    "study: points\n"
    "source: assumption\n"
    "money: USD 2023\n"
    "time: {starts: 2027-01-01, horizon: 2 years}\n"
    "parameters:\n"
    "  gap: {value: 12 days, range: [1 day, 60 days]}\n"
    "  long: 2 * gap + span\n"
    "  span: {value: 3 days, uncertain: {gamma: {shape: 30}}}\n"
    "  fee: {value: 5 USD, uncertain: {gamma: {shape: 30}}}\n"
    "  low_fee: 1 USD\n"
    "  share: {value: 0.4, uncertain: {beta: {n: 40}}}\n"
    "  rise: {value: 2}\n"
    "patient:\n"
    "  count: 100\n"
    "  utility: {base: 0.9, add: {health.ill: -0.2, help: 0.05}}\n"
    "  age: age\n"
    "  attributes:\n"
    "    sort: {categories: {a: 0.3, b: 0.7}}\n"
    "    age: {normal: [50 years, 10 years], within: [18 years, 90 years]}\n"
    "    mood: {triangular: [0, 0.4, 1]}\n"
    "  variables:\n"
    "    trust: {starts: {beta: [2, 3]}, within: [0, 1], returns_to: start, half_life: 60 days}\n"
    "  tracks:\n"
    "    health:\n"
    "      start: [{chance: 0.2, to: ill}, {otherwise: well}]\n"
    "      states:\n"
    "        well: {cost: {payer: fee / month}, fall: {hazard: {weibull: {shape: 1.2, scale: "
    "long}}, "
    "effects: [{if: help.active, hr: 0.5}, {per: age, unit: 10 years, hr: 1.1}], "
    "choose: {ill: share, otherwise: over}, do: [{add: {trust: -0.1}}]}}\n"
    "        ill: {rise: {hazard: {piecewise: {from: [0 days, 30 days], rate: [0.01 / day, 0.02 / "
    "day]}}, to: well}}\n"
    "        over: {back: {after: 90 days, to: well}, "
    "visit: {every: 30 days, if: trust > 0.3, do: [{cost: {payer: 3 USD}, category: visit}]}}\n"
    "observations: {falls: {of: health.well.fall, delay: 2 days}}\n"
    "supports: {help: {offer: {upon: falls}, uptake: 0.5, lasts: 100 days, waits: 4 days, at_most: "
    "3, "
    "cost: {payer: {start: 20 USD, run: 1 USD / day}}, "
    "effects: [{on_chance: health.well.fall.ill, rr: 0.8, at: 0.4}]}}\n"
    "strategies:\n"
    "  usual: {baseline: true}\n"
    "  helped: {supports: [help]}\n"
    "  cheap: {supports: [help], set: {fee: low_fee, gap: 10 days}}\n"
    "report:\n"
    "  measures: [cost, qaly, {measure: occupancy, of: health.ill, at: [100 days, 1 year]}]\n"
    "  by: [sort]\n"
    "  discount: {rate: 0.03 / year}\n";

static void
test_numbers_of_all_kinds_with_and_without_parameter_sets(void **state)
{
    char *const path = testlib_join(*state, "study.yaml");

    testlib_write_text(path, study_text);
    try_study(path, *state, 0, 1, 30);
    try_study(
        path, *state, 2, 4, 8); /* sets change what a number is, not which numbers are bound */
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_every_number_of_the_studies, testlib_setup_folder, testlib_teardown_folder),
        cmocka_unit_test_setup_teardown(test_numbers_of_all_kinds_with_and_without_parameter_sets,
            testlib_setup_folder, testlib_teardown_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
