#include "record/outcome_internal.h"

#include "kernel/advance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool
make_room(twp_outcome_t *o)
{
    const twp_outcome_tables_t *t = o->tables;
    const size_t n_states = (size_t) o->plan->n_states, n_points = (size_t) o->plan->n_grid + 1;

    o->place = TWP_ARENA_NEW(o->arena, twp_outcome_place_t, t->n_tracks + 1);
    o->visit = TWP_ARENA_NEW(o->arena, twp_outcome_visit_t, n_states + 1);
    o->discounted = TWP_ARENA_NEW(o->arena, double, n_states + 1);
    o->span = TWP_ARENA_NEW(o->arena, twp_outcome_times_t, t->n_spans + 1);
    o->dose = TWP_ARENA_NEW(o->arena, twp_outcome_first_dose_t, t->n_doses + 1);
    o->line = TWP_ARENA_NEW(o->arena, twp_adherence_t, t->n_lines + 1);
    o->level = TWP_ARENA_NEW(o->arena, double, t->n_levels + 1);
    o->seen = TWP_ARENA_NEW(o->arena, twp_doses_seen_t, t->n_runs + 1);
    o->mark = TWP_ARENA_NEW(o->arena, uint8_t, t->n_marks + 1);
    o->n_contacts = TWP_ARENA_NEW(o->arena, int32_t, t->n_supports + 1);
    o->path = TWP_ARENA_NEW(
        o->arena, int8_t, (size_t) o->plan->n_chains * (size_t) o->plan->n_points + 1);
    o->path_length = TWP_ARENA_NEW(o->arena, int32_t, o->plan->n_chains + 1);
    o->difference = TWP_ARENA_NEW(o->arena, int64_t, n_points * n_states + 1);
    o->n_ended = TWP_ARENA_NEW(o->arena, int64_t, n_points);
    return o->place != NULL && o->visit != NULL && o->discounted != NULL && o->span != NULL &&
        o->path != NULL && o->path_length != NULL && o->dose != NULL && o->line != NULL &&
        o->level != NULL && o->seen != NULL && o->mark != NULL && o->n_contacts != NULL &&
        o->difference != NULL && o->n_ended != NULL;
}

twp_status_t
twp_outcome_create(const twp_outcome_plan_t *plan, const twp_model_t *model,
    twp_outcome_t **outcome, twp_error_t *err)
{
    twp_arena_t *arena = twp_arena_create(0);
    twp_outcome_t *o = arena != NULL ? TWP_ARENA_NEW(arena, twp_outcome_t, 1) : NULL;

    *outcome = NULL;
    if (o != NULL) {
        o->arena = arena;
        o->plan = plan;
        o->tables = plan->tables;
        o->model = model;
        if (make_room(o)) {
            *outcome = o;
            return TWP_OK;
        }
    }
    twp_arena_free(arena);
    return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for an accumulator of outcomes");
}

void
twp_outcome_free(twp_outcome_t *outcome)
{
    if (outcome != NULL)
        twp_arena_free(outcome->arena);
}

/* ---- a life begins ----------------------------------------------------------------------- */

static void
start_watches(twp_outcome_t *o, int32_t i_state, double t_days, bool is_start)
{
    const twp_outcome_watches_t *enter = &o->tables->enter;

    for (int32_t k = enter->first[i_state]; k < enter->first[i_state + 1]; k++) {
        const twp_outcome_watch_t watch = enter->watch[k];
        if (watch.kind == TWP_WATCH_SPAN_END) {
            twp_outcome_times_t *span = &o->span[watch.i];
            if (!is_start && !isnan(span->start_days) && isnan(span->event_days))
                span->event_days = t_days;
        } else if (watch.kind == TWP_WATCH_SPAN_START) {
            twp_outcome_times_t *span = &o->span[watch.i];
            if (isnan(span->start_days))
                span->start_days = t_days;
        } else {
            twp_outcome_first_dose_t *dose = &o->dose[watch.i];
            if (!isnan(dose->start_days))
                continue;
            dose->start_days = t_days;
            if (dose->last_days == t_days) /* dispensed earlier in the same instant */
                dose->first_days = t_days;
        }
    }
}

static void
reset(twp_outcome_t *o)
{
    const twp_outcome_tables_t *t = o->tables;

    for (int s = 0; s < o->plan->n_states; s++)
        o->visit[s] = (twp_outcome_visit_t){ .first_days = INFINITY };
    memset(o->discounted, 0, (size_t) o->plan->n_states * sizeof(double));
    memset(o->mark, 0, (size_t) t->n_marks);
    memset(o->path_length, 0, (size_t) o->plan->n_chains * sizeof(int32_t));
    memset(o->n_contacts, 0, (size_t) t->n_supports * sizeof(int32_t));
    for (int i = 0; i < t->n_spans; i++)
        o->span[i] = (twp_outcome_times_t){ t->span[i].i_since < 0 ? 0 : NAN, NAN };
    for (int i = 0; i < t->n_doses; i++)
        o->dose[i] = (twp_outcome_first_dose_t){ t->dose[i].i_since < 0 ? 0 : NAN, NAN, NAN };
    for (int i = 0; i < t->n_lines; i++) {
        const twp_outcome_line_t *line = &t->line[i];
        twp_adherence_begin(&o->line[i], isnan(line->window_days) ? INFINITY : line->window_days,
            isnan(line->gap_days) ? INFINITY : line->gap_days, floor(o->end_days));
    }
    for (int i = 0; i < t->n_runs; i++) /* a strategy may set how often doses are due */
        twp_doses_begin(&o->seen[i], o->model->study->doses[t->runs[i].i_doses].every_days);
    o->i_grid = 0;
    o->grid_at_days = o->plan->grid_days[0] + TWP_OUTCOME_SLACK_DAYS;
}

void
twp_outcome_begin(
    twp_outcome_t *o, const twp_model_t *model, const twp_twin_t *twin, const int32_t *start_state)
{
    o->model = model;
    o->enters_days = twin->enters_days;
    o->end_days = twin->end_days;
    reset(o);
    for (int k = 0; k < o->tables->n_tracks; k++) {
        const int32_t i_state = o->plan->first_state[k] + start_state[k];
        /* Not entered_days: the track may have left that state in the instant of entry. */
        o->place[k] = (twp_outcome_place_t){ 0, -twin->start_since_days[k], i_state };
        o->visit[i_state].first_days = 0;
        o->difference[i_state]++;
        start_watches(o, i_state, 0, true);
    }
    for (int i = 0; i < o->tables->n_levels; i++) {
        const double start = twin->start_value[o->tables->level[i].i_stock];
        o->level[i] = start > 0 ? start : 0;
    }
}

/* ---- rows -------------------------------------------------------------------------------- */

/** Moves to the first point of the grid at or after t, give or take the slack. */
static void
move_along_grid(twp_outcome_t *o, double t_days)
{
    const double *grid = o->plan->grid_days;
    const int32_t n = o->plan->n_grid;
    const double guess = (t_days - TWP_OUTCOME_SLACK_DAYS) / o->tables->step_days;
    int32_t g = guess < n ? (int32_t) guess : n;

    /* Rounding of the quotient never leads beyond the point. */
    while (g < n && grid[g] + TWP_OUTCOME_SLACK_DAYS < t_days)
        g++;
    o->i_grid = g;
    o->grid_at_days = g < n ? grid[g] + TWP_OUTCOME_SLACK_DAYS : INFINITY;
}

/** A stay in i_state from `since` to `to` is over, or cut by the end of the life. */
static void
look_back(twp_outcome_t *o, int32_t i_state, double since_days, double to_days, bool is_end)
{
    const twp_outcome_watches_t *leave = &o->tables->leave;

    for (int32_t k = leave->first[i_state]; k < leave->first[i_state + 1]; k++) {
        const twp_outcome_watch_t watch = leave->watch[k];
        if (watch.kind == TWP_WATCH_MARK) {
            const double at = o->tables->mark[watch.i].at_days + TWP_OUTCOME_SLACK_DAYS;
            if (since_days <= at && (is_end || at < to_days)) /* not followed to `at`: NAN anyway */
                o->mark[watch.i] = 1;
        } else if (to_days > since_days) {
            o->discounted[i_state] += twp_reward_discount_integral(
                o->model, o->enters_days, since_days, to_days);
        }
    }
}

static void
take_turn(twp_outcome_t *o, int32_t i_track, int32_t to, double now)
{
    const twp_outcome_tables_t *t = o->tables;

    for (int i = 0; i < t->n_runs; i++)
        if (t->runs[i].i_track == i_track) {
            const twp_study_doses_t *doses = &o->plan->study->doses[t->runs[i].i_doses];
            twp_doses_turn(&o->seen[i], &t->runs[i], now, to != doses->i_state[TWP_DOSES_NOT_DUE],
                to == doses->i_state[TWP_DOSES_TAKEN]);
        }
}

/** The track was in i_state (of all states) at the points before t. */
static void
note_path(twp_outcome_t *o, int32_t i_track, int32_t i_state, double t_days)
{
    const int32_t i_chain = o->tables->chain_of_track[i_track];
    const double *point = o->plan->point_days;
    const int32_t n = o->plan->n_points;

    if (i_chain < 0)
        return;
    int8_t *path = o->path + (size_t) i_chain * (size_t) n;
    int32_t *length = &o->path_length[i_chain];
    while (*length < n && !(t_days <= point[*length] + TWP_OUTCOME_SLACK_DAYS))
        path[(*length)++] = (int8_t) (i_state - o->plan->first_state[i_track]);
}

static inline void
take_transition(twp_outcome_t *o, const twp_row_t *row)
{
    const twp_outcome_tables_t *t = o->tables;
    const int32_t i_track = t->exit_track[row->code];
    twp_outcome_place_t *place = &o->place[i_track];
    const int32_t from = place->i_state, to = o->plan->first_state[i_track] + row->to;
    const double now = row->time_days;
    twp_outcome_visit_t *left = &o->visit[from], *entered = &o->visit[to];

    left->days += now - place->since_days;
    left->completed_days += now - place->began_days;
    left->n_completed++;
    entered->n_entries++;
    if (now < entered->first_days)
        entered->first_days = now;
    if (now > o->grid_at_days)
        move_along_grid(o, now);
    if (o->plan->n_chains > 0)
        note_path(o, i_track, from, now);
    int64_t *difference = o->difference + (size_t) o->i_grid * (size_t) o->plan->n_states;
    difference[from]--;
    difference[to]++;
    if (t->leave.first[from] != t->leave.first[from + 1])
        look_back(o, from, place->since_days, now, false);
    *place = (twp_outcome_place_t){ now, now, to };
    if (t->n_runs > 0)
        take_turn(o, i_track, row->to, now);
    if (t->enter.first[to] != t->enter.first[to + 1])
        start_watches(o, to, now, false);
}

static void
take_dispensing(twp_outcome_t *o, const twp_row_t *row)
{
    const twp_outcome_tables_t *t = o->tables;
    const int32_t i_stock = row->code - t->codes.first_dispense;
    const double now = row->time_days;
    const int32_t day = (int32_t) now; /* whole days; never negative */

    for (int i = 0; i < t->n_lines; i++)
        if (t->line[i].i_stock < 0 || t->line[i].i_stock == i_stock)
            twp_adherence_add(&o->line[i], day, row->value);
    for (int i = 0; i < t->n_doses; i++)
        if (t->dose[i].i_stock < 0 || t->dose[i].i_stock == i_stock) {
            twp_outcome_first_dose_t *dose = &o->dose[i];
            dose->last_days = now;
            if (!isnan(dose->start_days) && isnan(dose->first_days))
                dose->first_days = now;
        }
    for (int i = 0; i < t->n_levels; i++)
        if (t->level[i].i_stock == i_stock && twp_outcome_is_within(now, t->level[i].at_days)) {
            const bool carries = !t->level[i].is_discarding && o->level[i] > now;
            o->level[i] = (carries ? o->level[i] : now) + row->value;
        }
}

twp_status_t
twp_outcome_take(twp_outcome_t *o, const twp_row_t *row, int n_rows, twp_error_t *err)
{
    (void) err;
    for (int k = 0; k < n_rows; k++)
        switch ((twp_row_kind_t) row[k].kind) {
        case TWP_ROW_EXIT:
            if (row[k].to >= 0)
                take_transition(o, &row[k]);
            break;
        case TWP_ROW_DISPENSE: take_dispensing(o, &row[k]); break;
        case TWP_ROW_CONTACT: o->n_contacts[row[k].code - o->tables->codes.first_contact]++; break;
        case TWP_ROW_OBSERVED:
        case TWP_ROW_MEASURE: /* the twin keeps the sum */ break;
        }
    return TWP_OK;
}

/* ---- a life ends ------------------------------------------------------------------------- */

/** Closes the stay in every current state at the end of the life. */
static void
close_stays(twp_outcome_t *o)
{
    const double end = o->end_days;

    if (end > o->grid_at_days)
        move_along_grid(o, end);
    if (o->i_grid < o->plan->n_grid && twp_outcome_is_within(o->plan->grid_days[o->i_grid], end))
        o->i_grid++; /* followed to that point, in the state it is in */
    o->n_ended[o->i_grid]++;
    for (int k = 0; k < o->tables->n_tracks; k++) {
        const twp_outcome_place_t *place = &o->place[k];
        o->visit[place->i_state].days += end - place->since_days;
        o->difference[(size_t) o->i_grid * (size_t) o->plan->n_states + (size_t) place->i_state]--;
        look_back(o, place->i_state, place->since_days, end, true);
    }
}

const int8_t *
twp_outcome_path(const twp_outcome_t *outcome)
{
    return outcome->path;
}

/** The rest of each path: the state at the end, then nothing. */
static void
end_paths(twp_outcome_t *o)
{
    const int n = o->plan->n_points;

    for (int i = 0; i < o->plan->n_chains; i++) {
        const int i_track = o->plan->chain_track[i];
        int8_t *path = o->path + (size_t) i * (size_t) n;
        int32_t length;
        note_path(o, i_track, o->place[i_track].i_state, o->end_days);
        length = o->path_length[i];
        for (; length < n && twp_outcome_is_within(o->plan->point_days[length], o->end_days);
             length++)
            path[length] = (int8_t) (o->place[i_track].i_state - o->plan->first_state[i_track]);
        for (; length < n; length++)
            path[length] = -1;
    }
}

void
twp_outcome_end(twp_outcome_t *o, const twp_model_t *model, const twp_twin_t *twin, double *value,
    int32_t *curve, twp_outcome_counts_t *counts)
{
    o->model = model;
    close_stays(o);
    for (int i = 0; i < o->tables->n_runs; i++)
        twp_doses_end(&o->seen[i], &o->tables->runs[i], o->end_days);
    twp_outcome_figures(o, twin, value);
    twp_outcome_curves(o, curve);
    end_paths(o);
    if (counts == NULL || counts->histogram == NULL)
        return;
    for (int c = 0; c < o->plan->n_columns; c++)
        twp_histogram_add(counts->histogram + (size_t) c * TWP_OUTCOME_BINS, &value[c], 1, 1, 1);
}

void
twp_outcome_flush(twp_outcome_t *o, twp_outcome_counts_t *counts)
{
    const size_t n_states = (size_t) o->plan->n_states, n_grid = (size_t) o->plan->n_grid;
    int64_t n_followed = 0;

    for (size_t s = 0; s < n_states; s++) {
        int64_t n = 0;
        for (size_t g = 0; g < n_grid; g++) {
            n += o->difference[g * n_states + s];
            counts->occupancy[g * n_states + s] += n;
        }
    }
    for (size_t g = 0; g <= n_grid; g++)
        n_followed += o->n_ended[g];
    for (size_t g = 0; g < n_grid; g++) {
        n_followed -= o->n_ended[g];
        counts->followed[g] += n_followed;
    }
    memset(o->difference, 0, (n_grid + 1) * n_states * sizeof(int64_t));
    memset(o->n_ended, 0, (n_grid + 1) * sizeof(int64_t));
}
