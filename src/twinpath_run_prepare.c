/* What a run is asked for, checked and opened before a twin is drawn. */
#include "twinpath_run.h"

#include "base/suggest.h"

#include <stdlib.h>
#include <string.h>

static bool
is_chosen(const twp_run_settings_t *settings, const char *strategy)
{
    for (int i = 0; i < settings->n_strategies; i++)
        if (strcmp(settings->strategy[i], strategy) == 0)
            return true;
    return settings->n_strategies == 0;
}

static twp_status_t
check_settings(const twp_study_t *study, const twp_run_settings_t *settings, twp_error_t *err)
{
    const int n = study->n_strategies;

    if (!study->is_whole)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "the study has errors");
    if (settings->n_patients < 0 || settings->n_threads < 0 || settings->n_strategies < 0)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "patients and threads cannot be below 0");
    for (int i = 0; i < settings->n_strategies; i++) {
        const char **const name = calloc((size_t) n + 1, sizeof(*name));
        const char *nearest = NULL;
        bool is_known = false;

        for (int s = 0; name != NULL && s < n; s++) {
            name[s] = study->base->strategy[s].name;
            is_known = is_known || strcmp(settings->strategy[i], name[s]) == 0;
        }
        if (name != NULL && !is_known)
            nearest = twp_suggest_nearest(settings->strategy[i], name, (size_t) n);
        free(name);
        if (!is_known)
            return TWP_FAIL(err, TWP_ERR_INPUT, "the study has no strategy %s%s%s%s",
                settings->strategy[i], nearest != NULL ? " (did you mean " : "",
                nearest != NULL ? nearest : "", nearest != NULL ? "?)" : "");
    }
    return TWP_OK;
}

static bool
has_uncertain(const twp_study_typed_t *study)
{
    for (int i = 0; i < study->n_parameters; i++)
        if (study->parameter[i].is_drawn)
            return true;
    return false;
}

/* How many parameter sets, and whose twins: as the settings say, or else the study. */
static twp_status_t
choose_sets(twp_run_t *run, twp_error_t *err)
{
    const twp_run_settings_t *const settings = run->settings;
    const twp_study_typed_t *const base = run->study->base;

    run->n_parameter_sets = settings->n_parameter_sets >= 0 ? settings->n_parameter_sets
                                                            : base->n_parameter_sets;
    run->are_twins_same = settings->twins == TWP_TWINS_SAME ||
        (settings->twins == TWP_TWINS_AS_STUDIED && base->are_twins_same);
    if (run->n_parameter_sets > TWP_STUDY_MAX_PARAMETER_SETS)
        return TWP_FAIL(err, TWP_ERR_INPUT, "at most %d parameter sets can be run",
            TWP_STUDY_MAX_PARAMETER_SETS);
    if (run->n_parameter_sets > 0 && !has_uncertain(base))
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "no parameter of the study is uncertain: all parameter sets would be the same "
            "(parameters.NAME.uncertain says how sure a number is)");
    return TWP_OK;
}

static twp_status_t
choose_models(twp_run_t *run, twp_error_t *err)
{
    twp_study_t *const study = run->study;
    const size_t n = (size_t) study->n_strategies;

    run->model = calloc(n, sizeof(*run->model));
    run->typed = calloc(n, sizeof(*run->typed));
    run->draw = calloc(n, sizeof(*run->draw));
    run->counts = calloc(n, sizeof(*run->counts));
    if (run->model == NULL || run->typed == NULL || run->draw == NULL || run->counts == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the run");
    for (int i = 0; i < study->n_strategies; i++) {
        if (i > 0 && !is_chosen(run->settings, study->base->strategy[i].name))
            continue;
        study->model[i]->seed = run->settings->seed;
        run->model[run->n_models] = study->model[i];
        run->typed[run->n_models++] = study->typed[i];
    }
    return TWP_OK;
}

int64_t
twp_run_id_of_set(const twp_run_t *run, int64_t i_set)
{
    if (i_set == 0 || run->are_twins_same)
        return run->i_fresh_point;
    return run->i_fresh_point > 0 ? (run->i_fresh_point - 1) * run->n_parameter_sets + i_set
                                  : i_set;
}

static twp_status_t
choose_precision(twp_run_t *run, twp_error_t *err)
{
    const twp_run_settings_t *const settings = run->settings;
    const char **strategy;
    twp_status_t status;

    if (settings->n_precisions < 1)
        return TWP_OK;
    if (run->is_point)
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "precision is asked of a run on its own: the points of a sweep have as many twins "
            "each");
    if (run->n_parameter_sets > 0)
        return TWP_FAIL(err, TWP_ERR_INPUT,
            "precision is of the number of twins, and parameter sets have as many twins each as "
            "they "
            "are given: without sets (--parameter-sets 0) it can be asked");
    strategy = calloc((size_t) run->n_models, sizeof(*strategy));
    if (strategy == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the run");
    for (int s = 0; s < run->n_models; s++)
        strategy[s] = run->typed[s]->strategy[run->model[s]->i_strategy].name;
    status = twp_looks_create(
        run->figures, strategy, settings->n_precisions, settings->precision, &run->looks, err);
    free(strategy);
    return status;
}

static twp_status_t
open_population(twp_run_t *run, int64_t n_patients, twp_error_t *err)
{
    twp_status_t status = TWP_OK;

    if (run->kept != NULL && run->kept->population != NULL)
        run->population = run->kept->population;
    else
        status = twp_population_open(
            run->typed, run->n_models, n_patients, &run->population, &run->study->findings, err);

    if (status == TWP_ERR_INPUT)
        twp_findings_sort(&run->study->findings);
    for (int s = 0; s < run->n_models && status == TWP_OK; s++)
        status = twp_population_plan_create(run->population, run->model[s], &run->draw[s], err);
    for (int s = 0; s < run->n_models && status == TWP_OK; s++)
        run->draw[s]->id_of_set = (uint64_t) twp_run_id_of_set(run, 0) << TWP_POPULATION_ID_BITS;
    return status;
}

twp_status_t
twp_run_prepare(twp_run_t *run, int64_t n_patients, twp_error_t *err)
{
    twp_status_t status = check_settings(run->study, run->settings, err);

    if (status == TWP_OK)
        status = choose_sets(run, err);
    if (status == TWP_OK)
        status = choose_models(run, err);
    if (status == TWP_OK)
        status = open_population(run, n_patients, err);
    if (status == TWP_OK)
        status = twp_outcome_plan_create(run->typed[0], run->model[0], &run->plan, err);
    for (int s = 0; s < run->n_models && status == TWP_OK; s++)
        status = twp_outcome_counts_init(run->plan, false, &run->counts[s], err);
    if (status == TWP_OK)
        status = twp_figures_create(run->typed[0], run->plan, run->n_models, &run->figures, err);
    if (status == TWP_OK)
        status = choose_precision(run, err);
    if (status == TWP_OK)
        status = twp_recorder_plan_create(run->typed[0], run->model[0], &run->recorder, err);
    /* Of many sets there are no rows of single lives, and only what can be said of each set. */
    if (status == TWP_OK && run->n_parameter_sets > 0)
        twp_figures_keep_means(run->figures);
    if (status == TWP_OK && (run->n_parameter_sets > 0 || run->is_point))
        run->recorder->has_events = run->recorder->has_trajectories = false;
    run->fill_run = (twp_fill_run_t){ .model = run->model,
        .n_models = run->n_models,
        .population = run->population,
        .plan = run->plan,
        .figures = run->figures,
        .recorder = run->recorder,
        .looks = run->looks,
        .n_twins_most = run->population != NULL ? run->population->n_twins : 0,
        .seed = run->settings->seed,
        .has_no_rows = run->is_point };
    return status;
}

void
twp_run_finish(twp_run_t *run)
{
    twp_fill_abandon(run->fill);
    twp_results_abandon(run->captured);
    if (run->kept != NULL && run->kept->sums == NULL)
        run->kept->sums = run->sums;
    else
        twp_sums_free(run->sums);
    twp_looks_free(run->looks);
    twp_figures_free(run->figures);
    if (run->recorder != NULL)
        twp_recorder_plan_free(run->recorder);
    for (int s = 0; s < run->n_models; s++) {
        twp_outcome_counts_clear(&run->counts[s]);
        twp_population_plan_free(run->draw[s]);
    }
    if (run->plan != NULL)
        twp_outcome_plan_free(run->plan);
    if (run->kept == NULL || run->population != run->kept->population)
        twp_population_free(run->population);
    free(run->counts);
    free(run->draw);
    free(run->typed);
    free(run->model);
}
