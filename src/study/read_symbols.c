/* Every name that a study declares, and the layout of tracks, states and exits. */
#include "study/read.h"
#include "vocabulary/keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = { "a parameter", "an attribute", "a variable", "a formula",
    "a track", "a support", "an observation", "an action", "a table" };

/* A named thing before it has an index. */
typedef struct {
    const char *name;
    twp_spot_t spot;
    twp_place_t place; /* of the name */
    int i_support;     /* tracks: the support it is made of, or -1 */
    int i_doses;       /* tracks: the doses it is made of, or -1 */
} named_t;

typedef struct {
    named_t *item;
    int n;
} named_list_t;

static twp_place_t
key_place(const twp_pair_t *pair, twp_spot_t spot)
{
    return (twp_place_t){ pair->value->file, pair->line, pair->column, spot.path };
}

static int
compare_named(const void *a, const void *b)
{
    return strcmp(((const named_t *) a)->name, ((const named_t *) b)->name);
}

/* Entries of a section, sorted by name. */
static named_list_t
list_section(twp_read_t *read, twp_spot_t section)
{
    named_list_t list = { NULL, 0 };
    const twp_pair_t **pair = twp_read_sorted(read, section, &list.n);

    list.item = TWP_READ_NEW(read, named_t, list.n);
    for (int i = 0; i < list.n; i++) {
        const twp_spot_t spot = twp_read_entry(read, section, pair[i]);
        list.item[i] = (named_t){ pair[i]->key, spot, key_place(pair[i], spot), -1, -1 };
    }
    return list;
}

/* Attributes and consents, which are attributes named consent.NAME. */
static named_list_t
list_attributes(twp_read_t *read)
{
    const twp_spot_t patient = twp_read_get(read, read->root, "patient");
    const named_list_t plain = list_section(read, twp_read_get(read, patient, "attributes"));
    const named_list_t consent = list_section(read, twp_read_get(read, read->root, "consent"));
    named_list_t all = { TWP_READ_NEW(read, named_t, plain.n + consent.n), 0 };

    for (int i = 0; i < plain.n; i++)
        all.item[all.n++] = plain.item[i];
    for (int i = 0; i < consent.n; i++) {
        named_t item = consent.item[i];
        if (!twp_keys_is_free(TWP_BLOCK_CONSENT, item.name))
            continue;
        item.name = twp_read_printf(read, "consent.%s", item.name);
        all.item[all.n++] = item;
    }
    qsort(all.item, (size_t) all.n, sizeof *all.item, compare_named);
    return all;
}

static void
declare(twp_read_t *read, named_list_t list, twp_symbol_kind_t kind)
{
    for (int i = 0; i < list.n; i++)
        read->symbol[read->n_symbols++] =
            (twp_symbol_t){ list.item[i].name, kind, i, list.item[i].place };
}

static twp_spot_t *
spots_of(twp_read_t *read, named_list_t list)
{
    twp_spot_t *spot = TWP_READ_NEW(read, twp_spot_t, list.n);

    for (int i = 0; i < list.n; i++)
        spot[i] = list.item[i].spot;
    return spot;
}

static int
compare_symbols(const void *a, const void *b)
{
    const twp_symbol_t *x = a, *y = b;
    const int order = strcmp(x->name, y->name);

    return order != 0 ? order : (int) x->kind - (int) y->kind;
}

static bool
is_later(twp_place_t a, twp_place_t b)
{
    return a.line > b.line || (a.line == b.line && a.column > b.column);
}

static void
report_twice(twp_read_t *read, const twp_symbol_t *a, const twp_symbol_t *b)
{
    const twp_symbol_t *later = is_later(a->place, b->place) ? a : b;
    const twp_symbol_t *earlier = later == a ? b : a;

    twp_read_fail(read, later->place, later->name, "another name", NULL,
        "%s is declared twice: as %s here and as %s in line %d", later->name,
        kind_names[later->kind], kind_names[earlier->kind], earlier->place.line);
}

static void
check_twice(twp_read_t *read)
{
    for (int i = 1; i < read->n_symbols; i++)
        if (strcmp(read->symbol[i - 1].name, read->symbol[i].name) == 0)
            report_twice(read, &read->symbol[i - 1], &read->symbol[i]);
    for (int i = 0; i < read->study->n_named_actions; i++) {
        const twp_symbol_t *other = twp_read_find(read, read->action_symbol[i].name);
        if (other != NULL &&
            (other->kind == TWP_SYMBOL_OBSERVATION || other->kind == TWP_SYMBOL_SUPPORT))
            report_twice(read, other, &read->action_symbol[i]);
    }
    if (twp_read_find(read, "consent") != NULL && twp_read_get(read, read->root, "consent").node)
        twp_read_fail(read, twp_read_find(read, "consent")->place, "consent", "another name", NULL,
            "consent is the name under which consents are read");
}

/* ---- tracks --------------------------------------------------------------------------------- */

static const char *const support_states[] = { "active", "idle", "over", "waiting" };

/* `waits: 0 days` is no waiting at all. */
static bool
has_waits(twp_read_t *read, twp_spot_t support)
{
    const char *text = twp_read_text(twp_read_get(read, support, "waits"));
    double number;

    return text != NULL && !(twp_number_read(text, strcspn(text, " "), &number) && number == 0);
}

/* Names of the exits of one state of a support's track, sorted. */
static int
support_exit_names(twp_read_t *read, twp_spot_t support, int i_state, const char *names[3])
{
    int n = 0;

    switch (i_state) {
    case TWP_SUPPORT_ACTIVE:
        names[n++] = "asked_end";
        if (twp_read_get(read, support, "contacts").node != NULL)
            names[n++] = "contact";
        if (twp_read_get(read, support, "lasts").node != NULL)
            names[n++] = "end";
        break;
    case TWP_SUPPORT_WAITING:
        if (has_waits(read, support)) {
            names[n++] = "asked_end";
            names[n++] = "begin";
        }
        break;
    default: names[n++] = "asked"; names[n++] = "offer";
    }
    return n;
}

static void
init_exit(
    twp_read_t *read, int i_exit, int i_track, int i_state, const char *name, twp_place_t place)
{
    twp_study_exit_t *out = &read->study->exit[i_exit];
    const twp_study_track_t *track = &read->study->track[i_track];

    out->name = name;
    out->qualified = twp_read_printf(
        read, "patient.%s.%s.%s", track->name, track->state[i_state].name, name);
    out->stream = out->qualified;
    out->i_track = i_track;
    out->i_state = i_state;
    out->i_offer_support = -1;
    out->i_counter_of = -1;
    out->i_doses = -1;
    out->place = place;
}

/* Exits of a state of the study's own: every key that is none of a state's. */
static named_list_t
list_exits(twp_read_t *read, twp_spot_t state)
{
    named_list_t all = list_section(read, state), exits = { all.item, 0 };

    for (int i = 0; i < all.n; i++)
        if (twp_keys_is_free(TWP_BLOCK_STATE, all.item[i].name))
            exits.item[exits.n++] = all.item[i];
    return exits;
}

static void
lay_out_own_track(twp_read_t *read, named_t item, named_list_t *states, twp_study_track_t *track)
{
    *states = list_section(read, twp_read_get(read, item.spot, "states"));
    track->name = item.name;
    track->i_support = track->i_doses = -1;
    track->i_start_attribute = -1;
    track->n_states = states->n;
    track->state = TWP_READ_NEW(read, twp_study_state_t, states->n);
    for (int i = 0; i < states->n; i++)
        track->state[i].name = states->item[i].name;
}

static void
lay_out_support_track(
    twp_read_t *read, named_t item, named_list_t *states, twp_study_track_t *track)
{
    track->name = item.name;
    track->i_support = item.i_support;
    track->i_doses = -1;
    track->i_start_attribute = -1;
    track->n_states = 4;
    track->state = TWP_READ_NEW(read, twp_study_state_t, 4);
    *states = (named_list_t){ TWP_READ_NEW(read, named_t, 4), 4 };
    for (int i = 0; i < 4; i++) {
        states->item[i] = (named_t){ support_states[i], item.spot, item.place, item.i_support, -1 };
        track->state[i].name = support_states[i];
    }
}

/* ---- doses ---------------------------------------------------------------------------------- */

const char *const twp_read_doses_states[TWP_N_DOSES_STATES] = { "holiday", "no_supply", "not_due",
    "slip", "taken" };

static bool
has_doses_state(twp_read_t *read, twp_spot_t doses, int state)
{
    switch ((twp_doses_state_t) state) {
    case TWP_DOSES_HOLIDAY: return twp_read_get(read, doses, "holiday").node != NULL;
    case TWP_DOSES_NO_SUPPLY: return twp_read_get(read, doses, "stock").node != NULL;
    case TWP_DOSES_SLIP: return twp_read_get(read, doses, "slip").node != NULL;
    case TWP_DOSES_NOT_DUE:
    case TWP_DOSES_TAKEN:
    case TWP_N_DOSES_STATES: break;
    }
    return true;
}

static void
lay_out_doses_track(
    twp_read_t *read, named_t item, named_list_t *states, twp_study_track_t *track, int i_track)
{
    twp_study_doses_t *doses = &read->study->doses[item.i_doses];

    doses->i_track = i_track;
    track->name = item.name;
    track->i_support = -1;
    track->i_doses = item.i_doses;
    track->i_start_attribute = -1;
    track->state = TWP_READ_NEW(read, twp_study_state_t, TWP_N_DOSES_STATES);
    *states = (named_list_t){ TWP_READ_NEW(read, named_t, TWP_N_DOSES_STATES), 0 };
    for (int k = 0; k < TWP_N_DOSES_STATES; k++) {
        doses->i_state[k] = -1;
        if (!has_doses_state(read, item.spot, k))
            continue;
        doses->i_state[k] = states->n;
        states->item[states->n] =
            (named_t){ twp_read_doses_states[k], item.spot, item.place, -1, item.i_doses };
        track->state[states->n++].name = twp_read_doses_states[k];
    }
    track->n_states = states->n;
}

/* Names of the exits of one state of doses, sorted. */
static int
doses_exit_names(twp_read_t *read, twp_spot_t doses, const char *state, const char *names[4])
{
    const bool is_taken = strcmp(state, "taken") == 0;
    int n = 0;

    if (strcmp(state, "not_due") == 0) {
        names[n++] = "begin";
        return n;
    }
    if (twp_read_get(read, doses, "while").node != NULL)
        names[n++] = "end";
    if (!is_taken)
        names[n++] = "resume";
    for (int k = 0; is_taken && k < TWP_N_DOSES_STATES; k++)
        if (k != TWP_DOSES_NOT_DUE && k != TWP_DOSES_TAKEN && has_doses_state(read, doses, k))
            names[n++] = twp_read_doses_states[k];
    return n;
}

static named_list_t
list_state_exits(twp_read_t *read, named_t state, int i_state)
{
    const char *names[4];
    named_list_t list;

    if (state.i_support < 0 && state.i_doses < 0)
        return list_exits(read, state.spot);
    list.n = state.i_doses >= 0 ? doses_exit_names(read, state.spot, state.name, names)
                                : support_exit_names(read, state.spot, i_state, names);
    list.item = TWP_READ_NEW(read, named_t, list.n);
    for (int i = 0; i < list.n; i++)
        list.item[i] =
            (named_t){ names[i], state.spot, state.place, state.i_support, state.i_doses };
    return list;
}

static void
lay_out_exits(twp_read_t *read, const named_list_t *states)
{
    twp_study_typed_t *study = read->study;
    int n_states = 0, n_exits = 0, i_global = 0;
    named_list_t *exits;

    read->state_first = TWP_READ_NEW(read, int, study->n_tracks);
    for (int t = 0; t < study->n_tracks; t++) {
        read->state_first[t] = n_states;
        n_states += states[t].n;
    }
    exits = TWP_READ_NEW(read, named_list_t, n_states);
    read->state_spot = TWP_READ_NEW(read, twp_spot_t, n_states);
    for (int t = 0; t < study->n_tracks; t++)
        for (int s = 0; s < states[t].n; s++, i_global++) {
            twp_study_state_t *state = &study->track[t].state[s];
            exits[i_global] = list_state_exits(read, states[t].item[s], s);
            read->state_spot[i_global] = states[t].item[s].spot;
            state->i_exit_first = n_exits;
            state->n_exits = exits[i_global].n;
            n_exits += exits[i_global].n;
        }
    study->n_exits = n_exits;
    study->exit = TWP_READ_NEW(read, twp_study_exit_t, n_exits);
    read->exit_spot = TWP_READ_NEW(read, twp_spot_t, n_exits);
    for (int t = 0; t < study->n_tracks; t++)
        for (int s = 0; s < states[t].n; s++)
            for (int e = 0; e < study->track[t].state[s].n_exits; e++) {
                const named_t *item = &exits[read->state_first[t] + s].item[e];
                const int i_exit = study->track[t].state[s].i_exit_first + e;
                init_exit(read, i_exit, t, s, item->name, item->place);
                read->exit_spot[i_exit] = item->spot;
            }
}

/* Own tracks and those of supports and doses in one order, that of their names. */
static void
lay_out_tracks(twp_read_t *read, named_list_t own, named_list_t supports, named_list_t doses)
{
    twp_study_typed_t *study = read->study;
    named_list_t all = { TWP_READ_NEW(read, named_t, own.n + supports.n + doses.n), 0 };
    named_list_t *states = TWP_READ_NEW(read, named_list_t, own.n + supports.n + doses.n);
    int *own_index = TWP_READ_NEW(read, int, own.n), n_own = 0;

    for (int i = 0; i < own.n; i++)
        all.item[all.n++] = own.item[i];
    for (int i = 0; i < supports.n; i++) {
        all.item[all.n] = supports.item[i];
        all.item[all.n++].i_support = i;
    }
    for (int i = 0; i < doses.n; i++) {
        all.item[all.n] = doses.item[i];
        all.item[all.n++].i_doses = i;
    }
    qsort(all.item, (size_t) all.n, sizeof *all.item, compare_named);
    study->n_tracks = all.n;
    study->track = TWP_READ_NEW(read, twp_study_track_t, all.n);
    read->track_spot = spots_of(read, all);
    for (int i = 0; i < all.n; i++) {
        if (all.item[i].i_doses >= 0) {
            lay_out_doses_track(read, all.item[i], &states[i], &study->track[i], i);
        } else if (all.item[i].i_support < 0) {
            own_index[n_own++] = i;
            lay_out_own_track(read, all.item[i], &states[i], &study->track[i]);
        } else {
            study->support[all.item[i].i_support].i_track = i;
            lay_out_support_track(read, all.item[i], &states[i], &study->track[i]);
        }
    }
    lay_out_exits(read, states);
    for (int i = 0; i < read->n_symbols; i++)
        if (read->symbol[i].kind == TWP_SYMBOL_TRACK)
            read->symbol[i].i = own_index[read->symbol[i].i];
    for (int i = 0; i < doses.n; i++) /* to expressions they are tracks like others */
        read->symbol[read->n_symbols++] = (twp_symbol_t){ doses.item[i].name, TWP_SYMBOL_TRACK,
            study->doses[i].i_track, doses.item[i].place };
}

/* ---- all of it ------------------------------------------------------------------------------ */

#define NAME_ALL(n_field, field, list)                                       \
    do {                                                                     \
        study->n_field = (list).n;                                           \
        study->field = twp_read_alloc(read, (list).n, sizeof *study->field); \
        for (int i_named = 0; i_named < (list).n; i_named++)                 \
            study->field[i_named].name = (list).item[i_named].name;          \
    } while (0)

/* Behind the parameters that have names, those that stand for numbers which move. */
static void
add_moved(twp_read_t *read, named_list_t parameters)
{
    twp_study_typed_t *study = read->study;

    study->n_moved = read->n_moved;
    study->moved = TWP_READ_NEW(read, twp_study_moved_t, read->n_moved);
    study->units = &read->units;
    study->parameter = TWP_READ_NEW(read, twp_study_parameter_t, parameters.n + read->n_moved);
    for (int i = 0; i < parameters.n; i++)
        study->parameter[i].name = parameters.item[i].name;
    for (int k = 0; k < read->n_moved; k++) {
        study->moved[k].text = read->moved_node[k]->text;
        study->parameter[parameters.n + k] = (twp_study_parameter_t){
            .name = "a number that is swept", .is_moved = true, .i_joint = -1, .i_member = -1
        };
    }
}

void
twp_read_symbols(twp_read_t *read)
{
    twp_study_typed_t *study = read->study;
    const twp_spot_t root = read->root, patient = twp_read_get(read, root, "patient");
    const named_list_t parameters = list_section(read, twp_read_get(read, root, "parameters")),
                       attributes = list_attributes(read),
                       tables = list_section(read, twp_read_get(read, root, "tables")),
                       variables = list_section(read, twp_read_get(read, patient, "variables")),
                       formulas = list_section(read, twp_read_get(read, patient, "formulas")),
                       tracks = list_section(read, twp_read_get(read, patient, "tracks")),
                       doses = list_section(read, twp_read_get(read, patient, "doses")),
                       supports = list_section(read, twp_read_get(read, root, "supports")),
                       observations = list_section(read, twp_read_get(read, root, "observations")),
                       actions = list_section(read, twp_read_get(read, patient, "actions"));

    study->n_parameters = parameters.n;
    add_moved(read, parameters);
    NAME_ALL(n_attributes, attribute, attributes);
    NAME_ALL(n_tables, table, tables);
    NAME_ALL(n_variables, variable, variables);
    NAME_ALL(n_formulas, formula, formulas);
    NAME_ALL(n_doses, doses, doses);
    NAME_ALL(n_supports, support, supports);
    NAME_ALL(n_observations, observation, observations);
    NAME_ALL(n_named_actions, named_action, actions);
    read->parameter_spot = spots_of(read, parameters);
    read->attribute_spot = spots_of(read, attributes);
    read->table_spot = spots_of(read, tables);
    read->variable_spot = spots_of(read, variables);
    read->formula_spot = spots_of(read, formulas);
    read->doses_spot = spots_of(read, doses);
    read->support_spot = spots_of(read, supports);
    read->observation_spot = spots_of(read, observations);
    read->action_spot = spots_of(read, actions);
    read->symbol = TWP_READ_NEW(read, twp_symbol_t,
        parameters.n + attributes.n + variables.n + formulas.n + tracks.n + supports.n +
            observations.n + tables.n + doses.n);
    declare(read, parameters, TWP_SYMBOL_PARAMETER);
    declare(read, attributes, TWP_SYMBOL_ATTRIBUTE);
    declare(read, variables, TWP_SYMBOL_VARIABLE);
    declare(read, formulas, TWP_SYMBOL_FORMULA);
    declare(read, tracks, TWP_SYMBOL_TRACK);
    declare(read, supports, TWP_SYMBOL_SUPPORT);
    declare(read, observations, TWP_SYMBOL_OBSERVATION);
    declare(read, tables, TWP_SYMBOL_TABLE);
    read->action_symbol = TWP_READ_NEW(read, twp_symbol_t, actions.n);
    for (int i = 0; i < actions.n; i++)
        read->action_symbol[i] =
            (twp_symbol_t){ actions.item[i].name, TWP_SYMBOL_ACTION, i, actions.item[i].place };
    lay_out_tracks(read, tracks, supports, doses);
    qsort(read->symbol, (size_t) read->n_symbols, sizeof *read->symbol, compare_symbols);
    check_twice(read);
}

/* Index of the first of n names in order that is the name, or -1. */
static int
find_name(
    const void *list, int n, const char *(*name_at)(const void *list, int i), const char *name)
{
    int low = 0, high = n;

    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (strcmp(name_at(list, middle), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && strcmp(name_at(list, low), name) == 0 ? low : -1;
}

static const char *
symbol_at(const void *list, int i)
{
    return ((const twp_read_t *) list)->symbol[i].name;
}

static const char *
state_at(const void *list, int i)
{
    return ((const twp_study_track_t *) list)->state[i].name;
}

const twp_symbol_t *
twp_read_find(const twp_read_t *read, const char *name)
{
    const int i = find_name(read, read->n_symbols, symbol_at, name);

    return i >= 0 ? &read->symbol[i] : NULL;
}

int
twp_read_find_state(const twp_study_track_t *track, const char *name)
{
    return find_name(track, track->n_states, state_at, name);
}
