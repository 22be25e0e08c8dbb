/* Names of columns that the results file would have twice, or that would be read as parts of others. */
#include "study/read.h"

#include "vocabulary/columns.h"
#include "vocabulary/measures.h"

#include <string.h>

static bool
is_one_of(twp_measure_t measure, twp_measure_t a, twp_measure_t b, twp_measure_t c)
{
    return measure == a || measure == b || measure == c;
}

static bool
begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Whether the file may hold that column of a measure; times are compared on their own. */
static bool
has_column(twp_measure_t measure, const twp_column_t *row)
{
    const char *const name = row->field.name, *const brace = strchr(name, '{');
    const bool is_curve = is_one_of(measure, TWP_MEASURE_KAPLAN_MEIER, TWP_MEASURE_NELSON_AALEN,
        TWP_MEASURE_CUMULATIVE_INCIDENCE);
    const bool has_interval = is_curve || measure == TWP_MEASURE_RESTRICTED_MEAN ||
        measure == TWP_MEASURE_AALEN_JOHANSEN;

    if (brace == NULL || strcmp(row->group, "adherence") == 0)
        return false;
    if (strcmp(brace, "{measure}_low") == 0 || strcmp(brace, "{measure}_high") == 0)
        return has_interval;
    if (begins(brace, "{measure}"))
        return brace == name;
    if (strcmp(brace, "{curve}") != 0 && strcmp(brace, "{cause}") != 0)
        return false;
    const char *const stem = begins(name, "segment_") ? name + strlen("segment_") : name;
    if (begins(stem, "km_") || begins(stem, "logrank_"))
        return measure == TWP_MEASURE_KAPLAN_MEIER;
    if (begins(stem, "na_"))
        return measure == TWP_MEASURE_NELSON_AALEN;
    return begins(stem, "cif_") ? measure == TWP_MEASURE_CUMULATIVE_INCIDENCE : is_curve;
}

/* What stands where column `name` would, when another than that of `row`. */
static const char *
find_other(const twp_column_t *row, const char *name)
{
    const twp_column_t *const found = twp_columns_find_typed(row->group, name, row->field.type);
    const twp_column_t *const exact = twp_columns_find(row->group, name);

    if (exact != NULL && strcmp(exact->field.name, name) == 0)
        return exact->field.name;
    if (found == NULL || strcmp(found->field.name, row->field.name) == 0)
        return NULL;
    return found->field.name;
}

/* A measure whose times would stand in the column. */
static const char *
find_times(const twp_study_typed_t *study, const char *name)
{
    if (!begins(name, "time_"))
        return NULL;
    for (int i = 0; i < study->n_measures; i++)
        if (study->measure[i].n_times > 0 && strcmp(name + 5, study->measure[i].name) == 0)
            return "time_{measure}";
    return NULL;
}

static void
check_measure(twp_read_t *read, const twp_study_measure_t *measure)
{
    for (size_t i = 0; i < twp_columns_n(); i++) {
        const twp_column_t *const row = twp_columns_at(i);
        const char *brace, *name, *other;

        if (!has_column(measure->measure, row))
            continue;
        brace = strchr(row->field.name, '{');
        name = twp_read_printf(read, "%.*s%s%s", (int) (brace - row->field.name), row->field.name,
            measure->name, strchr(brace, '}') + 1);
        other = find_other(row, name);
        if (other == NULL && measure->n_times > 0)
            other = find_times(read->study, name);
        if (other == NULL)
            continue;
        twp_read_fail(read, measure->place, measure->name, "as: ANOTHER_NAME", NULL,
            "the results' column %s/%s of this measure would be read as %s", row->group, name,
            other);
        return;
    }
}

/* In /outcomes a measure at several times has a column for each: its name, `_`, the days and `d`. */
static void
check_times(twp_read_t *read, const twp_study_measure_t *measure)
{
    const twp_study_typed_t *const study = read->study;

    for (int i = 0; i < study->n_measures && measure->n_times == 0; i++) {
        const twp_study_measure_t *const timed = &study->measure[i];
        const size_t length = strlen(timed->name);
        const char *const rest = measure->name + length;

        if (timed->n_times == 0 || !begins(measure->name, timed->name) || rest[0] != '_' ||
            rest[1] == 'd')
            continue;
        const size_t n = strspn(rest, "_0123456789e");
        if (rest[n] != 'd' || rest[n + 1] != '\0')
            continue;
        twp_read_fail(read, measure->place, measure->name, "as: ANOTHER_NAME", NULL,
            "the results' column outcomes/%s would be read as a time of %s", measure->name,
            timed->name);
    }
}

/* ---- states ---------------------------------------------------------------------------------- */

/* A state of a track as columns of its share are called. */
typedef struct {
    const char *name;
    twp_place_t place;
} share_t;

static void
check_shares(twp_read_t *read)
{
    const twp_study_typed_t *const study = read->study;
    share_t *share;
    int n = 0, n_all = 0;

    for (int i = 0; i < study->n_tracks; i++)
        n_all += study->track[i].n_states;
    share = TWP_READ_NEW(read, share_t, n_all);
    for (int i = 0; i < study->n_tracks; i++)
        for (int j = 0; j < study->track[i].n_states; j++) {
            const char *const name = twp_read_printf(
                read, "%s_%s", study->track[i].name, study->track[i].state[j].name);
            const twp_place_t place = twp_read_place(read->state_spot[read->state_first[i] + j]);

            for (int k = 0; k < n; k++)
                if (strcmp(share[k].name, name) == 0)
                    twp_read_fail(read, place, study->track[i].state[j].name,
                        "another name of the state or of its track", NULL,
                        "two states would have the column occupancy_%s", name);
            share[n++] = (share_t){ name, place };
        }
}

static void
check_chain(twp_read_t *read, const twp_study_measure_t *measure)
{
    const twp_study_track_t *const track = &read->study->track[measure->i_track];

    for (size_t i = 0; i < twp_columns_n(); i++) {
        const twp_column_t *const row = twp_columns_at(i);
        const char *const end = strstr(row->field.name, "_{track}_{state}");

        if (end == NULL || strcmp(row->group, "survival") != 0)
            continue;
        for (int j = 0; j < track->n_states; j++) {
            const char *const name = twp_read_printf(read, "%.*s_%s_%s",
                (int) (end - row->field.name), row->field.name, track->name, track->state[j].name);
            const char *const other = find_other(row, name);

            if (other == NULL)
                continue;
            twp_read_fail(read, measure->place, track->name, "a track of another name", NULL,
                "the results' column survival/%s would be read as %s", name, other);
            return;
        }
    }
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* What parameter sets draw has a column in /draws. */
static void
check_parameter(twp_read_t *read, const twp_study_parameter_t *parameter)
{
    const char *const name = twp_read_printf(read, "parameter_%s", parameter->name);
    const twp_column_t *const found = twp_columns_find("draws", name);

    if (parameter->is_uncertain && found != NULL && strcmp(found->field.name, name) == 0)
        twp_read_fail(read, parameter->place, parameter->name, "a parameter of another name", NULL,
            "the results' column draws/%s of this parameter would be read as %s", name,
            found->field.long_name);
}

void
twp_check_columns(twp_read_t *read)
{
    const twp_study_typed_t *const study = read->study;

    for (int i = 0; i < study->n_measures; i++) {
        check_measure(read, &study->measure[i]);
        check_times(read, &study->measure[i]);
        if (study->measure[i].measure == TWP_MEASURE_AALEN_JOHANSEN)
            check_chain(read, &study->measure[i]);
    }
    for (int i = 0; i < study->n_parameters; i++)
        check_parameter(read, &study->parameter[i]);
    check_shares(read);
}
