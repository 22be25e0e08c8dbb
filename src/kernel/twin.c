#include "kernel/kernel.h"

#include <string.h>

/* Each array starts on a cache line. With memory NULL only the size is counted. */
typedef struct {
    unsigned char *memory;
    size_t n_bytes;
} layout_t;

static void *
take(layout_t *layout, int n, size_t size)
{
    void *piece = layout->memory != NULL ? layout->memory + layout->n_bytes : NULL;

    layout->n_bytes += ((size_t) (n > 0 ? n : 1) * size + 63) & ~(size_t) 63;
    return piece;
}

static size_t
lay_out(const twp_model_t *m, void *memory, twp_twin_t *twin)
{
    layout_t l = { memory, 0 };

    double *value = take(&l, m->n_values, sizeof(double));
    if (value != NULL) {
        twin->value = twin->in_state = value;
        twin->variable = value + m->first_variable_word;
        twin->drift_value = value + m->first_fade_word;
        twin->observed = value + m->first_observation_word;
        twin->formula = value + m->first_formula_word;
        twin->attribute = value + m->first_attribute_value;
    }
    twin->start_value = take(&l, m->n_variables, sizeof(double));
    twin->fires = take(&l, m->n_slots_padded, sizeof(double));
    twin->clock = take(&l, m->n_clocks, sizeof(twp_clock_t));
    twin->base = take(&l, m->n_variables, sizeof(double));
    twin->drift = take(&l, m->n_drifts, sizeof(twp_drift_state_t));
    twin->entered_days = take(&l, m->n_tracks, sizeof(double));
    twin->account = take(&l, m->n_accounts, sizeof(double));
    twin->account_discounted = take(&l, m->n_accounts, sizeof(double));
    twin->tally = take(&l, m->n_tallies, sizeof(double));
    twin->reward = take(&l, m->n_rewards, sizeof(double));
    twin->reward_discounted = take(&l, m->n_rewards, sizeof(double));
    twin->reward_since = take(&l, m->n_rewards, sizeof(double));
    twin->arrives = take(&l, m->n_observations * TWP_MAX_DELAYED, sizeof(double));
    twin->arrives_first = take(&l, m->n_observations, sizeof(int32_t));
    twin->arrives_n = take(&l, m->n_observations, sizeof(int32_t));
    twin->offered = take(&l, m->n_supports * TWP_SUPPORT_MAX_AT_MOST, sizeof(double));
    twin->n_offered = take(&l, m->n_supports, sizeof(int32_t));
    twin->support_from = take(&l, m->n_supports, sizeof(double));
    twin->state = take(&l, m->n_tracks, sizeof(int32_t));
    twin->start_state = take(&l, m->n_tracks, sizeof(int32_t));
    twin->start_since_days = take(&l, m->n_tracks, sizeof(double));
    twin->last_entered = take(&l, m->n_states + m->n_doses, sizeof(double));
    twin->entries = take(&l, m->n_states, sizeof(int32_t));
    twin->is_empty = take(&l, m->n_variables, sizeof(uint8_t));
    twin->still_since = take(&l, m->n_variables, sizeof(double));
    twin->counter = take(&l, m->n_counters, sizeof(uint32_t));
    twin->touched = take(&l, m->n_touch_mask, sizeof(uint64_t));
    if (twin->touched != NULL)
        twin->stale = twin->touched + m->n_clock_mask;
    twin->running = take(&l, m->n_clock_mask, sizeof(uint64_t));
    twin->repeats = take(&l, m->n_clock_mask, sizeof(uint64_t));
    twin->put_off = take(&l, m->n_clock_mask, sizeof(uint64_t));
    twin->started = take(&l, m->n_clock_mask, sizeof(uint64_t));
    return l.n_bytes;
}

size_t
twp_twin_bytes(const twp_model_t *model)
{
    twp_twin_t twin;

    return lay_out(model, NULL, &twin);
}

void
twp_twin_layout(const twp_model_t *model, void *memory, twp_twin_t *twin)
{
    lay_out(model, memory, twin);
}

#define CLEAR(array, n) memset((array), 0, (size_t) (n) * sizeof *(array))

void
twp_twin_reset(const twp_model_t *m, twp_twin_t *twin)
{
    for (int k = 0; k < m->n_slots_padded; k++)
        twin->fires[k] = TWP_NEVER;
    CLEAR(twin->drift, m->n_drifts);
    CLEAR(twin->value, m->first_attribute_value); /* the words */
    twin->value[m->i_value_one] = 1;
    CLEAR(twin->account, m->n_accounts);
    CLEAR(twin->account_discounted, m->n_accounts);
    CLEAR(twin->tally, m->n_tallies);
    CLEAR(twin->reward, m->n_rewards);
    CLEAR(twin->reward_discounted, m->n_rewards);
    CLEAR(twin->reward_since, m->n_rewards);
    CLEAR(twin->arrives_first, m->n_observations);
    CLEAR(twin->arrives_n, m->n_observations);
    CLEAR(twin->n_offered, m->n_supports);
    CLEAR(twin->entries, m->n_states);
    for (int k = 0; k < m->n_states + m->n_doses; k++)
        twin->last_entered[k] = TWP_NEVER;
    for (int k = 0; k < m->n_variables; k++)
        twin->still_since[k] = m->variable[k].stands_still ? 0 : TWP_NEVER;
    CLEAR(twin->is_empty, m->n_variables);
    CLEAR(twin->counter, m->n_counters);
    CLEAR(twin->touched, m->n_touch_mask);
    CLEAR(twin->running, m->n_clock_mask);
    CLEAR(twin->put_off, m->n_clock_mask);
    CLEAR(twin->started, m->n_clock_mask);
    twin->soonest = -1;
    twin->i_first = -1;
    for (int i = 0; i < m->n_drifts; i++)
        twin->drift[i].i_piece = m->drift[i].n_pieces;
    twin->now_days = 0;
    twin->mark = TWP_MARK_NONE;
    twin->i_mark = 0;
    twin->n_queue = 0;
    twin->n_standstill = twin->n_instants = 0;
    twin->pause_at = INT32_MAX;
    twin->discount_at = -1;
    twin->n_events = twin->n_solved = twin->n_draws = twin->n_refreshed = 0;
}
