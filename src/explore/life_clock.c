#include "base/portable_math.h"
#include "explore/life.h"
#include "kernel/advance.h"

/* Logarithm that the term adds to the log hazard (or log time) ratio, as the kernel works it out. */
static double
log_of(const twp_model_t *model, const twp_twin_t *twin, const twp_term_t *term, double *value,
    double *fade)
{
    *value = twp_program_run(model, twin, term->covariate);
    *fade = term->i_fade >= 0 ? twin->drift_value[term->i_fade] : 1;
    return term->log_ratio * *value * *fade;
}

/* Of the supports' terms of one kind the largest counts, the first among equals, where it is said so. */
static void
mark_counted(
    const twp_model_t *model, const twp_model_exit_t *exit, const double *x, twp_replay_term_t *row)
{
    int strongest[2] = { -1, -1 };

    for (int k = 0; k < exit->n_terms; k++) {
        const twp_term_t *const term = &model->term[exit->i_term_first + k];
        int *const first = &strongest[term->is_time_ratio];

        row[k].is_counted = !exit->is_strongest_only || !term->is_support;
        if (!row[k].is_counted && (*first < 0 || twp_math_abs(x[k]) > twp_math_abs(x[*first])))
            *first = k;
    }
    for (int which = 0; which < 2; which++)
        if (strongest[which] >= 0)
            row[strongest[which]].is_counted = true;
}

static const twp_law_constants_t *
law_of(const twp_model_exit_t *exit, const twp_clock_t *clock, twp_law_constants_t *own)
{
    if (exit->has_constant_law)
        return &exit->law;
    *own = exit->law;
    for (int k = 0; k < 4; k++)
        own->c[k] = clock->c[k];
    if (exit->family == TWP_FAMILY_LIFE_TABLE)
        twp_family_choose_rows(own);
    return own;
}

/* When the whole threshold would have been used up at the law's own hazard. */
static double
alone_days(const twp_model_exit_t *exit, const twp_clock_t *began)
{
    twp_law_constants_t own;
    const double at = twp_family_inverse(
        (twp_family_t) exit->family, law_of(exit, began, &own), began->cumulative + began->rest);

    return began->since_days + (at - began->age_days);
}

const twp_replay_clock_t *
twp_life_explain_clock(const twp_life_plan_t *plan, const twp_twin_t *twin,
    const twp_life_clock_t *clock, int32_t i_exit)
{
    const twp_model_t *const model = plan->model;
    const twp_study_typed_t *const study = model->study;
    const twp_model_exit_t *const exit = &model->exit[i_exit];
    const twp_clock_t *const now = &twin->clock[exit->i_clock];
    twp_replay_clock_t *const told = TWP_ARENA_NEW(plan->arena, twp_replay_clock_t, 1);
    twp_replay_term_t *const row = TWP_ARENA_NEW(plan->arena, twp_replay_term_t, exit->n_terms + 1);
    double *const x = TWP_ARENA_NEW(plan->arena, double, exit->n_terms + 1);

    if (told == NULL || row == NULL || x == NULL)
        return NULL;
    for (int k = 0; k < exit->n_terms; k++) {
        const twp_term_t *const term = &model->term[exit->i_term_first + k];
        const twp_effect_t *const effect = &study->exit[i_exit].effect[k];

        x[k] = log_of(model, twin, term, &row[k].value, &row[k].fade);
        row[k].covariate = twp_expression_print(plan->arena, effect->covariate, study);
        row[k].support = effect->i_support >= 0
            ? twp_arena_strdup(plan->arena, study->support[effect->i_support].name)
            : NULL;
        row[k].is_time_ratio = term->is_time_ratio;
        row[k].ratio = twp_math_exp(term->log_ratio);
        row[k].factor = twp_math_exp(x[k]);
        if (row[k].covariate == NULL)
            return NULL;
    }
    mark_counted(model, exit, x, row);
    *told = (twp_replay_clock_t){ .since_days = clock->began.since_days,
        .age_days = now->age_days + now->pace * (twin->soonest - now->since_days),
        .ratio = twp_math_exp(now->log_ratio),
        .pace = twp_math_exp(-now->log_time),
        .alone_days = alone_days(exit, &clock->began),
        .n_terms = exit->n_terms,
        .term = row };
    return told;
}
