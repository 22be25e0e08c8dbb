/** Studies: read, checked, told, drawn. */
#ifndef TWINPATH_STUDY_H
#define TWINPATH_STUDY_H

#include "twinpath/base.h"

TWP_BEGIN_C

/** A study that was read, checked and compiled for each of its strategies. One thread at a time. */
typedef struct twp_study_handle twp_study_t; /* opaque */

/**
 * Reads the study at path with everything it uses, applies n_set overrides "a.b.c=value", checks it
 * and compiles one model per strategy.
 *
 * @param set    [n_set], may be NULL when n_set is 0; copied. Entries "--over PATH=A,B,C" together are the
 *               study's sweep, a grid.
 * @param study  set whenever there are findings to show, so also with TWP_ERR_INPUT; else NULL.
 *               Ended by twp_study_free().
 * @return TWP_OK (there may be warnings), TWP_ERR_INPUT with findings, TWP_ERR_IO when the study
 *         itself cannot be read, TWP_ERR_MEMORY
 */
TWP_CHECK_RESULT twp_status_t twp_study_read(
    const char *path, const char *const *set, int n_set, twp_study_t **study, twp_error_t *err);
void twp_study_free(twp_study_t *study); /**< NULL is allowed */

/** Findings in order of file, line and column. i_finding < twp_study_n_findings(). */
int twp_study_n_findings(const twp_study_t *study);
const twp_finding_t *twp_study_finding(const twp_study_t *study, int i_finding);
/** Findings that are not warnings; also those beyond the number that is kept. */
int twp_study_n_errors(const twp_study_t *study);
/** Findings counted beyond the number that is kept. */
int twp_study_n_dropped(const twp_study_t *study);

/* What follows needs a study without errors (TWP_OK): otherwise 0, NULL, or TWP_ERR_ARGUMENT. Text
 * lives as long as the study. */

const char *twp_study_name(const twp_study_t *study);
const char *twp_study_question(const twp_study_t *study); /**< NULL when it asks none */
const char *twp_study_currency(const twp_study_t *study); /**< NULL when it has no money */
int64_t twp_study_n_patients(const twp_study_t *study);
double twp_study_horizon_days(const twp_study_t *study);
/** Parameter sets that the study's report asks for; 0: the values as written. */
int64_t twp_study_n_parameter_sets(const twp_study_t *study);
int twp_study_n_strategies(const twp_study_t *study);
/** The baseline is number 0, the others follow by name. */
const char *twp_study_strategy(const twp_study_t *study, int i_strategy);
int twp_study_n_tracks(const twp_study_t *study);
int twp_study_n_states(const twp_study_t *study); /**< of all tracks */
int twp_study_n_exits(const twp_study_t *study);
int twp_study_n_supports(const twp_study_t *study);
int twp_study_n_measures(const twp_study_t *study);

/** Name and place of each file that was read: the study itself first. NULL past the last. */
const char *twp_study_file(const twp_study_t *study, int i_file);

/** One number of the study with where it comes from. */
typedef struct {
    const char *path;   /**< patient.tracks.therapy.states.taking.stop.hazard.weibull.shape */
    const char *text;   /**< as written */
    const char *source; /**< evidence id, "assumption" or other text; NULL: none is needed */
    const char *note;   /**< or NULL */
    const char *origin; /**< who set it: module, base, study, strategy or --set */
    const char *file;
    int line, column;
    bool is_parameter; /**< a named parameter; then what follows holds too */
    const char *name;  /**< else NULL */
    double value;      /**< in days and the study's money */
    const char *unit;  /**< of value: "", "days", "USD / day", ... */
    double low, high;  /**< range; -INFINITY, INFINITY when none */
    const char
        *distribution; /**< of an uncertain parameter, such as "gamma: shape 4, scale 25" (in days
                                   and the study's money); of one that follows such "follows"; else NULL */
    double mean, p025, p975;  /**< of the distribution, in written_unit; NAN without */
    const char *written_unit; /**< in which the value is written */
} twp_number_row_t;

int twp_study_n_numbers(const twp_study_t *study);
/** Row i_number < twp_study_n_numbers(), in order of path. */
twp_number_row_t twp_study_number(const twp_study_t *study, int i_number);

/**
 * The compiled study in words, or (path not NULL) what stands at a dotted path, under each strategy
 * where they differ, and who set it.
 * @param text  set on success; the caller frees it with free()
 * Fails with TWP_ERR_INPUT when there is nothing at path (the message names the nearest).
 */
TWP_CHECK_RESULT twp_status_t twp_study_explain(
    const twp_study_t *study, const char *path, char **text, twp_error_t *err);

/** What a map of a study shows. Start from {0}: everything. */
typedef struct {
    const char *const *track; /**< [n_tracks] names of the study's tracks */
    int n_tracks;             /**< 0: all */
    const char *strategy; /**< its numbers and supports alone; NULL: the study's, all supports */
} twp_map_settings_t;

/**
 * The study as a graph in the language of Graphviz (DOT): tracks with their states and exits, each exit
 * with its law, numbers, effects and sources; supports with what they watch and move; what answers what.
 * Nothing is drawn here: `dot -Tsvg` makes a picture of the text. The same study gives the same text.
 * @param settings  may be NULL: everything
 * @param dot       set on success; the caller frees it with free()
 * Fails with TWP_ERR_INPUT for a track or strategy that the study has not (the message names the nearest).
 */
TWP_CHECK_RESULT twp_status_t twp_study_map(
    const twp_study_t *study, const twp_map_settings_t *settings, char **dot, twp_error_t *err);

/**
 * The study language as JSON Schema (draft 7), for editors. It says every key with what it holds, which
 * are required, exclude or need each other, and how names and values are spelled; not what names refer
 * to, which units a formula has, or how large numbers may be. What a check accepts it accepts too.
 * @param text  the same on every call; the caller frees it with free()
 */
TWP_CHECK_RESULT twp_status_t twp_language_schema(char **text, twp_error_t *err);

TWP_END_C

#endif
