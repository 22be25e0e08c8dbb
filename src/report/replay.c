#include "report/replay.h"

#include "base/arena.h"
#include "base/error.h"
#include "report/grid.h"
#include "report/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MARK_WIDTH 2 /* of a strategy's column */

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_event(const twp_replay_event_t *a, const twp_replay_event_t *b)
{
    return a->kind == b->kind && a->time_days == b->time_days && a->value == b->value &&
        same_text(a->name, b->name) && same_text(a->from, b->from) && same_text(a->to, b->to);
}

/* ---- one event ------------------------------------------------------------------------------- */

/* The name without what every name begins with. */
static const char *
short_name(const char *name)
{
    return strncmp(name, "patient.", 8) == 0 ? name + 8 : name;
}

static void
write_what(const twp_replay_event_t *event, twp_buffer_t *buffer)
{
    const char *const name = short_name(event->name);
    const int n_stem = strrchr(name, '.') != NULL ? (int) (strrchr(name, '.') - name) : 0;

    switch (event->kind) {
    case TWP_REPLAY_START: twp_buffer_printf(buffer, "begins: %s", event->to); break;
    case TWP_REPLAY_EXIT:
        if (event->to != NULL)
            twp_buffer_printf(buffer, "%s: %s -> %s", name, event->from, event->to);
        else
            twp_buffer_printf(buffer, "%s: stays %s", name, event->from);
        break;
    case TWP_REPLAY_DISPENSED:
        twp_buffer_printf(buffer, "%.*s: %.6g days dispensed", n_stem, name, event->value);
        break;
    case TWP_REPLAY_CONTACT: twp_buffer_printf(buffer, "%.*s: a contact", n_stem, name); break;
    case TWP_REPLAY_SEEN:
        twp_buffer_printf(buffer, "%.*s is seen, number %.6g", n_stem, name, event->value);
        break;
    case TWP_REPLAY_MEASURED:
        twp_buffer_printf(buffer, "%.*s: %.6g measured", n_stem, name, event->value);
        break;
    }
}

static void
write_line(twp_buffer_t *buffer, size_t indent)
{
    twp_buffer_add(buffer, "\n");
    twp_buffer_repeat(buffer, ' ', indent);
}

static void
write_draw(const twp_replay_draw_t *draw, const char *as, size_t indent, twp_buffer_t *buffer)
{
    write_line(buffer, indent);
    twp_buffer_printf(
        buffer, "%s: u %.6f (%s, number %" PRIu32 ")", as, draw->u, draw->stream, draw->occurrence);
}

/* Covariates that do nothing now are left out: most supports are not there most of the time. */
static void
write_term(const twp_replay_term_t *term, size_t indent, twp_buffer_t *buffer)
{
    const char *const kind = term->is_time_ratio ? "time ratio" : "hazard ratio";

    if (term->factor == 1)
        return;
    write_line(buffer, indent);
    twp_buffer_printf(buffer, "x %.4g", term->factor);
    if (term->is_time_ratio)
        twp_buffer_add(buffer, " in time");
    twp_buffer_printf(
        buffer, "  %s is %.6g, %s %.6g", term->covariate, term->value, kind, term->ratio);
    if (term->fade != 1)
        twp_buffer_printf(buffer, ", faded to %.3g", term->fade);
    if (term->support != NULL)
        twp_buffer_printf(buffer, " (%s)", term->support);
    if (!term->is_counted)
        twp_buffer_add(buffer, ", not counted: another support's is stronger");
}

static void
write_clock(const twp_replay_event_t *event, size_t indent, twp_buffer_t *buffer)
{
    const twp_replay_clock_t *const clock = event->clock;

    write_line(buffer, indent);
    twp_buffer_printf(
        buffer, "clock begun on day %.4f, at age %.4f d now", clock->since_days, clock->age_days);
    if (clock->n_terms > 0) {
        twp_buffer_printf(buffer, "; hazard x %.4g", clock->ratio);
        if (clock->pace != 1)
            twp_buffer_printf(buffer, ", pace x %.4g", clock->pace);
    }
    if (isfinite(clock->alone_days))
        twp_buffer_printf(buffer, "; by its law alone on day %.4f", clock->alone_days);
    else
        twp_buffer_add(buffer, "; by its law alone never");
    for (int i = 0; i < clock->n_terms; i++)
        write_term(&clock->term[i], indent + 2, buffer);
}

static void
write_changes(const twp_replay_t *replay, const twp_replay_event_t *event, size_t indent,
    twp_buffer_t *buffer)
{
    for (int i = 0; i < event->n_changes; i++) {
        const twp_replay_change_t *const change = &event->change[i];

        write_line(buffer, indent);
        if (change->is_cost)
            twp_buffer_printf(
                buffer, "cost: %.2f %s (%s)", change->to, replay->currency, change->name);
        else
            twp_buffer_printf(buffer, "%s: %.4g -> %.4g", change->name, change->from, change->to);
    }
}

static void
write_event(const twp_replay_t *replay, const twp_replay_event_t *event, size_t indent,
    twp_buffer_t *buffer)
{
    write_what(event, buffer);
    if (event->cause != NULL) {
        write_line(buffer, indent);
        twp_buffer_add(buffer, event->cause);
    }
    if (event->threshold.stream != NULL)
        write_draw(&event->threshold, "threshold", indent, buffer);
    if (event->clock != NULL)
        write_clock(event, indent, buffer);
    if (event->choice.stream != NULL) {
        write_draw(&event->choice, "choice", indent, buffer);
        twp_buffer_printf(buffer, " took branch %.0f", event->value + 1);
    }
    write_changes(replay, event, indent, buffer);
    twp_buffer_add(buffer, "\n");
}

/* ---- side by side ---------------------------------------------------------------------------- */

/* The next event over all lives: the soonest head, the first strategy's among equals; -1: all ended. */
static int
soonest(const twp_replay_t *replay, const int *at)
{
    int found = -1;

    for (int s = 0; s < replay->n_lives; s++) {
        if (at[s] >= replay->life[s].n_events)
            continue;
        if (found < 0 ||
            replay->life[s].event[at[s]].time_days < replay->life[found].event[at[found]].time_days)
            found = s;
    }
    return found;
}

static void
write_divergence(const twp_replay_t *replay, const int *at, bool *is_told, twp_buffer_t *buffer)
{
    for (int s = 1; s < replay->n_lives; s++) {
        const twp_replay_life_t *const life = &replay->life[s];

        /* either its own event or the baseline's is next */
        if (is_told[s] || life->i_divergence < 0 ||
            (at[s] < life->i_divergence && at[0] < life->i_divergence))
            continue;
        is_told[s] = true;
        twp_buffer_printf(buffer, "---- from here on %s differs from %s\n", life->strategy,
            replay->life[0].strategy);
    }
}

/* One line an event; a mark in the column of each strategy under which it happened. */
static twp_status_t
write_lives(const twp_replay_t *replay, twp_buffer_t *buffer, twp_error_t *err)
{
    const int n = replay->n_lives;
    const size_t indent = 24 + (size_t) n * MARK_WIDTH;
    twp_arena_t *const arena = twp_arena_create(0);
    int *const at = arena != NULL ? TWP_ARENA_NEW(arena, int, n + 1) : NULL;
    bool *const is_told = arena != NULL ? TWP_ARENA_NEW(arena, bool, n + 1) : NULL;

    if (at == NULL || is_told == NULL) {
        twp_arena_free(arena);
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    }
    for (int first = soonest(replay, at); first >= 0; first = soonest(replay, at)) {
        const twp_replay_event_t *const event = &replay->life[first].event[at[first]];

        write_divergence(replay, at, is_told, buffer);
        twp_buffer_printf(buffer, "%10.3f  %-10s ", event->time_days, event->date);
        for (int s = 0; s < n; s++) {
            const bool is_here = at[s] < replay->life[s].n_events &&
                same_event(&replay->life[s].event[at[s]], event);

            at[s] += is_here;
            twp_buffer_printf(buffer, " %c", is_here ? (char) ('A' + s % 26) : '.');
        }
        twp_buffer_add(buffer, " ");
        write_event(replay, event, indent + 2, buffer);
    }
    write_divergence(replay, at, is_told, buffer);
    twp_arena_free(arena);
    return TWP_OK;
}

/* ---- before and after ------------------------------------------------------------------------ */

static void
write_head(const twp_replay_t *replay, twp_buffer_t *buffer)
{
    twp_buffer_printf(buffer, "Twin %" PRIu64 " of %s", replay->twin, replay->study);
    for (int i = 0; i < replay->n_attributes; i++)
        twp_buffer_printf(buffer, "%s%s %s", i > 0 ? ", " : ": ", replay->attribute[i],
            replay->attribute_text[i]);
    twp_buffer_add(buffer, "\n");
    if (replay->i_parameter_set > 0)
        twp_buffer_printf(buffer, "As in parameter set %" PRId64 " of %" PRId64 ".\n",
            replay->i_parameter_set, replay->n_parameter_sets);
    else if (replay->n_parameter_sets > 0)
        twp_buffer_printf(buffer,
            "The results are of %" PRId64
            " parameter sets; this life is of the values as written.\n",
            replay->n_parameter_sets);
    for (int s = 0; s < replay->n_lives; s++) {
        const twp_replay_life_t *const life = &replay->life[s];

        twp_buffer_printf(buffer, "  %c  %s: ", (char) ('A' + s % 26), life->strategy);
        if (isnan(life->end_days))
            twp_buffer_add(buffer, "would enter after the horizon\n");
        else
            twp_buffer_printf(
                buffer, "enters on %s, is followed %.6g days\n", life->enters, life->end_days);
    }
    twp_buffer_add(buffer, "\n");
}

static void
write_file(const twp_replay_t *replay, twp_buffer_t *buffer)
{
    twp_buffer_add(buffer, "\n");
    for (int s = 0; s < replay->n_lives; s++) {
        const twp_replay_life_t *const life = &replay->life[s];

        twp_buffer_printf(buffer, "%s: ", life->strategy);
        if (life->n_in_file < 0)
            twp_buffer_add(buffer,
                replay->is_partial ? "no events in the file, which is partial\n"
                                   : "no events in the file to compare with\n");
        else if (life->difference[0] == '\0')
            twp_buffer_printf(
                buffer, "the file has the same %" PRId64 " events\n", life->n_in_file);
        else
            twp_buffer_printf(buffer, "DIFFERS from the file: %s\n", life->difference);
    }
}

static void
write_figures(const twp_replay_t *replay, twp_arena_t *arena, twp_buffer_t *buffer)
{
    twp_grid_t grid = twp_grid_init(arena);
    const int n = replay->n_lives < TWP_GRID_COLUMNS_MAX - 1 ? replay->n_lives
                                                             : TWP_GRID_COLUMNS_MAX - 1;

    twp_grid_column(&grid, "figure", TWP_GRID_TEXT);
    for (int s = 0; s < n; s++)
        twp_grid_column(&grid, replay->life[s].strategy, TWP_GRID_NUMBER);
    for (int f = 0; f < replay->n_figures; f++) {
        const twp_replay_figure_t *const figure = &replay->figure[f];
        const twp_number_kind_t kind = twp_number_kind(figure->unit, replay->currency);
        char text[200], time[TWP_NUMBER_SIZE] = "";

        if (!isnan(figure->time_days))
            twp_number_time(time, figure->time_days);
        (void) snprintf(text, sizeof text, "%.100s%s%s%s%s", figure->label,
            time[0] != '\0' ? " at " : "", time, figure->unit[0] != '\0' ? ", " : "",
            strcmp(figure->unit, "1") != 0 ? figure->unit : "share");
        if (figure->unit[0] == '\0')
            (void) snprintf(text, sizeof text, "%.100s%s%s", figure->label,
                time[0] != '\0' ? " at " : "", time);
        twp_grid_add_copy(&grid, text);
        for (int s = 0; s < n; s++) {
            const double value = replay->life[s].figure[f];
            char cell[TWP_NUMBER_SIZE];

            twp_number_format(cell, value, twp_number_decimals(kind, value, NAN), false);
            twp_grid_add_copy(&grid, cell);
        }
    }
    if (grid.has_failed)
        buffer->has_failed = true;
    twp_buffer_add(buffer, "\n");
    twp_grid_draw(&grid, buffer, "", 0);
}

twp_status_t
twp_report_replay(const twp_replay_t *replay, twp_buffer_t *buffer, twp_error_t *err)
{
    twp_arena_t *const arena = twp_arena_create(0);
    twp_status_t status = TWP_OK;

    if (arena == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the report");
    write_head(replay, buffer);
    status = write_lives(replay, buffer, err);
    write_file(replay, buffer);
    write_figures(replay, arena, buffer);
    twp_arena_free(arena);
    return status == TWP_OK ? twp_buffer_status(buffer, err) : status;
}
