#include "explore/life.h"

#include "base/calendar.h"
#include "kernel/advance.h"
#include "study/explain.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DRAWS 4096 /* of one instant */
#define MOST_EVENTS 1000000

/* A life under way. */
typedef struct {
    const twp_life_plan_t *plan;
    twp_replay_life_t *life;
    void *memory;
    twp_twin_t twin;
    twp_log_t log;
    twp_draw_log_t draws;    /* of the instant */
    twp_life_clock_t *clock; /* [n_exits] */
    twp_outcome_t *outcome;
    double *account, *variable; /* before the instant */
    twp_replay_event_t *event;
    int n_events, capacity;
    int32_t i_fired; /* exit whose clock fired in the instant, or -1 */
    const twp_replay_clock_t *told;
    twp_replay_draw_t threshold;
    twp_error_t *err;
} living_t;

static twp_status_t
no_memory(const living_t *living)
{
    return TWP_FAIL(living->err, TWP_ERR_MEMORY, "no memory to live a twin again");
}

void
twp_life_write_date(const twp_study_typed_t *study, double days, char date[16])
{
    const double number =
        twp_calendar_day(study->starts_year, study->starts_month, study->starts_day) + floor(days);

    date[0] = '\0';
    if (number < (double) twp_calendar_day(10000 - 1, 12, 31))
        twp_calendar_write((int32_t) number, date);
}

/* ---- draws ----------------------------------------------------------------------------------- */

static twp_replay_draw_t
draw_of(const living_t *living, int i_draw, const char *stream)
{
    const struct twp_draw *const draw = &living->draws.draw[i_draw];

    return (twp_replay_draw_t){ twp_arena_strdup(living->plan->arena, stream), draw->occurrence,
        ((double) (draw->bits >> 12) + 0.5) * 0x1p-52 };
}

/* Clocks that began in the instant: with which threshold, and how they stand. */
static void
note_clocks(living_t *living)
{
    const twp_model_t *const model = living->plan->model;

    for (int i = 0; i < living->draws.n && i < living->draws.capacity; i++)
        for (int32_t e = 0; e < model->n_exits; e++) {
            const twp_model_exit_t *const exit = &model->exit[e];

            if (exit->kind != TWP_EXIT_HAZARD || exit->stream != living->draws.draw[i].stream ||
                living->twin.state[exit->i_track] != exit->i_state)
                continue;
            living->clock[e].draw = draw_of(living, i, model->study->exit[e].stream);
            living->clock[e].began = living->twin.clock[exit->i_clock];
        }
}

/* The next draw of the instant, from *i_draw on, that chose among the branches of an exit. */
static twp_replay_draw_t
take_choice(const living_t *living, int32_t i_exit, int *i_draw)
{
    const twp_model_t *const model = living->plan->model;
    const twp_model_exit_t *const exit = &model->exit[i_exit];

    for (int i = *i_draw; exit->draws_choice && i < living->draws.n && i < living->draws.capacity;
         i++) {
        if (living->draws.draw[i].stream != exit->stream_choose)
            continue;
        *i_draw = i + 1;
        return draw_of(living, i,
            twp_arena_printf(living->plan->arena, "%s.choose", model->study->exit[i_exit].stream));
    }
    return (twp_replay_draw_t){ NULL, 0, 0 };
}

/* ---- events ---------------------------------------------------------------------------------- */

static twp_replay_event_t *
add_event(living_t *living, twp_replay_kind_t kind, double time_days)
{
    twp_replay_event_t *event;

    if (living->n_events >= living->capacity) {
        const int capacity = living->capacity > 0 ? 2 * living->capacity : 256;
        twp_replay_event_t *const grown = capacity <= MOST_EVENTS
            ? realloc(living->event, (size_t) capacity * sizeof *grown)
            : NULL;

        if (grown == NULL)
            return NULL;
        living->event = grown;
        living->capacity = capacity;
    }
    event = &living->event[living->n_events++];
    memset(event, 0, sizeof *event);
    event->kind = kind;
    event->time_days = time_days;
    event->name = "";
    twp_life_write_date(
        living->plan->model->study, living->twin.enters_days + time_days, event->date);
    return event;
}

/* What was paid, and which variables jumped, in the instant. */
static bool
add_changes(living_t *living, twp_replay_event_t *event, bool has_variables)
{
    const twp_model_t *const model = living->plan->model;
    const twp_study_typed_t *const study = model->study;
    const twp_twin_t *const twin = &living->twin;
    twp_replay_change_t *const change = TWP_ARENA_NEW(
        living->plan->arena, twp_replay_change_t, model->n_accounts + model->n_variables + 1);

    if (change == NULL)
        return false;
    for (int a = 0; a < model->n_accounts; a++)
        if (twin->account[a] != living->account[a])
            change[event->n_changes++] =
                (twp_replay_change_t){ twp_arena_printf(living->plan->arena, "%s, %s",
                                           study->account[a].payer, study->account[a].category),
                    true, 0, twin->account[a] - living->account[a] };
    for (int v = 0; has_variables && v < model->n_variables; v++)
        if (!model->variable[v].is_stock && twin->variable[v] != living->variable[v])
            change[event->n_changes++] = (twp_replay_change_t){
                twp_arena_strdup(living->plan->arena, study->variable[v].name), false,
                living->variable[v], twin->variable[v]
            };
    event->change = change;
    return true;
}

static bool
tell_exit(living_t *living, const twp_row_t *row, int *i_draw, twp_replay_event_t *event)
{
    const twp_model_t *const model = living->plan->model;
    const twp_study_exit_t *const exit = &model->study->exit[row->code];
    const twp_study_track_t *const track = &model->study->track[exit->i_track];

    event->from = twp_arena_strdup(living->plan->arena, track->state[exit->i_state].name);
    event->to = row->to >= 0 ? twp_arena_strdup(living->plan->arena, track->state[row->to].name)
                             : NULL;
    event->cause = twp_explain_cause(model->study, exit, living->plan->arena);
    event->choice = take_choice(living, row->code, i_draw);
    if (row->code == living->i_fired) {
        event->is_timed = true;
        event->clock = living->told;
        event->threshold = living->threshold;
        living->i_fired = -1;
    }
    return event->cause != NULL && event->from != NULL && (row->to < 0 || event->to != NULL);
}

/* The rows of one instant. */
static twp_status_t
tell_rows(living_t *living)
{
    static const twp_replay_kind_t kind[] = { [TWP_ROW_EXIT] = TWP_REPLAY_EXIT,
        [TWP_ROW_DISPENSE] = TWP_REPLAY_DISPENSED,
        [TWP_ROW_CONTACT] = TWP_REPLAY_CONTACT,
        [TWP_ROW_OBSERVED] = TWP_REPLAY_SEEN,
        [TWP_ROW_MEASURE] = TWP_REPLAY_MEASURED };
    const twp_life_plan_t *const plan = living->plan;
    int i_draw = 0;

    for (int i = 0; i < living->log.n; i++) {
        const twp_row_t *const row = &living->log.row[i];
        twp_replay_event_t *const event = add_event(living, kind[row->kind], row->time_days);

        if (event == NULL)
            return no_memory(living);
        event->name = twp_model_code_name(plan->model, row->code, plan->arena);
        event->value = row->value;
        event->is_in_file = plan->recorder->has_events && plan->recorder->kind[row->code] >= 0;
        if (event->name == NULL ||
            (row->kind == TWP_ROW_EXIT && !tell_exit(living, row, &i_draw, event)) ||
            (i == 0 && !add_changes(living, event, true)))
            return no_memory(living);
    }
    note_clocks(living);
    return twp_outcome_take(living->outcome, living->log.row, living->log.n, living->err);
}

/* ---- the life -------------------------------------------------------------------------------- */

static twp_status_t
fault(const living_t *living)
{
    const twp_model_t *const model = living->plan->model;

    return TWP_FAIL(living->err, TWP_ERR_FAULT,
        "twin %" PRIu64 " under strategy %s meets a fault on day %.10g of its life; a run names it",
        living->twin.id, model->study->strategy[model->i_strategy].name, living->twin.now_days);
}

static void
look(living_t *living)
{
    const twp_model_t *const model = living->plan->model;

    memcpy(living->account, living->twin.account, (size_t) model->n_accounts * sizeof(double));
    memcpy(living->variable, living->twin.variable, (size_t) model->n_variables * sizeof(double));
    living->log.n = living->draws.n = 0;
    living->i_fired = -1;
    living->told = NULL;
    living->threshold = (twp_replay_draw_t){ NULL, 0, 0 };
}

/* Looks at the clock that is about to fire; false at the end of the life. */
static bool
look_ahead(living_t *living)
{
    const twp_model_t *const model = living->plan->model;
    twp_twin_t *const twin = &living->twin;

    twin->mark = TWP_MARK_NONE;
    twin->pause_at = twin->n_instants; /* before the next instant, its clock solved */
    twp_kernel_advance(model, twin, twin->end_days, &living->log);
    if (twin->mark != TWP_MARK_LOG_FULL)
        return false;
    look(living);
    if (model->slot[twin->i_first].kind == TWP_SLOT_EXIT)
        living->i_fired = model->slot[twin->i_first].i;
    if (living->i_fired >= 0 && model->exit[living->i_fired].kind == TWP_EXIT_HAZARD &&
        !model->study->exit[living->i_fired].is_at_once) {
        living->threshold = living->clock[living->i_fired].draw;
        living->told = twp_life_explain_clock(
            living->plan, twin, &living->clock[living->i_fired], living->i_fired);
    }
    return true;
}

static twp_status_t
live_on(living_t *living)
{
    twp_twin_t *const twin = &living->twin;
    twp_status_t status = TWP_OK;

    while (status == TWP_OK && look_ahead(living)) {
        twin->mark = TWP_MARK_NONE;
        twin->pause_at = twin->n_instants + 1;
        twp_kernel_advance(living->plan->model, twin, twin->end_days, &living->log);
        if (twin->mark != TWP_MARK_NONE && twin->mark != TWP_MARK_LOG_FULL)
            return fault(living);
        status = tell_rows(living);
    }
    if (status == TWP_OK && twin->mark != TWP_MARK_NONE)
        return fault(living);
    return status;
}

/* The first event: the states that the life begins with. */
static twp_status_t
tell_start(living_t *living)
{
    const twp_model_t *const model = living->plan->model;
    const twp_study_typed_t *const study = model->study;
    twp_replay_event_t *const event = add_event(living, TWP_REPLAY_START, 0);
    const char *states = "";

    for (int i = 0; states != NULL && i < study->n_tracks; i++)
        if (study->track[i].i_support < 0 && study->track[i].i_doses < 0)
            states = twp_arena_printf(living->plan->arena, "%s%s%s %s", states,
                states[0] != '\0' ? ", " : "", study->track[i].name,
                study->track[i].state[living->twin.start_state[i]].name);
    if (event == NULL || states == NULL)
        return no_memory(living);
    event->to = states;
    /* they have no value before the start */
    return add_changes(living, event, false) ? TWP_OK : no_memory(living);
}

static twp_status_t
live(living_t *living)
{
    const twp_life_plan_t *const plan = living->plan;
    twp_twin_t *const twin = &living->twin;
    twp_status_t status;

    look(living);
    memset(living->account, 0, (size_t) plan->model->n_accounts * sizeof(double));
    twp_kernel_start(plan->model, twin, &living->log);
    if (twin->mark != TWP_MARK_NONE)
        return fault(living);
    twp_outcome_begin(living->outcome, plan->model, twin, twin->start_state);
    status = tell_start(living);
    memcpy(living->account, twin->account, (size_t) plan->model->n_accounts * sizeof(double));
    memcpy(living->variable, twin->variable, (size_t) plan->model->n_variables * sizeof(double));
    if (status == TWP_OK)
        status = tell_rows(living);
    if (status == TWP_OK)
        status = live_on(living);
    if (status != TWP_OK)
        return status;
    twp_kernel_finish(plan->model, twin);
    return twin->mark == TWP_MARK_NONE ? TWP_OK : fault(living);
}

/* Figures of single lives as a results file has them: a ratio of sums is the twin's own quotient. */
static twp_status_t
measure(living_t *living)
{
    const twp_life_plan_t *const plan = living->plan;
    const int n = plan->figures->n_figures;
    double *const figure = TWP_ARENA_NEW(plan->arena, double, n + 1);
    double *const value = TWP_ARENA_NEW(plan->arena, double, plan->plan->n_columns + 1);
    int32_t *const curve = TWP_ARENA_NEW(plan->arena, int32_t, plan->plan->n_curves + 1);

    if (figure == NULL || value == NULL || curve == NULL)
        return no_memory(living);
    living->life->figure = figure;
    if (!isnan(living->twin.end_days))
        twp_outcome_end(living->outcome, plan->model, &living->twin, value, curve, NULL);
    for (int f = 0, k = 0; f < n; f++) {
        const twp_figure_t *const of = &plan->figures->figure[f];

        if (of->i_column < 0)
            continue;
        figure[k] = isnan(living->twin.end_days) ? NAN : value[of->i_column];
        if (of->i_denominator >= 0)
            figure[k] = value[of->i_denominator] > 0 ? figure[k] / value[of->i_denominator] : NAN;
        k++;
    }
    return TWP_OK;
}

static twp_status_t
open_living(living_t *living, twp_error_t *err)
{
    const twp_model_t *const model = living->plan->model;
    const size_t twin_bytes = (model->twin_bytes + 63) / 64 * 64 + 64;

    living->log.capacity = 2 * model->max_rows_per_instant + 64;
    living->log.row = malloc((size_t) living->log.capacity * sizeof *living->log.row);
    living->draws.capacity = MOST_DRAWS;
    living->draws.draw = malloc(MOST_DRAWS * sizeof *living->draws.draw);
    living->clock = calloc((size_t) model->n_exits + 1, sizeof *living->clock);
    living->account = calloc((size_t) model->n_accounts + 1, sizeof(double));
    living->variable = calloc((size_t) model->n_variables + 1, sizeof(double));
    living->memory = aligned_alloc(64, twin_bytes);
    if (living->log.row == NULL || living->draws.draw == NULL || living->clock == NULL ||
        living->account == NULL || living->variable == NULL || living->memory == NULL)
        return no_memory(living);
    memset(living->memory, 0, twin_bytes);
    twp_twin_layout(model, living->memory, &living->twin);
    return twp_outcome_create(living->plan->plan, model, &living->outcome, err);
}

static void
close_living(living_t *living)
{
    twp_outcome_free(living->outcome);
    free(living->memory);
    free(living->variable);
    free(living->account);
    free(living->clock);
    free(living->draws.draw);
    free(living->log.row);
    free(living->event);
}

/* Moves what was told to the arena. */
static twp_status_t
keep(living_t *living)
{
    twp_replay_event_t *const event = TWP_ARENA_NEW(
        living->plan->arena, twp_replay_event_t, living->n_events + 1);

    if (event == NULL)
        return no_memory(living);
    if (living->n_events > 0)
        memcpy(event, living->event, (size_t) living->n_events * sizeof *event);
    living->life->event = event;
    living->life->n_events = living->n_events;
    return TWP_OK;
}

twp_status_t
twp_life_live(const twp_life_plan_t *plan, int64_t i_twin, twp_replay_life_t *life,
    double *attribute, twp_error_t *err)
{
    living_t living = { .plan = plan, .life = life, .err = err };
    twp_twin_t *const twin = &living.twin;
    int i_bad = 0;
    twp_status_t status = open_living(&living, err);

    if (status == TWP_OK && !twp_population_draw_twin(plan->draw, i_twin, twin, &i_bad))
        status = fault(&living);
    if (status == TWP_OK) {
        life->strategy = twp_arena_strdup(
            plan->arena, plan->model->study->strategy[plan->model->i_strategy].name);
        life->enters_days = twin->enters_days;
        life->end_days = twin->end_days;
        life->difference = "";
        life->i_divergence = -1;
        life->n_in_file = -1;
        twp_life_write_date(plan->model->study, twin->enters_days, life->enters);
        if (attribute != NULL)
            memcpy(attribute, twin->attribute, (size_t) plan->model->n_attributes * sizeof(double));
        twin->draws = &living.draws;
        if (!isnan(twin->end_days))
            status = live(&living);
    }
    if (status == TWP_OK && life->strategy == NULL)
        status = no_memory(&living);
    if (status == TWP_OK)
        status = measure(&living);
    if (status == TWP_OK)
        status = keep(&living);
    close_living(&living);
    return status;
}
