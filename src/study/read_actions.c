/* Actions, and the accounts and tallies that they fill. */
#include "study/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- accounts and tallies: numbered as met, renumbered by name at the end ------------------- */

static void
remember(twp_read_t *read, twp_renumbered_t *list, int *index)
{
    if (list->n == list->n_capacity) {
        int **more = TWP_READ_NEW(read, int *, 2 * list->n_capacity + 16);
        if (list->n > 0)
            memcpy(more, list->index, (size_t) list->n * sizeof *more);
        list->index = more;
        list->n_capacity = 2 * list->n_capacity + 16;
    }
    list->index[list->n++] = index;
}

void
twp_read_account(twp_read_t *read, int *index, const char *payer, const char *category)
{
    twp_study_typed_t *study = read->study;
    int i = 0;

    while (i < study->n_accounts &&
        (strcmp(study->account[i].payer, payer) != 0 ||
            strcmp(study->account[i].category, category) != 0))
        i++;
    if (i == study->n_accounts) {
        study->account = twp_read_grown(
            read, study->account, i, &read->n_account_capacity, sizeof *study->account);
        study->account[study->n_accounts++] = (twp_account_t){ payer, category };
    }
    *index = i;
    remember(read, &read->accounts, index);
}

static void
name_tally(twp_read_t *read, int *index, const char *name)
{
    twp_study_typed_t *study = read->study;
    int i = 0;

    while (i < study->n_tallies && strcmp(study->tally[i], name) != 0)
        i++;
    if (i == study->n_tallies) {
        study->tally = twp_read_grown(
            read, study->tally, i, &read->n_tally_capacity, sizeof *study->tally);
        study->tally[study->n_tallies++] = name;
    }
    *index = i;
    remember(read, &read->tallies, index);
}

static int
compare_accounts(const void *a, const void *b)
{
    const twp_account_t *x = a, *y = b;
    const int order = strcmp(x->payer, y->payer);

    return order != 0 ? order : strcmp(x->category, y->category);
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Sorts text[n] and drops repetitions. */
static int
sort_unique(const char **text, int n)
{
    int kept = 0;

    if (n > 0)
        qsort(text, (size_t) n, sizeof *text, compare_texts);
    for (int i = 0; i < n; i++)
        if (kept == 0 || strcmp(text[kept - 1], text[i]) != 0)
            text[kept++] = text[i];
    return kept;
}

static void
renumber_accounts(twp_read_t *read)
{
    twp_study_typed_t *study = read->study;
    const int n = study->n_accounts;
    twp_account_t *sorted = TWP_READ_NEW(read, twp_account_t, n);
    int *number = TWP_READ_NEW(read, int, n);

    if (n > 0) {
        memcpy(sorted, study->account, (size_t) n * sizeof *sorted);
        qsort(sorted, (size_t) n, sizeof *sorted, compare_accounts);
    }
    for (int i = 0; i < n; i++) {
        const twp_account_t *at = bsearch(
            &study->account[i], sorted, (size_t) n, sizeof *sorted, compare_accounts);
        number[i] = (int) (at - sorted);
    }
    for (int i = 0; i < read->accounts.n; i++)
        *read->accounts.index[i] = number[*read->accounts.index[i]];
    study->account = sorted;
    study->payer = TWP_READ_NEW(read, const char *, n);
    study->category = TWP_READ_NEW(read, const char *, n);
    for (int i = 0; i < n; i++) {
        study->payer[i] = sorted[i].payer;
        study->category[i] = sorted[i].category;
    }
    study->n_payers = sort_unique(study->payer, n);
    study->n_categories = sort_unique(study->category, n);
}

void
twp_read_renumber(twp_read_t *read)
{
    twp_study_typed_t *study = read->study;
    const char **sorted = TWP_READ_NEW(read, const char *, study->n_tallies);

    renumber_accounts(read);
    for (int i = 0; i < study->n_tallies; i++)
        sorted[i] = study->tally[i];
    (void) sort_unique(sorted, study->n_tallies);
    for (int i = 0; i < read->tallies.n; i++)
        *read->tallies.index[i] = twp_read_index(
            sorted, study->n_tallies, study->tally[*read->tallies.index[i]]);
    study->tally = sorted;
}

/* ---- actions -------------------------------------------------------------------------------- */

static const char *const map_keys[] = { "add", "set", "cost", "measure" };

/* How many actions an item of a list stands for. */
static int
count_actions(twp_read_t *read, twp_spot_t item)
{
    for (size_t k = 0; k < sizeof map_keys / sizeof map_keys[0]; k++) {
        const twp_spot_t map = twp_read_get(read, item, map_keys[k]);
        if (map.node != NULL)
            return twp_read_is_mapping(map) ? map.node->n : 0;
    }
    return 1;
}

static void
read_jumps(twp_read_t *read, twp_spot_t map, twp_action_kind_t kind, twp_actions_t *out)
{
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, map, &n);

    for (int i = 0; i < n; i++) {
        const twp_spot_t spot = twp_read_entry(read, map, pair[i]);
        const twp_place_t place = { pair[i]->value->file, pair[i]->line, pair[i]->column,
            spot.path };
        twp_action_t action = { .kind = kind, .place = place };
        action.i = twp_read_reference_text(read, pair[i]->key, place, TWP_SYMBOL_VARIABLE);
        if (action.i < 0)
            continue;
        action.amount = twp_read_number(read, spot, TWP_SCOPE_INSTANT,
            read->is_variable_wrong[action.i] ? NULL : &read->study->variable[action.i].dim);
        out->action[out->n++] = action;
    }
}

static void
read_costs(twp_read_t *read, twp_spot_t map, const char *category, twp_actions_t *out)
{
    const twp_dim_t money = TWP_DIM_MONEY;
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, map, &n);

    for (int i = 0; i < n; i++) {
        const twp_spot_t spot = twp_read_entry(read, map, pair[i]);
        twp_action_t *action = &out->action[out->n++];
        *action = (twp_action_t){ .kind = TWP_ACTION_COST, .place = twp_read_place(spot) };
        action->amount = twp_read_number(read, spot, TWP_SCOPE_INSTANT, &money);
        twp_read_account(read, &action->i, pair[i]->key, category);
    }
}

static void
read_tallies(twp_read_t *read, twp_spot_t map, twp_actions_t *out)
{
    const twp_dim_t none = TWP_DIM_NONE;
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, map, &n);

    for (int i = 0; i < n; i++) {
        const twp_spot_t spot = twp_read_entry(read, map, pair[i]);
        twp_action_t *action = &out->action[out->n++];
        *action = (twp_action_t){ .kind = TWP_ACTION_MEASURE, .place = twp_read_place(spot) };
        action->amount = twp_read_number(read, spot, TWP_SCOPE_INSTANT, &none);
        name_tally(read, &action->i, pair[i]->key);
    }
}

static bool
read_dispense(twp_read_t *read, twp_spot_t item, twp_action_t *action)
{
    const twp_dim_t time = TWP_DIM_TIME;
    const twp_spot_t into = twp_read_get(read, item, "into"),
                     amount = twp_read_get(read, item, "dispense");
    double days;

    action->kind = TWP_ACTION_DISPENSE;
    action->is_discarding = !twp_read_flag(read, item, "carry_over", true);
    action->i = twp_read_reference(read, into, TWP_SYMBOL_VARIABLE);
    if (action->i < 0)
        return false;
    if (!read->study->variable[action->i].is_stock) {
        twp_read_fail(read, twp_read_place(into), twp_read_text(into), "a variable of kind: stock",
            NULL, "%s is no stock", twp_read_text(into));
        return false;
    }
    action->amount = twp_read_number(read, amount, TWP_SCOPE_INSTANT, &time);
    if (twp_read_is_known_within(read, action->amount, TWP_WITHIN_ABOVE_0, &days) &&
        !(days > 0 && isfinite(days)))
        twp_read_fail(read, twp_read_place(amount), twp_read_text(amount), "days above 0", NULL,
            "nothing is dispensed");
    return action->amount != NULL;
}

/* contact, start, end, and the name of an action */
static bool
read_asking(twp_read_t *read, twp_spot_t item, twp_action_t *action)
{
    static const struct {
        const char *key;
        twp_action_kind_t kind;
    } kinds[] = { { "contact", TWP_ACTION_CONTACT }, { "start", TWP_ACTION_START },
        { "end", TWP_ACTION_END } };

    if (twp_read_text(item) != NULL) {
        action->kind = TWP_ACTION_DO;
        action->i = twp_read_reference(read, item, TWP_SYMBOL_ACTION);
        return action->i >= 0;
    }
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const twp_spot_t name = twp_read_get(read, item, kinds[k].key);
        if (name.node == NULL)
            continue;
        action->kind = kinds[k].kind;
        action->i = twp_read_reference(read, name, TWP_SYMBOL_SUPPORT);
        return action->i >= 0;
    }
    return false;
}

static bool
read_qaly(twp_read_t *read, twp_spot_t amount, twp_action_t *action)
{
    const twp_dim_t time = TWP_DIM_TIME;

    action->kind = TWP_ACTION_QALY;
    action->amount = twp_read_number(read, amount, TWP_SCOPE_INSTANT, &time);
    read->study->has_qalys = true;
    return action->amount != NULL;
}

static void
read_action(twp_read_t *read, twp_spot_t item, twp_actions_t *out)
{
    const char *category = twp_read_text(twp_read_get(read, item, "category"));
    const twp_spot_t add = twp_read_get(read, item, "add"), set = twp_read_get(read, item, "set"),
                     cost = twp_read_get(read, item, "cost"),
                     measure = twp_read_get(read, item, "measure"),
                     qaly = twp_read_get(read, item, "qaly");
    twp_action_t action = { .kind = TWP_ACTION_DO, .place = twp_read_place(item) };

    if (add.node != NULL) {
        read_jumps(read, add, TWP_ACTION_ADD, out);
    } else if (set.node != NULL) {
        read_jumps(read, set, TWP_ACTION_SET, out);
    } else if (cost.node != NULL) {
        read_costs(read, cost, category != NULL ? category : "other", out);
    } else if (measure.node != NULL) {
        read_tallies(read, measure, out);
    } else if (qaly.node != NULL ? read_qaly(read, qaly, &action)
            : twp_read_get(read, item, "dispense").node != NULL
            ? read_dispense(read, item, &action)
            : read_asking(read, item, &action)) {
        out->action[out->n++] = action;
    }
}

twp_actions_t
twp_read_actions(twp_read_t *read, twp_spot_t spot)
{
    const int n_items = twp_read_n_items(spot);
    twp_actions_t out = { 0, NULL };
    int n = 0;

    for (int i = 0; i < n_items; i++)
        n += count_actions(read, twp_read_item(read, spot, i));
    out.action = TWP_READ_NEW(read, twp_action_t, n);
    for (int i = 0; i < n_items; i++)
        read_action(read, twp_read_item(read, spot, i), &out);
    return out;
}

void
twp_read_named_actions(twp_read_t *read)
{
    for (int i = 0; i < read->study->n_named_actions; i++)
        read->study->named_action[i].actions = twp_read_actions(read, read->action_spot[i]);
}

twp_actions_t
twp_read_join_actions(twp_read_t *read, twp_actions_t a, twp_actions_t b)
{
    twp_actions_t out = { a.n + b.n, TWP_READ_NEW(read, twp_action_t, a.n + b.n) };

    for (int i = 0; i < out.n; i++) {
        twp_action_t *action = &out.action[i];
        *action = i < a.n ? a.action[i] : b.action[i - a.n];
        if (action->kind == TWP_ACTION_COST)
            remember(read, &read->accounts, &action->i);
        else if (action->kind == TWP_ACTION_MEASURE)
            remember(read, &read->tallies, &action->i);
    }
    return out;
}
