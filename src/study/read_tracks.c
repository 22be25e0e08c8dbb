/* Tracks and their states: where a twin starts, what being in a state does and costs. */
#include "base/suggest.h"
#include "study/read.h"
#include "vocabulary/keys.h"

#include <math.h>
#include <string.h>

/* ---- start ---------------------------------------------------------------------------------- */

/* One state in the form of a choice: always. */
static void
start_always(twp_read_t *read, twp_study_track_t *track, int i_state)
{
    track->n_starts = 1;
    track->start = twp_read_alloc(read, 1, sizeof *track->start);
    track->start[0].i_state = i_state;
}

static void
check_chance_value(twp_read_t *read, twp_spot_t spot, double value)
{
    if (!(value >= 0 && value <= 1))
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a chance from 0 to 1", NULL,
            "the chance is out of range");
}

static void
read_start_choices(twp_read_t *read, twp_spot_t list, twp_study_track_t *track)
{
    const twp_dim_t none = TWP_DIM_NONE;
    twp_expression_t **known = TWP_READ_NEW(read, twp_expression_t *, list.node->n);
    int n_known = 0;
    double sum = 0;

    track->start = twp_read_alloc(read, list.node->n, sizeof *track->start);
    for (int i = 0; i < list.node->n; i++) {
        const twp_spot_t item = twp_read_item(read, list, i),
                         chance = twp_read_get(read, item, "chance"),
                         otherwise = twp_read_get(read, item, "otherwise"),
                         to = otherwise.node != NULL ? otherwise : twp_read_get(read, item, "to");
        const bool is_last = i + 1 == list.node->n;
        double value;
        if (!twp_read_is_mapping(item))
            continue;
        if (is_last != (otherwise.node != NULL))
            twp_read_fail(read, twp_read_place(item), NULL,
                is_last ? "otherwise: STATE" : "chance: P, to: STATE", NULL,
                is_last ? "the last choice must say otherwise"
                        : "otherwise belongs to the last choice");
        track->start[track->n_starts].chance = twp_read_number(read, chance, TWP_SCOPE_TWIN, &none);
        if (twp_read_is_known_within(
                read, track->start[track->n_starts].chance, TWP_WITHIN_CHANCE, &value)) {
            known[n_known++] = track->start[track->n_starts].chance;
            check_chance_value(read, chance, value);
            sum += value;
        }
        if (twp_read_text(to) == NULL)
            continue;
        track->start[track->n_starts++].i_state = twp_read_state_name(
            read, twp_read_text(to), twp_read_place(to), track);
    }
    twp_read_note_sum(read, known, n_known, (twp_within_t){ -INFINITY, 1 + 1e-9, false, true });
    if (sum > 1 + 1e-9)
        twp_read_fail(read, twp_read_place(list), twp_read_printf(read, "a sum of %.10g", sum),
            "chances that sum to at most 1", NULL, "the chances sum above 1");
}

static void
read_start_code(twp_read_t *read, twp_spot_t spot, const twp_study_attribute_t *attribute,
    const twp_pair_t *pair, twp_study_track_t *track)
{
    const twp_place_t state_place = { spot.node->file, pair->line, pair->column, spot.path };
    const int i_state = twp_read_state_name(read, pair->key, state_place, track);
    const char *text = twp_read_text(spot);
    double code;

    if (i_state < 0 || text == NULL)
        return;
    if (attribute->n_categories > 0) {
        const int i = twp_read_index(attribute->category, attribute->n_categories, text);
        if (i < 0)
            twp_read_fail(read, twp_read_place(spot), text, "a category",
                twp_suggest_nearest(text, attribute->category, (size_t) attribute->n_categories),
                "%s is no category of %s", text, attribute->name);
        code = i;
    } else if (attribute->is_truth && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        code = strcmp(text, "true") == 0;
    } else {
        code = twp_read_constant(read, spot, attribute->dim, NAN);
    }
    for (int s = 0; s < track->n_states; s++)
        if (track->start_code[s] == code) {
            twp_read_fail(read, twp_read_place(spot), text, "another value", NULL,
                "two states start from the same value of %s", attribute->name);
            return;
        }
    track->start_code[i_state] = code;
}

/* States that have no value stay NAN: no twin starts there. */
static void
read_start_from(twp_read_t *read, twp_spot_t start, twp_study_track_t *track)
{
    const twp_spot_t from = twp_read_get(read, start, "from"), is = twp_read_get(read, start, "is");
    const int i = twp_read_reference(read, from, TWP_SYMBOL_ATTRIBUTE);
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, is, &n);

    track->start_code = TWP_READ_NEW(read, double, track->n_states);
    for (int s = 0; s < track->n_states; s++)
        track->start_code[s] = NAN;
    if (i < 0 || read->attribute_reading[i] != TWP_READING_DONE)
        return;
    track->i_start_attribute = i;
    for (int k = 0; k < n; k++)
        read_start_code(
            read, twp_read_entry(read, is, pair[k]), &read->study->attribute[i], pair[k], track);
}

static void
read_start(twp_read_t *read, twp_spot_t start, twp_study_track_t *track)
{
    const char *text = twp_read_text(start);
    int i_state;

    if (text != NULL) {
        i_state = twp_read_state_name(read, text, twp_read_place(start), track);
        start_always(read, track, i_state >= 0 ? i_state : 0);
    } else if (twp_read_is_mapping(start)) {
        read_start_from(read, start, track);
    } else if (start.node != NULL) {
        read_start_choices(read, start, track);
    }
}

/* ---- states --------------------------------------------------------------------------------- */

/* The payers of one block, behind the flows that the state has already. */
static void
read_flows(twp_read_t *read, twp_spot_t cost, int i_track, int i_state, twp_study_state_t *state)
{
    const twp_dim_t money_per_time = TWP_DIM_MONEY_PER_TIME;
    const char *category = twp_read_text(twp_read_get(read, cost, "category"));
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, cost, &n);

    if (category == NULL)
        category = "other";
    for (int i = 0; i < n; i++) {
        const twp_spot_t spot = twp_read_entry(read, cost, pair[i]);
        if (!twp_keys_is_free(TWP_BLOCK_STATE_COST, pair[i]->key))
            continue;
        if (twp_read_is_mapping(spot)) {
            twp_read_flow(read, spot, i_track, i_state, pair[i]->key, category);
            continue;
        }
        state->flow[state->n_flows].rate = twp_read_number(
            read, spot, TWP_SCOPE_STEP, &money_per_time);
        twp_read_account(read, &state->flow[state->n_flows].i_account, pair[i]->key, category);
        state->n_flows++;
    }
}

static void
read_cost(twp_read_t *read, twp_spot_t cost, int i_track, int i_state, twp_study_state_t *state)
{
    const int n_blocks = twp_read_n_items(cost);
    int n = 0;

    for (int i = 0; i < n_blocks; i++)
        n += twp_read_item(read, cost, i).node->n;
    state->flow = twp_read_alloc(read, n, sizeof *state->flow);
    for (int i = 0; i < n_blocks; i++)
        read_flows(read, twp_read_item(read, cost, i), i_track, i_state, state);
}

static void
read_state(twp_read_t *read, twp_spot_t spot, int i_track, int i_state, twp_study_state_t *state)
{
    state->enter = twp_read_actions(read, twp_read_get(read, spot, "enter"));
    state->leave = twp_read_actions(read, twp_read_get(read, spot, "leave"));
    read_cost(read, twp_read_get(read, spot, "cost"), i_track, i_state, state);
}

void
twp_read_tracks(twp_read_t *read)
{
    const twp_dim_t time = TWP_DIM_TIME;

    for (int t = 0; t < read->study->n_tracks; t++) {
        twp_study_track_t *track = &read->study->track[t];
        const twp_spot_t spot = read->track_spot[t], since = twp_read_get(read, spot, "since");
        double days;
        if (track->i_doses >= 0) {
            start_always(
                read, track, read->study->doses[track->i_doses].i_state[TWP_DOSES_NOT_DUE]);
            continue;
        }
        if (track->i_support >= 0) {
            start_always(read, track, TWP_SUPPORT_IDLE);
            continue;
        }
        read_start(read, twp_read_get(read, spot, "start"), track);
        track->since_days = twp_read_number(read, since, TWP_SCOPE_TWIN, &time);
        if (twp_read_is_known_within(read, track->since_days, TWP_WITHIN_FROM_0, &days) &&
            !(days >= 0 && isfinite(days)))
            twp_read_fail(read, twp_read_place(since), twp_read_text(since), "a time not below 0",
                NULL, "the time is out of range");
        for (int s = 0; s < track->n_states; s++)
            read_state(read, read->state_spot[read->state_first[t] + s], t, s, &track->state[s]);
    }
}
