#include "explore/life_compare.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- with each other ------------------------------------------------------------------------- */

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
twp_life_same_event(const twp_replay_event_t *a, const twp_replay_event_t *b)
{
    return a->kind == b->kind && a->time_days == b->time_days && a->value == b->value &&
        same_text(a->name, b->name) && same_text(a->from, b->from) && same_text(a->to, b->to);
}

int
twp_life_divergence(const twp_replay_life_t *baseline, const twp_replay_life_t *life)
{
    int i = 0;

    while (i < baseline->n_events && i < life->n_events &&
        twp_life_same_event(&baseline->event[i], &life->event[i]))
        i++;
    return i == baseline->n_events && i == life->n_events ? -1 : i;
}

/* ---- with the file --------------------------------------------------------------------------- */

/* The columns of /events by which a life is found. */
typedef struct {
    twp_reader_t *reader;
    int64_t *twin;
    int8_t *strategy;
    char **name;    /* of codes */
    char *meanings; /* names of the strategies, by code, with spaces between */
    size_t n_paths, n_names;
    twp_arena_t *arena;
    twp_error_t *err;
} events_t;

static twp_status_t
open_events(events_t *events)
{
    size_t n_strategies = 0;
    twp_status_t status = twp_reader_read_int64(
        events->reader, "events/path_twin", &events->twin, &events->n_paths, events->err);

    if (status == TWP_OK)
        status = twp_reader_read_int8(
            events->reader, "events/path_strategy", &events->strategy, &n_strategies, events->err);
    if (status == TWP_OK)
        status = twp_reader_attribute_text(events->reader, "events/path_strategy", "flag_meanings",
            &events->meanings, events->err);
    if (status == TWP_OK)
        status = twp_reader_read_texts(
            events->reader, "events/event_name", &events->name, &events->n_names, events->err);
    if (status == TWP_OK && n_strategies != events->n_paths)
        status = TWP_FAIL(events->err, TWP_ERR_FORMAT, "%s: its events are damaged",
            twp_reader_path(events->reader));
    return status;
}

static void
close_events(events_t *events)
{
    if (events->name != NULL)
        twp_reader_free_texts(events->name, events->n_names);
    free(events->meanings);
    free(events->strategy);
    free(events->twin);
}

/* Is word number `code` of the meanings this name? */
static bool
is_strategy(const events_t *events, int code, const char *name)
{
    const char *at = events->meanings;

    for (; code > 0 && *at != '\0'; code--) {
        at += strcspn(at, " ");
        at += *at == ' ';
    }
    return strcspn(at, " ") == strlen(name) && strncmp(at, name, strlen(name)) == 0;
}

static bool
find_path(const events_t *events, uint64_t twin, const char *strategy, size_t *i_path)
{
    for (size_t i = 0; i < events->n_paths; i++)
        if ((uint64_t) events->twin[i] == twin &&
            is_strategy(events, events->strategy[i], strategy)) {
            *i_path = i;
            return true;
        }
    return false;
}

/* Rows of one life in the file. */
typedef struct {
    double *time;
    int16_t *code;
    float *value;
    size_t n;
} rows_t;

static twp_status_t
read_rows(const events_t *events, size_t i_path, rows_t *rows)
{
    const size_t one = 1;
    int64_t start = 0;
    int32_t size = 0;
    size_t first;
    twp_status_t status = twp_reader_read_slice(
        events->reader, "events/row_start", TWP_TYPE_INT64, &i_path, &one, &start, events->err);

    if (status == TWP_OK)
        status = twp_reader_read_slice(
            events->reader, "events/row_size", TWP_TYPE_INT32, &i_path, &one, &size, events->err);
    if (status == TWP_OK && (start < 0 || size < 0))
        status = TWP_FAIL(events->err, TWP_ERR_FORMAT, "%s: its events are damaged",
            twp_reader_path(events->reader));
    if (status != TWP_OK || size == 0)
        return status;
    first = (size_t) start;
    rows->n = (size_t) size;
    rows->time = TWP_ARENA_NEW(events->arena, double, rows->n);
    rows->code = TWP_ARENA_NEW(events->arena, int16_t, rows->n);
    rows->value = TWP_ARENA_NEW(events->arena, float, rows->n);
    if (rows->time == NULL || rows->code == NULL || rows->value == NULL)
        return TWP_FAIL(events->err, TWP_ERR_MEMORY, "no memory for the events of a life");
    status = twp_reader_read_slice(events->reader, "events/event_time", TWP_TYPE_FLOAT64, &first,
        &rows->n, rows->time, events->err);
    if (status == TWP_OK)
        status = twp_reader_read_slice(events->reader, "events/event_code", TWP_TYPE_INT16, &first,
            &rows->n, rows->code, events->err);
    if (status == TWP_OK)
        status = twp_reader_read_slice(events->reader, "events/event_value", TWP_TYPE_FLOAT32,
            &first, &rows->n, rows->value, events->err);
    return status;
}

static const char *
name_of(const events_t *events, const rows_t *rows, size_t i)
{
    return rows->code[i] >= 0 && (size_t) rows->code[i] < events->n_names
        ? events->name[rows->code[i]]
        : "?";
}

static const char *
compare_rows(const events_t *events, const rows_t *rows, const twp_replay_life_t *life)
{
    size_t n = 0;

    for (int i = 0; i < life->n_events; i++) {
        const twp_replay_event_t *const event = &life->event[i];

        if (!event->is_in_file)
            continue;
        if (n >= rows->n)
            return twp_arena_printf(events->arena,
                "%s on day %.10g is not in the file, whose events end before it", event->name,
                event->time_days);
        if (rows->time[n] != event->time_days || rows->value[n] != (float) event->value ||
            strcmp(name_of(events, rows, n), event->name) != 0)
            return twp_arena_printf(events->arena,
                "event %zu: the file has %s on day %.17g (%.9g), the life %s on day %.17g (%.9g)",
                n + 1, name_of(events, rows, n), rows->time[n], (double) rows->value[n],
                event->name, event->time_days, event->value);
        n++;
    }
    if (n < rows->n)
        return twp_arena_printf(events->arena, "the file goes on with %s on day %.10g",
            name_of(events, rows, n), rows->time[n]);
    return "";
}

twp_status_t
twp_life_compare_file(twp_reader_t *reader, uint64_t twin, twp_replay_life_t *life, int n_lives,
    twp_arena_t *arena, bool *is_equal, twp_error_t *err)
{
    events_t events = { .reader = reader, .arena = arena, .err = err };
    twp_status_t status = TWP_OK;

    *is_equal = true;
    if (!twp_reader_has(reader, "events/event_time"))
        return TWP_OK;
    status = open_events(&events);
    for (int i = 0; i < n_lives && status == TWP_OK; i++) {
        rows_t rows = { NULL, NULL, NULL, 0 };
        size_t i_path = 0;

        if (!find_path(&events, twin, life[i].strategy, &i_path))
            continue;
        status = read_rows(&events, i_path, &rows);
        if (status != TWP_OK)
            break;
        life[i].n_in_file = (int64_t) rows.n;
        life[i].difference = compare_rows(&events, &rows, &life[i]);
        if (life[i].difference == NULL)
            status = TWP_FAIL(err, TWP_ERR_MEMORY, "no memory to compare a life");
        else
            *is_equal = *is_equal && life[i].difference[0] == '\0';
    }
    close_events(&events);
    return status;
}
