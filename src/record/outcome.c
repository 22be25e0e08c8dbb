#include "record/outcome_tables.h"

#include "kernel/advance.h"
#include "measure/adherence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_DAYS 365.25

/** Current state of a track. */
typedef struct {
    double since_days; /* entered, or the twin's entry */
    double began_days; /* entered, < 0 when before the twin's entry */
    int32_t i_state;   /* over all states */
} place_t;

/** Visits to a state in this life. */
typedef struct {
    double days;           /* spent in it up to the last leaving */
    double completed_days; /* lengths of the visits that ended */
    double first_days;     /* first entry or 0 when started in it; INFINITY: none */
    int32_t n_entries, n_completed;
} visit_t;

typedef struct {
    double start_days, event_days; /* NAN: not yet */
} span_t;

typedef struct {
    double start_days, first_days; /* NAN: not yet */
    double last_days;              /* last dispensing; NAN: none */
} dose_t;

struct twp_outcome {
    twp_arena_t *arena; /* holds the accumulator too */
    const twp_outcome_plan_t *plan;
    const twp_outcome_tables_t *tables;
    const twp_model_t *model; /* of this life */
    double enters_days, end_days;

    place_t *place;         /* [n_tracks] */
    visit_t *visit;         /* [n_states] */
    double *discounted;     /* [n_states] discounted days, of watched states */
    span_t *span;           /* [n_spans] */
    dose_t *dose;           /* [n_doses] */
    twp_adherence_t *line;  /* [n_lines] */
    double *level;          /* [n_levels] day the stock runs empty, as known at its time */
    twp_doses_seen_t *seen; /* [n_runs] */
    uint8_t *mark;          /* [n_marks] */
    int32_t *n_contacts;    /* [n_supports] */
    int8_t *path;           /* [n_chains * n_points] state at each point so far */
    int32_t *path_length;   /* [n_chains] points so far */

    /* Of all lives since the last flush: changes of occupancy at each point of the grid, by which
     * [n_grid * n_states] is summed up, and the first point beyond the end of each life. */
    int32_t i_grid;      /* first point at or after now */
    double grid_at_days; /* its time and the slack; INFINITY beyond the last */
    int64_t *difference; /* [(n_grid + 1) * n_states] */
    int64_t *n_ended;    /* [n_grid + 1] */
};

static bool
make_room(twp_outcome_t *o)
{
    const twp_outcome_tables_t *t = o->tables;
    const size_t n_states = (size_t) o->plan->n_states, n_points = (size_t) o->plan->n_grid + 1;

    o->place = TWP_ARENA_NEW(o->arena, place_t, t->n_tracks + 1);
    o->visit = TWP_ARENA_NEW(o->arena, visit_t, n_states + 1);
    o->discounted = TWP_ARENA_NEW(o->arena, double, n_states + 1);
    o->span = TWP_ARENA_NEW(o->arena, span_t, t->n_spans + 1);
    o->dose = TWP_ARENA_NEW(o->arena, dose_t, t->n_doses + 1);
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
            span_t *span = &o->span[watch.i];
            if (!is_start && !isnan(span->start_days) && isnan(span->event_days))
                span->event_days = t_days;
        } else if (watch.kind == TWP_WATCH_SPAN_START) {
            span_t *span = &o->span[watch.i];
            if (isnan(span->start_days))
                span->start_days = t_days;
        } else {
            dose_t *dose = &o->dose[watch.i];
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
        o->visit[s] = (visit_t){ .first_days = INFINITY };
    memset(o->discounted, 0, (size_t) o->plan->n_states * sizeof(double));
    memset(o->mark, 0, (size_t) t->n_marks);
    memset(o->path_length, 0, (size_t) o->plan->n_chains * sizeof(int32_t));
    memset(o->n_contacts, 0, (size_t) t->n_supports * sizeof(int32_t));
    for (int i = 0; i < t->n_spans; i++)
        o->span[i] = (span_t){ t->span[i].i_since < 0 ? 0 : NAN, NAN };
    for (int i = 0; i < t->n_doses; i++)
        o->dose[i] = (dose_t){ t->dose[i].i_since < 0 ? 0 : NAN, NAN, NAN };
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
        o->place[k] = (place_t){ 0, -twin->start_since_days[k], i_state };
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

static bool
is_within(double days, double limit_days)
{
    return days <= limit_days + TWP_OUTCOME_SLACK_DAYS;
}

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
    place_t *place = &o->place[i_track];
    const int32_t from = place->i_state, to = o->plan->first_state[i_track] + row->to;
    const double now = row->time_days;
    visit_t *left = &o->visit[from], *entered = &o->visit[to];

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
    *place = (place_t){ now, now, to };
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
            dose_t *dose = &o->dose[i];
            dose->last_days = now;
            if (!isnan(dose->start_days) && isnan(dose->first_days))
                dose->first_days = now;
        }
    for (int i = 0; i < t->n_levels; i++)
        if (t->level[i].i_stock == i_stock && is_within(now, t->level[i].at_days)) {
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

static double
dose_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    const dose_t *dose = &o->dose[figure->i];
    const double wait = dose->first_days - dose->start_days; /* NAN: never */

    if (figure->measure == TWP_MEASURE_INITIATION && isfinite(figure->time_days) &&
        !is_within(figure->time_days, o->end_days))
        return NAN;
    if (figure->measure == TWP_MEASURE_INITIATION)
        return is_within(wait, figure->time_days) ? 1 : 0;
    if (figure->measure == TWP_MEASURE_TIME_TO_FIRST_DOSE)
        return wait;
    if (!is_within(
            figure->time_days, o->end_days - dose->start_days)) /* not entered, or not followed */
        return NAN;
    return is_within(wait, figure->time_days) ? 0 : 1;
}

static double
line_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    const twp_adherence_t *line = &o->line[figure->i];

    switch (figure->measure) {
    case TWP_MEASURE_PDC: return twp_adherence_pdc_of(line);
    case TWP_MEASURE_MPR: return twp_adherence_mpr_of(line);
    case TWP_MEASURE_REFILLS: return line->n_in_window > 0 ? line->n_in_window - 1 : 0;
    default:
        if (line->n == 0 ||
            !is_within(figure->time_days + figure->gap_days, o->end_days - line->first_day))
            return NAN;
        return twp_adherence_persisted_days_of(line) >= figure->time_days ? 1 : 0;
    }
}

static double
money_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure, const twp_twin_t *twin)
{
    const double *account = figure->is_discounted ? twin->account_discounted : twin->account;
    const double *reward = figure->is_discounted ? twin->reward_discounted : twin->reward;
    double sum = 0;

    for (int k = 0; k < figure->n_accounts; k++)
        sum += account[o->tables->account[figure->i_account_first + k]];
    for (int k = 0; k < figure->n_rewards; k++)
        sum += reward[o->tables->reward[figure->i_reward_first + k]];
    if (figure->measure == TWP_MEASURE_COST)
        return sum;
    return figure->n_rewards > 0 ? sum / YEAR_DAYS : NAN;
}

static double
state_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    const visit_t *visit = &o->visit[figure->i];
    const double days = figure->is_discounted ? o->discounted[figure->i] : visit->days;

    switch (figure->measure) {
    case TWP_MEASURE_TIME_IN: return days;
    case TWP_MEASURE_LIFE_YEARS: {
        const double life = figure->is_discounted
            ? twp_reward_discount_integral(o->model, o->enters_days, 0, o->end_days)
            : o->end_days;
        return (life - days) / YEAR_DAYS;
    }
    case TWP_MEASURE_ENTRIES: return visit->n_entries;
    case TWP_MEASURE_FIRST_ENTRY:
        if (!is_within(figure->time_days, o->end_days))
            return NAN;
        return is_within(visit->first_days, figure->time_days) ? 1 : 0;
    default: /* sojourn */
        return figure->is_denominator ? visit->n_completed : visit->completed_days;
    }
}

static double
contact_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    int32_t n = 0;

    for (int i = 0; i < o->tables->n_supports; i++)
        if (figure->i < 0 || figure->i == i)
            n += o->n_contacts[i];
    return n;
}

static double
level_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    if (figure->i < 0 || !is_within(figure->time_days, o->end_days))
        return NAN;
    const double left = o->level[figure->i] - figure->time_days;
    return left > 0 ? left : 0;
}

static double
runs_figure(const twp_outcome_t *o, const twp_outcome_figure_t *figure)
{
    const twp_doses_seen_t *seen = &o->seen[figure->i];

    if (figure->measure == TWP_MEASURE_MISSED_IN_RUNS)
        return figure->is_denominator ? seen->n_due - seen->n_taken : seen->n_counted;
    if (!(seen->n_due > 0))
        return NAN;
    switch (figure->measure) {
    case TWP_MEASURE_IMPLEMENTATION: return seen->n_taken / seen->n_due;
    case TWP_MEASURE_MISSED_DOSES: return seen->n_due - seen->n_taken;
    case TWP_MEASURE_DRUG_HOLIDAYS: return seen->n_runs;
    default:
        return isfinite(seen->until_days) && !is_within(seen->until_days, o->end_days)
            ? NAN
            : seen->n_runs > 0;
    }
}

static double
figure_value(const twp_outcome_t *o, const twp_outcome_figure_t *figure, const twp_twin_t *twin)
{
    switch (figure->measure) {
    case TWP_MEASURE_INITIATION:
    case TWP_MEASURE_PRIMARY_NON_ADHERENCE:
    case TWP_MEASURE_TIME_TO_FIRST_DOSE: return dose_figure(o, figure);
    case TWP_MEASURE_PDC:
    case TWP_MEASURE_MPR:
    case TWP_MEASURE_REFILLS:
    case TWP_MEASURE_PERSISTENCE: return line_figure(o, figure);
    case TWP_MEASURE_COST:
    case TWP_MEASURE_QALY: return money_figure(o, figure, twin);
    case TWP_MEASURE_CONTACTS: return contact_figure(o, figure);
    case TWP_MEASURE_AALEN_JOHANSEN:
    case TWP_MEASURE_OCCUPANCY:
        return is_within(figure->time_days, o->end_days) ? o->mark[figure->i] : NAN;
    case TWP_MEASURE_TIME_TO: return o->span[figure->i].event_days - o->span[figure->i].start_days;
    case TWP_MEASURE_TALLY: return twin->tally[figure->i];
    case TWP_MEASURE_STOCK: return level_figure(o, figure);
    case TWP_MEASURE_IMPLEMENTATION:
    case TWP_MEASURE_MISSED_DOSES:
    case TWP_MEASURE_DRUG_HOLIDAYS:
    case TWP_MEASURE_ANY_DRUG_HOLIDAY:
    case TWP_MEASURE_MISSED_IN_RUNS: return runs_figure(o, figure);
    default: return state_figure(o, figure);
    }
}

/** Closes the stay in every current state at the end of the life. */
static void
close_stays(twp_outcome_t *o)
{
    const double end = o->end_days;

    if (end > o->grid_at_days)
        move_along_grid(o, end);
    if (o->i_grid < o->plan->n_grid && is_within(o->plan->grid_days[o->i_grid], end))
        o->i_grid++; /* followed to that point, in the state it is in */
    o->n_ended[o->i_grid]++;
    for (int k = 0; k < o->tables->n_tracks; k++) {
        const place_t *place = &o->place[k];
        o->visit[place->i_state].days += end - place->since_days;
        o->difference[(size_t) o->i_grid * (size_t) o->plan->n_states + (size_t) place->i_state]--;
        look_back(o, place->i_state, place->since_days, end, true);
    }
}

/** The whole day on which a time falls that is known up to rounding: days are rounded up. */
static int
curve_day(const twp_outcome_plan_t *plan, double days)
{
    const double day = ceil(days - TWP_OUTCOME_SLACK_DAYS);

    return day < plan->n_curve_days ? (day > 0 ? (int) day : 0) : plan->n_curve_days - 1;
}

/** What ended the wait for the event of a curve, and when; of one instant the event counts. */
static int
end_of_wait(const twp_outcome_t *o, int c, double *to_days)
{
    const twp_outcome_tables_t *t = o->tables;
    int kind = TWP_SURVIVAL_CENSORED;

    *to_days = o->end_days;
    for (int32_t k = t->against_first[c]; k < t->against_first[c + 1]; k++) {
        const double days = o->span[t->against_span[k]].event_days; /* NAN: never */
        if (days <= *to_days) {
            kind = TWP_SURVIVAL_OTHER;
            *to_days = days;
        }
    }
    const double days = o->span[t->curve_span[c]].event_days;
    if (!isnan(days) && (kind == TWP_SURVIVAL_CENSORED || days <= *to_days)) {
        kind = TWP_SURVIVAL_EVENT;
        *to_days = days;
    }
    return kind;
}

static void
end_curves(const twp_outcome_t *o, int32_t *curve)
{
    const int n = o->plan->n_curves;

    for (int c = 0; c < n; c++) {
        const double start_days = o->span[o->tables->curve_span[c]].start_days;
        double to_days;

        curve[c] = TWP_SURVIVAL_NONE;
        curve[n + c] = 0;
        if (isnan(start_days))
            continue;
        const int kind = end_of_wait(o, c, &to_days);
        const int day = curve_day(o->plan, to_days - start_days);
        const double late = (day - (to_days - start_days)) * TWP_SURVIVAL_LATE_PER_DAY;
        curve[c] = TWP_SURVIVAL_CODE(o->plan->curve[c].n_kinds, day, kind);
        if (kind == TWP_SURVIVAL_EVENT)
            curve[n + c] = late > 0 ? (int32_t) (late + 0.5) : 0;
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
        for (; length < n && is_within(o->plan->point_days[length], o->end_days); length++)
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
    for (int c = 0; c < o->plan->n_columns; c++)
        value[c] = figure_value(o, &o->tables->figure[c], twin);
    end_curves(o, curve);
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
