#include "model/model.h"

#include <string.h>

/** What must be equal between strategies, with the words for it. */
static bool
differs(int a, int b, const char *name, const char **what)
{
    if (a == b)
        return false;
    *what = name;
    return true;
}

static bool
exits_differ(const twp_model_t *a, const twp_model_t *b, const char **what)
{
    for (int e = 0; e < a->n_exits; e++) {
        const twp_model_exit_t *x = &a->exit[e], *y = &b->exit[e];
        if (strcmp(a->study->exit[e].qualified, b->study->exit[e].qualified) != 0 ||
            differs(x->kind, y->kind, "", what) || differs(x->i_slot, y->i_slot, "", what) ||
            differs(x->n_branches, y->n_branches, "", what) ||
            differs(x->n_terms, y->n_terms, "", what)) {
            *what = a->study->exit[e].qualified;
            return true;
        }
    }
    return false;
}

bool
twp_model_same_shape(const twp_model_t *a, const twp_model_t *b, const char **what)
{
    *what = "";
    return !(differs(a->n_tracks, b->n_tracks, "the number of tracks", what) ||
        differs(a->n_states, b->n_states, "the number of states", what) ||
        differs(a->n_exits, b->n_exits, "the number of exits", what) ||
        differs(a->n_variables, b->n_variables, "the number of variables", what) ||
        differs(a->n_attributes, b->n_attributes, "the number of attributes", what) ||
        differs(a->n_formulas, b->n_formulas, "the number of formulas", what) ||
        differs(a->n_observations, b->n_observations, "the number of observations", what) ||
        differs(a->n_supports, b->n_supports, "the number of supports", what) ||
        differs(a->n_accounts, b->n_accounts, "the ledger's accounts", what) ||
        differs(a->n_tallies, b->n_tallies, "the measure actions", what) ||
        differs(a->n_slots, b->n_slots, "the number of clocks", what) ||
        differs(a->n_rewards, b->n_rewards, "the costs per day or the utility", what) ||
        exits_differ(a, b, what));
}

const char *
twp_model_code_name(const twp_model_t *model, int32_t code, twp_arena_t *arena)
{
    const twp_study_typed_t *study = model->study;
    const twp_codes_t *codes = &model->codes;

    if (code < 0 || code >= codes->n_codes)
        return twp_arena_strdup(arena, "");
    if (code < codes->first_dispense)
        return twp_arena_strdup(arena, study->exit[code].qualified);
    if (code < codes->first_contact)
        return twp_arena_printf(
            arena, "patient.%s.dispensed", study->variable[code - codes->first_dispense].name);
    if (code < codes->first_observation)
        return twp_arena_printf(
            arena, "patient.%s.contact", study->support[code - codes->first_contact].name);
    if (code < codes->first_measure)
        return twp_arena_printf(
            arena, "patient.%s.seen", study->observation[code - codes->first_observation].name);
    return twp_arena_printf(
        arena, "patient.%s.measured", study->tally[code - codes->first_measure]);
}
