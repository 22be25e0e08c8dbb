#include "engine/block.h"

#include "kernel/advance.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows that a log holds beyond what an instant may need: a life's events in one piece mostly. */
#define LOG_ROWS 1024
/* A life is asked whether it goes on after so many instants, a block after so many twins. */
#define PAUSE_INSTANTS 65536
#define PAUSE_TWINS 16

static const char *const mark_text[] = {
    [TWP_MARK_NOT_FINITE] = "a hazard, chance, amount or duration is not finite",
    [TWP_MARK_CHANCE] = "a chance is outside 0 to 1, or chances add up to more than 1",
    [TWP_MARK_DURATION] = "a duration of `after` or `every` is not above 0",
    [TWP_MARK_LAW] = "a parameter of a hazard law is outside its range",
    [TWP_MARK_HAPPENINGS] = "more than 64 happenings in one instant: a cycle without time",
    [TWP_MARK_STANDSTILL] = "more than 1000 instants at one time: a cycle without time",
    [TWP_MARK_ENDLESS] = "more than 10,000,000 instants in one life",
    [TWP_MARK_OBSERVATIONS] = "more than 32 delayed arrivals of one observation under way",
    [TWP_MARK_AMOUNT] = "a negative amount is dispensed",
    [TWP_MARK_AGE] = "the age at entry is negative or not finite",
    [TWP_MARK_START] = "no start state fits, or a `since` is negative",
};

/* ---- memory ---------------------------------------------------------------------------------- */

static int
log_capacity(const twp_lives_t *lives)
{
    const int rows = lives->model[0]->max_rows_per_instant;

    /* A trajectory needs the twin as it is after every instant that recorded something. */
    if (lives->record != NULL && lives->record->has_trajectories)
        return rows > 0 ? rows : 1;
    return 2 * rows + LOG_ROWS;
}

twp_status_t
twp_worker_init(const twp_lives_t *lives, twp_worker_t *worker, twp_error_t *err)
{
    const size_t n = (size_t) lives->n_models;
    const size_t twin_bytes = (lives->model[0]->twin_bytes + 63) / 64 * 64;
    twp_status_t status = TWP_OK;

    memset(worker, 0, sizeof(*worker));
    worker->log.capacity = log_capacity(lives);
    worker->memory = aligned_alloc(64, twin_bytes > 0 ? twin_bytes : 64);
    worker->log.row = malloc((size_t) worker->log.capacity * sizeof(*worker->log.row));
    worker->value = calloc((size_t) lives->plan->n_columns + 1, sizeof(*worker->value));
    worker->outcome = calloc(n, sizeof(*worker->outcome));
    worker->curve = calloc(2 * (size_t) lives->plan->n_curves + 1, sizeof(*worker->curve));
    if (worker->memory == NULL || worker->log.row == NULL || worker->value == NULL ||
        worker->outcome == NULL || worker->curve == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a thread's twin");
    memset(worker->memory, 0, twin_bytes);
    for (int s = 0; s < lives->n_models && status == TWP_OK; s++)
        status = twp_outcome_create(lives->plan, lives->model[s], &worker->outcome[s], err);
    if (status == TWP_OK)
        twp_twin_layout(lives->model[0], worker->memory, &worker->twin);
    return status;
}

void
twp_worker_clear(const twp_lives_t *lives, twp_worker_t *worker)
{
    for (int s = 0; worker->outcome != NULL && s < lives->n_models; s++)
        twp_outcome_free(worker->outcome[s]);
    free(worker->curve);
    free(worker->outcome);
    free(worker->value);
    free(worker->log.row);
    free(worker->memory);
    memset(worker, 0, sizeof(*worker));
}

/* States of one life at the points of the chains. */
static size_t
n_path(const twp_lives_t *lives)
{
    return (size_t) lives->plan->n_chains * (size_t) lives->plan->n_points;
}

twp_status_t
twp_block_init(
    const twp_lives_t *lives, size_t partial_bytes, twp_slot_memory_t *slot, twp_error_t *err)
{
    const size_t n_attributes = (size_t) lives->model[0]->n_attributes;
    const size_t n_columns = (size_t) lives->plan->n_columns;
    const size_t n_curves = (size_t) lives->plan->n_curves, n = (size_t) lives->n_models;
    bool is_whole;

    memset(slot, 0, sizeof(*slot));
    slot->id = calloc(TWP_BLOCK_TWINS, sizeof(*slot->id));
    slot->attribute = calloc((n_attributes + 1) * TWP_BLOCK_TWINS, sizeof(double));
    slot->enters_days = calloc(TWP_BLOCK_TWINS, sizeof(double));
    slot->follow_up_days = calloc(TWP_BLOCK_TWINS, sizeof(double));
    slot->value = calloc(n, sizeof(*slot->value));
    slot->curve = calloc(n, sizeof(*slot->curve));
    slot->path = calloc(n, sizeof(*slot->path));
    slot->counts = calloc(n, sizeof(*slot->counts));
    slot->partial = partial_bytes > 0 ? calloc(1, partial_bytes) : NULL;
    is_whole = slot->id != NULL && slot->attribute != NULL && slot->enters_days != NULL &&
        slot->follow_up_days != NULL && slot->value != NULL && slot->curve != NULL &&
        slot->path != NULL && slot->counts != NULL && (partial_bytes == 0 || slot->partial != NULL);
    for (int s = 0; is_whole && s < lives->n_models; s++) {
        slot->value[s] = calloc((n_columns + 1) * TWP_BLOCK_TWINS, sizeof(double));
        slot->curve[s] = calloc((2 * n_curves + 1) * TWP_BLOCK_TWINS, sizeof(int32_t));
        slot->path[s] = calloc(n_path(lives) * TWP_BLOCK_TWINS + 1, sizeof(int8_t));
        is_whole = slot->value[s] != NULL && slot->curve[s] != NULL && slot->path[s] != NULL &&
            twp_outcome_counts_init(lives->plan, false, &slot->counts[s], NULL) == TWP_OK;
    }
    if (!is_whole)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for a block of twins");
    slot->block.id = slot->id;
    slot->block.attribute = slot->attribute;
    slot->block.enters_days = slot->enters_days;
    slot->block.follow_up_days = slot->follow_up_days;
    slot->block.value = (const double *const *) slot->value;
    slot->block.curve = (const int32_t *const *) slot->curve;
    slot->block.path = (const int8_t *const *) slot->path;
    slot->block.record = lives->record != NULL ? &slot->record : NULL;
    return TWP_OK;
}

void
twp_block_clear(const twp_lives_t *lives, twp_slot_memory_t *slot)
{
    for (int s = 0; slot->value != NULL && s < lives->n_models; s++)
        free(slot->value[s]);
    for (int s = 0; slot->curve != NULL && s < lives->n_models; s++)
        free(slot->curve[s]);
    for (int s = 0; slot->path != NULL && s < lives->n_models; s++)
        free(slot->path[s]);
    for (int s = 0; slot->counts != NULL && s < lives->n_models; s++)
        twp_outcome_counts_clear(&slot->counts[s]);
    free(slot->counts);
    free(slot->curve);
    free(slot->path);
    twp_recorder_clear_block(&slot->record);
    free(slot->partial);
    free(slot->value);
    free(slot->follow_up_days);
    free(slot->enters_days);
    free(slot->attribute);
    free(slot->id);
    memset(slot, 0, sizeof(*slot));
}

/* Bytes of occupancy along the grid under all strategies. */
static double
grid_bytes(const twp_lives_t *lives)
{
    return (double) lives->n_models * lives->plan->n_grid * (lives->plan->n_states + 1) *
        (double) sizeof(int64_t);
}

double
twp_block_bytes(const twp_lives_t *lives)
{
    const double columns = 4.0 + lives->model[0]->n_attributes +
        (double) lives->n_models *
            (lives->plan->n_columns + lives->plan->n_curves + (double) n_path(lives) / 8.0);

    return columns * TWP_BLOCK_TWINS * sizeof(double) + grid_bytes(lives);
}

double
twp_worker_bytes(const twp_lives_t *lives)
{
    return (double) lives->model[0]->twin_bytes + log_capacity(lives) * (double) sizeof(twp_row_t) +
        grid_bytes(lives);
}

/* ---- one life -------------------------------------------------------------------------------- */

static twp_status_t
draw_fault(const twp_lives_t *lives, int s, const twp_twin_t *twin, int i_bad, twp_error_t *err)
{
    const twp_study_typed_t *const study = lives->model[s]->study;

    if (i_bad < 0)
        return TWP_FAIL(err, TWP_ERR_FAULT,
            "twin %" PRIu64 ": the day of entry, %g, is not a day from the start on", twin->id,
            twin->enters_days);
    return TWP_FAIL(err, TWP_ERR_FAULT, "twin %" PRIu64 ": patient.%s is not finite", twin->id,
        i_bad < study->n_attributes ? study->attribute[i_bad].name
                                    : study->variable[i_bad - study->n_attributes].name);
}

/* ", with shape 0.8, scale 12" of the law of a marked hazard; times in days. Text in arena. */
static const char *
law_text(const twp_model_t *model, const twp_twin_t *twin, twp_arena_t *arena)
{
    const twp_model_exit_t *const exit =
        twin->i_mark >= 0 && twin->i_mark < model->n_exits ? &model->exit[twin->i_mark] : NULL;
    const twp_family_row_t *row;
    const char *text = "";

    /* The marks with a law's parameters: where something else is not finite no exit is named. */
    if (exit == NULL || exit->kind != TWP_EXIT_HAZARD ||
        (twin->mark != TWP_MARK_LAW && twin->mark != TWP_MARK_NOT_FINITE))
        return "";
    row = &twp_families[exit->family];
    for (int k = 0; k < row->n_parameters && text != NULL; k++)
        text = twp_arena_printf(
            arena, "%s, %s %.10g", text, row->parameter[k].name, twin->mark_parameter[k]);
    return text != NULL
        ? twp_arena_printf(arena, " (%s%s%s)", row->name, text, text[0] != '\0' ? ", in days" : "")
        : NULL;
}

static twp_status_t
life_fault(const twp_lives_t *lives, int s, const twp_twin_t *twin, twp_error_t *err)
{
    const twp_model_t *const model = lives->model[s];
    const size_t mark = (size_t) twin->mark;
    const char *const text =
        mark < sizeof(mark_text) / sizeof(mark_text[0]) && mark_text[mark] != NULL ? mark_text[mark]
                                                                                   : "unknown mark";
    twp_arena_t *const arena = twp_arena_create(0);
    const char *where = NULL, *law = NULL;

    if (arena != NULL && twin->i_mark >= 0) {
        where = twp_model_code_name(model, twin->i_mark, arena);
        law = law_text(model, twin, arena);
    }
    (void) TWP_FAIL(err, TWP_ERR_FAULT,
        "twin %" PRIu64 " under strategy %s on day %.10g of its life: %s%s%s%s", twin->id,
        model->study->strategy[model->i_strategy].name, twin->now_days, text,
        where != NULL ? ", at " : "", where != NULL ? where : "", law != NULL ? law : "");
    twp_arena_free(arena);
    return TWP_ERR_FAULT;
}

/*
 * Notes the twin as the instant of the rows left it. All rows are of one instant and nothing
 * happened since, but where it was the last of a life the kernel has already gone on to the end.
 */
static twp_status_t
observe_instant(const twp_lives_t *lives, int s, twp_worker_t *worker, twp_slot_memory_t *slot)
{
    twp_twin_t *const twin = &worker->twin;
    const double now_days = twin->now_days;

    twin->now_days = worker->log.row[worker->log.n - 1].time_days;

    const twp_status_t status = twp_recorder_observe(
        lives->record, &slot->record, lives->model[s], twin, &slot->err);

    twin->now_days = now_days;
    return status;
}

/* Hands the rows of the log on and empties it. */
static twp_status_t
drain(const twp_lives_t *lives, int s, twp_worker_t *worker, twp_slot_memory_t *slot)
{
    twp_log_t *const log = &worker->log;
    twp_status_t status = twp_outcome_take(worker->outcome[s], log->row, log->n, &slot->err);

    if (status == TWP_OK && lives->record != NULL) {
        status = twp_recorder_take(lives->record, &slot->record, log->row, log->n, &slot->err);
        if (status == TWP_OK && lives->record->has_trajectories && log->n > 0)
            status = observe_instant(lives, s, worker, slot);
    }
    log->n = 0;
    return status;
}

static bool
is_stopped(const twp_lives_t *lives)
{
    return lives->is_stopped != NULL && lives->is_stopped(lives->stop_context);
}

/* Lives on for a while; false when the run is stopped. */
static bool
advance(const twp_lives_t *lives, const twp_model_t *model, twp_worker_t *worker)
{
    twp_twin_t *const twin = &worker->twin;
    const bool is_pausing = twin->n_instants >= twin->pause_at;

    if (is_pausing && is_stopped(lives))
        return false;
    if (is_pausing || twin->n_instants == 0)
        twin->pause_at = twin->n_instants + PAUSE_INSTANTS;
    twin->mark = TWP_MARK_NONE;
    twp_kernel_advance(model, twin, twin->end_days, &worker->log);
    return true;
}

static twp_status_t
live(const twp_lives_t *lives, int s, twp_worker_t *worker, twp_slot_memory_t *slot)
{
    const twp_model_t *const model = lives->model[s];
    twp_twin_t *const twin = &worker->twin;
    twp_status_t status = TWP_OK;

    twin->mark = TWP_MARK_NONE;
    twin->draws = NULL;
    worker->log.n = 0;
    twp_kernel_start(model, twin, &worker->log);
    twp_outcome_begin(worker->outcome[s], model, twin, twin->start_state);
    if (lives->record != NULL)
        status = twp_recorder_observe(lives->record, &slot->record, model, twin, &slot->err);
    for (;;) {
        const bool is_full = twin->mark == TWP_MARK_LOG_FULL;

        if (twin->mark != TWP_MARK_NONE && !is_full)
            return life_fault(lives, s, twin, &slot->err);
        if (status == TWP_OK)
            status = drain(lives, s, worker, slot);
        if (status != TWP_OK)
            return status;
        if (!is_full && twin->now_days >= twin->end_days)
            break;
        if (!advance(lives, model, worker))
            return TWP_ERR_INTERRUPTED;
    }
    twp_kernel_finish(model, twin);
    if (twin->mark != TWP_MARK_NONE)
        return life_fault(lives, s, twin, &slot->err);
    if (lives->record != NULL)
        status = twp_recorder_observe(lives->record, &slot->record, model, twin, &slot->err);
    slot->n_events += twin->n_events;
    return status;
}

/* Twin k of the block under strategy s; its figures go to the block's columns. */
static twp_status_t
live_and_measure(
    const twp_lives_t *lives, int s, twp_worker_t *worker, twp_slot_memory_t *slot, int k)
{
    const int n_columns = lives->plan->n_columns, n_curves = lives->plan->n_curves;
    twp_status_t status = TWP_OK;

    if (lives->record != NULL)
        status = twp_recorder_begin_path(&slot->record, &slot->err);
    if (isnan(worker->twin.end_days)) {
        for (int c = 0; c < n_columns; c++)
            slot->value[s][(size_t) c * TWP_BLOCK_TWINS + (size_t) k] = NAN;
        for (int c = 0; c < 2 * n_curves; c++)
            slot->curve[s][(size_t) c * TWP_BLOCK_TWINS + (size_t) k] = TWP_SURVIVAL_NONE;
        memset(slot->path[s] + (size_t) k * n_path(lives), -1, n_path(lives));
        return status;
    }
    if (status == TWP_OK)
        status = live(lives, s, worker, slot);
    if (status != TWP_OK)
        return status;
    twp_outcome_end(
        worker->outcome[s], lives->model[s], &worker->twin, worker->value, worker->curve, NULL);
    for (int c = 0; c < n_columns; c++)
        slot->value[s][(size_t) c * TWP_BLOCK_TWINS + (size_t) k] = worker->value[c];
    for (int c = 0; c < 2 * n_curves; c++)
        slot->curve[s][(size_t) c * TWP_BLOCK_TWINS + (size_t) k] = worker->curve[c];
    memcpy(slot->path[s] + (size_t) k * n_path(lives), twp_outcome_path(worker->outcome[s]),
        n_path(lives));
    return TWP_OK;
}

static twp_status_t
live_twin(const twp_lives_t *lives, twp_worker_t *worker, twp_slot_memory_t *slot, int k)
{
    twp_twin_t *const twin = &worker->twin;
    twp_status_t status = TWP_OK;

    for (int s = 0; s < lives->n_models && status == TWP_OK; s++) {
        int i_bad = 0;

        if (lives->is_redrawn[s] &&
            !twp_population_draw_twin(lives->draw[s], slot->block.first_twin + k, twin, &i_bad))
            return draw_fault(lives, s, twin, i_bad, &slot->err);
        if (s == 0) {
            slot->id[k] = twin->id;
            slot->enters_days[k] = twin->enters_days;
            slot->follow_up_days[k] = twin->end_days;
            for (int a = 0; a < lives->model[0]->n_attributes; a++)
                slot->attribute[(size_t) a * TWP_BLOCK_TWINS + (size_t) k] = twin->attribute[a];
        }
        status = live_and_measure(lives, s, worker, slot, k);
    }
    return status;
}

void
twp_block_live(
    const twp_lives_t *lives, twp_worker_t *worker, int64_t i_block, twp_slot_memory_t *slot)
{
    const int64_t first = i_block * TWP_BLOCK_TWINS;
    const int64_t left = lives->n_twins - first;

    slot->block.i_block = i_block;
    slot->block.first_twin = first;
    slot->block.n_twins = left < TWP_BLOCK_TWINS ? (int) left : TWP_BLOCK_TWINS;
    slot->n_events = 0;
    slot->status = TWP_OK;
    twp_recorder_begin_block(&slot->record);
    for (int k = 0; k < slot->block.n_twins && slot->status == TWP_OK; k++)
        slot->status = k % PAUSE_TWINS == 0 && is_stopped(lives)
            ? TWP_ERR_INTERRUPTED
            : live_twin(lives, worker, slot, k);
    for (int s = 0; s < lives->n_models; s++) {
        twp_outcome_counts_reset(lives->plan, &slot->counts[s]);
        twp_outcome_flush(worker->outcome[s], &slot->counts[s]);
    }
    slot->is_whole = slot->status != TWP_ERR_INTERRUPTED;
}
