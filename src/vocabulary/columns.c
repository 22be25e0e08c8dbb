#include "vocabulary/columns.h"

#include "base/error.h"
#include "vocabulary/column_rows.h"

#include <string.h>

#define YES true
#define NO false
#define OF_RUNS TWP_REQUIRED_OF_RUNS

static const twp_column_group_t groups[] = {
    { "points", "The points of a sweep and what became of each", NULL, { NULL, NULL }, YES },
    { "summary", "Measures per strategy over time, mean over twins", NULL, { "point", NULL }, YES },
    { "contrasts", "Paired differences against the baseline strategy", NULL, { "point", NULL },
        YES },
    { "decision", "All strategies together: the frontier, and which is the best buy at each worth",
        NULL, { "point", NULL }, YES },
    { "segments", "Summary and contrasts by segment of the population", NULL, { "point", NULL },
        YES },
    { "targets", "What the model is judged by, and how it did", NULL, { "point", NULL }, YES },
    { "precision", "The precision that the run was asked for, and what each look at it saw", NULL,
        { NULL, NULL }, YES },
    { "survival", "Survival curves and occupancy of states", NULL, { "point", NULL }, YES },
    { "draws", "One value per parameter set", NULL, { "point", "world" }, YES },
    { "outcomes", "Each measure per twin, mean over parameter sets", NULL, { "world", NULL }, YES },
    { "twins", "What the twins are", NULL, { NULL, NULL }, YES },
    { "trajectories", "Lives as they were recorded, a ragged array of observations", "timeSeries",
        { NULL, NULL }, YES },
    { "events", "What happened in each life, a ragged array of events", "timeSeries",
        { NULL, NULL }, YES },
    { "adherence",
        "Adherence from a file of dispensings, a row for each patient, episode, window or "
        "dispensing",
        NULL, { NULL, NULL }, YES },
    { "cohort", "The measures of /adherence over its rows", NULL, { NULL, NULL }, YES },
    { "blocks", "Sums per block of twins, from which parts of a run are merged", NULL,
        { "point", "world" }, YES },
    { "provenance", "What the run was made from", NULL, { NULL, NULL }, YES },
    { "session", "Where and how the run was done; may differ between equal runs", NULL,
        { NULL, NULL }, NO },
};

#define ATTRIBUTE(is_required, group, the_name, type, comment) \
    {                                                          \
        group, the_name, TWP_TYPE_##type, is_required, comment \
    }

static const twp_column_attribute_t attributes[] = {
    ATTRIBUTE(YES, "", "Conventions", TEXT, "CF-1.10"),
    ATTRIBUTE(YES, "", "twinpath_layout", TEXT, "MAJOR.MINOR of this layout"),
    ATTRIBUTE(YES, "", "twinpath_kind", TEXT, "results, shard or adherence"),
    ATTRIBUTE(YES, "", "title", TEXT, "from the study"),
    ATTRIBUTE(YES, "", "source", TEXT, "program and version"),
    ATTRIBUTE(YES, "", "run_id", TEXT, "hash of the resolved study, inputs and model version"),
    ATTRIBUTE(OF_RUNS, "", "seed", TEXT, "decimal"),
    ATTRIBUTE(OF_RUNS, "", "n_twins", INT32, "twins of the run"),
    ATTRIBUTE(OF_RUNS, "", "n_strategies", INT32, "strategies of the run"),
    ATTRIBUTE(OF_RUNS, "", "n_parameter_sets", INT32, "parameter sets of the run"),
    ATTRIBUTE(NO, "", "n_parameter_sets_done", INT32,
        "where sets were drawn: below n_parameter_sets only where the status is partial"),
    ATTRIBUTE(NO, "", "n_points", INT32, "points of a sweep"),
    ATTRIBUTE(OF_RUNS, "", "n_worlds", INT32, "worlds of the run"),
    ATTRIBUTE(OF_RUNS, "", "twins_across_sets", TEXT, "same or fresh"),
    ATTRIBUTE(OF_RUNS, "", "n_twins_done", INT32, "below n_twins only where the status is partial"),
    ATTRIBUTE(NO, "", "shard_index", INT32, "number of the shard, from 0"),
    ATTRIBUTE(NO, "", "shard_count", INT32, "shards of the run"),
    ATTRIBUTE(NO, "", "missing_shards", TEXT,
        "numbers of the shards that a merge left out: their twins are not in the file"),
    ATTRIBUTE(NO, "", TWP_ATTRIBUTE_SOURCES, TEXT,
        "files that hold the rows of this one, which are virtual datasets: lines of sha256sum"),
    ATTRIBUTE(NO, "", "first_point", INT32, "first point of the shard, from 1"),
    ATTRIBUTE(NO, "", "point_count", INT32, "points of the shard"),
    ATTRIBUTE(NO, "", "first_parameter_set", INT32, "first parameter set of the shard, from 1"),
    ATTRIBUTE(NO, "", "parameter_set_count", INT32, "parameter sets of the shard"),
    ATTRIBUTE(NO, "", "first_twin", INT32, "first twin of the shard"),
    ATTRIBUTE(NO, "", "twin_count", INT32, "twins of the shard"),
    ATTRIBUTE(YES, "", "content_digest", TEXT, "64 hex digits over the content"),
    ATTRIBUTE(YES, "", "status", TEXT, "complete or partial; written last"),
    ATTRIBUTE(NO, "", "question", TEXT, "from the study"),
    ATTRIBUTE(NO, "", "comment", TEXT, "the study's note"),
    ATTRIBUTE(NO, "", "currency", TEXT, "ISO 4217 code"),
    ATTRIBUTE(NO, "", "price_year", INT32, "year that prices are of"),
    ATTRIBUTE(NO, "", "discount", TEXT, "rate at which what is discounted is so"),
    ATTRIBUTE(NO, "contrasts", "icer_cost", TEXT, "measure that is the cost of the icer"),
    ATTRIBUTE(NO, "contrasts", "icer_effect", TEXT, "measure that is the effect of the icer"),
    ATTRIBUTE(NO, "decision", "cost", TEXT, "measure that is the cost"),
    ATTRIBUTE(NO, "decision", "effect", TEXT, "measure that is the effect"),
    ATTRIBUTE(NO, "precision", "reached", TEXT, "yes or no: at the last look, by each"),
    ATTRIBUTE(NO, "precision", "twins_most", INT32, "twins that could have been lived"),
    ATTRIBUTE(NO, "adherence", "per", TEXT, "patient, episode, window or event"),
    ATTRIBUTE(NO, "cohort", "threshold", FLOAT64, "that n_above counts from"),
    ATTRIBUTE(NO, "session", "command_line", TEXT, "the command as typed"),
    ATTRIBUTE(NO, "session", "started", TEXT, "ISO 8601, UTC"),
    ATTRIBUTE(NO, "session", "finished", TEXT, "ISO 8601, UTC"),
    ATTRIBUTE(NO, "session", "host", TEXT, "name of the machine"),
    ATTRIBUTE(NO, "session", "cpu", TEXT, "model of the processor"),
    ATTRIBUTE(NO, "session", "threads", INT32, "threads of the run"),
    ATTRIBUTE(NO, "session", "ranks", INT32, "MPI ranks of the run"),
    ATTRIBUTE(NO, "session", "shards", INT32, "parts of the run"),
    ATTRIBUTE(NO, "session", "cpu_seconds", FLOAT64, "CPU time of the run"),
    ATTRIBUTE(NO, "session", "peak_memory_bytes", FLOAT64, "largest resident memory"),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    const char *name;
    size_t n_bytes;
} types[TWP_N_TYPES] = {
    [TWP_TYPE_INT8] = { "int8", 1 },
    [TWP_TYPE_INT16] = { "int16", 2 },
    [TWP_TYPE_INT32] = { "int32", 4 },
    [TWP_TYPE_INT64] = { "int64", 8 },
    [TWP_TYPE_FLOAT32] = { "float32", 4 },
    [TWP_TYPE_FLOAT64] = { "float64", 8 },
    [TWP_TYPE_TEXT] = { "text", 0 },
};

const char *
twp_type_name(twp_type_t type)
{
    return (unsigned) type < TWP_N_TYPES ? types[type].name : "unknown type";
}

size_t
twp_type_size(twp_type_t type)
{
    return (unsigned) type < TWP_N_TYPES ? types[type].n_bytes : 0;
}

bool
twp_type_is_integer(twp_type_t type)
{
    return (unsigned) type <= TWP_TYPE_INT64;
}

size_t
twp_columns_n(void)
{
    return twp_n_column_rows;
}

const twp_column_t *
twp_columns_at(size_t i_column)
{
    return &twp_column_rows[i_column];
}

size_t
twp_columns_n_groups(void)
{
    return COUNT(groups);
}

const twp_column_group_t *
twp_columns_group_at(size_t i_group)
{
    return &groups[i_group];
}

const twp_column_group_t *
twp_columns_group(const char *name)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        if (strcmp(groups[i].name, name) == 0)
            return &groups[i];
    return NULL;
}

size_t
twp_columns_n_attributes(void)
{
    return COUNT(attributes);
}

const twp_column_attribute_t *
twp_columns_attribute_at(size_t i_attribute)
{
    return &attributes[i_attribute];
}

bool
twp_columns_fits(const char *pattern, const char *name)
{
    for (; *pattern != '\0' && *pattern != '{'; pattern++, name++)
        if (*pattern != *name)
            return false;
    if (*pattern == '\0')
        return *name == '\0';
    while (*pattern != '}')
        pattern++;
    pattern++;
    for (; (*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') || *name == '_'; name++)
        if (twp_columns_fits(pattern, name + 1))
            return true;
    return false;
}

bool
twp_columns_dim_fits(const twp_column_t *row, const char *dim, const char *name)
{
    if (strcmp(dim, name) == 0)
        return true;
    return strcmp(dim, "time") == 0 && strncmp(name, "time_", 5) == 0 &&
        strstr(row->field.name, "{measure}") != NULL;
}

bool
twp_columns_dim_may_lack(const twp_column_t *row, const char *dim)
{
    return strcmp(dim, "time") == 0 && strncmp(row->field.name, "{measure}", 9) == 0;
}

/* Letters of a pattern outside braces; a name without braces beats every pattern, and that of a swept number,
 * whose name may end like any other column, beats those of measures: none begins so (check_columns.c). */
static size_t
literal_letters(const char *pattern)
{
    size_t n = 0;
    bool is_inside = false;

    if (strchr(pattern, '{') == NULL)
        return SIZE_MAX;
    if (strcmp(pattern, "point_{parameter}") == 0)
        return SIZE_MAX - 1;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '{')
            is_inside = true;
        n += !is_inside;
        if (*pattern == '}')
            is_inside = false;
    }
    return n;
}

static const twp_column_t *
find(const char *group, const char *name, const twp_type_t *type)
{
    const twp_column_t *best = NULL;
    size_t n_best = 0;

    for (size_t i = 0; i < twp_n_column_rows; i++) {
        const twp_column_t *const row = &twp_column_rows[i];
        size_t n;

        if (strcmp(row->group, group) != 0 || (type != NULL && row->field.type != *type) ||
            !twp_columns_fits(row->field.name, name))
            continue;
        n = literal_letters(row->field.name);
        if (best == NULL || n > n_best) {
            best = row;
            n_best = n;
        }
    }
    return best;
}

const twp_column_t *
twp_columns_find(const char *group, const char *name)
{
    return find(group, name, NULL);
}

const twp_column_t *
twp_columns_find_typed(const char *group, const char *name, twp_type_t type)
{
    return find(group, name, &type);
}

const twp_column_t *
twp_columns_find_dimension(const char *group, const char *name, twp_type_t type)
{
    for (size_t i = 0; i < twp_n_column_rows && strncmp(name, "time_", 5) == 0; i++)
        if (strcmp(twp_column_rows[i].group, group) == 0 && twp_column_rows[i].field.type == type &&
            strcmp(twp_column_rows[i].field.name, "time_{measure}") == 0)
            return &twp_column_rows[i];
    return find(group, name, &type);
}

twp_status_t
twp_columns_field(const char *group, const char *name, twp_type_t type, const char *unit,
    twp_field_t *field, twp_error_t *err)
{
    const twp_column_t *const row = twp_columns_find_typed(group, name, type);

    if (row == NULL)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "the layout has no column %s/%s of type %s", group,
            name, twp_type_name(type));
    *field = row->field;
    field->name = name;
    if (field->units != NULL && strcmp(field->units, "{unit}") == 0)
        field->units = unit;
    return TWP_OK;
}
