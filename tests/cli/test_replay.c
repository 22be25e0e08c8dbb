/* twinpath replay: a twin's lives told again agree with the file, with each other and with the laws. */
#include "again.h"

#include <jansson.h>
#include <math.h>

#define N_TWINS 30

/* The replay of a twin of away/r.h5 through the library's face. */
static twp_replay_t *
replay_of(const char *folder, uint64_t twin, int64_t i_parameter_set)
{
    char *const path = testlib_join(folder, "away/r.h5");
    char *const inputs = testlib_join(folder, "at/data");
    const twp_replay_settings_t settings = {
        .twin = twin, .i_parameter_set = i_parameter_set, .inputs = inputs
    };
    twp_replay_t *replay = NULL;
    twp_error_t err = { TWP_OK, "" };

    if (twp_replay_read(path, &settings, &replay, &err) != TWP_OK)
        fail_msg("%s", err.message);
    free(inputs);
    free(path);
    return replay;
}

/* By name; the baseline is usual. */
static const twp_replay_life_t *
life_of(const twp_replay_t *replay, const char *strategy)
{
    for (int s = 0; s < replay->n_lives; s++)
        if (strcmp(replay->life[s].strategy, strategy) == 0)
            return &replay->life[s];
    fail_msg("no life under %s", strategy);
    return NULL;
}

static const twp_replay_event_t *
find_event(const twp_replay_life_t *life, const char *name)
{
    for (int i = 0; i < life->n_events; i++)
        if (strcmp(life->event[i].name, name) == 0)
            return &life->event[i];
    return NULL;
}

static bool
same_event(const twp_replay_event_t *a, const twp_replay_event_t *b)
{
    return a->time_days == b->time_days && a->value == b->value && strcmp(a->name, b->name) == 0 &&
        (a->to == NULL) == (b->to == NULL) && (a->to == NULL || strcmp(a->to, b->to) == 0);
}

/* ---- the file ----------------------------------------------------------------------------------- */

static void
test_lives_have_the_events_of_the_file(void **state)
{
    run_and_move(*state, ARGUMENTS("-n", "30"));
    for (uint64_t twin = 1; twin <= N_TWINS; twin++) {
        twp_replay_t *const replay = replay_of(*state, twin, 0);

        assert_true(replay->is_equal);
        assert_int_equal(replay->n_lives, 3);
        for (int s = 0; s < replay->n_lives; s++) {
            const twp_replay_life_t *const life = &replay->life[s];
            int64_t n = 0;

            for (int i = 0; i < life->n_events; i++)
                n += life->event[i].is_in_file;
            assert_string_equal(life->difference, "");
            assert_true(life->n_in_file > 0);
            assert_int_equal(n, life->n_in_file);
        }
        twp_replay_free(replay);
    }
}

static void
test_a_changed_event_of_the_file_is_told(void **state)
{
    run_and_move(*state, ARGUMENTS("-n", "30"));
    tamper(*state, "events/event_time", 1); /* the second event of twin 1 under the baseline */
    expect(*state, "away", ARGUMENTS("replay", "r.h5", "--twin", "1", "-i", "../at/data"), 1,
        "usual: DIFFERS from the file: event 2: the file has ", NULL);
    expect(*state, "away", ARGUMENTS("replay", "r.h5", "--twin", "2", "-i", "../at/data"), 0,
        "usual: the file has the same ", NULL);
}

/* Reads a dataset of floats whole; the caller frees. */
static float *
read_floats(const char *folder, const char *dataset, size_t n)
{
    char *const path = testlib_join(folder, "away/r.h5");
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t data = H5Dopen2(file, dataset, H5P_DEFAULT);
    const hid_t space = H5Dget_space(data);
    float *const value = calloc(n, sizeof *value);

    assert_non_null(value);
    assert_int_equal(H5Sget_simple_extent_npoints(space), n);
    assert_true(H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    assert_true(H5Sclose(space) >= 0);
    assert_true(H5Dclose(data) >= 0);
    assert_true(H5Fclose(file) >= 0);
    free(path);
    return value;
}

/* /outcomes/cost and /outcomes/pdc are [strategy, twin] in the order of the lives. */
static void
expect_outcomes(const char *folder, int64_t i_parameter_set)
{
    static const char *const name[] = { "cost", "pdc" };
    float *const value[] = { read_floats(folder, "outcomes/cost", 3 * N_TWINS),
        read_floats(folder, "outcomes/pdc", 3 * N_TWINS) };

    for (uint64_t twin = 1; twin <= N_TWINS; twin++) {
        twp_replay_t *const replay = replay_of(folder, twin, i_parameter_set);

        for (size_t f = 0; f < 2; f++) {
            int k = 0;

            while (k < replay->n_figures && strcmp(replay->figure[k].name, name[f]) != 0)
                k++;
            assert_true(k < replay->n_figures);
            for (size_t s = 0; s < 3; s++)
                assert_near((float) replay->life[s].figure[k],
                    value[f][s * N_TWINS + (size_t) (twin - 1)], 0);
        }
        twp_replay_free(replay);
    }
    free(value[0]);
    free(value[1]);
}

static void
test_figures_are_those_of_the_file(void **state)
{
    run_and_move(*state, ARGUMENTS("-n", "30"));
    expect_outcomes(*state, 0);
}

/* Of one set the mean over sets is the set's own. */
static void
test_a_parameter_set_is_lived_as_it_was(void **state)
{
    run_and_move(*state, ARGUMENTS("-n", "30", "--parameter-sets", "1", "--twins", "same"));
    expect_outcomes(*state, 1);
}

/* ---- between lives ------------------------------------------------------------------------------ */

static void
test_the_first_difference_is_where_lives_part(void **state)
{
    int n_reminded = 0;

    run_and_move(*state, ARGUMENTS("-n", "30"));
    for (uint64_t twin = 1; twin <= N_TWINS; twin++) {
        twp_replay_t *const replay = replay_of(*state, twin, 0);
        const twp_replay_life_t *const usual = &replay->life[0];
        const twp_replay_life_t *const reminded = life_of(replay, "reminded");
        const twp_replay_life_t *const half = life_of(replay, "half");
        int first = 0;

        assert_string_equal(usual->strategy, "usual");
        assert_int_equal(usual->i_divergence, -1);
        /* the support is offered from day 10 on, and before that nothing can differ */
        first = reminded->i_divergence;
        assert_true(first > 0);
        assert_string_equal(reminded->event[first].name, "patient.reminder.idle.offer");
        assert_near(reminded->event[first].time_days, 10, 0);
        for (int i = 0; i < first; i++)
            assert_true(same_event(&reminded->event[i], &usual->event[i]));
        n_reminded += find_event(reminded, "patient.reminder.idle.offer")->to != NULL;
        /* those who stop in half the time differ there, and only those who stop at all */
        first = half->i_divergence;
        if (find_event(half, "patient.therapy.taking.stop") == NULL) {
            assert_int_equal(first, -1);
        } else {
            const twp_replay_event_t *const own = first < half->n_events ? &half->event[first]
                                                                         : NULL;
            assert_true(first > 0);
            assert_non_null(own);
            assert_string_equal(own->name, "patient.therapy.taking.stop");
        }
        twp_replay_free(replay);
    }
    assert_true(n_reminded > 4 && n_reminded < 26); /* uptake 0.5: 4 standard errors are 11 */
}

/* ---- clocks ------------------------------------------------------------------------------------- */

/* An exponential threshold is used up at -log(u) * 200 days by its law alone; the reminder's hazard
 * ratio of 0.5 makes it later, and the terms multiply to what moved the clock. */
static void
test_clocks_are_explained_by_their_law_and_covariates(void **state)
{
    int n_moved = 0, n_plain = 0;

    run_and_move(*state, ARGUMENTS("-n", "30"));
    for (uint64_t twin = 1; twin <= N_TWINS; twin++) {
        twp_replay_t *const replay = replay_of(*state, twin, 0);

        for (int s = 0; s < replay->n_lives; s++) {
            const twp_replay_life_t *const life = &replay->life[s];
            const double mean_days = strcmp(life->strategy, "half") == 0 ? 100 : 200;
            const twp_replay_event_t *const stop = find_event(life, "patient.therapy.taking.stop");
            double product = 1;

            if (stop == NULL)
                continue;
            assert_non_null(stop->clock);
            assert_true(stop->is_timed);
            assert_string_equal(stop->threshold.stream, "patient.therapy.taking.stop");
            assert_int_equal(stop->threshold.occurrence, 1);
            assert_near_relative(
                stop->clock->alone_days, -log(stop->threshold.u) * mean_days, 1e-12);
            for (int t = 0; t < stop->clock->n_terms; t++) {
                const twp_replay_term_t *const term = &stop->clock->term[t];
                assert_near_relative(
                    term->factor, pow(term->ratio, term->value * term->fade), 1e-12);
                product *= term->factor;
            }
            assert_near_relative(stop->clock->ratio, product, 1e-12);
            if (product == 1) {
                assert_near_relative(stop->time_days, stop->clock->alone_days, 1e-9);
                n_plain++;
            } else {
                /* half the hazard since the support began: twice the time from there on */
                double began = INFINITY;
                for (int i = 0; i < life->n_events && isinf(began); i++)
                    if (life->event[i].to != NULL && strcmp(life->event[i].to, "active") == 0)
                        began = life->event[i].time_days;
                assert_near(product, 0.5, 1e-12);
                assert_near_relative(
                    stop->time_days, began + 2 * (stop->clock->alone_days - began), 1e-9);
                n_moved++;
            }
        }
        twp_replay_free(replay);
    }
    assert_true(n_moved > 3 && n_plain > 10);
}

/* ---- the command ---------------------------------------------------------------------------------- */

static void
test_a_life_is_told_in_words(void **state)
{
    run_and_move(*state, ARGUMENTS("-n", "30"));
    expect(*state, "away", ARGUMENTS("replay", "r.h5", "--twin", "7", "-i", "../at/data"), 0,
        "Twin 7 of tiny_scenario: age 36 years\n  A  usual: enters on 2027-01-04, is followed "
        "365.25 days\n",
        NULL);
    expect(*state, "away",
        ARGUMENTS("replay", "r.h5", "--twin", "7", "-i", "../at/data", "-s", "reminded"), 0,
        "---- from here on reminded differs from usual\n    10.000  2027-01-14  . B "
        "reminder.idle.offer: ",
        NULL);
    expect(*state, "away", ARGUMENTS("replay", "r.h5", "--twin", "7", "-i", "../at/data"), 0,
        "stock: 28 days dispensed\n", NULL);
}

static void
test_json_has_every_event(void **state)
{
    char *const away = testlib_join(*state, "away");
    testlib_outcome_t outcome;
    json_t *object, *life;

    run_and_move(*state, ARGUMENTS("-n", "30"));
    outcome = testlib_run_in(away,
        ARGUMENTS(testlib_program(), "replay", "r.h5", "--twin", "7", "--inputs", "../at/data",
            "--format", "json"));
    assert_int_equal(outcome.exit_code, 0);
    object = json_loads(outcome.out, 0, NULL);
    assert_non_null(object);
    assert_true(json_is_true(json_object_get(object, "is_equal")));
    life = json_array_get(json_object_get(object, "lives"), 0);
    assert_string_equal(json_string_value(json_object_get(life, "strategy")), "usual");
    /* the start is told and not recorded */
    assert_int_equal(json_array_size(json_object_get(life, "events")),
        json_integer_value(json_object_get(life, "n_in_file")) + 1);
    json_decref(object);
    testlib_clear_outcome(&outcome);
    free(away);
}

static void
test_what_cannot_be_replayed_is_refused(void **state)
{
    run_and_move(*state, ARGUMENTS("-n", "30", "--strategy", "reminded"));
    expect(*state, "away", ARGUMENTS("replay", "r.h5", "-i", "../at/data"), 2, NULL, "--twin");
    expect(*state, "away", ARGUMENTS("replay", "r.h5", "-i", "../at/data", "--twin", "1501"), 2,
        NULL, "there is no twin 1501: the ids of r.h5 are those of its patients");
    expect(*state, "away",
        ARGUMENTS("replay", "r.h5", "-i", "../at/data", "--twin", "1", "-s", "half"), 2, NULL,
        "r.h5 was not run with strategy half");
    expect(*state, "away",
        ARGUMENTS("replay", "r.h5", "-i", "../at/data", "--twin", "1", "--parameter-set", "1"), 2,
        NULL, "r.h5 has 0 parameter sets");
    expect(*state, "away", ARGUMENTS("replay", "r.h5", "--twin", "1"), 2, NULL, "--inputs");
    expect(*state, "away", ARGUMENTS("replay", "none.h5", "--twin", "1"), 2, NULL, "none.h5");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_lives_have_the_events_of_the_file),
        IN_FOLDER(test_a_changed_event_of_the_file_is_told),
        IN_FOLDER(test_figures_are_those_of_the_file),
        IN_FOLDER(test_a_parameter_set_is_lived_as_it_was),
        IN_FOLDER(test_the_first_difference_is_where_lives_part),
        IN_FOLDER(test_clocks_are_explained_by_their_law_and_covariates),
        IN_FOLDER(test_a_life_is_told_in_words),
        IN_FOLDER(test_json_has_every_event),
        IN_FOLDER(test_what_cannot_be_replayed_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
