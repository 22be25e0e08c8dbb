#include "model/compile.h"

#include "base/portable_math.h"
#include "kernel/twin.h"
#include <math.h>
#include <string.h>

/* Rows that one instant may leave at most: the log of a thread holds two instants. */
#define MAX_ROWS 4000000

int
twp_table_add(twp_compiler_t *c, twp_table_t *table, const void *row, int n)
{
    const int first = table->n;

    if (c->is_out_of_memory)
        return 0;
    if (first + n > table->capacity) {
        const int capacity = 2 * (first + n) + 16;
        void *grown = twp_arena_alloc(c->arena, (size_t) capacity, table->size);
        if (grown == NULL) {
            c->is_out_of_memory = true;
            return 0;
        }
        if (first > 0)
            memcpy(grown, table->row, (size_t) first * table->size);
        table->row = grown;
        table->capacity = capacity;
    }
    if (row != NULL)
        memcpy((char *) table->row + (size_t) first * table->size, row, (size_t) n * table->size);
    table->n += n;
    return first;
}

static void
size_tables(twp_compiler_t *c)
{
    c->code.size = sizeof(twp_code_t);
    c->step_from.size = c->step_is.size = c->drift_mean.size = sizeof(double);
    c->term.size = sizeof(twp_term_t);
    c->branch.size = sizeof(twp_model_branch_t);
    c->start.size = sizeof(twp_model_start_t);
    c->action.size = sizeof(twp_model_action_t);
    c->drift.size = sizeof(twp_drift_t);
    c->upon.size = c->observer.size = sizeof(int32_t);
    c->happening.size = sizeof(twp_model_happening_t);
    c->happening_key.size = sizeof(twp_happening_t);
    c->formula.size = sizeof(twp_program_t);
    c->reward.size = sizeof(twp_reward_t);
    c->stream.size = sizeof(twp_stream_use_t);
    c->slot_request.size = sizeof(twp_slot_request_t);
    c->binding.size = sizeof(twp_binding_t);
}

static void
allocate(twp_compiler_t *c)
{
    const twp_study_typed_t *study = c->study;
    twp_model_t *model = c->model;
    int n_states = 0;

    model->n_tracks = study->n_tracks;
    model->track = TWP_ARENA_NEW(c->arena, twp_model_track_t, study->n_tracks);
    for (int t = 0; model->track != NULL && t < study->n_tracks; t++) {
        model->track[t].i_state_first = n_states;
        model->track[t].n_states = study->track[t].n_states;
        n_states += study->track[t].n_states;
    }
    model->n_states = n_states;
    model->state = TWP_ARENA_NEW(c->arena, twp_model_state_t, n_states);
    model->start_code = TWP_ARENA_NEW(c->arena, double, n_states);
    model->n_exits = model->n_counters = study->n_exits;
    model->exit = TWP_ARENA_NEW(c->arena, twp_model_exit_t, study->n_exits);
    model->n_variables = study->n_variables;
    model->variable = TWP_ARENA_NEW(c->arena, twp_model_variable_t, study->n_variables);
    model->n_observations = study->n_observations;
    model->observation = TWP_ARENA_NEW(c->arena, twp_model_observation_t, study->n_observations);
    model->n_doses = study->n_doses;
    model->n_supports = study->n_supports;
    model->support = TWP_ARENA_NEW(c->arena, twp_model_support_t, study->n_supports);
    model->n_attributes = study->n_attributes;
    model->attribute_stream = TWP_ARENA_NEW(c->arena, uint32_t, study->n_attributes);
    model->formula_of = TWP_ARENA_NEW(c->arena, int32_t, study->n_formulas);
    model->n_accounts = study->n_accounts;
    model->n_tallies = study->n_tallies;
    if (model->track == NULL || model->state == NULL || model->start_code == NULL ||
        model->exit == NULL || model->variable == NULL || model->observation == NULL ||
        model->support == NULL || model->attribute_stream == NULL || model->formula_of == NULL)
        c->is_out_of_memory = true;
}

static void
compile_population(twp_compiler_t *c)
{
    const twp_study_typed_t *study = c->study;

    for (int a = 0; a < study->n_attributes; a++)
        c->model->attribute_stream[a] = twp_compile_stream(c, study->attribute[a].stream);
    c->model->stream_enters = twp_compile_stream(c, c->study->enters_stream);
    c->model->age = twp_compile_program(c, study->age_days);
    for (int p = 0; p < study->n_parameters; p++) /* drawn elsewhere; here for collisions */
        if (study->parameter[p].is_drawn)
            (void) twp_compile_stream(c, study->parameter[p].stream);
    for (int j = 0; j < study->n_joints; j++)
        if (study->joint[j].stream != NULL)
            (void) twp_compile_stream(c, study->joint[j].stream);
}

static void
compile_variable(twp_compiler_t *c, int i)
{
    const twp_study_variable_t *from = &c->study->variable[i];
    twp_model_variable_t *row = &c->model->variable[i];
    const char *name = twp_arena_printf(c->arena, "patient.%s", from->name);

    row->is_stock = from->is_stock;
    for (int d = 0; d < c->study->n_doses; d++)
        row->stands_still |= c->study->doses[d].i_stock == i && c->study->doses[d].uses_taken;
    row->i_drift = row->i_slot = -1;
    row->low = from->low != NULL ? twp_compile_constant(c, from->low) : -INFINITY;
    row->high = from->high != NULL ? twp_compile_constant(c, from->high) : INFINITY;
    (void) twp_compile_bind(c, TWP_BIND_LOW, i, from->low, NULL);
    (void) twp_compile_bind(c, TWP_BIND_HIGH, i, from->high, NULL);
    row->starts = from->starts;
    row->stream = twp_compile_stream(c, from->stream);
    row->returns_to_start = from->returns_to_start;
    row->returns_to = twp_compile_program(c, from->returns_to);
    row->i_happening = twp_compile_happening_id(c, TWP_HAPPENING_STOCK_EMPTY, i, 0);
    if (name == NULL) {
        c->is_out_of_memory = true;
    } else if (from->is_stock) {
        twp_compile_request_slot(c, name, 0, TWP_SLOT_STOCK, i);
    } else if (from->has_half_life) {
        row->i_drift = twp_compile_drift(c, name, from->half_life_days, from->held_for_days, i, -1);
    }
}

static void
compile_observation(twp_compiler_t *c, int i)
{
    const twp_study_observation_t *from = &c->study->observation[i];
    twp_model_observation_t *row = &c->model->observation[i];

    row->i_slot = -1;
    row->i_happening = twp_compile_happening_id(c, TWP_HAPPENING_OBSERVATION, i, 0);
    row->delay_days = from->delay_days != NULL ? twp_compile_constant(c, from->delay_days) : 0;
    (void) twp_compile_bind(c, TWP_BIND_DELAY, i, from->delay_days, NULL);
    if (from->is_happening && row->delay_days > 0) {
        const char *name = twp_arena_printf(c->arena, "patient.%s", from->name);
        if (name == NULL)
            c->is_out_of_memory = true;
        else
            twp_compile_request_slot(c, name, 0, TWP_SLOT_OBSERVATION, i);
    }
}

static void
compile_support(twp_compiler_t *c, int i)
{
    const twp_study_support_t *from = &c->study->support[i];
    const twp_study_strategy_t *strategy = &c->study->strategy[c->model->i_strategy];
    twp_model_support_t *row = &c->model->support[i];

    row->i_track = from->i_track;
    row->n_at_most = from->n_at_most;
    row->at_most_days = from->at_most_days;
    row->stream_rollout = twp_compile_stream(c, from->rollout_stream);
    for (int k = 0; k < strategy->n_supports; k++)
        if (strategy->i_support[k] == i)
            row->is_enabled = true;
    row->from_days = strategy->from_days;
    row->ramp_days = strategy->ramp_days;
}

static void
add_reward(twp_compiler_t *c, twp_reward_t reward, twp_program_t program)
{
    reward.i_formula = c->formula.n;
    twp_table_add(c, &c->formula, &program, 1);
    twp_table_add(c, &c->reward, &reward, 1);
}

static void
add_timed_reward(twp_compiler_t *c, const twp_study_timed_t *from)
{
    const twp_reward_t reward = { .kind = from->is_utility ? TWP_REWARD_UTILITY : TWP_REWARD_FLOW,
        .i_account = from->i_account,
        .is_timed = true,
        .is_growing = from->is_growing,
        .is_from_birth = from->is_from_birth,
        .i_track = from->i_track,
        .i_state = from->i_state,
        .from_days = twp_compile_constant(c, from->from_days),
        .until_days = from->until_days != NULL ? twp_compile_constant(c, from->until_days)
                                               : INFINITY };

    if (from->i_track >= 0)
        c->model->state[c->model->track[from->i_track].i_state_first + from->i_state]
            .has_timed_rewards = true;
    (void) twp_compile_bind(c, TWP_BIND_TIMED, c->reward.n, from->from_days, from->until_days);
    add_reward(c, reward, twp_compile_program(c, from->rate));
}

static void
compile_rewards(twp_compiler_t *c)
{
    const twp_study_typed_t *study = c->study;

    c->model->first_reward_formula = c->formula.n;
    c->model->i_qaly_reward = study->has_qalys ? c->reward.n : -1;
    if (study->has_qalys)
        add_reward(c, (twp_reward_t){ .kind = TWP_REWARD_UTILITY, .i_account = -1 },
            study->utility != NULL ? twp_compile_program(c, study->utility)
                                   : twp_compile_number(c, 0));
    for (int a = 0; a < study->n_accounts; a++) {
        const twp_program_t flows = twp_compile_flows(c, a);
        if (flows.n > 0)
            add_reward(c, (twp_reward_t){ .kind = TWP_REWARD_FLOW, .i_account = a }, flows);
    }
    for (int i = 0; i < study->n_timed; i++)
        add_timed_reward(c, study->timed[i]);
}

static void
compile_formulas(twp_compiler_t *c)
{
    const twp_study_typed_t *study = c->study;

    for (int k = 0; k < study->n_formulas; k++)
        c->model->formula_of[study->formula_order[k]] = k;
    for (int k = 0; k < study->n_formulas; k++) {
        const twp_expression_t *expression = study->formula[study->formula_order[k]].expression;
        /* what one instant reads is computed where it stands; its place stays empty */
        const twp_program_t program = expression->scope == TWP_SCOPE_INSTANT
            ? twp_compile_number(c, 0)
            : twp_compile_program(c, expression);
        twp_table_add(c, &c->formula, &program, 1);
    }
    compile_rewards(c);
}

static void
compile_discount(twp_compiler_t *c)
{
    const twp_study_discount_t *from = &c->study->discount;
    twp_model_t *model = c->model;
    double log_before = 0;

    model->n_discount_steps = from->n_steps;
    model->discounts_from_date = from->is_from_date;
    model->discount_from_days = from->from_days;
    model->discount_step = TWP_ARENA_NEW(c->arena, twp_discount_step_t, from->n_steps + 1);
    if (model->discount_step == NULL) {
        c->is_out_of_memory = true;
        return;
    }
    for (int k = 0; k < from->n_steps; k++) {
        twp_discount_step_t *step = &model->discount_step[k];
        const double r = from->rate_per_year[k];
        if (k > 0)
            log_before += step[-1].log_per_day * (from->start_days[k] - from->start_days[k - 1]);
        step->start_days = from->start_days[k];
        step->log_before = log_before;
        step->log_per_day = (from->rule == TWP_DISCOUNT_CONTINUOUS ? r : twp_math_log1p(r)) /
            TWP_DAYS_PER_YEAR;
    }
}

static void
number_codes(twp_model_t *model, int n_tallies)
{
    twp_codes_t *codes = &model->codes;

    codes->first_dispense = model->n_exits;
    codes->first_contact = codes->first_dispense + model->n_variables;
    codes->first_observation = codes->first_contact + model->n_supports;
    codes->first_measure = codes->first_observation + model->n_observations;
    codes->n_codes = codes->first_measure + n_tallies;
}

/** Bound on the rows of one instant: the exits that can answer, each with its actions' rows. */
static int64_t
max_rows(const twp_model_t *model)
{
    int64_t n_actions = 0, n_upon = 1, n_observers = 1;

    for (int e = 0; e < model->n_exits; e++) {
        const twp_model_exit_t *exit = &model->exit[e];
        int n_branch = 0, n_states = 0;
        for (int k = 0; k < exit->n_branches; k++)
            if (model->branch[exit->i_branch_first + k].n_actions > n_branch)
                n_branch = model->branch[exit->i_branch_first + k].n_actions;
        const twp_model_track_t *track = &model->track[exit->i_track];
        for (int s = 0; s < track->n_states; s++) {
            const twp_model_state_t *state = &model->state[track->i_state_first + s];
            if (state->n_enter + state->n_leave > n_states)
                n_states = state->n_enter + state->n_leave;
        }
        if (exit->n_actions + n_branch + 2 * n_states > n_actions)
            n_actions = exit->n_actions + n_branch + 2 * n_states;
    }
    for (int h = 0; h < model->n_happenings; h++) {
        if (model->happening[h].n_upon > n_upon)
            n_upon = model->happening[h].n_upon;
        if (model->happening[h].n_observers > n_observers)
            n_observers = model->happening[h].n_observers;
    }
    return (1 + n_actions) * (1 + TWP_MAX_HAPPENINGS * n_upon) + TWP_MAX_HAPPENINGS * n_observers +
        model->n_actions + 1;
}

static void
take_tables(twp_compiler_t *c)
{
    twp_model_t *m = c->model;

    m->n_code = c->code.n, m->code = c->code.row;
    m->n_steps = c->step_from.n, m->step_from = c->step_from.row, m->step_is = c->step_is.row;
    m->n_terms = c->term.n, m->term = c->term.row;
    m->n_branches = c->branch.n, m->branch = c->branch.row;
    m->n_starts = c->start.n, m->start = c->start.row;
    m->n_actions = c->action.n, m->action = c->action.row;
    m->n_drifts = c->drift.n, m->drift = c->drift.row;
    m->n_drift_means = c->drift_mean.n, m->drift_mean = c->drift_mean.row;
    m->n_happenings = c->happening.n, m->happening = c->happening.row;
    m->n_upon = c->upon.n, m->upon = c->upon.row;
    m->n_observers = c->observer.n, m->observer = c->observer.row;
    m->n_formulas = c->formula.n, m->formula = c->formula.row;
    m->n_rewards = c->reward.n, m->reward = c->reward.row;
    m->n_bindings = c->binding.n, m->binding = c->binding.row;
}

static void
compile_all(twp_compiler_t *c)
{
    const twp_study_typed_t *study = c->study;

    twp_compile_happenings(c);
    compile_formulas(c);
    compile_population(c);
    for (int i = 0; i < study->n_variables && !c->is_out_of_memory; i++)
        compile_variable(c, i);
    for (int i = 0; i < study->n_observations && !c->is_out_of_memory; i++)
        compile_observation(c, i);
    for (int i = 0; i < study->n_supports && !c->is_out_of_memory; i++)
        compile_support(c, i);
    if (!c->is_out_of_memory)
        twp_compile_tracks(c);
    if (!c->is_out_of_memory)
        compile_discount(c);
    if (c->is_out_of_memory)
        return;
    twp_compile_slots(c);
    take_tables(c);
    number_codes(c->model, study->n_tallies);
    if (!c->is_out_of_memory)
        twp_compile_masks(c);
    twp_compile_check_streams(c);
}

static twp_status_t
finish(twp_compiler_t *c, int n_errors_before, twp_error_t *err)
{
    if (c->is_out_of_memory)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to compile study %s", c->study->name);
    if (c->is_too_deep)
        return TWP_FAIL(err, TWP_ERR_LIMIT,
            "study %s: a formula or an action is nested more than %d deep", c->study->name,
            TWP_PROGRAM_STACK);
    if (c->findings->n_errors > n_errors_before)
        return TWP_FAIL(err, TWP_ERR_INPUT, "study %s cannot be compiled", c->study->name);
    if (max_rows(c->model) > MAX_ROWS)
        return TWP_FAIL(err, TWP_ERR_LIMIT,
            "study %s: one instant could leave %lld rows, more than %d", c->study->name,
            (long long) max_rows(c->model), MAX_ROWS);
    c->model->max_rows_per_instant = (int) max_rows(c->model);
    c->model->twin_bytes = twp_twin_bytes(c->model);
    return TWP_OK;
}

twp_status_t
twp_model_compile(const twp_study_typed_t *study, int i_strategy, uint64_t seed,
    twp_findings_t *findings, twp_model_t **model, twp_error_t *err)
{
    twp_arena_t *arena = twp_arena_create(0);
    twp_compiler_t c = { .study = study, .arena = arena, .findings = findings };
    const int n_errors_before = findings->n_errors;
    double *parameter = NULL;

    *model = NULL;
    c.model = arena != NULL ? TWP_ARENA_NEW(arena, twp_model_t, 1) : NULL;
    if (arena != NULL)
        parameter = TWP_ARENA_NEW(arena, double, twp_study_n_values(study) + 1);
    if (c.model == NULL || parameter == NULL) {
        twp_arena_free(arena);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to compile study %s", study->name);
    }
    for (int p = 0; p < study->n_parameters; p++)
        parameter[p] = study->parameter[p].value;
    for (int k = 0; k < study->n_moved; k++)
        parameter[study->n_parameters + k] = study->moved[k].value;
    c.parameter = parameter;
    c.model->arena = arena;
    c.model->study = study;
    c.model->i_strategy = i_strategy;
    c.model->seed = seed;
    c.model->parameter = parameter;
    size_tables(&c);
    allocate(&c);
    if (!c.is_out_of_memory)
        compile_all(&c);
    const twp_status_t status = finish(&c, n_errors_before, err);
    if (status == TWP_OK)
        *model = c.model;
    else
        twp_arena_free(arena);
    return status;
}

void
twp_model_free(twp_model_t *model)
{
    if (model == NULL)
        return;
    twp_arena_free(model->law_arena);
    twp_arena_free(model->arena);
}
