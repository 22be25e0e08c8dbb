/* The library's face: one twin of a results file is lived again and told in words. */
#include "engine/parameter_set.h"
#include "explore/life.h"
#include "explore/life_compare.h"
#include "results/embedded.h"
#include "twinpath_run.h"
#include "vocabulary/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    twp_replay_t face; /* what callers see; must stand first */
    twp_arena_t *arena;
} replay_t;

/* What it is made with. */
typedef struct {
    const char *path;
    const twp_replay_settings_t *asked;
    replay_t *replay;
    twp_embedded_t *embedded;
    twp_study_t *study;
    twp_run_settings_t settings;
    twp_run_t run;
    twp_model_t **bound; /* [n_models] copies bound to a parameter set, or NULL */
    int64_t i_twin;
} making_t;

static twp_status_t
no_memory(twp_error_t *err)
{
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the replay");
}

/* ---- which models, which twin ---------------------------------------------------------------- */

static bool
is_listed(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return n == 0;
}

/* Those asked for; all of them must have been run. */
static twp_status_t
choose_strategies(making_t *making, twp_error_t *err)
{
    const twp_replay_settings_t *const asked = making->asked;
    const twp_embedded_t *const embedded = making->embedded;
    const char *const baseline = twp_study_strategy(making->study, 0);

    making->settings.strategy = embedded->strategy;
    making->settings.n_strategies = embedded->n_strategies;
    if (asked->n_strategies == 0)
        return TWP_OK;
    for (int i = 0; i < asked->n_strategies; i++)
        if (strcmp(asked->strategy[i], baseline) != 0 &&
            !is_listed(embedded->strategy, embedded->n_strategies, asked->strategy[i]))
            return TWP_FAIL(err, TWP_ERR_INPUT, "%s was not run with strategy %s", making->path,
                asked->strategy[i]);
    making->settings.strategy = asked->strategy;
    making->settings.n_strategies = asked->n_strategies;
    return TWP_OK;
}

static twp_status_t
find_twin(making_t *making, twp_error_t *err)
{
    const twp_population_t *const population = making->run.population;
    const uint64_t twin = making->asked->twin;

    if (population->id == NULL && twin < (uint64_t) population->n_twins) {
        making->i_twin = (int64_t) twin;
        return TWP_OK;
    }
    for (int64_t i = 0; population->id != NULL && i < population->n_twins; i++)
        if (population->id[i] == twin) {
            making->i_twin = i;
            return TWP_OK;
        }
    return TWP_FAIL(err, TWP_ERR_INPUT,
        population->id == NULL ? "there is no twin %" PRIu64 ": those of %s are 0 to %" PRId64
                               : "there is no twin %" PRIu64
                                 ": the ids of %s are those of its patients, and they "
                                 "are %" PRId64,
        twin, making->path, population->n_twins - (population->id == NULL));
}

/* Models and draws as they were in a parameter set. */
static twp_status_t
bind_set(making_t *making, twp_error_t *err)
{
    twp_run_t *const run = &making->run;
    const int64_t i_set = making->asked->i_parameter_set;
    double *const parameter = calloc(
        (size_t) making->study->base->n_parameters + 1, sizeof *parameter);
    twp_status_t status = TWP_OK;

    making->bound = calloc((size_t) run->n_models, sizeof *making->bound);
    if (parameter == NULL || making->bound == NULL)
        status = no_memory(err);
    for (int s = 0; s < run->n_models && status == TWP_OK; s++) {
        twp_parameter_plan_t *plan = NULL;

        status = twp_parameter_plan_create(run->typed[s], making->settings.seed, &plan, err);
        if (status == TWP_OK)
            status = twp_parameter_set_draw(plan, i_set, parameter, err);
        if (status == TWP_OK)
            status = twp_model_copy(run->model[s], &making->bound[s], err);
        if (status == TWP_OK)
            status = twp_model_bind(making->bound[s], parameter, err);
        twp_parameter_plan_free(plan);
        twp_population_plan_free(run->draw[s]);
        run->draw[s] = NULL;
        if (status == TWP_OK)
            status = twp_population_plan_create(
                run->population, making->bound[s], &run->draw[s], err);
        if (status == TWP_OK && !run->are_twins_same)
            run->draw[s]->id_of_set = (uint64_t) i_set << TWP_POPULATION_ID_BITS;
    }
    free(parameter);
    return status;
}

static twp_status_t
prepare(making_t *making, twp_error_t *err)
{
    const twp_embedded_t *const embedded = making->embedded;
    const int64_t i_set = making->asked->i_parameter_set;
    twp_status_t status;

    twp_run_settings_init(&making->settings);
    making->settings.seed = embedded->seed;
    making->settings.twins = (twp_twins_t) embedded->twins;
    making->settings.n_parameter_sets = 0;
    status = choose_strategies(making, err);
    if (status == TWP_OK && (i_set < 0 || (i_set > 0 && i_set > embedded->n_sets_done)))
        status = TWP_FAIL(err, TWP_ERR_INPUT, "%s has %" PRId64 " parameter sets", making->path,
            embedded->n_sets_done);
    making->run.study = making->study;
    making->run.settings = &making->settings;
    if (status == TWP_OK)
        status = twp_run_prepare(&making->run, embedded->n_patients, err);
    if (status == TWP_OK)
        status = find_twin(making, err);
    if (status == TWP_OK && i_set > 0)
        status = bind_set(making, err);
    return status;
}

/* ---- what stands around the lives ------------------------------------------------------------ */

/* Times of two years and more in years: most are ages. */
static const char *
attribute_text(const twp_study_attribute_t *attribute, double value, twp_arena_t *arena)
{
    const bool is_time = attribute->dim.time == 1 && attribute->dim.money == 0;

    if (attribute->n_categories > 0)
        return value >= 0 && value < attribute->n_categories ? attribute->category[(int) value]
                                                             : "?";
    if (attribute->is_truth)
        return value != 0 ? "yes" : "no";
    if (is_time && value >= 2 * TWP_DAYS_PER_YEAR)
        return twp_arena_printf(arena, "%.4g years", value / TWP_DAYS_PER_YEAR);
    return twp_arena_printf(arena, "%.4g%s", value, is_time ? " days" : "");
}

static twp_status_t
tell_attributes(making_t *making, const double *value, twp_error_t *err)
{
    replay_t *const replay = making->replay;
    const twp_study_typed_t *const study = making->run.typed[0];
    const char **const name = TWP_ARENA_NEW(replay->arena, const char *, study->n_attributes + 1);
    const char **const text = TWP_ARENA_NEW(replay->arena, const char *, study->n_attributes + 1);

    if (name == NULL || text == NULL)
        return no_memory(err);
    for (int i = 0; i < study->n_attributes; i++) {
        const char *const as = attribute_text(&study->attribute[i], value[i], replay->arena);

        name[i] = twp_arena_strdup(replay->arena, study->attribute[i].name);
        text[i] = as != NULL ? twp_arena_strdup(replay->arena, as) : NULL;
        if (name[i] == NULL || text[i] == NULL)
            return no_memory(err);
    }
    replay->face.n_attributes = study->n_attributes;
    replay->face.attribute = name;
    replay->face.attribute_text = text;
    return TWP_OK;
}

/* Curves over many twins are no figure of one: twp_life_live() leaves them out too. */
static twp_status_t
tell_figures(making_t *making, twp_error_t *err)
{
    replay_t *const replay = making->replay;
    const twp_figures_t *const figures = making->run.figures;
    const twp_study_typed_t *const study = making->run.typed[0];
    twp_replay_figure_t *const figure = TWP_ARENA_NEW(
        replay->arena, twp_replay_figure_t, figures->n_figures + 1);
    int n = 0;

    if (figure == NULL)
        return no_memory(err);
    for (int f = 0; f < figures->n_figures; f++) {
        const twp_study_measure_t *const measure = &study->measure[figures->figure[f].i_measure];
        const char *unit = twp_measures[measure->measure].unit;

        if (figures->figure[f].i_column < 0 || figures->figure[f].i_chain >= 0)
            continue;
        if (strcmp(unit, "money") == 0)
            unit = study->currency != NULL ? study->currency : "";
        figure[n] = (twp_replay_figure_t){ .name = twp_arena_strdup(replay->arena, measure->name),
            .label = twp_arena_printf(replay->arena, "%s%s", measure->label,
                measure->is_discounted ? ", discounted" : ""),
            .unit = twp_arena_strdup(replay->arena, unit),
            .time_days = measure->n_times > 0 ? measure->time_days[figures->figure[f].i_time]
                                              : NAN };
        if (figure[n].name == NULL || figure[n].label == NULL || figure[n].unit == NULL)
            return no_memory(err);
        n++;
    }
    replay->face.n_figures = n;
    replay->face.figure = figure;
    return TWP_OK;
}

static twp_status_t
compare(making_t *making, twp_replay_life_t *life, twp_error_t *err)
{
    const twp_replay_settings_t *const asked = making->asked;
    twp_reader_t *reader = NULL;
    twp_status_t status = twp_reader_open(making->path, &reader, err);

    for (int s = 1; s < making->run.n_models; s++)
        life[s].i_divergence = twp_life_divergence(&life[0], &life[s]);
    if (status == TWP_OK)
        status = twp_life_compare_file(reader, asked->twin, life, making->run.n_models,
            making->replay->arena, &making->replay->face.is_equal, err);
    twp_reader_close(reader);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static twp_status_t
live_all(making_t *making, twp_error_t *err)
{
    twp_run_t *const run = &making->run;
    replay_t *const replay = making->replay;
    twp_replay_life_t *const life = TWP_ARENA_NEW(
        replay->arena, twp_replay_life_t, run->n_models + 1);
    double *const attribute = TWP_ARENA_NEW(replay->arena, double, run->model[0]->n_attributes + 1);
    twp_status_t status = TWP_OK;

    if (life == NULL || attribute == NULL)
        return no_memory(err);
    for (int s = 0; s < run->n_models && status == TWP_OK; s++) {
        const twp_life_plan_t plan = { .model = making->bound != NULL ? making->bound[s]
                                                                      : run->model[s],
            .draw = run->draw[s],
            .plan = run->plan,
            .figures = run->figures,
            .recorder = run->recorder,
            .arena = replay->arena };

        status = twp_life_live(&plan, making->i_twin, &life[s], s == 0 ? attribute : NULL, err);
    }
    replay->face.life = life;
    replay->face.n_lives = run->n_models;
    if (status == TWP_OK)
        status = compare(making, life, err);
    if (status == TWP_OK)
        status = tell_attributes(making, attribute, err);
    if (status == TWP_OK)
        status = tell_figures(making, err);
    return status;
}

static twp_status_t
name_it(making_t *making, twp_error_t *err)
{
    replay_t *const replay = making->replay;
    const char *const currency = twp_study_currency(making->study);

    replay->face.study = twp_arena_strdup(replay->arena, twp_study_name(making->study));
    replay->face.currency = twp_arena_strdup(replay->arena, currency != NULL ? currency : "");
    replay->face.twin = making->asked->twin;
    replay->face.n_parameter_sets = making->embedded->n_sets_done;
    replay->face.i_parameter_set = making->asked->i_parameter_set;
    replay->face.is_partial = making->embedded->is_partial;
    return replay->face.study != NULL && replay->face.currency != NULL ? TWP_OK : no_memory(err);
}

twp_status_t
twp_replay_read(
    const char *path, const twp_replay_settings_t *settings, twp_replay_t **out, twp_error_t *err)
{
    making_t making = {
        .path = path, .asked = settings, .replay = calloc(1, sizeof *making.replay)
    };
    twp_status_t status = TWP_OK;

    *out = NULL;
    if (making.replay == NULL || (making.replay->arena = twp_arena_create(0)) == NULL) {
        free(making.replay);
        return no_memory(err);
    }
    status = twp_embedded_read(path, settings->inputs, &making.embedded, err);
    if (status == TWP_OK && making.embedded->n_points > 0)
        status = TWP_FAIL(err, TWP_ERR_INPUT,
            "%s: a sweep's file has no single lives; run one point alone with --set and replay "
            "that",
            path);
    if (status == TWP_OK)
        status = twp_embedded_study(making.embedded, &making.study, err);
    if (status == TWP_OK)
        status = prepare(&making, err);
    if (status == TWP_OK)
        status = name_it(&making, err);
    if (status == TWP_OK)
        status = live_all(&making, err);
    for (int s = 0; making.bound != NULL && s < making.run.n_models; s++)
        twp_model_free(making.bound[s]);
    free(making.bound);
    if (making.run.study != NULL)
        twp_run_finish(&making.run);
    twp_study_free(making.study);
    twp_embedded_free(making.embedded);
    if (status == TWP_OK)
        *out = &making.replay->face;
    else
        twp_replay_free(&making.replay->face);
    return status;
}

void
twp_replay_free(twp_replay_t *replay)
{
    if (replay == NULL)
        return;
    twp_arena_free(((replay_t *) replay)->arena);
    free(replay); /* the face stands first */
}
