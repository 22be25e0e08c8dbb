/* Strategies: which supports, from when, and which numbers differ. */
#include "base/suggest.h"
#include "study/read.h"

#include <string.h>

static void
read_strategy_supports(twp_read_t *read, twp_spot_t list, twp_study_strategy_t *out)
{
    const int n = twp_read_n_items(list);

    out->i_support = TWP_READ_NEW(read, int, n);
    for (int k = 0; k < n; k++) {
        const twp_spot_t item = twp_read_item(read, list, k);
        const int i = twp_read_reference(read, item, TWP_SYMBOL_SUPPORT);
        int at = 0;
        if (i < 0)
            continue;
        while (at < out->n_supports && out->i_support[at] < i)
            at++;
        if (at < out->n_supports && out->i_support[at] == i) {
            twp_read_fail(read, twp_read_place(item), twp_read_text(item), NULL, NULL,
                "%s stands here twice", twp_read_text(item));
            continue;
        }
        for (int j = out->n_supports; j > at; j--)
            out->i_support[j] = out->i_support[j - 1];
        out->i_support[at] = i;
        out->n_supports++;
    }
}

/* A path under `set` must lead to something, or be a parameter's name. */
static void
check_path(twp_read_t *read, const twp_pair_t *pair, const char *path)
{
    const twp_place_t place = { pair->value->file, pair->line, pair->column, path };
    const twp_spot_t parameters = twp_read_get(read, read->root, "parameters");
    twp_node_t at = *read->root.node;
    const char **name;

    if (twp_node_at(&at, pair->key) != NULL || twp_node_get(parameters.node, pair->key) != NULL)
        return;
    name = TWP_READ_NEW(read, const char *, read->study->n_parameters);
    for (int i = 0; i < read->study->n_parameters; i++)
        name[i] = read->study->parameter[i].name;
    twp_read_fail(read, place, pair->key, "a parameter, or a path in the study",
        twp_suggest_nearest(pair->key, name, (size_t) read->study->n_parameters),
        "there is no %s to set", pair->key);
}

static double
read_day(twp_read_t *read, twp_spot_t spot)
{
    const double days = twp_read_constant(read, spot, TWP_DIM_TIME, 0);

    if (!(days >= 0)) {
        twp_read_fail(read, twp_read_place(spot), twp_read_text(spot), "a time not below 0", NULL,
            "the time is out of range");
        return 0;
    }
    return days;
}

static void
read_strategy(twp_read_t *read, const twp_pair_t *pair, twp_spot_t spot, twp_study_strategy_t *out)
{
    const twp_spot_t set = twp_read_get(read, spot, "set");
    int n;
    const twp_pair_t **override = twp_read_sorted(read, set, &n);

    out->name = pair->key;
    out->place = (twp_place_t){ pair->value->file, pair->line, pair->column, spot.path };
    out->is_baseline = twp_read_flag(read, spot, "baseline", false);
    out->note = twp_read_text(twp_read_get(read, spot, "note"));
    out->overrides = twp_read_is_mapping(set) ? set.node : NULL;
    out->from_days = read_day(read, twp_read_get(read, spot, "from"));
    out->ramp_days = read_day(read, twp_read_get(read, spot, "ramp"));
    read_strategy_supports(read, twp_read_get(read, spot, "supports"), out);
    for (int i = 0; i < n; i++)
        check_path(read, override[i], set.path);
    if (!out->is_baseline && out->n_supports == 0 && n == 0)
        twp_read_warn(read, out->place, NULL, "supports or set", NULL,
            "%s does nothing: it is lived like the study itself", out->name);
}

/* Moves the baseline to the front; the others keep the order of their names. */
static void
put_baseline_first(twp_read_t *read, twp_spot_t strategies)
{
    twp_study_typed_t *study = read->study;
    int i_baseline = -1;

    for (int i = 0; i < study->n_strategies; i++) {
        if (!study->strategy[i].is_baseline)
            continue;
        if (i_baseline >= 0)
            twp_read_fail(read, study->strategy[i].place, study->strategy[i].name,
                "one strategy with baseline: true", NULL, "there are two baselines: %s and %s",
                study->strategy[i_baseline].name, study->strategy[i].name);
        else
            i_baseline = i;
    }
    if (i_baseline < 0) {
        twp_read_fail(read, twp_read_place(strategies), NULL, "one strategy with baseline: true",
            NULL, "no strategy is the baseline");
    } else {
        const twp_study_strategy_t baseline = study->strategy[i_baseline];
        for (int i = i_baseline; i > 0; i--)
            study->strategy[i] = study->strategy[i - 1];
        study->strategy[0] = baseline;
    }
}

void
twp_read_strategies(twp_read_t *read)
{
    const twp_spot_t strategies = twp_read_get(read, read->root, "strategies");
    twp_study_typed_t *study = read->study;
    int n;
    const twp_pair_t **pair = twp_read_sorted(read, strategies, &n);

    study->strategy = TWP_READ_NEW(read, twp_study_strategy_t, n);
    study->n_strategies = n;
    for (int i = 0; i < n; i++)
        read_strategy(
            read, pair[i], twp_read_entry(read, strategies, pair[i]), &study->strategy[i]);
    if (n > 0)
        put_baseline_first(read, strategies);
}
