/**
 * One life lived instant by instant, told in words: what happened, by which draw, and what moved the
 * clock that fired. The kernel lives it as in a run; what is told is read from the twin just before and
 * just after an instant.
 */
#ifndef TWP_EXPLORE_LIFE_H
#define TWP_EXPLORE_LIFE_H

#include "engine/population.h"
#include "measure/sums.h"
#include "record/recorder.h"

/** What a life is lived with. All is borrowed; texts of what is told go to arena. */
typedef struct {
    const twp_model_t *model;
    const twp_draw_plan_t *draw;
    const twp_outcome_plan_t *plan;
    const twp_figures_t *figures;
    const twp_recorder_plan_t *recorder;
    twp_arena_t *arena;
} twp_life_plan_t;

/**
 * Lives twin i_twin. Fills all of *life but what compares it with other lives and the file.
 * @param attribute  [n_attributes] receives the twin's attributes, or NULL
 * @return TWP_OK; TWP_ERR_FAULT, naming the day, when the life meets a fault; TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_life_live(const twp_life_plan_t *plan, int64_t i_twin,
    twp_replay_life_t *life, double *attribute, twp_error_t *err);

/** Day of the calendar as YYYY-MM-DD; days count from the study's start. */
void twp_life_write_date(const twp_study_typed_t *study, double days, char date[16]);

/** Private to explore/: what is known of a hazard's clock since it began. */
typedef struct {
    twp_replay_draw_t draw;
    twp_clock_t began; /* as it was at the end of the instant of its start */
} twp_life_clock_t;

/**
 * Explains the clock of exit i_exit, which is about to fire: the twin stands just before the instant,
 * with the clock solved. NULL when memory runs out.
 */
const twp_replay_clock_t *twp_life_explain_clock(const twp_life_plan_t *plan,
    const twp_twin_t *twin, const twp_life_clock_t *clock, int32_t i_exit);

#endif
