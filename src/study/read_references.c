/* What names mean as references, and as things that happen. */
#include "base/suggest.h"
#include "study/read.h"

#include <string.h>

/* ---- references ----------------------------------------------------------------------------- */

static const char *const wanted_kind[] = { "a parameter", "an attribute", "a variable", "a formula",
    "a track", "a support", "an observation", "an action", "a table" };

static int
n_of_kind(const twp_read_t *read, twp_symbol_kind_t kind)
{
    int n = 0;

    for (int i = 0; i < read->n_symbols; i++)
        n += read->symbol[i].kind == kind;
    return n;
}

static const char *
nearest_of_kind(twp_read_t *read, const char *text, twp_symbol_kind_t kind)
{
    const bool is_action = kind == TWP_SYMBOL_ACTION;
    const int n_all = is_action ? read->study->n_named_actions : read->n_symbols;
    const twp_symbol_t *symbol = is_action ? read->action_symbol : read->symbol;
    const char **name = TWP_READ_NEW(read, const char *, n_all);
    int n = 0;

    for (int i = 0; i < n_all; i++)
        if (symbol[i].kind == kind)
            name[n++] = symbol[i].name;
    return twp_suggest_nearest(text, name, (size_t) n);
}

int
twp_read_reference_text(
    twp_read_t *read, const char *text, twp_place_t place, twp_symbol_kind_t kind)
{
    const twp_symbol_t *symbol = twp_read_find(read, text);

    if (kind == TWP_SYMBOL_ACTION) {
        for (int i = 0; i < read->study->n_named_actions; i++)
            if (strcmp(read->action_symbol[i].name, text) == 0)
                return i;
    } else if (symbol != NULL && symbol->kind == kind) {
        return symbol->i;
    }
    twp_read_fail(read, place, text, wanted_kind[kind], nearest_of_kind(read, text, kind),
        n_of_kind(read, kind) == 0 && kind != TWP_SYMBOL_ACTION ? "%s is not %s: the study has none"
                                                                : "%s is not %s",
        text, wanted_kind[kind]);
    return -1;
}

int
twp_read_reference(twp_read_t *read, twp_spot_t spot, twp_symbol_kind_t kind)
{
    const char *text = twp_read_text(spot);

    if (text == NULL)
        return -1;
    return twp_read_reference_text(read, text, twp_read_place(spot), kind);
}

int
twp_read_index(const char *const *sorted, int n, const char *text)
{
    int low = 0, high = n;

    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (strcmp(sorted[middle], text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && strcmp(sorted[low], text) == 0 ? low : -1;
}

int
twp_read_state_name(
    twp_read_t *read, const char *text, twp_place_t place, const twp_study_track_t *track)
{
    const int i_state = twp_read_find_state(track, text);
    const char **name;

    if (i_state >= 0)
        return i_state;
    name = TWP_READ_NEW(read, const char *, track->n_states);
    for (int s = 0; s < track->n_states; s++)
        name[s] = track->state[s].name;
    twp_read_fail(read, place, text, "a state of this track",
        twp_suggest_nearest(text, name, (size_t) track->n_states), "%s is no state of %s", text,
        track->name);
    return -1;
}

/* The track, or track of a support, that the first part of a dotted text names; -1. */
static int
track_of(twp_read_t *read, const char *text)
{
    const twp_symbol_t *symbol = twp_read_find(
        read, twp_read_printf(read, "%.*s", (int) strcspn(text, "."), text));

    if (symbol != NULL && symbol->kind == TWP_SYMBOL_TRACK)
        return symbol->i;
    if (symbol != NULL && symbol->kind == TWP_SYMBOL_SUPPORT)
        return read->study->support[symbol->i].i_track;
    return -1;
}

/* All `track.state` and their number. */
static const char **
list_states(twp_read_t *read, int *n)
{
    const twp_study_typed_t *study = read->study;
    const char **name;

    *n = 0;
    for (int t = 0; t < study->n_tracks; t++)
        *n += study->track[t].n_states;
    name = TWP_READ_NEW(read, const char *, *n);
    *n = 0;
    for (int t = 0; t < study->n_tracks; t++)
        for (int s = 0; s < study->track[t].n_states; s++)
            name[(*n)++] = twp_read_printf(
                read, "%s.%s", study->track[t].name, study->track[t].state[s].name);
    return name;
}

bool
twp_read_state_reference(twp_read_t *read, twp_spot_t spot, int *i_track, int *i_state)
{
    const char *text = twp_read_text(spot), *dot;
    const char **name;
    int n;

    if (text == NULL)
        return false;
    *i_track = track_of(read, text);
    dot = strchr(text, '.');
    if (*i_track >= 0) {
        *i_state = dot != NULL ? twp_read_find_state(&read->study->track[*i_track], dot + 1)
            : read->study->track[*i_track].i_support >= 0 ? TWP_SUPPORT_ACTIVE
                                                          : -1;
        if (*i_state >= 0)
            return true;
    }
    if (read->findings->n_errors >= TWP_FINDINGS_MAX)
        return false;
    name = list_states(read, &n);
    twp_read_fail(read, twp_read_place(spot), text, "TRACK.STATE",
        twp_suggest_nearest(text, name, (size_t) n), "%s is no state of a track", text);
    return false;
}

static int
find_exit(const twp_study_typed_t *study, const twp_study_state_t *state, const char *name)
{
    for (int e = state->i_exit_first; e < state->i_exit_first + state->n_exits; e++)
        if (strcmp(study->exit[e].name, name) == 0)
            return e;
    return -1;
}

/* Index of the exit that the first three parts of text name, or -1; *rest is what follows. */
static int
look_up_exit(twp_read_t *read, const char *text, const char **rest)
{
    const int i_track = track_of(read, text);
    const char *state = strchr(text, '.'), *exit = state != NULL ? strchr(state + 1, '.') : NULL;
    int i_state;

    *rest = NULL;
    if (i_track < 0 || exit == NULL)
        return -1;
    i_state = twp_read_find_state(&read->study->track[i_track],
        twp_read_printf(read, "%.*s", (int) (exit - state - 1), state + 1));
    if (i_state < 0)
        return -1;
    exit++;
    if (strchr(exit, '.') != NULL)
        *rest = strchr(exit, '.') + 1;
    return find_exit(read->study, &read->study->track[i_track].state[i_state],
        twp_read_printf(read, "%.*s", (int) strcspn(exit, "."), exit));
}

int
twp_read_exit_reference(twp_read_t *read, const char *text, twp_place_t place, const char **rest)
{
    const twp_study_typed_t *study = read->study;
    const char *behind, **name;
    const int i_exit = look_up_exit(read, text, &behind);
    size_t length = 0;

    if (rest != NULL)
        *rest = behind;
    if ((i_exit >= 0 && (rest != NULL || behind == NULL)) ||
        read->findings->n_errors >= TWP_FINDINGS_MAX)
        return i_exit;
    for (int dots = 0; text[length] != '\0' && (dots += text[length] == '.') < 3; length++)
        ;
    name = TWP_READ_NEW(read, const char *, study->n_exits);
    for (int e = 0; e < study->n_exits; e++)
        name[e] = study->exit[e].qualified + strlen("patient.");
    twp_read_fail(read, place, text, rest != NULL ? "TRACK.STATE.EXIT.TARGET" : "TRACK.STATE.EXIT",
        twp_suggest_nearest(
            twp_read_printf(read, "%.*s", (int) length, text), name, (size_t) study->n_exits),
        "%s is no exit of a state", text);
    return -1;
}

/* ---- happenings ----------------------------------------------------------------------------- */

static bool
look_up_happening(twp_read_t *read, const char *text, twp_happening_t *out)
{
    const twp_study_typed_t *study = read->study;
    const twp_symbol_t *symbol = twp_read_find(read, text);
    const char *dot = strchr(text, '.'), *rest;
    const twp_symbol_t *head = twp_read_find(
        read, twp_read_printf(read, "%.*s", (int) strcspn(text, "."), text));
    int i;

    if (symbol != NULL && symbol->kind == TWP_SYMBOL_SUPPORT) {
        *out = (twp_happening_t){ TWP_HAPPENING_STATE, study->support[symbol->i].i_track,
            TWP_SUPPORT_ACTIVE };
        return true;
    }
    if (symbol != NULL && symbol->kind == TWP_SYMBOL_OBSERVATION) {
        *out = (twp_happening_t){ TWP_HAPPENING_OBSERVATION, symbol->i, 0 };
        return true;
    }
    for (int a = 0; dot == NULL && a < study->n_named_actions; a++)
        if (strcmp(study->named_action[a].name, text) == 0) {
            *out = (twp_happening_t){ TWP_HAPPENING_ACTION, a, 0 };
            return true;
        }
    if (dot == NULL || head == NULL)
        return false;
    if (head->kind == TWP_SYMBOL_VARIABLE && strcmp(dot + 1, "empty") == 0 &&
        study->variable[head->i].is_stock) {
        *out = (twp_happening_t){ TWP_HAPPENING_STOCK_EMPTY, head->i, 0 };
        return true;
    }
    i = look_up_exit(read, text, &rest);
    if (i >= 0 && rest == NULL) {
        *out = (twp_happening_t){ TWP_HAPPENING_EXIT, i, 0 };
        return true;
    }
    i = track_of(read, text);
    if (i < 0)
        return false;
    *out =
        (twp_happening_t){ TWP_HAPPENING_STATE, i, twp_read_find_state(&study->track[i], dot + 1) };
    return out->j >= 0;
}

/* Everything that can happen and that the place may name. */
static const char *
nearest_happening(twp_read_t *read, const char *text)
{
    const twp_study_typed_t *study = read->study;
    int n_states, n = 0;
    const char **states = list_states(read, &n_states);
    const char **name = TWP_READ_NEW(read, const char *,
        n_states + study->n_exits + read->n_symbols + study->n_named_actions + study->n_variables);

    for (int i = 0; i < n_states; i++)
        name[n++] = states[i];
    for (int i = 0; i < read->n_symbols; i++)
        if (read->symbol[i].kind == TWP_SYMBOL_SUPPORT ||
            read->symbol[i].kind == TWP_SYMBOL_OBSERVATION ||
            (read->is_observed &&
                (read->symbol[i].kind == TWP_SYMBOL_ATTRIBUTE ||
                    read->symbol[i].kind == TWP_SYMBOL_VARIABLE ||
                    read->symbol[i].kind == TWP_SYMBOL_FORMULA)))
            name[n++] = read->symbol[i].name;
    for (int i = 0; i < study->n_named_actions; i++)
        name[n++] = study->named_action[i].name;
    for (int i = 0; i < study->n_variables; i++)
        if (study->variable[i].is_stock)
            name[n++] = twp_read_printf(read, "%s.empty", study->variable[i].name);
    for (int i = 0; i < study->n_exits; i++)
        name[n++] = study->exit[i].qualified + strlen("patient.");
    if (read->is_programme) {
        int kept = 0;
        for (int i = 0; i < n; i++)
            if (twp_read_is_seen_by_programme(read, name[i]))
                name[kept++] = name[i];
        n = kept;
    }
    return twp_suggest_nearest(text, name, (size_t) n);
}

bool
twp_read_happening(twp_read_t *read, twp_spot_t spot, twp_happening_t *happening)
{
    const char *text = twp_read_text(spot);
    const bool is_counting = read->findings->n_errors < TWP_FINDINGS_MAX;

    if (text == NULL)
        return false;
    if (!look_up_happening(read, text, happening)) {
        twp_read_fail(read, twp_read_place(spot), text,
            read->is_programme      ? "an observation, or a state of a support"
                : read->is_observed ? "track.state, track.state.exit, stock.empty, an action, an "
                                      "attribute, a variable or a formula"
                                    : "track.state, track.state.exit, stock.empty, a support, an "
                                      "observation or an action",
            is_counting ? nearest_happening(read, text) : NULL,
            read->is_observed ? "%s is nothing that can be observed"
                              : "%s is nothing that can happen",
            text);
        return false;
    }
    if (happening->kind == TWP_HAPPENING_OBSERVATION &&
        twp_read_observation_meaning(read, happening->i).kind != TWP_WORD_OBSERVED_COUNT) {
        twp_read_fail(read, twp_read_place(spot), text, "an observation of a happening", NULL,
            "%s observes a value: it does not arrive", text);
        return false;
    }
    if (read->is_programme && !twp_read_is_seen_by_programme(read, text)) {
        twp_read_fail(read, twp_read_place(spot), text, "an observation", NULL,
            "a support cannot see %s: declare an observation of it", text);
        return false;
    }
    return true;
}

twp_happening_t *
twp_read_happenings(twp_read_t *read, twp_spot_t spot, int *n)
{
    const int n_items = twp_read_n_items(spot);
    twp_happening_t *happening = TWP_READ_NEW(read, twp_happening_t, n_items);

    *n = 0;
    for (int i = 0; i < n_items; i++)
        if (twp_read_happening(read, twp_read_item(read, spot, i), &happening[*n]))
            (*n)++;
    return happening;
}
