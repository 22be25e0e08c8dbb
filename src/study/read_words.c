/* What names mean in expressions. */
#include "base/suggest.h"
#include "study/read.h"

#include <string.h>

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

twp_name_meaning_t
twp_read_observation_meaning(twp_read_t *read, int i)
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
    case TWP_SYMBOL_OBSERVATION: return twp_read_observation_meaning(read, i);
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

bool
twp_read_is_seen_by_programme(const twp_read_t *read, const char *name)
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
        if (twp_read_is_seen_by_programme(read, read->word[i]))
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
    else if (read->is_programme && !twp_read_is_seen_by_programme(read, name))
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
