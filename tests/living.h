/**
 * Lives small studies in memory, for tests of the kernel: YAML text in, the rows of one life out.
 * Whatever goes wrong fails the test, with the findings printed.
 */
#ifndef LIVING_H
#define LIVING_H

#include "testlib.h"

#include "engine/population.h"
#include "kernel/advance.h"

/** A study ready to be lived. */
typedef struct {
    twp_findings_t findings;
    twp_document_t document;
    twp_study_typed_t *study; /* of the baseline */
    twp_model_t *model;
    twp_population_t *population;
    twp_draw_plan_t *plan;
    void *memory;  /* of the twin */
    twp_log_t log; /* buffers of the life that is lived */
    twp_draw_log_t draws;
} living_t;

/** One life: its rows and draws; the twin as it ended. */
typedef struct {
    twp_row_t *row;
    int n_rows;
    struct twp_draw *draw;
    int n_draws;
    twp_twin_t twin; /* points into living->memory: valid until the next life */
} life_t;

/** Reads, checks and compiles a study for strategy i_strategy (0: the baseline). */
void living_open(living_t *living, const char *yaml, int i_strategy, uint64_t seed);
/** The same from a file, named relative to the checkout, with n_set overrides "path=value". */
void living_open_file(
    living_t *living, const char *relative, const char *const *set, int n_set, uint64_t seed);
void living_close(living_t *living);

/** Lives twin i_twin to the end of its life. The log is small, so that it is emptied often. */
void living_live(living_t *living, int64_t i_twin, life_t *life);
void living_clear(life_t *life);

/** Day of the first row of an exit by qualified name, INFINITY when there is none. */
double living_first_day(const living_t *living, const life_t *life, const char *qualified);

/**
 * The life's events as text, one line each: "12.500 patient.therapy.taking.stop stopped"; rows that
 * are no exits have their value: "0.000 patient.stock.dispensed 28". Times with three decimals. The
 * caller frees.
 */
char *living_story(const living_t *living, const life_t *life);

/** A study of one strategy around the text of `patient` (indented by two, without `count`). */
char *living_study(const char *horizon, const char *patient, const char *rest);

#endif
