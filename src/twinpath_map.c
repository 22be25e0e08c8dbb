/* The library's face: the map of a study. */
#include "base/suggest.h"
#include "study/map.h"
#include "twinpath_study.h"

#include <stdlib.h>
#include <string.h>

/* Number of the study's own track of that name, or -1 with a message. */
static int
find_track(const twp_study_typed_t *study, const char *name, twp_error_t *err)
{
    const char **const names = calloc((size_t) study->n_tracks + 1, sizeof *names);
    const char *nearest;

    if (names == NULL)
        return (void) TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the map"), -1;
    for (int t = 0; t < study->n_tracks; t++) {
        if (study->track[t].i_support >= 0)
            continue;
        names[t] = study->track[t].name;
        if (strcmp(names[t], name) == 0) {
            free(names);
            return t;
        }
    }
    nearest = twp_suggest_nearest(name, names, (size_t) study->n_tracks);
    (void) TWP_FAIL(err, TWP_ERR_INPUT, "the study has no track %s%s%s%s", name,
        nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
        nearest != NULL ? "?" : "");
    free(names);
    return -1;
}

/* Number of the strategy of that name, or -1 with a message. */
static int
find_strategy(const twp_study_typed_t *study, const char *name, twp_error_t *err)
{
    const char **const names = calloc((size_t) study->n_strategies + 1, sizeof *names);
    const char *nearest;

    if (names == NULL)
        return (void) TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the map"), -1;
    for (int i = 0; i < study->n_strategies; i++) {
        names[i] = study->strategy[i].name;
        if (strcmp(names[i], name) == 0) {
            free(names);
            return i;
        }
    }
    nearest = twp_suggest_nearest(name, names, (size_t) study->n_strategies);
    (void) TWP_FAIL(err, TWP_ERR_INPUT, "the study has no strategy %s%s%s%s", name,
        nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
        nearest != NULL ? "?" : "");
    free(names);
    return -1;
}

twp_status_t
twp_study_map(
    const twp_study_t *study, const twp_map_settings_t *settings, char **dot, twp_error_t *err)
{
    const twp_map_settings_t everything = { NULL, 0, NULL };
    twp_map_choice_t choice = { NULL, 0, -1 };
    twp_error_t own = { TWP_OK, "" };
    int *i_track;
    twp_status_t status;

    *dot = NULL;
    if (!study->is_whole)
        return TWP_FAIL(err, TWP_ERR_ARGUMENT, "the study has errors");
    if (settings == NULL)
        settings = &everything;
    if (err == NULL)
        err = &own;
    if (settings->strategy != NULL) {
        choice.i_strategy = find_strategy(study->base, settings->strategy, err);
        if (choice.i_strategy < 0)
            return err->status;
    }
    i_track = calloc((size_t) settings->n_tracks + 1, sizeof *i_track);
    if (i_track == NULL)
        return TWP_FAIL(err, TWP_ERR_MEMORY, "no memory for the map");
    choice.i_track = i_track;
    for (int i = 0; i < settings->n_tracks; i++) {
        const int t = find_track(study->base, settings->track[i], err);
        if (t < 0) {
            free(i_track);
            return err->status;
        }
        i_track[choice.n_tracks++] = t;
    }
    if (choice.i_strategy < 0)
        status = twp_map_write(study->base, study->document.root, &choice, dot, err);
    else
        status = twp_map_write(
            study->typed[choice.i_strategy], study->root[choice.i_strategy], &choice, dot, err);
    free(i_track);
    return status;
}
