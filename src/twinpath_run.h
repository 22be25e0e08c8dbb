/** What a run holds. Private to the library's face: twinpath_run*.c, twinpath_sets*.c and what lives runs. */
#ifndef TWP_TWINPATH_RUN_H
#define TWP_TWINPATH_RUN_H

#include "engine/run.h"
#include "measure/precision.h"
#include "measure/sets.h"
#include "measure/sums.h"
#include "results/embedded.h"
#include "results/fill.h"
#include "results/provenance.h"
#include "twinpath_study.h"

/** How much of a run is lived: a partial file is done again so. 0: all. */
typedef struct {
    int64_t n_blocks, n_sets; /* the first so many blocks, or parameter sets */
} twp_run_part_t;

/** What runs of the same study with the same settings hand on, one to the next. */
typedef struct {
    twp_population_t *population; /* lent to all of them; NULL: each opens its own */
    twp_sums_t *sums;             /* memory of the last one, or NULL; ended by twp_sums_free() */
} twp_run_kept_t;

typedef struct {
    twp_study_t *study;
    const twp_study_t
        *written; /* of a point: the study with the sweep, for /provenance; else NULL */
    const twp_run_settings_t *settings;
    twp_run_kept_t *kept; /* or NULL */
    int n_models;
    const twp_model_t **model;       /* [n_models] */
    const twp_study_typed_t **typed; /* [n_models] */
    twp_draw_plan_t **draw;          /* [n_models] */
    twp_outcome_counts_t *counts;    /* [n_models] */
    twp_population_t *population;
    twp_outcome_plan_t *plan;
    twp_figures_t *figures;
    twp_sums_t *sums;
    twp_recorder_plan_t *recorder;
    twp_fill_run_t fill_run;
    twp_fill_t *fill;
    int64_t n_done, n_blocks_done;
    twp_looks_t *looks;          /* or NULL: no precision is asked */
    _Atomic int64_t n_next_look; /* for the progress, which another thread tells */
    _Atomic double precision;
    int64_t n_parameter_sets; /* 0: the values as written */
    bool are_twins_same;
    twp_run_part_t part;
    int64_t n_shards;      /* that the file is merged from; 0: none */
    bool is_point;         /* figures alone, which end in captured */
    int64_t i_fresh_point; /* > 0: a point of a sweep whose twins are others than at other points */
    twp_results_writer_t *captured;
} twp_run_t;

/**
 * Chooses models and sets, opens the population and plans what a run of n_patients needs (study and
 * settings are set; 0: the study's count). twp_run_finish() ends it whatever it returned.
 */
TWP_CHECK_RESULT twp_status_t twp_run_prepare(twp_run_t *run, int64_t n_patients, twp_error_t *err);
void twp_run_finish(twp_run_t *run);

/**
 * Begins the report of a run that writes a file: into *own where the caller wants none (*report NULL).
 * TWP_ERR_ARGUMENT when no file is named.
 */
TWP_CHECK_RESULT twp_status_t twp_run_begin(const twp_run_settings_t *settings,
    twp_run_report_t *own, twp_run_report_t **report, twp_error_t *err);

/** twp_study_run(), or the first part of it: then TWP_ERR_INTERRUPTED, and the file is partial. */
TWP_CHECK_RESULT twp_status_t twp_study_run_part(twp_study_t *study,
    const twp_run_settings_t *settings, twp_run_part_t part, twp_run_report_t *report,
    twp_error_t *err);

/**
 * The study kept in a results file, read, checked and compiled as it was run. *study may be set on
 * failure too; embedded must outlive it. TWP_ERR_INPUT when a data file is missing or another one.
 */
TWP_CHECK_RESULT twp_status_t twp_embedded_study(
    const twp_embedded_t *embedded, twp_study_t **study, twp_error_t *err);

/** What the run was told, of settings that are otherwise as twp_run_settings_init() leaves them; borrows. */
void twp_embedded_settings(const twp_embedded_t *embedded, twp_run_settings_t *settings);

/**
 * Lives a study and captures its figures instead of writing them (results/stack.h).
 *
 * @param i_fresh_point  number from 1 of a point whose twins are other ones; 0: those of a run
 * @param kept           from run to run of one thread, or NULL
 * @param captured       set on success; ended by twp_stack_put() or twp_results_abandon()
 * @return as twp_study_run(); TWP_ERR_INTERRUPTED when it was stopped: nothing is captured then
 */
TWP_CHECK_RESULT twp_status_t twp_run_capture(twp_study_t *study,
    const twp_run_settings_t *settings, int64_t i_fresh_point, twp_run_kept_t *kept,
    twp_results_writer_t **captured, twp_run_report_t *report, twp_error_t *err);

/** The same without a life: the columns alone, for twp_stack_shape(). */
TWP_CHECK_RESULT twp_status_t twp_run_capture_shape(twp_study_t *study,
    const twp_run_settings_t *settings, twp_results_writer_t **captured, twp_error_t *err);

/** The number that stands in the ids of the twins of set i_set (from 1; 0: without sets); 0: none. */
int64_t twp_run_id_of_set(const twp_run_t *run, int64_t i_set);

/** What was set on the command line, a line each; in arena, NULL: no memory. */
const char *twp_run_overrides(twp_arena_t *arena, const twp_run_t *run);

/** Writes all but rows and publishes the file; n_done and counts are final. */
TWP_CHECK_RESULT twp_status_t twp_run_publish(twp_run_t *run, const twp_progress_t *done,
    int64_t started, bool is_partial, twp_run_report_t *report, twp_error_t *err);

/** Keeps the figures alone, in run->captured; of what was stopped there are none: TWP_ERR_INTERRUPTED. */
TWP_CHECK_RESULT twp_status_t twp_run_capture_figures(
    twp_run_t *run, bool is_partial, twp_error_t *err);

/** What the run is made from; overrides is NULL when memory ran out. Borrows from run and arena. */
twp_provenance_t twp_run_provenance(const twp_run_t *run, twp_arena_t *arena);

/** Empties sums and counts, for a shard or a merge. */
TWP_CHECK_RESULT twp_status_t twp_run_start(twp_run_t *run, twp_error_t *err);

/**
 * Lives a shard of a prepared run into a file of its own; the next one may follow. TWP_ERR_INTERRUPTED when
 * should_stop ended it: nothing is published then.
 */
TWP_CHECK_RESULT twp_status_t twp_run_live_shard(twp_run_t *run, const twp_shard_plan_t *plan,
    const twp_shard_t *shard, const char *path, bool overwrite, twp_run_report_t *report,
    twp_error_t *err);

/** Lives every parameter set and writes the file (twinpath_sets.c). */
TWP_CHECK_RESULT twp_status_t twp_run_sets(
    twp_run_t *run, twp_run_report_t *report, twp_error_t *err);

/** The same for the parameter sets of a shard, which the run's filling has (twp_run_live_shard()). */
TWP_CHECK_RESULT twp_status_t twp_run_sets_shard(
    twp_run_t *run, const char *path, bool overwrite, twp_run_report_t *report, twp_error_t *err);
/** Calls merge while the run's filling has all sets, whose figures (none done yet) it is to fill. */
TWP_CHECK_RESULT twp_status_t twp_run_sets_merge(twp_run_t *run,
    twp_status_t (*merge)(void *context, twp_sets_t *figures, twp_error_t *err), void *context,
    twp_error_t *err);

/** Ends a shard whose rows are written: its sums, counts and provenance; publishes it. */
TWP_CHECK_RESULT twp_status_t twp_run_keep_shard(
    twp_run_t *run, twp_run_report_t *report, twp_error_t *err);

/** Upper bound of the memory that sets take beyond that of one run. */
double twp_run_sets_bytes(const twp_run_t *run, int64_t n_twins);

#endif
