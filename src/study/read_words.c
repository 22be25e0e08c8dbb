/* What names mean: in expressions, as references, and as things that happen. */
#include "base/suggest.h"
#include "study/read.h"

#include <string.h>

/* ---- words of expressions ------------------------------------------------------------------- */

static twp_name_meaning_t
found(twp_word_kind_t kind, int i, int j, bool is_truth, twp_dim_t dim, twp_scope_t scope)
{
    return (twp_name_meaning_t){ .kind = kind,
        .i = i,
        .j = j,
        .is_truth = is_truth,
        .dim = dim,
        .scope = scope,
        .is_found = true };
}

/*
 * Reads the i-th value of a kind if that is still to be done, as of now outside of every support.
 * Says whether it is there to be used; the expression that asks stays silent when it is not.
 */
static bool /* reading changes through read_it: NOLINTNEXTLINE(readability-non-const-parameter) */
is_ready(twp_read_t *read, twp_reading_t *reading, const twp_spot_t *spot, int i,
    void (*read_it)(twp_read_t *, int))
{
    const bool was_programme = read->is_programme;
    const char *name;

    if (reading[i] == TWP_READING_NOT_YET) {
        read->is_programme = false;
        read->depth++;
        read_it(read, i);
        read->depth--;
        read->is_programme = was_programme;
    } else if (reading[i] == TWP_READING_NOW) {
        name = strrchr(spot[i].path, '.');
        twp_read_fail(read, twp_read_place(spot[i]), NULL, NULL, NULL, "%s depends on itself",
            name != NULL ? name + 1 : spot[i].path);
    }
    read->kept = (twp_findings_mark_t){ read->findings->n, read->findings->n_errors,
        read->findings->n_dropped };
    if (reading[i] != TWP_READING_DONE)
        read->is_silent = true;
    return reading[i] == TWP_READING_DONE;
}

static twp_name_meaning_t meaning_of_symbol(twp_read_t *read, const twp_symbol_t *symbol);

/* A value that is observed means that value; a happening means how often it was seen. */
static twp_name_meaning_t
meaning_of_observation(twp_read_t *read, int i)
{
    const char *of = twp_read_text(twp_read_get(read, read->observation_spot[i], "of"));
    const twp_symbol_t *symbol = of != NULL ? twp_read_find(read, of) : NULL;
    const char *dot = of != NULL ? strchr(of, '.') : NULL;
    const twp_symbol_t *head;

    if (symbol != NULL &&
        (symbol->kind == TWP_SYMBOL_ATTRIBUTE || symbol->kind == TWP_SYMBOL_VARIABLE ||
            symbol->kind == TWP_SYMBOL_FORMULA))
        return meaning_of_symbol(read, symbol);
    if (dot != NULL && symbol == NULL) {
        head = twp_read_find(read, twp_read_printf(read, "%.*s", (int) (dot - of), of));
        if (head != NULL && head->kind == TWP_SYMBOL_ATTRIBUTE) {
            const bool was_programme = read->is_programme;
            read->is_programme = false; /* what is observed may be hidden otherwise */
            const twp_name_meaning_t meaning = read->reader.resolve(read, of);
            read->is_programme = was_programme;
            return meaning;
        }
    }
    return found(TWP_WORD_OBSERVED_COUNT, i, 0, false, TWP_DIM_NONE, TWP_SCOPE_STEP);
}

static twp_name_meaning_t
meaning_of_attribute(twp_read_t *read, int i)
{
    const twp_study_attribute_t *attribute = &read->study->attribute[i];
    twp_name_meaning_t meaning;

    (void) is_ready(read, read->attribute_reading, read->attribute_spot, i, twp_read_attribute);
    meaning = found(TWP_WORD_ATTRIBUTE, i, 0, attribute->is_truth, attribute->dim, TWP_SCOPE_TWIN);
    if (attribute->n_categories > 0) {
        meaning.refused = "it is a category: write ATTRIBUTE.CATEGORY";
        meaning.n_categories = attribute->n_categories;
        meaning.category = attribute->category;
    }
    return meaning;
}

static twp_name_meaning_t
meaning_of_symbol(twp_read_t *read, const twp_symbol_t *symbol)
{
    const twp_study_typed_t *study = read->study;
    const int i = symbol->i;
    twp_name_meaning_t meaning;

    switch (symbol->kind) {
    case TWP_SYMBOL_PARAMETER:
        (void) is_ready(read, read->parameter_reading, read->parameter_spot, i, twp_read_parameter);
        return found(TWP_WORD_PARAMETER, i, 0, false, study->parameter[i].dim, TWP_SCOPE_CONSTANT);
    case TWP_SYMBOL_ATTRIBUTE: return meaning_of_attribute(read, i);
    case TWP_SYMBOL_VARIABLE:
        read->is_silent |= read->is_variable_wrong[i];
        if (study->variable[i].is_stock)
            return found(TWP_WORD_STOCK_AMOUNT, i, 0, false, TWP_DIM_TIME, TWP_SCOPE_INSTANT);
        return found(TWP_WORD_VARIABLE, i, 0, false, study->variable[i].dim, TWP_SCOPE_STEP);
    case TWP_SYMBOL_FORMULA:
        read->is_formula_used[i] = true;
        if (!is_ready(read, read->formula_reading, read->formula_spot, i, twp_read_formula))
            return found(TWP_WORD_FORMULA, i, 0, false, TWP_DIM_NONE, TWP_SCOPE_STEP);
        return found(TWP_WORD_FORMULA, i, 0, study->formula[i].expression->is_truth,
            study->formula[i].expression->dim,
            study->formula[i].expression->scope == TWP_SCOPE_INSTANT ? TWP_SCOPE_INSTANT
                                                                     : TWP_SCOPE_STEP);
    case TWP_SYMBOL_SUPPORT:
        return found(TWP_WORD_STATE_IS, study->support[i].i_track, TWP_SUPPORT_ACTIVE, true,
            TWP_DIM_NONE, TWP_SCOPE_STEP);
    case TWP_SYMBOL_OBSERVATION: return meaning_of_observation(read, i);
    case TWP_SYMBOL_TRACK:
        meaning = found(TWP_WORD_TIME_IN, i, 0, false, TWP_DIM_TIME, TWP_SCOPE_INSTANT);
        meaning.refused = "it is a track: write TRACK.STATE";
        return meaning;
    case TWP_SYMBOL_TABLE:
        read->is_table_used[i] = true;
        read->is_silent |= !study->table[i].is_good;
        meaning = found(TWP_WORD_TABLE, i, 0, false, study->table[i].dim, TWP_SCOPE_CONSTANT);
        meaning.table = &study->table[i];
        meaning.refused = "it is a table: write NAME(...) with the value of each of its columns";
        return meaning;
    case TWP_SYMBOL_ACTION: break;
    }
    return (twp_name_meaning_t){ .is_found = false };
}

/* The attribute that an observation observes, or the symbol itself. */
static const twp_symbol_t *
behind_observation(twp_read_t *read, const twp_symbol_t *symbol)
{
    const char *of;

    if (symbol == NULL || symbol->kind != TWP_SYMBOL_OBSERVATION)
        return symbol;
    of = twp_read_text(twp_read_get(read, read->observation_spot[symbol->i], "of"));
    symbol = of != NULL ? twp_read_find(read, of) : NULL;
    return symbol != NULL && symbol->kind == TWP_SYMBOL_ATTRIBUTE ? symbol : NULL;
}

/* persona.eager (also of an observation of it), stock.empty, track.state, support.state */
static twp_name_meaning_t
meaning_of_dotted(twp_read_t *read, const char *name, const char *dot)
{
    const twp_symbol_t *head = behind_observation(
        read, twp_read_find(read, twp_read_printf(read, "%.*s", (int) (dot - name), name)));
    const twp_study_typed_t *study = read->study;
    int i_track, j;

    if (head == NULL)
        return (twp_name_meaning_t){ .is_found = false };
    if (head->kind == TWP_SYMBOL_ATTRIBUTE &&
        is_ready(
            read, read->attribute_reading, read->attribute_spot, head->i, twp_read_attribute)) {
        j = twp_read_index(
            study->attribute[head->i].category, study->attribute[head->i].n_categories, dot + 1);
        if (j >= 0)
            return found(TWP_WORD_CATEGORY_IS, head->i, j, true, TWP_DIM_NONE, TWP_SCOPE_TWIN);
    }
    if (head->kind == TWP_SYMBOL_VARIABLE && study->variable[head->i].is_stock &&
        strcmp(dot + 1, "empty") == 0)
        return found(TWP_WORD_STOCK_EMPTY, head->i, 0, true, TWP_DIM_NONE, TWP_SCOPE_STEP);
    if (head->kind == TWP_SYMBOL_TRACK || head->kind == TWP_SYMBOL_SUPPORT) {
        i_track = head->kind == TWP_SYMBOL_TRACK ? head->i : study->support[head->i].i_track;
        j = twp_read_find_state(&study->track[i_track], dot + 1);
        if (j >= 0)
            return found(TWP_WORD_STATE_IS, i_track, j, true, TWP_DIM_NONE, TWP_SCOPE_STEP);
    }
    return (twp_name_meaning_t){ .is_found = false };
}

/* Whether a support's offer, eligibility and contacts may use the name. */
static bool
is_seen_by_programme(const twp_read_t *read, const char *name)
{
    const size_t length = strcspn(name, ".");
    const twp_symbol_t *symbol = twp_read_find(read, name);
    char head[64];

    if (strncmp(name, "consent.", 8) == 0)
        return true;
    if (symbol == NULL && length < sizeof head) {
        memcpy(head, name, length);
        head[length] = '\0';
        symbol = twp_read_find(read, head);
    }
    return symbol != NULL &&
        (symbol->kind == TWP_SYMBOL_PARAMETER || symbol->kind == TWP_SYMBOL_TABLE ||
            symbol->kind == TWP_SYMBOL_SUPPORT || symbol->kind == TWP_SYMBOL_OBSERVATION);
}

/* Names that an expression may use, to find the nearest to a wrong one. */
static void
list_words(twp_read_t *read)
{
    const twp_study_typed_t *study = read->study;
    int n = read->n_symbols + study->n_variables, n_words = 0;
    const char **word;

    for (int t = 0; t < study->n_tracks; t++)
        n += study->track[t].n_states;
    for (int a = 0; a < study->n_attributes; a++)
        n += study->attribute[a].n_categories;
    word = TWP_READ_NEW(read, const char *, n);
    for (int i = 0; i < read->n_symbols; i++)
        if (read->symbol[i].kind != TWP_SYMBOL_TRACK)
            word[n_words++] = read->symbol[i].name;
    for (int v = 0; v < study->n_variables; v++)
        if (study->variable[v].is_stock)
            word[n_words++] = twp_read_printf(read, "%s.empty", study->variable[v].name);
    for (int t = 0; t < study->n_tracks; t++)
        for (int s = 0; s < study->track[t].n_states; s++)
            word[n_words++] = twp_read_printf(
                read, "%s.%s", study->track[t].name, study->track[t].state[s].name);
    for (int a = 0; a < study->n_attributes; a++)
        for (int c = 0; c < study->attribute[a].n_categories; c++)
            word[n_words++] = twp_read_printf(
                read, "%s.%s", study->attribute[a].name, study->attribute[a].category[c]);
    read->word = word;
    read->n_words = n_words;
}

static const char *
nearest_word(twp_read_t *read, const char *name)
{
    const char **seen;
    int n_seen = 0;

    if (read->findings->n_errors >= TWP_FINDINGS_MAX)
        return NULL;
    if (read->word == NULL)
        list_words(read);
    if (!read->is_programme)
        return twp_suggest_nearest(name, read->word, (size_t) read->n_words);
    seen = TWP_READ_NEW(read, const char *, read->n_words);
    for (int i = 0; i < read->n_words; i++)
        if (is_seen_by_programme(read, read->word[i]))
            seen[n_seen++] = read->word[i];
    return twp_suggest_nearest(name, seen, (size_t) n_seen);
}

static twp_name_meaning_t
resolve(void *context, const char *name)
{
    twp_read_t *read = context;
    const twp_symbol_t *symbol;
    const char *dot;
    twp_name_meaning_t meaning = { .is_found = false };

    if (read->is_constant_only)
        return meaning;
    if (strcmp(name, "time") == 0)
        meaning = found(TWP_WORD_TIME, 0, 0, false, TWP_DIM_TIME, TWP_SCOPE_INSTANT);
    else if ((symbol = twp_read_find(read, name)) != NULL)
        meaning = meaning_of_symbol(read, symbol);
    else if ((dot = strchr(name, '.')) != NULL)
        meaning = meaning_of_dotted(read, name, dot);
    if (!meaning.is_found)
        meaning.nearest = nearest_word(read, name);
    else if (read->is_programme && !is_seen_by_programme(read, name))
        meaning.refused =
            "supports see only observations, parameters, tables, consents and supports";
    return meaning;
}

void
twp_read_words(twp_read_t *read)
{
    read->reader = (twp_expression_reader_t){ .arena = read->arena,
        .findings = read->findings,
        .resolve = resolve,
        .context = read,
        .units = &read->units };
}

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
            if (is_seen_by_programme(read, name[i]))
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
        meaning_of_observation(read, happening->i).kind != TWP_WORD_OBSERVED_COUNT) {
        twp_read_fail(read, twp_read_place(spot), text, "an observation of a happening", NULL,
            "%s observes a value: it does not arrive", text);
        return false;
    }
    if (read->is_programme && !is_seen_by_programme(read, text)) {
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
