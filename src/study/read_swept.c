/* Paths of sweeps: which numbers of the study may differ from point to point. */
#include "study/read.h"
#include "study/schema.h"

#include <string.h>

/* What is the same at all points, and why. */
static const struct {
    const char *path, *why;
} common[] = {
    { "money", "all points are in the same money" },
    { "note", "it is no number" },
    { "patient.count", "all points have as many twins; --patients says how many" },
    { "patient.first_row_of", "all points have the same twins" },
    { "patient.from", "all points have the same twins" },
    { "patient.id", "all points have the same twins" },
    { "question", "it is no number" },
    { "record", "all points stand in one file" },
    { "report", "figures would mean something else at each point (report.discount may change)" },
    { "study", "it is no number" },
    { "sweep", "it says what the points are" },
    { "tables", "all points have the same tables" },
    { "targets", "all points have the same targets" },
    { "time", "lives are equally long at all points; --set runs a study with other lives" },
    { "twinpath", "it is no number" },
    { "uncertain", "it is no number" },
};

static bool
is_below(const char *path, const char *what)
{
    const size_t n = strlen(what);

    return strncmp(path, what, n) == 0 && (path[n] == '\0' || path[n] == '.');
}

const twp_node_t *
twp_read_swept_target(twp_read_t *read, const char *path)
{
    const char *nearest;

    return twp_node_target(read->arena, read->root.node, path, &nearest);
}

/* A strategy that sets a swept number, alone or in a block, is overruled: said, as it may not be meant. */
static void
warn_strategies(twp_read_t *read, twp_place_t place, const char *path, const twp_node_t *target)
{
    for (int s = 0; s < read->study->n_strategies; s++) {
        const twp_node_t *const set = read->study->strategy[s].overrides;

        for (int i = 0; set != NULL && i < set->n; i++) {
            const twp_node_t *const other = twp_read_swept_target(read, set->pair[i].key);

            if (other != NULL && twp_node_holds(other, target))
                twp_read_warn(read, place, path, NULL, NULL,
                    "strategy %s sets %s too: at each point the sweep has the last word",
                    read->study->strategy[s].name, path);
        }
    }
}

/* What strategies set is in their trees before a point's values are: a value put there would do nothing. */
static bool
check_strategies(twp_read_t *read, twp_place_t place, const char *path, const twp_node_t *target)
{
    for (int s = 0; s < read->study->n_strategies; s++) {
        const twp_node_t *const set = read->study->strategy[s].overrides;

        if (set != NULL && twp_node_holds(set, target)) {
            twp_read_fail(read, place, path,
                "a parameter of its own, named in `set`, and a sweep of that", NULL,
                "`%s` cannot be swept: it is put into the study before the values of a point are",
                path);
            return false;
        }
    }
    return true;
}

/* A scalar that is no number by its key: a text, a name, a choice. */
static bool
check_value(twp_read_t *read, twp_place_t place, const char *path, const twp_node_t *target)
{
    const twp_key_t *const row = twp_schema_row_of(read->root.node, target);
    const twp_value_t value = row != NULL ? row->value : TWP_VALUE_ANY;

    if (value == TWP_VALUE_ANY || value == TWP_VALUE_INTEGER || value == TWP_VALUE_COUNT ||
        value >= TWP_VALUE_AT_MOST)
        return true;
    twp_read_fail(read, place, path, "the path of a single number", NULL,
        "%s holds %s, not a number", path,
        value == TWP_VALUE_TEXT          ? "text"
            : value == TWP_VALUE_BOOLEAN ? "true or false"
                                         : "a word");
    return false;
}

bool
twp_read_swept_path(twp_read_t *read, twp_place_t place, const char *path)
{
    const char *nearest = NULL;
    const twp_node_t *const target = twp_node_target(read->arena, read->root.node, path, &nearest);

    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (is_below(path, common[i].path) && !is_below(path, "report.discount")) {
            twp_read_fail(read, place, path, "another number of the study", NULL,
                "`%s` cannot be swept: %s", path, common[i].why);
            return false;
        }
    if (target == NULL) {
        twp_read_fail(read, place, path, "a parameter, or a path in the study", nearest,
            "there is no %s to sweep", path);
        return false;
    }
    if (!check_strategies(read, place, path, target))
        return false;
    if (target->kind != TWP_NODE_SCALAR) {
        twp_read_fail(read, place, path, "the path of a single number", NULL,
            "%s holds %s, not a number", path,
            target->kind == TWP_NODE_MAPPING ? "a block" : "a list");
        return false;
    }
    if (!check_value(read, place, path, target))
        return false;
    warn_strategies(read, place, path, target);
    return true;
}
