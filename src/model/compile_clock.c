#include "model/compile.h"

#include "base/portable_math.h"
#include <stdlib.h>
#include <string.h>

#define LOG_2 0x1.62e42fefa39efp-1

/* ---- drifts ------------------------------------------------------------------------------------ */

/**
 * A drift rests at the first end of a piece that is seven half-lives or more after the jump. The mean
 * of 2^(-t / h) over piece k is exp(-l k d) (1 - exp(-l d)) / (l d), l = log 2 / h, d the piece's length.
 */
bool
twp_compile_fill_drift(
    twp_drift_t *drift, double half_life_days, double held_for_days, double *mean, int n_room)
{
    const double l = LOG_2 / half_life_days, d = held_for_days;

    drift->held_days = d;
    drift->log2_per_day = l;
    drift->n_pieces = 0;
    if (!(l > 0) || !(d > 0))
        return false;
    while (drift->n_pieces < n_room &&
        (double) drift->n_pieces * d < 7 * half_life_days * (1 - 1e-12)) {
        mean[drift->n_pieces] = twp_math_exp(-l * d * (double) drift->n_pieces) *
            -twp_math_expm1(-l * d) / (l * d);
        drift->n_pieces++;
    }
    return drift->n_pieces > 0 && drift->n_pieces < TWP_COMPILE_MAX_PIECES;
}

int
twp_compile_drift(twp_compiler_t *c, const char *name, const twp_expression_t *half_life_days,
    const twp_expression_t *held_for_days, int i_variable, int i_support)
{
    const double half_life = twp_compile_constant(c, half_life_days);
    const double held = held_for_days != NULL ? twp_compile_constant(c, held_for_days)
                                              : half_life / 4;
    const int i = c->drift.n;
    double mean[TWP_COMPILE_MAX_PIECES] = { 0 };
    twp_drift_t row = { i_variable, i_support, -1, c->drift_mean.n, 0, 0, 0, -1 };

    if (!twp_compile_fill_drift(&row, half_life, held, mean, TWP_COMPILE_MAX_PIECES)) {
        const twp_place_t place = { c->study->name, 0, 0, name };
        twp_findings_add(c->findings, place, NULL, "a longer held_for", NULL,
            "held_for is too short for its half-life: more than %d pieces", TWP_COMPILE_MAX_PIECES);
    }
    /* Without held_for there are always as many pieces. */
    const bool has_room = twp_compile_bind(c, TWP_BIND_DRIFT, i, half_life_days, held_for_days) &&
        held_for_days != NULL;
    twp_table_add(c, &c->drift_mean, mean, has_room ? TWP_COMPILE_MAX_PIECES : row.n_pieces);
    twp_table_add(c, &c->drift, &row, 1);
    twp_compile_request_slot(c, name, 0, TWP_SLOT_DRIFT, i);
    return i;
}

/* ---- slots -------------------------------------------------------------------------------------- */

void
twp_compile_request_slot(
    twp_compiler_t *c, const char *name, int priority, twp_slot_kind_t kind, int i)
{
    const twp_slot_request_t request = { name, priority, kind, i };

    twp_table_add(c, &c->slot_request, &request, 1);
}

static int
by_rank(const void *a, const void *b)
{
    const twp_slot_request_t *x = a, *y = b;

    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    const int order = strcmp(x->name, y->name);
    if (order != 0)
        return order;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : (x->i > y->i) - (x->i < y->i);
}

static void
tell_owner(twp_compiler_t *c, const twp_slot_request_t *request, int32_t i_slot)
{
    twp_model_t *model = c->model;

    switch (request->kind) {
    case TWP_SLOT_EXIT: model->exit[request->i].i_slot = i_slot; break;
    case TWP_SLOT_DRIFT: ((twp_drift_t *) c->drift.row)[request->i].i_slot = i_slot; break;
    case TWP_SLOT_STOCK: model->variable[request->i].i_slot = i_slot; break;
    case TWP_SLOT_OBSERVATION: model->observation[request->i].i_slot = i_slot; break;
    }
}

/** One state of a track is current: the clocks of its states share their places. */
static void
place_clocks(twp_model_t *model)
{
    for (int t = 0; t < model->n_tracks; t++) {
        const twp_model_track_t *track = &model->track[t];
        int n_most = 0;
        for (int s = 0; s < track->n_states; s++) {
            const twp_model_state_t *state = &model->state[track->i_state_first + s];
            int n = 0;
            for (int e = state->i_exit_first; e < state->i_exit_first + state->n_exits; e++)
                if (model->exit[e].i_slot >= 0)
                    model->exit[e].i_clock = model->n_clocks + n++;
            n_most = n > n_most ? n : n_most;
        }
        model->n_clocks += n_most;
    }
}

/** Slots in order of falling priority, then qualified name: so (time, slot) is the order of ties. */
void
twp_compile_slots(twp_compiler_t *c)
{
    twp_slot_request_t *request = c->slot_request.row;
    const int n = c->slot_request.n;
    twp_model_t *model = c->model;

    model->n_slots = n;
    model->n_slots_padded = n > 0 ? (n + TWP_SLOT_GROUP - 1) / TWP_SLOT_GROUP * TWP_SLOT_GROUP
                                  : TWP_SLOT_GROUP;
    model->n_clock_mask = (model->n_slots_padded + 63) / 64;
    model->slot = TWP_ARENA_NEW(c->arena, twp_slot_t, model->n_slots_padded);
    if (model->slot == NULL) {
        c->is_out_of_memory = true;
        return;
    }
    if (n > 1)
        qsort(request, (size_t) n, sizeof *request, by_rank);
    for (int32_t k = 0; k < n; k++) {
        model->slot[k].kind = (int32_t) request[k].kind;
        model->slot[k].i = request[k].i;
        tell_owner(c, &request[k], k);
    }
    place_clocks(model);
}

/* ---- dependency masks ---------------------------------------------------------------------------- */

/** Word that an instruction depends on, or -1. */
static int32_t
word_of(const twp_model_t *model, const twp_code_t *code)
{
    switch (code->op) {
    case TWP_WORD_VARIABLE:
    case TWP_WORD_STOCK_EMPTY: return model->first_variable_word + code->i;
    case TWP_WORD_FORMULA: return model->first_formula_word + code->i;
    case TWP_WORD_ENTRIES:
    case TWP_WORD_STATE_IS: return model->track[code->i].i_state_first + code->j;
    case TWP_WORD_OBSERVED_COUNT: return model->first_observation_word + code->i;
    default: return -1;
    }
}

static void
set_bit(uint64_t *mask, int n_mask, int32_t i_word, int32_t i)
{
    mask[(size_t) i_word * (size_t) n_mask + (size_t) (i >> 6)] |= UINT64_C(1) << (i & 63);
}

/** i: slot, or a formula behind the room for slots. */
static void
mask_program(const twp_model_t *model, twp_program_t program, int32_t i)
{
    for (int32_t k = program.first; k < program.first + program.n; k++) {
        const int32_t i_word = word_of(model, &model->code[k]);
        if (i_word >= 0)
            set_bit(model->touch_mask, model->n_touch_mask, i_word, i);
    }
}

static void
mask_exit(twp_model_t *model, const twp_model_exit_t *exit)
{
    mask_program(model, exit->only_while, exit->i_slot);
    for (int32_t k = exit->i_term_first; k < exit->i_term_first + exit->n_terms; k++) {
        const twp_term_t *term = &model->term[k];
        mask_program(model, term->covariate, exit->i_slot);
        if (term->i_fade >= 0)
            set_bit(model->touch_mask, model->n_touch_mask, model->drift[term->i_fade].i_word,
                exit->i_slot);
    }
    if (exit->i_since >= 0 && exit->i_since < model->n_states) /* the first words are the states */
        set_bit(model->touch_mask, model->n_touch_mask, exit->i_since, exit->i_slot);
}

/** Where the kernel holds what an instruction reads, or -1. */
static int32_t
value_of(const twp_model_t *model, const twp_code_t *code)
{
    switch (code->op) {
    case TWP_WORD_ATTRIBUTE: return model->first_attribute_value + code->i;
    case TWP_WORD_VARIABLE:
    case TWP_WORD_FORMULA:
    case TWP_WORD_STATE_IS:
    case TWP_WORD_OBSERVED_COUNT: return word_of(model, code);
    default: return -1;
    }
}

void
twp_compile_weigh_term(const twp_model_t *model, twp_term_t *term)
{
    const twp_code_t *code = &model->code[term->covariate.first];

    term->weight = term->log_ratio;
    if (term->covariate.n == 1 && code->op == TWP_WORD_NUMBER)
        term->weight = term->log_ratio * code->number;
}

static void
place_term(const twp_model_t *model, twp_term_t *term)
{
    const twp_code_t *code = &model->code[term->covariate.first];

    twp_compile_weigh_term(model, term);
    term->i_fade_value = term->i_fade >= 0 ? model->first_fade_word + term->i_fade
                                           : model->i_value_one;
    term->i_value = term->covariate.n == 1 ? code->i_value : -1;
    if (term->covariate.n == 1 && code->op == TWP_WORD_NUMBER)
        term->i_value = model->i_value_one;
}

static void
place_values(twp_model_t *model)
{
    for (int k = 0; k < model->n_code; k++)
        model->code[k].i_value = value_of(model, &model->code[k]);
    for (int k = 0; k < model->n_terms; k++)
        place_term(model, &model->term[k]);
    for (int e = 0; e < model->n_exits; e++) {
        twp_model_exit_t *exit = &model->exit[e];
        const bool has_gate = exit->only_while.n > 0;
        exit->i_gate_value = has_gate ? model->code[exit->only_while.first].i_value
                                      : model->i_value_one;
        exit->has_plain_terms = !exit->is_strongest_only && exit->only_while.n <= 1 &&
            exit->i_gate_value >= 0 && exit->i_since < 0;
        for (int32_t k = exit->i_term_first; k < exit->i_term_first + exit->n_terms; k++)
            if (model->term[k].i_value < 0 || model->term[k].is_time_ratio)
                exit->has_plain_terms = false;
    }
}

static void
number_words(twp_model_t *model)
{
    model->first_variable_word = model->n_states;
    model->first_fade_word = model->first_variable_word + model->n_variables;
    model->first_observation_word = model->first_fade_word + model->n_drifts;
    model->first_formula_word = model->first_observation_word + model->n_observations;
    model->n_words = model->first_formula_word + model->n_formulas;
    model->first_attribute_value = model->n_words;
    model->i_value_one = model->n_words + model->n_attributes;
    model->n_values = model->i_value_one + 1;
    for (int32_t i = 0; i < model->n_variables; i++)
        model->variable[i].i_word = model->first_variable_word + i;
    for (int32_t i = 0; i < model->n_drifts; i++)
        model->drift[i].i_word = model->drift[i].i_variable >= 0
            ? model->first_variable_word + model->drift[i].i_variable
            : model->first_fade_word + i;
    for (int32_t i = 0; i < model->n_observations; i++)
        model->observation[i].i_word = model->first_observation_word + i;
}

void
twp_compile_masks(twp_compiler_t *c)
{
    twp_model_t *model = c->model;

    number_words(model);
    place_values(model);
    model->n_formula_mask = (model->n_formulas + 63) / 64;
    if (model->n_formula_mask == 0)
        model->n_formula_mask = 1;
    model->n_touch_mask = model->n_clock_mask + model->n_formula_mask;
    model->touch_mask = TWP_ARENA_NEW(c->arena, uint64_t, model->n_words * model->n_touch_mask);
    model->state_clocks = TWP_ARENA_NEW(c->arena, uint64_t, model->n_states * model->n_clock_mask);
    if (model->touch_mask == NULL || model->state_clocks == NULL) {
        c->is_out_of_memory = true;
        return;
    }
    for (int e = 0; e < model->n_exits; e++)
        if (model->exit[e].kind == TWP_EXIT_HAZARD)
            mask_exit(model, &model->exit[e]);
    for (int32_t e = 0; e < model->n_exits; e++)
        if (model->exit[e].i_slot >= 0)
            set_bit(model->state_clocks, model->n_clock_mask, model->exit[e].i_from,
                model->exit[e].i_slot);
    for (int32_t f = 0; f < model->n_formulas; f++)
        mask_program(model, model->formula[f], 64 * model->n_clock_mask + f);
}
